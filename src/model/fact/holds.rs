//! Whether a claim holds in an answer; `None` if the answer cannot decide it.

use std::collections::{BTreeMap, BTreeSet};

use super::Claim;
use super::member::{arn, name};
use crate::model::{
    Answer, BatchError, Body, Description, ErrorType, Label, Output, Receipt, RotationRules, SecretValue, ServiceError,
    Text, Timestamp, Value, VersionId, VersionPage, identifier,
};

impl Claim {
    /// Whether the claim holds; `None` if the answer cannot decide it.
    #[must_use]
    pub fn holds(&self, answer: &Answer) -> Option<bool> {
        match &answer.body {
            Body::Output(output) => self.holds_of_output(output, answer.partial),
            Body::Error(error) => self.holds_of_error(error, answer),
            // It is neither an acceptance nor a refusal, and says nothing else.
            Body::Unreadable(_) => matches!(self, Self::Accepted | Self::NoFault).then_some(false),
        }
    }

    fn holds_of_error(&self, error: &ServiceError, answer: &Answer) -> Option<bool> {
        let is_client_error = answer.form.status < 500;
        match self {
            Self::Accepted => Some(false),
            Self::Found => {
                Some(*answer.error_type()? != ErrorType::ResourceNotFoundException || is_about_a_version(error))
            }
            Self::NoFault => Some((400..500).contains(&answer.form.status)),
            Self::Refused => is_client_error.then_some(true),
            Self::ErrorType(types) => Some(types.contains(answer.error_type().filter(|_| is_client_error)?)),
            Self::Message(text) => required(error.message.as_deref(), &**text, answer.partial),
            // Claims about what an accepted request shows.
            Self::Label(..)
            | Self::Listed(..)
            | Self::OnlyVersions { .. }
            | Self::OnlyLabels(_)
            | Self::PageRepeats(_)
            | Self::LastPage(_)
            | Self::NotShown(_)
            | Self::Unlisted(_)
            | Self::Enabled(_)
            | Self::Function(_)
            | Self::Days(_)
            | Self::ComputedDays(_)
            | Self::Duration(_)
            | Self::Schedule(_)
            | Self::Value(_)
            | Self::Version(_)
            | Self::HasLabel(..)
            | Self::VersionId(_)
            | Self::VersionStages(_)
            | Self::Arn(_)
            | Self::ArnOf(_)
            | Self::ArnForm(_)
            | Self::ArnUnlike(_)
            | Self::Name(_)
            | Self::Present(_)
            | Self::Missing(_)
            | Self::DeletionDate(..)
            | Self::DeletedDate(..)
            | Self::NextAtEndOf(_)
            | Self::CreatedDate(_)
            | Self::ChangedSince(_)
            | Self::ChangedAfter(_)
            | Self::AccessedAtMidnight
            | Self::OneValue
            | Self::NoEmptyEntry
            | Self::BatchValue(..)
            | Self::BatchHas(_)
            | Self::BatchError(_)
            | Self::BatchErrorCode(..) => None,
        }
    }

    fn holds_of_output(&self, output: &Output, partial: bool) -> Option<bool> {
        match self {
            Self::Accepted | Self::Found => Some(true),
            Self::Refused => Some(false),
            Self::NoFault | Self::ErrorType(_) | Self::Message(_) => None,
            Self::Label(label, holder) => label_is_at(output, label, holder.as_ref(), partial),
            Self::Listed(id, listed) => Some(lists(last_page(output)?, id) == *listed),
            Self::OnlyVersions { known, others } => Some(strange_ids(output, known)?.len() <= *others),
            Self::OnlyLabels(known) => Some(strange_labels(output, known)?.next().is_none()),
            Self::NotShown(id) => Some(shown_ids(output)?.all(|shown| shown != id)),
            Self::Unlisted(id) => Some(!lists(page(output)?, id)),
            Self::PageRepeats(before) => Some(!shown_ids(output)?.any(|id| before.contains(id))),
            Self::LastPage(missing) => last_page(output).map(|page| missing.iter().all(|id| lists(page, id))),
            Self::Enabled(enabled) => is_enabled(description(output)?, *enabled, partial),
            Self::Function(arn) => is_text(description(output)?.rotation_lambda_arn.as_ref(), arn.as_ref(), partial),
            Self::Days(days) => of_rules(output, partial, |rules| rules.automatically_after_days == *days),
            Self::ComputedDays(days) => {
                Some(description(output)?.rotation_rules.as_ref()?.automatically_after_days? == *days)
            }
            Self::Duration(text) => of_rules(output, partial, |it| given(it.duration.as_ref()) == text.as_ref()),
            Self::Schedule(text) => {
                of_rules(output, partial, |rules| given(rules.schedule_expression.as_ref()) == text.as_ref())
            }
            Self::Value(expected) => value_is(output, expected, partial),
            Self::Version(id) => required(value(output)?.version_id.as_ref(), id, partial),
            Self::HasLabel(label, id) => has_label(value(output)?, label, id),
            Self::BatchValue(name, expected) => {
                Some(batch_values(output)?.any(|it| is_named(it, name) && entry_value(it).as_ref() == Some(expected)))
            }
            Self::BatchHas(name) => Some(batch_values(output)?.any(|entry| is_named(entry, name))),
            Self::BatchError(id) => Some(batch_errors(output, id)?.next().is_some()),
            Self::BatchErrorCode(id, expected) => {
                Some(batch_errors(output, id)?.next()?.error_code.as_deref() == Some(expected.as_str()))
            }
            Self::Arn(expected) => required(arn(output)?, expected, partial),
            Self::ArnOf(name) => arn(output)?.map(|arn| arn.contains(&**name)),
            Self::ArnForm(name) => arn(output)?.map(|arn| has_arn_form(arn, name)),
            Self::ArnUnlike(former) => arn(output)?.map(|arn| !former.contains(arn)),
            Self::Name(expected) => required(name(output)?, expected, partial),
            Self::VersionId(expected) => is_text(receipt(output)?.version_id.as_ref(), expected.as_ref(), partial),
            Self::VersionStages(expected) => Some(are_same(receipt(output)?.version_stages.as_deref()?, expected)),
            Self::Present(member) => member.is_present(output).filter(|is_present| optional(*is_present, partial)),
            Self::Missing(member) => member.is_present(output).map(|is_present| !is_present),
            Self::DeletionDate(expected, slack_seconds) => {
                Some(receipt(output)?.deletion_date?.distance_seconds(*expected) <= *slack_seconds)
            }
            Self::DeletedDate(expected, slack_seconds) => {
                Some(description(output)?.deleted_date?.distance_seconds(*expected) <= *slack_seconds)
            }
            Self::NextAtEndOf(seconds) => Some(is_last_second_of(description(output)?.next_rotation_date?, *seconds)),
            Self::CreatedDate(expected) => Some(value(output)?.created_date?.distance_seconds(*expected) < 1.5),
            Self::ChangedSince(earliest) => Some(changed(output)?.0.floor() >= earliest.0.floor()),
            Self::ChangedAfter(earlier) => Some(changed(output)?.0 > earlier.0),
            Self::AccessedAtMidnight => {
                Some(description(output)?.last_accessed_date?.0.rem_euclid(Timestamp::DAY) == 0.0)
            }
            Self::OneValue => value(output).filter(|_| !partial).map(has_one_value),
            Self::NoEmptyEntry => description(output)?.version_ids_to_stages.as_ref().map(has_no_empty_entry),
        }
    }
}

/// Whether something was not found in a secret that was: the texts of the service speak then of a value, a label or a
/// version (ROT-ERR-013).
fn is_about_a_version(error: &ServiceError) -> bool {
    let text = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    ["secret value", "staging label", "version"].iter().any(|part| text.contains(part))
}

/// Whether a member that may be left out is known from this answer.
const fn optional(present: bool, partial: bool) -> bool {
    present || !partial
}

/// Whether a text that may be left out is this.
fn is_text(shown: Option<&Text>, expected: Option<&Text>, partial: bool) -> Option<bool> {
    optional(shown.is_some(), partial).then(|| given(shown) == expected)
}

fn is_enabled(shown: &Description, expected: bool, partial: bool) -> Option<bool> {
    optional(shown.rotation_enabled.is_some(), partial).then(|| shown.rotation_enabled.unwrap_or(false) == expected)
}

/// An empty text counts as no value (ROT-WIRE-008).
fn given(text: Option<&Text>) -> Option<&Text> {
    text.filter(|text| !text.is_empty())
}

fn required<T: PartialEq + ?Sized>(shown: Option<&T>, expected: &T, partial: bool) -> Option<bool> {
    match shown {
        None if partial => None,
        shown => Some(shown == Some(expected)),
    }
}

fn description(output: &Output) -> Option<&Description> {
    if let Output::Description(shown) = output { Some(shown) } else { None }
}

const fn receipt(output: &Output) -> Option<&Receipt> {
    if let Output::Receipt(receipt) = output { Some(receipt) } else { None }
}

fn value(output: &Output) -> Option<&SecretValue> {
    if let Output::Value(value) = output { Some(value) } else { None }
}

fn page(output: &Output) -> Option<&VersionPage> {
    if let Output::Versions(page) = output { Some(page) } else { None }
}

/// Whether a date is in the last of so many seconds, counted anew from each midnight in UTC.
fn is_last_second_of(date: Timestamp, seconds: u32) -> bool {
    let since = date.0.floor().rem_euclid(f64::from(seconds));
    (since - f64::from(seconds) + 1.0).abs() < 0.5
}

/// The page after which there is no other.
fn last_page(output: &Output) -> Option<&VersionPage> {
    if let Output::Versions(page) = output { Some(page).filter(|page| page.next_token.is_none()) } else { None }
}

/// Whether something is so of the rotation rules; those left out are like those without members.
fn of_rules(output: &Output, partial: bool, is_so: impl Fn(&RotationRules) -> bool) -> Option<bool> {
    let shown = description(output)?.rotation_rules.as_ref();
    optional(shown.is_some(), partial).then(|| shown.map_or_else(|| is_so(&RotationRules::default()), &is_so))
}

fn changed(output: &Output) -> Option<Timestamp> {
    description(output)?.last_changed_date
}

fn batch_values(output: &Output) -> Option<impl Iterator<Item = &SecretValue>> {
    let Output::Batch(batch) = output else { return None };
    Some(batch.secret_values.iter().flatten())
}

fn is_named(entry: &SecretValue, name: &Text) -> bool {
    entry.name.as_ref() == Some(name)
}

/// What a batch says of this identifier among its errors.
fn batch_errors<'a>(output: &'a Output, id: &Text) -> Option<impl Iterator<Item = &'a BatchError>> {
    let Output::Batch(batch) = output else { return None };
    Some(batch.errors.iter().flatten().filter(move |error| error.secret_id.as_ref() == Some(id)))
}

const fn has_one_value(value: &SecretValue) -> bool {
    value.secret_string.is_some() != value.secret_binary.is_some()
}

fn has_no_empty_entry(map: &BTreeMap<VersionId, Vec<Label>>) -> bool {
    map.values().all(|labels| !labels.is_empty())
}

/// Whether the version that is read has the label, where it is not the version of this id.
fn has_label(value: &SecretValue, label: &Label, id: &VersionId) -> Option<bool> {
    let labels = value.version_stages.as_ref().filter(|_| value.version_id.as_ref() != Some(id));
    labels.map(|labels| labels.contains(label))
}

fn are_same(labels: &[Label], others: &[Label]) -> bool {
    labels.iter().collect::<BTreeSet<_>>() == others.iter().collect::<BTreeSet<_>>()
}

fn has_arn_form(arn: &str, name: &str) -> bool {
    let resource = identifier::resource_of(arn);
    resource
        .and_then(|resource| resource.strip_prefix(name))
        .is_some_and(|suffix| suffix.len() == identifier::SUFFIX_LENGTH && identifier::ends_like_an_arn(suffix))
}

fn label_is_at(output: &Output, label: &Label, holder: Option<&VersionId>, partial: bool) -> Option<bool> {
    match output {
        Output::Description(shown) if shown.hides_versions => None,
        Output::Description(shown) => {
            let Some(map) = &shown.version_ids_to_stages else { return (!partial).then_some(holder.is_none()) };
            let mut holders = map.iter().filter(|(_, labels)| labels.contains(label)).map(|(id, _)| id);
            Some(holders.next() == holder && holders.next().is_none())
        }
        Output::Versions(page) => {
            let mut decided = holder.is_none().then_some(true);
            for entry in page.versions.iter().flatten() {
                let has = entry.version_stages.as_ref().is_some_and(|labels| labels.contains(label));
                let should = entry.version_id.as_ref() == holder && holder.is_some();
                match (has, should) {
                    (true, true) => decided = Some(true),
                    (false, false) => {}
                    (true, false) | (false, true) => return Some(false),
                }
            }
            decided
        }
        Output::Value(value) => {
            let id = value.version_id.as_ref()?;
            let labels = match &value.version_stages {
                None if partial => return None,
                None => &[][..],
                Some(labels) => labels,
            };
            let has = labels.contains(label);
            (has || holder == Some(id)).then_some(has == (holder == Some(id)))
        }
        Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => None,
    }
}

fn lists(page: &VersionPage, id: &VersionId) -> bool {
    page.versions.iter().flatten().any(|entry| entry.version_id.as_ref() == Some(id))
}

/// The version ids that an answer shows, if it is about versions.
#[must_use]
pub fn shown_ids(output: &Output) -> Option<impl Iterator<Item = &VersionId>> {
    let (described, listed) = match output {
        Output::Description(shown) => (shown.version_ids_to_stages.as_ref(), None),
        Output::Versions(page) => (None, page.versions.as_ref()),
        _ => return None,
    };
    let listed = listed.into_iter().flatten().filter_map(|entry| entry.version_id.as_ref());
    Some(described.into_iter().flatten().map(|(id, _)| id).chain(listed))
}

/// The ids of versions that an answer shows beyond those known, if it is about versions.
fn strange_ids<'a>(output: &'a Output, known: &[VersionId]) -> Option<BTreeSet<&'a VersionId>> {
    Some(shown_ids(output)?.filter(|id| !known.contains(id)).collect())
}

/// The labels of a client's choice that an answer shows beyond those known, if it shows the labels of versions.
#[must_use]
pub fn strange_labels<'a>(output: &'a Output, known: &'a [Label]) -> Option<impl Iterator<Item = &'a Label>> {
    let (described, listed, read) = match output {
        Output::Description(shown) if !shown.hides_versions => (shown.version_ids_to_stages.as_ref(), None, None),
        Output::Versions(page) => (None, page.versions.as_ref(), None),
        Output::Value(value) => (None, None, value.version_stages.as_ref()),
        _ => return None,
    };
    let described = described.into_iter().flatten().flat_map(|(_, labels)| labels);
    let listed = listed.into_iter().flatten().flat_map(|entry| entry.version_stages.iter().flatten());
    let shown = described.chain(listed).chain(read.into_iter().flatten());
    Some(shown.filter(|label| matches!(label, Label::Custom(_)) && !known.contains(label)))
}

fn value_is(output: &Output, expected: &Value, partial: bool) -> Option<bool> {
    let Output::Value(entry) = output else { return None };
    match entry_value(entry) {
        None if partial => None,
        shown => Some(shown.as_ref() == Some(expected)),
    }
}

/// The value of an answer, whichever member holds it.
#[must_use]
pub fn entry_value(entry: &SecretValue) -> Option<Value> {
    match (&entry.secret_string, &entry.secret_binary) {
        (Some(text), _) => Some(Value::Text(text.clone())),
        (None, Some(bytes)) => Some(Value::Bytes(bytes.clone())),
        (None, None) => None,
    }
}
