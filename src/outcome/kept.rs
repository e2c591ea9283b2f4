//! What is lost or kept, remembered for the next run: a list that does not come again takes nothing back.

use serde::{Deserialize, Serialize};

use crate::console::Console;

/// A device that is lost or kept, and where that stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    /// Its serial number, as it is compared; nothing where it is not known.
    pub serial: String,
    /// Its Entra device id; nothing where it is not known.
    pub entra_device_id: String,
    /// Its name.
    pub name: String,
    /// The console whose list says so; none for a table that was not used.
    pub console: Option<Console>,
    /// Header of the column, or label of the table; nothing where the state of a row says it.
    pub column: String,
    /// The words that say so; nothing where the whole list does.
    pub words: String,
}
