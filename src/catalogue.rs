//! The texts of the rules: `specs/rules`, compiled in.
//!
//! There is one [`Entry`] for each row of [`RULES`](crate::rule::RULES), in the same order, and what both say of a rule
//! is the same; a test keeps it so. Lines of a paragraph are joined, since whoever shows a text wraps it anew. Nothing
//! here is consulted in judging.

use std::sync::LazyLock;

use crate::rule::{Level, RuleId};

/// The version of the catalogue: the day on which a rule was last added, removed, or changed in what it demands.
///
/// Results of different versions are not to be compared rule by rule.
pub const VERSION: &str = "2026-11-30";

/// The files of `specs/rules`, in the order of the table of rules.
const FILES: [&str; 11] = [
    include_str!("../specs/rules/validation.md"),
    include_str!("../specs/rules/idempotency.md"),
    include_str!("../specs/rules/state.md"),
    include_str!("../specs/rules/in-progress.md"),
    include_str!("../specs/rules/lifecycle.md"),
    include_str!("../specs/rules/configuration.md"),
    include_str!("../specs/rules/errors.md"),
    include_str!("../specs/rules/identifiers.md"),
    include_str!("../specs/rules/wire.md"),
    include_str!("../specs/rules/concurrency.md"),
    include_str!("../specs/rules/reading.md"),
];

/// How sure we are of what a rule says about the real service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Recorded, or plainly stated in more than one place.
    High,
    /// Supported by one statement, or derived.
    Medium,
    /// Open.
    Low,
}

impl Confidence {
    const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word that `specs/rules` and every report use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What `specs/rules` says of one rule. Texts are Markdown; `none` stands where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The rule.
    pub id: RuleId,
    /// What it says, in a few words.
    pub title: &'static str,
    /// How firmly it is established.
    pub level: Level,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// What a check needs: the word of [`Checkable`](crate::rule::Checkable), and after `no` the reason in brackets.
    pub checkable: String,
    /// The rules that it follows from, for one that adds nothing of its own; else empty.
    pub derived_from: Vec<RuleId>,
    /// What the service does.
    pub statement: String,
    /// How to see it: precondition, call and expected outcome.
    pub check: String,
    /// The facts that fail a run.
    pub contract: String,
    /// The facts that are shown as differences.
    pub fidelity: String,
    /// What is not judged.
    pub open: String,
    /// Where it comes from, by the keys in `specs/rules/README.md`.
    pub source: String,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entries: Result<Vec<_>, _> = FILES.into_iter().flat_map(sections).map(read).collect();
    entries.expect("specs/rules is part of the build, and a test reads all of it")
});

/// Every entry, in the order of [`RULES`](crate::rule::RULES).
#[must_use]
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// What `specs/rules` says of this rule.
#[must_use]
pub fn entry(id: RuleId) -> &'static Entry {
    &ENTRIES[id as usize]
}

/// An entry does not have its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the entry of {heading:?}: {fault}")]
struct Malformed {
    heading: &'static str,
    fault: String,
}

/// The parts of a file that begin with a heading of the second level, without its marks.
fn sections(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split("\n## ").skip(1)
}

fn read(section: &'static str) -> Result<Entry, Malformed> {
    let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
    entry_of(heading, text).map_err(|fault| Malformed { heading, fault })
}

fn entry_of(heading: &'static str, text: &'static str) -> Result<Entry, String> {
    let (id, title) = heading.split_once(": ").ok_or("the heading has no title")?;
    let mut members = Members::of(text)?;
    let entry = Entry {
        id: rule_id(id)?,
        title,
        level: level(&members.take("Level")?)?,
        confidence: confidence(&members.take("Confidence")?)?,
        checkable: members.take("Checkable")?,
        derived_from: match members.take("Derived from") {
            Ok(ids) => ids.split(", ").map(rule_id).collect::<Result<_, _>>()?,
            Err(_) => Vec::new(),
        },
        statement: members.take(STATEMENT)?,
        check: members.take("Check")?,
        contract: members.take("Contract")?,
        fidelity: members.take("Fidelity")?,
        open: members.take("Open")?,
        source: members.take("Source")?,
    };
    members.end()?;
    Ok(entry)
}

fn rule_id(text: &str) -> Result<RuleId, String> {
    text.parse().map_err(|_| format!("{text:?} is no rule of the table"))
}

fn level(text: &str) -> Result<Level, String> {
    let levels = [Level::Must, Level::Should, Level::Observed, Level::Unspecified];
    levels.into_iter().find(|level| level.as_str() == text).ok_or_else(|| format!("{text:?} is no level"))
}

fn confidence(text: &str) -> Result<Confidence, String> {
    let found = Confidence::ALL.into_iter().find(|confidence| confidence.as_str() == text);
    found.ok_or_else(|| format!("{text:?} is no confidence"))
}

/// The name under which the paragraphs without a label are kept.
const STATEMENT: &str = "";

/// The labels that paragraphs begin with.
const LABELS: [&str; 5] = ["Check", "Contract", "Fidelity", "Open", "Source"];

/// Properties and paragraphs by their labels, in the order of the text.
struct Members(Vec<(&'static str, String)>);

impl Members {
    /// The first paragraph is the list of properties; a paragraph without a label goes on with the one before it.
    fn of(text: &'static str) -> Result<Self, String> {
        let mut paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let mut members = Self(Vec::new());
        for property in paragraphs.next().into_iter().flat_map(properties) {
            let (name, value) = property.split_once(": ").ok_or_else(|| format!("{property:?} has no value"))?;
            members.add(name, value)?;
        }
        let mut label = STATEMENT;
        for paragraph in paragraphs {
            match paragraph.split_once(':').filter(|(label, _)| LABELS.contains(label)) {
                Some((found, value)) => {
                    label = found;
                    members.add(label, value)?;
                }
                None => members.append(label, paragraph),
            }
        }
        Ok(members)
    }

    fn add(&mut self, name: &'static str, value: &str) -> Result<(), String> {
        if self.0.iter().any(|(earlier, _)| *earlier == name) {
            return Err(format!("{name:?} stands there twice"));
        }
        self.0.push((name, joined(value)));
        Ok(())
    }

    fn append(&mut self, name: &'static str, paragraph: &str) {
        match self.0.iter_mut().find(|(earlier, _)| *earlier == name) {
            Some((_, value)) => *value = format!("{value}\n\n{}", joined(paragraph)),
            None => self.0.push((name, joined(paragraph))),
        }
    }

    fn take(&mut self, name: &'static str) -> Result<String, String> {
        let index = self.0.iter().position(|(label, value)| *label == name && !value.is_empty());
        match index {
            Some(index) => Ok(self.0.remove(index).1),
            None if name == STATEMENT => Err("there is no statement".to_owned()),
            None => Err(format!("{name:?} is missing")),
        }
    }

    fn end(self) -> Result<(), String> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(format!("{name:?} is empty or not known")))
    }
}

/// The items of a list, each without its mark.
fn properties(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.strip_prefix("- ").unwrap_or(list).split("\n- ")
}

fn joined(lines: &str) -> String {
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RULES;

    const GOOD: &str = "ROT-PROG-003: a title: with a colon\n\n- Level: MUST\n- Confidence: low\n- Checkable: no (of\n  \
                        two lines)\n- Derived from: ROT-PROG-001,\n  ROT-PROG-002\n\nA statement\nof two lines.\n\nAnd \
                        more.\n\nCheck: a\ncheck\n\nContract: none (of its own)\n\nFidelity: none\n\nOpen: none\n\n\
                        Source: S: x\n";

    fn fault(text: String) -> String {
        read(Box::leak(text.into_boxed_str())).unwrap_err().fault
    }

    #[test]
    fn the_texts_and_the_table_hold_the_same_rules() {
        let ids: Vec<_> = entries().iter().map(|entry| entry.id).collect();
        assert_eq!(ids, RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
        for rule in &RULES {
            let entry = entry(rule.id);
            let word = entry.checkable.split(' ').next().unwrap();
            assert_eq!((entry.id, entry.level), (rule.id, rule.level), "{}", rule.name);
            assert_eq!(word, rule.checkable.as_str(), "{}", rule.name);
            assert_eq!(!entry.derived_from.is_empty(), rule.derived, "{}", rule.name);
        }
    }

    #[test]
    fn a_reason_is_given_for_no_and_for_nothing_else() {
        for entry in entries() {
            let has_reason = entry.checkable.starts_with("no (") && entry.checkable.ends_with(')');
            assert!(has_reason || ["yes", "arn", "function"].contains(&entry.checkable.as_str()), "{}", entry.id);
        }
    }

    #[test]
    fn no_rule_derives_from_a_derived_rule() {
        let derived = entries().iter().flat_map(|entry| entry.derived_from.iter().map(move |from| (entry.id, *from)));
        assert_eq!(derived.filter(|(_, from)| from.rule().derived).collect::<Vec<_>>(), []);
    }

    #[test]
    fn an_entry_is_read_with_its_lines_joined() {
        let entry = read(GOOD).unwrap();
        assert_eq!((entry.id, entry.title), (RuleId::Prog003, "a title: with a colon"));
        assert_eq!((entry.level, entry.confidence), (Level::Must, Confidence::Low));
        assert_eq!(entry.checkable, "no (of two lines)");
        assert_eq!(entry.derived_from, [RuleId::Prog001, RuleId::Prog002]);
        assert_eq!(entry.statement, "A statement of two lines.\n\nAnd more.");
        assert_eq!((entry.check.as_str(), entry.contract.as_str()), ("a check", "none (of its own)"));
        assert_eq!((entry.fidelity.as_str(), entry.open.as_str(), entry.source.as_str()), ("none", "none", "S: x"));
    }

    #[test]
    fn an_entry_of_another_form_is_refused() {
        for (from, to, expected) in [
            ("ROT-PROG-003: a", "ROT-PROG-003 a", "\"ROT-PROG-003 a title\" is no rule of the table"),
            ("ROT-PROG-003", "ROT-STATE-025", "\"ROT-STATE-025\" is no rule of the table"),
            ("MUST", "MAY", "\"MAY\" is no level"),
            ("low", "lower", "\"lower\" is no confidence"),
            ("Open: none\n\n", "", "\"Open\" is missing"),
            ("Open: none", "Open: \n\nOpen: none", "\"Open\" stands there twice"),
            ("Open: none", "Open:", "\"Open\" is missing"),
            ("- Level", "- Colour: red\n- Level", "\"Colour\" is empty or not known"),
            ("A statement\nof two lines.\n\nAnd more.\n\n", "", "there is no statement"),
            ("ROT-PROG-002", "ROT-PROG-999", "\"ROT-PROG-999\" is no rule of the table"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            assert_eq!(fault(GOOD.replacen(from, to, 1)), expected);
        }
    }
}
