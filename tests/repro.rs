//! The shell commands of a finding: pasted into bash, they get the answers that the case gets.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

#[path = "fixture/served.rs"]
mod fixture;

use std::process::{Command, Stdio};
use std::time::Duration;

use fixture::Served;
use rotation_conformance::model::{Body, Operation, Output};
use rotation_conformance::report::{Heading, Tool, read_findings, repro_script};
use rotation_conformance::runner::Finding;
use rotation_conformance::service::{Config, Service};
use rotation_conformance::strategy::{Bindings, Case, Menu, generate};
use serde_json::{Value, json};

/// A finding with this case that was never replayed.
fn finding_of(case: &Case) -> Finding {
    let json = json!({ "rule": "ROT-PROG-001", "fingerprint": "written for a test", "case": case });
    read_findings(&json.to_string()).unwrap().findings.remove(0)
}

fn heading(endpoint: &str) -> Heading {
    Heading { endpoint: endpoint.to_owned(), ..Heading::default() }
}

/// What a case is answered by a service in this process: status and error type of each call.
fn expected(case: &Case) -> Vec<String> {
    let service = Service::new(Config::default());
    let function = service.register_function("f");
    let missing = format!("{function}-missing");
    let mut bindings = Bindings::new("rc-1234567890".to_owned(), Some(function), Some(missing.as_str().into()));
    let mut answers = Vec::new();
    for step in &case.steps {
        let request = bindings.resolve(step, &service);
        let is_undecodable = request.quirk.is_some() || !matches!(request.operation, Operation::CreateSecret(_));
        let encoded = rotation_conformance::wire::encode_request(&request);
        let answer = match rotation_conformance::wire::decode_request(&encoded.target, &encoded.body) {
            Ok(decoded) => service.answer(&decoded),
            Err(refusal) => rotation_conformance::model::Answer::error(refusal.error_type, refusal.message),
        };
        if let (false, Operation::CreateSecret(create), Body::Output(Output::Receipt(receipt))) =
            (is_undecodable, &request.operation, &answer.body)
        {
            let secret = bindings.secret_of(create.name.as_deref().unwrap()).unwrap();
            bindings.created(secret, receipt.arn.as_ref().unwrap());
        }
        if let Some(secret) = request.operation.secret_id().and_then(|id| bindings.secret_of(id)) {
            bindings.answered(secret, &request.operation, Some(&answer.body));
        }
        let error_type = match &answer.body {
            Body::Error(error) => error.error_type.as_str().to_owned(),
            Body::Output(_) | Body::Unreadable(_) => String::new(),
        };
        answers.push(format!("{} {}", answer.form.status, error_type));
    }
    answers
}

/// What bash prints of the commands, which must not complain.
async fn bash(commands: &str) -> String {
    let mut bash = Command::new("bash");
    bash.args(["-u", "-c", commands]).env_remove("FUNCTION").stdin(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || bash.output());
    let output = tokio::time::timeout(Duration::from_mins(1), ended).await.unwrap().unwrap().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "", "{commands}");
    String::from_utf8(output.stdout).unwrap()
}

/// Status and error type of each call of the case; what is looked up in between and cleaned up left out.
fn answers(commands: &str, printed: &str) -> Vec<String> {
    let (calls, _) = commands.split_once("# clean up\n").unwrap();
    let names = calls.lines().filter(|line| line.starts_with("call ")).zip(numbered(calls));
    let mut answers = printed.split("\n(HTTP ").scan(String::new(), |body, part| {
        let (status, next) = part.split_once(")\n").unwrap_or(("", part));
        let answered = std::mem::replace(body, next.to_owned());
        Some((status.to_owned(), answered))
    });
    answers.next();
    names
        .zip(answers)
        .filter(|((_, is_numbered), _)| *is_numbered)
        .map(|(_, (status, body))| {
            let (_, body) = body.split_once(": ").unwrap();
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            format!("{status} {}", body["__type"].as_str().unwrap_or_default())
        })
        .collect()
}

/// Whether each call stands below a number.
fn numbered(commands: &str) -> impl Iterator<Item = bool> {
    let lines = commands.lines().zip(commands.lines().skip(1));
    lines.filter(|(_, line)| line.starts_with("call ")).map(|(before, _)| before.starts_with("# "))
}

async fn assert_pasted_as_run(case: &Case) {
    let served = Served::start().await;
    let commands = repro_script(&finding_of(case), &heading(&served.url()), Tool::Curl);
    let printed = bash(&commands).await;
    assert_eq!(answers(&commands, &printed), expected(case), "{commands}\n{printed}");
    assert_eq!(served.service.secret_count(), 0, "the commands clean up: {commands}\n{printed}");
    assert!(!served.service.has_function("f"));
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_cases_get_the_same_answers_when_pasted() {
    let menu = Menu { has_function: true, has_missing_function: true, ..Menu::default() };
    for index in 0..10 {
        assert_pasted_as_run(&generate(3, index, menu)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_placeholder_value_and_request_survives_the_shell() {
    let case = json!([
        {"op": "CreateSecret", "request": {"Name": "$s3", "ClientRequestToken": "$t1", "SecretString": "$(id) `id` \\ \" ' $s1 \n é"}},
        {"op": "GetSecretValue", "request": {"SecretId": "$s3.arn", "VersionId": "$t1"}},
        {"op": "GetSecretValue", "request": {"SecretId": "$s3.partial"}},
        {"op": "GetSecretValue", "request": {"SecretId": "$s3.suffixed"}},
        {"op": "PutSecretValue", "request": {"SecretId": "$s3", "SecretBinary": "AAEC/w=="}},
        {"op": "GetSecretValue", "request": {"SecretId": "$s3", "VersionId": "$s3.AWSPREVIOUS"}},
        {"op": "GetSecretValue", "request": {"SecretId": "$s3", "VersionId": "$s3.BLUE"}},
        {"op": "DescribeSecret", "request": {"SecretId": "$s3"}, "quirk": "UnknownMembers"},
        {"op": "DescribeSecret", "request": {"SecretId": "$s3"}, "quirk": "LowerCaseSecretId"},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s3"}, "quirk": "NullMember"},
        {"op": "Malformed", "request": {"Action": "DescribeSecret", "Body": "{\"SecretId\": "}},
        {"op": "Unknown", "request": {"Action": "ForgetSecret"}},
        {"op": "PutSecretValue", "request": {"SecretId": "$s3", "ClientRequestToken": "$t2", "SecretString": "$long"}},
        {"op": "PutSecretValue", "request": {"SecretId": "$s3", "ClientRequestToken": "$t3", "SecretString": "$too-long"}},
        {"op": "PutSecretValue", "request": {"SecretId": "$s3", "ClientRequestToken": "$t2", "SecretString": "$t2"}},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s3", "MaxResults": 1}},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s3", "MaxResults": 1, "NextToken": "$s3.next"}},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s3", "NextToken": "x"}},
        {"op": "DeleteSecret", "request": {"SecretId": "$s3", "ForceDeleteWithoutRecovery": true}},
        {"op": "CreateSecret", "request": {"Name": "$s3"}},
        {"op": "DescribeSecret", "request": {"SecretId": "$s3.former"}},
        {"op": "DescribeSecret", "request": {"SecretId": "$s3.arn"}},
        {"op": "CreateSecret", "request": {"Name": "$s8"}},
        {"op": "CreateSecret", "request": {"Name": "$s7"}},
        {"op": "BatchGetSecretValue", "request": {"SecretIdList": ["$s3", "$s9"]}},
        {"op": "ListSecrets", "request": {"Filters": [{"Key": "name", "Values": ["$s3"]}]}},
        {"op": "RotateSecret", "request": {"SecretId": "$s7", "ClientRequestToken": "$t90", "RotationLambdaARN": "$function"}},
        {"op": "RotateSecret", "request": {"SecretId": "$s7", "RotationLambdaARN": "$missing"}},
    ]);
    assert_pasted_as_run(&serde_json::from_value(case).unwrap()).await;
}

#[test]
fn a_function_is_never_made_at_an_endpoint_that_is_not_on_this_machine() {
    let case = json!([{"op": "RotateSecret", "request": {"SecretId": "$s1", "RotationLambdaARN": "$function"}}]);
    let finding = finding_of(&serde_json::from_value(case).unwrap());
    for (tool, making) in [(Tool::Curl, "/functions"), (Tool::AwsCli, "create-function")] {
        let there = repro_script(&finding, &heading("https://secretsmanager.eu-west-1.amazonaws.com"), tool);
        assert_eq!(there.matches("FUNCTION_ARN=${FUNCTION:?").count(), 1, "{there}");
        assert!(!there.contains(making), "{there}");
        for here in ["http://127.0.0.1:5000", "http://localhost:4566", "http://[::1]:80", "the embedded one"] {
            assert!(repro_script(&finding, &heading(here), tool).contains(making), "{here}");
        }
    }
}

#[test]
fn aws_cli_commands_leave_to_curl_what_they_cannot_send_as_the_run_did() {
    let case = json!([
        {"op": "CreateSecret", "request": {"Name": "$s1", "ClientRequestToken": "$t1", "SecretBinary": "AAE="}},
        {"op": "DescribeSecret", "request": {"SecretId": "$s1.arn"}, "quirk": "UnknownMembers"},
        {"op": "UpdateSecretVersionStage", "request": {"SecretId": "$s1", "VersionStage": "A'B", "MoveToVersionId": "$s1.AWSCURRENT"}},
        {"op": "RotateSecret", "request": {"SecretId": "$s1.arn", "RotateImmediately": false}},
        {"op": "RotateSecret", "request": {"SecretId": "$s1.arn", "ClientRequestToken": "$t2", "RotateImmediately": false}},
        {"op": "Unknown", "request": {"Action": "ForgetSecret"}},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s1", "MaxResults": 1}},
        {"op": "ListSecretVersionIds", "request": {"SecretId": "$s1", "NextToken": "$s1.next"}},
        {"op": "DescribeSecret", "request": {}},
    ]);
    let finding = finding_of(&serde_json::from_value(case).unwrap());
    let text = repro_script(&finding, &heading("http://127.0.0.1:5000"), Tool::AwsCli);
    for lines in [
        "ARN=$(aws secretsmanager create-secret --endpoint-url \"$ENDPOINT\" --name \"$S1\" \
         --client-request-token \"$T1\" --secret-binary fileb://<(printf %s AAE= | base64 --decode) --query ARN \
         --output text)\n",
        "# with curl, since its members are written in an unusual way\n# 2.\ncall DescribeSecret <<JSON\n",
        "aws secretsmanager update-secret-version-stage --endpoint-url \"$ENDPOINT\" --secret-id \"$S1\" \
         --version-stage 'A'\\''B' --move-to-version-id \"${S1_AWSCURRENT:-$T99}\"\n",
        "# with curl, since the run sent no ClientRequestToken, and aws-cli always adds one\n# 4.\ncall RotateSecret",
        "aws secretsmanager rotate-secret --endpoint-url \"$ENDPOINT\" --secret-id \"$S1_ARN\" \
         --client-request-token \"$T2\" --no-rotate-immediately\n",
        "# with curl, since aws-cli has no such operation\n# 6.\ncall ForgetSecret <<JSON\n",
        "# with curl, since the NextToken of its answer is needed later\n# 7.\ncall ListSecretVersionIds <<JSON\n",
        "# with curl, since its NextToken comes from an answer\n# 8.\ncall ListSecretVersionIds <<JSON\n",
        "aws secretsmanager describe-secret --endpoint-url \"$ENDPOINT\" --cli-input-json '{}'\n",
    ] {
        assert!(text.contains(&format!("\n{lines}")), "{lines} is not in {text}");
    }
    assert_eq!(text.matches("\ncall() {\n").count(), 1, "{text}");
    assert!(!repro_script(&finding_of(&Case::default()), &heading("x://y"), Tool::AwsCli).contains("curl"));
}

#[test]
fn a_script_says_what_it_shows_and_takes_another_endpoint() {
    let mut finding = finding_of(&Case::default());
    finding.violation.expected = "a version $t1 that isn't there".to_owned();
    finding.violation.observed = "two\nlines".to_owned();
    for tool in Tool::ALL {
        let text = repro_script(&finding, &heading("http://127.0.0.1:5000"), tool);
        assert!(text.starts_with("#!/usr/bin/env bash\n# ROT-PROG-001 RotateSecret is refused while "), "{text}");
        assert!(text.contains("\nENDPOINT=${1:-http://127.0.0.1:5000}\n"), "{text}");
        let last = "printf '%s\\n' 'call 0: expected a version t1 that isn'\\''t there' 'call 0: observed two lines'\n";
        assert!(text.ends_with(&format!("{last}# clean up\n")), "{text}");
    }
}
