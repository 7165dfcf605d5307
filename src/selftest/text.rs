//! The kill matrix for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Kill, Known, Matrix, Minimum, Row, Spread, UNFOUND, Why};
use crate::rule::RuleId;
use crate::service::Defect;
use crate::verdict::Fingerprint;

/// The matrix, then what it comes to.
#[must_use]
pub fn to_text(matrix: &Matrix) -> String {
    let rows = matrix.rows();
    let mut text = String::new();
    if !rows.is_empty() {
        table(&mut text, &rows);
        summary(&mut text, matrix, &rows);
    }
    alarms(&mut text, matrix);
    text
}

fn table(text: &mut String, rows: &[Row]) {
    let width = rows.iter().map(|row| row.defect.to_string().len()).max().unwrap_or(0);
    let _ =
        writeln!(text, "{:width$}  found    calls to find      to shrink  blamed: seeds, calls of the case", "defect");
    for row in rows {
        line(text, row, width);
    }
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

/// The findings of the trials without the fixed cases, each with defect and seed.
fn findings(matrix: &Matrix) -> impl Iterator<Item = (Defect, u64, &Kill)> {
    let random = matrix.trials.iter().filter(|trial| !trial.sweep);
    let of_defects = random.filter_map(|trial| Some((trial.defect?, trial)));
    of_defects.flat_map(|(defect, trial)| trial.confirmed().map(move |kill| (defect, trial.seed, kill)))
}

/// In how many trials the shortest finding of a rule is as short as any for the defect and the rule, of those for which
/// that length is known.
fn at_least_length(matrix: &Matrix, of: fn(Defect, RuleId) -> Option<usize>) -> (usize, usize) {
    let mut shortest: BTreeMap<(String, u64, RuleId), (Defect, usize)> = BTreeMap::new();
    for (defect, seed, kill) in findings(matrix) {
        let known = shortest.entry((defect.to_string(), seed, kill.rule)).or_insert((defect, kill.length));
        known.1 = known.1.min(kill.length);
    }
    let all = shortest.iter().filter_map(|((.., rule), (defect, length))| Some(*length <= of(*defect, *rule)?));
    all.fold((0, 0), |(least, all), is_least| (least + usize::from(is_least), all + 1))
}

/// How many findings are as short as the shortest of the same defect and fingerprint.
fn at_least_of_the_same(matrix: &Matrix) -> (usize, usize) {
    let mut lengths: BTreeMap<(String, &Fingerprint), Vec<usize>> = BTreeMap::new();
    for (defect, _, kill) in findings(matrix) {
        lengths.entry((defect.to_string(), &kill.fingerprint)).or_default().push(kill.length);
    }
    let of_one = lengths.values().map(|lengths| {
        let least = lengths.iter().min();
        (lengths.iter().filter(|length| Some(*length) == least).count(), lengths.len())
    });
    of_one.fold((0, 0), |(least, all), (some, of)| (least + some, all + of))
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
    let (least, all) = at_least_length(matrix, Known::minimum);
    let (shortest, known) = at_least_length(matrix, Known::shortest);
    let (alike, of) = at_least_of_the_same(matrix);
    let _ = writeln!(
        text,
        "shortest finding of a rule in a trial: at the true minimum of defect and rule {least} of {all}, at the shortest \
         known length {shortest} of {known}; findings as short as any of the same fingerprint: {alike} of {of}"
    );
    let strays = rows.iter().flat_map(Row::strays).count();
    let _ = writeln!(
        text,
        "blamed without a good reason (!): {strays}; not announced: a consequence (~), or another rule that owns it (+)"
    );
    if rows.len() + UNFOUND.len() == Defect::named().chain(Defect::generated()).count() {
        let unbitten: Vec<_> = matrix.unbitten().map(RuleId::as_str).collect();
        let _ = writeln!(text, "rules that nothing was blamed on: {}", unbitten.join(", "));
        for (defect, why) in UNFOUND {
            let _ = writeln!(text, "not looked for: {defect}, since {why}");
        }
    }
}

/// What services without a defect were blamed for, which must be nothing.
fn alarms(text: &mut String, matrix: &Matrix) {
    let (cases, calls) = matrix.peace();
    let of_variants = matrix.alarms().filter(|(trial, _)| trial.variant.is_some()).count();
    let _ = writeln!(text, "false alarms: {} in {cases} cases, {calls} calls", matrix.alarms().count() - of_variants);
    let (cases, calls) = matrix.tolerance();
    let variants: BTreeSet<_> =
        matrix.trials.iter().filter_map(|trial| trial.variant).map(|variant| variant.to_string()).collect();
    let _ = writeln!(
        text,
        "false alarms with {} permitted ways to answer otherwise: {of_variants} in {cases} cases, {calls} calls",
        variants.len()
    );
    for (trial, kill) in matrix.alarms() {
        let variant = trial.variant.map(|variant| format!(", {variant}")).unwrap_or_default();
        let _ = writeln!(text, "  seed {}{variant}: {:?} {}", trial.seed, kill.status, kill.fingerprint);
    }
}

/// The minima: for each defect each rule with the calls of its shortest case, and what was not found.
#[must_use]
pub fn minima_to_text(minima: &[Minimum]) -> String {
    let mut text = String::new();
    for minimum in minima {
        let found = minimum.cases.iter().map(|(rule, case)| format!("{rule} {}", case.steps.len()));
        let missing = minimum.missing.iter().map(|rule| format!("{rule} none in {}", minimum.depth));
        let rules: Vec<_> = found.chain(missing).collect();
        let _ = writeln!(text, "{}: {} ({} states)", minimum.defect, rules.join(", "), minimum.states);
    }
    text
}
