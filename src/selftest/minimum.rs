//! The true minimum: the shortest case, over a finite alphabet, that makes the judge blame a rule for a defect.
//!
//! # What is searched
//!
//! A state is a pair: the service with the defect, its memory included, and the possible worlds of the judge that has
//! watched it. From the empty pair the search is breadth-first by calls. Every letter of [`Alphabet`] is tried in every
//! state of a level, before any of the next: the first case that shows a violation is as short as any. Two pairs that
//! differ in names alone are one (`canonical` says what counts).
//!
//! # Why this is the minimum
//!
//! The judge of the search blames by the answers of the case alone. Runs blame after one more look: the case runs again
//! with everything read after every call, so that an early fault is not put down to a later request. A case in which
//! the judge finds a violation is therefore handed to the same code that examines a suspect in a run, and the rule that
//! it blames is the one that counts. Lengths count as those of findings do: creation and the revealing read are calls
//! of the case, reads beside it and cleaning up are not. For a rule that the defect does not announce, a case counts only
//! if no earlier call of it violates a rule, of which the violation may be a consequence.
//!
//! # What the bound excludes
//!
//! Cases of letters that are not in the alphabet, such as two odd forms in one request; more than three secrets; cases
//! in which something graver than a difference has gone wrong before the last call, since what is blamed then may be a
//! consequence; and whatever takes longer than the depth. Of cases with the same actions and the same violation at their
//! end a dozen are examined at each depth, so that a rule which only another of them would blame may be overlooked.

mod canonical;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::MENU;
use super::known::{Known, counts};
use crate::model::Request;
use crate::rule::{Class, RuleId};
use crate::service::Defect;
use crate::strategy::{Alphabet, Case};
use crate::verdict::Violation;
use stage::Stage;

/// How many cases of the same actions and with the same violation at their end are examined at one depth.
const EXAMINED: usize = 12;

/// What the search for one defect has found.
#[derive(Clone, Debug)]
pub struct Minimum {
    /// The defect.
    pub defect: Defect,
    /// The rules that it announces and that no case blames.
    pub missing: BTreeSet<RuleId>,
    /// The shortest case for each rule that is rightly blamed, announced or not.
    pub cases: BTreeMap<RuleId, Case>,
    /// No other case of at most so many calls blames another rule that the defect announces.
    pub depth: usize,
    /// How many states were met.
    pub states: usize,
}

/// The way to a state, the last call first.
#[derive(Debug)]
struct Route(Option<(Arc<Route>, Request)>);

impl Route {
    fn steps(&self) -> Vec<Request> {
        let mut steps = Vec::new();
        let mut route = self;
        while let Some((before, step)) = &route.0 {
            steps.push(step.clone());
            route = before;
        }
        steps.reverse();
        steps
    }
}

/// One search.
struct Search {
    alphabet: Alphabet,
    runtime: tokio::runtime::Runtime,
    seen: BTreeSet<u64>,
    /// The rules that are looked for and not found.
    wanted: BTreeSet<RuleId>,
    /// How often a violation was examined at this depth.
    examined: BTreeMap<String, usize>,
    minimum: Minimum,
}

/// The shortest case for each rule that the defect announces, in at most so many calls.
///
/// The search ends when all are found. Rules that are blamed beside them count as far as they were met on the way.
///
/// # Panics
///
/// If this process cannot start a runtime.
#[must_use]
pub fn minimum(defect: Defect, depth: usize) -> Minimum {
    let mut search = Search {
        alphabet: Alphabet::new(MENU),
        runtime: tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O needs nothing"),
        seen: BTreeSet::new(),
        wanted: defect.breaks().into_iter().collect(),
        examined: BTreeMap::new(),
        minimum: Minimum { defect, missing: BTreeSet::new(), cases: BTreeMap::new(), depth: 0, states: 1 },
    };
    let mut level = vec![Arc::new(Route(None))];
    while search.minimum.depth < depth && !search.wanted.is_empty() && !level.is_empty() {
        let is_last = search.minimum.depth + 1 == depth;
        level = search.next_level(&level, is_last);
        // A level that ended early may have more.
        search.minimum.depth += usize::from(!search.wanted.is_empty());
    }
    search.minimum.missing = search.wanted;
    search.minimum
}

/// The minima of several defects, several at once.
///
/// # Panics
///
/// If a thread of this process cannot start a runtime, or panics.
#[must_use]
pub fn minima(defects: &[Defect], depth: usize, threads: usize) -> Vec<Minimum> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(defects.len()));
    let work = || {
        while let Some((number, defect)) = take(defects, &next) {
            let found = minimum(*defect, depth);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, found));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, found)| found).collect()
}

fn take<'a>(defects: &'a [Defect], next: &AtomicUsize) -> Option<(usize, &'a Defect)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    defects.get(number).map(|defect| (number, defect))
}

impl Search {
    /// Tries every letter after each of these ways; the ways to states that were not met before.
    fn next_level(&mut self, level: &[Arc<Route>], is_last: bool) -> Vec<Arc<Route>> {
        self.examined.clear();
        let mut next = Vec::new();
        for route in level {
            if self.wanted.is_empty() {
                break;
            }
            let steps = route.steps();
            let mut stage = Stage::new(self.minimum.defect);
            for step in &steps {
                stage.ask(step);
            }
            for letter in self.alphabet.letters(&stage.world(), steps.len() + 1) {
                let mut after = stage.fork();
                let violations = after.ask(&letter);
                if !violations.is_empty() {
                    self.examine(&steps, &letter, &violations);
                }
                let is_grave = violations.iter().any(|violation| violation.class == Class::Contract);
                if !is_last && !is_grave && self.seen.insert(after.key()) {
                    next.push(Arc::new(Route(Some((Arc::clone(route), letter)))));
                }
            }
        }
        self.minimum.states += next.len();
        next
    }

    /// Finds out whom a run blames for what the last call of a case has shown.
    fn examine(&mut self, steps: &[Request], last: &Request, violations: &[Violation]) {
        let mut what: Vec<_> = violations.iter().map(|violation| violation.fingerprint.to_string()).collect();
        what.extend(steps.iter().map(|step| step.operation.name().to_owned()));
        let times = self.examined.entry(what.join(" ")).or_default();
        if *times >= EXAMINED {
            return;
        }
        *times += 1;
        let case = Case { steps: steps.iter().chain([last]).cloned().collect() };
        let (defect, rule) = (self.minimum.defect.to_string(), violations[0].rule);
        let known = Known { defect, rule, case, none_below: None };
        for finding in self.runtime.block_on(known.findings()) {
            let rule = finding.violation.rule;
            self.wanted.remove(&rule);
            if counts(self.minimum.defect, rule, finding.after) {
                self.minimum.cases.entry(rule).or_insert(finding.case);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_case_is_found_and_what_is_too_long_is_not() {
        let defect: Defect = "current-removable".parse().expect("a defect");
        let found = minimum(defect, 2);
        assert_eq!(found.cases.get(&RuleId::State014).map(|case| case.steps.len()), Some(2));
        assert_eq!((found.depth, found.missing.len()), (1, 0));
        let too_short = minimum(defect, 1);
        assert_eq!((too_short.depth, too_short.cases.len()), (1, 0));
        assert!(too_short.missing.contains(&RuleId::State014));
    }
}
