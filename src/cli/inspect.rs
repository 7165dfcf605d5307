//! `judge`, `rules` and `explain`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::time::Duration;

use serde_json::json;

use super::{Exit, JudgeArgs, RulesArgs, complain, print};
use crate::catalogue;
use crate::history::{Call, Reply};
use crate::judge::{Judge, Options};
use crate::model::{Answer, Body, Functions, Label, Output};
use crate::record;
use crate::report::SCHEMA;
use crate::rule::{RULES, RuleId};
use crate::verdict::{Fingerprint, Violation};

pub(super) fn judge(args: &JudgeArgs) -> Exit {
    let file = match File::open(&args.file) {
        Ok(file) => file,
        Err(error) => {
            complain(&format!("failed to open {}: {error}", args.file.display()));
            return Exit::Usage;
        }
    };
    let (header, calls) = match record::read(BufReader::new(file)) {
        Ok(history) => history,
        Err(error) => {
            complain(&format!("failed to read {}: {error}", args.file.display()));
            return Exit::Usage;
        }
    };
    if calls.is_empty() {
        complain(&format!("failed to find a call in {}", args.file.display()));
        return Exit::Usage;
    }
    let texts = |arns: &[String]| arns.iter().map(|arn| arn.as_str().into()).collect();
    let functions = Functions {
        accepted: texts(&header.functions.accepted),
        missing: texts(&header.functions.missing),
        ..Functions::default()
    };
    let consistency_window = Duration::from_millis(args.consistency_window);
    let function_acts = header.functions.acts;
    let hides_versions = hides_versions(&calls);
    let mut judge = Judge::new(Options { functions, function_acts, hides_versions, consistency_window });
    let violations = judge.judge_all(&calls);
    let (failing, differing): (Vec<_>, Vec<_>) = violations.iter().partition(|it| it.fails(args.strict));
    let calls_by_number: BTreeMap<u32, &Call> = calls.iter().map(|it| (it.number, it)).collect();
    let mut text = String::new();
    for (violations, word) in [(&differing, "differs from"), (&failing, "violates")] {
        for group in grouped(violations) {
            text.push_str(&describe(&group, word, &calls_by_number));
            if args.explain {
                text.push_str(&explained(group[0], &calls_by_number));
            }
        }
    }
    let _ = writeln!(
        text,
        "{} calls judged: {}, {}",
        calls.len(),
        numbers(&failing, "violations"),
        numbers(&differing, "differences")
    );
    if failing.len() > 1 {
        text.push_str("one violation may be a consequence of another, which only `run` tells apart\n");
    }
    print(&text);
    let failing = failing.len();
    match (failing, judge.is_inconclusive()) {
        (1.., _) => Exit::Violations,
        (0, true) => Exit::Inconclusive,
        (0, false) => Exit::Success,
    }
}

/// Violations that are the same but for ids, values and calls, in the order of their rules; the first of each group is
/// the one that was seen first.
fn grouped<'a>(violations: &[&'a Violation]) -> Vec<Vec<&'a Violation>> {
    let mut groups: BTreeMap<(RuleId, &Fingerprint), Vec<&Violation>> = BTreeMap::new();
    for violation in violations {
        groups.entry((violation.rule, &violation.fingerprint)).or_default().push(violation);
    }
    groups.into_values().collect()
}

/// `12 violations of 3 rules`, or `0 violations`
fn numbers(violations: &[&Violation], what: &str) -> String {
    let rules: BTreeSet<RuleId> = violations.iter().map(|violation| violation.rule).collect();
    match rules.len() {
        0 => format!("0 {what}"),
        rules => format!("{} {what} of {rules} rules", violations.len()),
    }
}

/// Whether no description shows versions, though other answers show labels.
fn hides_versions(calls: &[Call]) -> bool {
    let outputs = || {
        calls.iter().filter_map(|call| match &call.reply {
            Reply::Answer(Answer { body: Body::Output(output), .. }) => Some(output),
            _ => None,
        })
    };
    let is_described = |output: &Output| matches!(output, Output::Description(shown) if shown.shows_versions());
    let is_labelled = |labels: &Option<Vec<Label>>| labels.as_ref().is_some_and(|labels| !labels.is_empty());
    let shows_labels = |output: &Output| match output {
        Output::Value(value) => is_labelled(&value.version_stages),
        Output::Versions(page) => page.versions.iter().flatten().any(|entry| is_labelled(&entry.version_stages)),
        _ => false,
    };
    let is_asked = |output: &Output| matches!(output, Output::Description(_));
    outputs().any(is_asked) && outputs().any(shows_labels) && !outputs().any(is_described)
}

fn describe(group: &[&Violation], word: &str, calls: &BTreeMap<u32, &Call>) -> String {
    let mut text = String::new();
    let violation = group[0];
    let operation = calls.get(&violation.call).map(|call| call.request.operation.name()).unwrap_or_default();
    let title = &catalogue::entry(violation.rule).title;
    let _ = writeln!(text, "call {} {operation} {word} {} ({title})", violation.call, violation.rule);
    let _ = writeln!(text, "  expected {}", violation.expected);
    let _ = writeln!(text, "  observed {}", violation.observed);
    if let Some(since) = violation.since.filter(|since| *since != violation.call) {
        let _ = writeln!(text, "  it rests on call {since}");
    }
    if !violation.also.is_empty() {
        let also: Vec<_> = violation.also.iter().map(|rule| rule.as_str()).collect();
        let _ = writeln!(text, "  also contradicts {}", also.join(", "));
    }
    if let [_, others @ .., last] = group {
        let _ = writeln!(text, "  and {} times more, last at call {}", others.len() + 1, last.call);
    }
    text
}

/// The calls of the stretch, if the violating call overlaps others, and why no world explains its answer.
fn explained(violation: &Violation, calls: &BTreeMap<u32, &Call>) -> String {
    let mut text = String::new();
    if !violation.stretch.is_empty() {
        text.push_str("  calls that overlap:\n");
    }
    for call in violation.stretch.iter().filter_map(|number| calls.get(number)) {
        let _ = writeln!(text, "    {}", interval(call));
    }
    for exclusion in &violation.excluded {
        if !violation.stretch.is_empty() {
            let before: Vec<_> = exclusion.order.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "  order: {}", [before, vec![violation.call.to_string()]].concat().join(", "));
        }
        let _ = writeln!(text, "  world: {}", exclusion.world);
        let _ = writeln!(text, "    outcome: {}", exclusion.outcome);
        for (rule, unmet) in &exclusion.unmet {
            let _ = writeln!(text, "    excluded, since {rule} demands {unmet}");
        }
    }
    text
}

/// `call 2 PutSecretValue, 100 to 200 µs`
fn interval(call: &Call) -> String {
    let until = match &call.reply {
        Reply::Answer(_) => format!("to {} µs", call.returned.0),
        Reply::Nothing(_) => "µs, never answered".to_owned(),
    };
    format!("call {} {}, {} {until}", call.number, call.request.operation.name(), call.called.0)
}

pub(super) fn rules(args: &RulesArgs) -> Exit {
    if args.json {
        let rows: Vec<_> = RULES
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.name,
                    "level": rule.level.as_str(),
                    "checkable": rule.checkable.as_str(),
                    "derived": rule.derived,
                    "title": catalogue::entry(rule.id).title,
                })
            })
            .collect();
        print(&format!("{:#}\n", json!({ "catalogue": catalogue::VERSION, "rules": rows })));
        return Exit::Success;
    }
    let mut text = String::new();
    for rule in &RULES {
        let title = catalogue::entry(rule.id).title;
        let _ = writeln!(text, "{:<14} {:<12} {:<9} {title}", rule.name, rule.level.as_str(), rule.checkable.as_str());
    }
    print(&text);
    Exit::Success
}

pub(super) fn schema() -> Exit {
    print(SCHEMA);
    Exit::Success
}

pub(super) fn explain(id: &str) -> Exit {
    let rule = match super::rule(id) {
        Ok(rule) => rule,
        Err(message) => {
            complain(&message);
            return Exit::Usage;
        }
    };
    let entry = catalogue::entry(rule);
    let mut text = String::new();
    let _ = writeln!(text, "{rule}: {}", entry.title);
    let _ = writeln!(
        text,
        "{}, confidence {}, checkable: {}\n",
        entry.level.as_str(),
        entry.confidence.as_str(),
        entry.checkable
    );
    let _ = writeln!(text, "{}\n", entry.statement);
    let parts = [
        ("Check", &entry.check),
        ("Contract", &entry.contract),
        ("Fidelity", &entry.fidelity),
        ("Open", &entry.open),
        ("Source", &entry.source),
    ];
    for (name, part) in parts {
        let _ = writeln!(text, "{name}: {part}");
    }
    print(&text);
    Exit::Success
}
