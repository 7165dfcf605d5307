//! Stretches of overlapping calls, kept until they end so that they can be gone through again: with everything that may
//! go on unseen, or by the changes alone.
//!
//! Linearizability is what a correct client would like and the service does not promise (ROT-CONC-011): reads may fit no
//! order. What the changes of a stretch leave is contract all the same, and the next quiet moment shows it. So beside the
//! states that every answer permits stand those that the answers to changes alone permit, where these are more.

use std::sync::Arc;

use super::adopt::unsettled;
use super::frontier::Frontier;
use super::open::Open;
use super::search::{Asked, Look, Search};
use super::state::{Distinct, State};
use super::{Slot, Trial, is_lost};
use crate::history::{Call, Reply};
use crate::judge::blame;
use crate::model::{Claim, Fact, Likeness, Setting, Text};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Violation};

/// How many states going through a stretch again may look at before it gives up.
const BUDGET: usize = 100_000;
/// How many calls that overlap none settle which order it was.
const SETTLING: usize = 16;
/// How many calls and returns are kept.
const MOST_EVENTS: usize = 1_024;

/// What happened in a stretch.
#[derive(Clone, Debug)]
enum Event {
    Called(Arc<Call>),
    Returned(Returned),
}

#[derive(Clone, Debug)]
struct Returned {
    call: Arc<Call>,
    /// Tokens under which another secret had a version.
    taken: Vec<Text>,
    /// Whether a change overlapped the call.
    is_raced: bool,
}

/// Overlapping calls and what came after them, until that has settled which order it was.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    start: Frontier,
    events: Vec<Event>,
    /// Whether allowance is made for differences, and for what goes on unseen.
    pub(super) is_thorough: bool,
    /// The numbers of the calls that overlap.
    numbers: Vec<u32>,
    /// Whether no call has overlapped another since the last moment when none was open.
    rests: bool,
    /// Whether a change overlapped a call since then.
    is_raced: bool,
    /// How many calls have returned since then that overlap none.
    quiet: usize,
}

/// The end of going through a stretch again.
struct Again {
    frontier: Frontier,
    /// Whether some state on the way fits the answer in question.
    fits: bool,
}

/// Why a stretch cannot be gone through again.
enum Stop {
    /// No order explains some answer.
    Unexplained,
    /// The search has taken too long.
    Spent,
}

/// What an answer is that no order explains.
pub(super) enum WithoutOrder {
    /// Right by itself, so that it is the order that there is not (ROT-CONC-011).
    Differs(Box<Violation>),
    /// Wrong whatever the order.
    Wrong,
    /// It takes too long to tell.
    Unknown,
}

impl Stretch {
    /// A stretch that begins with these calls, which are open.
    pub(super) fn new(start: Frontier) -> Self {
        Self {
            start,
            events: Vec::new(),
            is_thorough: false,
            numbers: Vec::new(),
            rests: true,
            is_raced: false,
            quiet: 0,
        }
    }

    /// A call is made while these are open.
    pub(super) fn call(&mut self, call: Arc<Call>, open: &Frontier) {
        if open.awaits_answers() {
            if std::mem::take(&mut self.rests) {
                self.numbers = open.calls().filter(|other| !is_lost(other)).map(|other| other.number).collect();
            }
            self.numbers.push(call.number);
        }
        self.events.push(Event::Called(call));
    }

    /// A call has returned, which was open if it was not judged as soon as it was made.
    pub(super) fn end(&mut self, trial: &Trial<'_>, open: Option<&Open>) {
        let call = open.map_or_else(|| Arc::new(trial.call.clone()), |open| Arc::clone(&open.call));
        let is_raced = open.is_some_and(|open| open.is_raced);
        self.is_raced |= is_raced;
        self.quiet = if self.numbers.contains(&call.number) { 0 } else { self.quiet + 1 };
        self.events.push(Event::Returned(Returned { call, taken: trial.setting.taken.to_vec(), is_raced }));
    }

    /// No call is open. Whether what came after the overlapping calls has settled which order it was.
    pub(super) fn rest(&mut self, exercise: &mut Exercise) -> bool {
        self.rests = true;
        if std::mem::take(&mut self.is_raced) {
            exercise.arm(RuleId::Conc011);
            exercise.check(RuleId::Conc011);
        }
        self.quiet >= SETTLING || self.events.len() >= MOST_EVENTS || !self.has_raced()
    }

    /// Goes on from here after something that no order explains.
    pub(super) fn restart(&mut self, start: Frontier) {
        self.start = start;
        self.events.clear();
    }

    pub(super) fn states_at_its_start(&mut self) -> &mut [State] {
        &mut self.start.states
    }

    fn returned(&self) -> impl Iterator<Item = &Returned> {
        self.events.iter().filter_map(|event| match event {
            Event::Returned(returned) => Some(returned),
            Event::Called(_) => None,
        })
    }

    /// Whether any order was to be found.
    fn has_raced(&self) -> bool {
        self.returned().any(|returned| returned.is_raced)
    }

    /// The same stretch with everything that may go on unseen.
    fn thoroughly(&self, trial: &Trial<'_>) -> Result<Frontier, Stop> {
        let look = Look::default().thorough();
        self.again(&self.start, trial, look, &|_| true, None).map(|again| again.frontier)
    }

    /// The same stretch by its changes alone, and by reads that overlap no change.
    fn loosely(&self, trial: &Trial<'_>, probe: Option<Asked<'_>>) -> Result<Again, Stop> {
        let quiet: Vec<u32> = self.returned().filter(|it| !it.is_raced).map(|it| it.call.number).collect();
        let counts = |call: &Call| !call.request.operation.is_read() || quiet.contains(&call.number);
        let look = Look { ends: true, ..Look::default() };
        self.again(&self.start, trial, look, &counts, probe)
    }

    fn again(
        &self,
        start: &Frontier,
        trial: &Trial<'_>,
        look: Look,
        counts: &dyn Fn(&Call) -> bool,
        probe: Option<Asked<'_>>,
    ) -> Result<Again, Stop> {
        let mut again = Again { frontier: start.clone(), fits: false };
        again.frontier.leave_out(counts);
        let mut budget = BUDGET;
        for event in &self.events {
            match event {
                Event::Called(call) => {
                    again.frontier.open(Arc::clone(call));
                    again.frontier.leave_out(counts);
                }
                Event::Returned(returned) if counts(&returned.call) => {
                    again.finish(returned, trial, look, &mut budget, probe)?;
                }
                Event::Returned(returned) => again.frontier.forget(returned.call.number),
            }
        }
        again.frontier.leave_out(&|_| true);
        Ok(again)
    }
}

impl Again {
    /// A call returns once more.
    fn finish(
        &mut self,
        returned: &Returned,
        trial: &Trial<'_>,
        look: Look,
        budget: &mut usize,
        probe: Option<Asked<'_>>,
    ) -> Result<(), Stop> {
        let Reply::Answer(answer) = &returned.call.reply else { return Ok(()) };
        let call = &*returned.call;
        let setting = Setting {
            call: call.number,
            action: call.request.operation.action(),
            now: answer.form.date,
            called: Some(call.called.into()),
            taken: &returned.taken,
            ..trial.setting
        };
        let earlier = Trial { call, answer, setting, window: trial.window };
        let mut search = Search::new(self.frontier.all_open(), &earlier, look).probing(probe);
        search.run(&self.frontier.states, budget, None);
        self.fits |= search.fits_probe();
        let survivors = search.into_survivors();
        match (*budget, survivors.is_empty()) {
            (0, _) => return Err(Stop::Spent),
            (_, true) => return Err(Stop::Unexplained),
            (_, false) => self.frontier.go_on(survivors.into_iter().map(|survivor| survivor.state), call.number),
        }
        Ok(())
    }
}

impl Slot {
    /// Whether an answered change overlaps the call.
    pub(super) fn is_raced(&self, trial: &Trial<'_>) -> bool {
        self.frontier.of(trial.call.number).is_some_and(|open| open.is_raced)
    }

    /// The numbers of the calls of the stretch.
    pub(super) fn stretch_numbers(&self) -> Vec<u32> {
        self.stretch.as_ref().map(|stretch| stretch.numbers.clone()).unwrap_or_default()
    }

    /// Goes on after an answer that no order explains.
    pub(super) fn start_anew(&mut self, trial: &Trial<'_>) {
        self.frontier.forget(trial.call.number);
        self.frontier.states.iter_mut().for_each(|state| state.debts.clear());
        if let Some(stretch) = &mut self.stretch {
            stretch.restart(self.frontier.clone());
        }
    }

    /// Goes through the stretch again with everything that may go on unseen, once. Takes what is left of the budget if that
    /// takes too long.
    pub(super) fn look_closer(&mut self, trial: &Trial<'_>, budget: &mut usize) -> bool {
        let Some(stretch) = self.stretch.as_mut().filter(|stretch| !stretch.is_thorough) else { return false };
        stretch.is_thorough = true;
        match stretch.thoroughly(trial) {
            Ok(frontier) => {
                self.frontier = frontier;
                true
            }
            Err(Stop::Unexplained) => false,
            Err(Stop::Spent) => {
                *budget = 0;
                false
            }
        }
    }

    /// No order of overlapping calls explains an answer. Where the changes alone permit it, or the state that it shows was
    /// possible at some moment of the stretch, that is the matter of ROT-CONC-011, and what the changes leave is what goes
    /// on.
    pub(super) fn permit_without_order(&mut self, trial: &Trial<'_>) -> WithoutOrder {
        let is_raced = self.is_raced(trial);
        let probe = is_raced.then(|| Asked::of_trial(trial));
        let Some(stretch) = &self.stretch else { return WithoutOrder::Wrong };
        let Again { frontier, fits } = match stretch.loosely(trial, probe) {
            Ok(again) => again,
            Err(Stop::Unexplained) => return WithoutOrder::Wrong,
            Err(Stop::Spent) => return WithoutOrder::Unknown,
        };
        let look = Look { ends: true, halfway: is_raced, ..Look::default() };
        let mut budget = BUDGET;
        let (survivors, is_possible) = {
            let mut search = Search::new(frontier.all_open(), trial, look).probing(probe);
            search.run(&frontier.states, &mut budget, None);
            let is_possible = is_raced && (fits || search.fits_probe());
            (search.into_survivors(), is_possible)
        };
        match (budget, survivors.is_empty()) {
            (0, _) => WithoutOrder::Unknown,
            (_, true) if !is_possible => WithoutOrder::Wrong,
            _ => {
                let violation = self.without_order(trial);
                let states = survivors.into_iter().map(|survivor| survivor.state).collect();
                self.go_on_without_order(frontier, states, trial);
                WithoutOrder::Differs(Box::new(violation))
            }
        }
    }

    /// Goes on with what the changes leave: a read that a change overlaps settles nothing, and what a change did is not
    /// known if no order explains it.
    fn go_on_without_order(&mut self, mut frontier: Frontier, explained: Vec<State>, trial: &Trial<'_>) {
        let number = trial.call.number;
        let is_read = trial.call.request.operation.is_read();
        match (is_read && self.is_raced(trial), explained.is_empty()) {
            (true, _) => frontier.forget(number),
            (false, false) => frontier.go_on(explained, number),
            (false, true) => {
                let unsettled = |state: &State| state.in_world(unsettled(state.world.clone(), trial));
                let mut states = Distinct::new(Likeness::Permissions);
                states.extend(frontier.states.iter().map(unsettled));
                frontier.go_on(states.into_entries(), number);
                self.unsettled = true;
            }
        }
        self.frontier = frontier;
    }

    /// What no order explains, by the order that comes nearest.
    fn without_order(&self, trial: &Trial<'_>) -> Violation {
        let (nearest, excluded) = self.nearest(trial);
        let unmet = nearest.and_then(|nearest| blame::first_unmet(&nearest.outcome, trial.answer));
        let unmet = unmet.map_or(Claim::Accepted, |fact| fact.claim);
        let expected = format!("an order of the overlapping calls that explains it; the nearest demands {unmet}");
        let fact =
            Fact { rule: RuleId::Conc011, class: Class::Fidelity, claim: unmet, counts: true, since: None, by: None };
        let mut violation = blame::violation(trial.call, trial.answer, &fact, Vec::new(), excluded);
        violation.expected = expected;
        violation.stretch = self.stretch_numbers();
        violation
    }
}
