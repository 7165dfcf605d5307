//! Laws over every answer about a secret: they are to blame only where no fact of the model differs.

use super::state::State;
use super::{Slot, Trial};
use crate::judge::blame;
use crate::model::{Body, Claim, Fact, Label, Output, World, fact};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Violation};

impl Slot {
    /// Laws over every answer, which are to blame only where no fact differs (ROT-STATE-001, ROT-STATE-002).
    pub(super) fn law(
        &self,
        trial: &Trial<'_>,
        states: &[State],
        contradiction: bool,
        exercise: &mut Exercise,
    ) -> Option<Violation> {
        let Body::Output(output @ (Output::Description(_) | Output::Versions(_))) = &trial.answer.body else {
            return None;
        };
        if matches!(output, Output::Description(shown) if shown.hides_versions) {
            return None;
        }
        exercise.arm(RuleId::State001);
        exercise.check(RuleId::State001);
        // What a violation has left behind is not held against the endpoint a second time.
        if self.unsettled {
            return None;
        }
        if contradiction {
            let label = twice(output).unwrap_or(Label::Current);
            let fact = self.last_placed(contract(RuleId::State001, Claim::Label(label.clone(), None)), &label);
            let mut violation = blame::violation(trial.call, trial.answer, &fact, Vec::new(), Vec::new());
            "each label on at most one version".clone_into(&mut violation.expected);
            return Some(violation);
        }
        let secret = states.first()?.world.secret.as_ref()?;
        let lost_current = |state: &State| {
            let secret = state.world.secret.as_ref();
            secret.is_some_and(|secret| secret.had_current && secret.holder(&Label::Current) == Some(None))
        };
        let is_due = secret.had_current && secret.deletion.is_none() && !trial.answer.partial;
        let Output::Description(_) = output else { return None };
        if !is_due {
            return None;
        }
        exercise.arm(RuleId::State002);
        exercise.check(RuleId::State002);
        if !states.iter().all(lost_current) {
            return None;
        }
        let claim = Claim::Label(Label::Current, secret.versions.last().map(|version| version.id.clone()));
        let fact = self.last_placed(contract(RuleId::State002, claim), &Label::Current);
        let mut violation = blame::violation(trial.call, trial.answer, &fact, Vec::new(), Vec::new());
        "AWSCURRENT on one version".clone_into(&mut violation.expected);
        Some(violation)
    }

    /// The fact with the call that last had to do with the label, by which one bug is told from another.
    fn last_placed(&self, fact: Fact, label: &Label) -> Fact {
        let secret = self.states().first().and_then(|state| state.world.secret.as_deref());
        let by = secret.and_then(|secret| secret.label(label)).and_then(|holder| holder.by);
        Fact { since: by.map(|by| by.call), by: by.and_then(|by| by.action), ..fact }
    }
}

/// Whether no correct service can be in this state: a value and no AWSCURRENT, or rotation on without a function.
pub(super) fn is_illegal(world: &World) -> bool {
    world.secret.as_ref().filter(|secret| secret.deletion.is_none()).is_some_and(|secret| {
        let rotation = &secret.rotation;
        let lacks_function = rotation.enabled.get() == Some(&true) && rotation.function.get() == Some(&None);
        let lacks_current = secret.had_current && secret.holder(&Label::Current) == Some(None);
        lacks_current || lacks_function
    })
}

const fn contract(rule: RuleId, claim: Claim) -> Fact {
    fact(rule, Class::Contract, claim)
}

/// The first label, in the order of labels, that an answer shows on two versions.
pub(super) fn twice(output: &Output) -> Option<Label> {
    let lists: Vec<&[Label]> = match output {
        Output::Description(shown) => {
            shown.version_ids_to_stages.iter().flatten().map(|(_, labels)| labels.as_slice()).collect()
        }
        Output::Versions(page) => {
            page.versions.iter().flatten().map(|entry| entry.version_stages.as_deref().unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    };
    let is_on_several = |label: &&Label| lists.iter().filter(|labels| labels.contains(label)).count() > 1;
    lists.iter().copied().flatten().filter(is_on_several).min().cloned()
}
