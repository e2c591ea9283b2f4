//! A sheet that is filled line by line: header, filter, widths, real dates, and a second sheet before the row limit.

use rust_xlsxwriter::{
    ConditionalFormatText, ConditionalFormatTextRule, DataValidation, ExcelDateTime, Format, FormatAlign, Workbook,
    Worksheet, XlsxError,
};

use crate::report::table::{Field, Sink, Type, Value};
use crate::time::DAY;

/// Lines below the header that a worksheet has room for.
pub(super) const ROOM: usize = 1_048_575;
/// Characters that a cell has room for.
const CELL: usize = 32_767;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text, ids among it: never a number, whatever it looks like.
    Text,
    /// A number.
    Number,
    /// A moment.
    Time,
    /// A day.
    Day,
    /// Long text, wrapped.
    Prose,
}

/// A column of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Heading.
    pub name: String,
    /// Width in characters.
    pub width: f64,
    /// What it holds.
    pub holds: Holds,
}

impl Column {
    /// How a sheet shows a column of a table.
    pub(super) fn of(field: &Field) -> Self {
        let holds = match field.kind {
            Type::Number => Holds::Number,
            Type::Time => Holds::Time,
            Type::Day => Holds::Day,
            _ if field.prose => Holds::Prose,
            _ => Holds::Text,
        };
        Self { name: field.heading.clone(), width: f64::from(field.width), holds }
    }
}

/// The formats that every sheet shares.
#[derive(Debug)]
pub(super) struct Looks {
    pub(super) head: Format,
    pub(super) title: Format,
    pub(super) bold: Format,
    pub(super) text: Format,
    pub(super) prose: Format,
    pub(super) time: Format,
    pub(super) day: Format,
    pub(super) number: Format,
    pub(super) tenths: Format,
}

impl Looks {
    /// Makes the formats and makes the workbook know them, so that sheets may be filled side by side.
    pub(super) fn new(workbook: &mut Workbook) -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let looks = Self {
            head: top()
                .set_bold()
                .set_text_wrap()
                .set_background_color("#E3EDEC")
                .set_border_bottom(rust_xlsxwriter::FormatBorder::Thin),
            title: Format::new().set_bold().set_font_size(16),
            bold: top().set_bold(),
            text: top().set_num_format("@"),
            prose: top().set_text_wrap(),
            time: top().set_num_format("yyyy-mm-dd hh:mm"),
            day: top().set_num_format("yyyy-mm-dd"),
            number: top().set_num_format("#,##0"),
            tenths: top().set_num_format("0.0"),
        };
        let shared = [&looks.text, &looks.prose, &looks.time, &looks.day, &looks.number, &looks.tenths];
        for format in [&looks.head, &looks.title, &looks.bold].into_iter().chain(shared) {
            workbook.register_format(format);
        }
        looks
    }

    const fn of(&self, holds: Holds) -> &Format {
        match holds {
            Holds::Text => &self.text,
            Holds::Number => &self.number,
            Holds::Time => &self.time,
            Holds::Day => &self.day,
            Holds::Prose => &self.prose,
        }
    }
}

/// A list of answers for the cells of a column.
pub(super) struct Choices {
    /// Position of the column.
    pub column: u16,
    /// The cells that it applies to.
    pub rule: DataValidation,
}

/// What a sheet is to be.
pub(super) struct Plan<'a> {
    /// Name of the sheet; further ones get a number.
    pub name: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
    /// Number of lines.
    pub lines: usize,
    /// Columns that stay in view when the rest is moved aside.
    pub fixed: u16,
    /// Drop-downs.
    pub choices: &'a [Choices],
    /// Lines that a sheet has room for.
    pub room: usize,
    /// Characters that a printed page has room for; columns beyond are not printed.
    pub paper: f64,
}

/// What a landscape page holds of columns and can still be read.
pub(super) const PAPER: f64 = 204.0;

/// How many of the columns are printed: the first ones, as many as there is room for, and one at least.
fn printed(columns: &[Column], paper: f64) -> usize {
    let mut room = paper;
    let fits = |column: &&Column| {
        room -= column.width;
        room >= 0.0
    };
    columns.iter().take_while(fits).count().max(1).min(columns.len())
}

/// Cells of one line.
pub(super) struct Cells<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    columns: &'a [Column],
    line: u32,
    at: u16,
    /// Lines that its longest wrapped text takes.
    tall: u32,
    failed: Option<XlsxError>,
}

/// Points of one line of text.
const LINE: f64 = 15.0;
/// A row is no taller than so many lines: what is longer is read in the cell.
const TALLEST: u32 = 12;

/// Lines that a text takes in a column, roughly: how wide a sign is differs from font to font.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most a cell"
)]
fn lines_of(text: &str, width: f64) -> u32 {
    text.split('\n').map(|part| (part.chars().count() as f64 / width.max(1.0)).ceil().max(1.0) as u32).sum()
}

impl Cells<'_> {
    fn put(&mut self, write: impl FnOnce(&mut Worksheet, u32, u16, &Format) -> Result<(), XlsxError>) {
        let holds = self.columns.get(usize::from(self.at)).map_or(Holds::Text, |c| c.holds);
        if self.failed.is_none() {
            self.failed = write(self.sheet, self.line, self.at, self.looks.of(holds)).err();
        }
        self.at += 1;
    }

    /// Text, never taken for a number or a formula. Empty text leaves the cell to the format of its column.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            self.at += 1;
            return;
        }
        let text = printable(text);
        if let Some(column) = self.columns.get(usize::from(self.at)).filter(|column| column.holds == Holds::Prose) {
            self.tall = self.tall.max(lines_of(&text, column.width));
        }
        self.put(|sheet, line, at, format| sheet.write_string_with_format(line, at, text.as_ref(), format).map(drop));
    }

    /// A number, or an empty cell.
    pub(super) fn number(&mut self, number: Option<i64>) {
        let Some(number) = number else {
            self.at += 1;
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "counts and days are far below 2^53")]
        self.put(|sheet, line, at, format| sheet.write_number_with_format(line, at, number as f64, format).map(drop));
    }

    /// Tenths, shown with one digit.
    pub(super) fn tenths(&mut self, tenths: u64) {
        let own = u32::try_from(tenths).map_or(f64::NAN, |tenths| f64::from(tenths) / 10.0);
        let looks = self.looks;
        self.put(|sheet, line, at, _| sheet.write_number_with_format(line, at, own, &looks.tenths).map(drop));
    }

    /// A moment as a date that can be sorted and filtered, or an empty cell.
    pub(super) fn time(&mut self, millis: Option<i64>) {
        let Some(moment) = millis.and_then(|millis| ExcelDateTime::from_timestamp(millis.div_euclid(1_000)).ok())
        else {
            self.at += 1;
            return;
        };
        self.put(|sheet, line, at, format| sheet.write_datetime_with_format(line, at, &moment, format).map(drop));
    }

    /// `yes`, or an empty cell: the eye finds the exceptions.
    pub(super) fn flag(&mut self, flag: bool) {
        self.text(if flag { "yes" } else { "" });
    }
}

impl Sink for Cells<'_> {
    fn cell(&mut self, _column: usize, value: Value<'_>) {
        match value {
            Value::Nothing => self.at += 1,
            Value::Word(word) => self.text(word),
            // People read names, programs read slugs.
            Value::Console(console) => self.text(console.title()),
            Value::Text(text) => self.text(&text),
            Value::Words(words) => self.text(&words.join("|")),
            Value::List(texts) => self.text(&texts.join("|")),
            Value::Number(number) => self.number(Some(number)),
            Value::Flag(flag) => self.flag(flag),
            Value::Time(millis) => self.time(Some(millis)),
            Value::Day(millis) => self.time(Some(millis - millis.rem_euclid(DAY))),
        }
    }
}

/// What ends a text that has no room.
const CUT: &str = "… (cut here; the CSV files have all)";

/// The text as a cell can hold it: without control characters, and no longer than there is room, which it then says.
pub(super) fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    let forbidden =
        |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains(forbidden) && text.len() <= CELL {
        return text.into();
    }
    // The limit counts UTF-16 units.
    let is_cut = text.chars().map(char::len_utf16).sum::<usize>() > CELL;
    let mut room = if is_cut { CELL - CUT.chars().map(char::len_utf16).sum::<usize>() } else { CELL };
    let fitting = text.chars().map(|c| if forbidden(c) { '\u{fffd}' } else { c }).take_while(|c| {
        let fits = room >= c.len_utf16();
        room = room.saturating_sub(c.len_utf16());
        fits
    });
    let mut out: String = fitting.collect();
    if is_cut {
        out.push_str(CUT);
    }
    out.into()
}

/// Fills a sheet, and more of them where one has no room for all lines.
pub(super) fn fill(
    looks: &Looks,
    plan: &Plan<'_>,
    mut blank: impl FnMut() -> Result<Worksheet, XlsxError>,
    line: impl Fn(usize, &mut Cells<'_>),
) -> Result<Vec<Worksheet>, XlsxError> {
    let room = plan.room.clamp(1, ROOM);
    let mut sheets = Vec::new();
    let mut start = 0;
    loop {
        let end = (start + room).min(plan.lines);
        let mut sheet = blank()?;
        let name = if start == 0 { plan.name.to_string() } else { format!("{} {}", plan.name, start / room + 1) };
        sheet.set_name(name)?;
        begin(&mut sheet, looks, plan, end - start)?;
        for (row, number) in (1_u32..).zip(start..end) {
            let mut cells =
                Cells { sheet: &mut sheet, looks, columns: plan.columns, line: row, at: 0, tall: 1, failed: None };
            line(number, &mut cells);
            let Cells { tall, failed, .. } = cells;
            if let Some(error) = failed {
                return Err(error);
            }
            // The writer repeats the last row of a sheet where that has a height of its own, and two rows of one number are a damaged
            // file; without one the program that opens it finds the height.
            if tall > 1 && number + 1 < end {
                sheet.set_row_height(row, LINE * f64::from(tall.min(TALLEST)))?;
            }
        }
        sheets.push(sheet);
        if end >= plan.lines {
            return Ok(sheets);
        }
        start = end;
    }
}

/// Header, widths, filter, frozen panes, drop-downs, and how it prints.
fn begin(sheet: &mut Worksheet, looks: &Looks, plan: &Plan<'_>, lines: usize) -> Result<(), XlsxError> {
    for (at, column) in (0_u16..).zip(plan.columns) {
        sheet.set_column_width(at, column.width)?;
        sheet.set_column_format(at, looks.of(column.holds))?;
    }
    for (at, column) in (0_u16..).zip(plan.columns) {
        sheet.write_string_with_format(0, at, &column.name, &looks.head)?;
    }
    // Headings of two lines.
    sheet.set_row_height(0, LINE * 2.0)?;
    let last = u32::try_from(lines).unwrap_or(u32::MAX);
    let width = u16::try_from(plan.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, last, width)?;
    sheet.set_freeze_panes(1, plan.fixed)?;
    if last > 0 {
        for (at, _) in (0_u16..).zip(plan.columns).filter(|(_, column)| column.name == SEVERITY) {
            colour(sheet, at, last)?;
        }
        for choice in plan.choices {
            sheet.add_data_validation(1, choice.column, last, choice.column, &choice.rule)?;
        }
    }
    let shown = printed(plan.columns, plan.paper);
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_repeat_rows(0, 0)?;
    if shown < plan.columns.len() {
        let right = u16::try_from(shown).unwrap_or(u16::MAX).saturating_sub(1);
        sheet.set_print_area(0, 0, last, right)?;
        sheet.set_footer(format!("&L&A&CThe first {shown} of {} columns&R&P / &N", plan.columns.len()));
    } else {
        sheet.set_footer("&L&A&R&P / &N");
    }
    Ok(())
}

/// The heading of columns of severities.
const SEVERITY: &str = "Severity";
/// Words of severities that stand out, with their colours.
pub(super) const GRAVE: [(&str, &str); 3] = [("critical", "#8D1230"), ("high", "#A53A12"), ("medium", "#7A5600")];

/// Colours the words of a column of severities; the word stays what says it.
fn colour(sheet: &mut Worksheet, at: u16, last: u32) -> Result<(), XlsxError> {
    for (word, colour) in GRAVE {
        let is_it = ConditionalFormatText::new()
            .set_rule(ConditionalFormatTextRule::BeginsWith(word.to_string()))
            .set_format(Format::new().set_bold().set_font_color(colour));
        sheet.add_conditional_format(1, at, last, at, &is_it)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use calamine::Reader;

    use super::*;

    #[test]
    fn cells_hold_what_a_sheet_may_hold() {
        assert_eq!(printable("a\u{1}b\nc"), "a\u{fffd}b\nc");
        for text in ["x".repeat(40_000), "😀".repeat(20_000)] {
            let cell = printable(&text);
            assert!((CELL - 1..=CELL).contains(&cell.encode_utf16().count()), "no half of a sign, and full");
            assert!(cell.ends_with(CUT), "it says that it is cut");
        }
        assert_eq!(printable(&"x".repeat(CELL)).len(), CELL);
    }

    #[test]
    fn columns_are_printed_as_far_as_paper_goes() {
        let column = |width| Column { name: String::new(), width, holds: Holds::Text };
        assert_eq!(printed(&[column(10.0), column(20.0), column(1.0)], 30.0), 2);
        assert_eq!(printed(&[column(10.0), column(20.0)], 31.0), 2);
        assert_eq!(printed(&[column(90.0), column(1.0)], 30.0), 1, "never none");
        assert_eq!(printed(&[], 30.0), 0);
    }

    #[test]
    fn lines_beyond_the_room_go_to_another_sheet() {
        let mut workbook = Workbook::new();
        let looks = Looks::new(&mut workbook);
        let columns = [Column { name: "number".into(), width: 10.0, holds: Holds::Number }];
        let plan = Plan { name: "Lines", columns: &columns, lines: 7, fixed: 0, choices: &[], room: 3, paper: PAPER };
        let sheets =
            fill(&looks, &plan, || Ok(Worksheet::new()), |at, cells| cells.number(i64::try_from(at).ok())).unwrap();
        for sheet in sheets {
            workbook.push_worksheet(sheet);
        }
        let bytes = workbook.save_to_buffer().unwrap();
        let mut read: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(read.sheet_names(), ["Lines", "Lines 2", "Lines 3"]);
        let heights: Vec<usize> =
            read.sheet_names().iter().map(|name| read.worksheet_range(name).unwrap().height()).collect();
        assert_eq!(heights, [4, 4, 2], "each with its header");
    }
}
