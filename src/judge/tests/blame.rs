//! Who is to blame, and for what: histories of faults that were once blamed on a rule that they do not break, or twice.
//! Several reasons to refuse at once, refusals and faults that change something, states that no service may be in.

use std::time::Duration;

use crate::history::Fate;
use crate::model::{Answer, Body, ErrorType, Label, Output, Receipt, Timestamp};
use crate::rule::{Class, RuleId as R};
use serde_json::json;

use super::assert_accepted;
use super::mutant::show;
use super::requests::{ask, create, create_empty, delete, get, look, put, put_as, repeat, rotate_monthly, stage};
use super::scene::Scene;

/// The last request is accepted, with a receipt.
fn accept(scene: &mut Scene, token: Option<&str>) {
    let receipt = Receipt {
        arn: Some(scene.text("$s1.arn")),
        name: Some(scene.text("$s1")),
        version_id: token.map(|token| scene.text(token)),
        ..Receipt::default()
    };
    *scene.answer() = Answer::output(Output::Receipt(receipt));
}

/// The last answer, a description, shows these labels instead.
fn show_labels(scene: &mut Scene, versions: &[(&str, &[&str])]) {
    let mut answer = scene.answer().clone();
    if let Body::Output(output) = &mut answer.body {
        show(output, scene, versions);
    }
    *scene.answer() = answer;
}

fn refused(error_type: ErrorType) -> Answer {
    Answer::error(error_type, Some("for this reason or for that".to_owned()))
}

fn fault() -> Answer {
    let mut answer = refused(ErrorType::Other("InternalError".into()));
    answer.form.status = 500;
    answer
}

/// What each call violates of the contract.
fn contract_of(scene: &Scene) -> Vec<(u32, R)> {
    let violations = scene.violations(Duration::ZERO);
    violations.iter().filter(|it| it.class == Class::Contract).map(|it| (it.call, it.rule)).collect()
}

#[test]
fn a_name_in_use_may_be_told_instead_of_a_missing_token() {
    let mut scene = Scene::of(&[create(), ask("CreateSecret", json!({ "SecretString": "a" }))]);
    *scene.answer() = refused(ErrorType::ResourceExistsException);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_rotation_that_may_be_in_progress_may_be_told_instead_of_bad_rules() {
    let both = json!({ "AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(10 days)" });
    let mut scene = Scene::of(&[create_empty(), put_as("$t1", &["AWSPENDING"])]);
    scene.ask(&ask(
        "RotateSecret",
        json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "$function", "RotationRules": both }),
    ));
    *scene.answer() = refused(ErrorType::InvalidRequestException);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn beside_a_function_that_cannot_be_called_no_type_is_blamed_on_another_reason() {
    let mut scene = Scene::of(&[create(), put_as("$t2", &["AWSPENDING"])]);
    let missing = json!({ "ClientRequestToken": "$t3", "RotationLambdaARN": "$function-missing" });
    scene.ask(&ask("RotateSecret", missing));
    *scene.answer() = refused(ErrorType::ResourceNotFoundException);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn what_repeats_the_creation_of_an_older_version_may_name_another() {
    for operation in ["CreateSecret", "UpdateSecret"] {
        let again = ask(operation, json!({ "ClientRequestToken": "$t1", "SecretString": "a" }));
        let mut scene = Scene::of(&[create(), put("$t2", "b"), look(), again]);
        accept(&mut scene, Some("$t2"));
        assert_accepted(&scene, Duration::ZERO);
    }
}

#[test]
fn a_value_that_is_not_found_is_no_secret_that_is_not_found() {
    let mut scene = Scene::of(&[create(), ask("GetSecretValue", json!({ "SecretId": "$s1.arn" }))]);
    let text = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
    *scene.answer() = Answer::error(ErrorType::ResourceNotFoundException, Some(text.to_owned()));
    assert_eq!(contract_of(&scene), [(2, R::Read001)]);
}

#[test]
fn a_refusal_that_moves_a_label_is_not_blamed_on_the_calls_around_it() {
    let unknown = json!({ "VersionStage": "AWSCURRENT", "MoveToVersionId": "short", "RemoveFromVersionId": "$t1" });
    let refused = ask("UpdateSecretVersionStage", unknown);
    let marked = vec![create(), delete(), refused.clone(), ask("RestoreSecret", json!({})), look()];
    for requests in [vec![create(), refused, look()], marked] {
        let mut scene = Scene::of(&requests);
        show_labels(&mut scene, &[]);
        let violations = scene.violations(Duration::ZERO);
        let rules: Vec<_> = violations.iter().map(|it| (it.rule, it.class)).collect();
        let expected = [(R::State002, Class::Contract), (R::Val020, Class::Fidelity)];
        assert_eq!(rules, expected, "{}", scene.accusations(&violations));
    }
}

#[test]
fn a_state_that_is_illegal_is_held_against_the_endpoint_once() {
    let gone = json!({ "VersionStage": "AWSCURRENT", "MoveToVersionId": "$t9", "RemoveFromVersionId": "$t1" });
    let mut scene = Scene::of(&[create(), ask("UpdateSecretVersionStage", gone), look()]);
    show_labels(&mut scene, &[]);
    for request in [get(json!({})), put("$t2", "b"), look()] {
        scene.ask(&request);
    }
    assert_eq!(contract_of(&scene), [(3, R::State002)]);
}

#[test]
fn a_state_that_a_violation_left_is_not_held_against_the_endpoint_again() {
    let unnamed = json!({ "VersionStage": "BLUE", "MoveToVersionId": "$t1" });
    let mut scene = Scene::of(&[create(), put_as("$t2", &["BLUE"]), ask("UpdateSecretVersionStage", unnamed)]);
    accept(&mut scene, None);
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT", "BLUE"]), ("$t2", &["BLUE"])]);
    assert_eq!(contract_of(&scene), [(3, R::State012)]);
}

#[test]
fn a_fault_is_blamed_on_what_permits_such_a_request_in_general() {
    let rules = json!({ "AutomaticallyAfterDays": 1, "Duration": "3h" });
    let request = json!({
        "ClientRequestToken": "$t92", "RotationLambdaARN": "$function", "RotationRules": rules,
        "RotateImmediately": false,
    });
    let mut scene = Scene::of(&[create(), ask("RotateSecret", request)]);
    *scene.answer() = fault();
    assert_eq!(contract_of(&scene), [(2, R::Conf013)]);
}

#[test]
fn a_function_that_a_fault_may_have_left_behind_permits_a_rotation() {
    let mut scene = Scene::of(&[create(), rotate_monthly("$t2")]);
    *scene.answer() = fault();
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"])]);
    scene.ask(&ask("RotateSecret", json!({ "ClientRequestToken": "$t3" })));
    accept(&mut scene, Some("$t3"));
    assert_eq!(contract_of(&scene), [(2, R::Prog003)]);
}

#[test]
fn custom_labels_may_go_from_the_version_that_may_have_lost_awscurrent() {
    let mut scene = Scene::of(&[create_empty(), put_as("$t1", &["AWSPENDING", "AWSBLUE"]), put("$t2", "b"), look()]);
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])]);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_label_that_a_repetition_moved_differs_and_fails_nothing() {
    let requests =
        [create(), put_as("$t2", &["BLUE"]), put_as("$t3", &["BLUE"]), put_as("$t2", &["BLUE", "GREEN"]), look()];
    let mut scene = Scene::of(&requests);
    let labels: [(&str, &[&str]); 3] =
        [("$t1", &["AWSCURRENT"]), ("$t2", &["BLUE", "GREEN"]), ("$t3", &["AWSPENDING"])];
    show_labels(&mut scene, &labels[..2]);
    assert_eq!(contract_of(&scene), []);
}

/// What a RotateSecret left alone was read; the label went with the value of the pending version (ROT-STATE-007).
#[test]
fn a_label_that_goes_when_the_pending_version_gets_its_value_is_not_the_fault_of_the_rotation() {
    let requests = [create(), rotate_monthly("$t2"), look(), put_as("$t2", &["AWSPENDING"]), look()];
    let mut scene = Scene::of(&requests);
    assert_eq!(contract_of(&scene), []);
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT", "AWSPENDING"])]);
    assert_eq!(contract_of(&scene)[..1], [(5, R::State007)]);
}

#[test]
fn a_refusal_of_a_name_with_a_suffix_leaves_everything_as_it_was() {
    let by_suffix = |mut members: serde_json::Value| {
        members["SecretId"] = json!("$s1.suffixed");
        ask("UpdateSecret", members)
    };
    let described = by_suffix(json!({ "ClientRequestToken": "$t9", "Description": "x" }));
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look(), described, look()]);
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPREVIOUS"])]);
    let violations = scene.violations(Duration::ZERO);
    assert_eq!(violations.first().map(|it| (it.call, it.rule, it.class)), Some((5, R::Val020, Class::Fidelity)));
    let mut scene = Scene::of(&[create(), by_suffix(json!({ "Description": "x" }))]);
    *scene.answer() = refused(ErrorType::InvalidParameterException);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn what_looks_like_a_name_with_a_suffix_may_be_the_name_of_another_secret() {
    let other = json!({ "Name": "$s1.suffixed", "ClientRequestToken": "$t2", "SecretString": "b" });
    let read = ask("GetSecretValue", json!({ "SecretId": "$s1.suffixed" }));
    let created = Scene::of(&[create(), look(), ask("CreateSecret", other.clone()), read.clone()]);
    assert_accepted(&created, Duration::ZERO);
    let mut perhaps = Scene::of(&[create(), look()]);
    perhaps.ask_in_vain(&ask("CreateSecret", other), Fate::Unknown, true);
    perhaps.ask(&read);
    assert_accepted(&perhaps, Duration::ZERO);
}

#[test]
fn what_a_read_shows_that_ought_to_find_nothing_is_no_state() {
    let by_suffix = ask("GetSecretValue", json!({ "SecretId": "$s1.suffixed", "VersionId": "$t1" }));
    let mut scene = Scene::of(&[create(), get(json!({}))]);
    let mut lie = scene.answer().clone();
    if let Body::Output(Output::Value(value)) = &mut lie.body {
        value.secret_string = Some("of another secret".into());
    }
    scene.ask(&by_suffix);
    *scene.answer() = lie;
    for request in [get(json!({})), look()] {
        scene.ask(&request);
    }
    let violations = scene.violations(Duration::ZERO);
    let told: Vec<_> = violations.iter().map(|it| (it.call, it.rule, it.class)).collect();
    assert_eq!(told, [(3, R::Ident005, Class::Fidelity)]);
}

#[test]
fn a_change_that_ought_to_find_nothing_may_have_been_made() {
    let members = json!({ "SecretId": "$s1.suffixed", "ClientRequestToken": "$t2", "SecretString": "b" });
    let mut scene = Scene::of(&[create(), look(), ask("PutSecretValue", members)]);
    accept(&mut scene, Some("$t2"));
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])]);
    assert_eq!(contract_of(&scene), []);
}

#[test]
fn a_read_that_ought_to_find_nothing_changes_nothing() {
    let by_suffix = ask("DescribeSecret", json!({ "SecretId": "$s1.suffixed" }));
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look()]);
    let description = scene.answer().clone();
    scene.ask(&by_suffix);
    *scene.answer() = description;
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPREVIOUS"])]);
    let violations = scene.violations(Duration::ZERO);
    assert_eq!(violations.first().map(|it| (it.call, it.rule)), Some((4, R::Ident005)));
    assert!(
        violations.iter().any(|it| it.call == 5 && it.is_of_state && it.class == Class::Contract),
        "{violations:?}"
    );
}

#[test]
fn a_move_of_which_nothing_is_said_takes_no_label_away_that_it_does_not_name() {
    let to_the_pending_version = stage("AWSPREVIOUS", "", "$t2");
    let mut scene = Scene::of(&[create(), put_as("$t2", &["AWSPENDING"]), look(), to_the_pending_version]);
    accept(&mut scene, None);
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPREVIOUS"])]);
    assert_eq!(contract_of(&scene), [(5, R::State008)]);
}

#[test]
fn after_wrong_labels_nothing_is_known_of_values() {
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look()]);
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPREVIOUS"])]);
    scene.ask(&get(json!({ "VersionId": "$t2" })));
    let labels = Some(vec![Label::Previous]);
    if let Body::Output(Output::Value(value)) = &mut scene.answer().body {
        (value.secret_string, value.version_stages) = (Some("c".into()), labels);
    }
    let violations = contract_of(&scene);
    assert!(violations.iter().all(|(call, _)| *call == 3) && !violations.is_empty(), "{violations:?}");
}

#[test]
fn the_wrong_version_is_the_fault_of_the_read_that_says_so_itself() {
    let back = stage("AWSCURRENT", "$t2", "$t1");
    let mut scene = Scene::of(&[create(), put("$t2", "b"), back, get(json!({}))]);
    let (id, labels) = (scene.text("$t2"), vec![Label::Previous]);
    if let Body::Output(Output::Value(value)) = &mut scene.answer().body {
        (value.version_id, value.version_stages) = (Some(id), Some(labels));
    }
    assert_eq!(contract_of(&scene), [(4, R::Read001)]);
}

#[test]
fn a_list_of_secrets_that_shows_what_no_description_has_shown_is_not_to_blame() {
    let mut scene = Scene::of(&[create(), put_as("$t2", &["BLUE"]), ask("ListSecrets", json!({}))]);
    if let Body::Output(Output::Secrets(page)) = &mut scene.answer().body {
        page.secret_list.get_or_insert_default()[0].version_ids_to_stages = None;
    }
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn a_forced_delete_of_a_name_with_a_suffix_deletes_nothing_and_succeeds() {
    let delete = ask("DeleteSecret", json!({ "SecretId": "$s1-AAAAAA", "ForceDeleteWithoutRecovery": true }));
    assert_accepted(&Scene::of(&[create(), delete, look()]), Duration::ZERO);
}

#[test]
fn awspending_anywhere_may_be_taken_for_a_rotation_in_progress_by_a_refusal() {
    let both = json!({ "AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(10 days)" });
    let mut scene = Scene::of(&[create(), put_as("$t2", &["AWSCURRENT", "AWSPENDING"])]);
    scene.ask(&ask(
        "RotateSecret",
        json!({ "ClientRequestToken": "$t3", "RotationLambdaARN": "$function", "RotationRules": both }),
    ));
    *scene.answer() = refused(ErrorType::InvalidRequestException);
    assert_accepted(&scene, Duration::ZERO);
}

#[test]
fn what_a_refused_rotation_changes_is_one_fault_whichever_part_it_is() {
    let missing = ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "$function-missing" }));
    let shown: [&[(&str, &[&str])]; 3] = [
        &[("$t1", &["AWSPENDING"])],
        &[("$t1", &["AWSCURRENT"]), ("$t2", &["AWSPENDING"])],
        &[("$t1", &["AWSCURRENT"]), ("$t2", &["BLUE"])],
    ];
    let mut prints: Vec<_> = shown
        .iter()
        .map(|versions| {
            let mut scene = Scene::of(&[create(), look(), missing.clone(), look()]);
            show_labels(&mut scene, versions);
            let violations = scene.violations(Duration::ZERO);
            assert_eq!(violations[0].rule, R::Val020, "{}", scene.accusations(&violations));
            violations[0].fingerprint.clone()
        })
        .collect();
    prints.dedup();
    assert_eq!(prints.len(), 1, "{prints:?}");
}

#[test]
fn a_missing_token_may_be_told_of_a_creation_without_a_value() {
    let without = ask("CreateSecret", json!({}));
    for requests in [vec![create(), without.clone()], vec![create(), delete(), without]] {
        let mut scene = Scene::of(&requests);
        *scene.answer() = refused(ErrorType::InvalidRequestException);
        assert_accepted(&scene, Duration::ZERO);
    }
}

#[test]
fn a_secret_that_took_a_deletion_which_had_to_be_refused_is_not_missed() {
    let named = |op: &str, mut members: serde_json::Value| {
        members[if op == "CreateSecret" { "Name" } else { "SecretId" }] = json!("Inv Name");
        ask(op, members)
    };
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Inv Name-abcdef";
    let receipt = || Receipt { arn: Some(arn.into()), name: Some("Inv Name".into()), ..Receipt::default() };
    let mut scene = Scene::of(&[named("CreateSecret", json!({ "ClientRequestToken": "$t1", "SecretString": "a" }))]);
    *scene.answer() = Answer::output(Output::Receipt(Receipt { version_id: Some(scene.text("$t1")), ..receipt() }));
    scene.ask(&named("DeleteSecret", json!({ "ForceDeleteWithoutRecovery": true })));
    *scene.answer() =
        Answer::output(Output::Receipt(Receipt { deletion_date: Some(Timestamp(1_700_000_000.0)), ..receipt() }));
    let blamed = contract_of(&scene);
    scene.ask(&named("DescribeSecret", json!({})));
    *scene.answer() = refused(ErrorType::ResourceNotFoundException);
    assert_eq!((contract_of(&scene), blamed.last()), (blamed.clone(), Some(&(2, R::Val017))));
}

#[test]
fn awsprevious_may_follow_awscurrent_where_a_repetition_was_not_ignored() {
    let repeated = repeat(&["AWSCURRENT"]);
    let follows = stage("AWSPREVIOUS", "$t2", "");
    let mut scene = Scene::of(&[create(), put("$t2", "b"), repeated, follows]);
    accept(&mut scene, None);
    assert_eq!(contract_of(&scene), []);
}

/// By name too it may be refused so.
#[test]
fn what_is_refused_in_any_case_and_not_found_by_partial_arn_says_nothing_of_partial_arns() {
    let by_partial_arn = |value: &str| {
        let token = if value == "b" { "$t2" } else { "$t1" };
        ask("PutSecretValue", json!({ "SecretId": "$s1.partial", "ClientRequestToken": token, "SecretString": value }))
    };
    for (requests, expected) in [
        (vec![create(), by_partial_arn("b")], vec![R::Ident003]),
        (vec![create(), by_partial_arn("conflict")], vec![]),
        (vec![create(), delete(), by_partial_arn("b")], vec![]),
    ] {
        let mut scene = Scene::of(&requests);
        *scene.answer() = refused(ErrorType::ResourceNotFoundException);
        let rules: Vec<_> = scene.violations(Duration::ZERO).iter().map(|it| it.rule).collect();
        assert_eq!(rules, expected, "{}", scene.story());
    }
}

/// The fingerprints of what each call violates.
fn fingerprints(scene: &Scene) -> Vec<String> {
    scene.violations(Duration::ZERO).iter().map(|it| it.fingerprint.to_string()).collect()
}

#[test]
fn a_put_of_no_value_and_one_of_two_are_two_bugs() {
    let found = [
        json!({ "ClientRequestToken": "$t2" }),
        json!({ "ClientRequestToken": "$t2", "SecretString": "a", "SecretBinary": "YQ==" }),
    ]
    .map(|members| {
        let mut scene = Scene::of(&[create(), ask("PutSecretValue", members)]);
        accept(&mut scene, Some("$t2"));
        fingerprints(&scene)
    });
    let expected = ["without a value", "with two values"]
        .map(|values| vec![format!("ROT-VAL-015 PutSecretValue {values}: the request is refused but accepted")]);
    assert_eq!(found, expected);
}

#[test]
fn awscurrent_lost_by_different_operations_is_so_many_bugs() {
    let conflict = ask("PutSecretValue", json!({ "ClientRequestToken": "$t1", "SecretString": "b" }));
    let removal = stage("AWSCURRENT", "$t1", "");
    for (refused, operation) in [(conflict, "PutSecretValue"), (removal, "UpdateSecretVersionStage")] {
        let mut scene = Scene::of(&[create(), look(), refused, look()]);
        show_labels(&mut scene, &[]);
        let law = format!("ROT-STATE-002 after {operation}: AWSCURRENT");
        assert!(fingerprints(&scene).contains(&law), "{:?}", fingerprints(&scene));
    }
}

/// No read has shown that the creation did what it must, but the version that has AWSCURRENT is that of the rotation.
#[test]
fn a_rotation_that_promotes_its_version_is_to_blame_and_not_the_creation() {
    let requests = [create(), rotate_monthly("$t2"), look()];
    let mut described = Scene::of(&requests);
    show_labels(&mut described, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])]);
    let mut read = Scene::of(&[&requests[..2], &[get(json!({}))]].concat());
    let token = read.text("$t2");
    let mut answer = read.answer().clone();
    if let Body::Output(Output::Value(value)) = &mut answer.body {
        (value.version_id, value.version_stages) = (Some(token), Some(vec![Label::Current]));
    }
    *read.answer() = answer;
    for scene in [described, read] {
        let violations = scene.violations(Duration::ZERO);
        assert_eq!(
            (violations[0].rule, violations[0].since),
            (R::Life010, Some(2)),
            "{}",
            scene.accusations(&violations)
        );
    }
    let mut lost = Scene::of(&requests);
    show_labels(&mut lost, &[("$t1", &["AWSPREVIOUS"])]);
    assert_eq!(contract_of(&lost)[0], (3, R::State003), "nothing says that it is the rotation's");
}

/// A repetition that is not ignored may move AWSCURRENT; it leaves it somewhere.
#[test]
fn after_a_repetition_with_other_labels_some_version_is_current() {
    let again = json!({ "ClientRequestToken": "$t1", "SecretString": "a", "VersionStages": ["AWSCURRENT"] });
    let mut scene = Scene::of(&[create(), put("$t2", "b"), ask("PutSecretValue", again), get(json!({}))]);
    assert_accepted(&scene, Duration::ZERO);
    *scene.answer() = refused(ErrorType::ResourceNotFoundException);
    assert_eq!(contract_of(&scene), [(4, R::Read001)]);
}

#[test]
fn what_a_creation_without_token_and_value_answers_is_no_matter_of_tokens() {
    let mut scene = Scene::of(&[ask("CreateSecret", json!({}))]);
    let made_up = Some(scene.text("$t9"));
    let mut answer = scene.answer().clone();
    if let Body::Output(Output::Receipt(receipt)) = &mut answer.body {
        receipt.version_id = made_up;
    }
    *scene.answer() = answer;
    assert_eq!(contract_of(&scene), []);
}
