//! Worlds that go the same ways: what later answers may depend on, up to the names of versions.

use crate::model::{Cell, Content, Knowledge, Label, Secret, VersionId, World};

/// What two worlds have in common that are taken for one in the search for ways.
///
/// Values count only by whether there are any, versions that are alike only once. Dates, texts and tags do not count,
/// nor which rule is to blame for what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    None { was_deleted: bool },
    Secret(Box<Known>),
}

/// What counts of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    /// Whether it is marked for deletion, whether labels are open, and whether AWSCURRENT was ever on a version.
    flags: [bool; 3],
    /// What is configured, and what is known of rotations.
    rotation: [bool; 10],
    versions: Vec<Kind>,
    /// Labels that may be nowhere.
    open: Vec<(Label, bool)>,
}

/// What counts of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// The labels that are, or usually are, on it; whether that is open, and required in strict mode.
    labels: Vec<(Label, bool, bool)>,
    content: Option<Filling>,
    is_unfinished: bool,
}

/// Whether a version has no value, whether that is open, and whether a client has put it as AWSPENDING.
type Filling = (bool, bool, bool);

impl Likeness {
    pub(super) fn of(world: &World) -> Self {
        match world.secret.as_deref() {
            None => Self::None { was_deleted: !world.former_arns.is_empty() },
            Some(secret) => Self::Secret(Box::new(Known::of(secret))),
        }
    }
}

impl Known {
    fn of(secret: &Secret) -> Self {
        let rotation = &secret.rotation;
        let labelled = secret.labels.iter().filter_map(|cell| cell.holder.value.as_ref());
        let ids = secret.versions.iter().map(|version| &version.id).chain(labelled).chain(rotation.unfinished());
        let mut versions: Vec<_> = ids.map(|id| Kind::of(secret, id)).collect();
        versions.sort();
        versions.dedup();
        let nowhere = secret.labels.iter().filter(|cell| cell.holder.value.is_none() && cell.holder.is_open());
        let mut open: Vec<_> =
            nowhere.map(|cell| (cell.label.clone(), cell.holder.knowledge == Knowledge::Usual)).collect();
        open.sort();
        Self {
            flags: [secret.deletion.is_some(), secret.unnamed.is_open(), secret.had_current],
            rotation: [
                rotation.enabled.value,
                rotation.enabled.is_open(),
                rotation.function.value.is_some(),
                rotation.function.is_open(),
                rotation.days.value.is_some(),
                rotation.days.is_open(),
                rotation.configured,
                rotation.may_be_unfinished,
                rotation.is_cancelled(),
                rotation.unfinished().is_some(),
            ],
            versions,
            open,
        }
    }
}

impl Kind {
    fn of(secret: &Secret, id: &VersionId) -> Self {
        let is_here = |holder: &Cell<Option<VersionId>>| holder.value.as_ref() == Some(id);
        let here = secret.labels.iter().filter(|cell| is_here(&cell.holder));
        let mut labels: Vec<_> = here
            .map(|cell| (cell.label.clone(), cell.holder.is_open(), cell.holder.knowledge == Knowledge::Usual))
            .collect();
        labels.sort();
        let is_pending = secret.holds(&Label::Pending, id);
        let content = secret.version(id).map(|version| {
            let cell = &version.content;
            (cell.value == Content::Unfilled, cell.is_open(), is_pending && version.origin.is_client())
        });
        Self { labels, content, is_unfinished: secret.rotation.unfinished() == Some(id) }
    }
}
