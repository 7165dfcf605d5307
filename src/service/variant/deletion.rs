//! Deleting and restoring where the documents say nothing, or two things.

use super::Otherwise;
use crate::model::{Answer, Body, ErrorType, Operation, Outcome, Output, Receipt, Timestamp, World};
use crate::rule::RuleId;
use crate::service::hook::{Hook, Scene, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "marked-is-closed",
        does: "DescribeSecret, ListSecretVersionIds and DeleteSecret refuse a secret marked for deletion",
        permitted_by: "ROT-ERR-007, ROT-ERR-008, ROT-ERR-016, C-22",
        differs: &[],
        hooks: &[Hook::Decides(marked_is_closed)],
    },
    Otherwise {
        name: "second-delete-renews",
        does: "a second DeleteSecret sets the date anew",
        permitted_by: "ROT-ERR-016",
        differs: &[],
        hooks: &[Hook::Stores(second_delete_renews)],
    },
    Otherwise {
        name: "active-is-not-restored",
        does: "RestoreSecret fails for an active secret",
        permitted_by: "ROT-ERR-012",
        differs: &[],
        hooks: &[Hook::Decides(active_is_not_restored)],
    },
    Otherwise {
        name: "deleting-refuses",
        does: "after a forced delete the name is refused as marked for deletion, by every operation",
        permitted_by: "ROT-CONC-008, ROT-ERR-006",
        differs: &[],
        hooks: &[Hook::Decides(deleting_refuses)],
    },
    Otherwise {
        name: "deleted-lingers",
        does: "after a forced delete the secret is still there for a while",
        permitted_by: "ROT-ERR-006, ROT-CONC-008",
        differs: &[RuleId::Err001],
        hooks: &[Hook::Stores(deleted_lingers), Hook::Decides(lingering_name_is_taken)],
    },
    Otherwise {
        name: "deleted-at-midnight",
        does: "a secret is deleted at the midnight after its recovery window",
        permitted_by: "ROT-ERR-009",
        differs: &[RuleId::Err009],
        hooks: &[Hook::Stores(deleted_at_midnight)],
    },
    Otherwise {
        name: "deletion-leaves-rotation-on",
        does: "DeleteSecret leaves rotation on",
        permitted_by: "ROT-CONF-026",
        differs: &[RuleId::Conf026],
        hooks: &[Hook::Stores(deletion_leaves_rotation_on)],
    },
    Otherwise {
        name: "restore-resumes-rotation",
        does: "RestoreSecret turns rotation on again that DeleteSecret has turned off",
        permitted_by: "ROT-CONF-021, ROT-CONF-026",
        differs: &[],
        hooks: &[Hook::Stores(restore_resumes_rotation)],
    },
    Otherwise {
        name: "forced-delete-says-little",
        does: "a forced delete of an unknown name answers no members",
        permitted_by: "ROT-ERR-010",
        differs: &[RuleId::Err010],
        hooks: &[Hook::Says(says_little)],
    },
];

fn is_marked(scene: &Scene<'_>) -> bool {
    scene.before.secret.as_ref().is_some_and(|secret| secret.deletion.is_some())
}

fn marked_is_closed(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_closed = match scene.operation {
        Operation::DescribeSecret(_) | Operation::ListSecretVersionIds(_) => true,
        Operation::DeleteSecret(delete) => delete.force_delete_without_recovery != Some(true),
        _ => false,
    };
    if is_marked(scene) && is_closed && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn second_delete_renews(world: &mut World, scene: &Scene<'_>) {
    let (Operation::DeleteSecret(delete), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if is_marked(scene) && !scene.is_refused && delete.force_delete_without_recovery != Some(true) {
        #[expect(clippy::cast_precision_loss, reason = "a window of at most 30 days")]
        let days = delete.recovery_window_in_days.unwrap_or(30) as f64;
        secret.deletion = Some(Timestamp(Timestamp::DAY.mul_add(days, scene.now.0)));
        secret.dates.deleted = Some(scene.now);
    }
}

fn deletion_leaves_rotation_on(world: &mut World, scene: &Scene<'_>) {
    if let (Operation::DeleteSecret(_), Some(before), Some(secret)) =
        (scene.operation, scene.active(), &mut world.secret)
    {
        secret.rotation.clone_from(&before.rotation);
    }
}

fn restore_resumes_rotation(world: &mut World, scene: &Scene<'_>) {
    if let (Operation::RestoreSecret(_), Some(secret)) = (scene.operation, &mut world.secret)
        && is_marked(scene)
        && !scene.is_refused
    {
        secret.rotation.enabled.value = secret.rotation.configured;
    }
}

fn deleted_at_midnight(world: &mut World, scene: &Scene<'_>) {
    if let (true, Some(secret)) = (matches!(scene.operation, Operation::DeleteSecret(_)), &mut world.secret)
        && let Some(date) = &mut secret.deletion
    {
        date.0 = (date.0 / Timestamp::DAY).ceil() * Timestamp::DAY;
    }
}

fn active_is_not_restored(outcome: &mut Outcome, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::RestoreSecret(_)) && scene.active().is_some() && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn deleting_refuses(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_by_name = scene.operation.secret_id() == Some(&scene.before.name);
    let is_forced =
        matches!(scene.operation, Operation::DeleteSecret(it) if it.force_delete_without_recovery == Some(true));
    let is_deleting = scene.before.secret.is_none() && !scene.before.former_arns.is_empty();
    if is_deleting && is_by_name && !is_forced {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

/// For as long as a case takes nothing is gone.
fn deleted_lingers(world: &mut World, scene: &Scene<'_>) {
    if world.secret.is_none() && scene.active().is_some() && !scene.is_refused {
        world.secret.clone_from(&scene.before.secret);
    }
}

fn lingering_name_is_taken(outcome: &mut Outcome, scene: &Scene<'_>) {
    let lingers = scene
        .active()
        .is_some_and(|secret| secret.arn.as_ref().is_some_and(|arn| scene.before.former_arns.contains(arn)));
    if lingers && matches!(scene.operation, Operation::CreateSecret(_)) {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn says_little(answer: &mut Answer, scene: &Scene<'_>) {
    if let (Operation::DeleteSecret(_), Body::Output(Output::Receipt(receipt)), None) =
        (scene.operation, &mut answer.body, &scene.before.secret)
    {
        *receipt = Receipt::default();
    }
}
