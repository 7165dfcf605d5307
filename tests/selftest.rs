//! The oracle proves itself: defects are found and blamed, and the service without one raises no alarm.

use std::collections::{BTreeMap, BTreeSet};

use rotation_conformance::rule::{Level, RULES, RuleId};
use rotation_conformance::selftest::{self, Known, Options, Row, UNBITTEN, UNFOUND};
use rotation_conformance::service::Defect;

#[test]
fn defects_are_found_and_their_rules_blamed() {
    let names = ["progress-unchecked", "current-removable", "against:ROT-IDEM-003"];
    let defects = names.iter().map(|name| name.parse().unwrap()).collect();
    let matrix = selftest::run(&Options {
        defects,
        variants: Vec::new(),
        seeds: 1,
        cases: 20,
        sweep: false,
        ..Options::default()
    });
    assert!(matrix.is_proof(), "{}", selftest::to_text(&matrix));
    assert_eq!(matrix.rows().iter().flat_map(Row::strays).count(), 0);
}

/// What the documents leave open accuses nobody, however it is answered.
#[test]
fn services_that_answer_otherwise_as_the_rules_permit_raise_no_alarm() {
    let options =
        Options { defects: Vec::new(), seeds: 1, cases: 20, max_calls: 600, sweep: false, ..Options::default() };
    let matrix = selftest::run(&options);
    let (cases, _) = matrix.tolerance();
    assert!(cases > 1_000, "{cases} cases");
    assert_eq!(matrix.alarms().count(), 0, "{}", selftest::to_text(&matrix));
}

#[test]
fn a_defect_that_was_not_found_is_no_proof() {
    let defects = vec![UNFOUND[0].0.parse().unwrap()];
    let options = Options {
        defects,
        variants: Vec::new(),
        seeds: 1,
        cases: 1,
        max_calls: 100,
        sweep: false,
        ..Options::default()
    };
    let matrix = selftest::run(&options);
    assert!(!matrix.is_proof(), "{}", selftest::to_text(&matrix));
}

/// The kill matrix: for each defect the rules that are blamed, with the calls of the shortest known case.
#[test]
fn the_kill_matrix_is_what_was_reviewed() {
    let mut matrix: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for known in Known::all() {
        matrix.entry(&known.defect).or_default().push(format!("{} in {}", known.rule, known.case.steps.len()));
    }
    let lines: Vec<_> = matrix.iter().map(|(defect, rules)| format!("{defect}: {}", rules.join(", "))).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("kill-matrix", lines.join("\n")));
}

/// What `specs/kills.ndjson` says of the minimum is what the search finds, in at most so many calls, for these defects.
fn search_again(defects: &[Defect], depth: usize) {
    assert!(!defects.is_empty(), "nothing is searched for");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for found in selftest::minima(defects, depth, threads) {
        let name = found.defect.to_string();
        for known in Known::all().iter().filter(|known| known.defect == name) {
            let (length, what) = (known.case.steps.len(), format!("{name} {}", known.rule));
            match found.cases.get(&known.rule) {
                Some(case) => assert!(case.steps.len() >= length, "{what}: a shorter case is known now"),
                None => assert!(!known.is_minimum() || length > found.depth, "{what}: not found in {depth} calls"),
            }
        }
    }
}

/// The defects of which some rule that they announce has a minimum of this length, and none a longer one.
fn of_minimum(length: usize) -> Vec<Defect> {
    let longest =
        |defect: &Defect| defect.breaks().iter().filter_map(|rule| Known::minimum(*defect, *rule)).max().unwrap_or(0);
    Defect::named().chain(Defect::generated()).filter(|defect| longest(defect) == length).collect()
}

/// All of one call, and some of two and three: what is searched grows many times over with each call.
#[test]
fn the_search_finds_the_minima_again() {
    search_again(&of_minimum(1), 1);
    let of_two: Vec<_> = of_minimum(2).into_iter().step_by(9).collect();
    search_again(&of_two, 2);
    search_again(&["progress-inverted".parse().unwrap()], 3);
}

#[test]
#[ignore = "takes long, in a release build too"]
fn the_search_finds_all_minima_of_up_to_four_calls_again() {
    for length in 1..=4 {
        search_again(&of_minimum(length), length);
    }
}

#[test]
fn how_short_a_known_case_can_be_is_known_for_each() {
    for known in Known::all() {
        let length = known.case.steps.len();
        let least = known.none_below.unwrap_or(0);
        // The search knows nothing of functions that act, so that of a case with one no bound is proven.
        let is_searched = known.case.steps.iter().all(|step| step.script.is_none());
        assert!(
            least <= length && (least >= length.min(3) || !is_searched),
            "{} {}: {least} of {length}",
            known.defect,
            known.rule
        );
    }
}

#[test]
fn known_cases_blame_for_a_reason_and_no_defect_is_without() {
    let all: Vec<_> = Defect::named().chain(Defect::generated()).collect();
    for known in Known::all() {
        let defect = all.iter().find(|defect| defect.to_string() == known.defect).unwrap();
        let is_right = defect.breaks().contains(&known.rule) || selftest::beside(*defect, known.rule).is_some();
        assert!(is_right, "{} {}", known.defect, known.rule);
    }
    let is_known = |defect: &Defect| Known::all().iter().any(|known| known.defect == defect.to_string());
    let unknown: Vec<_> = all.iter().filter(|defect| !is_known(defect)).map(ToString::to_string).collect();
    assert_eq!(unknown, UNFOUND.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn every_rule_that_can_be_checked_bites_or_is_listed_with_the_reason() {
    let bites: BTreeSet<RuleId> = Known::all().iter().map(|known| known.rule).collect();
    let due = RULES.iter().filter(|rule| rule.is_due() && rule.level != Level::Unspecified);
    let unbitten: BTreeSet<_> = due.map(|rule| rule.id).filter(|id| !bites.contains(id)).collect();
    let listed: BTreeSet<_> = UNBITTEN.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    assert_eq!(unbitten, listed);
}
