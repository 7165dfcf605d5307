use proptest::prelude::*;

use super::*;
use crate::judge::demand;
use crate::model::Action;
use crate::rule::RuleId;
use crate::strategy::{Atlas, Menu};
use crate::verdict::{Aspect, Kept, LabelClass, Pattern, Subject, Values};

fn read(text: &str) -> Fingerprint {
    let Ok(read) = text.parse();
    read
}

fn unmet(rule: RuleId, subject: Subject, pattern: Pattern, observed: Option<&str>) -> Fingerprint {
    Fingerprint::Unmet { demand: Demand { rule, subject, pattern }, observed: observed.map(Text::from) }
}

#[test]
fn a_text_is_read_as_what_it_says() {
    let of = |operation: &'static str, values| Subject::Answer { operation: operation.into(), values };
    let answer = |operation| of(operation, None);
    let after = |action| Subject::State { after: Some(action) };
    for (text, expected) in [
        (
            "ROT-PROG-001 RotateSecret: the request is refused but accepted",
            unmet(RuleId::Prog001, answer("RotateSecret"), Pattern::Aspect(Aspect::Refused), Some("accepted")),
        ),
        (
            "ROT-VAL-015 PutSecretValue without a value: the request is refused but accepted",
            unmet(
                RuleId::Val015,
                of("PutSecretValue", Some(Values::None)),
                Pattern::Aspect(Aspect::Refused),
                Some("accepted"),
            ),
        ),
        (
            "ROT-STATE-006 after PutSecretValue: AWSPREVIOUS on a version but nowhere",
            unmet(
                RuleId::State006,
                after(Action::PutSecretValue),
                Pattern::Label(LabelClass::Previous, true),
                Some("nowhere"),
            ),
        ),
        (
            "ROT-VAL-020 after RotateSecret: the configuration kept but changed",
            unmet(RuleId::Val020, after(Action::RotateSecret), Pattern::Kept(Kept::Configuration), Some("changed")),
        ),
        (
            "ROT-STATE-002: AWSCURRENT",
            unmet(RuleId::State002, Subject::State { after: None }, Pattern::Law(LabelClass::Current), None),
        ),
        (
            "ROT-STATE-002 after PutSecretValue: AWSCURRENT",
            unmet(RuleId::State002, after(Action::PutSecretValue), Pattern::Law(LabelClass::Current), None),
        ),
        (
            "ROT-WIRE-009: no members but those of the operation but also A but not: B",
            unmet(
                RuleId::Wire009,
                Subject::AnyAnswer,
                Pattern::Aspect(Aspect::KnownMembers),
                Some("also A but not: B"),
            ),
        ),
        ("missing CancelRotateSecret", Fingerprint::Missing("CancelRotateSecret".into())),
    ] {
        assert_eq!(read(text), expected);
        assert_eq!(expected.to_string(), text);
    }
}

#[test]
fn a_text_that_no_violation_has_is_kept_as_it_is() {
    for text in [
        "",
        "x",
        "ROT-PROG-001",
        "ROT-PROG-001 something else",
        "ROT-PROG-001 RotateSecret: refused but accepted",
        "rot-prog-001 RotateSecret: the request is refused but accepted",
        "ROT-PROG-999 RotateSecret: the request is refused but accepted",
        "ROT-ERR-003 PutSecretValue: TeapotException but accepted",
    ] {
        assert_eq!(read(text), Fingerprint::Foreign(text.into()));
        assert_eq!(read(text).to_string(), text);
    }
}

#[test]
fn every_demand_of_a_short_case_is_read_as_it_was_written() {
    let atlas = Atlas::detailed(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
    let mut demands = std::collections::BTreeSet::new();
    atlas.ends(2, &mut |_, steps, fact| {
        demands.extend(steps.last().map(|last| demand(fact, &last.operation)));
    });
    assert!(demands.len() > 200, "{}", demands.len());
    for demand in demands {
        assert_eq!(demand.to_string().parse(), Ok(demand));
    }
}

#[test]
fn the_same_difference_may_be_blamed_on_another_request_or_on_a_law() {
    let wanted = read("ROT-STATE-006 after PutSecretValue: AWSPREVIOUS on a version but nowhere");
    let kept = read("ROT-IDEM-002 after PutSecretValue: labels and versions kept but changed");
    for (seen, is_same) in [
        ("ROT-STATE-008 after UpdateSecret: AWSPREVIOUS on a version but nowhere", true),
        ("ROT-STATE-001: AWSPREVIOUS", true),
        ("ROT-STATE-002: AWSCURRENT", false),
        ("ROT-STATE-008 after UpdateSecret: AWSPREVIOUS on a version but elsewhere", false),
        ("ROT-STATE-008 after UpdateSecret: AWSPREVIOUS nowhere but elsewhere", false),
        ("missing PutSecretValue", false),
    ] {
        assert_eq!(read(seen).may_be(&wanted), is_same, "{seen}");
    }
    assert!(wanted.may_be(&kept), "whatever was changed");
    assert!(!kept.may_be(&wanted));
}

fn subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        Just(Subject::AnyAnswer),
        prop::sample::select(&Action::ALL[..]).prop_map(|action| Subject::State { after: Some(action) }),
        ("[A-Z][A-Za-z]{0,20}", prop::sample::select(vec![None, Some(Values::None), Some(Values::Both)]))
            .prop_map(|(name, values)| Subject::Answer { operation: name.into(), values }),
    ]
}

/// The patterns that real violations have, and those of the forms of answers.
fn pattern() -> impl Strategy<Value = Pattern> {
    let label = prop::sample::select(vec![LabelClass::Current, LabelClass::AwsLike, LabelClass::Custom]);
    prop_oneof![
        (label, any::<bool>()).prop_map(|(label, is_somewhere)| Pattern::Label(label, is_somewhere)),
        any::<bool>().prop_map(Pattern::Enabled),
        prop::sample::select(vec![
            Aspect::KnownMembers,
            Aspect::NoFault,
            Aspect::Status400,
            Aspect::MediaType,
            Aspect::Arn,
        ])
        .prop_map(Pattern::Aspect),
    ]
}

proptest! {
    #[test]
    fn what_was_observed_may_be_any_text(subject in subject(), pattern in pattern(), observed in ".{0,40}") {
        let written = unmet(RuleId::State006, subject, pattern, Some(&observed));
        prop_assert_eq!(read(&written.to_string()), written);
    }

    #[test]
    fn any_text_is_written_as_it_was_read(
        rule in prop::sample::select(vec!["ROT-STATE-001", "ROT-WIRE-009", "ROT", ""]),
        rest in "( |after |PutSecretValue|: |the request is refused| but |kept|AWSCURRENT|[a-z]|missing ){0,7}",
    ) {
        let text = format!("{rule}{rest}");
        prop_assert_eq!(read(&text).to_string(), text);
    }
}
