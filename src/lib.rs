//! Property-based conformance tests for AWS Secrets Manager's `RotateSecret`.

pub mod endpoint;
pub mod history;
pub mod model;
pub mod rule;
