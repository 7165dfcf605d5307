//! The result as JUnit XML: a suite per family, a test per rule.
//!
//! A difference passes unless differences fail too; what was not looked at is skipped with the reason, never passed.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Heading;
use super::text::{families, finding_text};
use crate::catalogue;
use crate::rule::{Checkable, Level, RULES, Rule};
use crate::runner::{Finding, RunResult};
use crate::verdict::Status;

/// The result as JUnit XML.
///
/// # Errors
///
/// If the XML cannot be written, which no text of a finding causes: characters that XML lacks are left out.
pub fn to_junit(heading: &Heading, result: &RunResult) -> Result<String, SerializeError> {
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    report.set_time(std::time::Duration::from_millis(heading.duration_ms));
    for family in families() {
        let mut suite = TestSuite::new(format!("ROT-{family}"));
        suite.add_property(("endpoint", heading.endpoint.as_str()));
        suite.add_property(("seed", heading.seed.to_string().as_str()));
        suite.add_property(("catalogue", catalogue::VERSION));
        for rule in RULES.iter().filter(|rule| rule.id.family() == family) {
            suite.add_test_case(test_case(rule, heading, result));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn test_case(rule: &Rule, heading: &Heading, result: &RunResult) -> TestCase {
    let status = result.status(rule.id);
    let name = format!("{} {}", rule.name, catalogue::entry(rule.id).title);
    let mut case = TestCase::new(name, case_status(rule, status, heading, result));
    case.set_classname(format!("ROT-{}", rule.id.family()));
    if matches!(case.status, TestCaseStatus::Success { .. }) {
        let readings = result.exercise.readings(rule.id).map(|reading| format!("observed: {reading}\n"));
        let differences = result.findings_of(rule.id).map(|finding| finding_text(finding, heading));
        let text: String = readings.chain(differences).collect();
        if !text.is_empty() {
            case.set_system_out(text);
        }
    }
    case
}

fn case_status(rule: &Rule, status: Status, heading: &Heading, result: &RunResult) -> TestCaseStatus {
    let findings: Vec<&Finding> = result.findings_of(rule.id).collect();
    let bad = |kind| non_success(kind, status, &findings, heading);
    match status {
        Status::Pass | Status::Observed => TestCaseStatus::success(),
        Status::Differs if !heading.strict => TestCaseStatus::success(),
        Status::Intermittent | Status::Inconclusive
            if findings.iter().all(|finding| !finding.violation.fails(heading.strict)) =>
        {
            TestCaseStatus::success()
        }
        Status::Differs | Status::Fail => bad(NonSuccessKind::Failure),
        Status::Inconclusive | Status::Intermittent | Status::Error => bad(NonSuccessKind::Error),
        Status::NotExercised | Status::NotApplicable | Status::Consequence => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(why_skipped(rule, status, result.reason(rule.id)));
            skipped
        }
    }
}

fn non_success(kind: NonSuccessKind, status: Status, findings: &[&Finding], heading: &Heading) -> TestCaseStatus {
    let mut non_success = TestCaseStatus::non_success(kind);
    let plain = |text: &str| text.replace('$', "");
    let worst = findings.iter().max_by_key(|finding| finding.status);
    if let Some(violation) = worst.map(|finding| &finding.violation) {
        let message = format!("expected {}, observed {}", plain(&violation.expected), plain(&violation.observed));
        non_success.set_message(message);
    }
    non_success.set_type(status.as_str());
    non_success.set_description(findings.iter().map(|it| finding_text(it, heading)).collect::<Vec<_>>().join("\n"));
    non_success
}

/// Why nothing is said of a rule; a MUST rule that applies and was not looked at stands out.
fn why_skipped(rule: &Rule, status: Status, reason: Option<String>) -> String {
    if let (Status::Consequence, Some(reason)) = (status, &reason) {
        return reason.clone();
    }
    if let Some(reason) = reason {
        return format!("{}: {reason}", status.as_str());
    }
    if status == Status::NotExercised {
        let level = rule.level.as_str();
        let warning = if rule.level == Level::Must { "a MUST rule that applies and " } else { "" };
        return format!("not exercised ({level}): {warning}was decided by no answer of this run");
    }
    let entry = catalogue::entry(rule.id);
    let reason = match rule.checkable {
        _ if rule.derived => "it says nothing of its own: a violation is blamed on the rules that it follows from",
        _ if rule.needs_callers() => "it needs several callers at once",
        Checkable::Arn => "it needs the ARN of a function that the endpoint accepts (--function-arn)",
        Checkable::Function => "it needs a function that the endpoint calls and the run plays (--function-listen)",
        Checkable::Yes | Checkable::No => return format!("not applicable: checkable {}", entry.checkable),
    };
    format!("not applicable: {reason}")
}
