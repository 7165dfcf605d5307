//! Variants: other ways to answer that the rules permit as well, so that the oracle shows whom it does not accuse.
//!
//! Where the documents are silent or disagree, the reference service answers in one way, and the model leaves the
//! others open. A variant answers in another. It takes what it does from the text of a rule and not from the model's
//! outcomes: an answer that the model forgot to permit is what it is there to find. A variant on an open point must
//! raise no finding at all; one that departs from what only strict mode requires may differ, and by those rules alone.

mod check;
mod configuration;
mod deletion;
mod form;
mod labels;
mod moves;
mod reading;
mod refusals;
mod rotation;
mod tokens;

use std::fmt;
use std::str::FromStr;

use super::hook::Hook;
use crate::rule::RuleId;

/// A permitted way to answer otherwise that can be switched on.
#[derive(Debug)]
pub struct Otherwise {
    /// Its name.
    pub name: &'static str,
    /// What the service does.
    pub does: &'static str,
    /// What permits it: rules, and the numbers of contradictions in the catalogue's sources.
    pub permitted_by: &'static str,
    /// The rules from which it differs, each in what only strict mode requires.
    pub differs: &'static [RuleId],
    hooks: &'static [Hook],
}

/// A variant, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Variant(&'static Otherwise);

impl Variant {
    /// Every variant.
    pub fn all() -> impl Iterator<Item = Self> {
        let families = [
            labels::VARIANTS,
            moves::VARIANTS,
            tokens::VARIANTS,
            rotation::VARIANTS,
            check::VARIANTS,
            configuration::VARIANTS,
            refusals::VARIANTS,
            deletion::VARIANTS,
            reading::VARIANTS,
            form::VARIANTS,
        ];
        families.into_iter().flatten().map(Self)
    }

    /// What it is.
    #[must_use]
    pub const fn otherwise(self) -> &'static Otherwise {
        self.0
    }

    pub(super) const fn hooks(self) -> &'static [Hook] {
        self.0.hooks
    }
}

impl PartialEq for Variant {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Variant {}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// By its name.
impl serde::Serialize for Variant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// No variant has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("find a variant named {0:?}; `defects` lists them")]
pub struct UnknownVariant(String);

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(text: &str) -> Result<Self, UnknownVariant> {
        Self::all().find(|variant| variant.0.name == text).ok_or_else(|| UnknownVariant(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_variant_is_found_by_its_name_alone_and_names_what_permits_it() {
        let names: BTreeSet<_> = Variant::all().map(|variant| variant.to_string()).collect();
        assert_eq!(names.len(), Variant::all().count());
        for variant in Variant::all() {
            let Otherwise { does, permitted_by, .. } = variant.otherwise();
            assert_eq!(variant.to_string().parse(), Ok(variant));
            assert!(permitted_by.contains("ROT-") && !does.ends_with('.'), "{variant}");
        }
        assert!("no-such-variant".parse::<Variant>().is_err());
    }

    #[test]
    fn the_rules_that_permit_a_variant_exist() {
        for variant in Variant::all() {
            let words = variant.otherwise().permitted_by.split([' ', ',', ';']);
            for word in words.filter(|word| word.starts_with("ROT-")) {
                assert!(word.parse::<RuleId>().is_ok(), "{variant}: {word}");
            }
        }
    }
}
