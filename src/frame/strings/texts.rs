//! Texts that differ from each other, one after the other: four bytes a cell beside what it says.

use std::sync::Arc;

/// Lines of a piece, unless its text is very long.
const LINES: usize = 1 << 16;
/// So many lines, as a power of two.
const LINES_BITS: u32 = LINES.trailing_zeros();
/// The longest cell, and the text of a piece beyond which no cell is added.
const LONGEST: usize = 1 << 30;
/// In the place where a cell ends: it is blank.
const BLANK: u32 = 1 << 31;

/// Cells, in pieces: one large text would be copied again and again while it grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pieces: Vec<Arc<Piece>>,
    /// Where each piece begins.
    starts: Vec<usize>,
    len: usize,
    blanks: usize,
}

#[derive(Debug)]
struct Piece {
    text: Box<str>,
    /// Where each cell ends in it.
    ends: Box<[u32]>,
}

impl Piece {
    fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        if end & BLANK != 0 {
            return None;
        }
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end & !BLANK);
        self.text.get(start as usize..end as usize)
    }
}

impl Texts {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn blanks(&self) -> usize {
        self.blanks
    }

    pub(super) fn get(&self, line: usize) -> Option<&str> {
        // Most pieces have the same number of lines.
        let likely = line >> LINES_BITS;
        let from = |at: usize| self.starts.get(at).copied().filter(|start| *start <= line);
        let next = || self.starts.get(likely + 1).copied().unwrap_or(self.len);
        let at = match from(likely) {
            Some(_) if line < next() => likely,
            _ => self.starts.partition_point(|start| *start <= line).checked_sub(1)?,
        };
        self.pieces.get(at)?.get(line - from(at)?)
    }

    pub(super) fn iter(&self) -> Cells<'_> {
        Cells { pieces: self.pieces.iter(), ends: [].iter(), text: "", from: 0, left: self.len }
    }

    /// More cells below these.
    pub(super) fn append(&mut self, more: &Self) {
        for piece in &more.pieces {
            self.starts.push(self.len);
            self.len += piece.ends.len();
            self.pieces.push(Arc::clone(piece));
        }
        self.blanks += more.blanks;
    }
}

/// Goes through the cells.
pub(super) struct Cells<'a> {
    pieces: std::slice::Iter<'a, Arc<Piece>>,
    ends: std::slice::Iter<'a, u32>,
    text: &'a str,
    from: u32,
    left: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Option<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        let end = loop {
            if let Some(end) = self.ends.next() {
                break *end;
            }
            let piece = self.pieces.next()?;
            (self.ends, self.text, self.from) = (piece.ends.iter(), &piece.text, 0);
        };
        self.left -= 1;
        if end & BLANK != 0 {
            return Some(None);
        }
        let start = std::mem::replace(&mut self.from, end);
        Some(self.text.get(start as usize..end as usize))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Cells<'_> {}

/// Texts while they are made.
#[derive(Debug, Default)]
pub(super) struct Many {
    done: Texts,
    text: Vec<u8>,
    ends: Vec<u32>,
    /// A cell is no text.
    broken: bool,
}

impl Many {
    /// Adds a cell.
    ///
    /// # Panics
    /// For a cell of a gibibyte.
    pub(super) fn push(&mut self, cell: Option<&[u8]>) {
        if self.ends.len() == LINES || self.text.len() > LONGEST {
            self.close();
        }
        let cell = cell.inspect(|cell| {
            assert!(cell.len() < LONGEST, "a cell of a gibibyte");
            self.text.extend_from_slice(cell);
        });
        // Less than two of the longest.
        let end = u32::try_from(self.text.len()).unwrap_or_default();
        self.done.blanks += usize::from(cell.is_none());
        self.ends.push(if cell.is_some() { end } else { end | BLANK });
    }

    fn close(&mut self) {
        let ends = std::mem::take(&mut self.ends);
        let Ok(text) = String::from_utf8(std::mem::take(&mut self.text)) else {
            self.broken = true;
            return;
        };
        self.broken |= !text.is_ascii() && !ends.iter().all(|end| text.is_char_boundary((end & !BLANK) as usize));
        // The next piece is like this one.
        (self.ends, self.text) = (Vec::with_capacity(ends.len()), Vec::with_capacity(text.len()));
        self.done.starts.push(self.done.len);
        self.done.len += ends.len();
        self.done.pieces.push(Arc::new(Piece { text: text.into(), ends: ends.into() }));
    }

    /// The cells; nothing where one is no text.
    pub(super) fn finish(mut self) -> Option<Texts> {
        if !self.ends.is_empty() {
            self.close();
        }
        (!self.broken).then_some(self.done)
    }
}

impl<'a> FromIterator<Option<&'a str>> for Texts {
    fn from_iter<T: IntoIterator<Item = Option<&'a str>>>(cells: T) -> Self {
        let mut many = Many::default();
        cells.into_iter().for_each(|cell| many.push(cell.map(str::as_bytes)));
        // All of it is text.
        many.finish().unwrap_or_default()
    }
}
