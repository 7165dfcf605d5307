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
/// The text for two values at once (ROT-VAL-022).
const TWO_VALUES: &str = "You can't specify both a binary secret value and a string secret value in the same secret.";
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

/// The operations for which ROT-VAL-017 was recorded or reported; for the others it is open.
const fn checks_characters(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::CancelRotateSecret(_) | Operation::RestoreSecret(_) | Operation::UpdateSecretVersionStage(_)
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
    if given == Given::Both {
        let reason = Reason::typed(RuleId::Val022, ErrorType::InvalidParameterException);
        reasons.push(reason.unrecorded_text(TWO_VALUES));
    }
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
    if given == Given::Both {
        let reason = Reason::loosely_typed(RuleId::Val022, ErrorType::InvalidParameterException);
        reasons.push(reason.unrecorded_text(TWO_VALUES));
    }
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
        Some(id) if id.is_empty() => {
            let reason = Reason::any_type(RuleId::Val001, ErrorType::ValidationException).fidelity();
            reasons.push(reason.unrecorded_text(INVALID_NAME));
        }
        Some(id) if id.chars().count() > 2048 => reasons.push(parameter(RuleId::Val001).fidelity()),
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
    if let Some(Legality::Illegal(rule, _)) = rules.automatically_after_days.map(schedule::days) {
        reasons.push(parameter(rule));
    }
    if rules.automatically_after_days.is_some() && rules.schedule_expression.is_some() {
        let text = "You cannot specify both rotation frequency and schedule expression together.";
        reasons.push(Reason::typed(RuleId::Val009, ErrorType::InvalidParameterException).text(text));
    }
    let duration = rules.duration.as_deref().map(schedule::duration);
    let expression = rules.schedule_expression.as_deref().map(schedule::expression);
    for legality in [duration, expression].into_iter().flatten() {
        if let Legality::Illegal(rule, text) = legality {
            let reason = parameter(rule).fidelity();
            reasons.push(match text {
                Some(text) => reason.text(text),
                None => reason,
            });
        }
    }
    if let Some(text) = schedule::too_long(rules) {
        reasons.push(parameter(RuleId::Val013).fidelity().text(text));
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::Request;

    /// The rules that an ill-formed request breaks, for its form alone.
    fn broken(op: &str, members: &Value) -> Vec<RuleId> {
        let request: Request = serde_json::from_value(json!({ "op": op, "request": members })).unwrap();
        reasons(&request.operation).iter().map(Reason::rule).collect()
    }

    fn text(length: usize) -> String {
        "a".repeat(length)
    }

    /// The request with this member.
    fn with(base: &Value, member: &str, value: Value) -> Value {
        let mut request = base.clone();
        request[member] = value;
        request
    }

    #[test]
    fn lengths_are_good_up_to_their_bounds() {
        let put = json!({ "SecretId": "db", "ClientRequestToken": text(32), "SecretString": "a" });
        let rotate = json!({ "SecretId": "db", "ClientRequestToken": text(32) });
        let stage = json!({ "SecretId": "db", "VersionStage": "mine" });
        let create = json!({ "Name": "db", "ClientRequestToken": text(32), "SecretString": "a" });
        for (op, base, member, rule, bounds) in [
            ("CreateSecret", &create, "Name", RuleId::Ident007, 1..=512),
            ("CreateSecret", &create, "ClientRequestToken", RuleId::Val002, 32..=64),
            ("PutSecretValue", &put, "ClientRequestToken", RuleId::Val002, 32..=64),
            ("UpdateSecret", &put, "ClientRequestToken", RuleId::Val002, 32..=64),
            ("RotateSecret", &rotate, "ClientRequestToken", RuleId::Val002, 32..=64),
            ("PutSecretValue", &put, "RotationToken", RuleId::Val016, 36..=256),
            ("UpdateSecretVersionStage", &stage, "VersionStage", RuleId::Val014, 1..=256),
            ("UpdateSecretVersionStage", &stage, "MoveToVersionId", RuleId::Val014, 32..=64),
            ("UpdateSecretVersionStage", &stage, "RemoveFromVersionId", RuleId::Val014, 32..=64),
            ("RotateSecret", &rotate, "SecretId", RuleId::Val001, 1..=2048),
            ("RotateSecret", &rotate, "RotationLambdaARN", RuleId::Val007, 1..=2048),
            ("RotateSecret", &rotate, "ExternalSecretRotationRoleArn", RuleId::Val021, 20..=2048),
        ] {
            let of_length = |length| broken(op, &with(base, member, json!(text(length))));
            for good in [*bounds.start(), *bounds.end()] {
                assert_eq!(of_length(good), [], "{op} {member} of {good}");
            }
            assert_eq!(of_length(bounds.end() + 1), [rule], "{op} {member}");
            if *bounds.start() > 1 {
                assert_eq!(of_length(bounds.start() - 1), [rule], "{op} {member}");
            }
        }
    }

    #[test]
    fn numbers_are_good_up_to_their_bounds() {
        for (op, member, rule, good, bad) in [
            ("ListSecretVersionIds", "MaxResults", RuleId::Val019, [1, 100], [0, 101]),
            ("DeleteSecret", "RecoveryWindowInDays", RuleId::Val018, [7, 30], [6, 31]),
        ] {
            let of_number = |number| broken(op, &json!({ "SecretId": "db", member: number }));
            assert!(good.map(of_number).iter().all(Vec::is_empty), "{op}");
            assert_eq!(bad.map(of_number), [[rule], [rule]], "{op}");
        }
        let rotate = |rules: Value| {
            let request = json!({ "SecretId": "db", "ClientRequestToken": text(32), "RotationRules": rules });
            broken("RotateSecret", &request)
        };
        for (days, expected) in [(1, vec![]), (1000, vec![]), (0, vec![RuleId::Val008]), (1001, vec![RuleId::Val008])] {
            assert_eq!(rotate(json!({ "AutomaticallyAfterDays": days })), expected, "{days}");
        }
        let forced = json!({ "SecretId": "db", "ForceDeleteWithoutRecovery": true, "RecoveryWindowInDays": 7 });
        assert_eq!(broken("DeleteSecret", &forced), [RuleId::Val018]);
    }

    #[test]
    fn a_token_is_missing_where_a_value_is_stored_or_a_rotation_started() {
        for (op, members, expected) in [
            ("CreateSecret", json!({ "Name": "db", "SecretString": "a" }), vec![RuleId::Val005]),
            ("CreateSecret", json!({ "Name": "db" }), vec![]),
            ("UpdateSecret", json!({ "SecretId": "db", "SecretBinary": "YQ==" }), vec![RuleId::Val005]),
            ("UpdateSecret", json!({ "SecretId": "db", "Description": "a" }), vec![]),
            ("PutSecretValue", json!({ "SecretId": "db", "SecretString": "a" }), vec![RuleId::Val005]),
            ("RotateSecret", json!({ "SecretId": "db" }), vec![RuleId::Val004]),
            ("RotateSecret", json!({ "ClientRequestToken": text(32) }), vec![RuleId::Val001]),
            ("UpdateSecretVersionStage", json!({ "SecretId": "db" }), vec![RuleId::Val014]),
        ] {
            assert_eq!(broken(op, &members), expected, "{op} {members}");
        }
    }

    #[test]
    fn a_put_has_one_value_and_up_to_twenty_labels() {
        let put = json!({ "SecretId": "db", "ClientRequestToken": text(32), "SecretString": "a" });
        let labels = |count: usize| (0..count).map(|number| format!("label-{number}")).collect::<Vec<_>>();
        for (members, expected) in [
            (with(&put, "SecretBinary", json!("YQ==")), vec![RuleId::Val015]),
            (with(&put, "SecretString", Value::Null), vec![RuleId::Val015]),
            (with(&put, "VersionStages", json!(labels(20))), vec![]),
            (with(&put, "VersionStages", json!(labels(21))), vec![RuleId::Val014]),
            (with(&put, "VersionStages", json!([])), vec![RuleId::Val014]),
            (with(&put, "VersionStages", json!([text(257)])), vec![RuleId::Val014]),
            (with(&put, "RotationToken", json!("_".repeat(36))), vec![RuleId::Val016]),
            (with(&put, "RotationToken", json!("-".repeat(36))), vec![]),
        ] {
            assert_eq!(broken("PutSecretValue", &members), expected, "{members}");
        }
    }

    #[test]
    fn a_secret_is_created_or_updated_with_one_value() {
        let both = json!({ "ClientRequestToken": text(32), "SecretString": "a", "SecretBinary": "YQ==" });
        assert_eq!(broken("CreateSecret", &with(&both, "Name", json!("db"))), [RuleId::Val022]);
        assert_eq!(broken("UpdateSecret", &with(&both, "SecretId", json!("db"))), [RuleId::Val022]);
    }

    #[test]
    fn a_batch_names_secrets_or_filters_and_not_both() {
        let ids = |count: usize| (0..count).map(|number| format!("db-{number}")).collect::<Vec<_>>();
        let filters = json!([{ "Key": "name", "Values": ["db"] }]);
        for (members, expected) in [
            (json!({ "SecretIdList": ids(1) }), vec![]),
            (json!({ "SecretIdList": ids(20) }), vec![]),
            (json!({ "SecretIdList": ids(21) }), vec![RuleId::Read007]),
            (json!({ "SecretIdList": ids(0) }), vec![RuleId::Read007]),
            (json!({ "SecretIdList": ids(1), "MaxResults": 5 }), vec![RuleId::Read007]),
            (json!({ "SecretIdList": ids(1), "Filters": filters }), vec![RuleId::Read007]),
            (json!({ "Filters": filters, "MaxResults": 5 }), vec![]),
            (json!({}), vec![RuleId::Read007]),
        ] {
            assert_eq!(broken("BatchGetSecretValue", &members), expected, "{members}");
        }
    }

    #[test]
    fn metadata_of_a_partner_have_keys_and_values_of_their_lengths() {
        let rotate = |metadata: Value| {
            let request = json!({ "SecretId": "db", "ClientRequestToken": text(32),
                "ExternalSecretRotationMetadata": metadata });
            broken("RotateSecret", &request)
        };
        for (key, value, expected) in
            [(1, 1, vec![]), (256, 2048, vec![]), (257, 1, vec![RuleId::Val021]), (1, 2049, vec![RuleId::Val021])]
        {
            assert_eq!(rotate(json!([{ "Key": text(key), "Value": text(value) }])), expected, "{key} {value}");
        }
        assert_eq!(rotate(json!([{ "Key": "k" }])), [RuleId::Val021]);
    }

    #[test]
    fn illegal_characters_are_refused_by_the_operations_for_which_that_is_recorded() {
        let of_id = |op: &str, id: &str| broken(op, &json!({ "SecretId": id }));
        for op in ["GetSecretValue", "DescribeSecret", "ListSecretVersionIds", "DeleteSecret", "TagResource"] {
            assert_eq!(of_id(op, "db*"), [RuleId::Val017], "{op}");
            assert_eq!(of_id(op, "db/-_+=.@!"), [], "{op}");
        }
        let rotate = |id: &str| broken("RotateSecret", &json!({ "SecretId": id, "ClientRequestToken": text(32) }));
        assert_eq!((rotate("db*"), rotate("db")), (vec![RuleId::Val017], vec![]));
        for op in ["CancelRotateSecret", "RestoreSecret"] {
            assert_eq!(of_id(op, "db*"), [], "{op}");
        }
    }
}
