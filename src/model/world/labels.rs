//! Where the staging labels of a secret are: a relation beside its versions.

use super::{Cell, Content, Origin, Provenance, Secret};
use crate::model::{Label, VersionId};

/// Where one staging label is.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelCell {
    /// The label.
    pub label: Label,
    /// The version that has it, or none.
    pub holder: Cell<Option<VersionId>>,
    /// Who has put it there, or taken it away.
    pub put_by: Origin,
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
            None if self.unnamed.is_open() => None,
            None => Some(None),
        }
    }

    /// Whether a label is known to be on this version.
    #[must_use]
    pub fn holds(&self, label: &Label, id: &str) -> bool {
        self.holder(label).flatten().is_some_and(|holder| &**holder == id)
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
        self.unnamed.is_open()
            || self.labels.iter().any(|cell| cell.holder.is_open() || cell.holder.value.as_deref() == Some(id))
    }

    pub(crate) fn set_label(&mut self, label: &Label, holder: Cell<Option<VersionId>>, put_by: Origin) {
        if *label == Label::Current {
            self.had_current |= holder.get().is_some_and(Option::is_some);
            self.rotation.current_was_moved = false;
        }
        match self.labels.iter_mut().find(|cell| cell.label == *label) {
            Some(cell) => (cell.holder, cell.put_by) = (holder, put_by),
            None => self.labels.push(LabelCell { label: label.clone(), holder, put_by }),
        }
    }

    /// Who has put a label where it is, or taken it away.
    #[must_use]
    pub fn put_by(&self, label: &Label) -> Origin {
        self.labels.iter().find(|cell| cell.label == *label).map_or(Origin::Unknown, |cell| cell.put_by)
    }

    /// Leaves open whether a label stays where it is.
    pub(crate) fn open_label(&mut self, label: &Label, stays: bool, by: impl Into<Option<Provenance>>) {
        let usual = match self.label(label) {
            Some(cell) if stays => cell.value.clone(),
            _ => None,
        };
        self.set_label(label, Cell::open(usual, by), Origin::Unknown);
    }

    /// Requires a label to stay where it is in strict mode only, so that no call can rely on it.
    pub(crate) fn loosen_label(&mut self, label: &Label, by: Provenance) {
        if self.label(label).is_none() && !self.unnamed.is_open() {
            self.set_label(label, Cell::known(None, by), Origin::Unknown);
        }
        // The service may move AWSPENDING itself while it may be rotating.
        let may_move = *label == Label::Pending && self.rotation.may_act();
        if let Some(cell) = self.labels.iter_mut().find(|cell| cell.label == *label) {
            cell.holder.loosen(by);
            if may_move {
                cell.holder.part().open();
            }
            cell.put_by = Origin::Unknown;
        }
    }

    /// The version that a rotation, or the test of a configuration, has put AWSPENDING on; `None` where a client has.
    pub(crate) fn pending_by_rotation(&self) -> Option<&VersionId> {
        if self.is_put_by_an_open_rotation() {
            return self.rotation.unfinished();
        }
        let id = self.holder(&Label::Pending).flatten()?;
        let is_by_client = self.version(id).is_some_and(|version| version.origin.is_client());
        let is_of_rotation = self.rotation.unfinished() == Some(id) || !is_by_client;
        Some(id).filter(|_| self.rotation.configured && is_of_rotation)
    }

    /// Whether the start of a rotation has put AWSPENDING somewhere, and no read has shown where.
    pub(crate) fn is_put_by_an_open_rotation(&self) -> bool {
        self.put_by(&Label::Pending) == Origin::Rotation && self.holder(&Label::Pending).is_none()
    }

    /// Lets the rotation end, if there is one: AWSPENDING goes, and a version that got no value is forgotten.
    pub(super) fn end_rotation(&mut self) -> bool {
        let Some(id) = self.pending_by_rotation().cloned() else { return false };
        self.set_label(&Label::Pending, Cell::known(None, None), Origin::EndOfRotation);
        self.rotation.lose_track();
        self.versions.retain(|version| version.id != id || version.content.get() != Some(&Content::Unfilled));
        true
    }

    pub(crate) fn hold_label(&mut self, label: &Label, by: Provenance) {
        if let Some(cell) = self.labels.iter_mut().find(|cell| cell.label == *label) {
            cell.holder.hold(by);
        }
    }

    /// Requires every label but AWSPENDING to stay.
    pub(crate) fn hold_labels_but_pending(&mut self, by: Provenance) {
        self.unnamed.hold(by);
        for cell in self.labels.iter_mut().filter(|cell| cell.label != Label::Pending) {
            cell.holder.hold(by);
        }
    }

    pub(crate) fn hold_labels(&mut self, by: Provenance) {
        self.unnamed.hold(by);
        for cell in &mut self.labels {
            cell.holder.hold(by);
        }
    }
}
