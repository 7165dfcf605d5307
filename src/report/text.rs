//! The report that a person reads in a terminal.

mod finding;
mod summary;
mod wrap;

use std::fmt::Write as _;

use super::{Heading, repro_text};
use crate::runner::{Ending, Finding, RunResult};
use crate::verdict::Status;

pub use finding::finding_text;
pub(super) use finding::{operation, plain};
pub(super) use summary::families;
pub(super) use wrap::wrapped;

/// The whole report.
#[must_use]
pub fn to_text(heading: &Heading, result: &RunResult) -> String {
    let mut text = String::new();
    let findings = |status: Status| result.findings.iter().filter(move |finding| finding.status == status);
    for finding in findings(Status::Differs).chain(findings(Status::Inconclusive)) {
        text.push_str(&brief(finding));
    }
    for status in [Status::Intermittent, Status::Fail] {
        for finding in findings(status) {
            text.push('\n');
            text.push_str(&finding_text(finding, heading));
            text.push_str(&commands(finding, heading));
        }
    }
    if let Some(rule) = result.only {
        text.push_str(&summary::of_one(result, rule));
    } else {
        text.push_str(&summary::table(result));
        text.push_str(&summary::unexercised(result));
    }
    text.push_str(&ending(heading, result));
    text
}

/// The shell commands, if they were asked for.
pub(super) fn commands(finding: &Finding, heading: &Heading) -> String {
    if heading.repro { format!("\n{}", repro_text(finding, heading)) } else { String::new() }
}

/// A difference in a line or two; `--json` has the calls.
fn brief(finding: &Finding) -> String {
    let violation = &finding.violation;
    let line = format!(
        "{} {} {}: expected {}, observed {}",
        finding.status.as_str(),
        violation.rule,
        operation(finding),
        plain(&violation.expected),
        plain(&violation.observed)
    );
    wrapped("", &line, 8)
}

fn ending(heading: &Heading, result: &RunResult) -> String {
    let mut text = format!("\n{}: {}\n", heading.endpoint, summary::failures(result));
    let line = format!(
        "{} cases, {} calls ({} to find, {} to shrink, {} to confirm, {} to clean up), {} ms, seed {}",
        result.cases,
        result.calls.total(),
        result.calls.find,
        result.calls.shrink,
        result.calls.confirm,
        result.calls.clean,
        heading.duration_ms,
        heading.seed
    );
    text.push_str(&wrapped("", &line, 0));
    let coverage = result.coverage();
    let _ = writeln!(text, "{} of {} kinds of calls on one secret", coverage.visited(), coverage.reachable);
    if !result.has_function {
        let _ = writeln!(text, "no function ARN: rules that need an accepted rotation were not applicable");
    }
    if result.inconclusive {
        let _ = writeln!(text, "inconclusive: the search for an explanation of some answer ended at its budget");
    }
    match &result.ending {
        Ending::Complete => {}
        Ending::Died(cause) => {
            let line = format!("the endpoint stopped answering ({cause}); what was learned until then is above");
            text.push_str(&wrapped("", &line, 0));
        }
        Ending::Interrupted => text.push_str("interrupted; what was learned until then is above\n"),
    }
    if !result.left.is_empty() {
        let _ = writeln!(text, "left behind, since deleting failed: {}", result.left.join(", "));
    }
    if !result.findings.is_empty() && heading.result_file.is_none() {
        text.push_str("with --json FILE the whole result is written, and `replay FILE` tries each finding again\n");
    }
    text
}
