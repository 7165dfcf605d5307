//! The `rotation-conformance` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    rotation_conformance::cli::main()
}
