//! What requests are signed with; nothing of it is ever shown.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as AwsCredentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls;
use tokio::sync::Mutex;

/// Credentials that expire are fetched anew when they have less than this left.
const MARGIN: Duration = Duration::from_mins(5);

/// What requests are signed with.
#[derive(Clone)]
pub struct Credentials(Source);

#[derive(Clone)]
enum Source {
    Dummy(AwsCredentials),
    Static(AwsCredentials),
    Chain(Arc<Chain>),
}

/// A provider and what it last gave.
struct Chain {
    provider: SharedCredentialsProvider,
    latest: Mutex<AwsCredentials>,
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Nothing in the standard chain is configured.
    #[error("find a source of AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile")]
    NoProvider,
    /// The configured source gave none.
    #[error("load AWS credentials: check the environment or the profile")]
    NotLoaded(#[from] ProviderError),
}

impl Credentials {
    /// `test` and `test`, which emulators take.
    #[must_use]
    pub fn dummy() -> Self {
        Self(Source::Dummy(AwsCredentials::new("test", "test", None, None, "dummy")))
    }

    /// The credentials given.
    #[must_use]
    pub fn fixed(access_key: &str, secret_key: &str, session_token: Option<&str>) -> Self {
        let session_token = session_token.map(ToOwned::to_owned);
        Self(Source::Static(AwsCredentials::new(access_key, secret_key, session_token, None, "static")))
    }

    /// What the standard chain of the AWS SDKs finds: environment, profile, web identity, container, instance. It is
    /// asked once now, and again shortly before what it gave expires.
    ///
    /// # Errors
    ///
    /// If the chain finds nothing, or what it finds cannot be loaded.
    pub async fn from_environment(profile: Option<&str>) -> Result<Self, CredentialsError> {
        // The TLS library that the client of the endpoint uses too.
        let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let https = aws_smithy_http_client::Builder::new().tls_provider(ring).build_https();
        let mut loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https);
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        let provider = loader.load().await.credentials_provider().ok_or(CredentialsError::NoProvider)?;
        let latest = Mutex::new(provider.provide_credentials().await?);
        Ok(Self(Source::Chain(Arc::new(Chain { provider, latest }))))
    }

    /// The credentials to sign a request with at the time given.
    pub(super) async fn at(&self, now: SystemTime) -> Result<AwsCredentials, CredentialsError> {
        match &self.0 {
            Source::Dummy(credentials) | Source::Static(credentials) => Ok(credentials.clone()),
            Source::Chain(chain) => chain.at(now).await,
        }
    }
}

impl Chain {
    async fn at(&self, now: SystemTime) -> Result<AwsCredentials, CredentialsError> {
        let mut latest = self.latest.lock().await;
        if latest.expiry().is_some_and(|expiry| expiry < now + MARGIN) {
            *latest = self.provider.provide_credentials().await?;
        }
        Ok(latest.clone())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Dummy(_) => "Credentials(dummy)",
            Source::Static(_) => "Credentials(given)",
            Source::Chain(_) => "Credentials(standard chain)",
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::future;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Gives credentials that expire ten minutes after the epoch, then twenty, and so on.
    #[derive(Debug, Default)]
    struct Expiring(AtomicU64);

    impl ProvideCredentials for Expiring {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let nth = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            let expiry = SystemTime::UNIX_EPOCH + Duration::from_mins(10 * nth);
            future::ProvideCredentials::ready(Ok(AwsCredentials::new(nth.to_string(), "s", None, Some(expiry), "t")))
        }
    }

    #[test]
    fn debug_never_shows_credentials() {
        let shown = format!("{:?}", Credentials::fixed("AKIDEXAMPLE", "hunter2", Some("session3")));
        assert_eq!(shown, "Credentials(given)");
        assert_eq!(format!("{:?}", Credentials::dummy()), "Credentials(dummy)");
    }

    #[tokio::test]
    async fn credentials_are_kept_until_shortly_before_they_expire() {
        let provider = SharedCredentialsProvider::new(Expiring::default());
        let latest = Mutex::new(provider.provide_credentials().await.unwrap());
        let credentials = Credentials(Source::Chain(Arc::new(Chain { provider, latest })));
        let mut keys = Vec::new();
        for minutes in [0, 4, 6, 7, 16] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_mins(minutes);
            keys.push(credentials.at(now).await.unwrap().access_key_id().to_owned());
        }
        assert_eq!(keys, ["1", "1", "2", "2", "3"]);
    }
}
