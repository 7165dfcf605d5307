//! A cell: one part of a world, known or open, with what it rests on.
//!
//! Equality is that of the contents: provenance and what has been read do not count. Only a read binds an open cell.

use crate::model::Action;
use crate::model::fact::{Claim, Fact};
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
    /// What stands where a read was the first to show it: reads that differ from then on differ among themselves.
    pub(crate) const UNKNOWN: Self = Self { rule: RuleId::Read005, class: Class::Fidelity, call: 0, action: None };

    /// A fact that this owns.
    pub(crate) const fn fact(self, claim: Claim) -> Fact {
        Fact { rule: self.rule, class: self.class, claim, counts: true, since: self.call, by: self.action }
    }

    /// The open point that a read settles where this has left a content open; `None` if it is of a rule that leaves
    /// nothing open.
    pub(crate) fn open_point(self) -> Option<RuleId> {
        Some(self.rule).filter(|rule| rule.rule().has_reading())
    }

    /// The same once a read has shown what it left open: a rule that leaves something open accuses nobody.
    pub(crate) fn once_shown(self) -> Self {
        if self.rule.rule().level == Level::Unspecified { Self::UNKNOWN } else { self }
    }
}

/// One part of a world.
#[derive(Clone, Debug)]
pub struct Cell<T> {
    /// What it holds; of an open cell what the service usually does, which only the reference service follows.
    pub value: T,
    /// Whether the rules leave the content open, until a read binds it.
    pub open: bool,
    /// Whether strict mode requires an open content to be the usual one: a read says so, and no call relies on it.
    pub strict: bool,
    /// What it rests on.
    pub by: Provenance,
    /// Whether a read has shown the content since it was written.
    pub seen: bool,
}

impl<T: PartialEq> PartialEq for Cell<T> {
    fn eq(&self, other: &Self) -> bool {
        let is_of_account = !self.open || self.strict;
        self.open == other.open && self.strict == other.strict && (!is_of_account || self.value == other.value)
    }
}

impl<T> Cell<T> {
    pub(crate) const fn known(value: T, by: Provenance) -> Self {
        Self { value, open: false, strict: false, by, seen: false }
    }

    pub(crate) const fn open(usual: T, by: Provenance) -> Self {
        Self { value: usual, open: true, strict: false, by, seen: false }
    }

    /// The content, unless it is open.
    pub const fn get(&self) -> Option<&T> {
        if self.open { None } else { Some(&self.value) }
    }

    /// The content that a read must show, in strict mode at least.
    pub const fn required(&self) -> Option<&T> {
        if self.open && !self.strict { None } else { Some(&self.value) }
    }

    /// Requires a known content to stay in strict mode only, so that from now on no call can rely on it.
    ///
    /// `by` is of fidelity.
    pub(crate) const fn loosen(&mut self, by: Provenance) {
        self.strict = !self.open;
        self.open = true;
        self.by = by;
        self.seen = false;
    }

    /// Requires the content to stay: who breaks it from now on is another.
    ///
    /// A content that no read has confirmed keeps its owner, or an earlier fault would be blamed on a later rule. A
    /// later call that need leave it alone only in strict mode takes it over all the same: what it may move is no
    /// contract of an earlier one.
    pub(crate) fn hold(&mut self, by: Provenance) {
        let is_weaker = by.class > self.by.class;
        if !self.open && (self.seen || is_weaker) {
            self.by = by;
            self.seen = false;
        }
    }

    /// Takes over what a read has shown.
    pub(crate) fn bind(&mut self, value: T) {
        self.value = value;
        (self.open, self.strict) = (false, false);
        self.seen = true;
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
        assert_eq!(cell.by, BY);
        cell.bind(1);
        cell.hold(LATER);
        assert_eq!(cell.by, LATER);
    }

    #[test]
    fn a_weaker_requirement_takes_over_a_cell_that_no_read_confirmed() {
        let weaker = Provenance { class: Class::Fidelity, ..LATER };
        let mut cell = Cell::known(1, BY);
        cell.hold(weaker);
        assert_eq!(cell.by, weaker);
        cell.hold(BY);
        assert_eq!(cell.by, weaker);
    }

    #[test]
    fn a_loosened_cell_is_required_of_reads_and_known_to_no_call() {
        let by = Provenance { class: Class::Fidelity, ..LATER };
        let mut cell = Cell::known(1, BY);
        cell.loosen(by);
        assert_eq!((cell.get(), cell.required(), cell.by), (None, Some(&1), by));
        assert_ne!(cell, Cell::open(1, by));
        cell.bind(2);
        assert_eq!((cell.get(), cell.required()), (Some(&2), Some(&2)));
        let mut open = Cell::open(1, BY);
        open.loosen(by);
        assert_eq!((open.get(), open.required(), open.by), (None, None, by));
    }

    #[test]
    fn provenance_does_not_count_in_equality() {
        assert_eq!(Cell::known(1, BY), Cell::known(1, LATER));
        assert_ne!(Cell::known(1, BY), Cell::known(2, BY));
        assert_eq!(Cell::open(1, BY), Cell::open(2, LATER));
        assert_ne!(Cell::open(1, BY), Cell::known(1, BY));
    }
}
