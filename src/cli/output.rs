//! The reports of a run: to the terminal, and to the files that were asked for.

use std::fs;
use std::path::Path;

use super::{OutputArgs, print};
use crate::report::{Heading, to_json, to_junit, to_text};
use crate::runner::RunResult;

impl OutputArgs {
    /// Prints the report and writes every file; one that cannot be written does not keep the others from being written.
    ///
    /// # Errors
    ///
    /// The first file that could not be written, in words.
    pub(super) fn write(&self, heading: &Heading, result: &RunResult) -> Result<(), String> {
        print(&to_text(heading, result));
        let json = self.json.as_deref().map(|path| write(path, &format!("{:#}\n", to_json(heading, result))));
        let junit = self.junit.as_deref().map(|path| match to_junit(heading, result) {
            Ok(text) => write(path, &text),
            Err(error) => Err(format!("failed to write {}: {error}", path.display())),
        });
        [json, junit].into_iter().flatten().collect()
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("failed to write {}: {error}", path.display()))
}
