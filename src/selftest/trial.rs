//! One trial: one defect, or none, with one seed.

use std::sync::Arc;

use serde::Serialize;

use crate::endpoint::Stop;
use crate::rule::RuleId;
use crate::runner::{Course, Enough, Finding, Fixed, Options, Run, RunResult};
use crate::service::{Config, Defect, Service, Variant};
use crate::strategy::Case;
use crate::verdict::{Fingerprint, Status};

/// A trial that is to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) defect: Option<Defect>,
    pub(super) variant: Option<Variant>,
    pub(super) seed: u64,
    pub(super) cases: u64,
    pub(super) max_calls: u64,
    pub(super) sweep: bool,
}

/// What a trial has shown.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The defect; `None` for the service without one.
    pub defect: Option<Defect>,
    /// The permitted way to answer otherwise, of a service without a defect.
    pub variant: Option<Variant>,
    /// The seed.
    pub seed: u64,
    /// Whether the fixed cases ran before the random ones.
    pub sweep: bool,
    /// What was found by the first case that showed anything, the first seen first.
    pub kills: Vec<Kill>,
    /// How many random and fixed cases ran.
    pub cases: u64,
    /// The calls of all that was done.
    pub calls: u64,
}

/// A finding of a trial.
#[derive(Clone, Debug, Serialize)]
pub struct Kill {
    /// The rule that is blamed.
    pub rule: RuleId,
    /// The rule that an earlier call of the case violates already.
    pub after: Option<RuleId>,
    /// `Fail` or `Differs`; anything else is a fault of the harness, since the service does the same each time.
    pub status: Status,
    /// The calls of the run up to the one that first showed it.
    pub calls_to_find: u64,
    /// The calls of shrinking it.
    pub calls_to_shrink: u64,
    /// The calls of the shortest case.
    pub length: usize,
    /// What makes it the same as another.
    pub fingerprint: Fingerprint,
    /// The shortest case.
    pub case: Case,
}

impl Task {
    /// Without the fixed cases, those that are steered by the seed are made once for all defects.
    pub(super) async fn run(&self, steered: &[Case]) -> Trial {
        let (defects, variants) = (self.defect.into_iter().collect(), self.variant.into_iter().collect());
        let host = Arc::default();
        let service = Service::new(Config { defects, variants, ..Config::default() }).hosted(&host);
        let options = Options {
            seed: self.seed,
            cases: self.cases,
            jobs: 1,
            max_calls: self.max_calls,
            quiet_calls: u64::MAX,
            enough: self.defect.map_or(Enough::Never, |_| Enough::Seen(1)),
            functions: service.functions(),
            host: Some(host),
            saved: steered.to_vec(),
            course: if steered.is_empty() { Course::Random } else { Course::Plain },
            // A service of this process has every operation, or the defect is that it has not.
            asks_what_there_is: false,
            fixed: if self.sweep {
                vec![Fixed::Scenarios, Fixed::Rotations, Fixed::Sweep, Fixed::Quotas]
            } else {
                vec![Fixed::Rotations]
            },
            ..Options::default()
        };
        let result = Run::new(Arc::new(service), options, Stop::default()).run().await;
        self.trial(&result)
    }

    fn trial(&self, result: &RunResult) -> Trial {
        let mut kills: Vec<_> = result.findings.iter().map(Kill::of).collect();
        kills.sort_by_key(|kill| kill.calls_to_find);
        let Self { defect, variant, seed, sweep, .. } = *self;
        Trial { defect, variant, seed, sweep, kills, cases: result.cases, calls: result.calls.total() }
    }
}

impl Trial {
    /// What this service, which has no defect, was blamed for and must not be: a variant may differ from what strict mode
    /// alone requires, by the rules that it names.
    pub(super) fn alarms(&self) -> impl Iterator<Item = &Kill> {
        let differs = self.variant.map_or(&[][..], |variant| variant.otherwise().differs);
        let is_permitted = |kill: &&Kill| kill.status == Status::Differs && differs.contains(&kill.rule);
        self.kills.iter().filter(move |kill| self.defect.is_none() && !is_permitted(kill))
    }

    /// The findings that every replay showed.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = &Kill> {
        self.kills.iter().filter(|kill| kill.is_confirmed())
    }

    /// Those of one rule.
    pub(super) fn kills_of(&self, rule: RuleId) -> impl Iterator<Item = &Kill> {
        self.confirmed().filter(move |kill| kill.rule == rule)
    }
}

impl Kill {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.violation.rule,
            after: finding.after,
            status: finding.status,
            calls_to_find: finding.calls_to_find,
            calls_to_shrink: finding.calls_to_shrink,
            length: finding.case.steps.len(),
            fingerprint: finding.violation.fingerprint.clone(),
            case: finding.case.clone(),
        }
    }

    /// Whether every replay showed it.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        matches!(self.status, Status::Fail | Status::Differs)
    }
}
