//! What an answer shows where a claim does not hold.

use crate::model::{Answer, Body, Claim, Label, Output, entry_value, labels_text};

/// What the answer says where the claim does not hold: in words, and without ids and texts.
pub(super) fn observed(claim: &Claim, answer: &Answer) -> (String, String) {
    match &answer.body {
        Body::Unreadable(what) => {
            (format!("HTTP {}, {what}", answer.form.status), format!("HTTP {}", answer.form.status))
        }
        Body::Error(error) => {
            let message = error.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            let status = answer.form.status;
            match claim {
                Claim::Message(_) => {
                    (format!("the message {:?}", error.message.as_deref().unwrap_or("")), "another".into())
                }
                _ if status >= 500 => {
                    (format!("HTTP {status} {}{message}", error.error_type), format!("HTTP {status}"))
                }
                _ => (format!("{}{message}", error.error_type), error.error_type.to_string()),
            }
        }
        Body::Output(output) => observed_of_output(claim, output),
    }
}

fn observed_of_output(claim: &Claim, output: &Output) -> (String, String) {
    match claim {
        Claim::Refused | Claim::ErrorType(_) | Claim::NoFault => ("accepted".to_owned(), "accepted".to_owned()),
        Claim::Label(label, _) => match label_places(output, label) {
            places if places.is_empty() => (format!("{label} nowhere"), "nowhere".to_owned()),
            places if places.len() == 1 => (format!("{label} on {}", places[0]), "elsewhere".to_owned()),
            places => (format!("{label} on {}", places.join(" and ")), "on several versions".to_owned()),
        },
        other => {
            let text = shown(other, output);
            (text.clone().unwrap_or_else(|| "something else".to_owned()), "otherwise".to_owned())
        }
    }
}

fn label_places(output: &Output, label: &Label) -> Vec<String> {
    match output {
        Output::Description(shown) => {
            let map = shown.version_ids_to_stages.iter().flatten();
            map.filter(|(_, labels)| labels.contains(label)).map(|(id, _)| id.to_string()).collect()
        }
        Output::Versions(page) => {
            let entries = page.versions.iter().flatten();
            entries
                .filter(|entry| entry.version_stages.as_ref().is_some_and(|labels| labels.contains(label)))
                .filter_map(|entry| entry.version_id.as_ref().map(ToString::to_string))
                .collect()
        }
        Output::Value(value) => {
            let has = value.version_stages.as_ref().is_some_and(|labels| labels.contains(label));
            has.then(|| value.version_id.as_ref().map(ToString::to_string)).flatten().into_iter().collect()
        }
        Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => Vec::new(),
    }
}

/// What the member of a claim shows; never a value.
fn shown(claim: &Claim, output: &Output) -> Option<String> {
    let text = |name: &str, value: Option<&str>| match value {
        Some(value) => format!("{name} {value:?}"),
        None => format!("no {name}"),
    };
    match (claim, output) {
        (Claim::Version(_) | Claim::HasLabel(..), Output::Value(value)) => {
            Some(text("VersionId", value.version_id.as_deref()))
        }
        (Claim::VersionId(_), Output::Receipt(receipt)) => Some(text("VersionId", receipt.version_id.as_deref())),
        (Claim::VersionStages(_), Output::Receipt(receipt)) => {
            Some(format!("VersionStages {}", labels_text(receipt.version_stages.as_deref().unwrap_or_default())))
        }
        (Claim::Listed(_, true), _) => Some("it is not listed".to_owned()),
        (Claim::Listed(_, false), _) => Some("it is listed".to_owned()),
        (Claim::Present(_), _) => Some("it has none".to_owned()),
        (Claim::Missing(_), _) => Some("it has one".to_owned()),
        (Claim::Value(_), Output::Value(value)) => Some(match entry_value(value) {
            None => "no value".to_owned(),
            Some(value) => format!("another value, of {} bytes", value.len_bytes()),
        }),
        (Claim::Enabled(_), Output::Description(shown)) => Some(match shown.rotation_enabled {
            Some(enabled) => format!("RotationEnabled {enabled}"),
            None => "no RotationEnabled".to_owned(),
        }),
        (Claim::Function(_), Output::Description(shown)) => {
            Some(text("RotationLambdaARN", shown.rotation_lambda_arn.as_deref()))
        }
        (Claim::Days(_) | Claim::Duration(_) | Claim::Schedule(_), Output::Description(shown)) => {
            let rules = shown.rotation_rules.as_ref();
            Some(match claim {
                Claim::Duration(_) => text("Duration", rules.and_then(|rules| rules.duration.as_deref())),
                Claim::Schedule(_) => {
                    text("ScheduleExpression", rules.and_then(|rules| rules.schedule_expression.as_deref()))
                }
                _ => match rules.and_then(|rules| rules.automatically_after_days) {
                    Some(days) => format!("AutomaticallyAfterDays {days}"),
                    None => "no AutomaticallyAfterDays".to_owned(),
                },
            })
        }
        (Claim::OnlyVersions(known), output) => {
            let ids = match output {
                Output::Description(shown) => {
                    shown.version_ids_to_stages.iter().flatten().map(|(id, _)| id.clone()).collect()
                }
                Output::Versions(page) => {
                    page.versions.iter().flatten().filter_map(|entry| entry.version_id.clone()).collect()
                }
                _ => Vec::new(),
            };
            let strangers: Vec<_> = ids.iter().filter(|id| !known.contains(id)).map(ToString::to_string).collect();
            Some(format!("also version {}", strangers.join(", ")))
        }
        _ => None,
    }
}
