//! Steering: the first random cases of a run are those that, by the model, meet what none before them has met.
//!
//! Rules differ by a factor of a thousand in how often random calls exercise them. So each step of these cases is the
//! best of several random ones: the one that decides most facts, writes most cells under a rule, or makes kinds of calls
//! that were met seldom or never. That is predicted by the reference service in this process, without any call, so that
//! the cases are a function of the seed alone. Later cases are plain random ones, which owe nothing to this judgement.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem::{Discriminant, discriminant};

use foldhash::fast::FixedState;
use proptest::prelude::RngExt as _;

use super::generate::{Generator, Menu};
use super::{Ask, Atlas, Case, Cell, State};
use crate::model::{Action, Claim, Fact, Label, Operation, Outcome, Request, Secret, World};
use crate::rule::RuleId;

/// How many cases of a run are steered.
pub const STEERED: u64 = 96;
/// The fewest and the most steps of a case after the way to its first state, its last reads not counted.
const STEPS: std::ops::RangeInclusive<usize> = 10..=24;
/// Of how many random requests a step is the best.
const CANDIDATES: usize = 48;
/// Of how many ways to a state the first steps are the best.
const WAYS: usize = 6;
/// One step in so many is not chosen at all.
const UNCHOSEN: u32 = 10;

/// The steered cases of a seed, one after the other.
#[derive(Debug)]
pub struct Steered {
    seed: u64,
    menu: Menu,
    index: u64,
    met: HashMap<Trait, u32, FixedState>,
}

/// Something about a request that is worth meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Trait {
    /// The answer decides a fact of the rule.
    Rule(RuleId),
    /// Such a request is accepted or refused as the rule has it.
    Verdict(RuleId, Option<Action>),
    /// The answer to such a request decides such a fact, about what such a request has left.
    Fact(RuleId, Option<Action>, Option<Action>, Discriminant<Claim>, Option<Mark>),
    /// The request writes such a cell under the rule.
    Write(RuleId, Option<Action>, Mark),
    /// What it asks for, relative to the state.
    Ask(Ask),
    /// It leads to such a state.
    State(State),
    /// The kind of call.
    Cell(Cell),
    /// The request as it is written, whatever its tokens are.
    Form(u64),
}

/// A label or a member of the rotation configuration, and whether it is anywhere.
type Mark = (u8, bool);

impl Trait {
    /// What it is worth to meet it for the first time; every further time it is worth a quarter of the time before.
    const fn worth(self) -> u64 {
        match self {
            Self::Rule(_) | Self::State(_) => 4096,
            Self::Verdict(..) | Self::Write(..) => 1024,
            Self::Fact(..) | Self::Ask(_) => 512,
            Self::Form(_) => 384,
            Self::Cell(_) => 256,
        }
    }
}

/// A step that may be taken.
struct Candidate {
    request: Request,
    next_token: u8,
    traits: Vec<Trait>,
}

impl Steered {
    /// Those of this seed.
    #[must_use]
    pub fn new(seed: u64, menu: Menu) -> Self {
        Self { seed, menu, index: 0, met: HashMap::default() }
    }

    fn case(&mut self, index: u64) -> Case {
        let mut generator = Generator::new(self.seed, index, self.menu);
        use_another_name(&mut generator);
        for request in self.way(&mut generator) {
            self.meet(&traits(&generator, &request));
            generator.push(request);
            generator.next_token += 1;
        }
        let steps = generator.rng.random_range(STEPS);
        for _ in 0..steps {
            let chosen = self.choose(&mut generator);
            generator.next_token = chosen.next_token;
            self.meet(&chosen.traits);
            generator.push(chosen.request);
        }
        generator.read_at_the_end();
        Case { steps: generator.steps }
    }

    /// The shortest way to a state that was met seldom, of some that a few requests can reach.
    fn way(&self, generator: &mut Generator) -> Vec<Request> {
        let ways: Vec<_> = Atlas::shared(self.menu).ways().collect();
        let drawn = (0..WAYS).map(|_| ways[generator.rng.random_range(0..ways.len())]);
        let rarest = drawn.max_by_key(|way| self.worth(Trait::State(State::of(&way.world))));
        rarest.map(|way| way.steps.clone()).unwrap_or_default()
    }

    fn choose(&self, generator: &mut Generator) -> Candidate {
        let candidates = if generator.rng.random_ratio(1, UNCHOSEN) { 1 } else { CANDIDATES };
        let first_token = generator.next_token;
        let mut best: Option<(u64, Candidate)> = None;
        for number in 0..candidates {
            generator.next_token = first_token;
            generator.is_bold = number % 2 == 1;
            let request = generator.next_request();
            let candidate =
                Candidate { traits: traits(generator, &request), next_token: generator.next_token, request };
            let worth = candidate.traits.iter().map(|it| self.worth(*it)).sum();
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, candidate));
            }
        }
        best.map(|(_, candidate)| candidate).expect("there is at least one candidate")
    }

    fn worth(&self, it: Trait) -> u64 {
        let times = self.met.get(&it).copied().unwrap_or(0);
        it.worth().checked_shr(2 * times).unwrap_or(0)
    }

    fn meet(&mut self, traits: &[Trait]) {
        for it in traits {
            *self.met.entry(*it).or_default() += 1;
        }
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

/// What there is to meet in a request, each once.
fn traits(generator: &Generator, request: &Request) -> Vec<Trait> {
    let resolved = generator.bindings.resolve(request, &generator.service);
    let (before, outcome) = generator.service.foresee(&resolved);
    let action = resolved.operation.action();
    let cell = Cell::of(&before, &resolved);
    let mut traits = vec![Trait::Ask(cell.ask), Trait::Cell(cell), form(request)];
    let mut add = |it: Trait| {
        if !traits.contains(&it) {
            traits.push(it);
        }
    };
    for fact in outcome.facts.iter().filter(|fact| fact.counts) {
        add(Trait::Rule(fact.rule));
        add(of_fact(fact, action));
    }
    if let Some(after) = outcome.next.as_ref().filter(|_| !resolved.operation.is_read()) {
        add(Trait::State(State::of(after)));
    }
    if let Operation::ListSecrets(_) = resolved.operation {
        add(Trait::Rule(RuleId::Read009));
    }
    for (rule, mark) in writes(&before, &outcome) {
        add(Trait::Write(rule, action, mark));
    }
    traits
}

/// The request without the numbers of ordinary tokens.
fn form(request: &Request) -> Trait {
    let text = serde_json::to_string(request).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    for part in text.split("$t") {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let is_odd = part[..digits].parse::<u8>().is_ok_and(|number| number >= 90);
        part[if is_odd { 0 } else { digits }..].hash(&mut hasher);
    }
    Trait::Form(hasher.finish())
}

fn of_fact(fact: &Fact, action: Option<Action>) -> Trait {
    let mark = match &fact.claim {
        Claim::Accepted | Claim::Refused => return Trait::Verdict(fact.rule, action),
        Claim::Label(label, holder) => Some(mark(label, holder.is_some())),
        _ => None,
    };
    Trait::Fact(fact.rule, action, fact.by, discriminant(&fact.claim), mark)
}

const fn mark(label: &Label, is_anywhere: bool) -> Mark {
    let number = match label {
        Label::Current => 0,
        Label::Pending => 1,
        Label::Previous => 2,
        Label::Custom(_) => 3,
    };
    (number, is_anywhere)
}

/// The labels that a request moves and the settings that it changes, each with the rule that has it so.
fn writes(before: &World, outcome: &Outcome) -> Vec<(RuleId, Mark)> {
    let Some(after) = outcome.next.as_ref().and_then(|world| world.secret.as_ref()) else { return Vec::new() };
    let former = |label: &Label| before.secret.as_ref().and_then(|secret| secret.holder(label).flatten());
    let moved = after.labels.iter().filter(|cell| cell.holder.value.as_ref() != former(&cell.label));
    let labels = moved.map(|cell| (cell.holder.by.rule, mark(&cell.label, cell.holder.value.is_some())));
    labels.chain(settings(before, after)).collect()
}

/// The members of the rotation configuration that a request changes.
fn settings(before: &World, after: &Secret) -> Vec<(RuleId, Mark)> {
    let Some(before) = &before.secret else { return Vec::new() };
    let (from, to) = (&before.rotation, &after.rotation);
    let mut settings = Vec::new();
    if from.days.value != to.days.value {
        settings.push((to.days.by.rule, (4, to.days.value.is_some())));
    }
    for (number, from, to) in
        [(5, &from.function, &to.function), (6, &from.schedule, &to.schedule), (7, &from.duration, &to.duration)]
    {
        if from.value != to.value {
            settings.push((to.by.rule, (number, to.value.is_some())));
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::strategy::generate;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true };

    fn rules_of(cases: impl Iterator<Item = Case>) -> BTreeSet<RuleId> {
        cases.flat_map(|case| rules_of_case(&case)).collect()
    }

    /// The rules whose facts the answers to a case decide.
    fn rules_of_case(case: &Case) -> Vec<RuleId> {
        let mut generator = Generator::new(0, 0, MENU);
        let mut rules = Vec::new();
        for step in &case.steps {
            rules.extend(traits(&generator, step).iter().filter_map(|it| match it {
                Trait::Rule(rule) => Some(*rule),
                _ => None,
            }));
            generator.push(step.clone());
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
