//! One call of a counterexample as a line: the request in the API's words, and what came of it.

use serde_json::Value;

use crate::model::Request;
use crate::runner::{Shown, Step};

/// A longer text is shown by its length.
const LONG: usize = 80;

/// The request as `Operation Member=value …`, with placeholders without their `$`.
#[must_use]
pub fn call_line(request: &Request) -> String {
    let written = serde_json::to_value(request).unwrap_or_default();
    let members = written.get("request").and_then(Value::as_object);
    let members = members.into_iter().flatten().map(|(name, value)| format!(" {}", member(name, value)));
    let quirk = request.quirk.map(|quirk| format!(" ({quirk:?})")).unwrap_or_default();
    let script = request.script.as_ref().map(|script| format!(" ({script})")).unwrap_or_default();
    format!("{}{}{quirk}{script}", request.operation.name(), members.collect::<String>())
}

/// What came of it, in one line.
pub(super) fn answer_line(step: &Step) -> String {
    let (status, body) = match &step.answer {
        Shown::Silence { silence } => return format!("no answer: {silence}"),
        Shown::Unreadable { status, unreadable } => return format!("{status} {unreadable}"),
        Shown::Read { status, body } => (status, body),
    };
    if let Some((error_type, message)) = step.answer.error() {
        return format!("{status} {error_type}: {message}");
    }
    let shown = body.iter().filter(|(name, _)| !is_noise(name));
    let members = shown.map(|(name, value)| member(name, value));
    std::iter::once(status.to_string()).chain(members).collect::<Vec<_>>().join(" ")
}

/// Members that say nothing about most findings.
fn is_noise(name: &str) -> bool {
    matches!(name, "ARN" | "Name" | "CreatedDate" | "LastChangedDate" | "LastAccessedDate" | "KmsKeyIds")
}

fn member(name: &str, value: &Value) -> String {
    let shown_name = name.strip_prefix('$').unwrap_or(name);
    // What matters of a date is in what was expected and observed.
    let value = if name.ends_with("Date") && value.is_number() { "(date)".to_owned() } else { plain(value) };
    format!("{shown_name}={value}")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with('$') => text[1..].to_owned(),
        Value::String(text) if text.len() > LONG => format!("({} characters)", text.chars().count()),
        Value::String(text) if is_bare(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(members) => {
            let mut shown: Vec<_> = members.iter().filter(|(name, _)| !is_noise(name)).collect();
            // A map of versions has no order: $t2 before $t10.
            shown.sort_by_key(|(name, _)| if name.starts_with('$') { (name.len(), name.as_str()) } else { (0, "") });
            format!("{{{}}}", shown.into_iter().map(|(name, value)| member(name, value)).collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_text_is_shown_by_its_length_whatever_its_characters() {
        for (letter, count) in [("x", 2049), ("é ", 41)] {
            let request = json!({"op": "RotateSecret", "request": {"SecretId": "$s1", "RotationLambdaARN": letter.repeat(count)}});
            let length = letter.chars().count() * count;
            let line = call_line(&serde_json::from_value(request).unwrap());
            assert_eq!(line, format!("RotateSecret SecretId=s1 RotationLambdaARN=({length} characters)"));
        }
    }
}
