//! What becomes of a secret whose answer no world explains: blame, and adopting what the answer shows.

use std::borrow::Cow;

use super::law::is_illegal;
use super::promoted::blame_the_rotation;
use super::search::Look;
use super::state::State;
use super::{BUDGET, Slot, Trial};
use crate::judge::blame::{self, Score};
use crate::model::{Answer, Body, Claim, Operation, Outcome, Output, Rank, World, outcomes, perhaps_named};
use crate::rule::Class;
use crate::verdict::{Exclusion, Exercise, Violation};

/// How many states are told that do not explain an answer, the nearest first.
const MOST_EXCLUDED: usize = 16;

impl Slot {
    /// No world explains the answer: the nearest one is to blame, and what the answer shows is adopted.
    pub(super) fn violate(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) -> Vec<Violation> {
        let (nearest, excluded) = self.nearest(trial);
        let Some(Candidate { state, mut outcome, .. }) = nearest else { return Vec::new() };
        blame_the_rotation(&mut outcome.facts, &state.world, trial);
        blame::count(&outcome, trial.answer, (trial.call.number, outcome.next.as_ref()), exercise);
        let mut violations = blame::violations(trial.call, trial.answer, &outcome, excluded);
        for violation in &mut violations {
            violation.stretch = self.stretch_numbers();
        }
        self.adopt(&state, outcome, trial);
        for violation in &mut violations {
            violation.unsettles = self.unsettled || self.retired;
        }
        violations
    }

    /// The state and outcome that come nearest to an answer, and why those that come next do not explain it.
    pub(super) fn nearest(&self, trial: &Trial<'_>) -> (Option<Candidate>, Vec<Exclusion>) {
        let mut candidates: Vec<Candidate> = self.candidates(trial).iter().flat_map(|it| of_state(it, trial)).collect();
        candidates.sort_by_key(|candidate| candidate.score);
        candidates.truncate(MOST_EXCLUDED);
        let exclusion = |it: &Candidate| Exclusion {
            order: it.state.order(),
            ..blame::exclusion(&it.state.world, &it.outcome, trial.answer)
        };
        let excluded = candidates.iter().map(exclusion).collect();
        (candidates.into_iter().next(), excluded)
    }

    /// The states in which the call may have taken effect.
    fn candidates(&self, trial: &Trial<'_>) -> Cow<'_, [State]> {
        if self.stretch.is_none() {
            return Cow::Borrowed(&self.frontier.states);
        }
        let (look, mut budget) = (Look { ends: true, ..Look::default() }, BUDGET);
        Cow::Owned(self.frontier.tried(trial, look, &mut budget))
    }

    fn adopt(&mut self, state: &State, outcome: Outcome, trial: &Trial<'_>) {
        let before = state.world.clone();
        let Body::Output(output) = &trial.answer.body else {
            let is_refusal = matches!(&trial.answer.body, Body::Error(_)) && trial.answer.form.status < 500;
            let is_mere_text = is_refusal && !outcome.is_accepted();
            self.unsettled |= !is_mere_text;
            let world = if is_mere_text { outcome.next.unwrap_or(before) } else { unsettled(before, trial) };
            self.frontier.states = vec![state.in_world(world)];
            return;
        };
        let mut world = match (&outcome.next, &outcome.refusal) {
            (Some(next), None) => next.clone(),
            _ => before,
        };
        if world.secret.is_none() {
            if !matches!(trial.call.request.operation, Operation::CreateSecret(_)) {
                self.retired = true;
                return;
            }
            world = World::adopted(world.name);
        }
        if !is_complaint_about_the_answer_alone(&outcome, trial) {
            world = unsettled(world, trial);
            self.unsettled = true;
        }
        if is_fate_unknown(&world, &outcome, trial) {
            self.retired = true;
        }
        if let (Output::Value(_), Some(secret)) = (output, &mut world.secret) {
            secret.dates.may_have_been_read = true;
        }
        if !is_read_of_something_else(&outcome, trial) {
            let (operation, returned) = (&trial.call.request.operation, trial.call.returned.into());
            self.retired |= world.bind(operation, output, trial.answer.partial, returned).is_err();
        }
        self.frontier.states = vec![state.in_world(world)];
        self.retire_if_illegal(trial.answer);
    }

    /// A state that no correct service can be in would break every rule that rests on it.
    pub(super) fn retire_if_illegal(&mut self, answer: &Answer) {
        if matches!(&answer.body, Body::Output(Output::Description(_))) {
            self.unsettled = false;
            let states = &self.frontier.states;
            self.retired |= !states.is_empty() && states.iter().all(|state| is_illegal(&state.world));
        }
    }
}

/// A state and an outcome, and how far an answer is from it.
pub(super) struct Candidate {
    state: State,
    pub(super) outcome: Outcome,
    score: Score,
}

fn of_state(state: &State, trial: &Trial<'_>) -> Vec<Candidate> {
    let outcomes = outcomes(&state.world, &trial.call.request, &trial.setting).into_iter();
    let candidate = |outcome| Candidate { score: Score::of(&outcome, trial.answer), state: state.clone(), outcome };
    outcomes.map(candidate).collect()
}

/// The state that a call has left of which it is not known what it did.
pub(super) fn unsettled(world: World, trial: &Trial<'_>) -> World {
    let operation = &trial.call.request.operation;
    let mut world = world.opened();
    if let Operation::RotateSecret(request) = operation
        && let Some(secret) = &mut world.secret
    {
        perhaps_named(&mut secret.rotation, request, &trial.setting);
    }
    if let Some(token) = operation.token() {
        world.expect_version(token);
    }
    world
}

/// Whether a secret that was marked for deletion took a change, or one was deleted by a request that had to be refused:
/// then it is not known whether it is marked, or there, still.
fn is_fate_unknown(world: &World, outcome: &Outcome, trial: &Trial<'_>) -> bool {
    let operation = &trial.call.request.operation;
    let is_marked = world.secret.as_ref().is_some_and(|secret| secret.deletion.is_some());
    let is_deletion = matches!(operation, Operation::DeleteSecret(_));
    (is_marked || is_deletion) && !outcome.is_accepted() && !operation.is_read()
}

/// Whether GetSecretValue answers with a version that it should not have found, or with another one: what that says is
/// no state, and what the state is will be shown by the reads that follow.
fn is_read_of_something_else(outcome: &Outcome, trial: &Trial<'_>) -> bool {
    let is_another = |claim: &Claim| {
        matches!(claim, Claim::Version(_) | Claim::HasLabel(..)) && claim.holds(trial.answer) == Some(false)
    };
    let is_read = matches!(trial.call.request.operation, Operation::GetSecretValue(_));
    is_read && (!outcome.is_accepted() || outcome.facts.iter().any(|fact| is_another(&fact.claim)))
}

/// Whether only members or text of the answer are wrong, so that the state is what the model says.
fn is_complaint_about_the_answer_alone(outcome: &Outcome, trial: &Trial<'_>) -> bool {
    outcome.is_accepted()
        && outcome
            .facts
            .iter()
            .filter(|fact| fact.class == Class::Contract && fact.claim.holds(trial.answer) == Some(false))
            .all(|fact| fact.claim.rank() > Rank::State && !matches!(fact.claim, Claim::VersionId(_)))
}
