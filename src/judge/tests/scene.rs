//! Histories: requests made to a fresh reference service, with instants and a clock that follow the number of the call.

use std::cell::Cell;
use std::time::Duration;

use crate::history::{Call, Fate, Moment, Reply, Silence};
use crate::judge::{Judge, Options};
use crate::model::{Answer, Body, Functions, Operation, Output, Request, Text, Timestamp};
use crate::service::{Config, Service, Variant};
use crate::strategy::Bindings;
use crate::verdict::Violation;

/// Microseconds from the start of one call to the start of the next.
const STEP: u64 = 2_000_000;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// A reference service and what it was asked so far.
pub(crate) struct Scene {
    service: Service,
    bindings: Bindings,
    functions: Functions,
    pub(crate) calls: Vec<Call>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::served_by(Vec::new())
    }

    fn served_by(variants: Vec<Variant>) -> Self {
        let clock = || Timestamp(NOW.get());
        // Another Region than that of the ARNs that cases make up, so that no made-up partial ARN finds a secret.
        let service = Service::new(Config { clock, region: "eu-west-1".to_owned(), variants, ..Config::default() });
        let function = service.register_function("f");
        let missing: Text = service.function_arn("missing").into();
        let bindings = Bindings::new("h".to_owned(), Some(function.clone()), Some(missing.clone()));
        Self {
            service,
            bindings,
            functions: Functions { accepted: vec![function], missing: vec![missing], ..Functions::default() },
            calls: vec![],
        }
    }

    /// The history of these requests.
    pub(crate) fn of(requests: &[Request]) -> Self {
        let mut scene = Self::new();
        for request in requests {
            scene.ask(request);
        }
        scene
    }

    /// The history of these requests where the service answers in this permitted way.
    pub(crate) fn otherwise(variant: &str, requests: &[Request]) -> Self {
        let mut scene = Self::served_by(vec![variant.parse().expect("a variant of this name")]);
        for request in requests {
            scene.ask(request);
        }
        scene
    }

    /// The next call, answered by the service.
    pub(crate) fn ask(&mut self, request: &Request) {
        let request = self.resolved(request);
        let answer = self.carried_out(&request, self.calls.len());
        self.record(request, Reply::Answer(answer));
    }

    /// The next call, of which no answer comes; whether it is carried out all the same.
    pub(crate) fn ask_in_vain(&mut self, request: &Request, fate: Fate, is_carried_out: bool) {
        let request = self.resolved(request);
        if is_carried_out {
            self.carried_out(&request, self.calls.len());
        }
        self.record(request, Reply::Nothing(Silence { request: fate, cause: "timed out".to_owned() }));
    }

    /// The next two calls, overlapping in time; the second may take effect first, and may return first. Reads return in
    /// the order of effect.
    pub(crate) fn ask_both(&mut self, requests: [&Request; 2], is_turned: bool, returns_turned: bool) {
        let [one, other] = requests.map(|request| self.resolved(request));
        let reads = [&one, &other].iter().any(|request| request.operation.is_read());
        let returns_turned = if reads { is_turned } else { returns_turned };
        let at = self.calls.len();
        let (first, second) = if is_turned { (&other, &one) } else { (&one, &other) };
        let answers = [self.carried_out(first, at), self.carried_out(second, at)];
        let [of_first, of_second] = answers.map(Reply::Answer);
        let (of_one, of_other) = if is_turned { (of_second, of_first) } else { (of_first, of_second) };
        self.record(one, of_one);
        self.record(other, of_other);
        let [.., one, other] = &mut self.calls[..] else { unreachable!("two calls were recorded") };
        let end = other.returned.0;
        other.called = Moment(one.called.0 + 1);
        (one.returned, other.returned) = match returns_turned {
            true => (Moment(end), Moment(end - 1)),
            false => (Moment(end - 1), Moment(end)),
        };
    }

    pub(crate) fn resolved(&self, request: &Request) -> Request {
        self.bindings.resolve(request, &self.service)
    }

    /// What the service answers to a resolved request at the time of the call of this index.
    pub(crate) fn carried_out(&self, request: &Request, at: usize) -> Answer {
        NOW.set(1_700_000_000.0 + 2.0 * f64::from(u32::try_from(at).expect("histories are short")));
        self.service.answer(request)
    }

    /// Remembers the ARN of a secret that an answer has told.
    fn learn(&mut self, request: &Request, reply: &Reply) {
        if let (Operation::CreateSecret(create), Reply::Answer(answer)) = (&request.operation, reply)
            && let Body::Output(Output::Receipt(receipt)) = &answer.body
            && let (Some(name), Some(arn)) = (&create.name, &receipt.arn)
            && let Some(secret) = self.bindings.secret_of(name)
        {
            self.bindings.created(secret, arn);
        }
    }

    fn record(&mut self, request: Request, reply: Reply) {
        self.learn(&request, &reply);
        let index = self.calls.len();
        let called = STEP * u64::try_from(index).expect("histories are short");
        self.calls.push(Call {
            number: u32::try_from(index + 1).expect("histories are short"),
            request,
            called: Moment(called),
            returned: Moment(called + STEP / 4),
            reply,
        });
    }

    /// What the judge has against the calls of this scene.
    pub(crate) fn violations(&self, window: Duration) -> Vec<Violation> {
        self.judged(window).1
    }

    /// A judge who has seen all of it, and what he has against it.
    pub(crate) fn judged(&self, window: Duration) -> (Judge, Vec<Violation>) {
        let mut judge =
            Judge::new(Options { functions: self.functions.clone(), consistency_window: window, ..Options::default() });
        let violations = judge.judge_all(&self.calls);
        assert!(!judge.is_inconclusive(), "the judge is inconclusive");
        (judge, violations)
    }

    /// The latest answer.
    pub(crate) fn answer(&mut self) -> &mut Answer {
        match self.calls.last_mut().map(|call| &mut call.reply) {
            Some(Reply::Answer(answer)) => answer,
            _ => unreachable!("the last call is answered"),
        }
    }

    /// The latest request.
    pub(crate) fn request(&self) -> &Request {
        &self.calls.last().expect("there is a call").request
    }

    /// The text that a placeholder stands for.
    pub(crate) fn text(&self, placeholder: &str) -> Text {
        match placeholder.strip_prefix("$t") {
            Some(number) => self.bindings.token(number.parse().expect("a token has a number")),
            None => self
                .resolved(&super::requests::describe(placeholder))
                .operation
                .secret_id()
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// The calls and what came of them, one line each.
    pub(crate) fn story(&self) -> String {
        let line = |call: &Call| {
            let what = match &call.reply {
                Reply::Answer(answer) => format!("{:?}", answer.body),
                Reply::Nothing(silence) => format!("no answer, {:?}", silence.request),
            };
            let request = serde_json::to_string(&call.request).expect("requests are plain data");
            let text = format!("{} [{}..{}] {request}\n     {what}", call.number, call.called.0, call.returned.0);
            self.bindings.symbolize(&text)
        };
        self.calls.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Violations in words.
    pub(crate) fn accusations(&self, violations: &[Violation]) -> String {
        let line = |it: &Violation| {
            let text = format!(
                "call {}: {} ({:?}) expected {}, got {}, since {}, also {:?}",
                it.call,
                it.rule,
                it.class,
                it.expected,
                it.observed,
                it.since.unwrap_or_default(),
                it.also
            );
            self.bindings.symbolize(&text)
        };
        violations.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
