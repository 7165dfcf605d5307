//! The finite alphabet over which the shortest cases are searched for: what the generator can ask of a secret, each
//! kind of request once.
//!
//! Where requests differ in their relation to the state (which version, which label, which token, whose value), every
//! combination is a letter: those are the asks of [`Cell`](super::Cell). What does not depend on the state (a form of
//! an identifier, a validation class, a shape of rotation rules, a page, a quirk) is a letter once, on a plain request:
//! `specs/alphabet.ndjson` has these, with `$new` for a token that nobody has used. There too stand the few requests
//! about a second secret, which matter only to what one secret must not know of another.

use std::sync::LazyLock;

use super::ask;
use super::chart::Chart;
use super::{Bindings, Cell, Menu};
use crate::model::{Request, Text, World};

/// How many fresh tokens a case of letters may use.
const TOKENS: usize = 12;

/// The letters of `specs/alphabet.ndjson`, for each number of a fresh token.
static FORMS: LazyLock<Vec<Vec<Request>>> = LazyLock::new(|| {
    let text = include_str!("../../specs/alphabet.ndjson");
    let letters = |token: usize| {
        let named = text.replace("$new", &format!("$t{token}"));
        named.lines().map(serde_json::from_str).collect::<Result<_, _>>()
    };
    let all: Result<_, _> = (0..=TOKENS).map(letters).collect();
    all.expect("specs/alphabet.ndjson is part of the build, and a test reads all of it")
});

/// What may be asked next.
#[derive(Debug)]
pub struct Alphabet {
    chart: Chart,
}

impl Alphabet {
    /// The alphabet of a menu.
    #[must_use]
    pub fn new(menu: Menu) -> Self {
        Self { chart: Chart::new(menu) }
    }

    /// What the placeholders of its letters stand for, before anything was created.
    #[must_use]
    pub fn bindings(function: Option<Text>, missing: Option<Text>) -> Bindings {
        Chart::bindings_for(function, missing)
    }

    /// Each ask that there is in this state of the first secret, once, with its cell. `token` is the number of a token
    /// that nobody has used.
    #[must_use]
    pub fn asks(&self, world: &World, token: u8) -> Vec<(Cell, Request)> {
        let requests = ask::requests(&self.chart, world, &format!("$t{token}").into());
        let bindings = self.chart.bindings_in(world);
        requests.into_iter().map(|request| (Cell::of(world, &bindings.resolve(&request, world)), request)).collect()
    }

    /// The letters that may come as the step of this number, where the first secret is in this state.
    #[must_use]
    pub fn letters(&self, world: &World, step: usize) -> Vec<Request> {
        let step = step.min(TOKENS);
        let fresh: Text = format!("$t{step}").into();
        let mut letters = ask::requests(&self.chart, world, &fresh);
        letters.extend(FORMS[step].iter().cloned());
        letters
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::RngExt as _;
    use proptest::test_runner::{RngAlgorithm, TestRng};

    use super::super::chart;
    use super::*;
    use crate::model::{Action, Claim, Outcome, Provenance, Refusal};
    use crate::rule::{Class, RuleId};

    #[test]
    fn every_form_is_a_letter_with_a_token_of_its_own() {
        let alphabet = Alphabet::new(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let letters = alphabet.letters(&World::unused("s".into()), 2);
        let forms = include_str!("../../specs/alphabet.ndjson").lines().count();
        assert!(forms > 100 && letters.len() > forms, "{forms} of {}", letters.len());
        let text = serde_json::to_string(&letters).expect("requests are plain data");
        assert!(text.contains("$t2") && !text.contains("$new"));
    }

    /// The same world, whose parts rest on another rule and another call.
    fn on_other_grounds(world: &World) -> World {
        let mut other = world.clone();
        let Some(secret) = &mut other.secret else { return other };
        let shift = |by: &mut Provenance| {
            *by = Provenance { rule: RuleId::Wire012, call: by.call + 7, action: Some(Action::TagResource), ..*by };
        };
        secret.closed.iter_mut().flat_map(|closed| &mut closed.by).for_each(shift);
        secret.parts().flat_map(|part| part.by).for_each(shift);
        other
    }

    /// A refusal, what an answer must show, and the world afterwards.
    type Permission = (Option<Refusal>, Vec<(Claim, Class, bool)>, Option<World>);

    /// What an outcome permits, whoever is to blame for anything else.
    fn permitted(outcome: Outcome) -> Permission {
        let facts = outcome.facts.into_iter().map(|fact| (fact.claim, fact.class, fact.counts)).collect();
        (outcome.refusal, facts, outcome.next)
    }

    /// Worlds are equal whatever their parts rest on, and equal worlds permit the same.
    #[test]
    fn what_may_follow_does_not_depend_on_provenance() {
        let alphabet = Alphabet::new(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let mut compared = 0;
        for seed in 0..20 {
            let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
            let mut world = alphabet.chart.start();
            for step in 1..=8 {
                let (mut nexts, other) = (Vec::new(), on_other_grounds(&world));
                assert_eq!(world, other);
                for letter in alphabet.letters(&world, step) {
                    let request = alphabet.chart.bindings_in(&world).resolve(&letter, &world);
                    let mine = alphabet.chart.outcomes(&world, &request);
                    let theirs = alphabet.chart.outcomes(&other, &request);
                    compared += mine.len();
                    let mine: Vec<_> = mine.into_iter().map(permitted).collect();
                    assert_eq!(mine, theirs.into_iter().map(permitted).collect::<Vec<_>>(), "{request:?}");
                    nexts.extend(mine.into_iter().filter_map(|(refusal, _, next)| next.filter(|_| refusal.is_none())));
                }
                world = nexts.swap_remove(rng.random_range(0..nexts.len()));
                if rng.random_ratio(1, 3) {
                    world = chart::seen(world);
                }
            }
        }
        assert!(compared > 10_000, "{compared}");
    }
}
