//! What reads show where the documents say nothing, or two things.

use super::Otherwise;
use crate::model::{Answer, Body, IdForm, Operation, Output, Text, VersionPage, World, form_of};
use crate::rule::RuleId;
use crate::service::hook::{Hook, Scene, rename};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "pages-of-one",
        does: "ListSecretVersionIds lists one version on each page, whatever MaxResults says",
        permitted_by: "ROT-WIRE-012",
        differs: &[],
        hooks: &[Hook::Reads(pages_of_one)],
    },
    Otherwise {
        name: "first-page-empty",
        does: "the first page of ListSecretVersionIds is empty and has a NextToken",
        permitted_by: "ROT-WIRE-012",
        differs: &[],
        hooks: &[Hook::Says(first_page_empty)],
    },
    Otherwise {
        name: "other-order",
        does: "versions, labels and secrets are listed in another order",
        permitted_by: "ROT-STATE-009, ROT-READ-003; the order means nothing",
        differs: &[],
        hooks: &[Hook::Says(other_order)],
    },
    Otherwise {
        name: "lists-lag",
        does: "ListSecrets knows of no secret yet",
        permitted_by: "ROT-READ-009, ROT-CONC-002",
        differs: &[],
        hooks: &[Hook::Says(lists_lag)],
    },
    Otherwise {
        name: "suffixed-name-found",
        does: "the partial ARN of a name that ends like an ARN finds the secret",
        permitted_by: "ROT-IDENT-004",
        differs: &[],
        hooks: &[Hook::Reads(suffixed_name_found)],
    },
    Otherwise {
        name: "partial-arn-where-stated",
        does: "partial ARNs find a secret for GetSecretValue and RotateSecret alone",
        permitted_by: "ROT-IDENT-003",
        differs: &[RuleId::Ident003, RuleId::State011, RuleId::State012, RuleId::State015],
        hooks: &[Hook::Reads(partial_arn_where_stated)],
    },
    Otherwise {
        name: "empty-entries-shown",
        does: "DescribeSecret shows versions without labels, each with an empty list",
        permitted_by: "ROT-STATE-009",
        differs: &[RuleId::State009],
        hooks: &[Hook::Says(empty_entries_shown)],
    },
    Otherwise {
        name: "everything-changes-dates",
        does: "every accepted change of a secret sets LastChangedDate",
        permitted_by: "ROT-CONF-017",
        differs: &[],
        hooks: &[Hook::Stores(everything_changes_dates)],
    },
    Otherwise {
        name: "always-accessed",
        does: "LastAccessedDate is there from the start",
        permitted_by: "ROT-CONF-018",
        differs: &[RuleId::Conf018],
        hooks: &[Hook::Says(always_accessed)],
    },
];

fn page(answer: &mut Answer) -> Option<&mut VersionPage> {
    match &mut answer.body {
        Body::Output(Output::Versions(page)) => Some(page),
        _ => None,
    }
}

fn pages_of_one(operation: &mut Operation, _: &Scene<'_>) {
    if let Operation::ListSecretVersionIds(list) = operation
        && list.max_results.is_none_or(|results| (1..=100).contains(&results))
    {
        list.max_results = Some(1);
    }
}

fn first_page_empty(answer: &mut Answer, scene: &Scene<'_>) {
    let Operation::ListSecretVersionIds(list) = scene.operation else { return };
    let (None, Some(page)) = (&list.next_token, page(answer)) else { return };
    let kind = if list.include_deprecated == Some(true) { "all" } else { "labelled" };
    page.versions = Some(Vec::new());
    page.next_token = Some(format!("after-0-{kind}").into());
}

fn other_order(answer: &mut Answer, _: &Scene<'_>) {
    match &mut answer.body {
        Body::Output(Output::Versions(page)) => page.versions.iter_mut().for_each(|versions| versions.reverse()),
        Body::Output(Output::Description(shown)) => {
            shown.version_ids_to_stages.iter_mut().flat_map(|map| map.values_mut()).for_each(|labels| labels.reverse());
        }
        Body::Output(Output::Value(value)) => value.version_stages.iter_mut().for_each(|labels| labels.reverse()),
        Body::Output(Output::Batch(batch)) => {
            batch.secret_values.iter_mut().for_each(|values| values.reverse());
            batch.errors.iter_mut().for_each(|errors| errors.reverse());
        }
        Body::Output(Output::Secrets(page)) => page.secret_list.iter_mut().for_each(|secrets| secrets.reverse()),
        Body::Output(Output::Receipt(receipt)) => {
            receipt.version_stages.iter_mut().for_each(|labels| labels.reverse());
        }
        Body::Output(Output::Empty) | Body::Error(_) | Body::Unreadable(_) => {}
    }
}

fn lists_lag(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Secrets(page)) = &mut answer.body {
        page.secret_list = Some(Vec::new());
    }
}

/// How the request denotes its secret.
fn form(operation: &Operation, scene: &Scene<'_>) -> Option<IdForm> {
    let arn = scene.active()?.arn.as_deref();
    form_of(operation.secret_id()?, &scene.before.name, arn)
}

fn suffixed_name_found(operation: &mut Operation, scene: &Scene<'_>) {
    if form(operation, scene) == Some(IdForm::PartialArnOfSuffixedName) {
        rename(operation, &scene.before.name);
    }
}

fn partial_arn_where_stated(operation: &mut Operation, scene: &Scene<'_>) {
    let is_stated = matches!(operation, Operation::GetSecretValue(_) | Operation::RotateSecret(_));
    let arn = scene.before.secret.as_ref().and_then(|secret| secret.arn.as_deref());
    let Some(id) = operation.secret_id().cloned().filter(|_| !is_stated) else { return };
    if form_of(&id, &scene.before.name, arn) == Some(IdForm::PartialArn) {
        rename(operation, &format!("{id}-none").into());
    }
}

fn empty_entries_shown(answer: &mut Answer, scene: &Scene<'_>) {
    let (Some(secret), Body::Output(Output::Description(shown))) = (scene.subject(), &mut answer.body) else { return };
    let stored = secret.versions.iter().filter(|version| secret.value(&version.id).is_some());
    let ids: Vec<Text> = stored.map(|version| version.id.clone()).collect();
    let map = shown.version_ids_to_stages.get_or_insert_default();
    for id in ids {
        map.entry(id).or_default();
    }
}

fn everything_changes_dates(world: &mut World, scene: &Scene<'_>) {
    if let (false, false, Some(secret)) = (scene.is_refused, scene.operation.is_read(), &mut world.secret) {
        secret.dates.changed = Some(scene.now);
    }
}

fn always_accessed(answer: &mut Answer, scene: &Scene<'_>) {
    if let Body::Output(Output::Description(shown)) = &mut answer.body {
        let midnight = (scene.now.0 / crate::model::Timestamp::DAY).floor() * crate::model::Timestamp::DAY;
        shown.last_accessed_date = Some(crate::model::Timestamp(midnight));
    }
}
