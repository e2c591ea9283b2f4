//! Consoles in a saved run: by their slugs, which mean those of the registry that the run was made with.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Console, Registry};

thread_local! {
    /// The registry of the run that this thread reads.
    static READ_WITH: Cell<Option<&'static Registry>> = const { Cell::new(None) };
}

impl Registry {
    /// Reads something in which slugs mean the consoles of this registry.
    pub fn reading<T>(&'static self, read: impl FnOnce() -> T) -> T {
        let before = READ_WITH.replace(Some(self));
        let made = read();
        READ_WITH.set(before);
        made
    }
}

impl Serialize for Console {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Console {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let slug = String::deserialize(from)?;
        let registry = READ_WITH.get().unwrap_or_else(Registry::shipped);
        registry.parse(&slug).ok_or_else(|| serde::de::Error::custom("a console that is in no file of consoles"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_read_by_its_slug() {
        for console in Registry::shipped().all() {
            let text = serde_json::to_string(console).unwrap();
            assert_eq!(serde_json::from_str::<Console>(&text).unwrap(), *console);
        }
        assert!(serde_json::from_str::<Console>("\"nothing\"").is_err());
    }
}
