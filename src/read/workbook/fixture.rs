//! Hand-made workbooks for tests.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOC: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Packs parts into a zip archive.
pub(super) fn pack(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Packs parts that are owned.
pub(super) fn pack_all(parts: &[(String, String)]) -> Vec<u8> {
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    pack(&parts)
}

/// Replaces every unpacked size in the headers by another.
pub(super) fn with_size(mut bytes: Vec<u8>, old: u32, new: u32) -> Vec<u8> {
    let mut at = 0;
    while at + 4 <= bytes.len() {
        if bytes[at..at + 4] == old.to_le_bytes() {
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
        }
        at += 1;
    }
    bytes
}

/// What a hand-made workbook holds.
#[derive(Clone, Default)]
pub(super) struct Book {
    /// Name, the further attributes of `<sheet>`, and the XML of the part.
    pub(super) sheets: Vec<(String, String, String)>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) epoch_1904: bool,
}

impl Book {
    /// A workbook with one sheet whose rows are given as XML.
    pub(super) fn rows(rows: &str) -> Self {
        Self::default().sheet("Data", "", &worksheet(rows))
    }

    /// Adds a sheet.
    pub(super) fn sheet(mut self, name: &str, attributes: &str, xml: &str) -> Self {
        self.sheets.push((name.to_owned(), attributes.to_owned(), xml.to_owned()));
        self
    }

    /// Packs it all.
    pub(super) fn pack(&self) -> Vec<u8> {
        pack_all(&self.parts())
    }

    /// All parts: path and XML.
    pub(super) fn parts(&self) -> Vec<(String, String)> {
        let mut sheets = String::new();
        let mut rels = String::new();
        let mut parts = vec![(
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{RELS}\"><Relationship Id=\"rId1\" Type=\"{DOC}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        )];
        for (index, (name, attributes, xml)) in self.sheets.iter().enumerate() {
            let number = index + 1;
            let kind = if xml.contains("<chartsheet") { "chartsheet" } else { "worksheet" };
            write!(sheets, "<sheet name=\"{name}\" sheetId=\"{number}\" {attributes} r:id=\"rId{number}\"/>").unwrap();
            write!(
                rels,
                "<Relationship Id=\"rId{number}\" Type=\"{DOC}/{kind}\" Target=\"worksheets/Sheet{number}.xml\"/>"
            )
            .unwrap();
            parts.push((format!("xl/worksheets/sheet{number}.xml"), xml.clone()));
        }
        let epoch = if self.epoch_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
        parts.push((
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{DOC}\">{epoch}<sheets>{sheets}</sheets></workbook>"),
        ));
        parts.push((
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{RELS}\">{rels}</Relationships>"),
        ));
        parts.extend(self.strings.clone().map(|text| ("xl/sharedStrings.xml".to_owned(), text)));
        parts.extend(self.styles.clone().map(|text| ("xl/styles.xml".to_owned(), text)));
        parts
    }
}

/// The XML of a worksheet around rows.
pub(super) fn worksheet(rows: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")
}

/// A row of inline strings; an empty text gives no cell. Works up to column Z.
pub(super) fn text_row(number: u32, attributes: &str, cells: &[&str]) -> String {
    let mut row = format!("<row r=\"{number}\" {attributes}>");
    for (text, column) in cells.iter().zip('A'..='Z') {
        if !text.is_empty() {
            write!(row, "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>").unwrap();
        }
    }
    row + "</row>"
}
