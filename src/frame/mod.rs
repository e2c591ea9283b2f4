//! Columns, and the few columnar kernels that the engine does not give: tables of records whose words are numbers, what the
//! records of a device say together, and truth with three values. The stages between the reader and the tables use them, so
//! that the same loop stands in one place and is tested against the plain way of doing it.

pub mod by_device;
mod lines;
pub(crate) mod make;
mod positions;
pub mod strings;
mod table;
pub mod texts;
pub mod truth;
mod values;

pub use lines::Lines;
pub use positions::{Positions, list_of};
pub use strings::Strings;
pub use table::{Column, Table};
pub use values::Values;

use crate::error::Error;

/// The engine refused a step. What it says goes on with plans and cells, which nobody outside should see.
pub(crate) fn internal(e: impl std::fmt::Display) -> Error {
    Error::Internal(e.to_string().lines().next().unwrap_or_default().to_string())
}
