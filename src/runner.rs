//! Runs: cases against an endpoint, judged call by call, with every finding shrunk and confirmed. Prints nothing.

mod execution;
mod shrink;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Mutex;

pub use execution::{Sighting, Step, Trace};

use crate::endpoint::Endpoint;
use crate::judge;
use crate::model::{Functions, Text};
use crate::rule::RuleId;
use crate::strategy::{Case, Menu, generate};
use crate::verdict::{Exercise, Fingerprint, Status, Violation};
use execution::{Execution, Extent, Plan};

/// What a run does.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the cases come from.
    pub seed: u64,
    /// How many cases there are.
    pub cases: u64,
    /// How many of them run at once.
    pub jobs: usize,
    /// How many calls may be spent on cases; shrinking, confirming and cleaning up come on top.
    pub max_calls: u64,
    /// What every name starts with; it must differ between runs and does not come from the seed.
    pub prefix: String,
    /// The function ARNs whose standing is known.
    pub functions: Functions,
    /// Calls at most for shrinking one finding.
    pub shrink_calls: u64,
}

/// Calls, by what they were for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Those of the cases, with the reads that bind state again after a violation.
    pub find: u64,
    /// Those of shrinking.
    pub shrink: u64,
    /// Those of replaying minimal cases.
    pub confirm: u64,
    /// Those of removing what was created.
    pub clean: u64,
}

impl Calls {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.find + self.shrink + self.confirm + self.clean
    }
}

/// A violated rule with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is violated, as the last replay showed it.
    pub violation: Violation,
    /// `Fail`, `Differs` or `Intermittent`.
    pub status: Status,
    /// The shortest case that was seen to show it.
    pub case: Case,
    /// What came of it, call by call, with placeholders for what the run generated.
    pub steps: Vec<Step>,
    /// The calls of the run before it was first seen.
    pub calls_to_find: u64,
    /// The calls of shrinking it.
    pub calls_to_shrink: u64,
    /// The calls of replaying it.
    pub calls_to_confirm: u64,
    /// How many replays showed it, of how many.
    pub replays: (u32, u32),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it was told to.
    Complete,
    /// The endpoint stopped answering; the cause.
    Died(String),
    /// It was told to stop.
    Interrupted,
}

/// What a run yields.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Calls by purpose.
    pub calls: Calls,
    /// The cases that were run to their end.
    pub cases: u64,
    /// How often each rule was exercised.
    pub exercise: Exercise,
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// How it ended.
    pub ending: Ending,
    /// ARNs that could not be removed.
    pub left: Vec<Text>,
    /// Whether some judgement ended at its budget.
    pub inconclusive: bool,
    /// Whether the run had a function ARN.
    pub has_function: bool,
}

impl RunResult {
    /// The status of a rule: the worst of its findings, or what its exercise says.
    #[must_use]
    pub fn status(&self, rule: RuleId) -> Status {
        let of_findings = self.findings_of(rule).map(|finding| finding.status).max();
        of_findings.unwrap_or_else(|| Status::without_finding(rule, &self.exercise, self.has_function))
    }

    /// The findings whose primary rule this is.
    pub fn findings_of(&self, rule: RuleId) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.violation.rule == rule)
    }
}

/// A violation to examine: the case up to the call that showed it.
#[derive(Clone, Debug)]
struct Suspect {
    violation: Violation,
    case: Case,
    calls: u64,
}

/// What the jobs of a run share.
#[derive(Debug)]
struct Shared {
    next_case: AtomicU64,
    calls: AtomicU64,
    stop: Arc<AtomicBool>,
    gathered: Mutex<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    exercise: Exercise,
    suspects: BTreeMap<Fingerprint, Suspect>,
    cases: u64,
    clean: u64,
    left: Vec<Text>,
    died: Option<String>,
    inconclusive: bool,
}

/// A run against one endpoint.
#[derive(Debug)]
pub struct Run<E> {
    endpoint: Arc<E>,
    options: Arc<Options>,
    stop: Arc<AtomicBool>,
}

impl<E> Clone for Run<E> {
    fn clone(&self) -> Self {
        Self { endpoint: Arc::clone(&self.endpoint), options: Arc::clone(&self.options), stop: Arc::clone(&self.stop) }
    }
}

/// A finding, and what examining it took and left beside.
#[derive(Debug)]
struct Examined {
    finding: Finding,
    clean: u64,
    left: Vec<Text>,
}

impl Finding {
    /// Whether this is better evidence for the same violation: seen more often, then shorter.
    fn is_better_than(&self, other: &Self) -> bool {
        let weight = |finding: &Self| (std::cmp::Reverse(finding.replays.0), finding.case.steps.len());
        weight(self) < weight(other)
    }
}

impl<E: Endpoint + 'static> Run<E> {
    /// A run that has not started. Setting `stop` ends it early; what was learned and created is still reported and
    /// removed.
    #[must_use]
    pub fn new(endpoint: Arc<E>, options: Options, stop: Arc<AtomicBool>) -> Self {
        Self { endpoint, options: Arc::new(options), stop }
    }

    /// Finds, shrinks, confirms and cleans up.
    pub async fn run(&self) -> RunResult {
        let (mut gathered, found) = self.find().await;
        let mut calls = Calls { find: found, clean: gathered.clean, ..Calls::default() };
        let suspects = std::mem::take(&mut gathered.suspects);
        let examined = self.examine(suspects.into_values().collect(), gathered.died.is_some()).await;
        let mut findings: Vec<Finding> = Vec::new();
        for Examined { finding, clean, left } in examined {
            calls.shrink += finding.calls_to_shrink;
            calls.confirm += finding.calls_to_confirm;
            calls.clean += clean;
            gathered.left.extend(left);
            let is_same = |known: &Finding| known.violation.fingerprint == finding.violation.fingerprint;
            match findings.iter_mut().find(|known| is_same(known)) {
                Some(known) if finding.is_better_than(known) => *known = finding,
                Some(_) => {}
                None => findings.push(finding),
            }
        }
        findings.sort_by(|one, other| {
            (one.violation.rule, &one.violation.fingerprint).cmp(&(other.violation.rule, &other.violation.fingerprint))
        });
        RunResult {
            calls,
            cases: gathered.cases,
            exercise: gathered.exercise,
            findings,
            ending: self.ending(gathered.died),
            left: gathered.left,
            inconclusive: gathered.inconclusive,
            has_function: !self.options.functions.accepted.is_empty(),
        }
    }

    /// Shrinks and confirms each suspect, several at once; the results are in the order of the suspects.
    async fn examine(&self, suspects: Vec<Suspect>, is_dead: bool) -> Vec<Examined> {
        let permits = Arc::new(tokio::sync::Semaphore::new(self.options.jobs.max(1)));
        let mut tasks = tokio::task::JoinSet::new();
        for (number, suspect) in suspects.into_iter().enumerate() {
            let (run, permits) = (self.clone(), Arc::clone(&permits));
            tasks.spawn(async move {
                let _permit = permits.acquire().await;
                if is_dead || run.stop.load(Ordering::Relaxed) {
                    return (number, Examined { finding: unconfirmed(suspect), clean: 0, left: Vec::new() });
                }
                let mut lab = shrink::Lab::new(&run, number);
                let finding = lab.finding(suspect).await;
                (number, Examined { finding, clean: lab.clean, left: lab.left })
            });
        }
        let mut examined = tasks.join_all().await;
        examined.sort_by_key(|(number, _)| *number);
        examined.into_iter().map(|(_, examined)| examined).collect()
    }

    fn ending(&self, died: Option<String>) -> Ending {
        match died {
            Some(cause) => Ending::Died(cause),
            None if self.stop.load(Ordering::Relaxed) => Ending::Interrupted,
            None => Ending::Complete,
        }
    }

    async fn find(&self) -> (Gathered, u64) {
        let shared = Arc::new(Shared {
            next_case: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            stop: Arc::clone(&self.stop),
            gathered: Mutex::new(Gathered::default()),
        });
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..self.options.jobs.max(1) {
            jobs.spawn(work(Arc::clone(&self.endpoint), Arc::clone(&self.options), Arc::clone(&shared)));
        }
        jobs.join_all().await;
        let calls = shared.calls.load(Ordering::Relaxed);
        let gathered = std::mem::take(&mut *shared.gathered.lock().await);
        (gathered, calls)
    }

    fn plan(&self, tag: &str, extent: Extent) -> Plan {
        plan(&self.options, tag, extent)
    }
}

fn plan(options: &Options, tag: &str, extent: Extent) -> Plan {
    Plan {
        prefix: format!("{}-{tag}", options.prefix),
        keeps_steps: false,
        extent,
        options: judge::Options { functions: options.functions.clone(), ..judge::Options::default() },
    }
}

/// Takes cases until there are no more.
async fn work<E: Endpoint>(endpoint: Arc<E>, options: Arc<Options>, shared: Arc<Shared>) {
    let menu = Menu {
        has_function: !options.functions.accepted.is_empty(),
        has_missing_function: !options.functions.missing.is_empty(),
    };
    loop {
        let index = shared.next_case.fetch_add(1, Ordering::Relaxed);
        let is_over = index >= options.cases || shared.calls.load(Ordering::Relaxed) >= options.max_calls;
        if is_over || shared.stop.load(Ordering::Relaxed) || shared.gathered.lock().await.died.is_some() {
            return;
        }
        let case = generate(options.seed, index, menu);
        let before = shared.calls.load(Ordering::Relaxed);
        let trace = Execution::new(&*endpoint, &plan(&options, &format!("c{index}"), Extent::Whole)).run(&case).await;
        shared.calls.fetch_add(trace.calls(), Ordering::Relaxed);
        gather(&mut *shared.gathered.lock().await, &case, trace, before);
    }
}

fn gather(gathered: &mut Gathered, case: &Case, trace: Trace, before: u64) {
    gathered.exercise.merge(&trace.exercise);
    gathered.cases += 1;
    gathered.clean += trace.clean;
    gathered.left.extend(trace.left);
    gathered.inconclusive |= trace.inconclusive;
    gathered.died = gathered.died.take().or(trace.died);
    for sighting in trace.sightings {
        let known = gathered.suspects.get(&sighting.violation.fingerprint);
        let case = up_to(case, &sighting);
        if known.is_none_or(|known| known.case.steps.len() > case.steps.len()) {
            let calls = known.map_or(before, |known| known.calls);
            let fingerprint = sighting.violation.fingerprint.clone();
            gathered.suspects.insert(fingerprint, Suspect { violation: sighting.violation, case, calls });
        }
    }
}

/// The case up to the call that showed a violation, which may be a read that the case does not have.
fn up_to(case: &Case, sighting: &Sighting) -> Case {
    let mut steps = case.steps[..=sighting.step].to_vec();
    steps.extend(sighting.read.clone());
    Case { steps }
}

/// A finding that there was no time to shrink or replay.
fn unconfirmed(suspect: Suspect) -> Finding {
    Finding {
        violation: suspect.violation,
        status: Status::Inconclusive,
        case: suspect.case,
        steps: Vec::new(),
        calls_to_find: suspect.calls,
        calls_to_shrink: 0,
        calls_to_confirm: 0,
        replays: (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Reply;
    use crate::model::Request;
    use crate::service::{Config, Service};

    /// A service whose harness has a bug at the hundredth call.
    struct Faulty(Service, AtomicU64);

    impl Endpoint for Faulty {
        async fn call(&self, request: &Request) -> Reply {
            assert!(self.1.fetch_add(1, Ordering::Relaxed) != 100, "a bug of ours");
            self.0.call(request).await
        }
    }

    #[tokio::test]
    #[should_panic(expected = "a bug of ours")]
    async fn a_job_that_panics_is_never_a_pass() {
        let endpoint = Arc::new(Faulty(Service::new(Config::default()), AtomicU64::new(0)));
        let options = Options {
            seed: 1,
            cases: 40,
            jobs: 4,
            max_calls: 1000,
            prefix: "rc-test".to_owned(),
            functions: Functions::default(),
            shrink_calls: 0,
        };
        Run::new(endpoint, options, Arc::default()).run().await;
    }
}
