//! What a run says of one rule, as the outcome of its trial.

use libtest_mimic::{Completion, Failed};

use super::never_applicable;
use super::shared::Judged;
use crate::report::finding_text;
use crate::rule::{Checkable, Level, Rule};
use crate::runner::{Ending, RunResult};
use crate::verdict::Status;

/// Whether the rule's trial passes, fails, or is ignored, and why.
///
/// A violation that fails no run is none that fails a trial, also where it was not seen in every replay.
pub(super) fn of(rule: &Rule, judged: &Judged) -> Result<Completion, Failed> {
    if let Some(findings) = findings(judged, |violated| violated.id == rule.id) {
        return Err(findings.into());
    }
    if let Some(cause) = cut_short(judged) {
        return Err(format!("inconclusive: {cause}").into());
    }
    match (judged.result.status(rule.id), rule.level) {
        (Status::NotApplicable, _) => {
            let reason = judged.result.reason(rule.id);
            let lack = match rule.checkable {
                Checkable::Function => "it needs a function that the endpoint calls and the run plays",
                Checkable::Yes | Checkable::Arn | Checkable::No => "the endpoint accepts no function ARN",
            };
            let reason = reason.unwrap_or_else(|| lack.to_owned());
            Ok(Completion::ignored_with(format!("not applicable: {reason}")))
        }
        (Status::Consequence, _) => Ok(Completion::ignored_with(judged.result.reason(rule.id).unwrap_or_default())),
        (Status::NotExercised, Level::Must) => Err(not_exercised(rule, &judged.result).into()),
        (Status::NotExercised, _) => Ok(Completion::ignored_with("not exercised")),
        (Status::Error, _) => Err("the harness itself could not judge this rule".into()),
        (
            Status::Pass
            | Status::Observed
            | Status::Differs
            | Status::Inconclusive
            | Status::Intermittent
            | Status::Fail,
            _,
        ) => Ok(Completion::Completed),
    }
}

/// The violations of rules whose trials are ignored before anything runs, as text.
pub(super) fn without_trial(judged: &Judged) -> Option<String> {
    findings(judged, |rule| never_applicable(rule).is_some())
}

/// The findings of some rules that fail a run, as text.
fn findings(Judged { heading, result, .. }: &Judged, of: impl Fn(&Rule) -> bool) -> Option<String> {
    let violations = result.findings.iter().filter(|finding| of(finding.violation.rule.rule()));
    let failing = violations.filter(|it| it.violation.fails(heading.strict) && !result.is_consequence(it));
    let texts: Vec<_> = failing.map(|finding| finding_text(finding, heading)).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Why the run says nothing certain. That a focused run ends at its calls is as it should be.
fn cut_short(Judged { result, is_focused, .. }: &Judged) -> Option<String> {
    if let Some(action) = result.operations.lacks_essential() {
        return Some(format!("nothing can be said of a rotation without {}", action.as_str()));
    }
    match &result.ending {
        Ending::Died(cause) => Some(format!("the endpoint stopped answering: {cause}")),
        Ending::Interrupted if !is_focused => Some("the run was interrupted".to_owned()),
        Ending::Complete | Ending::Interrupted => {
            result.inconclusive.then(|| "the search for an explanation did not end within its budget".to_owned())
        }
    }
}

fn not_exercised(rule: &Rule, result: &RunResult) -> String {
    format!(
        "not exercised: {} is a MUST rule, and none of {} calls in {} cases decided it",
        rule.name, result.calls.find, result.cases
    ) + &result.reason(rule.id).map(|reason| format!(": {reason}")).unwrap_or_default()
}
