//! `render --edition`: what a consultant adds is shown as theirs, checked, and changes no figure.

use std::fs;

use crate::common::{Place, Report};

/// The sample's report, and the ids of two of its packages.
fn place() -> (Place, Vec<String>) {
    let place = Place::with_sample();
    let report = place.analyze(&[]);
    let ids = report.lines("packages.csv").into_iter().map(|line| line["suggestion_id"].clone()).collect();
    (place, ids)
}

/// The smallest PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn render(place: &Place, out: &str, edition: &str) -> crate::common::Run {
    place.write("edition.yaml", edition);
    place.run(&["render", "out", "--out", out, "--edition", "edition.yaml", "--quiet"])
}

#[test]
fn words_order_logo_and_tickets() {
    let (place, ids) = place();
    place.write("logo.png", PNG);
    let (first, second) = (&ids[2], &ids[0]);
    let edition = format!(
        "author: Ada <Example>\nsummary: |\n  # Where you stand\n  Start with **shared** devices. <script>x()</script> ![x](https://example.org/x.png)\n\
         logo: logo.png\ncolours: {{accent: '#5b2a86', accent_dark: '#c9a6f0'}}\npackages:\n  - {{package: {first}, note: Ask *Bo* first., assignee: bo@client.example, due: 2026-12-31}}\n  \
         - package: {second}\nset_aside:\n  - {{finding: stale-everywhere, by: Cleo, on: 2026-11-25, why: \"=the move\"}}\n"
    );
    let run = render(&place, "ours", &edition);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let page = fs::read_to_string(place.path("ours/report.html")).unwrap();
    for text in [
        "From <bdi>Ada &lt;Example&gt;</bdi>",
        "<h4>Where you stand</h4>",
        "<strong>shared</strong>",
        "&lt;script&gt;x()&lt;/script&gt;",
        "Ask <em>Bo</em> first.",
        "data:image/png;base64,",
        "--accent: #5b2a86",
        "Findings set aside",
        "=the move",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("src=\"https:"), "nothing is loaded");
    // A note stands on the card of its package, and is told apart there.
    let card = |id: &str| {
        let own = page.split(&format!("id=\"suggestion-{id}\"")).nth(1).unwrap();
        own.split("</details>").next().unwrap().to_owned()
    };
    assert!(card(first).contains("Note of <bdi>Ada &lt;Example&gt;</bdi>"), "{}", card(first));
    assert!(card(first).contains("not a finding of the program; due 2026-12-31; for <bdi>bo@client.example</bdi>"));
    assert_eq!(page.matches("Ask <em>Bo</em> first.").count(), 1, "on the card and nowhere else");
    assert!(!card(second).contains("Note of"), "nothing was noted of it");
    let section = page.split("id=\"edition\"").nth(1).unwrap();
    let at = |id: &str| section.find(&format!("#suggestion-{id}\"")).unwrap();
    assert!(at(first) < at(second) && at(second) < at(&ids[1]), "the order is theirs, then the report's");
    let (original, ours) = (Report { root: place.path("out") }, Report { root: place.path("ours") });
    for file in ["findings.csv", "packages.csv", "plan.csv", "rules.csv"] {
        assert_eq!(original.files()[file], ours.files()[file], "{file}: what is set aside still counts");
    }
    let tickets = ours.lines("tickets.csv");
    assert_eq!(tickets.len(), ids.len());
    assert_eq!((&tickets[0]["External ID"], &tickets[0]["Assignee"]), (first, &"bo@client.example".to_owned()));
    assert_eq!(tickets[0]["Due Date"], "2026-12-31");
    assert!(tickets[0]["Description"].contains("Ask *Bo* first."), "{}", tickets[0]["Description"]);
    assert!(tickets.iter().all(|ticket| !ticket["Summary"].is_empty() && !ticket["Priority"].is_empty()));
    assert!(ours.manifest()["settings"]["edition"].as_str().unwrap().starts_with("edition.yaml (sha256 "));
    assert_eq!(place.run(&["verify", "ours"]).code, 0);
    // Without the edition the report is as before.
    let again = place.run(&["render", "ours", "--out", "plain", "--quiet"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    assert_eq!(original.files(), Report { root: place.path("plain") }.files());
}

#[test]
fn every_mistake_is_named() {
    let (place, ids) = place();
    place.write("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    let id = &ids[0];
    for (edition, said) in [
        ("packages: [{package: retire.windws}]".to_owned(), "the report has no package `retire.windws`"),
        (format!("packages: [{{package: {id}}}, {{package: {id}}}]"), "stands twice"),
        (format!("packages: [{{package: {id}, due: tomorrow}}]"), "is no day"),
        ("set_aside: [{finding: no-such-rule, by: A, why: B}]".to_owned(), "no finding `no-such-rule`"),
        ("set_aside: [{finding: stale-everywhere, why: B}]".to_owned(), "without `by` and `why`"),
        ("logo: logo.svg".to_owned(), "neither PNG nor JPEG"),
        ("logo: missing.png".to_owned(), "cannot be used"),
        ("colours: {accent: '#ffcc00'}".to_owned(), "contrast of"),
        ("colours: {accent: 'red;}'}".to_owned(), "is no colour"),
        ("sumary: x".to_owned(), "unknown field"),
    ] {
        let run = render(&place, "ours", &edition);
        assert_eq!(run.code, 5, "{edition}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{edition}: {}", run.stderr);
        assert!(!place.path("ours").exists());
    }
}
