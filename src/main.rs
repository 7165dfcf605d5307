//! The `rotation-conformance` command.

use std::process::ExitCode;

// A run is many small allocations, which the allocator of the system is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rotation_conformance::cli::main()
}
