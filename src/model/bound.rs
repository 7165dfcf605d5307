//! What still holds where the rules leave open what becomes of a request.
//!
//! A rule that leaves an answer open does so between the readings that it names and in nothing else. Each reading in
//! which the request is accepted says here which parts of the answer and of the state it leaves alone; the model opens
//! the others and no more, and the reference service has a defect for each pair of a reading and a part that it must
//! leave alone. All of this is said of a rotation whose function is known not to act.

use super::Label;
use super::world::{Cell, Origin, Secret, World};
use crate::rule::RuleId;

/// A part of the answer, or of the state, that an accepted request leaves alone, or changes only as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The answer names the version that the token of the request names.
    Id,
    /// The request makes no version but that of its token.
    Versions,
    /// AWSCURRENT stays where it is.
    Current,
    /// AWSPREVIOUS stays where it is.
    Previous,
    /// Custom labels stay where they are.
    Custom,
    /// Stored values stay.
    Values,
    /// The secret is neither deleted nor marked for deletion.
    Deletion,
    /// The configuration that the request gives is stored, or none of it; what it does not give stays.
    Configuration,
}

impl Bound {
    /// Every bound.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::Versions,
        Self::Current,
        Self::Previous,
        Self::Custom,
        Self::Values,
        Self::Deletion,
        Self::Configuration,
    ];

    /// The bound in one word, as in the name of a defect.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Versions => "versions",
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Custom => "custom",
            Self::Values => "values",
            Self::Deletion => "deletion",
            Self::Configuration => "configuration",
        }
    }

    /// The bound on where a label is; `None` for AWSPENDING, which each open rotation may move.
    const fn of_label(label: &Label) -> Option<Self> {
        match label {
            Label::Current => Some(Self::Current),
            Label::Previous => Some(Self::Previous),
            Label::Pending => None,
            Label::Custom(_) => Some(Self::Custom),
        }
    }
}

/// The rules that leave open whether RotateSecret is accepted, and what an accepted request leaves alone all the same.
pub const OPEN_ROTATIONS: &[(RuleId, &[Bound])] = &[
    (RuleId::Idem011, &Bound::ALL),
    // Which version is the first to be AWSCURRENT is open until the function has put a value.
    (RuleId::Prog005, &BUT_CURRENT),
    (RuleId::Prog011, &Bound::ALL),
    // Whether there is a function; one that there may be does not act.
    (RuleId::Err003, &Bound::ALL),
    (RuleId::Prog012, &Bound::ALL),
    // Version id and AWSPENDING of the test of a configuration are open (ROT-LIFE-021).
    (RuleId::Prog013, &BUT_ID),
    // Where the version has been current before, labels may move back to it; AWSCURRENT stays on one (ROT-STATE-002).
    (RuleId::Idem012, &OF_A_KNOWN_VERSION),
    (RuleId::Idem013, &OF_A_KNOWN_VERSION),
    (RuleId::Life026, &BUT_CURRENT),
    (RuleId::Val012, &BUT_CONFIGURATION),
    (RuleId::Conf012, &BUT_CONFIGURATION),
    (RuleId::Conf022, &BUT_CONFIGURATION),
    // What members for partner secrets do is not documented, nor what a function does that is not known.
    (RuleId::Conf025, &OF_ANY_FUNCTION),
    (RuleId::Err017, &OF_ANY_FUNCTION),
];

const BUT_ID: [Bound; 7] = [
    Bound::Versions,
    Bound::Current,
    Bound::Previous,
    Bound::Custom,
    Bound::Values,
    Bound::Deletion,
    Bound::Configuration,
];

const BUT_CURRENT: [Bound; 7] =
    [Bound::Id, Bound::Versions, Bound::Previous, Bound::Custom, Bound::Values, Bound::Deletion, Bound::Configuration];

const BUT_CONFIGURATION: [Bound; 7] =
    [Bound::Id, Bound::Versions, Bound::Current, Bound::Previous, Bound::Custom, Bound::Values, Bound::Deletion];

const OF_A_KNOWN_VERSION: [Bound; 5] =
    [Bound::Id, Bound::Versions, Bound::Values, Bound::Deletion, Bound::Configuration];

const OF_ANY_FUNCTION: [Bound; 3] = [Bound::Id, Bound::Values, Bound::Deletion];

/// What an accepted request leaves alone if all of these rules leave it open.
pub(super) fn held(rules: &[RuleId]) -> Vec<Bound> {
    let of_rule =
        |rule: &RuleId| OPEN_ROTATIONS.iter().find(|(open, _)| open == rule).map_or(&[][..], |(_, held)| held);
    let is_held = |bound: &Bound| rules.iter().all(|rule| of_rule(rule).contains(bound));
    Bound::ALL.into_iter().filter(is_held).collect()
}

impl World {
    /// Opens what is not held, and AWSPENDING, as after a request of which nobody knows what it does.
    pub(super) fn opened_but(mut self, held: &[Bound]) -> Self {
        if let Some(secret) = &mut self.secret {
            secret.open_but(held);
            secret.open_label(&Label::Pending, true, None);
            secret.rotation.lose_track();
        }
        self
    }
}

impl Secret {
    /// Opens what is not held, but AWSPENDING.
    pub(super) fn open_but(&mut self, held: &[Bound]) {
        let is_held = |bound| held.contains(&bound);
        for cell in &mut self.labels {
            if !Bound::of_label(&cell.label).is_some_and(is_held) && cell.label != Label::Pending {
                cell.holder.part().open();
                (cell.holder.by, cell.put_by) = (None, Origin::Unknown);
            }
        }
        if !is_held(Bound::Custom) {
            self.unnamed = Cell::unknown(());
        }
        if !is_held(Bound::Values) {
            self.versions.iter_mut().for_each(|version| version.content.part().open());
        }
        if !is_held(Bound::Versions) {
            self.expect_strangers();
        }
        if !is_held(Bound::Configuration) {
            self.rotation.open();
        }
    }
}
