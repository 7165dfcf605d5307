//! The possible worlds of one secret name, and how an answer filters them.

mod adopt;
mod lag;
mod law;
mod race;
mod search;

use std::time::Duration;

use super::blame::{self, Score};
use crate::history::{Call, Moment, Reply};
use crate::model::{
    Answer, Body, Claim, CreateSecret, Operation, Output, Receipt, Setting, Text, World, form_of, is_arn_of,
};
use crate::rule::RuleId;
use crate::verdict::{Exercise, Violation};
use search::{Survivor, nearest_first};

/// How many worlds a search may look at before it gives up.
const BUDGET: usize = 4_000;
/// How many worlds of one secret may be possible before it is judged no further.
const MOST_STATES: usize = 64;
/// How many calls that were never answered may be open: each may have taken effect at any time since, or not, so that
/// the worlds grow with the orders in which they can.
const MOST_LOST: usize = 4;

/// One call under judgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial<'a> {
    pub call: &'a Call,
    pub answer: &'a Answer,
    pub setting: Setting<'a>,
    pub window: Duration,
}

/// What judging a call against one name yields.
#[derive(Debug, Default)]
pub(super) struct SlotResult {
    pub violations: Vec<Violation>,
    pub inconclusive: bool,
}

/// One possible world, and the calls that have taken effect in it before they returned.
#[derive(Clone, Debug, PartialEq)]
struct State {
    world: World,
    done: Vec<u32>,
}

/// One secret name.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    states: Vec<State>,
    /// Calls that may still take effect.
    open: Vec<Call>,
    /// Worlds that were possible until a moment.
    past: Vec<(Moment, World)>,
    /// Every ARN that CreateSecret has answered for the name, so that it denotes the name also when no world knows it.
    arns: Vec<Text>,
    /// Whether a violation has left a state that no description has shown yet.
    unsettled: bool,
    retired: bool,
    /// Whether somebody's function may act on the secret at any time.
    restless: bool,
    /// When the latest plain put returned, so that one which was called before is seen to race with it (ROT-CONC-006).
    last_put: Option<Moment>,
}

/// Whether no answer came, or ever will.
const fn is_lost(call: &Call) -> bool {
    matches!(call.reply, Reply::Nothing(_))
}

impl Slot {
    pub(super) fn new(name: Text) -> Self {
        let state = State { world: World::unused(name), done: Vec::new() };
        Self {
            states: vec![state],
            open: Vec::new(),
            past: Vec::new(),
            arns: Vec::new(),
            unsettled: false,
            retired: false,
            restless: false,
            last_put: None,
        }
    }

    pub(super) fn only_world(&self) -> Option<&World> {
        match &self.states[..] {
            [state] if !self.retired && self.open.is_empty() => Some(&state.world),
            _ => None,
        }
    }

    /// Every world that is possible, unless a call may still change it.
    pub(super) fn worlds(&self) -> impl Iterator<Item = &World> {
        let is_settled = !self.retired && self.open.is_empty();
        self.states.iter().filter(move |_| is_settled).map(|state| &state.world)
    }

    pub(super) fn may_have_a_secret(&self) -> bool {
        self.states.iter().any(|state| state.world.secret.is_some())
    }

    pub(super) const fn is_retired(&self) -> bool {
        self.retired
    }

    /// Somebody's function may act on the secret from now on.
    pub(super) const fn let_act(&mut self) {
        self.restless = true;
    }

    /// What was known may have changed since, if a function may act.
    pub(super) fn act(&mut self) {
        if !self.restless {
            return;
        }
        let mut states: Vec<State> = Vec::with_capacity(self.states.len());
        for State { world, done } in std::mem::take(&mut self.states) {
            let state = State { world: world.opened(), done };
            if !states.contains(&state) {
                states.push(state);
            }
        }
        self.states = states;
    }

    pub(super) fn retire(&mut self) {
        self.retired = true;
    }

    pub(super) fn is_denoted_by(&self, id: &str) -> bool {
        let is_shown = |state: &State| self.arns.iter().any(|arn| form_of(id, &state.world.name, Some(arn)).is_some());
        self.states.first().is_some_and(is_shown)
            || self.states.iter().any(|state| {
                let arn = state.world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
                form_of(id, &state.world.name, arn).is_some()
                    || state.world.former_arns.iter().any(|former| **former == *id)
            })
    }

    /// Whether there was or may be a secret of this name, so that the name is more than an identifier that found nothing.
    pub(super) fn was_ever_used(&self) -> bool {
        let has_used = |state: &State| state.world.secret.is_some() || !state.world.former_arns.is_empty();
        self.retired || self.may_be_created() || !self.arns.is_empty() || self.states.iter().any(has_used)
    }

    fn may_be_created(&self) -> bool {
        self.open.iter().any(|call| matches!(call.request.operation, Operation::CreateSecret(_)))
    }

    /// Whether an ARN may be that of a secret that no answer has shown the ARN of.
    pub(super) fn may_be_denoted_by(&self, id: &str) -> bool {
        id.starts_with("arn:")
            && self.states.iter().any(|state| {
                let secret = state.world.secret.as_ref();
                let has_no_arn = secret.map_or_else(|| self.may_be_created(), |secret| secret.arn.is_none());
                has_no_arn && id.contains(&*state.world.name)
            })
    }

    /// A call has started and may take effect from now on. Tells whether too many were never answered to go on with the
    /// secret.
    pub(super) fn open(&mut self, call: &Call) -> bool {
        self.open.push(call.clone());
        let is_too_much = !self.retired && self.open.iter().filter(|open| is_lost(open)).count() > MOST_LOST;
        self.retired |= is_too_much;
        is_too_much
    }

    /// Calls that were never answered and have taken effect in every world are open no more.
    fn settle(&mut self) {
        let has_taken_effect = |call: &Call| self.states.iter().all(|state| state.done.contains(&call.number));
        let settled: Vec<u32> =
            self.open.iter().filter(|open| is_lost(open) && has_taken_effect(open)).map(|open| open.number).collect();
        if !settled.is_empty() {
            self.open.retain(|open| !settled.contains(&open.number));
            self.states.iter_mut().for_each(|state| state.done.retain(|number| !settled.contains(number)));
        }
    }

    /// The calls that may still take effect.
    pub(super) fn open_calls(&self) -> impl Iterator<Item = &Call> {
        self.open.iter()
    }

    /// Whether the secret has or may have a version of this id.
    pub(super) fn may_have_a_version(&self, id: &Text) -> bool {
        let has_it = |state: &State| state.world.secret.as_ref().is_some_and(|secret| secret.version(id).is_some());
        self.states.iter().any(has_it) || self.open.iter().any(|open| open.request.operation.token() == Some(id))
    }

    /// The value may have been read.
    pub(super) fn was_read(&mut self) {
        for state in &mut self.states {
            if let Some(secret) = &mut state.world.secret {
                secret.dates.may_have_been_read = true;
            }
        }
    }

    /// A read whose answer was lost may have been carried out. Where another call is open too, what it read is not
    /// known, and the name is not judged any more.
    pub(super) fn may_have_been_read(&mut self) {
        match self.open.is_empty() {
            true => self.was_read(),
            false => self.retire(),
        }
    }

    pub(super) fn judge(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) -> SlotResult {
        if let Body::Output(Output::Receipt(Receipt { arn: Some(arn), .. })) = &trial.answer.body
            && let Operation::CreateSecret(CreateSecret { name: Some(name), .. }) = &trial.call.request.operation
            && is_arn_of(arn, name)
            && !self.arns.contains(arn)
        {
            self.arns.push(arn.clone());
        }
        if self.retired {
            return SlotResult::default();
        }
        let mut budget = BUDGET;
        let survivors = self.search(trial, &mut budget, exercise);
        let inconclusive = budget == 0;
        if survivors.is_empty() && inconclusive {
            self.retired = true;
            return SlotResult { violations: Vec::new(), inconclusive };
        }
        let survivors = self.or_with_rotations_ended(nearest_first(survivors), trial, &mut budget);
        let violations = match (self.law_of_races(trial, exercise), survivors.first()) {
            (Some(twice), _) => vec![twice],
            (None, Some(nearest)) if nearest.score.fidelity() == 0 => self.survive(trial, survivors, exercise),
            (None, _) if self.was_true_a_moment_ago(trial) || self.was_seen_halfway(trial) => Vec::new(),
            (None, Some(_)) => self.survive(trial, survivors, exercise),
            (None, None) => self.violate(trial, exercise),
        };
        self.open.retain(|open| open.number != trial.call.number);
        self.settle();
        // A world that is left out could be the one that explains the next answer.
        let are_too_many = self.states.len() > MOST_STATES;
        self.retired |= are_too_many;
        SlotResult { violations, inconclusive: inconclusive || are_too_many }
    }

    fn survive(&mut self, trial: &Trial<'_>, survivors: Vec<Survivor>, exercise: &mut Exercise) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut states: Vec<State> = Vec::with_capacity(survivors.len());
        let mut contradiction = false;
        let mut is_due = true;
        let changes = survivors.iter().any(|survivor| survivor.changes);
        for (index, Survivor { mut state, outcome, score, .. }) in survivors.into_iter().enumerate() {
            let ought_to_be_refused = outcome.facts.iter().any(|fact| fact.claim == Claim::Refused);
            if index == 0 {
                // An answer that ought to be a refusal need not show the state.
                is_due = !ought_to_be_refused;
                blame::count(&outcome, trial.answer, exercise);
                if score != Score::default() {
                    violations = blame::violations(trial.call, trial.answer, &outcome, Vec::new());
                }
            }
            // What a read shows that ought to find nothing may be of something else.
            if let Body::Output(output) = &trial.answer.body
                && !(ought_to_be_refused && trial.call.request.operation.is_read())
                && !self.may_be_stale(trial)
            {
                match state.world.bind(
                    &trial.call.request.operation,
                    output,
                    trial.answer.partial,
                    trial.call.returned.into(),
                ) {
                    Ok(readings) => readings.into_iter().for_each(|reading| exercise.read(reading)),
                    Err(_) => contradiction = true,
                }
            }
            if !states.contains(&state) {
                states.push(state);
            }
        }
        if changes && matches!(trial.answer.body, Body::Output(_)) {
            self.mark_race_of_puts(trial, &mut states);
        }
        if contradiction {
            // What contradicts itself is the matter of ROT-STATE-001 alone.
            violations.retain(|violation| !violation.is_of_state);
        }
        let law = self.law(trial, &states, contradiction, exercise);
        violations.splice(0..0, law.filter(|law| is_due || law.rule == RuleId::State001));
        self.replace(states, trial.call.returned, changes);
        if contradiction {
            self.retired = true;
        }
        self.retire_if_illegal(trial.answer);
        violations
    }
}
