//! Which of several refusals is given, of which type, and in which words.

use super::Otherwise;
use crate::model::{Answer, Body, Claim, ErrorType, Fact, Label, Operation, Outcome, Refusal, Secret, World};
use crate::rule::{Class, RuleId};
use crate::service::hook::{Hook, Scene, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "state-before-shape",
        does: "RotateSecret is refused for the state of the secret before anything else that is wrong with it",
        permitted_by: "ROT-ERR-017",
        differs: &[],
        hooks: &[Hook::Decides(state_before_shape)],
    },
    Otherwise {
        name: "deletion-checked-last",
        does: "whatever else is wrong with a request is answered before that the secret is marked for deletion",
        permitted_by: "ROT-ERR-006, ROT-ERR-017",
        differs: &[],
        hooks: &[Hook::Sees(forget_the_mark), Hook::Decides(remember_the_mark)],
    },
    Otherwise {
        name: "shapes-as-validation",
        does: "what is wrong with the shape of a request is answered with ValidationException",
        permitted_by: "ROT-VAL-001, ROT-VAL-002, ROT-VAL-008, ROT-VAL-010, ROT-VAL-014, ROT-VAL-015",
        differs: &[],
        hooks: &[Hook::Decides(shapes_as_validation)],
    },
    Otherwise {
        name: "characters-checked-everywhere",
        does: "an identifier with an illegal character is refused with ValidationException by every operation",
        permitted_by: "ROT-VAL-017",
        differs: &[],
        hooks: &[Hook::Decides(characters_checked_everywhere)],
    },
    Otherwise {
        name: "picky-updates",
        does: "UpdateSecret that changes nothing, or whose token is in use, fails; CreateSecret needs a token",
        permitted_by: "ROT-IDEM-008, ROT-VAL-005",
        differs: &[],
        hooks: &[Hook::Decides(picky_updates)],
    },
    Otherwise {
        name: "rotation-tokens-refused",
        does: "a RotationToken in an ordinary call is refused",
        permitted_by: "ROT-VAL-016",
        differs: &[],
        hooks: &[Hook::Decides(rotation_tokens_refused)],
    },
    Otherwise {
        name: "own-words",
        does: "refusals have texts of their own",
        permitted_by: "ROT-ERR-001 and every rule that quotes a text",
        differs: &[
            RuleId::Val004,
            RuleId::Val005,
            RuleId::Val009,
            RuleId::Val010,
            RuleId::Val011,
            RuleId::Val013,
            RuleId::Val017,
            RuleId::Idem003,
            RuleId::Idem006,
            RuleId::Idem007,
            RuleId::Idem010,
            RuleId::State012,
            RuleId::Prog001,
            RuleId::Err001,
            RuleId::Err003,
            RuleId::Err004,
            RuleId::Err006,
            RuleId::Err011,
            RuleId::Err013,
            RuleId::Err014,
            RuleId::Ident006,
        ],
        hooks: &[Hook::Says(own_words)],
    },
    Otherwise {
        name: "lenient",
        does: "what only strict mode requires to be refused is accepted and does nothing",
        permitted_by: "ROT-VAL-001 and every rule of which a refusal is fidelity",
        differs: &[
            RuleId::Val001,
            RuleId::Val002,
            RuleId::Val010,
            RuleId::Val011,
            RuleId::Val012,
            RuleId::Val013,
            RuleId::Val014,
            RuleId::Val015,
            RuleId::Val016,
            RuleId::Val018,
            RuleId::Val019,
            RuleId::Val021,
            RuleId::Ident005,
            RuleId::Ident007,
            RuleId::Wire010,
            RuleId::State021,
            RuleId::Err004,
            RuleId::Conf018,
        ],
        hooks: &[Hook::Decides(lenient)],
    },
    Otherwise {
        name: "hundred-versions",
        does: "a secret has at most a hundred versions",
        permitted_by: "ROT-STATE-022",
        differs: &[],
        hooks: &[Hook::Decides(hundred_versions)],
    },
    Otherwise {
        name: "labels-of-aws-count",
        does: "a secret has at most twenty labels, those of AWS included",
        permitted_by: "ROT-STATE-021",
        differs: &[],
        hooks: &[Hook::Decides(labels_of_aws_count)],
    },
    Otherwise {
        name: "throttles",
        does: "every seventh call is throttled",
        permitted_by: "ROT-CONC-010",
        differs: &[],
        hooks: &[Hook::Decides(throttles)],
    },
];

const MARKED: &str = "You can't perform this operation on the secret because it was marked for deletion.";

/// Whether the state alone is a reason to refuse a RotateSecret.
fn is_bad_state(scene: &Scene<'_>) -> bool {
    let (Operation::RotateSecret(rotate), Some(secret)) = (scene.operation, scene.subject()) else { return false };
    let [pending, current] = [Label::Pending, Label::Current].map(|label| secret.holder(&label).flatten());
    let lacks_function = rotate.rotation_lambda_arn.is_none() && secret.rotation.function.value.is_none();
    let is_blocked = pending.is_some() && pending != current;
    is_blocked || lacks_function
}

fn state_before_shape(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_of_shape = |refusal: &Refusal| refusal.error_type != ErrorType::InvalidRequestException;
    if is_bad_state(scene) && outcome.refusal.as_ref().is_some_and(is_of_shape) {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

/// Whether the request is one that a mark for deletion refuses.
fn needs_an_active_secret(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RotateSecret(_)
            | Operation::GetSecretValue(_)
            | Operation::PutSecretValue(_)
            | Operation::UpdateSecret(_)
            | Operation::UpdateSecretVersionStage(_)
            | Operation::CancelRotateSecret(_)
            | Operation::TagResource(_)
            | Operation::UntagResource(_)
    )
}

fn forget_the_mark(world: &mut World, scene: &Scene<'_>) {
    if let (true, Some(secret)) = (needs_an_active_secret(scene.operation), &mut world.secret)
        && secret.deletion.is_some()
    {
        secret.deletion = None;
    }
}

fn remember_the_mark(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_marked = scene.before.secret.as_ref().is_some_and(|secret| secret.deletion.is_some());
    if is_marked && needs_an_active_secret(scene.operation) && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
        if let Some(refusal) = &mut outcome.refusal {
            refusal.text = Some(MARKED.into());
        }
    }
}

/// Refusals whose type a rule names have a text; so has the one about AWSCURRENT.
fn shapes_as_validation(outcome: &mut Outcome, scene: &Scene<'_>) {
    let names_its_type = match scene.operation {
        Operation::DeleteSecret(_) => true,
        Operation::UpdateSecretVersionStage(wish) => wish.version_stage == Some(Label::Current),
        _ => false,
    };
    if let Some(refusal) = &mut outcome.refusal
        && refusal.error_type == ErrorType::InvalidParameterException
        && refusal.text.is_none()
        && !names_its_type
    {
        refusal.error_type = ErrorType::ValidationException;
    }
}

fn characters_checked_everywhere(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_illegal = |byte: u8| matches!(byte, b' ' | b'*' | b'?' | b']' | b'\\');
    let has_illegal = scene.operation.secret_id().is_some_and(|id| id.bytes().any(is_illegal));
    let is_open = matches!(
        scene.operation,
        Operation::CancelRotateSecret(_) | Operation::RestoreSecret(_) | Operation::UpdateSecretVersionStage(_)
    );
    if has_illegal && is_open {
        refuse(outcome, ErrorType::ValidationException);
    }
}

fn picky_updates(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_picked = match scene.operation {
        Operation::UpdateSecret(update) if update.secret_string.is_none() && update.secret_binary.is_none() => {
            let token = update.client_request_token.as_ref();
            let is_used = token.is_some_and(|token| scene.active().is_some_and(|it| it.version(token).is_some()));
            let changes_nothing = update.description.is_none() && update.kms_key_id.is_none();
            changes_nothing || is_used || token.is_none()
        }
        Operation::CreateSecret(create) => {
            create.secret_string.is_none() && create.secret_binary.is_none() && create.client_request_token.is_none()
        }
        _ => false,
    };
    if is_picked && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn rotation_tokens_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let has_one = matches!(scene.operation, Operation::PutSecretValue(put) if put.rotation_token.is_some());
    if has_one && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn own_words(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Error(error) = &mut answer.body {
        error.message = Some("No.".to_owned());
    }
}

fn throttles(outcome: &mut Outcome, scene: &Scene<'_>) {
    if scene.call.is_multiple_of(7) {
        refuse(outcome, ErrorType::ThrottlingException);
    }
}

fn lenient(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_of_service =
        !matches!(scene.operation, Operation::CreateSecret(_) | Operation::Malformed(_) | Operation::Unknown(_));
    let is_loose = |fact: &Fact| fact.claim == Claim::Refused && fact.class == Class::Fidelity;
    if is_of_service && !outcome.is_accepted() && outcome.facts.iter().any(is_loose) {
        outcome.refusal = None;
        outcome.next = Some(scene.before.clone());
    }
}

/// The secret with what an accepted request has made of it.
fn after<'a>(outcome: &'a Outcome, scene: &Scene<'_>) -> Option<&'a Secret> {
    let is_change = !scene.operation.is_read() && outcome.is_accepted();
    outcome.next.as_ref().filter(|_| is_change)?.secret.as_deref()
}

fn hundred_versions(outcome: &mut Outcome, scene: &Scene<'_>) {
    let had = scene.active().map_or(0, |secret| secret.versions.len());
    if after(outcome, scene).is_some_and(|secret| secret.versions.len() > had.max(100)) {
        refuse(outcome, ErrorType::LimitExceededException);
    }
}

fn labels_of_aws_count(outcome: &mut Outcome, scene: &Scene<'_>) {
    let count = |secret: &Secret| secret.labels.iter().filter(|cell| cell.holder.value.is_some()).count();
    let had = scene.active().map_or(0, count);
    if after(outcome, scene).is_some_and(|secret| count(secret) > had.max(20)) {
        refuse(outcome, ErrorType::LimitExceededException);
    }
}
