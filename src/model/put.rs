//! PutSecretValue: storing a value, and what UpdateSecret shares of it.

pub(super) mod labels;
pub(super) mod quota;
pub(super) mod token;

use super::bound::Bound;
use super::create::token_conflict;
use super::lenient::{is_about_labels, refuse_or};
use super::operation::{Given, PutSecretValue};
use super::outcome::{Outcome, Reason, Setting, refuse};
use super::receipt::put_receipt;
use super::world::{Cell, Content, Origin, Secret, Version, World};
use super::{Claim, ErrorType, Label, Text, Value, VersionId};
use crate::rule::RuleId;
use labels::{label_by_put, move_current, pending_after_plain_put};
use quota::within_quotas;
use token::{Relation, relation};

pub(super) fn with_secret(world: &World, change: impl FnOnce(&mut Secret)) -> World {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        change(secret);
    }
    next
}

/// A change of the version of this token that the rules do not settle: refused, or accepted with labels and that version
/// open. Other stored values, the configuration, and that the secret is there, stay in either case.
pub(super) fn open_either_way(world: &World, token: Option<&Text>, rule: Option<RuleId>, what: &str) -> Vec<Outcome> {
    let mut next = world.clone().opened_but(&[Bound::Values, Bound::Deletion, Bound::Configuration]);
    if let (Some(secret), Some(token)) = (&mut next.secret, token)
        && secret.value(token).is_none()
    {
        secret.add_version(Version::unknown(token));
    }
    let accepted = Outcome::unjudged().then(next);
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None);
    match rule {
        None => vec![accepted, refused],
        Some(rule) => vec![
            accepted.reading(rule, format!("{what} is accepted")),
            refused.reading(rule, format!("{what} is refused")),
        ],
    }
}

/// The outcomes of PutSecretValue on a secret that is there and not marked for deletion.
pub(crate) fn put(
    world: &World,
    secret: &Secret,
    request: &PutSecretValue,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if !reasons.is_empty() {
        return refuse_or(reasons, world, setting, || {
            let readings = readings(request, reasons);
            readings.iter().flat_map(|request| put(world, secret, request, &[], setting)).collect()
        });
    }
    let (Given::One(value), Some(token)) = (given, &request.client_request_token) else {
        return open_either_way(world, request.client_request_token.as_ref(), None, "");
    };
    let stages = request.version_stages.as_deref();
    if request.rotation_token.is_some() {
        return open_either_way(world, Some(token), None, "");
    }
    if stages.is_some_and(|stages| stages.contains(&Label::Previous)) {
        return open_either_way(world, Some(token), Some(RuleId::State024), "AWSPREVIOUS by PutSecretValue");
    }
    match relation(secret, token, &value) {
        Relation::Fresh => {
            let usual = stored(world, secret, token, &value, stages, setting);
            within_quotas(world, stages.unwrap_or_default(), usual, setting)
        }
        Relation::Same => repeated(world, secret, token, stages, setting),
        Relation::Conflict => {
            let is_of_rotation = secret.version(token).is_some_and(|version| version.origin == Origin::Filled);
            let rule = if is_of_rotation { RuleId::Idem010 } else { RuleId::Idem003 };
            vec![refuse(&[token_conflict(rule, secret, token)])]
        }
        Relation::Placeholder if fills(secret, token, stages) => {
            vec![filled(world, token, &value, stages.unwrap_or_default(), setting)]
        }
        Relation::Placeholder | Relation::Unclear => {
            let what = "PutSecretValue with the pending token and other labels";
            open_either_way(world, Some(token), Some(RuleId::Prog016), what)
        }
    }
}

/// What an endpoint may make of a request that only strict mode forbids: the whole of it, or no more than is legal.
fn readings(request: &PutSecretValue, reasons: &[Reason]) -> Vec<PutSecretValue> {
    let whole = PutSecretValue { rotation_token: None, ..request.clone() };
    if !is_about_labels(reasons) {
        return vec![whole];
    }
    let is_legal = |label: &&Label| (1..=256).contains(&label.as_str().chars().count());
    let legal: Option<Vec<_>> =
        request.version_stages.as_ref().map(|all| all.iter().filter(is_legal).cloned().collect());
    let of_legal = PutSecretValue { version_stages: legal, ..whole.clone() };
    let unlabelled = PutSecretValue { version_stages: None, ..whole.clone() };
    vec![whole, of_legal, unlabelled]
}

/// Whether a put fills the pending version without a word about AWSCURRENT (ROT-IDEM-009).
fn fills(secret: &Secret, token: &str, stages: Option<&[Label]>) -> bool {
    let names_pending =
        stages.is_some_and(|stages| stages.contains(&Label::Pending) && !stages.contains(&Label::Current));
    let is_pending = secret.is_put_by_an_open_rotation() || secret.holds(&Label::Pending, token);
    names_pending && is_pending && secret.rotation.unfinished().map(|id| &**id) == Some(token)
}

fn filled(world: &World, token: &VersionId, value: &Value, stages: &[Label], setting: &Setting<'_>) -> Outcome {
    let next = with_secret(world, |secret| {
        let content = Cell::known(Content::Value(value.clone()), setting.contract(RuleId::Idem010));
        secret.add_version(Version::new(token, content, Origin::Filled, setting.stamp));
        secret.unnamed.hold(setting.contract(RuleId::State026));
        secret.hold_label(&Label::Current, setting.contract(RuleId::State007));
        secret.hold_label(&Label::Previous, setting.contract(RuleId::State007));
        for label in stages {
            let holder = Cell::known(Some(token.clone()), setting.contract(RuleId::State008));
            secret.set_label(label, holder, setting.origin());
        }
    });
    put_receipt(Outcome::accepted(RuleId::Idem009), &next, token).then(next)
}

fn repeated(
    world: &World,
    secret: &Secret,
    token: &VersionId,
    stages: Option<&[Label]>,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let is_plain = stages.is_none();
    let by = if is_plain { setting.contract(RuleId::Idem002) } else { setting.fidelity(RuleId::Idem004) };
    let next = with_secret(world, |secret| {
        for label in moved_by_repetition(secret, token, stages.unwrap_or_default()) {
            secret.loosen_label(&label, by);
        }
        secret.hold_labels(by);
        secret.close(setting.contract(RuleId::Idem002));
    });
    let labels: Vec<_> = secret.labels_of(token).cloned().collect();
    let answered = |outcome: Outcome| put_receipt(outcome, world, token);
    if !is_plain {
        return vec![
            answered(Outcome::unjudged()).then(next),
            Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None)
                .reading(RuleId::Idem004, "a repetition with other VersionStages is refused"),
        ];
    }
    let mut outcome = answered(Outcome::accepted(RuleId::Idem002)).then(next);
    if !labels.is_empty() && secret.labels.iter().all(|cell| !cell.holder.is_open()) {
        outcome = outcome.fidelity(RuleId::Idem002, Claim::VersionStages(labels));
    }
    vec![outcome]
}

/// The labels that a repetition moves where it is not ignored, which only strict mode requires (ROT-IDEM-004).
fn moved_by_repetition(secret: &Secret, token: &VersionId, stages: &[Label]) -> Vec<Label> {
    let mut moved: Vec<_> = stages.iter().filter(|label| !secret.holds(label, token)).cloned().collect();
    if moved.contains(&Label::Current) {
        moved.extend([Label::Previous, Label::Pending]);
    }
    moved
}

/// A value under a fresh token.
fn stored(
    world: &World,
    secret: &Secret,
    token: &VersionId,
    value: &Value,
    stages: Option<&[Label]>,
    setting: &Setting<'_>,
) -> Outcome {
    let is_first = match secret.holder(&Label::Current) {
        Some(Some(_)) => Some(false),
        Some(None) | None => secret.has_a_value().map(|has| !has),
    };
    let next = with_secret(world, |secret| {
        secret.unnamed.hold(setting.contract(RuleId::State026));
        add(secret, token, value, setting);
        match stages {
            None => {
                move_current(secret, token, RuleId::State005, setting);
                pending_after_plain_put(secret, token, setting);
            }
            Some(stages) => label_by_put(secret, token, stages, is_first, setting),
        }
    });
    put_receipt(Outcome::accepted(accepted_by(token, stages)), &next, token).then(next)
}

pub(super) fn add(secret: &mut Secret, token: &VersionId, value: &Value, setting: &Setting<'_>) {
    let content = Cell::known(Content::Value(value.clone()), setting.contract(RuleId::State018));
    secret.add_version(Version::new(token, content, setting.origin(), setting.stamp));
    secret.close(setting.contract(RuleId::Idem001));
    secret.dates.changed = setting.stamp.or(secret.dates.changed);
}

fn accepted_by(token: &str, stages: Option<&[Label]>) -> RuleId {
    let is_meaningless = |label: &Label| matches!(label, Label::Custom(text) if text.starts_with("AWS"));
    match stages {
        _ if token.len() == 32 || token.len() == 64 => RuleId::Val002,
        _ if !is_uuid(token) => RuleId::Val003,
        None => RuleId::State005,
        Some(stages) if stages.iter().any(is_meaningless) => RuleId::State020,
        Some(stages) if stages.contains(&Label::Current) => RuleId::State008,
        Some(_) => RuleId::State007,
    }
}

fn is_uuid(token: &str) -> bool {
    let has_hyphens = |index: usize| matches!(index, 8 | 13 | 18 | 23);
    token.len() == 36
        && token.bytes().enumerate().all(|(index, byte)| match has_hyphens(index) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}
