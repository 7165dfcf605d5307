//! One secret: its versions, labels, configuration and dates.

use std::time::Duration;

use super::{Cell, Content, Knowledge, LabelCell, Listing, Origin, Part, Provenance, Rotation, Strangers, Version};
use crate::model::{Tag, Text, Timestamp, Value};

/// One secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// The full ARN, once an answer has shown it.
    pub arn: Option<Text>,
    /// The token of the CreateSecret that made it without a value.
    pub made_empty_with: Option<Text>,
    /// When it will be deleted, if it is marked for deletion.
    pub deletion: Option<Timestamp>,
    /// Whether RestoreSecret took the mark away.
    pub restored: Option<Cell<()>>,
    /// `Description`
    pub description: Option<Text>,
    /// `KmsKeyId`
    pub kms_key_id: Option<Text>,
    /// `Tags`; `None` for a secret that never had any (ROT-WIRE-008).
    pub tags: Option<Vec<Tag>>,
    /// Whether the tags are not known.
    pub tags_open: bool,
    /// The version ids that are known, in the order of their making.
    pub versions: Vec<Version>,
    /// What forbids versions beyond those known; `None` where nothing does.
    pub closed: Option<Cell<usize>>,
    /// Whether there may be versions that the model does not know.
    pub strangers: Strangers,
    /// Where each label is that was ever seen or named.
    pub labels: Vec<LabelCell>,
    /// That labels without a cell are nowhere.
    pub unnamed: Cell<()>,
    /// Whether AWSCURRENT was ever on a version; it stays somewhere from then on (ROT-STATE-002).
    pub had_current: bool,
    /// The rotation configuration.
    pub rotation: Rotation,
    /// Dates, for the reference service and for bounds.
    pub dates: Dates,
    /// A listing of versions of which pages are still to come.
    pub listing: Option<Listing>,
}

/// Dates of a secret as far as they are known.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about what the dates can be")]
pub struct Dates {
    /// `CreatedDate`
    pub created: Option<Timestamp>,
    /// `LastChangedDate`
    pub changed: Option<Timestamp>,
    /// When the answer came that showed `changed`, since the start of the history.
    pub changed_shown: Option<Duration>,
    /// Whether a change was asked for so long after that `LastChangedDate` must be later now (ROT-CONF-017).
    pub is_outdated: bool,
    /// `LastAccessedDate`
    pub accessed: Option<Timestamp>,
    /// `LastRotatedDate`; only the reference service has one.
    pub rotated: Option<Timestamp>,
    /// `DeletedDate`: when DeleteSecret has marked the secret for deletion (ROT-ERR-007).
    pub deleted: Option<Timestamp>,
    /// Whether the rotation that is unfinished is the first, so that none can have succeeded (ROT-CONF-015).
    pub is_first_rotation: bool,
    /// Whether GetSecretValue has read a value.
    pub was_read: bool,
    /// Whether something else may have read one, such as BatchGetSecretValue.
    pub may_have_been_read: bool,
}

impl PartialEq for Dates {
    /// Dates are bounds, not state.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Dates {
    /// How long after a change an update must advance `LastChangedDate`, also where dates have no fractions.
    const RESOLUTION: Duration = Duration::from_millis(1_100);

    /// A change that advances `LastChangedDate` was accepted.
    ///
    /// `called` is when, since the start of the history; `stamp` is the new date, if there is one.
    pub(crate) fn outdate(&mut self, called: Option<Duration>, stamp: Option<Timestamp>) {
        let is_later = |called: Duration, shown| called.saturating_sub(shown) > Self::RESOLUTION;
        self.is_outdated |= called.zip(self.changed_shown).is_some_and(|(called, shown)| is_later(called, shown));
        self.changed = stamp.or(self.changed);
    }

    /// An answer that came at this time, since the start of the history, shows this `LastChangedDate`.
    pub(crate) const fn bind_changed(&mut self, shown: Option<Timestamp>, returned: Duration) {
        if shown.is_some() {
            self.changed = shown;
            self.changed_shown = Some(returned);
            self.is_outdated = false;
        }
    }
}

impl Secret {
    /// The version of this id.
    #[must_use]
    pub fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| &*version.id == id)
    }

    /// The known value of this version.
    #[must_use]
    pub fn value(&self, id: &str) -> Option<&Value> {
        match self.version(id)?.content.get()? {
            Content::Value(value) => Some(value),
            Content::Unfilled => None,
        }
    }

    /// Whether the secret was ever given a value; `None` if that is open.
    #[must_use]
    pub fn has_a_value(&self) -> Option<bool> {
        let is_filled = |version: &Version| matches!(version.content.get(), Some(Content::Value(_)));
        match self.versions.iter().any(is_filled) {
            true => Some(true),
            false if self.versions.iter().any(|version| version.content.is_open()) => None,
            false => Some(false),
        }
    }

    /// Adds a version, or puts it in the place of what was known of its id.
    pub(crate) fn add_version(&mut self, version: Version) {
        match self.versions.iter_mut().find(|known| known.id == version.id) {
            Some(known) => *known = version,
            None => self.versions.push(version),
        }
    }

    /// Every cell.
    pub(crate) fn parts(&mut self) -> impl Iterator<Item = Part<'_>> {
        let labels = self.labels.iter_mut().map(|cell| cell.holder.part());
        let versions = self.versions.iter_mut().map(|version| version.content.part());
        labels.chain(versions).chain([self.unnamed.part()]).chain(self.rotation.parts())
    }

    /// What is known of every cell.
    pub(crate) fn knowledge(&self) -> impl Iterator<Item = Knowledge> {
        let labels = self.labels.iter().map(|cell| cell.holder.knowledge);
        let versions = self.versions.iter().map(|version| version.content.knowledge);
        labels.chain(versions).chain([self.unnamed.knowledge]).chain(self.rotation.knowledge())
    }

    /// Forbids versions beyond those known, and beyond those that were allowed for.
    pub(crate) fn close(&mut self, by: Provenance) {
        self.closed = self.unknown_at_most().map(|count| Cell::known(count, by));
    }

    /// How many versions there may be at most that the model does not know; `None` if there is no bound.
    fn unknown_at_most(&self) -> Option<usize> {
        match (self.strangers == Strangers::default(), &self.closed) {
            (true, _) => Some(0),
            (false, closed) => closed.as_ref().map(|closed| closed.value),
        }
    }

    /// Allows for one more version that the model does not know.
    pub(crate) fn expect_a_stranger(&mut self, by: Provenance) {
        let others = self.unknown_at_most().map(|count| Cell::known(count + 1, by));
        self.expect_strangers();
        self.closed = others;
    }

    /// Allows for versions that the model does not know.
    pub(crate) const fn expect_strangers(&mut self) {
        self.closed = None;
        self.strangers = Strangers { unlisted: true, undescribed: true };
    }

    /// Requires everything that a read can show to stay.
    pub(crate) fn stay(&mut self, by: Provenance) {
        self.hold_labels(by);
        self.rotation.hold(by);
        self.close(by);
    }

    pub(crate) fn open_all(&mut self) {
        self.parts().for_each(Part::open);
        for cell in &mut self.labels {
            (cell.holder.by, cell.put_by) = (None, Origin::Unknown);
        }
        self.rotation.current_was_moved = false;
        self.tags_open = true;
        self.dates.is_first_rotation = false;
        self.expect_strangers();
        self.listing = None;
        self.rotation.open();
        self.rotation.lose_track();
    }

    /// Whether no cell is open and no placeholder is left to forget.
    pub(super) fn is_settled(&self) -> bool {
        let is_filled = |version: &Version| version.content.value != Content::Unfilled;
        !self.knowledge().any(Knowledge::is_open) && self.versions.iter().all(is_filled)
    }

    /// A placeholder that lost its label is no version (the reference service's reading of ROT-STATE-023).
    pub(super) fn forget_unlabelled_placeholders(&mut self) {
        let labels = &self.labels;
        self.versions.retain(|version| {
            version.content.value != Content::Unfilled
                || labels.iter().any(|cell| cell.holder.value.as_ref() == Some(&version.id))
        });
    }
}
