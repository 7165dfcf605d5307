//! Mutants of the rules about errors, identifiers and the form of answers: ROT-ERR, ROT-IDENT and ROT-WIRE.

use crate::model::Departure::{
    ExtraMember, MediaType, MessageSpelling, NoRequestId, NotADate, NotBase64, TypeNotBare, WithoutValue,
};
use crate::model::ErrorType::{
    InvalidParameterException, InvalidRequestException, ResourceNotFoundException, UnknownOperationException,
};
use crate::model::{Departure, ErrorType, Timestamp};
use crate::rule::RuleId as R;
use serde_json::json;

use super::mutant::{Accepted, Form, Mutant, Refused, Says, Status, contract, fidelity, page, receipt, shown, value};
use super::requests::{
    ask, cancel, create, days, delete, describe, force_delete, get, list, look, oddly, put, put_as, restore,
    rotate_monthly, stage,
};

pub(crate) fn mutants() -> Vec<Mutant> {
    [not_found(), without_function(), marked(), deleted(), versions(), identifiers(), partial(), forms(), bodies()]
        .into_iter()
        .flatten()
        .collect()
}

fn not_found() -> Vec<Mutant> {
    let unknown = get(json!({ "SecretId": "$s9" }));
    let rotation = ask("RotateSecret", json!({ "SecretId": "$s9", "ClientRequestToken": "$t2" }));
    vec![
        contract(R::Err001, [create(), unknown.clone()], Accepted),
        contract(R::Err001, [unknown.clone()], Refused(InvalidRequestException)),
        contract(R::Err001, [rotation], Refused(InvalidRequestException)),
        contract(R::Err001, [describe("$s9")], Accepted),
        contract(R::Err002, [unknown.clone()], Status(500)),
        contract(R::Err002, [create(), put_as("$t2", &[])], Status(500)),
        fidelity(R::Err002, [unknown.clone()], Status(404)),
        fidelity(R::Err015, [create(), delete(), list(false)], Refused(ErrorType::Other("TeapotException".into()))),
    ]
}

fn without_function() -> Vec<Mutant> {
    let bare = ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationRules": days(30) }));
    let missing = ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "$missing" }));
    vec![
        contract(R::Err003, [create(), bare.clone()], Accepted),
        contract(R::Err003, [create(), bare], Refused(InvalidParameterException)),
        contract(R::Err004, [create(), missing.clone()], Accepted),
        fidelity(R::Err004, [create(), missing], Refused(InvalidParameterException)),
    ]
}

fn marked() -> Vec<Mutant> {
    let update = ask("UpdateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    let tag = ask("TagResource", json!({ "Tags": [{ "Key": "k", "Value": "v" }] }));
    let untag = ask("UntagResource", json!({ "TagKeys": ["k"] }));
    let work =
        [get(json!({})), put("$t2", "b"), update, stage("X", "", "$t1"), rotate_monthly("$t2"), cancel(), tag, untag];
    let accepted = work.clone().into_iter().map(|request| contract(R::Err006, [create(), delete(), request], Accepted));
    let of_other_type = work[..2]
        .iter()
        .map(|request| contract(R::Err006, [create(), delete(), request.clone()], Refused(ResourceNotFoundException)));
    let anew = ask("CreateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    accepted
        .chain(of_other_type)
        .chain([
            fidelity(R::Err007, [create(), delete(), look()], Says(|output, _| shown(output).deleted_date = None)),
            fidelity(
                R::Err007,
                [create(), look(), delete(), look()],
                Says(|output, _| shown(output).version_ids_to_stages = None),
            ),
            contract(R::Err011, [create(), delete(), anew.clone()], Accepted),
            contract(R::Err011, [create(), delete(), anew], Refused(ErrorType::ResourceExistsException)),
        ])
        .collect()
}

fn deleted() -> Vec<Mutant> {
    let in_a_week = ask("DeleteSecret", json!({ "RecoveryWindowInDays": 7 }));
    let unknown = ask("DeleteSecret", json!({ "SecretId": "$s9", "ForceDeleteWithoutRecovery": true }));
    let back = [create(), look(), delete(), restore()];
    vec![
        contract(R::Err009, [create(), delete()], Says(|output, _| receipt(output).deletion_date = None)),
        contract(
            R::Err009,
            [create(), in_a_week],
            Says(|output, _| {
                let date = receipt(output).deletion_date.expect("the service gives one");
                receipt(output).deletion_date = Some(Timestamp(date.0 + 23.0 * Timestamp::DAY));
            }),
        ),
        fidelity(
            R::Err009,
            [create(), delete()],
            Says(|output, _| {
                let date = receipt(output).deletion_date.expect("the service gives one");
                receipt(output).deletion_date = Some(Timestamp(date.0 + 3_600.0));
            }),
        ),
        contract(R::Err010, [unknown.clone()], Refused(ResourceNotFoundException)),
        fidelity(R::Err010, [unknown], Says(|output, _| receipt(output).arn = None)),
        contract(R::Err010, [create(), delete(), force_delete()], Refused(InvalidRequestException)),
        contract(R::Err012, back.clone(), Refused(InvalidRequestException)),
        contract(
            R::Err012,
            [back.to_vec(), vec![look()]].concat(),
            Says(|output, _| shown(output).deleted_date = Some(Timestamp(1_700_000_000.0))),
        ),
        contract(
            R::Err012,
            [back.to_vec(), vec![look()]].concat(),
            Says(|output, _| shown(output).version_ids_to_stages = None),
        ),
    ]
}

fn versions() -> Vec<Mutant> {
    let previous = get(json!({ "VersionStage": "AWSPREVIOUS" }));
    let unknown = get(json!({ "VersionId": "$t7" }));
    let mismatch = get(json!({ "VersionId": "$t1", "VersionStage": "AWSCURRENT" }));
    vec![
        contract(R::Err013, [create(), previous.clone()], Accepted),
        contract(R::Err013, [create(), previous], Refused(InvalidRequestException)),
        contract(R::Err013, [create(), unknown.clone()], Accepted),
        contract(R::Err013, [create(), unknown], Refused(InvalidParameterException)),
        contract(R::Err014, [create(), put("$t2", "b"), mismatch.clone()], Accepted),
        contract(R::Err014, [create(), put("$t2", "b"), mismatch], Refused(ResourceNotFoundException)),
    ]
}

fn identifiers() -> Vec<Mutant> {
    let anew = ask("CreateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "a" }));
    let odd = ask("CreateSecret", json!({ "Name": "$s3", "ClientRequestToken": "$t1", "SecretString": "a" }));
    let long = ask("CreateSecret", json!({ "Name": "n".repeat(513) }));
    let by_suffixed_name = describe("$s1.suffixed");
    let put_by_arn =
        ask("PutSecretValue", json!({ "SecretId": "$s1.arn", "ClientRequestToken": "$t3", "SecretString": "b" }));
    vec![
        contract(R::Ident001, [create(), describe("$s1.arn")], Refused(ResourceNotFoundException)),
        contract(R::Ident001, [create(), look()], Says(|output, _| shown(output).arn = None)),
        contract(
            R::Ident001,
            [create(), describe("$s1.arn")],
            Says(|output, scene| shown(output).name = Some(scene.text("$s1.arn"))),
        ),
        contract(
            R::Ident001,
            [create(), put("$t2", "b")],
            Says(|output, scene| receipt(output).arn = Some(scene.text("$s1.partial"))),
        ),
        contract(
            R::Ident002,
            [create()],
            Says(|output, _| {
                receipt(output).arn =
                    Some("arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf".into());
            }),
        ),
        fidelity(R::Ident002, [create()], Says(|output, scene| receipt(output).arn = Some(scene.text("$s1.partial")))),
        fidelity(R::Ident005, [create(), by_suffixed_name], Accepted),
        contract(R::Ident006, [create(), force_delete(), anew.clone(), describe("$s1.former")], Accepted),
        contract(R::Ident006, [create(), force_delete(), put_by_arn, anew.clone(), describe("$s1.former")], Accepted),
        fidelity(
            R::Conc008,
            [vec![create(), force_delete()], vec![describe("$s9"); 65], vec![anew.clone()]].concat(),
            Refused(InvalidRequestException),
        ),
        fidelity(
            R::Ident006,
            [create(), force_delete(), anew],
            Says(|output, scene| receipt(output).arn = Some(scene.text("$s1.former"))),
        ),
        contract(R::Ident007, [odd], Refused(InvalidParameterException)),
        fidelity(R::Ident007, [long], Accepted),
    ]
}

fn partial() -> Vec<Mutant> {
    let members = json!({
        "SecretId": "$s1.partial", "ClientRequestToken": "$t2", "RotationLambdaARN": "$function", "RotationRules": days(30),
    });
    vec![
        contract(
            R::Ident003,
            [create(), get(json!({ "SecretId": "$s1.partial" }))],
            Refused(ResourceNotFoundException),
        ),
        contract(R::Ident003, [create(), ask("RotateSecret", members)], Refused(ResourceNotFoundException)),
        fidelity(R::Ident003, [create(), describe("$s1.partial")], Refused(ResourceNotFoundException)),
    ]
}

fn forms() -> Vec<Mutant> {
    let unknown = get(json!({ "SecretId": "$s9" }));
    let bytes = ask("CreateSecret", json!({ "ClientRequestToken": "$t1", "SecretBinary": "AAEC/w==" }));
    let of = |departure: Departure| Form(departure);
    vec![
        fidelity(R::Wire002, [create()], of(MediaType("application/json".to_owned()))),
        fidelity(R::Wire002, [create()], of(NoRequestId)),
        fidelity(R::Wire003, [unknown.clone()], of(TypeNotBare("a#ResourceNotFoundException".to_owned()))),
        fidelity(R::Wire003, [unknown], of(MessageSpelling("message".to_owned()))),
        contract(R::Wire006, [create(), look()], of(NotADate("CreatedDate".to_owned()))),
        contract(R::Wire007, [bytes.clone(), get(json!({}))], of(NotBase64)),
        contract(
            R::Wire007,
            [bytes, get(json!({}))],
            Says(|output, _| value(output).secret_binary = Some((&[0_u8, 1, 2][..]).into())),
        ),
        contract(
            R::Wire007,
            [create(), get(json!({}))],
            Says(|output, _| value(output).secret_binary = Some((&[97_u8][..]).into())),
        ),
        fidelity(R::Wire008, [create(), look()], of(WithoutValue("Tags".to_owned(), "[]"))),
        fidelity(R::Wire008, [create(), look()], of(WithoutValue("RotationEnabled".to_owned(), "false"))),
        fidelity(R::Wire009, [create(), look()], of(ExtraMember("Colour".to_owned()))),
    ]
}

fn bodies() -> Vec<Mutant> {
    let first = ask("ListSecretVersionIds", json!({ "MaxResults": 1 }));
    let second = ask("ListSecretVersionIds", json!({ "MaxResults": 1, "NextToken": "after-1-labelled" }));
    let nonsense = ask("Malformed", json!({ "Action": "DescribeSecret", "Body": "{" }));
    let unheard = ask("Unknown", json!({ "Action": "ForgetSecret" }));
    vec![
        fidelity(R::Wire005, [create(), oddly("UnknownMembers", &look())], Refused(InvalidParameterException)),
        contract(R::Wire009, [create(), put("$t2", "b")], Says(|output, _| receipt(output).version_stages = None)),
        contract(R::Wire009, [create(), put("$t2", "b")], Says(|output, _| receipt(output).version_id = None)),
        contract(R::Wire009, [create(), rotate_monthly("$t2")], Says(|output, _| receipt(output).version_id = None)),
        contract(
            R::Wire009,
            [create(), rotate_monthly("$t2"), cancel()],
            Says(|output, _| receipt(output).name = None),
        ),
        contract(R::Wire009, [create(), stage("X", "", "$t1")], Says(|output, _| receipt(output).arn = None)),
        contract(R::Wire009, [create(), delete(), restore()], Says(|output, _| receipt(output).name = None)),
        fidelity(R::Wire010, [create(), oddly("LowerCaseSecretId", &look())], Accepted),
        fidelity(R::Wire010, [create(), oddly("NullMember", &list(false))], Refused(InvalidParameterException)),
        fidelity(R::Wire011, [nonsense], Refused(InvalidParameterException)),
        fidelity(R::Wire011, [unheard], Refused(InvalidParameterException)),
        contract(
            R::Wire012,
            [create(), put("$t2", "b"), first, second],
            Says(|output, scene| {
                let entry = &mut page(output).versions.get_or_insert_default()[0];
                entry.version_id = Some(scene.text("$t1"));
                entry.version_stages = Some(vec!["AWSPREVIOUS".into()]);
            }),
        ),
        contract(R::Wire013, [create(), delete()], Refused(UnknownOperationException)),
    ]
}
