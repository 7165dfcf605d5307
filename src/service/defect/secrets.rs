//! Two secrets that know too much of each other: what belongs to one is kept for the account.

use super::{Bug, Hook, Scene, refuse};
use crate::model::{Answer, Body, ErrorType, Label, Operation, Outcome, Output, Secret};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "labels-of-account",
        does: "DescribeSecret hides a custom label that another secret has got since",
        seen: "family: two secrets, a label kept for the account",
        breaks: &[RuleId::State008, RuleId::State011, RuleId::State012, RuleId::State020],
        hooks: &[Hook::Says(labels_of_account)],
    },
    Bug {
        name: "progress-of-account",
        does: "RotateSecret is refused while a rotation of another secret is in progress",
        seen: "family: two secrets, a lock kept for the account",
        breaks: &[
            RuleId::Prog003,
            RuleId::Prog002,
            RuleId::Prog007,
            RuleId::Conf002,
            RuleId::Conf006,
            RuleId::Conf007,
            RuleId::Val002,
            RuleId::Val008,
            RuleId::Val010,
        ],
        hooks: &[Hook::Decides(progress_of_account)],
    },
    Bug {
        name: "rotation-of-account",
        does: "DescribeSecret shows rotation on for a secret that never had it, once another has it",
        seen: "family: two secrets, a default that is shared and changed",
        breaks: &[RuleId::Conf003],
        hooks: &[Hook::Says(rotation_of_account)],
    },
];

/// Whether AWSPENDING is on a version other than AWSCURRENT's.
fn is_in_progress(secret: &Secret) -> bool {
    let pending = secret.holder(&Label::Pending).flatten();
    pending.is_some() && pending != secret.holder(&Label::Current).flatten()
}

fn labels_of_account(answer: &mut Answer, scene: &Scene<'_>) {
    let Body::Output(Output::Description(shown)) = &mut answer.body else { return };
    let (Some(map), Some(secret)) = (&mut shown.version_ids_to_stages, scene.active()) else { return };
    let since = |secret: &Secret, label: &Label| {
        secret.label(label).filter(|cell| cell.value.is_some()).map(|cell| cell.by.map(|by| by.call))
    };
    let is_taken = |label: &Label| {
        let mine = since(secret, label);
        matches!(label, Label::Custom(_)) && scene.others().any(|other| since(other, label) > mine)
    };
    for labels in map.values_mut() {
        labels.retain(|label| !is_taken(label));
    }
    map.retain(|_, labels| !labels.is_empty());
}

fn progress_of_account(outcome: &mut Outcome, scene: &Scene<'_>) {
    let is_rotation = matches!(scene.operation, Operation::RotateSecret(_));
    if is_rotation && outcome.is_accepted() && scene.others().any(is_in_progress) {
        refuse(outcome, ErrorType::InvalidRequestException);
    }
}

fn rotation_of_account(answer: &mut Answer, scene: &Scene<'_>) {
    let Body::Output(Output::Description(shown)) = &mut answer.body else { return };
    let never_had = scene.active().is_some_and(|secret| !secret.rotation.configured);
    if never_had && scene.others().any(|other| other.rotation.enabled.value) {
        shown.rotation_enabled = Some(true);
    }
}
