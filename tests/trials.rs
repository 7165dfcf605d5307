//! The trials as `cargo test` runs them: as a process, with its arguments, its environment and its output.
//!
//! This file is both sides: with [`TARGET`] in its environment it is a test of an emulator's author, else it starts
//! itself so and looks at what came of it.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "../examples/emulator.rs"]
mod emulator;
#[path = "support/lying.rs"]
mod lying;
#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::io::{self, Write as _};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use rotation_conformance::client::{Client, Options, parse_endpoint};
use rotation_conformance::endpoint::Endpoint;
use rotation_conformance::history::Reply;
use rotation_conformance::model::{Action, Answer, Body, ErrorType, Form, Functions, Request, ServiceError};
use rotation_conformance::rule::RULES;
use rotation_conformance::service::{Config, Service};
use rotation_conformance::trials::{self, Target};

use lying::{FUNCTION, dying_after, with_inverted_rule};
use program::{Ended, ended, spawned};

/// The variable that says which emulator this process tests.
const TARGET: &str = "TRIALS_OF";

fn main() -> ExitCode {
    match std::env::vars().find(|(name, _)| name == TARGET) {
        Some((_, target)) => test_of_an_author(&target),
        None => libtest_mimic::run(&Arguments::from_args(), tests()).exit_code(),
    }
}

fn test_of_an_author(target: &str) -> ExitCode {
    match target {
        "example" => emulator::main(),
        "inverted" => trials::main(Target::started(async || Ok::<_, String>(with_inverted_rule()))),
        "dying" => trials::main(Target::started(async || Ok::<_, String>(dying_after(60)))),
        "unstartable" => trials::main(Target::started(async || Err::<String, _>("no port is free"))),
        "without function" => trials::main(Target::in_process(Service::new(Config::default()), Functions::default())),
        "hiding" => trials::main(hiding("CancelRotateSecret")),
        "hiding, named" => trials::main(hiding("CancelRotateSecret").without([Action::CancelRotateSecret])),
        "naming what is there" => trials::main(Target::embedded().without([Action::TagResource])),
        "hiding the essential" => trials::main(hiding("RotateSecret")),
        "counted" => counted(),
        other => panic!("{other} is no target"),
    }
}

/// A service without an operation.
struct Hiding(Service, &'static str);

impl Endpoint for Hiding {
    async fn call(&self, request: &Request) -> Reply {
        if request.operation.name() != self.1 {
            return self.0.call(request).await;
        }
        let error = ServiceError { error_type: ErrorType::UnknownOperationException, message: None };
        Reply::Answer(Answer { body: Body::Error(error), form: Form::plain(400), partial: false })
    }
}

fn hiding(operation: &'static str) -> Target {
    let service = Service::new(Config::default());
    let functions = service.functions();
    Target::in_process(Hiding(service, operation), functions)
}

/// An endpoint in process that counts its calls: the one with the inverted rule.
struct Counted(Client, Arc<AtomicU64>);

impl Endpoint for Counted {
    async fn call(&self, request: &Request) -> Reply {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.call(request).await
    }
}

/// Tells on the error output how many calls there were.
fn counted() -> ExitCode {
    let target = parse_endpoint(&with_inverted_rule(), None).unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let endpoint = Counted(Client::new(target, Options::default()).unwrap(), Arc::clone(&calls));
    let functions = Functions { accepted: vec![FUNCTION.into()], missing: Vec::new(), ..Functions::default() };
    let exit = trials::main(Target::in_process(endpoint, functions));
    let _ = writeln!(io::stderr(), "{} calls", calls.load(Ordering::Relaxed));
    exit
}

/// Runs the trials of a target to their end.
fn trials_of(target: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CONFORMANCE_")) {
        command.env_remove(name);
    }
    command.args(arguments).env(TARGET, target).envs(variables.iter().copied());
    ended(spawned(command))
}

/// The line on the outcome of one trial.
fn line<'a>(ended: &'a Ended, rule: &str) -> &'a str {
    let mut lines = ended.stdout.lines().filter(|line| line.starts_with("test ") && line.contains(rule));
    lines.next().unwrap_or_else(|| panic!("no line on {rule} in {ended:?}"))
}

/// The calls that [`counted`] tells.
fn calls_of(ended: &Ended) -> u64 {
    ended.stderr.lines().last().unwrap().trim_end_matches(" calls").parse().unwrap()
}

fn the_list_has_every_rule_and_starts_nothing() {
    let ended = trials_of("unstartable", &["--list"], &[("CONFORMANCE_ENDPOINT", "http://127.0.0.1:1")]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout.lines().filter(|line| line.ends_with(": test")).count(), RULES.len());
    for line in ["ROT-PROG-001: test", "[needs callers] ROT-CONC-004: test", "[derived] ROT-PROG-004: test"] {
        assert!(ended.stdout.lines().any(|found| found == line), "{line} is not in {}", ended.stdout);
    }
}

fn an_emulator_that_is_started_for_the_trials_passes_those_that_are_selected() {
    let ended = trials_of("example", &["ROT-PROG"], &[("CONFORMANCE_CASES", "150")]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    assert!(line(&ended, "ROT-PROG-001").ends_with(" ok"), "{}", ended.stdout);
    let reason = "it needs a function that the endpoint calls and the run plays";
    assert!(line(&ended, "ROT-PROG-008").contains(reason), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("\nrunning 16 tests\n"), "{}", ended.stdout);
}

fn a_violated_rule_fails_its_trial_with_the_finding_and_no_other_trial() {
    let arguments = ["ROT-PROG", "--test-threads", "1"];
    let variables = [("CONFORMANCE_FUNCTION_ARN", FUNCTION), ("CONFORMANCE_CASES", "150")];
    let ended = trials_of("inverted", &arguments, &variables);
    assert_eq!(ended.code, Some(101), "{ended:?}");
    let failed: Vec<_> = ended.stdout.lines().filter(|line| line.ends_with("FAILED")).collect();
    assert_eq!(failed, [line(&ended, "ROT-PROG-001")]);
    for words in [
        "FAIL ROT-PROG-001 RotateSecret is refused while another version is pending",
        "  1. CreateSecret Name=s1",
        "  expected  the request is refused",
        "  observed  accepted",
        "  source    API:RotateSecret",
    ] {
        assert!(ended.stdout.contains(words), "{words} is not in {}", ended.stdout);
    }
}

fn differences_fail_trials_only_if_told_so() {
    for (strict, outcome) in [("0", "ok"), ("1", "FAILED")] {
        let ended = trials_of("inverted", &["--exact", "ROT-WIRE-002"], &[("CONFORMANCE_STRICT", strict)]);
        assert!(line(&ended, "ROT-WIRE-002").ends_with(outcome), "{ended:?}");
    }
}

fn a_trial_that_is_started_alone_makes_a_focused_run() {
    for (rule, outcome) in [("ROT-PROG-001", "FAILED"), ("ROT-PROG-002", "ok"), ("ROT-STATE-001", "ok")] {
        let ended = trials_of("counted", &["--exact", rule], &[]);
        assert!(line(&ended, rule).ends_with(outcome), "{ended:?}");
        assert!((1..=300).contains(&calls_of(&ended)), "{ended:?}");
    }
}

fn an_operation_that_is_missing_fails_one_trial_whichever_way_they_run() {
    let cases = [("CONFORMANCE_CASES", "60")];
    let ended = trials_of("hiding", &[], &cases);
    let failed: Vec<_> = ended.stdout.lines().filter(|line| line.ends_with("FAILED")).collect();
    assert_eq!(failed, [line(&ended, "ROT-WIRE-013")], "{ended:?}");
    let needy = "ignored (not applicable: needs CancelRotateSecret)";
    let rules = ["ROT-LIFE-022", "ROT-CONF-010", "ROT-PROG-010", "ROT-PROG-001", "ROT-IDENT-001"];
    let outcomes = rules.map(|rule| line(&ended, rule).split_once("... ").unwrap().1.to_owned());
    assert!(outcomes.iter().any(|outcome| outcome == needy) && outcomes[3] == "ok", "{outcomes:?}");
    for (rule, outcome) in rules.iter().zip(&outcomes).chain([(&"ROT-WIRE-013", &"FAILED".to_owned())]) {
        let alone = trials_of("hiding", &["--exact", rule], &[]);
        assert!(line(&alone, rule).ends_with(outcome.as_str()), "{rule}: {alone:?}");
    }
}

fn an_operation_that_is_named_fails_none_and_one_that_is_there_is_told() {
    let cases = [("CONFORMANCE_CASES", "60")];
    let by_variable = [cases[0], ("CONFORMANCE_WITHOUT", "CancelRotateSecret")];
    for (target, variables) in [("hiding, named", &cases[..]), ("hiding", &by_variable)] {
        let ended = trials_of(target, &[], variables);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    }
    let ended = trials_of("naming what is there", &["ROT-WIRE"], &cases);
    assert!(ended.stderr.contains("did without: TagResource"), "{ended:?}");
}

fn without_an_essential_operation_no_trial_says_anything() {
    for arguments in [vec!["ROT-STATE-005"], vec!["--exact", "ROT-STATE-005"]] {
        let ended = trials_of("hiding the essential", &arguments, &[]);
        assert!(
            ended.stdout.contains("inconclusive: nothing can be said of a rotation without RotateSecret"),
            "{ended:?}"
        );
    }
}

fn trials_that_share_a_process_share_a_run() {
    let variables = [("CONFORMANCE_JOBS", "1"), ("CONFORMANCE_CASES", "30")];
    let one = calls_of(&trials_of("counted", &["ROT-PROG-001"], &variables));
    let all = calls_of(&trials_of("counted", &[], &variables));
    assert!(one > 300, "{one}");
    assert_eq!(one, all);
}

fn without_a_function_what_needs_one_is_ignored_with_the_reason() {
    let ended = trials_of("without function", &["ROT-"], &[]);
    let ignored = line(&ended, "ROT-PROG-001");
    assert!(ignored.ends_with("ignored (not applicable: the endpoint accepts no function ARN)"), "{ignored}");
    assert!(line(&ended, "ROT-VAL-001").ends_with(" ok"), "{}", ended.stdout);
}

fn a_trial_that_is_never_applicable_says_why_and_starts_nothing() {
    let ended = trials_of("unstartable", &["ROT-CONC-004", "--include-ignored"], &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    let reason = "ignored (not applicable: it needs several callers at once)";
    assert!(line(&ended, "ROT-CONC-004").ends_with(reason), "{}", ended.stdout);
}

fn an_applicable_must_rule_that_nothing_exercised_fails_and_any_other_is_ignored() {
    let ended = trials_of("example", &["ROT-PROG-01"], &[("CONFORMANCE_CASES", "0"), ("CONFORMANCE_MAX_CALLS", "0")]);
    assert_eq!(ended.code, Some(101), "{ended:?}");
    assert!(line(&ended, "ROT-PROG-014").ends_with("FAILED"), "{}", ended.stdout);
    assert!(ended.stdout.contains("not exercised: ROT-PROG-014 is a MUST rule"), "{}", ended.stdout);
    assert!(line(&ended, "ROT-PROG-010").ends_with("ignored (not exercised)"), "{}", ended.stdout);
}

fn an_endpoint_that_dies_or_never_was_there_passes_no_trial() {
    let variables = [("CONFORMANCE_FUNCTION_ARN", FUNCTION), ("CONFORMANCE_TIMEOUT", "1s")];
    let unreachable = [("CONFORMANCE_ENDPOINT", "http://127.0.0.1:1")];
    for (target, variables, words) in [
        ("dying", &variables[..], "inconclusive: the endpoint stopped answering"),
        ("example", &unreachable, "failed to reach http://127.0.0.1:1: connection refused"),
        ("unstartable", &[], "failed to start the emulator: no port is free"),
    ] {
        let ended = trials_of(target, &["ROT-VAL-0"], variables);
        assert_eq!(ended.code, Some(101), "{ended:?}");
        assert!(ended.stdout.contains(words), "{words} is not in {}", ended.stdout);
        assert!(ended.stdout.contains("test result: FAILED. 0 passed"), "{}", ended.stdout);
    }
}

fn a_variable_that_is_wrong_is_named_before_anything_runs() {
    for (name, value, words) in [
        ("CONFORMANCE_SEED", "blue", "error: failed to read CONFORMANCE_SEED: invalid digit found in string\n"),
        ("CONFORMANCE_SEDE", "7", "error: failed to read CONFORMANCE_SEDE: there is no such setting; there are "),
    ] {
        let ended = trials_of("example", &["ROT-VAL-001"], &[(name, value)]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert!(ended.stderr.starts_with(words), "{}", ended.stderr);
    }
}

fn tests() -> Vec<Trial> {
    macro_rules! trials {
        ($($name:ident),* $(,)?) => { vec![$(Trial::test(stringify!($name), || { $name(); Ok::<_, Failed>(()) })),*] };
    }
    trials![
        the_list_has_every_rule_and_starts_nothing,
        an_emulator_that_is_started_for_the_trials_passes_those_that_are_selected,
        a_violated_rule_fails_its_trial_with_the_finding_and_no_other_trial,
        differences_fail_trials_only_if_told_so,
        a_trial_that_is_started_alone_makes_a_focused_run,
        an_operation_that_is_missing_fails_one_trial_whichever_way_they_run,
        an_operation_that_is_named_fails_none_and_one_that_is_there_is_told,
        without_an_essential_operation_no_trial_says_anything,
        trials_that_share_a_process_share_a_run,
        without_a_function_what_needs_one_is_ignored_with_the_reason,
        a_trial_that_is_never_applicable_says_why_and_starts_nothing,
        an_applicable_must_rule_that_nothing_exercised_fails_and_any_other_is_ignored,
        an_endpoint_that_dies_or_never_was_there_passes_no_trial,
        a_variable_that_is_wrong_is_named_before_anything_runs,
    ]
}
