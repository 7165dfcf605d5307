//! Calls that race: what an answer may show while a change is under way, and what puts at the same time leave behind.

use super::law::twice;
use super::open::{Open, token_of_plain_put};
use super::{Slot, Trial};
use crate::history::Call;
use crate::judge::blame;
use crate::model::{Body, Cell, Claim, Label, LabelCell, Output, Provenance, VersionId, World, fact};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Violation};

/// How many labels a change may move before what stands between is not enumerated: AWSCURRENT, AWSPREVIOUS and two more.
const MOST_MOVED: usize = 4;

impl Slot {
    /// While a change is under way, each answer by itself shows a label on at most one version (ROT-CONC-003).
    pub(super) fn law_of_races(&self, trial: &Trial<'_>, exercise: &mut Exercise) -> Option<Violation> {
        let Body::Output(output @ (Output::Description(_) | Output::Versions(_))) = &trial.answer.body else {
            return None;
        };
        if !self.is_raced(trial) && !self.frontier.others(trial.call.number).any(Open::is_change) {
            return None;
        }
        exercise.arm(RuleId::Conc003);
        exercise.check(RuleId::Conc003);
        let claim = Claim::Label(twice(output)?, None);
        let fact = fact(RuleId::Conc003, Class::Fidelity, claim);
        let mut violation = blame::violation(trial.call, trial.answer, &fact, Vec::new(), Vec::new());
        "each label on at most one version".clone_into(&mut violation.expected);
        Some(violation)
    }
}

/// Which of two plain puts at the same time comes first is open, and so is, for the contract, where they leave the labels
/// (ROT-CONC-006): what such a put has written weighs less.
pub(super) fn mark_race(put: &Call, world: &mut World) {
    let (Some(token), Some(secret)) = (token_of_plain_put(put), world.secret.as_deref_mut()) else { return };
    let is_moved = |cell: &&mut LabelCell| matches!(cell.label, Label::Current | Label::Previous);
    for by in secret.labels.iter_mut().filter(is_moved).filter_map(|cell| cell.holder.by.as_mut()) {
        if by.call == put.number {
            *by = Provenance { rule: RuleId::Conc006, class: Class::Fidelity, ..*by };
        }
    }
    for version in secret.versions.iter_mut().filter(|version| version.id == *token) {
        version.is_raced |= version.content.by.is_some_and(|by| by.call == put.number);
    }
}

/// Whether a change moves a label: where it leaves open where that is, the world after it shows every place.
fn is_moved(from: Option<&Cell<Option<VersionId>>>, to: &Cell<Option<VersionId>>) -> bool {
    to.required().is_some_and(|holder| from.and_then(Cell::required) != Some(holder))
}

/// What may be seen between two worlds: each label that moves is where it was, nowhere, or where it will be, but not yet
/// every one of them there.
pub(super) fn halfway(before: &World, after: &World) -> Vec<World> {
    let Some((from, to)) = before.secret.as_ref().zip(after.secret.as_ref()) else { return Vec::new() };
    let moved = to.labels.iter().filter(|cell| is_moved(from.label(&cell.label), &cell.holder));
    let mut worlds = moved.take(MOST_MOVED).fold(vec![after.clone()], |worlds, cell| {
        let places = [cell.holder.value.clone(), from.label(&cell.label).and_then(|it| it.value.clone()), None];
        let with = |world: &World, place: &Option<VersionId>| {
            let mut world = world.clone();
            let cells = world.secret.iter_mut().flat_map(|secret| &mut secret.labels);
            for moving in cells.filter(|moving| moving.label == cell.label) {
                moving.holder.value.clone_from(place);
            }
            world
        };
        worlds.iter().flat_map(|world| places.iter().map(move |place| with(world, place))).collect()
    });
    worlds.remove(0);
    worlds
}
