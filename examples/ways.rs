//! Searches for the ways of the tour anew: `cargo run --release --example ways > specs/ways.ndjson`.
//!
//! It takes a minute or two. How many ways there are of each length is told on standard error, the longest length looked
//! at included: where it has none, longer ways would hardly reach anything else.

use std::io::{self, Write as _};

use rotation_conformance::runner::tour::{LONGEST_WAY, Way, search};

fn main() -> io::Result<()> {
    let ways: Vec<Way> = [true, false].into_iter().flat_map(|it| search(it, LONGEST_WAY)).collect();
    for way in &ways {
        writeln!(io::stdout(), "{}", serde_json::to_string(way)?)?;
    }
    for length in 0..=LONGEST_WAY {
        let count = ways.iter().filter(|way| way.steps.steps.len() == length).count();
        writeln!(io::stderr(), "{count} ways of {length} requests")?;
    }
    Ok(())
}
