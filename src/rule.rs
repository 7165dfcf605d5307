//! The rules' identities: id, level and what a check needs; their texts live in `specs/rules`.
//!
//! Every fact of the model is owned by exactly one [`RuleId`]. A test keeps this table equal to the headings of
//! `specs/rules`. Ids are never reused; ROT-STATE-025 was withdrawn.

use std::fmt;
use std::str::FromStr;

/// How firmly the real service's behaviour is established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Documented as how the service works.
    Must,
    /// Documented softly, or a consequence that a correct service could express in another way.
    Should,
    /// Seen in answers of the real service where its documents are silent or vague.
    Observed,
    /// Open or contradictory: such a rule accuses nobody, and the reading that an endpoint chose is reported.
    Unspecified,
}

impl Level {
    /// The word that `specs/rules` and every report use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::Observed => "OBSERVED",
            Self::Unspecified => "UNSPECIFIED",
        }
    }
}

/// The least that a rule's facts need of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checkable {
    /// The API alone.
    Yes,
    /// A function ARN that the endpoint accepts; no running function.
    Arn,
    /// A running function that the harness controls.
    Function,
    /// Not over one endpoint's API; the reason stands in `specs/rules`.
    No,
}

impl Checkable {
    /// The word that `specs/rules` and every report use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Arn => "arn",
            Self::Function => "function",
            Self::No => "no",
        }
    }
}

/// How much a fact weighs when it does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A correct client would act differently; fails by default for MUST and OBSERVED rules.
    #[default]
    Contract,
    /// Shown as a difference; fails only in strict mode.
    Fidelity,
}

impl Class {
    /// The word that every report uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Fidelity => "fidelity",
        }
    }
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id in code.
    pub id: RuleId,
    /// The id in text, for instance `ROT-PROG-001`.
    pub name: &'static str,
    /// How firmly it is established.
    pub level: Level,
    /// What a check needs.
    pub checkable: Checkable,
    /// Whether the rule says nothing of its own; a violation is then blamed on the rules it derives from.
    pub derived: bool,
    /// What it says, where that decides how it is told and looked for.
    pub kind: Kind,
}

/// What a rule says, as far as others treat it by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing out of the ordinary.
    Plain,
    /// A call changes nothing: whichever part of the state was changed, it is one fault.
    NothingChanges {
        /// Whether its answer shows the state too, so that a wrong one may be the fault of an earlier call.
        answer_shows_state: bool,
    },
    /// Something is so in every answer about a secret, whichever call is to blame: the model states no fact of it.
    Law,
    /// Either answer is good, and which it was is reported, as of every rule that is UNSPECIFIED.
    Reading {
        /// Whether that exercises the rule; otherwise it takes one of the facts that it states as well.
        exercises: bool,
    },
    /// A request is refused for the state of the secret, which is to blame before anything about the request's form.
    RefusalForState,
    /// Nothing is demanded, and what is seen is reported.
    Report,
}

impl Rule {
    /// Whether the rule demands something of its own that can be checked without a function that acts.
    #[must_use]
    pub const fn is_due(&self) -> bool {
        matches!(self.checkable, Checkable::Yes | Checkable::Arn) && !self.derived
    }

    /// Whether it takes several callers at once to decide it, which no case has yet.
    #[must_use]
    pub const fn needs_callers(&self) -> bool {
        matches!(self.id, RuleId::Conc004 | RuleId::Conc005 | RuleId::Conc007)
    }

    /// Whether it leaves something open which a read settles and which is then reported.
    #[must_use]
    pub const fn has_reading(&self) -> bool {
        matches!((self.level, self.kind), (Level::Unspecified, _) | (_, Kind::Reading { .. }))
    }

    /// Whether such a reading exercises it.
    #[must_use]
    pub const fn is_exercised_by_reading(&self) -> bool {
        matches!((self.level, self.kind), (Level::Unspecified, _) | (_, Kind::Reading { exercises: true }))
    }

    /// The row of a rule that says more than its level.
    const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

/// The id of a rule: class and number as in `specs/rules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each id is documented by its heading in specs/rules; `explain` prints it")]
pub enum RuleId {
    Val001,
    Val002,
    Val003,
    Val004,
    Val005,
    Val006,
    Val007,
    Val008,
    Val009,
    Val010,
    Val011,
    Val012,
    Val013,
    Val014,
    Val015,
    Val016,
    Val017,
    Val018,
    Val019,
    Val020,
    Val021,
    Val022,
    Idem001,
    Idem002,
    Idem003,
    Idem004,
    Idem005,
    Idem006,
    Idem007,
    Idem008,
    Idem009,
    Idem010,
    Idem011,
    Idem012,
    Idem013,
    Idem014,
    Idem015,
    State001,
    State002,
    State003,
    State004,
    State005,
    State006,
    State007,
    State008,
    State009,
    State010,
    State011,
    State012,
    State013,
    State014,
    State015,
    State016,
    State017,
    State018,
    State019,
    State020,
    State021,
    State022,
    State023,
    State024,
    State026,
    State027,
    State028,
    State029,
    Prog001,
    Prog002,
    Prog003,
    Prog004,
    Prog005,
    Prog006,
    Prog007,
    Prog008,
    Prog009,
    Prog010,
    Prog011,
    Prog012,
    Prog013,
    Prog014,
    Prog015,
    Prog016,
    Life001,
    Life002,
    Life003,
    Life004,
    Life005,
    Life006,
    Life007,
    Life008,
    Life009,
    Life010,
    Life011,
    Life012,
    Life013,
    Life014,
    Life015,
    Life016,
    Life017,
    Life018,
    Life019,
    Life020,
    Life021,
    Life022,
    Life023,
    Life024,
    Life025,
    Life026,
    Conf001,
    Conf002,
    Conf003,
    Conf004,
    Conf005,
    Conf006,
    Conf007,
    Conf008,
    Conf009,
    Conf010,
    Conf011,
    Conf012,
    Conf013,
    Conf014,
    Conf015,
    Conf016,
    Conf017,
    Conf018,
    Conf019,
    Conf020,
    Conf021,
    Conf022,
    Conf023,
    Conf024,
    Conf025,
    Conf026,
    Err001,
    Err002,
    Err003,
    Err004,
    Err005,
    Err006,
    Err007,
    Err008,
    Err009,
    Err010,
    Err011,
    Err012,
    Err013,
    Err014,
    Err015,
    Err016,
    Err017,
    Err018,
    Ident001,
    Ident002,
    Ident003,
    Ident004,
    Ident005,
    Ident006,
    Ident007,
    Ident008,
    Wire001,
    Wire002,
    Wire003,
    Wire004,
    Wire005,
    Wire006,
    Wire007,
    Wire008,
    Wire009,
    Wire010,
    Wire011,
    Wire012,
    Wire013,
    Conc001,
    Conc002,
    Conc003,
    Conc004,
    Conc005,
    Conc006,
    Conc007,
    Conc008,
    Conc009,
    Conc010,
    Conc011,
    Read001,
    Read002,
    Read003,
    Read004,
    Read005,
    Read006,
    Read007,
    Read008,
    Read009,
}

impl RuleId {
    /// This rule's row of [`RULES`].
    #[must_use]
    pub const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The id in text, for instance `ROT-PROG-001`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.rule().name
    }

    /// The class of the id, for instance `PROG`.
    ///
    /// # Panics
    ///
    /// Never: every id has the form `ROT-FAMILY-NNN`.
    #[must_use]
    pub fn family(self) -> &'static str {
        self.as_str().split('-').nth(1).expect("every id in RULES has the form ROT-FAMILY-NNN")
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for RuleId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for RuleId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The text names no rule of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("find a rule called {0:?}: `rules` lists the ids")]
pub struct UnknownRule(pub String);

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.to_ascii_uppercase();
        RULES.iter().find(|rule| rule.name == wanted).map(|rule| rule.id).ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// A row whose kind is named by [`Rule::of`].
const fn rule(id: RuleId, name: &'static str, level: Level, checkable: Checkable) -> Rule {
    plain(id, name, level, checkable)
}

const fn plain(id: RuleId, name: &'static str, level: Level, checkable: Checkable) -> Rule {
    Rule { id, name, level, checkable, derived: false, kind: Kind::Plain }
}

const fn derived(id: RuleId, name: &'static str, level: Level, checkable: Checkable) -> Rule {
    Rule { derived: true, ..plain(id, name, level, checkable) }
}

/// The catalogue, in the order of `specs/rules`; a rule's index is its id as a number.
pub static RULES: [Rule; 192] = {
    use Checkable::{Arn, Function, No, Yes};
    use Kind::{Law, NothingChanges, Reading, RefusalForState, Report};
    use Level::{Must, Observed, Should, Unspecified};
    [
        plain(RuleId::Val001, "ROT-VAL-001", Must, Yes),
        plain(RuleId::Val002, "ROT-VAL-002", Must, Yes),
        plain(RuleId::Val003, "ROT-VAL-003", Observed, Yes),
        plain(RuleId::Val004, "ROT-VAL-004", Observed, Yes),
        plain(RuleId::Val005, "ROT-VAL-005", Observed, Yes),
        plain(RuleId::Val006, "ROT-VAL-006", Observed, Yes),
        plain(RuleId::Val007, "ROT-VAL-007", Must, Yes),
        plain(RuleId::Val008, "ROT-VAL-008", Must, Arn),
        plain(RuleId::Val009, "ROT-VAL-009", Must, Arn),
        plain(RuleId::Val010, "ROT-VAL-010", Must, Arn),
        plain(RuleId::Val011, "ROT-VAL-011", Should, Arn),
        plain(RuleId::Val012, "ROT-VAL-012", Should, Arn),
        plain(RuleId::Val013, "ROT-VAL-013", Should, Arn),
        plain(RuleId::Val014, "ROT-VAL-014", Must, Yes),
        plain(RuleId::Val015, "ROT-VAL-015", Must, Yes),
        plain(RuleId::Val016, "ROT-VAL-016", Must, Yes),
        plain(RuleId::Val017, "ROT-VAL-017", Observed, Yes),
        plain(RuleId::Val018, "ROT-VAL-018", Should, Yes),
        plain(RuleId::Val019, "ROT-VAL-019", Should, Yes),
        rule(RuleId::Val020, "ROT-VAL-020", Must, Yes).of(NothingChanges { answer_shows_state: false }),
        plain(RuleId::Val021, "ROT-VAL-021", Should, Yes),
        plain(RuleId::Val022, "ROT-VAL-022", Must, Yes),
        plain(RuleId::Idem001, "ROT-IDEM-001", Must, Yes),
        rule(RuleId::Idem002, "ROT-IDEM-002", Must, Yes).of(NothingChanges { answer_shows_state: true }),
        plain(RuleId::Idem003, "ROT-IDEM-003", Must, Yes),
        rule(RuleId::Idem004, "ROT-IDEM-004", Should, Yes).of(NothingChanges { answer_shows_state: false }),
        rule(RuleId::Idem005, "ROT-IDEM-005", Observed, Yes).of(NothingChanges { answer_shows_state: false }),
        plain(RuleId::Idem006, "ROT-IDEM-006", Observed, Yes),
        rule(RuleId::Idem007, "ROT-IDEM-007", Observed, Yes).of(NothingChanges { answer_shows_state: false }),
        plain(RuleId::Idem008, "ROT-IDEM-008", Observed, Yes),
        plain(RuleId::Idem009, "ROT-IDEM-009", Must, Arn),
        plain(RuleId::Idem010, "ROT-IDEM-010", Must, Arn),
        rule(RuleId::Idem011, "ROT-IDEM-011", Must, Arn).of(Reading { exercises: true }),
        plain(RuleId::Idem012, "ROT-IDEM-012", Unspecified, Arn),
        plain(RuleId::Idem013, "ROT-IDEM-013", Unspecified, Arn),
        derived(RuleId::Idem014, "ROT-IDEM-014", Must, Arn),
        plain(RuleId::Idem015, "ROT-IDEM-015", Should, Yes),
        rule(RuleId::State001, "ROT-STATE-001", Must, Yes).of(Law),
        rule(RuleId::State002, "ROT-STATE-002", Must, Yes).of(Law),
        plain(RuleId::State003, "ROT-STATE-003", Must, Yes),
        plain(RuleId::State004, "ROT-STATE-004", Must, Yes),
        plain(RuleId::State005, "ROT-STATE-005", Must, Yes),
        plain(RuleId::State006, "ROT-STATE-006", Must, Yes),
        plain(RuleId::State007, "ROT-STATE-007", Observed, Yes),
        plain(RuleId::State008, "ROT-STATE-008", Must, Yes),
        plain(RuleId::State009, "ROT-STATE-009", Must, Yes),
        plain(RuleId::State010, "ROT-STATE-010", Observed, Yes),
        plain(RuleId::State011, "ROT-STATE-011", Must, Yes),
        plain(RuleId::State012, "ROT-STATE-012", Must, Yes),
        plain(RuleId::State013, "ROT-STATE-013", Must, Yes),
        plain(RuleId::State014, "ROT-STATE-014", Observed, Yes),
        plain(RuleId::State015, "ROT-STATE-015", Must, Yes),
        rule(RuleId::State016, "ROT-STATE-016", Observed, Yes).of(Reading { exercises: true }),
        plain(RuleId::State017, "ROT-STATE-017", Observed, Yes),
        plain(RuleId::State018, "ROT-STATE-018", Must, Yes),
        derived(RuleId::State019, "ROT-STATE-019", Must, Yes),
        plain(RuleId::State020, "ROT-STATE-020", Observed, Yes),
        plain(RuleId::State021, "ROT-STATE-021", Should, Yes),
        plain(RuleId::State022, "ROT-STATE-022", Must, Yes),
        plain(RuleId::State023, "ROT-STATE-023", Must, Arn),
        plain(RuleId::State024, "ROT-STATE-024", Unspecified, Yes),
        plain(RuleId::State026, "ROT-STATE-026", Observed, Yes),
        plain(RuleId::State027, "ROT-STATE-027", Unspecified, Yes),
        plain(RuleId::State028, "ROT-STATE-028", Unspecified, Yes),
        plain(RuleId::State029, "ROT-STATE-029", Unspecified, Yes),
        rule(RuleId::Prog001, "ROT-PROG-001", Must, Arn).of(RefusalForState),
        plain(RuleId::Prog002, "ROT-PROG-002", Must, Arn),
        plain(RuleId::Prog003, "ROT-PROG-003", Must, Arn),
        derived(RuleId::Prog004, "ROT-PROG-004", Must, Arn),
        plain(RuleId::Prog005, "ROT-PROG-005", Observed, Function),
        plain(RuleId::Prog006, "ROT-PROG-006", Observed, Function),
        plain(RuleId::Prog007, "ROT-PROG-007", Must, Arn),
        plain(RuleId::Prog008, "ROT-PROG-008", Must, Function),
        derived(RuleId::Prog009, "ROT-PROG-009", Must, Arn),
        rule(RuleId::Prog010, "ROT-PROG-010", Should, Arn).of(Reading { exercises: false }),
        plain(RuleId::Prog011, "ROT-PROG-011", Unspecified, Arn),
        plain(RuleId::Prog012, "ROT-PROG-012", Unspecified, Function),
        plain(RuleId::Prog013, "ROT-PROG-013", Unspecified, Arn),
        plain(RuleId::Prog014, "ROT-PROG-014", Must, Arn),
        plain(RuleId::Prog015, "ROT-PROG-015", Unspecified, Arn),
        plain(RuleId::Prog016, "ROT-PROG-016", Unspecified, Arn),
        plain(RuleId::Life001, "ROT-LIFE-001", Must, Function),
        plain(RuleId::Life002, "ROT-LIFE-002", Must, Function),
        plain(RuleId::Life003, "ROT-LIFE-003", Must, Function),
        plain(RuleId::Life004, "ROT-LIFE-004", Must, Function),
        plain(RuleId::Life005, "ROT-LIFE-005", Observed, Function),
        plain(RuleId::Life006, "ROT-LIFE-006", Must, Function),
        plain(RuleId::Life007, "ROT-LIFE-007", Must, Function),
        plain(RuleId::Life008, "ROT-LIFE-008", Must, Function),
        plain(RuleId::Life009, "ROT-LIFE-009", Observed, Arn),
        plain(RuleId::Life010, "ROT-LIFE-010", Must, Arn),
        plain(RuleId::Life011, "ROT-LIFE-011", Must, Function),
        plain(RuleId::Life012, "ROT-LIFE-012", Must, Function),
        plain(RuleId::Life013, "ROT-LIFE-013", Unspecified, Function),
        plain(RuleId::Life014, "ROT-LIFE-014", Observed, Function),
        plain(RuleId::Life015, "ROT-LIFE-015", Must, Function),
        plain(RuleId::Life016, "ROT-LIFE-016", Must, Function).of(Report),
        plain(RuleId::Life017, "ROT-LIFE-017", Should, Function),
        plain(RuleId::Life018, "ROT-LIFE-018", Must, Function),
        plain(RuleId::Life019, "ROT-LIFE-019", Must, Arn),
        plain(RuleId::Life020, "ROT-LIFE-020", Observed, Function),
        plain(RuleId::Life021, "ROT-LIFE-021", Unspecified, Arn),
        plain(RuleId::Life022, "ROT-LIFE-022", Must, Arn),
        plain(RuleId::Life023, "ROT-LIFE-023", Unspecified, Function),
        plain(RuleId::Life024, "ROT-LIFE-024", Should, No),
        plain(RuleId::Life025, "ROT-LIFE-025", Must, No),
        plain(RuleId::Life026, "ROT-LIFE-026", Observed, Function),
        plain(RuleId::Conf001, "ROT-CONF-001", Must, Arn),
        plain(RuleId::Conf002, "ROT-CONF-002", Must, Arn),
        plain(RuleId::Conf003, "ROT-CONF-003", Must, Yes),
        derived(RuleId::Conf004, "ROT-CONF-004", Must, Yes),
        plain(RuleId::Conf005, "ROT-CONF-005", Observed, Arn),
        plain(RuleId::Conf006, "ROT-CONF-006", Observed, Arn),
        plain(RuleId::Conf007, "ROT-CONF-007", Must, Arn),
        plain(RuleId::Conf008, "ROT-CONF-008", Observed, Arn),
        plain(RuleId::Conf009, "ROT-CONF-009", Unspecified, Arn),
        plain(RuleId::Conf010, "ROT-CONF-010", Must, Arn),
        plain(RuleId::Conf011, "ROT-CONF-011", Must, Arn),
        derived(RuleId::Conf012, "ROT-CONF-012", Must, Arn),
        plain(RuleId::Conf013, "ROT-CONF-013", Observed, Arn),
        plain(RuleId::Conf014, "ROT-CONF-014", Should, Arn),
        plain(RuleId::Conf015, "ROT-CONF-015", Observed, Arn),
        derived(RuleId::Conf016, "ROT-CONF-016", Must, Function),
        plain(RuleId::Conf017, "ROT-CONF-017", Observed, Yes),
        plain(RuleId::Conf018, "ROT-CONF-018", Observed, Yes),
        rule(RuleId::Conf019, "ROT-CONF-019", Must, Arn).of(NothingChanges { answer_shows_state: false }),
        plain(RuleId::Conf020, "ROT-CONF-020", Should, No),
        plain(RuleId::Conf021, "ROT-CONF-021", Unspecified, Yes),
        plain(RuleId::Conf022, "ROT-CONF-022", Unspecified, Arn),
        plain(RuleId::Conf023, "ROT-CONF-023", Observed, Function).of(Report),
        plain(RuleId::Conf024, "ROT-CONF-024", Observed, No),
        plain(RuleId::Conf025, "ROT-CONF-025", Unspecified, Arn),
        plain(RuleId::Conf026, "ROT-CONF-026", Observed, Arn),
        rule(RuleId::Err001, "ROT-ERR-001", Must, Yes).of(RefusalForState),
        plain(RuleId::Err002, "ROT-ERR-002", Observed, Yes),
        rule(RuleId::Err003, "ROT-ERR-003", Observed, Yes).of(RefusalForState),
        plain(RuleId::Err004, "ROT-ERR-004", Observed, Yes),
        plain(RuleId::Err005, "ROT-ERR-005", Must, No),
        rule(RuleId::Err006, "ROT-ERR-006", Must, Yes).of(RefusalForState),
        rule(RuleId::Err007, "ROT-ERR-007", Observed, Yes).of(Reading { exercises: true }),
        plain(RuleId::Err008, "ROT-ERR-008", Unspecified, Yes),
        plain(RuleId::Err009, "ROT-ERR-009", Must, Yes),
        plain(RuleId::Err010, "ROT-ERR-010", Observed, Yes),
        plain(RuleId::Err011, "ROT-ERR-011", Observed, Yes),
        plain(RuleId::Err012, "ROT-ERR-012", Must, Yes),
        plain(RuleId::Err013, "ROT-ERR-013", Observed, Yes),
        plain(RuleId::Err014, "ROT-ERR-014", Observed, Yes),
        plain(RuleId::Err015, "ROT-ERR-015", Should, Yes),
        plain(RuleId::Err016, "ROT-ERR-016", Unspecified, Yes),
        plain(RuleId::Err017, "ROT-ERR-017", Unspecified, Yes),
        plain(RuleId::Err018, "ROT-ERR-018", Must, No),
        plain(RuleId::Ident001, "ROT-IDENT-001", Must, Yes),
        plain(RuleId::Ident002, "ROT-IDENT-002", Observed, Yes),
        plain(RuleId::Ident003, "ROT-IDENT-003", Must, Yes),
        rule(RuleId::Ident004, "ROT-IDENT-004", Observed, Yes).of(Reading { exercises: true }),
        plain(RuleId::Ident005, "ROT-IDENT-005", Should, Yes),
        plain(RuleId::Ident006, "ROT-IDENT-006", Observed, Yes),
        plain(RuleId::Ident007, "ROT-IDENT-007", Must, Yes),
        plain(RuleId::Ident008, "ROT-IDENT-008", Must, No),
        plain(RuleId::Wire001, "ROT-WIRE-001", Must, No),
        plain(RuleId::Wire002, "ROT-WIRE-002", Must, Yes),
        plain(RuleId::Wire003, "ROT-WIRE-003", Observed, Yes),
        plain(RuleId::Wire004, "ROT-WIRE-004", Unspecified, No),
        plain(RuleId::Wire005, "ROT-WIRE-005", Observed, Yes),
        plain(RuleId::Wire006, "ROT-WIRE-006", Must, Yes),
        plain(RuleId::Wire007, "ROT-WIRE-007", Observed, Yes),
        plain(RuleId::Wire008, "ROT-WIRE-008", Should, Yes),
        plain(RuleId::Wire009, "ROT-WIRE-009", Must, Yes),
        plain(RuleId::Wire010, "ROT-WIRE-010", Must, Yes),
        plain(RuleId::Wire011, "ROT-WIRE-011", Should, Yes),
        plain(RuleId::Wire012, "ROT-WIRE-012", Must, Yes),
        plain(RuleId::Wire013, "ROT-WIRE-013", Must, Yes),
        plain(RuleId::Conc001, "ROT-CONC-001", Must, No),
        plain(RuleId::Conc002, "ROT-CONC-002", Must, No),
        plain(RuleId::Conc003, "ROT-CONC-003", Should, Yes),
        plain(RuleId::Conc004, "ROT-CONC-004", Should, Function),
        plain(RuleId::Conc005, "ROT-CONC-005", Unspecified, Function),
        plain(RuleId::Conc006, "ROT-CONC-006", Should, Yes),
        plain(RuleId::Conc007, "ROT-CONC-007", Should, Function),
        rule(RuleId::Conc008, "ROT-CONC-008", Observed, Yes).of(Reading { exercises: true }),
        plain(RuleId::Conc009, "ROT-CONC-009", Observed, No),
        plain(RuleId::Conc010, "ROT-CONC-010", Must, No),
        plain(RuleId::Conc011, "ROT-CONC-011", Should, Yes),
        plain(RuleId::Read001, "ROT-READ-001", Must, Yes),
        plain(RuleId::Read002, "ROT-READ-002", Must, Yes),
        plain(RuleId::Read003, "ROT-READ-003", Must, Yes),
        plain(RuleId::Read004, "ROT-READ-004", Must, Yes),
        plain(RuleId::Read005, "ROT-READ-005", Should, Yes),
        plain(RuleId::Read006, "ROT-READ-006", Must, Yes),
        plain(RuleId::Read007, "ROT-READ-007", Should, Yes),
        plain(RuleId::Read008, "ROT-READ-008", Should, Yes),
        plain(RuleId::Read009, "ROT-READ-009", Should, Yes),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_stands_at_the_index_of_its_id() {
        for (index, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.id as usize, index, "{}", rule.name);
            assert_eq!(rule.name.parse(), Ok(rule.id));
        }
    }

    #[test]
    fn a_kind_says_more_than_the_level() {
        for rule in &RULES {
            let is_plain = rule.kind == Kind::Plain;
            assert!(is_plain || rule.level != Level::Unspecified, "{}: any such rule has a reading", rule.name);
            assert!(is_plain || !rule.derived, "{} says nothing of its own", rule.name);
        }
    }

    #[test]
    fn an_unknown_id_is_refused() {
        assert!("ROT-STATE-025".parse::<RuleId>().is_err(), "withdrawn");
        assert!("PROG-001".parse::<RuleId>().is_err());
    }
}
