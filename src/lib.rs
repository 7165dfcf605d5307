//! Property-based conformance tests for AWS Secrets Manager's `RotateSecret` and the model of secret versions and
//! staging labels behind it.
//!
//! A reference model generates random sequences of requests; they run against any endpoint; every answer is judged by
//! cited rules; each violation is shrunk to the shortest sequence that still shows it, and replayed before it counts.
//!
//! ```
//! use std::sync::Arc;
//!
//! use rotation_conformance::endpoint::Stop;
//! use rotation_conformance::runner::{Options, Run};
//! use rotation_conformance::service::{Config, Service};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let service = Arc::new(Service::new(Config::default()));
//! let functions = service.functions();
//! let options = Options { cases: 5, fixed: Vec::new(), functions, ..Options::default() };
//! let result = Run::new(service, options, Stop::default()).run().await;
//! assert!(result.findings.is_empty(), "the reference service follows its own model");
//! # }
//! ```
//!
//! # How it works
//!
//! ```text
//!  seed, index ──► strategy ──► case (requests with placeholders)
//!                                 │ resolved when the call is made
//!                                 ▼
//!                  runner ──► Endpoint::call ──► reply ──► judge ──► violations, exercise
//!                    ▲                                      │
//!                    │   model::outcomes(world, request) ───┘  facts, each owned by one rule
//!                    └── shrink, blame, replay ──► findings ──► report
//! ```
//!
//! The judge keeps the worlds that are still possible and filters them with each answer. When none is left, the
//! nearest world and outcome tell which fact is not met, and the fact's rule is to blame; a fact about state is owned
//! by the rule that last wrote it or required it to stay.
//!
//! # Modules
//!
//! | module | what it holds |
//! |---|---|
//! | [`rule`] | which rules there are, and of which kind |
//! | [`model`] | what a correct service may do: worlds, requests, answers, outcomes |
//! | [`wire`], [`history`] | how it is written in the AWS JSON 1.1 protocol, and what was sent and came of it |
//! | [`catalogue`], [`verdict`], [`record`], [`endpoint`] | the texts of `specs/rules`, violations and how often each rule was exercised, histories as lines of JSON, the seam to what is tested |
//! | [`service`] | the reference service; cases are tried out against it without calls |
//! | [`judge`], [`strategy`] | which rule a history violates; cases: scenarios, the sweep, generation, placeholders. What is right does not know what is tried, nor the other way round |
//! | [`runner`] | runs, the tour, shrinking, confirmation, replays, recordings of scenarios, cleaning up; prints nothing |
//! | [`selftest`] | proves the oracle: every defect of the reference service, looked for |
//! | [`settings`] | what a run is told, by flags or by the environment |
//! | [`report`], [`client`], [`function`], [`recorder`], [`service::http`] | the outside: what a person reads, an endpoint over HTTP, where an endpoint calls the functions of a run, every call of a run written down, the reference service for other programs |
//! | [`cli`], [`trials`] | the ways to start a run: the command line, and `cargo test` |
//! | `main` | the program |
//!
//! A module imports only from rows above its own, never from its own row, and no two files import each other;
//! `tests/layers.rs` reads this table and keeps that true.
//!
//! # What it does not prove
//!
//! Rules that need a second account, permissions or days of waiting are listed as not applicable, and those about the life
//! of a rotation where the endpoint does not call the function that the run plays. Concurrent callers are judged but not generated yet. A green run against the reference service proves
//! the plumbing only: the service and the judge share the model, which rests on recorded answers and documents, not on
//! an account.

pub mod catalogue;
pub mod cli;
pub mod client;
pub mod endpoint;
pub mod function;
pub mod history;
pub mod judge;
pub mod model;
pub mod record;
pub mod recorder;
pub mod report;
pub mod rule;
pub mod runner;
pub mod selftest;
pub mod service;
pub mod settings;
pub mod strategy;
pub mod trials;
pub mod verdict;
pub mod wire;
