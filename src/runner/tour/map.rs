//! What a tour has learned: what is left, where it can be asked, and where what was asked has led.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::strategy::{Cell, Cells, Stop};

/// How many steps away something may be that is worth going to rather than starting anew.
const FARTHEST: usize = 5;

/// How much is expected to be left at a stop where nobody has looked yet.
const UNSEEN: usize = 60;

/// One stop.
#[derive(Debug, Default)]
struct Place {
    /// What can be asked here, but for some that were asked; `None` before anybody has looked.
    cells: Option<Vec<Cell>>,
    /// Where what changes something has led.
    exits: BTreeMap<Cell, usize>,
}

/// What a tour has learned.
#[derive(Debug)]
pub(super) struct Map {
    left: Cells,
    indexes: BTreeMap<Stop, usize>,
    places: Vec<Place>,
}

impl Map {
    pub(super) const fn new(left: Cells) -> Self {
        Self { left, indexes: BTreeMap::new(), places: Vec::new() }
    }

    pub(super) fn is_left(&self, cell: &Cell) -> bool {
        self.left.contains(cell)
    }

    pub(super) fn left(&self) -> usize {
        self.left.len()
    }

    /// Takes cells for what cannot be met after all.
    pub(super) fn give_up(&mut self, cells: &Cells) {
        self.left.retain(|cell| !cells.contains(cell));
    }

    /// Tells whether it was left.
    pub(super) fn meet(&mut self, cell: &Cell) -> bool {
        self.left.remove(cell)
    }

    /// The number of a stop.
    pub(super) fn index(&mut self, stop: &Stop) -> usize {
        if let Some(index) = self.indexes.get(stop) {
            return *index;
        }
        self.places.push(Place::default());
        self.indexes.insert(stop.clone(), self.places.len() - 1);
        self.places.len() - 1
    }

    /// Remembers what can be asked at a stop.
    pub(super) fn offer(&mut self, at: usize, cells: impl Iterator<Item = Cell>) {
        self.places[at].cells.get_or_insert_with(|| cells.collect());
    }

    /// Whether anything is left to ask at a stop; `None` where nobody has looked.
    pub(super) fn has_left(&mut self, at: usize) -> Option<bool> {
        let left = &self.left;
        let cells = self.places[at].cells.as_mut()?;
        while cells.last().is_some_and(|cell| !left.contains(cell)) {
            cells.pop();
        }
        Some(!cells.is_empty())
    }

    /// How much is left to ask at a stop.
    pub(super) fn left_at(&self, stop: &Stop) -> usize {
        let place = self.indexes.get(stop).map(|index| &self.places[*index]);
        let cells = place.and_then(|place| place.cells.as_ref());
        cells.map_or(UNSEEN, |cells| cells.iter().filter(|cell| self.left.contains(cell)).count())
    }

    /// Remembers where a call has led.
    pub(super) fn learn(&mut self, from: usize, cell: Cell, to: usize) {
        match from == to {
            true => _ = self.places[from].exits.remove(&cell),
            false => _ = self.places[from].exits.insert(cell, to),
        }
    }

    /// The first cell of the way with the fewest steps to a stop where something is left.
    pub(super) fn towards(&mut self, from: usize) -> Option<Cell> {
        let mut seen = BTreeSet::from([from]);
        let mut queue: VecDeque<(usize, Option<Cell>, usize)> = VecDeque::from([(from, None, 0)]);
        while let Some((at, first, steps)) = queue.pop_front() {
            if first.is_some() && self.has_left(at) != Some(false) {
                return first;
            }
            if steps < FARTHEST {
                for (cell, to) in &self.places[at].exits {
                    if seen.insert(*to) {
                        queue.push_back((*to, first.or(Some(*cell)), steps + 1));
                    }
                }
            }
        }
        None
    }
}
