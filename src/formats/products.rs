//! Products whose lists are not read, by the headers that only they write, so that a list of them is called by its name.

use std::collections::HashSet;

use serde::Deserialize;

use super::file::problem;
use super::values::squeeze;
use crate::assets::Files;
use crate::error::Problem;

const PATH: &str = "products.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    products: Vec<RawProduct>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProduct {
    product: String,
    list: String,
    /// Sets of headers; all headers of one set tell the product.
    headers: Vec<Vec<String>>,
    /// Sets that others may have too: they explain a list that no format knows.
    #[serde(default)]
    maybe: Vec<Vec<String>>,
}

/// A product whose lists are known by name only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// What its list is, with an article: `a Jamf Pro computer list`.
    pub list: String,
    sets: Vec<Vec<String>>,
    maybe: Vec<Vec<String>>,
}

impl Product {
    pub(super) fn load(files: &Files, problems: &mut Vec<Problem>) -> Vec<Self> {
        let Some(text) = files.get(PATH) else { return Vec::new() };
        let raw: Raw = match crate::yaml::from_str(text) {
            Ok(raw) => raw,
            Err(e) => {
                problems.push(problem(PATH, "", e.to_string(), ""));
                return Vec::new();
            }
        };
        for product in
            raw.products.iter().filter(|product| product.headers.iter().chain(&product.maybe).any(|set| set.len() < 2))
        {
            let help = "one header alone is in the lists of many products";
            problems.push(problem(PATH, &product.product, "a set of headers needs two or more", help));
        }
        let squeezed = |sets: Vec<Vec<String>>| -> Vec<Vec<String>> {
            sets.into_iter().map(|set| set.iter().map(|name| squeeze(name)).collect()).collect()
        };
        let product = |raw: RawProduct| Self {
            name: raw.product,
            list: raw.list,
            sets: squeezed(raw.headers),
            maybe: squeezed(raw.maybe),
        };
        raw.products.into_iter().map(product).collect()
    }

    /// How many headers of the fullest set tell the product; 0 where no set is whole.
    pub(super) fn strength(&self, names: &HashSet<String>) -> usize {
        fullest(&self.sets, names)
    }

    /// The same, with the sets that others may have too.
    pub(super) fn likeness(&self, names: &HashSet<String>) -> usize {
        fullest(&self.maybe, names).max(self.strength(names))
    }
}

fn fullest(sets: &[Vec<String>], names: &HashSet<String>) -> usize {
    let whole = |set: &&Vec<String>| set.iter().all(|name| names.contains(name));
    sets.iter().filter(whole).map(Vec::len).max().unwrap_or_default()
}
