//! What a run does, and how far it has got.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::endpoint::Host;
use crate::model::{Action, Functions};
use crate::rule::RuleId;
use crate::strategy::{Case, Menu, costly, known_bugs, scenarios, stories, sweep};
use crate::verdict::FunctionMode;

/// What a run does. The default has no function, and a fresh prefix each time.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the random cases come from.
    pub seed: u64,
    /// How many random cases there are.
    pub cases: u64,
    /// How many cases run at once.
    pub jobs: usize,
    /// After how many calls no further case is started; shrinking, confirming and cleaning up come on top.
    pub max_calls: u64,
    /// After how many calls without a new kind of call, a newly exercised rule or a new finding no further case is
    /// started.
    pub quiet_calls: u64,
    /// After which violations no further case is started.
    pub enough: Enough,
    /// How long the run may look for violations, shrink and replay them: at its end the case that is under way is made to
    /// its end, and cleaned up after. What was not replayed by then is inconclusive.
    pub budget: Option<Duration>,
    /// What every name starts with. It must differ between runs and does not come from the seed; that no secret of
    /// anybody else begins so is what makes writing safe, hence 64 random bits.
    pub prefix: String,
    /// The function ARNs whose standing is known.
    pub functions: Functions,
    /// Whether the function that the endpoint accepts acts, so that labels move by themselves after a rotation.
    pub function_acts: bool,
    /// Where the endpoint calls the functions of `functions.acting`, which the run plays.
    pub host: Option<Arc<Host>>,
    /// How long a step of a rotation that is due is waited for; zero for a service of this process, which calls it at once.
    pub patience: Duration,
    /// Calls at most for shrinking one finding.
    pub shrink_calls: u64,
    /// Cases that run before all others.
    pub saved: Vec<Case>,
    /// What runs after these, in this order.
    pub fixed: Vec<Fixed>,
    /// What comes after the fixed cases.
    pub course: Course,
    /// Operations that cases are to do without, since the endpoint does not have them or they are not to be tested.
    pub without: Vec<Action>,
    /// Whether the run asks for each operation before its first case; of a run for one rule it is enough to know those
    /// without which nothing can be said of a rotation.
    pub asks_what_there_is: bool,
    /// The one rule that matters: only cases that exercise it run, and only its violations are findings.
    pub only: Option<RuleId>,
}

/// Cases that are the same in each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// The named scenarios.
    Scenarios,
    /// The life of rotations whose function the run plays.
    Rotations,
    /// The sweep, which has every rule decided once.
    Sweep,
    /// The shortest cases of known bugs, some six hundred calls.
    KnownBugs,
    /// The cases about quotas, some two hundred calls.
    Quotas,
}

impl Fixed {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 5] = [Self::Scenarios, Self::Rotations, Self::Sweep, Self::KnownBugs, Self::Quotas];

    /// The cases that this menu permits.
    pub(super) fn cases(self, menu: Menu) -> Vec<Case> {
        match self {
            Self::Scenarios => scenarios(menu).into_iter().map(|scenario| scenario.case).collect(),
            Self::Rotations => stories(menu).into_iter().map(|story| story.case).collect(),
            Self::Sweep => sweep(menu),
            Self::KnownBugs => known_bugs(menu),
            Self::Quotas => costly(),
        }
    }
}

/// What comes after the fixed cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Random cases, the first of them steered to what none before them has met.
    Random,
    /// Random cases, none of them steered.
    Plain,
    /// The tour, which goes through the kinds of calls that one secret can reach.
    Tour,
}

/// After which violations no further case is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enough {
    /// All violations are wanted.
    Never,
    /// So many different violations, of whatever weight.
    Seen(usize),
    /// A violation of a contract, once both replays have shown it.
    Confirmed,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            cases: 10_000,
            jobs: 4,
            max_calls: 7_000,
            quiet_calls: 2_000,
            enough: Enough::Never,
            budget: None,
            prefix: format!("rc-{}", random_bits()),
            functions: Functions::default(),
            function_acts: false,
            host: None,
            patience: Duration::ZERO,
            shrink_calls: 800,
            saved: Vec::new(),
            fixed: Fixed::ALL.to_vec(),
            course: Course::Random,
            without: Vec::new(),
            asks_what_there_is: true,
            only: None,
        }
    }
}

/// 64 random bits as 16 digits: the first and the last bits of a random UUID, which lie around its version and variant.
fn random_bits() -> String {
    let (high, low) = Uuid::new_v4().as_u64_pair();
    format!("{:08x}{:08x}", high >> 32, low & u64::from(u32::MAX))
}

impl Options {
    /// Which rotation functions the run has.
    #[must_use]
    pub const fn function_mode(&self) -> FunctionMode {
        match &self.functions {
            _ if self.function_acts => FunctionMode::Foreign,
            functions if !functions.acting.is_empty() => FunctionMode::Harness,
            functions if !functions.accepted.is_empty() => FunctionMode::Registered,
            _ => FunctionMode::None,
        }
    }

    /// What cases may use.
    #[must_use]
    pub const fn menu(&self) -> Menu {
        Menu {
            has_function: !self.functions.accepted.is_empty(),
            has_missing_function: !self.functions.missing.is_empty(),
            has_acting_function: !self.functions.acting.is_empty(),
        }
    }
}

/// How far a run has got, for somebody who watches it.
#[derive(Debug, Default)]
pub struct Progress {
    calls: AtomicU64,
    cases: AtomicU64,
    suspects: AtomicU64,
    examined: AtomicU64,
}

impl Progress {
    /// The calls that cases have made.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The cases that have ended.
    pub fn cases(&self) -> u64 {
        self.cases.load(Ordering::Relaxed)
    }

    /// The different violations that were seen.
    pub fn suspects(&self) -> u64 {
        self.suspects.load(Ordering::Relaxed)
    }

    /// How many of them are shrunk and replayed.
    pub fn examined(&self) -> u64 {
        self.examined.load(Ordering::Relaxed)
    }

    pub(super) fn case_ended(&self, calls: u64, suspects: usize) {
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.cases.fetch_add(1, Ordering::Relaxed);
        self.suspects.store(suspects as u64, Ordering::Relaxed);
    }

    pub(super) fn was_examined(&self) {
        self.examined.fetch_add(1, Ordering::Relaxed);
    }
}
