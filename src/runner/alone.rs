//! A last replay of each finding with nothing else under way: what was seen only because of what other cases did at the
//! same time is no matter of the calls that are reported.

use super::shrink::Lab;
use super::{Finding, Harvest, Run};
use crate::endpoint::Endpoint;
use crate::strategy::Atlas;

impl<E: Endpoint + 'static> Run<E> {
    /// Replays the findings that every replay has shown once more, one after the other, if several cases ran at once.
    /// Where one does not show alone, another of the same violation that does takes its place. Their leads had numbers
    /// below `first`.
    pub(super) async fn replay_alone(&self, harvest: &mut Harvest, first: usize) {
        if self.options.jobs < 2 {
            return;
        }
        let mut others = std::mem::take(&mut harvest.others);
        others.sort_by_key(Finding::weight);
        let mut lab = Lab::new(self, Atlas::detailed(self.menu()), first);
        for finding in harvest.findings.iter_mut().filter(|it| it.is_shown()) {
            let is_same = |other: &mut Finding| other.violation.fingerprint == finding.violation.fingerprint;
            let others = others.extract_if(.., is_same).collect();
            if !self.settle(finding, others, &mut lab, &mut harvest.calls.confirm).await {
                break;
            }
        }
        let examined = lab.examined(Vec::new());
        harvest.add(vec![examined]);
    }

    /// Replays a finding, then the others in its place until one shows; adds the calls, and tells whether there was an
    /// answer each time.
    async fn settle(&self, finding: &mut Finding, others: Vec<Finding>, lab: &mut Lab<'_, E>, calls: &mut u64) -> bool {
        let mut others = others.into_iter();
        let mut first = None;
        loop {
            let before = finding.calls_to_confirm;
            if !lab.replay_again(finding).await {
                return false;
            }
            *calls += finding.calls_to_confirm - before;
            if finding.is_shown() {
                return true;
            }
            let Some(other) = others.next() else { break };
            first.get_or_insert(std::mem::replace(finding, other));
        }
        if let Some(first) = first {
            *finding = first;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::endpoint::Stop;
    use crate::runner::find::Gathered;
    use crate::runner::{Enough, Options, Run};
    use crate::service::{Config, Service};
    use crate::verdict::Status;

    fn run(config: Config, jobs: usize) -> Run<Service> {
        let service = Arc::new(Service::new(config));
        let options = Options { jobs, enough: Enough::Seen(1), functions: service.functions(), ..Options::default() };
        Run::new(service, options, Stop::default())
    }

    /// What each finding of a service with a bug is after a replay against a service of these bugs.
    async fn after_a_replay(jobs: usize, is_buggy: bool) -> Vec<(Status, (u32, u32))> {
        let buggy = || Config { defects: vec!["current-removable".parse().unwrap()], ..Config::default() };
        let mut harvest = Harvest::new(&mut Gathered::default());
        harvest.findings = run(buggy(), 1).run().await.findings;
        assert!(!harvest.findings.is_empty());
        let config = if is_buggy { buggy() } else { Config::default() };
        run(config, jobs).replay_alone(&mut harvest, 0).await;
        assert_eq!(harvest.calls.confirm > 0, jobs > 1);
        harvest.findings.iter().map(|it| (it.status, it.replays)).collect()
    }

    #[tokio::test]
    async fn a_finding_that_does_not_show_alone_is_intermittent() {
        let findings = after_a_replay(2, false).await;
        assert!(findings.iter().all(|it| *it == (Status::Intermittent, (2, 3))), "{findings:?}");
    }

    #[tokio::test]
    async fn a_finding_that_shows_alone_stays_and_where_each_ran_alone_there_is_no_replay() {
        let findings = after_a_replay(2, true).await;
        assert!(findings.iter().all(|it| it.0 != Status::Intermittent && it.1 == (3, 3)), "{findings:?}");
        let findings = after_a_replay(1, false).await;
        assert!(findings.iter().all(|it| it.1 == (2, 2)), "{findings:?}");
    }

    /// The harvest of a service with a bug, with a shorter case of each finding that shows nothing.
    async fn with_shorter_cases(buggy: &Config) -> Harvest {
        let mut harvest = Harvest::new(&mut Gathered::default());
        for finding in run(buggy.clone(), 1).run().await.findings {
            let mut shorter = finding.clone();
            shorter.case.steps.truncate(1);
            harvest.keep_the_better(finding);
            harvest.keep_the_better(shorter);
        }
        harvest
    }

    #[tokio::test]
    async fn another_finding_that_shows_alone_takes_the_place_of_one_that_does_not() {
        let buggy = Config { defects: vec!["current-removable".parse().unwrap()], ..Config::default() };
        let mut harvest = with_shorter_cases(&buggy).await;
        assert!(!harvest.findings.is_empty() && harvest.findings.len() == harvest.others.len());
        assert!(harvest.findings.iter().all(|it| it.case.steps.len() == 1));
        run(buggy.clone(), 2).replay_alone(&mut harvest, 0).await;
        assert!(harvest.findings.iter().all(|it| it.case.steps.len() > 1 && it.replays == (3, 3)), "{harvest:?}");

        let mut harvest = with_shorter_cases(&buggy).await;
        run(Config::default(), 2).replay_alone(&mut harvest, 0).await;
        let is_told = |it: &Finding| it.case.steps.len() == 1 && it.status == Status::Intermittent;
        assert!(harvest.findings.iter().all(is_told), "where none shows, the best is told: {harvest:?}");
    }
}
