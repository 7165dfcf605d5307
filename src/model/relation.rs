//! The relation itself: which outcomes may follow a request about one secret name.

use super::bound::Bound;
use super::lenient::{refuse_or, refuse_or_read};
use super::outcome::{Outcome, Reason, Setting, refuse};
use super::world::{Secret, Shared, Strangers, World};
use super::{
    Claim, ErrorType, IdForm, Operation, Quirk, Request, Text, create, delete, identifier, put, read, rotate, shape,
    stage, update,
};
use crate::rule::{Class, RuleId};

const NOT_FOUND: &str = "Secrets Manager can't find the specified secret.";
const MARKED: &str = "You can't perform this operation on the secret because it was marked for deletion.";

/// What may follow this request, the usual outcome first.
///
/// `world` is the state of the name that the request denotes, or of an unused name if it denotes none; BatchGetSecretValue
/// and ListSecrets, which are about several names, are not for this function.
#[must_use]
pub fn outcomes(world: &World, request: &Request, setting: &Setting<'_>) -> Vec<Outcome> {
    // What strict mode alone requires is a matter of the reads that follow at once: a change may rest on either.
    let open = (!request.operation.is_read()).then(|| world.without_strict_cells()).flatten();
    let world = open.as_ref().unwrap_or(world);
    let mut outcomes = match &request.operation {
        Operation::Malformed(_) => not_understood(world, ErrorType::SerializationException, setting),
        Operation::Unknown(_) => not_understood(world, ErrorType::UnknownOperationException, setting),
        _ if request.quirk == Some(Quirk::LowerCaseSecretId) => lower_case(world, &request.operation, setting),
        Operation::CreateSecret(create) => {
            create::outcomes(world, create, &shape::reasons(&request.operation), setting)
        }
        operation => identified(world, operation, setting),
    };
    mark_quirk(&mut outcomes, request.quirk);
    mark_taken_token(&mut outcomes, world, &request.operation, setting);
    for outcome in &mut outcomes {
        stay_after_refusal(outcome, world, &request.operation, setting);
        expect_version(outcome, world, &request.operation);
        forget_listing(outcome, &request.operation);
    }
    outcomes
}

/// A refusal should change nothing (ROT-VAL-020), whatever the outcome does not say of it already.
fn stay_after_refusal(outcome: &mut Outcome, world: &World, operation: &Operation, setting: &Setting<'_>) {
    if outcome.is_accepted() || outcome.next.is_some() || operation.is_read() || world.secret.is_none() {
        return;
    }
    let mut next = world.clone();
    if let Some(secret) = &mut next.secret {
        secret.stay(setting.fidelity(RuleId::Val020));
    }
    outcome.next = Some(next);
}

/// Where there may be versions that the model does not know, the token of an accepted request may name one.
fn expect_version(outcome: &mut Outcome, world: &World, operation: &Operation) {
    if let (true, Some(next), Some(token)) = (outcome.is_accepted(), &mut outcome.next, operation.token())
        && next.secret.as_ref().is_some_and(|secret| secret.strangers != Strangers::default())
        && world.secret.as_ref().is_none_or(|secret| secret.version(token).is_none())
    {
        next.expect_version(token);
    }
}

/// A change of the secret ends a listing that was under way.
fn forget_listing(outcome: &mut Outcome, operation: &Operation) {
    if !operation.is_read()
        && let Some(secret) = outcome.next.as_mut().and_then(|next| next.secret.as_mut())
    {
        secret.listing = None;
    }
}

/// What an endpoint makes of a body or an operation that there is not, nobody knows; stored values stay all the same.
fn not_understood(world: &World, error_type: ErrorType, setting: &Setting<'_>) -> Vec<Outcome> {
    let reason = Reason::loosely_typed(RuleId::Wire011, error_type).fidelity();
    let anything = world.clone().opened_but(&[Bound::Values, Bound::Deletion]);
    refuse_or(&[reason], world, setting, || vec![Outcome::unjudged().then(anything)])
}

fn lower_case(world: &World, operation: &Operation, setting: &Setting<'_>) -> Vec<Outcome> {
    let reason = Reason::any_type(RuleId::Wire010, ErrorType::InvalidParameterException).fidelity();
    refuse_or(&[reason], world, setting, || identified(world, operation, setting))
}

/// A request that is legal but oddly written should be read as if it were not (ROT-WIRE-005, ROT-WIRE-010).
fn mark_quirk(outcomes: &mut Vec<Outcome>, quirk: Option<Quirk>) {
    let rule = match quirk {
        None | Some(Quirk::LowerCaseSecretId) => return,
        Some(Quirk::UnknownMembers) => RuleId::Wire005,
        Some(Quirk::NullMember) => RuleId::Wire010,
    };
    if !outcomes[0].is_accepted() {
        return;
    }
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_accepted()) {
        outcome.facts.retain(|fact| fact.claim != Claim::Accepted);
        outcome.facts.push(super::fact::fact(rule, Class::Fidelity, Claim::Accepted));
    }
    let refused = Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None);
    outcomes.push(refused.fidelity(rule, Claim::Accepted));
}

/// A token that another secret has used is as good as a fresh one; that such a request is accepted is fidelity
/// (ROT-IDEM-015).
fn mark_taken_token(outcomes: &mut Vec<Outcome>, world: &World, operation: &Operation, setting: &Setting<'_>) {
    let is_own = |token: &Text| world.secret.as_ref().is_some_and(|secret| secret.version(token).is_some());
    let is_taken = operation.token().is_some_and(|token| setting.taken.contains(token) && !is_own(token));
    if !is_taken || !outcomes.iter().all(Outcome::is_accepted) {
        return;
    }
    for outcome in outcomes.iter_mut() {
        outcome.facts.push(super::fact::fact(RuleId::Idem015, Class::Fidelity, Claim::Accepted));
    }
    let refused = Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None);
    outcomes.push(refused.fidelity(RuleId::Idem015, Claim::Accepted));
}

/// An operation on the secret that an identifier denotes.
fn identified(world: &World, operation: &Operation, setting: &Setting<'_>) -> Vec<Outcome> {
    let reasons = shape::reasons(operation);
    let Some(id) = operation.secret_id() else { return without_id(world, operation, &reasons) };
    let arn = world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
    let form = identifier::form_of(id, &world.name, arn);
    match (&world.secret, form) {
        (Some(secret), Some(IdForm::Name)) => on_secret(world, secret, operation, reasons, setting),
        (Some(secret), Some(IdForm::Arn)) => {
            found_by(RuleId::Ident001, on_secret(world, secret, operation, reasons, setting))
        }
        (Some(secret), Some(IdForm::PartialArn)) => {
            by_partial_arn(on_secret(world, secret, operation, reasons, setting), operation)
        }
        (Some(secret), Some(IdForm::PartialArnOfSuffixedName)) => {
            let mut outcomes = vec![
                Outcome::unjudged_refusal(ErrorType::ResourceNotFoundException, Some(NOT_FOUND.into()))
                    .reading(RuleId::Ident004, "the partial ARN of a suffixed name is not found"),
            ];
            outcomes.extend(
                on_secret(world, secret, operation, reasons, setting)
                    .into_iter()
                    .map(|outcome| outcome.reading(RuleId::Ident004, "the partial ARN of a suffixed name is found")),
            );
            outcomes
        }
        (Some(_), Some(IdForm::NameWithSuffix)) => name_with_suffix(world, operation, reasons, setting),
        (None, _) | (Some(_), None) => unknown(world, operation, reasons),
    }
}

/// A name with the ARN's random suffix names no secret, so that only a forced delete may be accepted (ROT-IDENT-005).
fn name_with_suffix(
    world: &World,
    operation: &Operation,
    mut reasons: Vec<Reason>,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if is_forced_delete(operation) && reasons.is_empty() {
        return vec![delete::delete_nothing(None)];
    }
    let reason = Reason::typed(RuleId::Ident005, ErrorType::ResourceNotFoundException)
        .or(ErrorType::AccessDeniedException)
        .fidelity();
    reasons.insert(0, reason);
    if is_lacking(operation) {
        reasons.push(Reason::perhaps());
    }
    let mut outcomes = match operation {
        Operation::GetSecretValue(_) => refuse_or_read(&reasons, || read::perhaps_read(world.clone())),
        operation if operation.is_read() => refuse_or_read(&reasons, || world.clone()),
        _ => refuse_or(&reasons, world, setting, || {
            let legal = |secret: &Shared<Secret>| on_secret(world, secret, operation, Vec::new(), setting);
            world.secret.as_ref().map(legal).unwrap_or_default()
        }),
    };
    for outcome in &mut outcomes {
        stay_after_refusal(outcome, world, operation, setting);
    }
    outcomes
}

fn is_forced_delete(operation: &Operation) -> bool {
    matches!(operation, Operation::DeleteSecret(request) if request.force_delete_without_recovery == Some(true))
}

/// Whether a request lacks something that may be required, which no rule says.
fn is_lacking(operation: &Operation) -> bool {
    match operation {
        Operation::UpdateSecret(request) => request.client_request_token.is_none(),
        Operation::TagResource(request) => request.tags.is_none(),
        Operation::UntagResource(request) => request.tag_keys.is_none(),
        _ => false,
    }
}

/// Without SecretId only RotateSecret's refusal is a rule (ROT-VAL-001).
fn without_id(world: &World, operation: &Operation, reasons: &[Reason]) -> Vec<Outcome> {
    match (operation, reasons) {
        (Operation::RotateSecret(_), [_, ..]) => vec![refuse(reasons)],
        _ => vec![
            Outcome::unjudged_refusal(ErrorType::InvalidParameterException, None),
            Outcome::unjudged().then(world.clone()),
        ],
    }
}

/// Whatever is wrong with an acceptable request, it is not that the identifier finds nothing.
fn found_by(rule: RuleId, mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    if outcomes.iter().all(Outcome::is_accepted) {
        for outcome in &mut outcomes {
            outcome.facts.push(super::fact::fact(rule, Class::Contract, Claim::Found));
        }
    }
    outcomes
}

/// Only GetSecretValue and RotateSecret are said to take a partial ARN; for any other operation it may denote nothing.
fn by_partial_arn(mut outcomes: Vec<Outcome>, operation: &Operation) -> Vec<Outcome> {
    if matches!(operation, Operation::GetSecretValue(_) | Operation::RotateSecret(_)) {
        return found_by(RuleId::Ident003, outcomes);
    }
    if is_forced_delete(operation) && outcomes.iter().all(Outcome::is_accepted) {
        outcomes.push(delete::delete_nothing(None));
    }
    let not_found = Outcome::unjudged_refusal(ErrorType::ResourceNotFoundException, Some(NOT_FOUND.into()));
    if !outcomes.iter().any(Outcome::is_accepted) {
        // What is refused in any case may be refused so by name too, which says nothing of partial ARNs.
        outcomes.push(not_found);
        return outcomes;
    }
    let mut found = super::fact::fact(RuleId::Ident003, Class::Fidelity, Claim::Found);
    // A request may be refused before anything is looked up.
    found.counts = false;
    let is_found = |types: &[ErrorType]| !types.contains(&ErrorType::ResourceNotFoundException);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.refusal_types().is_some_and(is_found)) {
        outcome.facts.push(found.clone());
    }
    outcomes.push(not_found.with(found));
    outcomes
}

/// The identifier denotes no secret.
fn unknown(world: &World, operation: &Operation, mut reasons: Vec<Reason>) -> Vec<Outcome> {
    let id = operation.secret_id().cloned().unwrap_or_default();
    if is_forced_delete(operation) && reasons.is_empty() {
        // A secret that lingers after its deletion may be found by another form of its name, and answer with the name.
        let names_itself = !id.starts_with("arn:") && (!world.deleting || id == world.name);
        return vec![delete::delete_nothing(names_itself.then_some(&id))];
    }
    if world.deleting {
        return vec![
            Outcome::unjudged_refusal(ErrorType::ResourceNotFoundException, Some(NOT_FOUND.into())),
            Outcome::unjudged(),
        ];
    }
    let has_token = !reasons.iter().any(|reason| matches!(reason.rule(), RuleId::Val004 | RuleId::Val005));
    let is_legal = identifier::has_legal_characters(&id);
    let missing = Reason::typed(RuleId::Err001, ErrorType::ResourceNotFoundException).text(NOT_FOUND);
    match (world.former_arns.contains(&id), is_legal) {
        (true, _) => {
            reasons.push(Reason::typed(RuleId::Ident006, ErrorType::ResourceNotFoundException).text(NOT_FOUND));
        }
        (false, true) if !id.is_empty() => reasons.push(missing),
        (false, false) if reasons.iter().any(|reason| reason.rule() == RuleId::Val017) => {}
        (false, _) => reasons.push(Reason::any_type(RuleId::Err001, ErrorType::ValidationException)),
    }
    let is_nameless = reasons.iter().any(|reason| reason.rule() == RuleId::Val017);
    if is_lacking(operation) {
        reasons.push(Reason::perhaps());
    }
    let outcome = refuse(&reasons);
    // The characters of the name may be checked before the token, by operations of which no record says so too.
    vec![match has_token || is_nameless || !is_legal {
        true => outcome,
        false => outcome.fidelity(
            RuleId::Val006,
            Claim::ErrorType(vec![ErrorType::InvalidParameterException, ErrorType::InvalidRequestException]),
        ),
    }]
}

/// The refusal of a secret marked for deletion. Which of several reasons is answered is open, so that the types of
/// those that would apply to an active secret are as good.
fn marked(world: &World, operation: &Operation, setting: &Setting<'_>) -> Reason {
    let reason = Reason::typed(RuleId::Err006, ErrorType::InvalidRequestException);
    if matches!(operation, Operation::RotateSecret(_)) {
        return reason.unrecorded_text(MARKED);
    }
    let others = otherwise_refused(world, operation, setting);
    let has_recorded_text =
        matches!(operation, Operation::TagResource(_) | Operation::UntagResource(_) | Operation::GetSecretValue(_));
    let reason = match has_recorded_text && others.is_empty() {
        true => reason.text(MARKED),
        false => reason.unrecorded_text(MARKED),
    };
    others.into_iter().fold(reason, |reason, outcome| match outcome.refusal_types() {
        Some(types) => types.iter().cloned().fold(reason, Reason::or),
        None => reason.of_any_type(),
    })
}

/// The refusals of a request for what is not in the request alone, were the secret not marked for deletion.
fn otherwise_refused(world: &World, operation: &Operation, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut outcomes = otherwise(world, operation, setting);
    outcomes.retain(|outcome| !outcome.is_accepted());
    outcomes
}

/// Whether an ill-formed request is refused for the state alone as well; RotateSecret sees to that itself.
fn is_refused_anyway(world: &World, operation: &Operation, setting: &Setting<'_>) -> bool {
    match operation {
        Operation::RotateSecret(_) => false,
        Operation::DeleteSecret(_) => world.secret.as_ref().is_some_and(|secret| secret.deletion.is_some()),
        _ => !otherwise(world, operation, setting).iter().any(Outcome::is_accepted),
    }
}

/// What would follow a request, were it well-formed and the secret not marked for deletion.
fn otherwise(world: &World, operation: &Operation, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut active = world.clone();
    if let Some(secret) = &mut active.secret {
        secret.deletion = None;
    }
    let outcomes = active.secret.as_ref().map(|secret| on_secret(&active, secret, operation, Vec::new(), setting));
    outcomes.unwrap_or_default()
}

/// An operation on a secret that is there.
fn on_secret(
    world: &World,
    secret: &Secret,
    operation: &Operation,
    mut reasons: Vec<Reason>,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let is_marked = secret.deletion.is_some();
    match operation {
        Operation::DescribeSecret(_) if is_marked => return read::describe_marked(world, secret),
        Operation::ListSecretVersionIds(_) if is_marked => return read::list_marked(),
        Operation::RestoreSecret(_) => return delete::restore(world, secret, setting),
        Operation::ValidateResourcePolicy(_) => {
            return vec![Outcome::unjudged(), Outcome::unjudged_refusal(ErrorType::InvalidRequestException, None)];
        }
        _ => {}
    }
    let is_ill_formed = !reasons.is_empty();
    if is_marked && !matches!(operation, Operation::DeleteSecret(_)) {
        reasons.push(marked(world, operation, setting));
    }
    if is_ill_formed && is_refused_anyway(world, operation, setting) {
        reasons.push(Reason::perhaps());
    }
    match operation {
        Operation::DescribeSecret(_) => vec![read::describe(world, secret)],
        Operation::GetSecretValue(request) => read::get(world, secret, request, &reasons, setting),
        Operation::ListSecretVersionIds(request) => read::list(world, secret, request, &reasons),
        Operation::DeleteSecret(request) => delete::delete(world, secret, request, &reasons, setting),
        Operation::PutSecretValue(request) => put::put(world, secret, request, &reasons, setting),
        Operation::UpdateSecret(request) => update::update(world, secret, request, &reasons, setting),
        Operation::UpdateSecretVersionStage(request) => stage::outcomes(world, secret, request, &reasons, setting),
        Operation::RotateSecret(request) => rotate::outcomes(world, secret, request, &reasons, setting),
        Operation::CancelRotateSecret(_) if !reasons.is_empty() => vec![refuse(&reasons)],
        Operation::CancelRotateSecret(_) => rotate::cancel(world, secret, setting),
        Operation::TagResource(request) => delete::tag(world, request, &reasons, setting),
        Operation::UntagResource(request) => delete::untag(world, request, &reasons, setting),
        Operation::CreateSecret(_)
        | Operation::RestoreSecret(_)
        | Operation::ValidateResourcePolicy(_)
        | Operation::BatchGetSecretValue(_)
        | Operation::ListSecrets(_)
        | Operation::Malformed(_)
        | Operation::Unknown(_) => vec![Outcome::unjudged()],
    }
}
