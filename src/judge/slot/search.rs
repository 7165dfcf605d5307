//! The search for states that explain an answer, after Wing, Gong and Lowe.
//!
//! A call takes effect at one moment between its start and its return, so that where calls overlap any order is possible
//! that agrees with their intervals. When a call returns, the states are looked for in which it has taken effect, after
//! any of the others that are open; of what is the same set of calls and the same world, one is followed. A read that
//! fits and settles nothing takes effect as soon as it fits: to wait could explain nothing more.

use std::slice;
use std::sync::Arc;

use super::open::{Open, token_of_plain_put};
use super::race::{halfway, mark_race};
use super::state::{Distinct, Early, Entry, State};
use super::{Trial, is_lost};
use crate::history::{Call, Reply};
use crate::judge::blame::{self, Score};
use crate::model::{Answer, Body, Claim, Likeness, Outcome, Reading, Setting, Version, VersionId, World, outcomes};
use crate::verdict::Exercise;

/// What a search makes allowance for.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four allowances that do not depend on each other")]
pub(super) struct Look {
    /// Answers must fit without any difference.
    pub(super) exact: bool,
    /// A rotation may come to its end unseen (ROT-LIFE-023).
    pub(super) ends: bool,
    /// A read may show a change halfway (ROT-CONC-003).
    pub(super) halfway: bool,
    /// Reads may be stale, so that they settle nothing (ROT-CONC-001).
    pub(super) stale: bool,
}

impl Look {
    /// The same, with everything that may go on unseen.
    pub(super) const fn thorough(self) -> Self {
        Self { exact: false, ends: true, halfway: true, ..self }
    }

    /// What worlds must have in common to be one.
    const fn likeness(self) -> Likeness {
        if self.exact { Likeness::Explanations } else { Likeness::Permissions }
    }
}

/// A state that explains the answer.
#[derive(Debug)]
pub(super) struct Survivor {
    pub(super) state: State,
    pub(super) outcome: Arc<Outcome>,
    pub(super) readings: Vec<Reading>,
    /// Whether the answer contradicts itself.
    pub(super) contradicts: bool,
    /// Whether the state may be another than before.
    pub(super) changes: bool,
}

impl Survivor {
    const fn new(state: State, outcome: Arc<Outcome>) -> Self {
        Self { state, outcome, readings: Vec::new(), contradicts: false, changes: true }
    }
}

impl Entry for Survivor {
    fn state(&self) -> &State {
        &self.state
    }

    fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn cost(&self) -> u16 {
        self.state.cost()
    }
}

/// What a call leaves of a world by one outcome that permits its answer.
struct Effect {
    world: World,
    outcome: Outcome,
    score: Score,
    readings: Vec<Reading>,
    contradicts: bool,
    changes: bool,
}

/// A call with what was answered.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    call: &'a Call,
    answer: &'a Answer,
    setting: Setting<'a>,
}

impl<'a> Asked<'a> {
    pub(super) fn of_trial(trial: &Trial<'a>) -> Self {
        Self { call: trial.call, answer: trial.answer, setting: trial.setting }
    }

    /// Another open call; `None` if no answer to it came.
    fn of_other(open: &'a Open, trial: &Trial<'a>) -> Option<Self> {
        let Reply::Answer(answer) = &open.call.reply else { return None };
        let setting = Setting { now: answer.form.date, ..setting_of(&open.call, trial) };
        Some(Self { call: &open.call, answer, setting })
    }

    /// What it leaves of a world, by each outcome that permits the answer.
    fn effects(&self, world: &World, look: Look, exercise: Option<&mut Exercise>) -> Vec<Effect> {
        let possible = outcomes(world, &self.call.request, &self.setting);
        if let Some(exercise) = exercise {
            blame::arm(&possible, exercise);
        }
        possible.into_iter().filter_map(|outcome| self.effect(world, outcome, look)).collect()
    }

    fn effect(&self, world: &World, mut outcome: Outcome, look: Look) -> Option<Effect> {
        let score = Score::of(&outcome, self.answer);
        if !score.is_permitted() || (look.exact && score.fidelity() > 0) {
            return None;
        }
        let operation = &self.call.request.operation;
        let next = outcome.next.take();
        let changes = next.is_some() && !operation.is_read();
        let mut world = next.unwrap_or_else(|| world.clone());
        let (mut readings, mut contradicts) = (Vec::new(), false);
        // What a read shows that ought to find nothing may be of something else.
        let is_of_account = !operation.is_read() || !(look.stale || ought_to_be_refused(&outcome));
        if let (Body::Output(output), true) = (&self.answer.body, is_of_account) {
            match world.bind(operation, output, self.answer.partial, self.call.returned.into()) {
                Ok(shown) => readings = shown,
                Err(_) => contradicts = true,
            }
        }
        Some(Effect { world, outcome, score, readings, contradicts, changes })
    }

    /// Whether the answer is one that this world permits without any difference.
    pub(super) fn fits(&self, world: &World) -> bool {
        outcomes(world, &self.call.request, &self.setting)
            .iter()
            .map(|outcome| Score::of(outcome, self.answer))
            .any(|score| score.is_permitted() && score.fidelity() == 0)
    }
}

/// Whether an answer fits a world without any difference.
pub(super) fn explains(world: &World, trial: &Trial<'_>) -> bool {
    Asked::of_trial(trial).fits(world)
}

pub(super) fn ought_to_be_refused(outcome: &Outcome) -> bool {
    outcome.facts.iter().any(|fact| fact.claim == Claim::Refused)
}

fn setting_of<'a>(call: &Call, trial: &Trial<'a>) -> Setting<'a> {
    Setting {
        call: call.number,
        action: call.request.operation.action(),
        called: Some(call.called.into()),
        ..trial.setting
    }
}

/// Whether a read leaves what the world shows as it is, without any difference in the answer. A change that leaves this
/// world as it is may do more to a later one, and the first read of a value is shown by the date of the last access.
fn is_still(call: &Call, effects: &[Effect], world: &World) -> bool {
    let is_still = |it: &Effect| {
        it.score.fidelity() == 0 && !it.contradicts && it.world.shows_as(world) && it.world.was_read_as(world)
    };
    call.request.operation.is_read() && !effects.is_empty() && effects.iter().all(is_still)
}

/// The search for states that explain one answer.
pub(super) struct Search<'a> {
    asked: Asked<'a>,
    trial: &'a Trial<'a>,
    own: Option<&'a Open>,
    others: Vec<&'a Open>,
    look: Look,
    tried: Distinct<State>,
    due: Vec<State>,
    found: Distinct<Survivor>,
    /// An answer of which is asked whether any state on the way fits it.
    probe: Option<Asked<'a>>,
    fits_probe: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(open: &'a [Open], trial: &'a Trial<'a>, look: Look) -> Self {
        let is_own = |open: &&Open| open.call.number == trial.call.number;
        Self {
            asked: Asked::of_trial(trial),
            trial,
            own: open.iter().find(is_own),
            others: open.iter().filter(|open| !is_own(open) && !open.is_left_out).collect(),
            look,
            tried: Distinct::new(look.likeness()),
            due: Vec::new(),
            found: Distinct::new(look.likeness()),
            probe: None,
            fits_probe: false,
        }
    }

    /// The same, that also tells whether any state on the way fits this answer, or shows it halfway.
    pub(super) fn probing(self, probe: Option<Asked<'a>>) -> Self {
        Self { probe, ..self }
    }

    pub(super) const fn fits_probe(&self) -> bool {
        self.fits_probe
    }

    fn probe(&mut self, worlds: &[World]) {
        if let Some(probe) = self.probe.filter(|_| !self.fits_probe) {
            self.fits_probe = worlds.iter().any(|world| probe.fits(world));
        }
    }

    /// The survivors, those that the answer fits best first.
    pub(super) fn into_survivors(self) -> Vec<Survivor> {
        let mut survivors = self.found.into_entries();
        survivors.sort_by_key(Entry::cost);
        survivors
    }

    /// The states that were tried, in the order in which they were found.
    pub(super) fn into_tried(self) -> Vec<State> {
        self.tried.into_entries()
    }

    pub(super) fn run(&mut self, states: &[State], budget: &mut usize, mut exercise: Option<&mut Exercise>) {
        for state in states {
            match self.own.filter(|own| state.done.has(own.place)) {
                Some(own) => self.find_early(state, own.place, exercise.take()),
                None if self.is_alone() => {
                    *budget = budget.saturating_sub(1);
                    self.expand(state, exercise.take());
                }
                None => self.visit(state.clone()),
            }
        }
        self.due.reverse();
        while let Some(state) = self.due.pop() {
            let Some(left) = budget.checked_sub(1) else { break };
            *budget = left;
            self.expand(&state, exercise.take());
        }
    }

    /// Whether each state is the only one to look at before the call.
    const fn is_alone(&self) -> bool {
        self.others.is_empty() && !self.look.ends && self.probe.is_none()
    }

    /// The call has taken effect already.
    fn find_early(&mut self, state: &State, place: u32, exercise: Option<&mut Exercise>) {
        let mut state = state.clone();
        let Some(early) = state.release(place) else { return };
        mark(self.own, &mut state.world);
        state.owe(|| self.own_call(), &early.outcome, early.score);
        if let Some(exercise) = exercise {
            blame::arm(slice::from_ref(&*early.outcome), exercise);
        }
        for state in self.when_through(state) {
            self.found.keep(Survivor::new(state, Arc::clone(&early.outcome)));
        }
    }

    /// The states once a call has come to its end, those in which others have shown it halfway included.
    fn when_through(&self, state: State) -> Vec<State> {
        let is_of_change = !self.trial.call.request.operation.is_read();
        let mut states = vec![state];
        let mut next = 0;
        while is_of_change && next < states.len() {
            let shown: Vec<_> =
                self.others.iter().filter_map(|other| self.shown_halfway(other, &states[next])).collect();
            states.extend(shown);
            next += 1;
        }
        if is_of_change {
            states.iter_mut().for_each(State::is_through);
        }
        states
    }

    /// The state after another open read that shows the latest change halfway.
    fn shown_halfway(&self, other: &Open, state: &State) -> Option<State> {
        if !state.is_halfway() || other.is_change() || state.done.has(other.place) {
            return None;
        }
        let asked = Asked::of_other(other, self.trial)?;
        let mut shown = state.shown_halfway(other.call.number, |world| asked.fits(world))?;
        shown.done = shown.done.with(other.place);
        shown.early.push(early(other, Outcome::unjudged(), Score::default()));
        Some(shown)
    }

    fn visit(&mut self, state: State) {
        let Some(state) = self.tried.keep(state).cloned() else { return };
        self.probe(slice::from_ref(&state.world));
        self.due.push(state);
    }

    /// Lets the call take effect in a state, and each of the others before it.
    fn expand(&mut self, state: &State, exercise: Option<&mut Exercise>) {
        if self.look.ends
            && let Some(ended) = state.world.with_rotation_ended()
        {
            self.visit(state.in_world(ended));
        }
        let own = self.effects(self.asked, state, exercise);
        if state.is_halfway() {
            self.expand_halfway(state);
        } else if self.others.is_empty() || is_still(self.trial.call, &own, &state.world) {
            for effect in own {
                self.find(state, state, effect);
            }
            return;
        }
        let settled = self.with_what_fits(state);
        for effect in own {
            self.find(state, &settled, effect);
        }
        for other in self.others.clone() {
            if !settled.done.has(other.place) {
                self.let_happen(other, &settled);
            }
        }
    }

    /// Lets the call, and each of the others, show the latest change halfway.
    fn expand_halfway(&mut self, state: &State) {
        let is_read = self.trial.call.request.operation.is_read();
        if let Some(shown) =
            state.shown_halfway(self.trial.call.number, |world| self.asked.fits(world)).filter(|_| is_read)
        {
            self.found.keep(Survivor::new(shown, Arc::new(Outcome::unjudged())));
        }
        for other in self.others.clone() {
            if let Some(shown) = self.shown_halfway(other, state) {
                self.visit(shown);
            }
        }
    }

    /// What a call leaves of a state. A read that shows a version whose id is the token of an open call comes after that
    /// call, unless it is refused: nobody else makes a version of this id.
    fn effects(&self, asked: Asked<'_>, state: &State, exercise: Option<&mut Exercise>) -> Vec<Effect> {
        let mut effects = asked.effects(&state.world, self.look, exercise);
        if asked.call.request.operation.is_read() {
            let is_to_come = |id: &VersionId| {
                let open = self.others.iter().copied().chain(self.own).filter(|open| !state.done.has(open.place));
                let mut makers = open.filter(|open| !is_refused(&open.call));
                makers.any(|open| open.call.request.operation.token() == Some(id))
            };
            effects.retain(|effect| !new_versions(&state.world, &effect.world).any(|version| is_to_come(&version.id)));
        }
        effects
    }

    /// The call takes effect in a state, some calls having done so just before.
    fn find(&mut self, before: &State, settled: &State, effect: Effect) {
        let Effect { mut world, outcome, score, readings, contradicts, changes } = effect;
        if self.probe.is_some() && changes {
            self.probe(&halfway(&before.world, &world));
        }
        let between = self.between(self.trial.call, &before.world, &world);
        mark(self.own, &mut world);
        if self.own.is_none() && is_accepted(self.trial.answer) && self.races_a_lost_put() {
            mark_race(self.trial.call, &mut world);
        }
        let mut state = match self.own {
            Some(_) => settled.after(self.trial.call.number, world),
            None => settled.in_world(world),
        };
        state.stands_between(between);
        let outcome = Arc::new(outcome);
        state.owe(|| self.own_call(), &outcome, score);
        let changes = changes || !self.others.is_empty();
        for state in self.when_through(state) {
            let survivor = Survivor::new(state, Arc::clone(&outcome));
            self.found.keep(Survivor { readings: readings.clone(), contradicts, changes, ..survivor });
        }
    }

    fn own_call(&self) -> Arc<Call> {
        self.own.map_or_else(|| Arc::new(self.trial.call.clone()), |own| Arc::clone(&own.call))
    }

    /// Whether a plain put that was never answered may take effect beside this one.
    fn races_a_lost_put(&self) -> bool {
        let own = token_of_plain_put(self.trial.call);
        let is_other = |open: &&Open| token_of_plain_put(&open.call).is_some_and(|token| Some(token) != own);
        own.is_some() && self.others.iter().any(is_other)
    }

    /// The state after the open calls that fit it and leave it as it is.
    fn with_what_fits(&self, state: &State) -> State {
        let mut settled = state.clone();
        if state.is_halfway() {
            return settled;
        }
        let reads = self.others.iter().filter(|other| !other.is_change() && !state.done.has(other.place));
        for other in reads {
            let Some(asked) = Asked::of_other(other, self.trial) else { continue };
            let effects = self.effects(asked, &settled, None);
            if is_still(&other.call, &effects, &settled.world)
                && let Some(effect) = effects.into_iter().next()
            {
                settled = after(&settled, other, effect);
            }
        }
        settled
    }

    /// Another open call takes effect: by any acceptance, or as its answer shows.
    fn let_happen(&mut self, other: &'a Open, state: &State) {
        let effects = match Asked::of_other(other, self.trial) {
            Some(asked) => self.effects(asked, state, None),
            None => unanswered(other, &state.world, self.trial),
        };
        for effect in effects.into_iter().filter(|effect| !effect.contradicts) {
            if self.probe.is_some() && effect.changes {
                self.probe(&halfway(&state.world, &effect.world));
            }
            let between = self.between(&other.call, &state.world, &effect.world);
            let mut next = after(state, other, effect);
            mark(Some(other), &mut next.world);
            next.stands_between(between);
            self.visit(next);
        }
    }

    /// What stands between the writes of a change, where allowance is made for it.
    fn between(&self, change: &Call, before: &World, next: &World) -> Vec<World> {
        match self.look.halfway && !change.request.operation.is_read() {
            true => halfway(before, next),
            false => Vec::new(),
        }
    }
}

/// Racing puts leave labels that weigh less (ROT-CONC-006).
fn mark(open: Option<&Open>, world: &mut World) {
    if let Some(open) = open.filter(|open| open.races_a_put && !is_refused(&open.call)) {
        mark_race(&open.call, world);
    }
}

const fn is_refused(call: &Call) -> bool {
    matches!(&call.reply, Reply::Answer(answer) if !is_accepted(answer))
}

const fn is_accepted(answer: &Answer) -> bool {
    matches!(answer.body, Body::Output(_))
}

fn early(open: &Open, outcome: Outcome, score: Score) -> Early {
    Early { place: open.place, outcome: Arc::new(outcome), score }
}

/// The state after another call has taken effect.
fn after(state: &State, other: &Open, effect: Effect) -> State {
    let mut next = state.after(other.call.number, effect.world);
    next.done = next.done.with(other.place);
    if !is_lost(&other.call) {
        next.early.push(early(other, effect.outcome, effect.score));
    }
    next
}

/// The versions that a world has beyond another, which it comes after.
fn new_versions<'a>(before: &World, after: &'a World) -> impl Iterator<Item = &'a Version> {
    let count = before.secret.as_ref().map_or(0, |secret| secret.versions.len());
    after.secret.iter().flat_map(move |secret| secret.versions.iter().skip(count))
}

/// What a call leaves that was never answered and was accepted.
fn unanswered(other: &Open, world: &World, trial: &Trial<'_>) -> Vec<Effect> {
    let possible = outcomes(world, &other.call.request, &setting_of(&other.call, trial));
    let accepted = possible.into_iter().filter(Outcome::is_accepted);
    let effect = |mut outcome: Outcome| {
        let world = outcome.next.take().filter(|next| !next.shows_as(world))?;
        let (score, readings) = (Score::default(), Vec::new());
        Some(Effect { world, outcome, score, readings, contradicts: false, changes: true })
    };
    accepted.filter_map(effect).collect()
}
