//! Facts: the checkable parts of an outcome, each owned by one rule.
//!
//! A claim is checked against one answer and nothing else. `None` means that the answer cannot decide it, as when a
//! record holds no such member, or when a page does not list the version; such a fact counts as not checked.

use std::collections::BTreeSet;
use std::fmt;

use super::{
    Action, Answer, Body, Description, ErrorType, Label, Output, Text, Timestamp, Value, VersionId, VersionPage,
    identifier,
};
use crate::rule::{Class, RuleId};

/// One checkable part of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The rule that owns it.
    pub rule: RuleId,
    /// What it weighs.
    pub class: Class,
    /// What must be so.
    pub claim: Claim,
    /// Whether it exercises the rule: a call refused for two reasons at once checks neither.
    pub counts: bool,
    /// The call that wrote the cell behind it; 0 where there is none.
    pub since: u32,
    /// The action of that call.
    pub by: Option<Action>,
}

/// What must be so in an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// The request is accepted.
    Accepted,
    /// The identifier finds the secret: whatever is wrong, it is not that there is none.
    Found,
    /// A bad request is answered with a 4xx status and a JSON error, not with a fault of the server.
    NoFault,
    /// The request is refused.
    Refused,
    /// The error type is one of these.
    ErrorType(Vec<ErrorType>),
    /// The label is on this version and no other, or nowhere.
    Label(Label, Option<VersionId>),
    /// The version is listed, or is not.
    Listed(VersionId, bool),
    /// No version is shown but these.
    OnlyVersions(Vec<VersionId>),
    /// No version of an earlier page is listed again; those of the earlier pages.
    PageRepeats(Vec<VersionId>),
    /// The last page lists these, which no page before has listed.
    LastPage(Vec<VersionId>),
    /// This id is not shown at all.
    NotShown(VersionId),
    /// `RotationEnabled`; null and absent count as false.
    Enabled(bool),
    /// `RotationLambdaARN`
    Function(Option<Text>),
    /// `RotationRules.AutomaticallyAfterDays`
    Days(Option<i64>),
    /// `RotationRules.Duration`
    Duration(Option<Text>),
    /// `RotationRules.ScheduleExpression`
    Schedule(Option<Text>),
    /// The stored value.
    Value(Value),
    /// The version that is read.
    Version(VersionId),
    /// `VersionId` of a receipt, or that it has none.
    VersionId(Option<VersionId>),
    /// The labels of a receipt, as a set.
    VersionStages(Vec<Label>),
    /// `ARN`
    Arn(Text),
    /// The ARN is the prefix, the name, a hyphen and six characters.
    ArnForm(Text),
    /// The ARN is none of these.
    ArnUnlike(Vec<Text>),
    /// `Name`
    Name(Text),
    /// The member has a value.
    Present(Member),
    /// The member has no value.
    Missing(Member),
    /// `DeletionDate` is this, give or take so many seconds.
    DeletionDate(Timestamp, f64),
    /// `CreatedDate` of the version is this.
    CreatedDate(Timestamp),
    /// `LastChangedDate` is not earlier than this.
    ChangedSince(Timestamp),
    /// `LastAccessedDate`, where it is there, is a UTC midnight.
    AccessedAtMidnight,
    /// Exactly one of `SecretString` and `SecretBinary` is there.
    OneValue,
    /// `VersionIdsToStages` has no entry without labels.
    NoEmptyEntry,
    /// The secret of this identifier among `SecretValues` has this value.
    BatchValue(Text, Value),
    /// The secret of this name is among `SecretValues`.
    BatchHas(Text),
    /// The identifier is among `Errors`.
    BatchError(Text),
    /// The error code of this identifier is this.
    BatchErrorCode(Text, ErrorType),
    /// The message.
    Message(String),
}

/// A member whose presence is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the response member of that name")]
pub enum Member {
    Arn,
    Name,
    VersionId,
    VersionStages,
    DeletionDate,
    DeletedDate,
    CreatedDate,
    LastAccessedDate,
    LastRotatedDate,
    NextRotationDate,
}

impl Member {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Arn => "ARN",
            Self::Name => "Name",
            Self::VersionId => "VersionId",
            Self::VersionStages => "VersionStages",
            Self::DeletionDate => "DeletionDate",
            Self::DeletedDate => "DeletedDate",
            Self::CreatedDate => "CreatedDate",
            Self::LastAccessedDate => "LastAccessedDate",
            Self::LastRotatedDate => "LastRotatedDate",
            Self::NextRotationDate => "NextRotationDate",
        }
    }

    /// Whether the member has a value; `None` where the operation has no such member.
    fn is_present(self, output: &Output) -> Option<bool> {
        Some(match (self, output) {
            (Self::Arn, output) => arn(output)?.is_some(),
            (Self::Name, output) => name(output)?.is_some(),
            (Self::VersionId, Output::Receipt(receipt)) => receipt.version_id.is_some(),
            (Self::VersionStages, Output::Receipt(receipt)) => receipt.version_stages.is_some(),
            (Self::DeletionDate, Output::Receipt(receipt)) => receipt.deletion_date.is_some(),
            (Self::CreatedDate, Output::Value(value)) => value.created_date.is_some(),
            (Self::CreatedDate, Output::Description(shown)) => shown.created_date.is_some(),
            (Self::DeletedDate, Output::Description(shown)) => shown.deleted_date.is_some(),
            (Self::LastAccessedDate, Output::Description(shown)) => shown.last_accessed_date.is_some(),
            (Self::LastRotatedDate, Output::Description(shown)) => shown.last_rotated_date.is_some(),
            (Self::NextRotationDate, Output::Description(shown)) => shown.next_rotation_date.is_some(),
            _ => return None,
        })
    }
}

/// The order in which unmet facts are compared: the lower is the graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Accepted or refused.
    Kind,
    /// The error type.
    Type,
    /// Labels, versions, values, configuration.
    State,
    /// Members.
    Member,
    /// Message text.
    Text,
}

impl Rank {
    /// How many ranks there are.
    pub const COUNT: usize = 5;
}

impl Claim {
    /// The place of the claim in the order of blame.
    #[must_use]
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Accepted | Self::Found | Self::NoFault | Self::Refused => Rank::Kind,
            Self::ErrorType(_) => Rank::Type,
            Self::Label(..)
            | Self::Listed(..)
            | Self::OnlyVersions(_)
            | Self::NotShown(_)
            | Self::Enabled(_)
            | Self::Function(_)
            | Self::Days(_)
            | Self::Duration(_)
            | Self::Schedule(_)
            | Self::Value(_)
            | Self::Version(_)
            | Self::PageRepeats(_)
            | Self::LastPage(_)
            | Self::BatchHas(_)
            | Self::BatchValue(..)
            | Self::BatchError(_) => Rank::State,
            Self::VersionId(_)
            | Self::VersionStages(_)
            | Self::Arn(_)
            | Self::ArnForm(_)
            | Self::ArnUnlike(_)
            | Self::Name(_)
            | Self::Present(_)
            | Self::Missing(_)
            | Self::DeletionDate(..)
            | Self::CreatedDate(_)
            | Self::ChangedSince(_)
            | Self::AccessedAtMidnight
            | Self::OneValue
            | Self::NoEmptyEntry
            | Self::BatchErrorCode(..) => Rank::Member,
            Self::Message(_) => Rank::Text,
        }
    }

    /// Whether the claim holds; `None` if the answer cannot decide it.
    #[must_use]
    pub fn holds(&self, answer: &Answer) -> Option<bool> {
        match &answer.body {
            Body::Output(output) => self.holds_of_output(output, answer.partial),
            Body::Error(error) => match self {
                Self::Accepted => Some(false),
                Self::Found => Some(error.error_type != ErrorType::ResourceNotFoundException),
                Self::NoFault => Some((400..500).contains(&answer.form.status)),
                Self::Refused => (answer.form.status < 500).then_some(true),
                Self::ErrorType(types) if answer.form.status < 500 => Some(types.contains(&error.error_type)),
                Self::Message(text) if !answer.partial || error.message.is_some() => {
                    Some(error.message.as_ref() == Some(text))
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
            Self::OnlyVersions(ids) => Some(shown_ids(output)?.iter().all(|id| ids.contains(id))),
            Self::NotShown(id) => Some(!shown_ids(output)?.contains(id)),
            Self::Version(id) => match output {
                Output::Value(value) => required(value.version_id.as_ref(), id, partial),
                _ => None,
            },
            Self::Value(expected) => value_is(output, expected, partial),
            Self::BatchHas(_) | Self::BatchValue(..) | Self::BatchError(_) | Self::BatchErrorCode(..) => {
                self.holds_of_batch(output)
            }
            Self::PageRepeats(before) => Some(!shown_ids(output)?.iter().any(|id| before.contains(id))),
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
        let rules = shown.rotation_rules.clone().unwrap_or_default();
        match self {
            Self::Enabled(enabled) => optional(shown.rotation_enabled.is_some(), partial)
                .then(|| shown.rotation_enabled.unwrap_or(false) == *enabled),
            Self::Function(arn) => optional(shown.rotation_lambda_arn.is_some(), partial)
                .then(|| given(shown.rotation_lambda_arn.as_ref()) == arn.as_ref()),
            Self::Days(days) => {
                optional(shown.rotation_rules.is_some(), partial).then(|| rules.automatically_after_days == *days)
            }
            Self::Duration(text) => optional(shown.rotation_rules.is_some(), partial)
                .then(|| given(rules.duration.as_ref()) == text.as_ref()),
            Self::Schedule(text) => optional(shown.rotation_rules.is_some(), partial)
                .then(|| given(rules.schedule_expression.as_ref()) == text.as_ref()),
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

#[expect(clippy::option_option, reason = "whether the operation answers an ARN, and whether this answer has one")]
fn arn(output: &Output) -> Option<Option<&Text>> {
    Some(match output {
        Output::Receipt(receipt) => receipt.arn.as_ref(),
        Output::Description(shown) => shown.arn.as_ref(),
        Output::Value(value) => value.arn.as_ref(),
        Output::Versions(page) => page.arn.as_ref(),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => return None,
    })
}

#[expect(clippy::option_option, reason = "whether the operation answers a name, and whether this answer has one")]
fn name(output: &Output) -> Option<Option<&Text>> {
    Some(match output {
        Output::Receipt(receipt) => receipt.name.as_ref(),
        Output::Description(shown) => shown.name.as_ref(),
        Output::Value(value) => value.name.as_ref(),
        Output::Versions(page) => page.name.as_ref(),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => return None,
    })
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

fn shown_ids(output: &Output) -> Option<Vec<VersionId>> {
    match output {
        Output::Description(shown) => {
            Some(shown.version_ids_to_stages.iter().flatten().map(|(id, _)| id.clone()).collect())
        }
        Output::Versions(page) => {
            Some(page.versions.iter().flatten().filter_map(|entry| entry.version_id.clone()).collect())
        }
        _ => None,
    }
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
pub fn entry_value(entry: &super::SecretValue) -> Option<Value> {
    match (&entry.secret_string, &entry.secret_binary) {
        (Some(text), _) => Some(Value::Text(text.clone())),
        (None, Some(bytes)) => Some(Value::Bytes(bytes.clone())),
        (None, None) => None,
    }
}

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
            Self::OnlyVersions(ids) if ids.is_empty() => f.write_str("no version"),
            Self::OnlyVersions(ids) => write!(f, "no version but {}", ids.join(", ")),
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
            Self::Version(id) => write!(f, "version {id}"),
            Self::VersionId(Some(id)) => write!(f, "VersionId {id}"),
            Self::VersionId(None) => f.write_str("no VersionId"),
            Self::VersionStages(labels) => write!(f, "VersionStages {}", labels_text(labels)),
            Self::Arn(arn) => write!(f, "ARN {arn}"),
            Self::ArnForm(name) => write!(f, "an ARN that ends in {name}, a hyphen and six characters"),
            Self::ArnUnlike(_) => f.write_str("another ARN than the deleted secret of this name had"),
            Self::Name(name) => write!(f, "Name {name}"),
            Self::Present(member) => write!(f, "{} has a value", member.as_str()),
            Self::Missing(member) => write!(f, "{} has no value", member.as_str()),
            Self::DeletionDate(date, slack) => write!(f, "DeletionDate {:.0}, give or take {slack:.0} s", date.0),
            Self::CreatedDate(date) => write!(f, "CreatedDate {:.0}", date.0),
            Self::ChangedSince(date) => write!(f, "LastChangedDate not before {:.0}", date.0),
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
