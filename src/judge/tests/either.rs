//! Where the documents leave open what is answered: either answer is good, and which one the endpoint gives is reported.

use std::time::Duration;

use crate::model::ErrorType::{InvalidParameterException, InvalidRequestException, ResourceExistsException};
use crate::model::{Body, ErrorType, Request};
use crate::rule::RuleId as R;
use serde_json::{Value, json};

use super::mutant::{Accepted, Refused, contract};
use super::requests::{
    ask, cancel, configured, create, create_empty, days, delete, force_delete, list, look, put, put_as, restore,
    rotate, rotate_later, rotate_monthly, stage,
};
use super::scene::Scene;

/// A rule that leaves an answer open, a history, and a refusal of its last call that is as good as an acceptance; what is
/// reported of an acceptance, and of a refusal.
struct Either(R, Vec<Request>, ErrorType, &'static str, &'static str);

fn wish(members: Value) -> Request {
    ask("RotateSecret", members)
}

/// A secret and a version that only once had a label.
fn two_versions() -> Vec<Request> {
    vec![create(), put("$t2", "b")]
}

fn then(mut requests: Vec<Request>, last: Request) -> Vec<Request> {
    requests.push(last);
    requests
}

fn of_labels() -> Vec<Either> {
    let row = |rule, requests: Vec<Request>, accepted, refused| {
        Either(rule, requests, InvalidParameterException, accepted, refused)
    };
    let of_pending =
        ("an undocumented move of AWSPENDING is accepted", "an undocumented move of AWSPENDING is refused");
    let of_current =
        ("an undocumented move of AWSCURRENT is accepted", "an undocumented move of AWSCURRENT is refused");
    let of_previous =
        ("an undocumented move of AWSPREVIOUS is accepted", "an undocumented move of AWSPREVIOUS is refused");
    let of_custom =
        ("an undocumented move of a custom label is accepted", "an undocumented move of a custom label is refused");
    let removal = (
        "an undocumented removal of a custom label is accepted",
        "an undocumented removal of a custom label is refused",
    );
    let by_put = ("AWSPREVIOUS by PutSecretValue is accepted", "AWSPREVIOUS by PutSecretValue is refused");
    [
        (R::State024, vec![create(), stage("AWSPENDING", "", "$t1")], of_pending),
        (R::State024, vec![create(), stage("AWSCURRENT", "", "$t1")], of_current),
        (R::State029, vec![create(), stage("AWSCURRENT", "$t1", "$t1")], of_current),
        (R::State029, vec![create(), stage("mine", "", "")], removal),
        (R::State024, vec![create(), stage("mine", "$t1", "")], removal),
        (R::State024, then(two_versions(), stage("mine", "$t1", "$t2")), of_custom),
        (R::State024, then(two_versions(), stage("AWSPREVIOUS", "$t1", "$t2")), of_previous),
        (R::State024, vec![create(), put_as("$t2", &["AWSPREVIOUS"])], by_put),
    ]
    .into_iter()
    .map(|(rule, requests, (accepted, refused))| row(rule, requests, accepted, refused))
    .collect()
}

fn of_repetitions() -> Vec<Either> {
    let update = |token: &str| ask("UpdateSecret", json!({ "ClientRequestToken": token, "SecretString": "b" }));
    vec![
        creation_again(then(two_versions(), create())),
        // No record shows a CreateSecret that repeats a put: the first one of its token made nothing.
        creation_again(vec![
            create(),
            put("$t2", "b"),
            ask("CreateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" })),
        ]),
        Either(
            R::Idem007,
            vec![create(), update("$t2"), update("$t2")],
            ResourceExistsException,
            "the same token and value again is accepted",
            "the same token and value again is refused",
        ),
        Either(
            R::Err016,
            vec![create(), delete(), delete()],
            InvalidRequestException,
            "a second DeleteSecret is accepted",
            "a second DeleteSecret is refused",
        ),
        Either(
            R::Err012,
            vec![create(), restore()],
            InvalidRequestException,
            "RestoreSecret of an active secret is accepted",
            "RestoreSecret of an active secret is refused",
        ),
        Either(
            R::Err007,
            vec![create(), delete(), look()],
            InvalidRequestException,
            "DescribeSecret answers for a secret marked for deletion",
            "DescribeSecret refuses a secret marked for deletion",
        ),
        Either(
            R::Err008,
            vec![create(), delete(), list(true)],
            InvalidRequestException,
            "ListSecretVersionIds answers for a secret marked for deletion",
            "ListSecretVersionIds refuses a secret marked for deletion",
        ),
        Either(
            R::Conc008,
            vec![create(), force_delete(), create()],
            InvalidRequestException,
            "the name is free after a forced delete",
            "the name is refused for a while after a forced delete",
        ),
    ]
}

fn creation_again(requests: Vec<Request>) -> Either {
    let accepted = "accepted where it is no repetition of what made AWSCURRENT's version";
    let refused = "refused where it is no repetition of what made AWSCURRENT's version";
    Either(R::Idem005, requests, ResourceExistsException, accepted, refused)
}

fn of_rotation() -> Vec<Either> {
    let token = |token: &str| json!({ "ClientRequestToken": token });
    let mut partner = token("$t2");
    partner["RotationLambdaARN"] = json!("$function");
    partner["RotationRules"] = days(30);
    partner["ExternalSecretRotationRoleArn"] = json!("arn:aws:iam::123456789012:role/partner");
    let pending_elsewhere = |last: Request| vec![create(), put_as("$t2", &["AWSPENDING"]), last];
    let cancelled = vec![create(), rotate_monthly("$t2"), cancel(), look(), rotate_monthly("$t3")];
    let mut rows: Vec<_> = [
        (R::Conf025, vec![create(), wish(partner)]),
        (R::Conf012, then(then(configured(&days(30)), cancel()), wish(token("$t3")))),
        (R::Idem012, then(configured(&days(30)), rotate_monthly("$t2"))),
        (R::Idem013, vec![create(), rotate_monthly("$t1")]),
        (R::Life026, vec![create_empty(), rotate_monthly("$t2")]),
        (R::Prog013, pending_elsewhere(rotate_later("$t3"))),
        (R::Prog011, cancelled),
        (R::Val012, vec![create(), rotate("$t2", &json!({ "Duration": "2h" }))]),
        (R::Val008, vec![create(), rotate("$t2", &days(1000))]),
    ]
    .into_iter()
    .map(|(rule, requests)| {
        Either(rule, requests, InvalidRequestException, "RotateSecret is accepted", "RotateSecret is refused")
    })
    .collect();
    rows.push(Either(
        R::Conf021,
        vec![create(), cancel()],
        InvalidRequestException,
        "CancelRotateSecret without rotation is accepted",
        "CancelRotateSecret without rotation is refused",
    ));
    rows
}

fn all() -> Vec<Either> {
    [of_labels(), of_repetitions(), of_rotation()].into_iter().flatten().collect()
}

/// What is reported of the rule, or what the judge has against the history.
fn reported(scene: &Scene, rule: R) -> Result<Vec<String>, String> {
    let (judge, violations) = scene.judged(Duration::ZERO);
    match violations.is_empty() {
        true => Ok(judge.exercise().readings(rule).map(str::to_owned).collect()),
        false => Err(format!("{}\n{}", scene.accusations(&violations), scene.story())),
    }
}

/// The history with the service's answer to its last call, and with one of the other kind.
fn both(requests: Vec<Request>, refusal: ErrorType) -> [(bool, Scene); 2] {
    let mut scene = Scene::of(&requests);
    let is_accepted = matches!(scene.answer().body, Body::Output(_));
    let other = if is_accepted { Refused(refusal) } else { Accepted };
    [(is_accepted, scene), (!is_accepted, contract(R::State001, requests, other).scene())]
}

#[test]
fn either_answer_is_good_and_which_one_it_was_is_reported() {
    let mut faults = Vec::new();
    for Either(rule, requests, refusal, of_acceptance, of_refusal) in all() {
        for (is_accepted, scene) in both(requests, refusal) {
            let expected = if is_accepted { of_acceptance } else { of_refusal };
            let seen = reported(&scene, rule);
            if seen.as_deref() != Ok(&[expected.to_owned()]) {
                faults.push(format!("{rule}: expected {expected:?}, got {seen:#?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whichever answer was given, a wish of which the documents say nothing may have been fulfilled or not.
#[test]
fn where_an_undocumented_wish_leaves_the_labels_is_open() {
    let mut faults = Vec::new();
    for Either(rule, requests, refusal, ..) in of_labels() {
        for (is_accepted, mut scene) in both(requests, refusal) {
            scene.ask(&look());
            if let Err(accusation) = reported(&scene, rule) {
                faults.push(format!("{rule}, accepted {is_accepted}: {accusation}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
