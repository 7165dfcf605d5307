//! The last check before the wire: a request that may change something names nothing but what this execution made.

use super::{Execution, Extent};
use crate::endpoint::Endpoint;
use crate::history::Reply;
use crate::model::{Operation, Request};

impl<E: Endpoint> Execution<'_, E> {
    /// Sends a request.
    ///
    /// # Panics
    ///
    /// If it could change a secret that this execution has not made: whatever an endpoint answers, a bug of the harness
    /// ends the run before anybody's secret is touched.
    pub(super) async fn send(&self, request: &Request) -> Reply {
        self.check_safe(request);
        self.endpoint.call(request).await
    }

    pub(super) fn check_safe(&self, request: &Request) {
        let operation = &request.operation;
        let is_safe = names_only(operation, &self.plan.prefix);
        assert!(is_safe, "{} was about to be sent for a secret that is not of this run", operation.name());
    }

    /// Sends a request of the case, whose answer is not waited for once the run was told to stop.
    pub(super) async fn send_unless_stopped(&self, request: &Request) -> Reply {
        match self.plan.extent {
            // A recording, which is short, is never half of one.
            Extent::Recorded => self.send(request).await,
            Extent::Whole | Extent::Observed | Extent::Until(_) => self.plan.stop.cut(self.send(request)).await,
        }
    }
}

/// Whether an operation reads, or names nothing but secrets whose names begin with the prefix.
pub(in crate::runner) fn names_only(operation: &Operation, prefix: &str) -> bool {
    match operation {
        Operation::Malformed(malformed) => malformed.action.is_read() || texts_begin_with(&malformed.body, prefix),
        operation => operation.is_read() || operation.secret_id().is_none_or(|id| is_of(id, prefix)),
    }
}

/// Whether a text names nothing, or a secret whose name begins with the prefix: by name or by ARN, whole or in part.
fn is_of(id: &str, prefix: &str) -> bool {
    id.is_empty() || id.starts_with(prefix) || crate::model::is_arn_of(id, prefix)
}

/// Whether a body that is no JSON has no text that an endpoint might take for the name of another secret. Member names
/// stand before a colon; what stands outside of quotes may be no word at all.
fn texts_begin_with(body: &str, prefix: &str) -> bool {
    let mut pieces = body.split('"').peekable();
    let mut is_quoted = false;
    while let Some(piece) = pieces.next() {
        let is_member_name = is_quoted && pieces.peek().is_some_and(|next| next.trim_start().starts_with(':'));
        let is_harmless = match is_quoted {
            true => is_member_name || is_of(piece, prefix),
            false => piece.bytes().all(|byte| byte.is_ascii_whitespace() || b"{}[],:".contains(&byte)),
        };
        if !is_harmless {
            return false;
        }
        is_quoted = !is_quoted;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Malformed};

    const PREFIX: &str = "rc-0123456789abcdef-c7";

    fn put(id: &str) -> Operation {
        let request = serde_json::json!({ "op": "PutSecretValue", "request": { "SecretId": id } });
        serde_json::from_value(request).expect("an operation written in this test")
    }

    #[test]
    fn a_write_may_name_what_begins_with_the_prefix_and_nothing_else() {
        let arn = |resource: &str| format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{resource}");
        for own in [
            String::new(),
            format!("{PREFIX}-s1"),
            format!("{PREFIX} s8*?!]"),
            arn(&format!("{PREFIX}-s1-AbCdEf")),
            arn(&format!("{PREFIX}-s1")),
            format!("{PREFIX}-s1-AbCdEf"),
        ] {
            assert!(names_only(&put(&own), PREFIX), "{own}");
        }
        for foreign in [
            "prod/database".to_owned(),
            " ".to_owned(),
            "rc-0123456789abcdef-c8-s1".to_owned(),
            arn("prod/database-AbCdEf"),
            arn(&format!("prod/{PREFIX}-s1-AbCdEf")),
            format!("arn:{PREFIX}"),
            format!("{}:{PREFIX}", arn("prod/database-AbCdEf")),
            format!("x{}", arn(PREFIX)),
        ] {
            assert!(!names_only(&put(&foreign), PREFIX), "{foreign}");
        }
    }

    #[test]
    fn every_write_is_checked_and_what_reads_or_names_nothing_is_not() {
        for action in Action::ALL {
            let member = if action == Action::CreateSecret { "Name" } else { "SecretId" };
            let request = serde_json::json!({ "op": action, "request": { member: "prod/database" } });
            let operation: Operation = serde_json::from_value(request).expect("an operation written in this test");
            assert_eq!(names_only(&operation, PREFIX), operation.is_read(), "{action:?}");
            let request = serde_json::json!({ "op": action, "request": {} });
            let operation: Operation = serde_json::from_value(request).expect("an operation written in this test");
            assert!(names_only(&operation, PREFIX), "{action:?}");
            assert_eq!(action.is_read(), operation.is_read(), "{action:?}");
        }
    }

    #[test]
    fn a_malformed_body_is_checked_byte_by_byte() {
        let write = |body: &str| Operation::Malformed(Malformed { action: Action::DeleteSecret, body: body.into() });
        for own in ["", "{", r#"{"SecretId": "#, r#"{"SecretId": "rc-0123456789abcdef-c7-s1", "#, r#"{"Secret"#] {
            assert_eq!(names_only(&write(own), PREFIX), own != r#"{"Secret"#, "{own}");
        }
        for foreign in [
            r#"{"SecretId": "prod/database"}"#,
            r#"{"SecretId": "prod/database"#,
            r#"{"SecretId": "rc-0123456789abcdef-c7-s1", "SecretId": "prod/database""#,
            "{SecretId: prod}",
            "{'SecretId': 'prod'}",
            r#"{"SecretId": 7"#,
        ] {
            assert!(!names_only(&write(foreign), PREFIX), "{foreign}");
        }
        let read = Malformed { action: Action::DescribeSecret, body: r#"{"SecretId": "prod"#.into() };
        assert!(names_only(&Operation::Malformed(read), PREFIX));
    }
}
