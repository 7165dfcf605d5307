//! Removes what an execution has created, and nothing else.

use super::Execution;
use crate::endpoint::Endpoint;
use crate::history::{Fate, Reply};
use crate::model::{Action, Body, DeleteSecret, Operation, Output, Request, Text, World};

impl<E: Endpoint> Execution<'_, E> {
    /// Remembers what was created, for placeholders and for cleaning up.
    pub(super) fn learn(&mut self, request: &Request, reply: &Reply) {
        let Operation::CreateSecret(create) = &request.operation else { return };
        let Some(name) = &create.name else { return };
        match reply {
            Reply::Answer(answer) => {
                let receipt = match &answer.body {
                    Body::Output(Output::Receipt(receipt)) => receipt,
                    Body::Output(_) | Body::Error(_) => return,
                    Body::Unreadable(_) => return self.uncertain.push(name.clone()),
                };
                let is_known_by_its_arn = match (self.bindings.secret_of(name), &receipt.arn) {
                    (Some(secret), Some(arn)) => self.bindings.created(secret, arn),
                    _ => false,
                };
                if !is_known_by_its_arn {
                    self.uncertain.push(name.clone());
                }
            }
            Reply::Nothing(silence) if silence.request == Fate::Unknown => self.uncertain.push(name.clone()),
            Reply::Nothing(_) => {}
        }
    }

    /// Removes what this execution created, by the ARNs of its secrets, or by their names where those are not known.
    /// An endpoint that has died is asked once, and no more if it stays silent.
    pub(super) async fn clean_up(&mut self) {
        let arns: Vec<Text> = self.bindings.created_arns().map(|(_, arn)| arn.clone()).collect();
        for id in arns.into_iter().chain(std::mem::take(&mut self.uncertain)) {
            let is_gone = self.is_known_to_be_gone(&id);
            let is_in_vain = self.trace.died.is_some() && !self.trace.left.is_empty();
            if !is_gone && (is_in_vain || !self.delete(&id).await) {
                self.trace.left.push(id);
            }
        }
    }

    /// Whether the model knows that the secret of this ARN was deleted by force.
    pub(super) fn is_known_to_be_gone(&self, arn: &str) -> bool {
        let is_former = |world: &World| world.former_arns.iter().any(|former| **former == *arn);
        self.bindings.names().any(|(_, name)| self.judge.world(name).is_some_and(is_former))
    }

    pub(super) async fn delete(&mut self, id: &Text) -> bool {
        let delete = DeleteSecret {
            secret_id: Some(id.clone()),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        };
        let tries = match self.plan.presence.is_missing(Action::DeleteSecret) {
            true => 0,
            false if self.trace.died.is_some() => 1,
            false => 2,
        };
        for _ in 0..tries {
            self.trace.clean += 1;
            match self.send(&Operation::DeleteSecret(delete.clone()).into()).await {
                Reply::Answer(answer) => match answer.body {
                    Body::Output(_) => return true,
                    Body::Error(error) if error.error_type == crate::model::ErrorType::ResourceNotFoundException => {
                        return true;
                    }
                    Body::Error(_) | Body::Unreadable(_) => {}
                },
                Reply::Nothing(_) => {}
            }
        }
        false
    }
}
