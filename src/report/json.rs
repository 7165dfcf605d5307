//! The whole result as JSON, in the form of `specs/result.schema.json`.

use serde_json::{Value, json};

use super::Heading;
use super::finding::finding_json;
use crate::catalogue;
use crate::rule::{RULES, Rule};
use crate::runner::{Ending, RunResult};
use crate::verdict::Status;

/// The version of the form of the result. It changes with every change that a reader could trip over.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The JSON Schema of the result, and under `$defs/finding` that of one finding.
pub const SCHEMA: &str = include_str!("../../specs/result.schema.json");

/// The result: run, calls, and every rule with its status and findings.
#[must_use]
pub fn to_json(heading: &Heading, result: &RunResult) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "catalogue": catalogue::VERSION,
        "endpoint": heading.endpoint,
        "function_mode": result.functions.as_str(),
        "seed": heading.seed,
        "strict": heading.strict,
        "duration_ms": heading.duration_ms,
        "cases": result.cases,
        "cells": cells_json(heading, result),
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
        "inconclusive": result.inconclusive,
        "left": result.left,
        "operations": {
            "missing": result.operations.missing,
            "without": result.operations.without,
            "there_all_the_same": result.operations.there,
        },
        "rules": RULES.iter().map(|rule| rule_json(rule, result)).collect::<Vec<_>>(),
    })
}

/// How many kinds of calls were made; after a tour also which were not.
fn cells_json(heading: &Heading, result: &RunResult) -> Value {
    let coverage = result.coverage();
    let mut cells = json!({
        "reachable": coverage.reachable,
        "visited": coverage.visited(),
        "others": coverage.others,
    });
    if heading.is_tour {
        cells["missing"] = json!(coverage.missing);
    }
    cells
}

fn rule_json(rule: &Rule, result: &RunResult) -> Value {
    let mut json = json!({
        "id": rule.name,
        "level": rule.level.as_str(),
        "status": result.status(rule.id),
        "armed": result.exercise.armed(rule.id),
        "checked": result.decided(rule.id),
        "reading": result.exercise.readings(rule.id).collect::<Vec<_>>(),
        "findings": result.findings_of(rule.id).map(finding_json).collect::<Vec<_>>(),
    });
    if let Some(more) = result.more.get(&rule.id) {
        json["more"] = json!(more);
    }
    if result.status(rule.id) == Status::Consequence {
        json["consequence_of"] = json!(result.cause(rule.id));
    } else if let Some(reason) = result.reason(rule.id) {
        json["reason"] = json!(reason);
    }
    json
}
