//! Makes a case certain of the state that its calls meet, by reads where an answer has left the state open.

use super::Execution;
use crate::endpoint::Endpoint;
use crate::model::Request;
use crate::strategy::{Case, complete_read};

impl<E: Endpoint> Execution<'_, E> {
    /// The case with reads of the first secret after each call that leaves its state open.
    ///
    /// Where these do not help there are no others before the state is known again: a rotation may act at any time.
    pub(in crate::runner) async fn made_certain(mut self, case: &Case) -> Case {
        let mut steps: Vec<Request> = Vec::new();
        let mut was_known = true;
        for step in &case.steps {
            let request = self.bindings.resolve(step, &self.judge);
            if was_known {
                for read in complete_read(1) {
                    if !self.is_certain_of(&request) {
                        self.step(steps.len(), &read.clone().into()).await;
                        steps.push(read.into());
                    }
                }
            }
            was_known = self.is_certain_of(&request);
            self.step(steps.len(), step).await;
            steps.push(step.clone());
        }
        Case { steps }
    }

    fn is_certain_of(&self, request: &Request) -> bool {
        self.cell_of(request).is_some_and(|(_, is_certain)| is_certain)
    }
}
