//! Other kinds of violations of the same rule: a case of another kind may be shorter than all that were found.

use std::collections::BTreeSet;

use super::Lab;
use super::candidate::candidates;
use super::reduce::renumbered;
use crate::endpoint::Endpoint;
use crate::rule::Class;
use crate::runner::execution::{Extent, Sighting, Trace};
use crate::runner::suspect::{Suspect, up_to};
use crate::runner::{Beaten, Finding};
use crate::strategy::Case;

/// About how many calls are spent on a rule, times the square of the number of rules that are violated: with more of them
/// the last calls bring little, and an emulator with dozens of deviations must not take long.
const SPENT_ON_RULES_SQUARED: u64 = 30_000;
/// About how many calls are spent on a rule, at least and at most.
const SPENT_ON_A_RULE: (u64, u64) = (60, 3000);
/// How many times the calls of shrinking one finding are spent on a rule at most.
const FINDINGS: u64 = 4;
/// Of how many times fewer calls a rule is worth whose answers only differ in their form.
const WORTH_OF_A_DIFFERENCE: u64 = 3;

/// What is left of the search for a shorter case of a rule, and what it came to.
struct Search {
    /// How many calls.
    left: u64,
    /// The cases that were tried, as text.
    tried: BTreeSet<String>,
    /// The shortest violation that is less grave than the one that was beaten.
    lesser: Option<Suspect>,
}

impl Search {
    fn is_new(&mut self, case: &Case) -> bool {
        self.tried.insert(serde_json::to_string(&renumbered(case)).unwrap_or_default())
    }

    /// The less grave violation, if it has fewer calls than this.
    fn shorter_than(&mut self, length: usize) -> Option<Suspect> {
        self.lesser.take().filter(|lesser| lesser.case.steps.len() < length)
    }

    fn remember(&mut self, suspect: Suspect) {
        if self.lesser.as_ref().is_none_or(|lesser| suspect.case.steps.len() < lesser.case.steps.len()) {
            self.lesser = Some(suspect);
        }
    }
}

impl<E: Endpoint + 'static> Lab<'_, E> {
    /// Violations of a rule in fewer calls than the shortest that was found, each shorter than the one before: by the
    /// shortest case without one of its calls, or with another in place of one too, and by the short cases that demand
    /// something of the rule by the model. Where none of them is as grave, one that is less so will do.
    pub(in crate::runner) async fn shorter_of_rule(&mut self, mut beaten: Beaten) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let left = beaten.share().min(FINDINGS * self.run.options.shrink_calls);
        let mut search = Search { left, tried: BTreeSet::new(), lesser: None };
        while beaten.case.steps.len() > 1
            && let Some(suspect) = self.shorter_suspect(&beaten, &mut search).await
            && !self.run.is_over()
        {
            let spent = std::mem::take(&mut self.spent);
            let Some(finding) = self.finding(suspect).await else { break };
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

    async fn shorter_suspect(&mut self, beaten: &Beaten, search: &mut Search) -> Option<Suspect> {
        for (case, need) in candidates(self.atlas, self.run.menu(), beaten).await {
            self.budget = self.spent + search.left;
            if self.is_spent() {
                break;
            }
            let is_there = !self.run.presence.lacks_any_of(&case);
            if !is_there || !search.is_new(&case) || !need.is_met_by(&case, self.run.menu()).await {
                continue;
            }
            let before = self.spent;
            let suspect = self.suspect(&case, beaten).await;
            search.left = search.left.saturating_sub(self.spent - before);
            match suspect {
                Some(suspect) if suspect.violation.class <= beaten.class => return Some(suspect),
                Some(suspect) => search.remember(suspect),
                None => {}
            }
        }
        search.shorter_than(beaten.case.steps.len())
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
        let share = (SPENT_ON_RULES_SQUARED / self.of.max(1).pow(2)).clamp(least, most);
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
    use crate::verdict::{Fingerprint, Violation};

    #[test]
    fn fewer_violated_rules_have_more_calls_each() {
        let share = |of, class| {
            let case = Case { steps: Vec::new() };
            Beaten { rule: RuleId::State001, class, case, after: None, calls: 0, of }.share()
        };
        assert_eq!([1, 3, 7, 10, 35, 200].map(|of| share(of, Class::Contract)), [3000, 3000, 612, 300, 60, 60]);
        assert_eq!([1, 35].map(|of| share(of, Class::Fidelity)), [1000, 20]);
    }

    fn suspect_of(length: usize) -> Suspect {
        let describe = serde_json::json!({"op": "DescribeSecret", "request": {"SecretId": "$s1"}});
        let case = serde_json::from_value(serde_json::Value::Array(vec![describe; length])).expect("a case");
        let violation = Violation {
            rule: RuleId::Val002,
            class: Class::Fidelity,
            is_of_state: false,
            call: 1,
            since: None,
            expected: String::new(),
            observed: String::new(),
            also: Vec::new(),
            fingerprint: Fingerprint::Foreign("written in this test".into()),
            excluded: Vec::new(),
            is_settled: false,
            unsettles: false,
            stretch: Vec::new(),
        };
        Suspect::of(violation, case)
    }

    #[test]
    fn what_is_less_grave_is_remembered_until_nothing_graver_is_as_short() {
        let mut search = Search { left: 0, tried: BTreeSet::new(), lesser: None };
        for length in [2, 1, 3] {
            search.remember(suspect_of(length));
        }
        assert!(search.shorter_than(1).is_none(), "it is no shorter");
        search.remember(suspect_of(1));
        assert_eq!(search.shorter_than(2).map(|suspect| suspect.case.steps.len()), Some(1));
        assert!(search.shorter_than(2).is_none(), "told once");
    }

    #[test]
    fn a_case_is_tried_once_whatever_its_tokens_are_called() {
        let mut search = Search { left: 0, tried: BTreeSet::new(), lesser: None };
        let case = |token| {
            let request = serde_json::json!({"SecretId": "$s1", "ClientRequestToken": token});
            serde_json::from_value::<Case>(serde_json::json!([{"op": "PutSecretValue", "request": request}]))
                .expect("a case")
        };
        assert_eq!(["$t3", "$t5", "$t90"].map(|token| search.is_new(&case(token))), [true, false, true]);
    }
}
