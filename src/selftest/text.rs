//! The kill matrix for a person.

use std::fmt::Write as _;

use super::{Known, Matrix, Row, Spread, UNFOUND, Why};
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
    for (rule, blame) in &row.blamed {
        let mark = match blame.why {
            Why::Announced => "",
            Why::Consequence => "~",
            Why::Beside(_) => "+",
            Why::Stray => "!",
        };
        let _ = write!(text, " {mark}{rule} {}x {}", blame.seeds, range(blame.lengths));
    }
    text.push('\n');
}

fn range(spread: Spread) -> String {
    match spread.min == spread.max {
        true => spread.min.to_string(),
        false => format!("{}-{}", spread.min, spread.max),
    }
}

/// How many findings have the shortest known length, of those for which one is known.
fn at_shortest(matrix: &Matrix) -> (usize, usize) {
    let random = matrix.trials.iter().filter(|trial| !trial.sweep);
    let lengths: Vec<bool> = random
        .filter_map(|trial| Some((trial.defect?, trial)))
        .flat_map(|(defect, trial)| trial.confirmed().map(move |kill| (defect, kill)))
        .filter_map(|(defect, kill)| Some(kill.length <= Known::shortest(defect, kill.rule)?))
        .collect();
    (lengths.iter().filter(|is_shortest| **is_shortest).count(), lengths.len())
}

/// What the calls of all defects come to.
fn calls(text: &mut String, purpose: &str, rows: &[Row], of: fn(&Row) -> Spread) {
    let medians: Spread = rows.iter().map(|row| of(row).median).collect();
    let most = rows.iter().map(|row| of(row).max).max().unwrap_or(0);
    let Spread { median, max, .. } = medians;
    let _ = writeln!(text, "calls to {purpose}: median of medians {median}, greatest median {max}, most {most}");
}

fn summary(text: &mut String, matrix: &Matrix, rows: &[Row]) {
    let (trials, found): (usize, usize) =
        (rows.iter().map(|row| row.seeds).sum(), rows.iter().map(|row| row.found).sum());
    let _ = writeln!(text, "\n{} defects, found in {found} of {trials} trials", rows.len());
    calls(text, "find", rows, |row| row.find);
    calls(text, "shrink", rows, |row| row.shrink);
    let (shortest, all) = at_shortest(matrix);
    let _ = writeln!(text, "at the shortest known length: {shortest} of {all} findings that defects announce");
    let strays = rows.iter().flat_map(Row::strays).count();
    let _ = writeln!(
        text,
        "blamed without a good reason (!): {strays}; not announced: a consequence (~), or another rule that owns it (+)"
    );
    let unbitten: Vec<_> = matrix.unbitten().map(RuleId::as_str).collect();
    let _ = writeln!(text, "rules that nothing was blamed on: {}", unbitten.join(", "));
    for (defect, why) in UNFOUND {
        let _ = writeln!(text, "not looked for: {defect}, since {why}");
    }
    let (cases, calls) = matrix.peace();
    let _ = writeln!(text, "false alarms: {} in {cases} cases, {calls} calls", matrix.alarms().count());
    for (seed, kill) in matrix.alarms() {
        let _ = writeln!(text, "  seed {seed}: {}", kill.fingerprint);
    }
}
