//! How far an answer is from an outcome.

use crate::model::{Answer, Body, Outcome, Rank};
use crate::rule::Class;

/// How far an answer is from an outcome; the smaller is the nearer. Facts of a graver rank weigh before any number of
/// lesser ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    contract: [u16; Rank::COUNT],
    fidelity: u16,
}

impl Score {
    pub(crate) fn of(outcome: &Outcome, answer: &Answer) -> Self {
        let mut score = Self::default();
        if !is_of_kind(outcome, answer) {
            score.contract[Rank::Kind as usize] = 1;
            return score;
        }
        for fact in outcome.facts.iter().filter(|fact| fact.claim.holds(answer) == Some(false)) {
            match fact.class {
                Class::Contract => score.contract[fact.claim.rank() as usize] += 1,
                Class::Fidelity => score.fidelity += 1,
            }
        }
        score
    }

    /// Whether no contract fact is unmet.
    pub(crate) fn is_permitted(self) -> bool {
        self.contract == [0; Rank::COUNT]
    }

    pub(crate) const fn fidelity(self) -> u16 {
        self.fidelity
    }
}

/// Whether the answer is of the outcome's kind: accepted, or refused. A fault of the server is of neither.
pub(super) fn is_of_kind(outcome: &Outcome, answer: &Answer) -> bool {
    match &answer.body {
        Body::Output(_) => outcome.is_accepted(),
        Body::Error(_) => !outcome.is_accepted() && answer.form.status < 500,
        Body::Unreadable(_) => false,
    }
}

pub(super) fn is_fault(answer: &Answer) -> bool {
    match &answer.body {
        Body::Output(_) => false,
        Body::Error(_) => answer.form.status >= 500,
        Body::Unreadable(_) => true,
    }
}
