//! What stands in a copy for each value that may not leave the house.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::key::Key;
use crate::formats::values;
use crate::schema::words;

words! {
    /// Kind of a value that is replaced. The word is what its name in the copy begins with.
    Kind {
        /// Name of a device.
        Device = "device",
        /// Account or mail address of a person.
        User = "user",
        /// Serial number.
        Serial = "serial",
        /// Any other identifier: of an object, a radio, a machine.
        Id = "id",
        /// DNS name, organisational unit, server.
        Domain = "domain",
        /// Name or path of a file, an archive member or a sheet.
        File = "file",
        /// The tenant.
        Tenant = "tenant",
        /// Somebody who works on the report: who exported, prepared, approved, does it.
        Person = "person",
        /// A column that no format knows.
        Column = "column",
        /// Any other value of an export.
        Value = "value",
    }
}

/// Digits of a name after its kind.
pub(super) const DIGITS: usize = 16;
/// What stands for a text that a person wrote.
pub(super) const LEFT_OUT: &str = "(left out of this copy)";

/// The values that were replaced, and by what.
pub struct Names {
    key: Key,
    /// By the value as it was written: what stands for it as what.
    known: HashMap<String, Vec<(Kind, u64)>>,
    /// Every name that was given.
    given: HashSet<(Kind, u64)>,
}

impl Names {
    pub(super) fn new(key: Key) -> Self {
        Self { key, known: HashMap::new(), given: HashSet::new() }
    }

    /// What stands for a value; empty for an empty one. Values that differ by case, blanks or invisible signs are one.
    pub(super) fn of(&mut self, kind: Kind, value: &str) -> String {
        match self.number(kind, value) {
            Some(number) => name(kind, number),
            None => String::new(),
        }
    }

    fn number(&mut self, kind: Kind, value: &str) -> Option<u64> {
        let known = self.known.get(value).and_then(|own| own.iter().find(|(of, _)| *of == kind));
        if let Some((_, number)) = known {
            return Some(*number);
        }
        let number = self.keyed(kind, value)?;
        self.alias(value, kind, number);
        Some(number)
    }

    /// Another way of writing a value.
    fn alias(&mut self, value: &str, kind: Kind, number: u64) {
        self.given.insert((kind, number));
        let own = self.known.entry(value.to_string()).or_default();
        if !own.contains(&(kind, number)) {
            own.push((kind, number));
        }
    }

    /// What stands for an identifier, and the same for how its console writes it.
    pub(super) fn identifier(&mut self, kind: Kind, compared: &str, written: &str) -> String {
        if compared.trim().is_empty() {
            return String::new();
        }
        let name = self.of(kind, compared);
        if let Some(number) = self.number(kind, compared).filter(|_| !written.trim().is_empty()) {
            self.alias(written, kind, number);
        }
        name
    }

    /// What stands for a user. The parts of an address are values of their own, wherever else they are.
    pub(super) fn user(&mut self, user: &str) -> String {
        if let Some((local, domain)) = user.rsplit_once('@') {
            self.of(Kind::User, local);
            self.of(Kind::Domain, domain);
        } else if let Some((domain, local)) = user.split_once('\\') {
            self.of(Kind::User, local);
            self.of(Kind::Domain, domain);
        }
        self.of(Kind::User, user)
    }

    /// What stands for the name of a device. A host name may end in a domain.
    pub(super) fn device(&mut self, device: &str) -> String {
        if let Some((host, domain)) = device.split_once('.').filter(|_| !device.contains(' ')) {
            self.of(Kind::Device, host);
            self.of(Kind::Domain, domain);
        }
        self.of(Kind::Device, device)
    }

    /// A digest that says nothing without the key.
    pub(super) fn digest(&self, digest: &str) -> String {
        if digest.is_empty() { String::new() } else { crate::read::hex(&self.key.digest(Kind::File, digest)) }
    }

    fn keyed(&self, kind: Kind, value: &str) -> Option<u64> {
        let value = canonical(kind, value);
        if value.is_empty() {
            return None;
        }
        let digest = self.key.digest(kind, &value);
        digest.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// What stands for a whole text that is a known value of one of the kinds, however it is written.
    pub(super) fn whole(&self, value: &str, kinds: &[Kind]) -> Option<String> {
        let number = |kind: &Kind| Some((*kind, self.keyed(*kind, value)?));
        kinds.iter().filter_map(number).find(|own| self.given.contains(own)).map(|(kind, number)| name(kind, number))
    }

    /// Whether a text begins with a name that was given: how long that is.
    pub(super) fn given_at(&self, text: &[u8]) -> Option<usize> {
        let kind = Kind::ALL.iter().find(|kind| text.starts_with(kind.as_str().as_bytes()))?;
        let length = kind.as_str().len() + 1 + DIGITS;
        let digits = text.get(kind.as_str().len() + 1..length)?;
        let dash = text.get(kind.as_str().len()) == Some(&b'-');
        let lower = digits.iter().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        (dash && lower && self.given.contains(&(*kind, number))).then_some(length)
    }

    /// Every value that was replaced, in order: its kind, how it was written, what stands for it.
    pub(super) fn all(&self) -> impl Iterator<Item = (Kind, &str, String)> {
        let values: BTreeSet<&String> = self.known.keys().collect();
        values.into_iter().flat_map(|value| {
            let own = self.known.get(value).into_iter().flatten();
            own.map(|(kind, number)| (*kind, value.as_str(), name(*kind, *number)))
        })
    }
}

impl Names {
    /// How many names of each kind were given.
    pub fn counts(&self) -> impl Iterator<Item = (Kind, usize)> {
        let count = |kind: Kind| self.given.iter().filter(|(own, _)| *own == kind).count();
        Kind::ALL.iter().map(move |kind| (*kind, count(*kind))).filter(|(_, count)| *count > 0)
    }
}

fn name(kind: Kind, number: u64) -> String {
    format!("{kind}-{number:016x}")
}

/// A value as it is compared: two ways of writing one have the same name.
fn canonical(kind: Kind, value: &str) -> String {
    let compared = match kind {
        Kind::Serial => values::serial(value),
        Kind::Id => values::native_id(value),
        _ => values::Cell::Nothing,
    };
    if let values::Cell::Value(own) = compared {
        return own.into_owned();
    }
    let shown: String = value.chars().filter(|sign| !is_invisible(*sign)).collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Signs of the format alone: no part of a value.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{ad}' | '\u{feff}')
}
