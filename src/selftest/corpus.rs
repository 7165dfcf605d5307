//! The shortest known case for each defect and each rule that is rightly blamed for it.
//!
//! `specs/kills.ndjson` holds them, found by a self-test and written by it. They are replayed whenever judge or defects
//! change: that takes no search, and shows that each rule still bites and is blamed still.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::matrix::{Matrix, Why};
use super::trial::Trial;
use crate::rule::RuleId;
use crate::runner::{Course, Options, Run};
use crate::service::{Config, Defect, Service};
use crate::strategy::Case;

/// One case that shows a defect, and the rule that is blamed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The name of the defect.
    pub defect: String,
    /// The rule.
    pub rule: RuleId,
    /// The case.
    pub case: Case,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let lines = include_str!("../../specs/kills.ndjson").lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("specs/kills.ndjson is part of the build, and a test reads all of it")
});

impl Known {
    /// Every known one.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &KNOWN
    }

    /// The length of the shortest known case for this defect and rule.
    #[must_use]
    pub fn shortest(defect: Defect, rule: RuleId) -> Option<usize> {
        let name = defect.to_string();
        let is_it = |known: &&Self| known.rule == rule && known.defect == name;
        KNOWN.iter().find(is_it).map(|known| known.case.steps.len())
    }

    /// The rules that are blamed if this case alone runs against the defect.
    ///
    /// # Panics
    ///
    /// If there is no such defect.
    pub async fn replay(&self) -> Vec<RuleId> {
        let defect: Defect =
            self.defect.parse().expect("a test keeps the names of known cases to defects that there are");
        let service = Service::new(Config { defects: vec![defect], ..Config::default() });
        let options = Options {
            cases: 0,
            jobs: 1,
            functions: service.functions(),
            shrink_calls: 0,
            saved: vec![self.case.clone()],
            scenarios: false,
            sweep: false,
            course: Course::Plain,
            quotas: false,
            ..Options::default()
        };
        let result = Run::new(Arc::new(service), options, Arc::default()).run().await;
        result.findings.iter().map(|finding| finding.violation.rule).collect()
    }
}

/// The shortest case of each defect and rightly blamed rule, those known before included, as lines of JSON.
///
/// # Panics
///
/// Never: cases are plain data.
#[must_use]
pub fn kills_to_ndjson(matrix: &Matrix) -> String {
    let mut shortest: BTreeMap<(String, RuleId), Case> = BTreeMap::new();
    let mut add = |defect: String, rule: RuleId, case: &Case| {
        let known = shortest.entry((defect, rule)).or_insert_with(|| case.clone());
        if case.steps.len() < known.steps.len() {
            known.clone_from(case);
        }
    };
    for known in Known::all() {
        add(known.defect.clone(), known.rule, &known.case);
    }
    for row in matrix.rows() {
        let is_right = |rule: &RuleId| {
            row.blamed.get(rule).is_some_and(|blame| matches!(blame.why, Why::Announced | Why::Beside(_)))
        };
        let kills = matrix.trials.iter().filter(|trial| trial.defect == Some(row.defect));
        for kill in kills.flat_map(Trial::confirmed).filter(|kill| is_right(&kill.rule)) {
            add(row.defect.to_string(), kill.rule, &kill.case);
        }
    }
    let mut text = String::new();
    for ((defect, rule), case) in shortest {
        let line = serde_json::to_string(&Known { defect, rule, case }).expect("cases are plain data");
        let _ = writeln!(text, "{line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortest known cases still show their defects, and the rule to blame is still the same.
    #[tokio::test]
    async fn each_known_case_shows_its_defect_and_the_rule_is_blamed() {
        let mut lost = Vec::new();
        for known in Known::all() {
            let blamed = known.replay().await;
            if !blamed.contains(&known.rule) {
                lost.push(serde_json::to_string(known).unwrap_or_default() + &format!(" {blamed:?}"));
            }
        }
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }
}
