//! Sentences, evidence and other texts that the program puts together, with what stands for the values in them.
//!
//! A text is no table: what is a value in it is told by what it is not. What is neither a word of the program nor a number nor
//! a date is a value, and is replaced, whether or not any table has it.

use std::collections::HashSet;

use super::corpus::{Corpus, runs};
use super::matcher::Matcher;
use super::names::{Kind, LEFT_OUT, Names};
use crate::console::Registry;
use crate::schema::{self, RECORD};

/// Digits that may be a count; more may be an identifier.
const COUNT: usize = 7;
/// Digits in quotes that may be a count.
const FEW: usize = 3;

/// Replaces values in texts.
pub(super) struct Texts {
    pub names: Names,
    pub matcher: Matcher,
    pub corpus: Corpus,
    pub registry: &'static Registry,
    /// Cells that were looked at and stay as they are: most lines have the same ones.
    plain: HashSet<String>,
}

impl Texts {
    pub(super) fn new(names: Names, matcher: Matcher, corpus: Corpus, registry: &'static Registry) -> Self {
        Self { names, matcher, corpus, registry, plain: HashSet::new() }
    }

    /// A text that is kept but for the values in it that tables have.
    pub(super) fn known(&self, text: &str) -> String {
        self.names
            .whole(text, Kind::ALL)
            .filter(|_| !self.is_own(text))
            .unwrap_or_else(|| self.matcher.replaced(text, &self.names))
    }

    /// A sentence.
    pub(super) fn sentence(&mut self, text: &str) -> String {
        let known = self.matcher.replaced(text, &self.names);
        let mut out = String::with_capacity(known.len());
        let mut rest = known.as_str();
        while let Some((before, after)) = rest.split_once('`') {
            self.words(before, &mut out);
            let Some((quoted, after)) = after.split_once('`') else {
                rest = after;
                break;
            };
            out.push('`');
            out.push_str(&self.quoted(quoted));
            out.push('`');
            rest = after;
        }
        self.words(rest, &mut out);
        out
    }

    /// What stands between quotes, or alone in a cell.
    pub(super) fn quoted(&mut self, text: &str) -> String {
        if self.plain.contains(text) {
            return text.to_string();
        }
        if let Some(name) = self.names.whole(text, Kind::ALL) {
            return name;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let number = digits == text.len() && digits > FEW;
        if !number && text.split_whitespace().all(|word| self.is_allowed(word)) {
            self.plain.insert(text.to_string());
            return text.to_string();
        }
        match self.object(text) {
            Some(object) => object,
            None => self.names.of(Kind::Value, text),
        }
    }

    /// Words outside quotes.
    fn words(&mut self, text: &str, out: &mut String) {
        for part in text.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            let core = word.trim_matches(|sign: char| ".,;:()[]\"'!?…|".contains(sign));
            if core.is_empty() || self.is_allowed(core) {
                out.push_str(part);
                continue;
            }
            let new = match self.object(core) {
                Some(object) => object,
                None => self.names.of(Kind::Value, core),
            };
            out.push_str(&word.replacen(core, &new, 1));
            out.push_str(part.get(word.len()..).unwrap_or_default());
        }
    }

    /// Whether a word gives nothing away: names of the copy, words of the program, counts, dates.
    fn is_allowed(&self, word: &str) -> bool {
        if is_date(word) {
            return true;
        }
        let mut rest = word;
        let mut plain = String::new();
        while let Some(first) = rest.chars().next() {
            let begins = !plain.ends_with(char::is_alphanumeric);
            if let Some(length) = self.names.given_at(rest.as_bytes()).filter(|_| begins) {
                plain.push(' ');
                rest = rest.get(length..).unwrap_or_default();
            } else {
                plain.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        // Digits that signs part may be one long number.
        let digits: usize = runs(&plain).filter(|run| is_number(run)).map(str::len).sum();
        let number = plain.chars().all(|sign| !sign.is_alphabetic());
        let few = digits <= COUNT || (number && digits <= COUNT + 2 && !plain.contains(['.', '-', '/', ':']));
        few && runs(&plain).all(|run| is_number(run) || self.corpus.has(run))
    }

    /// Whether a whole text is among those of the program.
    fn is_own(&self, text: &str) -> bool {
        runs(text).all(|run| self.corpus.has(run))
    }

    /// `console:id` as findings and questions name an object; nothing for anything else.
    pub(super) fn object(&mut self, text: &str) -> Option<String> {
        let (slug, id) = text.split_once(':')?;
        self.registry.parse(slug)?;
        Some(format!("{slug}:{}", self.id(id)))
    }

    /// The id of an object; a row without any is known by its serial number, else by its file and number.
    pub(super) fn id(&mut self, id: &str) -> String {
        let kinds = [Kind::Id, Kind::Serial, Kind::Device];
        self.names.whole(id, &kinds).unwrap_or_else(|| self.names.of(Kind::Id, id))
    }

    /// `column=value; …`
    pub(super) fn evidence(&mut self, text: &str) -> String {
        let parts: Vec<String> = text.split("; ").filter(|part| !part.is_empty()).map(|part| self.fact(part)).collect();
        parts.join("; ")
    }

    fn fact(&mut self, part: &str) -> String {
        match part.split_once('=').filter(|(column, _)| is_column(column) && self.is_own(column)) {
            Some((column, value)) => format!("{column}={}", self.cell(column, value)),
            // The end of a value that has the sign in it that parts values.
            None => self.names.of(Kind::Value, part),
        }
    }

    /// A value of a column that a rule reads.
    fn cell(&mut self, column: &str, value: &str) -> String {
        match hides(column) {
            Hides::As(Kind::User) => self.names.user(value),
            Hides::As(Kind::Device) => self.names.device(value),
            Hides::As(Kind::Id) => self.id(value),
            Hides::As(kind) => self.names.of(kind, value),
            Hides::Values => self.known(value),
            Hides::Unknown if is_date(value) || matches!(value, "true" | "false") => value.to_string(),
            Hides::Unknown => {
                let parts: Vec<String> = value.split('|').map(|part| self.quoted(part)).collect();
                parts.join("|")
            }
        }
    }

    /// Records that may be a device: `console:id (same user)|…|3 more in Intune`.
    pub(super) fn candidates(&mut self, text: &str) -> String {
        let parts: Vec<String> =
            text.split('|').filter(|part| !part.is_empty()).map(|part| self.candidate(part)).collect();
        parts.join("|")
    }

    fn candidate(&mut self, part: &str) -> String {
        let (object, same) = match part.strip_suffix(')').and_then(|own| own.rsplit_once(" (")) {
            Some((object, same)) if self.is_own(same) => (object, Some(same)),
            _ => (part, None),
        };
        let name = match self.object(object) {
            Some(name) => name,
            None if is_more(object) => self.sentence(object),
            // The end of an id that has the sign in it that parts candidates.
            None => self.names.of(Kind::Value, object),
        };
        same.map_or_else(|| name.clone(), |same| format!("{name} ({same})"))
    }

    /// What a person wrote.
    pub(super) fn left_out(text: &str) -> String {
        if text.trim().is_empty() { String::new() } else { LEFT_OUT.to_string() }
    }
}

/// What is done with a column of a record or a device where its value stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hides {
    /// Its values are replaced by names of a kind.
    As(Kind),
    /// Its values stay, but for those of other columns in them: makers, models, versions.
    Values,
    /// It holds words, numbers, dates; what is none of them is replaced.
    Unknown,
}

/// What is done with a column, by its name; columns of a console have its name before their own.
pub(super) fn hides(column: &str) -> Hides {
    let of = |field: &&schema::Field| {
        column == field.name || column.strip_suffix(field.name).is_some_and(|before| before.ends_with('_'))
    };
    let field = RECORD.iter().filter(of).max_by_key(|field| field.name.len());
    field.map_or(if column == "device_key" { Hides::As(Kind::Id) } else { Hides::Unknown }, declared)
}

/// What is done with each column of a record.
fn declared(field: &schema::Field) -> Hides {
    match (field.kind, field.name) {
        (schema::Kind::Guid | schema::Kind::Imei, _)
        | (schema::Kind::Text, "native_id" | "merged_into" | "hardware_id") => Hides::As(Kind::Id),
        (schema::Kind::Serial, _) => Hides::As(Kind::Serial),
        (schema::Kind::Text, "name") => Hides::As(Kind::Device),
        (schema::Kind::Text, "primary_user") => Hides::As(Kind::User),
        (schema::Kind::Text, "server" | "org_unit" | "domain" | "group") => Hides::As(Kind::Domain),
        (schema::Kind::Text, "group_tag" | "snapshot" | "remark_in" | "remark_words" | "remark_text") => {
            Hides::As(Kind::Value)
        }
        (schema::Kind::Text, "manufacturer" | "model" | "os" | "os_version" | "edition") => Hides::Values,
        _ => Hides::Unknown,
    }
}

/// `3 more in Intune`
fn is_more(text: &str) -> bool {
    text.split_once(" more in ").is_some_and(|(count, _)| is_number(count))
}

fn is_column(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_')
}

fn is_number(run: &str) -> bool {
    run.bytes().all(|sign| sign.is_ascii_digit())
}

/// `2026-11-19`, with or without a time.
pub(super) fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let shape = |(at, sign): (usize, u8)| if matches!(at, 4 | 7) { sign == b'-' } else { sign.is_ascii_digit() };
    let time = text.get(10..).unwrap_or_default();
    day.bytes().enumerate().all(shape)
        && !day.is_empty()
        && time.len() <= 15
        && time.bytes().all(|sign| sign.is_ascii_digit() || b"T:.Z+ ".contains(&sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::key::Key;

    fn texts(fill: impl FnOnce(&mut Names)) -> Texts {
        let place = tempfile::tempdir().unwrap();
        let mut names = Names::new(Key::make(&place.path().join("key")).unwrap());
        fill(&mut names);
        let corpus = Corpus::new().unwrap();
        let own: Vec<&str> = corpus.texts().collect();
        let matcher = Matcher::new(&names, &own, |_, _| true);
        Texts::new(names, matcher, corpus, Registry::shipped())
    }

    #[test]
    fn a_sentence_keeps_the_words_of_the_program_alone() {
        let mut texts = texts(|names| {
            names.of(Kind::Device, "Windows");
            names.device("KIOSK-0815");
        });
        let device = texts.names.of(Kind::Device, "windows");
        assert_eq!(
            texts.sentence("the name `Windows` is used by 3 devices"),
            format!("the name `{device}` is used by 3 devices")
        );
        let kiosk = texts.names.of(Kind::Device, "KIOSK-0815");
        assert_eq!(texts.sentence("kiosk-0815 was read"), format!("{kiosk} was read"));
        for secret in
            ["the serial number 5CDX000001 is damaged", "`Grete Holm` in row 12", "read at 4915112345678", "`12345`"]
        {
            let said = texts.sentence(secret);
            for word in ["5CDX000001", "Grete", "4915112345678", "12345"] {
                assert!(!said.contains(word), "{said}");
            }
        }
        let kept = "links of 12 more rows were refused; `records.csv` lists each, seen on 2026-11-19";
        assert_eq!(texts.sentence(kept), kept);
    }

    #[test]
    fn evidence_keeps_its_columns() {
        let mut texts = texts(|names| {
            names.device("PC; serial=1");
        });
        let said = texts.evidence(
            "name=PC; serial=1; activity=stale; intune_days=91; model=Latitude 5440; intune_last_seen=2026-01-02",
        );
        assert!(said.starts_with("name=device-"), "{said}");
        assert!(said.contains("; serial=serial-"), "{said}");
        assert!(
            said.ends_with("activity=stale; intune_days=91; model=Latitude 5440; intune_last_seen=2026-01-02"),
            "{said}"
        );
    }

    #[test]
    fn candidates_keep_what_they_have_in_common() {
        let mut texts = texts(|_| ());
        let said = texts.candidates("google-mobile:AFiQ|x (same user, same model)|2 more in Intune");
        assert!(!said.contains("AFiQ") && !said.contains("|x"), "{said}");
        assert!(said.ends_with(" (same user, same model)|2 more in Intune"), "{said}");
    }

    #[test]
    fn every_text_column_of_a_record_is_declared() {
        let open = ["labels", "services", "declared"];
        for field in RECORD {
            let text = matches!(
                field.kind,
                schema::Kind::Text | schema::Kind::Guid | schema::Kind::Serial | schema::Kind::Imei
            );
            assert_eq!(declared(field) == Hides::Unknown, !text || open.contains(&field.name), "{}", field.name);
        }
    }
}
