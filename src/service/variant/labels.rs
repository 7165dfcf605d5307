//! What storing a value does to labels that it does not name.

use super::Otherwise;
use crate::model::{Cell, Label, Operation, Progress, VersionId, World};
use crate::service::hook::{Hook, Scene, put_label};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "pending-goes-with-values",
        does: "any new value that becomes AWSCURRENT takes AWSPENDING away, wherever it is",
        permitted_by: "ROT-STATE-028",
        differs: &[],
        hooks: &[Hook::Stores(pending_goes_with_values)],
    },
    Otherwise {
        name: "pending-stays-with-values",
        does: "UpdateSecret, and PutSecretValue that names AWSCURRENT, leave AWSPENDING where it is",
        permitted_by: "ROT-STATE-028, ROT-PROG-008",
        differs: &[],
        hooks: &[Hook::Stores(pending_stays_with_values)],
    },
    Otherwise {
        name: "custom-labels-go",
        does: "a new value that becomes AWSCURRENT takes the custom labels off the version that was it",
        permitted_by: "ROT-STATE-027, C-20",
        differs: &[],
        hooks: &[Hook::Stores(custom_labels_go)],
    },
    Otherwise {
        name: "custom-put-abandons",
        does: "PutSecretValue with custom labels alone ends a rotation and takes AWSPENDING away",
        permitted_by: "ROT-PROG-008, C-11",
        differs: &[],
        hooks: &[Hook::Stores(custom_put_abandons)],
    },
    Otherwise {
        name: "rotation-keeps-pending",
        does: "PutSecretValue of another AWSPENDING version leaves the label with the rotation that runs",
        permitted_by: "ROT-PROG-015",
        differs: &[],
        hooks: &[Hook::Stores(rotation_keeps_pending)],
    },
    Otherwise {
        name: "first-pending-is-current",
        does: "the first value of a secret becomes AWSCURRENT also if it is stored as AWSPENDING",
        permitted_by: "ROT-STATE-004",
        differs: &[],
        hooks: &[Hook::Stores(first_pending_is_current)],
    },
    Otherwise {
        name: "first-value-waits-for-rotation",
        does: "the first value under custom labels does not become AWSCURRENT while a rotation runs",
        permitted_by: "ROT-STATE-004",
        differs: &[],
        hooks: &[Hook::Stores(first_value_waits)],
    },
    Otherwise {
        name: "current-is-repaired",
        does: "any stored value becomes AWSCURRENT while no version is",
        permitted_by: "ROT-STATE-002, ROT-STATE-004",
        differs: &[],
        hooks: &[Hook::Stores(current_is_repaired)],
    },
    Otherwise {
        name: "placeholders-stay",
        does: "a pending version without value is remembered when AWSPENDING leaves it",
        permitted_by: "ROT-STATE-023",
        differs: &[],
        hooks: &[Hook::Stores(placeholders_stay)],
    },
];

/// The version that an accepted request has stored a value in.
fn stored<'a>(world: &World, scene: &Scene<'a>) -> Option<&'a VersionId> {
    let token = scene.operation.token().filter(|_| !scene.is_refused)?;
    let was_there = scene.subject()?.value(token).is_some();
    let is_there = world.secret.as_ref()?.value(token).is_some();
    (is_there && !was_there).then_some(token)
}

/// The labels that a PutSecretValue names; none of a plain one, or of another request.
fn named<'a>(scene: &Scene<'a>) -> &'a [Label] {
    match scene.operation {
        Operation::PutSecretValue(put) => put.version_stages.as_deref().unwrap_or_default(),
        _ => &[],
    }
}

/// Whether AWSCURRENT has arrived at the version that was stored.
fn is_published(world: &World, scene: &Scene<'_>) -> bool {
    stored(world, scene)
        .is_some_and(|token| world.secret.as_ref().is_some_and(|secret| secret.holds(&Label::Current, token)))
}

fn pending_goes_with_values(world: &mut World, scene: &Scene<'_>) {
    let names_pending = named(scene).contains(&Label::Pending);
    if is_published(world, scene) && !names_pending {
        take_pending_away(world);
    }
}

fn take_pending_away(world: &mut World) {
    if let Some(secret) = &mut world.secret {
        put_label(secret, &Label::Pending, None);
        secret.rotation.finish();
        secret.rotation.may_be_unfinished = false;
    }
}

fn pending_stays_with_values(world: &mut World, scene: &Scene<'_>) {
    let is_plain_put = matches!(scene.operation, Operation::PutSecretValue(put) if put.version_stages.is_none());
    let names_pending = named(scene).contains(&Label::Pending);
    let Some(before) = scene.subject().filter(|_| is_published(world, scene) && !is_plain_put && !names_pending) else {
        return;
    };
    if let Some(secret) = &mut world.secret {
        put_label(secret, &Label::Pending, scene.holder(&Label::Pending).cloned());
        secret.rotation.progress.clone_from(&before.rotation.progress);
        secret.versions.retain(|version| before.version(&version.id).is_none());
        let (mut versions, new) = (before.versions.clone(), std::mem::take(&mut secret.versions));
        versions.extend(new);
        secret.versions = versions;
    }
}

fn custom_labels_go(world: &mut World, scene: &Scene<'_>) {
    let old = scene.holder(&Label::Current).filter(|_| is_published(world, scene));
    let (Some(old), Some(secret)) = (old, &mut world.secret) else { return };
    for cell in secret.labels.iter_mut().filter(|cell| matches!(cell.label, Label::Custom(_))) {
        if cell.holder.value.as_ref() == Some(old) {
            cell.holder = Cell::known(None, None);
        }
    }
}

fn custom_put_abandons(world: &mut World, scene: &Scene<'_>) {
    let is_custom = |label: &Label| matches!(label, Label::Custom(_));
    let names_custom_alone = !named(scene).is_empty() && named(scene).iter().all(is_custom);
    let is_rotating = scene.subject().is_some_and(|secret| secret.rotation.may_act());
    if stored(world, scene).is_some() && names_custom_alone && is_rotating {
        take_pending_away(world);
    }
}

fn rotation_keeps_pending(world: &mut World, scene: &Scene<'_>) {
    let rotating = scene.subject().and_then(|secret| secret.rotation.unfinished());
    let is_stored = stored(world, scene).is_some_and(|token| Some(token) != rotating);
    if let (Some(rotating), Some(secret)) = (rotating, &mut world.secret)
        && is_stored
        && named(scene).contains(&Label::Pending)
        && !named(scene).contains(&Label::Current)
        && scene.holder(&Label::Pending) == Some(rotating)
    {
        put_label(secret, &Label::Pending, Some(rotating.clone()));
        secret.rotation.progress = Progress::Started(rotating.clone());
        let known = scene.subject().and_then(|before| before.version(rotating)).cloned();
        if secret.version(rotating).is_none() {
            secret.versions.extend(known);
        }
    }
}

/// Whether a value is stored in a secret that had none.
fn is_first(world: &World, scene: &Scene<'_>) -> bool {
    let had_current = scene.holder(&Label::Current).is_some();
    let had_value = scene.subject().is_some_and(|before| before.has_a_value() != Some(false));
    stored(world, scene).is_some() && !had_current && !had_value
}

fn first_pending_is_current(world: &mut World, scene: &Scene<'_>) {
    let token = scene.operation.token().filter(|_| is_first(world, scene) && named(scene).contains(&Label::Pending));
    if let (Some(token), Some(secret)) = (token, &mut world.secret) {
        put_label(secret, &Label::Current, Some(token.clone()));
    }
}

fn current_is_repaired(world: &mut World, scene: &Scene<'_>) {
    let token = stored(world, scene).filter(|_| scene.holder(&Label::Current).is_none());
    if let (Some(token), Some(secret)) = (token, &mut world.secret) {
        put_label(secret, &Label::Current, Some(token.clone()));
        secret.had_current = true;
    }
}

fn first_value_waits(world: &mut World, scene: &Scene<'_>) {
    let is_rotating = scene.subject().is_some_and(|secret| secret.rotation.may_act());
    let names_others = !named(scene).is_empty() && !named(scene).contains(&Label::Current);
    if is_first(world, scene)
        && is_rotating
        && names_others
        && let Some(secret) = &mut world.secret
    {
        put_label(secret, &Label::Current, None);
        secret.had_current = false;
    }
}

fn placeholders_stay(world: &mut World, scene: &Scene<'_>) {
    let (Some(before), Some(secret)) = (scene.subject(), &mut world.secret) else { return };
    for version in before.versions.iter().filter(|version| before.value(&version.id).is_none()) {
        if secret.version(&version.id).is_none() {
            secret.versions.push(version.clone());
        }
    }
}
