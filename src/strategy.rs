//! Cases: sequences of requests whose arguments are placeholders, resolved when the call is made.
//!
//! A case is a function of its seed and index alone, and every subsequence of a case is a case: there is no illegal
//! call, and a placeholder that refers to nothing becomes an id that names nothing.

mod alphabet;
mod ask;
mod atlas;
mod bugs;
mod cell;
mod chart;
mod costly;
mod effect;
mod generate;
mod need;
mod placeholder;
mod rotation;
mod scenario;
mod steer;
mod sweep;

pub use alphabet::Alphabet;
pub use ask::Stop;
pub use atlas::{Atlas, Route};
pub use bugs::known_bugs;
pub use cell::{Ask, Cell, Cells, Labels, Mark, Place, Rotation, State, Stored, Token};
pub use costly::costly;
pub use generate::{Habits, Menu, complete_read, generate, generate_by};
pub use need::Need;
pub use placeholder::{Bindings, LONG, LONGEST, Roles, TOO_LONG, meaning};
pub use rotation::{Story, rotation, stories};
pub use scenario::{Scenario, scenarios};
pub use steer::{STEERED, Steered};
pub use sweep::sweep;

use serde::{Deserialize, Serialize};

use crate::model::Request;

/// One sequence of requests, with placeholders in place of names, ARNs, tokens and function ARNs.
///
/// `$s1` is the name of the first secret, `$s1.arn` its ARN, `$s1.partial` the ARN without its suffix, `$s1.suffixed`
/// the name with the suffix, `$s1.former` the ARN of its deleted predecessor; `$t1` the first token, which is also the
/// id of the version that it makes; `$s1.AWSPENDING` the version that has the label when the call is made; `$s1.next`
/// the page after the last one that was listed;
/// `$function` an accepted function ARN, `$acting` one whose function the harness plays and `$missing` one that names no
/// function; `$long` a
/// value of 65 536 characters and `$too-long` one of 65 537. In reports, `$v1` is the first version
/// whose id the endpoint made up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Case {
    /// The requests.
    pub steps: Vec<Request>,
}
