//! `judge`, `rules` and `explain`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::time::Duration;

use serde_json::json;

use super::{Exit, JudgeArgs, RulesArgs, complain, print};
use crate::catalogue;
use crate::judge::{Judge, Options};
use crate::model::Functions;
use crate::record;
use crate::report::SCHEMA;
use crate::rule::{RULES, RuleId};
use crate::verdict::Violation;

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
    let texts = |arns: &[String]| arns.iter().map(|arn| arn.as_str().into()).collect();
    let functions =
        Functions { accepted: texts(&header.functions.accepted), missing: texts(&header.functions.missing) };
    let consistency_window = Duration::from_millis(args.consistency_window);
    let mut judge = Judge::new(Options { functions, consistency_window });
    let violations = judge.judge_all(&calls);
    let failing = violations.iter().filter(|violation| violation.fails(args.strict)).count();
    let mut text: String = violations.iter().map(|violation| describe(violation, args)).collect();
    let _ = writeln!(
        text,
        "{} calls judged: {failing} violations, {} differences",
        calls.len(),
        violations.len() - failing
    );
    print(&text);
    match (failing, judge.is_inconclusive()) {
        (1.., _) => Exit::Violations,
        (0, true) => Exit::Inconclusive,
        (0, false) => Exit::Success,
    }
}

fn describe(violation: &Violation, args: &JudgeArgs) -> String {
    let mut text = String::new();
    let word = if violation.fails(args.strict) { "violates" } else { "differs from" };
    let title = &catalogue::entry(violation.rule).title;
    let _ = writeln!(text, "call {} {word} {} ({title})", violation.call, violation.rule);
    let _ = writeln!(text, "  expected {}", violation.expected);
    let _ = writeln!(text, "  observed {}", violation.observed);
    if violation.since > 0 && violation.since != violation.call {
        let _ = writeln!(text, "  it rests on call {}", violation.since);
    }
    if !violation.also.is_empty() {
        let also: Vec<_> = violation.also.iter().map(|rule| rule.as_str()).collect();
        let _ = writeln!(text, "  also contradicts {}", also.join(", "));
    }
    if args.explain {
        for exclusion in &violation.excluded {
            let _ = writeln!(text, "  world: {}", exclusion.world);
            let _ = writeln!(text, "    outcome: {}", exclusion.outcome);
            for (rule, unmet) in &exclusion.unmet {
                let _ = writeln!(text, "    excluded, since {rule} demands {unmet}");
            }
        }
    }
    text
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
    let rule: RuleId = match id.parse() {
        Ok(rule) => rule,
        Err(error) => {
            complain(&format!("failed to {error}"));
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
