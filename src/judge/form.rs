//! The form of an answer: status, headers, error body, dates, absent members, declared error types.
//!
//! Each aspect belongs to one rule, whatever the operation (ROT-ERR-002, ROT-ERR-015, ROT-WIRE-002, -003, -006, -008,
//! -009), so that one wrong header does not break a dozen rules.

use super::class;
use crate::history::Call;
use crate::model::{Action, Answer, Body, Departure, ErrorType, Secret};
use crate::rule::{Class, RuleId};
use crate::verdict::{Aspect, Demand, Exercise, Fingerprint, Pattern, Subject, Violation};

/// What may have been in a secret, so that a member which says that it is there no more has a value (ROT-WIRE-008).
#[derive(Clone, Copy)]
pub(super) struct Past {
    may_have_had_tags: bool,
    may_have_rotated: bool,
}

impl Past {
    /// Of a secret of which nothing is known.
    pub(super) const UNKNOWN: Self = Self { may_have_had_tags: true, may_have_rotated: true };

    pub(super) const fn of(secret: &Secret) -> Self {
        Self {
            may_have_had_tags: secret.tags.is_some() || secret.tags_open,
            may_have_rotated: secret.rotation.configured || secret.rotation.touched,
        }
    }
}

/// What departs from the form of the service's answers.
pub(super) fn violations(call: &Call, answer: &Answer, past: Past, exercise: &mut Exercise) -> Vec<Violation> {
    let mut violations = Vec::new();
    // What a fault of the server looks like is part of the fault.
    if answer.form.status < 500 && !matches!(answer.body, Body::Unreadable(_)) {
        count(answer, exercise);
        let departures = answer.form.departures.iter().filter(|it| answer.form.has_headers || is_of_the_body(it));
        for violation in departures.filter_map(|departure| of_departure(call, departure, past)) {
            // Of several that are the same the first one tells enough.
            if violations.iter().all(|known: &Violation| known.fingerprint != violation.fingerprint) {
                violations.push(violation);
            }
        }
    }
    if matches!(answer.body, Body::Error(_)) {
        violations.extend(of_refusal(call, answer, exercise));
    }
    violations
}

/// Whether a departure is the service's own also in a record that an SDK wrote, which leaves out members without a value
/// and cuts error types short, but writes no date and no bytes that were not there.
const fn is_of_the_body(departure: &Departure) -> bool {
    matches!(departure, Departure::NotADate(_) | Departure::NotBase64)
}

/// The status and the type of a refusal.
fn of_refusal(call: &Call, answer: &Answer, exercise: &mut Exercise) -> Vec<Violation> {
    let mut violations = Vec::new();
    let status = answer.form.status;
    if (401..500).contains(&status) {
        violations.push(difference(call, RuleId::Err002, Aspect::Status400, &format!("HTTP status {status}")));
    }
    let Some(error_type) = answer.error_type() else { return violations };
    exercise.arm(RuleId::Err015);
    exercise.check(RuleId::Err015);
    if status < 500 && !is_declared(call, error_type) {
        let of_class = class::of_error_type(error_type).to_owned();
        violations.push(classed(call, RuleId::Err015, Aspect::DeclaredType, (error_type.as_str(), &of_class)));
    }
    violations
}

fn count(answer: &Answer, exercise: &mut Exercise) {
    let has_headers = answer.form.has_headers;
    let rules: &[RuleId] = match &answer.body {
        Body::Output(_) if has_headers => &[RuleId::Wire002, RuleId::Wire006, RuleId::Wire008],
        Body::Output(_) => &[RuleId::Wire006],
        Body::Error(_) if has_headers => &[RuleId::Wire002, RuleId::Wire003],
        Body::Error(_) | Body::Unreadable(_) => &[],
    };
    for rule in rules {
        exercise.arm(*rule);
        exercise.check(*rule);
    }
}

fn of_departure(call: &Call, departure: &Departure, past: Past) -> Option<Violation> {
    Some(match departure {
        Departure::MediaType(shown) => {
            let of_class = format!("content type {}", class::of_media_type(shown));
            classed(call, RuleId::Wire002, Aspect::MediaType, (&format!("content type {shown}"), &of_class))
        }
        Departure::NoRequestId => difference(call, RuleId::Wire002, Aspect::RequestId, "none"),
        Departure::TypeNotBare(shown) => {
            let of_class = format!("{:?}", class::of_place(shown));
            classed(call, RuleId::Wire003, Aspect::BareType, (&format!("{shown:?}"), &of_class))
        }
        Departure::MessageSpelling(shown) => {
            difference(call, RuleId::Wire003, Aspect::MessageSpelling, &format!("the text in {shown:?}"))
        }
        Departure::NotADate(member) => Violation {
            class: Class::Contract,
            ..difference(call, RuleId::Wire006, Aspect::SecondsAsDates, &format!("{member} in another form"))
        },
        Departure::NotBase64 => {
            Violation { class: Class::Contract, ..difference(call, RuleId::Wire007, Aspect::Base64, "something else") }
        }
        Departure::WithoutValue(member, "[]") if member_alone(member) == "Tags" && past.may_have_had_tags => {
            return None;
        }
        Departure::WithoutValue(member, "false")
            if member_alone(member) == "RotationEnabled" && past.may_have_rotated =>
        {
            return None;
        }
        Departure::WithoutValue(member, _) if is_entry_without_labels(member) => return None,
        Departure::WithoutValue(member, shown) => {
            difference(call, RuleId::Wire008, Aspect::NoEmptyMembers, &format!("{}: {shown}", member_alone(member)))
        }
        Departure::ExtraMember(member) => {
            let member = member_alone(member);
            let of_class = format!("also {}", class::of_member(member));
            classed(call, RuleId::Wire009, Aspect::KnownMembers, (&format!("also {member}"), &of_class))
        }
        Departure::WrongShape(_) => return None,
    })
}

fn difference(call: &Call, rule: RuleId, expected: Aspect, observed: &str) -> Violation {
    classed(call, rule, expected, (observed, observed))
}

/// A difference by a text that the endpoint has chosen, and its class for the fingerprint.
fn classed(call: &Call, rule: RuleId, expected: Aspect, (observed, of_class): (&str, &str)) -> Violation {
    Violation {
        rule,
        class: Class::Fidelity,
        is_of_state: false,
        call: call.number,
        since: None,
        expected: expected.to_string(),
        observed: observed.to_owned(),
        also: Vec::new(),
        fingerprint: fingerprint(call, rule, expected, of_class),
        excluded: Vec::new(),
        is_settled: false,
        unsettles: false,
        stretch: Vec::new(),
    }
}

/// A status or an error type is the operation's; the rest is the same fault wherever it shows.
fn fingerprint(call: &Call, rule: RuleId, expected: Aspect, observed: &str) -> Fingerprint {
    let is_of_operation = matches!(expected, Aspect::Status400 | Aspect::DeclaredType);
    let subject = if is_of_operation { Subject::answer(&call.request.operation, None) } else { Subject::AnyAnswer };
    let demand = Demand { rule, subject, pattern: Pattern::Aspect(expected) };
    Fingerprint::Unmet { demand, observed: Some(observed.into()) }
}

/// An entry without labels is the matter of ROT-STATE-009.
fn is_entry_without_labels(member: &str) -> bool {
    ["VersionIdsToStages[]", "SecretVersionsToStages[]"].contains(&member_alone(member))
}

/// The member without what it is part of: the same member of a list's entries is the same fault.
fn member_alone(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Whether the operation declares the error, or it is a common one that another rule names (ROT-ERR-015).
fn is_declared(call: &Call, error_type: &ErrorType) -> bool {
    use ErrorType::{
        AccessDeniedException, InternalServiceError, InvalidNextTokenException, InvalidParameterException,
        InvalidRequestException, LimitExceededException, Other, ResourceExistsException, ResourceNotFoundException,
        SerializationException, ThrottlingException, UnknownOperationException, ValidationException,
    };
    let Some(action) = call.request.operation.action() else { return true };
    match error_type {
        InvalidParameterException
        | InvalidRequestException
        | InternalServiceError
        | ThrottlingException
        | SerializationException
        | ValidationException
        | AccessDeniedException
        | UnknownOperationException => true,
        ResourceNotFoundException => action != Action::ListSecrets,
        ResourceExistsException | LimitExceededException => matches!(
            action,
            Action::CreateSecret | Action::PutSecretValue | Action::UpdateSecret | Action::UpdateSecretVersionStage
        ),
        InvalidNextTokenException => {
            matches!(action, Action::ListSecretVersionIds | Action::ListSecrets | Action::BatchGetSecretValue)
        }
        Other(text) => is_of_encryption(text, action),
    }
}

/// Declared errors about keys and policies, which this catalogue says nothing of.
fn is_of_encryption(text: &str, action: Action) -> bool {
    match text {
        "DecryptionFailure" => !matches!(action, Action::RotateSecret | Action::DescribeSecret),
        "EncryptionFailure" | "PreconditionNotMetException" | "MalformedPolicyDocumentException" => {
            !matches!(action, Action::RotateSecret | Action::DescribeSecret | Action::GetSecretValue)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::{Moment, Reply};
    use crate::model::{Output, Request, World};

    const NEW: Past = Past { may_have_had_tags: false, may_have_rotated: false };

    fn call(op: &str) -> Call {
        let request: Request = serde_json::from_value(json!({ "op": op, "request": {} })).unwrap();
        let reply = Reply::Answer(Answer::output(Output::Empty));
        Call { number: 7, request, called: Moment(0), returned: Moment(1), reply }
    }

    fn departing(departures: Vec<Departure>) -> Answer {
        let mut answer = Answer::output(Output::Empty);
        answer.form.departures = departures;
        answer
    }

    fn refusal(error_type: ErrorType, status: u16) -> Answer {
        let mut answer = Answer::error(error_type, None);
        answer.form.status = status;
        answer
    }

    fn rules(call: &Call, answer: &Answer, past: Past) -> Vec<(RuleId, Class)> {
        let violations = violations(call, answer, past, &mut Exercise::default());
        violations.iter().map(|violation| (violation.rule, violation.class)).collect()
    }

    #[test]
    fn each_departure_is_the_matter_of_one_rule() {
        let (contract, fidelity) = (Class::Contract, Class::Fidelity);
        for (departure, expected) in [
            (Departure::MediaType("text/html".into()), Some((RuleId::Wire002, fidelity))),
            (Departure::NoRequestId, Some((RuleId::Wire002, fidelity))),
            (Departure::TypeNotBare("a#b".into()), Some((RuleId::Wire003, fidelity))),
            (Departure::MessageSpelling("message".into()), Some((RuleId::Wire003, fidelity))),
            (Departure::NotADate("CreatedDate".into()), Some((RuleId::Wire006, contract))),
            (Departure::NotBase64, Some((RuleId::Wire007, contract))),
            (Departure::WithoutValue("SecretList[].Tags".into(), "[]"), Some((RuleId::Wire008, fidelity))),
            (Departure::WithoutValue("VersionIdsToStages[]".into(), "[]"), None),
            (Departure::WithoutValue("SecretList[].SecretVersionsToStages[]".into(), "[]"), None),
            (Departure::ExtraMember("Colour".into()), Some((RuleId::Wire009, fidelity))),
            (Departure::WrongShape("ARN".into()), None),
        ] {
            let shown = rules(&call("DescribeSecret"), &departing(vec![departure.clone()]), NEW);
            assert_eq!(shown, expected.into_iter().collect::<Vec<_>>(), "{departure}");
        }
    }

    #[test]
    fn tags_and_rotation_that_were_there_may_be_shown_as_gone() {
        let wire008 = vec![(RuleId::Wire008, Class::Fidelity)];
        let had_tags = Past { may_have_had_tags: true, ..NEW };
        let had_rotated = Past { may_have_rotated: true, ..NEW };
        for (member, shown, of_tags, of_rotated) in [
            ("Tags", "[]", vec![], wire008.clone()),
            ("Tags", "null", wire008.clone(), wire008.clone()),
            ("Description", "[]", wire008.clone(), wire008.clone()),
            ("RotationEnabled", "false", wire008.clone(), vec![]),
            ("Other", "false", wire008.clone(), wire008.clone()),
        ] {
            let answer = departing(vec![Departure::WithoutValue(member.into(), shown)]);
            assert_eq!(rules(&call("DescribeSecret"), &answer, had_tags), of_tags, "{member}");
            assert_eq!(rules(&call("DescribeSecret"), &answer, had_rotated), of_rotated, "{member}");
        }
    }

    #[test]
    fn what_was_in_a_secret_may_have_been_there_if_it_is_open() {
        let world = World::adopted("db".into());
        let mut secret = (*world.secret.expect("an adopted secret is there")).clone();
        let past = |secret: &Secret| {
            let past = Past::of(secret);
            (past.may_have_had_tags, past.may_have_rotated)
        };
        secret.tags_open = false;
        (secret.rotation.configured, secret.rotation.touched) = (false, false);
        assert_eq!(past(&secret), (false, false));
        for (tags, is_open) in [(None, true), (Some(vec![]), false)] {
            let secret = Secret { tags, tags_open: is_open, ..secret.clone() };
            assert_eq!(past(&secret), (true, false));
        }
        for (configured, touched) in [(true, false), (false, true)] {
            (secret.rotation.configured, secret.rotation.touched) = (configured, touched);
            assert_eq!(past(&secret), (false, true));
        }
    }

    #[test]
    fn a_record_without_headers_and_a_fault_have_no_form() {
        let departure = || vec![Departure::NoRequestId];
        let mut recorded = departing(departure());
        recorded.form.has_headers = false;
        let mut fault = departing(departure());
        fault.form.status = 500;
        let unreadable = Answer { body: Body::Unreadable("text/html of 2 bytes".into()), ..departing(departure()) };
        for answer in [recorded, fault, unreadable] {
            assert_eq!(rules(&call("DescribeSecret"), &answer, NEW), [], "{answer:?}");
        }
    }

    #[test]
    fn dates_and_bytes_of_another_form_are_the_services_own_in_a_record_without_headers_too() {
        let contract = Class::Contract;
        for (departure, expected) in [
            (Departure::NotADate("CreatedDate".into()), vec![(RuleId::Wire006, contract)]),
            (Departure::NotBase64, vec![(RuleId::Wire007, contract)]),
            (Departure::WithoutValue("Tags".into(), "null"), vec![]),
            (Departure::ExtraMember("Colour".into()), vec![]),
        ] {
            let mut answer = departing(vec![departure]);
            answer.form.has_headers = false;
            assert_eq!(rules(&call("DescribeSecret"), &answer, NEW), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_refusal_of_which_the_text_alone_is_known_has_a_type_that_nobody_saw() {
        let unnamed = |partial| Answer { partial, ..refusal(ErrorType::unnamed(), 400) };
        assert_eq!(rules(&call("DescribeSecret"), &unnamed(true), NEW), []);
        assert_eq!(rules(&call("DescribeSecret"), &unnamed(false), NEW), [(RuleId::Err015, Class::Fidelity)]);
    }

    #[test]
    fn a_refusal_has_status_400_and_a_type_that_the_operation_declares() {
        let (err002, err015) = ((RuleId::Err002, Class::Fidelity), (RuleId::Err015, Class::Fidelity));
        for (error_type, status, expected) in [
            (ErrorType::InvalidRequestException, 400, vec![]),
            (ErrorType::InvalidRequestException, 401, vec![err002]),
            (ErrorType::InvalidRequestException, 499, vec![err002]),
            (ErrorType::InvalidRequestException, 500, vec![]),
            (ErrorType::LimitExceededException, 400, vec![err015]),
            (ErrorType::LimitExceededException, 404, vec![err002, err015]),
            (ErrorType::LimitExceededException, 500, vec![]),
        ] {
            let answer = refusal(error_type, status);
            assert_eq!(rules(&call("DescribeSecret"), &answer, NEW), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_status_or_a_type_is_a_fault_of_the_operation_and_the_rest_is_one_wherever_it_shows() {
        let told = |answer: &Answer| {
            let violations = violations(&call("DescribeSecret"), answer, NEW, &mut Exercise::default());
            violations.into_iter().map(|violation| violation.fingerprint.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&refusal(ErrorType::LimitExceededException, 404)),
            [
                "ROT-ERR-002 DescribeSecret: HTTP status 400 but HTTP status 404",
                "ROT-ERR-015 DescribeSecret: an error type that the operation declares but LimitExceededException",
            ]
        );
        let extra = Departure::ExtraMember("SecretList[].Colour".into());
        let expected = ["ROT-WIRE-009: no members but those of the operation but also another member"];
        assert_eq!(told(&departing(vec![extra])), expected);
    }

    #[test]
    fn an_error_type_is_declared_by_some_operations_and_not_by_others() {
        use ErrorType::{
            InvalidNextTokenException, LimitExceededException, Other, ResourceExistsException,
            ResourceNotFoundException,
        };
        let other = |text: &str| Other(text.into());
        for (error_type, by, not_by) in [
            (ResourceNotFoundException, "DescribeSecret", "ListSecrets"),
            (ResourceExistsException, "CreateSecret", "RotateSecret"),
            (LimitExceededException, "UpdateSecretVersionStage", "GetSecretValue"),
            (InvalidNextTokenException, "ListSecretVersionIds", "DescribeSecret"),
            (other("DecryptionFailure"), "GetSecretValue", "DescribeSecret"),
            (other("EncryptionFailure"), "PutSecretValue", "GetSecretValue"),
            (other("PreconditionNotMetException"), "UpdateSecret", "RotateSecret"),
        ] {
            assert!(is_declared(&call(by), &error_type), "{error_type} by {by}");
            assert!(!is_declared(&call(not_by), &error_type), "{error_type} by {not_by}");
        }
        assert!(!is_declared(&call("CreateSecret"), &other("Oops")));
    }

    #[test]
    fn the_form_is_checked_by_the_rules_of_what_came() {
        let counted = |answer: &Answer| {
            let mut exercise = Exercise::default();
            violations(&call("DescribeSecret"), answer, NEW, &mut exercise);
            let rules = crate::rule::RULES.iter().map(|rule| rule.id);
            let checked: Vec<_> = rules.filter(|id| exercise.checked(*id) > 0).collect();
            assert!(checked.iter().all(|id| exercise.armed(*id) == exercise.checked(*id)));
            checked
        };
        assert_eq!(counted(&departing(vec![])), [RuleId::Wire002, RuleId::Wire006, RuleId::Wire008]);
        let of_refusal = counted(&refusal(ErrorType::InvalidRequestException, 400));
        assert_eq!(of_refusal, [RuleId::Err015, RuleId::Wire002, RuleId::Wire003]);
        let mut recorded = departing(vec![]);
        recorded.form.has_headers = false;
        assert_eq!(counted(&recorded), [RuleId::Wire006]);
    }
}
