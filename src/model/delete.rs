//! DeleteSecret, RestoreSecret, and tags.

use super::lenient::refuse_or;
use super::operation::{DeleteSecret, TagResource, UntagResource};
use super::outcome::{Outcome, Reason, Setting};
use super::receipt::{identified, receipt};
use super::world::{Cell, Progress, Rotation, Secret, World};
use super::{Claim, ErrorType, Member, Tag, Text, Timestamp};
use crate::rule::RuleId;

/// The recovery window where none is given (ROT-ERR-009).
const DEFAULT_WINDOW_DAYS: i64 = 30;

/// The outcomes of DeleteSecret on a secret that is there, marked for deletion or not.
pub(crate) fn delete(
    world: &World,
    secret: &Secret,
    request: &DeleteSecret,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, world, setting, || {
            let readings = readings(request);
            readings.iter().flat_map(|request| delete(world, secret, request, &[], setting)).collect()
        });
    }
    let is_forced = request.force_delete_without_recovery == Some(true);
    match (is_forced, secret.deletion) {
        (true, None) => vec![deleted(world, RuleId::Err009).then(gone(world, secret, setting))],
        (true, Some(_)) => vec![deleted(world, RuleId::Err010).then(gone(world, secret, setting))],
        (false, Some(_)) => vec![
            Outcome::unjudged().then(marked_again(world)).reading(RuleId::Err016, "a second DeleteSecret is accepted"),
            Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)
                .reading(RuleId::Err016, "a second DeleteSecret is refused"),
        ],
        (false, None) => vec![marked(world, request, setting)],
    }
}

/// What an endpoint may make of a request that only strict mode forbids: of force and a window at once, either.
fn readings(request: &DeleteSecret) -> Vec<DeleteSecret> {
    let by_window = DeleteSecret { force_delete_without_recovery: None, ..request.clone() };
    vec![request.clone(), by_window]
}

fn deleted(world: &World, rule: RuleId) -> Outcome {
    identified(Outcome::accepted(rule), world).contract(rule, Claim::Present(Member::DeletionDate))
}

/// A forced delete: the name may be free at once, or after a while (ROT-CONC-008).
fn gone(world: &World, secret: &Secret, setting: &Setting<'_>) -> World {
    let mut former_arns = world.former_arns.clone();
    former_arns.extend(secret.arn.clone());
    World { secret: None, former_arns, deleting: true, deleted: setting.now, name: world.name.clone() }
}

fn marked(world: &World, request: &DeleteSecret, setting: &Setting<'_>) -> Outcome {
    let mut outcome = deleted(world, RuleId::Err009);
    let days = request.recovery_window_in_days.unwrap_or(DEFAULT_WINDOW_DAYS);
    #[expect(clippy::cast_precision_loss, reason = "a window of at most 30 days")]
    let date = setting.now.map(|now| Timestamp(Timestamp::DAY.mul_add(days as f64, now.0)));
    if let Some(date) = date {
        outcome = outcome
            .contract(RuleId::Err009, Claim::DeletionDate(date, Timestamp::DAY))
            .fidelity(RuleId::Err009, Claim::DeletionDate(date, 300.0));
    }
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.deletion = Some(date.unwrap_or(Timestamp(0.0)));
        secret.dates.deleted = setting.now;
        secret.dates.outdate(setting.called, setting.stamp);
        turn_off(&mut secret.rotation, setting);
    }
    outcome.then(next)
}

/// The mark turns rotation off, and leaves function and rules alone (ROT-CONF-026).
fn turn_off(rotation: &mut Rotation, setting: &Setting<'_>) {
    if !rotation.configured {
        return;
    }
    let by = setting.fidelity(RuleId::Conf026);
    if rotation.enabled.get().is_some() {
        rotation.enabled = Cell::known(false, by);
    }
    rotation.enabled.value = false;
    rotation.may_be_unfinished |= rotation.finish().is_some();
    rotation.progress = Progress::Cancelled;
}

/// Which of two calls to DeleteSecret the date is of, no rule says.
fn marked_again(world: &World) -> World {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.dates.deleted = None;
    }
    next
}

/// A forced delete of a name that is not there (ROT-ERR-010).
pub(crate) fn delete_nothing(name: Option<&Text>) -> Outcome {
    let outcome = Outcome::accepted(RuleId::Err010)
        .fidelity(RuleId::Err010, Claim::Present(Member::Arn))
        .fidelity(RuleId::Err010, Claim::Present(Member::DeletionDate));
    match name {
        Some(name) => outcome.fidelity(RuleId::Err010, Claim::Name(name.clone())),
        None => outcome,
    }
}

/// The outcomes of RestoreSecret on a secret that is there.
pub(crate) fn restore(world: &World, secret: &Secret, setting: &Setting<'_>) -> Vec<Outcome> {
    if secret.deletion.is_none() {
        return vec![
            Outcome::unjudged().reading(RuleId::Err012, "RestoreSecret of an active secret is accepted"),
            Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)
                .reading(RuleId::Err012, "RestoreSecret of an active secret is refused"),
        ];
    }
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.deletion = None;
        secret.dates.deleted = None;
        secret.restored = Some(Cell::known((), setting.contract(RuleId::Err012)));
        secret.hold_labels(setting.contract(RuleId::Err012));
        if secret.rotation.configured {
            secret.rotation.open();
        }
    }
    vec![receipt(Outcome::accepted(RuleId::Err012), world).then(next)]
}

/// The outcomes of TagResource on a secret that is there and not marked for deletion.
pub(crate) fn tag(world: &World, request: &TagResource, reasons: &[Reason], setting: &Setting<'_>) -> Vec<Outcome> {
    let Some(given) = request.tags.clone() else { return lacking(world, reasons, setting) };
    changed_tags(world, reasons, setting, |tags| {
        let is_new = given.iter().any(|new| !tags.contains(new));
        tags.retain(|tag| given.iter().all(|new| new.key != tag.key));
        tags.extend(given);
        is_new
    })
}

/// The outcomes of UntagResource on a secret that is there and not marked for deletion.
pub(crate) fn untag(world: &World, request: &UntagResource, reasons: &[Reason], setting: &Setting<'_>) -> Vec<Outcome> {
    let Some(keys) = request.tag_keys.clone() else { return lacking(world, reasons, setting) };
    changed_tags(world, reasons, setting, |tags| {
        let before = tags.len();
        tags.retain(|tag| tag.key.as_ref().is_none_or(|key| !keys.contains(key)));
        tags.len() < before
    })
}

/// What a request without the tags or keys that it is about is answered, no rule says.
fn lacking(world: &World, reasons: &[Reason], setting: &Setting<'_>) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, world, setting, Vec::new);
    }
    vec![Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None), Outcome::unjudged()]
}

/// `change` tells whether it has changed anything. Whether a request that changes nothing advances `LastChangedDate` no
/// record shows.
fn changed_tags(
    world: &World,
    reasons: &[Reason],
    setting: &Setting<'_>,
    change: impl FnOnce(&mut Vec<Tag>) -> bool,
) -> Vec<Outcome> {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        let has_changed = change(secret.tags.get_or_insert_default()) && !secret.tags_open;
        match has_changed {
            true => secret.dates.outdate(setting.called, setting.stamp),
            false => secret.dates.changed = setting.stamp.or(secret.dates.changed),
        }
    }
    let changed = Outcome::accepted(RuleId::Ident001).then(next);
    if reasons.is_empty() { vec![changed] } else { refuse_or(reasons, world, setting, || vec![changed]) }
}
