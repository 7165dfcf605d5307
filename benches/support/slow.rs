//! A server whose answers take 50 milliseconds on their way, and how calls per second grow with the cases at once.

use std::sync::Arc;
use std::time::Duration;

use rotation_conformance::endpoint::Stop;
use rotation_conformance::runner::{Options, Run};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::{client, options, runtime};
use crate::server::Server;

const LATENCY: Duration = Duration::from_millis(50);
/// How long the cases run before the first look and between the two.
const WARM_UP: Duration = Duration::from_secs(2);
const WATCHED: Duration = Duration::from_secs(4);

/// Prints how calls per second grow.
pub(crate) fn print_growth() {
    println!("calls per second with {} ms of latency, and per case at once", LATENCY.as_millis());
    for jobs in [1, 4, 16, 64] {
        let per_second = calls_per_second(jobs);
        println!("  {jobs:>3} cases at once {per_second:>9.1} {:>9.1}", per_second / jobs as f64);
    }
}

fn calls_per_second(jobs: usize) -> f64 {
    let server = Server::start();
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        tokio::spawn(delay(listener, server.address().to_owned()));
        let stop = Stop::default();
        let endless = Options { cases: u64::MAX, ..options(1, jobs) };
        let run = Run::new(Arc::new(client(&url)), endless, stop.clone());
        let progress = run.progress();
        let running = tokio::spawn(async move { run.run().await });
        sleep(WARM_UP).await;
        let before = progress.calls();
        sleep(WATCHED).await;
        let calls = progress.calls() - before;
        stop.set();
        running.await.expect("a run does not panic");
        calls as f64 / WATCHED.as_secs_f64()
    })
}

/// Passes connections on to a server, with each answer held back.
async fn delay(listener: TcpListener, server: String) -> io::Result<()> {
    loop {
        let (client, _) = listener.accept().await?;
        let server = TcpStream::connect(&server).await?;
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
        }
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        tokio::spawn(async move { io::copy(&mut from_client, &mut to_server).await });
        tokio::spawn(async move {
            let mut answer = vec![0; 1 << 16];
            loop {
                let length = from_server.read(&mut answer).await?;
                if length == 0 {
                    return to_client.shutdown().await;
                }
                sleep(LATENCY).await;
                to_client.write_all(&answer[..length]).await?;
            }
        });
    }
}
