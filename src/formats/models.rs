//! One name for a model of hardware, whatever consoles call it: what `models` in the word list says.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::pattern::Pattern;
use super::values::squeeze;

/// The section of the word list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Raw {
    names: BTreeMap<String, Vec<String>>,
    families: Vec<String>,
}

/// What models are called.
#[derive(Debug, Default)]
pub(super) struct Models {
    /// Squeezed name → model, squeezed.
    names: HashMap<String, String>,
    families: Vec<Pattern>,
}

impl Models {
    /// # Errors
    /// What is wrong with a pattern; of `proven` ones it is known that nothing is.
    pub(super) fn new(raw: &Raw, proven: bool) -> Result<Self, String> {
        let names =
            raw.names.iter().flat_map(|(model, names)| names.iter().map(|name| (squeeze(name), squeeze(model))));
        let families: Vec<Pattern> = raw.families.iter().cloned().map(Pattern::new).collect();
        for family in families.iter().filter(|_| !proven) {
            family.groups()?;
        }
        Ok(Self { names: names.collect(), families })
    }

    /// The model that a text names, if it is known.
    pub(super) fn find(&self, text: &str) -> Option<String> {
        if let Some(model) = self.names.get(&squeeze(text)) {
            return Some(model.clone());
        }
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let parts = self.families.iter().find_map(|family| family.captures(&plain))?;
        let model: String = parts.iter().skip(1).flatten().map(|part| squeeze(part.as_str())).collect();
        Some(model).filter(|model| !model.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::Formats;

    fn model(text: &str) -> Option<String> {
        let formats = Formats::load(&crate::assets::rules(None).unwrap()).unwrap();
        formats.vocabulary().hardware_model(text)
    }

    #[test]
    fn what_consoles_call_the_same_is_the_same() {
        for (a, b) in [
            ("iPhone14,5", "iPhone 13"),
            ("iPhone14,6", "iPhone SE (3rd generation)"),
            ("iPad12,1", "iPad (9th generation)"),
            ("iPad13,16", "iPad Air (5th generation)"),
            ("MacBookAir10,1", "MacBook Air (M1, 2020)"),
            ("HP EliteBook 840 14 inch G9 Notebook PC", "EliteBook 840 G9"),
            ("HP ZBook Firefly 14 inch G10 Mobile Workstation PC", "HP ZBook Firefly 14 G10"),
            ("SM-A536B", "samsung SM-A536B/DS"),
            ("Latitude 5440", "Dell Latitude 5440"),
            ("Pixel 8a", "Google Pixel 8a"),
            ("Microsoft Surface Pro 9 with 5G", "Surface Pro 9"),
        ] {
            assert!(model(a).is_some(), "{a}");
            assert_eq!(model(a), model(b), "{a} and {b}");
        }
    }

    #[test]
    fn what_consoles_call_differently_is_two_models() {
        for (a, b) in [
            ("iPhone 13", "iPhone 13 Pro"),
            ("iPhone14,5", "iPhone 14"),
            ("EliteBook 840 G9", "EliteBook 840 G10"),
            ("SM-A536B", "SM-S911B"),
            ("Pixel 8", "Pixel 8a"),
            ("ThinkPad T14 Gen 4", "ThinkPad T14s Gen 4"),
            ("Surface Laptop 5", "Surface Laptop Go 2"),
        ] {
            assert!(model(a).is_some() && model(b).is_some(), "{a} and {b}");
            assert_ne!(model(a), model(b), "{a} and {b}");
        }
    }

    #[test]
    fn what_nothing_knows_may_be_any_model() {
        for text in ["", "iPhone", "iPad", "Virtual Machine", "20XW004AUS", "ThinkPad T14", "Galaxy A53 5G", "Mac14,2"]
        {
            assert_eq!(model(text), None, "{text}");
        }
    }
}
