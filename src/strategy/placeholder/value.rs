//! Values of the greatest length that a service takes, and of one character more (ROT-VAL-015). No report prints them in
//! full: they are placeholders in cases, and again in what is shown.

use super::token::replaced;
use crate::model::SecretString;

/// The greatest length of a value, in characters and bytes.
pub const LONGEST: usize = 65_536;
/// The placeholder of a value of that length, without its sign.
pub const LONG: &str = "long";
/// The placeholder of a value that is one character longer, without its sign.
pub const TOO_LONG: &str = "too-long";

/// What a value that is a placeholder stands for.
pub(super) fn resolved(value: &SecretString) -> Option<SecretString> {
    let length = match value.reveal().strip_prefix('$')? {
        LONG => LONGEST,
        TOO_LONG => LONGEST + 1,
        _ => return None,
    };
    Some(of_length(length).as_str().into())
}

/// The text with placeholders in place of long values.
pub(super) fn symbolize(text: String) -> String {
    if text.len() < LONGEST {
        return text;
    }
    let text = replaced(text, &of_length(LONGEST + 1), &format!("${TOO_LONG}"));
    replaced(text, &of_length(LONGEST), &format!("${LONG}"))
}

fn of_length(length: usize) -> String {
    "x".repeat(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_resolved_and_told_again() {
        for (placeholder, length) in [("$long", 65_536), ("$too-long", 65_537)] {
            let value = resolved(&placeholder.into()).unwrap();
            assert_eq!(value.reveal().len(), length);
            assert_eq!(symbolize(format!("a {} b", value.reveal())), format!("a {placeholder} b"));
        }
    }

    #[test]
    fn other_values_are_what_they_say() {
        for text in ["", "long", "$", "$t1", "$long "] {
            assert_eq!(resolved(&text.into()), None, "{text}");
        }
    }
}
