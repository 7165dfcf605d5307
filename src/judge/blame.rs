//! Who is to blame: the nearest outcome, its first unmet fact, and what makes two violations the same.

mod count;
mod fingerprint;
mod observed;
mod score;

use std::collections::BTreeSet;

use crate::history::Call;
use crate::model::{Answer, Claim, Fact, Operation, Outcome, Rank, World, fact};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exclusion, Violation};
pub(super) use count::{arm, count};
pub(crate) use fingerprint::demand;
use fingerprint::fingerprint;
pub(super) use observed::label_places;
use observed::observed;
pub(super) use score::Score;
use score::{is_fault, is_of_kind};

/// What an answer violates of the outcome nearest to it: one contract violation, or the differences.
pub(super) fn violations(call: &Call, answer: &Answer, outcome: &Outcome, excluded: Vec<Exclusion>) -> Vec<Violation> {
    let unmet = unmet(outcome, answer);
    let (mut contract, fidelity): (Vec<Fact>, Vec<Fact>) =
        unmet.into_iter().partition(|fact| fact.class == Class::Contract);
    contract.sort_by_key(|fact| fact.claim.rank());
    if let Some(permission) = contract.first_mut().filter(|fact| fact.claim == Claim::Accepted && is_fault(answer)) {
        permission.rule = permitted_plainly(&call.request.operation, permission.rule);
    }
    if let Some((primary, others)) = contract.split_first() {
        let also: BTreeSet<_> = others.iter().map(|fact| fact.rule).filter(|rule| *rule != primary.rule).collect();
        return vec![violation(call, answer, primary, also.into_iter().collect(), excluded)];
    }
    let mut rules = BTreeSet::new();
    fidelity
        .iter()
        .filter(|fact| rules.insert(fact.rule))
        .map(|fact| violation(call, answer, fact, Vec::new(), excluded.clone()))
        .collect()
}

/// The rule that permits such a request in general: a fault of the server has little to do with what is special in it.
fn permitted_plainly(operation: &Operation, special: RuleId) -> RuleId {
    match operation {
        Operation::RotateSecret(request) if request.rotate_immediately == Some(false) => RuleId::Conf013,
        Operation::RotateSecret(_) => RuleId::Prog003,
        Operation::PutSecretValue(_) if matches!(special, RuleId::Val002 | RuleId::Val003) => RuleId::State005,
        _ => special,
    }
}

/// The gravest of what an answer does not meet.
pub(super) fn first_unmet(outcome: &Outcome, answer: &Answer) -> Option<Fact> {
    unmet(outcome, answer).into_iter().min_by_key(|fact| (fact.class, fact.claim.rank()))
}

fn unmet(outcome: &Outcome, answer: &Answer) -> Vec<Fact> {
    if !is_of_kind(outcome, answer) {
        return kind_fact(outcome, answer).into_iter().collect();
    }
    let mut unmet: Vec<_> =
        outcome.facts.iter().filter(|fact| fact.claim.holds(answer) == Some(false)).cloned().collect();
    // Of another version, the answer says nothing of what this one holds.
    if unmet.iter().any(|fact| matches!(fact.claim, Claim::Version(_) | Claim::HasLabel(..))) {
        unmet.retain(|fact| !matches!(fact.claim, Claim::Value(_) | Claim::CreatedDate(_)));
    }
    unmet
}

pub(super) fn violation(
    call: &Call,
    answer: &Answer,
    fact: &Fact,
    also: Vec<RuleId>,
    excluded: Vec<Exclusion>,
) -> Violation {
    let (observed, pattern) = observed(&fact.claim, answer);
    Violation {
        rule: fact.rule,
        class: fact.class,
        is_of_state: fact.claim.rank() == Rank::State,
        call: call.number,
        since: fact.since,
        expected: fact.claim.to_string(),
        observed,
        also,
        fingerprint: fingerprint(call, fact, &pattern),
        excluded,
        is_settled: false,
        unsettles: fact.claim.rank() == Rank::State,
        stretch: Vec::new(),
    }
}

/// The fact that an answer of another kind violates.
fn kind_fact(outcome: &Outcome, answer: &Answer) -> Option<Fact> {
    let of_refusal = if is_fault(answer) { Claim::NoFault } else { Claim::Refused };
    let wanted = if outcome.is_accepted() { Claim::Accepted } else { of_refusal };
    let no_fault = || fact(RuleId::Err002, Class::Contract, Claim::NoFault);
    let not_found = |fact: &&Fact| fact.claim == Claim::Found && fact.claim.holds(answer) == Some(false);
    if let Some(fact) = outcome.facts.iter().find(not_found) {
        return Some(fact.clone());
    }
    let stated = outcome.facts.iter().find(|fact| fact.claim == wanted).cloned();
    stated.or_else(|| is_fault(answer).then(no_fault))
}

/// One world's outcome, and what of it the answer does not meet.
pub(super) fn exclusion(world: &World, outcome: &Outcome, answer: &Answer) -> Exclusion {
    let facts = unmet(outcome, answer);
    Exclusion {
        order: Vec::new(),
        world: summary(world),
        outcome: match &outcome.refusal {
            None => "accepted".to_owned(),
            Some(refusal) => format!("refused with {}", refusal.error_type),
        },
        unmet: facts.iter().map(|fact| (fact.rule, fact.claim.to_string())).collect(),
    }
}

/// A world in words: where the labels are, and whether rotation is on.
fn summary(world: &World) -> String {
    let Some(secret) = &world.secret else { return "no secret of this name".to_owned() };
    let mut parts: Vec<String> = secret
        .labels
        .iter()
        .filter(|cell| cell.holder.is_open() || cell.holder.value.is_some())
        .map(|cell| match cell.holder.get() {
            Some(Some(id)) => format!("{} on {id}", cell.label),
            _ => format!("{} open", cell.label),
        })
        .collect();
    parts.push(match secret.rotation.enabled.get() {
        Some(true) => "rotation on".to_owned(),
        Some(false) => "rotation off".to_owned(),
        None => "rotation open".to_owned(),
    });
    if secret.deletion.is_some() {
        parts.push("marked for deletion".to_owned());
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests;
