//! Files to tables: finds exports in files, folders and archives, and hands out their columns as text.
//!
//! Everything stays text here, with the row it came from. Damage is noted, never repaired silently: a row that does not
//! fit its header is set aside with its reason, and the rest is read. Which columns are wanted is decided by the stage
//! that recognises the format, so a column that nobody needs is never materialised.

mod archive;
mod decode;
mod delimited;
mod discover;
mod tolerant;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::notice::{Code, Notice};

pub use delimited::{BadRow, Export, Rows};
pub use discover::{Input, discover};

/// What came out of one input file.
#[derive(Debug)]
pub struct Opened {
    /// SHA-256 of the file as it lies on disk, in hex.
    pub sha256: String,
    /// The tables inside: one for a CSV file, one a member for an archive.
    pub exports: Vec<Export>,
    /// Remarks about what could not be used.
    pub notices: Vec<Notice>,
}

/// Reads one input file and decodes what is inside.
///
/// # Errors
/// [`Error::Unreadable`] when the system does not hand out the file. A file that is no export is a notice, not an error.
pub fn open(input: &Input) -> Result<Opened> {
    let bytes = std::fs::read(&input.path).map_err(|source| Error::Unreadable { path: input.path.clone(), source })?;
    // The digest needs a core of its own: on a large file it takes as long as the decoding.
    let (sha256, (exports, notices)) = rayon::join(|| hex(&Sha256::digest(&bytes)), || tables(&input.label, &bytes));
    Ok(Opened { sha256, exports, notices })
}

fn tables(label: &str, bytes: &[u8]) -> (Vec<Export>, Vec<Notice>) {
    let mut exports = Vec::new();
    let mut notices = Vec::new();
    match decode::sniff(bytes) {
        decode::Container::Zip => match archive::members(bytes) {
            Ok(members) => {
                for member in members {
                    let name = format!("{label}!{}", member.name);
                    match member.body {
                        Ok(body) => one(&name, &body, &mut exports, &mut notices),
                        Err(reason) => notices.push(Notice::new(Code::UnknownFormat, name, reason)),
                    }
                }
            }
            Err(reason) => notices.push(Notice::new(Code::UnknownFormat, label, reason)),
        },
        decode::Container::Other => one(label, bytes, &mut exports, &mut notices),
    }
    (exports, notices)
}

fn one(label: &str, bytes: &[u8], exports: &mut Vec<Export>, notices: &mut Vec<Notice>) {
    match decode::text(bytes).and_then(|decoded| {
        if let Some(remark) = decoded.remark {
            notices.push(Notice::new(Code::UnreadableValue, label, remark));
        }
        Export::new(label, decoded.text)
    }) {
        Ok(export) => exports.push(export),
        Err(reason) => notices.push(Notice::new(Code::UnknownFormat, label, reason)),
    }
}

impl Export {
    /// Reads the columns at the given header positions.
    ///
    /// `short_rows` accepts rows that lack cells at their end, as some consoles write them.
    #[must_use]
    pub fn read(&self, columns: &[usize], short_rows: bool) -> Rows {
        self.clean_height()
            .and_then(|height| self.read_parallel(columns, height))
            .unwrap_or_else(|| tolerant::read(self, columns, short_rows))
    }
}

/// Lower-case hex of a digest.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
