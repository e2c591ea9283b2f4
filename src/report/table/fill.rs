//! The cells of lines: of one line, or of many, column by column.

use std::ops::Range;

use super::column::{Cell, Value};

/// Lines whose cells are made together. Of one column the next cells are found while the first are still on their way from
/// memory; what is made for all columns stays in the caches of the core.
const TOGETHER: usize = 32;

/// Who writes cells.
pub(in crate::report) trait Sink {
    /// The next cell of the line; `column` is its number in the table.
    fn cell(&mut self, column: usize, value: Value<'_>);

    /// Looks at cells of one column before they are put into their lines.
    fn look(&mut self, _cells: &mut [Value<'_>]) {}

    /// The line ends. Only lines that are made together are told apart in this way.
    fn end(&mut self) {}

    /// Whether the first cells of the line, which are about a thing, are there already from the line before.
    fn again(&mut self, _thing: u32) -> bool {
        false
    }

    /// The first cells of the line are made: others about the same thing may take them over.
    fn remember(&mut self, _thing: u32) {}
}

/// Cells at the beginning of a line that are the same for every line about the same thing.
pub(super) struct Shared<'a, R> {
    /// How many.
    pub columns: usize,
    pub thing: Box<dyn Fn(&R) -> u32 + Send + Sync + 'a>,
}

/// What has lines with cells.
pub(super) trait Fill: Send + Sync {
    /// Puts the chosen cells of a line into a sink.
    fn line(&self, at: usize, chosen: &[usize], sink: &mut dyn Sink);

    /// Puts the chosen cells of lines into a sink, line by line.
    fn lines(&self, lines: Range<usize>, chosen: &[usize], sink: &mut dyn Sink);
}

/// Lines of one kind.
pub(super) struct Lines<'a, R, L> {
    /// Finds a line by its number.
    pub line: L,
    /// How each column is read.
    pub cells: Vec<Cell<'a, R>>,
    pub shared: Option<Shared<'a, R>>,
}

impl<R, L: Fn(usize) -> Option<R>> Lines<'_, R, L> {
    fn put(&self, row: &R, columns: &[usize], sink: &mut dyn Sink) {
        for column in columns {
            if let Some(cell) = self.cells.get(*column) {
                sink.cell(*column, cell(row));
            }
        }
    }

    /// The columns that lines about the same thing share, and the others.
    fn parts<'c>(&self, chosen: &'c [usize]) -> (&'c [usize], &'c [usize]) {
        let shared = self.shared.as_ref().map_or(0, |shared| shared.columns);
        chosen.split_at_checked(shared).unwrap_or((chosen, &[]))
    }

    /// Which lines are about the same thing as the line before.
    fn repeated(&self, rows: &[Option<R>]) -> Vec<bool> {
        let Some(shared) = &self.shared else { return vec![false; rows.len()] };
        let mut before = None;
        let one = |row: &Option<R>| {
            let thing = row.as_ref().map(&shared.thing);
            std::mem::replace(&mut before, thing) == thing && thing.is_some()
        };
        rows.iter().map(one).collect()
    }

    fn together(&self, rows: &[Option<R>], chosen: &[usize], sink: &mut dyn Sink) {
        let (first, rest) = self.parts(chosen);
        let repeated = self.repeated(rows);
        let mut made: Vec<Value<'_>> = Vec::with_capacity(rows.len() * chosen.len());
        for (place, column) in chosen.iter().enumerate() {
            let from = made.len();
            let cell = self.cells.get(*column);
            let shared = place < first.len();
            made.extend(rows.iter().zip(&repeated).map(|(row, repeated)| match (row, cell) {
                (Some(row), Some(cell)) if !(shared && *repeated) => cell(row),
                _ => Value::Nothing,
            }));
            sink.look(made.get_mut(from..).unwrap_or_default());
        }
        for (at, (row, repeated)) in rows.iter().zip(&repeated).enumerate() {
            if let Some(row) = row {
                let mut put = |from: usize, columns: &[usize], sink: &mut dyn Sink| {
                    for (place, column) in (from..).zip(columns) {
                        if let Some(value) = made.get_mut(place * rows.len() + at) {
                            sink.cell(*column, std::mem::replace(value, Value::Nothing));
                        }
                    }
                };
                let thing = self.shared.as_ref().map(|shared| (shared.thing)(row));
                if !thing.is_some_and(|thing| sink.again(thing)) {
                    if *repeated {
                        self.put(row, first, sink);
                    } else {
                        put(0, first, sink);
                    }
                    if let Some(thing) = thing {
                        sink.remember(thing);
                    }
                }
                put(first.len(), rest, sink);
            }
            sink.end();
        }
    }
}

impl<R, L: Fn(usize) -> Option<R> + Send + Sync> Fill for Lines<'_, R, L> {
    fn line(&self, at: usize, chosen: &[usize], sink: &mut dyn Sink) {
        let Some(row) = (self.line)(at) else { return };
        let (first, rest) = self.parts(chosen);
        if let Some(shared) = &self.shared {
            let thing = (shared.thing)(&row);
            if !sink.again(thing) {
                self.put(&row, first, sink);
                sink.remember(thing);
            }
        }
        self.put(&row, rest, sink);
    }

    fn lines(&self, lines: Range<usize>, chosen: &[usize], sink: &mut dyn Sink) {
        let mut from = lines.start;
        while from < lines.end {
            let to = (from + TOGETHER).min(lines.end);
            let rows: Vec<Option<R>> = (from..to).map(&self.line).collect();
            self.together(&rows, chosen, sink);
            from = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;

    /// Writes cells one behind the other; the first cells about a thing once.
    #[derive(Default)]
    struct Page {
        lines: Vec<Vec<String>>,
        open: Vec<String>,
        known: Option<(u32, Vec<String>)>,
        remembers: bool,
    }

    impl Sink for Page {
        fn cell(&mut self, column: usize, value: Value<'_>) {
            self.open.push(format!("{column} {value:?}"));
        }

        fn end(&mut self) {
            self.lines.push(std::mem::take(&mut self.open));
        }

        fn again(&mut self, thing: u32) -> bool {
            let Some((_, cells)) = self.known.as_ref().filter(|(known, _)| *known == thing) else { return false };
            self.open.clone_from(cells);
            true
        }

        fn remember(&mut self, thing: u32) {
            self.known = self.remembers.then(|| (thing, self.open.clone()));
        }
    }

    proptest! {
        #[test]
        fn lines_that_are_made_together_are_those_that_are_made_alone(
            rows in proptest::collection::vec(proptest::option::weighted(0.9, (0..3_u32, "[a-z]{0,3}", any::<i64>())), 0..80),
            chosen in proptest::sample::subsequence(vec![0_usize, 1, 2], 0..=3),
            (shared, remembers) in (any::<bool>(), any::<bool>()),
        ) {
            type Row = (u32, String, i64);
            let cells: Vec<Cell<'_, Row>> = vec![
                Box::new(|row: &Row| Value::Number(row.0.into())),
                Box::new(|row: &Row| Value::Text(Cow::Borrowed(&row.1))),
                Box::new(|row: &Row| Value::Time(row.2)),
            ];
            let thing = || Shared { columns: 1, thing: Box::new(|row: &Row| row.0) };
            let lines = Lines { line: |at: usize| rows.get(at).cloned().flatten(), cells, shared: shared.then(thing) };
            let page = || Page { remembers, ..Page::default() };
            let (mut alone, mut together) = (page(), page());
            for at in 0..rows.len() {
                lines.line(at, &chosen, &mut alone);
                alone.end();
            }
            lines.lines(0..rows.len(), &chosen, &mut together);
            // The first column is the same for all lines of a thing only where it is the one that says which.
            if !shared || chosen.first() == Some(&0) {
                prop_assert_eq!(alone.lines, together.lines);
            }
        }
    }
}
