//! Runs: cases against an endpoint, judged call by call, with every finding shrunk and confirmed. Prints nothing.

mod acting;
mod alone;
mod contradicted;
mod dry;
mod execution;
mod find;
mod known;
mod needed;
mod options;
mod presence;
mod recording;
mod replay;
mod result;
mod shown;
mod shrink;
mod source;
mod suspect;
pub mod sweep;
pub mod tour;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

pub use acting::{Acting, accepts, acting, calls};
pub use execution::{Sighting, Step, Trace};
pub use options::{Course, Enough, Fixed, Options, Progress};
pub use recording::Recording;
pub use replay::{Replayed, Verdict};
pub use result::{Calls, Conclusion, Coverage, Ending, Finding, Operations, RunResult};
pub use shown::Shown;

use crate::endpoint::{Endpoint, Stop};
use crate::judge;
use crate::model::Text;
use crate::rule::{Class, RuleId};
use crate::strategy::{Atlas, Case, Menu};
use crate::verdict::{Fingerprint, Status, Violation};
use contradicted::Contradicted;
use execution::{Extent, Plan};
use find::{Gathered, Job, is_past};
use presence::Presence;
use source::Source;
use suspect::Suspect;

/// How often a case is replayed before what it shows counts.
const REPLAYS: u32 = 2;

/// A run against one endpoint.
#[derive(Debug)]
pub struct Run<E> {
    endpoint: Arc<E>,
    options: Arc<Options>,
    progress: Arc<Progress>,
    presence: Arc<Presence>,
    stop: Stop,
    started: Instant,
}

impl<E> Clone for Run<E> {
    fn clone(&self) -> Self {
        Self {
            endpoint: Arc::clone(&self.endpoint),
            options: Arc::clone(&self.options),
            progress: Arc::clone(&self.progress),
            presence: Arc::clone(&self.presence),
            stop: self.stop.clone(),
            started: self.started,
        }
    }
}

/// What there is to examine.
enum Lead {
    Suspect(Box<Suspect>),
    /// A rule that is violated; there may be a shorter case of another kind than its findings.
    Rule(Beaten),
}

impl Lead {
    fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::Suspect(suspect) => Some(&suspect.violation.fingerprint),
            Self::Rule(_) => None,
        }
    }
}

/// A violated rule with the gravest and the shortest of its findings.
#[derive(Clone, Debug)]
struct Beaten {
    rule: RuleId,
    class: Class,
    case: Case,
    /// The rule that an earlier call of the case violates already.
    after: Option<RuleId>,
    /// The calls of the run so far.
    calls: u64,
    /// How many rules are violated.
    of: u64,
}

/// A suspect that turned out to be another violation, which has a lead of its own.
#[derive(Debug)]
struct PutOff {
    suspect: Suspect,
    owner: Fingerprint,
}

/// What following a lead has found, and what it took and left beside.
#[derive(Debug)]
struct Examined {
    findings: Vec<Finding>,
    put_off: Option<PutOff>,
    /// The calls that led to no finding.
    spent: u64,
    clean: u64,
    left: Vec<Text>,
    contradicted: Contradicted,
}

/// What following leads has brought, and the calls of the run.
#[derive(Debug)]
struct Harvest {
    /// One for each fingerprint.
    findings: Vec<Finding>,
    /// Others that every replay has shown too.
    others: Vec<Finding>,
    calls: Calls,
    left: Vec<Text>,
    contradicted: Contradicted,
    put_off: Vec<PutOff>,
}

impl Harvest {
    fn new(gathered: &mut Gathered) -> Self {
        let calls = Calls { find: gathered.calls + gathered.asked, clean: gathered.clean, ..Calls::default() };
        Self {
            findings: Vec::new(),
            others: Vec::new(),
            calls,
            left: std::mem::take(&mut gathered.left),
            contradicted: std::mem::take(&mut gathered.contradicted),
            put_off: Vec::new(),
        }
    }

    fn add(&mut self, examined: Vec<Examined>) {
        for Examined { findings, put_off, spent, clean, left, contradicted } in examined {
            self.put_off.extend(put_off);
            self.calls.shrink += spent + findings.iter().map(|it| it.calls_to_shrink).sum::<u64>();
            self.calls.confirm += findings.iter().map(|it| it.calls_to_confirm).sum::<u64>();
            self.calls.clean += clean;
            self.left.extend(left);
            self.contradicted.merge(contradicted);
            for finding in findings {
                self.keep_the_better(finding);
            }
        }
    }

    /// The suspects that were put off for a violation that was not found after all, nor what that one was put off for. Of
    /// the others, the replays of the case that first showed them count.
    fn without_owner(&mut self) -> Vec<Lead> {
        let put_off = std::mem::take(&mut self.put_off);
        let owner_of = |fingerprint: &Fingerprint| {
            put_off.iter().find(|it| it.suspect.violation.fingerprint == *fingerprint).map(|it| &it.owner)
        };
        let is_found =
            |owner: &Fingerprint| self.findings.iter().any(|it| it.is_shown() && it.violation.fingerprint == *owner);
        let has_owner = |one: &PutOff| {
            let owners = std::iter::successors(Some(&one.owner), |owner| owner_of(owner));
            owners.take(put_off.len()).any(is_found)
        };
        let is_done: Vec<bool> = put_off.iter().map(has_owner).collect();
        let mut leads = Vec::new();
        for (PutOff { suspect, .. }, is_done) in put_off.into_iter().zip(is_done) {
            match is_done {
                true => self.calls.confirm += suspect.early.map_or(0, |early| early.calls),
                false => leads.push(Lead::Suspect(Box::new(suspect))),
            }
        }
        leads
    }

    /// Adds a finding, or what it is better evidence than for the same violation, or is not.
    fn keep_the_better(&mut self, mut finding: Finding) {
        let is_same = |known: &&mut Finding| known.violation.fingerprint == finding.violation.fingerprint;
        let Some(known) = self.findings.iter_mut().find(is_same) else { return self.findings.push(finding) };
        if finding.weight() < known.weight() {
            std::mem::swap(known, &mut finding);
        }
        if finding.is_shown() {
            self.others.push(finding);
        }
    }
}

impl<E: Endpoint + 'static> Run<E> {
    /// A run whose time starts now. Setting `stop` ends it early; what was learned and created is still reported and
    /// removed.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a budget of time is a matter of the clock")]
    pub fn new(endpoint: Arc<E>, options: Options, stop: Stop) -> Self {
        let presence = Arc::new(Presence::new(&options.without));
        Self { endpoint, options: Arc::new(options), progress: Arc::default(), presence, stop, started: Instant::now() }
    }

    /// How far the run has got, to be looked at while it runs.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Finds, shrinks, confirms and cleans up.
    pub async fn run(&self) -> RunResult {
        let mut gathered = self.find().await;
        let mut harvest = Harvest::new(&mut gathered);
        let suspects = std::mem::take(&mut gathered.suspects).into_values();
        let is_dead = gathered.died.is_some();
        let leads: Vec<_> = suspects.filter(|it| self.matters(it)).map(|it| Lead::Suspect(Box::new(it))).collect();
        let owners = Arc::new(leads.iter().filter_map(Lead::fingerprint).cloned().collect());
        let mut count = leads.len();
        harvest.add(self.examine(leads, &owners, 0, is_dead).await);
        let leads = harvest.without_owner();
        let first = count;
        count += leads.len();
        harvest.add(self.examine(leads, &Arc::default(), first, is_dead).await);
        let leads: Vec<_> = beaten(&harvest.findings, gathered.calls).into_iter().map(Lead::Rule).collect();
        let beaten = count + leads.len();
        harvest.add(self.examine(leads, &Arc::default(), count, is_dead).await);
        let all = self.examine_strays(&mut harvest, (gathered.calls, beaten), is_dead).await;
        if !is_dead {
            self.replay_alone(&mut harvest, all).await;
        }
        let Harvest { findings, calls, left, contradicted, .. } = harvest;
        let is_found = |rule| findings.iter().any(|it| it.violation.rule == rule);
        let consequences = contradicted.consequences(is_found);
        let (findings, more) = result::limited(findings, &gathered.more);
        let is_decided =
            |rule| gathered.exercise.checked(rule) > 0 || self.options.only.is_some_and(|only| only != rule);
        let operations = needed::operations(&self.presence, self.menu(), is_decided).await;
        RunResult {
            calls,
            cases: gathered.cases,
            cells: gathered.cells,
            exercise: match self.options.only {
                Some(rule) => gathered.exercise.only(rule),
                None => gathered.exercise,
            },
            only: self.options.only,
            findings,
            consequences,
            more,
            ending: self.ending(gathered.died),
            left,
            inconclusive: gathered.inconclusive,
            functions: self.options.function_mode(),
            operations,
        }
    }

    /// Examines what was seen in passing, of rules of which nothing was found; gives the number of the next lead.
    async fn examine_strays(&self, harvest: &mut Harvest, (calls, mut number): (u64, usize), is_dead: bool) -> usize {
        loop {
            let is_found = |rule| harvest.findings.iter().any(|it| it.violation.rule == rule);
            let strays = harvest.contradicted.unexamined(calls, is_found).into_iter();
            let leads: Vec<_> = strays.filter(|it| self.matters(it)).map(|it| Lead::Suspect(Box::new(it))).collect();
            if leads.is_empty() {
                return number;
            }
            let next = number + leads.len();
            harvest.add(self.examine(leads, &Arc::default(), number, is_dead).await);
            number = next;
        }
    }

    fn matters(&self, suspect: &Suspect) -> bool {
        self.options.only.is_none_or(|rule| suspect.violation.rule == rule)
    }

    async fn find(&self) -> Gathered {
        let job = Job {
            endpoint: Arc::clone(&self.endpoint),
            options: Arc::clone(&self.options),
            progress: Arc::clone(&self.progress),
            stop: self.stop.clone(),
            presence: Arc::clone(&self.presence),
            source: Arc::new(Source::new(&self.options, &self.presence)),
            known: Arc::default(),
            calls: Arc::new(AtomicU64::new(0)),
            gathered: Arc::new(Mutex::new(Gathered::default())),
            deadline: self.deadline(1, 1),
            deadline_with_suspects: self.deadline(2, 3),
        };
        job.ask_what_there_is().await;
        let mut jobs = JoinSet::new();
        for _ in 0..self.options.jobs.max(1) {
            jobs.spawn(job.clone().work());
        }
        jobs.join_all().await;
        std::mem::take(&mut *job.gathered.lock().await)
    }

    /// When this part of the budget of time is used up.
    fn deadline(&self, part: u32, of: u32) -> Option<Instant> {
        self.options.budget.map(|budget: Duration| self.started + budget * part / of)
    }

    /// Follows each lead, several at once; the results are in the order of the leads, which have the numbers from `first`.
    /// What turns out to be one of the violations of `owners` is put off.
    async fn examine(
        &self,
        leads: Vec<Lead>,
        owners: &Arc<BTreeSet<Fingerprint>>,
        first: usize,
        is_dead: bool,
    ) -> Vec<Examined> {
        if leads.is_empty() {
            return Vec::new();
        }
        let atlas = Atlas::detailed(self.menu());
        let permits = Arc::new(Semaphore::new(self.options.jobs.max(1)));
        let mut tasks = JoinSet::new();
        for (number, lead) in (first..).zip(leads) {
            let (run, permits, owners) = (self.clone(), Arc::clone(&permits), Arc::clone(owners));
            tasks.spawn(async move {
                let _permit = permits.acquire().await;
                if is_dead || run.is_over() {
                    return (number, Examined::unshrunk(lead));
                }
                let mut lab = shrink::Lab::new(&run, atlas, number).beside(owners);
                let findings = match lead {
                    Lead::Suspect(suspect) => {
                        let finding = lab.finding(*suspect).await;
                        run.progress.was_examined();
                        finding.into_iter().collect()
                    }
                    Lead::Rule(beaten) => lab.shorter_of_rule(beaten).await,
                };
                (number, lab.examined(findings))
            });
        }
        let mut examined = tasks.join_all().await;
        examined.sort_by_key(|(number, _)| *number);
        examined.into_iter().map(|(_, examined)| examined).collect()
    }

    fn ending(&self, died: Option<String>) -> Ending {
        match died {
            Some(cause) => Ending::Died(cause),
            None if self.stop.is_set() => Ending::Interrupted,
            None => Ending::Complete,
        }
    }

    fn menu(&self) -> Menu {
        self.options.menu()
    }

    fn plan(&self, tag: &str, extent: Extent) -> Plan {
        Plan { presence: Arc::clone(&self.presence), ..plan(&self.options, &self.stop, tag, extent) }
    }

    /// Whether nothing more is to be begun: the run was told to stop, or its budget of time is used up.
    fn is_over(&self) -> bool {
        self.stop.is_set() || is_past(self.deadline(1, 1))
    }
}

fn plan(options: &Options, stop: &Stop, tag: &str, extent: Extent) -> Plan {
    Plan {
        stop: stop.clone(),
        prefix: format!("{}-{tag}", options.prefix),
        keeps_steps: false,
        known: None,
        presence: Arc::default(),
        extent,
        host: options.host.clone(),
        patience: options.patience,
        options: judge::Options {
            functions: options.functions.clone(),
            function_acts: options.function_acts,
            ..judge::Options::default()
        },
    }
}

impl Examined {
    /// What is left of a lead that there was no time to follow.
    fn unshrunk(lead: Lead) -> Self {
        let findings = match lead {
            Lead::Suspect(suspect) => vec![unshrunk(*suspect)],
            Lead::Rule(_) => Vec::new(),
        };
        Self { findings, put_off: None, spent: 0, clean: 0, left: Vec::new(), contradicted: Contradicted::default() }
    }
}

/// The rules that findings which every replay showed violate.
fn beaten(findings: &[Finding], calls: u64) -> Vec<Beaten> {
    let mut beaten: BTreeMap<RuleId, Beaten> = BTreeMap::new();
    for finding in findings.iter().filter(|it| it.replays.0 == REPLAYS) {
        let Violation { rule, class, .. } = finding.violation;
        let new = || Beaten { rule, class, case: finding.case.clone(), after: finding.after, calls, of: 0 };
        let known = beaten.entry(rule).or_insert_with(new);
        known.class = known.class.min(class);
        if finding.case.steps.len() < known.case.steps.len() {
            known.case = finding.case.clone();
            known.after = finding.after;
        }
    }
    let of = u64::try_from(beaten.len()).unwrap_or(u64::MAX);
    beaten.into_values().map(|rule| Beaten { of, ..rule }).collect()
}

/// A finding that there was no time to shrink. What replays of its case have shown at once is counted already.
fn unshrunk(suspect: Suspect) -> Finding {
    let calls_to_confirm = suspect.early.as_ref().map_or(0, |early| early.calls);
    let early = suspect.early.filter(|early| early.hits > 0);
    let hits = early.as_ref().map_or(0, |early| early.hits);
    let (case, shown) = early.map_or((suspect.case, None), |early| (early.case, early.shown));
    let (violation, steps) = shown.unwrap_or((suspect.violation, Vec::new()));
    Finding {
        status: match hits {
            0 => Status::Inconclusive,
            REPLAYS => Status::Fail,
            _ => Status::Intermittent,
        },
        violation,
        case,
        is_observed: false,
        after: None,
        steps,
        calls_to_find: suspect.calls,
        calls_to_shrink: 0,
        calls_to_confirm,
        replays: (hits, if hits == 0 { 0 } else { REPLAYS }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Reply;
    use crate::model::Request;
    use crate::service::{Config, Service};
    use std::sync::atomic::{AtomicU64, Ordering};

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
        let options = Options { cases: 40, max_calls: 1000, shrink_calls: 0, ..Options::default() };
        Run::new(endpoint, options, Stop::default()).run().await;
    }

    /// How many suspects are left to examine where these are put off for others, and a finding "found" is there.
    fn left_to_examine(found: &Finding, put_off: &[(&str, &str)]) -> usize {
        let fingerprint = |name: &str| match name {
            "found" => found.violation.fingerprint.clone(),
            other => Fingerprint::Foreign(other.into()),
        };
        let put_off = put_off.iter().map(|(own, owner)| {
            let violation = Violation { fingerprint: fingerprint(own), ..found.violation.clone() };
            PutOff { suspect: Suspect::of(violation, found.case.clone()), owner: fingerprint(owner) }
        });
        let mut harvest = Harvest::new(&mut Gathered::default());
        harvest.findings.push(found.clone());
        harvest.put_off = put_off.collect();
        harvest.without_owner().len()
    }

    #[tokio::test]
    async fn what_is_put_off_for_what_was_not_found_after_all_is_examined() {
        let buggy = Config { defects: vec!["current-removable".parse().expect("a defect")], ..Config::default() };
        let service = Arc::new(Service::new(buggy));
        let options = Options { enough: Enough::Seen(1), functions: service.functions(), ..Options::default() };
        let findings = Run::new(service, options, Stop::default()).run().await.findings;
        let found = findings.iter().find(|it| it.is_shown()).expect("a finding");
        let left = |put_off: &[(&str, &str)]| left_to_examine(found, put_off);
        assert_eq!(left(&[("a", "found")]), 0);
        assert_eq!(left(&[("a", "b"), ("b", "found")]), 0, "by way of another");
        assert_eq!(left(&[("a", "lost"), ("b", "found")]), 1);
        assert_eq!(left(&[("a", "b"), ("b", "a")]), 2, "each for the other");
    }
}
