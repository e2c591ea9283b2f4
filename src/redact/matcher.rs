//! Finds any of very many values in a text, whatever their case.
//!
//! A copy of a large tenant replaces millions of values and has gigabytes: an automaton over all of them would not fit. Here a
//! value costs its bytes and a few more; a bit says whether any value begins as the text does, and nearly always none does.

use super::names::{Kind, Names};
use crate::ids::By;

/// The shortest value that is looked for inside other text. Shorter ones are looked for as whole cells alone.
const SHORTEST: usize = 4;
/// Bytes by which longer values are told apart first.
const LONG: usize = 8;
/// So much of a value is looked for.
pub(super) const LONGEST: usize = 1_024;

/// A value that is looked for.
struct Pattern {
    start: usize,
    end: usize,
    /// Neighbours may be letters and digits.
    inside: bool,
    /// What stands for it.
    name: u32,
}

/// Values of which the first bytes are compared first.
#[derive(Default)]
struct Table {
    /// First bytes, in order.
    keys: Vec<u64>,
    patterns: Vec<Pattern>,
    filter: Filter,
}

/// Whether a number may be among many.
#[derive(Default)]
struct Filter(Vec<u64>);

impl Filter {
    fn new(keys: &[u64]) -> Self {
        let bits = (keys.len().max(64) * 64).next_power_of_two();
        let mut filter = Self(vec![0; bits / 64]);
        for key in keys {
            let (word, bit) = filter.place(*key);
            if let Some(slot) = filter.0.get_mut(word) {
                *slot |= bit;
            }
        }
        filter
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = usize::try_from(mixed >> 20).unwrap_or_default() & (self.0.len() * 64 - 1);
        (at / 64, 1 << (at % 64))
    }

    fn may_have(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.0.get(word).is_some_and(|own| own & bit != 0)
    }
}

/// The values that are looked for.
pub(super) struct Matcher {
    bytes: Vec<u8>,
    short: Table,
    long: Table,
    names: By<u32, String>,
}

/// A place where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub start: usize,
    pub end: usize,
    name: u32,
}

impl Matcher {
    /// The values of some kinds, other than those that are the program's own texts.
    pub(super) fn new(names: &Names, own: &[&str], wanted: impl Fn(Kind, &str) -> bool) -> Self {
        let mut matcher =
            Self { bytes: Vec::new(), short: Table::default(), long: Table::default(), names: By::default() };
        let mut short = Vec::new();
        let mut long = Vec::new();
        for (kind, value, name) in names.all().filter(|(kind, value, _)| wanted(*kind, value)) {
            if !is_telling(value) {
                continue;
            }
            let number = matcher.names.count();
            matcher.names.push(name);
            for way in super::ways::of(kind, value) {
                let Some(pattern) = matcher.pattern(&way, number) else { continue };
                let to = if pattern.end - pattern.start < LONG { &mut short } else { &mut long };
                to.push(pattern);
            }
        }
        matcher.short = matcher.table(short, SHORTEST);
        matcher.long = matcher.table(long, LONG);
        matcher.without(own);
        matcher
    }

    fn pattern(&mut self, way: &[u8], name: u32) -> Option<Pattern> {
        let way = way.get(..LONGEST.min(way.len())).filter(|way| way.len() >= SHORTEST)?;
        let start = self.bytes.len();
        self.bytes.extend(way.iter().map(u8::to_ascii_lowercase));
        let hex = way.iter().all(u8::is_ascii_hexdigit);
        Some(Pattern { start, end: self.bytes.len(), inside: way.len() >= LONG && !hex, name })
    }

    fn table(&self, patterns: Vec<Pattern>, first: usize) -> Table {
        let key =
            |pattern: &Pattern| key(self.bytes.get(pattern.start..).unwrap_or_default(), first).unwrap_or_default();
        let mut keyed: Vec<(u64, Pattern)> = patterns.into_iter().map(|pattern| (key(&pattern), pattern)).collect();
        // The longest of those that begin alike comes first.
        keyed.sort_by_key(|(key, pattern)| (*key, std::cmp::Reverse(pattern.end - pattern.start)));
        let (keys, patterns): (Vec<u64>, Vec<Pattern>) = keyed.into_iter().unzip();
        let filter = Filter::new(&keys);
        Table { keys, patterns, filter }
    }

    /// Leaves out what the texts of the program have: in a sentence it cannot be told from them.
    fn without(&mut self, own: &[&str]) {
        let mut common = self.names.beside(false);
        for text in own {
            let text = text.to_ascii_lowercase();
            let text = text.as_bytes();
            for at in self.places(text, 0) {
                for pattern in self.at(text, at) {
                    *common.get_mut(pattern.name) = true;
                }
            }
        }
        for table in [&mut self.short, &mut self.long] {
            let kept = std::mem::take(&mut table.patterns).into_iter().zip(std::mem::take(&mut table.keys));
            let kept = kept.filter(|(pattern, _)| !common.get(pattern.name));
            let (patterns, keys): (Vec<Pattern>, Vec<u64>) = kept.unzip();
            *table = Table { filter: Filter::new(&keys), keys, patterns };
        }
    }

    /// The values that stand at a place of a text in lower case.
    fn at<'a>(&'a self, text: &'a [u8], at: usize) -> impl Iterator<Item = &'a Pattern> {
        let rest = text.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let tables = [(&self.long, LONG), (&self.short, SHORTEST)];
        tables.into_iter().flat_map(move |(table, first)| {
            let key = key(rest, first).filter(|key| table.filter.may_have(*key));
            let start = key.map_or(table.keys.len(), |key| table.keys.partition_point(|own| *own < key));
            let same = table.keys.iter().skip(start).zip(table.patterns.iter().skip(start));
            same.take_while(move |(own, _)| Some(**own) == key).map(|(_, pattern)| pattern).filter(move |pattern| {
                let own = self.bytes.get(pattern.start..pattern.end).unwrap_or_default();
                let bounded = || !is_letter(before) && !is_letter(rest.get(own.len()));
                rest.starts_with(own) && (pattern.inside || bounded())
            })
        })
    }

    /// The longest value at the first place from some place on; names that the copy gives are passed over.
    pub(super) fn find(&self, text: &[u8], from: usize, names: &Names) -> Option<Hit> {
        let mut next = from;
        for at in self.places(text, from) {
            let rest = text.get(at..).unwrap_or_default();
            if at < next {
                continue;
            }
            let begins = || !is_letter(at.checked_sub(1).and_then(|before| text.get(before)));
            if is_initial(rest.first())
                && begins()
                && let Some(length) = names.given_at(rest)
            {
                next = at + length;
                continue;
            }
            if let Some(found) = self.at(text, at).max_by_key(|pattern| pattern.end - pattern.start) {
                return Some(Hit { start: at, end: at + found.end - found.start, name: found.name });
            }
        }
        None
    }

    /// The places at which a value or a name of the copy may begin. Nearly all are passed over by a look at a few bits.
    fn places(&self, text: &[u8], from: usize) -> impl Iterator<Item = usize> {
        let ahead = from + LONG - 1;
        let first = text.get(from..ahead.min(text.len())).unwrap_or_default();
        let missing = LONG - 1 - first.len();
        let mut key = first.iter().fold(0_u64, |key, byte| key << 8 | u64::from(*byte)) << (8 * missing);
        let bytes = text.get(ahead..).unwrap_or_default().iter().copied().chain(std::iter::repeat(0));
        (from..text.len()).zip(bytes).filter_map(move |(at, byte)| {
            key = key << 8 | u64::from(byte);
            let first = u8::try_from(key >> 56).unwrap_or_default();
            let may =
                self.long.filter.may_have(key) || self.short.filter.may_have(key >> 32) || is_initial(Some(&first));
            may.then_some(at)
        })
    }

    /// A text with what stands for every value in it.
    pub(super) fn replaced(&self, text: &str, names: &Names) -> String {
        let lower = text.to_ascii_lowercase();
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        while let Some(hit) = self.find(lower.as_bytes(), done, names) {
            out.push_str(text.get(done..hit.start).unwrap_or_default());
            out.push_str(self.names.get(hit.name));
            done = hit.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

/// Whether a value says something wherever it stands. A short number may be any number.
fn is_telling(value: &str) -> bool {
    let value = value.trim();
    let number = value.bytes().all(|sign| sign.is_ascii_digit());
    value.chars().count() >= if number { LONG } else { SHORTEST } && !super::text::is_date(value)
}

/// Whether a sign belongs to a word.
fn is_letter(sign: Option<&u8>) -> bool {
    sign.is_some_and(|sign| sign.is_ascii_alphanumeric() || !sign.is_ascii())
}

/// Whether a kind of names begins with a letter.
fn is_initial(sign: Option<&u8>) -> bool {
    sign.is_some_and(|sign| b"cdfipstuv".contains(sign))
}

/// The first bytes as a number.
fn key(bytes: &[u8], first: usize) -> Option<u64> {
    Some(bytes.get(..first)?.iter().fold(0, |key, byte| key << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::key::Key;

    fn names(values: &[(Kind, &str)]) -> Names {
        let place = tempfile::tempdir().unwrap();
        let mut names = Names::new(Key::make(&place.path().join("key")).unwrap());
        for (kind, value) in values {
            names.of(*kind, value);
        }
        names
    }

    fn found(values: &[(Kind, &str)], own: &[&str], text: &str) -> Option<String> {
        let names = names(values);
        let matcher = Matcher::new(&names, own, |_, _| true);
        let hit = matcher.find(text.to_ascii_lowercase().as_bytes(), 0, &names)?;
        text.get(hit.start..hit.end).map(str::to_string)
    }

    #[test]
    fn values_are_found_wherever_they_stand() {
        let values = [
            (Kind::Serial, "5CDX000001"),
            (Kind::Device, "LT-01"),
            (Kind::Device, "LT-011"),
            (Kind::Serial, "deadbeef12"),
        ];
        for (text, wanted) in [
            ("x5cdx000001y", Some("5cdx000001")),
            ("the LT-01.", Some("LT-01")),
            ("the LT-011", Some("LT-011")),
            ("the LT-0115", None),
            ("aLT-01", None),
            ("0deadbeef12", None),
            ("=deadbeef12", Some("deadbeef12")),
            ("LT-01", Some("LT-01")),
            ("", None),
            ("LT", None),
        ] {
            assert_eq!(found(&values, &[], text).as_deref(), wanted, "{text}");
        }
        assert_eq!(found(&values, &["say LT-01 and LT-011"], "LT-01 LT-011"), None, "texts of the program");
    }

    #[test]
    fn names_of_the_copy_are_passed_over() {
        let mut names = names(&[(Kind::Device, "device-7f3")]);
        let matcher = Matcher::new(&names, &[], |_, _| true);
        let given = names.of(Kind::Device, "device-7f3");
        let text = matcher.replaced(&format!("{given} and device-7f3"), &names);
        assert_eq!(text, format!("{given} and {given}"));
    }

    proptest::proptest! {
        #[test]
        fn every_place_is_looked_at(before in "[ a-z0-9é]{0,20}", value in "[g-z]{4,20}", after in "[ a-z0-9é]{0,20}") {
            let text = format!("{before}.{value}.{after}");
            proptest::prop_assert!(found(&[(Kind::Device, &value)], &[], &text).is_some());
        }
    }
}
