//! What makes two violations the same: what was demanded, and what was observed instead.
//!
//! The text of a fingerprint stands in result files and names the files of findings: `Display` writes it and `FromStr`
//! reads it, here and nowhere else. Everybody else looks at the fields.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::demand::Demand;
use crate::model::Text;

/// What the text begins with of an operation that the endpoint lacks.
const MISSING: &str = "missing ";

/// What makes two violations the same: rule, operation, and the patterns of what was expected and observed.
///
/// Ids, values, times and texts are not part of it, nor is what led to the violating call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fingerprint {
    /// A demand was not met.
    Unmet {
        /// What was demanded.
        demand: Demand,
        /// What was observed, in words without ids and texts; `None` for a law, which holds or does not.
        observed: Option<Text>,
    },
    /// The endpoint lacks the operation of this name.
    Missing(Cow<'static, str>),
    /// A text that this build does not write: by hand, or by a build with another catalogue. It is that of no violation.
    Foreign(Text),
}

impl Fingerprint {
    /// That of an operation that the endpoint lacks: one finding, whatever was asked of it (ROT-WIRE-013).
    #[must_use]
    pub const fn of_missing(operation: &'static str) -> Self {
        Self::Missing(Cow::Borrowed(operation))
    }

    /// The operation that the endpoint lacks, if that is what was found.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        match self {
            Self::Missing(operation) => Some(operation),
            Self::Unmet { .. } | Self::Foreign(_) => None,
        }
    }

    /// What was demanded, where that is one of the facts that the model states of an answer; it states no law.
    pub(crate) const fn demanded(&self) -> Option<&Demand> {
        match self {
            Self::Unmet { demand, observed: Some(_) } => Some(demand),
            Self::Unmet { observed: None, .. } | Self::Missing(_) | Self::Foreign(_) => None,
        }
    }

    /// Whether a violation of the state with this fingerprint may be one with the other: the same differs, blamed on
    /// another request, on a law, or on a request that had to leave it as it was.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        let (Self::Unmet { demand: own, observed }, Self::Unmet { demand: wanted, observed: wanted_observed }) =
            (self, other)
        else {
            return false;
        };
        let is_same = own.pattern == wanted.pattern && observed == wanted_observed;
        is_same || wanted.is_to_stay() || own.is_law_about(&wanted.pattern)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmet { demand, observed: Some(observed) } => write!(f, "{demand} but {observed}"),
            Self::Unmet { demand, observed: None } => write!(f, "{demand}"),
            Self::Missing(operation) => write!(f, "{MISSING}{operation}"),
            Self::Foreign(text) => f.write_str(text),
        }
    }
}

impl FromStr for Fingerprint {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if let Some(operation) = text.strip_prefix(MISSING) {
            return Ok(Self::Missing(operation.to_owned().into()));
        }
        // What is demanded may have the word in it: "no members but those of the operation".
        let cuts = text.match_indices(" but ").map(|(at, word)| (&text[..at], Some(&text[at + word.len()..])));
        let read = cuts.chain([(text, None)]).find_map(|(demand, observed)| {
            let demand = demand.parse().ok()?;
            Some(Self::Unmet { demand, observed: observed.map(Text::from) })
        });
        Ok(read.unwrap_or_else(|| Self::Foreign(text.into())))
    }
}

/// In the order of the texts, so that a result lists its findings in the order of any other list of their texts.
impl Ord for Fingerprint {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl PartialOrd for Fingerprint {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Ok(read) = String::deserialize(deserializer)?.parse();
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
