//! One possible state of one secret name, with what each part rests on.
//!
//! Staging labels are a relation beside the versions: AWSPENDING may name an id that has no version yet
//! (ROT-STATE-023). Every changeable part is a [`Cell`]: known, or open where the rules leave it open, with the rule
//! and the call that last wrote it or required it to stay. Two worlds are equal when their contents are; provenance
//! and what has been read do not count.

mod cell;
mod labels;
mod rotation;
mod secret;
mod shared;
mod version;

pub use cell::{Cell, Provenance};
pub use labels::LabelCell;
pub use rotation::Rotation;
pub use secret::{Dates, Secret};
pub use shared::Shared;
pub use version::{Content, Listing, Strangers, Version};

use super::{Label, Text, Timestamp};

/// One possible state of one secret name.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The name.
    pub name: Text,
    /// The secret that has it now.
    pub secret: Option<Shared<Secret>>,
    /// Full ARNs of secrets of this name that were deleted by force (ROT-IDENT-006).
    pub former_arns: Vec<Text>,
    /// Whether a forced delete may still be under way (ROT-CONC-008).
    pub deleting: bool,
    /// The endpoint's clock at the latest forced delete, where it is known.
    pub deleted: Option<Timestamp>,
}

impl World {
    /// The state of a name that was never used.
    #[must_use]
    pub const fn unused(name: Text) -> Self {
        Self { name, secret: None, former_arns: Vec::new(), deleting: false, deleted: None }
    }

    /// A secret of this name of which nothing is known, as after an answer that no rule permits.
    #[must_use]
    pub fn adopted(name: Text) -> Self {
        let by = Provenance::UNKNOWN;
        let label = |label| LabelCell { label, holder: Cell::open(None, by) };
        let mut secret = Secret {
            arn: None,
            deletion: None,
            restored: None,
            description: None,
            kms_key_id: None,
            tags: None,
            tags_open: true,
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
        Self { secret: Some(secret.into()), ..Self::unused(name) }
    }

    /// Opens everything that a read can bind again, as after an answer that no rule permits.
    #[must_use]
    pub fn opened(mut self) -> Self {
        if let Some(secret) = &mut self.secret {
            secret.open_all();
        }
        self
    }

    /// Allows for a version under this token, of which nothing is known.
    pub(crate) fn expect_version(&mut self, token: &Text) {
        if let Some(secret) = self.secret.as_mut().filter(|secret| secret.version(token).is_none()) {
            secret.set_version(token, Cell::open(Content::Unfilled, Provenance::UNKNOWN), None);
        }
    }

    /// Resolves each open cell to what the service usually does, as if everything had been read.
    pub fn settle(&mut self) {
        let Some(secret) = self.secret.as_mut().filter(|secret| !secret.is_settled()) else { return };
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
        secret.tags_open = false;
        let holder = |label| secret.holder(label).flatten();
        let is_pending_elsewhere =
            holder(&Label::Pending).is_some_and(|pending| holder(&Label::Current) != Some(pending));
        secret.rotation.may_be_unfinished &= is_pending_elsewhere;
        secret.forget_unlabelled_placeholders();
    }
}
