//! The reader for damaged tables: looks at every row, sets aside those that do not fit, and goes on.

use polars::prelude::{NewChunkedArray, StringChunked};

use super::delimited::{Delimited, strict_rows};
use super::export::{BadRow, Rows};

/// Bytes of a bad row that are kept.
const LONGEST_KEPT: usize = 4_096;

/// Reads some columns, row by row.
pub(super) fn read(export: &Delimited, columns: &[usize], short_rows: bool) -> Rows {
    let body = export.body();
    let width = export.width;
    let mut kept: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
    let mut row_numbers = Vec::new();
    let mut bad = Vec::new();
    let mut cut = false;
    let mut start = 0;
    let mut row = 0_u32;
    let mut record = csv::StringRecord::new();
    'resume: loop {
        let rest = body.get(start..).unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(export.delimiter)
            .quote(export.quote)
            .has_headers(false)
            .flexible(true)
            .from_reader(rest);
        loop {
            let from = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            // The text is valid UTF-8 by now, so an error can only be the end.
            if !reader.read_record(&mut record).unwrap_or(false) {
                break 'resume;
            }
            let to = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            row += 1;
            // Blank cells beyond the header say nothing: some tools end every row with a comma.
            let surplus = record.len() > width && record.iter().skip(width).all(|cell| cell.trim().is_empty());
            let fits = record.len() == width || surplus || (short_rows && record.len() < width);
            let last_unended = to >= rest.len() && !body.ends_with(b"\n");
            let raw = rest.get(from..to).unwrap_or_default();
            let lead = raw.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            let raw = raw.get(lead..).unwrap_or_default();
            // Within one line an odd quote is harmless; one that reaches over lines may have eaten other rows.
            let over_lines = raw.trim_ascii_end().contains(&b'\n');
            let open_quote = (over_lines || last_unended)
                && export.quote == b'"'
                && strict_rows(raw, export.delimiter, record.len()).is_none();
            if fits && !open_quote && !(last_unended && record.len() < width) {
                for (cells, at) in kept.iter_mut().zip(columns) {
                    cells.push(record.get(*at).filter(|c| !c.is_empty()).map(str::to_string));
                }
                row_numbers.push(row);
                continue;
            }
            let reason = if open_quote && record.len() == width {
                "has a quote that is never closed".to_string()
            } else {
                let cells = if record.len() == 1 { "cell" } else { "cells" };
                format!("has {} {cells} where the header has {width}", record.len())
            };
            // A stray quote swallows the lines after it; only its own line is given up.
            let line_end = memchr::memchr(b'\n', raw).map_or(raw.len(), |p| p + 1);
            let line = raw.get(..line_end.min(LONGEST_KEPT)).unwrap_or_default();
            bad.push(BadRow { row, reason, text: String::from_utf8_lossy(line).trim_end().to_string() });
            if line_end < raw.len() {
                start += from + lead + line_end;
                continue 'resume;
            }
            cut |= last_unended && record.len() <= width;
        }
    }
    let columns =
        kept.into_iter().map(|cells| StringChunked::from_iter_options("".into(), cells.into_iter())).collect();
    Rows { columns, row: row_numbers, bad, cut, ..Rows::default() }
}
