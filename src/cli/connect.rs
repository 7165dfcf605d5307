//! The endpoint of a run: the embedded service, or one that is reached, with complaints about what went wrong on the
//! way.

use std::sync::Arc;

use super::complain;
use crate::client::Connection;
use crate::endpoint::{Endpoint, Stop};
use crate::model::Functions;
use crate::runner::Options;
use crate::service::{Config, Service};
use crate::settings::Reach;

/// The name of the embedded reference service in reports.
pub(super) const EMBEDDED: &str = "the embedded reference service";

/// The reference service in this process, with a function that it accepts and one that does not exist.
pub(super) fn embedded() -> (Arc<Service>, Functions) {
    let service = Service::new(Config::default());
    let functions = service.functions();
    (Arc::new(service), functions)
}

/// Reaches an endpoint; that it makes no function leaves rules out, and is no more than a complaint.
pub(super) async fn open(url: &str, reach: &Reach, stop: &Stop) -> Result<Connection, String> {
    let connection = Connection::open(url, reach, stop).await.map_err(|error| format!("failed to {error}"))?;
    if let Some(error) = &connection.no_function {
        complain(&format!("failed to make a function, so that rules about accepted rotations are left out: {error}"));
    }
    Ok(connection)
}

/// Tells whether the function that was named acts.
pub(super) async fn try_function<E: Endpoint>(endpoint: &E, options: &mut Options, reach: &Reach, is_loopback: bool) {
    let left = reach.try_function(endpoint, options, is_loopback).await;
    if !left.is_empty() {
        complain(&format!("failed to delete what is left behind: {}", left.join(", ")));
    }
}

/// Removes what was made for the run.
pub(super) async fn close(connection: Connection) {
    if let Err(error) = connection.close().await {
        complain(&format!("failed to {error}"));
    }
}
