//! UpdateSecret: description, key, and storing a value.

use super::create::token_conflict;
use super::lenient::refuse_or;
use super::operation::{Given, UpdateSecret};
use super::outcome::{Outcome, Reason, Setting, refuse};
use super::put::labels::{abandon_or_leave, move_current};
use super::put::quota::within_quotas;
use super::put::token::{Relation, relation};
use super::put::{add, open_either_way, with_secret};
use super::receipt::identified;
use super::world::{Secret, World};
use super::{Claim, ErrorType, Label, Text, Value};
use crate::rule::RuleId;

/// The outcomes of UpdateSecret on a secret that is there and not marked for deletion.
pub(crate) fn update(
    world: &World,
    secret: &Secret,
    request: &UpdateSecret,
    reasons: &[Reason],
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    if !reasons.is_empty() {
        return refuse_or(reasons, world, setting, || update(world, secret, request, &[], setting));
    }
    let given = Given::of(request.secret_string.as_ref(), request.secret_binary.as_ref());
    let token = request.client_request_token.as_ref();
    if given.is_of_illegal_length() {
        return open_either_way(world, token, None, "");
    }
    match (given, token) {
        (Given::One(value), Some(token)) => update_value(world, secret, request, token, &value, setting),
        (Given::Nothing, token) if is_unclear_without_value(secret, request, token.map(|token| &**token)) => {
            open_either_way(world, token, None, "")
        }
        (Given::Nothing, _) => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                secret.dates.outdate(setting.called, setting.stamp);
                secret.close(setting.contract(RuleId::Idem008));
            });
            let outcome = identified(Outcome::accepted(RuleId::Idem008), world);
            vec![outcome.contract(RuleId::Idem008, Claim::VersionId(None)).then(next)]
        }
        (Given::One(_) | Given::Both, _) => open_either_way(world, token, None, ""),
    }
}

/// Without a value the records have a fresh token and something to change.
fn is_unclear_without_value(secret: &Secret, request: &UpdateSecret, token: Option<&str>) -> bool {
    let changes_nothing = request.description.is_none() && request.kms_key_id.is_none();
    changes_nothing || token.is_none_or(|token| secret.version(token).is_some())
}

/// What UpdateSecret changes beside the value; the rotation configuration stays (ROT-CONF-019).
fn describe(secret: &mut Secret, request: &UpdateSecret, setting: &Setting<'_>) {
    if let Some(description) = &request.description {
        secret.description = Some(description.clone()).filter(|text| !text.is_empty());
    }
    if let Some(key) = &request.kms_key_id {
        secret.kms_key_id = Some(key.clone());
    }
    secret.rotation.hold(setting.contract(RuleId::Conf019));
}

fn update_value(
    world: &World,
    secret: &Secret,
    request: &UpdateSecret,
    token: &Text,
    value: &Value,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let by = setting.contract(RuleId::Idem007);
    match relation(secret, token, value) {
        Relation::Fresh => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                secret.dates.outdate(setting.called, setting.stamp);
                secret.unnamed.hold(setting.contract(RuleId::State005));
                add(secret, token, value, setting);
                move_current(secret, token, RuleId::State005, setting);
                if secret.holder(&Label::Pending) != Some(None) {
                    abandon_or_leave(secret, setting);
                }
            });
            let outcome = identified(Outcome::accepted(RuleId::State005), world)
                .contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())))
                .then(next);
            within_quotas(world, &[], outcome, setting)
        }
        Relation::Same => {
            let next = with_secret(world, |secret| {
                describe(secret, request, setting);
                secret.dates.changed = setting.stamp.or(secret.dates.changed);
                secret.hold_labels(by);
                secret.close(by);
            });
            let mut accepted = identified(Outcome::unjudged(), world);
            // Of an older version, what the answer to a repetition names is not recorded.
            if secret.holds(&Label::Current, token) {
                accepted = accepted.contract(RuleId::Idem001, Claim::VersionId(Some(token.clone())));
            }
            let accepted = accepted.then(next).reading(RuleId::Idem007, "the same token and value again is accepted");
            let refused = Outcome::unjudged_refusal(ErrorType::ResourceExistsException, None)
                .contract(RuleId::Idem007, Claim::ErrorType(vec![ErrorType::ResourceExistsException]))
                .reading(RuleId::Idem007, "the same token and value again is refused");
            vec![accepted, refused]
        }
        Relation::Conflict => {
            let next = with_secret(world, |secret| secret.close(by));
            vec![refuse(&[token_conflict(RuleId::Idem007, secret, token)]).then(next)]
        }
        Relation::Placeholder | Relation::Unclear => {
            open_either_way(world, Some(token), Some(RuleId::Prog016), "UpdateSecret with the pending token")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::{Body, Output, Request};
    use crate::service::{Config, Service};

    /// The description that the reference service shows after these requests.
    fn description(requests: &[serde_json::Value]) -> Option<String> {
        let service = Service::new(Config::default());
        let answers: Vec<_> = requests
            .iter()
            .map(|line| {
                let request: Request = serde_json::from_value(line.clone()).unwrap();
                service.answer(&request).body
            })
            .collect();
        let Some(Body::Output(Output::Description(shown))) = answers.last() else { panic!("no description") };
        shown.description.as_ref().map(ToString::to_string)
    }

    #[test]
    fn an_empty_description_is_none() {
        let create = |text: &str| {
            let members = json!({ "Name": "db", "ClientRequestToken": "0".repeat(32), "Description": text });
            json!({ "op": "CreateSecret", "request": members })
        };
        let update = |text: &str| json!({ "op": "UpdateSecret", "request": { "SecretId": "db", "Description": text, "ClientRequestToken": "1".repeat(32) } });
        let describe = json!({ "op": "DescribeSecret", "request": { "SecretId": "db" } });
        for (before, shown) in [
            (vec![create("a")], Some("a")),
            (vec![create("")], None),
            (vec![create("a"), update("b")], Some("b")),
            (vec![create("a"), update("")], None),
        ] {
            let requests = [before, vec![describe.clone()]].concat();
            assert_eq!(description(&requests).as_deref(), shown, "{requests:?}");
        }
    }
}
