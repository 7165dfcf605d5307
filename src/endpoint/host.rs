//! Where invocations of the harness's rotation functions arrive, and are handed to whoever plays the function.
//!
//! Whatever calls the function (the reference service in this process, or an endpoint over Lambda's Invoke API)
//! delivers an event and is told how the invocation has ended. Several executions play their functions side by side:
//! an event goes to the one that its `SecretId` names, else to the one that its token is of.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::history::{Event, Invoked};
use crate::model::Failure;

/// Who waits for the end of an invocation.
type Waiting = Box<dyn FnOnce(Invoked) + Send + Sync>;

/// An invocation that waits for its end. One that nobody ends has run out of time.
pub struct Invocation {
    /// What the function is called with.
    pub event: Event,
    waiting: Option<Waiting>,
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation").field("event", &self.event).finish_non_exhaustive()
    }
}

impl Invocation {
    /// An invocation whose end is told to `waiting`.
    pub fn new(event: Event, waiting: impl FnOnce(Invoked) + Send + Sync + 'static) -> Self {
        Self { event, waiting: Some(Box::new(waiting)) }
    }

    /// Ends it.
    pub fn end(mut self, invoked: Invoked) {
        if let Some(waiting) = self.waiting.take() {
            waiting(invoked);
        }
    }
}

impl Drop for Invocation {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            waiting(Err(Failure::TimedOut));
        }
    }
}

/// Which events somebody plays the function for.
type Mine = Box<dyn Fn(&str) -> bool + Send>;

struct Route {
    number: u64,
    mine: Mine,
    sender: UnboundedSender<Invocation>,
}

/// Hands invocations to those who play the functions.
#[derive(Default)]
pub struct Host {
    routes: Mutex<Vec<Route>>,
    count: AtomicU64,
    strangers: AtomicU64,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("strangers", &self.strangers).finish_non_exhaustive()
    }
}

impl Host {
    fn routes(&self) -> std::sync::MutexGuard<'_, Vec<Route>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays the functions of the secrets and tokens of which `mine` says so, until what is returned is dropped.
    pub fn play(self: &Arc<Self>, mine: impl Fn(&str) -> bool + Send + 'static) -> Player {
        let (sender, receiver) = unbounded_channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.routes().push(Route { number, mine: Box::new(mine), sender });
        Player { host: Arc::clone(self), number, receiver }
    }

    /// Hands an invocation to whoever plays its function; where that is nobody, it is counted and fails.
    pub fn deliver(&self, invocation: Invocation) {
        let sender = {
            let routes = self.routes();
            let of = |id: Option<&str>| routes.iter().find(|route| id.is_some_and(|id| (route.mine)(id)));
            let route = of(invocation.event.secret_id()).or_else(|| of(invocation.event.token()));
            route.map(|route| route.sender.clone())
        };
        match sender.map(|sender| sender.send(invocation)) {
            Some(Ok(())) => {}
            Some(Err(_)) | None => _ = self.strangers.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// How many invocations were for nobody.
    pub fn strangers(&self) -> u64 {
        self.strangers.load(Ordering::Relaxed)
    }
}

/// Receives the invocations of one who plays functions.
#[derive(Debug)]
pub struct Player {
    host: Arc<Host>,
    number: u64,
    receiver: UnboundedReceiver<Invocation>,
}

impl Player {
    /// The next invocation, once there is one.
    pub async fn next(&mut self) -> Option<Invocation> {
        self.receiver.recv().await
    }

    /// The next invocation, if there is one now.
    pub fn try_next(&mut self) -> Option<Invocation> {
        self.receiver.try_recv().ok()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.host.routes().retain(|route| route.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: &str, token: &str) -> Event {
        Event(json!({ "Step": "createSecret", "SecretId": id, "ClientRequestToken": token }))
    }

    #[test]
    fn an_event_goes_to_the_one_whose_secret_it_names_else_to_the_one_whose_token_it_has() {
        let host = Arc::new(Host::default());
        let mut one = host.play(|id| id.starts_with("one"));
        let mut other = host.play(|id| id.starts_with("other"));
        host.deliver(Invocation::new(event("one-s1", "other-t1"), |_| ()));
        host.deliver(Invocation::new(event("nobody", "other-t1"), |_| ()));
        host.deliver(Invocation::new(event("nobody", "nothing"), |_| ()));
        assert_eq!(one.try_next().map(|it| it.event.clone()), Some(event("one-s1", "other-t1")));
        assert_eq!(other.try_next().map(|it| it.event.clone()), Some(event("nobody", "other-t1")));
        assert!(one.try_next().is_none() && other.try_next().is_none());
        assert_eq!(host.strangers(), 1);
    }

    #[test]
    fn what_nobody_ends_has_run_out_of_time() {
        let host = Arc::new(Host::default());
        let ends = Arc::new(Mutex::new(Vec::new()));
        let invocation = || {
            let ends = Arc::clone(&ends);
            Invocation::new(event("one", "t"), move |end| ends.lock().unwrap().push(end))
        };
        host.deliver(invocation());
        let mut player = host.play(|_| true);
        host.deliver(invocation());
        player.try_next().unwrap().end(Ok(()));
        host.deliver(invocation());
        drop(player);
        assert_eq!(*ends.lock().unwrap(), [Err(Failure::TimedOut), Ok(()), Err(Failure::TimedOut)]);
    }
}
