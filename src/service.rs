//! The reference service: the model, made to answer.
//!
//! Of the outcomes that the model permits it takes the usual one, which is the recorded or documented one, and builds
//! the whole answer from the world that follows. It shares the model with the judge, so that a green run against it
//! proves the plumbing and not the rules. Rotation functions are accepted when they are registered and never act.

pub mod http;
mod view;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{
    Answer, BatchGetSecretValue, ErrorType, Functions, Named, Operation, Outcome, Output, Request, SUFFIX_LENGTH,
    Secret, Setting, Text, Timestamp, World, batch, outcomes,
};

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
}

impl Default for Config {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), suffixes: Vec::new(), clock: system_time }
    }
}

#[expect(clippy::disallowed_methods, reason = "the service stands for a server, which has a clock")]
fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into a double")]
    Timestamp(since.as_millis() as f64 / 1000.0)
}

/// A Secrets Manager in this process.
#[derive(Debug)]
pub struct Service {
    config: Config,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    worlds: HashMap<Text, World>,
    /// Names by full and partial ARN, of deleted secrets too.
    names: HashMap<Text, Text>,
    functions: BTreeSet<Text>,
    created: u64,
}

impl Service {
    /// A service without secrets.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, state: Mutex::new(State::default()) }
    }

    /// Registers a rotation function that is accepted and never acts; returns its ARN.
    pub fn register_function(&self, name: &str) -> Text {
        let arn: Text = self.function_arn(name).into();
        self.lock().functions.insert(arn.clone());
        arn
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

    /// Looks at the secret of this name; `None` if there is none.
    pub fn with_secret<T>(&self, name: &str, look: impl FnOnce(&Secret) -> T) -> Option<T> {
        self.lock().worlds.get(name).and_then(|world| world.secret.as_ref()).map(look)
    }

    /// How many secrets there are, those marked for deletion included.
    pub fn secret_count(&self) -> usize {
        self.lock().worlds.values().filter(|world| world.secret.is_some()).count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request.
    pub fn answer(&self, request: &Request) -> Answer {
        let now = (self.config.clock)();
        let mut state = self.lock();
        let mut answer = match &request.operation {
            Operation::BatchGetSecretValue(batch) => state.batch(batch),
            Operation::ListSecrets(list) => view::secrets(state.worlds.values(), list),
            _ => state.answer_one(request, now, &self.config),
        };
        answer.form.date = Some(now);
        answer
    }
}

impl Endpoint for Service {
    async fn call(&self, request: &Request) -> Reply {
        Reply::Answer(self.answer(request))
    }
}

impl State {
    /// The name that an identifier denotes, or the identifier itself.
    fn name_of(&self, id: &Text) -> Text {
        if self.worlds.contains_key(id) {
            return id.clone();
        }
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let without_suffix = id.len().checked_sub(SUFFIX_LENGTH).and_then(|end| id.get(..end));
        match without_suffix.and_then(|name| self.worlds.get_key_value(name)) {
            Some((name, _)) => name.clone(),
            None => id.clone(),
        }
    }

    fn answer_one(&mut self, request: &Request, now: Timestamp, config: &Config) -> Answer {
        let name = request.operation.secret_id().map_or_else(|| "".into(), |id| self.name_of(id));
        let mut world = self.worlds.get(&name).cloned().unwrap_or_else(|| World::unused(name.clone()));
        view::resume_listing(&mut world, &request.operation);
        let functions = self.functions_for(&world, &request.operation);
        let setting = Setting {
            call: 0,
            action: None,
            now: Some(now),
            called: None,
            taken: &[],
            stamp: Some(now),
            functions: &functions,
        };
        let Some(outcome) = outcomes(&world, request, &setting).into_iter().next() else {
            return Answer::error(ErrorType::InternalServiceError, None);
        };
        match outcome.refusal {
            Some(refusal) => Answer::error(refusal.error_type, refusal.text),
            None => self.carry_out(&request.operation, world, outcome, now, config),
        }
    }

    fn carry_out(
        &mut self,
        operation: &Operation,
        before: World,
        outcome: Outcome,
        now: Timestamp,
        config: &Config,
    ) -> Answer {
        let former = before.secret.clone();
        let mut world = outcome.next.unwrap_or(before);
        world.settle();
        world.deleting = false;
        if let Some(secret) = &mut world.secret {
            if secret.arn.is_none() {
                let arn = self.new_arn(&world.name, config);
                let partial = arn[..arn.len() - SUFFIX_LENGTH].into();
                self.names.insert(arn.clone(), world.name.clone());
                self.names.insert(partial, world.name.clone());
                secret.arn = Some(arn);
            }
            if matches!(operation, Operation::GetSecretValue(_)) {
                secret.dates.accessed = Some(midnight(now));
            }
        }
        let answer = view::answer(operation, &world, former.as_ref(), now);
        let is_kept = world.secret.is_some() || !world.former_arns.is_empty();
        if is_kept && (!operation.is_read() || matches!(operation, Operation::GetSecretValue(_))) {
            self.worlds.insert(world.name.clone(), world);
        }
        answer
    }

    fn new_arn(&mut self, name: &str, config: &Config) -> Text {
        let index = self.created;
        self.created += 1;
        let listed = usize::try_from(index).ok().and_then(|index| config.suffixes.get(index));
        let suffix = listed.cloned().unwrap_or_else(|| counted_suffix(index));
        format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{name}-{suffix}", config.region).into()
    }

    /// The standing of the function that a RotateSecret would use.
    fn functions_for(&self, world: &World, operation: &Operation) -> Functions {
        let Operation::RotateSecret(request) = operation else { return Functions::default() };
        let stored = world.secret.as_ref().and_then(|secret| secret.rotation.function.value.clone());
        match request.rotation_lambda_arn.clone().or(stored) {
            Some(arn) if self.functions.contains(&arn) => Functions { accepted: vec![arn], missing: vec![] },
            Some(arn) => Functions { accepted: vec![], missing: vec![arn] },
            None => Functions::default(),
        }
    }

    fn batch(&self, request: &BatchGetSecretValue) -> Answer {
        let ids: Vec<Text> = match (&request.secret_id_list, &request.filters) {
            (Some(ids), _) => ids.clone(),
            (None, _) => view::filtered(self.worlds.values(), request.filters.as_deref().unwrap_or_default()),
        };
        let denoted: Vec<Text> = ids.iter().map(|id| self.name_of(id)).collect();
        let named: Vec<_> =
            ids.iter().zip(&denoted).map(|(id, name)| Named { id, world: self.worlds.get(name) }).collect();
        match batch(request, &named).into_iter().next().and_then(|outcome| outcome.refusal) {
            Some(refusal) => Answer::error(refusal.error_type, refusal.text),
            None => Answer::output(Output::Batch(view::batch(&named))),
        }
    }
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
