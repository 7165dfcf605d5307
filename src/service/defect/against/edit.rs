//! Outputs that contradict a claim, and outputs of requests that should have been refused.

use crate::model::{
    BatchError, Claim, Description, Label, Member, Operation, Output, Receipt, SecretString, SecretValue, Text,
    Timestamp, VersionEntry, VersionId, VersionPage,
};
use crate::service::defect::Scene;

/// What a service would answer that accepts a request which it should refuse.
pub(super) fn acceptance(scene: &Scene<'_>) -> Output {
    let secret = scene.before.secret.as_ref();
    let arn = secret.and_then(|secret| secret.arn.clone());
    let name = Some(scene.before.name.clone());
    let any_version = || secret.and_then(|secret| secret.versions.first()).map(|version| version.id.clone());
    match scene.operation {
        Operation::GetSecretValue(request) => Output::Value(Box::new(SecretValue {
            arn,
            name,
            version_id: request.version_id.clone().or_else(any_version).or_else(|| Some("made-up".into())),
            secret_string: Some("made up".into()),
            version_stages: Some(vec![request.version_stage.clone().unwrap_or(Label::Current)]),
            created_date: Some(scene.now),
            ..SecretValue::default()
        })),
        Operation::DescribeSecret(_) => {
            Output::Description(Box::new(Description { arn, name, ..Description::default() }))
        }
        Operation::ListSecretVersionIds(_) => Output::Versions(VersionPage { arn, name, ..VersionPage::default() }),
        Operation::TagResource(_) | Operation::UntagResource(_) => Output::Empty,
        Operation::BatchGetSecretValue(_) => Output::Batch(crate::model::Batch::default()),
        operation => Output::Receipt(Receipt {
            arn,
            name,
            version_id: operation.token().cloned(),
            version_stages: Some(vec![Label::Current]),
            deletion_date: Some(scene.now),
        }),
    }
}

/// Changes an output so that a claim does not hold of it.
pub(super) fn contradict(output: &mut Output, claim: &Claim) {
    match output {
        Output::Receipt(receipt) => contradict_receipt(receipt, claim),
        Output::Description(shown) => contradict_description(shown, claim),
        Output::Value(value) => contradict_value(value, claim),
        Output::Versions(page) => contradict_page(page, claim),
        Output::Batch(batch) => contradict_batch(batch, claim),
        Output::Secrets(_) | Output::Empty => {}
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the members are optional")]
fn other_text(text: Option<&Text>) -> Option<Text> {
    Some(format!("{}x", text.map_or("", |text| text)).into())
}

fn contradict_receipt(receipt: &mut Receipt, claim: &Claim) {
    match claim {
        Claim::Arn(_) => receipt.arn = other_text(receipt.arn.as_ref()),
        Claim::Name(_) => receipt.name = other_text(receipt.name.as_ref()),
        Claim::VersionId(None) => receipt.version_id = Some("00000000-0000-4000-8000-000000000000".into()),
        Claim::VersionId(Some(_)) => receipt.version_id = other_text(receipt.version_id.as_ref()),
        Claim::VersionStages(_) => receipt.version_stages = Some(vec![Label::Custom("ODD".into())]),
        Claim::Present(Member::Arn) => receipt.arn = None,
        Claim::Present(Member::VersionStages) => receipt.version_stages = None,
        Claim::Present(_) => receipt.deletion_date = None,
        Claim::DeletionDate(date, slack_seconds) => {
            receipt.deletion_date = Some(Timestamp(date.0 + 2.0 * slack_seconds));
        }
        _ => {}
    }
}

fn contradict_description(shown: &mut Description, claim: &Claim) {
    match claim {
        Claim::Arn(_) => shown.arn = other_text(shown.arn.as_ref()),
        Claim::Name(_) => shown.name = other_text(shown.name.as_ref()),
        Claim::NoEmptyEntry => {
            let map = shown.version_ids_to_stages.get_or_insert_default();
            map.insert("00000000-0000-4000-8000-000000000000".into(), Vec::new());
        }
        Claim::Present(Member::DeletedDate) => shown.deleted_date = None,
        Claim::Present(Member::LastAccessedDate) => shown.last_accessed_date = None,
        Claim::Missing(Member::LastAccessedDate) => shown.last_accessed_date = Some(Timestamp(0.0)),
        Claim::Missing(Member::LastRotatedDate) => shown.last_rotated_date = Some(Timestamp(0.0)),
        Claim::Missing(Member::NextRotationDate) => shown.next_rotation_date = Some(Timestamp(0.0)),
        Claim::Missing(Member::DeletedDate) => shown.deleted_date = Some(Timestamp(0.0)),
        Claim::ChangedSince(_) => shown.last_changed_date = Some(Timestamp(0.0)),
        Claim::AccessedAtMidnight => shown.last_accessed_date = Some(Timestamp(Timestamp::DAY / 2.0)),
        Claim::Label(label, _) => {
            for labels in shown.version_ids_to_stages.iter_mut().flatten().map(|(_, labels)| labels) {
                toggle(labels, label);
            }
        }
        _ => {}
    }
}

/// Takes the label away where it is, and adds it where it is not.
fn toggle(labels: &mut Vec<Label>, label: &Label) {
    match labels.iter().position(|known| known == label) {
        Some(position) => {
            labels.remove(position);
        }
        None => labels.push(label.clone()),
    }
}

fn contradict_value(value: &mut SecretValue, claim: &Claim) {
    match claim {
        Claim::Arn(_) => value.arn = other_text(value.arn.as_ref()),
        Claim::Name(_) => value.name = other_text(value.name.as_ref()),
        Claim::Version(_) => value.version_id = other_text(value.version_id.as_ref()),
        Claim::Value(_) => {
            value.secret_binary = None;
            value.secret_string = Some(SecretString::from("another value"));
        }
        Claim::OneValue => {
            value.secret_string = None;
            value.secret_binary = None;
        }
        Claim::Present(_) => value.created_date = None,
        Claim::CreatedDate(date) => value.created_date = Some(Timestamp(date.0 + 60.0)),
        Claim::Label(label, _) => toggle(value.version_stages.get_or_insert_default(), label),
        _ => {}
    }
}

fn entry(id: &VersionId) -> VersionEntry {
    VersionEntry { version_id: Some(id.clone()), ..VersionEntry::default() }
}

fn contradict_page(page: &mut VersionPage, claim: &Claim) {
    let versions = page.versions.get_or_insert_default();
    match claim {
        Claim::Arn(_) => page.arn = other_text(page.arn.as_ref()),
        Claim::Name(_) => page.name = other_text(page.name.as_ref()),
        Claim::Listed(id, true) => versions.retain(|entry| entry.version_id.as_ref() != Some(id)),
        Claim::Listed(id, false) => versions.push(entry(id)),
        Claim::PageRepeats(before) => versions.extend(before.first().map(entry)),
        Claim::LastPage(missing) => versions.retain(|entry| entry.version_id.as_ref() != missing.first()),
        Claim::Label(label, _) => {
            for entry in versions {
                toggle(entry.version_stages.get_or_insert_default(), label);
            }
        }
        _ => {}
    }
}

fn contradict_batch(batch: &mut crate::model::Batch, claim: &Claim) {
    let values = batch.secret_values.get_or_insert_default();
    let errors = batch.errors.get_or_insert_default();
    match claim {
        Claim::BatchHas(name) => values.retain(|entry| entry.name.as_ref() != Some(name)),
        Claim::BatchValue(name, _) => {
            for entry in values.iter_mut().filter(|entry| entry.name.as_ref() == Some(name)) {
                entry.secret_binary = None;
                entry.secret_string = Some(SecretString::from("another value"));
            }
        }
        Claim::BatchError(id) => errors.retain(|error| error.secret_id.as_ref() != Some(id)),
        Claim::BatchErrorCode(id, _) => {
            for error in errors.iter_mut().filter(|error: &&mut BatchError| error.secret_id.as_ref() == Some(id)) {
                error.error_code = Some("InvalidRequestException".into());
            }
        }
        _ => {}
    }
}
