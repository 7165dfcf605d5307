//! Every kind of request that can be made about a secret in a given state: the asks of [`Cell`](super::Cell).
//!
//! What makes a request illegal whatever the state (no token, no value) stands here once for each operation and not
//! in every combination.

use super::cell::{State, Token};
use super::chart::{self, Chart, id};
use super::generate::listed_by_name;
use crate::model::{
    Action, BatchGetSecretValue, CancelRotateSecret, Content, DescribeSecret, GetSecretValue, Label,
    ListSecretVersionIds, Malformed, Operation, PutSecretValue, Request, RestoreSecret, RotateSecret, Secret,
    SecretString, Tag, TagResource, Text, Unknown, UntagResource, UpdateSecret, UpdateSecretVersionStage, Value,
    VersionId, World,
};

/// A version that a request can name: its placeholder, and the value that it has, if any.
struct Named {
    id: Text,
    value: Option<SecretString>,
}

/// One request of each kind. `fresh` is the placeholder of a token that nobody has used.
pub(super) fn requests(chart: &Chart, world: &World, fresh: &Text) -> Vec<Request> {
    let versions = world.secret.as_ref().map(|secret| named(chart, secret)).unwrap_or_default();
    let mut operations = creations(&versions, fresh);
    operations.extend(puts(&versions, fresh));
    operations.extend(updates(&versions, fresh));
    operations.extend(moves(&versions, fresh));
    if chart.menu.has_function {
        operations.extend(rotations(&versions, fresh));
    }
    operations.extend(reads(&versions, fresh));
    operations.extend(others());
    operations.into_iter().map(Request::from).collect()
}

/// Worlds of the same stop offer the same asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    state: State,
    /// The relations that its versions have to the state, and whether the version that stands for each has a value.
    versions: Vec<(Token, bool)>,
}

impl Stop {
    /// The stop of a world.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let secret = world.secret.as_deref();
        let kinds = secret.into_iter().flat_map(|secret| {
            let is_filled = |id: &VersionId| value_of(secret, id).is_some();
            representatives(secret).into_iter().map(move |(token, id)| (token, is_filled(id)))
        });
        let mut versions: Vec<_> = kinds.collect();
        versions.sort_unstable();
        Self { state: State::of(world), versions }
    }
}

/// One version for each relation that versions can have to the state.
fn representatives(secret: &Secret) -> Vec<(Token, &VersionId)> {
    let labelled = secret.labels.iter().filter_map(|label| label.holder.get()?.as_ref());
    let ids = labelled.chain(secret.versions.iter().map(|version| &version.id));
    ids.fold(Vec::new(), |mut known, id| {
        let token = Token::of(Some(secret), Some(id));
        if known.iter().all(|(other, _)| *other != token) {
            known.push((token, id));
        }
        known
    })
}

fn named(chart: &Chart, secret: &Secret) -> Vec<Named> {
    let name = |(token, id)| {
        let placeholder = match token {
            Token::Current => "$s1.AWSCURRENT".into(),
            Token::Pending => "$s1.AWSPENDING".into(),
            Token::Previous => "$s1.AWSPREVIOUS".into(),
            Token::Missing | Token::Unknown | Token::Labelled | Token::Deprecated => chart.symbol(id),
        };
        Named { id: placeholder.into(), value: value_of(secret, id) }
    };
    representatives(secret).into_iter().map(name).collect()
}

fn value_of(secret: &Secret, id: &VersionId) -> Option<SecretString> {
    match secret.version(id)?.content.get()? {
        Content::Value(Value::Text(text)) => Some(text.clone()),
        Content::Value(Value::Bytes(_)) | Content::Unfilled => None,
    }
}

/// Each token to store a value under with each value that matters: the same and another, or just one for a token
/// without a value.
fn stored<'a>(versions: &'a [Named], fresh: &'a Text) -> impl Iterator<Item = (&'a Text, SecretString)> {
    let used = versions.iter().flat_map(|version| {
        let values = match &version.value {
            Some(value) => vec![value.clone(), other_than(value)],
            None => vec!["value-b".into()],
        };
        values.into_iter().map(|value| (&version.id, value))
    });
    used.chain([(fresh, "value-b".into())])
}

fn other_than(value: &SecretString) -> SecretString {
    if value.reveal() == "value-a" { "value-b".into() } else { "value-a".into() }
}

fn creations(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let tokens = versions.iter().map(|version| &version.id).chain([fresh]);
    tokens.map(|token| chart::create(token, Some("value-a"))).chain([chart::create(fresh, None)]).collect()
}

fn puts(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let put = |token: Option<&Text>, value: Option<SecretString>, labels: &[Label]| {
        Operation::PutSecretValue(PutSecretValue {
            secret_id: id(),
            client_request_token: token.cloned(),
            secret_string: value,
            version_stages: (!labels.is_empty()).then(|| labels.to_vec()),
            ..PutSecretValue::default()
        })
    };
    let mut puts = vec![put(None, Some("value-b".into()), &[]), put(Some(fresh), None, &[])];
    for (token, value) in stored(versions, fresh) {
        for labels in
            [&[][..], &[Label::Current], &[Label::Pending], &[Label::Current, Label::Pending], &["BLUE".into()]]
        {
            puts.push(put(Some(token), Some(value.clone()), labels));
        }
    }
    puts
}

fn updates(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let update = |token: Option<&Text>, value: Option<SecretString>| {
        let description = value.is_none().then(|| "x".into());
        let token = token.cloned();
        Operation::UpdateSecret(UpdateSecret {
            secret_id: id(),
            client_request_token: token,
            secret_string: value,
            description,
            ..UpdateSecret::default()
        })
    };
    let with_value = stored(versions, fresh).map(|(token, value)| update(Some(token), Some(value)));
    with_value.chain([update(None, Some("value-b".into())), update(Some(fresh), None)]).collect()
}

fn moves(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let ids: Vec<Option<&Text>> = versions.iter().map(|version| Some(&version.id)).chain([None]).collect();
    let mut moves = Vec::new();
    for label in labels() {
        for to in ids.iter().copied().chain([Some(fresh)]) {
            for from in &ids {
                moves.push(Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
                    secret_id: id(),
                    version_stage: Some(label.clone()),
                    move_to_version_id: to.cloned(),
                    remove_from_version_id: from.cloned(),
                }));
            }
        }
    }
    moves
}

fn rotations(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let without_token = Operation::RotateSecret(RotateSecret { secret_id: id(), ..RotateSecret::default() });
    let mut rotations = vec![without_token];
    for token in versions.iter().map(|version| &version.id).chain([fresh]) {
        for function in [None, Some("$function".into())] {
            for immediately in [None, Some(false)] {
                rotations.push(chart::rotate_with(token, function.clone(), immediately));
            }
        }
    }
    rotations
}

fn reads(versions: &[Named], fresh: &Text) -> Vec<Operation> {
    let mut reads = Vec::new();
    for version in versions.iter().map(|version| Some(&version.id)).chain([None, Some(fresh)]) {
        for label in labels().into_iter().map(Some).chain([None]) {
            let version_id = version.cloned();
            reads.push(Operation::GetSecretValue(GetSecretValue { secret_id: id(), version_id, version_stage: label }));
        }
    }
    for include_deprecated in [None, Some(true)] {
        let secret_id = id();
        reads.push(Operation::ListSecretVersionIds(ListSecretVersionIds {
            secret_id,
            include_deprecated,
            ..ListSecretVersionIds::default()
        }));
    }
    reads
}

fn others() -> Vec<Operation> {
    let key: Text = "team".into();
    let tags = vec![Tag { key: Some(key.clone()), value: Some("x".into()) }];
    vec![
        Operation::DescribeSecret(DescribeSecret { secret_id: id() }),
        Operation::CancelRotateSecret(CancelRotateSecret { secret_id: id() }),
        chart::delete(None),
        chart::delete(Some(true)),
        Operation::RestoreSecret(RestoreSecret { secret_id: id() }),
        Operation::TagResource(TagResource { secret_id: id(), tags: Some(tags) }),
        Operation::UntagResource(UntagResource { secret_id: id(), tag_keys: Some(vec![key]) }),
        Operation::BatchGetSecretValue(BatchGetSecretValue {
            secret_id_list: Some(id().into_iter().collect()),
            ..BatchGetSecretValue::default()
        }),
        listed_by_name("$s1".into()),
        Operation::Malformed(Malformed { action: Action::DescribeSecret, body: "{\"SecretId\": ".into() }),
        Operation::Unknown(Unknown { action: "ForgetSecret".into() }),
    ]
}

fn labels() -> [Label; 4] {
    [Label::Current, Label::Pending, Label::Previous, "BLUE".into()]
}
