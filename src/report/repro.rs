//! A finding as shell commands that a person can paste: the same sequence of calls with aws-cli, and with curl.
//!
//! What a case leaves open until a call is made becomes a shell variable: names are fresh each time, ARNs are taken
//! from the answers, and the version that has a label is looked up where the run had to look it up too.

mod aws_cli;
mod curl;
mod script;

use std::fmt::Write as _;

use super::Heading;
use super::replay::quoted;
use super::text::{operation, plain};
use crate::runner::Finding;
use script::Script;

/// The commands, for bash or zsh.
#[must_use]
pub fn repro_text(finding: &Finding, heading: &Heading) -> String {
    let script = Script::of(finding);
    let commands = preamble(&script, heading) + &aws_cli::commands(&script, heading.is_local());
    format!("{}{commands}\n{}", title(finding, "aws-cli"), curl_text(finding, heading))
}

/// The commands with curl alone, which can send every call.
#[must_use]
pub fn curl_text(finding: &Finding, heading: &Heading) -> String {
    let script = Script::of(finding);
    title(finding, "curl") + &preamble(&script, heading) + &curl::commands(&script, heading.is_local())
}

fn title(finding: &Finding, tool: &str) -> String {
    let violation = &finding.violation;
    let (expected, observed) = (plain(&violation.expected), plain(&violation.observed));
    let what = format!("{} {}: expected {expected}, observed {observed}", violation.rule, operation(finding));
    format!("# with {tool}: {}\n", what.replace(['\n', '\r'], " "))
}

/// The variables that need no call.
fn preamble(script: &Script, heading: &Heading) -> String {
    let mut text = match heading.is_url() {
        true => format!("ENDPOINT={}\n", quoted(&heading.endpoint)),
        false => "ENDPOINT=http://127.0.0.1:4599 # rotation-conformance serve\n".to_owned(),
    };
    text.push_str("RUN=rc-$(date +%s)\n");
    for (name, value) in script.variables() {
        let _ = writeln!(text, "{name}={value}");
    }
    if script.needs_function && !heading.is_local() {
        text.push_str("FUNCTION_ARN=${FUNCTION:?set it to the ARN of a function that the endpoint accepts}\n");
    }
    text
}
