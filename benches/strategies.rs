//! What the parts of looking for violations bring: how many calls each way takes to find every defect, with the parts
//! left out one by one.
//!
//! Calls are counted and no clock is read, so that the figures are the same everywhere. Shrinking is left out.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rotation_conformance::endpoint::Stop;
use rotation_conformance::runner::{Enough, Options, Run};
use rotation_conformance::selftest;
use rotation_conformance::service::{Config, Defect, Service};
use rotation_conformance::strategy::{Case, Habits, Menu, Steered, generate_by, sweep};

/// With how many seeds each defect is looked for.
const SEEDS: u64 = 3;
/// After how many calls a search is given up.
const MOST: u64 = 8_000;
/// A search that took no more calls counts as a quick one.
const QUICK: u64 = 1_000;
/// How many random cases there are: more than the calls suffice for.
const CASES: u64 = 700;
/// How many of the slowest defects are named.
const NAMED: usize = 8;
const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

/// A way to look for defects.
struct Way {
    name: &'static str,
    has_sweep: bool,
    is_steered: bool,
    habits: Habits,
}

const WAYS: [Way; 6] = [
    Way { name: "sweep, steering, weights, swarm", has_sweep: true, is_steered: true, habits: Habits::ALL },
    Way { name: "without the sweep", has_sweep: false, is_steered: true, habits: Habits::ALL },
    Way { name: "without sweep and steering", has_sweep: false, is_steered: false, habits: Habits::ALL },
    Way {
        name: "without these and swarm",
        has_sweep: false,
        is_steered: false,
        habits: Habits { swarm: false, ..Habits::ALL },
    },
    Way {
        name: "without these and weights",
        has_sweep: false,
        is_steered: false,
        habits: Habits { weights: false, ..Habits::ALL },
    },
    Way {
        name: "nothing but chance",
        has_sweep: false,
        is_steered: false,
        habits: Habits { weights: false, swarm: false },
    },
];

impl Way {
    fn cases(&self, seed: u64) -> Vec<Case> {
        let fixed = if self.has_sweep { sweep(MENU) } else { Vec::new() };
        let random = (0..CASES).map(|index| generate_by(self.habits, seed, index, MENU));
        match self.is_steered {
            true => fixed.into_iter().chain(Steered::new(seed, MENU)).chain(random).collect(),
            false => fixed.into_iter().chain(random).collect(),
        }
    }
}

fn main() {
    println!("{:<32} {:>6} {:>11} {:>6} {:>8} {:>15}", "", "median", "in 1000", "found", "sought", "slower than 100");
    for way in &WAYS {
        show(way.name, search(way));
    }
}

/// Prints what a way has found: calls of the median search, searches that were quick, and defects that take long.
fn show(name: &str, found: BTreeMap<String, Vec<u64>>) {
    let calls: Vec<u64> = found.values().flatten().copied().collect();
    let count = |most: u64| calls.iter().filter(|calls| **calls <= most).count();
    let (quick, all, sought) = (count(QUICK), count(u64::MAX - 1), calls.len());
    let mut medians: Vec<_> = found.into_iter().map(|(defect, calls)| (median(calls), defect)).collect();
    medians.sort();
    let slow = medians.iter().filter(|(median, _)| *median > 100).count();
    println!("{name:<32} {:>6} {quick:>11} {all:>6} {sought:>8} {slow:>15}", median(calls));
    let slowest = medians.iter().rev().take(NAMED);
    let slowest: Vec<_> = slowest.map(|(calls, defect)| format!("{defect} {}", in_words(*calls))).collect();
    println!("  slowest: {}", slowest.join(", "));
}

fn in_words(calls: u64) -> String {
    if calls == u64::MAX { "not found".to_owned() } else { calls.to_string() }
}

fn median(mut calls: Vec<u64>) -> u64 {
    calls.sort_unstable();
    calls[calls.len() / 2]
}

/// The calls to find each defect with each seed; `u64::MAX` where it was not found.
fn search(way: &Way) -> BTreeMap<String, Vec<u64>> {
    let cases: Vec<Vec<Case>> = (1..=SEEDS).map(|seed| way.cases(seed)).collect();
    let defects = selftest::Options::default().defects;
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::<String, Vec<u64>>::new());
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("needs nothing");
        while let Some(defect) = defects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let calls = cases.iter().map(|cases| runtime.block_on(calls_to_find(*defect, cases))).collect();
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(defect.to_string(), calls);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

async fn calls_to_find(defect: Defect, cases: &[Case]) -> u64 {
    let service = Service::new(Config { defects: vec![defect], ..Config::default() });
    let options = Options {
        saved: cases.to_vec(),
        cases: 0,
        jobs: 1,
        max_calls: MOST,
        quiet_calls: u64::MAX,
        enough: Enough::Seen(1),
        functions: service.functions(),
        shrink_calls: 0,
        fixed: Vec::new(),
        ..Options::default()
    };
    let result = Run::new(Arc::new(service), options, Stop::default()).run().await;
    result.findings.iter().map(|finding| finding.calls_to_find).min().unwrap_or(u64::MAX)
}
