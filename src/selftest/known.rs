//! The shortest known case for each defect and each rule that is rightly blamed for it.
//!
//! `specs/kills.ndjson` holds them, found by a self-test or by the search for the minimum. They are replayed whenever
//! judge or defects change: that takes no search, and shows that each rule still bites and is blamed still. Where the
//! search has shown that no case of fewer calls does the same, the line says so.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::beside;
use crate::endpoint::Stop;
use crate::rule::RuleId;
use crate::runner::{Course, Finding, Options, Run};
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
    /// No case of fewer calls, as far as the search looks, makes the judge blame the rule. Where that is the length of
    /// the case, it is the true minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none_below: Option<usize>,
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

    /// Whether the search has shown that no case is shorter.
    #[must_use]
    pub fn is_minimum(&self) -> bool {
        self.none_below.is_some_and(|least| least >= self.case.steps.len())
    }

    /// The true minimum for this defect and rule, where the search has found it.
    #[must_use]
    pub fn minimum(defect: Defect, rule: RuleId) -> Option<usize> {
        let name = defect.to_string();
        let is_it = |known: &&Self| known.rule == rule && known.defect == name && known.is_minimum();
        KNOWN.iter().find(is_it).map(|known| known.case.steps.len())
    }

    /// What is found if this case alone runs against the defect.
    ///
    /// # Panics
    ///
    /// If there is no such defect.
    pub(super) async fn findings(&self) -> Vec<Finding> {
        self.findings_beside(&[]).await
    }

    /// What is found if this case alone runs against the defect and others.
    async fn findings_beside(&self, others: &[Defect]) -> Vec<Finding> {
        let defect: Defect =
            self.defect.parse().expect("a test keeps the names of known cases to defects that there are");
        let defects = std::iter::once(defect).chain(others.iter().copied()).collect();
        let host = Arc::default();
        let service = Service::new(Config { defects, ..Config::default() }).hosted(&host);
        let options = Options {
            cases: 0,
            jobs: 1,
            functions: service.functions(),
            host: Some(host),
            shrink_calls: 0,
            saved: vec![self.case.clone()],
            fixed: Vec::new(),
            course: Course::Plain,
            ..Options::default()
        };
        let result = Run::new(Arc::new(service), options, Stop::default()).run().await;
        result.findings.into_iter().filter(Finding::is_shown).collect()
    }
}

/// Whether a case is one for this rule: the defect announces it; or another is blamed rightly, and no earlier call of the
/// case violates a rule (`after`), of which this may be a consequence.
pub(super) fn counts(defect: Defect, rule: RuleId, after: Option<RuleId>) -> bool {
    defect.breaks().contains(&rule) || after.is_none() && beside(defect, rule).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortest known cases still show their defects, and the rule to blame is still the same.
    #[tokio::test]
    async fn each_known_case_shows_its_defect_and_the_rule_is_blamed() {
        let mut lost = Vec::new();
        for known in Known::all() {
            let findings = known.findings().await;
            let defect = known.defect.parse().expect("replayed above");
            let is_shown = |it: &Finding| it.violation.rule == known.rule && counts(defect, known.rule, it.after);
            if !findings.iter().any(is_shown) {
                let blamed: Vec<_> = findings.iter().map(|it| (it.violation.rule, it.after)).collect();
                lost.push(serde_json::to_string(known).unwrap_or_default() + &format!(" {blamed:?}"));
            }
        }
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }

    /// The known cases that do not show their defect where the endpoint has another one too.
    async fn masked_by(name: &str) -> Vec<String> {
        let other: Defect = name.parse().expect("a defect that there is");
        let mut masked = Vec::new();
        let is_of_requests = |known: &&Known| known.case.steps.iter().all(|step| step.script.is_none());
        for known in Known::all().iter().filter(is_of_requests) {
            let findings = known.findings_beside(&[other]).await;
            if !findings.iter().any(|it| it.violation.rule == known.rule) {
                masked.push(format!("{} {}", known.defect, known.rule));
            }
        }
        masked
    }

    /// Two defects that read the request in turn, the second what the first has put there in place of an id.
    const BOTH_READ: [&str; 3] = [
        "move-current-without-holder ROT-STATE-012",
        "move-ignores-wrong-holder ROT-STATE-013",
        "move-needs-no-holder ROT-STATE-012",
    ];

    /// What shows in the versions of a description alone: of labels on versions without a value, of versions that are
    /// not listed, and of whether a rotation has ended.
    const DESCRIBED_ALONE: &[&str] = &[
        "against:ROT-CONF-002 ROT-CONF-002",
        "against:ROT-CONF-015 ROT-CONF-015",
        "against:ROT-IDEM-004 ROT-STATE-002",
        "against:ROT-READ-005 ROT-READ-005",
        "against:ROT-VAL-020 ROT-STATE-002",
        "beyond:ROT-CONF-022:previous ROT-LIFE-010",
        "beyond:ROT-CONF-022:previous ROT-LIFE-019",
        "beyond:ROT-CONF-025:deletion ROT-READ-001",
        "beyond:ROT-IDEM-011:deletion ROT-PROG-014",
        "beyond:ROT-IDEM-011:previous ROT-LIFE-010",
        "beyond:ROT-IDEM-011:versions ROT-IDEM-011",
        "beyond:ROT-LIFE-026:previous ROT-LIFE-010",
        "beyond:ROT-PROG-005:previous ROT-LIFE-010",
        "beyond:ROT-PROG-011:previous ROT-LIFE-010",
        "beyond:ROT-PROG-013:previous ROT-LIFE-019",
        "deletion-takes-pending ROT-ERR-007",
        "describe-hides-custom-labels ROT-STATE-008",
        "describe-hides-custom-labels ROT-STATE-011",
        "describe-hides-custom-labels ROT-STATE-012",
        "describe-hides-custom-labels ROT-STATE-026",
        "describe-hides-custom-labels ROT-READ-005",
        "empty-secret-has-version ROT-STATE-003",
        "labels-of-account ROT-STATE-008",
        "previous-moves-with-every-put ROT-STATE-007",
        "progress-by-time ROT-CONF-002",
        "put-copies-labels ROT-STATE-001",
        "put-attaches-a-label-of-its-own ROT-STATE-026",
        "refusal-makes-version ROT-VAL-020",
        "rotated-at-once ROT-CONF-015",
        "rotation-moves-previous ROT-LIFE-010",
        "rotation-moves-previous ROT-LIFE-019",
    ];

    #[tokio::test]
    async fn descriptions_without_versions_hide_what_they_alone_would_show() {
        assert_eq!(masked_by("described-without-versions").await, DESCRIBED_ALONE);
    }

    #[tokio::test]
    async fn ids_that_are_no_tokens_hide_no_other_defect() {
        assert_eq!(masked_by("ids-of-its-own").await, BOTH_READ);
    }
}
