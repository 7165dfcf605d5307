//! Settings by variables: `CONFORMANCE_MAX_CALLS` is what `--max-calls` is on the command line.

use std::error::Error;
use std::ffi::OsString;

use clap::{Arg, ArgAction, Args, Command, FromArgMatches};

use super::Settings;

/// What the names of the variables begin with.
const PREFIX: &str = "CONFORMANCE_";

/// Why the variables do not make settings. The value is not repeated: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableError {
    /// No setting has this name.
    #[error("read {name}: there is no such setting; there are {known}")]
    Unknown {
        /// The variable.
        name: String,
        /// Every variable that there is.
        known: String,
    },
    /// The setting cannot have this value.
    #[error("read {name}: {cause}")]
    Value {
        /// The variable.
        name: String,
        /// What is wrong with its value.
        cause: String,
    },
}

impl Settings {
    /// The settings that the variables beginning with `CONFORMANCE_` make; the others are as without any flag.
    ///
    /// `CONFORMANCE_STRICT` is 1 or 0, and `CONFORMANCE_HEADER` has a header on each line. An empty value is none.
    ///
    /// # Errors
    ///
    /// If a variable names no setting, or has a value that the setting cannot have.
    pub fn from_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, VariableError> {
        let command = Self::augment_args(Command::new("conformance").no_binary_name(true));
        let mut flags = Vec::new();
        for (name, value) in variables {
            let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
            if name.starts_with(PREFIX) && !value.is_empty() {
                let added = flags_of(&command, &name, &value)?;
                parsed(&command, &added).map_err(|cause| VariableError::Value { name: name.into(), cause })?;
                flags.extend(added);
            }
        }
        parsed(&command, &flags).map_err(|cause| VariableError::Value { name: format!("{PREFIX}…"), cause })
    }
}

/// The flags that say the same as a variable.
fn flags_of(command: &Command, name: &str, value: &str) -> Result<Vec<String>, VariableError> {
    let Some(argument) = command.get_arguments().find(|argument| variable_of(argument) == name) else {
        let known: Vec<_> = command.get_arguments().map(variable_of).collect();
        return Err(VariableError::Unknown { name: name.to_owned(), known: known.join(", ") });
    };
    let flag = format!("--{}", argument.get_long().unwrap_or_default());
    match (argument.get_action(), value) {
        (ArgAction::SetTrue, "1") => Ok(vec![flag]),
        (ArgAction::SetTrue, "0") => Ok(Vec::new()),
        (ArgAction::SetTrue, _) => {
            Err(VariableError::Value { name: name.to_owned(), cause: "write it as 1 or 0".to_owned() })
        }
        (ArgAction::Append, lines) => Ok(lines.lines().map(|line| format!("{flag}={line}")).collect()),
        _ => Ok(vec![format!("{flag}={value}")]),
    }
}

fn variable_of(argument: &Arg) -> String {
    format!("{PREFIX}{}", argument.get_long().unwrap_or_default().to_uppercase().replace('-', "_"))
}

fn parsed(command: &Command, flags: &[String]) -> Result<Settings, String> {
    let settings = command.clone().try_get_matches_from(flags).and_then(|matches| Settings::from_arg_matches(&matches));
    settings.map_err(|error| error.source().map_or_else(|| error.kind().to_string(), ToString::to_string))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Action;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        Settings::from_variables(variables).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_is_read_as_the_flag_of_its_name() {
        let variables = [
            ("CONFORMANCE_ENDPOINT", "http://127.0.0.1:5000"),
            ("CONFORMANCE_SEED", "7"),
            ("CONFORMANCE_MAX_CALLS", "300"),
            ("CONFORMANCE_BUDGET", "5m"),
            ("CONFORMANCE_STRICT", "1"),
            ("CONFORMANCE_HEADER", "X-One: 1\nX-Two: 2"),
            ("CONFORMANCE_WITHOUT", "CancelRotateSecret,TagResource"),
            ("CONFORMANCE_REGION", ""),
            ("ANOTHER_SEED", "blue"),
        ];
        let settings = settings(&variables).unwrap();
        assert_eq!(settings.reach.endpoint.as_deref(), Some("http://127.0.0.1:5000"));
        assert_eq!((settings.seed, settings.max_calls, settings.strict), (7, Some(300), true));
        assert_eq!(settings.budget, Some(Duration::from_mins(5)));
        assert_eq!(settings.reach.header.len(), 2);
        assert_eq!(settings.without, [Action::CancelRotateSecret, Action::TagResource]);
        assert_eq!(settings.reach.region, None);
    }

    #[test]
    fn without_variables_the_settings_are_those_of_the_command_line_without_flags() {
        let settings = settings(&[("CONFORMANCE_STRICT", "0")]).unwrap();
        assert_eq!((settings.seed, settings.cases, settings.jobs, settings.strict), (1, 10_000, 4, false));
        assert_eq!(settings.reach.timeout, Duration::from_secs(10));
    }

    #[test]
    fn a_value_that_a_setting_cannot_have_is_an_error_that_names_the_variable_and_hides_the_value() {
        for (name, value, cause) in [
            ("CONFORMANCE_SEED", "blue", "invalid digit found in string"),
            ("CONFORMANCE_JOBS", "0", "0 is not in 1..=65535"),
            ("CONFORMANCE_TIMEOUT", "soon", "write it as 30s or 5m"),
            ("CONFORMANCE_STRICT", "maybe", "write it as 1 or 0"),
            ("CONFORMANCE_HEADER", "hunter2", "write it as \"Name: value\""),
        ] {
            let error = settings(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("read {name}: ")) && error.ends_with(cause), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_name_that_is_no_setting_is_an_error_that_names_those_there_are() {
        let error = settings(&[("CONFORMANCE_SEDE", "7")]).unwrap_err();
        assert!(error.starts_with("read CONFORMANCE_SEDE: there is no such setting; there are "), "{error}");
        assert!(error.contains("CONFORMANCE_SEED, ") && error.contains("CONFORMANCE_ALLOW_REMOTE, "), "{error}");
    }
}
