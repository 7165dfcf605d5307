//! The conformance trials against the embedded reference service, or what `CONFORMANCE_ENDPOINT` names.

use std::process::ExitCode;

use rotation_conformance::trials::{self, Target};

fn main() -> ExitCode {
    trials::main(Target::embedded())
}
