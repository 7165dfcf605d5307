//! Judged calls per second in this process, on one core and without sockets: the whole run, and its parts.
//!
//! The clock is that of the CPU, so that other programs on the machine disturb less. Everything that is sent counts as
//! a call, cleaning up included. What a run does once, whatever its length, is part of it: the steering of the first
//! cases, which has a line of its own.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures of a benchmark have few digits")]
#![expect(clippy::unwrap_used, reason = "what is missing ends the benchmark")]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/rounds.rs"]
mod rounds;

use std::hint::black_box;
use std::sync::Arc;

use rotation_conformance::endpoint::Stop;
use rotation_conformance::history::{Call, Moment, Reply};
use rotation_conformance::judge::{self, Judge};
use rotation_conformance::model::{Body, Functions, Operation, Output};
use rotation_conformance::runner::{Options, Run};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::strategy::{Bindings, Case, Menu, Steered, generate};
use rounds::Rounds;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;
/// Half a million calls.
const CASES: u64 = 30_000;
/// The cases of which the parts are measured.
const SAMPLE: u64 = 5_000;
const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

/// What a part of the work took: calls, and microseconds of CPU.
struct Took {
    calls: usize,
    cpu_us: f64,
}

fn main() {
    let mut parts: Vec<(&str, Rounds, Rounds)> = ["whole run", "generating", "answering", "judging"]
        .map(|name| (name, Rounds::default(), Rounds::default()))
        .into();
    for seed in 0..ROUNDS as u64 {
        for ((_, per_call, per_second), took) in parts.iter_mut().zip(round(seed)) {
            per_call.push(took.cpu_us / took.calls as f64);
            per_second.push(took.calls as f64 / took.cpu_us * 1e6);
        }
    }
    let steering: Rounds = (0..ROUNDS as u64).map(|seed| cpu_us(|| steer(seed)).0 / 1e3).collect();
    println!("ms of CPU to steer the first cases, once a run {steering}");
    println!("part        µs of CPU per call              calls per second of CPU");
    for (name, per_call, per_second) in &parts {
        println!("{name:<11} {per_call:<31} {per_second}");
    }
}

/// The whole run and its parts, on the same cases.
fn round(seed: u64) -> [Took; 4] {
    let cases: Vec<Case> = (0..SAMPLE).map(|index| generate(seed, index, MENU)).collect();
    let histories = histories(&cases);
    let calls = histories.iter().map(|(_, calls)| calls.len()).sum();
    let part = |work: &dyn Fn()| Took { calls, cpu_us: cpu_us(work).0 };
    [
        whole_run(seed),
        part(&|| (0..SAMPLE).for_each(|index| drop(black_box(generate(seed, index, MENU))))),
        part(&|| answer(&histories)),
        part(&|| judge(&histories)),
    ]
}

fn steer(seed: u64) {
    Steered::new(seed, MENU).for_each(|case| drop(black_box(case)));
}

fn cpu_us<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = clock::process_us();
    let result = work();
    (clock::process_us() - started, result)
}

/// What a user's run does, without the fixed cases, which are few and odd.
fn whole_run(seed: u64) -> Took {
    let service = Arc::new(Service::new(Config::default()));
    let options = Options {
        seed,
        cases: CASES,
        jobs: 1,
        max_calls: u64::MAX,
        quiet_calls: u64::MAX,
        fixed: Vec::new(),
        functions: service.functions(),
        ..Options::default()
    };
    let run = Run::new(service, options, Stop::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (cpu_us, result) = cpu_us(|| runtime.block_on(run.run()));
    assert!(result.findings.is_empty(), "the reference service follows its own model");
    let calls = result.calls;
    Took { calls: usize::try_from(calls.find + calls.shrink + calls.confirm + calls.clean).unwrap(), cpu_us }
}

/// The calls of each case against a service of its own, and the functions there.
fn histories(cases: &[Case]) -> Vec<(Functions, Vec<Call>)> {
    cases.iter().map(history).collect()
}

fn history(case: &Case) -> (Functions, Vec<Call>) {
    let service = Service::new(Config::default());
    let functions = service.functions();
    let known = |arns: &[_]| arns.first().cloned();
    let mut bindings = Bindings::new("rc-bench".into(), known(&functions.accepted), known(&functions.missing));
    let mut judge = Judge::new(judge::Options { functions: functions.clone(), ..judge::Options::default() });
    let mut calls = Vec::new();
    for (number, step) in (1..).zip(&case.steps) {
        let request = bindings.resolve(step, &judge);
        let answer = service.answer(&request);
        if let (Operation::CreateSecret(create), Body::Output(Output::Receipt(receipt))) =
            (&request.operation, &answer.body)
            && let Some((secret, arn)) = bindings.secret_of(create.name.as_ref().unwrap()).zip(receipt.arn.as_ref())
        {
            bindings.created(secret, arn);
        }
        let (called, returned) = (Moment(2 * u64::from(number)), Moment(2 * u64::from(number) + 1));
        let call = Call { number, request, called, returned, reply: Reply::Answer(answer) };
        judge.judge(&call);
        calls.push(call);
    }
    (functions, calls)
}

fn answer(histories: &[(Functions, Vec<Call>)]) {
    for (_, calls) in histories {
        let service = Service::new(Config::default());
        service.functions();
        for call in calls {
            black_box(service.answer(&call.request));
        }
    }
}

fn judge(histories: &[(Functions, Vec<Call>)]) {
    for (functions, calls) in histories {
        let mut judge = Judge::new(judge::Options { functions: functions.clone(), ..judge::Options::default() });
        for call in calls {
            black_box(judge.judge(call));
        }
    }
}
