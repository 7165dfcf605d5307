//! One HTTP exchange: signed, sent once, its answer read up to a limit, and what went wrong told as data.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, Url};

use super::hidden::Hidden;
use super::incoming::{Incoming, Received};
use super::keep_alive::{KeepAlive, Lane};
use super::signer::Signer;
use super::{Options, Target};
use crate::history::{Fate, Silence};

/// The longest body that is read.
const BODY_LIMIT_BYTES: usize = 1 << 20;

/// The longest time to wait for a connection; half of the whole call's, if that is less, so that a call that found no
/// connection is never taken for one that was not answered.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept: less than the five seconds after which many servers close theirs.
const IDLE_LIMIT: Duration = Duration::from_secs(4);

/// The longest cause that is quoted from a library.
const CAUSE_CHARS: usize = 120;

/// A request before it is signed.
pub(super) struct Outgoing {
    pub(super) service: &'static str,
    pub(super) method: Method,
    /// The path without its first slash.
    pub(super) path: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
    /// Whether sending it twice does no harm.
    pub(super) repeatable: bool,
}

/// Sends requests to one endpoint.
pub(super) struct Transport {
    target: Target,
    options: Options,
    signer: Signer,
    kept: reqwest::Client,
    fresh: reqwest::Client,
    keep_alive: KeepAlive,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("target", &self.target)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Transport {
    pub(super) fn new(target: Target, options: Options) -> reqwest::Result<Self> {
        let named = options.region.as_deref().or(target.region());
        Ok(Self {
            signer: Signer::new(named.unwrap_or("us-east-1").to_owned()),
            kept: builder(&target, &options).build()?,
            fresh: builder(&target, &options).pool_max_idle_per_host(0).build()?,
            keep_alive: KeepAlive::default(),
            target,
            options,
        })
    }

    pub(super) const fn target(&self) -> &Target {
        &self.target
    }

    /// Sends a request once; one that is repeatable goes out again if the kept connection it was written to was dead.
    /// Nothing that follows sees what the request was signed with, should the endpoint repeat it.
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Incoming, Silence> {
        let repeatable = outgoing.repeatable;
        let (request, hidden) = self.signed(outgoing).await?;
        let mut incoming = self.sent(request, repeatable).await?;
        hidden.take_out_of(&mut incoming);
        Ok(incoming)
    }

    async fn sent(&self, request: Request, repeatable: bool) -> Result<Incoming, Silence> {
        if self.keep_alive.lane(repeatable) == Lane::Fresh {
            return exchange(&self.fresh, request).await.map_err(|error| self.silence(&error));
        }
        let again = if repeatable { request.try_clone() } else { None };
        let error = match exchange(&self.kept, request).await {
            Ok(incoming) => {
                self.keep_alive.answered(incoming.local);
                return Ok(incoming);
            }
            Err(error) => error,
        };
        let first = self.silence(&error);
        let was_dead = may_be_dead(&error) && self.keep_alive.broke();
        let Some(again) = again.filter(|_| was_dead) else { return Err(first) };
        exchange(&self.fresh, again).await.map_err(|_| first)
    }

    async fn signed(&self, outgoing: Outgoing) -> Result<(Request, Hidden<'_>), Silence> {
        let mut url = self.target.url().clone();
        if !outgoing.path.is_empty() {
            url.set_path(&outgoing.path);
        }
        let mut request = Request::new(outgoing.method, url);
        request.headers_mut().extend(outgoing.headers);
        *request.body_mut() = Some(outgoing.body.into());
        #[expect(clippy::disallowed_methods, reason = "a signature carries the time at which it was made")]
        let time = SystemTime::now();
        let credentials =
            self.options.credentials.at(time).await.map_err(|error| not_sent(&format!("failed to {error}")))?;
        let signature = self.signer.add_signature(&mut request, &credentials, outgoing.service, time);
        signature.map_err(|error| not_sent(&error.to_string()))?;
        for (name, value) in &self.options.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let hidden = Hidden::of(&request, credentials, &self.options.headers);
        Ok((request, hidden))
    }

    fn silence(&self, error: &reqwest::Error) -> Silence {
        let request = if error.is_connect() || error.is_builder() { Fate::NotSent } else { Fate::Unknown };
        let cause = match (error.is_timeout(), error.is_connect()) {
            (true, true) => "no connection in time".to_owned(),
            (true, false) => format!("no answer within {:?}", self.options.timeout),
            (false, _) if error.is_body() || error.is_decode() => {
                format!("the answer broke off: {}", root_cause(error))
            }
            (false, _) => root_cause(error),
        };
        Silence { request, cause }
    }
}

/// The silence of a request that never left.
pub(super) fn not_sent(cause: &str) -> Silence {
    Silence { request: Fate::NotSent, cause: cause.to_owned() }
}

fn builder(target: &Target, options: &Options) -> reqwest::ClientBuilder {
    // A program that has chosen its own keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("rotation-conformance/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_LIMIT.min(options.timeout / 2))
        .timeout(options.timeout)
        .pool_idle_timeout(IDLE_LIMIT)
        .resolve_to_addrs("localhost", &[(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]);
    if is_plain(target.url()) { builder.tls_certs_only([]) } else { builder }
}

/// Whether no certificate is ever looked at, so that a machine without any can test an endpoint all the same.
fn is_plain(url: &Url) -> bool {
    url.scheme() == "http"
}

/// Our own address of the connection that a response came on.
fn local_address(response: &Response) -> Option<SocketAddr> {
    response.extensions().get::<HttpInfo>().map(HttpInfo::local_addr)
}

/// Sends a request once and reads the answer.
async fn exchange(client: &reqwest::Client, request: Request) -> reqwest::Result<Incoming> {
    let mut response = client.execute(request).await?;
    Ok(Incoming {
        status: response.status().as_u16(),
        local: local_address(&response),
        headers: std::mem::take(response.headers_mut()),
        body: received(&mut response).await?,
    })
}

/// The body, unless it is longer than [`BODY_LIMIT_BYTES`]; reading stops there.
async fn received(response: &mut Response) -> reqwest::Result<Received> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT_BYTES {
            return Ok(Received::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Received::Whole(body))
}

/// Whether an error can be that of a request written to a connection that the other side had closed.
fn may_be_dead(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

/// The innermost cause, which names no URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    let Some(cause) = cause else { return "the request failed".to_owned() };
    match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "connection reset".to_owned(),
        Some(io::ErrorKind::BrokenPipe) => "connection closed while sending".to_owned(),
        Some(io::ErrorKind::UnexpectedEof) => "connection closed".to_owned(),
        _ => cause.to_string().chars().take(CAUSE_CHARS).collect(),
    }
}
