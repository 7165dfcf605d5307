//! What an execution is told, and what it yields.

use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::{Host, Stop};
use crate::judge;
use crate::model::{Departure, Request, Text};
use crate::rule::{Class, RuleId};
use crate::runner::known::Known;
use crate::runner::presence::Presence;
use crate::runner::shown::Shown;
use crate::strategy::{Cell, State};
use crate::verdict::{Exercise, Fingerprint, Violation};

/// How far an execution goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::runner) enum Extent {
    /// To the end of the case, with reads after each violation.
    Whole,
    /// Until this violation is seen.
    Until(Fingerprint),
    /// To the end of the case, with a complete observation after every call.
    Observed,
    /// To the end of the case, with the labels read from the endpoint after every call that may move them.
    Recorded,
}

/// What an execution is told.
#[derive(Clone, Debug)]
pub(in crate::runner) struct Plan {
    pub prefix: String,
    pub extent: Extent,
    /// Whether the trace is to show each call.
    pub keeps_steps: bool,
    /// What is known to deviate and is made seldom; `None` where every step is to be made.
    pub known: Option<Arc<Known>>,
    /// Set when no further call is to be made but those of cleaning up.
    pub stop: Stop,
    /// What is known of the operations that there are.
    pub presence: Arc<Presence>,
    pub options: judge::Options,
    /// Where the rotation functions of the run are called, if the harness plays any.
    pub host: Option<Arc<Host>>,
    /// How long a step that is due is waited for; a service in this process calls it at once.
    pub patience: Duration,
}

/// One call of a counterexample, with placeholders for what the run generated.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was asked, with placeholders.
    pub request: Request,
    /// What came of it, with placeholders and without foreign values.
    pub answer: Shown,
    /// What departs from the form of the service; a finding that is read back from a file does not say.
    pub departures: Vec<Departure>,
    /// The labels of each secret after the call, as the model has them once it knows what was read beside the case; in a
    /// recording, as DescribeSecret shows them after a call that may have moved them.
    pub labels: Vec<String>,
    /// What the rotation functions did since the call: a line for each invocation, with its step and the version.
    pub journal: Vec<String>,
}

/// A violation, and the call that showed it.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The index of the step that was under way.
    pub step: usize,
    /// The read that showed it, with placeholders, if that was not the step itself.
    pub read: Option<Request>,
    /// That read with its answer, where steps are kept.
    pub shown: Option<Arc<Step>>,
    /// The index of the step that wrote or required what differs, if that was a step.
    pub cause: Option<usize>,
    /// The state of the secret before the step that is to blame, where it was known.
    pub state: Option<State>,
    /// What was violated.
    pub violation: Violation,
}

/// What an execution yields.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The calls of the case.
    pub steps: Vec<Step>,
    /// Violations in the order in which they were seen.
    pub sightings: Vec<Sighting>,
    /// The indexes of the steps that were not made.
    pub(in crate::runner) skipped: Vec<usize>,
    /// The rules that the answer to each step has decided, where steps are kept.
    pub(in crate::runner) decided: Vec<Vec<RuleId>>,
    pub(in crate::runner) exercise: Exercise,
    /// The kinds of calls that were made, where the state was known.
    pub(in crate::runner) cells: Vec<Cell>,
    pub(in crate::runner) clean: u64,
    pub(in crate::runner) left: Vec<Text>,
    pub(in crate::runner) died: Option<String>,
    pub(in crate::runner) inconclusive: bool,
    /// Whether any answer was a result or an error, rather than something else.
    pub(in crate::runner) is_understood: bool,
    pub(super) calls: u64,
}

impl Sighting {
    /// Whether the state differs from what the calls so far should have made it, and no less gravely than by this class.
    pub(in crate::runner) fn is_of_state(&self, class: Class) -> bool {
        self.violation.is_of_state && self.violation.class <= class
    }
}

impl Trace {
    /// The first sighting of this violation.
    pub(in crate::runner) fn sighting(&self, wanted: &Fingerprint) -> Option<&Sighting> {
        self.sightings.iter().find(|seen| seen.violation.fingerprint == *wanted)
    }

    /// The calls up to the one that first showed this violation, which may be a read beside the case; all if none did.
    pub(in crate::runner) fn evidence(&self, wanted: &Fingerprint) -> Vec<Step> {
        let Some(seen) = self.sighting(wanted) else { return self.steps.clone() };
        let steps = self.steps.iter().take(seen.step + 1);
        steps.chain(seen.shown.as_deref()).cloned().collect()
    }

    /// Whether nothing went wrong before the call that first showed this violation.
    pub(in crate::runner) fn is_clean_before(&self, wanted: &Fingerprint) -> bool {
        self.sighting(wanted).is_some() && self.anything_before(wanted).is_none()
    }

    /// The rule of the first contract violation by an earlier call, also if that has left nothing behind.
    pub(in crate::runner) fn anything_before(&self, wanted: &Fingerprint) -> Option<RuleId> {
        self.before(wanted).next().map(|seen| seen.violation.rule)
    }

    fn before(&self, wanted: &Fingerprint) -> impl Iterator<Item = &Sighting> {
        let call = self.sighting(wanted).map_or(0, |seen| seen.violation.call);
        let is_earlier = move |seen: &&Sighting| {
            let violation = &seen.violation;
            violation.call < call && violation.class == Class::Contract && !violation.is_settled
        };
        self.sightings.iter().filter(is_earlier)
    }

    /// The rule of the first contract violation by an earlier call than the one that first showed this violation, and that
    /// has left the state in doubt.
    pub(in crate::runner) fn first_before(&self, wanted: &Fingerprint) -> Option<RuleId> {
        // Where the answer alone is wrong, also that to a read beside the case, nothing is left behind.
        let matters =
            |seen: &&Sighting| seen.violation.unsettles && (seen.read.is_none() || seen.violation.is_of_state);
        self.before(wanted).find(matters).map(|seen| seen.violation.rule)
    }

    /// How many calls it took, cleaning up not counted.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }
}
