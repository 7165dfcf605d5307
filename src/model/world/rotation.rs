//! The rotation configuration of a secret, and what is known of rotations under way.

use super::{Cell, Provenance};
use crate::model::{RotationRules, Text, VersionId};

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
    /// The version id of the immediate rotation that was accepted and is not finished.
    pub unfinished: Option<VersionId>,
    /// Whether a rotation may be unfinished of which nothing else is known.
    pub may_be_unfinished: bool,
    /// Whether CancelRotateSecret was accepted since the last accepted RotateSecret.
    pub cancelled: bool,
    /// Whether a client has moved AWSCURRENT since the latest rotation began, or before it and no read has shown that.
    pub current_was_moved: bool,
}

impl Rotation {
    /// A secret that never had rotation (ROT-CONF-003).
    pub(crate) const fn never(by: Provenance) -> Self {
        Self {
            enabled: Cell::known(false, by),
            function: Cell::known(None, by),
            days: Cell::known(None, by),
            duration: Cell::known(None, by),
            schedule: Cell::known(None, by),
            configured: false,
            touched: false,
            may_hide_a_function: false,
            unfinished: None,
            may_be_unfinished: false,
            cancelled: false,
            current_was_moved: false,
        }
    }

    /// Whether a rotation is or may be unfinished, so that the service may change labels of its own accord.
    #[must_use]
    pub const fn may_act(&self) -> bool {
        self.unfinished.is_some() || self.may_be_unfinished
    }

    /// Leaves open whether a rotation is unfinished.
    pub(crate) fn lose_track(&mut self) {
        self.may_be_unfinished = true;
        self.unfinished = None;
    }

    pub(crate) fn hold(&mut self, by: Provenance) {
        self.enabled.hold(by);
        self.function.hold(by);
        self.days.hold(by);
        self.duration.hold(by);
        self.schedule.hold(by);
    }

    pub(crate) const fn open(&mut self) {
        self.touched = true;
        self.enabled.open = true;
        self.function.open = true;
        self.days.open = true;
        self.duration.open = true;
        self.schedule.open = true;
    }

    /// Whether no cell of the configuration is open.
    pub(super) const fn is_known(&self) -> bool {
        !(self.enabled.open || self.function.open || self.days.open || self.duration.open || self.schedule.open)
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
