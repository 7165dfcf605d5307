//! Whether the endpoint's descriptions show versions: asked once in a run, at the first that shows none though there is
//! one.

use std::sync::Arc;

use super::Execution;
use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{
    Body, CreateSecret, DescribeSecret, Description, ListSecretVersionIds, Operation, Output, Receipt, Request, Text,
    VersionPage,
};
use crate::strategy::Bindings;

impl<E: Endpoint> Execution<'_, E> {
    /// Takes a description without versions for one that says nothing of them, if no description of the endpoint does.
    pub(super) async fn heed_missing_versions(&mut self, request: &Request, reply: &Reply) {
        let is_bare = description(reply).is_some_and(|shown| !shown.shows_versions());
        if is_bare && self.judge.must_have_a_label(&request.operation) {
            let presence = Arc::clone(&self.plan.presence);
            if presence.hides_versions(|| self.hides_versions()).await {
                self.judge.hide_versions();
            }
        }
    }

    /// Whether a secret of its own, which has a version by the list, is described without it.
    async fn hides_versions(&mut self) -> bool {
        let bindings = Bindings::new(format!("{}-v", self.plan.prefix), None, None);
        let name = bindings.name(1);
        // Removed with what the case makes, also where nobody knows whether it was made.
        self.uncertain.push(name.clone());
        let create = CreateSecret {
            name: Some(name.clone()),
            client_request_token: Some(bindings.token(1)),
            secret_string: Some("value-a".into()),
            ..CreateSecret::default()
        };
        if !matches!(self.ask(Operation::CreateSecret(create)).await, Some(Output::Receipt(Receipt { .. }))) {
            return false;
        }
        let describe = DescribeSecret { secret_id: Some(name.clone()) };
        let described = self.ask(Operation::DescribeSecret(describe)).await;
        let is_bare = matches!(described, Some(Output::Description(shown)) if !shown.shows_versions());
        let listed = if is_bare { self.ask(all_versions(&name)).await } else { None };
        let is_listed = |page: &VersionPage| {
            page.versions.iter().flatten().any(|entry| entry.version_stages.as_ref().is_some_and(|it| !it.is_empty()))
        };
        matches!(listed, Some(Output::Versions(page)) if is_listed(&page))
    }

    async fn ask(&mut self, operation: Operation) -> Option<Output> {
        self.trace.calls += 1;
        match self.send(&operation.into()).await {
            Reply::Answer(answer) => match answer.body {
                Body::Output(output) => Some(output),
                Body::Error(_) | Body::Unreadable(_) => None,
            },
            Reply::Nothing(_) => None,
        }
    }
}

/// The list of all versions of a secret.
pub(super) fn all_versions(name: &Text) -> Operation {
    Operation::ListSecretVersionIds(ListSecretVersionIds {
        secret_id: Some(name.clone()),
        include_deprecated: Some(true),
        ..ListSecretVersionIds::default()
    })
}

/// The description that an answer is.
fn description(reply: &Reply) -> Option<&Description> {
    match reply {
        Reply::Answer(answer) => match &answer.body {
            Body::Output(Output::Description(shown)) => Some(shown),
            Body::Output(_) | Body::Error(_) | Body::Unreadable(_) => None,
        },
        Reply::Nothing(_) => None,
    }
}
