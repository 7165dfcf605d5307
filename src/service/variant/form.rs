//! The form of answers: members without a value, dates, ARNs.

use super::Otherwise;
use crate::model::{Answer, Body, Description, Output, Text, Timestamp, World};
use crate::service::hook::{Hook, Scene};

pub(super) static VARIANTS: &[Otherwise] = &[
    Otherwise {
        name: "empty-members",
        does: "members without a value are there: false, an empty text, an empty list or an empty map",
        permitted_by: "ROT-WIRE-008, ROT-CONF-003, C-23",
        differs: &[],
        hooks: &[Hook::Says(empty_members)],
    },
    Otherwise {
        name: "whole-seconds",
        does: "dates are whole seconds, also in the header",
        permitted_by: "ROT-WIRE-006",
        differs: &[],
        hooks: &[Hook::Says(whole_seconds)],
    },
    Otherwise {
        name: "other-account",
        does: "secrets have ARNs of another partition, Region and account",
        permitted_by: "ROT-IDENT-002",
        differs: &[],
        hooks: &[Hook::Stores(other_account)],
    },
];

fn empty_members(answer: &mut Answer, _: &Scene<'_>) {
    match &mut answer.body {
        Body::Output(Output::Description(shown)) => empty_description(shown),
        Body::Output(Output::Secrets(page)) => page.secret_list.iter_mut().flatten().for_each(empty_description),
        Body::Output(Output::Versions(page)) => {
            page.versions.get_or_insert_default().iter_mut().for_each(|entry| {
                entry.version_stages.get_or_insert_default();
                entry.kms_key_ids.get_or_insert_default();
            });
        }
        Body::Output(Output::Value(value)) => {
            value.version_stages.get_or_insert_default();
        }
        Body::Output(Output::Batch(batch)) => {
            batch.errors.get_or_insert_default();
            batch.secret_values.get_or_insert_default();
        }
        Body::Output(Output::Receipt(receipt)) => {
            receipt.version_stages.get_or_insert_default();
        }
        Body::Output(Output::Empty) | Body::Error(_) | Body::Unreadable(_) => {}
    }
}

fn empty_description(shown: &mut Description) {
    let empty = || Text::from("");
    shown.description.get_or_insert_with(empty);
    shown.kms_key_id.get_or_insert_with(empty);
    shown.rotation_enabled.get_or_insert(false);
    shown.rotation_lambda_arn.get_or_insert_with(empty);
    shown.rotation_rules.get_or_insert_default();
    shown.tags.get_or_insert_default();
    shown.version_ids_to_stages.get_or_insert_default();
}

fn whole_seconds(answer: &mut Answer, scene: &Scene<'_>) {
    answer.form.date = Some(scene.now);
    let floor = |date: &mut Option<Timestamp>| {
        if let Some(date) = date {
            date.0 = date.0.floor();
        }
    };
    floor(&mut answer.form.date);
    match &mut answer.body {
        Body::Output(Output::Description(shown)) => {
            for date in [
                &mut shown.created_date,
                &mut shown.last_changed_date,
                &mut shown.last_accessed_date,
                &mut shown.deleted_date,
            ] {
                floor(date);
            }
        }
        Body::Output(Output::Value(value)) => floor(&mut value.created_date),
        Body::Output(Output::Versions(page)) => {
            page.versions.iter_mut().flatten().for_each(|entry| floor(&mut entry.created_date));
        }
        Body::Output(Output::Receipt(receipt)) => floor(&mut receipt.deletion_date),
        Body::Output(Output::Batch(_) | Output::Secrets(_) | Output::Empty) | Body::Error(_) | Body::Unreadable(_) => {}
    }
}

fn other_account(world: &mut World, scene: &Scene<'_>) {
    let is_new = scene.before.secret.is_none();
    if let (true, Some(secret)) = (is_new, &mut world.secret)
        && secret.arn.is_none()
    {
        let suffix = format!("{:06}", scene.call % 1_000_000);
        secret.arn =
            Some(format!("arn:aws-cn:secretsmanager:cn-north-1:000000000001:secret:{}-{suffix}", world.name).into());
    }
}
