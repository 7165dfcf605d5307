//! Which steps are called, with what, and what the function sees in them.

use super::{Check, Findings, Over, Rotation};
use crate::history::{Event, Invoked};
use crate::model::{
    Answer, Body, Description, Label, Operation, Output, RotationStep, SecretValue, Text, Value, VersionId,
};
use crate::rule::{Class, RuleId};
use crate::verdict::Aspect;

impl Rotation {
    /// A step is called with this event; the secret has this name and this ARN, if that is known.
    pub(super) fn invoked(&mut self, (name, arn): (&Text, Option<&Text>), event: &Event, findings: &mut Findings<'_>) {
        let before = findings.violations.len();
        self.check_members(event, findings);
        self.check_secret(name, arn, event, findings);
        self.check_identity(event, findings);
        if findings.violations[before..].iter().any(|it| it.class == Class::Contract) {
            // What a function does that is called for something else leads anywhere.
            self.over = Some(Over::Open);
        }
        if self.is_by_default {
            self.check_called(true, findings);
        }
        let Some(step) = event.step().filter(|_| self.over.is_none()) else { return self.under_way += 1 };
        if self.is_test {
            self.check_test(step == RotationStep::TestSecret, "another step than testSecret", findings);
        } else {
            self.check_order(step, findings);
        }
        self.under_way += 1;
    }

    fn check_members(&self, event: &Event, findings: &mut Findings<'_>) {
        let has = |member: &str| event.text(member).is_some();
        let required = ["Step", "SecretId", "ClientRequestToken"];
        findings.check(
            self.call,
            required.into_iter().all(has),
            Check {
                rule: RuleId::Life004,
                class: Class::Contract,
                aspect: Aspect::EventMembers,
                expected: "an event with Step, SecretId and ClientRequestToken, each a text".to_owned(),
                observed: "not each of them",
            },
        );
        findings.check(
            self.call,
            has("RotationToken"),
            Check {
                rule: RuleId::Life004,
                class: Class::Fidelity,
                aspect: Aspect::RotationToken,
                expected: "an event with RotationToken".to_owned(),
                observed: "no such text",
            },
        );
        if has("Step") {
            let names = RotationStep::ALL.map(RotationStep::as_str);
            findings.check(
                self.call,
                event.step().is_some(),
                Check {
                    rule: RuleId::Life005,
                    class: Class::Contract,
                    aspect: Aspect::StepName,
                    expected: format!("Step is one of {}", names.join(", ")),
                    observed: "another text",
                },
            );
        }
    }

    fn check_secret(&self, name: &Text, arn: Option<&Text>, event: &Event, findings: &mut Findings<'_>) {
        let Some(id) = event.secret_id() else { return };
        let is_arn = arn.is_some_and(|arn| **arn == *id);
        let is_meant = is_arn || *id == **name;
        findings.check(
            self.call,
            is_meant,
            Check {
                rule: RuleId::Life006,
                class: Class::Contract,
                aspect: Aspect::EventSecret,
                expected: format!("SecretId names the secret {name}"),
                observed: "another identifier",
            },
        );
        if is_meant {
            findings.check(
                self.call,
                id.starts_with("arn:"),
                Check {
                    rule: RuleId::Life006,
                    class: Class::Fidelity,
                    aspect: Aspect::EventArn,
                    expected: "SecretId is the ARN of the secret".to_owned(),
                    observed: "its name",
                },
            );
        }
    }

    /// The first event has the token of the rotation, and all others have the same (ROT-LIFE-003, ROT-LIFE-007).
    fn check_identity(&mut self, event: &Event, findings: &mut Findings<'_>) {
        let (Some(id), Some(token)) = (event.secret_id(), event.token()) else { return };
        match &self.first {
            None => {
                self.first = Some((id.to_owned(), token.to_owned()));
                if !self.is_test {
                    self.check_token(Some(&self.token), findings);
                }
            }
            Some(first) => {
                let is_one = (first.0.as_str(), first.1.as_str()) == (id, token);
                findings.check(
                    self.call,
                    is_one,
                    Check {
                        rule: RuleId::Life003,
                        class: Class::Contract,
                        aspect: Aspect::OneRotation,
                        expected: "SecretId and ClientRequestToken of the first event".to_owned(),
                        observed: "others",
                    },
                );
            }
        }
    }

    /// The token of the first event is this version (ROT-LIFE-007).
    pub(super) fn check_token(&self, version: Option<&VersionId>, findings: &mut Findings<'_>) {
        let token = self.first.as_ref().map(|(_, token)| token.as_str());
        let expected = version.map_or_else(String::new, |id| format!("the token of the event is the VersionId {id}"));
        findings.check(
            self.call,
            token == version.map(|id| &**id),
            Check {
                rule: RuleId::Life007,
                class: Class::Contract,
                aspect: Aspect::EventToken,
                expected,
                observed: "another token",
            },
        );
    }

    pub(super) fn check_called(&self, is_called: bool, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            is_called,
            Check {
                rule: RuleId::Life018,
                class: Class::Contract,
                aspect: Aspect::Called,
                expected: "the function is called, as with RotateImmediately=true".to_owned(),
                observed: "no call",
            },
        );
    }

    pub(super) fn check_test(&self, is_alone: bool, observed: &'static str, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            is_alone,
            Check {
                rule: RuleId::Life019,
                class: Class::Fidelity,
                aspect: Aspect::TestAlone,
                expected: "testSecret is called, and no other step".to_owned(),
                observed,
            },
        );
    }

    /// The order of the first calls, one at a time, no later one after a failure; another attempt begins at the beginning.
    fn check_order(&mut self, step: RotationStep, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            self.under_way == 0,
            Check {
                rule: RuleId::Life002,
                class: Class::Fidelity,
                aspect: Aspect::OneAtATime,
                expected: "one step at a time".to_owned(),
                observed: "a step while another runs",
            },
        );
        if let Some((before, Err(_))) = self.last {
            let is_later = step > before;
            findings.check(
                self.call,
                !is_later,
                Check {
                    rule: RuleId::Life015,
                    class: Class::Contract,
                    aspect: Aspect::NoLaterStep,
                    expected: format!("no later step after {} has failed", before.as_str()),
                    observed: "a later step",
                },
            );
            if is_later {
                return self.see(step);
            }
            self.check_attempt(step, findings);
        }
        if !self.seen.contains(&step) {
            let next = RotationStep::ALL.get(self.seen.len()).copied();
            findings.check(
                self.call,
                next == Some(step),
                Check {
                    rule: RuleId::Life002,
                    class: Class::Contract,
                    aspect: Aspect::StepsInOrder,
                    expected: next.map_or_else(String::new, |next| format!("{} comes next", next.as_str())),
                    observed: "a step before its turn",
                },
            );
            self.see(step);
        }
    }

    fn see(&mut self, step: RotationStep) {
        if !self.seen.contains(&step) {
            self.seen.push(step);
        }
    }

    /// A failed rotation is tried again, from its beginning (ROT-LIFE-016, ROT-LIFE-017).
    fn check_attempt(&mut self, step: RotationStep, findings: &mut Findings<'_>) {
        self.attempts += 1;
        self.last = None;
        findings.read(RuleId::Life016, "a failed rotation is tried again");
        findings.check(
            self.call,
            step == RotationStep::CreateSecret,
            Check {
                rule: RuleId::Life017,
                class: Class::Fidelity,
                aspect: Aspect::AttemptFromStart,
                expected: "another attempt begins with createSecret".to_owned(),
                observed: "another step",
            },
        );
    }

    pub(super) fn ended(&mut self, step: RotationStep, invoked: Invoked, findings: &mut Findings<'_>) {
        self.under_way = self.under_way.saturating_sub(1);
        self.last = Some((step, invoked));
        if self.is_answered {
            self.check_answered_at_once(true, findings);
        }
        let last = if self.is_test { RotationStep::TestSecret } else { RotationStep::FinishSecret };
        if step == last && invoked.is_ok() && self.over.is_none() {
            self.has_succeeded = true;
            if !self.is_test {
                self.check_all_steps(findings);
            }
        }
    }

    pub(super) fn check_all_steps(&self, findings: &mut Findings<'_>) {
        let are_all = RotationStep::ALL.iter().all(|step| self.seen.contains(step));
        findings.check(
            self.call,
            are_all,
            Check {
                rule: RuleId::Life002,
                class: Class::Contract,
                aspect: Aspect::AllSteps,
                expected: "a rotation that succeeds has all four steps".to_owned(),
                observed: "not each of them",
            },
        );
    }

    /// What the function asks in a step: what it changes is remembered, and what it reads must be there.
    pub(super) fn called(
        &mut self,
        step: RotationStep,
        operation: &Operation,
        answer: &Answer,
        findings: &mut Findings<'_>,
    ) {
        match (operation, &answer.body) {
            (Operation::DescribeSecret(_), Body::Output(Output::Description(shown))) => {
                self.looked(step, shown, findings);
            }
            (Operation::PutSecretValue(put), Body::Output(_)) => {
                let text = put.secret_string.clone().map(Value::Text);
                self.stored = self.stored.take().or(text);
            }
            (Operation::UpdateSecretVersionStage(change), Body::Output(_)) => match &change.version_stage {
                Some(Label::Current) => self.has_promoted |= change.move_to_version_id.as_ref() == Some(&self.token),
                Some(Label::Pending) => self.has_taken_pending_off |= change.move_to_version_id.is_none(),
                _ => {}
            },
            (Operation::GetSecretValue(_), body) => self.read(step, body, findings),
            _ => {}
        }
    }

    /// What a step sees of the labels: AWSCURRENT stays until the function moves it (ROT-LIFE-010), and before the first
    /// step rotation is on and AWSPENDING in its place (ROT-LIFE-008).
    fn looked(&mut self, step: RotationStep, shown: &Description, findings: &mut Findings<'_>) {
        if self.over.is_some() || shown.hides_versions {
            return;
        }
        if let Some((current, _)) = self.current.as_ref().filter(|_| !self.has_promoted) {
            let is_there = holder(shown, &Label::Current) == Some(current);
            findings.check(
                self.call,
                is_there,
                Check {
                    rule: RuleId::Life010,
                    class: Class::Contract,
                    aspect: Aspect::CurrentStays,
                    expected: format!("AWSCURRENT on {current} until the function moves it"),
                    observed: "elsewhere",
                },
            );
            if !is_there {
                self.over = Some(Over::Open);
            }
        }
        if step != RotationStep::CreateSecret || self.is_test {
            return;
        }
        let is_there = shown.rotation_enabled == Some(true) && holder(shown, &Label::Pending) == Some(&self.token);
        findings.check(
            self.call,
            is_there,
            Check {
                rule: RuleId::Life008,
                class: Class::Contract,
                aspect: Aspect::PendingAtFirst,
                expected: format!("rotation is on and {} has AWSPENDING before createSecret is called", self.token),
                observed: "not so",
            },
        );
    }

    /// The value of the pending version, as a step reads it.
    fn read(&self, step: RotationStep, body: &Body, findings: &mut Findings<'_>) {
        if self.over.is_some() || self.has_promoted {
            return;
        }
        let shown = match body {
            Body::Output(Output::Value(shown)) => Some(&**shown),
            _ => None,
        };
        if self.is_test {
            return self.check_copy(shown, findings);
        }
        let Some(stored) = &self.stored else { return };
        let holds = shown.and_then(value_of).as_ref() == Some(stored);
        let has_label = shown.is_some_and(|it| it.version_stages.as_deref() == Some(&[Label::Pending]));
        if step != RotationStep::CreateSecret {
            findings.check(
                self.call,
                holds,
                Check {
                    rule: RuleId::Life011,
                    class: Class::Contract,
                    aspect: Aspect::StoredBefore,
                    expected: format!("{} reads the value that createSecret has stored", step.as_str()),
                    observed: if shown.is_some() { "another value" } else { "no value" },
                },
            );
            findings.check(
                self.call,
                !holds || has_label,
                Check {
                    rule: RuleId::Life011,
                    class: Class::Contract,
                    aspect: Aspect::PendingLater,
                    expected: format!("{} reads a version that has AWSPENDING and no other label", step.as_str()),
                    observed: "other labels",
                },
            );
        } else if self.attempts > 0 {
            findings.check(
                self.call,
                holds,
                Check {
                    rule: RuleId::Life017,
                    class: Class::Fidelity,
                    aspect: Aspect::StoredBefore,
                    expected: "another attempt finds the value that was stored".to_owned(),
                    observed: "something else",
                },
            );
        }
    }

    /// The configuration test works on a copy of the current value (ROT-LIFE-020).
    fn check_copy(&self, shown: Option<&SecretValue>, findings: &mut Findings<'_>) {
        let Some((current, Some(value))) = &self.current else { return };
        let is_copy = shown.is_some_and(|it| value_of(it).as_ref() == Some(value));
        let is_another = shown.is_some_and(|it| it.version_id.as_ref() != Some(current));
        findings.check(
            self.call,
            is_copy && is_another,
            Check {
                rule: RuleId::Life020,
                class: Class::Fidelity,
                aspect: Aspect::CopyOfCurrent,
                expected: "testSecret reads the current value in another version".to_owned(),
                observed: "something else",
            },
        );
    }
}

/// The value that an answer shows.
fn value_of(shown: &SecretValue) -> Option<Value> {
    let text = shown.secret_string.clone().map(Value::Text);
    text.or_else(|| shown.secret_binary.clone().map(Value::Bytes))
}

/// The version that a description shows with a label.
pub(super) fn holder<'a>(shown: &'a Description, label: &Label) -> Option<&'a VersionId> {
    let versions = shown.version_ids_to_stages.as_ref()?;
    versions.iter().find(|(_, labels)| labels.contains(label)).map(|(id, _)| id)
}
