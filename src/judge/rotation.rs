//! What the judge makes of rotations whose function the harness plays.

use super::journal::Findings;
use super::{Judge, Judgement};
use crate::history::{Call, Event, Invoked, Reply};
use crate::model::{Answer, Body, Operation, RotationStep, Text, World};
use crate::rule::{Class, RuleId};
use crate::verdict::Violation;

impl Judge {
    /// Judges a client's call, and what it says of a rotation whose function the harness plays.
    pub(super) fn judge_with_rotations(&mut self, call: &Call) -> Judgement {
        let name = self.name_of(&call.request.operation);
        let before = name.as_ref().and_then(|name| self.world(name)).cloned();
        let mut judgement = self.finish(call);
        let Some(name) = name else { return judgement };
        let begins = self.begins(&name, call);
        let mut findings = Findings::at(call.number, &mut self.exercise);
        self.journal.heed(&name, call, before.as_ref(), &mut findings);
        if let Some(is_certain) = begins {
            self.journal.begin(&name, call, before.as_ref(), is_certain && findings.is_clean());
            self.journal.answered(&name, call, &mut findings);
        }
        merge(&mut judgement.violations, findings.into_violations());
        judgement
    }

    /// Whether the call begins a rotation by a function that the harness plays, for certain or perhaps; `None` if not.
    fn begins(&self, name: &Text, call: &Call) -> Option<bool> {
        let Operation::RotateSecret(request) = &call.request.operation else { return None };
        let Reply::Answer(Answer { body: Body::Output(_), .. }) = &call.reply else { return None };
        if self.journal.is_own_token(name, request) {
            return None;
        }
        let acts = |function: &Text| self.options.functions.acting.contains(function);
        if let Some(function) = &request.rotation_lambda_arn {
            return acts(function).then_some(true);
        }
        let stored = |world: &World| world.secret.as_ref().and_then(|secret| secret.rotation.function.get().cloned());
        let mut stored = self.worlds(name).map(stored);
        match stored.next() {
            Some(Some(first)) if stored.all(|other| other.as_ref() == Some(&first)) => {
                first.as_ref().filter(|function| acts(function)).map(|_| true)
            }
            // It is not known which function that is.
            Some(_) | None => Some(false),
        }
    }

    /// Judges a call that the function has made in a step of the rotation of this secret.
    pub(crate) fn judge_of_function(&mut self, of: (&Text, &Text), step: RotationStep, call: &Call) -> Judgement {
        if matches!(call.reply, Reply::Nothing(_)) {
            self.start(call);
        }
        let mut judgement = self.finish(call);
        let mut findings = Findings::at(call.number, &mut self.exercise);
        self.journal.called(of, step, call, &mut findings);
        merge(&mut judgement.violations, findings.into_violations());
        judgement
    }

    /// RotateSecret is not answered yet, and its function is called: the request is taken for accepted, as `call` says.
    pub(crate) fn take_for_accepted(&mut self, call: &Call) -> Judgement {
        let name = self.name_of(&call.request.operation);
        let before = name.as_ref().and_then(|name| self.world(name)).cloned();
        let mut judgement = self.finish(call);
        if let Some(name) = name {
            let mut findings = Findings::at(call.number, &mut self.exercise);
            self.journal.heed(&name, call, before.as_ref(), &mut findings);
            let is_clean = findings.is_clean();
            self.journal.begin(&name, call, before.as_ref(), is_clean);
            merge(&mut judgement.violations, findings.into_violations());
        }
        judgement
    }

    /// The answer to a RotateSecret that was taken for accepted.
    pub(crate) fn answered_late(&mut self, call: &Call, number: u32) -> Vec<Violation> {
        let Some(name) = self.name_of(&call.request.operation) else { return Vec::new() };
        let mut findings = Findings::at(number, &mut self.exercise);
        self.journal.answered(&name, call, &mut findings);
        findings.into_violations()
    }

    /// The secret whose function an event calls.
    pub(crate) fn name_of_event(&self, event: &Event) -> Option<Text> {
        let by_id = event.secret_id().map(Text::from).and_then(|id| {
            let is_a_name = self.slots.contains_key(&id);
            if is_a_name { Some(id) } else { self.names_for(&id).next().cloned() }
        });
        by_id.or_else(|| self.journal.name_by_token(event))
    }

    /// A step of the function is called; `number` is that of the latest call.
    pub(crate) fn invoked(&mut self, name: &Text, event: &Event, number: u32) -> Vec<Violation> {
        let arn = self.slots.get(name).and_then(|slot| slot.arns().next().cloned());
        let mut findings = Findings::at(number, &mut self.exercise);
        self.journal.invoked(name, arn.as_ref(), event, &mut findings);
        findings.into_violations()
    }

    /// A step of the rotation of this secret and token has ended.
    pub(crate) fn ended(
        &mut self,
        of: (&Text, &Text),
        step: RotationStep,
        invoked: Invoked,
        number: u32,
    ) -> Vec<Violation> {
        let mut findings = Findings::at(number, &mut self.exercise);
        self.journal.ended(of, step, invoked, &mut findings);
        findings.into_violations()
    }

    /// Whether the service is due to call a step of any rotation.
    pub(crate) fn awaits_a_step(&self) -> bool {
        self.journal.is_awaited()
    }

    /// Nothing more comes of any rotation.
    pub(crate) fn conclude(&mut self, number: u32) -> Vec<Violation> {
        let mut findings = Findings::at(number, &mut self.exercise);
        self.journal.conclude(&mut findings);
        findings.into_violations()
    }
}

/// Adds what the journal shows. It has nothing to say where the model finds the answer wrong, but where it owns what the
/// model has for a matter of any request.
fn merge(violations: &mut Vec<Violation>, of_journal: Vec<Violation>) {
    for it in &of_journal {
        let is_less_special = |known: &Violation| match it.rule {
            RuleId::Prog005 | RuleId::Prog006 => known.rule == RuleId::Prog001,
            RuleId::Life010 => known.is_of_state,
            RuleId::Life011 => is_of_stored_value(known.rule),
            _ => false,
        };
        violations.retain(|known| !is_less_special(known));
    }
    if !violations.iter().any(|it| it.class == Class::Contract) {
        violations.extend(of_journal);
    }
}

/// Whether a rule is about what a stored value must be like whoever has stored it.
const fn is_of_stored_value(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::Idem010
            | RuleId::State018
            | RuleId::Read002
            | RuleId::Read004
            | RuleId::Wire007
            | RuleId::Err013
            | RuleId::Err014
    )
}
