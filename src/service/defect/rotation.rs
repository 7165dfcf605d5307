//! The life of a rotation whose function acts: its steps, what they are called with, and what becomes of their results.

use serde_json::Value;

use super::{Bug, Hook, Scene, put_label, refuse};
use crate::history::Invoked;
use crate::model::{
    Answer, Body, Cell, Content, ErrorType, Failure, Label, Operation, Outcome, Output, RotationStep, Secret, World,
};
use crate::rule::RuleId;
use crate::service::hook::{Patience, Rotating};

use RotationStep::{CreateSecret, FinishSecret, SetSecret, TestSecret};

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "function-never-called",
        does: "RotateSecret answers as if a rotation had begun, and no step of the function is called",
        seen: "ministack 1.5.33 and moto 5.2.5 without an ARN in the request",
        breaks: &[RuleId::Life018, RuleId::Life002, RuleId::Life019],
        hooks: &[Hook::Plans(no_steps)],
    },
    Bug {
        name: "function-called-on-demand-alone",
        does: "the function is called only where the request says RotateImmediately=true",
        seen: "family: an optional member whose default is taken for false",
        breaks: &[RuleId::Life018],
        hooks: &[Hook::Plans(no_steps_by_default)],
    },
    Bug {
        name: "steps-out-of-order",
        does: "setSecret is called before createSecret",
        seen: "family: steps that are started from a set",
        breaks: &[RuleId::Life002],
        hooks: &[Hook::Plans(set_before_create)],
    },
    Bug {
        name: "test-step-skipped",
        does: "testSecret is not called",
        seen: "family: a step that is taken for optional",
        breaks: &[RuleId::Life002],
        hooks: &[Hook::Plans(without_test)],
    },
    Bug {
        name: "last-step-skipped",
        does: "finishSecret is not called",
        seen: "family: a service that promotes the version itself",
        breaks: &[RuleId::Life002],
        hooks: &[Hook::Plans(without_finish)],
    },
    Bug {
        name: "attempt-resumes",
        does: "another attempt begins with the step that has failed",
        seen: "moto 5.2.5 skips createSecret and setSecret for a token that it knows",
        breaks: &[RuleId::Life017],
        hooks: &[Hook::Resumes],
    },
    Bug {
        name: "step-called-twice-at-once",
        does: "setSecret is called once more while it runs",
        seen: "family: a client that repeats an invocation which takes long",
        breaks: &[RuleId::Life002],
        hooks: &[Hook::Repeats(SetSecret)],
    },
    Bug {
        name: "error-ignored",
        does: "a step that raises an error is taken for a success",
        seen: "family: HTTP status 200 taken for a success, the header X-Amz-Function-Error not read",
        breaks: &[RuleId::Life015],
        hooks: &[Hook::Heeds(ignore_error)],
    },
    Bug {
        name: "refused-invocation-ignored",
        does: "a step whose invocation is refused is taken for a success",
        seen: "family: the status of an invocation that is not looked at",
        breaks: &[RuleId::Life015],
        hooks: &[Hook::Heeds(ignore_refusal)],
    },
    Bug {
        name: "time-out-ignored",
        does: "a step that runs out of time is taken for a success",
        seen: "family: an invocation that is not waited for",
        breaks: &[RuleId::Life015],
        hooks: &[Hook::Heeds(ignore_time_out)],
    },
    Bug {
        name: "token-of-its-own-in-events",
        does: "the function is called with a token that is not the version of the rotation",
        seen: "family: a token for each invocation",
        breaks: &[RuleId::Life007],
        hooks: &[Hook::Tells(another_token)],
    },
    Bug {
        name: "token-changes-between-steps",
        does: "later steps have another token than createSecret",
        seen: "family: a token for each invocation",
        breaks: &[RuleId::Life003],
        hooks: &[Hook::Tells(another_token_later)],
    },
    Bug {
        name: "secret-changes-between-steps",
        does: "later steps name the secret otherwise than createSecret does",
        seen: "family: name and ARN for each other",
        breaks: &[RuleId::Life003, RuleId::Life006],
        hooks: &[Hook::Tells(name_later)],
    },
    Bug {
        name: "event-names-another-secret",
        does: "the event names a secret that is not the one that is rotated",
        seen: "family: an event that is kept from an earlier rotation",
        breaks: &[RuleId::Life006],
        hooks: &[Hook::Tells(another_secret)],
    },
    Bug {
        name: "event-names-secret-by-name",
        does: "the event has the name of the secret in place of its ARN",
        seen: "family: the identifier of the caller passed on",
        breaks: &[RuleId::Life006],
        hooks: &[Hook::Tells(name_of_secret)],
    },
    Bug {
        name: "event-without-secret",
        does: "the event has no SecretId",
        seen: "family: an event of the wrong shape",
        breaks: &[RuleId::Life004],
        hooks: &[Hook::Tells(without_secret)],
    },
    Bug {
        name: "event-without-rotation-token",
        does: "the event has no RotationToken",
        seen: "LocalStack 2026.3.0 and moto 5.2.5, which follow an older edition of the guide",
        breaks: &[RuleId::Life004],
        hooks: &[Hook::Tells(without_rotation_token)],
    },
    Bug {
        name: "step-names-in-snake-case",
        does: "the steps are named create_secret and so on",
        seen: "family: the names of one page of the guide",
        breaks: &[RuleId::Life005],
        hooks: &[Hook::Tells(snake_case)],
    },
    Bug {
        name: "placeholder-late",
        does: "the version of the rotation gets AWSPENDING only after createSecret was called",
        seen: "family: the function is called before the state is stored",
        breaks: &[RuleId::Life008],
        hooks: &[Hook::Plans(without_pending), Hook::Ends(pending_after_create), Hook::Outlives],
    },
    Bug {
        name: "stored-value-hidden",
        does: "what createSecret has stored is not there when setSecret is called",
        seen: "aws/aws-sdk-js-v3#7701, a report about the service itself",
        breaks: &[RuleId::Life011],
        hooks: &[Hook::Ends(value_lost)],
    },
    Bug {
        name: "service-promotes-before-finish",
        does: "the service moves AWSCURRENT itself once testSecret has succeeded",
        seen: "family: a service that promotes the version itself",
        breaks: &[RuleId::Life010],
        hooks: &[Hook::Ends(promote_after_test)],
    },
    Bug {
        name: "success-is-undone",
        does: "AWSCURRENT is back on the old version after the last step",
        seen: "family: a state that is read before the rotation and written after it",
        breaks: &[RuleId::Life012, RuleId::State012],
        hooks: &[Hook::Ends(undo)],
    },
    Bug {
        name: "pending-left-on-old-version",
        does: "AWSPENDING is on the old version after the last step",
        seen: "family: labels that are swapped",
        breaks: &[RuleId::Life012],
        hooks: &[Hook::Ends(pending_on_old)],
    },
    Bug {
        name: "pending-comes-back",
        does: "AWSPENDING, which the function has taken off, is back after the last step",
        seen: "family: a state that is read before the rotation and written after it",
        breaks: &[RuleId::Life014],
        hooks: &[Hook::Ends(pending_again)],
    },
    Bug {
        name: "failure-takes-pending-off",
        does: "a step that fails takes AWSPENDING off the version",
        seen: "family: cleaning up after a failure",
        breaks: &[RuleId::Life015],
        hooks: &[Hook::Ends(no_pending_after_failure)],
    },
    Bug {
        name: "test-rotates",
        does: "RotateImmediately=false calls all four steps",
        seen: "family: an optional member that is not read",
        breaks: &[RuleId::Life019],
        hooks: &[Hook::Plans(all_steps)],
    },
    Bug {
        name: "test-has-no-copy",
        does: "the configuration test has no pending version",
        seen: "family: a test of the function alone",
        breaks: &[RuleId::Life020],
        hooks: &[Hook::Plans(without_copy)],
    },
    Bug {
        name: "test-leaves-its-label",
        does: "AWSPENDING stays on the copy after the configuration test",
        seen: "family: a test that is not cleaned up",
        breaks: &[RuleId::Life020],
        hooks: &[Hook::Outlasts],
    },
    Bug {
        name: "success-sets-no-date",
        does: "LastRotatedDate is missing after a success",
        seen: "family: a member that is not kept",
        breaks: &[RuleId::Conf015, RuleId::Life014],
        hooks: &[Hook::Says(no_rotated_date)],
    },
    Bug {
        name: "success-sets-no-next-date",
        does: "NextRotationDate is missing once a rotation has succeeded",
        seen: "family: a date that is not computed anew",
        breaks: &[RuleId::Conf014],
        hooks: &[Hook::Says(no_next_date)],
    },
    Bug {
        name: "failure-sets-date",
        does: "a step that fails sets LastRotatedDate",
        seen: "family: the date of the latest attempt",
        breaks: &[RuleId::Conf015],
        hooks: &[Hook::Ends(date_by_failure)],
    },
    Bug {
        name: "abandonment-missing",
        does: "a value that a client stores during a rotation leaves AWSPENDING where it is",
        seen: "family: a rotation that only its function can end",
        breaks: &[RuleId::Prog008],
        hooks: &[Hook::Stores(keep_pending), Hook::Outlives],
    },
    Bug {
        name: "rules-changed-during-rotation",
        does: "RotateSecret with nothing but rules is accepted while a rotation is in progress",
        seen: "family: a change of the configuration told apart from a rotation",
        breaks: &[RuleId::Prog006],
        hooks: &[Hook::Sees(no_pending_for_rules)],
    },
    Bug {
        name: "first-rotation-does-not-block",
        does: "RotateSecret is accepted while the first rotation of a secret without a value is in progress",
        seen: "family: progress told by AWSCURRENT and AWSPENDING being apart",
        breaks: &[RuleId::Prog005],
        hooks: &[Hook::Sees(no_pending_without_current)],
    },
    Bug {
        name: "empty-secret-not-rotated",
        does: "RotateSecret of a secret without a value is refused",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Life026],
        hooks: &[Hook::Decides(refuse_empty)],
    },
    Bug {
        name: "answers-after-its-function",
        does: "RotateSecret answers once the function has ended",
        seen: "LocalStack 2026.3.0 and moto 5.2.5",
        breaks: &[RuleId::Life001],
        hooks: &[Hook::Waits(Patience::ForTheEnd)],
    },
    Bug {
        name: "answers-for-its-function",
        does: "RotateSecret is refused where the function fails",
        seen: "LocalStack 2026.3.0",
        breaks: &[RuleId::Life001],
        hooks: &[Hook::Waits(Patience::ForTheResult)],
    },
];

fn no_steps(steps: &mut Vec<RotationStep>, _: &Rotating<'_>, _: &mut Secret) {
    steps.clear();
}

fn no_steps_by_default(steps: &mut Vec<RotationStep>, rotating: &Rotating<'_>, _: &mut Secret) {
    if rotating.is_by_default {
        steps.clear();
    }
}

#[expect(clippy::ptr_arg, reason = "the signature of the hook")]
fn set_before_create(steps: &mut Vec<RotationStep>, rotating: &Rotating<'_>, _: &mut Secret) {
    if !rotating.is_test {
        steps.swap(0, 1);
    }
}

fn without_test(steps: &mut Vec<RotationStep>, rotating: &Rotating<'_>, _: &mut Secret) {
    if !rotating.is_test {
        steps.retain(|step| *step != TestSecret);
    }
}

fn without_finish(steps: &mut Vec<RotationStep>, _: &Rotating<'_>, _: &mut Secret) {
    steps.retain(|step| *step != FinishSecret);
}

fn all_steps(steps: &mut Vec<RotationStep>, _: &Rotating<'_>, _: &mut Secret) {
    *steps = RotationStep::ALL.to_vec();
}

fn without_pending(_: &mut Vec<RotationStep>, rotating: &Rotating<'_>, secret: &mut Secret) {
    if !rotating.is_test {
        put_label(secret, &Label::Pending, None);
    }
}

fn without_copy(_: &mut Vec<RotationStep>, rotating: &Rotating<'_>, secret: &mut Secret) {
    if rotating.is_test {
        put_label(secret, &Label::Pending, None);
        secret.versions.retain(|version| version.id != *rotating.token);
    }
}

fn ignore_error(invoked: &mut Invoked) {
    ignore(invoked, Failure::Error);
}

fn ignore_refusal(invoked: &mut Invoked) {
    ignore(invoked, Failure::Refused);
}

fn ignore_time_out(invoked: &mut Invoked) {
    ignore(invoked, Failure::TimedOut);
}

fn ignore(invoked: &mut Invoked, failure: Failure) {
    if *invoked == Err(failure) {
        *invoked = Ok(());
    }
}

fn is_first(event: &Value) -> bool {
    event["Step"] == CreateSecret.as_str()
}

fn another_token(event: &mut Value, rotating: &Rotating<'_>) {
    event["ClientRequestToken"] = rotating.token.chars().rev().collect::<String>().into();
}

fn another_token_later(event: &mut Value, rotating: &Rotating<'_>) {
    if !is_first(event) {
        another_token(event, rotating);
    }
}

fn name_of_secret(event: &mut Value, rotating: &Rotating<'_>) {
    event["SecretId"] = (&**rotating.name).into();
}

fn name_later(event: &mut Value, rotating: &Rotating<'_>) {
    if !is_first(event) {
        name_of_secret(event, rotating);
    }
}

fn another_secret(event: &mut Value, rotating: &Rotating<'_>) {
    event["SecretId"] = format!("another-{}", rotating.name).into();
}

fn without_secret(event: &mut Value, _: &Rotating<'_>) {
    event.as_object_mut().and_then(|members| members.remove("SecretId"));
}

fn without_rotation_token(event: &mut Value, _: &Rotating<'_>) {
    event.as_object_mut().and_then(|members| members.remove("RotationToken"));
}

fn snake_case(event: &mut Value, _: &Rotating<'_>) {
    if let Some(step) = event["Step"].as_str() {
        event["Step"] = step.replace("Secret", "_secret").into();
    }
}

fn pending_after_create(world: &mut World, rotating: &Rotating<'_>, step: RotationStep, _: bool) {
    if let (CreateSecret, Some(secret)) = (step, &mut world.secret) {
        put_label(secret, &Label::Pending, Some(rotating.token.clone()));
    }
}

fn value_lost(world: &mut World, rotating: &Rotating<'_>, step: RotationStep, has_succeeded: bool) {
    let Some(secret) = world.secret.as_mut().filter(|_| step == CreateSecret && has_succeeded) else { return };
    if let Some(version) = secret.versions.iter_mut().find(|version| version.id == *rotating.token) {
        version.content = Cell::known(Content::Unfilled, None);
    }
}

fn promote_after_test(world: &mut World, rotating: &Rotating<'_>, step: RotationStep, has_succeeded: bool) {
    let Some(secret) = world.secret.as_mut().filter(|_| step == TestSecret && has_succeeded) else { return };
    let old = secret.holder(&Label::Current).flatten().cloned();
    if !rotating.is_test && old.as_ref() != Some(rotating.token) {
        put_label(secret, &Label::Current, Some(rotating.token.clone()));
        put_label(secret, &Label::Previous, old);
    }
}

fn undo(world: &mut World, _: &Rotating<'_>, step: RotationStep, has_succeeded: bool) {
    let Some(secret) = world.secret.as_mut().filter(|_| step == FinishSecret && has_succeeded) else { return };
    if let Some(old) = secret.holder(&Label::Previous).flatten().cloned() {
        put_label(secret, &Label::Current, Some(old));
    }
}

fn pending_on_old(world: &mut World, _: &Rotating<'_>, step: RotationStep, has_succeeded: bool) {
    let Some(secret) = world.secret.as_mut().filter(|_| step == FinishSecret && has_succeeded) else { return };
    if let Some(old) = secret.holder(&Label::Previous).flatten().cloned() {
        put_label(secret, &Label::Pending, Some(old));
    }
}

fn pending_again(world: &mut World, rotating: &Rotating<'_>, step: RotationStep, has_succeeded: bool) {
    let Some(secret) = world.secret.as_mut().filter(|_| step == FinishSecret && has_succeeded) else { return };
    put_label(secret, &Label::Pending, Some(rotating.token.clone()));
}

fn no_pending_after_failure(world: &mut World, _: &Rotating<'_>, _: RotationStep, has_succeeded: bool) {
    if let Some(secret) = world.secret.as_mut().filter(|_| !has_succeeded) {
        put_label(secret, &Label::Pending, None);
    }
}

fn date_by_failure(world: &mut World, rotating: &Rotating<'_>, _: RotationStep, has_succeeded: bool) {
    if let Some(secret) = world.secret.as_mut().filter(|_| !has_succeeded && !rotating.is_test) {
        secret.dates.rotated = Some(rotating.now);
    }
}

fn no_rotated_date(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Description(shown)) = &mut answer.body {
        shown.last_rotated_date = None;
    }
}

fn no_next_date(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Description(shown)) = &mut answer.body
        && shown.last_rotated_date.is_some()
    {
        shown.next_rotation_date = None;
    }
}

/// AWSPENDING stays where it was before a plain put or an update.
fn keep_pending(world: &mut World, scene: &Scene<'_>) {
    let stores = matches!(scene.operation, Operation::PutSecretValue(put) if put.version_stages.is_none())
        || matches!(scene.operation, Operation::UpdateSecret(_));
    let pending = scene.holder(&Label::Pending).filter(|_| stores && !scene.is_refused).cloned();
    if let (Some(pending), Some(secret)) = (pending, &mut world.secret) {
        put_label(secret, &Label::Pending, Some(pending));
    }
}

fn no_pending_for_rules(world: &mut World, scene: &Scene<'_>) {
    let Operation::RotateSecret(request) = scene.operation else { return };
    if let Some(secret) = &mut world.secret
        && request.rotation_lambda_arn.is_none()
        && request.rotation_rules.is_some()
    {
        put_label(secret, &Label::Pending, None);
    }
}

fn no_pending_without_current(world: &mut World, scene: &Scene<'_>) {
    if let (Operation::RotateSecret(_), None, Some(secret)) =
        (scene.operation, scene.holder(&Label::Current), &mut world.secret)
    {
        put_label(secret, &Label::Pending, None);
    }
}

fn refuse_empty(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_empty = scene.active().is_some() && scene.holder(&Label::Current).is_none();
    if matches!(scene.operation, Operation::RotateSecret(_)) && outcome.is_accepted() && is_empty {
        refuse(outcome, ErrorType::ResourceNotFoundException);
    }
}
