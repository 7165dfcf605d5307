//! The shortest way to each state that a few requests can reach, by the model alone.
//!
//! Shrinking asks here first: a violation that a long case has met is as a rule met again on the shortest way to the
//! state before it. The search is breadth-first over one secret and a small alphabet of requests, without any call.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::OnceLock;

use super::cell::{Rotation, State};
use super::chart::{self, Chart};
use super::{Alphabet, Menu, ask, complete_read};
use crate::model::{Fact, Label, Request, Secret, VersionId, World};

/// How many requests a way has at most.
const LONGEST: usize = 5;

/// How two states can be alike, the closest first: the same; labels and configuration; labels; the pending version.
const LIKENESSES: [fn(&Outline, &Outline) -> bool; 4] = [
    |one, other| one == other,
    |one, other| one.state == other.state,
    |one, other| one.state.labels() == other.state.labels(),
    |one, other| one.state.pending() == other.state.pending(),
];

/// The shortest ways from an unused name.
#[derive(Debug)]
pub struct Atlas {
    chart: Chart,
    by_outline: BTreeMap<Outline, Route>,
}

/// A way, and the world at its end.
#[derive(Clone, Debug)]
pub struct Route {
    /// The requests.
    pub steps: Vec<Request>,
    /// Where they lead, by the model.
    pub world: World,
}

/// The state of one secret up to the names of its versions; what dates, tags and texts say does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outline {
    state: State,
    /// The labels of each version, and whether it has a value.
    versions: Vec<(Vec<Label>, bool)>,
    /// The rotation configuration, and whether it has a function, days and a schedule.
    rotation: Option<(Rotation, [bool; 3])>,
}

impl Atlas {
    /// The atlas of a menu, searched once in a process: it depends on nothing else.
    pub fn shared(menu: Menu) -> &'static Self {
        static ATLASES: [OnceLock<Atlas>; Menu::COUNT] = [const { OnceLock::new() }; Menu::COUNT];
        ATLASES[menu.number()].get_or_init(|| Self::new(menu))
    }

    /// The atlas of a menu with more ways: what a case needs in order to be as short as can be, also where one request
    /// does what two of the usual ones do. Searched once in a process.
    pub fn detailed(menu: Menu) -> &'static Self {
        static ATLASES: [OnceLock<Atlas>; Menu::COUNT] = [const { OnceLock::new() }; Menu::COUNT];
        ATLASES[menu.number()].get_or_init(|| {
            Self::search(menu, &|chart, length| {
                let usual = chart.alphabet(length);
                usual.into_iter().chain(chart.further(length)).collect()
            })
        })
    }

    /// Searches; this takes no calls.
    #[must_use]
    pub fn new(menu: Menu) -> Self {
        Self::search(menu, &Chart::alphabet)
    }

    fn search(menu: Menu, letters: &dyn Fn(&Chart, usize) -> Vec<Request>) -> Self {
        let chart = Chart::new(menu);
        let start = Route { steps: Vec::new(), world: chart.start() };
        let mut by_outline = BTreeMap::from([(Outline::of(&start.world), start.clone())]);
        let mut frontier = vec![start];
        for length in 1..=LONGEST {
            let mut next = Vec::new();
            for route in &frontier {
                for step in letters(&chart, length) {
                    let Some(world) = chart.after(&route.world, &step) else { continue };
                    if let Entry::Vacant(unseen) = by_outline.entry(Outline::of(&world)) {
                        let steps = route.steps.iter().cloned().chain([step]).collect();
                        next.push(unseen.insert(Route { steps, world }).clone());
                    }
                }
            }
            frontier = next;
        }
        Self { chart, by_outline }
    }

    /// The shortest ways, in the order of the states that they lead to.
    pub(super) fn ways(&self) -> impl ExactSizeIterator<Item = &Route> {
        self.by_outline.values()
    }

    /// How many states can be reached.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_outline.len()
    }

    /// Whether nothing can be reached, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_outline.is_empty()
    }

    /// Shows what the answers at the end of short cases must show: each way of at most so many requests, what is asked
    /// there, and every fact that the answer must show by the model.
    ///
    /// What is asked is one letter of the alphabet; or one that leaves something behind and a read that shows it. Facts
    /// that rest on what was asked before are left out: a shorter way shows them.
    pub fn ends(&self, longest: usize, see: &mut dyn FnMut(&Route, &[&Request], &Fact)) {
        let alphabet = Alphabet::new(self.chart.menu);
        let reads: Vec<Request> = complete_read(1).into_iter().map(Request::from).collect();
        for route in self.by_outline.values().filter(|route| route.steps.len() <= longest) {
            let world = chart::seen(route.world.clone());
            for letter in alphabet.letters(&world, route.steps.len() + 1) {
                let Some((facts, next)) = self.chart.foresee(&world, &letter) else { continue };
                facts.iter().filter(|fact| fact.since.is_none()).for_each(|fact| see(route, &[&letter], fact));
                if !letter.operation.is_read() {
                    for read in &reads {
                        let shown = self.chart.foresee(&next, read).map(|(facts, _)| facts).unwrap_or_default();
                        let left = shown.iter().filter(|fact| fact.since == Some(1));
                        left.for_each(|fact| see(route, &[&letter, read], fact));
                    }
                }
            }
        }
    }

    /// What the answer to the last of these requests must show, the first of them made where this way ends.
    #[must_use]
    pub fn facts_after(&self, route: &Route, end: &[Request]) -> Vec<Fact> {
        let mut world = chart::seen(route.world.clone());
        let mut last = Vec::new();
        for step in end {
            let Some((facts, next)) = self.chart.foresee(&world, step) else { return Vec::new() };
            (last, world) = (facts, next);
        }
        last
    }

    /// The world after these requests about the first secret, by the model.
    #[must_use]
    pub fn after(&self, steps: &[Request]) -> World {
        let mut world = self.chart.start();
        for step in steps {
            world = self.chart.after(&world, step).unwrap_or(world);
        }
        world
    }

    /// Those of these requests about the first secret that are accepted and change its state, by the model.
    #[must_use]
    pub fn changing(&self, steps: &[Request]) -> Vec<Request> {
        let mut world = self.chart.start();
        let changes = |step: &&Request| {
            let next = self.chart.after(&world, step).filter(|next| Outline::of(next) != Outline::of(&world));
            next.map(|next| world = next).is_some()
        };
        steps.iter().filter(changes).cloned().collect()
    }

    /// The shortest ways to states like this one, the most alike first: to the same, to one with the same labels and
    /// configuration, to one with the same labels, to one with the same pending version.
    ///
    /// Where the endpoint was seen in another state than the model has it, `seen` is the one that counts.
    #[must_use]
    pub fn routes(&self, world: &World, seen: Option<State>) -> Vec<&Route> {
        let mut outline = Outline::of(world);
        outline.state = seen.unwrap_or(outline.state);
        let mut routes: Vec<&Route> = Vec::new();
        for is_alike in LIKENESSES {
            let alike = self.by_outline.iter().filter(|(other, _)| is_alike(&outline, other));
            let shortest = alike.map(|(_, route)| route).min_by_key(|route| route.steps.len());
            routes.extend(shortest.filter(|route| routes.iter().all(|known| known.steps != route.steps)));
        }
        routes
    }

    /// The single requests that lead from this state to others, one for each; each is a step of this number.
    #[must_use]
    pub fn choices(&self, from: &World, number: usize) -> Vec<Route> {
        let letters = self.chart.alphabet(number).into_iter().chain(self.chart.further(number));
        let mut by_outline = BTreeMap::new();
        for step in letters.chain(self.asks(from, number)) {
            if let Some(world) = self.chart.after(from, &step) {
                by_outline.entry(Outline::of(&world)).or_insert(Route { steps: vec![step], world });
            }
        }
        by_outline.into_values().collect()
    }

    /// Every kind of request of the same operation that can be made in this state, as a step of this number, and where it
    /// leads.
    #[must_use]
    pub fn of_operation(&self, operation: &str, from: &World, number: usize) -> Vec<Route> {
        let asks = self.asks(from, number).into_iter().filter(|ask| ask.operation.name() == operation);
        let route = |ask| {
            let world = self.chart.after(from, &ask).unwrap_or_else(|| from.clone());
            Route { steps: vec![ask], world }
        };
        asks.map(route).collect()
    }

    /// Every kind of request that can be made in this state, as a step of this number.
    #[must_use]
    pub fn asks(&self, world: &World, number: usize) -> Vec<Request> {
        ask::requests(&self.chart, world, &format!("$t{number}").into())
    }

    /// The placeholder of the version that a placeholder names by a label; `None` if it names none so.
    #[must_use]
    pub fn version_named(&self, world: &World, placeholder: &str) -> Option<String> {
        let label = Label::from(placeholder.strip_prefix("$s1.")?);
        Some(self.chart.symbol(world.secret.as_ref()?.holder(&label).flatten()?))
    }

    /// How unlike two states are: 0 for the same, more for what [`routes`](Self::routes) comes to later.
    #[must_use]
    pub fn unlikeness(&self, one: &World, other: &World) -> usize {
        let (one, other) = (Outline::of(one), Outline::of(other));
        LIKENESSES.iter().position(|is_alike| is_alike(&one, &other)).unwrap_or(LIKENESSES.len())
    }

    /// The ways of at most this many requests, those first that lead to a state like this one, the shortest of them before
    /// longer ones.
    #[must_use]
    pub fn nearest(&self, world: &World, longest: usize) -> Vec<&Route> {
        let outline = Outline::of(world);
        let of_length = self.by_outline.iter().filter(|(_, route)| route.steps.len() <= longest);
        let mut routes: Vec<_> = of_length.map(|(other, route)| (outline.distance(other), route)).collect();
        routes.sort_by_key(|(distance, route)| (*distance, route.steps.len()));
        routes.into_iter().map(|(_, route)| route).collect()
    }

    /// Each version of one world with the version of the other that stands for it: the one with the same labels, else
    /// one that shares a label.
    #[must_use]
    pub fn counterparts(&self, from: &World, to: &World) -> Vec<(String, String)> {
        let (Some(from), Some(to)) = (&from.secret, &to.secret) else { return Vec::new() };
        let (from, to) = (ordered(from), ordered(to));
        let is_equal = |one: &[Label], other: &[Label]| one == other;
        let shares = |one: &[Label], other: &[Label]| one.iter().any(|label| other.contains(label));
        let counterpart = |labels: &[Label]| {
            let find = |fits: &dyn Fn(&[Label], &[Label]) -> bool| to.iter().find(|((of, _), _)| fits(labels, of));
            find(&is_equal).or_else(|| find(&shares)).map(|(_, id)| id)
        };
        let symbol = |id: &VersionId| self.chart.symbol(id);
        let pairs = from.iter().filter_map(|((labels, _), id)| Some((symbol(id), symbol(counterpart(labels)?))));
        pairs.collect()
    }
}

impl Outline {
    fn of(world: &World) -> Self {
        let state = State::of(world);
        let secret = world.secret.as_ref();
        Self {
            state,
            versions: secret
                .map(|secret| ordered(secret).into_iter().map(|(kind, _)| kind).collect())
                .unwrap_or_default(),
            rotation: secret.map(|secret| {
                let rotation = &secret.rotation;
                let (function, days) = (rotation.function.value.is_some(), rotation.days.value.is_some());
                (Rotation::of(secret), [function, days, rotation.schedule.value.is_some()])
            }),
        }
    }

    /// How many versions of one are none of the other's, and whether the rest differs.
    fn distance(&self, other: &Self) -> usize {
        let mut unmatched = other.versions.clone();
        let mut distance = 0;
        for version in &self.versions {
            match unmatched.iter().position(|other| other == version) {
                Some(index) => drop(unmatched.swap_remove(index)),
                None => distance += 1,
            }
        }
        distance + unmatched.len() + usize::from(self.rotation != other.rotation)
    }
}

/// The versions of a secret, with their labels and whether they have a value, in an order that names do not change.
fn ordered(secret: &Secret) -> Vec<((Vec<Label>, bool), VersionId)> {
    let mut versions: Vec<_> = secret
        .versions
        .iter()
        .map(|version| {
            let mut labels: Vec<_> = secret.labels_of(&version.id).cloned().collect();
            labels.sort();
            ((labels, secret.value(&version.id).is_some()), version.id.clone())
        })
        .collect();
    versions.sort_by(|one, other| one.0.cmp(&other.0));
    versions
}

#[cfg(test)]
mod tests {
    use super::super::chart::{create, delete, put, rotate, stage};
    use super::*;
    use crate::model::Text;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

    #[test]
    fn a_long_way_has_a_short_one_to_the_same_state() {
        let atlas = Atlas::new(MENU);
        let token = |number: u8| Text::from(format!("$t{number}"));
        let long: Vec<Request> = [
            create(&token(7), Some("value-b")),
            put(&token(8), &[]),
            stage("BLUE".into(), Some("AWSCURRENT"), None),
            put(&token(9), &[Label::Pending]),
            stage(Label::Pending, None, Some("AWSPENDING")),
            stage("BLUE".into(), None, Some("BLUE")),
            rotate(&token(10), None),
            delete(Some(true)),
        ]
        .map(Request::from)
        .to_vec();
        let lengths: Vec<_> = (0..=long.len())
            .map(|length| atlas.routes(&atlas.after(&long[..length]), None).first().map(|route| route.steps.len()))
            .collect();
        assert_eq!(lengths, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(4), Some(3), Some(4), Some(2)]);
    }

    #[test]
    fn every_way_leads_where_it_says() {
        let atlas = Atlas::new(MENU);
        assert!(atlas.len() > 200, "{}", atlas.len());
        for (outline, route) in &atlas.by_outline {
            assert_eq!(Outline::of(&atlas.after(&route.steps)), *outline, "{:?}", route.steps);
        }
    }
}
