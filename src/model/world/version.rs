//! The versions of a secret as far as they are known, and what must still be read before all are.

use super::Cell;
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
    /// When it was made, where that is known.
    pub created: Option<Timestamp>,
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
