//! By which headers and words such columns are known, as the vocabulary says.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use crate::formats::values::squeeze;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats) struct Raw {
    seeing: Vec<String>,
    not_seeing: Vec<String>,
    written: Vec<String>,
    #[serde(default)]
    ahead: Vec<String>,
    #[serde(default)]
    due: Vec<String>,
    lost_modes: Vec<String>,
    keeping: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    not_keeping: Vec<String>,
}

/// By which headers and words such columns are known.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    seeing: Vec<String>,
    not_seeing: Vec<String>,
    written: Vec<String>,
    ahead: Vec<String>,
    due: Vec<String>,
    lost_modes: Vec<String>,
    /// First word of a phrase → the words that follow, and what the phrase says.
    keeping: HashMap<String, Vec<(Vec<String>, Kept)>>,
    /// Phrases of scripts that put no blanks between words, and what each says.
    within: Vec<Kept>,
    /// Phrases with a word that keeps, which keep nothing.
    not_keeping: Vec<String>,
    /// A part of each phrase: a text without any of them holds no phrase.
    marks: Option<AhoCorasick>,
}

/// A header as it is compared: its letters and digits, and where words begin among them.
#[derive(Debug)]
pub(crate) struct Header {
    pub squeezed: String,
    starts: Vec<usize>,
}

impl Header {
    pub(crate) fn of(written: &str) -> Self {
        let (mut squeezed, mut starts, mut before) = (String::new(), Vec::new(), ' ');
        for sign in written.chars() {
            if sign.is_alphanumeric() {
                if !before.is_alphanumeric() || before.is_lowercase() && sign.is_uppercase() {
                    starts.push(squeezed.len());
                }
                squeezed.push_str(&squeeze(sign.encode_utf8(&mut [0; 4])));
            }
            before = sign;
        }
        Self { squeezed, starts }
    }

    /// Whether one of its words begins so: `changed` is none of *Exchange device*, nor `next` of *Nexthink*. Where it is written as one
    /// word, and in other scripts and alphabets, the place says nothing.
    fn has_word(&self, words: &[String]) -> bool {
        let is_short = |word: &String| word.len() <= SHORT && word.is_ascii();
        let ends = |at: usize| at == self.squeezed.len() || self.starts.contains(&at);
        let begins = |word: &String| {
            let at = |start: &usize| self.squeezed.get(*start..).is_some_and(|rest| rest.starts_with(word.as_str()));
            self.starts.iter().filter(|start| at(start)).any(|start| !is_short(word) || ends(start + word.len()))
        };
        let anywhere = |word: &String| !word.is_ascii() || self.starts.len() < 2 && !is_short(word);
        words.iter().any(|word| if anywhere(word) { self.squeezed.contains(word.as_str()) } else { begins(word) })
    }
}

/// A word of so few letters is also the beginning of others.
const SHORT: usize = 4;

/// What a text says that keeps a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Why: `lost`, `hold`.
    pub why: String,
    /// The words that say so.
    pub phrase: String,
}

/// The word for a device that is lost, whatever says so.
pub(crate) const LOST: &str = "lost";

/// After these a word does not keep a device.
const NEGATIONS: [&str; 9] = ["not", "no", "never", "nicht", "kein", "keine", "non", "pas", "sin"];

impl Asides {
    pub(in crate::formats) fn new(raw: Raw) -> Self {
        let squeezed = |words: Vec<String>| words.iter().map(|word| squeeze(word)).collect();
        let mut keeping: HashMap<String, Vec<(Vec<String>, Kept)>> = HashMap::new();
        let mut within = Vec::new();
        for (why, phrases) in raw.keeping {
            for phrase in phrases {
                if phrase.chars().any(is_written_together) {
                    within.push(Kept { why: why.clone(), phrase });
                    continue;
                }
                let mut words = words(&phrase.to_lowercase()).map(str::to_owned).collect::<Vec<_>>().into_iter();
                let Some(first) = words.next() else { continue };
                keeping.entry(first).or_default().push((words.collect(), Kept { why: why.clone(), phrase }));
            }
        }
        // The longest run of plain letters in each phrase; beyond them a small letter may be written otherwise.
        let runs = keeping.iter().flat_map(|(first, rest)| rest.iter().map(move |(words, _)| longest(first, words)));
        let runs = runs.chain(within.iter().map(|kept| kept.phrase.as_str()));
        let marks = AhoCorasick::builder().ascii_case_insensitive(true).build(runs).ok();
        Self {
            marks,
            seeing: squeezed(raw.seeing),
            not_seeing: squeezed(raw.not_seeing),
            written: squeezed(raw.written),
            ahead: squeezed(raw.ahead),
            due: squeezed(raw.due),
            lost_modes: squeezed(raw.lost_modes),
            keeping,
            within,
            not_keeping: raw.not_keeping.iter().map(|phrase| phrase.to_lowercase()).collect(),
        }
    }

    /// Whether a header is one of days on which something saw the device.
    pub(crate) fn sees(&self, header: &Header) -> bool {
        has(&self.seeing, &header.squeezed) && !header.has_word(&self.not_seeing)
    }

    /// Whether days below a header may be such ones, for all that it says: it is not one of other days.
    pub(super) fn may_see(&self, header: &Header) -> bool {
        !header.has_word(&self.not_seeing) && !self.lies_ahead(header)
    }

    /// Whether the days of a header are those until which somebody has the device.
    pub(crate) fn is_due(&self, header: &Header) -> bool {
        has(&self.due, &header.squeezed)
    }

    /// Whether the days of a header say nothing of when a device was seen.
    pub(crate) fn lies_ahead(&self, header: &Header) -> bool {
        header.has_word(&self.ahead)
    }

    /// Whether people write what they like below a header, squeezed.
    pub(super) fn is_written(&self, header: &str) -> bool {
        has(&self.written, header)
    }

    /// That a device is lost, where a header, squeezed, is one of modes that say so with a yes.
    pub(super) fn lost_mode(&self, header: &str) -> Option<Kept> {
        let phrase = self.lost_modes.iter().find(|mode| header.contains(mode.as_str()))?;
        Some(Kept { why: LOST.into(), phrase: phrase.clone() })
    }

    /// What a text says that keeps the device.
    pub(crate) fn keeps(&self, text: &str) -> Option<&Kept> {
        // A compound is written with a hyphen or without: *Leih-Laptop*.
        let joined = || text.contains('-').then(|| text.replace('-', ""));
        self.keeps_as_written(text).or_else(|| self.keeps_as_written(&joined()?))
    }

    fn keeps_as_written(&self, text: &str) -> Option<&Kept> {
        if self.marks.as_ref().is_some_and(|marks| !marks.is_match(text)) || is_address(text) {
            return None;
        }
        let mut text = text.to_lowercase();
        for phrase in self.not_keeping.iter().filter(|phrase| !phrase.is_empty()) {
            if text.contains(phrase.as_str()) {
                text = text.replace(phrase.as_str(), " ");
            }
        }
        let mut rest = words(&text);
        let mut before = "";
        while let Some(word) = rest.next() {
            if NEGATIONS.contains(&std::mem::replace(&mut before, word)) {
                continue;
            }
            let phrases = self.keeping.get(word).into_iter().flatten();
            let follows = |words: &[String]| words.iter().map(String::as_str).eq(rest.clone().take(words.len()));
            if let Some((_, kept)) = phrases.into_iter().find(|(words, _)| follows(words)) {
                return Some(kept);
            }
        }
        self.within.iter().find(|kept| text.contains(kept.phrase.as_str()))
    }
}

/// Whether a sign is of a script that puts no blanks between words: Chinese and Japanese.
const fn is_written_together(sign: char) -> bool {
    matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// The longest run of plain letters in a phrase.
fn longest<'a>(first: &'a str, rest: &'a [String]) -> &'a str {
    let words = std::iter::once(first).chain(rest.iter().map(String::as_str));
    words.flat_map(|word| word.split(|c: char| !c.is_ascii())).max_by_key(|run| run.len()).unwrap_or_default()
}

/// Whether a text is the address of somebody, such as of a lost-property office, and no remark.
fn is_address(text: &str) -> bool {
    text.contains('@') && !text.trim().contains(char::is_whitespace)
}

fn has(words: &[String], header: &str) -> bool {
    words.iter().any(|word| header.contains(word.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::rules;
    use crate::formats::Formats;

    #[test]
    fn words_are_whole_words() {
        let formats = Formats::load(&rules(None).unwrap()).unwrap();
        let asides = formats.vocabulary().asides();
        for (text, says) in [
            ("LEGAL HOLD - do not wipe", Some("hold")),
            ("reported stolen in May", Some("lost")),
            ("/Lost or Stolen", Some("lost")),
            ("Als GESTOHLEN gemeldet", Some("lost")),
            ("don't wipe!", Some("hold")),
            ("nicht löschen", Some("hold")),
            ("lostpassword", None),
            ("legal department", None),
            ("hold legal", None),
            ("not lost", None),
            ("nicht gestohlen", None),
            ("eDiscovery", Some("hold")),
            ("lost.property@contoso.example", None),
            ("STOLEN-PC-1", Some("lost")),
            ("Leih-Laptop der Schule", Some("away")),
            ("on leave until March", Some("away")),
            ("Spare Parts Warehouse", None),
            ("Maternity Ward 3", None),
            ("US Army Reserve Centre", None),
            ("reserved for disposal", None),
            ("現在貸出中です（田中）", Some("away")),
            ("紛失", Some("lost")),
            ("東京本社", None),
            ("", None),
        ] {
            assert_eq!(asides.keeps(text).map(|kept| kept.why.as_str()), says, "{text}");
        }
    }

    #[test]
    fn headers_of_days_on_which_something_saw_the_device() {
        let formats = Formats::load(&rules(None).unwrap()).unwrap();
        let asides = formats.vocabulary().asides();
        for (header, sees) in [
            ("Last user logon", true),
            ("configurationManagerClientHealthState.lastSyncDateTime", true),
            ("Last modified", false),
            ("EAS activation ID", false),
            ("onPremisesLastSyncDateTime", false),
            ("Next audit date", false),
            ("Warranty end", false),
            ("Nexthink last seen", true),
            ("Exchange device last sync", true),
            ("lastmodifieddatetime", false),
            ("whenChanged", false),
            ("Assigned Date", true),
            ("Assigned to", false),
        ] {
            assert_eq!(asides.sees(&Header::of(header)), sees, "{header}");
        }
    }
}
