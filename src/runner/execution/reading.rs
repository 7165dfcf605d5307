//! Reads beside the calls of a case, so that what is open becomes known again.

use std::collections::BTreeSet;

use super::Execution;
use super::describing::all_versions;
use crate::endpoint::Endpoint;
use crate::model::{DescribeSecret, GetSecretValue, Operation, Text};
use crate::runner::shown::labels_in;

impl<E: Endpoint> Execution<'_, E> {
    /// Reads the whole state of a secret, so that what is open becomes known again.
    pub(super) async fn observe(&mut self, index: usize, name: &Text) {
        let describe = DescribeSecret { secret_id: Some(name.clone()) };
        for operation in [Operation::DescribeSecret(describe), all_versions(name)] {
            if self.can_observe(name, &operation) {
                self.call(index, operation.into(), true).await;
            }
        }
    }

    /// Whether a read would be judged and answered.
    fn can_observe(&self, name: &Text, read: &Operation) -> bool {
        let is_there = read.action().is_none_or(|action| !self.plan.presence.lacks(action));
        is_there && !self.judge.is_retired(name) && self.trace.died.is_none()
    }

    /// The labels of each secret that was created, as the endpoint shows them.
    pub(super) async fn read_labels(&mut self, index: usize) -> Vec<String> {
        let secrets: BTreeSet<u8> = self.bindings.created_arns().map(|(secret, _)| secret).collect();
        let mut lines = Vec::new();
        for secret in secrets {
            let name = self.bindings.name(secret);
            let describe = DescribeSecret { secret_id: Some(name.clone()) };
            let (call, _) = self.call(index, Operation::DescribeSecret(describe).into(), true).await;
            let mut labels: Vec<_> = labels_in(&call.reply).iter().map(|label| self.symbolize(label)).collect();
            labels.sort();
            lines.push(format!("{}: {}", self.symbolize(&name), labels.join(", ")));
        }
        lines
    }

    /// Reads the value of every version, of a secret that is not marked for deletion.
    pub(super) async fn observe_values(&mut self, index: usize, name: &Text) {
        let secret = self.judge.world(name).and_then(|world| world.secret.as_ref());
        let versions = secret.filter(|secret| secret.deletion.is_none()).map(|secret| &secret.versions);
        let ids: Vec<_> = versions.into_iter().flatten().map(|version| version.id.clone()).collect();
        for id in ids {
            let (secret_id, version_id) = (Some(name.clone()), Some(id));
            let get = Operation::GetSecretValue(GetSecretValue { secret_id, version_id, ..GetSecretValue::default() });
            if self.can_observe(name, &get) {
                self.call(index, get.into(), true).await;
            }
        }
    }
}
