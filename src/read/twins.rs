//! Members of an archive that bear one name. The format allows them, and the reader of archives would keep the last of them;
//! so in the directory in memory each gets a name of its own.

use std::collections::{BTreeMap, BTreeSet};

/// Name in the changed directory → name that people gave.
pub(super) type Shown = BTreeMap<String, String>;

const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const ENTRY: &[u8] = b"PK\x01\x02";
/// The end of an archive: a record of 22 bytes and a comment.
const LONGEST_END: usize = 22 + 0xFFFF;

/// Renames all but the first of the members that share a name. A directory that makes no sense is left to the reader.
///
/// # Errors
/// Why the members cannot be told apart, as a sentence part.
pub(super) fn rename(bytes: &mut [u8]) -> Result<Shown, String> {
    let names = names(bytes);
    let mut taken: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut twins = Vec::new();
    for (start, end) in names {
        let name = bytes.get(start..end).unwrap_or_default();
        if !taken.insert(name.to_vec()) {
            twins.push((start, end));
        }
    }
    let mut shown = Shown::new();
    let mut number = 0_u32;
    for (start, end) in twins {
        let Some(name) = bytes.get_mut(start..end) else { continue };
        let own = loop {
            let own = format!("{number:0>width$x}", width = name.len());
            number = number.checked_add(1).unwrap_or_default();
            if own.len() > name.len() || number == 0 {
                return Err("the archive has members of one name, which cannot be told apart".into());
            }
            if taken.insert(own.clone().into_bytes()) {
                break own;
            }
        };
        shown.insert(own.clone(), String::from_utf8_lossy(name).into_owned());
        name.copy_from_slice(own.as_bytes());
    }
    Ok(shown)
}

/// Where the names of the members lie in the directory.
fn names(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let Some((mut at, end)) = directory(bytes) else { return found };
    while at < end && bytes.get(at..at + 4) == Some(ENTRY) {
        let length = |offset: usize| number(bytes, at + offset, 2);
        let (Some(name), Some(extra), Some(comment)) = (length(28), length(30), length(32)) else { break };
        let start = at + 46;
        if start + name > end {
            break;
        }
        found.push((start, start + name));
        at = start + name + extra + comment;
    }
    found
}

/// Begin and end of the directory, which lies right before the record that ends it.
fn directory(bytes: &[u8]) -> Option<(usize, usize)> {
    let tail = bytes.len().saturating_sub(LONGEST_END);
    let end = tail + memchr::memmem::rfind(bytes.get(tail..)?, END)?;
    let locator = end.checked_sub(20).filter(|at| bytes.get(*at..at + 4) == Some(LOCATOR_64));
    let (end, size) = match locator {
        Some(locator) => {
            let from = locator.saturating_sub(LONGEST_END);
            let end = from + memchr::memmem::rfind(bytes.get(from..locator)?, END_64)?;
            (end, number(bytes, end + 40, 8)?)
        }
        None => (end, number(bytes, end + 12, 4)?),
    };
    Some((end.checked_sub(size)?, end))
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    digits.iter().rev().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
}
