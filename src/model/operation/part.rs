//! Structures inside requests.

use serde::{Deserialize, Serialize};

use crate::model::Text;

/// `RotationRulesType`: when a secret is rotated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct RotationRules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatically_after_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<Text>,
}

/// One item of `ExternalSecretRotationMetadata`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct MetadataItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
}

/// One item of `Filters`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct Filter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Text>>,
}

/// One tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "each member is the request member of that name in the API reference")]
pub struct Tag {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
}
