//! Workbooks that repeat one text or one part without end.

use std::fmt::Write as _;

use super::refused;
use super::zip::packed;

const DOC: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook: sheets that name the parts by number, the parts, and the shared strings.
pub(super) fn workbook(sheets: &[usize], parts: &[String], strings: &[String]) -> Vec<u8> {
    let (mut listed, mut rels) = (String::new(), String::new());
    for (number, part) in sheets.iter().enumerate() {
        write!(listed, "<sheet name=\"S{number}\" sheetId=\"{}\" r:id=\"r{number}\"/>", number + 1).unwrap();
        let target = format!("worksheets/sheet{part}.xml");
        write!(rels, "<Relationship Id=\"r{number}\" Type=\"{DOC}/worksheet\" Target=\"{target}\"/>").unwrap();
    }
    let shared = format!("<si><t>{}</t></si>", strings.join("</t></si><si><t>"));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let top = format!("<Relationship Id=\"r\" Type=\"{DOC}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let mut members = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), format!("<Relationships>{top}</Relationships>")),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"{main}\" xmlns:r=\"{DOC}\"><sheets>{listed}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{rels}</Relationships>")),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst xmlns=\"{main}\">{shared}</sst>")),
    ];
    for (number, rows) in parts.iter().enumerate() {
        let xml = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        members.push((format!("xl/worksheets/sheet{number}.xml"), xml));
    }
    let members: Vec<(String, Vec<u8>)> = members.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    packed(&members)
}

/// The header of Entra's list as strings 0 to 7, and a long text as string 8.
pub(super) fn shared_bomb(rows: usize) -> Vec<u8> {
    let names = [
        "displayName",
        "accountEnabled",
        "operatingSystem",
        "joinType (trustType)",
        "registrationTime",
        "approximateLastSignInDateTime",
        "deviceId",
        "objectId",
    ];
    let mut strings: Vec<String> = names.iter().map(ToString::to_string).collect();
    strings.push("x".repeat(30_000));
    let header = "01234567".split("").filter(|at| !at.is_empty()).map(|at| ["<c t=\"s\"><v>", at, "</v></c>"].concat());
    let header: String = header.collect();
    let mut sheet = format!("<row>{header}</row>");
    for number in 0..rows {
        write!(sheet, "<row><c t=\"s\"><v>8</v></c><c/><c/><c/><c/><c/><c><v>{number}</v></c></row>").unwrap();
    }
    workbook(&[0], &[sheet], &strings)
}

#[test]
fn a_text_that_every_cell_shares() {
    refused("a.xlsx", shared_bomb(3_000), "MB of text, more than");
}

#[test]
fn a_text_that_is_merged_over_every_row() {
    let long = "x".repeat(30_000);
    let mut rows = String::from("<row><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>");
    write!(rows, "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>{long}</v></c><c r=\"B2\"><v>1</v></c></row>").unwrap();
    for row in 3..5_000 {
        write!(rows, "<row r=\"{row}\"><c r=\"B{row}\"><v>{row}</v></c></row>").unwrap();
    }
    let merged = "</sheetData><mergeCells><mergeCell ref=\"A2:A1048576\"/></mergeCells><sheetData>";
    refused("a.xlsx", workbook(&[0], &[rows + merged], &[]), "MB of text, more than");
}

#[test]
fn sheets_that_are_one_part() {
    let bytes = workbook(&[0; 50], &["<row><c><v>1</v></c><c><v>2</v></c></row>".into()], &[]);
    refused("a.xlsx", bytes, "two of its sheets are one and the same part");
}
