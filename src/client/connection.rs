//! The endpoint of a run: reaching it, signing for it, and a rotation function on it.

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{
    Client, ClientError, Credentials, CredentialsError, EndpointError, FunctionError, Options, parse_endpoint,
};
use crate::endpoint::{Endpoint, Stop};
use crate::history::Reply;
use crate::model::{Body, ErrorType, Functions, ListSecrets, Operation, Text};
use crate::settings::Reach;

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

/// Why an endpoint cannot be tested.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Its URL is none, or names a host that nobody allowed.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Nothing to sign with.
    #[error("find credentials: {0}")]
    Credentials(#[from] CredentialsError),
    /// No client could be made.
    #[error("make a client: {0}")]
    Client(#[from] ClientError),
    /// It refuses every request of these credentials.
    #[error("be let in by {url}: {error_type}; does it know these credentials and this Region?")]
    LetIn {
        /// The endpoint.
        url: String,
        /// What it refused with.
        error_type: ErrorType,
    },
    /// It does not answer.
    #[error("reach {url}: {cause}; is the endpoint running?")]
    Reach {
        /// The endpoint.
        url: String,
        /// Why no answer came.
        cause: String,
    },
    /// Nobody wants to wait for it any more.
    #[error("reach {url} before the interruption; nothing was made there")]
    Interrupted {
        /// The endpoint.
        url: String,
    },
}

/// A function that was made for a run was not removed.
#[derive(Debug, thiserror::Error)]
#[error("remove the function {name}, which is left behind: {cause}")]
pub struct LeftBehind {
    name: String,
    #[source]
    cause: FunctionError,
}

/// An endpoint that has answered.
#[derive(Debug)]
pub struct Connection {
    /// The client that reaches it.
    pub client: Client,
    /// The functions that it is known to accept or not to have.
    pub functions: Functions,
    /// Whether it is on this machine.
    pub is_loopback: bool,
    /// Why it made no function, although it has the API for it.
    pub no_function: Option<FunctionError>,
    /// The functions that were made for this run.
    provisioned: Vec<String>,
}

impl Connection {
    /// Reaches the endpoint, and makes a function there where nobody named one and its Lambda API makes one. Told to
    /// stop, it waits for the endpoint no longer and makes nothing.
    ///
    /// # Errors
    ///
    /// If it may not be tested, does not answer in time, or does not let these credentials in.
    pub async fn open(url: &str, reach: &Reach, stop: &Stop) -> Result<Self, ConnectError> {
        let target = parse_endpoint(url, reach.allow_remote.as_deref())?;
        let is_loopback = target.is_loopback();
        let client = Client::new(target, options(reach, is_loopback).await?)?;
        tokio::select! {
            biased;
            reached = probe(&client, url, reach.wait_ready) => reached?,
            () = stop.reached() => return Err(ConnectError::Interrupted { url: url.to_owned() }),
        }
        let functions = Functions::default();
        let mut connection = Self { client, functions, is_loopback, no_function: None, provisioned: Vec::new() };
        match &reach.function_arn {
            Some(arn) => connection.functions.accepted.push(arn.as_str().into()),
            None if is_loopback && !stop.is_set() => connection.provision().await,
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
                self.provisioned.push(name);
            }
            Ok(None) => {}
            Err(error) => self.no_function = Some(error),
        }
    }

    /// Makes a function that the run plays, where the endpoint's Lambda API makes one; its ARN, else a made-up one.
    pub async fn provision_acting(&mut self, region: &str) -> Text {
        let name = format!("rotation-conformance-{}-acting", Uuid::new_v4().simple());
        match self.client.functions().provision_function(&name).await {
            Ok(Some(arn)) => {
                self.provisioned.push(name);
                arn.into()
            }
            Ok(None) | Err(_) => format!("arn:aws:lambda:{region}:123456789012:function:{name}").into(),
        }
    }

    /// Removes what was made for this run.
    ///
    /// # Errors
    ///
    /// If the endpoint does not remove it; the rest is removed all the same.
    pub async fn close(self) -> Result<(), LeftBehind> {
        let mut left = Ok(());
        for name in self.provisioned {
            let removed = self.client.functions().remove_function(&name).await;
            left = left.and(removed.map_err(|cause| LeftBehind { name, cause }));
        }
        left
    }
}

async fn options(reach: &Reach, is_loopback: bool) -> Result<Options, CredentialsError> {
    let credentials = match (&reach.profile, is_loopback) {
        (Some(profile), _) => Credentials::of_profile(profile).await?,
        (None, true) => Credentials::dummy(),
        (None, false) => Credentials::from_environment().await?,
    };
    Ok(Options {
        region: reach.region.clone(),
        credentials,
        timeout: reach.timeout.max(Duration::from_millis(1)),
        headers: reach.header.clone(),
    })
}

/// Waits for a first answer, and reads it as far as it says that no call will ever succeed.
#[expect(clippy::disallowed_methods, reason = "waiting for an endpoint to start is a matter of the clock")]
async fn probe(client: &Client, url: &str, wait: Duration) -> Result<(), ConnectError> {
    let started = Instant::now();
    let request = Operation::ListSecrets(ListSecrets { max_results: Some(1), ..ListSecrets::default() }).into();
    loop {
        let cause = match client.call(&request).await {
            Reply::Answer(answer) => {
                return match answer.body {
                    Body::Error(error) if REFUSED_CREDENTIALS.contains(&error.error_type.as_str()) => {
                        Err(ConnectError::LetIn { url: url.to_owned(), error_type: error.error_type })
                    }
                    Body::Output(_) | Body::Error(_) | Body::Unreadable(_) => Ok(()),
                };
            }
            Reply::Nothing(silence) => silence.cause,
        };
        if started.elapsed() >= wait {
            return Err(ConnectError::Reach { url: url.to_owned(), cause });
        }
        tokio::time::sleep(PAUSE).await;
    }
}
