//! Dry runs: what a case exercises by the model alone, in this process and without a call to the endpoint.

use super::execution::{Execution, Extent, Plan, Trace};
use crate::judge;
use crate::model::Functions;
use crate::rule::RuleId;
use crate::service::{Config, Service};
use crate::strategy::{Case, Cell, Menu};
use crate::verdict::Exercise;

/// How often a case arms and checks each rule where nothing deviates.
pub(super) async fn exercise(case: &Case, menu: Menu) -> Exercise {
    trace(case, menu, false).await.exercise
}

/// The rules that the answer to each step decides where nothing deviates.
pub(super) async fn decided(case: &Case, menu: Menu) -> Vec<Vec<RuleId>> {
    trace(case, menu, true).await.decided
}

/// The kinds of calls that a case makes where nothing deviates.
pub(super) async fn cells(case: &Case, menu: Menu) -> Vec<Cell> {
    trace(case, menu, false).await.cells
}

/// The case with reads wherever the state would not be certain.
pub(super) async fn made_certain(case: &Case, menu: Menu) -> Case {
    let (service, plan) = prepare(menu, false);
    Execution::new(&service, &plan).made_certain(case).await
}

async fn trace(case: &Case, menu: Menu, keeps_steps: bool) -> Trace {
    let (service, plan) = prepare(menu, keeps_steps);
    Execution::new(&service, &plan).run(case).await
}

fn prepare(menu: Menu, keeps_steps: bool) -> (Service, Plan) {
    let service = Service::new(Config::default());
    let functions = Functions {
        accepted: if menu.has_function { vec![service.register_function("f")] } else { Vec::new() },
        missing: if menu.has_missing_function { vec![service.function_arn("missing").into()] } else { Vec::new() },
    };
    let plan = Plan {
        prefix: "dry".to_owned(),
        extent: Extent::Whole,
        keeps_steps,
        known: None,
        options: judge::Options { functions, ..judge::Options::default() },
    };
    (service, plan)
}

/// Whether the last call of a case meets the precondition of a rule where nothing deviates.
pub(super) async fn arms_at_the_end(case: &Case, rule: RuleId, menu: Menu) -> bool {
    let before = Case { steps: case.steps[..case.steps.len().saturating_sub(1)].to_vec() };
    exercise(case, menu).await.armed(rule) > exercise(&before, menu).await.armed(rule)
}
