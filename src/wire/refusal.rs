//! Service errors, in every spelling that is known of services and emulators (ROT-WIRE-003, ROT-WIRE-004).

use serde_json::Value;

use super::reader::{At, Members, Reader};
use crate::model::{Departure, ErrorType, ServiceError};

/// The longest text that a departure quotes.
const QUOTED_BYTES: usize = 100;

/// Reads a refusal; `None` if it has neither a type nor a message.
pub(super) fn refusal(reader: &mut Reader, members: &Members, header: Option<&str>) -> Option<ServiceError> {
    let found = error_type(members, header);
    let (message_name, message) = message(members);
    if found.is_none() && message.is_none() {
        return None;
    }
    let (place, raw) = found.unwrap_or(("absent", ""));
    let name = bare(raw);
    match place {
        "__type" if name == raw => {}
        "__type" => reader.note(Departure::TypeNotBare(shortened(raw))),
        _ => reader.note(Departure::TypeNotBare(place.to_owned())),
    }
    let error_type = found.map_or_else(ErrorType::unnamed, |_| ErrorType::from(name));
    if message_name != "Message" && is_modelled(&error_type) {
        reader.note(Departure::MessageSpelling(message_name.to_owned()));
    }
    let message = message.and_then(|message| reader.string(At("", message_name), message.clone()));
    Some(ServiceError { error_type, message })
}

/// The error type as it stands there, after the name of its place.
fn error_type<'a>(members: &'a Members, header: Option<&'a str>) -> Option<(&'static str, &'a str)> {
    let in_body = ["__type", "code", "Code"].into_iter().map(|name| (name, members.get(name).and_then(Value::as_str)));
    in_body.chain([("x-amzn-ErrorType", header)]).find_map(|(place, text)| {
        let text = text.filter(|text| !bare(text).is_empty())?;
        Some((place, text))
    })
}

/// The message after the name of its member.
fn message(members: &Members) -> (&'static str, Option<&Value>) {
    let found = ["Message", "message", "errorMessage"].into_iter().find_map(|name| Some((name, members.get(name)?)));
    found.map_or(("Message", None), |(name, value)| (name, Some(value)))
}

/// `prefix#Name:http://...` without what is not the name.
fn bare(text: &str) -> &str {
    let text = text.rsplit_once('#').map_or(text, |(_, name)| name);
    text.split_once(':').map_or(text, |(name, _)| name).trim()
}

fn shortened(text: &str) -> String {
    let end = (0..=QUOTED_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

/// Whether the API model defines the type, and with it the spelling of `Message`.
const fn is_modelled(error_type: &ErrorType) -> bool {
    match error_type {
        ErrorType::ResourceNotFoundException
        | ErrorType::InvalidParameterException
        | ErrorType::InvalidRequestException
        | ErrorType::ResourceExistsException
        | ErrorType::LimitExceededException
        | ErrorType::InvalidNextTokenException
        | ErrorType::InternalServiceError => true,
        ErrorType::ValidationException
        | ErrorType::AccessDeniedException
        | ErrorType::SerializationException
        | ErrorType::UnknownOperationException
        | ErrorType::ThrottlingException
        | ErrorType::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value, header: Option<&str>) -> (Option<ServiceError>, Vec<Departure>) {
        let Value::Object(members) = body else { panic!("not an object") };
        let mut reader = Reader::default();
        let error = refusal(&mut reader, &members, header);
        (error, reader.into_departures())
    }

    fn not_found(message: &str) -> ServiceError {
        ServiceError { error_type: ErrorType::ResourceNotFoundException, message: Some(message.into()) }
    }

    #[test]
    fn the_form_of_the_service_departs_in_nothing() {
        let body = json!({"__type": "ResourceNotFoundException", "Message": "gone"});
        assert_eq!(read(body, Some("ResourceNotFoundException")), (Some(not_found("gone")), vec![]));
        let body = json!({"__type": "ValidationException", "message": "no"});
        assert_eq!(read(body, None).1, vec![]);
    }

    #[test]
    fn every_known_spelling_is_read_and_noted() {
        let not_bare = |text: &str| Departure::TypeNotBare(text.into());
        let spelled = |text: &str| Departure::MessageSpelling(text.into());
        for (body, header, departures) in [
            (
                json!({"__type": "com.amazonaws#ResourceNotFoundException", "message": "gone"}),
                None,
                vec![not_bare("com.amazonaws#ResourceNotFoundException"), spelled("message")],
            ),
            (
                json!({"__type": "ResourceNotFoundException:http://x/", "Message": "gone", "message": "other"}),
                None,
                vec![not_bare("ResourceNotFoundException:http://x/")],
            ),
            (
                json!({"code": "ResourceNotFoundException", "errorMessage": "gone"}),
                None,
                vec![not_bare("code"), spelled("errorMessage")],
            ),
            (
                json!({"__type": null, "Message": "gone"}),
                Some("ResourceNotFoundException:http://internal.amazon.com/"),
                vec![not_bare("x-amzn-ErrorType")],
            ),
        ] {
            assert_eq!(read(body.clone(), header), (Some(not_found("gone")), departures), "{body}");
        }
    }

    #[test]
    fn a_message_alone_is_a_refusal_and_an_empty_object_is_none() {
        let (error, departures) = read(json!({"message": "Forbidden"}), None);
        assert_eq!(error.unwrap().error_type, ErrorType::Other("(none)".into()));
        assert_eq!(departures, [Departure::TypeNotBare("absent".into())]);
        assert_eq!(read(json!({"status": 500}), None), (None, vec![]));
    }

    #[test]
    fn a_long_type_is_quoted_in_part() {
        let raw = format!("{}#ResourceNotFoundException", "é".repeat(200));
        let (error, departures) = read(json!({"__type": raw}), None);
        assert_eq!(error.unwrap().error_type, ErrorType::ResourceNotFoundException);
        assert_eq!(departures, [Departure::TypeNotBare("é".repeat(50))]);
    }
}
