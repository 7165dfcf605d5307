//! What becomes of a secret whose answer no world explains: blame, and adopting what the answer shows.

use super::law::is_illegal;
use super::{Slot, State, Trial};
use crate::judge::blame::{self, Score};
use crate::model::{Answer, Body, Claim, Operation, Outcome, Output, Rank, World, outcomes};
use crate::rule::Class;
use crate::verdict::{Exclusion, Exercise, Violation};

impl Slot {
    /// No world explains the answer: the nearest one is to blame, and what the answer shows is adopted.
    pub(super) fn violate(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) -> Vec<Violation> {
        let mut nearest: Option<(Score, World, Outcome)> = None;
        let mut excluded: Vec<Exclusion> = Vec::new();
        for state in &self.states {
            for outcome in outcomes(&state.world, &trial.call.request, &trial.setting) {
                excluded.push(blame::exclusion(&state.world, &outcome, trial.answer));
                let score = Score::of(&outcome, trial.answer);
                if nearest.as_ref().is_none_or(|(best, _, _)| score < *best) {
                    nearest = Some((score, state.world.clone(), outcome));
                }
            }
        }
        let Some((_, world, outcome)) = nearest else { return Vec::new() };
        blame::count(&outcome, trial.answer, exercise);
        let violations = blame::violations(trial.call, trial.answer, &outcome, excluded);
        self.adopt(world, outcome, trial);
        violations
    }

    fn adopt(&mut self, before: World, outcome: Outcome, trial: &Trial<'_>) {
        let Body::Output(output) = &trial.answer.body else {
            let is_refusal = matches!(&trial.answer.body, Body::Error(_)) && trial.answer.form.status < 500;
            let is_mere_text = is_refusal && !outcome.is_accepted();
            self.unsettled |= !is_mere_text;
            let world = if is_mere_text { outcome.next.unwrap_or(before) } else { unsettled(before, trial) };
            self.states = vec![State { world, done: Vec::new() }];
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
        self.states = vec![State { world, done: Vec::new() }];
        self.retire_if_illegal(trial.answer);
    }

    /// A state that no correct service can be in would break every rule that rests on it.
    pub(super) fn retire_if_illegal(&mut self, answer: &Answer) {
        if matches!(&answer.body, Body::Output(Output::Description(_))) {
            self.unsettled = false;
            self.retired |= !self.states.is_empty() && self.states.iter().all(|state| is_illegal(&state.world));
        }
    }
}

/// The state that a call has left of which it is not known what it did.
fn unsettled(world: World, trial: &Trial<'_>) -> World {
    let operation = &trial.call.request.operation;
    let mut world = world.opened();
    if let Operation::RotateSecret(request) = operation
        && let Some(secret) = &mut world.secret
    {
        secret.rotation.may_hide_a_function |= request.rotation_lambda_arn.is_some();
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
