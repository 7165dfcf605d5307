//! A claim in words.

use std::fmt;

use super::Claim;
use crate::model::{ErrorType, Label, Value, VersionId};

impl fmt::Display for Claim {
    /// The claim in words that fit after "expected".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("the request is accepted"),
            Self::Found => f.write_str("the identifier finds the secret"),
            Self::NoFault => f.write_str("a client error: a 4xx status and a JSON error"),
            Self::Refused => f.write_str("the request is refused"),
            Self::ErrorType(types) => {
                let names: Vec<_> = types.iter().map(ErrorType::as_str).collect();
                write!(f, "{}", names.join(" or "))
            }
            Self::Label(label, Some(id)) => write!(f, "{label} on {id} alone"),
            Self::Label(label, None) => write!(f, "{label} nowhere"),
            Self::Listed(id, true) => write!(f, "version {id} in the list"),
            Self::Listed(id, false) => write!(f, "version {id} not in the list"),
            Self::OnlyVersions { known, others } => write_only_versions(f, known, *others),
            Self::OnlyLabels(known) if known.is_empty() => f.write_str("no custom label"),
            Self::OnlyLabels(known) => write!(f, "no custom label but {}", labels_text(known)),
            Self::Unlisted(id) => write!(f, "no version {id}, which has no value, in the list"),
            Self::NotShown(id) => write!(f, "no version {id}"),
            Self::PageRepeats(_) => f.write_str("no version of an earlier page"),
            Self::LastPage(ids) => write!(f, "on the last page {}", ids.join(", ")),
            Self::Enabled(enabled) => write!(f, "RotationEnabled {enabled}"),
            Self::Function(arn) => member_text(f, "RotationLambdaARN", arn.as_deref()),
            Self::Days(Some(days)) => write!(f, "AutomaticallyAfterDays {days}"),
            Self::Days(None) => f.write_str("no AutomaticallyAfterDays"),
            Self::Duration(text) => member_text(f, "Duration", text.as_deref()),
            Self::Schedule(text) => member_text(f, "ScheduleExpression", text.as_deref()),
            Self::Value(value) => write_value(f, value),
            Self::Version(id) | Self::HasLabel(_, id) => write!(f, "version {id}"),
            Self::VersionId(Some(id)) => write!(f, "VersionId {id}"),
            Self::VersionId(None) => f.write_str("no VersionId"),
            Self::VersionStages(labels) => write!(f, "VersionStages {}", labels_text(labels)),
            Self::Arn(arn) => write!(f, "ARN {arn}"),
            Self::ArnOf(name) => write!(f, "an ARN with the name {name}"),
            Self::ArnForm(name) => write!(f, "an ARN that ends in {name}, a hyphen and six characters"),
            Self::ArnUnlike(_) => f.write_str("another ARN than the deleted secret of this name had"),
            Self::Name(name) => write!(f, "Name {name}"),
            Self::Present(member) => write!(f, "{member} has a value"),
            Self::Missing(member) => write!(f, "{member} has no value"),
            Self::DeletionDate(date, slack) => write!(f, "DeletionDate {:.0}, give or take {slack:.0} s", date.0),
            Self::DeletedDate(date, slack) => write!(f, "DeletedDate {:.0}, give or take {slack:.0} s", date.0),
            Self::NextAtEndOf(3_600) => f.write_str("NextRotationDate is the last second of an hour"),
            Self::NextAtEndOf(_) => f.write_str("NextRotationDate is the last second of a day in UTC"),
            Self::ComputedDays(days) => write!(f, "AutomaticallyAfterDays {days} or none"),
            Self::CreatedDate(date) => write!(f, "CreatedDate {:.0}", date.0),
            Self::ChangedSince(date) => write!(f, "LastChangedDate not before {:.0}", date.0),
            Self::ChangedAfter(date) => write!(f, "LastChangedDate later than {:.3}", date.0),
            Self::AccessedAtMidnight => f.write_str("LastAccessedDate is a UTC midnight"),
            Self::OneValue => f.write_str("exactly one of SecretString and SecretBinary"),
            Self::NoEmptyEntry => f.write_str("no version without labels in VersionIdsToStages"),
            Self::BatchValue(name, value) => {
                write!(f, "for {name} ")?;
                write_value(f, value)
            }
            Self::BatchHas(name) => write!(f, "{name} in SecretValues"),
            Self::BatchError(id) => write!(f, "{id} in Errors"),
            Self::BatchErrorCode(id, error_type) => write!(f, "ErrorCode {error_type} for {id}"),
            Self::Message(text) => write!(f, "the message {text:?}"),
        }
    }
}

fn write_only_versions(f: &mut fmt::Formatter<'_>, known: &[VersionId], others: usize) -> fmt::Result {
    match (known, others) {
        ([], 0) => f.write_str("no version"),
        (known, 0) => write!(f, "no version but {}", known.join(", ")),
        (known, others) => {
            write!(f, "no version but {} and {others} of an id of the service's choice", known.join(", "))
        }
    }
}

fn member_text(f: &mut fmt::Formatter<'_>, member: &str, text: Option<&str>) -> fmt::Result {
    match text {
        Some(text) => write!(f, "{member} {text:?}"),
        None => write!(f, "no {member}"),
    }
}

/// A value is told by its length: it may have been adopted from an endpoint that made it up.
fn write_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    let kind = match value {
        Value::Text(_) => "SecretString",
        Value::Bytes(_) => "SecretBinary",
    };
    write!(f, "the stored {kind} of {} bytes", value.len_bytes())
}

/// Labels as a list in brackets.
#[must_use]
pub fn labels_text(labels: &[Label]) -> String {
    let names: Vec<_> = labels.iter().map(Label::as_str).collect();
    format!("[{}]", names.join(", "))
}
