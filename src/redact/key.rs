//! The key of a copy's names: a file that stays with whoever made the copy.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::names::Kind;
use crate::disk;
use crate::error::{Error, Result};
use crate::read::hex;

/// What a key file begins with.
const TITLE: &str = "lastseen-key-1";
/// Bytes of a key.
const BYTES: usize = 32;
/// The largest key file.
const LARGEST: u64 = 4_096;

/// A key. The same one gives the same names in the next copy.
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The key of some bytes.
    fn of(bytes: &[u8; BYTES]) -> Result<Self> {
        Hmac::new_from_slice(bytes).map(Self).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Usage`] for a file that is none.
    pub fn read(path: &Path) -> Result<Self> {
        let unreadable = |source| Error::Unreadable { path: path.to_path_buf(), source };
        let bytes = disk::read(path, LARGEST).map_err(unreadable)?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let mut words = text.split_ascii_whitespace();
        let bytes = match (words.next(), words.next(), words.next()) {
            (Some(TITLE), Some(digits), None) => of_hex(digits),
            _ => None,
        };
        let Some(bytes) = bytes else {
            let message = format!("`{}` is no key file", path.display());
            let help = "name the file that `--new-key` made".into();
            return Err(Error::Usage { message, help });
        };
        Self::of(&bytes)
    }

    /// Makes a key and the file for it, which nobody else may read. An existing file is left as it is.
    ///
    /// # Errors
    /// [`Error::Usage`] where the file exists; [`Error::Write`].
    pub fn make(path: &Path) -> Result<Self> {
        let failed = |source| Error::Write { path: path.to_path_buf(), source };
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|e| failed(io::Error::other(e.to_string())))?;
        let mut file = match private(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                let message = format!("`{}` exists already", path.display());
                let help = "use it with `--key`, or name another file for the new key".into();
                return Err(Error::Usage { message, help });
            }
            opened => opened.map_err(failed)?,
        };
        let text = format!("{TITLE} {}\n", hex(&bytes));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Self::of(&bytes)
    }

    /// What stands for a value of a kind.
    pub(super) fn digest(&self, kind: Kind, value: &str) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(kind.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// A new file that only its owner may read.
pub(super) fn private(path: &Path) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn of_hex(digits: &str) -> Option<[u8; BYTES]> {
    let mut bytes = [0_u8; BYTES];
    if digits.len() != 2 * BYTES || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("key");
        let made = Key::make(&path).unwrap();
        let read = Key::read(&path).unwrap();
        assert_eq!(made.digest(Kind::Serial, "X"), read.digest(Kind::Serial, "X"));
        assert_ne!(made.digest(Kind::Serial, "X"), read.digest(Kind::Device, "X"));
        assert!(matches!(Key::make(&path), Err(Error::Usage { .. })));
        let other = Key::make(&place.path().join("other")).unwrap();
        assert_ne!(made.digest(Kind::Serial, "X"), other.digest(Kind::Serial, "X"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("key");
        for text in ["", "secret", "lastseen-key-1 12", &format!("lastseen-key-1 {}", "z".repeat(64))] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(Key::read(&path), Err(Error::Usage { .. })), "{text}");
        }
    }
}
