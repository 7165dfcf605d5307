//! Shrinking and confirming: the shortest case that was seen to show a violation, replayed on fresh secrets.

use std::collections::BTreeMap;

use super::execution::{Execution, Extent, Plan, Trace};
use super::find::{Suspect, is_past, up_to};
use super::{Finding, Run};
use crate::endpoint::Endpoint;
use crate::model::{Operation, Request, Text};
use crate::rule::Class;
use crate::strategy::Case;
use crate::verdict::{Fingerprint, Status, Violation};

/// How often a minimal case is replayed before it counts.
const REPLAYS: u32 = 2;

/// Where one finding is examined.
pub(super) struct Lab<'a, E> {
    run: &'a Run<E>,
    number: usize,
    executions: u64,
    spent: u64,
    /// Calls at most.
    budget: u64,
    /// `Observed` where the violation shows only if everything is read after every call.
    extent: Extent,
    pub(super) clean: u64,
    pub(super) left: Vec<Text>,
}

impl<'a, E: Endpoint + 'static> Lab<'a, E> {
    pub(super) const fn new(run: &'a Run<E>, number: usize) -> Self {
        Self { run, number, executions: 0, spent: 0, budget: 0, extent: Extent::Whole, clean: 0, left: Vec::new() }
    }

    /// Shrinks a suspect, finds who is to blame, and replays it.
    pub(super) async fn finding(&mut self, suspect: Suspect) -> Finding {
        let mut violation = suspect.violation;
        let is_difference = violation.class == Class::Fidelity;
        self.budget = self.run.options.shrink_calls / if is_difference { 4 } else { 1 };
        let mut case = self.shrink(suspect.case, &violation.fingerprint).await;
        if violation.class == Class::Contract
            && let Some((earlier, shorter, extent)) = self.first_to_blame(&case, &violation).await
        {
            violation = earlier;
            self.extent = extent;
            case = self.shrink(shorter, &violation.fingerprint).await;
        }
        let calls_to_shrink = std::mem::take(&mut self.spent);
        let (hits, last) = self.confirm(&case, &violation.fingerprint).await;
        let calls_to_confirm = std::mem::take(&mut self.spent);
        let shown = last.as_ref().and_then(|trace| trace.sighting(&violation.fingerprint));
        if let Some(shown) = shown {
            violation = shown.violation.clone();
        }
        let status = match hits {
            REPLAYS if violation.fails(false) => Status::Fail,
            REPLAYS => Status::Differs,
            _ => Status::Intermittent,
        };
        Finding {
            violation,
            status,
            case,
            is_observed: self.extent == Extent::Observed,
            steps: last.map(|trace| trace.steps).unwrap_or_default(),
            calls_to_find: suspect.calls,
            calls_to_shrink,
            calls_to_confirm,
            replays: (hits, REPLAYS),
        }
    }

    /// Deletes ever smaller windows of calls as long as the violation is still seen.
    async fn shrink(&mut self, mut best: Case, wanted: &Fingerprint) -> Case {
        for candidate in [of_one_secret(&best), ends(&best)].into_iter().flatten() {
            if candidate.steps.len() < best.steps.len() && self.shows(&candidate, wanted).await {
                best = candidate;
            }
        }
        let mut window = best.steps.len().div_ceil(2);
        while window >= 1 {
            let mut end = best.steps.len().saturating_sub(1);
            let mut is_shorter = false;
            while end > 0 {
                let start = end.saturating_sub(window);
                let candidate = without(&best, start, end);
                end = start;
                if self.shows(&candidate, wanted).await {
                    best = candidate;
                    is_shorter = true;
                }
                if self.is_spent() {
                    return best;
                }
            }
            if !is_shorter || window > 1 {
                window /= 2;
            }
        }
        self.simplify(best, wanted).await
    }

    /// Tries simpler forms of each request.
    async fn simplify(&mut self, mut best: Case, wanted: &Fingerprint) -> Case {
        let renumbered = renumbered(&best);
        if renumbered != best && self.shows(&renumbered, wanted).await {
            best = renumbered;
        }
        for index in 0..best.steps.len() {
            for simpler in simpler(&best.steps[index]) {
                if self.is_spent() {
                    return best;
                }
                let mut candidate = best.clone();
                candidate.steps[index] = simpler;
                if self.shows(&candidate, wanted).await {
                    best = candidate;
                }
            }
        }
        best
    }

    fn is_spent(&self) -> bool {
        self.spent >= self.budget || is_past(self.run.deadline(1, 1))
    }

    async fn shows(&mut self, case: &Case, wanted: &Fingerprint) -> bool {
        let extent = match self.extent {
            Extent::Observed => Extent::Observed,
            Extent::Whole | Extent::Until(_) => Extent::Until(wanted.clone()),
        };
        self.execute(case, extent).await.sighting(wanted).is_some()
    }

    /// Where the violation is not seen if everything is read, and adopted, after every call, an earlier call is to
    /// blame: the first violation of the state, the case that shows it, and whether it shows only with those reads.
    async fn first_to_blame(&mut self, case: &Case, known: &Violation) -> Option<(Violation, Case, Extent)> {
        let trace = self.execute(case, Extent::Observed).await;
        if trace.sighting(&known.fingerprint).is_some() {
            return None;
        }
        let first = trace.sightings.iter().find(|seen| seen.is_of_state())?.clone();
        let shorter = up_to(case, &first);
        let is_plain = self.shows(&shorter, &first.violation.fingerprint).await;
        Some((first.violation, shorter, if is_plain { Extent::Whole } else { Extent::Observed }))
    }

    async fn confirm(&mut self, case: &Case, wanted: &Fingerprint) -> (u32, Option<Trace>) {
        let mut hits = 0;
        let mut last = None;
        for _ in 0..REPLAYS {
            let trace = self.replay(case).await;
            let is_seen = trace.sighting(wanted).is_some();
            hits += u32::from(is_seen);
            last = Some(trace).filter(|_| is_seen).or(last);
        }
        (hits, last)
    }

    async fn execute(&mut self, case: &Case, extent: Extent) -> Trace {
        self.executions += 1;
        let plan = self.run.plan(&format!("f{}x{}", self.number, self.executions), extent);
        self.carry_out(case, &plan).await
    }

    /// The whole case, with what came of each call.
    async fn replay(&mut self, case: &Case) -> Trace {
        self.executions += 1;
        let tag = format!("f{}x{}", self.number, self.executions);
        let plan = Plan { keeps_steps: true, ..self.run.plan(&tag, self.extent.clone()) };
        self.carry_out(case, &plan).await
    }

    async fn carry_out(&mut self, case: &Case, plan: &Plan) -> Trace {
        let mut trace = Execution::new(&*self.run.endpoint, plan).run(case).await;
        self.spent += trace.calls();
        self.clean += trace.clean;
        self.left.append(&mut trace.left);
        trace
    }
}

/// The secret that a request is about, as the number in its placeholder.
fn secret_of(request: &Request) -> Option<&str> {
    let id = request.operation.secret_id()?.strip_prefix("$s")?;
    Some(id.split('.').next().unwrap_or(id))
}

/// The steps about the secret of the last one, those of no single secret left out.
fn of_one_secret(case: &Case) -> Option<Case> {
    let secret = secret_of(case.steps.last()?)?;
    let steps = case.steps.iter().filter(|step| secret_of(step) == Some(secret)).cloned().collect();
    Some(Case { steps })
}

/// The last step after the one that creates its secret.
fn ends(case: &Case) -> Option<Case> {
    let last = case.steps.last()?;
    let is_creation =
        |step: &&Request| matches!(step.operation, Operation::CreateSecret(_)) && secret_of(step) == secret_of(last);
    let first = case.steps.iter().find(is_creation)?;
    Some(Case { steps: vec![first.clone(), last.clone()] })
}

/// The case with its secrets and tokens numbered in the order in which they appear.
fn renumbered(case: &Case) -> Case {
    let Ok(text) = serde_json::to_string(case) else { return case.clone() };
    let mut numbers: BTreeMap<(char, String), usize> = BTreeMap::new();
    let mut parts = text.split('$');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits: String = part.chars().skip(1).take_while(char::is_ascii_digit).collect();
        let kind = part.chars().next().filter(|kind| matches!(kind, 's' | 't'));
        let is_ordinary = digits.parse::<u8>().is_ok_and(|number| number < 90);
        renumbered.push('$');
        if let Some(kind) = kind.filter(|_| is_ordinary) {
            let next = numbers.keys().filter(|(known, _)| *known == kind).count() + 1;
            let number = *numbers.entry((kind, digits.clone())).or_insert(next);
            renumbered.push(kind);
            renumbered.push_str(&number.to_string());
            renumbered.push_str(&part[1 + digits.len()..]);
        } else {
            renumbered.push_str(part);
        }
    }
    serde_json::from_str(&renumbered).unwrap_or_else(|_| case.clone())
}

fn without(case: &Case, start: usize, end: usize) -> Case {
    Case { steps: case.steps[..start].iter().chain(&case.steps[end..]).cloned().collect() }
}

/// Simpler requests of the same kind, the simplest first: fewer optional members, plain identifiers.
fn simpler(request: &Request) -> Vec<Request> {
    let Ok(serde_json::Value::Object(mut whole)) = serde_json::to_value(request) else { return Vec::new() };
    let Some(serde_json::Value::Object(members)) = whole.get("request").cloned() else { return Vec::new() };
    let optional = [
        "Tags",
        "SecretBinary",
        "Description",
        "KmsKeyId",
        "RotateImmediately",
        "VersionStages",
        "RotationRules",
        "IncludeDeprecated",
        "MaxResults",
        "VersionStage",
        "RecoveryWindowInDays",
    ];
    let mut simpler = Vec::new();
    for member in optional.iter().filter(|member| members.contains_key(**member)) {
        let mut fewer = members.clone();
        fewer.remove(*member);
        whole.insert("request".to_owned(), serde_json::Value::Object(fewer));
        simpler.extend(serde_json::from_value(serde_json::Value::Object(whole.clone())));
    }
    if let Some(id) = members.get("SecretId").and_then(serde_json::Value::as_str)
        && let Some((name, _)) = id.split_once('.')
    {
        let mut named = members.clone();
        named.insert("SecretId".to_owned(), name.into());
        whole.insert("request".to_owned(), serde_json::Value::Object(named));
        simpler.extend(serde_json::from_value(serde_json::Value::Object(whole)));
    }
    simpler
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Case {
        serde_json::from_str(text).expect("a case written in this test")
    }

    #[test]
    fn secrets_and_tokens_are_numbered_in_the_order_of_their_appearance() {
        let long = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s7","ClientRequestToken":"$t8"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s7.arn","VersionId":"$t99"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s2","VersionId":"$t3"}}]"#,
        );
        let short = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s1.arn","VersionId":"$t99"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s2","VersionId":"$t2"}}]"#,
        );
        assert_eq!(renumbered(&long), short);
    }

    #[test]
    fn the_steps_of_other_secrets_can_be_left_out() {
        let both = case(
            r#"[{"op":"DescribeSecret","request":{"SecretId":"$s2"}},
                {"op":"DescribeSecret","request":{"SecretId":"$s1.arn"}}]"#,
        );
        assert_eq!(of_one_secret(&both).map(|case| case.steps), Some(both.steps[1..].to_vec()));
    }
}
