//! The names of the secrets of a case.

use crate::model::Text;

/// The longest name that is legal.
const LONGEST_CHARS: usize = 256;

/// The names of one execution of a case.
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: String,
    first: [Text; 9],
}

impl Names {
    /// Names that start with this prefix.
    pub(super) fn new(prefix: String) -> Self {
        let first = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|secret| name(&prefix, secret).into());
        Self { prefix, first }
    }

    /// The name of a secret.
    pub(super) fn of(&self, secret: u8) -> Text {
        let listed = usize::from(secret).checked_sub(1).and_then(|index| self.first.get(index));
        listed.map_or_else(|| name(&self.prefix, secret).into(), Text::clone)
    }

    /// The number of the secret that has this name.
    pub(super) fn secret(&self, name: &str) -> Option<u8> {
        self.all().find(|(_, known)| ***known == *name).map(|(secret, _)| secret)
    }

    /// The names of the secrets that a case may have.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = (u8, &Text)> {
        (1..=9).zip(&self.first)
    }

    /// Whether any name can stand in this text.
    pub(super) fn may_stand_in(&self, text: &str) -> bool {
        text.contains(&self.prefix)
    }
}

/// The eighth has illegal characters (ROT-VAL-017). Apart from those made for it, names never end in a hyphen and six
/// characters.
fn name(prefix: &str, secret: u8) -> String {
    match secret {
        1 => [prefix, "-s1"].concat(),
        2 => [prefix, "-s2"].concat(),
        3 => [prefix, "/s3_+=.@-x"].concat(),
        4 => [prefix, "-s4-a1b2c3"].concat(),
        5 => [prefix, "-s5-a1b2"].concat(),
        6 => [prefix, "-s6-a1b2c3-"].concat(),
        7 => [prefix, "-s7-", &"n".repeat(LONGEST_CHARS.saturating_sub(prefix.len() + 4))].concat(),
        8 => [prefix, " s8*?!]"].concat(),
        other => format!("{prefix}-s{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ends_like_an_arn, has_legal_characters};

    #[test]
    fn only_the_name_made_for_it_ends_like_an_arn() {
        for (secret, name) in Names::new("rc-1a2b-c7".to_owned()).all() {
            assert_eq!(ends_like_an_arn(name), secret == 4, "{name}");
            assert_eq!(has_legal_characters(name), secret != 8, "{name}");
            assert!(name.len() <= 256, "{name}");
        }
    }
}
