//! Calls that race: what an answer may show while a change is under way, and what puts at the same time leave behind.

use super::law::twice;
use super::search::effects;
use super::{BUDGET, Slot, State, Trial};
use crate::history::Call;
use crate::judge::blame::{self, Score};
use crate::model::{
    Body, Cell, Claim, Knowledge, Label, Operation, Output, Provenance, VersionId, World, fact, outcomes,
};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Violation};

/// How many labels a change may move before what stands between is not enumerated: AWSCURRENT, AWSPREVIOUS and two more.
const MOST_MOVED: usize = 4;

impl Slot {
    /// While a change is under way, each answer by itself shows a label on at most one version (ROT-CONC-003).
    pub(super) fn law_of_races(&self, trial: &Trial<'_>, exercise: &mut Exercise) -> Option<Violation> {
        let Body::Output(output @ (Output::Description(_) | Output::Versions(_))) = &trial.answer.body else {
            return None;
        };
        if !self.others_under_way(trial).any(|other| !other.request.operation.is_read()) {
            return None;
        }
        exercise.arm(RuleId::Conc003);
        exercise.check(RuleId::Conc003);
        let claim = Claim::Label(twice(output)?, None);
        let fact = fact(RuleId::Conc003, Class::Fidelity, claim);
        let mut violation = blame::violation(trial.call, trial.answer, &fact, Vec::new(), Vec::new());
        "each label on at most one version".clone_into(&mut violation.expected);
        Some(violation)
    }

    /// Other calls that may take effect while this one is under way.
    fn others_under_way(&self, trial: &Trial<'_>) -> impl Iterator<Item = &Call> {
        let has_been = |number: u32| self.states.iter().all(|state| state.done.contains(&number));
        self.open.iter().filter(move |open| open.number != trial.call.number && !has_been(open.number))
    }

    /// Whether a read fits what a change shows halfway: labels that it moves are taken off before they are attached
    /// elsewhere, each at a time of its own (ROT-CONC-003).
    pub(super) fn was_seen_halfway(&self, trial: &Trial<'_>) -> bool {
        let mut budget = BUDGET;
        trial.call.request.operation.is_read()
            && self.states.iter().any(|state| self.passes_by(state, trial, &mut budget))
    }

    fn passes_by(&self, state: &State, trial: &Trial<'_>, budget: &mut usize) -> bool {
        let is_due = |other: &&Call| !state.done.contains(&other.number);
        for other in self.others_under_way(trial).filter(is_due) {
            for world in effects(&state.world, other, trial) {
                let Some(left) = budget.checked_sub(1) else { return false };
                *budget = left;
                if halfway(&state.world, &world).iter().any(|between| explains(between, trial)) {
                    return true;
                }
                let mut done = state.done.clone();
                done.push(other.number);
                if self.passes_by(&State { world, done }, trial, budget) {
                    return true;
                }
            }
        }
        false
    }

    /// Which of two plain puts at the same time comes first is open, and so is, for the contract, where they leave the
    /// labels (ROT-CONC-006).
    pub(super) fn mark_race_of_puts(&mut self, trial: &Trial<'_>, states: &mut [State]) {
        let Some(token) = token_of_plain_put(trial.call) else { return };
        let is_other = |open: &Call| token_of_plain_put(open).is_some_and(|other| other != token);
        let is_raced =
            self.others_under_way(trial).any(is_other) || self.last_put.is_some_and(|end| end > trial.call.called);
        self.last_put = self.last_put.max(Some(trial.call.returned));
        if !is_raced {
            return;
        }
        for secret in states.iter_mut().filter_map(|state| state.world.secret.as_deref_mut()) {
            let moved = |label: &Label| matches!(label, Label::Current | Label::Previous);
            for cell in secret.labels.iter_mut().filter(|cell| moved(&cell.label)) {
                let by = cell.holder.by.unwrap_or_else(|| trial.setting.fidelity(RuleId::Conc006));
                cell.holder.by = Some(Provenance { rule: RuleId::Conc006, class: Class::Fidelity, ..by });
            }
            for version in secret.versions.iter_mut().filter(|version| version.id == *token) {
                version.is_raced = true;
            }
        }
    }
}

/// Whether an answer is one that this world permits without any difference.
pub(super) fn explains(world: &World, trial: &Trial<'_>) -> bool {
    outcomes(world, &trial.call.request, &trial.setting)
        .iter()
        .map(|outcome| Score::of(outcome, trial.answer))
        .any(|score| score.is_permitted() && score.fidelity() == 0)
}

fn token_of_plain_put(call: &Call) -> Option<&VersionId> {
    match &call.request.operation {
        Operation::PutSecretValue(put) if put.version_stages.is_none() => put.client_request_token.as_ref(),
        _ => None,
    }
}

/// Whether a label is at the same place, as far as that is known.
fn are_alike(one: &Cell<Option<VersionId>>, other: &Cell<Option<VersionId>>) -> bool {
    let kind = |cell: &Cell<_>| (cell.is_open(), cell.knowledge == Knowledge::Usual);
    kind(one) == kind(other) && one.required() == other.required()
}

/// What may be seen between two worlds: each label that moves is where it was, nowhere, or where it will be.
fn halfway(before: &World, after: &World) -> Vec<World> {
    let Some((from, to)) = before.secret.as_ref().zip(after.secret.as_ref()) else { return Vec::new() };
    let moved =
        to.labels.iter().filter(|cell| !from.label(&cell.label).is_some_and(|holder| are_alike(holder, &cell.holder)));
    moved.take(MOST_MOVED).fold(vec![after.clone()], |worlds, cell| {
        let places = [from.label(&cell.label).and_then(|holder| holder.value.clone()), None, cell.holder.value.clone()];
        let with = |world: &World, place: &Option<VersionId>| {
            let mut world = world.clone();
            let cells = world.secret.iter_mut().flat_map(|secret| &mut secret.labels);
            for moving in cells.filter(|moving| moving.label == cell.label) {
                moving.holder.value.clone_from(place);
            }
            world
        };
        worlds.iter().flat_map(|world| places.iter().map(move |place| with(world, place))).collect()
    })
}
