//! What AWS Secrets Manager was recorded to answer: the judge must accept it, and the reference service must answer the
//! same.
//!
//! `specs/recorded/README.md` says what of a record is a fact. Everything else is left out of the comparison: names of
//! masked things are those of the files, a date only has to be there, and lists of labels and versions are sets.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::history::Call;
use crate::judge::{Judge, Options};
use crate::model::{Functions, Timestamp};
use crate::record::{self, FunctionArns};
use crate::service::{Config, Service};
use crate::wire::encode_answer;
use serde_json::{Map, Value, json};

/// The suffixes of ARNs in the files, in the order in which secrets are created.
const SUFFIXES: [&str; 3] = ["AbCdEf", "GhIjKl", "MnOpQr"];

/// The members of an answer that say what is known of it.
const REMARKS: [&str; 5] = ["status_recorded", "absent", "present", "known", "unseen"];

/// One file: its calls, and next to each the answer as the file has it.
struct Recorded {
    name: String,
    functions: FunctionArns,
    region: Option<String>,
    calls: Vec<Call>,
    answers: Vec<Value>,
}

impl Recorded {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self::of(name, lines)
    }

    fn of(name: String, lines: Vec<Value>) -> Self {
        let answers = lines.iter().skip(1).map(|line| line["answer"].clone()).collect();
        let lines = lines.into_iter().map(without_remarks).map(with_unknown_members_as_a_quirk);
        let text = lines.map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        let (header, calls) = record::read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let region = header.other.get("region").map(|region| region.as_str().unwrap().to_owned());
        Self { name, functions: header.functions, region, calls, answers }
    }

    /// What the judge has against it, one line for each violation.
    fn violations(&self) -> Vec<String> {
        let known = |arns: &[String]| arns.iter().map(|arn| arn.as_str().into()).collect();
        let functions = Functions {
            accepted: known(&self.functions.accepted),
            missing: known(&self.functions.missing),
            ..Functions::default()
        };
        let mut judge = Judge::new(Options { functions, ..Options::default() });
        let violations = judge.judge_all(&self.calls);
        let inconclusive = judge.is_inconclusive().then(|| format!("{}: the judge is inconclusive", self.name));
        let lines = violations.iter().map(|it| {
            let op = self.op(it.call);
            format!("{} call {} {op}: {} expected {}, got {}", self.name, it.call, it.rule, it.expected, it.observed)
        });
        lines.chain(inconclusive).collect()
    }

    /// Where a fresh reference service answers otherwise, one line for each member.
    fn differences(&self) -> Vec<String> {
        let config = Config::default();
        let service = Service::new(Config {
            region: self.region.clone().unwrap_or(config.region),
            suffixes: SUFFIXES.map(str::to_owned).to_vec(),
            clock: || Timestamp(1_700_000_000.0),
            ..Config::default()
        });
        for arn in &self.functions.accepted {
            service.register_function(arn.rsplit(':').next().unwrap());
        }
        let mut differences = Vec::new();
        for (call, recorded) in self.calls.iter().zip(&self.answers) {
            let given = encode_answer(&service.answer(&call.request));
            let op = self.op(call.number);
            let lines = compare(recorded, &given);
            differences.extend(lines.iter().map(|line| format!("{} call {} {op}: {line}", self.name, call.number)));
        }
        differences
    }

    fn op(&self, number: u32) -> String {
        let call = self.calls.iter().find(|call| call.number == number).unwrap();
        call.request.operation.action().map_or_else(|| "?".to_owned(), |action| action.as_str().to_owned())
    }

    fn stored(&self) -> usize {
        self.answers.iter().filter(|answer| !is_true(answer, "partial")).count()
    }
}

/// A line without the members that only this test reads, and without values that were made up for it.
fn without_remarks(mut line: Value) -> Value {
    if let Some(answer) = line.get_mut("answer").and_then(Value::as_object_mut) {
        let made_up = names(&Value::Object(answer.clone()), "present");
        answer.retain(|member, _| !REMARKS.contains(&member.as_str()));
        let body = answer["body"].as_object_mut().unwrap();
        body.retain(|member, _| !made_up.contains(member));
    }
    line
}

/// LS-16 sends PutSecretValue a Description, a member that it does not have; a history says so by a quirk (ROT-WIRE-005).
fn with_unknown_members_as_a_quirk(mut line: Value) -> Value {
    if line["op"] == "PutSecretValue" && line["request"].as_object_mut().unwrap().remove("Description").is_some() {
        line["quirk"] = json!("UnknownMembers");
    }
    line
}

fn is_true(answer: &Value, member: &str) -> bool {
    answer[member].as_bool() == Some(true)
}

/// The names that a remark lists.
fn names(answer: &Value, remark: &str) -> BTreeSet<String> {
    let names = answer[remark].as_array().into_iter().flatten();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Where the status and body that were given differ from what a file knows of the answer.
fn compare(recorded: &Value, given: &(u16, Value)) -> Vec<String> {
    let (status, body) = given;
    let is_partial = is_true(recorded, "partial");
    let mut differences = Vec::new();
    let known_status = recorded["status"].as_u64().unwrap();
    if (known_status == 200) != (*status == 200) {
        return vec![format!("expected status {known_status}, got {status} {body}")];
    }
    if !is_partial && recorded["status_recorded"].as_bool() != Some(false) && known_status != u64::from(*status) {
        differences.push(format!("expected status {known_status}, got {status}"));
    }
    let expected = recorded["body"].as_object().unwrap();
    let given = body.as_object().unwrap();
    let (not_asserted, present) = (names(recorded, "known"), names(recorded, "present"));
    for (member, value) in expected.iter().filter(|(member, _)| !not_asserted.contains(*member)) {
        let is_there_only = present.contains(member) && given.contains_key(member);
        if !is_there_only && given.get(member).map(|given| fact(member, given)) != Some(fact(member, value)) {
            differences.push(format!("{member}: expected {value}, got {}", shown(given.get(member))));
        }
    }
    let (must_be_absent, unseen) = (names(recorded, "absent"), names(recorded, "unseen"));
    let is_surplus = |member: &String| {
        if is_partial {
            must_be_absent.contains(member)
        } else {
            !expected.contains_key(member) && !unseen.contains(member)
        }
    };
    let surplus = given.iter().filter(|(member, _)| is_surplus(member));
    differences.extend(surplus.map(|(member, value)| format!("{member}: expected no such member, got {value}")));
    differences
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "no such member".to_owned(), Value::to_string)
}

/// What of a member's value is a fact: of a date that it is one, of labels and versions not their order.
fn fact(member: &str, value: &Value) -> Value {
    match (member, value) {
        (date, Value::Number(_)) if date.ends_with("Date") => json!("a date"),
        ("VersionStages", Value::Array(labels)) => sorted(labels.clone()),
        ("Versions", Value::Array(versions)) => sorted(versions.iter().map(version).collect()),
        ("VersionIdsToStages", Value::Object(versions)) => versions
            .iter()
            .map(|(id, labels)| (id.clone(), fact("VersionStages", labels)))
            .collect::<Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}

/// An entry of a list of versions.
fn version(entry: &Value) -> Value {
    let members = entry.as_object().unwrap().iter();
    members.map(|(member, value)| (member.clone(), fact(member, value))).collect::<Map<_, _>>().into()
}

fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by_key(Value::to_string);
    Value::Array(values)
}

fn all() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/recorded");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "ndjson")).collect();
    paths.sort();
    paths.iter().map(|path| Recorded::read(path)).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "how much was compared, for whoever asks with --nocapture")]
fn judge_and_reference_service_agree_with_every_record() {
    let records = all();
    let stored: usize = records.iter().map(Recorded::stored).sum();
    let calls: usize = records.iter().map(|record| record.calls.len()).sum();
    let asserted = calls - stored;
    println!("compared {stored} stored answers and {asserted} that are known in part, of {} records", records.len());
    assert_eq!((records.len(), stored, asserted), (53, 204, 86), "specs/recorded/README.md states how many there are");
    let mut report = String::new();
    for record in &records {
        let violations = record.violations().into_iter().zip(iter::repeat("judge"));
        let differences = record.differences().into_iter().zip(iter::repeat("service"));
        for (line, who) in violations.chain(differences) {
            writeln!(report, "  {who}: {line}").unwrap();
        }
    }
    assert!(report.is_empty(), "against the records:\n{report}");
}

/// A short record, whose second answer is the given one.
fn record_with(answer: &Value) -> Recorded {
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
    let token = "00000000-0000-4000-8000-000000000001";
    let create = json!({"call": 1, "op": "CreateSecret",
        "request": {"Name": "db", "SecretString": "one", "ClientRequestToken": token},
        "answer": {"status": 200, "body": {"ARN": arn, "Name": "db", "VersionId": token}}});
    let get = json!({"call": 2, "op": "GetSecretValue", "request": {"SecretId": "db"}, "answer": answer});
    Recorded::of("short".to_owned(), vec![json!({"history": 1}), create, get])
}

fn value_with(label: &str) -> Value {
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
    json!({"status": 200, "body": {"ARN": arn, "Name": "db", "VersionId": "00000000-0000-4000-8000-000000000001",
        "SecretString": "one", "VersionStages": [label], "CreatedDate": 1}})
}

#[test]
fn a_right_record_is_accepted() {
    let record = record_with(&value_with("AWSCURRENT"));
    assert_eq!((record.violations(), record.differences()), (vec![], vec![]));
}

#[test]
fn a_wrong_label_in_a_record_is_noticed_by_both() {
    let record = record_with(&value_with("AWSPENDING"));
    let expected = r#"short call 2 GetSecretValue: VersionStages: expected ["AWSPENDING"], got ["AWSCURRENT"]"#;
    assert_eq!(record.differences(), [expected]);
    assert_eq!(record.violations().len(), 1, "{:?}", record.violations());
}

#[test]
fn of_a_partial_answer_only_what_it_asserts_is_compared() {
    let given = (200, json!({"Name": "db", "ARN": "arn", "CreatedDate": 5}));
    for (recorded, differences) in [
        (json!({"body": {}}), vec![]),
        (json!({"body": {"Name": "db"}}), vec![]),
        (json!({"body": {"Name": "other"}}), vec![r#"Name: expected "other", got "db""#]),
        (json!({"body": {"Name": "other"}, "known": ["Name"]}), vec![]),
        (json!({"body": {"ARN": "made up"}, "present": ["ARN"]}), vec![]),
        (json!({"body": {"Tags": []}, "present": ["Tags"]}), vec!["Tags: expected [], got no such member"]),
        (json!({"body": {}, "absent": ["Tags"]}), vec![]),
        (json!({"body": {}, "absent": ["Name"]}), vec![r#"Name: expected no such member, got "db""#]),
    ] {
        let mut recorded = recorded;
        recorded["status"] = json!(200);
        recorded["partial"] = json!(true);
        assert_eq!(compare(&recorded, &given), differences, "{recorded}");
    }
}

#[test]
fn a_stored_answer_has_no_members_but_the_recorded_ones() {
    let recorded = json!({"status": 200, "body": {"Name": "db", "CreatedDate": 1}});
    assert_eq!(compare(&recorded, &(200, json!({"Name": "db", "CreatedDate": 2.5}))), [""; 0]);
    assert_eq!(
        compare(&recorded, &(201, json!({"Name": "db", "CreatedDate": "2.5", "Tags": []}))),
        ["expected status 200, got 201 {\"Name\":\"db\",\"CreatedDate\":\"2.5\",\"Tags\":[]}"]
    );
    assert_eq!(
        compare(&recorded, &(200, json!({"CreatedDate": "2.5", "Tags": []}))),
        [
            "Name: expected \"db\", got no such member",
            "CreatedDate: expected 1, got \"2.5\"",
            "Tags: expected no such member, got []"
        ]
    );
}
