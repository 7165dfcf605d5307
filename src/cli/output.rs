//! The reports of a run: to the terminal, and to the files that were asked for.

use std::path::Path;

use super::{OutputArgs, files, print};
use crate::report::{Heading, Tool, file_stem, repro_script, to_json, to_junit, to_text};
use crate::runner::{Finding, RunResult};

impl OutputArgs {
    /// Tries everything that is to be written, before anything is sent.
    ///
    /// # Errors
    ///
    /// The first that cannot be written, in words.
    pub(super) fn prepare(&self) -> Result<(), String> {
        [&self.json, &self.junit].into_iter().flatten().try_for_each(|path| files::try_file(path))?;
        self.repro.as_deref().map_or(Ok(()), files::try_directory)
    }

    /// Prints the report and writes every file; one that cannot be written does not keep the others from being written.
    ///
    /// # Errors
    ///
    /// The first file that could not be written, in words.
    pub(super) fn write(&self, heading: &Heading, result: &RunResult) -> Result<(), String> {
        print(&to_text(heading, result));
        let json = self.json.as_deref().map(|path| files::write(path, &format!("{:#}\n", to_json(heading, result))));
        let junit = self.junit.as_deref().map(|path| match to_junit(heading, result) {
            Ok(text) => files::write(path, &text),
            Err(error) => Err(format!("failed to write {}: {error}", path.display())),
        });
        let scripts = self.repro.as_deref().map(|directory| write_scripts(directory, &result.findings, heading));
        [json, junit, scripts].into_iter().flatten().collect()
    }
}

/// Writes the scripts of each finding that fails, one for each tool.
///
/// # Errors
///
/// The first that could not be written, in words.
pub(super) fn write_scripts<'a>(
    directory: &Path,
    findings: impl IntoIterator<Item = &'a Finding>,
    heading: &Heading,
) -> Result<(), String> {
    for finding in findings.into_iter().filter(|finding| finding.violation.fails(heading.strict)) {
        for tool in Tool::ALL {
            let path = directory.join(format!("{}.{}", file_stem(finding), tool.suffix()));
            files::write(&path, &repro_script(finding, heading, tool))?;
        }
    }
    Ok(())
}
