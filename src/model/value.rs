//! Secret values: they compare and travel, but `Debug` shows their length only.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text of `SecretString`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretString(Arc<str>);

impl SecretString {
    /// The text itself, for the wire alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretString({} bytes)", self.0.len())
    }
}

/// The bytes of `SecretBinary`, base64 on the wire (ROT-WIRE-007).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretBinary(Arc<[u8]>);

impl SecretBinary {
    /// The bytes themselves, for the wire alone.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The base64 text of the bytes.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// Reads base64 text; `None` if it is not base64.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().map(|bytes| Self(bytes.into()))
    }
}

impl From<&[u8]> for SecretBinary {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for SecretBinary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBinary({} bytes)", self.0.len())
    }
}

impl Serialize for SecretBinary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for SecretBinary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).ok_or_else(|| de::Error::custom("a SecretBinary is base64 text"))
    }
}

/// What a version holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Stored as `SecretString`.
    Text(SecretString),
    /// Stored as `SecretBinary`.
    Bytes(SecretBinary),
}

impl Value {
    /// The length in bytes, the only thing that may be shown of a value that the run did not generate.
    #[must_use]
    pub fn len_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.reveal().len(),
            Self::Bytes(bytes) => bytes.reveal().len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_a_value() {
        let shown = format!("{:?} {:?}", SecretString::from("hunter2"), SecretBinary::from(&b"hunter2"[..]));
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("7 bytes"));
    }

    #[test]
    fn bytes_travel_as_base64() {
        let bytes = SecretBinary::from(&[0, 1, 2, 255][..]);
        assert_eq!(bytes.to_base64(), "AAEC/w==");
        assert_eq!(SecretBinary::from_base64("AAEC/w=="), Some(bytes));
        assert_eq!(SecretBinary::from_base64("not base64!"), None);
    }
}
