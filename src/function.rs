//! Lambda's Invoke API on a port of this machine: where an endpoint calls the rotation functions that a run plays.
//!
//! `POST /2015-03-31/functions/NAME/invocations` takes an event and answers once the function has ended, as Lambda does:
//! a failure of the function is HTTP 200 with the header `X-Amz-Function-Error`, a refused invocation is a 5xx. Whatever
//! the name, an event is taken for the secret that it names.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::endpoint::{Endpoint, Host, Invocation};
use crate::history::{Event, Invoked};
use crate::model::{Failure, Text};
use crate::runner::{Options, calls};

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The longest event that is taken for one; Lambda's limit of a synchronous invocation is higher.
const LONGEST_EVENT_BYTES: usize = 1 << 20;

/// A port on which functions are called, until it is dropped.
#[derive(Debug)]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How long a step is waited for, and whether the endpoint calls at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a run plays no function.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// The address cannot be listened on.
    #[error("listen on {address} for calls of the function: {cause}; choose another address with --function-listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// Nobody calls.
    #[error(
        "be called at http://{address} when a secret is rotated by {function}: rules about the life of a rotation are left \
         out; does the endpoint's Lambda invoke functions there?"
    )]
    NotCalled {
        /// Where it listens.
        address: SocketAddr,
        /// The function.
        function: Text,
    },
}

/// Listens, and makes the run play this function if the endpoint calls it there, which one rotation tells.
///
/// # Errors
///
/// If the address is taken, or the endpoint does not call.
pub async fn play<E: Endpoint>(
    address: SocketAddr,
    function: Text,
    endpoint: &E,
    options: &mut Options,
) -> Result<Listening, PlayError> {
    let host = Arc::default();
    let listening = listen(address, Arc::clone(&host)).await.map_err(|cause| PlayError::Listen { address, cause })?;
    let (is_called, _) = calls(endpoint, &host, &function, &options.prefix, PATIENCE).await;
    if !is_called {
        return Err(PlayError::NotCalled { address: listening.address, function });
    }
    options.functions.accepted.push(function.clone());
    options.functions.acting.push(function);
    (options.host, options.patience) = (Some(host), PATIENCE);
    Ok(listening)
}

/// Listens, and hands what is called to this host.
///
/// # Errors
///
/// If the address is taken or is none of this machine's.
pub async fn listen(address: SocketAddr, host: Arc<Host>) -> io::Result<Listening> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(LONGEST_EVENT_BYTES))
        .with_state(host);
    let task = tokio::spawn(async move {
        // A connection that fails ends no server, and nothing else can fail.
        let _ = axum::serve(listener, router).await;
    });
    Ok(Listening { address, task })
}

async fn invoke(State(host): State<Arc<Host>>, body: Bytes) -> Response {
    let Ok(event) = serde_json::from_slice(&body) else {
        return refused(StatusCode::BAD_REQUEST, "InvalidRequestContentException");
    };
    let (ended, end) = oneshot::channel();
    let ended = std::sync::Mutex::new(Some(ended));
    host.deliver(Invocation::new(Event(event), move |invoked| {
        let ended = ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        // Who has called may be gone by now.
        _ = ended.map(|ended| ended.send(invoked));
    }));
    respond(end.await.unwrap_or(Err(Failure::TimedOut)))
}

fn respond(invoked: Invoked) -> Response {
    match invoked {
        Ok(()) => response(StatusCode::OK, None, "null".to_owned()),
        Err(Failure::Refused) => refused(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException"),
        Err(Failure::Error) => failed("RotationFailed", "the script of the case fails this step"),
        Err(Failure::TimedOut) => failed("Sandbox.Timedout", "the script of the case lets this step run out of time"),
    }
}

fn failed(error_type: &str, message: &str) -> Response {
    let body = json!({ "errorType": error_type, "errorMessage": message });
    response(StatusCode::OK, Some((FUNCTION_ERROR, "Unhandled")), body.to_string())
}

fn refused(status: StatusCode, error_type: &'static str) -> Response {
    let body = json!({ "Type": "Service", "Message": "the invocation is refused" });
    response(status, Some((ERROR_TYPE, error_type)), body.to_string())
}

fn response(status: StatusCode, header: Option<(HeaderName, &'static str)>, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    if let Some((name, value)) = header {
        headers.insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::new()
    }

    async fn called(invoked: Option<Invoked>) -> (u16, bool) {
        let host = Arc::new(Host::default());
        let mut player = host.play(|_| true);
        let listening = listen("127.0.0.1:0".parse().unwrap(), host).await.unwrap();
        let url = format!("http://{}/2015-03-31/functions/f/invocations", listening.address);
        let body = json!({ "Step": "createSecret", "SecretId": "s", "ClientRequestToken": "t" }).to_string();
        let playing = tokio::spawn(async move {
            let invocation = player.next().await.unwrap();
            if let Some(invoked) = invoked {
                invocation.end(invoked);
            }
        });
        let response = client().post(url).body(body).send().await.unwrap();
        playing.await.unwrap();
        (response.status().as_u16(), response.headers().contains_key("x-amz-function-error"))
    }

    #[tokio::test]
    async fn an_invocation_is_answered_as_lambda_answers_it() {
        assert_eq!(called(Some(Ok(()))).await, (200, false));
        assert_eq!(called(Some(Err(Failure::Error))).await, (200, true));
        assert_eq!(called(Some(Err(Failure::TimedOut))).await, (200, true));
        assert_eq!(called(Some(Err(Failure::Refused))).await, (500, false));
        assert_eq!(called(None).await, (200, true));
    }

    #[tokio::test]
    async fn what_is_no_event_is_refused() {
        let listening = listen("127.0.0.1:0".parse().unwrap(), Arc::default()).await.unwrap();
        let url = format!("http://{}/2015-03-31/functions/f/invocations", listening.address);
        let response = client().post(url).body("{").send().await.unwrap();
        assert_eq!(response.status(), 400);
    }
}
