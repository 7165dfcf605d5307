//! What a client at least has to do: the same requests, signed, sent and parsed, with nothing around them; and the same
//! requests as prepared bytes, which is what a load generator does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Url};
use rotation_conformance::endpoint::Endpoint;
use rotation_conformance::history::Reply;
use rotation_conformance::model;
use rotation_conformance::wire::{Encoded, MEDIA_TYPE, encode_request};

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// An endpoint, and every request that was made of it.
pub(crate) struct Recording<E> {
    pub(crate) endpoint: E,
    pub(crate) requests: Mutex<Vec<Encoded>>,
}

impl<E> Recording<E> {
    pub(crate) fn of(endpoint: E) -> Self {
        Self { endpoint, requests: Mutex::default() }
    }

    pub(crate) fn take(&self) -> Vec<Encoded> {
        std::mem::take(&mut *self.requests.lock().expect("nobody panics"))
    }
}

impl<E: Endpoint> Endpoint for Recording<E> {
    async fn call(&self, request: &model::Request) -> Reply {
        self.requests.lock().expect("nobody panics").push(encode_request(request));
        self.endpoint.call(request).await
    }
}

/// Signs, sends and parses each request.
pub(crate) async fn send_all(url: &str, requests: &[Encoded]) {
    let url = Url::parse(url).expect("the server has said it");
    let client = Client::builder().no_proxy().tls_certs_only([]).build().expect("no certificates are needed");
    for encoded in requests {
        let mut request = Request::new(Method::POST, url.clone());
        let target = HeaderValue::from_str(&encoded.target).expect("the name of an action");
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        request.headers_mut().insert(TARGET, target);
        *request.body_mut() = Some(encoded.body.clone().into());
        add_signature(&mut request);
        let body = client.execute(request).await.expect("the server answers").bytes().await.expect("to the end");
        let _: serde_json::Value = serde_json::from_slice(&body).expect("with JSON");
    }
}

#[expect(clippy::disallowed_methods, reason = "a signature carries the time at which it was made")]
fn add_signature(request: &mut Request) {
    let identity = Credentials::new("test", "test", None, None, "bench").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("secretsmanager")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .expect("every parameter is set")
        .into();
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let signable = SignableRequest::new("POST", request.url().as_str(), headers, SignableBody::Bytes(body));
    let (instructions, _) = sign(signable.expect("a legal request"), &params).expect("it can be signed").into_parts();
    for header in instructions.into_parts().0 {
        let value = HeaderValue::from_str(header.value()).expect("a legal header");
        request.headers_mut().insert(HeaderName::from_static(header.name()), value);
    }
}

/// Writes the bytes of each request and reads its answer up to the end, looking at nothing else. A server that closes
/// its connections gets new ones.
pub(crate) fn blast(address: &str, requests: &[Encoded]) {
    let prepared: Vec<Vec<u8>> = requests.iter().map(|encoded| bytes_of(address, encoded)).collect();
    let mut kept: Option<TcpStream> = None;
    let mut buffer = vec![0; 1 << 20];
    for bytes in prepared {
        let mut stream = kept.take().unwrap_or_else(|| connected(address));
        stream.write_all(&bytes).expect("the server reads");
        let mut read = 0;
        while !is_whole(&buffer[..read]) {
            read += stream.read(&mut buffer[read..]).expect("the server answers");
        }
        let closes = header(&buffer[..read], "connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
        kept = (!closes).then_some(stream);
    }
}

fn connected(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket has the option");
    stream
}

fn bytes_of(address: &str, encoded: &Encoded) -> Vec<u8> {
    let Encoded { target, body } = encoded;
    let authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/secretsmanager/aws4_request, \
                         SignedHeaders=host;x-amz-date, \
                         Signature=0000000000000000000000000000000000000000000000000000000000000000";
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: {MEDIA_TYPE}\r\nx-amz-target: {target}\r\n\
         x-amz-date: 20260101T000000Z\r\nauthorization: {authorization}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Whether these bytes are an answer to its end.
fn is_whole(bytes: &[u8]) -> bool {
    const END: &[u8] = b"\r\n\r\n";
    let Some(head) = bytes.windows(END.len()).position(|window| window == END) else { return false };
    let digits = header(&bytes[..head], "content-length").expect("each answer has one").iter();
    let length = digits.fold(0, |length, digit| 10 * length + usize::from(digit - b'0'));
    bytes.len() >= head + END.len() + length
}

/// The value of the first header of this name.
fn header<'a>(answer: &'a [u8], name: &str) -> Option<&'a [u8]> {
    answer.split(|byte| *byte == b'\n').take_while(|line| *line != b"\r").find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":").filter(|_| found.eq_ignore_ascii_case(name.as_bytes()));
        value.map(<[u8]>::trim_ascii)
    })
}
