//! `run`: random cases against an endpoint, and the report.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{Exit, RunArgs, block_on, complain, print};
use crate::client::{self, Client, Credentials};
use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{Functions, ListSecrets, Operation};
use crate::report::{Heading, to_json, to_text};
use crate::rule::{Level, RULES};
use crate::runner::{Ending, Options, Run, RunResult};
use crate::service::{Config, Service};
use crate::verdict::{Status, Violation};

/// Calls at most for the cases of a run against an endpoint that is not loopback, unless told otherwise.
const REMOTE_CALLS: u64 = 500;
/// Calls at most for the cases of any other run.
const LOCAL_CALLS: u64 = 100_000;
/// Calls at most for shrinking one finding.
const SHRINK_CALLS: u64 = 800;

pub(super) fn run(args: &RunArgs) -> Exit {
    block_on(async {
        match &args.endpoint {
            None => embedded(args).await,
            Some(url) => match connect(url, args).await {
                Ok(client) => against(client, url, args).await,
                Err(message) => {
                    complain(&message);
                    Exit::Usage
                }
            },
        }
    })
    .unwrap_or_else(|exit| exit)
}

async fn embedded(args: &RunArgs) -> Exit {
    let service = Arc::new(Service::new(Config::default()));
    let accepted = service.register_function("rotation-conformance");
    let missing = service.function_arn("rotation-conformance-missing").into();
    let functions = Functions { accepted: vec![accepted], missing: vec![missing] };
    drive(service, "the embedded reference service", functions, LOCAL_CALLS, args).await
}

async fn connect(url: &str, args: &RunArgs) -> Result<Client, String> {
    let target = client::parse_endpoint(url, args.allow_remote.as_deref())
        .map_err(|error| format!("failed to use the endpoint: {error}"))?;
    let credentials = match (&args.profile, target.is_loopback()) {
        (None, true) => Credentials::dummy(),
        (profile, _) => Credentials::from_environment(profile.as_deref())
            .await
            .map_err(|error| format!("failed to find credentials: {error}"))?,
    };
    let options = client::Options {
        region: args.region.clone(),
        credentials,
        timeout: Duration::from_secs(args.timeout.max(1)),
        ..client::Options::default()
    };
    Client::new(target, options).map_err(|error| format!("failed to make a client: {error}"))
}

/// Runs against a service over HTTP, with a function of its own where the endpoint's Lambda API makes one.
async fn against(client: Client, url: &str, args: &RunArgs) -> Exit {
    let probe = Operation::ListSecrets(ListSecrets { max_results: Some(1), ..ListSecrets::default() });
    if let Reply::Nothing(silence) = client.call(&probe.into()).await {
        complain(&format!("failed to reach {url}: {}; is the endpoint running?", silence.cause));
        return Exit::Usage;
    }
    let is_loopback = args.allow_remote.is_none();
    let lambda = client.functions();
    let name = format!("rotation-conformance-{}", Uuid::new_v4().simple());
    let provisioned = match (&args.function_arn, is_loopback) {
        (None, true) => lambda.provision_function(&name).await.unwrap_or_else(|error| {
            complain(&format!(
                "failed to make a function, so that rules about accepted rotations are left out: {error}"
            ));
            None
        }),
        _ => None,
    };
    let accepted = args.function_arn.clone().or_else(|| provisioned.clone());
    let functions = Functions {
        accepted: accepted.iter().map(|arn| arn.as_str().into()).collect(),
        missing: provisioned.iter().map(|arn| format!("{arn}-missing").into()).collect(),
    };
    let calls = if is_loopback { LOCAL_CALLS } else { REMOTE_CALLS };
    let exit = drive(Arc::new(client), url, functions, calls, args).await;
    if provisioned.is_some()
        && let Err(error) = lambda.remove_function(&name).await
    {
        complain(&format!("failed to remove the function {name}, which is left behind: {error}"));
    }
    exit
}

#[expect(clippy::disallowed_methods, reason = "the duration of a run is part of its report")]
async fn drive<E: Endpoint + 'static>(
    endpoint: Arc<E>,
    name: &str,
    functions: Functions,
    calls: u64,
    args: &RunArgs,
) -> Exit {
    let options = Options {
        seed: args.seed,
        cases: args.cases,
        jobs: args.jobs,
        max_calls: args.max_calls.unwrap_or(calls),
        prefix: format!("rc-{}", &Uuid::new_v4().simple().to_string()[..8]),
        functions,
        shrink_calls: SHRINK_CALLS,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn(stop_on_interrupt(Arc::clone(&stop)));
    let started = Instant::now();
    let result = Run::new(endpoint, options, stop).run().await;
    watcher.abort();
    let heading = Heading {
        endpoint: name.to_owned(),
        seed: args.seed,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        strict: args.strict,
    };
    print(&to_text(&heading, &result));
    if let Some(path) = &args.json {
        let text = format!("{:#}\n", to_json(&heading, &result));
        if let Err(error) = fs::write(path, text) {
            complain(&format!("failed to write {}: {error}", path.display()));
            return Exit::Usage;
        }
    }
    exit_of(&result, args.strict)
}

async fn stop_on_interrupt(stop: Arc<AtomicBool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.store(true, Ordering::Relaxed);
    }
}

/// Violations come before everything else that may be wrong with a run.
fn exit_of(result: &RunResult, strict: bool) -> Exit {
    let is_failure = |violation: &Violation| violation.fails(strict);
    let is_confirmed = |status| matches!(status, Status::Fail | Status::Differs);
    if result.findings.iter().any(|finding| is_confirmed(finding.status) && is_failure(&finding.violation)) {
        return Exit::Violations;
    }
    if !RULES.iter().any(|rule| rule.level == Level::Must && result.exercise.checked(rule.id) > 0) {
        complain("failed to exercise any rule of level MUST: the endpoint answered nothing that could be judged");
        return Exit::Inconclusive;
    }
    let is_unclear = RULES
        .iter()
        .any(|rule| matches!(result.status(rule.id), Status::Intermittent | Status::Inconclusive | Status::Error));
    match result.ending {
        Ending::Complete if !is_unclear && !result.inconclusive => Exit::Success,
        Ending::Complete | Ending::Died(_) | Ending::Interrupted => Exit::Inconclusive,
    }
}
