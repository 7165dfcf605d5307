//! PutSecretValue and UpdateSecret: storing a value, and what happens to the labels.

use super::create::token_conflict;
use super::operation::{Given, PutSecretValue, UpdateSecret};
use super::outcome::{Outcome, Reason, Setting, refuse, refuse_or};
use super::world::{Cell, Content, Provenance, Secret, World};
use super::{Claim, ErrorType, Label, Member, Text, Value, VersionId};
use crate::rule::RuleId;

/// How many labels a secret may have over all its versions (ROT-STATE-021).
const LABEL_QUOTA: usize = 20;
/// From how many versions on LimitExceededException is good (ROT-STATE-022).
const VERSION_QUOTA: usize = 100;

/// How the token of a request relates to the versions that there are.
enum Relation {
    /// It names no version.
    Fresh,
    /// It names a version of the same value.
    Same,
    /// It names a version of another value.
    Conflict,
    /// It names the placeholder of a rotation.
    Placeholder,
    /// What stands behind it is open.
    Unclear,
}

fn relation(secret: &Secret, token: &str, value: &Value) -> Relation {
    match secret.version(token).map(|version| version.content.get()) {
        None => Relation::Fresh,
        Some(None) => Relation::Unclear,
        Some(Some(Content::Unfilled)) => Relation::Placeholder,
        Some(Some(Content::Value(stored))) if stored == value => Relation::Same,
        Some(Some(Content::Value(_))) => Relation::Conflict,
    }
}

fn with_secret(world: &World, change: impl FnOnce(&mut Secret)) -> World {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        change(secret);
    }
    next
}

/// A change that the rules do not settle: accepted with everything open, or refused.
fn open_either_way(world: &World, rule: Option<RuleId>, what: &str) -> Vec<Outcome> {
    let accepted = Outcome::unjudged().then(world.clone().opened());
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
        return refuse_or(reasons, || world.clone().opened());
    }
    let (Given::One(value), Some(token)) = (given, &request.client_request_token) else {
        return open_either_way(world, None, "");
    };
    let stages = request.version_stages.as_deref();
    if request.rotation_token.is_some() {
        return open_either_way(world, None, "");
    }
    if stages.is_some_and(|stages| stages.contains(&Label::Previous)) {
        return open_either_way(world, Some(RuleId::State024), "AWSPREVIOUS by PutSecretValue");
    }
    match relation(secret, token, &value) {
        Relation::Fresh => within_quotas(world, secret, stages, stored(world, secret, token, &value, stages, setting)),
        Relation::Same => repeated(world, secret, token, stages, setting),
        Relation::Conflict => {
            let is_of_rotation =
                secret.version(token).is_some_and(|version| version.content.by.rule == RuleId::Idem010);
            let rule = if is_of_rotation { RuleId::Idem010 } else { RuleId::Idem003 };
            vec![refuse(&[token_conflict(rule, secret, token)])]
        }
        Relation::Placeholder if fills(secret, token, stages) => {
            vec![filled(world, token, &value, stages.unwrap_or_default(), setting)]
        }
        Relation::Placeholder | Relation::Unclear => {
            open_either_way(world, Some(RuleId::Prog016), "PutSecretValue with the pending token and other labels")
        }
    }
}

/// Whether a put fills the pending version without a word about AWSCURRENT (ROT-IDEM-009).
fn fills(secret: &Secret, token: &str, stages: Option<&[Label]>) -> bool {
    let names_pending =
        stages.is_some_and(|stages| stages.contains(&Label::Pending) && !stages.contains(&Label::Current));
    let is_pending = match secret.label(&Label::Pending) {
        Some(cell) if cell.open => cell.by.rule == RuleId::Life008,
        Some(cell) => cell.value.as_deref() == Some(token),
        None => false,
    };
    names_pending && is_pending && secret.rotation.unfinished.as_deref() == Some(token)
}

fn filled(world: &World, token: &VersionId, value: &Value, stages: &[Label], setting: &Setting<'_>) -> Outcome {
    let next = with_secret(world, |secret| {
        let content = Cell::known(Content::Value(value.clone()), setting.contract(RuleId::Idem010));
        secret.set_version(token, content, setting.stamp);
        for label in stages {
            secret.set_label(label, Cell::known(Some(token.clone()), setting.contract(RuleId::State008)));
        }
    });
    receipt(Outcome::accepted(RuleId::Idem009), world, token).then(next)
}

/// The members that PutSecretValue always answers.
fn receipt(outcome: Outcome, world: &World, token: &VersionId) -> Outcome {
    identified(outcome, world)
        .contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())))
        .contract(RuleId::Wire009, Claim::Present(Member::VersionStages))
}

/// Name and ARN of the secret.
pub(crate) fn identified(outcome: Outcome, world: &World) -> Outcome {
    let outcome = outcome.contract(RuleId::Ident001, Claim::Name(world.name.clone()));
    match world.secret.as_ref().and_then(|secret| secret.arn.clone()) {
        Some(arn) => outcome.contract(RuleId::Ident001, Claim::Arn(arn)),
        None => outcome.contract(RuleId::Ident001, Claim::Present(Member::Arn)),
    }
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
        secret.hold_labels(by);
        secret.close(setting.contract(RuleId::Idem002));
    });
    let labels: Vec<_> = secret.labels_of(token).cloned().collect();
    let answered = |outcome: Outcome| match !labels.is_empty() {
        true => receipt(outcome, world, token),
        false => identified(outcome, world).contract(RuleId::Idem001, Claim::VersionId(Some(token.clone()))),
    };
    if !is_plain {
        return vec![
            answered(Outcome::unjudged()).then(next),
            Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None)
                .reading(RuleId::Idem004, "a repetition with other VersionStages is refused"),
        ];
    }
    let mut outcome = answered(Outcome::accepted(RuleId::Idem002)).then(next);
    if !labels.is_empty() && secret.labels.iter().all(|cell| !cell.holder.open) {
        outcome = outcome.fidelity(RuleId::Idem002, Claim::VersionStages(labels));
    }
    vec![outcome]
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
    let is_first = secret.has_a_value().map(|has| !has);
    let next = with_secret(world, |secret| {
        add(secret, token, value, setting);
        match stages {
            None => {
                move_current(secret, token, RuleId::State005, setting);
                pending_after_plain_put(secret, token, setting);
            }
            Some(stages) => label_by_put(secret, token, stages, is_first, setting),
        }
    });
    receipt(Outcome::accepted(accepted_by(token, stages)), world, token).then(next)
}

fn add(secret: &mut Secret, token: &VersionId, value: &Value, setting: &Setting<'_>) {
    let content = Cell::known(Content::Value(value.clone()), setting.contract(RuleId::State018));
    secret.set_version(token, content, setting.stamp);
    secret.closed = None;
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

/// Moves AWSCURRENT to a version that a put or an update has made, and AWSPREVIOUS after it (ROT-STATE-006).
fn move_current(secret: &mut Secret, to: &VersionId, rule: RuleId, setting: &Setting<'_>) {
    let old = secret.holder(&Label::Current).map(Option::<&_>::cloned);
    match &old {
        Some(Some(old)) => {
            let by = setting.contract(RuleId::State006);
            secret.set_label(&Label::Previous, Cell::known(Some(old.clone()), by));
            open_custom_labels_of(secret, old, setting);
        }
        Some(None) => {}
        None => secret.open_label(&Label::Previous, false, setting.contract(RuleId::State006)),
    }
    secret.set_label(&Label::Current, Cell::known(Some(to.clone()), setting.contract(rule)));
}

/// Whether custom labels stay on the version that loses AWSCURRENT is open (ROT-STATE-027).
fn open_custom_labels_of(secret: &mut Secret, id: &VersionId, setting: &Setting<'_>) {
    for cell in &mut secret.labels {
        let is_on_it = cell.holder.get().is_some_and(|holder| holder.as_ref() == Some(id));
        if matches!(cell.label, Label::Custom(_)) && is_on_it {
            cell.holder = Cell::open(Some(id.clone()), setting.contract(RuleId::State027));
        }
    }
}

/// AWSPENDING after a plain put, when AWSCURRENT has moved (ROT-STATE-017, ROT-STATE-028, ROT-PROG-008).
fn pending_after_plain_put(secret: &mut Secret, token: &VersionId, setting: &Setting<'_>) {
    let lost_current = secret.holder(&Label::Previous).flatten().cloned();
    match secret.holder(&Label::Pending).map(Option::<&_>::cloned) {
        Some(None) => {}
        Some(Some(id)) if Some(&id) == lost_current.as_ref() && id != *token => {
            secret.set_label(&Label::Pending, Cell::known(None, setting.contract(RuleId::State017)));
        }
        Some(Some(_)) | None => abandon_or_leave(secret, setting),
    }
}

/// While a rotation runs the service abandons it; where AWSPENDING was put by hand it is open.
fn abandon_or_leave(secret: &mut Secret, setting: &Setting<'_>) {
    let is_rotating = secret.rotation.unfinished.take().is_some();
    secret.rotation.may_be_unfinished |= is_rotating;
    secret.open_label(&Label::Pending, !is_rotating, setting.contract(RuleId::State028));
}

fn label_by_put(
    secret: &mut Secret,
    token: &VersionId,
    stages: &[Label],
    is_first: Option<bool>,
    setting: &Setting<'_>,
) {
    let names_current = stages.contains(&Label::Current);
    let names_pending = stages.contains(&Label::Pending);
    if names_current {
        move_current(secret, token, RuleId::State008, setting);
        if !names_pending && secret.holder(&Label::Pending) != Some(None) {
            abandon_or_leave(secret, setting);
        }
    } else if is_first == Some(false) {
        secret.hold_label(&Label::Current, setting.contract(RuleId::State007));
        secret.hold_label(&Label::Previous, setting.contract(RuleId::State007));
    } else if names_pending || is_first.is_none() || secret.rotation.may_act() {
        secret.set_label(&Label::Current, Cell::open(None, setting.contract(RuleId::State004)));
    } else {
        secret.set_label(&Label::Current, Cell::known(Some(token.clone()), setting.contract(RuleId::State004)));
    }
    hold_other_custom_labels(secret, stages, setting.contract(RuleId::State026));
    for label in stages.iter().filter(|label| **label != Label::Current) {
        secret.set_label(label, Cell::known(Some(token.clone()), setting.contract(RuleId::State008)));
    }
    if secret.rotation.may_act() && (names_pending || !names_current) {
        let usual = match names_pending {
            true => Some(token.clone()),
            false => secret.label(&Label::Pending).and_then(|cell| cell.value.clone()),
        };
        secret.set_label(&Label::Pending, Cell::open(usual, setting.contract(RuleId::Prog015)));
        secret.rotation.lose_track();
    }
}

fn hold_other_custom_labels(secret: &mut Secret, named: &[Label], by: Provenance) {
    for cell in &mut secret.labels {
        if matches!(cell.label, Label::Custom(_)) && !named.contains(&cell.label) {
            cell.holder.hold(by);
        }
    }
}

/// Quotas: refused or not, as far as the documents go (ROT-STATE-021, ROT-STATE-022).
fn within_quotas(world: &World, secret: &Secret, stages: Option<&[Label]>, usual: Outcome) -> Vec<Outcome> {
    let is_label_new =
        |label: &&Label| secret.holder(label).flatten().is_none() && !matches!(label, Label::Current | Label::Previous);
    let new_labels = stages.map_or(0, |stages| stages.iter().filter(is_label_new).count());
    let labels = secret.labels.iter().filter(|cell| cell.holder.value.is_some()).count() + new_labels;
    if new_labels > 0 && labels > LABEL_QUOTA + 3 {
        let reason = Reason::typed(RuleId::State021, ErrorType::LimitExceededException).fidelity();
        return refuse_or(&[reason], || world.clone().opened());
    }
    let may_be_too_many = (new_labels > 0 && labels > LABEL_QUOTA) || secret.versions.len() + 1 >= VERSION_QUOTA;
    match may_be_too_many {
        true => vec![usual, Outcome::unjudged_refusal(ErrorType::LimitExceededException, None)],
        false => vec![usual],
    }
}

/// The outcomes of UpdateSecret on a secret that is there and not marked for deletion.
pub(crate) fn update(
    world: &World,
    secret: &Secret,
    request: &UpdateSecret,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, || world.clone().opened());
    }
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if given.is_of_illegal_length() {
        return open_either_way(world, None, "");
    }
    match (given, &request.client_request_token) {
        (Given::One(value), Some(token)) => update_value(world, secret, request, token, &value, setting),
        (Given::Nothing, token) if is_unclear_without_value(secret, request, token.as_deref()) => {
            open_either_way(world, None, "")
        }
        (Given::Nothing, _) => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                secret.close(setting.contract(RuleId::Idem008));
            });
            let outcome = identified(Outcome::accepted(RuleId::Idem008), world);
            vec![outcome.contract(RuleId::Idem008, Claim::VersionId(None)).then(next)]
        }
        (Given::One(_) | Given::Both, _) => open_either_way(world, None, ""),
    }
}

/// Without a value the records have a fresh token and something to change.
fn is_unclear_without_value(secret: &Secret, request: &UpdateSecret, token: Option<&str>) -> bool {
    let changes_nothing = request.description.is_none() && request.kms_key_id.is_none();
    changes_nothing || token.is_none_or(|token| secret.version(token).is_some())
}

/// What UpdateSecret changes beside the value; the rotation configuration stays (ROT-CONF-019).
fn describe(secret: &mut Secret, request: &UpdateSecret, setting: &Setting<'_>) {
    if let Some(description) = &request.description {
        secret.description = Some(description.clone()).filter(|text| !text.is_empty());
    }
    if let Some(key) = &request.kms_key_id {
        secret.kms_key_id = Some(key.clone());
    }
    secret.dates.changed = setting.stamp.or(secret.dates.changed);
    secret.rotation.hold(setting.contract(RuleId::Conf019));
}

fn update_value(
    world: &World,
    secret: &Secret,
    request: &UpdateSecret,
    token: &Text,
    value: &Value,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let by = setting.contract(RuleId::Idem007);
    match relation(secret, token, value) {
        Relation::Fresh => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                add(secret, token, value, setting);
                move_current(secret, token, RuleId::State005, setting);
                if secret.holder(&Label::Pending) != Some(None) {
                    abandon_or_leave(secret, setting);
                }
            });
            let outcome = identified(Outcome::accepted(RuleId::State005), world)
                .contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())))
                .then(next);
            within_quotas(world, secret, None, outcome)
        }
        Relation::Same => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                secret.hold_labels(by);
                secret.close(by);
            });
            let accepted = identified(Outcome::unjudged(), world)
                .contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())))
                .then(next)
                .reading(RuleId::Idem007, "the same token and value again is accepted");
            let refused = Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None)
                .contract(RuleId::Idem007, Claim::ErrorType(vec![ErrorType::ResourceExistsException]))
                .reading(RuleId::Idem007, "the same token and value again is refused");
            vec![accepted, refused]
        }
        Relation::Conflict => {
            let next = with_secret(world, |secret| secret.close(by));
            vec![refuse(&[token_conflict(RuleId::Idem007, secret, token)]).then(next)]
        }
        Relation::Placeholder | Relation::Unclear => {
            open_either_way(world, Some(RuleId::Prog016), "UpdateSecret with the pending token")
        }
    }
}
