//! What the rotation function of a case does: the part of a case that is no request.
//!
//! Without departures the function does what one made from AWS's template does: createSecret stores a value under the
//! token with AWSPENDING, setSecret and testSecret succeed, finishSecret moves AWSCURRENT.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A step of a rotation, by the name that the event gives it (ROT-LIFE-005).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RotationStep {
    /// Makes a value and stores it under the token, with AWSPENDING.
    CreateSecret,
    /// Sets it where it is used.
    SetSecret,
    /// Tries it out.
    TestSecret,
    /// Moves AWSCURRENT to it.
    FinishSecret,
}

impl RotationStep {
    /// All steps, in the order in which a rotation takes them (ROT-LIFE-002).
    pub const ALL: [Self; 4] = [Self::CreateSecret, Self::SetSecret, Self::TestSecret, Self::FinishSecret];

    /// The name in the event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateSecret => "createSecret",
            Self::SetSecret => "setSecret",
            Self::TestSecret => "testSecret",
            Self::FinishSecret => "finishSecret",
        }
    }

    /// The step of this name; `None` for any other spelling.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

/// How Lambda tells that an invocation has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The function has raised an error: HTTP 200 with the header `X-Amz-Function-Error` and an `errorType` in the body.
    Error,
    /// The invocation is refused: a 4xx or 5xx status.
    Refused,
    /// The function has run out of time, which has the header too.
    TimedOut,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Error, Self::Refused, Self::TimedOut];
}

/// What a step reads before it does anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FunctionRead {
    /// Labels and `RotationEnabled`, by DescribeSecret.
    Description,
    /// The pending version, by GetSecretValue with its id.
    ByVersion,
    /// The same by the label.
    ByLabel,
    /// The same by both.
    ByBoth,
}

/// One thing that a function does otherwise than to finish the rotation without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Departure {
    /// Reads in a step.
    Read {
        /// The step.
        step: RotationStep,
        /// What it reads.
        what: FunctionRead,
    },
    /// Answers a step only after so many further calls of the client; at the end of the case at the latest.
    Hold {
        /// The step.
        step: RotationStep,
        /// How many calls.
        calls: u8,
    },
    /// Fails a step.
    Fail {
        /// The step.
        step: RotationStep,
        /// How.
        how: Failure,
        /// How many times; each time if it is `None`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u8>,
    },
    /// createSecret stores nothing.
    NoValue,
    /// createSecret stores its value twice.
    StoreTwice,
    /// createSecret stores its value, and then another.
    StoreAnother,
    /// AWSCURRENT is moved in this step already.
    PromoteIn(RotationStep),
    /// finishSecret moves nothing.
    NoPromotion,
    /// finishSecret takes AWSPENDING off, after it has moved AWSCURRENT.
    TakePendingOff,
}

/// What a function does, as its departures from finishing the rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Script {
    /// The departures.
    pub departures: Vec<Departure>,
}

impl Script {
    /// A function that does this.
    #[must_use]
    pub fn of(departures: impl IntoIterator<Item = Departure>) -> Self {
        Self { departures: departures.into_iter().collect() }
    }

    /// Whether it departs so.
    #[must_use]
    pub fn has(&self, departure: Departure) -> bool {
        self.departures.contains(&departure)
    }

    /// What a step reads, in order.
    pub fn reads(&self, of: RotationStep) -> impl Iterator<Item = FunctionRead> {
        self.departures.iter().filter_map(move |departure| match departure {
            Departure::Read { step, what } if *step == of => Some(*what),
            _ => None,
        })
    }

    /// After how many further calls of the client a step is answered; `None` if at once.
    #[must_use]
    pub fn hold(&self, of: RotationStep) -> Option<u8> {
        self.departures.iter().find_map(|departure| match departure {
            Departure::Hold { step, calls } if *step == of => Some(*calls),
            _ => None,
        })
    }

    /// How a step fails that was called so often before; `None` if it succeeds.
    #[must_use]
    pub fn failure(&self, of: RotationStep, before: usize) -> Option<Failure> {
        self.departures.iter().find_map(|departure| match departure {
            Departure::Fail { step, how, times } if *step == of => {
                times.is_none_or(|times| before < usize::from(times)).then_some(*how)
            }
            _ => None,
        })
    }

    /// Whether AWSCURRENT is moved in this step.
    #[must_use]
    pub fn promotes_in(&self, step: RotationStep) -> bool {
        let early = self.departures.iter().find_map(|departure| match departure {
            Departure::PromoteIn(step) => Some(*step),
            _ => None,
        });
        step == early.unwrap_or(RotationStep::FinishSecret) && !self.has(Departure::NoPromotion)
    }
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { step, what } => {
                let what = match what {
                    FunctionRead::Description => "the labels",
                    FunctionRead::ByVersion => "the value by its version",
                    FunctionRead::ByLabel => "the value by AWSPENDING",
                    FunctionRead::ByBoth => "the value by version and AWSPENDING",
                };
                write!(f, "reads {what} in {}", step.as_str())
            }
            Self::Hold { step, calls: 1 } => write!(f, "holds {} for one call", step.as_str()),
            Self::Hold { step, calls } => write!(f, "holds {} for {calls} calls", step.as_str()),
            Self::Fail { step, how, times } => {
                let how = match how {
                    Failure::Error => "raises an error in",
                    Failure::Refused => "is refused in",
                    Failure::TimedOut => "runs out of time in",
                };
                write!(f, "{how} {}", step.as_str())?;
                match times {
                    None => Ok(()),
                    Some(1) => f.write_str(", once"),
                    Some(times) => write!(f, ", {times} times"),
                }
            }
            Self::NoValue => f.write_str("stores no value"),
            Self::StoreTwice => f.write_str("stores its value twice"),
            Self::StoreAnother => f.write_str("stores another value too"),
            Self::PromoteIn(step) => write!(f, "moves AWSCURRENT in {}", step.as_str()),
            Self::NoPromotion => f.write_str("moves AWSCURRENT nowhere"),
            Self::TakePendingOff => f.write_str("takes AWSPENDING off"),
        }
    }
}

/// What the function does, in words.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.departures.is_empty() {
            return f.write_str("its function finishes");
        }
        let departures = self.departures.iter().map(ToString::to_string).collect::<Vec<_>>();
        write!(f, "its function {}", departures.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_told_in_words() {
        let fail = Departure::Fail { step: RotationStep::SetSecret, how: Failure::Error, times: Some(1) };
        let hold = Departure::Hold { step: RotationStep::CreateSecret, calls: 2 };
        let told = "its function holds createSecret for 2 calls, raises an error in setSecret, once";
        assert_eq!(Script::of([hold, fail]).to_string(), told);
        assert_eq!(Script::default().to_string(), "its function finishes");
    }

    #[test]
    fn a_script_is_written_as_its_departures() {
        let script = Script::of([
            Departure::Hold { step: RotationStep::CreateSecret, calls: 1 },
            Departure::Fail { step: RotationStep::SetSecret, how: Failure::TimedOut, times: None },
            Departure::PromoteIn(RotationStep::TestSecret),
            Departure::NoValue,
        ]);
        let written = serde_json::to_string(&script).unwrap();
        let expected = r#"[{"hold":{"step":"createSecret","calls":1}},{"fail":{"step":"setSecret","how":"timed-out"}},{"promote-in":"testSecret"},"no-value"]"#;
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_str::<Script>(expected).unwrap(), script);
    }

    #[test]
    fn a_step_fails_as_often_as_the_script_says() {
        let fail = Departure::Fail { step: RotationStep::SetSecret, how: Failure::Error, times: Some(2) };
        let script = Script::of([fail]);
        let failures = (0..4).map(|before| script.failure(RotationStep::SetSecret, before).is_some());
        assert_eq!(failures.collect::<Vec<_>>(), [true, true, false, false]);
        assert_eq!(script.failure(RotationStep::TestSecret, 0), None);
    }
}
