//! What requests are signed with; nothing of it is ever shown.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
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
    /// The standard chain gave none.
    #[error("load AWS credentials: check the environment or name a profile")]
    NotLoaded(#[from] ProviderError),
    /// The profile that was named gave none; no other source is asked in its place.
    #[error("load the AWS credentials of the profile {profile}: is it there, and does it have any?")]
    OfProfile {
        /// The name of the profile.
        profile: String,
        /// What went wrong.
        source: ProviderError,
    },
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
    pub async fn from_environment() -> Result<Self, CredentialsError> {
        let provider = DefaultCredentialsChain::builder().configure(configuration()).build().await;
        Ok(Self::asked(provider).await?)
    }

    /// The credentials of this profile, and of nothing else: whoever names a profile means its account, although the
    /// environment may have keys of another one.
    ///
    /// # Errors
    ///
    /// If there is no such profile, or its credentials cannot be loaded.
    pub async fn of_profile(profile: &str) -> Result<Self, CredentialsError> {
        // Credentials of a profile may have to be exchanged for those of a role, which is done in a Region.
        let own_region = ProfileFileRegionProvider::builder().profile_name(profile).build();
        let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(own_region);
        let configuration = configuration().with_region(region.region().await);
        let provider = ProfileFileCredentialsProvider::builder().configure(&configuration).profile_name(profile);
        let credentials = Self::asked(provider.build()).await;
        credentials.map_err(|source| CredentialsError::OfProfile { profile: profile.to_owned(), source })
    }

    async fn asked(provider: impl ProvideCredentials + 'static) -> Result<Self, ProviderError> {
        let provider = SharedCredentialsProvider::new(provider);
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

/// How the providers reach what they ask. How often they try is set here: read from the environment, a number that is
/// none would end the process.
fn configuration() -> ProviderConfig {
    // The TLS library that the client of the endpoint uses too.
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let https = aws_smithy_http_client::Builder::new().tls_provider(ring).build_https();
    ProviderConfig::without_region().with_http_client(https).with_retry_config(RetryConfig::standard())
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
            Source::Chain(_) => "Credentials(asked for)",
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
