//! Taking over what an answer shows: open cells become known, known ones count as seen.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fact::{entry_value, shown_arn};
use super::outcome::Reading;
use super::world::{Cell, Content, LabelCell, Listing, Origin, Provenance, Secret, Version, World};
use super::{Description, Label, Operation, Output, SecretValue, VersionId, VersionPage, is_arn_of};
use crate::rule::RuleId;

/// An answer shows one label on two versions, so that it cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction;

impl World {
    /// Takes over what the answer of an accepted request shows, and tells which open points it settles. Of a partial
    /// answer only the members that are there count. `returned` is when the answer came, since the start of the history.
    ///
    /// # Errors
    ///
    /// If the answer contradicts itself; the world is then of no further use.
    pub fn bind(
        &mut self,
        operation: &Operation,
        output: &Output,
        partial: bool,
        returned: Duration,
    ) -> Result<Vec<Reading>, Contradiction> {
        let mut readings = Vec::new();
        let Some(secret) = &mut self.secret else { return Ok(readings) };
        if secret.arn.is_none() {
            // The ARN of another secret is never learned: what is done by it is no matter of this one.
            secret.arn = shown_arn(output).flatten().filter(|arn| is_arn_of(arn, &self.name)).cloned();
        }
        match output {
            // What is marked for deletion need not show its versions.
            Output::Description(shown)
                if (partial || secret.deletion.is_some()) && shown.version_ids_to_stages.is_none() => {}
            Output::Description(shown) => secret.bind_description(shown, returned, &mut readings)?,
            Output::Value(value) => secret.bind_value(value, &mut readings),
            Output::Versions(page) => secret.bind_page(operation, page, &mut readings)?,
            Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => {}
        }
        Ok(readings)
    }
}

impl Secret {
    fn bind_description(
        &mut self,
        shown: &Description,
        returned: Duration,
        readings: &mut Vec<Reading>,
    ) -> Result<(), Contradiction> {
        if !shown.hides_versions {
            self.bind_described(shown, readings)?;
        }
        let rotation = &mut self.rotation;
        let rules = shown.rotation_rules.clone().unwrap_or_default();
        rotation.configured |= shown.rotation_enabled == Some(true);
        rotation.enabled.bind(shown.rotation_enabled.unwrap_or(false));
        rotation.function.bind(shown.rotation_lambda_arn.clone().filter(|arn| !arn.is_empty()));
        if open_point(&rotation.duration) == Some(RuleId::Conf009) {
            let choice =
                if rules.duration.is_some() { "a Duration left out is kept" } else { "a Duration left out goes" };
            readings.push(Reading::new(RuleId::Conf009, choice));
        }
        // Beside an expression it is computed, and may not be there yet.
        if rules.schedule_expression.is_none() || rules.automatically_after_days.is_some() {
            rotation.days.bind(rules.automatically_after_days);
        }
        rotation.duration.bind(rules.duration.filter(|text| !text.is_empty()));
        rotation.schedule.bind(rules.schedule_expression.filter(|text| !text.is_empty()));
        self.dates.bind_changed(shown.last_changed_date, returned);
        Ok(())
    }

    /// The labels and versions of a description.
    fn bind_described(&mut self, shown: &Description, readings: &mut Vec<Reading>) -> Result<(), Contradiction> {
        let empty = BTreeMap::new();
        let map = shown.version_ids_to_stages.as_ref().unwrap_or(&empty);
        let holders = holders(map.iter().map(|(id, labels)| (id, labels.as_slice())))?;
        self.bind_holders(&holders, readings, |_| true);
        self.unnamed.bind(());
        self.strangers.undescribed = false;
        let is_pending_elsewhere =
            holders.get(&Label::Pending).is_some_and(|id| holders.get(&Label::Current) != Some(id));
        self.rotation.may_be_unfinished &= is_pending_elsewhere;
        Ok(())
    }

    /// Binds the labels for which the answer is decisive.
    fn bind_holders(
        &mut self,
        holders: &BTreeMap<&Label, &VersionId>,
        readings: &mut Vec<Reading>,
        decides: impl Fn(&LabelCell) -> bool,
    ) {
        for cell in &mut self.labels {
            let shown = holders.get(&cell.label).copied();
            if shown.is_some() || decides(cell) {
                readings.extend(reading_of(cell, shown));
                if cell.holder.is_open() {
                    cell.holder.by = cell.holder.by.and_then(Provenance::once_shown);
                }
                cell.holder.bind(shown.cloned());
            }
        }
        self.had_current |= holders.contains_key(&Label::Current);
        for (label, id) in holders {
            if self.label(label).is_none() {
                let holder = Cell::shown(Some((*id).clone()));
                self.labels.push(LabelCell { label: (*label).clone(), holder, put_by: Origin::Unknown });
            }
            self.know_version(id);
        }
    }

    /// An id that the model has not seen before stands for a version of which nothing is known.
    fn know_version(&mut self, id: &VersionId) {
        if self.version(id).is_none() {
            self.add_version(Version::unknown(id));
            if let Some(closed) = &mut self.closed {
                closed.value = closed.value.saturating_sub(1);
            }
        }
    }

    fn bind_value(&mut self, shown: &SecretValue, readings: &mut Vec<Reading>) {
        let Some(id) = &shown.version_id else { return };
        let labels = shown.version_stages.as_deref().unwrap_or_default();
        let holders: BTreeMap<_, _> = labels.iter().map(|label| (label, id)).collect();
        self.bind_holders(&holders, readings, |cell| {
            cell.holder.required().is_some_and(|holder| holder.as_ref() == Some(id))
        });
        self.know_version(id);
        if let (Some(value), Some(version)) =
            (entry_value(shown), self.versions.iter_mut().find(|version| version.id == *id))
        {
            version.content.bind(Content::Value(value));
            version.created = version.created.or(shown.created_date);
        }
    }

    fn bind_page(
        &mut self,
        operation: &Operation,
        page: &VersionPage,
        readings: &mut Vec<Reading>,
    ) -> Result<(), Contradiction> {
        let entries = || page.versions.iter().flatten().filter_map(|entry| Some((entry.version_id.as_ref()?, entry)));
        let holders = holders(entries().map(|(id, entry)| (id, entry.version_stages.as_deref().unwrap_or_default())))?;
        self.bind_holders(&holders, readings, |_| false);
        for (id, entry) in entries() {
            self.know_version(id);
            if let Some(version) = self.versions.iter_mut().find(|version| version.id == *id) {
                version.created = version.created.or(entry.created_date);
            }
        }
        self.strangers.unlisted &= !is_whole_list(operation, page);
        self.remember_page(operation, page);
        Ok(())
    }

    fn remember_page(&mut self, operation: &Operation, page: &VersionPage) {
        let Operation::ListSecretVersionIds(request) = operation else { return };
        let before = self.listing.take().filter(|listing| Some(&listing.next_token) == request.next_token.as_ref());
        let Some(next_token) = &page.next_token else { return };
        let mut seen = before.map_or_else(Vec::new, |listing| listing.seen);
        seen.extend(page.versions.iter().flatten().filter_map(|entry| entry.version_id.clone()));
        let include_deprecated = request.include_deprecated == Some(true);
        self.listing = Some(Listing { next_token: next_token.clone(), seen, include_deprecated });
    }
}

/// Whether a page lists every version that has a value.
fn is_whole_list(operation: &Operation, page: &VersionPage) -> bool {
    let is_first = matches!(
        operation,
        Operation::ListSecretVersionIds(request)
            if request.next_token.is_none() && request.include_deprecated == Some(true)
    );
    is_first && page.next_token.is_none()
}

/// Which version each label is on.
fn holders<'a>(
    entries: impl Iterator<Item = (&'a VersionId, &'a [Label])>,
) -> Result<BTreeMap<&'a Label, &'a VersionId>, Contradiction> {
    let mut holders = BTreeMap::new();
    for (id, labels) in entries {
        for label in labels {
            if holders.insert(label, id).is_some_and(|other| other != id) {
                return Err(Contradiction);
            }
        }
    }
    Ok(holders)
}

/// The open point that leaves a content open.
fn open_point<T>(cell: &Cell<T>) -> Option<RuleId> {
    cell.by.filter(|_| cell.is_open()).and_then(Provenance::open_point)
}

/// The open point that a shown label settles.
fn reading_of(cell: &LabelCell, shown: Option<&VersionId>) -> Option<Reading> {
    let rule = open_point(&cell.holder)?;
    let label = match &cell.label {
        Label::Custom(_) => "a custom label",
        known => known.as_str(),
    };
    let choice = match (shown, &cell.holder.value) {
        (None, _) => "goes",
        (Some(id), Some(usual)) if id == usual => "stays",
        (Some(_), None) => "stays",
        (Some(_), Some(_)) => "is on another version",
    };
    Some(Reading::new(rule, format!("{label} {choice}")))
}
