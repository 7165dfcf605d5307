//! The tour: cases that together make every kind of call that one secret can reach, in few calls.
//!
//! A walk goes on from where it is: it asks first what should leave the state alone, then what leads to where most is
//! left to ask, then goes to where something is left by ways that it has gone before. Where nothing is left nearby the
//! next case starts with one of the ways of `specs/ways.ndjson`, so that nothing that can be reached is left out. Every
//! step is tried out at the reference service with a judge beside it, before the case is run; an endpoint that answers
//! otherwise, as the rules may permit, meets other calls than planned.

mod likeness;
mod map;
mod twin;
mod ways;

pub use ways::{LONGEST as LONGEST_WAY, Way, search};

use crate::model::Request;
use crate::strategy::{Case, Cells, Stop};
use map::Map;
use twin::Twin;
use ways::{Ground, Lead};

/// The most calls of a case, so that it can be shrunk; the quota of versions is above.
const LONGEST: usize = 100;
/// After how many calls in a row that brought nothing new a walk ends.
const MOST_IDLE: usize = 12;
/// How many tokens a case may use: later numbers stand for odd ones.
const TOKENS: u8 = 85;

/// Every cell that one secret can reach: those of the asks that there are where a way of at most [`LONGEST_WAY`]
/// requests ends.
///
/// A way starts from an unused name and consists of asks that may change something, as the reference service answers
/// them, each with the reads that it takes to be certain of the state. Where the judge is not certain of the state at
/// the end nothing counts, as in a run. [`search`] goes all ways, but of worlds that are alike up to the names of
/// versions, values and dates it goes on from the first alone. Nothing was seen beyond the bound: no way that is kept
/// is as long. Asks are the letters of the [`Alphabet`](crate::strategy::Alphabet) that depend on the state; the others,
/// and what is asked with a second secret beside the first, may make cells that are not among these.
#[must_use]
pub fn reachable(has_function: bool) -> &'static Cells {
    &Ground::shared(has_function).cells
}

/// Plans one case after the other; this takes no calls.
#[derive(Debug)]
pub(super) struct Tour {
    has_function: bool,
    ground: &'static Ground,
    map: Map,
}

/// A case that grows.
struct Walk {
    twin: Twin,
    steps: Vec<Request>,
    /// The stop where it is, if that is certain.
    at: Option<usize>,
    /// What is new there: what should stay there, and what leads elsewhere.
    stays: Vec<Request>,
    leaves: Vec<(Stop, Request)>,
    /// The calls since the last that was new.
    idle: usize,
}

impl Tour {
    pub(super) fn new(has_function: bool) -> Self {
        let ground = Ground::shared(has_function);
        Self { has_function, ground, map: Map::new(ground.cells.clone()) }
    }

    /// The next case; `None` when everything that can be reached was planned for.
    ///
    /// It starts with the shortest way to where something is left.
    pub(super) fn next_case(&mut self) -> Option<Case> {
        loop {
            let (ground, left) = (self.ground, self.map.left());
            let has_left = |lead: &&Lead| lead.cells.iter().any(|cell| self.map.is_left(cell));
            let lead = ground.leads.iter().filter(has_left).min_by_key(|lead| lead.steps.len())?;
            let steps = self.walk(&lead.steps);
            if self.map.left() < left {
                return Some(Case { steps });
            }
            self.map.give_up(&lead.cells);
        }
    }

    /// Goes a way, and on from there as long as there is something new not far away.
    fn walk(&mut self, way: &[Request]) -> Vec<Request> {
        let mut walk = Walk::new(self.has_function);
        self.look_around(&mut walk);
        for step in way {
            self.take(&mut walk, step);
        }
        walk.idle = 0;
        while walk.idle < MOST_IDLE && walk.steps.len() < LONGEST && walk.twin.token() < TOKENS {
            let Some(step) = self.choose(&mut walk) else { break };
            self.take(&mut walk, &step);
        }
        walk.steps
    }

    /// What to ask next.
    fn choose(&mut self, walk: &mut Walk) -> Option<Request> {
        let map = &self.map;
        let is_left = |twin: &Twin, request: &Request| twin.cell(request).is_some_and(|cell| map.is_left(&cell));
        while let Some(request) = walk.stays.pop() {
            if is_left(&walk.twin, &request) {
                return Some(request);
            }
        }
        let twin = &walk.twin;
        walk.leaves.retain(|(_, request)| is_left(twin, request));
        if let Some(best) = (0..walk.leaves.len()).max_by_key(|index| map.left_at(&walk.leaves[*index].0)) {
            return Some(walk.leaves.swap_remove(best).1);
        }
        let first = self.map.towards(walk.at?)?;
        let asks = self.ground.alphabet.asks(twin.known()?, twin.token());
        asks.into_iter().find(|(cell, _)| *cell == first).map(|(_, request)| request)
    }

    /// Makes a step, and the reads that it takes to be certain of the state.
    fn take(&mut self, walk: &mut Walk, step: &Request) {
        let cell = walk.twin.cell(step);
        let is_new = cell.is_some_and(|cell| self.map.meet(&cell));
        let reads = walk.twin.take(step);
        walk.idle = if is_new { 0 } else { walk.idle + 1 + reads.len() };
        walk.steps.push(step.clone());
        walk.steps.extend(reads);
        let from = walk.at;
        walk.at = walk.twin.known().map(|world| self.map.index(&Stop::of(world)));
        if let (Some(from), Some(cell), Some(to)) = (from, cell, walk.at) {
            self.map.learn(from, cell, to);
        }
        if walk.at != from {
            self.look_around(walk);
        }
    }

    /// Sorts what is left to ask at a stop by where it should lead.
    fn look_around(&mut self, walk: &mut Walk) {
        walk.stays.clear();
        walk.leaves.clear();
        let Some(world) = walk.twin.known() else { return };
        let here = Stop::of(world);
        let at = self.map.index(&here);
        if self.map.has_left(at) == Some(false) {
            return;
        }
        let asks = self.ground.alphabet.asks(world, walk.twin.token());
        self.map.offer(at, asks.iter().map(|(cell, _)| *cell));
        for (_, request) in asks.into_iter().filter(|(cell, _)| self.map.is_left(cell)) {
            let to = if request.operation.is_read() { here.clone() } else { walk.twin.foresee(&request) };
            match to == here {
                true => walk.stays.push(request),
                false => walk.leaves.push((to, request)),
            }
        }
    }
}

impl Walk {
    fn new(has_function: bool) -> Self {
        let twin = Twin::new(has_function);
        Self { twin, steps: Vec::new(), at: None, stays: Vec::new(), leaves: Vec::new(), idle: 0 }
    }
}

#[cfg(test)]
mod tests;
