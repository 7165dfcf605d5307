//! Which rules need operations that the endpoint does not have, so that they are not applicable.

use std::collections::{BTreeMap, BTreeSet};

use super::dry;
use super::options::Fixed;
use super::presence::Presence;
use super::result::Operations;
use crate::model::Action;
use crate::rule::{RULES, RuleId};
use crate::strategy::{Case, Menu};

/// What a run says of the operations at its end.
pub(super) async fn operations(presence: &Presence, menu: Menu, is_decided: impl Fn(RuleId) -> bool) -> Operations {
    let (missing, (without, there)) = (presence.missing(), presence.named());
    let lacking: Vec<Action> =
        missing.iter().copied().chain(without.iter().copied().filter(|it| !missing.contains(it))).collect();
    let needed = match lacking.is_empty() || presence.essential().is_some() {
        true => BTreeMap::new(),
        false => needed(menu, &lacking, is_decided).await,
    };
    Operations { missing: missing.into_iter().collect(), without, there, needed }
}

/// Which of the lacking operations the rules need that nothing has decided: by the model, a rule that fixed cases decide
/// with them and not without.
async fn needed(menu: Menu, lacking: &[Action], is_decided: impl Fn(RuleId) -> bool) -> BTreeMap<RuleId, Vec<Action>> {
    let open: BTreeSet<RuleId> = RULES.iter().map(|rule| rule.id).filter(|rule| !is_decided(*rule)).collect();
    if open.is_empty() {
        return BTreeMap::new();
    }
    let cases: Vec<Case> = Fixed::ALL.iter().flat_map(|fixed| fixed.cases(menu)).collect();
    let with_all = decided(&cases, &[], menu).await;
    let without_them = decided(&cases, lacking, menu).await;
    let mut needed: BTreeMap<RuleId, Vec<Action>> = open
        .into_iter()
        .filter(|it| with_all.contains(it) && !without_them.contains(it))
        .map(|it| (it, vec![]))
        .collect();
    for action in lacking {
        let without_it = decided(&cases, &[*action], menu).await;
        needed.iter_mut().filter(|(rule, _)| !without_it.contains(rule)).for_each(|(_, actions)| actions.push(*action));
    }
    // What either of two would decide needs both of them to be gone.
    needed.values_mut().filter(|actions| actions.is_empty()).for_each(|actions| actions.extend(lacking));
    needed
}

/// The rules that these cases decide by the model, without some operations.
async fn decided(cases: &[Case], lacking: &[Action], menu: Menu) -> BTreeSet<RuleId> {
    let mut decided = BTreeSet::new();
    for case in cases {
        let exercise = dry::exercise(&case.without(|action| lacking.contains(&action)), menu).await;
        decided.extend(RULES.iter().map(|rule| rule.id).filter(|rule| exercise.checked(*rule) > 0));
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_rules_that_need_an_operation_are_those_that_no_fixed_case_without_it_decides() {
        let menu = Menu { has_function: true, has_missing_function: true, ..Menu::default() };
        let lacking = [Action::CancelRotateSecret, Action::UntagResource];
        let needed = needed(menu, &lacking, |rule| rule == RuleId::Conf021).await;
        assert_eq!(needed.get(&RuleId::Life022), Some(&vec![Action::CancelRotateSecret]));
        assert!(!needed.contains_key(&RuleId::Conf021), "it was decided");
        assert!(!needed.contains_key(&RuleId::Prog001) && needed.len() < 15, "{needed:?}");
    }
}
