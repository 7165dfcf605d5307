//! The texts of rotation rules: durations, rates and cron expressions, as far as the documents and records settle them.
//!
//! A text is legal, illegal, or of a kind that nothing decides; the last is never judged.

use super::RotationRules;
use crate::rule::RuleId;

const RATE_IN_HOURS: &str = "Rate in hour should be least 4 and less than 24.";
const RATE_IN_DAYS: &str = "Rate in day should be greater than 0 and less than 1000.";
const DURATION: &str = "Duration must be at least 1 hour, at most 24 hour.";
const LONGER_THAN_RATE: &str = "Duration cannot be greater than Rate in hour.";
const BEYOND_THE_DAY: &str = "Starting hour and duration must be within a day.";

/// What the documents and records say of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legality {
    Legal,
    /// Against this rule, and refused with this text where one is recorded.
    Illegal(RuleId, Option<&'static str>),
    /// Not decided.
    Unclear,
}

/// `Duration`: digits followed by `h`, two or three characters, 1 to 24 hours (ROT-VAL-010).
pub(crate) fn duration(text: &str) -> Legality {
    match hours(text) {
        Some(1..=24) => Legality::Legal,
        Some(_) => Legality::Illegal(RuleId::Val010, Some(DURATION)),
        None => Legality::Illegal(RuleId::Val010, None),
    }
}

/// The hours of a duration that has the form of one.
pub(crate) fn hours(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('h')?;
    let has_form = (2..=3).contains(&text.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    has_form.then(|| digits.parse().ok()).flatten()
}

/// `AutomaticallyAfterDays`: whether 1000 is legal is disputed (ROT-VAL-008, C-24).
pub(crate) const fn days(days: i64) -> Legality {
    match days {
        1..=999 => Legality::Legal,
        1000 => Legality::Unclear,
        _ => Legality::Illegal(RuleId::Val008, None),
    }
}

/// `ScheduleExpression`: a rate or a cron expression (ROT-VAL-011, ROT-VAL-012).
pub(crate) fn expression(text: &str) -> Legality {
    if let Some(text) = inside(text, "rate(") {
        return match rate(text) {
            Some(Rate { is_odd: true, .. } | Rate { every: Every::Days(1000), .. }) => Legality::Unclear,
            Some(Rate { every: Every::Hours(4..24) | Every::Days(1..1000), .. }) => Legality::Legal,
            Some(Rate { every: Every::Hours(_), .. }) => Legality::Illegal(RuleId::Val011, Some(RATE_IN_HOURS)),
            Some(Rate { every: Every::Days(_), .. }) => Legality::Illegal(RuleId::Val011, Some(RATE_IN_DAYS)),
            None => Legality::Illegal(RuleId::Val011, None),
        };
    }
    match inside(text, "cron(") {
        Some(fields) => cron(fields),
        None => Legality::Illegal(RuleId::Val011, None),
    }
}

fn inside<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    text.strip_prefix(kind)?.strip_suffix(')')
}

/// How often a rate comes round.
#[derive(Clone, Copy)]
enum Every {
    Hours(u32),
    Days(u32),
}

struct Rate {
    every: Every,
    /// Whether more than one of them is spelled as one, as in `rate(4 hour)`; `rate(1 days)` is on record.
    is_odd: bool,
}

fn rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once(' ')?;
    let count: u32 = count.bytes().all(|byte| byte.is_ascii_digit()).then(|| count.parse().ok())??;
    let (every, is_singular) = match unit {
        "hour" => (Every::Hours(count), true),
        "hours" => (Every::Hours(count), false),
        "day" => (Every::Days(count), true),
        "days" => (Every::Days(count), false),
        _ => return None,
    };
    let is_legal = matches!(every, Every::Hours(4..24) | Every::Days(1..1000));
    Some(Rate { every, is_odd: is_singular && is_legal && count > 1 })
}

fn cron(fields: &str) -> Legality {
    let fields: Vec<_> = fields.split(' ').collect();
    let [minutes, hours, day_of_month, _month, day_of_week, year] = fields[..] else {
        return Legality::Illegal(RuleId::Val011, None);
    };
    let question_marks = [day_of_month, day_of_week].iter().filter(|field| **field == "?").count();
    if minutes != "0" || year != "*" || question_marks != 1 {
        return Legality::Illegal(RuleId::Val012, None);
    }
    match hours.parse::<u32>() {
        Ok(0..24) => Legality::Legal,
        _ => Legality::Unclear,
    }
}

/// The text that refuses a window which reaches into the next one or past the end of the UTC day (ROT-VAL-013); `None` if
/// the window does not, or if duration or schedule is none.
pub(crate) fn too_long(rules: &RotationRules) -> Option<&'static str> {
    let (expression, length) = (rules.schedule_expression.as_deref()?, rules.duration.as_deref()?);
    if duration(length) != Legality::Legal {
        return None;
    }
    let length = hours(length)?;
    if let Some(text) = inside(expression, "rate(") {
        let is_longer = matches!(rate(text)?.every, Every::Hours(every @ 4..24) if length > every);
        return is_longer.then_some(LONGER_THAN_RATE);
    }
    let start: u32 = inside(expression, "cron(")?.split(' ').nth(1)?.parse().ok()?;
    (start + length > 24).then_some(BEYOND_THE_DAY)
}

/// `AutomaticallyAfterDays` as the service computes it beside an expression: one day for a rate in hours, seven for a cron
/// expression that names a day of the week; `None` where no record shows it (ROT-CONF-007).
pub(crate) fn computed_days(expression: &str) -> Option<i64> {
    if let Some(text) = inside(expression, "rate(") {
        return Some(match rate(text)?.every {
            Every::Hours(_) => 1,
            Every::Days(days) => i64::from(days),
        });
    }
    let fields: Vec<_> = inside(expression, "cron(")?.split(' ').collect();
    let [_, _, "?", "*", day_of_week, _] = fields[..] else { return None };
    let is_one_day = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].contains(&day_of_week);
    is_one_day.then_some(7)
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
            assert_eq!(duration(illegal), Legality::Illegal(RuleId::Val010, None), "{illegal}");
        }
        assert_eq!([duration("1h"), duration("24h")], [Legality::Legal; 2]);
        for illegal in ["0h", "25h", "99h"] {
            assert_eq!(duration(illegal), Legality::Illegal(RuleId::Val010, Some(DURATION)), "{illegal}");
        }
    }

    #[test]
    fn the_catalogues_expressions_are_told_apart() {
        for legal in [
            "rate(4 hours)",
            "rate(23 hours)",
            "rate(10 days)",
            "rate(999 days)",
            "rate(1 day)",
            "rate(1 days)",
            "cron(0 8 1 * ? *)",
            "cron(0 22 * * ? *)",
            "cron(0 0 ? * SUN *)",
        ] {
            assert_eq!(expression(legal), Legality::Legal, "{legal}");
        }
        for (illegal, text) in [
            ("rate(3 hours)", Some(RATE_IN_HOURS)),
            ("rate(24 hours)", Some(RATE_IN_HOURS)),
            ("rate(0 days)", Some(RATE_IN_DAYS)),
            ("rate(1001 days)", Some(RATE_IN_DAYS)),
            ("rate(5 minutes)", None),
            ("rate(+5 days)", None),
            ("every day", None),
            ("cron(0 8)", None),
        ] {
            assert_eq!(expression(illegal), Legality::Illegal(RuleId::Val011, text), "{illegal}");
        }
        for illegal in ["cron(15 8 1 * ? *)", "cron(0 8 1 * ? 2030)", "cron(0 8 1 * 1 *)", "cron(0 8 ? * ? *)"] {
            assert_eq!(expression(illegal), Legality::Illegal(RuleId::Val012, None), "{illegal}");
        }
        for unclear in ["cron(0 /4 * * ? *)", "cron(0 24 * * ? *)", "rate(1000 days)", "rate(10 day)"] {
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
        for (expression, longest, longer, text) in [
            ("rate(4 hours)", "4h", "5h", LONGER_THAN_RATE),
            ("rate(23 hours)", "23h", "24h", LONGER_THAN_RATE),
            ("cron(0 22 * * ? *)", "2h", "3h", BEYOND_THE_DAY),
            ("cron(0 8 1 * ? *)", "16h", "17h", BEYOND_THE_DAY),
            ("cron(0 1 ? * SUN *)", "23h", "24h", BEYOND_THE_DAY),
        ] {
            assert_eq!(too_long(&rules(expression, longest)), None, "{expression}");
            assert_eq!(too_long(&rules(expression, longer)), Some(text), "{expression}");
        }
        assert_eq!(too_long(&rules("cron(0 0 ? * SUN *)", "24h")), None);
        assert_eq!(too_long(&rules("rate(1 day)", "24h")), None, "days are not held against it");
        for unjudged in ["long", "25h"] {
            assert_eq!(too_long(&rules("cron(0 22 * * ? *)", unjudged)), None, "what is no duration has no length");
        }
    }

    #[test]
    fn days_are_good_below_a_thousand_and_computed_as_recorded() {
        assert_eq!([days(1), days(999), days(1000)], [Legality::Legal, Legality::Legal, Legality::Unclear]);
        assert_eq!([days(0), days(1001)], [Legality::Illegal(RuleId::Val008, None); 2]);
        for (expression, expected) in [
            ("rate(4 hours)", Some(1)),
            ("rate(10 hours)", Some(1)),
            ("rate(1 days)", Some(1)),
            ("rate(10 days)", Some(10)),
            ("cron(0 0 ? * SUN *)", Some(7)),
            ("cron(0 8 1 * ? *)", None),
            ("cron(0 8 ? * MON-FRI *)", None),
        ] {
            assert_eq!(computed_days(expression), expected, "{expression}");
        }
    }
}
