//! Calls that are never answered, many of them.

use super::*;
use crate::history::{Fate, Moment, Silence};
use crate::model::{Answer, CreateSecret, DescribeSecret, ErrorType, Functions, Operation, PutSecretValue, Request};
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

fn token(number: u32) -> Text {
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
        assert_eq!((lossy.slot.states().len(), lossy.slot.open_calls().count()), (1, 0));
    }
    assert!(!lossy.slot.is_retired() && !lossy.inconclusive);
}

#[test]
fn worlds_do_not_pile_up_however_many_calls_are_lost() {
    let mut lossy = Lossy::new();
    let mut most = 0;
    for number in 1..=130 {
        most = most.max(lossy.ask(&put(number), number % 5 == 0));
        assert!(lossy.slot.states().len() <= MOST_STATES || lossy.slot.is_retired(), "none is left out in silence");
    }
    assert!(most < 20_000, "{most} worlds");
    assert!(lossy.slot.is_retired() && lossy.inconclusive, "it says that it does not know");
}

#[test]
fn eight_lost_calls_may_be_open_and_any_number_that_is_answered() {
    let mut lossy = Lossy::new();
    for number in 1..=8 {
        lossy.ask(&put(number), true);
    }
    for number in 10..20 {
        let reply = Reply::Answer(Answer::error(ErrorType::InvalidRequestException, None));
        let at = Moment(1_000_000);
        let call = Call { number, request: put(number), called: at, returned: at, reply };
        assert!(!lossy.slot.open(&call));
    }
    assert!(!lossy.slot.is_retired() && !lossy.inconclusive);
    lossy.ask(&put(9), true);
    assert!(lossy.slot.is_retired() && lossy.inconclusive);
}
