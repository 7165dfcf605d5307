//! Checks that are missing, or stricter than the documents.

use super::{Bug, Hook, Scene, is_refused_by, refuse};
use crate::model::{ErrorType, Operation, Outcome};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "token-length-unchecked",
        does: "PutSecretValue takes a token of any length",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Val002],
        hooks: &[Hook::Reads(token_length_unchecked)],
    },
    Bug {
        name: "token-must-be-uuid",
        does: "PutSecretValue refuses a token that is no UUID",
        seen: "family: a recommendation taken for a rule",
        breaks: &[RuleId::Val003, RuleId::Val002, RuleId::Idem009],
        hooks: &[Hook::Decides(token_must_be_uuid)],
    },
    Bug {
        name: "value-not-needed",
        does: "PutSecretValue without a value answers success",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Val015],
        hooks: &[Hook::Decides(value_not_needed)],
    },
    Bug {
        name: "two-values-taken",
        does: "PutSecretValue takes SecretString and SecretBinary together, and stores the text",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Val015],
        hooks: &[Hook::Reads(two_values_taken)],
    },
    Bug {
        name: "two-values-created",
        does: "CreateSecret takes SecretString and SecretBinary together, and stores the text",
        seen: "family: two members of which one is read",
        breaks: &[RuleId::Val022],
        hooks: &[Hook::Reads(two_values_created)],
    },
    Bug {
        name: "two-values-updated",
        does: "UpdateSecret takes SecretString and SecretBinary together, and stores the text",
        seen: "family: two members of which one is read",
        breaks: &[RuleId::Val022],
        hooks: &[Hook::Reads(two_values_updated)],
    },
    Bug {
        name: "stage-not-needed",
        does: "UpdateSecretVersionStage without VersionStage answers success",
        seen: "family: a required member that is not checked",
        breaks: &[RuleId::Val014],
        hooks: &[Hook::Decides(stage_not_needed)],
    },
    Bug {
        name: "illegal-name-not-found",
        does: "a name with illegal characters is not found instead of refused",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Val017],
        hooks: &[Hook::Decides(illegal_name_not_found)],
    },
];

/// Accepts, and changes nothing.
fn wave_through(outcome: &mut Outcome, scene: &Scene<'_>) {
    if scene.active().is_some() {
        outcome.refusal = None;
        outcome.next = Some(scene.before.clone());
    }
}

fn token_length_unchecked(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::PutSecretValue(put) = operation
        && let Some(token) = &mut put.client_request_token
        && !(32..=64).contains(&token.len())
    {
        let long = format!("{token}{}", "0".repeat(33));
        *token = long.get(..64).unwrap_or(&long).into();
    }
}

fn token_must_be_uuid(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_put = matches!(scene.operation, Operation::PutSecretValue(_));
    let is_uuid = scene.operation.token().is_some_and(|token| uuid::Uuid::parse_str(token).is_ok());
    if is_put && !is_uuid && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn value_not_needed(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::PutSecretValue(put) = scene.operation else { return };
    if put.secret_string.is_none() && put.secret_binary.is_none() && is_refused_by(outcome, RuleId::Val015) {
        wave_through(outcome, scene);
    }
}

fn two_values_taken(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::PutSecretValue(put) = operation
        && put.secret_string.is_some()
    {
        put.secret_binary = None;
    }
}

fn two_values_created(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::CreateSecret(create) = operation
        && create.secret_string.is_some()
    {
        create.secret_binary = None;
    }
}

fn two_values_updated(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::UpdateSecret(update) = operation
        && update.secret_string.is_some()
    {
        update.secret_binary = None;
    }
}

fn stage_not_needed(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::UpdateSecretVersionStage(wish) = scene.operation else { return };
    if wish.version_stage.is_none() && is_refused_by(outcome, RuleId::Val014) {
        wave_through(outcome, scene);
    }
}

fn illegal_name_not_found(outcome: &mut Outcome, _: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Val017) {
        refuse(outcome, ErrorType::ResourceNotFoundException);
    }
}
