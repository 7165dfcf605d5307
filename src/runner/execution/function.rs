//! Plays the rotation functions of a case: receives the invocations of its secrets, asks what the script says, and
//! ends them as it says.
//!
//! Positions are those of the journal, never of the clock: a client's call is answered or a step arrives, whichever comes
//! first, and a step that is held is answered after so many further calls of the client.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use super::Execution;
use crate::endpoint::{Endpoint, Host, Invocation, Player};
use crate::history::{Call, Invoked, Reply};
use crate::model::{
    Answer, DescribeSecret, Failure, FunctionDeparture, FunctionRead, GetSecretValue, Label, Operation, Output,
    PutSecretValue, Receipt, Request, RotationStep, Script, Text, UpdateSecretVersionStage, VersionId,
};
use crate::runner::execution::sending::names_only;
use crate::strategy::Bindings;
use crate::verdict::Violation;

/// What createSecret stores, and what it stores as another value.
const VALUES: [&str; 2] = ["value-r", "value-q"];

/// What a step needs to know of its rotation.
#[derive(Clone, Debug)]
struct Scene {
    name: Text,
    /// What the function names the secret by.
    id: Text,
    token: VersionId,
    step: RotationStep,
    script: Script,
    /// How often the step was called before.
    before: usize,
}

/// A step that is not answered yet.
struct Held {
    invocation: Invocation,
    scene: Scene,
    /// After how many further calls of the client it is.
    calls: u8,
}

/// A call that is not answered yet.
pub(super) type Pending<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// A RotateSecret whose function is held, so that an endpoint that waits for it has not answered.
pub(super) struct Open<'a> {
    index: usize,
    request: Request,
    /// The number under which it was taken for accepted.
    number: Option<u32>,
    reply: Mutex<Pending<'a>>,
}

async fn reply_of(open: &mut Open<'_>) -> Reply {
    open.reply.get_mut().unwrap_or_else(PoisonError::into_inner).await
}

/// What came of a client's call while functions were played.
pub(super) enum Outcome {
    /// It was answered before its function was called.
    Answered(Reply),
    /// It was answered after that, and was taken for accepted meanwhile.
    Late {
        /// Under this number.
        number: u32,
        /// The answer.
        reply: Reply,
    },
    /// It was taken for accepted under this number, and its function is held.
    Held(u32),
}

/// The functions of one execution.
pub(super) struct Playing {
    player: Player,
    /// What the function does that each token's rotation calls, the latest last.
    scripts: Vec<(Text, Script)>,
    called: BTreeMap<(Text, RotationStep), usize>,
    held: Vec<Held>,
}

impl Playing {
    /// Plays the functions of the secrets that these bindings name.
    pub(super) fn of(host: &Arc<Host>, bindings: &Bindings) -> Self {
        let bindings = bindings.clone();
        let is_own = move |id: &str| {
            bindings.names().any(|(_, name)| *id == **name || crate::model::is_arn_of(id, name))
                || bindings.placeholder_of(&id.into()).starts_with("$t")
        };
        Self { player: host.play(is_own), scripts: Vec::new(), called: BTreeMap::new(), held: Vec::new() }
    }

    /// What the function does in the rotation of this token; the latest script where a token is not known.
    fn script(&self, token: &str) -> Script {
        let known = self.scripts.iter().find(|(known, _)| **known == *token).or_else(|| self.scripts.last());
        known.map(|(_, script)| script.clone()).unwrap_or_default()
    }
}

impl<E: Endpoint> Execution<'_, E> {
    /// Remembers what the function does that a rotation of this request calls.
    pub(super) fn prepare(&mut self, request: &Request) {
        let (Some(playing), Some(token)) = (&mut self.playing, request.operation.token()) else { return };
        if let (Operation::RotateSecret(_), Some(script)) = (&request.operation, &request.script)
            && !playing.scripts.iter().any(|(known, _)| known == token)
        {
            playing.scripts.push((token.clone(), script.clone()));
        }
    }

    /// The reply to a client's call, while functions are played that the endpoint may call before it answers.
    pub(super) async fn reply_while_playing(&mut self, index: usize, request: &Request) -> Outcome {
        if self.playing.is_none() {
            return Outcome::Answered(self.send_unless_stopped(request).await);
        }
        self.check_safe(request);
        let (endpoint, stop, sent) = (self.endpoint, &self.plan.stop, request.clone());
        let reply: Pending<'_> = Box::pin(async move { stop.cut(endpoint.call(&sent)).await });
        let mut open = Open { index, request: request.clone(), number: None, reply: Mutex::new(reply) };
        match (self.wait(&mut open).await, open.number) {
            (Some(reply), None) => Outcome::Answered(reply),
            (Some(reply), Some(number)) => Outcome::Late { number, reply },
            (None, number) => {
                self.open = Some(open);
                Outcome::Held(number.unwrap_or(self.number))
            }
        }
    }

    /// Waits for the reply to a call, and serves the invocations that come before it; `None` if one of them is held, so
    /// that the reply may not come before that is answered.
    async fn wait(&mut self, open: &mut Open<'_>) -> Option<Reply> {
        loop {
            let Some(mut playing) = self.playing.take() else { return Some(reply_of(open).await) };
            let next = tokio::select! {
                biased;
                reply = reply_of(open) => Err(reply),
                invocation = playing.player.next() => Ok(invocation),
            };
            self.playing = Some(playing);
            let invocation = match next {
                Err(reply) => return Some(reply),
                Ok(None) => return Some(reply_of(open).await),
                Ok(Some(invocation)) => invocation,
            };
            let is_its_own = invocation.event.token() == open.request.operation.token().map(|token| &**token);
            if open.number.is_none() && is_its_own {
                open.number = self.take_for_accepted(open.index, &open.request);
            }
            self.begin(open.index, &invocation);
            self.serve(open.index, invocation).await;
            if is_its_own && self.playing.as_ref().is_some_and(|playing| !playing.held.is_empty()) {
                return None;
            }
        }
    }

    /// Waits for the reply to a RotateSecret that is still open, unless something is held that it may wait for.
    async fn close_open(&mut self) {
        while self.playing.as_ref().is_some_and(|playing| playing.held.is_empty()) {
            let Some(mut open) = self.open.take() else { return };
            match self.wait(&mut open).await {
                Some(reply) => drop(self.answered_late(open.index, open.number, open.request, reply)),
                None => self.open = Some(open),
            }
        }
    }

    /// The answer to a RotateSecret whose function was called before.
    pub(super) fn answered_late(&mut self, index: usize, number: Option<u32>, request: Request, reply: Reply) -> Call {
        self.trace.calls += 1;
        self.watch(&reply);
        let now = self.now();
        let call = Call { number: number.unwrap_or(self.number), request, called: now, returned: now, reply };
        let violations = self.judge.answered_late(&call, self.number);
        self.sight(index, violations);
        if self.plan.keeps_steps {
            let answer = self.placed_answer(&call.reply);
            if let Some(step) = self.trace.steps.get_mut(index) {
                step.answer = answer;
            }
        }
        call
    }

    /// The function of a RotateSecret is called before that is answered: it is taken for accepted.
    fn take_for_accepted(&mut self, index: usize, request: &Request) -> Option<u32> {
        if !matches!(request.operation, Operation::RotateSecret(_)) {
            return None;
        }
        self.number += 1;
        self.steps_by_call.push(Some(index));
        let (now, reply) = (self.now(), accepted(request));
        let call = Call { number: self.number, request: request.clone(), called: now, returned: now, reply };
        let judgement = self.judge.take_for_accepted(&call);
        self.sight(index, judgement.violations);
        Some(self.number)
    }

    /// Serves what is due after a client's call, one that is held among it if it is its turn.
    pub(super) async fn play_on(&mut self, index: usize) {
        if self.playing.is_none() {
            return;
        }
        self.serve_all(index).await;
        let due: Vec<Held> = match &mut self.playing {
            Some(playing) => {
                playing.held.iter_mut().for_each(|held| held.calls = held.calls.saturating_sub(1));
                playing.held.extract_if(.., |held| held.calls == 0).collect()
            }
            None => Vec::new(),
        };
        for held in due {
            self.perform(index, held.scene, held.invocation).await;
        }
        self.close_open().await;
        self.serve_all(index).await;
    }

    /// Answers everything that is held, and serves what follows from that; what has not come by then is missing.
    pub(super) async fn play_to_the_end(&mut self) {
        let index = self.met.len().saturating_sub(1);
        while let Some(held) = self.playing.as_mut().and_then(|playing| playing.held.pop()) {
            self.perform(index, held.scene, held.invocation).await;
            self.close_open().await;
            self.serve_all(index).await;
        }
        if self.playing.is_some() {
            let missing = self.judge.conclude(self.number);
            self.sight(index, missing);
        }
    }

    /// Serves invocations until none is due. Those that are there together are under way together.
    async fn serve_all(&mut self, index: usize) {
        while let Some(invocation) = self.next_invocation().await {
            let more = std::iter::from_fn(|| self.playing.as_mut()?.player.try_next());
            let together: Vec<_> = std::iter::once(invocation).chain(more).collect();
            for invocation in &together {
                self.begin(index, invocation);
            }
            for invocation in together {
                self.serve(index, invocation).await;
            }
        }
    }

    /// A step is called.
    fn begin(&mut self, index: usize, invocation: &Invocation) {
        if let Some(name) = self.judge.name_of_event(&invocation.event) {
            let violations = self.judge.invoked(&name, &invocation.event, self.number);
            self.sight(index, violations);
        }
    }

    /// The next invocation: one that is there, or one that is due and comes in time.
    async fn next_invocation(&mut self) -> Option<Invocation> {
        let playing = self.playing.as_mut()?;
        if let Some(invocation) = playing.player.try_next() {
            return Some(invocation);
        }
        if self.plan.patience.is_zero() || !self.judge.awaits_a_step() || self.plan.stop.is_set() {
            return None;
        }
        tokio::time::timeout(self.plan.patience, playing.player.next()).await.ok().flatten()
    }

    async fn serve(&mut self, index: usize, invocation: Invocation) {
        let Some(name) = self.judge.name_of_event(&invocation.event) else {
            return invocation.end(Err(Failure::Error));
        };
        let Some(scene) = self.scene(&name, &invocation) else {
            self.note(format!("{} is answered with an error", self.symbolize(&invocation.event.0.to_string())));
            return invocation.end(Err(Failure::Error));
        };
        let held = scene.script.hold(scene.step).filter(|calls| *calls > 0 && scene.before == 0);
        match (held, &mut self.playing) {
            (Some(calls), Some(playing)) => {
                let line = format!("{} {}: held", scene.step.as_str(), scene.token);
                // The call during which the step arrived is not one of those that are waited for.
                playing.held.push(Held { invocation, scene, calls: calls.saturating_add(1) });
                self.note(self.symbolize(&line));
            }
            _ => self.perform(index, scene, invocation).await,
        }
    }

    fn scene(&mut self, name: &Text, invocation: &Invocation) -> Option<Scene> {
        let (step, token) = (invocation.event.step()?, Text::from(invocation.event.token()?));
        let playing = self.playing.as_mut()?;
        let called = playing.called.entry((token.clone(), step)).or_default();
        let before = *called;
        *called += 1;
        let script = playing.script(&token);
        let id = invocation.event.secret_id().map(Text::from);
        let describe = |id: &Text| {
            Operation::PutSecretValue(PutSecretValue { secret_id: Some(id.clone()), ..PutSecretValue::default() })
        };
        let id = id.filter(|id| names_only(&describe(id), &self.plan.prefix)).unwrap_or_else(|| name.clone());
        Some(Scene { name: name.clone(), id, token, step, script, before })
    }

    /// Does what the script says of a step, and ends it.
    async fn perform(&mut self, index: usize, scene: Scene, invocation: Invocation) {
        let mut requests: Vec<Operation> = scene.script.reads(scene.step).map(|what| read(&scene, what)).collect();
        let invoked: Invoked = scene.script.failure(scene.step, scene.before).map_or(Ok(()), Err);
        if invoked.is_ok() {
            requests.extend(changes(&scene, self.current(&scene.name)));
        }
        let mut told = Vec::new();
        for operation in requests {
            told.push(self.ask_as_function(index, &scene, operation).await);
        }
        told.push(match invoked {
            Ok(()) => "succeeds".to_owned(),
            Err(failure) => format!("fails ({failure:?})"),
        });
        let line = format!("{} {}: {}", scene.step.as_str(), scene.token, told.join("; "));
        self.note(self.symbolize(&line));
        let violations = self.judge.ended((&scene.name, &scene.token), scene.step, invoked, self.number);
        self.sight(index, violations);
        invocation.end(invoked);
    }

    fn current(&self, name: &Text) -> Option<VersionId> {
        self.judge.world(name)?.secret.as_ref()?.holder(&Label::Current).flatten().cloned()
    }

    /// Sends a request of the function, and tells in a few words what came of it.
    async fn ask_as_function(&mut self, index: usize, scene: &Scene, operation: Operation) -> String {
        let (request, called) = (Request::from(operation), self.now());
        let reply = self.send_unless_stopped(&request).await;
        let call = self.told(None, request, called, reply);
        let judgement = self.judge.judge_of_function((&scene.name, &scene.token), scene.step, &call);
        self.sight(index, judgement.violations);
        let came = match &call.reply {
            Reply::Answer(answer) => match answer.error_type() {
                None => "200".to_owned(),
                Some(error_type) => error_type.to_string(),
            },
            Reply::Nothing(_) => "no answer".to_owned(),
        };
        format!("{} {came}", call.request.operation.name())
    }

    /// Keeps a line of the journal for the call of the client that it belongs to.
    fn note(&mut self, line: String) {
        if self.plan.keeps_steps {
            self.journal.push(line);
        }
    }

    /// Keeps what was found while a call of the client was under way.
    fn sight(&mut self, index: usize, violations: Vec<Violation>) {
        for violation in violations {
            self.sighted(index, None, None, violation);
        }
    }
}

/// The answer that an accepted RotateSecret gives, as far as it is known before it comes.
pub(super) fn accepted(request: &Request) -> Reply {
    let receipt = Receipt { version_id: request.operation.token().cloned(), ..Receipt::default() };
    Reply::Answer(Answer { partial: true, ..Answer::output(Output::Receipt(receipt)) })
}

fn read(scene: &Scene, what: FunctionRead) -> Operation {
    let secret_id = Some(scene.id.clone());
    let (by_version, by_label) = match what {
        FunctionRead::Description => return Operation::DescribeSecret(DescribeSecret { secret_id }),
        FunctionRead::ByVersion => (true, false),
        FunctionRead::ByLabel => (false, true),
        FunctionRead::ByBoth => (true, true),
    };
    Operation::GetSecretValue(GetSecretValue {
        secret_id,
        version_id: by_version.then(|| scene.token.clone()),
        version_stage: by_label.then_some(Label::Pending),
    })
}

/// What a step changes; `current` is the version that has AWSCURRENT, if there is one.
fn changes(scene: &Scene, current: Option<VersionId>) -> Vec<Operation> {
    let put = |value: &str| {
        Operation::PutSecretValue(PutSecretValue {
            secret_id: Some(scene.id.clone()),
            client_request_token: Some(scene.token.clone()),
            secret_string: Some(value.into()),
            version_stages: Some(vec![Label::Pending]),
            ..PutSecretValue::default()
        })
    };
    let stage = |label, to: Option<&VersionId>, from: Option<VersionId>| {
        Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
            secret_id: Some(scene.id.clone()),
            version_stage: Some(label),
            move_to_version_id: to.cloned(),
            remove_from_version_id: from,
        })
    };
    let mut changes = Vec::new();
    let script = &scene.script;
    if scene.step == RotationStep::CreateSecret && !script.has(FunctionDeparture::NoValue) {
        changes.push(put(VALUES[0]));
        if script.has(FunctionDeparture::StoreTwice) {
            changes.push(put(VALUES[0]));
        }
        if script.has(FunctionDeparture::StoreAnother) {
            changes.push(put(VALUES[1]));
        }
    }
    if script.promotes_in(scene.step) && current.as_ref() != Some(&scene.token) {
        changes.push(stage(Label::Current, Some(&scene.token), current));
    }
    if scene.step == RotationStep::FinishSecret && script.has(FunctionDeparture::TakePendingOff) {
        changes.push(stage(Label::Pending, None, Some(scene.token.clone())));
    }
    changes
}
