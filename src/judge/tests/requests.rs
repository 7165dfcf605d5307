//! Requests about a first secret, with the placeholders of cases.

use crate::model::Request;
use serde_json::{Value, json};

/// A request; without an identifier it is about the first secret.
pub(crate) fn ask(op: &str, mut members: Value) -> Request {
    let id = if op == "CreateSecret" { "Name" } else { "SecretId" };
    let object = members.as_object_mut().expect("the members are an object");
    if !object.contains_key(id) {
        object.insert(id.to_owned(), json!("$s1"));
    }
    object.retain(|_, member| !member.is_null());
    serde_json::from_value(json!({ "op": op, "request": members })).expect("the request has the shape of its operation")
}

/// The same, written in an odd way.
pub(crate) fn oddly(quirk: &str, request: &Request) -> Request {
    let mut line = serde_json::to_value(request).expect("requests are plain data");
    line["quirk"] = json!(quirk);
    serde_json::from_value(line).expect("the quirk is one of the model's")
}

/// The first secret, with `a` under the first token.
pub(crate) fn create() -> Request {
    ask("CreateSecret", json!({ "ClientRequestToken": "$t1", "SecretString": "a" }))
}

pub(crate) fn create_empty() -> Request {
    ask("CreateSecret", json!({}))
}

pub(crate) fn describe(id: &str) -> Request {
    ask("DescribeSecret", json!({ "SecretId": id }))
}

pub(crate) fn look() -> Request {
    describe("$s1")
}

pub(crate) fn get(members: Value) -> Request {
    ask("GetSecretValue", members)
}

pub(crate) fn list(include_deprecated: bool) -> Request {
    ask("ListSecretVersionIds", json!({ "IncludeDeprecated": include_deprecated }))
}

/// A value stored without naming labels.
pub(crate) fn put(token: &str, value: &str) -> Request {
    ask("PutSecretValue", json!({ "ClientRequestToken": token, "SecretString": value }))
}

/// A value, named after its token, stored under these labels.
pub(crate) fn put_as(token: &str, stages: &[&str]) -> Request {
    ask("PutSecretValue", json!({ "ClientRequestToken": token, "SecretString": token[1..], "VersionStages": stages }))
}

/// What `create` has stored, stored again under these labels.
pub(crate) fn repeat(stages: &[&str]) -> Request {
    ask("PutSecretValue", json!({ "ClientRequestToken": "$t1", "SecretString": "a", "VersionStages": stages }))
}

/// A label moved from one version to another; an empty id is left out.
pub(crate) fn stage(label: &str, from: &str, to: &str) -> Request {
    let given = |id: &str| if id.is_empty() { Value::Null } else { json!(id) };
    let (from, to) = (given(from), given(to));
    ask(
        "UpdateSecretVersionStage",
        json!({ "VersionStage": label, "RemoveFromVersionId": from, "MoveToVersionId": to }),
    )
}

/// A rotation with the accepted function and these rules.
pub(crate) fn rotate(token: &str, rules: &Value) -> Request {
    let function = "$function";
    ask("RotateSecret", json!({ "ClientRequestToken": token, "RotationLambdaARN": function, "RotationRules": rules }))
}

/// A rotation every 30 days.
pub(crate) fn rotate_monthly(token: &str) -> Request {
    rotate(token, &days(30))
}

pub(crate) fn days(days: i64) -> Value {
    json!({ "AutomaticallyAfterDays": days })
}

/// A rotation that only configures.
pub(crate) fn rotate_later(token: &str) -> Request {
    let members = json!({
        "ClientRequestToken": token,
        "RotationLambdaARN": "$function",
        "RotationRules": days(30),
        "RotateImmediately": false,
    });
    ask("RotateSecret", members)
}

pub(crate) fn cancel() -> Request {
    ask("CancelRotateSecret", json!({}))
}

pub(crate) fn delete() -> Request {
    ask("DeleteSecret", json!({}))
}

pub(crate) fn force_delete() -> Request {
    ask("DeleteSecret", json!({ "ForceDeleteWithoutRecovery": true }))
}

pub(crate) fn restore() -> Request {
    ask("RestoreSecret", json!({}))
}

pub(crate) fn describe_anew(text: &str) -> Request {
    ask("UpdateSecret", json!({ "ClientRequestToken": "$t9", "Description": text }))
}

/// A configured secret without a running rotation, all of it read: created, rotated with these rules, AWSPENDING removed.
pub(crate) fn configured(rules: &Value) -> Vec<Request> {
    vec![create(), rotate("$t2", rules), look(), stage("AWSPENDING", "$t2", ""), look()]
}
