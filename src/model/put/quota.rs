//! Quotas on labels and versions, of which the limits are documented and hardly a refusal is.

use crate::model::outcome::{Outcome, Reason, refuse_or};
use crate::model::world::{Secret, World};
use crate::model::{ErrorType, Label};
use crate::rule::RuleId;

/// How many labels a secret may have over all its versions (ROT-STATE-021).
const LABEL_QUOTA: usize = 20;
/// From how many versions on LimitExceededException is good (ROT-STATE-022).
const VERSION_QUOTA: usize = 100;

/// Quotas: refused or not, as far as the documents go (ROT-STATE-021, ROT-STATE-022).
pub(crate) fn within_quotas(world: &World, secret: &Secret, stages: Option<&[Label]>, usual: Outcome) -> Vec<Outcome> {
    let is_label_new =
        |label: &&Label| secret.holder(label).flatten().is_none() && !matches!(label, Label::Current | Label::Previous);
    let new_labels = stages.map_or(0, |stages| stages.iter().filter(is_label_new).count());
    let labels = secret.labels.iter().filter(|cell| cell.holder.value.is_some()).count() + new_labels;
    if new_labels > 0 && labels > LABEL_QUOTA + 3 {
        let reason = Reason::typed(RuleId::State021, ErrorType::LimitExceededException).fidelity();
        return refuse_or(&[reason], || world.clone().opened());
    }
    let may_be_too_many = (new_labels > 0 && labels > LABEL_QUOTA) || secret.versions.len() + 1 >= VERSION_QUOTA;
    match may_be_too_many {
        true => vec![usual, Outcome::unjudged_refusal(ErrorType::LimitExceededException, None)],
        false => vec![usual],
    }
}
