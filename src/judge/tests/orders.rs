//! Which orders of overlapping calls explain the answers, and what is held against an endpoint where none does.

use std::time::Duration;

use crate::history::{Fate, Moment, Reply};
use crate::model::{Body, Output};
use crate::rule::{Class, RuleId as R};
use serde_json::json;

use super::assert_accepted;
use super::mutant::value;
use super::requests::{create, delete, get, list, look, put, put_as, stage};
use super::scene::Scene;

/// A scene of which the calls of these numbers have other intervals.
fn at(mut scene: Scene, intervals: &[(usize, u64, u64)]) -> Scene {
    for (number, called, returned) in intervals {
        let call = &mut scene.calls[number - 1];
        (call.called, call.returned) = (Moment(*called), Moment(*returned));
    }
    scene
}

/// Each rule that is violated, with its class and call.
fn blamed(scene: &Scene) -> Vec<(R, Class, u32)> {
    scene.violations(Duration::ZERO).iter().map(|it| (it.rule, it.class, it.call)).collect()
}

#[track_caller]
fn assert_blamed(scene: &Scene, expected: &[(R, Class, u32)]) {
    let violations = scene.violations(Duration::ZERO);
    assert_eq!(blamed(scene), expected, "{}\n{}", scene.accusations(&violations), scene.story());
}

fn current() -> crate::model::Request {
    get(json!({}))
}

/// A put and, while it is open, so many reads one after the other; those of which it is said are answered from before it.
fn reads_beside_a_put(are_stale: &[bool]) -> Scene {
    let mut scene = Scene::of(&[create(), current()]);
    let old = scene.answer().clone();
    scene.ask(&put("$t2", "b"));
    for is_stale in are_stale {
        scene.ask(&current());
        if *is_stale {
            *scene.answer() = old.clone();
        }
    }
    let last = are_stale.len() + 3;
    let reads = (4..=last).zip(1..).map(|(number, at)| (number, 4_000_000 + at * 100, 4_000_050 + at * 100));
    let intervals: Vec<_> = reads.chain([(3, 4_000_000, 4_900_000)]).collect();
    at(scene, &intervals)
}

#[test]
fn a_read_may_take_effect_before_a_change_that_it_outlives() {
    let scene = at(reads_beside_a_put(&[true]), &[(3, 4_000_000, 4_000_200), (4, 4_000_100, 4_000_300)]);
    assert_accepted(&scene, Duration::ZERO);
    let mut scene = scene;
    scene.ask(&current());
    scene.ask(&look());
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn reads_beside_a_change_show_the_old_state_and_then_the_new_one() {
    for are_stale in [&[true, true][..], &[true, false], &[false, false], &[true, true, false, false]] {
        let mut scene = reads_beside_a_put(are_stale);
        scene.ask(&look());
        assert_accepted(&scene, Duration::ZERO);
    }
}

/// What stands between the writes of a put does not excuse it: a label that is there is not where it was any more.
#[test]
fn a_read_of_the_old_value_after_one_of_the_new_differs_while_the_put_is_open() {
    let mut scene = reads_beside_a_put(&[false, true]);
    scene.ask(&look());
    assert_blamed(&scene, &[(R::Conc011, Class::Fidelity, 5)]);
}

/// Nobody waits for the first of these reads when the description comes, which shows that a value was read.
#[test]
fn a_read_without_an_answer_counts_from_its_start() {
    let mut scene = Scene::of(&[create()]);
    scene.ask_in_vain(&current(), Fate::Unknown, true);
    scene.ask(&look());
    assert_accepted(&at(scene, &[(2, 3_000_000, 9_000_000)]), Duration::ZERO);
}

/// A deletion and, while it is open, three reads one after the other, of which the middle one does not see it.
fn reads_beside_a_deletion() -> Scene {
    let mut scene = Scene::of(&[create(), current()]);
    let old = scene.answer().clone();
    for request in [delete(), current(), current(), current()] {
        scene.ask(&request);
    }
    scene.calls[4].reply = Reply::Answer(old);
    at(scene, &[(3, 4_000, 4_900), (4, 4_100, 4_150), (5, 4_200, 4_250), (6, 4_300, 4_350)].map(in_thousands))
}

const fn in_thousands((number, called, returned): (usize, u64, u64)) -> (usize, u64, u64) {
    (number, called * 1_000, returned * 1_000)
}

#[test]
fn a_read_that_goes_back_beside_a_change_differs_and_the_change_is_held_to_what_it_leaves() {
    let mut scene = reads_beside_a_deletion();
    assert_blamed(&scene, &[(R::Conc011, Class::Fidelity, 5)]);
    scene.ask(&current());
    assert_blamed(&scene, &[(R::Conc011, Class::Fidelity, 5)]);
    scene.calls[6].reply = scene.calls[1].reply.clone();
    assert_blamed(&scene, &[(R::Conc011, Class::Fidelity, 5), (R::Err006, Class::Contract, 7)]);
}

#[test]
fn a_value_that_was_never_stored_is_no_matter_of_order() {
    let mut scene = reads_beside_a_put(&[true]);
    let mut answer = scene.answer().clone();
    let Body::Output(output) = &mut answer.body else { panic!("no value") };
    value(output).secret_string = Some("z".into());
    *scene.answer() = answer;
    let classes: Vec<_> = blamed(&scene).iter().map(|(_, class, call)| (*class, *call)).collect();
    assert_eq!(classes, [(Class::Contract, 4)], "{}", scene.story());
}

/// That reads overlap each other makes nothing open.
#[test]
fn a_stale_read_that_overlaps_reads_alone_fails() {
    let scene = at(
        reads_beside_a_put(&[false, true]),
        &[(3, 4_000_000, 4_000_010), (4, 4_000_100, 4_000_300), (5, 4_000_200, 4_000_400)],
    );
    let classes: Vec<_> = blamed(&scene).iter().map(|(_, class, call)| (*class, *call)).collect();
    assert_eq!(classes, [(Class::Contract, 5)], "{}", scene.story());
}

/// Two moves of AWSCURRENT at the same time, of which a read beside them shows one order and the end another.
fn moves_and_a_read_that_disagree() -> Scene {
    let label = |token| stage("BLUE", "$t1", token);
    let mut scene = Scene::of(&[create(), put("$t2", "b"), put("$t3", "c"), put_as("$t4", &["BLUE"])]);
    scene.ask(&stage("BLUE", "$t4", "$t1"));
    scene.ask(&look());
    scene.ask(&label("$t2"));
    scene.ask(&look());
    scene.ask(&stage("BLUE", "$t2", "$t3"));
    scene.ask(&look());
    at(scene, &[(7, 14_000_000, 14_000_900), (8, 14_000_100, 14_000_800), (9, 14_000_200, 14_000_700)])
}

#[test]
fn what_the_changes_leave_is_held_against_nobody_where_a_read_fits_no_order() {
    assert_accepted(&moves_and_a_read_that_disagree(), Duration::ZERO);
    let mut scene = moves_and_a_read_that_disagree();
    let stale = scene.calls[5].reply.clone();
    scene.ask(&look());
    scene.calls[9].reply = stale;
    (scene.calls[9].called, scene.calls[9].returned) = (Moment(14_000_750), Moment(14_000_850));
    assert_blamed(&scene, &[(R::Conc011, Class::Fidelity, 10)]);
}

#[test]
fn a_call_without_an_answer_may_take_effect_between_overlapping_calls_and_long_after() {
    for is_carried_out in [false, true] {
        let mut scene = Scene::of(&[create(), look()]);
        scene.ask_in_vain(&put("$t2", "b"), Fate::Unknown, is_carried_out);
        scene.ask_both([&put("$t3", "c"), &look()], true, true);
        scene.ask(&list(true));
        scene.ask(&look());
        assert_accepted(&scene, Duration::ZERO);
    }
}

/// Two puts at the same time, then a read: a plain state of the labels that one order leaves.
#[test]
fn after_racing_puts_the_labels_are_where_one_order_leaves_them() {
    for is_turned in [false, true] {
        let mut scene = Scene::of(&[create(), look()]);
        scene.ask_both([&put("$t2", "b"), &put("$t3", "c")], is_turned, false);
        scene.ask(&look());
        assert_accepted(&scene, Duration::ZERO);
        let Body::Output(Output::Description(_)) = &scene.answer().body else { panic!("no description") };
    }
}
