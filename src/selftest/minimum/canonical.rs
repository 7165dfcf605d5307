//! What of a state counts in a search, up to renaming.
//!
//! Ids, values, labels of the caller's own, days, expressions and texts are numbered in the order in which they
//! appear: two states that differ in such names alone offer the same requests and are answered alike. Dates and the
//! numbers of calls are left out; the service makes up both. Every part of a world is named here, so that a new one
//! does not compile before someone has said whether it counts.

use crate::model::{
    Callable, Cell, Content, Dates, Knowledge, Label, Listing, Origin, Progress, Provenance, Rotation, Secret,
    Strangers, Text, Value, Version, World,
};

/// How much of a world is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// What a service stores.
    Values,
    /// That, and what is open or has not been read yet.
    Knowledge,
    /// That, and which rule each part rests on and whether a read has shown it since.
    Blame,
}

/// Writes worlds down; names that were met before keep their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Canonical {
    names: Vec<Text>,
    written: Vec<u16>,
}

impl Canonical {
    /// What was written since the last time.
    pub(super) fn take(&mut self) -> Vec<u16> {
        std::mem::take(&mut self.written)
    }

    pub(super) fn write(&mut self, number: u16) {
        self.written.push(number);
    }

    fn flag(&mut self, is_so: bool) {
        self.write(u16::from(is_so));
    }

    fn count(&mut self, count: usize) {
        self.write(u16::try_from(count).unwrap_or(u16::MAX));
    }

    fn name(&mut self, name: &str) {
        let known = self.names.iter().position(|known| **known == *name);
        let number = known.unwrap_or(self.names.len());
        if known.is_none() {
            self.names.push(name.into());
        }
        self.count(number + 1);
    }

    fn maybe<T: AsRef<str>>(&mut self, name: Option<&T>) {
        match name {
            Some(name) => self.name(name.as_ref()),
            None => self.write(0),
        }
    }

    pub(super) fn world(&mut self, world: &World, detail: Detail) {
        let World { name: _, secret, former_arns, deleting, deleted: _ } = world;
        self.count(former_arns.len());
        self.flag(*deleting && detail != Detail::Values);
        self.flag(secret.is_some());
        if let Some(secret) = secret {
            self.secret(secret, detail);
        }
    }

    fn secret(&mut self, secret: &Secret, detail: Detail) {
        let Secret {
            arn,
            made_empty_with,
            deletion,
            restored,
            description,
            kms_key_id,
            tags,
            tags_open,
            versions,
            closed,
            strangers,
            labels,
            unnamed,
            had_current,
            rotation,
            dates,
            listing,
        } = secret;
        self.flag(deletion.is_some());
        self.flag(restored.is_some());
        self.maybe(made_empty_with.as_ref());
        self.maybe(description.as_deref().map(|_| "description").as_ref());
        self.maybe(kms_key_id.as_deref().as_ref());
        self.count(tags.as_ref().map_or(0, |tags| tags.len() + 1));
        self.count(versions.len());
        for version in versions {
            self.version(version, detail);
        }
        let mut labels: Vec<_> = labels.iter().collect();
        labels.sort_by(|one, other| one.label.cmp(&other.label));
        labels.retain(|cell| detail != Detail::Values || cell.holder.value.is_some());
        self.count(labels.len());
        for cell in labels {
            self.label(&cell.label);
            self.cell(&cell.holder, detail, |this, holder| this.maybe(holder.as_ref()));
            if detail != Detail::Values {
                self.origin(cell.put_by);
            }
        }
        self.rotation(rotation, detail);
        self.listing(listing.as_ref());
        if detail != Detail::Values {
            let Strangers { unlisted, undescribed } = *strangers;
            for flag in
                [arn.is_some(), *tags_open, unlisted, undescribed, unnamed.is_open(), *had_current, closed.is_some()]
            {
                self.flag(flag);
            }
            self.dates(dates);
        }
        if detail == Detail::Blame
            && let Some(closed) = closed
        {
            self.provenance(closed.by);
        }
    }

    /// What is known of dates, not the dates.
    fn dates(&mut self, dates: &Dates) {
        let Dates {
            was_read,
            may_have_been_read,
            is_outdated,
            is_first_rotation,
            created: _,
            changed: _,
            changed_shown,
            accessed,
            rotated,
            deleted,
        } = dates;
        let shown = [changed_shown.is_some(), accessed.is_some(), rotated.is_some(), deleted.is_some()];
        for flag in [*was_read, *may_have_been_read, *is_outdated, *is_first_rotation].into_iter().chain(shown) {
            self.flag(flag);
        }
    }

    fn version(&mut self, version: &Version, detail: Detail) {
        let Version { id, content, origin, is_raced, created: _ } = version;
        self.name(id);
        self.cell(content, detail, |this, content| match content {
            Content::Unfilled => this.write(0),
            Content::Value(Value::Text(text)) => {
                this.write(1);
                this.name(text.reveal());
            }
            Content::Value(Value::Bytes(_)) => this.write(2),
        });
        // A value that was read before must be the same from then on (ROT-STATE-018).
        self.flag(content.knowledge.is_seen() && detail == Detail::Knowledge);
        if detail != Detail::Values {
            self.origin(*origin);
            self.flag(*is_raced);
        }
    }

    fn origin(&mut self, origin: Origin) {
        self.write(match origin {
            Origin::Unknown => 0,
            Origin::Rotation => 1,
            Origin::EndOfRotation => 2,
            Origin::Test => 3,
            Origin::Filled => 4,
            Origin::Client(action) => 5 + action as u16,
        });
    }

    fn label(&mut self, label: &Label) {
        match label {
            Label::Current => self.write(1),
            Label::Pending => self.write(2),
            Label::Previous => self.write(3),
            Label::Custom(text) => {
                self.write(if text.starts_with("AWS") { 4 } else { 5 });
                self.name(text);
            }
        }
    }

    fn rotation(&mut self, rotation: &Rotation, detail: Detail) {
        let Rotation {
            enabled,
            function,
            days,
            duration,
            schedule,
            configured,
            touched,
            may_hide_a_function,
            callable,
            progress,
            may_be_unfinished,
            current_was_moved,
        } = rotation;
        self.cell(enabled, detail, |this, enabled| this.flag(*enabled));
        self.cell(days, detail, |this, days| this.maybe(days.map(|days| days.to_string()).as_ref()));
        for text in [function, duration, schedule] {
            self.cell(text, detail, |this, text| this.maybe(text.as_ref()));
        }
        match progress {
            Progress::None => self.write(0),
            Progress::Cancelled => self.write(1),
            Progress::Started(id) => {
                self.write(2);
                self.name(id);
            }
        }
        self.flag(*configured);
        if detail != Detail::Values {
            self.flag(*callable == Callable::Any);
            for flag in [*touched, *may_hide_a_function, *may_be_unfinished, *current_was_moved] {
                self.flag(flag);
            }
        }
    }

    fn listing(&mut self, listing: Option<&Listing>) {
        self.flag(listing.is_some());
        if let Some(Listing { next_token: _, seen, include_deprecated }) = listing {
            self.count(seen.len());
            self.flag(*include_deprecated);
        }
    }

    fn cell<T>(&mut self, cell: &Cell<T>, detail: Detail, write: impl FnOnce(&mut Self, &T)) {
        let Cell { value, knowledge, by, held } = cell;
        if detail != Detail::Values {
            self.write(match knowledge {
                Knowledge::Known { .. } => 0,
                Knowledge::Usual => 1,
                Knowledge::Open => 2,
            });
        }
        if *knowledge != Knowledge::Open {
            write(self, value);
        }
        if detail == Detail::Blame {
            self.provenance(*by);
            self.provenance(*held);
            self.flag(knowledge.is_seen());
        }
    }

    fn provenance(&mut self, by: Option<Provenance>) {
        let Some(Provenance { rule, class, call: _, action: _ }) = by else { return self.write(u16::MAX) };
        self.write(rule as u16);
        self.write(class as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LabelCell, VersionId};
    use crate::rule::RuleId;

    /// A secret with two versions of which the second has AWSCURRENT.
    fn world(ids: [&str; 2], rule: RuleId) -> World {
        let mut world = World::adopted("s".into());
        world.settle();
        let by = Provenance { rule, class: crate::rule::Class::Contract, call: 1, action: None };
        let secret = world.secret.as_mut().expect("there is one");
        let content = |text: &str| Cell::known(Content::Value(Value::Text(text.into())), by);
        secret.versions = ids.map(|id| Version::new(&id.into(), content(id), Origin::Unknown, None)).into();
        let holder: Cell<Option<VersionId>> = Cell::known(Some(ids[1].into()), by);
        secret.labels = vec![LabelCell { label: Label::Current, holder, put_by: Origin::Unknown }];
        world
    }

    fn written(world: &World, detail: Detail) -> Vec<u16> {
        let mut canonical = Canonical::default();
        canonical.world(world, detail);
        canonical.take()
    }

    #[test]
    fn names_do_not_count_and_who_has_a_label_does() {
        let one = world(["a", "b"], RuleId::State005);
        let renamed = world(["x", "y"], RuleId::State005);
        assert_eq!(written(&one, Detail::Blame), written(&renamed, Detail::Blame));
        let mut other = one.clone();
        other.secret.as_mut().expect("there is one").labels[0].holder.value = Some("a".into());
        assert_ne!(written(&one, Detail::Values), written(&other, Detail::Values));
    }

    #[test]
    fn who_wrote_a_part_counts_only_where_somebody_may_be_blamed() {
        let (one, other) = (world(["a", "b"], RuleId::State005), world(["a", "b"], RuleId::State006));
        assert_eq!(written(&one, Detail::Knowledge), written(&other, Detail::Knowledge));
        assert_ne!(written(&one, Detail::Blame), written(&other, Detail::Blame));
    }
}
