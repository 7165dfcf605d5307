//! The summary at the end of the report: how many rules of each class passed, failed, or were not looked at.

use std::fmt::Write as _;

use super::wrap::wrapped;
use crate::rule::{Level, RULES, RuleId};
use crate::runner::RunResult;
use crate::verdict::Status;

/// The columns: a status, its heading, and whether it is shown if no rule has it.
const COLUMNS: [(Status, &str, bool); 9] = [
    (Status::Pass, "passed", true),
    (Status::Observed, "observed", true),
    (Status::Differs, "differs", true),
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
    format!("\n{rule}: {}, decided by {} answers\n", result.status(rule).as_str(), result.exercise.checked(rule))
}

/// The MUST rules that apply to the endpoint and that no answer decided, by name.
pub(super) fn unexercised(result: &RunResult) -> String {
    match result.unexercised(&[Level::Must]).as_slice() {
        [] => String::new(),
        names => format!("\n{}", wrapped("MUST rules that apply and were not exercised: ", &names.join(", "), 2)),
    }
}

/// `2 rules failed, 1 differ`
pub(super) fn failures(result: &RunResult) -> String {
    let count = |status| count(result, None, status);
    format!("{} rules failed, {} differ", count(Status::Fail), count(Status::Differs))
}
