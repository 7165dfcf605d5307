//! What a candidate must bring by the model before it is worth a call.

use crate::rule::RuleId;
use crate::runner::dry;
use crate::strategy::{Case, Menu};
use crate::verdict::{Demand, Fingerprint, Violation};

/// What the last call of a candidate must bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The model does not foresee what the case at hand has shown, and so not what another would.
    Nothing,
    /// It arms the rule.
    Rule(RuleId),
    /// Its answer is held to the demand that was not met.
    Demand(Demand),
}

impl Need {
    /// The strictest that a case which shows a violation meets itself.
    pub(super) async fn of(case: &Case, shown: &Violation, menu: Menu) -> Self {
        let demand = shown.fingerprint.demanded().cloned().map(Self::Demand);
        for need in demand.into_iter().chain([Self::Rule(shown.rule)]) {
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

/// What the last request of a candidate is held to by the model.
#[derive(Clone, Copy, Debug)]
pub(super) enum Filter<'a> {
    /// Anything.
    Any,
    /// Something that the rule demands.
    Rule(RuleId),
    /// This.
    Demand(&'a Demand),
}

impl<'a> Filter<'a> {
    /// The demand that was not met; anything where the model does not state it.
    pub(super) fn of(fingerprint: &'a Fingerprint) -> Self {
        fingerprint.demanded().map_or(Self::Any, Self::Demand)
    }

    pub(super) fn accepts(self, demand: &Demand) -> bool {
        match self {
            Self::Any => true,
            Self::Rule(rule) => demand.rule == rule,
            Self::Demand(wanted) => demand == wanted,
        }
    }
}
