//! Mutants: a short correct history, and one wrong answer to its last call.

use std::collections::BTreeMap;

use crate::model::{
    Answer, Body, Departure, Description, ErrorType, Label, Operation, Output, Receipt, Request, SecretValue, Text,
    Timestamp, VersionPage,
};
use crate::rule::{Class, RuleId};

use super::scene::Scene;

/// One way to break one rule.
pub(crate) struct Mutant {
    pub(crate) rule: RuleId,
    pub(crate) class: Class,
    /// The history; its last answer becomes wrong.
    pub(crate) requests: Vec<Request>,
    pub(crate) wrong: Wrong,
}

/// What is wrong with the last answer.
pub(crate) enum Wrong {
    /// The refused call is accepted.
    Accepted,
    /// The call is refused, or with another type.
    Refused(ErrorType),
    /// The HTTP status is another.
    Status(u16),
    /// The answer has another form.
    Form(Departure),
    /// The answer says something else.
    Says(fn(&mut Output, &Scene)),
}

pub(crate) use Wrong::{Accepted, Form, Refused, Says, Status};

/// A wrong answer that contract facts of this rule forbid.
pub(crate) fn contract(rule: RuleId, requests: impl Into<Vec<Request>>, wrong: Wrong) -> Mutant {
    Mutant { rule, class: Class::Contract, requests: requests.into(), wrong }
}

/// A wrong answer that fidelity facts of this rule forbid.
pub(crate) fn fidelity(rule: RuleId, requests: impl Into<Vec<Request>>, wrong: Wrong) -> Mutant {
    Mutant { rule, class: Class::Fidelity, requests: requests.into(), wrong }
}

impl Mutant {
    /// The history with its last answer made wrong.
    pub(crate) fn scene(&self) -> Scene {
        let mut scene = Scene::of(&self.requests);
        let mut answer = scene.answer().clone();
        let before = answer.clone();
        match &self.wrong {
            Accepted => answer.body = Body::Output(acceptance(&scene)),
            Refused(error_type) => {
                answer = Answer { form: answer.form, ..Answer::error(error_type.clone(), None) };
            }
            Status(status) => answer.form.status = *status,
            Form(departure) => answer.form.departures.push(departure.clone()),
            Says(edit) => match &mut answer.body {
                Body::Output(output) => edit(output, &scene),
                other => panic!("{} edits a refusal: {other:?}", self.rule),
            },
        }
        answer.form.status = match (&self.wrong, &answer.body) {
            (Accepted, _) => 200,
            (Refused(_), _) => 400,
            _ => answer.form.status,
        };
        assert_ne!(answer, before, "{} changes nothing\n{}", self.rule, scene.story());
        let was_accepted = matches!(before.body, Body::Output(_));
        assert!(!(was_accepted && matches!(self.wrong, Accepted)), "{}\n{}", self.rule, scene.story());
        *scene.answer() = answer;
        scene
    }
}

/// What an endpoint would answer that accepts the last call.
fn acceptance(scene: &Scene) -> Output {
    let (arn, name) = (Some(scene.text("$s1.arn")), Some(scene.text("$s1")));
    let now = Some(Timestamp(1_700_000_000.0));
    match &scene.request().operation {
        Operation::GetSecretValue(request) => Output::Value(Box::new(SecretValue {
            arn,
            name,
            version_id: Some(request.version_id.clone().unwrap_or_else(|| scene.text("$t1"))),
            secret_string: Some("made up".into()),
            version_stages: Some(vec![request.version_stage.clone().unwrap_or(Label::Current)]),
            created_date: now,
            ..SecretValue::default()
        })),
        Operation::DescribeSecret(_) => {
            Output::Description(Box::new(Description { arn, name, ..Description::default() }))
        }
        Operation::ListSecretVersionIds(_) => Output::Versions(VersionPage { arn, name, ..VersionPage::default() }),
        operation => Output::Receipt(Receipt {
            arn,
            name,
            version_id: token_of(operation),
            version_stages: Some(vec![Label::Current]),
            deletion_date: now,
        }),
    }
}

/// The token that a request carries.
pub(crate) fn token_of(operation: &Operation) -> Option<Text> {
    match operation {
        Operation::CreateSecret(request) => request.client_request_token.clone(),
        Operation::PutSecretValue(request) => request.client_request_token.clone(),
        Operation::UpdateSecret(request) => request.client_request_token.clone(),
        Operation::RotateSecret(request) => request.client_request_token.clone(),
        _ => None,
    }
}

pub(crate) fn receipt(output: &mut Output) -> &mut Receipt {
    match output {
        Output::Receipt(receipt) => receipt,
        other => panic!("no receipt: {other:?}"),
    }
}

pub(crate) fn shown(output: &mut Output) -> &mut Description {
    match output {
        Output::Description(shown) => shown,
        other => panic!("no description: {other:?}"),
    }
}

pub(crate) fn value(output: &mut Output) -> &mut SecretValue {
    match output {
        Output::Value(value) => value,
        other => panic!("no value: {other:?}"),
    }
}

pub(crate) fn page(output: &mut Output) -> &mut VersionPage {
    match output {
        Output::Versions(page) => page,
        other => panic!("no page of versions: {other:?}"),
    }
}

/// Shows a set of labels other than the true one: each version with its labels.
pub(crate) fn show(output: &mut Output, scene: &Scene, versions: &[(&str, &[&str])]) {
    let entry =
        |(id, labels): &(&str, &[&str])| (scene.text(id), labels.iter().map(|label| Label::from(*label)).collect());
    let map: BTreeMap<_, _> = versions.iter().map(entry).collect();
    shown(output).version_ids_to_stages = Some(map);
}
