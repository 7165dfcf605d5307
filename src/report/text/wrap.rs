//! Lines that fit a terminal.

/// The widest line, unless one word is wider.
pub(super) const WIDTH: usize = 100;

/// At most so many characters of a text, with dots where it goes on.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.chars().count() > longest {
        true => text.chars().take(longest - 3).chain("...".chars()).collect(),
        false => text.to_owned(),
    }
}

/// The text after a label, broken at spaces; further lines and paragraphs begin with so many spaces. It ends with a line
/// break.
pub(in crate::report) fn wrapped(label: &str, text: &str, indent: usize) -> String {
    let (first, others) = text.split_once("\n\n").map_or((text, None), |(first, others)| (first, Some(others)));
    let others = others.map(|others| wrapped(&" ".repeat(indent), others, indent));
    paragraph(label, first, indent) + &others.unwrap_or_default()
}

fn paragraph(label: &str, text: &str, indent: usize) -> String {
    let mut lines = label.to_owned();
    let mut width = label.chars().count();
    let mut is_at_start = true;
    for word in text.split(' ') {
        let needed = word.chars().count() + usize::from(!is_at_start);
        if !is_at_start && width + needed > WIDTH {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            width = indent + needed - 1;
        } else {
            lines.push_str(if is_at_start { "" } else { " " });
            width += needed;
        }
        lines.push_str(word);
        is_at_start = false;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_no_word_is_lost() {
        let words = "word ".repeat(60);
        let text = wrapped("  rule      ", words.trim_end(), 12);
        let widths: Vec<_> = text.lines().map(str::len).collect();
        let (last, full) = widths.split_last().unwrap();
        assert!(*last <= WIDTH && full.iter().all(|width| (WIDTH - 4..=WIDTH).contains(width)), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("            word")), "{text}");
        assert_eq!(text.matches("word").count(), 60);
    }

    #[test]
    fn each_paragraph_begins_where_the_text_does() {
        assert_eq!(wrapped("  rule  ", "one\n\ntwo\n\nthree", 8), "  rule  one\n        two\n        three\n");
    }

    #[test]
    fn a_text_is_cut_between_characters_and_a_short_one_is_not() {
        assert_eq!(cut("ééééé", 4), "é...");
        assert_eq!(cut("éééé", 4), "éééé");
    }

    #[test]
    fn a_word_wider_than_the_line_stays_whole() {
        let long = "x".repeat(150);
        assert_eq!(wrapped("- ", &format!("a {long} b"), 2), format!("- a\n  {long}\n  b\n"));
        assert_eq!(wrapped("- ", &long, 2), format!("- {long}\n"));
    }
}
