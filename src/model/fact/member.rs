//! Members of an answer whose presence is claimed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Output, Text};

/// A member whose presence is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the response member of that name")]
pub enum Member {
    #[serde(rename = "ARN")]
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
    #[serde(rename = "VersionIdsToStages")]
    Versions,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Member {
    /// Whether the member has a value; `None` where the operation has no such member.
    pub(super) fn is_present(self, output: &Output) -> Option<bool> {
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
            (Self::Versions, Output::Description(shown)) => shown.shows_versions(),
            _ => return None,
        })
    }
}

/// The `ARN` of an answer, if the operation has one.
#[must_use]
pub fn arn(output: &Output) -> Option<Option<&Text>> {
    Some(match output {
        Output::Receipt(receipt) => receipt.arn.as_ref(),
        Output::Description(shown) => shown.arn.as_ref(),
        Output::Value(value) => value.arn.as_ref(),
        Output::Versions(page) => page.arn.as_ref(),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => return None,
    })
}

/// The `Name` of an answer, if the operation has one.
#[must_use]
pub fn name(output: &Output) -> Option<Option<&Text>> {
    Some(match output {
        Output::Receipt(receipt) => receipt.name.as_ref(),
        Output::Description(shown) => shown.name.as_ref(),
        Output::Value(value) => value.name.as_ref(),
        Output::Versions(page) => page.name.as_ref(),
        Output::Batch(_) | Output::Secrets(_) | Output::Empty => return None,
    })
}
