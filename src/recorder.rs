//! Recording a run: an endpoint that writes down every call that passes through it, as a history that `judge` reads.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::endpoint::Endpoint;
use crate::history::{Call, Fate, Moment, Reply, Silence};
use crate::model::{Operation, Request, SecretBinary, SecretString, Value};
use crate::record::{Header, write_call, write_header};

/// An endpoint whose calls are written down, each when its reply is there, so that what was written survives a kill.
#[derive(Debug)]
pub struct Recorder<E, W> {
    endpoint: E,
    started: Instant,
    tape: Mutex<Tape<W>>,
}

#[derive(Debug)]
struct Tape<W> {
    out: W,
    calls: u32,
    /// The values that were sent; any other is written as its length.
    stored: HashSet<Value>,
    failure: Option<io::Error>,
}

impl<E, W: Write> Recorder<E, W> {
    /// Starts a history with this header.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    #[expect(clippy::disallowed_methods, reason = "call instants are what a history records")]
    pub fn new(endpoint: E, mut out: W, header: &Header) -> io::Result<Self> {
        write_header(&mut out, header)?;
        out.flush()?;
        let tape = Tape { out, calls: 0, stored: HashSet::new(), failure: None };
        Ok(Self { endpoint, started: Instant::now(), tape: Mutex::new(tape) })
    }

    /// Why the history ends early, if writing failed.
    pub fn failure(&self) -> Option<io::Error> {
        self.tape().failure.take()
    }

    fn tape(&self) -> MutexGuard<'_, Tape<W>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

impl<E: Endpoint, W: Write + Send> Endpoint for Recorder<E, W> {
    async fn call(&self, request: &Request) -> Reply {
        let mut pending = Pending { recorder: self, request, called: self.now(), reply: None };
        let reply = self.endpoint.call(request).await;
        pending.reply = Some(reply.clone());
        reply
    }
}

/// A call that is written down when its reply is there, or when nobody waits for it any more.
struct Pending<'a, E, W: Write> {
    recorder: &'a Recorder<E, W>,
    request: &'a Request,
    called: Moment,
    reply: Option<Reply>,
}

impl<E, W: Write> Drop for Pending<'_, E, W> {
    fn drop(&mut self) {
        let given_up = || Reply::Nothing(Silence { request: Fate::Unknown, cause: "given up".to_owned() });
        let reply = self.reply.take().unwrap_or_else(given_up);
        let (request, returned) = (self.request.clone(), self.recorder.now());
        self.recorder.tape().write(Call { number: 0, request, called: self.called, returned, reply });
    }
}

impl<W: Write> Tape<W> {
    fn write(&mut self, mut call: Call) {
        if self.failure.is_some() {
            return;
        }
        self.calls += 1;
        call.number = self.calls;
        self.stored.extend(values_of(&call.request.operation));
        let (out, stored) = (&mut self.out, &self.stored);
        let written = write_call(out, &call, &|value| !stored.contains(value)).and_then(|()| out.flush());
        self.failure = written.err();
    }
}

/// The values that a request stores.
fn values_of(operation: &Operation) -> impl Iterator<Item = Value> {
    let (text, bytes): (Option<&SecretString>, Option<&SecretBinary>) = match operation {
        Operation::CreateSecret(request) => (request.secret_string.as_ref(), request.secret_binary.as_ref()),
        Operation::PutSecretValue(request) => (request.secret_string.as_ref(), request.secret_binary.as_ref()),
        Operation::UpdateSecret(request) => (request.secret_string.as_ref(), request.secret_binary.as_ref()),
        _ => (None, None),
    };
    let text = text.cloned().map(Value::Text);
    text.into_iter().chain(bytes.cloned().map(Value::Bytes))
}
