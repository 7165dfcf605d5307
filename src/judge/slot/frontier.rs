//! The calls about one secret that are open, and the states that are possible while they are.

use std::sync::Arc;

use super::open::Open;
use super::search::{Look, Search, Survivor};
use super::state::{Done, State};
use super::{Trial, is_lost};
use crate::history::Call;
use crate::model::{Text, World};
use crate::verdict::Exercise;

/// The calls that are open, and the states that are possible while they are.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    pub(super) states: Vec<State>,
    open: Vec<Open>,
}

impl Frontier {
    pub(super) fn new(name: Text) -> Self {
        Self { states: vec![World::unused(name).into()], open: Vec::new() }
    }

    /// A call may take effect from now on; `false` if there are too many.
    pub(super) fn open(&mut self, call: Arc<Call>) -> bool {
        let is_free = |place: &u32| self.open.iter().all(|open| open.place != *place);
        let Some(place) = (0..Done::PLACES).find(is_free) else { return false };
        let mut new = Open::new(call, place);
        for other in &mut self.open {
            other.meet(&new.call);
            new.meet(&other.call);
        }
        self.open.push(new);
        true
    }

    /// Passes over the calls that do not count.
    pub(super) fn leave_out(&mut self, counts: &dyn Fn(&Call) -> bool) {
        self.open.iter_mut().for_each(|open| open.is_left_out = !counts(&open.call));
    }

    pub(super) fn all_open(&self) -> &[Open] {
        &self.open
    }

    /// The calls that may still take effect.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.open.iter().map(|open| &*open.call)
    }

    /// What is known of an open call.
    pub(super) fn of(&self, number: u32) -> Option<&Open> {
        self.open.iter().find(|open| open.call.number == number)
    }

    /// The calls beside this one that may still take effect, at least in some state.
    pub(super) fn others(&self, number: u32) -> impl Iterator<Item = &Open> {
        let has_been = |place: u32| self.states.iter().all(|state| state.done.has(place));
        self.open.iter().filter(move |open| open.call.number != number && !has_been(open.place))
    }

    /// A call that is open reads otherwise now.
    pub(super) fn retell(&mut self, call: &Call) {
        if let Some(open) = self.open.iter_mut().find(|open| open.call.number == call.number) {
            open.call = Arc::new(call.clone());
        }
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether a call that will be answered is open.
    pub(super) fn awaits_answers(&self) -> bool {
        self.calls().any(|call| !is_lost(call))
    }

    /// How many calls are open that were never answered.
    pub(super) fn lost(&self) -> usize {
        self.calls().filter(|call| is_lost(call)).count()
    }

    /// The states that are possible once this call has been answered. The budget is what is left of it at the end; where
    /// that is nothing, states may be missing.
    pub(super) fn after(
        &self,
        trial: &Trial<'_>,
        look: Look,
        budget: &mut usize,
        exercise: Option<&mut Exercise>,
    ) -> Vec<Survivor> {
        let mut search = Search::new(&self.open, trial, look);
        search.run(&self.states, budget, exercise);
        search.into_survivors()
    }

    /// Every state on the way to this answer, and the others' effects on it.
    pub(super) fn tried(&self, trial: &Trial<'_>, look: Look, budget: &mut usize) -> Vec<State> {
        let mut search = Search::new(&self.open, trial, look);
        search.run(&self.states, budget, None);
        search.into_tried()
    }

    /// Goes on with these states; the call is open no more.
    pub(super) fn go_on(&mut self, states: impl IntoIterator<Item = State>, number: u32) {
        self.states = states.into_iter().collect();
        self.forget(number);
    }

    /// The call is open no more, whether it has taken effect or not.
    pub(super) fn forget(&mut self, number: u32) {
        let place = self.of(number).map(|open| open.place);
        if let Some(place) = place {
            self.open.retain(|open| open.place != place);
            self.states.iter_mut().for_each(|state| drop(state.release(place)));
        }
        self.settle();
        if !self.awaits_answers() {
            self.states.iter_mut().for_each(State::forget_order);
        }
    }

    /// Calls that were never answered and have taken effect in every state are open no more.
    fn settle(&mut self) {
        let has_been = |open: &Open| self.states.iter().all(|state| state.done.has(open.place));
        let settled: Vec<_> =
            self.open.iter().filter(|open| is_lost(&open.call) && has_been(open)).map(|open| open.place).collect();
        for place in settled {
            self.open.retain(|open| open.place != place);
            self.states.iter_mut().for_each(|state| drop(state.release(place)));
        }
    }

    /// Whether this is the only state, with nothing that may still change it.
    pub(super) fn only_world(&self) -> Option<&World> {
        match &self.states[..] {
            [state] if self.is_idle() => Some(&state.world),
            _ => None,
        }
    }
}
