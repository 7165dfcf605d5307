//! What a run yields.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::execution::Step;
use super::presence::ESSENTIAL;
use super::tour::reachable;
use crate::catalogue;
use crate::model::{Action, Text};
use crate::rule::{Class, Level, RULES, Rule, RuleId};
use crate::strategy::{Case, Cells};
use crate::verdict::{Exercise, Fingerprint, FunctionMode, Status, Violation};

/// How many findings of one rule are examined and told; what more there are is counted.
pub(super) const MOST_OF_A_RULE: usize = 20;

/// Calls, by what they were for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Those of the cases, with the reads that bind state again after a violation.
    pub find: u64,
    /// Those of shrinking.
    pub shrink: u64,
    /// Those of replaying minimal cases.
    pub confirm: u64,
    /// Those of removing what was created.
    pub clean: u64,
}

impl Calls {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.find + self.shrink + self.confirm + self.clean
    }
}

/// A violated rule with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is violated, as the last replay showed it.
    pub violation: Violation,
    /// `Fail`, `Differs` or `Intermittent`; `Inconclusive` where there was no time to replay it.
    pub status: Status,
    /// The shortest case that was seen to show it.
    pub case: Case,
    /// Whether it shows only if everything is read after every call.
    pub is_observed: bool,
    /// The rule that an earlier call of the case violates already and without which no case was seen to show this, so
    /// that it is a consequence.
    pub after: Option<RuleId>,
    /// What came of it, call by call, with placeholders for what the run generated.
    pub steps: Vec<Step>,
    /// The calls of the run up to the one that first showed it.
    pub calls_to_find: u64,
    /// The calls of shrinking it.
    pub calls_to_shrink: u64,
    /// The calls of replaying it.
    pub calls_to_confirm: u64,
    /// How many replays showed it, of how many.
    pub replays: (u32, u32),
}

impl Finding {
    /// Whether every replay has shown it.
    pub(crate) const fn is_shown(&self) -> bool {
        matches!(self.status, Status::Fail | Status::Differs)
    }

    /// The less, the better evidence: seen more often, then graver, then shorter.
    pub(super) const fn weight(&self) -> (Reverse<u32>, Class, usize) {
        (Reverse(self.replays.0), self.violation.class, self.case.steps.len())
    }
}

/// Which of the kinds of calls that one secret can reach were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many can be [reached](super::tour::reachable) by the model.
    pub reachable: usize,
    /// Those that were not made.
    pub missing: Cells,
    /// How many others were made, for instance by the ids of versions of another secret.
    pub others: usize,
}

impl Coverage {
    /// How many of those that can be reached were made.
    #[must_use]
    pub fn visited(&self) -> usize {
        self.reachable - self.missing.len()
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it was told to.
    Complete,
    /// The endpoint stopped answering; the cause.
    Died(String),
    /// It was told to stop.
    Interrupted,
}

/// What a run says of its endpoint as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// It conforms, as far as the run looked.
    Conforms,
    /// A violation that fails the run was seen in each replay.
    Violates,
    /// Nothing that counts was decided; the endpoint died, the run was interrupted, or what would fail it could not be
    /// settled. Never a pass.
    Inconclusive,
}

/// What a run yields.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Calls by purpose.
    pub calls: Calls,
    /// The cases that were run to their end.
    pub cases: u64,
    /// The kinds of calls that were made.
    pub cells: Cells,
    /// How often each rule was exercised.
    pub exercise: Exercise,
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// The rules that answers contradicted and of which nothing was found, each with the rule of which that is a
    /// consequence.
    pub consequences: BTreeMap<RuleId, RuleId>,
    /// How many more there were of a rule, if that has as many as are told.
    pub more: BTreeMap<RuleId, usize>,
    /// How it ended.
    pub ending: Ending,
    /// ARNs that could not be removed.
    pub left: Vec<Text>,
    /// Whether some judgement ended at its budget.
    pub inconclusive: bool,
    /// Which rotation functions the run had.
    pub functions: FunctionMode,
    /// The one rule that mattered; of the others nothing is said.
    pub only: Option<RuleId>,
    /// The operations that there are not, and what needs them.
    pub operations: Operations,
}

/// What a run says of the operations of its endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Those that the endpoint does not have.
    pub missing: Vec<Action>,
    /// Those that the run was told to do without.
    pub without: Vec<Action>,
    /// Those of the latter that the endpoint has all the same.
    pub there: Vec<Action>,
    /// Rules that nothing decided and that need operations which the cases did without, with these.
    pub needed: BTreeMap<RuleId, Vec<Action>>,
}

impl Operations {
    /// An operation that there is not, or that the run was told to do without, and without which nothing can be said of
    /// a rotation: CreateSecret, DescribeSecret or RotateSecret.
    #[must_use]
    pub fn lacks_essential(&self) -> Option<Action> {
        let lacking = self.missing.iter().chain(&self.without);
        lacking.copied().find(|action| ESSENTIAL.contains(action))
    }

    /// The names of operations as one text.
    #[must_use]
    pub fn names(actions: &[Action]) -> String {
        actions.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl RunResult {
    /// What was made of the kinds of calls that can be; the first time in a process it takes a moment to tell these.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let reachable = reachable(self.functions != FunctionMode::None);
        Coverage {
            reachable: reachable.len(),
            missing: reachable.difference(&self.cells).copied().collect(),
            others: self.cells.difference(reachable).count(),
        }
    }

    /// What the run says as a whole. Violations come before everything else that may be wrong with a run, and a
    /// difference that would not fail it need not be settled either.
    #[must_use]
    pub fn conclusion(&self, strict: bool) -> Conclusion {
        let is_unclear = self.findings.iter().any(|it| !is_settled(it.status) && it.violation.fails(strict));
        match self.ending {
            _ if self.operations.lacks_essential().is_some() => Conclusion::Inconclusive,
            _ if self.failing(strict).next().is_some() => Conclusion::Violates,
            Ending::Complete if self.has_decided() && !is_unclear && !self.inconclusive => Conclusion::Conforms,
            Ending::Complete | Ending::Died(_) | Ending::Interrupted => Conclusion::Inconclusive,
        }
    }

    /// The findings that fail the run: every replay showed them, and they are no consequences.
    pub fn failing(&self, strict: bool) -> impl Iterator<Item = &Finding> {
        let fails = move |it: &&Finding| is_settled(it.status) && it.violation.fails(strict);
        self.findings.iter().filter(fails).filter(|it| !self.is_consequence(it))
    }

    /// Whether a finding is a consequence of what fails the run by itself. A run for one rule looks at no other, which was
    /// seen violated all the same.
    #[must_use]
    pub fn is_consequence(&self, finding: &Finding) -> bool {
        let fails = |it: &Finding| it.status == Status::Fail && it.after.is_none();
        finding.after.filter(|_| finding.is_shown()).is_some_and(|cause| {
            let is_elsewhere = self.only.is_some_and(|only| only != cause);
            is_elsewhere || self.findings_of(cause).any(fails)
        })
    }

    /// Whether any answer decided a rule that counts: one of level MUST, or the one that mattered.
    #[must_use]
    pub fn has_decided(&self) -> bool {
        let counts = |rule: &Rule| self.only.map_or(rule.level == Level::Must, |only| rule.id == only);
        RULES.iter().any(|rule| counts(rule) && self.decided(rule.id) > 0)
    }

    /// How many answers decided a rule. One that is contradicted as a consequence of another counts as not decided.
    #[must_use]
    pub fn decided(&self, rule: RuleId) -> u64 {
        if self.status(rule) == Status::Consequence { 0 } else { self.exercise.checked(rule) }
    }

    /// The status of a rule: the worst of its findings, or what its exercise says.
    #[must_use]
    pub fn status(&self, rule: RuleId) -> Status {
        let own = self.findings_of(rule).filter(|finding| !self.is_consequence(finding));
        let of_findings = own.map(|finding| finding.status).max();
        let lacks_an_operation = || self.exercise.checked(rule) == 0 && self.operations.needed.contains_key(&rule);
        match of_findings {
            Some(status) => status,
            None if self.is_of_the_function(rule) => Status::NotApplicable,
            None if self.cause(rule).is_some() => Status::Consequence,
            None if lacks_an_operation() => Status::NotApplicable,
            None if rule.rule().derived => self.status_of_owners(rule),
            None => Status::without_finding(rule, &self.exercise, self.functions),
        }
    }

    /// The rule of which a violation of this one is a consequence, if it was contradicted and nothing of it was found.
    #[must_use]
    pub fn cause(&self, rule: RuleId) -> Option<RuleId> {
        if rule.rule().derived {
            let owners = catalogue::entry(rule).derived_from.iter().copied();
            return owners.filter(|owner| self.status(*owner) > Status::Observed).max_by_key(|it| self.status(*it));
        }
        let is_of_interest = self.only.is_none_or(|only| only == rule);
        let of_findings = self.findings_of(rule).find_map(|finding| finding.after);
        of_findings.or_else(|| self.consequences.get(&rule).copied()).filter(|_| is_of_interest)
    }

    /// Whether a rule is about the life of a rotation that somebody's function leads.
    fn is_of_the_function(&self, rule: RuleId) -> bool {
        self.functions == FunctionMode::Foreign && rule.family() == "LIFE"
    }

    /// The status of a rule that says nothing of its own: the worst of those that it follows from, of which a violation is
    /// no second one.
    fn status_of_owners(&self, rule: RuleId) -> Status {
        let owners = catalogue::entry(rule).derived_from.iter().map(|owner| self.status(*owner));
        let worst = owners.max().unwrap_or(Status::NotApplicable);
        if worst > Status::Observed { Status::Consequence } else { worst }
    }

    /// Why a rule is not applicable or was not exercised, where the endpoint and not the rule is the reason, or of which
    /// rule a violation of it is a consequence.
    #[must_use]
    pub fn reason(&self, rule: RuleId) -> Option<String> {
        let needed = self.operations.needed.get(&rule);
        match (self.status(rule), needed, self.exercise.faulted(rule)) {
            (Status::NotApplicable, _, _) if self.is_of_the_function(rule) => {
                Some("the function that was named acts: labels move by themselves".to_owned())
            }
            (Status::Consequence, _, _) => self.cause(rule).map(|cause| format!("consequence of {cause}")),
            (Status::NotApplicable, Some(actions), _) => Some(format!("needs {}", Operations::names(actions))),
            (Status::NotExercised, _, 1..) => Some(format!(
                "the server failed {} times where its answer would have decided the rule",
                self.exercise.faulted(rule)
            )),
            _ => None,
        }
    }

    /// The rules of these levels that apply to the endpoint and that no answer decided, by name; those that another rule's
    /// violation kept from being decided among them.
    #[must_use]
    pub fn unexercised(&self, levels: &[Level]) -> Vec<&'static str> {
        let is_open = |status| matches!(status, Status::NotExercised | Status::Consequence);
        let is_left_out = |rule: &&Rule| levels.contains(&rule.level) && !rule.derived && is_open(self.status(rule.id));
        RULES.iter().filter(is_left_out).map(|rule| rule.name).collect()
    }

    /// The findings whose primary rule this is.
    pub fn findings_of(&self, rule: RuleId) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.violation.rule == rule)
    }
}

/// The best of the findings of each rule, in the order of the rules, and how many more there were, those that were not
/// examined included.
pub(super) fn limited(
    mut findings: Vec<Finding>,
    unexamined: &BTreeMap<RuleId, BTreeSet<Fingerprint>>,
) -> (Vec<Finding>, BTreeMap<RuleId, usize>) {
    findings.sort_by_key(|it| (it.violation.rule, Reverse(it.status), it.weight()));
    let mut more: BTreeMap<RuleId, usize> = unexamined.iter().map(|(rule, more)| (*rule, more.len())).collect();
    let mut told: BTreeMap<RuleId, usize> = BTreeMap::new();
    findings.retain(|finding| {
        let told = told.entry(finding.violation.rule).or_default();
        *told += 1;
        if *told > MOST_OF_A_RULE {
            *more.entry(finding.violation.rule).or_default() += 1;
        }
        *told <= MOST_OF_A_RULE
    });
    findings.sort_by(|one, other| {
        (one.violation.rule, &one.violation.fingerprint).cmp(&(other.violation.rule, &other.violation.fingerprint))
    });
    (findings, more)
}

/// Whether every replay showed what was found.
const fn is_settled(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Differs)
}
