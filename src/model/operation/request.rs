//! The requests: one struct for each API action.

use serde::{Deserialize, Serialize};

use super::{Filter, MetadataItem, RotationRules, Tag};
use crate::model::{Label, SecretBinary, SecretString, Text};

/// `CreateSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct CreateSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_string: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_binary: Option<SecretBinary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}

/// `DescribeSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct DescribeSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
}

/// `GetSecretValue`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct GetSecretValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_stage: Option<Label>,
}

/// `BatchGetSecretValue`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct BatchGetSecretValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id_list: Option<Vec<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<Filter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<Text>,
}

/// `ListSecretVersionIds`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct ListSecretVersionIds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_deprecated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<Text>,
}

/// `PutSecretValue`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct PutSecretValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_string: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_binary: Option<SecretBinary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_stages: Option<Vec<Label>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_token: Option<Text>,
}

/// `UpdateSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct UpdateSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_string: Option<SecretString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_binary: Option<SecretBinary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
}

/// `UpdateSecretVersionStage`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct UpdateSecretVersionStage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_stage: Option<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub move_to_version_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_from_version_id: Option<Text>,
}

/// `RotateSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct RotateSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<Text>,
    #[serde(rename = "RotationLambdaARN", skip_serializing_if = "Option::is_none")]
    pub rotation_lambda_arn: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_rules: Option<RotationRules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_immediately: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_secret_rotation_metadata: Option<Vec<MetadataItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_secret_rotation_role_arn: Option<Text>,
}

/// `CancelRotateSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct CancelRotateSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
}

/// `DeleteSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct DeleteSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_window_in_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_delete_without_recovery: Option<bool>,
}

/// `RestoreSecret`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct RestoreSecret {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
}

/// `ListSecrets`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct ListSecrets {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<Filter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_planned_deletion: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<Text>,
}

/// `TagResource`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct TagResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}

/// `UntagResource`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct UntagResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_keys: Option<Vec<Text>>,
}

/// `ValidateResourcePolicy`, known for its check of identifiers only (ROT-VAL-017)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct ValidateResourcePolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<Text>,
}
