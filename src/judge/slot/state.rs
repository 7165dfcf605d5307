//! One possible world in the middle of overlapping calls, and which of them have taken effect in it.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::history::Call;
use crate::judge::blame::Score;
use crate::model::{Likeness, Outcome, Secret, Shared, World};

/// The calls that have taken effect before they returned, by their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Done(u64);

impl Done {
    /// How many calls may be open at once.
    pub(super) const PLACES: u32 = u64::BITS;

    pub(super) const fn has(self, place: u32) -> bool {
        self.0 & (1 << place) != 0
    }

    pub(super) const fn with(self, place: u32) -> Self {
        Self(self.0 | (1 << place))
    }

    pub(super) const fn without(self, place: u32) -> Self {
        Self(self.0 & !(1 << place))
    }
}

/// The order in which calls have taken effect, the latest first.
#[derive(Debug)]
pub(super) struct Step {
    number: u32,
    before: Option<Arc<Self>>,
}

/// A call that has taken effect before it returned: what followed in the model, and how well the answer fits.
#[derive(Clone, Debug)]
pub(super) struct Early {
    pub(super) place: u32,
    pub(super) outcome: Arc<Outcome>,
    pub(super) score: Score,
}

/// An answer that differs in strict mode from what followed in the model, and that nobody has been told of.
#[derive(Clone, Debug)]
pub(super) struct Debt {
    pub(super) call: Arc<Call>,
    pub(super) outcome: Arc<Outcome>,
    pub(super) score: Score,
}

/// One possible world, and the calls that have taken effect in it before they returned.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) done: Done,
    /// What is known of those calls.
    pub(super) early: Vec<Early>,
    /// What answers to calls that have returned fall short of.
    pub(super) debts: Vec<Debt>,
    /// What reads may show since the latest call has taken effect, if it writes twice.
    between: Option<Arc<Vec<World>>>,
    order: Option<Arc<Step>>,
}

impl From<World> for State {
    fn from(world: World) -> Self {
        Self { world, done: Done::default(), early: Vec::new(), debts: Vec::new(), between: None, order: None }
    }
}

impl State {
    /// The same, with another world.
    pub(super) fn in_world(&self, world: World) -> Self {
        let Self { done, early, debts, order, .. } = self;
        Self { world, done: *done, early: early.clone(), debts: debts.clone(), between: None, order: order.clone() }
    }

    /// The call that has just taken effect writes twice, and one of these worlds is what stands between.
    pub(super) fn stands_between(&mut self, worlds: Vec<World>) {
        self.between = Some(worlds).filter(|worlds| !worlds.is_empty()).map(Arc::new);
    }

    /// The call that writes twice has come to its end.
    pub(super) fn is_through(&mut self) {
        self.between = None;
    }

    pub(super) const fn is_halfway(&self) -> bool {
        self.between.is_some()
    }

    /// The same before the second write of the call that has just taken effect, as this read shows.
    pub(super) fn shown_halfway(&self, read: u32, fits: impl Fn(&World) -> bool) -> Option<Self> {
        let mut state = self.after(read, self.world.clone());
        state.stands_between(self.between.as_deref()?.iter().filter(|world| fits(world)).cloned().collect());
        state.is_halfway().then_some(state)
    }

    /// The same after a call that overlaps others has taken effect and left this world.
    pub(super) fn after(&self, number: u32, world: World) -> Self {
        let step = Step { number, before: self.order.clone() };
        Self { order: Some(Arc::new(step)), ..self.in_world(world) }
    }

    /// The numbers of the calls in the order in which they have taken effect since the stretch began.
    pub(super) fn order(&self) -> Vec<u32> {
        let steps = iter::successors(self.order.as_deref(), |step| step.before.as_deref());
        let mut numbers: Vec<_> = steps.map(|step| step.number).collect();
        numbers.reverse();
        numbers
    }

    /// No call overlaps another any more.
    pub(super) fn forget_order(&mut self) {
        self.order = None;
    }

    /// The call of this place is not open any more; what is known of it if it has taken effect early.
    pub(super) fn release(&mut self, place: u32) -> Option<Early> {
        self.done = self.done.without(place);
        let position = self.early.iter().position(|early| early.place == place)?;
        Some(self.early.swap_remove(position))
    }

    /// How much answers fall short of in strict mode.
    pub(super) fn cost(&self) -> u16 {
        let early = self.early.iter().map(|early| early.score);
        early.chain(self.debts.iter().map(|debt| debt.score)).map(Score::fidelity).sum()
    }

    /// Remembers how far the answer to a call falls short.
    pub(super) fn owe(&mut self, call: impl FnOnce() -> Arc<Call>, outcome: &Arc<Outcome>, score: Score) {
        if score.fidelity() > 0 {
            self.debts.push(Debt { call: call(), outcome: Arc::clone(outcome), score });
        }
    }

    /// A value may have been read unseen.
    pub(super) fn may_have_been_read(&mut self) {
        let is_new = |secret: &&mut Shared<Secret>| !secret.dates.may_have_been_read;
        if let Some(secret) = self.world.secret.as_mut().filter(is_new) {
            secret.dates.may_have_been_read = true;
        }
    }

    /// Allows for what reads may show halfway in a twin as well; tells whether that is more.
    fn allow_halfway(&mut self, twin: &Self) -> bool {
        let Some(others) = &twin.between else { return false };
        let own = self.between.get_or_insert_default();
        let count = own.len();
        if !Arc::ptr_eq(own, others) {
            let new: Vec<_> = others.iter().filter(|world| !own.contains(world)).cloned().collect();
            if !new.is_empty() {
                Arc::make_mut(own).extend(new);
            }
        }
        own.len() > count
    }

    /// Whether both are one for a search: the same calls have taken effect, and the worlds are alike.
    fn is_twin_of(&self, other: &Self, likeness: Likeness) -> bool {
        self.done == other.done && self.world.is_like(&other.world, likeness)
    }

    fn twin_hash(&self) -> u64 {
        self.world.likeness_hash() ^ self.done.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// What is kept once for all twins of its state.
pub(super) trait Entry {
    fn state(&self) -> &State;
    fn state_mut(&mut self) -> &mut State;
    /// Of two entries, the one that costs less is kept.
    fn cost(&self) -> u16;
}

impl Entry for State {
    fn state(&self) -> &State {
        self
    }

    fn state_mut(&mut self) -> &mut State {
        self
    }

    fn cost(&self) -> u16 {
        Self::cost(self)
    }
}

/// How many entries are compared one by one.
const FEW: usize = 4;

/// Entries, one for all twins of a state, in the order in which they were found.
#[derive(Debug)]
pub(super) struct Distinct<T> {
    likeness: Likeness,
    entries: Vec<T>,
    /// Where the entries of each hash are, once there are more than a few.
    places: HashMap<u64, Vec<usize>, FixedState>,
}

impl<T> Distinct<T> {
    pub(super) fn new(likeness: Likeness) -> Self {
        Self { likeness, entries: Vec::new(), places: HashMap::default() }
    }
}

impl<T: Entry> Distinct<T> {
    /// Keeps an entry, unless a twin is there that costs no more and allows for as much; `None` if so.
    pub(super) fn keep(&mut self, mut entry: T) -> Option<&T> {
        let Some(index) = self.twin_of(entry.state()) else {
            self.add(entry);
            return self.entries.last();
        };
        let twin = &mut self.entries[index];
        let is_kept = if twin.cost() <= entry.cost() {
            let allows_more = twin.state_mut().allow_halfway(entry.state());
            twin.state_mut().world.relax_dates(&entry.state().world) || allows_more
        } else {
            entry.state_mut().world.relax_dates(&twin.state().world);
            entry.state_mut().allow_halfway(twin.state());
            *twin = entry;
            true
        };
        self.entries.get(index).filter(|_| is_kept)
    }

    fn twin_of(&self, state: &State) -> Option<usize> {
        let is_twin = |index: &usize| self.entries[*index].state().is_twin_of(state, self.likeness);
        match self.entries.len() {
            0..=FEW => (0..self.entries.len()).find(is_twin),
            _ => self.places.get(&state.twin_hash())?.iter().copied().find(is_twin),
        }
    }

    fn add(&mut self, entry: T) {
        self.entries.push(entry);
        let unknown = match self.entries.len() {
            0..=FEW => return,
            count if self.places.is_empty() => 0..count,
            count => count - 1..count,
        };
        for index in unknown {
            self.places.entry(self.entries[index].state().twin_hash()).or_default().push(index);
        }
    }

    pub(super) fn into_entries(self) -> Vec<T> {
        self.entries
    }
}

impl<T: Entry> Extend<T> for Distinct<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        for entry in entries {
            self.keep(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Text;

    fn named(number: usize) -> State {
        State::from(World::unused(Text::from(format!("s{}", number % 7))))
    }

    #[test]
    fn twins_are_kept_once_few_or_many() {
        for count in [1, 3, 5, 7, 40] {
            let mut distinct = Distinct::new(Likeness::Permissions);
            distinct.extend((0..count).map(named));
            assert_eq!(distinct.into_entries().len(), count.min(7));
        }
    }

    #[test]
    fn a_state_is_another_once_a_call_has_taken_effect() {
        let (before, mut after) = (named(0), named(0));
        after.done = after.done.with(63);
        assert!(!before.is_twin_of(&after, Likeness::Contents) && after.done.has(63) && !after.done.has(62));
        assert!(after.release(63).is_none() && before.is_twin_of(&after, Likeness::Permissions));
    }

    #[test]
    fn the_order_is_that_in_which_calls_took_effect() {
        let state = named(0).after(4, named(1).world).after(2, named(2).world);
        assert_eq!(state.order(), [4, 2]);
    }
}
