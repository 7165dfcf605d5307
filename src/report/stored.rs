//! Findings read back from a file: a whole result, or one finding of it.

use serde::Deserialize;
use serde_json::{Value, error::Category};

use super::finding::FindingJson;
use super::json::SCHEMA_VERSION;
use crate::catalogue;
use crate::runner::Finding;
use crate::verdict::FunctionMode;

/// What a file of findings says.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The endpoint at which they were found; a single finding does not say.
    pub endpoint: Option<String>,
    /// The catalogue by which they were judged; a single finding does not say.
    pub catalogue: Option<String>,
    /// Whether the function with which they were found acts; a single finding does not say.
    pub function_acts: bool,
    /// The findings, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Why a file of findings cannot be used. No message repeats a value of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// It is no JSON.
    #[error("it is no JSON: line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON of another kind.
    #[error(
        "it is neither a result of `--json` nor one of its findings: there is no `schema_version` or `fingerprint`"
    )]
    Foreign,
    /// The result has another form.
    #[error(
        "the result has schema version {found} and this build reads {SCHEMA_VERSION}: \
         run again with this build, or replay with the one named in the file's `tool`"
    )]
    Version {
        /// What `schema_version` says.
        found: Value,
    },
    /// A member is missing, unknown, or of the wrong kind.
    #[error("line {line}, column {column} is not of the form that `rotation-conformance schema` prints ({why})")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        why: String,
    },
    /// The case of a finding has a request with members that its operation does not have.
    #[error("the case of finding {number} has a request member that its operation does not have")]
    Case {
        /// The number of the finding in the file, from 1.
        number: usize,
    },
}

impl Stored {
    /// Whether the findings were judged by another catalogue than this build's, so that rules and fingerprints may
    /// have changed.
    #[must_use]
    pub fn is_of_another_catalogue(&self) -> bool {
        self.catalogue.as_deref().is_some_and(|version| version != catalogue::VERSION)
    }
}

#[derive(Deserialize)]
struct StoredResult {
    endpoint: String,
    catalogue: String,
    #[serde(default)]
    function_mode: FunctionMode,
    rules: Vec<StoredRule>,
}

#[derive(Deserialize)]
struct StoredRule {
    findings: Vec<FindingJson>,
}

/// Reads a result, or one finding of a result.
///
/// # Errors
///
/// If the text is neither, or of another version.
pub fn read_findings(text: &str) -> Result<Stored, StoredError> {
    let value: Value = typed(text)?;
    let result: StoredResult = match (value.get("schema_version"), value.get("fingerprint")) {
        (Some(version), _) if *version == SCHEMA_VERSION => typed(text)?,
        (Some(version), _) => return Err(StoredError::Version { found: version.clone() }),
        (None, Some(_)) => {
            let findings = vec![finding(1, typed(text)?, &value)?];
            return Ok(Stored { endpoint: None, catalogue: None, function_acts: false, findings });
        }
        (None, None) => return Err(StoredError::Foreign),
    };
    let written = value["rules"].as_array().into_iter().flatten();
    let written = written.flat_map(|rule| rule["findings"].as_array().into_iter().flatten());
    let typed = result.rules.into_iter().flat_map(|rule| rule.findings);
    let findings = (1..).zip(typed.zip(written)).map(|(number, (json, written))| finding(number, json, written));
    Ok(Stored {
        endpoint: Some(result.endpoint),
        catalogue: Some(result.catalogue),
        function_acts: result.function_mode == FunctionMode::Foreign,
        findings: findings.collect::<Result<_, _>>()?,
    })
}

/// The finding, if writing its case again gives the same: serde passes over request members that it does not know.
fn finding(number: usize, json: FindingJson, written: &Value) -> Result<Finding, StoredError> {
    let is_same = serde_json::to_value(&json.case).is_ok_and(|case| case == written["case"]);
    if is_same { Ok(json.into()) } else { Err(StoredError::Case { number }) }
}

fn typed<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, StoredError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Data => StoredError::Form { line, column, why: reason(&error.to_string()) },
            Category::Syntax | Category::Eof | Category::Io => StoredError::Syntax { line, column },
        }
    })
}

/// What a message of serde says without repeating a value: the names of members are no values.
fn reason(message: &str) -> String {
    let names_a_member = ["missing field `", "unknown field `", "duplicate field `"];
    let quoted = names_a_member.iter().find(|start| message.starts_with(**start));
    match quoted.and_then(|start| Some(message[..start.len()].len() + message[start.len()..].find('`')?)) {
        Some(end) => message[..=end].replace("field", "member"),
        None => "a member has another kind of value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Class, RuleId};
    use crate::verdict::Status;

    const FINDING: &str = r#"{
        "rule": "ROT-PROG-001",
        "fingerprint": "ROT-PROG-001 RotateSecret: the request is refused but accepted",
        "case": [{"op": "RotateSecret", "request": {"SecretId": "$s1", "RotationLambdaARN": "$function"}}]
    }"#;

    fn error(text: &str) -> StoredError {
        read_findings(text).expect_err("not of the form")
    }

    #[test]
    fn a_finding_written_by_hand_needs_rule_fingerprint_and_case() {
        let stored = read_findings(FINDING).unwrap();
        assert_eq!((stored.endpoint, stored.catalogue), (None, None));
        let [finding] = stored.findings.as_slice() else { panic!("one finding") };
        assert_eq!((finding.violation.rule, finding.violation.class), (RuleId::Prog001, Class::Contract));
        assert_eq!((finding.status, finding.is_observed, finding.case.steps.len()), (Status::Fail, false, 1));
        for member in ["rule", "fingerprint", "case"] {
            let renamed = FINDING.replace(&format!("\"{member}\""), "\"paint\"");
            assert!(read_findings(&renamed).is_err(), "{member}");
        }
    }

    #[test]
    fn a_finding_is_read_as_it_was_written() {
        let mut finding = read_findings(FINDING).unwrap().findings.remove(0);
        finding.is_observed = true;
        finding.replays = (1, 2);
        finding.violation.also = vec![RuleId::State001];
        let written = serde_json::to_string(&FindingJson::from(&finding)).unwrap();
        assert!(written.contains(r#""needs":["function"]"#), "{written}");
        let read = read_findings(&written).unwrap().findings.remove(0);
        assert_eq!(format!("{read:?}"), format!("{finding:?}"));
    }

    #[test]
    fn a_file_of_another_kind_is_refused_with_what_to_do() {
        assert_eq!(error(""), StoredError::Syntax { line: 1, column: 0 });
        assert_eq!(error("{\n\"rule\": }"), StoredError::Syntax { line: 2, column: 9 });
        for text in ["[]", "7", "null", "{}", r#"{"case": []}"#] {
            assert_eq!(error(text), StoredError::Foreign, "{text}");
        }
        let version = error(r#"{"schema_version": 99}"#);
        assert!(version.to_string().contains("schema version 99 and this build reads 1: run again"), "{version}");
    }

    #[test]
    fn a_member_that_is_misspelt_missing_or_wrong_is_refused() {
        for (from, to, why) in [
            ("\"rule\"", "\"observed_after_evry_call\": true, \"rule\"", "unknown member `observed_after_evry_call`"),
            ("\"rule\": \"ROT-PROG-001\",", "", "missing member `rule`"),
            ("ROT-PROG-001\",", "ROT-PROG-999\",", "another kind of value"),
            ("[{", "[7, {", "another kind of value"),
        ] {
            let message = error(&FINDING.replace(from, to)).to_string();
            assert!(message.starts_with("line ") && message.contains(why), "{message}");
        }
        assert_eq!(error(&FINDING.replace("SecretId", "SecretID")), StoredError::Case { number: 1 });
    }

    #[test]
    fn no_message_repeats_a_value() {
        for from in ["ROT-PROG-001", "RotateSecret", "$s1"] {
            let broken = FINDING.replace(&format!("\"{from}\""), "{\"hunter2\": \"hunter2\"}");
            let message = error(&broken).to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
