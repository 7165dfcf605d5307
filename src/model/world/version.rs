//! The versions of a secret as far as they are known, and what must still be read before all are.

use super::{Cell, Origin};
use crate::model::{Text, Timestamp, Value, VersionId};

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
    /// Who made it.
    pub origin: Origin,
    /// Whether another plain put made a version at the same time, so that only strict mode requires both (ROT-CONC-006).
    pub is_raced: bool,
    /// When it was made, where that is known.
    pub created: Option<Timestamp>,
}

impl Version {
    pub(crate) fn new(id: &VersionId, content: Cell<Content>, origin: Origin, created: Option<Timestamp>) -> Self {
        Self { id: id.clone(), content, origin, is_raced: false, created }
    }

    /// An id that stands for a version of which nothing is known, not even whether there is one.
    pub(crate) fn unknown(id: &VersionId) -> Self {
        Self::new(id, Cell::unknown(Content::Unfilled), Origin::Unknown, None)
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
