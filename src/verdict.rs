//! What judging yields: violations with their evidence, what makes two of them the same, and how often each rule was
//! exercised.

mod demand;
mod fingerprint;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::Reading;
use crate::rule::{Checkable, Class, Kind, Level, RULES, RuleId};
pub use demand::{Aspect, Demand, Kept, LabelClass, Pattern, Subject, UnknownDemand, Values};
pub use fingerprint::Fingerprint;

/// One violated rule at one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule to blame.
    pub rule: RuleId,
    /// What the violated fact weighs.
    pub class: Class,
    /// Whether it is the state that differs, rather than a single answer.
    pub is_of_state: bool,
    /// The call whose answer shows it.
    pub call: u32,
    /// The call that wrote or required what differs; `None` where the answer itself is wrong.
    pub since: Option<u32>,
    /// What the rule demands.
    pub expected: String,
    /// What the answer says instead.
    pub observed: String,
    /// Other rules that the same answer contradicts.
    pub also: Vec<RuleId>,
    /// What makes it the same as another.
    pub fingerprint: Fingerprint,
    /// Why possible worlds were excluded, those that come nearest to the answer first.
    pub excluded: Vec<Exclusion>,
    /// Whether what is wrong is taken as it is from then on, so that nothing after it is a consequence.
    pub is_settled: bool,
    /// Whether it leaves the state of the secret in doubt, so that what comes after may be a consequence.
    pub unsettles: bool,
    /// The numbers of the calls of the stretch, where the call overlaps others.
    pub stretch: Vec<u32>,
}

impl Violation {
    /// Whether it fails a run: contract facts of MUST and OBSERVED rules do, everything does in strict mode.
    #[must_use]
    pub fn fails(&self, strict: bool) -> bool {
        let level = self.rule.rule().level;
        strict || (self.class == Class::Contract && matches!(level, Level::Must | Level::Observed))
    }
}

/// Why one world and outcome do not explain an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The order in which the calls of a stretch have taken effect until then.
    pub order: Vec<u32>,
    /// The world in words.
    pub world: String,
    /// The outcome in words.
    pub outcome: String,
    /// The facts that do not hold, each with its rule.
    pub unmet: Vec<(RuleId, String)>,
}

/// How often each rule's precondition was met, and how often an answer decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    armed: Vec<u64>,
    checked: Vec<u64>,
    faulted: Vec<u64>,
    readings: BTreeSet<Reading>,
}

impl Default for Exercise {
    fn default() -> Self {
        let none = || vec![0; RULES.len()];
        Self { armed: none(), checked: none(), faulted: none(), readings: BTreeSet::new() }
    }
}

impl Exercise {
    /// How often the rule's precondition was met.
    #[must_use]
    pub fn armed(&self, rule: RuleId) -> u64 {
        self.armed[rule as usize]
    }

    /// How often an answer decided one of the rule's facts.
    #[must_use]
    pub fn checked(&self, rule: RuleId) -> u64 {
        self.checked[rule as usize]
    }

    /// How often the server failed where its answer would have decided one of the rule's facts.
    #[must_use]
    pub fn faulted(&self, rule: RuleId) -> u64 {
        self.faulted[rule as usize]
    }

    /// Whether the server failed so often, and no answer has decided the rule.
    pub(crate) fn is_faulted(&self, rule: RuleId, times: u64) -> bool {
        self.checked(rule) == 0 && self.faulted(rule) >= times
    }

    /// The rules that were decided more often than in an earlier state of the same count.
    pub fn decided_since(&self, before: &Self) -> impl Iterator<Item = RuleId> {
        RULES.iter().map(|rule| rule.id).filter(|id| self.checked(*id) > before.checked(*id))
    }

    /// The readings of an open rule that were seen.
    pub fn readings(&self, rule: RuleId) -> impl Iterator<Item = &str> {
        self.readings.iter().filter(move |reading| reading.rule == rule).map(|reading| &*reading.choice)
    }

    /// The counts of one rule, without those of the others.
    #[must_use]
    pub fn only(&self, rule: RuleId) -> Self {
        let mut only = Self::default();
        only.armed[rule as usize] = self.armed(rule);
        only.checked[rule as usize] = self.checked(rule);
        only.faulted[rule as usize] = self.faulted(rule);
        only.readings.extend(self.readings.iter().filter(|reading| reading.rule == rule).cloned());
        only
    }

    /// Adds what another part of the run has exercised.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.armed.iter_mut().zip(&other.armed) {
            *mine += theirs;
        }
        for (mine, theirs) in self.checked.iter_mut().zip(&other.checked) {
            *mine += theirs;
        }
        for (mine, theirs) in self.faulted.iter_mut().zip(&other.faulted) {
            *mine += theirs;
        }
        for reading in &other.readings {
            if !self.readings.contains(reading) {
                self.readings.insert(reading.clone());
            }
        }
    }

    pub(crate) fn arm(&mut self, rule: RuleId) {
        self.armed[rule as usize] += 1;
    }

    pub(crate) fn check(&mut self, rule: RuleId) {
        self.checked[rule as usize] += 1;
    }

    pub(crate) fn fault(&mut self, rule: RuleId) {
        self.faulted[rule as usize] += 1;
    }

    /// A reading exercises a rule that says nothing else.
    pub(crate) fn read(&mut self, reading: Reading) {
        if reading.rule.rule().is_exercised_by_reading() {
            self.arm(reading.rule);
            self.check(reading.rule);
        }
        if !self.readings.contains(&reading) {
            self.readings.insert(reading);
        }
    }
}

/// Which rotation functions a run has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FunctionMode {
    /// None that the endpoint accepts.
    #[default]
    None,
    /// One that the endpoint accepts, and never calls.
    Registered,
    /// Somebody's, which acts: labels move by themselves.
    Foreign,
    /// One that the harness plays, and knows each call of.
    Harness,
}

impl FunctionMode {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Registered => "registered",
            Self::Foreign => "foreign",
            Self::Harness => "harness",
        }
    }
}

/// What a run says of a rule; the worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The endpoint lacks what a check needs, or no check exists over one endpoint's API.
    NotApplicable,
    /// The rule's precondition was never met, or no answer decided it.
    NotExercised,
    /// Every check held.
    Pass,
    /// An open rule, whose reading is reported.
    Observed,
    /// Something differs that only strict mode fails.
    Differs,
    /// Violated, and only as a consequence of another rule's violation, beside one, or by what turned out to be one.
    Consequence,
    /// The search for an explanation did not end within its budget.
    Inconclusive,
    /// Seen, and not in every replay.
    Intermittent,
    /// Violated, in the first sighting and in both replays.
    Fail,
    /// The harness itself could not work.
    Error,
}

impl Status {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::NotExercised => "not exercised",
            Self::Pass => "pass",
            Self::Observed => "observed",
            Self::Differs => "differs",
            Self::Consequence => "consequence",
            Self::Inconclusive => "inconclusive",
            Self::Intermittent => "intermittent",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The status of a rule without findings.
    #[must_use]
    pub fn without_finding(rule: RuleId, exercise: &Exercise, functions: FunctionMode) -> Self {
        let row = rule.rule();
        let has_function = functions != FunctionMode::None;
        let is_applicable = match row.checkable {
            Checkable::Yes => true,
            Checkable::Arn => has_function,
            Checkable::Function => functions == FunctionMode::Harness && !row.needs_callers(),
            Checkable::No => false,
        };
        // A refusal that would be due without a function too says nothing of such a rule.
        let lacks_function = row.checkable == Checkable::Arn && !has_function;
        match (exercise.checked(rule), row.level) {
            _ if lacks_function => Self::NotApplicable,
            (0, _) if !is_applicable || row.derived => Self::NotApplicable,
            (0, _) => Self::NotExercised,
            (_, Level::Unspecified) => Self::Observed,
            _ if row.kind == Kind::Report => Self::Observed,
            (_, Level::Must | Level::Should | Level::Observed) => Self::Pass,
        }
    }
}
