//! The parts around the sheets: which sheets there are, and whether strings and styles are sane.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::{BytesStart, Event};

use super::package::{Fault, Package, Part, SMALL_PART_LIMIT, STRINGS_LIMIT};

/// No workbook may have more sheets.
const SHEET_LIMIT: usize = 500;
/// Excel stops at 65,490 cell formats.
const FORMAT_LIMIT: usize = 200_000;
/// A tag in the styles is never this long.
const STYLE_TAG_LIMIT: usize = 16 << 10;
/// Brackets in one number format. Excel allows 255 characters in all.
const BRACKET_LIMIT: usize = 200;
/// The shortest entry of the shared strings, `<si/>`.
const SHORTEST_STRING: u64 = 5;

/// Where a sheet is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SheetPart {
    pub(super) path: String,
    /// Whether it has cells; a chart sheet has none.
    pub(super) has_cells: bool,
}

/// What is known of a workbook before a sheet is read.
#[derive(Debug)]
pub(super) struct Survey {
    /// The parts of the sheets, in workbook order.
    pub(super) sheets: Vec<SheetPart>,
    /// Bytes of each shared string.
    pub(super) strings: Vec<u32>,
}

/// Finds the parts of the sheets, and checks the parts that all sheets share.
pub(super) fn survey<B: AsRef<[u8]>>(package: &mut Package<B>) -> Result<Survey, Fault> {
    let (folder, name) = main_part(package)?;
    let targets = relationships(package, &format!("{folder}_rels/{name}.rels"))?;
    let strings = check_strings(package, &format!("{folder}sharedStrings.xml"))?;
    check_styles(package, &format!("{folder}styles.xml"))?;
    package.measure(&format!("{folder}theme/theme1.xml"), SMALL_PART_LIMIT)?;

    let mut sheets: Vec<SheetPart> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut found = Ok(());
    let path = format!("{folder}{name}");
    each_tag(package, &path, |tag| {
        if tag.local_name().as_ref() != "sheet" || found.is_err() {
            return;
        }
        let id = attributes(tag).filter(|(key, _)| local(key) == "id").last().map(|(_, id)| id).unwrap_or_default();
        let Some((target, kind)) = targets.get(&id) else {
            found = Err(Fault::Damage("a sheet leads nowhere".to_owned()));
            return;
        };
        let path = target.strip_prefix('/').map_or_else(|| format!("{folder}{target}"), str::to_owned);
        // One part under many names would be read as often.
        if !seen.insert(path.to_ascii_lowercase()) {
            found =
                Err(Fault::Limit("the workbook is refused: two of its sheets are one and the same part".to_owned()));
            return;
        }
        sheets.push(SheetPart { path, has_cells: kind.ends_with("/worksheet") });
        if sheets.len() > SHEET_LIMIT {
            found = Err(Fault::Limit(format!("the workbook is refused: it has more than {SHEET_LIMIT} sheets")));
        }
    })?;
    found.map(|()| Survey { sheets, strings })
}

/// How many cells of a sheet bear a comment. A part that cannot be read has none that anybody could show.
pub(super) fn comments<B: AsRef<[u8]>>(package: &mut Package<B>, sheet: &str) -> u32 {
    let (folder, name) = sheet.rsplit_once('/').unwrap_or(("", sheet));
    let rels = format!("{folder}/_rels/{name}.rels");
    if !package.has(&rels) {
        return 0;
    }
    let targets = relationships(package, &rels).unwrap_or_default();
    let mut count = 0;
    for (target, _) in targets.values().filter(|(_, kind)| kind.ends_with("/relationships/comments")) {
        let up = folder.rsplit_once('/').map_or("", |(up, _)| up);
        let path = match (target.strip_prefix("../"), target.strip_prefix('/')) {
            (Some(beside), _) => format!("{up}/{beside}"),
            (_, Some(whole)) => whole.to_owned(),
            _ => format!("{folder}/{target}"),
        };
        let seen = each_tag(package, &path, |tag| count += u32::from(tag.local_name().as_ref() == "comment"));
        count = if seen.is_ok() { count } else { 0 };
    }
    count
}

/// The folder and the file name of the workbook part.
fn main_part<B: AsRef<[u8]>>(package: &mut Package<B>) -> Result<(String, String), Fault> {
    let mut target = None;
    each_tag(package, "_rels/.rels", |tag| {
        if tag.local_name().as_ref() == "Relationship" {
            let (mut kind, mut to) = (String::new(), None);
            for (key, value) in attributes(tag) {
                match key.as_str() {
                    "Type" => kind = value,
                    "Target" => to = Some(value),
                    _ => {}
                }
            }
            if kind.ends_with("/relationships/officeDocument") {
                target = to.or(target.take());
            }
        }
    })?;
    let target = target.ok_or_else(|| Fault::Damage("it does not say where the sheets are".to_owned()))?;
    if target.to_ascii_lowercase().ends_with(".bin") {
        return Err(Fault::Limit("this is an .xlsb workbook; save it as .xlsx or CSV".to_owned()));
    }
    let (folder, name) = target.rsplit_once('/').map_or(("", target.as_str()), |(folder, name)| (folder, name));
    let folder = if folder.is_empty() { String::new() } else { format!("{}/", folder.trim_start_matches('/')) };
    if !package.has(&format!("{folder}{name}")) {
        return Err(Fault::Damage("the list of sheets is missing".to_owned()));
    }
    Ok((folder, name.to_owned()))
}

/// Target and type by the id of the relationship.
fn relationships<B: AsRef<[u8]>>(
    package: &mut Package<B>,
    path: &str,
) -> Result<BTreeMap<String, (String, String)>, Fault> {
    let mut found = BTreeMap::new();
    each_tag(package, path, |tag| {
        if tag.local_name().as_ref() == "Relationship" {
            let (mut id, mut kind, mut target) = (None, String::new(), String::new());
            for (key, value) in attributes(tag) {
                match key.as_str() {
                    "Id" => id = Some(value),
                    "Type" => kind = value,
                    "Target" => target = value,
                    _ => {}
                }
            }
            found.extend(id.map(|id| (id, (target, kind))));
        }
    })?;
    Ok(found)
}

/// The reader of cells makes room for as many strings as the part declares.
/// So that number must fit the size of the part. Gives the length of each string.
fn check_strings<B: AsRef<[u8]>>(package: &mut Package<B>, path: &str) -> Result<Vec<u32>, Fault> {
    let size = package.measure(path, STRINGS_LIMIT)?;
    let mut lengths = Vec::new();
    let Some(mut part) = package.part(path, STRINGS_LIMIT)? else { return Ok(lengths) };
    let mut buffer = Vec::new();
    let mut length = 0_usize;
    loop {
        buffer.clear();
        match next(&mut part, &mut buffer)? {
            Event::Start(tag) if tag.local_name().as_ref() == "sst" => {
                for (key, value) in attributes(&tag) {
                    if key == "uniqueCount" && value.bytes().any(|b| b.is_ascii_digit()) {
                        let digits = value.trim().trim_start_matches(['+', '-', '0']);
                        let fits = digits.is_empty() || digits.parse().is_ok_and(|n: u64| n <= size / SHORTEST_STRING);
                        if !fits {
                            return Err(Fault::Limit(
                                "the workbook is refused: it declares more shared strings than it holds".to_owned(),
                            ));
                        }
                    }
                }
            }
            Event::Text(text) => length += text.len(),
            Event::CData(text) => length += text.len(),
            Event::End(tag) if tag.local_name().as_ref() == "si" => {
                lengths.push(u32::try_from(length).unwrap_or(u32::MAX));
                length = 0;
            }
            Event::Eof => return Ok(lengths),
            _ => {}
        }
    }
}

/// Every cell format is kept with copies of what it refers to. So neither may be large.
fn check_styles<B: AsRef<[u8]>>(package: &mut Package<B>, path: &str) -> Result<(), Fault> {
    let mut formats = 0_usize;
    let mut odd = false;
    if !package.has(path) {
        return Ok(());
    }
    each_tag(package, path, |tag| {
        odd |= tag.attributes_raw().len() > STYLE_TAG_LIMIT;
        match tag.local_name().as_ref() {
            "xf" => formats += 1,
            "numFmt" => odd |= tag.attributes_raw().matches(['[', '&']).count() > BRACKET_LIMIT,
            _ => {}
        }
    })?;
    if odd || formats > FORMAT_LIMIT {
        return Err(Fault::Limit("the workbook is refused: its cell formats are beyond what Excel allows".to_owned()));
    }
    Ok(())
}

/// Calls for every opening tag of a small part.
fn each_tag<B: AsRef<[u8]>>(
    package: &mut Package<B>,
    path: &str,
    mut call: impl FnMut(&BytesStart<'_>),
) -> Result<(), Fault> {
    let part = package.part(path, SMALL_PART_LIMIT)?;
    let mut part = part.ok_or_else(|| Fault::Damage(format!("{path} is missing")))?;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match next(&mut part, &mut buffer)? {
            Event::Start(tag) => call(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The next piece of a part.
pub(super) fn next<'b, B: AsRef<[u8]>>(part: &mut Part<'_, B>, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Fault> {
    part.read_event_into(buffer).map_err(|error| part.get_ref().get_ref().fault(error))
}

/// The attributes of a tag, up to the first that is malformed.
fn attributes(tag: &BytesStart<'_>) -> impl Iterator<Item = (String, String)> {
    let mut all = tag.attributes();
    all.with_checks(false);
    all.map_while(Result::ok).map(|attribute| (attribute.key.as_ref().to_owned(), attribute.value.into_owned()))
}

/// A name without its namespace prefix.
fn local(key: &str) -> &str {
    key.rsplit_once(':').map_or(key, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Book, pack, worksheet};
    use super::*;

    fn found(bytes: Vec<u8>) -> Result<Vec<SheetPart>, String> {
        survey(&mut Package::open(bytes)?).map(|found| found.sheets).map_err(String::from)
    }

    #[test]
    fn sheets_are_found_in_order() {
        let book = Book::rows("").sheet("Chart", "", "<chartsheet/>");
        let expected = [("xl/worksheets/Sheet1.xml", true), ("xl/worksheets/Sheet2.xml", false)];
        let expected = expected.map(|(path, has_cells)| SheetPart { path: path.to_owned(), has_cells });
        assert_eq!(found(book.pack()).unwrap(), expected);
    }

    #[test]
    fn prefixes_and_leading_slashes_are_tolerated() {
        let bytes = pack(&[
            (
                "_rels/.rels",
                "<p:Relationships><p:Relationship Type='a/relationships/officeDocument' Target='/XL/Book.xml'/></p:Relationships>",
            ),
            (
                "xl/_rels/book.xml.rels",
                "<p:Relationships><p:Relationship Id='a' Type='x/worksheet' Target='/xl/s.xml'/></p:Relationships>",
            ),
            ("xl/book.xml", "<x:workbook><x:sheets><x:sheet name='n' q:id='a'/></x:sheets></x:workbook>"),
        ]);
        assert_eq!(found(bytes).unwrap(), [SheetPart { path: "xl/s.xml".to_owned(), has_cells: true }]);
    }

    #[test]
    fn hostile_parts_are_refused() {
        let strings = |count: &str| Book {
            strings: Some(format!("<sst uniqueCount=\"{count}\"><si><t>a</t></si></sst>")),
            ..Book::rows("")
        };
        let styles = |xml: String| Book { styles: Some(xml), ..Book::rows("") };
        let many = (0..=SHEET_LIMIT).fold(Book::default(), |book, n| book.sheet(&n.to_string(), "", &worksheet("")));
        let brackets =
            format!("<styleSheet><numFmts><numFmt formatCode=\"{}\"/></numFmts></styleSheet>", "[".repeat(300));
        for (book, expected) in [
            (strings("18446744073709551615"), Some("shared strings")),
            (strings("1000000"), Some("shared strings")),
            (strings("+99999999999999999999999"), Some("shared strings")),
            (strings("1"), None),
            (strings("many"), None),
            (styles(brackets), Some("cell formats")),
            (styles("<styleSheet><cellXfs><xf/></cellXfs></styleSheet>".to_owned()), None),
            (many, Some("more than 500 sheets")),
        ] {
            let result = found(book.pack()).err();
            match expected {
                Some(expected) => assert!(result.as_ref().is_some_and(|e| e.contains(expected)), "{result:?}"),
                None => assert_eq!(result, None),
            }
        }
    }
}
