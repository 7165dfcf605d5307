//! Mutants of the rules about requests and tokens: ROT-VAL and ROT-IDEM.

use crate::model::ErrorType::{
    InvalidParameterException, InvalidRequestException, ResourceExistsException, ResourceNotFoundException,
};
use crate::rule::RuleId as R;
use serde_json::json;

use super::mutant::{Accepted, Mutant, Refused, Says, contract, fidelity, page, receipt, show, shown};
use super::requests::{ask, create, days, describe_anew, get, list, look, put, put_as, rotate, rotate_monthly};

pub(crate) fn mutants() -> Vec<Mutant> {
    [validation(), rotation_parameters(), fidelity_of_validation(), puts(), creations_and_updates()]
        .into_iter()
        .flatten()
        .collect()
}

fn validation() -> Vec<Mutant> {
    let without_id = ask("RotateSecret", json!({ "SecretId": null, "ClientRequestToken": "$t2" }));
    let untold = json!({ "SecretString": "b" });
    let two = json!({ "ClientRequestToken": "$t2", "SecretString": "b", "SecretBinary": "AAEC" });
    let rotate_eighth =
        ask("RotateSecret", json!({ "SecretId": "$s8", "ClientRequestToken": "$t2", "RotationRules": days(30) }));
    vec![
        contract(R::Val001, [without_id], Accepted),
        contract(R::Val002, [create(), put("$t90", "b")], Accepted),
        contract(R::Val002, [create(), put("$t93", "b")], Accepted),
        contract(R::Val002, [create(), put("$t91", "b")], Refused(InvalidParameterException)),
        contract(R::Val002, [create(), put("$t92", "b")], Refused(InvalidParameterException)),
        contract(R::Val002, [create(), rotate_monthly("$t90")], Accepted),
        contract(R::Val003, [create(), put("$t94", "b")], Refused(InvalidParameterException)),
        contract(R::Val005, [ask("CreateSecret", untold.clone())], Accepted),
        contract(R::Val005, [create(), ask("PutSecretValue", untold.clone())], Accepted),
        contract(R::Val005, [create(), ask("UpdateSecret", untold.clone())], Accepted),
        fidelity(R::Val005, [create(), ask("UpdateSecret", untold)], Refused(InvalidParameterException)),
        contract(R::Val014, [create(), ask("UpdateSecretVersionStage", json!({ "MoveToVersionId": "$t1" }))], Accepted),
        fidelity(R::Val014, [create(), put_as("$t2", &[])], Accepted),
        contract(R::Val015, [create(), ask("PutSecretValue", json!({ "ClientRequestToken": "$t2" }))], Accepted),
        contract(
            R::Val015,
            [
                create(),
                ask(
                    "PutSecretValue",
                    json!({ "ClientRequestToken": "$t2", "SecretString": "b", "SecretBinary": "AAEC" }),
                ),
            ],
            Accepted,
        ),
        contract(R::Val022, [ask("CreateSecret", two.clone())], Accepted),
        contract(R::Val022, [ask("CreateSecret", two.clone())], Refused(InvalidRequestException)),
        contract(R::Val022, [create(), ask("UpdateSecret", two.clone())], Accepted),
        fidelity(R::Val022, [create(), ask("UpdateSecret", two)], Refused(InvalidRequestException)),
        contract(R::Val017, [rotate_eighth], Accepted),
        contract(R::Val017, [get(json!({ "SecretId": "$s8" }))], Accepted),
        contract(R::Val017, [ask("CreateSecret", json!({ "Name": "$s8" }))], Accepted),
        fidelity(R::Val017, [get(json!({ "SecretId": "$s8" }))], Refused(ResourceNotFoundException)),
    ]
}

fn rotation_parameters() -> Vec<Mutant> {
    let both = json!({ "AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(10 days)" });
    let for_three_hours = json!({ "ScheduleExpression": "rate(10 days)", "Duration": "3h" });
    let long = json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "x".repeat(2049) });
    let without_function = ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationRules": days(30) }));
    let with_missing = ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "$missing" }));
    vec![
        contract(R::Val004, [create(), ask("RotateSecret", json!({ "RotationLambdaARN": "$function" }))], Accepted),
        fidelity(
            R::Val004,
            [create(), ask("RotateSecret", json!({ "RotationLambdaARN": "$function" }))],
            Refused(InvalidRequestException),
        ),
        contract(R::Val007, [create(), ask("RotateSecret", long)], Accepted),
        contract(R::Val008, [create(), rotate("$t2", &days(0))], Accepted),
        contract(R::Val008, [create(), rotate("$t2", &days(1001))], Accepted),
        contract(R::Val008, [create(), rotate("$t2", &days(1))], Refused(InvalidParameterException)),
        contract(R::Val008, [create(), rotate("$t2", &days(999))], Refused(InvalidParameterException)),
        contract(R::Val009, [create(), rotate("$t2", &both)], Accepted),
        contract(R::Val009, [create(), rotate("$t2", &both)], Refused(InvalidRequestException)),
        contract(R::Val010, [create(), rotate("$t2", &for_three_hours)], Refused(InvalidParameterException)),
        contract(
            R::Val020,
            [create(), look(), without_function.clone(), look()],
            Says(|output, _| shown(output).rotation_enabled = Some(true)),
        ),
        contract(
            R::Val020,
            [create(), look(), without_function, look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPENDING"])])),
        ),
        contract(
            R::Val020,
            [create(), look(), with_missing, look()],
            Says(|output, scene| shown(output).rotation_lambda_arn = Some(scene.text("$s1"))),
        ),
        contract(
            R::Val020,
            [create(), put_as("$t2", &["AWSPENDING"]), look(), rotate_monthly("$t3"), list(true)],
            Says(|output, scene| {
                let versions = page(output).versions.get_or_insert_default();
                let mut third = versions[0].clone();
                third.version_id = Some(scene.text("$t3"));
                third.version_stages = None;
                versions.push(third);
            }),
        ),
    ]
}

fn fidelity_of_validation() -> Vec<Mutant> {
    let hours = |text: &str| json!({ "AutomaticallyAfterDays": 30, "Duration": text });
    let at = |text: &str| json!({ "ScheduleExpression": text });
    let short = json!({ "ClientRequestToken": "$t2", "SecretString": "b", "RotationToken": "x".repeat(35) });
    let of_nobody = json!({ "SecretId": "$s9", "RotationLambdaARN": "$function" });
    let late = json!({ "ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "4h" });
    let by_role = json!({
        "ClientRequestToken": "$t2", "RotationLambdaARN": "$function", "RotationRules": days(30),
        "ExternalSecretRotationRoleArn": "x".repeat(19),
    });
    vec![
        fidelity(R::Val006, [ask("RotateSecret", of_nobody)], Refused(ResourceNotFoundException)),
        fidelity(R::Val010, [create(), rotate("$t2", &hours("3m"))], Accepted),
        fidelity(R::Val010, [create(), rotate("$t2", &hours("100h"))], Accepted),
        fidelity(R::Val011, [create(), rotate("$t2", &at("rate(3 hours)"))], Accepted),
        fidelity(R::Val011, [create(), rotate("$t2", &at("every day"))], Accepted),
        fidelity(R::Val012, [create(), rotate("$t2", &at("cron(15 8 1 * ? *)"))], Accepted),
        fidelity(R::Val013, [create(), rotate("$t2", &late)], Accepted),
        fidelity(R::Val010, [create(), rotate("$t2", &hours("25h"))], Accepted),
        fidelity(R::Val011, [create(), rotate("$t2", &at("rate(24 hours)"))], Accepted),
        fidelity(R::Val011, [create(), rotate("$t2", &at("rate(1001 days)"))], Accepted),
        fidelity(R::Val016, [create(), ask("PutSecretValue", short)], Accepted),
        fidelity(R::Val018, [create(), ask("DeleteSecret", json!({ "RecoveryWindowInDays": 6 }))], Accepted),
        fidelity(R::Val019, [create(), ask("ListSecretVersionIds", json!({ "MaxResults": 101 }))], Accepted),
        fidelity(
            R::Val019,
            [create(), ask("ListSecretVersionIds", json!({ "NextToken": "x" }))],
            Refused(InvalidParameterException),
        ),
        fidelity(R::Val021, [create(), ask("RotateSecret", by_role)], Accepted),
    ]
}

fn puts() -> Vec<Mutant> {
    let second = ask("CreateSecret", json!({ "Name": "$s2", "ClientRequestToken": "$t1", "SecretString": "b" }));
    let put_to_second =
        ask("PutSecretValue", json!({ "SecretId": "$s2", "ClientRequestToken": "$t2", "SecretString": "b" }));
    let other = json!({ "ClientRequestToken": "$t2", "SecretString": "other", "VersionStages": ["AWSPENDING"] });
    vec![
        contract(
            R::Idem001,
            [create(), put("$t2", "b")],
            Says(|output, scene| receipt(output).version_id = Some(scene.text("$t1"))),
        ),
        contract(
            R::Idem001,
            [create(), rotate_monthly("$t2")],
            Says(|output, scene| receipt(output).version_id = Some(scene.text("$t1"))),
        ),
        contract(R::Idem001, [create()], Says(|output, scene| receipt(output).version_id = Some(scene.text("$t2")))),
        contract(R::Idem002, [create(), look(), put("$t1", "a")], Refused(ResourceExistsException)),
        contract(
            R::Idem002,
            [create(), put("$t2", "b"), look(), put("$t1", "a"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPREVIOUS"])])),
        ),
        contract(
            R::Idem002,
            [create(), list(true), put("$t1", "a"), list(true)],
            Says(|output, scene| {
                let versions = page(output).versions.get_or_insert_default();
                let mut second = versions[0].clone();
                second.version_id = Some(scene.text("$t2"));
                second.version_stages = None;
                versions.push(second);
            }),
        ),
        fidelity(
            R::Idem002,
            [create(), look(), put("$t1", "a")],
            Says(|output, _| receipt(output).version_stages = Some(vec!["AWSPREVIOUS".into()])),
        ),
        contract(R::Idem003, [create(), put("$t1", "b")], Accepted),
        fidelity(R::Idem015, [create(), second.clone()], Refused(ResourceExistsException)),
        fidelity(R::Idem015, [create(), second, put("$t2", "b"), put_to_second], Refused(ResourceExistsException)),
        contract(R::Idem003, [create(), put("$t1", "b")], Refused(InvalidRequestException)),
        contract(
            R::Idem009,
            [create(), rotate_monthly("$t2"), put_as("$t2", &["AWSPENDING"])],
            Refused(ResourceExistsException),
        ),
        contract(
            R::Idem010,
            [create(), rotate_monthly("$t2"), put_as("$t2", &["AWSPENDING"]), ask("PutSecretValue", other.clone())],
            Accepted,
        ),
        contract(
            R::Idem010,
            [create(), rotate_monthly("$t2"), put_as("$t2", &["AWSPENDING"]), ask("PutSecretValue", other)],
            Refused(InvalidRequestException),
        ),
    ]
}

fn creations_and_updates() -> Vec<Mutant> {
    let update = |value: &str| ask("UpdateSecret", json!({ "ClientRequestToken": "$t1", "SecretString": value }));
    let create_again =
        |token: &str, value: &str| ask("CreateSecret", json!({ "ClientRequestToken": token, "SecretString": value }));
    vec![
        contract(R::Idem005, [create(), create()], Refused(ResourceExistsException)),
        contract(
            R::Idem005,
            [create(), create()],
            Says(|output, scene| receipt(output).arn = Some(scene.text("$s2.arn"))),
        ),
        contract(R::Idem006, [create(), create_again("$t2", "a")], Accepted),
        contract(R::Idem006, [create(), create_again("$t1", "b")], Accepted),
        contract(R::Idem006, [create(), create_again("$t1", "b")], Refused(InvalidRequestException)),
        contract(R::Idem007, [create(), update("b")], Accepted),
        contract(R::Idem007, [create(), update("b")], Refused(InvalidRequestException)),
        contract(
            R::Idem008,
            [create(), describe_anew("d")],
            Says(|output, scene| receipt(output).version_id = Some(scene.text("$t9"))),
        ),
        contract(
            R::Idem008,
            [create(), list(true), describe_anew("d"), list(true)],
            Says(|output, scene| {
                let versions = page(output).versions.get_or_insert_default();
                let mut ninth = versions[0].clone();
                ninth.version_id = Some(scene.text("$t9"));
                ninth.version_stages = None;
                versions.push(ninth);
            }),
        ),
        contract(
            R::Idem008,
            [ask("CreateSecret", json!({ "ClientRequestToken": "$t1" }))],
            Says(|output, scene| receipt(output).version_id = Some(scene.text("$t1"))),
        ),
    ]
}
