//! Which rules an answer exercises: those whose preconditions are met, and those whose facts it decides.

use std::collections::BTreeSet;

use super::kind_fact;
use super::score::{is_fault, is_of_kind};
use crate::model::{Answer, Body, Claim, ErrorType, Outcome, World};
use crate::rule::{RULES, RuleId};
use crate::verdict::Exercise;

/// Types that say who may ask, when, and of what, beside those of a request that is wrong.
const OF_ANOTHER_REASON: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "InternalFailure",
    "Throttling",
    "TooManyRequestsException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

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

/// Counts the rules that the answer to this call has decided, and the reading that it shows; `after` is the world that
/// the call leaves.
///
/// That a request is accepted says nothing of a rule about where labels are then: a read will.
pub(crate) fn count(outcome: &Outcome, answer: &Answer, (call, after): (u32, Option<&World>), exercise: &mut Exercise) {
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
    if is_for_another_reason(outcome, answer) {
        return;
    }
    let is_of_labels = |rule| after.is_some_and(|world| has_placed_a_label(world, rule, call));
    let mut is_counted = [false; RULES.len()];
    for fact in outcome.facts.iter().filter(|fact| fact.counts) {
        let is_counted = &mut is_counted[fact.rule as usize];
        let is_decided = || fact.claim.holds(answer).is_some();
        if !*is_counted && is_decided() && !(fact.claim == Claim::Accepted && is_of_labels(fact.rule)) {
            *is_counted = true;
            exercise.check(fact.rule);
        }
    }
    if let Some(reading) = &outcome.reading {
        exercise.read(reading.clone());
    }
}

/// Whether the answer refuses for something that has nothing to do with what was to be refused.
fn is_for_another_reason(outcome: &Outcome, answer: &Answer) -> bool {
    let (Some(refusal), Body::Error(error)) = (&outcome.refusal, &answer.body) else { return false };
    let is_due = error.error_type == refusal.error_type
        || outcome.refusal_types().is_some_and(|types| types.contains(&error.error_type));
    let is_another = match &error.error_type {
        ErrorType::ResourceNotFoundException | ErrorType::UnknownOperationException => true,
        named => OF_ANOTHER_REASON.contains(&named.as_str()),
    };
    is_another && !is_due
}

/// Whether by this rule the call has put labels where they are, or left them there.
fn has_placed_a_label(world: &World, rule: RuleId, call: u32) -> bool {
    let labels = world.secret.iter().flat_map(|secret| &secret.labels);
    labels.filter_map(|cell| cell.holder.by).any(|by| by.rule == rule && by.call == call)
}
