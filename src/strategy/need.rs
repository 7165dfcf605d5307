//! What a case needs of an endpoint beside the Secrets Manager API.

use serde::{Deserialize, Serialize};

use super::Case;

/// What a case needs to mean what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The ARN of a function that the endpoint accepts.
    Function,
    /// The ARN of a function that does not exist there.
    MissingFunction,
}

impl Case {
    /// What the placeholders of the case need.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let text = serde_json::to_string(self).unwrap_or_default();
        let needs = [("\"$function\"", Need::Function), ("\"$missing\"", Need::MissingFunction)];
        needs.into_iter().filter(|(placeholder, _)| text.contains(placeholder)).map(|(_, need)| need).collect()
    }
}
