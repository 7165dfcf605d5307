//! The reference model: a pure relation between the state of a secret, a request and the answers that are permitted.
//!
//! No I/O, no clock, no randomness. `operation` and `answer` are the vocabulary, `world` one possible state of a
//! secret name, `fact` and `outcome` what may follow a request; [`outcomes`] is the relation. The modules named after
//! operations hold the rules; `bind` takes over what answers show. What the model does not do: several names at once
//! (the judge's job), and answering (the reference service's).

mod answer;
mod bind;
mod bound;
mod create;
mod delete;
mod fact;
mod identifier;
mod lenient;
mod operation;
mod outcome;
mod put;
mod read;
mod receipt;
mod relation;
mod rotate;
mod schedule;
mod shape;
mod stage;
mod update;
mod value;
mod world;

pub use answer::*;
pub use bind::Contradiction;
pub use bound::{Bound, OPEN_ROTATIONS};
pub(crate) use fact::fact;
pub use fact::{Claim, Fact, Member, Rank, entry_value, labels_text, shown_arn, shown_ids, shown_name, strange_labels};
pub use identifier::*;
pub use operation::*;
pub use outcome::{Functions, Outcome, Reading, Refusal, Setting};
pub(crate) use read::summary_facts;
pub use read::{Named, batch};
pub use relation::outcomes;
pub(crate) use rotate::perhaps_named;
pub(crate) use schedule::hours as window_hours;
pub use value::*;
pub use world::*;
