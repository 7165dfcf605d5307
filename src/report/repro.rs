//! A finding as a shell script: the same sequence of calls with curl, or with aws-cli.
//!
//! What a case leaves open until a call is made becomes a shell variable: names are fresh each time, ARNs are taken
//! from the answers, and the version that has a label is looked up where the run had to look it up too. A script stands
//! alone, so that it can go into a report of a bug as it is.

mod aws_cli;
mod curl;
mod script;

use std::fmt::Write as _;

use super::Heading;
use super::finding::file_stem;
use super::replay::quoted;
use super::text::plain;
use crate::catalogue;
use crate::runner::Finding;
use script::Script;

/// What a script sends its calls with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// curl, which can send every call.
    Curl,
    /// aws-cli, and curl for what aws-cli cannot send as the run did.
    AwsCli,
}

impl Tool {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Curl, Self::AwsCli];

    /// What the name of a script ends with.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Curl => "curl.sh",
            Self::AwsCli => "aws.sh",
        }
    }
}

/// The command that runs the script of a finding, if it fails and scripts are written.
pub(super) fn script_command(finding: &Finding, heading: &Heading) -> Option<String> {
    let directory = heading.repro.as_deref().filter(|_| finding.violation.fails(heading.strict))?;
    let file = format!("{directory}/{}.{}", file_stem(finding), Tool::Curl.suffix());
    Some(format!("bash {}", quoted(&file)))
}

/// The script, for bash or zsh; its argument is another endpoint.
#[must_use]
pub fn repro_script(finding: &Finding, heading: &Heading, tool: Tool) -> String {
    let script = Script::of(finding);
    let (is_local, demand) = (heading.is_local(), demand(finding));
    let commands = match tool {
        Tool::Curl => curl::commands(&script, is_local, &demand),
        Tool::AwsCli => aws_cli::commands(&script, is_local, &demand),
    };
    title(finding) + &preamble(&script, heading) + &commands
}

/// What it shows, as comments.
fn title(finding: &Finding) -> String {
    let violation = &finding.violation;
    let entry = catalogue::entry(violation.rule);
    let (level, tool) = (entry.level.as_str(), env!("CARGO_PKG_NAME"));
    let lines = [
        format!("{} {} ({level})", violation.rule, entry.title),
        format!("written by {tool}; give another URL as the argument"),
    ];
    let comments = lines.map(|line| format!("# {}\n", line.replace(['\n', '\r'], " ")));
    format!("#!/usr/bin/env bash\n{}", comments.concat())
}

/// The variables that need no call.
fn preamble(script: &Script, heading: &Heading) -> String {
    let (url, note) = match heading.is_url() {
        true => (heading.endpoint.as_str(), ""),
        false => ("http://127.0.0.1:4599", " # rotation-conformance serve"),
    };
    let mut text = format!("ENDPOINT=${{1:-{}}}{note}\n", quoted(url));
    // As many characters each time, since a name may have to have a certain length.
    text.push_str("RUN=rc-$(printf %010d \"$((RANDOM * 32768 + RANDOM))\")\n");
    for (name, value) in script.variables() {
        let _ = writeln!(text, "{name}={value}");
    }
    if script.needs_function && !heading.is_local() {
        text.push_str("FUNCTION_ARN=${FUNCTION:?set it to the ARN of a function that the endpoint accepts}\n");
    }
    text
}

/// What to look for in the answer to the last call, printed below it.
fn demand(finding: &Finding) -> String {
    let (number, violation) = (finding.case.steps.len(), &finding.violation);
    let said = [("expected", &violation.expected), ("observed", &violation.observed)];
    let lines = said.map(|(label, text)| format!("call {number}: {label} {}", plain(text).replace(['\n', '\r'], " ")));
    format!("printf '%s\\n' {}\n", lines.map(|line| quoted(&line)).join(" "))
}
