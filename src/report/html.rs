//! The page: one file, no network, everything from an export as inert text.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use super::json::page_data;
use super::model::Model;
use super::tables::Index;
use crate::analysis::Analysis;
use crate::assets::Files;
use crate::error::{Error, Problem, Result};
use crate::schema::Platform;

/// Renders the page from the templates.
pub(super) fn render(analysis: &Analysis, index: &Index, model: &Model, templates: &Files) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if is_page(name) { AutoEscape::Html } else { AutoEscape::None });
    environment.add_filter("num", num);
    environment.add_filter("day", day);
    environment.add_filter("dash", dash);
    environment.add_filter("platform", platform);
    environment.add_filter("short", short);
    for (name, text) in templates.iter().filter(|(name, _)| is_page(name)) {
        environment.add_template_owned(name.clone(), text.clone()).map_err(|e| template_error(&e))?;
    }
    let part = |name: &str| templates.get(name).cloned().unwrap_or_default();
    let (style, script) = (part("report.css"), part("report.js"));
    // A script element ends at the first `</`, whatever stands around it.
    let data = page_data(analysis, index);
    let first_rows = first_rows(&data);
    let data = data.to_string().replace('<', "\\u003c");
    let page = environment.get_template("report.html").map_err(|e| template_error(&e))?;
    page.render(context! {
        m => Serde(model),
        first_rows => Serde(&first_rows),
        style_hash => csp_hash(&style),
        script_hash => csp_hash(&script),
        style,
        script,
        data,
    })
    .map_err(|e| template_error(&e))
}

/// The first flagged devices, for readers without scripts.
fn first_rows(data: &serde_json::Value) -> Vec<serde_json::Map<String, serde_json::Value>> {
    const SHOWN: usize = 100;
    let list = |name: &str| data.get(name).and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
    let columns = list("columns");
    let row = |values: &serde_json::Value| {
        let names = columns.iter().filter_map(|c| c.as_str().map(ToString::to_string));
        names.zip(values.as_array().into_iter().flatten().cloned()).collect()
    };
    list("rows").iter().take(SHOWN).map(row).collect()
}

fn is_page(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|e| e == "html")
}

/// The expression by which a content-security policy allows exactly this text.
fn csp_hash(text: &str) -> minijinja::Value {
    minijinja::Value::from_safe_string(format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes()))))
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let group = chunk.iter().chain([0, 0].iter()).take(3).fold(0_u32, |n, b| n << 8 | u32::from(*b));
            (0..4).map(move |at| {
                let sign = SIGNS.get((group >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'=');
                if at <= chunk.len() { char::from(sign) } else { '=' }
            })
        })
        .collect()
}

fn template_error(e: &minijinja::Error) -> Error {
    let place = e.line().map_or_else(String::new, |line| format!("line {line}"));
    let problem = Problem {
        file: e.name().unwrap_or("templates").to_string(),
        place,
        message: e.detail().map_or_else(|| e.kind().to_string(), ToString::to_string),
        help: String::new(),
    };
    Error::Rules { problems: vec![problem] }
}

/// 1234567 → 1 234 567, with spaces that do not break.
fn num(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if value < 0 { format!("−{out}") } else { out }
}

/// The day of an RFC 3339 time.
fn day(text: &str) -> String {
    if text.is_empty() { "—".into() } else { text.chars().take(10).collect() }
}

/// A dash for what is missing.
fn dash(value: &minijinja::Value) -> minijinja::Value {
    let missing = value.is_none() || value.is_undefined() || value.as_str() == Some("");
    if missing { minijinja::Value::from("—") } else { value.clone() }
}

/// The proper name of a platform.
fn platform(slug: String) -> String {
    let name = match Platform::parse(&slug) {
        Some(Platform::Windows) => "Windows",
        Some(Platform::Macos) => "macOS",
        Some(Platform::Ios) => "iOS and iPadOS",
        Some(Platform::Android) => "Android",
        Some(Platform::Chromeos) => "ChromeOS",
        Some(Platform::Linux) => "Linux",
        Some(Platform::Other) => "Other or not said",
        None => return slug,
    };
    name.to_string()
}

/// The beginning of a digest.
fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_every_remainder() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"foob", "Zm9vYg==")]
        {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(num(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(num(12), "12");
    }
}
