//! What may follow a request: facts that an answer must show, and the world afterwards.
//!
//! The outcomes of a request are listed with the usual one first, which is what the reference service does. An
//! outcome is picked by its kind (accepted or refused); its facts then say what is wrong with an answer of that kind.

use std::borrow::Cow;
use std::time::Duration;

use super::fact::{Claim, Fact, fact};
use super::world::{Origin, Provenance, World};
use super::{Action, ErrorType, Text, Timestamp};
use crate::rule::{Class, Kind, RuleId};

/// The function ARNs whose standing at the endpoint is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Functions {
    /// ARNs that the endpoint accepts; the functions behind them never act, but those of `acting`.
    pub accepted: Vec<Text>,
    /// Those of them whose functions the harness plays, so that each invocation is part of the history.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acting: Vec<Text>,
    /// ARNs in the endpoint's account and Region that name no function.
    pub missing: Vec<Text>,
}

/// What the model is told beside world and request.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The number of the call, for provenance.
    pub call: u32,
    /// The action of the call, for provenance.
    pub action: Option<Action>,
    /// The endpoint's clock, where it is known, for bounds on dates.
    pub now: Option<Timestamp>,
    /// When the call was made, since the start of the history; `None` where there is no history.
    pub called: Option<Duration>,
    /// Tokens, of those that matter to this call, under which another secret has a version (ROT-IDEM-015).
    pub taken: &'a [Text],
    /// The date to give to what is made or changed; only the reference service has one.
    pub stamp: Option<Timestamp>,
    /// Function ARNs.
    pub functions: &'a Functions,
}

impl<'a> Setting<'a> {
    /// The setting of a call that is foreseen and not made: without clocks, dates and other secrets.
    pub(crate) const fn foreseen(call: u32, action: Option<Action>, functions: &'a Functions) -> Self {
        Self { call, action, now: None, called: None, taken: &[], stamp: None, functions }
    }

    pub(crate) const fn contract(&self, rule: RuleId) -> Provenance {
        Provenance { rule, class: Class::Contract, call: self.call, action: self.action }
    }

    /// Who does what the call does.
    pub(crate) fn origin(&self) -> Origin {
        self.action.map_or(Origin::Unknown, Origin::Client)
    }

    pub(crate) const fn fidelity(&self, rule: RuleId) -> Provenance {
        Provenance { rule, class: Class::Fidelity, call: self.call, action: self.action }
    }
}

/// How a refusal reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The type that the service answers.
    pub error_type: ErrorType,
    /// The recorded or documented text; `None` where none is known.
    pub text: Option<Cow<'static, str>>,
}

/// The reading of an open point that an answer shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// The open rule.
    pub rule: RuleId,
    /// What the endpoint does, in words.
    pub choice: Cow<'static, str>,
}

impl Reading {
    pub(crate) fn new(rule: RuleId, choice: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, choice: choice.into() }
    }
}

/// How many facts an acceptance has, as a rule at most.
const USUAL_FACTS: usize = 16;

/// One thing that may follow a request.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the request is refused; `None` if it is accepted.
    pub refusal: Option<Refusal>,
    /// What the answer must show.
    pub facts: Vec<Fact>,
    /// The world afterwards; `None` if nothing changes.
    pub next: Option<World>,
    /// The reading that this outcome is.
    pub reading: Option<Reading>,
}

impl Outcome {
    /// Acceptance that a rule permits.
    pub(crate) fn accepted(rule: RuleId) -> Self {
        let mut outcome = Self::unjudged();
        outcome.facts.reserve(USUAL_FACTS);
        outcome.contract(rule, Claim::Accepted)
    }

    /// Acceptance that nobody answers for.
    pub(crate) const fn unjudged() -> Self {
        Self { refusal: None, facts: Vec::new(), next: None, reading: None }
    }

    /// A refusal that nobody requires; any type is good.
    pub(crate) fn unjudged_refusal(error_type: ErrorType, text: Option<Cow<'static, str>>) -> Self {
        Self { refusal: Some(Refusal { error_type, text }), ..Self::unjudged() }.with(fault_free())
    }

    pub(crate) fn with(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    pub(crate) fn contract(self, rule: RuleId, claim: Claim) -> Self {
        self.with(fact(rule, Class::Contract, claim))
    }

    pub(crate) fn fidelity(self, rule: RuleId, claim: Claim) -> Self {
        self.with(fact(rule, Class::Fidelity, claim))
    }

    pub(crate) fn then(mut self, next: World) -> Self {
        self.next = Some(next);
        self
    }

    pub(crate) fn reading(mut self, rule: RuleId, choice: impl Into<Cow<'static, str>>) -> Self {
        self.reading = Some(Reading::new(rule, choice));
        self
    }

    /// Whether the request is accepted.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.refusal.is_none()
    }

    /// The types of which a refusal must be one; `None` if any will do, or if it is none.
    pub(crate) fn refusal_types(&self) -> Option<&[ErrorType]> {
        self.facts.iter().find_map(|fact| match &fact.claim {
            Claim::ErrorType(types) => Some(types.as_slice()),
            _ => None,
        })
    }
}

fn fault_free() -> Fact {
    fact(RuleId::Err002, Class::Contract, Claim::NoFault)
}

/// One reason to refuse a request.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    rule: RuleId,
    /// Whether the refusal itself is contract.
    class: Class,
    /// The type that the service answers, and whether it is judged.
    error_type: ErrorType,
    type_class: Option<Class>,
    /// Further types that are as good.
    or: Vec<ErrorType>,
    text: Option<Cow<'static, str>>,
    /// Whether the text is judged, which takes a record of it.
    text_is_recorded: bool,
}

impl Reason {
    /// A refusal whose type is contract too.
    pub(crate) fn typed(rule: RuleId, error_type: ErrorType) -> Self {
        Self {
            rule,
            class: Class::Contract,
            error_type,
            type_class: Some(Class::Contract),
            or: vec![],
            text: None,
            text_is_recorded: false,
        }
    }

    /// A refusal of any type; the one named is what the reference service answers.
    pub(crate) fn any_type(rule: RuleId, error_type: ErrorType) -> Self {
        Self { type_class: None, ..Self::typed(rule, error_type) }
    }

    /// Something that may be wrong as well, so that a refusal may be for it and have its type (ROT-ERR-017).
    pub(crate) fn perhaps() -> Self {
        Self::any_type(RuleId::Err017, ErrorType::InvalidRequestException).fidelity()
    }

    /// A refusal whose type is fidelity.
    pub(crate) fn loosely_typed(rule: RuleId, error_type: ErrorType) -> Self {
        Self { type_class: Some(Class::Fidelity), ..Self::typed(rule, error_type) }
    }

    /// A refusal that only strict mode requires.
    pub(crate) fn fidelity(mut self) -> Self {
        self.class = Class::Fidelity;
        self.type_class = self.type_class.map(|_| Class::Fidelity);
        self
    }

    /// Leaves the type open.
    pub(crate) const fn of_any_type(mut self) -> Self {
        self.type_class = None;
        self
    }

    pub(crate) fn or(mut self, error_type: ErrorType) -> Self {
        self.or.push(error_type);
        self
    }

    /// The recorded text.
    pub(crate) fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.text = Some(text.into());
        self.text_is_recorded = true;
        self
    }

    /// A text that the reference service gives and nobody is judged by.
    pub(crate) fn unrecorded_text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.text = Some(text.into());
        self
    }

    pub(crate) const fn rule(&self) -> RuleId {
        self.rule
    }

    pub(crate) const fn is_contract(&self) -> bool {
        matches!(self.class, Class::Contract)
    }

    fn types(&self) -> Vec<ErrorType> {
        let mut types = vec![self.error_type.clone()];
        types.extend(self.or.iter().cloned());
        types
    }
}

/// The refusal for these reasons, of which there is at least one.
///
/// With several, the type of any of them is good, and no rule counts as exercised (ROT-ERR-017).
pub(crate) fn refuse(reasons: &[Reason]) -> Outcome {
    let first = principal(reasons);
    let alone = reasons.len() == 1;
    let mut refused = fact(first.rule, first.class, Claim::Refused);
    refused.counts = alone;
    let mut outcome = Outcome {
        refusal: Some(Refusal { error_type: reasons[0].error_type.clone(), text: reasons[0].text.clone() }),
        ..Outcome::unjudged()
    }
    .with(fault_free())
    .with(refused);
    if let Some(class) = judged_type(reasons) {
        let mut typed = fact(first.rule, class, Claim::ErrorType(types_of(reasons)));
        typed.counts = alone;
        outcome = outcome.with(typed);
    }
    match &first.text {
        Some(text) if alone && first.text_is_recorded => outcome.fidelity(first.rule, Claim::Message(text.clone())),
        _ => outcome,
    }
}

/// The types that are good for any of these reasons, each once.
fn types_of(reasons: &[Reason]) -> Vec<ErrorType> {
    reasons.iter().flat_map(Reason::types).fold(Vec::new(), |mut types, error_type| {
        if !types.contains(&error_type) {
            types.push(error_type);
        }
        types
    })
}

/// The reason that is blamed if the request is accepted all the same: one about the state before one about the shape.
fn principal(reasons: &[Reason]) -> &Reason {
    let is_of_state = |reason: &&Reason| reason.rule.rule().kind == Kind::RefusalForState && reason.is_contract();
    let mut contract = reasons.iter().filter(|reason| reason.is_contract());
    reasons.iter().find(is_of_state).or_else(|| contract.next()).unwrap_or(&reasons[0])
}

/// The class of the fact about the type: none if any reason leaves its type open, or if one of several is held to its
/// type in strict mode only, since then nothing is said of the type that such a reason is answered with.
fn judged_type(reasons: &[Reason]) -> Option<Class> {
    match reasons {
        [reason] => reason.type_class,
        several => several.iter().all(|reason| reason.type_class == Some(Class::Contract)).then_some(Class::Contract),
    }
}
