//! Other kinds of violations of the same rule: a case of another kind may be shorter than all that were found.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::Lab;
use super::index::{End, Index};
use super::reduce::{renumbered, without};
use super::route::fused;
use crate::endpoint::Endpoint;
use crate::rule::Class;
use crate::runner::execution::{Extent, Sighting, Trace};
use crate::runner::find::{Suspect, up_to};
use crate::runner::{Beaten, Finding};
use crate::strategy::Case;

/// About how many calls are spent on a rule that is violated, and on one whose answers only differ in their form.
const SPENT_ON_A_RULE: u64 = 60;
const SPENT_ON_A_DIFFERENCE: u64 = 10;

impl<E: Endpoint + 'static> Lab<'_, E> {
    /// Violations of a rule in fewer calls than the shortest that was found, each shorter than the one before: by the
    /// shortest case without one of its calls, or with one call for two, and by the short cases that demand something of
    /// the rule by the model.
    pub(in crate::runner) async fn shorter_of_rule(&mut self, mut beaten: Beaten) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let most = if beaten.class == Class::Contract { SPENT_ON_A_RULE } else { SPENT_ON_A_DIFFERENCE };
        let mut left = most.min(self.run.options.shrink_calls);
        let mut tried = BTreeSet::new();
        while beaten.case.steps.len() > 1
            && let Some(suspect) = self.shorter_suspect(&beaten, &mut left, &mut tried).await
            && !self.is_stopped()
        {
            let spent = std::mem::take(&mut self.spent);
            let finding = self.finding(suspect).await;
            let is_shorter =
                finding.violation.rule == beaten.rule && finding.case.steps.len() < beaten.case.steps.len();
            beaten.case = finding.case.clone();
            findings.push(Finding { calls_to_shrink: finding.calls_to_shrink + spent, ..finding });
            if !is_shorter {
                break;
            }
        }
        findings
    }

    async fn shorter_suspect(
        &mut self,
        beaten: &Beaten,
        left: &mut u64,
        tried: &mut BTreeSet<String>,
    ) -> Option<Suspect> {
        let ends =
            Index::shared(self.run.menu()).ends_of(beaten.rule, beaten.case.steps.len()).into_iter().map(End::case);
        let fewer = (1..beaten.case.steps.len()).rev().map(|end| without(&beaten.case, end - 1, end));
        let fused = (0..beaten.case.steps.len().saturating_sub(2)).flat_map(|at| fused(self.atlas, &beaten.case, at));
        for case in fewer.chain(fused).chain(ends) {
            self.budget = self.spent + *left;
            if self.is_spent() || self.is_stopped() {
                break;
            }
            if !tried.insert(serde_json::to_string(&renumbered(&case)).unwrap_or_default()) {
                continue;
            }
            let before = self.spent;
            let suspect = self.suspect(&case, beaten).await;
            *left = left.saturating_sub(self.spent - before);
            if suspect.is_some() {
                return suspect;
            }
        }
        None
    }

    /// A run that was told to stop begins nothing new.
    fn is_stopped(&self) -> bool {
        self.run.stop.load(Ordering::Relaxed)
    }

    /// What a case shows, at first as it is, then with everything read after every call: what was not read before is put
    /// down to an earlier request.
    async fn suspect(&mut self, case: &Case, beaten: &Beaten) -> Option<Suspect> {
        let trace = self.execute(case, Extent::Whole).await;
        let suspect = suspect(case, &trace, beaten);
        if suspect.is_some() || !trace.sightings.iter().any(|seen| seen.is_of_state(beaten.class)) {
            return suspect;
        }
        let trace = self.execute(case, Extent::Observed).await;
        self::suspect(case, &trace, beaten)
    }
}

/// The first violation of a rule in a trace, with nothing wrong before it.
fn suspect(case: &Case, trace: &Trace, beaten: &Beaten) -> Option<Suspect> {
    let is_of_rule = |seen: &&Sighting| seen.violation.rule == beaten.rule && seen.violation.class <= beaten.class;
    let is_clean = |seen: &&Sighting| trace.is_clean_before(&seen.violation.fingerprint);
    let seen = trace.sightings.iter().filter(is_of_rule).find(is_clean)?;
    let case = up_to(case, seen);
    (case.steps.len() < beaten.case.steps.len()).then(|| Suspect {
        violation: seen.violation.clone(),
        case,
        cause: seen.cause,
        state: seen.state,
        is_clean: true,
        calls: beaten.calls,
        other: None,
        early: None,
    })
}
