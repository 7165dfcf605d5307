//! Which traits a request has.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::mem::discriminant;

use foldhash::fast::FixedState;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::effect::{Effect, Likeness, bystanders};
use super::super::{Cell, State};
use super::draft::Draft;
use super::merit::{Mark, Merit, Seen, Sight, Trait};
use crate::model::{self, Action, Claim, Fact, Label, Operation, Outcome, Request, Secret, Text, World};
use crate::rule::RuleId;

/// How many traits a request has, at most in general.
const USUAL_TRAITS: usize = 32;

/// Looks at a request before it is made.
pub(super) fn look(draft: &Draft, request: &Request) -> Seen {
    let generator = &draft.generator;
    let resolved = generator.bindings.resolve(request, &generator.service);
    let (before, outcome) = generator.service.foresee(&resolved);
    let (facts, next) = draft.facts(&before.name, &resolved, &outcome);
    let action = resolved.operation.action();
    let cell = Cell::of(&before, &resolved);
    let mut traits = Vec::with_capacity(USUAL_TRAITS);
    traits.extend([Trait::Ask(cell.ask), Trait::Cell(cell)].map(Merit::from));
    traits.extend(forms(request, &outcome).into_iter().map(Merit::from));
    for fact in facts.iter().filter(|fact| fact.counts) {
        add(&mut traits, Trait::Rule(fact.rule));
        add(&mut traits, of_fact(fact, action));
    }
    if let Operation::ListSecrets(_) = resolved.operation {
        add(&mut traits, Trait::Rule(RuleId::Read009));
    }
    let sight = Sight::of(&resolved.operation, outcome.is_accepted());
    let (mut written, mut effect) = (Vec::new(), None);
    if resolved.operation.is_read() {
        survivors(draft, &before.name, &facts).for_each(|it| add(&mut traits, it));
    } else {
        written = deeds(draft, &before, &resolved, &outcome);
        effect = Some(Effect::of(&before, &resolved, &outcome).outline());
    }
    Seen { secret: before.name, traits, written, sight, effect, next }
}

/// Adds what is not there yet.
fn add(traits: &mut Vec<Merit>, it: Trait) {
    let it = Merit::from(it);
    if traits.iter().all(|other| other.key != it.key) {
        traits.push(it);
    }
}

/// What was done to a secret since the values that these facts are about were stored.
fn survivors<'a>(draft: &'a Draft, secret: &Text, facts: &'a [Fact]) -> impl Iterator<Item = Trait> + 'a {
    let past = draft.stories.get(secret).map(Vec::as_slice).unwrap_or_default();
    let values = facts.iter().filter(|fact| fact.counts && matches!(fact.claim, Claim::Value(_)));
    let later = values.flat_map(|fact| past.iter().filter(|(call, _)| fact.since.is_none_or(|since| *call > since)));
    later.map(|(_, effect)| Trait::Survivor(effect.key))
}

/// What a request does that reads must show.
fn deeds(draft: &Draft, before: &World, request: &Request, outcome: &Outcome) -> Vec<Merit> {
    let action = request.operation.action();
    let effect = Effect::of(before, request, outcome);
    let outline = effect.outline();
    let mut deeds = Vec::with_capacity(USUAL_TRAITS);
    deeds.push(Trait::Effect(effect).into());
    deeds.extend(outcome.next.as_ref().map(|after| Merit::from(Trait::State(State::of(after)))));
    for (rule, mark) in writes(before, outcome) {
        add(&mut deeds, Trait::Write(rule, action, mark));
    }
    for (secret, effects) in &draft.stories {
        let is_same = *secret == before.name;
        for (_, earlier) in effects {
            add(
                &mut deeds,
                match is_same {
                    true => Trait::After(earlier.key, outline.key),
                    false => Trait::Apart(earlier.action, outline.key),
                },
            );
        }
    }
    for bystander in bystanders(before, outcome, request) {
        add(&mut deeds, Trait::Beside(outline.key, bystander));
    }
    deeds.extend(Likeness::of(before, request).map(|likeness| Merit::from(Trait::Value(action, likeness))));
    deeds
}

/// A request as it is written in a case.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    op: &'a RawValue,
    #[serde(borrow, default)]
    request: BTreeMap<&'a str, &'a RawValue>,
}

/// How a request is written: whole, each member, and two of them at a time.
fn forms(request: &Request, outcome: &Outcome) -> Vec<Trait> {
    let is_reason = |fact: &&Fact| fact.claim == Claim::Refused && fact.counts;
    let refusal = outcome.facts.iter().find(is_reason).map(|fact| fact.rule);
    let line = serde_json::to_string(request).unwrap_or_default();
    let Ok(Written { op, request }) = serde_json::from_str(&line) else { return Vec::new() };
    let action = op.get();
    let members: Vec<u64> = request.iter().map(|(name, value)| hash(&[action, name, value.get()])).collect();
    let whole = members.iter().fold(hash(&[action]), |whole, member| whole.rotate_left(5) ^ member);
    let mut forms = vec![Trait::Form(whole)];
    for (number, member) in members.iter().enumerate() {
        forms.push(Trait::Member(*member, refusal));
        forms.extend(members[..number].iter().map(|other| Trait::Pair(member.rotate_left(7) ^ other)));
    }
    forms
}

/// A hash of these texts without the numbers of ordinary tokens.
fn hash(texts: &[&str]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for part in texts.iter().flat_map(|text| text.split('$')) {
        without_number(part).hash(&mut hasher);
    }
    hasher.finish()
}

/// What follows a `$`, without the number of an ordinary token.
fn without_number(part: &str) -> &str {
    let Some(number) = part.strip_prefix('t') else { return part };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let is_odd = number[..digits].parse::<u8>().is_ok_and(|number| number >= 90);
    if is_odd { number } else { &number[digits..] }
}

fn of_fact(fact: &Fact, action: Option<Action>) -> Trait {
    let mark = match &fact.claim {
        Claim::Accepted | Claim::Refused => return Trait::Verdict(fact.rule, action),
        Claim::Label(label, holder) => Some(mark(label, holder.is_some())),
        _ => None,
    };
    Trait::Fact(fact.rule, action, fact.by, discriminant(&fact.claim), mark)
}

const fn mark(label: &Label, is_anywhere: bool) -> Mark {
    let number = match label {
        Label::Current => 0,
        Label::Pending => 1,
        Label::Previous => 2,
        Label::Custom(_) => 3,
    };
    (number, is_anywhere)
}

/// The labels that a request moves and the settings that it changes, each with the rule that has it so.
fn writes(before: &World, outcome: &Outcome) -> Vec<(Option<RuleId>, Mark)> {
    let Some(after) = outcome.next.as_ref().and_then(|world| world.secret.as_ref()) else { return Vec::new() };
    let former = |label: &Label| before.secret.as_ref().and_then(|secret| secret.holder(label).flatten());
    let moved = after.labels.iter().filter(|cell| cell.holder.value.as_ref() != former(&cell.label));
    let labels = moved.map(|cell| (rule_of(&cell.holder), mark(&cell.label, cell.holder.value.is_some())));
    labels.chain(settings(before, after)).collect()
}

/// The rule that a part of a world rests on.
fn rule_of<T>(cell: &model::Cell<T>) -> Option<RuleId> {
    cell.by.map(|by| by.rule)
}

/// The members of the rotation configuration that a request changes.
fn settings(before: &World, after: &Secret) -> Vec<(Option<RuleId>, Mark)> {
    let Some(before) = &before.secret else { return Vec::new() };
    let (from, to) = (&before.rotation, &after.rotation);
    let mut settings = Vec::new();
    if from.days.value != to.days.value {
        settings.push((rule_of(&to.days), (4, to.days.value.is_some())));
    }
    for (number, from, to) in
        [(5, &from.function, &to.function), (6, &from.schedule, &to.schedule), (7, &from.duration, &to.duration)]
    {
        if from.value != to.value {
            settings.push((rule_of(to), (number, to.value.is_some())));
        }
    }
    settings
}
