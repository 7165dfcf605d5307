//! What short cases demand at their end, by the model: looked up before a long case is shortened call by call.
//!
//! Two violations are the same if their fingerprints are, and part of a fingerprint is what was demanded. The model knows every short case whose last answer is held to that, and so which lengths are too short for any. These
//! are tried first, the shortest before all: most findings are at their minimum after a handful of calls.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::judge::demand;
use crate::model::{Fact, Request};
use crate::rule::RuleId;
use crate::strategy::{Atlas, Case, Menu, Route};
use crate::verdict::Demand;

/// How many requests stand before the last ones at most.
const LONGEST: usize = 2;
/// How many ends are kept for one demand after one way.
const ENDS: usize = 12;
/// How many ends are tried first for one demand where any demand of its rule will do.
const ENDS_OF_ONE: usize = 3;

/// The ends of short cases by what they demand.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_demand: BTreeMap<Demand, Vec<End>>,
}

/// What to ask at the end of a way.
#[derive(Debug)]
pub(super) struct End {
    pub(super) route: Route,
    pub(super) steps: Vec<Request>,
}

impl End {
    /// How many calls the case has.
    pub(super) fn length(&self) -> usize {
        self.route.steps.len() + self.steps.len()
    }

    /// The case.
    pub(super) fn case(&self) -> Case {
        Case { steps: [&self.route.steps[..], &self.steps].concat() }
    }
}

impl Index {
    /// The index of a menu, made once in a process.
    pub(super) fn shared(menu: Menu) -> &'static Self {
        static INDEXES: [OnceLock<Index>; Menu::COUNT] = [const { OnceLock::new() }; Menu::COUNT];
        INDEXES[menu.number()].get_or_init(|| Self::new(Atlas::detailed(menu)))
    }

    fn new(atlas: &Atlas) -> Self {
        let mut index = Self::default();
        atlas.ends(LONGEST, &mut |route, steps, fact| index.add(route, steps, fact));
        index.by_demand.values_mut().for_each(|ends| ends.sort_by_key(End::length));
        index
    }

    fn add(&mut self, route: &Route, steps: &[&Request], fact: &Fact) {
        let Some(last) = steps.last() else { return };
        let ends = self.by_demand.entry(demand(fact, &last.operation)).or_default();
        let is_alike = |end: &&End| end.route.steps.len() == route.steps.len() && end.route.steps == route.steps;
        let is_known = |end: &End| end.steps.iter().eq(steps.iter().copied());
        let known = || ends.iter().rev().filter(is_alike);
        if known().count() < ENDS && !known().any(is_known) {
            ends.push(End { route: route.clone(), steps: steps.iter().map(|step| (*step).clone()).collect() });
        }
    }

    /// The ends of fewer calls than this for each thing that is demanded by a rule: the first ones for each thing, and the
    /// others. The shortest come first, and of one length one for each thing before a second one for any.
    pub(super) fn ends_of(&self, rule: RuleId, length: usize) -> [Vec<&End>; 2] {
        let mut of_rule: Vec<_> = self.by_demand.iter().filter(|(demanded, _)| demanded.rule == rule).collect();
        of_rule.sort_by_cached_key(|(demanded, _)| demanded.to_string());
        let ranked = of_rule.into_iter().flat_map(|(_, ends)| after_different_ways(ends).into_iter().enumerate());
        let mut ends: Vec<_> = ranked.filter(|(_, end)| end.length() < length).collect();
        ends.sort_by_key(|(rank, end)| (end.length(), *rank));
        let (first, others): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(rank, _)| *rank < ENDS_OF_ONE);
        [first, others].map(|ends| ends.into_iter().map(|(_, end)| end).collect())
    }

    /// The ends at which this is demanded, the shortest first; none of what the model says nothing about.
    pub(super) fn ends(&self, demanded: &Demand) -> &[End] {
        self.by_demand.get(demanded).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The ends of one length, one after each way before a second one after any. Those after the same way stand together.
fn after_different_ways(ends: &[End]) -> Vec<&End> {
    let mut ranked: Vec<(usize, usize, &End)> = Vec::new();
    for end in ends {
        let is_alike = |(_, _, before): &&(usize, usize, &End)| before.route.steps == end.route.steps;
        let rank = ranked.last().filter(is_alike).map_or(0, |(_, rank, _)| rank + 1);
        ranked.push((end.length(), rank, end));
    }
    ranked.sort_by_key(|(length, rank, _)| (*length, *rank));
    ranked.into_iter().map(|(_, _, end)| end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_ends_that_demand_something_come_first() {
        let index = Index::shared(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let length = |demanded: &str| index.ends(&demanded.parse().unwrap()).first().map(End::length);
        assert_eq!(length("ROT-IDEM-003 PutSecretValue: the request is refused"), Some(2));
        assert_eq!(length("ROT-PROG-001 RotateSecret: the request is refused"), Some(3));
        assert_eq!(length("ROT-STATE-006 after PutSecretValue: AWSPREVIOUS on a version"), Some(3));
        assert_eq!(length("ROT-STATE-002: AWSCURRENT"), None, "a law is no fact of the model");
    }

    #[test]
    fn the_first_ends_come_after_different_ways() {
        let index = Index::shared(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let accepted = "ROT-CONF-010 CancelRotateSecret: the request is accepted".parse().unwrap();
        let ends = after_different_ways(index.ends(&accepted));
        let ways: Vec<_> = ends.iter().take(ENDS_OF_ONE).map(|end| &end.route.steps).collect();
        assert!(ways[0] != ways[1] && ways[1] != ways[2] && ways[0] != ways[2], "{ways:?}");
    }

    #[test]
    fn the_ends_of_a_rule_demand_different_things_before_the_same_again() {
        let index = Index::shared(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let [first, others] = index.ends_of(RuleId::Val002, 3);
        let lengths: Vec<_> = first.iter().map(|end| end.length()).collect();
        assert!(lengths.is_sorted() && lengths.first() == Some(&1) && lengths.last() == Some(&2), "{lengths:?}");
        let of_two = first.iter().filter(|end| end.length() == 2);
        let of_two: Vec<_> = of_two.filter_map(|end| Some(end.steps.last()?.operation.name())).collect();
        assert!(of_two[..4].contains(&"PutSecretValue") && of_two[..4].contains(&"RotateSecret"), "{of_two:?}");
        assert!(!others.is_empty(), "there are more of some");
        assert_eq!(index.ends_of(RuleId::Val002, 1).map(|ends| ends.len()), [0, 0], "none is shorter than one call");
    }
}
