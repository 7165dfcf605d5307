//! An emulator in Rust whose author runs the conformance rules with `cargo test`.
//!
//! In your project `main` is the whole of a test with `harness = false`, and `start` starts what you have: here it is
//! the reference service on a free port. `cargo run --example emulator -- ROT-PROG` runs the trials of one family.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use rotation_conformance::service::{Config, Service, http};
use rotation_conformance::trials::{self, Target};
use tokio::net::TcpListener;

/// Starts the emulator on a free port, and gives its URL.
async fn start() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let service = Arc::new(Service::new(Config::default()));
    tokio::spawn(http::serve(listener, service, std::future::pending()));
    Ok(url)
}

/// Public to the test that runs this very function as a process; yours need not be.
pub(crate) fn main() -> ExitCode {
    trials::main(Target::started(start))
}
