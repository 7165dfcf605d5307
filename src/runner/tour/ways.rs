//! The ways to everything that can be reached: searched for once, kept in `specs/ways.ndjson`.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

use super::likeness::Likeness;
use super::twin::Twin;
use crate::model::Request;
use crate::strategy::{Alphabet, Case, Cells, Menu};

/// How many requests a way has at most, the reads that make certain of the state not counted.
pub const LONGEST: usize = 9;

/// The ways as the file has them.
static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| {
    let lines = include_str!("../../../specs/ways.ndjson").lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("specs/ways.ndjson is part of the build, and a test reads all of it")
});

/// The ways of `specs/ways.ndjson`, the shorter first.
pub(super) fn kept() -> &'static [Way] {
    &WAYS
}

/// A way to something that no way before it reaches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Way {
    /// Whether it is one where there is a function; it need not be one where there is none, nor the other way round.
    pub has_function: bool,
    /// The requests, without the reads.
    pub steps: Case,
}

/// A way that was tried out.
#[derive(Debug)]
pub(super) struct Lead {
    pub(super) steps: Vec<Request>,
    /// What can be asked where it ends.
    pub(super) cells: Cells,
}

/// Where the ways lead.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) alphabet: Alphabet,
    pub(super) leads: Vec<Lead>,
    pub(super) cells: Cells,
}

impl Ground {
    /// The ground with or without a function; the ways are tried out once in a process.
    pub(super) fn shared(has_function: bool) -> &'static Self {
        static GROUNDS: [OnceLock<Ground>; 2] = [const { OnceLock::new() }; 2];
        GROUNDS[usize::from(has_function)].get_or_init(|| Self::new(has_function))
    }

    fn new(has_function: bool) -> Self {
        let alphabet = alphabet(has_function);
        let ways = kept().iter().filter(|way| way.has_function == has_function);
        let leads: Vec<_> = ways.filter_map(|way| Lead::of(way, &alphabet)).collect();
        let cells = leads.iter().flat_map(|lead| lead.cells.iter().copied()).collect();
        Self { alphabet, leads, cells }
    }
}

impl Lead {
    fn of(way: &Way, alphabet: &Alphabet) -> Option<Self> {
        let twin = arrive(way.has_function, &way.steps.steps);
        let world = twin.known()?;
        let cells = alphabet.asks(world, twin.token()).into_iter().map(|(cell, _)| cell).collect();
        Some(Self { steps: way.steps.steps.clone(), cells })
    }
}

fn alphabet(has_function: bool) -> Alphabet {
    Alphabet::new(Menu { has_function, has_missing_function: false, ..Menu::default() })
}

fn arrive(has_function: bool, steps: &[Request]) -> Twin {
    let mut twin = Twin::new(has_function);
    for step in steps {
        twin.take(step);
    }
    twin
}

/// Searches, breadth first, through every sequence of at most so many asks that change something; gives a way wherever
/// something can be asked that could not be before. This takes minutes.
#[must_use]
pub fn search(has_function: bool, longest: usize) -> Vec<Way> {
    let alphabet = alphabet(has_function);
    let (mut seen, mut cells, mut ways) = (BTreeSet::new(), Cells::new(), Vec::new());
    let mut frontier = vec![Vec::new()];
    for length in 0..=longest {
        let mut next = Vec::new();
        for steps in frontier {
            let twin = arrive(has_function, &steps);
            if let Some(world) = twin.known() {
                let before = cells.len();
                cells.extend(alphabet.asks(world, twin.token()).into_iter().map(|(cell, _)| cell));
                if cells.len() > before {
                    ways.push(Way { has_function, steps: Case { steps: steps.clone() } });
                }
            }
            if length < longest {
                let further = further(&twin, &alphabet).into_iter();
                let new = further.filter(|(_, likeness)| seen.insert(likeness.clone()));
                next.extend(new.map(|(step, _)| steps.iter().cloned().chain([step]).collect()));
            }
        }
        frontier = next;
    }
    ways
}

/// Every request that may change something, and where it leads.
fn further(twin: &Twin, alphabet: &Alphabet) -> Vec<(Request, Vec<Likeness>)> {
    // Where the judge is not certain, what the service has tells what can be asked.
    let known = twin.known().cloned().or_else(|| twin.worlds().next());
    let asks = known.map(|world| alphabet.asks(&world, twin.token())).unwrap_or_default();
    let requests = asks.into_iter().map(|(_, request)| request).filter(|request| !request.operation.is_read());
    let leads = requests.map(|request| {
        let mut next = twin.fork();
        next.take(&request);
        let likeness = next.worlds().map(|world| Likeness::of(&world)).collect();
        (request, likeness)
    });
    leads.collect()
}
