//! The form of answers: types, statuses, dates, members.

use super::{Bug, Hook, Scene};
use crate::model::{Answer, Body, Departure, ErrorType, Form, Operation, Output, SecretString, ServiceError, World};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "dates-as-text",
        does: "dates are texts",
        seen: "family: the form of dates of another protocol",
        breaks: &[RuleId::Wire006],
        hooks: &[Hook::Says(dates_as_text)],
    },
    Bug {
        name: "created-date-missing",
        does: "GetSecretValue has no CreatedDate",
        seen: "family: a member that no client of the author's reads",
        breaks: &[RuleId::Read004],
        hooks: &[Hook::Says(created_date_missing)],
    },
    Bug {
        name: "status-404",
        does: "what is not found is answered with HTTP status 404",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Err002],
        hooks: &[Hook::Says(status_404)],
    },
    Bug {
        name: "crash-on-missing-value",
        does: "PutSecretValue without a value is answered with HTTP status 500",
        seen: "moto 5.2.5 for some malformed members",
        breaks: &[RuleId::Err002, RuleId::Val015],
        hooks: &[Hook::Says(crash_on_missing_value)],
    },
    Bug {
        name: "other-media-type",
        does: "answers have the content type application/json",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::Wire002],
        hooks: &[Hook::Says(other_media_type)],
    },
    Bug {
        name: "message-in-lower-case",
        does: "errors have their text in the member message",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Wire003],
        hooks: &[Hook::Says(message_in_lower_case)],
    },
    Bug {
        name: "nulls-shown",
        does: "DescribeSecret shows NextRotationDate as null",
        seen: "moto 5.2.5",
        breaks: &[RuleId::Wire008],
        hooks: &[Hook::Says(nulls_shown)],
    },
    Bug {
        name: "bytes-as-text",
        does: "GetSecretValue gives bytes as SecretString",
        seen: "family: one member for every value",
        breaks: &[RuleId::Wire007, RuleId::Prog014, RuleId::State018],
        hooks: &[Hook::Says(bytes_as_text)],
    },
    Bug {
        name: "cancel-unknown",
        does: "CancelRotateSecret is answered as an operation that does not exist",
        seen: "family: an operation that no client of the author's needs",
        breaks: &[RuleId::Wire013],
        hooks: &[Hook::Stores(cancel_does_nothing), Hook::Says(cancel_unknown)],
    },
    Bug {
        name: "put-answers-no-stages",
        does: "PutSecretValue has no VersionStages in its answer",
        seen: "family: a member that no client of the author's reads",
        breaks: &[RuleId::Wire009],
        hooks: &[Hook::Says(put_answers_no_stages)],
    },
    Bug {
        name: "not-found-as-bad-parameter",
        does: "an unknown secret gives InvalidParameterException",
        seen: "family: a wrong error type",
        breaks: &[RuleId::Err001],
        hooks: &[Hook::Says(not_found_as_bad_parameter)],
    },
    Bug {
        name: "no-version-as-bad-request",
        does: "GetSecretValue of a label or version that is not there gives InvalidRequestException",
        seen: "family: a wrong error type",
        breaks: &[RuleId::Err013, RuleId::Life009],
        hooks: &[Hook::Says(no_version_as_bad_request)],
    },
    Bug {
        name: "conflict-as-bad-request",
        does: "PutSecretValue of another value under a used token gives InvalidRequestException",
        seen: "family: a wrong error type",
        breaks: &[RuleId::Idem003, RuleId::Idem010],
        hooks: &[Hook::Says(conflict_as_bad_request)],
    },
];

fn dates_as_text(answer: &mut Answer, _: &Scene<'_>) {
    let member = match &answer.body {
        Body::Output(Output::Description(_) | Output::Value(_)) => "CreatedDate",
        Body::Output(Output::Receipt(receipt)) if receipt.deletion_date.is_some() => "DeletionDate",
        _ => return,
    };
    answer.form.departures.push(Departure::NotADate(member.to_owned()));
}

fn created_date_missing(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Value(value)) = &mut answer.body {
        value.created_date = None;
    }
}

fn status_404(answer: &mut Answer, _: &Scene<'_>) {
    if matches!(&answer.body, Body::Error(error) if error.error_type == ErrorType::ResourceNotFoundException) {
        answer.form.status = 404;
    }
}

fn crash_on_missing_value(answer: &mut Answer, scene: &Scene<'_>) {
    let Operation::PutSecretValue(put) = scene.operation else { return };
    if put.secret_string.is_none() && put.secret_binary.is_none() {
        *answer = Answer::error(ErrorType::InternalServiceError, None);
        answer.form.status = 500;
    }
}

fn other_media_type(answer: &mut Answer, _: &Scene<'_>) {
    answer.form.departures.push(Departure::MediaType("application/json".to_owned()));
}

fn message_in_lower_case(answer: &mut Answer, _: &Scene<'_>) {
    if matches!(&answer.body, Body::Error(error) if error.message.is_some()) {
        answer.form.departures.push(Departure::MessageSpelling("message".to_owned()));
    }
}

fn nulls_shown(answer: &mut Answer, _: &Scene<'_>) {
    if matches!(&answer.body, Body::Output(Output::Description(_))) {
        answer.form.departures.push(Departure::WithoutValue("NextRotationDate".to_owned(), "null"));
    }
}

fn bytes_as_text(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(Output::Value(value)) = &mut answer.body
        && let Some(bytes) = value.secret_binary.take()
    {
        value.secret_string = Some(SecretString::from(&*bytes.to_base64()));
    }
}

fn cancel_does_nothing(world: &mut World, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::CancelRotateSecret(_)) {
        world.clone_from(scene.before);
    }
}

fn cancel_unknown(answer: &mut Answer, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::CancelRotateSecret(_)) {
        let error = ServiceError { error_type: ErrorType::UnknownOperationException, message: None };
        *answer = Answer { body: Body::Error(error), form: Form::plain(400), partial: false };
    }
}

fn put_answers_no_stages(answer: &mut Answer, scene: &Scene<'_>) {
    if let (Operation::PutSecretValue(_), Body::Output(Output::Receipt(receipt))) = (scene.operation, &mut answer.body)
    {
        receipt.version_stages = None;
    }
}

fn retype(answer: &mut Answer, from: &ErrorType, to: ErrorType) {
    if let Body::Error(error) = &mut answer.body
        && error.error_type == *from
    {
        error.error_type = to;
    }
}

fn not_found_as_bad_parameter(answer: &mut Answer, scene: &Scene<'_>) {
    if scene.before.secret.is_none() {
        retype(answer, &ErrorType::ResourceNotFoundException, ErrorType::InvalidParameterException);
    }
}

fn no_version_as_bad_request(answer: &mut Answer, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::GetSecretValue(_)) && scene.active().is_some() {
        retype(answer, &ErrorType::ResourceNotFoundException, ErrorType::InvalidRequestException);
    }
}

fn conflict_as_bad_request(answer: &mut Answer, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::PutSecretValue(_)) {
        retype(answer, &ErrorType::ResourceExistsException, ErrorType::InvalidRequestException);
    }
}
