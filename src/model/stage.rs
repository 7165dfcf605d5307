//! UpdateSecretVersionStage: moving, attaching and removing one label.

use super::lenient::refuse_or;
use super::operation::UpdateSecretVersionStage;
use super::outcome::{Outcome, Reason, Setting, refuse};
use super::put::quota::within_label_quota;
use super::receipt::receipt;
use super::world::{Cell, Content, Origin, Secret, World};
use super::{Claim, ErrorType, Fact, Label, VersionId};
use crate::rule::RuleId;

const ONLY_MOVED: &str = "You can only move staging label AWSCURRENT to a different secret version. It can\u{2019}t be \
                          completely removed.";

/// A label, where it is, and where the request wants it.
struct Move<'a> {
    label: &'a Label,
    holder: Option<&'a VersionId>,
    to: Option<&'a VersionId>,
    from: Option<&'a VersionId>,
}

/// The outcomes on a secret that is there and not marked for deletion.
pub(crate) fn outcomes(
    world: &World,
    secret: &Secret,
    request: &UpdateSecretVersionStage,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, world, setting, || outcomes(world, secret, request, &[], setting));
    }
    let Some(label) = &request.version_stage else {
        return open(world, &Label::Current, None, RuleId::Val014, setting);
    };
    let to = request.move_to_version_id.as_ref();
    let from = request.remove_from_version_id.as_ref();
    if to == from {
        let outcomes = open(world, label, to, RuleId::State029, setting);
        let is_in_place = to.is_some() && secret.holder(label) == Some(to);
        return if is_in_place { arriving(outcomes, label, to, RuleId::State012, setting) } else { outcomes };
    }
    let Some(holder) = secret.holder(label) else {
        return of_an_open_label(world, secret, (label, to, from), setting);
    };
    let wanted = Move { label, holder, to, from };
    if let Some(to) = to
        && secret.value(to).is_none()
        && !is_refused_anyway(&wanted)
    {
        return open(world, label, Some(to), RuleId::State024, setting);
    }
    let mut outcomes = settled(world, secret, &wanted, setting);
    if to.is_some_and(|to| secret.labels_of(to).next().is_none()) {
        allow_for_removal(&mut outcomes);
    }
    outcomes
}

/// Where the label is open, so is whether the request is legal. Once it is accepted, the label is where the request wants
/// it: it was taken from the version that the request names (ROT-STATE-012, -015), or was there already, or nowhere.
fn of_an_open_label(
    world: &World,
    secret: &Secret,
    (label, to, from): (&Label, Option<&VersionId>, Option<&VersionId>),
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let is_there = |to: &VersionId| secret.value(to).is_some();
    let (rule, is_sure) = match (label, to, from) {
        (Label::Current | Label::Custom(_), Some(to), Some(_)) => (RuleId::State012, is_there(to)),
        (Label::Custom(_), Some(to), None) => (RuleId::State011, is_there(to)),
        (Label::Custom(_), None, Some(_)) => (RuleId::State015, true),
        _ => (RuleId::State024, false),
    };
    let outcomes = open(world, label, to, RuleId::State024, setting);
    if is_sure { arriving(outcomes, label, to, rule, setting) } else { outcomes }
}

/// Wherever the label was before, it is where the request wants it once that is accepted; but AWSPENDING, which a
/// rotation may move at any time.
fn arriving(
    mut outcomes: Vec<Outcome>,
    label: &Label,
    to: Option<&VersionId>,
    rule: RuleId,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let is_sure = |outcome: &&mut Outcome| outcome.is_accepted() && *label != Label::Pending;
    let next = outcomes.iter_mut().filter(is_sure).filter_map(|it| it.next.as_mut());
    for secret in next.filter_map(|world| world.secret.as_mut()) {
        secret.set_label(label, Cell::known(to.cloned(), setting.contract(rule)), setting.origin());
    }
    outcomes
}

/// A version without labels is not found in every case (ROT-READ-002), so that only strict mode requires it to be one
/// that a label can move to.
fn allow_for_removal(outcomes: &mut Vec<Outcome>) {
    let permits = |fact: &&Fact| fact.claim == Claim::Accepted;
    let Some(rule) = outcomes.iter().flat_map(|outcome| &outcome.facts).find(permits).map(|fact| fact.rule) else {
        return;
    };
    let missing = Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None);
    outcomes.push(missing.fidelity(rule, Claim::Accepted));
}

/// Whether the label's place alone makes the request fail, whatever stands behind the version that it names.
fn is_refused_anyway(wanted: &Move<'_>) -> bool {
    match (wanted.holder, wanted.from) {
        (Some(holder), Some(from)) => holder != from && wanted.to != Some(holder),
        (Some(holder), None) => wanted.to != Some(holder),
        (None, _) => false,
    }
}

fn settled(world: &World, secret: &Secret, wanted: &Move<'_>, setting: &Setting<'_>) -> Vec<Outcome> {
    let is_custom_or_pending = !matches!(wanted.label, Label::Current | Label::Previous);
    match (wanted.holder, wanted.to, wanted.from) {
        (None, Some(to), None) if matches!(wanted.label, Label::Custom(_)) => {
            let attached = moved(world, secret, wanted, to, RuleId::State011, setting);
            within_label_quota(world, std::slice::from_ref(wanted.label), attached, setting)
        }
        (None, None, _) if is_custom_or_pending => nothing_to_remove(world, wanted.label, setting),
        (None, to, _) => open(world, wanted.label, to, RuleId::State024, setting),
        (Some(holder), Some(to), _) if holder == to => {
            let outcomes = open(world, wanted.label, Some(to), RuleId::State024, setting);
            arriving(outcomes, wanted.label, Some(to), RuleId::State012, setting)
        }
        (Some(holder), Some(_), None) => vec![refuse(&[not_named(secret, wanted, holder)])],
        (Some(holder), to, Some(from)) if holder != from => {
            let mut reasons = vec![Reason::any_type(RuleId::State013, ErrorType::InvalidParameterException)];
            if to.is_none() && *wanted.label == Label::Current {
                reasons.push(not_removable());
            }
            vec![refuse(&reasons).then(held(world, RuleId::State013, setting))]
        }
        (Some(_), Some(to), Some(_)) if *wanted.label != Label::Previous => {
            vec![moved(world, secret, wanted, to, RuleId::State012, setting)]
        }
        (Some(_), Some(to), Some(_)) => open(world, wanted.label, Some(to), RuleId::State024, setting),
        (Some(_), None, Some(_)) if *wanted.label == Label::Current => vec![refuse(&[not_removable()])],
        (Some(_), None, Some(_)) if is_custom_or_pending => vec![removed(world, wanted.label, setting)],
        (Some(_), None, Some(_)) => previous_removed(world, setting),
        (Some(_), None, None) => open(world, wanted.label, None, RuleId::State029, setting),
    }
}

/// Where the version to move to is unknown, which of the two faults is answered is open.
fn not_named(secret: &Secret, wanted: &Move<'_>, holder: &str) -> Reason {
    let label = wanted.label;
    let is_the_only_fault = wanted.to.is_some_and(|to| secret.value(to).is_some());
    if *label != Label::Current || !is_the_only_fault {
        return Reason::any_type(RuleId::State012, ErrorType::InvalidParameterException);
    }
    let reason = Reason::typed(RuleId::State012, ErrorType::InvalidParameterException);
    let text = format!(
        "The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version \
         {holder}, so you must explicitly reference that version in RemoveFromVersionId."
    );
    // A version that no read has shown there may be the wrong one to name.
    match secret.label(label).is_some_and(|cell| cell.knowledge.is_seen()) {
        true => reason.text(text),
        false => reason.unrecorded_text(text),
    }
}

fn not_removable() -> Reason {
    Reason::typed(RuleId::State014, ErrorType::InvalidParameterException).unrecorded_text(ONLY_MOVED)
}

fn held(world: &World, rule: RuleId, setting: &Setting<'_>) -> World {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.hold_labels(setting.contract(rule));
    }
    next
}

/// The answer is not documented: whatever is answered, the labels concerned are open afterwards.
fn open(world: &World, label: &Label, to: Option<&VersionId>, rule: RuleId, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        let by = setting.contract(rule);
        let usual = to.cloned().or_else(|| secret.label(label).and_then(|cell| cell.value.clone()));
        secret.set_label(label, Cell::open(usual, by), Origin::Unknown);
        if *label == Label::Pending && secret.rotation.may_act() {
            secret.rotation.lose_track();
        }
        // What makes a version of a rotation AWSCURRENT may end it, with a date.
        secret.dates.is_first_rotation &= !matches!(label, Label::Current | Label::Pending);
        // AWSCURRENT may have moved onto the AWSPENDING version.
        if *label == Label::Current && to.is_some() && secret.holder(&Label::Pending) == Some(to) {
            secret.open_label(&Label::Pending, true, setting.contract(RuleId::State016));
        }
        if matches!(label, Label::Current | Label::Previous) {
            secret.open_label(&Label::Current, true, by);
            secret.open_label(&Label::Previous, true, by);
        }
    }
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None)
        .then(concerned(world, label, rule, setting));
    let accepted = Outcome::unjudged().then(next);
    let is_pending_put_by_hand = *label == Label::Pending && to.is_some_and(|to| is_filled(world, to));
    let accepted = accepted.reading(rule, wish(label, to, " is accepted"));
    let refused = refused.reading(rule, wish(label, to, " is refused"));
    if is_pending_put_by_hand { vec![accepted, refused] } else { vec![refused, accepted] }
}

/// The answer is not documented; but the label, which is attached nowhere, arrives nowhere by being removed.
fn nothing_to_remove(world: &World, label: &Label, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.set_label(label, Cell::known(None, setting.contract(RuleId::State015)), setting.origin());
        if *label == Label::Pending && secret.rotation.may_act() {
            secret.rotation.lose_track();
        }
    }
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None).then(next.clone());
    let accepted = Outcome::unjudged().then(next);
    vec![
        refused.reading(RuleId::State024, wish(label, None, " is refused")),
        accepted.reading(RuleId::State024, wish(label, None, " is accepted")),
    ]
}

/// After an undocumented refusal the labels concerned are open too; usually they stay.
fn concerned(world: &World, label: &Label, rule: RuleId, setting: &Setting<'_>) -> World {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        let by = setting.contract(rule);
        secret.open_label(label, true, by);
        if matches!(label, Label::Current | Label::Previous) {
            secret.open_label(&Label::Current, true, by);
            secret.open_label(&Label::Previous, true, by);
        }
    }
    next
}

fn is_filled(world: &World, id: &str) -> bool {
    let version = world.secret.as_ref().and_then(|secret| secret.version(id));
    version.is_some_and(|version| matches!(version.content.value, Content::Value(_)))
}

/// What the endpoint does with a wish of which the documents say nothing.
fn wish(label: &Label, to: Option<&VersionId>, what_becomes: &str) -> String {
    let wished = if to.is_some() { "an undocumented move of " } else { "an undocumented removal of " };
    [wished, class_of(label), what_becomes].concat()
}

fn class_of(label: &Label) -> &str {
    match label {
        Label::Custom(_) => "a custom label",
        known => known.as_str(),
    }
}

/// The label arrives; with AWSCURRENT also AWSPREVIOUS moves.
fn moved(
    world: &World,
    secret: &Secret,
    wanted: &Move<'_>,
    to: &VersionId,
    rule: RuleId,
    setting: &Setting<'_>,
) -> Outcome {
    let mut next = world.clone();
    if let Some(changed) = &mut next.secret {
        hold_bystanders(changed, setting);
        changed.close(setting.contract(RuleId::State011));
        let holder = Cell::known(Some(to.clone()), setting.contract(rule));
        changed.set_label(wanted.label, holder, setting.origin());
        if let (Label::Current, Some(holder)) = (wanted.label, wanted.holder) {
            let by = setting.contract(RuleId::State006);
            changed.rotation.current_was_moved = true;
            changed.set_label(&Label::Previous, Cell::known(Some(holder.clone()), by), setting.origin());
            pending_after_move(changed, secret, to, setting);
        }
    }
    receipt(Outcome::accepted(rule), world).then(next)
}

/// Labels that the request does not name stay; those that mean something to the service keep their owner.
fn hold_bystanders(secret: &mut Secret, setting: &Setting<'_>) {
    secret.unnamed.hold(setting.contract(RuleId::State011));
    for cell in &mut secret.labels {
        let rule = match &cell.label {
            Label::Custom(text) if text.starts_with("AWS") => RuleId::State020,
            Label::Custom(_) if cell.holder.value.is_some() => RuleId::State010,
            Label::Current | Label::Pending | Label::Previous | Label::Custom(_) => RuleId::State011,
        };
        cell.holder.hold(setting.contract(rule));
    }
}

/// AWSPENDING on the version that AWSCURRENT moves to stays by the records, goes by the guide (ROT-STATE-016).
fn pending_after_move(changed: &mut Secret, before: &Secret, to: &VersionId, setting: &Setting<'_>) {
    if before.holder(&Label::Pending) != Some(None) && before.holder(&Label::Pending) != Some(Some(to)) {
        return;
    }
    if before.holds(&Label::Pending, to) {
        changed.open_label(&Label::Pending, true, setting.contract(RuleId::State016));
    }
    if changed.rotation.unfinished() == Some(to) {
        changed.rotation.finish();
    }
}

fn removed(world: &World, label: &Label, setting: &Setting<'_>) -> Outcome {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        hold_bystanders(secret, setting);
        secret.close(setting.contract(RuleId::State011));
        secret.set_label(label, Cell::known(None, setting.contract(RuleId::State015)), setting.origin());
        if *label == Label::Pending {
            secret.rotation.finish();
            secret.rotation.may_be_unfinished = false;
        }
    }
    receipt(Outcome::accepted(RuleId::State015), world).then(next)
}

/// AWSPREVIOUS can be removed by what a provider does; only strict mode requires it.
fn previous_removed(world: &World, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        let holder = Cell::known(None, setting.fidelity(RuleId::State015));
        secret.set_label(&Label::Previous, holder, setting.origin());
    }
    let accepted = receipt(Outcome::unjudged(), world).fidelity(RuleId::State015, Claim::Accepted).then(next);
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None)
        .fidelity(RuleId::State015, Claim::Accepted);
    vec![accepted, refused]
}
