//! No rule passes in a run whose history `judge` finds to violate it: a pass was decided.

#![expect(clippy::unwrap_used, reason = "a history that is not as it was written fails the test")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use rotation_conformance::endpoint::Stop;
use rotation_conformance::history::Call;
use rotation_conformance::judge::{self, Judge};
use rotation_conformance::model::Functions;
use rotation_conformance::record::{self, Header};
use rotation_conformance::recorder::Recorder;
use rotation_conformance::report::{self, Heading};
use rotation_conformance::rule::{Level, RULES, Rule, RuleId};
use rotation_conformance::runner::{Enough, Fixed, Options, Run, RunResult};
use rotation_conformance::service::{Config, Defect, Service};
use rotation_conformance::verdict::Status;

/// A file in memory.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A run against a service with a defect, and what `--history` writes of it.
async fn recorded(defect: Defect, options: Options) -> (RunResult, Functions, Vec<Call>) {
    let service = Service::new(Config { defects: vec![defect], ..Config::default() });
    let (functions, tape) = (service.functions(), Tape::default());
    let recorder = Recorder::new(service, tape.clone(), &Header::default()).unwrap();
    let options = Options { jobs: 1, functions: functions.clone(), ..options };
    let result = Run::new(Arc::new(recorder), options, Stop::default()).run().await;
    let (_, calls) = record::read(tape.0.lock().unwrap().as_slice()).unwrap();
    (result, functions, calls)
}

/// The rules that a history contradicts, each with a call that shows it.
fn contradicted(functions: Functions, calls: &[Call]) -> BTreeMap<RuleId, u32> {
    let mut judge = Judge::new(judge::Options { functions, ..judge::Options::default() });
    let violations = judge.judge_all(calls);
    let rules = violations.iter().flat_map(|it| it.also.iter().copied().chain([it.rule]).map(|rule| (rule, it.call)));
    rules.collect()
}

/// The rules of which the run says less than its history shows.
async fn passed_over(defect: Defect, options: Options) -> Vec<String> {
    let (result, functions, calls) = recorded(defect, options).await;
    let is_told = |status| status > Status::Observed;
    let contradicted = contradicted(functions, &calls).into_iter();
    let passed_over = contradicted.filter(|(rule, _)| !is_told(result.status(*rule)));
    let words = |(rule, call): (RuleId, u32)| format!("{defect}: {rule} {}, {call}", result.status(rule).as_str());
    passed_over.map(words).chain(own_causes(defect, &result)).collect()
}

/// What is said to be a consequence of nothing but itself was seen and not examined.
fn own_causes(defect: Defect, result: &RunResult) -> Vec<String> {
    let own = result.consequences.iter().filter(|(rule, cause)| rule == cause);
    own.map(|(rule, _)| format!("{defect}: {rule} of itself")).collect()
}

/// A rule that another's violation kept from being decided is told as such in every report, and as decided in none.
#[tokio::test]
async fn a_consequence_is_told_in_every_report_and_is_decided_in_none() {
    let defect = "current-lost-to-pending".parse().unwrap();
    let (result, ..) = recorded(defect, of_a_few_cases()).await;
    let all = || RULES.iter().filter(|rule| result.status(rule.id) == Status::Consequence);
    let rule = all().find(|rule| matches!(rule.level, Level::Must)).unwrap();
    let cause = result.cause(rule.id).unwrap();
    assert!(result.findings_of(cause).next().is_some() && result.findings_of(rule.id).next().is_none());
    assert_eq!((result.decided(rule.id), result.exercise.checked(rule.id) > 0), (0, true));
    assert!(result.unexercised(&[Level::Must]).contains(&rule.name));
    assert!(result.failing(false).all(|finding| finding.violation.rule != rule.id));

    let words = format!("consequence of {cause}");
    let json = report::to_json(&heading(), &result);
    let json = json["rules"].as_array().unwrap().iter().find(|it| it["id"] == rule.name).unwrap();
    assert_eq!((&json["status"], &json["checked"]), (&"consequence".into(), &0.into()));
    assert_eq!(json["consequence_of"], cause.as_str());
    let junit = report::to_junit(&heading(), &result).unwrap();
    let shown = junit.split("<testcase ").find(|case| case.starts_with(&format!("name=\"{}", rule.name))).unwrap();
    assert!(shown.contains(&format!("<skipped message=\"{words}")), "{shown}");
    let text = report::to_text(&heading(), &result);
    let (_, consequences) = text.split_once("\nconsequences of these").unwrap();
    let line = consequences.lines().find(|line| line.trim_start().starts_with(cause.as_str())).unwrap();
    assert!(line.contains(rule.name), "{text}");
    let counted = format!("{} contradicted as a consequence", all().count());
    assert!(text.replace("\n  ", " ").contains(&counted), "{text}");

    let only = RunResult { only: Some(rule.id), ..result.clone() };
    assert!(report::to_text(&heading(), &only).contains(&format!("{}: {words}, decided by 0 answers", rule.name)));
    assert!(!only.has_decided());
}

/// What was found after another rule's violation alone is told beneath that, and fails nothing; unless nothing else does.
#[tokio::test]
async fn a_finding_that_is_a_consequence_stands_beneath_its_cause_and_fails_nothing() {
    let (mut result, ..) = recorded("current-lost-to-pending".parse().unwrap(), of_a_few_cases()).await;
    result.consequences.clear();
    let cause = result.failing(false).next().unwrap().violation.rule;
    let is_free = |rule: &&Rule| result.findings_of(rule.id).next().is_none() && result.status(rule.id) == Status::Pass;
    let rule = RULES.iter().find(is_free).unwrap().id;
    let mut finding = result.findings_of(cause).next().unwrap().clone();
    (finding.violation.rule, finding.after) = (rule, Some(cause));
    result.findings.push(finding);
    assert_eq!((result.status(rule), result.cause(rule)), (Status::Consequence, Some(cause)));
    assert!(result.failing(false).all(|it| it.violation.rule != rule));
    let text = report::to_text(&heading(), &result);
    let [first, second] = [format!("\nFAIL {cause} "), format!("\nconsequences of {cause}, ")].map(|it| text.find(&it));
    assert!(first.unwrap() < second.unwrap() && !text.contains(&format!("FAIL {rule}")), "{text}");

    result.findings.retain(|it| it.violation.rule != cause);
    assert_eq!((result.status(rule), result.failing(false).count() > 0), (Status::Fail, true));
    let focused = RunResult { only: Some(rule), ..result };
    assert_eq!((focused.status(rule), focused.failing(false).count()), (Status::Consequence, 0));
}

fn heading() -> Heading {
    Heading {
        endpoint: "the reference service".to_owned(),
        seed: 0,
        duration_ms: 1,
        strict: false,
        result_file: None,
        repro: None,
        is_tour: false,
    }
}

fn of_a_few_cases() -> Options {
    Options { cases: 4, fixed: Vec::new(), shrink_calls: 20, ..Options::default() }
}

fn of_a_whole_run() -> Options {
    Options { cases: 300, max_calls: 4_000, enough: Enough::Never, fixed: Fixed::ALL.to_vec(), ..Options::default() }
}

fn all() -> Vec<Defect> {
    Defect::named().chain(Defect::generated()).collect()
}

#[tokio::test]
async fn no_rule_passes_that_judge_finds_violated_in_the_history_of_the_run() {
    let mut all_passed_over = Vec::new();
    for defect in all().into_iter().step_by(61) {
        all_passed_over.extend(passed_over(defect, of_a_few_cases()).await);
    }
    assert_eq!(all_passed_over, Vec::<String>::new());
}

#[tokio::test]
#[ignore = "takes minutes, in a release build too"]
async fn no_rule_passes_that_judge_finds_violated_in_the_history_of_a_whole_run_whatever_the_defect() {
    let mut all_passed_over = Vec::new();
    for defect in all() {
        all_passed_over.extend(passed_over(defect, of_a_whole_run()).await);
    }
    assert_eq!(all_passed_over, Vec::<String>::new());
}
