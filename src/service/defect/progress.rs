//! The in-progress rule, and what RotateSecret makes of the pending version.

use super::{Bug, Hook, Scene, is_refused_by, put_label, refuse};
use crate::model::{
    Action, Answer, Body, Cell, Content, ErrorType, Label, Operation, Origin, Outcome, Output, Secret, Version, World,
};
use crate::rule::RuleId;

/// Rules that may permit a RotateSecret, depending on its members.
const PERMITS: &[RuleId] = &[
    RuleId::Prog002,
    RuleId::Prog003,
    RuleId::Prog007,
    RuleId::Conf002,
    RuleId::Conf006,
    RuleId::Conf007,
    RuleId::Val002,
    RuleId::Val008,
    RuleId::Val010,
    RuleId::Prog001,
];

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "progress-unchecked",
        does: "RotateSecret is accepted wherever AWSPENDING is",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Prog001],
        hooks: &[Hook::Sees(progress_unchecked)],
    },
    Bug {
        name: "progress-inverted",
        does: "RotateSecret is refused while AWSPENDING is on the AWSCURRENT version, and accepted while it is on another",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Prog001, RuleId::Prog002],
        hooks: &[Hook::Sees(progress_unchecked), Hook::Decides(refused_with_current)],
    },
    Bug {
        name: "progress-too-strict",
        does: "RotateSecret is refused while any version has AWSPENDING, AWSCURRENT's too",
        seen: "family: half of the condition is missing",
        breaks: &[RuleId::Prog002],
        hooks: &[Hook::Decides(refused_with_current)],
    },
    Bug {
        name: "progress-by-time",
        does: "RotateSecret is refused for three calls after one was accepted, wherever AWSPENDING is, and never later",
        seen: "family: a running rotation known by its start, not by its label",
        breaks: PERMITS,
        hooks: &[Hook::Sees(progress_unchecked), Hook::Decides(refused_soon_after)],
    },
    Bug {
        name: "progress-blind-to-hand",
        does: "RotateSecret is accepted while AWSPENDING was put by hand, without a rotation",
        seen: "family: a running rotation known by a flag, not by its label (LocalStack 2026.3.0 looks at the label)",
        breaks: &[RuleId::Prog001],
        hooks: &[Hook::Sees(progress_blind_to_hand)],
    },
    Bug {
        name: "progress-by-flag",
        does: "taking AWSPENDING off does not end the block",
        seen: "family: a running rotation known by a flag, not by its label",
        breaks: &[RuleId::Prog007],
        hooks: &[Hook::Decides(progress_by_flag)],
    },
    Bug {
        name: "progress-checks-once",
        does: "RotateSecret is accepted wherever AWSPENDING is, once any version has lost all its labels",
        seen: "family: deep, the first version in the list taken for the one of the label",
        breaks: &[RuleId::Prog001],
        hooks: &[Hook::Sees(progress_checks_once)],
    },
    Bug {
        name: "rotation-fills-pending",
        does: "an immediate RotateSecret copies the current value into the pending version",
        seen: "family: the configuration test's copy made for every rotation",
        breaks: &[RuleId::Life009],
        hooks: &[Hook::Stores(rotation_fills_pending)],
    },
    Bug {
        name: "rotation-promotes",
        does: "RotateSecret makes a copy of the value AWSCURRENT at once, and calls no function",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Life010, RuleId::Prog014, RuleId::Life009, RuleId::Life019],
        hooks: &[Hook::Stores(rotation_fills_pending), Hook::Stores(rotation_promotes)],
    },
    Bug {
        name: "rotation-moves-previous",
        does: "RotateSecret puts AWSPREVIOUS on the AWSCURRENT version",
        seen: "family: the labels of a finished rotation set at its start",
        breaks: &[RuleId::Life010, RuleId::Life019],
        hooks: &[Hook::Stores(rotation_moves_previous)],
    },
    Bug {
        name: "test-promotes",
        does: "RotateSecret with RotateImmediately=false makes its version AWSCURRENT",
        seen: "family: a member that is not read (moto 5.2.5 reads it, LocalStack had to add it)",
        breaks: &[RuleId::Life019, RuleId::Prog014],
        hooks: &[Hook::Stores(test_promotes)],
    },
    Bug {
        name: "rotation-answers-current",
        does: "RotateSecret answers the VersionId of the current version",
        seen: "moto 5.2.5 answers its default version",
        breaks: &[RuleId::Idem001],
        hooks: &[Hook::Says(rotation_answers_current)],
    },
    Bug {
        name: "put-leaves-pending-behind",
        does: "a plain PutSecretValue leaves AWSPENDING on the version that loses AWSCURRENT",
        seen: "family: a finished rotation that blocks the next",
        breaks: &[RuleId::State017],
        hooks: &[Hook::Stores(put_leaves_pending_behind)],
    },
];

fn is_rotation(scene: &Scene<'_>) -> bool {
    matches!(scene.operation, Operation::RotateSecret(_))
}

fn is_pending_elsewhere(scene: &Scene<'_>) -> bool {
    let pending = scene.holder(&Label::Pending);
    pending.is_some() && pending != scene.holder(&Label::Current)
}

/// Takes AWSPENDING away before RotateSecret is decided.
fn unblock(world: &mut World) {
    if let Some(secret) = &mut world.secret {
        put_label(secret, &Label::Pending, None);
        secret.rotation.resume();
    }
}

fn progress_unchecked(world: &mut World, scene: &Scene<'_>) {
    if is_rotation(scene) && is_pending_elsewhere(scene) {
        unblock(world);
    }
}

fn refused_with_current(outcome: &mut Outcome, scene: &Scene<'_>) {
    let pending = scene.holder(&Label::Pending);
    let is_with_current = pending.is_some() && pending == scene.holder(&Label::Current);
    if is_rotation(scene) && outcome.is_accepted() && is_with_current {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn refused_soon_after(outcome: &mut Outcome, scene: &Scene<'_>) {
    let started = scene.active().map(|secret| &secret.rotation.enabled).filter(|enabled| enabled.value);
    if is_rotation(scene)
        && outcome.is_accepted()
        && started.and_then(|enabled| enabled.by).is_some_and(|by| scene.call - by.call <= 3)
    {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn progress_blind_to_hand(world: &mut World, scene: &Scene<'_>) {
    let is_by_hand = scene.active().is_some_and(|secret| !secret.rotation.may_act());
    if is_rotation(scene) && is_by_hand && is_pending_elsewhere(scene) {
        unblock(world);
    }
}

fn progress_by_flag(outcome: &mut Outcome, scene: &Scene<'_>) {
    let by_client = Origin::Client(Action::UpdateSecretVersionStage);
    let is_taken_off =
        |secret: &Secret| secret.holder(&Label::Pending) == Some(None) && secret.put_by(&Label::Pending) == by_client;
    let was_taken_off = scene.active().is_some_and(is_taken_off);
    if is_rotation(scene) && was_taken_off && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn progress_checks_once(world: &mut World, scene: &Scene<'_>) {
    let has_deprecated = scene
        .active()
        .is_some_and(|secret| secret.versions.iter().any(|version| secret.labels_of(&version.id).next().is_none()));
    if is_rotation(scene) && has_deprecated && is_pending_elsewhere(scene) {
        unblock(world);
    }
}

/// The version that an accepted immediate RotateSecret has made.
fn made_by_rotation<'a>(world: &'a mut World, scene: &Scene<'_>) -> Option<&'a mut Version> {
    let token = scene.operation.token().filter(|_| is_rotation(scene) && !scene.is_refused)?;
    let is_new = |version: &&mut Version| version.id == *token && version.content.value == Content::Unfilled;
    world.secret.as_mut()?.versions.iter_mut().find(is_new)
}

fn rotation_fills_pending(world: &mut World, scene: &Scene<'_>) {
    let value = scene.active().and_then(|secret| secret.value(scene.holder(&Label::Current)?)).cloned();
    if let (Some(version), Some(value)) = (made_by_rotation(world, scene), value) {
        version.content = Cell::known(Content::Value(value), version.content.by);
        version.created = Some(scene.now);
    }
}

fn promote(world: &mut World, scene: &Scene<'_>) {
    let (Some(token), Some(secret)) = (scene.operation.token(), &mut world.secret) else { return };
    if let Some(current) = scene.holder(&Label::Current).filter(|current| *current != token) {
        put_label(secret, &Label::Previous, Some(current.clone()));
        put_label(secret, &Label::Current, Some(token.clone()));
        put_label(secret, &Label::Pending, None);
        secret.rotation.finish();
    }
}

fn rotation_promotes(world: &mut World, scene: &Scene<'_>) {
    let is_filled = scene
        .operation
        .token()
        .is_some_and(|token| world.secret.as_ref().is_some_and(|secret| secret.value(token).is_some()));
    if is_rotation(scene) && !scene.is_refused && is_filled {
        promote(world, scene);
    }
}

fn rotation_moves_previous(world: &mut World, scene: &Scene<'_>) {
    let current = scene.holder(&Label::Current).filter(|_| is_rotation(scene) && !scene.is_refused);
    if let (Some(current), Some(secret)) = (current, &mut world.secret) {
        put_label(secret, &Label::Previous, Some(current.clone()));
    }
}

fn test_promotes(world: &mut World, scene: &Scene<'_>) {
    let Operation::RotateSecret(rotate) = scene.operation else { return };
    let current = scene.active().and_then(|secret| secret.version(scene.holder(&Label::Current)?)).cloned();
    let (Some(token), Some(mut copy)) = (&rotate.client_request_token, current) else { return };
    if rotate.rotate_immediately != Some(false) || scene.is_refused {
        return;
    }
    let Some(secret) = &mut world.secret else { return };
    if secret.version(token).is_none() {
        copy.id = token.clone();
        secret.versions.push(copy);
        promote(world, scene);
    }
}

fn rotation_answers_current(answer: &mut Answer, scene: &Scene<'_>) {
    let Body::Output(Output::Receipt(receipt)) = &mut answer.body else { return };
    if is_rotation(scene) {
        receipt.version_id = scene.holder(&Label::Current).cloned().or(receipt.version_id.take());
    }
}

fn put_leaves_pending_behind(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let pending = scene.holder(&Label::Pending);
    let is_with_current = pending.is_some() && pending == scene.holder(&Label::Current);
    if put.version_stages.is_none() && is_with_current && !scene.is_refused {
        put_label(secret, &Label::Pending, pending.cloned());
    }
}

/// Whether a refusal of RotateSecret for want of a function was the outcome.
pub(super) fn lacks_function(outcome: &Outcome) -> bool {
    is_refused_by(outcome, RuleId::Err003) || is_refused_by(outcome, RuleId::Err004)
}
