//! What can be changed of the way in which the service answers, from outside of the model.
//!
//! Answering is made of six steps: which secret is found, how the request is read, what state the decision sees, what
//! is decided, what is stored, and what is said. Each takes what the model says and may change it. Defects spoil it;
//! variants answer otherwise where the rules permit that as well.

use std::borrow::Cow;

use serde_json::Value;

use super::Worlds;
use crate::history::Invoked;
use crate::model::{
    Answer, Cell, Claim, ErrorType, Fact, IdForm, Label, LabelCell, Operation, Origin, Outcome, Refusal, Request,
    RotationStep, Secret, Text, Timestamp, VersionId, World, form_of,
};
use crate::rule::RuleId;

/// What is changed of what the model says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hook {
    /// The identifier that the request is taken to carry.
    Finds(fn(&Text, &Worlds) -> Option<Text>),
    /// The request as the service reads it.
    Reads(fn(&mut Operation, &Scene<'_>)),
    /// The state as the decision sees it; of an accepted request it stays so.
    Sees(fn(&mut World, &Scene<'_>)),
    /// The outcome.
    Decides(fn(&mut Outcome, &Scene<'_>)),
    /// The state afterwards, of a refused request too.
    Stores(fn(&mut World, &Scene<'_>)),
    /// The answer.
    Says(fn(&mut Answer, &Scene<'_>)),
    /// The steps of a rotation that begins, with the secret as it is then.
    Plans(fn(&mut Vec<RotationStep>, &Rotating<'_>, &mut Secret)),
    /// The event that the function is called with.
    Tells(fn(&mut Value, &Rotating<'_>)),
    /// How an invocation has ended, as the service takes it.
    Heeds(fn(&mut Invoked)),
    /// The state after a step, and whether that has succeeded.
    Ends(fn(&mut World, &Rotating<'_>, RotationStep, bool)),
    /// A step is called twice at once.
    Repeats(RotationStep),
    /// A rotation goes on whatever happens to its secret.
    Outlives,
    /// Another attempt begins with the step that has failed.
    Resumes,
    /// A configuration test leaves its label.
    Outlasts,
    /// RotateSecret is answered later than when it was decided.
    Waits(Patience),
}

/// What RotateSecret waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// The end of the rotation, or of the attempt.
    ForTheEnd,
    /// The same; where the function has failed the request is refused.
    ForTheResult,
}

/// A rotation that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotating<'a> {
    /// The name of its secret.
    pub name: &'a Text,
    /// Its version.
    pub token: &'a VersionId,
    /// Whether it tries a configuration out and rotates nothing.
    pub is_test: bool,
    /// Whether the request said nothing of `RotateImmediately`.
    pub is_by_default: bool,
    /// The time.
    pub now: Timestamp,
}

/// What a hook may look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// The request, as far as it was read.
    pub operation: &'a Operation,
    /// The secret that it is about, before.
    pub before: &'a World,
    /// Every secret, before.
    pub worlds: &'a Worlds,
    /// The number of the call; cells carry the number of the one that wrote them.
    pub call: u32,
    /// The time.
    pub now: Timestamp,
    /// Whether the request is refused; not known before it is decided.
    pub is_refused: bool,
    /// What the answer must show by the model; empty before that is decided.
    pub facts: &'a [Fact],
    /// The rule that leaves open whether the request is accepted, if it was.
    pub opened_by: Option<RuleId>,
}

impl<'a> Scene<'a> {
    /// What there is to see before anything is decided.
    pub(super) const fn new(
        operation: &'a Operation,
        before: &'a World,
        worlds: &'a Worlds,
        call: u32,
        now: Timestamp,
    ) -> Self {
        Self { operation, before, worlds, call, now, is_refused: false, facts: &[], opened_by: None }
    }

    /// The secret before; `None` if there was none, or if it was marked for deletion.
    pub(super) fn active(&self) -> Option<&'a Secret> {
        self.before.secret.as_deref().filter(|secret| secret.deletion.is_none())
    }

    /// The same, if the identifier of the request denotes it by name, by ARN or by partial ARN.
    pub(super) fn subject(&self) -> Option<&'a Secret> {
        let secret = self.active()?;
        let form = form_of(self.operation.secret_id()?, &self.before.name, secret.arn.as_deref())?;
        matches!(form, IdForm::Name | IdForm::Arn | IdForm::PartialArn).then_some(secret)
    }

    /// Where a label was before.
    pub(super) fn holder(&self, label: &Label) -> Option<&'a VersionId> {
        self.active()?.holder(label).flatten()
    }

    /// The token of the request, if another secret has a version under it (ROT-IDEM-015).
    pub(super) fn taken(&self) -> Vec<Text> {
        let is_taken = |token: &&Text| self.others().any(|secret| secret.version(token).is_some());
        self.operation.token().filter(is_taken).cloned().into_iter().collect()
    }

    /// The secrets of other names.
    pub(super) fn others(&self) -> impl Iterator<Item = &'a Secret> {
        self.worlds.values().filter(|world| world.name != self.before.name).filter_map(|world| world.secret.as_deref())
    }
}

/// The name that the first hook which says so takes an identifier for.
pub(super) fn find(mut hooks: impl Iterator<Item = Hook>, id: &Text, worlds: &Worlds) -> Option<Text> {
    hooks.find_map(|hook| match hook {
        Hook::Finds(find) => find(id, worlds),
        _ => None,
    })
}

/// The request as the service reads it.
pub(super) fn read<'r>(hooks: impl Iterator<Item = Hook>, request: &'r Request, scene: &Scene<'_>) -> Cow<'r, Request> {
    let mut read = Cow::Borrowed(request);
    for hook in hooks {
        if let Hook::Reads(change) = hook {
            change(&mut read.to_mut().operation, scene);
        }
    }
    read
}

/// The state as the decision sees it.
pub(super) fn see<'a>(hooks: impl Iterator<Item = Hook>, scene: &Scene<'a>) -> Cow<'a, World> {
    let mut seen = Cow::Borrowed(scene.before);
    for hook in hooks {
        if let Hook::Sees(change) = hook {
            change(seen.to_mut(), scene);
        }
    }
    seen
}

/// The outcome as the service decides it.
pub(super) fn decide(hooks: impl Iterator<Item = Hook>, outcome: &mut Outcome, scene: &Scene<'_>) {
    for hook in hooks {
        if let Hook::Decides(change) = hook {
            change(outcome, scene);
        }
    }
}

/// The state as the service stores it.
pub(super) fn store(hooks: impl Iterator<Item = Hook>, world: &mut World, scene: &Scene<'_>) {
    for hook in hooks {
        if let Hook::Stores(change) = hook {
            change(world, scene);
        }
    }
}

/// The answer as the service gives it.
pub(super) fn say(hooks: impl Iterator<Item = Hook>, answer: &mut Answer, scene: &Scene<'_>) {
    for hook in hooks {
        if let Hook::Says(change) = hook {
            change(answer, scene);
        }
    }
}

/// The steps of a rotation as the service takes them.
pub(super) fn plan(
    hooks: impl Iterator<Item = Hook>,
    steps: &mut Vec<RotationStep>,
    rotating: &Rotating<'_>,
    secret: &mut Secret,
) {
    for hook in hooks {
        if let Hook::Plans(change) = hook {
            change(steps, rotating, secret);
        }
    }
}

/// The event as the service writes it.
pub(super) fn tell(hooks: impl Iterator<Item = Hook>, event: &mut Value, rotating: &Rotating<'_>) {
    for hook in hooks {
        if let Hook::Tells(change) = hook {
            change(event, rotating);
        }
    }
}

/// How an invocation has ended, as the service takes it.
pub(super) fn heed(hooks: impl Iterator<Item = Hook>, invoked: &mut Invoked) {
    for hook in hooks {
        if let Hook::Heeds(change) = hook {
            change(invoked);
        }
    }
}

/// The state after a step of a rotation, as the service stores it.
pub(super) fn end(
    hooks: impl Iterator<Item = Hook>,
    world: &mut World,
    rotating: &Rotating<'_>,
    step: RotationStep,
    has_succeeded: bool,
) {
    for hook in hooks {
        if let Hook::Ends(change) = hook {
            change(world, rotating, step, has_succeeded);
        }
    }
}

/// Whether a step is called twice at once.
pub(super) fn repeats(mut hooks: impl Iterator<Item = Hook>, step: RotationStep) -> bool {
    hooks.any(|hook| matches!(hook, Hook::Repeats(repeated) if repeated == step))
}

/// Whether another attempt begins with the step that has failed.
pub(super) fn resumes(mut hooks: impl Iterator<Item = Hook>) -> bool {
    hooks.any(|hook| matches!(hook, Hook::Resumes))
}

/// Whether a configuration test leaves its label.
pub(super) fn outlasts(mut hooks: impl Iterator<Item = Hook>) -> bool {
    hooks.any(|hook| matches!(hook, Hook::Outlasts))
}

/// What RotateSecret waits for; `None` if it is answered at once.
pub(super) fn patience(mut hooks: impl Iterator<Item = Hook>) -> Option<Patience> {
    hooks.find_map(|hook| match hook {
        Hook::Waits(patience) => Some(patience),
        _ => None,
    })
}

/// Whether a rotation goes on whatever happens to its secret.
pub(super) fn outlives(mut hooks: impl Iterator<Item = Hook>) -> bool {
    hooks.any(|hook| matches!(hook, Hook::Outlives))
}

/// Puts a label on a version and nowhere else.
pub(super) fn put_label(secret: &mut Secret, label: &Label, id: Option<VersionId>) {
    secret.labels.retain(|cell| cell.label != *label);
    add_label(secret, label, id);
}

/// Puts a label on a version without taking it from another.
pub(super) fn add_label(secret: &mut Secret, label: &Label, id: Option<VersionId>) {
    secret.labels.push(LabelCell { label: label.clone(), holder: Cell::known(id, None), put_by: Origin::Unknown });
}

/// A refusal of this type and without a text.
pub(super) fn refuse(outcome: &mut Outcome, error_type: ErrorType) {
    outcome.refusal = Some(Refusal { error_type, text: None });
    outcome.next = None;
}

/// Whether the outcome is the refusal that a rule demands, and no other rule does: what else is wrong with a request is
/// found all the same.
pub(super) fn is_refused_by(outcome: &Outcome, rule: RuleId) -> bool {
    let is_refusal = |fact: &Fact| fact.rule == rule && fact.claim == Claim::Refused && fact.counts;
    !outcome.is_accepted() && outcome.facts.iter().any(is_refusal)
}

/// Makes a request about one secret name it by its name.
pub(super) fn rename(operation: &mut Operation, name: &Text) {
    let id = match operation {
        Operation::DescribeSecret(request) => &mut request.secret_id,
        Operation::GetSecretValue(request) => &mut request.secret_id,
        Operation::ListSecretVersionIds(request) => &mut request.secret_id,
        Operation::PutSecretValue(request) => &mut request.secret_id,
        Operation::UpdateSecret(request) => &mut request.secret_id,
        Operation::UpdateSecretVersionStage(request) => &mut request.secret_id,
        Operation::RotateSecret(request) => &mut request.secret_id,
        Operation::CancelRotateSecret(request) => &mut request.secret_id,
        Operation::DeleteSecret(request) => &mut request.secret_id,
        Operation::RestoreSecret(request) => &mut request.secret_id,
        Operation::TagResource(request) => &mut request.secret_id,
        Operation::UntagResource(request) => &mut request.secret_id,
        Operation::ValidateResourcePolicy(request) => &mut request.secret_id,
        Operation::CreateSecret(_)
        | Operation::BatchGetSecretValue(_)
        | Operation::ListSecrets(_)
        | Operation::Malformed(_)
        | Operation::Unknown(_) => return,
    };
    *id = Some(name.clone());
}
