//! Correct histories that the judge once rejected: lost answers, overlaps, lagging reads. Each says what it must accept.

use std::time::Duration;

use crate::history::{Fate, Moment, Reply};
use crate::model::Departure;
use crate::rule::Class;
use crate::service::ACCOUNT;
use serde_json::json;

use super::assert_accepted;
use super::requests::{
    ask, cancel, create, create_empty, delete, describe, get, list, look, put, put_as, rotate_later, rotate_monthly,
    stage,
};
use super::scene::Scene;

const WINDOW: Duration = Duration::from_mins(1);

/// Lets the last call but one return after the last.
fn turn_returns(scene: &mut Scene) {
    let [.., one, other] = &mut scene.calls[..] else { unreachable!("there are two calls") };
    let end = other.returned.0.max(one.returned.0);
    let (first, last) = if one.returned < other.returned { (other, one) } else { (one, other) };
    (first.returned, last.returned) = (Moment(end - 1), Moment(end));
}

/// The answer of a call is what it would have been before some earlier call.
fn answer_as_before(scene: &mut Scene, call: usize, earlier: usize) {
    let answer = super::stale_answer(scene, call, earlier);
    scene.calls[call].reply = Reply::Answer(answer);
}

/// The partial ARN of the first secret, which a caller can know without any answer.
fn partial_arn(scene: &Scene) -> String {
    format!("arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:{}", scene.text("$s1"))
}

#[test]
fn a_read_may_take_effect_before_an_overlapping_write_that_returns_first() {
    let mut scene = Scene::of(&[create()]);
    scene.ask_both([&put("$t2", "b"), &look()], true, true);
    turn_returns(&mut scene);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_read_may_take_effect_before_an_overlapping_read_that_returns_first() {
    let mut scene = Scene::of(&[create()]);
    scene.ask_both([&get(json!({})), &look()], false, false);
    turn_returns(&mut scene);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_stale_read_settles_nothing_that_is_open() {
    let mut scene = Scene::of(&[create(), stage("AWSPENDING", "", "$t1"), look(), look()]);
    answer_as_before(&mut scene, 2, 1);
    assert_accepted(&scene, WINDOW);
}

#[test]
fn a_stale_read_may_differ_in_fidelity_facts_alone() {
    let mut scene = Scene::of(&[create(), delete(), look()]);
    answer_as_before(&mut scene, 2, 1);
    assert_accepted(&scene, WINDOW);
}

#[test]
fn a_list_of_secrets_may_show_a_call_that_was_not_answered() {
    let mut scene = Scene::of(&[create()]);
    scene.ask_in_vain(&put_as("$t2", &["AWSPENDING"]), Fate::Unknown, true);
    scene.ask(&ask("ListSecrets", json!({})));
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_partial_arn_may_be_used_before_there_is_a_secret() {
    let mut scene = Scene::new();
    let arn = partial_arn(&scene);
    for request in [describe(&arn), create(), describe(&arn)] {
        scene.ask(&request);
    }
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_partial_arn_may_find_a_secret_whose_creation_was_not_answered() {
    let mut scene = Scene::new();
    let arn = partial_arn(&scene);
    scene.ask_in_vain(&create(), Fate::Unknown, true);
    scene.ask(&describe(&arn));
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_law_is_broken_only_if_every_possible_state_breaks_it() {
    let mut scene = Scene::of(&[create_empty()]);
    let update = ask("UpdateSecret", json!({ "ClientRequestToken": "$t1", "SecretString": "b" }));
    scene.ask_both([&rotate_monthly("$t1"), &update], false, true);
    scene.ask(&look());
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_cancel_names_no_version_that_has_lost_awspending() {
    let requests = [create(), rotate_monthly("$t2"), stage("AWSPENDING", "$t2", ""), cancel()];
    assert_accepted(&Scene::of(&requests), Duration::ZERO);
}

#[test]
fn rotation_that_was_on_may_be_shown_as_off() {
    let mut scene = Scene::of(&[create(), rotate_monthly("$t2"), cancel(), look()]);
    let Some(Reply::Answer(answer)) = scene.calls.last_mut().map(|call| &mut call.reply) else { unreachable!() };
    answer.form.has_headers = true;
    answer.form.departures.push(Departure::WithoutValue("RotationEnabled".to_owned(), "false"));
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_difference_in_fidelity_facts_excludes_no_state() {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_in_vain(&put_as("$t3", &["AWSPENDING"]), Fate::Unknown, false);
    let remove = stage("AWSPENDING", "$t4", "");
    for request in [cancel(), look(), rotate_monthly("$t4"), remove, cancel(), look(), list(true)] {
        scene.ask(&request);
    }
    let mut violations = scene.violations(Duration::ZERO);
    violations.retain(|violation| violation.class == Class::Contract);
    assert!(violations.is_empty(), "{}\n{}", scene.accusations(&violations), scene.story());
}

#[test]
fn a_first_version_beside_a_rotation_that_only_configures_becomes_current() {
    let requests = [create_empty(), rotate_later("$t2"), look(), put_as("$t1", &["BLUE"]), look()];
    assert_accepted(&Scene::of(&requests), Duration::ZERO);
}
