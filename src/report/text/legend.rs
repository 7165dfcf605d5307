//! What the odd placeholders of a finding stand for, and what is worth a remark beside its rule.

use serde_json::Value;

use crate::runner::Finding;
use crate::strategy::meaning;

/// `t90 is a token of 31 characters; s8 is a name with characters that are not legal`: in the order in which they
/// appear. `None` if every placeholder says itself what it is.
pub(super) fn legend(finding: &Finding) -> Option<String> {
    let requests = finding.case.steps.iter().chain(finding.steps.iter().map(|step| &step.request));
    let requests = requests.filter_map(|request| serde_json::to_value(request).ok());
    let answers = finding.steps.iter().filter_map(|step| serde_json::to_value(&step.answer).ok());
    told(requests.chain(answers).chain(demand(finding)))
}

/// The same of what some findings demand alone.
pub(super) fn legend_of_demands(findings: &[&Finding]) -> Option<String> {
    told(findings.iter().flat_map(|finding| demand(finding)))
}

fn demand(finding: &Finding) -> [Value; 2] {
    let violation = &finding.violation;
    [violation.expected.as_str().into(), violation.observed.as_str().into()]
}

fn told(parts: impl Iterator<Item = Value>) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    for part in parts {
        each_text(&part, &mut |text| {
            for placeholder in placeholders(text) {
                let line = meaning(placeholder).map(|meaning| format!("{placeholder} is {meaning}"));
                told.extend(line.filter(|line| !told.contains(line)));
            }
        });
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// A remark on an answer that says more than the rule that it violates.
pub(super) fn note(finding: &Finding) -> Option<String> {
    let operation = finding.violation.fingerprint.missing()?;
    Some(format!("the answer reads as if the endpoint did not implement {operation} at all"))
}

fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(members) => {
            for (name, value) in members {
                visit(name);
                each_text(value, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The placeholders in a text, without their sign.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-';
    text.split('$').skip(1).map(move |rest| {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', '-'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::read_findings;

    fn finding(case: &str) -> Finding {
        let text = format!(r#"{{"rule": "ROT-VAL-002", "fingerprint": "x", "case": {case}}}"#);
        read_findings(&text).unwrap().findings.remove(0)
    }

    #[test]
    fn odd_placeholders_are_told_once_in_the_order_of_the_calls() {
        let odd = finding(
            r#"[{"op": "CreateSecret", "request": {"Name": "$s8", "ClientRequestToken": "$t90"}},
                {"op": "PutSecretValue", "request": {"SecretId": "$s8.partial", "ClientRequestToken": "$t90"}}]"#,
        );
        let told = "s8 is a name with characters that are not legal; t90 is a token of 31 characters; \
                    s8.partial is the ARN of s8 without its last seven characters";
        assert_eq!(legend(&odd).as_deref(), Some(told));
    }

    #[test]
    fn plain_placeholders_and_other_texts_need_no_legend() {
        let plain = r#"[{"op": "CreateSecret", "request": {"Name": "$s1", "ClientRequestToken": "$t1", "SecretString": "$ $(id) t90"}}]"#;
        assert_eq!(legend(&finding(plain)), None);
    }

    #[test]
    fn an_operation_that_the_endpoint_lacks_is_named() {
        let mut finding = finding("[]");
        assert_eq!(note(&finding), None);
        finding.violation.fingerprint = "missing CancelRotateSecret".parse().unwrap();
        assert!(note(&finding).unwrap().contains("did not implement CancelRotateSecret at all"));
    }

    #[test]
    fn placeholders_end_where_a_word_does() {
        assert_eq!(placeholders("a $t90, $s1.arn. $too-long-").collect::<Vec<_>>(), ["t90", "s1.arn", "too-long"]);
    }
}
