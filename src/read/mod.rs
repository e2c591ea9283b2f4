//! Files to tables: finds exports in files, folders and archives, and hands out their columns as text.
//!
//! Everything stays text here, with the row it came from. Damage is noted, never repaired silently: a row that does not
//! fit its header is set aside with its reason, and the rest is read. Which columns are wanted is decided by the stage
//! that recognises the format, so a column that nobody needs is never materialised.

mod archive;
mod budget;
mod decode;
mod delimited;
mod discover;
mod export;
mod json;
mod labels;
mod prose;
mod split;
mod strict;
mod sum;
mod tolerant;
mod twins;
mod workbook;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::disk;
use crate::error::{Error, Result};
use crate::notice::{Code, Notice};

use archive::Archive;
use budget::Use;
use sum::Digesting;

pub use budget::Budget;
pub use delimited::NO_HEADER;
pub use discover::{Discovered, ENDINGS, Input, discover, find};
pub use export::{BELOW, BLANK, BadRow, Export, FOOTER, HEADER_AGAIN, Heading, Paging, Rows, is_total};
pub use json::PAGE_PREFIX;
pub use prose::Prose;
pub use sum::Sum;

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

/// Bytes that are read and looked at together.
const STRIDE: u64 = 1 << 20;
/// Files from this size on are digested beside everything else.
const LARGE: u64 = 8 * STRIDE;

/// Reads one input file and decodes what is inside.
///
/// # Errors
/// [`Error::Unreadable`] when the system does not hand out the file. A file that is no export is a notice, not an error.
pub fn open(input: &Input) -> Result<Opened> {
    open_within(input, &mut Budget::default())
}

/// Reads one input file of a run, which has one budget for all of them.
///
/// # Errors
/// As [`open()`]; and [`Error::NothingUsable`] when the inputs together need more than a run may.
pub fn open_within(input: &Input, budget: &mut Budget) -> Result<Opened> {
    let (loaded, sum) = load(input)?;
    let Tables { exports, notices, .. } = opened(input, loaded, budget)?;
    Ok(Opened { sha256: sum.finish()?, exports, notices })
}

/// What is in a file, beside its digest.
#[derive(Debug)]
pub struct Tables {
    /// The tables inside.
    pub exports: Vec<Export>,
    /// Remarks about what could not be used.
    pub notices: Vec<Notice>,
    /// Texts inside that are no tables.
    pub prose: Vec<Prose>,
}

impl Tables {
    /// What of it may hold a list and could not be read: labels of the file, of members, of sheets.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let refused = |notice: &&Notice| notice.code == Code::UnknownFormat && notice.message != NO_HEADER;
        self.notices.iter().filter(refused).map(|notice| notice.export.as_str())
    }
}

/// Finds the tables of a file that was loaded.
///
/// # Errors
/// [`Error::NothingUsable`] when the inputs together need more than a run may.
pub fn opened(input: &Input, loaded: Loaded, budget: &mut Budget) -> Result<Tables> {
    let Loaded { size, body } = loaded;
    let mut found = Found { used: Use::of(size), ..Found::default() };
    match body.and_then(|bytes| found.tables(&input.label, bytes, 1 + NESTED)) {
        Ok(()) => budget.take(&found.used)?,
        Err(reason) => {
            found = Found::default();
            found.refuse(&input.label, reason);
        }
    }
    Ok(Tables { exports: found.exports, notices: found.notices, prose: found.prose })
}

/// A file that was read to its end.
#[derive(Debug)]
pub struct Loaded {
    size: u64,
    /// Its bytes, or why they were not kept.
    body: Result<Vec<u8>, String>,
}

/// Reads the file of an input. Its digest comes by itself.
///
/// # Errors
/// [`Error::Unreadable`] when the system cannot read it.
pub fn load(input: &Input) -> Result<(Loaded, Sum)> {
    loaded(&input.path).map_err(|source| Error::Unreadable { path: input.path.clone(), source })
}

/// Reads a file. What cannot be a list is only digested, however large it pretends to be.
fn loaded(path: &Path) -> io::Result<(Loaded, Sum)> {
    let (mut file, size) = disk::open(path)?;
    disk::check_size(size, budget::FILE_LIMIT)?;
    let mut digest = Digesting::of(size, LARGE);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX)).map_err(io::Error::other)?;
    let (mut read, mut refused) = (0_u64, None);
    while read <= size {
        let from = bytes.len();
        let fresh = file.by_ref().take(STRIDE).read_to_end(&mut bytes)? as u64;
        if fresh == 0 {
            break;
        }
        let chunk = bytes.get(from..).unwrap_or_default();
        digest.update(chunk);
        if refused.is_none() {
            refused = if read == 0 { decode::no_list(chunk) } else { None }.or_else(|| decode::hole(chunk, STRIDE));
        }
        if refused.is_some() {
            bytes = Vec::new();
        }
        read += fresh;
    }
    disk::check_read(read, size)?;
    Ok((Loaded { size, body: refused.map_or(Ok(bytes), Err) }, digest.end()))
}

/// The tables of one input file.
#[derive(Default)]
struct Found {
    exports: Vec<Export>,
    notices: Vec<Notice>,
    prose: Vec<Prose>,
    /// Labels of members and tables.
    names: BTreeSet<String>,
    used: Use,
}

impl Found {
    /// `archives` is how many archives, one inside the other, may still be opened. Fails when the file as a whole needs
    /// more than it may.
    fn tables(&mut self, label: &str, bytes: Vec<u8>, archives: u8) -> Result<(), String> {
        match decode::sniff(&bytes) {
            decode::Container::Archive if archives == 0 => {
                self.refuse(label, "an archive within an archive within an archive; unpack it first".into());
                Ok(())
            }
            decode::Container::Archive => self.archive(label, bytes, archives),
            decode::Container::Workbook => self.workbook(label, bytes),
            decode::Container::Other => self.text(label, bytes),
        }
    }

    fn archive(&mut self, label: &str, bytes: Vec<u8>, archives: u8) -> Result<(), String> {
        let mut archive = match Archive::open(bytes) {
            Ok(archive) if archive.count() == 0 => {
                self.refuse(label, "an archive without files".into());
                return Ok(());
            }
            Ok(archive) => archive,
            Err(reason) => {
                self.refuse(label, reason);
                return Ok(());
            }
        };
        self.used.members(archive.count())?;
        while let Some(member) = archive.next(&mut self.used)? {
            let name = self.name(format!("{label}!{}", member.name));
            match member.body {
                Ok(body) => self.tables(&name, body, archives - 1)?,
                Err(reason) => self.refuse(&name, reason),
            }
        }
        Ok(())
    }

    fn workbook(&mut self, label: &str, bytes: Vec<u8>) -> Result<(), String> {
        let size = bytes.len() as u64;
        match workbook::sheets(label, bytes, self.used.left()) {
            Ok(found) => {
                self.used.unpacked(found.unpacked)?;
                self.used.text(found.text, size)?;
                self.used.rows(found.rows, found.text)?;
                self.keep(label, found.exports);
                self.notices.extend(found.notices);
            }
            Err(reason) => self.refuse(label, reason),
        }
        Ok(())
    }

    fn text(&mut self, label: &str, bytes: Vec<u8>) -> Result<(), String> {
        let decoded = match decode::text(bytes) {
            Ok(decoded) => decoded,
            Err(reason) => {
                self.refuse(label, reason);
                return Ok(());
            }
        };
        let size = decoded.text.len() as u64;
        let is_short = decoded.text.len() <= prose::LIMIT;
        if decoded.markup {
            self.refuse(label, "a web page or XML, not a device list".into());
            self.prose.extend(is_short.then(|| Prose::new(label.into(), decoded.text)));
            return Ok(());
        }
        if let Some(remark) = decoded.remark {
            self.notices.push(Notice::new(Code::LegacyEncoding, label, remark));
        }
        let without = if decoded.json { None } else { json::embedded(&decoded.text) };
        let found = if decoded.json {
            json::lists(label, decoded.text)
        } else if let Some(without) = without {
            json::stripped(label, without).map(|(exports, notice)| (exports, Some(notice)))
        } else {
            let kept = is_short.then(|| decoded.text.clone());
            let table = Export::delimited(label, decoded.text).map(|export| (vec![export.unfolded()], None));
            let prose = kept.filter(|_| table.is_err()).map(|text| Prose::new(label.into(), text));
            self.prose.extend(prose);
            table
        };
        match found {
            Ok((exports, notice)) => {
                self.used.rows(exports.iter().map(Export::most_rows).sum(), size)?;
                self.used.text(exports.iter().map(Export::repeated).sum(), size)?;
                self.keep(label, exports);
                self.notices.extend(notice);
            }
            Err(reason) => self.refuse(label, reason),
        }
        Ok(())
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
    let (file, size) = disk::open(path)?;
    let mut file = file.take(size);
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
