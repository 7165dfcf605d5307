//! Answers built from a world: what the service shows of a secret.

use std::collections::BTreeMap;

use crate::model::{
    Answer, Batch, BatchError, Content, Description, ErrorType, Filter, Label, ListSecretVersionIds, ListSecrets,
    Listing, Named, Operation, Output, Receipt, Secret, SecretPage, SecretValue, Text, Timestamp, Value, Version,
    VersionEntry, VersionId, VersionPage, World, window_hours,
};

/// How many entries a page holds where the request does not say.
const PAGE: usize = 100;

/// The answer of an accepted operation on one secret. `former` is the secret before, for a forced delete.
pub(super) fn answer(operation: &Operation, world: &World, former: Option<&Secret>, now: Timestamp) -> Answer {
    let Some(secret) = world.secret.as_deref().or(former) else {
        return Answer::output(Output::Receipt(deleted_nothing(world, now)));
    };
    Answer::output(match operation {
        Operation::DescribeSecret(_) => Output::Description(Box::new(description(world, secret))),
        Operation::GetSecretValue(request) => {
            let label = request.version_stage.as_ref().unwrap_or(&Label::Current);
            let id = request.version_id.clone().or_else(|| secret.holder(label).flatten().cloned());
            match id.and_then(|id| value(world, secret, &id)) {
                Some(value) => Output::Value(Box::new(value)),
                None => return Answer::error(ErrorType::ResourceNotFoundException, None),
            }
        }
        Operation::ListSecretVersionIds(request) => Output::Versions(versions(world, secret, request)),
        Operation::TagResource(_) | Operation::UntagResource(_) | Operation::ValidateResourcePolicy(_) => Output::Empty,
        _ => Output::Receipt(receipt(operation, world, secret, now)),
    })
}

fn receipt(operation: &Operation, world: &World, secret: &Secret, now: Timestamp) -> Receipt {
    let mut receipt = Receipt { arn: secret.arn.clone(), name: Some(world.name.clone()), ..Receipt::default() };
    match operation {
        Operation::CreateSecret(request) => {
            let stores = request.secret_string.is_some() || request.secret_binary.is_some();
            receipt.version_id = request.client_request_token.clone().filter(|_| stores);
        }
        Operation::PutSecretValue(request) => {
            receipt.version_id.clone_from(&request.client_request_token);
            let id = request.client_request_token.as_deref().unwrap_or_default();
            let stages: Vec<_> = secret.labels_of(id).cloned().collect();
            receipt.version_stages = (!stages.is_empty()).then_some(stages);
        }
        Operation::UpdateSecret(request) => {
            let stores = request.secret_string.is_some() || request.secret_binary.is_some();
            receipt.version_id = request.client_request_token.clone().filter(|_| stores);
        }
        Operation::RotateSecret(request) => receipt.version_id.clone_from(&request.client_request_token),
        Operation::CancelRotateSecret(_) => receipt.version_id = secret.holder(&Label::Pending).flatten().cloned(),
        Operation::DeleteSecret(_) => receipt.deletion_date = secret.deletion.or(Some(now)),
        _ => {}
    }
    receipt
}

/// A forced delete of an unknown name answers as if the secret had been there (ROT-ERR-010).
fn deleted_nothing(world: &World, now: Timestamp) -> Receipt {
    let arn = match world.name.starts_with("arn:") {
        true => world.name.clone(),
        false => format!("arn:aws:secretsmanager:us-east-1:{}:secret:{}-000000", super::ACCOUNT, world.name).into(),
    };
    Receipt { arn: Some(arn), name: Some(world.name.clone()), deletion_date: Some(now), ..Receipt::default() }
}

/// DescribeSecret: members without a value are left out (ROT-WIRE-008).
fn description(world: &World, secret: &Secret) -> Description {
    let mut stages: BTreeMap<VersionId, Vec<Label>> = BTreeMap::new();
    for cell in &secret.labels {
        if let Some(id) = &cell.holder.value {
            stages.entry(id.clone()).or_default().push(cell.label.clone());
        }
    }
    let rotation = &secret.rotation;
    Description {
        arn: secret.arn.clone(),
        name: Some(world.name.clone()),
        description: secret.description.clone(),
        kms_key_id: secret.kms_key_id.clone(),
        rotation_enabled: rotation.configured.then_some(rotation.enabled.value),
        rotation_lambda_arn: rotation.function.value.clone(),
        rotation_rules: rotation.rules(),
        last_rotated_date: secret.dates.rotated,
        last_changed_date: secret.dates.changed,
        last_accessed_date: secret.dates.accessed,
        deleted_date: secret.deletion.map(|date| secret.dates.deleted.unwrap_or(date)),
        next_rotation_date: next_rotation_date(secret),
        tags: secret.tags.clone(),
        version_ids_to_stages: (!stages.is_empty()).then_some(stages),
        created_date: secret.dates.created,
        hides_versions: false,
    }
}

/// The last second of the window that the rules give, counted from the last change (ROT-CONF-014); the hour at which a cron
/// expression begins is not looked at, and a configuration without rules has its window today.
fn next_rotation_date(secret: &Secret) -> Option<Timestamp> {
    let rotation = &secret.rotation;
    let base = secret.dates.changed.or(secret.dates.created).filter(|_| rotation.enabled.value)?;
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand days")]
    let days = rotation.days.value.unwrap_or_default() as f64;
    let hours = rotation.duration.value.as_deref().and_then(window_hours).unwrap_or(24);
    let midnight = (base.0 / Timestamp::DAY).floor() * Timestamp::DAY;
    Some(Timestamp(midnight + days * Timestamp::DAY + f64::from(hours) * 3_600.0 - 1.0))
}

fn value(world: &World, secret: &Secret, id: &str) -> Option<SecretValue> {
    let version = secret.version(id)?;
    let Content::Value(value) = &version.content.value else { return None };
    let (secret_string, secret_binary) = match value {
        Value::Text(text) => (Some(text.clone()), None),
        Value::Bytes(bytes) => (None, Some(bytes.clone())),
    };
    let stages: Vec<_> = secret.labels_of(id).cloned().collect();
    Some(SecretValue {
        arn: secret.arn.clone(),
        name: Some(world.name.clone()),
        version_id: Some(version.id.clone()),
        secret_string,
        secret_binary,
        version_stages: (!stages.is_empty()).then_some(stages),
        created_date: version.created,
    })
}

/// A page's token says where the next one starts: `count:include_deprecated`.
fn read_token(token: &str) -> Option<(usize, bool)> {
    let (offset, deprecated) = token.strip_prefix("after-")?.split_once('-')?;
    Some((offset.parse().ok()?, deprecated == "all"))
}

/// Makes the world know a listing that the service itself has begun.
pub(super) fn resume_listing(world: &mut World, operation: &Operation) {
    let Operation::ListSecretVersionIds(request) = operation else { return };
    let (Some(token), Some(secret)) = (&request.next_token, &mut world.secret) else { return };
    if let Some((offset, include_deprecated)) = read_token(token).filter(|(offset, _)| *offset <= secret.versions.len())
    {
        let seen = listed(secret, include_deprecated).take(offset).map(|version| version.id.clone()).collect();
        secret.listing = Some(Listing { next_token: token.clone(), seen, include_deprecated });
    }
}

fn listed(secret: &Secret, include_deprecated: bool) -> impl Iterator<Item = &Version> {
    secret.versions.iter().filter(move |version| {
        matches!(version.content.value, Content::Value(_))
            && (include_deprecated || secret.labels_of(&version.id).next().is_some())
    })
}

fn versions(world: &World, secret: &Secret, request: &ListSecretVersionIds) -> VersionPage {
    let (offset, include_deprecated) = match request.next_token.as_deref().and_then(read_token) {
        Some(start) => start,
        None => (0, request.include_deprecated == Some(true)),
    };
    let size = request.max_results.and_then(|results| usize::try_from(results).ok()).unwrap_or(PAGE);
    let mut rest = listed(secret, include_deprecated).skip(offset);
    let page: Vec<_> = rest.by_ref().take(size).map(|version| entry(secret, version)).collect();
    let kind = if include_deprecated { "all" } else { "labelled" };
    let next_token = rest.next().map(|_| format!("after-{}-{kind}", offset + page.len()).into());
    VersionPage { arn: secret.arn.clone(), name: Some(world.name.clone()), versions: Some(page), next_token }
}

fn entry(secret: &Secret, version: &Version) -> VersionEntry {
    let stages: Vec<_> = secret.labels_of(&version.id).cloned().collect();
    VersionEntry {
        version_id: Some(version.id.clone()),
        version_stages: (!stages.is_empty()).then_some(stages),
        created_date: version.created,
        last_accessed_date: None,
        kms_key_ids: Some(vec!["DefaultEncryptionKey".into()]),
    }
}

/// BatchGetSecretValue: the AWSCURRENT version of each (ROT-READ-008), an error for each that has none (ROT-READ-006).
pub(super) fn batch(named: &[Named<'_>]) -> Batch {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for Named { id, world } in named {
        let found = world.and_then(|world| {
            let secret = world.secret.as_ref().filter(|secret| secret.deletion.is_none())?;
            value(world, secret, secret.holder(&Label::Current).flatten()?)
        });
        match found {
            Some(value) => values.push(value),
            None => errors.push(BatchError {
                secret_id: Some((*id).clone()),
                error_code: Some("ResourceNotFoundException".into()),
                message: Some("Secrets Manager can't find the specified secret.".into()),
            }),
        }
    }
    Batch { secret_values: Some(values), errors: (!errors.is_empty()).then_some(errors), next_token: None }
}

/// The names that filters select; only `name` filters select anything.
pub(super) fn filtered<'a>(worlds: impl Iterator<Item = &'a World>, filters: &[Filter]) -> Vec<Text> {
    let mut names: Vec<_> = worlds
        .filter(|world| world.secret.as_ref().is_some_and(|secret| secret.deletion.is_none()))
        .filter(|world| matches_all(world, filters))
        .map(|world| world.name.clone())
        .collect();
    names.sort();
    names
}

fn matches_all(world: &World, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| {
        let is_by_name = filter.key.as_deref().is_none_or(|key| key == "name" || key == "all");
        is_by_name && filter.values.iter().flatten().any(|prefix| world.name.starts_with(&**prefix))
    })
}

/// ListSecrets, with the name of the last entry as the token.
pub(super) fn secrets<'a>(worlds: impl Iterator<Item = &'a World>, request: &ListSecrets) -> Answer {
    let size = request.max_results.and_then(|results| usize::try_from(results).ok()).filter(|size| *size > 0);
    let filters = request.filters.as_deref().unwrap_or_default();
    let with_deleted = request.include_planned_deletion == Some(true);
    let mut entries: Vec<_> = worlds
        .filter_map(|world| world.secret.as_ref().map(|secret| (world, secret)))
        .filter(|(world, secret)| (with_deleted || secret.deletion.is_none()) && matches_all(world, filters))
        .filter(|(world, _)| request.next_token.as_ref().is_none_or(|last| world.name > *last))
        .collect();
    entries.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let size = size.unwrap_or(PAGE);
    let next_token = entries.get(size).and_then(|_| entries.get(size - 1)).map(|(world, _)| world.name.clone());
    let page = entries.into_iter().take(size).map(|(world, secret)| description(world, secret)).collect();
    Answer::output(Output::Secrets(SecretPage { secret_list: Some(page), next_token }))
}
