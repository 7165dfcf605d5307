//! The seam between what drives a run and what is tested: one request in, one reply out.

mod host;

pub use host::{Host, Invocation, Player};

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::history::{Fate, Reply, Silence};
use crate::model::Request;

/// Something that answers Secrets Manager requests: a service over HTTP, or one in this process.
///
/// An implementation never retries, follows no redirect and never fails: what goes wrong on the way is a
/// [`Reply::Nothing`], and an answer that cannot be read is an answer.
pub trait Endpoint: Send + Sync {
    /// Sends one request and waits for what comes of it.
    fn call(&self, request: &Request) -> impl Future<Output = Reply> + Send;
}

/// Whether what runs is to end early: set once, heard by everyone who holds it.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
    /// Ends what runs.
    pub fn set(&self) {
        self.0.cancel();
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is to end.
    pub async fn reached(&self) {
        self.0.cancelled().await;
    }

    /// Waits for the reply to a call, or until it is to end: then what becomes of the call is not known.
    pub async fn cut(&self, call: impl Future<Output = Reply>) -> Reply {
        tokio::select! {
            biased;
            reply = call => reply,
            () = self.reached() => Reply::Nothing(Silence { request: Fate::Unknown, cause: "interrupted".to_owned() }),
        }
    }
}

impl<E: Endpoint> Endpoint for Arc<E> {
    async fn call(&self, request: &Request) -> Reply {
        E::call(self, request).await
    }
}
