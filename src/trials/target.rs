//! What the trials test: a URL, an emulator that is started for them, or an endpoint in this process.

use std::fmt;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use super::complain;
use super::shared::{Judged, Plan};
use crate::client::Connection;
use crate::endpoint::Endpoint;
use crate::endpoint::Stop;
use crate::model::{Action, Functions};
use crate::service::{Config, Service};

/// A run under way; it ends in words if it could not begin.
type Running = Pin<Box<dyn Future<Output = Result<Judged, String>>>>;

/// What the trials test, unless `CONFORMANCE_ENDPOINT` names another endpoint.
pub struct Target {
    run: Box<dyn FnOnce(Plan) -> Running + Send>,
    without: Vec<Action>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target")
    }
}

impl Target {
    /// The embedded reference service.
    #[must_use]
    pub fn embedded() -> Self {
        Self::new(async move |plan: Plan| {
            let host = Arc::default();
            let service = Service::new(Config::default()).hosted(&host);
            let functions = service.functions();
            let plan = Plan { host: Some(host), ..plan };
            Ok(plan.run(Arc::new(service), "an endpoint in process", functions, true).await)
        })
    }

    /// An endpoint in this process, with the function ARNs that it accepts and does not accept.
    ///
    /// Without an accepted one, rules that need an accepted rotation are not applicable.
    #[must_use]
    pub fn in_process<E: Endpoint + 'static>(endpoint: E, functions: Functions) -> Self {
        Self::new(async move |plan: Plan| {
            Ok(plan.run(Arc::new(endpoint), "an endpoint in process", functions, true).await)
        })
    }

    /// An endpoint that is running.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        let url = url.into();
        Self::new(async move |plan| Box::pin(against(&url, plan)).await)
    }

    /// An emulator that is started when the run begins, and not before.
    ///
    /// `start` runs inside a tokio runtime that lives as long as the run. What it returns gives the URL, is kept until
    /// the run is over and then dropped: a `String`, or a type of yours that ends a process when it is dropped.
    #[must_use]
    pub fn started<S, F, U, X>(start: S) -> Self
    where
        S: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<U, X>>,
        U: AsRef<str>,
        X: Display,
    {
        Self::new(async move |plan| {
            let started = start().await.map_err(|error| format!("failed to start the emulator: {error}"))?;
            Box::pin(against(started.as_ref(), plan)).await
        })
    }

    /// The same without these operations, which the endpoint is known not to have: no case asks for them, that they are
    /// missing fails no trial, and rules that need them are not applicable. One that is there after all is told on the
    /// error output.
    #[must_use]
    pub fn without(mut self, operations: impl IntoIterator<Item = Action>) -> Self {
        self.without.extend(operations);
        self
    }

    fn new<R>(run: R) -> Self
    where
        R: AsyncFnOnce(Plan) -> Result<Judged, String> + Send + 'static,
    {
        Self { run: Box::new(move |plan| Box::pin(run(plan))), without: Vec::new() }
    }

    pub(super) async fn run(self, mut plan: Plan) -> Result<Judged, String> {
        plan.settings.without.extend(&self.without);
        let named = plan.settings.reach.endpoint.clone();
        let target = named.map_or(self, Self::url);
        (target.run)(plan).await
    }
}

async fn against(url: &str, plan: Plan) -> Result<Judged, String> {
    let opened = Connection::open(url, &plan.settings.reach, &Stop::default()).await;
    let mut connection = opened.map_err(|error| format!("failed to {error}"))?;
    if let Some(error) = &connection.no_function {
        complain(&format!("failed to make a function, so that rules about accepted rotations are left out: {error}"));
    }
    let reach = &plan.settings.reach;
    let function = match reach.function_listen {
        None => None,
        Some(address) => Some((address, connection.provision_acting(reach.region()).await)),
    };
    let plan = Plan { function, ..plan };
    let client = Arc::new(connection.client.clone());
    let judged = Box::pin(plan.run(client, url, connection.functions.clone(), connection.is_loopback)).await;
    if let Err(error) = connection.close().await {
        complain(&format!("failed to {error}"));
    }
    Ok(judged)
}
