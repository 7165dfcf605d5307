//! The samples in README are what the tool prints: snapshots of real runs, which `.ci/sample` compares with a real moto.

#![expect(clippy::unwrap_used, reason = "files that cannot be read fail the tests")]

use std::fs;
use std::path::Path;

use rotation_conformance::report::{Heading, finding_text, read_findings};
use rotation_conformance::rule::RULES;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_first_sample_is_the_snapshot_of_a_finding_in_moto() {
    let sample = format!("```text\n{}```\n", file("snapshots/moto-5.2.5/ROT-PROG-001.txt"));
    let readme = file("README.md");
    assert!(readme.contains(&sample), "README.md does not contain:\n{sample}");
    assert!(readme[..readme.find(&sample).unwrap()].contains("moto 5.2.5"), "it says whose finding it is");
}

/// Every other output in README is a part of some snapshot too.
#[test]
fn no_sample_is_typed_in() {
    let readme = file("README.md");
    let samples = readme.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for sample in samples {
        assert_eq!(sample, file("snapshots/moto-5.2.5/ROT-PROG-001.txt"));
    }
}

/// The last line says how often it was replayed, which the finding was before the snapshot was written.
#[test]
fn the_sample_is_how_its_finding_is_printed_now() {
    let stored = read_findings(&file("snapshots/moto-5.2.5/ROT-PROG-001.json")).unwrap();
    let [finding] = stored.findings.as_slice() else { panic!("one finding") };
    let (printed, snapshot) =
        (finding_text(finding, &Heading::default()), file("snapshots/moto-5.2.5/ROT-PROG-001.txt"));
    let without_the_last =
        |text: &str| text.lines().filter(|line| !line.starts_with("  found ")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_the_last(&printed), without_the_last(&snapshot));
}

#[test]
fn it_says_how_many_rules_there_are() {
    let count = RULES.len();
    assert!(file("README.md").contains(&format!("[{count} cited rules](specs/rules)")));
    assert!(file("CHANGELOG.md").contains(&format!("The catalogue: {count} rules in eleven families")));
}
