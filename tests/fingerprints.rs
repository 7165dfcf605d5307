//! The text of a fingerprint is read in one place: every stored one is read as it was written, and no other file takes
//! such a text apart.

#![expect(clippy::unwrap_used, reason = "files that cannot be read fail the tests")]

use std::fs;
use std::path::{Path, PathBuf};

use rotation_conformance::verdict::Fingerprint;
use serde_json::Value;

/// Where demands and fingerprints are written and read.
const HOME: [&str; 2] = ["src/verdict/demand.rs", "src/verdict/fingerprint.rs"];

/// What looks into a text.
const LOOKS: [&str; 12] = [
    ".split",
    ".rsplit",
    ".find(",
    ".contains(",
    ".starts_with(",
    ".ends_with(",
    ".strip_prefix(",
    ".strip_suffix(",
    ".match_indices(",
    ".matches(",
    ".replace(",
    ".trim_",
];

/// What stands in such texts alone.
const WORDS: [&str; 5] = ["\" but \"", "kept but changed", "\" after \"", "not implemented\"", "\"ROT-"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

fn fingerprints_in(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "fingerprint" => found.push(text.clone()),
                    other => fingerprints_in(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fingerprints_in(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_stored_fingerprint_is_read_as_it_was_written() {
    let mut found = Vec::new();
    for path in ["specs", "snapshots"].iter().flat_map(|folder| files_in(&root().join(folder))) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let whole = serde_json::from_str(&text).into_iter();
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        whole.chain(lines).for_each(|value: Value| fingerprints_in(&value, &mut found));
    }
    assert!(!found.is_empty(), "the sample of README has one");
    for text in found {
        let Ok(read) = text.parse::<Fingerprint>();
        assert!(!matches!(read, Fingerprint::Foreign(_)), "{text}");
        assert_eq!(read.to_string(), text);
    }
}

/// The statements of a source that take the text of a demand or a fingerprint apart; comments and the tests at its end
/// do not count.
fn faults(source: &str) -> Vec<String> {
    let (code, _) = source.split_once("#[cfg(test)]\nmod tests").unwrap_or((source, ""));
    let code: Vec<_> = code.lines().map(|line| line.split("//").next().unwrap_or_default().trim()).collect();
    let code = code.join("");
    let statements = code.split([';', '{', '}']).filter(|statement| LOOKS.iter().any(|look| statement.contains(look)));
    let of_such_a_text = |statement: &&str| {
        let statement = statement.to_lowercase();
        let is_written = ["to_string()", "format!", ".0."].iter().any(|it| statement.contains(it));
        let is_named = ["fingerprint", "demand"].iter().any(|it| statement.contains(it));
        (is_named && is_written) || WORDS.iter().any(|words| statement.contains(&words.to_lowercase()))
    };
    statements.filter(of_such_a_text).map(str::to_owned).collect()
}

#[test]
fn no_other_file_takes_such_a_text_apart() {
    let sources = files_in(&root().join("src")).into_iter().filter(|path| {
        let is_home = HOME.iter().any(|home| path.ends_with(home));
        !is_home && !path.iter().any(|part| part == "tests" || part == "tests.rs")
    });
    let found: Vec<_> = sources
        .flat_map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            faults(&fs::read_to_string(&path).unwrap()).into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(found.is_empty(), "ask the fields of a fingerprint:\n  {}", found.join("\n  "));
}

#[test]
fn what_takes_such_a_text_apart_is_seen() {
    for text in [
        "let demanded = fingerprint.0.split_once(\" but \");",
        "let is_kept = known.fingerprint.to_string().ends_with(suffix);",
        "let of_rule = demand(fact, operation).to_string().starts_with(name);",
        "let is_of_state = subject.contains(\" after \");",
        "text\n    .ends_with(\"kept but changed\");",
    ] {
        assert_eq!(faults(text).len(), 1, "{text}");
    }
}

#[test]
fn what_asks_the_fields_or_writes_the_text_is_not() {
    for text in [
        "let is_same = demands.contains(demanded);",
        "let name = fingerprint.to_string();",
        "// fingerprint.to_string().contains(\" but \");",
        "let (name, value) = line.split_once(\": \");",
        "#[cfg(test)]\nmod tests { fn f() { fingerprint.to_string().contains(\" but \"); } }",
    ] {
        assert_eq!(faults(text), [""; 0], "{text}");
    }
}
