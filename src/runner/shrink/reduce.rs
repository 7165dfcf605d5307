//! Candidates: cases that are simpler than a given one, made without any call.

use std::collections::BTreeMap;

use crate::model::{FunctionDeparture, Operation, Request, Script};
use crate::strategy::Case;

/// The secret that a request is about, as the number in its placeholder.
pub(super) fn secret_of(request: &Request) -> Option<&str> {
    let id = request.operation.secret_id()?.strip_prefix("$s")?;
    Some(id.split('.').next().unwrap_or(id))
}

/// The steps about the secret of the last one, those of no single secret left out.
pub(super) fn of_one_secret(case: &Case) -> Option<Case> {
    let secret = secret_of(case.steps.last()?)?;
    let steps = case.steps.iter().filter(|step| secret_of(step) == Some(secret)).cloned().collect();
    Some(Case { steps })
}

/// The last step after the one that creates its secret.
pub(super) fn ends(case: &Case) -> Option<Case> {
    let last = case.steps.last()?;
    let is_creation =
        |step: &&Request| matches!(step.operation, Operation::CreateSecret(_)) && secret_of(step) == secret_of(last);
    let first = case.steps.iter().find(is_creation)?;
    Some(Case { steps: vec![first.clone(), last.clone()] })
}

/// The case whose last request, a RotateSecret without a function, names one.
pub(super) fn naming_a_function(case: &Case) -> Option<Case> {
    let mut case = case.clone();
    match &mut case.steps.last_mut()?.operation {
        Operation::RotateSecret(request) if request.rotation_lambda_arn.is_none() => {
            request.rotation_lambda_arn = Some("$function".into());
            Some(case)
        }
        _ => None,
    }
}

/// The case with its secrets and tokens numbered in the order in which they appear.
pub(super) fn renumbered(case: &Case) -> Case {
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

pub(super) fn without(case: &Case, start: usize, end: usize) -> Case {
    Case { steps: case.steps[..start].iter().chain(&case.steps[end..]).cloned().collect() }
}

/// The cases in which a version that one request has made is another, made before: without that request, its token
/// replaced wherever it stands, and its value where it is stored again.
pub(super) fn merged(case: &Case) -> Vec<Case> {
    let makers = makers(case);
    let pairs = makers.iter().enumerate().flat_map(|(number, later)| {
        let earlier = makers[..number].iter();
        earlier.map(move |earlier| (*earlier, *later))
    });
    pairs.filter_map(|(kept, gone)| with_one_version_for_two(case, kept, gone)).collect()
}

/// The steps that are the first to name a token.
fn makers(case: &Case) -> Vec<usize> {
    let token = |index: usize| case.steps[index].operation.token();
    let is_first = |index: usize| token(index).is_some() && (0..index).all(|before| token(before) != token(index));
    (0..case.steps.len()).filter(|index| is_first(*index)).collect()
}

/// The case without the step `gone`, its version's part played by that of the step `kept`.
fn with_one_version_for_two(case: &Case, kept: usize, gone: usize) -> Option<Case> {
    let (old, new) = (case.steps[gone].operation.token()?, case.steps[kept].operation.token()?);
    let (was, is) = (value(&case.steps[gone]), value(&case.steps[kept]));
    let played = |step: &Request| {
        let text = serde_json::to_string(step).ok()?.replace(&quoted(old), &quoted(new));
        let stored = value(step).filter(|_| step.operation.token() == Some(old));
        let text = match stored.zip(is.clone()) {
            Some((stored, is)) if Some(&stored) == was.as_ref() => text.replace(&quoted(&stored), &quoted(&is)),
            Some((stored, is)) if stored == is => text.replace(&quoted(&stored), &quoted(another(&stored))),
            Some(_) | None => text,
        };
        serde_json::from_str(&text).ok()
    };
    let rest = case.steps.iter().enumerate().filter(|(index, _)| *index != gone);
    let steps = rest.map(|(_, step)| played(step)).collect::<Option<_>>()?;
    Some(Case { steps })
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn another(value: &str) -> &'static str {
    if value == "value-a" { "value-b" } else { "value-a" }
}

/// The text that a request stores.
fn value(request: &Request) -> Option<String> {
    let request = serde_json::to_value(request).ok()?;
    request["request"]["SecretString"].as_str().map(str::to_owned)
}

/// The cases in which a secret that is created without a value has one at once, and one of the requests that store
/// another is left out.
pub(super) fn filled_at_once(case: &Case) -> Vec<Case> {
    let is_empty_creation = |step: &&Request| match &step.operation {
        Operation::CreateSecret(create) => create.secret_string.is_none() && create.secret_binary.is_none(),
        _ => false,
    };
    let Some(first) = case.steps.first().filter(is_empty_creation) else { return Vec::new() };
    let mut filled = first.clone();
    if let Operation::CreateSecret(create) = &mut filled.operation {
        create.secret_string = Some("value-a".into());
    }
    let stores = (1..case.steps.len().saturating_sub(1)).filter(|index| {
        matches!(case.steps[*index].operation, Operation::PutSecretValue(_) | Operation::UpdateSecret(_))
    });
    let without = |index: usize| {
        let rest = case.steps.iter().enumerate().skip(1).filter(move |(other, _)| *other != index);
        std::iter::once(filled.clone()).chain(rest.map(|(_, step)| step.clone())).collect()
    };
    stores.map(|index| Case { steps: without(index) }).collect()
}

/// The same request without an oddity of its form, and with the name as its identifier.
pub(super) fn plainer(request: &Request) -> Vec<Request> {
    let Ok(serde_json::Value::Object(mut whole)) = serde_json::to_value(request) else { return Vec::new() };
    let mut plainer = Vec::new();
    if whole.remove("quirk").is_some() {
        plainer.extend(serde_json::from_value(serde_json::Value::Object(whole.clone())));
    }
    let id = whole.get_mut("request").and_then(|members| members.get_mut("SecretId"));
    if let Some(serde_json::Value::String(id)) = id
        && let Some((name, _)) = id.split_once('.')
    {
        *id = name.to_owned();
        plainer.extend(serde_json::from_value(serde_json::Value::Object(whole)));
    }
    plainer
}

/// The same request, whose function departs less from finishing the rotation: without each departure, and held for fewer
/// calls.
fn with_simpler_scripts(request: &Request) -> Vec<Request> {
    let Some(script) = &request.script else { return Vec::new() };
    let with = |departures: Vec<FunctionDeparture>| {
        let script = Script { departures };
        Request { script: Some(script), ..request.clone() }
    };
    let departures = &script.departures;
    let without = (0..departures.len()).map(|gone| {
        let rest = departures.iter().enumerate().filter(|(index, _)| *index != gone);
        with(rest.map(|(_, departure)| *departure).collect())
    });
    let shorter = departures.iter().enumerate().filter_map(|(index, departure)| match departure {
        FunctionDeparture::Hold { step, calls } if *calls > 1 => {
            let mut held = departures.clone();
            held[index] = FunctionDeparture::Hold { step: *step, calls: calls - 1 };
            Some(with(held))
        }
        _ => None,
    });
    without.chain(shorter).collect()
}

/// A token that no case has of itself.
const ORDINARY_TOKEN: &str = "$t89";

/// The case with a fresh token in its last request, a RotateSecret whose token names a version: what the service makes of
/// that is open in itself.
pub(super) fn with_a_fresh_token(case: &Case) -> Option<Case> {
    let (last, before) = case.steps.split_last()?;
    let mut last = last.clone();
    let Operation::RotateSecret(rotation) = &mut last.operation else { return None };
    let token = rotation.client_request_token.as_ref()?;
    let is_used = before.iter().any(|step| step.operation.token() == Some(token));
    if !is_used {
        return None;
    }
    rotation.client_request_token = Some(ORDINARY_TOKEN.into());
    Some(Case { steps: [before, &[last]].concat() })
}

/// Whether a placeholder stands for a token of unusual form.
fn is_special_token(placeholder: &str) -> bool {
    placeholder.strip_prefix("$t").and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| number >= 90)
}

/// Simpler requests of the same kind, the simplest first: fewer optional members, plain identifiers.
pub(super) fn simpler(request: &Request) -> Vec<Request> {
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
    let is_required = |member: &str| {
        let is_about_tags = matches!(request.operation, Operation::TagResource(_));
        (member == "Tags" && is_about_tags) || !members.contains_key(member)
    };
    let mut simpler = with_simpler_scripts(request);
    simpler.extend(plainer(request));
    for member in optional.iter().filter(|member| !is_required(member)) {
        let mut fewer = members.clone();
        fewer.remove(*member);
        whole.insert("request".to_owned(), serde_json::Value::Object(fewer));
        simpler.extend(serde_json::from_value(serde_json::Value::Object(whole.clone())));
    }
    if members.get("MaxResults").is_some_and(|most| most.as_u64() > Some(1)) {
        let mut least = members.clone();
        least.insert("MaxResults".to_owned(), 1.into());
        whole.insert("request".to_owned(), serde_json::Value::Object(least));
        simpler.extend(serde_json::from_value(serde_json::Value::Object(whole.clone())));
    }
    if members.get("ClientRequestToken").and_then(serde_json::Value::as_str).is_some_and(is_special_token) {
        let mut ordinary = members;
        ordinary.insert("ClientRequestToken".to_owned(), ORDINARY_TOKEN.into());
        whole.insert("request".to_owned(), serde_json::Value::Object(ordinary));
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
    fn a_rotation_with_the_token_of_a_version_is_tried_with_a_fresh_one() {
        let of = |token: &str| {
            case(&format!(
                r#"[{{"op":"CreateSecret","request":{{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}}}},
                    {{"op":"RotateSecret","request":{{"SecretId":"$s1","ClientRequestToken":"{token}"}}}}]"#
            ))
        };
        assert_eq!(with_a_fresh_token(&of("$t1")), Some(of("$t89")));
        assert_eq!(with_a_fresh_token(&of("$t2")), None);
        assert_eq!(with_a_fresh_token(&Case { steps: of("$t1").steps[..1].to_vec() }), None);
    }

    #[test]
    fn one_version_takes_the_part_of_another() {
        let two = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-a"}}]"#,
        );
        let one = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}},
                {"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t1","SecretString":"value-b"}}]"#,
        );
        assert_eq!(merged(&two), [one]);
    }

    #[test]
    fn a_secret_has_its_value_from_the_start() {
        let late = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s1"}},
                {"op":"UpdateSecret","request":{"SecretId":"$s1","SecretString":"value-b"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s1"}}]"#,
        );
        let at_once = case(
            r#"[{"op":"CreateSecret","request":{"Name":"$s1","SecretString":"value-a"}},
                {"op":"GetSecretValue","request":{"SecretId":"$s1"}}]"#,
        );
        assert_eq!(filled_at_once(&late), [at_once]);
        assert_eq!(filled_at_once(&filled_at_once(&late)[0]), []);
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
