//! Endpoints that are wrong in a known way, slow, or mortal.

#![allow(dead_code, reason = "each test target has its own copy and needs its own part of it")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::server::{Honest, MEDIA_TYPE, Then, response, serve, write};
use serde_json::{Value, json};

/// The ARN of a function that these endpoints accept.
pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:accepted";

/// Accepts a RotateSecret that must be refused since a rotation is in progress, which breaks ROT-PROG-001; and gives
/// every answer the media type `application/json`, in which it differs from ROT-WIRE-002.
pub(crate) fn with_inverted_rule() -> String {
    inverting(|_| true)
}

/// Does so every other time.
pub(crate) fn with_rule_inverted_at_times() -> String {
    inverting(|refusals| refusals % 2 == 0)
}

/// Accepts the RotateSecret calls that must be refused for which the function says yes, by their number.
fn inverting(is_accepted: fn(usize) -> bool) -> String {
    let (honest, refusals) = (Honest::with_function("accepted"), AtomicUsize::new(0));
    serve(move |asked, stream| {
        let (mut status, mut body) = honest.answer(asked);
        let message = body["Message"].as_str().unwrap_or_default();
        let is_refused = message.starts_with("A previous rotation isn't complete");
        if is_refused && is_accepted(refusals.fetch_add(1, Ordering::SeqCst)) {
            let asked: Value = serde_json::from_slice(&asked.body).expect("it was understood");
            status = 200;
            body = json!({ "Name": asked["SecretId"], "VersionId": asked["ClientRequestToken"] });
        }
        let bytes = response(status, "application/json", body.to_string().as_bytes());
        if write(stream, &bytes) { Then::Stay } else { Then::Close }
    })
}

/// Has no time for any request.
pub(crate) fn throttling() -> String {
    let body = json!({ "__type": "ThrottlingException", "Message": "Rate exceeded" });
    serve(move |_, stream| match write(stream, &response(400, MEDIA_TYPE, body.to_string().as_bytes())) {
        true => Then::Stay,
        false => Then::Close,
    })
}

/// Answers rightly so often, and never again.
pub(crate) fn dying_after(answers: usize) -> String {
    let honest = Honest::with_function("accepted");
    serve(move |asked, stream| match honest.count() < answers && write(stream, &honest.response(asked)) {
        true => Then::Stay,
        false => Then::Die,
    })
}

/// Answers rightly, each time after some milliseconds.
pub(crate) fn slow() -> String {
    let honest = Honest::with_function("accepted");
    serve(move |asked, stream| {
        thread::sleep(Duration::from_millis(10));
        let (status, body) = honest.answer(asked);
        match write(stream, &response(status, MEDIA_TYPE, body.to_string().as_bytes())) {
            true => Then::Stay,
            false => Then::Close,
        }
    })
}
