//! Whether some order of the calls explains every answer, by trying all of them: slow, plain, and with nothing of the
//! judge's own search.

use std::time::Duration;

use rotation_conformance::history::{Call, Reply};
use rotation_conformance::model::{
    Answer, Body, Functions, Label, Operation, Outcome, PutSecretValue, Setting, World, outcomes,
};
use rotation_conformance::rule::{Class, RuleId};

/// The calls about one secret that are still to be put in order.
#[derive(Clone)]
struct Rest<'a> {
    calls: Vec<&'a Call>,
    all: &'a [Call],
    functions: &'a Functions,
}

/// Whether there is an order that agrees with the intervals of the calls, and in which each answer is permitted. A call
/// without an answer may come anywhere after its start, or nowhere.
pub(crate) fn is_explained(calls: &[Call], functions: &Functions, name: &str) -> bool {
    let rest = Rest { calls: calls.iter().collect(), all: calls, functions };
    rest.follows(&World::unused(name.into()))
}

impl<'a> Rest<'a> {
    fn follows(&self, world: &World) -> bool {
        if self.calls.iter().all(|call| answer_of(call).is_none()) {
            return true;
        }
        let ended = world.with_rotation_ended();
        std::iter::once(world).chain(&ended).any(|world| {
            let next = self.calls.iter().filter(|call| self.may_be_next(call));
            next.into_iter().any(|call| self.after(world, call))
        })
    }

    /// Whether no call that is left has returned before this one was made.
    fn may_be_next(&self, call: &Call) -> bool {
        self.calls.iter().all(|other| answer_of(other).is_none() || other.returned >= call.called)
    }

    /// Whether the rest follows once this call has taken effect.
    fn after(&self, world: &World, call: &'a Call) -> bool {
        let setting = self.setting(call);
        let possible = outcomes(world, &call.request, &setting);
        possible.iter().filter(|outcome| is_permitted(outcome, call)).any(|outcome| {
            let mut next = outcome.next.clone().unwrap_or_else(|| world.clone());
            let is_odd = outcome.facts.iter().any(|fact| fact.claim == rotation_conformance::model::Claim::Refused);
            if let Some(Answer { body: Body::Output(output), .. }) = answer_of(call)
                && !(is_odd && call.request.operation.is_read())
            {
                let returned = Duration::from_micros(call.returned.0);
                if next.bind(&call.request.operation, output, false, returned).is_err() {
                    return false;
                }
            }
            self.weigh_less(call, &mut next);
            self.without(call, world, &next).follows(&next)
        })
    }

    /// What is left without a call, and without the reads beside a change that show it halfway.
    fn without(&self, call: &Call, before: &World, next: &World) -> Self {
        let is_halfway = |read: &&&Call| {
            !call.request.operation.is_read()
                && read.request.operation.is_read()
                && overlap(read, call)
                && self.may_be_next(read)
                && between(before, next).iter().any(|world| self.fits_exactly(world, read))
        };
        let seen: Vec<u32> = self.calls.iter().filter(is_halfway).map(|read| read.number).collect();
        let is_left = |other: &&&Call| other.number != call.number && !seen.contains(&other.number);
        Self { calls: self.calls.iter().filter(is_left).copied().collect(), ..self.clone() }
    }

    fn fits_exactly(&self, world: &World, read: &Call) -> bool {
        let Some(answer) = answer_of(read) else { return false };
        let possible = outcomes(world, &read.request, &self.setting(read));
        let is_met = |outcome: &Outcome| outcome.facts.iter().all(|fact| fact.claim.holds(answer) != Some(false));
        possible.iter().any(|outcome| is_of_kind(outcome, answer) && is_met(outcome))
    }

    fn setting(&self, call: &Call) -> Setting<'a> {
        Setting {
            call: call.number,
            action: call.request.operation.action(),
            now: answer_of(call).and_then(|answer| answer.form.date),
            called: Some(Duration::from_micros(call.called.0)),
            taken: &[],
            stamp: None,
            functions: self.functions,
        }
    }

    /// Where plain puts at the same time leave the labels is no contract (ROT-CONC-006).
    fn weigh_less(&self, call: &Call, next: &mut World) {
        let Some(token) = plain_token(call) else { return };
        let is_rival = |other: &&Call| {
            other.number != call.number
                && plain_token(other).is_some_and(|other| other != token)
                && overlap(other, call)
        };
        let is_refused = matches!(answer_of(call), Some(answer) if !matches!(answer.body, Body::Output(_)));
        let Some(secret) =
            next.secret.as_deref_mut().filter(|_| !is_refused && self.all.iter().any(|it| is_rival(&it)))
        else {
            return;
        };
        let is_moved = |label: &Label| matches!(label, Label::Current | Label::Previous);
        let moved = secret.labels.iter_mut().filter(|cell| is_moved(&cell.label));
        for by in moved.filter_map(|cell| cell.holder.by.as_mut()).filter(|by| by.call == call.number) {
            (by.rule, by.class) = (RuleId::Conc006, Class::Fidelity);
        }
        for version in secret.versions.iter_mut().filter(|it| *it.id == **token) {
            version.is_raced |= version.content.by.is_some_and(|by| by.call == call.number);
        }
    }
}

fn answer_of(call: &Call) -> Option<&Answer> {
    match &call.reply {
        Reply::Answer(answer) => Some(answer),
        Reply::Nothing(_) => None,
    }
}

fn is_of_kind(outcome: &Outcome, answer: &Answer) -> bool {
    match &answer.body {
        Body::Output(_) => outcome.is_accepted(),
        Body::Error(_) => !outcome.is_accepted() && answer.form.status < 500,
        Body::Unreadable(_) => false,
    }
}

/// Whether an outcome permits the answer, as far as the contract goes; of a call without an answer, any acceptance of a
/// change.
fn is_permitted(outcome: &Outcome, call: &Call) -> bool {
    let Some(answer) = answer_of(call) else { return outcome.is_accepted() && !call.request.operation.is_read() };
    let is_unmet = |fact: &&rotation_conformance::model::Fact| fact.claim.holds(answer) == Some(false);
    is_of_kind(outcome, answer) && !outcome.facts.iter().filter(is_unmet).any(|fact| fact.class == Class::Contract)
}

fn overlap(one: &Call, other: &Call) -> bool {
    let ends_before = |one: &Call, other: &Call| answer_of(one).is_some() && one.returned < other.called;
    !ends_before(one, other) && !ends_before(other, one)
}

fn plain_token(call: &Call) -> Option<&std::sync::Arc<str>> {
    match &call.request.operation {
        Operation::PutSecretValue(PutSecretValue { version_stages: None, client_request_token, .. }) => {
            client_request_token.as_ref()
        }
        _ => None,
    }
}

/// The worlds between two, in which each label that moves is still there, nowhere, or already here, but not all of them.
fn between(before: &World, next: &World) -> Vec<World> {
    let (Some(from), Some(to)) = (&before.secret, &next.secret) else { return Vec::new() };
    let mut worlds = vec![next.clone()];
    for (index, cell) in to.labels.iter().enumerate() {
        let old = from.label(&cell.label);
        if old == Some(&cell.holder) {
            continue;
        }
        let old = old.and_then(|cell| cell.value.clone());
        let places = [old, None, cell.holder.value.clone()];
        worlds = worlds
            .iter()
            .flat_map(|world| {
                places.iter().map(move |place| {
                    let mut world = world.clone();
                    if let Some(secret) = world.secret.as_deref_mut() {
                        secret.labels[index].holder.value.clone_from(place);
                    }
                    world
                })
            })
            .collect();
    }
    worlds.retain(|world| world != next);
    worlds
}
