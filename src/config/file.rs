//! The text of `lastseen.toml`, checked word by word.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::markers::{Wrong, column_of, marker};
use super::{Config, Scope};
use crate::error::Problem;
use crate::identity::Threshold;
use crate::schema::{Platform, Severity, instead, nearest};
use crate::time::{COARSE_STAMP, SHORTEST_INACTIVE};

type Key<'t> = Spanned<DeString<'t>>;
type Item<'t> = Spanned<DeValue<'t>>;

const SECTIONS: &[&str] = &["thresholds", "rules", "markers", "exceptions"];

pub(super) fn parse(file: &str, text: &str) -> Result<Config, Vec<Problem>> {
    let mut reader = Reader { file, text, config: Config::default(), problems: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reader.top(table.get_ref()),
        Err(e) => {
            let at = e.span().map_or(0, |span| span.start);
            reader.add(at, format!("cannot be read as TOML: {}", e.message()), "");
        }
    }
    reader.problems.sort_by_key(|(at, _)| *at);
    let problems: Vec<Problem> = reader.problems.into_iter().map(|(_, problem)| problem).collect();
    if problems.is_empty() { Ok(reader.config) } else { Err(problems) }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    config: Config,
    /// With the place of each in the text.
    problems: Vec<(usize, Problem)>,
}

impl Reader<'_> {
    fn add(&mut self, at: usize, message: impl Into<String>, help: impl Into<String>) {
        let line = self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        let problem = Problem {
            file: self.file.into(),
            place: format!("line {line}"),
            message: message.into(),
            help: help.into(),
        };
        self.problems.push((at, problem));
    }

    fn wrong(&mut self, at: usize, (message, help): Wrong) {
        self.add(at, message, help);
    }

    fn no_key(&mut self, key: &Key<'_>, known: &[&str]) {
        let near = nearest(key.get_ref(), known.iter().copied());
        let help = instead(near, || format!("use one of {}", known.join(", ")));
        self.add(key.span().start, format!("`{}` is no key here", key.get_ref()), help);
    }

    /// A section; `within` is the one that it is part of.
    fn table<'t, 'v>(&mut self, within: Option<&str>, key: &Key<'_>, item: &'v Item<'t>) -> Option<&'v DeTable<'t>> {
        let table = item.get_ref().as_table();
        if table.is_none() {
            let help = section(within, key.get_ref());
            self.add(item.span().start, format!("`{}` is no section", key.get_ref()), help);
        }
        table
    }

    fn text(&mut self, item: &Item<'_>, what: &str) -> Option<String> {
        let text = item.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_string);
        if text.is_none() {
            self.add(item.span().start, what, "write it as text in quotes");
        }
        text
    }

    fn number(&mut self, key: &Key<'_>, item: &Item<'_>) -> Option<u32> {
        let number = item.get_ref().as_integer().and_then(|i| i.as_str().parse().ok());
        if number.is_none() {
            self.add(
                item.span().start,
                format!("`{}` is no whole number", key.get_ref()),
                format!("write it as `{} = 90`", key.get_ref()),
            );
        }
        number
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (key, item) in table {
            match key.get_ref().as_ref() {
                "thresholds" => {
                    if let Some(own) = self.table(None, key, item) {
                        self.thresholds(own);
                    }
                }
                "rules" => {
                    for (rule, own) in self.table(None, key, item).into_iter().flatten() {
                        if let Some(own) = self.table(Some("rules"), rule, own) {
                            self.rule(rule.get_ref(), own);
                        }
                    }
                }
                "markers" => {
                    for (name, own) in self.table(None, key, item).into_iter().flatten() {
                        self.marker(name, own);
                    }
                }
                "exceptions" => {
                    let file = self.text(item, "`exceptions` names no file");
                    self.config.exceptions = file.map(PathBuf::from);
                }
                name if Threshold::parse(name).is_some() => {
                    self.add(key.span().start, format!("`{name}` is no key here"), "write it below `[thresholds]`");
                }
                _ => self.no_key(key, SECTIONS),
            }
        }
    }

    fn thresholds(&mut self, table: &DeTable<'_>) {
        // Whether short ones are meant is said once, wherever it stands.
        let short = table.iter().find(|(key, _)| key.get_ref() == "allow_short");
        self.config.allow_short_thresholds = short.is_some_and(|(_, item)| item.get_ref().as_bool() == Some(true));
        for (key, item) in table {
            let name = key.get_ref().as_ref();
            if item.get_ref().is_table() {
                let scope = match Platform::parse(name) {
                    Some(platform) => Scope::Platform(platform),
                    None if name == "vdi" => Scope::Vdi,
                    None => {
                        let words: Vec<&str> = Platform::WORDS.iter().copied().chain(["vdi"]).collect();
                        let near = nearest(name, words.iter().copied());
                        let help = instead(near, || format!("use one of {}", words.join(", ")));
                        self.add(key.span().start, format!("`{name}` is no platform"), help);
                        continue;
                    }
                };
                for (key, item) in self.table(Some("thresholds"), key, item).into_iter().flatten() {
                    self.threshold(key, item, scope);
                }
            } else if name == "allow_short" {
                if item.get_ref().as_bool().is_none() {
                    self.add(item.span().start, "`allow_short` is true or false", "");
                }
            } else if name == "owner_quota" {
                self.config.owner_quota = self.number(key, item);
            } else if Platform::parse(name).is_some() || name == "vdi" {
                // A number for the platform as a whole: which threshold is meant?
                self.table(Some("thresholds"), key, item);
            } else {
                self.threshold(key, item, Scope::All);
            }
        }
    }

    fn threshold(&mut self, key: &Key<'_>, item: &Item<'_>, scope: Scope) {
        let Some(threshold) = Threshold::parse(key.get_ref()) else {
            let of_all: &[&str] = if scope == Scope::All { &["owner_quota", "allow_short"] } else { &[] };
            let known: Vec<&str> = Threshold::WORDS.iter().chain(of_all).copied().collect();
            self.no_key(key, &known);
            return;
        };
        let Some(days) = self.number(key, item) else { return };
        // No export is so fresh that it shows what is in use now.
        if days == 0 && matches!(threshold, Threshold::Inactive | Threshold::Delete) {
            self.add(
                item.span().start,
                format!(
                    "after 0 days every device would be {}",
                    if threshold == Threshold::Delete { "due for deletion" } else { "stale" }
                ),
                "",
            );
            return;
        }
        let meant = self.config.allow_short_thresholds || scope == Scope::Vdi;
        if threshold == Threshold::Inactive && days < SHORTEST_INACTIVE && !meant {
            let help = format!(
                "{COARSE_STAMP}, so live devices would be called stale; `allow_short = true` accepts it, and \
                 `[thresholds.vdi]` is for non-persistent desktops"
            );
            self.add(
                item.span().start,
                format!("an inactivity threshold of {days} days is below {SHORTEST_INACTIVE}"),
                help,
            );
            return;
        }
        self.config.thresholds.push((threshold, scope, days));
    }

    fn rule(&mut self, rule: &str, table: &DeTable<'_>) {
        for (key, item) in table {
            match key.get_ref().as_ref() {
                "off" => {
                    if let Some(reason) = self.text(item, "`off` does not say why the rule is switched off") {
                        self.config.off.insert(rule.to_string(), reason);
                    }
                }
                "severity" => {
                    let Some(word) = self.text(item, "`severity` names no severity") else { continue };
                    if let Some(severity) = Severity::parse(&word) {
                        self.config.severity.insert(rule.to_string(), severity);
                    } else {
                        let help = format!("use one of {}", Severity::WORDS.join(", "));
                        self.add(item.span().start, format!("`{word}` is no severity"), help);
                    }
                }
                _ => self.no_key(key, &["off", "severity"]),
            }
        }
    }

    fn marker(&mut self, name: &Key<'_>, item: &Item<'_>) {
        let marker = match marker(name.get_ref()) {
            Ok(marker) => marker,
            Err(wrong) => return self.wrong(name.span().start, wrong),
        };
        for (column, patterns) in self.table(Some("markers"), name, item).into_iter().flatten() {
            let known = column_of(column.get_ref());
            let list = patterns.get_ref().as_array();
            let texts: Option<Vec<String>> =
                list.and_then(|list| list.iter().map(|one| one.get_ref().as_str().map(str::to_string)).collect());
            match (known, texts) {
                (Ok(_), Some(texts)) if texts.iter().any(|text| text.chars().all(|sign| sign == '*')) => {
                    let message = format!("a pattern of `{}` fits every device", name.get_ref());
                    self.add(patterns.span().start, message, "name those that are meant, as in `KIOSK-*`");
                }
                (Ok(column), Some(texts)) => self.config.markers.add(marker, column, texts),
                (Err(wrong), _) => self.wrong(column.span().start, wrong),
                (Ok(column), None) => {
                    let help = format!("write it as `{column} = [\"KIOSK-*\"]`");
                    self.add(patterns.span().start, format!("`{column}` is no list of patterns"), help);
                }
            }
        }
    }
}

/// How a section is written.
fn section(within: Option<&str>, name: &str) -> String {
    let within = within.map_or_else(String::new, |within| format!("{within}."));
    format!("write `[{within}{name}]` and its keys below")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let one = |p: Problem| format!("{}: {} | {}", p.place, p.message, p.help);
        parse("lastseen.toml", text).unwrap_err().into_iter().map(one).collect()
    }

    #[test]
    fn a_whole_file() {
        let text = r#"
            exceptions = "exceptions.yaml"
            [thresholds]
            inactive = 60
            owner_quota = 20
            [thresholds.ios]
            inactive = 45
            [thresholds.vdi]
            inactive = 10
            [rules.no-owner]
            off = "lab machines have none"
            [rules.stale-in-intune]
            severity = "critical"
            [markers.teams_phone]
            model = ["MP56", "CCX*"]
        "#;
        let config = parse("lastseen.toml", text).unwrap();
        let mut thresholds = crate::identity::Thresholds::default();
        config.apply(&mut thresholds);
        assert_eq!(thresholds.days(Threshold::Inactive, Platform::Windows), 60);
        assert_eq!(thresholds.days(Threshold::Inactive, Platform::Ios), 45);
        assert_eq!(thresholds.vdi(Threshold::Inactive), Some(10));
        assert_eq!(thresholds.owner_quota, 20);
        assert_eq!(config.severity["stale-in-intune"], Severity::Critical);
        assert_eq!(config.off["no-owner"], "lab machines have none");
        assert_eq!(config.markers.columns().collect::<Vec<_>>(), ["model"]);
        assert_eq!(config.exceptions, Some(PathBuf::from("exceptions.yaml")));
    }

    #[test]
    fn every_mistake_is_said_with_its_line() {
        let text = "[treshold]\ninactive = 3\n[thresholds]\ninactiv = 40\ndelete = \"soon\"\ninactive = 7\n[thresholds.window]\ninactive = 60\n\
                    [rules.no-owner]\noff = true\nseverity = \"urgent\"\nsevrity = 1\n[markers.shard]\nname = [\"A\"]\n[markers.shared]\nnam = [\"A\"]\nname = \"A\"\n";
        insta::assert_snapshot!(problems(text).join("\n"));
    }

    /// Whoever does what the help says must not be told that it is wrong.
    #[test]
    fn a_key_in_the_wrong_place_is_told_the_right_one() {
        for (text, said) in [
            ("[rules]\nno-owner = \"lab\"\n", "`no-owner` is no section | write `[rules.no-owner]` and its keys below"),
            ("[markers]\nshared = [\"A\"]\n", "`shared` is no section | write `[markers.shared]` and its keys below"),
            ("rules = 1\n", "`rules` is no section | write `[rules]` and its keys below"),
            ("[thresholds]\nios = 45\n", "`ios` is no section | write `[thresholds.ios]` and its keys below"),
            ("[thresholds]\nvdi = 45\n", "`vdi` is no section | write `[thresholds.vdi]` and its keys below"),
            ("inactive = 45\n", "`inactive` is no key here | write it below `[thresholds]`"),
            (
                "[thresholds]\nowner_quota = \"x\"\n",
                "`owner_quota` is no whole number | write it as `owner_quota = 90`",
            ),
            ("[thresholds.vdi]\ninactive = 0\n", "after 0 days every device would be stale | "),
            (
                "[markers.vdi]\nname = [\"*\"]\n",
                "a pattern of `vdi` fits every device | name those that are meant, as in `KIOSK-*`",
            ),
            ("[thresholds.ios]\ndelete = \"x\"\n", "`delete` is no whole number | write it as `delete = 90`"),
        ] {
            let [only] = &problems(text)[..] else { panic!("{text}") };
            assert!(only.ends_with(said), "{text}: {only}");
        }
    }

    #[test]
    fn what_is_no_toml_is_said() {
        insta::assert_snapshot!(problems("[thresholds\ninactive = 3").join("\n"));
    }
}
