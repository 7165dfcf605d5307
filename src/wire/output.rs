//! The outputs of the operations, member by member as in the API reference, `API_<Operation>.html`.

use super::reader::{At, Members, Reader};
use crate::model::{
    Action, Batch, BatchError, Description, Output, Receipt, SecretPage, SecretValue, VersionEntry, VersionPage,
};

/// Whether the action's answer may have no body at all.
pub(super) const fn may_be_empty(action: Option<Action>) -> bool {
    matches!(action, None | Some(Action::TagResource | Action::UntagResource))
}

/// Reads the members of an output; an action that the service does not have has no shape to depart from.
pub(super) fn output(reader: &mut Reader, action: Option<Action>, members: Members) -> Output {
    let Some(action) = action else { return Output::Empty };
    match action {
        Action::CreateSecret => Output::Receipt(receipt(reader, members, &["VersionId"], &["ReplicationStatus"])),
        Action::PutSecretValue => Output::Receipt(receipt(reader, members, &["VersionId", "VersionStages"], &[])),
        Action::UpdateSecret | Action::RotateSecret | Action::CancelRotateSecret => {
            Output::Receipt(receipt(reader, members, &["VersionId"], &[]))
        }
        Action::UpdateSecretVersionStage | Action::RestoreSecret => Output::Receipt(receipt(reader, members, &[], &[])),
        Action::DeleteSecret => Output::Receipt(receipt(reader, members, &["DeletionDate"], &[])),
        Action::DescribeSecret => Output::Description(Box::new(description(reader, &DESCRIBED, members))),
        Action::GetSecretValue => Output::Value(Box::new(secret_value(reader, "", members))),
        Action::ListSecretVersionIds => Output::Versions(version_page(reader, members)),
        Action::BatchGetSecretValue => Output::Batch(batch(reader, members)),
        Action::ListSecrets => Output::Secrets(secret_page(reader, members)),
        Action::TagResource | Action::UntagResource => empty(reader, &members, &[]),
        Action::ValidateResourcePolicy => empty(reader, &members, &["PolicyValidationPassed", "ValidationErrors"]),
    }
}

fn empty(reader: &mut Reader, members: &Members, unjudged: &[&str]) -> Output {
    for name in members.keys().filter(|name| !unjudged.contains(&name.as_str())) {
        reader.extra(At("", name));
    }
    Output::Empty
}

/// `ARN`, `Name` and those of the other members that the operation's output has.
fn receipt(reader: &mut Reader, members: Members, judged: &[&str], unjudged: &[&str]) -> Receipt {
    let mut receipt = Receipt::default();
    for (name, value) in members {
        let at = At("", &name);
        match name.as_str() {
            "ARN" => receipt.arn = reader.text(at, value),
            "Name" => receipt.name = reader.text(at, value),
            other if unjudged.contains(&other) => reader.unjudged(at, &value),
            other if !judged.contains(&other) => reader.extra(at),
            "VersionId" => receipt.version_id = reader.text(at, value),
            "VersionStages" => receipt.version_stages = reader.labels(at, value),
            _ => receipt.deletion_date = reader.date(at, &value),
        }
    }
    receipt
}

/// Where the members of a description stand, and what differs between its two places.
struct Place {
    inside: &'static str,
    labels: &'static str,
    inside_labels: &'static str,
    inside_rules: &'static str,
    inside_tags: &'static str,
    /// Members that no rule judges, beside those of both places.
    unjudged: &'static [&'static str],
}

const DESCRIBED: Place = Place {
    inside: "",
    labels: "VersionIdsToStages",
    inside_labels: "VersionIdsToStages",
    inside_rules: "RotationRules.",
    inside_tags: "Tags[].",
    unjudged: &["ReplicationStatus", "CrossAccountPrimary", "CrossAccountReplicas"],
};

const LISTED: Place = Place {
    inside: "SecretList[].",
    labels: "SecretVersionsToStages",
    inside_labels: "SecretList[].SecretVersionsToStages",
    inside_rules: "SecretList[].RotationRules.",
    inside_tags: "SecretList[].Tags[].",
    unjudged: &[],
};

const UNJUDGED: [&str; 5] =
    ["Type", "OwningService", "PrimaryRegion", "ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"];

fn description(reader: &mut Reader, place: &Place, members: Members) -> Description {
    let mut it = Description::default();
    for (name, value) in members {
        let at = At(place.inside, &name);
        match name.as_str() {
            "ARN" => it.arn = reader.text(at, value),
            "Name" => it.name = reader.text(at, value),
            "Description" => it.description = reader.text(at, value),
            "KmsKeyId" => it.kms_key_id = reader.text(at, value),
            "RotationEnabled" => it.rotation_enabled = reader.flag(at, value),
            "RotationLambdaARN" => it.rotation_lambda_arn = reader.text(at, value),
            "RotationRules" => it.rotation_rules = reader.rotation_rules(at, place.inside_rules, value),
            "LastRotatedDate" => it.last_rotated_date = reader.date(at, &value),
            "LastChangedDate" => it.last_changed_date = reader.date(at, &value),
            "LastAccessedDate" => it.last_accessed_date = reader.date(at, &value),
            "DeletedDate" => it.deleted_date = reader.date(at, &value),
            "NextRotationDate" => it.next_rotation_date = reader.date(at, &value),
            "Tags" => it.tags = reader.tags(at, place.inside_tags, value),
            "CreatedDate" => it.created_date = reader.date(at, &value),
            labels if labels == place.labels => {
                it.version_ids_to_stages = reader.label_map(at, place.inside_labels, value);
            }
            other if UNJUDGED.contains(&other) || place.unjudged.contains(&other) => reader.unjudged(at, &value),
            _ => reader.extra(at),
        }
    }
    it
}

fn secret_value(reader: &mut Reader, inside: &'static str, members: Members) -> SecretValue {
    let mut it = SecretValue::default();
    for (name, value) in members {
        let at = At(inside, &name);
        match name.as_str() {
            "ARN" => it.arn = reader.text(at, value),
            "Name" => it.name = reader.text(at, value),
            "VersionId" => it.version_id = reader.text(at, value),
            "SecretString" => it.secret_string = reader.secret_string(at, value),
            "SecretBinary" => it.secret_binary = reader.secret_binary(at, value),
            "VersionStages" => it.version_stages = reader.labels(at, value),
            "CreatedDate" => it.created_date = reader.date(at, &value),
            _ => reader.extra(at),
        }
    }
    it
}

fn version_page(reader: &mut Reader, members: Members) -> VersionPage {
    let mut page = VersionPage::default();
    for (name, value) in members {
        let at = At("", &name);
        match name.as_str() {
            "ARN" => page.arn = reader.text(at, value),
            "Name" => page.name = reader.text(at, value),
            "Versions" => page.versions = reader.versions(at, value, version_entry),
            "NextToken" => page.next_token = reader.text(at, value),
            _ => reader.extra(at),
        }
    }
    page
}

fn version_entry(reader: &mut Reader, members: Members) -> VersionEntry {
    let mut entry = VersionEntry::default();
    for (name, value) in members {
        let at = At("Versions[].", &name);
        match name.as_str() {
            "VersionId" => entry.version_id = reader.text(at, value),
            "VersionStages" => entry.version_stages = reader.labels(at, value),
            "CreatedDate" => entry.created_date = reader.date(at, &value),
            "LastAccessedDate" => entry.last_accessed_date = reader.date(at, &value),
            "KmsKeyIds" => entry.kms_key_ids = reader.texts(at, value),
            _ => reader.extra(at),
        }
    }
    entry
}

fn batch(reader: &mut Reader, members: Members) -> Batch {
    let mut batch = Batch::default();
    for (name, value) in members {
        let at = At("", &name);
        match name.as_str() {
            "SecretValues" => {
                batch.secret_values = reader.page(at, value, |reader, it| secret_value(reader, "SecretValues[].", it));
            }
            "Errors" => batch.errors = reader.page(at, value, batch_error),
            "NextToken" => batch.next_token = reader.text(at, value),
            _ => reader.extra(at),
        }
    }
    batch
}

fn batch_error(reader: &mut Reader, members: Members) -> BatchError {
    let mut error = BatchError::default();
    for (name, value) in members {
        let at = At("Errors[].", &name);
        match name.as_str() {
            "SecretId" => error.secret_id = reader.text(at, value),
            "ErrorCode" => error.error_code = reader.text(at, value),
            "Message" => error.message = reader.text(at, value),
            _ => reader.extra(at),
        }
    }
    error
}

fn secret_page(reader: &mut Reader, members: Members) -> SecretPage {
    let mut page = SecretPage::default();
    for (name, value) in members {
        let at = At("", &name);
        match name.as_str() {
            "SecretList" => {
                page.secret_list = reader.page(at, value, |reader, it| description(reader, &LISTED, it));
            }
            "NextToken" => page.next_token = reader.text(at, value),
            _ => reader.extra(at),
        }
    }
    page
}
