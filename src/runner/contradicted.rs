//! Rules that answers contradict without being to blame: what an earlier violation has left, what another rule was found
//! to own, or what the same answer breaks beside the rule that is blamed. Of these no run says that they passed.

use std::collections::{BTreeMap, BTreeSet};

use super::execution::{Extent, Trace};
use super::suspect::{Suspect, up_to};
use crate::rule::RuleId;
use crate::strategy::Case;

/// Each rule that some answer contradicted, with the rules that were to blame at the time.
#[derive(Clone, Debug, Default)]
pub(super) struct Contradicted {
    /// How often each was.
    causes: BTreeMap<RuleId, BTreeMap<RuleId, u64>>,
    /// What a violation was found to be one of.
    owners: BTreeMap<RuleId, BTreeSet<RuleId>>,
    /// Of rules that were violated with nothing wrong before while something else was examined, the shortest case.
    strays: BTreeMap<RuleId, Suspect>,
}

impl Contradicted {
    /// Notes what a trace contradicts, and the first violation of the contract before.
    pub(super) fn see(&mut self, trace: &Trace) {
        for seen in &trace.sightings {
            let rule = seen.violation.rule;
            let causes = self.causes.entry(rule).or_default();
            let fingerprint = &seen.violation.fingerprint;
            if let Some(cause) = trace.first_before(fingerprint).or_else(|| trace.anything_before(fingerprint)) {
                *causes.entry(cause).or_default() += 1;
            }
            for also in &seen.violation.also {
                *self.causes.entry(*also).or_default().entry(rule).or_default() += 1;
            }
        }
    }

    /// A violation of one rule was found to be one of another.
    pub(super) fn moved(&mut self, from: RuleId, to: RuleId) {
        self.causes.entry(from).or_default();
        self.owners.entry(from).or_default().insert(to);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (rule, causes) in other.causes {
            let known = self.causes.entry(rule).or_default();
            for (cause, times) in causes {
                *known.entry(cause).or_default() += times;
            }
        }
        for (rule, owners) in other.owners {
            self.owners.entry(rule).or_default().extend(owners);
        }
        other.strays.into_values().for_each(|stray| self.stray(stray));
    }

    /// Keeps what a case shows that was tried for the sake of something else.
    pub(super) fn keep(&mut self, case: &Case, trace: &Trace, extent: &Extent) {
        for seen in trace.sightings.iter().filter(|seen| trace.is_clean_before(&seen.violation.fingerprint)) {
            self.stray(Suspect {
                violation: seen.violation.clone(),
                case: up_to(case, seen),
                cause: seen.cause,
                state: seen.state,
                is_clean: true,
                is_observed: *extent == Extent::Observed,
                calls: 0,
                other: None,
                early: None,
            });
        }
    }

    fn stray(&mut self, stray: Suspect) {
        let known = self.strays.entry(stray.violation.rule).or_insert_with(|| stray.clone());
        if stray.weight() < known.weight() {
            *known = stray;
        }
    }

    /// The violations of rules of which nothing was found, although nothing else was to blame: these remain to be
    /// examined, of a run of so many calls.
    pub(super) fn unexamined(&mut self, calls: u64, is_found: impl Fn(RuleId) -> bool) -> Vec<Suspect> {
        let consequences = self.consequences(is_found);
        let strays = std::mem::take(&mut self.strays).into_iter();
        let of_itself = strays.filter(|(rule, _)| consequences.get(rule) == Some(rule));
        of_itself.map(|(_, stray)| Suspect { calls, ..stray }).collect()
    }

    /// The rules that are contradicted and of which nothing was found, each with the rule of which that is a consequence:
    /// one of which something was found if there is one, also by way of others. Where nothing was to blame, it is
    /// the rule itself.
    pub(super) fn consequences(&self, is_found: impl Fn(RuleId) -> bool) -> BTreeMap<RuleId, RuleId> {
        let rules = self.causes.keys().copied().filter(|rule| !is_found(*rule));
        rules.map(|rule| (rule, self.cause(rule, &is_found))).collect()
    }

    fn cause(&self, rule: RuleId, is_found: &impl Fn(RuleId) -> bool) -> RuleId {
        let mut seen = BTreeSet::from([rule]);
        let mut causes: Vec<RuleId> = self.causes(rule).collect();
        let nearest = causes.first().copied().unwrap_or(rule);
        while !causes.is_empty() {
            if let Some(found) = causes.iter().find(|cause| is_found(**cause)) {
                return *found;
            }
            causes.retain(|cause| seen.insert(*cause));
            causes = causes.into_iter().flat_map(|cause| self.causes(cause)).collect();
        }
        nearest
    }

    /// The rules that were to blame for this one: those that it was found to belong to, then the most frequent first.
    fn causes(&self, rule: RuleId) -> impl Iterator<Item = RuleId> {
        let mut causes: Vec<_> = self.causes.get(&rule).into_iter().flatten().collect();
        causes.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let causes: Vec<_> = causes.into_iter().map(|(cause, _)| *cause).collect();
        let owners = self.owners.get(&rule).into_iter().flatten().copied();
        owners.chain(causes).filter(move |cause| *cause != rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consequence_is_that_of_a_rule_of_which_something_was_found_also_by_way_of_others() {
        let (law, keep, owner) = (RuleId::State001, RuleId::State018, RuleId::State008);
        let mut contradicted = Contradicted::default();
        contradicted.moved(law, keep);
        contradicted.moved(keep, law);
        contradicted.moved(keep, owner);
        let consequences = contradicted.consequences(|rule| rule == owner);
        assert_eq!(consequences, BTreeMap::from([(law, owner), (keep, owner)]));
        assert_eq!(contradicted.consequences(|_| true), BTreeMap::new());
        assert_eq!(contradicted.consequences(|_| false).get(&law), Some(&keep));
    }
}
