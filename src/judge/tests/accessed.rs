//! Whether a value was read, as LastAccessedDate tells: a read whose answer is lost may have been one.

use std::time::Duration;

use crate::history::Fate;
use crate::judge::{Judge, Options};
use crate::model::{Body, Output, Request, Timestamp};
use crate::rule::RuleId as R;
use serde_json::json;

use super::requests::{ask, create, get, look, put};
use super::scene::Scene;

/// Which rules a description breaks that shows the date, or that shows none.
fn blamed(mut scene: Scene, is_shown: bool) -> Vec<R> {
    scene.ask(&look());
    let mut answer = scene.answer().clone();
    if let Body::Output(Output::Description(shown)) = &mut answer.body {
        shown.last_accessed_date = is_shown.then_some(Timestamp(1_699_920_000.0));
    }
    *scene.answer() = answer;
    let violations = scene.violations(Duration::ZERO);
    let mut judge = Judge::new(Options::default());
    let one_by_one: Vec<_> = scene.calls.iter().flat_map(|call| judge.judge(call).violations).collect();
    assert_eq!(violations, one_by_one, "calls one after the other are judged alike");
    violations.iter().map(|violation| violation.rule).collect()
}

fn batch() -> Request {
    ask("BatchGetSecretValue", json!({ "SecretId": null, "SecretIdList": ["$s1"] }))
}

#[test]
fn the_date_is_shown_once_a_value_was_read_and_not_before() {
    for (requests, when_shown, when_not) in [
        (vec![create()], vec![R::Conf018], vec![]),
        (vec![create(), put("$t2", "b"), look()], vec![R::Conf018], vec![]),
        (vec![create(), get(json!({}))], vec![], vec![R::Conf018]),
        // Whether a read of several secrets counts is not documented.
        (vec![create(), batch()], vec![], vec![]),
    ] {
        assert_eq!(blamed(Scene::of(&requests), true), when_shown, "{requests:?}");
        assert_eq!(blamed(Scene::of(&requests), false), when_not, "{requests:?}");
    }
}

#[test]
fn a_read_that_was_never_answered_may_have_been_one_unless_it_was_not_sent() {
    for read in [get(json!({})), batch()] {
        for (fate, when_shown) in [(Fate::Unknown, vec![]), (Fate::NotSent, vec![R::Conf018])] {
            let lost = || {
                let mut scene = Scene::of(&[create()]);
                scene.ask_in_vain(&read, fate, false);
                scene
            };
            assert_eq!(blamed(lost(), true), when_shown, "{read:?} {fate:?}");
            assert_eq!(blamed(lost(), false), vec![], "{read:?} {fate:?}");
        }
    }
}

#[test]
fn a_read_by_what_is_no_name_of_the_secret_may_have_been_one() {
    let by_suffix = || {
        let mut scene = Scene::of(&[create()]);
        let read = Scene::of(&[create(), get(json!({}))]).answer().clone();
        scene.ask(&ask("GetSecretValue", json!({ "SecretId": "$s1.suffixed" })));
        *scene.answer() = read;
        scene
    };
    assert_eq!(blamed(by_suffix(), true), [R::Ident005]);
    assert_eq!(blamed(by_suffix(), false), [R::Ident005]);
}
