//! What the self-test does not show, and why: rules that no defect is blamed on, and defects that no case finds.

use crate::rule::RuleId;

/// The rules that nothing shows to bite; a test keeps this exact.
pub const UNBITTEN: &[(&str, &[RuleId])] = &[
    (
        "either answer is good, and which it was is reported: there is nothing to break",
        &[RuleId::State016, RuleId::Ident004, RuleId::Conc008],
    ),
    ("a quota, tested once in a run and left out of these", &[RuleId::State021, RuleId::State022]),
    ("needs concurrent callers, which no case has yet", &[RuleId::Conc003, RuleId::Conc006, RuleId::Conc011]),
];

/// The defects that no case finds yet; a self-test does without them, unless it is told their names.
pub const UNFOUND: &[(&str, &str)] =
    &[("partial-arn-by-prefix", "no case has an ARN that is cut short anywhere but before its suffix")];
