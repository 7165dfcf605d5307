//! Candidates from the atlas: the shortest way to the state before the call that is to blame, then that call, then the
//! one that showed the violation.

use serde_json::Value;

use super::reduce::secret_of;
use crate::model::{Request, World};
use crate::strategy::{Atlas, Case, Route, State};

/// The cases to try, the most alike first, for a violation shown by the last step and caused by the step `culprit`,
/// which met this state.
pub(super) fn candidates(atlas: &Atlas, case: &Case, culprit: usize, state: Option<State>) -> Vec<Case> {
    let Some(last) = case.steps.last() else { return Vec::new() };
    let Some(secret) = case.steps.get(culprit).and_then(secret_of).filter(|secret| matches!(*secret, "1" | "2")) else {
        return Vec::new();
    };
    if secret_of(last) != Some(secret) {
        return Vec::new();
    }
    let own = |steps: &[Request]| {
        let own = steps.iter().filter(|step| secret_of(step) == Some(secret));
        own.map(|step| with_strings(step, &|text| about_the_first(text, secret))).collect::<Vec<_>>()
    };
    let world = atlas.after(&own(&case.steps[..culprit]));
    let mut end = own(&case.steps[culprit..=culprit]);
    if culprit + 1 < case.steps.len() {
        end.extend(own(std::slice::from_ref(last)));
    }
    atlas.routes(&world, state).into_iter().map(|route| joined(atlas, &world, route, &end)).collect()
}

/// A way, and requests written for another world at its end.
fn joined(atlas: &Atlas, world: &World, route: &Route, end: &[Request]) -> Case {
    let known = atlas.counterparts(world, &route.world);
    let fresh = route.steps.len() + 1;
    let mut strangers: Vec<String> = Vec::new();
    for step in end {
        let _ = with_strings_seen(step, &mut |text| {
            let is_known = known.iter().any(|(from, _)| from == text);
            if is_ordinary_token(text) && !is_known && !strangers.iter().any(|stranger| stranger == text) {
                strangers.push(text.to_owned());
            }
        });
    }
    let renamed = |text: &str| match known.iter().find(|(from, _)| from == text) {
        Some((_, to)) => Some(to.clone()),
        None => strangers.iter().position(|stranger| stranger == text).map(|index| format!("$t{}", fresh + index)),
    };
    let end = end.iter().map(|step| with_strings(step, &renamed));
    Case { steps: route.steps.iter().cloned().chain(end).collect() }
}

/// Whether a text stands for a token of ordinary form.
fn is_ordinary_token(text: &str) -> bool {
    text.strip_prefix("$t").and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| number < 90)
}

/// The placeholder of another secret as that of the first.
fn about_the_first(text: &str, secret: &str) -> Option<String> {
    let rest = text.strip_prefix("$s")?.strip_prefix(secret)?;
    (rest.is_empty() || rest.starts_with('.')).then(|| format!("$s1{rest}"))
}

/// The request with each of its texts replaced where there is something to replace it by.
fn with_strings(request: &Request, replace: &dyn Fn(&str) -> Option<String>) -> Request {
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
        let atlas = Atlas::new(Menu { has_function: true, has_missing_function: true });
        let found = candidates(&atlas, &case, 5, None);
        let written = |case: &Case| serde_json::to_string(&case.steps[2..]).expect("cases are plain data");
        assert_eq!(found[0].steps.len(), 4);
        assert_eq!(
            written(&found[0]),
            r#"[{"op":"UpdateSecretVersionStage","request":{"SecretId":"$s1","VersionStage":"AWSPENDING","MoveToVersionId":"$t1"}},{"op":"DescribeSecret","request":{"SecretId":"$s1.arn"}}]"#
        );
        let with_a_fresh_token = candidates(&atlas, &case, 6, None);
        assert!(written(&with_a_fresh_token[0]).contains(r#""ClientRequestToken":"$t4""#), "{with_a_fresh_token:?}");
    }
}
