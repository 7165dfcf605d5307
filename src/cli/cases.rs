//! A directory of minimal cases, one finding to a file: run first the next time, so that what was found stays found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::report::{finding_json, read_findings};
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
/// If the directory cannot be made or a file cannot be written: in words, with its path.
pub(super) fn save(directory: &Path, findings: &[Finding]) -> Result<(), String> {
    let failed = |path: &Path, error: io::Error| format!("failed to write {}: {error}", path.display());
    fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let is_confirmed = |finding: &&Finding| matches!(finding.status, Status::Fail | Status::Differs);
    for finding in findings.iter().filter(is_confirmed) {
        let path = directory.join(file_name(finding));
        let text = format!("{:#}\n", finding_json(finding));
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

fn file_name(finding: &Finding) -> String {
    let violation = &finding.violation;
    let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_OID, violation.fingerprint.0.as_bytes());
    format!("{}-{}.json", violation.rule, &fingerprint.simple().to_string()[..8])
}
