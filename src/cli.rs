//! The command line: what it means, what it prints, and how it exits.

mod cases;
mod connect;
mod files;
mod inspect;
mod interrupt;
mod output;
mod replay;
mod run;
mod selftest;
mod serve;
mod snapshots;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Builder;

use crate::rule::RuleId;
use crate::service::{Defect, Variant};
use crate::settings::{Reach, Settings};

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The endpoint conforms, or the command did what it was told.
    Success,
    /// A rule is violated.
    Violations,
    /// The command line or a file is wrong, or the endpoint cannot be reached at the start.
    Usage,
    /// The endpoint died, the run was interrupted, or a rule that must be exercised was not.
    Inconclusive,
    /// The harness itself could not work.
    Internal,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Violations => 1,
            Exit::Usage => 2,
            Exit::Inconclusive => 3,
            Exit::Internal => 70,
        })
    }
}

/// Property-based conformance tests for AWS Secrets Manager's `RotateSecret`, its secret versions and staging labels.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run random cases against an endpoint, or against the embedded reference service.
    Run(Box<RunArgs>),
    /// Replay the findings of a result, or one finding: does it still fail?
    Replay(ReplayArgs),
    /// Serve the reference service on a port.
    Serve(ServeArgs),
    /// Look for every defect that the reference service can be given: does each rule bite?
    Selftest(SelftestArgs),
    /// List the defects, and the permitted ways to answer otherwise.
    Defects,
    /// Judge a recorded history.
    Judge(JudgeArgs),
    /// List the rules.
    Rules(RulesArgs),
    /// Print the JSON Schema of what `run --json` writes.
    Schema,
    /// Print one rule: statement, check, strictness, source.
    Explain {
        /// The id, for instance ROT-PROG-001.
        id: String,
    },
}

#[derive(Args, Debug)]
struct RunArgs {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    cases: CaseArgs,
    /// End with exit code 3 if an applicable rule of level MUST or OBSERVED was not exercised, or the tour left
    /// something out.
    #[arg(long)]
    require_exercised: bool,
    /// Record the answers to the fixed scenarios first, normalised, one file each in this directory, for `diff -r`.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Write every call to this file, line by line, for `judge`.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which cases run.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct CaseArgs {
    /// Test one rule alone, for instance ROT-PROG-001, until a violation of its contract is found and confirmed.
    #[arg(long, value_name = "ID", value_parser = rule)]
    rule: Option<RuleId>,
    /// With --rule, go on after the first violation: the rule may be violated in other ways too.
    #[arg(long, requires = "rule")]
    keep_going: bool,
    /// Run the sweep alone: under four hundred calls that have every rule decided once where the endpoint conforms, and
    /// those of shrinking and confirming where it does not.
    #[arg(long, conflicts_with_all = ["tour", "rule"])]
    sweep_only: bool,
    /// Go through every kind of call that one secret can reach, in place of random cases; at most two and a half calls
    /// for each.
    #[arg(long, conflicts_with = "rule")]
    tour: bool,
    /// Leave out the cases about quotas, which take some two hundred calls once in a run on loopback.
    #[arg(long)]
    no_quotas: bool,
    /// Stop after so many calls that brought nothing new; 0 to go on.
    #[arg(long, value_name = "CALLS", default_value_t = 2_000)]
    quiet_calls: u64,
    /// Run these cases first, and save the minimal case of each finding to this directory.
    #[arg(long, value_name = "DIR")]
    cases_dir: Option<PathBuf>,
}

/// Where results go beside the terminal.
#[derive(Args, Debug)]
struct OutputArgs {
    /// Write the whole result to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the result to this file as JUnit XML, a test for each rule.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write scripts to this directory that show each failing finding, one with curl and one with aws-cli.
    #[arg(long, value_name = "DIR")]
    repro: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct ReplayArgs {
    /// What `run --json` has written, or one finding of it.
    file: PathBuf,
    /// The findings of this rule alone, for instance ROT-PROG-001.
    #[arg(long, value_name = "ID", value_parser = rule)]
    rule: Option<RuleId>,
    /// How often each finding is replayed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
    /// Write scripts to this directory that show each failing finding, one with curl and one with aws-cli.
    #[arg(long, value_name = "DIR")]
    repro: Option<PathBuf>,
    /// Fail on differences too, not on contract violations alone.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    target: Reach,
}

#[derive(Args, Debug)]
struct ServeArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:4599")]
    addr: std::net::SocketAddr,
    /// Switch a bug on; `defects` lists them. May be given more than once.
    #[arg(long, value_name = "NAME")]
    defect: Vec<Defect>,
    /// Answer in another permitted way; `defects` lists them too. May be given more than once.
    #[arg(long, value_name = "NAME")]
    variant: Vec<Variant>,
}

#[derive(Args, Debug)]
struct SelftestArgs {
    /// How many seeds each defect is looked for with.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Look for this defect alone; `defects` lists them. May be given more than once.
    #[arg(long, value_name = "NAME")]
    defect: Vec<Defect>,
    /// Try this permitted way to answer otherwise alone; `defects` lists them too. May be given more than once.
    #[arg(long, value_name = "NAME")]
    variant: Vec<Variant>,
    /// How many random cases the service without a defect runs; each of its variants runs one for twenty.
    #[arg(long, default_value_t = 10_000)]
    cases: u64,
    /// Give a defect up after so many calls.
    #[arg(long, default_value_t = 50_000)]
    max_calls: u64,
    /// Leave out the trials in which the fixed cases run before the random ones.
    #[arg(long)]
    no_sweep: bool,
    /// Write every trial to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Look for the shortest case of each defect and rule by search, breadth first over service and judge, instead of
    /// by random cases. Takes as long as it takes.
    #[arg(long)]
    minimum: bool,
    /// How many calls a case of that search has at most.
    #[arg(long, value_name = "N", default_value_t = 7, requires = "minimum")]
    depth: usize,
    /// Write the shortest case of each defect and rule to this file, as `specs/kills.ndjson` has them.
    #[arg(long, value_name = "FILE")]
    kills: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct JudgeArgs {
    /// The history: one JSON object a line.
    file: PathBuf,
    /// Print each world that was possible at a violating call, and the fact that excluded it.
    #[arg(long)]
    explain: bool,
    /// Fail on differences too.
    #[arg(long)]
    strict: bool,
    /// How many milliseconds a read may lag behind.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    consistency_window: u64,
}

#[derive(Args, Debug)]
struct RulesArgs {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or_else(|| Command::Run(Box::new(cli.run)));
    std::panic::catch_unwind(|| carry_out(command)).unwrap_or(Exit::Internal).into()
}

fn carry_out(command: Command) -> Exit {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Serve(args) => serve::serve(args),
        Command::Selftest(args) => selftest::selftest(&args),
        Command::Defects => selftest::defects(),
        Command::Judge(args) => inspect::judge(&args),
        Command::Rules(args) => inspect::rules(&args),
        Command::Schema => inspect::schema(),
        Command::Explain { id } => inspect::explain(&id),
    }
}

/// The rule of this id.
fn rule(id: &str) -> Result<RuleId, String> {
    id.parse().map_err(|error| format!("failed to {error}"))
}

/// Prints to standard output; a reader that has gone away is no error.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints what went wrong and how to mend it.
fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {text}");
}

/// Runs a future to its end, on a thread for each core.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Exit> {
    block_on_threads(&mut Builder::new_multi_thread(), future)
}

/// Runs a future to its end on this thread alone: for calls over HTTP, since to hand each call and its answer from one
/// thread to another takes longer than everything else that is done with them.
fn block_on_this_thread<T>(future: impl Future<Output = T>) -> Result<T, Exit> {
    block_on_threads(&mut Builder::new_current_thread(), future)
}

fn block_on_threads<T>(threads: &mut Builder, future: impl Future<Output = T>) -> Result<T, Exit> {
    match threads.enable_all().build() {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => {
            complain(&format!("failed to start the runtime: {error}"));
            Err(Exit::Internal)
        }
    }
}
