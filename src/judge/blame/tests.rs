//! Counting, comparing and wording, each on an outcome made for it; `judge/tests/blame.rs` has whole histories.

use serde_json::{Value, json};

use super::{Exclusion, Score, arm, count, exclusion, observed, violation, violations};
use crate::history::{Call, Moment, Reply};
use crate::model::{
    Answer, Body, Claim, ErrorType, Fact, Label, Member, Outcome, Output, Reading, Refusal, Request, SecretString,
    Text, Timestamp, Value as Stored, World,
};
use crate::rule::{Class, RuleId as R};
use crate::verdict::{Exercise, Violation};
use crate::wire::decode_body;

fn fact(rule: R, class: Class, claim: Claim) -> Fact {
    Fact { rule, class, claim, counts: true, since: None, by: None }
}

fn contract(rule: R, claim: Claim) -> Fact {
    fact(rule, Class::Contract, claim)
}

fn accepted(facts: impl Into<Vec<Fact>>) -> Outcome {
    Outcome { refusal: None, facts: facts.into(), next: None, reading: None }
}

fn refused(facts: impl Into<Vec<Fact>>) -> Outcome {
    let refusal = Refusal { error_type: ErrorType::InvalidRequestException, text: None };
    Outcome { refusal: Some(refusal), ..accepted(facts) }
}

fn request(op: &str) -> Request {
    serde_json::from_value(json!({ "op": op, "request": {} })).unwrap()
}

fn answer(op: &str, body: Value) -> Answer {
    Answer { body: decode_body(&request(op).operation, 200, body).0, ..Answer::output(Output::Empty) }
}

fn description(body: Value) -> Answer {
    answer("DescribeSecret", body)
}

fn refusal(error_type: ErrorType, message: &str) -> Answer {
    Answer::error(error_type, Some(message.to_owned()))
}

fn fault() -> Answer {
    let mut answer = refusal(ErrorType::InvalidRequestException, "broken");
    answer.form.status = 500;
    answer
}

fn call(op: &str, answer: &Answer) -> Call {
    let reply = Reply::Answer(answer.clone());
    Call { number: 7, request: request(op), called: Moment(0), returned: Moment(1), reply }
}

fn current(id: &str) -> Claim {
    Claim::Label(Label::Current, Some(id.into()))
}

/// How often each rule was armed and checked, of those that were.
fn counts(exercise: &Exercise) -> Vec<(R, u64, u64)> {
    let all = crate::rule::RULES.iter().map(|rule| (rule.id, exercise.armed(rule.id), exercise.checked(rule.id)));
    all.filter(|(_, armed, checked)| armed + checked > 0).collect()
}

#[test]
fn each_outcome_arms_a_rule_once_however_many_facts_it_has() {
    let mut exercise = Exercise::default();
    let silent = Fact { counts: false, ..contract(R::Conf001, Claim::Enabled(true)) };
    let of_two = accepted([
        contract(R::State003, Claim::Accepted),
        contract(R::State003, current("v1")),
        contract(R::Read001, Claim::Enabled(false)),
        silent,
    ]);
    arm(&[of_two, refused([contract(R::State003, Claim::Refused)])], &mut exercise);
    assert_eq!(counts(&exercise), [(R::State003, 2, 0), (R::Read001, 1, 0)]);
}

#[test]
fn an_answer_checks_each_rule_that_it_decides_once() {
    let mut exercise = Exercise::default();
    let silent = Fact { counts: false, ..contract(R::Conf001, Claim::Enabled(true)) };
    let mut outcome = accepted([
        silent,
        contract(R::State004, Claim::Value(Stored::Text(SecretString::from("a")))),
        contract(R::State003, Claim::Accepted),
        contract(R::State003, current("v1")),
        contract(R::State005, Claim::Value(Stored::Text(SecretString::from("a")))),
        contract(R::State005, current("v1")),
    ]);
    outcome.reading = Some(Reading { rule: R::State016, choice: "stays".into() });
    count(&outcome, &description(json!({ "VersionIdsToStages": { "v1": ["AWSCURRENT"] } })), (1, None), &mut exercise);
    assert_eq!(counts(&exercise), [(R::State003, 0, 1), (R::State005, 0, 1), (R::State016, 1, 1)]);
    assert_eq!(exercise.readings(R::State016).collect::<Vec<_>>(), ["stays"]);
}

#[test]
fn an_answer_of_the_other_kind_checks_the_rule_of_the_kind_alone() {
    for (outcome, answer, expected) in [
        (
            accepted([contract(R::State003, Claim::Accepted), contract(R::State005, current("v1"))]),
            refusal(ErrorType::InvalidRequestException, "no"),
            vec![(R::State003, 0, 1)],
        ),
        (
            refused([contract(R::Val002, Claim::Refused), contract(R::Err002, Claim::NoFault)]),
            description(json!({})),
            vec![(R::Val002, 0, 1)],
        ),
        (
            refused([contract(R::Val002, Claim::Refused), contract(R::Err002, Claim::NoFault)]),
            fault(),
            vec![(R::Err002, 0, 1)],
        ),
        (refused([]), fault(), vec![(R::Err002, 0, 1)]),
        (accepted([]), refusal(ErrorType::InvalidRequestException, "no"), vec![]),
        // A fault of the server says nothing of what was right about the request.
        (accepted([contract(R::State003, Claim::Accepted)]), fault(), vec![]),
        (
            accepted([contract(R::Read001, Claim::Found), contract(R::State003, Claim::Accepted)]),
            refusal(ErrorType::ResourceNotFoundException, "no"),
            vec![(R::Read001, 0, 1)],
        ),
    ] {
        let mut exercise = Exercise::default();
        count(&outcome, &answer, (1, None), &mut exercise);
        assert_eq!(counts(&exercise), expected, "{outcome:?} {answer:?}");
    }
}

fn blamed(outcome: &Outcome, answer: &Answer) -> Vec<(R, Class, Vec<R>)> {
    let violations = violations(&call("DescribeSecret", answer), answer, outcome, Vec::new());
    violations.into_iter().map(|it| (it.rule, it.class, it.also)).collect()
}

#[test]
fn the_gravest_unmet_fact_is_blamed_and_other_rules_are_named_beside_it() {
    let outcome = accepted([
        contract(R::State003, Claim::Name("db".into())),
        contract(R::Conf001, Claim::Enabled(true)),
        contract(R::State003, current("v1")),
        contract(R::Conf001, Claim::Days(Some(30))),
        fact(R::Read005, Class::Fidelity, Claim::Present(Member::Arn)),
    ]);
    assert_eq!(blamed(&outcome, &description(json!({}))), [(R::Conf001, Class::Contract, vec![R::State003])]);
}

#[test]
fn a_fault_is_blamed_on_what_permits_such_a_request_in_general() {
    for (op, special, plain) in [
        ("PutSecretValue", R::Val002, R::State005),
        ("PutSecretValue", R::Val003, R::State005),
        ("PutSecretValue", R::State008, R::State008),
        ("RotateSecret", R::Conf001, R::Prog003),
        ("GetSecretValue", R::Read001, R::Read001),
    ] {
        let outcome = accepted([contract(special, Claim::Accepted)]);
        let violations = violations(&call(op, &fault()), &fault(), &outcome, Vec::new());
        assert_eq!(violations[0].rule, plain, "{op} {special}");
        let refused = refusal(ErrorType::InvalidRequestException, "no");
        let violations = super::violations(&call(op, &refused), &refused, &outcome, Vec::new());
        assert_eq!(violations[0].rule, special, "{op} {special}");
    }
}

#[test]
fn of_facts_for_strict_mode_each_rule_is_blamed_once() {
    let strict = |rule, claim| fact(rule, Class::Fidelity, claim);
    let outcome = accepted([
        strict(R::Read005, current("v1")),
        strict(R::Read005, Claim::Enabled(true)),
        strict(R::Conf001, Claim::Days(Some(30))),
    ]);
    let expected = [(R::Read005, Class::Fidelity, vec![]), (R::Conf001, Class::Fidelity, vec![])];
    assert_eq!(blamed(&outcome, &description(json!({}))), expected);
}

#[test]
fn of_another_version_nothing_is_held_against_its_value() {
    let value = |text: &str| Claim::Value(Stored::Text(SecretString::from(text)));
    let outcome = accepted([
        contract(R::State018, value("a")),
        contract(R::Read004, Claim::CreatedDate(Timestamp(1.0))),
        contract(R::Read001, Claim::Version("v1".into())),
    ]);
    let shown = |id: &str| answer("GetSecretValue", json!({ "VersionId": id, "SecretString": "b", "CreatedDate": 9 }));
    assert_eq!(blamed(&outcome, &shown("v2")), [(R::Read001, Class::Contract, vec![])]);
    assert_eq!(blamed(&outcome, &shown("v1")), [(R::State018, Class::Contract, vec![R::Read004])]);
}

#[test]
fn graver_facts_weigh_before_any_number_of_lesser_ones() {
    let shown = description(json!({ "VersionIdsToStages": { "v2": ["AWSCURRENT"] }, "Name": "db" }));
    let met = accepted([contract(R::State003, current("v2"))]);
    let strict = accepted([fact(R::Read005, Class::Fidelity, current("v1"))]);
    let lesser = accepted([
        contract(R::Ident001, Claim::Name("other".into())),
        contract(R::Ident001, Claim::Present(Member::Arn)),
    ]);
    let graver = accepted([contract(R::State003, current("v1"))]);
    let other_kind = refused([]);
    let scores = [met, strict, lesser, graver, other_kind].map(|outcome| Score::of(&outcome, &shown));
    assert!(scores.is_sorted_by(|one, other| one < other), "{scores:?}");
    assert_eq!(scores.map(Score::is_permitted), [true, true, false, false, false]);
    assert_eq!(scores.map(Score::fidelity), [0, 1, 0, 0, 0]);
}

fn told(op: &str, claim: Claim, answer: &Answer) -> Violation {
    violation(&call(op, answer), answer, &contract(R::State003, claim), Vec::new(), Vec::new())
}

#[test]
fn what_makes_two_violations_the_same_has_no_ids_and_texts() {
    let shown = description(json!({ "VersionIdsToStages": { "v2": ["AWSCURRENT"] } }));
    for (op, claim, answer, expected) in [
        (
            "DescribeSecret",
            current("v1"),
            &shown,
            "ROT-STATE-003 DescribeSecret: AWSCURRENT on a version but elsewhere",
        ),
        (
            "DescribeSecret",
            Claim::Label("mine".into(), None),
            &shown,
            "ROT-STATE-003 DescribeSecret: a custom label nowhere but nowhere",
        ),
        (
            "DescribeSecret",
            Claim::Label("AWSMINE".into(), None),
            &shown,
            "ROT-STATE-003 DescribeSecret: an AWS-like label nowhere but nowhere",
        ),
        (
            "DescribeSecret",
            Claim::Days(Some(30)),
            &shown,
            "ROT-STATE-003 DescribeSecret: AutomaticallyAfterDays but otherwise",
        ),
        (
            "DescribeSecret",
            Claim::Listed("v1".into(), false),
            &shown,
            "ROT-STATE-003 DescribeSecret: not listed but otherwise",
        ),
        (
            "DescribeSecret",
            Claim::Accepted,
            &fault(),
            "ROT-STATE-003 DescribeSecret: the request is accepted but HTTP 500",
        ),
    ] {
        assert_eq!(told(op, claim, answer).fingerprint.to_string(), expected);
    }
}

#[test]
fn what_a_call_must_leave_alone_is_one_fault_whichever_part_has_changed() {
    let shown = description(json!({}));
    for (claim, expected) in [
        (current("v1"), "ROT-VAL-020 after PutSecretValue: labels and versions kept but changed"),
        (
            Claim::OnlyVersions { known: vec![], others: 0 },
            "ROT-VAL-020 after PutSecretValue: labels and versions kept but changed",
        ),
        (Claim::Days(Some(30)), "ROT-VAL-020 after PutSecretValue: the configuration kept but changed"),
        (Claim::Name("db".into()), "ROT-VAL-020 after PutSecretValue: Name but otherwise"),
    ] {
        let fact = Fact { by: request("PutSecretValue").operation.action(), ..contract(R::Val020, claim) };
        let told = violation(&call("DescribeSecret", &shown), &shown, &fact, Vec::new(), Vec::new());
        assert_eq!(told.fingerprint.to_string(), expected);
    }
}

#[test]
fn a_law_is_broken_by_the_state_whichever_call_shows_it() {
    let shown = description(json!({}));
    let fact = contract(R::State002, current("v1"));
    let told = violation(&call("DescribeSecret", &shown), &shown, &fact, Vec::new(), Vec::new());
    assert_eq!(told.fingerprint.to_string(), "ROT-STATE-002: AWSCURRENT");
}

#[test]
fn what_is_seen_instead_is_told_by_the_member_and_never_by_a_value() {
    let both = json!({ "VersionIdsToStages": { "v1": ["AWSCURRENT"], "v2": ["AWSCURRENT"], "v3": [] }, "Name": "db",
        "RotationEnabled": true, "RotationRules": { "AutomaticallyAfterDays": 30, "Duration": "2h" } });
    let page = json!({ "Versions": [{ "VersionId": "v1", "VersionStages": ["AWSCURRENT"] }, { "VersionId": "v2" }] });
    let value = json!({ "VersionId": "v1", "VersionStages": ["AWSCURRENT"], "SecretString": "hunter2" });
    let stored = || Claim::Value(Stored::Text(SecretString::from("a")));
    for (op, body, claim, expected) in [
        ("DescribeSecret", &both, current("v3"), "AWSCURRENT on v1 and v2"),
        ("DescribeSecret", &both, Claim::Label(Label::Pending, None), "AWSPENDING nowhere"),
        ("DescribeSecret", &both, Claim::Enabled(false), "RotationEnabled true"),
        ("DescribeSecret", &both, Claim::Days(None), "AutomaticallyAfterDays 30"),
        ("DescribeSecret", &both, Claim::Duration(None), "Duration \"2h\""),
        ("DescribeSecret", &both, Claim::Schedule(Some("rate(1 day)".into())), "no ScheduleExpression"),
        ("DescribeSecret", &both, Claim::Function(Some("arn".into())), "no RotationLambdaARN"),
        ("DescribeSecret", &both, Claim::NoEmptyEntry, "version v3 with no labels"),
        ("DescribeSecret", &both, Claim::OnlyVersions { known: vec!["v1".into()], others: 0 }, "also version v2, v3"),
        ("DescribeSecret", &both, Claim::Name("other".into()), "Name \"db\""),
        ("DescribeSecret", &json!({}), Claim::Enabled(true), "no RotationEnabled"),
        ("DescribeSecret", &json!({}), Claim::Days(Some(30)), "no AutomaticallyAfterDays"),
        ("DescribeSecret", &json!({}), Claim::Refused, "accepted"),
        ("DescribeSecret", &json!({}), Claim::VersionId(None), "something else"),
        ("DescribeSecret", &json!({ "LastAccessedDate": 5 }), Claim::AccessedAtMidnight, "LastAccessedDate 5"),
        ("ListSecretVersionIds", &page, current("v2"), "AWSCURRENT on v1"),
        ("ListSecretVersionIds", &page, Claim::Listed("v3".into(), true), "it is not listed"),
        ("ListSecretVersionIds", &page, Claim::Listed("v1".into(), false), "it is listed"),
        ("GetSecretValue", &value, current("v2"), "AWSCURRENT on v1"),
        ("GetSecretValue", &value, Claim::Label(Label::Pending, Some("v1".into())), "AWSPENDING nowhere"),
        ("GetSecretValue", &value, Claim::Version("v2".into()), "VersionId \"v1\""),
        ("GetSecretValue", &value, stored(), "another value, of 7 bytes"),
        ("GetSecretValue", &json!({}), stored(), "no value"),
        ("GetSecretValue", &json!({}), Claim::OneValue, "neither"),
        ("GetSecretValue", &json!({ "SecretString": "a", "SecretBinary": "YQ==" }), Claim::OneValue, "both"),
        ("GetSecretValue", &json!({ "CreatedDate": 5 }), Claim::CreatedDate(Timestamp(9.0)), "CreatedDate 5"),
        ("PutSecretValue", &json!({ "VersionId": "v1" }), Claim::VersionId(None), "VersionId \"v1\""),
        ("PutSecretValue", &json!({ "VersionStages": ["mine"] }), Claim::VersionStages(vec![]), "VersionStages [mine]"),
        ("PutSecretValue", &json!({ "ARN": "arn" }), Claim::Arn("other".into()), "ARN \"arn\""),
        ("PutSecretValue", &json!({}), Claim::Present(Member::Arn), "it has none"),
        ("PutSecretValue", &json!({ "ARN": "arn" }), Claim::Missing(Member::Arn), "it has one"),
    ] {
        assert_eq!(observed(&claim, &answer(op, body.clone())).0, expected, "{claim:?}");
    }
}

#[test]
fn a_refusal_is_told_by_its_type_and_a_fault_by_its_status() {
    let refusal = refusal(ErrorType::InvalidRequestException, "no");
    let unreadable = Answer { body: Body::Unreadable("text/html of 2 bytes".into()), ..fault() };
    for (claim, answer, words, pattern) in [
        (Claim::Accepted, &refusal, "InvalidRequestException: no", "InvalidRequestException"),
        (Claim::Message("yes".into()), &refusal, "the message \"no\"", "another"),
        (Claim::Accepted, &fault(), "HTTP 500 InvalidRequestException: broken", "HTTP 500"),
        (Claim::Accepted, &unreadable, "HTTP 500, text/html of 2 bytes", "HTTP 500"),
    ] {
        assert_eq!(observed(&claim, answer), (words.to_owned(), pattern.to_owned()));
    }
}

#[test]
fn a_world_that_does_not_explain_an_answer_is_told_in_words() {
    let unused = World::unused("db".into());
    let of_nothing = World::adopted("db".into());
    let mut known = of_nothing.clone();
    if let Some(secret) = &mut known.secret {
        for cell in &mut secret.labels {
            cell.holder.bind((cell.label == Label::Current).then(|| Text::from("v1")));
        }
        secret.rotation.enabled.bind(true);
        secret.deletion = Some(Timestamp(1.0));
    }
    let outcome = accepted([contract(R::State003, current("v1"))]);
    let told = |world: &World, outcome| exclusion(world, outcome, &description(json!({})));
    let unmet = vec![(R::State003, "AWSCURRENT on v1 alone".to_owned())];
    for (world, words) in [
        (&unused, "no secret of this name"),
        (&of_nothing, "AWSCURRENT open, AWSPENDING open, AWSPREVIOUS open, rotation open"),
        (&known, "AWSCURRENT on v1, rotation on, marked for deletion"),
    ] {
        let expected = Exclusion {
            order: Vec::new(),
            world: words.to_owned(),
            outcome: "accepted".to_owned(),
            unmet: unmet.clone(),
        };
        assert_eq!(told(world, &outcome), expected);
    }
    assert_eq!(told(&unused, &refused([])).outcome, "refused with InvalidRequestException");
}
