//! What is shown of a call: the answer as JSON, without any value that this run did not store.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::history::Reply;
use crate::model::{Body, Departure, Description, Operation, Output, SecretBinary};
use crate::wire;

/// What came of a call, as results show it: with placeholders, and without any value that the run did not store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Shown {
    /// An answer of the operation, or an error.
    Read {
        /// The HTTP status.
        status: u16,
        /// The members of the body.
        body: Map<String, Value>,
    },
    /// An answer that is none of the operation.
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What the body is.
        unreadable: String,
    },
    /// No answer.
    Silence {
        /// Why none came.
        silence: String,
    },
}

impl Shown {
    /// What came, with the length alone of each secret value that is not known.
    pub(super) fn of(reply: &Reply, is_known: &dyn Fn(&str) -> bool) -> Self {
        let answer = match reply {
            Reply::Nothing(silence) => return Self::Silence { silence: silence.cause.clone() },
            Reply::Answer(answer) => answer,
        };
        let status = answer.form.status;
        match &answer.body {
            Body::Unreadable(what) => Self::Unreadable { status, unreadable: what.clone() },
            Body::Output(_) | Body::Error(_) => {
                let mut body = wire::encode_body(&answer.body);
                redact(&mut body, is_known);
                let body = match body {
                    Value::Object(members) => members,
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
                };
                Self::Read { status, body }
            }
        }
    }

    /// The type and the text of an error.
    #[must_use]
    pub fn error(&self) -> Option<(&str, &str)> {
        let Self::Read { body, .. } = self else { return None };
        let text = |name| body.get(name).and_then(Value::as_str);
        Some((text("__type")?, text("Message").unwrap_or_default()))
    }
}

/// Replaces each secret value that is not known by its length.
fn redact(body: &mut Value, is_known: &dyn Fn(&str) -> bool) {
    match body {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == "SecretString" || name == "SecretBinary" => {
                        if !is_known(text) {
                            *text = format!("({} bytes that this run did not store)", text.len());
                        }
                    }
                    other => redact(other, is_known),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, is_known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The values of a request, as the wire writes them.
pub(super) fn values_of(operation: &Operation) -> Vec<String> {
    let (text, bytes) = match operation {
        Operation::CreateSecret(request) => (&request.secret_string, &request.secret_binary),
        Operation::PutSecretValue(request) => (&request.secret_string, &request.secret_binary),
        Operation::UpdateSecret(request) => (&request.secret_string, &request.secret_binary),
        _ => return Vec::new(),
    };
    let text = text.iter().map(|text| text.reveal().to_owned());
    text.chain(bytes.iter().map(SecretBinary::to_base64)).collect()
}

/// What departs from the form of the service in an answer.
pub(super) fn departures(reply: &Reply) -> &[Departure] {
    match reply {
        Reply::Answer(answer) => &answer.form.departures,
        Reply::Nothing(_) => &[],
    }
}

/// The labels that an answer of DescribeSecret shows, each with the version that it is on.
pub(super) fn labels_in(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Nothing(_) => vec!["no answer".to_owned()],
        Reply::Answer(answer) => match &answer.body {
            Body::Output(Output::Description(description)) => labels_of(description),
            Body::Error(error) => vec![error.error_type.to_string()],
            Body::Output(_) | Body::Unreadable(_) => vec!["not readable".to_owned()],
        },
    }
}

fn labels_of(description: &Description) -> Vec<String> {
    let versions = description.version_ids_to_stages.iter().flatten();
    let labels: Vec<_> =
        versions.flat_map(|(id, labels)| labels.iter().map(move |label| format!("{label} {id}"))).collect();
    if labels.is_empty() { vec!["no labels".to_owned()] } else { labels }
}
