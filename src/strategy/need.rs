//! What a case needs of an endpoint beside the Secrets Manager API.

use serde::{Deserialize, Serialize};

use super::{Case, Menu};
use crate::model::{Action, Request};

/// What a case needs to mean what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The ARN of a function that the endpoint accepts.
    Function,
    /// The ARN of a function that does not exist there.
    MissingFunction,
    /// The ARN of a function that the harness plays.
    ActingFunction,
}

impl Case {
    /// The case without the requests for these operations; every part of a case is a case.
    #[must_use]
    pub fn without(&self, is_lacking: impl Fn(Action) -> bool) -> Self {
        let is_there = |step: &&Request| !step.operation.action().is_some_and(&is_lacking);
        Self { steps: self.steps.iter().filter(is_there).cloned().collect() }
    }

    /// What the placeholders of the case need.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let text = serde_json::to_string(self).unwrap_or_default();
        let needs = [
            ("\"$function\"", Need::Function),
            ("\"$missing\"", Need::MissingFunction),
            ("\"$acting\"", Need::ActingFunction),
        ];
        needs.into_iter().filter(|(placeholder, _)| text.contains(placeholder)).map(|(_, need)| need).collect()
    }
}

impl Menu {
    /// How many menus there are.
    pub(crate) const COUNT: usize = 4;

    /// The number of the menu, from zero.
    pub(crate) fn number(self) -> usize {
        usize::from(self.has_function) * 2 + usize::from(self.has_missing_function)
    }

    /// Whether the endpoint has what a case needs.
    #[must_use]
    pub fn permits(self, case: &Case) -> bool {
        case.needs().into_iter().all(|need| match need {
            Need::Function => self.has_function,
            Need::MissingFunction => self.has_missing_function,
            Need::ActingFunction => self.has_acting_function,
        })
    }
}
