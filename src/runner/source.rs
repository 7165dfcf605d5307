//! Where the cases of a run come from: saved ones, the fixed ones, then the tour or random ones, the first of them
//! steered.

use std::sync::{Arc, Mutex, PoisonError};

use super::presence::Presence;
use super::tour::Tour;
use super::{Course, Options, dry};
use crate::rule::RuleId;
use crate::strategy::{Case, Menu, STEERED, Steered, generate, rotation};

/// Of so many random cases one is about the life of a rotation, where the run plays its function.
const ROTATIONS: u64 = 8;

/// How many random cases in a row may be passed over because they do not exercise the rule that matters.
const PATIENCE: usize = 200;

/// A case and what tells it apart from the others of its run.
pub(super) struct Numbered {
    /// A letter for where it comes from, and its number there.
    pub tag: String,
    pub case: Case,
    pub is_random: bool,
}

/// How far the cases have been given out; steered ones and those of the tour depend on those before them.
#[derive(Debug)]
struct Next {
    number: usize,
    steered: Steered,
    tour: Option<Tour>,
}

/// Gives out the cases of a run, each once.
#[derive(Debug)]
pub(super) struct Source {
    next: Mutex<Next>,
    fixed: Vec<(String, Case)>,
    menu: Menu,
    seed: u64,
    cases: u64,
    /// How many of them are steered.
    steered: u64,
    only: Option<RuleId>,
    presence: Arc<Presence>,
}

impl Source {
    pub(super) fn new(options: &Options, presence: &Arc<Presence>) -> Self {
        let menu = options.menu();
        let saved = options.saved.iter().cloned().enumerate().map(|(number, case)| (format!("k{number}"), case));
        let fixed = options
            .fixed
            .iter()
            .flat_map(|fixed| fixed.cases(menu))
            .enumerate()
            .map(|(number, case)| (format!("f{number}"), case));
        let tour = (options.course == Course::Tour).then(|| Tour::new(menu.has_function));
        Self {
            next: Mutex::new(Next { number: 0, steered: Steered::new(options.seed, menu), tour }),
            fixed: saved.chain(fixed).collect(),
            menu,
            seed: options.seed,
            cases: options.cases,
            steered: if options.course == Course::Random { options.cases.min(STEERED) } else { 0 },
            only: options.only,
            presence: Arc::clone(presence),
        }
    }

    /// The next case; `None` when there are no more.
    pub(super) async fn next(&self) -> Option<Numbered> {
        for _ in 0..self.fixed.len() + PATIENCE {
            let Numbered { tag, case, is_random } = self.take()?;
            let next = Numbered { tag, case: self.presence.permitted(case), is_random };
            match self.only {
                _ if next.case.steps.is_empty() => {}
                Some(rule) if dry::exercise(&next.case, self.menu).await.checked(rule) == 0 => {}
                _ => return Some(next),
            }
        }
        None
    }

    fn take(&self) -> Option<Numbered> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let number = next.number;
        next.number += 1;
        if let Some((tag, case)) = self.fixed.get(number) {
            return Some(Numbered { tag: tag.clone(), case: case.clone(), is_random: false });
        }
        let index = (number - self.fixed.len()) as u64;
        if let Some(tour) = &mut next.tour {
            let case = tour.next_case()?;
            return Some(Numbered { tag: format!("t{index}"), case, is_random: false });
        }
        if self.menu.has_acting_function && index % ROTATIONS == ROTATIONS - 1 && index < self.cases {
            let case = rotation(self.seed, index);
            return Some(Numbered { tag: format!("c{index}"), case, is_random: true });
        }
        let steered = if index < self.steered { next.steered.next() } else { None };
        drop(next);
        let random = || (index < self.cases).then(|| generate(self.seed, index, self.menu));
        Some(Numbered { tag: format!("c{index}"), case: steered.or_else(random)?, is_random: true })
    }
}
