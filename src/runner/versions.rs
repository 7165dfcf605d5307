//! Names for the versions whose ids an endpoint made up: `$v1`, `$v2`, in the order in which answers show them.

use crate::model::{Answer, Body, Label, Output, VersionEntry, VersionId};

/// The shortest id that is given a name: a shorter one may be part of any word.
const SHORTEST: usize = 8;

/// How many ids are given names: more than any secret may have versions, and few enough to be looked for in every answer.
const MOST: usize = 256;

/// The ids that were seen and that no request had given.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    made_up: Vec<VersionId>,
}

impl Versions {
    /// Remembers the ids of an answer that are not of this run's tokens.
    pub(super) fn see(&mut self, answer: &Answer, is_ours: impl Fn(&VersionId) -> bool) {
        for id in ids(answer) {
            if self.made_up.len() >= MOST {
                return;
            }
            if id.len() >= SHORTEST && !self.made_up.contains(id) && !is_ours(id) {
                self.made_up.push(id.clone());
            }
        }
    }

    /// The text with names in place of ids.
    pub(super) fn name(&self, text: &str) -> String {
        let named = (1..).zip(&self.made_up);
        named.fold(text.to_owned(), |text, (number, id)| text.replace(&**id, &format!("$v{number}")))
    }
}

/// The version ids of an answer. A map of them has no order of its own; that of the labels does not depend on the ids.
fn ids<'a>(answer: &'a Answer) -> Vec<&'a VersionId> {
    let Body::Output(output) = &answer.body else { return Vec::new() };
    match output {
        Output::Receipt(receipt) => receipt.version_id.iter().collect(),
        Output::Value(value) => value.version_id.iter().collect(),
        Output::Batch(batch) => batch.secret_values.iter().flatten().filter_map(|it| it.version_id.as_ref()).collect(),
        Output::Versions(page) => {
            let entries = page.versions.iter().flatten();
            let labels = |it: &'a VersionEntry| it.version_stages.as_deref().unwrap_or_default();
            by_labels(entries.filter_map(|it| Some((labels(it), it.version_id.as_ref()?))))
        }
        Output::Description(it) => {
            by_labels(it.version_ids_to_stages.iter().flatten().map(|(id, labels)| (labels.as_slice(), id)))
        }
        Output::Secrets(_) | Output::Empty => Vec::new(),
    }
}

fn by_labels<'a>(versions: impl Iterator<Item = (&'a [Label], &'a VersionId)>) -> Vec<&'a VersionId> {
    let mut versions: Vec<_> = versions.collect();
    versions.sort_by_key(|(labels, _)| *labels);
    versions.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Description, Receipt};

    fn described(versions: &[(&str, Label)]) -> Answer {
        let map = versions.iter().map(|(id, label)| ((*id).into(), vec![label.clone()])).collect();
        Answer::output(Output::Description(Box::new(Description {
            version_ids_to_stages: Some(map),
            ..Description::default()
        })))
    }

    #[test]
    fn ids_are_numbered_as_they_are_seen_and_those_of_one_answer_by_their_labels() {
        let mut versions = Versions::default();
        let receipt = Receipt { version_id: Some("id-of-a-receipt".into()), ..Receipt::default() };
        versions.see(&Answer::output(Output::Receipt(receipt)), |_| false);
        versions.see(&described(&[("id-of-previous", Label::Previous), ("id-other", Label::Current)]), |_| false);
        assert_eq!(versions.name("id-of-previous id-other id-of-a-receipt"), "$v3 $v2 $v1");
    }

    #[test]
    fn ids_of_this_run_and_ids_that_may_be_a_part_of_a_word_have_no_name() {
        let mut versions = Versions::default();
        versions.see(&described(&[("a", Label::Current), ("id-of-ours", Label::Pending)]), |id| **id == *"id-of-ours");
        assert_eq!(versions.name("a word, id-of-ours"), "a word, id-of-ours");
    }
}
