//! Generating a case: weights follow the state that the model predicts.
//!
//! The prediction is a dry run of the steps so far against a reference service in this process, so that a case stays a
//! function of seed and index. Each case leaves out a random set of operations (swarm testing), which reaches states
//! that a fixed mix seldom does.

mod arguments;

use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

pub use arguments::complete_read;
pub(super) use arguments::listed_by_name;

use super::{Bindings, Case, Roles};
use crate::model::{
    Action, Answer, Body, DescribeSecret, GetSecretValue, Label, ListSecretVersionIds, Malformed, Operation, Output,
    Quirk, Request, RestoreSecret, Secret, Shared, Text, Unknown, Version, VersionId,
};
use crate::service::{Config, Service};

/// What cases may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// Whether there is a function ARN that the endpoint accepts.
    pub has_function: bool,
    /// Whether there is one that names no function.
    pub has_missing_function: bool,
    /// Whether there is one whose function the harness plays.
    pub has_acting_function: bool,
}

/// How requests are drawn; a run has both habits, a benchmark shows what each brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Whether what is useful is drawn more often; else all that there is to draw from is equally likely.
    pub weights: bool,
    /// Whether each case does without some operations.
    pub swarm: bool,
}

impl Habits {
    /// Those of a run.
    pub const ALL: Self = Self { weights: true, swarm: true };
}

/// The fewest and the most steps of a generated case, its last reads not counted.
const STEPS: std::ops::RangeInclusive<usize> = 4..=20;

/// The case of this seed and index.
#[must_use]
pub fn generate(seed: u64, index: u64, menu: Menu) -> Case {
    generate_by(Habits::ALL, seed, index, menu)
}

/// The case of this seed and index, drawn by these habits.
#[must_use]
pub fn generate_by(habits: Habits, seed: u64, index: u64, menu: Menu) -> Case {
    let mut generator = Generator::new(seed, index, menu);
    generator.has_weights = habits.weights;
    if !habits.swarm {
        generator.omitted.clear();
    }
    let steps = generator.rng.random_range(STEPS);
    for _ in 0..steps {
        let request = generator.next_request();
        if leaves_something(&request.operation) {
            generator.push(request);
        } else {
            generator.steps.push(request);
        }
    }
    generator.read_at_the_end();
    Case { steps: generator.steps }
}

/// Whether later steps may depend on a request, so that it is tried out: of reads only on a listing, which may go on.
fn leaves_something(operation: &Operation) -> bool {
    !operation.is_read() || matches!(operation, Operation::ListSecretVersionIds(_))
}

pub(super) struct Generator {
    pub(super) rng: TestRng,
    menu: Menu,
    omitted: Vec<Action>,
    pub(super) service: Service,
    pub(super) bindings: Bindings,
    pub(super) steps: Vec<Request>,
    /// The secrets that the case may use.
    pub(super) secrets: Vec<u8>,
    pub(super) next_token: u8,
    /// Whether what is seldom is chosen more often: every weight counts as its square root.
    pub(super) is_bold: bool,
    /// Whether there are weights at all.
    has_weights: bool,
    /// What makes the weights of this case differ from those of others; 0 for nothing.
    taste: u64,
}

impl Roles for Service {
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId> {
        self.secret(name)?.holder(label).flatten().cloned()
    }
}

impl Generator {
    pub(super) fn new(seed: u64, index: u64, menu: Menu) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&index.to_le_bytes());
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let service = Service::new(Config::default());
        let function = service.register_function("f");
        let missing: Text = service.function_arn("missing").into();
        let bindings = Bindings::new("dry".to_owned(), Some(function), Some(missing));
        let omitted = omitted(&mut rng);
        let taste = if rng.random_bool(0.5) { rng.random_range(1..u64::MAX) } else { 0 };
        let mut secrets = vec![1];
        if rng.random_ratio(1, 3) {
            secrets.push(2);
        }
        if rng.random_ratio(1, 12) {
            secrets.push(rng.random_range(3..=7));
        }
        Self {
            rng,
            menu,
            omitted,
            service,
            bindings,
            steps: Vec::new(),
            secrets,
            next_token: 1,
            is_bold: false,
            has_weights: true,
            taste,
        }
    }

    /// Takes a step; the request as it was sent, and its answer.
    pub(super) fn push(&mut self, request: Request) -> (Request, Answer) {
        let resolved = self.bindings.resolve(&request, &self.service);
        let answer = self.service.answer(&resolved);
        if let (Operation::CreateSecret(_), Body::Output(Output::Receipt(receipt))) =
            (&resolved.operation, &answer.body)
            && let (Some(arn), Some(secret)) =
                (&receipt.arn, receipt.name.as_deref().and_then(|name| self.bindings.secret_of(name)))
        {
            self.bindings.created(secret, arn);
        }
        if let Some(secret) = request.operation.secret_id().and_then(secret_named_by) {
            self.bindings.answered(secret, &resolved.operation, Some(&answer.body));
        }
        self.steps.push(request);
        (resolved, answer)
    }

    /// The page after the one that was just listed, as a rule.
    fn next_page(&mut self) -> Option<Operation> {
        let Operation::ListSecretVersionIds(list) = &self.steps.last()?.operation else { return None };
        let secret = secret_named_by(list.secret_id.as_ref()?).filter(|secret| self.bindings.has_next_page(*secret))?;
        let next = ListSecretVersionIds { next_token: Some(format!("$s{secret}.next").into()), ..list.clone() };
        self.rng.random_ratio(3, 4).then_some(Operation::ListSecretVersionIds(next))
    }

    /// What the model predicts of a secret; `None` if there is none of that name.
    pub(super) fn secret(&self, secret: u8) -> Option<Shared<Secret>> {
        self.service.secret(&self.bindings.name(secret))
    }

    pub(super) fn next_request(&mut self) -> Request {
        if let Some(next) = self.next_page() {
            return next.into();
        }
        let secret = self.secrets[self.rng.random_range(0..self.secrets.len())];
        let state = self.secret(secret);
        if let Some(request) = self.follow_up() {
            return request;
        }
        if self.one_in(80) {
            return self.not_understood().into();
        }
        let operation = match &state {
            None if self.rng.random_ratio(9, 10) => self.create(secret),
            None => self.on_secret(9, None),
            Some(state) => self.on_secret(secret, Some(state)),
        };
        let quirk = if self.one_in(10) { self.quirk(&operation) } else { None };
        Request { operation, quirk, script: None }
    }

    /// What clients do: look at what was just made, or at what its name stood for before, and repeat a request now and
    /// then, a put also without its labels.
    fn follow_up(&mut self) -> Option<Request> {
        if let Some(read) = self.first_look()
            && self.one_in(5)
        {
            return Some(read.into());
        }
        if let Some(read) = self.look_at_the_former()
            && self.one_in(4)
        {
            return Some(read.into());
        }
        let writes: Vec<_> = self.steps.iter().filter(|step| step.operation.token().is_some()).collect();
        let index = (!writes.is_empty()).then(|| self.rng.random_range(0..writes.len()))?;
        let mut again = writes[index].clone();
        if let Operation::PutSecretValue(put) = &mut again.operation
            && self.one_in(3)
        {
            put.version_stages = None;
        }
        self.one_in(15).then_some(again)
    }

    /// A read of the version that a secret began with whose name was used again just now.
    fn look_at_the_former(&self) -> Option<Operation> {
        let (last, before) = self.steps.split_last()?;
        let Operation::CreateSecret(latest) = &last.operation else { return None };
        let former = before.iter().rev().find_map(|step| match &step.operation {
            Operation::CreateSecret(former) if former.name == latest.name => former.client_request_token.clone(),
            _ => None,
        });
        let version_id = former.filter(|token| Some(token) != latest.client_request_token.as_ref());
        version_id.map(|id| {
            Operation::GetSecretValue(GetSecretValue {
                secret_id: latest.name.clone(),
                version_id: Some(id),
                ..GetSecretValue::default()
            })
        })
    }

    /// A read of the secret that was just made: its own, then its entry in the list.
    fn first_look(&self) -> Option<Operation> {
        let mut latest = self.steps.iter().rev().map(|step| &step.operation);
        match (latest.next()?, latest.next()) {
            (Operation::CreateSecret(create), _) => {
                Some(Operation::DescribeSecret(DescribeSecret { secret_id: create.name.clone() }))
            }
            (Operation::DescribeSecret(_), Some(Operation::CreateSecret(create))) => {
                create.name.clone().map(listed_by_name)
            }
            _ => None,
        }
    }

    fn not_understood(&mut self) -> Operation {
        match self.rng.random_bool(0.5) {
            true => Operation::Unknown(Unknown { action: "ForgetSecret".into() }),
            false => Operation::Malformed(Malformed { action: Action::DescribeSecret, body: "{\"SecretId\": ".into() }),
        }
    }

    /// An odd way to write a request, where nothing else is likely to be wrong with it.
    fn quirk(&mut self, operation: &Operation) -> Option<Quirk> {
        match operation {
            Operation::DescribeSecret(_) if self.rng.random_bool(0.5) => Some(Quirk::UnknownMembers),
            Operation::DescribeSecret(_) => Some(Quirk::LowerCaseSecretId),
            Operation::ListSecretVersionIds(request) if request.next_token.is_none() => Some(Quirk::NullMember),
            _ => None,
        }
    }

    /// An operation on a secret, chosen by weights that follow its state.
    fn on_secret(&mut self, secret: u8, state: Option<&Secret>) -> Operation {
        let mut weights = WEIGHTS.to_vec();
        if state.is_some_and(|state| state.deletion.is_some()) {
            weights.push((Action::RestoreSecret, 80));
            weights.push((Action::CreateSecret, 10));
        }
        if state.is_some_and(|state| state.holder(&Label::Pending).flatten().is_some()) {
            weights.push((Action::RotateSecret, 25));
        }
        if state.is_some_and(|state| state.rotation.schedule.value.is_some()) {
            weights.push((Action::RotateSecret, 10));
        }
        if state.is_some_and(has_turned) {
            weights.extend([(Action::PutSecretValue, 15), (Action::UpdateSecret, 10), (Action::RotateSecret, 10)]);
        }
        weights.retain(|(action, _)| !self.omitted.contains(action));
        let action = self.pick(&weights).unwrap_or(Action::DescribeSecret);
        self.arguments_for(action, secret, state)
    }

    /// The state of every secret that may have been made, so that no deviation stays unseen.
    fn read_at_the_end(&mut self) {
        for secret in self.secrets.clone() {
            let reads = self.last_reads(secret);
            self.steps.extend(reads.into_iter().map(Request::from));
        }
    }

    /// What shows the state of a secret at the end of a case: one that is marked for deletion is restored first, and
    /// one version is read beside the current one.
    pub(super) fn last_reads(&mut self, secret: u8) -> Vec<Operation> {
        let Some(state) = self.secret(secret) else { return Vec::new() };
        let id: Text = format!("$s{secret}").into();
        let restore = Operation::RestoreSecret(RestoreSecret { secret_id: Some(id.clone()) });
        let mut reads: Vec<_> = state.deletion.is_some().then_some(restore).into_iter().collect();
        reads.extend(complete_read(secret));
        let is_other = |version: &&Version| !state.holds(&Label::Current, &version.id);
        let others: Vec<_> = state.versions.iter().filter(is_other).collect();
        if !others.is_empty() {
            let other = &others[self.rng.random_range(0..others.len())].id;
            let version_id = Some(self.bindings.placeholder_of(other));
            reads.push(Operation::GetSecretValue(GetSecretValue {
                secret_id: Some(id),
                version_id,
                ..GetSecretValue::default()
            }));
        }
        reads
    }
}

/// The number of the secret in `$s1`, `$s1.arn` and so on.
fn secret_named_by(id: &Text) -> Option<u8> {
    id.strip_prefix("$s")?.split('.').next()?.parse().ok()
}

/// Whether something was taken back: a deletion, a rotation or a value. What is done next may stumble over what is left.
fn has_turned(secret: &Secret) -> bool {
    let made_last = secret.versions.last().map(|version| &version.id);
    let is_rolled_back = made_last.is_some_and(|id| secret.holds(&Label::Previous, id));
    secret.deletion.is_none() && (secret.restored.is_some() || secret.rotation.is_cancelled() || is_rolled_back)
}

/// How often each operation is chosen, relative to the others.
const WEIGHTS: [(Action, u32); 16] = [
    (Action::DescribeSecret, 14),
    (Action::ListSecretVersionIds, 9),
    (Action::GetSecretValue, 13),
    (Action::PutSecretValue, 22),
    (Action::UpdateSecret, 8),
    (Action::UpdateSecretVersionStage, 20),
    (Action::RotateSecret, 20),
    (Action::CancelRotateSecret, 4),
    (Action::DeleteSecret, 4),
    (Action::RestoreSecret, 1),
    (Action::CreateSecret, 4),
    (Action::TagResource, 2),
    (Action::UntagResource, 2),
    (Action::BatchGetSecretValue, 2),
    (Action::ListSecrets, 3),
    (Action::ValidateResourcePolicy, 1),
];

/// The operations that a case does without; never those that make and show a secret.
fn omitted(rng: &mut TestRng) -> Vec<Action> {
    let is_kept = |action: &Action| matches!(action, Action::CreateSecret | Action::DescribeSecret);
    Action::ALL.into_iter().filter(|action| !is_kept(action) && rng.random_ratio(1, 5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

    #[test]
    fn a_case_is_a_function_of_seed_and_index() {
        assert_eq!(generate(7, 3, MENU), generate(7, 3, MENU));
        assert_ne!(generate(7, 3, MENU), generate(7, 4, MENU));
        assert_ne!(generate(7, 3, MENU), generate(8, 3, MENU));
    }

    #[test]
    fn a_listing_goes_on_now_and_then() {
        let is_next = |request: &Request| match &request.operation {
            Operation::ListSecretVersionIds(list) => {
                list.next_token.as_deref().is_some_and(|token| token.starts_with("$s"))
            }
            _ => false,
        };
        let cases = (0..1000).map(|index| generate(1, index, MENU));
        let following = cases.filter(|case| case.steps.iter().any(is_next)).count();
        assert!((10..300).contains(&following), "{following} of 1000");
    }

    #[test]
    fn what_lists_secrets_asks_for_its_own_alone() {
        let listings = (0..300).flat_map(|index| generate(1, index, MENU).steps).filter_map(|request| {
            let Operation::ListSecrets(list) = request.operation else { return None };
            Some(list.filters)
        });
        let listings: Vec<_> = listings.collect();
        assert!(listings.len() > 10 && listings.iter().all(Option::is_some), "{listings:?}");
    }

    #[test]
    fn a_case_without_a_function_names_none() {
        let menu = Menu { has_function: false, has_missing_function: false, ..Menu::default() };
        for index in 0..200 {
            let text = serde_json::to_string(&generate(1, index, menu)).expect("cases are plain data");
            assert!(!text.contains("$function") && !text.contains("$missing"), "{text}");
        }
    }

    #[test]
    fn the_versions_of_a_secret_that_is_gone_are_read() {
        let is_former = |case: &Case| {
            case.steps.windows(2).any(|pair| match (&pair[0].operation, &pair[1].operation) {
                (Operation::CreateSecret(create), Operation::GetSecretValue(get)) => {
                    get.secret_id == create.name
                        && get.version_id.is_some()
                        && get.version_id != create.client_request_token
                }
                _ => false,
            })
        };
        let read = (0..1000).map(|index| generate(1, index, MENU)).filter(is_former).count();
        assert!((10..300).contains(&read), "{read} of 1000");
    }
}
