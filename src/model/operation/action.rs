//! The API actions by name.

use serde::{Deserialize, Serialize};

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

    /// Whether the action only reads.
    #[must_use]
    pub const fn is_read(self) -> bool {
        match self {
            Self::DescribeSecret
            | Self::GetSecretValue
            | Self::BatchGetSecretValue
            | Self::ListSecretVersionIds
            | Self::ListSecrets
            | Self::ValidateResourcePolicy => true,
            Self::CreateSecret
            | Self::PutSecretValue
            | Self::UpdateSecret
            | Self::UpdateSecretVersionStage
            | Self::RotateSecret
            | Self::CancelRotateSecret
            | Self::DeleteSecret
            | Self::RestoreSecret
            | Self::TagResource
            | Self::UntagResource => false,
        }
    }

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
