//! Files and directories that a command writes: tried before it starts, since nobody wants to learn after an hour that
//! the result has nowhere to go.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Tries to write a file, and leaves it as it was: what it has stays if the command fails before it has anything better.
///
/// # Errors
///
/// If it cannot be written: in words, with its path.
pub(super) fn try_file(path: &Path) -> Result<(), String> {
    let is_new = match fs::metadata(path) {
        // Opening and closing a pipe would end what reads from it.
        Ok(found) if !found.is_file() && !found.is_dir() => return Ok(()),
        Ok(_) => false,
        Err(_) => true,
    };
    OpenOptions::new().append(true).create(true).open(path).map_err(|error| failed(path, &error))?;
    if is_new { fs::remove_file(path).map_err(|error| failed(path, &error)) } else { Ok(()) }
}

/// Makes a directory and tries to write a file in it.
///
/// # Errors
///
/// If that is not possible: in words, with its path.
pub(super) fn try_directory(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
    try_file(&path.join(format!(".{}", uuid::Uuid::new_v4().simple())))
}

/// Writes a file.
///
/// # Errors
///
/// If it cannot be written: in words, with its path.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| failed(path, &error))
}

pub(super) fn failed(path: &Path, error: &io::Error) -> String {
    format!("failed to write {}: {error}", path.display())
}
