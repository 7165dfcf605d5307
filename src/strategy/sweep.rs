//! The sweep: fixed cases that together have every rule decided in few calls, each rule by each operation that can.
//!
//! `specs/sweep.json` is made by `cargo run --release --example sweep` out of random cases.

use serde::Deserialize;

use super::{Case, Menu};

#[derive(Deserialize)]
struct Entry {
    steps: Case,
}

/// The cases of the sweep that this menu permits.
///
/// # Panics
///
/// Never: a test reads what is compiled in.
#[must_use]
pub fn sweep(menu: Menu) -> Vec<Case> {
    let entries: Vec<Entry> =
        serde_json::from_str(include_str!("../../specs/sweep.json")).expect("a test reads specs/sweep.json");
    entries.into_iter().map(|entry| entry.steps).filter(|case| menu.permits(case)).collect()
}
