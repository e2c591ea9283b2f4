//! Tables in which every quote stands where RFC 4180 wants it and each row has as many cells as the header. One pass looks at
//! all of that and takes the cells on the way. Whatever else a table is, the tolerant reader reads it.

use std::ops::Range;

use rayon::prelude::*;

use crate::frame::Strings;
use crate::frame::strings::Builder;

/// Pieces are no smaller than this, unless the table is.
const SMALLEST_PIECE: usize = 1 << 16;
/// Pieces that each worker gets, so that none waits long for another.
const PIECES: usize = 4;
/// No column of those that are read.
const UNREAD: usize = usize::MAX;

/// How a table is delimited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub delimiter: u8,
    /// Cells of each row.
    pub width: usize,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    /// These bytes; none for a blank cell.
    Plain(Range<usize>),
    /// These bytes stood in quotes.
    Quoted(Range<usize>),
    /// The same, and there are quotes among them, each twice.
    Escaped(Range<usize>),
}

/// Reads columns, each named once: the columns and the number of rows. Nothing where the table is not as it should be.
pub(super) fn read(bytes: &[u8], shape: Shape, columns: &[usize]) -> Option<(Vec<Strings>, usize)> {
    if bytes.is_empty() {
        return Some((vec![Strings::default(); columns.len()], 0));
    }
    // A line break in a cell may stand where a piece is thought to begin; then the table is read in one.
    let spans = cut(bytes, rayon::current_num_threads() * PIECES, SMALLEST_PIECE);
    let parts = side_by_side(bytes, spans, shape, columns)
        .or_else(|| side_by_side(bytes, cut(bytes, 1, SMALLEST_PIECE), shape, columns))?;
    let height = parts.iter().map(|part| part.rows).sum();
    let mut pieces: Vec<Vec<Strings>> = columns.iter().map(|_| Vec::with_capacity(parts.len())).collect();
    for part in parts {
        for (pieces, piece) in pieces.iter_mut().zip(part.columns) {
            pieces.push(piece);
        }
    }
    Some((pieces.into_par_iter().map(|pieces| Strings::concat(&pieces)).collect(), height))
}

/// Rows of a table; nothing where it is not as it should be.
pub(super) fn rows(bytes: &[u8], shape: Shape) -> Option<usize> {
    scan(bytes, 0..bytes.len(), shape, |_, _| ()).map(|(rows, _)| rows)
}

/// Some rows, one after the other.
struct Part {
    span: Range<usize>,
    rows: usize,
    columns: Vec<Strings>,
}

/// Reads a table in pieces. Where each begins is only thought to be the beginning of a row: it is one if the piece before it
/// ends there, whose beginning is one.
fn side_by_side(bytes: &[u8], spans: Vec<Range<usize>>, shape: Shape, columns: &[usize]) -> Option<Vec<Part>> {
    let mut places = vec![UNREAD; shape.width];
    for (place, column) in columns.iter().enumerate() {
        *places.get_mut(*column)? = place;
    }
    let parts: Vec<Part> = spans
        .into_par_iter()
        .map(|span| {
            // A row takes so many bytes at least.
            let room = span.len() / shape.width.max(1) / 8;
            let mut made: Vec<Builder> = columns.iter().map(|_| Builder::new(room)).collect();
            let piece = bytes.get(span.start..)?;
            let (rows, end) = scan(piece, 0..span.len(), shape, |column, cell| {
                let place = places.get(column).copied().unwrap_or(UNREAD);
                if let Some(builder) = made.get_mut(place) {
                    put(builder, piece, cell);
                }
            })?;
            let columns = made.into_iter().map(Builder::finish_bytes).collect::<Option<_>>()?;
            Some(Part { span: span.start..span.start + end, rows, columns })
        })
        .collect::<Option<_>>()?;
    let meet = parts.iter().zip(parts.iter().skip(1)).all(|(one, next)| one.span.end == next.span.start);
    meet.then_some(parts)
}

/// Cuts the bytes into spans that begin behind the end of a line.
fn cut(bytes: &[u8], pieces: usize, smallest: usize) -> Vec<Range<usize>> {
    let target = (bytes.len() / pieces.max(1)).max(smallest);
    let (mut spans, mut start) = (Vec::new(), 0);
    while spans.len() + 1 < pieces {
        let rest = bytes.get(start + target..).unwrap_or_default();
        let Some(line_end) = memchr::memchr(b'\n', rest) else { break };
        let end = start + target + line_end + 1;
        spans.push(start..end);
        start = end;
    }
    spans.push(start..bytes.len());
    spans.retain(|span| !span.is_empty());
    spans
}

/// Goes through the rows that begin within a span; tells how many there are and where the last one ends. Nothing where a quote
/// stands anywhere but around a cell, or a row does not have `width` cells or is blank.
fn scan(bytes: &[u8], span: Range<usize>, shape: Shape, mut put: impl FnMut(usize, Cell)) -> Option<(usize, usize)> {
    let Shape { delimiter, width } = shape;
    let mut at = span.start;
    let mut rows = 0;
    while at < span.end {
        let line_start = at;
        let mut cells = 0;
        loop {
            // `at` is the first byte of a cell.
            let cell = if bytes.get(at) == Some(&b'"') {
                let from = at + 1;
                at = from;
                let mut escaped = false;
                loop {
                    at += memchr::memchr(b'"', bytes.get(at..)?)? + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    escaped = true;
                    at += 1;
                }
                let inside = from..at - 1;
                if bytes.get(at) == Some(&b'\r') && matches!(bytes.get(at + 1), Some(b'\n') | None) {
                    at += 1;
                }
                if escaped { Cell::Escaped(inside) } else { Cell::Quoted(inside) }
            } else {
                let from = at;
                let rest = bytes.get(at..)?;
                at += memchr::memchr3(delimiter, b'\n', b'"', rest).unwrap_or(rest.len());
                // Part of the end of a line, wherever it stands.
                let end = if at > from && bytes.get(at - 1) == Some(&b'\r') { at - 1 } else { at };
                Cell::Plain(from..end)
            };
            put(cells, cell);
            cells += 1;
            match bytes.get(at) {
                Some(byte) if *byte == delimiter => {
                    at += 1;
                    if at == bytes.len() {
                        put(cells, Cell::Plain(at..at));
                        cells += 1;
                        break;
                    }
                }
                Some(b'\n') | None => break,
                Some(_) => return None,
            }
        }
        if cells != width || at == line_start {
            return None;
        }
        rows += 1;
        at += 1;
    }
    Some((rows, at.min(bytes.len())))
}

/// Hands on a cell of a piece.
fn put(column: &mut Builder, piece: &[u8], cell: Cell) {
    match cell {
        Cell::Plain(span) if span.is_empty() => column.push_bytes(None),
        Cell::Plain(span) | Cell::Quoted(span) => column.push_bytes(Some(piece.get(span).unwrap_or_default())),
        Cell::Escaped(span) => column.push_bytes(Some(&unescaped(piece.get(span).unwrap_or_default()))),
    }
}

/// Text in which every quote stands twice.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(rest.get(..=quote).unwrap_or_default());
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::split::Splitter;
    use super::*;

    const SHAPE: Shape = Shape { delimiter: b',', width: 3 };

    /// The cells as the splitter has them, where every row has as many as it should and no quote stands within one.
    fn plain(text: &str) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(text.as_bytes(), b',', b'"', SHAPE.width);
        std::iter::from_fn(|| splitter.row(usize::MAX).map(|_| splitter.cells().map(str::to_string).collect()))
            .collect()
    }

    fn cells(columns: &[Strings], rows: usize) -> Vec<Vec<String>> {
        (0..rows).map(|row| columns.iter().map(|c| c.get(row).unwrap_or_default().to_string()).collect()).collect()
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zé ]{0,3}",
            "[a-z0-9-]{13,20}",
            "[a-z,\n\"é]{0,18}".prop_map(|text| format!("\"{}\"", text.replace('"', "\"\""))),
        ]
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_splitter(
            rows in proptest::collection::vec(proptest::array::uniform3(cell()), 1..8),
            (ending, last) in (prop_oneof![Just("\n"), Just("\r\n")], any::<bool>()),
            pieces in 1..5_usize,
        ) {
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            prop_assume!(lines.iter().all(|line| line != ",,"));
            let text = format!("{}{}", lines.join(ending), if last { ending } else { "" });
            let (expected, bytes) = (plain(&text), text.as_bytes());
            prop_assert_eq!(super::rows(bytes, SHAPE), Some(rows.len()));
            let (columns, height) = read(bytes, SHAPE, &[0, 1, 2]).unwrap();
            prop_assert_eq!(&cells(&columns, height), &expected);
            // Blank is what nothing stands in; quotes around nothing are something.
            for (at, row) in rows.iter().enumerate() {
                for (column, cell) in columns.iter().zip(row) {
                    prop_assert_eq!(column.get(at).is_none(), cell.is_empty());
                }
            }
            // Small as it is, in pieces: they meet, or it is read in one.
            let spans = cut(bytes, pieces, 1);
            prop_assert_eq!(spans.iter().map(Range::len).sum::<usize>(), bytes.len());
            if let Some(parts) = side_by_side(bytes, spans, SHAPE, &[0, 1, 2]) {
                prop_assert_eq!(parts.iter().map(|part| part.rows).sum::<usize>(), rows.len());
            }
        }

        #[test]
        fn what_is_not_as_it_should_be_is_left_to_the_other_reader(text in "(a|,|\"|\n|\r\n){0,24}") {
            let strict = rows(text.as_bytes(), SHAPE);
            let rows = plain(&text);
            prop_assert!(strict.is_none_or(|count| count == rows.len() && rows.iter().all(|row| row.len() == 3)));
        }
    }

    #[test]
    fn other_columns_are_passed_over() {
        let text = b"1,\"x, y\",\n4,5,\"6\"\n";
        let (columns, height) = read(text, SHAPE, &[1, 2]).unwrap();
        assert_eq!(height, 2);
        assert_eq!(cells(&columns, 2), [["x, y", ""], ["5", "6"]]);
        assert!(read(text, SHAPE, &[3]).is_none());
        for odd in ["1,2\n", "1,2,3\n\n1,2,3\n", "1,2,3,4\n", "1,a\"b,3\n", "1,\"a\"b,3\n", "1,2,\"3\n"] {
            assert_eq!(rows(odd.as_bytes(), SHAPE), None, "{odd:?}");
        }
        let nothing = read(b"", SHAPE, &[0]).unwrap();
        assert_eq!((nothing.0.len(), nothing.1), (1, 0));
    }
}
