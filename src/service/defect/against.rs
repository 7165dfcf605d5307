//! The defect against a rule: of the usual outcome, the first fact that the rule owns does not hold.
//!
//! Facts about the answer are spoiled in the answer; a cell that the request wrote under the rule, or required to stay
//! by it, is changed in the state, so that later reads show it. To know what a rule owns, the state remembers what was
//! read, as the judge's does.

mod edit;

use super::Scene;
use crate::model::{
    Answer, Body, Cell, Claim, Content, Departure, ErrorType, Fact, Label, Origin, Output, Provenance, Secret, Text,
    Value, Version, World,
};
use crate::rule::{Checkable, Level, RULES, RuleId};

/// Why rules that can be checked have no defect of their own.
pub(super) const WITHOUT: &[(&str, &[RuleId])] = &[
    (
        "needs a rotation function that acts",
        &[
            RuleId::Prog005,
            RuleId::Prog006,
            RuleId::Prog008,
            RuleId::Life001,
            RuleId::Life002,
            RuleId::Life003,
            RuleId::Life004,
            RuleId::Life005,
            RuleId::Life006,
            RuleId::Life007,
            RuleId::Life008,
            RuleId::Life011,
            RuleId::Life012,
            RuleId::Life014,
            RuleId::Life015,
            RuleId::Life016,
            RuleId::Life017,
            RuleId::Life018,
            RuleId::Life020,
            RuleId::Life026,
            RuleId::Conf023,
            RuleId::Conc004,
            RuleId::Conc007,
        ],
    ),
    ("told before the model is asked; a named defect breaks it", &[RuleId::Wire013]),
    ("either answer is good, and which it was is reported", &[RuleId::State016, RuleId::Ident004, RuleId::Conc008]),
    ("the reference service refuses the repetition; a defect beyond each of its bounds breaks it", &[RuleId::Idem011]),
    ("a quota: ordinary cases stay far below it", &[RuleId::State021, RuleId::State022]),
    ("needs ReplicateSecretToRegions, which is no operation of the model", &[RuleId::Err018]),
    ("needs concurrent callers", &[RuleId::Conc003, RuleId::Conc006, RuleId::Conc011]),
    (
        "a law over whole answers, to blame where no fact differs; the named defects break it",
        &[RuleId::State001, RuleId::State002],
    ),
];

/// The rules that there is a defect against: those that can be checked, demand something, and own what they demand.
pub(super) fn rules() -> impl Iterator<Item = RuleId> {
    let demands = |level| matches!(level, Level::Must | Level::Should | Level::Observed);
    let due = RULES.iter().filter(move |rule| demands(rule.level) && !rule.derived && rule.checkable != Checkable::No);
    due.map(|rule| rule.id).filter(|id| !WITHOUT.iter().any(|(_, rules)| rules.contains(id)))
}

/// Spoils the answer or the state against a rule; remembers what a read has shown.
pub(super) fn spoil(rule: RuleId, answer: &mut Answer, world: &mut World, scene: &Scene<'_>) {
    if spoil_form(rule, answer, scene) {
        return;
    }
    if let (true, Body::Output(output)) = (scene.operation.is_read(), &answer.body) {
        let _ = world.bind(scene.operation, output, false, std::time::Duration::ZERO);
    }
    let holds = |fact: &&Fact| is_of_answer(fact) && fact.claim.holds(answer) == Some(true);
    match scene.facts.iter().filter(holds).find(|fact| fact.rule == rule && is_to_blame(fact, scene)) {
        Some(fact) => break_claim(&fact.claim, answer, world, scene),
        None => break_cell(rule, world, scene),
    }
}

/// Whether the rule of a fact is the one to blame where the fact does not hold: a refusal that rests on the state has no
/// other reason, and no fact before it claims the same value.
fn is_to_blame(fact: &Fact, scene: &Scene<'_>) -> bool {
    let rests_on_state = matches!(fact.rule, RuleId::Err003 | RuleId::Prog001);
    let first = scene.facts.iter().find(|other| other.claim == fact.claim);
    match fact.claim {
        Claim::Refused => fact.counts || !rests_on_state,
        Claim::Value(_) => first.is_some_and(|first| first.rule == fact.rule),
        _ => true,
    }
}

/// Whether a fact is about this answer, and not about the state that an earlier request has left.
fn is_of_answer(fact: &Fact) -> bool {
    fact.since.is_none() || matches!(fact.claim, Claim::Value(_))
}

/// Rules about the form of answers, whatever is asked; tells whether the rule is one.
fn spoil_form(rule: RuleId, answer: &mut Answer, scene: &Scene<'_>) -> bool {
    let is_output = matches!(&answer.body, Body::Output(_));
    let departure = match rule {
        RuleId::Wire002 => Departure::NoRequestId,
        RuleId::Wire003 if !is_output => Departure::TypeNotBare("com.amazonaws#Exception".to_owned()),
        RuleId::Wire006 if is_output => Departure::NotADate("CreatedDate".to_owned()),
        RuleId::Wire008 if is_output => Departure::WithoutValue("Description".to_owned(), "null"),
        RuleId::Err015 if !is_output => {
            if let Body::Error(error) = &mut answer.body
                && let Some(undeclared) = undeclared_beside(&error.error_type, scene)
            {
                error.error_type = undeclared;
            }
            return true;
        }
        RuleId::Wire003 | RuleId::Wire006 | RuleId::Wire008 | RuleId::Err015 => return true,
        _ => return false,
    };
    answer.form.departures.push(departure);
    true
}

/// A type that nobody declares, where the rule of the refusal leaves the type open.
fn undeclared_beside(given: &ErrorType, scene: &Scene<'_>) -> Option<ErrorType> {
    let is_judged =
        scene.facts.iter().any(|fact| matches!(&fact.claim, Claim::ErrorType(types) if types.contains(given)));
    (!is_judged).then(|| ErrorType::Other("ForgottenException".into()))
}

/// Makes an answer that a claim does not hold of.
fn break_claim(claim: &Claim, answer: &mut Answer, world: &mut World, scene: &Scene<'_>) {
    match claim {
        Claim::Accepted | Claim::Found => {
            let error_type = match claim {
                Claim::Found => ErrorType::ResourceNotFoundException,
                _ => ErrorType::InvalidRequestException,
            };
            *answer = Answer::error(error_type, None);
            world.clone_from(scene.before);
        }
        Claim::Refused => *answer = Answer::output(edit::acceptance(scene)),
        Claim::NoFault => {
            *answer = Answer::error(ErrorType::InternalServiceError, None);
            answer.form.status = 500;
        }
        Claim::ErrorType(types) => {
            let others = [
                ErrorType::InvalidRequestException,
                ErrorType::InvalidParameterException,
                ErrorType::ResourceNotFoundException,
            ];
            let other = others.into_iter().find(|other| !types.contains(other));
            *answer = Answer::error(other.unwrap_or(ErrorType::InternalServiceError), None);
        }
        Claim::Message(_) => {
            if let Body::Error(error) = &mut answer.body {
                error.message = Some("Something went wrong.".to_owned());
            }
        }
        // Nobody can tell that the first date is wrong.
        Claim::ChangedSince(_) if !has_shown_its_date(scene) => {}
        Claim::ArnForm(_) | Claim::ArnUnlike(_) => give_another_arn(claim, answer, world),
        other => {
            if let Body::Output(output) = &mut answer.body {
                edit::contradict(output, other);
            }
        }
    }
}

fn has_shown_its_date(scene: &Scene<'_>) -> bool {
    scene.before.secret.as_ref().is_some_and(|secret| secret.dates.changed_shown.is_some())
}

/// An ARN of another form, or that of the predecessor; the secret keeps it.
fn give_another_arn(claim: &Claim, answer: &mut Answer, world: &mut World) {
    let (Body::Output(Output::Receipt(receipt)), Some(secret)) = (&mut answer.body, &mut world.secret) else { return };
    secret.arn = match claim {
        Claim::ArnUnlike(former) => former.last().cloned(),
        _ => secret.arn.as_ref().map(|arn| format!("{arn}x").into()),
    };
    receipt.arn.clone_from(&secret.arn);
}

/// Changes the first cell that this request wrote under the rule, or required to stay by it.
fn break_cell(rule: RuleId, world: &mut World, scene: &Scene<'_>) {
    let Some(secret) = &mut world.secret else { return };
    let is_own = |by: Option<Provenance>| by.is_some_and(|by| by.rule == rule && by.call == scene.call);
    let labels: Vec<Label> =
        secret.labels.iter().filter(|cell| is_own(cell.holder.by)).map(|cell| cell.label.clone()).collect();
    if !labels.is_empty() {
        return labels.iter().for_each(|label| misplace(secret, label));
    }
    if is_own(secret.closed.as_ref().and_then(|closed| closed.by)) {
        return add_stranger(secret, scene);
    }
    if let Some(version) = secret.versions.iter_mut().find(|version| is_own(version.content.by)) {
        let was_filled = matches!(version.content.value, Content::Value(_));
        let made_up = if was_filled { "spoiled" } else { "filled" };
        version.content.value = Content::Value(Value::Text(made_up.into()));
        return;
    }
    break_configuration(secret, is_own);
}

fn break_configuration(secret: &mut Secret, is_own: impl Fn(Option<Provenance>) -> bool) {
    let rotation = &mut secret.rotation;
    let own = |cell: &Cell<Option<Text>>| is_own(cell.by);
    let other = |text: &Option<Text>| text.is_none().then(|| Text::from("1h"));
    if is_own(rotation.enabled.by) {
        rotation.enabled.value = !rotation.enabled.value;
        rotation.configured = true;
    } else if own(&rotation.function) {
        rotation.function.value = other(&rotation.function.value);
    } else if is_own(rotation.days.by) {
        rotation.days.value = rotation.days.value.map_or(Some(5), |_| None);
    } else if own(&rotation.schedule) {
        rotation.schedule.value = other(&rotation.schedule.value);
    } else if own(&rotation.duration) {
        rotation.duration.value = other(&rotation.duration.value);
    }
}

/// Takes a label off its version, or puts one that is nowhere on the first version that there is.
pub(super) fn misplace(secret: &mut Secret, label: &Label) {
    let holder = match secret.holder(label).flatten() {
        Some(_) => None,
        None => secret.versions.first().map(|version| version.id.clone()),
    };
    super::put_label(secret, label, holder);
}

/// A version that no request has made.
pub(super) fn add_stranger(secret: &mut Secret, scene: &Scene<'_>) {
    let id: Text = format!("99999999-0000-4000-8000-{:012}", scene.call).into();
    let content = Cell::known(Content::Value(Value::Text("stray".into())), None);
    secret.versions.push(Version::new(&id, content, Origin::Unknown, Some(scene.now)));
}

/// ListSecrets shows rotation where there is none, and none where there is.
pub(super) fn spoil_summaries(rule: RuleId, answer: &mut Answer) {
    let Body::Output(Output::Secrets(page)) = &mut answer.body else { return };
    if rule == RuleId::Read009 {
        for entry in page.secret_list.iter_mut().flatten() {
            entry.rotation_enabled = Some(!entry.rotation_enabled.unwrap_or(false));
        }
    }
}
