//! Endpoints that break, hang and lie: each run ends in bounded time, in a report or an error, with the right exit code.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/program.rs"]
mod support;

#[path = "support/server.rs"]
mod server;

use std::fs;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Asked, Honest, MEDIA_TYPE, Then, response, serve, write};
use support::{Ended, interrupted_when, program_with, scratch};

/// A secret value that no run stores.
const FOREIGN: &str = "hunter2-not-from-this-run";

/// What an endpoint does instead of answering.
type Act = fn(&mut TcpStream) -> Then;

/// A run of a few cases with some more arguments, each call given up after a second.
fn run_with(url: &str, more: &[&str], variables: &[(&str, &str)]) -> Ended {
    let few = ["run", "--endpoint", url, "--cases", "12", "--jobs", "2", "--timeout", "1", "--no-quotas"];
    program_with(few.iter().chain(more), variables)
}

fn run(url: &str) -> Ended {
    run_with(url, &[], &[])
}

/// A run that ends soon even if every answer is wrong in its own way, each of which is shrunk.
fn run_briefly(url: &str) -> Ended {
    run_with(url, &["--max-calls", "1"], &[])
}

/// A run that writes its result; how it ended, and the result.
fn result_of(url: &str, name: &str, more: &[&str], variables: &[(&str, &str)]) -> (Ended, String) {
    let file = scratch(name);
    let json = file.display().to_string();
    let ended = run_with(url, &[more, &["--json", &json]].concat(), variables);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    (ended, fs::read_to_string(file).unwrap())
}

/// This exit code, no panic, and an error or a report.
fn assert_ends(ended: &Ended, code: i32, name: &str) {
    assert_eq!(ended.code, Some(code), "{name}: {}", ended.shown());
    assert!(!ended.stderr.contains("panicked"), "{name}: {}", ended.stderr);
    if code == 2 {
        return assert!(ended.stderr.starts_with("error: failed to "), "{name}: {}", ended.shown());
    }
    // The line that has the seed is broken where its figures make it long.
    let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(ended.stdout.contains("\nrules ") && words.contains(" seed 1 "), "{name}: {ended:?}");
}

/// The same response to everything.
fn always(response: Vec<u8>) -> String {
    serve(move |_, stream| if write(stream, &response) { Then::Stay } else { Then::Close })
}

/// The reference service's answers for so many requests, then this.
fn after(requests: usize, act: Act) -> String {
    let honest = Honest::new();
    serve(move |asked, stream| match honest.count() < requests {
        true if write(stream, &honest.response(asked)) => Then::Stay,
        true => Then::Close,
        false => act(stream),
    })
}

/// The reference service's answers, but for so many requests it is silent for a minute about everything but deletions.
fn silent_after(requests: usize) -> (String, Arc<AtomicUsize>) {
    let honest = Honest::new();
    let unanswered = Arc::new(AtomicUsize::new(0));
    let number = Arc::clone(&unanswered);
    let url = serve(move |asked, stream| {
        if honest.count() >= requests && !is(asked, "DeleteSecret") {
            number.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_mins(1));
            return Then::Close;
        }
        if write(stream, &honest.response(asked)) { Then::Stay } else { Then::Close }
    });
    (url, unanswered)
}

/// The reference service's answers, each with its body changed.
fn lying(change: impl Fn(&Asked, &mut Value) + Send + Sync + 'static) -> String {
    let honest = Honest::new();
    serve(move |asked, stream| {
        let (status, mut body) = honest.answer(asked);
        change(asked, &mut body);
        match write(stream, &response(status, MEDIA_TYPE, body.to_string().as_bytes())) {
            true => Then::Stay,
            false => Then::Close,
        }
    })
}

/// Whether a request is of this operation.
fn is(asked: &Asked, operation: &str) -> bool {
    asked.header("x-amz-target").strip_prefix("secretsmanager.") == Some(operation)
}

fn answers_garbage(stream: &mut TcpStream) -> Then {
    write(stream, &[0, 159, 146, 150, b'\r', b'\n', 7, b'\r', b'\n', b'\r', b'\n']);
    Then::Close
}

fn closes_at_once(_: &mut TcpStream) -> Then {
    Then::Close
}

fn breaks_off(stream: &mut TcpStream) -> Then {
    let whole = response(200, MEDIA_TYPE, br#"{"SecretList":[]}"#);
    write(stream, &whole[..whole.len() - 5]);
    Then::Close
}

fn resets(stream: &mut TcpStream) -> Then {
    let whole = response(200, MEDIA_TYPE, br#"{"SecretList":[]}"#);
    write(stream, &whole[..whole.len() - 5]);
    thread::sleep(Duration::from_millis(5));
    Then::Reset
}

fn sends_headers_without_end(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\n");
    while write(stream, format!("x-more: {}\r\n", "m".repeat(1000)).as_bytes()) {}
    Then::Close
}

fn hangs(_: &mut TcpStream) -> Then {
    thread::sleep(Duration::from_mins(1));
    Then::Close
}

/// A body that never ends, a byte at a time.
fn trickles(stream: &mut TcpStream) -> Then {
    let whole = response(200, MEDIA_TYPE, &[b' '; 1000]);
    for byte in whole {
        if !write(stream, &[byte]) {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Then::Close
}

fn dies(_: &mut TcpStream) -> Then {
    Then::Die
}

/// Ways of not answering.
const SILENCES: [(&str, Act); 8] = [
    ("garbage", answers_garbage),
    ("closes at once", closes_at_once),
    ("breaks off", breaks_off),
    ("resets", resets),
    ("headers without end", sends_headers_without_end),
    ("hangs", hangs),
    ("trickles", trickles),
    ("dies", dies),
];

/// Each way of not answering, all at once: some take their time.
fn for_each_silence(check: impl Fn(&str, Act) + Sync) {
    thread::scope(|scope| {
        for (name, act) in SILENCES {
            let check = &check;
            scope.spawn(move || check(name, act));
        }
    });
}

#[test]
fn an_endpoint_that_never_answers_is_not_reachable() {
    for_each_silence(|name, act| {
        let url = after(0, act);
        let ended = run(&url);
        assert_ends(&ended, 2, name);
        assert!(ended.stderr.contains(&url) && ended.stderr.contains("is the endpoint running?"), "{}", ended.stderr);
    });
}

#[test]
fn an_endpoint_that_stops_answering_has_died_and_what_was_learned_is_reported() {
    for_each_silence(|name, act| {
        let ended = run(&after(20, act));
        assert_ends(&ended, 3, name);
        assert!(ended.stdout.contains("the endpoint stopped answering ("), "{name}: {}", ended.stdout);
        assert!(ended.stdout.contains("left behind, since deleting failed: "), "{name}: {}", ended.stdout);
    });
}

#[test]
fn the_result_of_a_run_whose_endpoint_died_says_so() {
    let (ended, result) = result_of(&after(20, dies), "died.json", &[], &[]);
    assert_ends(&ended, 3, "dies");
    let result = support::json(&result);
    assert_eq!(result["ending"]["kind"], "died");
    assert!(!result["left"].as_array().unwrap().is_empty());
}

#[test]
fn a_call_in_twenty_without_an_answer_is_no_death_and_no_violation() {
    let (honest, number) = (Honest::new(), AtomicUsize::new(0));
    let url = serve(move |asked, stream| {
        let answer = honest.response(asked);
        let is_lost = number.fetch_add(1, Ordering::SeqCst) % 20 == 19;
        if !is_lost && write(stream, &answer) { Then::Stay } else { Then::Close }
    });
    let ended = run(&url);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.shown());
    assert!(!ended.stdout.contains("stopped answering"), "{}", ended.stdout);
    assert!(ended.stdout.contains(" 0 rules failed"), "{}", ended.stdout);
}

#[test]
fn what_is_no_answer_of_the_operation_is_a_violation() {
    let json = |body: Value| response(200, MEDIA_TYPE, body.to_string().as_bytes());
    let wrong_types = json!({
        "ARN": 1, "Name": [], "VersionId": {}, "VersionStages": "AWSCURRENT", "SecretString": 7, "SecretList": {},
        "Versions": "none", "VersionIdsToStages": [["v"]], "CreatedDate": "today", "Tags": {"k": "v"},
        "SecretBinary": "*", "SecretValues": 0, "Errors": 0, "DeletionDate": [], "RotationRules": 1,
    });
    for (name, response) in [
        ("an empty body", response(200, MEDIA_TYPE, b"")),
        ("an empty object", json(json!({}))),
        ("members of the wrong types", json(wrong_types)),
        ("another service's object", json(json!({"FunctionName": "f", "Runtime": "python"}))),
        ("a list", json(json!([1, 2]))),
        ("a string", json(json!("ok"))),
        ("null", json(Value::Null)),
        ("nesting without end", response(200, MEDIA_TYPE, "[".repeat(100_000).as_bytes())),
        ("no UTF-8", response(200, MEDIA_TYPE, &[b'{', b'"', 0xff, b'"', b':', b'1', b'}'])),
        ("a page", response(200, "text/html", b"<html>hello</html>")),
    ] {
        assert_ends(&run_briefly(&always(response)), 1, name);
    }
}

#[test]
fn an_endpoint_that_refuses_everything_never_conforms() {
    let refusal = |error_type: &str| json!({"__type": error_type, "Message": "no"}).to_string();
    for (code, name, response) in [
        (1, "500 page", response(500, "text/html", b"<html>oh no</html>")),
        (1, "404 page", response(404, "text/html", b"<html>oh no</html>")),
        (1, "500 of the service", response(500, MEDIA_TYPE, refusal("InternalServiceError").as_bytes())),
        (2, "no access", response(400, MEDIA_TYPE, refusal("AccessDeniedException").as_bytes())),
        (3, "throttled", response(400, MEDIA_TYPE, refusal("ThrottlingException").as_bytes())),
        (1, "redirect", b"HTTP/1.1 307 x\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n".to_vec()),
    ] {
        let ended = run_briefly(&always(response));
        assert_ends(&ended, code, name);
        let is_told = ended.stdout.contains("no rule passed: is this the endpoint of a Secrets Manager?");
        let is_foreign = name.ends_with("page") || name == "redirect";
        assert_eq!(is_told, is_foreign, "{name}: {}", ended.stdout);
    }
}

#[test]
fn a_run_against_another_service_ends_soon() {
    let url = always(response(501, "text/html", b"<html>Unsupported method</html>"));
    let (ended, result) = result_of(&url, "another-service.json", &[], &[]);
    assert_ends(&ended, 1, "another service");
    let calls = &support::json(&result)["calls"];
    assert!((100..200).contains(&calls["find"].as_u64().unwrap()), "{calls}");
}

#[test]
fn right_answers_of_the_wrong_media_type_differ_and_violate_nothing() {
    let honest = Honest::new();
    let url = serve(move |asked, stream| {
        let (status, body) = honest.answer(asked);
        write(stream, &response(status, "text/plain", body.to_string().as_bytes()));
        Then::Stay
    });
    let ended = run(&url);
    assert_ends(&ended, 0, "text/plain");
    assert!(ended.stdout.contains("ROT-WIRE-002"), "{}", ended.stdout);
    assert!(ended.stdout.contains(": 0 rules failed, 1 differ"), "{}", ended.stdout);
    let strict = run_with(&url, &["--strict"], &[]);
    assert_eq!(strict.code, Some(1), "{}", strict.shown());
}

/// The reference service's answers, each with members and an error type that no answer before had; and how many there
/// were.
fn inventing(members: usize) -> (String, Arc<AtomicUsize>) {
    let answers = Arc::new(AtomicUsize::new(0));
    let number = Arc::clone(&answers);
    let url = lying(move |_, body| {
        let first = members * number.fetch_add(1, Ordering::SeqCst);
        if body.get("__type").is_some() {
            body["__type"] = json!(format!("Made{first}Exception"));
        }
        let members = (first..first + members).map(|number| (format!("Made{number}"), json!(0)));
        body.as_object_mut().unwrap().extend(members);
    });
    (url, answers)
}

/// What a run may take whatever it meets.
fn assert_bounded(ended: &Ended, most: Duration) {
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert!(ended.took < most, "{:?}: {}", ended.took, ended.shown());
    assert!(ended.resident_kib < 300 << 10, "{} KiB", ended.resident_kib);
}

#[test]
fn an_endpoint_that_makes_up_members_and_error_types_has_few_deviations() {
    let file = scratch("inventing.json");
    let json = file.display().to_string();
    let (url, _) = inventing(3);
    let ended =
        program_with(["run", "--endpoint", &url, "--max-calls", "7000", "--budget", "5s", "--json", &json], &[]);
    assert_bounded(&ended, Duration::from_mins(1));
    assert_ends(&ended, 1, "made up");
    let result = support::json(&fs::read_to_string(file).unwrap());
    assert!(result["calls"]["total"].as_u64().unwrap() < 14_000, "{}", result["calls"]);
    let rules = result["rules"].as_array().unwrap();
    let findings = |rule: &Value| rule["findings"].as_array().map_or(0, Vec::len);
    assert!(rules.iter().all(|rule| findings(rule) <= 20));
    let extra = rules.iter().find(|rule| rule["id"] == "ROT-WIRE-009").unwrap();
    assert_eq!(findings(extra), 1, "{extra}");
}

#[test]
fn answers_of_sixty_thousand_members_neither_fill_the_memory_nor_keep_signals_from_being_heard() {
    let (url, answers) = inventing(60_000);
    let is_time = || answers.load(Ordering::SeqCst) >= 15;
    let ended = interrupted_when(["run", "--endpoint", &url, "--jobs", "1"], "INT", is_time);
    assert_bounded(&ended, Duration::from_secs(5));
    assert!(matches!(ended.code, Some(1 | 3)), "{}", ended.shown());
    assert!(ended.stdout.contains("interrupted; what was learned until then is above"), "{}", ended.stdout);
}

#[test]
fn a_signal_cuts_the_calls_that_are_in_flight_and_what_was_made_is_removed() {
    let file = scratch("cut.json");
    let json = file.display().to_string();
    let (url, unanswered) = silent_after(60);
    let is_time = || unanswered.load(Ordering::SeqCst) >= 4;
    let ended = interrupted_when(["run", "--endpoint", &url, "--json", &json], "TERM", is_time);
    assert!(ended.took < Duration::from_secs(1), "{:?}: {}", ended.took, ended.shown());
    assert_ends(&ended, 3, "interrupted");
    let result = support::json(&fs::read_to_string(file).unwrap());
    assert_eq!((&result["ending"]["kind"], &result["left"]), (&json!("interrupted"), &json!([])));
}

#[test]
fn a_signal_before_the_endpoint_has_answered_ends_the_waiting() {
    let (url, unanswered) = silent_after(0);
    let is_time = || unanswered.load(Ordering::SeqCst) >= 1;
    let ended = interrupted_when(["run", "--endpoint", &url, "--wait-ready", "60s"], "INT", is_time);
    assert!(ended.took < Duration::from_secs(1), "{:?}: {}", ended.took, ended.shown());
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert!(ended.stderr.contains("before the interruption; nothing was made there"), "{}", ended.stderr);
}

#[test]
fn ten_thousand_versions_of_a_secret_are_no_answer() {
    let url = lying(|asked, body| {
        if is(asked, "DescribeSecret") && body.get("__type").is_none() {
            let versions = (0..10_000).map(|number| (format!("made-up-{number}"), json!([format!("L{number}")])));
            body["VersionIdsToStages"] = Value::Object(versions.collect());
        }
    });
    let ended = run_with(&url, &["--budget", "5s"], &[]);
    assert_bounded(&ended, Duration::from_secs(30));
    assert!(matches!(ended.code, Some(1 | 3)), "{}", ended.shown());
    assert!(ended.stdout.contains("more than 1000 versions and labels of a secret"), "{}", ended.stdout);
}

#[test]
fn a_body_of_a_gigabyte_is_cut_at_a_mebibyte() {
    const LONGEST: usize = 16 << 20;
    static SENT: Mutex<usize> = Mutex::new(0);
    let url = serve(|_, stream| {
        let head = format!("HTTP/1.1 200 x\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: 1073741824\r\n\r\n");
        let mut sent = 0;
        if write(stream, head.as_bytes()) {
            while sent < 1 << 30 && write(stream, &[b' '; 1 << 14]) {
                sent += 1 << 14;
            }
        }
        let mut most = SENT.lock().unwrap();
        *most = sent.max(*most);
        Then::Close
    });
    let ended = run_briefly(&url);
    assert_ends(&ended, 1, "a gigabyte");
    assert!(ended.stdout.contains("a body of more than 1 MiB"), "{}", ended.stdout);
    let sent = *SENT.lock().unwrap();
    assert!((1 << 20..LONGEST).contains(&sent), "{sent} bytes, buffers of both sides included");
}

#[test]
fn arns_that_are_none_do_not_stop_the_harness() {
    for arn in ["", "x", "äöüßäöü", "$s1"] {
        let url = lying(move |_, body| {
            if let Some(member) = body.get_mut("ARN") {
                *member = json!(arn);
            }
        });
        let ended = run_with(&url, &["--max-calls", "30"], &[]);
        assert!(matches!(ended.code, Some(0 | 1)), "{arn}: {}", ended.shown());
        assert_ends(&ended, ended.code.unwrap(), arn);
        assert!(["ROT-IDENT-002", "ROT-WIRE-008"].iter().any(|rule| ended.stdout.contains(rule)), "{arn}: {ended:?}");
    }
}

#[test]
fn version_ids_and_labels_that_are_none_do_not_stop_the_harness() {
    for text in ["", "é", "$t1", "AWSCURRENT"] {
        let url = lying(move |_, body| {
            for name in ["VersionId", "VersionStages"] {
                match body.get_mut(name) {
                    Some(Value::Array(labels)) => labels.push(json!(text)),
                    Some(member) => *member = json!(text),
                    None => {}
                }
            }
            if let Some(versions) = body.get_mut("VersionIdsToStages") {
                *versions = json!({text: [text, text]});
            }
        });
        let ended = run_briefly(&url);
        assert_ends(&ended, 1, text);
    }
}

#[test]
fn a_value_that_the_run_did_not_store_is_shown_by_its_length_alone() {
    let binary = "aHVudGVyMi1ub3QtZnJvbS10aGlzLXJ1bg==";
    let url = lying(move |asked, body| {
        let Some(members) = body.as_object_mut() else { return };
        if is(asked, "GetSecretValue") && members.contains_key("VersionId") {
            if members.remove("SecretBinary").is_some() {
                members.insert("SecretBinary".to_owned(), json!(binary));
            } else {
                members.insert("SecretString".to_owned(), json!(FOREIGN));
            }
        }
        for value in members.get_mut("SecretValues").and_then(Value::as_array_mut).into_iter().flatten() {
            value["SecretString"] = json!(FOREIGN);
        }
    });
    let (ended, result) = result_of(&url, "foreign.json", &[], &[]);
    let shown = ended.shown() + &result;
    assert!(shown.contains("25 bytes"), "{shown}");
    for secret in [FOREIGN, "hunter2", binary] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}

#[test]
fn credentials_of_the_environment_are_neither_sent_to_this_machine_nor_shown() {
    static SENT: Mutex<String> = Mutex::new(String::new());
    let url = lying(|asked, body| {
        SENT.lock().unwrap().extend(asked.headers.iter().map(|(name, value)| format!("{name}: {value}\n")));
        body["Message"] = json!(asked.header("authorization"));
    });
    let key = [("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "key-of-the-environment")];
    let token = [("AWS_SESSION_TOKEN", "token-of-the-environment")];
    let (ended, result) = result_of(&url, "environment.json", &[], &[key.as_slice(), &token].concat());
    let shown = ended.shown() + &result;
    let sent = SENT.lock().unwrap();
    assert!(sent.contains("Credential=test/"), "{sent}");
    for secret in ["AKIDENVIRONMENT", "key-of-the-environment", "token-of-the-environment"] {
        assert!(!sent.contains(secret) && !shown.contains(secret), "{secret} is shown");
    }
}
