//! Which rules an answer exercises: those whose preconditions are met, and those whose facts it decides.

use std::collections::BTreeSet;

use super::kind_fact;
use super::score::{is_fault, is_of_kind};
use crate::model::{Answer, Outcome};
use crate::rule::RULES;
use crate::verdict::Exercise;

/// Counts the rules whose preconditions these outcomes meet.
pub(crate) fn arm(outcomes: &[Outcome], exercise: &mut Exercise) {
    for outcome in outcomes {
        let mut is_seen = [false; RULES.len()];
        for fact in &outcome.facts {
            let is_first = !std::mem::replace(&mut is_seen[fact.rule as usize], true);
            if is_first && fact.counts {
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
        if is_fault(answer) {
            let rules: BTreeSet<_> = outcome.facts.iter().filter(|fact| fact.counts).map(|fact| fact.rule).collect();
            for rule in rules {
                exercise.fault(rule);
            }
        }
        return;
    }
    let mut is_counted = [false; RULES.len()];
    for fact in outcome.facts.iter().filter(|fact| fact.counts) {
        let is_counted = &mut is_counted[fact.rule as usize];
        if !*is_counted && fact.claim.holds(answer).is_some() {
            *is_counted = true;
            exercise.check(fact.rule);
        }
    }
    if let Some(reading) = &outcome.reading {
        exercise.read(reading.clone());
    }
}
