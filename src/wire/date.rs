//! Dates as text: the header `Date`, and the ISO 8601 dates that a service may send in place of numbers.

use crate::model::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads the header `Date` in its only form that may be sent, for instance `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub fn from_http_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.strip_suffix(" GMT")?.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let year = parts.next()?.parse().ok()?;
    let time = seconds_of_day(parts.next()?)?;
    Some(at(days_since_1970(year, u8::try_from(month).ok()?, day)?, time))
}

/// Reads an ISO 8601 date and time; without an offset it is taken as UTC.
pub(super) fn from_iso(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut parts = date.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let (time, offset_seconds) = split_offset(time)?;
    let days = days_since_1970(year, month, day)?;
    parts.next().is_none().then_some(at(days, seconds_of_day(time)? - offset_seconds))
}

/// The time without its offset, and the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, f64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0.0));
    }
    let Some(start) = time.find(['+', '-']) else { return Some((time, 0.0)) };
    let (time, offset) = time.split_at(start);
    let (sign, offset) = offset.split_at(1);
    let (hours, minutes) = offset.split_once(':').or_else(|| offset.split_at_checked(2))?;
    let seconds = f64::from(hours.parse::<u8>().ok()?) * 3600.0 + f64::from(minutes.parse::<u8>().ok()?) * 60.0;
    Some((time, if sign == "-" { -seconds } else { seconds }))
}

/// Seconds since midnight of `08:49:37` or `08:49:37.123`.
fn seconds_of_day(time: &str) -> Option<f64> {
    let mut parts = time.splitn(3, ':');
    let hours: u8 = parts.next()?.parse().ok()?;
    let minutes: u8 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    (hours < 24 && minutes < 60 && (0.0..61.0).contains(&seconds))
        .then(|| f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + seconds)
}

/// Days of the Gregorian calendar since 1 January 1970, counted in years that begin in March, so that the day that a
/// leap year adds is the last one of its year.
fn days_since_1970(year: u16, month: u8, day: u8) -> Option<f64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let month = i32::from(month);
    let year = i32::from(year) - i32::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(f64::from(year * 365 + leap_days + day_of_year - 719_468))
}

fn at(days: f64, seconds: f64) -> Timestamp {
    Timestamp(days * Timestamp::DAY + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199.0),
            ("Sun, 22 Nov 2026 22:32:03 GMT", 1_795_386_723.0),
        ] {
            assert_eq!(from_http_date(text), Some(Timestamp(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_http_date_is_not() {
        for text in
            ["", "GMT", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 1 2 3 4 GMT"]
        {
            assert_eq!(from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn iso_dates_are_read_with_fractions_and_offsets() {
        for (text, seconds) in [
            ("2024-02-29T23:59:59Z", 1_709_251_199.0),
            ("2024-02-29T23:59:59.250Z", 1_709_251_199.25),
            ("2024-03-01 00:59:59+01:00", 1_709_251_199.0),
            ("2024-02-29T18:29:59-0530", 1_709_251_199.0),
            ("2024-02-29T23:59:59", 1_709_251_199.0),
        ] {
            assert_eq!(from_iso(text), Some(Timestamp(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_iso_date_is_not() {
        for text in ["", "2024-02-29", "2024-13-01T00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29T00:00:00+é", "T"] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }
}
