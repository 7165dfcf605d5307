//! Histories: which requests were sent, when, and what came of each.
//!
//! A history says what was seen, never what it means. That no answer came is data here, not an error: it leaves open
//! whether the request was carried out. Reading and writing histories as lines of JSON is the job of `record`.

use std::time::Duration;

use serde_json::Value;

use crate::model::{Answer, Failure, Request, RotationStep};

/// Microseconds since the start of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl From<Moment> for Duration {
    fn from(moment: Moment) -> Self {
        Self::from_micros(moment.0)
    }
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its number in the history, from 1.
    pub number: u32,
    /// What was asked.
    pub request: Request,
    /// When it was sent.
    pub called: Moment,
    /// When the reply was there, or when waiting ended.
    pub returned: Moment,
    /// What came of it.
    pub reply: Reply,
}

/// What came of one request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An answer, which may be a service error.
    Answer(Answer),
    /// No answer.
    Nothing(Silence),
}

/// Why no answer came, and what is known of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// What is known of the request.
    pub request: Fate,
    /// The cause, in words that hold no secret.
    pub cause: String,
}

/// What is known of a request that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It certainly did not reach the endpoint.
    NotSent,
    /// It may have been carried out, and may yet be.
    Unknown,
}

/// What a rotation function is called with (ROT-LIFE-004), as it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Event(pub Value);

impl Event {
    /// A member that is a text.
    #[must_use]
    pub fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str()
    }

    /// `SecretId`
    #[must_use]
    pub fn secret_id(&self) -> Option<&str> {
        self.text("SecretId")
    }

    /// `ClientRequestToken`
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.text("ClientRequestToken")
    }

    /// `Step`, if it is one of the four.
    #[must_use]
    pub fn step(&self) -> Option<RotationStep> {
        RotationStep::named(self.text("Step")?)
    }
}

/// How an invocation of a rotation function ended.
pub type Invoked = Result<(), Failure>;
