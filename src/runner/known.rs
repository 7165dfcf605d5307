//! Kinds of calls that are known to deviate: the rest of the run makes them seldom, so that what a violation blurs does
//! not hide other deviations. They never stop altogether.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::strategy::Cell;

/// From how many violations on a kind of call is made seldom.
const ENOUGH: u32 = 4;
/// One in so many is still made.
const SELDOM: usize = 4;

/// How often each kind of call has violated a contract.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<BTreeMap<Cell, u32>>);

impl Known {
    /// Remembers a violation by a kind of call.
    pub(super) fn deviated(&self, cell: Cell) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(cell).or_default() += 1;
    }

    /// Whether the step of this number does without such a call.
    pub(super) fn passes_over(&self, cell: Cell, step: usize) -> bool {
        let is_known = || {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&cell).is_some_and(|times| *times >= ENOUGH)
        };
        !step.is_multiple_of(SELDOM) && is_known()
    }
}
