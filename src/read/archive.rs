//! Members of a zip archive, with limits that a hostile archive cannot get past.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::discover::by_product;

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
pub(super) fn members(bytes: &[u8]) -> Result<Vec<Member>, String> {
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
        members.push(Member { name, body });
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}
