//! A directory of minimal cases, one finding to a file: run first the next time, so that what was found stays found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files;
use crate::report::{file_stem, finding_json, read_findings};
use crate::runner::Finding;
use crate::strategy::Case;
use crate::verdict::Status;

/// The cases of a directory, in the order of their file names; a directory that is not there has none.
///
/// # Errors
///
/// If the directory or a file in it cannot be read, or a file is no finding: in words, with its path.
pub(super) fn load(directory: &Path) -> Result<Vec<Case>, String> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("failed to read {}: {error}", path.display());
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(directory, &error)),
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| failed(directory, &error)))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| failed(path, &error))?;
        let stored = read_findings(&text).map_err(|error| failed(path, &error))?;
        Ok(stored.findings.into_iter().map(|finding| finding.case).collect())
    };
    let cases: Vec<Vec<Case>> = paths.iter().map(read).collect::<Result<_, String>>()?;
    Ok(cases.concat())
}

/// Writes each confirmed finding to a file that is named after its rule and fingerprint.
///
/// # Errors
///
/// If a file cannot be written: in words, with its path.
pub(super) fn save(directory: &Path, findings: &[Finding]) -> Result<(), String> {
    let is_confirmed = |finding: &&Finding| matches!(finding.status, Status::Fail | Status::Differs);
    for finding in findings.iter().filter(is_confirmed) {
        let path = directory.join(format!("{}.json", file_stem(finding)));
        files::write(&path, &format!("{:#}\n", finding_json(finding)))?;
    }
    Ok(())
}
