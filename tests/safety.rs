//! What a run does to an account: it changes nothing that it has not made, signs with what it was told to, and leaves
//! nothing behind, whatever an endpoint answers.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use program::{Ended, interrupted_when, program_with, scratch};
use proptest::prelude::*;
use rotation_conformance::endpoint::{Endpoint, Stop};
use rotation_conformance::history::Reply;
use rotation_conformance::model::{Answer, Body, Operation, Output, Request, Text};
use rotation_conformance::runner::{Fixed, Options, Run};
use rotation_conformance::service::{Config, Service};
use serde_json::{Value, json};
use server::{Asked, Honest, MEDIA_TYPE, Then, response, serve, write};

/// A secret that was there before the run.
const FOREIGN: &str = "prod/database";

fn asked(operation: &str, body: &Value) -> Asked {
    let target = ("x-amz-target".to_owned(), format!("secretsmanager.{operation}"));
    Asked { path: "/".to_owned(), headers: vec![target], body: body.to_string().into_bytes() }
}

/// What the service makes of a request that is not the run's.
fn beside(honest: &Honest, operation: &str, body: &Value) -> Value {
    honest.answer(&asked(operation, body)).1
}

fn create_foreign(honest: &Honest) -> Value {
    let token = "11111111-2222-4333-8444-555555555555";
    beside(honest, "CreateSecret", &json!({ "Name": FOREIGN, "ClientRequestToken": token, "SecretString": "precious" }))
}

fn run_against(url: &str, more: &[&str], variables: &[(&str, &str)]) -> Ended {
    let few = ["run", "--endpoint", url, "--cases", "12", "--timeout", "2s", "--no-quotas"];
    program_with(few.iter().chain(more), variables)
}

#[test]
fn a_secret_whose_arn_an_answer_gives_is_not_written_to() {
    let honest = Arc::new(Honest::new());
    let created = create_foreign(&honest);
    let before = beside(&honest, "DescribeSecret", &json!({ "SecretId": FOREIGN }));
    let (proxied, arn) = (Arc::clone(&honest), created["ARN"].clone());
    let url = serve(move |asked, stream| {
        let (status, mut body) = proxied.answer(asked);
        if asked.header("x-amz-target").ends_with(".CreateSecret") && body.get("ARN").is_some() {
            body["ARN"].clone_from(&arn);
        }
        match write(stream, &response(status, MEDIA_TYPE, body.to_string().as_bytes())) {
            true => Then::Stay,
            false => Then::Close,
        }
    });
    let ended = run_against(&url, &["--max-calls", "400"], &[]);
    assert_eq!(beside(&honest, "DescribeSecret", &json!({ "SecretId": FOREIGN })), before, "{}", ended.shown());
    assert_eq!(ended.code, Some(1), "{}", ended.shown());
    assert!(ended.stdout.contains("FAIL ROT-IDENT-002"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("left behind"), "{}", ended.stdout);
    let left = beside(&honest, "ListSecrets", &json!({ "IncludePlannedDeletion": true }));
    assert_eq!(left["SecretList"].as_array().map(Vec::len), Some(1), "what the run made is gone: {left}");
}

/// A service that puts other names and ARNs in place of those in its answers, and what it was asked to change.
struct Swapping {
    service: Service,
    /// What the next replacement is chosen by.
    state: AtomicU64,
    /// Every how many answers one is changed, on average.
    one_in: u64,
    others: Mutex<Vec<Text>>,
    created: Mutex<Vec<Text>>,
    strayed: Mutex<Vec<String>>,
}

impl Swapping {
    fn new(seed: u64, one_in: u64) -> Self {
        let arn =
            |resource: &str| Text::from(format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{resource}"));
        let others = vec![
            FOREIGN.into(),
            arn("prod/database-AbCdEf"),
            arn("prod/database"),
            arn("rc-0123456789abcdef-c1-s1-AbCdEf"),
            "rc-".into(),
            "".into(),
            "$s1".into(),
            "$s1.AWSCURRENT".into(),
            "prod/database-AbCdEf".into(),
            "arn:aws:secretsmanager:us-east-1:123456789012:secret".into(),
        ];
        Self {
            service: Service::new(Config::default()),
            state: AtomicU64::new(seed),
            one_in,
            others: Mutex::new(others),
            created: Mutex::default(),
            strayed: Mutex::default(),
        }
    }

    /// A number below this one.
    fn below(&self, count: u64) -> u64 {
        let next = self.state.load(Ordering::Relaxed).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.state.store(next, Ordering::Relaxed);
        (next >> 33) % count
    }

    fn other(&self) -> Text {
        let others = self.others.lock().unwrap();
        others[usize::try_from(self.below(others.len() as u64)).unwrap()].clone()
    }

    fn swap(&self, member: &mut Option<Text>) {
        if member.is_some() && self.below(self.one_in) == 0 {
            let other = self.other();
            // What was answered once comes again for another secret.
            self.others.lock().unwrap().extend(member.replace(other));
        }
    }

    fn spoil(&self, answer: &mut Answer) {
        let Body::Output(output) = &mut answer.body else { return };
        match output {
            Output::Receipt(it) => [&mut it.arn, &mut it.name, &mut it.version_id].map(|member| self.swap(member)),
            Output::Description(it) => [&mut it.arn, &mut it.name, &mut it.rotation_lambda_arn].map(|it| self.swap(it)),
            Output::Value(it) => [&mut it.arn, &mut it.name, &mut it.version_id].map(|member| self.swap(member)),
            Output::Versions(it) => [&mut it.arn, &mut it.name, &mut it.next_token].map(|member| self.swap(member)),
            Output::Batch(_) | Output::Secrets(_) | Output::Empty => return,
        };
    }

    /// Notes a change of what no CreateSecret has named before.
    fn watch(&self, request: &Request) {
        let operation = &request.operation;
        let mut created = self.created.lock().unwrap();
        if let Operation::CreateSecret(create) = operation {
            created.extend(create.name.clone());
        }
        let id = operation.secret_id().filter(|id| !operation.is_read() && !id.is_empty());
        let is_of_the_run = |id: &Text| {
            let resource = if id.starts_with("arn:") { id.splitn(7, ':').nth(6).unwrap_or_default() } else { id };
            resource.starts_with("rc-of-this-run-") && !resource.contains("database")
        };
        self.strayed.lock().unwrap().extend(id.filter(|id| !is_of_the_run(id)).map(ToString::to_string));
    }
}

impl Endpoint for Swapping {
    async fn call(&self, request: &Request) -> Reply {
        self.watch(request);
        let mut answer = self.service.answer(request);
        self.spoil(&mut answer);
        Reply::Answer(answer)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_write_names_what_the_run_has_not_made(seed in any::<u64>(), one_in in 1_u64..12) {
        let endpoint = Arc::new(Swapping::new(seed, one_in));
        let options = Options {
            seed,
            prefix: "rc-of-this-run-".to_owned(),
            cases: 10,
            jobs: 1,
            max_calls: 100,
            shrink_calls: 5,
            fixed: vec![Fixed::Scenarios],
            functions: endpoint.service.functions(),
            ..Options::default()
        };
        let run = Run::new(Arc::clone(&endpoint), options, Stop::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let result = runtime.block_on(run.run());
        prop_assert!(result.calls.total() > 100, "{:?}", result.calls);
        prop_assert!(!endpoint.created.lock().unwrap().is_empty());
        let strayed = endpoint.strayed.lock().unwrap();
        prop_assert!(strayed.is_empty(), "{:?}", strayed);
    }
}

/// What the server was signed for, and the program's end.
fn signed_for(name: &str, more: &[&str], variables: &[(&str, &str)]) -> (String, Ended) {
    let (seen, honest) = (Arc::new(Mutex::new(String::new())), Honest::new());
    let signed = Arc::clone(&seen);
    let url = serve(move |asked, stream| {
        signed.lock().unwrap().extend([asked.header("authorization"), "\n"]);
        if write(stream, &honest.response(asked)) { Then::Stay } else { Then::Close }
    });
    let file = scratch(name);
    let keys = "aws_access_key_id = AKIDOFTHEPROFILE\naws_secret_access_key = key-of-the-profile\n";
    fs::write(&file, format!("[rc]\n{keys}[empty]\n")).unwrap();
    let file = file.display().to_string();
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIDOFTHEENVIRONMENT"),
        ("AWS_SECRET_ACCESS_KEY", "key-of-the-environment"),
        ("AWS_SHARED_CREDENTIALS_FILE", file.as_str()),
        ("AWS_CONFIG_FILE", "/dev/null"),
    ];
    let ended = run_against(&url, &[&["--sweep-only"], more].concat(), &[&environment, variables].concat());
    let seen = seen.lock().unwrap().clone();
    (seen, ended)
}

#[test]
fn a_profile_is_signed_with_although_the_environment_has_keys() {
    let (signed, ended) = signed_for("profile", &["--profile", "rc"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
    assert!(signed.contains("Credential=AKIDOFTHEPROFILE/"), "{signed}");
    assert!(!signed.contains("AKIDOFTHEENVIRONMENT"));
}

#[test]
fn without_the_profile_that_was_named_nothing_is_sent() {
    for profile in ["none", "empty"] {
        let (signed, ended) = signed_for("no-profile", &["--profile", profile], &[]);
        assert_eq!((ended.code, signed.as_str()), (Some(2), ""), "{}", ended.shown());
        assert!(ended.stderr.contains(&format!("the profile {profile}")), "{}", ended.stderr);
    }
}

#[test]
fn settings_of_the_environment_that_are_none_end_nothing() {
    let odd = [("AWS_MAX_ATTEMPTS", "x"), ("AWS_RETRY_MODE", "x")];
    let (signed, ended) = signed_for("odd-settings", &["--profile", "rc"], &odd);
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
    assert!(signed.contains("Credential=AKIDOFTHEPROFILE/"), "{signed}");
    // An endpoint that is not on this machine is signed for by the standard chain; nobody answers there.
    let remote = ["run", "--endpoint", "http://rc.invalid", "--allow-remote", "rc.invalid", "--timeout", "1s"];
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDOFTHEENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "key-of-the-environment")];
    let ended = program_with(remote, &[&keys[..], &odd].concat());
    assert_eq!(ended.code, Some(2), "{}", ended.shown());
    assert!(ended.stderr.contains("failed to reach http://rc.invalid"), "{}", ended.stderr);
}

/// An endpoint that makes a function only with a role that was made before, each so slowly; and what it was asked of
/// roles and functions.
fn demanding_a_role(pause: Duration) -> (String, Arc<Mutex<Vec<String>>>) {
    let roles = Arc::new(Mutex::new(Vec::new()));
    let (seen, honest) = (Arc::clone(&roles), Honest::with_function("accepted"));
    let url = serve(move |asked, stream| {
        let text = String::from_utf8_lossy(&asked.body).into_owned();
        if asked.path != "/" {
            seen.lock().unwrap().push(asked.path.clone());
            thread::sleep(pause);
        }
        let (status, body) = match asked.path.as_str() {
            "/2015-03-31/functions" if text.contains("arn:aws:iam::1:role/mine") => {
                (201, json!({ "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:accepted" }).to_string())
            }
            "/2015-03-31/functions" => {
                (400, json!({ "__type": "InvalidParameterValueException", "Message": "no such role" }).to_string())
            }
            "/" if text.starts_with("Version=2010-05-08") => {
                seen.lock().unwrap().push(text);
                (200, "<R><Arn>arn:aws:iam::1:role/mine</Arn></R>".to_owned())
            }
            "/" => {
                let (status, body) = honest.answer(asked);
                (status, body.to_string())
            }
            _ => (204, String::new()),
        };
        match write(stream, &response(status, MEDIA_TYPE, body.as_bytes())) {
            true => Then::Stay,
            false => Then::Close,
        }
    });
    (url, roles)
}

/// Each role that was made is removed, and there was one.
fn assert_roles_are_gone(asked: &Mutex<Vec<String>>) {
    let roles = asked.lock().unwrap();
    let named = |action: &str| -> Vec<String> {
        let parameters = roles.iter().filter(|text| text.contains(action)).map(|text| text.split('&'));
        let mut names = parameters.map(|mut all| all.find(|it| it.starts_with("RoleName=")).unwrap().to_owned());
        names.by_ref().collect()
    };
    assert_eq!(named("Action=CreateRole").len(), 1);
    assert_eq!(named("Action=CreateRole"), named("Action=DeleteRole"));
}

#[test]
fn a_role_that_was_made_for_the_function_is_removed_with_it() {
    let (url, asked) = demanding_a_role(Duration::ZERO);
    let ended = run_against(&url, &["--sweep-only"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
    assert_roles_are_gone(&asked);
}

#[test]
fn a_function_that_is_being_made_when_a_signal_comes_is_removed() {
    let (url, asked) = demanding_a_role(Duration::from_millis(200));
    let is_time = || asked.lock().unwrap().iter().any(|it| it.starts_with("/2015-03-31/functions"));
    let ended = interrupted_when(["run", "--endpoint", &url], "TERM", is_time);
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    assert_roles_are_gone(&asked);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().any(|it| it.starts_with("/2015-03-31/functions/rotation-conformance-")), "{asked:?}");
}
