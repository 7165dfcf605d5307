//! RotateSecret and CancelRotateSecret where the documents say nothing, or two things.

use super::Otherwise;
use crate::model::{
    Answer, Body, Cell, Content, ErrorType, Label, Operation, Origin, Outcome, Output, Progress, RotateSecret, Version,
    World,
};
use crate::service::hook::{Hook, Scene, put_label, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "cancelled-is-free",
        does: "RotateSecret is accepted after CancelRotateSecret, wherever AWSPENDING is",
        permitted_by: "ROT-PROG-011, C-02",
        differs: &[],
        hooks: &[Hook::Decides(cancelled_is_free)],
    },
    Otherwise {
        name: "cancel-takes-pending",
        does: "CancelRotateSecret takes AWSPENDING away",
        permitted_by: "ROT-PROG-010, C-02",
        differs: &[],
        hooks: &[Hook::Stores(cancel_takes_pending), Hook::Says(cancel_names_pending)],
    },
    Otherwise {
        name: "cancel-needs-rotation",
        does: "CancelRotateSecret fails where rotation is off",
        permitted_by: "ROT-CONF-021",
        differs: &[],
        hooks: &[Hook::Decides(cancel_needs_rotation)],
    },
    Otherwise {
        name: "cancelled-needs-rules",
        does: "RotateSecret with SecretId alone fails after CancelRotateSecret",
        permitted_by: "ROT-CONF-012",
        differs: &[],
        hooks: &[Hook::Decides(cancelled_needs_rules)],
    },
    Otherwise {
        name: "empty-secret-is-not-rotated",
        does: "RotateSecret fails for a secret without a value",
        permitted_by: "ROT-LIFE-026, ROT-PROG-005",
        differs: &[],
        hooks: &[Hook::Decides(empty_secret_is_not_rotated)],
    },
    Otherwise {
        name: "rotation-ends",
        does: "a rotation ends after some calls, since its function failed or did nothing, and AWSPENDING goes",
        permitted_by: "ROT-LIFE-023, ROT-LIFE-015",
        differs: &[],
        hooks: &[Hook::Sees(rotation_ends)],
    },
    Otherwise {
        name: "next-date-late",
        does: "NextRotationDate is not there before a rotation has finished",
        permitted_by: "ROT-CONF-014",
        differs: &[],
        hooks: &[Hook::Says(next_date_late)],
    },
];

/// Whether the refusal is that of a rotation in progress and of nothing before it.
pub(super) fn is_blocked_alone(outcome: &Outcome) -> bool {
    let text = outcome.refusal.as_ref().and_then(|refusal| refusal.text.as_deref());
    text.is_some_and(|text| text.starts_with("A previous rotation isn't complete"))
}

pub(super) fn rotate<'a>(scene: &Scene<'a>) -> Option<&'a RotateSecret> {
    scene.subject()?;
    match scene.operation {
        Operation::RotateSecret(rotate) => Some(rotate),
        _ => None,
    }
}

pub(super) fn is_test(rotate: &RotateSecret) -> bool {
    rotate.rotate_immediately == Some(false)
}

/// The secret after its configuration was stored and, of an immediate rotation, AWSPENDING put on the token.
pub(super) fn start(scene: &Scene<'_>) -> Option<World> {
    let rotate = rotate(scene)?;
    let mut next = configured(scene)?;
    let (Some(token), Some(secret)) = (&rotate.client_request_token, &mut next.secret) else { return None };
    if !is_test(rotate) {
        if secret.version(token).is_none() {
            let content = Cell::known(Content::Unfilled, None);
            secret.versions.push(Version::new(token, content, Origin::Rotation, None));
        }
        put_label(secret, &Label::Pending, Some(token.clone()));
        secret.rotation.progress = Progress::Started(token.clone());
    }
    Some(next)
}

/// The secret with the function and the rules of the request.
pub(super) fn configured(scene: &Scene<'_>) -> Option<World> {
    let request = rotate(scene)?;
    let mut next = scene.before.clone();
    let rotation = &mut next.secret.as_mut()?.rotation;
    rotation.enabled = Cell::known(true, None);
    rotation.configured = true;
    rotation.resume();
    if let Some(arn) = &request.rotation_lambda_arn {
        rotation.function = Cell::known(Some(arn.clone()), None);
    }
    if let Some(rules) = &request.rotation_rules {
        rotation.days = Cell::known(rules.automatically_after_days, None);
        rotation.duration = Cell::known(rules.duration.clone(), None);
        rotation.schedule = Cell::known(rules.schedule_expression.clone(), None);
    }
    Some(next)
}

fn cancelled_is_free(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_cancelled = scene.subject().is_some_and(|secret| secret.rotation.is_cancelled());
    if is_cancelled && is_blocked_alone(outcome) {
        outcome.refusal = None;
        outcome.next = start(scene);
    }
}

fn cancel_takes_pending(world: &mut World, scene: &Scene<'_>) {
    let is_rotating = scene.subject().is_some_and(|secret| secret.rotation.configured);
    if let (Operation::CancelRotateSecret(_), Some(secret)) = (scene.operation, &mut world.secret)
        && is_rotating
        && !scene.is_refused
    {
        put_label(secret, &Label::Pending, None);
    }
}

fn cancel_names_pending(answer: &mut Answer, scene: &Scene<'_>) {
    if let (Operation::CancelRotateSecret(_), Body::Output(Output::Receipt(receipt))) =
        (scene.operation, &mut answer.body)
    {
        receipt.version_id = scene.holder(&Label::Pending).cloned();
    }
}

fn cancel_needs_rotation(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_on = scene.subject().is_some_and(|secret| secret.rotation.enabled.value);
    if matches!(scene.operation, Operation::CancelRotateSecret(_)) && outcome.is_accepted() && !is_on {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn cancelled_needs_rules(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_cancelled = scene.subject().is_some_and(|secret| secret.rotation.is_cancelled());
    let is_bare = |rotate: &RotateSecret| rotate.rotation_lambda_arn.is_none() && rotate.rotation_rules.is_none();
    if rotate(scene).is_some_and(is_bare) && is_cancelled && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn empty_secret_is_not_rotated(outcome: &mut Outcome, scene: &Scene<'_>) {
    if rotate(scene).is_some() && scene.holder(&Label::Current).is_none() && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

/// After how many further calls a rotation or a test ends.
pub(super) const PATIENCE: u32 = 2;

fn rotation_ends(world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = &mut world.secret else { return };
    let Some(token) = secret.rotation.unfinished().cloned() else { return };
    let started = secret.version(&token).and_then(|version| version.content.by).map(|by| by.call);
    if started.is_some_and(|started| scene.call > started + PATIENCE) && secret.holds(&Label::Pending, &token) {
        put_label(secret, &Label::Pending, None);
        secret.rotation.finish();
        secret.versions.retain(|version| version.id != token || version.content.value != Content::Unfilled);
    }
}

fn next_date_late(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Description(shown)) = &mut answer.body
        && shown.last_rotated_date.is_none()
    {
        shown.next_rotation_date = None;
    }
}
