//! What inputs may cost: a small file must not become a large one, nor a run of many small ones.
//!
//! Each input has limits of its own, whatever is inside what inside it; one that breaks them is refused as a whole. What
//! the inputs of a run use beyond their size comes out of one purse, and when that is empty the run ends. So what is
//! read never depends on the order of the files.

use crate::error::{Error, Result};

/// The largest input file.
pub(super) const FILE_LIMIT: u64 = 16 << 30;
/// The widest table that any console writes.
pub(super) const MAX_COLUMNS: usize = 4_096;
/// The rows that could be a table's header are looked at up to so many cells.
pub(super) const HEADING_CELLS: usize = 1 << 18;
/// Unpacked bytes for each packed one. Device lists repeat themselves and pack well; a bomb packs a thousandfold.
pub(super) const RATIO: u64 = 100;
/// What an input may unpack to beyond that.
const ALLOWANCE: u64 = 64 << 20;
/// What all inputs of a run may unpack to beyond that.
const RUN_ALLOWANCE: u64 = 256 << 20;
/// Members of all archives in an input.
pub(super) const MEMBERS: usize = 1_000;
/// Members of all archives in a run.
const RUN_MEMBERS: usize = 10_000;
/// Rows of an input whatever they hold; in a longer list a row has [`ROW_BYTES`] on average.
const FREE_ROWS: u64 = 300_000;
/// Such rows in all inputs of a run.
const RUN_FREE_ROWS: u64 = 1_000_000;
/// A row that describes a device has more bytes.
const ROW_BYTES: u64 = 16;
/// Bytes of text that the cells of a workbook hold for each of its own; texts that cells share count every time.
const TEXT_RATIO: u64 = 40;
/// What the cells of an input may hold beyond that.
const TEXT_ALLOWANCE: u64 = 32 << 20;
/// What the cells of all inputs of a run may hold beyond that.
const RUN_TEXT: u64 = 128 << 20;

/// What the inputs of one run have used so far.
#[derive(Debug, Default)]
pub struct Budget {
    beyond: u64,
    members: usize,
    rows: u64,
    text: u64,
}

/// What one input uses.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// Bytes of the file.
    packed: u64,
    unpacked: u64,
    members: usize,
    /// Rows beyond what their text accounts for.
    thin_rows: u64,
    /// Text of cells beyond what the size of their workbooks accounts for.
    text: u64,
}

impl Use {
    pub(super) fn of(packed: u64) -> Self {
        Self { packed, ..Self::default() }
    }

    /// What may still be unpacked.
    pub(super) fn left(&self) -> u64 {
        self.packed.saturating_mul(RATIO).saturating_add(ALLOWANCE).saturating_sub(self.unpacked)
    }

    /// Something was unpacked.
    pub(super) fn unpacked(&mut self, bytes: u64) -> Result<(), String> {
        if bytes > self.left() {
            return Err(too_much(self.packed));
        }
        self.unpacked += bytes;
        Ok(())
    }

    /// Archives have further members.
    pub(super) fn members(&mut self, more: usize) -> Result<(), String> {
        self.members = self.members.saturating_add(more);
        if self.members > MEMBERS {
            return Err(format!("it has {} members in all its archives; at most {MEMBERS} are read", self.members));
        }
        Ok(())
    }

    /// The cells of a workbook of this size hold so much text.
    pub(super) fn text(&mut self, text: u64, packed: u64) -> Result<(), String> {
        self.text = self.text.saturating_add(text.saturating_sub(packed.saturating_mul(TEXT_RATIO)));
        if self.text > TEXT_ALLOWANCE {
            let limit = packed.saturating_mul(TEXT_RATIO).saturating_add(TEXT_ALLOWANCE) >> 20;
            return Err(format!(
                "its cells hold {} MB of text, more than {limit} MB ({TEXT_RATIO} times its size and {} MB)",
                text >> 20,
                TEXT_ALLOWANCE >> 20
            ));
        }
        Ok(())
    }

    /// There are rows with so much text.
    pub(super) fn rows(&mut self, rows: u64, text: u64) -> Result<(), String> {
        self.thin_rows = self.thin_rows.saturating_add(rows.saturating_sub(text / ROW_BYTES));
        if self.thin_rows > FREE_ROWS {
            return Err(format!(
                "it has {rows} rows with less than {ROW_BYTES} bytes each; at most {FREE_ROWS} such rows are read"
            ));
        }
        Ok(())
    }
}

impl Budget {
    /// Takes what an input has used.
    ///
    /// # Errors
    /// [`Error::NothingUsable`] when the run has no more left.
    pub(super) fn take(&mut self, input: &Use) -> Result<()> {
        self.beyond += input.unpacked.saturating_sub(input.packed.saturating_mul(RATIO));
        self.members += input.members;
        self.rows += input.thin_rows;
        self.text += input.text;
        let what = if self.beyond > RUN_ALLOWANCE {
            format!("unpack to {} MB more than {RATIO} times their size", RUN_ALLOWANCE >> 20)
        } else if self.members > RUN_MEMBERS {
            format!("have more than {RUN_MEMBERS} members in archives")
        } else if self.rows > RUN_FREE_ROWS {
            format!("have more than {RUN_FREE_ROWS} rows with less than {ROW_BYTES} bytes each")
        } else if self.text > RUN_TEXT {
            format!("have cells with {} MB of text more than {TEXT_RATIO} times their size", RUN_TEXT >> 20)
        } else {
            return Ok(());
        };
        Err(Error::NothingUsable {
            message: format!("the inputs together {what}; nothing of them was used"),
            help: "give only the files that consoles exported, and unpack archives first".into(),
            notices: Vec::new(),
        })
    }
}

/// The refusal of an input that unpacks to too much.
pub(super) fn too_much(packed: u64) -> String {
    let limit = packed.saturating_mul(RATIO).saturating_add(ALLOWANCE) >> 20;
    format!(
        "it unpacks to more than {limit} MB ({RATIO} times its size and {} MB); nothing of it was read",
        ALLOWANCE >> 20
    )
}

/// The refusal of a table that is too wide.
pub(super) fn too_wide() -> String {
    format!("it has more than {MAX_COLUMNS} columns; no console writes so wide a table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_has_its_own_limits() {
        let mut used = Use::of(1_000_000);
        assert_eq!(used.left(), 100_000_000 + ALLOWANCE);
        used.unpacked(100_000_000).unwrap();
        assert!(used.unpacked(ALLOWANCE + 1).unwrap_err().contains("159 MB"));
        used.members(MEMBERS).unwrap();
        assert!(used.members(1).is_err());
        used.rows(10_000_000, 160_000_000).unwrap();
        used.rows(FREE_ROWS, 0).unwrap();
        assert!(used.rows(1, 0).is_err());
    }

    #[test]
    fn a_run_has_one_purse() {
        let mut budget = Budget::default();
        let mut used = Use::of(10);
        used.unpacked(ALLOWANCE).unwrap();
        for _ in 0..4 {
            budget.take(&used).unwrap();
        }
        let error = budget.take(&used).unwrap_err();
        assert_eq!(error.exit_code(), crate::error::exit::NOTHING_USABLE);
        assert!(error.to_string().contains("256 MB more than 100 times their size"), "{error}");
    }
}
