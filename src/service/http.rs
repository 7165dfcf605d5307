//! The reference service on a port: Secrets Manager at `/`, and the part of Lambda's API that makes functions.
//!
//! The service decides what is answered; here an answer gets its form as HTTP (ROT-WIRE-001, ROT-WIRE-002), a refusal
//! of what is no request included. Signatures and media types of requests are not looked at: any credentials do.

mod functions;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use httpdate::HttpDate;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uuid::{Builder, Uuid};

use super::Service;
use crate::model::{Answer, ErrorType, Timestamp};
use crate::wire::{MEDIA_TYPE, decode_request, encode_answer};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The longest body that is taken for a request. A value of 64 KiB with every character escaped is shorter.
const LONGEST_REQUEST_BYTES: usize = 1 << 20;

/// The longest body that is read to its end. A client that is still writing when the connection closes does not see
/// the refusal, so a body that is too long is read all the same, if it ends soon.
const LONGEST_READ_BYTES: usize = 16 << 20;

/// How long requests under way have to finish when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// The first second that the header `Date` cannot express, in the year 10000.
const END_OF_DATES: f64 = 253_402_300_800.0;

/// Serves until `shutdown` is over and the requests under way are answered, or had a second to be.
///
/// Connections are kept alive. One that is still open at the end closes with the runtime.
///
/// # Errors
///
/// None today: a connection that fails does not end the server.
pub async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|connection| {
        // Else an answer may wait until the client has acknowledged the one before. A socket without the option works.
        let _ = connection.set_nodelay(true);
    });
    let (stopping, stopped) = oneshot::channel();
    let serving = axum::serve(listener, router(service)).with_graceful_shutdown(async move {
        shutdown.await;
        let _ = stopping.send(());
    });
    let end_of_grace = async {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = serving => result,
        () = end_of_grace => Ok(()),
    }
}

fn router(service: Arc<Service>) -> Router {
    let served = Served { service, request_ids: RequestIds::new() };
    Router::new()
        .route("/", post(call))
        .route("/2015-03-31/functions", post(functions::create))
        .route("/2015-03-31/functions/{name}", get(functions::get).delete(functions::delete))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_path)
        .with_state(Arc::new(served))
}

/// What every request is answered from.
struct Served {
    service: Arc<Service>,
    request_ids: RequestIds,
}

/// `POST /`: one Secrets Manager request.
async fn call(State(served): State<Arc<Served>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    let answer = match to_bytes(body, LONGEST_READ_BYTES).await {
        Ok(body) if body.len() <= LONGEST_REQUEST_BYTES => served.answer(target, &body),
        _ => refusal(StatusCode::PAYLOAD_TOO_LARGE, ErrorType::Other("RequestEntityTooLargeException".into())),
    };
    served.respond(&answer)
}

async fn unknown_path(State(served): State<Arc<Served>>) -> Response {
    served.respond(&refusal(StatusCode::NOT_FOUND, ErrorType::UnknownOperationException))
}

fn refusal(status: StatusCode, error_type: ErrorType) -> Answer {
    let mut answer = Answer::error(error_type, None);
    answer.form.status = status.as_u16();
    answer
}

impl Served {
    fn answer(&self, target: &str, body: &[u8]) -> Answer {
        match decode_request(target, body) {
            Ok(request) => self.service.answer(&request),
            Err(error) => Answer::error(error.error_type, error.message),
        }
    }

    fn respond(&self, answer: &Answer) -> Response {
        let (status, body) = encode_answer(answer);
        let status = StatusCode::from_u16(status).expect("the service answers with statuses of HTTP");
        self.response(status, MEDIA_TYPE, written(&body))
    }

    /// A response with the headers that each has; its `Content-Length` comes from hyper.
    fn response(&self, status: StatusCode, media_type: &'static str, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(REQUEST_ID, self.request_ids.next());
        headers.extend(http_date((self.service.config.clock)()).map(|date| (DATE, date)));
        response
    }
}

fn written(body: &impl Serialize) -> Body {
    Body::from(serde_json::to_vec(body).expect("maps with text as keys can be written"))
}

/// The header `Date`, which is all that a client sees of the service's clock.
fn http_date(now: Timestamp) -> Option<HeaderValue> {
    let since_1970 = Duration::try_from_secs_f64(now.0).ok().filter(|_| now.0 < END_OF_DATES)?;
    HeaderValue::try_from(HttpDate::from(UNIX_EPOCH + since_1970).to_string()).ok()
}

/// Request ids of this server: UUIDs that look random and count up. Drawing each would cost a system call.
struct RequestIds {
    first: u128,
    count: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        Self { first: Uuid::new_v4().as_u128(), count: AtomicU64::new(0) }
    }

    fn next(&self) -> HeaderValue {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let id = Builder::from_random_bytes(self.first.wrapping_add(number.into()).to_be_bytes()).into_uuid();
        let text = id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).parse();
        text.expect("hexadecimal digits and hyphens may stand in a header")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Variant;

    use super::*;

    #[test]
    fn request_ids_are_random_uuids_in_form_and_differ() {
        let ids = RequestIds { first: u128::MAX - 2, count: AtomicU64::new(0) };
        let mut seen = BTreeSet::new();
        for _ in 0..5 {
            let id = Uuid::parse_str(ids.next().to_str().unwrap()).unwrap();
            assert_eq!((id.get_version_num(), id.get_variant()), (4, Variant::RFC4122));
            assert!(seen.insert(id));
        }
    }

    #[test]
    fn the_date_header_is_the_clock_in_whole_seconds_and_absent_where_it_cannot_say() {
        for (seconds, text) in [
            (0.0, Some("Thu, 01 Jan 1970 00:00:00 GMT")),
            (784_111_777.9, Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (END_OF_DATES - 1.0, Some("Fri, 31 Dec 9999 23:59:59 GMT")),
            (END_OF_DATES, None),
            (-1.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(http_date(Timestamp(seconds)), text.map(HeaderValue::from_static), "{seconds}");
        }
    }
}
