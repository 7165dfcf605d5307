use std::collections::BTreeSet;

use serde_json::json;

use super::likeness::Likeness;
use super::*;
use crate::runner::dry;
use crate::strategy::Menu;

/// The calls of a whole tour, and the cells that they meet at the reference service, second secrets not among them.
async fn toured(has_function: bool) -> (usize, Cells) {
    let menu = Menu { has_function, has_missing_function: false, ..Menu::default() };
    let mut tour = Tour::new(has_function);
    let (mut calls, mut met) = (0, Cells::new());
    while let Some(case) = tour.next_case() {
        assert!(case.steps.len() <= LONGEST + 4, "{}", case.steps.len());
        calls += case.steps.len();
        let before = met.len();
        met.extend(dry::cells(&case, menu).await);
        assert!(met.len() > before, "a case that meets nothing new: {case:?}");
    }
    (calls, met)
}

async fn check(has_function: bool) {
    let (calls, met) = toured(has_function).await;
    assert_eq!(met, *reachable(has_function), "neither less nor more");
    assert!(calls * 2 <= met.len() * 5, "{calls} calls for {} cells", met.len());
}

#[tokio::test]
async fn without_a_function_every_cell_is_met_in_at_most_two_and_a_half_calls_each() {
    check(false).await;
}

#[tokio::test]
#[ignore = "takes a minute without optimisation"]
async fn every_cell_is_met_in_at_most_two_and_a_half_calls_each() {
    check(true).await;
}

#[test]
fn every_way_reaches_something_that_none_before_it_does() {
    for has_function in [false, true] {
        let ground = Ground::shared(has_function);
        let mut known = Cells::new();
        for lead in &ground.leads {
            let before = known.len();
            known.extend(&lead.cells);
            assert!(known.len() > before, "{:?}", lead.steps);
        }
        let ways = ways::kept().iter().filter(|way| way.has_function == has_function);
        assert_eq!(ground.leads.len(), ways.count(), "every way ends where the state is certain");
    }
}

fn lines(ways: &[Way]) -> BTreeSet<String> {
    ways.iter().map(|way| serde_json::to_string(way).expect("ways are plain data")).collect()
}

/// The kept ways of at most so many requests.
fn kept(longest: usize) -> BTreeSet<String> {
    let short: Vec<_> = ways::kept().iter().filter(|way| way.steps.steps.len() <= longest).cloned().collect();
    lines(&short)
}

#[test]
fn the_short_ways_are_those_that_the_search_finds() {
    let found = [true, false].map(|has_function| search(has_function, 3)).concat();
    assert_eq!(lines(&found), kept(3));
}

#[test]
fn the_longest_ways_reach_nothing_new() {
    assert_eq!(kept(LONGEST_WAY), kept(LONGEST_WAY - 1));
}

#[test]
#[ignore = "takes minutes"]
fn the_ways_are_those_that_the_search_finds() {
    let found = [true, false].map(|has_function| search(has_function, LONGEST_WAY)).concat();
    assert_eq!(lines(&found), kept(LONGEST_WAY));
}

#[test]
fn worlds_that_differ_in_the_names_of_versions_are_alike() {
    let request = |op: &str, token: u8| -> Request {
        let id = if op == "CreateSecret" { "Name" } else { "SecretId" };
        let members = json!({ id: "$s1", "ClientRequestToken": format!("$t{token}"), "SecretString": "value-a" });
        serde_json::from_value(json!({ "op": op, "request": members })).expect("a request")
    };
    let likeness = |tokens: &[u8]| {
        let mut twin = Twin::new(false);
        for (index, token) in tokens.iter().enumerate() {
            twin.take(&request(if index == 0 { "CreateSecret" } else { "PutSecretValue" }, *token));
        }
        twin.worlds().map(|world| Likeness::of(&world)).collect::<Vec<_>>()
    };
    assert_eq!(likeness(&[1, 2]), likeness(&[5, 3]));
    assert_eq!(likeness(&[1, 2, 3, 4]), likeness(&[1, 2, 3, 4, 5]), "versions without a label count once");
    assert_ne!(likeness(&[1, 2]), likeness(&[1]));
}
