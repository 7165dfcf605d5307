//! Permitted answers that the judge once rejected, each given by a variant of the reference service.

use std::time::Duration;

use crate::model::Request;
use crate::rule::{Class, RuleId};
use crate::service::Variant;
use serde_json::json;

use super::requests::{
    ask, cancel, create, create_empty, delete, force_delete, get, list, look, put, put_as, repeat, rotate_later,
    rotate_monthly, stage,
};
use super::scene::Scene;
use super::{assert_accepted, case};

#[track_caller]
fn assert_permitted(variant: &str, requests: &[Request]) {
    assert_accepted(&Scene::otherwise(variant, requests), Duration::ZERO);
}

/// Differs, perhaps, and fails in strict mode alone.
#[track_caller]
fn assert_no_failure(variant: &str, requests: &[Request]) {
    let scene = Scene::otherwise(variant, requests);
    let mut violations = scene.violations(Duration::ZERO);
    violations.retain(|violation| violation.class == Class::Contract);
    assert!(violations.is_empty(), "{}\n{}", scene.accusations(&violations), scene.story());
}

#[test]
fn a_rotation_that_nobody_holds_may_end_unseen() {
    let rotating = [create(), rotate_monthly("$t2"), look(), look()];
    let then = |more: &[Request]| [&rotating, more].concat();
    assert_permitted("rotation-ends", &then(&[look(), list(true)]));
    assert_permitted("rotation-ends", &then(&[rotate_monthly("$t3"), look()]));
    assert_permitted("rotation-ends", &then(&[cancel(), look()]));
    let remove = stage("AWSPENDING", "$t2", "");
    assert_permitted("rotation-ends", &then(&[remove, look()]));
    let filled = [create(), rotate_monthly("$t2"), put_as("$t2", &["AWSPENDING"]), look()];
    let read = get(json!({ "VersionStage": "AWSPENDING" }));
    assert_permitted("rotation-ends", &[&filled[..], &[read]].concat());
}

#[test]
fn a_test_of_the_configuration_may_end_unseen() {
    let again = ask("RotateSecret", json!({ "ClientRequestToken": "$t3" }));
    assert_permitted("test-ends-late", &[create(), rotate_later("$t2"), look(), look(), again, look()]);
}

#[test]
fn a_label_that_a_rotation_keeps_is_not_missed_in_the_answer_to_a_put() {
    let requests = [create(), rotate_monthly("$t2"), put_as("$t3", &["AWSPENDING"]), look()];
    assert_permitted("rotation-keeps-pending", &requests);
}

#[test]
fn a_version_that_may_have_no_label_need_not_be_found() {
    let pending = |token| put_as(token, &["AWSPENDING"]);
    let requests = [create_empty(), pending("$t2"), pending("$t3"), get(json!({ "VersionId": "$t2" }))];
    assert_no_failure("deprecated-out-of-reach", &requests);
}

#[test]
fn awspending_may_go_where_it_is_open_whether_awscurrent_moves() {
    let requests = [
        create(),
        put("$t2", "b"),
        stage("AWSPENDING", "", "$t1"),
        look(),
        stage("AWSPREVIOUS", "$t2", "$t1"),
        stage("AWSCURRENT", "$t2", "$t1"),
        look(),
    ];
    assert_permitted("pending-goes-on-move", &requests);
}

#[test]
fn a_secret_without_awscurrent_may_get_it_with_any_value() {
    let requests = [create_empty(), put_as("$t1", &["AWSPENDING"]), look(), put_as("$t2", &["BLUE"]), look()];
    assert_permitted("current-is-repaired", &requests);
}

#[test]
fn labels_that_a_repetition_may_have_moved_are_relied_on_by_no_call() {
    let repeated = repeat(&["BLUE"]);
    let requests = [create(), put("$t2", "b"), repeated, stage("BLUE", "", "$t2"), look()];
    assert_no_failure("repetition-moves-labels", &requests);
    let labelled = stage("BLUE", "", "$t1");
    let requests = [create(), labelled, repeat(&["BLUE", "GREEN"]), put("$t2", "b"), look()];
    assert_permitted("custom-labels-go", &requests);
    let repeated = repeat(&["AWSPENDING", "BLUE"]);
    let moved = stage("AWSCURRENT", "$t1", "$t2");
    assert_permitted("pending-goes-on-move", &[create(), put_as("$t2", &["AWSPENDING"]), repeated, moved, look()]);
    let repeated = repeat(&["AWSCURRENT", "AWSPENDING"]);
    assert_permitted("repetition-moves-labels", &[create(), rotate_monthly("$t2"), repeated.clone(), cancel()]);
    assert_permitted(
        "rotation-ends",
        &[create(), rotate_monthly("$t3"), put_as("$t3", &["AWSPENDING"]), repeated, look()],
    );
}

#[test]
fn a_secret_that_lingers_may_be_found_by_another_form_of_its_name() {
    let again = ask("DeleteSecret", json!({ "SecretId": "$s1.suffixed", "ForceDeleteWithoutRecovery": true }));
    let requests = [create_empty(), force_delete(), again];
    assert_permitted("deleted-lingers", &requests);
}

#[test]
fn a_refusal_in_other_words_leaves_what_another_may_leave() {
    let later = ask(
        "RotateSecret",
        json!({ "ClientRequestToken": "$t4", "RotationRules": { "ScheduleExpression": "rate(10 days)" } }),
    );
    let requests = [
        create(),
        put_as("$t2", &["AWSPENDING"]),
        stage("AWSPENDING", "$t2", ""),
        rotate_monthly("$t3"),
        list(true),
        look(),
        later,
        look(),
    ];
    assert_no_failure("own-words", &requests);
}

#[test]
fn a_partial_arn_may_denote_nothing_where_a_refusal_is_due_too() {
    let partial = |op: &str, mut members: serde_json::Value| {
        members["SecretId"] = json!("$s1.partial");
        ask(op, members)
    };
    let in_use = partial("PutSecretValue", json!({ "ClientRequestToken": "$t1", "SecretString": "b" }));
    assert_no_failure("partial-arn-where-stated", &[create(), in_use.clone()]);
    assert_no_failure("partial-arn-where-stated", &[create(), delete(), in_use]);
    let bare =
        partial("UpdateSecretVersionStage", json!({ "VersionStage": "AWSCURRENT", "RemoveFromVersionId": "$t1" }));
    assert_no_failure("partial-arn-where-stated", &[create(), bare, look()]);
    let gone = partial("DeleteSecret", json!({ "ForceDeleteWithoutRecovery": true }));
    assert_no_failure("partial-arn-where-stated", &[create(), gone, look()]);
    let beyond = partial("ListSecretVersionIds", json!({ "NextToken": "nowhere" }));
    let violations = Scene::otherwise("partial-arn-where-stated", &[create(), beyond]).violations(Duration::ZERO);
    let rules: Vec<_> = violations.iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, [RuleId::Ident003]);
}

#[test]
fn a_rotation_that_only_strict_mode_refuses_may_leave_the_secret_cancelled() {
    let without_key = ask(
        "RotateSecret",
        json!({
            "ClientRequestToken": "$t1",
            "RotationLambdaARN": "$function",
            "ExternalSecretRotationMetadata": [{ "Key": "", "Value": "x" }],
        }),
    );
    let requests = [
        create(),
        rotate_monthly("$t2"),
        put_as("$t3", &["AWSPENDING"]),
        cancel(),
        without_key.clone(),
        list(false),
        without_key,
    ];
    assert_no_failure("lenient", &requests);
}

#[test]
fn characters_may_be_checked_before_the_token() {
    let rotate = ask("RotateSecret", json!({ "SecretId": "Inv Name" }));
    assert_permitted("characters-checked-everywhere", &[rotate]);
}

/// The self-test does the same with the whole runner, and more of it.
#[test]
fn no_variant_fails_in_random_cases() {
    for (number, variant) in (0..).zip(Variant::all()) {
        for index in 0..12 {
            assert_no_failure(&variant.to_string(), &case(number, index));
        }
    }
}
