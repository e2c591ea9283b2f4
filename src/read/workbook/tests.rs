//! Whole workbooks, hand-made and written by another program.

use std::sync::Arc;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Note, Workbook as Writer};

use super::fixture::{Book, pack, pack_all, text_row, worksheet};
use super::*;

fn open<B: AsRef<[u8]>>(bytes: B) -> Result<Workbook<B>, String> {
    super::open(bytes, u64::MAX)
}

type Row = (u32, Vec<Option<String>>);

/// Reads all rows of a sheet.
fn rows_of<B: AsRef<[u8]>>(
    book: &mut Workbook<B>,
    sheet: usize,
    wanted: &[usize],
) -> Result<(Vec<Row>, Reading), String> {
    let mut rows = Vec::new();
    let reading = book.read(sheet, wanted, |number, cells| {
        rows.push((number, cells.iter().map(|cell| cell.as_deref().map(str::to_owned)).collect()));
    })?;
    Ok((rows, reading))
}

/// The text of the cells below the header of a one-column sheet with the given cells.
fn column(book: &Book) -> Vec<String> {
    let (rows, _) = rows_of(&mut open(book.pack()).unwrap(), 0, &[0]).unwrap();
    rows.into_iter().map(|(_, cells)| cells[0].clone().unwrap_or_default()).collect()
}

fn strings(cells: &[Option<String>]) -> Vec<&str> {
    cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect()
}

#[test]
fn values_by_type() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
                  <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"46\"/><xf numFmtId=\"200\"/></cellXfs></styleSheet>";
    let shared = "<sst uniqueCount=\"3\"><si><t>plain</t></si><si><r><t xml:space=\"preserve\">rich </t></r><r><t>text</t></r></si>\
                  <si><t>a_x000D_b</t></si></sst>";
    for (cell, text_1900, text_1904) in [
        ("<c><v>12</v></c>", "12", "12"),
        ("<c><v>356000000000011</v></c>", "356000000000011", "356000000000011"),
        ("<c><v>3560000000000112</v></c>", "3.56000000000011E+15", "3.56000000000011E+15"),
        ("<c><v>45413</v></c>", "45413", "45413"),
        ("<c t=\"n\"><v>10.5</v></c>", "10.5", "10.5"),
        ("<c s=\"1\"><v>45413.5242592593</v></c>", "2024-05-01T12:34:56", "2028-05-02T12:34:56"),
        ("<c s=\"3\"><v>45413</v></c>", "2024-05-01", "2028-05-02"),
        ("<c s=\"3\"><v>60</v></c>", "60", "1904-03-01"),
        ("<c s=\"1\"><v>0.5</v></c>", "12:00:00", "12:00:00"),
        ("<c s=\"2\"><v>1.5</v></c>", "36:00:00", "36:00:00"),
        ("<c s=\"1\"><v>99999999</v></c>", "99999999", "99999999"),
        ("<c s=\"99\"><v>5</v></c>", "5", "5"),
        ("<c t=\"d\"><v>2024-05-01T12:34:56Z</v></c>", "2024-05-01T12:34:56Z", "2024-05-01T12:34:56Z"),
        ("<c t=\"b\"><v>1</v></c>", "TRUE", "TRUE"),
        ("<c t=\"e\"><v>#N/A</v></c>", "#N/A", "#N/A"),
        ("<c t=\"s\"><v>0</v></c>", "plain", "plain"),
        ("<c t=\"s\"><v>1</v></c>", "rich text", "rich text"),
        ("<c t=\"s\"><v>2</v></c>", "a\rb", "a\rb"),
        ("<c t=\"inlineStr\"><is><t>0012 &amp; &lt;</t></is></c>", "0012 & <", "0012 & <"),
        ("<c t=\"inlineStr\"><is><t>=\"0012\"</t></is></c>", "=\"0012\"", "=\"0012\""),
        ("<c t=\"str\"><f>A1&amp;\"x\"</f><v>cached</v></c>", "cached", "cached"),
        ("<c><f>1+1</f><v>2</v></c>", "2", "2"),
    ] {
        let rows = format!("{}<row>{cell}</row>", text_row(1, "", &["Value"]));
        let mut book = Book { strings: Some(shared.to_owned()), styles: Some(styles.to_owned()), ..Book::rows(&rows) };
        assert_eq!(column(&book), [text_1900], "{cell}");
        book.epoch_1904 = true;
        assert_eq!(column(&book), [text_1904], "{cell}");
        assert!(open(book.pack()).unwrap().sheets()[0].epoch_1904);
    }
}

#[test]
fn a_workbook_of_another_program() {
    let mut writer = Writer::new();
    let (date, hidden) = (Format::new().set_num_format("dd.mm.yyyy hh:mm"), "Old");
    let sheet = writer.add_worksheet().set_name("Devices").unwrap();
    sheet.write(0, 0, "Device report").unwrap();
    sheet.write(1, 0, "made today").unwrap();
    for (column, text) in [(1, "Name"), (2, "Serial"), (4, "Last check-in"), (5, "Note")] {
        sheet.write(3, column, text).unwrap();
    }
    let when = ExcelDateTime::parse_from_str("2024-05-01T12:34:56").unwrap();
    sheet.write(4, 1, "PC-1").unwrap();
    sheet.write(4, 2, 12_345_678).unwrap();
    sheet.write_with_format(4, 4, &when, &date).unwrap();
    sheet.write(6, 1, "PC-2").unwrap();
    sheet.write(6, 2, "0012").unwrap();
    sheet.write(6, 5, Formula::new("=NA()").set_result("#N/A")).unwrap();
    sheet.write(7, 5, "only a note").unwrap();
    sheet.set_row_hidden(6).unwrap();
    sheet.insert_note(6, 1, &Note::new("do not wipe")).unwrap();
    sheet.merge_range(8, 1, 9, 2, "merged", &Format::new()).unwrap();
    writer.add_worksheet().set_name(hidden).unwrap().set_hidden(true).write(0, 0, "Serial").unwrap();
    writer.add_worksheet().set_name("Empty").unwrap();
    let bytes: Arc<[u8]> = writer.save_to_buffer().unwrap().into();

    let mut book = open(bytes).unwrap();
    let header = ["", "Name", "Serial", "", "Last check-in", "Note"].map(str::to_owned).to_vec();
    let devices = Sheet {
        name: "Devices".to_owned(),
        visible: true,
        header,
        header_row: 4,
        title_rows: 2,
        rows: 4,
        hidden_rows: 1,
        merged: MergedCells { down: 1, across: 1 },
        comments: 1,
        ..Sheet::default()
    };
    let old = Sheet { name: hidden.to_owned(), header: vec!["Serial".to_owned()], header_row: 1, ..Sheet::default() };
    let empty = Sheet { name: "Empty".to_owned(), visible: true, ..Sheet::default() };
    assert_eq!(book.sheets(), [devices, old, empty]);

    let (rows, reading) = rows_of(&mut book, 0, &[2, 1, 4, 2, 9]).unwrap();
    let rows: Vec<_> = rows.iter().map(|(number, cells)| (*number, strings(cells))).collect();
    assert_eq!(
        rows,
        [
            (1, vec!["12345678", "PC-1", "2024-05-01T12:34:56", "12345678", "-"]),
            (3, vec!["0012", "PC-2", "-", "0012", "-"]),
            (4, vec!["-"; 5]),
            (5, vec!["-", "merged", "-", "-", "-"]),
        ]
    );
    assert_eq!((reading.rows, reading.unread), (4, 0));
    assert_eq!(reading.kinds[0], Kinds { numeric: 1, text: 1, ..Kinds::default() });
    assert_eq!(reading.kinds[2], Kinds { dates: 1, ..Kinds::default() });
    assert_eq!(reading.kinds[3], reading.kinds[0]);
    assert_eq!(reading.kinds[4], Kinds::default());
    assert_eq!(rows_of(&mut book, 2, &[0]).unwrap().0, []);
    assert!(rows_of(&mut book, 3, &[0]).is_err());
}

#[test]
fn headers() {
    let sheet = |rows: &[&[&str]]| -> String { (1..).zip(rows).map(|(n, row)| text_row(n, "", row)).collect() };
    for (rows, header, header_row, title_rows, count) in [
        (sheet(&[]), "", 0, 0, 0),
        (sheet(&[&["a", "b"]]), "a|b", 1, 0, 0),
        (sheet(&[&["t"], &[], &["u"], &["", "a", "", "b", " "], &["1"]]), "|a||b", 4, 2, 1),
        (sheet(&[&["Serial"], &["1"], &["2"]]), "Serial", 1, 0, 2),
        (sheet(&[&[" ", " "], &["a", "b"]]), "a|b", 2, 0, 0),
    ] {
        let book = open(Book::rows(&rows).pack()).unwrap();
        let sheet = &book.sheets()[0];
        let found = (sheet.header.join("|"), sheet.header_row, sheet.title_rows, sheet.rows);
        assert_eq!(found, (header.to_owned(), header_row, title_rows, count));
    }
}

#[test]
fn a_long_list_of_one_column_keeps_its_first_row_as_header() {
    let rows: String = (1..=3000).map(|n| text_row(n, "", &[&format!("S{n}")])).collect();
    let mut book = open(Book::rows(&rows).pack()).unwrap();
    assert_eq!((book.sheets()[0].header_row, book.sheets()[0].rows), (1, 2999));
    assert_eq!(rows_of(&mut book, 0, &[0]).unwrap().0.len(), 2999);
}

#[test]
fn positions_may_be_missing_out_of_order_or_far_away() {
    let header = "<row><c><v>1</v></c><c><v>2</v></c></row>";
    for (rows, expected) in [
        ("<row><c/><c><v>3</v></c></row>", vec![(1, "-3")]),
        ("<row r=\"9\"><c r=\"B9\"><v>3</v></c></row><row><c><v>4</v></c></row>", vec![(8, "-3"), (9, "4-")]),
        (
            "<row r=\"9\"><c r=\"B9\"><v>3</v></c><c r=\"A9\"><v>4</v></c></row><row r=\"4\"><c><v>5</v></c></row>",
            vec![(8, "43"), (3, "5-")],
        ),
        ("<row r=\"1048576\"><c r=\"XFD1048576\"><v>3</v></c></row>", vec![(1_048_575, "--")]),
        ("<row r=\"999999999\"><c><v>3</v></c></row>", vec![(999_999_998, "3-")]),
    ] {
        let xml = worksheet(&format!("{header}{rows}"))
            .replace("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>");
        let mut book = open(Book::default().sheet("a", "", &xml).pack()).unwrap();
        let (found, _) = rows_of(&mut book, 0, &[0, 1]).unwrap();
        let found: Vec<_> = found.iter().map(|(number, cells)| (*number, strings(cells).concat())).collect();
        assert_eq!(found, expected.iter().map(|(n, text)| (*n, (*text).to_owned())).collect::<Vec<_>>(), "{rows}");
    }
}

#[test]
fn one_bad_cell_or_sheet_does_not_take_the_rest_along() {
    let rows = text_row(1, "", &["a", "b"])
        + "<row r=\"2\"><c r=\"A2\" t=\"e\"><v>#SPILL!</v></c><c r=\"B2\"><v>2</v></c></row>\
           <row r=\"3\"><c r=\"A3\" t=\"s\"><v>77</v></c><c r=\"B3\"><v>3</v></c></row>";
    let book = Book::rows(&rows)
        .sheet("Cut", "state=\"veryHidden\"", "<worksheet><sheetData><row><c><v>1")
        .sheet("Overflow", "", &worksheet("<row r=\"99999999999\"/>"))
        .sheet("Chart", "", "<chartsheet/>")
        .sheet("Data", "", &worksheet(""));
    let mut book = open(book.pack()).unwrap();
    let problems: Vec<_> = book.sheets().iter().map(|sheet| sheet.problem.is_some()).collect();
    assert_eq!(problems, [false, true, true, false, true]);
    assert!(!book.sheets()[1].visible);
    let (found, reading) = rows_of(&mut book, 0, &[0, 1]).unwrap();
    assert_eq!(reading.unread, 2);
    assert_eq!(found.iter().map(|(_, cells)| strings(cells).concat()).collect::<Vec<_>>(), ["-2", "-3"]);
    assert!(rows_of(&mut book, 1, &[0]).unwrap_err().starts_with("the sheet cannot be read: "));
}

#[test]
fn entities_are_not_expanded() {
    let xml = worksheet("<row><c t=\"inlineStr\"><is><t>&lol;</t></is></c></row>");
    let xml = format!("<!DOCTYPE x [<!ENTITY lol \"&lol;&lol;\">]>{xml}");
    let book = open(Book::default().sheet("a", "", &xml).pack()).unwrap();
    assert!(book.sheets()[0].problem.is_some());
}

#[test]
fn bombs_are_refused() {
    let cells = worksheet(&" ".repeat(3 << 20));
    let bomb = Book::default().sheet("a", "", &cells).pack();
    let lying = fixture::with_size(bomb.clone(), u32::try_from(cells.len()).unwrap(), 5000);
    let error = open(bomb).err().unwrap();
    assert_eq!(error, "the workbook is refused: xl/worksheets/sheet1.xml unpacks to far more than it should");
    assert!(open(lying).unwrap().sheets()[0].problem.as_ref().unwrap().contains("larger than its declared"));
    let wide = worksheet("<row><c r=\"XFE1\"><v>1</v></c></row>");
    assert!(open(Book::default().sheet("a", "", &wide).pack()).err().unwrap().contains("last column"));
}

#[test]
fn workbooks_without_their_main_parts_are_damaged() {
    for parts in [
        vec![("_rels/.rels", "<Relationships/>")],
        vec![(
            "_rels/.rels",
            "<Relationships><Relationship Type='/relationships/officeDocument' Target='a'/></Relationships>",
        )],
        vec![("_rels/.rels", "not <xml")],
    ] {
        let error = open(pack(&parts)).err().unwrap();
        assert!(error.starts_with("the workbook is damaged: "), "{error}");
    }
    assert_eq!(open(Book::default().pack()).err().unwrap(), "the workbook has no sheets");
    let main =
        "<Relationships><Relationship Type='/relationships/officeDocument' Target='/xl/book.bin'/></Relationships>";
    let error = open(pack(&[("_rels/.rels", main)])).err().unwrap();
    assert_eq!(error, "this is an .xlsb workbook; save it as .xlsx or CSV");
}

/// Opens and reads everything; only a panic would be wrong.
fn exhaust(bytes: Vec<u8>) {
    if let Ok(mut book) = open(bytes) {
        for sheet in 0..book.sheets().len() {
            let _ = book.read(sheet, &[0, 1, 30], |_, _| {});
        }
    }
}

fn sample() -> Book {
    let rows = text_row(1, "", &["a", "b"])
        + "<row r=\"2\" hidden=\"1\"><c r=\"A2\" s=\"1\"><v>45413.5</v></c><c r=\"B2\" t=\"s\"><v>0</v></c></row>";
    Book {
        strings: Some("<sst count=\"1\" uniqueCount=\"1\"><si><r><t>a&amp;b</t></r></si></sst>".to_owned()),
        styles: Some("<styleSheet><numFmts><numFmt numFmtId=\"9\" formatCode=\"[h]:mm\"/></numFmts><fonts><font><color rgb=\"FF00FF00\"/></font></fonts><fills><fill><patternFill><fgColor theme=\"1\" tint=\"-0.5\"/></patternFill></fill></fills><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\" fontId=\"0\" fillId=\"0\"/></cellXfs></styleSheet>".to_owned()),
        ..Book::rows(&rows)
    }
}

/// Characters that matter in XML or in references.
fn odd() -> impl Strategy<Value = char> {
    prop::sample::select("<>/&;\"'=: 019AZz[]é#-.".chars().collect::<Vec<_>>())
}

/// Replaces characters of a part at the given places.
fn mutate(xml: &mut String, changes: &[(usize, char)]) {
    let mut chars: Vec<char> = xml.chars().collect();
    for (at, with) in changes {
        let length = chars.len();
        if let Some(place) = chars.get_mut(at % length.max(1)) {
            *place = *with;
        }
    }
    *xml = chars.into_iter().collect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_bytes_do_not_panic(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let mut bytes = sample().pack();
        for (at, with) in changes {
            let length = bytes.len();
            bytes[at % length] = with;
        }
        exhaust(bytes);
    }

    #[test]
    fn mutated_xml_does_not_panic(part in any::<usize>(), changes in prop::collection::vec((any::<usize>(), odd()), 1..8)) {
        let mut parts = sample().parts();
        let index = part % parts.len();
        mutate(&mut parts[index].1, &changes);
        exhaust(pack_all(&parts));
    }

    #[test]
    fn any_rows_do_not_panic(rows in "(<row( r=\"[0-9]{1,12}\")?>|</row>|<c( r=\"[A-Z]{0,8}[0-9]{0,11}\")?( t=\"(s|b|e|n|d|str|inlineStr)\")?( s=\"[0-9]\")?>|</c>|<v>|</v>|[0-9.e-]{1,5}|<is>|</is>|<t>|</t>|<c/>){0,30}") {
        exhaust(Book { sheets: Book::rows(&rows).sheets, ..sample() }.pack());
    }
}

/// The sheet of a list with some ranges merged.
fn merged(rows: &[(u32, &[&str])], ranges: &[&str]) -> Vec<u8> {
    let rows: String = rows.iter().map(|(number, cells)| text_row(*number, "", cells)).collect();
    let ranges: Vec<String> = ranges.iter().map(|range| format!("<mergeCell ref=\"{range}\"/>")).collect();
    let ranges = ranges.concat();
    let xml = worksheet(&rows).replace("</worksheet>", &format!("<mergeCells>{ranges}</mergeCells></worksheet>"));
    Book::default().sheet("a", "", &xml).pack()
}

#[test]
fn a_merged_value_counts_for_every_row_of_its_range() {
    let rows: &[(u32, &[&str])] = &[
        (1, &["Id", "State", "Note"]),
        (2, &["1", "off", "x"]),
        (3, &["2", "", "y"]),
        (5, &["3", "", ""]),
        (6, &["4", "", "z"]),
        (7, &["5", "on", ""]),
    ];
    for (ranges, states) in [
        (&["B2:B5"][..], ["off", "off", "off", "-", "on"]),
        // Cells of its own end nothing and keep their value; what lies to the right stays blank.
        (&["B2:C1048576"], ["off", "off", "off", "off", "on"]),
        (&["A2:B3"], ["off", "-", "-", "-", "on"]),
        // A range of the header, one of blank cells, one cell, and what is no range at all.
        (&["B1:B3", "B5:B6", "B2:B2", "B3:B2", "x"], ["off", "-", "-", "-", "on"]),
    ] {
        let mut book = open(merged(rows, ranges)).unwrap();
        let (found, reading) = rows_of(&mut book, 0, &[1, 2]).unwrap();
        let found: Vec<_> = found.iter().map(|(_, cells)| strings(cells)[0].to_owned()).collect();
        assert_eq!(found, states, "{ranges:?}");
        assert_eq!(reading.kinds[1].text, 3, "{ranges:?}");
    }
}

#[test]
fn another_row_as_header() {
    let rows: &[(u32, &[&str])] =
        &[(1, &["Device", "Activity"]), (2, &["", "State"]), (3, &["1", "on"]), (4, &["2", ""])];
    let mut book = open(merged(rows, &["A1:A2"])).unwrap();
    let headings: Vec<_> = book.headings(0).into_iter().map(|(row, cells)| (row, cells.join("|"))).collect();
    assert_eq!(headings, [(2, "Device|State".to_owned()), (3, "1|on".to_owned())]);
    let sheet = book.head(0, 2, vec!["Device".to_owned(), "State".to_owned()]).unwrap();
    assert_eq!((sheet.header_row, sheet.title_rows, sheet.rows), (2, 1, 2));
    let (found, _) = rows_of(&mut book, 0, &[0]).unwrap();
    assert_eq!(found.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn sheets_that_are_one_part_are_refused() {
    let mut parts = Book::rows(&text_row(1, "", &["a", "b"])).sheet("Again", "", &worksheet("")).parts();
    let rels = parts.iter_mut().find(|(path, _)| path.ends_with("workbook.xml.rels")).unwrap();
    rels.1 = rels.1.replace("Sheet2.xml", "sheet1.xml");
    let error = open(pack_all(&parts)).err().unwrap();
    assert_eq!(error, "the workbook is refused: two of its sheets are one and the same part");
}

#[test]
fn shared_text_counts_as_often_as_it_is_used() {
    let rows = "<row><c t=\"s\"><v>1</v></c><c><v>12</v></c></row>".repeat(5);
    let book = Book {
        strings: Some(format!("<sst><si><t>a</t></si><si><r><t>{}</t></r><r><t>bc</t></r></si></sst>", "x".repeat(98))),
        ..Book::rows(&rows)
    };
    assert_eq!(open(book.pack()).unwrap().size().1, 5 * (100 + 2));
}

#[test]
fn a_workbook_that_unpacks_to_more_than_it_may_is_refused() {
    let error = super::open(Book::rows("").pack(), 100).err().unwrap();
    assert!(error.starts_with("the workbook is refused: it unpacks to"), "{error}");
}
