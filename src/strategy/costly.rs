//! Cases that take many calls or much data, which a run makes once: quotas, and paging over more than one page.

use super::Case;
use crate::model::{
    CreateSecret, DescribeSecret, GetSecretValue, Label, ListSecretVersionIds, Operation, PutSecretValue, Request,
    Text, UpdateSecretVersionStage,
};

/// How many labels are attached, of which a secret may have 20 (ROT-STATE-021).
const LABELS: u8 = 25;
/// How many versions are made; from about 100 on one may be refused (ROT-STATE-022).
const VERSIONS: u8 = 130;
/// The first token of the versions that are made in numbers.
const FIRST_TOKEN: u8 = 100;
/// How many versions a page of the listing has (ROT-WIRE-012).
const PAGE: i64 = 50;
/// How many pages there are: three full ones would be enough, but a page may be shorter than was asked for.
const PAGES: usize = 4;

/// All of them, the cheaper ones first.
#[must_use]
pub fn costly() -> Vec<Case> {
    vec![long_values(), many_labels(), many_versions()]
}

/// Values of the greatest length, and of one character more (ROT-VAL-015).
fn long_values() -> Case {
    let put = |token: &str, value: &str| {
        let request = PutSecretValue {
            secret_id: secret(),
            client_request_token: Some(token.into()),
            secret_string: Some(value.into()),
            ..PutSecretValue::default()
        };
        Operation::PutSecretValue(request).into()
    };
    let get = || Operation::GetSecretValue(GetSecretValue { secret_id: secret(), ..GetSecretValue::default() }).into();
    let steps = vec![create(), put("$t2", "$long"), get(), put("$t3", "$too-long"), put("$t2", "$long"), get()];
    Case { steps }
}

/// More labels than a secret may have, on two versions.
fn many_labels() -> Case {
    let mut steps: Vec<Request> = vec![create(), put(2)];
    for number in 0..LABELS {
        let version = if number % 2 == 0 { "$t1" } else { "$t2" };
        let request = UpdateSecretVersionStage {
            secret_id: secret(),
            version_stage: Some(Label::from(format!("LABEL{number}").as_str())),
            move_to_version_id: Some(version.into()),
            remove_from_version_id: None,
        };
        steps.push(Operation::UpdateSecretVersionStage(request).into());
    }
    steps.extend([describe(), list(None)]);
    Case { steps }
}

/// More versions than are kept, of which the first has a label that nobody moves.
fn many_versions() -> Case {
    let mut steps: Vec<Request> = vec![create()];
    let label = UpdateSecretVersionStage {
        secret_id: secret(),
        version_stage: Some("KEPT".into()),
        move_to_version_id: Some("$t1".into()),
        remove_from_version_id: None,
    };
    steps.push(Operation::UpdateSecretVersionStage(label).into());
    steps.extend((FIRST_TOKEN..FIRST_TOKEN + VERSIONS).map(put));
    let kept = GetSecretValue { secret_id: secret(), version_stage: Some("KEPT".into()), ..GetSecretValue::default() };
    steps.extend([describe(), Operation::GetSecretValue(kept).into(), list(Some(PAGE))]);
    steps.extend((1..PAGES).map(|_| next_page()));
    Case { steps }
}

#[expect(clippy::unnecessary_wraps, reason = "the member is optional")]
fn secret() -> Option<Text> {
    Some("$s1".into())
}

fn create() -> Request {
    let request = CreateSecret {
        name: secret(),
        client_request_token: Some("$t1".into()),
        secret_string: Some("value-a".into()),
        ..CreateSecret::default()
    };
    Operation::CreateSecret(request).into()
}

fn put(token: u8) -> Request {
    let request = PutSecretValue {
        secret_id: secret(),
        client_request_token: Some(format!("$t{token}").into()),
        secret_string: Some("value-b".into()),
        ..PutSecretValue::default()
    };
    Operation::PutSecretValue(request).into()
}

fn describe() -> Request {
    Operation::DescribeSecret(DescribeSecret { secret_id: secret() }).into()
}

fn list(max_results: Option<i64>) -> Request {
    let request = ListSecretVersionIds {
        secret_id: secret(),
        include_deprecated: Some(true),
        max_results,
        ..ListSecretVersionIds::default()
    };
    Operation::ListSecretVersionIds(request).into()
}

/// The page after the last one; the first one again if that was the last.
fn next_page() -> Request {
    let request = ListSecretVersionIds {
        secret_id: secret(),
        include_deprecated: Some(true),
        max_results: Some(PAGE),
        next_token: Some("$s1.next".into()),
    };
    Operation::ListSecretVersionIds(request).into()
}
