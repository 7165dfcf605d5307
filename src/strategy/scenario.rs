//! Scenarios: fixed cases with a name that tell the main stories, one file of `specs/scenarios` each.
//!
//! They run before the random cases, and their answers are what two endpoints, or two days of one, are compared by.

use serde::{Deserialize, Serialize};

use super::{Case, Menu};

/// The files, in the order in which they run; a test keeps them equal to the folder.
const FILES: [(&str, &str); 13] = [
    ("rotation-by-hand", include_str!("../../specs/scenarios/rotation-by-hand.json")),
    ("rotation-in-progress", include_str!("../../specs/scenarios/rotation-in-progress.json")),
    ("roll-back", include_str!("../../specs/scenarios/roll-back.json")),
    ("token-reuse", include_str!("../../specs/scenarios/token-reuse.json")),
    ("cancelled-rotation", include_str!("../../specs/scenarios/cancelled-rotation.json")),
    ("deletion-and-restore", include_str!("../../specs/scenarios/deletion-and-restore.json")),
    ("identifiers", include_str!("../../specs/scenarios/identifiers.json")),
    ("label-moves", include_str!("../../specs/scenarios/label-moves.json")),
    ("first-value", include_str!("../../specs/scenarios/first-value.json")),
    ("deprecated-versions", include_str!("../../specs/scenarios/deprecated-versions.json")),
    ("rotation-configuration", include_str!("../../specs/scenarios/rotation-configuration.json")),
    ("without-a-function", include_str!("../../specs/scenarios/without-a-function.json")),
    ("unknown-secret", include_str!("../../specs/scenarios/unknown-secret.json")),
];

/// A fixed case with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Small letters and hyphens; also the name of the file that its answers are recorded in.
    pub name: String,
    /// What it shows, in one sentence.
    pub purpose: String,
    /// The requests.
    #[serde(rename = "steps")]
    pub case: Case,
}

/// The scenarios that an endpoint with this menu can be asked.
///
/// # Panics
///
/// Never: a test reads the compiled files.
#[must_use]
pub fn scenarios(menu: Menu) -> Vec<Scenario> {
    let all = FILES.map(|(_, text)| serde_json::from_str(text).expect("a test reads the compiled files"));
    all.into_iter().filter(|scenario: &Scenario| menu.permits(&scenario.case)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    const EVERYTHING: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };
    const NOTHING: Menu = Menu { has_function: false, has_missing_function: false, has_acting_function: false };

    #[test]
    fn every_file_of_the_folder_is_compiled_in_under_its_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/scenarios");
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files: BTreeSet<_> = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        let scenarios = scenarios(EVERYTHING);
        assert!(scenarios.iter().map(|scenario| scenario.name.as_str()).eq(FILES.map(|(name, _)| name)));
        assert_eq!(scenarios.into_iter().map(|scenario| scenario.name).collect::<BTreeSet<_>>(), files);
    }

    /// Reading passes over a member that its operation does not have.
    #[test]
    fn no_member_of_a_file_is_misspelt() {
        for (scenario, (_, text)) in scenarios(EVERYTHING).iter().zip(FILES) {
            let written: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_value(scenario).unwrap(), written);
        }
    }

    #[test]
    fn a_scenario_that_needs_a_function_is_left_out_where_there_is_none() {
        let names: Vec<_> = scenarios(NOTHING).into_iter().map(|scenario| scenario.name).collect();
        assert!(names.contains(&"roll-back".to_owned()) && !names.contains(&"rotation-by-hand".to_owned()));
    }
}
