//! The clock of the CPU: what this process or this thread has used of it, in microseconds.

#![allow(dead_code, reason = "each benchmark has its own copy and needs its own part of it")]

use rustix::time::{ClockId, clock_gettime};

/// What all threads of this process have used.
pub(crate) fn process_us() -> f64 {
    us(ClockId::ProcessCPUTime)
}

/// What this thread has used.
pub(crate) fn thread_us() -> f64 {
    us(ClockId::ThreadCPUTime)
}

fn us(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}
