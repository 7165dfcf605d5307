//! The search for worlds that explain an answer, calls that are still open included.

use super::{Slot, State, Trial};
use crate::history::{Call, Reply};
use crate::judge::blame::{self, Score};
use crate::model::{Body, Outcome, Setting, World, outcomes};
use crate::verdict::Exercise;

/// A world that explains the answer.
pub(super) struct Survivor {
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) score: Score,
    pub(super) changes: bool,
}

impl Slot {
    /// All worlds that explain the answer.
    pub(super) fn search(&self, trial: &Trial<'_>, budget: &mut usize, exercise: &mut Exercise) -> Vec<Survivor> {
        let mut survivors = Vec::with_capacity(self.states.len());
        for (index, state) in self.states.iter().enumerate() {
            if let Some(position) = state.done.iter().position(|number| *number == trial.call.number) {
                let mut state = state.clone();
                state.done.remove(position);
                let outcome = Outcome { refusal: None, facts: Vec::new(), next: None, reading: None };
                survivors.push(Survivor { state, outcome, score: Score::default(), changes: false });
                continue;
            }
            let first = (index == 0).then_some(&mut *exercise);
            self.explore(state, trial, budget, &mut survivors, first);
        }
        survivors
    }

    /// The worlds that explain the answer, those in which a rotation has ended unseen included if no other does so fully:
    /// they come first where they explain it better, and the others remain possible, or a text would decide.
    pub(super) fn or_with_rotations_ended(
        &self,
        survivors: Vec<Survivor>,
        trial: &Trial<'_>,
        budget: &mut usize,
    ) -> Vec<Survivor> {
        if survivors.first().is_some_and(|nearest| nearest.score.fidelity() == 0) {
            return survivors;
        }
        let mut others = Vec::new();
        for state in &self.states {
            if let Some(world) = state.world.with_rotation_ended() {
                self.explore(&State { world, done: state.done.clone() }, trial, budget, &mut others, None);
            }
        }
        let others = nearest_first(others);
        let is_better = match (others.first(), survivors.first()) {
            (Some(other), Some(nearest)) => other.score.fidelity() < nearest.score.fidelity(),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if is_better { others.into_iter().chain(survivors).collect() } else { survivors }
    }

    /// Lets the call take effect in a state, before or after other calls that are still open.
    fn explore(
        &self,
        state: &State,
        trial: &Trial<'_>,
        budget: &mut usize,
        survivors: &mut Vec<Survivor>,
        exercise: Option<&mut Exercise>,
    ) {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        let possible = outcomes(&state.world, &trial.call.request, &trial.setting);
        if let Some(exercise) = exercise {
            blame::arm(&possible, exercise);
        }
        for mut outcome in possible {
            let score = Score::of(&outcome, trial.answer);
            if score.is_permitted() {
                let next = outcome.next.take();
                let changes = next.is_some() && !trial.call.request.operation.is_read();
                let state = State { world: next.unwrap_or_else(|| state.world.clone()), done: state.done.clone() };
                survivors.push(Survivor { state, outcome, score, changes });
            }
        }
        let others = self.open.iter().filter(|open| open.number != trial.call.number);
        for other in others.filter(|other| !state.done.contains(&other.number)) {
            for world in effects(&state.world, other, trial) {
                let mut done = state.done.clone();
                done.push(other.number);
                self.explore(&State { world, done }, trial, budget, survivors, None);
            }
        }
    }
}

/// The survivors, those that the answer fits best first.
pub(super) fn nearest_first(mut survivors: Vec<Survivor>) -> Vec<Survivor> {
    survivors.sort_by_key(|survivor| survivor.score.fidelity());
    survivors
}

/// The worlds after another open call has taken effect: any acceptance, or the one that its answer shows.
pub(super) fn effects(world: &World, other: &Call, trial: &Trial<'_>) -> Vec<World> {
    let setting = Setting {
        call: other.number,
        action: other.request.operation.action(),
        called: Some(other.called.into()),
        ..trial.setting
    };
    let possible = outcomes(world, &other.request, &setting);
    match &other.reply {
        Reply::Nothing(_) => {
            possible.into_iter().filter(Outcome::is_accepted).filter_map(|outcome| outcome.next).collect()
        }
        Reply::Answer(answer) => possible
            .into_iter()
            .filter(|outcome| Score::of(outcome, answer).is_permitted())
            .filter_map(|outcome| {
                let mut next = outcome.next.unwrap_or_else(|| world.clone());
                if let Body::Output(output) = &answer.body {
                    next.bind(&other.request.operation, output, answer.partial, other.returned.into()).ok()?;
                }
                Some(next)
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{BUDGET, MOST_STATES};
    use super::*;
    use crate::history::{Fate, Moment, Silence};
    use crate::model::{
        Answer, CreateSecret, DescribeSecret, ErrorType, Functions, Operation, PutSecretValue, Request,
    };
    use crate::service::{Config, Service};

    /// One name and the service that answers for it; a lost request is carried out.
    struct Lossy {
        service: Service,
        slot: Slot,
        calls: u32,
        inconclusive: bool,
    }

    impl Lossy {
        fn new() -> Self {
            let (service, slot) = (Service::new(Config::default()), Slot::new("s".into()));
            let mut lossy = Self { service, slot, calls: 0, inconclusive: false };
            lossy.ask(&create(), false);
            lossy
        }

        /// How many worlds the judge looks at for the next call; 0 of one that is lost.
        fn ask(&mut self, request: &Request, is_lost: bool) -> usize {
            self.calls += 1;
            let answer = self.service.answer(request);
            let silence = Silence { request: Fate::Unknown, cause: String::new() };
            let reply = if is_lost { Reply::Nothing(silence) } else { Reply::Answer(answer.clone()) };
            let at = Moment(u64::from(self.calls) * 1_000);
            let call = Call { number: self.calls, request: request.clone(), called: at, returned: at, reply };
            if !request.operation.is_read() {
                self.inconclusive |= self.slot.open(&call);
            }
            if is_lost { 0 } else { self.judge(&call, &answer) }
        }

        fn judge(&mut self, call: &Call, answer: &Answer) -> usize {
            let setting = Setting {
                call: call.number,
                action: call.request.operation.action(),
                now: None,
                called: None,
                taken: &[],
                stamp: None,
                functions: &Functions::default(),
            };
            let trial = Trial { call, answer, setting, window: Duration::ZERO };
            let (mut budget, mut exercise) = (BUDGET, Exercise::default());
            if !self.slot.is_retired() {
                self.slot.search(&trial, &mut budget, &mut exercise);
            }
            let result = self.slot.judge(&trial, &mut exercise);
            assert_eq!(result.violations, []);
            self.inconclusive |= result.inconclusive;
            BUDGET - budget
        }
    }

    fn create() -> Request {
        let request = CreateSecret {
            name: Some("s".into()),
            client_request_token: Some(token(0)),
            secret_string: Some("a".into()),
            ..CreateSecret::default()
        };
        Operation::CreateSecret(request).into()
    }

    fn put(number: u32) -> Request {
        let request = PutSecretValue {
            secret_id: Some("s".into()),
            client_request_token: Some(token(number)),
            secret_string: Some("b".into()),
            ..PutSecretValue::default()
        };
        Operation::PutSecretValue(request).into()
    }

    fn token(number: u32) -> crate::model::Text {
        format!("{number:032}").into()
    }

    fn describe() -> Request {
        Operation::DescribeSecret(DescribeSecret { secret_id: Some("s".into()) }).into()
    }

    #[test]
    fn a_lost_call_that_has_shown_is_open_no_more() {
        let mut lossy = Lossy::new();
        for number in 1..=60 {
            lossy.ask(&put(number), true);
            let worlds = lossy.ask(&describe(), false);
            assert!((1..=2).contains(&worlds), "{worlds} worlds at put {number}");
            assert_eq!((lossy.slot.states.len(), lossy.slot.open.len()), (1, 0));
        }
        assert!(!lossy.slot.is_retired() && !lossy.inconclusive);
    }

    #[test]
    fn worlds_do_not_pile_up_however_many_calls_are_lost() {
        let mut lossy = Lossy::new();
        let mut most = 0;
        for number in 1..=130 {
            most = most.max(lossy.ask(&put(number), number % 5 == 0));
            assert!(lossy.slot.states.len() <= MOST_STATES || lossy.slot.is_retired(), "none is left out in silence");
        }
        assert!(most < 500, "{most} worlds");
        assert!(lossy.slot.is_retired() && lossy.inconclusive, "it says that it does not know");
    }

    #[test]
    fn four_lost_calls_may_be_open_and_any_number_that_is_answered() {
        let mut lossy = Lossy::new();
        for number in 1..=4 {
            lossy.ask(&put(number), true);
        }
        for number in 10..20 {
            let reply = Reply::Answer(Answer::error(ErrorType::InvalidRequestException, None));
            let at = Moment(1_000_000);
            let call = Call { number, request: put(number), called: at, returned: at, reply };
            assert!(!lossy.slot.open(&call));
        }
        assert!(!lossy.slot.is_retired() && !lossy.inconclusive);
        lossy.ask(&put(5), true);
        assert!(lossy.slot.is_retired() && lossy.inconclusive);
    }
}
