//! What people settled earlier: exceptions that hide findings for a time, with who approved them, and decisions about plans,
//! which change what is planned and never what is found.

mod decisions;
mod exceptions;
mod file;

pub use decisions::{COLUMNS, Decision, Decisions, Lines, in_yaml};
pub use exceptions::{Exception, Exceptions, Facts, Selector, State};
