//! The endpoint of a run: reaching it, signing for it, and a rotation function on it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{TargetArgs, complain};
use crate::client::{self, Client, Credentials, parse_endpoint};
use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{Body, Functions, ListSecrets, Operation};
use crate::service::{Config, Service};

/// The name of the embedded reference service in reports.
pub(super) const EMBEDDED: &str = "the embedded reference service";
/// How long to wait between two tries to reach an endpoint that is starting.
const PAUSE: Duration = Duration::from_millis(100);
/// The error types that say that the signature, not the request, is refused.
const REFUSED_CREDENTIALS: [&str; 8] = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// The reference service in this process, with a function that it accepts and one that does not exist.
pub(super) fn embedded() -> (Arc<Service>, Functions) {
    let service = Arc::new(Service::new(Config::default()));
    let accepted = service.register_function("rotation-conformance");
    let missing = service.function_arn("rotation-conformance-missing").into();
    (service, Functions { accepted: vec![accepted], missing: vec![missing] })
}

/// An endpoint that has answered.
pub(super) struct Connection {
    pub client: Client,
    pub functions: Functions,
    pub is_loopback: bool,
    /// The function that was made for this run.
    provisioned: Option<String>,
}

impl Connection {
    /// Reaches the endpoint, and makes a function there where nobody named one and its Lambda API makes one.
    pub(super) async fn open(url: &str, args: &TargetArgs) -> Result<Self, String> {
        let client = client_for(url, args).await?;
        probe(&client, url, args.wait_ready).await?;
        let is_loopback = args.allow_remote.is_none();
        let mut connection = Self { client, functions: Functions::default(), is_loopback, provisioned: None };
        match &args.function_arn {
            Some(arn) => connection.functions.accepted.push(arn.as_str().into()),
            None if is_loopback => connection.provision().await,
            None => {}
        }
        Ok(connection)
    }

    async fn provision(&mut self) {
        let name = format!("rotation-conformance-{}", Uuid::new_v4().simple());
        match self.client.functions().provision_function(&name).await {
            Ok(Some(arn)) => {
                self.functions.missing.push(format!("{arn}-missing").into());
                self.functions.accepted.push(arn.into());
                self.provisioned = Some(name);
            }
            Ok(None) => {}
            Err(error) => complain(&format!(
                "failed to make a function, so that rules about accepted rotations are left out: {error}"
            )),
        }
    }

    /// Removes what was made for this run.
    pub(super) async fn close(self) {
        let Some(name) = self.provisioned else { return };
        if let Err(error) = self.client.functions().remove_function(&name).await {
            complain(&format!("failed to remove the function {name}, which is left behind: {error}"));
        }
    }
}

async fn client_for(url: &str, args: &TargetArgs) -> Result<Client, String> {
    let target = parse_endpoint(url, args.allow_remote.as_deref())
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
        timeout: args.timeout.max(Duration::from_millis(1)),
        headers: args.header.clone(),
    };
    Client::new(target, options).map_err(|error| format!("failed to make a client: {error}"))
}

/// Waits for a first answer, and reads it as far as it says that no call will ever succeed.
#[expect(clippy::disallowed_methods, reason = "waiting for an endpoint to start is a matter of the clock")]
async fn probe(client: &Client, url: &str, wait: Duration) -> Result<(), String> {
    let started = Instant::now();
    let request = Operation::ListSecrets(ListSecrets { max_results: Some(1), ..ListSecrets::default() }).into();
    loop {
        let cause = match client.call(&request).await {
            Reply::Answer(answer) => {
                return match answer.body {
                    Body::Error(error) if REFUSED_CREDENTIALS.contains(&error.error_type.as_str()) => Err(format!(
                        "failed to be let in by {url}: {}; does it know these credentials and this Region?",
                        error.error_type
                    )),
                    Body::Output(_) | Body::Error(_) | Body::Unreadable(_) => Ok(()),
                };
            }
            Reply::Nothing(silence) => silence.cause,
        };
        if started.elapsed() >= wait {
            return Err(format!("failed to reach {url}: {cause}; is the endpoint running?"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
