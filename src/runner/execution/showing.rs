//! What was sent and answered, with placeholders for what the execution generated.

use super::{Execution, Sighting, Step};
use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{Operation, Request};
use crate::runner::shown::{Shown, departures};

/// The request with the placeholder of its page again: the token itself says nothing.
pub(super) fn with_page_of(asked: &Request, mut shown: Request) -> Request {
    if let (Operation::ListSecretVersionIds(asked), Operation::ListSecretVersionIds(shown)) =
        (&asked.operation, &mut shown.operation)
        && shown.next_token.is_some()
    {
        shown.next_token.clone_from(&asked.next_token);
    }
    shown
}

impl<E: Endpoint> Execution<'_, E> {
    /// The request with placeholders again, roles resolved.
    pub(super) fn placed(&self, request: &Request) -> Request {
        let text = serde_json::to_string(request).unwrap_or_default();
        serde_json::from_str(&self.symbolize(&text)).unwrap_or_else(|_| request.clone())
    }

    /// The answer with placeholders, and with the length alone of any value that this execution did not store.
    pub(super) fn placed_answer(&self, reply: &Reply) -> Shown {
        let shown = Shown::of(reply, &|value| self.stored.iter().any(|stored| stored == value));
        let text = serde_json::to_string(&shown).unwrap_or_default();
        serde_json::from_str(&self.symbolize(&text)).unwrap_or(shown)
    }

    /// The request, which has placeholders, and what came of it; without labels.
    pub(super) fn shown(&self, request: &Request, reply: &Reply) -> Step {
        let departures = departures(reply).to_vec();
        Step {
            request: request.clone(),
            answer: self.placed_answer(reply),
            departures,
            labels: Vec::new(),
            journal: Vec::new(),
        }
    }

    /// The labels of each secret, as the model has them.
    pub(super) fn labels(&self) -> Vec<String> {
        let worlds = self.bindings.names().filter_map(|(_, name)| {
            let secret = self.judge.world(name)?.secret.as_ref()?;
            let labels = secret.labels.iter().filter_map(|cell| match cell.holder.get() {
                Some(Some(id)) => Some(format!("{} {}", cell.label, id)),
                Some(None) => None,
                None => Some(format!("{} ?", cell.label)),
            });
            let labels = labels.collect::<Vec<_>>().join(", ");
            Some(format!("{name}: {}", if labels.is_empty() { "no labels" } else { &labels }))
        });
        worlds.map(|line| self.symbolize(&line)).collect()
    }

    /// The text with placeholders for what this execution generated, and names for the versions that it did not.
    pub(super) fn symbolize(&self, text: &str) -> String {
        self.versions.name(&self.bindings.symbolize(text))
    }

    /// Turns what this execution generated back into placeholders.
    pub(super) fn symbolize_violations(&mut self) {
        let (bindings, versions) = (&self.bindings, &self.versions);
        let symbolize = |text: &mut String| *text = versions.name(&bindings.symbolize(text));
        for Sighting { violation, .. } in &mut self.trace.sightings {
            symbolize(&mut violation.expected);
            symbolize(&mut violation.observed);
            for exclusion in &mut violation.excluded {
                symbolize(&mut exclusion.world);
                exclusion.unmet.iter_mut().for_each(|(_, unmet)| symbolize(unmet));
            }
        }
    }
}
