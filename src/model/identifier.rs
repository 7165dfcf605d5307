//! Names, ARNs, version ids and staging labels, and how an identifier denotes a secret.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A version id, which is the client request token of the call that made the version (ROT-IDEM-001).
pub type VersionId = Arc<str>;

/// A staging label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Arc<str>", into = "Arc<str>")]
pub enum Label {
    /// `AWSCURRENT`
    Current,
    /// `AWSPENDING`
    Pending,
    /// `AWSPREVIOUS`
    Previous,
    /// Any other text, also one that starts with `AWS` (ROT-STATE-020).
    Custom(Arc<str>),
}

impl Label {
    /// The label as the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
            Self::Previous => "AWSPREVIOUS",
            Self::Custom(text) => text,
        }
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        match text {
            "AWSCURRENT" => Self::Current,
            "AWSPENDING" => Self::Pending,
            "AWSPREVIOUS" => Self::Previous,
            custom => Self::Custom(custom.into()),
        }
    }
}

impl From<Arc<str>> for Label {
    fn from(text: Arc<str>) -> Self {
        match &*text {
            "AWSCURRENT" => Self::Current,
            "AWSPENDING" => Self::Pending,
            "AWSPREVIOUS" => Self::Previous,
            _ => Self::Custom(text),
        }
    }
}

impl From<Label> for Arc<str> {
    fn from(label: Label) -> Self {
        match label {
            Label::Custom(text) => text,
            known => known.as_str().into(),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The number of characters that the service adds to a name in an ARN: a hyphen and six random ones (ROT-IDENT-002).
pub const SUFFIX_LENGTH: usize = 7;

/// How an identifier denotes one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdForm {
    /// The friendly name.
    Name,
    /// The full ARN.
    Arn,
    /// The ARN without its last hyphen and six characters (ROT-IDENT-003).
    PartialArn,
    /// A partial ARN of a secret whose name itself ends in a hyphen and six characters (ROT-IDENT-004).
    PartialArnOfSuffixedName,
    /// The name with the ARN's random suffix, which is no identifier (ROT-IDENT-005).
    NameWithSuffix,
}

/// Tells how `id` denotes the secret of this name and ARN, if it does at all.
#[must_use]
pub fn form_of(id: &str, name: &str, arn: Option<&str>) -> Option<IdForm> {
    if id == name {
        return Some(IdForm::Name);
    }
    let arn = arn?;
    if id == arn {
        return Some(IdForm::Arn);
    }
    let partial = arn.len().checked_sub(SUFFIX_LENGTH).and_then(|end| arn.get(..end))?;
    match id == partial {
        true if ends_like_an_arn(name) => Some(IdForm::PartialArnOfSuffixedName),
        true => Some(IdForm::PartialArn),
        false => arn
            .ends_with(id)
            .then(|| id.strip_prefix(name))
            .flatten()
            .and_then(|suffix| (suffix.len() == SUFFIX_LENGTH).then_some(IdForm::NameWithSuffix)),
    }
}

/// What stands in an ARN after `arn:aws:secretsmanager:us-east-1:123456789012:secret:`, which is the name of the secret
/// and its suffix; `None` if the text is no ARN.
#[must_use]
pub fn resource_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(7, ':');
    if parts.next() == Some("arn") { parts.nth(5) } else { None }
}

/// Whether a text is an ARN, whole or in part, of a secret whose name begins so.
#[must_use]
pub fn is_arn_of(arn: &str, name: &str) -> bool {
    resource_of(arn).is_some_and(|resource| resource.starts_with(name))
}

/// Whether a text ends in a hyphen and six characters that could be an ARN's random suffix.
#[must_use]
pub fn ends_like_an_arn(text: &str) -> bool {
    let Some(start) = text.len().checked_sub(SUFFIX_LENGTH) else { return false };
    let suffix = text.as_bytes().get(start..).unwrap_or_default();
    suffix[0] == b'-' && suffix[1..].iter().all(u8::is_ascii_alphanumeric)
}

/// Whether an identifier has only characters that a name may have, `!` and the ARN's colon included (ROT-VAL-017).
#[must_use]
pub fn has_legal_characters(id: &str) -> bool {
    let in_arn = id.starts_with("arn:");
    let is_legal = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'_' | b'+' | b'=' | b'.' | b'@' | b'-' | b'!' => true,
        b':' => in_arn,
        _ => false,
    };
    id.bytes().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";

    #[test]
    fn name_full_and_partial_arn_denote_the_secret() {
        assert_eq!(form_of("db", "db", Some(ARN)), Some(IdForm::Name));
        assert_eq!(form_of(ARN, "db", Some(ARN)), Some(IdForm::Arn));
        assert_eq!(form_of(&ARN[..ARN.len() - 7], "db", Some(ARN)), Some(IdForm::PartialArn));
    }

    #[test]
    fn an_arn_is_that_of_a_secret_whose_name_its_resource_begins_with() {
        assert_eq!(resource_of(ARN), Some("db-AbCdEf"));
        for (arn, name, is_its) in [
            (ARN, "db", true),
            (&ARN[..ARN.len() - 7], "db", true),
            (ARN, "prod/db", false),
            (ARN, "secret:db", false),
            ("arn:aws:secretsmanager:us-east-1:123456789012:secret:other:db", "db", false),
            ("xarn:aws:secretsmanager:us-east-1:123456789012:secret:db", "db", false),
            ("arn:aws:secretsmanager:us-east-1:123456789012:secret", "", false),
            ("db", "db", false),
            ("", "", false),
        ] {
            assert_eq!(is_arn_of(arn, name), is_its, "{arn} {name}");
        }
    }

    #[test]
    fn a_name_with_the_random_suffix_is_told_apart() {
        assert_eq!(form_of("db-AbCdEf", "db", Some(ARN)), Some(IdForm::NameWithSuffix));
        assert_eq!(form_of("db-AbCdEg", "db", Some(ARN)), None);
        assert_eq!(form_of("db", "other", None), None);
    }

    #[test]
    fn a_partial_arn_of_a_suffixed_name_is_told_apart() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-a1b2c3-AbCdEf";
        assert_eq!(form_of(&arn[..arn.len() - 7], "x-a1b2c3", Some(arn)), Some(IdForm::PartialArnOfSuffixedName));
        assert!(!ends_like_an_arn("x-a1b2"));
        assert!(!ends_like_an_arn("x-a1b2c3-"));
    }

    #[test]
    fn the_recorded_illegal_names_are_illegal() {
        for name in ["Inv Name", " Inv Name", " Inv *?!]Name\\-"] {
            assert!(!has_legal_characters(name), "{name}");
        }
        assert!(has_legal_characters("Valid/_+=.@-Name-a1b2c3-"));
        assert!(has_legal_characters(ARN));
        assert!(!has_legal_characters("a:b"));
    }
}
