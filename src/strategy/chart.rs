//! What the requests about one secret do, by the model; and short ways to write them.

use super::{Bindings, Menu, Roles};
use crate::model::{
    CancelRotateSecret, CreateSecret, DeleteSecret, Fact, Functions, Label, Operation, Outcome, Part, PutSecretValue,
    Request, RestoreSecret, RotateSecret, RotationRules, Setting, Tag, TagResource, Text, UpdateSecretVersionStage,
    VersionId, World, outcomes,
};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const MISSING: &str = "arn:aws:lambda:us-east-1:123456789012:function:missing";

/// What names and tokens of the chart start from.
const PREFIX: &str = "atlas";

/// What one secret's requests do, by the model.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) menu: Menu,
    bindings: Bindings,
    functions: Functions,
}

impl Roles for World {
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId> {
        self.secret.as_ref().filter(|_| *self.name == *name)?.holder(label).flatten().cloned()
    }
}

impl Chart {
    pub(super) fn new(menu: Menu) -> Self {
        let bindings = Bindings::new(PREFIX.to_owned(), Some(FUNCTION.into()), Some(MISSING.into()));
        let functions =
            Functions { accepted: vec![FUNCTION.into()], missing: vec![MISSING.into()], ..Functions::default() };
        Self { menu, bindings, functions }
    }

    pub(super) fn start(&self) -> World {
        World::unused(self.bindings.name(1))
    }

    /// What placeholders stand for at an endpoint with these functions.
    pub(super) fn bindings_for(function: Option<Text>, missing: Option<Text>) -> Bindings {
        Bindings::new(PREFIX.to_owned(), function, missing)
    }

    /// What placeholders stand for in this world.
    pub(super) fn bindings_in(&self, world: &World) -> Bindings {
        let mut bindings = self.bindings.clone();
        if let Some(arn) = world.secret.as_ref().and_then(|secret| secret.arn.as_ref()) {
            bindings.created(1, arn);
        }
        bindings
    }

    /// The world after a request that is accepted and changes it.
    pub(super) fn after(&self, world: &World, step: &Request) -> Option<World> {
        let usual = self.usual(world, step)?;
        usual.next.filter(|_| usual.refusal.is_none()).map(settled)
    }

    /// What the answer to a request must show, and the world afterwards, where everything was read before.
    pub(super) fn foresee(&self, world: &World, step: &Request) -> Option<(Vec<Fact>, World)> {
        let usual = self.usual(world, step)?;
        Some((usual.facts, usual.next.map_or_else(|| world.clone(), settled)))
    }

    /// What usually follows a request; `None` if it is about another secret or none.
    fn usual(&self, world: &World, step: &Request) -> Option<Outcome> {
        let request = self.bindings_in(world).resolve(step, world);
        if request.operation.secret_id().is_none_or(|id| !id.contains(&*world.name)) {
            return None;
        }
        self.outcomes(world, &request).into_iter().next()
    }

    /// What may follow a request, whose placeholders are resolved, as the first of a history.
    pub(super) fn outcomes(&self, world: &World, request: &Request) -> Vec<Outcome> {
        outcomes(world, request, &Setting::foreseen(1, request.operation.action(), &self.functions))
    }

    /// The requests that may come as the step of this number; one that is refused leads nowhere.
    pub(super) fn alphabet(&self, number: usize) -> Vec<Request> {
        let token: Text = format!("$t{number}").into();
        let mut letters = vec![create(&token, Some("value-a")), create(&token, None)];
        for labels in [&[][..], &[Label::Pending], &["BLUE".into()], &[Label::Current, Label::Pending]] {
            letters.push(put(&token, labels));
        }
        letters.push(put(&"$s1.AWSPENDING".into(), &[Label::Pending]));
        for (label, to, from) in [
            (Label::Current, Some("AWSPENDING"), Some("AWSCURRENT")),
            (Label::Current, Some("AWSPREVIOUS"), Some("AWSCURRENT")),
            (Label::Pending, None, Some("AWSPENDING")),
            (Label::Pending, Some("AWSCURRENT"), Some("AWSPENDING")),
            (Label::Pending, Some("AWSCURRENT"), None),
            ("BLUE".into(), Some("AWSCURRENT"), None),
            ("BLUE".into(), None, Some("BLUE")),
        ] {
            letters.push(stage(label, to, from));
        }
        if self.menu.has_function {
            letters.extend([rotate(&token, None), rotate(&token, Some(false))]);
            letters.push(Operation::CancelRotateSecret(CancelRotateSecret { secret_id: id() }));
        }
        letters.extend([delete(None), delete(Some(true))]);
        letters.push(Operation::RestoreSecret(RestoreSecret { secret_id: id() }));
        let tags = vec![Tag { key: Some("team".into()), value: Some("x".into()) }];
        letters.push(Operation::TagResource(TagResource { secret_id: id(), tags: Some(tags) }));
        letters.into_iter().map(Request::from).collect()
    }

    /// Requests beside those that do what two of them do, or configure rotation otherwise.
    pub(super) fn further(&self, number: usize) -> Vec<Request> {
        let token: Text = format!("$t{number}").into();
        let mut letters: Vec<Operation> =
            [Label::Current, Label::Pending].map(|label| put(&token, &[label, "BLUE".into()])).into();
        if self.menu.has_function {
            letters.extend([on_schedule(&token, None), on_schedule(&token, Some(false))]);
        }
        letters.into_iter().map(Request::from).collect()
    }

    /// The placeholder of a version.
    pub(super) fn symbol(&self, id: &VersionId) -> String {
        self.bindings.placeholder_of(id).to_string()
    }
}

/// The world as it is once everything was read.
fn settled(mut next: World) -> World {
    next.settle();
    if let Some(secret) = &mut next.secret {
        let name = &next.name;
        let arn = || format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf").into();
        secret.arn.get_or_insert_with(arn);
    }
    next
}

/// The world as it is to a judge who has seen all of it: the next request that touches a part, or must leave it alone,
/// is to blame for it.
pub(super) fn seen(mut world: World) -> World {
    let Some(secret) = &mut world.secret else { return world };
    secret.parts().for_each(Part::see);
    world
}

#[expect(clippy::unnecessary_wraps, reason = "the member is optional")]
pub(super) fn id() -> Option<Text> {
    Some("$s1".into())
}

pub(super) fn create(token: &Text, value: Option<&str>) -> Operation {
    Operation::CreateSecret(CreateSecret {
        name: id(),
        client_request_token: Some(token.clone()),
        secret_string: value.map(Into::into),
        ..CreateSecret::default()
    })
}

pub(super) fn put(token: &Text, labels: &[Label]) -> Operation {
    Operation::PutSecretValue(PutSecretValue {
        secret_id: id(),
        client_request_token: Some(token.clone()),
        secret_string: Some("value-b".into()),
        version_stages: (!labels.is_empty()).then(|| labels.to_vec()),
        ..PutSecretValue::default()
    })
}

pub(super) fn stage(label: Label, to: Option<&str>, from: Option<&str>) -> Operation {
    let version = |label: &str| format!("$s1.{label}").into();
    Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
        secret_id: id(),
        version_stage: Some(label),
        move_to_version_id: to.map(version),
        remove_from_version_id: from.map(version),
    })
}

pub(super) fn rotate(token: &Text, immediately: Option<bool>) -> Operation {
    rotate_with(token, Some("$function".into()), immediately)
}

/// A RotateSecret that, with a function, sets an interval too.
pub(super) fn rotate_with(token: &Text, function: Option<Text>, immediately: Option<bool>) -> Operation {
    let rules = RotationRules { automatically_after_days: Some(30), ..RotationRules::default() };
    Operation::RotateSecret(RotateSecret {
        secret_id: id(),
        client_request_token: Some(token.clone()),
        rotation_rules: function.is_some().then_some(rules),
        rotation_lambda_arn: function,
        rotate_immediately: immediately,
        ..RotateSecret::default()
    })
}

/// A RotateSecret that sets a schedule.
fn on_schedule(token: &Text, immediately: Option<bool>) -> Operation {
    let rules = RotationRules { schedule_expression: Some("rate(10 days)".into()), ..RotationRules::default() };
    Operation::RotateSecret(RotateSecret {
        secret_id: id(),
        client_request_token: Some(token.clone()),
        rotation_rules: Some(rules),
        rotation_lambda_arn: Some("$function".into()),
        rotate_immediately: immediately,
        ..RotateSecret::default()
    })
}

pub(super) fn delete(force: Option<bool>) -> Operation {
    Operation::DeleteSecret(DeleteSecret {
        secret_id: id(),
        force_delete_without_recovery: force,
        ..DeleteSecret::default()
    })
}
