//! Mutants of the rules about rotation: ROT-PROG, ROT-LIFE and ROT-CONF.

use crate::model::ErrorType::{
    InvalidParameterException, InvalidRequestException, ResourceExistsException, ResourceNotFoundException,
};
use crate::model::{Output, Request, Timestamp};
use crate::rule::RuleId as R;
use serde_json::json;

use super::mutant::{Accepted, Mutant, Refused, Says, contract, fidelity, page, receipt, show, shown, value};
use super::requests::{
    ask, cancel, configured, create, days, delete, describe_anew, get, list, look, put, put_as, rotate, rotate_later,
    rotate_monthly, stage,
};
use super::scene::Scene;

pub(crate) fn mutants() -> Vec<Mutant> {
    [in_progress(), lifecycle(), configuration(), later_configuration(), dates(), of_a_second_collection()]
        .into_iter()
        .flatten()
        .collect()
}

/// These requests, and one more.
fn after(requests: &[Request], request: Request) -> Vec<Request> {
    [requests, &[request]].concat()
}

fn in_progress() -> Vec<Mutant> {
    let blocked = [create(), put_as("$t2", &["AWSPENDING"]), look()];
    let both = [create(), put_as("$t2", &["AWSCURRENT", "AWSPENDING"]), look()];
    let unblocked = after(&blocked, stage("AWSPENDING", "$t2", ""));
    let rotating = [create(), get(json!({})), rotate_monthly("$t2")];
    vec![
        contract(R::Prog001, after(&blocked, rotate_monthly("$t3")), Accepted),
        contract(R::Prog001, after(&blocked, rotate_monthly("$t3")), Refused(InvalidParameterException)),
        contract(
            R::Prog001,
            [
                create(),
                rotate_monthly("$t2"),
                stage("AWSPENDING", "$t2", ""),
                put_as("$t3", &["AWSPENDING"]),
                look(),
                ask("RotateSecret", json!({ "ClientRequestToken": "$t4" })),
            ],
            Accepted,
        ),
        contract(R::Prog002, after(&both, rotate_monthly("$t3")), Refused(InvalidRequestException)),
        contract(R::Prog003, [create(), rotate_monthly("$t2")], Refused(InvalidRequestException)),
        contract(R::Prog007, after(&unblocked, rotate_monthly("$t3")), Refused(InvalidRequestException)),
        contract(
            R::Prog014,
            [create(), rotate_monthly("$t2"), get(json!({}))],
            Says(|output, _| value(output).secret_string = Some("b".into())),
        ),
        contract(R::Prog014, after(&rotating, get(json!({}))), Refused(ResourceNotFoundException)),
        fidelity(
            R::Prog010,
            [create(), rotate_monthly("$t2"), look(), cancel()],
            Says(|output, scene| receipt(output).version_id = Some(scene.text("$t1"))),
        ),
    ]
}

fn lifecycle() -> Vec<Mutant> {
    let rotating = [create(), look(), rotate_monthly("$t2")];
    vec![
        contract(R::Life009, after(&rotating, get(json!({ "VersionId": "$t2" }))), Accepted),
        contract(R::Life009, after(&rotating, get(json!({ "VersionId": "$t2" }))), Refused(InvalidRequestException)),
        contract(
            R::Life009,
            [create(), rotate_monthly("$t2"), look(), get(json!({ "VersionStage": "AWSPENDING" }))],
            Accepted,
        ),
        // Whether a function without rules is accepted is open; a rotation that is begins like others.
        contract(
            R::Life009,
            [
                create(),
                ask("RotateSecret", json!({ "ClientRequestToken": "$t2", "RotationLambdaARN": "$function" })),
                get(json!({ "VersionId": "$t2" })),
            ],
            Accepted,
        ),
        // So is one before which nobody has looked where a label has come to.
        contract(
            R::Life009,
            [create(), stage("AWSPENDING", "", "$t1"), rotate_monthly("$t2"), get(json!({ "VersionId": "$t2" }))],
            Accepted,
        ),
        contract(
            R::Life010,
            after(&rotating, look()),
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])])),
        ),
        contract(
            R::Life019,
            [create(), look(), rotate_later("$t2"), look()],
            Says(|output, scene| show(output, scene, &[("$t1", &["AWSPREVIOUS"]), ("$t2", &["AWSCURRENT"])])),
        ),
        contract(
            R::Life022,
            [create(), rotate_monthly("$t2"), look(), cancel(), look()],
            Says(|output, _| shown(output).rotation_enabled = Some(true)),
        ),
        contract(R::Life022, [create(), rotate_monthly("$t2"), look(), cancel()], Refused(InvalidRequestException)),
    ]
}

fn configuration() -> Vec<Mutant> {
    let rate = json!({ "ScheduleExpression": "rate(10 days)" });
    let with_duration = json!({ "AutomaticallyAfterDays": 7, "Duration": "3h" });
    vec![
        contract(
            R::Conf001,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| {
                shown(output).rotation_rules.get_or_insert_default().automatically_after_days = Some(31);
            }),
        ),
        contract(
            R::Conf001,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| shown(output).rotation_enabled = Some(false)),
        ),
        contract(
            R::Conf001,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| shown(output).rotation_lambda_arn = None),
        ),
        contract(R::Conf003, [create(), look()], Says(|output, _| shown(output).rotation_enabled = Some(true))),
        contract(
            R::Conf003,
            [create(), look()],
            Says(|output, _| shown(output).next_rotation_date = Some(Timestamp(1_700_000_000.0))),
        ),
        fidelity(
            R::Conf005,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| {
                shown(output).rotation_rules.get_or_insert_default().duration = Some("3h".into());
            }),
        ),
        contract(R::Conf006, [create(), rotate("$t2", &with_duration)], Refused(InvalidParameterException)),
        contract(R::Conf007, [create(), rotate("$t2", &rate)], Refused(InvalidParameterException)),
        contract(
            R::Conf013,
            [create(), look(), rotate_later("$t2"), look()],
            Says(|output, _| shown(output).rotation_enabled = Some(false)),
        ),
        contract(
            R::Conf013,
            [create(), look(), rotate_later("$t2"), look()],
            Says(|output, _| shown(output).rotation_rules = None),
        ),
    ]
}

fn later_configuration() -> Vec<Mutant> {
    let rate = json!({ "ScheduleExpression": "rate(10 days)" });
    let monthly = configured(&days(30));
    let bare = |token| ask("RotateSecret", json!({ "ClientRequestToken": token }));
    let promoted = [create(), rotate_monthly("$t2"), put_as("$t2", &["AWSPENDING"])];
    let promoted = [&promoted[..], &[look(), stage("AWSCURRENT", "$t1", "$t2"), look(), put("$t3", "c")]].concat();
    vec![
        contract(R::Conf002, after(&after(&promoted, look()), bare("$t4")), Refused(InvalidRequestException)),
        contract(
            R::Conf002,
            [&monthly[..], &[bare("$t3"), look()]].concat(),
            Says(|output, _| shown(output).rotation_rules = None),
        ),
        contract(
            R::Conf002,
            [&monthly[..], &[bare("$t3"), look()]].concat(),
            Says(|output, _| shown(output).rotation_lambda_arn = None),
        ),
        contract(
            R::Conf008,
            [configured(&rate), vec![rotate("$t3", &days(5)), look()]].concat(),
            Says(|output, _| {
                let rules = shown(output).rotation_rules.get_or_insert_default();
                rules.schedule_expression = Some("rate(10 days)".into());
            }),
        ),
        contract(
            R::Conf010,
            [&monthly[..], &[cancel(), look()]].concat(),
            Says(|output, _| shown(output).rotation_rules = None),
        ),
        contract(
            R::Conf010,
            [&monthly[..], &[cancel(), look()]].concat(),
            Says(|output, _| shown(output).rotation_enabled = Some(true)),
        ),
        contract(R::Conf010, after(&monthly, cancel()), Refused(ResourceExistsException)),
        contract(
            R::Conf019,
            [&monthly[..], &[describe_anew("d"), look()]].concat(),
            Says(|output, _| shown(output).rotation_rules = None),
        ),
        contract(
            R::Conf019,
            [&monthly[..], &[describe_anew("d"), look()]].concat(),
            Says(|output, _| shown(output).rotation_enabled = Some(false)),
        ),
    ]
}

fn dates() -> Vec<Mutant> {
    let cancelled = [configured(&days(30)), vec![cancel(), look()]].concat();
    vec![
        fidelity(
            R::Conf011,
            cancelled,
            Says(|output, _| shown(output).next_rotation_date = Some(Timestamp(1_800_000_000.0))),
        ),
        fidelity(
            R::Conf017,
            [create(), look(), describe_anew("d"), look()],
            Says(|output, _| shown(output).last_changed_date = Some(Timestamp(1_600_000_000.0))),
        ),
        fidelity(
            R::Conf017,
            [create(), look(), describe_anew("d"), look()],
            Says(|output, _| shown(output).last_changed_date = Some(Timestamp(1_700_000_000.0))),
        ),
        fidelity(
            R::Conf018,
            [create(), get(json!({})), look()],
            Says(|output, _| shown(output).last_accessed_date = None),
        ),
        fidelity(
            R::Conf018,
            [create(), look()],
            Says(|output, _| shown(output).last_accessed_date = Some(Timestamp(1_699_920_000.0))),
        ),
        fidelity(
            R::Conf018,
            [create(), get(json!({})), look()],
            Says(|output, _| shown(output).last_accessed_date = Some(Timestamp(1_699_920_001.0))),
        ),
    ]
}

fn of_a_second_collection() -> Vec<Mutant> {
    vec![
        fidelity(R::Conf017, [create(), look(), tag(), look()], Says(standing_still)),
        fidelity(R::Conf017, [create(), tag(), look(), untag(), look()], Says(standing_still)),
        fidelity(R::Conf017, [create(), look(), rotate_monthly("$t2"), look()], Says(standing_still)),
        fidelity(R::Conf017, [create(), look(), delete(), look()], Says(standing_still)),
        fidelity(
            R::Conf014,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| shown(output).next_rotation_date = Some(Timestamp(1_700_003_599.0))),
        ),
        fidelity(
            R::Conf014,
            [create(), rotate("$t2", &json!({ "AutomaticallyAfterDays": 7, "Duration": "3h" })), look()],
            Says(|output, _| shown(output).next_rotation_date = Some(Timestamp(1_700_000_000.0))),
        ),
        fidelity(
            R::Conf015,
            [create(), rotate_monthly("$t2"), look()],
            Says(|output, _| shown(output).last_rotated_date = Some(Timestamp(1_700_000_000.0))),
        ),
        fidelity(
            R::Conf007,
            [create(), rotate("$t2", &json!({ "ScheduleExpression": "rate(4 hours)" })), look()],
            Says(|output, _| {
                let rules = shown(output).rotation_rules.get_or_insert_default();
                rules.automatically_after_days = Some(30);
            }),
        ),
        fidelity(R::Conf026, turned_off(), Says(|output, _| shown(output).rotation_enabled = Some(true))),
        fidelity(R::Conf026, turned_off(), Says(|output, _| shown(output).rotation_lambda_arn = None)),
        fidelity(
            R::Conf026,
            turned_off(),
            Says(|output, _| shown(output).next_rotation_date = Some(Timestamp(1_700_006_399.0))),
        ),
        fidelity(
            R::Err007,
            [create(), delete(), look()],
            Says(|output, _| shown(output).deleted_date = Some(Timestamp(1_702_592_000.0))),
        ),
        contract(
            R::State023,
            [create(), rotate_monthly("$t2"), look(), list(true)],
            Says(|output, scene| {
                let versions = page(output).versions.get_or_insert_default();
                let mut pending = versions[0].clone();
                pending.version_id = Some(scene.text("$t2"));
                pending.version_stages = Some(vec!["AWSPENDING".into()]);
                versions.push(pending);
            }),
        ),
    ]
}

/// A secret with rotation on that is marked for deletion, and looked at before and after.
fn turned_off() -> Vec<Request> {
    vec![create(), rotate_monthly("$t2"), look(), delete(), look()]
}

fn tag() -> Request {
    ask("TagResource", json!({ "Tags": [{ "Key": "team", "Value": "x" }] }))
}

fn untag() -> Request {
    ask("UntagResource", json!({ "TagKeys": ["team"] }))
}

/// The date of the change before.
fn standing_still(output: &mut Output, _: &Scene) {
    shown(output).last_changed_date = Some(Timestamp(1_700_000_000.0));
}
