//! The search for worlds that explain an answer, calls that are still open included.

use super::{Slot, State, Trial};
use crate::history::{Call, Reply};
use crate::judge::blame::{self, Score};
use crate::model::{Body, Outcome, Setting, World, outcomes};
use crate::verdict::Exercise;

/// A world that explains the answer.
pub(super) struct Survivor {
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) score: Score,
    pub(super) changes: bool,
}

impl Slot {
    /// All worlds that explain the answer.
    pub(super) fn search(&self, trial: &Trial<'_>, budget: &mut usize, exercise: &mut Exercise) -> Vec<Survivor> {
        let mut survivors = Vec::new();
        for (index, state) in self.states.iter().enumerate() {
            if let Some(position) = state.done.iter().position(|number| *number == trial.call.number) {
                let mut state = state.clone();
                state.done.remove(position);
                let outcome = Outcome { refusal: None, facts: Vec::new(), next: None, reading: None };
                survivors.push(Survivor { state, outcome, score: Score::default(), changes: false });
                continue;
            }
            let first = (index == 0).then_some(&mut *exercise);
            self.explore(state, trial, budget, &mut survivors, first);
        }
        survivors
    }

    /// Lets the call take effect in a state, before or after other calls that are still open.
    fn explore(
        &self,
        state: &State,
        trial: &Trial<'_>,
        budget: &mut usize,
        survivors: &mut Vec<Survivor>,
        exercise: Option<&mut Exercise>,
    ) {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        let possible = outcomes(&state.world, &trial.call.request, &trial.setting);
        if let Some(exercise) = exercise {
            blame::arm(&possible, exercise);
        }
        for mut outcome in possible {
            let score = Score::of(&outcome, trial.answer);
            if score.is_permitted() {
                let next = outcome.next.take();
                let changes = next.is_some() && !trial.call.request.operation.is_read();
                let state = State { world: next.unwrap_or_else(|| state.world.clone()), done: state.done.clone() };
                survivors.push(Survivor { state, outcome, score, changes });
            }
        }
        let others = self.open.iter().filter(|open| open.number != trial.call.number);
        for other in others.filter(|other| !state.done.contains(&other.number)) {
            for world in effects(&state.world, other, trial) {
                let mut done = state.done.clone();
                done.push(other.number);
                self.explore(&State { world, done }, trial, budget, survivors, None);
            }
        }
    }
}

/// The survivors, those that the answer fits best first.
pub(super) fn nearest_first(mut survivors: Vec<Survivor>) -> Vec<Survivor> {
    survivors.sort_by_key(|survivor| survivor.score.fidelity());
    survivors
}

/// The worlds after another open call has taken effect: any acceptance, or the one that its answer shows.
pub(super) fn effects(world: &World, other: &Call, trial: &Trial<'_>) -> Vec<World> {
    let setting = Setting {
        call: other.number,
        action: other.request.operation.action(),
        called: Some(other.called.into()),
        ..trial.setting
    };
    let possible = outcomes(world, &other.request, &setting);
    match &other.reply {
        Reply::Nothing(_) => {
            possible.into_iter().filter(Outcome::is_accepted).filter_map(|outcome| outcome.next).collect()
        }
        Reply::Answer(answer) => possible
            .into_iter()
            .filter(|outcome| Score::of(outcome, answer).is_permitted())
            .filter_map(|outcome| {
                let mut next = outcome.next.unwrap_or_else(|| world.clone());
                if let Body::Output(output) = &answer.body {
                    next.bind(&other.request.operation, output, answer.partial, other.returned.into()).ok()?;
                }
                Some(next)
            })
            .collect(),
    }
}
