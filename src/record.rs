//! Histories as lines of JSON: an optional header, then one call on each line.
//!
//! ```json
//! {"history":1,"title":"a token twice","functions":{"accepted":[],"missing":[]}}
//! {"call":1,"op":"DescribeSecret","request":{"SecretId":"db"},"called_us":0,"returned_us":120,"answer":{"status":200,"body":{"Name":"db"},"departures":[]}}
//! {"call":2,"op":"RotateSecret","request":{"SecretId":"db"},"silence":{"request":"unknown","cause":"no answer within 10s"}}
//! ```
//!
//! What is written is read as it was, except dates beyond the millisecond and values that were redacted. Lines may be
//! written by hand, so nothing in them is ignored: an unknown member is an error that says where and what to do, and
//! never repeats a value. An answer without `departures` is one whose headers were not seen: of its form only dates and
//! bytes are judged. A refusal that is `partial` and has no `__type` is one whose type was not seen.

mod departure;
mod error;
mod reading;
mod writing;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use error::{Fault, RecordError};
pub use reading::read;
pub use writing::{write_call, write_header};

/// The version of the format that this build reads and writes.
const VERSION: u32 = 1;

/// The first line of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format: 1.
    pub history: u32,
    /// What the history shows, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is known of the ARNs of rotation functions in it.
    #[serde(default)]
    pub functions: FunctionArns,
    /// Whatever else the header says.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Default for Header {
    fn default() -> Self {
        Self { history: VERSION, title: None, source: None, functions: FunctionArns::default(), other: Map::new() }
    }
}

/// The ARNs of rotation functions that a history mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionArns {
    /// Those of functions that exist and that the service may call.
    pub accepted: Vec<String>,
    /// Those of functions that do not exist.
    pub missing: Vec<String>,
    /// Whether those that exist act, so that labels move by themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub acts: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::{Call, Fate, Moment, Reply, Silence};
    use crate::model::*;

    fn call(number: u32, request: impl Into<Request>, reply: Reply) -> Call {
        let called = Moment(u64::from(number) * 1000);
        Call { number, request: request.into(), called, returned: Moment(called.0 + 120), reply }
    }

    fn answered(body: Body, form: Form) -> Reply {
        Reply::Answer(Answer { body, form, partial: false })
    }

    /// One call for each thing that a line can say.
    fn calls() -> Vec<Call> {
        let secret_string = Some(SecretString::from("hunter2"));
        let put = PutSecretValue { secret_string: secret_string.clone(), ..PutSecretValue::default() };
        let value = SecretValue { secret_string, created_date: Some(Timestamp(1.5)), ..SecretValue::default() };
        let get = Operation::GetSecretValue(GetSecretValue::default());
        let describe = Operation::DescribeSecret(DescribeSecret { secret_id: Some("db".into()) });
        let versions = [("v1".into(), vec![Label::Current, Label::Custom("mine".into())])].into();
        let description = Description {
            tags: Some(vec![]),
            rotation_enabled: Some(false),
            version_ids_to_stages: Some(versions),
            ..Description::default()
        };
        let description = Body::Output(Output::Description(Box::new(description)));
        let departures = [
            Departure::MediaType("text/html".into()),
            Departure::NoRequestId,
            Departure::WithoutValue("Tags".into(), "[]"),
            Departure::WithoutValue("A member".into(), "\"\""),
            Departure::TypeNotBare("a b#C".into()),
        ];
        let noted = Form { date: Some(Timestamp(1.7e9)), departures: departures.to_vec(), ..Form::plain(200) };
        let unseen = Form { departures: vec![Departure::NotBase64], has_headers: false, ..Form::plain(200) };
        let malformed = Malformed { action: Action::RotateSecret, body: "{".into() };
        let quirky = Request { operation: describe.clone(), quirk: Some(Quirk::NullMember), script: None };
        let silent = |request, cause: &str| Reply::Nothing(Silence { request, cause: cause.into() });
        let refused = Answer::error(ErrorType::ValidationException, Some("no".into()));
        let partial = Answer { partial: true, ..Answer::output(Output::Receipt(Receipt::default())) };
        vec![
            call(1, Operation::PutSecretValue(put), Reply::Answer(partial)),
            call(2, get, Reply::Answer(Answer::output(Output::Value(Box::new(value))))),
            call(3, quirky, answered(description.clone(), noted)),
            call(7, describe.clone(), answered(description, unseen)),
            call(5, describe, answered(Body::Unreadable("text/html of 9 bytes".into()), Form::plain(500))),
            call(6, Operation::Malformed(malformed), Reply::Answer(refused)),
            call(8, Operation::Unknown(Unknown { action: "Paint".into() }), silent(Fate::Unknown, "reset")),
            call(9, Operation::RotateSecret(RotateSecret::default()), silent(Fate::NotSent, "refused")),
        ]
    }

    fn written(header: Option<&Header>, calls: &[Call], redact: &dyn Fn(&crate::model::Value) -> bool) -> String {
        let mut lines = Vec::new();
        if let Some(header) = header {
            write_header(&mut lines, header).unwrap();
        }
        for call in calls {
            write_call(&mut lines, call, redact).unwrap();
        }
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let other = json!({"seed": 7}).as_object().unwrap().clone();
        let functions = FunctionArns { accepted: vec!["arn:f".into()], missing: vec![], acts: false };
        let header = Header { title: Some("all".into()), functions, other, ..Header::default() };
        let lines = written(Some(&header), &calls(), &|_| false);
        assert_eq!(lines.lines().count(), 9);
        assert_eq!(read(lines.as_bytes()).unwrap(), (header, calls()));
    }

    #[test]
    fn a_history_needs_no_header_and_may_have_blank_lines() {
        let lines = written(None, &calls(), &|_| false).replace('\n', "\n\n");
        assert_eq!(read(lines.as_bytes()).unwrap(), (Header::default(), calls()));
        assert_eq!(read(&b""[..]).unwrap(), (Header::default(), vec![]));
    }

    #[test]
    fn values_that_the_run_did_not_generate_are_written_as_their_length() {
        let lines = written(None, &calls(), &|value| value.len_bytes() == 7);
        assert!(!lines.contains("hunter2"));
        assert_eq!(lines.matches(r#""SecretString":"(7 bytes not generated by this run)""#).count(), 2);
        let bytes = SecretBinary::from(&b"hunter2"[..]);
        let create = CreateSecret { secret_binary: Some(bytes), ..CreateSecret::default() };
        let silence = Silence { request: Fate::Unknown, cause: "reset".into() };
        let binary = call(1, Operation::CreateSecret(create), Reply::Nothing(silence));
        let (_, calls) = read(written(None, &[binary], &|_| true).as_bytes()).unwrap();
        let Operation::CreateSecret(create) = &calls[0].request.operation else { panic!("a CreateSecret") };
        let hidden = SecretBinary::from(&b"(7 bytes not generated by this run)"[..]);
        assert_eq!(create.secret_binary, Some(hidden));
    }
}
