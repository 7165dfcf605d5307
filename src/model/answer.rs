//! Answers as data: what the service said, and the form in which it said it.
//!
//! A service error is an answer like any other. That no answer came is not told here (see `history`).

use std::collections::BTreeMap;
use std::fmt;

use super::operation::{RotationRules, Tag, Text};
use super::{Label, SecretBinary, SecretString, VersionId};

/// Seconds since 1970 (ROT-WIRE-006).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// Seconds in a day.
    pub const DAY: f64 = 86_400.0;

    /// The distance to `other` in seconds, without a sign.
    #[must_use]
    pub fn distance_seconds(self, other: Self) -> f64 {
        (self.0 - other.0).abs()
    }
}

/// What came back for one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was said.
    pub body: Body,
    /// How it was said.
    pub form: Form,
    /// Whether only the members present are known, as in a record that stored assertions and no body.
    pub partial: bool,
}

impl Answer {
    /// The type of a refusal as far as the answer tells: a record of its text alone does not.
    #[must_use]
    pub fn error_type(&self) -> Option<&ErrorType> {
        match &self.body {
            Body::Error(error) => Some(&error.error_type).filter(|it| !self.partial || **it != ErrorType::unnamed()),
            Body::Output(_) | Body::Unreadable(_) => None,
        }
    }
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// The request was accepted.
    Output(Output),
    /// The request was refused.
    Error(ServiceError),
    /// No JSON object of the operation's shape; the text says what came instead, without its content.
    Unreadable(String),
}

/// A service error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    /// The type, without a prefix.
    pub error_type: ErrorType,
    /// The message, whichever way the member was spelled.
    pub message: Option<String>,
}

/// The types of errors that the rules name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the error type of that name")]
pub enum ErrorType {
    ResourceNotFoundException,
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    LimitExceededException,
    InvalidNextTokenException,
    ValidationException,
    AccessDeniedException,
    SerializationException,
    UnknownOperationException,
    ThrottlingException,
    InternalServiceError,
    /// Any other text.
    Other(Text),
}

impl ErrorType {
    /// What stands for the type of a refusal that names none.
    #[must_use]
    pub fn unnamed() -> Self {
        Self::Other("(none)".into())
    }

    /// The type as `__type` spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ResourceNotFoundException => "ResourceNotFoundException",
            Self::InvalidParameterException => "InvalidParameterException",
            Self::InvalidRequestException => "InvalidRequestException",
            Self::ResourceExistsException => "ResourceExistsException",
            Self::LimitExceededException => "LimitExceededException",
            Self::InvalidNextTokenException => "InvalidNextTokenException",
            Self::ValidationException => "ValidationException",
            Self::AccessDeniedException => "AccessDeniedException",
            Self::SerializationException => "SerializationException",
            Self::UnknownOperationException => "UnknownOperationException",
            Self::ThrottlingException => "ThrottlingException",
            Self::InternalServiceError => "InternalServiceError",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for ErrorType {
    fn from(text: &str) -> Self {
        match text {
            "ResourceNotFoundException" => Self::ResourceNotFoundException,
            "InvalidParameterException" => Self::InvalidParameterException,
            "InvalidRequestException" => Self::InvalidRequestException,
            "ResourceExistsException" => Self::ResourceExistsException,
            "LimitExceededException" => Self::LimitExceededException,
            "InvalidNextTokenException" => Self::InvalidNextTokenException,
            "ValidationException" => Self::ValidationException,
            "AccessDeniedException" => Self::AccessDeniedException,
            "SerializationException" => Self::SerializationException,
            "UnknownOperationException" => Self::UnknownOperationException,
            "ThrottlingException" => Self::ThrottlingException,
            "InternalServiceError" => Self::InternalServiceError,
            other => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An accepted request's answer, by the shape of the operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// `CreateSecret`, `PutSecretValue`, `UpdateSecret`, `UpdateSecretVersionStage`, `RotateSecret`,
    /// `CancelRotateSecret`, `DeleteSecret`, `RestoreSecret`.
    Receipt(Receipt),
    /// `DescribeSecret`.
    Description(Box<Description>),
    /// `GetSecretValue`.
    Value(Box<SecretValue>),
    /// `ListSecretVersionIds`.
    Versions(VersionPage),
    /// `BatchGetSecretValue`.
    Batch(Batch),
    /// `ListSecrets`.
    Secrets(SecretPage),
    /// `TagResource`, `UntagResource`, and `ValidateResourcePolicy`, whose output is not judged.
    Empty,
}

/// The members that the answers of the changing operations share.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct Receipt {
    pub arn: Option<Text>,
    pub name: Option<Text>,
    pub version_id: Option<VersionId>,
    pub version_stages: Option<Vec<Label>>,
    pub deletion_date: Option<Timestamp>,
}

/// `DescribeSecret`, and one entry of `ListSecrets` (whose `SecretVersionsToStages` is `version_ids_to_stages`).
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct Description {
    pub arn: Option<Text>,
    pub name: Option<Text>,
    pub description: Option<Text>,
    pub kms_key_id: Option<Text>,
    pub rotation_enabled: Option<bool>,
    pub rotation_lambda_arn: Option<Text>,
    pub rotation_rules: Option<RotationRules>,
    pub last_rotated_date: Option<Timestamp>,
    pub last_changed_date: Option<Timestamp>,
    pub last_accessed_date: Option<Timestamp>,
    pub deleted_date: Option<Timestamp>,
    pub next_rotation_date: Option<Timestamp>,
    pub tags: Option<Vec<Tag>>,
    pub version_ids_to_stages: Option<BTreeMap<VersionId, Vec<Label>>>,
    pub created_date: Option<Timestamp>,
    /// No member: whether it says nothing of versions because no description of the endpoint does.
    pub hides_versions: bool,
}

/// `GetSecretValue`, and one entry of `BatchGetSecretValue`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct SecretValue {
    pub arn: Option<Text>,
    pub name: Option<Text>,
    pub version_id: Option<VersionId>,
    pub secret_string: Option<SecretString>,
    pub secret_binary: Option<SecretBinary>,
    pub version_stages: Option<Vec<Label>>,
    pub created_date: Option<Timestamp>,
}

/// `ListSecretVersionIds`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct VersionPage {
    pub arn: Option<Text>,
    pub name: Option<Text>,
    pub versions: Option<Vec<VersionEntry>>,
    pub next_token: Option<Text>,
}

/// One entry of `ListSecretVersionIds`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct VersionEntry {
    pub version_id: Option<VersionId>,
    pub version_stages: Option<Vec<Label>>,
    pub created_date: Option<Timestamp>,
    pub last_accessed_date: Option<Timestamp>,
    pub kms_key_ids: Option<Vec<Text>>,
}

/// `BatchGetSecretValue`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct Batch {
    pub secret_values: Option<Vec<SecretValue>>,
    pub errors: Option<Vec<BatchError>>,
    pub next_token: Option<Text>,
}

/// One entry of `BatchGetSecretValue`'s `Errors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct BatchError {
    pub secret_id: Option<Text>,
    pub error_code: Option<Text>,
    pub message: Option<Text>,
}

/// `ListSecrets`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "each member is the response member of that name in the API reference")]
pub struct SecretPage {
    pub secret_list: Option<Vec<Description>>,
    pub next_token: Option<Text>,
}

/// The form of an answer: its HTTP status, the server's clock, and what departs from the form of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The HTTP status.
    pub status: u16,
    /// The `Date` header, where it was read.
    pub date: Option<Timestamp>,
    /// What departs from the form that the service uses.
    pub departures: Vec<Departure>,
    /// Whether headers were seen at all; a record may hold bodies only.
    pub has_headers: bool,
}

impl Form {
    /// The form of an accepted request's answer that departs in nothing.
    #[must_use]
    pub const fn plain(status: u16) -> Self {
        Self { status, date: None, departures: Vec::new(), has_headers: true }
    }
}

/// One departure from the form of the service's answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Departure {
    /// The media type is not `application/x-amz-json-1.1` (ROT-WIRE-002).
    MediaType(String),
    /// There is no `x-amzn-RequestId` (ROT-WIRE-002).
    NoRequestId,
    /// `__type` is missing or carries more than the bare name (ROT-WIRE-003).
    TypeNotBare(String),
    /// The message of a modelled error is not in `Message` (ROT-WIRE-003).
    MessageSpelling(String),
    /// A date is not a number of seconds (ROT-WIRE-006); the member.
    NotADate(String),
    /// `SecretBinary` is not base64 text (ROT-WIRE-007).
    NotBase64,
    /// A member without a value is there all the same (ROT-WIRE-008); the member and what stands there.
    WithoutValue(String, &'static str),
    /// A member that the operation's answer does not have (ROT-WIRE-009).
    ExtraMember(String),
    /// A member has a JSON type that its shape does not allow; it counts as absent.
    WrongShape(String),
}

impl fmt::Display for Departure {
    /// The name, then what it holds, for instance `WithoutValue Tags []`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(text) => write!(f, "MediaType {text}"),
            Self::NoRequestId => f.write_str("NoRequestId"),
            Self::TypeNotBare(text) => write!(f, "TypeNotBare {text}"),
            Self::MessageSpelling(text) => write!(f, "MessageSpelling {text}"),
            Self::NotADate(member) => write!(f, "NotADate {member}"),
            Self::NotBase64 => f.write_str("NotBase64"),
            Self::WithoutValue(member, found) => write!(f, "WithoutValue {member} {found}"),
            Self::ExtraMember(member) => write!(f, "ExtraMember {member}"),
            Self::WrongShape(member) => write!(f, "WrongShape {member}"),
        }
    }
}

impl Answer {
    /// An answer that departs in nothing, with HTTP status 200.
    #[must_use]
    pub const fn output(output: Output) -> Self {
        Self { body: Body::Output(output), form: Form::plain(200), partial: false }
    }

    /// A refusal that departs in nothing, with HTTP status 400.
    #[must_use]
    pub const fn error(error_type: ErrorType, message: Option<String>) -> Self {
        Self { body: Body::Error(ServiceError { error_type, message }), form: Form::plain(400), partial: false }
    }
}

impl Output {
    /// Gives other ids to the versions that it shows, where there are such.
    pub(crate) fn rename_versions(&mut self, other: &impl Fn(&VersionId) -> Option<VersionId>) {
        let rename = |id: &mut Option<VersionId>| {
            if let Some(other) = id.as_ref().and_then(other) {
                *id = Some(other);
            }
        };
        match self {
            Self::Receipt(receipt) => rename(&mut receipt.version_id),
            Self::Value(value) => rename(&mut value.version_id),
            Self::Versions(page) => {
                page.versions.iter_mut().flatten().for_each(|entry| rename(&mut entry.version_id));
            }
            Self::Description(shown) => shown.rename_versions(other),
            Self::Batch(batch) => {
                batch.secret_values.iter_mut().flatten().for_each(|entry| rename(&mut entry.version_id));
            }
            Self::Secrets(page) => {
                page.secret_list.iter_mut().flatten().for_each(|entry| entry.rename_versions(other));
            }
            Self::Empty => {}
        }
    }

    /// Whether it shows a version of this id.
    pub(crate) fn shows_version(&self, id: &VersionId) -> bool {
        match self {
            Self::Receipt(receipt) => receipt.version_id.as_ref() == Some(id),
            Self::Value(value) => value.version_id.as_ref() == Some(id),
            Self::Versions(page) => page.versions.iter().flatten().any(|entry| entry.version_id.as_ref() == Some(id)),
            Self::Description(shown) => shown.version_ids_to_stages.iter().flatten().any(|(shown, _)| shown == id),
            Self::Batch(_) | Self::Secrets(_) | Self::Empty => false,
        }
    }
}

impl Description {
    /// Whether it shows any version.
    #[must_use]
    pub fn shows_versions(&self) -> bool {
        self.version_ids_to_stages.as_ref().is_some_and(|map| !map.is_empty())
    }

    /// Gives other ids to the versions that it shows, where there are such.
    pub(crate) fn rename_versions(&mut self, other: &impl Fn(&VersionId) -> Option<VersionId>) {
        if let Some(map) = self.version_ids_to_stages.take() {
            let renamed = map.into_iter().map(|(id, labels)| (other(&id).unwrap_or(id), labels));
            self.version_ids_to_stages = Some(renamed.collect());
        }
    }
}
