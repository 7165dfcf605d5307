//! The shortest way to each state that a few requests can reach, by the model alone.
//!
//! Shrinking asks here first: a violation that a long case has met is as a rule met again on the shortest way to the
//! state before it. The search is breadth-first over one secret and a small alphabet of requests, without any call.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::OnceLock;

use super::cell::{Rotation, State};
use super::{Bindings, Menu, Roles};
use crate::model::{
    CancelRotateSecret, CreateSecret, DeleteSecret, Functions, Label, Operation, PutSecretValue, Request,
    RestoreSecret, RotateSecret, RotationRules, Secret, Setting, Tag, TagResource, Text, UpdateSecretVersionStage,
    VersionId, World, outcomes,
};

/// How many requests a way has at most.
const LONGEST: usize = 5;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const MISSING: &str = "arn:aws:lambda:us-east-1:123456789012:function:missing";

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

/// What one secret's requests do, by the model.
#[derive(Debug)]
struct Chart {
    menu: Menu,
    bindings: Bindings,
    functions: Functions,
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

impl Roles for World {
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId> {
        self.secret.as_ref().filter(|_| *self.name == *name)?.holder(label).flatten().cloned()
    }
}

impl Atlas {
    /// The atlas of a menu, searched once in a process: it depends on nothing else.
    pub fn shared(menu: Menu) -> &'static Self {
        static ATLASES: [OnceLock<Atlas>; 4] = [const { OnceLock::new() }; 4];
        let index = usize::from(menu.has_function) * 2 + usize::from(menu.has_missing_function);
        ATLASES[index].get_or_init(|| Self::new(menu))
    }

    /// Searches; this takes no calls.
    #[must_use]
    pub fn new(menu: Menu) -> Self {
        let chart = Chart::new(menu);
        let start = Route { steps: Vec::new(), world: chart.start() };
        let mut by_outline = BTreeMap::from([(Outline::of(&start.world), start.clone())]);
        let mut frontier = vec![start];
        for length in 1..=LONGEST {
            let mut next = Vec::new();
            for route in &frontier {
                for step in chart.alphabet(length) {
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

    /// The world after these requests about the first secret, by the model.
    #[must_use]
    pub fn after(&self, steps: &[Request]) -> World {
        let mut world = self.chart.start();
        for step in steps {
            world = self.chart.after(&world, step).unwrap_or(world);
        }
        world
    }

    /// The shortest ways to states like this one, the most alike first: to the same, to one with the same labels and
    /// configuration, to one with the same labels, to one with the same pending version.
    ///
    /// Where the endpoint was seen in another state than the model has it, `seen` is the one that counts.
    #[must_use]
    pub fn routes(&self, world: &World, seen: Option<State>) -> Vec<&Route> {
        let mut outline = Outline::of(world);
        outline.state = seen.unwrap_or(outline.state);
        let likenesses: [fn(&Outline, &Outline) -> bool; 4] = [
            |one, other| one == other,
            |one, other| one.state == other.state,
            |one, other| one.state.labels() == other.state.labels(),
            |one, other| one.state.pending() == other.state.pending(),
        ];
        let mut routes: Vec<&Route> = Vec::new();
        for is_alike in likenesses {
            let alike = self.by_outline.iter().filter(|(other, _)| is_alike(&outline, other));
            let shortest = alike.map(|(_, route)| route).min_by_key(|route| route.steps.len());
            routes.extend(shortest.filter(|route| routes.iter().all(|known| known.steps != route.steps)));
        }
        routes
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
        let symbol = |id: &VersionId| self.chart.bindings.placeholder_of(id).to_string();
        let pairs = from.iter().filter_map(|((labels, _), id)| Some((symbol(id), symbol(counterpart(labels)?))));
        pairs.collect()
    }
}

impl Chart {
    fn new(menu: Menu) -> Self {
        let bindings = Bindings::new("atlas".to_owned(), Some(FUNCTION.into()), Some(MISSING.into()));
        let functions = Functions { accepted: vec![FUNCTION.into()], missing: vec![MISSING.into()] };
        Self { menu, bindings, functions }
    }

    fn start(&self) -> World {
        World::unused(self.bindings.name(1))
    }

    /// The world after a request that is accepted and changes it.
    fn after(&self, world: &World, step: &Request) -> Option<World> {
        let mut bindings = self.bindings.clone();
        if let Some(arn) = world.secret.as_ref().and_then(|secret| secret.arn.as_ref()) {
            bindings.created(1, arn);
        }
        let request = bindings.resolve(step, world);
        if request.operation.secret_id().is_none_or(|id| !id.contains(&*world.name)) {
            return None;
        }
        let functions = &self.functions;
        let setting = Setting { call: 0, action: None, now: None, called: None, taken: &[], stamp: None, functions };
        let usual = outcomes(world, &request, &setting).into_iter().next()?;
        let mut next = usual.next.filter(|_| usual.refusal.is_none())?;
        next.settle();
        if let Some(secret) = &mut next.secret {
            let name = &next.name;
            let arn = || format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf").into();
            secret.arn.get_or_insert_with(arn);
        }
        Some(next)
    }

    /// The requests that may come as the step of this number; one that is refused leads nowhere.
    fn alphabet(&self, number: usize) -> Vec<Request> {
        let token: Text = format!("$t{number}").into();
        let mut letters = vec![create(&token, Some("value-a")), create(&token, None)];
        for labels in [&[][..], &[Label::Pending], &["BLUE".into()], &[Label::Current, Label::Pending]] {
            letters.push(put(&token, labels));
        }
        letters.push(put(&"$s1.AWSPENDING".into(), &[Label::Pending]));
        for (label, to, from) in [
            (Label::Current, Some("AWSPENDING"), Some("AWSCURRENT")),
            (Label::Current, Some("AWSPREVIOUS"), Some("AWSCURRENT")),
            (Label::Pending, None, Some("AWSPENDING")),
            (Label::Pending, Some("AWSCURRENT"), Some("AWSPENDING")),
            (Label::Pending, Some("AWSCURRENT"), None),
            ("BLUE".into(), Some("AWSCURRENT"), None),
            ("BLUE".into(), None, Some("BLUE")),
        ] {
            letters.push(stage(label, to, from));
        }
        if self.menu.has_function {
            letters.extend([rotate(&token, None), rotate(&token, Some(false))]);
            letters.push(Operation::CancelRotateSecret(CancelRotateSecret { secret_id: id() }));
        }
        letters.extend([delete(None), delete(Some(true))]);
        letters.push(Operation::RestoreSecret(RestoreSecret { secret_id: id() }));
        let tags = vec![Tag { key: Some("team".into()), value: Some("x".into()) }];
        letters.push(Operation::TagResource(TagResource { secret_id: id(), tags: Some(tags) }));
        letters.into_iter().map(Request::from).collect()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the member is optional")]
fn id() -> Option<Text> {
    Some("$s1".into())
}

fn create(token: &Text, value: Option<&str>) -> Operation {
    Operation::CreateSecret(CreateSecret {
        name: id(),
        client_request_token: Some(token.clone()),
        secret_string: value.map(Into::into),
        ..CreateSecret::default()
    })
}

fn put(token: &Text, labels: &[Label]) -> Operation {
    Operation::PutSecretValue(PutSecretValue {
        secret_id: id(),
        client_request_token: Some(token.clone()),
        secret_string: Some("value-b".into()),
        version_stages: (!labels.is_empty()).then(|| labels.to_vec()),
        ..PutSecretValue::default()
    })
}

fn stage(label: Label, to: Option<&str>, from: Option<&str>) -> Operation {
    let version = |label: &str| format!("$s1.{label}").into();
    Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
        secret_id: id(),
        version_stage: Some(label),
        move_to_version_id: to.map(version),
        remove_from_version_id: from.map(version),
    })
}

fn rotate(token: &Text, immediately: Option<bool>) -> Operation {
    let rules = RotationRules { automatically_after_days: Some(30), ..RotationRules::default() };
    Operation::RotateSecret(RotateSecret {
        secret_id: id(),
        client_request_token: Some(token.clone()),
        rotation_lambda_arn: Some("$function".into()),
        rotation_rules: Some(rules),
        rotate_immediately: immediately,
        ..RotateSecret::default()
    })
}

fn delete(force: Option<bool>) -> Operation {
    Operation::DeleteSecret(DeleteSecret {
        secret_id: id(),
        force_delete_without_recovery: force,
        ..DeleteSecret::default()
    })
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
    use super::*;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true };

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
