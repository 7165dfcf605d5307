//! Plans the tour while it is under way: each case for what those before it have not met in a dry run.

use tokio::sync::Mutex;

use super::dry;
use crate::strategy::{Case, Cells, Menu, Tour};

/// Gives out the cases of the tour; the endpoint has no say in which.
#[derive(Debug)]
pub(super) struct Planner {
    menu: Menu,
    plan: Mutex<Plan>,
}

#[derive(Debug)]
struct Plan {
    tour: Tour,
    left: Cells,
    number: u64,
}

impl Planner {
    pub(super) fn new(menu: Menu) -> Self {
        let tour = Tour::new(menu);
        Self { menu, plan: Mutex::new(Plan { left: tour.cells(), tour, number: 0 }) }
    }

    /// The next case and its number; `None` when nothing is left that can be planned for.
    pub(super) async fn next(&self) -> Option<(u64, Case)> {
        let mut plan = self.plan.lock().await;
        let Plan { tour, left, number } = &mut *plan;
        loop {
            let case = dry::made_certain(&tour.next_case(left)?, self.menu).await;
            let before = left.len();
            for cell in dry::cells(&case, self.menu).await {
                left.remove(&cell);
            }
            if left.len() < before {
                *number += 1;
                return Some((*number, case));
            }
        }
    }
}
