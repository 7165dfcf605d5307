//! What the answer to the last call of a case must show, before it is made.

use super::Execution;
use crate::endpoint::Endpoint;
use crate::judge::demand;
use crate::model::{Setting, World, outcomes};
use crate::strategy::Case;
use crate::verdict::Demand;

impl<E: Endpoint> Execution<'_, E> {
    /// What is demanded of the answer to the last call: a list for each outcome in each world that is possible then. None if the call is not about one secret.
    pub(in crate::runner) async fn demands_at_the_end(mut self, case: &Case) -> Vec<Vec<Demand>> {
        let Some((last, before)) = case.steps.split_last() else { return Vec::new() };
        for (index, step) in before.iter().enumerate() {
            self.step(index, step).await;
        }
        let request = self.bindings.resolve(last, &self.judge);
        let Some(name) = self.judge.name_of(&request.operation) else { return Vec::new() };
        let setting = Setting::foreseen(self.number + 1, request.operation.action(), &self.plan.options.functions);
        let unused = (!self.judge.knows(&name)).then(|| World::unused(name.clone()));
        let worlds = self.judge.worlds(&name).chain(&unused);
        let possible = worlds.flat_map(|world| outcomes(world, &request, &setting));
        possible.map(|outcome| outcome.facts.iter().map(|fact| demand(fact, &request.operation)).collect()).collect()
    }
}
