//! Whether some order of the calls explains every answer, by trying all of them: slow, plain, and with nothing of the
//! judge's own search.

use std::time::Duration;

use rotation_conformance::history::{Call, Reply};
use rotation_conformance::model::{
    Answer, Body, Functions, Label, Operation, Outcome, PutSecretValue, Setting, Text, World, outcomes,
};
use rotation_conformance::rule::{Class, RuleId};

/// The calls about one secret that are still to be put in order.
#[derive(Clone)]
struct Rest<'a> {
    calls: Vec<&'a Call>,
    all: &'a [Call],
    functions: &'a Functions,
    /// Whether a put that was never answered races another only as long as it has not taken effect.
    is_strict: bool,
}

/// Whether there is an order that agrees with the intervals of the calls, and in which each answer is permitted. A call
/// without an answer may come anywhere after its start, or nowhere.
pub(crate) fn is_explained(calls: &[Call], functions: &Functions, name: &str) -> bool {
    explains(calls, functions, name, false)
}

/// The same where a put without an answer that has taken effect races none that comes later, which reads may have shown
/// or not.
pub(crate) fn is_surely_explained(calls: &[Call], functions: &Functions, name: &str) -> bool {
    explains(calls, functions, name, true)
}

fn explains(calls: &[Call], functions: &Functions, name: &str, is_strict: bool) -> bool {
    let rest = Rest { calls: calls.iter().collect(), all: calls, functions, is_strict };
    rest.follows(&World::unused(name.into()), None)
}

impl<'a> Rest<'a> {
    /// Whether the rest follows in a world. `halfway` is the change that has just taken effect, and what may stand between
    /// two writes of it.
    fn follows(&self, world: &World, halfway: Option<(&Call, &[World])>) -> bool {
        if self.calls.iter().all(|call| answer_of(call).is_none()) {
            return true;
        }
        let ended = world.with_rotation_ended();
        let next = || self.calls.iter().filter(|call| self.may_be_next(call));
        let is_explained = std::iter::once(world).chain(&ended).any(|world| next().any(|call| self.after(world, call)));
        let Some((change, between)) = halfway.filter(|_| !is_explained) else { return is_explained };
        next().filter(|read| read.request.operation.is_read() && overlap(read, change)).any(|read| {
            let shown: Vec<_> = between.iter().filter(|world| self.fits_exactly(world, read)).cloned().collect();
            !shown.is_empty() && self.without(read).follows(world, Some((change, &shown)))
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
            let between = between(world, &next);
            let halfway = Some((call, &between[..])).filter(|_| !call.request.operation.is_read());
            self.weigh_less(call, &mut next);
            !self.is_too_early(call, world, &next) && self.without(call).follows(&next, halfway)
        })
    }

    /// What is left without a call.
    fn without(&self, call: &Call) -> Self {
        let calls = self.calls.iter().filter(|other| other.number != call.number).copied().collect();
        Self { calls, ..self.clone() }
    }

    /// Whether a read shows a version whose id is the token of a call that is still to come.
    fn is_too_early(&self, read: &Call, before: &World, after: &World) -> bool {
        let versions = |world: &World| world.secret.as_ref().map_or_else(Vec::new, |secret| secret.versions.clone());
        let known = versions(before);
        let is_new = |id: &str| known.iter().all(|version| *version.id != *id);
        let is_shown = |id: &str| versions(after).iter().any(|version| *version.id == *id);
        let is_refused = |call: &Call| answer_of(call).is_some_and(|answer| !matches!(answer.body, Body::Output(_)));
        let has_begun = |call: &&&Call| call.called <= read.returned && !is_refused(call);
        let tokens = self.calls.iter().filter(has_begun).filter_map(|call| call.request.operation.token());
        read.request.operation.is_read() && tokens.into_iter().any(|token| is_new(token) && is_shown(token))
    }

    /// Whether two puts do not race by the time at which one of them takes effect, as far as is known then: the other has
    /// no answer and has taken effect before, or it is made only after some call that is left has returned.
    fn is_over(&self, other: &Call, call: &Call) -> bool {
        let is_placed = |call: &Call| self.calls.iter().all(|rest| rest.number != call.number);
        let is_lost = |call: &Call| answer_of(call).is_none();
        let answered = self.calls.iter().filter(|call| !is_lost(call));
        let latest = answered.map(|call| call.returned).min();
        (is_lost(other) && is_placed(other))
            || (is_lost(call) && !is_placed(other) && other.called > call.called)
            || latest.is_some_and(|latest| other.called > latest)
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
                && !(self.is_strict && self.is_over(other, call))
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
        // Where the change leaves open where a label is, it shows every place in the end.
        let Some(new) = cell.holder.required() else { continue };
        if old.and_then(|old| old.required()) == Some(new) {
            continue;
        }
        let places = [old.and_then(|cell| cell.value.clone()), None, new.clone()];
        let at = |world: &World, place: &Option<Text>| {
            let mut world = world.clone();
            if let Some(secret) = world.secret.as_deref_mut() {
                secret.labels[index].holder.value.clone_from(place);
            }
            world
        };
        worlds = worlds.iter().flat_map(|world| places.iter().map(move |place| at(world, place))).collect();
    }
    worlds.retain(|world| world != next);
    worlds
}
