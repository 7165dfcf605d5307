//! Arguments: legal ones as the state suggests, illegal ones of every kind in the catalogue now and then.

use proptest::prelude::RngExt as _;

use super::Generator;
use crate::model::{
    Action, BatchGetSecretValue, CancelRotateSecret, CreateSecret, DeleteSecret, DescribeSecret, Filter,
    GetSecretValue, Label, ListSecretVersionIds, ListSecrets, MetadataItem, Operation, PutSecretValue, RestoreSecret,
    RotateSecret, RotationRules, Secret, SecretBinary, SecretString, Tag, TagResource, Text, UntagResource,
    UpdateSecret, UpdateSecretVersionStage, ValidateResourcePolicy,
};

/// The reads that show the whole state of a secret.
#[must_use]
pub fn complete_read(secret: u8) -> [Operation; 3] {
    let id: Text = format!("$s{secret}").into();
    [
        Operation::DescribeSecret(DescribeSecret { secret_id: Some(id.clone()) }),
        Operation::ListSecretVersionIds(ListSecretVersionIds {
            secret_id: Some(id.clone()),
            include_deprecated: Some(true),
            ..ListSecretVersionIds::default()
        }),
        Operation::GetSecretValue(GetSecretValue { secret_id: Some(id), ..GetSecretValue::default() }),
    ]
}

/// A function of a Region in which no emulator keeps its secrets (ROT-ERR-004).
const FOREIGN: &str = "arn:aws:lambda:ap-east-9:123456789012:function:elsewhere";

/// Days, schedule expression and duration of rotation rules.
type Shape<'a> = (Option<i64>, Option<&'a str>, Option<&'a str>);

/// A value to store: one of two texts, now and then bytes.
struct Stored {
    text: Option<SecretString>,
    bytes: Option<SecretBinary>,
}

impl Generator {
    pub(super) fn arguments_for(&mut self, action: Action, secret: u8, state: Option<&Secret>) -> Operation {
        let id = Some(self.id_of(secret, state.is_some()));
        match action {
            Action::CreateSecret => self.create(secret),
            Action::DescribeSecret => Operation::DescribeSecret(DescribeSecret { secret_id: id }),
            Action::GetSecretValue => self.get(id, secret),
            Action::BatchGetSecretValue => self.batch(secret),
            Action::ListSecretVersionIds => self.list(id),
            Action::PutSecretValue => self.put(id, state),
            Action::UpdateSecret => self.update(id, state),
            Action::UpdateSecretVersionStage => self.stage(id, secret, state),
            Action::RotateSecret => self.rotate(id, state),
            Action::CancelRotateSecret => Operation::CancelRotateSecret(CancelRotateSecret { secret_id: id }),
            Action::DeleteSecret => self.delete(id),
            Action::RestoreSecret => Operation::RestoreSecret(RestoreSecret { secret_id: id }),
            Action::ListSecrets => listed_by_name(format!("$s{secret}").into()),
            Action::TagResource => Operation::TagResource(TagResource { secret_id: id, tags: Some(vec![self.tag()]) }),
            Action::UntagResource => {
                let keys = self.tag().key.into_iter().collect();
                Operation::UntagResource(UntagResource { secret_id: id, tag_keys: Some(keys) })
            }
            Action::ValidateResourcePolicy => Operation::ValidateResourcePolicy(ValidateResourcePolicy {
                secret_id: Some("$s8".into()),
                resource_policy: Some("{\"Version\":\"2012-10-17\",\"Statement\":[]}".into()),
            }),
        }
    }

    /// One chance in so many.
    pub(super) fn one_in(&mut self, chances: u32) -> bool {
        let chances = if self.is_bold { chances.isqrt() } else { chances };
        self.rng.random_ratio(1, chances.max(1))
    }

    /// One of these, by weight; `None` of none.
    pub(super) fn pick<T: Copy>(&mut self, weighted: &[(T, u32)]) -> Option<T> {
        let weights: Vec<u32> =
            (0..).zip(weighted).map(|(place, (_, weight))| self.weight(*weight, place, weighted.len())).collect();
        let total = weights.iter().sum();
        let mut rest = (total > 0).then(|| self.rng.random_range(0..total))?;
        let is_it = |weight: &u32| match rest.checked_sub(*weight) {
            Some(less) => {
                rest = less;
                false
            }
            None => true,
        };
        weights.iter().position(is_it).map(|place| weighted[place].0)
    }

    /// What a weight counts for in this case, which has a taste of its own for some of the choices.
    fn weight(&self, weight: u32, place: u32, places: usize) -> u32 {
        let mixed = (self.taste ^ u64::from(place) ^ ((places as u64) << 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
        match (self.has_weights, self.is_bold) {
            (false, _) => weight.min(1),
            (true, true) => weight.isqrt(),
            (true, false) if self.taste == 0 => weight,
            (true, false) if mixed < 2 => weight * 4,
            (true, false) if mixed < 4 => weight.div_ceil(4),
            (true, false) => weight,
        }
    }

    fn choose<T: Copy>(&mut self, weighted: &[(T, u32)]) -> T {
        self.pick(weighted).expect("the weights of a menu are not all zero")
    }

    fn id_of(&mut self, secret: u8, exists: bool) -> Text {
        if self.one_in(60) {
            return "$s8".into();
        }
        let forms = [("", 70), (".arn", 22), (".partial", 4), (".suffixed", 1), (".former", 2)];
        let form = if exists { self.choose(&forms) } else { "" };
        ["$s", &secret.to_string(), form].concat().into()
    }

    fn fresh_token(&mut self) -> Text {
        let token = self.next_token.min(40);
        self.next_token += 1;
        ["$t", &token.to_string()].concat().into()
    }

    /// A token for storing a value: fresh as a rule, else in use, of an odd length, or missing.
    fn token(&mut self, state: Option<&Secret>) -> Option<Text> {
        let kind = self.choose(&[(0, 78), (1, 14), (90, 1), (91, 1), (92, 1), (93, 1), (94, 2), (2, 1), (3, 1)]);
        match kind {
            0 => Some(self.fresh_token()),
            1 => Some(self.known_version(state).unwrap_or_else(|| "$t1".into())),
            2 => None,
            3 => Some(format!("$t{}", self.rng.random_range(1..=8)).into()),
            odd => Some(format!("$t{odd}").into()),
        }
    }

    /// The placeholder of a version that the secret has.
    fn known_version(&mut self, state: Option<&Secret>) -> Option<Text> {
        let versions = &state?.versions;
        let index = (!versions.is_empty()).then(|| self.rng.random_range(0..versions.len()))?;
        Some(self.bindings.placeholder_of(&versions[index].id))
    }

    fn value(&mut self) -> Stored {
        let text = |text: &str| Stored { text: Some(text.into()), bytes: None };
        match self.choose(&[(0, 45), (1, 45), (2, 6), (3, 2), (4, 1), (5, 1)]) {
            0 => text("value-a"),
            1 => text("value-b"),
            2 => Stored { text: None, bytes: Some((&[0, 1, 2, 255][..]).into()) },
            3 => Stored { text: None, bytes: None },
            4 => Stored { text: Some("value-a".into()), bytes: Some((&[0, 1][..]).into()) },
            _ => text(""),
        }
    }

    pub(super) fn create(&mut self, secret: u8) -> Operation {
        let name: Text = if self.one_in(60) { "$s8".into() } else { format!("$s{secret}").into() };
        let state = self.secret(secret);
        let is_empty = self.one_in(8);
        let value = self.value();
        Operation::CreateSecret(CreateSecret {
            name: Some(name),
            client_request_token: self.token(state.as_deref()),
            secret_string: value.text.filter(|_| !is_empty),
            secret_binary: value.bytes.filter(|_| !is_empty),
            tags: self.one_in(10).then(|| vec![self.tag()]),
            ..CreateSecret::default()
        })
    }

    fn tag(&mut self) -> Tag {
        let key = self.choose(&[("team", 1), ("stage", 1)]);
        Tag { key: Some(key.into()), value: Some("x".into()) }
    }

    fn label(&mut self) -> Label {
        let names =
            [("AWSCURRENT", 30), ("AWSPENDING", 40), ("BLUE", 20), ("GREEN", 10), ("AWSBLUE", 5), ("AWSPREVIOUS", 6)];
        Label::from(self.choose(&names))
    }

    fn labels(&mut self) -> Vec<Label> {
        let lists: [(&[&str], u32); 10] = [
            (&["AWSPENDING"], 40),
            (&["AWSCURRENT"], 10),
            (&["AWSCURRENT", "AWSPENDING"], 8),
            (&["BLUE"], 14),
            (&["BLUE", "GREEN"], 8),
            (&["AWSPENDING", "BLUE"], 8),
            (&["AWSCURRENT", "BLUE"], 5),
            (&["AWSBLUE", "AWSPENDING"], 4),
            (&[], 1),
            (&[""], 1),
        ];
        let list = self.choose(&lists);
        list.iter().map(|name| Label::from(*name)).collect()
    }

    fn put(&mut self, id: Option<Text>, state: Option<&Secret>) -> Operation {
        let pending = state.and_then(|state| state.rotation.unfinished().cloned());
        let fills = pending.is_some() && self.rng.random_ratio(2, 3);
        let value = self.value();
        Operation::PutSecretValue(PutSecretValue {
            secret_id: id,
            client_request_token: match pending.filter(|_| fills) {
                Some(token) => Some(self.bindings.placeholder_of(&token)),
                None => self.token(state),
            },
            secret_string: value.text,
            secret_binary: value.bytes,
            version_stages: match fills {
                true => Some(vec![Label::Pending]),
                false if self.rng.random_ratio(3, 5) => Some(self.labels()),
                false => None,
            },
            rotation_token: self.one_in(80).then(|| "x".repeat(35).into()),
        })
    }

    fn update(&mut self, id: Option<Text>, state: Option<&Secret>) -> Operation {
        let stores = self.rng.random_ratio(3, 4);
        let value = self.value();
        Operation::UpdateSecret(UpdateSecret {
            secret_id: id,
            client_request_token: self.token(state),
            secret_string: value.text.filter(|_| stores),
            secret_binary: value.bytes.filter(|_| stores),
            description: (!stores || self.one_in(6)).then(|| "changed".into()),
            kms_key_id: None,
        })
    }

    /// A label that says where something is: AWSPREVIOUS as often as the others.
    fn place(&mut self) -> Label {
        let names =
            [("AWSCURRENT", 27), ("AWSPENDING", 30), ("AWSPREVIOUS", 25), ("BLUE", 12), ("GREEN", 4), ("AWSBLUE", 2)];
        Label::from(self.choose(&names))
    }

    /// A version: by a label it has, by its token, or one that is not there, or no longer.
    fn version(&mut self, secret: u8) -> Text {
        let state = self.secret(secret);
        let label = self.place();
        match self.choose(&[(0, 55), (1, 40), (2, 3), (3, 2)]) {
            0 => format!("$s{secret}.{label}").into(),
            1 => self.known_version(state.as_deref()).unwrap_or_else(|| "$t99".into()),
            2 => self.earlier_token(),
            _ => "$t99".into(),
        }
    }

    /// A token of this case: of a version of this secret or another, or of a secret that is gone.
    fn earlier_token(&mut self) -> Text {
        let number = self.rng.random_range(1..self.next_token.clamp(2, 41));
        format!("$t{number}").into()
    }

    fn stage(&mut self, id: Option<Text>, secret: u8, state: Option<&Secret>) -> Operation {
        if let Some((label, to, from)) = self.turn(secret, state) {
            return move_label(id, Some(label), to, from);
        }
        let label = self.label();
        let holder: Text = format!("$s{secret}.{label}").into();
        let is_somewhere = state.is_some_and(|state| state.holder(&label).flatten().is_some());
        let shape = self.choose(match is_somewhere {
            true => &[("move", 45), ("attach", 12), ("remove", 20), ("wrong", 10), ("neither", 2), ("odd", 2)],
            false => &[("move", 8), ("attach", 60), ("remove", 5), ("wrong", 5), ("neither", 2), ("odd", 2)],
        });
        let to = self.version(secret);
        let (to, from) = match shape {
            "move" => (Some(to), Some(holder)),
            "attach" => (Some(to), None),
            "remove" => (None, Some(holder)),
            "wrong" => (Some(to), Some(self.version(secret))),
            "odd" => (Some("short".into()), Some(holder)),
            _ => (None, None),
        };
        let label = (!self.one_in(50)).then_some(label);
        move_label(id, label, to, from)
    }

    /// The turn that a rotation takes next: it is finished, given up or taken back.
    fn turn(&mut self, secret: u8, state: Option<&Secret>) -> Option<(Label, Option<Text>, Option<Text>)> {
        let holder = |label| state?.holder(&label).flatten();
        let (current, pending) = (holder(Label::Current), holder(Label::Pending));
        let is_pending = pending.is_some() && pending != current;
        let can_roll_back = holder(Label::Previous).is_some_and(|previous| Some(previous) != current);
        let turn = self.choose(&[
            ("", 60),
            ("finish", if is_pending { 18 } else { 0 }),
            ("give up", if is_pending { 8 } else { 0 }),
            ("take back", if can_roll_back { 8 } else { 0 }),
        ]);
        let version = |label: &str| Some(format!("$s{secret}.{label}").into());
        match turn {
            "finish" => Some((Label::Current, version("AWSPENDING"), version("AWSCURRENT"))),
            "give up" => Some((Label::Pending, None, version("AWSPENDING"))),
            "take back" => Some((Label::Current, version("AWSPREVIOUS"), version("AWSCURRENT"))),
            _ => None,
        }
    }

    fn rotate(&mut self, id: Option<Text>, state: Option<&Secret>) -> Operation {
        let is_configured = state.is_some_and(|state| state.rotation.enabled.value);
        let is_scheduled = state.is_some_and(|state| state.rotation.schedule.value.is_some());
        let replaces_schedule = is_scheduled && self.menu.has_function && self.one_in(2);
        let function = match self.choose(&[(0, 67), (1, 25), (2, 6), (3, 1), (4, 1)]) {
            _ if replaces_schedule => Some("$function".into()),
            0 if is_configured && self.one_in(2) => None,
            0 => self.menu.has_function.then(|| "$function".into()),
            2 => self.menu.has_missing_function.then(|| "$missing".into()),
            3 => Some("x".repeat(2049).into()),
            4 => Some(FOREIGN.into()),
            _ => None,
        };
        let rules = match &function {
            _ if replaces_schedule => {
                Some(RotationRules { automatically_after_days: Some(30), ..RotationRules::default() })
            }
            None if is_configured && self.rng.random_ratio(3, 4) => None,
            _ => self.rules(),
        };
        let is_planned = rules.as_ref().is_some_and(|rules| rules.schedule_expression.is_some());
        let is_partner = self.one_in(100);
        let key = self.choose(&[("", 1), ("owner", 1)]);
        let items = || vec![MetadataItem { key: Some(key.into()), value: Some("x".into()) }];
        Operation::RotateSecret(RotateSecret {
            secret_id: if self.one_in(60) { None } else { id },
            client_request_token: self.token(state),
            rotation_lambda_arn: function,
            rotation_rules: rules,
            rotate_immediately: match is_planned {
                true => self.choose(&[(None, 40), (Some(true), 5), (Some(false), 55)]),
                false => self.choose(&[(None, 66), (Some(true), 8), (Some(false), 26)]),
            },
            external_secret_rotation_metadata: is_partner.then(items),
            external_secret_rotation_role_arn: None,
        })
    }

    fn rules(&mut self) -> Option<RotationRules> {
        let shapes: [(Shape<'_>, u32); 27] = [
            ((Some(30), None, None), 50),
            ((Some(7), None, Some("3h")), 4),
            ((None, Some("rate(10 days)"), None), 18),
            ((None, Some("rate(4 hours)"), None), 2),
            ((None, Some("cron(0 8 1 * ? *)"), None), 6),
            ((None, Some("rate(10 days)"), Some("12h")), 3),
            ((Some(1), None, None), 3),
            ((Some(999), None, None), 3),
            ((Some(1000), None, None), 1),
            ((Some(0), None, None), 2),
            ((Some(-1), None, None), 1),
            ((Some(1001), None, None), 2),
            ((Some(30), Some("rate(10 days)"), None), 3),
            ((Some(30), None, Some("3")), 1),
            ((Some(30), None, Some("100h")), 1),
            ((None, Some("rate(3 hours)"), None), 1),
            ((None, Some("every day"), None), 1),
            ((None, Some("cron(15 8 1 * ? *)"), None), 1),
            ((None, Some("cron(0 8 1 * 1 *)"), None), 1),
            ((None, Some("rate(4 hours)"), Some("5h")), 1),
            ((None, Some("cron(0 22 * * ? *)"), Some("4h")), 1),
            ((None, Some("rate(23 hours)"), None), 1),
            ((None, Some("rate(24 hours)"), None), 1),
            ((None, Some("rate(1001 days)"), None), 1),
            ((None, Some("cron(0 0 ? * SUN *)"), Some("24h")), 1),
            ((Some(30), None, Some("25h")), 1),
            ((None, None, None), 6),
        ];
        match self.choose(&shapes) {
            (None, None, None) => None,
            (days, expression, duration) => Some(RotationRules {
                automatically_after_days: days,
                duration: duration.map(Into::into),
                schedule_expression: expression.map(Into::into),
            }),
        }
    }

    fn delete(&mut self, id: Option<Text>) -> Operation {
        let (window, force) = self.choose(&[
            ((None, None), 40),
            ((Some(7), None), 20),
            ((None, Some(true)), 25),
            ((Some(6), None), 4),
            ((Some(31), None), 4),
            ((Some(7), Some(true)), 4),
        ]);
        Operation::DeleteSecret(DeleteSecret {
            secret_id: id,
            recovery_window_in_days: window,
            force_delete_without_recovery: force,
        })
    }

    fn get(&mut self, id: Option<Text>, secret: u8) -> Operation {
        let (by_version, by_label) =
            self.choose(&[((false, false), 35), ((true, false), 30), ((false, true), 20), ((true, true), 15)]);
        Operation::GetSecretValue(GetSecretValue {
            secret_id: id,
            version_id: by_version.then(|| self.version(secret)),
            version_stage: by_label.then(|| self.place()),
        })
    }

    fn list(&mut self, id: Option<Text>) -> Operation {
        let (max_results, next_token) = self.choose(&[
            ((None, None), 80),
            ((Some(1), None), 14),
            ((Some(2), None), 10),
            ((Some(0), None), 2),
            ((Some(101), None), 2),
            ((None, Some("x")), 3),
        ]);
        Operation::ListSecretVersionIds(ListSecretVersionIds {
            secret_id: id,
            include_deprecated: self.choose(&[(None, 40), (Some(true), 60)]),
            max_results,
            next_token: next_token.map(Into::into),
        })
    }

    fn batch(&mut self, secret: u8) -> Operation {
        let id = |text: String| Text::from(text);
        let (ids, results) = match self.choose(&[(0, 60), (1, 10), (2, 5), (3, 5)]) {
            0 => (Some(vec![id(format!("$s{secret}")), id("$s9".to_owned())]), None),
            1 => (Some(vec![id(format!("$s{secret}"))]), Some(5)),
            2 => (Some(vec![id(format!("$s{secret}")); 21]), None),
            _ => (None, None),
        };
        Operation::BatchGetSecretValue(BatchGetSecretValue {
            secret_id_list: ids,
            max_results: results,
            ..BatchGetSecretValue::default()
        })
    }
}

fn move_label(id: Option<Text>, label: Option<Label>, to: Option<Text>, from: Option<Text>) -> Operation {
    Operation::UpdateSecretVersionStage(UpdateSecretVersionStage {
        secret_id: id,
        version_stage: label,
        move_to_version_id: to,
        remove_from_version_id: from,
    })
}

/// A listing of the secrets of this name: without a filter it would show what the run has not made.
pub(in crate::strategy) fn listed_by_name(name: Text) -> Operation {
    let filter = Filter { key: Some("name".into()), values: Some(vec![name]) };
    Operation::ListSecrets(ListSecrets { filters: Some(vec![filter]), ..ListSecrets::default() })
}
