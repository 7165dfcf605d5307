//! What is worth meeting, and what there is to meet in a request that was looked at.

use std::hash::BuildHasher as _;
use std::mem::Discriminant;

use foldhash::fast::FixedState;

use super::super::effect::{Bystander, Effect, EffectKey, Likeness};
use super::super::{Ask, Cell, State};
use crate::model::{Action, Claim, Operation, Text, World};
use crate::rule::RuleId;

/// Something about a request that is worth meeting; effects are told apart by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Trait {
    /// The answer decides a fact of the rule.
    Rule(RuleId),
    /// Such a request is accepted or refused as the rule has it.
    Verdict(RuleId, Option<Action>),
    /// The answer to such a request decides such a fact, about what such a request has left.
    Fact(RuleId, Option<Action>, Option<Action>, Discriminant<Claim>, Option<Mark>),
    /// The request writes such a cell under the rule.
    Write(Option<RuleId>, Option<Action>, Mark),
    /// What it asks for, relative to the state.
    Ask(Ask),
    /// It leads to such a state.
    State(State),
    /// The kind of call.
    Cell(Cell),
    /// The request as it is written, whatever its tokens are.
    Form(u64),
    /// A member of the request, and the rule by which it is refused.
    Member(u64, Option<RuleId>),
    /// Two members of the request.
    Pair(u64),
    /// What it does to the secret.
    Effect(Effect),
    /// What it does, where an earlier call has done the other.
    After(u64, u64),
    /// What it does to a secret, where another call has done something to another secret.
    Apart(Option<Action>, u64),
    /// What it does, and what it must leave alone.
    Beside(u64, Bystander),
    /// What it stores.
    Value(Option<Action>, Likeness),
    /// It reads a value that was there before such a call.
    Survivor(u64),
}

/// A label or a member of the rotation configuration, and whether it is anywhere.
pub(super) type Mark = (u8, bool);

/// A trait by its hash, which is what meetings are counted by, and what it is worth to meet it for the first time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merit {
    pub(super) key: u64,
    pub(super) worth: i64,
}

impl From<Trait> for Merit {
    fn from(it: Trait) -> Self {
        Self { key: FixedState::default().hash_one(it), worth: it.worth() }
    }
}

impl Trait {
    /// What it is worth to meet it for the first time. Of what a call has many of at once, each is worth little.
    const fn worth(self) -> i64 {
        match self {
            Self::Rule(_) => 4096,
            Self::Verdict(..) | Self::Write(..) => 1024,
            Self::Fact(..) | Self::Effect(_) | Self::Member(..) | Self::Value(..) | Self::Survivor(_) => 512,
            Self::State(_) | Self::Ask(_) => 256,
            Self::Cell(_) | Self::Form(_) => 64,
            Self::Beside(..) | Self::Apart(..) => 32,
            Self::Pair(_) => 16,
            Self::After(..) => 8,
        }
    }
}

/// What there is to meet in a request, and what it does.
pub(super) struct Seen {
    /// The name of the secret that it is about.
    pub(super) secret: Text,
    pub(super) traits: Vec<Merit>,
    /// What later reads must show; it is met when one does.
    pub(super) written: Vec<Merit>,
    pub(super) sight: Sight,
    /// What it does to the secret, if it is no read.
    pub(super) effect: Option<EffectKey>,
    /// What is known of the secret afterwards, but for what the answer shows.
    pub(super) next: World,
}

/// What becomes of what nobody has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// It can be read later.
    Stays,
    /// The answer shows it.
    Shows,
    /// The secret is gone.
    Ends,
}

impl Sight {
    pub(super) fn of(operation: &Operation, is_accepted: bool) -> Self {
        match operation {
            Operation::DescribeSecret(_) if is_accepted => Self::Shows,
            Operation::DeleteSecret(it) if is_accepted && it.force_delete_without_recovery == Some(true) => Self::Ends,
            _ => Self::Stays,
        }
    }
}
