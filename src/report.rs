//! Reports, all rendered from one run's result: text for a person, JSON for everything else.

mod json;
mod sequence;
mod text;

pub use json::{finding_json, to_json};
pub use sequence::call_line;
pub use text::{finding_text, to_text};

/// What a report says of the run beside its result.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The endpoint as the user named it, or `embedded`.
    pub endpoint: String,
    /// The seed of the cases.
    pub seed: u64,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    /// Whether differences fail too.
    pub strict: bool,
}
