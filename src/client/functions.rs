//! A rotation function that does nothing, through the endpoint's own Lambda API.
//!
//! For rules that need a function ARN the endpoint accepts. Only endpoints on this machine are asked, and only what
//! was created here is deleted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::incoming::{Incoming, Received};
use super::package::package;
use super::transport::{Outgoing, Transport};

/// The role that a function is created with first; most emulators do not look for it.
const ROLE_ARN: &str = "arn:aws:iam::000000000000:role/rotation-conformance";

/// What lets a function take a role.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// The function's code.
const CODE: &str = "def handler(event, context):\n    return None\n";

/// Why a function was not created or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// No answer came.
    #[error("{action}: {cause}")]
    NoAnswer {
        /// What was tried.
        action: &'static str,
        /// Why no answer came.
        cause: String,
    },
    /// The endpoint refused.
    #[error("{action}: refused with HTTP {status} {error_type} ({message})")]
    Refused {
        /// What was tried.
        action: &'static str,
        /// The HTTP status.
        status: u16,
        /// The error type, if it could be read.
        error_type: String,
        /// The message, if there was one.
        message: String,
    },
}

/// The names of the roles that were created and not deleted yet, which are those of their functions.
pub(super) type Roles = Arc<Mutex<BTreeSet<String>>>;

/// The Lambda API of an endpoint on this machine.
#[derive(Debug)]
pub struct Functions {
    transport: Arc<Transport>,
    roles: Roles,
}

impl Functions {
    pub(super) const fn new(transport: Arc<Transport>, roles: Roles) -> Self {
        Self { transport, roles }
    }

    /// Creates a function that does nothing, and a role for it if the endpoint asks for one that exists; gives the
    /// function's ARN, or `None` if the endpoint has no Lambda API or is not on this machine.
    ///
    /// # Errors
    ///
    /// If no answer came, or the endpoint has the API and refused.
    pub async fn provision_function(&self, name: &str) -> Result<Option<String>, FunctionError> {
        if !self.transport.target().is_loopback() {
            return Ok(None);
        }
        match self.create_function(name, ROLE_ARN).await {
            Err(refusal) if refusal.is_about_the_role() => self.provision_with_role(name, refusal).await,
            done => done,
        }
    }

    async fn provision_with_role(&self, name: &str, refusal: FunctionError) -> Result<Option<String>, FunctionError> {
        let Some(role_arn) = self.create_role(name).await? else { return Err(refusal) };
        let created = self.create_function(name, &role_arn).await;
        if !matches!(created, Ok(Some(_))) {
            self.delete_role(name).await?;
        }
        created
    }

    /// Deletes a function and the role that was created for it; that there is no such function is no error.
    ///
    /// # Errors
    ///
    /// If no answer came or the endpoint refused; the role is deleted all the same.
    pub async fn remove_function(&self, name: &str) -> Result<(), FunctionError> {
        if !self.transport.target().is_loopback() {
            return Ok(());
        }
        let path = format!("2015-03-31/functions/{name}");
        let removed = self.send("delete the function", lambda(Method::DELETE, path, Bytes::new())).await;
        self.delete_role(name).await?;
        let answered = removed?;
        if matches!(answered.status, 200..300 | 404) { Ok(()) } else { Err(refused("delete the function", &answered)) }
    }

    async fn create_function(&self, name: &str, role_arn: &str) -> Result<Option<String>, FunctionError> {
        let action = "create the function";
        let body = json!({
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": role_arn,
            "Handler": "index.handler",
            "Code": { "ZipFile": STANDARD.encode(package("index.py", CODE)) },
        });
        let request = lambda(Method::POST, "2015-03-31/functions".to_owned(), body.to_string().into());
        created(action, &self.send(action, request).await?)
    }

    /// Creates a role of the function's name and gives its ARN; `None` if the endpoint does not.
    async fn create_role(&self, name: &str) -> Result<Option<String>, FunctionError> {
        let parameters = [("Action", "CreateRole"), ("RoleName", name), ("AssumeRolePolicyDocument", TRUST)];
        let answered = self.send("create a role for the function", iam(&parameters)).await?;
        let arn = answered.body.split_once("<Arn>").and_then(|(_, rest)| rest.split_once("</Arn>"));
        let arn = arn.filter(|_| answered.status == 200).map(|(arn, _)| arn.trim().to_owned());
        if arn.is_some() {
            self.roles.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
        Ok(arn)
    }

    async fn delete_role(&self, name: &str) -> Result<(), FunctionError> {
        let was_created = self.roles.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        if !was_created {
            return Ok(());
        }
        let action = "delete the function's role";
        let answered = self.send(action, iam(&[("Action", "DeleteRole"), ("RoleName", name)])).await?;
        if answered.status == 200 { Ok(()) } else { Err(refused(action, &answered)) }
    }

    async fn send(&self, action: &'static str, outgoing: Outgoing) -> Result<Answered, FunctionError> {
        let incoming = self.transport.send(outgoing).await;
        incoming.map(Into::into).map_err(|silence| FunctionError::NoAnswer { action, cause: silence.cause })
    }
}

/// An answer's status and text.
struct Answered {
    status: u16,
    error_type: Option<String>,
    body: String,
}

impl From<Incoming> for Answered {
    fn from(incoming: Incoming) -> Self {
        let body = match &incoming.body {
            Received::Whole(body) => String::from_utf8_lossy(body).into_owned(),
            Received::TooLong => String::new(),
        };
        let error_type = super::text_of(&incoming.headers, "x-amzn-errortype").map(ToOwned::to_owned);
        Self { status: incoming.status, error_type, body }
    }
}

impl FunctionError {
    fn is_about_the_role(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.to_ascii_lowercase().contains("role"))
    }
}

/// The ARN in an answer to `CreateFunction`; `None` if the answer is neither a function nor a refusal of this API.
fn created(action: &'static str, answered: &Answered) -> Result<Option<String>, FunctionError> {
    let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
    match answered.status {
        200..300 => Ok(body.get("FunctionArn").and_then(Value::as_str).map(ToOwned::to_owned)),
        404 | 405 | 501 => Ok(None),
        _ => match refused(action, answered) {
            FunctionError::Refused { error_type, .. } if names_no_api(&error_type) => Ok(None),
            refusal => Err(refusal),
        },
    }
}

/// Whether an error type is missing, or that of an endpoint that took the request for one of another API.
fn names_no_api(error_type: &str) -> bool {
    const OTHER_API: [&str; 5] =
        ["UnknownOperation", "InvalidAction", "MissingAction", "NotImplemented", "SerializationException"];
    error_type.is_empty() || OTHER_API.iter().any(|name| error_type.starts_with(name))
}

fn refused(action: &'static str, answered: &Answered) -> FunctionError {
    let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
    let text = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str()).map(ToOwned::to_owned);
    FunctionError::Refused {
        action,
        status: answered.status,
        error_type: text(&["__type"]).or_else(|| answered.error_type.clone()).unwrap_or_default(),
        message: text(&["Message", "message"]).unwrap_or_default(),
    }
}

fn lambda(method: Method, path: String, body: Bytes) -> Outgoing {
    let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Outgoing { service: "lambda", method, path, headers, body, repeatable: false }
}

fn iam(parameters: &[(&str, &str)]) -> Outgoing {
    let form = Url::parse_with_params("form:///?Version=2010-05-08", parameters).expect("the base is a URL");
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Outgoing {
        service: "iam",
        method: Method::POST,
        path: String::new(),
        headers: vec![(CONTENT_TYPE, content_type)],
        body: form.query().unwrap_or_default().to_owned().into(),
        repeatable: false,
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{body_string_contains, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::client::{Client, Options, parse_endpoint};

    const NAME: &str = "rc-1-noop";

    fn functions(url: &str, allow_remote: Option<&str>) -> Functions {
        let target = parse_endpoint(url, allow_remote).unwrap();
        Client::new(target, Options::default()).unwrap().functions()
    }

    async fn answering(status: u16, body: Value) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/2015-03-31/functions"))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&server)
            .await;
        server
    }

    #[tokio::test]
    async fn a_function_is_created_from_an_archive_with_its_handler() {
        let server = answering(201, json!({"FunctionArn": "arn:f"})).await;
        let created = functions(&server.uri(), None).provision_function(NAME).await;
        assert_eq!(created.unwrap().as_deref(), Some("arn:f"));
        let requests = server.received_requests().await.unwrap();
        assert!(requests[0].headers["authorization"].to_str().unwrap().contains("/lambda/aws4_request"));
        let body: Value = requests[0].body_json().unwrap();
        let archive = STANDARD.decode(body["Code"]["ZipFile"].as_str().unwrap()).unwrap();
        assert!(archive.starts_with(b"PK\x03\x04"));
    }

    #[tokio::test]
    async fn an_endpoint_without_the_api_gives_no_function() {
        for (status, body) in [
            (404, json!("no such page")),
            (501, json!({"__type": "InternalFailure"})),
            (400, json!({"__type": "UnknownOperationException"})),
            (200, json!({"SecretList": []})),
            (500, json!("<html>")),
        ] {
            let server = answering(status, body).await;
            let created = functions(&server.uri(), None).provision_function(NAME).await;
            assert!(matches!(created, Ok(None)), "{status} {created:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_told_with_its_type_and_message() {
        let server = answering(409, json!({"__type": "ResourceConflictException", "message": "exists"})).await;
        let refused = functions(&server.uri(), None).provision_function(NAME).await.unwrap_err();
        let told = "create the function: refused with HTTP 409 ResourceConflictException (exists)";
        assert_eq!(refused.to_string(), told);
    }

    #[tokio::test]
    async fn a_missing_role_is_created_and_deleted_with_the_function() {
        let server = MockServer::start().await;
        let post = |part: &'static str| Mock::given(method("POST")).and(body_string_contains(part));
        let role = "<CreateRoleResponse><Arn>arn:mine</Arn></CreateRoleResponse>";
        let refusal = json!({"__type": "AccessDeniedException", "message": "Cross-account pass role is not allowed."});
        for (mock, response) in [
            (post("arn:mine"), ResponseTemplate::new(201).set_body_json(json!({"FunctionArn": "arn:f"}))),
            (post(ROLE_ARN), ResponseTemplate::new(400).set_body_json(refusal)),
            (post("Action=CreateRole&RoleName=rc-1-noop&"), ResponseTemplate::new(200).set_body_string(role)),
            (post("Action=DeleteRole&RoleName=rc-1-noop"), ResponseTemplate::new(200)),
            (Mock::given(method("DELETE")), ResponseTemplate::new(204)),
        ] {
            mock.respond_with(response).expect(1).mount(&server).await;
        }
        let target = parse_endpoint(&server.uri(), None).unwrap();
        let client = Client::new(target, Options::default()).unwrap();
        assert_eq!(client.functions().provision_function(NAME).await.unwrap().as_deref(), Some("arn:f"));
        client.clone().functions().remove_function(NAME).await.unwrap();
        server.verify().await;
    }

    #[tokio::test]
    async fn another_machine_is_not_asked() {
        let functions = functions("http://rc.invalid", Some("rc.invalid"));
        assert!(matches!(functions.provision_function(NAME).await, Ok(None)));
        assert!(functions.remove_function(NAME).await.is_ok());
    }
}
