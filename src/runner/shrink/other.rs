//! Other kinds of violations of the same rule: a case of another kind may be shorter than all that were found.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use tokio::sync::OnceCell;

use super::Lab;
use super::index::{End, Index};
use super::neighbour::neighbours;
use super::reduce::{renumbered, without};
use crate::endpoint::Endpoint;
use crate::rule::{Class, RuleId};
use crate::runner::execution::{Extent, Sighting, Trace};
use crate::runner::find::{Suspect, up_to};
use crate::runner::{Beaten, Finding, dry};
use crate::strategy::{Alphabet, Atlas, Case, Menu};

/// About how many calls are spent on a rule that is violated, and on one whose answers only differ in their form.
const SPENT_ON_A_RULE: u64 = 60;
const SPENT_ON_A_DIFFERENCE: u64 = 20;
/// How many neighbours of the shortest case are tried before other short cases.
const NEIGHBOURS_AT_FIRST: usize = 6;

impl<E: Endpoint + 'static> Lab<'_, E> {
    /// Violations of a rule in fewer calls than the shortest that was found, each shorter than the one before: by the
    /// shortest case without one of its calls, or with another in place of one too, and by the short cases that demand
    /// something of the rule by the model. Where none of them is as grave, one that is less so will do.
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
        let mut lesser: Option<Suspect> = None;
        for case in self.shorter_cases(beaten).await {
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

    /// The cases to try, the most promising first.
    async fn shorter_cases(&self, beaten: &Beaten) -> Vec<Case> {
        let (case, menu) = (&beaten.case, self.run.menu());
        let mut cases: Vec<Case> = (1..=case.steps.len()).rev().map(|end| without(case, end - 1, end)).collect();
        let ends = Index::shared(menu).ends_of(beaten.rule, case.steps.len());
        if ends.is_empty() {
            cases.extend(deciding(beaten.rule, case.steps.len() - 1, menu).await);
        }
        let mut neighbours = neighbours(self.atlas, case, beaten.rule.as_str()).into_iter();
        cases.extend(neighbours.by_ref().take(NEIGHBOURS_AT_FIRST));
        cases.extend(ends.into_iter().map(End::case));
        cases.extend(neighbours);
        cases
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

/// The cases of one call, or of two, that decide a rule at their end where the model states no fact of it about a single
/// secret, since it is a law about any answer or tells secrets apart.
async fn deciding(rule: RuleId, longest: usize, menu: Menu) -> Vec<Case> {
    static DECIDED: [OnceCell<Vec<Decided>>; Menu::COUNT] = [const { OnceCell::const_new() }; Menu::COUNT];
    let decided = DECIDED[menu.number()].get_or_init(|| short_cases(menu)).await;
    let cases = decided.iter().filter(|(case, rules)| case.steps.len() <= longest && rules.contains(&rule));
    cases.map(|(case, _)| case.clone()).collect()
}

/// A case, and the rules that its last call decides.
type Decided = (Case, Vec<RuleId>);

/// The cases of one call, then those of two.
async fn short_cases(menu: Menu) -> Vec<Decided> {
    let (atlas, alphabet) = (Atlas::detailed(menu), Alphabet::new(menu));
    let first = atlas.choices(&atlas.after(&[]), 1).into_iter().map(|choice| choice.steps);
    let mut cases = Vec::new();
    for before in std::iter::once(Vec::new()).chain(first) {
        for letter in alphabet.letters(&atlas.after(&before), before.len() + 1) {
            let case = Case { steps: before.iter().cloned().chain([letter]).collect() };
            let decided = dry::decided(&case, menu).await.pop().unwrap_or_default();
            cases.push((case, decided));
        }
    }
    cases
}

/// The gravest violation of a rule in a trace, with nothing wrong before it.
fn suspect(case: &Case, trace: &Trace, beaten: &Beaten, is_observed: bool) -> Option<Suspect> {
    let is_of_rule = |seen: &&Sighting| seen.violation.rule == beaten.rule;
    let is_clean = |seen: &&Sighting| trace.is_clean_before(&seen.violation.fingerprint);
    let seen = trace.sightings.iter().filter(is_of_rule).filter(is_clean).min_by_key(|seen| seen.violation.class)?;
    let case = up_to(case, seen);
    (case.steps.len() < beaten.case.steps.len()).then(|| Suspect {
        violation: seen.violation.clone(),
        case,
        cause: seen.cause,
        state: seen.state,
        is_clean: true,
        is_observed,
        calls: beaten.calls,
        other: None,
        early: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true };

    #[tokio::test]
    async fn one_call_decides_a_law_about_any_answer_with_a_date() {
        let cases = deciding(RuleId::Wire006, 1, MENU).await;
        assert!(!cases.is_empty() && cases.len() < 40, "{}", cases.len());
        assert!(cases.iter().all(|case| case.steps.len() == 1));
        assert!(deciding(RuleId::State006, 1, MENU).await.is_empty(), "no version has AWSPREVIOUS after one call");
    }

    #[tokio::test]
    async fn two_calls_decide_what_one_secret_must_not_know_of_another() {
        let cases = deciding(RuleId::Idem015, 2, MENU).await;
        assert!(!cases.is_empty() && cases.iter().all(|case| case.steps.len() == 2), "{cases:?}");
    }
}
