//! Making the sweep: few cases that together have every rule decided, chosen among random ones and then shortened.
//!
//! The choice is greedy: at each turn the beginning of a case that decides most new points for each call. Then every
//! window of calls that nothing depends on is deleted, the latest case first. It is made once and kept in `specs`, so
//! that what a run does first changes only when somebody makes it anew.

use std::collections::BTreeSet;

use super::dry;
use crate::model::Action;
use crate::rule::RuleId;
use crate::strategy::{Case, Menu, generate};

/// What a case costs beside its calls, in calls: it makes and deletes a secret of its own.
const OVERHEAD: usize = 10;

/// How often every case is shortened: one that became shorter may leave another with less to do.
const PASSES: usize = 2;

/// A rule as one operation can show it.
pub type Point = (RuleId, Option<Action>);

/// A case of the sweep, and what it is there for.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The requests.
    pub case: Case,
    /// What no case before it decides.
    pub points: BTreeSet<Point>,
}

/// A case that may be chosen, with what each of its calls decides.
struct Candidate {
    case: Case,
    points: Vec<Vec<Point>>,
}

impl Candidate {
    async fn of(case: Case, menu: Menu) -> Self {
        let decided = dry::decided(&case, menu).await;
        let points = case.steps.iter().zip(decided).map(|(step, rules)| {
            let action = step.operation.action();
            rules.into_iter().map(|rule| (rule, action)).collect()
        });
        Self { points: points.collect(), case }
    }

    /// The beginning that decides most that is new for each call: its length and what it decides.
    fn best_beginning(&self, known: &BTreeSet<Point>) -> Option<(usize, BTreeSet<Point>)> {
        let mut new = BTreeSet::new();
        let mut best: Option<(usize, BTreeSet<Point>)> = None;
        for (index, points) in self.points.iter().enumerate() {
            new.extend(points.iter().filter(|point| !known.contains(point)).copied());
            let length = index + 1;
            let is_better = |(than, points): &(usize, BTreeSet<Point>)| {
                new.len() * (than + OVERHEAD) > points.len() * (length + OVERHEAD)
            };
            if !new.is_empty() && best.as_ref().is_none_or(is_better) {
                best = Some((length, new.clone()));
            }
        }
        best
    }
}

/// Chooses among the first `count` random cases of this seed.
///
/// The cases that need no function come first and suffice for what needs none.
pub async fn choose(seed: u64, count: u64) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    let mut known = BTreeSet::new();
    for has_function in [false, true] {
        let menu = Menu { has_function, has_missing_function: has_function, ..Menu::default() };
        let mut candidates = Vec::new();
        for index in 0..count {
            candidates.push(Candidate::of(generate(seed, index, menu), menu).await);
        }
        take_the_best(&candidates, &mut known, &mut chosen);
    }
    shorten(chosen).await
}

fn take_the_best(candidates: &[Candidate], known: &mut BTreeSet<Point>, chosen: &mut Vec<Chosen>) {
    let rate = |(length, points): &(usize, BTreeSet<Point>)| points.len() * 1000 / (length + OVERHEAD);
    loop {
        let beginnings = candidates.iter().filter_map(|it| Some((it, it.best_beginning(known)?)));
        let Some((candidate, (length, points))) = beginnings.max_by_key(|(_, beginning)| rate(beginning)) else {
            return;
        };
        known.extend(&points);
        chosen.push(Chosen { case: Case { steps: candidate.case.steps[..length].to_vec() }, points });
    }
}

/// Deletes what nothing depends on, the latest case first.
async fn shorten(mut chosen: Vec<Chosen>) -> Vec<Chosen> {
    let menu = Menu { has_function: true, has_missing_function: true, ..Menu::default() };
    let mut points: Vec<BTreeSet<Point>> = Vec::new();
    for it in &chosen {
        points.push(points_of(&it.case, menu).await);
    }
    for _ in 0..PASSES {
        for index in (0..chosen.len()).rev() {
            let counts = |it: usize| it != index && (needs_nothing(&chosen[it]) || !needs_nothing(&chosen[index]));
            let others = || points.iter().enumerate().filter(|(it, _)| counts(*it));
            let is_needed = |point: &&Point| !others().any(|(_, points)| points.contains(point));
            let needed: BTreeSet<Point> = points[index].iter().filter(is_needed).copied().collect();
            chosen[index].case = shortest(chosen[index].case.clone(), &needed, menu).await;
            points[index] = points_of(&chosen[index].case, menu).await;
        }
    }
    let mut known = BTreeSet::new();
    for (it, points) in chosen.iter_mut().zip(points) {
        it.points = points.difference(&known).copied().collect();
        known.extend(points);
    }
    chosen.retain(|it| !it.points.is_empty());
    chosen
}

/// Whether a case can run where there is no function; only others of the kind make one of these shorter.
fn needs_nothing(chosen: &Chosen) -> bool {
    chosen.case.needs().is_empty()
}

async fn points_of(case: &Case, menu: Menu) -> BTreeSet<Point> {
    Candidate::of(case.clone(), menu).await.points.into_iter().flatten().collect()
}

async fn shortest(mut case: Case, needed: &BTreeSet<Point>, menu: Menu) -> Case {
    let mut window = case.steps.len();
    while window > 0 {
        let mut start = 0;
        while start < case.steps.len() {
            let mut steps = case.steps.clone();
            steps.drain(start..(start + window).min(steps.len()));
            let shorter = Case { steps };
            match points_of(&shorter, menu).await.is_superset(needed) {
                true => case = shorter,
                false => start += 1,
            }
        }
        window /= 2;
    }
    case
}
