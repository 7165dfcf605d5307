//! Histories with one read that shows what a change had ended before the read was called, and that no other change can
//! have brought back: no order explains such a read, whatever overlaps whatever.
//!
//! Whether a call can have brought about what a read shows is told by its request alone, with nothing of the model.

use rotation_conformance::history::{Call, Reply};
use rotation_conformance::model::{
    Answer, Body, Description, ErrorType, Label, Operation, Output, UpdateSecretVersionStage, VersionId, VersionPage,
};

use super::overlapping::{Dice, History};

/// What a read shows of one part of the secret.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shown {
    Holder(Label, Option<VersionId>),
    Version(VersionId, bool),
    MarkForDeletion(bool),
    Rotation(bool),
}

/// A history with a read that no order explains, and why none does.
#[derive(Debug)]
pub(crate) struct Stale {
    pub(crate) history: History,
    /// The number of the read.
    pub(crate) read: u32,
    /// The number of the change that ended what it shows.
    pub(crate) end: u32,
    pub(crate) shown: Shown,
}

impl History {
    /// The same with a read answered from before the latest change that had returned when it was called; `None` where
    /// some order may explain any such read.
    pub(crate) fn with_a_stale_read(&self, dice: &mut Dice) -> Option<Stale> {
        let reads: Vec<usize> = (1..self.calls.len()).filter(|index| is_answered_read(&self.calls[*index])).collect();
        let mut stale: Vec<Stale> = reads.into_iter().filter_map(|read| self.stale(read)).collect();
        (!stale.is_empty()).then(|| stale.swap_remove(dice.below(stale.len())))
    }

    fn stale(&self, read: usize) -> Option<Stale> {
        let called = self.calls[read].called;
        let has_returned = |call: &Call| is_accepted_change(call) && call.returned < called;
        let position = self.effects.iter().rposition(|(index, _)| has_returned(&self.calls[*index]))?;
        let latest = self.effects[position].0;
        let answer = self.answered_after(position, read);
        let (end, shown) = shown_by(&self.calls[read], &answer).into_iter().find_map(|shown| {
            let is_end =
                |call: &&Call| has_returned(call) && self.ends(call, &shown) && !self.may_return_after(call, &shown);
            Some((self.calls.iter().filter(is_end).max_by_key(|call| call.number == self.calls[latest].number)?, shown))
        })?;
        let (read, end) = (self.calls[read].number, end.number);
        let mut history = self.clone();
        history
            .calls
            .iter_mut()
            .filter(|call| call.number == read)
            .for_each(|call| call.reply = Reply::Answer(answer.clone()));
        Some(Stale { history, read, end, shown })
    }

    /// Whether any call but this one may bring about what is shown at a moment after it.
    fn may_return_after(&self, end: &Call, shown: &Shown) -> bool {
        let may_come_later = |call: &Call| answer_to(call).is_none() || call.returned >= end.called;
        let is_odd = |call: &Call| {
            let operation = &call.request.operation;
            // What a put with the token of another call does, which may be a rotation, is open (ROT-PROG-016), and so is
            // what lists show of a secret that is marked for deletion (ROT-ERR-008).
            matches!(operation, Operation::PutSecretValue(_)) && !self.is_new(operation)
                || matches!(operation, Operation::DeleteSecret(_))
        };
        // Where plain puts at the same time leave the labels is open (ROT-CONC-006).
        let races = |call: &Call| [call, end].into_iter().all(is_plain_put);
        let others = self.calls.iter().filter(|call| call.number != end.number && may_come_later(call));
        others.into_iter().any(|call| may_bring_about(call, shown) || is_odd(call) || races(call) && overlap(call, end))
    }

    /// Whether what is shown is over once this accepted change has taken effect.
    fn ends(&self, call: &Call, shown: &Shown) -> bool {
        match (&call.request.operation, shown) {
            (Operation::UpdateSecretVersionStage(stage), Shown::Holder(label, holder)) => {
                stage.version_stage.as_ref() == Some(label) && stage.move_to_version_id != *holder
            }
            (operation, Shown::Holder(label, holder)) => {
                self.is_new(operation) && puts(operation, label) && operation.token() != holder.as_ref()
            }
            (operation, Shown::Version(id, false)) => {
                self.is_new(operation) && operation.token() == Some(id) && stores(operation)
            }
            (Operation::DeleteSecret(_), Shown::MarkForDeletion(is_marked)) => !is_marked,
            (Operation::RestoreSecret(_), Shown::MarkForDeletion(is_marked)) => *is_marked,
            (Operation::RotateSecret(_), Shown::Rotation(is_on)) => !is_on,
            (Operation::CancelRotateSecret(_), Shown::Rotation(is_on)) => *is_on,
            _ => false,
        }
    }

    /// Whether no other call has this one's token, so that it repeats nothing.
    fn is_new(&self, operation: &Operation) -> bool {
        let token = operation.token();
        let same = self.calls.iter().filter(|call| call.request.operation.token() == token);
        token.is_some() && same.count() == 1
    }
}

fn is_plain_put(call: &Call) -> bool {
    matches!(&call.request.operation, Operation::PutSecretValue(put) if put.version_stages.is_none())
}

fn overlap(one: &Call, other: &Call) -> bool {
    let ends_before = |one: &Call, other: &Call| answer_to(one).is_some() && one.returned < other.called;
    !ends_before(one, other) && !ends_before(other, one)
}

fn answer_to(call: &Call) -> Option<&Answer> {
    match &call.reply {
        Reply::Answer(answer) => Some(answer),
        Reply::Nothing(_) => None,
    }
}

fn is_answered_read(call: &Call) -> bool {
    call.request.operation.is_read() && answer_to(call).is_some()
}

fn is_accepted_change(call: &Call) -> bool {
    !call.request.operation.is_read() && answer_to(call).is_some_and(|it| matches!(it.body, Body::Output(_)))
}

/// Whether a request stores a value under its token.
fn stores(operation: &Operation) -> bool {
    match operation {
        Operation::PutSecretValue(_) => true,
        Operation::CreateSecret(create) => create.secret_string.is_some(),
        Operation::UpdateSecret(update) => update.secret_string.is_some(),
        _ => false,
    }
}

/// Whether a request puts a label on the version that it makes.
fn puts(operation: &Operation, label: &Label) -> bool {
    match operation {
        Operation::PutSecretValue(put) => match &put.version_stages {
            None => *label == Label::Current,
            Some(labels) => labels.contains(label),
        },
        other => stores(other) && *label == Label::Current,
    }
}

/// Whether a call may bring about what is shown, as far as its request tells. Between two writes of a change, a label
/// that it moves may be nowhere (ROT-CONC-003).
fn may_bring_about(call: &Call, shown: &Shown) -> bool {
    let operation = &call.request.operation;
    let moves_current = matches!(
        operation,
        Operation::UpdateSecretVersionStage(stage) if stage.version_stage == Some(Label::Current)
    );
    // Where AWSPREVIOUS and AWSPENDING are, and whether custom labels stay with AWSCURRENT, other changes leave open
    // (ROT-STATE-006, -027, -028).
    let is_left_open = match shown {
        Shown::Holder(Label::Previous | Label::Pending, _) => true,
        Shown::Holder(Label::Custom(_), _) => puts(operation, &Label::Current) || moves_current,
        _ => false,
    };
    match (operation, shown) {
        _ if is_left_open => true,
        (Operation::UpdateSecretVersionStage(stage), Shown::Holder(label, holder)) => {
            stage.version_stage.as_ref() == Some(label) && (holder.is_none() || moves_to(stage, holder.as_ref()))
        }
        (_, Shown::Holder(label, holder)) => {
            puts(operation, label) && (holder.is_none() || operation.token() == holder.as_ref())
        }
        (_, Shown::MarkForDeletion(true)) => matches!(operation, Operation::DeleteSecret(_)),
        (_, Shown::MarkForDeletion(false)) => matches!(operation, Operation::RestoreSecret(_)),
        (_, Shown::Version(..)) => false,
        // What a repeated rotation leaves of the configuration is open.
        (_, Shown::Rotation(_)) => matches!(operation, Operation::RotateSecret(_) | Operation::CancelRotateSecret(_)),
    }
}

fn moves_to(stage: &UpdateSecretVersionStage, id: Option<&VersionId>) -> bool {
    stage.move_to_version_id.as_ref() == id
}

/// What an answer to a read shows for certain.
fn shown_by(call: &Call, answer: &Answer) -> Vec<Shown> {
    let operation = &call.request.operation;
    match (&answer.body, operation) {
        (Body::Output(Output::Description(shown)), _) => shown_by_description(shown),
        (Body::Output(Output::Versions(page)), Operation::ListSecretVersionIds(list)) => {
            shown_by_list(page, list.include_deprecated == Some(true))
        }
        (Body::Output(Output::Value(value)), Operation::GetSecretValue(get)) => {
            let label = get.version_stage.clone().or_else(|| get.version_id.is_none().then_some(Label::Current));
            let holder = label.map(|label| Shown::Holder(label, value.version_id.clone()));
            holder.into_iter().chain([Shown::MarkForDeletion(false)]).collect()
        }
        (Body::Error(error), Operation::GetSecretValue(get)) => match (&error.error_type, &get.version_id) {
            (ErrorType::InvalidRequestException, None) if get.version_stage.is_none() => {
                vec![Shown::MarkForDeletion(true)]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn shown_by_description(shown: &Description) -> Vec<Shown> {
    let map = shown.version_ids_to_stages.iter().flatten();
    let labels = [Label::Current, Label::Pending, Label::Custom("BLUE".into())];
    let holder = |label: &Label| map.clone().find(|(_, labels)| labels.contains(label)).map(|(id, _)| id.clone());
    let holders = labels.into_iter().map(|label| Shown::Holder(label.clone(), holder(&label)));
    let is_marked = shown.deleted_date.is_some();
    holders
        .filter(|_| !is_marked)
        .chain([Shown::Rotation(shown.rotation_enabled == Some(true))])
        .chain(is_marked.then_some(Shown::MarkForDeletion(true)))
        .collect()
}

fn shown_by_list(page: &VersionPage, is_whole: bool) -> Vec<Shown> {
    let entries = || page.versions.iter().flatten().filter_map(|entry| Some((entry.version_id.as_ref()?, entry)));
    let holders = entries().flat_map(|(id, entry)| {
        entry.version_stages.iter().flatten().map(|label| Shown::Holder(label.clone(), Some(id.clone())))
    });
    let lacks = |number: &usize| entries().all(|(id, _)| **id != *super::overlapping::token(*number));
    let missing = (0..60).filter(|_| is_whole).filter(lacks);
    holders.chain(missing.map(|number| Shown::Version(super::overlapping::token(number).into(), false))).collect()
}
