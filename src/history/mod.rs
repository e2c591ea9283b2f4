//! What people settled earlier: exceptions that hide findings for a time, with who approved them, and decisions about plans,
//! which change what is planned and never what is found.

mod answers;
mod carried;
mod decisions;
mod declined;
mod exceptions;
mod file;
mod ids;
mod lines;
mod log;
mod packages;
mod provenance;

pub use answers::{APPROVED, Answers, Approved, Claimed, DONE, Log, Named, Signed, approvals, claims};
pub use carried::Naming;
pub use decisions::{COLUMNS, DECIDING, Decision, Decisions, in_yaml};
pub use declined::Declined;
pub use exceptions::{Exception, Exceptions, Facts, Selector, State};
pub(crate) use ids::{BARE_NUMBER, is_bare_number};
pub use lines::{Lines, Place};
pub use log::{LOG, Logged, logged};
pub use packages::{PackageDecision, by_device};
pub use provenance::{FILE as PROVENANCE, Provenance, form, provenance};
