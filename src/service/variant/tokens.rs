//! What a used token does where the documents say nothing, or two things.

use super::Otherwise;
use super::rotation::{is_blocked_alone, start};
use crate::model::{
    Cell, Content, ErrorType, Label, Operation, Outcome, Secret, SecretBinary, SecretString, Value, World,
};
use crate::rule::RuleId;
use crate::service::hook::{Hook, Scene, put_label, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "same-rotation-accepted",
        does: "RotateSecret with the token of the rotation that runs is accepted and starts nothing",
        permitted_by: "ROT-IDEM-011, C-01",
        differs: &[],
        hooks: &[Hook::Decides(same_rotation_accepted)],
    },
    Otherwise {
        name: "used-token-rotates",
        does: "RotateSecret with the token of a version that there is puts AWSPENDING on that version",
        permitted_by: "ROT-IDEM-012, ROT-IDEM-013",
        differs: &[],
        hooks: &[Hook::Decides(used_token_rotates)],
    },
    Otherwise {
        name: "used-token-does-not-rotate",
        does: "RotateSecret with the token of a version that there is succeeds and does nothing",
        permitted_by: "ROT-IDEM-012, ROT-IDEM-013",
        differs: &[],
        hooks: &[Hook::Decides(used_token_does_not_rotate)],
    },
    Otherwise {
        name: "same-update-refused",
        does: "UpdateSecret with the token and the value of a version that there is fails",
        permitted_by: "ROT-IDEM-007, C-08",
        differs: &[],
        hooks: &[Hook::Decides(same_update_refused)],
    },
    Otherwise {
        name: "old-creation-refused",
        does: "CreateSecret repeated once its version is not AWSCURRENT's any more fails",
        permitted_by: "ROT-IDEM-005",
        differs: &[],
        hooks: &[Hook::Decides(old_creation_refused)],
    },
    Otherwise {
        name: "repetition-moves-labels",
        does: "PutSecretValue of a version that there is puts the labels that it names on that version",
        permitted_by: "ROT-IDEM-004",
        differs: &[RuleId::Idem004, RuleId::Idem002, RuleId::State015],
        hooks: &[Hook::Stores(repetition_moves_labels)],
    },
    Otherwise {
        name: "repetition-with-labels-refused",
        does: "PutSecretValue of a version that there is fails if it names labels",
        permitted_by: "ROT-IDEM-004",
        differs: &[RuleId::Idem004],
        hooks: &[Hook::Decides(repetition_with_labels_refused)],
    },
    Otherwise {
        name: "pending-token-promotes",
        does: "a value stored under the rotation's token without a word of AWSPENDING becomes AWSCURRENT",
        permitted_by: "ROT-PROG-016",
        differs: &[],
        hooks: &[Hook::Decides(pending_token_promotes)],
    },
    Otherwise {
        name: "pending-token-fills",
        does: "a value stored under the rotation's token without a word of AWSPENDING fills the version and moves nothing",
        permitted_by: "ROT-PROG-016",
        differs: &[],
        hooks: &[Hook::Decides(pending_token_fills)],
    },
    Otherwise {
        name: "pending-token-refused",
        does: "a value stored under the rotation's token without a word of AWSPENDING is refused",
        permitted_by: "ROT-PROG-016",
        differs: &[],
        hooks: &[Hook::Decides(pending_token_refused)],
    },
];

fn same_rotation_accepted(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::RotateSecret(rotate) = scene.operation else { return };
    let is_same = rotate.client_request_token.as_ref() == scene.holder(&Label::Pending);
    if is_same && rotate.rotate_immediately != Some(false) && is_blocked_alone(outcome) {
        outcome.refusal = None;
        outcome.next = Some(scene.before.clone());
    }
}

/// The request, if its token names a version with a value and nothing stands in its way.
fn is_used_again(outcome: &Outcome, scene: &Scene<'_>) -> bool {
    let Operation::RotateSecret(rotate) = scene.operation else { return false };
    let Some((secret, token)) = scene.subject().zip(rotate.client_request_token.as_ref()) else { return false };
    let pending = scene.holder(&Label::Pending);
    let is_free = pending.is_none() || pending == scene.holder(&Label::Current);
    secret.value(token).is_some() && is_free && (outcome.is_accepted() || is_blocked_alone(outcome))
}

fn used_token_rotates(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_used_again(outcome, scene) {
        outcome.refusal = None;
        outcome.next = start(scene);
    }
}

fn used_token_does_not_rotate(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_used_again(outcome, scene) {
        outcome.refusal = None;
        outcome.next = Some(scene.before.clone());
    }
}

/// The value that a request stores.
fn value(text: Option<&SecretString>, bytes: Option<&SecretBinary>) -> Option<Value> {
    match (text, bytes) {
        (Some(text), None) => Some(Value::Text(text.clone())),
        (None, Some(bytes)) => Some(Value::Bytes(bytes.clone())),
        _ => None,
    }
}

/// Whether the token names a version of this very value.
fn is_stored(secret: &Secret, token: Option<&crate::model::Text>, value: Option<&Value>) -> bool {
    token.zip(value).is_some_and(|(token, value)| secret.value(token) == Some(value))
}

fn same_update_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let (Operation::UpdateSecret(update), Some(secret)) = (scene.operation, scene.subject()) else { return };
    let value = value(update.secret_string.as_ref(), update.secret_binary.as_ref());
    if is_stored(secret, update.client_request_token.as_ref(), value.as_ref()) {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

fn old_creation_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let (Operation::CreateSecret(create), Some(secret)) = (scene.operation, scene.subject()) else { return };
    let value = value(create.secret_string.as_ref(), create.secret_binary.as_ref());
    let token = create.client_request_token.as_ref();
    if is_stored(secret, token, value.as_ref()) && token != scene.holder(&Label::Current) {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

/// The labels of a PutSecretValue that repeats an earlier one.
fn repeated<'a>(scene: &Scene<'a>) -> Option<&'a [Label]> {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, scene.subject()) else { return None };
    let value = value(put.secret_string.as_ref(), put.secret_binary.as_ref());
    let is_repeated = is_stored(secret, put.client_request_token.as_ref(), value.as_ref());
    put.version_stages.as_deref().filter(|_| is_repeated)
}

fn repetition_moves_labels(world: &mut World, scene: &Scene<'_>) {
    let Some(labels) = repeated(scene).filter(|_| !scene.is_refused) else { return };
    let (Some(token), Some(secret)) = (scene.operation.token(), &mut world.secret) else { return };
    for label in labels {
        if let (Label::Current, Some(old)) = (label, scene.holder(label).filter(|old| *old != token)) {
            put_label(secret, &Label::Previous, Some(old.clone()));
        }
        put_label(secret, label, Some(token.clone()));
    }
}

fn repetition_with_labels_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    if repeated(scene).is_some() && outcome.is_accepted() {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

/// The value for the rotation's own version, of a request that does not say AWSPENDING.
fn for_pending(outcome: &Outcome, scene: &Scene<'_>) -> Option<Value> {
    let (stages, value) = match scene.operation {
        Operation::PutSecretValue(put) if put.rotation_token.is_none() => {
            (put.version_stages.as_deref(), value(put.secret_string.as_ref(), put.secret_binary.as_ref()))
        }
        Operation::UpdateSecret(update) => (None, value(update.secret_string.as_ref(), update.secret_binary.as_ref())),
        _ => return None,
    };
    let secret = scene.subject()?;
    let token = scene.operation.token()?;
    let is_unfilled = secret.version(token).is_some_and(|version| version.content.value == Content::Unfilled);
    let is_silent = stages.is_none_or(|stages| stages == [Label::Current]);
    value.filter(|_| is_unfilled && is_silent && outcome.is_accepted())
}

fn fill(scene: &Scene<'_>, value: Value) -> World {
    let mut next = scene.before.clone();
    if let (Some(token), Some(secret)) = (scene.operation.token(), &mut next.secret)
        && let Some(version) = secret.versions.iter_mut().find(|version| version.id == *token)
    {
        version.content = Cell::known(Content::Value(value), None);
        version.created = Some(scene.now);
    }
    next
}

fn pending_token_promotes(outcome: &mut Outcome, scene: &Scene<'_>) {
    let (Some(value), Some(token)) = (for_pending(outcome, scene), scene.operation.token()) else { return };
    let mut next = fill(scene, value);
    if let Some(secret) = &mut next.secret {
        if let Some(old) = scene.holder(&Label::Current) {
            put_label(secret, &Label::Previous, Some(old.clone()));
        }
        put_label(secret, &Label::Current, Some(token.clone()));
        put_label(secret, &Label::Pending, None);
        secret.had_current = true;
        secret.rotation.finish();
    }
    outcome.next = Some(next);
}

/// A first value becomes AWSCURRENT in any case (ROT-STATE-002).
fn pending_token_fills(outcome: &mut Outcome, scene: &Scene<'_>) {
    let (Some(value), Some(token)) = (for_pending(outcome, scene), scene.operation.token()) else { return };
    let mut next = fill(scene, value);
    if let (None, Some(secret)) = (scene.holder(&Label::Current), &mut next.secret) {
        put_label(secret, &Label::Current, Some(token.clone()));
        secret.had_current = true;
    }
    outcome.next = Some(next);
}

fn pending_token_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    if for_pending(outcome, scene).is_some() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}
