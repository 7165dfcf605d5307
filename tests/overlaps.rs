//! Overlapping calls: what some order explains is accepted and decided, what none explains is not, and the judge agrees
//! with trying all orders.
//!
//! `cargo test` takes a sample; `cargo test --release --test overlaps -- --ignored` takes all.

#![expect(clippy::unwrap_used, reason = "what is missing fails the tests")]
#![expect(clippy::print_stdout, reason = "the long tests tell their figures")]

#[path = "support/all_orders.rs"]
mod all_orders;
#[path = "support/overlapping.rs"]
mod overlapping;

use all_orders::is_explained;
use overlapping::{Dice, History, NAME, Size, linearizable};
use rotation_conformance::history::{Call, Reply};
use rotation_conformance::rule::{Class, RuleId};
use rotation_conformance::verdict::Violation;

fn story(history: &History) -> String {
    let line = |call: &Call| {
        let request = serde_json::to_string(&call.request).unwrap();
        let reply = match &call.reply {
            Reply::Answer(answer) => format!("{:?}", answer.body),
            Reply::Nothing(_) => "nothing".to_owned(),
        };
        format!("{} [{}..{}] {request}\n     {reply}", call.number, call.called.0, call.returned.0)
    };
    history.calls.iter().map(line).collect::<Vec<_>>().join("\n").replace("00000000-0000-4000-8000-0000000000", "t")
}

/// Whether the judge finds an order; a difference of another rule is none of order.
fn has_order(violations: &[Violation]) -> bool {
    violations.iter().all(|it| it.class == Class::Fidelity && it.rule != RuleId::Conc011)
}

fn in_words(violations: &[Violation]) -> String {
    let word =
        |it: &Violation| format!("call {}: {} {:?} {}, got {}", it.call, it.rule, it.class, it.expected, it.observed);
    violations.iter().map(word).collect::<Vec<_>>().join("\n")
}

/// Histories that some order explains are accepted, with nothing to say against them, and decided.
fn accept(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let history = linearizable(seed, Size::any(&mut Dice::new(seed)));
        match history.judged() {
            None => panic!("seed {seed} is undecided\n{}", story(&history)),
            Some(violations) => {
                assert!(violations.is_empty(), "seed {seed}\n{}\n{}", in_words(&violations), story(&history));
            }
        }
    }
}

/// Small histories with a read from before a change, of which no order explains all answers, are not accepted; how many
/// were rejected, and how many are undecided.
fn reject(seeds: std::ops::Range<u64>) -> [usize; 2] {
    let mut counts = [0; 2];
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let size = Size { clients: 2 + dice.below(3), calls: 4 + dice.below(4), lost: 0 };
        let Some(broken) = linearizable(seed, size).with_an_impossible_read(&mut dice) else { continue };
        // Another call may explain the old answer after all.
        if is_explained(&broken.calls, &broken.functions, NAME) {
            continue;
        }
        let verdict = broken.judged();
        assert!(verdict.as_ref().is_none_or(|it| !it.is_empty()), "seed {seed}\n{}", story(&broken));
        counts[usize::from(verdict.is_none())] += 1;
    }
    counts
}

/// The judge and trying all orders agree about small histories, legal and broken; how many of each there were.
fn agree(seeds: std::ops::Range<u64>) -> [usize; 2] {
    let mut counts = [0; 2];
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let size = Size { clients: 2 + dice.below(4), calls: 2 + dice.below(6), lost: dice.below(3) };
        let mut history = linearizable(seed, size);
        if seed % 2 == 1 {
            history.break_somewhere(&mut dice);
        }
        let is_explained = is_explained(&history.calls, &history.functions, NAME);
        let violations = history.judged().unwrap_or_else(|| panic!("seed {seed} is undecided\n{}", story(&history)));
        let verdict = has_order(&violations);
        let words = in_words(&violations);
        assert_eq!(verdict, is_explained, "seed {seed}\n{words}\n{}", story(&history));
        counts[usize::from(is_explained)] += 1;
    }
    counts
}

#[test]
fn what_some_order_explains_is_accepted_and_decided() {
    accept(0..15);
}

#[test]
fn a_read_that_no_order_explains_is_not_accepted() {
    let [rejected, undecided] = reject(0..400);
    assert!(rejected > 10 && undecided == 0, "{rejected} rejected, {undecided} undecided");
}

#[test]
fn the_judge_agrees_with_trying_all_orders() {
    let [broken, legal] = agree(0..200);
    assert!(broken > 10 && legal > 100, "{broken} broken, {legal} legal");
}

#[test]
#[ignore = "takes a minute; in release"]
fn a_thousand_of_a_thousand_are_accepted_and_decided() {
    accept(1_000..2_000);
}

#[test]
#[ignore = "takes a minute; in release"]
fn a_thousand_impossible_reads_are_not_accepted() {
    let [rejected, undecided] = reject(10_000..18_000);
    println!("{rejected} rejected, {undecided} undecided");
    assert!(rejected >= 1_000 && undecided == 0, "{rejected} rejected, {undecided} undecided");
}

#[test]
#[ignore = "takes minutes; in release"]
fn the_judge_agrees_with_trying_all_orders_ten_thousand_times() {
    println!("broken and legal: {:?}", agree(100_000..110_000));
}
