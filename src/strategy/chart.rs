//! What the requests about one secret do, by the model; and short ways to write them.

use super::{Bindings, Menu, Roles};
use crate::model::{
    CancelRotateSecret, CreateSecret, DeleteSecret, Functions, Label, Operation, PutSecretValue, Request,
    RestoreSecret, RotateSecret, RotationRules, Setting, Tag, TagResource, Text, UpdateSecretVersionStage, VersionId,
    World, outcomes,
};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const MISSING: &str = "arn:aws:lambda:us-east-1:123456789012:function:missing";

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
        let bindings = Bindings::new("atlas".to_owned(), Some(FUNCTION.into()), Some(MISSING.into()));
        let functions = Functions { accepted: vec![FUNCTION.into()], missing: vec![MISSING.into()] };
        Self { menu, bindings, functions }
    }

    pub(super) fn start(&self) -> World {
        World::unused(self.bindings.name(1))
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
        let request = self.bindings_in(world).resolve(step, world);
        if request.operation.secret_id().is_none_or(|id| !id.contains(&*world.name)) {
            return None;
        }
        let functions = &self.functions;
        let setting = Setting { call: 0, action: None, now: None, called: None, taken: &[], stamp: None, functions };
        let usual = outcomes(world, &request, &setting).into_iter().next()?;
        let mut next = usual.next.filter(|_| usual.refusal.is_none())?;
        next.settle();
        if let Some(secret) = &mut next.secret {
            let name = &next.name;
            let arn = || format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf").into();
            secret.arn.get_or_insert_with(arn);
        }
        Some(next)
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

    /// The version id that a token's placeholder stands for.
    pub(super) fn token(&self, number: u8) -> VersionId {
        self.bindings.token(number)
    }

    /// The placeholder of a version.
    pub(super) fn symbol(&self, id: &VersionId) -> String {
        self.bindings.placeholder_of(id).to_string()
    }
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

pub(super) fn delete(force: Option<bool>) -> Operation {
    Operation::DeleteSecret(DeleteSecret {
        secret_id: id(),
        force_delete_without_recovery: force,
        ..DeleteSecret::default()
    })
}
