//! Names, ARNs and partial ARNs taken for different secrets, or for too many.

use super::{Bug, Hook, Scene, refuse, rename};
use crate::model::{ErrorType, Operation, Outcome, SUFFIX_LENGTH, Text, World};
use crate::rule::RuleId;
use crate::service::Worlds;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "arn-unknown",
        does: "a secret is found by its name and not by its ARN",
        seen: "family: a table with one key",
        breaks: &[RuleId::Ident001, RuleId::Ident003, RuleId::Err010],
        hooks: &[Hook::Finds(arn_unknown)],
    },
    Bug {
        name: "partial-arn-unknown",
        does: "a secret is not found by its ARN without the random suffix",
        seen: "family: a table with two keys",
        breaks: &[RuleId::Ident003, RuleId::Err014],
        hooks: &[Hook::Finds(partial_arn_unknown)],
    },
    Bug {
        name: "partial-arn-by-prefix",
        does: "an ARN that names no secret finds the first secret whose ARN begins with it",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Err001, RuleId::Ident006],
        hooks: &[Hook::Finds(partial_arn_by_prefix)],
    },
    Bug {
        name: "old-arn-finds-successor",
        does: "the ARN of a secret that was deleted by force finds the new secret of its name",
        seen: "family: an ARN cut down to the name",
        breaks: &[RuleId::Ident006],
        hooks: &[Hook::Sees(old_arn_finds_successor), Hook::Reads(old_arn_read_as_name)],
    },
    Bug {
        name: "writes-by-arn-lost",
        does: "UpdateSecretVersionStage by ARN answers success and changes a copy that nobody reads",
        seen: "family: name and ARN as two records",
        breaks: &[RuleId::State012, RuleId::State011, RuleId::State015, RuleId::State006, RuleId::Ident001],
        hooks: &[Hook::Stores(writes_by_arn_lost)],
    },
    Bug {
        name: "punctuated-name-refused",
        does: "CreateSecret takes letters, digits and hyphens in a name and nothing else",
        seen: "family: a check that is narrower than the documents",
        breaks: &[RuleId::Ident007, RuleId::Idem015],
        hooks: &[Hook::Decides(punctuated_name_refused)],
    },
    Bug {
        name: "name-with-suffix-found",
        does: "the name with the ARN's random suffix finds the secret",
        seen: "family: an ARN searched for from its end",
        breaks: &[RuleId::Ident005],
        hooks: &[Hook::Finds(name_with_suffix_found), Hook::Reads(suffix_dropped)],
    },
];

const NOBODY: &str = "no-such-secret";

fn arn_of(world: &World) -> Option<&Text> {
    world.secret.as_ref().and_then(|secret| secret.arn.as_ref())
}

fn arn_unknown(id: &Text, _: &Worlds) -> Option<Text> {
    id.starts_with("arn:").then(|| NOBODY.into())
}

fn partial_arn_unknown(id: &Text, worlds: &Worlds) -> Option<Text> {
    let is_whole = worlds.values().any(|world| arn_of(world) == Some(id) || world.former_arns.contains(id));
    (id.starts_with("arn:") && !is_whole).then(|| NOBODY.into())
}

fn partial_arn_by_prefix(id: &Text, worlds: &Worlds) -> Option<Text> {
    let is_exact = |arn: &Text| arn == id || arn.get(..arn.len().saturating_sub(SUFFIX_LENGTH)) == Some(id);
    if !id.starts_with("arn:") || worlds.values().filter_map(arn_of).any(is_exact) {
        return None;
    }
    let begins = |world: &&World| arn_of(world).is_some_and(|arn| arn.starts_with(&**id));
    worlds.values().filter(begins).map(|world| world.name.clone()).min()
}

/// Whether the request names a secret of the same name that was deleted by force.
fn names_predecessor(scene: &Scene<'_>) -> bool {
    scene.active().is_some() && scene.operation.secret_id().is_some_and(|id| scene.before.former_arns.contains(id))
}

fn old_arn_finds_successor(world: &mut World, scene: &Scene<'_>) {
    if names_predecessor(scene) {
        world.former_arns.clear();
    }
}

fn old_arn_read_as_name(operation: &mut Operation, scene: &Scene<'_>) {
    if names_predecessor(scene) {
        rename(operation, &scene.before.name);
    }
}

fn writes_by_arn_lost(world: &mut World, scene: &Scene<'_>) {
    let is_by_arn = scene.operation.secret_id().is_some_and(|id| id.starts_with("arn:"));
    if matches!(scene.operation, Operation::UpdateSecretVersionStage(_)) && is_by_arn && !scene.is_refused {
        world.clone_from(scene.before);
    }
}

fn punctuated_name_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::CreateSecret(create) = scene.operation else { return };
    let is_plain = |name: &Text| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if outcome.is_accepted() && !create.name.as_ref().is_some_and(is_plain) {
        refuse(outcome, ErrorType::ValidationException);
    }
}

/// The secret whose ARN ends with this name and suffix.
fn suffixed<'a>(id: &str, worlds: &'a Worlds) -> Option<&'a World> {
    worlds.values().find(|world| {
        arn_of(world).is_some_and(|arn| arn.ends_with(id)) && id.len() == world.name.len() + SUFFIX_LENGTH
    })
}

fn name_with_suffix_found(id: &Text, worlds: &Worlds) -> Option<Text> {
    suffixed(id, worlds).map(|world| world.name.clone())
}

fn suffix_dropped(operation: &mut Operation, scene: &Scene<'_>) {
    let id = operation.secret_id().cloned().unwrap_or_default();
    if suffixed(&id, scene.worlds).is_some() {
        rename(operation, &scene.before.name);
    }
}
