//! Replaying what a run has written: at the endpoint that it came from, at one where it is fixed, and what is no
//! result.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/lying.rs"]
mod lying;
#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::sync::LazyLock;

use lying::{FUNCTION, dying_after, throttling, with_inverted_rule, with_rule_inverted_at_times};
use program::{Ended, json, program_with, scratch};
use serde_json::Value;

/// What is known of one run at an endpoint that breaks one rule.
struct Found {
    url: String,
    /// The file of the result.
    file: String,
    report: String,
}

static FOUND: LazyLock<Found> = LazyLock::new(|| found("ROT-PROG-001", 1));

/// A run for the findings of one rule, which ends with this code.
fn found(rule: &str, code: i32) -> Found {
    let (url, file) = (with_inverted_rule(), scratch(&format!("{rule}.json")).display().to_string());
    let bounds = ["--rule", rule, "--cases", "40", "--max-calls", "400", "--function-arn", FUNCTION];
    let ended = program_with(["run", "--endpoint", &url, "--json", &file].iter().chain(&bounds), &[]);
    assert_eq!(ended.code, Some(code), "{}", ended.shown());
    Found { url, file, report: ended.stdout }
}

fn replay(file: &str, more: &[&str]) -> Ended {
    let ended = program_with([&["replay", file, "--function-arn", FUNCTION], more].concat(), &[]);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

/// The finding of ROT-PROG-001, as JSON.
fn finding() -> Value {
    let result = json(&fs::read_to_string(&FOUND.file).unwrap());
    let rules = result["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["id"] == "ROT-PROG-001").unwrap()["findings"][0].clone()
}

fn written(name: &str, text: &str) -> String {
    let file = scratch(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn a_finding_still_fails_where_it_was_found_and_the_report_names_the_command_that_says_so() {
    assert!(!FOUND.report.contains("no rule passed"), "{}", FOUND.report);
    let command = FOUND.report.lines().find_map(|line| line.strip_prefix("  replay    rotation-conformance ")).unwrap();
    let ended = program_with(command.split(' ').chain(["--function-arn", FUNCTION]), &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{}", ended.shown());
    let line = "still fails   ROT-PROG-001 RotateSecret: expected the request is refused, observed accepted\n";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("FAIL ROT-PROG-001 "), "{}", ended.stdout);
    assert!(ended.stdout.contains("seen in 3 of 3 replays"), "{}", ended.stdout);
}

#[test]
fn without_an_endpoint_findings_are_replayed_where_they_were_found() {
    assert_eq!(replay(&FOUND.file, &["--rule", "rot-prog-001", "--times", "1"]).code, Some(1));
}

#[test]
fn findings_are_fixed_where_the_endpoint_is_right() {
    let ended = replay(&FOUND.file, &["--endpoint", &dying_after(usize::MAX)]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.shown());
    assert!(ended.stdout.contains("fixed         ROT-PROG-001 RotateSecret: "), "{}", ended.stdout);
    assert!(!ended.stdout.contains("still"), "{}", ended.stdout);
}

#[test]
fn what_fails_at_times_is_intermittent() {
    let file = written("one.json", &finding().to_string());
    let ended = replay(&file, &["--endpoint", &with_rule_inverted_at_times(), "--times", "4"]);
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert!(ended.stdout.contains("intermittent  ROT-PROG-001 RotateSecret: 2 of 4: expected "), "{}", ended.stdout);
}

#[test]
fn an_endpoint_that_dies_or_throttles_fixes_nothing() {
    for url in [dying_after(2), throttling()] {
        let ended = replay(&FOUND.file, &["--endpoint", &url, "--timeout", "1"]);
        assert_eq!(ended.code, Some(3), "{}", ended.shown());
        let line = "inconclusive  ROT-PROG-001 RotateSecret: the endpoint did not answer a call, or had no time for it";
        assert!(ended.stdout.contains(line), "{}", ended.stdout);
    }
}

#[test]
fn a_finding_alone_can_be_replayed_at_an_endpoint_that_is_named() {
    let file = written("alone.json", &finding().to_string());
    assert_eq!(replay(&file, &["--endpoint", &FOUND.url]).code, Some(1));
    let nowhere = replay(&file, &[]);
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.shown());
    assert!(nowhere.stderr.contains("--endpoint URL"), "{}", nowhere.stderr);
}

#[test]
fn a_finding_that_needs_a_function_is_inconclusive_where_there_is_none() {
    let ended = program_with(["replay", &FOUND.file], &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert!(ended.stdout.contains("it needs the ARN of a function that the endpoint accepts"), "{}", ended.stdout);
}

#[test]
fn differences_count_if_it_is_strict() {
    let file = &found("ROT-WIRE-002", 0).file;
    let plain = replay(file, &[]);
    assert_eq!(plain.code, Some(0), "{}", plain.shown());
    assert!(plain.stdout.contains("still differs ROT-WIRE-002 "), "{}", plain.stdout);
    assert_eq!(replay(file, &["--strict"]).code, Some(1));
}

#[test]
fn a_file_that_is_no_result_is_a_usage_error_that_says_what_to_do() {
    let missing = scratch("missing.json").display().to_string();
    for (file, words) in [
        (missing.clone(), "No such file"),
        (written("empty.json", ""), "it is no JSON"),
        (written("broken.json", "{\"schema_version\": 1,"), "it is no JSON: line 1"),
        (written("foreign.json", "{\"hello\": 1}"), "neither a result of `--json` nor one of its findings"),
        (written("version.json", "{\"schema_version\": 9}"), "has schema version 9 and this build reads 1: run again"),
        (written("form.json", "{\"schema_version\": 1}"), "not of the form that `rotation-conformance schema` prints"),
        (written("binary.json", "\u{0}\u{1}"), "it is no JSON"),
        (written("deep.json", &"[".repeat(10_000)), "it is no JSON"),
    ] {
        let ended = replay(&file, &["--endpoint", "http://127.0.0.1:1"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.shown());
        assert!(ended.stderr.starts_with("error: failed to read ") && ended.stderr.contains(&file), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{words} is not in {}", ended.stderr);
    }
}

#[test]
fn a_rule_without_findings_in_the_file_is_a_usage_error() {
    let ended = replay(&FOUND.file, &["--rule", "ROT-IDENT-003"]);
    assert_eq!(ended.code, Some(2), "{}", ended.shown());
    assert!(ended.stderr.contains("failed to find a finding of ROT-IDENT-003 in "), "{}", ended.stderr);
}
