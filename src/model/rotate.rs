//! RotateSecret and CancelRotateSecret.

use super::bound::{self, Bound};
use super::lenient::refuse_or;
use super::operation::{RotateSecret, RotationRules};
use super::outcome::{Outcome, Reason, Setting};
use super::put::quota::within_quotas;
use super::receipt::{receipt, version_receipt};
use super::schedule::{self, Legality};
use super::world::{
    Callable, Cell, Content, Knowledge, Origin, Progress, Provenance, Rotation, Secret, Version, World,
};
use super::{Action, Claim, ErrorType, Label, Member, Text};
use crate::rule::RuleId;

const IN_PROGRESS: &str = "A previous rotation isn't complete. That rotation will be reattempted.";
const NO_FUNCTION: &str = "No Lambda rotation function ARN is associated with this secret.";
const CANNOT_INVOKE: &str = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function \
                             policy grants access to the principal secretsmanager.amazonaws.com.";

/// The outcomes on a secret that is there and not marked for deletion.
pub(crate) fn outcomes(
    world: &World,
    secret: &Secret,
    request: &RotateSecret,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let mut reasons = reasons.to_vec();
    let function = function_of(secret, request, setting);
    match &function {
        Function::None => {
            reasons.push(Reason::typed(RuleId::Err003, ErrorType::InvalidRequestException).text(NO_FUNCTION));
        }
        Function::Missing => {
            reasons.push(Reason::loosely_typed(RuleId::Err004, ErrorType::AccessDeniedException).text(CANNOT_INVOKE));
        }
        Function::Foreign(region) => reasons.push(foreign(region)),
        Function::Accepted | Function::Perhaps | Function::Unclear => {}
    }
    let block = block(secret, request);
    // Where AWSPENDING is anywhere, an endpoint may take a rotation to be in progress, rightly or not (ROT-PROG-002).
    let is_pending = secret.holder(&Label::Pending) != Some(None);
    let may_be_blocked = is_pending && block != Block::Blocked && !reasons.is_empty();
    let has_reason = !reasons.is_empty() || block == Block::Blocked;
    if block == Block::Blocked {
        reasons.push(Reason::typed(RuleId::Prog001, ErrorType::InvalidRequestException).text(IN_PROGRESS));
    }
    let is_too_long = reasons.iter().any(|reason| reason.rule() == RuleId::Val007);
    if has_reason && matches!(function, Function::Perhaps | Function::Unclear) && !is_too_long {
        reasons.push(Reason::perhaps());
    }
    if may_be_blocked {
        reasons.push(Reason::perhaps());
    }
    let open = open_rules(secret, request, &function, block, setting);
    let permitted = || match open.is_empty() {
        false => open_rotation(world, request, &open, setting),
        true => within_quotas(world, &[], accepted(world, secret, request, setting), setting),
    };
    match reasons.is_empty() {
        false => refused(world, request, refuse_or(&reasons, world, setting, permitted), (&reasons, setting)),
        true => permitted(),
    }
}

/// The refusal of a function in another Region (ROT-ERR-004).
fn foreign(region: &str) -> Reason {
    let text = format!(
        "Invalid rotation Lambda ARN. Ensure the ARN matches format \
         arn:aws:lambda:{region}:<account>:function:<functionName>."
    );
    Reason::any_type(RuleId::Err004, ErrorType::InvalidParameterException).fidelity().text(text)
}

/// What is known of the function that the request would use.
enum Function<'a> {
    None,
    Accepted,
    Missing,
    /// It is in another Region than the secret, which is in this one.
    Foreign(&'a str),
    /// It is one that is known not to act, or there is none.
    Perhaps,
    Unclear,
}

/// The Region of a secret and of a function, if both have one.
fn regions<'a>(secret: &'a Secret, function: &'a str) -> Option<(&'a str, &'a str)> {
    let region = |arn: &'a str, service: &str| {
        let mut parts = arn.strip_prefix("arn:aws:")?.split(':');
        (parts.next()? == service).then(|| parts.next()).flatten().filter(|region| !region.is_empty())
    };
    Some((region(secret.arn.as_deref()?, "secretsmanager")?, region(function, "lambda")?))
}

fn function_of<'a>(secret: &'a Secret, request: &'a RotateSecret, setting: &Setting<'_>) -> Function<'a> {
    let classify = |arn: &Text| {
        if setting.functions.accepted.contains(arn) {
            Function::Accepted
        } else if setting.functions.missing.contains(arn) {
            Function::Missing
        } else {
            Function::Unclear
        }
    };
    match (&request.rotation_lambda_arn, secret.rotation.function.get()) {
        (Some(arn), _) => match (classify(arn), regions(secret, arn)) {
            (Function::Missing | Function::Unclear, Some((own, other))) if own != other => Function::Foreign(own),
            (known, _) => known,
        },
        (None, Some(Some(arn))) => match classify(arn) {
            Function::Missing => Function::Unclear,
            other => other,
        },
        (None, Some(None)) if !secret.rotation.may_hide_a_function => Function::None,
        (None, Some(None) | None) => match secret.rotation.callable {
            Callable::Inert => Function::Perhaps,
            Callable::Any => Function::Unclear,
        },
    }
}

/// Whether AWSPENDING stands in the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Free,
    Blocked,
    /// Open, by this rule.
    Open(RuleId),
}

fn block(secret: &Secret, request: &RotateSecret) -> Block {
    let token = request.client_request_token.as_ref();
    match (secret.holder(&Label::Pending), secret.holder(&Label::Current)) {
        (Some(None), _) => Block::Free,
        (None, _) | (_, None) => Block::Open(RuleId::Prog012),
        (Some(Some(_)), Some(None)) => Block::Open(RuleId::Prog005),
        (Some(Some(pending)), Some(Some(current))) if pending == current => Block::Free,
        (Some(Some(pending)), Some(Some(_))) => {
            if secret.rotation.is_cancelled() {
                Block::Open(RuleId::Prog011)
            } else if request.rotate_immediately == Some(false) {
                Block::Open(RuleId::Prog013)
            } else if token == Some(pending) {
                Block::Open(RuleId::Idem011)
            } else {
                Block::Blocked
            }
        }
    }
}

/// The rules that leave open whether the request is accepted, the one that names the reading first.
fn open_rules(
    secret: &Secret,
    request: &RotateSecret,
    function: &Function<'_>,
    block: Block,
    setting: &Setting<'_>,
) -> Vec<RuleId> {
    let is_partner =
        request.external_secret_rotation_metadata.is_some() || request.external_secret_rotation_role_arn.is_some();
    let of_function = match function {
        Function::Accepted => None,
        Function::Perhaps => Some(RuleId::Err003),
        Function::None | Function::Missing | Function::Foreign(_) | Function::Unclear => Some(RuleId::Err017),
    };
    let of_block = match block {
        Block::Open(rule) => Some(rule),
        Block::Blocked | Block::Free => None,
    };
    // The token of the rotation that is in progress names a version for that reason alone.
    let known = request.client_request_token.as_ref().filter(|_| of_block != Some(RuleId::Idem011));
    let of_token = known.and_then(|token| secret.version(token)).map(|version| match version.origin.is_client() {
        true => RuleId::Idem013,
        false => RuleId::Idem012,
    });
    let lacks_current = secret.holder(&Label::Current).flatten().is_none();
    let rules = [
        of_block,
        of_function,
        is_partner.then_some(RuleId::Conf025),
        of_token,
        (lacks_current && !is_acting(secret, request, setting)).then_some(RuleId::Life026),
        open_configuration(&secret.rotation, request),
    ];
    rules.into_iter().flatten().collect()
}

/// Whether the function that the request would use is one that the harness plays: it is there, and called.
fn is_acting(secret: &Secret, request: &RotateSecret, setting: &Setting<'_>) -> bool {
    let stored = || secret.rotation.function.get().and_then(Option::as_ref);
    let function = request.rotation_lambda_arn.as_ref().or_else(stored);
    function.is_some_and(|function| setting.functions.acting.contains(function))
}

/// The documents speak of all of the configuration or none (ROT-CONF-022), and of legal texts.
fn open_configuration(rotation: &Rotation, request: &RotateSecret) -> Option<RuleId> {
    let rules = request.rotation_rules.as_ref().filter(|rules| **rules != RotationRules::default());
    match (&request.rotation_lambda_arn, rules) {
        (Some(_), Some(rules)) if rules.automatically_after_days == Some(1000) => Some(RuleId::Val008),
        (Some(_), Some(rules)) => is_unclear(rules).then_some(RuleId::Val012),
        (None, None) if rotation.is_cancelled() || rotation.enabled.get() != Some(&true) => Some(RuleId::Conf012),
        (None, None) if rotation.days.value.is_none() && rotation.schedule.value.is_none() => Some(RuleId::Conf022),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => Some(RuleId::Conf022),
    }
}

fn is_unclear(rules: &RotationRules) -> bool {
    let has_neither = rules.automatically_after_days.is_none() && rules.schedule_expression.is_none();
    let texts = [
        rules.duration.as_deref().map(schedule::duration),
        rules.schedule_expression.as_deref().map(schedule::expression),
    ];
    has_neither || texts.into_iter().flatten().any(|legality| legality == Legality::Unclear)
}

/// A refusal, and what it must leave alone (ROT-VAL-020).
fn refused(
    world: &World,
    request: &RotateSecret,
    mut outcomes: Vec<Outcome>,
    (reasons, setting): (&[Reason], &Setting<'_>),
) -> Vec<Outcome> {
    let may_have_ended = world.secret.as_ref().is_some_and(|secret| secret.pending_by_rotation().is_some());
    if may_have_ended && reasons.iter().any(|reason| reason.rule() == RuleId::Prog001) {
        // Where the rotation has ended unseen the request is accepted, so that nothing is decided by a refusal.
        outcomes[0].facts.iter_mut().for_each(|fact| fact.counts = false);
    }
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        perhaps_named(&mut secret.rotation, request, setting);
        let is_of_function = |reason: &Reason| matches!(reason.rule(), RuleId::Err003 | RuleId::Err004);
        let is_recorded = matches!(reasons, [reason] if reason.is_contract() && is_of_function(reason));
        if reasons.iter().any(|reason| reason.rule() == RuleId::Prog001) {
            after_block(secret, request, setting);
        } else {
            let rule = RuleId::Val020;
            let by = if is_recorded { setting.contract(rule) } else { setting.fidelity(rule) };
            secret.hold_labels(by);
            secret.rotation.hold(by);
            secret.close(by);
            secret.rotation.touched |= !is_recorded;
        }
    }
    outcomes[0].next = Some(next);
    outcomes
}

/// After the refusal of ROT-PROG-001 no version of the refused token appears; the rest of an old rotation is open.
fn after_block(secret: &mut Secret, request: &RotateSecret, setting: &Setting<'_>) {
    secret.close(setting.contract(RuleId::Val020));
    secret.rotation.touched = true;
    let by = setting.contract(RuleId::Val020);
    if request.rotation_lambda_arn.is_some() || request.rotation_rules.is_some() {
        let function = secret.rotation.function.clone();
        secret.rotation.open();
        if request.rotation_lambda_arn.is_none() {
            secret.rotation.function = function;
        }
    }
    if secret.rotation.may_act() {
        secret.open_label(&Label::Pending, true, by);
    } else {
        secret.hold_labels(by);
    }
}

/// The answer is open: accepted within the bounds of the rules that leave it open, or refused.
fn open_rotation(world: &World, request: &RotateSecret, rules: &[RuleId], setting: &Setting<'_>) -> Vec<Outcome> {
    let rule = rules[0];
    let held = bound::held(rules);
    let accepted = perhaps_accepted(world, request, rules, setting).into_iter().map(|next| {
        let answered = match &request.client_request_token {
            Some(token) if is_immediate(request) && held.contains(&Bound::Id) => {
                version_receipt(Outcome::unjudged(), world, token)
            }
            _ => receipt(Outcome::unjudged(), world),
        };
        answered.then(next).reading(rule, "RotateSecret is accepted")
    });
    let mut refused = Outcome::unjudged_refusal(ErrorType::InvalidRequestException, Some(IN_PROGRESS.into()))
        .reading(rule, "RotateSecret is refused");
    if rule == RuleId::Idem011 {
        let is_in_progress = Claim::ErrorType(vec![ErrorType::InvalidRequestException]);
        refused = refused.contract(RuleId::Prog001, is_in_progress);
    }
    let mut kept = world.clone();
    if let Some(secret) = &mut kept.secret {
        perhaps_named(&mut secret.rotation, request, setting);
        after_block(secret, request, setting);
    }
    let refused = std::iter::once(refused.then(kept));
    let is_usually_refused = matches!(
        rule,
        RuleId::Idem011
            | RuleId::Idem012
            | RuleId::Idem013
            | RuleId::Prog005
            | RuleId::Prog011
            | RuleId::Prog012
            | RuleId::Prog013
    );
    if is_usually_refused { refused.chain(accepted).collect() } else { accepted.chain(refused).collect() }
}

/// The worlds in which a request was accepted that the rules leave open: a repetition may keep the configuration that
/// it finds.
fn perhaps_accepted(world: &World, request: &RotateSecret, rules: &[RuleId], setting: &Setting<'_>) -> Vec<World> {
    let held = bound::held(rules);
    let mut next = started(world, request, setting);
    if let Some(secret) = &mut next.secret {
        secret.rotation.touched = true;
        secret.rotation.may_be_unfinished = true;
        perhaps_named(&mut secret.rotation, request, setting);
        if held.contains(&Bound::Versions) && is_immediate(request) {
            let is_repeated = rules.contains(&RuleId::Idem011);
            secret.close(setting.contract(if is_repeated { RuleId::Idem011 } else { RuleId::Idem001 }));
        }
        let configured = secret.rotation.clone();
        secret.open_but(&held);
        let opens = |rule: &&RuleId| !bound::held(&[**rule]).contains(&Bound::Configuration);
        if rules.iter().filter(opens).eq([&RuleId::Conf022]) {
            // What the documents leave open of a part of the configuration is the part that is not given.
            secret.rotation.keep_given(&configured, request);
        }
        if rules.iter().any(|rule| matches!(rule, RuleId::Err017 | RuleId::Conf025)) {
            // What acts in place of a known function may have stored a value by now.
            let is_new = |version: &&mut Version| !is_known(world, &version.id);
            secret.versions.iter_mut().filter(is_new).for_each(|version| version.content.part().open());
        }
    }
    let may_keep = rules.iter().any(|rule| matches!(rule, RuleId::Idem011 | RuleId::Idem012 | RuleId::Idem013));
    let kept = world.secret.as_ref().filter(|_| may_keep).map(|before| {
        let mut kept = next.clone();
        if let Some(secret) = &mut kept.secret {
            secret.rotation.keep_configuration(&before.rotation);
        }
        kept
    });
    std::iter::once(next).chain(kept).collect()
}

/// Keeps in mind the function that a request has named, which a secret may have from now on.
pub(crate) fn perhaps_named(rotation: &mut Rotation, request: &RotateSecret, setting: &Setting<'_>) {
    rotation.may_hide_a_function |= request.rotation_lambda_arn.is_some();
    name(rotation, request, setting);
}

fn name(rotation: &mut Rotation, request: &RotateSecret, setting: &Setting<'_>) {
    let is_inert = |arn| setting.functions.accepted.contains(arn);
    if !request.rotation_lambda_arn.as_ref().is_none_or(is_inert) {
        rotation.callable = Callable::Any;
    }
}

fn is_immediate(request: &RotateSecret) -> bool {
    request.rotate_immediately != Some(false)
}

fn is_known(world: &World, token: &Text) -> bool {
    world.secret.as_ref().is_some_and(|secret| secret.version(token).is_some())
}

fn accepted(world: &World, secret: &Secret, request: &RotateSecret, setting: &Setting<'_>) -> Outcome {
    let accepted = Outcome::accepted(accepted_by(secret, request));
    let outcome = match (&request.client_request_token, request.rotate_immediately) {
        (Some(token), None | Some(true)) => version_receipt(accepted, world, token),
        _ => receipt(accepted, world),
    };
    let mut next = started(world, request, setting);
    if let Some(secret) = &mut next.secret {
        secret.dates.outdate(setting.called, setting.stamp);
        secret.dates.is_first_rotation =
            is_immediate(request) && world.secret.as_ref().is_some_and(|it| is_untouched(it));
    }
    outcome.then(next)
}

/// Whether no rotation can ever have run.
fn is_untouched(secret: &Secret) -> bool {
    let rotation = &secret.rotation;
    !rotation.configured && !rotation.touched && !rotation.may_act()
}

/// The rule that permits the request: the most special one that applies.
fn accepted_by(secret: &Secret, request: &RotateSecret) -> RuleId {
    let was_taken_off = secret.put_by(&Label::Pending) == Origin::Client(Action::UpdateSecretVersionStage);
    let rules = request.rotation_rules.clone().unwrap_or_default();
    let token = request.client_request_token.as_deref().unwrap_or_default();
    if secret.holder(&Label::Current) == Some(None) {
        return RuleId::Life026;
    }
    if secret.holder(&Label::Pending).flatten().is_some() {
        return RuleId::Prog002;
    }
    if was_taken_off && secret.holder(&Label::Pending) == Some(None) {
        return RuleId::Prog007;
    }
    match rules {
        _ if token.len() == 32 || token.len() == 64 => RuleId::Val002,
        RotationRules { automatically_after_days: Some(_), duration: Some(_), .. } => RuleId::Conf006,
        RotationRules { automatically_after_days: Some(1 | 999), .. } => RuleId::Val008,
        RotationRules { schedule_expression: Some(_), duration: Some(_), .. } => RuleId::Val010,
        RotationRules { schedule_expression: Some(_), .. } => RuleId::Conf007,
        _ if request.rotation_lambda_arn.is_none() => RuleId::Conf002,
        _ => RuleId::Prog003,
    }
}

/// The world after an accepted request, whose function never acts.
fn started(world: &World, request: &RotateSecret, setting: &Setting<'_>) -> World {
    let mut next = world.clone();
    let Some(secret) = &mut next.secret else { return next };
    configure(&mut secret.rotation, request, setting);
    match &request.client_request_token {
        Some(_) if is_immediate(request) => secret.close(setting.contract(RuleId::Idem001)),
        _ => secret.expect_a_stranger(setting.contract(RuleId::Idem001)),
    }
    let stays = setting.contract(if is_immediate(request) { RuleId::Life010 } else { RuleId::Life019 });
    secret.hold_labels_but_pending(stays);
    // A move that no read has shown is still to blame for what the reads during the rotation show.
    secret.rotation.current_was_moved &= secret.label(&Label::Current).is_some_and(|cell| !cell.knowledge.is_seen());
    let Some(token) = &request.client_request_token else { return next };
    if !is_immediate(request) {
        let holder = Cell::open(None, setting.contract(RuleId::Life021));
        secret.set_label(&Label::Pending, holder, Origin::Test);
        return next;
    }
    if secret.version(token).is_none() {
        begin_without_a_value(secret, token, setting);
    }
    let holder = Cell::open(Some(token.clone()), setting.contract(RuleId::Life008));
    secret.set_label(&Label::Pending, holder, Origin::Rotation);
    secret.dates.is_first_rotation &= secret.rotation.unfinished() == Some(token);
    secret.rotation.progress = Progress::Started(token.clone());
    secret.rotation.may_be_unfinished = false;
    next
}

/// The version of a rotation has no value until the function puts one (ROT-LIFE-009).
fn begin_without_a_value(secret: &mut Secret, token: &Text, setting: &Setting<'_>) {
    let content = Cell::known(Content::Unfilled, setting.contract(RuleId::Life009));
    secret.add_version(Version::new(token, content, Origin::Rotation, None));
}

/// Stores what the request gives, and says of the rest what the rules say (ROT-CONF-001 to -009, -013).
fn configure(rotation: &mut Rotation, request: &RotateSecret, setting: &Setting<'_>) {
    let stored = if request.rotate_immediately == Some(false) { RuleId::Conf013 } else { RuleId::Conf001 };
    let by = setting.contract(stored);
    let was_configured = rotation.configured;
    rotation.enabled = Cell::known(true, by);
    rotation.configured = true;
    rotation.resume();
    name(rotation, request, setting);
    match &request.rotation_lambda_arn {
        Some(arn) => rotation.function = Cell::known(Some(arn.clone()), by),
        None => rotation.function.hold(setting.contract(RuleId::Conf002)),
    }
    match &request.rotation_rules {
        Some(rules) if *rules != RotationRules::default() => set_rules(rotation, rules, by, was_configured, setting),
        _ => {
            rotation.days.hold(setting.contract(RuleId::Conf002));
            rotation.duration.hold(setting.contract(RuleId::Conf002));
            rotation.schedule.hold(setting.contract(RuleId::Conf002));
        }
    }
}

fn set_rules(
    rotation: &mut Rotation,
    rules: &RotationRules,
    by: Provenance,
    was_configured: bool,
    setting: &Setting<'_>,
) {
    let alone = setting.fidelity(RuleId::Conf005);
    rotation.days = match (rules.automatically_after_days, &rules.schedule_expression) {
        (Some(days), _) => Cell::known(Some(days), by),
        (None, expression) => computed(expression.as_deref(), was_configured, setting),
    };
    rotation.schedule = match &rules.schedule_expression {
        Some(expression) => Cell::known(Some(expression.clone()), by),
        None if rotation.schedule.value.is_some() => Cell::known(None, setting.contract(RuleId::Conf008)),
        None => Cell::known(None, alone),
    };
    rotation.duration = match &rules.duration {
        Some(duration) => Cell::known(Some(duration.clone()), by),
        None if was_configured => Cell::open(None, setting.contract(RuleId::Conf009)),
        None => Cell::known(None, alone),
    };
}

/// The interval beside a schedule expression: computed as recorded, where it is shown, and open where there was another
/// before (ROT-CONF-007, ROT-CONF-008).
fn computed(expression: Option<&str>, was_configured: bool, setting: &Setting<'_>) -> Cell<Option<i64>> {
    let usual = expression.and_then(schedule::computed_days);
    let is_known = usual.is_some() && !was_configured;
    let by = if is_known { setting.fidelity(RuleId::Conf007) } else { setting.contract(RuleId::Conf007) };
    let knowledge = if is_known { Knowledge::Usual } else { Knowledge::Open };
    Cell { knowledge, ..Cell::open(usual, by) }
}

/// The outcomes of CancelRotateSecret on a secret that is there and not marked for deletion.
pub(crate) fn cancel(world: &World, secret: &Secret, setting: &Setting<'_>) -> Vec<Outcome> {
    let rotation = &secret.rotation;
    if rotation.enabled.get() != Some(&true) {
        let accepted = Outcome::unjudged().then(cancelled(world, RuleId::Conf021, setting));
        let refused = Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None);
        return vec![
            accepted.reading(RuleId::Conf021, "CancelRotateSecret without rotation is accepted"),
            refused.reading(RuleId::Conf021, "CancelRotateSecret without rotation is refused"),
        ];
    }
    // Where it is not known whether a rotation runs both rules permit the request.
    let rule = if rotation.unfinished().is_some() { RuleId::Life022 } else { RuleId::Conf010 };
    let mut outcome = receipt(Outcome::accepted(rule), world);
    if let Some(token) = rotation.unfinished().filter(|token| secret.pending_by_rotation() == Some(token)) {
        outcome = outcome.fidelity(RuleId::Prog010, Claim::VersionId(Some(token.clone())));
    } else if secret.put_by(&Label::Pending) == Origin::EndOfRotation {
        // A rotation that has ended unseen leaves no version to name.
        outcome = outcome.fidelity(RuleId::Prog010, Claim::VersionId(None));
    }
    vec![outcome.then(cancelled(world, rule, setting))]
}

fn cancelled(world: &World, rule: RuleId, setting: &Setting<'_>) -> World {
    let mut next = world.clone();
    let Some(secret) = &mut next.secret else { return next };
    let kept = setting.contract(RuleId::Conf010);
    let rotation = &mut secret.rotation;
    rotation.may_be_unfinished |= rotation.finish().is_some();
    if rotation.configured {
        rotation.hold(kept);
        rotation.enabled = Cell::known(false, setting.contract(rule));
        rotation.progress = Progress::Cancelled;
        // What a refused RotateSecret has left of a secret that is rotated goes with the rest.
        rotation.touched = false;
    }
    if secret.holder(&Label::Pending) != Some(None) {
        secret.open_label(&Label::Pending, true, setting.contract(RuleId::Prog010));
    }
    next
}

/// The member that a disabled rotation should not show (ROT-CONF-011).
pub(crate) const NO_NEXT_DATE: Claim = Claim::Missing(Member::NextRotationDate);
