//! Few words, and where each of them stands.

use polars::prelude::{ChunkFullNull, ChunkTake, IdxCa, NewChunkedArray, StringChunked};

use super::build::Few;
use super::{Kind, Strings};
use crate::frame::make;

/// Few words, and which of them stands in each line.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// From 1; 0 is a blank cell.
    pub(super) numbers: Vec<u16>,
    pub(super) words: Vec<Box<str>>,
}

impl Words {
    pub(super) fn word(&self, number: u16) -> Option<&str> {
        self.words.get(usize::from(number).wrapping_sub(1)).map(AsRef::as_ref)
    }

    /// The numbers that words have, from 1.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u16, &str)> {
        (1..=u16::MAX).zip(self.words.iter().map(AsRef::as_ref))
    }

    /// Other lines of the same words.
    pub(super) fn with(&self, numbers: Vec<u16>) -> Strings {
        Strings::of_words(numbers, self.words.clone())
    }

    /// The texts of some numbers.
    pub(super) fn spread(&self, numbers: impl Iterator<Item = u16>) -> StringChunked {
        let words = StringChunked::from_iter_values("".into(), self.words.iter().map(AsRef::as_ref));
        let lines: IdxCa = make::numbers("", numbers.map(|number| number.checked_sub(1).map(u32::from)));
        // Every number is that of a word.
        words.take(&lines).unwrap_or_else(|_| StringChunked::full_null("".into(), lines.len()))
    }

    /// One column of words below the other; nothing where one is none, or where they are too many together.
    pub(super) fn concat(parts: &[Strings]) -> Option<Self> {
        let mut few = Few::new(parts.iter().map(Strings::len).sum());
        for part in parts {
            let Kind::Words(own) = &part.0 else { return None };
            let mut now = vec![0_u16];
            for word in &own.words {
                now.push(few.number_of_any(word.as_bytes())?);
            }
            few.numbers.extend(own.numbers.iter().map(|n| now.get(usize::from(*n)).copied().unwrap_or_default()));
        }
        few.into_words()
    }
}
