//! Calls at the same time: what a correct service may show of them, and what only strict mode holds against it.

use std::time::Duration;

use crate::model::{Body, Output};
use crate::rule::{Class, RuleId as R};
use serde_json::json;

use super::assert_accepted;
use super::mutant::show;
use super::requests::{ask, create, get, look, put, stage};
use super::scene::Scene;

/// What the judge has against a scene: each rule with its class, in order.
#[track_caller]
fn assert_blamed(scene: &Scene, expected: &[(R, Class)]) {
    let violations = scene.violations(Duration::ZERO);
    let blamed: Vec<_> = violations.iter().map(|violation| (violation.rule, violation.class)).collect();
    assert_eq!(blamed, expected, "{}\n{}", scene.accusations(&violations), scene.story());
}

/// Two versions, and AWSCURRENT moved back while it is read; the read shows these labels instead of the true ones.
fn read_beside_a_move(labels: &[(&str, &[&str])]) -> Scene {
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look()]);
    scene.ask_both([&stage("AWSCURRENT", "$t2", "$t1"), &look()], true, true);
    edit_last(&mut scene, |output, scene| show(output, scene, labels));
    scene
}

/// Two puts at the same time, and then a read that shows these labels instead of the true ones.
fn read_after_two_puts(labels: &[(&str, &[&str])]) -> Scene {
    let mut scene = two_puts(false);
    scene.ask(&look());
    edit_last(&mut scene, |output, scene| show(output, scene, labels));
    scene
}

fn two_puts(is_turned: bool) -> Scene {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_both([&put("$t2", "b"), &put("$t3", "c")], is_turned, false);
    scene
}

fn edit_last(scene: &mut Scene, edit: impl FnOnce(&mut Output, &Scene)) {
    let mut answer = scene.answer().clone();
    match &mut answer.body {
        Body::Output(output) => edit(output, scene),
        other => panic!("no output: {other:?}"),
    }
    *scene.answer() = answer;
}

#[test]
fn a_label_may_be_missing_while_it_moves() {
    for labels in [
        &[("$t1", &["AWSPREVIOUS"][..])][..],
        &[("$t1", &["AWSCURRENT"])],
        &[("$t1", &["AWSCURRENT", "AWSPREVIOUS"])],
        &[("$t2", &["AWSCURRENT"])],
    ] {
        let mut scene = read_beside_a_move(labels);
        scene.ask(&look());
        assert_accepted(&scene, Duration::ZERO);
    }
}

#[test]
fn a_version_may_not_be_found_by_a_label_that_moves() {
    let current = get(json!({ "VersionStage": "AWSCURRENT" }));
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look()]);
    scene.ask_both([&stage("AWSCURRENT", "$t2", "$t1"), &current], true, true);
    let mut unknown = Scene::of(&[create(), get(json!({ "VersionStage": "AWSPREVIOUS" }))]);
    *scene.answer() = unknown.answer().clone();
    if let Body::Error(error) = &mut scene.answer().body {
        error.message = error.message.take().map(|text| text.replace("AWSPREVIOUS", "AWSCURRENT"));
    }
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_label_shown_twice_in_a_race_fails_in_strict_mode_only() {
    let scene = read_beside_a_move(&[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSCURRENT"])]);
    assert_blamed(&scene, &[(R::Conc003, Class::Fidelity)]);
}

#[test]
fn a_label_on_a_bystander_is_no_race() {
    let mut scene = Scene::of(&[create(), put("$t2", "b"), put("$t3", "c"), look()]);
    scene.ask_both([&stage("AWSCURRENT", "$t3", "$t2"), &look()], true, true);
    edit_last(&mut scene, |output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])]));
    let violations = scene.violations(Duration::ZERO);
    assert_eq!(violations.first().map(|it| it.class), Some(Class::Contract), "{}", scene.accusations(&violations));
}

#[test]
fn puts_at_the_same_time_may_come_in_either_order() {
    for is_turned in [false, true] {
        let mut scene = two_puts(is_turned);
        for request in [look(), get(json!({})), get(json!({ "VersionId": "$t2" })), put("$t4", "d"), look()] {
            scene.ask(&request);
        }
        assert_accepted(&scene, Duration::ZERO);
    }
}

#[test]
fn where_racing_puts_leave_the_labels_fails_in_strict_mode_only() {
    let scene = read_after_two_puts(&[("$t1", &["AWSPREVIOUS"]), ("$t3", &["AWSCURRENT"])]);
    assert_blamed(&scene, &[(R::Conc006, Class::Fidelity)]);
}

#[test]
fn racing_puts_leave_each_label_in_one_place_and_awscurrent_somewhere() {
    let twice = read_after_two_puts(&[("$t2", &["AWSCURRENT"]), ("$t3", &["AWSCURRENT"])]);
    assert_eq!(first_contract_rule(&twice), Some(R::State001));
    let nowhere = read_after_two_puts(&[("$t2", &["AWSPREVIOUS"])]);
    assert_eq!(first_contract_rule(&nowhere), Some(R::State002));
}

fn first_contract_rule(scene: &Scene) -> Option<R> {
    let violations = scene.violations(Duration::ZERO);
    violations.iter().find(|violation| violation.class == Class::Contract).map(|violation| violation.rule)
}

#[test]
fn a_version_lost_in_a_race_of_puts_fails_in_strict_mode_only() {
    let mut scene = two_puts(false);
    scene.ask(&ask("ListSecretVersionIds", json!({ "IncludeDeprecated": true })));
    edit_last(&mut scene, |output, scene| {
        let lost = scene.text("$t2");
        let Output::Versions(page) = output else { panic!("no page") };
        page.versions.get_or_insert_default().retain(|entry| entry.version_id.as_ref() != Some(&lost));
    });
    assert_blamed(&scene, &[(R::Conc006, Class::Fidelity)]);
}

#[test]
fn puts_one_after_the_other_are_no_race() {
    let mut scene = Scene::of(&[create(), look(), put("$t2", "b"), look(), put("$t3", "c"), look()]);
    edit_last(&mut scene, |output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t3", &["AWSCURRENT"])]));
    assert_blamed(&scene, &[(R::State006, Class::Contract)]);
}
