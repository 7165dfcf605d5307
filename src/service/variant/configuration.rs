//! What becomes of a rotation's function and rules where the documents say nothing, or two things.

use super::Otherwise;
use super::rotation::{configured, rotate};
use crate::model::{Cell, ErrorType, Label, Operation, Outcome, RotateSecret, World};
use crate::rule::RuleId;
use crate::service::hook::{Hook, Scene, refuse};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "whole-configuration",
        does: "RotateSecret with a function and no rules, or with rules and no function, fails",
        permitted_by: "ROT-CONF-022",
        differs: &[],
        hooks: &[Hook::Decides(whole_configuration)],
    },
    Otherwise {
        name: "rules-are-merged",
        does: "a Duration that is left out is kept, and so are days beside a rate, as a computed value",
        permitted_by: "ROT-CONF-007, ROT-CONF-009",
        differs: &[],
        hooks: &[Hook::Stores(rules_are_merged)],
    },
    Otherwise {
        name: "blocked-rules-are-stored",
        does: "RotateSecret that is refused for a rotation in progress stores rules and function all the same",
        permitted_by: "ROT-VAL-020, ROT-PROG-006",
        differs: &[],
        hooks: &[Hook::Stores(blocked_rules_are_stored)],
    },
    Otherwise {
        name: "bad-rules-are-stored",
        does: "RotateSecret that is refused for its rules stores the function and turns rotation on all the same",
        permitted_by: "ROT-VAL-020",
        differs: &[RuleId::Val020],
        hooks: &[Hook::Stores(bad_rules_are_stored)],
    },
    Otherwise {
        name: "days-not-computed",
        does: "DescribeSecret shows no days beside a schedule expression",
        permitted_by: "ROT-CONF-007",
        differs: &[],
        hooks: &[Hook::Stores(days_not_computed)],
    },
    Otherwise {
        name: "thousand-days-refused",
        does: "RotateSecret refuses a thousand days",
        permitted_by: "ROT-VAL-008, C-24",
        differs: &[],
        hooks: &[Hook::Decides(thousand_days_refused)],
    },
    Otherwise {
        name: "partners-are-refused",
        does: "RotateSecret with members for partners fails for an ordinary secret",
        permitted_by: "ROT-CONF-025",
        differs: &[],
        hooks: &[Hook::Decides(partners_are_refused)],
    },
    Otherwise {
        name: "restore-forgets-rotation",
        does: "RestoreSecret gives a secret back without its rotation",
        permitted_by: "ROT-CONF-021",
        differs: &[],
        hooks: &[Hook::Stores(restore_forgets_rotation)],
    },
];

fn whole_configuration(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_half = |rotate: &RotateSecret| rotate.rotation_lambda_arn.is_some() != rotate.rotation_rules.is_some();
    if rotate(scene).is_some_and(is_half) && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn rules_are_merged(world: &mut World, scene: &Scene<'_>) {
    let (Some(before), Some(secret)) = (scene.subject(), &mut world.secret) else { return };
    let Some(rules) = rotate(scene).filter(|_| !scene.is_refused).and_then(|rotate| rotate.rotation_rules.as_ref())
    else {
        return;
    };
    if rules.duration.is_none() && before.rotation.configured {
        secret.rotation.duration.value.clone_from(&before.rotation.duration.value);
    }
    if rules.schedule_expression.is_some() && before.rotation.configured {
        secret.rotation.days.value = before.rotation.days.value.or(secret.rotation.days.value);
    }
}

fn blocked_rules_are_stored(world: &mut World, scene: &Scene<'_>) {
    let pending = scene.holder(&Label::Pending);
    let is_blocked = pending.is_some() && pending != scene.holder(&Label::Current);
    let has_function = |rotate: &RotateSecret| rotate.rotation_lambda_arn.is_some();
    let gives = rotate(scene).is_some_and(|rotate| has_function(rotate) && is_well_formed(rotate));
    if scene.is_refused && is_blocked && gives {
        let next = configured(scene).and_then(|mut next| next.secret.take());
        if let (Some(next), Some(secret)) = (next, &mut world.secret) {
            secret.rotation.clone_from(&next.rotation);
        }
    }
}

fn bad_rules_are_stored(world: &mut World, scene: &Scene<'_>) {
    let are_bad = |rotate: &RotateSecret| {
        let rules = rotate.rotation_rules.as_ref();
        let is_known = rotate.rotation_lambda_arn.as_ref().is_some_and(|arn| !arn.ends_with("missing"));
        is_known
            && rules.and_then(|rules| rules.automatically_after_days).is_some_and(|days| !(1..=1000).contains(&days))
    };
    if let (true, Some(secret)) = (scene.is_refused && rotate(scene).is_some_and(are_bad), &mut world.secret)
        && let Some(arn) = rotate(scene).and_then(|rotate| rotate.rotation_lambda_arn.clone())
    {
        secret.rotation.function = Cell::known(Some(arn), None);
        secret.rotation.enabled = Cell::known(true, None);
        secret.rotation.configured = true;
    }
}

/// Whether nothing but the state can be wrong with a request.
fn is_well_formed(rotate: &RotateSecret) -> bool {
    let has_token = rotate.client_request_token.as_ref().is_some_and(|token| (32..=64).contains(&token.len()));
    let is_plain_rule = rotate.rotation_rules.as_ref().is_none_or(|rules| {
        rules.schedule_expression.is_none()
            && rules.duration.is_none()
            && rules.automatically_after_days.is_some_and(|days| (1..=1000).contains(&days))
    });
    let is_elsewhere = |arn: &str| !arn.starts_with("arn:aws:lambda:us-east-1:");
    let is_missing = rotate
        .rotation_lambda_arn
        .as_ref()
        .is_some_and(|arn| arn.ends_with("missing") || arn.len() > 200 || is_elsewhere(arn));
    let is_of_partner =
        rotate.external_secret_rotation_metadata.is_some() || rotate.external_secret_rotation_role_arn.is_some();
    has_token && is_plain_rule && !is_missing && !is_of_partner
}

fn days_not_computed(world: &mut World, scene: &Scene<'_>) {
    if let (Operation::RotateSecret(_), Some(secret)) = (scene.operation, &mut world.secret)
        && secret.rotation.schedule.value.is_some()
    {
        secret.rotation.days.value = None;
    }
}

fn thousand_days_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_disputed = |rotate: &RotateSecret| {
        rotate.rotation_rules.as_ref().is_some_and(|rules| rules.automatically_after_days == Some(1000))
    };
    if rotate(scene).is_some_and(is_disputed) && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn partners_are_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_of_partner = |rotate: &RotateSecret| {
        rotate.external_secret_rotation_metadata.is_some() || rotate.external_secret_rotation_role_arn.is_some()
    };
    if rotate(scene).is_some_and(is_of_partner) && outcome.is_accepted() {
        refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn restore_forgets_rotation(world: &mut World, scene: &Scene<'_>) {
    let was_marked = scene.before.secret.as_ref().is_some_and(|secret| secret.deletion.is_some());
    let (Operation::RestoreSecret(_), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if was_marked && !scene.is_refused {
        secret.rotation.enabled.value = false;
        secret.rotation.function.value = None;
        secret.rotation.days.value = None;
        secret.rotation.duration.value = None;
        secret.rotation.schedule.value = None;
        secret.rotation.configured = false;
    }
}
