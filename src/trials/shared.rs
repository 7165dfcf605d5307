//! The run that the trials of a process share: started by the first that needs it, once.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::{Target, complain};
use crate::endpoint::{Endpoint, Host, Stop};
use crate::function;
use crate::history::Reply;
use crate::model::{Functions, Request, Text};
use crate::report::Heading;
use crate::rule::RuleId;
use crate::runner::{Enough, Operations, Options, Run, RunResult};
use crate::settings::Settings;

/// Calls of a focused run after which nothing new is begun. What is under way then is one case or one finding, which
/// takes fewer than the rest of the 300 calls.
const FOCUSED_CALLS: u64 = 160;
/// Calls of a focused run after which no further case is started.
const FOCUSED_CASE_CALLS: u64 = 80;
/// Calls at most for shrinking one finding of a focused run.
const FOCUSED_SHRINK_CALLS: u64 = 50;
/// How long tasks of an emulator may take to end when the run is over.
const GRACE: Duration = Duration::from_secs(1);

/// A run that is to be started, or its outcome.
#[derive(Debug)]
pub(super) struct Shared {
    waiting: Mutex<Option<(Target, Plan)>>,
    judged: OnceLock<Result<Judged, String>>,
}

impl Shared {
    pub(super) fn new(target: Target, settings: Settings, only: Option<RuleId>) -> Self {
        Self {
            waiting: Mutex::new(Some((target, Plan { settings, only, host: None, function: None }))),
            judged: OnceLock::new(),
        }
    }

    /// What the run has shown, or why there was none. The first call makes the run, later ones wait for it.
    pub(super) fn judged(&self) -> Result<&Judged, &String> {
        let judged = self.judged.get_or_init(|| {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
            let (target, plan) = waiting.ok_or("the run that these trials share panicked")?;
            run(target, plan)
        });
        judged.as_ref()
    }

    /// What the run has shown, if one was made.
    pub(super) fn made(&self) -> Option<&Judged> {
        self.judged.get()?.as_ref().ok()
    }
}

fn run(target: Target, plan: Plan) -> Result<Judged, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("failed to start the runtime: {error}"))?;
    let judged = runtime.block_on(target.run(plan));
    runtime.shutdown_timeout(GRACE);
    if let Ok(Judged { result: RunResult { left, .. }, .. }) = &judged
        && !left.is_empty()
    {
        complain(&format!("failed to delete what is left behind: {}", left.join(", ")));
    }
    if let Ok(Judged { result: RunResult { operations, .. }, .. }) = &judged
        && !operations.there.is_empty()
    {
        complain(&format!(
            "these operations are there, and the run did without: {}",
            Operations::names(&operations.there)
        ));
    }
    judged
}

/// What a run is told.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) settings: Settings,
    /// The one rule that is tested.
    pub(super) only: Option<RuleId>,
    /// Where the endpoint calls the rotation functions that the run plays.
    pub(super) host: Option<Arc<Host>>,
    /// A function that is to be played where the endpoint calls it over HTTP.
    pub(super) function: Option<(SocketAddr, Text)>,
}

/// What a run has shown.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) heading: Heading,
    pub(super) result: RunResult,
    pub(super) is_focused: bool,
}

impl Plan {
    #[expect(clippy::disallowed_methods, reason = "the duration of a run is part of its report")]
    pub(super) async fn run<E: Endpoint + 'static>(
        self,
        endpoint: Arc<E>,
        name: &str,
        functions: Functions,
        is_loopback: bool,
    ) -> Judged {
        let Self { settings, only, host, function } = self;
        let stop = Stop::default();
        let started = Instant::now();
        let mut options = Options { host, ..settings.options(functions, is_loopback) };
        let left = settings.reach.try_function(&endpoint, &mut options, is_loopback).await;
        let _listening = match function {
            None => None,
            Some((address, function)) => match function::play(address, function, &endpoint, &mut options).await {
                Ok(listening) => Some(listening),
                Err(error) => {
                    complain(&format!("failed to {error}"));
                    None
                }
            },
        };
        let mut result = match only {
            None => Run::new(endpoint, options, stop).run().await,
            Some(rule) => {
                let rationed = Rationed { endpoint, calls: AtomicU64::new(0), stop: stop.clone() };
                Run::new(Arc::new(rationed), focused(options, rule), stop).run().await
            }
        };
        result.left.extend(left);
        let heading = Heading {
            endpoint: name.to_owned(),
            seed: settings.seed,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            strict: settings.strict,
            result_file: None,
            repro: None,
            is_tour: false,
        };
        Judged { heading, result, is_focused: only.is_some() }
    }
}

/// A run for one rule, of at most 300 calls: one case and one finding at a time.
fn focused(options: Options, rule: RuleId) -> Options {
    Options {
        only: Some(rule),
        enough: Enough::Confirmed,
        jobs: 1,
        max_calls: options.max_calls.min(FOCUSED_CASE_CALLS),
        shrink_calls: FOCUSED_SHRINK_CALLS,
        ..options
    }
}

/// An endpoint that stops the run after so many calls.
struct Rationed<E> {
    endpoint: Arc<E>,
    calls: AtomicU64,
    stop: Stop,
}

impl<E: Endpoint> Endpoint for Rationed<E> {
    async fn call(&self, request: &Request) -> Reply {
        let reply = self.endpoint.call(request).await;
        if self.calls.fetch_add(1, Ordering::Relaxed) >= FOCUSED_CALLS {
            self.stop.set();
        }
        reply
    }
}
