//! How columns of text are made, cell by cell: of words as long as they are few.

use std::sync::Arc;

use polars::prelude::PlHashMap;

use super::texts::Many;
use super::{Kind, Strings, Words};

/// A column with more different texts is none of words: of names and ids nobody wants to look up each.
const FEW: usize = 4_096;

/// A column of few words while it is made.
#[derive(Debug, Default)]
pub(super) struct Few {
    /// From 1; 0 is a blank cell.
    pub(super) numbers: Vec<u16>,
    words: Vec<Box<[u8]>>,
    places: PlHashMap<Box<[u8]>, u16>,
    /// The word that was looked up last: lists are often sorted, or say the same throughout.
    last: u16,
}

impl Few {
    /// Room for so many cells.
    pub(super) fn new(room: usize) -> Self {
        Self { numbers: Vec::with_capacity(room), ..Self::default() }
    }

    fn push_blank(&mut self) {
        self.numbers.push(0);
    }

    /// Adds a cell; `false` where it would be one word too many.
    fn push(&mut self, text: &[u8]) -> bool {
        let number = self.number_of(text);
        self.numbers.extend(number);
        number.is_some()
    }

    /// The cells so far.
    fn cells(&self) -> impl ExactSizeIterator<Item = Option<&[u8]>> {
        self.numbers.iter().map(|number| self.word(*number))
    }

    fn word(&self, number: u16) -> Option<&[u8]> {
        self.words.get(usize::from(number).wrapping_sub(1)).map(AsRef::as_ref)
    }

    /// The number of a word, as long as they are few.
    pub(super) fn number_of(&mut self, text: &[u8]) -> Option<u16> {
        self.look_up(text, FEW)
    }

    /// The number of a word, as long as there is one.
    pub(super) fn number_of_any(&mut self, text: &[u8]) -> Option<u16> {
        self.look_up(text, usize::from(u16::MAX))
    }

    fn look_up(&mut self, text: &[u8], most: usize) -> Option<u16> {
        if self.word(self.last) == Some(text) {
            return Some(self.last);
        }
        if let Some(number) = self.places.get(text) {
            self.last = *number;
            return Some(*number);
        }
        if self.words.len() >= most {
            return None;
        }
        self.words.push(text.into());
        let number = u16::try_from(self.words.len()).ok()?;
        self.places.insert(text.into(), number);
        self.last = number;
        Some(number)
    }

    pub(super) fn into_words(self) -> Option<Words> {
        let text = |word: Box<[u8]>| String::from_utf8(word.into()).ok().map(String::into_boxed_str);
        let words = self.words.into_iter().map(text).collect::<Option<_>>()?;
        Some(Words { numbers: self.numbers, words })
    }

    pub(super) fn finish(self) -> Option<Strings> {
        Some(Strings(Kind::Words(Arc::new(self.into_words()?))))
    }
}

/// A column of text while it is made.
#[derive(Debug)]
pub struct Builder(Made);

#[derive(Debug)]
enum Made {
    Few(Few),
    Many(Many),
}

impl Builder {
    /// Room for so many cells.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self(Made::Few(Few::new(room)))
    }

    /// Adds a cell.
    pub fn push(&mut self, cell: Option<&str>) {
        self.push_bytes(cell.map(str::as_bytes));
    }

    /// Adds a cell of which it shows at the end whether it is text.
    pub fn push_bytes(&mut self, cell: Option<&[u8]>) {
        match (&mut self.0, cell) {
            (Made::Few(few), None) => few.push_blank(),
            (Made::Few(few), Some(text)) => {
                if !few.push(text) {
                    // The words are no longer few.
                    let mut many = Many::default();
                    few.cells().for_each(|cell| many.push(cell));
                    many.push(cell);
                    self.0 = Made::Many(many);
                }
            }
            (Made::Many(many), cell) => many.push(cell),
        }
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Strings {
        // What was added is text.
        self.finish_bytes().unwrap_or_default()
    }

    /// The column; nothing where a cell is no text.
    #[must_use]
    pub fn finish_bytes(self) -> Option<Strings> {
        match self.0 {
            Made::Few(few) => few.finish(),
            Made::Many(many) => Some(many.finish()?.into()),
        }
    }
}
