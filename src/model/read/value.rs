//! GetSecretValue: one version, found by its id, by a label, or by both.

use super::{only_labels_shown, owned_until_seen};
use crate::model::fact::fact;
use crate::model::lenient::refuse_or_read;
use crate::model::operation::GetSecretValue;
use crate::model::outcome::{Outcome, Reason, Setting, refuse};
use crate::model::put::quota::VERSION_QUOTA;
use crate::model::receipt::identified;
use crate::model::world::{Content, Secret, Strangers, Version, World};
use crate::model::{Claim, ErrorType, Fact, Label, Member, Timestamp, Value, VersionId};
use crate::rule::{Class, RuleId};

/// A secret whose value is read.
struct Reading<'a> {
    world: &'a World,
    secret: &'a Secret,
    now: Option<Timestamp>,
}

/// GetSecretValue of a secret that is not marked for deletion.
pub(crate) fn get(
    world: &World,
    secret: &Secret,
    request: &GetSecretValue,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or_read(reasons, || perhaps_read(world.clone()));
    }
    let reading = Reading { world, secret, now: setting.now };
    match (&request.version_id, &request.version_stage) {
        (None, label) => by_label(&reading, label.as_ref()),
        (Some(id), None) => by_id(&reading, id),
        (Some(id), Some(label)) => by_both(&reading, id, label),
    }
}

fn either_way(world: &World) -> Vec<Outcome> {
    // Whatever is read, an answer has one value.
    let one = Outcome::unjudged().contract(RuleId::Wire007, Claim::OneValue);
    let answered = identified(one, world).then(read(world));
    vec![answered, Outcome::unjudged_refusal(ErrorType::ResourceNotFoundException, None)]
}

/// The world in which a value may have been read.
pub(crate) fn perhaps_read(mut world: World) -> World {
    if let Some(secret) = &mut world.secret {
        secret.dates.may_have_been_read = true;
    }
    world
}

/// The world after a value was read.
fn read(world: &World) -> World {
    let mut next = world.clone();
    if let Some(secret) = next.secret.as_mut().filter(|secret| !secret.dates.was_read) {
        secret.dates.was_read = true;
    }
    next
}

fn by_label(reading: &Reading<'_>, named: Option<&Label>) -> Vec<Outcome> {
    let secret = reading.secret;
    let label = named.unwrap_or(&Label::Current);
    let Some(holder) = secret.holder(label) else { return by_open_label(reading, label) };
    let Some(version) = holder.and_then(|id| secret.version(id)) else {
        return vec![refuse(&[no_label(label)])];
    };
    let (rule, owner) = match named {
        None => (RuleId::Read001, secret.label(label)),
        Some(_) => (RuleId::Read002, secret.label(label)),
    };
    let located = owner.map(|cell| owned_until_seen(cell, rule, Class::Contract, Claim::Version(version.id.clone())));
    of_version(reading, version, &Way { rule, located, label: Some(label), is_default: named.is_none() })
}

/// A label of which it is open where it is. Where a weaker rule left AWSCURRENT open, it is somewhere all the same, and
/// each version has a value.
fn by_open_label(reading: &Reading<'_>, label: &Label) -> Vec<Outcome> {
    let Reading { world, secret, .. } = *reading;
    let is_somewhere =
        *label == Label::Current && secret.had_current && secret.label(label).is_some_and(|it| it.required().is_some());
    let is_filled = |version: &Version| matches!(version.content.get(), Some(Content::Value(_)));
    let mut outcomes = either_way(world);
    if is_somewhere && secret.strangers == Strangers::default() && secret.versions.iter().all(is_filled) {
        let accepted = |outcome: Outcome| outcome.contract(RuleId::Read001, Claim::Accepted);
        outcomes = outcomes.into_iter().map(accepted).collect();
    }
    outcomes
}

fn by_id(reading: &Reading<'_>, id: &VersionId) -> Vec<Outcome> {
    let Some(version) = reading.secret.version(id) else { return vec![refuse(&[no_version(id)])] };
    let located = fact(RuleId::Read002, Class::Contract, Claim::Version(id.clone()));
    of_version(reading, version, &Way { rule: RuleId::Read002, located: Some(located), label: None, is_default: false })
}

fn by_both(reading: &Reading<'_>, id: &VersionId, label: &Label) -> Vec<Outcome> {
    let Reading { world, secret, .. } = *reading;
    let not_together = Reason::typed(RuleId::Err014, ErrorType::InvalidRequestException)
        .text("You provided a VersionStage that is not associated to the provided VersionId.");
    let Some(version) = secret.version(id) else {
        return vec![refuse(&[not_together, no_version(id)])];
    };
    let is_filled = matches!(version.content.get(), Some(Content::Value(_)));
    match secret.holder(label) {
        None if is_filled || version.content.is_open() => either_way(world),
        None => vec![refuse(&[not_together, unfilled(id)])],
        Some(Some(holder)) if holder == id => by_id(reading, id),
        Some(_) if is_filled => vec![refuse(&[not_together])],
        Some(_) => vec![refuse(&[not_together, no_version(id)])],
    }
}

fn no_label(label: &Label) -> Reason {
    Reason::typed(RuleId::Err013, ErrorType::ResourceNotFoundException)
        .text(format!("Secrets Manager can't find the specified secret value for staging label: {label}"))
}

fn no_version(id: &str) -> Reason {
    Reason::typed(RuleId::Err013, ErrorType::ResourceNotFoundException)
        .text(format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
}

fn unfilled(id: &str) -> Reason {
    Reason::typed(RuleId::Life009, ErrorType::ResourceNotFoundException)
        .unrecorded_text(format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
}

/// How a version is found.
struct Way<'a> {
    rule: RuleId,
    located: Option<Fact>,
    label: Option<&'a Label>,
    is_default: bool,
}

/// Reading one version: its value, its labels, its date.
fn of_version(reading: &Reading<'_>, version: &Version, way: &Way<'_>) -> Vec<Outcome> {
    let Reading { world, secret, .. } = *reading;
    let Way { rule, ref located, label, is_default } = *way;
    let value = match version.content.get() {
        None => return either_way(world),
        Some(Content::Unfilled) => return vec![refuse(&[unfilled(&version.id)])],
        Some(Content::Value(value)) => value,
    };
    let is_labelled = secret.labels_of(&version.id).next().is_some();
    let permitted_by = match () {
        () if is_default && is_that_before_the_rotation(secret) => RuleId::Prog014,
        () if !is_default && secret.versions.len() > VERSION_QUOTA => RuleId::State022,
        () => rule,
    };
    let accepted = if is_labelled { Outcome::accepted(permitted_by) } else { Outcome::unjudged() };
    let mut outcome = identified(accepted, world).then(read(world));
    let mut stored = value_fact(secret, version, value, rule, is_default);
    if let Some(located) = located.as_ref().filter(|located| located.class == Class::Fidelity) {
        // Which version is read is fidelity; so is, then, what that version holds.
        (stored.rule, stored.class) = (located.rule, located.class);
    }
    // A version that by the answer itself lacks the label is the wrong one, wherever the label ought to be.
    if let Some(label) = label {
        outcome = outcome.contract(rule, Claim::HasLabel(label.clone(), version.id.clone()));
    }
    outcome.facts.extend(located.clone());
    outcome.facts.extend(labels_of_version(secret));
    outcome.facts.extend(only_labels_shown(secret));
    outcome.facts.push(stored);
    outcome = outcome
        .contract(RuleId::Wire007, Claim::OneValue)
        .contract(RuleId::Read004, Claim::Present(Member::CreatedDate));
    if let Some(created) = version.created {
        outcome = outcome.fidelity(RuleId::Read004, Claim::CreatedDate(created));
    }
    match is_labelled {
        true => vec![outcome],
        false => unlabelled(reading, version, outcome),
    }
}

/// A version without labels is read as well, unless the service may have removed it (ROT-READ-002, ROT-STATE-022).
fn unlabelled(reading: &Reading<'_>, version: &Version, read: Outcome) -> Vec<Outcome> {
    let refused = Outcome::unjudged_refusal(ErrorType::ResourceNotFoundException, None);
    let has_few = reading.secret.versions.len() <= VERSION_QUOTA;
    let is_young = reading.now.zip(version.created).is_some_and(|(now, created)| now.0 - created.0 < Timestamp::DAY);
    let rule = match (has_few, is_young) {
        (true, _) => RuleId::Read002,
        (false, true) => RuleId::State022,
        (false, false) => return vec![read, refused],
    };
    [read, refused].into_iter().map(|outcome| outcome.fidelity(rule, Claim::Accepted)).collect()
}

/// Whether a rotation runs, or may have failed, and nobody has moved AWSCURRENT since (ROT-PROG-014).
fn is_that_before_the_rotation(secret: &Secret) -> bool {
    secret.rotation.may_act() && !secret.rotation.current_was_moved
}

fn value_fact(secret: &Secret, version: &Version, value: &Value, rule: RuleId, is_default: bool) -> Fact {
    let owner = match value {
        _ if version.content.knowledge.is_seen() => RuleId::State018,
        Value::Bytes(_) => RuleId::Wire007,
        Value::Text(_) if is_default && is_that_before_the_rotation(secret) => RuleId::Prog014,
        Value::Text(_) => rule,
    };
    Fact { rule: owner, class: Class::Contract, ..version.content.fact(Claim::Value(value.clone())) }
}

/// The labels in the answer of GetSecretValue are all the labels of the version (ROT-READ-003).
fn labels_of_version(secret: &Secret) -> impl Iterator<Item = Fact> {
    secret.labels.iter().filter_map(|cell| {
        let holder = cell.holder.required()?;
        let claim = Claim::Label(cell.label.clone(), holder.clone());
        Some(owned_until_seen(&cell.holder, RuleId::Read003, Class::Contract, claim))
    })
}
