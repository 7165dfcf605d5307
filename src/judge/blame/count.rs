//! Which rules an answer exercises: those whose preconditions are met, and those whose facts it decides.

use super::kind_fact;
use super::score::{is_fault, is_of_kind};
use crate::model::{Answer, Fact, Outcome};
use crate::verdict::Exercise;

/// Counts the rules whose preconditions these outcomes meet.
pub(crate) fn arm(outcomes: &[Outcome], exercise: &mut Exercise) {
    for outcome in outcomes {
        for (index, fact) in outcome.facts.iter().enumerate() {
            if fact.counts && outcome.facts[..index].iter().all(|earlier| earlier.rule != fact.rule) {
                exercise.arm(fact.rule);
            }
        }
    }
}

/// Counts the rules that the answer has decided, and the reading that it shows.
pub(crate) fn count(outcome: &Outcome, answer: &Answer, exercise: &mut Exercise) {
    if !is_of_kind(outcome, answer) {
        let is_fault_of_any_such_request = outcome.is_accepted() && is_fault(answer);
        if let Some(fact) = kind_fact(outcome, answer).filter(|_| !is_fault_of_any_such_request) {
            exercise.check(fact.rule);
        }
        return;
    }
    for (index, fact) in outcome.facts.iter().enumerate() {
        let is_decided = |fact: &Fact| fact.counts && fact.claim.holds(answer).is_some();
        let is_counted =
            |rule| outcome.facts[..index].iter().any(|earlier| earlier.rule == rule && is_decided(earlier));
        if is_decided(fact) && !is_counted(fact.rule) {
            exercise.check(fact.rule);
        }
    }
    if let Some(reading) = &outcome.reading {
        exercise.read(reading.clone());
    }
}
