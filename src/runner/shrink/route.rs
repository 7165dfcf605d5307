//! Candidates from the atlas: the shortest way to the state before the call that is to blame, then that call, then the
//! one that showed the violation.

use serde_json::Value;

use super::index::End;
use super::need::Filter;
use super::reduce::secret_of;
use crate::judge::demand;
use crate::model::{DescribeSecret, Operation, Request, World};
use crate::strategy::{Atlas, Case, Route, State};
use crate::verdict::Demand;

/// A violation shown by the last step of a case, as far as it is about one secret.
pub(super) struct Scene<'a> {
    atlas: &'a Atlas,
    /// The steps before the one that is to blame, about the first secret.
    before: Vec<Request>,
    /// The state before the step that is to blame, by the model.
    world: World,
    /// The state that this step met, where it was another.
    state: Option<State>,
    /// That step and the one that showed the violation, about the first secret.
    end: Vec<Request>,
}

impl<'a> Scene<'a> {
    /// The scene of a violation caused by the step `culprit`, which met this state.
    pub(super) fn of(atlas: &'a Atlas, case: &Case, culprit: usize, state: Option<State>) -> Option<Self> {
        let last = case.steps.last()?;
        let secret = case.steps.get(culprit).and_then(secret_of).filter(|secret| matches!(*secret, "1" | "2"))?;
        if secret_of(last) != Some(secret) {
            return None;
        }
        let own = |steps: &[Request]| {
            let own = steps.iter().filter(|step| secret_of(step) == Some(secret));
            own.map(|step| with_strings(step, &|text| about_the_first(text, secret))).collect::<Vec<_>>()
        };
        let before = own(&case.steps[..culprit]);
        let world = atlas.after(&before);
        let mut end = own(&case.steps[culprit..=culprit]);
        if culprit + 1 < case.steps.len() {
            end.extend(own(std::slice::from_ref(last)));
        }
        Some(Self { atlas, before, world, state, end })
    }

    /// The scene of the steps from `from` on, all about one secret.
    pub(super) fn from(atlas: &'a Atlas, case: &Case, from: usize) -> Option<Self> {
        let scene = Self::of(atlas, case, from, None)?;
        let secret = secret_of(case.steps.last()?)?;
        let own = case.steps[from..].iter().filter(|step| secret_of(step) == Some(secret));
        let end = own.map(|step| with_strings(step, &|text| about_the_first(text, secret))).collect();
        Some(Self { end, ..scene })
    }

    /// The same requests at the end of other ways, of at most this length in all, where the last is held to what
    /// is demanded; those first that lead to a state like this one, also with a read where a rotation may have
    /// moved something.
    pub(super) fn elsewhere(&self, longest: usize, demanded: Filter<'_>) -> Vec<Case> {
        let Some(before) = longest.checked_sub(self.end.len()) else { return Vec::new() };
        let joined = |route| self.joined_if(route, demanded);
        let cases = self.atlas.nearest(&self.world, before).into_iter().filter_map(joined);
        let and_with_a_look = cases.flat_map(|case| [Some(case.clone()), self.with_a_look(case)]);
        and_with_a_look.flatten().filter(|case| case.steps.len() <= longest).collect()
    }

    /// The same requests on the shortest ways to states like this one, the most alike first.
    pub(super) fn on_the_shortest_way(&self) -> Vec<Case> {
        let routes = self.atlas.routes(&self.world, self.state);
        routes.into_iter().map(|route| joined(self.atlas, &self.world, route, &self.end)).collect()
    }

    /// The case with those calls alone, before its end, that change the state of the secret by the model; then with the
    /// reads too.
    pub(super) fn with_what_matters(&self) -> [Case; 2] {
        let writes = self.atlas.changing(&self.before);
        let is_kept = |step: &&Request| step.operation.is_read() || writes.contains(step);
        let with_reads = self.before.iter().filter(is_kept).cloned().collect();
        [writes, with_reads].map(|before: Vec<Request>| Case { steps: [before, self.end.clone()].concat() })
    }

    /// The cases of this length that by the model demand the same at their end: first those with the same requests
    /// there, then others of the same kind, then those with a read where a rotation may have moved something.
    pub(super) fn demanding(&self, demanded: &Demand, ends: &[End], length: usize) -> Vec<Case> {
        let mut cases = self.demanding_at_once(demanded, ends, length);
        let shorter = self.demanding_at_once(demanded, ends, length - 1);
        cases.extend(shorter.into_iter().filter_map(|case| self.with_a_look(case)));
        cases
    }

    /// With a read before the end, where a rotation just before it may have moved something.
    fn with_a_look(&self, mut case: Case) -> Option<Case> {
        let before = case.steps.len().saturating_sub(self.end.len());
        let rotation = case.steps.get(before.checked_sub(1)?)?;
        let may_act = matches!(rotation.operation, Operation::RotateSecret(_));
        may_act.then(|| {
            case.steps.insert(before, look("1"));
            case
        })
    }

    fn demanding_at_once(&self, demanded: &Demand, ends: &[End], length: usize) -> Vec<Case> {
        let of_length = || ends.iter().filter(|end| end.length() == length);
        let mut ways: Vec<&Route> = of_length().map(|end| &end.route).collect();
        ways.dedup_by(|one, other| one.steps == other.steps);
        ways.sort_by_key(|route| self.atlas.unlikeness(&self.world, &route.world));
        let same = ways.into_iter().filter_map(|route| self.joined_if(route, Filter::Demand(demanded)));
        let mut cases: Vec<Case> = same.filter(|case| case.steps.len() == length).collect();
        let mut others: Vec<&End> = of_length().collect();
        others.sort_by_key(|end| (self.strangeness(end), self.atlas.unlikeness(&self.world, &end.route.world)));
        for end in others {
            let case = end.case();
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        cases
    }

    /// The same requests where this way ends, if the last is held there to what is demanded.
    fn joined_if(&self, route: &Route, demanded: Filter<'_>) -> Option<Case> {
        let case = joined(self.atlas, &self.world, route, &self.end);
        let (last, end) = case.steps.last().zip(case.steps.get(route.steps.len()..))?;
        let facts = self.atlas.facts_after(route, end);
        facts.iter().any(|fact| demanded.accepts(&demand(fact, &last.operation))).then_some(case)
    }

    /// How many members the requests at an end have, or lack, that those here do not.
    fn strangeness(&self, end: &End) -> usize {
        let pairs = self.end.iter().zip(&end.steps);
        let lengths = self.end.len().abs_diff(end.steps.len());
        pairs.map(|(own, other)| differing_members(own, other)).sum::<usize>() + 10 * lengths
    }
}

/// How many members of two requests differ, tokens and identifiers aside.
pub(super) fn differing_members(one: &Request, other: &Request) -> usize {
    let members = |request: &Request| match serde_json::to_value(request) {
        Ok(Value::Object(mut whole)) => {
            let mut members = match whole.remove("request") {
                Some(Value::Object(members)) => members,
                _ => serde_json::Map::new(),
            };
            members.extend(whole);
            members.retain(|name, _| !matches!(name.as_str(), "SecretId" | "ClientRequestToken"));
            members
        }
        _ => serde_json::Map::new(),
    };
    let (one, other) = (members(one), members(other));
    let lacks = |of: &serde_json::Map<String, Value>, from: &serde_json::Map<String, Value>| {
        of.iter().filter(|(name, value)| from.get(*name) != Some(*value)).count()
    };
    lacks(&one, &other) + lacks(&other, &one)
}

/// A way, and requests written for another world at its end; tokens that no version there has come after those of the way.
pub(super) fn joined(atlas: &Atlas, world: &World, route: &Route, end: &[Request]) -> Case {
    let mut names = atlas.counterparts(world, &route.world);
    let mut fresh = route.steps.len();
    for step in end {
        let _ = with_strings_seen(step, &mut |text| {
            if token_number(text).is_some() && names.iter().all(|(known, _)| known != text) {
                fresh += 1;
                names.push((text.to_owned(), format!("$t{fresh}")));
            }
        });
    }
    ending(route, end, &names)
}

/// The same where the way has no token that stands for something else in the requests.
pub(super) fn joined_as_named(atlas: &Atlas, world: &World, route: &Route, end: &[Request]) -> Case {
    ending(route, end, &atlas.counterparts(world, &route.world))
}

/// A way that ends with these requests, in which each name has become another.
fn ending(route: &Route, end: &[Request], names: &[(String, String)]) -> Case {
    let renamed = |text: &str| names.iter().find(|(from, _)| from == text).map(|(_, to)| to.clone());
    let end = end.iter().map(|step| with_strings(step, &renamed));
    Case { steps: route.steps.iter().cloned().chain(end).collect() }
}

/// DescribeSecret of the secret of this number, by its name.
pub(super) fn look(secret: &str) -> Request {
    Operation::DescribeSecret(DescribeSecret { secret_id: Some(format!("$s{secret}").into()) }).into()
}

/// The number of a token that these requests do not have.
pub(super) fn fresh_token(steps: &[Request]) -> usize {
    let mut highest = 0;
    for step in steps {
        let _ = with_strings_seen(step, &mut |text| {
            if let Some(number) = token_number(text) {
                highest = highest.max(number);
            }
        });
    }
    highest + 1
}

/// The number of the token of ordinary form that a text stands for.
fn token_number(text: &str) -> Option<usize> {
    text.strip_prefix("$t").and_then(|number| number.parse().ok()).filter(|number| *number < 90)
}

/// The placeholder of another secret as that of the first.
fn about_the_first(text: &str, secret: &str) -> Option<String> {
    let rest = text.strip_prefix("$s")?.strip_prefix(secret)?;
    (rest.is_empty() || rest.starts_with('.')).then(|| format!("$s1{rest}"))
}

/// The request with each of its texts replaced where there is something to replace it by.
pub(super) fn with_strings(request: &Request, replace: &dyn Fn(&str) -> Option<String>) -> Request {
    let Ok(mut value) = serde_json::to_value(request) else { return request.clone() };
    visit(&mut value, &mut |text| {
        if let Some(other) = replace(text) {
            *text = other;
        }
    });
    serde_json::from_value(value).unwrap_or_else(|_| request.clone())
}

fn with_strings_seen(request: &Request, see: &mut dyn FnMut(&str)) -> Option<()> {
    let mut value = serde_json::to_value(request).ok()?;
    visit(&mut value, &mut |text| see(text));
    Some(())
}

fn visit(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| visit(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::Menu;

    #[test]
    fn a_violation_far_into_a_case_is_looked_for_on_the_shortest_way() {
        let case: Case = serde_json::from_str(
            r#"[{"op":"CreateSecret","request":{"Name":"$s2","ClientRequestToken":"$t4","SecretString":"value-b"}},
                {"op":"TagResource","request":{"SecretId":"$s1"}},
                {"op":"DescribeSecret","request":{"SecretId":"$s2"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s2.arn","ClientRequestToken":"$t6","SecretString":"value-a"}},
                {"op":"DescribeSecret","request":{"SecretId":"$s2"}},
                {"op":"UpdateSecretVersionStage","request":{"SecretId":"$s2","VersionStage":"AWSPENDING","MoveToVersionId":"$t4"}},
                {"op":"RotateSecret","request":{"SecretId":"$s2","ClientRequestToken":"$t9"}},
                {"op":"DescribeSecret","request":{"SecretId":"$s2.arn"}}]"#,
        )
        .expect("written in this test");
        let atlas = Atlas::new(Menu { has_function: true, has_missing_function: true, ..Menu::default() });
        let found = Scene::of(&atlas, &case, 5, None).expect("about one secret").on_the_shortest_way();
        let written = |case: &Case| serde_json::to_string(&case.steps[2..]).expect("cases are plain data");
        assert_eq!(found[0].steps.len(), 4);
        assert_eq!(
            written(&found[0]),
            r#"[{"op":"UpdateSecretVersionStage","request":{"SecretId":"$s1","VersionStage":"AWSPENDING","MoveToVersionId":"$t1"}},{"op":"DescribeSecret","request":{"SecretId":"$s1.arn"}}]"#
        );
        let with_a_fresh_token = Scene::of(&atlas, &case, 6, None).expect("about one secret").on_the_shortest_way();
        assert!(written(&with_a_fresh_token[0]).contains(r#""ClientRequestToken":"$t4""#), "{with_a_fresh_token:?}");
    }

    fn atlas() -> &'static Atlas {
        Atlas::detailed(Menu { has_function: true, has_missing_function: true, ..Menu::default() })
    }

    #[test]
    fn what_changes_nothing_is_left_out_at_once() {
        let case: Case = serde_json::from_str(
            r#"[{"op":"CreateSecret","request":{"Name":"$s2","ClientRequestToken":"$t1","SecretString":"value-a"}},
                {"op":"DescribeSecret","request":{"SecretId":"$s2"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s2","ClientRequestToken":"$t2"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s2","ClientRequestToken":"$t3","SecretString":"value-b"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s2"}}]"#,
        )
        .expect("written in this test");
        let scene = Scene::of(atlas(), &case, 4, None).expect("about one secret");
        let [writes, with_reads] = scene
            .with_what_matters()
            .map(|case| case.steps.iter().map(|step| step.operation.name().to_owned()).collect::<Vec<_>>());
        assert_eq!(writes, ["CreateSecret", "PutSecretValue", "GetSecretValue"]);
        assert_eq!(with_reads, ["CreateSecret", "DescribeSecret", "PutSecretValue", "GetSecretValue"]);
    }
}
