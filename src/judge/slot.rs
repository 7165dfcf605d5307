//! The possible worlds of one secret name, and how an answer filters them.

mod adopt;
mod frontier;
mod lag;
mod law;
mod open;
mod promoted;
mod race;
mod search;
mod state;
mod stretch;

use std::sync::Arc;
use std::time::Duration;

use super::alias::Alias;
use super::blame;
use crate::history::{Call, Moment, Reply};
use crate::model::{
    Answer, Body, CreateSecret, Likeness, Operation, Output, Receipt, Setting, Text, World, form_of, is_arn_of,
};
use crate::rule::RuleId;
use crate::verdict::{Exercise, Violation};
use frontier::Frontier;
use search::{Look, Survivor, ought_to_be_refused};
use state::{Debt, Distinct, Entry, State};
use stretch::{Stretch, WithoutOrder};

/// How many states a search for one answer may look at before it gives up.
const BUDGET: usize = 50_000;
/// How many states of one secret may be possible before it is judged no further.
const MOST_STATES: usize = 5_000;
/// How many calls that were never answered may be open: each may have taken effect at any time since, or not, so that
/// the worlds grow with the orders in which they can.
const MOST_LOST: usize = 8;

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

/// One secret name.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what may have happened, and whether it is judged, are independent")]
pub(super) struct Slot {
    frontier: Frontier,
    /// The latest stretch of overlapping calls, until what comes after it has settled which order it was.
    stretch: Option<Stretch>,
    /// Worlds that were possible until a moment.
    past: Vec<(Moment, World)>,
    /// Every ARN that CreateSecret has answered for the name, so that it denotes the name also when no world knows it.
    arns: Vec<Text>,
    /// Whether a read that was never answered may take effect at any time from now on.
    may_be_read: bool,
    /// How many reads are under way that will never be answered.
    lost_reads: usize,
    /// Whether a violation has left a state that no description has shown yet.
    unsettled: bool,
    /// Whether some search has ended before it could tell.
    is_undecided: bool,
    retired: bool,
    /// Whether somebody's function may act on the secret at any time.
    restless: bool,
}

/// Whether no answer came, or ever will.
const fn is_lost(call: &Call) -> bool {
    matches!(call.reply, Reply::Nothing(_))
}

impl Slot {
    pub(super) fn new(name: Text) -> Self {
        Self {
            frontier: Frontier::new(name),
            stretch: None,
            past: Vec::new(),
            arns: Vec::new(),
            may_be_read: false,
            lost_reads: 0,
            unsettled: false,
            is_undecided: false,
            retired: false,
            restless: false,
        }
    }

    pub(super) fn only_world(&self) -> Option<&World> {
        self.frontier.only_world().filter(|_| !self.retired)
    }

    /// Every world that is possible, unless a call may still change it.
    pub(super) fn worlds(&self) -> impl Iterator<Item = &World> {
        let is_settled = !self.retired && self.frontier.is_idle();
        self.states().iter().filter(move |_| is_settled).map(|state| &state.world)
    }

    fn states(&self) -> &[State] {
        &self.frontier.states
    }

    pub(super) fn may_have_a_secret(&self) -> bool {
        self.states().iter().any(|state| state.world.secret.is_some())
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
        self.stretch = None;
        let mut states = Distinct::new(Likeness::Permissions);
        states.extend(self.states().iter().map(|state| state.in_world(state.world.clone().opened())));
        self.frontier.states = states.into_entries();
    }

    pub(super) fn retire(&mut self) {
        self.retired = true;
    }

    pub(super) fn is_denoted_by(&self, id: &str) -> bool {
        let is_shown = |state: &State| self.arns.iter().any(|arn| form_of(id, &state.world.name, Some(arn)).is_some());
        self.states().first().is_some_and(is_shown)
            || self.states().iter().any(|state| {
                let arn = state.world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
                form_of(id, &state.world.name, arn).is_some()
                    || state.world.former_arns.iter().any(|former| **former == *id)
            })
    }

    /// Whether there was or may be a secret of this name, so that the name is more than an identifier that found nothing.
    pub(super) fn was_ever_used(&self) -> bool {
        let has_used = |state: &State| state.world.secret.is_some() || !state.world.former_arns.is_empty();
        self.retired || self.may_be_created() || !self.arns.is_empty() || self.states().iter().any(has_used)
    }

    fn may_be_created(&self) -> bool {
        self.frontier.calls().any(|call| matches!(call.request.operation, Operation::CreateSecret(_)))
    }

    /// Whether an ARN may be that of a secret that no answer has shown the ARN of.
    pub(super) fn may_be_denoted_by(&self, id: &str) -> bool {
        id.starts_with("arn:")
            && self.states().iter().any(|state| self.lacks_an_arn(&state.world) && id.contains(&*state.world.name))
    }

    /// Whether there is or may be a secret that no answer has shown the ARN of.
    pub(super) fn may_lack_an_arn(&self) -> bool {
        self.states().iter().any(|state| self.lacks_an_arn(&state.world))
    }

    fn lacks_an_arn(&self, world: &World) -> bool {
        world.secret.as_ref().map_or_else(|| self.may_be_created(), |secret| secret.arn.is_none())
    }

    /// Every ARN that an answer has shown of a secret of this name.
    pub(super) fn arns(&self) -> impl Iterator<Item = &Text> {
        let worlds = || self.states().iter().map(|state| &state.world);
        let of_secrets = worlds().filter_map(|world| world.secret.as_ref()?.arn.as_ref());
        self.arns.iter().chain(worlds().flat_map(|world| &world.former_arns)).chain(of_secrets)
    }

    /// The ids of the versions that the secret has or may have.
    pub(super) fn version_ids(&self) -> impl Iterator<Item = &Text> {
        let secrets = self.states().iter().filter_map(|state| state.world.secret.as_ref());
        let stored = secrets.flat_map(|secret| &secret.versions).map(|version| &version.id);
        stored.chain(self.frontier.calls().filter_map(|call| call.request.operation.token()))
    }

    /// A call has started and may take effect from now on. Tells whether too many are open, or were never answered, to go
    /// on with the secret.
    pub(super) fn open(&mut self, call: &Call) -> bool {
        let call = Arc::new(call.clone());
        let overlaps = !is_lost(&call) && self.frontier.awaits_answers();
        if self.stretch.is_none() && overlaps && !self.restless {
            self.stretch = Some(Stretch::new(self.frontier.clone()));
        }
        if let Some(stretch) = &mut self.stretch {
            stretch.call(Arc::clone(&call), &self.frontier);
        }
        let is_too_much = !self.retired && (!self.frontier.open(call) || self.frontier.lost() > MOST_LOST);
        self.retired |= is_too_much;
        is_too_much
    }

    /// Whether some version certainly has a label.
    pub(super) fn must_have_a_label(&self) -> bool {
        let has_one = |state: &State| {
            let secret = state.world.secret.as_ref().filter(|secret| secret.deletion.is_none());
            secret.is_some_and(|it| it.labels.iter().any(|cell| matches!(cell.holder.required(), Some(Some(_)))))
        };
        !self.retired && !self.states().is_empty() && self.states().iter().all(has_one)
    }

    /// A call that is open reads otherwise now: an id in it stands for a token.
    pub(super) fn retell(&mut self, call: &Call) {
        self.frontier.retell(call);
    }

    /// The calls that may still take effect.
    pub(super) fn open_calls(&self) -> impl Iterator<Item = &Call> {
        self.frontier.calls()
    }

    /// Whether the secret has or may have a version of this id.
    pub(super) fn may_have_a_version(&self, id: &Text) -> bool {
        self.states().iter().any(|state| has_version(&state.world, id))
            || self.frontier.calls().any(|open| open.request.operation.token() == Some(id))
    }

    /// Whether the id of an answer could stand for the token of its request, which makes a version that nobody has seen.
    pub(super) fn may_take(&self, alias: &Alias, call: &Call) -> bool {
        let is_alone = self.frontier.others(call.number).next().is_none() && self.stretch.is_none();
        let is_quiet = is_alone && !self.retired && !self.restless;
        let has_it = |id| self.states().iter().any(|state| has_version(&state.world, id));
        is_quiet && !has_it(alias.token()) && !has_it(alias.id())
    }

    /// The value may have been read.
    pub(super) fn was_read(&mut self) {
        let of_stretch = self.stretch.iter_mut().flat_map(Stretch::states_at_its_start);
        self.frontier.states.iter_mut().chain(of_stretch).for_each(State::may_have_been_read);
    }

    /// A read whose answer is lost may be carried out from now on.
    pub(super) fn begin_lost_read(&mut self) {
        self.lost_reads += 1;
        self.was_read();
    }

    /// Nobody waits any longer for the answer to a read. It may have been carried out, or will be: where another call is
    /// open too, after that.
    pub(super) fn end_lost_read(&mut self) {
        self.lost_reads = self.lost_reads.saturating_sub(1);
        self.may_be_read |= !self.frontier.is_idle();
        self.was_read();
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
        if budget == 0 {
            self.retired = true;
            return SlotResult { violations: Vec::new(), inconclusive: true };
        }
        let violations = self.conclude(trial, survivors, exercise);
        self.end(trial, exercise);
        // A world that is left out could be the one that explains the next answer.
        let are_too_many = self.states().len() > MOST_STATES;
        self.retired |= are_too_many;
        SlotResult { violations, inconclusive: are_too_many || self.is_undecided }
    }

    /// The states that explain the answer, those that it fits best first.
    fn search(&mut self, trial: &Trial<'_>, budget: &mut usize, exercise: &mut Exercise) -> Vec<Survivor> {
        let stale = self.may_be_stale(trial);
        let is_raced = self.is_raced(trial) || self.frontier.others(trial.call.number).any(|it| !is_lost(&it.call));
        let look = Look { stale, ..Look::default() };
        let look = match &self.stretch {
            Some(stretch) if stretch.is_thorough => look.thorough(),
            Some(_) => Look { exact: is_raced, ..look },
            None => look,
        };
        let survivors = self.frontier.after(trial, look, budget, Some(exercise));
        if is_perfect(&survivors) || !self.may_look_closer() {
            return survivors;
        }
        let ended = Look { ends: true, ..look };
        let survivors = or_better(self.frontier.after(trial, ended, budget, None), survivors);
        if is_perfect(&survivors) || self.was_true_a_moment_ago(trial) {
            return survivors;
        }
        let look = look.thorough();
        if self.look_closer(trial, budget) {
            return self.frontier.after(trial, look, budget, None);
        }
        match self.frontier.is_idle() {
            true => survivors,
            false => or_better(self.frontier.after(trial, look, budget, None), survivors),
        }
    }

    /// Whether anything may have gone on unseen.
    fn may_look_closer(&self) -> bool {
        let may_end = |state: &State| state.world.with_rotation_ended().is_some();
        !self.frontier.is_idle() || self.stretch.is_some() || self.states().iter().any(may_end)
    }

    fn conclude(&mut self, trial: &Trial<'_>, survivors: Vec<Survivor>, exercise: &mut Exercise) -> Vec<Violation> {
        if let Some(twice) = self.law_of_races(trial, exercise) {
            return vec![twice];
        }
        if !is_perfect(&survivors) && self.was_true_a_moment_ago(trial) {
            return Vec::new();
        }
        if !survivors.is_empty() {
            return self.survive(trial, survivors, exercise);
        }
        let violations = match self.permit_without_order(trial) {
            WithoutOrder::Differs(violation) => {
                exercise.arm(RuleId::Conc011);
                exercise.check(RuleId::Conc011);
                self.retire_if_illegal(trial.answer);
                vec![*violation]
            }
            WithoutOrder::Wrong => self.violate(trial, exercise),
            WithoutOrder::Unknown => {
                self.retired = true;
                self.is_undecided = true;
                return Vec::new();
            }
        };
        self.start_anew(trial);
        violations
    }

    fn survive(&mut self, trial: &Trial<'_>, survivors: Vec<Survivor>, exercise: &mut Exercise) -> Vec<Violation> {
        let Some(nearest) = survivors.first() else { return Vec::new() };
        // An answer that ought to be a refusal need not show the state.
        let is_due = !ought_to_be_refused(&nearest.outcome);
        blame::count(&nearest.outcome, trial.answer, (trial.call.number, Some(&nearest.state.world)), exercise);
        let debts = nearest.state.debts.clone();
        let mut violations: Vec<_> = debts.iter().flat_map(violations_of).collect();
        let changes = survivors.iter().any(|survivor| survivor.changes);
        let contradiction = survivors.iter().any(|survivor| survivor.contradicts);
        survivors.iter().flat_map(|it| &it.readings).for_each(|reading| exercise.read(reading.clone()));
        let mut states: Vec<State> = survivors.into_iter().map(|survivor| survivor.state).collect();
        for state in &mut states {
            // Where no calls overlap, what differs is a matter of the nearest state alone.
            state
                .debts
                .retain(|debt| self.stretch.is_some() && !debts.iter().any(|it| it.call.number == debt.call.number));
        }
        if contradiction {
            // What contradicts itself is the matter of ROT-STATE-001 alone.
            violations.retain(|violation| !violation.is_of_state);
        }
        let law = self.law(trial, &states, contradiction, exercise);
        violations.splice(0..0, law.filter(|law| is_due || law.rule == RuleId::State001));
        if changes {
            self.remember(trial.call.returned);
        }
        self.frontier.states = states;
        self.retired |= contradiction;
        self.retire_if_illegal(trial.answer);
        violations
    }

    /// The call is open no more, and with the last of them a stretch ends.
    fn end(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) {
        let number = trial.call.number;
        if let Some(stretch) = &mut self.stretch {
            stretch.end(trial, self.frontier.of(number));
        }
        let states = std::mem::take(&mut self.frontier.states);
        self.frontier.go_on(states, number);
        if self.may_be_read || self.lost_reads > 0 {
            self.was_read();
        }
        let is_idle = !self.frontier.awaits_answers();
        if self.stretch.as_mut().is_some_and(|stretch| is_idle && stretch.rest(exercise)) {
            self.stretch = None;
        }
    }
}

fn has_version(world: &World, id: &Text) -> bool {
    world.secret.as_ref().is_some_and(|secret| secret.version(id).is_some())
}

/// What an answer differs in that nobody has been told of.
fn violations_of(debt: &Debt) -> Vec<Violation> {
    match &debt.call.reply {
        Reply::Answer(answer) => blame::violations(&debt.call, answer, &debt.outcome, Vec::new()),
        Reply::Nothing(_) => Vec::new(),
    }
}

/// Whether some state explains an answer without any difference.
fn is_perfect(survivors: &[Survivor]) -> bool {
    survivors.first().is_some_and(|nearest| nearest.cost() == 0)
}

/// The survivors of a closer look, if they explain the answer better: they come first, and the others remain possible, or
/// a text would decide.
fn or_better(closer: Vec<Survivor>, survivors: Vec<Survivor>) -> Vec<Survivor> {
    let is_better = match (closer.first(), survivors.first()) {
        (Some(other), Some(nearest)) => other.cost() < nearest.cost(),
        (Some(_), None) => true,
        (None, _) => false,
    };
    match is_better {
        true => {
            let mut all = Distinct::new(Likeness::Permissions);
            all.extend(closer.into_iter().chain(survivors));
            all.into_entries()
        }
        false => survivors,
    }
}

#[cfg(test)]
mod tests;
