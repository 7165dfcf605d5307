//! Answers: from status, headers and body to what was said and how.

use std::fmt;

use serde_json::Value;

use super::output::{may_be_empty, output};
use super::reader::Reader;
use super::refusal::refusal;
use super::request::MEDIA_TYPE;
use crate::model::{Answer, Body, Departure, Form, Operation, Output, Timestamp};

/// The longest media type that is quoted.
const QUOTED_BYTES: usize = 60;

/// How many versions and labels of one secret are read: many times more than there may be, and few enough to be judged
/// at once.
const MOST_LABELLED: usize = 1_000;

/// What a client saw of one HTTP response.
#[derive(Clone, Copy, Default)]
pub struct HttpResponse<'a> {
    /// The status.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `x-amzn-RequestId`.
    pub request_id: Option<&'a str>,
    /// The header `x-amzn-ErrorType`.
    pub error_type: Option<&'a str>,
    /// The header `Date`; see [`from_http_date`](super::from_http_date).
    pub date: Option<Timestamp>,
    /// The body.
    pub body: &'a [u8],
}

impl fmt::Debug for HttpResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({}, {})", self.status, self.described())
    }
}

impl HttpResponse<'_> {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// The media type without its parameters.
    fn media_type(&self) -> Option<&str> {
        let content_type = self.content_type?;
        Some(content_type.split_once(';').map_or(content_type, |(media_type, _)| media_type).trim())
    }

    /// The media type for a report, in at most [`QUOTED_BYTES`].
    fn quoted_media_type(&self) -> &str {
        match self.media_type() {
            None | Some("") => "no media type",
            Some(media_type) => media_type.get(..QUOTED_BYTES).unwrap_or(media_type),
        }
    }

    /// What the body is, in words that hold nothing of it.
    fn described(&self) -> String {
        if self.is_empty() {
            return "an empty body".to_owned();
        }
        format!("{} of {} bytes", self.quoted_media_type(), self.body.len())
    }
}

/// Reads the answer to one request; it never fails (see the module).
#[must_use]
pub fn decode_answer(operation: &Operation, response: &HttpResponse<'_>) -> Answer {
    let mut reader = Reader::default();
    note_headers(&mut reader, response);
    let body = understood(&mut reader, operation, response);
    let body = body.unwrap_or_else(|| Body::Unreadable(response.described()));
    let form = Form { departures: reader.into_departures(), ..form(response) };
    Answer { body, form, partial: false }
}

/// The form of an answer whose body is not looked at: status, date, and what the headers depart in.
#[must_use]
pub fn form_of(response: &HttpResponse<'_>) -> Form {
    let mut reader = Reader::default();
    note_headers(&mut reader, response);
    Form { departures: reader.into_departures(), ..form(response) }
}

/// Reads the JSON of an answer alone, as a record holds it, and what it departs in.
#[must_use]
pub fn decode_body(operation: &Operation, status: u16, body: Value) -> (Body, Vec<Departure>) {
    let mut reader = Reader::default();
    let response = HttpResponse { status, ..HttpResponse::default() };
    let body = typed(&mut reader, operation, &response, body);
    let body = body.unwrap_or_else(|| Body::Unreadable("JSON of another shape".to_owned()));
    (body, reader.into_departures())
}

const fn form(response: &HttpResponse<'_>) -> Form {
    Form { status: response.status, date: response.date, departures: Vec::new(), has_headers: true }
}

fn note_headers(reader: &mut Reader, response: &HttpResponse<'_>) {
    if response.request_id.is_none() {
        reader.note(Departure::NoRequestId);
    }
    let is_right = response.media_type().is_some_and(|media_type| media_type.eq_ignore_ascii_case(MEDIA_TYPE));
    let needs_none = response.content_type.is_none() && response.is_empty();
    if !is_right && !needs_none {
        reader.note(Departure::MediaType(response.quoted_media_type().to_owned()));
    }
}

/// The body, if it is an output or a refusal.
fn understood(reader: &mut Reader, operation: &Operation, response: &HttpResponse<'_>) -> Option<Body> {
    if response.is_success() && response.is_empty() && may_be_empty(operation.action()) {
        return Some(Body::Output(Output::Empty));
    }
    let body = serde_json::from_slice(response.body).ok()?;
    typed(reader, operation, response, body)
}

fn typed(reader: &mut Reader, operation: &Operation, response: &HttpResponse<'_>, body: Value) -> Option<Body> {
    let Value::Object(members) = body else { return None };
    if response.is_success() {
        let output = output(reader, operation.action(), members);
        // Lists of secrets may be of any length.
        let is_of_many_secrets = matches!(output, Output::Secrets(_) | Output::Batch(_));
        let is_too_much = reader.labelled() > MOST_LABELLED && !is_of_many_secrets;
        Some(match is_too_much {
            true => Body::Unreadable(format!("more than {MOST_LABELLED} versions and labels of a secret")),
            false => Body::Output(output),
        })
    } else {
        refusal(reader, &members, response.error_type).map(Body::Error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{
        DescribeSecret, Description, ErrorType, GetSecretValue, ListSecretVersionIds, ListSecrets, RotateSecret,
        SecretString, TagResource, Unknown, UpdateSecretVersionStage,
    };

    fn describe() -> Operation {
        Operation::DescribeSecret(DescribeSecret::default())
    }

    fn good(body: &[u8]) -> HttpResponse<'_> {
        HttpResponse {
            status: 200,
            content_type: Some("application/x-amz-json-1.1"),
            request_id: Some("r-1"),
            body,
            ..HttpResponse::default()
        }
    }

    #[test]
    fn the_form_of_a_body_that_nobody_looks_at_has_what_is_wrong_with_its_headers() {
        let anonymous = HttpResponse { request_id: None, ..good(b"") };
        assert_eq!(form_of(&good(b"")).departures, []);
        assert_eq!(form_of(&anonymous).departures, [Departure::NoRequestId]);
    }

    fn read(operation: &Operation, body: &Value) -> Answer {
        decode_answer(operation, &good(body.to_string().as_bytes()))
    }

    fn departures(operation: &Operation, body: &Value) -> Vec<Departure> {
        read(operation, body).form.departures
    }

    fn description(answer: Answer) -> Description {
        match answer.body {
            Body::Output(Output::Description(description)) => *description,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_full_answer_in_the_form_of_the_service_departs_in_nothing() {
        let body = json!({
            "ARN": "arn", "Name": "db", "Type": "t", "OwningService": "s", "PrimaryRegion": "r", "KmsKeyId": "k",
            "RotationEnabled": true, "RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "2h"},
            "ReplicationStatus": [{"Region": "r"}], "Tags": [{"Key": "k", "Value": ""}],
            "VersionIdsToStages": {"v1": ["AWSCURRENT"]}, "CreatedDate": 1.7e9, "LastChangedDate": 1_700_000_000.123,
        });
        let answer = read(&describe(), &body);
        assert_eq!(answer.form, Form::plain(200));
        let it = description(answer);
        assert_eq!(it.created_date, Some(Timestamp(1.7e9)));
        assert_eq!(it.rotation_rules.unwrap().automatically_after_days, Some(30));
        assert_eq!(it.version_ids_to_stages.unwrap().len(), 1);
    }

    #[test]
    fn more_versions_and_labels_than_any_secret_has_are_not_read() {
        let versions = |count: usize| -> Value {
            let versions = (0..count).map(|number| (format!("v{number}"), json!(["L"])));
            json!({ "VersionIdsToStages": Value::Object(versions.collect()) })
        };
        assert_eq!(description(read(&describe(), &versions(500))).version_ids_to_stages.unwrap().len(), 500);
        let unreadable = Body::Unreadable("more than 1000 versions and labels of a secret".to_owned());
        assert_eq!(read(&describe(), &versions(501)).body, unreadable);
        let list = json!({ "Versions": (0..1001).map(|id| json!({ "VersionId": id.to_string() })).collect::<Value>() });
        let operation = Operation::ListSecretVersionIds(ListSecretVersionIds::default());
        assert_eq!(read(&operation, &list).body, unreadable);
        let secrets = (0..300).map(|_| json!({ "SecretVersionsToStages": versions(5)["VersionIdsToStages"] }));
        let listed =
            read(&Operation::ListSecrets(ListSecrets::default()), &json!({ "SecretList": secrets.collect::<Value>() }));
        assert!(matches!(listed.body, Body::Output(Output::Secrets(_))));
    }

    #[test]
    fn members_without_a_value_are_noted_and_lists_and_flags_kept() {
        let body = json!({
            "Description": "", "KmsKeyId": null, "RotationEnabled": false, "Tags": [], "RotationRules": {},
            "VersionIdsToStages": {}, "DeletedDate": null, "ReplicationStatus": [], "RotationLambdaARN": "",
        });
        let answer = read(&describe(), &body);
        let without = |member: &str, found| Departure::WithoutValue(member.into(), found);
        assert_eq!(
            answer.form.departures,
            [
                without("Description", "\"\""),
                without("KmsKeyId", "null"),
                without("RotationEnabled", "false"),
                without("Tags", "[]"),
                without("RotationRules", "{}"),
                without("VersionIdsToStages", "{}"),
                without("DeletedDate", "null"),
                without("ReplicationStatus", "[]"),
                without("RotationLambdaARN", "\"\""),
            ]
        );
        let it = description(answer);
        assert_eq!((it.rotation_enabled, it.tags), (Some(false), Some(vec![])));
        assert_eq!((it.description, it.rotation_lambda_arn), (None, None));
    }

    #[test]
    fn what_a_shape_does_not_have_is_noted_by_place() {
        let versions = Operation::ListSecretVersionIds(ListSecretVersionIds::default());
        let entry = json!({"VersionId": "v1", "VersionStages": [], "Extra": 1, "CreatedDate": true});
        assert_eq!(
            departures(&versions, &json!({"Versions": [entry, entry], "Size": 2, "NextToken": null})),
            [
                Departure::WithoutValue("Versions[].VersionStages".into(), "[]"),
                Departure::ExtraMember("Versions[].Extra".into()),
                Departure::NotADate("Versions[].CreatedDate".into()),
                Departure::ExtraMember("Size".into()),
                Departure::WithoutValue("NextToken".into(), "null"),
            ]
        );
        let moved = Operation::UpdateSecretVersionStage(UpdateSecretVersionStage::default());
        assert_eq!(departures(&moved, &json!({"VersionId": "v1"})), [Departure::ExtraMember("VersionId".into())]);
        let rotated = Operation::RotateSecret(RotateSecret::default());
        assert_eq!(departures(&rotated, &json!({"VersionId": "v1"})), []);
        let listed = Operation::ListSecrets(ListSecrets::default());
        let entry = json!({"VersionIdsToStages": {}, "RotationRules": {"Days": 1}, "SecretVersionsToStages": {"v": 1}});
        assert_eq!(
            departures(&listed, &json!({"SecretList": [entry]})),
            [
                Departure::ExtraMember("SecretList[].VersionIdsToStages".into()),
                Departure::ExtraMember("SecretList[].RotationRules.Days".into()),
                Departure::WrongShape("SecretList[].SecretVersionsToStages[]".into()),
            ]
        );
    }

    #[test]
    fn an_empty_page_departs_in_nothing() {
        assert_eq!(departures(&Operation::ListSecrets(ListSecrets::default()), &json!({"SecretList": []})), []);
    }

    #[test]
    fn a_member_of_the_wrong_type_is_absent() {
        let body = json!({"ARN": 1, "Tags": [1], "VersionIdsToStages": {"v": [1]}, "RotationEnabled": "true"});
        let answer = read(&describe(), &body);
        let wrong = |member: &str| Departure::WrongShape(member.into());
        let expected = [wrong("ARN"), wrong("Tags"), wrong("VersionIdsToStages[]"), wrong("RotationEnabled")];
        assert_eq!(answer.form.departures, expected);
        let it = description(answer);
        assert_eq!((it.arn, it.tags, it.rotation_enabled), (None, None, None));
    }

    #[test]
    fn a_date_in_another_form_is_read_and_noted() {
        for (written, read_as) in [
            (json!(1_700_000_000_123_u64), Some(1_700_000_000.123)),
            (json!("1700000000.5"), Some(1_700_000_000.5)),
            (json!("2023-11-14T22:13:20Z"), Some(1_700_000_000.0)),
            (json!("yesterday"), None),
            (json!("NaN"), None),
            (json!([]), None),
        ] {
            let answer = read(&describe(), &json!({ "CreatedDate": written }));
            assert_eq!(answer.form.departures, [Departure::NotADate("CreatedDate".into())], "{written}");
            assert_eq!(description(answer).created_date, read_as.map(Timestamp), "{written}");
        }
    }

    #[test]
    fn a_number_of_seconds_is_read_as_one_up_to_the_year_5138() {
        let answer = read(&describe(), &json!({ "CreatedDate": 100_000_000_000_u64 }));
        assert_eq!(answer.form.departures, []);
        assert_eq!(description(answer).created_date, Some(Timestamp(1e11)));
    }

    #[test]
    fn a_member_that_nobody_judges_has_a_value_or_is_left_out() {
        for (value, found) in [
            (json!(null), Some("null")),
            (json!(""), Some("\"\"")),
            (json!([]), Some("[]")),
            (json!({}), Some("{}")),
            (json!("a"), None),
            (json!(["a"]), None),
            (json!({ "a": 1 }), None),
            (json!(false), None),
        ] {
            let answer = read(&describe(), &json!({ "ReplicationStatus": value }));
            let expected = found.map(|found| Departure::WithoutValue("ReplicationStatus".into(), found));
            assert_eq!(answer.form.departures, Vec::from_iter(expected), "{value}");
        }
    }

    #[test]
    fn bytes_are_base64_and_a_text_may_be_empty() {
        let get = Operation::GetSecretValue(GetSecretValue::default());
        assert_eq!(departures(&get, &json!({"SecretBinary": "AAEC/w=="})), []);
        assert_eq!(departures(&get, &json!({"SecretBinary": "not base64!"})), [Departure::NotBase64]);
        let answer = read(&get, &json!({"SecretString": ""}));
        assert_eq!(answer.form.departures, []);
        let Body::Output(Output::Value(value)) = answer.body else { panic!("not a value") };
        assert_eq!(value.secret_string, Some(SecretString::from("")));
    }

    #[test]
    fn headers_are_noted_where_they_depart() {
        let answer = |content_type, request_id| {
            let response = HttpResponse { content_type, request_id, ..good(b"{}") };
            decode_answer(&describe(), &response).form.departures
        };
        assert_eq!(answer(Some("Application/X-Amz-Json-1.1; charset=utf-8"), Some("r")), []);
        assert_eq!(
            answer(Some("text/html; charset=utf-8"), None),
            [Departure::NoRequestId, Departure::MediaType("text/html".into())]
        );
        assert_eq!(answer(None, Some("r")), [Departure::MediaType("no media type".into())]);
    }

    #[test]
    fn what_is_not_understood_is_described_without_its_content() {
        for (status, content_type, body, described) in [
            (500, Some("text/html; charset=utf-8"), "<html>hunter2</html>", "text/html of 20 bytes"),
            (200, Some("application/json"), "[\"hunter2\"]", "application/json of 11 bytes"),
            (200, None, "\"hunter2\"", "no media type of 9 bytes"),
            (200, None, " \n", "an empty body"),
            (302, Some("application/json"), "{}", "application/json of 2 bytes"),
            (200, Some("text/x"), "{\"ARN\":", "text/x of 7 bytes"),
        ] {
            let response = HttpResponse { status, content_type, ..good(body.as_bytes()) };
            let answer = decode_answer(&describe(), &response);
            assert_eq!(answer.body, Body::Unreadable(described.into()));
            assert_eq!(answer.form.status, status);
            assert!(!format!("{response:?}").contains("hunter2"));
        }
    }

    #[test]
    fn only_statuses_of_success_are_outputs() {
        let error = json!({"__type": "InvalidRequestException", "Message": "no"}).to_string();
        for status in [302, 400, 404, 500, 503] {
            let answer = decode_answer(&describe(), &HttpResponse { status, ..good(error.as_bytes()) });
            let Body::Error(error) = answer.body else { panic!("{status} is a refusal") };
            assert_eq!(error.error_type, ErrorType::InvalidRequestException);
        }
        let answer = decode_answer(&describe(), &HttpResponse { status: 201, ..good(error.as_bytes()) });
        assert!(matches!(answer.body, Body::Output(_)));
    }

    #[test]
    fn tagging_and_an_action_the_service_lacks_may_answer_with_nothing() {
        let tag = Operation::TagResource(TagResource::default());
        let unknown = Operation::Unknown(Unknown { action: "PaintSecret".into() });
        for operation in [tag, unknown] {
            let nothing = HttpResponse { content_type: None, ..good(b"") };
            assert_eq!(decode_answer(&operation, &nothing), Answer::output(Output::Empty));
        }
        assert!(matches!(decode_answer(&describe(), &good(b"")).body, Body::Unreadable(_)));
    }

    #[test]
    fn the_body_of_a_record_is_read_like_an_answer() {
        let (body, departures) = decode_body(&describe(), 200, json!({"Name": "db", "Tags": null}));
        let it = Description { name: Some("db".into()), ..Description::default() };
        assert_eq!(body, Body::Output(Output::Description(Box::new(it))));
        assert_eq!(departures, [Departure::WithoutValue("Tags".into(), "null")]);
        assert!(matches!(decode_body(&describe(), 500, json!("text/html")).0, Body::Unreadable(_)));
    }
}
