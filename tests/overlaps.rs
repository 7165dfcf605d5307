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
#[path = "support/stale.rs"]
mod stale;

use all_orders::{is_explained, is_surely_explained};
use overlapping::{Dice, History, NAME, Size, linearizable};
use rotation_conformance::history::{Call, Reply};
use rotation_conformance::rule::{Class, RuleId};
use rotation_conformance::verdict::Violation;
use stale::Stale;

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

/// Histories with a read that no order explains are not accepted; how many there were, and how many are undecided.
fn reject(seeds: std::ops::Range<u64>, size: fn(&mut Dice) -> Size) -> [usize; 2] {
    let mut counts = [0; 2];
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let size = size(&mut dice);
        let Some(stale) = linearizable(seed, size).with_a_stale_read(&mut dice) else { continue };
        let Stale { history, read, end, shown } = stale;
        let why = || format!("seed {seed}: read {read} shows {shown:?}, which {end} ended\n{}", story(&history));
        let verdict = history.judged();
        assert!(verdict.as_ref().is_none_or(|it| !it.is_empty()), "{}", why());
        counts[0] += 1;
        counts[1] += usize::from(verdict.is_none());
    }
    counts
}

/// The judge and trying all orders agree about small histories, legal and broken; how many broken
/// ones there were, of those where it is open what races, and legal.
fn agree(seeds: std::ops::Range<u64>) -> [usize; 3] {
    let mut counts = [0; 3];
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let size = Size { clients: 2 + dice.below(4), calls: 2 + dice.below(6), lost: dice.below(3) };
        let mut history = linearizable(seed, size);
        if seed % 2 == 1 {
            history.break_somewhere(&mut dice);
        }
        let [surely, perhaps] =
            [is_surely_explained, is_explained].map(|check| check(&history.calls, &history.functions, NAME));
        let violations = history.judged().unwrap_or_else(|| panic!("seed {seed} is undecided\n{}", story(&history)));
        let verdict = has_order(&violations);
        let words = in_words(&violations);
        assert!(verdict == surely || verdict == perhaps, "seed {seed}\n{words}\n{}", story(&history));
        counts[usize::from(surely) + usize::from(perhaps)] += 1;
    }
    counts
}

#[test]
fn what_some_order_explains_is_accepted_and_decided() {
    accept(0..15);
}

#[test]
fn a_read_that_no_order_explains_is_never_accepted() {
    let few = |dice: &mut Dice| Size { clients: 2 + dice.below(3), calls: 4 + dice.below(2), lost: dice.below(2) };
    for (seeds, size) in [(0..150, few as fn(&mut Dice) -> Size), (200..220, Size::any)] {
        let [all, undecided] = reject(seeds, size);
        assert!(all > 5 && undecided * 4 < all, "{all} histories, {undecided} undecided");
    }
}

#[test]
fn the_judge_agrees_with_trying_all_orders() {
    let [broken, open, legal] = agree(0..200);
    assert!(broken > 10 && open < 5 && legal > 100, "{broken} broken, {open} open, {legal} legal");
}

#[test]
#[ignore = "takes a minute; in release"]
fn a_thousand_of_a_thousand_are_accepted_and_decided() {
    accept(1_000..2_000);
}

#[test]
#[ignore = "takes a minute; in release"]
fn a_thousand_impossible_reads_are_never_accepted() {
    let [all, undecided] = reject(10_000..12_500, Size::any);
    println!("{all} histories, {undecided} undecided");
    assert!(all >= 1_000 && undecided * 4 < all, "{all} histories, {undecided} undecided");
}

#[test]
#[ignore = "takes minutes; in release"]
fn the_judge_agrees_with_trying_all_orders_ten_thousand_times() {
    let [broken, open, legal] = agree(100_000..110_000);
    println!("{broken} broken, {open} open, {legal} legal");
    assert!(broken > 500 && open < 100 && legal > 5_000, "{broken} broken, {open} open, {legal} legal");
}
