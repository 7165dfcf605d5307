//! Which operations the endpoint has: asked at the start of a run, and learned from every answer after that.
//!
//! An operation is missing if an answer has said so (ROT-WIRE-013) and none has shown that it is there. Cases do without
//! what is missing, and without what the run was told to do without.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use tokio::sync::OnceCell;

use crate::endpoint::Endpoint;
use crate::history::{Call, Moment, Reply};
use crate::judge::{self, Judge, Told};
use crate::model::{Action, Operation, Request};
use crate::strategy::{Bindings, Case};

/// Without these there is nothing to say of a rotation.
pub(super) const ESSENTIAL: [Action; 3] = [Action::CreateSecret, Action::DescribeSecret, Action::RotateSecret];

/// What is known of the operations of an endpoint.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// What the run was told to do without.
    without: BTreeSet<Action>,
    seen: Mutex<Seen>,
    /// Whether descriptions show no versions, once that was asked.
    hides_versions: OnceCell<bool>,
}

#[derive(Debug, Default)]
struct Seen {
    there: BTreeSet<Action>,
    missing: BTreeSet<Action>,
}

impl Presence {
    pub(super) fn new(without: &[Action]) -> Self {
        Self { without: without.iter().copied().collect(), ..Self::default() }
    }

    /// Learns from an answer. A lack of permission, a throttle and a fault of the server say nothing.
    pub(super) fn see(&self, operation: &Operation, reply: &Reply) {
        let Reply::Answer(answer) = reply else { return };
        match Told::by(operation, answer) {
            Told::Missing(action) => _ = self.seen().missing.insert(action),
            Told::There(action) => _ = self.seen().there.insert(action),
            Told::Nothing => {}
        }
    }

    /// Whether descriptions of this endpoint show no versions: asked where one shows none that has to.
    pub(super) async fn hides_versions<F: Future<Output = bool>>(&self, ask: impl FnOnce() -> F) -> bool {
        *self.hides_versions.get_or_init(ask).await
    }

    /// Whether it is known by now that descriptions show no versions.
    pub(super) fn is_known_to_hide_versions(&self) -> bool {
        self.hides_versions.get() == Some(&true)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that the endpoint does not have, as far as it has said.
    pub(super) fn missing(&self) -> BTreeSet<Action> {
        let seen = self.seen();
        seen.missing.difference(&seen.there).copied().collect()
    }

    /// Whether cases are to do without an operation.
    pub(super) fn lacks(&self, action: Action) -> bool {
        self.without.contains(&action) || self.is_missing(action)
    }

    /// Whether the endpoint does not have an operation, as far as it has said.
    pub(super) fn is_missing(&self, action: Action) -> bool {
        let seen = self.seen();
        seen.missing.contains(&action) && !seen.there.contains(&action)
    }

    /// Whether a case asks for what there is not.
    pub(super) fn lacks_any_of(&self, case: &Case) -> bool {
        case.steps.iter().any(|step| step.operation.action().is_some_and(|action| self.lacks(action)))
    }

    /// A case without the requests for what there is not.
    pub(super) fn permitted(&self, case: Case) -> Case {
        if self.lacks_any_of(&case) { case.without(|action| self.lacks(action)) } else { case }
    }

    /// What is lacking without which a run says nothing.
    pub(super) fn essential(&self) -> Option<Action> {
        ESSENTIAL.into_iter().find(|action| self.lacks(*action))
    }

    /// Those that cases are to do without, of which the run was told so and which are there all the same.
    pub(super) fn named(&self) -> (Vec<Action>, Vec<Action>) {
        let there = self.seen().there.intersection(&self.without).copied().collect();
        (self.without.iter().copied().collect(), there)
    }

    /// Asks for operations of a secret that there is not: for all, or for those that were named and those without which
    /// nothing can be said. Tells how many calls it took, and of which actions the answer is worth a case of its own: that
    /// what the run was not told to do without is missing, or something else that is wrong.
    pub(super) async fn ask<E: Endpoint>(&self, endpoint: &E, prefix: &str, is_for_all: bool) -> (u64, Vec<Action>) {
        let name = Bindings::new(format!("{prefix}-p"), None, None).name(1);
        let is_asked = |action: &Action| {
            // Every case begins with it, and what it refuses cannot be told without making a secret.
            let matters = is_for_all || ESSENTIAL.contains(action) || self.without.contains(action);
            *action != Action::CreateSecret && matters
        };
        let mut judge = Judge::new(judge::Options::default());
        let (mut calls, mut wrong) = (0, BTreeSet::new());
        for action in Action::ALL.into_iter().filter(is_asked) {
            let request = question(action, &name);
            let reply = endpoint.call(&request).await;
            calls += 1;
            self.see(&request.operation, &reply);
            let is_silent = matches!(reply, Reply::Nothing(_));
            let instant = Moment(u64::from(calls));
            let call = Call { number: calls, request, called: instant, returned: instant, reply };
            if !judge.judge(&call).violations.is_empty() {
                wrong.insert(action);
            }
            if is_silent {
                break;
            }
        }
        wrong.extend(self.missing());
        (u64::from(calls), wrong.difference(&self.without).copied().collect())
    }
}

/// A request of an operation that changes nothing, since there is no secret of this name.
pub(super) fn question(action: Action, name: &str) -> Request {
    let request = match action {
        Action::ListSecrets => json!({ "MaxResults": 1 }),
        Action::BatchGetSecretValue => json!({ "SecretIdList": [name] }),
        _ => json!({ "SecretId": name }),
    };
    serde_json::from_value(json!({ "op": action.as_str(), "request": request })).expect("every member is optional")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::endpoint::Stop;
    use crate::model::{Answer, Body, ErrorType, Form, ServiceError};
    use crate::rule::RuleId;
    use crate::runner::{Conclusion, Options, Run, RunResult};
    use crate::service::{Config, Service};
    use crate::verdict::Status;

    fn refused(status: u16, error_type: ErrorType) -> Reply {
        let error = ServiceError { error_type, message: None };
        Reply::Answer(Answer { body: Body::Error(error), form: Form::plain(status), partial: false })
    }

    #[test]
    fn what_an_answer_has_shown_to_be_there_is_not_missing_whatever_others_say() {
        let presence = Presence::new(&[Action::TagResource]);
        let cancel = question(Action::CancelRotateSecret, "a").operation;
        presence.see(&cancel, &refused(500, ErrorType::InternalServiceError));
        assert!(!presence.is_missing(Action::CancelRotateSecret));
        presence.see(&cancel, &refused(400, ErrorType::UnknownOperationException));
        assert!(presence.lacks(Action::CancelRotateSecret) && presence.lacks(Action::TagResource));
        assert_eq!(presence.essential(), None);
        presence.see(&cancel, &refused(400, ErrorType::ResourceNotFoundException));
        assert!(!presence.lacks(Action::CancelRotateSecret) && presence.lacks(Action::TagResource));
    }

    #[test]
    fn a_case_keeps_the_requests_for_what_there_is() {
        let presence = Presence::new(&[Action::CancelRotateSecret]);
        let steps = |actions: &[Action]| actions.iter().map(|action| question(*action, "$s1")).collect();
        let case = Case { steps: steps(&[Action::DescribeSecret, Action::CancelRotateSecret, Action::ListSecrets]) };
        assert!(presence.lacks_any_of(&case));
        assert_eq!(
            presence.permitted(case).steps,
            steps(&[Action::DescribeSecret, Action::ListSecrets]) as Vec<Request>
        );
    }

    /// The reference service with an operation that answers this, and what it was asked.
    struct Hiding(Service, Action, fn() -> Reply, Mutex<Vec<Action>>);

    impl Endpoint for Hiding {
        async fn call(&self, request: &Request) -> Reply {
            self.3.lock().unwrap().extend(request.operation.action());
            match request.operation.action() == Some(self.1) {
                true => (self.2)(),
                false => self.0.call(request).await,
            }
        }
    }

    fn unknown() -> Reply {
        refused(400, ErrorType::UnknownOperationException)
    }

    /// A run against a service with such an operation: the result, and how often that was asked for.
    async fn run(action: Action, reply: fn() -> Reply, without: &[Action], only: Option<RuleId>) -> (RunResult, usize) {
        let endpoint = Arc::new(Hiding(Service::new(Config::default()), action, reply, Mutex::default()));
        let options = Options {
            cases: 60,
            only,
            functions: endpoint.0.functions(),
            without: without.to_vec(),
            ..Options::default()
        };
        let result = Run::new(Arc::clone(&endpoint), options, Stop::default()).run().await;
        let asked = endpoint.3.lock().unwrap().iter().filter(|asked| **asked == action).count();
        (result, asked)
    }

    #[tokio::test]
    async fn an_operation_that_is_missing_is_one_finding_and_no_case_asks_for_it_again() {
        for action in [Action::CancelRotateSecret, Action::GetSecretValue] {
            let (result, asked) = run(action, unknown, &[], None).await;
            let found: Vec<_> = result.findings.iter().map(|it| it.violation.fingerprint.to_string()).collect();
            assert_eq!(found, [format!("missing {}", action.as_str())]);
            assert!(asked < 20, "{asked} calls of {action:?}");
            assert_eq!(result.findings[0].case.steps.len(), 1);
            assert_eq!(
                (result.status(RuleId::Wire013), result.operations.missing.as_slice()),
                (Status::Fail, &[action][..])
            );
        }
    }

    #[tokio::test]
    async fn an_operation_that_is_named_is_no_finding_and_what_needs_it_says_so() {
        let cancel = [Action::CancelRotateSecret];
        let (result, asked) = run(cancel[0], unknown, &cancel, None).await;
        assert_eq!((result.findings.len(), asked, result.operations.there.len()), (0, 1, 0));
        assert_eq!(result.conclusion(false), Conclusion::Conforms);
        assert_eq!(result.status(RuleId::Life022), Status::NotApplicable);
        assert_eq!(result.reason(RuleId::Life022).as_deref(), Some("needs CancelRotateSecret"));
    }

    #[tokio::test]
    async fn an_operation_that_is_named_and_there_is_told() {
        let (result, _) = run(Action::CancelRotateSecret, unknown, &[Action::TagResource], None).await;
        assert_eq!(result.operations.there, [Action::TagResource]);
    }

    #[tokio::test]
    async fn without_an_essential_operation_a_run_is_inconclusive_and_soon_over() {
        for action in ESSENTIAL {
            for only in [None, Some(RuleId::State005)] {
                let (result, _) = run(action, unknown, &[], only).await;
                assert_eq!(result.conclusion(false), Conclusion::Inconclusive, "{action:?} {only:?}");
                assert!(result.calls.total() < 300, "{action:?}: {:?}", result.calls);
            }
        }
    }

    #[tokio::test]
    async fn what_is_refused_or_fails_is_not_missing() {
        for reply in [
            || refused(400, ErrorType::AccessDeniedException),
            || refused(400, ErrorType::ThrottlingException),
            || refused(500, ErrorType::InternalServiceError),
        ] {
            let (result, _) = run(Action::CancelRotateSecret, reply, &[], Some(RuleId::Wire013)).await;
            assert!(result.operations.missing.is_empty() && result.findings.is_empty());
        }
    }

    #[tokio::test]
    async fn a_rule_in_whose_place_the_server_fails_says_so_and_is_not_looked_for_long() {
        let failing = || refused(500, ErrorType::InternalServiceError);
        let (result, _) = run(Action::RotateSecret, failing, &[], Some(RuleId::Prog001)).await;
        assert_eq!(result.status(RuleId::Prog001), Status::NotExercised);
        assert!(result.reason(RuleId::Prog001).unwrap().starts_with("the server failed "));
        assert!(result.calls.total() < 400, "{:?}", result.calls);
    }
}
