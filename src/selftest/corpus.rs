//! What a self-test or the search for the [`Minimum`] has found, beside what was known: `specs/kills.ndjson` anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::known::{Known, counts};
use super::matrix::Matrix;
use super::minimum::Minimum;
use super::trial::Trial;
use crate::rule::RuleId;
use crate::service::Defect;
use crate::strategy::Case;

/// The shortest case of each defect and rightly blamed rule, those known before included, as lines of JSON.
#[must_use]
pub fn kills_to_ndjson(matrix: &Matrix) -> String {
    let mut corpus = Corpus::known();
    for row in matrix.rows() {
        let kills = matrix.trials.iter().filter(|trial| trial.defect == Some(row.defect)).flat_map(Trial::confirmed);
        for kill in kills.filter(|kill| counts(row.defect, kill.rule, kill.after)) {
            corpus.add(row.defect, kill.rule, &kill.case);
        }
    }
    corpus.to_ndjson()
}

/// The same with what searches have found, and have found not to be.
#[must_use]
pub fn minima_to_ndjson(minima: &[Minimum]) -> String {
    let mut corpus = Corpus::known();
    for minimum in minima {
        for (rule, case) in &minimum.cases {
            corpus.add(minimum.defect, *rule, case);
        }
        corpus.none_below(minimum);
    }
    corpus.to_ndjson()
}

/// What is known of each defect and rule.
struct Corpus(BTreeMap<(String, RuleId), Known>);

impl Corpus {
    fn known() -> Self {
        Self(Known::all().iter().map(|known| ((known.defect.clone(), known.rule), known.clone())).collect())
    }

    /// Keeps the shorter case. A shorter one than there can be says that the search was another then.
    fn add(&mut self, defect: Defect, rule: RuleId, case: &Case) {
        let defect = defect.to_string();
        let new = || Known { defect: defect.clone(), rule, case: case.clone(), none_below: None };
        let known = self.0.entry((defect.clone(), rule)).or_insert_with(new);
        if case.steps.len() < known.case.steps.len() {
            known.case.clone_from(case);
            known.none_below = known.none_below.filter(|least| *least <= case.steps.len());
        }
    }

    /// Notes for each rule of a defect below which length the search has found nothing.
    fn none_below(&mut self, minimum: &Minimum) {
        let name = minimum.defect.to_string();
        for known in self.0.values_mut().filter(|known| known.defect == name) {
            let length = known.case.steps.len();
            let found = minimum.cases.get(&known.rule).map(|case| case.steps.len());
            let least = found.unwrap_or(minimum.depth + 1).min(length);
            known.none_below = known.none_below.max(Some(least));
        }
    }

    fn to_ndjson(&self) -> String {
        self.0.values().fold(String::new(), |mut text, known| {
            let line = serde_json::to_string(known).expect("cases are plain data");
            let _ = writeln!(text, "{line}");
            text
        })
    }
}
