//! What a request may have done that was accepted although strict mode forbids that.
//!
//! The endpoint may have acted on the request as if it were legal, or not at all; what is read afterwards tells which.
//! What it has changed, no rule holds it to: a difference has no victims among the rules that are contract. What such a
//! request must leave alone, it must leave alone all the same.

use super::outcome::{Outcome, Reason, Setting, refuse};
use super::world::{Cell, Knowledge, Provenance, Secret, World};
use super::{Claim, Text};
use crate::rule::RuleId;

/// The outcomes where these reasons apply, of which there is at least one: refused, or also accepted if only strict mode
/// requires the refusal. `legal` are the outcomes of the request if it were legal.
pub(crate) fn refuse_or(
    reasons: &[Reason],
    world: &World,
    setting: &Setting<'_>,
    legal: impl FnOnce() -> Vec<Outcome>,
) -> Vec<Outcome> {
    let refused = refuse(reasons);
    if reasons.iter().any(Reason::is_contract) {
        return vec![refused];
    }
    let rule = reasons[0].rule();
    let by = setting.fidelity(rule);
    let acted = legal().into_iter().filter(Outcome::is_accepted).filter_map(|outcome| outcome.next);
    let acted = acted.map(|next| without_contract(next, world, by));
    let mut worlds: Vec<World> = acted.chain([world.clone()]).collect();
    worlds.dedup();
    let accepted = worlds.into_iter().map(|next| Outcome::unjudged().fidelity(rule, Claim::Refused).then(next));
    std::iter::once(refused).chain(accepted).collect()
}

/// The outcomes of a read where these reasons apply, which `read` has read if it is accepted all the same.
pub(crate) fn refuse_or_read(reasons: &[Reason], read: impl FnOnce() -> World) -> Vec<Outcome> {
    let refused = refuse(reasons);
    if reasons.iter().any(Reason::is_contract) {
        return vec![refused];
    }
    vec![refused, Outcome::unjudged().fidelity(reasons[0].rule(), Claim::Refused).then(read())]
}

/// The same state, in which nothing that differs from the one before is a contract.
fn without_contract(mut next: World, before: &World, by: Provenance) -> World {
    let unused = World::adopted(before.name.clone());
    let before = before.secret.as_ref().or(unused.secret.as_ref());
    if let (Some(secret), Some(before)) = (&mut next.secret, before) {
        loosen_labels(secret, before, by);
        let is_new = |id: &Text, cell: &Cell<_>| before.version(id).is_none_or(|version| version.content != *cell);
        for version in &mut secret.versions {
            if is_new(&version.id, &version.content) {
                version.content.part().open();
            }
        }
        if secret.versions != before.versions {
            // An id that is no legal token may not be the one that is stored.
            secret.expect_strangers();
        }
        secret.rotation.open_changes(&before.rotation);
    }
    next
}

fn loosen_labels(secret: &mut Secret, before: &Secret, by: Provenance) {
    if secret.labels != before.labels {
        secret.unnamed.loosen(by);
    }
    for cell in &mut secret.labels {
        let is_changed = before.label(&cell.label).is_none_or(|known| *known != cell.holder);
        if is_changed && matches!(cell.holder.knowledge, Knowledge::Known { .. }) {
            cell.holder.loosen(by);
        }
    }
}

/// Whether the type of a reason is that of an odd label, so that a request may be carried out without it.
pub(super) fn is_about_labels(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| reason.rule() == RuleId::Val014)
}
