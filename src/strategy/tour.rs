//! The tour: cases that together meet every cell that one secret can reach, in few calls.
//!
//! The states are explored breadth-first by the model, one world standing for all that offer the same asks. The walk
//! then takes at each place what leaves the state as it is, after that what changes it, and where nothing new is left
//! the shortest way to a place with something new. What an endpoint really met is counted when the cases run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ask;
use super::cell::{Cell, Cells, State, Token};
use super::chart::Chart;
use super::{Case, Menu};
use crate::model::{Request, Text, World};

/// The most calls of a case; the quota of versions is far above.
const LONGEST: usize = 60;
/// How many calls in a row may bring nothing new.
const FARTHEST: usize = 4;
/// How many tokens a case may use.
const TOKENS: u8 = 40;

/// Every cell that one secret can reach by the model, where this menu is permitted; this takes no calls.
#[must_use]
pub fn reachable(menu: Menu) -> Cells {
    Map::explore(menu).cells()
}

/// Plans one case after the other; this takes no calls.
#[derive(Debug)]
pub struct Tour {
    map: Map,
    /// The places that are not done with, the next one last.
    places: Vec<Key>,
    /// How many cells were left before the case that was planned last.
    before: usize,
}

impl Tour {
    /// A tour of what this menu permits.
    #[must_use]
    pub fn new(menu: Menu) -> Self {
        let map = Map::explore(menu);
        let places = map.places.keys().rev().cloned().collect();
        Self { map, places, before: usize::MAX }
    }

    /// Every cell that can be reached.
    #[must_use]
    pub fn cells(&self) -> Cells {
        self.map.cells()
    }

    /// A case that should meet some of the cells that are left, those which the case before it has met not among them;
    /// `None` when there is none.
    ///
    /// The model tells what a correct service usually does, and so what a case should meet. Where the last case for a
    /// place met nothing, no other is tried.
    pub fn next_case(&mut self, left: &Cells) -> Option<Case> {
        if left.len() == self.before {
            self.places.pop();
        }
        self.before = left.len();
        let is_left = |place: &Place| place.cells.iter().any(|cell| left.contains(cell));
        while self.places.last().and_then(|key| self.map.places.get(key)).is_some_and(|place| !is_left(place)) {
            self.places.pop();
        }
        let place = self.map.places.get(self.places.last()?)?;
        let mut left = left.clone();
        let mut walk = Walk::to(&self.map, place, &mut left);
        walk.go_on(&mut left);
        Some(Case { steps: walk.steps })
    }
}

/// Worlds that offer the same asks.
type Key = (State, BTreeSet<Token>);

fn key(world: &World) -> Key {
    let secret = world.secret.as_deref();
    let ids = secret.into_iter().flat_map(|secret| {
        let labelled = secret.labels.iter().filter_map(|label| label.holder.get()?.as_ref());
        labelled.chain(secret.versions.iter().map(|version| &version.id))
    });
    (State::of(world), ids.map(|id| Token::of(secret, Some(id))).collect())
}

/// How to get to a place, the cells that can be met there, and where those that change it lead.
#[derive(Debug)]
struct Place {
    /// The way here, which a world at this place has taken.
    route: Vec<Request>,
    cells: Cells,
    exits: Vec<(Cell, Key)>,
}

#[derive(Debug)]
struct Map {
    chart: Chart,
    places: BTreeMap<Key, Place>,
}

impl Map {
    fn explore(menu: Menu) -> Self {
        let chart = Chart::new(menu);
        let start = chart.start();
        let mut seen = BTreeSet::from([key(&start)]);
        let mut queue = VecDeque::from([(start, Vec::new())]);
        let mut places = BTreeMap::new();
        while let Some((world, route)) = queue.pop_front() {
            let mut place = Place { route, cells: Cells::new(), exits: Vec::new() };
            let next_token = u8::try_from(place.route.len() + 1).unwrap_or(TOKENS);
            for (cell, request) in offers(&chart, &world, next_token) {
                place.cells.insert(cell);
                let Some(next) = chart.after(&world, &request) else { continue };
                let to = key(&next);
                if to != key(&world) {
                    place.exits.push((cell, to.clone()));
                }
                if seen.insert(to) {
                    let route = place.route.iter().cloned().chain([request]).collect();
                    queue.push_back((next, route));
                }
            }
            places.insert(key(&world), place);
        }
        Self { chart, places }
    }

    fn cells(&self) -> Cells {
        self.places.values().flat_map(|place| place.cells.iter().copied()).collect()
    }

    /// The first cell of the shortest way from a place to one where something is left.
    fn towards(&self, from: &Key, left: &Cells) -> Option<Cell> {
        let mut seen = BTreeSet::from([from]);
        let mut queue: VecDeque<(Option<Cell>, &Key)> = VecDeque::from([(None, from)]);
        while let Some((first, at)) = queue.pop_front() {
            let place = self.places.get(at)?;
            if first.is_some() && place.cells.iter().any(|cell| left.contains(cell)) {
                return first;
            }
            for (cell, to) in &place.exits {
                if seen.insert(to) {
                    queue.push_back((first.or(Some(*cell)), to));
                }
            }
        }
        None
    }
}

fn token(number: u8) -> Text {
    format!("$t{number}").into()
}

/// The requests that can be made in a world, with their cells.
fn offers(chart: &Chart, world: &World, next_token: u8) -> Vec<(Cell, Request)> {
    let requests = ask::requests(chart, world, &token(next_token));
    let bindings = chart.bindings_in(world);
    requests.into_iter().map(|request| (Cell::of(world, &bindings.resolve(&request, world)), request)).collect()
}

/// A case that grows.
struct Walk<'a> {
    map: &'a Map,
    world: World,
    next_token: u8,
    steps: Vec<Request>,
}

impl<'a> Walk<'a> {
    /// The way to a place; what it meets is not left any more.
    fn to(map: &'a Map, place: &Place, left: &mut Cells) -> Self {
        let mut walk = Self { map, world: map.chart.start(), next_token: 1, steps: Vec::new() };
        for request in &place.route {
            let resolved = map.chart.bindings_in(&walk.world).resolve(request, &walk.world);
            left.remove(&Cell::of(&walk.world, &resolved));
            walk.take(request.clone());
        }
        walk
    }

    /// Goes on as long as there is something new not far away.
    fn go_on(&mut self, left: &mut Cells) {
        let mut idle = 0;
        while idle < FARTHEST && self.steps.len() < LONGEST && self.next_token < TOKENS {
            let Some((cell, request)) = self.choose(left) else { return };
            idle = if left.remove(&cell) { 0 } else { idle + 1 };
            self.take(request);
        }
    }

    /// Something new that is not known to lead away, else something new, else the way to something new.
    fn choose(&self, left: &Cells) -> Option<(Cell, Request)> {
        let here = key(&self.world);
        let place = self.map.places.get(&here)?;
        let offers = offers(&self.map.chart, &self.world, self.next_token);
        let leads_away = |cell: &Cell| place.exits.iter().any(|(exit, _)| exit == cell);
        let new = || offers.iter().filter(|(cell, _)| left.contains(cell));
        if let Some(offer) = new().find(|(cell, _)| !leads_away(cell)).or_else(|| new().next()) {
            return Some(offer.clone());
        }
        let first = self.map.towards(&here, left)?;
        offers.into_iter().find(|(cell, _)| *cell == first)
    }

    fn take(&mut self, request: Request) {
        if let Some(next) = self.map.chart.after(&self.world, &request) {
            self.world = next;
            let id = self.map.chart.token(self.next_token);
            let secret = self.world.secret.as_ref();
            if secret.is_some_and(|secret| secret.version(&id).is_some() || secret.may_have_a_label(&id)) {
                self.next_token += 1;
            }
        }
        self.steps.push(request);
    }
}
