//! What people answered to earlier reports. It changes what is planned, never what is found.

mod decisions;

pub use decisions::{COLUMNS, Decision, Decisions, Lines, in_yaml};
