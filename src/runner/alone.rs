//! A last replay of each finding with nothing else under way: what was seen only because of what other cases did at the
//! same time is no matter of the calls that are reported.

use std::sync::atomic::Ordering;

use super::shrink::Lab;
use super::{Harvest, Run};
use crate::endpoint::Endpoint;
use crate::strategy::Atlas;
use crate::verdict::Status;

impl<E: Endpoint + 'static> Run<E> {
    /// Replays the findings that every replay has shown once more, one after the other, if several cases ran at once.
    /// Their leads had numbers below `first`.
    pub(super) async fn replay_alone(&self, harvest: &mut Harvest, first: usize) {
        if self.options.jobs < 2 {
            return;
        }
        let mut lab = Lab::new(self, Atlas::detailed(self.menu()), first);
        let is_shown = |status| matches!(status, Status::Fail | Status::Differs);
        for finding in harvest.findings.iter_mut().filter(|it| is_shown(it.status)) {
            let before = finding.calls_to_confirm;
            if self.stop.load(Ordering::Relaxed) || !lab.replay_again(finding).await {
                break;
            }
            harvest.calls.confirm += finding.calls_to_confirm - before;
        }
        let examined = lab.examined(Vec::new());
        harvest.add(vec![examined]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::runner::find::Gathered;
    use crate::runner::{Enough, Options, Run};
    use crate::service::{Config, Service};

    fn run(config: Config, jobs: usize) -> Run<Service> {
        let service = Arc::new(Service::new(config));
        let options = Options { jobs, enough: Enough::Seen(1), functions: service.functions(), ..Options::default() };
        Run::new(service, options, Arc::default())
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
}
