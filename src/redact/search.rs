//! Looks for every value that was replaced in every byte of a copy: as the files are, in what the page has packed, and in the parts
//! of a workbook.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;

use super::matcher::{LONGEST, Matcher};
use super::names::Names;

/// Bytes that are looked at together.
const PART: usize = 4 << 20;
/// The shortest run of base64 that may be packed data.
const PACKED: usize = 64;

/// A value that was found in a file of the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file, and the part of it.
    pub file: String,
    /// The value as it stands there.
    pub value: String,
}

/// What looks for the values.
pub struct Search<'a> {
    names: &'a Names,
    matchers: [Matcher; 2],
}

impl<'a> Search<'a> {
    pub(super) fn new(names: &'a Names, matchers: [Matcher; 2]) -> Self {
        Self { names, matchers }
    }

    /// The first value that is found below a folder, if there is one.
    ///
    /// # Errors
    /// What the system says.
    pub fn folder(&self, root: &Path) -> io::Result<Option<Found>> {
        let mut files = Vec::new();
        below(root, &mut files)?;
        files.sort();
        for path in files {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if let Some(found) = self.bytes(&name, name.as_bytes()) {
                return Ok(Some(found));
            }
            let found = match path.extension().and_then(|ending| ending.to_str()) {
                Some("xlsx") => self.parts(&path, &name)?,
                Some("html") => self.page(&path, &name)?,
                _ => self.stream(&name, &mut File::open(&path)?)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The parts of a workbook.
    fn parts(&self, path: &Path, name: &str) -> io::Result<Option<Found>> {
        let mut archive = zip::ZipArchive::new(File::open(path)?).map_err(io::Error::other)?;
        for at in 0..archive.len() {
            let mut member = archive.by_index(at).map_err(io::Error::other)?;
            let part = format!("{name}, {}", member.name().map_err(io::Error::other)?);
            if let Some(found) = self.stream(&part, &mut member)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A page: the data that it has packed, and the rest.
    fn page(&self, path: &Path, name: &str) -> io::Result<Option<Found>> {
        let text = std::fs::read(path)?;
        let is_packed = |sign: &u8| sign.is_ascii_alphanumeric() || b"+/=".contains(sign);
        let mut rest = Vec::with_capacity(text.len());
        for run in text.chunk_by(|a, b| is_packed(a) == is_packed(b)) {
            match unpacked(run) {
                Some(data) => {
                    rest.push(b' ');
                    if let Some(found) = self.bytes(&format!("{name}, packed data"), &data) {
                        return Ok(Some(found));
                    }
                }
                None => rest.extend_from_slice(run),
            }
        }
        Ok(self.bytes(name, &rest))
    }

    /// A long file in parts, each with the end of the one before.
    fn stream(&self, name: &str, from: &mut dyn Read) -> io::Result<Option<Found>> {
        let mut part: Vec<u8> = Vec::with_capacity(PART + LONGEST);
        loop {
            let read = from.take(PART as u64).read_to_end(&mut part)?;
            if let Some(found) = self.bytes(name, &part) {
                return Ok(Some(found));
            }
            if read == 0 {
                return Ok(None);
            }
            part.drain(..part.len().saturating_sub(2 * LONGEST));
        }
    }

    fn bytes(&self, name: &str, bytes: &[u8]) -> Option<Found> {
        let lower = bytes.to_ascii_lowercase();
        let hit = self.matchers.iter().find_map(|matcher| matcher.find(&lower, 0, self.names))?;
        let value = String::from_utf8_lossy(bytes.get(hit.start..hit.end).unwrap_or_default()).into_owned();
        Some(Found { file: name.to_string(), value })
    }
}

/// What a run of base64 has packed; nothing where it is none.
fn unpacked(run: &[u8]) -> Option<Vec<u8>> {
    let packed = STANDARD.decode(run).ok().filter(|_| run.len() >= PACKED)?;
    let mut data = Vec::new();
    DeflateDecoder::new(packed.as_slice()).read_to_end(&mut data).ok()?;
    Some(data)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
