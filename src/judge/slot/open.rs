//! One call that has been made and may still take effect.

use std::sync::Arc;

use super::is_lost;
use crate::history::Call;
use crate::model::{Operation, VersionId};

/// A call that may still take effect.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) call: Arc<Call>,
    /// Where states tell whether it has taken effect.
    pub(super) place: u32,
    /// Whether an answered change overlaps it.
    pub(super) is_raced: bool,
    /// Whether it is a plain put that another plain put overlaps (ROT-CONC-006).
    pub(super) races_a_put: bool,
    /// Whether it is passed over for now.
    pub(super) is_left_out: bool,
}

impl Open {
    pub(super) fn new(call: Arc<Call>, place: u32) -> Self {
        Self { call, place, is_raced: false, races_a_put: false, is_left_out: false }
    }

    /// Takes note of another call that is open at the same time.
    pub(super) fn meet(&mut self, other: &Call) {
        self.is_raced |= !is_lost(other) && !other.request.operation.is_read();
        let pair = token_of_plain_put(&self.call).zip(token_of_plain_put(other));
        self.races_a_put |= pair.is_some_and(|(own, token)| own != token);
    }

    /// Whether it may change the secret.
    pub(super) fn is_change(&self) -> bool {
        !self.call.request.operation.is_read()
    }
}

/// The token of a put that names no labels.
pub(super) fn token_of_plain_put(call: &Call) -> Option<&VersionId> {
    match &call.request.operation {
        Operation::PutSecretValue(put) if put.version_stages.is_none() => put.client_request_token.as_ref(),
        _ => None,
    }
}
