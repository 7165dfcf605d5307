//! One execution of a case: resolve, call, judge, observe, clean up.

mod cleaning;
mod demanding;
mod describing;
mod function;
mod reading;
pub(super) mod sending;
mod showing;
mod trace;

use std::sync::Arc;
use std::time::Instant;

use super::shown::values_of;
use super::versions::Versions;
use crate::endpoint::Endpoint;
use crate::history::{Call, Moment, Reply};
use crate::judge::{self, Judge};
use crate::model::{Body, Label, Operation, Request, Text, VersionId, World};
use crate::rule::Class;
use crate::strategy::{Bindings, Case, Cell, Roles, State};
use crate::verdict::{Exercise, Violation};
use function::{Open, Outcome, Playing, accepted};
use showing::with_page_of;

pub(super) use trace::{Extent, Plan};
pub use trace::{Sighting, Step, Trace};

/// After how many calls in a row without an answer the endpoint counts as dead.
const SILENCE: u32 = 3;

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
    /// The rotation functions of the case, where the harness plays any.
    playing: Option<Playing>,
    /// A RotateSecret that is not answered yet, since its function is held.
    open: Option<Open<'a>>,
    /// What the functions did since the last step.
    journal: Vec<String>,
    trace: Trace,
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
            is_understood: false,
            calls: 0,
        };
        let bindings =
            Bindings::new(plan.prefix.clone(), functions.accepted.first().cloned(), functions.missing.first().cloned())
                .with_acting(functions.acting.first().cloned());
        Self {
            endpoint,
            plan,
            playing: plan.host.as_ref().map(|host| Playing::of(host, &bindings)),
            open: None,
            journal: Vec::new(),
            judge: Judge::new(judge::Options {
                hides_versions: plan.presence.is_known_to_hide_versions(),
                ..plan.options.clone()
            }),
            bindings,
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
            if self.is_stopped() || self.step(index, step).await {
                break;
            }
        }
        self.play_to_the_end().await;
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
        let (call, adopt) = self.call_as_client(index, request).await;
        self.learn(&call.request, &call.reply);
        if before.is_some() {
            self.stored.extend(values_of(&call.request.operation));
            let request = with_page_of(step, self.placed(&call.request));
            self.trace.steps.push(self.shown(&request, &call.reply));
        }
        self.play_on(index).await;
        self.keep_journal();
        if let Some(before) = before {
            self.trace.decided.push(self.judge.exercise().decided_since(&before).collect());
        }
        let labels = self.look(index, step, adopt).await;
        if let (true, Some(step)) = (self.plan.keeps_steps, self.trace.steps.last_mut()) {
            step.labels = labels;
        }
        self.is_over()
    }

    /// Reads beside the case what is to be read after a call, then tells the labels of each secret.
    async fn look(&mut self, index: usize, step: &Request, adopt: Option<Text>) -> Vec<String> {
        match &self.plan.extent {
            Extent::Whole | Extent::Until(_) => {
                if let (Operation::DescribeSecret(_), true) = (&step.operation, self.judge.hides_versions())
                    && let Some(name) = self.judge.name_of(&self.bindings.resolve(step, &self.judge).operation)
                    && !self.is_over()
                {
                    self.call(index, describing::all_versions(&name).into(), true).await;
                }
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
            Extent::Recorded if step.operation.is_read() => return Vec::new(),
            Extent::Recorded => return self.read_labels(index).await,
        }
        if self.plan.keeps_steps { self.labels() } else { Vec::new() }
    }

    /// Remembers what kind of call this is, where the state is known; tells whether to do without it.
    fn visit(&mut self, index: usize, request: &Request) -> bool {
        let met = self.cell_of(request);
        self.met.push(met.map(|(cell, _)| cell));
        let Some((cell, is_certain)) = met else { return false };
        let is_creation = matches!(request.operation, Operation::CreateSecret(_));
        let is_passed_over =
            self.plan.known.as_ref().is_some_and(|known| !is_creation && known.passes_over(cell, index));
        if !is_passed_over && is_certain {
            self.trace.cells.push(cell);
        }
        is_passed_over
    }

    /// The kind of call that a request is, and whether the state that it meets is certain, and not what the service
    /// usually does.
    fn cell_of(&self, request: &Request) -> Option<(Cell, bool)> {
        let Some(name) = self.judge.name_of(&request.operation) else {
            return Some((Cell::of_no_secret(request), true));
        };
        if !self.judge.knows(&name) {
            return Some((Cell::of(&World::unused(name), request), true));
        }
        let mut worlds = self.judge.worlds(&name);
        let world = worlds.next()?;
        let cell = Cell::of(world, request);
        match worlds.next() {
            None => Some((cell, State::is_known(world))),
            Some(other) => {
                let is_of_all =
                    Cell::of(other, request) == cell && worlds.all(|world| Cell::of(world, request) == cell);
                is_of_all.then_some((cell, false))
            }
        }
    }

    fn is_over(&self) -> bool {
        let is_reached = match &self.plan.extent {
            Extent::Whole | Extent::Observed | Extent::Recorded => false,
            Extent::Until(wanted) => self.trace.sightings.iter().any(|seen| seen.violation.fingerprint == *wanted),
        };
        is_reached || self.trace.died.is_some() || self.is_stopped()
    }

    /// Whether the run was told to stop; a recording, which is short, is never half of one.
    fn is_stopped(&self) -> bool {
        !matches!(self.plan.extent, Extent::Recorded) && self.plan.stop.is_set()
    }

    /// Makes a call of the case, during which the endpoint may call functions that are played here.
    async fn call_as_client(&mut self, step: usize, mut request: Request) -> (Call, Option<Text>) {
        self.judge.name_versions(&mut request.operation);
        self.prepare(&request);
        let called = self.now();
        match self.reply_while_playing(step, &request).await {
            Outcome::Answered(reply) => self.conclude(step, request, called, reply, false).await,
            Outcome::Late { number, reply } => (self.answered_late(step, Some(number), request, reply), None),
            Outcome::Held(number) => {
                let reply = accepted(&request);
                (Call { number, request, called, returned: self.now(), reply }, None)
            }
        }
    }

    /// Sends a request and judges what comes of it.
    async fn call(&mut self, step: usize, mut request: Request, is_observation: bool) -> (Call, Option<Text>) {
        self.judge.name_versions(&mut request.operation);
        let called = self.now();
        let reply = self.send_unless_stopped(&request).await;
        self.conclude(step, request, called, reply, is_observation).await
    }

    /// What came of a request, with the next number.
    fn told(&mut self, step: Option<usize>, request: Request, called: Moment, reply: Reply) -> Call {
        self.number += 1;
        self.steps_by_call.push(step);
        self.trace.calls += 1;
        self.watch(&reply);
        self.plan.presence.see(&request.operation, &reply);
        self.follow(&request, &reply);
        Call { number: self.number, request, called, returned: self.now(), reply }
    }

    /// Judges what came of a request.
    async fn conclude(
        &mut self,
        step: usize,
        request: Request,
        called: Moment,
        reply: Reply,
        is_observation: bool,
    ) -> (Call, Option<Text>) {
        self.heed_missing_versions(&request, &reply).await;
        let call = self.told(Some(step).filter(|_| !is_observation), request, called, reply);
        let judgement = self.judge.judge(&call);
        if let (Reply::Answer(answer), true) = (&call.reply, self.plan.keeps_steps || !judgement.violations.is_empty())
        {
            self.versions.see(answer, |id| self.bindings.placeholder_of(id) != *id);
        }
        let is_shown = is_observation && !judgement.violations.is_empty();
        let read = is_shown.then(|| self.placed(&call.request));
        let shown = read.as_ref().filter(|_| self.plan.keeps_steps);
        let shown = shown.map(|read| Arc::new(self.shown(read, &call.reply)));
        for violation in judgement.violations {
            self.sighted(step, read.clone(), shown.clone(), violation);
        }
        (call, judgement.adopt)
    }

    /// Keeps a violation that was seen while a step was under way.
    fn sighted(&mut self, step: usize, read: Option<Request>, shown: Option<Arc<Step>>, violation: Violation) {
        let step_of = |call: u32| self.steps_by_call.get(call as usize).copied().flatten();
        let cause = violation.since.and_then(step_of);
        let culprit = self.met.get(cause.unwrap_or(step)).copied().flatten();
        if let (Some(known), Some(culprit), Class::Contract, false) =
            (&self.plan.known, culprit, violation.class, violation.is_settled)
        {
            known.deviated(culprit);
        }
        let state = culprit.map(|culprit| culprit.state);
        self.trace.sightings.push(Sighting { step, read, shown, cause, state, violation });
    }

    /// Adds what the functions did to the step that is kept.
    fn keep_journal(&mut self) {
        let lines = std::mem::take(&mut self.journal);
        if let Some(step) = self.trace.steps.last_mut() {
            step.journal.extend(lines);
        }
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn watch(&mut self, reply: &Reply) {
        match reply {
            Reply::Answer(answer) => {
                self.silent = 0;
                self.trace.is_understood |= !matches!(answer.body, Body::Unreadable(_));
            }
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
}
