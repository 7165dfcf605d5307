//! Dry runs: what a case exercises by the model alone, in this process and without a call to the endpoint.

use std::sync::Arc;
use std::time::Duration;

use super::execution::{Execution, Extent, Plan, Trace};
use crate::endpoint::{Host, Stop};
use crate::judge;
use crate::model::Functions;
use crate::rule::RuleId;
use crate::service::{Config, Service};
use crate::strategy::{Case, Menu};
use crate::verdict::{Demand, Exercise};

/// How often a case arms and checks each rule where nothing deviates.
pub(super) async fn exercise(case: &Case, menu: Menu) -> Exercise {
    trace(case, menu, false).await.exercise
}

/// The rules that the answer to each step decides where nothing deviates.
pub(super) async fn decided(case: &Case, menu: Menu) -> Vec<Vec<RuleId>> {
    trace(case, menu, true).await.decided
}

/// The kinds of calls that a case makes where nothing deviates.
#[cfg(test)]
pub(super) async fn cells(case: &Case, menu: Menu) -> Vec<crate::strategy::Cell> {
    trace(case, menu, false).await.cells
}

async fn trace(case: &Case, menu: Menu, keeps_steps: bool) -> Trace {
    let (service, plan) = prepare(menu, keeps_steps);
    Execution::new(&service, &plan).run(case).await
}

fn prepare(menu: Menu, keeps_steps: bool) -> (Service, Plan) {
    let host = menu.has_acting_function.then(Arc::<Host>::default);
    let service = Service::new(Config::default());
    let service = host.iter().fold(service, Service::hosted);
    let inert = menu.has_function.then(|| service.register_function("f"));
    let acting: Vec<_> = host.iter().map(|_| service.register_acting("acting")).collect();
    let functions = Functions {
        accepted: inert.into_iter().chain(acting.clone()).collect(),
        acting,
        missing: if menu.has_missing_function { vec![service.function_arn("missing").into()] } else { Vec::new() },
    };
    let plan = Plan {
        prefix: "dry".to_owned(),
        extent: Extent::Whole,
        keeps_steps,
        known: None,
        stop: Stop::default(),
        presence: Arc::default(),
        host,
        patience: Duration::ZERO,
        options: judge::Options { functions, ..judge::Options::default() },
    };
    (service, plan)
}

/// Whether the last call of a case meets the precondition of a rule where nothing deviates.
pub(super) async fn arms_at_the_end(case: &Case, rule: RuleId, menu: Menu) -> bool {
    let before = Case { steps: case.steps[..case.steps.len().saturating_sub(1)].to_vec() };
    exercise(case, menu).await.armed(rule) > exercise(&before, menu).await.armed(rule)
}

/// Whether the last call of a case is held to this demand, where nothing deviates before: as the case is, or with
/// everything read after every call, since what was not read before is the matter of an earlier request.
///
/// What is demanded of the answer itself must be so in every world and outcome that is possible then, or another answer
/// would be as good.
pub(super) async fn demands_at_the_end(case: &Case, demanded: &Demand, menu: Menu) -> bool {
    let plain = demands(case, menu, Extent::Whole).await;
    let brings_it = |demands: &Vec<Demand>| demands.contains(demanded);
    match demanded.is_of_state() {
        true if plain.iter().any(brings_it) => true,
        true => demands(case, menu, Extent::Observed).await.iter().any(brings_it),
        false => !plain.is_empty() && plain.iter().all(brings_it),
    }
}

async fn demands(case: &Case, menu: Menu, extent: Extent) -> Vec<Vec<Demand>> {
    let (service, plan) = prepare(menu, false);
    Execution::new(&service, &Plan { extent, ..plan }).demands_at_the_end(case).await
}
