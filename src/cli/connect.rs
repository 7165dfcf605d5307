//! The endpoint of a run: the embedded service, or one that is reached, with complaints about what went wrong on the
//! way.

use std::sync::Arc;

use super::complain;
use crate::client::Connection;
use crate::endpoint::{Endpoint, Host, Stop};
use crate::function::{self, Listening};
use crate::model::Functions;
use crate::runner::Options;
use crate::service::{Config, Service};
use crate::settings::Reach;

/// The name of the embedded reference service in reports.
pub(super) const EMBEDDED: &str = "the embedded reference service";

/// The reference service in this process, with a function that it accepts, one that the run plays and one that does not
/// exist, and where it calls the second.
pub(super) fn embedded() -> (Arc<Service>, Functions, Arc<Host>) {
    let host = Arc::default();
    let service = Service::new(Config::default()).hosted(&host);
    let functions = service.functions();
    (Arc::new(service), functions, host)
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

/// Plays a function where the endpoint calls one; that it does not leaves rules out, and is no more than a complaint.
pub(super) async fn play<E: Endpoint>(
    endpoint: &E,
    connection: &mut Connection,
    options: &mut Options,
    reach: &Reach,
) -> Option<Listening> {
    let address = reach.function_listen?;
    let function = connection.provision_acting(reach.region()).await;
    match function::play(address, function, endpoint, options).await {
        Ok(listening) => Some(listening),
        Err(error) => {
            complain(&format!("failed to {error}"));
            None
        }
    }
}

/// Removes what was made for the run.
pub(super) async fn close(connection: Connection) {
    if let Err(error) = connection.close().await {
        complain(&format!("failed to {error}"));
    }
}
