//! Rotations under way: which step of which function is called next, and what becomes of a secret when one ends.
//!
//! A rotation takes its steps one at a time, each once the one before has succeeded. Where one fails the attempt is
//! over; the next refusal because of that rotation begins another, with the same token. Whoever plays the functions is
//! handed each invocation and tells how it ended, so that nothing here waits and no time passes.

use std::sync::{Arc, Mutex};

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde_json::{Value, json};
use uuid::Uuid;

use super::hook::{self, Rotating, put_label};
use super::{Config, State};
use crate::endpoint::Invocation;
use crate::history::{Event, Invoked};
use crate::model::{
    Cell, Content, Label, Operation, Origin, RotateSecret, RotationStep, Secret, Text, Timestamp, Version, VersionId,
    World,
};

/// Who is handed each invocation.
pub(super) type Deliver = Arc<dyn Fn(Invocation) + Send + Sync>;

/// A rotation that is not finished.
#[derive(Clone, Debug)]
struct Running {
    token: VersionId,
    /// The steps, the next one first.
    steps: Vec<RotationStep>,
    /// All of them, for another attempt.
    all: Vec<RotationStep>,
    /// The number of the invocation that has not ended.
    under_way: Option<u64>,
    has_failed: bool,
    /// Whether it tries a configuration out and rotates nothing (ROT-LIFE-019).
    is_test: bool,
    is_by_default: bool,
}

impl Running {
    fn rotating<'a>(&'a self, name: &'a Text, now: Timestamp) -> Rotating<'a> {
        let Self { token, is_test, is_by_default, .. } = self;
        Rotating { name, token, is_test: *is_test, is_by_default: *is_by_default, now }
    }
}

/// The rotations that are not finished, by the names of their secrets.
#[derive(Clone, Debug, Default)]
pub(super) struct Rotations {
    running: IndexMap<Text, Running, FixedState>,
    invocations: u64,
}

/// How far a rotation has come, for who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    UnderWay,
    Failed,
    Over,
}

/// An event for the function of a rotation, and the number of the invocation.
pub(super) type Due = (u64, Event);

impl Rotations {
    pub(super) fn is_running(&self, name: &str) -> bool {
        self.running.contains_key(name)
    }

    pub(super) fn stage(&self, name: &str) -> Stage {
        match self.running.get(name) {
            None => Stage::Over,
            Some(running) if running.has_failed => Stage::Failed,
            Some(_) => Stage::UnderWay,
        }
    }
}

impl State {
    /// What a request makes of the rotations: an accepted RotateSecret begins one, a refused one another attempt, and
    /// what ends a rotation lets nothing of it be called again.
    pub(super) fn heed(&mut self, operation: &Operation, world: &mut World, is_refused: bool, config: &Config) {
        if let (Operation::RotateSecret(request), Some(secret)) = (operation, &mut world.secret) {
            let function = secret.rotation.function.value.clone();
            let acts = function.is_some_and(|function| self.acting.contains(&function));
            if acts && !is_refused {
                let running = begin(&world.name, secret, request, config);
                self.rotations.running.insert(world.name.clone(), running);
            }
        }
        if is_refused {
            self.attempt_again(&world.name, operation);
        }
        let is_over = self.rotations.running.get(&world.name).is_some_and(|running| !goes_on(running, world));
        if is_over && !hook::outlives(config.hooks()) {
            self.rotations.running.shift_remove(&world.name);
        }
    }

    /// A refused RotateSecret begins another attempt of the rotation that has failed (ROT-PROG-012).
    pub(super) fn attempt_again(&mut self, name: &Text, operation: &Operation) {
        if let (Operation::RotateSecret(_), Some(running)) = (operation, self.rotations.running.get_mut(name)) {
            running.has_failed = false;
        }
    }

    /// The step of a secret's rotation that is due, which is under way from now on; twice where it is called twice.
    pub(super) fn due(&mut self, name: &Text, config: &Config) -> Vec<Due> {
        let arn = self.worlds.get(name).and_then(|world| world.secret.as_ref()?.arn.clone());
        let Rotations { running, invocations } = &mut self.rotations;
        let Some(running) = running.get_mut(name).filter(|it| it.under_way.is_none() && !it.has_failed) else {
            return Vec::new();
        };
        let Some(step) = running.steps.first().copied() else { return Vec::new() };
        let times = if hook::repeats(config.hooks(), step) { 2 } else { 1 };
        let mut due = Vec::new();
        for _ in 0..times {
            *invocations += 1;
            let mut event = event(arn.as_ref(), running, step, *invocations);
            hook::tell(config.hooks(), &mut event, &running.rotating(name, (config.clock)()));
            running.under_way = Some(*invocations);
            due.push((*invocations, Event(event)));
        }
        due
    }

    /// An invocation of this secret's rotation has ended; one that nothing waits for any more changes nothing.
    fn end(&mut self, name: &Text, number: u64, mut invoked: Invoked, config: &Config) {
        let now = (config.clock)();
        let under_way = |running: &&mut Running| running.under_way == Some(number);
        let Some(running) = self.rotations.running.get_mut(name).filter(under_way) else { return };
        running.under_way = None;
        let step = running.steps.remove(0);
        hook::heed(config.hooks(), &mut invoked);
        if invoked.is_err() {
            running.has_failed = true;
            match hook::resumes(config.hooks()) {
                true => running.steps.insert(0, step),
                false => running.steps.clone_from(&running.all),
            }
        }
        let ended = running.clone();
        let rotating = ended.rotating(name, now);
        let is_over = running.steps.is_empty() || (running.is_test && invoked.is_err());
        let Some(world) = self.worlds.get_mut(name) else { return };
        hook::end(config.hooks(), world, &rotating, step, invoked.is_ok());
        if is_over {
            if let Some(secret) = &mut world.secret {
                finish(secret, &ended, now, hook::outlasts(config.hooks()));
            }
            self.rotations.running.shift_remove(name);
        }
    }
}

/// A rotation that begins now. What only tries a configuration out works on a copy of the current value (ROT-LIFE-020).
fn begin(name: &Text, secret: &mut Secret, request: &RotateSecret, config: &Config) -> Running {
    let token = request.client_request_token.clone().unwrap_or_default();
    let is_test = request.rotate_immediately == Some(false);
    let current = secret.holder(&Label::Current).flatten().cloned();
    if is_test && let Some(Content::Value(value)) = current.and_then(|id| secret.version(&id)?.content.get().cloned()) {
        if secret.version(&token).is_none() {
            let content = Cell::known(Content::Value(value), None);
            secret.add_version(Version::new(&token, content, Origin::Test, Some((config.clock)())));
        }
        put_label(secret, &Label::Pending, Some(token.clone()));
    }
    let mut steps = if is_test { vec![RotationStep::TestSecret] } else { RotationStep::ALL.to_vec() };
    let is_by_default = request.rotate_immediately.is_none();
    let rotating = Rotating { name, token: &token, is_test, is_by_default, now: (config.clock)() };
    hook::plan(config.hooks(), &mut steps, &rotating, secret);
    Running { token, all: steps.clone(), steps, under_way: None, has_failed: false, is_test, is_by_default }
}

/// Whether a rotation goes on: its secret is there, rotation is on, and nobody has stored another value meanwhile.
fn goes_on(running: &Running, world: &World) -> bool {
    let Some(secret) = world.secret.as_ref().filter(|secret| secret.deletion.is_none()) else { return false };
    let is_of_it = secret.rotation.unfinished() == Some(&running.token)
        || secret.holds(&Label::Current, &running.token)
        || secret.holds(&Label::Pending, &running.token);
    secret.rotation.enabled.value && (is_of_it || running.is_test)
}

/// What the end of a rotation leaves: a test takes its label off, and a rotation that has promoted its version is a
/// success (ROT-CONF-015).
fn finish(secret: &mut Secret, running: &Running, now: Timestamp, leaves_label: bool) {
    if running.is_test && secret.holds(&Label::Pending, &running.token) {
        if !leaves_label {
            put_label(secret, &Label::Pending, None);
        }
    } else if secret.holds(&Label::Current, &running.token) {
        secret.dates.rotated = Some(now);
    }
}

fn event(arn: Option<&Text>, running: &Running, step: RotationStep, number: u64) -> Value {
    json!({
        "Step": step.as_str(),
        "SecretId": arn,
        "ClientRequestToken": running.token,
        "RotationToken": Uuid::from_u64_pair(0x4000_8000, number).to_string(),
    })
}

/// Hands out what is due of a secret's rotation; whoever ends an invocation makes the next one due.
pub(super) fn deliver(due: Vec<Due>, name: &Text, state: &Arc<Mutex<State>>, config: &Arc<Config>, to: &Deliver) {
    for (number, event) in due {
        let (name, state, config, onward) = (name.clone(), Arc::clone(state), Arc::clone(config), Arc::clone(to));
        to(Invocation::new(event, move |invoked| {
            let next = {
                let mut state = lock(&state);
                state.end(&name, number, invoked, &config);
                state.due(&name, &config)
            };
            deliver(next, &name, &state, &config, &onward);
        }));
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
