//! Where more than one thing may be wrong, or it is not known what was done: no rule counts as checked, and nobody is
//! accused.

use std::slice;
use std::time::Duration;

use crate::history::{Fate, Moment};
use crate::judge::{Judge, Options};
use crate::model::ErrorType::{InvalidRequestException, ResourceExistsException};
use crate::model::{Answer, Batch, Body, ErrorType, Operation, Output, Receipt, Request, Text, Timestamp};
use crate::rule::{Class, RuleId as R};
use serde_json::json;

use super::assert_accepted;
use super::mutant::{Accepted, Refused, Says, contract, receipt, show, shown, value};
use super::requests::{ask, cancel, configured, create, days, delete, describe, get, look, put, put_as, rotate, stage};
use super::scene::Scene;

/// How often the last call of a history that is accepted checks the rule.
#[track_caller]
fn checked(requests: &[Request], rule: R) -> u64 {
    let [before, all] = [&requests[..requests.len() - 1], requests].map(|requests| {
        let scene = Scene::of(requests);
        assert_accepted(&scene, Duration::ZERO);
        scene.judged(Duration::ZERO).0.exercise().checked(rule)
    });
    all - before
}

/// The last answer, a description, shows these labels instead.
fn show_labels(scene: &mut Scene, versions: &[(&str, &[&str])]) {
    let mut answer = scene.answer().clone();
    let Body::Output(output) = &mut answer.body else { panic!("no description\n{}", scene.story()) };
    show(output, scene, versions);
    *scene.answer() = answer;
}

/// What each call violates.
fn blamed(scene: &Scene) -> Vec<(u32, R, Class)> {
    scene.violations(Duration::ZERO).iter().map(|it| (it.call, it.rule, it.class)).collect()
}

#[test]
fn a_call_that_is_refused_for_the_state_as_well_checks_no_rule_of_its_form() {
    let short = ask("CreateSecret", json!({ "ClientRequestToken": "short", "SecretString": "a" }));
    let window = ask("DeleteSecret", json!({ "RecoveryWindowInDays": 3 }));
    for (alone, beside, rule) in [
        (vec![short.clone()], vec![create(), short], R::Val002),
        (vec![create(), window.clone()], vec![create(), delete(), window], R::Val018),
        (
            vec![create(), stage("mine", "", "$t1"), stage("mine", "$t9", "")],
            vec![create(), put("$t2", "b"), stage("AWSCURRENT", "$t1", "")],
            R::State013,
        ),
    ] {
        assert_eq!(checked(&alone, rule), 1, "{alone:?}");
        assert_eq!(checked(&beside, rule), 0, "{beside:?}");
    }
}

/// An endpoint that has lost the secret refuses whatever is asked of it.
#[test]
fn a_refusal_that_has_nothing_to_do_with_what_is_wrong_checks_no_rule() {
    let unfilled = ask("PutSecretValue", json!({ "ClientRequestToken": "$t2" }));
    for (error_type, expected) in [
        (ErrorType::InvalidParameterException, 1),
        (InvalidRequestException, 1),
        (ErrorType::ResourceNotFoundException, 0),
        (ErrorType::AccessDeniedException, 0),
        ("Throttling".into(), 0),
    ] {
        let mut scene = Scene::of(&[create(), unfilled.clone()]);
        *scene.answer() = Answer::error(error_type.clone(), None);
        let (judge, violations) = scene.judged(Duration::ZERO);
        let is_of_contract = violations.iter().any(|it| it.class == Class::Contract);
        let checked = judge.exercise().checked(R::Val015);
        assert_eq!((checked, is_of_contract), (expected, false), "{error_type} {violations:?}");
    }
}

#[test]
fn that_a_request_is_accepted_checks_no_rule_about_labels_and_a_read_does() {
    for (change, rule) in [
        (stage("mine", "", "$t2"), R::State011),
        (stage("AWSCURRENT", "$t1", "$t2"), R::State012),
        (stage("AWSPENDING", "$t2", ""), R::State015),
    ] {
        let before = [create(), put_as("$t2", &["AWSPENDING"])];
        let changed = [&before[..], slice::from_ref(&change)].concat();
        assert_eq!(checked(&changed, rule), 0, "{change:?}");
        assert_eq!(checked(&[&changed[..], &[look()]].concat(), rule), 1, "{change:?}");
    }
}

#[test]
fn what_repeats_the_creation_of_a_secret_marked_for_deletion_may_be_accepted() {
    let requests = [create(), delete(), create()];
    assert_accepted(&Scene::of(&requests), Duration::ZERO);
    assert_accepted(&contract(R::Err011, requests, Accepted).scene(), Duration::ZERO);
    let another = ask("CreateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    let scene = contract(R::Err011, [create(), delete(), another], Accepted).scene();
    assert_eq!(blamed(&scene), [(3, R::Err011, Class::Contract)]);
}

#[test]
fn a_put_that_names_awscurrent_leaves_awspending_nowhere() {
    let mut scene = Scene::of(&[create(), put_as("$t2", &["AWSCURRENT"]), look()]);
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS", "AWSPENDING"]), ("$t2", &["AWSCURRENT"])]);
    assert_eq!(blamed(&scene), [(3, R::State003, Class::Contract)], "{}", scene.story());
}

#[test]
fn a_token_whose_put_ended_in_a_fault_may_name_a_version_or_not() {
    for refusal in [None, Some(ResourceExistsException)] {
        let mut scene = Scene::of(&[create(), look(), put("$t2", "b")]);
        let mut fault = Answer::error(InvalidRequestException, None);
        fault.form.status = 500;
        *scene.answer() = fault;
        scene.ask(&put("$t2", "c"));
        *scene.answer() = match refusal {
            Some(error_type) => Answer::error(error_type, None),
            None => Scene::of(&[create(), put("$t2", "c")]).answer().clone(),
        };
        assert_eq!(blamed(&scene).len(), 1, "{}", scene.story());
    }
}

#[test]
fn what_a_lost_call_has_left_is_blamed_on_that_call() {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_in_vain(&put("$t2", "b"), Fate::Unknown, true);
    scene.ask(&get(json!({})));
    scene.ask(&look());
    show_labels(&mut scene, &[("$t1", &["mine"]), ("$t2", &["AWSCURRENT"])]);
    let violations = scene.violations(Duration::ZERO);
    assert_eq!((violations[0].rule, violations[0].since), (R::State006, Some(3)), "{}", scene.story());
    assert!(violations[0].fingerprint.to_string().contains("after PutSecretValue"), "{}", violations[0].fingerprint);
}

#[test]
fn a_put_that_names_labels_does_not_race_for_awscurrent() {
    let mut scene = Scene::of(&[create(), look()]);
    scene.ask_both([&put("$t2", "b"), &put_as("$t3", &["AWSPENDING"])], false, false);
    scene.ask(&look());
    assert_accepted(&scene, Duration::ZERO);
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"]), ("$t3", &["AWSPENDING"])]);
    assert_eq!(blamed(&scene)[0].2, Class::Contract, "{}", scene.story());
}

#[test]
fn an_update_that_changes_nothing_may_be_refused() {
    for (members, is_clear) in [
        (json!({ "ClientRequestToken": "$t2" }), false),
        (json!({ "ClientRequestToken": "$t1", "Description": "a" }), false),
        (json!({ "Description": "a" }), false),
        (json!({ "ClientRequestToken": "$t2", "Description": "a" }), true),
    ] {
        let requests = [create(), ask("UpdateSecret", members)];
        assert_accepted(&Scene::of(&requests), Duration::ZERO);
        let refused = contract(R::Idem008, requests.clone(), Refused(InvalidRequestException)).scene();
        let expected = is_clear.then_some((2, R::Idem008, Class::Contract));
        assert_eq!(blamed(&refused), Vec::from_iter(expected), "{requests:?}");
    }
}

/// The full ARN of one secret is the partial ARN of another, whose name goes on with those six characters.
#[test]
fn an_arn_that_may_denote_either_of_two_secrets_is_not_judged() {
    let create_another = |scene: &mut Scene| {
        let arn = scene.text("$s1.arn");
        let name: Text = arn.rsplit(':').next().expect("an ARN has parts").into();
        let token = scene.text("$t2");
        scene.ask(&ask("CreateSecret", json!({ "Name": name, "ClientRequestToken": "$t2", "SecretString": "b" })));
        let arn = Some(format!("{arn}-GhIjKl").into());
        let receipt = Receipt { arn, name: Some(name), version_id: Some(token), ..Receipt::default() };
        *scene.answer() = Answer::output(Output::Receipt(receipt));
    };
    let batch = ask("BatchGetSecretValue", json!({ "SecretId": null, "SecretIdList": ["$s1.arn"] }));
    for (there_is_another, request, is_judged) in [
        (false, describe("$s1.arn"), true),
        (true, describe("$s1.arn"), false),
        (true, describe("$s1"), true),
        (false, batch.clone(), true),
        (true, batch, false),
    ] {
        let mut scene = Scene::of(&[create()]);
        if there_is_another {
            create_another(&mut scene);
        }
        scene.ask(&request);
        *scene.answer() = match &request.operation {
            Operation::BatchGetSecretValue(_) => Answer::output(Output::Batch(Batch::default())),
            _ => Answer::error(ErrorType::ResourceNotFoundException, None),
        };
        assert_eq!(!blamed(&scene).is_empty(), is_judged, "{}", scene.story());
    }
}

#[test]
fn an_arn_that_only_a_description_has_shown_denotes_the_secret() {
    let mut scene = Scene::new();
    scene.ask_in_vain(&create(), Fate::Unknown, true);
    scene.ask(&look());
    let Body::Output(Output::Description(shown)) = &scene.answer().body else { panic!("no description") };
    let arn = shown.arn.as_deref().expect("it has an ARN").to_owned();
    scene.ask(&describe(&arn));
    assert_accepted(&scene, Duration::ZERO);
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS"])]);
    assert_eq!(blamed(&scene).len(), 1, "{}", scene.story());
}

/// What is wrong with the answer alone leaves the state as it was to be.
#[test]
fn after_a_wrong_member_the_state_is_held_against_the_endpoint_all_the_same() {
    let wrong = Says(|output, _| receipt(output).name = Some("another".into()));
    let mut scene = contract(R::State005, [create(), look(), put("$t2", "b")], wrong).scene();
    scene.ask(&look());
    assert_eq!(blamed(&scene).len(), 1, "{}", scene.story());
    show_labels(&mut scene, &[("$t1", &["AWSCURRENT"])]);
    let calls: Vec<_> = blamed(&scene).iter().map(|(call, ..)| *call).collect();
    assert_eq!(calls, [3, 4], "{}", scene.story());
}

#[test]
fn reads_without_an_answer_leave_nothing_in_doubt() {
    let mut scene = Scene::of(&[create()]);
    for request in [look(), get(json!({})), look(), get(json!({})), look()] {
        scene.ask_in_vain(&request, Fate::Unknown, true);
    }
    scene.ask(&look());
    assert_accepted(&scene, Duration::ZERO);
    let mut judge = Judge::new(Options::default());
    judge.judge_all(&scene.calls);
    assert!(!judge.is_retired(&scene.text("$s1")));
    let mut judge = Judge::new(Options::default());
    assert!(scene.calls.iter().all(|call| judge.judge(call).violations.is_empty()));
    assert!(!judge.is_inconclusive() && !judge.is_retired(&scene.text("$s1")));
}

#[test]
fn call_by_call_a_write_without_an_answer_may_have_been_carried_out() {
    let mut scene = Scene::of(&[create()]);
    scene.ask_in_vain(&put("$t2", "b"), Fate::Unknown, true);
    scene.ask(&look());
    let mut judge = Judge::new(Options::default());
    assert!(scene.calls.iter().all(|call| judge.judge(call).violations.is_empty()));
}

/// Each of eight lost puts may have taken effect or not, in any order; beyond that there are too many.
#[test]
fn a_secret_of_which_too_much_is_possible_is_judged_no_further() {
    for (lost, is_too_much) in [(8, false), (9, true)] {
        let mut scene = Scene::of(&[create()]);
        for number in 2..2 + lost {
            scene.ask_in_vain(&put(&format!("$t{number}"), "b"), Fate::Unknown, false);
        }
        scene.ask(&ask("TagResource", json!({ "Tags": [{ "Key": "k", "Value": "v" }] })));
        let mut judge = Judge::new(Options::default());
        assert!(judge.judge_all(&scene.calls).is_empty());
        assert_eq!(judge.is_inconclusive(), is_too_much, "{lost}");
        let name = scene.text("$s1");
        assert_eq!(judge.is_retired(&name), is_too_much, "{lost}");
        assert_eq!(judge.worlds(&name).count(), 0, "a call may still change it");
    }
}

#[test]
fn a_change_ends_a_listing_that_was_under_way() {
    let page = |token: &str| {
        let token = (!token.is_empty()).then_some(token);
        ask("ListSecretVersionIds", json!({ "MaxResults": 1, "NextToken": token }))
    };
    let mut scene = Scene::of(&[create(), put("$t2", "b"), look(), page("")]);
    let Body::Output(Output::Versions(first)) = &scene.answer().body else { panic!("no page") };
    let token = first.next_token.as_deref().expect("there are more").to_owned();
    let mut changed = Scene::of(&[create(), put("$t2", "b"), look(), page(""), put("$t3", "c")]);
    for scene in [&mut scene, &mut changed] {
        scene.ask(&page(&token));
        *scene.answer() = Answer::error(ErrorType::InvalidNextTokenException, None);
    }
    assert_eq!(blamed(&scene), [(5, R::Wire012, Class::Contract)], "{}", scene.story());
    assert_eq!(blamed(&changed), [], "{}", changed.story());
}

#[test]
fn what_the_documents_do_not_speak_of_may_be_accepted_or_refused() {
    let empty = json!({ "ClientRequestToken": "$t2", "SecretString": "" });
    for request in [ask("CreateSecret", empty.clone()), ask("CreateSecret", json!({})), ask("UpdateSecret", empty)] {
        let before = if matches!(request.operation, Operation::UpdateSecret(_)) { vec![create()] } else { vec![] };
        let requests = [before, vec![request]].concat();
        let mut scene = Scene::of(&requests);
        assert_accepted(&scene, Duration::ZERO);
        let is_accepted = matches!(scene.answer().body, Body::Output(_));
        let other = if is_accepted { Refused(InvalidRequestException) } else { Accepted };
        assert_accepted(&contract(R::State001, requests, other).scene(), Duration::ZERO);
    }
}

/// A refusal of another type has changed nothing either.
#[test]
fn after_a_refusal_of_a_wrong_type_the_state_is_held_against_the_endpoint_all_the_same() {
    let again = [create(), look(), put("$t1", "another")];
    let mut scene = contract(R::Idem003, again, Refused(InvalidRequestException)).scene();
    scene.ask(&look());
    assert_eq!(blamed(&scene), [(3, R::Idem003, Class::Contract)], "{}", scene.story());
    show_labels(&mut scene, &[("$t1", &["AWSPREVIOUS"])]);
    let calls: Vec<_> = blamed(&scene).iter().map(|(call, ..)| *call).collect();
    assert_eq!(calls[..2], [3, 4], "{}", scene.story());
}

/// What a refused rotation gave may have been stored all the same, unseen.
#[test]
fn a_rotation_may_use_the_function_that_a_refused_one_has_named() {
    let plain = || ask("RotateSecret", json!({ "ClientRequestToken": "$t3" }));
    let refused = [create(), rotate("$t2", &days(0)), look(), plain()];
    assert_accepted(&Scene::of(&refused), Duration::ZERO);
    assert_accepted(&contract(R::Err003, refused, Accepted).scene(), Duration::ZERO);
    let never = contract(R::Err003, [create(), look(), plain()], Accepted).scene();
    assert_eq!(blamed(&never), [(3, R::Err003, Class::Contract)]);
}

#[test]
fn rules_without_a_member_leave_the_configuration_alone() {
    let mut requests = configured(&days(30));
    requests.extend([ask("RotateSecret", json!({ "ClientRequestToken": "$t3", "RotationRules": {} })), look()]);
    let mut scene = Scene::of(&requests);
    assert_accepted(&scene, Duration::ZERO);
    let mut answer = scene.answer().clone();
    let Body::Output(output) = &mut answer.body else { panic!("no description") };
    let rules = shown(output).rotation_rules.as_mut().expect("there are rules");
    rules.automatically_after_days = Some(7);
    *scene.answer() = answer;
    assert_eq!(blamed(&scene), [(7, R::Conf002, Class::Contract)], "{}", scene.story());
}

/// The service may still act for a rotation that was cancelled, so that a wrong value is its doing.
#[test]
fn a_wrong_value_beside_a_rotation_that_may_be_unfinished_is_blamed_on_that() {
    for (before, rule) in [
        (vec![], R::Read001),
        (vec![rotate("$t2", &days(30))], R::Prog014),
        (vec![rotate("$t2", &days(30)), cancel()], R::Prog014),
    ] {
        let requests = [vec![create()], before, vec![get(json!({}))]].concat();
        let wrong = Says(|output, _| value(output).secret_string = Some("b".into()));
        let scene = contract(rule, requests, wrong).scene();
        assert_eq!(blamed(&scene)[0].1, rule, "{}", scene.story());
    }
}

/// What the reference service does with AWSPENDING where AWSCURRENT moves past it.
#[test]
fn an_abandoned_rotation_loses_awspending_and_a_label_put_by_hand_stays() {
    for (pending, labels) in [(rotate("$t2", &days(30)), 2), (put_as("$t2", &["AWSPENDING"]), 3)] {
        let mut scene = Scene::of(&[create(), pending, put("$t3", "c"), look()]);
        let Body::Output(Output::Description(shown)) = &scene.answer().body else { panic!("no description") };
        let shown = shown.version_ids_to_stages.iter().flatten().flat_map(|(_, labels)| labels);
        assert_eq!(shown.count(), labels, "{}", scene.story());
    }
}

#[test]
fn a_refusal_for_two_reasons_has_the_type_of_one_of_them() {
    let both = json!({ "AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(10 days)" });
    let requests = [create(), rotate("$t2", &days(30)), look(), rotate("$t3", &both)];
    for (error_type, is_good) in [
        (ErrorType::InvalidParameterException, true),
        (InvalidRequestException, true),
        (ErrorType::ResourceNotFoundException, false),
    ] {
        let mut scene = Scene::of(&requests);
        *scene.answer() = Answer::error(error_type, None);
        assert_eq!(blamed(&scene).is_empty(), is_good, "{}", scene.story());
    }
}

/// An update that is under way counts from when it was called, and dates may be whole seconds.
#[test]
fn the_date_of_the_last_change_need_not_advance_within_a_second() {
    let update = ask("UpdateSecret", json!({ "ClientRequestToken": "$t2", "SecretString": "b" }));
    for (later_us, is_good) in [(500_000, true), (2_000_000, false)] {
        let mut scene = Scene::of(&[create(), look(), update.clone(), look()]);
        let shown_at = scene.calls[1].returned.0;
        let moment = |later: u64| Moment(shown_at + later);
        (scene.calls[2].called, scene.calls[2].returned) = (moment(later_us), moment(9_000_000));
        (scene.calls[3].called, scene.calls[3].returned) = (moment(3_000_000), moment(4_000_000));
        let mut answer = scene.answer().clone();
        let Body::Output(output) = &mut answer.body else { panic!("no description") };
        shown(output).last_changed_date = Some(Timestamp(1_700_000_000.0));
        *scene.answer() = answer;
        let expected = (!is_good).then_some((4, R::Conf017, Class::Fidelity));
        assert_eq!(blamed(&scene), Vec::from_iter(expected), "{}", scene.story());
    }
}
