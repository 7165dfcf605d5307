//! AWSCURRENT: lost, removed, on two versions, or on the wrong one.

use super::{Bug, Hook, Scene, add_label, is_refused_by, put_label};
use crate::model::{Label, Operation, Outcome, World};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "current-twice-after-rotation",
        does: "the first plain value after a RotateSecret becomes AWSCURRENT, and the old version stays it too",
        seen: "moto 5.2.5: RotateSecret takes the pending version for the default one, whose labels the next value replaces",
        breaks: &[RuleId::State005, RuleId::State001],
        hooks: &[Hook::Stores(current_twice_after_rotation)],
    },
    Bug {
        name: "current-removable",
        does: "UpdateSecretVersionStage removes AWSCURRENT with RemoveFromVersionId alone",
        seen: "moto 5.2.5",
        breaks: &[RuleId::State014],
        hooks: &[Hook::Decides(current_removable)],
    },
    Bug {
        name: "current-lost-to-pending",
        does: "PutSecretValue of an AWSPENDING version takes AWSCURRENT off the old one",
        seen: "family: every put deprecates the version before",
        breaks: &[RuleId::State007],
        hooks: &[Hook::Stores(current_lost_to_pending)],
    },
    Bug {
        name: "first-version-not-current",
        does: "the first version of a secret does not get AWSCURRENT unless VersionStages names it",
        seen: "ministack 1.5.33, which stores the labels as they are given",
        breaks: &[RuleId::State004],
        hooks: &[Hook::Stores(first_version_not_current)],
    },
    Bug {
        name: "update-leaves-current",
        does: "UpdateSecret stores the value and leaves AWSCURRENT on the old version",
        seen: "family: a version that is stored and never published",
        breaks: &[RuleId::State005],
        hooks: &[Hook::Stores(update_leaves_current)],
    },
    Bug {
        name: "put-pending-promotes",
        does: "PutSecretValue with AWSPENDING moves AWSCURRENT as well",
        seen: "family: labels that are added to AWSCURRENT and not taken in its place",
        breaks: &[RuleId::State007],
        hooks: &[Hook::Stores(put_pending_promotes)],
    },
    Bug {
        name: "move-current-without-holder",
        does: "UpdateSecretVersionStage moves AWSCURRENT without RemoveFromVersionId",
        seen: "family: a precondition that is not checked",
        breaks: &[RuleId::State012],
        hooks: &[Hook::Reads(move_current_without_holder)],
    },
    Bug {
        name: "empty-secret-has-version",
        does: "CreateSecret without a value makes a version with AWSCURRENT all the same",
        seen: "ministack 1.5.33, _store_new_secret",
        breaks: &[RuleId::State003, RuleId::Idem008],
        hooks: &[Hook::Stores(empty_secret_has_version)],
    },
];

fn current_twice_after_rotation(world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = world.secret.as_mut().filter(|_| !scene.is_refused) else { return };
    let stores = match scene.operation {
        Operation::PutSecretValue(put) => put.version_stages.is_none(),
        Operation::UpdateSecret(update) => update.secret_string.is_some() || update.secret_binary.is_some(),
        _ => false,
    };
    let (current, pending) = (scene.holder(&Label::Current), scene.holder(&Label::Pending));
    let is_rotating = scene.active().is_some_and(|secret| secret.rotation.unfinished().is_some());
    if let (Some(current), true) = (current.filter(|current| Some(*current) != pending), stores && is_rotating) {
        add_label(secret, &Label::Current, Some(current.clone()));
    }
}

fn current_removable(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::State014) {
        outcome.refusal = None;
        let mut next = scene.before.clone();
        if let Some(secret) = &mut next.secret {
            put_label(secret, &Label::Current, None);
        }
        outcome.next = Some(next);
    }
}

fn current_lost_to_pending(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let names = |label| put.version_stages.as_ref().is_some_and(|labels| labels.contains(label));
    if !scene.is_refused && names(&Label::Pending) && !names(&Label::Current) {
        put_label(secret, &Label::Current, None);
    }
}

fn first_version_not_current(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let is_first = scene.active().is_some_and(|secret| secret.versions.is_empty());
    let names_others = put.version_stages.as_ref().is_some_and(|labels| !labels.contains(&Label::Current));
    if is_first && names_others && !scene.is_refused {
        put_label(secret, &Label::Current, None);
    }
}

fn update_leaves_current(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecret(_), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if let (Some(current), false) = (scene.holder(&Label::Current), scene.is_refused) {
        put_label(secret, &Label::Current, Some(current.clone()));
        put_label(secret, &Label::Previous, scene.holder(&Label::Previous).cloned());
    }
}

fn put_pending_promotes(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let names_pending = put.version_stages.as_ref().is_some_and(|labels| labels.contains(&Label::Pending));
    if names_pending && !scene.is_refused {
        put_label(secret, &Label::Current, scene.operation.token().cloned());
    }
}

fn move_current_without_holder(operation: &mut Operation, scene: &Scene<'_>) {
    let Operation::UpdateSecretVersionStage(wish) = operation else { return };
    let holder = scene.holder(&Label::Current).filter(|id| Some(*id) != wish.move_to_version_id.as_ref());
    let is_move = wish.version_stage == Some(Label::Current) && wish.move_to_version_id.is_some();
    if let (Some(holder), None, true) = (holder, &wish.remove_from_version_id, is_move) {
        wish.remove_from_version_id = Some(holder.clone());
    }
}

fn empty_secret_has_version(world: &mut World, scene: &Scene<'_>) {
    let (Operation::CreateSecret(create), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let stores = create.secret_string.is_some() || create.secret_binary.is_some();
    if let (Some(token), false, false) = (&create.client_request_token, stores, scene.is_refused)
        && secret.versions.is_empty()
    {
        put_label(secret, &Label::Current, Some(token.clone()));
    }
}
