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
/// What an action is called in such a text.
const WORDS: [&str; 2] = ["action", "operation"];
/// What stands before one of these words where there is none of that name.
const NO_SUCH: [&str; 5] = ["invalid", "no such", "unable to find", "unknown", "unsupported"];
/// Types that say who may ask, or when, and nothing of what there is.
const OF_PERMISSION: [&str; 4] =
    ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnrecognizedClientException"];

/// What an answer says of whether there is an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// There is none of this action.
    Missing(Action),
    /// It was carried out, or refused for a reason of its own.
    There(Action),
    Nothing,
}

impl Told {
    /// What the answer to a request says.
    pub(crate) fn by(operation: &Operation, answer: &Answer) -> Self {
        let is_of_the_service = !matches!(operation, Operation::Unknown(_) | Operation::Malformed(_));
        let Some(action) = operation.action().filter(|_| is_of_the_service) else { return Self::Nothing };
        let error = match &answer.body {
            Body::Output(_) => return Self::There(action),
            Body::Unreadable(_) => return Self::Nothing,
            Body::Error(error) => error,
        };
        let (error_type, status) = (error.error_type.as_str(), answer.form.status);
        let is_fault = status >= 500;
        let is_of_the_time = error.error_type == ErrorType::ThrottlingException || OF_PERMISSION.contains(&error_type);
        if (is_fault && status != NOT_IMPLEMENTED) || is_of_the_time {
            return Self::Nothing;
        }
        let is_named = error.error_type == ErrorType::UnknownOperationException || TYPES.contains(&error_type);
        if is_named || says_so(action, error.message.as_deref().unwrap_or_default()) {
            return Self::Missing(action);
        }
        if is_fault { Self::Nothing } else { Self::There(action) }
    }
}

/// Whether a text says of an action, and not of a part of the request, that it is not there.
fn says_so(action: Action, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_none = |word: &str| {
        let mut before = text.match_indices(word).filter_map(|(start, _)| text[..start].strip_suffix(' '));
        before.any(|before| NO_SUCH.iter().any(|negation| before.ends_with(negation)))
    };
    let is_about_it =
        || text.contains(&action.as_str().to_ascii_lowercase()) || WORDS.iter().any(|word| text.contains(word));
    WORDS.into_iter().any(is_none) || (NOT_DONE.iter().any(|done| text.contains(done)) && is_about_it())
}

/// The violation if the endpoint does not have the operation; counts that the answer decides it either way.
pub(super) fn violation(call: &Call, answer: &Answer, exercise: &mut Exercise) -> Option<Violation> {
    let told = Told::by(&call.request.operation, answer);
    if told != Told::Nothing {
        exercise.arm(RuleId::Wire013);
        exercise.check(RuleId::Wire013);
    }
    let (Told::Missing(action), Body::Error(error)) = (told, &answer.body) else { return None };
    let text = error.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    Some(lack(call, action, format!("{}{text}", error.error_type)))
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
            assert_eq!(Told::by(&cancel(), &answer), Told::Missing(Action::CancelRotateSecret), "{answer:?}");
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
            let is_reason_of_its_own = answer.form.status == 400 && !says_nothing(&answer);
            let told = if is_reason_of_its_own { Told::There(Action::CancelRotateSecret) } else { Told::Nothing };
            assert_eq!(Told::by(&cancel(), &answer), told, "{answer:?}");
        }
    }

    #[test]
    fn what_is_no_operation_of_the_service_may_be_unknown() {
        let answer = error(400, "UnknownOperationException", "");
        let unknown = Operation::Unknown(Unknown { action: "RotateSecrets".into() });
        let malformed = Operation::Malformed(Malformed { action: Action::GetSecretValue, body: "{".into() });
        assert_eq!([unknown, malformed].map(|operation| Told::by(&operation, &answer)), [Told::Nothing; 2]);
    }
}
