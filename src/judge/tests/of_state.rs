//! Mutants of the rules about versions and staging labels: ROT-STATE, and ROT-READ.

use crate::model::ErrorType::{InvalidParameterException, InvalidRequestException, ResourceNotFoundException};
use crate::model::{Output, Request, Timestamp};
use crate::rule::RuleId as R;
use serde_json::json;

use super::mutant::{Accepted, Mutant, Refused, Says, contract, fidelity, page, show, shown, value};
use super::requests::{ask, create, create_empty, get, list, look, put, put_as, rotate_monthly, stage};

pub(crate) fn mutants() -> Vec<Mutant> {
    [laws(), stored(), labels(), lists(), moves(), removals(), reads(), other_reads(), quotas()]
        .into_iter()
        .flatten()
        .collect()
}

fn laws() -> Vec<Mutant> {
    vec![
        contract(
            R::State001,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, scene| {
                show(output, scene, &[("$t1", &["AWSCURRENT", "AWSPENDING"]), ("$t2", &["AWSPENDING"])]);
            }),
        ),
        contract(
            R::State002,
            [create(), look(), stage("AWSCURRENT", "$t1", "$t1"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"])])),
        ),
        contract(
            R::State003,
            [create(), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT", "X"])])),
        ),
        contract(
            R::State026,
            [create(), look(), put_as("$t2", &["X"]), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT", "Y"]), ("$t2", &["X"])])),
        ),
        contract(
            R::State011,
            [create(), look(), stage("X", "", "$t1"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT", "X", "Y"])])),
        ),
        contract(
            R::Life010,
            [create(), look(), rotate_monthly("$t2"), look()],
            Says(|output, scene| {
                show(output, scene, &[("$t1", &["AWSCURRENT", "Y"]), ("$t2", &["AWSPENDING"])]);
            }),
        ),
        contract(
            R::State003,
            [create(), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"])])),
        ),
        contract(
            R::State003,
            [create_empty(), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])])),
        ),
        contract(
            R::State018,
            [create(), get(json!({})), get(json!({ "VersionId": "$t1" }))],
            Says(|output, _| value(output).secret_string = Some("b".into())),
        ),
    ]
}

fn stored() -> Vec<Mutant> {
    let update = ask("UpdateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    vec![
        contract(
            R::State004,
            [create_empty(), put_as("$t1", &["X"]), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["X"])])),
        ),
        contract(
            R::State005,
            [create(), look(), put("$t2", "b"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])])),
        ),
        contract(
            R::State005,
            [create(), look(), update.clone(), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])])),
        ),
        contract(R::State005, [create(), put("$t2", "b")], Refused(InvalidRequestException)),
        contract(R::State005, [create(), update], Refused(InvalidRequestException)),
        contract(
            R::State006,
            [create(), put("$t2", "b"), look(), put("$t3", "c"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t3", &["AWSCURRENT"])])),
        ),
        contract(
            R::State006,
            [create(), put_as("$t2", &["X"]), look(), stage("AWSCURRENT", "$t1", "$t2"), look()],
            Says(|output, scene| show(output, scene, &[("$t2", &["AWSCURRENT", "X"])])),
        ),
        contract(
            R::State007,
            [create(), look(), put_as("$t2", &["AWSPENDING"]), look()],
            Says(|output, scene| {
                show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT", "AWSPENDING"])]);
            }),
        ),
        contract(R::State007, [create(), put_as("$t2", &["X"])], Refused(InvalidParameterException)),
        contract(
            R::State017,
            [create(), put_as("$t2", &["AWSCURRENT", "AWSPENDING"]), look(), put("$t3", "c"), look()],
            Says(|output, scene| {
                show(output, scene, &[("$t2", &["AWSPREVIOUS", "AWSPENDING"]), ("$t3", &["AWSCURRENT"])]);
            }),
        ),
    ]
}

fn labels() -> Vec<Mutant> {
    let named = ["AWSSOMETHING", "AWSPENDING", "PUT1"];
    vec![
        contract(
            R::State008,
            [create(), put_as("$t2", &["X"]), look(), put_as("$t3", &["X"]), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["X"])])),
        ),
        contract(
            R::State008,
            [create(), put_as("$t2", &["AWSCURRENT", "X"]), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["X"])])),
        ),
        contract(
            R::State026,
            [create(), put_as("$t2", &["X", "Y"]), look(), put_as("$t3", &["X"]), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t3", &["X"])])),
        ),
        contract(R::State020, [create(), put_as("$t2", &named)], Refused(InvalidParameterException)),
        contract(
            R::State020,
            [
                create(),
                put_as("$t2", &["AWSSOMETHING"]),
                stage("AWSCURRENT", "$t1", "$t2"),
                look(),
                stage("AWSCURRENT", "$t2", "$t1"),
                look(),
            ],
            Says(|output, scene| {
                show(output, scene, &[("$t1", &["AWSCURRENT", "AWSSOMETHING"]), ("$t2", &["AWSPREVIOUS"])]);
            }),
        ),
    ]
}

fn lists() -> Vec<Mutant> {
    vec![
        contract(
            R::State009,
            [create(), put("$t2", "b"), put("$t3", "c"), look(), list(true)],
            Says(|output, scene| {
                let first = scene.text("$t1");
                page(output).versions.get_or_insert_default().retain(|entry| entry.version_id.as_ref() != Some(&first));
            }),
        ),
        contract(
            R::State009,
            [create(), put("$t2", "b"), put("$t3", "c"), look(), list(false)],
            Says(|output, scene| {
                let versions = page(output).versions.get_or_insert_default();
                let mut first = versions[0].clone();
                first.version_id = Some(scene.text("$t1"));
                first.version_stages = None;
                versions.push(first);
            }),
        ),
        contract(
            R::State010,
            [create(), put("$t2", "b"), stage("PUT0", "", "$t1"), put("$t3", "c"), look(), list(false)],
            Says(|output, scene| {
                let first = scene.text("$t1");
                page(output).versions.get_or_insert_default().retain(|entry| entry.version_id.as_ref() != Some(&first));
            }),
        ),
        fidelity(
            R::State009,
            [create(), put("$t2", "b"), put("$t3", "c"), look()],
            Says(|output, scene| {
                let first = scene.text("$t1");
                shown(output).version_ids_to_stages.get_or_insert_default().insert(first, vec![]);
            }),
        ),
        fidelity(
            R::Read005,
            [create(), put_as("$t2", &["X"]), look(), list(false)],
            Says(|output, _| {
                page(output).versions.get_or_insert_default().iter_mut().for_each(|entry| {
                    entry.version_stages = entry.version_stages.take().filter(|labels| labels[0].as_str() != "X");
                });
            }),
        ),
        contract(R::Wire012, [create(), put("$t2", "b"), pages(1)], Says(|output, _| page(output).next_token = None)),
    ]
}

/// The first page of a list of all versions.
fn pages(size: i64) -> Request {
    ask("ListSecretVersionIds", json!({ "IncludeDeprecated": true, "MaxResults": size }))
}

fn moves() -> Vec<Mutant> {
    let shadow = [create(), put("$t2", "b"), put_as("$t3", &["X"])];
    let with = |request| [shadow.to_vec(), vec![request]].concat();
    vec![
        contract(R::State011, [create(), stage("X", "", "$t1")], Refused(InvalidParameterException)),
        contract(
            R::State011,
            [create(), stage("X", "", "$t1"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"])])),
        ),
        contract(
            R::State011,
            [create(), put("$t2", "b"), look(), stage("X", "", "$t1"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT", "X"]), ("$t2", &["AWSPREVIOUS"])])),
        ),
        contract(R::State012, with(stage("AWSCURRENT", "", "$t1")), Accepted),
        contract(R::State012, with(stage("AWSCURRENT", "", "$t1")), Refused(InvalidRequestException)),
        contract(R::State012, with(stage("X", "", "$t1")), Accepted),
        contract(R::State012, with(stage("AWSCURRENT", "$t2", "$t1")), Refused(InvalidParameterException)),
        contract(R::State013, with(stage("AWSCURRENT", "$t1", "$t3")), Accepted),
        contract(R::State013, with(stage("X", "$t1", "$t2")), Accepted),
        contract(
            R::State013,
            [with(look()), vec![stage("AWSCURRENT", "$t1", "$t3"), look()]].concat(),
            Says(|output, scene| {
                show(output, scene, &[("$t2", &["AWSPREVIOUS"]), ("$t3", &["AWSCURRENT", "X"])]);
            }),
        ),
    ]
}

fn removals() -> Vec<Mutant> {
    let pending = [create(), put_as("$t2", &["AWSPENDING"]), look(), stage("AWSPENDING", "$t2", "")];
    let previous = vec![create(), put("$t2", "b"), look(), stage("AWSPREVIOUS", "$t1", "")];
    vec![
        contract(R::State014, [create(), stage("AWSCURRENT", "$t1", "")], Accepted),
        contract(R::State014, [create(), stage("AWSCURRENT", "$t1", "")], Refused(InvalidRequestException)),
        contract(R::State015, pending.clone(), Refused(InvalidParameterException)),
        contract(
            R::State015,
            [pending.to_vec(), vec![look()]].concat(),
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPENDING"])])),
        ),
        contract(
            R::State015,
            [create(), put_as("$t2", &["X"]), look(), stage("X", "$t2", "")],
            Refused(InvalidParameterException),
        ),
        // What is attached nowhere arrives nowhere by being removed, whatever the answer.
        contract(
            R::State015,
            [create(), look(), stage("AWSPENDING", "$t1", ""), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT", "AWSPENDING"])])),
        ),
        fidelity(R::State015, previous.clone(), Refused(InvalidParameterException)),
        fidelity(
            R::State015,
            [previous, vec![look()]].concat(),
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])])),
        ),
    ]
}

fn reads() -> Vec<Mutant> {
    let two = vec![create(), put("$t2", "b"), look()];
    let with = |request| [two.clone(), vec![request]].concat();
    let labelled = [create(), put_as("$t2", &["X", "Y"]), look(), get(json!({ "VersionStage": "X" }))];
    vec![
        contract(
            R::Read001,
            with(get(json!({}))),
            Says(|output, scene| {
                let value = value(output);
                value.version_id = Some(scene.text("$t1"));
                value.secret_string = Some("a".into());
                value.version_stages = Some(vec!["AWSPREVIOUS".into()]);
            }),
        ),
        contract(R::Read001, with(get(json!({}))), Says(|output, _| value(output).secret_string = Some("a".into()))),
        contract(R::Read001, with(get(json!({}))), Refused(ResourceNotFoundException)),
        contract(
            R::Read002,
            with(get(json!({ "VersionStage": "AWSPREVIOUS" }))),
            Says(|output, _| value(output).secret_string = Some("b".into())),
        ),
        contract(
            R::Read002,
            with(get(json!({ "VersionId": "$t1" }))),
            Says(|output, scene| value(output).version_id = Some(scene.text("$t2"))),
        ),
        contract(R::Read002, with(get(json!({ "VersionId": "$t1" }))), Refused(ResourceNotFoundException)),
        contract(R::Read003, labelled, Says(|output, _| value(output).version_stages = Some(vec!["X".into()]))),
        contract(R::Read004, with(get(json!({}))), Says(|output, _| value(output).created_date = None)),
        fidelity(
            R::Read004,
            [create(), put("$t2", "b"), list(true), get(json!({}))],
            Says(|output, _| value(output).created_date = Some(Timestamp(1_700_000_000.0))),
        ),
    ]
}

/// A secret of this many versions, all of them listed.
fn many_versions(count: usize) -> Vec<Request> {
    // The tokens 90 to 99 are those of special lengths.
    let numbers = (2_u32..).filter(|number| !(90..100).contains(number));
    let puts = numbers.take(count - 1).map(|number| put(&format!("$t{number}"), "b"));
    [create()].into_iter().chain(puts).chain([list(true)]).collect()
}

fn quotas() -> Vec<Mutant> {
    let read = |members| [many_versions(102), vec![get(members)]].concat();
    let labels = |range: std::ops::Range<u32>| range.map(|number| format!("L{number}")).collect::<Vec<_>>();
    let labelled =
        |token: &str, labels: &[String]| put_as(token, &labels.iter().map(String::as_str).collect::<Vec<_>>());
    let full = [create(), labelled("$t2", &labels(0..15)), labelled("$t3", &labels(15..20))];
    let with = |request| [full.to_vec(), vec![request]].concat();
    vec![
        contract(R::State022, read(json!({ "VersionStage": "AWSPREVIOUS" })), Refused(ResourceNotFoundException)),
        fidelity(R::State022, read(json!({ "VersionId": "$t1" })), Refused(ResourceNotFoundException)),
        fidelity(R::State021, with(put_as("$t4", &["L20"])), Accepted),
        fidelity(R::State021, with(stage("L20", "", "$t1")), Accepted),
    ]
}

fn other_reads() -> Vec<Mutant> {
    let one_unknown = ask("BatchGetSecretValue", json!({ "SecretIdList": ["$s1", "$s9"] }));
    let listed = ask("ListSecrets", json!({}));
    vec![
        contract(R::Read006, [create(), one_unknown.clone()], Refused(ResourceNotFoundException)),
        contract(
            R::Read006,
            [create(), one_unknown.clone()],
            Says(|output, _| {
                if let Output::Batch(batch) = output {
                    batch.errors = None;
                }
            }),
        ),
        contract(
            R::Read006,
            [create(), one_unknown.clone()],
            Says(|output, _| {
                if let Output::Batch(batch) = output {
                    batch.secret_values = None;
                }
            }),
        ),
        fidelity(
            R::Read006,
            [create(), one_unknown.clone()],
            Says(|output, _| {
                if let Output::Batch(batch) = output {
                    batch.errors.get_or_insert_default()[0].error_code = Some("InternalServiceError".into());
                }
            }),
        ),
        fidelity(
            R::Read008,
            [create(), put("$t2", "b"), one_unknown],
            Says(|output, _| {
                if let Output::Batch(batch) = output {
                    batch.secret_values.get_or_insert_default()[0].secret_string = Some("a".into());
                }
            }),
        ),
        fidelity(R::Read007, [create(), ask("BatchGetSecretValue", json!({}))], Accepted),
        fidelity(
            R::Read009,
            [create(), look(), listed],
            Says(|output, scene| {
                if let Output::Secrets(page) = output {
                    let second = scene.text("$t2");
                    let entry = &mut page.secret_list.get_or_insert_default()[0];
                    entry.version_ids_to_stages = Some([(second, vec!["AWSCURRENT".into()])].into());
                }
            }),
        ),
    ]
}
