//! Looking for violations: cases run several at once, and what they show is gathered by fingerprint.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;

use super::execution::{Execution, Extent, Plan, Sighting, Trace};
use super::known::Known;
use super::options::{Options, Progress};
use super::plan;
use super::source::Source;
use crate::endpoint::Endpoint;
use crate::model::Text;
use crate::rule::{Class, RULES};
use crate::strategy::{Case, Cells, State};
use crate::verdict::{Exercise, Fingerprint, Violation};

/// A violation to examine: the case up to the call that showed it.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub violation: Violation,
    pub case: Case,
    /// The index of the step that is to blame, if it is not the last one.
    pub cause: Option<usize>,
    /// The state of the secret before that step, where it was known.
    pub state: Option<State>,
    /// Whether nothing went wrong in the case before.
    pub is_clean: bool,
    /// The calls of the run up to the one that first showed it.
    pub calls: u64,
    /// Another case that showed it, in case that this one does not show it again.
    pub other: Option<Case>,
}

impl Suspect {
    /// The better suspect for the same violation is the graver, then the one before which nothing went wrong, then the
    /// shorter.
    fn weight(&self) -> (Class, bool, usize) {
        (self.violation.class, !self.is_clean, self.case.steps.len())
    }
}

/// What the cases of a run have shown.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub exercise: Exercise,
    pub suspects: BTreeMap<Fingerprint, Suspect>,
    pub cells: Cells,
    pub cases: u64,
    pub calls: u64,
    pub clean: u64,
    pub left: Vec<Text>,
    pub died: Option<String>,
    pub inconclusive: bool,
    /// The calls up to the last case that brought something new.
    last_news: u64,
}

/// One job of a run: takes cases until there are no more, or no more are wanted.
pub(super) struct Job<E> {
    pub endpoint: Arc<E>,
    pub options: Arc<Options>,
    pub progress: Arc<Progress>,
    pub stop: Arc<AtomicBool>,
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
            stop: Arc::clone(&self.stop),
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
            let before = self.calls.load(Ordering::Relaxed);
            let known = next.is_random.then(|| Arc::clone(&self.known));
            let plan = Plan { known, ..plan(&self.options, &next.tag, Extent::Whole) };
            let trace = Execution::new(&*self.endpoint, &plan).run(&next.case).await;
            self.calls.fetch_add(trace.calls(), Ordering::Relaxed);
            let calls = trace.calls();
            let mut gathered = self.gathered.lock().await;
            gathered.add(&next.case, trace, before);
            self.progress.case_ended(calls, gathered.suspects.len());
        }
    }

    async fn is_over(&self) -> bool {
        if self.stop.load(Ordering::Relaxed) || is_past(self.deadline) {
            return true;
        }
        let gathered = self.gathered.lock().await;
        if !gathered.suspects.is_empty() && is_past(self.deadline_with_suspects) {
            return true;
        }
        let quiet = gathered.calls - gathered.last_news;
        let has_enough = self.options.enough.is_some_and(|enough| gathered.suspects.len() >= enough);
        has_enough
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
    fn add(&mut self, case: &Case, trace: Trace, before: u64) {
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
        self.clean += trace.clean;
        self.left.extend(trace.left);
        self.inconclusive |= trace.inconclusive;
        self.died = self.died.take().or(trace.died);
        if !trace.sightings.is_empty() {
            let case = without(case, &trace.skipped);
            for (sighting, is_clean) in trace.sightings.into_iter().zip(clean) {
                self.suspect(&case, renumbered(sighting, &trace.skipped), is_clean, before);
            }
        }
    }

    /// Whether a trace has a violation that none before had, or exercises a rule for the first time.
    fn is_news(&self, trace: &Trace) -> bool {
        let is_new_rule = |id| trace.exercise.checked(id) > 0 && self.exercise.checked(id) == 0;
        trace.sightings.iter().any(|seen| !self.suspects.contains_key(&seen.violation.fingerprint))
            || RULES.iter().any(|rule| is_new_rule(rule.id))
    }

    /// Keeps the best case for each violation, and one more.
    fn suspect(&mut self, case: &Case, sighting: Sighting, is_clean: bool, before: u64) {
        let case = up_to(case, &sighting);
        let Sighting { violation, cause, state, .. } = sighting;
        let calls = before + u64::from(violation.call);
        let suspect = Suspect { violation, case, cause, state, is_clean, calls, other: None };
        match self.suspects.entry(suspect.violation.fingerprint.clone()) {
            Entry::Vacant(place) => {
                place.insert(suspect);
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                if suspect.weight() < known.weight() {
                    let before = std::mem::replace(known, suspect);
                    known.calls = before.calls;
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

/// The case up to the call that showed a violation, which may be a read that the case does not have.
pub(super) fn up_to(case: &Case, sighting: &Sighting) -> Case {
    let mut steps = case.steps[..=sighting.step].to_vec();
    steps.extend(sighting.read.clone());
    Case { steps }
}
