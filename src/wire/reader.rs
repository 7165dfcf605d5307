//! Reading members one by one: what was understood, and beside it what departs from the form of the service.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::date::from_iso;
use crate::model::{
    Departure, Label, RotationRules, SecretBinary, SecretString, Tag, Text, Timestamp, VersionEntry, VersionId,
};

/// The members of one JSON object.
pub(super) type Members = Map<String, Value>;

/// Numbers above this are milliseconds: as seconds they lie in the year 5138.
const LATEST_SECONDS: f64 = 1e11;

/// Where a member stands: the objects and lists around it, for instance `Versions[].`, and its name.
#[derive(Clone, Copy)]
pub(super) struct At<'a>(pub(super) &'static str, pub(super) &'a str);

/// How many members that the shape does not have are noted of one answer. Of all other departures there are no more than
/// the shape has members.
const MOST_EXTRA: usize = 20;

/// Collects departures while members are read; each is noted once, however many entries of a list show it.
#[derive(Default)]
pub(super) struct Reader {
    departures: Vec<Departure>,
    /// How many of them are members that the shape does not have.
    extra: usize,
    /// How many versions and labels were read.
    labelled: usize,
}

impl Reader {
    pub(super) fn into_departures(self) -> Vec<Departure> {
        self.departures
    }

    pub(super) fn note(&mut self, departure: Departure) {
        if !self.departures.contains(&departure) {
            self.departures.push(departure);
        }
    }

    /// How many versions and labels were read, each as often as it is told.
    pub(super) const fn labelled(&self) -> usize {
        self.labelled
    }

    fn without_value(&mut self, at: At<'_>, found: &'static str) {
        self.note(Departure::WithoutValue(format!("{}{}", at.0, at.1), found));
    }

    fn wrong_shape(&mut self, at: At<'_>) {
        self.note(Departure::WrongShape(format!("{}{}", at.0, at.1)));
    }

    /// A member that the shape does not have.
    pub(super) fn extra(&mut self, at: At<'_>) {
        if self.extra < MOST_EXTRA {
            let before = self.departures.len();
            self.note(Departure::ExtraMember(format!("{}{}", at.0, at.1)));
            self.extra += self.departures.len() - before;
        }
    }

    /// A member of the shape that no rule judges, except that it should have a value.
    pub(super) fn unjudged(&mut self, at: At<'_>, value: &Value) {
        match value {
            Value::Null => self.without_value(at, "null"),
            Value::String(text) if text.is_empty() => self.without_value(at, "\"\""),
            Value::Array(items) if items.is_empty() => self.without_value(at, "[]"),
            Value::Object(members) if members.is_empty() => self.without_value(at, "{}"),
            _ => {}
        }
    }

    /// What `known` makes of a member; `None`, and noted, if it is null or `known` makes nothing of it.
    fn known<T>(&mut self, at: At<'_>, value: Value, known: impl FnOnce(Value) -> Option<T>) -> Option<T> {
        if value.is_null() {
            self.without_value(at, "null");
            return None;
        }
        let known = known(value);
        if known.is_none() {
            self.wrong_shape(at);
        }
        known
    }

    /// Text that may be empty.
    pub(super) fn string(&mut self, at: At<'_>, value: Value) -> Option<String> {
        self.known(at, value, |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// Text; empty text is no value.
    pub(super) fn text(&mut self, at: At<'_>, value: Value) -> Option<Text> {
        let text = self.string(at, value)?;
        if text.is_empty() {
            self.without_value(at, "\"\"");
            return None;
        }
        Some(text.into())
    }

    pub(super) fn flag(&mut self, at: At<'_>, value: Value) -> Option<bool> {
        let flag = self.known(at, value, |value| value.as_bool());
        if flag == Some(false) {
            self.without_value(at, "false");
        }
        flag
    }

    fn integer(&mut self, at: At<'_>, value: Value) -> Option<i64> {
        self.known(at, value, |value| value.as_i64())
    }

    /// A date; one that is no number of seconds is noted, and read where that is possible.
    pub(super) fn date(&mut self, at: At<'_>, value: &Value) -> Option<Timestamp> {
        let date = match value {
            Value::Null | Value::Array(_) | Value::Object(_) | Value::Bool(_) => None,
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok().or_else(|| from_iso(text).map(|date| date.0)),
        }
        .filter(|seconds: &f64| seconds.is_finite());
        match (value, date) {
            (Value::Null, _) => self.without_value(at, "null"),
            (Value::String(text), _) if text.is_empty() => self.without_value(at, "\"\""),
            (Value::Number(_), Some(seconds)) if seconds <= LATEST_SECONDS => {}
            _ => self.note(Departure::NotADate(format!("{}{}", at.0, at.1))),
        }
        date.map(|seconds| Timestamp(if seconds > LATEST_SECONDS { seconds / 1000.0 } else { seconds }))
    }

    /// The text of a secret, which may be empty.
    pub(super) fn secret_string(&mut self, at: At<'_>, value: Value) -> Option<SecretString> {
        self.string(at, value).map(|text| text.as_str().into())
    }

    pub(super) fn secret_binary(&mut self, at: At<'_>, value: Value) -> Option<SecretBinary> {
        let text = self.text(at, value)?;
        let bytes = SecretBinary::from_base64(&text);
        if bytes.is_none() {
            self.note(Departure::NotBase64);
        }
        bytes
    }

    /// The members of a nested object.
    fn object(&mut self, at: At<'_>, value: Value) -> Option<Members> {
        let members = self.known(at, value, |value| match value {
            Value::Object(members) => Some(members),
            _ => None,
        })?;
        if members.is_empty() {
            self.without_value(at, "{}");
        }
        Some(members)
    }

    /// A list of what `item` reads; one item that it cannot read spoils the list.
    fn list<T>(
        &mut self,
        at: At<'_>,
        value: Value,
        mut item: impl FnMut(&mut Self, Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.known(at, value, |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })?;
        let items: Option<Vec<T>> = items.into_iter().map(|value| item(self, value)).collect();
        if items.is_none() {
            self.wrong_shape(at);
        }
        items
    }

    /// A list that the service leaves out when it is empty.
    fn filled<T>(&mut self, at: At<'_>, list: Option<Vec<T>>) -> Option<Vec<T>> {
        if list.as_ref().is_some_and(Vec::is_empty) {
            self.without_value(at, "[]");
        }
        list
    }

    pub(super) fn labels(&mut self, at: At<'_>, value: Value) -> Option<Vec<Label>> {
        let labels = self.list(at, value, |_, item| item.as_str().map(Label::from));
        self.labelled += labels.as_ref().map_or(0, Vec::len);
        self.filled(at, labels)
    }

    pub(super) fn texts(&mut self, at: At<'_>, value: Value) -> Option<Vec<Text>> {
        let texts = self.list(at, value, |_, item| item.as_str().map(Text::from));
        self.filled(at, texts)
    }

    /// The versions of a page.
    pub(super) fn versions(
        &mut self,
        at: At<'_>,
        value: Value,
        entry: impl FnMut(&mut Self, Members) -> VersionEntry,
    ) -> Option<Vec<VersionEntry>> {
        let versions = self.page(at, value, entry);
        self.labelled += versions.as_ref().map_or(0, Vec::len);
        versions
    }

    /// A list of objects that the service sends even when it is empty: the content of a page.
    pub(super) fn page<T>(
        &mut self,
        at: At<'_>,
        value: Value,
        mut entry: impl FnMut(&mut Self, Members) -> T,
    ) -> Option<Vec<T>> {
        self.list(at, value, |reader, item| match item {
            Value::Object(members) => Some(entry(reader, members)),
            _ => None,
        })
    }

    /// `Tags`; the text of a tag may be empty.
    pub(super) fn tags(&mut self, at: At<'_>, inside: &'static str, value: Value) -> Option<Vec<Tag>> {
        let tags = self.page(at, value, |reader, members| {
            let mut tag = Tag::default();
            for (name, value) in members {
                let at = At(inside, &name);
                match name.as_str() {
                    "Key" => tag.key = reader.string(at, value).map(Into::into),
                    "Value" => tag.value = reader.string(at, value).map(Into::into),
                    _ => reader.extra(at),
                }
            }
            tag
        });
        self.filled(at, tags)
    }

    pub(super) fn rotation_rules(&mut self, at: At<'_>, inside: &'static str, value: Value) -> Option<RotationRules> {
        let mut rules = RotationRules::default();
        for (name, value) in self.object(at, value)? {
            let at = At(inside, &name);
            match name.as_str() {
                "AutomaticallyAfterDays" => rules.automatically_after_days = self.integer(at, value),
                "Duration" => rules.duration = self.text(at, value),
                "ScheduleExpression" => rules.schedule_expression = self.text(at, value),
                _ => self.extra(at),
            }
        }
        Some(rules)
    }

    /// A map whose values are lists of labels, by version id; a list that is empty has no value of its own.
    pub(super) fn label_map(
        &mut self,
        at: At<'_>,
        inside: &'static str,
        value: Value,
    ) -> Option<BTreeMap<VersionId, Vec<Label>>> {
        let members = self.object(at, value)?;
        self.labelled += members.len();
        let labelled = members.into_iter().filter_map(|(version_id, labels)| {
            let labels = self.labels(At(inside, "[]"), labels)?;
            Some((version_id.into(), labels))
        });
        Some(labelled.collect())
    }
}
