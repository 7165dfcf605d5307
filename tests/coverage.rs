//! What runs exercise: a default run every rule that fails anything, the sweep the same in few calls, the tour every
//! kind of call that can be reached.

use std::collections::BTreeSet;
use std::sync::Arc;

use rotation_conformance::endpoint::Stop;
use rotation_conformance::model::Functions;
use rotation_conformance::rule::{Checkable, Level, RULES, RuleId};
use rotation_conformance::runner::{Course, Fixed, Options, Run, RunResult};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::strategy::Case;

/// What only the cases about quotas exercise.
const QUOTAS: [RuleId; 1] = [RuleId::State022];

async fn run(options: Options, has_function: bool) -> RunResult {
    let service = Service::new(Config::default());
    let functions = match has_function {
        true => Functions {
            accepted: vec![service.register_function("f")],
            missing: vec![service.function_arn("missing").into()],
            ..Functions::default()
        },
        false => Functions::default(),
    };
    let options = Options { functions, ..options };
    Run::new(Arc::new(service), options, Stop::default()).run().await
}

/// Nothing but the sweep.
fn sweep_only() -> Options {
    Options { cases: 0, fixed: vec![Fixed::Sweep], ..Options::default() }
}

/// The rules that fail a run when they are violated and that this run has not exercised.
fn left_out(result: &RunResult, is_applicable: impl Fn(Checkable) -> bool) -> BTreeSet<RuleId> {
    let is_required = |level| matches!(level, Level::Must | Level::Observed);
    let required =
        RULES.iter().filter(|rule| is_required(rule.level) && !rule.derived && is_applicable(rule.checkable));
    required.map(|rule| rule.id).filter(|id| result.exercise.checked(*id) == 0).collect()
}

#[tokio::test]
async fn a_default_run_exercises_every_rule_that_can_fail_it() {
    for seed in [1, 2] {
        let result = run(Options { seed, max_calls: 2_000, ..Options::default() }, true).await;
        let left_out = left_out(&result, |checkable| matches!(checkable, Checkable::Yes | Checkable::Arn));
        assert!(left_out.is_empty(), "seed {seed}: {left_out:?}");
        assert!(result.findings.is_empty(), "seed {seed}: {:?}", result.findings);
    }
}

#[tokio::test]
async fn the_sweep_exercises_all_but_the_quotas_in_under_four_hundred_calls() {
    let result = run(sweep_only(), true).await;
    let left_out = left_out(&result, |checkable| matches!(checkable, Checkable::Yes | Checkable::Arn));
    assert_eq!(left_out, BTreeSet::from(QUOTAS));
    assert!(result.calls.find < 400, "{:?}", result.calls);
}

#[tokio::test]
async fn without_a_function_the_sweep_exercises_what_needs_none() {
    let result = run(sweep_only(), false).await;
    let left_out = left_out(&result, |checkable| checkable == Checkable::Yes);
    // A call without a token is refused for want of a function too, and no ARN is known to name none.
    assert_eq!(left_out, BTreeSet::from([RuleId::Val004, RuleId::State022, RuleId::Err004]));
}

/// A bug that was found in an emulator.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    /// The emulator and its version.
    endpoint: String,
    rule: RuleId,
    case: Case,
}

#[tokio::test]
async fn the_reference_service_has_none_of_the_bugs_of_emulators() {
    for line in include_str!("../specs/found.ndjson").lines() {
        let Found { endpoint, rule, case } = serde_json::from_str(line).unwrap();
        assert!(endpoint.contains(' '), "an emulator and its version: {line}");
        assert!(rule.rule().level != Level::Unspecified, "nobody can break it: {line}");
        let result = run(Options { saved: vec![case], fixed: Vec::new(), ..sweep_only() }, true).await;
        assert!(result.findings.is_empty(), "{line}: {:?}", result.findings);
    }
}

#[tokio::test]
async fn the_tour_meets_what_random_cases_take_far_longer_for() {
    let bounds = Options { max_calls: 1_500, fixed: Vec::new(), ..Options::default() };
    let random = run(bounds.clone(), true).await.coverage();
    let tour = run(Options { course: Course::Tour, quiet_calls: u64::MAX, ..bounds }, true).await.coverage();
    assert_eq!(random.reachable, tour.reachable);
    assert!(tour.visited() > 2 * random.visited(), "{} and {}", tour.visited(), random.visited());
}

#[tokio::test]
async fn the_tour_leaves_nothing_out() {
    let whole = Options { max_calls: u64::MAX, quiet_calls: u64::MAX, course: Course::Tour, ..Options::default() };
    let options = Options { fixed: Vec::new(), ..whole };
    let result = run(options, false).await;
    let coverage = result.coverage();
    assert!(coverage.missing.is_empty(), "{:?}", coverage.missing);
    assert_eq!(coverage.others, 0);
    assert!(result.calls.find * 2 <= coverage.reachable as u64 * 5, "{:?} for {}", result.calls, coverage.reachable);
}
