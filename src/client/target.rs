//! Which endpoints may be tested: this machine, or the one host that the user named.

use std::fmt;

use reqwest::Url;

/// An endpoint that may be tested.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    is_loopback: bool,
}

impl Target {
    /// The URL, with the path `/` and nothing after it.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the endpoint is on this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// The region that the host of an AWS endpoint names, as in `secretsmanager.eu-west-1.amazonaws.com`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let mut parts = self.url.host_str()?.split('.');
        let service = parts.next()?;
        let region = parts.next()?;
        let is_aws = matches!(service, "secretsmanager" | "secretsmanager-fips") && parts.next() == Some("amazonaws");
        is_aws.then_some(region)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.url)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

/// Why an endpoint is not tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The text is no URL with a host.
    #[error("read the endpoint's URL: write it as http://HOST:PORT or https://HOST")]
    NotAUrl,
    /// Neither `http` nor `https`.
    #[error("use an endpoint of the scheme `{0}`: only http and https can be tested")]
    Scheme(String),
    /// A name or password in the URL; the message does not repeat it.
    #[error("use an endpoint with a user name or password in its URL: remove it, requests are signed instead")]
    UserInfo,
    /// A path, query or fragment.
    #[error("use an endpoint with a path or query: leave out all that follows the host and port")]
    Path,
    /// A host that is not this machine.
    #[error("use the endpoint {0}, which is not on this machine: if you mean to test it, add --allow-remote {0}")]
    Remote(String),
}

/// Reads an endpoint's URL; a host that is not loopback must be the one that `allow_remote` names.
///
/// # Errors
///
/// If the URL is not that of an HTTP endpoint, or its host is neither loopback nor allowed.
pub fn parse_endpoint(url: &str, allow_remote: Option<&str>) -> Result<Target, EndpointError> {
    let text = url;
    let url = Url::parse(text).map_err(|_| EndpointError::NotAUrl)?;
    // `localhost:5000` has a scheme by the letter.
    if !text.contains("://") {
        return Err(EndpointError::NotAUrl);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(EndpointError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::UserInfo);
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(EndpointError::Path);
    }
    let host = url.host_str().ok_or(EndpointError::NotAUrl)?;
    let is_loopback = is_loopback(host);
    let is_allowed =
        allow_remote.is_some_and(|allowed| without_brackets(host).eq_ignore_ascii_case(without_brackets(allowed)));
    if !is_loopback && !is_allowed {
        return Err(EndpointError::Remote(host.to_owned()));
    }
    Ok(Target { url, is_loopback })
}

/// Whether a host is this machine; `localhost` is, because the client never asks a resolver for it.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || without_brackets(host).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_may_be_tested() {
        for url in [
            "http://127.0.0.1:5601",
            "http://127.9.9.9/",
            "http://[::1]:5601",
            "https://localhost:5601",
            "HTTP://LOCALHOST",
            "http://127.1:80",
            "http://0x7f000001",
        ] {
            let target = parse_endpoint(url, None).unwrap();
            assert!(target.is_loopback(), "{url}");
        }
    }

    #[test]
    fn another_host_is_tested_only_if_it_is_named() {
        let remote = |host: &str| Err(EndpointError::Remote(host.to_owned()));
        for (url, host) in [
            ("https://secretsmanager.eu-west-1.amazonaws.com", "secretsmanager.eu-west-1.amazonaws.com"),
            ("http://localhost.example.com", "localhost.example.com"),
            ("http://localhost.", "localhost."),
            ("http://0.0.0.0:80", "0.0.0.0"),
            ("http://10.0.0.1", "10.0.0.1"),
            ("http://[::ffff:7f00:1]", "[::ffff:7f00:1]"),
            ("http://[2001:db8::1]", "[2001:db8::1]"),
        ] {
            assert_eq!(parse_endpoint(url, None), remote(host));
            assert_eq!(parse_endpoint(url, Some("other")), remote(host));
            let target = parse_endpoint(url, Some(&host.to_uppercase())).unwrap();
            assert!(!target.is_loopback(), "{url}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_what_to_do() {
        for (url, error) in [
            ("", EndpointError::NotAUrl),
            ("127.0.0.1:5601", EndpointError::NotAUrl),
            ("localhost:5601", EndpointError::NotAUrl),
            ("ftp://127.0.0.1", EndpointError::Scheme("ftp".into())),
            ("file:///etc/passwd", EndpointError::Scheme("file".into())),
            ("http://user:pass@127.0.0.1", EndpointError::UserInfo),
            ("http://user@127.0.0.1", EndpointError::UserInfo),
            ("http://127.0.0.1/path", EndpointError::Path),
            ("http://127.0.0.1/?reset", EndpointError::Path),
        ] {
            assert_eq!(parse_endpoint(url, Some("127.0.0.1")), Err(error), "{url}");
        }
        assert!(!EndpointError::UserInfo.to_string().contains("pass@"));
    }

    #[test]
    fn the_host_of_an_aws_endpoint_names_its_region() {
        let region = |url| {
            let host = url;
            parse_endpoint(&format!("https://{host}"), Some(host)).unwrap().region().map(ToOwned::to_owned)
        };
        assert_eq!(region("secretsmanager.eu-west-1.amazonaws.com").as_deref(), Some("eu-west-1"));
        assert_eq!(region("secretsmanager-fips.us-gov-west-1.amazonaws.com").as_deref(), Some("us-gov-west-1"));
        assert_eq!(region("secretsmanager.eu-west-1.example.com"), None);
        assert_eq!(region("127.0.0.1"), None);
    }
}
