//! Replays: the command for one, and what came of it.

use super::Heading;
use super::text::{finding_text, left_behind, operation, plain, wrapped};
use crate::runner::{Finding, Replayed, Verdict};
use crate::verdict::Violation;

/// The command that replays the findings of this one's rule, if the result is in a file.
#[must_use]
pub fn replay_command(finding: &Finding, heading: &Heading) -> Option<String> {
    let file = quoted(heading.result_file.as_deref()?);
    let endpoint = match heading.is_url() {
        true => format!(" --endpoint {}", quoted(&heading.endpoint)),
        false => String::new(),
    };
    Some(format!("rotation-conformance replay {file} --rule {}{endpoint}", finding.violation.rule))
}

/// What became of the findings: in full those that still violate a contract or did so now and then, then a line for
/// each, then their numbers.
#[must_use]
pub fn replayed_text(heading: &Heading, replayed: &[Replayed], times: u32) -> String {
    let is_shown = |it: &&Replayed| it.finding.replays.0 > 0 && it.finding.violation.fails(heading.strict);
    let mut text = String::new();
    for Replayed { finding, .. } in replayed.iter().filter(is_shown) {
        text.push_str(&finding_text(finding, heading));
        text.push('\n');
    }
    text.extend(replayed.iter().map(|it| line(it, heading.strict)));
    text.push_str(&wrapped("\n", &numbers(heading, replayed, times), 0));
    let left: Vec<_> = replayed.iter().flat_map(|it| it.left.iter().cloned()).collect();
    text.push_str(&left_behind(&left));
    text
}

/// `http://127.0.0.1:5000: 3 findings, each replayed 3 times: 1 still fail, 2 fixed`
fn numbers(heading: &Heading, replayed: &[Replayed], times: u32) -> String {
    let words = [
        ("still fails", "still fail"),
        ("still differs", "still differ"),
        ("intermittent", "intermittent"),
        ("changed", "changed"),
        ("fixed", "fixed"),
        ("inconclusive", "inconclusive"),
    ];
    let count = |word: &str| replayed.iter().filter(|it| verdict_word(it, heading.strict) == word).count();
    let counts = words.map(|(word, plural)| (count(word), plural));
    let shown: Vec<_> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let replays = format!("{} findings, each replayed {times} times", replayed.len());
    let parts = [heading.endpoint.clone(), replays, shown.join(", ")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

fn verdict_word(replayed: &Replayed, strict: bool) -> &'static str {
    match &replayed.verdict {
        Verdict::Unchanged if replayed.finding.violation.fails(strict) => "still fails",
        Verdict::Unchanged => "still differs",
        Verdict::Intermittent => "intermittent",
        Verdict::Changed(_) => "changed",
        Verdict::Fixed => "fixed",
        Verdict::Inconclusive(_) => "inconclusive",
    }
}

fn line(replayed: &Replayed, strict: bool) -> String {
    let (seen, of) = replayed.finding.replays;
    let violation = &replayed.finding.violation;
    let demand = |violation: &Violation| {
        format!("expected {}, observed {}", plain(&violation.expected), plain(&violation.observed))
    };
    let what = match &replayed.verdict {
        Verdict::Unchanged | Verdict::Fixed => demand(violation),
        Verdict::Intermittent => format!("{seen} of {of}: {}", demand(violation)),
        Verdict::Changed(now) => format!("now {}", demand(now)),
        Verdict::Inconclusive(cause) => cause.clone(),
    };
    let word = verdict_word(replayed, strict);
    wrapped("", &format!("{word:<13} {} {}: {what}", violation.rule, operation(&replayed.finding)), 14)
}

/// A text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@+".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_is_quoted_if_it_has_to_be() {
        for (text, word) in
            [("a/b-1.json", "a/b-1.json"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("$x", "'$x'")]
        {
            assert_eq!(quoted(text), word);
        }
    }
}
