//! The form of an answer: status, headers, error body, dates, absent members, declared error types.
//!
//! Each aspect belongs to one rule, whatever the operation (ROT-ERR-002, ROT-ERR-015, ROT-WIRE-002, -003, -006, -008,
//! -009), so that one wrong header does not break a dozen rules.

use crate::history::Call;
use crate::model::{Action, Answer, Body, Departure, ErrorType, Secret};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Fingerprint, Violation};

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
    if answer.form.has_headers && answer.form.status < 500 && !matches!(answer.body, Body::Unreadable(_)) {
        count(answer, exercise);
        let departures = answer.form.departures.iter();
        violations.extend(departures.filter_map(|departure| of_departure(call, departure, past)));
    }
    if let Body::Error(error) = &answer.body {
        exercise.arm(RuleId::Err015);
        exercise.check(RuleId::Err015);
        let status = answer.form.status;
        if (401..500).contains(&status) {
            violations.push(difference(call, RuleId::Err002, "HTTP status 400", &format!("HTTP status {status}")));
        }
        if status < 500 && !is_declared(call, &error.error_type) {
            let expected = "an error type that the operation declares";
            violations.push(difference(call, RuleId::Err015, expected, error.error_type.as_str()));
        }
    }
    violations
}

fn count(answer: &Answer, exercise: &mut Exercise) {
    let always = [RuleId::Wire002];
    let of_body: &[RuleId] = match &answer.body {
        Body::Output(_) => &[RuleId::Wire006, RuleId::Wire008],
        Body::Error(_) => &[RuleId::Wire003],
        Body::Unreadable(_) => &[],
    };
    for rule in always.iter().chain(of_body) {
        exercise.arm(*rule);
        exercise.check(*rule);
    }
}

fn of_departure(call: &Call, departure: &Departure, past: Past) -> Option<Violation> {
    Some(match departure {
        Departure::MediaType(shown) => difference(
            call,
            RuleId::Wire002,
            "content type application/x-amz-json-1.1",
            &format!("content type {shown}"),
        ),
        Departure::NoRequestId => difference(call, RuleId::Wire002, "a header x-amzn-RequestId", "none"),
        Departure::TypeNotBare(shown) => {
            difference(call, RuleId::Wire003, "__type with the bare name of the error", &format!("{shown:?}"))
        }
        Departure::MessageSpelling(shown) => {
            difference(call, RuleId::Wire003, "the text in the member Message", &format!("the text in {shown:?}"))
        }
        Departure::NotADate(member) => Violation {
            class: Class::Contract,
            ..difference(call, RuleId::Wire006, "dates as a number of seconds", &format!("{member} in another form"))
        },
        Departure::NotBase64 => Violation {
            class: Class::Contract,
            ..difference(call, RuleId::Wire007, "SecretBinary as base64 text", "something else")
        },
        Departure::WithoutValue(member, "[]") if member_alone(member) == "Tags" && past.may_have_had_tags => {
            return None;
        }
        Departure::WithoutValue(member, "false")
            if member_alone(member) == "RotationEnabled" && past.may_have_rotated =>
        {
            return None;
        }
        Departure::WithoutValue(member, _) if is_entry_without_labels(member) => return None,
        Departure::WithoutValue(member, shown) => difference(
            call,
            RuleId::Wire008,
            "members without a value left out",
            &format!("{}: {shown}", member_alone(member)),
        ),
        Departure::ExtraMember(member) => difference(
            call,
            RuleId::Wire009,
            "no members but those of the operation",
            &format!("also {}", member_alone(member)),
        ),
        Departure::WrongShape(_) => return None,
    })
}

fn difference(call: &Call, rule: RuleId, expected: &str, observed: &str) -> Violation {
    Violation {
        rule,
        class: Class::Fidelity,
        is_of_state: false,
        call: call.number,
        since: 0,
        expected: expected.to_owned(),
        observed: observed.to_owned(),
        also: Vec::new(),
        fingerprint: fingerprint(call, rule, expected, observed),
        excluded: Vec::new(),
    }
}

/// A status or an error type is the operation's; the rest is the same fault wherever it shows.
fn fingerprint(call: &Call, rule: RuleId, expected: &str, observed: &str) -> Fingerprint {
    Fingerprint(match rule {
        RuleId::Err002 | RuleId::Err015 => {
            format!("{rule} {}: {expected} but {observed}", call.request.operation.name())
        }
        _ => format!("{rule}: {expected} but {observed}"),
    })
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
