//! What an answer shows where a claim does not hold.

use std::collections::BTreeSet;

use crate::judge::class;
use crate::model::{
    Answer, Body, Claim, Description, Label, Output, SecretValue, entry_value, labels_text, shown_arn, shown_ids,
    shown_name, strange_labels,
};

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
                _ => (format!("{}{message}", error.error_type), class::of_error_type(&error.error_type).to_owned()),
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

pub(in crate::judge) fn label_places(output: &Output, label: &Label) -> Vec<String> {
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
    match output {
        Output::Receipt(receipt) => match claim {
            Claim::VersionId(_) => Some(text("VersionId", receipt.version_id.as_deref())),
            Claim::VersionStages(_) => {
                Some(format!("VersionStages {}", labels_text(receipt.version_stages.as_deref().unwrap_or_default())))
            }
            _ => shown_anywhere(claim, output),
        },
        Output::Value(value) => shown_of_value(claim, value).or_else(|| shown_anywhere(claim, output)),
        Output::Description(shown) => shown_of_description(claim, shown).or_else(|| shown_anywhere(claim, output)),
        Output::Versions(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => shown_anywhere(claim, output),
    }
}

fn text(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{name} {value:?}"),
        None => format!("no {name}"),
    }
}

fn shown_of_value(claim: &Claim, value: &SecretValue) -> Option<String> {
    Some(match claim {
        Claim::Version(_) | Claim::HasLabel(..) => text("VersionId", value.version_id.as_deref()),
        Claim::Value(_) => match entry_value(value) {
            None => "no value".to_owned(),
            Some(value) => format!("another value, of {} bytes", value.len_bytes()),
        },
        Claim::OneValue => if value.secret_string.is_some() { "both" } else { "neither" }.to_owned(),
        Claim::CreatedDate(_) => format!("CreatedDate {:.0}", value.created_date?.0),
        _ => return None,
    })
}

fn shown_of_description(claim: &Claim, shown: &Description) -> Option<String> {
    let rules = shown.rotation_rules.as_ref();
    Some(match claim {
        Claim::Enabled(_) => match shown.rotation_enabled {
            Some(enabled) => format!("RotationEnabled {enabled}"),
            None => "no RotationEnabled".to_owned(),
        },
        Claim::Function(_) => text("RotationLambdaARN", shown.rotation_lambda_arn.as_deref()),
        Claim::Duration(_) => text("Duration", rules.and_then(|rules| rules.duration.as_deref())),
        Claim::Schedule(_) => text("ScheduleExpression", rules.and_then(|rules| rules.schedule_expression.as_deref())),
        Claim::Days(_) => match rules.and_then(|rules| rules.automatically_after_days) {
            Some(days) => format!("AutomaticallyAfterDays {days}"),
            None => "no AutomaticallyAfterDays".to_owned(),
        },
        Claim::NoEmptyEntry => {
            let entries = shown.version_ids_to_stages.iter().flatten().filter(|(_, labels)| labels.is_empty());
            format!("version {} with no labels", entries.map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", "))
        }
        Claim::AccessedAtMidnight => format!("LastAccessedDate {:.0}", shown.last_accessed_date?.0),
        _ => return None,
    })
}

fn shown_anywhere(claim: &Claim, output: &Output) -> Option<String> {
    Some(match claim {
        Claim::Listed(_, true) => "it is not listed".to_owned(),
        Claim::Listed(_, false) => "it is listed".to_owned(),
        Claim::Present(_) => "it has none".to_owned(),
        Claim::Missing(_) => "it has one".to_owned(),
        Claim::Arn(_) | Claim::ArnOf(_) | Claim::ArnForm(_) => text("ARN", shown_arn(output)?.map(|arn| &**arn)),
        Claim::Name(_) => text("Name", shown_name(output)?.map(|name| &**name)),
        Claim::OnlyLabels(known) => {
            let strangers: BTreeSet<_> = strange_labels(output, known)?.map(Label::as_str).collect();
            format!("also {}", strangers.into_iter().collect::<Vec<_>>().join(", "))
        }
        Claim::OnlyVersions { known, .. } => {
            let shown = shown_ids(output)?;
            let strangers: Vec<_> = shown.filter(|id| !known.contains(id)).map(ToString::to_string).collect();
            format!("also version {}", strangers.join(", "))
        }
        _ => return None,
    })
}
