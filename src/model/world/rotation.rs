//! The rotation configuration of a secret, and what is known of rotations under way.

use super::{Cell, Knowledge, Part, Provenance};
use crate::model::{RotateSecret, RotationRules, Text, VersionId};

/// How far a rotation has come, by the calls of the client.
///
/// A function that acts takes a rotation further of its own accord: the transitions that no call makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// No rotation is known to be under way.
    #[default]
    None,
    /// An immediate rotation was accepted and is not finished; its version.
    Started(VersionId),
    /// CancelRotateSecret was accepted since the last accepted RotateSecret.
    Cancelled,
}

/// Which functions a rotation of a secret may call, by those that requests have named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Callable {
    /// None but such as are known not to act.
    #[default]
    Inert,
    /// Others too, or nobody knows which.
    Any,
}

/// The rotation configuration.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the past of the configuration")]
pub struct Rotation {
    /// `RotationEnabled`; null and absent count as false.
    pub enabled: Cell<bool>,
    /// `RotationLambdaARN`
    pub function: Cell<Option<Text>>,
    /// `RotationRules.AutomaticallyAfterDays`
    pub days: Cell<Option<i64>>,
    /// `RotationRules.Duration`
    pub duration: Cell<Option<Text>>,
    /// `RotationRules.ScheduleExpression`
    pub schedule: Cell<Option<Text>>,
    /// Whether a RotateSecret was accepted before.
    pub configured: bool,
    /// Whether something may have left traces of a rotation, such as a refused RotateSecret.
    pub touched: bool,
    /// Whether a RotateSecret that was not accepted may have left a function behind that no answer shows.
    pub may_hide_a_function: bool,
    /// Which functions requests have named so far.
    pub callable: Callable,
    /// How far the rotation has come that is known.
    pub progress: Progress,
    /// Whether a rotation may be unfinished of which `progress` tells nothing.
    pub may_be_unfinished: bool,
    /// Whether a client has moved AWSCURRENT since the latest rotation began, or before it and no read has shown that.
    pub current_was_moved: bool,
}

impl Rotation {
    /// A secret that never had rotation (ROT-CONF-003).
    pub(crate) fn never(by: impl Into<Option<Provenance>>) -> Self {
        let by = by.into();
        Self {
            enabled: Cell::known(false, by),
            function: Cell::known(None, by),
            days: Cell::known(None, by),
            duration: Cell::known(None, by),
            schedule: Cell::known(None, by),
            configured: false,
            touched: false,
            may_hide_a_function: false,
            callable: Callable::Inert,
            progress: Progress::None,
            may_be_unfinished: false,
            current_was_moved: false,
        }
    }

    /// Whether a rotation is or may be unfinished, so that the service may change labels of its own accord.
    #[must_use]
    pub const fn may_act(&self) -> bool {
        self.unfinished().is_some() || self.may_be_unfinished
    }

    /// The version of the immediate rotation that was accepted and is not finished.
    #[must_use]
    pub const fn unfinished(&self) -> Option<&VersionId> {
        match &self.progress {
            Progress::Started(id) => Some(id),
            Progress::None | Progress::Cancelled => None,
        }
    }

    /// Whether CancelRotateSecret was accepted since the last accepted RotateSecret.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self.progress, Progress::Cancelled)
    }

    /// The rotation that is not finished is over, if there is one.
    pub(crate) fn finish(&mut self) -> Option<VersionId> {
        match std::mem::take(&mut self.progress) {
            Progress::Started(id) => Some(id),
            other @ (Progress::None | Progress::Cancelled) => {
                self.progress = other;
                None
            }
        }
    }

    /// RotateSecret was accepted again, so that no rotation is cancelled any more.
    pub(crate) fn resume(&mut self) {
        if self.is_cancelled() {
            self.progress = Progress::None;
        }
    }

    /// Leaves open whether a rotation is unfinished.
    pub(crate) fn lose_track(&mut self) {
        self.may_be_unfinished = true;
        self.finish();
    }

    pub(crate) fn hold(&mut self, by: Provenance) {
        self.parts().into_iter().for_each(|part| part.hold(by));
    }

    pub(crate) fn open(&mut self) {
        self.touched = true;
        self.parts().into_iter().for_each(Part::open);
    }

    /// Every cell.
    pub(super) const fn parts(&mut self) -> [Part<'_>; 5] {
        let Self { enabled, function, days, duration, schedule, .. } = self;
        [enabled.part(), function.part(), days.part(), duration.part(), schedule.part()]
    }

    /// What is known of every cell.
    pub(super) const fn knowledge(&self) -> [Knowledge; 5] {
        let Self { enabled, function, days, duration, schedule, .. } = self;
        [enabled.knowledge, function.knowledge, days.knowledge, duration.knowledge, schedule.knowledge]
    }

    /// Opens each cell that differs from the one before.
    pub(crate) fn open_changes(&mut self, before: &Self) {
        let changed = [
            self.enabled != before.enabled,
            self.function != before.function,
            self.days != before.days,
            self.duration != before.duration,
            self.schedule != before.schedule,
        ];
        self.parts().into_iter().zip(changed).filter(|(_, is_changed)| *is_changed).for_each(|(part, _)| part.open());
    }

    /// Keeps the configuration of before, as a repeated request may.
    pub(crate) fn keep_configuration(&mut self, before: &Self) {
        self.enabled = before.enabled.clone();
        self.function = before.function.clone();
        self.days = before.days.clone();
        self.duration = before.duration.clone();
        self.schedule = before.schedule.clone();
    }

    /// Takes the members that a request gives, and that rotation is on, from a configuration.
    pub(crate) fn keep_given(&mut self, configured: &Self, request: &RotateSecret) {
        self.enabled = configured.enabled.clone();
        if request.rotation_lambda_arn.is_some() {
            self.function = configured.function.clone();
        }
        let Some(rules) = &request.rotation_rules else { return };
        if rules.automatically_after_days.is_some() {
            self.days = configured.days.clone();
        }
        if rules.duration.is_some() {
            self.duration = configured.duration.clone();
        }
        if rules.schedule_expression.is_some() {
            self.schedule = configured.schedule.clone();
        }
    }

    /// The rules as DescribeSecret shows them; `None` where there are none.
    #[must_use]
    pub fn rules(&self) -> Option<RotationRules> {
        let rules = RotationRules {
            automatically_after_days: self.days.value,
            duration: self.duration.value.clone(),
            schedule_expression: self.schedule.value.clone(),
        };
        (rules != RotationRules::default()).then_some(rules)
    }
}
