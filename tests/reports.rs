//! What a run writes: the result as JSON in the form of its schema, as JUnit XML, and in the terminal; also when the
//! endpoint lies, dies, or the run is interrupted.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/lying.rs"]
mod lying;
#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::fs;

use lying::{FUNCTION, dying_after, slow, with_inverted_rule, with_rule_inverted_at_times};
use program::{Ended, interrupted, json, program_with, scratch};
use rotation_conformance::rule::RULES;
use serde_json::{Value, json};

/// What a run left behind: in the terminal, and in its files.
struct Outcome {
    ended: Ended,
    result: Value,
    junit: String,
}

/// The arguments of a small run that writes every report, and the files.
fn arguments(url: Option<&str>, name: &str, more: &[&str]) -> (Vec<String>, [std::path::PathBuf; 2]) {
    let files = [scratch(&format!("{name}.json")), scratch(&format!("{name}.xml"))];
    let [json, junit] = files.each_ref().map(|file| file.display().to_string());
    let mut arguments = vec!["run".to_owned(), "--json".to_owned(), json, "--junit".to_owned(), junit];
    arguments.extend(url.into_iter().flat_map(|url| ["--endpoint".to_owned(), url.to_owned()]));
    arguments.extend(more.iter().map(ToString::to_string));
    (arguments, files)
}

fn outcome(ended: Ended, [result, junit]: [std::path::PathBuf; 2]) -> Outcome {
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    Outcome { ended, result: json(&fs::read_to_string(result).unwrap()), junit: fs::read_to_string(junit).unwrap() }
}

fn run(url: Option<&str>, name: &str, more: &[&str]) -> Outcome {
    let (arguments, files) = arguments(url, name, more);
    outcome(program_with(arguments, &[]), files)
}

fn run_on_the_inverted_rule(name: &str, more: &[&str]) -> Outcome {
    run(Some(&with_inverted_rule()), name, &[&["--cases", "40", "--function-arn", FUNCTION], more].concat())
}

/// The schema as the program prints it.
fn schema() -> Value {
    let ended = program_with(["schema"], &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    json(&ended.stdout)
}

/// Where a value is not of the form that the schema gives.
fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn assert_valid(result: &Value) {
    assert_eq!(faults(&schema(), result), Vec::<String>::new());
}

fn findings(result: &Value) -> Vec<&Value> {
    let rules = result["rules"].as_array().unwrap().iter();
    rules.flat_map(|rule| rule["findings"].as_array().unwrap()).collect()
}

fn rule<'a>(result: &'a Value, id: &str) -> &'a Value {
    result["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap()
}

#[test]
fn the_schema_is_one_of_the_draft_that_it_names() {
    assert!(jsonschema::meta::is_valid(&schema()));
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn the_result_of_a_conforming_endpoint_is_of_the_schema() {
    let outcome = run(None, "conforming", &["--cases", "20"]);
    assert_eq!(outcome.ended.code, Some(0), "{}", outcome.ended.shown());
    assert_valid(&outcome.result);
    assert_eq!(outcome.result["ending"], json!({"kind": "complete"}));
    assert!(outcome.junit.contains("failures=\"0\" errors=\"0\""), "{}", &outcome.junit[..500]);
}

#[test]
fn the_result_with_findings_is_of_the_schema_and_each_says_what_a_replay_needs() {
    let Outcome { ended, result, .. } = run_on_the_inverted_rule("findings", &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.shown());
    assert_valid(&result);
    assert_eq!(rule(&result, "ROT-PROG-001")["status"], "fail");
    let finding_schema = json!({ "$ref": "#/$defs/finding", "$defs": schema()["$defs"] });
    for finding in findings(&result) {
        assert_eq!(faults(&finding_schema, finding), Vec::<String>::new());
        let names_a_function = finding["case"].to_string().contains("\"$function\"");
        let needs = finding["needs"].as_array().unwrap();
        assert_eq!(needs.contains(&json!("function")), names_a_function, "{finding}");
        assert_eq!(finding["length"], finding["case"].as_array().unwrap().len());
    }
}

#[test]
fn the_schema_refuses_what_no_run_writes() {
    let result = run(None, "refused", &["--cases", "1"]).result;
    let schema = schema();
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/ending/kind", json!("died")),
        ("/calls/total", json!(-1)),
        ("/rules/0/status", json!("green")),
        ("/rules/0/level", json!("MAY")),
        ("/rules/0/findings", json!([{}])),
        ("/rules", json!([])),
    ] {
        let mut changed = result.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert_ne!(faults(&schema, &changed), Vec::<String>::new(), "{pointer}");
    }
    let mut more = result.clone();
    more["paint"] = json!(1);
    assert_eq!(faults(&schema, &more).len(), 1);
}

#[test]
fn everything_is_written_when_the_endpoint_dies() {
    let Outcome { ended, result, junit } = run(Some(&dying_after(300)), "died", &["--cases", "60", "--timeout", "1"]);
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    assert_valid(&result);
    assert_eq!(result["ending"]["kind"], "died");
    assert!(result["calls"]["find"].as_u64().unwrap() > 100);
    assert!(junit.contains("<testsuite name=\"ROT-PROG\""));
    let words = ": inconclusive, which is no pass (the endpoint stopped answering): 0 rules";
    assert!(ended.stdout.contains(words), "{}", ended.stdout);
}

#[test]
fn everything_is_written_when_the_run_is_interrupted() {
    for signal in ["INT", "TERM"] {
        let (asked, files) = arguments(Some(&slow()), signal, &["--cases", "100000"]);
        let Outcome { ended, result, junit } = outcome(interrupted(asked, signal), files);
        assert_eq!(ended.code, Some(3), "{}", ended.shown());
        assert_valid(&result);
        assert_eq!((&result["ending"]["kind"], &result["left"]), (&json!("interrupted"), &json!([])));
        let words = [": inconclusive, which is no pass (the run was interrupted): 0 rules", "\ninterrupted; "];
        assert!(words.iter().all(|words| ended.stdout.contains(words)), "{}", ended.stdout);
        assert!(junit.ends_with("</testsuites>\n"));
    }
}

/// The test of a rule: the element with all that is in it.
fn test_case<'a>(junit: &'a str, id: &str) -> &'a str {
    let (_, from) = junit.split_once(&format!("<testcase name=\"{id} ")).unwrap();
    from.split("<testcase").next().unwrap()
}

#[test]
fn junit_has_a_suite_for_each_family_and_a_test_for_each_rule() {
    let Outcome { result, junit, .. } = run_on_the_inverted_rule("junit", &[]);
    assert_eq!((junit.matches("<testsuite ").count(), junit.matches("<testcase ").count()), (11, RULES.len()));
    let with_status = |status| result["rules"].as_array().unwrap().iter().filter(|it| it["status"] == status).count();
    assert_eq!(junit.matches("<failure ").count(), with_status("fail"));
    let skipped: usize = ["not-applicable", "not-exercised", "consequence"].map(with_status).iter().sum();
    assert_eq!(junit.matches("<skipped ").count(), skipped);
    let failed = test_case(&junit, "ROT-PROG-001");
    for word in ["<failure message=\"expected the request is refused, observed accepted\"", "1. CreateSecret Name=s1"] {
        assert!(failed.contains(word), "{word} is not in {failed}");
    }
}

#[test]
fn junit_says_why_a_rule_was_skipped() {
    let junit = run(None, "skipped", &["--cases", "1", "--no-quotas"]).junit;
    for (id, reason) in [
        ("ROT-CONC-004", "not applicable: it needs several callers at once"),
        ("ROT-IDENT-008", "not applicable: checkable no ("),
        ("ROT-WIRE-001", "not applicable: checkable no ("),
    ] {
        let skipped = test_case(&junit, id);
        assert!(skipped.contains(&format!("<skipped message=\"{reason}")), "{skipped}");
    }
    assert!(junit.contains("not exercised (MUST): a MUST rule that applies and was decided by no answer of this run"));
}

#[test]
fn differences_fail_in_junit_only_where_they_fail_the_run() {
    let plain = run_on_the_inverted_rule("plain", &[]);
    let strict = run_on_the_inverted_rule("strict", &["--strict"]);
    let failures = |outcome: &Outcome| outcome.junit.matches("<failure ").count();
    let differing = plain.result["rules"].as_array().unwrap().iter().filter(|rule| rule["status"] == "differs").count();
    assert!(differing > 0, "{}", plain.ended.stdout);
    assert_eq!(failures(&strict), failures(&plain) + differing);
}

#[test]
fn the_summary_fits_a_terminal_and_names_the_must_rules_that_were_not_exercised() {
    let stdout = run_on_the_inverted_rule("terminal", &[]).ended.stdout;
    let is_wide = |line: &&str| line.chars().count() > 100 && !line.starts_with("  replay ");
    let wide: Vec<_> = stdout.lines().filter(is_wide).collect();
    assert_eq!(wide, Vec::<&str>::new());
    let heading = stdout.lines().find(|line| line.starts_with("rules ")).unwrap();
    for word in ["passed", "observed", "differs", "failed", "not exercised", "not applicable"] {
        assert!(heading.contains(word), "{heading}");
    }
    let brief = run(None, "brief", &["--cases", "1", "--no-quotas"]).ended.stdout;
    assert!(brief.contains("MUST rules that apply and were not exercised: ROT-"), "{brief}");
}

/// The file takes nothing, which shows only when something is written.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_at_the_end_is_named_and_the_others_are_written() {
    let junit = scratch("written.xml");
    let arguments = ["run", "--cases", "1", "--json", "/dev/full", "--junit", &junit.display().to_string()];
    let ended = program_with(arguments, &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.shown());
    assert!(ended.stderr.contains("failed to write /dev/full"), "{}", ended.stderr);
    assert!(fs::read_to_string(junit).unwrap().ends_with("</testsuites>\n"));
}

#[test]
fn what_differs_comes_first_then_what_fails_in_full_then_the_summary() {
    let stdout = run_on_the_inverted_rule("order", &[]).ended.stdout;
    let places = [
        "\ndiffers (",
        "\n  ROT-WIRE-002   ",
        "\nFAIL ROT-PROG-001 ",
        "\nrules ",
        "\nfailed\n",
        "\n  ROT-PROG-001   RotateSecret is refused while another version is pending: RotateSecret\n",
        " rules failed, ",
    ];
    let found = places.map(|words| stdout.rfind(words).unwrap_or_else(|| panic!("{words} is not in {stdout}")));
    assert!(found.is_sorted(), "{found:?} in {stdout}");
    let strict = run_on_the_inverted_rule("strict-order", &["--strict"]).ended.stdout;
    assert!(strict.contains("\nDIFFERS ROT-WIRE-002 ") && !strict.contains("\ndiffers ("), "{strict}");
    assert!(strict.contains(" differ (which fails too, by --strict)"), "{strict}");
}

#[test]
fn where_something_fails_at_times_the_report_says_how_to_leave_out_the_cases_beside_it() {
    let hint = "--jobs 1 runs one after the other\n";
    let more = ["--cases", "20", "--function-arn", FUNCTION];
    let at_times = run(Some(&with_rule_inverted_at_times()), "at-times", &more).ended;
    assert!(at_times.stdout.contains("failed at times") && at_times.stdout.contains(hint), "{}", at_times.shown());
    let always = run_on_the_inverted_rule("always", &[]).ended;
    assert!(always.stdout.contains("FAIL ") && !always.stdout.contains(hint), "{}", always.shown());
}

#[test]
fn scripts_are_written_for_what_fails_and_the_report_names_them() {
    let folder = scratch("scripts");
    let stdout = run_on_the_inverted_rule("scripts", &["--repro", &folder.display().to_string()]).ended.stdout;
    let command = stdout.lines().find_map(|line| line.strip_prefix("  script    bash ")).unwrap();
    let script = fs::read_to_string(command).unwrap();
    assert!(script.starts_with("#!/usr/bin/env bash\n# ROT-PROG-001 "), "{script}");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let of_the_rule = names.iter().filter(|name| name.starts_with("ROT-PROG-001-")).count();
    assert!(of_the_rule >= 2 && names.iter().all(|name| !name.starts_with("ROT-WIRE-002")), "{names:?}");
    assert!(names[0].ends_with(".aws.sh") && names[1].ends_with(".curl.sh"), "{names:?}");
}
