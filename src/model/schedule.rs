//! The texts of rotation rules: durations, rates and cron expressions, as far as the documents settle them.
//!
//! A text is legal, illegal, or of a kind that the documents do not decide; the last is never judged.

use super::RotationRules;
use crate::rule::RuleId;

/// What the documents say of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legality {
    Legal,
    /// Against this rule.
    Illegal(RuleId),
    /// Not decided by the documents.
    Unclear,
}

/// `Duration`: digits followed by `h`, two or three characters (ROT-VAL-010).
pub(crate) fn duration(text: &str) -> Legality {
    match hours(text) {
        Some(1..) => Legality::Legal,
        Some(_) => Legality::Unclear,
        None => Legality::Illegal(RuleId::Val010),
    }
}

fn hours(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('h')?;
    let has_form = (2..=3).contains(&text.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    has_form.then(|| digits.parse().ok()).flatten()
}

/// `ScheduleExpression`: a rate or a cron expression (ROT-VAL-011, ROT-VAL-012).
pub(crate) fn expression(text: &str) -> Legality {
    if let Some(rate) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        return match rate_hours(rate) {
            Some(4..) => Legality::Legal,
            _ => Legality::Illegal(RuleId::Val011),
        };
    }
    match text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) {
        Some(fields) => cron(fields),
        None => Legality::Illegal(RuleId::Val011),
    }
}

fn rate_hours(rate: &str) -> Option<u32> {
    let (count, unit) = rate.split_once(' ')?;
    let count: u32 = count.parse().ok()?;
    match unit {
        "hour" | "hours" => Some(count),
        "day" | "days" => count.checked_mul(24),
        _ => None,
    }
}

fn cron(fields: &str) -> Legality {
    let fields: Vec<_> = fields.split(' ').collect();
    let [minutes, hours, day_of_month, _month, day_of_week, year] = fields[..] else {
        return Legality::Illegal(RuleId::Val011);
    };
    let question_marks = [day_of_month, day_of_week].iter().filter(|field| **field == "?").count();
    if minutes != "0" || year != "*" || question_marks != 1 {
        return Legality::Illegal(RuleId::Val012);
    }
    match hours.parse::<u32>() {
        Ok(0..24) => Legality::Legal,
        _ => Legality::Unclear,
    }
}

/// A window that reaches into the next one or past the end of the UTC day (ROT-VAL-013).
pub(crate) fn window_is_too_long(rules: &RotationRules) -> bool {
    let (Some(expression), Some(hours)) = (&rules.schedule_expression, rules.duration.as_deref().and_then(hours))
    else {
        return false;
    };
    if let Some(rate) = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        return rate.contains("hour") && rate_hours(rate).is_some_and(|every| hours > every);
    }
    let fields = expression.strip_prefix("cron(").unwrap_or_default();
    let start = fields.split(' ').nth(1).and_then(|field| field.parse::<u32>().ok());
    start.is_some_and(|start| start + hours > 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_durations_are_told_apart() {
        for legal in ["3h", "12h"] {
            assert_eq!(duration(legal), Legality::Legal, "{legal}");
        }
        for illegal in ["3", "h", "100h", "3m", "", "-3h", "xh"] {
            assert_eq!(duration(illegal), Legality::Illegal(RuleId::Val010), "{illegal}");
        }
        assert_eq!(duration("0h"), Legality::Unclear);
    }

    #[test]
    fn the_catalogues_expressions_are_told_apart() {
        for legal in ["rate(4 hours)", "rate(10 days)", "rate(1 day)", "cron(0 8 1 * ? *)", "cron(0 22 * * ? *)"] {
            assert_eq!(expression(legal), Legality::Legal, "{legal}");
        }
        for illegal in ["rate(3 hours)", "rate(0 days)", "rate(5 minutes)", "every day", "cron(0 8)"] {
            assert_eq!(expression(illegal), Legality::Illegal(RuleId::Val011), "{illegal}");
        }
        for illegal in ["cron(15 8 1 * ? *)", "cron(0 8 1 * ? 2030)", "cron(0 8 1 * 1 *)", "cron(0 8 ? * ? *)"] {
            assert_eq!(expression(illegal), Legality::Illegal(RuleId::Val012), "{illegal}");
        }
        for unclear in ["cron(0 /4 * * ? *)", "cron(0 24 * * ? *)"] {
            assert_eq!(expression(unclear), Legality::Unclear, "{unclear}");
        }
    }

    #[test]
    fn windows_that_reach_too_far_are_found() {
        let rules = |expression: &str, duration: &str| RotationRules {
            schedule_expression: Some(expression.into()),
            duration: Some(duration.into()),
            ..RotationRules::default()
        };
        for (expression, longest, too_long) in
            [("rate(4 hours)", "4h", "5h"), ("cron(0 22 * * ? *)", "2h", "3h"), ("cron(0 8 1 * ? *)", "16h", "17h")]
        {
            assert!(!window_is_too_long(&rules(expression, longest)), "{expression}");
            assert!(window_is_too_long(&rules(expression, too_long)), "{expression}");
        }
        assert!(!window_is_too_long(&rules("rate(1 day)", "25h")), "days are not held against it");
        assert!(!window_is_too_long(&rules("cron(0 22 * * ? *)", "long")), "what is no duration has no length");
    }
}
