//! Property-based conformance tests for AWS Secrets Manager's `RotateSecret`.

pub mod catalogue;
pub mod cli;
pub mod client;
pub mod endpoint;
pub mod history;
pub mod judge;
pub mod model;
pub mod record;
pub mod report;
pub mod rule;
pub mod runner;
pub mod service;
pub mod strategy;
pub mod verdict;
pub mod wire;
