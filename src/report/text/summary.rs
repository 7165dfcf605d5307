//! The summary at the end of the report: how many rules of each class passed, failed, or were not looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::finding::operation;
use super::wrap::{WIDTH, cut, wrapped};
use crate::catalogue;
use crate::rule::{Level, RULES, Rule, RuleId};
use crate::runner::{Conclusion, Ending, Operations, RunResult};
use crate::verdict::Status;

/// The columns: a status, its heading, and whether it is shown if no rule has it.
const COLUMNS: [(Status, &str, bool); 10] = [
    (Status::Pass, "passed", true),
    (Status::Observed, "observed", true),
    (Status::Differs, "differs", true),
    (Status::Consequence, "consequence", false),
    (Status::Fail, "failed", true),
    (Status::Intermittent, "intermittent", false),
    (Status::Inconclusive, "inconclusive", false),
    (Status::Error, "error", false),
    (Status::NotExercised, "not exercised", true),
    (Status::NotApplicable, "not applicable", true),
];

/// The families of the rules, in the order of the catalogue.
pub(in crate::report) fn families() -> Vec<&'static str> {
    let mut families: Vec<_> = RULES.iter().map(|rule| rule.id.family()).collect();
    families.dedup();
    families
}

/// How many rules of one family, or of all, have a status.
fn count(result: &RunResult, family: Option<&str>, status: Status) -> usize {
    let is_counted = |family: &str, of: Option<&str>| of.is_none_or(|of| of == family);
    RULES.iter().filter(|rule| is_counted(rule.id.family(), family) && result.status(rule.id) == status).count()
}

/// One line per class of rules, and one for all.
pub(super) fn table(result: &RunResult) -> String {
    let is_shown = |status, always| always || count(result, None, status) > 0;
    let columns: Vec<_> = COLUMNS.iter().filter(|(status, _, always)| is_shown(*status, *always)).collect();
    let mut text = format!("\n{:<6}", "rules");
    for (_, heading, _) in &columns {
        let _ = write!(text, "  {heading}");
    }
    text.push('\n');
    for family in families().into_iter().map(Some).chain([None]) {
        let _ = write!(text, "{:<6}", family.unwrap_or("all"));
        for (status, heading, _) in &columns {
            let count = count(result, family, *status);
            let shown = if count == 0 { ".".to_owned() } else { count.to_string() };
            let _ = write!(text, "  {shown:>width$}", width = heading.len());
        }
        text.push('\n');
    }
    text
}

/// The status of the one rule that mattered.
pub(super) fn of_one(result: &RunResult, rule: RuleId) -> String {
    let status = match (result.status(rule), result.reason(rule)) {
        (Status::Consequence, Some(reason)) => reason,
        (status, Some(reason)) => format!("{} ({reason})", status.as_str()),
        (status, None) => status.as_str().to_owned(),
    };
    format!("\n{rule}: {status}, decided by {} answers\n", result.decided(rule))
}

/// The MUST rules that apply to the endpoint and that no answer decided, by name.
pub(super) fn unexercised(result: &RunResult) -> String {
    match result.unexercised(&[Level::Must]).as_slice() {
        [] => String::new(),
        names => format!("\n{}", wrapped("MUST rules that apply and were not exercised: ", &names.join(", "), 2)),
    }
}

/// The rules that are contradicted as a consequence of others alone, by these.
pub(super) fn consequences(result: &RunResult) -> String {
    let mut by_cause: BTreeMap<RuleId, Vec<&str>> = BTreeMap::new();
    for rule in RULES.iter().filter(|rule| result.status(rule.id) == Status::Consequence) {
        by_cause.entry(result.cause(rule.id).unwrap_or(rule.id)).or_default().push(rule.name);
    }
    let lines =
        by_cause.iter().map(|(cause, rules)| wrapped(&format!("  {:<14} ", cause.as_str()), &rules.join(", "), 17));
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        format!("\nconsequences of these, which decides nothing of the rules themselves\n{lines}")
    }
}

/// The rules that failed, one in a line, with the operations that show it.
pub(super) fn failed(result: &RunResult, strict: bool) -> String {
    let mut text = String::new();
    for rule in &RULES {
        let findings = || result.failing(strict).filter(|it| it.violation.rule == rule.id);
        let mut operations: Vec<_> = findings().map(operation).collect();
        operations.dedup();
        if !operations.is_empty() {
            let title = catalogue::entry(rule.id).title;
            let line = format!("  {:<14} {title}: {}", rule.name, operations.join(", "));
            let _ = writeln!(text, "{}", cut(&line, WIDTH));
        }
    }
    if text.is_empty() { text } else { format!("\nfailed\n{text}") }
}

/// The rules of which more was found than is told.
pub(super) fn more(result: &RunResult) -> String {
    let more: Vec<_> = result.more.iter().map(|(rule, count)| format!("{rule} and {count} more")).collect();
    if more.is_empty() { String::new() } else { format!("\n{}", wrapped("more findings: ", &more.join(", "), 2)) }
}

/// `2 rules failed, 1 differ`; a run that says nothing certain says so first, and is never read as a pass.
pub(super) fn verdict(result: &RunResult, strict: bool) -> String {
    let counts = counts(result, strict);
    match (result.conclusion(strict), &result.ending) {
        (Conclusion::Inconclusive, _) => format!("inconclusive, which is no pass ({}): {counts}", why(result)),
        (_, Ending::Complete) => counts,
        (_, Ending::Died(_) | Ending::Interrupted) => format!("{counts}; there may be more, since {}", why(result)),
    }
}

fn counts(result: &RunResult, strict: bool) -> String {
    let count = |status| count(result, None, status);
    let mut text = format!("{} rules failed, {} differ", count(Status::Fail), count(Status::Differs));
    if strict && count(Status::Differs) > 0 {
        text.push_str(" (which fails too, by --strict)");
    }
    for (status, words) in [
        (Status::Intermittent, "failed at times"),
        (Status::Inconclusive, "seen violated and not replayed"),
        (Status::Consequence, "contradicted as a consequence"),
    ] {
        if count(status) > 0 {
            let _ = write!(text, ", {} {words}", count(status));
        }
    }
    text
}

/// Whether rules failed and no other was decided, as where something else than a Secrets Manager answers.
pub(super) fn is_of_another_service(result: &RunResult) -> bool {
    let count = |status| count(result, None, status);
    result.only.is_none()
        && count(Status::Fail) > 0
        && count(Status::Pass) + count(Status::Observed) + count(Status::Differs) == 0
}

/// Why a run was not all that it could be.
fn why(result: &RunResult) -> String {
    if let Some(action) = result.operations.lacks_essential() {
        return format!("nothing can be said of a rotation without {}", action.as_str());
    }
    match &result.ending {
        Ending::Interrupted => "the run was interrupted",
        Ending::Died(_) => "the endpoint stopped answering",
        Ending::Complete if !result.has_decided() => "no answer decided a rule",
        Ending::Complete => "not everything could be settled",
    }
    .to_owned()
}

/// The operations that cases did without, and which rules need them.
pub(super) fn operations(operations: &Operations) -> String {
    let mut text = String::new();
    let mut line = |label: &str, content: &str| {
        if !content.is_empty() {
            text.push_str(&wrapped(label, content, 2));
        }
    };
    line("operations that are missing: ", &Operations::names(&operations.missing));
    line("operations that the run did without, by --without: ", &Operations::names(&operations.without));
    line("operations named by --without that are there all the same: ", &Operations::names(&operations.there));
    let needed = operations.needed.keys().map(|rule| rule.as_str()).collect::<Vec<_>>().join(", ");
    line("rules that need them and are not applicable: ", &needed);
    text
}

/// The rules that no answer decided because the server failed in its place.
pub(super) fn faulted(result: &RunResult) -> String {
    let is_faulted =
        |rule: &&Rule| result.status(rule.id) == Status::NotExercised && result.exercise.faulted(rule.id) > 0;
    let names: Vec<_> = RULES.iter().filter(is_faulted).map(|rule| rule.name).collect();
    match names.is_empty() {
        true => String::new(),
        false => wrapped("of these the server failed where its answer would have decided: ", &names.join(", "), 2),
    }
}
