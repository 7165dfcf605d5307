//! The operations, with every member optional: there is no illegal call, a bad call tests the error.
//!
//! Member names and shapes are those of the API reference, `API_<Operation>.html`.

mod action;
mod given;
mod part;
mod request;
mod script;

pub use action::Action;
pub use given::Given;
pub use part::*;
pub use request::*;
pub use script::{Departure as FunctionDeparture, Failure, FunctionRead, RotationStep, Script};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
    /// What the function does that a rotation of this request calls; nothing of it is sent.
    #[serde(default, rename = "function", skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
}

impl From<Operation> for Request {
    fn from(operation: Operation) -> Self {
        Self { operation, quirk: None, script: None }
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

    /// The ids by which the request names versions that there are.
    pub(crate) fn version_ids_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        let ids = match self {
            Self::GetSecretValue(request) => [request.version_id.as_mut(), None],
            Self::UpdateSecretVersionStage(request) => {
                [request.move_to_version_id.as_mut(), request.remove_from_version_id.as_mut()]
            }
            _ => [None, None],
        };
        ids.into_iter().flatten()
    }

    /// The token under which the request may make a version.
    #[must_use]
    pub const fn token(&self) -> Option<&Text> {
        match self {
            Self::CreateSecret(request) => request.client_request_token.as_ref(),
            Self::PutSecretValue(request) => request.client_request_token.as_ref(),
            Self::UpdateSecret(request) => request.client_request_token.as_ref(),
            Self::RotateSecret(request) => request.client_request_token.as_ref(),
            Self::DescribeSecret(_)
            | Self::GetSecretValue(_)
            | Self::BatchGetSecretValue(_)
            | Self::ListSecretVersionIds(_)
            | Self::UpdateSecretVersionStage(_)
            | Self::CancelRotateSecret(_)
            | Self::DeleteSecret(_)
            | Self::RestoreSecret(_)
            | Self::ListSecrets(_)
            | Self::TagResource(_)
            | Self::UntagResource(_)
            | Self::ValidateResourcePolicy(_)
            | Self::Malformed(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Whether the operation only reads; what a request is whose body is no JSON nobody knows.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        match (self, self.action()) {
            (Self::Malformed(_) | Self::Unknown(_), _) | (_, None) => false,
            (_, Some(action)) => action.is_read(),
        }
    }
}
