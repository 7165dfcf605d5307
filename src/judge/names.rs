//! Which of many secrets an identifier or a token may concern, found without looking at each.
//!
//! Entries are only added: they name every secret that there is to look at closer, and perhaps more.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;

use super::slot::Slot;
use crate::history::Call;
use crate::model::{Answer, Body, Output, SUFFIX_LENGTH, Text, shown_arn, shown_ids};

/// Names by what may denote them.
type Names = HashMap<Text, Vec<Text>, FixedState>;

/// Names by ARNs, by version ids, and those whose ARN is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_arn: Names,
    by_version: Names,
    without_arn: BTreeSet<Text>,
}

impl Index {
    /// The index of these secrets.
    pub(super) fn of<'a>(slots: impl Iterator<Item = (&'a Text, &'a Slot)>) -> Self {
        let mut index = Self::default();
        for (name, slot) in slots {
            slot.arns().for_each(|arn| index.has_arn(name, arn));
            slot.version_ids().for_each(|id| add(&mut index.by_version, id, name));
            index.judged(name, slot);
        }
        index
    }

    /// Takes note of what a call may bring about.
    pub(super) fn called(&mut self, name: &Text, call: &Call) {
        if let Some(token) = call.request.operation.token() {
            add(&mut self.by_version, token, name);
        }
    }

    /// Takes note of what an answer shows.
    pub(super) fn answered(&mut self, name: &Text, answer: &Answer) {
        let Body::Output(output) = &answer.body else { return };
        if let Some(arn) = shown_arn(output).flatten() {
            self.has_arn(name, arn);
        }
        let told = match output {
            Output::Receipt(receipt) => receipt.version_id.as_ref(),
            Output::Value(value) => value.version_id.as_ref(),
            Output::Description(_) | Output::Versions(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => {
                None
            }
        };
        for id in told.into_iter().chain(shown_ids(output).into_iter().flatten()) {
            add(&mut self.by_version, id, name);
        }
    }

    /// Takes note of whether a secret's ARN is known.
    pub(super) fn judged(&mut self, name: &Text, slot: &Slot) {
        match slot.may_lack_an_arn() {
            true => drop(self.without_arn.insert(name.clone())),
            false if self.without_arn.is_empty() => {}
            false => drop(self.without_arn.remove(name)),
        }
    }

    fn has_arn(&mut self, name: &Text, arn: &Text) {
        add(&mut self.by_arn, arn, name);
        if let Some(partial) = without_suffix(arn) {
            add(&mut self.by_arn, &partial.into(), name);
        }
    }

    /// The names that an identifier may denote, beside that which is the identifier itself.
    pub(super) fn denoted_by(&self, id: &str) -> BTreeSet<Text> {
        let by_arn = self.by_arn.get(id).into_iter().flatten().cloned();
        by_arn.chain(without_suffix(id).map(Text::from)).collect()
    }

    /// The names of secrets that have or may have a version of this id.
    pub(super) fn with_version(&self, id: &str) -> impl Iterator<Item = &Text> {
        self.by_version.get(id).into_iter().flatten()
    }

    /// The names of secrets whose ARN is not known.
    pub(super) fn without_arn(&self) -> impl Iterator<Item = &Text> {
        self.without_arn.iter()
    }
}

fn without_suffix(text: &str) -> Option<&str> {
    text.len().checked_sub(SUFFIX_LENGTH).and_then(|end| text.get(..end))
}

fn add(names: &mut Names, key: &Text, name: &Text) {
    match names.get_mut(key) {
        Some(known) if known.contains(name) => {}
        Some(known) => known.push(name.clone()),
        None => drop(names.insert(key.clone(), vec![name.clone()])),
    }
}
