//! The report that a person reads in a terminal, which shows the end: what matters most comes last.

mod brief;
mod finding;
mod legend;
mod summary;
mod wrap;

use std::fmt::Write as _;

use super::Heading;
use crate::runner::{Ending, Finding, RunResult};
use crate::verdict::Status;

pub use finding::finding_text;
pub(super) use finding::{operation, plain};
pub(super) use summary::families;
pub(super) use wrap::wrapped;

/// The whole report: what only differs in a few lines, what fails in full, and a summary.
#[must_use]
pub fn to_text(heading: &Heading, result: &RunResult) -> String {
    let mut text = String::new();
    let is_brief = |finding: &&Finding| match finding.status {
        Status::Differs => !heading.strict,
        Status::Inconclusive => true,
        _ => false,
    };
    for (status, label) in [
        (Status::Differs, "differs (a correct client would survive it; --strict fails it, --json has the calls)"),
        (Status::Inconclusive, "inconclusive (seen once and not replayed, since the run ended before)"),
    ] {
        let findings: Vec<_> = result.findings.iter().filter(is_brief).filter(|it| it.status == status).collect();
        text.push_str(&brief::list(label, &findings));
    }
    for status in [Status::Differs, Status::Intermittent, Status::Fail] {
        for finding in result.findings.iter().filter(|it| !is_brief(it) && it.status == status) {
            text.push('\n');
            text.push_str(&finding_text(finding, heading));
        }
    }
    if let Some(rule) = result.only {
        text.push_str(&summary::of_one(result, rule));
    } else {
        text.push_str(&summary::table(result));
        text.push_str(&summary::unexercised(result));
        text.push_str(&summary::failed(result, heading.strict));
    }
    text.push_str(&ending(heading, result));
    text
}

fn ending(heading: &Heading, result: &RunResult) -> String {
    let mut text = wrapped("\n", &format!("{}: {}", heading.endpoint, summary::verdict(result, heading.strict)), 2);
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
