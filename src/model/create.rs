//! CreateSecret.

use super::bound::Bound;
use super::lenient::refuse_or;
use super::operation::{CreateSecret, Given};
use super::outcome::{Outcome, Reason, Setting, refuse};
use super::receipt::identified;
use super::world::{Cell, Content, Dates, LabelCell, Origin, Rotation, Secret, Strangers, Version, World};
use super::{Action, Claim, ErrorType, Label, Member, Text, Value, VersionId};
use crate::rule::RuleId;

const SCHEDULED: &str =
    "You can't create this secret because a secret with this name is already scheduled for deletion.";

/// How long a name may stay refused after a forced delete (ROT-CONC-008), and some slack for the endpoint's clock.
const FREE_AFTER_SECONDS: f64 = 125.0;

/// The outcomes of a request that gives these reasons to refuse it.
pub(crate) fn outcomes(
    world: &World,
    request: &CreateSecret,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        let mut reasons = reasons.to_vec();
        // The name may be in use as well, or a token may be required.
        let is_doubtful = world.secret.is_some() || world.deleting || request.client_request_token.is_none();
        reasons.extend(is_doubtful.then(Reason::perhaps));
        return refuse_or(&reasons, world, setting, || outcomes(world, request, &[], setting));
    }
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if request.name.is_none() || given.is_of_illegal_length() {
        return vec![
            Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None),
            Outcome::unjudged().then(perhaps_created(world, request, setting)),
        ];
    }
    match &world.secret {
        Some(secret) if secret.deletion.is_some() && is_repetition(secret, request) => vec![
            Outcome::unjudged_refusal(ErrorType::InvalidRequestException, Some(SCHEDULED.into())),
            Outcome::unjudged().then(world.clone()),
        ],
        Some(secret) if secret.deletion.is_some() => {
            let reason = Reason::typed(RuleId::Err011, ErrorType::InvalidRequestException).text(SCHEDULED);
            vec![refuse(&with_a_missing_token(request, reason))]
        }
        Some(secret) => repeated(world, secret, request, &given, setting),
        None => fresh(world, request, setting),
    }
}

fn fresh(world: &World, request: &CreateSecret, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut accepted = Outcome::accepted(accepted_by(&world.name))
        .contract(RuleId::Ident001, Claim::Name(world.name.clone()))
        .contract(RuleId::Ident001, Claim::Present(Member::Arn))
        .fidelity(RuleId::Ident002, Claim::ArnForm(world.name.clone()))
        .contract(RuleId::Ident002, Claim::ArnOf(world.name.clone()));
    // What a creation without token answers, no rule says.
    if let Some(token) = &request.client_request_token {
        accepted = match stores_a_value(request) {
            true => accepted.contract(RuleId::Idem001, Claim::VersionId(Some(token.clone()))),
            false => accepted.contract(RuleId::Idem008, Claim::VersionId(None)),
        };
    }
    if !world.former_arns.is_empty() {
        accepted = accepted.fidelity(RuleId::Ident006, Claim::ArnUnlike(world.former_arns.clone()));
    }
    let accepted = accepted.then(created(world, request, setting));
    if request.client_request_token.is_none() {
        return vec![unjudged(accepted), Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)];
    }
    if world.deleting {
        let refused = Outcome::unjudged_refusal(ErrorType::InvalidRequestException, Some(SCHEDULED.into()))
            .reading(RuleId::Conc008, "the name is refused for a while after a forced delete");
        let is_due =
            setting.now.zip(world.deleted).is_some_and(|(now, deleted)| now.0 - deleted.0 > FREE_AFTER_SECONDS);
        let due = |outcome: Outcome| match is_due {
            true => outcome.fidelity(RuleId::Conc008, Claim::Accepted),
            false => outcome,
        };
        let free = accepted.reading(RuleId::Conc008, "the name is free after a forced delete");
        return vec![due(free), due(refused)];
    }
    if (257..=512).contains(&world.name.chars().count()) {
        return vec![accepted, Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None)];
    }
    vec![accepted]
}

/// The same acceptance, which nobody requires: without value and token the documents do not say.
fn unjudged(mut accepted: Outcome) -> Outcome {
    accepted.facts.retain(|fact| fact.claim != Claim::Accepted);
    accepted
}

/// The rule that permits a name: the plain case, or the legal characters and lengths.
fn accepted_by(name: &str) -> RuleId {
    let is_plain = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain { RuleId::State003 } else { RuleId::Ident007 }
}

const fn stores_a_value(request: &CreateSecret) -> bool {
    request.secret_string.is_some() || request.secret_binary.is_some()
}

fn created(world: &World, request: &CreateSecret, setting: &Setting<'_>) -> World {
    let by = setting.contract(RuleId::State003);
    let value = match Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref()) {
        Given::One(value) => Some(value),
        Given::Nothing | Given::Both => None,
    };
    let version = value.zip(request.client_request_token.clone());
    let current = version.as_ref().map(|(_, token)| token.clone());
    let label = |label, holder| LabelCell {
        label,
        holder: Cell::known(holder, by),
        put_by: Origin::Client(Action::CreateSecret),
    };
    let secret = Secret {
        arn: None,
        made_empty_with: request.client_request_token.clone().filter(|_| !stores_a_value(request)),
        deletion: None,
        restored: None,
        description: request.description.clone().filter(|text| !text.is_empty()),
        kms_key_id: request.kms_key_id.clone(),
        tags: request.tags.clone(),
        tags_open: false,
        versions: version.into_iter().map(|(value, id)| first_version(&id, value, setting)).collect(),
        closed: Some(Cell::known(0, by)),
        strangers: Strangers::default(),
        had_current: current.is_some(),
        labels: vec![label(Label::Current, current), label(Label::Pending, None), label(Label::Previous, None)],
        unnamed: Cell::known((), by),
        rotation: Rotation::never(setting.contract(RuleId::Conf003)),
        dates: Dates { created: setting.stamp, changed: setting.stamp, ..Dates::default() },
        listing: None,
    };
    World { secret: Some(secret.into()), deleting: false, deleted: None, ..world.clone() }
}

/// What may be there after an acceptance that no rule requires: a secret that was there before keeps what is known of it.
fn perhaps_created(world: &World, request: &CreateSecret, setting: &Setting<'_>) -> World {
    match &world.secret {
        Some(secret) if secret.deletion.is_none() => world.clone(),
        Some(_) | None => created(world, request, setting).opened_but(&[Bound::Deletion, Bound::Configuration]),
    }
}

fn first_version(id: &VersionId, value: Value, setting: &Setting<'_>) -> Version {
    let content = Cell::known(Content::Value(value), setting.contract(RuleId::State018));
    Version::new(id, content, Origin::Client(Action::CreateSecret), setting.stamp)
}

/// Whether the token names a version that is there already.
fn is_repetition(secret: &Secret, request: &CreateSecret) -> bool {
    request.client_request_token.as_ref().is_some_and(|token| secret.version(token).is_some())
}

/// Without a value no rule says whether a token is required.
fn with_a_missing_token(request: &CreateSecret, reason: Reason) -> Vec<Reason> {
    let missing = request.client_request_token.is_none().then(Reason::perhaps);
    std::iter::once(reason).chain(missing).collect()
}

/// The name is in use: a repetition, or a conflict.
fn repeated(
    world: &World,
    secret: &Secret,
    request: &CreateSecret,
    given: &Given,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let token = request.client_request_token.as_ref();
    let known = token.and_then(|token| secret.version(token));
    let exists = format!("The operation failed because the secret {} already exists.", world.name);
    if token.is_some() && known.is_none() && secret.strangers != Strangers::default() {
        return vec![
            Outcome::unjudged_refusal(ErrorType::ResourceExistsException, Some(exists.into())),
            Outcome::unjudged().then(world.clone()),
        ];
    }
    let is_repeated = token.is_some() && token == secret.made_empty_with.as_ref() && *given == Given::Nothing;
    if is_repeated && known.is_none() {
        // Whether a creation without a value can be repeated, no document or record says.
        return vec![
            Outcome::unjudged_refusal(ErrorType::ResourceExistsException, Some(exists.into())),
            identified(Outcome::unjudged(), world)
                .contract(RuleId::Idem008, Claim::VersionId(None))
                .then(world.clone()),
        ];
    }
    let (Some(token), Some(version)) = (token, known) else {
        let reason = Reason::typed(RuleId::Idem006, ErrorType::ResourceExistsException).text(exists);
        return vec![refuse(&with_a_missing_token(request, reason))];
    };
    let stored = version.content.get();
    match (stored, given) {
        (Some(Content::Value(stored)), Given::One(value)) if stored == value => {
            same_again(world, secret, token, setting)
        }
        (Some(Content::Value(_)), Given::One(_)) => {
            vec![refuse(&[token_conflict(RuleId::Idem006, secret, token)])]
        }
        _ => vec![
            Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None),
            Outcome::unjudged().then(world.clone()),
        ],
    }
}

fn same_again(world: &World, secret: &Secret, token: &Text, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.hold_labels(setting.contract(RuleId::Idem005));
        secret.close(setting.contract(RuleId::Idem005));
    }
    if !secret.holds(&Label::Current, token) || !is_made_by_creation(secret, token) {
        let same = Outcome::unjudged().then(next);
        let refused = Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None)
            .reading(RuleId::Idem005, "refused where it is no repetition of what made AWSCURRENT's version");
        return vec![
            same.reading(RuleId::Idem005, "accepted where it is no repetition of what made AWSCURRENT's version"),
            refused,
        ];
    }
    let same = Outcome::accepted(RuleId::Idem005)
        .contract(RuleId::Idem005, Claim::Name(world.name.clone()))
        .contract(RuleId::Idem005, Claim::VersionId(Some(token.clone())))
        .then(next);
    vec![match &secret.arn {
        Some(arn) => same.contract(RuleId::Idem005, Claim::Arn(arn.clone())),
        None => same,
    }]
}

/// Whether a CreateSecret has made the version, so that another one repeats it; no record shows one that repeats a put.
fn is_made_by_creation(secret: &Secret, token: &Text) -> bool {
    let made_by = |version: &Version| version.origin == Origin::Client(Action::CreateSecret);
    secret.version(token).is_some_and(made_by)
}

/// The refusal of a token that is in use for another value.
pub(crate) fn token_conflict(rule: RuleId, secret: &Secret, token: &str) -> Reason {
    let reason = Reason::typed(rule, ErrorType::ResourceExistsException);
    match &secret.arn {
        Some(arn) => reason.text(format!(
            "You can't use ClientRequestToken {token} because that value is already in use for a version of secret \
             {arn}."
        )),
        None => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Functions, Timestamp};

    /// Whether either answer is still good at this time, of a name that was deleted by force at 1000.
    fn is_either_good(now: f64) -> bool {
        let world = World { deleting: true, deleted: Some(Timestamp(1_000.0)), ..World::unused("db".into()) };
        let token = "0".repeat(32);
        let request = CreateSecret {
            name: Some("db".into()),
            client_request_token: Some(token.as_str().into()),
            secret_string: Some("a".into()),
            ..CreateSecret::default()
        };
        let functions = Functions::default();
        let setting = Setting { now: Some(Timestamp(now)), ..Setting::foreseen(2, None, &functions) };
        let outcomes = outcomes(&world, &request, &[], &setting);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_accepted()).count(), 1, "both answers are permitted");
        let due = |fact: &super::super::Fact| fact.rule == RuleId::Conc008 && fact.claim == Claim::Accepted;
        !outcomes.iter().flat_map(|outcome| &outcome.facts).any(due)
    }

    #[test]
    fn a_secret_that_was_made_anew_remembers_no_deletion() {
        let world = World { deleting: true, deleted: Some(Timestamp(1_000.0)), ..World::unused("db".into()) };
        let functions = Functions::default();
        let world = created(&world, &CreateSecret::default(), &Setting::foreseen(2, None, &functions));
        assert_eq!((world.deleting, world.deleted), (false, None));
    }

    #[test]
    fn a_name_may_stay_refused_for_two_minutes_and_some_slack() {
        assert!(is_either_good(1_001.0));
        assert!(is_either_good(1_125.0));
        assert!(!is_either_good(1_125.5));
    }
}
