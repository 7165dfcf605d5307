//! What is to be seen of a secret during a rotation and after it, and what clients do to it meanwhile.

use super::step::holder;
use super::{Check, Findings, Over, Rotation, is_in_progress};
use crate::model::{Answer, Body, Description, Label, Operation, RotateSecret, RotationStep, Timestamp, World};
use crate::rule::{Class, RuleId};
use crate::verdict::Aspect;

impl Rotation {
    /// A client's request that was accepted.
    pub(super) fn changed(&mut self, operation: &Operation, before: Option<&World>) {
        let is_plain_put = match operation {
            Operation::PutSecretValue(put) => put.version_stages.is_none().then_some(Class::Contract),
            Operation::UpdateSecret(update) => {
                let stores = update.secret_string.is_some() || update.secret_binary.is_some();
                match stores {
                    true => Some(Class::Fidelity),
                    false => return,
                }
            }
            Operation::TagResource(_) | Operation::UntagResource(_) => return,
            _ => None,
        };
        let is_of_it = operation.token() == Some(&self.token);
        let secret = before.and_then(|world| world.secret.as_deref());
        let is_fresh = secret.zip(operation.token()).map(|(secret, token)| secret.version(token).is_none());
        match is_plain_put {
            // A repetition changes nothing.
            Some(_) if is_fresh == Some(false) && !is_of_it => {}
            Some(_) if is_fresh.is_none() => self.over = Some(Over::Open),
            Some(_) if self.has_succeeded => self.is_superseded = true,
            Some(class) if self.is_running() && !self.is_test && !self.has_promoted && !is_of_it => {
                self.over = Some(Over::Abandoned(class));
            }
            _ => self.over = Some(Over::Open),
        }
    }

    /// RotateSecret while the function is held is refused (ROT-PROG-005, ROT-PROG-006).
    pub(super) fn asked_again(&mut self, request: &RotateSecret, answer: &Answer, findings: &mut Findings<'_>) {
        let is_own = request.client_request_token.as_ref() == Some(&self.token);
        let is_held = self.is_running() && !self.is_test && !self.has_promoted;
        if self.has_failed() && is_in_progress(answer) {
            // Decided by what comes next: another attempt begins, or none.
            findings.read(RuleId::Prog012, "a refused call is answered while a failed rotation is pending");
        }
        let is_accepted = matches!(answer.body, Body::Output(_));
        if is_accepted && !is_own && !self.has_succeeded {
            // What becomes of a rotation during which another is accepted is nobody's matter.
            self.over = self.over.or(Some(Over::Open));
        }
        if !is_held || is_own || request.rotate_immediately == Some(false) {
            return;
        }
        if !is_accepted && !is_in_progress(answer) {
            return;
        }
        let changes_rules_alone = request.rotation_lambda_arn.is_none() && request.rotation_rules.is_some();
        let rule = match (self.is_without_current, &self.current) {
            (true, _) => RuleId::Prog005,
            (false, Some(_)) if changes_rules_alone => RuleId::Prog006,
            (false, _) => return,
        };
        findings.check(
            self.call,
            !is_accepted,
            Check {
                rule,
                class: Class::Contract,
                aspect: Aspect::Refused,
                expected: "the request is refused, since the function of another rotation is running".to_owned(),
                observed: "accepted",
            },
        );
    }

    /// RotateSecret answers 200 whatever the function does, and before that has ended (ROT-LIFE-001).
    pub(super) fn check_late_answer(&self, answer: &Answer, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            matches!(answer.body, Body::Output(_)),
            Check {
                rule: RuleId::Life001,
                class: Class::Contract,
                aspect: Aspect::Accepted,
                expected: "the request is accepted, whatever the function does".to_owned(),
                observed: "refused after the function was called",
            },
        );
        if self.last.is_some() {
            self.check_answered_at_once(false, findings);
        }
    }

    pub(super) fn check_answered_at_once(&self, is_at_once: bool, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            is_at_once,
            Check {
                rule: RuleId::Life001,
                class: Class::Fidelity,
                aspect: Aspect::AnsweredAtOnce,
                expected: "an answer before the function ends".to_owned(),
                observed: "an answer after that",
            },
        );
    }

    /// A client reads the secret.
    pub(super) fn described(&mut self, shown: &Description, now: Option<Timestamp>, findings: &mut Findings<'_>) {
        if shown.hides_versions || shown.deleted_date.is_some() {
            return;
        }
        match self.over {
            Some(Over::Abandoned(class)) => self.check_abandoned(class, shown, findings),
            None if self.has_succeeded && self.is_test => self.check_label_off(shown, findings),
            None if self.is_superseded => self.read_superseded(shown, findings),
            None if self.has_succeeded && !self.is_settled => self.check_success(shown, now, findings),
            None if self.has_failed() && !self.has_promoted => self.check_failure(shown, findings),
            Some(Over::Open) | None => {}
        }
    }

    fn check_abandoned(&self, class: Class, shown: &Description, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            holder(shown, &Label::Pending) != Some(&self.token),
            Check {
                rule: RuleId::Prog008,
                class,
                aspect: Aspect::PendingGone,
                expected: "AWSPENDING is gone, since a client has stored a value during the rotation".to_owned(),
                observed: "still on the version of the rotation",
            },
        );
    }

    fn check_label_off(&self, shown: &Description, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            holder(shown, &Label::Pending).is_none(),
            Check {
                rule: RuleId::Life020,
                class: Class::Fidelity,
                aspect: Aspect::LabelOffAfterTest,
                expected: "AWSPENDING is nowhere after the configuration test".to_owned(),
                observed: "on a version",
            },
        );
    }

    /// What a rotation has left whose function succeeded in all steps.
    fn check_success(&mut self, shown: &Description, now: Option<Timestamp>, findings: &mut Findings<'_>) {
        self.is_settled = true;
        let pending = holder(shown, &Label::Pending);
        let stays = if pending.is_some() { "AWSPENDING stays" } else { "AWSPENDING goes" };
        if !self.has_promoted {
            findings.read(RuleId::Life023, stays);
            return;
        }
        let labels = shown.version_ids_to_stages.as_ref().and_then(|versions| versions.get(&self.token));
        let is_promoted = labels.is_some_and(|labels| labels.contains(&Label::Current));
        let is_clear = pending.is_none_or(|id| *id == self.token);
        findings.check(
            self.call,
            is_promoted && is_clear,
            Check {
                rule: RuleId::Life012,
                class: Class::Contract,
                aspect: Aspect::Promoted,
                expected: format!("AWSCURRENT is on {}, and AWSPENDING there too or nowhere", self.token),
                observed: if is_promoted { "AWSPENDING on another version" } else { "AWSCURRENT elsewhere" },
            },
        );
        self.dated = shown.last_rotated_date;
        self.check_dates(shown, now, findings);
        match self.has_taken_pending_off {
            true => self.check_taken_off(shown, findings),
            false => findings.read(RuleId::Life013, stays),
        }
    }

    /// The function has taken AWSPENDING off itself (ROT-LIFE-014).
    fn check_taken_off(&self, shown: &Description, findings: &mut Findings<'_>) {
        let is_off = holder(shown, &Label::Pending).is_none() && holder(shown, &Label::Current) == Some(&self.token);
        findings.check(
            self.call,
            is_off,
            Check {
                rule: RuleId::Life014,
                class: Class::Contract,
                aspect: Aspect::Promoted,
                expected: format!(
                    "AWSCURRENT is on {} and AWSPENDING nowhere, as the function has left them",
                    self.token
                ),
                observed: "otherwise",
            },
        );
        findings.check(
            self.call,
            shown.last_rotated_date.is_some(),
            Check {
                rule: RuleId::Life014,
                class: Class::Fidelity,
                aspect: Aspect::RotatedDate,
                expected: "LastRotatedDate has a value".to_owned(),
                observed: "none",
            },
        );
    }

    /// A success sets the date of the last rotation, and there is a next one that is due in time (ROT-CONF-014, -015).
    fn check_dates(&self, shown: &Description, now: Option<Timestamp>, findings: &mut Findings<'_>) {
        findings.check(
            self.call,
            shown.last_rotated_date.is_some(),
            Check {
                rule: RuleId::Conf015,
                class: Class::Contract,
                aspect: Aspect::RotatedDate,
                expected: "LastRotatedDate has a value after a success".to_owned(),
                observed: "none",
            },
        );
        let Some(rules) = shown.rotation_rules.as_ref().filter(|_| shown.rotation_enabled == Some(true)) else {
            return;
        };
        let days = rules.automatically_after_days.filter(|_| rules.schedule_expression.is_none());
        let latest = now.zip(days).map(|(now, days)| end_of_day_after(now, days));
        let is_due = shown.next_rotation_date.is_some_and(|next| latest.is_none_or(|latest| next.0 <= latest));
        findings.check(
            self.call,
            is_due,
            Check {
                rule: RuleId::Conf014,
                class: Class::Fidelity,
                aspect: Aspect::NextDate,
                expected: "NextRotationDate has a value after a success, within the interval".to_owned(),
                observed: if shown.next_rotation_date.is_some() { "a later date" } else { "none" },
            },
        );
    }

    /// What becomes of the dates when a client stores a value after a success (ROT-CONF-023).
    fn read_superseded(&mut self, shown: &Description, findings: &mut Findings<'_>) {
        if let Some(dated) = self.dated.take() {
            let is_kept = shown.last_rotated_date == Some(dated);
            let choice = if is_kept { "LastRotatedDate stays" } else { "LastRotatedDate changes" };
            findings.read(RuleId::Conf023, choice);
        }
    }

    /// A failure in the first three steps leaves AWSPENDING on the token (ROT-LIFE-015).
    fn check_failure(&self, shown: &Description, findings: &mut Findings<'_>) {
        let is_early = self.last.is_some_and(|(step, _)| step < RotationStep::FinishSecret);
        if !is_early || self.is_test {
            return;
        }
        findings.check(
            self.call,
            holder(shown, &Label::Pending) == Some(&self.token),
            Check {
                rule: RuleId::Life015,
                class: Class::Fidelity,
                aspect: Aspect::PendingAfterFailure,
                expected: format!("{} keeps AWSPENDING after the failure", self.token),
                observed: "not so",
            },
        );
    }

    /// Whether a step is due that the service has not called yet.
    pub(super) fn is_awaited(&self) -> bool {
        let is_quiet = self.under_way == 0 && self.over.is_none() && !self.has_succeeded;
        is_quiet && !matches!(self.last, Some((_, Err(_))))
    }

    /// Nothing more comes.
    pub(super) fn conclude(&mut self, findings: &mut Findings<'_>) {
        if !self.is_awaited() {
            return;
        }
        match (self.seen.is_empty(), self.is_test, self.is_by_default) {
            (true, true, _) => self.check_test(false, "no call", findings),
            (true, false, true) => self.check_called(false, findings),
            (_, false, _) => self.check_all_steps(findings),
            (false, true, _) => {}
        }
        self.over = Some(Over::Open);
    }
}

/// The end of the UTC day that lies so many days after a moment, and a day more for clocks and time zones.
fn end_of_day_after(now: Timestamp, days: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a thousand days at most")]
    let days = days as f64;
    ((now.0 / Timestamp::DAY).floor() + days + 2.0) * Timestamp::DAY
}
