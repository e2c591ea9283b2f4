//! What people settled earlier: exceptions that hide findings for a time, with who approved them.

mod exceptions;
mod file;

pub use exceptions::{Exception, Exceptions, Facts, Selector, State};
