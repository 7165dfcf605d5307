//! Nothing secret is shown: neither what requests were signed with, nor the headers that the user adds, nor a value that
//! the run did not store, whatever an endpoint repeats, in whatever the program prints or writes.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use program::{program_with, scratch};
use serde_json::{Value, json};
use server::{Asked, Honest, MEDIA_TYPE, Then, serve, write};

/// What the program is told of this user.
const ACCESS_KEY: &str = "AKIDOFTHISUSER00001";
const SECRET_KEY: &str = "key-of-this-user/with+signs";
const SESSION_TOKEN: &str = "token-of-this-user//with+signs==";
const TENANT: &str = "tenant-secret-of-this-user";
const BEARER: &str = "bearer-secret-of-this-user";
/// A secret value that no run stores, as text and as bytes.
const FOREIGN: &str = "hunter2-not-from-this-run";
const FOREIGN_BYTES: &str = "aHVudGVyMi1ub3QtZnJvbS10aGlzLXJ1bg==";

/// What an endpoint got to see.
#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    /// Every signature and the headers that have it.
    signatures: BTreeSet<String>,
}

/// Everything of a request that is secret, as an endpoint repeats it; headers have no line breaks.
fn secrets_of(asked: &Asked) -> String {
    let names = ["authorization", "x-amz-security-token", "x-tenant", "x-proxy"];
    let own = names.map(|name| asked.header(name)).join(" ");
    let bearer = asked.header("x-proxy").rsplit(' ').next().unwrap_or_default();
    format!("{own} {bearer} {ACCESS_KEY} {SECRET_KEY}")
}

/// JSON in which every letter of every text is written as a number.
fn escaped(body: &Value) -> String {
    let mut is_inside = false;
    let mut escaped = String::new();
    for letter in body.to_string().chars() {
        is_inside ^= letter == '"';
        match is_inside && letter.is_ascii() && !matches!(letter, '"' | '\\') {
            true => escaped.extend(["\\u", &format!("{:04x}", u32::from(letter))]),
            false => escaped.push(letter),
        }
    }
    escaped
}

/// Puts a text wherever an answer has one, and foreign values wherever it has values.
fn spoil(body: &mut Value, echo: &str) {
    let Some(members) = body.as_object_mut() else { return };
    for (name, member) in members.iter_mut() {
        match (name.as_str(), member) {
            ("SecretString", member) => *member = json!(FOREIGN),
            ("SecretBinary", member) => *member = json!(FOREIGN_BYTES),
            ("ARN" | "Name" | "VersionId" | "Description" | "RotationLambdaARN" | "NextToken", Value::String(text)) => {
                text.push_str(echo);
            }
            ("VersionStages", Value::Array(labels)) => labels.push(json!(echo)),
            ("VersionIdsToStages", Value::Object(versions)) => _ = versions.insert(echo.to_owned(), json!([echo])),
            (_, Value::Array(items)) => items.iter_mut().for_each(|item| spoil(item, echo)),
            (_, _) => {}
        }
    }
    members.insert(echo.to_owned(), json!(echo));
    members.insert("Message".to_owned(), json!(echo));
}

/// The reference service, which repeats what it was told in a way that differs from request to request.
fn repeating(seen: Arc<Mutex<Seen>>) -> String {
    let honest = Honest::new();
    serve(move |asked, stream| {
        let number = {
            let mut seen = seen.lock().unwrap();
            let authorization = asked.header("authorization").to_owned();
            let signature = authorization.rsplit_once("Signature=").map(|(_, signature)| signature.to_owned());
            seen.signatures.extend(signature);
            seen.requests += 1;
            seen.requests
        };
        let echo = secrets_of(asked);
        let (status, mut body) = honest.answer(asked);
        // The first answers let the run begin.
        match if number < 4 { 0 } else { number % 7 } {
            0 => answered(stream, status, MEDIA_TYPE, &echo, body.to_string().as_bytes()),
            1 => {
                spoil(&mut body, &echo);
                answered(stream, status, MEDIA_TYPE, "", body.to_string().as_bytes())
            }
            2 => {
                spoil(&mut body, &echo);
                answered(stream, status, MEDIA_TYPE, "", escaped(&body).as_bytes())
            }
            3 => {
                let error = json!({ "__type": echo, "Message": echo, "message": [echo] });
                answered(stream, 400, MEDIA_TYPE, "", error.to_string().as_bytes())
            }
            4 => answered(stream, 500, &echo, &echo, format!("<p>{echo} {FOREIGN}</p>").as_bytes()),
            5 => answered(stream, 400, &echo, &echo, b"{}"),
            _ => answered(stream, status, MEDIA_TYPE, "", body.to_string().as_bytes()),
        }
    })
}

fn answered(stream: &mut TcpStream, status: u16, media_type: &str, error_type: &str, body: &[u8]) -> Then {
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {media_type}\r\nx-amzn-RequestId: {error_type}\r\n\
         x-amzn-ErrorType: {error_type}\r\nDate: {error_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    if write(stream, &[head.as_bytes(), body].concat()) { Then::Stay } else { Then::Close }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A file with the credentials of a profile.
fn profile(folder: &Path) -> String {
    let path = folder.join("credentials");
    let keys = format!("aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}");
    fs::write(&path, format!("[rc]\n{keys}\naws_session_token = {SESSION_TOKEN}\n")).unwrap();
    path.display().to_string()
}

/// Runs the program so that it prints and writes all it can; what it printed and wrote, by name. One case runs at a time:
/// with several, each finding would have to show once more, and the answers differ from request to request.
fn outputs(url: &str, name: &str) -> Vec<(String, String)> {
    let (folder, home) = (scratch(name), scratch(&format!("{name}-home")));
    fs::create_dir_all(&home).unwrap();
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    let [json, junit, history] = ["r.json", "r.xml", "h.ndjson"].map(file);
    let [snapshots, cases, scripts, replays] = ["snapshots", "cases", "scripts", "replays"].map(file);
    let (tenant, proxy) = (format!("X-Tenant: {TENANT}"), format!("X-Proxy: Bearer {BEARER}"));
    let reach = ["--profile", "rc", "--header", &tenant, "--header", &proxy, "--timeout", "2s", "--endpoint", url];
    let run = "run --jobs 1 --no-quotas --cases 20 --max-calls 20 --budget 3s".split(' ');
    let mut arguments: Vec<String> = run.chain(reach).map(ToOwned::to_owned).collect();
    for (flag, file) in [
        ("--json", &json),
        ("--junit", &junit),
        ("--history", &history),
        ("--snapshots", &snapshots),
        ("--cases-dir", &cases),
        ("--repro", &scripts),
    ] {
        arguments.extend([flag.to_owned(), file.clone()]);
    }
    let credentials = profile(&home);
    let loud =
        [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full"), ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str())];
    let ended = program_with(&arguments, &loud);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let replay = ["replay", &json, "--rule", "ROT-ERR-002", "--times", "1", "--repro", &replays];
    let replayed = program_with(replay.into_iter().chain(reach), &loud);
    let judged = program_with(["judge", &history, "--explain"], &loud);
    let mut outputs: Vec<_> = [("run", ended), ("replay", replayed), ("judge", judged)]
        .into_iter()
        .map(|(name, ended)| (name.to_owned(), ended.shown()))
        .collect();
    outputs
        .extend(files(&folder).into_iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())));
    fs::remove_dir_all(folder).unwrap();
    outputs
}

#[test]
fn what_an_endpoint_repeats_of_a_request_is_shown_nowhere() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let outputs = outputs(&repeating(Arc::clone(&seen)), "repeating");
    let seen = seen.lock().unwrap();
    assert!(seen.requests > 100 && seen.signatures.len() > 50, "{} requests", seen.requests);
    let written = |part: &str| outputs.iter().any(|(name, text)| name.contains(part) && !text.is_empty());
    for output in ["run", "replay", "judge", "r.json", "r.xml", "h.ndjson", "snapshots/", "cases/", "scripts/"] {
        assert!(written(output), "{output} is empty");
    }
    assert!(outputs.iter().any(|(_, text)| text.contains("(a credential)")), "the endpoint did repeat something");
    let fixed =
        [ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, TENANT, BEARER, FOREIGN, "hunter2", FOREIGN_BYTES, "Credential=AKID"];
    let own_proof = "Credential=test/20260101";
    for (name, text) in &outputs {
        for secret in fixed.into_iter().chain(seen.signatures.iter().map(String::as_str)) {
            assert!(!text.contains(secret), "{secret} is shown in {name}");
        }
        assert_eq!(text.matches("AWS4-HMAC-SHA256").count(), text.matches(own_proof).count(), "{name}");
    }
}
