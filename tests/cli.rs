//! The command line, driven as a process: what it prints, what it writes, and how it exits.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/program.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use rotation_conformance::rule::RULES;
use rotation_conformance::strategy::{Menu, costly, known_bugs, scenarios, stories, sweep};
use serde_json::{Value, json};

use support::{Ended, json, program_with, scratch};

/// What the embedded service offers.
const EVERYTHING: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

fn program<I: AsRef<str>>(arguments: impl IntoIterator<Item = I>) -> Ended {
    program_with(arguments, &[])
}

/// A recorded history that the judge accepts: a second version takes AWSCURRENT from the first one.
fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/recorded/ls-21.ndjson")
}

/// A copy of that history, changed.
fn recorded_but(name: &str, change: impl FnOnce(&str) -> String) -> String {
    let text = fs::read_to_string(recorded()).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "the change changes something");
    let path = scratch(name);
    fs::write(&path, changed).unwrap();
    path.display().to_string()
}

/// The history in which the second version has taken AWSCURRENT and the first one has kept it too.
fn left_on_the_first_version(name: &str) -> String {
    recorded_but(name, |text| text.replace("AWSPREVIOUS", "AWSCURRENT"))
}

/// A run on the embedded service, as the JSON that it writes.
fn result_of_seed(seed: &str, name: &str) -> Value {
    let file = scratch(name);
    let path = file.display().to_string();
    let ended = program(["run", "--cases", "20", "--seed", seed, "--json", &path]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    json(&fs::read_to_string(file).unwrap())
}

/// A usage error: exit code 2, nothing on standard output, no panic, and each of the words on standard error.
fn assert_refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "{word} is not in {}", ended.stderr);
    }
}

#[test]
fn without_a_subcommand_the_embedded_service_is_tested_and_conforms() {
    let ended = program(["--cases", "30"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stderr, "");
    for word in ["\nrules ", "not exercised", "\nPROG ", "the embedded reference service: 0 rules failed", "seed 1\n"] {
        assert!(ended.stdout.contains(word), "{word} is not in {}", ended.stdout);
    }
}

#[test]
fn the_result_has_every_rule_with_its_counts_and_the_calls_by_purpose() {
    let result = result_of_seed("1", "result.json");
    let rules = result["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for rule in rules {
        assert!(rule["id"].as_str().unwrap().starts_with("ROT-"), "{rule}");
        assert!(rule["status"].is_string() && rule["findings"].is_array(), "{rule}");
        assert!(rule["armed"].as_u64().unwrap() >= rule["checked"].as_u64().unwrap(), "{rule}");
    }
    let calls = |purpose: &str| result["calls"][purpose].as_u64().unwrap();
    assert!(calls("find") > 20 && calls("clean") > 0);
    assert_eq!(calls("total"), calls("find") + calls("shrink") + calls("confirm") + calls("clean"));
    let stories = stories(Menu { has_acting_function: true, ..EVERYTHING }).len();
    let fixed =
        scenarios(EVERYTHING).len() + stories + sweep(EVERYTHING).len() + known_bugs(EVERYTHING).len() + costly().len();
    assert_eq!(result["cases"], 20 + fixed);
    assert_eq!((&result["seed"], &result["left"]), (&1.into(), &Value::Array(vec![])));
    let kinds = |of: &str| result["cells"][of].as_u64().unwrap();
    assert!(kinds("visited") > 100 && kinds("reachable") > kinds("visited"), "{}", result["cells"]);
    assert_eq!(result["ending"]["kind"], "complete");
}

#[test]
fn a_tour_that_is_cut_short_is_inconclusive_where_everything_is_required() {
    let tour = ["run", "--tour", "--max-calls", "1000"];
    assert_eq!(program(tour).code, Some(0));
    let ended = program(tour.into_iter().chain(["--require-exercised"]));
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert!(ended.stderr.contains("kinds of calls: cells.missing of --json lists them"), "{}", ended.stderr);
}

#[test]
fn a_seed_makes_the_same_calls_and_exercises_each_rule_as_often() {
    let run = |seed, name| {
        let mut result = result_of_seed(seed, name);
        result["duration_ms"] = Value::Null;
        result
    };
    assert_eq!(run("7", "seven.json"), run("7", "seven-again.json"));
    assert_ne!(run("7", "seven-once-more.json")["rules"], run("8", "eight.json")["rules"]);
}

#[test]
fn rules_lists_each_rule_once_with_its_level() {
    let ended = program(["rules"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout.lines().count(), RULES.len());
    assert!(ended.stdout.lines().all(|line| line.starts_with("ROT-")), "{}", ended.stdout);
    let listed = json(&program(["rules", "--json"]).stdout);
    let ids = listed["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap());
    assert!(ids.eq(ended.stdout.lines().map(|line| line.split(' ').next().unwrap())));
    assert!(listed["catalogue"].is_string() || listed["catalogue"].is_number());
}

#[test]
fn explain_prints_the_statement_and_the_source_of_a_rule() {
    let ended = program(["explain", "ROT-PROG-001"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert!(ended.stdout.starts_with("ROT-PROG-001: "), "{}", ended.stdout);
    for part in ["\nCheck: ", "\nSource: "] {
        let text = ended.stdout.split(part).nth(1).unwrap();
        assert!(!text.starts_with('\n'), "{part} is empty in {}", ended.stdout);
    }
}

#[test]
fn a_rule_that_does_not_exist_is_a_usage_error_that_tells_where_the_rules_are() {
    for id in ["ROT-NOPE-1", "ROT-PROG-999", "PROG-001", ""] {
        assert_refused(&program(["explain", id]), &[id, "`rules` lists the ids"]);
        assert_refused(&program(["run", "--rule", id]), &["failed to find a rule called", "`rules` lists the ids"]);
    }
}

#[test]
fn an_unknown_flag_is_a_usage_error_that_names_it() {
    for arguments in [vec!["--paint"], vec!["run", "--paint"], vec!["judge", "--paint", "x"], vec!["rules", "--paint"]]
    {
        assert_refused(&program(arguments), &["--paint", "Usage:"]);
    }
    assert_refused(&program(["run", "--seed", "blue"]), &["--seed", "blue"]);
}

#[test]
fn help_and_version_are_no_errors() {
    for argument in ["--help", "--version", "help"] {
        let ended = program([argument]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{argument}");
    }
}

#[test]
fn an_endpoint_at_which_nothing_listens_is_a_usage_error_that_says_what_to_do() {
    let ended = program(["run", "--endpoint", "http://127.0.0.1:1"]);
    assert_refused(&ended, &["http://127.0.0.1:1", "connection refused", "is the endpoint running?"]);
}

#[test]
fn another_host_is_refused_before_anything_is_sent_with_the_flag_that_permits_it() {
    let ended = program(["run", "--endpoint", "http://example.com"]);
    assert_refused(&ended, &["not on this machine", "--allow-remote example.com"]);
    let ended = program(["run", "--endpoint", "http://example.com", "--allow-remote", "example.org"]);
    assert_refused(&ended, &["--allow-remote example.com"]);
}

#[test]
fn what_is_no_url_of_an_endpoint_is_a_usage_error_that_shows_one() {
    for (url, word) in [
        ("nonsense", "http://HOST:PORT"),
        ("127.0.0.1:4566", "http://HOST:PORT"),
        ("localhost:4566", "http://HOST:PORT"),
        ("ftp://127.0.0.1", "only http and https"),
        ("http://127.0.0.1/path", "leave out all that follows"),
    ] {
        assert_refused(&program(["run", "--endpoint", url]), &[word]);
    }
}

#[test]
fn a_password_in_an_endpoint_is_not_repeated() {
    for (url, word) in
        [("http://user:hunter2@127.0.0.1:1", "user name or password"), ("http://user:hunter2@:1", "http://HOST:PORT")]
    {
        let ended = program(["run", "--endpoint", url]);
        assert_refused(&ended, &[word]);
        assert!(!ended.shown().contains("hunter2"), "{}", ended.stderr);
    }
}

#[test]
fn a_remote_endpoint_without_credentials_is_a_usage_error_that_names_the_variables() {
    let nowhere = scratch("no-such-file").display().to_string();
    let variables = [("AWS_CONFIG_FILE", nowhere.as_str()), ("AWS_SHARED_CREDENTIALS_FILE", &nowhere)];
    let arguments = ["run", "--endpoint", "http://rc.invalid", "--allow-remote", "rc.invalid"];
    assert_refused(&program_with(arguments, &variables), &["failed to find credentials"]);
}

#[test]
fn a_recorded_history_is_accepted() {
    let ended = program(["judge", &recorded().display().to_string()]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    assert_eq!(ended.stdout, "5 calls judged: 0 violations, 0 differences\n");
}

#[test]
fn a_history_with_one_wrong_answer_violates_a_rule_that_is_named_with_its_call() {
    let path = left_on_the_first_version("violating.ndjson");
    let ended = program(["judge", &path]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{}", ended.stdout);
    for word in [
        "call 4 ListSecretVersionIds violates ROT-",
        "\n  expected ",
        "\n  observed ",
        "5 calls judged: 1 violations of 1 rules",
    ] {
        assert!(ended.stdout.contains(word), "{word} is not in {}", ended.stdout);
    }
    assert!(!ended.stdout.contains("world:"), "{}", ended.stdout);
}

#[test]
fn judge_explains_with_the_worlds_and_the_rule_that_excludes_each() {
    let path = left_on_the_first_version("explained.ndjson");
    let ended = program(["judge", "--explain", &path]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for word in ["\n  world: ", "\n    outcome: ", "\n    excluded, since ROT-"] {
        assert!(ended.stdout.contains(word), "{word} is not in {}", ended.stdout);
    }
}

/// A deletion from 100 to 400 µs, and two reads beside it, of which the second does not see what the first sees.
fn read_that_goes_back(name: &str) -> String {
    let id = "00000000-0000-4000-8000-000000000001";
    let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:s-AbCdEf";
    let call = |number: u32, op: &str, request: Value, at: [u64; 2], answer: Value| {
        let [called, returned] = at;
        let line = json!({
            "call": number, "op": op, "request": request, "called_us": called, "returned_us": returned, "answer": answer,
        });
        line.to_string()
    };
    let made = json!({ "Name": "s", "ClientRequestToken": id, "SecretString": "a" });
    let secret = json!({ "SecretId": "s" });
    let value = json!({
        "ARN": arn, "Name": "s", "VersionId": id, "SecretString": "a", "VersionStages": ["AWSCURRENT"], "CreatedDate": 1.7e9,
    });
    let ok = |body: Value| json!({ "status": 200, "body": body });
    let marked = json!({ "status": 400, "body": { "__type": "InvalidRequestException", "Message": "marked" } });
    let lines = [
        call(1, "CreateSecret", made, [0, 10], ok(json!({ "ARN": arn, "Name": "s", "VersionId": id }))),
        call(
            2,
            "DeleteSecret",
            secret.clone(),
            [100, 400],
            ok(json!({ "ARN": arn, "Name": "s", "DeletionDate": 1.703e9 })),
        ),
        call(3, "GetSecretValue", secret.clone(), [150, 200], marked),
        call(4, "GetSecretValue", secret, [250, 300], ok(value)),
    ];
    let path = scratch(name);
    fs::write(&path, lines.join("\n")).unwrap();
    path.display().to_string()
}

#[test]
fn judge_explains_which_order_of_overlapping_calls_failed_at_which_fact() {
    let path = read_that_goes_back("overlapping.ndjson");
    assert_eq!(program(["judge", &path]).code, Some(0));
    let ended = program(["judge", "--strict", "--explain", &path]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for word in [
        "call 4 GetSecretValue violates ROT-CONC-011",
        "\n    call 2 DeleteSecret, 100 to 400 µs\n    call 3 GetSecretValue, 150 to 200 µs\n",
        "\n  order: 2, 3, 4\n  world: ",
        "\n    excluded, since ROT-ERR-006 demands the request is refused",
    ] {
        assert!(ended.stdout.contains(word), "{word} is not in {}", ended.stdout);
    }
}

#[test]
fn a_history_that_is_not_there_is_a_usage_error_that_names_the_file() {
    let path = scratch("missing.ndjson").display().to_string();
    assert_refused(&program(["judge", &path]), &[&path, "No such file"]);
}

#[test]
fn a_line_that_cannot_be_read_is_a_usage_error_that_names_file_and_line() {
    let broken = |name, line: usize, with: &str| {
        recorded_but(name, |text| {
            let mut lines: Vec<_> = text.lines().collect();
            lines[line - 1] = with;
            lines.join("\n")
        })
    };
    for (name, line, with) in [
        ("no-json.ndjson", 3, "{\"call\":2,"),
        ("no-header.ndjson", 1, "hello"),
        ("no-operation.ndjson", 6, "{\"call\":5}"),
    ] {
        let path = broken(name, line, with);
        assert_refused(&program(["judge", &path]), &[&path, &format!("line {line} ")]);
    }
}

#[test]
fn what_is_no_history_is_a_usage_error_that_says_why() {
    let (empty, garbage) = (scratch("empty.ndjson"), scratch("garbage.ndjson"));
    fs::write(&empty, "\n\n").unwrap();
    fs::write(&garbage, [0xff, 0xfe, 0x00]).unwrap();
    for (path, words) in [(empty, "failed to find a call in "), (garbage, "line 1 of the history: stream did not")] {
        let path = path.display().to_string();
        assert_refused(&program(["judge", &path]), &[&path, words]);
    }
}

#[test]
fn an_error_message_does_not_repeat_a_value_of_the_history() {
    let path = recorded_but("value.ndjson", |text| text.replace("\"secret_string_v0\"", "[\"hunter2\"]"));
    let ended = program(["judge", &path]);
    assert_refused(&ended, &["line 2 ", "SecretString"]);
    assert!(!ended.shown().contains("hunter2"), "{}", ended.stderr);
}

/// Nothing listens at the endpoint: what is refused first is never the endpoint.
#[test]
fn what_cannot_be_written_is_a_usage_error_before_anything_is_sent() {
    let file = scratch("a-file");
    fs::write(&file, "kept").unwrap();
    let below = file.join("result").display().to_string();
    for flag in ["--json", "--junit", "--history", "--snapshots", "--cases-dir", "--repro"] {
        let ended = program(["run", "--endpoint", "http://127.0.0.1:1", flag, &below]);
        assert_refused(&ended, &["failed to write", &file.display().to_string(), "Not a directory"]);
        assert!(!ended.stderr.contains("connection refused"), "{}", ended.stderr);
    }
    let folder = env!("CARGO_TARGET_TMPDIR");
    assert_refused(&program(["run", "--json", folder]), &[folder, "Is a directory"]);
    assert_refused(&program(["selftest", "--json", &below]), &[&below]);
}

#[test]
fn a_file_is_left_as_it_was_by_a_run_that_does_not_start() {
    let (kept, new) = (scratch("kept.json"), scratch("new.xml"));
    fs::write(&kept, "kept").unwrap();
    let files = ["--json", &kept.display().to_string(), "--junit", &new.display().to_string()];
    let ended = program(["run", "--endpoint", "http://127.0.0.1:1"].iter().chain(&files));
    assert_refused(&ended, &["connection refused"]);
    assert_eq!(fs::read_to_string(kept).unwrap(), "kept");
    assert!(!new.exists());
}

#[test]
fn judge_tells_violations_that_are_the_same_once_with_their_count() {
    let path = scratch("alike.ndjson");
    let line = |number: u32, op: &str, body: &str| {
        format!(
            r#"{{"call":{number},"op":"{op}","request":{{"SecretId":"n{number}"}},"answer":{{"status":400,"body":{body},"departures":[]}}}}"#
        )
    };
    let wrong = r#"{"__type":"InvalidRequestException","Message":"no"}"#;
    let right =
        r#"{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}"#;
    let lines = [
        line(1, "GetSecretValue", right),
        line(2, "GetSecretValue", wrong),
        line(3, "GetSecretValue", wrong),
        line(4, "DescribeSecret", wrong),
        line(5, "GetSecretValue", wrong),
    ];
    fs::write(&path, lines.join("\n")).unwrap();
    let ended = program(["judge", &path.display().to_string()]);
    assert_eq!(ended.code, Some(1), "{}", ended.shown());
    for words in [
        "call 2 GetSecretValue violates ROT-ERR-001 (",
        "\n  and 2 times more, last at call 5\n",
        "call 4 DescribeSecret violates ROT-ERR-001 (",
        "\n5 calls judged: 4 violations of 1 rules, 0 differences\n",
        "\none violation may be a consequence of another, which only `run` tells apart\n",
    ] {
        assert!(ended.stdout.contains(words), "{words} is not in {}", ended.stdout);
    }
    assert_eq!(ended.stdout.matches(" violates ").count(), 2, "{}", ended.stdout);
}

#[test]
fn a_run_for_one_rule_says_nothing_of_the_others() {
    let file = scratch("one-rule.json");
    let ended = program(["run", "--rule", "ROT-VAL-003", "--max-calls", "200", "--json", &file.display().to_string()]);
    assert_eq!(ended.code, Some(0), "{}", ended.shown());
    assert!(ended.stdout.contains("ROT-VAL-003: pass, decided by "), "{}", ended.stdout);
    let result = json(&fs::read_to_string(file).unwrap());
    for rule in result["rules"].as_array().unwrap() {
        let is_silent = matches!(rule["status"].as_str().unwrap(), "not-exercised" | "not-applicable");
        assert_eq!(is_silent, rule["id"] != "ROT-VAL-003", "{rule}");
    }
}
