//! Whether a claim holds in an answer; `None` if the answer cannot decide it.

use std::collections::BTreeSet;

use super::Claim;
use super::member::{arn, name};
use crate::model::{
    Answer, Body, Description, ErrorType, Label, Output, SecretValue, ServiceError, Text, Timestamp, Value, VersionId,
    VersionPage, identifier,
};

impl Claim {
    /// Whether the claim holds; `None` if the answer cannot decide it.
    #[must_use]
    pub fn holds(&self, answer: &Answer) -> Option<bool> {
        match &answer.body {
            Body::Output(output) => self.holds_of_output(output, answer.partial),
            Body::Error(error) => match self {
                Self::Accepted => Some(false),
                Self::Found => {
                    Some(error.error_type != ErrorType::ResourceNotFoundException || is_about_a_version(error))
                }
                Self::NoFault => Some((400..500).contains(&answer.form.status)),
                Self::Refused => (answer.form.status < 500).then_some(true),
                Self::ErrorType(types) if answer.form.status < 500 => Some(types.contains(&error.error_type)),
                Self::Message(text) if !answer.partial || error.message.is_some() => {
                    Some(error.message.as_deref() == Some(text))
                }
                _ => None,
            },
            Body::Unreadable(_) => match self {
                Self::Accepted | Self::NoFault => Some(false),
                _ => None,
            },
        }
    }

    fn holds_of_output(&self, output: &Output, partial: bool) -> Option<bool> {
        match self {
            Self::Accepted | Self::Found => Some(true),
            Self::Refused => Some(false),
            Self::NoFault | Self::ErrorType(_) | Self::Message(_) => None,
            Self::Label(label, holder) => label_is_at(output, label, holder.as_ref(), partial),
            Self::Listed(id, listed) => match output {
                Output::Versions(page) if page.next_token.is_none() => Some(lists(page, id) == *listed),
                _ => None,
            },
            Self::OnlyVersions(ids) => Some(shown_ids(output)?.all(|id| ids.contains(id))),
            Self::NotShown(id) => Some(shown_ids(output)?.all(|shown| shown != id)),
            Self::Version(id) => match output {
                Output::Value(value) => required(value.version_id.as_ref(), id, partial),
                _ => None,
            },
            Self::HasLabel(label, id) => match output {
                Output::Value(value) if value.version_id.as_ref() != Some(id) => {
                    value.version_stages.as_ref().map(|labels| labels.contains(label))
                }
                _ => None,
            },
            Self::Value(expected) => value_is(output, expected, partial),
            Self::BatchHas(_) | Self::BatchValue(..) | Self::BatchError(_) | Self::BatchErrorCode(..) => {
                self.holds_of_batch(output)
            }
            Self::PageRepeats(before) => Some(!shown_ids(output)?.any(|id| before.contains(id))),
            Self::LastPage(missing) => match output {
                Output::Versions(page) if page.next_token.is_none() => Some(missing.iter().all(|id| lists(page, id))),
                _ => None,
            },
            Self::Enabled(_) | Self::Function(_) | Self::Days(_) | Self::Duration(_) | Self::Schedule(_) => {
                self.holds_of_rotation(description(output)?, partial)
            }
            _ => self.holds_of_members(output, partial),
        }
    }

    fn holds_of_rotation(&self, shown: &Description, partial: bool) -> Option<bool> {
        let rules = shown.rotation_rules.as_ref();
        match self {
            Self::Enabled(enabled) => optional(shown.rotation_enabled.is_some(), partial)
                .then(|| shown.rotation_enabled.unwrap_or(false) == *enabled),
            Self::Function(arn) => optional(shown.rotation_lambda_arn.is_some(), partial)
                .then(|| given(shown.rotation_lambda_arn.as_ref()) == arn.as_ref()),
            Self::Days(days) => optional(shown.rotation_rules.is_some(), partial)
                .then(|| rules.and_then(|rules| rules.automatically_after_days) == *days),
            Self::Duration(text) => optional(shown.rotation_rules.is_some(), partial)
                .then(|| given(rules.and_then(|rules| rules.duration.as_ref())) == text.as_ref()),
            Self::Schedule(text) => optional(shown.rotation_rules.is_some(), partial)
                .then(|| given(rules.and_then(|rules| rules.schedule_expression.as_ref())) == text.as_ref()),
            _ => None,
        }
    }

    fn holds_of_batch(&self, output: &Output) -> Option<bool> {
        let Output::Batch(batch) = output else { return None };
        let values = batch.secret_values.as_deref().unwrap_or_default();
        let errors = batch.errors.as_deref().unwrap_or_default();
        Some(match self {
            Self::BatchValue(name, value) => values
                .iter()
                .any(|entry| entry.name.as_ref() == Some(name) && entry_value(entry).as_ref() == Some(value)),
            Self::BatchHas(name) => values.iter().any(|entry| entry.name.as_ref() == Some(name)),
            Self::BatchError(id) => errors.iter().any(|error| error.secret_id.as_ref() == Some(id)),
            Self::BatchErrorCode(id, error_type) => {
                let error = errors.iter().find(|error| error.secret_id.as_ref() == Some(id))?;
                error.error_code.as_deref() == Some(error_type.as_str())
            }
            _ => return None,
        })
    }

    fn holds_of_members(&self, output: &Output, partial: bool) -> Option<bool> {
        match self {
            Self::Arn(expected) => required(arn(output)?, expected, partial),
            Self::ArnForm(name) => arn(output)?.map(|arn| has_arn_form(arn, name)),
            Self::ArnUnlike(former) => arn(output)?.map(|arn| !former.contains(arn)),
            Self::Name(expected) => required(name(output)?, expected, partial),
            Self::VersionId(expected) => match output {
                Output::Receipt(receipt) if partial && receipt.version_id.is_none() => None,
                Output::Receipt(receipt) => Some(given(receipt.version_id.as_ref()) == expected.as_ref()),
                _ => None,
            },
            Self::VersionStages(expected) => match output {
                Output::Receipt(receipt) => receipt
                    .version_stages
                    .as_ref()
                    .map(|labels| labels.iter().collect::<BTreeSet<_>>() == expected.iter().collect::<BTreeSet<_>>()),
                _ => None,
            },
            Self::Present(member) => match member.is_present(output)? {
                false if partial => None,
                present => Some(present),
            },
            Self::Missing(member) => member.is_present(output).map(|present| !present),
            Self::DeletionDate(expected, slack_seconds) => match output {
                Output::Receipt(receipt) => {
                    receipt.deletion_date.map(|date| date.distance_seconds(*expected) <= *slack_seconds)
                }
                _ => None,
            },
            Self::CreatedDate(expected) => match output {
                Output::Value(value) => value.created_date.map(|date| date.distance_seconds(*expected) < 1.5),
                _ => None,
            },
            Self::ChangedSince(earliest) => {
                description(output)?.last_changed_date.map(|date| date.0.floor() >= earliest.0.floor())
            }
            Self::ChangedAfter(earlier) => description(output)?.last_changed_date.map(|date| date.0 > earlier.0),
            Self::AccessedAtMidnight => {
                description(output)?.last_accessed_date.map(|date| date.0.rem_euclid(Timestamp::DAY) == 0.0)
            }
            Self::OneValue => match output {
                Output::Value(_) if partial => None,
                Output::Value(value) => Some(value.secret_string.is_some() != value.secret_binary.is_some()),
                _ => None,
            },
            Self::NoEmptyEntry => {
                let map = description(output)?.version_ids_to_stages.as_ref()?;
                Some(map.values().all(|labels| !labels.is_empty()))
            }
            _ => None,
        }
    }
}

/// Whether something was not found in a secret that was: the texts of the service speak then of a value, a label or a
/// version (ROT-ERR-013).
fn is_about_a_version(error: &ServiceError) -> bool {
    let text = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    ["secret value", "staging label", "version"].iter().any(|part| text.contains(part))
}

/// Whether a member that may be left out is known from this answer.
const fn optional(present: bool, partial: bool) -> bool {
    present || !partial
}

/// An empty text counts as no value (ROT-WIRE-008).
fn given(text: Option<&Text>) -> Option<&Text> {
    text.filter(|text| !text.is_empty())
}

fn required<T: PartialEq>(shown: Option<&T>, expected: &T, partial: bool) -> Option<bool> {
    match shown {
        None if partial => None,
        shown => Some(shown == Some(expected)),
    }
}

fn description(output: &Output) -> Option<&Description> {
    match output {
        Output::Description(shown) => Some(shown),
        _ => None,
    }
}

fn has_arn_form(arn: &str, name: &str) -> bool {
    let resource = arn.splitn(7, ':').nth(6).unwrap_or_default();
    resource
        .strip_prefix(name)
        .is_some_and(|suffix| suffix.len() == identifier::SUFFIX_LENGTH && identifier::ends_like_an_arn(suffix))
}

fn label_is_at(output: &Output, label: &Label, holder: Option<&VersionId>, partial: bool) -> Option<bool> {
    match output {
        Output::Description(shown) => {
            let Some(map) = &shown.version_ids_to_stages else { return (!partial).then_some(holder.is_none()) };
            let mut holders = map.iter().filter(|(_, labels)| labels.contains(label)).map(|(id, _)| id);
            Some(holders.next() == holder && holders.next().is_none())
        }
        Output::Versions(page) => {
            let mut decided = holder.is_none().then_some(true);
            for entry in page.versions.iter().flatten() {
                let has = entry.version_stages.as_ref().is_some_and(|labels| labels.contains(label));
                let should = entry.version_id.as_ref() == holder && holder.is_some();
                match (has, should) {
                    (true, true) => decided = Some(true),
                    (false, false) => {}
                    (true, false) | (false, true) => return Some(false),
                }
            }
            decided
        }
        Output::Value(value) => {
            let id = value.version_id.as_ref()?;
            let labels = match &value.version_stages {
                None if partial => return None,
                None => &[][..],
                Some(labels) => labels,
            };
            let has = labels.contains(label);
            (has || holder == Some(id)).then_some(has == (holder == Some(id)))
        }
        Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => None,
    }
}

fn lists(page: &VersionPage, id: &VersionId) -> bool {
    page.versions.iter().flatten().any(|entry| entry.version_id.as_ref() == Some(id))
}

/// The version ids that an answer shows, if it is about versions.
#[must_use]
pub fn shown_ids(output: &Output) -> Option<impl Iterator<Item = &VersionId>> {
    let (described, listed) = match output {
        Output::Description(shown) => (shown.version_ids_to_stages.as_ref(), None),
        Output::Versions(page) => (None, page.versions.as_ref()),
        _ => return None,
    };
    let listed = listed.into_iter().flatten().filter_map(|entry| entry.version_id.as_ref());
    Some(described.into_iter().flatten().map(|(id, _)| id).chain(listed))
}

fn value_is(output: &Output, expected: &Value, partial: bool) -> Option<bool> {
    let Output::Value(entry) = output else { return None };
    match entry_value(entry) {
        None if partial => None,
        shown => Some(shown.as_ref() == Some(expected)),
    }
}

/// The value of an answer, whichever member holds it.
#[must_use]
pub fn entry_value(entry: &SecretValue) -> Option<Value> {
    match (&entry.secret_string, &entry.secret_binary) {
        (Some(text), _) => Some(Value::Text(text.clone())),
        (None, Some(bytes)) => Some(Value::Bytes(bytes.clone())),
        (None, None) => None,
    }
}
