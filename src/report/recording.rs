//! A recording as text: what is compared with the next one, by a person or by `diff`.
//!
//! Whatever differs from run to run without a meaning is gone: generated names, tokens, ids and ARNs are placeholders,
//! dates are `(date)`, and what has no order is sorted. The same endpoint gives the same bytes each time.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::sequence::call_line;
use super::text::plain;
use crate::model::Departure;
use crate::runner::{Recording, Shown, Step};

/// The scenario with every call, its whole answer, and the labels after it.
#[must_use]
pub fn recording_text(recording: &Recording) -> String {
    let scenario = &recording.scenario;
    let mut text = format!("{}\n{}\n", scenario.name, scenario.purpose);
    for (number, step) in (1..).zip(&recording.steps) {
        let _ = write!(text, "\n{number}. {}\n", call_line(&step.request));
        text.push_str(&plain(&answer(step)));
        for labels in &step.labels {
            let _ = writeln!(text, "   {}", plain(labels));
        }
    }
    if let Some(cause) = &recording.died {
        let _ = write!(text, "\nthe endpoint stopped answering ({cause})\n");
    }
    text
}

fn answer(step: &Step) -> String {
    let (status, body) = match &step.answer {
        Shown::Silence { silence } => return format!("   no answer: {silence}\n"),
        Shown::Unreadable { status, unreadable } => return format!("   {status} {unreadable}\n"),
        Shown::Read { status, body } => (status, body),
    };
    let mut text = format!("   {status}\n");
    for (name, value) in body {
        member(&mut text, name, value, 5);
    }
    for words in step.departures.iter().filter_map(in_words) {
        let _ = writeln!(text, "     ({words})");
    }
    text
}

/// What the lines above do not say: flags and lists are there, headers are the same with every call, and a request id
/// differs each time.
fn in_words(departure: &Departure) -> Option<String> {
    Some(match departure {
        Departure::MediaType(_) | Departure::NoRequestId | Departure::WithoutValue(_, "false" | "[]") => return None,
        Departure::WithoutValue(member, found) => format!("{member} is {found}"),
        Departure::TypeNotBare(text) => format!("__type is {text}"),
        Departure::MessageSpelling(name) => format!("the message is in {name}"),
        Departure::NotADate(member) => format!("{member} is not a number of seconds"),
        Departure::NotBase64 => "SecretBinary is not base64".to_owned(),
        Departure::ExtraMember(member) => format!("{member} is a further member"),
        Departure::WrongShape(member) => format!("{member} is of another type"),
    })
}

/// One member of an answer in one or more lines.
fn member(text: &mut String, name: &str, value: &Value, indent: usize) {
    let _ = write!(text, "{:indent$}{name}:", "");
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            members_of(text, members, indent + 2);
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            text.push('\n');
            items_of(text, items, indent + 2);
        }
        other => {
            let _ = writeln!(text, " {}", scalar(name, other));
        }
    }
}

/// The members of an object, in a fixed order where their names are ids: `$t2` before `$t10`.
fn members_of(text: &mut String, members: &Map<String, Value>, indent: usize) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| if name.starts_with('$') { (name.len(), name.as_str()) } else { (0, "") });
    for (name, value) in sorted {
        member(text, name, value, indent);
    }
}

/// The items of a list of versions or secrets, which has no order.
fn items_of(text: &mut String, items: &[Value], indent: usize) {
    let mut written: Vec<String> = items.iter().map(|item| item_lines(item, indent)).collect();
    written.sort();
    for item in written {
        let _ = write!(text, "{:width$}- {}", "", &item[indent..], width = indent - 2);
    }
}

fn item_lines(item: &Value, indent: usize) -> String {
    let mut text = String::new();
    match item {
        Value::Object(members) => members.iter().for_each(|(name, value)| member(&mut text, name, value, indent)),
        other => {
            let _ = writeln!(text, "{:indent$}{}", "", scalar("", other));
        }
    }
    text
}

fn scalar(name: &str, value: &Value) -> String {
    match value {
        Value::Number(_) if name.ends_with("Date") => "(date)".to_owned(),
        Value::String(_) if name == "NextToken" => "(token)".to_owned(),
        // What DeleteSecret by force makes up for a secret that is not there may be random.
        Value::String(text) if name == "ARN" && text.starts_with("arn:") => "(another ARN)".to_owned(),
        Value::String(text) => text.replace(['\n', '\r'], " "),
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|item| scalar(name, item)).collect();
            items.sort();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}
