//! The zip archive that an .xlsx workbook is packed in, and the limits on what is unpacked.
//!
//! The sizes in an archive's directory may lie.
//! So every part is read once through a meter before anything keeps it in memory.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use zip::ZipArchive;
use zip::read::ZipFile;

/// No part may unpack to more than this.
pub(super) const PART_LIMIT: u64 = 8 << 30;
/// Small parts that say how the workbook hangs together, or what its cells look like.
pub(super) const SMALL_PART_LIMIT: u64 = 64 << 20;
/// The shared strings are held in memory while the workbook is open.
pub(super) const STRINGS_LIMIT: u64 = 4 << 30;
/// What a part may unpack to for each packed byte, once it is past the allowance.
const RATIO_LIMIT: u64 = 400;
const RATIO_ALLOWANCE: u64 = 1 << 20;
/// Without markup in between, no text may be longer. A cell in Excel holds 32,767 characters.
const TEXT_LIMIT: u64 = 16 << 20;
const OLE_MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Why a part was not read.
#[derive(Debug)]
pub(super) enum Fault {
    /// It goes beyond a limit: the workbook is refused.
    Limit(String),
    /// It is broken: the rest of the workbook may still be fine.
    Damage(String),
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Limit(text) => text,
            Fault::Damage(text) => format!("the workbook is damaged: {text}"),
        }
    }
}

/// An XML part that is being read through the meter.
pub(super) type Part<'a, B> = Reader<BufReader<Metered<ZipFile<'a, Cursor<B>>>>>;

/// An opened archive whose directory is within the limits.
pub(super) struct Package<B> {
    zip: ZipArchive<Cursor<B>>,
    /// Lower-case path to the name in the archive.
    names: BTreeMap<String, String>,
    /// Bytes of all parts, as the directory says; a part that has more is broken.
    unpacked: u64,
}

impl<B: AsRef<[u8]>> Package<B> {
    /// Opens the archive and checks its directory.
    pub(super) fn open(bytes: B) -> Result<Self, String> {
        refuse_other_formats(bytes.as_ref())?;
        let mut zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|_| "the workbook is damaged or cut off".to_owned())?;
        let mut names = BTreeMap::new();
        let mut unpacked = 0_u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(damaged)?;
            let name = entry.name().map_err(damaged)?.into_owned();
            if entry.encrypted() {
                return Err("the workbook is protected with a password; save it without one".to_owned());
            }
            if entry.size() > unpacked_limit(entry.compressed_size(), PART_LIMIT) {
                return Err(too_large(&name));
            }
            unpacked = unpacked.saturating_add(entry.size());
            names.insert(name.replace('\\', "/").to_ascii_lowercase(), name);
        }
        if zip.has_overlapping_files().map_err(damaged)? {
            return Err("the workbook is damaged: its parts overlap".to_owned());
        }
        let package = Self { zip, names, unpacked };
        package.refuse_other_packages()?;
        Ok(package)
    }

    /// What all parts together unpack to.
    pub(super) const fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Whether the archive has this part.
    pub(super) fn has(&self, path: &str) -> bool {
        self.names.contains_key(&path.to_ascii_lowercase())
    }

    /// Opens a part as XML, if there is one of this name.
    pub(super) fn part(&mut self, path: &str, limit: u64) -> Result<Option<Part<'_, B>>, Fault> {
        let Some(metered) = self.metered(path, limit)? else { return Ok(None) };
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, metered));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(Some(reader))
    }

    /// Unpacks a part to nowhere and tells its true size.
    pub(super) fn measure(&mut self, path: &str, limit: u64) -> Result<u64, Fault> {
        let Some(mut metered) = self.metered(path, limit)? else { return Ok(0) };
        match io::copy(&mut metered, &mut io::sink()) {
            Ok(size) => Ok(size),
            Err(error) => Err(metered.fault(error)),
        }
    }

    /// Gives the bytes back.
    pub(super) fn into_bytes(self) -> Cursor<B> {
        self.zip.into_inner()
    }

    fn metered(&mut self, path: &str, limit: u64) -> Result<Option<Metered<ZipFile<'_, Cursor<B>>>>, Fault> {
        let Some(name) = self.names.get(&path.to_ascii_lowercase()) else { return Ok(None) };
        let file = self.zip.by_name(name).map_err(|e| Fault::Damage(lower(e)))?;
        let limit = unpacked_limit(file.compressed_size(), limit);
        Ok(Some(Metered { inner: file, name: path.to_owned(), limit, count: 0, text: 0, breach: None }))
    }

    /// Tells other formats in zip archives apart.
    fn refuse_other_packages(&self) -> Result<(), String> {
        let what = if self.has("xl/workbook.bin") {
            "this is an .xlsb workbook"
        } else if self.has("content.xml") && self.has("META-INF/manifest.xml") {
            "this is an OpenDocument (.ods) file"
        } else if self.has("Index/Document.iwa") || self.has("Index.zip") {
            "this is a Numbers document"
        } else if !self.has("_rels/.rels") {
            "this zip archive holds no workbook"
        } else {
            return Ok(());
        };
        Err(format!("{what}; save it as .xlsx or CSV"))
    }
}

/// Counts what is unpacked and stops at the limits.
pub(super) struct Metered<R> {
    inner: R,
    name: String,
    limit: u64,
    count: u64,
    /// Bytes since the last `<`.
    text: u64,
    breach: Option<String>,
}

impl<R> Metered<R> {
    /// What went wrong, after a failed read.
    pub(super) fn fault(&self, error: impl ToString) -> Fault {
        match &self.breach {
            Some(breach) => Fault::Limit(breach.clone()),
            None => Fault::Damage(format!("a part of it is broken or cut off ({})", lower(error))),
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buf)?;
        let fresh = buf.get(..length).unwrap_or_default();
        self.count += length as u64;
        match fresh.iter().rposition(|&b| b == b'<') {
            Some(at) => self.text = (length - at) as u64,
            None => self.text += length as u64,
        }
        if self.count > self.limit {
            self.breach = Some(too_large(&self.name));
        } else if self.text > TEXT_LIMIT {
            self.breach = Some(format!("the workbook is refused: {} holds a text of more than 16 MiB", self.name));
        }
        match &self.breach {
            Some(breach) => Err(io::Error::other(breach.clone())),
            None => Ok(length),
        }
    }
}

/// The message for a workbook that is broken as a whole.
pub(super) fn damaged(error: impl ToString) -> String {
    format!("the workbook is damaged or cut off ({})", lower(error))
}

/// The text of an error as a part of a sentence.
#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
pub(super) fn lower(error: impl ToString) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// What a part with so many packed bytes may unpack to.
fn unpacked_limit(packed: u64, limit: u64) -> u64 {
    packed.saturating_mul(RATIO_LIMIT).max(RATIO_ALLOWANCE).min(limit)
}

fn too_large(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("the workbook is refused: {name} unpacks to far more than it should")
}

/// Tells what the first bytes say.
fn refuse_other_formats(bytes: &[u8]) -> Result<(), String> {
    if bytes.starts_with(&OLE_MAGIC) {
        let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Err(if contains(bytes, &mark) {
            "the workbook is protected with a password or a label; save it without, as .xlsx or CSV".to_owned()
        } else {
            "this is an old Office file (.xls); save it as .xlsx or CSV".to_owned()
        });
    }
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if !bytes.starts_with(b"PK") {
        return Err("this is no .xlsx workbook; save it as .xlsx or CSV".to_owned());
    }
    Ok(())
}

/// Whether the bytes hold the mark anywhere.
fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    let Some(&first) = mark.first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| b == first) {
        let tail = rest.get(at..).unwrap_or_default();
        if tail.starts_with(mark) {
            return true;
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn refusal(bytes: Vec<u8>) -> String {
        Package::open(bytes).err().unwrap_or_default()
    }

    #[test]
    fn other_formats_are_named() {
        let mut ole = OLE_MAGIC.to_vec();
        ole.resize(2048, 0);
        let mut protected = ole.clone();
        protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        let xlsb = fixture::pack(&[("_rels/.rels", "<a/>"), ("xl/workbook.bin", "x")]);
        let ods = fixture::pack(&[("content.xml", "<a/>"), ("META-INF/manifest.xml", "<a/>")]);
        for (bytes, expected) in [
            (ole, "this is an old Office file (.xls); save it as .xlsx or CSV"),
            (protected, "the workbook is protected with a password or a label; save it without, as .xlsx or CSV"),
            (xlsb, "this is an .xlsb workbook; save it as .xlsx or CSV"),
            (ods, "this is an OpenDocument (.ods) file; save it as .xlsx or CSV"),
            (fixture::pack(&[("a.txt", "x")]), "this zip archive holds no workbook; save it as .xlsx or CSV"),
            (Vec::new(), "the file is empty"),
            (b"a;b;c\r\n".to_vec(), "this is no .xlsx workbook; save it as .xlsx or CSV"),
        ] {
            assert_eq!(refusal(bytes), expected);
        }
    }

    #[test]
    fn a_cut_archive_is_damaged() {
        let mut bytes = fixture::pack(&[("_rels/.rels", "<a/>")]);
        bytes.truncate(bytes.len() - 10);
        assert!(refusal(bytes).starts_with("the workbook is damaged or cut off"));
    }

    #[test]
    fn a_bomb_is_refused_by_its_directory() {
        let bomb = " ".repeat(3 << 20);
        let bytes = fixture::pack(&[("_rels/.rels", "<a/>"), ("xl/a.xml", &bomb)]);
        assert_eq!(refusal(bytes), "the workbook is refused: xl/a.xml unpacks to far more than it should");
    }

    #[test]
    fn a_bomb_with_a_lying_directory_stops_while_it_unpacks() {
        let bomb = "<a/>".repeat(1 << 20);
        let bytes = fixture::pack(&[("_rels/.rels", "<a/>"), ("xl/a.xml", &bomb)]);
        let mut package = Package::open(fixture::with_size(bytes, 4 << 20, 4000)).unwrap();
        let fault = package.measure("XL/a.xml", PART_LIMIT).unwrap_err();
        assert!(matches!(&fault, Fault::Damage(text) if text.contains("file is larger")), "{fault:?}");
    }

    #[test]
    fn the_meter_stops_at_its_limit() {
        let inner = io::repeat(b'<').take(5000);
        let mut metered = Metered { inner, name: "a".to_owned(), limit: 4000, count: 0, text: 0, breach: None };
        let error = io::copy(&mut metered, &mut io::sink()).unwrap_err();
        assert!(matches!(metered.fault(error), Fault::Limit(text) if text == too_large("a")));
    }

    #[test]
    fn an_overlong_text_is_refused() {
        let mut state = 7_u32;
        let text: String = (0..TEXT_LIMIT + 10)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + (state >> 28) as u8)
            })
            .collect();
        let bytes = fixture::pack(&[("_rels/.rels", "<a/>"), ("xl/a.xml", &text)]);
        let fault = Package::open(bytes).unwrap().measure("xl/a.xml", PART_LIMIT).unwrap_err();
        assert!(matches!(&fault, Fault::Limit(text) if text.contains("16 MiB")), "{fault:?}");
    }
}
