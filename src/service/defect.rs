//! Defects: named bugs that can be switched on in the reference service, so that the oracle proves itself.
//!
//! A defect hooks into answering ([`super::hook`]) and spoils what the model says. An illegal state needs no overlay, since labels are a relation: a label with two cells is on two
//! versions. Beside the named ones there is a defect against each rule, made from the facts that the rule owns.

mod against;
mod beyond;
mod configuration;
mod current;
mod deletion;
mod form;
mod identity;
mod labels;
mod previous;
mod progress;
mod reading;
mod rotation;
mod secrets;
mod tokens;
mod validation;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::hook::{Hook, Scene, add_label, is_refused_by, put_label, refuse, rename};
use crate::model::{Answer, Bound, Operation, Outcome, World};
use crate::rule::RuleId;

/// A bug that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A named one.
    Bug(&'static Bug),
    /// The one that answers or acts against a rule's own facts, and leaves all others alone.
    Against(RuleId),
    /// The one that accepts a RotateSecret which the rule leaves open, and breaks a bound that holds all the same.
    Beyond(RuleId, Bound),
}

/// A named bug.
#[derive(Debug)]
pub struct Bug {
    /// Its name.
    pub name: &'static str,
    /// What the service does.
    pub does: &'static str,
    /// Where such a bug was seen, or which family of bugs it stands for.
    pub seen: &'static str,
    /// The rules that may be blamed for it.
    pub breaks: &'static [RuleId],
    hooks: &'static [Hook],
}

impl PartialEq for Bug {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Bug {}

/// The defects that are switched on.
impl Defect {
    /// Every named defect.
    pub fn named() -> impl Iterator<Item = Self> {
        let families = [
            labels::BUGS,
            current::BUGS,
            previous::BUGS,
            tokens::BUGS,
            progress::BUGS,
            configuration::BUGS,
            reading::BUGS,
            deletion::BUGS,
            identity::BUGS,
            validation::BUGS,
            form::BUGS,
            secrets::BUGS,
            rotation::BUGS,
        ];
        families.into_iter().flatten().map(Self::Bug)
    }

    /// The defects against each rule that can be checked and is not derived from others, and those beyond each bound of
    /// what is open.
    pub fn generated() -> impl Iterator<Item = Self> {
        against::rules().map(Self::Against).chain(beyond::pairs().map(|(rule, bound)| Self::Beyond(rule, bound)))
    }

    /// Why rules that can be checked have no defect of their own.
    #[must_use]
    pub const fn without() -> &'static [(&'static str, &'static [RuleId])] {
        against::WITHOUT
    }

    /// What the service does.
    #[must_use]
    pub fn does(&self) -> Cow<'static, str> {
        match self {
            Self::Bug(bug) => bug.does.into(),
            Self::Against(rule) => format!("answers or acts against {rule} and follows all other rules").into(),
            Self::Beyond(rule, bound) => {
                format!("accepts RotateSecret where {rule} leaves that open, and {}", beyond::does(*bound)).into()
            }
        }
    }

    /// Where such a bug was seen, or which family it stands for.
    #[must_use]
    pub const fn seen(&self) -> &'static str {
        match self {
            Self::Bug(bug) => bug.seen,
            Self::Against(_) => "generated from the model: the first fact that the rule owns does not hold",
            Self::Beyond(..) => "generated from the model: a bound of what the rule leaves open does not hold",
        }
    }

    /// The rules that may be blamed for it.
    #[must_use]
    pub fn breaks(&self) -> Vec<RuleId> {
        match self {
            Self::Bug(bug) => bug.breaks.to_vec(),
            Self::Against(rule) => vec![*rule],
            Self::Beyond(rule, bound) => beyond::breaks(*rule, *bound),
        }
    }

    /// What it changes of what the model says.
    pub(super) fn hooks(&self) -> &'static [Hook] {
        match self {
            Self::Bug(bug) => bug.hooks,
            Self::Against(_) | Self::Beyond(..) => &[],
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bug(bug) => f.write_str(bug.name),
            Self::Against(rule) => write!(f, "against:{rule}"),
            Self::Beyond(rule, bound) => write!(f, "beyond:{rule}:{}", bound.as_str()),
        }
    }
}

/// By its name.
impl serde::Serialize for Defect {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// No defect has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("find a defect named {0:?}; `defects` lists them")]
pub struct UnknownDefect(String);

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(text: &str) -> Result<Self, UnknownDefect> {
        let mut all = Self::named().chain(Self::generated());
        all.find(|defect| defect.to_string() == text).ok_or_else(|| UnknownDefect(text.to_owned()))
    }
}

/// Spoils the answer, or the state, against rules.
pub(super) fn spoil(defects: &[Defect], answer: &mut Answer, world: &mut World, scene: &Scene<'_>) {
    for defect in defects {
        match defect {
            Defect::Against(rule) => match scene.operation {
                Operation::ListSecrets(_) => against::spoil_summaries(*rule, answer),
                _ => against::spoil(*rule, answer, world, scene),
            },
            Defect::Beyond(rule, bound) if scene.opened_by == Some(*rule) => {
                beyond::spoil(*bound, answer, world, scene);
            }
            Defect::Bug(_) | Defect::Beyond(..) => {}
        }
    }
}

/// Of the permitted outcomes the one that a service with these defects takes: the usual one, unless a defect is about
/// another.
pub(super) fn choose(defects: &[Defect], outcomes: Vec<Outcome>) -> Outcome {
    let is_sought = |outcome: &Outcome| {
        let opened_by = outcome.reading.as_ref().filter(|_| outcome.is_accepted()).map(|reading| reading.rule);
        defects.iter().any(|defect| matches!(defect, Defect::Beyond(rule, _) if opened_by == Some(*rule)))
    };
    let position = outcomes.iter().position(is_sought).unwrap_or(0);
    outcomes.into_iter().nth(position).expect("the model permits something for each request")
}

/// Whether the state remembers what was read, as the judge does: what a rule owns may depend on it.
pub(super) fn remember_reads(defects: &[Defect]) -> bool {
    defects.iter().any(|defect| matches!(defect, Defect::Against(_)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::OPEN_ROTATIONS;

    #[test]
    fn every_defect_is_found_by_its_name_alone() {
        let all: Vec<_> = Defect::named().chain(Defect::generated()).collect();
        let names: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), all.len());
        for defect in all {
            assert_eq!(defect.to_string().parse(), Ok(defect));
        }
        let unknown: Result<Defect, _> = "against:ROT-STATE-025".parse();
        assert!(unknown.is_err());
    }

    #[test]
    fn each_bound_of_what_is_open_has_a_defect_that_breaks_it_or_a_reason_why_not() {
        for (rule, held) in OPEN_ROTATIONS {
            for bound in *held {
                let is_broken = Defect::generated().any(|defect| defect == Defect::Beyond(*rule, *bound));
                assert_ne!(is_broken, beyond::is_without(*rule), "{rule} {}", bound.as_str());
            }
        }
    }

    #[test]
    fn every_named_defect_announces_what_it_breaks_and_where_it_was_seen() {
        assert!(Defect::named().count() >= 40);
        for defect in Defect::named() {
            assert!(!defect.breaks().is_empty() && !defect.seen().is_empty(), "{defect}");
            assert!(!defect.does().ends_with('.'), "{defect}");
        }
    }
}
