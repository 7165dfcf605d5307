//! Trying a candidate: is the violation seen, and is it this one?

use super::Lab;
use super::reduce::renumbered;
use crate::endpoint::Endpoint;
use crate::rule::Class;
use crate::runner::execution::{Execution, Extent, Plan, Trace};
use crate::runner::find::is_past;
use crate::strategy::Case;
use crate::verdict::{Demand, Fingerprint, Violation};

impl<E: Endpoint + 'static> Lab<'_, E> {
    pub(super) fn is_spent(&self) -> bool {
        // The rest of the time is for replays, without which nothing counts.
        self.spent >= self.budget || self.run.is_over() || is_past(self.run.deadline(9, 10))
    }

    pub(super) async fn shows(&mut self, case: &Case, wanted: &Fingerprint) -> bool {
        self.was_unclean = false;
        let written = serde_json::to_string(&renumbered(case)).unwrap_or_default();
        if self.tried.contains(&written) {
            return false;
        }
        let is_there = wanted.missing().is_some() || !self.run.presence.lacks_any_of(case);
        let is_shown = is_there && self.need.is_met_by(case, self.run.menu()).await && self.is_seen(case, wanted).await;
        if !is_shown {
            self.tried.insert(written);
        }
        is_shown
    }

    pub(super) async fn is_seen(&mut self, case: &Case, wanted: &Fingerprint) -> bool {
        if self.extent != Extent::Observed {
            let trace = self.execute(case, Extent::Until(wanted.clone())).await;
            if self.is_shown_by(&trace, wanted) {
                return true;
            }
            // The same difference may be put down to an earlier request, which reads after every call would have cleared.
            let last = case.steps.len().saturating_sub(1);
            if !trace.sightings.iter().any(|seen| seen.step == last && is_same_difference(&seen.violation, wanted)) {
                return false;
            }
        }
        let trace = self.execute(case, Extent::Observed).await;
        let is_shown = self.is_shown_by(&trace, wanted);
        if is_shown && self.extent != Extent::Observed {
            self.extent = Extent::Observed;
            self.tried.clear();
        }
        is_shown
    }

    /// Whether the answer to the last call is wrong by itself, although something went wrong before in the candidate
    /// that was tried last: with everything read after every call, what an earlier call has left is known.
    pub(super) async fn shows_by_itself(&mut self, case: &Case, wanted: &Fingerprint) -> bool {
        if !std::mem::take(&mut self.was_unclean) || wanted.demanded().is_some_and(Demand::is_of_state) {
            return false;
        }
        let is_seen = self.execute(case, Extent::Observed).await.sighting(wanted).is_some();
        self.must_be_clean &= !is_seen;
        is_seen
    }

    pub(super) fn is_shown_by(&mut self, trace: &Trace, wanted: &Fingerprint) -> bool {
        let cause = trace.first_before(wanted);
        let is_hidden = self.must_follow.is_some() && self.must_follow != cause;
        let seen = trace.sighting(wanted).cloned();
        self.was_unclean = seen.is_some() && self.must_be_clean && !trace.is_clean_before(wanted);
        let seen = seen.filter(|_| !self.was_unclean && !is_hidden);
        let is_shown = seen.is_some();
        if is_shown {
            self.cause = cause;
        }
        self.shown = seen.or_else(|| self.shown.take());
        is_shown
    }

    pub(super) async fn execute(&mut self, case: &Case, extent: Extent) -> Trace {
        self.executions += 1;
        let plan = self.run.plan(&format!("f{}x{}", self.number, self.executions), extent);
        self.carry_out(case, &plan).await
    }

    /// The whole case, with what came of each call.
    pub(super) async fn replay(&mut self, case: &Case) -> Trace {
        self.executions += 1;
        let tag = format!("f{}x{}", self.number, self.executions);
        let plan = Plan { keeps_steps: true, ..self.run.plan(&tag, self.extent.clone()) };
        self.carry_out(case, &plan).await
    }

    pub(super) async fn carry_out(&mut self, case: &Case, plan: &Plan) -> Trace {
        let mut trace = Execution::new(&*self.run.endpoint, plan).run(case).await;
        self.spent += trace.calls();
        self.contradicted.see(&trace);
        self.contradicted.keep(case, &trace, &plan.extent);
        self.clean += trace.clean;
        self.left.append(&mut trace.left);
        trace
    }
}

/// Whether a violation of the state may be the wanted one, blamed on another request or on a law.
fn is_same_difference(seen: &Violation, wanted: &Fingerprint) -> bool {
    seen.is_of_state && seen.class == Class::Contract && seen.fingerprint.may_be(wanted)
}
