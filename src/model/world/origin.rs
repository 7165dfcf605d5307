//! Who made a version, or put a staging label where it is.
//!
//! What later answers depend on is told here, and counts where worlds are compared; which rule is to blame for a part is
//! told by its [`Provenance`](super::Provenance), and does not.

use crate::model::Action;

/// Who made a version, or moved a staging label last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A client, by this action.
    Client(Action),
    /// The start of an immediate rotation.
    Rotation,
    /// The start of an immediate rotation, and a client has given the version its value (ROT-IDEM-009).
    Filled,
    /// The service, at the end of a rotation.
    EndOfRotation,
    /// The test of a configuration.
    Test,
    /// Not known: a read was the first to show it, or the rules leave it open.
    Unknown,
}

impl Origin {
    /// Whether a client did it alone.
    #[must_use]
    pub const fn is_client(self) -> bool {
        matches!(self, Self::Client(_))
    }
}
