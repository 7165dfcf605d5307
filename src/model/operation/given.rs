//! The value that a request stores.

use crate::model::{SecretBinary, SecretString, Value};

/// The value that a request stores, of its two members.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Neither `SecretString` nor `SecretBinary`.
    Nothing,
    /// One of them.
    One(Value),
    /// Both of them.
    Both,
}

impl Given {
    /// Whether there is one value whose length the shape does not allow: 1 to 65 536 bytes.
    pub(crate) fn is_of_illegal_length(&self) -> bool {
        matches!(self, Self::One(value) if !(1..=65536).contains(&value.len_bytes()))
    }

    pub(crate) fn of(text: Option<&SecretString>, bytes: Option<&SecretBinary>) -> Self {
        match (text, bytes) {
            (None, None) => Self::Nothing,
            (Some(text), None) => Self::One(Value::Text(text.clone())),
            (None, Some(bytes)) => Self::One(Value::Bytes(bytes.clone())),
            (Some(_), Some(_)) => Self::Both,
        }
    }
}
