//! `serve`: the reference service on a port.

use std::sync::Arc;

use super::{Exit, ServeArgs, block_on, complain, print};
use crate::service::{Config, Service, http};

pub(super) fn serve(args: ServeArgs) -> Exit {
    block_on(listen(args)).unwrap_or_else(|exit| exit)
}

async fn listen(args: ServeArgs) -> Exit {
    let listener = match tokio::net::TcpListener::bind(args.addr).await {
        Ok(listener) => listener,
        Err(error) => {
            complain(&format!("failed to listen on {}: {error}; choose another port with --addr", args.addr));
            return Exit::Usage;
        }
    };
    let address = listener.local_addr().map_or_else(|_| args.addr.to_string(), |address| address.to_string());
    print(&format!("listening on http://{address}\n"));
    let interrupted = async {
        let _ = super::interrupt::told_to_end().await;
    };
    let config = Config { defects: args.defect, variants: args.variant, ..Config::default() };
    match http::serve(listener, Arc::new(Service::new(config)), interrupted).await {
        Ok(()) => Exit::Success,
        Err(error) => {
            complain(&format!("failed to serve: {error}"));
            Exit::Internal
        }
    }
}
