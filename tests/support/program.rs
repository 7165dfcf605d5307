//! The program run as a process, in bounded time, with nothing of this machine's AWS settings.

#![allow(dead_code, reason = "each test target has its own copy and needs its own part of it")]

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest that any run of the program may take; a machine with two busy cores needs a fraction of it.
const LIMIT: Duration = Duration::from_mins(2);

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// How long it ran.
    pub(crate) took: Duration,
    /// The most memory that it had at once, in KiB; 0 where the system does not say.
    pub(crate) resident_kib: u64,
}

impl Ended {
    /// Both streams, for what must stand in neither.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs the program with these arguments, and these variables in its environment, to its end.
pub(crate) fn program_with<I: AsRef<str>>(arguments: impl IntoIterator<Item = I>, variables: &[(&str, &str)]) -> Ended {
    ended(started(arguments, variables))
}

/// Runs the program, and sends it this signal after a second: `INT` as the terminal does, `TERM` as a CI server. How long
/// it runs is counted from there.
pub(crate) fn interrupted<I: AsRef<str>>(arguments: impl IntoIterator<Item = I>, signal: &str) -> Ended {
    interrupted_when(arguments, signal, || {
        thread::sleep(Duration::from_secs(1));
        true
    })
}

/// Runs the program, and sends it this signal as soon as something is so.
pub(crate) fn interrupted_when<I: AsRef<str>>(
    arguments: impl IntoIterator<Item = I>,
    signal: &str,
    is_time: impl Fn() -> bool,
) -> Ended {
    let child = started(arguments, &[]);
    while !is_time() {
        thread::sleep(Duration::from_millis(10));
    }
    let signalled = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(signalled.is_ok_and(|status| status.success()), "the program is still running");
    ended(child)
}

fn started<I: AsRef<str>>(arguments: impl IntoIterator<Item = I>, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rotation-conformance"));
    command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    spawned(command)
}

/// Starts a program whose output is kept.
pub(crate) fn spawned(mut command: Command) -> Child {
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().expect("cargo has built the program")
}

/// A file of this name that no other test uses; it does not exist.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

/// The JSON in a text, which is one value.
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Waits for the end of a program, and ends it if that does not come.
#[expect(clippy::disallowed_methods, reason = "a program that hangs is told by the clock")]
pub(crate) fn ended(mut child: Child) -> Ended {
    let stdout = gathered(child.stdout.take().expect("piped above"));
    let stderr = gathered(child.stderr.take().expect("piped above"));
    let started = Instant::now();
    let mut resident_kib = 0;
    let status = loop {
        resident_kib = resident_kib_of(&child).unwrap_or(resident_kib);
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break status;
        }
        if started.elapsed() > LIMIT {
            let _ = child.kill();
            panic!("not done after {LIMIT:?}: {}{}", text_of(stdout), text_of(stderr));
        }
        thread::sleep(Duration::from_millis(10));
    };
    let took = started.elapsed();
    Ended { code: status.code(), stdout: text_of(stdout), stderr: text_of(stderr), took, resident_kib }
}

/// The most memory that a program has had, as Linux tells it.
fn resident_kib_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn gathered(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

fn text_of(bytes: JoinHandle<Vec<u8>>) -> String {
    String::from_utf8(bytes.join().expect("reading does not panic")).expect("the program prints UTF-8")
}
