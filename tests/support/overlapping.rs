//! Histories of clients that call at the same time, answered by the reference service at a random moment inside each
//! call, so that there is an order of the calls that explains every answer.

#![allow(dead_code, reason = "each target has its own copy and needs its own part of it")]

use std::cell::Cell;

use rotation_conformance::history::{Call, Fate, Moment, Reply, Silence};
use rotation_conformance::judge::{Judge, Options};
use rotation_conformance::model::{Answer, Functions, Label, Request, Secret, Text, Timestamp};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::verdict::Violation;
use serde_json::{Value, json};

/// The secret that all calls are about.
pub(crate) const NAME: &str = "db";

/// Microseconds between the last concurrent call and the first quiet one, and between quiet ones.
const QUIET: u64 = 1_000;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Random numbers that are the same everywhere (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x9E37_79B9_7F4A_7C15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below the bound, which is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }

    fn is_one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// How many clients call, how often in all, and how many calls at most get no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) clients: usize,
    pub(crate) calls: usize,
    pub(crate) lost: usize,
}

impl Size {
    /// 2 to 8 clients, 4 to 50 calls, up to 4 of them without an answer.
    pub(crate) fn any(dice: &mut Dice) -> Self {
        Self { clients: 2 + dice.below(7), calls: 4 + dice.below(47), lost: dice.below(5) }
    }
}

/// When a call is made, takes effect, and returns.
#[derive(Clone, Copy, Debug)]
struct Interval {
    called: u64,
    effect: u64,
    returned: u64,
}

/// A history, and in which order its calls took effect.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) calls: Vec<Call>,
    pub(crate) functions: Functions,
    /// The indices of the calls that took effect, in that order, and when.
    pub(crate) effects: Vec<(usize, u64)>,
    served: Vec<Request>,
}

/// A history of this size, with a creation before it and quiet reads after it.
pub(crate) fn linearizable(seed: u64, size: Size) -> History {
    let mut dice = Dice::new(seed);
    let mut plan = plan(&mut dice, size);
    let end = plan.iter().map(|it| it.returned.max(it.effect)).max().unwrap_or_default();
    let quiet = reads_at_the_end();
    plan.extend((1..).zip(&quiet).map(|(number, _)| at_once(end + number * QUIET)));
    let concurrent = 1..=size.calls;
    let lost: Vec<usize> = (0..size.lost).map(|_| 1 + dice.below(size.calls)).collect();
    let mut order: Vec<usize> = (0..plan.len()).collect();
    order.sort_by_key(|index| plan[*index].effect);
    let mut scene = Scene::new();
    let mut calls: Vec<Option<Call>> = vec![None; plan.len()];
    let (mut effects, mut served) = (Vec::new(), Vec::new());
    for index in order {
        let request = match index {
            0 => create(),
            index if concurrent.contains(&index) => scene.request(&mut dice),
            index => quiet[index - size.calls - 1].clone(),
        };
        let is_lost = lost.contains(&index);
        let is_carried_out = !is_lost || dice.is_one_in(2);
        let interval = plan[index];
        let answer = is_carried_out.then(|| scene.answer(&request, interval.effect));
        if is_carried_out {
            effects.push((index, interval.effect));
            served.push(request.clone());
        }
        let reply = answer.filter(|_| !is_lost).map_or_else(nothing, Reply::Answer);
        calls[index] = Some(call(index, request, interval, reply));
    }
    let calls = calls.into_iter().flatten().collect();
    History { calls, functions: scene.functions, effects, served }
}

fn plan(dice: &mut Dice, size: Size) -> Vec<Interval> {
    let mut free: Vec<u64> = (0..size.clients).map(|_| QUIET + dice.between(0, 60)).collect();
    let mut plan = vec![at_once(0)];
    for _ in 0..size.calls {
        let client = dice.below(size.clients);
        let called = free[client] + dice.between(0, 30);
        let effect = called + dice.between(1, 50);
        let returned = effect + dice.between(1, 50);
        free[client] = returned + 1;
        plan.push(Interval { called, effect, returned });
    }
    plan
}

const fn at_once(called: u64) -> Interval {
    Interval { called, effect: called + 1, returned: called + 2 }
}

fn nothing() -> Reply {
    Reply::Nothing(Silence { request: Fate::Unknown, cause: "timed out".to_owned() })
}

fn call(index: usize, request: Request, interval: Interval, reply: Reply) -> Call {
    let number = u32::try_from(index + 1).unwrap();
    Call { number, request, called: Moment(interval.called), returned: Moment(interval.returned), reply }
}

/// A request for an operation on the secret.
pub(crate) fn ask(op: &str, mut members: Value) -> Request {
    let id = if op == "CreateSecret" { "Name" } else { "SecretId" };
    members[id] = json!(NAME);
    serde_json::from_value(json!({ "op": op, "request": members })).unwrap()
}

fn create() -> Request {
    ask("CreateSecret", json!({ "ClientRequestToken": token(0), "SecretString": "value-0" }))
}

fn reads_at_the_end() -> Vec<Request> {
    vec![
        ask("DescribeSecret", json!({})),
        ask("ListSecretVersionIds", json!({ "IncludeDeprecated": true })),
        ask("GetSecretValue", json!({})),
    ]
}

pub(crate) fn token(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// A reference service, and the tokens that were given to it.
struct Scene {
    service: Service,
    functions: Functions,
    tokens: usize,
}

impl Scene {
    fn new() -> Self {
        let clock = || Timestamp(NOW.get());
        let service = Service::new(Config { clock, ..Config::default() });
        let functions = service.functions();
        Self { service, functions, tokens: 0 }
    }

    fn answer(&self, request: &Request, at: u64) -> Answer {
        #[expect(clippy::cast_precision_loss, reason = "a history takes seconds")]
        NOW.set(1_700_000_000.0 + at as f64 / 1e6);
        self.service.answer(request)
    }

    fn fresh(&mut self) -> String {
        self.tokens += 1;
        token(self.tokens)
    }

    /// A token that was given before, or may have been.
    fn used(&self, dice: &mut Dice) -> String {
        token(dice.below(self.tokens + 1))
    }

    /// What a client may ask next; what depends on the state depends on the true one, so that it is often accepted.
    fn request(&mut self, dice: &mut Dice) -> Request {
        let secret = self.service.secret(NAME);
        match (&secret, dice.below(100)) {
            (Some(secret), 0..50) if secret.deletion.is_some() => ask("RestoreSecret", json!({})),
            (_, 0..16) => self.put(dice, &[]),
            (_, 16..20) => self.put(dice, &["AWSPENDING"]),
            (_, 20..22) => self.put(dice, &["BLUE"]),
            (_, 22..24) => self.update(dice),
            (Some(secret), 24..38) => Self::change_a_label(dice, secret),
            (_, 38..43) => self.rotate(dice),
            (_, 43..45) => ask("CancelRotateSecret", json!({})),
            (_, 45..47) => ask("DeleteSecret", json!({})),
            (_, 47..48) => ask("RestoreSecret", json!({})),
            (_, number) => self.read(dice, number),
        }
    }

    fn put(&mut self, dice: &mut Dice, stages: &[&str]) -> Request {
        let token = if dice.is_one_in(6) { self.used(dice) } else { self.fresh() };
        let mut members = json!({ "SecretString": format!("value-{token}"), "ClientRequestToken": token });
        if dice.is_one_in(12) {
            members["SecretString"] = json!("another");
        }
        if !stages.is_empty() {
            members["VersionStages"] = json!(stages);
        }
        ask("PutSecretValue", members)
    }

    fn update(&mut self, dice: &mut Dice) -> Request {
        let token = self.fresh();
        match dice.is_one_in(2) {
            true => ask("UpdateSecret", json!({ "ClientRequestToken": token, "SecretString": "updated" })),
            false => ask("UpdateSecret", json!({ "ClientRequestToken": token, "Description": token })),
        }
    }

    fn change_a_label(dice: &mut Dice, secret: &Secret) -> Request {
        let ids: Vec<&Text> = secret.versions.iter().map(|version| &version.id).collect();
        let Some(label) = dice.pick(&[Label::Current, Label::Pending, Label::Custom("BLUE".into())]).cloned() else {
            return create();
        };
        let holder = secret.holder(&label).flatten();
        let mut members = json!({ "VersionStage": label.as_str() });
        if let Some(holder) = holder {
            members["RemoveFromVersionId"] = json!(holder);
        }
        let is_removal = label != Label::Current && dice.is_one_in(2);
        if !is_removal && let Some(to) = dice.pick(&ids) {
            members["MoveToVersionId"] = json!(to);
        }
        ask("UpdateSecretVersionStage", members)
    }

    fn rotate(&mut self, dice: &mut Dice) -> Request {
        let token = if dice.is_one_in(4) { self.used(dice) } else { self.fresh() };
        let mut members = json!({
            "ClientRequestToken": token,
            "RotationLambdaARN": self.functions.accepted[0],
            "RotationRules": { "AutomaticallyAfterDays": 30 },
        });
        if dice.is_one_in(3) {
            members["RotateImmediately"] = json!(false);
        }
        ask("RotateSecret", members)
    }

    fn read(&self, dice: &mut Dice, number: usize) -> Request {
        let used = self.used(dice);
        match number {
            ..64 => ask("DescribeSecret", json!({})),
            64..74 => ask("GetSecretValue", json!({})),
            74..78 => ask("GetSecretValue", json!({ "VersionStage": "AWSPENDING" })),
            78..82 => ask("GetSecretValue", json!({ "VersionStage": "AWSPREVIOUS" })),
            82..88 => ask("GetSecretValue", json!({ "VersionId": used })),
            88..90 => ask("GetSecretValue", json!({ "VersionId": used, "VersionStage": "AWSCURRENT" })),
            90..95 => ask("ListSecretVersionIds", json!({ "IncludeDeprecated": true })),
            _ => ask("ListSecretVersionIds", json!({})),
        }
    }
}

impl History {
    /// What the judge has against it; `None` if he does not know.
    pub(crate) fn judged(&self) -> Option<Vec<Violation>> {
        let mut judge = Judge::new(Options { functions: self.functions.clone(), ..Options::default() });
        let violations = judge.judge_all(&self.calls);
        (!judge.is_inconclusive()).then_some(violations)
    }

    /// What a read would have been answered when so many calls had taken effect.
    pub(crate) fn answered_after(&self, count: usize, read: usize) -> Answer {
        let scene = Scene::new();
        for (request, (_, at)) in self.served.iter().zip(&self.effects).take(count) {
            scene.answer(request, *at);
        }
        scene.answer(&self.calls[read].request, self.calls[read].returned.0)
    }

    /// Answers one call from another moment, or as another call was answered, which some order may explain or none.
    pub(crate) fn break_somewhere(&mut self, dice: &mut Dice) {
        let is_answered = |index: &usize| !is_lost(&self.calls[*index]);
        let answered: Vec<usize> = (1..self.calls.len()).filter(is_answered).collect();
        let Some(index) = dice.pick(&answered).copied() else { return };
        let request = &self.calls[index].request;
        let alike = self.calls.iter().filter(|call| call.request.operation.action() == request.operation.action());
        let alike: Vec<_> = alike.filter(|call| !is_lost(call)).map(|call| call.reply.clone()).collect();
        let reply = match dice.is_one_in(3) {
            true => dice.pick(&alike).cloned(),
            false => Some(Reply::Answer(self.answered_after(dice.below(self.served.len() + 1), index))),
        };
        if let Some(reply) = reply {
            self.calls[index].reply = reply;
        }
    }
}

fn is_lost(call: &Call) -> bool {
    matches!(call.reply, Reply::Nothing(_))
}
