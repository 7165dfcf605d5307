//! What makes two violations the same: the rule, the operation and the patterns of what was expected and observed.

use crate::history::Call;
use crate::model::{Claim, Fact, Operation};
use crate::rule::{Kind, RuleId};
use crate::verdict::{Aspect, Demand, Fingerprint, Kept, LabelClass, Pattern, Subject, Values};

/// The fingerprint of a fact that a call has shown to be unmet.
pub(super) fn fingerprint(call: &Call, fact: &Fact, pattern: &str) -> Fingerprint {
    of_fact(fact, &call.request.operation, pattern)
}

/// A law is broken by the state that a call has left, whichever has shown it.
fn of_fact(fact: &Fact, operation: &Operation, pattern: &str) -> Fingerprint {
    let demand = demand(fact, operation);
    let observed = match &demand.pattern {
        Pattern::Law(_) => None,
        Pattern::Kept(_) => Some("changed".into()),
        _ => Some(pattern.into()),
    };
    Fingerprint::Unmet { demand, observed }
}

/// What a fact demands, before anything was observed: of the answer to this operation, or of the state that an earlier
/// call has left.
pub(crate) fn demand(fact: &Fact, operation: &Operation) -> Demand {
    let pattern = pattern(fact);
    let subject = match (&pattern, fact.by) {
        (Pattern::Law(_), after) => Subject::State { after },
        (_, Some(action)) => Subject::State { after: Some(action) },
        (_, None) => Subject::answer(operation, values_of(fact, operation)),
    };
    Demand { rule: fact.rule, subject, pattern }
}

/// How many values the request has, where that is what a rule is about: two bugs let none and two pass.
const fn values_of(fact: &Fact, operation: &Operation) -> Option<Values> {
    if !matches!(fact.rule, RuleId::Val015 | RuleId::Val022) {
        return None;
    }
    let (text, bytes) = match operation {
        Operation::CreateSecret(request) => (request.secret_string.is_some(), request.secret_binary.is_some()),
        Operation::PutSecretValue(request) => (request.secret_string.is_some(), request.secret_binary.is_some()),
        Operation::UpdateSecret(request) => (request.secret_string.is_some(), request.secret_binary.is_some()),
        _ => return None,
    };
    match (text, bytes) {
        (false, false) => Some(Values::None),
        (true, true) => Some(Values::Both),
        (true, false) | (false, true) => None,
    }
}

/// What must be so. Which part was changed of what a call must leave alone is the same fault, and what a label is on is
/// none of a law's business.
fn pattern(fact: &Fact) -> Pattern {
    match (fact.rule.rule().kind, &fact.claim) {
        (Kind::Law, Claim::Label(label, _)) => Pattern::Law(LabelClass::of(label)),
        (Kind::NothingChanges { .. }, Claim::Label(..) | Claim::OnlyVersions { .. } | Claim::OnlyLabels(_)) => {
            Pattern::Kept(Kept::LabelsAndVersions)
        }
        (
            Kind::NothingChanges { .. },
            Claim::Enabled(_) | Claim::Function(_) | Claim::Days(_) | Claim::Duration(_) | Claim::Schedule(_),
        ) => Pattern::Kept(Kept::Configuration),
        (_, claim) => pattern_of(claim),
    }
}

/// The claim without ids, values and texts.
fn pattern_of(claim: &Claim) -> Pattern {
    Pattern::Aspect(match claim {
        Claim::Label(label, holder) => return Pattern::Label(LabelClass::of(label), holder.is_some()),
        Claim::ErrorType(types) => return Pattern::ErrorType(types.clone()),
        Claim::Enabled(enabled) => return Pattern::Enabled(*enabled),
        Claim::Present(member) => return Pattern::Present(*member),
        Claim::Missing(member) => return Pattern::Missing(*member),
        Claim::Accepted => Aspect::Accepted,
        Claim::Found => Aspect::Found,
        Claim::NoFault => Aspect::NoFault,
        Claim::Refused => Aspect::Refused,
        Claim::Listed(_, true) => Aspect::Listed,
        Claim::Listed(_, false) => Aspect::NotListed,
        Claim::OnlyVersions { .. } => Aspect::OnlyVersions,
        Claim::OnlyLabels(_) => Aspect::OnlyLabels,
        Claim::NotShown(_) => Aspect::NotShown,
        Claim::Unlisted(_) => Aspect::Unlisted,
        Claim::PageRepeats(_) => Aspect::PageRepeats,
        Claim::LastPage(_) => Aspect::LastPage,
        Claim::Function(_) => Aspect::Function,
        Claim::Days(_) => Aspect::Days,
        Claim::Duration(_) => Aspect::Duration,
        Claim::Schedule(_) => Aspect::Schedule,
        Claim::Value(_) | Claim::BatchValue(..) => Aspect::Value,
        Claim::Version(_) | Claim::HasLabel(..) => Aspect::Version,
        Claim::VersionId(None) => Aspect::NoVersionId,
        Claim::VersionId(Some(_)) => Aspect::VersionId,
        Claim::VersionStages(_) => Aspect::VersionStages,
        Claim::Arn(_) => Aspect::Arn,
        Claim::ArnOf(_) => Aspect::ArnOf,
        Claim::ArnForm(_) => Aspect::ArnForm,
        Claim::ArnUnlike(_) => Aspect::ArnUnlike,
        Claim::Name(_) => Aspect::Name,
        Claim::DeletionDate(..) => Aspect::DeletionDate,
        Claim::DeletedDate(..) => Aspect::DeletedDate,
        Claim::NextAtEndOf(_) => Aspect::NextRotationDate,
        Claim::ComputedDays(_) => Aspect::ComputedDays,
        Claim::CreatedDate(_) => Aspect::CreatedDate,
        Claim::ChangedSince(_) => Aspect::ChangedSince,
        Claim::ChangedAfter(_) => Aspect::ChangedAfter,
        Claim::AccessedAtMidnight => Aspect::AccessedAtMidnight,
        Claim::OneValue => Aspect::OneValue,
        Claim::NoEmptyEntry => Aspect::NoEmptyEntry,
        Claim::BatchHas(_) => Aspect::BatchHas,
        Claim::BatchError(_) => Aspect::BatchError,
        Claim::BatchErrorCode(..) => Aspect::BatchErrorCode,
        Claim::Message(_) => Aspect::Message,
    })
}
