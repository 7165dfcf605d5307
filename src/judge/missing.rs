//! Operations that the endpoint does not have (ROT-WIRE-013).
//!
//! The answer that says so is the matter of this rule alone, whatever was asked: no other rule is decided by it, and no
//! state is changed.

use crate::history::Call;
use crate::model::{Action, Answer, Body, ErrorType, Operation};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exercise, Fingerprint, Violation};

/// The one status of a fault of the server with which an error may say that the operation is not implemented.
const NOT_IMPLEMENTED: u16 = 501;
/// The error types that services of the AWS protocols and their emulators have for an operation that they do not know.
const TYPES: [&str; 4] = ["InvalidAction", "NotImplemented", "NotImplementedException", "UnknownOperation"];
/// What the text of an error says of an operation that was not made yet.
const NOT_DONE: [&str; 3] = ["not implemented", "not yet implemented", "not been implemented"];
/// What stands before the word action or operation where there is none of that name.
const NO_SUCH: [&str; 5] = ["invalid", "no such", "unable to find", "unknown", "unsupported"];
/// Types that say who may ask, or when, and nothing of what there is.
const OF_PERMISSION: [&str; 4] =
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnrecognizedClientException"];

/// The action that the endpoint does not have, if the answer to a request for it says so.
pub(crate) fn missing(operation: &Operation, answer: &Answer) -> Option<Action> {
    if matches!(operation, Operation::Unknown(_) | Operation::Malformed(_)) {
        return None;
    }
    let action = operation.action()?;
    let Body::Error(error) = &answer.body else { return None };
    let error_type = error.error_type.as_str();
    let is_fault = answer.form.status >= 500 && answer.form.status != NOT_IMPLEMENTED;
    if is_fault || OF_PERMISSION.contains(&error_type) {
        return None;
    }
    let is_named = error.error_type == ErrorType::UnknownOperationException || TYPES.contains(&error_type);
    let is_told = || says_so(action, error.message.as_deref().unwrap_or_default());
    (is_named || is_told()).then_some(action)
}

/// Whether a text says of an action, and not of a part of the request, that it is not there.
fn says_so(action: Action, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let words = ["action", "operation"];
    let is_none = |word: &str| NO_SUCH.iter().any(|before| text.contains(&format!("{before} {word}")));
    let is_about_it =
        || text.contains(&action.as_str().to_ascii_lowercase()) || words.iter().any(|word| text.contains(word));
    words.into_iter().any(is_none) || (NOT_DONE.iter().any(|done| text.contains(done)) && is_about_it())
}

/// The violation if the endpoint does not have the operation; counts that the answer decides it either way.
pub(super) fn violation(call: &Call, answer: &Answer, exercise: &mut Exercise) -> Option<Violation> {
    let operation = &call.request.operation;
    let missing = missing(operation, answer);
    if missing.is_some() || is_known(operation, answer) {
        exercise.arm(RuleId::Wire013);
        exercise.check(RuleId::Wire013);
    }
    let action = missing?;
    let Body::Error(error) = &answer.body else { return None };
    let text = error.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    Some(lack(call, action, format!("{}{text}", error.error_type)))
}

/// Whether the answer shows that the endpoint has the operation: it was carried out, or refused for a reason of its own.
pub(crate) fn is_known(operation: &Operation, answer: &Answer) -> bool {
    let is_of_the_service = !matches!(operation, Operation::Unknown(_) | Operation::Malformed(_));
    is_of_the_service
        && match &answer.body {
            Body::Output(_) => true,
            Body::Error(error) => {
                let says_nothing = error.error_type == ErrorType::ThrottlingException
                    || OF_PERMISSION.contains(&error.error_type.as_str());
                answer.form.status < 500 && !says_nothing && missing(operation, answer).is_none()
            }
            Body::Unreadable(_) => false,
        }
}

fn lack(call: &Call, action: Action, observed: String) -> Violation {
    Violation {
        rule: RuleId::Wire013,
        class: Class::Contract,
        is_of_state: false,
        call: call.number,
        since: None,
        expected: format!("the operation {} is there", action.as_str()),
        observed,
        also: Vec::new(),
        fingerprint: Fingerprint::of_missing(action.as_str()),
        excluded: Vec::new(),
        is_settled: false,
        unsettles: false,
        stretch: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CancelRotateSecret, Form, Malformed, ServiceError, Unknown};

    fn error(status: u16, error_type: &str, message: &str) -> Answer {
        let error = ServiceError { error_type: error_type.into(), message: Some(message.to_owned()) };
        Answer { body: Body::Error(error), form: Form::plain(status), partial: false }
    }

    fn cancel() -> Operation {
        Operation::CancelRotateSecret(CancelRotateSecret::default())
    }

    fn says_nothing(answer: &Answer) -> bool {
        let types = [ErrorType::AccessDeniedException, ErrorType::ThrottlingException];
        matches!(&answer.body, Body::Error(error) if types.contains(&error.error_type))
    }

    #[test]
    fn an_operation_is_missing_where_the_answer_says_so() {
        for answer in [
            error(400, "UnknownOperationException", ""),
            error(404, "UnknownOperationException", "no"),
            error(400, "InvalidAction", "Unknown action: CancelRotateSecret"),
            error(400, "InternalFailure", "The CancelRotateSecret action has not been implemented"),
            error(501, "InternalFailure", "API action 'CancelRotateSecret' is not yet implemented"),
            error(400, "InvalidRequestException", "CancelRotateSecret is not implemented"),
        ] {
            assert_eq!(missing(&cancel(), &answer), Some(Action::CancelRotateSecret), "{answer:?}");
        }
    }

    #[test]
    fn a_lack_of_permission_a_throttle_and_a_fault_say_nothing_of_what_there_is() {
        for answer in [
            error(400, "AccessDeniedException", "not authorized to perform an unknown action"),
            error(400, "ThrottlingException", "Rate exceeded"),
            error(500, "InternalServiceError", "an unknown operation failed"),
            error(503, "ServiceUnavailable", "not implemented"),
            error(501, "InternalFailure", "Unsupported method"),
            Answer { body: Body::Unreadable("text/html".to_owned()), form: Form::plain(501), partial: false },
            error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
            error(400, "ValidationException", "RotateImmediately=false is not implemented"),
            Answer { body: Body::Unreadable("not implemented".to_owned()), form: Form::plain(404), partial: false },
        ] {
            assert_eq!(missing(&cancel(), &answer), None, "{answer:?}");
            let is_reason_of_its_own = answer.form.status == 400 && !says_nothing(&answer);
            assert_eq!(is_known(&cancel(), &answer), is_reason_of_its_own, "{answer:?}");
        }
    }

    #[test]
    fn what_is_no_operation_of_the_service_may_be_unknown() {
        let answer = error(400, "UnknownOperationException", "");
        let unknown = Operation::Unknown(Unknown { action: "RotateSecrets".into() });
        let malformed = Operation::Malformed(Malformed { action: Action::GetSecretValue, body: "{".into() });
        assert_eq!([unknown, malformed].map(|operation| missing(&operation, &answer)), [None, None]);
    }
}
