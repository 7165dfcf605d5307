//! Endpoints for tests: a reference service over HTTP, and what lies, breaks or hangs in its place.

#![allow(dead_code, reason = "each test target has its own copy and needs its own part of it")]

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rotation_conformance::model::Answer;
use rotation_conformance::service::{Config, Service};
use rotation_conformance::wire::{decode_request, encode_answer};
use serde_json::{Value, json};

/// One request, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The path; the Secrets Manager has `/`.
    pub(crate) path: String,
    /// The names of headers in small letters, with their values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Reads one request; `None` at the end of the connection.
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let start = line(reader)?;
        let path = start.split(' ').nth(1)?.to_owned();
        let mut headers = Vec::new();
        while let Some((name, value)) = line(reader)?.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut asked = Self { path, headers, body: Vec::new() };
        asked.body.resize(asked.header("content-length").parse().unwrap_or(0), 0);
        reader.read_exact(&mut asked.body).ok()?;
        Some(asked)
    }

    /// The value of a header, or nothing.
    pub(crate) fn header(&self, wanted: &str) -> &str {
        self.headers.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value)
    }
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let length = reader.read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

/// What becomes of a connection after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It stays open for the next one.
    Stay,
    /// It is closed in order.
    Close,
    /// It is reset.
    Reset,
    /// The listener and every connection are closed.
    Die,
}

/// Serves each request with what the function writes; gives the URL.
pub(crate) fn serve(respond: impl Fn(&Asked, &mut TcpStream) -> Then + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let address = listener.local_addr().expect("bound above");
    let respond = Arc::new(respond);
    let is_dead = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if is_dead.load(Ordering::SeqCst) {
                return;
            }
            let (respond, is_dead) = (Arc::clone(&respond), Arc::clone(&is_dead));
            thread::spawn(move || {
                if converse(stream, &*respond, &is_dead) == Then::Die {
                    is_dead.store(true, Ordering::SeqCst);
                    let _ = TcpStream::connect(address);
                }
            });
        }
    });
    format!("http://{address}")
}

fn converse(stream: TcpStream, respond: &impl Fn(&Asked, &mut TcpStream) -> Then, is_dead: &AtomicBool) -> Then {
    let Ok(copy) = stream.try_clone() else { return Then::Close };
    let (mut reader, mut stream) = (BufReader::new(copy), stream);
    while let Some(asked) = Asked::read(&mut reader) {
        if is_dead.load(Ordering::SeqCst) {
            break;
        }
        match respond(&asked, &mut stream) {
            Then::Stay => {}
            Then::Reset => {
                forget(&stream);
                return Then::Reset;
            }
            then @ (Then::Close | Then::Die) => {
                let _ = stream.shutdown(Shutdown::Both);
                return then;
            }
        }
    }
    Then::Close
}

/// Closing the connection resets it from now on.
fn forget(stream: &TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let _entered = runtime.enter();
    let copy = stream.try_clone().expect("a second handle");
    copy.set_nonblocking(true).expect("any socket can");
    let copy = tokio::net::TcpStream::from_std(copy).expect("the socket does not block");
    copy.set_zero_linger().expect("any TCP socket can");
}

/// A response with this body and the headers of the service, but for its media type.
pub(crate) fn response(status: u16, media_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {media_type}\r\nx-amzn-RequestId: r-1\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The media type of the service's answers.
pub(crate) const MEDIA_TYPE: &str = "application/x-amz-json-1.1";

/// A Secrets Manager without a Lambda API, that answers as the reference service does.
pub(crate) struct Honest {
    service: Service,
    answered: AtomicUsize,
}

impl Honest {
    pub(crate) fn new() -> Self {
        Self { service: Service::new(Config::default()), answered: AtomicUsize::new(0) }
    }

    /// One that accepts the ARN of a function of this name.
    pub(crate) fn with_function(name: &str) -> Self {
        let honest = Self::new();
        honest.service.register_function(name);
        honest
    }

    /// The number of requests that were answered before this one.
    pub(crate) fn count(&self) -> usize {
        self.answered.fetch_add(1, Ordering::SeqCst)
    }

    /// The status and body of the answer.
    pub(crate) fn answer(&self, asked: &Asked) -> (u16, Value) {
        if asked.path != "/" {
            return (404, json!({}));
        }
        let request = decode_request(asked.header("x-amz-target"), &asked.body);
        let answer = match request {
            Ok(request) => self.service.answer(&request),
            Err(refusal) => Answer::error(refusal.error_type, refusal.message),
        };
        encode_answer(&answer)
    }

    /// The answer as it goes over the wire.
    pub(crate) fn response(&self, asked: &Asked) -> Vec<u8> {
        let (status, body) = self.answer(asked);
        response(status, MEDIA_TYPE, body.to_string().as_bytes())
    }
}

/// Writes; that the other side has gone is no error.
pub(crate) fn write(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).is_ok()
}
