//! Reasons to refuse a request that lie in the request alone: missing members, lengths, characters, ranges.

use super::operation::{
    BatchGetSecretValue, CreateSecret, DeleteSecret, Given, ListSecretVersionIds, PutSecretValue, RotateSecret,
    RotationRules, UpdateSecret, UpdateSecretVersionStage,
};
use super::outcome::Reason;
use super::schedule::{self, Legality};
use super::{ErrorType, Label, Operation, Text, identifier};
use crate::rule::RuleId;

/// The text for a missing token (ROT-VAL-004, ROT-VAL-005).
const NO_TOKEN: &str = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";
/// The text for illegal characters (ROT-VAL-017).
const INVALID_NAME: &str = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
                            following: -/_+=.@!";
const TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 32..=64;

fn parameter(rule: RuleId) -> Reason {
    Reason::any_type(rule, ErrorType::InvalidParameterException)
}

/// The reasons that the request itself gives, in the order in which the reference service checks.
pub(crate) fn reasons(operation: &Operation) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match operation {
        Operation::CreateSecret(request) => create(request, &mut reasons),
        Operation::PutSecretValue(request) => put(request, &mut reasons),
        Operation::UpdateSecret(request) => update(request, &mut reasons),
        Operation::RotateSecret(request) => rotate(request, &mut reasons),
        Operation::UpdateSecretVersionStage(request) => stage(request, &mut reasons),
        Operation::DeleteSecret(request) => delete(request, &mut reasons),
        Operation::ListSecretVersionIds(request) => list(request, &mut reasons),
        Operation::BatchGetSecretValue(request) => batch(request, &mut reasons),
        Operation::GetSecretValue(request) => {
            version_id(request.version_id.as_ref(), &mut reasons);
            labels(request.version_stage.as_slice(), &mut reasons);
        }
        Operation::DescribeSecret(_)
        | Operation::CancelRotateSecret(_)
        | Operation::RestoreSecret(_)
        | Operation::ListSecrets(_)
        | Operation::TagResource(_)
        | Operation::UntagResource(_)
        | Operation::ValidateResourcePolicy(_)
        | Operation::Malformed(_)
        | Operation::Unknown(_) => {}
    }
    if checks_characters(operation) && operation.secret_id().is_some_and(|id| !identifier::has_legal_characters(id)) {
        reasons.push(Reason::loosely_typed(RuleId::Val017, ErrorType::ValidationException).text(INVALID_NAME));
    }
    reasons
}

/// The ten operations for which ROT-VAL-017 was recorded; for the others it is open.
const fn checks_characters(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::RotateSecret(_)
            | Operation::CancelRotateSecret(_)
            | Operation::RestoreSecret(_)
            | Operation::UpdateSecretVersionStage(_)
    )
}

fn token_length(token: Option<&Text>, reason: Reason, reasons: &mut Vec<Reason>) {
    if token.is_some_and(|token| !TOKEN_LENGTH.contains(&token.chars().count())) {
        reasons.push(reason);
    }
}

fn missing_token(rule: RuleId, error_type: ErrorType) -> Reason {
    Reason::loosely_typed(rule, error_type).text(NO_TOKEN)
}

fn create(request: &CreateSecret, reasons: &mut Vec<Reason>) {
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if given != Given::Nothing && request.client_request_token.is_none() {
        reasons.push(missing_token(RuleId::Val005, ErrorType::InvalidRequestException));
    }
    token_length(request.client_request_token.as_ref(), parameter(RuleId::Val002).fidelity(), reasons);
    if request.name.as_ref().is_some_and(|name| name.chars().count() > 512) {
        reasons.push(parameter(RuleId::Ident007).fidelity());
    }
}

fn put(request: &PutSecretValue, reasons: &mut Vec<Reason>) {
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if given != Given::Nothing && request.client_request_token.is_none() {
        reasons.push(missing_token(RuleId::Val005, ErrorType::InvalidRequestException));
    }
    token_length(request.client_request_token.as_ref(), parameter(RuleId::Val002), reasons);
    match &given {
        Given::Nothing | Given::Both => reasons.push(parameter(RuleId::Val015)),
        Given::One(_) if given.is_of_illegal_length() => reasons.push(parameter(RuleId::Val015).fidelity()),
        Given::One(_) => {}
    }
    if request.rotation_token.as_ref().is_some_and(|token| !is_rotation_token(token)) {
        reasons.push(parameter(RuleId::Val016).fidelity());
    }
    if let Some(stages) = &request.version_stages {
        if !(1..=20).contains(&stages.len()) {
            reasons.push(parameter(RuleId::Val014).fidelity());
        }
        labels(stages, reasons);
    }
}

fn update(request: &UpdateSecret, reasons: &mut Vec<Reason>) {
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    if given != Given::Nothing && request.client_request_token.is_none() {
        reasons.push(missing_token(RuleId::Val005, ErrorType::InvalidRequestException));
    }
    token_length(request.client_request_token.as_ref(), parameter(RuleId::Val002).fidelity(), reasons);
}

fn is_rotation_token(token: &str) -> bool {
    (36..=256).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn labels(labels: &[Label], reasons: &mut Vec<Reason>) {
    if labels.iter().any(|label| !(1..=256).contains(&label.as_str().chars().count())) {
        reasons.push(parameter(RuleId::Val014).fidelity());
    }
}

fn version_id(id: Option<&Text>, reasons: &mut Vec<Reason>) {
    token_length(id, parameter(RuleId::Val014).fidelity(), reasons);
}

fn stage(request: &UpdateSecretVersionStage, reasons: &mut Vec<Reason>) {
    match &request.version_stage {
        None => reasons.push(parameter(RuleId::Val014)),
        Some(label) => labels(std::slice::from_ref(label), reasons),
    }
    version_id(request.move_to_version_id.as_ref(), reasons);
    version_id(request.remove_from_version_id.as_ref(), reasons);
}

fn rotate(request: &RotateSecret, reasons: &mut Vec<Reason>) {
    match &request.secret_id {
        None => reasons.push(parameter(RuleId::Val001)),
        Some(id) if !(1..=2048).contains(&id.chars().count()) => reasons.push(parameter(RuleId::Val001).fidelity()),
        Some(_) => {}
    }
    if request.client_request_token.is_none() {
        reasons.push(missing_token(RuleId::Val004, ErrorType::InvalidParameterException));
    }
    token_length(request.client_request_token.as_ref(), parameter(RuleId::Val002), reasons);
    if request.rotation_lambda_arn.as_ref().is_some_and(|arn| arn.chars().count() > 2048) {
        reasons.push(parameter(RuleId::Val007));
    }
    if let Some(rules) = &request.rotation_rules {
        rotation_rules(rules, reasons);
    }
    let role = request.external_secret_rotation_role_arn.as_ref();
    let metadata = request.external_secret_rotation_metadata.iter().flatten();
    let is_bad = |text: &Option<Text>, longest: usize| {
        text.as_ref().is_none_or(|text| !(1..=longest).contains(&text.chars().count()))
    };
    if role.is_some_and(|role| !(20..=2048).contains(&role.chars().count()))
        || metadata.into_iter().any(|item| is_bad(&item.key, 256) || is_bad(&item.value, 2048))
    {
        reasons.push(parameter(RuleId::Val021).fidelity());
    }
}

fn rotation_rules(rules: &RotationRules, reasons: &mut Vec<Reason>) {
    if rules.automatically_after_days.is_some_and(|days| !(1..=1000).contains(&days)) {
        reasons.push(parameter(RuleId::Val008));
    }
    if rules.automatically_after_days.is_some() && rules.schedule_expression.is_some() {
        let text = "You cannot specify both rotation frequency and schedule expression together.";
        reasons.push(Reason::typed(RuleId::Val009, ErrorType::InvalidParameterException).text(text));
    }
    let duration = rules.duration.as_deref().map(schedule::duration);
    let expression = rules.schedule_expression.as_deref().map(schedule::expression);
    for legality in [duration, expression].into_iter().flatten() {
        if let Legality::Illegal(rule) = legality {
            reasons.push(parameter(rule).fidelity());
        }
    }
    if schedule::window_is_too_long(rules) {
        reasons.push(parameter(RuleId::Val013).fidelity());
    }
}

fn delete(request: &DeleteSecret, reasons: &mut Vec<Reason>) {
    let window = request.recovery_window_in_days;
    let is_forced = request.force_delete_without_recovery == Some(true);
    if window.is_some_and(|days| is_forced || !(7..=30).contains(&days)) {
        reasons.push(Reason::typed(RuleId::Val018, ErrorType::InvalidParameterException).fidelity());
    }
}

fn list(request: &ListSecretVersionIds, reasons: &mut Vec<Reason>) {
    if request.max_results.is_some_and(|results| !(1..=100).contains(&results)) {
        reasons.push(parameter(RuleId::Val019).fidelity());
    }
}

fn batch(request: &BatchGetSecretValue, reasons: &mut Vec<Reason>) {
    let ids = request.secret_id_list.as_ref();
    let is_bad_choice = ids.is_some() == request.filters.is_some();
    let is_bad_count = ids.is_some_and(|ids| !(1..=20).contains(&ids.len()));
    if is_bad_choice || is_bad_count || (ids.is_some() && request.max_results.is_some()) {
        reasons.push(parameter(RuleId::Read007).fidelity());
    }
}
