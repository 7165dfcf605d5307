//! The rotation configuration: stored by refusals, lost, forgotten, or never checked.

use super::progress::lacks_function;
use super::{Bug, Hook, Scene};
use crate::model::{
    Answer, Body, Cell, Content, Description, ErrorType, Label, Operation, Origin, Outcome, Output, RotateSecret,
    Rotation, RotationRules, Text, Timestamp, Version, World,
};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "refusal-stores-rules",
        does: "a RotateSecret that is refused for want of a function stores the rules and turns rotation on",
        seen: "moto 5.2.5 and LocalStack 2026.3.0, which look for the function last",
        breaks: &[RuleId::Val020],
        hooks: &[Hook::Stores(refusal_stores_rules)],
    },
    Bug {
        name: "refusal-makes-version",
        does: "a RotateSecret that is refused for want of a function leaves a pending version behind",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Val020],
        hooks: &[Hook::Stores(refusal_makes_version)],
    },
    Bug {
        name: "function-not-needed",
        does: "RotateSecret is accepted without any function",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::Err003],
        hooks: &[Hook::Decides(function_not_needed)],
    },
    Bug {
        name: "function-not-looked-up",
        does: "RotateSecret is accepted with a function that does not exist",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Err004],
        hooks: &[Hook::Decides(function_not_looked_up)],
    },
    Bug {
        name: "both-schedules-accepted",
        does: "RotateSecret takes days and a schedule expression together, and keeps the expression",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::Val009],
        hooks: &[Hook::Reads(both_schedules_accepted)],
    },
    Bug {
        name: "days-unchecked",
        does: "RotateSecret takes any number of days",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Val008],
        hooks: &[Hook::Reads(days_unchecked)],
    },
    Bug {
        name: "rate-hours-unbounded",
        does: "RotateSecret takes a rate of 24 hours and more",
        seen: "family: a lower bound without its upper one",
        breaks: &[RuleId::Val011],
        hooks: &[Hook::Reads(rate_hours_unbounded)],
    },
    Bug {
        name: "rate-days-unbounded",
        does: "RotateSecret takes a rate of any number of days",
        seen: "family: a lower bound without its upper one",
        breaks: &[RuleId::Val011],
        hooks: &[Hook::Reads(rate_days_unbounded)],
    },
    Bug {
        name: "duration-unbounded",
        does: "RotateSecret takes a Duration of more than 24 hours",
        seen: "family: a form that is checked and not its value",
        breaks: &[RuleId::Val010],
        hooks: &[Hook::Reads(duration_unbounded)],
    },
    Bug {
        name: "window-leaves-its-day",
        does: "RotateSecret takes a window that runs past the end of its day",
        seen: "family: two members that are checked each by itself",
        breaks: &[RuleId::Val013],
        hooks: &[Hook::Reads(window_leaves_its_day)],
    },
    Bug {
        name: "window-outlasts-rate",
        does: "RotateSecret takes a window that is longer than the rate",
        seen: "family: two members that are checked each by itself",
        breaks: &[RuleId::Val013],
        hooks: &[Hook::Reads(window_outlasts_rate)],
    },
    Bug {
        name: "long-rates-refused",
        does: "RotateSecret refuses a rate of more than twelve hours that is not one of days",
        seen: "family: a bound that is too low",
        breaks: &[RuleId::Conf007],
        hooks: &[Hook::Decides(long_rates_refused)],
    },
    Bug {
        name: "whole-days-refused",
        does: "RotateSecret refuses a Duration of 24 hours",
        seen: "family: a bound that leaves itself out",
        breaks: &[RuleId::Val010],
        hooks: &[Hook::Decides(whole_days_refused)],
    },
    Bug {
        name: "foreign-function-taken",
        does: "RotateSecret takes a function of another Region",
        seen: "family: an ARN of which the last part alone is read",
        breaks: &[RuleId::Err004],
        hooks: &[Hook::Decides(foreign_function_taken)],
    },
    Bug {
        name: "schedule-lost",
        does: "RotateSecret stores the days and neither schedule expression nor duration",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Conf001, RuleId::Conf013],
        hooks: &[Hook::Stores(schedule_lost)],
    },
    Bug {
        name: "function-forgotten",
        does: "RotateSecret without a function ARN forgets the stored one",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Conf002],
        hooks: &[Hook::Stores(function_forgotten)],
    },
    Bug {
        name: "rules-forgotten",
        does: "RotateSecret without rules forgets the stored ones",
        seen: "family: a structure replaced by nothing",
        breaks: &[RuleId::Conf002],
        hooks: &[Hook::Stores(rules_forgotten)],
    },
    Bug {
        name: "schedule-outlives-days",
        does: "a later AutomaticallyAfterDays leaves the old schedule expression in place",
        seen: "family: members merged where one replaces the other",
        breaks: &[RuleId::Conf008],
        hooks: &[Hook::Stores(schedule_outlives_days)],
    },
    Bug {
        name: "cancel-forgets-rules",
        does: "CancelRotateSecret forgets function and rules",
        seen: "family: cancel as a removal",
        breaks: &[RuleId::Conf010],
        hooks: &[Hook::Stores(cancel_forgets_rules)],
    },
    Bug {
        name: "cancel-does-nothing",
        does: "CancelRotateSecret answers success and leaves rotation on",
        seen: "family: an answer of success without the work",
        breaks: &[RuleId::Conf010, RuleId::Life022],
        hooks: &[Hook::Stores(cancel_does_nothing)],
    },
    Bug {
        name: "update-resets-rotation",
        does: "UpdateSecret turns rotation off",
        seen: "family: a record written whole from a request that names a part",
        breaks: &[RuleId::Conf019],
        hooks: &[Hook::Stores(update_resets_rotation)],
    },
    Bug {
        name: "test-stores-nothing",
        does: "RotateSecret with RotateImmediately=false is accepted and does not turn rotation on",
        seen: "family: a dry run taken too far",
        breaks: &[RuleId::Conf013],
        hooks: &[Hook::Stores(test_stores_nothing)],
    },
    Bug {
        name: "days-computed-wrong",
        does: "DescribeSecret shows 30 days beside every schedule expression",
        seen: "family: a default in the place of what is computed",
        breaks: &[RuleId::Conf007],
        hooks: &[Hook::Says(days_computed_wrong)],
    },
    Bug {
        name: "next-date-at-any-time",
        does: "NextRotationDate has the time of day of the call that turned rotation on",
        seen: "moto 5.2.5, which adds the days to the time of the call",
        breaks: &[RuleId::Conf014],
        hooks: &[Hook::Says(next_date_at_any_time)],
    },
    Bug {
        name: "rotated-at-once",
        does: "RotateSecret sets LastRotatedDate before the rotation has succeeded",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Conf015],
        hooks: &[Hook::Says(rotated_at_once)],
    },
    Bug {
        name: "days-drift",
        does: "the fourth value stored under a rotation configuration adds a day to it",
        seen: "family: deep, a counter in the place of a setting",
        breaks: &[RuleId::Conf001, RuleId::Conf002, RuleId::Conf019, RuleId::Read005],
        hooks: &[Hook::Stores(days_drift)],
    },
];

fn is_recorded_refusal(scene: &Scene<'_>) -> bool {
    let is_alone = |rule: RuleId| scene.facts.iter().any(|fact| fact.rule == rule && fact.counts);
    scene.is_refused && scene.active().is_some() && (is_alone(RuleId::Err003) || is_alone(RuleId::Err004))
}

fn refusal_stores_rules(world: &mut World, scene: &Scene<'_>) {
    let (Operation::RotateSecret(rotate), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if is_recorded_refusal(scene) {
        let days = rotate.rotation_rules.as_ref().and_then(|rules| rules.automatically_after_days);
        secret.rotation.days = Cell::known(days, None);
        secret.rotation.enabled = Cell::known(true, None);
        secret.rotation.configured = true;
    }
}

fn refusal_makes_version(world: &mut World, scene: &Scene<'_>) {
    let (Operation::RotateSecret(rotate), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if let (Some(token), true) = (&rotate.client_request_token, is_recorded_refusal(scene)) {
        let content = Cell::known(Content::Unfilled, None);
        secret.versions.push(Version::new(token, content, Origin::Unknown, Some(scene.now)));
        super::put_label(secret, &Label::Pending, Some(token.clone()));
    }
}

/// Accepts and stores the configuration, without a pending version.
fn accept_configuration(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::RotateSecret(rotate) = scene.operation else { return };
    let mut next = scene.before.clone();
    if let Some(secret) = &mut next.secret {
        let rules = rotate.rotation_rules.clone().unwrap_or_default();
        secret.rotation.enabled = Cell::known(true, None);
        secret.rotation.function = Cell::known(rotate.rotation_lambda_arn.clone(), None);
        secret.rotation.days = Cell::known(rules.automatically_after_days, None);
        secret.rotation.configured = true;
    }
    outcome.refusal = None;
    outcome.next = Some(next);
}

fn function_not_needed(outcome: &mut Outcome, scene: &Scene<'_>) {
    if lacks_function(outcome) && !names_function(scene) {
        accept_configuration(outcome, scene);
    }
}

fn function_not_looked_up(outcome: &mut Outcome, scene: &Scene<'_>) {
    if lacks_function(outcome) && names_function(scene) {
        accept_configuration(outcome, scene);
    }
}

fn names_function(scene: &Scene<'_>) -> bool {
    matches!(scene.operation, Operation::RotateSecret(rotate) if rotate.rotation_lambda_arn.is_some())
}

fn rules_of(operation: &mut Operation) -> Option<&mut RotationRules> {
    match operation {
        Operation::RotateSecret(rotate) => rotate.rotation_rules.as_mut(),
        _ => None,
    }
}

fn both_schedules_accepted(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_of(operation).filter(|rules| rules.schedule_expression.is_some()) {
        rules.automatically_after_days = None;
    }
}

fn days_unchecked(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(days) = rules_of(operation).and_then(|rules| rules.automatically_after_days.as_mut()) {
        *days = (*days).clamp(1, 1000);
    }
}

/// The rules, if their schedule expression, or their duration, is one of these.
fn rules_with<'a>(operation: &'a mut Operation, texts: &[&str]) -> Option<&'a mut RotationRules> {
    let is_one = |text: &Option<Text>| text.as_deref().is_some_and(|text| texts.contains(&text));
    rules_of(operation).filter(|rules| is_one(&rules.schedule_expression) || is_one(&rules.duration))
}

fn rate_hours_unbounded(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_with(operation, &["rate(24 hours)"]) {
        rules.schedule_expression = Some("rate(23 hours)".into());
    }
}

fn rate_days_unbounded(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_with(operation, &["rate(1001 days)"]) {
        rules.schedule_expression = Some("rate(999 days)".into());
    }
}

fn duration_unbounded(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_with(operation, &["25h"]) {
        rules.duration = Some("24h".into());
    }
}

fn window_leaves_its_day(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_with(operation, &["cron(0 22 * * ? *)"]) {
        rules.duration = None;
    }
}

fn window_outlasts_rate(operation: &mut Operation, _: &Scene<'_>) {
    if let Some(rules) = rules_with(operation, &["rate(4 hours)"]) {
        rules.duration = None;
    }
}

/// Refuses an acceptable RotateSecret whose rules have this text.
fn refuse_rules(outcome: &mut Outcome, scene: &Scene<'_>, text: &str) {
    let mut operation = scene.operation.clone();
    if outcome.is_accepted() && rules_with(&mut operation, &[text]).is_some() {
        super::refuse(outcome, ErrorType::InvalidParameterException);
    }
}

fn long_rates_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    refuse_rules(outcome, scene, "rate(23 hours)");
}

fn whole_days_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    refuse_rules(outcome, scene, "24h");
}

fn foreign_function_taken(outcome: &mut Outcome, scene: &Scene<'_>) {
    let region = |arn: &str| arn.split(':').nth(3).map(str::to_owned);
    let Operation::RotateSecret(rotate) = scene.operation else { return };
    let own = scene.active().and_then(|secret| region(secret.arn.as_deref()?));
    let other = rotate.rotation_lambda_arn.as_deref().and_then(region);
    if super::is_refused_by(outcome, RuleId::Err004) && other.is_some() && own != other {
        accept_configuration(outcome, scene);
    }
}

/// The rotation configuration after an accepted RotateSecret, and the request.
fn rotated<'a, 'b>(world: &'a mut World, scene: &Scene<'b>) -> Option<(&'a mut Rotation, &'b RotateSecret)> {
    let Operation::RotateSecret(rotate) = scene.operation else { return None };
    let secret = world.secret.as_mut().filter(|_| !scene.is_refused)?;
    Some((&mut secret.rotation, rotate))
}

fn forget_rules(rotation: &mut Rotation) {
    rotation.days.value = None;
    rotation.schedule.value = None;
    rotation.duration.value = None;
}

fn schedule_lost(world: &mut World, scene: &Scene<'_>) {
    if let Some((rotation, _)) = rotated(world, scene) {
        rotation.schedule.value = None;
        rotation.duration.value = None;
    }
}

fn function_forgotten(world: &mut World, scene: &Scene<'_>) {
    if let Some((rotation, rotate)) = rotated(world, scene)
        && rotate.rotation_lambda_arn.is_none()
    {
        rotation.function.value = None;
    }
}

fn rules_forgotten(world: &mut World, scene: &Scene<'_>) {
    if let Some((rotation, rotate)) = rotated(world, scene)
        && rotate.rotation_rules.is_none()
    {
        forget_rules(rotation);
    }
}

fn schedule_outlives_days(world: &mut World, scene: &Scene<'_>) {
    let old = scene.active().and_then(|secret| secret.rotation.schedule.value.clone());
    if let Some((rotation, rotate)) = rotated(world, scene)
        && rotate.rotation_rules.as_ref().is_some_and(|rules| rules.automatically_after_days.is_some())
        && old.is_some()
    {
        rotation.schedule.value = old;
    }
}

fn cancel_forgets_rules(world: &mut World, scene: &Scene<'_>) {
    if let Operation::CancelRotateSecret(_) = scene.operation
        && let Some(secret) = world.secret.as_mut().filter(|_| !scene.is_refused)
    {
        secret.rotation.function.value = None;
        forget_rules(&mut secret.rotation);
    }
}

fn cancel_does_nothing(world: &mut World, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::CancelRotateSecret(_)) && !scene.is_refused {
        world.clone_from(scene.before);
    }
}

fn update_resets_rotation(world: &mut World, scene: &Scene<'_>) {
    if let Operation::UpdateSecret(_) = scene.operation
        && let Some(secret) = world.secret.as_mut().filter(|_| !scene.is_refused)
    {
        secret.rotation.enabled.value = false;
    }
}

fn test_stores_nothing(world: &mut World, scene: &Scene<'_>) {
    if let Operation::RotateSecret(rotate) = scene.operation
        && !scene.is_refused
        && rotate.rotate_immediately == Some(false)
    {
        world.clone_from(scene.before);
    }
}

fn days_drift(world: &mut World, scene: &Scene<'_>) {
    let stores = matches!(scene.operation, Operation::PutSecretValue(_) | Operation::UpdateSecret(_));
    let Some(secret) = world.secret.as_mut().filter(|_| stores && !scene.is_refused) else { return };
    let is_fourth = scene.active().is_some_and(|before| before.versions.len() == 3 && secret.versions.len() == 4);
    if let (Some(days), true) = (&mut secret.rotation.days.value, is_fourth) {
        *days += 1;
    }
}

/// What DescribeSecret shows of a secret with rotation on.
fn rotating<'a>(answer: &'a mut Answer, scene: &Scene<'_>) -> Option<&'a mut Description> {
    scene.active().filter(|secret| secret.rotation.enabled.value)?;
    match &mut answer.body {
        Body::Output(Output::Description(shown)) => Some(shown),
        _ => None,
    }
}

fn days_computed_wrong(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some(rules) = rotating(answer, scene).and_then(|shown| shown.rotation_rules.as_mut())
        && rules.schedule_expression.is_some()
    {
        rules.automatically_after_days = Some(30);
    }
}

fn next_date_at_any_time(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some(shown) = rotating(answer, scene) {
        let midnight = (scene.now.0 / Timestamp::DAY).floor() * Timestamp::DAY;
        shown.next_rotation_date = Some(Timestamp(midnight + 12.0));
    }
}

fn rotated_at_once(answer: &mut Answer, scene: &Scene<'_>) {
    if let Some(shown) = rotating(answer, scene) {
        shown.last_rotated_date = Some(scene.now);
    }
}
