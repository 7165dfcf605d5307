//! Defects: named bugs that can be switched on in the reference service, so that the oracle proves itself.
//!
//! A defect changes one of the five things that answering is made of: how the request is read, what state the decision
//! sees, what is decided, what is stored, and what is said. The model stays out of it: a defect takes what the model
//! says and spoils it. An illegal state needs no overlay, since labels are a relation: a label with two cells is on two
//! versions. Beside the named ones there is a defect against each rule, made from the facts that the rule owns.

mod against;
mod configuration;
mod current;
mod deletion;
mod form;
mod identity;
mod labels;
mod previous;
mod progress;
mod reading;
mod secrets;
mod tokens;
mod validation;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::model::{
    Answer, Cell, Claim, ErrorType, Fact, Label, LabelCell, Operation, Outcome, Provenance, Refusal, Request, Secret,
    Text, Timestamp, VersionId, World,
};
use crate::rule::{Class, RuleId};

/// A bug that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A named one.
    Bug(&'static Bug),
    /// The one that answers or acts against a rule's own facts, and leaves all others alone.
    Against(RuleId),
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

/// What a bug changes.
#[derive(Clone, Copy, Debug)]
enum Hook {
    /// The identifier that the request is taken to carry.
    Finds(fn(&Text, &BTreeMap<Text, World>) -> Option<Text>),
    /// The request as the service reads it.
    Reads(fn(&mut Operation, &Scene<'_>)),
    /// The state as the decision sees it; of an accepted request it stays so.
    Sees(fn(&mut World, &Scene<'_>)),
    /// The outcome.
    Decides(fn(&mut Outcome, &Scene<'_>)),
    /// The state afterwards, of a refused request too.
    Stores(fn(&mut World, &Scene<'_>)),
    /// The answer.
    Says(fn(&mut Answer, &Scene<'_>)),
}

/// What a hook may look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// The request, as far as it was read.
    pub operation: &'a Operation,
    /// The secret that it is about, before.
    pub before: &'a World,
    /// Every secret, before.
    pub worlds: &'a BTreeMap<Text, World>,
    /// The number of the call; cells carry the number of the one that wrote them.
    pub call: u32,
    /// The time.
    pub now: Timestamp,
    /// Whether the request is refused; not known before it is decided.
    pub is_refused: bool,
    /// What the answer must show by the model; empty before that is decided.
    pub facts: &'a [Fact],
}

impl<'a> Scene<'a> {
    /// What there is to see before anything is decided.
    pub(super) const fn new(
        operation: &'a Operation,
        before: &'a World,
        worlds: &'a BTreeMap<Text, World>,
        call: u32,
        now: Timestamp,
    ) -> Self {
        Self { operation, before, worlds, call, now, is_refused: false, facts: &[] }
    }

    /// The secret before; `None` if there was none, or if it was marked for deletion.
    fn active(&self) -> Option<&'a Secret> {
        self.before.secret.as_deref().filter(|secret| secret.deletion.is_none())
    }

    /// Where a label was before.
    fn holder(&self, label: &Label) -> Option<&'a VersionId> {
        self.active()?.holder(label).flatten()
    }

    /// The token of the request, if another secret has a version under it (ROT-IDEM-015).
    pub(super) fn taken(&self) -> Vec<Text> {
        let is_taken = |token: &&Text| self.others().any(|secret| secret.version(token).is_some());
        self.operation.token().filter(is_taken).cloned().into_iter().collect()
    }

    /// The secrets of other names.
    fn others(&self) -> impl Iterator<Item = &'a Secret> {
        self.worlds.values().filter(|world| world.name != self.before.name).filter_map(|world| world.secret.as_deref())
    }
}

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
        ];
        families.into_iter().flatten().map(Self::Bug)
    }

    /// The defects against each rule that can be checked and is not derived from others.
    pub fn generated() -> impl Iterator<Item = Self> {
        against::rules().map(Self::Against)
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
        }
    }

    /// Where such a bug was seen, or which family it stands for.
    #[must_use]
    pub const fn seen(&self) -> &'static str {
        match self {
            Self::Bug(bug) => bug.seen,
            Self::Against(_) => "generated from the model: the first fact that the rule owns does not hold",
        }
    }

    /// The rules that may be blamed for it.
    #[must_use]
    pub fn breaks(&self) -> Vec<RuleId> {
        match self {
            Self::Bug(bug) => bug.breaks.to_vec(),
            Self::Against(rule) => vec![*rule],
        }
    }

    fn hooks(&self) -> &'static [Hook] {
        match self {
            Self::Bug(bug) => bug.hooks,
            Self::Against(_) => &[],
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bug(bug) => f.write_str(bug.name),
            Self::Against(rule) => write!(f, "against:{rule}"),
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

/// The name that the first defect which says so takes an identifier for.
pub(super) fn find(defects: &[Defect], id: &Text, worlds: &BTreeMap<Text, World>) -> Option<Text> {
    hooks(defects).find_map(|hook| match hook {
        Hook::Finds(find) => find(id, worlds),
        _ => None,
    })
}

/// The request as the service reads it.
pub(super) fn read<'r>(defects: &[Defect], request: &'r Request, scene: &Scene<'_>) -> Cow<'r, Request> {
    let mut read = Cow::Borrowed(request);
    for hook in hooks(defects) {
        if let Hook::Reads(change) = hook {
            change(&mut read.to_mut().operation, scene);
        }
    }
    read
}

/// The state as the decision sees it.
pub(super) fn see<'a>(defects: &[Defect], scene: &Scene<'a>) -> Cow<'a, World> {
    let mut seen = Cow::Borrowed(scene.before);
    for hook in hooks(defects) {
        if let Hook::Sees(change) = hook {
            change(seen.to_mut(), scene);
        }
    }
    seen
}

/// The outcome as the service decides it.
pub(super) fn decide(defects: &[Defect], outcome: &mut Outcome, scene: &Scene<'_>) {
    for hook in hooks(defects) {
        if let Hook::Decides(change) = hook {
            change(outcome, scene);
        }
    }
}

/// The state as the service stores it.
pub(super) fn store(defects: &[Defect], world: &mut World, scene: &Scene<'_>) {
    for hook in hooks(defects) {
        if let Hook::Stores(change) = hook {
            change(world, scene);
        }
    }
}

/// The answer as the service gives it; a defect against a rule may change the state as well.
pub(super) fn say(defects: &[Defect], answer: &mut Answer, world: &mut World, scene: &Scene<'_>) {
    for defect in defects {
        if let Defect::Against(rule) = defect {
            match scene.operation {
                Operation::ListSecrets(_) => against::spoil_summaries(*rule, answer),
                _ => against::spoil(*rule, answer, world, scene),
            }
        }
    }
    for hook in hooks(defects) {
        if let Hook::Says(change) = hook {
            change(answer, scene);
        }
    }
}

/// Whether the state remembers what was read, as the judge does: what a rule owns may depend on it.
pub(super) fn remember_reads(defects: &[Defect]) -> bool {
    defects.iter().any(|defect| matches!(defect, Defect::Against(_)))
}

fn hooks(defects: &[Defect]) -> impl Iterator<Item = Hook> {
    defects.iter().flat_map(Defect::hooks).copied()
}

/// What a bug writes rests on no rule.
const BY_BUG: Provenance = Provenance { rule: RuleId::State001, class: Class::Contract, call: 0, action: None };

/// Puts a label on a version and nowhere else.
fn put_label(secret: &mut Secret, label: &Label, id: Option<VersionId>) {
    secret.labels.retain(|cell| cell.label != *label);
    add_label(secret, label, id);
}

/// Puts a label on a version without taking it from another.
fn add_label(secret: &mut Secret, label: &Label, id: Option<VersionId>) {
    secret.labels.push(LabelCell { label: label.clone(), holder: Cell::known(id, BY_BUG) });
}

/// A refusal of this type and without a text.
fn refuse(outcome: &mut Outcome, error_type: ErrorType) {
    outcome.refusal = Some(Refusal { error_type, text: None });
    outcome.next = None;
}

/// Whether the outcome is the refusal that a rule demands, and no other rule does: what else is wrong with a request is
/// found all the same.
fn is_refused_by(outcome: &Outcome, rule: RuleId) -> bool {
    let is_refusal = |fact: &Fact| fact.rule == rule && fact.claim == Claim::Refused && fact.counts;
    !outcome.is_accepted() && outcome.facts.iter().any(is_refusal)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
    fn every_named_defect_announces_what_it_breaks_and_where_it_was_seen() {
        assert!(Defect::named().count() >= 40);
        for defect in Defect::named() {
            assert!(!defect.breaks().is_empty() && !defect.seen().is_empty(), "{defect}");
            assert!(!defect.does().ends_with('.'), "{defect}");
        }
    }
}
