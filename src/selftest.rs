//! The oracle proves itself: every defect of the reference service is found, by a rule that it announces, and the
//! service without a defect raises no alarm.
//!
//! A green run against the reference service proves little, since service and judge share the model. What shows that a
//! rule bites is a service that breaks it and is caught. Each trial is one run of one defect with one seed, in this
//! process; trials share nothing, so that they run side by side. Nothing here is printed.

mod matrix;
mod text;
mod trial;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use matrix::{Matrix, Row, Spread};
pub use text::to_text;
pub use trial::{Kill, Trial};

use crate::service::Defect;
use trial::Task;

/// What a self-test does.
#[derive(Clone, Debug)]
pub struct Options {
    /// The defects to look for.
    pub defects: Vec<Defect>,
    /// With how many seeds each is looked for, from 1 on.
    pub seeds: u64,
    /// How many random cases the service without a defect runs, over all seeds.
    pub cases: u64,
    /// Calls of cases at most in one trial.
    pub max_calls: u64,
    /// Whether each defect is looked for once more with the fixed cases first.
    pub sweep: bool,
    /// How many trials run at once.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            defects: Defect::named().chain(Defect::generated()).collect(),
            seeds: 30,
            cases: 10_000,
            max_calls: 20_000,
            sweep: true,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Options {
    /// The trials: the longest first, so that no thread is left alone with one at the end.
    fn tasks(&self) -> Vec<Task> {
        let seeds = 1..=self.seeds;
        let per_seed = self.cases.div_ceil(self.seeds.max(1));
        let mut tasks: Vec<_> = seeds
            .clone()
            .map(|seed| Task { defect: None, seed, cases: per_seed, max_calls: u64::MAX, sweep: self.sweep })
            .collect();
        let fixed: &[bool] = if self.sweep { &[true] } else { &[] };
        for defect in self.defects.iter().copied().map(Some) {
            let task = |seed, sweep| Task { defect, seed, cases: u64::MAX, max_calls: self.max_calls, sweep };
            tasks.extend(seeds.clone().map(|seed| task(seed, false)));
            tasks.extend(fixed.iter().map(|sweep| task(1, *sweep)));
        }
        tasks
    }
}

/// Runs every trial, several at once; the result does not depend on how many.
///
/// # Panics
///
/// If a thread of this process cannot start a runtime, or panics.
pub fn run(options: &Options) -> Matrix {
    let tasks = options.tasks();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(tasks.len()));
    let work = || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O needs nothing");
        while let Some((number, task)) = take(&tasks, &next) {
            let trial = runtime.block_on(task.run());
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, trial));
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    Matrix { trials: done.into_iter().map(|(_, trial)| trial).collect() }
}

fn take<'a>(tasks: &'a [Task], next: &AtomicUsize) -> Option<(usize, &'a Task)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    tasks.get(number).map(|task| (number, task))
}
