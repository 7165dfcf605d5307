//! The life of rotations whose function the harness plays: laws about the journal of invocations, and about what is to
//! be seen of a secret once a rotation has come to an end.
//!
//! What the function does to a secret it does by requests of its own, which are judged like anybody's. What is left is
//! what the service does: which steps it calls, with what, in which order, and what it makes of their results. These
//! are pure checks over the history, and none of them speaks where the model finds the same answer wrong.

mod after;
mod step;

use std::collections::BTreeMap;

use crate::history::{Call, Event, Invoked, Reply};
use crate::model::{
    Answer, Body, ErrorType, Label, Operation, Output, RotateSecret, RotationStep, Text, Timestamp, Value, VersionId,
    World,
};
use crate::rule::{Class, RuleId};
use crate::verdict::{Aspect, Demand, Exercise, Fingerprint, Pattern, Subject, Violation};

/// Who ended a rotation before its time, and what that makes of AWSPENDING.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// A value that a client stored ends it, and AWSPENDING goes (ROT-PROG-008).
    Abandoned(Class),
    /// What happened leaves open what becomes of it.
    Open,
}

/// One rotation.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about what has happened so far")]
struct Rotation {
    /// The number of its RotateSecret.
    call: u32,
    /// Its version: the answered one, or the token while there is no answer.
    token: VersionId,
    is_test: bool,
    /// Whether the request says nothing of `RotateImmediately`.
    is_by_default: bool,
    /// Whether RotateSecret has been answered.
    is_answered: bool,
    /// The version that had AWSCURRENT before, and its value, where that is known.
    current: Option<(VersionId, Option<Value>)>,
    /// Whether no version had it.
    is_without_current: bool,
    /// SecretId and token of the first event.
    first: Option<(String, String)>,
    /// The steps in the order of their first calls.
    seen: Vec<RotationStep>,
    /// How many invocations are under way.
    under_way: usize,
    /// The latest step of this attempt that has ended.
    last: Option<(RotationStep, Invoked)>,
    attempts: usize,
    /// What createSecret has stored.
    stored: Option<Value>,
    has_promoted: bool,
    has_taken_pending_off: bool,
    has_succeeded: bool,
    over: Option<Over>,
    /// `LastRotatedDate` after its success.
    dated: Option<Timestamp>,
    /// Whether a client has stored a value since.
    is_superseded: bool,
    /// Whether a description has shown what it left.
    is_settled: bool,
}

/// What somebody is told of a check.
struct Check {
    rule: RuleId,
    class: Class,
    aspect: Aspect,
    expected: String,
    observed: &'static str,
}

/// The rotations of a history.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    /// The latest rotation of each secret.
    rotations: BTreeMap<Text, Rotation>,
    /// The secrets and tokens of those before.
    former: Vec<(Text, VersionId)>,
}

/// Where a check stands in the history: the call that shows it, and what was found so far.
pub(super) struct Findings<'a> {
    number: u32,
    exercise: &'a mut Exercise,
    violations: Vec<Violation>,
}

impl<'a> Findings<'a> {
    /// Nothing found yet at this call.
    pub(super) const fn at(number: u32, exercise: &'a mut Exercise) -> Self {
        Self { number, exercise, violations: Vec::new() }
    }

    /// Whether nothing was found.
    pub(super) const fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }

    /// What was found.
    pub(super) fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    /// Counts a check, and keeps what does not hold.
    fn check(&mut self, since: u32, holds: bool, check: Check) {
        self.exercise.arm(check.rule);
        self.exercise.check(check.rule);
        if !holds {
            self.violations.push(violation(self.number, since, check));
        }
    }

    /// Tells how an open rule is read.
    fn read(&mut self, rule: RuleId, choice: &'static str) {
        self.exercise.arm(rule);
        self.exercise.check(rule);
        self.exercise.read(crate::model::Reading { rule, choice: choice.into() });
    }
}

fn violation(number: u32, since: u32, check: Check) -> Violation {
    let Check { rule, class, aspect, expected, observed } = check;
    let demand = Demand { rule, subject: Subject::Rotation, pattern: Pattern::Aspect(aspect) };
    Violation {
        rule,
        class,
        is_of_state: false,
        call: number,
        since: Some(since),
        expected,
        observed: observed.to_owned(),
        also: Vec::new(),
        fingerprint: Fingerprint::Unmet { demand, observed: Some(observed.into()) },
        excluded: Vec::new(),
        is_settled: true,
        unsettles: false,
        stretch: Vec::new(),
    }
}

impl Rotation {
    fn of(call: &Call, request: &RotateSecret, world: Option<&World>) -> Self {
        let secret = world.and_then(|world| world.secret.as_deref());
        let current = secret.and_then(|secret| {
            let id = secret.holder(&Label::Current).flatten()?;
            Some((id.clone(), secret.value(id).cloned()))
        });
        Self {
            call: call.number,
            token: request.client_request_token.clone().unwrap_or_default(),
            is_test: request.rotate_immediately == Some(false),
            is_by_default: request.rotate_immediately.is_none(),
            is_answered: false,
            current,
            is_without_current: secret.is_some_and(|secret| secret.holder(&Label::Current) == Some(None)),
            first: None,
            seen: Vec::new(),
            under_way: 0,
            last: None,
            attempts: 0,
            stored: None,
            has_promoted: false,
            has_taken_pending_off: false,
            has_succeeded: false,
            over: None,
            dated: None,
            is_superseded: false,
            is_settled: false,
        }
    }

    /// Whether the function is called now, and nothing has put an end to the rotation.
    const fn is_running(&self) -> bool {
        self.under_way > 0 && self.over.is_none()
    }

    /// Whether the latest attempt has failed.
    const fn has_failed(&self) -> bool {
        matches!(self.last, Some((_, Err(_)))) && self.under_way == 0
    }
}

impl Journal {
    /// Whether a request has the token of the rotation that goes on, which it repeats.
    pub(super) fn is_own_token(&self, name: &str, request: &RotateSecret) -> bool {
        let goes_on = |rotation: &&Rotation| !rotation.has_succeeded && rotation.over.is_none();
        let rotation = self.rotations.get(name).filter(goes_on);
        rotation.is_some_and(|it| request.client_request_token.as_ref() == Some(&it.token))
    }

    /// The secret whose rotation an event is about, by its token where its SecretId names none.
    pub(super) fn name_by_token(&self, event: &Event) -> Option<Text> {
        let token = event.token()?;
        self.rotations.iter().find(|(_, rotation)| *rotation.token == *token).map(|(name, _)| name.clone())
    }

    /// A RotateSecret was accepted, or is taken for it because its function is called.
    pub(super) fn begin(&mut self, name: &Text, call: &Call, world: Option<&World>, is_certain: bool) {
        let Operation::RotateSecret(request) = &call.request.operation else { return };
        let mut rotation = Rotation::of(call, request, world);
        // A rotation that ought not to have begun, or of which it is not known whether it has, leads anywhere.
        rotation.over = (!is_certain).then_some(Over::Open);
        if let Some(before) = self.rotations.insert(name.clone(), rotation) {
            self.former.push((name.clone(), before.token));
        }
    }

    /// Whether a token is that of an earlier rotation of a secret, which may go on: what it calls is nobody's matter.
    fn is_former(&self, name: &str, token: &str) -> bool {
        let is_present = self.rotations.get(name).is_some_and(|rotation| *rotation.token == *token);
        !is_present && self.former.iter().any(|(of, former)| **of == *name && **former == *token)
    }

    /// What a client's call, which was answered or not, makes of the rotation of its secret.
    pub(super) fn heed(&mut self, name: &Text, call: &Call, world: Option<&World>, findings: &mut Findings<'_>) {
        let Some(rotation) = self.rotations.get_mut(name) else { return };
        let answer = match &call.reply {
            Reply::Answer(answer) => answer,
            Reply::Nothing(_) if call.request.operation.is_read() => return,
            Reply::Nothing(_) => {
                rotation.over = Some(Over::Open);
                return;
            }
        };
        match (&call.request.operation, &answer.body) {
            (Operation::RotateSecret(request), _) => rotation.asked_again(request, answer, findings),
            (Operation::DescribeSecret(_), Body::Output(Output::Description(shown))) => {
                rotation.described(shown, answer.form.date, findings);
            }
            (operation, Body::Output(_)) if !operation.is_read() => rotation.changed(operation, world),
            _ => {}
        }
    }

    /// The answer to the RotateSecret that began the rotation.
    pub(super) fn answered(&mut self, name: &Text, call: &Call, findings: &mut Findings<'_>) {
        let Some(rotation) = self.rotations.get_mut(name).filter(|it| it.call == call.number) else { return };
        rotation.is_answered = true;
        let Reply::Answer(answer) = &call.reply else { return };
        let was_called = rotation.first.is_some();
        if let Body::Output(Output::Receipt(receipt)) = &answer.body
            && let Some(id) = receipt.version_id.as_ref().filter(|_| !rotation.is_test)
        {
            if was_called {
                rotation.check_token(Some(id), findings);
            }
            rotation.token = id.clone();
        }
        if was_called {
            rotation.check_late_answer(answer, findings);
        }
    }

    /// A step of the function is called.
    pub(super) fn invoked(&mut self, name: &Text, arn: Option<&Text>, event: &Event, findings: &mut Findings<'_>) {
        if event.token().is_some_and(|token| self.is_former(name, token)) {
            return;
        }
        match self.rotations.get_mut(name) {
            Some(rotation) => rotation.invoked((name, arn), event, findings),
            None => findings.check(
                findings.number,
                false,
                Check {
                    rule: RuleId::Life007,
                    class: Class::Contract,
                    aspect: Aspect::EventToken,
                    expected: "no call of the function, since no rotation was accepted".to_owned(),
                    observed: "a call for a secret without a rotation",
                },
            ),
        }
    }

    /// What the function has asked in a step.
    pub(super) fn called(
        &mut self,
        (name, token): (&Text, &Text),
        step: RotationStep,
        call: &Call,
        findings: &mut Findings<'_>,
    ) {
        if self.is_former(name, token) {
            // What the function of an earlier rotation stores or moves leaves the present one in doubt.
            if let Some(present) = self.rotations.get_mut(name).filter(|_| !call.request.operation.is_read()) {
                present.over = Some(Over::Open);
            }
            return;
        }
        if let (Some(rotation), Reply::Answer(answer)) = (self.rotations.get_mut(name), &call.reply) {
            if rotation.over.is_some() && !call.request.operation.is_read() {
                // The function that goes on may put AWSPENDING again.
                rotation.over = Some(Over::Open);
            }
            rotation.called(step, &call.request.operation, answer, findings);
        }
    }

    /// A step has ended.
    pub(super) fn ended(
        &mut self,
        (name, token): (&Text, &Text),
        step: RotationStep,
        invoked: Invoked,
        findings: &mut Findings<'_>,
    ) {
        if self.is_former(name, token) {
            return;
        }
        if let Some(rotation) = self.rotations.get_mut(name) {
            rotation.ended(step, invoked, findings);
        }
    }

    /// Whether the service is due to call a step of any rotation.
    pub(super) fn is_awaited(&self) -> bool {
        self.rotations.values().any(Rotation::is_awaited)
    }

    /// Nothing more comes: what was due and has not come is missing.
    pub(super) fn conclude(&mut self, findings: &mut Findings<'_>) {
        for rotation in self.rotations.values_mut() {
            rotation.conclude(findings);
        }
    }
}

/// Whether an answer is the refusal because a rotation is in progress, to go by its type.
fn is_in_progress(answer: &Answer) -> bool {
    matches!(&answer.body, Body::Error(error) if error.error_type == ErrorType::InvalidRequestException)
}
