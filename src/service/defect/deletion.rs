//! DeleteSecret and RestoreSecret.

use super::{Bug, Hook, Scene, is_refused_by, put_label, refuse};
use crate::model::{
    Answer, Body, Description, ErrorType, Label, Operation, Outcome, Output, Refusal, Secret, Timestamp, World,
};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "deleted-readable",
        does: "GetSecretValue works on a secret marked for deletion",
        seen: "family: the mark is not looked at",
        breaks: &[RuleId::Err006],
        hooks: &[Hook::Sees(deleted_readable)],
    },
    Bug {
        name: "deleted-writable",
        does: "PutSecretValue works on a secret marked for deletion",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Err006],
        hooks: &[Hook::Sees(deleted_writable)],
    },
    Bug {
        name: "deleted-not-found",
        does: "a secret marked for deletion is not found, except by RestoreSecret and DescribeSecret",
        seen: "family: the mark taken for the deletion",
        breaks: &[RuleId::Err006],
        hooks: &[Hook::Decides(deleted_not_found)],
    },
    Bug {
        name: "deleted-name-conflict",
        does: "CreateSecret with the name of a secret marked for deletion is refused as a name in use",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::Err011],
        hooks: &[Hook::Decides(deleted_name_conflict)],
    },
    Bug {
        name: "deletion-keeps-rotation",
        does: "DeleteSecret leaves rotation on",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Conf026],
        hooks: &[Hook::Says(deletion_keeps_rotation)],
    },
    Bug {
        name: "deletion-keeps-next-date",
        does: "DescribeSecret shows NextRotationDate for a secret marked for deletion",
        seen: "family: a date that outlives what it is the date of",
        breaks: &[RuleId::Conf026],
        hooks: &[Hook::Says(deletion_keeps_next_date)],
    },
    Bug {
        name: "deletion-forgets-function",
        does: "DescribeSecret shows no function for a secret marked for deletion",
        seen: "family: rotation turned off as a removal",
        breaks: &[RuleId::Conf026],
        hooks: &[Hook::Says(deletion_forgets_function)],
    },
    Bug {
        name: "deletion-takes-pending",
        does: "DescribeSecret shows no AWSPENDING for a secret marked for deletion",
        seen: "family: rotation turned off as a removal",
        breaks: &[RuleId::Err007],
        hooks: &[Hook::Says(deletion_takes_pending)],
    },
    Bug {
        name: "deleted-date-is-planned",
        does: "DescribeSecret shows the day on which the secret will be gone as DeletedDate",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Err007],
        hooks: &[Hook::Says(deleted_date_is_planned)],
    },
    Bug {
        name: "restore-loses-labels",
        does: "RestoreSecret gives back AWSCURRENT and no other label",
        seen: "family: a restored record built anew",
        breaks: &[RuleId::Err012],
        hooks: &[Hook::Stores(restore_loses_labels)],
    },
    Bug {
        name: "restore-keeps-date",
        does: "RestoreSecret takes the mark away and DescribeSecret goes on showing DeletedDate",
        seen: "family: a flag cleared and its date left",
        breaks: &[RuleId::Err012],
        hooks: &[Hook::Says(restore_keeps_date)],
    },
    Bug {
        name: "restore-does-nothing",
        does: "RestoreSecret answers success and leaves the mark",
        seen: "family: an answer of success without the work",
        breaks: &[RuleId::Err012, RuleId::Read001, RuleId::Read002, RuleId::Ident001],
        hooks: &[Hook::Stores(restore_does_nothing)],
    },
    Bug {
        name: "recovery-window-ignored",
        does: "DeleteSecret always answers a date 30 days away",
        seen: "family: an optional member that is not read",
        breaks: &[RuleId::Err009],
        hooks: &[Hook::Says(recovery_window_ignored)],
    },
    Bug {
        name: "forced-delete-needs-secret",
        does: "DeleteSecret by force of an unknown secret is refused",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Err010],
        hooks: &[Hook::Decides(forced_delete_needs_secret)],
    },
    Bug {
        name: "restore-breaks-next-move",
        does: "after RestoreSecret the next value leaves AWSPREVIOUS where it is",
        seen: "family: deep, a pointer beside the labels that is not restored",
        breaks: &[RuleId::State006, RuleId::Err012],
        hooks: &[Hook::Stores(restore_breaks_next_move)],
    },
];

/// What DescribeSecret shows of a secret that is marked for deletion, and the secret.
fn marked<'a, 'b>(answer: &'a mut Answer, scene: &Scene<'b>) -> Option<(&'a mut Description, &'b Secret)> {
    let secret = scene.before.secret.as_deref().filter(|secret| secret.deletion.is_some())?;
    match &mut answer.body {
        Body::Output(Output::Description(shown)) => Some((shown, secret)),
        _ => None,
    }
}

fn deletion_keeps_rotation(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some((shown, secret)) = marked(answer, scene) {
        shown.rotation_enabled = secret.rotation.configured.then_some(true);
    }
}

fn deletion_keeps_next_date(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some((shown, secret)) = marked(answer, scene) {
        shown.next_rotation_date = secret.rotation.configured.then_some(scene.now);
    }
}

fn deletion_forgets_function(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some((shown, _)) = marked(answer, scene) {
        shown.rotation_lambda_arn = None;
    }
}

fn deletion_takes_pending(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some((shown, _)) = marked(answer, scene)
        && let Some(versions) = &mut shown.version_ids_to_stages
    {
        for labels in versions.values_mut() {
            labels.retain(|label| *label != Label::Pending);
        }
        versions.retain(|_, labels| !labels.is_empty());
    }
}

fn deleted_date_is_planned(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some((shown, secret)) = marked(answer, scene) {
        shown.deleted_date = secret.deletion;
    }
}

fn unmark(world: &mut World) {
    if let Some(secret) = &mut world.secret {
        secret.deletion = None;
    }
}

fn deleted_readable(world: &mut World, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::GetSecretValue(_)) {
        unmark(world);
    }
}

fn deleted_writable(world: &mut World, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::PutSecretValue(_)) {
        unmark(world);
    }
}

fn deleted_not_found(outcome: &mut Outcome, _: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Err006) {
        refuse(outcome, ErrorType::ResourceNotFoundException);
    }
}

fn deleted_name_conflict(outcome: &mut Outcome, _: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Err011) {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

fn is_restored(scene: &Scene<'_>) -> bool {
    let was_marked = scene.before.secret.as_ref().is_some_and(|secret| secret.deletion.is_some());
    matches!(scene.operation, Operation::RestoreSecret(_)) && was_marked && !scene.is_refused
}

fn restore_loses_labels(world: &mut World, scene: &Scene<'_>) {
    if let Some(secret) = world.secret.as_mut().filter(|_| is_restored(scene)) {
        secret.labels.retain(|cell| cell.label == Label::Current);
    }
}

fn restore_keeps_date(answer: &mut Answer, scene: &Scene<'_>) {
    let was_restored = scene.active().is_some_and(|secret| secret.restored.is_some());
    if let (Body::Output(Output::Description(shown)), true) = (&mut answer.body, was_restored) {
        shown.deleted_date = Some(scene.now);
    }
}

fn restore_does_nothing(world: &mut World, scene: &Scene<'_>) {
    if is_restored(scene) {
        world.clone_from(scene.before);
    }
}

fn recovery_window_ignored(answer: &mut Answer, scene: &Scene<'_>) {
    let Operation::DeleteSecret(delete) = scene.operation else { return };
    if let (Body::Output(Output::Receipt(receipt)), None) = (&mut answer.body, delete.force_delete_without_recovery) {
        receipt.deletion_date = Some(Timestamp(Timestamp::DAY.mul_add(30.0, scene.now.0)));
    }
}

fn forced_delete_needs_secret(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_delete = matches!(scene.operation, Operation::DeleteSecret(_));
    if is_delete && outcome.is_accepted() && scene.before.secret.is_none() {
        let error_type = ErrorType::ResourceNotFoundException;
        let text = Some("Secrets Manager can't find the specified secret.".into());
        outcome.refusal = Some(Refusal { error_type, text });
    }
}

fn restore_breaks_next_move(world: &mut World, scene: &Scene<'_>) {
    let stores = matches!(scene.operation, Operation::PutSecretValue(_) | Operation::UpdateSecret(_));
    let was_restored = scene.active().is_some_and(|secret| secret.restored.is_some());
    let Some(secret) = world.secret.as_mut().filter(|_| stores && was_restored && !scene.is_refused) else { return };
    if secret.holder(&Label::Current).flatten() != scene.holder(&Label::Current) {
        put_label(secret, &Label::Previous, scene.holder(&Label::Previous).cloned());
        secret.restored = None;
    }
}
