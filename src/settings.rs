//! What a run is told: by flags of the command line, or by variables of the environment of the same names.

mod environment;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use reqwest::header::{HeaderName, HeaderValue};

pub use environment::VariableError;

use crate::endpoint::Endpoint;
use crate::model::{Action, Functions, Text};
use crate::runner::{Acting, Fixed, Options, accepts, acting};

/// Calls at most for the cases of a run against an endpoint that is not loopback, unless told otherwise.
const REMOTE_CALLS: u64 = 500;

/// The Region of endpoints on this machine, where nobody names one.
const REGION: &str = "us-east-1";

/// How long a function on this machine may take until labels move, and one elsewhere, which may have to be started first.
const PATIENCE: Duration = Duration::from_secs(3);
const REMOTE_PATIENCE: Duration = Duration::from_secs(20);

/// What a run is told, however it is started.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Where the endpoint is.
    #[command(flatten)]
    pub reach: Reach,
    /// The seed; the same seed makes the same cases.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many random cases to run at most.
    #[arg(long, default_value_t = 10_000)]
    pub cases: u64,
    /// How many cases run at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,
    /// Stop starting cases after so many calls [default: 7000; 500 if the endpoint is not loopback].
    #[arg(long, value_name = "CALLS")]
    pub max_calls: Option<u64>,
    /// End after this time, for instance 30s or 5m: what was seen and not shrunk and replayed by then is inconclusive.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub budget: Option<Duration>,
    /// Do without these operations: leave out of every case what the endpoint is known not to have.
    #[arg(long, value_name = "OP,OP", value_delimiter = ',', value_parser = action)]
    pub without: Vec<Action>,
    /// Fail on differences too, not on contract violations alone.
    #[arg(long)]
    pub strict: bool,
}

/// Where an endpoint is, and how requests to it are made.
#[derive(Args, Clone, Debug)]
pub struct Reach {
    /// The endpoint; without it the embedded reference service.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Permit this host, which is not loopback.
    #[arg(long, value_name = "HOST")]
    pub allow_remote: Option<String>,
    /// The ARN of a function that the endpoint accepts. Whether it acts is tried by one rotation: if labels then move by
    /// themselves, the life of a rotation (ROT-LIFE) is not judged.
    #[arg(long, value_name = "ARN")]
    pub function_arn: Option<String>,
    /// Play a rotation function here, on a port of this machine: the endpoint calls it by Lambda's Invoke API, as an
    /// emulator does whose Lambda is pointed to this address. It is named like the other function of the run, with
    /// "-acting" at its end.
    #[arg(long, value_name = "ADDR", conflicts_with = "function_arn")]
    pub function_listen: Option<SocketAddr>,
    /// The Region to sign for.
    #[arg(long)]
    pub region: Option<String>,
    /// Sign with the credentials of this profile and no others; without it dummy credentials on loopback, else the
    /// standard chain.
    #[arg(long)]
    pub profile: Option<String>,
    /// Send this header with every request, unsigned, for instance "X-Tenant: 7"; may be repeated.
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(HeaderName, HeaderValue)>,
    /// Give up on a call after this time, for instance 10s.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub timeout: Duration,
    /// Wait this long for the endpoint to answer for the first time.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub wait_ready: Duration,
}

impl Reach {
    /// The Region that was named, or the usual one.
    pub(crate) fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(REGION)
    }

    /// Tells by a rotation whether the function that was named acts, and what could not be removed after it.
    pub(crate) async fn try_function<E: Endpoint>(
        &self,
        endpoint: &E,
        options: &mut Options,
        is_loopback: bool,
    ) -> Vec<Text> {
        let Some(function) = options.functions.accepted.first().filter(|_| self.function_arn.is_some()) else {
            let is_untried = options.functions.accepted.is_empty() && is_loopback;
            return if is_untried { try_made_up(endpoint, options, self.region()).await } else { Vec::new() };
        };
        let patience = if is_loopback { PATIENCE } else { REMOTE_PATIENCE };
        let Acting { acts, left } = acting(endpoint, function, &options.prefix, patience).await;
        options.function_acts = acts;
        left
    }
}

/// Takes the ARN of a function that nobody has made, if the endpoint accepts it: an emulator without a Lambda API may not
/// look. Tells what could not be removed after trying.
async fn try_made_up<E: Endpoint>(endpoint: &E, options: &mut Options, region: &str) -> Vec<Text> {
    let name = uuid::Uuid::new_v4().simple();
    let function: Text = format!("arn:aws:lambda:{region}:123456789012:function:rotation-conformance-{name}").into();
    let (is_accepted, left) = accepts(endpoint, &function, &options.prefix).await;
    if is_accepted {
        options.functions.accepted.push(function);
    }
    left
}

impl Settings {
    /// The options of a run against an endpoint that accepts these functions.
    #[must_use]
    pub fn options(&self, functions: Functions, is_loopback: bool) -> Options {
        let default = Options::default();
        let max_calls = if is_loopback { default.max_calls } else { REMOTE_CALLS };
        Options {
            seed: self.seed,
            cases: self.cases,
            jobs: self.jobs.into(),
            max_calls: self.max_calls.unwrap_or(max_calls),
            budget: self.budget,
            functions,
            without: self.without.clone(),
            fixed: if is_loopback { default.fixed.clone() } else { vec![Fixed::Scenarios, Fixed::Sweep] },
            ..default
        }
    }
}

/// The operation of this name.
fn action(name: &str) -> Result<Action, String> {
    let known = || Action::ALL.map(Action::as_str).join(", ");
    let found = Action::ALL.into_iter().find(|action| action.as_str() == name);
    found.ok_or_else(|| format!("there is no such operation; there are {}", known()))
}

/// A time such as `30s` or `5m`; a number alone is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).map_err(|error| format!("{error}; write it as 30s or 5m")),
    }
}

/// A header as `Name: value`; the message does not repeat the value, which may be a secret.
fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("write it as \"Name: value\"")?;
    let name = name.trim().parse().map_err(|_| "the name is no header name")?;
    let mut value: HeaderValue = value.trim().parse().map_err(|_| "the value cannot stand in a header")?;
    value.set_sensitive(true);
    Ok((name, value))
}
