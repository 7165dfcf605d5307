//! Version ids that stand for tokens.
//!
//! An endpoint that names the version of an accepted request by an id of its own is told so (ROT-IDEM-001). What else it
//! does right or wrong shows all the same, if that id is taken for the token from then on: in what it answers, and in what
//! it is asked for.

use std::collections::BTreeMap;

use crate::model::{Answer, Body, Operation, Output, Receipt, Text, VersionId};

/// By secret name, the ids that stand for tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases(BTreeMap<Text, OfSecret>);

/// Of one secret.
#[derive(Clone, Debug, Default)]
pub(super) struct OfSecret {
    tokens: BTreeMap<VersionId, Text>,
}

impl OfSecret {
    /// The same, and one more.
    pub(super) fn with(&self, Alias { id, token }: Alias) -> Self {
        let mut more = self.clone();
        more.tokens.insert(id, token);
        more
    }

    fn token(&self, id: &VersionId) -> Option<&Text> {
        self.tokens.get(id)
    }

    fn id(&self, token: &Text) -> Option<&VersionId> {
        self.tokens.iter().find(|(_, it)| *it == token).map(|(id, _)| id)
    }

    /// The request with tokens in place of ids.
    pub(super) fn read_request(&self, operation: &mut Operation) {
        for id in operation.version_ids_mut() {
            if let Some(token) = self.token(id) {
                id.clone_from(token);
            }
        }
    }

    /// The answer with tokens in place of ids.
    pub(super) fn read_answer(&self, answer: &mut Answer) {
        match &mut answer.body {
            Body::Output(output) => output.rename_versions(&|id| self.token(id).cloned()),
            // A refusal repeats the id that it was asked for.
            Body::Error(error) => {
                if let Some(message) = &mut error.message {
                    let renamed = |text: String, (id, token): (&VersionId, &Text)| text.replace(&**id, token);
                    *message = self.tokens.iter().fold(message.clone(), renamed);
                }
            }
            Body::Unreadable(_) => {}
        }
    }

    /// Whether an answer shows a version by its token, so that an id stands for it no more.
    fn is_contradicted_by(&self, answer: &Answer) -> bool {
        let Body::Output(output) = &answer.body else { return false };
        self.tokens.values().any(|token| output.shows_version(token))
    }
}

/// One id that stands for a token.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    id: VersionId,
    token: Text,
}

impl Alias {
    /// What an answer would mean if its id stood for the token of the request.
    pub(super) fn of(operation: &Operation, answer: &Answer) -> Option<Self> {
        let Body::Output(Output::Receipt(Receipt { version_id: Some(id), .. })) = &answer.body else { return None };
        let token = operation.token().filter(|token| *token != id && !id.is_empty())?;
        Some(Self { id: id.clone(), token: token.clone() })
    }

    pub(super) const fn token(&self) -> &Text {
        &self.token
    }

    pub(super) const fn id(&self) -> &VersionId {
        &self.id
    }
}

impl Aliases {
    /// Those of one secret, if there are any.
    pub(super) fn of(&self, name: &str) -> Option<&OfSecret> {
        self.0.get(name)
    }

    /// Takes one more for true.
    pub(super) fn take(&mut self, name: &Text, alias: Alias) {
        let known = self.0.entry(name.clone()).or_default();
        *known = known.with(alias);
    }

    /// Forgets those of a secret whose tokens an answer shows as version ids all the same.
    pub(super) fn check(&mut self, name: &str, answer: &Answer) {
        if self.0.get(name).is_some_and(|known| known.is_contradicted_by(answer)) {
            self.0.remove(name);
        }
    }

    /// Makes a request name versions as the endpoint does.
    pub(super) fn write_request(&self, name: &str, operation: &mut Operation) {
        let Some(known) = self.of(name) else { return };
        for token in operation.version_ids_mut() {
            if let Some(id) = known.id(token) {
                token.clone_from(id);
            }
        }
    }

    /// An answer about several secrets, with tokens in place of ids.
    pub(super) fn read_entries(&self, answer: &mut Answer) {
        let of = |name: &Option<Text>| name.as_ref().and_then(|name| self.of(name));
        match &mut answer.body {
            Body::Output(Output::Batch(batch)) => {
                for entry in batch.secret_values.iter_mut().flatten() {
                    if let Some(token) = of(&entry.name).and_then(|known| known.token(entry.version_id.as_ref()?)) {
                        entry.version_id = Some(token.clone());
                    }
                }
            }
            Body::Output(Output::Secrets(page)) => {
                for entry in page.secret_list.iter_mut().flatten() {
                    if let Some(known) = of(&entry.name) {
                        entry.rename_versions(&|id| known.token(id).cloned());
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
