//! What the reading operations must show: DescribeSecret, GetSecretValue, ListSecretVersionIds, BatchGetSecretValue.
//!
//! For a read the owner of a fact is the provenance of the cell that it shows, until another read has confirmed the
//! cell: from then on it is the reading operation that errs.

mod value;

pub(crate) use value::{get, perhaps_read};

use super::fact::fact;
use super::lenient::refuse_or_read;
use super::operation::{BatchGetSecretValue, ListSecretVersionIds};
use super::outcome::{Outcome, Reason, refuse};
use super::put::quota::VERSION_QUOTA;
use super::receipt::identified;
use super::rotate::NO_NEXT_DATE;
use super::world::{Cell, Content, Knowledge, Origin, Rotation, Secret, Version, World};
use super::{Claim, ErrorType, Fact, Label, Member, Text, VersionId};
use crate::rule::{Class, RuleId};

/// A fact that the provenance owns until the cell was seen, and then this rule.
fn owned_until_seen<T>(cell: &Cell<T>, rule: RuleId, class: Class, claim: Claim) -> Fact {
    if cell.knowledge.is_seen() { fact(rule, class, claim) } else { cell.fact(claim) }
}

/// DescribeSecret of a secret that is not marked for deletion.
pub(crate) fn describe(world: &World, secret: &Secret) -> Outcome {
    let mut outcome = identified(Outcome::accepted(RuleId::Ident001), world);
    outcome.facts.extend(label_facts(secret));
    outcome.facts.extend(secret.unnamed.required().map(|()| secret.unnamed.fact(only_labels(secret))));
    outcome.facts.extend(rotation_facts(secret));
    if let Some(closed) = &secret.closed {
        let claim = only_versions(secret, closed.value);
        outcome.facts.push(closed.fact(claim));
    }
    outcome = outcome.fidelity(RuleId::State009, Claim::NoEmptyEntry);
    outcome.facts.extend(secret.restored.as_ref().map(|restored| restored.fact(Claim::Missing(Member::DeletedDate))));
    outcome.facts.extend(changed_fact(secret));
    let midnight = outcome.fidelity(RuleId::Conf018, Claim::AccessedAtMidnight);
    match (secret.dates.was_read, secret.dates.may_have_been_read) {
        (true, _) => midnight.fidelity(RuleId::Conf018, Claim::Present(Member::LastAccessedDate)),
        (false, false) => midnight.fidelity(RuleId::Conf018, Claim::Missing(Member::LastAccessedDate)),
        (false, true) => midnight,
    }
}

/// The date of the last change.
fn changed_fact(secret: &Secret) -> Option<Fact> {
    let date = secret.dates.changed?;
    let claim = if secret.dates.is_outdated { Claim::ChangedAfter(date) } else { Claim::ChangedSince(date) };
    Some(fact(RuleId::Conf017, Class::Fidelity, claim))
}

/// That there are no versions but those known, and so many others.
fn only_versions(secret: &Secret, others: usize) -> Claim {
    Claim::OnlyVersions { known: secret.versions.iter().map(|version| version.id.clone()).collect(), others }
}

/// That there are no labels of a client's choice but those known.
fn only_labels(secret: &Secret) -> Claim {
    let custom = secret.labels.iter().map(|cell| &cell.label).filter(|label| matches!(label, Label::Custom(_)));
    Claim::OnlyLabels(custom.cloned().collect())
}

/// The same in an answer that shows some labels; of what a read has shown already, it is this one that errs.
fn only_labels_shown(secret: &Secret) -> Option<Fact> {
    let claim = secret.unnamed.required().map(|()| only_labels(secret))?;
    Some(owned_until_seen(&secret.unnamed, RuleId::Read005, Class::Fidelity, claim))
}

/// Where the labels are.
fn label_facts(secret: &Secret) -> impl Iterator<Item = Fact> {
    secret.labels.iter().filter_map(|cell| {
        let holder = cell.holder.required()?;
        Some(cell.holder.fact(Claim::Label(cell.label.clone(), holder.clone())))
    })
}

/// The rotation configuration.
fn rotation_facts(secret: &Secret) -> Vec<Fact> {
    let rotation = &secret.rotation;
    let mut facts = configuration_facts(rotation);
    facts.extend(date_facts(secret));
    if !rotation.configured && !rotation.touched && rotation.enabled.get() == Some(&false) {
        // Not a cell of their own: a RotateSecret that was refused may have left a date.
        let (rule, class) = match rotation.may_hide_a_function {
            true => (RuleId::Val020, Class::Fidelity),
            false => (RuleId::Conf003, Class::Contract),
        };
        facts.extend([Claim::Missing(Member::LastRotatedDate), NO_NEXT_DATE].map(|claim| fact(rule, class, claim)));
    } else if rotation.is_cancelled() && !rotation.touched && rotation.enabled.get() == Some(&false) {
        facts.push(fact(RuleId::Conf011, Class::Fidelity, NO_NEXT_DATE));
    }
    facts
}

/// The dates while rotation is on: the next one is the end of a window, and there is no last one before a success.
fn date_facts(secret: &Secret) -> impl Iterator<Item = Fact> {
    let rotation = &secret.rotation;
    let is_on = rotation.configured && rotation.enabled.get() == Some(&true);
    let is_alone = matches!(
        (rotation.days.get(), rotation.duration.get(), rotation.schedule.get()),
        (Some(Some(_)), Some(None), Some(None))
    );
    let seconds = if is_alone { 86_400 } else { 3_600 };
    let next = is_on.then(|| fact(RuleId::Conf014, Class::Fidelity, Claim::NextAtEndOf(seconds)));
    let token = rotation.unfinished().filter(|_| is_on && secret.dates.is_first_rotation);
    let is_unfinished = token.is_some_and(|token| secret.holder(&Label::Current).flatten() != Some(token));
    let none_yet = Claim::Missing(Member::LastRotatedDate);
    let last = is_unfinished.then(|| fact(RuleId::Conf015, Class::Fidelity, none_yet));
    next.into_iter().chain(last)
}

fn configuration_facts(rotation: &Rotation) -> Vec<Fact> {
    let computed = match (rotation.days.knowledge, rotation.days.value) {
        (Knowledge::Usual, Some(days)) => Some(rotation.days.fact(Claim::ComputedDays(days))),
        _ => None,
    };
    facts_of_configuration(rotation, |_| true).into_iter().chain(computed).collect()
}

/// The parts of the configuration that are known, of those with this knowledge.
fn facts_of_configuration(rotation: &Rotation, is_due: impl Fn(Knowledge) -> bool) -> Vec<Fact> {
    fn part<T>(cell: &Cell<T>, is_due: impl Fn(Knowledge) -> bool, claim: impl FnOnce(&T) -> Claim) -> Option<Fact> {
        cell.get().filter(|_| is_due(cell.knowledge)).map(|value| cell.fact(claim(value)))
    }
    let Rotation { enabled, function, days, duration, schedule, .. } = rotation;
    let facts = [
        part(enabled, &is_due, |enabled| Claim::Enabled(*enabled)),
        part(function, &is_due, |arn| Claim::Function(arn.clone())),
        part(days, &is_due, |days| Claim::Days(*days)),
        part(duration, &is_due, |text| Claim::Duration(text.clone())),
        part(schedule, &is_due, |text| Claim::Schedule(text.clone())),
    ];
    facts.into_iter().flatten().collect()
}

/// What an entry of ListSecrets shows of a secret (ROT-READ-009).
pub(crate) fn summary_facts(secret: &Secret) -> Vec<Fact> {
    // What DescribeSecret has not shown is the matter of whoever wrote it.
    let mut shown = secret.clone();
    shown.labels.retain(|cell| cell.holder.knowledge.is_seen());
    let labels = label_facts(&shown).collect::<Vec<_>>();
    let of_rule = |mut fact: Fact| {
        fact.rule = RuleId::Read009;
        fact.class = Class::Fidelity;
        (fact.since, fact.by) = (None, None);
        fact
    };
    labels.into_iter().chain(facts_of_configuration(&secret.rotation, Knowledge::is_seen)).map(of_rule).collect()
}

/// DescribeSecret of a secret that is marked for deletion: answered or refused (ROT-ERR-007).
pub(crate) fn describe_marked(world: &World, secret: &Secret) -> Vec<Outcome> {
    let mut answered =
        identified(Outcome::unjudged(), world).fidelity(RuleId::Err007, Claim::Present(Member::DeletedDate));
    if let Some(deleted) = secret.dates.deleted {
        answered = answered.fidelity(RuleId::Err007, Claim::DeletedDate(deleted, 300.0));
    }
    answered.facts.extend(changed_fact(secret));
    answered.facts.extend(turned_off_facts(&secret.rotation));
    // Labels that no read has shown may be wrong since before the deletion.
    answered.facts.extend(secret.labels.iter().filter(|cell| cell.holder.knowledge.is_seen()).filter_map(|cell| {
        let holder = cell.holder.get()?;
        Some(fact(RuleId::Err007, Class::Fidelity, Claim::Label(cell.label.clone(), holder.clone())))
    }));
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)
        .contract(RuleId::Err006, Claim::ErrorType(vec![ErrorType::InvalidRequestException]));
    vec![
        answered.reading(RuleId::Err007, "DescribeSecret answers for a secret marked for deletion"),
        refused.reading(RuleId::Err007, "DescribeSecret refuses a secret marked for deletion"),
    ]
}

/// What is left of the configuration when the mark has turned rotation off (ROT-CONF-026). A function that no read has
/// shown may be wrong since before the deletion.
fn turned_off_facts(rotation: &Rotation) -> Vec<Fact> {
    if !rotation.configured || rotation.enabled.get() != Some(&false) {
        return Vec::new();
    }
    let kept = rotation.function.get().filter(|_| rotation.function.knowledge.is_seen());
    let kept = kept.map(|arn| Claim::Function(arn.clone()));
    let claims = [Claim::Enabled(false), NO_NEXT_DATE].into_iter().chain(kept);
    claims.map(|claim| fact(RuleId::Conf026, Class::Fidelity, claim)).collect()
}

/// ListSecretVersionIds.
pub(crate) fn list(world: &World, secret: &Secret, request: &ListSecretVersionIds, reasons: &[Reason]) -> Vec<Outcome> {
    let mut reasons = reasons.to_vec();
    let page = request.next_token.as_ref();
    let listing = secret.listing.as_ref().filter(|listing| Some(&listing.next_token) == page);
    // What a token stands for after changes that nobody has seen is not documented either.
    let is_outdated = page.is_some() && listing.is_none() && secret.unnamed.is_open();
    if is_outdated && reasons.is_empty() {
        return vec![Outcome::unjudged(), Outcome::unjudged_refusal(ErrorType::InvalidNextTokenException, None)];
    }
    if page.is_some() && listing.is_none() {
        reasons.push(Reason::typed(RuleId::Val019, ErrorType::InvalidNextTokenException).fidelity());
    }
    if !reasons.is_empty() {
        return refuse_or_read(&reasons, || world.clone());
    }
    // What a token stands for in a listing that goes on with another IncludeDeprecated is not documented.
    if listing.is_some_and(|listing| listing.include_deprecated != (request.include_deprecated == Some(true))) {
        return vec![Outcome::unjudged(), Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None)];
    }
    let is_paged = page.is_some() || request.max_results.is_some();
    let rule = if is_paged { RuleId::Wire012 } else { RuleId::State009 };
    let mut outcome = identified(Outcome::accepted(rule), world);
    outcome.facts.extend(listed_labels(secret));
    outcome.facts.extend(only_labels_shown(secret));
    let expected = expected_ids(secret, request.include_deprecated == Some(true));
    let before = listing.map_or(&[][..], |listing| &listing.seen);
    if is_paged {
        let missing = expected.iter().filter(|(id, listed)| *listed && !before.contains(id)).map(|(id, _)| id.clone());
        let (labelled, deprecated) = missing.partition(|id| secret.labels_of(id).next().is_some());
        outcome = outcome
            .contract(RuleId::Wire012, Claim::PageRepeats(before.to_vec()))
            .contract(RuleId::Wire012, Claim::LastPage(labelled))
            .contract(RuleId::State009, Claim::LastPage(deprecated));
    } else {
        outcome.facts.extend(expected.into_iter().map(|(id, listed)| listed_fact(secret, id, listed)));
    }
    if let Some(closed) = &secret.closed {
        let claim = only_versions(secret, closed.value);
        outcome.facts.push(closed.fact(claim));
    }
    for version in secret.versions.iter().filter(|version| version.content.get() == Some(&Content::Unfilled)) {
        outcome = outcome.contract(RuleId::State023, Claim::Unlisted(version.id.clone()));
    }
    vec![outcome]
}

/// ListSecretVersionIds of a secret that is marked for deletion is open (ROT-ERR-008).
pub(crate) fn list_marked() -> Vec<Outcome> {
    vec![
        Outcome::unjudged().reading(RuleId::Err008, "ListSecretVersionIds answers for a secret marked for deletion"),
        Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)
            .reading(RuleId::Err008, "ListSecretVersionIds refuses a secret marked for deletion"),
    ]
}

fn listed_labels(secret: &Secret) -> impl Iterator<Item = Fact> {
    secret.labels.iter().filter_map(|cell| {
        let holder = cell.holder.required()?;
        let claim = Claim::Label(cell.label.clone(), holder.clone());
        // Whether the rotation goes on or has ended unseen, no version of the list has AWSPENDING.
        if cell.put_by == Origin::EndOfRotation && !cell.holder.knowledge.is_seen() {
            return Some(fact(RuleId::State023, Class::Contract, claim));
        }
        Some(owned_until_seen(&cell.holder, RuleId::Read005, Class::Fidelity, claim))
    })
}

/// Which versions the whole list must have, or must not have (ROT-STATE-009, -010).
fn expected_ids(secret: &Secret, include_deprecated: bool) -> Vec<(VersionId, bool)> {
    let too_many = secret.versions.len() > VERSION_QUOTA;
    let expectation = |version: &Version| {
        let is_stored = matches!(version.content.get(), Some(Content::Value(_)));
        let is_labelled = secret.labels_of(&version.id).next().is_some();
        let is_unlabelled = !secret.may_have_a_label(&version.id);
        match (is_stored, is_labelled, is_unlabelled) {
            (true, true, _) => Some((version.id.clone(), true)),
            // Whatever its labels are, a version that is stored is in the list that has those without any.
            (true, false, _) if include_deprecated && !too_many => Some((version.id.clone(), true)),
            (true, false, true) if !too_many => Some((version.id.clone(), false)),
            _ => None,
        }
    };
    secret.versions.iter().filter_map(expectation).collect()
}

/// Whether one version is in the list; that puts at the same time each made one is ROT-CONC-006.
fn listed_fact(secret: &Secret, id: VersionId, listed: bool) -> Fact {
    match secret.version(&id).filter(|version| version.is_raced) {
        Some(version) => {
            let owner = version.content.fact(Claim::Listed(id, listed));
            Fact { rule: RuleId::Conc006, class: Class::Fidelity, ..owner }
        }
        None if is_custom_only(secret, &id) => fact(RuleId::State010, Class::Contract, Claim::Listed(id, listed)),
        None => fact(RuleId::State009, Class::Contract, Claim::Listed(id, listed)),
    }
}

fn is_custom_only(secret: &Secret, id: &str) -> bool {
    let mut labels = secret.labels_of(id).peekable();
    labels.peek().is_some() && labels.all(|label| matches!(label, Label::Custom(_)))
}

/// One identifier of BatchGetSecretValue, and the world that it denotes.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The identifier as given.
    pub id: &'a Text,
    /// The secret name that it denotes; `None` if it denotes none.
    pub world: Option<&'a World>,
}

/// BatchGetSecretValue with these identifiers.
#[must_use]
pub fn batch(request: &BatchGetSecretValue, named: &[Named<'_>]) -> Vec<Outcome> {
    let reasons = super::shape::reasons(&super::Operation::BatchGetSecretValue(request.clone()));
    if !reasons.is_empty() || request.filters.is_some() || request.next_token.is_some() {
        let accepted = Outcome::unjudged();
        let Some(reason) = reasons.first() else {
            return vec![accepted, Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None)];
        };
        return vec![refuse(&reasons), accepted.fidelity(reason.rule(), Claim::Refused)];
    }
    let mut outcome = Outcome::accepted(RuleId::Read006);
    for Named { id, world } in named {
        match world.and_then(|world| world.secret.as_ref().map(|secret| (world, secret))) {
            None if world.is_some_and(|world| world.deleting) => {}
            None => {
                let missing = ErrorType::ResourceNotFoundException;
                outcome = outcome
                    .contract(RuleId::Read006, Claim::BatchError((*id).clone()))
                    .fidelity(RuleId::Read006, Claim::BatchErrorCode((*id).clone(), missing));
            }
            Some((world, secret)) if secret.deletion.is_none() => {
                let current = secret.holder(&Label::Current).flatten();
                if let Some(value) = current.and_then(|id| secret.value(id)) {
                    outcome = outcome
                        .contract(RuleId::Read006, Claim::BatchHas(world.name.clone()))
                        .fidelity(RuleId::Read008, Claim::BatchValue(world.name.clone(), value.clone()));
                }
            }
            Some(_) => {}
        }
    }
    vec![outcome]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::GetSecretValue;
    use crate::model::world::Origin;
    use crate::model::{Functions, Setting, Timestamp, Value};

    const MADE: f64 = 1_000_000.0;

    /// A secret with so many versions, the first of which is AWSCURRENT's and the others have no labels.
    fn with_versions(count: usize) -> World {
        let mut world = World::adopted("db".into());
        let secret = world.secret.as_mut().expect("an adopted secret is there");
        secret.unnamed.bind(());
        for cell in &mut secret.labels {
            cell.holder.bind((cell.label == Label::Current).then(|| VersionId::from("v0")));
        }
        for number in 0..count {
            let content = Cell::known(Content::Value(Value::Text("a".into())), None);
            let id = format!("v{number}").into();
            secret.add_version(Version::new(&id, content, Origin::Unknown, Some(Timestamp(MADE))));
        }
        world
    }

    #[test]
    fn versions_without_labels_are_expected_in_a_whole_list_unless_there_are_more_than_a_hundred() {
        for (count, include_deprecated, expected) in [(100, true, 100), (100, false, 1), (101, true, 1)] {
            let world = with_versions(count);
            let secret = world.secret.as_ref().expect("the secret is there");
            let ids = expected_ids(secret, include_deprecated);
            assert_eq!(ids.iter().filter(|(_, listed)| *listed).count(), expected, "{count}");
            assert_eq!(ids[0], (VersionId::from("v0"), true));
        }
    }

    /// The rules that hold a service to reading a version without labels, so long after it was made.
    fn holding(count: usize, age: f64) -> Vec<RuleId> {
        let world = with_versions(count);
        let secret = world.secret.as_ref().expect("the secret is there");
        let request = GetSecretValue { version_id: Some("v1".into()), ..GetSecretValue::default() };
        let setting = Setting {
            call: 1,
            action: None,
            now: Some(Timestamp(MADE + age)),
            called: None,
            taken: &[],
            stamp: None,
            functions: &Functions::default(),
        };
        let outcomes = get(&world, secret, &request, &[], &setting);
        assert_eq!(outcomes.iter().map(Outcome::is_accepted).collect::<Vec<_>>(), [true, false]);
        let refused = &outcomes[1].facts;
        refused.iter().filter(|fact| fact.claim == Claim::Accepted).map(|fact| fact.rule).collect()
    }

    #[test]
    fn a_version_without_labels_may_go_once_there_are_more_than_a_hundred_and_it_is_a_day_old() {
        let day = Timestamp::DAY;
        for (count, age, expected) in [
            (100, 0.0, vec![RuleId::Read002]),
            (100, 2.0 * day, vec![RuleId::Read002]),
            (101, 0.0, vec![RuleId::State022]),
            (101, day - 1.0, vec![RuleId::State022]),
            (101, day, vec![]),
        ] {
            assert_eq!(holding(count, age), expected, "{count} versions, {age} s");
        }
    }
}
