//! The commands with aws-cli, and with curl for what aws-cli cannot send as the run did.

use std::fmt::Write as _;

use serde_json::Value;

use super::curl;
use super::script::{Action, Script, is_from_an_answer, members, name_of, word};
use crate::model::{DeleteSecret, Operation, Request};

/// Dummy credentials where there are none, and one try per call.
const ENVIRONMENT: &str = r#"export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}"
export AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER= AWS_MAX_ATTEMPTS=1
"#;

/// aws-cli itself refuses what is too short or missing, unless its configuration says otherwise.
const WITHOUT_VALIDATION: &str = r#"export AWS_CONFIG_FILE="$(mktemp)" # the endpoint is to refuse, not aws-cli
printf '[default]\nparameter_validation = false\n' >"$AWS_CONFIG_FILE"
"#;

/// A function whose archive is empty, since it is never called, unless `$FUNCTION` names one; with a role for it, where
/// the endpoint makes roles.
const CREATE_FUNCTION: &str = r#"FUNCTION_ARN=${FUNCTION:-}
if [ -z "$FUNCTION_ARN" ]; then
  ROLE_ARN=$(aws iam create-role --endpoint-url "$ENDPOINT" --role-name "$RUN" --query Role.Arn --output text \
    --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}')
  FUNCTION_ARN=$(aws lambda create-function --endpoint-url "$ENDPOINT" --function-name "$RUN" --runtime python3.12 \
    --handler index.handler --role "${ROLE_ARN:-arn:aws:iam::000000000000:role/$RUN}" --query FunctionArn --output text \
    --zip-file fileb://<(printf %s UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA== | base64 --decode))
fi
"#;

const DELETE_FUNCTION: &str = r#"aws lambda delete-function --endpoint-url "$ENDPOINT" --function-name "$RUN"
aws iam delete-role --endpoint-url "$ENDPOINT" --role-name "$RUN"
"#;

/// The calls, then `demand`, which says what to look for, then what removes everything again.
pub(super) fn commands(script: &Script, is_local: bool, demand: &str) -> String {
    let mut text = ENVIRONMENT.to_owned();
    let calls = || script.actions.iter().filter(|action| matches!(action, Action::Call { .. }));
    if calls().any(|action| why_not(action).is_some()) {
        text.push_str(curl::FUNCTIONS);
    }
    let by_aws_cli = calls().filter(|action| why_not(action).is_none());
    if by_aws_cli.filter_map(Action::request).any(|request| is_refused_by_the_client(&members(request))) {
        text.push_str(WITHOUT_VALIDATION);
    }
    let makes_function = script.needs_function && is_local;
    if makes_function {
        text.push_str(CREATE_FUNCTION);
    }
    for action in &script.actions {
        text.push_str(&command(action));
    }
    text.push_str(demand);
    text.push_str("# clean up\n");
    for secret in &script.created {
        let delete = DeleteSecret {
            secret_id: Some(name_of(*secret)),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        };
        let _ = writeln!(text, "{}", line(&Operation::DeleteSecret(delete).into()));
    }
    if makes_function {
        text.push_str(DELETE_FUNCTION);
    }
    text
}

fn command(action: &Action) -> String {
    match action {
        Action::Read(request) => format!("{}\n", line(request)),
        Action::Find { variable, secret, label } => {
            let query = format!("Versions[?contains(VersionStages, '{label}')].VersionId | [0]");
            format!(
                "{variable}=$(aws secretsmanager list-secret-version-ids --endpoint-url \"$ENDPOINT\" --no-paginate \
                 --secret-id \"$S{secret}\" --query \"{query}\" --output text | sed 's/^None$//')\n"
            )
        }
        Action::Call { number, request, arn_of, .. } => match (why_not(action), arn_of) {
            (Some(reason), _) => format!("# with curl, since {reason}\n{}", curl::command(action)),
            (None, None) => format!("# {number}.\n{}\n", line(request)),
            (None, Some(secret)) => format!(
                "# {number}.\nARN=$({} --query ARN --output text)\n\
                 [ -z \"$ARN\" ] || [ \"$ARN\" = \"$S{secret}_ARN\" ] || {{ S{secret}_FORMER=$S{secret}_ARN; S{secret}_ARN=$ARN; }}\n",
                line(request)
            ),
        },
    }
}

/// What keeps aws-cli from sending the call as the run did.
fn why_not(action: &Action) -> Option<&'static str> {
    let Action::Call { request, next_of, .. } = action else { return None };
    match (&request.operation, request.quirk) {
        (Operation::Malformed(_), _) => Some("its body is not JSON"),
        (Operation::Unknown(_), _) => Some("aws-cli has no such operation"),
        (Operation::ListSecretVersionIds(list), _) if list.next_token.as_deref().is_some_and(is_from_an_answer) => {
            Some("its NextToken comes from an answer")
        }
        (Operation::ListSecretVersionIds(_), None) if next_of.is_some() => {
            Some("the NextToken of its answer is needed later")
        }
        (_, Some(_)) => Some("its members are written in an unusual way"),
        (operation, None) if takes_token(operation) && operation.token().is_none() => {
            Some("the run sent no ClientRequestToken, and aws-cli always adds one")
        }
        (_, None) => None,
    }
}

const fn takes_token(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::CreateSecret(_)
            | Operation::PutSecretValue(_)
            | Operation::UpdateSecret(_)
            | Operation::RotateSecret(_)
    )
}

/// One command, without its line break.
fn line(request: &Request) -> String {
    let members = members(request);
    let name = hyphenated(request.operation.name());
    let mut line = format!("aws secretsmanager {name} --endpoint-url \"$ENDPOINT\"");
    if name.starts_with("list-") || name.starts_with("batch-") {
        line.push_str(" --no-paginate");
    }
    if lacks_a_required_member(&members) {
        line.push_str(" --cli-input-json '{}'");
    }
    for (name, value) in members.as_object().into_iter().flatten() {
        let _ = write!(line, " {}", argument(name, value));
    }
    line
}

fn argument(name: &str, value: &Value) -> String {
    let option = hyphenated(name);
    match value {
        Value::Bool(true) => format!("--{option}"),
        Value::Bool(false) => format!("--no-{option}"),
        Value::String(base64) if name == "SecretBinary" => {
            format!("--{option} fileb://<(printf %s {} | base64 --decode)", word(base64))
        }
        Value::String(text) => format!("--{option} {}", word(text)),
        other => format!("--{option} {}", word(&other.to_string())),
    }
}

/// `rotation-lambda-arn` for `RotationLambdaARN`
fn hyphenated(name: &str) -> String {
    let mut hyphenated = String::new();
    let mut was_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && was_small {
            hyphenated.push('-');
        }
        was_small = !letter.is_ascii_uppercase();
        hyphenated.push(letter.to_ascii_lowercase());
    }
    hyphenated
}

/// Whether no member names a secret, which each operation but the listing ones requires.
fn lacks_a_required_member(members: &Value) -> bool {
    !["SecretId", "Name", "SecretIdList", "Filters", "MaxResults"].iter().any(|name| members.get(name).is_some())
}

/// Whether aws-cli would refuse the members: something is missing, shorter or less than the service allows.
fn is_refused_by_the_client(members: &Value) -> bool {
    let is_too_little = |value: &Value| match value {
        Value::String(text) => text.is_empty() || text.contains("$T90"),
        Value::Number(number) => number.as_i64().is_some_and(|number| number < 1),
        Value::Array(items) => items.is_empty() || items.iter().any(|item| item.as_str() == Some("")),
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    };
    let rules = members.get("RotationRules").and_then(Value::as_object);
    let mut all = members.as_object().into_iter().flatten().chain(rules.into_iter().flatten());
    lacks_a_required_member(members) || all.any(|(_, value)| is_too_little(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_the_command_line() {
        for (name, option) in [
            ("RotateSecret", "rotate-secret"),
            ("RotationLambdaARN", "rotation-lambda-arn"),
            ("KmsKeyId", "kms-key-id"),
            ("RecoveryWindowInDays", "recovery-window-in-days"),
        ] {
            assert_eq!(hyphenated(name), option);
        }
    }

    #[test]
    fn what_aws_cli_refuses_itself_is_told() {
        let is_refused = |text: &str| is_refused_by_the_client(&serde_json::from_str(text).unwrap());
        for text in [
            r#"{"SecretId": "a", "ClientRequestToken": "$T90"}"#,
            r#"{"SecretId": "a", "SecretString": ""}"#,
            r#"{"SecretId": "a", "RotationRules": {"AutomaticallyAfterDays": 0}}"#,
            r#"{"SecretId": "a", "VersionStages": []}"#,
            r#"{"SecretString": "a"}"#,
        ] {
            assert!(is_refused(text), "{text}");
        }
        assert!(!is_refused(r#"{"SecretId": "a", "ClientRequestToken": "$T1", "MaxResults": 1}"#));
    }
}
