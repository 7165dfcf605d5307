//! What a call looks like, up to renaming: a finite abstraction of the state that it meets and of what it asks for.
//!
//! A run stops when calls bring no new cell; steering prefers cells that no call has met. The state is that of one
//! secret: where AWSPENDING and AWSPREVIOUS are relative to AWSCURRENT, whether the pending version has a value, and
//! whether rotation was ever, is still, or is no more configured. The request is its action with the relations of its
//! token, value, labels and versions to the state. What makes a request illegal counts once and not per state.
//!
//! Which cells can be reached the runner's tour says, as it takes a judge to be certain of the state that a call meets.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{
    Action, Content, GetSecretValue, Label, Operation, PutSecretValue, Request, RotateSecret, Secret, SecretBinary,
    SecretString, Text, UpdateSecretVersionStage, Value, VersionId, World,
};

/// One kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cell {
    /// What the call meets.
    pub state: State,
    /// What it asks for.
    pub ask: Ask,
}

/// The state of one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// There never was a secret of this name.
    Unused,
    /// It was deleted by force.
    Deleted,
    /// It is marked for deletion.
    Marked,
    /// It is there.
    Active {
        /// Where AWSPENDING is.
        pending: Place,
        /// Whether the version that AWSPENDING names has a value.
        pending_is_filled: bool,
        /// Where AWSPREVIOUS is.
        previous: Place,
        /// Whether any version has AWSCURRENT.
        has_current: bool,
        /// Whether there are versions without a label.
        has_deprecated: bool,
        /// The rotation configuration.
        rotation: Rotation,
    },
}

/// Where a label is, relative to the labels named before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Place {
    Nowhere,
    WithCurrent,
    WithPending,
    Elsewhere,
}

/// The rotation configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rotation {
    /// No RotateSecret was accepted.
    Never,
    /// It is on, and no rotation is under way.
    On,
    /// It is on, and a rotation is not finished.
    Unfinished,
    /// It was cancelled.
    Off,
}

/// What a request asks for; actions without arguments that matter have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the members are relations of the request's members to the state")]
pub enum Ask {
    Plain(Action),
    Create {
        token: Token,
    },
    Put {
        token: Token,
        value: Stored,
        labels: Labels,
    },
    Update {
        token: Token,
        value: Stored,
    },
    Move {
        label: Mark,
        to: Token,
        from: Token,
    },
    Rotate {
        token: Token,
        has_function: bool,
        is_immediate: bool,
    },
    Get {
        version: Token,
        label: Option<Mark>,
    },
    List {
        deprecated: bool,
    },
    Delete {
        by_force: bool,
    },
    /// No operation of the API.
    Other,
}

/// A version id or a client request token, by the version that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Token {
    Missing,
    Unknown,
    Current,
    Pending,
    Previous,
    Labelled,
    Deprecated,
}

/// A value to store, relative to what the version of the same token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Stored {
    Nothing,
    New,
    Same,
    Other,
}

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mark {
    Current,
    Pending,
    Previous,
    Custom,
}

/// The labels of a PutSecretValue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Labels {
    Default,
    Current,
    Pending,
    Both,
    Others,
}

impl Cell {
    /// The cell of a request, with its ids resolved, in this world.
    #[must_use]
    pub fn of(world: &World, request: &Request) -> Self {
        Self::in_state(State::of(world), Ask::of(world.secret.as_deref(), &request.operation))
    }

    /// The kind of call that a request is which names no secret.
    #[must_use]
    pub fn of_no_secret(request: &Request) -> Self {
        Self::in_state(State::Unused, Ask::of(None, &request.operation))
    }

    const fn in_state(state: State, ask: Ask) -> Self {
        match ask {
            Ask::Plain(Action::BatchGetSecretValue | Action::ListSecrets | Action::ValidateResourcePolicy)
            | Ask::Other => Self { state: State::Unused, ask },
            _ => Self { state, ask },
        }
    }
}

impl State {
    /// The state of the secret of this world.
    #[must_use]
    pub fn of(world: &World) -> Self {
        match &world.secret {
            None if world.former_arns.is_empty() => Self::Unused,
            None => Self::Deleted,
            Some(secret) if secret.deletion.is_some() => Self::Marked,
            Some(secret) => Self::of_secret(secret),
        }
    }

    /// Whether nothing that the state speaks of is open in this world, so that it is the state and no guess.
    #[must_use]
    pub fn is_known(world: &World) -> bool {
        world.secret.as_ref().is_none_or(|secret| {
            let is_filled_known = |id: &VersionId| secret.version(id).is_none_or(|version| !version.content.is_open());
            !secret.unnamed.is_open()
                && secret.labels.iter().all(|label| !label.holder.is_open())
                && secret.holder(&Label::Pending).flatten().is_none_or(is_filled_known)
        })
    }

    /// Where the labels are, whatever is configured; `None` if there is no secret to read.
    pub(super) const fn labels(self) -> Option<(Place, bool, Place, bool)> {
        match self {
            Self::Active { pending, pending_is_filled, previous, has_current, .. } => {
                Some((pending, pending_is_filled, previous, has_current))
            }
            Self::Unused | Self::Deleted | Self::Marked => None,
        }
    }

    /// Where AWSPENDING is; `None` if there is no secret to read.
    pub(super) const fn pending(self) -> Option<Place> {
        match self {
            Self::Active { pending, .. } => Some(pending),
            Self::Unused | Self::Deleted | Self::Marked => None,
        }
    }

    fn of_secret(secret: &Secret) -> Self {
        let holder = |label| secret.holder(label).flatten();
        let current = holder(&Label::Current);
        let pending = holder(&Label::Pending);
        let place = |id: Option<&Text>, other: Option<&Text>| match id {
            None => Place::Nowhere,
            Some(id) if current == Some(id) => Place::WithCurrent,
            Some(id) if other == Some(id) => Place::WithPending,
            Some(_) => Place::Elsewhere,
        };
        Self::Active {
            pending: place(pending, None),
            pending_is_filled: pending.is_some_and(|id| secret.value(id).is_some()),
            previous: place(holder(&Label::Previous), pending),
            has_current: current.is_some(),
            has_deprecated: secret.versions.iter().any(|version| !secret.may_have_a_label(&version.id)),
            rotation: Rotation::of(secret),
        }
    }
}

impl Rotation {
    pub(super) const fn of(secret: &Secret) -> Self {
        let rotation = &secret.rotation;
        match (rotation.configured, rotation.is_cancelled(), rotation.may_act()) {
            (false, ..) => Self::Never,
            (true, true, _) => Self::Off,
            (true, false, true) => Self::Unfinished,
            (true, false, false) => Self::On,
        }
    }
}

impl Ask {
    fn of(secret: Option<&Secret>, operation: &Operation) -> Self {
        let token = |id: &Option<Text>| Token::of(secret, id.as_deref());
        match operation {
            Operation::CreateSecret(request) => Self::Create { token: token(&request.client_request_token) },
            Operation::PutSecretValue(request) => Self::Put {
                token: token(&request.client_request_token),
                value: Stored::of(secret, request.client_request_token.as_deref(), stored_by(request).as_ref()),
                labels: Labels::of(request.version_stages.as_deref()),
            },
            Operation::UpdateSecret(request) => {
                let value = value_of(request.secret_string.as_ref(), request.secret_binary.as_ref());
                let id = request.client_request_token.as_deref();
                Self::Update { token: Token::of(secret, id), value: Stored::of(secret, id, value.as_ref()) }
            }
            Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
                version_stage: Some(label),
                move_to_version_id,
                remove_from_version_id,
                ..
            }) => Self::Move {
                label: Mark::of(label),
                to: token(move_to_version_id),
                from: token(remove_from_version_id),
            },
            Operation::RotateSecret(RotateSecret {
                client_request_token,
                rotation_lambda_arn,
                rotate_immediately,
                ..
            }) => Self::Rotate {
                token: token(client_request_token),
                has_function: rotation_lambda_arn.is_some(),
                is_immediate: *rotate_immediately != Some(false),
            },
            Operation::GetSecretValue(GetSecretValue { version_id, version_stage, .. }) => {
                Self::Get { version: token(version_id), label: version_stage.as_ref().map(Mark::of) }
            }
            Operation::ListSecretVersionIds(request) => {
                Self::List { deprecated: request.include_deprecated == Some(true) }
            }
            Operation::DeleteSecret(request) => {
                Self::Delete { by_force: request.force_delete_without_recovery == Some(true) }
            }
            Operation::Malformed(_) | Operation::Unknown(_) => Self::Other,
            other => other.action().map_or(Self::Other, Self::Plain),
        }
    }
}

fn stored_by(request: &PutSecretValue) -> Option<Value> {
    value_of(request.secret_string.as_ref(), request.secret_binary.as_ref())
}

fn value_of(text: Option<&SecretString>, bytes: Option<&SecretBinary>) -> Option<Value> {
    let text = text.cloned().map(Value::Text);
    text.or_else(|| bytes.cloned().map(Value::Bytes))
}

impl Token {
    pub(super) fn of(secret: Option<&Secret>, id: Option<&str>) -> Self {
        let Some(id) = id else { return Self::Missing };
        let Some(secret) = secret else { return Self::Unknown };
        match () {
            () if secret.holds(&Label::Current, id) => Self::Current,
            () if secret.holds(&Label::Pending, id) => Self::Pending,
            () if secret.holds(&Label::Previous, id) => Self::Previous,
            () if secret.version(id).is_none() => Self::Unknown,
            () if secret.may_have_a_label(id) => Self::Labelled,
            () => Self::Deprecated,
        }
    }
}

impl Stored {
    fn of(secret: Option<&Secret>, id: Option<&str>, value: Option<&Value>) -> Self {
        let Some(value) = value else { return Self::Nothing };
        let version = id.and_then(|id| secret?.version(id));
        match version.and_then(|version| version.content.get()) {
            Some(Content::Value(known)) if known == value => Self::Same,
            Some(Content::Value(_)) => Self::Other,
            Some(Content::Unfilled) | None => Self::New,
        }
    }
}

impl Mark {
    pub(super) const fn of(label: &Label) -> Self {
        match label {
            Label::Current => Self::Current,
            Label::Pending => Self::Pending,
            Label::Previous => Self::Previous,
            Label::Custom(_) => Self::Custom,
        }
    }
}

impl Labels {
    fn of(labels: Option<&[Label]>) -> Self {
        let Some(labels) = labels else { return Self::Default };
        match (labels.contains(&Label::Current), labels.contains(&Label::Pending)) {
            (true, true) => Self::Both,
            (true, false) => Self::Current,
            (false, true) => Self::Pending,
            (false, false) => Self::Others,
        }
    }
}

/// The cells that calls have met.
pub type Cells = BTreeSet<Cell>;
