//! One execution of a case: resolve, call, judge, observe, clean up.

mod certain;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::known::Known;
use super::shown::{departures, labels_in, shown, values_of};
use super::versions::Versions;
use crate::endpoint::Endpoint;
use crate::history::{Call, Fate, Moment, Reply};
use crate::judge::{self, Judge};
use crate::model::{
    Body, DeleteSecret, Departure, DescribeSecret, GetSecretValue, Label, ListSecretVersionIds, Operation, Output,
    Request, Text, VersionId, World,
};
use crate::rule::{Class, RuleId};
use crate::strategy::{Bindings, Case, Cell, Roles, State};
use crate::verdict::{Exercise, Fingerprint, Violation};

/// After how many calls in a row without an answer the endpoint counts as dead.
const SILENCE: u32 = 3;

/// How far an execution goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// To the end of the case, with reads after each violation.
    Whole,
    /// Until this violation is seen.
    Until(Fingerprint),
    /// To the end of the case, with a complete observation after every call.
    Observed,
    /// To the end of the case, with the labels read from the endpoint after every call that may move them.
    Recorded,
}

/// What an execution is told.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub prefix: String,
    pub extent: Extent,
    /// Whether the trace is to show each call.
    pub keeps_steps: bool,
    /// What is known to deviate and is made seldom; `None` where every step is to be made.
    pub known: Option<Arc<Known>>,
    pub options: judge::Options,
}

/// One call of a counterexample, with placeholders for what the run generated.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was asked, with placeholders.
    pub request: Request,
    /// What came of it: `{"status": 200, "body": …}`, with placeholders and without foreign values, or
    /// `{"silence": …}`.
    pub answer: serde_json::Value,
    /// What departs from the form of the service; a finding that is read back from a file does not say.
    pub departures: Vec<Departure>,
    /// The labels of each secret after the call, as the model has them; in a recording, as DescribeSecret shows them
    /// after a call that may have moved them.
    pub labels: Vec<String>,
}

/// A violation, and the call that showed it.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The index of the step that was under way.
    pub step: usize,
    /// The read that showed it, with placeholders, if that was not the step itself.
    pub read: Option<Request>,
    /// The index of the step that wrote or required what differs, if that was a step.
    pub cause: Option<usize>,
    /// The state of the secret before the step that is to blame, where it was known.
    pub state: Option<State>,
    /// What was violated.
    pub violation: Violation,
}

/// What an execution yields.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The calls of the case.
    pub steps: Vec<Step>,
    /// Violations in the order in which they were seen.
    pub sightings: Vec<Sighting>,
    /// The indexes of the steps that were not made.
    pub(super) skipped: Vec<usize>,
    /// The rules that the answer to each step has decided, where steps are kept.
    pub(super) decided: Vec<Vec<RuleId>>,
    pub(super) exercise: Exercise,
    /// The kinds of calls that were made, where the state was known.
    pub(super) cells: Vec<Cell>,
    pub(super) clean: u64,
    pub(super) left: Vec<Text>,
    pub(super) died: Option<String>,
    pub(super) inconclusive: bool,
    calls: u64,
}

impl Sighting {
    /// Whether the state differs from what the calls so far should have made it, and no less gravely than by this class.
    pub(super) fn is_of_state(&self, class: Class) -> bool {
        self.violation.is_of_state && self.violation.class <= class
    }
}

impl Trace {
    /// The first sighting of this violation.
    pub(super) fn sighting(&self, wanted: &Fingerprint) -> Option<&Sighting> {
        self.sightings.iter().find(|seen| seen.violation.fingerprint == *wanted)
    }

    /// Whether nothing went wrong before the call that first showed this violation.
    pub(super) fn is_clean_before(&self, wanted: &Fingerprint) -> bool {
        let Some(seen) = self.sighting(wanted) else { return false };
        let is_earlier = |other: &&Sighting| other.violation.call < seen.violation.call;
        self.sightings.iter().filter(is_earlier).all(|other| other.violation.class == Class::Fidelity)
    }

    /// The rule of the first contract violation by an earlier call than the one that first showed this violation.
    pub(super) fn first_before(&self, wanted: &Fingerprint) -> Option<RuleId> {
        let call = self.sighting(wanted)?.violation.call;
        let is_earlier = |seen: &&Sighting| seen.violation.call < call && seen.violation.class == Class::Contract;
        self.sightings.iter().find(is_earlier).map(|seen| seen.violation.rule)
    }

    /// How many calls it took, cleaning up not counted.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }
}

/// A case under way.
pub(super) struct Execution<'a, E> {
    endpoint: &'a E,
    plan: &'a Plan,
    judge: Judge,
    bindings: Bindings,
    started: Instant,
    number: u32,
    /// The step behind each call, by the number of the call.
    steps_by_call: Vec<Option<usize>>,
    /// What kind of call each step was, where the state was known.
    met: Vec<Option<Cell>>,
    silent: u32,
    /// Names whose CreateSecret may have been carried out without an answer.
    uncertain: Vec<Text>,
    /// The values that this execution has sent, as the wire writes them.
    stored: Vec<String>,
    versions: Versions,
    trace: Trace,
}

/// The request with the placeholder of its page again: the token itself says nothing.
fn with_page_of(asked: &Request, mut shown: Request) -> Request {
    if let (Operation::ListSecretVersionIds(asked), Operation::ListSecretVersionIds(shown)) =
        (&asked.operation, &mut shown.operation)
        && shown.next_token.is_some()
    {
        shown.next_token.clone_from(&asked.next_token);
    }
    shown
}

impl Roles for Judge {
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId> {
        self.world(name)?.secret.as_ref()?.holder(label).flatten().cloned()
    }
}

impl<'a, E: Endpoint> Execution<'a, E> {
    #[expect(clippy::disallowed_methods, reason = "call instants are what a history records")]
    pub(super) fn new(endpoint: &'a E, plan: &'a Plan) -> Self {
        let functions = &plan.options.functions;
        let trace = Trace {
            steps: Vec::new(),
            sightings: Vec::new(),
            skipped: Vec::new(),
            decided: Vec::new(),
            exercise: Exercise::default(),
            cells: Vec::new(),
            clean: 0,
            left: Vec::new(),
            died: None,
            inconclusive: false,
            calls: 0,
        };
        Self {
            endpoint,
            plan,
            judge: Judge::new(plan.options.clone()),
            bindings: Bindings::new(
                plan.prefix.clone(),
                functions.accepted.first().cloned(),
                functions.missing.first().cloned(),
            ),
            started: Instant::now(),
            number: 0,
            steps_by_call: vec![None],
            met: Vec::new(),
            silent: 0,
            uncertain: Vec::new(),
            stored: Vec::new(),
            versions: Versions::default(),
            trace,
        }
    }

    pub(super) async fn run(mut self, case: &Case) -> Trace {
        for (index, step) in case.steps.iter().enumerate() {
            if self.step(index, step).await {
                break;
            }
        }
        self.clean_up().await;
        self.symbolize_violations();
        self.trace.exercise = self.judge.exercise().clone();
        self.trace.inconclusive = self.judge.is_inconclusive();
        self.trace
    }

    /// Makes one call of the case; tells whether the execution is over.
    async fn step(&mut self, index: usize, step: &Request) -> bool {
        let request = self.bindings.resolve(step, &self.judge);
        if self.visit(index, &request) {
            self.trace.skipped.push(index);
            return false;
        }
        let before = self.plan.keeps_steps.then(|| self.judge.exercise().clone());
        let (call, adopt) = self.call(index, request, false).await;
        self.learn(&call.request, &call.reply);
        if let Some(before) = before {
            self.trace.decided.push(self.judge.exercise().decided_since(&before).collect());
            self.stored.extend(values_of(&call.request.operation));
            let answer = self.placed_answer(&call.reply);
            let request = with_page_of(step, self.placed(&call.request));
            let departures = departures(&call.reply).to_vec();
            self.trace.steps.push(Step { request, answer, departures, labels: self.labels() });
        }
        match &self.plan.extent {
            Extent::Whole | Extent::Until(_) => {
                if let Some(name) = adopt.filter(|_| !self.is_over()) {
                    self.observe(index, &name).await;
                }
            }
            Extent::Observed => {
                for secret in 1..=9 {
                    let name = self.bindings.name(secret);
                    if self.judge.world(&name).is_some_and(|world| world.secret.is_some()) {
                        self.observe(index, &name).await;
                        self.observe_values(index, &name).await;
                    }
                }
            }
            Extent::Recorded => {
                let labels = if step.operation.is_read() { Vec::new() } else { self.read_labels(index).await };
                if let Some(step) = self.trace.steps.last_mut() {
                    step.labels = labels;
                }
            }
        }
        self.is_over()
    }

    /// Remembers what kind of call this is, where the state is known; tells whether to do without it.
    fn visit(&mut self, index: usize, request: &Request) -> bool {
        let cell = self.cell_of(request);
        self.met.push(cell);
        let Some(cell) = cell else { return false };
        let is_creation = matches!(request.operation, Operation::CreateSecret(_));
        let is_passed_over =
            self.plan.known.as_ref().is_some_and(|known| !is_creation && known.passes_over(cell, index));
        if !is_passed_over && self.knows_the_state(request) {
            self.trace.cells.push(cell);
        }
        is_passed_over
    }

    fn cell_of(&self, request: &Request) -> Option<Cell> {
        let Some(name) = self.judge.name_of(&request.operation) else {
            return Some(Cell::of(&World::unused("".into()), request));
        };
        if !self.judge.knows(&name) {
            return Some(Cell::of(&World::unused(name), request));
        }
        let mut cells = self.judge.worlds(&name).map(|world| Cell::of(world, request));
        let first = cells.next()?;
        cells.all(|cell| cell == first).then_some(first)
    }

    /// Whether the state that a request meets is certain, and not what the service usually does.
    fn knows_the_state(&self, request: &Request) -> bool {
        self.judge
            .name_of(&request.operation)
            .is_none_or(|name| !self.judge.knows(&name) || self.judge.world(&name).is_some_and(State::is_known))
    }

    fn is_over(&self) -> bool {
        let is_reached = match &self.plan.extent {
            Extent::Whole | Extent::Observed | Extent::Recorded => false,
            Extent::Until(wanted) => self.trace.sightings.iter().any(|seen| seen.violation.fingerprint == *wanted),
        };
        is_reached || self.trace.died.is_some()
    }

    /// Sends a request and judges what comes of it.
    async fn call(&mut self, step: usize, request: Request, is_observation: bool) -> (Call, Option<Text>) {
        let called = self.now();
        let reply = self.endpoint.call(&request).await;
        self.number += 1;
        self.steps_by_call.push(Some(step).filter(|_| !is_observation));
        self.trace.calls += 1;
        self.watch(&reply);
        self.follow(&request, &reply);
        let call = Call { number: self.number, request, called, returned: self.now(), reply };
        let judgement = self.judge.judge(&call);
        if let (Reply::Answer(answer), true) = (&call.reply, self.plan.keeps_steps || !judgement.violations.is_empty())
        {
            self.versions.see(answer, |id| self.bindings.placeholder_of(id) != *id);
        }
        for violation in judgement.violations {
            let read = is_observation.then(|| self.placed(&call.request));
            let cause = self.steps_by_call.get(violation.since as usize).copied().flatten();
            let culprit = self.met.get(cause.unwrap_or(step)).copied().flatten();
            if let (Some(known), Some(culprit), Class::Contract) = (&self.plan.known, culprit, violation.class) {
                known.deviated(culprit);
            }
            let state = culprit.map(|culprit| culprit.state);
            self.trace.sightings.push(Sighting { step, read, cause, state, violation });
        }
        (call, judgement.adopt)
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn watch(&mut self, reply: &Reply) {
        match reply {
            Reply::Answer(_) => self.silent = 0,
            Reply::Nothing(silence) => {
                self.silent += 1;
                if self.silent >= SILENCE {
                    self.trace.died = Some(silence.cause.clone());
                }
            }
        }
    }

    /// Remembers where a listing goes on.
    fn follow(&mut self, request: &Request, reply: &Reply) {
        if !self.bindings.has_pages() && !matches!(request.operation, Operation::ListSecretVersionIds(_)) {
            return;
        }
        let name = self.judge.name_of(&request.operation);
        let Some(secret) = name.and_then(|name| self.bindings.secret_of(&name)) else { return };
        let body = match reply {
            Reply::Answer(answer) => Some(&answer.body),
            Reply::Nothing(_) => None,
        };
        self.bindings.answered(secret, &request.operation, body);
    }

    /// Remembers what was created, for placeholders and for cleaning up.
    fn learn(&mut self, request: &Request, reply: &Reply) {
        let Operation::CreateSecret(create) = &request.operation else { return };
        let Some(name) = &create.name else { return };
        match reply {
            Reply::Answer(answer) => {
                let receipt = match &answer.body {
                    Body::Output(Output::Receipt(receipt)) => receipt,
                    Body::Output(_) | Body::Error(_) => return,
                    Body::Unreadable(_) => return self.uncertain.push(name.clone()),
                };
                match (self.bindings.secret_of(name), &receipt.arn) {
                    (Some(secret), Some(arn)) => self.bindings.created(secret, arn),
                    _ => self.uncertain.push(name.clone()),
                }
            }
            Reply::Nothing(silence) if silence.request == Fate::Unknown => self.uncertain.push(name.clone()),
            Reply::Nothing(_) => {}
        }
    }

    /// Reads the whole state of a secret, so that what is open becomes known again.
    async fn observe(&mut self, index: usize, name: &Text) {
        let describe = DescribeSecret { secret_id: Some(name.clone()) };
        let list = ListSecretVersionIds {
            secret_id: Some(name.clone()),
            include_deprecated: Some(true),
            ..ListSecretVersionIds::default()
        };
        for operation in [Operation::DescribeSecret(describe), Operation::ListSecretVersionIds(list)] {
            if !self.judge.is_retired(name) && self.trace.died.is_none() {
                self.call(index, operation.into(), true).await;
            }
        }
    }

    /// The labels of each secret that was created, as the endpoint shows them.
    async fn read_labels(&mut self, index: usize) -> Vec<String> {
        let secrets: BTreeSet<u8> = self.bindings.created_arns().map(|(secret, _)| secret).collect();
        let mut lines = Vec::new();
        for secret in secrets {
            let name = self.bindings.name(secret);
            let describe = DescribeSecret { secret_id: Some(name.clone()) };
            let (call, _) = self.call(index, Operation::DescribeSecret(describe).into(), true).await;
            let mut labels: Vec<_> = labels_in(&call.reply).iter().map(|label| self.symbolize(label)).collect();
            labels.sort();
            lines.push(format!("{}: {}", self.symbolize(&name), labels.join(", ")));
        }
        lines
    }

    /// Reads the value of every version, of a secret that is not marked for deletion.
    async fn observe_values(&mut self, index: usize, name: &Text) {
        let secret = self.judge.world(name).and_then(|world| world.secret.as_ref());
        let versions = secret.filter(|secret| secret.deletion.is_none()).map(|secret| &secret.versions);
        let ids: Vec<_> = versions.into_iter().flatten().map(|version| version.id.clone()).collect();
        for id in ids {
            let (secret_id, version_id) = (Some(name.clone()), Some(id));
            let get = GetSecretValue { secret_id, version_id, ..GetSecretValue::default() };
            if !self.judge.is_retired(name) && self.trace.died.is_none() {
                self.call(index, Operation::GetSecretValue(get).into(), true).await;
            }
        }
    }

    /// Removes what this execution created: the ARNs that its CreateSecret calls were answered, and nothing else.
    /// An endpoint that has died is asked once, and no more if it stays silent.
    async fn clean_up(&mut self) {
        let arns: Vec<Text> = self.bindings.created_arns().map(|(_, arn)| arn.clone()).collect();
        for id in arns.into_iter().chain(std::mem::take(&mut self.uncertain)) {
            let is_gone = self.is_known_to_be_gone(&id);
            let is_in_vain = self.trace.died.is_some() && !self.trace.left.is_empty();
            if !is_gone && (is_in_vain || !self.delete(&id).await) {
                self.trace.left.push(id);
            }
        }
    }

    /// Whether the model knows that the secret of this ARN was deleted by force.
    fn is_known_to_be_gone(&self, arn: &str) -> bool {
        let is_former = |world: &World| world.former_arns.iter().any(|former| **former == *arn);
        self.bindings.names().any(|(_, name)| self.judge.world(name).is_some_and(is_former))
    }

    async fn delete(&mut self, id: &Text) -> bool {
        let delete = DeleteSecret {
            secret_id: Some(id.clone()),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        };
        let tries = if self.trace.died.is_some() { 1 } else { 2 };
        for _ in 0..tries {
            self.trace.clean += 1;
            match self.endpoint.call(&Operation::DeleteSecret(delete.clone()).into()).await {
                Reply::Answer(answer) => match answer.body {
                    Body::Output(_) => return true,
                    Body::Error(error) if error.error_type == crate::model::ErrorType::ResourceNotFoundException => {
                        return true;
                    }
                    Body::Error(_) | Body::Unreadable(_) => {}
                },
                Reply::Nothing(_) => {}
            }
        }
        false
    }

    /// The request with placeholders again, roles resolved.
    fn placed(&self, request: &Request) -> Request {
        let text = serde_json::to_string(request).unwrap_or_default();
        serde_json::from_str(&self.symbolize(&text)).unwrap_or_else(|_| request.clone())
    }

    /// The answer with placeholders, and with the length alone of any value that this execution did not store.
    fn placed_answer(&self, reply: &Reply) -> serde_json::Value {
        let shown = shown(reply, &|value| self.stored.iter().any(|stored| stored == value));
        serde_json::from_str(&self.symbolize(&shown.to_string())).unwrap_or(shown)
    }

    /// The labels of each secret, as the model has them.
    fn labels(&self) -> Vec<String> {
        let worlds = self.bindings.names().filter_map(|(_, name)| {
            let secret = self.judge.world(name)?.secret.as_ref()?;
            let labels = secret.labels.iter().filter_map(|cell| match cell.holder.get() {
                Some(Some(id)) => Some(format!("{} {}", cell.label, id)),
                Some(None) => None,
                None => Some(format!("{} ?", cell.label)),
            });
            let labels = labels.collect::<Vec<_>>().join(", ");
            Some(format!("{name}: {}", if labels.is_empty() { "no labels" } else { &labels }))
        });
        worlds.map(|line| self.symbolize(&line)).collect()
    }

    /// The text with placeholders for what this execution generated, and names for the versions that it did not.
    fn symbolize(&self, text: &str) -> String {
        self.versions.name(&self.bindings.symbolize(text))
    }

    /// Turns what this execution generated back into placeholders.
    fn symbolize_violations(&mut self) {
        let (bindings, versions) = (&self.bindings, &self.versions);
        let symbolize = |text: &mut String| *text = versions.name(&bindings.symbolize(text));
        for Sighting { violation, .. } in &mut self.trace.sightings {
            symbolize(&mut violation.expected);
            symbolize(&mut violation.observed);
            for exclusion in &mut violation.excluded {
                symbolize(&mut exclusion.world);
                exclusion.unmet.iter_mut().for_each(|(_, unmet)| symbolize(unmet));
            }
        }
    }
}
