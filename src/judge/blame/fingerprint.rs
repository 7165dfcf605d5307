//! What makes two violations the same: the rule, the operation and the patterns of what was expected and observed.

use crate::history::Call;
use crate::model::{Answer, Body, Claim, ErrorType, Fact, Label, Operation};
use crate::rule::RuleId;
use crate::verdict::Fingerprint;

/// The fingerprint of a fact that a call has shown to be unmet.
pub(super) fn fingerprint(call: &Call, answer: &Answer, fact: &Fact, pattern: &str) -> Fingerprint {
    if is_of_the_service(call) && is_not_implemented(answer) {
        return Fingerprint::of_lacking(call.request.operation.name());
    }
    of_fact(fact, call.request.operation.name(), pattern)
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
fn of_fact(fact: &Fact, operation: &str, pattern: &str) -> Fingerprint {
    let demand = demand(fact, operation);
    Fingerprint(match (fact.rule, kept(fact.rule, &fact.claim)) {
        (RuleId::State001 | RuleId::State002, _) => demand,
        (_, Some(_)) => format!("{demand} but changed"),
        (_, None) => format!("{demand} but {pattern}"),
    })
}

/// The part of a fingerprint that says what was demanded, before anything was observed.
pub(crate) fn demand(fact: &Fact, operation: &str) -> String {
    let subject = || match fact.by {
        Some(action) => format!("after {}", action.as_str()),
        None => operation.to_owned(),
    };
    match (fact.rule, &fact.claim) {
        (RuleId::State001 | RuleId::State002, Claim::Label(label, _)) => format!("{}: {}", fact.rule, class_of(label)),
        (rule, claim) => match kept(rule, claim) {
            Some(what) => format!("{rule} {}: {what} kept", subject()),
            None => format!("{rule} {}: {}", subject(), pattern_of(claim)),
        },
    }
}

/// What a call must leave alone, if that is what the rule is about: which part of it was changed is the same fault.
fn kept(rule: RuleId, claim: &Claim) -> Option<&'static str> {
    let is_about_nothing_changed = matches!(
        rule,
        RuleId::Val020 | RuleId::Idem002 | RuleId::Idem004 | RuleId::Idem005 | RuleId::Idem007 | RuleId::Conf019
    );
    match claim {
        _ if !is_about_nothing_changed => None,
        Claim::Label(..) | Claim::OnlyVersions(_) => Some("labels and versions"),
        Claim::Enabled(_) | Claim::Function(_) | Claim::Days(_) | Claim::Duration(_) | Claim::Schedule(_) => {
            Some("the configuration")
        }
        _ => None,
    }
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
        Claim::Version(_) | Claim::HasLabel(..) => "the version",
        Claim::VersionId(_) => "VersionId",
        Claim::VersionStages(_) => "VersionStages",
        Claim::Arn(_) => "ARN",
        Claim::ArnForm(_) => "the form of the ARN",
        Claim::ArnUnlike(_) => "another ARN",
        Claim::Name(_) => "Name",
        Claim::DeletionDate(..) => "DeletionDate",
        Claim::CreatedDate(_) => "CreatedDate",
        Claim::ChangedSince(_) => "LastChangedDate",
        Claim::ChangedAfter(_) => "a later LastChangedDate",
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
