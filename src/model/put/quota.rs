//! Quotas on labels and versions: the limits are documented, the refusals hardly are.

use crate::model::outcome::{Outcome, Reason, refuse_or};
use crate::model::world::{LabelCell, Secret, World};
use crate::model::{ErrorType, Label};
use crate::rule::RuleId;

/// How many labels a secret may have over all its versions (ROT-STATE-021).
const LABEL_QUOTA: usize = 20;
/// From how many versions on LimitExceededException is good, and versions without labels may go (ROT-STATE-022).
pub(crate) const VERSION_QUOTA: usize = 100;

/// A change that stores a version under these labels.
pub(crate) fn within_quotas(world: &World, secret: &Secret, named: &[Label], usual: Outcome) -> Vec<Outcome> {
    let mut outcomes = within_label_quota(world, secret, named, usual);
    if outcomes.len() == 1 && secret.versions.len() + 1 >= VERSION_QUOTA {
        outcomes.push(limit_exceeded());
    }
    outcomes
}

/// A change that attaches these labels: refused or not, as far as the documents go (ROT-STATE-021).
///
/// Whether the labels of AWS count is open, so that between the two counts either answer is good.
pub(crate) fn within_label_quota(world: &World, secret: &Secret, named: &[Label], usual: Outcome) -> Vec<Outcome> {
    let is_new = |label: &&Label| secret.holder(label).flatten().is_none();
    let is_surely_new = |label: &&Label| matches!(label, Label::Custom(_)) && secret.holder(label) == Some(None);
    let is_custom = |cell: &&LabelCell| matches!(cell.label, Label::Custom(_));
    let is_attached = |cell: &&LabelCell| cell.holder.get().is_some_and(Option::is_some);
    let may_be_attached = |cell: &&LabelCell| cell.holder.open || cell.holder.value.is_some();
    let surely = secret.labels.iter().filter(is_custom).filter(is_attached).count();
    let at_most = secret.labels.iter().filter(may_be_attached).count();
    let [new, surely_new] = [named.iter().filter(is_new).count(), named.iter().filter(is_surely_new).count()];
    if surely_new > 0 && surely + surely_new > LABEL_QUOTA {
        let reason = Reason::typed(RuleId::State021, ErrorType::LimitExceededException).fidelity();
        return refuse_or(&[reason], || world.clone().opened());
    }
    match new > 0 && at_most + new > LABEL_QUOTA {
        true => vec![usual, limit_exceeded()],
        false => vec![usual],
    }
}

fn limit_exceeded() -> Outcome {
    Outcome::unjudged_refusal(ErrorType::LimitExceededException, None)
}
