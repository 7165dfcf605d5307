//! The commands with curl.

use std::fmt::Write as _;

use super::script::{Action, Script, for_here_document, name_of};
use crate::model::{DeleteSecret, Operation, Request};
use crate::wire;

/// Sends one request; a call reads its body from a here-document, so that nothing in it has to be quoted twice.
pub(super) const FUNCTIONS: &str = r#"request() {
  curl --silent --show-error --noproxy '*' --write-out '\n(HTTP %{http_code})\n' \
    --header 'Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/'"$1"'/aws4_request, SignedHeaders=host, Signature=test' \
    "${@:2}"
}
call() {
  ANSWER=$(request secretsmanager --header "X-Amz-Target: secretsmanager.$1" \
    --header 'Content-Type: application/x-amz-json-1.1' --data-binary @- "$ENDPOINT/")
  printf '%s: %s\n' "$1" "$ANSWER"
}
member() { printf '%s' "$ANSWER" | tr -d '\n' | sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p'; }
"#;

/// A function whose archive is empty, since it is never called, unless `$FUNCTION` names one; with a role for it, where
/// the endpoint makes roles.
const CREATE_FUNCTION: &str = r#"FUNCTION_ARN=${FUNCTION:-}
if [ -z "$FUNCTION_ARN" ]; then
  ROLE_ARN=$(request iam --data-urlencode Action=CreateRole --data-urlencode Version=2010-05-08 \
    --data-urlencode RoleName="$RUN" --data-urlencode AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' \
    "$ENDPOINT/" | sed -n 's/.*<Arn>\(.*\)<\/Arn>.*/\1/p')
  ANSWER=$(request lambda --header 'Content-Type: application/json' --data-binary @- "$ENDPOINT/2015-03-31/functions" <<JSON
{"FunctionName":"$RUN","Runtime":"python3.12","Role":"${ROLE_ARN:-arn:aws:iam::000000000000:role/$RUN}","Handler":"index.handler","Code":{"ZipFile":"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}
JSON
  )
  FUNCTION_ARN=$(member FunctionArn)
fi
"#;

const DELETE_FUNCTION: &str = r#"request lambda --request DELETE "$ENDPOINT/2015-03-31/functions/$RUN"
request iam --data-urlencode Action=DeleteRole --data-urlencode Version=2010-05-08 --data-urlencode RoleName="$RUN" "$ENDPOINT/"
"#;

/// The calls, then `demand`, which says what to look for, then what removes everything again.
pub(super) fn commands(script: &Script, is_local: bool, demand: &str) -> String {
    let mut text = FUNCTIONS.to_owned();
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
        text.push_str(&call(&Operation::DeleteSecret(delete).into()));
    }
    if makes_function {
        text.push_str(DELETE_FUNCTION);
    }
    text
}

/// The commands of one action.
pub(super) fn command(action: &Action) -> String {
    match action {
        Action::Read(request) => call(request),
        Action::Find { variable, secret, label } => {
            let list = format!("call ListSecretVersionIds <<JSON\n{{\"SecretId\":\"$S{secret}\"}}\nJSON\n");
            let of_version = r#"s/.*"VersionId": *"\([^"]*\)".*/\1/p"#;
            let pick = format!("sed -n '/\"{label}\"/{of_version}'");
            format!("{list}{variable}=$(printf '%s' \"$ANSWER\" | tr -d '\\n' | tr '{{' '\\n' | {pick})\n")
        }
        Action::Call { number, request, arn_of, next_of } => {
            let mut text = format!("# {number}.\n{}", call(request));
            if let Some(secret) = arn_of {
                let keep = format!("S{secret}_FORMER=$S{secret}_ARN; S{secret}_ARN=$ARN;");
                let is_new = format!("[ -z \"$ARN\" ] || [ \"$ARN\" = \"$S{secret}_ARN\" ]");
                let _ = writeln!(text, "ARN=$(member ARN)\n{is_new} || {{ {keep} }}");
            }
            if let Some(secret) = next_of {
                let _ = writeln!(text, "S{secret}_NEXT=$(member NextToken)");
            }
            text
        }
    }
}

fn call(request: &Request) -> String {
    let encoded = wire::encode_request(request);
    let action = super::quoted(encoded.target.strip_prefix(wire::TARGET_PREFIX).unwrap_or(&encoded.target));
    let body = for_here_document(&String::from_utf8_lossy(&encoded.body));
    format!("call {action} <<JSON\n{body}\nJSON\n")
}
