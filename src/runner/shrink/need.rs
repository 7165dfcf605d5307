//! What a candidate must bring by the model before it is worth a call.

use crate::rule::RuleId;
use crate::runner::dry;
use crate::strategy::{Case, Menu};
use crate::verdict::{Fingerprint, Violation};

/// What the last call of a candidate must bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The model does not foresee what the case at hand has shown, and so not what another would.
    Nothing,
    /// It arms the rule.
    Rule(RuleId),
    /// Its answer is held to what the fingerprint says was demanded.
    Demand(String),
}

impl Need {
    /// The strictest that a case which shows a violation meets itself.
    pub(super) async fn of(case: &Case, shown: &Violation, menu: Menu) -> Self {
        let needs = [Self::Demand(demanded(&shown.fingerprint).to_owned()), Self::Rule(shown.rule)];
        for need in needs {
            if need.is_met_by(case, menu).await {
                return need;
            }
        }
        Self::Nothing
    }

    /// Whether the last call of a case brings it, where nothing deviates before.
    pub(super) async fn is_met_by(&self, case: &Case, menu: Menu) -> bool {
        match self {
            Self::Nothing => true,
            Self::Rule(rule) => dry::arms_at_the_end(case, *rule, menu).await,
            Self::Demand(demanded) => dry::demands_at_the_end(case, demanded, menu).await,
        }
    }
}

/// What a fingerprint says was demanded; empty where it does not say.
pub(super) fn demanded(fingerprint: &Fingerprint) -> &str {
    fingerprint.0.split_once(" but ").map_or("", |(demanded, _)| demanded)
}
