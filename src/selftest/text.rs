//! The kill matrix for a person.

use std::fmt::Write as _;

use super::{Matrix, Row, Spread};
use crate::rule::RuleId;

/// The matrix, then what it comes to.
#[must_use]
pub fn to_text(matrix: &Matrix) -> String {
    let rows = matrix.rows();
    let width = rows.iter().map(|row| row.defect.to_string().len()).max().unwrap_or(0);
    let mut text =
        format!("{:width$}  found    calls to find      to shrink  blamed: seeds, calls of the case\n", "defect");
    for row in &rows {
        line(&mut text, row, width);
    }
    summary(&mut text, matrix, &rows);
    text
}

fn line(text: &mut String, row: &Row, width: usize) {
    let fixed = row.find_by_sweep.map_or_else(|| "-".to_owned(), |calls| calls.to_string());
    let _ = write!(text, "{:width$}  {:>2}/{:<2}", row.defect.to_string(), row.found, row.seeds);
    let _ = write!(
        text,
        "  {:>4} {:>5} {fixed:>5}  {:>4} {:>5} ",
        row.find.median, row.find.max, row.shrink.median, row.shrink.max
    );
    let announced = row.defect.breaks();
    for (rule, (seeds, lengths)) in &row.blamed {
        let mark = if announced.contains(rule) { "" } else { "!" };
        let _ = write!(text, " {mark}{rule} {seeds}x {}", range(*lengths));
    }
    text.push('\n');
}

fn range(spread: Spread) -> String {
    match spread.min == spread.max {
        true => spread.min.to_string(),
        false => format!("{}-{}", spread.min, spread.max),
    }
}

fn summary(text: &mut String, matrix: &Matrix, rows: &[Row]) {
    let (trials, found): (usize, usize) =
        (rows.iter().map(|row| row.seeds).sum(), rows.iter().map(|row| row.found).sum());
    let _ = writeln!(text, "\n{} defects, found in {found} of {trials} trials", rows.len());
    let medians: Spread = rows.iter().map(|row| row.find.median).collect();
    let shrinks: Spread = rows.iter().map(|row| row.shrink.median).collect();
    let worst = |of: fn(&Row) -> u64| rows.iter().map(of).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "calls to find: median of medians {}, greatest median {}, most {}",
        medians.median,
        medians.max,
        worst(|row| row.find.max)
    );
    let _ = writeln!(
        text,
        "calls to shrink: median of medians {}, greatest median {}, most {}",
        shrinks.median,
        shrinks.max,
        worst(|row| row.shrink.max)
    );
    let unannounced: Vec<(String, RuleId)> =
        rows.iter().flat_map(|row| row.unannounced().map(|rule| (row.defect.to_string(), rule))).collect();
    let _ = writeln!(text, "blamed and not announced: {}", unannounced.len());
    let (cases, calls) = matrix.peace();
    let _ = writeln!(text, "false alarms: {} in {cases} cases, {calls} calls", matrix.alarms().count());
    for (seed, kill) in matrix.alarms() {
        let _ = writeln!(text, "  seed {seed}: {}", kill.fingerprint);
    }
}
