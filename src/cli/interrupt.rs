//! What Ctrl-C and a request to terminate do: the first ends what runs, which then cleans up; the second ends the process.

use super::complain;
use crate::endpoint::Stop;

/// The exit code of a process that a terminal has interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// Listens from now on for as long as the process lives.
pub(super) fn listen() -> Stop {
    let stop = Stop::default();
    tokio::spawn(heed(stop.clone()));
    stop
}

async fn heed(stop: Stop) {
    if told_to_end().await.is_err() {
        return;
    }
    stop.set();
    if told_to_end().await.is_ok() {
        complain("failed to clean up: interrupted twice; secrets whose names begin with rc- may be left");
        std::process::exit(INTERRUPTED);
    }
}

/// Waits for the terminal to interrupt, or for somebody who ends processes: a timeout, a CI server, a container.
#[cfg(unix)]
pub(super) async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

/// Waits for the terminal to interrupt.
#[cfg(not(unix))]
pub(super) async fn told_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
