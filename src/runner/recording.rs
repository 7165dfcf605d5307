//! Recordings: a scenario as an endpoint answers it, with the labels read after every call that may move them.

use super::Run;
use super::execution::{Execution, Extent, Plan, Step};
use crate::endpoint::Endpoint;
use crate::model::Text;
use crate::strategy::Scenario;

/// A scenario as an endpoint answered it.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What was asked.
    pub scenario: Scenario,
    /// The calls and what came of them: fewer than were asked if the endpoint stopped answering.
    pub steps: Vec<Step>,
    /// Why it stopped answering, if it did.
    pub died: Option<String>,
    /// ARNs that could not be removed.
    pub left: Vec<Text>,
}

impl<E: Endpoint + 'static> Run<E> {
    /// Asks a scenario on fresh secrets; `number` tells the scenarios of one run apart in their names.
    pub async fn record(&self, number: usize, scenario: &Scenario) -> Recording {
        let plan = Plan { keeps_steps: true, ..self.plan(&format!("n{number}"), Extent::Recorded) };
        let trace = Execution::new(&*self.endpoint, &plan).run(&scenario.case).await;
        Recording { scenario: scenario.clone(), steps: trace.steps, died: trace.died, left: trace.left }
    }
}
