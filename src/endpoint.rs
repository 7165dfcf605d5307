//! The seam between what drives a run and what is tested: one request in, one reply out.

use std::future::Future;
use std::sync::Arc;

use crate::history::Reply;
use crate::model::Request;

/// Something that answers Secrets Manager requests: a service over HTTP, or one in this process.
///
/// An implementation never retries, follows no redirect and never fails: what goes wrong on the way is a
/// [`Reply::Nothing`], and an answer that cannot be read is an answer.
pub trait Endpoint: Send + Sync {
    /// Sends one request and waits for what comes of it.
    fn call(&self, request: &Request) -> impl Future<Output = Reply> + Send;
}

impl<E: Endpoint> Endpoint for Arc<E> {
    async fn call(&self, request: &Request) -> Reply {
        E::call(self, request).await
    }
}
