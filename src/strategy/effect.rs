//! What a call does to a secret, up to renaming, and what it must leave alone.
//!
//! Bugs that need several calls show where one effect meets what another has left: a roll back and then a new value, a
//! restored secret and then a move, a custom label on the version that loses AWSPENDING. Steering prefers effects, and
//! pairs of them, that were met seldom; which bugs there are has no say in it.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

use super::cell::{Mark, Token};
use crate::model::{
    Action, Claim, Content, Label, Operation, Outcome, Request, Secret, SecretBinary, SecretString, Value, World,
};
use crate::rule::RuleId;

/// What one call does to the secret that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Effect {
    action: Option<Action>,
    /// The rule by which it is refused.
    refusal: Option<RuleId>,
    /// What becomes of AWSCURRENT, AWSPENDING, AWSPREVIOUS and of custom labels.
    labels: [Change; 4],
    /// Which version it names, as a token or as the one that a label moves to.
    target: Token,
    settings: [Change; 6],
}

/// An effect as far as later calls may depend on it, by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EffectKey {
    pub(super) action: Option<Action>,
    pub(super) key: u64,
}

/// What becomes of a label or of a setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Change {
    #[default]
    Stays,
    Appears,
    Changes,
    Vanishes,
}

/// A part of the state that a call leaves alone, where it is relative to what the call changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bystander {
    /// A label.
    Label(Mark, Spot),
    /// A setting by its number.
    Setting(u8),
    /// How many versions there are, up to four, and whether one of them has no label.
    Versions(usize, bool),
}

/// Where a label is that a call does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    /// On the version that the call names.
    Target,
    /// On one that loses a label.
    Loser,
    Elsewhere,
}

/// What is stored, relative to the values that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Likeness {
    /// A text that no version has.
    New,
    /// Of the current version.
    OfCurrent,
    /// Of another version.
    OfOther,
    Bytes,
    Nothing,
}

impl Effect {
    pub(super) fn of(before: &World, request: &Request, outcome: &Outcome) -> Self {
        let secret = before.secret.as_deref();
        let after = outcome.next.as_ref().filter(|_| outcome.is_accepted());
        let after = after.map_or(secret, |world| world.secret.as_deref());
        let id = match &request.operation {
            Operation::UpdateSecretVersionStage(wish) => wish.move_to_version_id.as_ref(),
            Operation::GetSecretValue(get) => get.version_id.as_ref(),
            other => other.token(),
        };
        let refusal = outcome.facts.iter().find(|fact| fact.claim == Claim::Refused).map(|fact| fact.rule);
        Self {
            action: request.operation.action(),
            refusal: refusal.filter(|_| !outcome.is_accepted()),
            labels: changes(secret, after),
            target: Token::of(secret, id.map(|id| &**id)),
            settings: settings(secret, after),
        }
    }

    /// The effect as far as later calls may depend on it: which token a request has does not count, where a label goes
    /// does.
    pub(super) fn outline(mut self) -> EffectKey {
        if self.action != Some(Action::UpdateSecretVersionStage) {
            self.target = Token::Missing;
        }
        EffectKey { action: self.action, key: FixedState::default().hash_one(self) }
    }
}

fn changes(before: Option<&Secret>, after: Option<&Secret>) -> [Change; 4] {
    let mut changes = [Change::Stays; 4];
    let cells = [before, after].into_iter().flatten().flat_map(|secret| &secret.labels);
    for label in cells.map(|cell| &cell.label) {
        let change = Change::of(before, after, |secret| secret.holder(label).flatten());
        let place = &mut changes[Mark::of(label) as usize];
        *place = change.max(*place);
    }
    changes
}

fn settings(before: Option<&Secret>, after: Option<&Secret>) -> [Change; 6] {
    let is = |is: bool| is.then_some(());
    [
        Change::of(before, after, |secret| is(secret.rotation.enabled.value)),
        Change::of(before, after, |secret| secret.rotation.function.value.as_ref()),
        Change::of(before, after, |secret| secret.rotation.days.value),
        Change::of(before, after, |secret| secret.rotation.schedule.value.as_ref()),
        Change::of(before, after, |secret| secret.rotation.duration.value.as_ref()),
        Change::of(before, after, |secret| is(secret.deletion.is_some())),
    ]
}

impl Change {
    /// What becomes of a part of the secret.
    fn of<'a, T: PartialEq>(
        before: Option<&'a Secret>,
        after: Option<&'a Secret>,
        part: impl Fn(&'a Secret) -> Option<T>,
    ) -> Self {
        match (before.and_then(&part), after.and_then(&part)) {
            (before, after) if before == after => Self::Stays,
            (None, _) => Self::Appears,
            (_, None) => Self::Vanishes,
            (Some(_), Some(_)) => Self::Changes,
        }
    }
}

/// What a call that was decided so leaves alone.
pub(super) fn bystanders(before: &World, outcome: &Outcome, request: &Request) -> Vec<Bystander> {
    let Some(secret) = before.secret.as_deref() else { return Vec::new() };
    let after = outcome.next.as_ref().and_then(|world| world.secret.as_deref()).unwrap_or(secret);
    let holder = |label: &Label| after.holder(label).flatten();
    let target = match &request.operation {
        Operation::UpdateSecretVersionStage(wish) => wish.move_to_version_id.as_ref(),
        other => other.token(),
    };
    let held = secret.labels.iter().filter_map(|cell| Some((&cell.label, cell.holder.get()?.as_ref()?)));
    let losers: Vec<_> = held.clone().filter(|(label, id)| holder(label) != Some(*id)).map(|(_, id)| id).collect();
    let kept = held.filter(|(label, id)| holder(label) == Some(*id));
    let labels = kept.map(|(label, id)| {
        let spot = match () {
            () if losers.contains(&id) => Spot::Loser,
            () if target == Some(id) => Spot::Target,
            () => Spot::Elsewhere,
        };
        Bystander::Label(Mark::of(label), spot)
    });
    let is_set = settings(None, Some(secret)).map(|change| change != Change::Stays);
    let settings = (0..).zip(is_set).filter(|(_, is_set)| *is_set).map(|(number, _)| Bystander::Setting(number));
    let has_deprecated = secret.versions.iter().any(|version| !secret.may_have_a_label(&version.id));
    let versions = Bystander::Versions(secret.versions.len().min(4), has_deprecated);
    labels.chain(settings).chain([versions]).collect()
}

impl Likeness {
    /// What a request stores; `None` if it is none that stores values.
    pub(super) fn of(before: &World, request: &Request) -> Option<Self> {
        let (text, bytes) = match &request.operation {
            Operation::CreateSecret(it) => (&it.secret_string, &it.secret_binary),
            Operation::PutSecretValue(it) => (&it.secret_string, &it.secret_binary),
            Operation::UpdateSecret(it) => (&it.secret_string, &it.secret_binary),
            _ => return None,
        };
        Some(Self::of_value(before, text.as_ref(), bytes.as_ref()))
    }

    fn of_value(before: &World, text: Option<&SecretString>, bytes: Option<&SecretBinary>) -> Self {
        let Some(text) = text else {
            return if bytes.is_some() { Self::Bytes } else { Self::Nothing };
        };
        let Some(secret) = before.secret.as_deref() else { return Self::New };
        let has = |content: &Content| matches!(content, Content::Value(Value::Text(known)) if known == text);
        let mut like = secret.versions.iter().filter(|version| version.content.get().is_some_and(has));
        match (like.clone().any(|version| secret.holds(&Label::Current, &version.id)), like.next()) {
            (true, _) => Self::OfCurrent,
            (false, Some(_)) => Self::OfOther,
            (false, None) => Self::New,
        }
    }
}
