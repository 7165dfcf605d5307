//! Permitted answers that the judge once rejected, each given by a variant of the reference service.

use std::time::Duration;

use crate::model::Request;
use crate::rule::Class;
use crate::service::Variant;
use serde_json::json;

use super::requests::{
    ask, cancel, create, create_empty, get, list, look, put, put_as, rotate_later, rotate_monthly, stage,
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
