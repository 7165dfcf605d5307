//! Steering: the first random cases of a run are those that, by the model, meet what none before them has met.
//!
//! Rules differ by a factor of a thousand in how often random calls exercise them. So each step of these cases is the
//! best of several random ones, and each of the first cases the best of several drafts: what counts is the facts that
//! answers decide, what is written under which rule, what is left alone by it, and how requests are written. That is
//! predicted by the reference service in this process, without any call, so that the cases are a function of the seed
//! alone.
//!
//! Only what a judge could tell counts. A draft keeps what is known of each secret, with the cells that the rules leave
//! open: after a request that is UNSPECIFIED they decide nothing, and a case that goes on there is a poor one. What is
//! written counts once a DescribeSecret shows it, and not at all if the secret is deleted by force before. Later cases
//! are plain random ones, which owe nothing to this judgement.

mod draft;
mod merit;
mod traits;

use std::collections::HashMap;

use foldhash::fast::FixedState;
use proptest::prelude::RngExt as _;

use super::generate::{Generator, Menu};
use super::{Atlas, Case, State};
use crate::model::Request;
use draft::Draft;
use merit::{Merit, Seen, Sight, Trait};
use traits::look;

/// How many cases of a run are steered.
pub const STEERED: u64 = 96;
/// The fewest and the most steps of a case after the way to its first state, its last reads not counted.
const STEPS: std::ops::RangeInclusive<usize> = 4..=24;
/// Of how many drafts each of the first cases is the best, and how many cases that are: a run that finds something
/// should find it in them. For the later ones it pays more to choose each step among many than each case.
const DRAFTS: u64 = 12;
const DRAFTED: u64 = 8;
/// Of how many random requests a step is the best.
const CANDIDATES: usize = 16;
/// Of how many ways to a state the first steps are the best.
const WAYS: usize = 6;
/// One step in so many is not chosen at all.
const UNCHOSEN: u32 = 10;
/// What a case costs beside its calls, in calls: it makes and deletes a secret of its own.
const OVERHEAD: i64 = 4;

/// The steered cases of a seed, one after the other.
#[derive(Debug)]
pub struct Steered {
    seed: u64,
    menu: Menu,
    index: u64,
    met: Met,
}

/// How often each trait was met, by its key.
type Met = HashMap<u64, u32, FixedState>;

/// A step that may be taken.
struct Candidate {
    request: Request,
    next_token: u8,
    seen: Seen,
}

impl Steered {
    /// Those of this seed.
    #[must_use]
    pub fn new(seed: u64, menu: Menu) -> Self {
        Self { seed, menu, index: 0, met: Met::default() }
    }

    fn case(&mut self, index: u64) -> Case {
        let count = if index < DRAFTED { DRAFTS } else { 1 };
        let drafts = (0..count).map(|number| self.draft(index + number * STEERED));
        let best = drafts.max_by_key(Draft::rate).expect("there is at least one draft");
        for it in best.taken {
            *self.met.entry(it.key).or_default() += 1;
        }
        Case { steps: best.generator.steps }
    }

    fn draft(&self, index: u64) -> Draft {
        let mut draft = Draft::new(Generator::new(self.seed, index, self.menu));
        use_another_name(&mut draft.generator);
        for request in self.way(&mut draft.generator) {
            let seen = look(&draft, &request);
            self.advance(&mut draft, request, seen);
            draft.generator.next_token += 1;
        }
        let steps = draft.generator.rng.random_range(STEPS);
        for _ in 0..steps {
            let chosen = self.choose(&mut draft);
            draft.generator.next_token = chosen.next_token;
            self.advance(&mut draft, chosen.request, chosen.seen);
        }
        self.read_at_the_end(&mut draft);
        draft
    }

    fn read_at_the_end(&self, draft: &mut Draft) {
        for secret in draft.generator.secrets.clone() {
            for operation in draft.generator.last_reads(secret) {
                let request = Request::from(operation);
                let seen = look(draft, &request);
                self.advance(draft, request, seen);
            }
        }
    }

    /// The shortest way to a state that was met seldom, of some that a few requests can reach.
    fn way(&self, generator: &mut Generator) -> Vec<Request> {
        let ways: Vec<_> = Atlas::shared(self.menu).ways().collect();
        let drawn = (0..WAYS).map(|_| ways[generator.rng.random_range(0..ways.len())]);
        let nothing = Met::default();
        let rarest = drawn.max_by_key(|way| self.worth(&[Trait::State(State::of(&way.world)).into()], &nothing));
        rarest.map(|way| way.steps.clone()).unwrap_or_default()
    }

    fn choose(&self, draft: &mut Draft) -> Candidate {
        let candidates = if draft.generator.rng.random_ratio(1, UNCHOSEN) { 1 } else { CANDIDATES };
        let first_token = draft.generator.next_token;
        let mut best: Option<(i64, Candidate)> = None;
        for number in 0..candidates {
            draft.generator.next_token = first_token;
            draft.generator.is_bold = number % 2 == 1;
            let request = draft.generator.next_request();
            let seen = look(draft, &request);
            let gain = self.gain(draft, &seen);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, Candidate { request, next_token: draft.generator.next_token, seen }));
            }
        }
        best.map(|(_, candidate)| candidate).expect("there is at least one candidate")
    }

    /// What it is worth to take a step, less what nobody can read any more then.
    fn gain(&self, draft: &Draft, seen: &Seen) -> i64 {
        let lost = match seen.sight {
            Sight::Ends => draft.unread_of(&seen.secret).map(|it| self.worth(it, &draft.met)).sum(),
            Sight::Stays | Sight::Shows => 0,
        };
        self.worth(&seen.traits, &draft.met) + self.worth(&seen.written, &draft.met) - lost
    }

    fn advance(&self, draft: &mut Draft, request: Request, seen: Seen) {
        let shown = match seen.sight {
            Sight::Stays => Vec::new(),
            Sight::Shows => draft.drain_unread(&seen.secret),
            Sight::Ends => {
                draft.drain_unread(&seen.secret);
                Vec::new()
            }
        };
        for traits in shown.iter().chain([&seen.traits]) {
            draft.worth += self.worth(traits, &draft.met);
            for it in traits {
                *draft.met.entry(it.key).or_default() += 1;
            }
            draft.taken.extend(traits);
        }
        draft.push(request, seen);
    }

    /// What it is worth to meet these, with what a draft has met already; every further time is worth a quarter of the
    /// time before.
    fn worth(&self, traits: &[Merit], of_draft: &Met) -> i64 {
        let times = |it: &Merit| [&self.met, of_draft].into_iter().filter_map(|met| met.get(&it.key)).sum::<u32>();
        traits.iter().map(|it| it.worth.checked_shr(2 * times(it)).unwrap_or(0)).sum()
    }
}

/// Names of other forms are worth meeting early: every second case may make a secret of such a name.
fn use_another_name(generator: &mut Generator) {
    if generator.secrets.len() == 1 && generator.rng.random_bool(0.5) {
        let name = generator.rng.random_range(2..=7);
        generator.secrets.push(name);
    }
}

impl Iterator for Steered {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let index = self.index;
        self.index += 1;
        (index < STEERED).then(|| self.case(index))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rule::{RULES, RuleId};
    use crate::strategy::generate;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

    fn rules_of(cases: impl Iterator<Item = Case>) -> BTreeSet<RuleId> {
        cases.flat_map(|case| rules_of_case(&case)).collect()
    }

    /// The rules whose facts the answers to a case decide.
    fn rules_of_case(case: &Case) -> Vec<RuleId> {
        let steered = Steered::new(0, MENU);
        let mut draft = Draft::new(Generator::new(0, 0, MENU));
        let mut rules = Vec::new();
        for step in &case.steps {
            let seen = look(&draft, step);
            let is_seen = |rule: &RuleId| seen.traits.iter().any(|it| it.key == Merit::from(Trait::Rule(*rule)).key);
            rules.extend(RULES.iter().map(|rule| rule.id).filter(is_seen));
            steered.advance(&mut draft, step.clone(), seen);
        }
        rules
    }

    #[test]
    fn steered_cases_are_a_function_of_the_seed() {
        let cases = |seed| Steered::new(seed, MENU).take(3).collect::<Vec<_>>();
        assert_eq!(cases(5), cases(5));
        assert_ne!(cases(5), cases(6));
    }

    #[test]
    fn steered_cases_meet_far_more_rules_than_plain_ones() {
        let steered = rules_of(Steered::new(1, MENU).take(8));
        let plain = rules_of((0..8).map(|index| generate(1, index, MENU)));
        assert!(steered.len() > plain.len() + 15, "{} and {}", steered.len(), plain.len());
    }
}
