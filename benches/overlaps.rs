//! What judging overlapping calls takes: histories of clients that call at the same time, and many secrets in one.
//!
//! The clock is that of the CPU, on one core.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures of a benchmark have few digits")]
#![expect(clippy::unwrap_used, reason = "what is missing ends the benchmark")]

#[path = "support/clock.rs"]
mod clock;
#[path = "../tests/support/overlapping.rs"]
mod overlapping;
#[path = "support/rounds.rs"]
mod rounds;

use std::hint::black_box;

use overlapping::{History, Size, linearizable};
use rotation_conformance::history::{Call, Moment, Reply};
use rotation_conformance::judge::{Judge, Options};
use rotation_conformance::service::{Config, Service};
use rounds::Rounds;
use serde_json::json;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEEDS: u64 = 200;
const SECRETS: usize = 40_000;
/// Calls on each of the many secrets.
const EACH: usize = 3;

fn main() {
    println!("ms of CPU to judge a history: median (least to most)");
    for (what, clients, calls, lost) in [
        ("15 calls of 4 clients", 4, 15, 0),
        ("50 calls of 8 clients", 8, 50, 0),
        ("50 calls of 8 clients, 4 without an answer", 8, 50, 4),
        ("400 calls of 8 clients", 8, 400, 0),
    ] {
        let histories: Vec<History> =
            (0..SEEDS).map(|seed| linearizable(seed, Size { clients, calls, lost })).collect();
        let mut undecided = 0;
        let took: Rounds = histories.iter().map(|history| judged(history, &mut undecided)).collect();
        println!("{what:<44} {took}, {undecided} undecided");
    }
    let calls = many_secrets();
    let took: Rounds = (0..3).map(|_| ms(|| Judge::new(Options::default()).judge_all(&calls))).collect();
    println!("{:<44} {took}", format!("{SECRETS} secrets, {} calls", calls.len()));
}

fn ms<T>(work: impl FnOnce() -> T) -> f64 {
    let started = clock::thread_us();
    black_box(work());
    (clock::thread_us() - started) / 1e3
}

fn judged(history: &History, undecided: &mut usize) -> f64 {
    ms(|| match history.judged() {
        Some(violations) => assert!(violations.is_empty(), "{violations:?}"),
        None => *undecided += 1,
    })
}

/// Secrets that are made, changed and read one after the other.
fn many_secrets() -> Vec<Call> {
    let service = Service::new(Config::default());
    let mut calls = Vec::with_capacity(SECRETS * EACH);
    for secret in 0..SECRETS {
        let name = format!("secret-{secret}");
        let token = |version: usize| overlapping::token(secret * 2 + version);
        for (op, members) in [
            ("CreateSecret", json!({ "Name": name, "ClientRequestToken": token(0), "SecretString": "a" })),
            ("PutSecretValue", json!({ "SecretId": name, "ClientRequestToken": token(1), "SecretString": "b" })),
            ("DescribeSecret", json!({ "SecretId": name })),
        ] {
            let request = serde_json::from_value(json!({ "op": op, "request": members })).unwrap();
            let answer = service.answer(&request);
            let number = u32::try_from(calls.len() + 1).unwrap();
            let at = |offset: u64| Moment(u64::from(number) * 10 + offset);
            calls.push(Call { number, request, called: at(0), returned: at(5), reply: Reply::Answer(answer) });
        }
    }
    calls
}
