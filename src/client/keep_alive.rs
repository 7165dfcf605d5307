//! Whether an endpoint keeps connections open: found out by calls that can do no harm.
//!
//! Some endpoints close the connection after each answer without saying so. A call written to such a connection just
//! before its end arrives is lost, and nothing tells that from a call that was carried out and not answered. So until
//! an endpoint has answered twice on one connection, only calls that read go out on kept connections. If one of them
//! finds its connection dead, it is sent again on a new one, and kept connections are not used any more.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// After so many answers without one connection used twice, the endpoint is taken to keep none.
const TRIALS: usize = 32;

/// Which connection a call goes out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// One that may have been used before, and is kept afterwards.
    Kept,
    /// A new one, closed afterwards.
    Fresh,
}

/// What is known of an endpoint's connections.
#[derive(Debug, Default)]
pub(super) struct KeepAlive(Mutex<Known>);

#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// Not enough; our own addresses of the kept connections that answered.
    Trying(Vec<SocketAddr>),
    /// One connection answered twice.
    Keeps,
    /// A kept connection was dead, or none was ever used twice.
    Closes,
}

impl Default for Known {
    fn default() -> Self {
        Self::Trying(Vec::new())
    }
}

impl KeepAlive {
    /// The lane for a call; `repeatable` if it may be sent twice.
    pub(super) fn lane(&self, repeatable: bool) -> Lane {
        match (&*self.known(), repeatable) {
            (Known::Keeps, _) | (Known::Trying(_), true) => Lane::Kept,
            (Known::Closes, _) | (Known::Trying(_), false) => Lane::Fresh,
        }
    }

    /// A kept connection answered; `local` is our own address of it.
    pub(super) fn answered(&self, local: Option<SocketAddr>) {
        let mut known = self.known();
        let Known::Trying(seen) = &mut *known else { return };
        let Some(local) = local else { return };
        let is_known = seen.contains(&local);
        seen.push(local);
        if is_known {
            *known = Known::Keeps;
        } else if seen.len() >= TRIALS {
            *known = Known::Closes;
        }
    }

    /// A kept connection broke before the answer; says whether it can have been one that was used before.
    pub(super) fn broke(&self) -> bool {
        let mut known = self.known();
        let used_before = *known != Known::Trying(Vec::new());
        if used_before {
            *known = Known::Closes;
        }
        used_before
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(number: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], number))
    }

    #[test]
    fn only_harmless_calls_try_a_kept_connection() {
        let keep_alive = KeepAlive::default();
        assert_eq!((keep_alive.lane(true), keep_alive.lane(false)), (Lane::Kept, Lane::Fresh));
        keep_alive.answered(Some(port(1)));
        assert_eq!(keep_alive.lane(false), Lane::Fresh);
    }

    #[test]
    fn a_connection_that_answers_twice_opens_the_lane_for_every_call() {
        let keep_alive = KeepAlive::default();
        keep_alive.answered(Some(port(1)));
        keep_alive.answered(Some(port(2)));
        keep_alive.answered(Some(port(1)));
        assert_eq!(keep_alive.lane(false), Lane::Kept);
    }

    #[test]
    fn a_dead_connection_closes_the_lane_for_good() {
        let keep_alive = KeepAlive::default();
        keep_alive.answered(Some(port(1)));
        keep_alive.answered(Some(port(1)));
        assert!(keep_alive.broke());
        keep_alive.answered(Some(port(1)));
        assert_eq!((keep_alive.lane(true), keep_alive.lane(false)), (Lane::Fresh, Lane::Fresh));
    }

    #[test]
    fn a_first_connection_that_breaks_says_nothing() {
        let keep_alive = KeepAlive::default();
        assert!(!keep_alive.broke());
        assert_eq!(keep_alive.lane(true), Lane::Kept);
    }

    #[test]
    fn an_endpoint_that_never_uses_a_connection_twice_is_not_tried_forever() {
        let keep_alive = KeepAlive::default();
        for number in 1..=32 {
            keep_alive.answered(Some(port(number)));
        }
        assert_eq!(keep_alive.lane(true), Lane::Fresh);
    }
}
