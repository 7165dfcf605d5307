//! Looking for violations: cases run several at once, and what they show is gathered by fingerprint.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;

use super::contradicted::Contradicted;
use super::execution::{Execution, Extent, Plan, Sighting, Trace};
use super::known::Known;
use super::options::{Enough, Fixed, Options, Progress};
use super::presence::{Presence, question};
use super::result::MOST_OF_A_RULE;
use super::source::{Numbered, Source};
use super::suspect::{Early, Suspect, up_to};
use super::{REPLAYS, plan};
use crate::endpoint::{Endpoint, Stop};
use crate::model::Text;
use crate::rule::{RULES, RuleId};
use crate::strategy::{Case, Cells};
use crate::verdict::{Exercise, Fingerprint, Violation};

/// After how many calls an endpoint that has given neither a result nor an error is taken for that of another service.
const FOREIGN: u64 = 100;

/// After how many answers that were faults of the server, in place of one that would decide it, a run for one rule ends.
const FAULTS: u64 = 20;

/// What the cases of a run have shown.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub exercise: Exercise,
    pub suspects: BTreeMap<Fingerprint, Suspect>,
    /// Those that were one too many of their rule to be examined.
    pub more: BTreeMap<RuleId, BTreeSet<Fingerprint>>,
    pub cells: Cells,
    pub cases: u64,
    pub calls: u64,
    pub clean: u64,
    /// The calls that asked which operations there are.
    pub asked: u64,
    pub left: Vec<Text>,
    pub contradicted: Contradicted,
    pub died: Option<String>,
    pub inconclusive: bool,
    /// Whether a violation of a contract was seen in every replay that was made at once.
    is_confirmed: bool,
    /// Whether any answer was a result or an error.
    is_understood: bool,
    /// The calls up to the last case that brought something new.
    last_news: u64,
}

/// One job of a run: takes cases until there are no more, or no more are wanted.
pub(super) struct Job<E> {
    pub endpoint: Arc<E>,
    pub options: Arc<Options>,
    pub progress: Arc<Progress>,
    pub stop: Stop,
    pub presence: Arc<Presence>,
    pub source: Arc<Source>,
    pub known: Arc<Known>,
    pub calls: Arc<AtomicU64>,
    pub gathered: Arc<Mutex<Gathered>>,
    /// When looking for violations ends.
    pub deadline: Option<Instant>,
    /// When it ends if there is something to shrink.
    pub deadline_with_suspects: Option<Instant>,
}

impl<E> Clone for Job<E> {
    fn clone(&self) -> Self {
        Self {
            endpoint: Arc::clone(&self.endpoint),
            options: Arc::clone(&self.options),
            progress: Arc::clone(&self.progress),
            stop: self.stop.clone(),
            presence: Arc::clone(&self.presence),
            source: Arc::clone(&self.source),
            known: Arc::clone(&self.known),
            calls: Arc::clone(&self.calls),
            gathered: Arc::clone(&self.gathered),
            deadline: self.deadline,
            deadline_with_suspects: self.deadline_with_suspects,
        }
    }
}

impl<E: Endpoint> Job<E> {
    pub(super) async fn work(self) {
        while !self.is_over().await {
            let Some(next) = self.source.next().await else { return };
            self.carry_out(next).await;
        }
    }

    /// Asks which operations there are, before anything else is tried. What is missing, or wrong, is shown by a case of its own.
    pub(super) async fn ask_what_there_is(&self) {
        if !self.options.asks_what_there_is {
            return;
        }
        // The sweep alone, which is short, has each operation soon enough by itself.
        let is_sweep = self.options.cases == 0 && self.options.fixed == [Fixed::Sweep];
        let is_for_all = self.options.only.is_none_or(|only| only == RuleId::Wire013) && !is_sweep;
        let (calls, worth_a_case) = self.presence.ask(&*self.endpoint, &self.options.prefix, is_for_all).await;
        // They count, and leave no case out: how many calls cases may make is another matter.
        self.gathered.lock().await.asked += calls;
        for (number, action) in worth_a_case.into_iter().enumerate() {
            let case = Case { steps: vec![question(action, "$s1")] };
            self.carry_out(Numbered { tag: format!("p{number}"), case, is_random: false }).await;
        }
    }

    fn plan(&self, tag: &str, extent: Extent) -> Plan {
        Plan { presence: Arc::clone(&self.presence), ..plan(&self.options, &self.stop, tag, extent) }
    }

    async fn carry_out(&self, next: Numbered) {
        let before = self.calls.load(Ordering::Relaxed);
        let known = next.is_random.then(|| Arc::clone(&self.known));
        let plan = Plan { known, ..self.plan(&next.tag, Extent::Whole) };
        let trace = Execution::new(&*self.endpoint, &plan).run(&next.case).await;
        self.calls.fetch_add(trace.calls(), Ordering::Relaxed);
        let calls = trace.calls();
        let fresh = {
            let mut gathered = self.gathered.lock().await;
            let fresh = gathered.add(&next.case, trace, before);
            self.progress.case_ended(calls, gathered.suspects.len());
            fresh
        };
        for (number, fingerprint) in fresh.into_iter().enumerate() {
            if !self.is_over().await {
                self.confirm(fingerprint, &format!("{}e{number}", next.tag)).await;
            }
        }
    }

    /// Replays the case that has just shown a violation for the first time, so that a run that does not get to its end
    /// has more to tell than sightings. What fails no run can wait.
    async fn confirm(&self, wanted: Fingerprint, tag: &str) {
        let case = {
            let gathered = self.gathered.lock().await;
            let suspect = gathered.suspects.get(&wanted).filter(|it| it.violation.fails(false) && self.matters(it));
            suspect.filter(|it| it.early.is_none()).map(|it| it.case.clone())
        };
        let Some(case) = case else { return };
        let mut early = Early { case, hits: 0, calls: 0, shown: None };
        for replay in 1..=REPLAYS {
            let plan = self.plan(&format!("{tag}x{replay}"), Extent::Until(wanted.clone()));
            let trace = Execution::new(&*self.endpoint, &Plan { keeps_steps: true, ..plan }).run(&early.case).await;
            early.calls += trace.calls();
            if let Some(seen) = trace.sighting(&wanted) {
                early.hits += 1;
                early.shown = Some((seen.violation.clone(), trace.evidence(&wanted)));
            }
            let mut gathered = self.gathered.lock().await;
            gathered.contradicted.see(&trace);
            gathered.contradicted.keep(&early.case, &trace, &Extent::Whole);
            gathered.clean += trace.clean;
            gathered.left.extend(trace.left);
            gathered.died = gathered.died.take().or(trace.died);
        }
        if early.hits < REPLAYS && self.stop.is_set() {
            // What was cut short shows nothing, not that the violation comes and goes.
            early = Early { hits: 0, shown: None, ..early };
        }
        let mut gathered = self.gathered.lock().await;
        gathered.is_confirmed |= early.hits == REPLAYS;
        if let Some(suspect) = gathered.suspects.get_mut(&wanted) {
            suspect.early = Some(early);
        }
    }

    fn matters(&self, suspect: &Suspect) -> bool {
        self.options.only.is_none_or(|rule| suspect.violation.rule == rule)
    }

    async fn is_over(&self) -> bool {
        if self.stop.is_set() || is_past(self.deadline) {
            return true;
        }
        let gathered = self.gathered.lock().await;
        if !gathered.suspects.is_empty() && is_past(self.deadline_with_suspects) {
            return true;
        }
        let quiet = gathered.calls - gathered.last_news;
        let has_enough = match self.options.enough {
            Enough::Never => false,
            Enough::Seen(count) => gathered.suspects.len() >= count,
            Enough::Confirmed => gathered.is_confirmed,
        };
        let is_foreign = !gathered.is_understood && gathered.calls >= FOREIGN;
        let is_in_vain = self.options.only.is_some_and(|rule| gathered.exercise.is_faulted(rule, FAULTS));
        has_enough
            || is_foreign
            || is_in_vain
            || self.presence.essential().is_some()
            || gathered.died.is_some()
            || self.calls.load(Ordering::Relaxed) >= self.options.max_calls
            || quiet >= self.options.quiet_calls
    }
}

/// Whether a moment has passed.
#[expect(clippy::disallowed_methods, reason = "a budget of time is a matter of the clock")]
pub(super) fn is_past(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

impl Gathered {
    /// Adds what a case has shown; gives the violations that none before it had.
    fn add(&mut self, case: &Case, trace: Trace, before: u64) -> Vec<Fingerprint> {
        self.cases += 1;
        self.calls += trace.calls();
        let is_news = self.is_news(&trace);
        let new_cells = trace.cells.iter().filter(|cell| self.cells.insert(**cell)).count();
        if is_news || new_cells > 0 {
            self.last_news = self.calls;
        }
        let clean: Vec<_> =
            trace.sightings.iter().map(|seen| trace.is_clean_before(&seen.violation.fingerprint)).collect();
        self.exercise.merge(&trace.exercise);
        self.contradicted.see(&trace);
        self.clean += trace.clean;
        self.left.extend(trace.left);
        self.inconclusive |= trace.inconclusive;
        self.is_understood |= trace.is_understood;
        self.died = self.died.take().or(trace.died);
        let mut fresh = Vec::new();
        if !trace.sightings.is_empty() {
            let case = without(case, &trace.skipped);
            for (sighting, is_clean) in trace.sightings.into_iter().zip(clean) {
                let fingerprint = &sighting.violation.fingerprint;
                if !self.suspects.contains_key(fingerprint) {
                    if !self.has_room_for(&sighting.violation) {
                        continue;
                    }
                    fresh.push(fingerprint.clone());
                }
                self.suspect(&case, renumbered(sighting, &trace.skipped), is_clean, before);
            }
        }
        fresh
    }

    /// Whether a trace has a violation that none before had, or exercises a rule for the first time.
    fn is_news(&self, trace: &Trace) -> bool {
        let is_new_rule = |id| trace.exercise.checked(id) > 0 && self.exercise.checked(id) == 0;
        let is_new = |violation: &Violation| {
            let more = self.more.get(&violation.rule);
            let is_one_more = more.is_some_and(|more| more.contains(&violation.fingerprint));
            !is_one_more && !self.suspects.contains_key(&violation.fingerprint)
        };
        trace.sightings.iter().any(|seen| is_new(&seen.violation)) || RULES.iter().any(|rule| is_new_rule(rule.id))
    }

    /// Whether a violation that is new is one to examine. Where its rule has as many as are told, it is counted alone,
    /// unless it is a violation of the contract and takes the place of a difference.
    fn has_room_for(&mut self, violation: &Violation) -> bool {
        let of_rule = || self.suspects.values().filter(|it| it.violation.rule == violation.rule);
        if of_rule().count() < MOST_OF_A_RULE {
            return true;
        }
        let lesser = of_rule().find(|it| it.violation.class > violation.class);
        let out = lesser.map_or(&violation.fingerprint, |lesser| &lesser.violation.fingerprint).clone();
        let is_taken = out != violation.fingerprint;
        self.suspects.remove(&out);
        let more = self.more.entry(violation.rule).or_default();
        more.remove(&violation.fingerprint);
        more.insert(out);
        is_taken
    }

    /// Keeps the best case for each violation, and one more.
    fn suspect(&mut self, case: &Case, sighting: Sighting, is_clean: bool, before: u64) {
        let case = up_to(case, &sighting);
        let Sighting { violation, cause, state, .. } = sighting;
        let calls = before + u64::from(violation.call);
        let is_observed = false;
        let suspect = Suspect { violation, case, cause, state, is_clean, is_observed, calls, other: None, early: None };
        match self.suspects.entry(suspect.violation.fingerprint.clone()) {
            Entry::Vacant(place) => {
                place.insert(suspect);
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                if suspect.weight() < known.weight() {
                    let before = std::mem::replace(known, suspect);
                    known.calls = before.calls;
                    known.early = before.early;
                    known.other = Some(before.case);
                } else if known.other.is_none() && known.case != suspect.case {
                    known.other = Some(suspect.case);
                }
            }
        }
    }
}

/// The steps of a case that were made.
fn without(case: &Case, skipped: &[usize]) -> Case {
    let steps = case.steps.iter().enumerate().filter(|(index, _)| !skipped.contains(index));
    Case { steps: steps.map(|(_, step)| step.clone()).collect() }
}

/// A sighting in a case of which some steps were left out.
fn renumbered(sighting: Sighting, skipped: &[usize]) -> Sighting {
    let number = |index: usize| index - skipped.iter().filter(|skipped| **skipped < index).count();
    Sighting { step: number(sighting.step), cause: sighting.cause.map(number), ..sighting }
}
