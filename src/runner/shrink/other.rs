//! Other kinds of violations of the same rule: a case of another kind may be shorter than all that were found.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::Lab;
use super::candidate::candidates;
use super::reduce::renumbered;
use crate::endpoint::Endpoint;
use crate::rule::Class;
use crate::runner::execution::{Extent, Sighting, Trace};
use crate::runner::find::{Suspect, up_to};
use crate::runner::{Beaten, Finding};
use crate::strategy::Case;

/// About how many calls are spent on all rules that are violated together, each having as many.
const SPENT_ON_RULES: u64 = 2100;
/// About how many calls are spent on one of them, at least and at most.
const SPENT_ON_A_RULE: (u64, u64) = (60, 600);
/// Of how many times fewer calls a rule is worth whose answers only differ in their form.
const WORTH_OF_A_DIFFERENCE: u64 = 3;
impl<E: Endpoint + 'static> Lab<'_, E> {
    /// Violations of a rule in fewer calls than the shortest that was found, each shorter than the one before: by the
    /// shortest case without one of its calls, or with another in place of one too, and by the short cases that demand
    /// something of the rule by the model. Where none of them is as grave, one that is less so will do.
    pub(in crate::runner) async fn shorter_of_rule(&mut self, mut beaten: Beaten) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let mut left = beaten.share().min(self.run.options.shrink_calls);
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
            beaten.after = finding.after;
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
        let mut lesser: Option<Suspect> = None;
        for (case, need) in candidates(self.atlas, self.run.menu(), beaten).await {
            self.budget = self.spent + *left;
            if self.is_spent() || self.is_stopped() {
                break;
            }
            if !tried.insert(serde_json::to_string(&renumbered(&case)).unwrap_or_default())
                || !need.is_met_by(&case, self.run.menu()).await
            {
                continue;
            }
            let before = self.spent;
            let suspect = self.suspect(&case, beaten).await;
            *left = left.saturating_sub(self.spent - before);
            match suspect {
                Some(suspect) if suspect.violation.class <= beaten.class => return Some(suspect),
                Some(suspect) if lesser.as_ref().is_none_or(|it| suspect.case.steps.len() < it.case.steps.len()) => {
                    lesser = Some(suspect);
                }
                Some(_) | None => {}
            }
        }
        lesser
    }

    /// A run that was told to stop begins nothing new.
    fn is_stopped(&self) -> bool {
        self.run.stop.load(Ordering::Relaxed)
    }

    /// What a case shows, at first as it is, then with everything read after every call: what was not read before is put
    /// down to an earlier request.
    async fn suspect(&mut self, case: &Case, beaten: &Beaten) -> Option<Suspect> {
        let trace = self.execute(case, Extent::Whole).await;
        let suspect = suspect(case, &trace, beaten, false);
        if suspect.is_some() || !trace.sightings.iter().any(|seen| seen.is_of_state(beaten.class)) {
            return suspect;
        }
        let trace = self.execute(case, Extent::Observed).await;
        self::suspect(case, &trace, beaten, true)
    }
}

impl Beaten {
    /// About how many calls are spent on it.
    fn share(&self) -> u64 {
        let (least, most) = SPENT_ON_A_RULE;
        let share = (SPENT_ON_RULES / self.of.max(1)).clamp(least, most);
        if self.class == Class::Contract { share } else { share / WORTH_OF_A_DIFFERENCE }
    }
}

/// The gravest violation of a rule in a trace, with nothing wrong before it that is not so in the case at hand.
fn suspect(case: &Case, trace: &Trace, beaten: &Beaten, is_observed: bool) -> Option<Suspect> {
    let is_of_rule = |seen: &&Sighting| seen.violation.rule == beaten.rule;
    let is_alike = |seen: &&Sighting| {
        trace.first_before(&seen.violation.fingerprint).is_none_or(|earlier| beaten.after == Some(earlier))
    };
    let seen = trace.sightings.iter().filter(is_of_rule).filter(is_alike).min_by_key(|seen| seen.violation.class)?;
    let case = up_to(case, seen);
    (case.steps.len() < beaten.case.steps.len()).then(|| Suspect {
        violation: seen.violation.clone(),
        case,
        cause: seen.cause,
        state: seen.state,
        is_clean: trace.is_clean_before(&seen.violation.fingerprint),
        is_observed,
        calls: beaten.calls,
        other: None,
        early: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RuleId;

    #[test]
    fn fewer_violated_rules_have_more_calls_each() {
        let share = |of, class| {
            let case = Case { steps: Vec::new() };
            Beaten { rule: RuleId::State001, class, case, after: None, calls: 0, of }.share()
        };
        assert_eq!([1, 7, 35, 200].map(|of| share(of, Class::Contract)), [600, 300, 60, 60]);
        assert_eq!([1, 35].map(|of| share(of, Class::Fidelity)), [200, 20]);
    }
}
