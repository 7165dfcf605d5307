//! Plans the tour while it is under way: each case for what those before it have not met.

use std::sync::{Mutex, PoisonError};

use super::tour::Tour;
use crate::strategy::{Case, Menu};

/// Gives out the cases of the tour; the endpoint has no say in which.
#[derive(Debug)]
pub(super) struct Planner {
    plan: Mutex<Plan>,
}

#[derive(Debug)]
struct Plan {
    tour: Tour,
    number: u64,
}

impl Planner {
    pub(super) fn new(menu: Menu) -> Self {
        Self { plan: Mutex::new(Plan { tour: Tour::new(menu.has_function), number: 0 }) }
    }

    /// The next case and its number; `None` when nothing is left.
    pub(super) fn next(&self) -> Option<(u64, Case)> {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let case = plan.tour.next_case()?;
        plan.number += 1;
        Some((plan.number, case))
    }
}
