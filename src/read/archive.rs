//! Members of a zip archive, with limits that a hostile archive cannot get past.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::discover::by_product;
use super::twins;

/// More members than any console packs.
const MAX_MEMBERS: usize = 1_000;
/// Unpacked bytes of all members together.
const MAX_BYTES: u64 = 16 << 30;
/// Device lists repeat themselves and pack well; a bomb packs a thousandfold.
const MAX_RATIO: u64 = 400;

/// One file inside an archive.
pub(super) struct Member {
    /// Name inside the archive, for people; never used as a path.
    pub name: String,
    /// Content, or why it was not unpacked.
    pub body: Result<Vec<u8>, String>,
}

/// Unpacks the members that may be exports, in the order of their names.
pub(super) fn members(bytes: &mut [u8]) -> Result<Vec<Member>, String> {
    let twins = twins::rename(bytes)?;
    let bytes = &*bytes;
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| "the archive is damaged or cut off".to_string())?;
    if archive.len() > MAX_MEMBERS {
        return Err(format!("the archive has {} members; at most {MAX_MEMBERS} are read", archive.len()));
    }
    let mut left = MAX_BYTES;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let shown = archive.name_for_index(index).and_then(Result::ok).map(std::borrow::Cow::into_owned);
        let Ok(mut file) = archive.by_index(index) else {
            members.push(Member {
                name: shown.unwrap_or_else(|| format!("member {}", index + 1)),
                body: Err("the member cannot be unpacked: it is encrypted or uses an unknown method".into()),
            });
            continue;
        };
        let name = file.name().map_or_else(|_| format!("member {}", index + 1), std::borrow::Cow::into_owned);
        if file.is_dir() || name.starts_with("__MACOSX/") || by_product(&name).is_some() {
            continue;
        }
        let allowed = left.min(file.compressed_size().saturating_mul(MAX_RATIO).max(1 << 20));
        let mut body = Vec::new();
        let body = match file.by_ref().take(allowed + 1).read_to_end(&mut body) {
            Ok(read) if read as u64 > allowed => {
                Err(format!("the member unpacks to far more than it should ({} MB) and was not read", allowed >> 20))
            }
            Ok(read) => {
                left -= read as u64;
                Ok(body)
            }
            Err(e) => Err(format!("the member is damaged and cannot be unpacked ({e})")),
        };
        let name = twins.get(&name).cloned().unwrap_or(name);
        members.push(Member { name, body });
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
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
        let members = members(&mut alike(&bodies)).unwrap();
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
