//! Dry runs: what a case exercises by the model alone, in this process and without a call to the endpoint.

use super::execution::{Execution, Extent, Plan};
use crate::judge;
use crate::model::Functions;
use crate::rule::RuleId;
use crate::service::{Config, Service};
use crate::strategy::{Case, Menu};
use crate::verdict::Exercise;

/// How often a case arms and checks each rule where nothing deviates.
pub(super) async fn exercise(case: &Case, menu: Menu) -> Exercise {
    let service = Service::new(Config::default());
    let functions = Functions {
        accepted: if menu.has_function { vec![service.register_function("f")] } else { Vec::new() },
        missing: if menu.has_missing_function { vec![service.function_arn("missing").into()] } else { Vec::new() },
    };
    let plan = Plan {
        prefix: "dry".to_owned(),
        extent: Extent::Whole,
        keeps_steps: false,
        known: None,
        options: judge::Options { functions, ..judge::Options::default() },
    };
    Execution::new(&service, &plan).run(case).await.exercise
}

/// Whether the last call of a case meets the precondition of a rule where nothing deviates.
pub(super) async fn arms_at_the_end(case: &Case, rule: RuleId, menu: Menu) -> bool {
    let before = Case { steps: case.steps[..case.steps.len().saturating_sub(1)].to_vec() };
    exercise(case, menu).await.armed(rule) > exercise(&before, menu).await.armed(rule)
}
