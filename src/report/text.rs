//! The report that a person reads in a terminal, which shows the end: what matters most comes last.

mod brief;
mod finding;
mod legend;
mod summary;
mod wrap;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Heading;
use crate::model::Text;
use crate::runner::{Ending, Finding, RunResult};
use crate::verdict::{FunctionMode, Status};

pub use finding::finding_text;
pub(super) use finding::{operation, plain};
pub(super) use summary::families;
pub(super) use wrap::wrapped;
use wrap::{WIDTH, cut};

/// How many of the secrets that could not be deleted are named.
const LEFT: usize = 5;

/// The whole report: what only differs in a few lines, what fails in full, and a summary.
#[must_use]
pub fn to_text(heading: &Heading, result: &RunResult) -> String {
    let mut text = String::new();
    let is_brief = |finding: &&Finding| match finding.status {
        _ if result.is_consequence(finding) => false,
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
        let own = |it: &&Finding| !is_brief(it) && !result.is_consequence(it) && it.status == status;
        for finding in result.findings.iter().filter(own) {
            text.push('\n');
            text.push_str(&finding_text(finding, heading));
            text.push_str(&consequences(finding, result));
        }
    }
    if let Some(rule) = result.only {
        text.push_str(&summary::of_one(result, rule));
    } else {
        text.push_str(&summary::more(result));
        text.push_str(&summary::table(result));
        text.push_str(&summary::unexercised(result));
        text.push_str(&summary::faulted(result));
        text.push_str(&summary::consequences(result));
        text.push_str(&summary::failed(result, heading.strict));
    }
    text.push_str(&ending(heading, result));
    text
}

/// What was found in consequence of a rule's violation, after the last finding of that rule.
fn consequences(cause: &Finding, result: &RunResult) -> String {
    let rule = cause.violation.rule;
    let is_own = |it: &&Finding| it.status == cause.status && !result.is_consequence(it);
    let is_last = result.findings_of(rule).filter(is_own).last().is_some_and(|last| std::ptr::eq(last, cause));
    let of_this = |it: &&Finding| it.after == Some(rule) && result.is_consequence(it);
    match cause.status {
        Status::Fail if is_last => {
            let findings: Vec<_> = result.findings.iter().filter(of_this).collect();
            brief::list(&format!("consequences of {rule}, without which they were not seen"), &findings)
        }
        _ => String::new(),
    }
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
    if result.functions == FunctionMode::None {
        let _ = writeln!(text, "no function ARN: rules that need an accepted rotation were not applicable");
    }
    if result.functions == FunctionMode::Foreign {
        let line = "the function that was named acts: labels move by themselves, and the life of a rotation \
                    (ROT-LIFE) was not judged";
        text.push_str(&wrapped("", line, 0));
    }
    text.push_str(&summary::operations(&result.operations));
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
    text.push_str(&left_behind(&result.left));
    if summary::is_of_another_service(result) {
        text.push_str("no rule passed: is this the endpoint of a Secrets Manager?\n");
    }
    if result.findings.iter().any(|finding| finding.status == Status::Intermittent) {
        text.push_str("what fails at times may depend on the cases beside it: --jobs 1 runs one after the other\n");
    }
    if !result.findings.is_empty() && heading.result_file.is_none() {
        text.push_str("with --json FILE the whole result is written, and `replay FILE` tries each finding again\n");
    }
    text
}

/// What could not be deleted; of many only the first, lest they hide what else the report says.
pub(super) fn left_behind(left: &[Text]) -> String {
    let names: BTreeSet<&str> = left.iter().map(|id| &**id).collect();
    let shown = names.iter().take(LEFT).map(|id| cut(id, WIDTH)).collect::<Vec<_>>().join(", ");
    let more = match names.len() {
        0 => return String::new(),
        1..=LEFT => String::new(),
        count => format!(", and {} more, which --json lists", count - LEFT),
    };
    wrapped("left behind, since deleting failed: ", &format!("{shown}{more}"), 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_secrets_that_were_left_behind_the_first_are_named_and_the_others_counted() {
        let ids: Vec<Text> = (0..9).map(|number| format!("rc-1-s{number}").into()).collect();
        let twice = [ids.clone(), ids].concat();
        let line = "left behind, since deleting failed: rc-1-s0, rc-1-s1, rc-1-s2, rc-1-s3, rc-1-s4, and 4 more, which\n  \
                    --json lists\n";
        assert_eq!(left_behind(&twice), line);
        assert_eq!(left_behind(&twice[..1]), "left behind, since deleting failed: rc-1-s0\n");
        assert_eq!(left_behind(&[]), "");
    }
}
