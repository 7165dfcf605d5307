//! Cases about the life of a rotation whose function the harness plays: fixed ones, and random ones.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::Deserialize;

use super::{Case, Menu};
use crate::model::{
    CancelRotateSecret, CreateSecret, DeleteSecret, DescribeSecret, Failure, FunctionDeparture, FunctionRead,
    GetSecretValue, Label, Operation, PutSecretValue, Request, RestoreSecret, RotateSecret, RotationRules,
    RotationStep, Script, Text, UpdateSecret, UpdateSecretVersionStage,
};

/// A case, and what it shows in a few words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// What it shows.
    pub purpose: String,
    /// The requests, with what the functions do.
    pub case: Case,
}

/// The cases that this menu permits, each with what it shows.
///
/// # Panics
///
/// Never: a test reads the compiled file.
#[must_use]
pub fn stories(menu: Menu) -> Vec<Story> {
    let lines = include_str!("../../specs/rotations.ndjson").lines();
    let all = lines.map(|line| serde_json::from_str(line).expect("a test reads the compiled file"));
    all.filter(|story: &Story| menu.permits(&story.case)).collect()
}

/// The random case of this seed and index: a secret, a rotation whose function departs from finishing in a few ways, what
/// clients do meanwhile, perhaps another rotation, and a look at the end.
///
/// # Panics
///
/// Never: no strategy here rejects what it draws.
#[must_use]
pub fn rotation(seed: u64, index: u64) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&index.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    case().new_tree(&mut runner).expect("nothing is rejected").current()
}

fn case() -> impl Strategy<Value = Case> {
    let before = vec(change(), 0..=1);
    let during = || vec(change(), 0..=3);
    (prop::bool::weighted(0.85), before, rotate(true), during(), option::of(rotate(false)), during()).prop_map(
        |(has_value, before, first, during, second, after)| {
            let mut operations = vec![create(has_value).into()];
            operations.extend(before.into_iter().map(Request::from));
            operations.push(first);
            operations.extend(during.into_iter().map(Request::from));
            operations.extend(second);
            operations.extend(after.into_iter().map(Request::from));
            operations.push(describe().into());
            Case { steps: operations.into_iter().scan(1, |token, step| Some(with_token(step, token))).collect() }
        },
    )
}

/// The request with the next token in place of a fresh one.
fn with_token(mut step: Request, next: &mut u8) -> Request {
    let token = match &mut step.operation {
        Operation::CreateSecret(request) => &mut request.client_request_token,
        Operation::PutSecretValue(request) => &mut request.client_request_token,
        Operation::UpdateSecret(request) => &mut request.client_request_token,
        Operation::RotateSecret(request) => &mut request.client_request_token,
        _ => return step,
    };
    if token.is_none() {
        *token = Some(format!("$t{next}").into());
        *next += 1;
    }
    step
}

fn id() -> Text {
    "$s1".into()
}

fn create(has_value: bool) -> Operation {
    let secret_string = has_value.then(|| "value-a".into());
    Operation::CreateSecret(CreateSecret { name: Some(id()), secret_string, ..CreateSecret::default() })
}

fn describe() -> Operation {
    Operation::DescribeSecret(DescribeSecret { secret_id: Some(id()) })
}

/// A RotateSecret with what its function does; the first of a case names the function.
fn rotate(is_first: bool) -> impl Strategy<Value = Request> {
    let names_function = if is_first { 1.0 } else { 0.3 };
    let at_once = prop_oneof![6 => Just(None), 1 => Just(Some(true)), 2 => Just(Some(false))];
    (prop::bool::weighted(names_function), at_once, vec(departure(), 0..=3)).prop_map(
        |(names_function, rotate_immediately, departures)| {
            let rules = RotationRules { automatically_after_days: Some(30), ..RotationRules::default() };
            let request = RotateSecret {
                secret_id: Some(id()),
                rotation_lambda_arn: names_function.then(|| "$acting".into()),
                rotation_rules: names_function.then_some(rules),
                rotate_immediately,
                ..RotateSecret::default()
            };
            Request { script: Some(Script { departures }), ..Operation::RotateSecret(request).into() }
        },
    )
}

fn departure() -> impl Strategy<Value = FunctionDeparture> {
    let step = || select(&RotationStep::ALL[..]);
    let reads = [FunctionRead::Description, FunctionRead::ByVersion, FunctionRead::ByLabel, FunctionRead::ByBoth];
    let times = prop_oneof![Just(None), Just(Some(1))];
    prop_oneof![
        4 => (step(), select(reads.to_vec())).prop_map(|(step, what)| FunctionDeparture::Read { step, what }),
        4 => (step(), 1_u8..=3).prop_map(|(step, calls)| FunctionDeparture::Hold { step, calls }),
        3 => (step(), select(&Failure::ALL[..]), times)
            .prop_map(|(step, how, times)| FunctionDeparture::Fail { step, how, times }),
        1 => select(vec![
            FunctionDeparture::NoValue,
            FunctionDeparture::StoreTwice,
            FunctionDeparture::StoreAnother,
            FunctionDeparture::NoPromotion,
            FunctionDeparture::TakePendingOff,
        ]),
        1 => step().prop_map(FunctionDeparture::PromoteIn),
    ]
}

/// What a client does before, during or after a rotation.
fn change() -> impl Strategy<Value = Operation> {
    let put = |labels: Option<Vec<Label>>| {
        let put = PutSecretValue {
            secret_id: Some(id()),
            secret_string: Some("value-b".into()),
            ..PutSecretValue::default()
        };
        Operation::PutSecretValue(PutSecretValue { version_stages: labels, ..put })
    };
    let update =
        UpdateSecret { secret_id: Some(id()), secret_string: Some("value-b".into()), ..UpdateSecret::default() };
    let take_off = UpdateSecretVersionStage {
        secret_id: Some(id()),
        version_stage: Some(Label::Pending),
        remove_from_version_id: Some("$s1.AWSPENDING".into()),
        ..UpdateSecretVersionStage::default()
    };
    let rules = RotationRules { automatically_after_days: Some(7), ..RotationRules::default() };
    let change_rules = RotateSecret { secret_id: Some(id()), rotation_rules: Some(rules), ..RotateSecret::default() };
    let repeat = RotateSecret {
        secret_id: Some(id()),
        client_request_token: Some("$s1.AWSPENDING".into()),
        rotation_lambda_arn: Some("$acting".into()),
        ..RotateSecret::default()
    };
    prop_oneof![
        6 => Just(describe()),
        2 => Just(Operation::GetSecretValue(GetSecretValue { secret_id: Some(id()), ..GetSecretValue::default() })),
        4 => Just(put(None)),
        1 => Just(put(Some(vec![Label::Custom("MINE".into())]))),
        1 => Just(put(Some(vec![Label::Pending]))),
        2 => Just(Operation::UpdateSecret(update)),
        1 => Just(Operation::UpdateSecretVersionStage(take_off)),
        2 => Just(Operation::RotateSecret(change_rules)),
        1 => Just(Operation::RotateSecret(repeat)),
        1 => Just(Operation::CancelRotateSecret(CancelRotateSecret { secret_id: Some(id()) })),
        1 => Just(Operation::DeleteSecret(DeleteSecret { secret_id: Some(id()), ..DeleteSecret::default() })),
        1 => Just(Operation::RestoreSecret(RestoreSecret { secret_id: Some(id()) })),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_case_is_a_function_of_seed_and_index() {
        assert_eq!(rotation(1, 2), rotation(1, 2));
        let many: Vec<_> = (0..200).map(|index| rotation(1, index)).collect();
        assert!(many.iter().any(|case| *case != many[0]));
        let departures = many.iter().flat_map(|case| &case.steps).filter_map(|step| step.script.as_ref());
        assert!(departures.map(|script| script.departures.len()).max() == Some(3));
    }

    #[test]
    fn there_is_a_story_of_each_step_that_fails() {
        let stories = stories(Menu { has_acting_function: true, ..Menu::default() });
        assert!(!stories.is_empty());
        for step in RotationStep::ALL {
            let scripts = stories.iter().flat_map(|story| &story.case.steps).filter_map(|step| step.script.as_ref());
            assert!(scripts.into_iter().any(|script| script.failure(step, 0).is_some()), "{step:?}");
        }
    }

    #[test]
    fn without_a_function_that_is_played_there_are_none() {
        assert!(stories(Menu { has_function: true, ..Menu::default() }).is_empty());
    }
}
