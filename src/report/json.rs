//! The whole result as JSON.

use serde_json::{Value, json};

use super::Heading;
use crate::catalogue;
use crate::rule::{Class, RULES, Rule};
use crate::runner::{Ending, Finding, RunResult};

/// The version of the form of the result.
const SCHEMA_VERSION: u32 = 1;

/// The result: run, calls, and every rule with its status and findings.
#[must_use]
pub fn to_json(heading: &Heading, result: &RunResult) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "catalogue": catalogue::VERSION,
        "endpoint": heading.endpoint,
        "seed": heading.seed,
        "strict": heading.strict,
        "duration_ms": heading.duration_ms,
        "cases": result.cases,
        "cells": result.cells,
        "calls": {
            "total": result.calls.total(),
            "find": result.calls.find,
            "shrink": result.calls.shrink,
            "confirm": result.calls.confirm,
            "clean": result.calls.clean,
        },
        "ending": match &result.ending {
            Ending::Complete => json!({ "kind": "complete" }),
            Ending::Died(cause) => json!({ "kind": "died", "cause": cause }),
            Ending::Interrupted => json!({ "kind": "interrupted" }),
        },
        "left": result.left,
        "rules": RULES.iter().map(|rule| rule_json(rule, result)).collect::<Vec<_>>(),
    })
}

fn rule_json(rule: &Rule, result: &RunResult) -> Value {
    json!({
        "id": rule.name,
        "level": rule.level.as_str(),
        "status": result.status(rule.id),
        "armed": result.exercise.armed(rule.id),
        "checked": result.exercise.checked(rule.id),
        "reading": result.exercise.readings(rule.id).collect::<Vec<_>>(),
        "findings": result.findings_of(rule.id).map(finding_json).collect::<Vec<_>>(),
    })
}

/// One finding; its rule and case are enough to see it again.
#[must_use]
pub fn finding_json(finding: &Finding) -> Value {
    let violation = &finding.violation;
    json!({
        "rule": violation.rule,
        "fingerprint": violation.fingerprint,
        "status": finding.status,
        "class": match violation.class {
            Class::Contract => "contract",
            Class::Fidelity => "fidelity",
        },
        "case": finding.case,
        "observed_after_every_call": finding.is_observed,
        "steps": finding.steps.iter().map(|step| json!({
            "request": step.request,
            "answer": step.answer,
            "labels": step.labels,
        })).collect::<Vec<_>>(),
        "length": finding.case.steps.len(),
        "calls_to_find": finding.calls_to_find,
        "calls_to_shrink": finding.calls_to_shrink,
        "calls_to_confirm": finding.calls_to_confirm,
        "replays": { "seen": finding.replays.0, "of": finding.replays.1 },
        "expected": violation.expected,
        "observed": violation.observed,
        "also": violation.also,
    })
}
