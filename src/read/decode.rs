//! Bytes to text: what kind of file it is and in which encoding.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Kind of container, by content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// A zip archive of files.
    Archive,
    /// A workbook, which is a zip archive too.
    Workbook,
    /// Anything else; text, if it is an export.
    Other,
}

/// Text of an export.
#[derive(Debug)]
pub(super) struct Decoded {
    /// UTF-8, no byte-order mark, lines ended by LF or CRLF.
    pub text: String,
    /// Whether it is JSON.
    pub json: bool,
    /// Whether it is a web page or XML, of which nobody reads a list.
    pub markup: bool,
    /// What had to be guessed.
    pub remark: Option<String>,
}

/// Office and Open Document files name their parts in the directory at the end.
const PARTS: [&[u8]; 3] = [b"[Content_Types].xml", b"xl/workbook.xml", b"mimetypeapplication/vnd.oasis"];

pub(super) fn sniff(bytes: &[u8]) -> Container {
    // Old and protected workbooks: the reader of workbooks tells which.
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Container::Workbook;
    }
    // The second is an archive without files.
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return Container::Other;
    }
    let ends = [bytes.get(..4_096.min(bytes.len())), bytes.get(bytes.len().saturating_sub(65_536)..)];
    let has = |part: &&[u8]| ends.iter().flatten().any(|end| memchr::memmem::find(end, part).is_some());
    if PARTS.iter().any(has) { Container::Workbook } else { Container::Archive }
}

/// Decodes a text file, or says why it is none.
pub(super) fn text(bytes: Vec<u8>) -> Result<Decoded, String> {
    if bytes.is_empty() {
        return Err("the file is empty".into());
    }
    if let Some(reason) = binary(&bytes) {
        return Err(reason);
    }
    let (text, remark) = match bytes.as_slice() {
        [0xFF, 0xFE, ..] => (utf16(&bytes, UTF_16LE)?, None),
        [0xFE, 0xFF, ..] => (utf16(&bytes, UTF_16BE)?, None),
        _ if looks_utf16(&bytes, 1) => (utf16(&bytes, UTF_16LE)?, None),
        _ if looks_utf16(&bytes, 0) => (utf16(&bytes, UTF_16BE)?, None),
        _ => utf8_or_windows(bytes),
    };
    let (text, remark) = without_mark(text, remark);
    match text.trim_start().chars().next() {
        None => Err("the file is blank".into()),
        Some('<') => Ok(Decoded { text, json: false, markup: true, remark: None }),
        Some('{' | '[') => Ok(Decoded { text, json: true, markup: false, remark }),
        Some(_) => Ok(Decoded { text: line_ends(text), json: false, markup: false, remark }),
    }
}

/// Takes off a byte-order mark, also one that was read as Windows-1252 and saved again as UTF-8.
fn without_mark(mut text: String, remark: Option<String>) -> (String, Option<String>) {
    const MANGLED: &str = "ï»¿";
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if text.starts_with(MANGLED) {
        text.drain(..MANGLED.len());
        let message = "the file was UTF-8, was read as Windows-1252 and saved again: names with accents are mangled; \
                       take the list as the console exports it";
        return (text, Some(message.into()));
    }
    (text, remark)
}

/// Why a file that begins so is no list, so that the rest of it need not be kept.
pub(super) fn no_list(start: &[u8]) -> Option<String> {
    if sniff(start) == Container::Other { binary(start) } else { None }
}

/// Why a file with such a piece is no list: a system that lost power, or a file without content, leaves zeros.
pub(super) fn hole(piece: &[u8], whole: u64) -> Option<String> {
    let empty = piece.len() as u64 == whole && piece.iter().all(|b| *b == 0);
    empty.then(|| "a damaged file: long stretches of it are zero bytes".into())
}

fn binary(bytes: &[u8]) -> Option<String> {
    if let Some(kind) = binary_kind(bytes) {
        return Some(format!("{kind}, not a device list; export the list again as CSV"));
    }
    let wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || looks_utf16(bytes, 0) || looks_utf16(bytes, 1);
    let binary = !wide && bytes.iter().take(4096).any(|b| *b == 0);
    binary.then(|| "a binary file, not a device list".into())
}

fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"7z\xBC\xAF", "a 7-Zip archive"),
        (b"SQLite format 3", "a database"),
    ];
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

/// PowerShell writes UTF-16 with a mark, other tools without; headers are Latin letters, so every second byte is zero.
fn looks_utf16(bytes: &[u8], zero_at: usize) -> bool {
    let sample = bytes.get(..64.min(bytes.len()) & !1).unwrap_or_default();
    sample.len() >= 8
        && sample.chunks_exact(2).all(|pair| pair.get(zero_at) == Some(&0) && pair.get(1 - zero_at) != Some(&0))
}

fn utf16(bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> Result<String, String> {
    let (text, _, damaged) = encoding.decode(bytes);
    if damaged { Err("UTF-16 text that is damaged or cut off".into()) } else { Ok(text.into_owned()) }
}

fn utf8_or_windows(bytes: Vec<u8>) -> (String, Option<String>) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(e) => e.into_bytes(),
    };
    let (text, _, _) = WINDOWS_1252.decode(&bytes);
    (text.into_owned(), Some("the file is not UTF-8; it was read as Windows-1252, so check names with accents".into()))
}

/// A lone CR as line end is what old spreadsheets for Mac write; the readers expect LF.
fn line_ends(text: String) -> String {
    if text.contains('\n') || !text.contains('\r') { text } else { text.replace('\r', "\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_give_the_same_text() {
        let text = "Gerät,b\nä,c\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases = [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [b"\xFF\xFE".as_slice(), &le].concat(),
            [b"\xFE\xFF".as_slice(), &be].concat(),
            WINDOWS_1252.encode(text).0.into_owned(),
        ];
        for bytes in cases {
            assert_eq!(super::text(bytes).unwrap().text, text);
        }
    }

    #[test]
    fn what_is_no_list_is_refused_by_kind() {
        for (bytes, expected) in [
            (b"%PDF-1.7 x".as_slice(), "a PDF document, not a device list; export the list again as CSV"),
            (b"", "the file is empty"),
            (b" \n ", "the file is blank"),
            (b"a\0b\x01\0\0", "a binary file, not a device list"),
        ] {
            assert_eq!(text(bytes.to_vec()).unwrap_err(), expected);
        }
    }
}
