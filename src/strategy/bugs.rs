//! Known bugs: the shortest cases that have shown one, of the reference service's defects or of an emulator.
//!
//! `specs/kills.ndjson` has those of the defects; `specs/found.ndjson` has what random cases find in an emulator in some
//! runs only, and so is found in each.

use serde::Deserialize;

use super::{Case, Menu};

const FILES: [&str; 2] = [include_str!("../../specs/kills.ndjson"), include_str!("../../specs/found.ndjson")];

/// A line of either file, which have more to tell.
#[derive(Deserialize)]
struct Line {
    case: Case,
}

/// The cases of known bugs that this menu permits, each once, and none that is the beginning of another. Those about the
/// life of a rotation are among the [`stories`](super::stories).
///
/// # Panics
///
/// Never: a test reads what is compiled in.
#[must_use]
pub fn known_bugs(menu: Menu) -> Vec<Case> {
    let lines = FILES.iter().flat_map(|file| file.lines());
    let cases = lines.map(|line| serde_json::from_str(line).expect("a test reads the cases of known bugs"));
    let is_meant = |case: &Case| menu.permits(case) && case.steps.iter().all(|step| step.script.is_none());
    let mut cases: Vec<Case> = cases.map(|Line { case }| case).filter(is_meant).collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.steps.len()));
    let mut longest: Vec<Case> = Vec::with_capacity(cases.len());
    for case in cases {
        if !longest.iter().any(|known| known.steps.starts_with(&case.steps)) {
            longest.push(case);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_bug_is_in_one_case_and_no_case_in_another() {
        let menu = Menu { has_function: true, has_missing_function: true, ..Menu::default() };
        let cases = known_bugs(menu);
        for line in FILES.iter().flat_map(|file| file.lines()) {
            let Line { case } = serde_json::from_str(line).expect("each line is a case");
            if case.steps.iter().any(|step| step.script.is_some()) {
                continue;
            }
            let within = cases.iter().filter(|known| known.steps.starts_with(&case.steps)).count();
            assert!(within > 0, "{line}");
        }
        for (index, case) in cases.iter().enumerate() {
            let is_within = |other: &Case| other.steps.starts_with(&case.steps);
            assert!(cases.iter().enumerate().all(|(other, known)| other == index || !is_within(known)));
        }
        let without = Menu { has_function: false, has_missing_function: false, ..Menu::default() };
        assert!((1..cases.len()).contains(&known_bugs(without).len()));
    }
}
