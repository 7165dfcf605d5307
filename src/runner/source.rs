//! Where the cases of a run come from: saved ones, then the fixed scenarios, then random ones.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Options;
use super::execution::{Execution, Extent, Plan};
use crate::judge;
use crate::model::Functions;
use crate::rule::RuleId;
use crate::service::{Config, Service};
use crate::strategy::{Case, Menu, generate, scenarios};

/// How many random cases in a row may be passed over because they do not exercise the rule that matters.
const PATIENCE: usize = 200;

/// A case and what tells it apart from the others of its run.
pub(super) struct Numbered {
    /// A letter for where it comes from, and its number there.
    pub tag: String,
    pub case: Case,
}

/// Gives out the cases of a run, each once.
#[derive(Debug)]
pub(super) struct Source {
    next: AtomicUsize,
    fixed: Vec<(String, Case)>,
    menu: Menu,
    seed: u64,
    cases: u64,
    only: Option<RuleId>,
}

impl Source {
    pub(super) fn new(options: &Options) -> Self {
        let menu = Menu {
            has_function: !options.functions.accepted.is_empty(),
            has_missing_function: !options.functions.missing.is_empty(),
        };
        let saved = options.saved.iter().cloned().enumerate().map(|(number, case)| (format!("k{number}"), case));
        let known = if options.scenarios { scenarios(menu) } else { Vec::new() };
        let fixed = known.into_iter().enumerate().map(|(number, case)| (format!("f{number}"), case));
        Self {
            next: AtomicUsize::new(0),
            fixed: saved.chain(fixed).collect(),
            menu,
            seed: options.seed,
            cases: options.cases,
            only: options.only,
        }
    }

    /// The next case; `None` when there are no more.
    pub(super) async fn next(&self) -> Option<Numbered> {
        for _ in 0..self.fixed.len() + PATIENCE {
            let next = self.take()?;
            match self.only {
                Some(rule) if !exercises(&next.case, rule, self.menu).await => {}
                _ => return Some(next),
            }
        }
        None
    }

    fn take(&self) -> Option<Numbered> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some((tag, case)) = self.fixed.get(number) {
            return Some(Numbered { tag: tag.clone(), case: case.clone() });
        }
        let index = (number - self.fixed.len()) as u64;
        (index < self.cases).then(|| Numbered { tag: format!("c{index}"), case: generate(self.seed, index, self.menu) })
    }
}

/// Whether a case exercises a rule, by a dry run against the reference service.
async fn exercises(case: &Case, rule: RuleId, menu: Menu) -> bool {
    let service = Service::new(Config::default());
    let functions = Functions {
        accepted: if menu.has_function { vec![service.register_function("f")] } else { Vec::new() },
        missing: if menu.has_missing_function { vec![service.function_arn("missing").into()] } else { Vec::new() },
    };
    let plan = Plan {
        prefix: "dry".to_owned(),
        extent: Extent::Whole,
        keeps_steps: false,
        options: judge::Options { functions, ..judge::Options::default() },
    };
    Execution::new(&service, &plan).run(case).await.exercise.checked(rule) > 0
}
