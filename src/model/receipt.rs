//! What the answer to an accepted change says of the secret: its name, its ARN, and the version concerned.
//!
//! That a member is there at all is ROT-WIRE-009 for the operations which that rule names; what it says is the matter
//! of the rules about identifiers and tokens.

use super::outcome::Outcome;
use super::world::World;
use super::{Claim, Member, VersionId};
use crate::rule::RuleId;

/// Name and ARN of the secret.
pub(crate) fn identified(outcome: Outcome, world: &World) -> Outcome {
    let outcome = outcome.contract(RuleId::Ident001, Claim::Name(world.name.clone()));
    match world.secret.as_ref().and_then(|secret| secret.arn.clone()) {
        Some(arn) => outcome.contract(RuleId::Ident001, Claim::Arn(arn)),
        None => outcome.contract(RuleId::Ident001, Claim::Present(Member::Arn)),
    }
}

/// The members that every operation of ROT-WIRE-009 answers.
pub(crate) fn receipt(outcome: Outcome, world: &World) -> Outcome {
    let outcome = outcome
        .contract(RuleId::Wire009, Claim::Present(Member::Arn))
        .contract(RuleId::Wire009, Claim::Present(Member::Name));
    identified(outcome, world)
}

/// The same, and the version that the token names.
pub(crate) fn version_receipt(outcome: Outcome, world: &World, token: &VersionId) -> Outcome {
    receipt(outcome, world)
        .contract(RuleId::Wire009, Claim::Present(Member::VersionId))
        .contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())))
}

/// The same, and its labels, as PutSecretValue answers, where the version is known to have one afterwards.
pub(crate) fn put_receipt(outcome: Outcome, next: &World, token: &VersionId) -> Outcome {
    let outcome = version_receipt(outcome, next, token);
    match next.secret.as_ref().is_some_and(|secret| secret.labels_of(token).next().is_some()) {
        true => outcome.contract(RuleId::Wire009, Claim::Present(Member::VersionStages)),
        false => outcome,
    }
}
