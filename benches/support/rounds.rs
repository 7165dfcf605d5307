//! Rounds of measurements, and the line that tells their median, minimum and maximum.

#![allow(dead_code, reason = "each benchmark has its own copy and needs its own part of it")]

use std::fmt;

/// One figure, measured in several rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
        self.0.sort_by(f64::total_cmp);
    }

    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

impl FromIterator<f64> for Rounds {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut rounds = Self::default();
        figures.into_iter().for_each(|figure| rounds.push(figure));
        rounds
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = if self.median() < 100.0 { 2 } else { 0 };
        let (least, most) = (self.0[0], self.0[self.0.len() - 1]);
        write!(f, "{:>9.decimals$} ({least:.decimals$} to {most:.decimals$})", self.median())
    }
}
