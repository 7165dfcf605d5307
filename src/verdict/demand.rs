//! What a rule demands, of an answer or of the state that a call has left: the first half of a fingerprint.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{IntoDeserializer, value::Error as UnknownName};
use serde::{Deserialize, Serialize};

use crate::model::{Action, ErrorType, Label, Member, Operation};
use crate::rule::RuleId;

/// What is demanded: by which rule, of what, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Demand {
    /// The rule.
    pub rule: RuleId,
    /// What it is demanded of.
    pub subject: Subject,
    /// What must be so.
    pub pattern: Pattern,
}

/// What something is demanded of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An answer to an operation.
    Answer {
        /// Its name, also if the service has no such operation.
        operation: Cow<'static, str>,
        /// How many values the request has, where that matters.
        values: Option<Values>,
    },
    /// The state that a call has left.
    State {
        /// What the call was; `None` where nobody can tell.
        after: Option<Action>,
    },
    /// Any answer: it is the same fault wherever it shows.
    AnyAnswer,
    /// A rotation whose function the harness plays.
    Rotation,
}

/// How many of the two members for a value a request has, where it is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Values {
    /// Neither.
    None,
    /// Both.
    Both,
}

impl Values {
    const ALL: [Self; 2] = [Self::None, Self::Both];

    /// What follows the name of the operation.
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => " without a value",
            Self::Both => " with two values",
        }
    }
}

/// What must be so, without ids, values and texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// The call leaves this alone; which part of it was changed is the same fault.
    Kept(Kept),
    /// Such a label is on a version, or nowhere.
    Label(LabelClass, bool),
    /// A law about such a label holds.
    Law(LabelClass),
    /// The error type is one of these.
    ErrorType(Vec<ErrorType>),
    /// `RotationEnabled` is this.
    Enabled(bool),
    /// The member has a value.
    Present(Member),
    /// The member has no value.
    Missing(Member),
    /// What needs no more words.
    Aspect(Aspect),
}

/// What a call may have to leave alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kept {
    /// Which versions there are, and where their labels are.
    #[serde(rename = "labels and versions kept")]
    LabelsAndVersions,
    /// Whether, by which function and when rotation is due.
    #[serde(rename = "the configuration kept")]
    Configuration,
}

/// A label as far as rules tell labels apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LabelClass {
    /// `AWSCURRENT`
    #[serde(rename = "AWSCURRENT")]
    Current,
    /// `AWSPENDING`
    #[serde(rename = "AWSPENDING")]
    Pending,
    /// `AWSPREVIOUS`
    #[serde(rename = "AWSPREVIOUS")]
    Previous,
    /// One that looks like the service's own (ROT-STATE-020).
    #[serde(rename = "an AWS-like label")]
    AwsLike,
    /// Any other.
    #[serde(rename = "a custom label")]
    Custom,
}

/// What is demanded where a name says it all. The names are those of result files; the words of reports are
/// [`Claim`](crate::model::Claim)'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is documented by its name in files")]
pub enum Aspect {
    #[serde(rename = "the request is accepted")]
    Accepted,
    #[serde(rename = "the identifier finds the secret")]
    Found,
    #[serde(rename = "the request is refused")]
    Refused,
    #[serde(rename = "a client error: a 4xx status and a JSON error")]
    NoFault,
    #[serde(rename = "exactly one of SecretString and SecretBinary")]
    OneValue,
    #[serde(rename = "no version without labels in VersionIdsToStages")]
    NoEmptyEntry,
    #[serde(rename = "listed")]
    Listed,
    #[serde(rename = "not listed")]
    NotListed,
    #[serde(rename = "no VersionId")]
    NoVersionId,
    #[serde(rename = "no other version")]
    OnlyVersions,
    #[serde(rename = "no other custom label")]
    OnlyLabels,
    #[serde(rename = "no such version")]
    NotShown,
    #[serde(rename = "no version without a value in the list")]
    Unlisted,
    #[serde(rename = "no version twice")]
    PageRepeats,
    #[serde(rename = "every version")]
    LastPage,
    #[serde(rename = "RotationLambdaARN")]
    Function,
    #[serde(rename = "AutomaticallyAfterDays")]
    Days,
    Duration,
    #[serde(rename = "ScheduleExpression")]
    Schedule,
    #[serde(rename = "the stored value")]
    Value,
    #[serde(rename = "the version")]
    Version,
    VersionId,
    VersionStages,
    #[serde(rename = "ARN")]
    Arn,
    #[serde(rename = "the ARN of the secret")]
    ArnOf,
    #[serde(rename = "the form of the ARN")]
    ArnForm,
    #[serde(rename = "another ARN")]
    ArnUnlike,
    Name,
    DeletionDate,
    DeletedDate,
    NextRotationDate,
    #[serde(rename = "AutomaticallyAfterDays beside an expression")]
    ComputedDays,
    CreatedDate,
    #[serde(rename = "LastChangedDate")]
    ChangedSince,
    #[serde(rename = "a later LastChangedDate")]
    ChangedAfter,
    #[serde(rename = "LastAccessedDate")]
    AccessedAtMidnight,
    #[serde(rename = "in SecretValues")]
    BatchHas,
    #[serde(rename = "in Errors")]
    BatchError,
    #[serde(rename = "ErrorCode")]
    BatchErrorCode,
    #[serde(rename = "the message")]
    Message,
    #[serde(rename = "HTTP status 400")]
    Status400,
    #[serde(rename = "an error type that the operation declares")]
    DeclaredType,
    #[serde(rename = "content type application/x-amz-json-1.1")]
    MediaType,
    #[serde(rename = "a header x-amzn-RequestId")]
    RequestId,
    #[serde(rename = "__type with the bare name of the error")]
    BareType,
    #[serde(rename = "the text in the member Message")]
    MessageSpelling,
    #[serde(rename = "dates as a number of seconds")]
    SecondsAsDates,
    #[serde(rename = "SecretBinary as base64 text")]
    Base64,
    #[serde(rename = "members without a value left out")]
    NoEmptyMembers,
    #[serde(rename = "no members but those of the operation")]
    KnownMembers,
    #[serde(rename = "the steps in their order")]
    StepsInOrder,
    #[serde(rename = "all four steps")]
    AllSteps,
    #[serde(rename = "one step at a time")]
    OneAtATime,
    #[serde(rename = "one secret and one token")]
    OneRotation,
    #[serde(rename = "Step, SecretId and ClientRequestToken")]
    EventMembers,
    RotationToken,
    #[serde(rename = "a name of a step")]
    StepName,
    #[serde(rename = "the secret of the event")]
    EventSecret,
    #[serde(rename = "the secret of the event by its ARN")]
    EventArn,
    #[serde(rename = "the token of the event")]
    EventToken,
    #[serde(rename = "AWSCURRENT where it was until the function moves it")]
    CurrentStays,
    #[serde(rename = "AWSPENDING before the first step")]
    PendingAtFirst,
    #[serde(rename = "the value of createSecret in later steps")]
    StoredBefore,
    #[serde(rename = "AWSPENDING alone in later steps")]
    PendingLater,
    #[serde(rename = "AWSCURRENT on the new version")]
    Promoted,
    #[serde(rename = "LastRotatedDate after a success")]
    RotatedDate,
    #[serde(rename = "no LastRotatedDate before a success")]
    NoRotatedDate,
    #[serde(rename = "NextRotationDate after a success")]
    NextDate,
    #[serde(rename = "no later step after a failure")]
    NoLaterStep,
    #[serde(rename = "AWSPENDING after a failure")]
    PendingAfterFailure,
    #[serde(rename = "another attempt from its beginning")]
    AttemptFromStart,
    #[serde(rename = "a call of the function")]
    Called,
    #[serde(rename = "an answer before the function ends")]
    AnsweredAtOnce,
    #[serde(rename = "testSecret alone")]
    TestAlone,
    #[serde(rename = "a copy of the current value")]
    CopyOfCurrent,
    #[serde(rename = "AWSPENDING taken off after the test")]
    LabelOffAfterTest,
    #[serde(rename = "AWSPENDING gone")]
    PendingGone,
}

impl Subject {
    /// An answer to a call of this operation.
    pub(crate) fn answer(operation: &Operation, values: Option<Values>) -> Self {
        Self::Answer { operation: operation_name(operation), values }
    }
}

/// The name of an operation, which costs nothing if the service has it.
fn operation_name(operation: &Operation) -> Cow<'static, str> {
    match operation.action() {
        Some(action) => action.as_str().into(),
        None => operation.name().to_owned().into(),
    }
}

impl LabelClass {
    /// The class of a label.
    pub(crate) fn of(label: &Label) -> Self {
        match label {
            Label::Current => Self::Current,
            Label::Pending => Self::Pending,
            Label::Previous => Self::Previous,
            Label::Custom(text) if text.starts_with("AWS") => Self::AwsLike,
            Label::Custom(_) => Self::Custom,
        }
    }
}

impl Demand {
    /// Whether it is about a state that an earlier call has left, rather than about an answer.
    pub(crate) const fn is_of_state(&self) -> bool {
        matches!(self.subject, Subject::State { .. })
    }

    /// Whether something must be left as it was.
    pub(crate) const fn is_to_stay(&self) -> bool {
        matches!(self.pattern, Pattern::Kept(_))
    }

    /// Whether it is a law about the label that something else is demanded of.
    pub(super) fn is_law_about(&self, other: &Pattern) -> bool {
        match (&self.pattern, other) {
            (Pattern::Law(law), Pattern::Label(label, _)) => law == label,
            _ => false,
        }
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", self.rule, self.subject, self.pattern)
    }
}

/// With a space before it, if it is anything at all: it follows the rule.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { operation, values } => write!(f, " {operation}{}", values.map_or("", Values::as_str)),
            Self::State { after: Some(action) } => write!(f, " after {}", action.as_str()),
            Self::Rotation => f.write_str(ROTATION),
            Self::State { after: None } | Self::AnyAnswer => Ok(()),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(kept) => kept.serialize(f),
            Self::Label(class, is_somewhere) => {
                class.serialize(&mut *f)?;
                f.write_str(if *is_somewhere { " on a version" } else { " nowhere" })
            }
            Self::Law(class) => class.serialize(f),
            Self::ErrorType(types) => f.write_str(&types.iter().map(ErrorType::as_str).collect::<Vec<_>>().join(OR)),
            Self::Enabled(enabled) => write!(f, "{ENABLED}{enabled}"),
            Self::Present(member) => write!(f, "{member}{PRESENT}"),
            Self::Missing(member) => write!(f, "{member}{MISSING}"),
            Self::Aspect(aspect) => aspect.fmt(f),
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

const ROTATION: &str = " in a rotation";
const OR: &str = " or ";
const ENABLED: &str = "RotationEnabled ";
const PRESENT: &str = " has a value";
const MISSING: &str = " has no value";

/// The text is not that of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read what is demanded")]
pub struct UnknownDemand;

impl FromStr for Demand {
    type Err = UnknownDemand;

    fn from_str(text: &str) -> Result<Self, UnknownDemand> {
        read(text).ok_or(UnknownDemand)
    }
}

fn read(text: &str) -> Option<Demand> {
    let (name, rest) = text.split_at(text.find([' ', ':'])?);
    let rule: RuleId = name.parse().ok().filter(|rule: &RuleId| rule.as_str() == name)?;
    let (subject, pattern) = rest.split_once(": ")?;
    let pattern = Pattern::read(pattern)?;
    let subject = match (subject, &pattern) {
        ("", Pattern::Law(_)) => Subject::State { after: None },
        ("", _) => Subject::AnyAnswer,
        (ROTATION, _) => Subject::Rotation,
        (named, _) => Subject::read(named.strip_prefix(' ')?),
    };
    Some(Demand { rule, subject, pattern })
}

impl Subject {
    fn read(text: &str) -> Self {
        let action = text.strip_prefix("after ").and_then(named);
        let values = Values::ALL.into_iter().find(|values| text.ends_with(values.as_str()));
        let name = values.and_then(|values| text.strip_suffix(values.as_str())).unwrap_or(text);
        let operation = || named::<Action>(name).map_or_else(|| name.to_owned().into(), |it| it.as_str().into());
        match action {
            Some(action) => Self::State { after: Some(action) },
            None => Self::Answer { operation: operation(), values },
        }
    }
}

impl Pattern {
    fn read(text: &str) -> Option<Self> {
        let label = |suffix, is_somewhere| Some(Self::Label(named(text.strip_suffix(suffix)?)?, is_somewhere));
        let enabled = || Some(Self::Enabled(text.strip_prefix(ENABLED)?.parse().ok()?));
        let types = || {
            let types: Vec<_> = text.split(OR).map(ErrorType::from).collect();
            types.iter().all(|it| !matches!(it, ErrorType::Other(_))).then_some(Self::ErrorType(types))
        };
        named(text)
            .map(Self::Aspect)
            .or_else(|| named(text).map(Self::Kept))
            .or_else(|| named(text).map(Self::Law))
            .or_else(|| label(" on a version", true))
            .or_else(|| label(" nowhere", false))
            .or_else(enabled)
            .or_else(|| Some(Self::Present(named(text.strip_suffix(PRESENT)?)?)))
            .or_else(|| Some(Self::Missing(named(text.strip_suffix(MISSING)?)?)))
            .or_else(types)
    }
}

/// The variant of this name.
fn named<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    let name: serde::de::value::StrDeserializer<'de, UnknownName> = name.into_deserializer();
    T::deserialize(name).ok()
}
