//! Calls per second on an emulator that is running, beside the load generator's with the same requests.

use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rotation_conformance::endpoint::{Endpoint, Stop};
use rotation_conformance::model::{DeleteSecret, Functions, Operation};
use rotation_conformance::runner::{Options, Run};
use rotation_conformance::wire::Encoded;
use serde_json::Value;

use super::{FUNCTION, client, runtime};
use crate::bare::{Recording, blast};
use crate::rounds::Rounds;

const ROUNDS: u64 = 3;
const CASES: u64 = 60;

/// Prints both and their ratio.
pub(crate) fn print_comparison(url: &str) {
    let functions = client(url).functions();
    let arn = runtime().block_on(functions.provision_function(FUNCTION)).expect("the endpoint answers");
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|seed| round(url, seed, arn.as_deref())).collect();
    if arn.is_some() {
        runtime().block_on(functions.remove_function(FUNCTION)).expect("it was made above");
    }
    println!("calls per second on {url}, one case at a time");
    println!("  with every call judged                      {}", of(&rounds, |(judged, _)| judged));
    println!("  load generator                              {}", of(&rounds, |(_, load)| load));
    println!("  ratio                                       {}", of(&rounds, |(judged, load)| judged / load));
}

fn of(rounds: &[(f64, f64)], figure: fn((f64, f64)) -> f64) -> Rounds {
    rounds.iter().map(|round| figure(*round)).collect()
}

/// Calls per second of a run without shrinking, and of the load generator with the requests of that run.
fn round(url: &str, seed: u64, arn: Option<&str>) -> (f64, f64) {
    let recording = Arc::new(Recording::of(client(url)));
    let options = Options {
        seed,
        cases: CASES,
        jobs: 1,
        prefix: format!("rc-bench-{}-{seed}", process::id()),
        functions: Functions {
            accepted: arn.into_iter().map(Into::into).collect(),
            missing: Vec::new(),
            ..Functions::default()
        },
        shrink_calls: 0,
        fixed: Vec::new(),
        ..Options::default()
    };
    let run = Run::new(Arc::clone(&recording), options, Stop::default());
    let judged = seconds(|| drop(runtime().block_on(run.run())));
    let requests = recording.take();
    let load = seconds(|| blast(url.trim_start_matches("http://").trim_end_matches('/'), &requests));
    remove(url, &requests);
    (requests.len() as f64 / judged, requests.len() as f64 / load)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
fn seconds(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    Duration::as_secs_f64(&started.elapsed())
}

/// Removes what the load generator made: each name that one of its requests created.
fn remove(url: &str, requests: &[Encoded]) {
    let creations = requests.iter().filter(|request| request.target.ends_with(".CreateSecret"));
    let names = creations.filter_map(|request| {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        Some(body.get("Name")?.as_str()?.into())
    });
    let client = client(url);
    for name in names {
        let delete = DeleteSecret {
            secret_id: Some(name),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        };
        runtime().block_on(client.call(&Operation::DeleteSecret(delete).into()));
    }
}
