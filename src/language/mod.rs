//! The language of conditions, and of columns that are made of one console's records. Consoles and rules write the same.
//!
//! A condition is SQL over one row: it is parsed, refused if it is what a condition may not be, and run over a table without
//! rows before any data is looked at.

mod condition;
mod derived;
mod engine;
mod records;
mod types;

pub(crate) use condition::{OPEN, checked, condition, words};
pub use condition::{Refusal, Scope};
pub use derived::{Count, Derived, Formula, What, Words};
pub(crate) use engine::{dtype, first_line, mask, quietly, roots};
pub(crate) use records::{OfRecords, RECORD_EXTRAS, is_extra};
