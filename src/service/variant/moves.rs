//! What UpdateSecretVersionStage does where the documents say nothing, or two things.

use super::Otherwise;
use crate::model::{ErrorType, Label, Operation, Outcome, UpdateSecretVersionStage, VersionId, World};
use crate::rule::RuleId;
use crate::service::hook::{Hook, Scene, put_label, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "pending-goes-on-move",
        does: "AWSPENDING goes when AWSCURRENT moves onto its version",
        permitted_by: "ROT-STATE-016, C-03",
        differs: &[],
        hooks: &[Hook::Stores(pending_goes_on_move)],
    },
    Otherwise {
        name: "undocumented-moves-accepted",
        does: "moves of which the documents say nothing are carried out, as far as there is something to do",
        permitted_by: "ROT-STATE-024, ROT-STATE-029",
        differs: &[],
        hooks: &[Hook::Decides(undocumented_accepted)],
    },
    Otherwise {
        name: "undocumented-moves-refused",
        does: "moves of which the documents say nothing are refused",
        permitted_by: "ROT-STATE-024, ROT-STATE-029, ROT-STATE-011",
        differs: &[],
        hooks: &[Hook::Decides(undocumented_refused)],
    },
    Otherwise {
        name: "previous-cannot-be-removed",
        does: "UpdateSecretVersionStage refuses to remove AWSPREVIOUS",
        permitted_by: "ROT-STATE-015",
        differs: &[RuleId::State015],
        hooks: &[Hook::Decides(previous_stays)],
    },
    Otherwise {
        name: "previous-comes-back",
        does: "AWSPREVIOUS that was removed is where it was after the next request that changes something",
        permitted_by: "ROT-STATE-015",
        differs: &[RuleId::State015],
        hooks: &[Hook::Stores(previous_comes_back)],
    },
    Otherwise {
        name: "deprecated-out-of-reach",
        does: "no label moves to a version without labels, and GetSecretValue does not find one",
        permitted_by: "ROT-READ-002",
        differs: &[RuleId::Read002, RuleId::State011, RuleId::State012],
        hooks: &[Hook::Decides(deprecated_out_of_reach)],
    },
];

/// The request, of a secret that is there and not marked for deletion.
fn wish<'a>(scene: &Scene<'a>) -> Option<(&'a UpdateSecretVersionStage, &'a Label)> {
    let Operation::UpdateSecretVersionStage(wish) = scene.operation else { return None };
    scene.subject()?;
    Some((wish, wish.version_stage.as_ref()?))
}

fn pending_goes_on_move(world: &mut World, scene: &Scene<'_>) {
    let Some((wish, Label::Current)) = wish(scene).filter(|_| !scene.is_refused) else { return };
    let is_moved_there = wish.move_to_version_id.is_some()
        && wish.move_to_version_id.as_ref() == scene.holder(&Label::Pending)
        && wish.move_to_version_id.as_ref() != scene.holder(&Label::Current);
    if let (true, Some(secret)) = (is_moved_there, &mut world.secret) {
        put_label(secret, &Label::Pending, None);
        secret.rotation.finish();
    }
}

/// Whether the documents say nothing of what becomes of a wish.
fn is_undocumented(wish: &UpdateSecretVersionStage, label: &Label, scene: &Scene<'_>) -> bool {
    let holder = scene.holder(label);
    let (to, from) = (wish.move_to_version_id.as_ref(), wish.remove_from_version_id.as_ref());
    let is_of_stored = |id: &VersionId| scene.subject().is_some_and(|secret| secret.value(id).is_some());
    match (holder, to, from) {
        (_, to, from) if to == from => true,
        (None, _, Some(_)) => true,
        (Some(holder), Some(to), _) if holder == to => true,
        (Some(holder), Some(to), Some(from)) => holder == from && (*label == Label::Previous || !is_of_stored(to)),
        (None, Some(to), None) => !matches!(label, Label::Custom(_)) || !is_of_stored(to),
        (Some(_), Some(_), None) | (Some(_), None, Some(_)) | (_, None, None) => false,
    }
}

fn is_short(wish: &UpdateSecretVersionStage) -> bool {
    let ids = [&wish.move_to_version_id, &wish.remove_from_version_id];
    ids.into_iter().flatten().any(|id| !(32..=64).contains(&id.len()))
        || wish.version_stage.as_ref().is_some_and(|label| !(1..=256).contains(&label.as_str().len()))
}

fn undocumented_accepted(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Some((wish, label)) = wish(scene).filter(|(wish, label)| is_undocumented(wish, label, scene)) else { return };
    if is_short(wish) {
        return;
    }
    let mut next = scene.before.clone();
    let is_known = |id: &&VersionId| scene.subject().is_some_and(|secret| secret.version(id).is_some());
    if let (Some(to), Some(secret)) = (wish.move_to_version_id.as_ref().filter(is_known), &mut next.secret)
        && scene.holder(label) != Some(to)
    {
        if let (Label::Current, Some(old)) = (label, scene.holder(label)) {
            put_label(secret, &Label::Previous, Some(old.clone()));
        }
        put_label(secret, label, Some(to.clone()));
    }
    outcome.refusal = None;
    outcome.next = Some(next);
}

fn undocumented_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    if wish(scene).is_some_and(|(wish, label)| is_undocumented(wish, label, scene)) {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn removes_previous(scene: &Scene<'_>) -> bool {
    wish(scene).is_some_and(|(wish, label)| {
        let is_named = wish.remove_from_version_id.as_ref() == scene.holder(&Label::Previous);
        *label == Label::Previous && wish.move_to_version_id.is_none() && is_named
    })
}

fn previous_stays(outcome: &mut Outcome, scene: &Scene<'_>) {
    if removes_previous(scene) {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

/// The removal is carried out in the answer alone.
fn previous_comes_back(world: &mut World, scene: &Scene<'_>) {
    if let (true, Some(secret)) = (removes_previous(scene) && !scene.is_refused, &mut world.secret) {
        put_label(secret, &Label::Previous, scene.holder(&Label::Previous).cloned());
    }
}

fn deprecated_out_of_reach(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Some(secret) = scene.subject().filter(|_| outcome.is_accepted()) else { return };
    let is_deprecated = |id: &Option<VersionId>| {
        id.as_ref().is_some_and(|id| secret.value(id).is_some() && secret.labels_of(id).next().is_none())
    };
    match scene.operation {
        Operation::GetSecretValue(get) if is_deprecated(&get.version_id) => {
            refuse(outcome, ErrorType::ResourceNotFoundException);
        }
        Operation::UpdateSecretVersionStage(wish) if is_deprecated(&wish.move_to_version_id) => {
            refuse(outcome, ErrorType::ResourceNotFoundException);
        }
        _ => {}
    }
}
