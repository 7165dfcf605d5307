//! What a read settles of that which the documents leave open, and what it is held to from then on.

use std::time::Duration;

use crate::history::Reply;
use crate::model::{Answer, Body, Label, Output, Request};
use crate::rule::{Class, RULES, RuleId as R};
use serde_json::{Value, json};

use super::assert_accepted;
use super::mutant::{page, show, shown};
use super::requests::{
    ask, cancel, configured, create, create_empty, days, delete, look, put, put_as, restore, rotate, rotate_monthly,
    stage,
};
use super::scene::Scene;

/// Where the labels are, by version.
type Places<'a> = &'a [(&'a str, &'a [&'a str])];

/// The history, whose last answer says something else.
fn edited(requests: &[Request], edit: impl FnOnce(&mut Output, &Scene)) -> Scene {
    let mut scene = Scene::of(requests);
    edit_last(&mut scene, edit);
    scene
}

fn edit_last(scene: &mut Scene, edit: impl FnOnce(&mut Output, &Scene)) {
    let mut answer = scene.answer().clone();
    let Body::Output(output) = &mut answer.body else { panic!("no output\n{}", scene.story()) };
    edit(output, scene);
    *scene.answer() = answer;
}

/// The history, whose last answer shows the labels there.
fn showing(requests: &[Request], places: Places<'_>) -> Scene {
    edited(requests, |output, scene| show(output, scene, places))
}

/// Every reading that is reported of a history which is accepted.
#[track_caller]
fn readings(scene: &Scene) -> Vec<(R, String)> {
    assert_accepted(scene, Duration::ZERO);
    let (judge, _) = scene.judged(Duration::ZERO);
    let of_rule = |rule| judge.exercise().readings(rule).map(move |text| (rule, text.to_owned())).collect::<Vec<_>>();
    RULES.iter().flat_map(|rule| of_rule(rule.id)).collect()
}

#[track_caller]
fn assert_reading(scene: &Scene, rule: R, text: &str) {
    assert_eq!(readings(scene), [(rule, text.to_owned())], "{}", scene.story());
}

/// What the judge has against a history, call by call.
fn blamed(scene: &Scene) -> Vec<(u32, R, Class)> {
    scene.violations(Duration::ZERO).iter().map(|it| (it.call, it.rule, it.class)).collect()
}

#[test]
fn a_pending_label_stays_or_goes_where_its_version_becomes_current() {
    let requests = [create(), put_as("$t2", &["AWSPENDING"]), look(), stage("AWSCURRENT", "$t1", "$t2"), look()];
    let stays: Places<'_> = &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT", "AWSPENDING"])];
    let goes: Places<'_> = &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])];
    assert_reading(&showing(&requests, stays), R::State016, "AWSPENDING stays");
    assert_reading(&showing(&requests, goes), R::State016, "AWSPENDING goes");
}

#[test]
fn a_custom_label_stays_moves_or_goes_where_its_version_loses_current() {
    let requests = [create(), stage("mine", "", "$t1"), look(), put("$t2", "b"), look()];
    for (places, text) in [
        (&[("$t1", &["AWSPREVIOUS", "mine"][..]), ("$t2", &["AWSCURRENT"])][..], "a custom label stays"),
        (&[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT", "mine"])], "a custom label is on another version"),
        (&[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])], "a custom label goes"),
    ] {
        let mut scene = showing(&requests, places);
        assert_reading(&scene, R::State027, text);
        // The same again settles nothing more, and a version that no call has named is one too many.
        scene.ask(&look());
        edit_last(&mut scene, |output, scene| show(output, scene, places));
        assert_reading(&scene, R::State027, text);
        scene.ask(&look());
        edit_last(&mut scene, |output, scene| {
            show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"]), ("$t3", &["mine"])]);
        });
        let expected = [(7, R::Idem001, Class::Contract)];
        assert_eq!(blamed(&scene)[..1], expected, "{}", scene.story());
    }
}

#[test]
fn awspending_stays_or_goes_where_its_rotation_is_cancelled() {
    let requests = [create(), rotate_monthly("$t2"), look(), cancel(), look()];
    let stays: Places<'_> = &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPENDING"])];
    let goes: Places<'_> = &[("$t1", &["AWSCURRENT"])];
    assert_reading(&showing(&requests, stays), R::Prog010, "AWSPENDING stays");
    assert_reading(&showing(&requests, goes), R::Prog010, "AWSPENDING goes");
}

#[test]
fn a_duration_left_out_is_kept_or_goes() {
    let hours = json!({ "AutomaticallyAfterDays": 30, "Duration": "3h" });
    let mut requests = configured(&hours);
    requests.extend([rotate("$t3", &days(30)), look()]);
    for (duration, text) in [(Some("3h"), "a Duration left out is kept"), (None, "a Duration left out goes")] {
        let scene = edited(&requests, |output, _| {
            let rules = shown(output).rotation_rules.as_mut().expect("there are rules");
            rules.duration = duration.map(Into::into);
        });
        assert_reading(&scene, R::Conf009, text);
    }
}

/// What is marked for deletion need not show its versions, which says nothing of where the labels are.
#[test]
fn labels_that_a_secret_marked_for_deletion_does_not_show_are_not_gone() {
    let requests = [create(), put("$t2", "b"), look(), delete(), look()];
    let mut scene = edited(&requests, |output, _| shown(output).version_ids_to_stages = None);
    scene.ask(&restore());
    scene.ask(&look());
    assert_eq!(blamed(&scene), [(5, R::Err007, Class::Fidelity)], "{}", scene.story());
    edit_last(&mut scene, |output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])]));
    assert_eq!(blamed(&scene)[1], (7, R::Err012, Class::Contract), "{}", scene.story());
}

fn pages(token: &Value) -> Request {
    ask("ListSecretVersionIds", json!({ "MaxResults": 1, "NextToken": token }))
}

/// The last page shows the version of the first one.
#[test]
fn no_page_repeats_a_version_of_any_page_before() {
    let mut scene = Scene::of(&[create(), put("$t2", "b"), put_as("$t3", &["mine"]), look(), pages(&Value::Null)]);
    for _ in 0..2 {
        let Body::Output(Output::Versions(before)) = &scene.answer().body else { panic!("no page") };
        let token = before.next_token.as_deref().expect("there are more").to_owned();
        scene.ask(&pages(&json!(token)));
    }
    assert_accepted(&scene, Duration::ZERO);
    let Reply::Answer(Answer { body: Body::Output(first), .. }) = scene.calls[4].reply.clone() else {
        panic!("no page")
    };
    edit_last(&mut scene, |output, _| page(output).versions = page(&mut first.clone()).versions.clone());
    assert_eq!(blamed(&scene)[0], (7, R::Wire012, Class::Contract), "{}", scene.story());
}

#[test]
fn a_first_value_under_awspending_may_become_current_as_well() {
    let requests = [create_empty(), put_as("$t1", &["AWSPENDING"]), look()];
    for places in [&[("$t1", &["AWSPENDING"][..])][..], &[("$t1", &["AWSCURRENT", "AWSPENDING"])]] {
        assert_eq!(readings(&showing(&requests, places)), [], "no rule is open about it");
    }
    assert_ne!(blamed(&showing(&requests, &[("$t1", &["AWSCURRENT"])])), []);
    // The reference service does not make it so.
    let Body::Output(Output::Description(shown)) = Scene::of(&requests).answer().body.clone() else {
        panic!("refused")
    };
    let labels: Vec<_> = shown.version_ids_to_stages.into_iter().flatten().flat_map(|(_, labels)| labels).collect();
    assert_eq!(labels, [Label::Pending]);
    let requests = [create_empty(), put_as("$t1", &["mine"]), look()];
    assert_accepted(&showing(&requests, &[("$t1", &["AWSCURRENT", "mine"])]), Duration::ZERO);
    assert_ne!(blamed(&showing(&requests, &[("$t1", &["mine"])])), []);
}
