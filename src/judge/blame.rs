//! Who is to blame: the nearest outcome, its first unmet fact, and what makes two violations the same.

use std::collections::BTreeSet;

use crate::history::Call;
use crate::model::{Answer, Body, Claim, ErrorType, Fact, Label, Operation, Outcome, Output, Rank, World, labels_text};
use crate::rule::{Class, RuleId};
use crate::verdict::{Exclusion, Exercise, Fingerprint, Violation};

/// How far an answer is from an outcome; the smaller is the nearer. Facts of a graver rank weigh before any number of
/// lesser ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    contract: [u16; Rank::COUNT],
    fidelity: u16,
}

impl Score {
    pub(super) fn of(outcome: &Outcome, answer: &Answer) -> Self {
        let mut score = Self::default();
        if !is_of_kind(outcome, answer) {
            score.contract[Rank::Kind as usize] = 1;
            return score;
        }
        for fact in outcome.facts.iter().filter(|fact| fact.claim.holds(answer) == Some(false)) {
            match fact.class {
                Class::Contract => score.contract[fact.claim.rank() as usize] += 1,
                Class::Fidelity => score.fidelity += 1,
            }
        }
        score
    }

    /// Whether no contract fact is unmet.
    pub(super) fn is_permitted(self) -> bool {
        self.contract == [0; Rank::COUNT]
    }

    pub(super) const fn fidelity(self) -> u16 {
        self.fidelity
    }
}

/// Whether the answer is of the outcome's kind: accepted, or refused. A fault of the server is of neither.
fn is_of_kind(outcome: &Outcome, answer: &Answer) -> bool {
    match &answer.body {
        Body::Output(_) => outcome.is_accepted(),
        Body::Error(_) => !outcome.is_accepted() && answer.form.status < 500,
        Body::Unreadable(_) => false,
    }
}

fn is_fault(answer: &Answer) -> bool {
    match &answer.body {
        Body::Output(_) => false,
        Body::Error(_) => answer.form.status >= 500,
        Body::Unreadable(_) => true,
    }
}

/// Counts the rules whose preconditions these outcomes meet.
pub(super) fn arm(outcomes: &[Outcome], exercise: &mut Exercise) {
    for outcome in outcomes {
        for (index, fact) in outcome.facts.iter().enumerate() {
            if fact.counts && outcome.facts[..index].iter().all(|earlier| earlier.rule != fact.rule) {
                exercise.arm(fact.rule);
            }
        }
    }
}

/// Counts the rules that the answer has decided, and the reading that it shows.
pub(super) fn count(outcome: &Outcome, answer: &Answer, exercise: &mut Exercise) {
    if !is_of_kind(outcome, answer) {
        if let Some(fact) = kind_fact(outcome, answer) {
            exercise.check(fact.rule);
        }
        return;
    }
    for (index, fact) in outcome.facts.iter().enumerate() {
        let is_decided = |fact: &Fact| fact.counts && fact.claim.holds(answer).is_some();
        let is_counted =
            |rule| outcome.facts[..index].iter().any(|earlier| earlier.rule == rule && is_decided(earlier));
        if is_decided(fact) && !is_counted(fact.rule) {
            exercise.check(fact.rule);
        }
    }
    if let Some(reading) = &outcome.reading {
        exercise.read(reading.clone());
    }
}

/// The fact that an answer of another kind violates.
fn kind_fact(outcome: &Outcome, answer: &Answer) -> Option<Fact> {
    let of_refusal = if is_fault(answer) { Claim::NoFault } else { Claim::Refused };
    let wanted = if outcome.is_accepted() { Claim::Accepted } else { of_refusal };
    let no_fault = || Fact {
        rule: RuleId::Err002,
        class: Class::Contract,
        claim: Claim::NoFault,
        counts: true,
        since: 0,
        by: None,
    };
    let not_found = |fact: &&Fact| fact.claim == Claim::Found && fact.claim.holds(answer) == Some(false);
    if let Some(fact) = outcome.facts.iter().find(not_found) {
        return Some(fact.clone());
    }
    let stated = outcome.facts.iter().find(|fact| fact.claim == wanted).cloned();
    stated.or_else(|| is_fault(answer).then(no_fault))
}

/// What an answer violates of the outcome nearest to it: one contract violation, or the differences.
pub(super) fn violations(call: &Call, answer: &Answer, outcome: &Outcome, excluded: Vec<Exclusion>) -> Vec<Violation> {
    let unmet = unmet(outcome, answer);
    let (mut contract, fidelity): (Vec<Fact>, Vec<Fact>) =
        unmet.into_iter().partition(|fact| fact.class == Class::Contract);
    contract.sort_by_key(|fact| fact.claim.rank());
    if let Some((primary, others)) = contract.split_first() {
        let also: BTreeSet<_> = others.iter().map(|fact| fact.rule).filter(|rule| *rule != primary.rule).collect();
        return vec![violation(call, answer, primary, also.into_iter().collect(), excluded)];
    }
    let mut rules = BTreeSet::new();
    fidelity
        .iter()
        .filter(|fact| rules.insert(fact.rule))
        .map(|fact| violation(call, answer, fact, Vec::new(), excluded.clone()))
        .collect()
}

fn unmet(outcome: &Outcome, answer: &Answer) -> Vec<Fact> {
    if !is_of_kind(outcome, answer) {
        return kind_fact(outcome, answer).into_iter().collect();
    }
    outcome.facts.iter().filter(|fact| fact.claim.holds(answer) == Some(false)).cloned().collect()
}

pub(super) fn violation(
    call: &Call,
    answer: &Answer,
    fact: &Fact,
    also: Vec<RuleId>,
    excluded: Vec<Exclusion>,
) -> Violation {
    let (observed, pattern) = observed(&fact.claim, answer);
    let subject = match fact.by {
        Some(action) => format!("after {}", action.as_str()),
        None => call.request.operation.name().to_owned(),
    };
    Violation {
        rule: fact.rule,
        class: fact.class,
        call: call.number,
        since: fact.since,
        expected: fact.claim.to_string(),
        observed,
        also,
        fingerprint: match is_of_the_service(call) && is_not_implemented(answer) {
            true => Fingerprint(format!("{}: not implemented", call.request.operation.name())),
            false => fingerprint(fact, &subject, &pattern),
        },
        excluded,
    }
}

fn is_of_the_service(call: &Call) -> bool {
    !matches!(call.request.operation, Operation::Unknown(_) | Operation::Malformed(_))
}

/// Whether the endpoint lacks the operation: one finding, whichever rule asked for it first.
fn is_not_implemented(answer: &Answer) -> bool {
    let Body::Error(error) = &answer.body else { return false };
    let message = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let says_so = ["unknown action", "unknown operation", "not implemented", "not been implemented"];
    let is_named = matches!(error.error_type, ErrorType::UnknownOperationException);
    is_named || says_so.iter().any(|text| message.contains(text))
}

/// A law is broken by the state, whichever call has shown it.
fn fingerprint(fact: &Fact, subject: &str, pattern: &str) -> Fingerprint {
    Fingerprint(match (fact.rule, &fact.claim) {
        (RuleId::State001 | RuleId::State002, Claim::Label(label, _)) => format!("{}: {}", fact.rule, class_of(label)),
        _ => format!("{} {subject}: {} but {pattern}", fact.rule, pattern_of(&fact.claim)),
    })
}

/// One world's outcome, and what of it the answer does not meet.
pub(super) fn exclusion(world: &World, outcome: &Outcome, answer: &Answer) -> Exclusion {
    let facts = unmet(outcome, answer);
    Exclusion {
        world: summary(world),
        outcome: match &outcome.refusal {
            None => "accepted".to_owned(),
            Some(refusal) => format!("refused with {}", refusal.error_type),
        },
        unmet: facts.iter().map(|fact| (fact.rule, fact.claim.to_string())).collect(),
    }
}

/// A world in words: where the labels are, and whether rotation is on.
pub(super) fn summary(world: &World) -> String {
    let Some(secret) = &world.secret else { return "no secret of this name".to_owned() };
    let mut parts: Vec<String> = secret
        .labels
        .iter()
        .filter(|cell| cell.holder.open || cell.holder.value.is_some())
        .map(|cell| match cell.holder.get() {
            Some(Some(id)) => format!("{} on {id}", cell.label),
            _ => format!("{} open", cell.label),
        })
        .collect();
    parts.push(match secret.rotation.enabled.get() {
        Some(true) => "rotation on".to_owned(),
        Some(false) => "rotation off".to_owned(),
        None => "rotation open".to_owned(),
    });
    if secret.deletion.is_some() {
        parts.push("marked for deletion".to_owned());
    }
    parts.join(", ")
}

/// The claim without ids, values and texts.
fn pattern_of(claim: &Claim) -> String {
    match claim {
        Claim::Label(label, holder) => {
            format!("{} {}", class_of(label), if holder.is_some() { "on a version" } else { "nowhere" })
        }
        Claim::ErrorType(_) | Claim::Accepted | Claim::Found | Claim::Refused | Claim::NoFault | Claim::Enabled(_) => {
            claim.to_string()
        }
        Claim::Present(_) | Claim::Missing(_) | Claim::OneValue | Claim::NoEmptyEntry => claim.to_string(),
        Claim::Listed(_, true) => "listed".to_owned(),
        Claim::Listed(_, false) => "not listed".to_owned(),
        Claim::VersionId(None) => "no VersionId".to_owned(),
        other => kind_of(other).to_owned(),
    }
}

fn class_of(label: &Label) -> &str {
    match label {
        Label::Custom(text) if text.starts_with("AWS") => "an AWS-like label",
        Label::Custom(_) => "a custom label",
        known => known.as_str(),
    }
}

const fn kind_of(claim: &Claim) -> &'static str {
    match claim {
        Claim::OnlyVersions(_) => "no other version",
        Claim::NotShown(_) => "no such version",
        Claim::PageRepeats(_) => "no version twice",
        Claim::LastPage(_) => "every version",
        Claim::Function(_) => "RotationLambdaARN",
        Claim::Days(_) => "AutomaticallyAfterDays",
        Claim::Duration(_) => "Duration",
        Claim::Schedule(_) => "ScheduleExpression",
        Claim::Value(_) | Claim::BatchValue(..) => "the stored value",
        Claim::Version(_) => "the version",
        Claim::VersionId(_) => "VersionId",
        Claim::VersionStages(_) => "VersionStages",
        Claim::Arn(_) => "ARN",
        Claim::ArnForm(_) => "the form of the ARN",
        Claim::ArnUnlike(_) => "another ARN",
        Claim::Name(_) => "Name",
        Claim::DeletionDate(..) => "DeletionDate",
        Claim::CreatedDate(_) => "CreatedDate",
        Claim::ChangedSince(_) => "LastChangedDate",
        Claim::AccessedAtMidnight => "LastAccessedDate",
        Claim::BatchHas(_) => "in SecretValues",
        Claim::BatchError(_) => "in Errors",
        Claim::BatchErrorCode(..) => "ErrorCode",
        Claim::Message(_) => "the message",
        Claim::Accepted
        | Claim::Found
        | Claim::NoFault
        | Claim::Refused
        | Claim::ErrorType(_)
        | Claim::Label(..)
        | Claim::Listed(..)
        | Claim::Enabled(_)
        | Claim::Present(_)
        | Claim::Missing(_)
        | Claim::OneValue
        | Claim::NoEmptyEntry => "",
    }
}

/// What the answer says where the claim does not hold: in words, and without ids and texts.
fn observed(claim: &Claim, answer: &Answer) -> (String, String) {
    match &answer.body {
        Body::Unreadable(what) => {
            (format!("HTTP {}, {what}", answer.form.status), format!("HTTP {}", answer.form.status))
        }
        Body::Error(error) => {
            let message = error.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            let status = answer.form.status;
            match claim {
                Claim::Message(_) => {
                    (format!("the message {:?}", error.message.as_deref().unwrap_or("")), "another".into())
                }
                _ if status >= 500 => {
                    (format!("HTTP {status} {}{message}", error.error_type), format!("HTTP {status}"))
                }
                _ => (format!("{}{message}", error.error_type), error.error_type.to_string()),
            }
        }
        Body::Output(output) => observed_of_output(claim, output),
    }
}

fn observed_of_output(claim: &Claim, output: &Output) -> (String, String) {
    match claim {
        Claim::Refused | Claim::ErrorType(_) | Claim::NoFault => ("accepted".to_owned(), "accepted".to_owned()),
        Claim::Label(label, _) => match label_places(output, label) {
            places if places.is_empty() => (format!("{label} nowhere"), "nowhere".to_owned()),
            places if places.len() == 1 => (format!("{label} on {}", places[0]), "elsewhere".to_owned()),
            places => (format!("{label} on {}", places.join(" and ")), "on several versions".to_owned()),
        },
        other => {
            let text = shown(other, output);
            (text.clone().unwrap_or_else(|| "something else".to_owned()), "otherwise".to_owned())
        }
    }
}

fn label_places(output: &Output, label: &Label) -> Vec<String> {
    match output {
        Output::Description(shown) => {
            let map = shown.version_ids_to_stages.iter().flatten();
            map.filter(|(_, labels)| labels.contains(label)).map(|(id, _)| id.to_string()).collect()
        }
        Output::Versions(page) => {
            let entries = page.versions.iter().flatten();
            entries
                .filter(|entry| entry.version_stages.as_ref().is_some_and(|labels| labels.contains(label)))
                .filter_map(|entry| entry.version_id.as_ref().map(ToString::to_string))
                .collect()
        }
        Output::Value(value) => {
            let has = value.version_stages.as_ref().is_some_and(|labels| labels.contains(label));
            has.then(|| value.version_id.as_ref().map(ToString::to_string)).flatten().into_iter().collect()
        }
        Output::Receipt(_) | Output::Batch(_) | Output::Secrets(_) | Output::Empty => Vec::new(),
    }
}

/// What the member of a claim shows; never a value.
fn shown(claim: &Claim, output: &Output) -> Option<String> {
    let text = |name: &str, value: Option<&str>| match value {
        Some(value) => format!("{name} {value:?}"),
        None => format!("no {name}"),
    };
    match (claim, output) {
        (Claim::Version(_), Output::Value(value)) => Some(text("VersionId", value.version_id.as_deref())),
        (Claim::VersionId(_), Output::Receipt(receipt)) => Some(text("VersionId", receipt.version_id.as_deref())),
        (Claim::VersionStages(_), Output::Receipt(receipt)) => {
            Some(format!("VersionStages {}", labels_text(receipt.version_stages.as_deref().unwrap_or_default())))
        }
        (Claim::Listed(_, true), _) => Some("it is not listed".to_owned()),
        (Claim::Listed(_, false), _) => Some("it is listed".to_owned()),
        (Claim::Present(_), _) => Some("it has none".to_owned()),
        (Claim::Missing(_), _) => Some("it has one".to_owned()),
        (Claim::Value(_), Output::Value(value)) => Some(match crate::model::entry_value(value) {
            None => "no value".to_owned(),
            Some(value) => format!("another value, of {} bytes", value.len_bytes()),
        }),
        (Claim::Enabled(_), Output::Description(shown)) => Some(match shown.rotation_enabled {
            Some(enabled) => format!("RotationEnabled {enabled}"),
            None => "no RotationEnabled".to_owned(),
        }),
        (Claim::Function(_), Output::Description(shown)) => {
            Some(text("RotationLambdaARN", shown.rotation_lambda_arn.as_deref()))
        }
        (Claim::Days(_) | Claim::Duration(_) | Claim::Schedule(_), Output::Description(shown)) => {
            let rules = shown.rotation_rules.as_ref();
            Some(match claim {
                Claim::Duration(_) => text("Duration", rules.and_then(|rules| rules.duration.as_deref())),
                Claim::Schedule(_) => {
                    text("ScheduleExpression", rules.and_then(|rules| rules.schedule_expression.as_deref()))
                }
                _ => match rules.and_then(|rules| rules.automatically_after_days) {
                    Some(days) => format!("AutomaticallyAfterDays {days}"),
                    None => "no AutomaticallyAfterDays".to_owned(),
                },
            })
        }
        (Claim::OnlyVersions(known), output) => {
            let ids = match output {
                Output::Description(shown) => {
                    shown.version_ids_to_stages.iter().flatten().map(|(id, _)| id.clone()).collect()
                }
                Output::Versions(page) => {
                    page.versions.iter().flatten().filter_map(|entry| entry.version_id.clone()).collect()
                }
                _ => Vec::new(),
            };
            let strangers: Vec<_> = ids.iter().filter(|id| !known.contains(id)).map(ToString::to_string).collect();
            Some(format!("also version {}", strangers.join(", ")))
        }
        _ => None,
    }
}
