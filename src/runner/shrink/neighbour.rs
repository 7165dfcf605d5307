//! Candidates with one request less, and another in place of one that is left.
//!
//! Leaving requests out comes to an end at a case of which each request is needed as the others are written. One that is
//! written otherwise may do the work of two, or make another needless: a rotation that is not immediate needs nobody to
//! take AWSPENDING away. Which other requests there are, and where they lead, the atlas knows without any call.

use std::collections::BTreeSet;

use super::need::Filter;
use super::reduce::{renumbered, secret_of, without};
use super::route::{differing_members, fresh_token, joined_as_named, with_strings};
use crate::judge::demand;
use crate::model::{Label, Operation, Request, World};
use crate::strategy::{Atlas, Case, Route, complete_read};

/// Up to which length requests are left out anywhere; of a longer case, only the one after that which is another.
const SHORT: usize = 7;
/// How many requests are tried in place of the last one.
const LAST: usize = 3;

/// The cases with one request less and another in place of one that is left, both about the same secret. One without
/// each request comes before a second one without any, and of these the one in which the states that the secret has are
/// most like those in the case.
///
/// Another last request of the same operation must be held to what is demanded; another read need not.
pub(super) fn neighbours(atlas: &Atlas, case: &Case, demanded: Filter<'_>) -> Vec<Case> {
    with_others(atlas, case, demanded, Others::Elsewhere)
}

/// The same with every request of the same operation in place of one, wherever it leads.
pub(super) fn of_same_operation(atlas: &Atlas, case: &Case, demanded: Filter<'_>) -> Vec<Case> {
    with_others(atlas, case, demanded, Others::OfOperation)
}

fn with_others(atlas: &Atlas, case: &Case, demanded: Filter<'_>, others: Others) -> Vec<Case> {
    let case = renumbered(case);
    let secrets: BTreeSet<&str> = case.steps.iter().filter_map(secret_of).collect();
    let mut found = Vec::new();
    for secret in secrets {
        let about = exchanged(&case, secret);
        let mut without_each = Surroundings::of(atlas, &about, demanded, others).neighbours();
        for neighbours in &mut without_each {
            neighbours.sort_by_key(|(unlikeness, _)| *unlikeness);
            let ranked = neighbours.drain(..).enumerate();
            found.extend(ranked.map(|(rank, (unlikeness, case))| (rank, unlikeness, exchanged(&case, secret))));
        }
    }
    found.sort_by_key(|(rank, unlikeness, _)| (*rank, *unlikeness));
    found.into_iter().map(|(_, _, case)| case).collect()
}

/// How unlike the states before the last request are, then those after the one that is another.
type Unlikeness = (usize, usize);

/// A case as the first secret knows it.
struct Surroundings<'a> {
    atlas: &'a Atlas,
    case: &'a Case,
    demanded: Filter<'a>,
    /// The indexes of the steps about the first secret.
    indexes: Vec<usize>,
    /// These steps.
    own: Vec<Request>,
    /// The state before each of them, and after all.
    worlds: Vec<World>,
    /// The number of a token that the case does not have.
    fresh: usize,
    /// What is tried in place of a step.
    others: Others,
}

/// What is tried in place of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    /// What leads elsewhere, one request for each state, and another read for a read.
    Elsewhere,
    /// Every request of the same operation, wherever it leads.
    OfOperation,
}

impl<'a> Surroundings<'a> {
    fn of(atlas: &'a Atlas, case: &'a Case, demanded: Filter<'a>, others: Others) -> Self {
        let is_own = |index: &usize| secret_of(&case.steps[*index]) == Some("1");
        let indexes: Vec<usize> = (0..case.steps.len()).filter(is_own).collect();
        let own: Vec<Request> = indexes.iter().map(|index| case.steps[*index].clone()).collect();
        let worlds = (0..=own.len()).map(|length| atlas.after(&own[..length])).collect();
        Self { atlas, case, demanded, indexes, own, worlds, fresh: fresh_token(&case.steps), others }
    }

    /// Whether the last step of the case is about this secret.
    fn has_last(&self) -> bool {
        self.indexes.last().is_some_and(|index| index + 1 == self.case.steps.len())
    }

    /// Those without each of the steps.
    fn neighbours(&self) -> Vec<Vec<(Unlikeness, Case)>> {
        let end = self.own.len() - usize::from(self.has_last());
        let is_short = self.own.len() <= SHORT;
        let mut found = vec![Vec::new(); self.own.len()];
        for at in 0..end {
            let choices = self.choices(at, &self.worlds[at]);
            let gone = if is_short { at + 1..end } else { at + 1..end.min(at + 2) };
            for gone in gone {
                found[gone].extend(choices.iter().map(|choice| self.earlier_for(at, choice, gone)));
            }
            for gone in (0..at).filter(|_| is_short) {
                found[gone].extend(self.later_for(at, gone));
            }
        }
        if self.has_last() && is_short && self.others == Others::Elsewhere {
            (0..end).for_each(|gone| found[gone].extend(self.others_at_the_end(gone)));
        }
        found
    }

    /// What may stand in this world in place of the step `at`.
    fn choices(&self, at: usize, world: &World) -> Vec<Route> {
        let operation = &self.own[at].operation;
        if self.others == Others::OfOperation {
            return self.atlas.of_operation(operation.name(), world, self.fresh);
        }
        let mut choices = self.atlas.choices(world, self.fresh);
        if operation.is_read() {
            let read = |read: Operation| Route { steps: vec![read.into()], world: world.clone() };
            choices.extend(complete_read(1).map(read));
        }
        choices
    }

    /// Another step at `at`, and without one after it.
    fn earlier_for(&self, at: usize, choice: &Route, gone: usize) -> (Unlikeness, Case) {
        let route = Route { steps: [&self.own[..at], &choice.steps].concat(), world: choice.world.clone() };
        let between = joined_as_named(self.atlas, &self.worlds[at + 1], &route, &self.own[at + 1..gone]).steps;
        let world = if gone == at + 1 { choice.world.clone() } else { self.atlas.after(&between) };
        let apart = self.atlas.unlikeness(&self.worlds[at + 1], &choice.world);
        self.followed(&Route { steps: between, world }, gone, gone, apart)
    }

    /// Without the step `gone`, and another at `at`, after it.
    fn later_for(&self, at: usize, gone: usize) -> Vec<(Unlikeness, Case)> {
        let before = [&self.own[..gone], &self.own[gone + 1..at]].concat();
        let choices = self.choices(at, &self.atlas.after(&before));
        let with = |choice: Route| {
            let steps = [&before[..], &choice.steps].concat();
            let apart = self.atlas.unlikeness(&self.worlds[at + 1], &choice.world);
            self.followed(&Route { steps, world: choice.world }, at, gone, apart)
        };
        choices.into_iter().map(with).collect()
    }

    /// A way in place of the steps up to `last`, then the others; the step `gone` has no successor.
    fn followed(&self, route: &Route, last: usize, gone: usize, apart: usize) -> (Unlikeness, Case) {
        let rest = &self.own[last + 1..];
        let rest = match has_another_value(&self.worlds[last + 1], &route.world) {
            true => rest.iter().map(|step| with_strings(step, &other_value)).collect(),
            false => rest.to_vec(),
        };
        let steps = joined_as_named(self.atlas, &self.worlds[last + 1], route, &rest).steps;
        let before_last = steps.len() - usize::from(self.has_last());
        let world = self.atlas.after(&steps[..before_last]);
        let unlikeness = self.atlas.unlikeness(&self.worlds[before_last + 1], &world);
        ((unlikeness, apart), self.among_others(steps, gone))
    }

    /// Without the step `gone`, and others of the same kind at the end, the most alike first, then other reads for a read.
    fn others_at_the_end(&self, gone: usize) -> Vec<(Unlikeness, Case)> {
        let Some((last, before)) = self.own.split_last() else { return Vec::new() };
        let before = [&before[..gone], &before[gone + 1..]].concat();
        let route = Route { world: self.atlas.after(&before), steps: before };
        let unlikeness = self.atlas.unlikeness(&self.worlds[self.own.len() - 1], &route.world);
        let is_held = |step: &Request| {
            let facts = self.atlas.facts_after(&route, std::slice::from_ref(step));
            facts.iter().any(|fact| self.demanded.accepts(&demand(fact, &step.operation)))
        };
        let outright = |other: Request| with_strings(&other, &|text| self.atlas.version_named(&route.world, text));
        let mut others: Vec<_> = self.atlas.asks(&route.world, self.fresh).into_iter().map(outright).collect();
        others.retain(|other| other.operation.name() == last.operation.name() && other != last && is_held(other));
        others.sort_by_key(|other| differing_members(last, other));
        others.truncate(LAST);
        if last.operation.is_read() {
            let reads = complete_read(1).into_iter().filter(|read| read.name() != last.operation.name());
            others.extend(reads.map(Request::from));
        }
        let with = |other| ((unlikeness, 0), self.among_others([&route.steps[..], &[other]].concat(), gone));
        others.into_iter().map(with).collect()
    }

    /// The case with these steps about the secret, one less than it has.
    fn among_others(&self, own: Vec<Request>, gone: usize) -> Case {
        let mut case = without(self.case, self.indexes[gone], self.indexes[gone] + 1);
        let places = self.indexes.iter().enumerate().filter(|(number, _)| *number != gone);
        for ((number, index), step) in places.zip(own) {
            case.steps[index - usize::from(number > gone)] = step;
        }
        case
    }
}

/// The case in which this secret and the first have changed their names.
fn exchanged(case: &Case, secret: &str) -> Case {
    let renamed = |text: &str| {
        let rest = text.strip_prefix("$s")?;
        let (own, rest) = rest.split_at(rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len()));
        match own {
            "1" => Some(format!("$s{secret}{rest}")),
            own if own == secret => Some(format!("$s1{rest}")),
            _ => None,
        }
    };
    Case { steps: case.steps.iter().map(|step| with_strings(step, &renamed)).collect() }
}

/// The cases without one of the reads in which versions are named by their ids: to name one by its label, somebody must
/// have looked where the label is.
pub(super) fn named_outright(atlas: &Atlas, case: &Case) -> Vec<Case> {
    let name = |(index, step): (usize, &Request)| {
        let world = atlas.after(&case.steps[..index]);
        with_strings(step, &|text| atlas.version_named(&world, text))
    };
    let named = Case { steps: case.steps.iter().enumerate().map(name).collect() };
    if named == *case {
        return Vec::new();
    }
    let reads = (0..case.steps.len().saturating_sub(1)).filter(|index| named.steps[*index].operation.is_read());
    reads.map(|index| without(&named, index, index + 1)).collect()
}

/// Whether the current versions of two worlds have different values.
fn has_another_value(one: &World, other: &World) -> bool {
    let current = |world: &World| {
        let secret = world.secret.as_ref()?;
        secret.value(secret.holder(&Label::Current).flatten()?).cloned()
    };
    current(one).zip(current(other)).is_some_and(|(one, other)| one != other)
}

/// The other of the two values that cases store.
fn other_value(text: &str) -> Option<String> {
    let other = [("value-a", "value-b"), ("value-b", "value-a")].into_iter().find(|(value, _)| *value == text);
    other.map(|(_, other)| other.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RuleId;
    use crate::strategy::Menu;

    fn atlas() -> &'static Atlas {
        Atlas::detailed(Menu { has_function: true, has_missing_function: true, ..Menu::default() })
    }

    fn case(steps: &[&str]) -> Case {
        serde_json::from_str(&format!("[{}]", steps.join(","))).expect("written in this test")
    }

    const CREATE: &str =
        r#"{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}}"#;

    #[test]
    fn one_request_stands_for_two_that_lead_to_a_state_like_its_own() {
        let long = case(&[
            CREATE,
            r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}"#,
            r#"{"op":"UpdateSecret","request":{"SecretId":"$s1","ClientRequestToken":"$t3","SecretString":"value-a"}}"#,
            r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionId":"$t2"}}"#,
        ]);
        let shorter = case(&[
            CREATE,
            r#"{"op":"UpdateSecret","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}"#,
            r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionId":"$t1"}}"#,
        ]);
        let found = neighbours(atlas(), &long, Filter::Any);
        assert!(
            found.iter().any(|candidate| renumbered(candidate) == shorter),
            "the version that is read is another, and its value stays another: {found:?}"
        );
        assert!(found.iter().all(|candidate| candidate.steps.len() == 3));
    }

    #[test]
    fn another_read_may_stand_for_a_read() {
        let read = |op: &str| format!(r#"{{"op":"{op}","request":{{"SecretId":"$s1"}}}}"#);
        let put = r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}"#;
        let cancel = read("CancelRotateSecret");
        let long = case(&[CREATE, &cancel, &read("GetSecretValue"), put, &read("DescribeSecret")]);
        let shorter = case(&[CREATE, &read("DescribeSecret"), put, &read("DescribeSecret")]);
        let found = neighbours(atlas(), &long, Filter::Any);
        assert!(found.iter().any(|candidate| renumbered(candidate) == shorter), "{found:?}");
    }

    #[test]
    fn what_a_request_written_otherwise_makes_needless_is_left_out() {
        let long = case(&[
            CREATE,
            r#"{"op":"RotateSecret","request":{"SecretId":"$s1","ClientRequestToken":"$t2","RotationLambdaARN":"$function","RotationRules":{"AutomaticallyAfterDays":30}}}"#,
            r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#,
            r#"{"op":"UpdateSecretVersionStage","request":{"SecretId":"$s1","VersionStage":"AWSPENDING","RemoveFromVersionId":"$s1.AWSPENDING"}}"#,
            r#"{"op":"RotateSecret","request":{"SecretId":"$s1","ClientRequestToken":"$t3"}}"#,
        ]);
        let found = neighbours(atlas(), &long, Filter::Any);
        let is_wanted = |candidate: &Case| {
            let text = serde_json::to_string(candidate).expect("cases are plain data");
            text.contains(r#""RotateImmediately":false"#) && text.contains("Describe") && !text.contains("Stage")
        };
        assert!(found.iter().take(12).any(is_wanted), "{found:?}");
    }

    #[test]
    fn the_last_request_can_be_another_of_its_kind_that_is_held_to_the_same() {
        let long = case(&[
            CREATE,
            r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}"#,
            r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionStage":"AWSPREVIOUS"}}"#,
        ]);
        let shorter =
            case(&[CREATE, r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionStage":"AWSCURRENT"}}"#]);
        let accepted = "ROT-READ-002 GetSecretValue: the request is accepted".parse().unwrap();
        assert!(neighbours(atlas(), &long, Filter::Demand(&accepted)).contains(&shorter));
        assert!(!neighbours(atlas(), &long, Filter::Rule(RuleId::Prog001)).contains(&shorter));
    }

    #[test]
    fn requests_about_other_secrets_stay_where_they_are() {
        let other =
            r#"{"op":"CreateSecret","request":{"Name":"$s2","ClientRequestToken":"$t3","SecretString":"value-b"}}"#;
        let end = r#"{"op":"GetSecretValue","request":{"SecretId":"$s2"}}"#;
        let long = case(&[
            CREATE,
            other,
            r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b","VersionStages":["AWSPENDING"]}}"#,
            r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#,
            end,
        ]);
        let found = neighbours(atlas(), &long, Filter::Any);
        let secrets = |case: &Case| case.steps.iter().filter_map(secret_of).map(str::to_owned).collect::<Vec<_>>();
        assert!(found.iter().any(|candidate| secrets(candidate) == ["1", "2", "1", "2"]), "{found:?}");
    }

    #[test]
    fn a_version_named_by_its_id_needs_no_look() {
        let put = |token: &str| {
            format!(
                r#"{{"op":"PutSecretValue","request":{{"SecretId":"$s1","ClientRequestToken":"{token}","SecretString":"value-b"}}}}"#
            )
        };
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let by_label = case(&[CREATE, describe, &put("$s1.AWSCURRENT")]);
        let by_id = case(&[CREATE, &put("$t1")]);
        assert_eq!(named_outright(atlas(), &by_label), [by_id]);
        assert!(named_outright(atlas(), &case(&[CREATE, describe, &put("$t1")])).is_empty());
    }

    #[test]
    fn a_request_in_place_of_another_takes_no_token_of_another_secret() {
        let create = |secret, token, value| {
            format!(r#"{{"op":"CreateSecret","request":{{"Name":"{secret}","ClientRequestToken":"{token}"{value}}}}}"#)
        };
        let value = r#","SecretString":"value-b""#;
        let rotate = |secret, token| {
            format!(
                r#"{{"op":"RotateSecret","request":{{"SecretId":"{secret}","ClientRequestToken":"{token}","RotationLambdaARN":"$function"}}}}"#
            )
        };
        let put = r#"{"op":"PutSecretValue","request":{"SecretId":"$s2","ClientRequestToken":"$t4","SecretString":"value-b"}}"#;
        let long = case(&[CREATE, &rotate("$s1", "$t2"), &create("$s2", "$t3", ""), put, &rotate("$s2", "$t5")]);
        let shorter = case(&[CREATE, &rotate("$s1", "$t2"), &create("$s2", "$t3", value), &rotate("$s2", "$t4")]);
        let found = neighbours(atlas(), &long, Filter::Any);
        assert!(found.iter().any(|candidate| with_value_b(&renumbered(candidate)) == shorter), "{found:?}");
    }

    fn with_value_b(case: &Case) -> Case {
        let second = with_strings(&case.steps[2], &|text| (text == "value-a").then(|| "value-b".to_owned()));
        Case { steps: [&case.steps[..2], &[second], &case.steps[3..]].concat() }
    }

    #[test]
    fn a_request_of_the_same_operation_is_tried_wherever_it_leads() {
        let put = |token, labels| {
            format!(
                r#"{{"op":"PutSecretValue","request":{{"SecretId":"$s1","ClientRequestToken":"{token}","SecretString":"value-a"{labels}}}}}"#
            )
        };
        let pending = r#","VersionStages":["AWSPENDING"]"#;
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let long = case(&[CREATE, &put("$t2", ""), &put("$t3", pending), describe]);
        let repeated = case(&[CREATE, &put("$s1.AWSCURRENT", pending), describe]);
        assert!(!neighbours(atlas(), &long, Filter::Any).contains(&repeated), "it leads nowhere by the model");
        assert!(of_same_operation(atlas(), &long, Filter::Any).contains(&repeated));
    }

    #[test]
    fn another_read_may_stand_at_the_end() {
        let get = r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionStage":"BLUE"}}"#;
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let put = r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b","VersionStages":["BLUE"]}}"#;
        let found = neighbours(atlas(), &case(&[CREATE, put, get]), Filter::Any);
        assert!(found.contains(&case(&[CREATE, describe])), "{found:?}");
    }

    #[test]
    fn another_last_request_names_versions_so_that_nobody_must_look() {
        let rotate = r#"{"op":"RotateSecret","request":{"SecretId":"$s1","ClientRequestToken":"$t2","RotationLambdaARN":"$function"}}"#;
        let read = |members: &str| format!(r#"{{"op":"GetSecretValue","request":{{"SecretId":"$s1",{members}}}}}"#);
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let long = case(&[CREATE, rotate, describe, &read(r#""VersionStage":"AWSPENDING""#)]);
        let shorter = case(&[CREATE, rotate, &read(r#""VersionId":"$t2""#)]);
        let found = neighbours(atlas(), &long, Filter::Rule(RuleId::Life009));
        assert!(found.contains(&shorter), "{found:?}");
    }
}
