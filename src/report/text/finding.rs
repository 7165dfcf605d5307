//! One finding as a person needs it.

use std::fmt::Write as _;

use super::legend::{legend, note};
use super::wrap::wrapped;
use crate::catalogue;
use crate::report::{Heading, replay_command, script_command, sequence};
use crate::runner::Finding;

/// A longer word is shortened.
const LONGEST_WORD: usize = 100;

/// Placeholders without their sign, and words of any length cut short.
pub(in crate::report) fn plain(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.chars().count() {
        ..=LONGEST_WORD => word.replace('$', ""),
        length => {
            let start: String = word.chars().filter(|letter| *letter != '$').take(LONGEST_WORD / 4).collect();
            format!("{start}...({length} characters)")
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The name of the operation that shows it.
pub(in crate::report) fn operation(finding: &Finding) -> &str {
    finding.case.steps.last().map_or("", |step| step.operation.name())
}

/// The rule, the numbered calls with the labels after each, expected and observed, and how to see it again.
#[must_use]
pub fn finding_text(finding: &Finding, heading: &Heading) -> String {
    let violation = &finding.violation;
    let entry = catalogue::entry(violation.rule);
    let status = finding.status.as_str().to_uppercase();
    let level = violation.rule.rule().level.as_str();
    let class = violation.class.as_str();
    let mut text = wrapped("", &format!("{status} {} {} ({level}, {class})", violation.rule, entry.title), 2);
    text.push('\n');
    text.push_str(&calls(finding));
    text.push('\n');
    let mut line = |label: &str, content: &str| text.push_str(&wrapped(&format!("  {label:<10}"), content, 12));
    line("expected", &plain(&violation.expected));
    line("observed", &plain(&violation.observed));
    if let Some(legend) = legend(finding) {
        line("where", &legend);
    }
    if let Some(note) = note(finding) {
        line("note", &note);
    }
    line("rule", &entry.statement);
    line("source", &entry.source);
    if !violation.also.is_empty() {
        let also: Vec<_> = violation.also.iter().map(|rule| rule.as_str()).collect();
        line("also", &also.join(", "));
    }
    if let Some(rule) = finding.after {
        line(
            "after",
            &format!("an earlier call violates {rule}, without which it was not seen: a consequence of {rule}"),
        );
    }
    let (seen, of) = finding.replays;
    let shrunk = match finding.calls_to_shrink {
        0 => "not shrunk".to_owned(),
        calls => format!("shrunk in {calls}"),
    };
    line("found", &format!("after {} calls, {shrunk}, seen in {seen} of {of} replays", finding.calls_to_find));
    if let Some(command) = replay_command(finding, heading) {
        let _ = writeln!(text, "  replay    {command}");
    }
    if let Some(command) = script_command(finding, heading) {
        let _ = writeln!(text, "  script    {command}");
    }
    text
}

/// The calls with what came of them; those of a finding that was never replayed without.
fn calls(finding: &Finding) -> String {
    let mut text = String::new();
    if finding.is_observed {
        text.push_str("  it shows only if labels, versions and values are read after every call\n\n");
    }
    if finding.steps.is_empty() {
        for (number, request) in (1..).zip(&finding.case.steps) {
            text.push_str(&wrapped(&format!("  {number}. "), &sequence::call_line(request), 7));
        }
    }
    for (number, step) in (1..).zip(&finding.steps) {
        text.push_str(&wrapped(&format!("  {number}. "), &sequence::call_line(&step.request), 7));
        text.push_str(&wrapped("     -> ", &plain(&sequence::answer_line(step)), 8));
        let is_last = number == finding.steps.len();
        for line in &step.journal {
            text.push_str(&wrapped("     function ", &plain(line), 8));
        }
        for labels in step.labels.iter().filter(|_| !is_last) {
            let _ = writeln!(text, "     {}", plain(labels));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_any_length_is_cut_short_and_says_how_long_it_was() {
        assert_eq!(plain("version $t1 of $s1"), "version t1 of s1");
        let shown = plain(&format!("the value '{}' is too long", "x".repeat(2049)));
        assert_eq!(shown, format!("the value '{}...(2051 characters) is too long", "x".repeat(24)));
    }
}
