//! What a judged call costs over HTTP, beside a bare client and a load generator that make the same requests of the
//! same server; and whether many cases at once help where answers take their time.
//!
//! What a client uses of the CPU is measured for this process alone: the server is another. Each round takes all of
//! them in turns, so that what else the machine does touches them alike. With `-- --endpoint URL` it compares calls per
//! second on an emulator too.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures of a benchmark have few digits")]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/clock.rs"]
mod clock;
#[path = "support/emulator.rs"]
mod emulator;
#[path = "support/rounds.rs"]
mod rounds;
#[path = "support/server.rs"]
mod server;
#[path = "support/slow.rs"]
mod slow;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bare::Recording;
use rotation_conformance::client::{self, Client, parse_endpoint};
use rotation_conformance::endpoint::{Endpoint, Stop};
use rotation_conformance::model::Functions;
use rotation_conformance::runner::{Options, Run};
use rotation_conformance::service::{Config, Service};
use rotation_conformance::wire::Encoded;
use rounds::Rounds;
use server::Server;
use tokio::runtime::{Builder, Runtime};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: u64 = 5;
const CASES: u64 = 2_000;
const FUNCTION: &str = "rotation-conformance";

/// What a number of calls took.
struct Took {
    calls: f64,
    cpu_us: f64,
    wall_s: f64,
}

impl Took {
    fn cpu_us_per_call(&self) -> f64 {
        self.cpu_us / self.calls
    }

    fn calls_per_s(&self) -> f64 {
        self.calls / self.wall_s
    }
}

fn main() {
    let rounds: Vec<[Took; 4]> = (0..ROUNDS).map(round).collect();
    let of = |figure: fn(&[Took; 4]) -> f64| rounds.iter().map(figure).collect::<Rounds>();
    println!("                                               median (least to most)");
    println!("µs of client CPU per call, one case at a time {}", of(|[one, ..]| one.cpu_us_per_call()));
    println!("µs of client CPU per call, 32 cases at once   {}", of(|[_, many, ..]| many.cpu_us_per_call()));
    println!("µs of client CPU per call, bare client        {}", of(|[_, _, bare, _]| bare.cpu_us_per_call()));
    println!(
        "  ratio, one case at a time to the bare client {}",
        of(|[one, _, bare, _]| one.cpu_us_per_call() / bare.cpu_us_per_call())
    );
    println!(
        "  ratio, 32 cases at once to one               {}",
        of(|[one, many, ..]| many.cpu_us_per_call() / one.cpu_us_per_call())
    );
    println!("calls per second, one case at a time          {}", of(|[one, ..]| one.calls_per_s()));
    println!("calls per second, load generator              {}", of(|[.., load]| load.calls_per_s()));
    println!(
        "  ratio, one case at a time to load generator  {}",
        of(|[one, .., load]| one.calls_per_s() / load.calls_per_s())
    );
    slow::print_growth();
    if let Some(url) = std::env::args().skip_while(|argument| argument != "--endpoint").nth(1) {
        emulator::print_comparison(&url);
    }
}

/// One case at a time, 32 at once, the bare client, and the load generator.
fn round(seed: u64) -> [Took; 4] {
    let requests = requests(seed);
    let sent = requests.len() as f64;
    [
        judged(seed, 1),
        judged(seed, 32),
        measured(&runtime(), |server, runtime| {
            runtime.block_on(bare::send_all(&server.url, &requests));
            sent
        }),
        measured(&runtime(), |server, _| {
            bare::blast(server.address(), &requests);
            sent
        }),
    ]
}

/// One thread, as the command line has it.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("threads can be started")
}

/// A run against a server of its own.
fn judged(seed: u64, jobs: usize) -> Took {
    measured(&runtime(), |server, runtime| {
        let client = client(&server.url);
        let result = runtime.block_on(run(Arc::new(client), options(seed, jobs)));
        result.calls.find as f64 + result.calls.clean as f64
    })
}

fn client(url: &str) -> Client {
    let target = parse_endpoint(url, None).expect("it is on this machine");
    Client::new(target, client::Options::default()).expect("no certificates are needed")
}

async fn run<E: Endpoint + 'static>(endpoint: Arc<E>, options: Options) -> rotation_conformance::runner::RunResult {
    let result = Run::new(endpoint, options, Stop::default()).run().await;
    let fails = result.findings.iter().find(|finding| finding.violation.fails(false));
    assert!(fails.is_none(), "the reference service follows its own model: {fails:?}");
    result
}

fn options(seed: u64, jobs: usize) -> Options {
    let arn = Service::new(Config::default()).function_arn(FUNCTION);
    Options {
        seed,
        cases: CASES,
        jobs,
        max_calls: u64::MAX,
        quiet_calls: u64::MAX,
        prefix: "rc-bench".to_owned(),
        fixed: Vec::new(),
        functions: Functions {
            missing: vec![format!("{arn}-missing").into()],
            accepted: vec![arn.into()],
            ..Functions::default()
        },
        ..Options::default()
    }
}

/// The requests of a run of one case at a time, which are a function of the seed and the answers.
fn requests(seed: u64) -> Vec<Encoded> {
    let service = Service::new(Config::default());
    service.register_function(FUNCTION);
    let recording = Arc::new(Recording::of(service));
    runtime().block_on(run(Arc::clone(&recording), options(seed, 1)));
    recording.take()
}

/// Measures what this process uses while it makes calls of a new server; tells their number.
#[expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
fn measured(runtime: &Runtime, work: impl FnOnce(&Server, &Runtime) -> f64) -> Took {
    let server = Server::start();
    let provisioned = runtime.block_on(client(&server.url).functions().provision_function(FUNCTION));
    provisioned.expect("the server has Lambda's API").expect("and makes functions");
    let (cpu_us, started) = (clock::process_us(), Instant::now());
    let calls = work(&server, runtime);
    Took { calls, cpu_us: clock::process_us() - cpu_us, wall_s: Duration::as_secs_f64(&started.elapsed()) }
}
