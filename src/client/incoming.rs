//! An answer as it came, before anything reads it.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;

/// An answer before it is understood.
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Received,
    /// Our own address of the connection it came on.
    pub(super) local: Option<SocketAddr>,
}

/// The body of an answer.
pub(super) enum Received {
    Whole(Vec<u8>),
    TooLong,
}
