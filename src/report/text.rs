//! The report that a person reads in a terminal.

use std::fmt::Write as _;

use super::{Heading, sequence};
use crate::catalogue;
use crate::rule::{Class, RULES};
use crate::runner::{Ending, Finding, RunResult};
use crate::verdict::Status;

/// The statuses of the summary's columns, the best first.
const COLUMNS: [Status; 8] = [
    Status::Pass,
    Status::Observed,
    Status::Differs,
    Status::Fail,
    Status::Intermittent,
    Status::Inconclusive,
    Status::NotExercised,
    Status::NotApplicable,
];

/// The whole report.
#[must_use]
pub fn to_text(heading: &Heading, result: &RunResult) -> String {
    let mut text = String::new();
    let findings = |class: Status| result.findings.iter().filter(move |finding| finding.status == class);
    for finding in findings(Status::Differs).chain(findings(Status::Inconclusive)) {
        text.push_str(&brief(finding));
    }
    for status in [Status::Intermittent, Status::Fail] {
        for finding in findings(status) {
            text.push('\n');
            text.push_str(&finding_text(finding));
        }
    }
    text.push_str(&summary(result));
    text.push_str(&ending(heading, result));
    text
}

/// A difference in two lines; `--json` has the calls.
fn brief(finding: &Finding) -> String {
    let violation = &finding.violation;
    format!(
        "{} {} {}: expected {}, observed {}\n",
        finding.status.as_str(),
        violation.rule,
        finding.case.steps.last().map_or("", |step| step.operation.name()),
        plain(&violation.expected),
        plain(&violation.observed)
    )
}

/// Placeholders without their sign.
fn plain(text: &str) -> String {
    text.replace('$', "")
}

/// One finding as a person needs it: the rule, the numbered calls with the labels after each, expected and observed.
#[must_use]
pub fn finding_text(finding: &Finding) -> String {
    let violation = &finding.violation;
    let entry = catalogue::entry(violation.rule);
    let mut text = String::new();
    let (hits, replays) = finding.replays;
    let class = match violation.class {
        Class::Contract => "contract",
        Class::Fidelity => "fidelity",
    };
    let status = finding.status.as_str().to_uppercase();
    let _ = writeln!(
        text,
        "{status} {} {} ({}, {class})",
        violation.rule,
        entry.title,
        violation.rule.rule().level.as_str()
    );
    let _ = writeln!(text);
    for (number, step) in (1..).zip(&finding.steps) {
        let _ = writeln!(text, "  {number}. {}", sequence::call_line(step));
        let _ = writeln!(text, "     -> {}", plain(&sequence::answer_line(step)));
        let is_last = usize::try_from(number).is_ok_and(|number| number == finding.steps.len());
        for labels in step.labels.iter().filter(|_| !is_last) {
            let _ = writeln!(text, "     {}", plain(labels));
        }
    }
    let _ = writeln!(text);
    let _ = writeln!(text, "  expected  {}", plain(&violation.expected));
    let _ = writeln!(text, "  observed  {}", plain(&violation.observed));
    let _ = writeln!(text, "  rule      {}", entry.statement);
    let _ = writeln!(text, "  source    {}", entry.source);
    if !violation.also.is_empty() {
        let also: Vec<_> = violation.also.iter().map(|rule| rule.as_str()).collect();
        let _ = writeln!(text, "  also      {}", also.join(", "));
    }
    let _ = writeln!(
        text,
        "  found after {} calls, shrunk in {}, seen in {hits} of {replays} replays",
        finding.calls_to_find, finding.calls_to_shrink
    );
    text
}

/// One line per class of rules.
fn summary(result: &RunResult) -> String {
    let mut text = format!("\n{:<8}", "rules");
    for status in COLUMNS {
        let _ = write!(text, "{:>15}", status.as_str());
    }
    text.push('\n');
    let mut families: Vec<&str> = Vec::new();
    for rule in &RULES {
        if families.last() != Some(&rule.id.family()) {
            families.push(rule.id.family());
        }
    }
    for family in families {
        let of_family = || RULES.iter().filter(|rule| rule.id.family() == family);
        let _ = write!(text, "{family:<8}");
        for status in COLUMNS {
            let count = of_family().filter(|rule| result.status(rule.id) == status).count();
            let shown = if count == 0 { ".".to_owned() } else { count.to_string() };
            let _ = write!(text, "{shown:>15}");
        }
        text.push('\n');
    }
    text
}

fn ending(heading: &Heading, result: &RunResult) -> String {
    let mut text = String::new();
    let failed = RULES.iter().filter(|rule| result.status(rule.id) == Status::Fail).count();
    let differing = RULES.iter().filter(|rule| result.status(rule.id) == Status::Differs).count();
    let _ = writeln!(
        text,
        "\n{}: {failed} rules failed, {differing} differ; {} cases, {} calls ({} to find, {} to shrink, {} to confirm, \
         {} to clean up), {} ms, seed {}",
        heading.endpoint,
        result.cases,
        result.calls.total(),
        result.calls.find,
        result.calls.shrink,
        result.calls.confirm,
        result.calls.clean,
        heading.duration_ms,
        heading.seed
    );
    if !result.has_function {
        let _ = writeln!(text, "no function ARN: rules that need an accepted rotation were not applicable");
    }
    match &result.ending {
        Ending::Complete => {}
        Ending::Died(cause) => {
            let _ = writeln!(text, "the endpoint stopped answering ({cause}); what was learned until then is above");
        }
        Ending::Interrupted => text.push_str("interrupted; what was learned until then is above\n"),
    }
    if !result.left.is_empty() {
        let _ = writeln!(text, "left behind, since deleting failed: {}", result.left.join(", "));
    }
    text
}
