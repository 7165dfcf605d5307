//! The `rotation-conformance` command.

use std::process::ExitCode;

// A run is many small allocations: with the allocator of the system it takes a fifth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rotation_conformance::cli::main()
}
