//! The oracle proves itself: every defect of the reference service is found, by a rule that it announces, and no service
//! without a defect raises an alarm, also where it answers otherwise than the reference service as the rules permit.
//!
//! A green run against the reference service proves little, since service and judge share the model. What shows that a
//! rule bites is a service that breaks it and is caught; what shows that no rule bites the innocent is a service that
//! makes use of what is open, and is left in peace. Each trial is one run of one defect or variant with one seed, in this
//! process; trials share nothing, so that they run side by side. Nothing here is printed.

mod beside;
mod corpus;
mod known;
mod matrix;
mod minimum;
mod text;
mod trial;
mod unbitten;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

pub use beside::beside;
pub use corpus::{kills_to_ndjson, minima_to_ndjson};
pub use known::Known;
pub use matrix::{Blame, Matrix, Row, Spread, Why};
pub use minimum::{Minimum, minima, minimum};
pub use text::{minima_to_text, to_text};
pub use trial::{Kill, Trial};
pub use unbitten::{UNBITTEN, UNFOUND};

use crate::service::{Defect, Variant};
use crate::strategy::{Case, Menu, Steered};
use trial::Task;

/// What the reference service has.
const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

/// For how many cases of the service without a defect each of its variants runs one.
const VARIANT_SHARE: u64 = 20;

/// What a self-test does.
#[derive(Clone, Debug)]
pub struct Options {
    /// The defects to look for.
    pub defects: Vec<Defect>,
    /// The permitted ways to answer otherwise.
    pub variants: Vec<Variant>,
    /// With how many seeds each is looked for, from 1 on.
    pub seeds: u64,
    /// How many random cases the service without a defect runs, over all seeds; each of its variants runs one for twenty.
    pub cases: u64,
    /// Calls of cases at most in one trial of a defect or a variant.
    pub max_calls: u64,
    /// Whether each defect is looked for once more with the fixed cases first.
    pub sweep: bool,
    /// How many trials run at once.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let is_sought = |defect: &Defect| UNFOUND.iter().all(|(name, _)| *name != defect.to_string());
        Self {
            defects: Defect::named().chain(Defect::generated()).filter(is_sought).collect(),
            variants: Variant::all().collect(),
            seeds: 30,
            cases: 10_000,
            max_calls: 50_000,
            sweep: true,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Options {
    /// The trials: the longest first, so that no thread is left alone with one at the end.
    fn tasks(&self) -> Vec<Task> {
        let seeds = 1..=self.seeds;
        let per_seed = |cases: u64| cases.div_ceil(self.seeds.max(1));
        let correct = |variant: Option<Variant>, seed, cases, sweep| Task {
            defect: None,
            variant,
            seed,
            cases: per_seed(cases),
            max_calls: variant.map_or(u64::MAX, |_| self.max_calls),
            sweep,
        };
        let mut tasks: Vec<_> = seeds.clone().map(|seed| correct(None, seed, self.cases, self.sweep)).collect();
        for variant in self.variants.iter().copied().map(Some) {
            tasks.extend(seeds.clone().map(|seed| correct(variant, seed, self.cases / VARIANT_SHARE, false)));
            tasks.extend(self.sweep.then(|| correct(variant, 1, 0, true)));
        }
        for defect in self.defects.iter().copied().map(Some) {
            let task =
                |seed, sweep| Task { defect, variant: None, seed, cases: u64::MAX, max_calls: self.max_calls, sweep };
            tasks.extend(seeds.clone().map(|seed| task(seed, false)));
            tasks.extend(self.sweep.then(|| task(1, true)));
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
    let steered: Vec<OnceLock<Vec<Case>>> = (0..=options.seeds).map(|_| OnceLock::new()).collect();
    let cases_of = |task: &Task| match task.sweep {
        true => [].as_slice(),
        false => {
            steered[usize::try_from(task.seed).unwrap_or(0)].get_or_init(|| Steered::new(task.seed, MENU).collect())
        }
    };
    let work = || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O needs nothing");
        while let Some((number, task)) = take(&tasks, &next) {
            let trial = runtime.block_on(task.run(cases_of(task)));
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
