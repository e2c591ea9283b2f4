//! The page: one file, no network, everything from an export as inert text.

mod data;
mod draw;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use crate::assets::{self, Files};
use crate::error::{Error, Problem, Result};
use crate::plan::introduced;
use crate::report::edition;
use crate::report::guide::guide;
use crate::report::model::Model;
use crate::report::seal::UNSEALED;
use crate::report::selection::Selection;
use crate::report::view::Run;
use crate::schema::Platform;

/// The style of the page, in the order in which one overrides the other. The last is empty and there to be replaced.
const STYLES: &[&str] = &["css/page.css", "css/pictures.css", "css/explorer.css", "css/print.css", "brand.css"];
/// The script of the page: parts of one function, in their order.
const SCRIPTS: [&str; 7] =
    ["js/tools.js", "js/data.js", "js/search.js", "js/list.js", "js/drawer.js", "js/copy.js", "js/page.js"];

/// Renders the page from the templates.
pub(in crate::report) fn render(
    run: Run<'_>,
    model: &Model,
    selection: &Selection,
    templates: &Files,
    edition: Option<&edition::Page>,
) -> Result<String> {
    let written = model.outputs.iter().map(|o| o.file.clone()).collect();
    let environment = environment(templates, written).map_err(|e| template_error(&e))?;
    let part = |name: &str| templates.get(name).cloned().unwrap_or_default();
    let style: String = STYLES.iter().map(|name| part(name)).collect();
    let script = format!("(() => {{\n\"use strict\";\n{}}})();\n", SCRIPTS.map(part).concat());
    // Made of our own words and base64: nothing in it needs escaping.
    let logo = templates.get(assets::LOGO).map(|address| minijinja::Value::from_safe_string(address.clone()));
    let data = data::data(run, selection)?;
    let page = environment.get_template("report.html").map_err(|e| template_error(&e))?;
    page.render(context! {
        m => Serde(model),
        edition => Serde(&edition),
        guide => Serde(&guide(run.outcome, run.index)),
        pictures => Serde(&draw::pictures(model)),
        style_hash => csp_hash(&style),
        script_hash => csp_hash(&script),
        style,
        script,
        logo,
        seal => UNSEALED,
        data => Serde(&data),
    })
    .map_err(|e| template_error(&e))
}

/// Renders a page without scripts and packed data from one of the templates.
pub(in crate::report) fn plain(
    name: &str,
    templates: &Files,
    written: BTreeSet<String>,
    model: &impl serde::Serialize,
) -> Result<String> {
    let environment = environment(templates, written).map_err(|e| template_error(&e))?;
    let style: String = STYLES.iter().filter_map(|name| templates.get(*name)).map(String::as_str).collect();
    let page = environment.get_template(name).map_err(|e| template_error(&e))?;
    page.render(context! { m => Serde(model), style_hash => csp_hash(&style), style }).map_err(|e| template_error(&e))
}

/// The templates and what they may call.
fn environment(templates: &Files, written: BTreeSet<String>) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Whoever writes a template of their own reads what it asked for in vain.
    environment.set_debug(true);
    environment.set_auto_escape_callback(|name| if is_page(name) { AutoEscape::Html } else { AutoEscape::None });
    environment.add_filter("num", num);
    environment.add_filter("day", day);
    environment.add_filter("dash", dash);
    environment.add_filter("platform", platform);
    environment.add_filter("short", short);
    // The word that fits what stands before a step, and the rest of the text.
    environment.add_filter("introduced", |text: String| {
        let (word, said) = introduced(&text);
        vec![word.to_string(), said.to_string()]
    });
    environment.add_function("file", move |name: String| link(&written, &name));
    for (name, text) in templates.iter().filter(|(name, _)| is_page(name)) {
        environment.add_template_owned(name.clone(), text.clone())?;
    }
    Ok(environment)
}

/// A link to a file of the report, or its name where it was not written.
fn link(written: &BTreeSet<String>, name: &str) -> minijinja::Value {
    let mut safe = String::new();
    for c in name.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    let folder = name.split_once('/').map(|(folder, _)| format!("{folder}/"));
    let there = written.contains(name) || name.starts_with("evidence/") || folder.is_some_and(|f| written.contains(&f));
    minijinja::Value::from_safe_string(if there {
        format!("<a href=\"./{safe}\">{safe}</a>")
    } else {
        format!("<code>{safe}</code> (not written in this run)")
    })
}

fn is_page(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|e| e == "html")
}

/// The expression by which a content-security policy allows exactly this text.
fn csp_hash(text: &str) -> minijinja::Value {
    minijinja::Value::from_safe_string(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes()))))
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
    match Platform::parse(&slug) {
        Some(Platform::Other) => "Other or not said".into(),
        Some(platform) => platform.title().into(),
        None => slug,
    }
}

/// The beginning of a digest.
fn short(text: &str) -> String {
    text.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(num(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(num(12), "12");
    }

    #[test]
    fn exceptions_and_what_they_hide_are_shown_as_text() {
        let templates = assets::templates(None).unwrap();
        let environment = environment(&templates, BTreeSet::new()).unwrap();
        let exception = |state: &str, reason: &str| {
            serde_json::json!({
                "rule": "stale-everywhere", "device": "LAB-*", "reason": reason, "owner": "Ann", "approved_by": "Bob",
                "expires": "2027-01-31", "state": state, "hidden": 2,
            })
        };
        let model = serde_json::json!({
            "rules": [],
            "exceptions": [exception("active", "loan <pool>"), exception("expired", "gone")],
            "hidden": [{
                "rule": "stale-everywhere", "device_key": "serial:X1", "device_name": "<b>LAB-1</b>", "severity": "high",
                "exception": 0,
            }],
        });
        let page =
            environment.get_template("parts/rules.html").unwrap().render(context! { m => Serde(&model) }).unwrap();
        for text in [
            "loan &lt;pool&gt;",
            "&lt;b&gt;LAB-1&lt;&#x2f;b&gt;",
            "<strong class=\"idle\">expired</strong>",
            "2027-01-31",
        ] {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
        assert!(!page.contains("<b>"));
        let none = serde_json::json!({ "rules": [], "exceptions": [], "hidden": [] });
        let page =
            environment.get_template("parts/rules.html").unwrap().render(context! { m => Serde(&none) }).unwrap();
        assert!(!page.contains("Exceptions"), "an empty section");
    }

    #[test]
    fn links_lead_to_what_was_written() {
        let written = BTreeSet::from(["plan.csv".to_string(), "suggestions/".to_string()]);
        assert_eq!(link(&written, "plan.csv").to_string(), "<a href=\"./plan.csv\">plan.csv</a>");
        assert!(link(&written, "suggestions/a.csv").to_string().starts_with("<a href"));
        assert!(link(&written, "evidence/manifest.json").to_string().starts_with("<a href"));
        assert_eq!(link(&written, "devices.csv").to_string(), "<code>devices.csv</code> (not written in this run)");
    }
}
