//! One call of a counterexample as a line: the request in the API's words, and what came of it.

use serde_json::Value;

use crate::model::Request;
use crate::runner::Step;

/// The request as `Operation Member=value …`, with placeholders without their `$`.
#[must_use]
pub fn call_line(request: &Request) -> String {
    let written = serde_json::to_value(request).unwrap_or_default();
    let members = written.get("request").and_then(Value::as_object);
    let members = members.into_iter().flatten().map(|(name, value)| format!(" {name}={}", plain(value)));
    let quirk = request.quirk.map(|quirk| format!(" ({quirk:?})")).unwrap_or_default();
    format!("{}{}{quirk}", request.operation.name(), members.collect::<String>())
}

/// What came of it, in one line.
pub(super) fn answer_line(step: &Step) -> String {
    if let Some(cause) = step.answer.get("silence").and_then(Value::as_str) {
        return format!("no answer: {cause}");
    }
    let status = step.answer.get("status").and_then(Value::as_u64).unwrap_or_default();
    if let Some(what) = step.answer.get("unreadable").and_then(Value::as_str) {
        return format!("{status} {what}");
    }
    let Some(Value::Object(body)) = step.answer.get("body") else { return status.to_string() };
    if let Some(error_type) = body.get("__type").and_then(Value::as_str) {
        let message = body.get("Message").and_then(Value::as_str).unwrap_or_default();
        return format!("{status} {error_type}: {message}");
    }
    let shown =
        body.iter().filter(|(name, _)| !is_noise(name)).map(|(name, value)| format!(" {name}={}", plain(value)));
    format!("{status}{}", shown.collect::<String>())
}

/// Members that say nothing about most findings.
fn is_noise(name: &str) -> bool {
    matches!(name, "ARN" | "Name" | "CreatedDate" | "LastChangedDate" | "LastAccessedDate" | "KmsKeyIds")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with('$') => text[1..].to_owned(),
        Value::String(text) if is_bare(text) => text.clone(),
        Value::String(text) if text.len() > 80 => format!("({} characters)", text.len()),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(members) => {
            let parts = members.iter().filter(|(name, _)| !is_noise(name)).map(|(name, value)| {
                let name = name.strip_prefix('$').unwrap_or(name);
                format!("{name}={}", plain(value))
            });
            format!("{{{}}}", parts.collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte))
}
