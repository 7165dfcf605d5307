//! Replays: the case of a finding on fresh secrets, judged as in the run that found it.

use super::execution::{Execution, Extent, Plan, Step, Trace};
use super::shown::Shown;
use super::{Finding, Run};
use crate::endpoint::Endpoint;
use crate::model::Text;
use crate::rule::Class;
use crate::strategy::Need;
use crate::verdict::Violation;

/// What became of a finding.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The finding, as the last replay that showed it did, with the number of replays that did.
    pub finding: Finding,
    /// What the replays say.
    pub verdict: Verdict,
    /// ARNs that could not be removed.
    pub left: Vec<Text>,
}

/// What replays say of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Each replay showed it.
    Unchanged,
    /// Some replays showed it.
    Intermittent,
    /// None showed it, and the last call violates the same rule in another way.
    Changed(Box<Violation>),
    /// None showed it, and each was judged to its end.
    Fixed,
    /// None showed it, which says nothing; the cause.
    Inconclusive(String),
}

/// What one replay says.
enum Sight {
    Seen,
    Changed(Box<Violation>),
    Held,
    Unclear(String),
}

impl<E: Endpoint + 'static> Run<E> {
    /// Replays a finding so many times; `number` tells the findings of one run apart in the names of their secrets.
    pub async fn replay(&self, number: usize, finding: Finding, times: u32) -> Replayed {
        let mut replayed = Replayed { finding, verdict: Verdict::Fixed, left: Vec::new() };
        replayed.finding.replays = (0, times);
        if let Some(cause) = self.lack(&replayed.finding) {
            replayed.verdict = Verdict::Inconclusive(cause);
            return replayed;
        }
        let mut sights = Vec::new();
        for replay in 1..=times {
            if self.stop.is_set() {
                sights.push(Sight::Unclear("interrupted".to_owned()));
                break;
            }
            let trace = self.replay_once(&format!("r{number}x{replay}"), &replayed.finding).await;
            replayed.left.extend(trace.left.iter().cloned());
            sights.push(match sight(&replayed.finding, &trace) {
                Sight::Held | Sight::Unclear(_) if self.stop.is_set() => Sight::Unclear("interrupted".to_owned()),
                sight => sight,
            });
            replayed.learn(&trace);
        }
        replayed.verdict = verdict(sights, times);
        replayed
    }

    async fn replay_once(&self, tag: &str, finding: &Finding) -> Trace {
        let extent = if finding.is_observed { Extent::Observed } else { Extent::Whole };
        let plan = Plan { keeps_steps: true, ..self.plan(tag, extent) };
        Execution::new(&*self.endpoint, &plan).run(&finding.case).await
    }

    /// What the endpoint lacks for the case to mean what it says.
    fn lack(&self, finding: &Finding) -> Option<String> {
        let functions = &self.options.functions;
        let lacks = |need: &Need| match need {
            Need::Function => functions.accepted.is_empty(),
            Need::MissingFunction => functions.missing.is_empty(),
            Need::ActingFunction => functions.acting.is_empty(),
        };
        finding.case.needs().into_iter().find(lacks).map(|need| match need {
            Need::Function => "it needs the ARN of a function that the endpoint accepts".to_owned(),
            Need::MissingFunction => "it needs the ARN of a function that does not exist at the endpoint".to_owned(),
            Need::ActingFunction => "it needs a function that the endpoint calls and the harness plays".to_owned(),
        })
    }
}

impl Replayed {
    /// Keeps what the replay showed, if it showed the violation.
    fn learn(&mut self, trace: &Trace) {
        let Some(seen) = trace.sighting(&self.finding.violation.fingerprint) else { return };
        self.finding.violation = seen.violation.clone();
        self.finding.steps = trace.evidence(&self.finding.violation.fingerprint);
        self.finding.replays.0 += 1;
    }
}

fn sight(finding: &Finding, trace: &Trace) -> Sight {
    let wanted = &finding.violation;
    if trace.sighting(&wanted.fingerprint).is_some() {
        return Sight::Seen;
    }
    let last = finding.case.steps.len().saturating_sub(1);
    let otherwise = trace.sightings.iter().find(|seen| {
        let violation = &seen.violation;
        let is_as_grave = violation.class == Class::Contract || wanted.class == Class::Fidelity;
        seen.step == last && violation.rule == wanted.rule && is_as_grave
    });
    match otherwise {
        Some(seen) => Sight::Changed(Box::new(seen.violation.clone())),
        None => doubt(finding, trace).map_or(Sight::Held, Sight::Unclear),
    }
}

/// Why it says nothing that a replay did not show the violation.
///
/// Where the rule was not checked, the case was judged all the same if every answer has an explanation: an endpoint
/// that refuses the first of two calls as it must does not get to the second.
fn doubt(finding: &Finding, trace: &Trace) -> Option<String> {
    if let Some(cause) = &trace.died {
        return Some(format!("the endpoint stopped answering ({cause})"));
    }
    if trace.inconclusive {
        return Some("the search for an explanation of some answer ended at its budget".to_owned());
    }
    if trace.steps.iter().any(|step| !is_answered(step)) {
        return Some("the endpoint did not answer a call, or had no time for it".to_owned());
    }
    let is_checked = trace.exercise.checked(finding.violation.rule) > 0;
    let earlier = trace.sightings.iter().find(|seen| seen.violation.class == Class::Contract);
    earlier.filter(|_| !is_checked).map(|seen| format!("another violation is in the way, of {}", seen.violation.rule))
}

/// Whether the answer says what the endpoint makes of the request.
fn is_answered(step: &Step) -> bool {
    let is_for_later = |(error_type, _)| matches!(error_type, "ThrottlingException" | "InternalServiceError");
    match &step.answer {
        Shown::Silence { .. } => false,
        Shown::Unreadable { .. } => true,
        Shown::Read { .. } => !step.answer.error().is_some_and(is_for_later),
    }
}

fn verdict(sights: Vec<Sight>, times: u32) -> Verdict {
    let seen = sights.iter().filter(|sight| matches!(sight, Sight::Seen)).count();
    if seen > 0 {
        let is_always = usize::try_from(times).is_ok_and(|times| seen == times);
        return if is_always { Verdict::Unchanged } else { Verdict::Intermittent };
    }
    let mut verdict = Verdict::Fixed;
    for sight in sights {
        verdict = match (sight, verdict) {
            (Sight::Changed(violation), _) => return Verdict::Changed(violation),
            (Sight::Unclear(cause), Verdict::Fixed) => Verdict::Inconclusive(cause),
            (Sight::Seen | Sight::Held | Sight::Unclear(_), verdict) => verdict,
        };
    }
    verdict
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::endpoint::Stop;
    use crate::history::{Fate, Reply, Silence};
    use crate::model::{Answer, Body, ErrorType, Operation, Output, Receipt, Request};
    use crate::rule::RuleId;
    use crate::runner::Options;
    use crate::service::{Config, Service};
    use crate::strategy::Case;
    use crate::verdict::{Fingerprint, Status};

    /// What is done with an answer, by the number of PutSecretValue calls so far.
    type Change = fn(u32, Answer) -> Reply;

    /// The reference service, its answers to PutSecretValue changed.
    struct Changed(Service, std::sync::atomic::AtomicU32, Change);

    impl Endpoint for Changed {
        async fn call(&self, request: &Request) -> Reply {
            let answer = self.0.answer(request);
            match request.operation {
                Operation::PutSecretValue(_) => (self.2)(self.1.fetch_add(1, Ordering::Relaxed), answer),
                _ => Reply::Answer(answer),
            }
        }
    }

    fn fingerprint(text: &str) -> Fingerprint {
        let Ok(read) = text.parse();
        read
    }

    /// A token in use with another value is accepted, where it must be refused (ROT-IDEM-003).
    fn accepted_repetition() -> Finding {
        let case = r#"[
            {"op": "CreateSecret", "request": {"Name": "$s1", "ClientRequestToken": "$t1", "SecretString": "a"}},
            {"op": "PutSecretValue",
             "request": {"SecretId": "$s1", "ClientRequestToken": "$t1", "SecretString": "b"}}]"#;
        let case: Case = serde_json::from_str(case).expect("a case written in this test");
        Finding {
            violation: Violation {
                rule: RuleId::Idem003,
                class: Class::Contract,
                is_of_state: false,
                call: 0,
                since: None,
                expected: String::new(),
                observed: String::new(),
                also: Vec::new(),
                fingerprint: fingerprint("ROT-IDEM-003 PutSecretValue: the request is refused but accepted"),
                excluded: Vec::new(),
                is_settled: false,
                unsettles: false,
                stretch: Vec::new(),
            },
            status: Status::Fail,
            case,
            is_observed: false,
            after: None,
            steps: Vec::new(),
            calls_to_find: 0,
            calls_to_shrink: 0,
            calls_to_confirm: 0,
            replays: (0, 0),
        }
    }

    async fn replay(finding: Finding, change: Change) -> Replayed {
        let endpoint = Changed(Service::new(Config::default()), 0.into(), change);
        Run::new(Arc::new(endpoint), Options::default(), Stop::default()).replay(1, finding, 3).await
    }

    fn accept(_: u32, _: Answer) -> Reply {
        Reply::Answer(Answer::output(Output::Receipt(Receipt::default())))
    }

    fn honest(_: u32, answer: Answer) -> Reply {
        Reply::Answer(answer)
    }

    #[tokio::test]
    async fn a_violation_that_each_replay_shows_is_unchanged_and_comes_with_its_steps() {
        let replayed = replay(accepted_repetition(), accept).await;
        assert_eq!((replayed.verdict, replayed.finding.replays), (Verdict::Unchanged, (3, 3)));
        assert_eq!(replayed.finding.steps.len(), 2);
        assert_eq!(replayed.finding.violation.observed, "accepted");
        assert!(replayed.left.is_empty());
    }

    #[tokio::test]
    async fn labels_that_a_violation_left_open_are_those_that_were_read_then() {
        let replayed = replay(accepted_repetition(), accept).await;
        let labels: Vec<_> = replayed.finding.steps.iter().map(|step| step.labels.as_slice()).collect();
        assert_eq!(labels, [["$s1: AWSCURRENT $t1"], ["$s1: AWSCURRENT $t1"]]);
    }

    /// The reference service, which loses versions without labels where they are to be listed.
    struct Forgetful(Service);

    impl Endpoint for Forgetful {
        async fn call(&self, request: &Request) -> Reply {
            let mut answer = self.0.answer(request);
            if let Body::Output(Output::Versions(page)) = &mut answer.body {
                page.versions.iter_mut().for_each(|all| all.retain(|it| it.version_stages.is_some()));
            }
            Reply::Answer(answer)
        }
    }

    #[tokio::test]
    async fn a_violation_that_a_read_beside_the_case_shows_ends_with_that_read() {
        let mut finding = accepted_repetition();
        let put = |token: &str| {
            let put = format!(
                r#"{{"op": "PutSecretValue", "request": {{"SecretId": "$s1", "ClientRequestToken": "{token}", "SecretString": "b"}}}}"#
            );
            serde_json::from_str(&put).expect("a request written in this test")
        };
        let list = r#"{"op": "ListSecretVersionIds", "request": {"SecretId": "$s1"}}"#;
        let list = serde_json::from_str(list).expect("a request written in this test");
        finding.case.steps.splice(1.., [put("$t2"), put("$t3"), list]);
        finding.is_observed = true;
        let expected = "ROT-STATE-009 ListSecretVersionIds: listed but otherwise";
        finding.violation.fingerprint = fingerprint(expected);
        let endpoint = Arc::new(Forgetful(Service::new(Config::default())));
        let replayed = Run::new(endpoint, Options::default(), Stop::default()).replay(1, finding, 2).await;
        assert_eq!(replayed.verdict, Verdict::Unchanged);
        let shown = &replayed.finding.steps[3];
        let asked = serde_json::to_value(&shown.request).expect("a request");
        assert_eq!(asked["request"]["IncludeDeprecated"], true, "{asked}");
        let Shown::Read { body, .. } = &shown.answer else { panic!("{:?}", shown.answer) };
        assert_eq!(body["Versions"].as_array().map(Vec::len), Some(2), "{body:?}");
    }

    #[tokio::test]
    async fn a_violation_that_no_replay_shows_is_fixed() {
        let replayed = replay(accepted_repetition(), honest).await;
        assert_eq!((replayed.verdict, replayed.finding.replays), (Verdict::Fixed, (0, 3)));
    }

    #[tokio::test]
    async fn a_violation_that_one_replay_shows_is_intermittent() {
        let sometimes: Change = |call, answer| if call == 1 { accept(call, answer) } else { honest(call, answer) };
        let replayed = replay(accepted_repetition(), sometimes).await;
        assert_eq!((replayed.verdict, replayed.finding.replays), (Verdict::Intermittent, (1, 3)));
    }

    #[tokio::test]
    async fn another_violation_of_the_rule_by_the_same_call_is_not_fixed() {
        let wrong_type: Change = |_, _| Reply::Answer(Answer::error(ErrorType::Other("Paint".into()), None));
        let replayed = replay(accepted_repetition(), wrong_type).await;
        let Verdict::Changed(violation) = replayed.verdict else { panic!("{:?}", replayed.verdict) };
        assert_eq!(violation.rule, RuleId::Idem003);
    }

    #[tokio::test]
    async fn a_call_that_is_not_answered_or_put_off_fixes_nothing() {
        let silent: Change =
            |_, _| Reply::Nothing(Silence { request: Fate::Unknown, cause: "no answer within 1s".to_owned() });
        let throttled: Change = |_, _| Reply::Answer(Answer::error(ErrorType::ThrottlingException, None));
        for change in [silent, throttled] {
            let replayed = replay(accepted_repetition(), change).await;
            let Verdict::Inconclusive(cause) = replayed.verdict else { panic!("{:?}", replayed.verdict) };
            assert!(cause.contains("did not answer"), "{cause}");
        }
    }

    #[tokio::test]
    async fn a_rule_that_another_violation_keeps_from_being_checked_is_not_fixed() {
        let mut finding = accepted_repetition();
        finding.violation.rule = RuleId::Prog001;
        finding.violation.fingerprint = fingerprint("ROT-PROG-001 something else");
        let replayed = replay(finding, accept).await;
        let cause = "another violation is in the way, of ROT-IDEM-003".to_owned();
        assert_eq!(replayed.verdict, Verdict::Inconclusive(cause));
    }

    #[tokio::test]
    async fn a_case_that_needs_a_function_says_so_where_there_is_none() {
        let mut finding = accepted_repetition();
        let rotate = r#"{"op": "RotateSecret", "request": {"SecretId": "$s1", "RotationLambdaARN": "$function"}}"#;
        finding.case.steps.push(serde_json::from_str(rotate).expect("a request written in this test"));
        let Verdict::Inconclusive(cause) = replay(finding, honest).await.verdict else { panic!("it needs a function") };
        assert!(cause.contains("ARN of a function"), "{cause}");
    }
}
