//! Signature Version 4 of one request.
//!
//! Written out for what this client sends, which has no query: the general signer of `aws-sigv4` takes more of the CPU
//! than judging the answer, most of it for a key that is the same all day. The key and the signature are still its own,
//! and a test holds every signature against it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, InvalidHeaderValue};
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
/// The length of `20231114`, with which the time `20231114T221320Z` begins.
const DAY_LENGTH: usize = 8;
/// Room for a canonical request, as a rule.
const CANONICAL_BYTES: usize = 512;

/// The credentials or the Region have characters that no header may have.
#[derive(Debug, thiserror::Error)]
#[error("the credentials or the region have characters that no header may have")]
pub(super) struct SignatureError(#[from] InvalidHeaderValue);

/// Signs requests for one Region.
pub(super) struct Signer {
    region: String,
    latest: Mutex<Option<Key>>,
}

/// What requests of one day to one service are signed with.
struct Key {
    secret: String,
    day: String,
    service: &'static str,
    bytes: Arc<[u8]>,
}

impl Signer {
    pub(super) const fn new(region: String) -> Self {
        Self { region, latest: Mutex::new(None) }
    }

    /// Adds `X-Amz-Date`, `Authorization` and, for temporary credentials, `X-Amz-Security-Token`.
    pub(super) fn add_signature(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        service: &'static str,
        time: SystemTime,
    ) -> Result<(), SignatureError> {
        let date = date_text(time);
        let day = &date[..DAY_LENGTH];
        insert(request, DATE, &date)?;
        if let Some(token) = credentials.session_token() {
            insert(request, SESSION_TOKEN, token)?;
        }
        let scope = [day, "/", &self.region, "/", service, "/aws4_request"].concat();
        let (canonical, signed_headers) = canonical(request);
        let to_sign = [ALGORITHM, "\n", &date, "\n", &scope, "\n", &sha256(canonical.as_bytes())].concat();
        let key = self.key(credentials.secret_access_key(), day, service, time);
        let signature = calculate_signature(key, to_sign.as_bytes());
        let credential = [ALGORITHM, " Credential=", credentials.access_key_id(), "/", &scope].concat();
        let text = [&credential, ", SignedHeaders=", &signed_headers, ", Signature=", &signature].concat();
        insert(request, AUTHORIZATION, &text)
    }

    /// The key of the day, derived anew when the day, the service or the credentials change.
    fn key(&self, secret: &str, day: &str, service: &'static str, time: SystemTime) -> Arc<[u8]> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let is_for_this = |key: &&Key| key.secret == secret && key.day == day && key.service == service;
        if let Some(key) = latest.as_ref().filter(is_for_this) {
            return Arc::clone(&key.bytes);
        }
        let bytes: Arc<[u8]> = generate_signing_key(secret, time, &self.region, service).as_ref().into();
        *latest = Some(Key { secret: secret.to_owned(), day: day.to_owned(), service, bytes: Arc::clone(&bytes) });
        bytes
    }
}

fn insert(request: &mut Request, name: HeaderName, text: &str) -> Result<(), SignatureError> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

/// The time without hyphens and colons, as in `20231114T221320Z`.
fn date_text(time: SystemTime) -> String {
    let mut text = humantime::format_rfc3339_seconds(time).to_string();
    text.retain(|character| character.is_ascii_alphanumeric());
    text
}

/// The request in the form that is signed, and the names of the headers in it. A header that is no text is not signed.
fn canonical(request: &Request) -> (String, String) {
    let texts = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    // The URL of an endpoint has no user in it, and no port that is the usual one.
    let mut headers: Vec<_> = texts.chain([(HOST.as_str(), request.url().authority())]).collect();
    headers.sort_unstable();
    let mut canonical = String::with_capacity(CANONICAL_BYTES);
    canonical.extend([request.method().as_str(), "\n", &encoded(request.url().path()), "\n\n"]);
    let mut names = String::new();
    for (name, value) in headers {
        canonical.extend([name, ":"]);
        for (index, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
            canonical.extend([if index == 0 { "" } else { " " }, word]);
        }
        canonical.push('\n');
        names.extend([if names.is_empty() { "" } else { ";" }, name]);
    }
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    canonical.extend(["\n", &names, "\n", &sha256(body)]);
    (canonical, names)
}

/// A path with everything encoded but its slashes and what never needs to be, also what is encoded already.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            _ => write!(encoded, "%{byte:02X}").expect("a string takes any text"),
        }
    }
    encoded
}

/// The checksum in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4::SigningParams;
    use reqwest::header::CONTENT_TYPE;
    use reqwest::{Method, Url};

    use super::*;

    const SERVICE: &str = "secretsmanager";

    fn time() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn request(url: &str, body: &'static str) -> Request {
        let mut request = Request::new(Method::POST, Url::parse(url).unwrap());
        *request.body_mut() = Some(body.into());
        request
    }

    fn credentials(access_key: &str, session_token: Option<&str>) -> Credentials {
        Credentials::new(access_key, "hunter2", session_token.map(ToOwned::to_owned), None, "test")
    }

    fn signed(access_key: &str, session_token: Option<&str>) -> Result<Request, SignatureError> {
        let mut request = request("http://127.0.0.1:5601/", "{}");
        let signer = Signer::new("eu-west-1".into());
        signer.add_signature(&mut request, &credentials(access_key, session_token), SERVICE, time()).map(|()| request)
    }

    /// The header `Authorization` that the general signer gives a request.
    fn expected(request: &Request, credentials: &Credentials, service: &str, time: SystemTime) -> String {
        let identity = credentials.clone().into();
        let params = SigningParams::builder().identity(&identity).region("eu-west-1").name(service).time(time);
        let params = params.settings(SigningSettings::default()).build().unwrap().into();
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = SignableBody::Bytes(request.body().unwrap().as_bytes().unwrap());
        let signable = SignableRequest::new(request.method().as_str(), request.url().as_str(), headers, body);
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        instructions.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned()
    }

    #[test]
    fn a_signature_is_the_one_of_the_general_signer() {
        let (plain, temporary) = (credentials("AKID", None), credentials("AKID", Some("a+/=token")));
        let next_day = time() + Duration::from_hours(24);
        let signer = Signer::new("eu-west-1".into());
        for (url, body, target, credentials, service, time) in [
            ("http://127.0.0.1:5601/", "{}", "secretsmanager.DescribeSecret", &plain, SERVICE, time()),
            ("http://127.0.0.1:5601/", "{}", "secretsmanager.DescribeSecret", &temporary, SERVICE, time()),
            ("http://localhost/", "", "  two  words and   three ", &plain, SERVICE, next_day),
            ("https://secretsmanager.eu-west-1.amazonaws.com/", "{\"a\":\"\u{e9}\"}", "x", &plain, SERVICE, time()),
            ("http://[::1]:80/2015-03-31/functions/a:b@c%20d+e", "{}", "x", &temporary, "lambda", next_day),
        ] {
            let mut request = request(url, body);
            request.headers_mut().insert("x-amz-target", target.parse().unwrap());
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
            let expected = expected(&request, credentials, service, time);
            signer.add_signature(&mut request, credentials, service, time).unwrap();
            assert_eq!(request.headers()[AUTHORIZATION], expected, "{url}");
        }
    }

    #[test]
    fn a_signature_names_key_day_region_and_service() {
        let request = signed("AKIDEXAMPLE", None).unwrap();
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/eu-west-1/secretsmanager/aws4_request, ";
        let authorization = header("authorization").unwrap();
        assert!(authorization.starts_with(scope), "{authorization}");
        assert!(authorization.contains("SignedHeaders=host;x-amz-date, Signature="), "{authorization}");
        assert_eq!(header("x-amz-date"), Some("20231114T221320Z"));
        assert_eq!(header("x-amz-security-token"), None);
    }

    #[test]
    fn temporary_credentials_send_their_token_and_debug_shows_none_of_it() {
        let request = signed("AKIDEXAMPLE", Some("session3")).unwrap();
        assert_eq!(request.headers()["x-amz-security-token"], "session3");
        let shown = format!("{request:?}");
        assert!(!shown.contains("session3") && !shown.contains("AKIDEXAMPLE"), "{shown}");
    }

    #[test]
    fn credentials_that_no_header_can_carry_are_an_error() {
        assert!(signed("AKID\n", None).is_err());
        assert!(signed("AKIDEXAMPLE", Some("a\nb")).is_err());
    }
}
