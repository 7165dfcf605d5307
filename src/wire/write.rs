//! Answers as the service writes them: members without a value are left out (ROT-WIRE-008).

use serde_json::{Map, Number, Value, json};

use crate::model::{
    Answer, Batch, BatchError, Body, Description, Label, Output, Receipt, RotationRules, SecretBinary, SecretPage,
    SecretString, SecretValue, ServiceError, Tag, Text, Timestamp, VersionEntry, VersionPage,
};

/// The HTTP status and the body of an answer.
#[must_use]
pub fn encode_answer(answer: &Answer) -> (u16, Value) {
    (answer.form.status, encode_body(&answer.body))
}

/// The body of an answer: the output's members that have a value, or `__type` and `Message`. What could not be read
/// becomes a JSON string that describes it, which nothing can take for an output.
#[must_use]
pub fn encode_body(body: &Body) -> Value {
    match body {
        Body::Output(Output::Receipt(it)) => receipt(it),
        Body::Output(Output::Description(it)) => description(it, "VersionIdsToStages"),
        Body::Output(Output::Value(it)) => secret_value(it),
        Body::Output(Output::Versions(it)) => version_page(it),
        Body::Output(Output::Batch(it)) => batch(it),
        Body::Output(Output::Secrets(it)) => secret_page(it),
        Body::Output(Output::Empty) => json!({}),
        Body::Error(it) => refusal(it),
        Body::Unreadable(description) => Value::from(description.as_str()),
    }
}

/// The members that have a value, in the order in which they are added.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn value(mut self, name: &str, value: Option<Value>) -> Self {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    fn text(self, name: &str, text: Option<&str>) -> Self {
        self.value(name, text.map(Value::from))
    }

    fn flag(self, name: &str, flag: Option<bool>) -> Self {
        self.value(name, flag.map(Value::from))
    }

    fn integer(self, name: &str, integer: Option<i64>) -> Self {
        self.value(name, integer.map(Value::from))
    }

    fn date(self, name: &str, date: Option<Timestamp>) -> Self {
        self.value(name, date.and_then(seconds))
    }

    fn list<T>(self, name: &str, items: Option<&Vec<T>>, item: impl Fn(&T) -> Value) -> Self {
        self.value(name, items.map(|items| items.iter().map(item).collect()))
    }

    fn into_json(self) -> Value {
        Value::Object(self.0)
    }
}

/// A date as the service writes it: seconds with at most three decimals (ROT-WIRE-006).
fn seconds(date: Timestamp) -> Option<Value> {
    let milliseconds = (date.0 * 1000.0).round();
    if milliseconds % 1000.0 == 0.0 {
        return Some(Value::from(whole(milliseconds / 1000.0)));
    }
    Number::from_f64(milliseconds / 1000.0).map(Value::Number)
}

#[expect(clippy::cast_possible_truncation, reason = "it has no decimals, and beyond i64 no date has a meaning")]
const fn whole(seconds: f64) -> i64 {
    seconds as i64
}

fn label(label: &Label) -> Value {
    Value::from(label.as_str())
}

fn text(text: &Text) -> Value {
    Value::from(&**text)
}

fn refusal(it: &ServiceError) -> Value {
    Members::default().text("__type", Some(it.error_type.as_str())).text("Message", it.message.as_deref()).into_json()
}

fn receipt(it: &Receipt) -> Value {
    Members::default()
        .text("ARN", it.arn.as_deref())
        .text("Name", it.name.as_deref())
        .text("VersionId", it.version_id.as_deref())
        .list("VersionStages", it.version_stages.as_ref(), label)
        .date("DeletionDate", it.deletion_date)
        .into_json()
}

fn description(it: &Description, labels_name: &str) -> Value {
    let labels = it.version_ids_to_stages.as_ref().map(|versions| {
        versions.iter().map(|(id, labels)| (id.to_string(), labels.iter().map(label).collect::<Value>())).collect()
    });
    Members::default()
        .text("ARN", it.arn.as_deref())
        .text("Name", it.name.as_deref())
        .text("Description", it.description.as_deref())
        .text("KmsKeyId", it.kms_key_id.as_deref())
        .flag("RotationEnabled", it.rotation_enabled)
        .text("RotationLambdaARN", it.rotation_lambda_arn.as_deref())
        .value("RotationRules", it.rotation_rules.as_ref().map(rotation_rules))
        .date("LastRotatedDate", it.last_rotated_date)
        .date("LastChangedDate", it.last_changed_date)
        .date("LastAccessedDate", it.last_accessed_date)
        .date("DeletedDate", it.deleted_date)
        .date("NextRotationDate", it.next_rotation_date)
        .list("Tags", it.tags.as_ref(), tag)
        .value(labels_name, labels.map(Value::Object))
        .date("CreatedDate", it.created_date)
        .into_json()
}

fn rotation_rules(it: &RotationRules) -> Value {
    Members::default()
        .integer("AutomaticallyAfterDays", it.automatically_after_days)
        .text("Duration", it.duration.as_deref())
        .text("ScheduleExpression", it.schedule_expression.as_deref())
        .into_json()
}

fn tag(it: &Tag) -> Value {
    Members::default().text("Key", it.key.as_deref()).text("Value", it.value.as_deref()).into_json()
}

fn secret_value(it: &SecretValue) -> Value {
    Members::default()
        .text("ARN", it.arn.as_deref())
        .text("Name", it.name.as_deref())
        .text("VersionId", it.version_id.as_deref())
        .text("SecretString", it.secret_string.as_ref().map(SecretString::reveal))
        .text("SecretBinary", it.secret_binary.as_ref().map(SecretBinary::to_base64).as_deref())
        .list("VersionStages", it.version_stages.as_ref(), label)
        .date("CreatedDate", it.created_date)
        .into_json()
}

fn version_page(it: &VersionPage) -> Value {
    Members::default()
        .list("Versions", it.versions.as_ref(), version_entry)
        .text("NextToken", it.next_token.as_deref())
        .text("ARN", it.arn.as_deref())
        .text("Name", it.name.as_deref())
        .into_json()
}

fn version_entry(it: &VersionEntry) -> Value {
    Members::default()
        .text("VersionId", it.version_id.as_deref())
        .list("VersionStages", it.version_stages.as_ref(), label)
        .date("LastAccessedDate", it.last_accessed_date)
        .date("CreatedDate", it.created_date)
        .list("KmsKeyIds", it.kms_key_ids.as_ref(), text)
        .into_json()
}

fn batch(it: &Batch) -> Value {
    Members::default()
        .list("SecretValues", it.secret_values.as_ref(), secret_value)
        .list("Errors", it.errors.as_ref(), batch_error)
        .text("NextToken", it.next_token.as_deref())
        .into_json()
}

fn batch_error(it: &BatchError) -> Value {
    Members::default()
        .text("SecretId", it.secret_id.as_deref())
        .text("ErrorCode", it.error_code.as_deref())
        .text("Message", it.message.as_deref())
        .into_json()
}

fn secret_page(it: &SecretPage) -> Value {
    Members::default()
        .list("SecretList", it.secret_list.as_ref(), |it| description(it, "SecretVersionsToStages"))
        .text("NextToken", it.next_token.as_deref())
        .into_json()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorType;

    fn text_of(body: &Body) -> String {
        encode_body(body).to_string()
    }

    #[test]
    fn members_without_a_value_are_left_out_and_an_emptied_list_stays() {
        let bare = Description { name: Some("db".into()), ..Description::default() };
        let untagged = Description { tags: Some(vec![]), ..Description::default() };
        assert_eq!(text_of(&Body::Output(Output::Description(Box::new(bare)))), r#"{"Name":"db"}"#);
        assert_eq!(text_of(&Body::Output(Output::Description(Box::new(untagged)))), r#"{"Tags":[]}"#);
        assert_eq!(text_of(&Body::Output(Output::Empty)), "{}");
    }

    #[test]
    fn labels_have_another_name_in_a_list_of_secrets() {
        let versions = [("v1".into(), vec![Label::Current])].into();
        let it = Description { version_ids_to_stages: Some(versions), ..Description::default() };
        let page = SecretPage { secret_list: Some(vec![it.clone()]), next_token: None };
        assert_eq!(
            text_of(&Body::Output(Output::Description(Box::new(it)))),
            r#"{"VersionIdsToStages":{"v1":["AWSCURRENT"]}}"#
        );
        assert_eq!(
            text_of(&Body::Output(Output::Secrets(page))),
            r#"{"SecretList":[{"SecretVersionsToStages":{"v1":["AWSCURRENT"]}}]}"#
        );
    }

    #[test]
    fn dates_are_numbers_with_at_most_three_decimals() {
        for (date, text) in [(1_700_000_000.0, "1700000000"), (1.123_456_7, "1.123"), (0.5, "0.5"), (0.0, "0")] {
            assert_eq!(seconds(Timestamp(date)).unwrap().to_string(), text);
        }
        assert_eq!(seconds(Timestamp(f64::NAN)), None);
    }

    #[test]
    fn a_refusal_has_a_bare_type_and_a_message_if_there_is_one() {
        let error = |message| Answer::error(ErrorType::ValidationException, message);
        let (status, body) = encode_answer(&error(Some("no".into())));
        assert_eq!((status, body.to_string().as_str()), (400, r#"{"__type":"ValidationException","Message":"no"}"#));
        assert_eq!(encode_answer(&error(None)).1.to_string(), r#"{"__type":"ValidationException"}"#);
    }
}
