//! What a request carried that nobody may see again, taken out of the answer before anything reads it.
//!
//! An endpoint may repeat what a request was signed with, in an error message, a header, an ARN or the name of a member.
//! Only what a request really carried is looked for; what an endpoint encodes in a way of its own is not found.

use aws_credential_types::Credentials;
use reqwest::Request;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use serde_json::Value;

use super::incoming::{Incoming, Received};

/// What is shorter is no secret but a dummy or a number, such as `test`.
const SHORTEST_BYTES: usize = 8;
/// What stands in the place of a secret.
const INSTEAD: &str = "(a credential)";
/// Headers that say something of the request and may rightly come back.
const TELLING: [HeaderName; 4] = [ACCEPT, CONTENT_TYPE, HOST, USER_AGENT];

/// The secrets of one request.
pub(super) struct Hidden<'a> {
    credentials: Credentials,
    /// The header with the signature.
    authorization: Option<HeaderValue>,
    /// The headers that the user adds to every request.
    added: &'a [(HeaderName, HeaderValue)],
}

impl<'a> Hidden<'a> {
    /// The secrets of a request that is signed with these credentials and has these headers added.
    pub(super) fn of(request: &Request, credentials: Credentials, added: &'a [(HeaderName, HeaderValue)]) -> Self {
        Self { credentials, authorization: request.headers().get(AUTHORIZATION).cloned(), added }
    }

    /// Takes the secrets out of everything that is read of an answer.
    pub(super) fn take_out_of(&self, incoming: &mut Incoming) {
        let secrets = self.secrets();
        for value in incoming.headers.values_mut() {
            if let Some(clean) = value.to_str().ok().and_then(|text| without(text, &secrets)) {
                *value = HeaderValue::from_str(&clean).unwrap_or_else(|_| HeaderValue::from_static(INSTEAD));
            }
        }
        if let Received::Whole(body) = &mut incoming.body
            && let Some(clean) = clean_body(body, &secrets)
        {
            *body = clean;
        }
    }

    fn secrets(&self) -> Secrets<'_> {
        let authorization = self.authorization.as_ref().and_then(|value| value.to_str().ok());
        let signature = authorization.and_then(|text| text.rsplit_once('='));
        let signature = signature.filter(|(before, _)| before.ends_with("Signature")).map(|(_, signature)| signature);
        let own = [Some(self.credentials.secret_access_key()), Some(self.credentials.access_key_id())];
        let own = [signature.or(authorization), self.credentials.session_token()].into_iter().chain(own).flatten();
        let of_the_user = self.added.iter().filter(|(name, _)| !TELLING.contains(name));
        let of_the_user = of_the_user.filter_map(|(_, value)| value.to_str().ok());
        // `Bearer` and the like are said of a secret, which may come back alone.
        let of_the_user =
            of_the_user.flat_map(|text| [Some(text), text.rsplit_once(' ').map(|(_, last)| last)]).flatten();
        Secrets {
            signed: authorization.filter(|_| signature.is_some()),
            all: own.chain(of_the_user).filter(|text| text.len() >= SHORTEST_BYTES).collect(),
        }
    }
}

/// The texts that nobody may see.
struct Secrets<'a> {
    /// The header with the signature, which is nowhere unless the signature is.
    signed: Option<&'a str>,
    /// The others, the longer ones first where one is a part of another.
    all: Vec<&'a str>,
}

/// The text without secrets; `None` if there are none in it.
fn without(text: &str, secrets: &Secrets<'_>) -> Option<String> {
    let is_in = secrets.all.iter().any(|secret| text.contains(secret));
    let found = || secrets.signed.iter().chain(&secrets.all);
    is_in.then(|| found().fold(text.to_owned(), |text, secret| text.replace(secret, INSTEAD)))
}

/// The body without secrets; `None` if there are none in it. JSON can write any character with a backslash.
fn clean_body(body: &[u8], secrets: &Secrets<'_>) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    let clean = without(&text, secrets);
    let json = if text.contains('\\') { serde_json::from_str(clean.as_deref().unwrap_or(&text)).ok() } else { None };
    let value = json.and_then(|value: Value| clean_value(&value, secrets));
    value.map(|value| value.to_string()).or(clean).map(String::into_bytes)
}

/// The value without secrets in its texts and in the names of its members; `None` if there are none.
fn clean_value(value: &Value, secrets: &Secrets<'_>) -> Option<Value> {
    match value {
        Value::String(text) => without(text, secrets).map(Value::from),
        Value::Array(items) => {
            let clean: Vec<_> = items.iter().map(|item| clean_value(item, secrets)).collect();
            clean.iter().any(Option::is_some).then(|| {
                clean.into_iter().zip(items).map(|(clean, item)| clean.unwrap_or_else(|| item.clone())).collect()
            })
        }
        Value::Object(members) => {
            let clean: Vec<_> =
                members.iter().map(|(name, member)| (without(name, secrets), clean_value(member, secrets))).collect();
            clean.iter().any(|(name, member)| name.is_some() || member.is_some()).then(|| {
                let members = clean.into_iter().zip(members).map(|((clean_name, clean), (name, member))| {
                    (clean_name.unwrap_or_else(|| name.clone()), clean.unwrap_or_else(|| member.clone()))
                });
                Value::Object(members.collect())
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets<'static> {
        Secrets { signed: Some("v4 hunter2/+hunter2"), all: vec!["hunter2/+hunter2", "another-secret"] }
    }

    fn clean(body: &str) -> Option<String> {
        clean_body(body.as_bytes(), &secrets()).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn secrets_are_taken_out_however_json_writes_them() {
        for body in [
            r#"{"Message":"a hunter2/+hunter2 b"}"#,
            r#"{"Message":"a hunter2\/\u002bhunter2 b"}"#,
            r#"{"Message":"a \u0068unter2/+hunter2 b"}"#,
        ] {
            assert_eq!(clean(body).unwrap(), r#"{"Message":"a (a credential) b"}"#, "{body}");
        }
        let names = r#"{"\u0061nother-secret":[{"k":1,"another-secret":["hunter2\/+hunter2",null]}]}"#;
        assert_eq!(clean(names).unwrap(), r#"{"(a credential)":[{"k":1,"(a credential)":["(a credential)",null]}]}"#);
    }

    #[test]
    fn what_has_no_secret_stays_as_it_is() {
        for body in ["", "{}", r#"{ "Message" : "hunter2 \" \/ é" }"#, r"\ no JSON", "hunter2"] {
            assert_eq!(clean(body), None, "{body}");
        }
        assert_eq!(clean_body(&[0xff, b'\\'], &secrets()), None);
    }

    #[test]
    fn a_header_with_a_signature_is_taken_out_whole() {
        assert_eq!(clean("a v4 hunter2/+hunter2 b").unwrap(), "a (a credential) b");
    }

    #[test]
    fn a_secret_in_what_is_no_json_is_taken_out() {
        assert_eq!(clean(r"<p>another-secret\</p>").unwrap(), r"<p>(a credential)\</p>");
    }
}
