//! The kill matrix: which rule was blamed for which defect, in how many calls, at which length.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::beside;
use super::trial::{Kill, Trial};
use crate::rule::{Level, RULES, Rule, RuleId};
use crate::service::Defect;

/// Every trial of a self-test, by defect and seed.
#[must_use]
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The trials, those without a defect first.
    pub trials: Vec<Trial>,
}

/// What the trials of one defect have shown, the fixed cases left out.
#[derive(Clone, Debug)]
pub struct Row {
    /// The defect.
    pub defect: Defect,
    /// With how many seeds it was looked for.
    pub seeds: usize,
    /// With how many it was found.
    pub found: usize,
    /// The calls to the first violation.
    pub find: Spread,
    /// The calls of shrinking one finding.
    pub shrink: Spread,
    /// The calls to the first violation where the fixed cases come first; `None` if that was not tried or found nothing.
    pub find_by_sweep: Option<u64>,
    /// What each rule was blamed for.
    pub blamed: BTreeMap<RuleId, Blame>,
}

/// What one rule was blamed for by the trials of one defect.
#[derive(Clone, Debug)]
pub struct Blame {
    /// With how many seeds.
    pub seeds: usize,
    /// The lengths of the minimal cases.
    pub lengths: Spread,
    /// Why it was blamed.
    pub why: Why,
}

/// Why a rule was blamed for a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The defect announces it.
    Announced,
    /// In each case an earlier call violates a rule already, and there is one defect alone.
    Consequence,
    /// It owns what the answer shows besides.
    Beside(&'static str),
    /// There is no good reason.
    Stray,
}

impl Why {
    fn of(defect: Defect, rule: RuleId, kills: &[&Kill]) -> Self {
        let announced = defect.breaks();
        match beside(defect, rule) {
            _ if announced.contains(&rule) => Self::Announced,
            _ if kills.iter().all(|kill| kill.after.is_some()) => Self::Consequence,
            Some(why) => Self::Beside(why),
            None => Self::Stray,
        }
    }
}

impl Blame {
    fn of(defect: Defect, rule: RuleId, trials: &[&Trial]) -> Self {
        let all: Vec<&Kill> = trials.iter().flat_map(|trial| trial.kills_of(rule)).collect();
        Self {
            seeds: trials.iter().filter(|trial| trial.kills_of(rule).next().is_some()).count(),
            lengths: all.iter().map(|kill| kill.length as u64).collect(),
            why: Why::of(defect, rule, &all),
        }
    }
}

/// The middle and the ends of a list of numbers; all 0 of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub min: u64,
    /// The middle one, the lower of two.
    pub median: u64,
    /// The greatest.
    pub max: u64,
}

impl FromIterator<u64> for Spread {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut numbers: Vec<_> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let (Some(min), Some(max)) = (numbers.first(), numbers.last()) else { return Self::default() };
        Self { min: *min, median: numbers[(numbers.len() - 1) / 2], max: *max }
    }
}

impl Matrix {
    /// One row for each defect, in the order in which they were tried.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for defect in self.trials.iter().filter_map(|trial| trial.defect) {
            if rows.last().is_none_or(|row| row.defect != defect) {
                let of_defect: Vec<_> = self.trials.iter().filter(|trial| trial.defect == Some(defect)).collect();
                rows.push(Row::of(defect, &of_defect));
            }
        }
        rows
    }

    /// What services without a defect were blamed for, each with its trial.
    pub fn alarms(&self) -> impl Iterator<Item = (&Trial, &Kill)> {
        self.trials.iter().flat_map(|trial| trial.alarms().map(move |kill| (trial, kill)))
    }

    /// How many cases and calls the service without a defect has answered as it usually does.
    #[must_use]
    pub fn peace(&self) -> (u64, u64) {
        self.answered(|trial| trial.variant.is_none())
    }

    /// How many cases and calls its variants have answered.
    #[must_use]
    pub fn tolerance(&self) -> (u64, u64) {
        self.answered(|trial| trial.variant.is_some())
    }

    fn answered(&self, counts: fn(&Trial) -> bool) -> (u64, u64) {
        let correct = || self.trials.iter().filter(|trial| trial.defect.is_none() && counts(trial));
        (correct().map(|trial| trial.cases).sum(), correct().map(|trial| trial.calls).sum())
    }

    /// The rules that can be checked without a running function, that demand something of their own, and that no finding
    /// blames.
    pub fn unbitten(&self) -> impl Iterator<Item = RuleId> {
        let blamed: BTreeSet<_> = self.trials.iter().flat_map(Trial::confirmed).map(|kill| kill.rule).collect();
        let is_due = |rule: &&Rule| rule.is_due() && rule.level != Level::Unspecified;
        RULES.iter().filter(is_due).map(|rule| rule.id).filter(move |id| !blamed.contains(id))
    }

    /// Whether every defect was found with every seed, and no service without a defect raised an alarm.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.alarms().next().is_none() && self.rows().iter().all(|row| row.found == row.seeds)
    }
}

impl Row {
    fn of(defect: Defect, trials: &[&Trial]) -> Self {
        let random: Vec<_> = trials.iter().copied().filter(|trial| !trial.sweep).collect();
        let kills = || random.iter().flat_map(|trial| trial.confirmed());
        let first = |trial: &Trial| trial.confirmed().next().map(|kill| kill.calls_to_find);
        let rules: BTreeSet<_> = kills().map(|kill| kill.rule).collect();
        Self {
            defect,
            seeds: random.len(),
            found: random.iter().filter(|trial| first(trial).is_some()).count(),
            find: random.iter().filter_map(|trial| first(trial)).collect(),
            shrink: kills().map(|kill| kill.calls_to_shrink).collect(),
            find_by_sweep: trials.iter().filter(|trial| trial.sweep).find_map(|trial| first(trial)),
            blamed: rules.into_iter().map(|rule| (rule, Blame::of(defect, rule, &random))).collect(),
        }
    }

    /// The rules that were blamed without a good reason.
    pub fn strays(&self) -> impl Iterator<Item = RuleId> {
        self.blamed.iter().filter(|(_, blame)| blame.why == Why::Stray).map(|(rule, _)| *rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_the_lower_one() {
        let spread: Spread = [4, 1, 3, 2].into_iter().collect();
        assert_eq!(spread, Spread { min: 1, median: 2, max: 4 });
        assert_eq!(Spread::from_iter([]), Spread::default());
    }
}
