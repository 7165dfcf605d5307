//! Findings in a line or two each, those that say the same of several operations together.

use super::finding::{operation, plain};
use super::legend::legend_of_demands;
use super::wrap::{cut, wrapped};
use crate::rule::RuleId;
use crate::runner::Finding;

/// The longest that is shown of what was expected, and of what was observed.
const LONGEST: usize = 90;
/// How much is shown of what two long texts have in common, before they differ.
const CONTEXT: usize = 30;

/// What some findings of one rule have in common.
struct Group<'a> {
    rule: RuleId,
    demand: String,
    operations: Vec<&'a str>,
}

/// A heading, and the findings in the order of their rules; nothing if there are none.
pub(super) fn list(heading: &str, findings: &[&Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        let violation = &finding.violation;
        let (expected, observed) = (plain(&violation.expected), plain(&violation.observed));
        let same = in_common(&expected, &observed);
        let demand = format!("expected {}, observed {}", shortened(&expected, same), shortened(&observed, same));
        match groups.iter_mut().find(|group| group.rule == violation.rule && group.demand == demand) {
            Some(group) => group.operations.push(operation(finding)),
            None => groups.push(Group { rule: violation.rule, demand, operations: vec![operation(finding)] }),
        }
    }
    let line = |group: &Group<'_>| {
        let Group { rule, demand, operations } = group;
        wrapped(&format!("  {:<15}", rule.as_str()), &format!("{}: {demand}", operations.join(", ")), 17)
    };
    let lines: String = groups.iter().map(line).collect();
    let legend = legend_of_demands(findings).map(|legend| wrapped("  where          ", &legend, 17));
    format!("\n{heading}\n{lines}{}", legend.unwrap_or_default())
}

/// How many characters two texts begin with alike.
fn in_common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// A long text cut short: not before it begins to differ from the other, after `same` characters.
fn shortened(text: &str, same: usize) -> String {
    if same + CONTEXT < LONGEST || text.chars().count() <= LONGEST {
        return cut(text, LONGEST);
    }
    let rest: String = text.chars().skip(same - CONTEXT).collect();
    format!("...{}", cut(&rest, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::read_findings;

    fn finding(operation: &str, observed: &str) -> Finding {
        let text = format!(
            r#"{{"rule": "ROT-VAL-017", "fingerprint": "x", "expected": "no such name", "observed": "{observed}",
                "case": [{{"op": "{operation}", "request": {{"SecretId": "$s1"}}}}]}}"#
        );
        read_findings(&text).unwrap().findings.remove(0)
    }

    #[test]
    fn operations_of_which_the_same_is_said_share_a_line() {
        let findings = [
            finding("DeleteSecret", "$s1 is taken"),
            finding("RestoreSecret", "another"),
            finding("TagResource", "$s1 is taken"),
        ];
        let listed = list("differs", &findings.each_ref());
        let lines = "\ndiffers\n  ROT-VAL-017    DeleteSecret, TagResource: expected no such name, observed s1 is taken\n  \
                     ROT-VAL-017    RestoreSecret: expected no such name, observed another\n";
        assert_eq!(listed, lines);
        assert_eq!(list("differs", &[]), "");
    }

    #[test]
    fn where_two_long_texts_differ_is_shown() {
        let (one, other) = (format!("{}A", "word ".repeat(40)), format!("{}B", "word ".repeat(40)));
        let same = in_common(&one, &other);
        assert_eq!(shortened(&one, same), format!("...{}A", "word ".repeat(6)));
        assert!(shortened(&other, same).ends_with(" B"));
        assert_eq!(shortened("short", 0), "short");
        assert_eq!(shortened(&one, 0).chars().count(), LONGEST);
    }
}
