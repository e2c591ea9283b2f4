//! The few columnar kernels that the engine does not give: columns by name and kind, what the records of a device say
//! together, and truth with three values. The stages between the reader and the tables use them, so that the same loop
//! stands in one place and is tested against the plain way of doing it.

pub mod by_device;
pub(crate) mod make;
mod positions;
pub mod texts;
pub mod truth;
mod views;

pub use positions::{Positions, list_of};
pub(crate) use views::{flags, is_filled, numbers, text, times};

use crate::error::Error;

/// The engine refused a step. What it says goes on with plans and cells, which nobody outside should see.
pub(crate) fn internal(e: impl std::fmt::Display) -> Error {
    Error::Internal(e.to_string().lines().next().unwrap_or_default().to_string())
}
