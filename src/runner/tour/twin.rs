//! One secret at the reference service and a judge of its own: what the calls of a case would meet, without making any.

use crate::history::{Call, Moment, Reply};
use crate::judge::{self, Judge};
use crate::model::{Body, LabelCell, Operation, Output, Request, Secret, Text, Timestamp, World};
use crate::service::{Config, Service};
use crate::strategy::{Alphabet, Bindings, Cell, State, Stop, complete_read};

/// Some moment: a clock that stands still gives the same tour at any time.
const NOW: Timestamp = Timestamp(1_700_000_000.0);

/// The secret, and what the judge knows of it.
#[derive(Debug)]
pub(super) struct Twin {
    service: Service,
    judge: Judge,
    bindings: Bindings,
    /// The state before anything was asked.
    unused: World,
    calls: u32,
    /// The number of a token that nobody has used.
    token: u8,
}

impl Twin {
    pub(super) fn new(has_function: bool) -> Self {
        let service = Service::new(Config { clock: || NOW, ..Config::default() });
        let mut functions = service.functions();
        if !has_function {
            functions.accepted.clear();
        }
        let bindings = Alphabet::bindings(functions.accepted.first().cloned(), functions.missing.first().cloned());
        let judge = Judge::new(judge::Options { functions, ..judge::Options::default() });
        Self { service, judge, unused: World::unused(bindings.name(1)), bindings, calls: 0, token: 1 }
    }

    pub(super) fn fork(&self) -> Self {
        let (judge, bindings, unused) = (self.judge.clone(), self.bindings.clone(), self.unused.clone());
        Self { service: self.service.fork(), judge, bindings, unused, ..*self }
    }

    /// The state, if the judge is certain of all that a cell speaks of.
    pub(super) fn known(&self) -> Option<&World> {
        match self.judge.knows(&self.unused.name) {
            true => self.judge.world(&self.unused.name).filter(|world| State::is_known(world)),
            false => Some(&self.unused),
        }
    }

    /// The state at the service, then every one that the judge holds possible.
    pub(super) fn worlds(&self) -> impl Iterator<Item = World> {
        let name = &self.unused.name;
        let actual = self.service.worlds().into_iter().find(|world| world.name == *name);
        actual.into_iter().chain(self.judge.worlds(name).cloned())
    }

    pub(super) const fn token(&self) -> u8 {
        self.token
    }

    /// What kind of call a request would be, where the state is known.
    pub(super) fn cell(&self, step: &Request) -> Option<Cell> {
        let world = self.known()?;
        Some(Cell::of(world, &self.bindings.resolve(step, &self.judge)))
    }

    /// Where a request should lead, as the service has it.
    pub(super) fn foresee(&self, step: &Request) -> Stop {
        let resolved = self.bindings.resolve(step, &self.judge);
        let (before, outcome) = self.service.foresee(&resolved);
        let next = outcome.next.filter(|_| outcome.refusal.is_none());
        let settled = next.map(|mut next| {
            next.settle();
            next
        });
        Stop::of(settled.as_ref().unwrap_or(&before))
    }

    /// Makes a call and then the reads that it takes to be certain of the state; gives the reads.
    ///
    /// Where these do not help there are none: a rotation may act at any time, and what is marked for deletion shows
    /// nothing.
    pub(super) fn take(&mut self, step: &Request) -> Vec<Request> {
        self.call(step);
        let mut reads = Vec::new();
        for read in complete_read(1) {
            if self.known().is_none() {
                reads.push(read.into());
                self.call(&reads[reads.len() - 1]);
            }
        }
        reads
    }

    fn call(&mut self, step: &Request) {
        let request = self.bindings.resolve(step, &self.judge);
        let answer = self.service.answer(&request);
        if let (Operation::CreateSecret(_), Body::Output(Output::Receipt(receipt))) = (&request.operation, &answer.body)
            && let Some(arn) = &receipt.arn
        {
            self.bindings.created(1, arn);
        }
        self.calls += 1;
        let now = Moment(self.calls.into());
        let call = Call { number: self.calls, request, called: now, returned: now, reply: Reply::Answer(answer) };
        self.judge.judge(&call);
        if self.is_used(&self.bindings.token(self.token)) {
            self.token += 1;
        }
    }

    /// Whether a version of this id may be there.
    fn is_used(&self, id: &Text) -> bool {
        let name = &self.unused.name;
        let names_it = |cell: &LabelCell| cell.holder.value.as_ref() == Some(id);
        let has_it = |secret: &Secret| secret.version(id).is_some() || secret.labels.iter().any(names_it);
        let is_expected = |world: &World| world.secret.as_deref().is_some_and(has_it);
        self.service.secret(name).is_some_and(|secret| has_it(&secret)) || self.judge.worlds(name).any(is_expected)
    }
}
