//! Candidates for a shorter case that violates the same rule, of whatever kind.

use tokio::sync::OnceCell;

use super::index::{End, Index};
use super::need::{Filter, Need};
use super::neighbour::{neighbours, of_same_operation};
use super::reduce::{secret_of, simpler, without};
use super::route::{Scene, look};
use crate::model::Request;
use crate::rule::RuleId;
use crate::runner::{Beaten, dry};
use crate::strategy::{Alphabet, Atlas, Case, Menu, complete_read};

/// How many neighbours of the shortest case are tried before other short cases.
const NEIGHBOURS_AT_FIRST: usize = 6;

/// A case, and what its last call must bring by the model before it is worth a call.
type Candidate = (Case, Need);

/// The cases to try, the most promising first: the case with less in it, with another request in place of one, what
/// short cases demand of the rule by the model, and the end of the case where other ways lead; at last other requests of
/// the same operation, and neighbours of the case with plain reads.
pub(super) async fn candidates(atlas: &Atlas, menu: Menu, beaten: &Beaten) -> Vec<Candidate> {
    let (case, rule, length) = (&beaten.case, Filter::Rule(beaten.rule), beaten.case.steps.len());
    let [first, others] = Index::shared(menu).ends_of(beaten.rule, length);
    let laws = if first.is_empty() { deciding(beaten.rule, length - 1, menu).await } else { Vec::new() };
    let need = need_of(beaten, menu).await;
    let further = [of_same_operation(atlas, case, rule), neighbours(atlas, &with_plain_reads(case), rule)].concat();
    let mut neighbours = held_to(&need, neighbours(atlas, case, rule)).into_iter();
    let elsewhere = scenes(atlas, case).into_iter().flat_map(|scene| scene.elsewhere(length - 1, rule)).collect();

    let mut candidates = free(shortened(case));
    candidates.extend(free(laws));
    candidates.extend(neighbours.by_ref().take(NEIGHBOURS_AT_FIRST));
    candidates.extend(free(cases_of(&first)));
    candidates.extend(in_turns([neighbours.collect(), free(elsewhere), free(cases_of(&others))]));
    candidates.extend(held_to(&need, further));
    candidates
}

/// The case with DescribeSecret in place of every read but the last step: it asks for nothing that may not be there.
fn with_plain_reads(case: &Case) -> Case {
    let Some((last, before)) = case.steps.split_last() else { return case.clone() };
    let plain = |step: &Request| secret_of(step).filter(|_| step.operation.is_read()).map(look);
    let before = before.iter().map(|step| plain(step).unwrap_or_else(|| step.clone()));
    Case { steps: before.chain([last.clone()]).collect() }
}

/// What a neighbour must bring: it decides the rule, if the case does.
async fn need_of(beaten: &Beaten, menu: Menu) -> Need {
    let need = Need::Rule(beaten.rule);
    if need.is_met_by(&beaten.case, menu).await { need } else { Need::Nothing }
}

fn held_to(need: &Need, cases: Vec<Case>) -> Vec<Candidate> {
    cases.into_iter().map(|case| (case, need.clone())).collect()
}

fn free(cases: Vec<Case>) -> Vec<Candidate> {
    held_to(&Need::Nothing, cases)
}

fn cases_of(ends: &[&End]) -> Vec<Case> {
    ends.iter().map(|end| end.case()).collect()
}

/// The first of each kind, then the second of each.
fn in_turns<T, const KINDS: usize>(kinds: [Vec<T>; KINDS]) -> impl Iterator<Item = T> {
    let mut ranked: Vec<_> = kinds.into_iter().flat_map(|kind| kind.into_iter().enumerate()).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, item)| item)
}

/// The case without each of its calls, without the last and the one before written more simply, and with one read for two.
fn shortened(case: &Case) -> Vec<Case> {
    let without_each = (1..=case.steps.len()).rev().map(|end| without(case, end - 1, end));
    let before = case.steps.split_last().and_then(|(_, before)| before.split_last());
    let simpler = before.into_iter().flat_map(|(last, before)| {
        simpler(last).into_iter().map(|last| Case { steps: before.iter().cloned().chain([last]).collect() })
    });
    without_each.chain(simpler).chain(read_twice(case)).collect()
}

/// The case with its last read, written plainly, in place of the step before it too, and without the one before that: what
/// reads show of each other needs no change between them.
fn read_twice(case: &Case) -> Option<Case> {
    let last = case.steps.last()?;
    let before = case.steps.get(..case.steps.len().checked_sub(3)?)?;
    let reads = complete_read(secret_of(last)?.parse().ok()?);
    let read = Request::from(reads.into_iter().find(|read| read.name() == last.operation.name())?);
    Some(Case { steps: [before, &[read.clone(), read]].concat() })
}

/// The scenes of a case: that of its last step, or of the reads that it ends with, and that with the step before.
fn scenes<'a>(atlas: &'a Atlas, case: &Case) -> Vec<Scene<'a>> {
    let reads = case.steps.iter().rev().take_while(|step| step.operation.is_read()).count();
    let from = case.steps.len().saturating_sub(reads.max(1));
    let before = from.checked_sub(1).filter(|_| reads > 0);
    before.into_iter().chain([from]).filter_map(|from| Scene::from(atlas, case, from)).collect()
}

/// The cases of one call, or of two, that decide a rule at their end where the model states no fact of it about a single
/// secret, since it is a law about any answer or tells secrets apart.
async fn deciding(rule: RuleId, longest: usize, menu: Menu) -> Vec<Case> {
    static DECIDED: [OnceCell<Vec<Decided>>; Menu::COUNT] = [const { OnceCell::const_new() }; Menu::COUNT];
    let decided = DECIDED[menu.number()].get_or_init(|| short_cases(menu)).await;
    let cases = decided.iter().filter(|(case, rules)| case.steps.len() <= longest && rules.contains(&rule));
    cases.map(|(case, _)| case.clone()).collect()
}

/// A case, and the rules that its last call decides.
type Decided = (Case, Vec<RuleId>);

/// The cases of one call, then those of two.
async fn short_cases(menu: Menu) -> Vec<Decided> {
    let (atlas, alphabet) = (Atlas::detailed(menu), Alphabet::new(menu));
    let first = atlas.choices(&atlas.after(&[]), 1).into_iter().map(|choice| choice.steps);
    let mut cases = Vec::new();
    for before in std::iter::once(Vec::new()).chain(first) {
        for letter in alphabet.letters(&atlas.after(&before), before.len() + 1) {
            let case = Case { steps: before.iter().cloned().chain([letter]).collect() };
            let decided = dry::decided(&case, menu).await.pop().unwrap_or_default();
            cases.push((case, decided));
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: Menu = Menu { has_function: true, has_missing_function: true, has_acting_function: false };

    #[tokio::test]
    async fn one_call_decides_a_law_about_any_answer_with_a_date() {
        let cases = deciding(RuleId::Wire006, 1, MENU).await;
        assert!(!cases.is_empty() && cases.len() < 40, "{}", cases.len());
        assert!(cases.iter().all(|case| case.steps.len() == 1));
        assert!(deciding(RuleId::State006, 1, MENU).await.is_empty(), "no version has AWSPREVIOUS after one call");
    }

    #[tokio::test]
    async fn two_calls_decide_what_one_secret_must_not_know_of_another() {
        let cases = deciding(RuleId::Idem015, 2, MENU).await;
        assert!(!cases.is_empty() && cases.iter().all(|case| case.steps.len() == 2), "{cases:?}");
    }

    fn case(steps: &[&str]) -> Case {
        serde_json::from_str(&format!("[{}]", steps.join(","))).expect("written in this test")
    }

    const CREATE: &str =
        r#"{"op":"CreateSecret","request":{"Name":"$s1","ClientRequestToken":"$t1","SecretString":"value-a"}}"#;
    const PUT: &str =
        r#"{"op":"PutSecretValue","request":{"SecretId":"$s1","ClientRequestToken":"$t2","SecretString":"value-b"}}"#;

    #[test]
    fn one_read_twice_may_show_what_a_change_and_a_read_do() {
        let named = r#"{"op":"GetSecretValue","request":{"SecretId":"$s1","VersionId":"$t2"}}"#;
        let plain = r#"{"op":"GetSecretValue","request":{"SecretId":"$s1"}}"#;
        let shortened = shortened(&case(&[CREATE, PUT, PUT, named]));
        assert!(shortened.contains(&case(&[CREATE, plain, plain])), "{shortened:?}");
        assert_eq!(read_twice(&case(&[CREATE, PUT, PUT])), None, "no read is there");
        assert_eq!(read_twice(&case(&[plain, plain])), None, "nothing is left out");
    }

    #[test]
    fn what_the_last_call_shows_the_one_before_may_if_written_simply() {
        let rotate =
            |token| format!(r#"{{"op":"RotateSecret","request":{{"SecretId":"$s1","ClientRequestToken":"{token}"}}}}"#);
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let shortened = shortened(&case(&[CREATE, &rotate("$t91"), describe]));
        assert!(shortened.contains(&case(&[CREATE, &rotate("$t89")])), "{shortened:?}");
    }

    #[tokio::test]
    async fn the_end_is_tried_where_other_ways_lead_to_a_state_like_its_own() {
        let put = |token, stages| {
            format!(
                r#"{{"op":"PutSecretValue","request":{{"SecretId":"$s1","ClientRequestToken":"{token}","SecretString":"value-b","VersionStages":[{stages}]}}}}"#
            )
        };
        let rotate = |token| {
            format!(
                r#"{{"op":"RotateSecret","request":{{"SecretId":"$s1","ClientRequestToken":"{token}","RotationLambdaARN":"$function"}}}}"#
            )
        };
        let back = r#"{"op":"UpdateSecretVersionStage","request":{"SecretId":"$s1","VersionStage":"AWSCURRENT","MoveToVersionId":"$s1.AWSPREVIOUS","RemoveFromVersionId":"$s1.AWSCURRENT"}}"#;
        let both = r#""AWSCURRENT","AWSPENDING""#;
        let long = case(&[CREATE, PUT, &put("$t3", both), back, &rotate("$t4")]);
        let pending = r#""AWSPENDING""#;
        let short = case(&[CREATE, &put("$t2", pending), &put("$t3", pending), &rotate("$t4")]);
        let scenes = scenes(Atlas::detailed(MENU), &long);
        let elsewhere: Vec<Case> =
            scenes.iter().flat_map(|scene| scene.elsewhere(4, Filter::Rule(RuleId::Prog001))).collect();
        assert!(elsewhere[..3].contains(&short), "{elsewhere:?}");
        assert!(elsewhere.iter().all(|case| case.steps.len() <= 4));
        assert!(
            scenes.iter().all(|scene| scene.elsewhere(4, Filter::Rule(RuleId::Prog009)).is_empty()),
            "nothing of that is demanded"
        );
    }

    #[test]
    fn kinds_take_turns() {
        let turns: Vec<_> = in_turns([vec![1, 2, 3], vec![10], vec![20, 21]]).collect();
        assert_eq!(turns, [1, 10, 20, 2, 21, 3]);
    }

    #[test]
    fn what_may_not_be_there_is_not_asked_for_in_between() {
        let read = |members: &str| format!(r#"{{"op":"GetSecretValue","request":{{"SecretId":"$s1"{members}}}}}"#);
        let previous = read(r#","VersionStage":"AWSPREVIOUS""#);
        let describe = r#"{"op":"DescribeSecret","request":{"SecretId":"$s1"}}"#;
        let plain = with_plain_reads(&case(&[CREATE, &previous, PUT, &previous]));
        assert_eq!(plain, case(&[CREATE, describe, PUT, &previous]));
    }
}
