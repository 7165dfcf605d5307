//! Small histories of services that break a rule, or that make use of what is open, judged as their names say.
//!
//! What ends in `-wrong` is a violation, or a difference where the rule is of fidelity; what ends in `-right` is neither
//! a violation nor, in strict mode, more than what the name speaks of.

#![expect(clippy::unwrap_used, reason = "files that cannot be read fail the tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each history, and the rules that its first violation may be blamed on; none for one that is right.
const HISTORIES: &[(&str, &[&str])] = &[
    ("create-without-value-again-right", &[]),
    ("date-as-text-without-form-wrong", &["ROT-WIRE-006"]),
    ("deletion-force-and-window-gone-right", &[]),
    ("deletion-window-accepted-put-right", &[]),
    ("deletion-window-accepted-tag-right", &[]),
    ("rotation-makes-a-labelled-stranger-wrong", &["ROT-IDEM-001"]),
    ("rotation-repeated-answers-its-version-right", &[]),
    ("rotation-repeated-changes-the-rules-wrong", &["ROT-CONF-001"]),
    ("rotation-repeated-is-current-at-once-wrong", &["ROT-LIFE-010"]),
    ("rotation-repeated-is-refused-right", &[]),
    ("rotation-repeated-makes-a-second-version-wrong", &["ROT-IDEM-001", "ROT-IDEM-011"]),
    ("rotation-with-a-pending-token-loses-its-value-wrong", &["ROT-STATE-018", "ROT-READ-002"]),
    ("rotation-with-an-old-token-changes-its-value-wrong", &["ROT-STATE-018", "ROT-READ-002"]),
    ("update-takes-both-values-wrong", &["ROT-VAL-022"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/histories")
}

/// The exit code of `judge`, and what it prints.
fn judged(name: &str, flags: &[&str]) -> (Option<i32>, String) {
    let file = folder().join(format!("{name}.ndjson"));
    let output = Command::new(env!("CARGO_BIN_EXE_rotation-conformance")).arg("judge").arg(file).args(flags).output();
    let output = output.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn each_history_is_judged_as_its_name_says() {
    for (name, rules) in HISTORIES {
        if name.ends_with("-right") {
            let (code, text) = judged(name, &[]);
            assert_eq!(code, Some(0), "{name}\n{text}");
        } else {
            let (code, text) = judged(name, &["--strict"]);
            assert_eq!(code, Some(1), "{name}\n{text}");
            assert!(rules.iter().any(|rule| text.contains(rule)), "{name}\n{text}");
        }
    }
}

#[test]
fn each_history_of_the_folder_is_in_the_table() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, HISTORIES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
