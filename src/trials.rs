//! The conformance rules inside `cargo test`: one trial for each rule, named by its id.
//!
//! This is the whole of a test with `harness = false` that runs them against an emulator in Rust:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use rotation_conformance::trials::{self, Target};
//! # mod my_emulator { pub async fn start() -> std::io::Result<String> { unimplemented!() } }
//!
//! fn main() -> ExitCode {
//!     trials::main(Target::started(|| async { my_emulator::start().await }))
//! }
//! ```
//!
//! All trials of a process share one run, which the first of them starts and the others wait for; a process that runs
//! none, or lists them, starts nothing. A process that is started for one trial alone, by `--exact` as cargo-nextest
//! does, makes a run of at most 300 calls for that rule.
//!
//! A trial fails where its rule is violated, and where no answer decided a MUST rule. It is ignored, with the reason,
//! where its rule is not applicable; it never passes for lack of a look. Rules that no endpoint can be tested for have a
//! kind that says so before anything runs. Variables whose names begin with `CONFORMANCE_` are the flags of
//! `rotation-conformance run` ([`Settings`]).

mod outcome;
mod shared;
mod target;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

pub use target::Target;

use crate::catalogue;
use crate::rule::{Checkable, RULES, Rule, RuleId};
use crate::settings::Settings;
use shared::Shared;

/// How the process exits where the environment makes no settings.
const USAGE: u8 = 2;

/// Runs the trials that the arguments of this process select, and tells how it is to exit.
#[must_use = "the process must exit with it"]
pub fn main(target: Target) -> ExitCode {
    let arguments = Arguments::from_args();
    let settings = match Settings::from_variables(std::env::vars_os()) {
        Ok(settings) => settings,
        Err(error) => {
            complain(&format!("failed to {error}"));
            return ExitCode::from(USAGE);
        }
    };
    let shared = Arc::new(Shared::new(target, settings, only(&arguments)));
    let trials = RULES.iter().map(|rule| trial(rule, &shared)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    match shared.made().and_then(outcome::without_trial) {
        None => conclusion.exit_code(),
        Some(findings) => {
            complain(&format!("rules that no trial tests are violated all the same\n\n{findings}"));
            ExitCode::FAILURE
        }
    }
}

/// The one rule that the process is started for; its name may have its kind before it, as a list prints it.
fn only(arguments: &Arguments) -> Option<RuleId> {
    let name = arguments.filter.as_deref().filter(|_| arguments.exact)?;
    name.rsplit(' ').next()?.parse().ok()
}

fn trial(rule: &'static Rule, shared: &Arc<Shared>) -> Trial {
    if let Some((kind, reason)) = never_applicable(rule) {
        let trial = Trial::ignorable_test(rule.name, || Ok(Completion::ignored_with(reason)));
        return trial.with_kind(kind).with_ignored_flag(true);
    }
    let shared = Arc::clone(shared);
    Trial::ignorable_test(rule.name, move || outcome::of(rule, shared.judged()?))
}

/// Why a rule has no trial on any endpoint, in a word and in full.
fn never_applicable(rule: &Rule) -> Option<(&'static str, String)> {
    let entry = catalogue::entry(rule.id);
    match rule.checkable {
        Checkable::No => {
            let reason = entry.checkable.trim_start_matches("no (").trim_end_matches(')');
            Some(("no check", format!("not applicable: no check over an endpoint's API: {reason}")))
        }
        _ if rule.needs_callers() => {
            Some(("needs callers", "not applicable: it needs several callers at once".to_owned()))
        }
        Checkable::Yes | Checkable::Arn | Checkable::Function if rule.derived => {
            let rules: Vec<_> = entry.derived_from.iter().map(|rule| rule.as_str()).collect();
            Some(("derived", format!("a violation is one of {}", rules.join(", "))))
        }
        Checkable::Yes | Checkable::Arn | Checkable::Function => None,
    }
}

/// Prints what a person should know beside the outcomes.
fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_no_endpoint_can_be_tested_for_says_why() {
        for (rule, expected) in [
            (RuleId::Conc004, Some(("needs callers", "not applicable: it needs several callers at once"))),
            (
                RuleId::Wire004,
                Some(("no check", "not applicable: no check over an endpoint's API: both forms are good")),
            ),
            (RuleId::Prog004, Some(("derived", "a violation is one of ROT-PROG-001"))),
            (RuleId::Conf016, Some(("derived", "a violation is one of ROT-CONF-014"))),
            (RuleId::Life001, None),
            (RuleId::Prog001, None),
            (RuleId::Val001, None),
        ] {
            let found = never_applicable(rule.rule());
            assert_eq!(found.as_ref().map(|(kind, reason)| (*kind, reason.as_str())), expected, "{rule}");
        }
    }

    #[test]
    fn a_process_is_focused_if_it_is_started_for_one_exact_name() {
        for (arguments, rule) in [
            (vec!["--exact", "ROT-PROG-001"], Some(RuleId::Prog001)),
            (vec!["--exact", "[needs callers] ROT-CONC-004"], Some(RuleId::Conc004)),
            (vec!["ROT-PROG-001"], None),
            (vec!["--exact"], None),
            (vec!["--exact", "something else"], None),
        ] {
            let arguments = Arguments::from_iter([vec!["test"], arguments].concat());
            assert_eq!(only(&arguments), rule);
        }
    }
}
