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
    match claim {
        Claim::Arn(_) => other_arn(output),
        Claim::ArnOf(name) => of_receipt(output, |it| {
            it.arn = it.arn.as_ref().map(|arn| arn.replace(&**name, "prod/database").into());
        }),
        Claim::Name(_) => other_name(output),
        Claim::Label(label, _) => toggle_everywhere(output, label),
        Claim::Present(member) => take_away(output, *member),
        Claim::Missing(member) => make_up(output, *member),
        Claim::VersionId(expected) => of_receipt(output, |receipt| other_version(receipt, expected.as_ref())),
        Claim::VersionStages(_) => of_receipt(output, |it| it.version_stages = Some(vec![Label::Custom("ODD".into())])),
        Claim::DeletionDate(date, slack_seconds) => {
            of_receipt(output, |it| it.deletion_date = Some(Timestamp(date.0 + 2.0 * slack_seconds)));
        }
        Claim::DeletedDate(date, slack_seconds) => {
            of_description(output, |it| it.deleted_date = Some(Timestamp(date.0 + 2.0 * slack_seconds)));
        }
        Claim::NextAtEndOf(_) => of_description(output, |it| it.next_rotation_date = Some(Timestamp(0.0))),
        Claim::Enabled(enabled) => of_description(output, |it| it.rotation_enabled = Some(!enabled)),
        Claim::NoEmptyEntry => of_description(output, add_empty_entry),
        Claim::ChangedSince(_) => of_description(output, |shown| shown.last_changed_date = Some(Timestamp(0.0))),
        Claim::AccessedAtMidnight => {
            of_description(output, |shown| shown.last_accessed_date = Some(Timestamp(Timestamp::DAY / 2.0)));
        }
        Claim::Version(_) => of_value(output, |value| value.version_id = other_text(value.version_id.as_ref())),
        Claim::Value(_) => of_value(output, give_another_value),
        Claim::OneValue => of_value(output, |value| (value.secret_string, value.secret_binary) = (None, None)),
        Claim::CreatedDate(date) => of_value(output, |value| value.created_date = Some(Timestamp(date.0 + 60.0))),
        Claim::Listed(id, true) => of_page(output, |versions| leave_out(versions, Some(id))),
        Claim::Listed(id, false) => of_page(output, |versions| versions.push(entry(id))),
        Claim::Unlisted(id) => of_page(output, |versions| versions.push(pending_entry(id))),
        Claim::PageRepeats(before) => of_page(output, |versions| versions.extend(before.first().map(entry))),
        Claim::LastPage(missing) => of_page(output, |versions| leave_out(versions, missing.first())),
        Claim::BatchHas(name) => of_values(output, |values| values.retain(|it| it.name.as_ref() != Some(name))),
        Claim::BatchValue(name, _) => of_values(output, |values| {
            values.iter_mut().filter(|entry| entry.name.as_ref() == Some(name)).for_each(give_another_value);
        }),
        Claim::BatchError(id) => of_errors(output, |errors| errors.retain(|it| it.secret_id.as_ref() != Some(id))),
        Claim::BatchErrorCode(id, _) => of_errors(output, |errors| give_another_code(errors, id)),
        // What is broken by another answer, by another ARN of the secret itself, or in the state, of which every read
        // then tells the same.
        Claim::Accepted
        | Claim::Found
        | Claim::NoFault
        | Claim::Refused
        | Claim::ErrorType(_)
        | Claim::Message(_)
        | Claim::ArnForm(_)
        | Claim::ArnUnlike(_)
        | Claim::OnlyVersions { .. }
        | Claim::OnlyLabels(_)
        | Claim::NotShown(_)
        | Claim::HasLabel(..)
        | Claim::ChangedAfter(_)
        | Claim::Function(_)
        | Claim::Days(_)
        | Claim::ComputedDays(_)
        | Claim::Duration(_)
        | Claim::Schedule(_) => {}
    }
}

fn pending_entry(id: &VersionId) -> VersionEntry {
    VersionEntry { version_stages: Some(vec![Label::Pending]), ..entry(id) }
}

/// The id of a version that no request has made.
const STRANGER: &str = "00000000-0000-4000-8000-000000000000";

#[expect(clippy::unnecessary_wraps, reason = "the members are optional")]
fn other_text(text: Option<&Text>) -> Option<Text> {
    Some(format!("{}x", text.map_or("", |text| text)).into())
}

fn other_arn(output: &mut Output) {
    match output {
        Output::Receipt(receipt) => receipt.arn = other_text(receipt.arn.as_ref()),
        Output::Description(shown) => shown.arn = other_text(shown.arn.as_ref()),
        Output::Value(value) => value.arn = other_text(value.arn.as_ref()),
        Output::Versions(page) => page.arn = other_text(page.arn.as_ref()),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => {}
    }
}

fn other_name(output: &mut Output) {
    match output {
        Output::Receipt(receipt) => receipt.name = other_text(receipt.name.as_ref()),
        Output::Description(shown) => shown.name = other_text(shown.name.as_ref()),
        Output::Value(value) => value.name = other_text(value.name.as_ref()),
        Output::Versions(page) => page.name = other_text(page.name.as_ref()),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => {}
    }
}

fn toggle_everywhere(output: &mut Output, label: &Label) {
    match output {
        Output::Description(shown) => {
            shown.version_ids_to_stages.iter_mut().flatten().for_each(|(_, labels)| toggle(labels, label));
        }
        Output::Value(value) => toggle(value.version_stages.get_or_insert_default(), label),
        Output::Versions(page) => {
            let entries = page.versions.iter_mut().flatten();
            entries.for_each(|entry| toggle(entry.version_stages.get_or_insert_default(), label));
        }
        Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => {}
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

fn take_away(output: &mut Output, member: Member) {
    match member {
        Member::Arn => of_receipt(output, |receipt| receipt.arn = None),
        Member::Name => of_receipt(output, |receipt| receipt.name = None),
        Member::VersionId => of_receipt(output, |receipt| receipt.version_id = None),
        Member::VersionStages => of_receipt(output, |receipt| receipt.version_stages = None),
        Member::DeletionDate => of_receipt(output, |receipt| receipt.deletion_date = None),
        Member::DeletedDate => of_description(output, |shown| shown.deleted_date = None),
        Member::CreatedDate => of_value(output, |value| value.created_date = None),
        Member::LastAccessedDate => of_description(output, |shown| shown.last_accessed_date = None),
        Member::LastRotatedDate => of_description(output, |shown| shown.last_rotated_date = None),
        Member::NextRotationDate => of_description(output, |shown| shown.next_rotation_date = None),
        Member::Versions => of_description(output, |shown| shown.version_ids_to_stages = None),
    }
}

fn make_up(output: &mut Output, member: Member) {
    let date = Some(Timestamp(0.0));
    match member {
        Member::DeletedDate => of_description(output, |shown| shown.deleted_date = date),
        Member::LastAccessedDate => of_description(output, |shown| shown.last_accessed_date = date),
        Member::LastRotatedDate => of_description(output, |shown| shown.last_rotated_date = date),
        Member::NextRotationDate => of_description(output, |shown| shown.next_rotation_date = date),
        Member::CreatedDate => of_value(output, |value| value.created_date = date),
        Member::DeletionDate => of_receipt(output, |receipt| receipt.deletion_date = date),
        Member::Arn => other_arn(output),
        Member::Name => other_name(output),
        Member::VersionId => of_receipt(output, |receipt| receipt.version_id = Some(STRANGER.into())),
        Member::VersionStages => of_receipt(output, |receipt| receipt.version_stages = Some(Vec::new())),
        Member::Versions => of_description(output, |shown| {
            shown.version_ids_to_stages = Some([(STRANGER.into(), Vec::new())].into());
        }),
    }
}

fn of_receipt(output: &mut Output, change: impl FnOnce(&mut Receipt)) {
    if let Output::Receipt(receipt) = output {
        change(receipt);
    }
}

fn of_description(output: &mut Output, change: impl FnOnce(&mut Description)) {
    if let Output::Description(shown) = output {
        change(shown);
    }
}

fn of_value(output: &mut Output, change: impl FnOnce(&mut SecretValue)) {
    if let Output::Value(value) = output {
        change(value);
    }
}

fn of_page(output: &mut Output, change: impl FnOnce(&mut Vec<VersionEntry>)) {
    if let Output::Versions(page) = output {
        change(page.versions.get_or_insert_default());
    }
}

fn of_values(output: &mut Output, change: impl FnOnce(&mut Vec<SecretValue>)) {
    if let Output::Batch(batch) = output {
        change(batch.secret_values.get_or_insert_default());
    }
}

fn of_errors(output: &mut Output, change: impl FnOnce(&mut Vec<BatchError>)) {
    if let Output::Batch(batch) = output {
        change(batch.errors.get_or_insert_default());
    }
}

fn other_version(receipt: &mut Receipt, expected: Option<&VersionId>) {
    let other = expected.map_or_else(|| Some(STRANGER.into()), |_| other_text(receipt.version_id.as_ref()));
    receipt.version_id = other;
}

fn add_empty_entry(shown: &mut Description) {
    shown.version_ids_to_stages.get_or_insert_default().insert(STRANGER.into(), Vec::new());
}

fn give_another_code(errors: &mut [BatchError], id: &Text) {
    for error in errors.iter_mut().filter(|error| error.secret_id.as_ref() == Some(id)) {
        error.error_code = Some("InvalidRequestException".into());
    }
}

fn give_another_value(value: &mut SecretValue) {
    value.secret_binary = None;
    value.secret_string = Some(SecretString::from("another value"));
}

fn leave_out(versions: &mut Vec<VersionEntry>, id: Option<&VersionId>) {
    versions.retain(|entry| entry.version_id.as_ref() != id);
}

fn entry(id: &VersionId) -> VersionEntry {
    VersionEntry { version_id: Some(id.clone()), ..VersionEntry::default() }
}
