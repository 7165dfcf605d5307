//! The command that replays a finding.

use super::Heading;
use crate::runner::Finding;

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
