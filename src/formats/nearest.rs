//! For a file that no format explains: the format that comes nearest, and what it lacks.

use super::values::squeeze;
use super::{Format, Formats, Product};
use crate::read::Export;
use crate::schema;

/// A format that nearly fits.
#[derive(Debug)]
pub struct Nearest<'a> {
    /// The format.
    pub format: &'a Format,
    /// Headers of the export that the format knows.
    pub known: Vec<String>,
    /// Required headers that the export lacks, each with the unknown header of the export that looks most like it.
    pub lacks: Vec<(String, Option<String>)>,
    /// Headers of the export that the format forbids.
    pub forbidden: Vec<String>,
    /// Headers of the export that the format does not know.
    pub unknown: Vec<String>,
}

impl Formats {
    /// The format that an unknown export resembles most, if it shares at least two headers with one.
    #[must_use]
    pub fn nearest(&self, export: &Export) -> Option<Nearest<'_>> {
        self.nearest_among(export, |_| true)
    }

    /// The same among the formats of a product whose other lists are read.
    #[must_use]
    pub fn nearest_of(&self, export: &Export, product: &Product) -> Option<Nearest<'_>> {
        self.nearest_among(export, |format| format.title.starts_with(&product.name))
    }

    fn nearest_among(&self, export: &Export, of: impl Fn(&Format) -> bool) -> Option<Nearest<'_>> {
        let squeezed: Vec<String> = export.header.iter().map(|h| squeeze(h)).collect();
        let familiar = self.familiar(&squeezed);
        let has = |name: &String| familiar.contains(name);
        let best = self.formats.iter().filter(|format| of(format)).max_by_key(|format| {
            let required = format.first_way().map_or(&[][..], |way| &way.required);
            let met = required.iter().filter(|any| any.iter().any(has)).count();
            let shared = format.known_in(&familiar);
            // A format with few headers is no better for having few: what it lacks counts against it.
            let lacking = required.len() - met;
            (shared.saturating_sub(2 * lacking), met, std::cmp::Reverse(&format.id))
        })?;
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (name, s) in export.header.iter().zip(&squeezed).filter(|(_, s)| !s.is_empty()) {
            if best.knows(s) { known.push(name.clone()) } else { unknown.push(name.clone()) }
        }
        if known.len() < 2 {
            return None;
        }
        let unknown_squeezed: Vec<String> = unknown.iter().map(|n| squeeze(n)).collect();
        let way = best.first_way()?;
        let lacks = way
            .required
            .iter()
            .zip(&way.written)
            .filter(|(any, _)| !any.iter().any(has))
            .map(|(any, written)| {
                let like = any.iter().find_map(|name| {
                    let found = schema::nearest(name, unknown_squeezed.iter().map(String::as_str))?;
                    let at = unknown_squeezed.iter().position(|u| u == found)?;
                    unknown.get(at).cloned()
                });
                (written.clone(), like)
            })
            .collect();
        let forbidden = export
            .header
            .iter()
            .zip(&squeezed)
            .filter(|(_, s)| way.forbidden.contains(s))
            .map(|(name, _)| name.clone())
            .collect();
        Some(Nearest { format: best, known, lacks, forbidden, unknown })
    }
}
