//! Reads that show what was true a moment ago (ROT-CONC-001), and entries of ListSecrets, which lag at any time.

use super::search::explains;
use super::{Slot, Trial};
use crate::history::Moment;
use crate::model::{Answer, Fact, World, summary_facts};
use crate::rule::RuleId;
use crate::verdict::Exercise;

/// How many earlier worlds are kept for lagging reads.
const MOST_PAST: usize = 128;

impl Slot {
    /// The first fact about an entry of ListSecrets that no state, present or past, meets.
    pub(crate) fn unlike_any_state(&self, shown: &Answer, exercise: &mut Exercise) -> Option<Fact> {
        if self.retired || !self.frontier.is_idle() {
            return None;
        }
        let present = self.frontier.states.iter().map(|state| &state.world);
        let mut first = None;
        for world in present.chain(self.past.iter().rev().map(|(_, world)| world)) {
            let Some(secret) = &world.secret else { continue };
            let unmet = summary_facts(secret).into_iter().find(|fact| fact.claim.holds(shown) == Some(false));
            let Some(unmet) = unmet else {
                first = None;
                break;
            };
            first = first.or(Some(unmet));
        }
        exercise.arm(RuleId::Read009);
        exercise.check(RuleId::Read009);
        first
    }

    /// The states until now are past.
    pub(super) fn remember(&mut self, until: Moment) {
        self.past.extend(self.frontier.states.iter().map(|state| (until, state.world.clone())));
        let surplus = self.past.len().saturating_sub(MOST_PAST);
        self.past.drain(..surplus);
    }

    /// A read that fits what was true within the consistency window is no violation (ROT-CONC-001).
    pub(super) fn was_true_a_moment_ago(&self, trial: &Trial<'_>) -> bool {
        trial.call.request.operation.is_read() && self.recent(trial).any(|world| explains(world, trial))
    }

    /// Whether reads may show what was true before, so that they settle nothing.
    pub(super) fn may_be_stale(&self, trial: &Trial<'_>) -> bool {
        self.recent(trial).next().is_some()
    }

    /// The worlds that a read may still show.
    fn recent<'a>(&'a self, trial: &Trial<'_>) -> impl Iterator<Item = &'a World> {
        let window_us = u64::try_from(trial.window.as_micros()).unwrap_or(u64::MAX);
        let earliest = trial.call.called.0.saturating_sub(window_us);
        let past = if window_us > 0 { &self.past[..] } else { &[] };
        past.iter().filter(move |(until, _)| until.0 >= earliest).map(|(_, world)| world)
    }
}
