//! Which lines of two columns have the same text. It sorts digests of the texts, so that a million lines against a million
//! take no map of a million texts.

use std::hash::{DefaultHasher, Hasher};

use rayon::prelude::*;

use crate::ids::Place;

/// A column of text.
pub(super) trait Column: Sync {
    /// By what its lines are counted.
    type Line: Place + Ord + Send;

    /// Number of lines.
    fn lines(&self) -> usize;
    /// The text of a line; empty for none.
    fn text(&self, line: Self::Line) -> &str;
}

/// A column that a closure reads.
pub(super) struct Read<'a, N> {
    lines: usize,
    text: Box<dyn Fn(N) -> &'a str + Sync + 'a>,
}

impl<'a, N> Read<'a, N> {
    pub(super) fn new(lines: usize, text: impl Fn(N) -> &'a str + Sync + 'a) -> Self {
        Self { lines, text: Box::new(text) }
    }
}

impl<N: Place + Ord + Send> Column for Read<'_, N> {
    type Line = N;

    fn lines(&self) -> usize {
        self.lines
    }

    fn text(&self, line: N) -> &str {
        (self.text)(line)
    }
}

/// A text of a column: its digest, and its line.
type Mark<N> = (u64, N);

/// The lines of a column that have a text, by the digests of the texts.
fn marks<C: Column>(column: &C) -> Vec<Mark<C::Line>> {
    let one = |line| {
        let line = C::Line::at(line);
        let text = column.text(line);
        let mut digest = DefaultHasher::new();
        digest.write(text.as_bytes());
        (!text.is_empty()).then(|| (digest.finish(), line))
    };
    let mut marks: Vec<_> = (0..column.lines()).into_par_iter().filter_map(one).collect();
    marks.par_sort_unstable();
    marks
}

/// Shows each text that one of two columns has, once: its lines here, and its lines there.
pub(super) fn each_text<A: Column, B: Column>(here: &A, there: &B, mut see: impl FnMut(&[A::Line], &[B::Line])) {
    let (left, right) = rayon::join(|| marks(here), || marks(there));
    let (mut left, mut right) = (left.as_slice(), right.as_slice());
    let (mut own, mut other) = (Vec::new(), Vec::new());
    let first = |left: &[Mark<A::Line>], right: &[Mark<B::Line>]| {
        let both = [left.first().map(|mark| mark.0), right.first().map(|mark| mark.0)];
        both.into_iter().flatten().min()
    };
    while let Some(digest) = first(left, right) {
        take(&mut left, digest, &mut own);
        take(&mut right, digest, &mut other);
        if is_one_text(here, there, &own, &other) {
            see(&own, &other);
        } else {
            each_of(here, there, &own, &other, &mut see);
        }
    }
}

/// Takes the lines of a digest from the front.
fn take<N: Copy>(marks: &mut &[Mark<N>], digest: u64, into: &mut Vec<N>) {
    into.clear();
    while let Some((mark, rest)) = marks.split_first().filter(|(mark, _)| mark.0 == digest) {
        into.push(mark.1);
        *marks = rest;
    }
}

fn is_one_text<A: Column, B: Column>(here: &A, there: &B, own: &[A::Line], other: &[B::Line]) -> bool {
    let mut texts = own.iter().map(|line| here.text(*line)).chain(other.iter().map(|line| there.text(*line)));
    let first = texts.next();
    texts.all(|text| Some(text) == first)
}

/// Texts that have the same digest by chance.
fn each_of<A: Column, B: Column>(
    here: &A,
    there: &B,
    own: &[A::Line],
    other: &[B::Line],
    see: &mut impl FnMut(&[A::Line], &[B::Line]),
) {
    let mut texts: Vec<&str> =
        own.iter().map(|line| here.text(*line)).chain(other.iter().map(|line| there.text(*line))).collect();
    texts.sort_unstable();
    texts.dedup();
    for text in texts {
        let own: Vec<_> = own.iter().copied().filter(|line| here.text(*line) == text).collect();
        let other: Vec<_> = other.iter().copied().filter(|line| there.text(*line) == text).collect();
        see(&own, &other);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn column(texts: &[String]) -> Read<'_, usize> {
        Read::new(texts.len(), |line: usize| texts[line].as_str())
    }

    proptest! {
        #[test]
        fn each_text_is_shown_once_with_all_its_lines(
            here in proptest::collection::vec("[ab]{0,2}", 0..12), there in proptest::collection::vec("[ab]{0,2}", 0..12)
        ) {
            let mut plain: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
            for (line, text) in (0..).zip(&here).filter(|(_, text)| !text.is_empty()) {
                plain.entry(text).or_default().0.push(line);
            }
            for (line, text) in (0..).zip(&there).filter(|(_, text)| !text.is_empty()) {
                plain.entry(text).or_default().1.push(line);
            }
            let mut seen = BTreeMap::new();
            each_text(&column(&here), &column(&there), |own: &[usize], other: &[usize]| {
                let text = own.first().map_or_else(|| there[other[0]].as_str(), |at| here[*at].as_str());
                let before = seen.insert(text, (own.to_vec(), other.to_vec()));
                assert!(before.is_none());
            });
            prop_assert_eq!(seen, plain);
        }
    }

    #[test]
    fn texts_with_one_digest_are_told_apart() {
        let (here, there) = (["a".to_string(), "b".to_string()], ["b".to_string()]);
        let mut seen = Vec::new();
        each_of(&column(&here), &column(&there), &[0, 1], &[0], &mut |own: &[usize], other: &[usize]| {
            seen.push((own.to_vec(), other.to_vec()));
        });
        assert_eq!(seen, [(vec![0], vec![]), (vec![1], vec![0])]);
    }
}
