//! What a stored value does to the staging labels.

use crate::model::outcome::Setting;
use crate::model::world::{Cell, Origin, Provenance, Secret};
use crate::model::{Label, VersionId};
use crate::rule::RuleId;

/// Moves AWSCURRENT to a version that a put or an update has made, and AWSPREVIOUS after it (ROT-STATE-006).
pub(crate) fn move_current(secret: &mut Secret, to: &VersionId, rule: RuleId, setting: &Setting<'_>) {
    let old = secret.holder(&Label::Current).map(Option::<&_>::cloned);
    match &old {
        Some(Some(old)) => {
            let by = setting.contract(RuleId::State006);
            secret.set_label(&Label::Previous, Cell::known(Some(old.clone()), by), setting.origin());
            open_custom_labels_of(secret, old, setting);
        }
        Some(None) => {}
        None => {
            secret.open_label(&Label::Previous, false, setting.contract(RuleId::State006));
            open_custom_labels(secret, setting);
        }
    }
    let holder = Cell::known(Some(to.clone()), setting.contract(rule));
    secret.set_label(&Label::Current, holder, setting.origin());
    secret.rotation.current_was_moved = true;
}

/// Whether custom labels stay on the version that loses AWSCURRENT is open (ROT-STATE-027).
fn open_custom_labels_of(secret: &mut Secret, id: &VersionId, setting: &Setting<'_>) {
    for cell in &mut secret.labels {
        let is_on_it = cell.holder.required().is_some_and(|holder| holder.as_ref() == Some(id));
        if matches!(cell.label, Label::Custom(_)) && is_on_it {
            cell.holder = Cell::open(Some(id.clone()), setting.contract(RuleId::State027));
        }
    }
}

/// The same where it is not known which version that is.
fn open_custom_labels(secret: &mut Secret, setting: &Setting<'_>) {
    for cell in secret.labels.iter_mut().filter(|cell| matches!(cell.label, Label::Custom(_))) {
        if cell.holder.is_open() || cell.holder.value.is_some() {
            cell.holder = Cell::open(cell.holder.value.clone(), setting.contract(RuleId::State027));
        }
    }
}

/// AWSPENDING after a plain put, when AWSCURRENT has moved (ROT-STATE-017, ROT-STATE-028, ROT-PROG-008).
pub(crate) fn pending_after_plain_put(secret: &mut Secret, token: &VersionId, setting: &Setting<'_>) {
    let lost_current = secret.holder(&Label::Previous).flatten().cloned();
    match secret.holder(&Label::Pending).map(Option::<&_>::cloned) {
        Some(None) => {}
        Some(Some(id)) if Some(&id) == lost_current.as_ref() && id != *token => {
            let holder = Cell::known(None, setting.contract(RuleId::State017));
            secret.set_label(&Label::Pending, holder, setting.origin());
        }
        Some(Some(_)) | None => abandon_or_leave(secret, setting),
    }
}

/// While a rotation runs the service abandons it; where AWSPENDING was put by hand it is open.
pub(crate) fn abandon_or_leave(secret: &mut Secret, setting: &Setting<'_>) {
    let is_rotating = secret.rotation.finish().is_some();
    secret.rotation.may_be_unfinished |= is_rotating;
    secret.open_label(&Label::Pending, !is_rotating, setting.contract(RuleId::State028));
}

pub(crate) fn label_by_put(
    secret: &mut Secret,
    token: &VersionId,
    stages: &[Label],
    is_first: Option<bool>,
    setting: &Setting<'_>,
) {
    let names_current = stages.contains(&Label::Current);
    let names_pending = stages.contains(&Label::Pending);
    if names_current {
        move_current(secret, token, RuleId::State008, setting);
        if !names_pending && secret.holder(&Label::Pending) != Some(None) {
            abandon_or_leave(secret, setting);
        }
    } else if is_first == Some(false) && secret.holder(&Label::Current) == Some(None) {
        // A first value that is AWSPENDING alone may leave AWSCURRENT nowhere; the next may repair that (ROT-STATE-002).
        let holder = Cell::open(None, setting.contract(RuleId::State004));
        secret.set_label(&Label::Current, holder, Origin::Unknown);
        secret.hold_label(&Label::Previous, setting.contract(RuleId::State007));
    } else if is_first == Some(false) {
        secret.hold_label(&Label::Current, setting.contract(RuleId::State007));
        secret.hold_label(&Label::Previous, setting.contract(RuleId::State007));
    } else if names_pending || is_first.is_none() || secret.rotation.may_act() {
        let usual = (is_first == Some(true) && !names_pending).then(|| token.clone());
        let holder = Cell::open(usual, setting.contract(RuleId::State004));
        secret.set_label(&Label::Current, holder, Origin::Unknown);
    } else {
        let holder = Cell::known(Some(token.clone()), setting.contract(RuleId::State004));
        secret.set_label(&Label::Current, holder, setting.origin());
    }
    hold_other_custom_labels(secret, stages, setting.contract(RuleId::State026));
    for label in stages.iter().filter(|label| **label != Label::Current) {
        let holder = Cell::known(Some(token.clone()), setting.contract(RuleId::State008));
        secret.set_label(label, holder, setting.origin());
    }
    if secret.rotation.may_act() && (names_pending || !names_current) {
        let usual = match names_pending {
            true => Some(token.clone()),
            false => secret.label(&Label::Pending).and_then(|cell| cell.value.clone()),
        };
        let holder = Cell::open(usual, setting.contract(RuleId::Prog015));
        secret.set_label(&Label::Pending, holder, Origin::Unknown);
        secret.rotation.lose_track();
    }
}

fn hold_other_custom_labels(secret: &mut Secret, named: &[Label], by: Provenance) {
    for cell in &mut secret.labels {
        if matches!(cell.label, Label::Custom(_)) && !named.contains(&cell.label) {
            cell.holder.hold(by);
        }
    }
}
