//! Why a history cannot be read: which line, what is wrong there, and what to do.

use std::io;

/// Why a history cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The line could not be read at all, or is no UTF-8 text.
    #[error("read line {line} of the history: {source}")]
    Io {
        /// The line, from 1.
        line: usize,
        /// What went wrong.
        source: io::Error,
    },
    /// The line says something that no history says.
    #[error("read line {line} of the history: {fault}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        fault: Fault,
    },
}

/// What is wrong on a line of a history; no message repeats a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No JSON, or none that is an object; the column from 1.
    #[error("no JSON object (column {0}): write each call as one object on a line of its own")]
    NotAnObject(usize),
    /// A member that every call has is not there.
    #[error("`{0}` is missing: add it")]
    Missing(&'static str),
    /// A member has another form.
    #[error("`{member}` must be {expected}")]
    Wrong {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A member that nothing reads.
    #[error("`{0}` is not known: correct its spelling or remove it")]
    Unknown(String),
    /// A request member that the operation does not have, or of another type.
    #[error("`{member}` is no request member of {operation}, or has another type: see its page in the API reference")]
    Request {
        /// The operation.
        operation: String,
        /// The member.
        member: String,
    },
    /// Both an answer and a silence, or neither.
    #[error("a call has either an `answer` or a `silence`: keep one")]
    AnswerOrSilence,
    /// The number of an earlier call.
    #[error("call {0} stands on an earlier line: give each call a number of its own")]
    Repeated(u32),
    /// An end before the beginning.
    #[error("`returned_us` is before `called_us`: both count from the start of the history")]
    Backwards,
    /// A format of the future.
    #[error("the format's version is {0}, this build reads 1: use the version that wrote it")]
    Version(u32),
    /// A header that is not on the first line.
    #[error("a header after the first line: keep one header, on the first line")]
    LateHeader,
}
