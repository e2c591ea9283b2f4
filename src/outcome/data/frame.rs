//! A table on its way to a file: its columns, and how each cell is read.

use std::marker::PhantomData;

use crate::ids::{Place, RecordId};
use crate::table::Texts;

/// How a cell is read, by its line.
type Get<'a, T> = Box<dyn Fn(usize) -> T + Send + Sync + 'a>;

/// The cells of a column.
pub(super) enum Cells<'a> {
    /// Numbers, each of them or none.
    Number(Get<'a, Option<u32>>),
    /// Words of a list, by their positions.
    Word(&'static [&'static str], Get<'a, Option<usize>>),
    /// Text that many lines share.
    Shared(Get<'a, &'a str>),
    /// Any text; where all of it is GUIDs, they take the room of GUIDs.
    Text(Get<'a, &'a str>),
    /// Moments, UTC milliseconds.
    Time(Get<'a, Option<i64>>),
    /// Days since 1970.
    Day(Get<'a, i32>),
    /// Yes or no.
    Flag(Get<'a, bool>),
    /// Several numbers.
    List(Get<'a, &'a [RecordId]>),
}

/// A column.
pub(super) struct Column<'a> {
    pub name: String,
    pub cells: Cells<'a>,
}

/// A table whose lines have numbers of a type.
pub(super) struct Frame<'a, N = usize> {
    /// Name of its file, without ending.
    pub name: String,
    pub lines: usize,
    pub columns: Vec<Column<'a>>,
    of: PhantomData<N>,
}

impl<'a, N: Place + Send + Sync + 'a> Frame<'a, N> {
    pub(super) fn new(name: impl Into<String>, lines: usize) -> Self {
        Self { name: name.into(), lines, columns: Vec::new(), of: PhantomData }
    }

    /// As a table among others.
    pub(super) fn plain(self) -> Frame<'a> {
        Frame { name: self.name, lines: self.lines, columns: self.columns, of: PhantomData }
    }

    fn with(mut self, name: impl Into<String>, cells: Cells<'a>) -> Self {
        self.columns.push(Column { name: name.into(), cells });
        self
    }

    pub(super) fn number(self, name: impl Into<String>, get: impl Fn(N) -> Option<u32> + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Number(Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn word(
        self,
        name: &str,
        words: &'static [&'static str],
        get: impl Fn(N) -> Option<usize> + Send + Sync + 'a,
    ) -> Self {
        self.with(name, Cells::Word(words, Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn shared(self, name: &str, get: impl Fn(N) -> &'a str + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Shared(Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn text(self, name: &str, get: impl Fn(N) -> &'a str + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Text(Box::new(move |line| get(N::at(line)))))
    }

    /// Text that there may be no column of at all.
    pub(super) fn maybe_text(self, name: &str, texts: &'a Texts<N>) -> Self {
        if texts.is_nothing() { self } else { self.text(name, |at| texts.get(at)) }
    }

    pub(super) fn time(self, name: impl Into<String>, get: impl Fn(N) -> Option<i64> + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Time(Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn day(self, name: &str, get: impl Fn(N) -> i32 + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Day(Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn flag(self, name: &str, get: impl Fn(N) -> bool + Send + Sync + 'a) -> Self {
        self.with(name, Cells::Flag(Box::new(move |line| get(N::at(line)))))
    }

    pub(super) fn list(self, name: &str, get: impl Fn(N) -> &'a [RecordId] + Send + Sync + 'a) -> Self {
        self.with(name, Cells::List(Box::new(move |line| get(N::at(line)))))
    }
}
