//! Client request tokens: UUIDs that follow from a prefix and a number, and can be told apart from any other.

use uuid::{Builder, Uuid};

use crate::model::Text;

/// Multiples of it look unrelated to each other.
const SPREAD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
/// The bytes of a UUID before its first hyphen, and from there to its end.
const HYPHEN: (usize, usize) = (8, 28);
/// The numbers whose tokens are no UUIDs: of odd lengths, or with a text in front.
const ODD: [u8; 5] = [90, 91, 92, 93, 94];

/// The tokens of one execution of a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens(u128);

impl Tokens {
    /// Tokens that no other prefix has.
    pub(super) fn new(prefix: &str) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, prefix.as_bytes()).as_u128())
    }

    fn uuid(self, number: u8) -> Uuid {
        let bytes = (self.0 ^ SPREAD.wrapping_mul(number.into())).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// The token of this number.
    pub(super) fn text(self, number: u8) -> Text {
        let uuid = self.uuid(number);
        let simple = uuid.simple();
        match number {
            90 => simple.encode_lower(&mut Uuid::encode_buffer())[..31].into(),
            91 => (&*simple.encode_lower(&mut Uuid::encode_buffer())).into(),
            92 => format!("{simple}{simple}").into(),
            93 => format!("{simple}{simple}x").into(),
            94 => format!("terraform-{}", &simple.to_string()[..26]).into(),
            _ => (&*uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer())).into(),
        }
    }

    /// The number of this token; `None` of any other text.
    pub(super) fn number(self, text: &str) -> Option<u8> {
        let odd = || ODD.into_iter().find(|number| *self.text(*number) == *text);
        self.number_of_uuid(text).or_else(odd)
    }

    fn number_of_uuid(self, text: &str) -> Option<u8> {
        let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == HYPHEN.0 + HYPHEN.1)?;
        let mut numbers = (0..=u8::MAX).filter(|number| !ODD.contains(number));
        numbers.find(|number| self.uuid(*number) == uuid)
    }

    /// The text with each token replaced by `$t` and its number.
    pub(super) fn symbolize(self, text: &str) -> String {
        let mut symbolized = String::with_capacity(text.len());
        let mut done = 0;
        for (hyphen, _) in text.match_indices('-') {
            let Some(start) = hyphen.checked_sub(HYPHEN.0).filter(|start| *start >= done) else { continue };
            let token = text.get(start..hyphen + HYPHEN.1);
            if let Some(number) = token.and_then(|token| self.number_of_uuid(token)) {
                symbolized.extend([&text[done..start], "$t", &number.to_string()]);
                done = hyphen + HYPHEN.1;
            }
        }
        symbolized.push_str(&text[done..]);
        ODD.into_iter().fold(symbolized, |text, number| replaced(text, &self.text(number), &format!("$t{number}")))
    }
}

/// The text with each occurrence of `from` replaced.
pub(super) fn replaced(text: String, from: &str, to: &str) -> String {
    if text.contains(from) { text.replace(from, to) } else { text }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tokens_have_the_lengths_that_they_stand_for() {
        let tokens = Tokens::new("rc-1a2b-c7");
        assert_eq!([1, 90, 91, 92, 93, 94].map(|number| tokens.text(number).len()), [36, 31, 32, 64, 65, 36]);
    }

    #[test]
    fn every_token_is_told_by_its_text_and_only_by_its_own_prefix() {
        let (tokens, others) = (Tokens::new("rc-1a2b-c7"), Tokens::new("rc-1a2b-c8"));
        let texts: BTreeSet<Text> = (0..=u8::MAX).map(|number| tokens.text(number)).collect();
        assert_eq!(texts.len(), 256);
        for number in 0..=u8::MAX {
            assert_eq!(tokens.number(&tokens.text(number)), Some(number));
            assert_eq!(tokens.number(&others.text(number)), None);
        }
    }

    #[test]
    fn tokens_are_found_amid_other_text() {
        let tokens = Tokens::new("rc-1a2b-c7");
        for number in [1, 94, 230] {
            let token = tokens.text(number);
            let text = format!("\u{fc}-a-{token}-b{token}{token}\"-{}", &token[..20]);
            let symbol = format!("$t{number}");
            assert_eq!(tokens.symbolize(&text), format!("\u{fc}-a-{symbol}-b{symbol}{symbol}\"-{}", &token[..20]));
        }
    }
}
