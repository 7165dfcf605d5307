//! What a run promises whatever it finds: its requests do not depend on how many cases run at once, it leaves nothing
//! behind, and it ends when it is told to.

#![expect(clippy::unwrap_used, reason = "a run that cannot be looked at fails the test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rotation_conformance::endpoint::{Endpoint, Stop};
use rotation_conformance::history::{Fate, Reply, Silence};
use rotation_conformance::model::{Functions, Request};
use rotation_conformance::rule::{RULES, RuleId};
use rotation_conformance::runner::{Conclusion, Ending, Enough, Options, Run, RunResult};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::strategy::Case;
use rotation_conformance::verdict::Status;

/// What every name of these runs starts with.
const PREFIX: &str = "rc-same";

/// The reference service, with a log of what it was asked and a switch that is thrown after so many calls.
struct Watched {
    service: Service,
    log: Mutex<Vec<String>>,
    calls: AtomicU64,
    stop: Stop,
    stop_after: u64,
}

impl Endpoint for Watched {
    async fn call(&self, request: &Request) -> Reply {
        self.log.lock().unwrap().push(serde_json::to_string(request).unwrap());
        if self.calls.fetch_add(1, Ordering::Relaxed) >= self.stop_after {
            self.stop.set();
        }
        // Lets the other cases go on in between.
        tokio::task::yield_now().await;
        self.service.call(request).await
    }
}

/// The reference service behind a line that delays every answer a little and loses one of nine: every other one of
/// these before the service has seen the request.
struct Lossy {
    service: Service,
    calls: AtomicU64,
}

impl Endpoint for Lossy {
    async fn call(&self, request: &Request) -> Reply {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_micros(number % 300)).await;
        let lost = || Reply::Nothing(Silence { request: Fate::Unknown, cause: "the line is bad".to_owned() });
        match number % 18 {
            0 => lost(),
            9 => {
                self.service.call(request).await;
                lost()
            }
            _ => self.service.call(request).await,
        }
    }
}

async fn watched(options: Options, stop_after: u64) -> (RunResult, Arc<Watched>) {
    watched_with(Config::default(), options, stop_after).await
}

async fn watched_with(config: Config, options: Options, stop_after: u64) -> (RunResult, Arc<Watched>) {
    let service = Service::new(config);
    let functions = Functions {
        accepted: vec![service.register_function("f")],
        missing: vec![service.function_arn("g").into()],
        ..Functions::default()
    };
    let stop = Stop::default();
    let log = Mutex::new(Vec::new());
    let watched = Arc::new(Watched { service, log, calls: AtomicU64::new(0), stop: stop.clone(), stop_after });
    let options = Options { functions, prefix: PREFIX.to_owned(), ..options };
    let result = Run::new(Arc::clone(&watched), options, stop).run().await;
    (result, watched)
}

/// The requests of each case in their order, without the random ends of ARNs. A request that names no secret belongs to
/// no case and is left out.
fn requests_by_case(log: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut by_case: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in log {
        let Some((_, after)) = request.split_once(&format!("{PREFIX}-")) else { continue };
        let case = after.split(|end: char| !end.is_ascii_alphanumeric()).next().unwrap().to_owned();
        by_case.entry(case).or_default().push(without_suffixes(request));
    }
    by_case
}

fn without_suffixes(request: &str) -> String {
    let has_suffix = |part: &str| part.contains(PREFIX) && part.rsplit_once('-').is_some_and(|(_, end)| end.len() == 6);
    let mut parts = request.split('"').map(|part| match has_suffix(part) {
        true => &part[..part.len() - 7],
        false => part,
    });
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "\"" + part)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_requests_of_a_case_do_not_depend_on_how_many_run_at_once() {
    let mut logs = Vec::new();
    for jobs in [1, 8] {
        let options = Options { jobs, cases: 150, quiet_calls: u64::MAX, ..Options::default() };
        let (result, watched) = watched(options, u64::MAX).await;
        assert_eq!(result.findings.len(), 0);
        logs.push(requests_by_case(&watched.log.lock().unwrap()));
    }
    assert!(logs[0].len() >= 140, "{} cases", logs[0].len());
    assert!(logs[0].keys().eq(logs[1].keys()));
    for (case, requests) in &logs[0] {
        assert_eq!(*requests, logs[1][case], "case {case}");
    }
}

#[tokio::test]
async fn a_run_leaves_nothing_behind() {
    let (result, watched) = watched(Options { cases: 60, ..Options::default() }, u64::MAX).await;
    assert_eq!(result.ending, Ending::Complete);
    assert!(result.calls.clean > 0);
    assert_eq!((watched.service.secret_count(), result.left), (0, vec![]));
}

#[tokio::test]
async fn an_interrupted_run_leaves_nothing_behind_and_tells_what_it_learned() {
    let (result, watched) = watched(Options { cases: 500, ..Options::default() }, 200).await;
    assert_eq!(result.ending, Ending::Interrupted);
    assert!(result.cases > 0 && result.calls.total() < 1_000, "{:?}", result.calls);
    assert!(RULES.iter().any(|rule| result.exercise.checked(rule.id) > 0));
    assert_eq!((watched.service.secret_count(), result.left), (0, vec![]));
}

#[tokio::test]
async fn delays_and_lost_answers_are_no_alarm_and_leave_nothing_behind() {
    for seed in [1, 2] {
        let service = Service::new(Config::default());
        let functions =
            Functions { accepted: vec![service.register_function("f")], missing: Vec::new(), ..Functions::default() };
        let lossy = Arc::new(Lossy { service, calls: AtomicU64::new(0) });
        let options = Options { seed, cases: 150, functions, ..Options::default() };
        let result = Run::new(Arc::clone(&lossy), options, Stop::default()).run().await;
        let alarms: Vec<_> = result.findings.iter().map(|finding| &finding.violation.fingerprint).collect();
        assert!(alarms.is_empty(), "seed {seed}: {alarms:?}");
        assert!(result.calls.find > 1_000, "{:?}", result.calls);
        assert_eq!(lossy.service.secret_count(), 0, "seed {seed}");
        // A name that the service refuses to make it refuses to delete too: nobody can tell whether it is there.
        assert!(result.left.iter().all(|name| name.contains(" s8")), "seed {seed}: {:?}", result.left);
    }
}

#[tokio::test]
async fn a_run_ends_when_nothing_new_comes() {
    let options = Options { cases: 1_000_000, max_calls: 1_000_000, quiet_calls: 40, ..Options::default() };
    let (result, _) = watched(options, u64::MAX).await;
    assert_eq!(result.ending, Ending::Complete);
    assert!(result.calls.find < 50_000, "{:?}", result.calls);
}

#[tokio::test]
async fn a_run_for_one_rule_exercises_it_in_few_calls() {
    let options = Options { only: Some(RuleId::Prog001), max_calls: 100, ..Options::default() };
    let (result, _) = watched(options, u64::MAX).await;
    assert!(result.exercise.checked(RuleId::Prog001) > 0);
    assert!(result.calls.total() < 300, "{:?}", result.calls);
}

fn inverted() -> Config {
    Config { defects: vec!["progress-inverted".parse().unwrap()], ..Config::default() }
}

/// What shows only if everything is read after every call is replayed with everything read too.
#[tokio::test]
async fn every_replay_shows_what_a_service_does_each_time() {
    let config = Config { defects: vec!["update-rewrites-value".parse().unwrap()], ..Config::default() };
    let options = Options { seed: 4, jobs: 1, enough: Enough::Seen(1), fixed: Vec::new(), ..Options::default() };
    let (result, _) = watched_with(config, options, u64::MAX).await;
    assert!(result.findings.iter().any(|finding| finding.violation.rule == RuleId::State018));
    let is_settled = |status| matches!(status, Status::Fail | Status::Differs);
    assert!(result.findings.iter().all(|finding| is_settled(finding.status)), "{:?}", result.findings);
}

#[tokio::test]
async fn an_interrupted_run_has_confirmed_what_it_saw_before() {
    for jobs in [1, 4] {
        let (result, watched) = watched_with(inverted(), Options { jobs, ..Options::default() }, 600).await;
        assert_eq!((result.ending.clone(), watched.service.secret_count()), (Ending::Interrupted, 0));
        let found = result.findings_of(RuleId::Prog002).find(|finding| finding.status == Status::Fail);
        let found = found.unwrap_or_else(|| panic!("{:?}", result.findings));
        assert_eq!((found.replays, found.steps.len()), ((2, 2), found.case.steps.len()));
        assert!(found.calls_to_confirm > 0 && result.calls.confirm >= found.calls_to_confirm);
        assert_eq!(result.conclusion(false), Conclusion::Violates);
    }
}

#[tokio::test]
async fn a_run_for_one_rule_stops_once_a_violation_of_it_is_confirmed_unless_it_is_to_go_on() {
    let mut calls = Vec::new();
    for enough in [Enough::Confirmed, Enough::Never] {
        let options = Options { only: Some(RuleId::Prog001), enough, max_calls: 600, ..Options::default() };
        let (result, _) = watched_with(inverted(), options, u64::MAX).await;
        assert_eq!(result.status(RuleId::Prog001), Status::Fail);
        calls.push(result.calls.find);
    }
    assert!(calls[0] < 300 && calls[1] >= 600, "{calls:?}");
}

/// The operations of the findings of a run with one case, which shows in two calls that a rule is violated that one call
/// shows violated too.
async fn found_where_a_shorter_case_is_of_another_kind(shrink_calls: u64) -> Vec<Vec<String>> {
    let case = serde_json::from_str(
        r#"[{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}},
            {"op":"PutSecretValue","request":{"SecretId":"$s1","SecretString":"value-b"}}]"#,
    )
    .expect("written in this test");
    let config = Config { defects: vec!["against:ROT-VAL-005".parse().unwrap()], ..Config::default() };
    let options = Options { saved: vec![case], cases: 0, fixed: Vec::new(), shrink_calls, ..Options::default() };
    let (result, watched) = watched_with(config, options, u64::MAX).await;
    assert_eq!(watched.service.secret_count(), 0);
    let made = watched.log.lock().unwrap().len() as u64;
    assert_eq!(result.calls.total(), made, "every call is counted");
    let operations = |case: &Case| case.steps.iter().map(|step| step.operation.name().to_owned()).collect();
    result.findings_of(RuleId::Val005).map(|finding| operations(&finding.case)).collect()
}

#[tokio::test]
async fn a_violated_rule_has_its_shortest_counterexample_also_where_no_case_was_of_that_kind() {
    let found = found_where_a_shorter_case_is_of_another_kind(Options::default().shrink_calls).await;
    let is_found = |wanted: &[&str]| found.iter().any(|found| found == wanted);
    assert!(is_found(&["CreateSecret", "PutSecretValue"]) && is_found(&["CreateSecret"]), "{found:?}");
}

/// The rules that are blamed for one case against this defect, and the operations of what shows it.
async fn blamed_for(defect: &str, case: &str) -> Vec<(RuleId, Vec<String>)> {
    let case = serde_json::from_str(case).expect("written in this test");
    let config = Config { defects: vec![defect.parse().unwrap()], ..Config::default() };
    let options = Options { saved: vec![case], cases: 0, jobs: 1, fixed: Vec::new(), ..Options::default() };
    let (result, _) = watched_with(config, options, u64::MAX).await;
    let operations = |case: &Case| case.steps.iter().map(|step| step.operation.name().to_owned()).collect();
    result.findings.iter().map(|finding| (finding.violation.rule, operations(&finding.case))).collect()
}

#[tokio::test]
async fn a_refusal_is_not_blamed_for_what_is_so_without_it() {
    let case = r#"[
        {"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}},
        {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b","VersionStages":["BLUE"]}},
        {"op":"RotateSecret","request":{"SecretId":"$s1"}},
        {"op":"DescribeSecret","request":{"SecretId":"$s1"}}]"#;
    let blamed = blamed_for("describe-hides-custom-labels", case).await;
    let shortest = ["CreateSecret", "PutSecretValue", "DescribeSecret"].map(str::to_owned).to_vec();
    assert_eq!(blamed, [(RuleId::State008, shortest)]);
}

#[tokio::test]
async fn a_wrong_answer_is_blamed_for_the_state_that_was_learned_from_it() {
    let case = r#"[
        {"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1"}},
        {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b","VersionStages":["AWSPENDING"]}},
        {"op":"GetSecretValue","request":{"SecretId":"$s1","VersionId":"$t2","VersionStage":"AWSCURRENT"}},
        {"op":"DescribeSecret","request":{"SecretId":"$s1"}}]"#;
    let blamed = blamed_for("against:ROT-ERR-014", case).await;
    assert!(blamed.iter().all(|(rule, _)| *rule == RuleId::Err014) && !blamed.is_empty(), "{blamed:?}");
}

#[tokio::test]
async fn the_labels_that_a_repetition_answers_are_put_down_to_the_call_that_left_them() {
    let case = r#"[
        {"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}},
        {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b","VersionStages":["AWSPENDING"]}},
        {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}]"#;
    let blamed = blamed_for("put-pending-promotes", case).await;
    assert!(blamed.iter().all(|(rule, _)| *rule == RuleId::State007) && !blamed.is_empty(), "{blamed:?}");
}

#[tokio::test]
async fn where_nothing_is_to_be_shrunk_no_other_kind_is_looked_for() {
    let found = found_where_a_shorter_case_is_of_another_kind(0).await;
    assert_eq!(found, [["CreateSecret", "PutSecretValue"]]);
}
