//! Whether a finding is a consequence of what goes wrong before it: only if no case shows it without that.

use super::Lab;
use super::index::Index;
use super::need::Filter;
use super::route::Scene;
use crate::endpoint::Endpoint;
use crate::rule::RuleId;
use crate::runner::execution::Extent;
use crate::runner::{Finding, REPLAYS};
use crate::strategy::Case;
use crate::verdict::{Fingerprint, Status};

/// How many calls are spent on looking for such a case.
const SPENT: u64 = 50;

impl<E: Endpoint + 'static> Lab<'_, E> {
    /// The finding by a case in which nothing goes wrong before, if there is one; it is a consequence if there is not.
    /// What would fail no run is worth fewer calls.
    pub(super) async fn cleared(&mut self, finding: Finding) -> Finding {
        let Some(earlier) = finding.after.filter(|_| finding.is_shown()) else { return finding };
        let wanted = finding.violation.fingerprint.clone();
        self.budget = self.spent + if finding.status == Status::Fail { SPENT } else { SPENT / 4 };
        let case = self.without_the_cause(&finding.case, &wanted, earlier).await;
        let calls_to_shrink = finding.calls_to_shrink + std::mem::take(&mut self.spent);
        let finding = Finding { calls_to_shrink, ..finding };
        let Some(case) = case else { return finding };
        let confirmed = self.confirm(&case, &wanted).await;
        let calls_to_confirm = finding.calls_to_confirm + std::mem::take(&mut self.spent);
        let finding = Finding { calls_to_confirm, ..finding };
        let Some((REPLAYS, Some(trace))) = confirmed else { return finding };
        let Some(shown) = trace.sighting(&wanted) else { return finding };
        let violation = shown.violation.clone();
        Finding { violation, case, after: None, steps: trace.evidence(&wanted), ..finding }
    }

    /// A case that shows the violation and in which the other rule is never violated.
    async fn without_the_cause(&mut self, case: &Case, wanted: &Fingerprint, earlier: RuleId) -> Option<Case> {
        let extent = match &self.extent {
            Extent::Observed => Extent::Observed,
            _ => Extent::Until(wanted.clone()),
        };
        for candidate in self.other_ways(case, wanted) {
            let is_there = !self.run.presence.lacks_any_of(&candidate);
            if !is_there || !self.need.is_met_by(&candidate, self.run.menu()).await {
                continue;
            }
            if self.is_spent() {
                return None;
            }
            let trace = self.execute(&candidate, extent.clone()).await;
            let is_free_of_it = || trace.sightings.iter().all(|seen| seen.violation.rule != earlier);
            if trace.sighting(wanted).is_some() && trace.first_before(wanted).is_none() && is_free_of_it() {
                return Some(candidate);
            }
        }
        None
    }

    /// Cases at whose end the same is demanded by the model, of up to one call more, the shortest first.
    fn other_ways(&self, case: &Case, wanted: &Fingerprint) -> Vec<Case> {
        let last = case.steps.len().saturating_sub(1);
        let Some(scene) = Scene::of(self.atlas, case, last, None) else { return Vec::new() };
        let longest = case.steps.len() + 1;
        let mut ways = Vec::new();
        if let Some(demanded) = wanted.demanded() {
            let ends = Index::shared(self.run.menu()).ends(demanded);
            ways.extend((1..=longest).flat_map(|length| scene.demanding(demanded, ends, length)));
        }
        ways.extend(scene.elsewhere(longest, Filter::of(wanted)));
        ways.retain(|way| way != case);
        ways
    }
}
