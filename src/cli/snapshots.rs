//! A directory of recordings, one scenario to a file: the same text that the project's own snapshots have, so that
//! `diff -r` compares two endpoints, or two days of one.

use std::path::Path;

use super::files;
use crate::endpoint::{Endpoint, Stop};
use crate::model::Text;
use crate::report::recording_text;
use crate::runner::Run;
use crate::strategy::{Menu, scenarios};

/// What became of recording.
#[derive(Debug)]
pub(super) struct Recorded {
    /// ARNs that could not be removed.
    pub(super) left: Vec<Text>,
    /// Whether every file was written; if not, which was not, in words.
    pub(super) written: Result<(), String>,
}

/// Records each scenario and writes it down at once, so that an endpoint that dies leaves what was learned.
pub(super) async fn record<E: Endpoint + 'static>(run: &Run<E>, menu: Menu, directory: &Path, stop: &Stop) -> Recorded {
    let mut recorded = Recorded { left: Vec::new(), written: Ok(()) };
    for (number, scenario) in scenarios(menu).iter().enumerate() {
        if stop.is_set() {
            break;
        }
        let recording = run.record(number, scenario).await;
        recorded.left.extend(recording.left.iter().cloned());
        let path = directory.join(format!("{}.txt", scenario.name));
        recorded.written = files::write(&path, &recording_text(&recording));
        if recorded.written.is_err() || recording.died.is_some() {
            break;
        }
    }
    recorded
}
