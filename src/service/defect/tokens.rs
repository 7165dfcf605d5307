//! Client request tokens: ignored, reused, or taken for too much.

use super::{Bug, Hook, Scene, is_refused_by, put_label, refuse};
use crate::model::{Answer, Body, Cell, Content, ErrorType, Label, Operation, Outcome, Output, Text, Value, World};
use crate::rule::RuleId;

pub(super) static BUGS: &[Bug] = &[
    Bug {
        name: "token-ignored",
        does: "CreateSecret and UpdateSecret make up a version id of their own",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Idem001, RuleId::Idem006, RuleId::Idem007, RuleId::Idem008],
        hooks: &[Hook::Reads(token_ignored)],
    },
    Bug {
        name: "ids-of-its-own",
        does: "versions have ids that the service makes up, whatever the tokens; requests have to name those",
        seen: "family: ids that a database makes",
        breaks: &[RuleId::Idem001],
        hooks: &[Hook::Reads(named_by_own_ids), Hook::Says(answers_own_ids)],
    },
    Bug {
        name: "token-optional",
        does: "a raw request without ClientRequestToken is accepted, with a token that the service makes up",
        seen: "moto 5.2.5 and ministack 1.5.33",
        breaks: &[RuleId::Val004, RuleId::Val005],
        hooks: &[Hook::Reads(token_optional)],
    },
    Bug {
        name: "used-token-overwrites",
        does: "PutSecretValue with the token of a version and another value replaces that version's value",
        seen: "ministack 1.5.33",
        breaks: &[RuleId::Idem003],
        hooks: &[Hook::Decides(used_token_overwrites)],
    },
    Bug {
        name: "used-token-succeeds",
        does: "PutSecretValue with the token of a version and another value answers success and stores nothing",
        seen: "family: idempotency by the token alone, the value is not compared",
        breaks: &[RuleId::Idem003],
        hooks: &[Hook::Decides(used_token_succeeds)],
    },
    Bug {
        name: "update-reuses-token",
        does: "UpdateSecret with the token of a version and another value answers success and stores nothing",
        seen: "family: idempotency by the token alone, the value is not compared",
        breaks: &[RuleId::Idem007],
        hooks: &[Hook::Decides(update_reuses_token)],
    },
    Bug {
        name: "retry-moves-current",
        does: "PutSecretValue repeated with token and value moves AWSCURRENT to that version",
        seen: "family: a retry that is carried out",
        breaks: &[RuleId::Idem002],
        hooks: &[Hook::Stores(retry_moves_current)],
    },
    Bug {
        name: "retry-refused",
        does: "PutSecretValue repeated with token and value is refused",
        seen: "family: a token that may be used once",
        breaks: &[RuleId::Idem002],
        hooks: &[Hook::Decides(retry_refused)],
    },
    Bug {
        name: "create-retry-refused",
        does: "CreateSecret repeated with name, token and value is refused",
        seen: "LocalStack 2026.3.0 and ministack 1.5.33, which look at the name alone",
        breaks: &[RuleId::Idem005],
        hooks: &[Hook::Decides(create_retry_refused)],
    },
    Bug {
        name: "create-overwrites",
        does: "CreateSecret of a name in use answers success and changes nothing",
        seen: "family: create as an upsert",
        breaks: &[RuleId::Idem006],
        hooks: &[Hook::Decides(create_overwrites)],
    },
    Bug {
        name: "put-makes-a-second-version",
        does: "PutSecretValue under a fresh token stores the value once more, under an id that no call has named",
        seen: "family: a call that is carried out again without its token",
        breaks: &[RuleId::Idem001],
        hooks: &[Hook::Stores(put_makes_a_second_version)],
    },
    Bug {
        name: "update-makes-a-second-version",
        does: "UpdateSecret with a value stores it once more, under an id that no call has named",
        seen: "family: a call that is carried out again without its token",
        breaks: &[RuleId::Idem001],
        hooks: &[Hook::Stores(update_makes_a_second_version)],
    },
    Bug {
        name: "description-makes-version",
        does: "UpdateSecret of the description alone makes a version with the current value",
        seen: "family: one path for every update",
        breaks: &[RuleId::Idem008, RuleId::State011],
        hooks: &[Hook::Stores(description_makes_version)],
    },
    Bug {
        name: "description-answers-version",
        does: "UpdateSecret of the description alone answers a VersionId",
        seen: "moto before 5, by the patch of LocalStack 2026.3.0 to it",
        breaks: &[RuleId::Idem008],
        hooks: &[Hook::Says(description_answers_version)],
    },
    Bug {
        name: "pending-fill-refused",
        does: "PutSecretValue with the token of the rotation in progress is refused as a conflict",
        seen: "family: the placeholder taken for a version",
        breaks: &[RuleId::Idem009],
        hooks: &[Hook::Decides(pending_fill_refused)],
    },
    Bug {
        name: "pending-refilled",
        does: "PutSecretValue replaces the value of the pending version that has one already",
        seen: "moto 5.2.5, which checks nothing where the version has AWSPENDING",
        breaks: &[RuleId::Idem010],
        hooks: &[Hook::Decides(pending_refilled)],
    },
];

/// A token that follows from another and is as long.
fn made_up(token: &Text) -> Text {
    token.chars().rev().collect::<String>().into()
}

fn token_ignored(operation: &mut Operation, _: &Scene<'_>) {
    let token = match operation {
        Operation::CreateSecret(create) => &mut create.client_request_token,
        Operation::UpdateSecret(update) => &mut update.client_request_token,
        _ => return,
    };
    *token = token.as_ref().map(made_up);
}

fn token_optional(operation: &mut Operation, scene: &Scene<'_>) {
    let token = match operation {
        Operation::CreateSecret(create) => &mut create.client_request_token,
        Operation::UpdateSecret(update) => &mut update.client_request_token,
        Operation::PutSecretValue(put) => &mut put.client_request_token,
        Operation::RotateSecret(rotate) => &mut rotate.client_request_token,
        _ => return,
    };
    token.get_or_insert_with(|| format!("00000000-0000-4000-8000-{:012}", scene.call).into());
}

/// The id that the service shows in place of a token.
fn own_id(token: &Text) -> Text {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, token.as_bytes()).to_string().into()
}

fn answers_own_ids(answer: &mut Answer, _: &Scene<'_>) {
    if let Body::Output(output) = &mut answer.body {
        output.rename_versions(&|token| Some(own_id(token)));
    }
}

/// What a client names by a token is no version; what it names by an own id is the version of that token.
fn named_by_own_ids(operation: &mut Operation, scene: &Scene<'_>) {
    let versions = || scene.before.secret.iter().flat_map(|secret| &secret.versions);
    for id in operation.version_ids_mut() {
        let named = versions().map(|version| &version.id).find(|token| own_id(token) == *id);
        if named.is_some() || versions().any(|version| version.id == *id) {
            *id = named.cloned().unwrap_or_else(|| own_id(id));
        }
    }
}

fn succeed(outcome: &mut Outcome, scene: &Scene<'_>) {
    outcome.refusal = None;
    outcome.next = Some(scene.before.clone());
}

/// Gives a version the value of a PutSecretValue.
fn overwrite(outcome: &mut Outcome, scene: &Scene<'_>) {
    succeed(outcome, scene);
    let Operation::PutSecretValue(put) = scene.operation else { return };
    let value = match (&put.secret_string, &put.secret_binary) {
        (Some(text), _) => Value::Text(text.clone()),
        (None, Some(bytes)) => Value::Bytes(bytes.clone()),
        (None, None) => return,
    };
    let secret = outcome.next.as_mut().and_then(|next| next.secret.as_mut());
    let version = secret.and_then(|secret| {
        secret.versions.iter_mut().find(|version| Some(&version.id) == put.client_request_token.as_ref())
    });
    if let Some(version) = version {
        version.content = Cell::known(Content::Value(value), version.content.by);
    }
}

fn used_token_overwrites(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Idem003) {
        overwrite(outcome, scene);
    }
}

fn used_token_succeeds(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Idem003) {
        succeed(outcome, scene);
    }
}

fn update_reuses_token(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Idem007) {
        succeed(outcome, scene);
    }
}

/// Whether the request repeats an earlier one: its token names a version of the same value.
fn is_plain_retry(scene: &Scene<'_>) -> bool {
    let Operation::PutSecretValue(put) = scene.operation else { return false };
    let known = put.client_request_token.as_deref().and_then(|token| scene.active()?.value(token));
    let is_same = match known {
        Some(Value::Text(text)) => put.secret_string.as_ref() == Some(text) && put.secret_binary.is_none(),
        Some(Value::Bytes(bytes)) => put.secret_binary.as_ref() == Some(bytes) && put.secret_string.is_none(),
        None => false,
    };
    is_same && put.version_stages.is_none()
}

fn retry_moves_current(world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = world.secret.as_mut().filter(|_| is_plain_retry(scene) && !scene.is_refused) else { return };
    let (old, token) = (scene.holder(&Label::Current), scene.operation.token());
    if old != token {
        put_label(secret, &Label::Previous, old.cloned());
        put_label(secret, &Label::Current, token.cloned());
    }
}

fn retry_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_plain_retry(scene) && outcome.is_accepted() {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

fn create_retry_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    if matches!(scene.operation, Operation::CreateSecret(_)) && scene.active().is_some() && outcome.is_accepted() {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

fn create_overwrites(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Idem006) {
        succeed(outcome, scene);
    }
}

fn put_makes_a_second_version(world: &mut World, scene: &Scene<'_>) {
    if let Operation::PutSecretValue(put) = scene.operation {
        add_second_version(world, put.client_request_token.as_ref(), scene);
    }
}

fn update_makes_a_second_version(world: &mut World, scene: &Scene<'_>) {
    if let Operation::UpdateSecret(update) = scene.operation {
        add_second_version(world, update.client_request_token.as_ref(), scene);
    }
}

/// Stores the value that this call has stored under its token once more.
fn add_second_version(world: &mut World, token: Option<&Text>, scene: &Scene<'_>) {
    let (Some(secret), Some(token), false) = (&mut world.secret, token, scene.is_refused) else { return };
    let was_there = scene.before.secret.as_ref().is_some_and(|secret| secret.version(token).is_some());
    let Some(mut second) = secret.version(token).filter(|_| !was_there).cloned() else { return };
    second.id = made_up(token);
    secret.add_version(second);
}

fn description_makes_version(world: &mut World, scene: &Scene<'_>) {
    let (Operation::UpdateSecret(update), Some(secret)) = (scene.operation, &mut world.secret) else { return };
    let stores = update.secret_string.is_some() || update.secret_binary.is_some();
    let current = scene.holder(&Label::Current).and_then(|id| secret.version(id)).cloned();
    if let (Some(mut version), Some(token), false, false) =
        (current, &update.client_request_token, stores, scene.is_refused)
        && secret.version(token).is_none()
    {
        version.id = token.clone();
        secret.versions.push(version);
    }
}

fn description_answers_version(answer: &mut Answer, scene: &Scene<'_>) {
    let (Operation::UpdateSecret(_), Body::Output(Output::Receipt(receipt))) = (scene.operation, &mut answer.body)
    else {
        return;
    };
    if receipt.version_id.is_none() {
        receipt.version_id = scene.holder(&Label::Current).cloned();
    }
}

fn pending_fill_refused(outcome: &mut Outcome, scene: &Scene<'_>) {
    let Operation::PutSecretValue(put) = scene.operation else { return };
    let version = put.client_request_token.as_deref().and_then(|token| scene.active()?.version(token));
    if outcome.is_accepted() && version.is_some_and(|version| version.content.value == Content::Unfilled) {
        refuse(outcome, ErrorType::ResourceExistsException);
    }
}

fn pending_refilled(outcome: &mut Outcome, scene: &Scene<'_>) {
    if is_refused_by(outcome, RuleId::Idem010) {
        overwrite(outcome, scene);
    }
}
