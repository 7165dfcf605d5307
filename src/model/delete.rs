//! DeleteSecret, RestoreSecret, and tags.

use super::operation::{DeleteSecret, TagResource, UntagResource};
use super::outcome::{Outcome, Reason, Setting, refuse_or};
use super::receipt::{identified, receipt};
use super::world::{Secret, World};
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
        return refuse_or(reasons, || world.clone().opened());
    }
    let is_forced = request.force_delete_without_recovery == Some(true);
    match (is_forced, secret.deletion) {
        (true, None) => vec![deleted(world, RuleId::Err009).then(gone(world, secret, setting))],
        (true, Some(_)) => vec![deleted(world, RuleId::Err010).then(gone(world, secret, setting))],
        (false, Some(_)) => vec![
            Outcome::unjudged().reading(RuleId::Err016, "a second DeleteSecret is accepted"),
            Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)
                .reading(RuleId::Err016, "a second DeleteSecret is refused"),
        ],
        (false, None) => vec![marked(world, request, setting)],
    }
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
    }
    outcome.then(next)
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
        secret.restored = Some(setting.call);
        secret.hold_labels(setting.contract(RuleId::Err012));
        if secret.rotation.configured {
            secret.rotation.open();
        }
    }
    vec![receipt(Outcome::accepted(RuleId::Err012), world).then(next)]
}

/// The outcomes of TagResource on a secret that is there and not marked for deletion.
pub(crate) fn tag(world: &World, request: &TagResource, reasons: &[Reason]) -> Vec<Outcome> {
    let Some(given) = request.tags.clone() else { return lacking(world, reasons) };
    changed_tags(world, reasons, |tags| {
        tags.retain(|tag| given.iter().all(|new| new.key != tag.key));
        tags.extend(given);
    })
}

/// The outcomes of UntagResource on a secret that is there and not marked for deletion.
pub(crate) fn untag(world: &World, request: &UntagResource, reasons: &[Reason]) -> Vec<Outcome> {
    let Some(keys) = request.tag_keys.clone() else { return lacking(world, reasons) };
    changed_tags(world, reasons, |tags| tags.retain(|tag| tag.key.as_ref().is_none_or(|key| !keys.contains(key))))
}

/// What a request without the tags or keys that it is about is answered, no rule says.
fn lacking(world: &World, reasons: &[Reason]) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, || world.clone());
    }
    vec![Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None), Outcome::unjudged()]
}

fn changed_tags(world: &World, reasons: &[Reason], change: impl FnOnce(&mut Vec<Tag>)) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, || world.clone());
    }
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        change(secret.tags.get_or_insert_default());
    }
    vec![Outcome::accepted(RuleId::Ident001).then(next)]
}
