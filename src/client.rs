//! The HTTP client: one signed request to an endpoint, and what came of it.
//!
//! A call is sent once and its reply is data: no retries, no redirects, no proxy, no failure. One exception keeps the
//! replies honest: a call that only reads is sent again on a new connection if the kept connection that it was written
//! to turns out to be dead, and a call that changes something never goes out on a connection that may be dead
//! (see `keep_alive`). It does not decide what may be tested: [`Target`] refuses hosts that nobody allowed.

mod connection;
mod credentials;
mod functions;
mod hidden;
mod incoming;
mod keep_alive;
mod package;
mod signer;
mod target;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use connection::{ConnectError, Connection, LeftBehind};
pub use credentials::{Credentials, CredentialsError};
pub use functions::{FunctionError, Functions};
pub use reqwest::header::{HeaderName, HeaderValue};
pub use target::{EndpointError, Target, parse_endpoint};

use functions::Roles;
use incoming::{Incoming, Received};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use transport::{Outgoing, Transport};

use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{Answer, Body, Request};
use crate::wire::{self, HttpResponse};

/// The header that names the action.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// How requests are made; the default suits an emulator on this machine.
#[derive(Clone)]
pub struct Options {
    /// The region that requests are signed for; by default the one that an AWS host names, else `us-east-1`.
    pub region: Option<String>,
    /// What requests are signed with.
    pub credentials: Credentials,
    /// How long one call may take, from connecting to the end of the answer.
    pub timeout: Duration,
    /// Headers that every request carries unsigned, in place of the client's own of the same name.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { region: None, credentials: Credentials::dummy(), timeout: Duration::from_secs(10), headers: Vec::new() }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Options")
            .field("region", &self.region)
            .field("credentials", &self.credentials)
            .field("timeout", &self.timeout)
            .field("headers", &names)
            .finish()
    }
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("prepare the HTTP client")]
pub struct ClientError(#[from] reqwest::Error);

/// An endpoint over HTTP.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Arc<Transport>,
    /// The roles that were made for functions at this endpoint.
    roles: Roles,
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If the certificates of this machine cannot be loaded, which only an `https` endpoint needs.
    pub fn new(target: Target, options: Options) -> Result<Self, ClientError> {
        Ok(Self { transport: Arc::new(Transport::new(target, options)?), roles: Roles::default() })
    }

    /// The Lambda API of the same endpoint, over the same connections. Each that a client gives knows of the roles that
    /// the others have made.
    #[must_use]
    pub fn functions(&self) -> Functions {
        Functions::new(Arc::clone(&self.transport), Arc::clone(&self.roles))
    }
}

impl Endpoint for Client {
    async fn call(&self, request: &Request) -> Reply {
        let encoded = wire::encode_request(request);
        let Ok(target) = HeaderValue::from_str(&encoded.target) else {
            return Reply::Nothing(transport::not_sent("the action's name cannot stand in a header"));
        };
        let outgoing = Outgoing {
            service: "secretsmanager",
            method: Method::POST,
            path: String::new(),
            headers: vec![(CONTENT_TYPE, HeaderValue::from_static(wire::MEDIA_TYPE)), (TARGET, target)],
            body: encoded.body.into(),
            repeatable: request.operation.is_read(),
        };
        match self.transport.send(outgoing).await {
            Ok(incoming) => Reply::Answer(answer(request, &incoming)),
            Err(silence) => Reply::Nothing(silence),
        }
    }
}

fn answer(request: &Request, incoming: &Incoming) -> Answer {
    let header = |name: &str| text_of(&incoming.headers, name);
    let response = |body| HttpResponse {
        status: incoming.status,
        content_type: header(CONTENT_TYPE.as_str()),
        request_id: header("x-amzn-requestid"),
        error_type: header("x-amzn-errortype"),
        date: header(DATE.as_str()).and_then(wire::from_http_date),
        body,
    };
    match &incoming.body {
        Received::Whole(body) => wire::decode_answer(&request.operation, &response(body)),
        Received::TooLong => Answer {
            body: Body::Unreadable("a body of more than 1 MiB".to_owned()),
            form: wire::form_of(&response(&[])),
            partial: false,
        },
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use wiremock::matchers::{header, header_exists, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::history::{Fate, Silence};
    use crate::model::{DescribeSecret, ErrorType, Operation, Output, PutSecretValue, Unknown};

    fn client(url: &str) -> Client {
        let options = Options { timeout: Duration::from_millis(500), ..Options::default() };
        Client::new(parse_endpoint(url, None).unwrap(), options).unwrap()
    }

    fn read() -> Request {
        Operation::DescribeSecret(DescribeSecret { secret_id: Some("db".into()) }).into()
    }

    fn write() -> Request {
        Operation::PutSecretValue(PutSecretValue::default()).into()
    }

    /// What a server does with each connection, and the number of those so far.
    async fn served<F>(per_connection: impl Fn(TcpStream) -> F + Send + 'static) -> (String, Arc<AtomicUsize>)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(per_connection(stream));
            }
        });
        (url, connections)
    }

    /// Reads one request with its body; `None` at the end of the connection.
    async fn request_on(stream: &mut TcpStream) -> Option<String> {
        let mut seen = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_ascii_lowercase();
                let (_, length) = length.split_once("content-length: ")?;
                let length: usize = length.split("\r\n").next()?.parse().ok()?;
                if body.len() >= length {
                    return Some(text);
                }
            }
            if stream.read_buf(&mut seen).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    fn answer_of(body: &str) -> String {
        let headers = "Content-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: r";
        format!("HTTP/1.1 200 OK\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// A server that writes some bytes to each request and then closes the connection.
    async fn once(bytes: String) -> String {
        let (url, _) = served(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                request_on(&mut stream).await;
                let _ = stream.write_all(bytes.as_bytes()).await;
            }
        })
        .await;
        url
    }

    fn silence(request: Fate, cause: &str) -> Reply {
        Reply::Nothing(Silence { request, cause: cause.into() })
    }

    fn body(reply: Reply) -> Body {
        match reply {
            Reply::Answer(answer) => answer.body,
            Reply::Nothing(silence) => panic!("{silence:?}"),
        }
    }

    #[tokio::test]
    async fn a_request_carries_target_media_type_signature_and_extra_headers() {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(header("x-amz-target", "secretsmanager.DescribeSecret"))
            .and(header("content-type", "application/x-amz-json-1.1"))
            .and(header_exists("x-amz-date"))
            .and(header("x-extra", "1"))
            .respond_with(ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.1"))
            .mount(&server)
            .await;
        let extra = (HeaderName::from_static("x-extra"), HeaderValue::from_static("1"));
        let options = Options { region: Some("eu-west-1".into()), headers: vec![extra], ..Options::default() };
        let target = parse_endpoint(&server.uri(), None).unwrap();
        let reply = Client::new(target, options).unwrap().call(&read()).await;
        assert!(matches!(body(reply), Body::Output(Output::Description(_))));
        let request = &server.received_requests().await.unwrap()[0];
        let authorization = request.headers["authorization"].to_str().unwrap();
        assert!(authorization.contains("/eu-west-1/secretsmanager/aws4_request"), "{authorization}");
        assert_eq!(request.body, br#"{"SecretId":"db"}"#);
    }

    #[tokio::test]
    async fn errors_and_unreadable_answers_are_answers() {
        let server = MockServer::start().await;
        let html = ResponseTemplate::new(500).set_body_raw("<html>oh no</html>", "text/html");
        Mock::given(method("POST")).respond_with(html).up_to_n_times(1).mount(&server).await;
        let refused = serde_json::json!({"__type": "ResourceNotFoundException", "Message": "gone"});
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(404).set_body_json(refused))
            .mount(&server)
            .await;
        let client = client(&server.uri());
        let Reply::Answer(unreadable) = client.call(&read()).await else { panic!("it answered") };
        assert_eq!(unreadable.body, Body::Unreadable("text/html of 18 bytes".into()));
        assert_eq!(unreadable.form.status, 500);
        assert!(unreadable.form.date.is_some());
        let Body::Error(error) = body(client.call(&read()).await) else { panic!("it refused") };
        assert_eq!(error.error_type, ErrorType::ResourceNotFoundException);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let elsewhere = MockServer::start().await;
        let server = MockServer::start().await;
        let moved = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
        Mock::given(method("POST")).respond_with(moved).mount(&server).await;
        assert_eq!(body(client(&server.uri()).call(&write()).await), Body::Unreadable("an empty body".into()));
        assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_refused_connection_was_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        assert_eq!(client(&url).call(&write()).await, silence(Fate::NotSent, "connection refused"));
    }

    #[tokio::test]
    async fn a_name_that_does_not_resolve_was_not_sent() {
        let target = parse_endpoint("http://rc.invalid", Some("rc.invalid")).unwrap();
        let Reply::Nothing(silence) = Client::new(target, Options::default()).unwrap().call(&write()).await else {
            panic!("nobody answers there")
        };
        assert_eq!(silence.request, Fate::NotSent);
        assert!(!silence.cause.contains("http"), "{}", silence.cause);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_in_time_leaves_the_fate_unknown() {
        let server = MockServer::start().await;
        let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(20));
        Mock::given(method("POST")).respond_with(late).mount(&server).await;
        let reply = client(&server.uri()).call(&read()).await;
        assert_eq!(reply, silence(Fate::Unknown, "no answer within 500ms"));
    }

    #[tokio::test]
    async fn a_connection_that_is_reset_leaves_the_fate_unknown() {
        let (url, _) = served(|stream| async move {
            stream.peek(&mut [0]).await.expect("closing with unread bytes resets the connection");
        })
        .await;
        assert_eq!(client(&url).call(&write()).await, silence(Fate::Unknown, "connection reset"));
    }

    #[tokio::test]
    async fn what_is_no_http_and_an_answer_that_breaks_off_are_no_answers() {
        for (bytes, cause) in [
            (String::new(), "connection closed before message completed"),
            ("hello, world\r\n\r\n".to_owned(), "invalid HTTP version parsed"),
            ("HTTP/1.1 200 OK\r\nContent-Le".to_owned(), "connection closed before message completed"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ARN\"".to_owned(), "the answer broke off"),
        ] {
            let url = once(bytes.clone()).await;
            let Reply::Nothing(silence) = client(&url).call(&write()).await else { panic!("{bytes}") };
            assert_eq!(silence.request, Fate::Unknown);
            assert!(silence.cause.starts_with(cause), "{bytes}: {}", silence.cause);
        }
    }

    #[tokio::test]
    async fn a_body_without_end_is_read_up_to_a_limit() {
        let (url, _) = served(|mut stream| async move {
            request_on(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
        })
        .await;
        assert_eq!(body(client(&url).call(&read()).await), Body::Unreadable("a body of more than 1 MiB".into()));
    }

    #[tokio::test]
    async fn one_connection_serves_many_calls_once_it_was_seen_to_stay_open() {
        let (url, connections) = served(|mut stream| async move {
            while request_on(&mut stream).await.is_some() {
                stream.write_all(answer_of("{}").as_bytes()).await.unwrap();
            }
        })
        .await;
        let client = client(&url);
        for request in [write(), read(), write(), read(), write(), write(), read(), write()] {
            body(client.call(&request).await);
        }
        assert_eq!(connections.load(Ordering::Relaxed), 3, "one for all, and one for each write before that was known");
    }

    /// Calls that change something beside calls that read, to a server that closes after each answer without a word.
    async fn calls_to_a_closing_server(wait: Duration) -> Vec<Reply> {
        let (url, _) = served(move |mut stream| async move {
            request_on(&mut stream).await;
            stream.write_all(answer_of("{}").as_bytes()).await.unwrap();
            tokio::time::sleep(wait).await;
        })
        .await;
        let client = client(&url);
        let mut replies = Vec::new();
        for request in [read(), read(), write(), write()].iter().cycle().take(400) {
            replies.push(client.call(request).await);
        }
        replies
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_closes_without_a_word_is_never_silent() {
        for wait in [Duration::ZERO, Duration::from_millis(1)] {
            for reply in calls_to_a_closing_server(wait).await {
                body(reply);
            }
        }
    }

    #[tokio::test]
    async fn a_target_that_no_header_can_carry_was_not_sent() {
        let unknown = Operation::Unknown(Unknown { action: "Paint\nSecret".into() });
        let reply = client("http://127.0.0.1:9").call(&unknown.into()).await;
        assert!(matches!(reply, Reply::Nothing(Silence { request: Fate::NotSent, .. })));
    }

    #[test]
    fn debug_shows_no_header_and_no_credentials() {
        let secret = (HeaderName::from_static("x-key"), HeaderValue::from_static("hunter2"));
        let credentials = Credentials::fixed("AKIDEXAMPLE", "hunter3", None);
        let options = Options { headers: vec![secret], credentials, ..Options::default() };
        let target = parse_endpoint("http://127.0.0.1:9", None).unwrap();
        let shown = format!("{options:?} {:?}", Client::new(target, options.clone()).unwrap());
        assert!(!["hunter2", "hunter3", "AKIDEXAMPLE"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}
