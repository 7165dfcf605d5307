//! RotateSecret with RotateImmediately=false: what the test of a configuration leaves behind.

use uuid::Uuid;

use super::Otherwise;
use super::rotation::{PATIENCE, configured, is_blocked_alone, is_test, rotate};
use crate::model::{Answer, Body, Cell, Label, Origin, Outcome, Output, Text, Version, World};
use crate::service::hook::{Hook, Scene, put_label};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "test-leaves-copy",
        does: "a test of the configuration leaves a deprecated copy of the value, under an id of its own",
        permitted_by: "ROT-LIFE-020, ROT-LIFE-021",
        differs: &[],
        hooks: &[Hook::Stores(test_leaves_copy), Hook::Says(test_names_copy)],
    },
    Otherwise {
        name: "test-leaves-copy-under-token",
        does: "a test of the configuration leaves a deprecated copy of the value, under the token",
        permitted_by: "ROT-LIFE-020, ROT-LIFE-021",
        differs: &[],
        hooks: &[Hook::Stores(test_leaves_copy_under_token)],
    },
    Otherwise {
        name: "test-fails-with-copy",
        does: "a test of the configuration fails and leaves AWSPENDING on a copy of the value",
        permitted_by: "ROT-LIFE-021, C-19",
        differs: &[],
        hooks: &[Hook::Stores(test_fails_with_copy)],
    },
    Otherwise {
        name: "test-ends-late",
        does: "a test of the configuration takes AWSPENDING off its copy of the value after some calls",
        permitted_by: "ROT-LIFE-020, ROT-LIFE-021",
        differs: &[],
        hooks: &[Hook::Stores(test_fails_with_copy), Hook::Sees(test_ends)],
    },
    Otherwise {
        name: "test-names-no-version",
        does: "RotateSecret with RotateImmediately=false answers no VersionId",
        permitted_by: "ROT-LIFE-021",
        differs: &[],
        hooks: &[Hook::Says(test_names_no_version)],
    },
    Otherwise {
        name: "test-beside-rotation",
        does: "RotateSecret with RotateImmediately=false is accepted wherever AWSPENDING is",
        permitted_by: "ROT-PROG-013",
        differs: &[],
        hooks: &[Hook::Decides(test_beside_rotation)],
    },
];

/// Puts a copy of the current version under this id, if a test of the configuration was accepted.
fn copy(world: &mut World, scene: &Scene<'_>, id: &Text) -> bool {
    let is_tested = rotate(scene).is_some_and(is_test) && !scene.is_refused;
    let current = scene.subject().and_then(|secret| secret.version(scene.holder(&Label::Current)?));
    match (current.filter(|_| is_tested), &mut world.secret) {
        (Some(current), Some(secret)) if secret.version(id).is_none() => {
            let content = Cell::known(current.content.value.clone(), None);
            secret.versions.push(Version::new(id, content, Origin::Test, Some(scene.now)));
            true
        }
        _ => false,
    }
}

/// The id of a test's copy, which the call alone decides.
fn own_id(scene: &Scene<'_>) -> Text {
    Uuid::from_u64_pair(0x7e57_0000_0000_4000, 0x8000_0000_0000_0000 | u64::from(scene.call)).to_string().into()
}

fn test_leaves_copy(world: &mut World, scene: &Scene<'_>) {
    copy(world, scene, &own_id(scene));
}

fn test_names_copy(answer: &mut Answer, scene: &Scene<'_>) {
    let has_current = scene.holder(&Label::Current).is_some();
    if rotate(scene).is_some_and(is_test)
        && has_current
        && let Body::Output(Output::Receipt(receipt)) = &mut answer.body
    {
        receipt.version_id = Some(own_id(scene));
    }
}

fn test_leaves_copy_under_token(world: &mut World, scene: &Scene<'_>) {
    if let Some(token) = scene.operation.token() {
        copy(world, scene, token);
    }
}

fn test_fails_with_copy(world: &mut World, scene: &Scene<'_>) {
    if let Some(token) = scene.operation.token()
        && copy(world, scene, token)
        && let Some(secret) = &mut world.secret
    {
        put_label(secret, &Label::Pending, Some(token.clone()));
    }
}

fn test_ends(world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = &mut world.secret else { return };
    let pending = secret.holder(&Label::Pending).flatten().and_then(|id| secret.version(id));
    let made = pending.filter(|version| version.origin == Origin::Test).and_then(|version| version.content.by);
    if made.is_some_and(|made| scene.call > made.call + PATIENCE) {
        put_label(secret, &Label::Pending, None);
    }
}

fn test_names_no_version(answer: &mut Answer, scene: &Scene<'_>) {
    if let (true, Body::Output(Output::Receipt(receipt))) = (rotate(scene).is_some_and(is_test), &mut answer.body) {
        receipt.version_id = None;
    }
}

fn test_beside_rotation(outcome: &mut Outcome, scene: &Scene<'_>) {
    if rotate(scene).is_some_and(is_test) && is_blocked_alone(outcome) {
        outcome.refusal = None;
        outcome.next = configured(scene);
    }
}
