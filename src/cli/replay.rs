//! `replay`: the findings of a file, tried again.

use std::fs;
use std::sync::Arc;

use super::connect::{self, EMBEDDED};
use super::output::write_scripts;
use super::{Exit, ReplayArgs, block_on, complain, files, interrupt, print};
use crate::endpoint::{Endpoint, Stop};
use crate::report::{Heading, Stored, read_findings, replayed_text};
use crate::runner::{Options, Replayed, Run, Verdict};

pub(super) fn replay(args: &ReplayArgs) -> Exit {
    block_on(async {
        let ready = args.repro.as_deref().map_or(Ok(()), files::try_directory);
        match ready.and_then(|()| stored(args)) {
            Ok(stored) => replay_all(stored, args).await,
            Err(message) => Err(message),
        }
        .unwrap_or_else(|message| {
            complain(&message);
            Exit::Usage
        })
    })
    .unwrap_or_else(|exit| exit)
}

/// The findings of the file that are to be replayed.
fn stored(args: &ReplayArgs) -> Result<Stored, String> {
    let failed = |error: &dyn std::fmt::Display| format!("failed to read {}: {error}", args.file.display());
    let text = fs::read_to_string(&args.file).map_err(|error| failed(&error))?;
    let mut stored = read_findings(&text).map_err(|error| failed(&error))?;
    if let Some(rule) = args.rule {
        stored.findings.retain(|finding| finding.violation.rule == rule);
        if stored.findings.is_empty() {
            return Err(format!("failed to find a finding of {rule} in {}", args.file.display()));
        }
    }
    Ok(stored)
}

/// Replays at the endpoint that was named, or else at the one where the findings are from.
async fn replay_all(stored: Stored, args: &ReplayArgs) -> Result<Exit, String> {
    let stop = interrupt::listen();
    match args.target.endpoint.as_deref().or(stored.endpoint.as_deref()) {
        None => Err("failed to find an endpoint, since one finding alone names none: add --endpoint URL".to_owned()),
        Some(EMBEDDED) => {
            let (service, functions, host) = connect::embedded();
            let options = Options { functions, host: Some(host), ..Options::default() };
            drive(service, EMBEDDED, options, &stored, (args, stop)).await
        }
        Some(url) => {
            let mut connection = connect::open(url, &args.target, &stop).await?;
            let client = Arc::new(connection.client.clone());
            let (functions, function_acts) = (connection.functions.clone(), stored.function_acts);
            let mut options = Options { functions, function_acts, ..Options::default() };
            let _listening = connect::play(&client, &mut connection, &mut options, &args.target).await;
            let exit = drive(client, url, options, &stored, (args, stop)).await;
            connect::close(connection).await;
            exit
        }
    }
}

async fn drive<E: Endpoint + 'static>(
    endpoint: Arc<E>,
    name: &str,
    options: Options,
    stored: &Stored,
    (args, stop): (&ReplayArgs, Stop),
) -> Result<Exit, String> {
    let run = Run::new(endpoint, options, stop);
    let mut replayed = Vec::new();
    for (number, finding) in stored.findings.iter().enumerate() {
        replayed.push(run.replay(number, finding.clone(), args.times).await);
    }
    let heading = Heading {
        endpoint: name.to_owned(),
        strict: args.strict,
        result_file: Some(args.file.display().to_string()),
        repro: args.repro.as_ref().map(|path| path.display().to_string()),
        is_tour: false,
        ..Heading::default()
    };
    if stored.is_of_another_catalogue() {
        print("the findings are of another version of the catalogue: one that seems fixed may be judged anew\n\n");
    }
    print(&replayed_text(&heading, &replayed, args.times));
    if let Some(directory) = &args.repro {
        let shown = replayed.iter().map(|it| &it.finding).filter(|finding| finding.replays.0 > 0);
        write_scripts(directory, shown, &heading)?;
    }
    Ok(exit_of(&replayed, args.strict))
}

/// What still fails comes first, then what cannot be told.
fn exit_of(replayed: &[Replayed], strict: bool) -> Exit {
    let fails = |it: &Replayed| match &it.verdict {
        Verdict::Unchanged => it.finding.violation.fails(strict),
        Verdict::Changed(now) => now.fails(strict),
        Verdict::Intermittent | Verdict::Fixed | Verdict::Inconclusive(_) => false,
    };
    let is_unclear = |it: &Replayed| matches!(it.verdict, Verdict::Intermittent | Verdict::Inconclusive(_));
    match (replayed.iter().any(fails), replayed.iter().any(is_unclear)) {
        (true, _) => Exit::Violations,
        (false, true) => Exit::Inconclusive,
        (false, false) => Exit::Success,
    }
}
