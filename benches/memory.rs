//! The memory of a run of a million calls against the reference service in this process: it must stay as it is.
//!
//! What the service itself keeps of secrets that are gone is part of it.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures of a benchmark have few digits")]

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use rotation_conformance::endpoint::Stop;
use rotation_conformance::runner::{Options, Progress, Run};
use rotation_conformance::service::{Config, Service};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLS: u64 = 1_000_000;
const STEP: u64 = 100_000;
const LOOK: Duration = Duration::from_millis(1);
const PAGE_BYTES: u64 = 4096;

#[tokio::main]
async fn main() {
    let service = Arc::new(Service::new(Config::default()));
    let options = Options {
        cases: u64::MAX,
        max_calls: CALLS,
        quiet_calls: u64::MAX,
        functions: service.functions(),
        ..Options::default()
    };
    let run = Run::new(service, options, Stop::default());
    println!("calls    resident MiB");
    let watcher = tokio::spawn(watch(run.progress()));
    let result = run.run().await;
    watcher.abort();
    println!("{:>7}  {:.1}", result.calls.find, resident_mib());
    assert!(result.findings.is_empty(), "the reference service follows its own model");
}

/// Prints what is resident each time that so many calls have been made.
async fn watch(progress: Arc<Progress>) {
    let mut next = STEP;
    loop {
        if progress.calls() >= next {
            println!("{:>7}  {:.1}", progress.calls(), resident_mib());
            next += STEP;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn resident_mib() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("the system is Linux");
    let resident = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    (resident.expect("the second number") * PAGE_BYTES) as f64 / f64::from(1 << 20)
}
