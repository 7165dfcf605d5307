//! What can be claimed of an answer, and which unmet claim is the graver.

use std::borrow::Cow;

use super::Member;
use crate::model::{ErrorType, Label, Text, Timestamp, Value, VersionId};

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
    /// No version is shown but those known, and so many others.
    OnlyVersions {
        /// The versions that the model knows.
        known: Vec<VersionId>,
        /// How many others there may be at most.
        others: usize,
    },
    /// No label of a client's choice is shown but these.
    OnlyLabels(Vec<Label>),
    /// No version of an earlier page is listed again; those of the earlier pages.
    PageRepeats(Vec<VersionId>),
    /// The last page lists these, which no page before has listed.
    LastPage(Vec<VersionId>),
    /// This id is not shown at all.
    NotShown(VersionId),
    /// This id, which has no value, is not in a list of versions.
    Unlisted(VersionId),
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
    /// The version that is read has this label; it is that of this id, or has the label by the answer itself.
    HasLabel(Label, VersionId),
    /// `VersionId` of a receipt, or that it has none.
    VersionId(Option<VersionId>),
    /// The labels of a receipt, as a set.
    VersionStages(Vec<Label>),
    /// `ARN`
    Arn(Text),
    /// The ARN has this name in it, and so is not that of another secret.
    ArnOf(Text),
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
    /// `DeletedDate` is this, give or take so many seconds.
    DeletedDate(Timestamp, f64),
    /// `NextRotationDate`, where it is there, is the last second of a time of so many seconds since midnight UTC.
    NextAtEndOf(u32),
    /// `AutomaticallyAfterDays`, where it is there, is this.
    ComputedDays(i64),
    /// `CreatedDate` of the version is this.
    CreatedDate(Timestamp),
    /// `LastChangedDate` is not earlier than this.
    ChangedSince(Timestamp),
    /// `LastChangedDate` is later than this.
    ChangedAfter(Timestamp),
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
    Message(Cow<'static, str>),
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
            | Self::OnlyVersions { .. }
            | Self::OnlyLabels(_)
            | Self::NotShown(_)
            | Self::Enabled(_)
            | Self::Function(_)
            | Self::Days(_)
            | Self::ComputedDays(_)
            | Self::Duration(_)
            | Self::Schedule(_)
            | Self::Value(_)
            | Self::Version(_)
            | Self::HasLabel(..)
            | Self::PageRepeats(_)
            | Self::LastPage(_)
            | Self::BatchHas(_)
            | Self::BatchValue(..)
            | Self::BatchError(_) => Rank::State,
            Self::Unlisted(_)
            | Self::VersionId(_)
            | Self::VersionStages(_)
            | Self::Arn(_)
            | Self::ArnOf(_)
            | Self::ArnForm(_)
            | Self::ArnUnlike(_)
            | Self::Name(_)
            | Self::Present(_)
            | Self::Missing(_)
            | Self::DeletionDate(..)
            | Self::DeletedDate(..)
            | Self::NextAtEndOf(_)
            | Self::CreatedDate(_)
            | Self::ChangedSince(_)
            | Self::ChangedAfter(_)
            | Self::AccessedAtMidnight
            | Self::OneValue
            | Self::NoEmptyEntry
            | Self::BatchErrorCode(..) => Rank::Member,
            Self::Message(_) => Rank::Text,
        }
    }
}
