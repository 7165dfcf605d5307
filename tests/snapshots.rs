//! Snapshots: what the reference service answers in each scenario, and that `run --snapshots` writes the same for any
//! endpoint, each time.
//!
//! `INSTA_UPDATE=always cargo test --test snapshots` writes them anew; a change is to be read before it is committed.

#![expect(clippy::unwrap_used, reason = "an output that is not as the tests expect it fails them")]

#[path = "support/lying.rs"]
mod lying;
#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lying::dying_after;
use program::{Ended, program_with, scratch};
use rotation_conformance::endpoint::Stop;
use rotation_conformance::report::recording_text;
use rotation_conformance::runner::{Options, Run};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::strategy::scenarios;
use server::{Honest, Then, serve, write};

/// The folder of the snapshots.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/scenarios")
}

/// The names of the snapshots, in order.
fn snapshots() -> Vec<String> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> =
        paths.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".snap")?.to_owned())).collect();
    names.sort();
    names
}

/// What the reference service answers, by the name of the scenario.
async fn recorded() -> BTreeMap<String, String> {
    let service = Arc::new(Service::new(Config::default()));
    let options = Options { functions: service.functions(), ..Options::default() };
    let scenarios = scenarios(options.menu());
    let run = Run::new(Arc::clone(&service), options, Stop::default());
    let mut texts = BTreeMap::new();
    for (number, scenario) in scenarios.iter().enumerate() {
        let recording = run.record(number, scenario).await;
        assert_eq!((recording.died.as_ref(), recording.left.len()), (None, 0), "{}", scenario.name);
        texts.insert(scenario.name.clone(), recording_text(&recording));
    }
    assert_eq!(service.secret_count(), 0, "recordings leave nothing behind");
    texts
}

/// Records with the program, and ends soon after; how it ended, and the files by name.
fn record_with_the_program(name: &str, more: &[&str]) -> (Ended, BTreeMap<String, String>) {
    let directory = scratch(name);
    let path = directory.display().to_string();
    let few = ["run", "--snapshots", &path, "--cases", "0", "--no-quotas", "--max-calls", "0"];
    let ended = program_with(few.iter().chain(more), &[]);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let entries = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let file =
        |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap());
    let files = entries.map(file).collect();
    fs::remove_dir_all(directory).unwrap();
    (ended, files)
}

#[tokio::test]
async fn the_reference_service_answers_each_scenario_as_it_did() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, text) in recorded().await {
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[tokio::test]
async fn no_snapshot_is_left_of_a_scenario_that_is_gone() {
    let recorded = recorded().await;
    assert!(recorded.into_keys().eq(snapshots()));
}

#[test]
fn the_program_writes_the_bodies_of_the_snapshots() {
    let (ended, files) = record_with_the_program("embedded", &[]);
    assert!(ended.stderr.lines().all(|line| line.contains("MUST")), "{}", ended.stderr);
    for (name, text) in &files {
        let snapshot = fs::read_to_string(folder().join(format!("{name}.snap"))).unwrap();
        let (_, body) = snapshot.split_once("\n---\n").unwrap();
        assert_eq!(body, text, "{name}");
    }
    assert_eq!(files.len(), snapshots().len());
}

#[tokio::test]
async fn an_endpoint_that_answers_alike_gives_the_same_bytes_each_time() {
    let (recorded, again) = (recorded().await, recorded().await);
    assert_eq!(recorded, again);
    let honest = Honest::with_function("f");
    let url = serve(move |asked, stream| match write(stream, &honest.response(asked)) {
        true => Then::Stay,
        false => Then::Close,
    });
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let (_, files) = record_with_the_program("http", &["--endpoint", &url, "--function-arn", function]);
    assert!(files.len() > 10, "{:?}", files.keys());
    for (name, text) in files {
        assert_eq!(recorded[&name], text, "{name}");
    }
}

#[test]
fn an_endpoint_that_dies_leaves_what_was_learned() {
    let (ended, files) = record_with_the_program("died", &["--endpoint", &dying_after(30), "--timeout", "1"]);
    assert_eq!(ended.code, Some(3), "{}", ended.shown());
    let (last, text) = files.iter().find(|(_, text)| text.contains("the endpoint stopped answering (")).unwrap();
    assert!(files.len() > 1 && text.contains("\n1. CreateSecret Name=s1"), "{last}: {text}");
}

#[test]
fn a_directory_that_cannot_be_made_is_a_usage_error_that_names_it() {
    let file = scratch("in-the-way");
    fs::write(&file, "").unwrap();
    let directory = file.join("snapshots").display().to_string();
    let ended = program_with(["run", "--cases", "1", "--snapshots", &directory], &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.shown());
    assert!(
        ended.stderr.starts_with("error: failed to write ") && ended.stderr.contains(&directory),
        "{}",
        ended.stderr
    );
}
