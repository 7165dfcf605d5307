//! What may turn out to be a finding.

use super::execution::{Sighting, Step};
use crate::rule::Class;
use crate::strategy::{Case, State};
use crate::verdict::Violation;

/// A violation to examine: the case up to the call that showed it.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub violation: Violation,
    pub case: Case,
    /// The index of the step that is to blame, if it is not the last one.
    pub cause: Option<usize>,
    /// The state of the secret before that step, where it was known.
    pub state: Option<State>,
    /// Whether nothing went wrong in the case before.
    pub is_clean: bool,
    /// Whether it was seen only because everything was read after every call.
    pub is_observed: bool,
    /// The calls of the run up to the one that first showed it.
    pub calls: u64,
    /// Another case that showed it, in case that this one does not show it again.
    pub other: Option<Case>,
    /// What replaying the case that first showed it has shown, where that was done at once.
    pub early: Option<Early>,
}

/// What replays of a case that was not shrunk yet have shown.
#[derive(Clone, Debug)]
pub(super) struct Early {
    pub case: Case,
    /// How many replays showed it, of [`REPLAYS`](super::REPLAYS).
    pub hits: u32,
    /// The calls of the replays.
    pub calls: u64,
    /// What is violated and the calls, of the last replay that showed it.
    pub shown: Option<(Violation, Vec<Step>)>,
}

impl Suspect {
    /// One of which nothing is known but that a case shows it.
    #[cfg(test)]
    pub(super) fn of(violation: Violation, case: Case) -> Self {
        Self {
            violation,
            case,
            cause: None,
            state: None,
            is_clean: true,
            is_observed: false,
            calls: 0,
            other: None,
            early: None,
        }
    }

    /// The better suspect for the same violation is the graver, then the one before which nothing went wrong, then the
    /// shorter.
    pub(super) fn weight(&self) -> (Class, bool, usize) {
        (self.violation.class, !self.is_clean, self.case.steps.len())
    }
}

/// The case up to the call that showed a violation, which may be a read that the case does not have.
pub(super) fn up_to(case: &Case, sighting: &Sighting) -> Case {
    let mut steps = case.steps[..=sighting.step].to_vec();
    steps.extend(sighting.read.clone());
    Case { steps }
}
