//! The reference service in a process of its own, so that what it uses of the CPU is not the client's.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// `serve` on a free port; it ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rotation-conformance"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo has built the program");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped above");
        BufReader::new(stdout).read_line(&mut line).expect("the program prints where it listens");
        let url = line.trim().strip_prefix("listening on ").expect("it says so in these words").to_owned();
        Self { child, url }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("it has no TLS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
