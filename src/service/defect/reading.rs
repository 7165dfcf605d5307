//! Reads: stale, incomplete, too much, and what becomes of versions without labels.

use super::{Bug, Hook, Scene};
use crate::model::{
    Action, Answer, Body, Content, Label, Operation, Origin, Output, SecretValue, Version, VersionEntry, World,
};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "default-read-stale",
        does: "GetSecretValue without a version gives the old value after UpdateSecretVersionStage has moved AWSCURRENT",
        seen: "moto 5.2.5, whose default version does not follow the label; LocalStack 2026.3.0 repairs it",
        breaks: &[RuleId::Read001, RuleId::State012, RuleId::State006, RuleId::Prog014],
        hooks: &[Hook::Reads(default_read_stale)],
    },
    Bug {
        name: "described-without-versions",
        does: "DescribeSecret never shows versions and their labels",
        seen: "family: versions in a table of their own",
        breaks: &[RuleId::Wire009],
        hooks: &[Hook::Says(described_without_versions)],
    },
    Bug {
        name: "read-shows-one-label",
        does: "GetSecretValue answers the one label that was asked for in VersionStages",
        seen: "family: the request echoed in the answer",
        breaks: &[
            RuleId::Read003,
            RuleId::State008,
            RuleId::State011,
            RuleId::State012,
            RuleId::State006,
            RuleId::State005,
            RuleId::State003,
        ],
        hooks: &[Hook::Says(read_shows_one_label)],
    },
    Bug {
        name: "stage-ignored-with-id",
        does: "GetSecretValue with VersionId and VersionStage looks at the id alone",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Err014, RuleId::Life009, RuleId::Err013],
        hooks: &[Hook::Reads(stage_ignored_with_id)],
    },
    Bug {
        name: "id-ignored-with-stage",
        does: "GetSecretValue with VersionId and VersionStage looks at the label alone",
        seen: "family: half of a condition",
        breaks: &[RuleId::Err014, RuleId::Read002, RuleId::Err013],
        hooks: &[Hook::Reads(id_ignored_with_stage)],
    },
    Bug {
        name: "pending-id-listed",
        does: "ListSecretVersionIds lists the pending id before it has a value",
        seen: "family: ids that are listed for their labels",
        breaks: &[RuleId::State023],
        hooks: &[Hook::Says(pending_id_listed)],
    },
    Bug {
        name: "deprecated-listed",
        does: "ListSecretVersionIds lists versions without labels although IncludeDeprecated is absent",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::State009],
        hooks: &[Hook::Reads(deprecated_listed)],
    },
    Bug {
        name: "deprecated-pruned",
        does: "a version that loses its last label is removed at once",
        seen: "ministack 1.5.33 and LocalStack 2026.3.0",
        breaks: &[RuleId::State009, RuleId::Wire012],
        hooks: &[Hook::Stores(deprecated_pruned)],
    },
    Bug {
        name: "deprecated-never-listed",
        does: "ListSecretVersionIds ignores IncludeDeprecated",
        seen: "family: an optional member that is not read",
        breaks: &[RuleId::State009, RuleId::Wire012],
        hooks: &[Hook::Reads(deprecated_never_listed)],
    },
    Bug {
        name: "update-rewrites-value",
        does: "UpdateSecret writes the new value into the old version as well",
        seen: "family: a value kept with the secret and shared by its versions",
        breaks: &[RuleId::State018, RuleId::Read002],
        hooks: &[Hook::Stores(update_rewrites_value)],
    },
    Bug {
        name: "fifth-version-evicts-first",
        does: "the fifth version of a secret evicts the first, labelled or not",
        seen: "family: deep, a ring of four slots",
        breaks: &[RuleId::State009, RuleId::State010, RuleId::State026, RuleId::State008],
        hooks: &[Hook::Stores(fifth_version_evicts_first)],
    },
    Bug {
        name: "pages-repeat",
        does: "a later page of ListSecretVersionIds begins with the last version of the page before",
        seen: "family: a boundary counted twice",
        breaks: &[RuleId::Wire012],
        hooks: &[Hook::Says(pages_repeat)],
    },
    Bug {
        name: "pages-lose-last",
        does: "the last page of ListSecretVersionIds lacks its last version",
        seen: "family: a boundary counted not at all",
        breaks: &[RuleId::Wire012],
        hooks: &[Hook::Says(pages_lose_last)],
    },
    Bug {
        name: "describe-hides-custom-labels",
        does: "DescribeSecret shows the labels of the service and no custom ones",
        seen: "family: a fixed list of labels",
        breaks: &[
            RuleId::State008,
            RuleId::State011,
            RuleId::State010,
            RuleId::State012,
            RuleId::State020,
            RuleId::State026,
            RuleId::Read005,
        ],
        hooks: &[Hook::Says(describe_hides_custom_labels)],
    },
    Bug {
        name: "batch-drops-failures",
        does: "BatchGetSecretValue says nothing of a secret that cannot be read",
        seen: "family: errors swallowed in a loop",
        breaks: &[RuleId::Read006],
        hooks: &[Hook::Says(batch_drops_failures)],
    },
    Bug {
        name: "batch-empty",
        does: "BatchGetSecretValue by names answers no value",
        seen: "moto 5.2.5 answers an error for secrets whose value it cannot place",
        breaks: &[RuleId::Read006],
        hooks: &[Hook::Says(batch_empty)],
    },
];

fn pending_id_listed(answer: &mut Answer, scene: &Scene<'_>) {
    let Body::Output(Output::Versions(page)) = &mut answer.body else { return };
    let Some(secret) = scene.subject() else { return };
    if page.next_token.is_some() {
        return;
    }
    let unfilled = secret.versions.iter().filter(|version| version.content.value == Content::Unfilled);
    let entries = unfilled.map(|version| VersionEntry {
        version_id: Some(version.id.clone()),
        version_stages: Some(secret.labels_of(&version.id).cloned().collect()),
        ..VersionEntry::default()
    });
    page.versions.get_or_insert_default().extend(entries);
}

fn described_without_versions(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Description(shown)) = &mut answer.body {
        shown.version_ids_to_stages = None;
    }
}

fn default_read_stale(operation: &mut Operation, scene: &Scene<'_>) {
    let Operation::GetSecretValue(get) = operation else { return };
    let Some(secret) = scene.active() else { return };
    let is_default = get.version_id.is_none() && get.version_stage.is_none();
    let was_moved = secret.put_by(&Label::Current) == Origin::Client(Action::UpdateSecretVersionStage);
    let old = scene.holder(&Label::Previous).filter(|id| secret.value(id).is_some());
    if is_default && was_moved && old.is_some() {
        get.version_id = old.cloned();
    }
}

fn value(answer: &mut Answer) -> Option<&mut SecretValue> {
    match &mut answer.body {
        Body::Output(Output::Value(value)) => Some(value),
        _ => None,
    }
}

fn read_shows_one_label(answer: &mut Answer, scene: &Scene<'_>) {
    let Operation::GetSecretValue(get) = scene.operation else { return };
    let asked = get.version_stage.clone().unwrap_or(Label::Current);
    if let Some(value) = value(answer)
        && value.version_stages.as_ref().is_some_and(|labels| labels.contains(&asked))
    {
        value.version_stages = Some(vec![asked]);
    }
}

fn stage_ignored_with_id(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::GetSecretValue(get) = operation
        && get.version_id.is_some()
    {
        get.version_stage = None;
    }
}

fn id_ignored_with_stage(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::GetSecretValue(get) = operation
        && get.version_stage.is_some()
    {
        get.version_id = None;
    }
}

fn deprecated_listed(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::ListSecretVersionIds(list) = operation {
        list.include_deprecated = Some(true);
    }
}

fn deprecated_never_listed(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::ListSecretVersionIds(list) = operation {
        list.include_deprecated = None;
    }
}

fn deprecated_pruned(world: &mut World, _: &Scene<'_>) {
    let Some(secret) = world.secret.as_deref_mut() else { return };
    let labels = &secret.labels;
    secret.versions.retain(|version| labels.iter().any(|cell| cell.holder.value.as_ref() == Some(&version.id)));
}

fn update_rewrites_value(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecret(_), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let old = scene.holder(&Label::Current).filter(|_| !scene.is_refused);
    let new = secret.holder(&Label::Current).flatten().and_then(|id| secret.value(id)).cloned();
    let rewritten = |version: &&mut Version| Some(&version.id) == old;
    if let (Some(version), Some(new)) = (secret.versions.iter_mut().find(rewritten), new) {
        version.content.value = Content::Value(new);
    }
}

fn fifth_version_evicts_first(world: &mut World, _: &Scene<'_>) {
    let Some(secret) = world.secret.as_mut().filter(|secret| secret.versions.len() > 4) else { return };
    let evicted = secret.versions.remove(0).id;
    secret.labels.retain(|cell| cell.holder.value.as_ref() != Some(&evicted));
}

/// The page of versions, and whether the request continues a listing.
fn page(answer: &mut Answer) -> Option<&mut crate::model::VersionPage> {
    match &mut answer.body {
        Body::Output(Output::Versions(page)) => Some(page),
        _ => None,
    }
}

fn pages_repeat(answer: &mut Answer, scene: &Scene<'_>) {
    let listing = scene.active().and_then(|secret| secret.listing.as_ref());
    let last = listing.and_then(|listing| listing.seen.last());
    if let (Some(page), Some(last)) = (page(answer), last)
        && let Some(versions) = &mut page.versions
        && let Some(mut entry) = versions.first().cloned()
    {
        entry.version_id = Some(last.clone());
        entry.version_stages = None;
        versions.insert(0, entry);
    }
}

fn pages_lose_last(answer: &mut Answer, scene: &Scene<'_>) {
    let Operation::ListSecretVersionIds(list) = scene.operation else { return };
    let is_paged = list.next_token.is_some() || list.max_results.is_some();
    if let Some(page) = page(answer)
        && page.next_token.is_none()
        && is_paged
        && let Some(versions) = &mut page.versions
    {
        versions.pop();
    }
}

fn describe_hides_custom_labels(answer: &mut Answer, _: &Scene<'_>) {
    let Body::Output(Output::Description(shown)) = &mut answer.body else { return };
    let Some(map) = &mut shown.version_ids_to_stages else { return };
    for labels in map.values_mut() {
        labels.retain(|label| !matches!(label, Label::Custom(_)));
    }
    map.retain(|_, labels| !labels.is_empty());
}

fn batch_drops_failures(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Batch(batch)) = &mut answer.body {
        batch.errors = None;
    }
}

fn batch_empty(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Batch(batch)) = &mut answer.body {
        batch.secret_values = Some(Vec::new());
    }
}
