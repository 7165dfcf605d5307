//! The operations, with every member optional: there is no illegal call, a bad call tests the error.
//!
//! Member names and shapes are those of the API reference, `API_<Operation>.html`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Label, SecretBinary, SecretString, Value};

/// A text member.
pub type Text = Arc<str>;

/// One API action with its request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", content = "request")]
#[expect(missing_docs, reason = "each variant is the API action of that name")]
pub enum Operation {
    CreateSecret(CreateSecret),
    DescribeSecret(DescribeSecret),
    GetSecretValue(GetSecretValue),
    BatchGetSecretValue(BatchGetSecretValue),
    ListSecretVersionIds(ListSecretVersionIds),
    PutSecretValue(PutSecretValue),
    UpdateSecret(UpdateSecret),
    UpdateSecretVersionStage(UpdateSecretVersionStage),
    RotateSecret(RotateSecret),
    CancelRotateSecret(CancelRotateSecret),
    DeleteSecret(DeleteSecret),
    RestoreSecret(RestoreSecret),
    ListSecrets(ListSecrets),
    TagResource(TagResource),
    UntagResource(UntagResource),
    ValidateResourcePolicy(ValidateResourcePolicy),
    /// A request whose body is not JSON, for the action named.
    Malformed(Malformed),
    /// An action that the service does not have.
    Unknown(Unknown),
}

/// An API action without its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant is the API action of that name")]
pub enum Action {
    CreateSecret,
    DescribeSecret,
    GetSecretValue,
    BatchGetSecretValue,
    ListSecretVersionIds,
    PutSecretValue,
    UpdateSecret,
    UpdateSecretVersionStage,
    RotateSecret,
    CancelRotateSecret,
    DeleteSecret,
    RestoreSecret,
    ListSecrets,
    TagResource,
    UntagResource,
    ValidateResourcePolicy,
}

impl Action {
    /// Every action that the model knows.
    pub const ALL: [Self; 16] = [
        Self::CreateSecret,
        Self::DescribeSecret,
        Self::GetSecretValue,
        Self::BatchGetSecretValue,
        Self::ListSecretVersionIds,
        Self::PutSecretValue,
        Self::UpdateSecret,
        Self::UpdateSecretVersionStage,
        Self::RotateSecret,
        Self::CancelRotateSecret,
        Self::DeleteSecret,
        Self::RestoreSecret,
        Self::ListSecrets,
        Self::TagResource,
        Self::UntagResource,
        Self::ValidateResourcePolicy,
    ];

    /// The name of the action, as in the header `X-Amz-Target`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateSecret => "CreateSecret",
            Self::DescribeSecret => "DescribeSecret",
            Self::GetSecretValue => "GetSecretValue",
            Self::BatchGetSecretValue => "BatchGetSecretValue",
            Self::ListSecretVersionIds => "ListSecretVersionIds",
            Self::PutSecretValue => "PutSecretValue",
            Self::UpdateSecret => "UpdateSecret",
            Self::UpdateSecretVersionStage => "UpdateSecretVersionStage",
            Self::RotateSecret => "RotateSecret",
            Self::CancelRotateSecret => "CancelRotateSecret",
            Self::DeleteSecret => "DeleteSecret",
            Self::RestoreSecret => "RestoreSecret",
            Self::ListSecrets => "ListSecrets",
            Self::TagResource => "TagResource",
            Self::UntagResource => "UntagResource",
            Self::ValidateResourcePolicy => "ValidateResourcePolicy",
        }
    }
}

macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "PascalCase", default)]
        #[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
        pub struct $name {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
        }
    };
}

request!(
    /// `CreateSecret`
    CreateSecret {
        name: Text,
        client_request_token: Text,
        secret_string: SecretString,
        secret_binary: SecretBinary,
        description: Text,
        kms_key_id: Text,
        tags: Vec<Tag>,
    }
);
request!(
    /// `DescribeSecret`
    DescribeSecret { secret_id: Text }
);
request!(
    /// `GetSecretValue`
    GetSecretValue { secret_id: Text, version_id: Text, version_stage: Label }
);
request!(
    /// `BatchGetSecretValue`
    BatchGetSecretValue { secret_id_list: Vec<Text>, filters: Vec<Filter>, max_results: i64, next_token: Text }
);
request!(
    /// `ListSecretVersionIds`
    ListSecretVersionIds { secret_id: Text, include_deprecated: bool, max_results: i64, next_token: Text }
);
request!(
    /// `PutSecretValue`
    PutSecretValue {
        secret_id: Text,
        client_request_token: Text,
        secret_string: SecretString,
        secret_binary: SecretBinary,
        version_stages: Vec<Label>,
        rotation_token: Text,
    }
);
request!(
    /// `UpdateSecret`
    UpdateSecret {
        secret_id: Text,
        client_request_token: Text,
        secret_string: SecretString,
        secret_binary: SecretBinary,
        description: Text,
        kms_key_id: Text,
    }
);
request!(
    /// `UpdateSecretVersionStage`
    UpdateSecretVersionStage {
        secret_id: Text,
        version_stage: Label,
        move_to_version_id: Text,
        remove_from_version_id: Text,
    }
);
request!(
    /// `RotateSecret`
    RotateSecret {
        secret_id: Text,
        client_request_token: Text,
        #[serde(rename = "RotationLambdaARN")]
        rotation_lambda_arn: Text,
        rotation_rules: RotationRules,
        rotate_immediately: bool,
        external_secret_rotation_metadata: Vec<MetadataItem>,
        external_secret_rotation_role_arn: Text,
    }
);
request!(
    /// `CancelRotateSecret`
    CancelRotateSecret { secret_id: Text }
);
request!(
    /// `DeleteSecret`
    DeleteSecret { secret_id: Text, recovery_window_in_days: i64, force_delete_without_recovery: bool }
);
request!(
    /// `RestoreSecret`
    RestoreSecret { secret_id: Text }
);
request!(
    /// `ListSecrets`
    ListSecrets { filters: Vec<Filter>, include_planned_deletion: bool, max_results: i64, next_token: Text }
);
request!(
    /// `TagResource`
    TagResource { secret_id: Text, tags: Vec<Tag> }
);
request!(
    /// `UntagResource`
    UntagResource { secret_id: Text, tag_keys: Vec<Text> }
);
request!(
    /// `ValidateResourcePolicy`, known for its check of identifiers only (ROT-VAL-017)
    ValidateResourcePolicy { secret_id: Text, resource_policy: Text }
);
request!(
    /// `RotationRulesType`: when a secret is rotated.
    #[derive(Eq)]
    RotationRules { automatically_after_days: i64, duration: Text, schedule_expression: Text }
);
request!(
    /// One item of `ExternalSecretRotationMetadata`.
    MetadataItem { key: Text, value: Text }
);
request!(
    /// One item of `Filters`.
    Filter { key: Text, values: Vec<Text> }
);
request!(
    /// One tag.
    #[derive(Eq)]
    Tag { key: Text, value: Text }
);

/// A body that is not JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Malformed {
    /// The action that the request names.
    pub action: Action,
    /// What is sent as the body.
    pub body: Text,
}

/// An action that the service does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unknown {
    /// What stands after `secretsmanager.` in `X-Amz-Target`.
    pub action: Text,
}

/// A way to write a legal request that the service must read in its own way (ROT-WIRE-005, ROT-WIRE-010).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quirk {
    /// Members that the operation does not have.
    UnknownMembers,
    /// An optional member that is null.
    NullMember,
    /// `secretid` in place of `SecretId`.
    LowerCaseSecretId,
}

/// One request as the model sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    #[serde(flatten)]
    pub operation: Operation,
    /// How it is written, where that is out of the ordinary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quirk: Option<Quirk>,
}

impl From<Operation> for Request {
    fn from(operation: Operation) -> Self {
        Self { operation, quirk: None }
    }
}

impl Operation {
    /// The action; `None` for one that the service does not have.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        Some(match self {
            Self::CreateSecret(_) => Action::CreateSecret,
            Self::DescribeSecret(_) => Action::DescribeSecret,
            Self::GetSecretValue(_) => Action::GetSecretValue,
            Self::BatchGetSecretValue(_) => Action::BatchGetSecretValue,
            Self::ListSecretVersionIds(_) => Action::ListSecretVersionIds,
            Self::PutSecretValue(_) => Action::PutSecretValue,
            Self::UpdateSecret(_) => Action::UpdateSecret,
            Self::UpdateSecretVersionStage(_) => Action::UpdateSecretVersionStage,
            Self::RotateSecret(_) => Action::RotateSecret,
            Self::CancelRotateSecret(_) => Action::CancelRotateSecret,
            Self::DeleteSecret(_) => Action::DeleteSecret,
            Self::RestoreSecret(_) => Action::RestoreSecret,
            Self::ListSecrets(_) => Action::ListSecrets,
            Self::TagResource(_) => Action::TagResource,
            Self::UntagResource(_) => Action::UntagResource,
            Self::ValidateResourcePolicy(_) => Action::ValidateResourcePolicy,
            Self::Malformed(malformed) => malformed.action,
            Self::Unknown(_) => return None,
        })
    }

    /// The name that the request's `X-Amz-Target` carries after `secretsmanager.`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(unknown) => &unknown.action,
            known => known.action().map_or("", Action::as_str),
        }
    }

    /// The name or identifier of the one secret that the request is about.
    #[must_use]
    pub fn secret_id(&self) -> Option<&Text> {
        match self {
            Self::CreateSecret(request) => request.name.as_ref(),
            Self::DescribeSecret(request) => request.secret_id.as_ref(),
            Self::GetSecretValue(request) => request.secret_id.as_ref(),
            Self::ListSecretVersionIds(request) => request.secret_id.as_ref(),
            Self::PutSecretValue(request) => request.secret_id.as_ref(),
            Self::UpdateSecret(request) => request.secret_id.as_ref(),
            Self::UpdateSecretVersionStage(request) => request.secret_id.as_ref(),
            Self::RotateSecret(request) => request.secret_id.as_ref(),
            Self::CancelRotateSecret(request) => request.secret_id.as_ref(),
            Self::DeleteSecret(request) => request.secret_id.as_ref(),
            Self::RestoreSecret(request) => request.secret_id.as_ref(),
            Self::TagResource(request) => request.secret_id.as_ref(),
            Self::UntagResource(request) => request.secret_id.as_ref(),
            Self::ValidateResourcePolicy(request) => request.secret_id.as_ref(),
            Self::BatchGetSecretValue(_) | Self::ListSecrets(_) | Self::Malformed(_) | Self::Unknown(_) => None,
        }
    }

    /// Whether the operation only reads.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        matches!(
            self,
            Self::DescribeSecret(_)
                | Self::GetSecretValue(_)
                | Self::BatchGetSecretValue(_)
                | Self::ListSecretVersionIds(_)
                | Self::ListSecrets(_)
                | Self::ValidateResourcePolicy(_)
        )
    }
}

/// The value that a request stores, of its two members.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Neither `SecretString` nor `SecretBinary`.
    Nothing,
    /// One of them.
    One(Value),
    /// Both of them.
    Both,
}

impl Given {
    /// Whether there is one value whose length the shape does not allow: 1 to 65 536 bytes.
    pub(crate) fn is_of_illegal_length(&self) -> bool {
        matches!(self, Self::One(value) if !(1..=65536).contains(&value.len_bytes()))
    }

    pub(crate) fn of(text: Option<&SecretString>, bytes: Option<&SecretBinary>) -> Self {
        match (text, bytes) {
            (None, None) => Self::Nothing,
            (Some(text), None) => Self::One(Value::Text(text.clone())),
            (None, Some(bytes)) => Self::One(Value::Bytes(bytes.clone())),
            (Some(_), Some(_)) => Self::Both,
        }
    }
}
