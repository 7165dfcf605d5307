//! What each claim makes of an answer: it holds, it does not, or the answer does not say.

use serde_json::{Value, json};

use super::{Claim, Member};
use crate::model::{
    Answer, Body, Departure, Description, ErrorType, Label, Output, Receipt, Request, RotationRules, SecretString,
    Text, Timestamp,
};
use crate::wire::decode_body;

const HOLDS: Option<bool> = Some(true);
const BROKEN: Option<bool> = Some(false);
/// The answer does not say.
const SILENT: Option<bool> = None;

/// An accepted answer with this body.
fn answer(op: &str, body: Value) -> Answer {
    let request: Request = serde_json::from_value(json!({ "op": op, "request": {} })).unwrap();
    let (body, departures) = decode_body(&request.operation, 200, body);
    let is_as_meant = |departure: &Departure| matches!(departure, Departure::WithoutValue(..));
    assert!(departures.iter().all(is_as_meant), "{departures:?}");
    Answer { body, ..Answer::output(Output::Empty) }
}

fn description(body: Value) -> Answer {
    answer("DescribeSecret", body)
}

fn value(body: Value) -> Answer {
    answer("GetSecretValue", body)
}

fn list(body: Value) -> Answer {
    answer("ListSecretVersionIds", body)
}

fn receipt(body: Value) -> Answer {
    answer("PutSecretValue", body)
}

fn batch(body: Value) -> Answer {
    answer("BatchGetSecretValue", body)
}

/// What the claim makes of an answer, and of the same answer where it shows a part of the members only.
#[track_caller]
fn assert_claim(claim: &Claim, answer: &Answer, whole: Option<bool>, of_part: Option<bool>) {
    assert_eq!(claim.holds(answer), whole, "{claim:?} of {:?}", answer.body);
    let part = Answer { partial: true, ..answer.clone() };
    assert_eq!(claim.holds(&part), of_part, "{claim:?} of a part, {:?}", answer.body);
}

fn text(text: &str) -> Text {
    text.into()
}

fn current(holder: Option<&str>) -> Claim {
    Claim::Label(Label::Current, holder.map(Text::from))
}

#[test]
fn a_label_is_on_one_version_of_a_description_or_nowhere() {
    for (shown, holder, whole) in [
        (json!({ "v1": ["AWSCURRENT"] }), Some("v1"), HOLDS),
        (json!({ "v1": ["AWSCURRENT"] }), Some("v2"), BROKEN),
        (json!({ "v1": ["AWSCURRENT"] }), None, BROKEN),
        (json!({ "v1": ["AWSCURRENT"], "v2": ["AWSCURRENT"] }), Some("v1"), BROKEN),
        (json!({ "v1": ["AWSPENDING"] }), None, HOLDS),
        (json!({ "v1": ["AWSPENDING"] }), Some("v1"), BROKEN),
    ] {
        assert_claim(&current(holder), &description(json!({ "VersionIdsToStages": shown })), whole, whole);
    }
    assert_claim(&current(None), &description(json!({})), HOLDS, SILENT);
    assert_claim(&current(Some("v1")), &description(json!({})), BROKEN, SILENT);
}

#[test]
fn a_page_of_versions_tells_a_label_of_the_versions_on_it_alone() {
    for (labels, holder, expected) in [
        (json!(["AWSCURRENT"]), Some("v1"), HOLDS),
        (json!(["AWSCURRENT"]), Some("v2"), BROKEN),
        (json!(["AWSCURRENT"]), None, BROKEN),
        (json!(["AWSPENDING"]), Some("v1"), BROKEN),
        (json!(["AWSPENDING"]), Some("v2"), SILENT),
        (json!(["AWSPENDING"]), None, HOLDS),
    ] {
        let page = list(json!({ "Versions": [{ "VersionId": "v1", "VersionStages": labels }] }));
        assert_claim(&current(holder), &page, expected, expected);
    }
    assert_claim(&current(None), &list(json!({ "Versions": [{ "VersionStages": ["AWSPENDING"] }] })), HOLDS, HOLDS);
    let twice = json!([
        { "VersionId": "v1", "VersionStages": ["AWSCURRENT"] },
        { "VersionId": "v2", "VersionStages": ["AWSCURRENT"] },
    ]);
    assert_claim(&current(Some("v1")), &list(json!({ "Versions": twice })), BROKEN, BROKEN);
}

#[test]
fn a_value_tells_a_label_of_its_own_version_alone() {
    for (labels, holder, expected) in [
        (json!(["AWSCURRENT"]), Some("v1"), HOLDS),
        (json!(["AWSCURRENT"]), Some("v2"), BROKEN),
        (json!(["AWSCURRENT"]), None, BROKEN),
        (json!(["AWSPENDING"]), Some("v1"), BROKEN),
        (json!(["AWSPENDING"]), Some("v2"), SILENT),
    ] {
        let shown = value(json!({ "VersionId": "v1", "VersionStages": labels }));
        assert_claim(&current(holder), &shown, expected, expected);
    }
    assert_claim(&current(Some("v1")), &value(json!({ "VersionId": "v1" })), BROKEN, SILENT);
    assert_claim(&current(Some("v1")), &value(json!({ "VersionStages": ["AWSCURRENT"] })), SILENT, SILENT);
    assert_claim(&current(Some("v1")), &receipt(json!({ "VersionStages": ["AWSCURRENT"] })), SILENT, SILENT);
}

#[test]
fn a_label_that_no_call_has_named_is_told_wherever_labels_are_shown() {
    let labels = json!(["AWSCURRENT", "mine"]);
    let page = list(json!({ "Versions": [{ "VersionId": "v1", "VersionStages": labels }] }));
    let map = description(json!({ "VersionIdsToStages": { "v1": labels } }));
    let read = value(json!({ "VersionId": "v1", "VersionStages": labels }));
    for (known, expected) in [(vec!["mine".into()], HOLDS), (vec!["other".into()], BROKEN), (vec![], BROKEN)] {
        for shown in [&page, &map, &read] {
            assert_claim(&Claim::OnlyLabels(known.clone()), shown, expected, expected);
        }
    }
    assert_claim(&Claim::OnlyLabels(vec![]), &receipt(json!({ "VersionStages": labels })), SILENT, SILENT);
}

#[test]
fn versions_are_listed_shown_or_repeated() {
    let [one, other] = [text("v1"), text("v2")];
    let page = list(json!({ "Versions": [{ "VersionId": "v1" }] }));
    let not_the_last = list(json!({ "Versions": [{ "VersionId": "v1" }], "NextToken": "more" }));
    let map = description(json!({ "VersionIdsToStages": { "v1": ["AWSCURRENT"] } }));
    for (claim, of_page, of_not_the_last, of_map) in [
        (Claim::Listed(one.clone(), true), HOLDS, SILENT, SILENT),
        (Claim::Listed(one.clone(), false), BROKEN, SILENT, SILENT),
        (Claim::Listed(other.clone(), true), BROKEN, SILENT, SILENT),
        (Claim::Listed(other.clone(), false), HOLDS, SILENT, SILENT),
        (Claim::LastPage(vec![one.clone()]), HOLDS, SILENT, SILENT),
        (Claim::LastPage(vec![one.clone(), other.clone()]), BROKEN, SILENT, SILENT),
        (Claim::OnlyVersions { known: vec![one.clone(), other.clone()], others: 0 }, HOLDS, HOLDS, HOLDS),
        (Claim::OnlyVersions { known: vec![other.clone()], others: 0 }, BROKEN, BROKEN, BROKEN),
        (Claim::OnlyVersions { known: vec![other.clone()], others: 1 }, HOLDS, HOLDS, HOLDS),
        (Claim::NotShown(one.clone()), BROKEN, BROKEN, BROKEN),
        (Claim::NotShown(other.clone()), HOLDS, HOLDS, HOLDS),
        (Claim::PageRepeats(vec![one]), BROKEN, BROKEN, BROKEN),
        (Claim::PageRepeats(vec![other]), HOLDS, HOLDS, HOLDS),
    ] {
        assert_claim(&claim, &page, of_page, of_page);
        assert_claim(&claim, &not_the_last, of_not_the_last, of_not_the_last);
        assert_claim(&claim, &map, of_map, of_map);
        assert_claim(&claim, &receipt(json!({ "VersionId": "v1" })), SILENT, SILENT);
    }
}

#[test]
fn the_version_that_is_read_is_the_named_one_or_has_the_label() {
    let named = |id: &str| Claim::Version(id.into());
    let labelled = |id: &str| Claim::HasLabel(Label::Pending, id.into());
    let shown = value(json!({ "VersionId": "v1", "VersionStages": ["AWSCURRENT"] }));
    assert_claim(&named("v1"), &shown, HOLDS, HOLDS);
    assert_claim(&named("v2"), &shown, BROKEN, BROKEN);
    assert_claim(&named("v1"), &value(json!({})), BROKEN, SILENT);
    assert_claim(&named("v1"), &receipt(json!({ "VersionId": "v1" })), SILENT, SILENT);
    assert_claim(&labelled("v1"), &shown, SILENT, SILENT);
    assert_claim(&labelled("v2"), &shown, BROKEN, BROKEN);
    let pending = value(json!({ "VersionId": "v1", "VersionStages": ["AWSPENDING"] }));
    assert_claim(&labelled("v2"), &pending, HOLDS, HOLDS);
    assert_claim(&labelled("v2"), &receipt(json!({ "VersionStages": [] })), SILENT, SILENT);
}

#[test]
fn a_value_is_text_or_bytes_and_just_one_of_them() {
    let stored = Claim::Value(crate::model::Value::Text(SecretString::from("a")));
    for (body, of_value, of_one, in_part) in [
        (json!({ "SecretString": "a" }), HOLDS, HOLDS, HOLDS),
        (json!({ "SecretString": "b" }), BROKEN, HOLDS, BROKEN),
        (json!({ "SecretBinary": "YQ==" }), BROKEN, HOLDS, BROKEN),
        (json!({ "SecretString": "a", "SecretBinary": "YQ==" }), HOLDS, BROKEN, HOLDS),
        (json!({}), BROKEN, BROKEN, SILENT),
    ] {
        assert_claim(&stored, &value(body.clone()), of_value, in_part);
        assert_claim(&Claim::OneValue, &value(body), of_one, SILENT);
    }
    assert_claim(&stored, &description(json!({})), SILENT, SILENT);
    assert_claim(&Claim::OneValue, &description(json!({})), SILENT, SILENT);
}

#[test]
fn a_configuration_without_a_member_is_that_of_no_value() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:f";
    let rules = json!({ "AutomaticallyAfterDays": 30, "Duration": "2h", "ScheduleExpression": "rate(30 days)" });
    let on = json!({ "RotationEnabled": true, "RotationLambdaARN": arn, "RotationRules": rules });
    let off = json!({ "RotationEnabled": false, "RotationRules": {} });
    for (claim, of_on, of_off) in [
        (Claim::Enabled(true), HOLDS, BROKEN),
        (Claim::Enabled(false), BROKEN, HOLDS),
        (Claim::Function(Some(text(arn))), HOLDS, BROKEN),
        (Claim::Function(Some(text("another"))), BROKEN, BROKEN),
        (Claim::Function(None), BROKEN, HOLDS),
        (Claim::Days(Some(30)), HOLDS, BROKEN),
        (Claim::Days(Some(31)), BROKEN, BROKEN),
        (Claim::Days(None), BROKEN, HOLDS),
        (Claim::ComputedDays(30), HOLDS, SILENT),
        (Claim::ComputedDays(1), BROKEN, SILENT),
        (Claim::Duration(Some(text("2h"))), HOLDS, BROKEN),
        (Claim::Duration(None), BROKEN, HOLDS),
        (Claim::Schedule(Some(text("rate(30 days)"))), HOLDS, BROKEN),
        (Claim::Schedule(None), BROKEN, HOLDS),
    ] {
        assert_claim(&claim, &description(on.clone()), of_on, of_on);
        assert_eq!(claim.holds(&description(off.clone())), of_off, "{claim:?}");
        // What is left out is off, or there is none.
        assert_claim(&claim, &description(json!({})), of_off, SILENT);
        assert_claim(&claim, &value(json!({})), SILENT, SILENT);
    }
}

/// The service in this process may keep an empty text, which never goes through the wire.
#[test]
fn an_empty_text_is_no_value() {
    let rules = RotationRules { duration: Some(text("")), schedule_expression: Some(text("")), ..Default::default() };
    let shown =
        Description { rotation_lambda_arn: Some(text("")), rotation_rules: Some(rules), ..Description::default() };
    let shown = Answer::output(Output::Description(Box::new(shown)));
    for claim in [Claim::Function(None), Claim::Duration(None), Claim::Schedule(None)] {
        assert_claim(&claim, &shown, HOLDS, HOLDS);
    }
    let stored = Answer::output(Output::Receipt(Receipt { version_id: Some(text("")), ..Receipt::default() }));
    assert_claim(&Claim::VersionId(None), &stored, HOLDS, HOLDS);
}

#[test]
fn an_answer_about_several_secrets_has_a_value_or_an_error_for_each() {
    let of_text = |value: &str| crate::model::Value::Text(SecretString::from(value));
    let shown = batch(json!({
        "SecretValues": [{ "Name": "db", "SecretString": "a" }],
        "Errors": [{ "SecretId": "other", "ErrorCode": "ResourceNotFoundException" }],
    }));
    for (claim, expected) in [
        (Claim::BatchHas(text("db")), HOLDS),
        (Claim::BatchHas(text("other")), BROKEN),
        (Claim::BatchValue(text("db"), of_text("a")), HOLDS),
        (Claim::BatchValue(text("db"), of_text("b")), BROKEN),
        (Claim::BatchValue(text("other"), of_text("a")), BROKEN),
        (Claim::BatchError(text("other")), HOLDS),
        (Claim::BatchError(text("db")), BROKEN),
        (Claim::BatchErrorCode(text("other"), ErrorType::ResourceNotFoundException), HOLDS),
        (Claim::BatchErrorCode(text("other"), ErrorType::InvalidRequestException), BROKEN),
        (Claim::BatchErrorCode(text("db"), ErrorType::ResourceNotFoundException), SILENT),
    ] {
        assert_claim(&claim, &shown, expected, expected);
        assert_claim(&claim, &value(json!({ "Name": "db" })), SILENT, SILENT);
    }
}

#[test]
fn a_receipt_has_the_id_and_the_labels_of_the_version_that_was_stored() {
    let shown = receipt(json!({ "VersionId": "v1", "VersionStages": ["AWSCURRENT", "mine"] }));
    let id = |id: Option<&str>| Claim::VersionId(id.map(Text::from));
    assert_claim(&id(Some("v1")), &shown, HOLDS, HOLDS);
    assert_claim(&id(Some("v2")), &shown, BROKEN, BROKEN);
    assert_claim(&id(None), &shown, BROKEN, BROKEN);
    assert_claim(&id(Some("v1")), &receipt(json!({})), BROKEN, SILENT);
    assert_claim(&id(None), &value(json!({})), SILENT, SILENT);
    let labels = |labels: &[&str]| Claim::VersionStages(labels.iter().map(|label| Label::from(*label)).collect());
    assert_claim(&labels(&["mine", "AWSCURRENT"]), &shown, HOLDS, HOLDS);
    assert_claim(&labels(&["AWSCURRENT"]), &shown, BROKEN, BROKEN);
    assert_claim(&labels(&["AWSCURRENT"]), &receipt(json!({})), SILENT, SILENT);
    assert_claim(&labels(&["AWSCURRENT"]), &value(json!({ "VersionStages": [] })), SILENT, SILENT);
}

#[test]
fn a_name_and_an_arn_are_those_of_the_secret() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";
    let body = json!({ "Name": "db", "ARN": arn });
    for answer in [description(body.clone()), value(body.clone()), list(body.clone()), receipt(body)] {
        assert_claim(&Claim::Name(text("db")), &answer, HOLDS, HOLDS);
        assert_claim(&Claim::Name(text("other")), &answer, BROKEN, BROKEN);
        assert_claim(&Claim::Arn(text(arn)), &answer, HOLDS, HOLDS);
        assert_claim(&Claim::Arn(text("arn:other")), &answer, BROKEN, BROKEN);
        assert_claim(&Claim::ArnForm(text("db")), &answer, HOLDS, HOLDS);
        assert_claim(&Claim::ArnForm(text("d")), &answer, BROKEN, BROKEN);
        assert_claim(&Claim::ArnOf(text("db")), &answer, HOLDS, HOLDS);
        assert_claim(&Claim::ArnOf(text("prod/db")), &answer, BROKEN, BROKEN);
        assert_claim(&Claim::ArnUnlike(vec![text(arn)]), &answer, BROKEN, BROKEN);
        assert_claim(&Claim::ArnUnlike(vec![text("arn:other")]), &answer, HOLDS, HOLDS);
    }
    for claim in [Claim::Name(text("db")), Claim::Arn(text(arn))] {
        assert_claim(&claim, &description(json!({})), BROKEN, SILENT);
        assert_claim(&claim, &batch(json!({})), SILENT, SILENT);
    }
    assert_claim(&Claim::ArnForm(text("db")), &description(json!({})), SILENT, SILENT);
    assert_claim(&Claim::ArnOf(text("db")), &description(json!({})), SILENT, SILENT);
}

#[test]
fn an_arn_ends_in_a_hyphen_and_six_characters_behind_the_name() {
    for (resource, expected) in [
        ("secret:db-AbCdEf", HOLDS),
        ("secret:db", BROKEN),
        ("secret:db-AbCdE", BROKEN),
        ("secret:db-AbCdEfG", BROKEN),
        ("secret:db_AbCdEf", BROKEN),
        ("secret:db-AbC-Ef", BROKEN),
    ] {
        let arn = format!("arn:aws:secretsmanager:eu-west-1:123456789012:{resource}");
        assert_claim(&Claim::ArnForm(text("db")), &description(json!({ "ARN": arn })), expected, expected);
    }
}

#[test]
fn a_member_is_there_or_not() {
    let dates = json!({
        "ARN": "arn", "Name": "db", "CreatedDate": 1, "DeletedDate": 1, "LastAccessedDate": 1, "LastRotatedDate": 1,
        "NextRotationDate": 1,
    });
    let of_receipt = answer("DeleteSecret", json!({ "ARN": "arn", "Name": "db", "DeletionDate": 1 }));
    let labelled = receipt(json!({ "ARN": "arn", "Name": "db", "VersionId": "v1", "VersionStages": [] }));
    let of_value = value(json!({ "ARN": "arn", "Name": "db", "CreatedDate": 1 }));
    let of_description = description(dates);
    for (member, has, lacks, is_without) in [
        (Member::Arn, &of_description, description(json!({})), batch(json!({}))),
        (Member::Name, &of_description, description(json!({})), batch(json!({}))),
        (Member::CreatedDate, &of_description, description(json!({})), receipt(json!({}))),
        (Member::CreatedDate, &of_value, value(json!({})), receipt(json!({}))),
        (Member::DeletedDate, &of_description, description(json!({})), value(json!({}))),
        (Member::LastAccessedDate, &of_description, description(json!({})), value(json!({}))),
        (Member::LastRotatedDate, &of_description, description(json!({})), value(json!({}))),
        (Member::NextRotationDate, &of_description, description(json!({})), value(json!({}))),
        (Member::DeletionDate, &of_receipt, receipt(json!({})), value(json!({}))),
        (Member::VersionId, &labelled, receipt(json!({})), value(json!({}))),
        (Member::VersionStages, &labelled, receipt(json!({})), value(json!({}))),
    ] {
        assert_claim(&Claim::Present(member), has, HOLDS, HOLDS);
        assert_claim(&Claim::Present(member), &lacks, BROKEN, SILENT);
        assert_claim(&Claim::Present(member), &is_without, SILENT, SILENT);
        assert_claim(&Claim::Missing(member), has, BROKEN, BROKEN);
        assert_claim(&Claim::Missing(member), &lacks, HOLDS, HOLDS);
        assert_claim(&Claim::Missing(member), &is_without, SILENT, SILENT);
    }
}

#[test]
fn dates_are_compared_as_exactly_as_the_service_gives_them() {
    let deletion = |date: f64| answer("DeleteSecret", json!({ "DeletionDate": date }));
    let created = |date: f64| value(json!({ "CreatedDate": date }));
    let changed = |date: f64| description(json!({ "LastChangedDate": date }));
    let accessed = |date: f64| description(json!({ "LastAccessedDate": date }));
    let at = Timestamp(86_400.5);
    for (claim, answer, expected) in [
        (Claim::DeletionDate(at, 10.0), deletion(86_410.5), HOLDS),
        (Claim::DeletionDate(at, 10.0), deletion(86_390.5), HOLDS),
        (Claim::DeletionDate(at, 10.0), deletion(86_410.6), BROKEN),
        (Claim::DeletionDate(at, 10.0), description(json!({ "DeletedDate": 1 })), SILENT),
        (Claim::CreatedDate(at), created(86_401.9), HOLDS),
        (Claim::CreatedDate(at), created(86_402.0), BROKEN),
        (Claim::CreatedDate(at), description(json!({ "CreatedDate": 1 })), SILENT),
        (Claim::DeletedDate(at, 10.0), description(json!({ "DeletedDate": 86_410.5 })), HOLDS),
        (Claim::DeletedDate(at, 10.0), description(json!({ "DeletedDate": 86_411.6 })), BROKEN),
        (Claim::DeletedDate(at, 10.0), description(json!({})), SILENT),
        (Claim::NextAtEndOf(3_600), description(json!({ "NextRotationDate": 10_799.9 })), HOLDS),
        (Claim::NextAtEndOf(3_600), description(json!({ "NextRotationDate": 10_800 })), BROKEN),
        (Claim::NextAtEndOf(86_400), description(json!({ "NextRotationDate": 172_799 })), HOLDS),
        (Claim::NextAtEndOf(86_400), description(json!({ "NextRotationDate": 10_799 })), BROKEN),
        (Claim::NextAtEndOf(86_400), description(json!({})), SILENT),
        (Claim::ChangedSince(at), changed(86_400.0), HOLDS),
        (Claim::ChangedSince(at), changed(86_399.9), BROKEN),
        (Claim::ChangedSince(at), description(json!({})), SILENT),
        (Claim::ChangedAfter(at), changed(86_400.6), HOLDS),
        (Claim::ChangedAfter(at), changed(86_400.5), BROKEN),
        (Claim::ChangedAfter(at), value(json!({})), SILENT),
        (Claim::AccessedAtMidnight, accessed(172_800.0), HOLDS),
        (Claim::AccessedAtMidnight, accessed(172_801.0), BROKEN),
        (Claim::AccessedAtMidnight, description(json!({})), SILENT),
    ] {
        assert_claim(&claim, &answer, expected, expected);
    }
}

#[test]
fn no_entry_of_a_description_is_without_labels() {
    let shown = |map: Value| description(json!({ "VersionIdsToStages": map }));
    assert_claim(&Claim::NoEmptyEntry, &shown(json!({ "v1": ["AWSCURRENT"] })), HOLDS, HOLDS);
    assert_claim(&Claim::NoEmptyEntry, &shown(json!({ "v1": ["AWSCURRENT"], "v2": [] })), BROKEN, BROKEN);
    assert_claim(&Claim::NoEmptyEntry, &description(json!({})), SILENT, SILENT);
}

#[test]
fn a_refusal_has_a_type_and_a_message_and_is_no_fault() {
    use ErrorType::{InvalidRequestException, ResourceNotFoundException};
    let refusal = |error_type, message: &str| Answer::error(error_type, Some(message.to_owned()));
    let refused = refusal(InvalidRequestException, "no");
    let mut fault = refused.clone();
    fault.form.status = 500;
    let unreadable = Answer { body: Body::Unreadable("text/html of 2 bytes".into()), ..refused.clone() };
    let accepted = description(json!({}));
    for (claim, of_accepted, of_refused, of_fault, of_unreadable) in [
        (Claim::Accepted, HOLDS, BROKEN, BROKEN, BROKEN),
        (Claim::Refused, BROKEN, HOLDS, SILENT, SILENT),
        (Claim::NoFault, SILENT, HOLDS, BROKEN, BROKEN),
        (Claim::ErrorType(vec![InvalidRequestException]), SILENT, HOLDS, SILENT, SILENT),
        (Claim::ErrorType(vec![ResourceNotFoundException]), SILENT, BROKEN, SILENT, SILENT),
        (Claim::Message("no".into()), SILENT, HOLDS, HOLDS, SILENT),
        (Claim::Message("yes".into()), SILENT, BROKEN, BROKEN, SILENT),
        (Claim::Enabled(false), HOLDS, SILENT, SILENT, SILENT),
    ] {
        for (answer, expected) in
            [(&accepted, of_accepted), (&refused, of_refused), (&fault, of_fault), (&unreadable, of_unreadable)]
        {
            assert_eq!(claim.holds(answer), expected, "{claim:?} of {:?}", answer.body);
        }
    }
}

#[test]
fn a_version_that_is_not_found_is_no_secret_that_is_not_found() {
    for (message, expected) in [
        ("Secrets Manager can't find the specified secret.", BROKEN),
        ("Secrets Manager can't find the specified secret value for staging label: AWSPENDING", HOLDS),
        ("There is no such staging label.", HOLDS),
        ("There is no such version.", HOLDS),
    ] {
        let not_found = Answer::error(ErrorType::ResourceNotFoundException, Some(message.to_owned()));
        assert_eq!(Claim::Found.holds(&not_found), expected, "{message}");
    }
}

#[test]
fn a_claim_in_words_names_the_member_and_no_value() {
    let labels = vec![Label::Current, "mine".into()];
    for (claim, words) in [
        (Claim::Present(Member::Arn), "ARN has a value"),
        (Claim::Missing(Member::NextRotationDate), "NextRotationDate has no value"),
        (Claim::VersionStages(labels), "VersionStages [AWSCURRENT, mine]"),
        (Claim::Function(Some(text("arn"))), "RotationLambdaARN \"arn\""),
        (Claim::Duration(None), "no Duration"),
        (Claim::OnlyVersions { known: vec![], others: 0 }, "no version"),
        (Claim::OnlyVersions { known: vec![text("v1"), text("v2")], others: 0 }, "no version but v1, v2"),
        (Claim::OnlyLabels(vec![]), "no custom label"),
        (Claim::OnlyLabels(vec!["mine".into()]), "no custom label but [mine]"),
        (Claim::Value(crate::model::Value::Text(SecretString::from("hunter2"))), "the stored SecretString of 7 bytes"),
    ] {
        assert_eq!(claim.to_string(), words);
    }
}
