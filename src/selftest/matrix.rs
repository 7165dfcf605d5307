//! The kill matrix: which rule was blamed for which defect, in how many calls, at which length.

use std::collections::BTreeMap;

use super::trial::{Kill, Trial};
use crate::rule::RuleId;
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
    /// Of each rule that was blamed: by how many seeds, and the lengths of the minimal cases.
    pub blamed: BTreeMap<RuleId, (usize, Spread)>,
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

    /// What the service without a defect was blamed for, each with its seed.
    pub fn alarms(&self) -> impl Iterator<Item = (u64, &Kill)> {
        let correct = self.trials.iter().filter(|trial| trial.defect.is_none());
        correct.flat_map(|trial| trial.kills.iter().map(|kill| (trial.seed, kill)))
    }

    /// How many cases and calls the service without a defect has answered.
    #[must_use]
    pub fn peace(&self) -> (u64, u64) {
        let correct = || self.trials.iter().filter(|trial| trial.defect.is_none());
        (correct().map(|trial| trial.cases).sum(), correct().map(|trial| trial.calls).sum())
    }

    /// Whether every defect was found with every seed, and the service without a defect raised no alarm.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.alarms().next().is_none() && self.rows().iter().all(|row| row.found == row.seeds)
    }
}

impl Row {
    fn of(defect: Defect, trials: &[&Trial]) -> Self {
        let random: Vec<_> = trials.iter().filter(|trial| !trial.sweep).collect();
        let kills = || random.iter().flat_map(|trial| trial.kills.iter().filter(|kill| kill.is_confirmed()));
        let first = |trial: &Trial| trial.kills.iter().find(|kill| kill.is_confirmed()).map(|kill| kill.calls_to_find);
        let mut lengths: BTreeMap<RuleId, Vec<u64>> = BTreeMap::new();
        for kill in kills() {
            lengths.entry(kill.rule).or_default().push(kill.length as u64);
        }
        let seeds_of = |rule| random.iter().filter(|trial| trial.kills.iter().any(|kill| kill.rule == rule)).count();
        Self {
            defect,
            seeds: random.len(),
            found: random.iter().filter(|trial| first(trial).is_some()).count(),
            find: random.iter().filter_map(|trial| first(trial)).collect(),
            shrink: kills().map(|kill| kill.calls_to_shrink).collect(),
            find_by_sweep: trials.iter().filter(|trial| trial.sweep).find_map(|trial| first(trial)),
            blamed: lengths.into_iter().map(|(rule, of)| (rule, (seeds_of(rule), of.into_iter().collect()))).collect(),
        }
    }

    /// The rules that were blamed and that the defect does not announce.
    pub fn unannounced(&self) -> impl Iterator<Item = RuleId> {
        let announced = self.defect.breaks();
        self.blamed.keys().copied().filter(move |rule| !announced.contains(rule))
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
