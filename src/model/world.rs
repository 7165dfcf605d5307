//! One possible state of one secret name, with what each part rests on.
//!
//! Staging labels are a relation beside the versions: AWSPENDING may name an id that has no version yet
//! (ROT-STATE-023). Every changeable part is a [`Cell`]: known, or open where the rules leave it open, with the rule
//! and the call that last wrote it or required it to stay. Two worlds are equal when they permit the same answers from
//! then on; what they rest on does not count.

mod cell;
mod labels;
mod origin;
mod rotation;
mod secret;
mod shared;
mod twin;
mod version;

pub(crate) use cell::Part;
pub use cell::{Cell, Knowledge, Provenance};
pub use labels::LabelCell;
pub use origin::Origin;
pub use rotation::{Callable, Progress, Rotation};
pub use secret::{Dates, Secret};
pub use shared::Shared;
pub(crate) use twin::Likeness;
pub use version::{Content, Listing, Strangers, Version};

use super::{Label, Text, Timestamp};

/// One possible state of one secret name.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The name.
    pub name: Text,
    /// The secret that has it now.
    pub secret: Option<Shared<Secret>>,
    /// Full ARNs of secrets of this name that were deleted by force (ROT-IDENT-006).
    pub former_arns: Vec<Text>,
    /// Whether a forced delete may still be under way (ROT-CONC-008).
    pub deleting: bool,
    /// The endpoint's clock at the latest forced delete, where it is known.
    pub deleted: Option<Timestamp>,
}

impl World {
    /// The state of a name that was never used.
    #[must_use]
    pub const fn unused(name: Text) -> Self {
        Self { name, secret: None, former_arns: Vec::new(), deleting: false, deleted: None }
    }

    /// A secret of this name of which nothing is known, as after an answer that no rule permits.
    #[must_use]
    pub fn adopted(name: Text) -> Self {
        let label = |label| LabelCell { label, holder: Cell::unknown(None), put_by: Origin::Unknown };
        let mut secret = Secret {
            arn: None,
            made_empty_with: None,
            deletion: None,
            restored: None,
            description: None,
            kms_key_id: None,
            tags: None,
            tags_open: true,
            versions: Vec::new(),
            closed: None,
            strangers: Strangers::default(),
            labels: vec![label(Label::Current), label(Label::Pending), label(Label::Previous)],
            unnamed: Cell::unknown(()),
            had_current: false,
            rotation: Rotation::never(None),
            dates: Dates { may_have_been_read: true, ..Dates::default() },
            listing: None,
        };
        secret.open_all();
        secret.rotation.callable = Callable::Any;
        Self { secret: Some(secret.into()), ..Self::unused(name) }
    }

    /// Opens everything that a read can bind again, as after an answer that no rule permits.
    #[must_use]
    pub fn opened(mut self) -> Self {
        if let Some(secret) = &mut self.secret {
            secret.open_all();
        }
        self
    }

    /// The same state if a rotation, or the test of a configuration, has come to its end since it was last seen.
    ///
    /// A function that no harness holds may have failed, or done nothing with success, at any moment, and whether the
    /// service then takes AWSPENDING away is open (ROT-LIFE-013, -021, -023, ROT-PROG-006). `None` where there is no
    /// rotation that could end, as where a client has put AWSPENDING.
    #[must_use]
    pub fn with_rotation_ended(&self) -> Option<Self> {
        let mut ended = self.clone();
        ended.secret.as_mut().is_some_and(|secret| secret.end_rotation()).then_some(ended)
    }

    /// The same with cells open that strict mode alone requires to be as usual; `None` where there are none.
    pub(super) fn without_strict_cells(&self) -> Option<Self> {
        self.secret
            .as_ref()
            .filter(|secret| secret.labels.iter().any(|cell| cell.holder.knowledge == Knowledge::Usual))?;
        let mut open = self.clone();
        let usual = open.secret.iter_mut().flat_map(|secret| &mut secret.labels).map(|cell| &mut cell.holder.knowledge);
        usual.filter(|known| **known == Knowledge::Usual).for_each(|known| *known = Knowledge::Open);
        Some(open)
    }

    /// Allows for a version under this token, of which nothing is known.
    pub(crate) fn expect_version(&mut self, token: &Text) {
        if let Some(secret) = self.secret.as_mut().filter(|secret| secret.version(token).is_none()) {
            secret.add_version(Version::unknown(token));
        }
    }

    /// Resolves each open cell to what the service usually does, as if everything had been read.
    pub fn settle(&mut self) {
        let Some(secret) = self.secret.as_mut().filter(|secret| !secret.is_settled()) else { return };
        secret.parts().for_each(Part::settle);
        secret.tags_open = false;
        let holder = |label| secret.holder(label).flatten();
        let is_pending_elsewhere =
            holder(&Label::Pending).is_some_and(|pending| holder(&Label::Current) != Some(pending));
        secret.rotation.may_be_unfinished &= is_pending_elsewhere;
        secret.forget_unlabelled_placeholders();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{Answer, Functions, Outcome, Output, Request, Setting, VersionId, outcomes};
    use crate::rule::{Class, RuleId};
    use crate::wire::decode_body;

    const BY: Provenance = Provenance { rule: RuleId::State016, class: Class::Contract, call: 1, action: None };

    /// A secret that the model knows all of: one version, which is AWSCURRENT's.
    fn known() -> Secret {
        let mut secret = (*World::adopted("db".into()).secret.expect("an adopted secret is there")).clone();
        secret.unnamed = Cell::known((), None);
        secret.tags_open = false;
        for cell in &mut secret.labels {
            cell.holder = Cell::known((cell.label == Label::Current).then(|| VersionId::from("v1")), None);
        }
        let value = Content::Value(crate::model::Value::Text("a".into()));
        let content = Cell::known(value, None);
        secret.add_version(Version::new(&"v1".into(), content, Origin::Unknown, None));
        secret.rotation = Rotation::never(None);
        secret
    }

    fn settled(secret: &Secret) -> Secret {
        let mut world = World { secret: Some(secret.clone().into()), ..World::unused("db".into()) };
        world.settle();
        (*world.secret.expect("settling removes nothing")).clone()
    }

    #[test]
    fn a_secret_of_which_nothing_is_known_is_held_to_nothing() {
        let world = World::adopted("db".into());
        let request: Request =
            serde_json::from_value(json!({ "op": "DescribeSecret", "request": { "SecretId": "db" } })).unwrap();
        let functions = Functions::default();
        let setting = Setting::foreseen(1, request.operation.action(), &functions);
        let outcomes = outcomes(&world, &request, &setting);
        let is_good = |members: Value| {
            let (body, _) = decode_body(&request.operation, 200, members);
            let answer = Answer { body, ..Answer::output(Output::Empty) };
            let is_met = |outcome: &Outcome| outcome.facts.iter().all(|fact| fact.claim.holds(&answer) != Some(false));
            outcomes.iter().any(is_met)
        };
        let identity = json!({ "Name": "db", "ARN": "arn" });
        assert!(is_good(identity.clone()));
        for (member, value) in [
            ("VersionIdsToStages", json!({ "v1": ["AWSCURRENT", "AWSPENDING"], "v2": ["mine"] })),
            ("RotationEnabled", json!(true)),
            ("LastAccessedDate", json!(86_400)),
            ("LastRotatedDate", json!(1)),
            ("NextRotationDate", json!(1)),
            ("LastChangedDate", json!(1)),
        ] {
            let mut members = identity.clone();
            members[member] = value;
            assert!(is_good(members), "{member}");
        }
    }

    #[test]
    fn settling_closes_each_open_cell() {
        let open: [fn(&mut Secret); 9] = [
            |secret| secret.unnamed.part().open(),
            |secret| secret.labels[0].holder.part().open(),
            |secret| secret.versions[0].content.part().open(),
            |secret| secret.rotation.enabled.part().open(),
            |secret| secret.rotation.function.part().open(),
            |secret| secret.rotation.days.part().open(),
            |secret| secret.rotation.duration.part().open(),
            |secret| secret.rotation.schedule.part().open(),
            |secret| {
                let content = Cell::known(Content::Unfilled, None);
                secret.add_version(Version::new(&"v2".into(), content, Origin::Unknown, None));
            },
        ];
        assert_eq!(settled(&known()), known());
        for (number, open) in open.iter().enumerate() {
            let mut secret = known();
            open(&mut secret);
            assert_ne!(secret, known(), "{number}");
            assert_eq!(settled(&secret), known(), "{number}");
        }
    }

    #[test]
    fn a_rotation_is_unfinished_no_more_once_nothing_is_pending_elsewhere() {
        for (pending, may_act) in [(None, false), (Some("v1"), false), (Some("v2"), true)] {
            let mut secret = known();
            secret.rotation.may_be_unfinished = true;
            secret.rotation.enabled.part().open();
            let holder = Cell::known(pending.map(VersionId::from), None);
            secret.set_label(&Label::Pending, holder, Origin::Unknown);
            assert_eq!(settled(&secret).rotation.may_act(), may_act, "{pending:?}");
        }
    }

    #[test]
    fn an_open_label_usually_stays_or_goes() {
        for (stays, usual) in [(true, Some("v1")), (false, None)] {
            let mut secret = known();
            secret.open_label(&Label::Current, stays, BY);
            assert_eq!(secret.holder(&Label::Current), None);
            let settled = settled(&secret);
            assert_eq!(settled.holder(&Label::Current), Some(usual.map(VersionId::from).as_ref()));
        }
    }

    #[test]
    fn whether_there_is_a_value_is_open_where_a_version_is() {
        let mut secret = known();
        assert_eq!(secret.has_a_value(), Some(true));
        secret.versions[0].content.part().open();
        assert_eq!(secret.has_a_value(), None);
        secret.versions.clear();
        assert_eq!(secret.has_a_value(), Some(false));
    }

    #[test]
    fn a_version_is_allowed_for_once() {
        let mut world = World { secret: Some(known().into()), ..World::unused("db".into()) };
        for token in ["v1", "v2", "v2"] {
            world.expect_version(&token.into());
        }
        let versions = &world.secret.as_ref().expect("the secret is there").versions;
        assert_eq!(
            versions.iter().map(|version| (&*version.id, version.content.is_open())).collect::<Vec<_>>(),
            [("v1", false), ("v2", true)]
        );
    }
}
