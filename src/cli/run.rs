//! `run`: cases against an endpoint, and the report.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::connect::{self, EMBEDDED};
use super::{Exit, RunArgs, block_on, block_on_this_thread, cases, complain, files, interrupt, snapshots};
use crate::endpoint::{Endpoint, Stop};
use crate::model::Functions;
use crate::record::{FunctionArns, Header};
use crate::recorder::Recorder;
use crate::report::Heading;
use crate::rule::Level;
use crate::runner::{Conclusion, Course, Enough, Fixed, Options, Progress, Run, RunResult};

/// How often the line that tells the progress is drawn.
const TICK: Duration = Duration::from_millis(200);

pub(super) fn run(args: &RunArgs) -> Exit {
    let outcome = match (prepare(args), &args.settings.reach.endpoint) {
        (Err(message), _) => Ok(Err(message)),
        (Ok(()), None) => block_on(async { embedded(args, interrupt::listen()).await }),
        (Ok(()), Some(url)) => block_on_this_thread(async { Box::pin(against(url, args, interrupt::listen())).await }),
    };
    match outcome {
        Ok(Ok(exit)) | Err(exit) => exit,
        Ok(Err(message)) => {
            complain(&message);
            Exit::Usage
        }
    }
}

/// Tries everything that the run is to write, before anything is sent.
fn prepare(args: &RunArgs) -> Result<(), String> {
    args.output.prepare()?;
    args.history.as_deref().map_or(Ok(()), files::try_file)?;
    [&args.snapshots, &args.cases.cases_dir].into_iter().flatten().try_for_each(|path| files::try_directory(path))
}

async fn embedded(args: &RunArgs, stop: Stop) -> Result<Exit, String> {
    let (service, functions, host) = connect::embedded();
    let options = Options { host: Some(host), ..options(args, functions, true)? };
    record_and_drive(service, EMBEDDED, options, args, stop).await
}

/// Runs against a service over HTTP, with a function of its own where the endpoint's Lambda API makes one.
async fn against(url: &str, args: &RunArgs, stop: Stop) -> Result<Exit, String> {
    let connection = match connect::open(url, &args.settings.reach, &stop).await {
        Ok(connection) => connection,
        Err(message) if stop.is_set() => {
            complain(&message);
            return Ok(Exit::Inconclusive);
        }
        Err(message) => return Err(message),
    };
    let mut connection = connection;
    let exit = match options(args, connection.functions.clone(), connection.is_loopback) {
        Ok(mut options) => {
            let client = Arc::new(connection.client.clone());
            if !stop.is_set() {
                connect::try_function(&client, &mut options, &args.settings.reach, connection.is_loopback).await;
            }
            let _listening = connect::play(&client, &mut connection, &mut options, &args.settings.reach).await;
            Box::pin(record_and_drive(client, url, options, args, stop)).await
        }
        Err(message) => Err(message),
    };
    connect::close(connection).await;
    exit
}

fn options(args: &RunArgs, functions: Functions, is_loopback: bool) -> Result<Options, String> {
    let saved = args.cases.cases_dir.as_deref().map_or_else(|| Ok(Vec::new()), cases::load)?;
    let mut options = args.settings.options(functions, is_loopback);
    if args.cases.sweep_only {
        options = Options { cases: 0, fixed: vec![Fixed::Sweep], ..options };
    }
    if args.cases.tour && is_loopback && args.settings.max_calls.is_none() {
        options.max_calls = u64::MAX;
    }
    if args.cases.no_quotas {
        options.fixed.retain(|fixed| *fixed != Fixed::Quotas);
    }
    Ok(Options {
        saved,
        only: args.cases.rule,
        enough: if args.cases.rule.is_some() && !args.cases.keep_going { Enough::Confirmed } else { Enough::Never },
        course: if args.cases.tour { Course::Tour } else { Course::Random },
        quiet_calls: if args.cases.quiet_calls == 0 || args.cases.tour { u64::MAX } else { args.cases.quiet_calls },
        ..options
    })
}

/// The run, with every call written to a file if that is wanted.
async fn record_and_drive<E: Endpoint + 'static>(
    endpoint: Arc<E>,
    name: &str,
    options: Options,
    args: &RunArgs,
    stop: Stop,
) -> Result<Exit, String> {
    let Some(path) = &args.history else { return drive(endpoint, name, options, args, stop).await };
    let failed = |error| files::failed(path, &error);
    let file = File::create(path).map_err(failed)?;
    let recorder = Arc::new(Recorder::new(endpoint, file, &header(name, &options)).map_err(failed)?);
    let exit = drive(Arc::clone(&recorder), name, options, args, stop).await;
    match recorder.failure() {
        Some(error) => Err(failed(error)),
        None => exit,
    }
}

fn header(name: &str, options: &Options) -> Header {
    let texts = |arns: &[crate::model::Text]| arns.iter().map(ToString::to_string).collect();
    let functions = FunctionArns {
        accepted: texts(&options.functions.accepted),
        missing: texts(&options.functions.missing),
        acts: options.function_acts,
    };
    Header { title: Some(format!("a run against {name}, seed {}", options.seed)), functions, ..Header::default() }
}

#[expect(clippy::disallowed_methods, reason = "the duration of a run is part of its report")]
async fn drive<E: Endpoint + 'static>(
    endpoint: Arc<E>,
    name: &str,
    options: Options,
    args: &RunArgs,
    stop: Stop,
) -> Result<Exit, String> {
    let menu = options.menu();
    let started = Instant::now();
    let run = Run::new(endpoint, options, stop.clone());
    let watcher = tokio::spawn(show(run.progress()));
    let recorded = match &args.snapshots {
        Some(directory) => Some(snapshots::record(&run, menu, directory, &stop).await),
        None => None,
    };
    let mut result = run.run().await;
    watcher.abort();
    let heading = Heading {
        endpoint: name.to_owned(),
        seed: args.settings.seed,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        strict: args.settings.strict,
        result_file: args.output.json.as_ref().map(|path| path.display().to_string()),
        repro: args.output.repro.as_ref().map(|path| path.display().to_string()),
        is_tour: args.cases.tour,
    };
    let recorded = recorded.map_or(Ok(()), |recorded| {
        result.left.extend(recorded.left);
        recorded.written
    });
    write_results(args, &heading, &result).and(recorded)?;
    let exit = exit_of(&result, args.settings.strict);
    Ok(if args.require_exercised && exit == Exit::Success { exit_of_coverage(&result, args.cases.tour) } else { exit })
}

/// Names what was left out.
fn exit_of_coverage(result: &RunResult, is_tour: bool) -> Exit {
    let rules = result.unexercised(&[Level::Must, Level::Observed]);
    let cells = if is_tour { result.coverage().missing.len() } else { 0 };
    if !rules.is_empty() {
        complain(&format!("failed to exercise {}: give the run more calls, or --tour", rules.join(", ")));
    }
    if cells > 0 {
        complain(&format!("failed to make {cells} kinds of calls: cells.missing of --json lists them"));
    }
    if rules.is_empty() && cells == 0 { Exit::Success } else { Exit::Inconclusive }
}

/// Reports, and saves the cases; a file that cannot be written does not keep the others from being written.
fn write_results(args: &RunArgs, heading: &Heading, result: &RunResult) -> Result<(), String> {
    let written = args.output.write(heading, result);
    let saved = args.cases.cases_dir.as_deref().map_or(Ok(()), |directory| cases::save(directory, &result.findings));
    written.and(saved)
}

/// Shows how far the run has got, on a terminal alone.
async fn show(progress: Arc<Progress>) {
    let bar = ProgressBar::new_spinner();
    loop {
        let found = match (progress.suspects(), progress.examined()) {
            (0, _) => String::new(),
            (suspects, 0) => format!(", {suspects} findings"),
            (suspects, examined) => format!(", {examined} of {suspects} findings shrunk"),
        };
        bar.set_message(format!("{} cases, {} calls{found}", progress.cases(), progress.calls()));
        bar.tick();
        tokio::time::sleep(TICK).await;
    }
}

/// Complains of a run that decided nothing.
fn exit_of(result: &RunResult, strict: bool) -> Exit {
    let conclusion = result.conclusion(strict);
    if let Some(action) = result.operations.lacks_essential() {
        complain(&format!("failed to test rotations without {}", action.as_str()));
    } else if conclusion != Conclusion::Violates && !result.has_decided() {
        complain(&match result.only {
            Some(rule) => {
                let reason = result.reason(rule).unwrap_or_else(|| "no answer decided it".to_owned());
                format!("failed to exercise {rule}: {reason}")
            }
            None => {
                "failed to exercise any rule of level MUST: the endpoint answered nothing that could be judged".into()
            }
        });
    }
    match conclusion {
        Conclusion::Conforms => Exit::Success,
        Conclusion::Violates => Exit::Violations,
        Conclusion::Inconclusive => Exit::Inconclusive,
    }
}
