//! The ways in which a value may stand in a file: as it is, and as JSON, HTML, XML, CSV, an address or Arrow write it.

use std::fmt::Write as _;

use super::names::Kind;

/// All of them. Case is no matter of ASCII letters; of others both are here.
pub(super) fn of(kind: Kind, value: &str) -> Vec<Vec<u8>> {
    let value = value.trim();
    let mut texts = vec![value.to_string()];
    if !value.is_ascii() {
        texts.extend([value.to_lowercase(), value.to_uppercase()]);
    }
    let spaced: Vec<&str> = value.split_whitespace().collect();
    texts.push(spaced.join(" "));
    let escaped: Vec<String> = texts.iter().flat_map(|text| escapes(text)).collect();
    texts.extend(escaped);
    let mut ways: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    if kind == Kind::Id {
        ways.extend(guid(value));
    }
    ways.sort();
    ways.dedup();
    ways
}

fn escapes(text: &str) -> Vec<String> {
    let plain = text.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-._".contains(&sign));
    if plain {
        return Vec::new();
    }
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_string();
    let html = |quote: &str, slash: &str| {
        let and = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        and.replace('\'', quote).replace('/', slash)
    };
    let json_again = json.replace('\\', "\\\\").replace('"', "\\\"");
    vec![
        html("&#x27;", "&#x2f;"),
        html("&#39;", "/"),
        html("'", "/"),
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        text.replace('"', "\"\""),
        text.escape_default().to_string(),
        percent(text),
        json_again,
        json,
    ]
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The bytes of a GUID, and its digits alone.
fn guid(value: &str) -> Vec<Vec<u8>> {
    let digits: String = value.chars().filter(|sign| !"{}-".contains(*sign)).collect();
    if digits.len() != 32 || !digits.bytes().all(|sign| sign.is_ascii_hexdigit()) || digits.len() == value.len() {
        return Vec::new();
    }
    let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
    bytes.into_iter().chain([digits.clone().into_bytes()]).collect()
}
