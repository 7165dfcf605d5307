//! Staging labels that meaning is not attached to: moved, kept and dropped wrongly.

use super::{Bug, Hook, Scene, add_label, put_label};
use crate::model::{Label, Operation, World};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "put-copies-labels",
        does: "PutSecretValue attaches the labels it names and leaves them on their old versions too",
        seen: "ministack 1.5.33, PutSecretValue with VersionStages",
        breaks: &[RuleId::State008],
        hooks: &[Hook::Stores(put_copies_labels)],
    },
    Bug {
        name: "move-copies-label",
        does: "UpdateSecretVersionStage attaches a label to its new version and leaves it on the old one",
        seen: "family: a move as an append without a removal",
        breaks: &[RuleId::State012, RuleId::State006],
        hooks: &[Hook::Stores(move_copies_label)],
    },
    Bug {
        name: "put-attaches-a-label-of-its-own",
        does: "PutSecretValue attaches a label to its version that no request has named",
        seen: "family: a label that an implementation keeps for itself",
        breaks: &[RuleId::State026, RuleId::State003],
        hooks: &[Hook::Stores(put_attaches_a_label_of_its_own)],
    },
    Bug {
        name: "put-ignores-stages",
        does: "PutSecretValue ignores VersionStages and moves AWSCURRENT",
        seen: "family: an optional member that is not read",
        breaks: &[RuleId::State007, RuleId::State008, RuleId::State020, RuleId::Val003],
        hooks: &[Hook::Reads(put_ignores_stages)],
    },
    Bug {
        name: "put-strips-other-labels",
        does: "PutSecretValue takes every custom label off the version that loses one of them",
        seen: "family: a list of labels that is replaced as a whole",
        breaks: &[RuleId::State026],
        hooks: &[Hook::Stores(put_strips_other_labels)],
    },
    Bug {
        name: "move-drops-custom-labels",
        does: "UpdateSecretVersionStage of AWSCURRENT drops the custom labels of the version that loses it",
        seen: "moto 5.2.5 does so when a value is stored: the labels of that version become [AWSPREVIOUS]",
        breaks: &[RuleId::State010, RuleId::State011, RuleId::State020, RuleId::State008],
        hooks: &[Hook::Stores(move_drops_custom_labels)],
    },
    Bug {
        name: "detach-does-nothing",
        does: "UpdateSecretVersionStage with RemoveFromVersionId alone succeeds and leaves AWSPENDING where it is",
        seen: "family: an answer of success without the work",
        breaks: &[RuleId::State015],
        hooks: &[Hook::Stores(detach_does_nothing)],
    },
    Bug {
        name: "move-ignores-wrong-holder",
        does: "UpdateSecretVersionStage moves a label although RemoveFromVersionId names a version that lacks it",
        seen: "family: a precondition that is not checked",
        breaks: &[RuleId::State013],
        hooks: &[Hook::Reads(name_the_holder)],
    },
    Bug {
        name: "move-needs-no-holder",
        does: "UpdateSecretVersionStage moves a custom label or AWSPENDING without RemoveFromVersionId",
        seen: "moto 5.2.5, which asks for it with AWSCURRENT alone",
        breaks: &[RuleId::State012],
        hooks: &[Hook::Reads(assume_the_holder)],
    },
];

fn put_attaches_a_label_of_its_own(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if let Some(token) = put.client_request_token.as_ref().filter(|_| !scene.is_refused) {
        put_label(secret, &Label::Custom("LATEST".into()), Some(token.clone()));
    }
}

fn put_copies_labels(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    if scene.is_refused {
        return;
    }
    let named = put.version_stages.iter().flatten().filter(|label| **label != Label::Current);
    for label in named {
        let old = scene.holder(label).filter(|id| Some(*id) != put.client_request_token.as_ref());
        if let Some(old) = old {
            add_label(secret, label, Some(old.clone()));
        }
    }
}

fn move_copies_label(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecretVersionStage(wish), Some(secret)) = (scene.operation, &mut world.secret) else {
        return;
    };
    let Some(label) = wish.version_stage.as_ref().filter(|_| !scene.is_refused) else { return };
    let old = scene.holder(label).filter(|id| Some(*id) != wish.move_to_version_id.as_ref());
    if let (Some(old), Some(_)) = (old, &wish.move_to_version_id) {
        add_label(secret, label, Some(old.clone()));
    }
}

fn put_ignores_stages(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::PutSecretValue(put) = operation {
        put.version_stages = None;
    }
}

fn put_strips_other_labels(world: &mut World, scene: &Scene<'_>) {
    let (Operation::PutSecretValue(put), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let losers: Vec<_> = put.version_stages.iter().flatten().filter_map(|label| scene.holder(label)).collect();
    if scene.is_refused || losers.is_empty() {
        return;
    }
    for cell in &mut secret.labels {
        let is_on_a_loser = cell.holder.value.as_ref().is_some_and(|id| losers.contains(&id));
        if matches!(cell.label, Label::Custom(_)) && is_on_a_loser {
            cell.holder.value = None;
        }
    }
}

fn move_drops_custom_labels(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecretVersionStage(wish), Some(secret)) = (scene.operation, &mut world.secret) else {
        return;
    };
    let loser = scene.holder(&Label::Current).filter(|_| wish.version_stage == Some(Label::Current));
    let Some(loser) = loser.filter(|id| !scene.is_refused && Some(*id) != wish.move_to_version_id.as_ref()) else {
        return;
    };
    secret.labels.retain(|cell| !matches!(cell.label, Label::Custom(_)) || cell.holder.value.as_ref() != Some(loser));
}

fn detach_does_nothing(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecretVersionStage(wish), Some(secret)) = (scene.operation, &mut world.secret) else {
        return;
    };
    let is_removal = wish.version_stage == Some(Label::Pending) && wish.move_to_version_id.is_none();
    if let Some(old) = scene.holder(&Label::Pending).filter(|_| is_removal && !scene.is_refused) {
        put_label(secret, &Label::Pending, Some(old.clone()));
    }
}

fn name_the_holder(operation: &mut Operation, scene: &Scene<'_>) {
    let Operation::UpdateSecretVersionStage(wish) = operation else { return };
    let holder = wish.version_stage.as_ref().and_then(|label| scene.holder(label));
    if let (Some(holder), Some(_), Some(_)) = (holder, &wish.move_to_version_id, &wish.remove_from_version_id) {
        wish.remove_from_version_id = Some(holder.clone());
    }
}

fn assume_the_holder(operation: &mut Operation, scene: &Scene<'_>) {
    let Operation::UpdateSecretVersionStage(wish) = operation else { return };
    let label = wish.version_stage.as_ref().filter(|label| **label != Label::Current);
    let holder = label.and_then(|label| scene.holder(label)).filter(|id| Some(*id) != wish.move_to_version_id.as_ref());
    if let (Some(holder), Some(_), None) = (holder, &wish.move_to_version_id, &wish.remove_from_version_id) {
        wish.remove_from_version_id = Some(holder.clone());
    }
}
