//! Labels on the version of a rotation: whoever put the label somewhere before cannot have put it there.

use super::Trial;
use crate::judge::blame::label_places;
use crate::model::{Action, Body, Claim, Fact, Label, Operation, World};

/// Where a label that had to stay is shown on the version that a rotation has made since, the rotation owns the fact, and
/// not what put the label where it was: no read has confirmed that, but the version was not there yet.
pub(super) fn blame_the_rotation(facts: &mut [Fact], world: &World, trial: &Trial<'_>) {
    let (Some(secret), Body::Output(output)) = (&world.secret, &trial.answer.body) else { return };
    let is_of_rotation = |id: &str| secret.version(id).is_some_and(|version| !version.origin.is_client());
    for fact in facts.iter_mut().filter(|fact| fact.claim.holds(trial.answer) == Some(false)) {
        let Some(label) = located(&fact.claim, &trial.call.request.operation) else { continue };
        let held = secret.label(label).and_then(|holder| holder.held);
        let held = held.filter(|held| held.action == Some(Action::RotateSecret));
        let is_promoted = label_places(output, label).iter().any(|id| is_of_rotation(id));
        if let Some(by) = held.filter(|_| is_promoted) {
            (fact.rule, fact.class, fact.since, fact.by) = (by.rule, by.class, Some(by.call), by.action);
        }
    }
}

/// The label whose place a claim is about, in an answer to this operation.
fn located<'a>(claim: &'a Claim, operation: &'a Operation) -> Option<&'a Label> {
    match (claim, operation) {
        (Claim::Label(label, Some(_)) | Claim::HasLabel(label, _), _) => Some(label),
        (Claim::Version(_), Operation::GetSecretValue(request)) if request.version_id.is_none() => {
            Some(request.version_stage.as_ref().unwrap_or(&Label::Current))
        }
        _ => None,
    }
}
