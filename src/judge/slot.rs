//! The possible worlds of one secret name, and how an answer filters them.

use std::time::Duration;

use super::blame::{self, Score};
use crate::history::{Call, Moment, Reply};
use crate::model::{
    Answer, Body, Claim, Fact, Label, Operation, Outcome, Output, Receipt, SUFFIX_LENGTH, Setting, Text, World,
    form_of, outcomes, summary_facts,
};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exclusion, Exercise, Violation};

/// How many worlds a search may look at before it gives up.
const BUDGET: usize = 4_000;
/// How many worlds of one secret are kept.
const MOST_STATES: usize = 64;
/// How many earlier worlds are kept for lagging reads.
const MOST_PAST: usize = 64;

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
    /// Whether state was adopted after a violation.
    tainted: bool,
    retired: bool,
}

/// A world that explains the answer.
struct Survivor {
    state: State,
    outcome: Outcome,
    score: Score,
    changes: bool,
}

impl Slot {
    pub(super) fn new(name: Text) -> Self {
        let state = State { world: World::unused(name), done: Vec::new() };
        Self {
            states: vec![state],
            open: Vec::new(),
            past: Vec::new(),
            arns: Vec::new(),
            tainted: false,
            retired: false,
        }
    }

    pub(super) fn only_world(&self) -> Option<&World> {
        match &self.states[..] {
            [state] if !self.retired && self.open.is_empty() => Some(&state.world),
            _ => None,
        }
    }

    pub(super) fn may_have_a_secret(&self) -> bool {
        self.states.iter().any(|state| state.world.secret.is_some())
    }

    pub(super) const fn is_retired(&self) -> bool {
        self.retired
    }

    pub(super) fn retire(&mut self) {
        self.retired = true;
    }

    pub(super) fn is_denoted_by(&self, id: &str) -> bool {
        let is_partial =
            |arn: &Text| arn.len().checked_sub(SUFFIX_LENGTH).is_some_and(|end| arn.get(..end) == Some(id));
        let is_shown = self.arns.iter().any(|arn| **arn == *id || is_partial(arn));
        is_shown
            || self.states.iter().any(|state| {
                let arn = state.world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
                form_of(id, &state.world.name, arn).is_some()
                    || state.world.former_arns.iter().any(|former| **former == *id)
            })
    }

    /// Whether there was or may be a secret of this name, so that the name is more than an identifier that found nothing.
    pub(super) fn was_ever_used(&self) -> bool {
        let has_used = |state: &State| state.world.secret.is_some() || !state.world.former_arns.is_empty();
        let may_be_created = self.open.iter().any(|call| matches!(call.request.operation, Operation::CreateSecret(_)));
        self.retired || may_be_created || !self.arns.is_empty() || self.states.iter().any(has_used)
    }

    /// Whether an ARN may be that of a secret that no answer has shown the ARN of.
    pub(super) fn may_be_denoted_by(&self, id: &str) -> bool {
        id.starts_with("arn:")
            && self.states.iter().any(|state| {
                let has_no_arn =
                    state.world.secret.as_ref().map_or(!self.open.is_empty(), |secret| secret.arn.is_none());
                has_no_arn && id.contains(&*state.world.name)
            })
    }

    /// A call has started and may take effect from now on.
    pub(super) fn open(&mut self, call: &Call) {
        self.open.push(call.clone());
    }

    /// BatchGetSecretValue may have read the value.
    pub(super) fn was_read(&mut self) {
        for state in &mut self.states {
            if let Some(secret) = &mut state.world.secret {
                secret.dates.may_have_been_read = true;
            }
        }
    }

    /// The first fact about an entry of ListSecrets that no state, present or past, meets.
    pub(super) fn unlike_any_state(&self, shown: &Answer, exercise: &mut Exercise) -> Option<Fact> {
        if self.retired || !self.open.is_empty() {
            return None;
        }
        let present = self.states.iter().map(|state| &state.world);
        let mut first = None;
        for world in present.chain(self.past.iter().rev().map(|(_, world)| world)) {
            let Some(secret) = &world.secret else { continue };
            let unmet = summary_facts(secret).into_iter().find(|fact| fact.claim.holds(shown) == Some(false));
            let Some(unmet) = unmet else {
                first = None;
                break;
            };
            first = first.or(Some(unmet));
        }
        exercise.arm(RuleId::Read009);
        exercise.check(RuleId::Read009);
        first
    }

    pub(super) fn judge(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) -> SlotResult {
        if let Body::Output(Output::Receipt(Receipt { arn: Some(arn), .. })) = &trial.answer.body
            && matches!(trial.call.request.operation, Operation::CreateSecret(_))
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
        let survivors = nearest_first(survivors);
        let violations = match survivors.first() {
            Some(nearest) if nearest.score.fidelity() > 0 && self.was_true_a_moment_ago(trial) => Vec::new(),
            Some(_) => self.survive(trial, survivors, exercise),
            None if self.was_true_a_moment_ago(trial) => Vec::new(),
            None => self.violate(trial, exercise),
        };
        self.open.retain(|open| open.number != trial.call.number);
        SlotResult { violations, inconclusive }
    }

    /// All worlds that explain the answer.
    fn search(&self, trial: &Trial<'_>, budget: &mut usize, exercise: &mut Exercise) -> Vec<Survivor> {
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

    fn survive(&mut self, trial: &Trial<'_>, survivors: Vec<Survivor>, exercise: &mut Exercise) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut states: Vec<State> = Vec::with_capacity(survivors.len());
        let mut contradiction = false;
        let changes = survivors.iter().any(|survivor| survivor.changes);
        for (index, Survivor { mut state, outcome, .. }) in survivors.into_iter().enumerate() {
            if index == 0 {
                blame::count(&outcome, trial.answer, exercise);
                violations = blame::violations(trial.call, trial.answer, &outcome, Vec::new());
            }
            if let Body::Output(output) = &trial.answer.body
                && !self.may_be_stale(trial)
            {
                match state.world.bind(&trial.call.request.operation, output, trial.answer.partial) {
                    Ok(readings) => readings.into_iter().for_each(|reading| exercise.read(reading)),
                    Err(_) => contradiction = true,
                }
            }
            if !states.contains(&state) {
                states.push(state);
            }
        }
        let has_no_difference = violations.is_empty();
        let law = self.law(trial, &states, contradiction, exercise);
        violations.splice(0..0, law.filter(|law| has_no_difference || law.rule == RuleId::State001));
        states.truncate(MOST_STATES);
        self.replace(states, trial.call.returned, changes);
        if contradiction {
            self.retired = true;
        }
        self.retire_if_illegal(trial.answer);
        violations
    }

    /// Laws over every answer, which are to blame only where no fact differs (ROT-STATE-001, ROT-STATE-002).
    fn law(
        &self,
        trial: &Trial<'_>,
        states: &[State],
        contradiction: bool,
        exercise: &mut Exercise,
    ) -> Option<Violation> {
        let Body::Output(output @ (Output::Description(_) | Output::Versions(_))) = &trial.answer.body else {
            return None;
        };
        exercise.arm(RuleId::State001);
        exercise.check(RuleId::State001);
        if contradiction {
            let label = twice(output).unwrap_or(Label::Current);
            let claim = Claim::Label(label, None);
            let mut violation =
                blame::violation(trial.call, trial.answer, &contract(RuleId::State001, claim), Vec::new(), Vec::new());
            "each label on at most one version".clone_into(&mut violation.expected);
            return Some(violation);
        }
        let secret = states.first()?.world.secret.as_ref()?;
        let lost_current = |state: &State| {
            let secret = state.world.secret.as_ref();
            secret.is_some_and(|secret| secret.had_current && secret.holder(&Label::Current) == Some(None))
        };
        let is_due = secret.had_current && !self.tainted && !trial.answer.partial;
        let Output::Description(_) = output else { return None };
        if !is_due {
            return None;
        }
        exercise.arm(RuleId::State002);
        exercise.check(RuleId::State002);
        if !states.iter().all(lost_current) {
            return None;
        }
        let claim = Claim::Label(Label::Current, secret.versions.last().map(|version| version.id.clone()));
        let mut violation =
            blame::violation(trial.call, trial.answer, &contract(RuleId::State002, claim), Vec::new(), Vec::new());
        "AWSCURRENT on one version".clone_into(&mut violation.expected);
        Some(violation)
    }

    fn replace(&mut self, states: Vec<State>, until: Moment, changes: bool) {
        let before = std::mem::replace(&mut self.states, states);
        if changes {
            self.past.extend(before.into_iter().map(|state| (until, state.world)));
            let surplus = self.past.len().saturating_sub(MOST_PAST);
            self.past.drain(..surplus);
        }
    }

    /// A read that fits what was true within the consistency window is no violation (ROT-CONC-001).
    fn was_true_a_moment_ago(&self, trial: &Trial<'_>) -> bool {
        self.recent(trial).any(|world| {
            outcomes(world, &trial.call.request, &trial.setting)
                .iter()
                .map(|outcome| Score::of(outcome, trial.answer))
                .any(|score| score.is_permitted() && score.fidelity() == 0)
        })
    }

    /// Whether a read may show what was true before, so that it settles nothing.
    fn may_be_stale(&self, trial: &Trial<'_>) -> bool {
        self.recent(trial).next().is_some()
    }

    /// The worlds that a read may still show.
    fn recent<'a>(&'a self, trial: &Trial<'_>) -> impl Iterator<Item = &'a World> {
        let window_us = u64::try_from(trial.window.as_micros()).unwrap_or(u64::MAX);
        let earliest = trial.call.called.0.saturating_sub(window_us);
        let may_lag = window_us > 0 && trial.call.request.operation.is_read();
        self.past.iter().filter(move |(until, _)| may_lag && until.0 >= earliest).map(|(_, world)| world)
    }

    /// No world explains the answer: the nearest one is to blame, and what the answer shows is adopted.
    fn violate(&mut self, trial: &Trial<'_>, exercise: &mut Exercise) -> Vec<Violation> {
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
            let world = if is_mere_text { outcome.next.unwrap_or(before) } else { before.opened() };
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
            world = World { former_arns: world.former_arns, ..World::adopted(world.name) };
        }
        if !is_complaint_about_the_answer_alone(&outcome, trial) {
            world = world.opened();
        }
        self.tainted = true;
        if world.bind(&trial.call.request.operation, output, trial.answer.partial).is_err() {
            self.retired = true;
        }
        self.states = vec![State { world, done: Vec::new() }];
        self.retire_if_illegal(trial.answer);
    }

    /// A state that no correct service can be in would break every rule that rests on it.
    fn retire_if_illegal(&mut self, answer: &Answer) {
        let is_description = matches!(&answer.body, Body::Output(Output::Description(_)));
        self.retired |= self.tainted && is_description && self.states.iter().any(|state| is_illegal(&state.world));
    }
}

/// The survivors, those that the answer fits best first.
fn nearest_first(mut survivors: Vec<Survivor>) -> Vec<Survivor> {
    survivors.sort_by_key(|survivor| survivor.score.fidelity());
    survivors
}

/// Whether no correct service can be in this state: a value and no AWSCURRENT, or rotation on without a function.
fn is_illegal(world: &World) -> bool {
    world.secret.as_ref().filter(|secret| secret.deletion.is_none()).is_some_and(|secret| {
        let rotation = &secret.rotation;
        let lacks_function = rotation.enabled.get() == Some(&true) && rotation.function.get() == Some(&None);
        let lacks_current = secret.had_current && secret.holder(&Label::Current) == Some(None);
        lacks_current || lacks_function
    })
}

/// Whether only members or text of the answer are wrong, so that the state is what the model says.
fn is_complaint_about_the_answer_alone(outcome: &Outcome, trial: &Trial<'_>) -> bool {
    outcome.is_accepted()
        && outcome
            .facts
            .iter()
            .filter(|fact| fact.class == Class::Contract && fact.claim.holds(trial.answer) == Some(false))
            .all(|fact| fact.claim.rank() > crate::model::Rank::State && !matches!(fact.claim, Claim::VersionId(_)))
}

const fn contract(rule: RuleId, claim: Claim) -> Fact {
    Fact { rule, class: Class::Contract, claim, counts: true, since: 0, by: None }
}

/// The worlds after another open call has taken effect: any acceptance, or the one that its answer shows.
fn effects(world: &World, other: &Call, trial: &Trial<'_>) -> Vec<World> {
    let setting = Setting { call: other.number, action: other.request.operation.action(), ..trial.setting };
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
                    next.bind(&other.request.operation, output, answer.partial).ok()?;
                }
                Some(next)
            })
            .collect(),
    }
}

/// A label that an answer shows on two versions.
fn twice(output: &Output) -> Option<Label> {
    let lists: Vec<&[Label]> = match output {
        Output::Description(shown) => {
            shown.version_ids_to_stages.iter().flatten().map(|(_, labels)| labels.as_slice()).collect()
        }
        Output::Versions(page) => {
            page.versions.iter().flatten().map(|entry| entry.version_stages.as_deref().unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    };
    let all = || lists.iter().copied().flatten();
    all().find(|label| all().filter(|other| other == label).count() > 1).cloned()
}
