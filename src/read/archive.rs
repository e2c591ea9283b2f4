//! Members of a zip archive, one at a time, with limits that a hostile archive cannot get past.

use std::io::{Cursor, Read};
use std::vec::IntoIter;

use zip::ZipArchive;

use super::budget::{MEMBERS, RATIO, Use};
use super::discover::by_product;
use super::twins;

/// A small member is unpacked whatever its ratio.
const SMALL: u64 = 1 << 20;

/// One file inside an archive.
pub(super) struct Member {
    /// Name inside the archive, for people; never used as a path.
    pub name: String,
    /// Content, or why it was not unpacked.
    pub body: Result<Vec<u8>, String>,
}

/// An archive whose directory is within the limits.
pub(super) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    size: u64,
    /// Names and numbers of the members, in the order of their names.
    members: IntoIter<(String, usize)>,
}

impl Archive {
    /// Looks at the directory of an archive.
    ///
    /// # Errors
    /// Why the archive is not read, as a sentence part.
    pub(super) fn open(mut bytes: Vec<u8>) -> Result<Self, String> {
        let size = bytes.len() as u64;
        let twins = twins::rename(&mut bytes)?;
        let mut zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|_| "the archive is damaged or cut off".to_string())?;
        if zip.len() > MEMBERS {
            return Err(format!("the archive has {} members; at most {MEMBERS} are read", zip.len()));
        }
        // Where a member's own header is broken this cannot be told; that member is then refused when its turn comes.
        if zip.has_overlapping_files().unwrap_or(false) {
            return Err("the archive is damaged: its members overlap".into());
        }
        let name = |index: usize| {
            let name = zip.name_for_index(index).and_then(Result::ok).map(std::borrow::Cow::into_owned);
            let name = name.unwrap_or_else(|| format!("member {}", index + 1));
            twins.get(&name).cloned().unwrap_or(name)
        };
        let mut members: Vec<(String, usize)> = (0..zip.len()).map(|index| (name(index), index)).collect();
        let may_be_one =
            |name: &str| !name.starts_with("__MACOSX/") && !name.ends_with(['/', '\\']) && by_product(name).is_none();
        members.retain(|(name, _)| may_be_one(name));
        members.sort();
        Ok(Self { zip, size, members: members.into_iter() })
    }

    /// How many files there are.
    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// Unpacks the next member.
    ///
    /// # Errors
    /// The limit that the input as a whole has broken.
    pub(super) fn next(&mut self, used: &mut Use) -> Result<Option<Member>, String> {
        let Some((name, index)) = self.members.next() else { return Ok(None) };
        let Ok(mut file) = self.zip.by_index(index) else {
            let body = Err("the member cannot be unpacked: it is encrypted or uses an unknown method".into());
            return Ok(Some(Member { name, body }));
        };
        let own = file.compressed_size().min(self.size).saturating_mul(RATIO).max(SMALL);
        let allowed = own.min(used.left());
        let mut body = Vec::new();
        let body = match file.by_ref().take(allowed + 1).read_to_end(&mut body) {
            Ok(read) if read as u64 > own => {
                used.unpacked(own)?;
                Err(format!("the member unpacks to far more than it should ({} MB) and was not read", own >> 20))
            }
            Ok(read) => {
                used.unpacked(read as u64)?;
                Ok(body)
            }
            Err(e) => {
                used.unpacked(body.len() as u64)?;
                Err(format!("the member is damaged and cannot be unpacked ({e})"))
            }
        };
        Ok(Some(Member { name, body }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// An archive whose members bear names of one length, then all the same name.
    fn alike(bodies: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (at, body) in bodies.iter().enumerate() {
            writer.start_file(format!("list-{at}.csv"), zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(body.as_bytes()).unwrap();
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        for at in memchr::memmem::find_iter(&bytes.clone(), b"list-") {
            bytes[at + 5] = b'0';
        }
        bytes
    }

    #[test]
    fn members_of_one_name_are_all_read() {
        let bodies = ["a,b\n1,2\n", "a,b\n3,4\n", "a,b\n5,6\n", "a,b\n7,8\n"];
        let bytes = alike(&bodies);
        let mut used = Use::of(bytes.len() as u64);
        let mut archive = Archive::open(bytes).unwrap();
        let members: Vec<Member> = std::iter::from_fn(|| archive.next(&mut used).unwrap()).collect();
        assert!(
            members.iter().all(|m| m.name == "list-0.csv"),
            "{:?}",
            members.iter().map(|m| &m.name).collect::<Vec<_>>()
        );
        let read: std::collections::BTreeSet<String> =
            members.into_iter().map(|m| String::from_utf8(m.body.unwrap()).unwrap()).collect();
        assert_eq!(read, bodies.iter().map(ToString::to_string).collect());
    }
}
