//! A cell: one part of a world, known or open, with what it rests on.
//!
//! Two cells are equal when they permit the same answers: what is known counts, the content unless it is open, and how
//! much a difference weighs. Which rule and which call it rests on does not. Only a read binds an open cell.

use crate::model::Action;
use crate::model::fact::{Claim, Fact, fact};
use crate::rule::{Class, Level, RuleId};

/// The rule and the call that last wrote a cell, or required it to stay.
///
/// It goes into facts and readings, which tell whom a report speaks of. What an endpoint may answer next never depends
/// on it: that is the matter of [`Origin`](super::Origin) and of other plain parts of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Who is to blame when the cell differs.
    pub rule: RuleId,
    /// How much that weighs.
    pub class: Class,
    /// The number of the call in the history.
    pub call: u32,
    /// The action of that call.
    pub action: Option<Action>,
}

impl Provenance {
    /// A fact that this owns.
    pub(crate) const fn fact(self, claim: Claim) -> Fact {
        Fact { rule: self.rule, class: self.class, claim, counts: true, since: Some(self.call), by: self.action }
    }

    /// The open point that a read settles where this has left a content open; `None` if it is of a rule that leaves
    /// nothing open.
    pub(crate) fn open_point(self) -> Option<RuleId> {
        Some(self.rule).filter(|rule| rule.rule().has_reading())
    }

    /// The same once a read has shown what it left open: a rule that leaves something open accuses nobody.
    pub(crate) fn once_shown(self) -> Option<Self> {
        Some(self).filter(|by| by.rule.rule().level != Level::Unspecified)
    }
}

/// What is known of one part of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knowledge {
    /// The content is known.
    Known {
        /// Whether a read has shown it since it was written.
        seen: bool,
    },
    /// The rules leave the content open, but strict mode requires the usual one: a read says so, and no call relies on
    /// it.
    Usual,
    /// The rules leave the content open until a read binds it.
    Open,
}

impl Knowledge {
    /// What is known of a content that a request has written.
    pub const WRITTEN: Self = Self::Known { seen: false };
    /// What is known of a content that a read has shown.
    pub const SEEN: Self = Self::Known { seen: true };

    /// Whether the rules leave the content open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Usual | Self::Open)
    }

    /// Whether a read has shown the content since it was written.
    #[must_use]
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::Known { seen: true })
    }
}

/// One part of a world.
#[derive(Clone, Debug)]
pub struct Cell<T> {
    /// What it holds; of an open cell what the service usually does, which only the reference service follows.
    pub value: T,
    /// What is known of that.
    pub knowledge: Knowledge,
    /// What it rests on; `None` where a read was the first to show it, so that reads which differ from then on differ
    /// among themselves.
    pub by: Option<Provenance>,
    /// The latest requirement to stay that came before any read has confirmed the content.
    pub held: Option<Provenance>,
}

/// A cell without its value, so that cells of all types can be gone through together.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) knowledge: &'a mut Knowledge,
    pub(crate) by: &'a mut Option<Provenance>,
    pub(crate) held: &'a mut Option<Provenance>,
}

impl Part<'_> {
    /// Requires the content to stay: who breaks it from now on is another.
    ///
    /// A content that no read has confirmed keeps its owner, or an earlier fault would be blamed on a later rule. A
    /// later call that need leave it alone only in strict mode takes it over all the same: what it may move is no
    /// contract of an earlier one.
    pub(crate) fn hold(self, by: Provenance) {
        let is_taken_over = match (*self.knowledge, *self.by) {
            (Knowledge::Known { seen: false }, Some(owner)) => by.class > owner.class,
            (Knowledge::Known { .. }, _) => true,
            (Knowledge::Usual | Knowledge::Open, _) => false,
        };
        if is_taken_over {
            (*self.knowledge, *self.by) = (Knowledge::WRITTEN, Some(by));
        }
        *self.held = (!is_taken_over && by.class == Class::Contract).then_some(by);
    }

    /// Leaves the content open.
    pub(crate) const fn open(self) {
        *self.knowledge = Knowledge::Open;
    }

    /// Takes an open content for the usual one.
    pub(crate) const fn settle(self) {
        if self.knowledge.is_open() {
            *self.knowledge = Knowledge::WRITTEN;
        }
    }

    /// Takes a known content for one that a read has shown.
    pub(crate) const fn see(self) {
        if !self.knowledge.is_open() {
            *self.knowledge = Knowledge::SEEN;
        }
    }
}

impl<T: PartialEq> PartialEq for Cell<T> {
    fn eq(&self, other: &Self) -> bool {
        let is_open = self.knowledge == Knowledge::Open;
        self.knowledge == other.knowledge && (is_open || (self.value == other.value && self.class() == other.class()))
    }
}

impl<T> Cell<T> {
    pub(crate) fn known(value: T, by: impl Into<Option<Provenance>>) -> Self {
        Self { value, knowledge: Knowledge::WRITTEN, by: by.into(), held: None }
    }

    pub(crate) fn open(usual: T, by: impl Into<Option<Provenance>>) -> Self {
        Self { value: usual, knowledge: Knowledge::Open, by: by.into(), held: None }
    }

    /// A content that a read was the first to show.
    pub(crate) const fn shown(value: T) -> Self {
        Self { value, knowledge: Knowledge::SEEN, by: None, held: None }
    }

    /// A content of which nothing is known.
    pub(crate) const fn unknown(usual: T) -> Self {
        Self { value: usual, knowledge: Knowledge::Open, by: None, held: None }
    }

    /// The cell without its value.
    pub(crate) const fn part(&mut self) -> Part<'_> {
        Part { knowledge: &mut self.knowledge, by: &mut self.by, held: &mut self.held }
    }

    /// What it weighs if a read shows another content.
    pub(super) fn class(&self) -> Class {
        self.by.map_or(Class::Fidelity, |by| by.class)
    }

    /// A fact about the content, which what the cell rests on owns.
    pub(crate) fn fact(&self, claim: Claim) -> Fact {
        match self.by {
            Some(by) => by.fact(claim),
            None => fact(RuleId::Read005, Class::Fidelity, claim),
        }
    }

    /// The content, unless it is open.
    pub const fn get(&self) -> Option<&T> {
        match self.knowledge {
            Knowledge::Known { .. } => Some(&self.value),
            Knowledge::Usual | Knowledge::Open => None,
        }
    }

    /// The content that a read must show, in strict mode at least.
    pub const fn required(&self) -> Option<&T> {
        match self.knowledge {
            Knowledge::Known { .. } | Knowledge::Usual => Some(&self.value),
            Knowledge::Open => None,
        }
    }

    /// Whether the rules leave the content open.
    pub const fn is_open(&self) -> bool {
        self.knowledge.is_open()
    }

    /// Requires a known content to stay in strict mode only, so that from now on no call can rely on it.
    ///
    /// `by` is of fidelity.
    pub(crate) const fn loosen(&mut self, by: Provenance) {
        self.knowledge = if self.knowledge.is_open() { Knowledge::Open } else { Knowledge::Usual };
        self.by = Some(by);
    }

    /// Requires the content to stay: see [`Part::hold`].
    pub(crate) fn hold(&mut self, by: Provenance) {
        self.part().hold(by);
    }

    /// Takes over what a read has shown.
    pub(crate) fn bind(&mut self, value: T) {
        (self.value, self.knowledge, self.held) = (value, Knowledge::SEEN, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY: Provenance = Provenance { rule: RuleId::State005, class: Class::Contract, call: 1, action: None };
    const LATER: Provenance = Provenance { rule: RuleId::Val020, class: Class::Contract, call: 2, action: None };

    #[test]
    fn a_cell_that_no_read_confirmed_keeps_its_owner() {
        let mut cell = Cell::known(1, BY);
        cell.hold(LATER);
        assert_eq!(cell.by, Some(BY));
        cell.bind(1);
        cell.hold(LATER);
        assert_eq!(cell.by, Some(LATER));
    }

    #[test]
    fn a_weaker_requirement_takes_over_a_cell_that_no_read_confirmed() {
        let weaker = Provenance { class: Class::Fidelity, ..LATER };
        let mut cell = Cell::known(1, BY);
        cell.hold(weaker);
        assert_eq!(cell.by, Some(weaker));
        cell.hold(BY);
        assert_eq!(cell.by, Some(weaker));
    }

    #[test]
    fn a_loosened_cell_is_required_of_reads_and_known_to_no_call() {
        let by = Provenance { class: Class::Fidelity, ..LATER };
        let mut cell = Cell::known(1, BY);
        cell.loosen(by);
        assert_eq!((cell.get(), cell.required(), cell.by), (None, Some(&1), Some(by)));
        assert_ne!(cell, Cell::open(1, by));
        cell.bind(2);
        assert_eq!((cell.get(), cell.required()), (Some(&2), Some(&2)));
        let mut open = Cell::open(1, BY);
        open.loosen(by);
        assert_eq!((open.get(), open.required(), open.by), (None, None, Some(by)));
    }

    #[test]
    fn provenance_does_not_count_in_equality() {
        assert_eq!(Cell::known(1, BY), Cell::known(1, LATER));
        assert_ne!(Cell::known(1, BY), Cell::known(2, BY));
        assert_eq!(Cell::open(1, BY), Cell::open(2, LATER));
        assert_ne!(Cell::open(1, BY), Cell::known(1, BY));
    }
}
