//! A steered case that grows, and what would be known of its secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::effect::EffectKey;
use super::super::generate::Generator;
use super::merit::{Merit, Seen};
use super::{Met, OVERHEAD};
use crate::model::{Body, Fact, Operation, Outcome, Request, Setting, Text, World, outcomes};

/// A steered case under way.
pub(super) struct Draft {
    pub(super) generator: Generator,
    /// What is known of each secret by name, open where the rules leave something open and no answer has shown it.
    known: BTreeMap<Text, World>,
    /// What the calls have done to each secret, with the numbers of the calls.
    pub(super) stories: BTreeMap<Text, Vec<(u32, EffectKey)>>,
    pub(super) met: Met,
    /// The same in order.
    pub(super) taken: Vec<Merit>,
    /// What was written and not read since, with the secret.
    unread: Vec<(Text, Vec<Merit>)>,
    pub(super) worth: i64,
}

impl Draft {
    pub(super) fn new(generator: Generator) -> Self {
        let (known, stories) = (BTreeMap::new(), BTreeMap::new());
        Self { generator, known, stories, met: Met::default(), taken: Vec::new(), unread: Vec::new(), worth: 0 }
    }

    /// What it is worth for each call.
    pub(super) fn rate(&self) -> i64 {
        self.worth / (i64::from(self.last_call()) + OVERHEAD)
    }

    fn last_call(&self) -> u32 {
        u32::try_from(self.generator.steps.len()).unwrap_or(u32::MAX)
    }

    /// Takes a step.
    pub(super) fn push(&mut self, request: Request, seen: Seen) {
        let Seen { secret, written, effect, mut next, .. } = seen;
        let (request, answer) = self.generator.push(request);
        if let Body::Output(output) = &answer.body {
            // The reference service contradicts itself nowhere.
            let _ = next.bind(&request.operation, output, false, Duration::ZERO);
        }
        self.known.insert(secret.clone(), next);
        if !written.is_empty() {
            self.unread.push((secret.clone(), written));
        }
        let call = self.last_call();
        self.stories.entry(secret).or_default().extend(effect.map(|effect| (call, effect)));
    }

    pub(super) fn unread_of(&self, secret: &Text) -> impl Iterator<Item = &[Merit]> {
        self.unread.iter().filter(move |(of, _)| of == secret).map(|(_, traits)| &traits[..])
    }

    pub(super) fn drain_unread(&mut self, secret: &Text) -> Vec<Vec<Merit>> {
        self.unread.extract_if(.., |(of, _)| of == secret).map(|(_, traits)| traits).collect()
    }

    /// What the answer to a request decides, and what is known of the secret then but for what the answer shows;
    /// `usual` is what the service does.
    pub(super) fn facts(&self, name: &Text, request: &Request, usual: &Outcome) -> (Vec<Fact>, World) {
        let known = self.known.get(name).cloned().unwrap_or_else(|| World::unused(name.clone()));
        if matches!(request.operation, Operation::BatchGetSecretValue(_) | Operation::ListSecrets(_)) {
            return (usual.facts.clone(), known);
        }
        let functions = self.generator.bindings.functions();
        let setting = Setting::foreseen(self.last_call() + 1, request.operation.action(), &functions);
        let is_alike = |outcome: &Outcome| outcome.is_accepted() == usual.is_accepted();
        match outcomes(&known, request, &setting).into_iter().find(is_alike) {
            Some(outcome) => (outcome.facts, outcome.next.unwrap_or(known)),
            None => (usual.facts.clone(), known),
        }
    }
}
