//! One finding as JSON: what a result lists, what `replay` takes, and enough to see the violation again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::model::Request;
use crate::rule::{Class, RuleId};
use crate::runner::{Finding, Shown, Step};
use crate::strategy::{Case, Need};
use crate::verdict::{Fingerprint, Status, Violation};

/// A finding as JSON. Written by hand it needs `rule`, `fingerprint` and `case` only; a member that is not known is
/// refused, since a misspelt one would replay something else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingJson {
    rule: RuleId,
    fingerprint: Fingerprint,
    #[serde(default = "failed")]
    status: Status,
    #[serde(default)]
    class: Class,
    pub(super) case: Case,
    /// Whether the state has to be read after every call for the violation to show.
    #[serde(default)]
    observed_after_every_call: bool,
    /// What the endpoint has to have for the case to mean what it says.
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    steps: Vec<StepJson>,
    #[serde(default)]
    length: usize,
    #[serde(default)]
    calls_to_find: u64,
    #[serde(default)]
    calls_to_shrink: u64,
    #[serde(default)]
    calls_to_confirm: u64,
    #[serde(default)]
    replays: Replays,
    #[serde(default)]
    expected: String,
    #[serde(default)]
    observed: String,
    #[serde(default)]
    also: Vec<RuleId>,
    /// The rule that an earlier call of the case violates already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<RuleId>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepJson {
    request: Request,
    answer: Shown,
    labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    journal: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replays {
    seen: u32,
    of: u32,
}

/// One finding as JSON; it is enough to see the finding again.
///
/// # Panics
///
/// Never: its keys are texts and its numbers finite.
#[must_use]
pub fn finding_json(finding: &Finding) -> Value {
    serde_json::to_value(FindingJson::from(finding)).expect("its keys are texts and its numbers finite")
}

/// What files about a finding are named after: its rule, and a hash of its fingerprint.
#[must_use]
pub fn file_stem(finding: &Finding) -> String {
    let violation = &finding.violation;
    let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_OID, violation.fingerprint.to_string().as_bytes());
    format!("{}-{}", violation.rule, &fingerprint.simple().to_string()[..8])
}

const fn failed() -> Status {
    Status::Fail
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        let violation = &finding.violation;
        Self {
            rule: violation.rule,
            fingerprint: violation.fingerprint.clone(),
            status: finding.status,
            class: violation.class,
            case: finding.case.clone(),
            observed_after_every_call: finding.is_observed,
            needs: finding.case.needs(),
            steps: finding.steps.iter().map(StepJson::from).collect(),
            length: finding.case.steps.len(),
            calls_to_find: finding.calls_to_find,
            calls_to_shrink: finding.calls_to_shrink,
            calls_to_confirm: finding.calls_to_confirm,
            replays: Replays { seen: finding.replays.0, of: finding.replays.1 },
            expected: violation.expected.clone(),
            observed: violation.observed.clone(),
            also: violation.also.clone(),
            after: finding.after,
        }
    }
}

impl From<FindingJson> for Finding {
    fn from(json: FindingJson) -> Self {
        Self {
            violation: Violation {
                rule: json.rule,
                class: json.class,
                is_of_state: false,
                call: 0,
                since: None,
                expected: json.expected,
                observed: json.observed,
                also: json.also,
                fingerprint: json.fingerprint,
                excluded: Vec::new(),
                is_settled: false,
                unsettles: false,
                stretch: Vec::new(),
            },
            status: json.status,
            case: json.case,
            is_observed: json.observed_after_every_call,
            after: json.after,
            steps: json.steps.into_iter().map(Step::from).collect(),
            calls_to_find: json.calls_to_find,
            calls_to_shrink: json.calls_to_shrink,
            calls_to_confirm: json.calls_to_confirm,
            replays: (json.replays.seen, json.replays.of),
        }
    }
}

impl From<&Step> for StepJson {
    fn from(step: &Step) -> Self {
        let Step { request, answer, labels, journal, .. } = step.clone();
        Self { request, answer, labels, journal }
    }
}

impl From<StepJson> for Step {
    fn from(json: StepJson) -> Self {
        let StepJson { request, answer, labels, journal } = json;
        Self { request, answer, departures: Vec::new(), labels, journal }
    }
}
