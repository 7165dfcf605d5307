//! Reading a history, line by line; nothing on a line is ignored.

use std::collections::BTreeSet;
use std::io::BufRead;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::departure::from_text;
use super::{Fault, Header, RecordError, VERSION};
use crate::history::{Call, Fate, Moment, Reply, Silence};
use crate::model::{Action, Answer, Body, Departure, Form, Operation, Quirk, Request, Timestamp};
use crate::wire::decode_body;

/// Reads a history: its header, the default one if it has none, and its calls in the order of their lines.
///
/// # Errors
///
/// If a line cannot be read, or says something that no history says; the error names the line.
pub fn read(input: impl BufRead) -> Result<(Header, Vec<Call>), RecordError> {
    let mut history = History::default();
    for (index, text) in input.lines().enumerate() {
        let line = index + 1;
        let text = text.map_err(|source| RecordError::Io { line, source })?;
        history.add(&text).map_err(|fault| RecordError::Line { line, fault })?;
    }
    Ok((history.header.unwrap_or_default(), history.calls))
}

/// What was read so far.
#[derive(Default)]
struct History {
    header: Option<Header>,
    calls: Vec<Call>,
    numbers: BTreeSet<u32>,
}

impl History {
    fn add(&mut self, text: &str) -> Result<(), Fault> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| Fault::NotAnObject(error.column()))?;
        if members.contains_key("history") {
            return self.add_header(members);
        }
        let call = call(members)?;
        if !self.numbers.insert(call.number) {
            return Err(Fault::Repeated(call.number));
        }
        self.calls.push(call);
        Ok(())
    }

    fn add_header(&mut self, members: Map<String, Value>) -> Result<(), Fault> {
        if self.header.is_some() || !self.calls.is_empty() {
            return Err(Fault::LateHeader);
        }
        let wrong =
            Fault::Wrong { member: "history", expected: "1 in a header of texts and `functions` of lists of ARNs" };
        let header: Header = serde_json::from_value(Value::Object(members)).map_err(|_| wrong)?;
        if header.history != VERSION {
            return Err(Fault::Version(header.history));
        }
        self.header = Some(header);
        Ok(())
    }
}

/// The members of an object that were not yet looked at.
struct Members(Map<String, Value>);

impl Members {
    fn of(member: &'static str, value: Value) -> Result<Self, Fault> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Fault::Wrong { member, expected: "an object" }),
        }
    }

    fn optional<T: DeserializeOwned>(
        &mut self,
        member: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.0.shift_remove(member) else { return Ok(None) };
        serde_json::from_value(value).map(Some).map_err(|_| Fault::Wrong { member, expected })
    }

    fn required<T: DeserializeOwned>(&mut self, member: &'static str, expected: &'static str) -> Result<T, Fault> {
        self.optional(member, expected)?.ok_or(Fault::Missing(member))
    }

    fn end(self) -> Result<(), Fault> {
        self.0.into_iter().next().map_or(Ok(()), |(name, _)| Err(Fault::Unknown(name)))
    }
}

fn call(members: Map<String, Value>) -> Result<Call, Fault> {
    let mut line = Members(members);
    let number: u32 = line.required("call", "a number from 1")?;
    let request = request(&mut line)?;
    let called = line.optional("called_us", "microseconds")?.unwrap_or(u64::from(number) * 1000);
    let returned = line.optional("returned_us", "microseconds")?.unwrap_or(called);
    let answered: Option<Value> = line.optional("answer", "an object")?;
    let silent: Option<Value> = line.optional("silence", "an object")?;
    let reply = match (answered, silent) {
        (Some(answered), None) => Reply::Answer(answer(&request.operation, answered)?),
        (None, Some(silent)) => Reply::Nothing(silence(silent)?),
        (Some(_), Some(_)) | (None, None) => return Err(Fault::AnswerOrSilence),
    };
    line.end()?;
    if returned < called {
        return Err(Fault::Backwards);
    }
    Ok(Call { number, request, called: Moment(called), returned: Moment(returned), reply })
}

fn request(line: &mut Members) -> Result<Request, Fault> {
    let op: String = line.required("op", "the name of an operation, as in \"RotateSecret\"")?;
    let members: Map<String, Value> = line.optional("request", "an object")?.unwrap_or_default();
    let quirk: Option<Quirk> = line.optional("quirk", "UnknownMembers, NullMember or LowerCaseSecretId")?;
    match operation(&op, &members) {
        Some(operation) => Ok(Request { operation, quirk, script: None }),
        None => Err(misfit(&op, &members)),
    }
}

/// The operation, if writing it again gives the same members: serde passes over those that it does not know.
fn operation(op: &str, members: &Map<String, Value>) -> Option<Operation> {
    let operation: Operation = serde_json::from_value(json!({ "op": op, "request": members })).ok()?;
    let written = serde_json::to_value(&operation).ok()?;
    (written["request"].as_object() == Some(members)).then_some(operation)
}

/// Why a request does not fit its operation: the first member that does not fit it alone.
fn misfit(op: &str, members: &Map<String, Value>) -> Fault {
    let is_known = Action::ALL.iter().any(|action| action.as_str() == op);
    if !is_known && !["Malformed", "Unknown"].contains(&op) {
        return Fault::Wrong { member: "op", expected: "the name of an operation, as in \"RotateSecret\"" };
    }
    let alone = |name: &String, value: &Value| Map::from_iter([(name.clone(), value.clone())]);
    let misfit = members.iter().find(|(name, value)| operation(op, &alone(name, value)).is_none());
    match misfit {
        Some((member, _)) if is_known => Fault::Request { operation: op.to_owned(), member: member.clone() },
        _ => Fault::Wrong { member: "request", expected: "`Action`, and `Body` where it is malformed" },
    }
}

fn answer(operation: &Operation, value: Value) -> Result<Answer, Fault> {
    let mut members = Members::of("answer", value)?;
    let status = members.required("status", "an HTTP status")?;
    let unreadable: Option<String> = members.optional("unreadable", "a text")?;
    let body: Option<Value> = members.optional("body", "an object")?;
    let (body, found) = match (unreadable, body) {
        (Some(description), None) => (Body::Unreadable(description), Vec::new()),
        (None, Some(body)) => decode_body(operation, status, body),
        (Some(_), Some(_)) => return Err(Fault::Unknown("unreadable".to_owned())),
        (None, None) => return Err(Fault::Missing("body")),
    };
    let noted = departures(&mut members)?;
    let has_headers = members.optional("headers", "true or false")?.unwrap_or(noted.is_some());
    let date = members.optional("date", "seconds since 1970")?.map(Timestamp);
    let partial = members.optional("partial", "true or false")?.unwrap_or(false);
    members.end()?;
    Ok(Answer { body, form: Form { status, date, departures: noted.unwrap_or(found), has_headers }, partial })
}

/// The departures as the line lists them; those that show in the body are among them.
fn departures(members: &mut Members) -> Result<Option<Vec<Departure>>, Fault> {
    const EXPECTED: &str = "a list of departures, as in \"NoRequestId\" or \"WithoutValue Tags []\"";
    let Some(texts) = members.optional::<Vec<String>>("departures", EXPECTED)? else { return Ok(None) };
    let departures: Option<Vec<_>> = texts.iter().map(|text| from_text(text)).collect();
    departures.map(Some).ok_or(Fault::Wrong { member: "departures", expected: EXPECTED })
}

fn silence(value: Value) -> Result<Silence, Fault> {
    const EXPECTED: &str = "\"unknown\" or \"not sent\"";
    let mut members = Members::of("silence", value)?;
    let request = match members.required::<String>("request", EXPECTED)?.as_str() {
        "unknown" => Fate::Unknown,
        "not sent" => Fate::NotSent,
        _ => return Err(Fault::Wrong { member: "request", expected: EXPECTED }),
    };
    let cause = members.optional("cause", "a text")?.unwrap_or_default();
    members.end()?;
    Ok(Silence { request, cause })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Description, Output};

    fn only_call(line: &str) -> Call {
        let (_, mut calls) = read(line.as_bytes()).unwrap();
        assert_eq!(calls.len(), 1);
        calls.remove(0)
    }

    fn fault(lines: &str) -> (usize, Fault) {
        match read(lines.as_bytes()).unwrap_err() {
            RecordError::Line { line, fault } => (line, fault),
            RecordError::Io { line, source } => panic!("{line}: {source}"),
        }
    }

    #[test]
    fn a_line_by_hand_needs_little_and_shows_what_departs_in_its_body() {
        let line = r#"{"call":3,"op":"DescribeSecret","answer":{"status":200,"body":{"Name":"db","Tags":null}}}"#;
        let call = only_call(line);
        assert_eq!((call.called, call.returned), (Moment(3000), Moment(3000)));
        let Reply::Answer(answer) = call.reply else { panic!("it answered") };
        let description = Description { name: Some("db".into()), ..Description::default() };
        assert_eq!(answer.body, Body::Output(Output::Description(Box::new(description))));
        let without = Departure::WithoutValue("Tags".into(), "null");
        assert_eq!(answer.form, Form { departures: vec![without], has_headers: false, ..Form::plain(200) });
    }

    #[test]
    fn departures_that_are_listed_are_all_there_are() {
        let line = r#"{"call":1,"op":"DescribeSecret","answer":{"status":200,"body":{"Tags":[]},"departures":[]}}"#;
        let Reply::Answer(answer) = only_call(line).reply else { panic!("it answered") };
        assert_eq!(answer.form, Form::plain(200));
    }

    #[test]
    fn a_wrong_line_is_named_with_what_to_do() {
        let request =
            |operation: &str, member: &str| Fault::Request { operation: operation.into(), member: member.into() };
        for (line, expected) in [
            ("# a comment", Fault::NotAnObject(1)),
            ("[1]", Fault::NotAnObject(0)),
            (r#"{"op":"DescribeSecret"}"#, Fault::Missing("call")),
            (r#"{"call":1}"#, Fault::Missing("op")),
            (r#"{"call":1,"op":"DescribeSecret"}"#, Fault::AnswerOrSilence),
            (r#"{"call":1,"op":"DescribeSecret","request":{"SecretID":"db"}}"#, request("DescribeSecret", "SecretID")),
            (r#"{"call":1,"op":"DescribeSecret","request":{"SecretId":null}}"#, request("DescribeSecret", "SecretId")),
            (
                r#"{"call":1,"op":"PutSecretValue","request":{"SecretString":7}}"#,
                request("PutSecretValue", "SecretString"),
            ),
            (
                r#"{"call":1,"op":"RotateSecret","request":{"RotationRules":[1]}}"#,
                request("RotateSecret", "RotationRules"),
            ),
            (
                r#"{"call":1,"op":"DescribeSecret","silence":{"request":"unknown","why":""}}"#,
                Fault::Unknown("why".into()),
            ),
            (r#"{"call":1,"op":"DescribeSecret","answer":{"status":200}}"#, Fault::Missing("body")),
            (r#"{"call":1,"op":"DescribeSecret","silence":{"request":"unknown"},"x":1}"#, Fault::Unknown("x".into())),
            (
                r#"{"call":1,"op":"DescribeSecret","called_us":2,"returned_us":1,"silence":{"request":"unknown"}}"#,
                Fault::Backwards,
            ),
            (r#"{"history":2}"#, Fault::Version(2)),
        ] {
            assert_eq!(fault(line), (1, expected), "{line}");
        }
    }

    #[test]
    fn a_member_of_another_form_is_named() {
        for (line, named) in [
            (r#"{"call":1,"op":"Paint","silence":{}}"#, "op"),
            (r#"{"call":-1,"op":"DescribeSecret"}"#, "call"),
            (r#"{"call":1,"op":"Unknown","request":{}}"#, "request"),
            (r#"{"call":1,"op":"DescribeSecret","quirk":"Paint"}"#, "quirk"),
            (r#"{"call":1,"op":"DescribeSecret","silence":{"request":"lost"}}"#, "request"),
            (
                r#"{"call":1,"op":"DescribeSecret","answer":{"status":200,"body":{},"departures":["Paint"]}}"#,
                "departures",
            ),
            (r#"{"history":1,"functions":{"accept":[]}}"#, "history"),
        ] {
            let (_, fault) = fault(line);
            assert!(matches!(fault, Fault::Wrong { member, .. } if member == named), "{line}: {fault}");
        }
    }

    #[test]
    fn numbers_are_unique_and_the_header_is_first() {
        let line = r#"{"call":1,"op":"DescribeSecret","silence":{"request":"not sent"}}"#;
        assert_eq!(fault(&format!("{line}\n\n{line}")), (3, Fault::Repeated(1)));
        assert_eq!(fault(&format!("{line}\n{}", r#"{"history":1}"#)), (2, Fault::LateHeader));
    }

    #[test]
    fn no_message_repeats_a_value() {
        let line = r#"{"call":1,"op":"PutSecretValue","request":{"SecretString":["hunter2"]}}"#;
        let message = read(line.as_bytes()).unwrap_err().to_string();
        assert!(message.starts_with("read line 1 of the history: `SecretString` is no request member"), "{message}");
        assert!(!message.contains("hunter2"));
    }
}
