//! Reports, all rendered from one run's result: text for a person, JUnit for a CI server, JSON for everything else.

mod finding;
mod json;
mod junit;
mod recording;
mod replay;
mod repro;
mod sequence;
mod stored;
mod text;

pub use finding::{file_stem, finding_json};
pub use json::{SCHEMA, to_json};
pub use junit::to_junit;
pub use recording::recording_text;
pub use replay::{replay_command, replayed_text};
use repro::script_command;
pub use repro::{Tool, repro_script};
pub use sequence::call_line;
pub use stored::{Stored, StoredError, read_findings};
pub use text::{finding_text, to_text};

/// What a report says of the run beside its result.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The endpoint as the user named it, or `embedded`.
    pub endpoint: String,
    /// The seed of the cases.
    pub seed: u64,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    /// Whether differences fail too.
    pub strict: bool,
    /// The file that has the result as JSON, from which findings can be replayed.
    pub result_file: Option<String>,
    /// The directory that has a script for each failing finding.
    pub repro: Option<String>,
    /// Whether the run was a tour, which names what it left out.
    pub is_tour: bool,
}

impl Heading {
    /// Whether the endpoint is one that a command can name.
    fn is_url(&self) -> bool {
        self.endpoint.contains("://")
    }
    /// Whether the endpoint is on this machine, where commands may make a function for themselves.
    fn is_local(&self) -> bool {
        let host = self.endpoint.split_once("://").map_or("", |(_, rest)| rest);
        !self.is_url() || ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
    }
}
