//! The reference service: the model, made to answer.
//!
//! Of the outcomes that the model permits it takes the usual one, which is the recorded or documented one, and builds
//! the whole answer from the world that follows. It shares the model with the judge, so that a green run against it
//! proves the plumbing and not the rules. Rotation functions are accepted when they are registered and never act.

mod defect;
mod forget;
mod hook;
pub mod http;
mod rotation;
mod variant;
mod view;

pub use defect::{Bug, Defect, UnknownDefect};
pub use variant::{Otherwise, UnknownVariant, Variant};

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use crate::endpoint::{Endpoint, Host, Invocation};
use crate::history::Reply;
use crate::model::{
    Answer, BatchGetSecretValue, Body, ErrorType, Fact, Functions, Label, Named, Operation, Outcome, Output, Refusal,
    Request, SUFFIX_LENGTH, Secret, Setting, Shared, Text, Timestamp, VersionId, World, batch, form_of, outcomes,
};
use crate::rule::RuleId;
use hook::{Hook, Patience, Scene};
use rotation::{Deliver, Rotations, Stage};

/// The account of the reference service.
pub const ACCOUNT: &str = "123456789012";

/// Tells the time, in seconds since 1970.
pub type Clock = fn() -> Timestamp;

/// What the service is built from.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Region in ARNs.
    pub region: String,
    /// The suffixes of the first secrets' ARNs; later ones are counted up.
    pub suffixes: Vec<String>,
    /// The clock.
    pub clock: Clock,
    /// The bugs that are switched on.
    pub defects: Vec<Defect>,
    /// The ways to answer otherwise that are switched on.
    pub variants: Vec<Variant>,
}

impl Config {
    /// What is changed of what the model says.
    fn hooks(&self) -> impl Iterator<Item = Hook> {
        let of_defects = self.defects.iter().flat_map(Defect::hooks);
        of_defects.chain(self.variants.iter().flat_map(|variant| variant.hooks())).copied()
    }

    /// Whether the service answers as the model does.
    const fn is_plain(&self) -> bool {
        self.defects.is_empty() && self.variants.is_empty()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            suffixes: Vec::new(),
            clock: system_time,
            defects: Vec::new(),
            variants: Vec::new(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the service stands for a server, which has a clock")]
fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into a double")]
    Timestamp(since.as_millis() as f64 / 1000.0)
}

/// A Secrets Manager in this process.
pub struct Service {
    config: Arc<Config>,
    state: Arc<Mutex<State>>,
    /// Who plays the functions that act; where that is nobody, none does.
    deliver: Option<Deliver>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("config", &self.config).field("state", &self.state).finish_non_exhaustive()
    }
}

/// The state of each name, in no order that matters.
type Worlds = IndexMap<Text, World, FixedState>;

/// The day of the last read of each version that was read, by the ARN of its secret and its id.
type Reads = HashMap<(Text, VersionId), Timestamp, FixedState>;

#[derive(Clone, Debug, Default)]
struct State {
    worlds: Worlds,
    /// Names by full and partial ARN, of deleted secrets too.
    names: HashMap<Text, Text, FixedState>,
    /// Names of secrets that were deleted by force, those that went first in front.
    gone: VecDeque<Text>,
    functions: BTreeSet<Text>,
    /// Those of them that act.
    acting: BTreeSet<Text>,
    rotations: Rotations,
    read: Reads,
    created: u64,
    calls: u32,
}

/// What becomes of one request.
struct Decided<'r> {
    /// The request as it was read.
    read: Cow<'r, Request>,
    refusal: Option<Answer>,
    /// What the answer must show by the model.
    facts: Vec<Fact>,
    /// The state of an accepted request.
    next: Option<World>,
    /// The rule that leaves open whether the request is accepted, if it was.
    opened_by: Option<RuleId>,
}

#[expect(clippy::must_use_candidate, reason = "most methods change the state behind the lock")]
impl Service {
    /// A service without secrets.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config: Arc::new(config), state: Arc::default(), deliver: None }
    }

    /// The same, with functions that act as whoever plays them at this host says.
    #[must_use]
    pub fn hosted(self, host: &Arc<Host>) -> Self {
        let host = Arc::clone(host);
        self.calling(move |invocation| host.deliver(invocation))
    }

    /// The same, with functions that act: each invocation is handed to `deliver`, which ends it now or later.
    #[must_use]
    pub fn calling(self, deliver: impl Fn(Invocation) + Send + Sync + 'static) -> Self {
        Self { deliver: Some(Arc::new(deliver)), ..self }
    }

    /// Registers a rotation function that acts, if anybody plays it; returns its ARN.
    pub fn register_acting(&self, name: &str) -> Text {
        let arn = self.register_function(name);
        self.lock().acting.insert(arn.clone());
        arn
    }

    /// Registers a rotation function that is accepted and never acts; returns its ARN.
    pub fn register_function(&self, name: &str) -> Text {
        let arn: Text = self.function_arn(name).into();
        self.lock().functions.insert(arn.clone());
        arn
    }

    /// A function that is accepted, registered now, one that acts if anybody plays it, and the ARN of one that there is
    /// not.
    pub fn functions(&self) -> Functions {
        let acting: Vec<_> = self.deliver.iter().map(|_| self.register_acting("rotation-conformance-acting")).collect();
        let accepted = iter::once(self.register_function("rotation-conformance")).chain(acting.clone()).collect();
        let missing = self.function_arn("rotation-conformance-missing").into();
        Functions { accepted, acting, missing: vec![missing] }
    }

    /// Removes a function; tells whether it was there.
    pub fn remove_function(&self, name: &str) -> bool {
        self.lock().functions.remove(self.function_arn(name).as_str())
    }

    /// Whether a function of this name is registered.
    pub fn has_function(&self, name: &str) -> bool {
        self.lock().functions.contains(self.function_arn(name).as_str())
    }

    /// The ARN of a function of this name.
    #[must_use]
    pub fn function_arn(&self, name: &str) -> String {
        format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", self.config.region)
    }

    /// The secret of this name as it is now; `None` if there is none.
    pub fn secret(&self, name: &str) -> Option<Shared<Secret>> {
        self.lock().worlds.get(name).and_then(|world| world.secret.clone())
    }

    /// How many secrets there are, those marked for deletion included.
    pub fn secret_count(&self) -> usize {
        self.lock().worlds.values().filter(|world| world.secret.is_some()).count()
    }

    /// Another service in the same state: what one is asked from now on, the other does not know.
    pub(crate) fn fork(&self) -> Self {
        Self { config: Arc::clone(&self.config), state: Arc::new(Mutex::new(self.lock().clone())), deliver: None }
    }

    /// The state of every name that was ever used, in the order of the names.
    pub(crate) fn worlds(&self) -> Vec<World> {
        let mut worlds: Vec<_> = self.lock().worlds.values().cloned().collect();
        worlds.sort_by(|one, other| one.name.cmp(&other.name));
        worlds
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an answer to this request must show, and the world before it, by the model; nothing is stored or answered.
    pub(crate) fn foresee(&self, request: &Request) -> (World, Outcome) {
        self.lock().foresee(request, (self.config.clock)())
    }

    /// Answers one request.
    pub fn answer(&self, request: &Request) -> Answer {
        let now = (self.config.clock)();
        let mut state = self.lock();
        state.calls += 1;
        let nobody = World::unused("".into());
        let scene = Scene::new(&request.operation, &nobody, &state.worlds, state.calls, now);
        let mut answer = match &request.operation {
            Operation::BatchGetSecretValue(batch) => state.batch(batch, &scene, &self.config),
            Operation::ListSecrets(list) => {
                of_several(view::secrets(state.worlds.values(), list), &scene, &self.config)
            }
            _ => state.answer_one(request, now, &self.config),
        };
        answer.form.date.get_or_insert(now);
        if let Some(deliver) = self.deliver.as_ref().filter(|_| !request.operation.is_read()) {
            let name = state.target(&request.operation, self.config.hooks());
            let due = state.due(&name, &self.config);
            drop(state);
            rotation::deliver(due, &name, &self.state, &self.config, deliver);
        }
        answer
    }
}

impl Endpoint for Service {
    async fn call(&self, request: &Request) -> Reply {
        let answer = self.answer(request);
        let is_rotation = matches!(request.operation, Operation::RotateSecret(_));
        let patience = hook::patience(self.config.hooks()).filter(|_| is_rotation && answer.error_type().is_none());
        match patience {
            None => Reply::Answer(answer),
            Some(patience) => Reply::Answer(self.answer_after_its_function(request, answer, patience).await),
        }
    }
}

impl Service {
    /// The answer once the rotation is over, or its attempt has failed.
    async fn answer_after_its_function(&self, request: &Request, answer: Answer, patience: Patience) -> Answer {
        let name = self.lock().target(&request.operation, self.config.hooks());
        loop {
            let stage = self.lock().rotations.stage(&name);
            match stage {
                Stage::UnderWay => tokio::task::yield_now().await,
                Stage::Failed if patience == Patience::ForTheResult => {
                    return Answer::error(ErrorType::InvalidRequestException, None);
                }
                Stage::Failed | Stage::Over => return answer,
            }
        }
    }
}

impl State {
    /// The name that an identifier denotes, or the identifier itself.
    fn name_of(&self, id: &Text, hooks: impl Iterator<Item = Hook>) -> Text {
        if let Some(name) = hook::find(hooks, id, &self.worlds) {
            return name;
        }
        if self.worlds.contains_key(id) {
            return id.clone();
        }
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let without_suffix = id.len().checked_sub(SUFFIX_LENGTH).and_then(|end| id.get(..end));
        let is_meant = |(name, world): &(&Text, &World)| {
            let arn = world.secret.as_ref().and_then(|secret| secret.arn.as_deref());
            form_of(id, name, arn).is_some()
        };
        match without_suffix.and_then(|name| self.worlds.get_key_value(name)).filter(is_meant) {
            Some((name, _)) => name.clone(),
            None => id.clone(),
        }
    }

    /// The name that a request is about; that of a new secret is meant literally.
    fn target(&self, operation: &Operation, hooks: impl Iterator<Item = Hook>) -> Text {
        match (operation, operation.secret_id()) {
            (_, None) => "".into(),
            (Operation::CreateSecret(_), Some(name)) => {
                hook::find(hooks, name, &self.worlds).unwrap_or_else(|| name.clone())
            }
            (_, Some(id)) => self.name_of(id, hooks),
        }
    }

    fn foresee(&self, request: &Request, now: Timestamp) -> (World, Outcome) {
        let operation = &request.operation;
        if let Operation::BatchGetSecretValue(request) = operation {
            let ids = request.secret_id_list.iter().flatten();
            let named: Vec<_> =
                ids.map(|id| Named { id, world: self.worlds.get(&self.name_of(id, iter::empty())) }).collect();
            return (World::unused("".into()), usual(batch(request, &named)));
        }
        let name = self.target(operation, iter::empty());
        let before = self.worlds.get(&name).cloned().unwrap_or_else(|| World::unused(name));
        let taken = Scene::new(operation, &before, &self.worlds, self.calls + 1, now).taken();
        let functions = self.functions_for(&before, operation);
        let setting = Setting {
            call: self.calls + 1,
            action: operation.action(),
            now: Some(now),
            called: None,
            taken: &taken,
            stamp: Some(now),
            functions: &functions,
        };
        let outcome = usual(outcomes(&before, request, &setting));
        (before, outcome)
    }

    fn answer_one(&mut self, request: &Request, now: Timestamp, config: &Config) -> Answer {
        let name = self.target(&request.operation, config.hooks());
        let mut before = self.worlds.get(&name).cloned().unwrap_or_else(|| World::unused(name.clone()));
        view::resume_listing(&mut before, &request.operation);
        let scene = Scene::new(&request.operation, &before, &self.worlds, self.calls, now);
        let Decided { read, refusal, facts, next, opened_by } = self.decided(request, &scene, config);
        let refusal = match refusal {
            Some(refusal) if config.is_plain() => {
                self.attempt_again(&name, &read.operation);
                return refusal;
            }
            other => other,
        };
        let is_refused = refusal.is_some();
        let scene = Scene { operation: &read.operation, is_refused, facts: &facts, opened_by, ..scene };
        let mut world = next.unwrap_or_else(|| before.clone());
        hook::store(config.hooks(), &mut world, &scene);
        if let Some(secret) = &mut world.secret {
            if secret.arn.is_none() {
                secret.arn = Some(new_arn(&mut self.created, &name, config));
            }
            if !self.rotations.is_running(&world.name) {
                finish_rotation(secret, before.secret.as_deref(), now);
            }
            let is_read = matches!(read.operation, Operation::GetSecretValue(_)) && refusal.is_none();
            if is_read && secret.dates.accessed != Some(midnight(now)) {
                secret.dates.accessed = Some(midnight(now));
            }
        }
        let answered = || view::answer(&read.operation, &world, before.secret.as_deref(), now);
        let mut answer = refusal.unwrap_or_else(answered);
        note_reads(&mut self.read, &mut answer, now);
        defect::spoil(&config.defects, &mut answer, &mut world, &scene);
        hook::say(config.hooks(), &mut answer, &scene);
        self.heed(&read.operation, &mut world, is_refused, config);
        self.keep(world, &read.operation, &config.defects);
        answer
    }

    /// What the model says of a request: of the permitted outcomes the usual one.
    fn decided<'r>(&self, request: &'r Request, scene: &Scene<'_>, config: &Config) -> Decided<'r> {
        let read = hook::read(config.hooks(), request, scene);
        let seen = hook::see(config.hooks(), scene);
        let functions = self.functions_for(&seen, &read.operation);
        let (action, now) = (read.operation.action(), Some(scene.now));
        let remembers = defect::remember_reads(&config.defects);
        let taken = if remembers { scene.taken() } else { Vec::new() };
        let setting =
            Setting { call: scene.call, action, now, called: None, taken: &taken, stamp: now, functions: &functions };
        let mut outcome = defect::choose(&config.defects, outcomes(&seen, &read, &setting));
        let opened_by = outcome.reading.as_ref().filter(|_| outcome.is_accepted()).map(|reading| reading.rule);
        hook::decide(config.hooks(), &mut outcome, scene);
        let refusal = outcome.refusal.map(refused);
        let mut next = outcome.next.or_else(|| Some(seen.into_owned())).filter(|_| refusal.is_none() || remembers);
        if let Some(next) = &mut next {
            next.settle();
            next.deleting = false;
        }
        Decided { read, refusal, facts: outcome.facts, next, opened_by }
    }

    /// Stores the state after a request; a read leaves nothing but its date.
    fn keep(&mut self, world: World, operation: &Operation, defects: &[Defect]) {
        if operation.is_read() && !defect::remember_reads(defects) {
            let known = self.worlds.get_mut(&world.name).and_then(|known| known.secret.as_mut());
            if let (Some(known), Some(secret)) = (known, world.secret)
                && known.dates.accessed != secret.dates.accessed
            {
                known.dates = secret.dates;
            }
            return;
        }
        if let Some(arn) = world.secret.as_ref().and_then(|secret| secret.arn.as_ref())
            && !self.names.contains_key(arn)
        {
            self.names.insert(arn.clone(), world.name.clone());
            self.names.insert(partial_arn(arn).into(), world.name.clone());
        }
        let (name, is_there) = (world.name.clone(), world.secret.is_some());
        if is_there || !world.former_arns.is_empty() {
            let before = self.worlds.insert(name.clone(), world);
            if !is_there && before.is_some_and(|before| before.secret.is_some()) {
                self.went(name);
            }
        }
    }

    /// The standing of the function that a RotateSecret would use.
    fn functions_for(&self, world: &World, operation: &Operation) -> Functions {
        let Operation::RotateSecret(request) = operation else { return Functions::default() };
        let stored = world.secret.as_ref().and_then(|secret| secret.rotation.function.value.clone());
        match request.rotation_lambda_arn.clone().or(stored) {
            Some(arn) if self.functions.contains(&arn) => {
                let acting = self.acting.get(&arn).cloned().into_iter().collect();
                Functions { accepted: vec![arn], acting, missing: vec![] }
            }
            Some(arn) => Functions { missing: vec![arn], ..Functions::default() },
            None => Functions::default(),
        }
    }

    fn batch(&self, request: &BatchGetSecretValue, scene: &Scene<'_>, config: &Config) -> Answer {
        let ids: Vec<Text> = match (&request.secret_id_list, &request.filters) {
            (Some(ids), _) => ids.clone(),
            (None, filters) => view::filtered(self.worlds.values(), filters.as_deref().unwrap_or_default()),
        };
        let denoted: Vec<Text> = ids.iter().map(|id| self.name_of(id, config.hooks())).collect();
        let named: Vec<_> =
            ids.iter().zip(&denoted).map(|(id, name)| Named { id, world: self.worlds.get(name) }).collect();
        let outcome = usual(batch(request, &named));
        let answer = match outcome.refusal {
            Some(refusal) => refused(refusal),
            None => Answer::output(Output::Batch(view::batch(&named))),
        };
        of_several(answer, &Scene { facts: &outcome.facts, ..*scene }, config)
    }
}

/// Remembers which version was read, and shows it where versions are listed.
fn note_reads(read: &mut Reads, answer: &mut Answer, now: Timestamp) {
    match &mut answer.body {
        Body::Output(Output::Value(value)) => {
            if let (Some(arn), Some(id)) = (&value.arn, &value.version_id) {
                read.insert((arn.clone(), id.clone()), midnight(now));
            }
        }
        Body::Output(Output::Versions(page)) => {
            let Some(arn) = &page.arn else { return };
            for entry in page.versions.iter_mut().flatten() {
                let key = entry.version_id.clone().map(|id| (arn.clone(), id));
                entry.last_accessed_date = key.and_then(|key| read.get(&key).copied());
            }
        }
        Body::Output(_) | Body::Error(_) | Body::Unreadable(_) => {}
    }
}

/// A rotation has succeeded once AWSCURRENT is on its version (ROT-CONF-015).
fn finish_rotation(secret: &mut Secret, before: Option<&Secret>, now: Timestamp) {
    let token = before.and_then(|before| before.rotation.unfinished());
    if token.is_some_and(|token| secret.holds(&Label::Current, token)) {
        secret.dates.rotated = Some(now);
    }
}

/// Of the permitted outcomes the usual one, which comes first.
fn usual(outcomes: Vec<Outcome>) -> Outcome {
    outcomes.into_iter().next().expect("the model permits something for each request")
}

fn refused(refusal: Refusal) -> Answer {
    Answer::error(refusal.error_type, refusal.text.map(Cow::into_owned))
}

/// An answer about several secrets, as defects and variants have it.
fn of_several(mut answer: Answer, scene: &Scene<'_>, config: &Config) -> Answer {
    defect::spoil(&config.defects, &mut answer, &mut scene.before.clone(), scene);
    hook::say(config.hooks(), &mut answer, scene);
    answer
}

/// The ARN without its last hyphen and six characters.
fn partial_arn(arn: &str) -> &str {
    arn.get(..arn.len().saturating_sub(SUFFIX_LENGTH)).unwrap_or_default()
}

/// The ARN of a secret that is made now. The count of secrets made tells ARNs apart.
fn new_arn(created: &mut u64, name: &str, config: &Config) -> Text {
    let listed = usize::try_from(*created).ok().and_then(|index| config.suffixes.get(index));
    let suffix = listed.cloned().unwrap_or_else(|| counted_suffix(*created));
    *created += 1;
    format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{name}-{suffix}", config.region).into()
}

/// The UTC midnight before a moment (ROT-CONF-018).
fn midnight(now: Timestamp) -> Timestamp {
    Timestamp((now.0 / Timestamp::DAY).floor() * Timestamp::DAY)
}

/// Six characters that look like the service's random ones, and differ for each number.
fn counted_suffix(index: u64) -> String {
    const DIGITS: &[u8] = b"AbCdEfGhIjKlMnOpQrStUvWxYzaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789";
    let base = DIGITS.len() as u64;
    let mut rest = index.wrapping_mul(0x9E37_79B1) % base.pow(6);
    (0..6)
        .map(|_| {
            let digit = DIGITS[usize::try_from(rest % base).unwrap_or_default()];
            rest /= base;
            char::from(digit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_have_six_characters_and_differ() {
        let suffixes: BTreeSet<_> = (0..10_000).map(counted_suffix).collect();
        assert_eq!(suffixes.len(), 10_000);
        assert!(suffixes.iter().all(|suffix| suffix.len() == 6));
    }

    #[test]
    fn midnight_is_the_start_of_the_day() {
        assert_eq!(midnight(Timestamp(1_700_000_000.5)), Timestamp(1_699_920_000.0));
    }
}
