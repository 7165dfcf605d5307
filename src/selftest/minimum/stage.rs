//! One state of the search: a service with a defect, and a judge that has watched it.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::canonical::{Canonical, Detail};
use crate::history::{Call, Moment, Reply};
use crate::judge::{self, Judge};
use crate::model::{Body, Functions, Operation, Output, Request, Timestamp, World};
use crate::service::{Config, Defect, Service};
use crate::strategy::{Alphabet, Bindings};
use crate::verdict::Violation;

/// The secrets that letters create.
const SECRETS: [u8; 3] = [1, 2, 3];

/// A service, its judge, and what placeholders stand for.
#[derive(Debug)]
pub(super) struct Stage {
    service: Service,
    judge: Judge,
    bindings: Bindings,
    calls: u32,
    /// Whether the defect acts on what the service knows of reads.
    remembers_reads: bool,
}

/// The time at which everything happens: no defect and no rule waits for a clock within a case.
const fn noon() -> Timestamp {
    Timestamp(1_700_000_000.0)
}

impl Stage {
    /// Before the first call.
    pub(super) fn new(defect: Defect) -> Self {
        let service = Service::new(Config { defects: vec![defect], clock: noon, ..Config::default() });
        let functions: Functions = service.functions();
        let bindings = Alphabet::bindings(functions.accepted.first().cloned(), functions.missing.first().cloned());
        let judge = Judge::new(judge::Options { functions, ..judge::Options::default() });
        let remembers_reads = matches!(defect, Defect::Against(_));
        Self { service, judge, bindings, calls: 0, remembers_reads }
    }

    /// The same state, to go on from in another way.
    pub(super) fn fork(&self) -> Self {
        Self {
            service: self.service.fork(),
            judge: self.judge.clone(),
            bindings: self.bindings.clone(),
            calls: self.calls,
            remembers_reads: self.remembers_reads,
        }
    }

    /// Makes one call, and tells what its answer violates.
    pub(super) fn ask(&mut self, step: &Request) -> Vec<Violation> {
        let request = self.bindings.resolve(step, &self.judge);
        let answer = self.service.answer(&request);
        self.learn(&request, &answer.body);
        self.calls += 1;
        let at = Moment(u64::from(self.calls));
        let call = Call { number: self.calls, request, called: at, returned: at, reply: Reply::Answer(answer) };
        self.judge.judge(&call).violations
    }

    fn learn(&mut self, request: &Request, body: &Body) {
        if let (Operation::CreateSecret(_), Body::Output(Output::Receipt(receipt))) = (&request.operation, body)
            && let (Some(arn), Some(name)) = (&receipt.arn, &receipt.name)
            && let Some(secret) = self.bindings.secret_of(name)
        {
            self.bindings.created(secret, arn);
        }
        let name = self.judge.name_of(&request.operation);
        if let Some(secret) = name.and_then(|name| self.bindings.secret_of(&name)) {
            self.bindings.answered(secret, &request.operation, Some(body));
        }
    }

    /// The state of the first secret, as the judge believes it most likely to be.
    pub(super) fn world(&self) -> World {
        let name = self.bindings.name(1);
        let known = self.judge.worlds(&name).next().cloned();
        known.unwrap_or_else(|| World::unused(name))
    }

    /// What tells this state from others, up to renaming.
    ///
    /// As long as the service stores what the judge believes, nobody can be blamed for anything yet, and who wrote what
    /// does not count. Once they differ it does: that decides who is blamed when it shows.
    pub(super) fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut canonical = Canonical::default();
        let served = self.service.worlds();
        let of_service = if self.remembers_reads { Detail::Blame } else { Detail::Values };
        for secret in SECRETS {
            let name = self.bindings.name(secret);
            let served = served.iter().find(|world| world.name == name);
            if let Some(served) = served {
                canonical.world(served, of_service);
            }
            canonical.write(u16::from(self.judge.is_retired(&name)));
            let detail = if self.is_apart(&name, served) { Detail::Blame } else { Detail::Knowledge };
            for world in self.judge.worlds(&name) {
                canonical.world(world, detail);
            }
            canonical.write(u16::from(self.bindings.has_next_page(secret)));
            canonical.take().hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether the service stores something else than the judge believes.
    fn is_apart(&self, name: &str, served: Option<&World>) -> bool {
        let Some(believed) = self.judge.worlds(name).next() else { return served.is_some() };
        let mut believed = believed.clone();
        believed.settle();
        let mut canonical = Canonical::default();
        canonical.world(&believed, Detail::Values);
        let believed = canonical.take();
        match served {
            Some(served) => canonical.world(served, Detail::Values),
            None => canonical.world(&World::unused(name.into()), Detail::Values),
        }
        believed != canonical.take()
    }
}
