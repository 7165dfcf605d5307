//! The reference service on a port, as raw HTTP.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

#[path = "fixture/served.rs"]
mod fixture;

use std::sync::Arc;
use std::time::Duration;

use fixture::Served;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use rotation_conformance::client::{self, parse_endpoint};
use rotation_conformance::endpoint::Endpoint;
use rotation_conformance::history::Reply;
use rotation_conformance::service::{Config, Service, http};
use rotation_conformance::wire::decode_request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const TOKEN: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_TOKEN: &str = "22222222-2222-4222-8222-222222222222";
const FUNCTIONS: &str = "/2015-03-31/functions";

struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Served {
    async fn send(&self, method: Method, path: &str, target: Option<&str>, body: impl Into<Vec<u8>>) -> Response {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let mut request = client.request(method, format!("{}{path}", self.url())).body(body.into());
        if let Some(target) = target {
            request = request.header("X-Amz-Target", target);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Response { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    async fn call(&self, action: &str, body: impl ToString) -> Response {
        self.send(Method::POST, "/", Some(&format!("secretsmanager.{action}")), body.to_string()).await
    }

    async fn lambda(&self, method: Method, path: &str, body: impl ToString) -> Response {
        self.send(method, &format!("{FUNCTIONS}{path}"), None, body.to_string()).await
    }
}

/// A refusal without a message: the service knows no text for it.
fn bare(error_type: &str) -> Value {
    json!({ "__type": error_type })
}

fn assert_form_of_the_service(response: &Response) {
    assert_eq!(response.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(response.header("x-amzn-RequestId").len(), 36);
    assert!(response.header("date").ends_with(" GMT"));
}

#[tokio::test]
async fn a_secret_that_is_created_is_read_back() {
    let served = Served::start().await;
    let request = json!({"Name": "db", "ClientRequestToken": TOKEN, "SecretString": "é\"\\"});
    let created = served.call("CreateSecret", request).await;
    assert_eq!(created.status, 200);
    assert_form_of_the_service(&created);
    assert_eq!(created.json()["VersionId"], TOKEN);
    let read = served.call("GetSecretValue", json!({"SecretId": created.json()["ARN"]})).await;
    assert_eq!(read.json()["SecretString"], "é\"\\");
    assert_ne!(read.header("x-amzn-RequestId"), created.header("x-amzn-RequestId"));
}

#[tokio::test]
async fn a_refusal_has_type_and_message_in_the_form_of_the_service() {
    let served = Served::start().await;
    let refused = served.call("DescribeSecret", json!({"SecretId": "none"})).await;
    assert_eq!(refused.status, 400);
    assert_form_of_the_service(&refused);
    let message = "Secrets Manager can't find the specified secret.";
    assert_eq!(refused.json(), json!({"__type": "ResourceNotFoundException", "Message": message}));
}

#[tokio::test]
async fn an_unknown_or_missing_target_is_an_unknown_operation() {
    let served = Served::start().await;
    for target in [None, Some(""), Some("secretsmanager.PaintSecret"), Some("DescribeSecret"), Some("\u{e9}")] {
        let refused = served.send(Method::POST, "/", target, "{}").await;
        assert_eq!(refused.status, 400, "{target:?}");
        assert_form_of_the_service(&refused);
        assert_eq!(refused.json(), bare("UnknownOperationException"));
    }
}

#[tokio::test]
async fn what_is_no_json_object_of_the_right_shape_is_refused_without_repeating_it() {
    let served = Served::start().await;
    for body in ["", "{\"Name\":", "[]", "\"hunter2\"", "{\"Name\": [\"hunter2\"]}", "\u{feff}{}"] {
        let refused = served.call("CreateSecret", body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert_form_of_the_service(&refused);
        assert_eq!(refused.json(), bare("SerializationException"), "{body}");
    }
}

#[tokio::test]
async fn another_method_or_path_is_an_unknown_operation_that_is_not_found() {
    let served = Served::start().await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::PUT, "/"),
        (Method::POST, "/secrets"),
        (Method::GET, FUNCTIONS),
        (Method::PUT, "/2015-03-31/functions/f/code"),
    ] {
        let refused = served.send(method, path, Some("secretsmanager.ListSecrets"), "{}").await;
        assert_eq!(refused.status, 404, "{path}");
        assert_form_of_the_service(&refused);
        assert_eq!(refused.json(), bare("UnknownOperationException"));
    }
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_too_large_and_one_of_it_is_not() {
    let served = Served::start().await;
    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
    let read = served.call("ListSecrets", padded(1 << 20)).await;
    assert_eq!((read.status, read.json()), (StatusCode::OK, json!({"SecretList": []})));
    for bytes in [(1 << 20) + 1, 8 << 20] {
        let refused = served.call("ListSecrets", padded(bytes)).await;
        assert_eq!(refused.status, 413);
        assert_form_of_the_service(&refused);
        assert_eq!(refused.json(), bare("RequestEntityTooLargeException"));
    }
}

/// Reads one response with a `Content-Length`; gives its body.
async fn response_on(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "the connection closed");
        let text = String::from_utf8(seen.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return body.to_owned();
        }
    }
}

fn list_secrets() -> &'static [u8] {
    b"POST / HTTP/1.1\r\nHost: x\r\nX-AMZ-TARGET: secretsmanager.ListSecrets\r\nContent-Length: 2\r\n\r\n{}"
}

#[tokio::test]
async fn one_connection_carries_many_requests_also_after_a_refusal() {
    let served = Served::start().await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(list_secrets()).await.unwrap();
    assert_eq!(response_on(&mut stream).await, r#"{"SecretList":[]}"#);
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    assert_eq!(response_on(&mut stream).await, r#"{"__type":"UnknownOperationException"}"#);
    stream.write_all(list_secrets()).await.unwrap();
    assert_eq!(response_on(&mut stream).await, r#"{"SecretList":[]}"#);
}

#[tokio::test]
async fn the_server_stops_when_told_although_a_client_never_finishes_its_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let service = Arc::new(Service::new(Config::default()));
    let server = tokio::spawn(http::serve(listener, service, async move { stopped.await.unwrap() }));
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(list_secrets()).await.unwrap();
    response_on(&mut idle).await;
    let mut unfinished = TcpStream::connect(address).await.unwrap();
    unfinished.write_all(&list_secrets()[..60]).await.unwrap();
    stop.send(()).unwrap();
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "an idle connection is closed");
    tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_function_is_created_once_and_found_by_name_and_arn_until_it_is_deleted() {
    let served = Served::start().await;
    let request = json!({
        "FunctionName": "rotate-it", "Runtime": "python3.12", "Role": "arn:aws:iam::123456789012:role/r",
        "Handler": "index.handler", "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
    });
    let created = served.lambda(Method::POST, "", &request).await;
    assert_eq!((created.status, created.header("content-type")), (StatusCode::CREATED, "application/json"));
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate-it";
    let configuration = json!({
        "FunctionName": "rotate-it", "FunctionArn": arn, "Runtime": "python3.12",
        "Role": "arn:aws:iam::123456789012:role/r", "Handler": "index.handler", "Version": "$LATEST", "State": "Active",
    });
    assert_eq!(created.json(), configuration);

    let again = served.lambda(Method::POST, "", &request).await;
    assert_eq!((again.status, again.header("x-amzn-ErrorType")), (StatusCode::CONFLICT, "ResourceConflictException"));
    assert_eq!(again.json(), json!({"Type": "User", "Message": "Function already exist: rotate-it"}));

    let encoded = format!("/{}", arn.replace(':', "%3A"));
    for path in ["/rotate-it", &format!("/{arn}"), &encoded, "/rotate-it?Qualifier=$LATEST"] {
        let found = served.lambda(Method::GET, path, "").await;
        assert_eq!(found.status, 200, "{path}");
        assert_eq!(found.json()["Configuration"]["FunctionArn"], arn);
    }

    let deleted = served.lambda(Method::DELETE, &encoded, "").await;
    assert_eq!((deleted.status, deleted.body), (StatusCode::NO_CONTENT, vec![]));
    for method in [Method::GET, Method::DELETE] {
        let missing = served.lambda(method, "/rotate-it", "").await;
        let error_type = missing.header("x-amzn-ErrorType");
        assert_eq!((missing.status, error_type), (StatusCode::NOT_FOUND, "ResourceNotFoundException"));
        assert_eq!(missing.json(), json!({"Type": "User", "Message": format!("Function not found: {arn}")}));
    }
}

#[tokio::test]
async fn a_function_without_a_usable_name_is_not_created() {
    let served = Served::start().await;
    for (body, error_type) in [
        ("{\"FunctionName\":", "SerializationException"),
        ("{\"FunctionName\": 1}", "SerializationException"),
        ("{}", "ValidationException"),
        ("{\"FunctionName\": \"no good\"}", "ValidationException"),
    ] {
        let refused = served.lambda(Method::POST, "", body).await;
        assert_eq!((refused.status, refused.header("x-amzn-ErrorType")), (StatusCode::BAD_REQUEST, error_type));
        assert_eq!(refused.json()["Type"], "User");
    }
}

#[tokio::test]
async fn a_rotation_is_refused_until_its_function_exists() {
    let served = Served::start().await;
    served.call("CreateSecret", json!({"Name": "db", "ClientRequestToken": TOKEN, "SecretString": "one"})).await;
    let rotate = json!({
        "SecretId": "db", "ClientRequestToken": OTHER_TOKEN,
        "RotationLambdaARN": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "RotationRules": {"AutomaticallyAfterDays": 30},
    });
    let refused = served.call("RotateSecret", &rotate).await;
    assert_eq!((refused.status, &refused.json()["__type"]), (StatusCode::BAD_REQUEST, &json!("AccessDeniedException")));

    served.lambda(Method::POST, "", json!({"FunctionName": "f"})).await;
    assert!(served.service.has_function("f"));
    let accepted = served.call("RotateSecret", &rotate).await;
    assert_eq!((accepted.status, &accepted.json()["VersionId"]), (StatusCode::OK, &rotate["ClientRequestToken"]));
    let described = served.call("DescribeSecret", json!({"SecretId": "db"})).await.json();
    assert_eq!(described["RotationEnabled"], true);
    assert_eq!(described["RotationRules"], rotate["RotationRules"]);
}

#[tokio::test]
async fn our_own_client_finds_no_departure_in_what_is_served() {
    let served = Served::start().await;
    let client = client::Client::new(parse_endpoint(&served.url(), None).unwrap(), client::Options::default()).unwrap();
    let function = client.functions().provision_function("f").await.unwrap();
    let rotate = |function| json!({"SecretId": "db", "ClientRequestToken": OTHER_TOKEN, "RotationLambdaARN": function});
    for (action, members, status) in [
        ("CreateSecret", json!({"Name": "db", "ClientRequestToken": TOKEN, "SecretBinary": "AAEC/w=="}), 200),
        ("RotateSecret", rotate(Some("arn:none".into())), 400),
        ("RotateSecret", rotate(function), 200),
        ("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "a", "Value": "b"}]}), 200),
        ("DescribeSecret", json!({"SecretId": "db"}), 200),
        ("GetSecretValue", json!({"SecretId": "db"}), 200),
        ("GetSecretValue", json!({"SecretId": "db", "VersionStage": "none"}), 400),
        ("BatchGetSecretValue", json!({"SecretIdList": ["db", "none"]}), 200),
        ("ListSecretVersionIds", json!({"SecretId": "db"}), 200),
        ("ListSecrets", json!({}), 200),
        ("DeleteSecret", json!({"SecretId": "db"}), 200),
    ] {
        let target = format!("secretsmanager.{action}");
        let request = decode_request(&target, members.to_string().as_bytes()).unwrap();
        let Reply::Answer(answer) = client.call(&request).await else { panic!("{action} was not answered") };
        assert_eq!((answer.form.status, answer.form.departures), (status, vec![]), "{action} {:?}", answer.body);
        assert!(answer.form.date.is_some() && answer.form.has_headers);
    }
    client.functions().remove_function("f").await.unwrap();
    assert!(!served.service.has_function("f"));
}
