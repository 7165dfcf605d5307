//! Where more than one thing may be wrong, or it is not known what was done: no rule counts as checked, and nobody is
//! accused.

use std::time::Duration;

use crate::history::Fate;
use crate::model::ErrorType::{InvalidRequestException, ResourceExistsException};
use crate::model::{Answer, Body, Request};
use crate::rule::{Class, RuleId as R};
use serde_json::json;

use super::assert_accepted;
use super::mutant::{Accepted, contract, show};
use super::requests::{ask, create, delete, get, look, put, put_as};
use super::scene::Scene;

/// How often the last call of a history that is accepted checks the rule.
#[track_caller]
fn checked(requests: &[Request], rule: R) -> u64 {
    let [before, all] = [&requests[..requests.len() - 1], requests].map(|requests| {
        let scene = Scene::of(requests);
        assert_accepted(&scene, Duration::ZERO);
        scene.judged(Duration::ZERO).0.exercise().checked(rule)
    });
    all - before
}

/// The last answer, a description, shows these labels instead.
fn show_labels(scene: &mut Scene, versions: &[(&str, &[&str])]) {
    let mut answer = scene.answer().clone();
    let Body::Output(output) = &mut answer.body else { panic!("no description\n{}", scene.story()) };
    show(output, scene, versions);
    *scene.answer() = answer;
}

/// What each call violates.
fn blamed(scene: &Scene) -> Vec<(u32, R, Class)> {
    scene.violations(Duration::ZERO).iter().map(|it| (it.call, it.rule, it.class)).collect()
}

#[test]
fn a_call_that_is_refused_for_the_state_as_well_checks_no_rule_of_its_form() {
    let short = ask("CreateSecret", json!({ "ClientRequestToken": "short", "SecretString": "a" }));
    let window = ask("DeleteSecret", json!({ "RecoveryWindowInDays": 3 }));
    for (alone, beside, rule) in [
        (vec![short.clone()], vec![create(), short], R::Val002),
        (vec![create(), window.clone()], vec![create(), delete(), window], R::Val018),
    ] {
        assert_eq!(checked(&alone, rule), 1, "{alone:?}");
        assert_eq!(checked(&beside, rule), 0, "{beside:?}");
    }
}

#[test]
fn what_repeats_the_creation_of_a_secret_marked_for_deletion_may_be_accepted() {
    let requests = [create(), delete(), create()];
    assert_accepted(&Scene::of(&requests), Duration::ZERO);
    assert_accepted(&contract(R::Err011, requests, Accepted).scene(), Duration::ZERO);
    let another = ask("CreateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    let scene = contract(R::Err011, [create(), delete(), another], Accepted).scene();
    assert_eq!(blamed(&scene), [(3, R::Err011, Class::Contract)]);
}

#[test]
fn a_put_that_names_awscurrent_leaves_awspending_nowhere() {
    let mut scene = Scene::of(&[create(), put_as("$t2", &["AWSCURRENT"]), look()]);
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS", "AWSPENDING"]), ("$t2", &["AWSCURRENT"])]);
    assert_eq!(blamed(&scene), [(3, R::State003, Class::Contract)], "{}", scene.story());
}

#[test]
fn a_token_whose_put_ended_in_a_fault_may_name_a_version_or_not() {
    for refusal in [None, Some(ResourceExistsException)] {
        let mut scene = Scene::of(&[create(), look(), put("$t2", "b")]);
        let mut fault = Answer::error(InvalidRequestException, None);
        fault.form.status = 500;
        *scene.answer() = fault;
        scene.ask(&put("$t2", "c"));
        *scene.answer() = match refusal {
            Some(error_type) => Answer::error(error_type, None),
            None => Scene::of(&[create(), put("$t2", "c")]).answer().clone(),
        };
        assert_eq!(blamed(&scene).len(), 1, "{}", scene.story());
    }
}

#[test]
fn what_a_lost_call_has_left_is_blamed_on_that_call() {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_in_vain(&put("$t2", "b"), Fate::Unknown, true);
    scene.ask(&get(json!({})));
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["mine"]), ("$t2", &["AWSCURRENT"])]);
    let violations = scene.violations(Duration::ZERO);
    assert_eq!((violations[0].rule, violations[0].since), (R::State006, 3), "{}", scene.story());
    assert!(violations[0].fingerprint.0.contains("after PutSecretValue"), "{}", violations[0].fingerprint);
}

#[test]
fn a_put_that_names_labels_does_not_race_for_awscurrent() {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_both([&put("$t2", "b"), &put_as("$t3", &["AWSPENDING"])], false, false);
    scene.ask(&look());
    assert_accepted(&scene, Duration::ZERO);
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t3", &["AWSPENDING"])]);
    assert_eq!(blamed(&scene)[0].2, Class::Contract, "{}", scene.story());
}
