//! What short cases demand at their end, by the model: looked up before a long case is shortened call by call.
//!
//! Two violations are the same if their fingerprints are, and the first half of a fingerprint is what was demanded. The
//! model knows every short case whose last answer is held to that, and so which lengths are too short for any. These
//! are tried first, the shortest before all: most findings are at their minimum after a handful of calls.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::judge::demand;
use crate::model::{Fact, Request};
use crate::strategy::{Atlas, Menu, Route};

/// How many requests stand before the last ones at most.
const LONGEST: usize = 2;
/// How many ends are kept for one demand after one way.
const ENDS: usize = 12;

/// The ends of short cases by what they demand.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_demand: BTreeMap<String, Vec<End>>,
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
}

impl Index {
    /// The index of a menu, made once in a process.
    pub(super) fn shared(menu: Menu) -> &'static Self {
        static INDEXES: [OnceLock<Index>; 4] = [const { OnceLock::new() }; 4];
        let index = usize::from(menu.has_function) * 2 + usize::from(menu.has_missing_function);
        INDEXES[index].get_or_init(|| Self::new(Atlas::detailed(menu)))
    }

    fn new(atlas: &Atlas) -> Self {
        let mut index = Self::default();
        atlas.ends(LONGEST, &mut |route, steps, fact| index.add(route, steps, fact));
        index.by_demand.values_mut().for_each(|ends| ends.sort_by_key(End::length));
        index
    }

    fn add(&mut self, route: &Route, steps: &[&Request], fact: &Fact) {
        let Some(last) = steps.last() else { return };
        let ends = self.by_demand.entry(demand(fact, last.operation.name())).or_default();
        let is_alike = |end: &&End| end.route.steps.len() == route.steps.len() && end.route.steps == route.steps;
        let is_known = |end: &End| end.steps.iter().eq(steps.iter().copied());
        let known = || ends.iter().rev().filter(is_alike);
        if known().count() < ENDS && !known().any(is_known) {
            ends.push(End { route: route.clone(), steps: steps.iter().map(|step| (*step).clone()).collect() });
        }
    }

    /// The ends at which this is demanded, the shortest first; none of what the model says nothing about.
    pub(super) fn ends(&self, demanded: &str) -> &[End] {
        self.by_demand.get(demanded).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_ends_that_demand_something_come_first() {
        let index = Index::shared(Menu { has_function: true, has_missing_function: true });
        let length = |demanded: &str| index.ends(demanded).first().map(End::length);
        assert_eq!(length("ROT-IDEM-003 PutSecretValue: the request is refused"), Some(2));
        assert_eq!(length("ROT-PROG-001 RotateSecret: the request is refused"), Some(3));
        assert_eq!(length("ROT-STATE-006 after PutSecretValue: AWSPREVIOUS on a version"), Some(3));
        assert_eq!(length("ROT-STATE-002: AWSCURRENT"), None, "a law is no fact of the model");
    }
}
