//! AWSPREVIOUS: not moved, moved too often, on the wrong version, on two versions.

use super::{Bug, Hook, Scene, add_label, put_label};
use crate::model::{Label, Operation, World};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "previous-not-moved",
        does: "storing a value moves AWSCURRENT and leaves AWSPREVIOUS where it is",
        seen: "family: a label that has to follow another and does not",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_not_moved)],
    },
    Bug {
        name: "previous-moves-with-every-put",
        does: "PutSecretValue without AWSCURRENT in VersionStages moves AWSPREVIOUS all the same",
        seen: "family: one path for every put",
        breaks: &[RuleId::State007],
        hooks: &[Hook::Stores(previous_moves_with_every_put)],
    },
    Bug {
        name: "previous-on-new-current",
        does: "UpdateSecretVersionStage of AWSCURRENT puts AWSPREVIOUS on the version that gets AWSCURRENT",
        seen: "family: source and target of a move exchanged",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_on_new_current)],
    },
    Bug {
        name: "previous-on-two-versions",
        does: "UpdateSecretVersionStage of AWSCURRENT adds AWSPREVIOUS and leaves it on its old version too",
        seen: "older moto, by a comment in LocalStack 2026.3.0, which repairs it",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_on_two_versions)],
    },
    Bug {
        name: "previous-stays-on-rollback",
        does: "moving AWSCURRENT back to the AWSPREVIOUS version leaves AWSPREVIOUS there",
        seen: "family: a swap that is half done",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_stays_on_rollback)],
    },
    Bug {
        name: "previous-forgets-after-three",
        does: "the third value stored after the first leaves AWSPREVIOUS behind (four versions)",
        seen: "family: deep, a fixed number of slots for versions",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_forgets_after_three)],
    },
    Bug {
        name: "previous-wrong-after-rollback",
        does: "the first value stored after a roll back puts AWSPREVIOUS on the version made last, not on the one that loses AWSCURRENT",
        seen: "family: deep, the order of making taken for the order of labels",
        breaks: &[RuleId::State006],
        hooks: &[Hook::Stores(previous_wrong_after_rollback)],
    },
];

/// Whether the request stores a value as AWSCURRENT by saying nothing else.
fn stores_plainly(scene: &Scene<'_>) -> bool {
    let stores = match scene.operation {
        Operation::PutSecretValue(put) => put.version_stages.is_none(),
        Operation::UpdateSecret(update) => update.secret_string.is_some() || update.secret_binary.is_some(),
        _ => false,
    };
    stores && !scene.is_refused
}

/// Whether AWSCURRENT is on another version than before.
fn has_moved(world: &World, scene: &Scene<'_>) -> bool {
    let now = world.secret.as_ref().and_then(|secret| secret.holder(&Label::Current).flatten());
    now.is_some() && scene.holder(&Label::Current).is_some_and(|old| Some(old) != now)
}

/// Whether the request moves AWSCURRENT by UpdateSecretVersionStage.
fn moves_current(world: &World, scene: &Scene<'_>) -> bool {
    matches!(scene.operation, Operation::UpdateSecretVersionStage(_)) && has_moved(world, scene)
}

fn keep_previous(world: &mut World, scene: &Scene<'_>) {
    if let Some(secret) = &mut world.secret {
        put_label(secret, &Label::Previous, scene.holder(&Label::Previous).cloned());
    }
}

fn previous_not_moved(world: &mut World, scene: &Scene<'_>) {
    if stores_plainly(scene) && has_moved(world, scene) {
        keep_previous(world, scene);
    }
}

fn previous_moves_with_every_put(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let names_others = put.version_stages.as_ref().is_some_and(|labels| !labels.contains(&Label::Current));
    let current = scene.holder(&Label::Current).filter(|_| names_others && !scene.is_refused);
    if let Some(current) = current {
        put_label(secret, &Label::Previous, Some(current.clone()));
    }
}

fn previous_on_new_current(world: &mut World, scene: &Scene<'_>) {
    if !moves_current(world, scene) {
        return;
    }
    if let Some(secret) = &mut world.secret {
        let current = secret.holder(&Label::Current).flatten().cloned();
        put_label(secret, &Label::Previous, current);
    }
}

fn previous_on_two_versions(world: &mut World, scene: &Scene<'_>) {
    let old = scene.holder(&Label::Previous).filter(|_| moves_current(world, scene));
    let Some((old, secret)) = old.zip(world.secret.as_mut()) else { return };
    if secret.holder(&Label::Previous).flatten() != Some(old) {
        add_label(secret, &Label::Previous, Some(old.clone()));
    }
}

fn previous_stays_on_rollback(world: &mut World, scene: &Scene<'_>) {
    let current = world.secret.as_ref().and_then(|secret| secret.holder(&Label::Current).flatten());
    if moves_current(world, scene) && current == scene.holder(&Label::Previous) {
        keep_previous(world, scene);
    }
}

fn previous_forgets_after_three(world: &mut World, scene: &Scene<'_>) {
    let is_fourth = scene.active().is_some_and(|secret| secret.versions.len() == 3);
    if is_fourth && stores_plainly(scene) && has_moved(world, scene) {
        keep_previous(world, scene);
    }
}

fn previous_wrong_after_rollback(world: &mut World, scene: &Scene<'_>) {
    let made_last = scene.active().and_then(|secret| secret.versions.last()).map(|version| version.id.clone());
    let current = scene.holder(&Label::Current);
    let is_rolled_back = scene.holder(&Label::Previous) == made_last.as_ref() && current != made_last.as_ref();
    if let (true, true, Some(secret)) = (is_rolled_back, stores_plainly(scene), &mut world.secret) {
        put_label(secret, &Label::Previous, made_last);
    }
}
