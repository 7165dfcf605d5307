//! The AWS JSON 1.1 protocol: typed requests and answers to and from bodies (ROT-WIRE-001).
//!
//! Reading an answer never fails. Whatever an endpoint sends becomes an [`Answer`](crate::model::Answer): what departs
//! from the form of the service is noted beside what was understood, and an answer that is not understood at all is
//! described by media type and length, never by its content. No I/O here; headers and bodies come in as arguments.

mod date;
mod output;
mod reader;
mod refusal;
mod request;
mod response;
mod write;

pub use date::from_http_date;
pub use request::{Encoded, MEDIA_TYPE, TARGET_PREFIX, decode_request, encode_request};
pub use response::{HttpResponse, decode_answer, decode_body, form_of};
pub use write::{encode_answer, encode_body};

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;
    use crate::model::*;

    fn text() -> impl Strategy<Value = Option<Text>> {
        of("[a-zA-Z0-9 -]{1,9}".prop_map(Text::from))
    }

    fn date() -> impl Strategy<Value = Option<Timestamp>> {
        of((0_u32..2_000_000_000, 0_u16..1000).prop_map(|(seconds, milliseconds)| {
            Timestamp((f64::from(seconds) * 1000.0 + f64::from(milliseconds)) / 1000.0)
        }))
    }

    fn labels() -> impl Strategy<Value = Vec<Label>> {
        let label = prop_oneof![Just("AWSCURRENT"), Just("AWSPENDING"), Just("AWSPREVIOUS"), Just("mine")];
        vec(label.prop_map(Label::from), 0..3)
    }

    fn tags() -> impl Strategy<Value = Option<Vec<Tag>>> {
        of(vec((text(), text()).prop_map(|(key, value)| Tag { key, value }), 0..3))
    }

    fn rules() -> impl Strategy<Value = Option<RotationRules>> {
        of((of(any::<i64>()), text(), text()).prop_map(|(days, duration, schedule)| RotationRules {
            automatically_after_days: days,
            duration,
            schedule_expression: schedule,
        }))
    }

    fn description() -> impl Strategy<Value = Description> {
        let texts = (text(), text(), text(), text(), text());
        let dates = (date(), date(), date(), date(), date(), date());
        let map = of(btree_map("[a-f0-9]{4}".prop_map(VersionId::from), labels(), 0..3));
        (texts, dates, of(any::<bool>()), rules(), tags(), map).prop_map(|(texts, dates, enabled, rules, tags, map)| {
            Description {
                arn: texts.0,
                name: texts.1,
                description: texts.2,
                kms_key_id: texts.3,
                rotation_lambda_arn: texts.4,
                rotation_enabled: enabled,
                rotation_rules: rules,
                last_rotated_date: dates.0,
                last_changed_date: dates.1,
                last_accessed_date: dates.2,
                deleted_date: dates.3,
                next_rotation_date: dates.4,
                created_date: dates.5,
                hides_versions: false,
                tags,
                version_ids_to_stages: map,
            }
        })
    }

    fn value() -> impl Strategy<Value = SecretValue> {
        let held = prop_oneof![
            any::<String>().prop_map(|text| (Some(SecretString::from(text.as_str())), None)),
            vec(any::<u8>(), 1..9).prop_map(|bytes| (None, Some(SecretBinary::from(bytes.as_slice())))),
        ];
        (text(), text(), text(), held, of(labels()), date()).prop_map(|(arn, name, version_id, held, labels, date)| {
            let (secret_string, secret_binary) = held;
            SecretValue {
                arn,
                name,
                version_id,
                secret_string,
                secret_binary,
                version_stages: labels,
                created_date: date,
            }
        })
    }

    fn versions() -> impl Strategy<Value = VersionPage> {
        let entry = (text(), of(labels()), date(), date(), of(vec("[a-z]{1,5}".prop_map(Text::from), 0..2)));
        let entry = entry.prop_map(|(version_id, labels, created, accessed, keys)| VersionEntry {
            version_id,
            version_stages: labels,
            created_date: created,
            last_accessed_date: accessed,
            kms_key_ids: keys,
        });
        (text(), text(), of(vec(entry, 0..3)), text()).prop_map(|(arn, name, versions, next_token)| VersionPage {
            arn,
            name,
            versions,
            next_token,
        })
    }

    fn batch() -> impl Strategy<Value = Batch> {
        let error = (text(), text(), text());
        let error = error.prop_map(|(secret_id, error_code, message)| BatchError { secret_id, error_code, message });
        (of(vec(value(), 0..3)), of(vec(error, 0..3)), text()).prop_map(|(secret_values, errors, next_token)| Batch {
            secret_values,
            errors,
            next_token,
        })
    }

    fn receipt() -> impl Strategy<Value = Receipt> {
        (text(), text(), text(), of(labels())).prop_map(|(arn, name, version_id, labels)| Receipt {
            arn,
            name,
            version_id,
            version_stages: labels,
            deletion_date: None,
        })
    }

    fn error() -> impl Strategy<Value = ServiceError> {
        let error_type = prop_oneof![Just("InvalidRequestException"), Just("ValidationException"), Just("MyOwn")];
        (error_type.prop_map(ErrorType::from), of(any::<String>()))
            .prop_map(|(error_type, message)| ServiceError { error_type, message })
    }

    /// An operation and an answer of its shape.
    fn answered() -> impl Strategy<Value = (Operation, Answer)> {
        let put = Operation::PutSecretValue(PutSecretValue::default());
        let delete = Operation::DeleteSecret(DeleteSecret::default());
        let describe = Operation::DescribeSecret(DescribeSecret::default());
        let get = Operation::GetSecretValue(GetSecretValue::default());
        let list_versions = Operation::ListSecretVersionIds(ListSecretVersionIds::default());
        let get_many = Operation::BatchGetSecretValue(BatchGetSecretValue::default());
        let list = Operation::ListSecrets(ListSecrets::default());
        let tag = Operation::TagResource(TagResource::default());
        let refused = describe.clone();
        let deleted = date().prop_map(|date| Output::Receipt(Receipt { deletion_date: date, ..Receipt::default() }));
        let listed = (of(vec(description(), 0..3)), text());
        let listed = listed.prop_map(|(secret_list, next_token)| SecretPage { secret_list, next_token });
        prop_oneof![
            receipt().prop_map(move |it| (put.clone(), Answer::output(Output::Receipt(it)))),
            deleted.prop_map(move |it| (delete.clone(), Answer::output(it))),
            description().prop_map(move |it| (describe.clone(), Answer::output(Output::Description(Box::new(it))))),
            value().prop_map(move |it| (get.clone(), Answer::output(Output::Value(Box::new(it))))),
            versions().prop_map(move |it| (list_versions.clone(), Answer::output(Output::Versions(it)))),
            batch().prop_map(move |it| (get_many.clone(), Answer::output(Output::Batch(it)))),
            listed.prop_map(move |it| (list.clone(), Answer::output(Output::Secrets(it)))),
            Just((tag, Answer::output(Output::Empty))),
            error().prop_map(move |it| (refused.clone(), Answer::error(it.error_type, it.message))),
        ]
    }

    proptest! {
        #[test]
        fn an_answer_is_read_as_it_was_written((operation, answer) in answered()) {
            let (status, body) = encode_answer(&answer);
            let body = body.to_string();
            let response = HttpResponse {
                status,
                content_type: Some(MEDIA_TYPE),
                request_id: Some("r-1"),
                body: body.as_bytes(),
                ..HttpResponse::default()
            };
            let read = decode_answer(&operation, &response);
            prop_assert_eq!(&read.body, &answer.body);
            let odd = |departure: &Departure| !matches!(departure, Departure::WithoutValue(_, "[]" | "{}" | "false"));
            prop_assert!(!read.form.departures.iter().any(odd), "{:?}", read.form.departures);
        }

        #[test]
        fn reading_never_panics(status in 100_u16..600, body in vec(any::<u8>(), 0..40), (operation, _) in answered()) {
            let response = HttpResponse { status, body: &body, ..HttpResponse::default() };
            let _ = decode_answer(&operation, &response);
        }
    }
}
