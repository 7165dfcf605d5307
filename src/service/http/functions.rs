//! Lambda's API, as far as a rotation needs it: a function is there, or it is not.
//!
//! Only the name of a function is kept. Its code, runtime, role and handler may be anything: nothing runs here.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LONGEST_READ_BYTES, Served, written};
use crate::service::{ACCOUNT, Service};

const MEDIA_TYPE: &str = "application/json";
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The longest name of a function.
const LONGEST_NAME_BYTES: usize = 64;

/// What `CreateFunction` says that the answer repeats.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateFunction {
    function_name: Option<String>,
    runtime: Option<String>,
    role: Option<String>,
    handler: Option<String>,
}

/// `FunctionConfiguration`; what is not known is left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration<'a> {
    function_name: &'a str,
    function_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<&'a str>,
    version: &'static str,
    state: &'static str,
}

/// An accepted request's answer, or the refusal.
type Answered = Result<(StatusCode, Body), Refusal>;

/// A refusal in the form of this API.
struct Refusal {
    status: StatusCode,
    error_type: &'static str,
    message: String,
}

/// `CreateFunction`
pub(super) async fn create(State(served): State<Arc<Served>>, request: Request) -> Response {
    let answered = match to_bytes(request.into_body(), LONGEST_READ_BYTES).await {
        Ok(body) => created(&served.service, &body),
        Err(_) => Err(too_large()),
    };
    served.respond_as_lambda(answered)
}

/// `GetFunction`
pub(super) async fn get(State(served): State<Arc<Served>>, Path(id): Path<String>) -> Response {
    let answered = existing(&served.service, &id).map(|name| {
        let configuration = configuration(&served.service, name, None);
        (StatusCode::OK, written(&json!({ "Configuration": configuration, "Code": {} })))
    });
    served.respond_as_lambda(answered)
}

/// `DeleteFunction`
pub(super) async fn delete(State(served): State<Arc<Served>>, Path(id): Path<String>) -> Response {
    let answered = existing(&served.service, &id).map(|name| {
        served.service.remove_function(name);
        (StatusCode::NO_CONTENT, Body::empty())
    });
    served.respond_as_lambda(answered)
}

fn created(service: &Service, body: &[u8]) -> Answered {
    let request: CreateFunction = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let id = request.function_name.as_deref().ok_or_else(nameless)?;
    let name = name_in(service, id).ok_or_else(|| misnamed(id))?;
    if service.has_function(name) {
        return Err(conflict(name));
    }
    service.register_function(name);
    Ok((StatusCode::CREATED, written(&configuration(service, name, Some(&request)))))
}

fn existing<'a>(service: &Service, id: &'a str) -> Result<&'a str, Refusal> {
    let name = name_in(service, id).filter(|name| service.has_function(name));
    name.ok_or_else(|| not_found(service, id))
}

/// The name of a function in its name, its ARN or its ARN from the account on, each with or without `:$LATEST`.
fn name_in<'a>(service: &Service, id: &'a str) -> Option<&'a str> {
    let arn = service.function_arn("");
    let partial_arn = format!("{ACCOUNT}:function:");
    let name = id.strip_prefix(&arn).or_else(|| id.strip_prefix(&partial_arn)).unwrap_or(id);
    let name = name.strip_suffix(":$LATEST").unwrap_or(name);
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=LONGEST_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_legal)).then_some(name)
}

fn configuration<'a>(service: &Service, name: &'a str, request: Option<&'a CreateFunction>) -> Configuration<'a> {
    Configuration {
        function_name: name,
        function_arn: service.function_arn(name),
        runtime: request.and_then(|request| request.runtime.as_deref()),
        role: request.and_then(|request| request.role.as_deref()),
        handler: request.and_then(|request| request.handler.as_deref()),
        version: "$LATEST",
        state: "Active",
    }
}

fn unreadable() -> Refusal {
    refusal(StatusCode::BAD_REQUEST, "SerializationException", "Could not parse request body into json")
}

fn nameless() -> Refusal {
    refusal(StatusCode::BAD_REQUEST, "ValidationException", "FunctionName must not be null")
}

fn misnamed(id: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, "ValidationException", format!("No function of this account can be named {id}"))
}

fn conflict(name: &str) -> Refusal {
    refusal(StatusCode::CONFLICT, "ResourceConflictException", format!("Function already exist: {name}"))
}

fn not_found(service: &Service, id: &str) -> Refusal {
    let arn = if id.starts_with("arn:") { id.to_owned() } else { service.function_arn(id) };
    refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", format!("Function not found: {arn}"))
}

fn too_large() -> Refusal {
    let message = format!("Request must be smaller than {LONGEST_READ_BYTES} bytes");
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message)
}

fn refusal(status: StatusCode, error_type: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { status, error_type, message: message.into() }
}

impl Served {
    fn respond_as_lambda(&self, answered: Answered) -> Response {
        match answered {
            Ok((status, body)) => self.response(status, MEDIA_TYPE, body),
            Err(Refusal { status, error_type, message }) => {
                let body = written(&json!({ "Type": "User", "Message": message }));
                let mut response = self.response(status, MEDIA_TYPE, body);
                response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error_type));
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Config;

    #[test]
    fn a_function_is_known_by_its_name_and_by_its_arn() {
        let service = Service::new(Config::default());
        for id in [
            "rotate",
            "rotate:$LATEST",
            "arn:aws:lambda:us-east-1:123456789012:function:rotate",
            "arn:aws:lambda:us-east-1:123456789012:function:rotate:$LATEST",
            "123456789012:function:rotate",
        ] {
            assert_eq!(name_in(&service, id), Some("rotate"), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_a_function_of_this_account_and_region_is_none() {
        let service = Service::new(Config::default());
        let too_long = "f".repeat(65);
        for id in [
            "",
            "ro tate",
            "rotate:1",
            "arn:aws:lambda:eu-west-1:123456789012:function:rotate",
            "arn:aws:lambda:us-east-1:000000000000:function:rotate",
            "arn:aws:lambda:us-east-1:123456789012:function:",
            &too_long,
        ] {
            assert_eq!(name_in(&service, id), None, "{id}");
        }
        assert!(name_in(&service, &too_long[1..]).is_some());
    }
}
