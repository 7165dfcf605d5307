//! Makes the sweep anew: `cargo run --release --example sweep > specs/sweep.json`.
//!
//! What it covers and what it leaves out is told on standard error.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use rotation_conformance::rule::{RULES, RuleId};
use rotation_conformance::runner::sweep::{Chosen, choose};
use serde_json::json;

/// How many random cases there are to choose from, with and without a function each.
const CANDIDATES: u64 = 4_000;

#[tokio::main]
async fn main() -> io::Result<()> {
    let chosen = choose(1, CANDIDATES).await;
    let cases: Vec<String> = chosen.iter().map(text_of).collect();
    writeln!(io::stdout(), "[\n{}\n]", cases.join(",\n"))?;
    let decided: BTreeSet<RuleId> = chosen.iter().flat_map(|it| it.points.iter().map(|(rule, _)| *rule)).collect();
    let missing = RULES.iter().filter(|rule| rule.is_due() && !decided.contains(&rule.id));
    let calls: usize = chosen.iter().map(|it| it.case.steps.len()).sum();
    let points: usize = chosen.iter().map(|it| it.points.len()).sum();
    let missing: Vec<_> = missing.map(|rule| rule.name).collect();
    let counts = format!("{} cases, {calls} calls, {points} points, {} rules", chosen.len(), decided.len());
    writeln!(io::stderr(), "{counts}\nnot decided: {}", missing.join(", "))?;
    Ok(())
}

/// A case with one request a line.
fn text_of(chosen: &Chosen) -> String {
    let decides: BTreeSet<RuleId> = chosen.points.iter().map(|(rule, _)| *rule).collect();
    let steps: Vec<String> = chosen.case.steps.iter().map(|request| format!("      {}", json!(request))).collect();
    format!("  {{\n    \"decides\": {},\n    \"steps\": [\n{}\n    ]\n  }}", json!(decides), steps.join(",\n"))
}
