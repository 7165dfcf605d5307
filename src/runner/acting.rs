//! Whether the function that a user has named acts, told by one rotation before the run.
//!
//! Where labels move by themselves after an accepted RotateSecret, what becomes of a rotation is not the endpoint's
//! doing alone, and its life is not judged. An endpoint that moves them for a function that does not exist moves them
//! itself, which is a matter of the rules.

use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::{Endpoint, Host};
use crate::history::Reply;
use crate::model::{
    Body, CreateSecret, DeleteSecret, DescribeSecret, Failure, GetSecretValue, Label, Operation, Output, RotateSecret,
    RotationRules, Text, VersionId, is_arn_of,
};
use crate::runner::execution::sending::names_only;
use crate::strategy::Bindings;

/// How long to wait before the first look, if the first is not enough; each further time is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What a rotation before the run has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acting {
    /// Whether the function moves labels or stores values by itself.
    pub acts: bool,
    /// The secret that could not be removed.
    pub left: Vec<Text>,
}

/// Rotates a secret of its own with this function, and looks for as long as `patience` whether anything moves by itself.
pub async fn acting<E: Endpoint>(endpoint: &E, function: &Text, prefix: &str, patience: Duration) -> Acting {
    let mut probe = Probe { endpoint, prefix, patience, left: Vec::new() };
    let acts = probe.moves(function, &format!("{prefix}-q")).await == Some(true)
        && probe.moves(&made_up(function), &format!("{prefix}-r")).await != Some(true);
    Acting { acts, left: probe.left }
}

/// Whether the endpoint begins a rotation of a secret of its own with this function, and what could not be removed.
pub async fn accepts<E: Endpoint>(endpoint: &E, function: &Text, prefix: &str) -> (bool, Vec<Text>) {
    let mut probe = Probe { endpoint, prefix, patience: Duration::ZERO, left: Vec::new() };
    let is_accepted = probe.moves(function, &format!("{prefix}-q")).await.is_some();
    (is_accepted, probe.left)
}

/// Whether the endpoint calls this function at the host when a secret of its own is rotated, and what could not be removed.
/// It is waited for as long as `patience`; the call fails.
pub async fn calls<E: Endpoint>(
    endpoint: &E,
    host: &Arc<Host>,
    function: &Text,
    prefix: &str,
    patience: Duration,
) -> (bool, Vec<Text>) {
    let own_prefix = format!("{prefix}-p");
    let bindings = Bindings::new(own_prefix.clone(), None, None);
    let (name, token) = (bindings.name(1), bindings.token(2));
    let mut player = host.play(move |id| id == &*name || id == &*token || is_arn_of(id, &name));
    let mut probe = Probe { endpoint, prefix, patience: Duration::ZERO, left: Vec::new() };
    let is_called = async {
        let invocation = player.next().await;
        drop(player);
        invocation.map(|invocation| invocation.end(Err(Failure::Error))).is_some()
    };
    let moves = probe.moves(function, &own_prefix);
    // An endpoint that answers after its function waits for the call; one that answers before may call it later.
    let called = async { tokio::time::timeout(patience, is_called).await.unwrap_or(false) };
    let (_, is_called) = tokio::join!(moves, called);
    (is_called, probe.left)
}

/// The ARN of a function that nobody has made.
fn made_up(function: &str) -> Text {
    format!("{function}-missing").into()
}

struct Probe<'a, E> {
    endpoint: &'a E,
    prefix: &'a str,
    patience: Duration,
    left: Vec<Text>,
}

impl<E: Endpoint> Probe<'_, E> {
    /// Whether something moves after a rotation by this function; `None` if no rotation begins.
    async fn moves(&mut self, function: &Text, prefix: &str) -> Option<bool> {
        let bindings = Bindings::new(prefix.to_owned(), None, None);
        let create = CreateSecret {
            name: Some(bindings.name(1)),
            client_request_token: Some(bindings.token(1)),
            secret_string: Some("value-a".into()),
            ..CreateSecret::default()
        };
        let Some(Output::Receipt(_)) = self.ask(Operation::CreateSecret(create)).await else { return None };
        // By its name, which nobody else has: the ARN of an answer may be that of somebody else's secret.
        let id = bindings.name(1);
        let moves = self.moves_in(&id, function, [bindings.token(1), bindings.token(2)]).await;
        let delete = DeleteSecret {
            secret_id: Some(id.clone()),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        };
        if self.ask(Operation::DeleteSecret(delete)).await.is_none() {
            self.left.push(id);
        }
        moves
    }

    async fn moves_in(&self, id: &Text, function: &Text, [current, token]: [VersionId; 2]) -> Option<bool> {
        let rotate = RotateSecret {
            secret_id: Some(id.clone()),
            client_request_token: Some(token.clone()),
            rotation_lambda_arn: Some(function.clone()),
            rotation_rules: Some(RotationRules { automatically_after_days: Some(30), ..RotationRules::default() }),
            ..RotateSecret::default()
        };
        self.ask(Operation::RotateSecret(rotate)).await?;
        let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            let has_moved = self.current(id).await.is_some_and(|holder| holder != current);
            if has_moved || self.has_value(id, &token).await {
                return Some(true);
            }
            if waited >= self.patience {
                return Some(false);
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause *= 2;
        }
    }

    async fn current(&self, id: &Text) -> Option<VersionId> {
        let describe = DescribeSecret { secret_id: Some(id.clone()) };
        let Some(Output::Description(shown)) = self.ask(Operation::DescribeSecret(describe)).await else { return None };
        let mut versions = shown.version_ids_to_stages?.into_iter();
        versions.find(|(_, labels)| labels.contains(&Label::Current)).map(|(id, _)| id)
    }

    /// Whether the version of the rotation has a value, which a rotation alone does not give it.
    async fn has_value(&self, id: &Text, token: &VersionId) -> bool {
        let get = GetSecretValue {
            secret_id: Some(id.clone()),
            version_id: Some(token.clone()),
            ..GetSecretValue::default()
        };
        self.ask(Operation::GetSecretValue(get)).await.is_some()
    }

    /// The answer to a request that was accepted.
    ///
    /// # Panics
    ///
    /// If it could change a secret that is not of this run.
    async fn ask(&self, operation: Operation) -> Option<Output> {
        let is_safe = names_only(&operation, self.prefix);
        assert!(is_safe, "{} was about to be sent for a secret that is not of this run", operation.name());
        match self.endpoint.call(&operation.into()).await {
            Reply::Answer(answer) => match answer.body {
                Body::Output(output) => Some(output),
                Body::Error(_) | Body::Unreadable(_) => None,
            },
            Reply::Nothing(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::endpoint::Stop;
    use crate::model::{PutSecretValue, Request, UpdateSecretVersionStage};
    use crate::rule::RuleId;
    use crate::runner::{Conclusion, Options, Run};
    use crate::service::{Config, Service};
    use crate::verdict::Status;

    /// The reference service with a function that puts a value and makes it current: before every so manieth call so many
    /// steps at once.
    struct ActingService {
        service: Service,
        steps: Mutex<Vec<Request>>,
        calls: AtomicUsize,
        every: usize,
        at_once: usize,
    }

    impl ActingService {
        fn new(every: usize, at_once: usize) -> Self {
            let service = Service::new(Config::default());
            Self { service, steps: Mutex::default(), calls: AtomicUsize::new(0), every, at_once }
        }

        fn start(&self, rotate: &RotateSecret) {
            let Some(token) = &rotate.client_request_token else { return };
            let put = PutSecretValue {
                secret_id: rotate.secret_id.clone(),
                client_request_token: Some(token.clone()),
                secret_string: Some("value-of-the-function".into()),
                version_stages: Some(vec![Label::Pending]),
                ..PutSecretValue::default()
            };
            let finish = UpdateSecretVersionStage {
                secret_id: rotate.secret_id.clone(),
                version_stage: Some(Label::Current),
                move_to_version_id: Some(token.clone()),
                remove_from_version_id: None,
            };
            let steps = [Operation::PutSecretValue(put), Operation::UpdateSecretVersionStage(finish)];
            self.steps.lock().unwrap().extend(steps.map(Request::from));
        }

        /// The next steps of the function, if it is time for them.
        fn act(&self) {
            if !self.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.every) {
                return;
            }
            let mut steps = self.steps.lock().unwrap();
            let due = self.at_once.min(steps.len());
            for step in steps.drain(..due) {
                self.take(step);
            }
        }

        /// Carries a step out; a label is taken from where it is then.
        fn take(&self, mut step: Request) {
            if let Operation::UpdateSecretVersionStage(update) = &mut step.operation {
                let describe = DescribeSecret { secret_id: update.secret_id.clone() };
                let answer = self.service.answer(&Operation::DescribeSecret(describe).into());
                let Body::Output(Output::Description(shown)) = answer.body else { return };
                let mut versions = shown.version_ids_to_stages.into_iter().flatten();
                let holder = versions.find(|(_, labels)| labels.contains(&Label::Current));
                update.remove_from_version_id = holder.map(|(id, _)| id);
            }
            self.service.answer(&step);
        }
    }

    impl Endpoint for ActingService {
        async fn call(&self, request: &Request) -> Reply {
            self.act();
            let reply = self.service.call(request).await;
            if let (Operation::RotateSecret(rotate), Reply::Answer(answer)) = (&request.operation, &reply)
                && matches!(answer.body, Body::Output(_))
            {
                self.start(rotate);
            }
            reply
        }
    }

    async fn acts<E: Endpoint>(endpoint: &E, functions: &crate::model::Functions) -> bool {
        let acting = acting(endpoint, &functions.accepted[0], "rc-t", Duration::from_millis(100)).await;
        assert_eq!(acting.left, Vec::<Text>::new());
        acting.acts
    }

    #[tokio::test]
    async fn a_function_that_acts_is_told_from_one_that_does_not() {
        let idle = Service::new(Config::default());
        assert!(!acts(&idle, &idle.functions()).await);
        assert_eq!(idle.secret_count(), 0);
        let acting = ActingService::new(1, 2);
        assert!(acts(&acting, &acting.service.functions()).await);
        assert_eq!(acting.service.secret_count(), 0);
    }

    #[tokio::test]
    async fn what_such_a_function_does_would_be_held_against_the_endpoint_if_it_were_not_known_to_act() {
        let endpoint = Arc::new(ActingService::new(1, 2));
        let functions = endpoint.service.functions();
        let fixed = vec![crate::runner::Fixed::Scenarios, crate::runner::Fixed::Sweep];
        let options = Options { cases: 0, jobs: 1, fixed, functions, ..Options::default() };
        let result = Run::new(endpoint, options, Stop::default()).run().await;
        let found: Vec<_> = result.failing(false).map(|it| it.violation.rule).collect();
        assert!(
            found.iter().any(|rule| [RuleId::Life010, RuleId::Prog014, RuleId::State002].contains(rule)),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn an_endpoint_is_accused_of_nothing_that_the_function_does_and_the_life_of_a_rotation_is_not_judged() {
        for (every, at_once) in [(1, 1), (1, 2), (3, 1)] {
            let endpoint = Arc::new(ActingService::new(every, at_once));
            let functions = endpoint.service.functions();
            let options = Options { cases: 200, jobs: 1, function_acts: true, functions, ..Options::default() };
            let result = Run::new(endpoint, options, Stop::default()).run().await;
            let found: Vec<_> = result.findings.iter().map(|it| it.violation.fingerprint.to_string()).collect();
            assert_eq!(found, Vec::<String>::new(), "{at_once} steps before each {every}th call");
            assert_eq!(result.conclusion(false), Conclusion::Conforms);
            assert_eq!(result.status(RuleId::Life010), Status::NotApplicable);
            assert!(result.reason(RuleId::Life010).unwrap().contains("acts"));
            assert_eq!(result.status(RuleId::Prog001), Status::Pass);
        }
    }
}
