//! The oracle proves itself: defects are found and blamed, and the service without one raises no alarm.

#![expect(clippy::unwrap_used, reason = "a defect that is not there fails the test")]

use rotation_conformance::selftest::{self, Options, Row};
use rotation_conformance::service::Defect;

fn defects(names: &[&str]) -> Vec<Defect> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn a_defect_is_found_and_its_rule_blamed() {
    let defects = defects(&["progress-unchecked", "current-removable", "against:ROT-IDEM-003"]);
    let matrix = selftest::run(&Options { defects, seeds: 2, cases: 50, ..Options::default() });
    assert!(matrix.is_proof(), "{}", selftest::to_text(&matrix));
    assert_eq!(matrix.rows().iter().flat_map(Row::unannounced).count(), 0);
}

#[test]
fn a_defect_that_was_not_found_is_no_proof() {
    let defects = defects(&["previous-wrong-after-rollback"]);
    let matrix = selftest::run(&Options { defects, seeds: 1, cases: 1, max_calls: 1, ..Options::default() });
    assert!(!matrix.is_proof(), "{}", selftest::to_text(&matrix));
}
