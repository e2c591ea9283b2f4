//! Files to tables: finds exports in files, folders and archives, and hands out their columns as text.
//!
//! Everything stays text here, with the row it came from. Damage is noted, never repaired silently: a row that does not
//! fit its header is set aside with its reason, and the rest is read. Which columns are wanted is decided by the stage
//! that recognises the format, so a column that nobody needs is never materialised.

mod archive;
mod decode;
mod delimited;
mod discover;
mod export;
mod json;
mod labels;
mod tolerant;
mod twins;
mod workbook;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::notice::{Code, Notice};

pub use delimited::NO_HEADER;
pub use discover::{Input, discover};
pub use export::{BadRow, Export, Heading, Paging, Rows};
pub use json::PAGE_PREFIX;

/// What came out of one input file.
#[derive(Debug)]
pub struct Opened {
    /// SHA-256 of the file as it lies on disk, in hex.
    pub sha256: String,
    /// The tables inside: one for a CSV file, one a member for an archive, one a sheet for a workbook.
    pub exports: Vec<Export>,
    /// Remarks about what could not be used.
    pub notices: Vec<Notice>,
}

/// Archives within archives that are opened.
const NESTED: u8 = 1;

/// Reads one input file and decodes what is inside.
///
/// # Errors
/// [`Error::Unreadable`] when the system does not hand out the file. A file that is no export is a notice, not an error.
pub fn open(input: &Input) -> Result<Opened> {
    let bytes = std::fs::read(&input.path).map_err(|source| Error::Unreadable { path: input.path.clone(), source })?;
    let mut found = Found::default();
    let sha256 = hex(&Sha256::digest(&bytes));
    found.tables(&input.label, bytes, 1 + NESTED);
    Ok(Opened { sha256, exports: found.exports, notices: found.notices })
}

/// The tables of one input file.
#[derive(Default)]
struct Found {
    exports: Vec<Export>,
    notices: Vec<Notice>,
    /// Labels of members and tables.
    names: BTreeSet<String>,
}

impl Found {
    /// `archives` is how many archives, one inside the other, may still be opened.
    fn tables(&mut self, label: &str, mut bytes: Vec<u8>, archives: u8) {
        match decode::sniff(&bytes) {
            decode::Container::Archive if archives == 0 => {
                self.refuse(label, "an archive within an archive within an archive; unpack it first".into());
            }
            decode::Container::Archive => match archive::members(&mut bytes) {
                Ok(members) if members.is_empty() => self.refuse(label, "an archive without files".into()),
                Ok(members) => {
                    drop(bytes);
                    for member in members {
                        let name = self.name(format!("{label}!{}", member.name));
                        match member.body {
                            Ok(body) => self.tables(&name, body, archives - 1),
                            Err(reason) => self.refuse(&name, reason),
                        }
                    }
                }
                Err(reason) => self.refuse(label, reason),
            },
            decode::Container::Workbook => match workbook::sheets(label, bytes) {
                Ok((exports, notices)) => {
                    self.keep(label, exports);
                    self.notices.extend(notices);
                }
                Err(reason) => self.refuse(label, reason),
            },
            decode::Container::Other => self.text(label, bytes),
        }
    }

    fn text(&mut self, label: &str, bytes: Vec<u8>) {
        let decoded = match decode::text(bytes) {
            Ok(decoded) => decoded,
            Err(reason) => return self.refuse(label, reason),
        };
        if let Some(remark) = decoded.remark {
            self.notices.push(Notice::new(Code::LegacyEncoding, label, remark));
        }
        let without = if decoded.json { None } else { json::embedded(&decoded.text) };
        let found = if decoded.json {
            json::lists(label, decoded.text)
        } else if let Some(without) = without {
            json::stripped(label, without).map(|(exports, notice)| (exports, Some(notice)))
        } else {
            Export::delimited(label, decoded.text).map(|export| (vec![export.unfolded()], None))
        };
        match found {
            Ok((exports, notice)) => {
                self.keep(label, exports);
                self.notices.extend(notice);
            }
            Err(reason) => self.refuse(label, reason),
        }
    }

    /// A label that no other part of the file has.
    fn name(&mut self, wanted: String) -> String {
        if self.names.insert(wanted.clone()) { wanted } else { labels::unique(&mut self.names, &wanted) }
    }

    fn keep(&mut self, label: &str, exports: Vec<Export>) {
        for mut export in exports {
            // The one table of a file is called as the file is.
            if export.label != label {
                export.label = self.name(export.label);
            }
            self.exports.push(export);
        }
    }

    fn refuse(&mut self, label: &str, reason: String) {
        self.notices.push(Notice::new(Code::UnknownFormat, label, reason));
    }
}

/// SHA-256 of a file, in hex.
///
/// # Errors
/// What the system says.
pub fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(&hash.finalize())),
            size => hash.update(chunk.get(..size).unwrap_or_default()),
        }
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
