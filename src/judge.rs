//! Judging: is there a world in which this history is what a correct service would have answered?
//!
//! For each secret name the judge keeps the set of worlds that are still possible and filters it with each answer. A
//! call that was never answered, or whose answer is still to come, may take effect at any time from its start on; a
//! read may show what was true a moment ago, if a consistency window is set. When no world is left, the nearest one
//! tells which rule to blame; what the answer shows is then adopted, and everything else about that secret is open
//! until reads bind it again. Judging is a pure function of the history.

mod alias;
mod blame;
mod class;
mod form;
mod journal;
mod missing;
mod names;
mod rotation;
mod slot;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::history::{Call, Moment, Reply};
use crate::model::{
    Answer, Body, Claim, ErrorType, Functions, IdForm, Member, Named, Operation, Outcome, Output, Setting, Text, World,
    batch, fact, form_of,
};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Violation};
use alias::{Alias, Aliases, OfSecret};
use blame::Score;
pub(crate) use blame::demand;
use form::Past;
use journal::Journal;
pub(crate) use missing::Told;
use names::Index;
use slot::{Slot, SlotResult, Trial};

/// The family of rules about the life of a rotation.
const LIFE: &str = "LIFE";
/// From how many secrets on they are found by an index.
const FEW: usize = 16;

/// What the judge is told about the endpoint.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The standing of function ARNs.
    pub functions: Functions,
    /// Whether the accepted functions act: what becomes of a rotation is then not the endpoint's doing alone.
    pub function_acts: bool,
    /// Whether the endpoint's descriptions show no versions, whatever there is.
    pub hides_versions: bool,
    /// How long a read may lag behind (ROT-CONC-001); zero for an emulator.
    pub consistency_window: Duration,
}

/// What judging one call yields.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// What the answer violates.
    pub violations: Vec<Violation>,
    /// The name whose state is open now, so that reading it again pays.
    pub adopt: Option<Text>,
}

/// Judges one history, call by call.
#[derive(Clone, Debug)]
pub struct Judge {
    options: Options,
    slots: BTreeMap<Text, Slot>,
    /// Which of the secrets may be meant, once there are many.
    index: Option<Index>,
    aliases: Aliases,
    /// The rotations whose functions the harness plays.
    journal: Journal,
    exercise: Exercise,
    inconclusive: bool,
}

impl Judge {
    /// A judge who has seen nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let (slots, aliases, exercise) = (BTreeMap::new(), Aliases::default(), Exercise::default());
        Self { options, slots, index: None, aliases, journal: Journal::default(), exercise, inconclusive: false }
    }

    /// How often each rule was exercised so far.
    #[must_use]
    pub const fn exercise(&self) -> &Exercise {
        &self.exercise
    }

    /// Whether some search ended at its budget, so that a violation may have been overlooked.
    #[must_use]
    pub const fn is_inconclusive(&self) -> bool {
        self.inconclusive
    }

    /// The one world that is possible for a name, if there is just one.
    #[must_use]
    pub fn world(&self, name: &str) -> Option<&World> {
        self.slots.get(name)?.only_world()
    }

    /// Every world that is possible for a name; none while a call may still change it, or if it is not judged any more.
    pub fn worlds(&self, name: &str) -> impl Iterator<Item = &World> {
        self.slots.get(name).into_iter().flat_map(Slot::worlds)
    }

    /// Makes a request name versions as the endpoint does, where that has ids of its own in place of tokens.
    pub(crate) fn name_versions(&self, operation: &mut Operation) {
        if !self.aliases.is_empty()
            && let Some(name) = self.name_of(operation)
        {
            self.aliases.write_request(&name, operation);
        }
    }

    /// Whether it is known that no description of the endpoint shows versions.
    pub(crate) const fn hides_versions(&self) -> bool {
        self.options.hides_versions
    }

    /// Whether the secret that a request is about certainly has a version with a label.
    pub(crate) fn must_have_a_label(&self, operation: &Operation) -> bool {
        let name = self.name_of(operation);
        name.and_then(|name| self.slots.get(&name)).is_some_and(Slot::must_have_a_label)
    }

    /// From now on it is known that no description of the endpoint shows versions.
    pub(crate) const fn hide_versions(&mut self) {
        self.options.hides_versions = true;
    }

    /// Whether nothing that concerns this name is judged any more.
    #[must_use]
    pub fn is_retired(&self, name: &str) -> bool {
        self.slots.get(name).is_some_and(Slot::is_retired)
    }

    /// Judges a whole history, calls that overlap in time included.
    pub fn judge_all(&mut self, calls: &[Call]) -> Vec<Violation> {
        let mut order: Vec<(Moment, bool, usize)> = Vec::with_capacity(calls.len() * 2);
        for (index, call) in calls.iter().enumerate() {
            order.push((call.called, true, index));
            order.push((call.returned, false, index));
        }
        order.sort_by_key(|(moment, is_start, index)| (*moment, !*is_start, *index));
        let mut violations = Vec::new();
        for (_, is_start, index) in order {
            match is_start {
                true => self.start(&calls[index]),
                false => violations.extend(self.finish(&calls[index]).violations),
            }
        }
        violations
    }

    /// Judges the next call of a history without overlaps.
    pub fn judge(&mut self, call: &Call) -> Judgement {
        // What is answered at once is open to no other call.
        if matches!(call.reply, Reply::Nothing(_)) {
            self.start(call);
        }
        match self.options.functions.acting.is_empty() {
            true => self.finish(call),
            false => self.judge_with_rotations(call),
        }
    }

    /// A call may take effect from now on. A read without an answer has no other effect than that on the date of the last
    /// access.
    fn start(&mut self, call: &Call) {
        if matches!(call.reply, Reply::Nothing(_)) && call.request.operation.is_read() {
            self.read_by_lost(call).iter().for_each(|name| self.slot(name).begin_lost_read());
            return;
        }
        if is_certainly_not_carried_out(&call.request.operation, &call.reply) {
            return;
        }
        if let Some(name) = self.name_of(&call.request.operation) {
            let read = self.aliases.of(&name).map(|known| read_call(known, call));
            self.inconclusive |= self.slot(&name).open(read.as_ref().unwrap_or(call));
            if let (Some(index), Some(slot)) = (&mut self.index, self.slots.get(&name)) {
                index.called(&name, call);
                index.judged(&name, slot);
            }
        }
    }

    /// From a rotation on that a function leads, anything about the secret may change between two calls.
    fn let_act(&mut self, call: &Call) {
        let is_refused = matches!(
            &call.reply,
            Reply::Answer(answer) if matches!(answer.body, Body::Error(_)) && answer.form.status < 500
        );
        let is_rotation = matches!(call.request.operation, Operation::RotateSecret(_));
        if self.options.function_acts
            && is_rotation
            && !is_refused
            && let Some(name) = self.name_of(&call.request.operation)
        {
            self.slot(&name).let_act();
        }
    }

    fn finish(&mut self, call: &Call) -> Judgement {
        if self.options.function_acts {
            self.slots.values_mut().for_each(Slot::act);
        }
        let mut judgement = self.finished(call);
        if self.options.function_acts {
            judgement.violations.retain(|violation| violation.rule.family() != LIFE);
        }
        self.let_act(call);
        judgement
    }

    fn finished(&mut self, call: &Call) -> Judgement {
        let answer = match &call.reply {
            Reply::Answer(answer) if !is_throttled(answer) => answer,
            Reply::Answer(_) => return Judgement::default(),
            Reply::Nothing(_) => {
                self.lost(call);
                return Judgement::default();
            }
        };
        if let Some(violation) = missing::violation(call, answer, &mut self.exercise) {
            return Judgement { violations: vec![violation], adopt: None };
        }
        let read = (!self.aliases.is_empty()).then(|| {
            let mut answer = answer.clone();
            self.aliases.read_entries(&mut answer);
            answer
        });
        let answer = read.as_ref().unwrap_or(answer);
        let mut judgement = match &call.request.operation {
            Operation::BatchGetSecretValue(_) => self.judge_batch(call, answer),
            Operation::ListSecrets(_) => self.judge_summaries(call, answer),
            _ => self.judge_one(call, answer),
        };
        let past =
            if answer.form.departures.is_empty() { Past::UNKNOWN } else { self.past_of(&call.request.operation) };
        let departures = form::violations(call, answer, past, &mut self.exercise);
        judgement.violations.extend(departures);
        judgement
    }

    fn past_of(&self, operation: &Operation) -> Past {
        let name = self.name_of(operation);
        let world = name.as_ref().and_then(|name| self.world(name));
        world.and_then(|world| world.secret.as_deref()).map_or(Past::UNKNOWN, Past::of)
    }

    /// A read that was never answered may still have set the date of the last access.
    fn lost(&mut self, call: &Call) {
        self.read_by_lost(call).iter().for_each(|name| self.slot(name).end_lost_read());
    }

    /// The names of the secrets whose values a call that was never answered may read.
    fn read_by_lost(&self, call: &Call) -> Vec<Text> {
        match &call.request.operation {
            operation if is_certainly_not_carried_out(operation, &call.reply) => Vec::new(),
            Operation::GetSecretValue(_) => self.name_of(&call.request.operation).into_iter().collect(),
            Operation::BatchGetSecretValue(request) => {
                request.secret_id_list.iter().flatten().flat_map(|id| self.all_named(id)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn slot(&mut self, name: &Text) -> &mut Slot {
        self.index_if_many();
        self.slots.entry(name.clone()).or_insert_with(|| Slot::new(name.clone()))
    }

    fn index_if_many(&mut self) {
        if self.index.is_none() && self.slots.len() >= FEW {
            self.index = Some(Index::of(self.slots.iter()));
        }
    }

    /// Whether any call so far was about this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.slots.contains_key(name)
    }

    /// The secret name that a request is about: the one that its identifier denotes, or the identifier itself.
    #[must_use]
    pub fn name_of(&self, operation: &Operation) -> Option<Text> {
        let id = operation.secret_id()?;
        let is_a_name = self.slots.get(id).is_some_and(Slot::was_ever_used);
        if is_a_name || matches!(operation, Operation::CreateSecret(_)) {
            return Some(id.clone());
        }
        self.names_for(id).find(|name| *name != id).cloned().or_else(|| Some(id.clone()))
    }

    /// The tokens of this call and of the open ones under which another secret has, or may have, a version.
    fn tokens_of_others(&self, name: &Text, call: &Call) -> Vec<Text> {
        let open = self.slots.get(name).into_iter().flat_map(Slot::open_calls);
        let tokens = open.chain([call]).filter_map(|call| call.request.operation.token());
        let has_it = |other: &Text, token: &Text| {
            other != name && self.slots.get(other).is_some_and(|slot| slot.may_have_a_version(token))
        };
        let is_taken = |token: &&Text| match &self.index {
            Some(index) => index.with_version(token).any(|other| has_it(other, token)),
            None => self.slots.keys().any(|other| has_it(other, token)),
        };
        tokens.filter(is_taken).cloned().collect()
    }

    fn names_for<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Text> {
        let is_meant = move |(_, slot): &(&Text, &Slot)| slot.is_denoted_by(id);
        let may_be_meant: Vec<(&Text, &Slot)> = match &self.index {
            None => self.slots.iter().collect(),
            Some(index) => {
                let names = index.denoted_by(id);
                names.iter().map(|name| &**name).chain([id]).filter_map(|it| self.slots.get_key_value(it)).collect()
            }
        };
        may_be_meant.into_iter().filter(is_meant).map(|(name, _)| name)
    }

    /// Whether an identifier may denote several secrets, which is open (ROT-IDENT-003), or one whose ARN is not known yet.
    fn is_ambiguous(&self, id: &Text) -> bool {
        if self.slots.get(id).is_some_and(Slot::was_ever_used) {
            return false;
        }
        let may_be_meant = |name: &Text| name != id && self.slots.get(name).is_some_and(|it| it.may_be_denoted_by(id));
        let is_unknown = match &self.index {
            Some(index) => index.without_arn().any(may_be_meant),
            None => self.slots.keys().any(may_be_meant),
        };
        is_unknown || self.names_for(id).filter(|name| **name != *id).nth(1).is_some()
    }

    fn judge_one(&mut self, call: &Call, answer: &Answer) -> Judgement {
        let name = self.name_of(&call.request.operation).unwrap_or_else(|| "".into());
        let id = call.request.operation.secret_id().cloned().unwrap_or_default();
        let creates = matches!(call.request.operation, Operation::CreateSecret(_));
        if !creates && self.is_ambiguous(&id) {
            self.slot(&name).retire();
            return Judgement::default();
        }
        self.index_if_many();
        let told = (call, answer);
        let (meant, is_bare) = self.meant(&name, call, answer);
        let (call, answer) = meant.as_ref().and_then(answered).unwrap_or(told);
        let taken = self.tokens_of_others(&name, call);
        let trial = Trial {
            call,
            answer,
            setting: Setting {
                call: call.number,
                action: call.request.operation.action(),
                now: answer.form.date,
                called: Some(call.called.into()),
                taken: &taken,
                stamp: None,
                functions: &self.options.functions,
            },
            window: self.options.consistency_window,
        };
        let slot = self.slots.entry(name.clone()).or_insert_with(|| Slot::new(name.clone()));
        let alias = Alias::of(&call.request.operation, answer).filter(|alias| slot.may_take(alias, call));
        let lacks_versions = is_bare && slot.must_have_a_label();
        let mut result = match alias {
            None => slot.judge(&trial, &mut self.exercise),
            Some(alias) => {
                let more = self.aliases.of(&name).cloned().unwrap_or_default().with(alias.clone());
                let meant = read_call(&more, call);
                let (result, is_taken) = judge_id(slot, &trial, &meant, &mut self.exercise);
                if is_taken {
                    self.aliases.take(&name, alias);
                }
                result
            }
        };
        if let Some(index) = &mut self.index {
            index.called(&name, call);
            index.answered(&name, answer);
            index.judged(&name, slot);
        }
        if lacks_versions {
            result.violations.insert(0, lack_of_versions(told, &mut self.exercise));
        }
        self.inconclusive |= result.inconclusive;
        let is_open = result.violations.iter().any(|it| it.class == Class::Contract && !it.is_settled);
        let is_readable = is_open && !slot.is_retired() && slot.may_have_a_secret();
        Judgement { adopt: is_readable.then_some(name), violations: result.violations }
    }

    /// The call with tokens in place of the ids that stand for them, and as a description that says nothing of versions
    /// where it shows none because none does, which is told too; `None` if it is to be taken as it is.
    fn meant(&mut self, name: &Text, call: &Call, answer: &Answer) -> (Option<Call>, bool) {
        self.aliases.check(name, answer);
        let read = self.aliases.of(name).map(|known| read_call(known, call));
        let hides = self.options.hides_versions;
        let unsaid = hides.then(|| without_versions(read.as_ref().unwrap_or(call))).flatten();
        let is_bare = unsaid.is_some();
        let meant = unsaid.or(read);
        if let Some(meant) = &meant {
            self.slot(name).retell(meant);
        }
        (meant, is_bare)
    }

    /// BatchGetSecretValue reads several names: each that has one possible world is judged.
    fn judge_batch(&mut self, call: &Call, answer: &Answer) -> Judgement {
        let Operation::BatchGetSecretValue(request) = &call.request.operation else { return Judgement::default() };
        let ids = request.secret_id_list.iter().flatten();
        let named: Vec<_> = ids.filter_map(|id| self.named(id)).collect();
        let outcomes = batch(request, &named);
        let read: Vec<Text> = request.secret_id_list.iter().flatten().flat_map(|id| self.all_named(id)).collect();
        let violations = judge_outcomes(call, answer, &outcomes, &mut self.exercise);
        for name in read {
            self.slot(&name).was_read();
        }
        Judgement { violations, adopt: None }
    }

    /// Every name that an identifier may denote.
    fn all_named(&self, id: &Text) -> Vec<Text> {
        self.slots.get_key_value(id).map(|(name, _)| name).into_iter().chain(self.names_for(id)).cloned().collect()
    }

    fn named<'a>(&'a self, id: &'a Text) -> Option<Named<'a>> {
        let name = self.slots.get_key_value(id).map(|(name, _)| name).or_else(|| self.names_for(id).next());
        match name {
            None => Some(Named { id, world: None }),
            Some(_) if self.is_ambiguous(id) => None,
            Some(name) => {
                let world = self.world(name)?;
                let arn = world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
                let is_denoted = matches!(form_of(id, name, arn), Some(IdForm::Name | IdForm::Arn));
                is_denoted.then_some(Named { id, world: Some(world) })
            }
        }
    }

    /// ListSecrets may lag: an entry must be what some earlier state of the secret showed (ROT-READ-009).
    fn judge_summaries(&mut self, call: &Call, answer: &Answer) -> Judgement {
        let Body::Output(Output::Secrets(page)) = &answer.body else { return Judgement::default() };
        let mut violations = Vec::new();
        for entry in page.secret_list.iter().flatten() {
            let Some(slot) = entry.name.as_ref().and_then(|name| self.slots.get(name)) else { continue };
            let shown = Answer::output(Output::Description(Box::new(entry.clone())));
            if let Some(unmet) = slot.unlike_any_state(&shown, &mut self.exercise) {
                violations.push(blame::violation(call, &shown, &unmet, Vec::new(), Vec::new()));
            }
        }
        Judgement { violations, adopt: None }
    }
}

/// Judges an answer whose id is not the token, and then what it would mean if the id stood for the token: if the id is
/// right then, the answer violates ROT-IDEM-001, beside what else is wrong with it, and the state is the one that it means.
/// Tells whether that is so.
fn judge_id(slot: &mut Slot, trial: &Trial<'_>, meant: &Call, exercise: &mut Exercise) -> (SlotResult, bool) {
    let (mut other, mut exercised) = (slot.clone(), exercise.clone());
    let is_serious = |it: &Violation| it.class == Class::Contract;
    let mut told = slot.judge(trial, exercise);
    let is_of_the_id = |it: &Violation| is_serious(it) && it.rule == RuleId::Idem001;
    if !told.violations.iter().any(is_of_the_id) {
        return (told, false);
    }
    other.retell(meant);
    let (call, answer) = answered(meant).unwrap_or((trial.call, trial.answer));
    let as_token = other.judge(&Trial { call, answer, ..*trial }, &mut exercised);
    if as_token.violations.iter().any(is_of_the_id) {
        return (told, false);
    }
    (*slot, *exercise) = (other, exercised);
    exercise.arm(RuleId::Idem001);
    exercise.check(RuleId::Idem001);
    told.violations.retain(is_of_the_id);
    told.violations.iter_mut().for_each(|it| it.is_settled = true);
    told.violations.extend(as_token.violations);
    (SlotResult { violations: told.violations, inconclusive: as_token.inconclusive }, true)
}

/// A description without versions as one that says nothing of them.
fn without_versions(call: &Call) -> Option<Call> {
    let mut call = call.clone();
    let Reply::Answer(Answer { body: Body::Output(Output::Description(shown)), partial: false, .. }) = &mut call.reply
    else {
        return None;
    };
    shown.hides_versions = !shown.shows_versions();
    shown.hides_versions.then_some(call)
}

/// A description has to show the versions that have labels (ROT-WIRE-009).
fn lack_of_versions((call, answer): (&Call, &Answer), exercise: &mut Exercise) -> Violation {
    exercise.arm(RuleId::Wire009);
    exercise.check(RuleId::Wire009);
    let due = fact(RuleId::Wire009, Class::Contract, Claim::Present(Member::Versions));
    let violation = blame::violation(call, answer, &due, Vec::new(), Vec::new());
    Violation { is_settled: true, ..violation }
}

/// A call with tokens in place of the ids that stand for them.
fn read_call(known: &OfSecret, call: &Call) -> Call {
    let mut call = call.clone();
    known.read_request(&mut call.request.operation);
    if let Reply::Answer(answer) = &mut call.reply {
        known.read_answer(answer);
    }
    call
}

/// A call that was answered, with its answer.
const fn answered(call: &Call) -> Option<(&Call, &Answer)> {
    match &call.reply {
        Reply::Answer(answer) => Some((call, answer)),
        Reply::Nothing(_) => None,
    }
}

fn is_certainly_not_carried_out(operation: &Operation, reply: &Reply) -> bool {
    match reply {
        Reply::Nothing(silence) => silence.request == crate::history::Fate::NotSent,
        Reply::Answer(answer) => is_throttled(answer) || matches!(Told::by(operation, answer), Told::Missing(_)),
    }
}

fn is_throttled(answer: &Answer) -> bool {
    matches!(&answer.body, Body::Error(error) if error.error_type == ErrorType::ThrottlingException)
}

/// Judges an answer against outcomes that change nothing.
fn judge_outcomes(call: &Call, answer: &Answer, outcomes: &[Outcome], exercise: &mut Exercise) -> Vec<Violation> {
    blame::arm(outcomes, exercise);
    let Some(nearest) = outcomes.iter().min_by_key(|outcome| Score::of(outcome, answer)) else { return Vec::new() };
    blame::count(nearest, answer, (call.number, None), exercise);
    blame::violations(call, answer, nearest, Vec::new())
}

#[cfg(test)]
mod tests;
