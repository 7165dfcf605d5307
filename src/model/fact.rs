//! Facts: the checkable parts of an outcome, each owned by one rule.
//!
//! A claim is checked against one answer and nothing else. `None` means that the answer cannot decide it, as when a
//! record holds no such member, or when a page does not list the version; such a fact counts as not checked.

mod claim;
mod holds;
mod member;
mod words;

pub use claim::{Claim, Rank};
pub use holds::{entry_value, shown_ids, strange_labels};
pub use member::{Member, arn as shown_arn, name as shown_name};
pub use words::labels_text;

use super::Action;
use crate::rule::{Class, RuleId};

/// One checkable part of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The rule that owns it.
    pub rule: RuleId,
    /// What it weighs.
    pub class: Class,
    /// What must be so.
    pub claim: Claim,
    /// Whether it exercises the rule: a call refused for two reasons at once checks neither.
    pub counts: bool,
    /// The call that wrote the cell behind it, where there is one.
    pub since: Option<u32>,
    /// The action of that call.
    pub by: Option<Action>,
}

/// A fact about the answer alone.
pub(crate) const fn fact(rule: RuleId, class: Class, claim: Claim) -> Fact {
    Fact { rule, class, claim, counts: true, since: None, by: None }
}

#[cfg(test)]
mod tests;
