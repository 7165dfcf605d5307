//! When two worlds are one for a search: when they permit the same answers, now and after any further calls.
//!
//! That takes more than equal contents, since what a cell weighs, and whether a read has shown it, decides whether an
//! answer that differs is permitted. It takes less than equal parts: neither the order in which versions came to be
//! known nor which call is to blame makes a difference.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;

use super::{Cell, Dates, Knowledge, LabelCell, Rotation, Secret, Version, World};
use crate::model::Timestamp;

/// What two worlds must have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// What they show.
    Contents,
    /// What answers they explain without any difference, dates apart, where it is of no account how much a difference
    /// would weigh.
    Explanations,
    /// What answers they permit: weights, and what was read, as well.
    Permissions,
}

impl World {
    /// Whether both show the same, whatever it rests on and whatever has been read.
    pub(crate) fn shows_as(&self, other: &Self) -> bool {
        self.is_like(other, Likeness::Contents)
    }

    /// Whether in both a value was read, or in neither.
    pub(crate) fn was_read_as(&self, other: &Self) -> bool {
        let read = |world: &Self| world.secret.as_ref().map(|it| (it.dates.was_read, it.dates.may_have_been_read));
        read(self) == read(other)
    }

    /// Allows for the dates that another world allows for as well; tells whether that is more.
    pub(crate) fn relax_dates(&mut self, other: &Self) -> bool {
        let (Some(secret), Some(other)) = (&mut self.secret, &other.secret) else { return false };
        let dates = secret.dates.or(&other.dates);
        let is_more = !secret.dates.bound(&dates);
        if is_more {
            secret.dates = dates;
        }
        is_more
    }

    /// Equal for worlds that are alike.
    pub(crate) fn likeness_hash(&self) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        (self.deleting, self.former_arns.len()).hash(&mut hasher);
        if let Some(secret) = &self.secret {
            (secret.deletion.is_some(), secret.rotation.configured, secret.rotation.unfinished()).hash(&mut hasher);
            let in_any_order = |sum: u64, hash: u64| sum.wrapping_add(hash);
            secret.labels.iter().map(hash_of_label).fold(0, in_any_order).hash(&mut hasher);
            secret.versions.iter().map(hash_of_version).fold(0, in_any_order).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether both have this in common, now and after any further calls.
    pub(crate) fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let Self { name, secret, former_arns, deleting, deleted } = self;
        let is_alike = match (secret, &other.secret) {
            (None, None) => true,
            (Some(one), Some(other)) => one.is_one_with(other) || one.is_like(other, likeness),
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_alike
            && *name == other.name
            && *former_arns == other.former_arns
            && (*deleting, *deleted) == (other.deleting, other.deleted)
    }
}

impl Secret {
    fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let Self { arn, made_empty_with, deletion, restored, description, kms_key_id, tags, tags_open, .. } = self;
        let Self { versions, closed, strangers, labels, unnamed, had_current, rotation, dates, listing, .. } = self;
        (arn, deletion, description, kms_key_id, tags, tags_open)
            == (&other.arn, &other.deletion, &other.description, &other.kms_key_id, &other.tags, &other.tags_open)
            && restored.is_some() == other.restored.is_some()
            && *made_empty_with == other.made_empty_with
            && match (closed, &other.closed) {
                (Some(one), Some(other)) => one.is_like(other, likeness),
                (one, other) => one.is_none() && other.is_none(),
            }
            && (strangers, had_current) == (&other.strangers, &other.had_current)
            && unnamed.is_like(&other.unnamed, likeness)
            && *listing == other.listing
            && (likeness != Likeness::Permissions || dates.bound(&other.dates))
            && rotation.is_like(&other.rotation, likeness)
            && have_the_same(labels, &other.labels, |one, other| one.is_like(other, likeness))
            && have_the_same(versions, &other.versions, |one, other| one.is_like(other, likeness))
    }
}

impl Rotation {
    fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let Self { enabled, function, days, duration, schedule, .. } = self;
        let Self { configured, touched, may_hide_a_function, callable, .. } = self;
        let Self { progress, may_be_unfinished, current_was_moved, .. } = self;
        enabled.is_like(&other.enabled, likeness)
            && function.is_like(&other.function, likeness)
            && days.is_like(&other.days, likeness)
            && duration.is_like(&other.duration, likeness)
            && schedule.is_like(&other.schedule, likeness)
            && (configured, touched, may_hide_a_function, callable)
                == (&other.configured, &other.touched, &other.may_hide_a_function, &other.callable)
            && (progress, may_be_unfinished) == (&other.progress, &other.may_be_unfinished)
            && *current_was_moved == other.current_was_moved
    }
}

impl LabelCell {
    fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let Self { label, holder, put_by } = self;
        (label, put_by) == (&other.label, &other.put_by) && holder.is_like(&other.holder, likeness)
    }
}

impl Version {
    fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let Self { id, content, origin, is_raced, created } = self;
        (id, origin, created) == (&other.id, &other.origin, &other.created)
            && (*is_raced == other.is_raced || likeness == Likeness::Explanations)
            && content.is_like(&other.content, likeness)
    }
}

impl<T: PartialEq> Cell<T> {
    fn is_like(&self, other: &Self, likeness: Likeness) -> bool {
        let kind = |cell: &Self| (cell.is_open(), cell.knowledge == Knowledge::Usual);
        let is_read_alike = self.knowledge.is_seen() == other.knowledge.is_seen();
        kind(self) == kind(other)
            && self.required() == other.required()
            && (is_read_alike || likeness != Likeness::Permissions)
            && (self.class() == other.class() || likeness != Likeness::Permissions)
    }
}

impl Dates {
    /// The bounds that both keep.
    fn or(&self, other: &Self) -> Self {
        let earlier = |one: Timestamp, other: Timestamp| if other < one { other } else { one };
        Self {
            changed: self.changed.zip(other.changed).map(|(one, other)| earlier(one, other)),
            changed_shown: self.changed_shown.max(other.changed_shown),
            is_outdated: self.is_outdated && other.is_outdated,
            was_read: self.was_read && other.was_read,
            is_first_rotation: self.is_first_rotation && other.is_first_rotation,
            deleted: self.deleted.filter(|date| Some(*date) == other.deleted),
            may_have_been_read: self.may_have_been_read || other.may_have_been_read || self.was_read != other.was_read,
            ..*self
        }
    }

    /// Whether both bound the dates that may be shown alike.
    fn bound(&self, other: &Self) -> bool {
        let bounds = |it: &Self| {
            let read = (it.was_read, it.may_have_been_read);
            (it.changed, it.changed_shown, it.is_outdated, read, it.is_first_rotation, it.deleted)
        };
        bounds(self) == bounds(other)
    }
}

/// Whether each part has its like among as many others, in whatever order.
fn have_the_same<T>(parts: &[T], others: &[T], is_like: impl Fn(&T, &T) -> bool) -> bool {
    let in_order = || parts.iter().zip(others).all(|(part, other)| is_like(part, other));
    let in_any_order = || parts.iter().all(|part| others.iter().any(|other| is_like(part, other)));
    parts.len() == others.len() && (in_order() || in_any_order())
}

fn hash_of_label(cell: &LabelCell) -> u64 {
    let holder = cell.holder.get().map(|holder| holder.as_deref());
    FixedState::default().hash_one((&cell.label, holder))
}

fn hash_of_version(version: &Version) -> u64 {
    FixedState::default().hash_one((&*version.id, version.content.is_open()))
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Origin, Provenance};
    use super::*;
    use crate::model::{Label, Value};
    use crate::rule::{Class, RuleId};

    const BY: Provenance = Provenance { rule: RuleId::State005, class: Class::Contract, call: 1, action: None };

    /// Two versions and the labels of the first of them, each known in this order.
    fn world(ids: [&str; 2], labels: [Label; 2], by: Provenance) -> World {
        let mut world = World::adopted("db".into());
        let secret = world.secret.as_mut().expect("an adopted secret is there");
        secret.labels.clear();
        for label in labels {
            secret.set_label(&label, Cell::known(Some("v1".into()), by), Origin::Unknown);
        }
        for id in ids {
            let content = Cell::known(Content::Value(Value::Text("a".into())), by);
            secret.add_version(Version::new(&id.into(), content, Origin::Unknown, None));
        }
        world
    }

    fn usual() -> World {
        world(["v1", "v2"], [Label::Current, Label::Previous], BY)
    }

    #[track_caller]
    fn assert_alike(other: &World, as_shown: bool, as_permitted: bool) {
        assert_eq!((usual().shows_as(other), usual().is_like(other, Likeness::Permissions)), (as_shown, as_permitted));
        assert!(!as_permitted || usual().likeness_hash() == other.likeness_hash());
    }

    #[test]
    fn the_order_of_parts_and_the_call_that_wrote_them_make_no_difference() {
        let later = Provenance { call: 7, ..BY };
        assert_alike(&world(["v2", "v1"], [Label::Previous, Label::Current], later), true, true);
        assert_alike(&world(["v1", "v3"], [Label::Current, Label::Previous], BY), false, false);
        assert_alike(&world(["v1", "v2"], [Label::Current, Label::Pending], BY), false, false);
    }

    #[test]
    fn dates_are_relaxed_to_what_both_worlds_allow_for() {
        let read = |seconds: Option<f64>, was_read| {
            let mut world = usual();
            let dates = &mut world.secret.as_mut().expect("the secret is there").dates;
            (dates.changed, dates.was_read, dates.may_have_been_read) = (seconds.map(Timestamp), was_read, false);
            world
        };
        let mut world = read(Some(2.0), true);
        assert!(!world.relax_dates(&read(Some(2.0), true)) && !world.relax_dates(&read(Some(3.0), true)));
        assert!(world.relax_dates(&read(Some(1.0), false)) && !world.relax_dates(&read(Some(1.0), false)));
        let dates = world.secret.as_ref().expect("the secret is there").dates;
        assert_eq!((dates.changed, dates.was_read, dates.may_have_been_read), (Some(Timestamp(1.0)), false, true));
        assert!(world.relax_dates(&read(None, false)));
    }

    #[test]
    fn what_a_cell_weighs_and_whether_it_was_read_makes_a_difference_to_what_is_permitted() {
        let weaker = Provenance { class: Class::Fidelity, ..BY };
        assert_alike(&world(["v1", "v2"], [Label::Current, Label::Previous], weaker), true, false);
        let changes: [fn(&mut Secret); 3] = [
            |secret| secret.labels[0].holder.part().see(),
            |secret| secret.dates.was_read = true,
            |secret| secret.closed = Some(Cell::known(0, BY)),
        ];
        for (change, as_shown) in changes.into_iter().zip([true, true, false]) {
            let mut other = usual();
            change(other.secret.as_mut().expect("the secret is there"));
            assert_alike(&other, as_shown, false);
        }
    }
}
