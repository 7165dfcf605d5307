//! How the token of a request relates to the versions that there are.

use crate::model::Value;
use crate::model::world::{Content, Secret};

/// How the token of a request relates to the versions that there are.
pub(crate) enum Relation {
    /// It names no version.
    Fresh,
    /// It names a version of the same value.
    Same,
    /// It names a version of another value.
    Conflict,
    /// It names the placeholder of a rotation.
    Placeholder,
    /// What stands behind it is open.
    Unclear,
}

pub(crate) fn relation(secret: &Secret, token: &str, value: &Value) -> Relation {
    match secret.version(token).map(|version| version.content.get()) {
        None => Relation::Fresh,
        Some(None) => Relation::Unclear,
        Some(Some(Content::Unfilled)) => Relation::Placeholder,
        Some(Some(Content::Value(stored))) if stored == value => Relation::Same,
        Some(Some(Content::Value(_))) => Relation::Conflict,
    }
}
