//! Signature Version 4 of one request.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue, InvalidHeaderValue};

/// For whom and when a request is signed.
pub(super) struct Scope<'a> {
    pub(super) credentials: Credentials,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) time: SystemTime,
}

/// Why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignatureError {
    #[error("the request cannot be signed")]
    Request(#[from] SigningError),
    #[error("the credentials or the region have characters that no header may have")]
    Header(#[from] InvalidHeaderValue),
}

/// Adds `X-Amz-Date`, `Authorization` and, for temporary credentials, `X-Amz-Security-Token`.
pub(super) fn add_signature(request: &mut Request, scope: Scope<'_>) -> Result<(), SignatureError> {
    let identity = scope.credentials.into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(SigningSettings::default())
        .build()
        .expect("every parameter is set")
        .into();
    let (instructions, _) = sign(signable(request)?, &params)?.into_parts();
    let (headers, _) = instructions.into_parts();
    for header in headers {
        let mut value = HeaderValue::from_str(header.value())?;
        value.set_sensitive(true);
        request.headers_mut().insert(HeaderName::from_static(header.name()), value);
    }
    Ok(())
}

/// The parts of a request that are signed; a header that is no text is not.
fn signable(request: &Request) -> Result<SignableRequest<'_>, SigningError> {
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    SignableRequest::new(request.method().as_str(), request.url().as_str(), headers, SignableBody::Bytes(body))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::{Method, Url};

    use super::*;

    fn sign(access_key: &str, session_token: Option<&str>) -> Result<Request, SignatureError> {
        let url = Url::parse("http://127.0.0.1:5601/").unwrap();
        let mut request = Request::new(Method::POST, url);
        *request.body_mut() = Some("{}".into());
        let token = session_token.map(ToOwned::to_owned);
        let scope = Scope {
            credentials: Credentials::new(access_key, "hunter2", token, None, "test"),
            region: "eu-west-1",
            service: "secretsmanager",
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        };
        add_signature(&mut request, scope).map(|()| request)
    }

    #[test]
    fn a_signature_names_key_day_region_and_service() {
        let request = sign("AKIDEXAMPLE", None).unwrap();
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
        let request = sign("AKIDEXAMPLE", Some("session3")).unwrap();
        assert_eq!(request.headers()["x-amz-security-token"], "session3");
        let shown = format!("{request:?}");
        assert!(!shown.contains("session3") && !shown.contains("AKIDEXAMPLE"), "{shown}");
    }

    #[test]
    fn credentials_that_no_header_can_carry_are_an_error() {
        assert!(matches!(sign("AKID\n", None), Err(SignatureError::Header(_))));
        assert!(matches!(sign("AKIDEXAMPLE", Some("a\nb")), Err(SignatureError::Request(_))));
    }
}
