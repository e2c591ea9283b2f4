//! A column of text that takes as little room as what is in it.
//!
//! Most columns of a list have a handful of words: a state, a platform, a model. Such a column is a number a line and each of
//! the words once, from the reader to the reports, and whatever asks something of its cells asks it of the words. Any other
//! column, such as names and ids, is text.

mod build;
mod texts;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use polars::prelude::{BooleanChunked, ChunkFull, IdxCa, NewChunkedArray, PlHashMap, StringChunked};

use super::Lines;
use build::Few;
use texts::Texts;
use words::Words;

pub use build::Builder;

/// A column of text.
#[derive(Clone, Debug)]
pub struct Strings(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Words(Arc<Words>),
    Texts(Arc<Texts>),
}

impl Default for Strings {
    fn default() -> Self {
        Self::blank(0)
    }
}

impl From<Texts> for Strings {
    fn from(texts: Texts) -> Self {
        Self(Kind::Texts(Arc::new(texts)))
    }
}

impl From<&StringChunked> for Strings {
    fn from(texts: &StringChunked) -> Self {
        texts.iter().collect()
    }
}

impl<'a> FromIterator<Option<&'a str>> for Strings {
    fn from_iter<T: IntoIterator<Item = Option<&'a str>>>(cells: T) -> Self {
        let cells = cells.into_iter();
        let mut made = Builder::new(cells.size_hint().0);
        cells.for_each(|cell| made.push(cell));
        made.finish()
    }
}

impl Strings {
    /// Blank cells.
    #[must_use]
    pub fn blank(height: usize) -> Self {
        Self::of_words(vec![0; height], Vec::new())
    }

    /// The same word in every cell.
    #[must_use]
    pub fn full(word: &str, height: usize) -> Self {
        Self::of_words(vec![1; height], vec![word.into()])
    }

    fn of_words(numbers: Vec<u16>, words: Vec<Box<str>>) -> Self {
        Self(Kind::Words(Arc::new(Words { numbers, words })))
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Words(own) => own.numbers.len(),
            Kind::Texts(texts) => texts.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of blank cells.
    #[must_use]
    pub fn null_count(&self) -> usize {
        match &self.0 {
            Kind::Words(own) => own.numbers.iter().filter(|number| **number == 0).count(),
            Kind::Texts(texts) => texts.blanks(),
        }
    }

    /// The text of a cell.
    #[must_use]
    pub fn get(&self, line: usize) -> Option<&str> {
        match &self.0 {
            Kind::Words(own) => own.word(*own.numbers.get(line)?),
            Kind::Texts(texts) => texts.get(line),
        }
    }

    /// Every cell.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        match &self.0 {
            Kind::Words(own) => Either::Words(own.numbers.iter().map(|number| own.word(*number))),
            Kind::Texts(texts) => Either::Texts(texts.iter()),
        }
    }

    /// What is said of each cell that is not blank; of a column of words once of each word.
    pub fn each<'a, T: Clone + 'a>(
        &'a self,
        mut say: impl FnMut(&'a str) -> T + 'a,
    ) -> impl Iterator<Item = Option<T>> + 'a {
        match &self.0 {
            Kind::Words(own) => {
                let said: Vec<T> = own.words.iter().map(|word| say(word)).collect();
                Either::Words(
                    own.numbers.iter().map(move |number| said.get(usize::from(*number).wrapping_sub(1)).cloned()),
                )
            }
            Kind::Texts(texts) => Either::Texts(texts.iter().map(move |cell| cell.map(&mut say))),
        }
    }

    /// Every different text with the number of its cells, in no order.
    #[must_use]
    pub fn different(&self) -> Vec<(&str, u64)> {
        match &self.0 {
            Kind::Words(own) => {
                let mut counts = vec![0_u64; own.words.len() + 1];
                for number in &own.numbers {
                    if let Some(count) = counts.get_mut(usize::from(*number)) {
                        *count += 1;
                    }
                }
                own.words.iter().map(AsRef::as_ref).zip(counts.into_iter().skip(1)).filter(|(_, n)| *n > 0).collect()
            }
            Kind::Texts(texts) => {
                let mut counts: PlHashMap<&str, u64> = PlHashMap::default();
                texts.iter().flatten().for_each(|text| *counts.entry(text).or_default() += 1);
                counts.into_iter().collect()
            }
        }
    }

    /// Other texts in place of these, or none. What is refused is told, line by line, and its cell is blank.
    #[must_use]
    pub fn translate<R>(
        &self,
        judge: impl Fn(&str) -> Result<Option<Cow<'_, str>>, R>,
        mut refused: impl FnMut(usize, &str, &R),
    ) -> Self {
        match &self.0 {
            Kind::Words(own) => {
                let mut few = Few::new(0);
                let mut refusals: PlHashMap<u16, R> = PlHashMap::default();
                let mut now = vec![0_u16; own.words.len() + 1];
                for ((number, word), slot) in own.numbered().zip(now.iter_mut().skip(1)) {
                    match judge(word) {
                        // There are no more of them than before.
                        Ok(Some(text)) => *slot = few.number_of_any(text.as_bytes()).unwrap_or_default(),
                        Ok(None) => {}
                        Err(reason) => {
                            refusals.insert(number, reason);
                        }
                    }
                }
                if !refusals.is_empty() {
                    for (line, number) in own.numbers.iter().enumerate() {
                        if let (Some(reason), Some(word)) = (refusals.get(number), own.word(*number)) {
                            refused(line, word, reason);
                        }
                    }
                }
                few.numbers =
                    own.numbers.iter().map(|n| now.get(usize::from(*n)).copied().unwrap_or_default()).collect();
                few.finish().unwrap_or_default()
            }
            Kind::Texts(texts) => {
                let mut made = Builder::new(texts.len());
                for (line, cell) in texts.iter().enumerate() {
                    match cell.map(|cell| (cell, judge(cell))) {
                        Some((_, Ok(text))) => made.push(text.as_deref()),
                        Some((cell, Err(reason))) => {
                            refused(line, cell, &reason);
                            made.push(None);
                        }
                        None => made.push(None),
                    }
                }
                made.finish()
            }
        }
    }

    /// Which cells are blank.
    #[must_use]
    pub fn is_null(&self) -> BooleanChunked {
        match &self.0 {
            Kind::Words(own) => flags(own.numbers.iter().map(|number| *number == 0)),
            Kind::Texts(texts) => flags(texts.iter().map(|cell| cell.is_none())),
        }
    }

    /// Which cells are filled.
    #[must_use]
    pub fn is_not_null(&self) -> BooleanChunked {
        match &self.0 {
            Kind::Words(own) => flags(own.numbers.iter().map(|number| *number != 0)),
            Kind::Texts(texts) => flags(texts.iter().map(|cell| cell.is_some())),
        }
    }

    /// Which cells have this text.
    #[must_use]
    pub fn is(&self, text: &str) -> BooleanChunked {
        match &self.0 {
            Kind::Words(own) => match own.numbered().find(|(_, word)| *word == text) {
                Some((of_text, _)) => flags(own.numbers.iter().map(|number| *number == of_text)),
                None => BooleanChunked::full("".into(), false, own.numbers.len()),
            },
            Kind::Texts(texts) => flags(texts.iter().map(|cell| cell == Some(text))),
        }
    }

    /// The cells of which a flag says so.
    #[must_use]
    pub fn filter(&self, keep: &BooleanChunked) -> Self {
        match &self.0 {
            Kind::Words(own) => {
                let kept = own.numbers.iter().zip(keep.iter()).filter(|(_, keep)| *keep == Some(true));
                own.with(kept.map(|(number, _)| *number).collect())
            }
            Kind::Texts(texts) => {
                let kept = texts.iter().zip(keep.iter()).filter(|(_, keep)| *keep == Some(true));
                kept.map(|(cell, _)| cell).collect::<Texts>().into()
            }
        }
    }

    /// The cells of some lines; blank for none.
    #[must_use]
    pub fn take(&self, lines: &IdxCa) -> Self {
        match &self.0 {
            Kind::Words(own) => {
                let of = |line: Option<u32>| {
                    line.and_then(|line| own.numbers.get(line as usize)).copied().unwrap_or_default()
                };
                own.with(lines.iter().map(of).collect())
            }
            Kind::Texts(texts) => {
                let taken = lines.iter().map(|line| texts.get(line? as usize));
                taken.collect::<Texts>().into()
            }
        }
    }

    /// The first cells.
    #[must_use]
    pub fn head(&self, height: usize) -> Self {
        match &self.0 {
            Kind::Words(own) => own.with(own.numbers.iter().take(height).copied().collect()),
            Kind::Texts(texts) => texts.iter().take(height).collect::<Texts>().into(),
        }
    }

    /// One below the other.
    #[must_use]
    pub fn concat(parts: &[Self]) -> Self {
        if let [one] = parts {
            return one.clone();
        }
        if let Some(words) = Words::concat(parts) {
            return Self(Kind::Words(Arc::new(words)));
        }
        let mut all = Texts::default();
        for part in parts {
            match &part.0 {
                Kind::Words(_) => all.append(&part.iter().collect()),
                Kind::Texts(texts) => all.append(texts),
            }
        }
        all.into()
    }

    /// Cells of another column where a flag does not say so.
    #[must_use]
    pub fn or_else(&self, own: &BooleanChunked, other: &Self) -> Self {
        let cells = self.iter().zip(other.iter()).zip(own.iter());
        cells.map(|((cell, other), own)| if own == Some(true) { cell } else { other }).collect()
    }

    /// The column as the engine has it.
    #[must_use]
    pub fn texts(&self) -> StringChunked {
        match &self.0 {
            Kind::Words(own) => own.spread(own.numbers.iter().copied()),
            Kind::Texts(texts) => StringChunked::from_iter_options("".into(), texts.iter()),
        }
    }

    /// Some lines of it as the engine has them; blank for one that is not there.
    #[must_use]
    pub fn texts_of(&self, lines: Lines<'_>) -> StringChunked {
        match &self.0 {
            Kind::Words(own) => {
                let number = |line: usize| own.numbers.get(line).copied().unwrap_or_default();
                match lines {
                    Lines::Run(start, len) => own.spread((start..start + len).map(number)),
                    Lines::Each(lines) => own.spread(lines.iter().map(|line| number(*line as usize))),
                }
            }
            Kind::Texts(texts) => match lines {
                Lines::Run(start, len) => {
                    let cells = (start..start + len).map(|line| texts.get(line));
                    StringChunked::from_iter_options("".into(), cells)
                }
                Lines::Each(lines) => {
                    let cells = lines.iter().map(|line| texts.get(*line as usize));
                    StringChunked::from_iter_options("".into(), cells)
                }
            },
        }
    }
}

fn flags(flags: impl ExactSizeIterator<Item = bool>) -> BooleanChunked {
    BooleanChunked::from_iter_values("".into(), flags)
}

/// The cells of either kind.
enum Either<A, B> {
    Words(A),
    Texts(B),
}

impl<T, A: Iterator<Item = T>, B: Iterator<Item = T>> Iterator for Either<A, B> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Self::Words(cells) => cells.next(),
            Self::Texts(cells) => cells.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Words(cells) => cells.size_hint(),
            Self::Texts(cells) => cells.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests;
