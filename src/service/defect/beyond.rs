//! The defects beyond a bound: where a rule leaves open whether RotateSecret is accepted, the service accepts, and
//! touches what an accepted request leaves alone all the same ([`Bound`]).

use super::Scene;
use super::against::{add_stranger, misplace};
use crate::model::{
    Answer, Body, Bound, Content, Label, OPEN_ROTATIONS, Output, Secret, Text, Timestamp, Value, Version, World,
};
use crate::rule::RuleId;

/// Why a rule that leaves RotateSecret open has no defect beyond its bounds.
const WITHOUT: &[(RuleId, &str)] = &[
    (RuleId::Prog012, "the reference service knows at any time where its labels are"),
    (RuleId::Err003, "the reference service knows at any time whether there is a function"),
    (RuleId::Err017, "the reference service knows at any time which function it would call"),
    (RuleId::Conf012, "random cases do not get to a bare RotateSecret after a cancel with nothing pending"),
    (RuleId::Idem012, "random cases seldom get to the token of a rotation that has finished"),
    (RuleId::Val012, "no case gives a schedule of which it is open whether it is legal"),
];

/// Each pair of a rule that leaves RotateSecret open and a bound that holds all the same.
pub(super) fn pairs() -> impl Iterator<Item = (RuleId, Bound)> {
    let open = OPEN_ROTATIONS.iter().filter(|(rule, _)| !is_without(*rule));
    open.flat_map(|(rule, held)| held.iter().map(|bound| (*rule, *bound)))
}

/// Whether no defect breaks the bounds of a rule.
pub(super) fn is_without(rule: RuleId) -> bool {
    WITHOUT.iter().any(|(without, _)| *without == rule)
}

/// What a service does that goes beyond a bound.
pub(super) const fn does(bound: Bound) -> &'static str {
    match bound {
        Bound::Id => "answers another version",
        Bound::Versions => "makes versions of its own",
        Bound::Current => "moves AWSCURRENT",
        Bound::Previous => "moves AWSPREVIOUS",
        Bound::Custom => "takes custom labels off",
        Bound::Values => "changes a stored value",
        Bound::Deletion => "marks the secret for deletion",
        Bound::Configuration => "stores other rotation rules",
    }
}

/// The rules that may be blamed where a bound is broken.
pub(super) fn breaks(rule: RuleId, bound: Bound) -> Vec<RuleId> {
    match bound {
        Bound::Versions if rule == RuleId::Idem011 => vec![RuleId::Idem011],
        Bound::Id | Bound::Versions => vec![RuleId::Idem001],
        Bound::Current | Bound::Previous | Bound::Custom => vec![RuleId::Life010, RuleId::Life019],
        Bound::Values => vec![RuleId::State018],
        Bound::Deletion => vec![RuleId::Ident001, RuleId::Read001],
        Bound::Configuration => vec![RuleId::Conf001, RuleId::Conf002, RuleId::Conf013],
    }
}

/// Breaks a bound of an open rotation that was accepted.
pub(super) fn spoil(bound: Bound, answer: &mut Answer, world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = &mut world.secret else { return };
    match bound {
        Bound::Id => {
            if let Body::Output(Output::Receipt(receipt)) = &mut answer.body {
                receipt.version_id = Some(made_up(scene));
            }
        }
        Bound::Versions => {
            add_stranger(secret, scene);
            // One version of an id of the service's choice is within the bounds of a configuration test.
            let second = secret.versions.last().map(|first| Version { id: made_up(scene), ..first.clone() });
            secret.versions.extend(second);
        }
        Bound::Current => promote(secret, scene),
        Bound::Previous => misplace(secret, &Label::Previous),
        Bound::Custom => {
            let is_custom = |label: &&Label| matches!(label, Label::Custom(_));
            let labels: Vec<_> = secret.labels.iter().map(|cell| &cell.label).filter(is_custom).cloned().collect();
            for label in &labels {
                super::put_label(secret, label, None);
            }
        }
        Bound::Values => change_a_value(secret),
        Bound::Deletion => secret.deletion = Some(Timestamp(Timestamp::DAY.mul_add(7.0, scene.now.0))),
        Bound::Configuration => {
            let days = &mut secret.rotation.days;
            days.value = if days.value == Some(5) { Some(6) } else { Some(5) };
        }
    }
}

fn made_up(scene: &Scene<'_>) -> Text {
    format!("88888888-0000-4000-8000-{:012}", scene.call).into()
}

/// AWSCURRENT goes to the version of the token, or to any other that there is.
fn promote(secret: &mut Secret, scene: &Scene<'_>) {
    let current = secret.holder(&Label::Current).flatten().cloned();
    let of_token = scene.operation.token().filter(|token| secret.version(token).is_some()).cloned();
    let others = secret.versions.iter().map(|version| version.id.clone());
    let next = of_token.into_iter().chain(others).find(|id| Some(id) != current.as_ref());
    super::put_label(secret, &Label::Current, next);
}

fn change_a_value(secret: &mut Secret) {
    let is_filled = |content: &Content| matches!(content, Content::Value(_));
    if let Some(version) = secret.versions.iter_mut().find(|version| is_filled(&version.content.value)) {
        version.content.value = Content::Value(Value::Text("changed by a rotation".into()));
    }
}
