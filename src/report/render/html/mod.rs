//! The page: one file, no network, everything from an export as inert text.

mod data;
mod draw;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use crate::assets::{self, Files};
use crate::error::{Error, Problem, Result};
use crate::plan::{brief, introduced};
use crate::report::model::{Model, RuleRow};
use crate::report::seal::UNSEALED;
use crate::report::selection::Selection;
use crate::report::start::start;
use crate::report::view::Run;
use crate::report::{edition, paper};
use crate::schema::{Platform, Severity};

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
    let names = Names::of(run);
    let environment = environment(templates, written, names).map_err(|e| template_error(&e))?;
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
        paper_steps => Serde(&paper::steps(&model.suggestions)),
        rule_order => rule_order(model),
        starts => Serde(&start(&model.suggestions)),
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
    let environment = environment(templates, written, Names::default()).map_err(|e| template_error(&e))?;
    let style: String = STYLES.iter().filter_map(|name| templates.get(*name)).map(String::as_str).collect();
    let page = environment.get_template(name).map_err(|e| template_error(&e))?;
    page.render(context! { m => Serde(model), style_hash => csp_hash(&style), style }).map_err(|e| template_error(&e))
}

/// What people call the things that files know by a slug. Of an earlier run there may be some that have no name any more.
#[derive(Clone, Default)]
struct Names {
    rules: BTreeMap<String, String>,
    consoles: BTreeMap<String, String>,
    steps: BTreeMap<String, String>,
}

impl Names {
    fn of(run: Run<'_>) -> Self {
        let outcome = run.outcome;
        let consoles = outcome.devices.registry.all().iter();
        let mut steps = BTreeMap::new();
        for entry in &outcome.entries {
            steps.entry(entry.slug.clone()).or_insert_with(|| brief(&entry.action).to_string());
        }
        Self {
            rules: outcome.rules.iter().map(|rule| (rule.id.clone(), rule.title.clone())).collect(),
            consoles: consoles.map(|console| (console.as_str().to_string(), console.title().to_string())).collect(),
            steps,
        }
    }
}

/// Places of the rules as people look for them: those that found something, the gravest and then the most first; those that found
/// nothing; those that did not run.
fn rule_order(model: &Model) -> Vec<usize> {
    let gravest = |rule: &RuleRow| rule.found.first().and_then(|word| Severity::parse(word));
    let mut order: Vec<usize> = (0..model.rules.len()).collect();
    order.sort_by_cached_key(|at| {
        model.rules.get(*at).map(|rule| (rule.outcome != "ran", Reverse(gravest(rule)), Reverse(rule.matched)))
    });
    order
}

/// The name of what has a slug; the slug where it has none.
fn named(names: BTreeMap<String, String>) -> impl Fn(String) -> String {
    move |slug| names.get(&slug).cloned().unwrap_or(slug)
}

/// The templates and what they may call.
fn environment(
    templates: &Files,
    written: BTreeSet<String>,
    names: Names,
) -> Result<Environment<'static>, minijinja::Error> {
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
    environment.add_filter("marked", |text: &str| minijinja::Value::from_safe_string(marked(text)));
    environment.add_filter("rule_title", named(names.rules));
    environment.add_filter("console_title", named(names.consoles));
    environment.add_filter("step_title", named(names.steps));
    environment.add_filter("brief", |action: &str| brief(action).to_string());
    environment.add_filter("identifier", identifier);
    environment.add_filter("undigested", undigested);
    environment.add_filter("export_name", export_name);
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

/// Text as it may stand in a page.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Our sentences put words of files and commands into backticks; the page shows them as what they are.
fn marked(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // A sign that has no other to close it is part of the text.
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let one = |(at, part): (usize, &&str)| {
        if at % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }
    };
    parts.iter().enumerate().map(one).collect()
}

/// A link to a file of the report, or its name where it was not written.
fn link(written: &BTreeSet<String>, name: &str) -> minijinja::Value {
    let safe = escaped(name);
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

/// The key of a device in words: `serial 5CG25HSD04`.
fn identifier(key: &str) -> String {
    key.replacen(':', " ", 1)
}

/// An export by its file: the member of an archive is named only where its name says something else.
fn export_name(label: &str) -> String {
    let stem = |name: &str| name.rsplit('/').next().unwrap_or(name).rsplit_once('.').map(|(stem, _)| stem.to_string());
    match label.split_once('!') {
        Some((archive, member)) if stem(archive).is_some() && stem(archive) == stem(member) => archive.to_string(),
        _ => label.to_string(),
    }
}

/// The names of files without their digests, which the files of the report have.
fn undigested(files: &str) -> String {
    let mut rest = files;
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once(" (sha256 ") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, next)| next);
    }
    text + rest
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
    fn the_member_of_an_archive_is_named_where_it_says_something_else() {
        assert_eq!(export_name("a/Devices_1.zip!Devices_1.csv"), "a/Devices_1.zip");
        assert_eq!(export_name("all.zip!entra.csv"), "all.zip!entra.csv");
        assert_eq!(export_name("entra.csv"), "entra.csv");
    }

    #[test]
    fn names_of_files_go_without_their_digests() {
        assert_eq!(undigested("a.csv (sha256 12ab), b.csv (sha256 34cd)"), "a.csv, b.csv");
        assert_eq!(undigested("a.csv"), "a.csv");
        assert_eq!(identifier("serial:5CG25HSD04"), "serial 5CG25HSD04");
    }

    #[test]
    fn words_in_backticks_are_code_and_nothing_is_markup() {
        assert_eq!(marked("decide `lost` <b>"), "decide <code>lost</code> &lt;b&gt;");
        assert_eq!(marked("`<i>` it's"), "<code>&lt;i&gt;</code> it&#39;s");
        assert_eq!(marked("a ` alone"), "a ` alone");
    }

    #[test]
    fn exceptions_and_what_they_hide_are_shown_as_text() {
        let templates = assets::templates(None).unwrap();
        let environment = environment(&templates, BTreeSet::new(), Names::default()).unwrap();
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
        let page = environment
            .get_template("parts/rules.html")
            .unwrap()
            .render(context! { m => Serde(&model), rule_order => Vec::<usize>::new() })
            .unwrap();
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
        let page = environment
            .get_template("parts/rules.html")
            .unwrap()
            .render(context! { m => Serde(&none), rule_order => Vec::<usize>::new() })
            .unwrap();
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
