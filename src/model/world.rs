//! One possible state of one secret name, with what each part rests on.
//!
//! Staging labels are a relation beside the versions: AWSPENDING may name an id that has no version yet
//! (ROT-STATE-023). Every changeable part is a [`Cell`]: known, or open where the rules leave it open, with the rule
//! and the call that last wrote it or required it to stay. Two worlds are equal when their contents are; provenance
//! and what has been read do not count.

use super::{Action, Label, RotationRules, Tag, Text, Timestamp, Value, VersionId};
use crate::rule::{Class, RuleId};

/// The rule and the call that last wrote a cell, or required it to stay.
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

/// One part of a world.
#[derive(Clone, Debug)]
pub struct Cell<T> {
    /// What it holds; of an open cell what the service usually does, which only the reference service follows.
    pub value: T,
    /// Whether the rules leave the content open, until a read binds it.
    pub open: bool,
    /// What it rests on.
    pub by: Provenance,
    /// Whether a read has shown the content since it was written.
    pub seen: bool,
}

impl<T: PartialEq> PartialEq for Cell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.open == other.open && (self.open || self.value == other.value)
    }
}

impl<T> Cell<T> {
    pub(crate) const fn known(value: T, by: Provenance) -> Self {
        Self { value, open: false, by, seen: false }
    }

    pub(crate) const fn open(usual: T, by: Provenance) -> Self {
        Self { value: usual, open: true, by, seen: false }
    }

    /// The content, unless it is open.
    pub const fn get(&self) -> Option<&T> {
        if self.open { None } else { Some(&self.value) }
    }

    /// Requires the content to stay: who breaks it from now on is another.
    ///
    /// A content that no read has confirmed keeps its owner, or an earlier fault would be blamed on a later rule.
    pub(crate) fn hold(&mut self, by: Provenance) {
        if self.seen && !self.open {
            self.by = by;
            self.seen = false;
        }
    }

    /// Takes over what a read has shown.
    pub(crate) fn bind(&mut self, value: T) {
        self.value = value;
        self.open = false;
        self.seen = true;
    }
}

/// What stands behind a version id.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A stored value.
    Value(Value),
    /// Nothing yet: the placeholder of a rotation whose function has put no value (ROT-LIFE-009).
    Unfilled,
}

/// A version id that the model knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The id.
    pub id: VersionId,
    /// What stands behind it; open where it is not known whether there is a version at all.
    pub content: Cell<Content>,
    /// When it was made, where that is known.
    pub created: Option<Timestamp>,
}

/// Where one staging label is.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCell {
    /// The label.
    pub label: Label,
    /// The version that has it, or none.
    pub holder: Cell<Option<VersionId>>,
}

/// The rotation configuration.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about the past of the configuration")]
pub struct Rotation {
    /// `RotationEnabled`; null and absent count as false.
    pub enabled: Cell<bool>,
    /// `RotationLambdaARN`
    pub function: Cell<Option<Text>>,
    /// `RotationRules.AutomaticallyAfterDays`
    pub days: Cell<Option<i64>>,
    /// `RotationRules.Duration`
    pub duration: Cell<Option<Text>>,
    /// `RotationRules.ScheduleExpression`
    pub schedule: Cell<Option<Text>>,
    /// Whether a RotateSecret was accepted before.
    pub configured: bool,
    /// Whether something may have left traces of a rotation, such as a refused RotateSecret.
    pub touched: bool,
    /// The version id of the immediate rotation that was accepted and is not finished.
    pub unfinished: Option<VersionId>,
    /// Whether a rotation may be unfinished of which nothing else is known.
    pub may_be_unfinished: bool,
    /// Whether CancelRotateSecret was accepted since the last accepted RotateSecret.
    pub cancelled: bool,
}

/// Dates of a secret as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    /// `CreatedDate`
    pub created: Option<Timestamp>,
    /// `LastChangedDate`
    pub changed: Option<Timestamp>,
    /// `LastAccessedDate`
    pub accessed: Option<Timestamp>,
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

/// What must still be read before every version is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strangers {
    /// ListSecretVersionIds with IncludeDeprecated.
    pub unlisted: bool,
    /// DescribeSecret.
    pub undescribed: bool,
}

/// One secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// The full ARN, once an answer has shown it.
    pub arn: Option<Text>,
    /// When it will be deleted, if it is marked for deletion.
    pub deletion: Option<Timestamp>,
    /// Whether RestoreSecret took the mark away.
    pub restored: Option<u32>,
    /// `Description`
    pub description: Option<Text>,
    /// `KmsKeyId`
    pub kms_key_id: Option<Text>,
    /// `Tags`; `None` for a secret that never had any (ROT-WIRE-008).
    pub tags: Option<Vec<Tag>>,
    /// The version ids that are known, in the order of their making.
    pub versions: Vec<Version>,
    /// What forbids versions beyond those known; `None` where nothing does.
    pub closed: Option<Provenance>,
    /// Whether there may be versions that the model does not know.
    pub strangers: Strangers,
    /// Where each label is that was ever seen or named.
    pub labels: Vec<LabelCell>,
    /// Whether labels without a cell are open rather than nowhere.
    pub labels_open: bool,
    /// Whether AWSCURRENT was ever on a version; it stays somewhere from then on (ROT-STATE-002).
    pub had_current: bool,
    /// The rotation configuration.
    pub rotation: Rotation,
    /// Dates, for the reference service and for bounds.
    pub dates: Dates,
    /// A listing of versions of which pages are still to come.
    pub listing: Option<Listing>,
}

/// The pages of ListSecretVersionIds seen so far (ROT-WIRE-012).
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The token that asks for the next page.
    pub next_token: Text,
    /// The ids on the pages before.
    pub seen: Vec<VersionId>,
    /// Whether the listing includes versions without labels.
    pub include_deprecated: bool,
}

/// One possible state of one secret name.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The name.
    pub name: Text,
    /// The secret that has it now.
    pub secret: Option<Secret>,
    /// Full ARNs of secrets of this name that were deleted by force (ROT-IDENT-006).
    pub former_arns: Vec<Text>,
    /// Whether a forced delete may still be under way (ROT-CONC-008).
    pub deleting: bool,
}

impl World {
    /// The state of a name that was never used.
    #[must_use]
    pub const fn unused(name: Text) -> Self {
        Self { name, secret: None, former_arns: Vec::new(), deleting: false }
    }

    /// A secret of this name of which nothing is known, as after an answer that no rule permits.
    #[must_use]
    pub fn adopted(name: Text) -> Self {
        let by = Provenance { rule: RuleId::State001, class: Class::Contract, call: 0, action: None };
        let label = |label| LabelCell { label, holder: Cell::open(None, by) };
        let mut secret = Secret {
            arn: None,
            deletion: None,
            restored: None,
            description: None,
            kms_key_id: None,
            tags: None,
            versions: Vec::new(),
            closed: None,
            strangers: Strangers::default(),
            labels: vec![label(Label::Current), label(Label::Pending), label(Label::Previous)],
            labels_open: true,
            had_current: false,
            rotation: Rotation::never(by),
            dates: Dates { may_have_been_read: true, ..Dates::default() },
            listing: None,
        };
        secret.open_all();
        Self { secret: Some(secret), ..Self::unused(name) }
    }

    /// Opens everything that a read can bind again, as after an answer that no rule permits.
    #[must_use]
    pub fn opened(mut self) -> Self {
        if let Some(secret) = &mut self.secret {
            secret.open_all();
        }
        self
    }

    /// Resolves each open cell to what the service usually does.
    pub fn settle(&mut self) {
        let Some(secret) = &mut self.secret else { return };
        for cell in &mut secret.labels {
            cell.holder.open = false;
        }
        for version in &mut secret.versions {
            version.content.open = false;
        }
        let rotation = &mut secret.rotation;
        rotation.enabled.open = false;
        rotation.function.open = false;
        rotation.days.open = false;
        rotation.duration.open = false;
        rotation.schedule.open = false;
        secret.labels_open = false;
        secret.forget_unlabelled_placeholders();
    }
}

impl Rotation {
    /// A secret that never had rotation (ROT-CONF-003).
    pub(crate) const fn never(by: Provenance) -> Self {
        Self {
            enabled: Cell::known(false, by),
            function: Cell::known(None, by),
            days: Cell::known(None, by),
            duration: Cell::known(None, by),
            schedule: Cell::known(None, by),
            configured: false,
            touched: false,
            unfinished: None,
            may_be_unfinished: false,
            cancelled: false,
        }
    }

    /// Whether a rotation is or may be unfinished, so that the service may change labels of its own accord.
    #[must_use]
    pub const fn may_act(&self) -> bool {
        self.unfinished.is_some() || self.may_be_unfinished
    }

    /// Leaves open whether a rotation is unfinished.
    pub(crate) fn lose_track(&mut self) {
        self.may_be_unfinished = true;
        self.unfinished = None;
    }

    pub(crate) fn hold(&mut self, by: Provenance) {
        self.enabled.hold(by);
        self.function.hold(by);
        self.days.hold(by);
        self.duration.hold(by);
        self.schedule.hold(by);
    }

    pub(crate) const fn open(&mut self) {
        self.touched = true;
        self.enabled.open = true;
        self.function.open = true;
        self.days.open = true;
        self.duration.open = true;
        self.schedule.open = true;
    }

    /// The rules as DescribeSecret shows them; `None` where there are none.
    #[must_use]
    pub fn rules(&self) -> Option<RotationRules> {
        let rules = RotationRules {
            automatically_after_days: self.days.value,
            duration: self.duration.value.clone(),
            schedule_expression: self.schedule.value.clone(),
        };
        (rules != RotationRules::default()).then_some(rules)
    }
}

impl Secret {
    /// The cell of a label; `None` for one that was never seen or named.
    #[must_use]
    pub fn label(&self, label: &Label) -> Option<&Cell<Option<VersionId>>> {
        self.labels.iter().find(|cell| cell.label == *label).map(|cell| &cell.holder)
    }

    /// Where a label is: `None` if that is open, `Some(None)` if it is nowhere.
    #[must_use]
    pub fn holder(&self, label: &Label) -> Option<Option<&VersionId>> {
        match self.label(label) {
            Some(cell) => cell.get().map(Option::as_ref),
            None if self.labels_open => None,
            None => Some(None),
        }
    }

    /// Whether a label is known to be on this version.
    #[must_use]
    pub fn holds(&self, label: &Label, id: &str) -> bool {
        self.holder(label).flatten().is_some_and(|holder| &**holder == id)
    }

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

    /// The labels known to be on this version, in the order of their cells.
    pub fn labels_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Label> {
        self.labels
            .iter()
            .filter(move |cell| cell.holder.get().and_then(Option::as_deref) == Some(id))
            .map(|cell| &cell.label)
    }

    /// Whether any label is or may be on this version.
    #[must_use]
    pub fn may_have_a_label(&self, id: &str) -> bool {
        self.labels_open || self.labels.iter().any(|cell| cell.holder.open || cell.holder.value.as_deref() == Some(id))
    }

    /// Whether the secret was ever given a value; `None` if that is open.
    #[must_use]
    pub fn has_a_value(&self) -> Option<bool> {
        let is_filled = |version: &Version| matches!(version.content.get(), Some(Content::Value(_)));
        match self.versions.iter().any(is_filled) {
            true => Some(true),
            false if self.versions.iter().any(|version| version.content.open) => None,
            false => Some(false),
        }
    }

    pub(crate) fn set_label(&mut self, label: &Label, holder: Cell<Option<VersionId>>) {
        self.had_current |= *label == Label::Current && holder.get().is_some_and(Option::is_some);
        match self.labels.iter_mut().find(|cell| cell.label == *label) {
            Some(cell) => cell.holder = holder,
            None => self.labels.push(LabelCell { label: label.clone(), holder }),
        }
    }

    /// Leaves open whether a label stays where it is.
    pub(crate) fn open_label(&mut self, label: &Label, stays: bool, by: Provenance) {
        let usual = match self.label(label) {
            Some(cell) if stays => cell.value.clone(),
            _ => None,
        };
        self.set_label(label, Cell::open(usual, by));
    }

    pub(crate) fn hold_label(&mut self, label: &Label, by: Provenance) {
        if let Some(cell) = self.labels.iter_mut().find(|cell| cell.label == *label) {
            cell.holder.hold(by);
        }
    }

    pub(crate) fn hold_labels(&mut self, by: Provenance) {
        for cell in &mut self.labels {
            cell.holder.hold(by);
        }
    }

    pub(crate) fn set_version(&mut self, id: &VersionId, content: Cell<Content>, created: Option<Timestamp>) {
        match self.versions.iter_mut().find(|version| version.id == *id) {
            Some(version) => {
                version.content = content;
                version.created = created;
            }
            None => self.versions.push(Version { id: id.clone(), content, created }),
        }
    }

    /// Forbids versions beyond those known, if all are.
    pub(crate) fn close(&mut self, by: Provenance) {
        let may_have_more = self.strangers != Strangers::default();
        self.closed = Some(by).filter(|_| !may_have_more);
    }

    /// Allows for versions that the model does not know.
    pub(crate) const fn expect_strangers(&mut self) {
        self.closed = None;
        self.strangers = Strangers { unlisted: true, undescribed: true };
    }

    pub(crate) fn open_all(&mut self) {
        for cell in &mut self.labels {
            cell.holder.open = true;
            cell.holder.seen = true;
            cell.holder.by.rule = RuleId::State001;
            cell.holder.by.class = Class::Contract;
        }
        self.expect_strangers();
        for version in &mut self.versions {
            version.content.open = true;
        }
        self.labels_open = true;
        self.listing = None;
        self.rotation.open();
        self.rotation.lose_track();
    }

    /// A placeholder that lost its label is no version (the reference service's reading of ROT-STATE-023).
    fn forget_unlabelled_placeholders(&mut self) {
        let labels = &self.labels;
        self.versions.retain(|version| {
            version.content.value != Content::Unfilled
                || labels.iter().any(|cell| cell.holder.value.as_ref() == Some(&version.id))
        });
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
    fn provenance_does_not_count_in_equality() {
        assert_eq!(Cell::known(1, BY), Cell::known(1, LATER));
        assert_ne!(Cell::known(1, BY), Cell::known(2, BY));
        assert_eq!(Cell::open(1, BY), Cell::open(2, LATER));
        assert_ne!(Cell::open(1, BY), Cell::known(1, BY));
    }
}
