//! Requests: typed to target and body for a client, and back for a service.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::model::{Action, ErrorType, Operation, Quirk, Request, ServiceError};

/// The media type of every request and answer (ROT-WIRE-001, ROT-WIRE-002).
pub const MEDIA_TYPE: &str = "application/x-amz-json-1.1";

/// What stands before the action in the header `X-Amz-Target` (ROT-WIRE-001).
pub const TARGET_PREFIX: &str = "secretsmanager.";

/// A request as it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The header `X-Amz-Target`.
    pub target: String,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({}, {} bytes)", self.target, self.body.len())
    }
}

/// Writes a request, in the way that its quirk asks for.
#[must_use]
pub fn encode_request(request: &Request) -> Encoded {
    let target = format!("{TARGET_PREFIX}{}", request.operation.name());
    let body = match (&request.operation, request.quirk) {
        (Operation::Malformed(malformed), _) => malformed.body.as_bytes().to_vec(),
        (Operation::Unknown(_), _) => b"{}".to_vec(),
        (operation, None) => plain_body(operation),
        (operation, Some(quirk)) => quirky_body(operation, quirk),
    };
    Encoded { target, body }
}

/// Reads a request as the service does: members that the operation does not have are ignored, null counts as absent,
/// and names are case-sensitive (ROT-WIRE-005, ROT-WIRE-010).
///
/// # Errors
///
/// `UnknownOperationException` for a target that names no action, `SerializationException` for a body that is no JSON
/// object or a member of the wrong JSON type (ROT-WIRE-011). Neither has a message: it could repeat a secret value.
pub fn decode_request(target: &str, body: &[u8]) -> Result<Request, ServiceError> {
    let action = action_of(target).ok_or(refused(ErrorType::UnknownOperationException))?;
    let members = members_of(body).ok_or(refused(ErrorType::SerializationException))?;
    let operation: Operation = serde_json::from_value(json!({ "op": action, "request": members }))
        .map_err(|_| refused(ErrorType::SerializationException))?;
    Ok(operation.into())
}

const fn refused(error_type: ErrorType) -> ServiceError {
    ServiceError { error_type, message: None }
}

fn action_of(target: &str) -> Option<Action> {
    let name = target.strip_prefix(TARGET_PREFIX)?;
    Action::ALL.into_iter().find(|action| action.as_str() == name)
}

/// The members of a body, unless it is no JSON object or gives a structure as a list of its members, which serde
/// would take for the structure.
fn members_of(body: &[u8]) -> Option<Value> {
    let members: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let positional = members.iter().any(|(name, value)| match value {
        Value::Array(items) => name == "RotationRules" || items.iter().any(Value::is_array),
        _ => false,
    });
    (!positional).then_some(Value::Object(members))
}

fn plain_body(operation: &Operation) -> Vec<u8> {
    let body = match operation {
        Operation::CreateSecret(request) => serde_json::to_vec(request),
        Operation::DescribeSecret(request) => serde_json::to_vec(request),
        Operation::GetSecretValue(request) => serde_json::to_vec(request),
        Operation::BatchGetSecretValue(request) => serde_json::to_vec(request),
        Operation::ListSecretVersionIds(request) => serde_json::to_vec(request),
        Operation::PutSecretValue(request) => serde_json::to_vec(request),
        Operation::UpdateSecret(request) => serde_json::to_vec(request),
        Operation::UpdateSecretVersionStage(request) => serde_json::to_vec(request),
        Operation::RotateSecret(request) => serde_json::to_vec(request),
        Operation::CancelRotateSecret(request) => serde_json::to_vec(request),
        Operation::DeleteSecret(request) => serde_json::to_vec(request),
        Operation::RestoreSecret(request) => serde_json::to_vec(request),
        Operation::ListSecrets(request) => serde_json::to_vec(request),
        Operation::TagResource(request) => serde_json::to_vec(request),
        Operation::UntagResource(request) => serde_json::to_vec(request),
        Operation::ValidateResourcePolicy(request) => serde_json::to_vec(request),
        Operation::Malformed(request) => serde_json::to_vec(request),
        Operation::Unknown(request) => serde_json::to_vec(request),
    };
    body.expect("requests are maps of text, numbers and lists, which JSON can hold")
}

fn quirky_body(operation: &Operation, quirk: Quirk) -> Vec<u8> {
    let plain = plain_body(operation);
    let mut members: Map<String, Value> = serde_json::from_slice(&plain).expect("a request was written as an object");
    match quirk {
        Quirk::UnknownMembers => {
            members.insert("Unrelated".into(), json!("ignored"));
        }
        Quirk::NullMember => {
            let unset = optional_members(operation).iter().find(|name| !members.contains_key(**name));
            members.extend(unset.map(|name| ((*name).to_owned(), Value::Null)));
        }
        Quirk::LowerCaseSecretId => {
            let secret_id = members.remove("SecretId");
            members.extend(secret_id.map(|secret_id| ("secretid".to_owned(), secret_id)));
        }
    }
    serde_json::to_vec(&members).expect("a JSON object can be written")
}

/// Members that the API reference does not require, those first whose null a service is likeliest to trip over.
const fn optional_members(operation: &Operation) -> &'static [&'static str] {
    match operation {
        Operation::CreateSecret(_) | Operation::UpdateSecret(_) => &["Description", "KmsKeyId"],
        Operation::GetSecretValue(_) => &["VersionStage", "VersionId"],
        Operation::BatchGetSecretValue(_) | Operation::ListSecretVersionIds(_) | Operation::ListSecrets(_) => {
            &["MaxResults", "NextToken"]
        }
        Operation::PutSecretValue(_) => &["VersionStages", "RotationToken"],
        Operation::UpdateSecretVersionStage(_) => &["RemoveFromVersionId", "MoveToVersionId"],
        Operation::RotateSecret(_) => &["RotationRules", "RotationLambdaARN", "RotateImmediately"],
        Operation::DeleteSecret(_) => &["RecoveryWindowInDays", "ForceDeleteWithoutRecovery"],
        Operation::DescribeSecret(_)
        | Operation::CancelRotateSecret(_)
        | Operation::RestoreSecret(_)
        | Operation::TagResource(_)
        | Operation::UntagResource(_)
        | Operation::ValidateResourcePolicy(_)
        | Operation::Malformed(_)
        | Operation::Unknown(_) => &[],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{DescribeSecret, Malformed, PutSecretValue, Unknown};

    /// The request members of the API reference that the model has, with a strategy for their values.
    const MEMBERS: [(Action, &str); 16] = [
        (
            Action::CreateSecret,
            "Name:s ClientRequestToken:s SecretString:s SecretBinary:b Description:s KmsKeyId:s Tags:o",
        ),
        (Action::DescribeSecret, "SecretId:s"),
        (Action::GetSecretValue, "SecretId:s VersionId:s VersionStage:s"),
        (Action::BatchGetSecretValue, "SecretIdList:l Filters:f MaxResults:i NextToken:s"),
        (Action::ListSecretVersionIds, "SecretId:s IncludeDeprecated:t MaxResults:i NextToken:s"),
        (
            Action::PutSecretValue,
            "SecretId:s ClientRequestToken:s SecretString:s SecretBinary:b VersionStages:l RotationToken:s",
        ),
        (
            Action::UpdateSecret,
            "SecretId:s ClientRequestToken:s SecretString:s SecretBinary:b Description:s KmsKeyId:s",
        ),
        (Action::UpdateSecretVersionStage, "SecretId:s VersionStage:s MoveToVersionId:s RemoveFromVersionId:s"),
        (
            Action::RotateSecret,
            "SecretId:s ClientRequestToken:s RotationLambdaARN:s RotationRules:r RotateImmediately:t \
             ExternalSecretRotationMetadata:o ExternalSecretRotationRoleArn:s",
        ),
        (Action::CancelRotateSecret, "SecretId:s"),
        (Action::DeleteSecret, "SecretId:s RecoveryWindowInDays:i ForceDeleteWithoutRecovery:t"),
        (Action::RestoreSecret, "SecretId:s"),
        (Action::ListSecrets, "Filters:f IncludePlannedDeletion:t MaxResults:i NextToken:s"),
        (Action::TagResource, "SecretId:s Tags:o"),
        (Action::UntagResource, "SecretId:s TagKeys:l"),
        (Action::ValidateResourcePolicy, "SecretId:s ResourcePolicy:s"),
    ];

    fn value_of(kind: &str) -> BoxedStrategy<Value> {
        let text = prop_oneof![Just("AWSCURRENT".to_owned()), any::<String>()];
        match kind {
            "s" => text.prop_map(Value::from).boxed(),
            "b" => Just(json!("AAEC/w==")).boxed(),
            "i" => any::<i64>().prop_map(Value::from).boxed(),
            "t" => any::<bool>().prop_map(Value::from).boxed(),
            "l" => prop::collection::vec(text, 0..3).prop_map(Value::from).boxed(),
            "o" => text.prop_map(|key| json!([{"Key": key, "Value": ""}, {}])).boxed(),
            "f" => text.prop_map(|value| json!([{"Key": "name", "Values": [value]}])).boxed(),
            _ => any::<i64>().prop_map(|days| json!({"AutomaticallyAfterDays": days, "Duration": "2h"})).boxed(),
        }
    }

    /// An action and some of its members.
    fn request() -> impl Strategy<Value = (Action, Value)> {
        prop::sample::select(MEMBERS.to_vec()).prop_flat_map(|(action, members)| {
            let members: Vec<_> = members
                .split_whitespace()
                .map(|member| {
                    let (name, kind) = member.split_once(':').unwrap();
                    prop::option::of(value_of(kind).prop_map(move |value| (name.to_owned(), value)))
                })
                .collect();
            members.prop_map(move |members| (action, Value::Object(members.into_iter().flatten().collect())))
        })
    }

    proptest! {
        #[test]
        fn a_request_is_written_with_the_members_it_was_read_from((action, members) in request()) {
            let target = format!("{TARGET_PREFIX}{}", action.as_str());
            let request = decode_request(&target, members.to_string().as_bytes()).unwrap();
            prop_assert_eq!(request.operation.action(), Some(action));
            let encoded = encode_request(&request);
            prop_assert_eq!(&encoded.target, &target);
            prop_assert_eq!(serde_json::from_slice::<Value>(&encoded.body).unwrap(), members);
            prop_assert_eq!(decode_request(&target, &encoded.body), Ok(request));
        }
    }

    fn describe(quirk: Option<Quirk>) -> Request {
        Request {
            operation: Operation::DescribeSecret(DescribeSecret { secret_id: Some("db".into()) }),
            quirk,
            script: None,
        }
    }

    fn sent(operation: impl Into<Request>, quirk: Option<Quirk>) -> String {
        let request = Request { quirk, ..operation.into() };
        String::from_utf8(encode_request(&request).body).unwrap()
    }

    #[test]
    fn quirks_change_the_body_and_a_service_reads_through_two_of_them() {
        assert_eq!(sent(describe(None), None), r#"{"SecretId":"db"}"#);
        assert_eq!(sent(describe(None), Some(Quirk::UnknownMembers)), r#"{"SecretId":"db","Unrelated":"ignored"}"#);
        assert_eq!(sent(describe(None), Some(Quirk::LowerCaseSecretId)), r#"{"secretid":"db"}"#);
        assert_eq!(sent(describe(None), Some(Quirk::NullMember)), r#"{"SecretId":"db"}"#);
        let put = Operation::PutSecretValue(PutSecretValue::default());
        assert_eq!(sent(put, Some(Quirk::NullMember)), r#"{"VersionStages":null}"#);
    }

    #[test]
    fn null_and_unknown_members_are_ignored_and_names_have_case() {
        let read = |body: &str| decode_request("secretsmanager.DescribeSecret", body.as_bytes());
        assert_eq!(read(r#"{"SecretId":"db","Unrelated":[{}]}"#), Ok(describe(None)));
        let without = Operation::DescribeSecret(DescribeSecret::default()).into();
        assert_eq!(read(r#"{"SecretId":null}"#), Ok(without));
        assert_eq!(read(r#"{"secretid":"db"}"#).unwrap().operation.secret_id(), None);
    }

    #[test]
    fn a_body_that_does_not_fit_is_a_serialization_exception() {
        for body in [
            "",
            "{",
            "[]",
            "\"db\"",
            "[\"db\"]",
            r#"{"SecretId":1}"#,
            r#"{"RotationRules":[30]}"#,
            r#"{"RotationRules":{"AutomaticallyAfterDays":"30"}}"#,
            r#"{"ExternalSecretRotationMetadata":[["k","v"]]}"#,
        ] {
            let read = decode_request("secretsmanager.RotateSecret", body.as_bytes());
            assert_eq!(read.unwrap_err().error_type, ErrorType::SerializationException, "{body}");
        }
    }

    #[test]
    fn a_made_up_action_travels_and_is_unknown_to_the_service() {
        for target in ["secretsmanager.PaintSecret", "PaintSecret", "other.DescribeSecret", ""] {
            let read = decode_request(target, b"{}").unwrap_err();
            assert_eq!(read.error_type, ErrorType::UnknownOperationException, "{target}");
        }
        let unknown = Operation::Unknown(Unknown { action: "PaintSecret".into() });
        let encoded = encode_request(&unknown.into());
        assert_eq!((encoded.target.as_str(), &*encoded.body), ("secretsmanager.PaintSecret", &b"{}"[..]));
    }

    #[test]
    fn a_malformed_body_is_sent_as_it_is_and_never_shown() {
        let malformed = Malformed { action: Action::RotateSecret, body: "{\"SecretId\": hunter2".into() };
        let encoded = encode_request(&Operation::Malformed(malformed).into());
        assert_eq!(encoded.body, b"{\"SecretId\": hunter2");
        assert_eq!(format!("{encoded:?}"), "Encoded(secretsmanager.RotateSecret, 20 bytes)");
    }
}
