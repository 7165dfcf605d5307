//! Texts that an endpoint chooses, as they stand in a fingerprint: those that the API or many a server knows as they are,
//! and every other as one class, so that an endpoint which makes up a new one each time has one deviation and not
//! thousands.

use crate::model::ErrorType;

/// The members of all answers that the API reference has.
const MEMBERS: [&str; 53] = [
    "ARN",
    "APIErrorCode",
    "AutomaticallyAfterDays",
    "CheckName",
    "Code",
    "CreatedDate",
    "DeletedDate",
    "DeletionDate",
    "Description",
    "Duration",
    "ErrorCode",
    "ErrorMessage",
    "Errors",
    "ExternalSecretRotationMetadata",
    "ExternalSecretRotationRoleArn",
    "Key",
    "KmsKeyId",
    "KmsKeyIds",
    "LastAccessedDate",
    "LastChangedDate",
    "LastRotatedDate",
    "Message",
    "Name",
    "NextRotationDate",
    "NextToken",
    "OwningService",
    "PolicyValidationPassed",
    "PrimaryRegion",
    "RandomPassword",
    "Region",
    "ReplicationStatus",
    "ResourcePolicy",
    "RotationEnabled",
    "RotationLambdaARN",
    "RotationRules",
    "RotationToken",
    "ScheduleExpression",
    "SecretARN",
    "SecretBinary",
    "SecretId",
    "SecretList",
    "SecretString",
    "SecretValues",
    "SecretVersionsToStages",
    "Status",
    "StatusMessage",
    "Tags",
    "Type",
    "ValidationErrors",
    "VersionId",
    "VersionIdsToStages",
    "VersionStages",
    "Versions",
];

/// Error types of the API, of AWS services in general, and of emulators, beside those that have a name in the model.
const ERROR_TYPES: [&str; 16] = [
    "(none)",
    "ClientError",
    "DecryptionFailure",
    "EncryptionFailure",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InvalidAction",
    "MalformedPolicyDocumentException",
    "MissingParameter",
    "NotImplemented",
    "PreconditionNotMetException",
    "PublicPolicyException",
    "ServiceUnavailable",
    "UnknownError",
    "UnrecognizedClientException",
];

const MEDIA_TYPES: [&str; 9] = [
    "application/json",
    "application/octet-stream",
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "application/xml",
    "no media type",
    "text/html",
    "text/plain",
    "text/xml",
];

/// The places where an error type may stand outside of `__type`.
const PLACES: [&str; 4] = ["absent", "code", "Code", "x-amzn-ErrorType"];

pub(super) fn of_member(name: &str) -> &str {
    known(&MEMBERS, name, "another member")
}

pub(super) fn of_error_type(error_type: &ErrorType) -> &str {
    match error_type {
        ErrorType::Other(text) => known(&ERROR_TYPES, text, "another error type"),
        named => named.as_str(),
    }
}

pub(super) fn of_media_type(media_type: &str) -> &str {
    known(&MEDIA_TYPES, media_type, "another media type")
}

/// Where an error type stands that does not stand bare in `__type`.
pub(super) fn of_place(shown: &str) -> &str {
    known(&PLACES, shown, "a name with more around it")
}

fn known<'a>(list: &[&str], text: &'a str, class: &'static str) -> &'a str {
    if list.contains(&text) { text } else { class }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_api_stays_and_every_other_is_the_same() {
        assert_eq!([of_member("VersionIdsToStages"), of_member("Colour")], ["VersionIdsToStages", "another member"]);
        let type_of = |text: &str| of_error_type(&text.into()).to_owned();
        assert_eq!(type_of("ResourceNotFoundException"), "ResourceNotFoundException");
        assert_eq!(type_of("InternalFailure"), "InternalFailure");
        assert_eq!(type_of("Oops7"), type_of("Oops8"));
        assert_eq!([of_media_type("text/html"), of_media_type("text/paint")], ["text/html", "another media type"]);
        assert_eq!([of_place("code"), of_place("a#b")], ["code", "a name with more around it"]);
    }
}
