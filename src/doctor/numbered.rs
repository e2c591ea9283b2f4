//! Files that are numbered: `devices_1.json`, `devices (2).json`, `intune-part3-of-8.csv`.

use std::collections::{BTreeMap, BTreeSet};

/// Words before a number that say that it counts parts.
const PARTS: [&str; 12] =
    ["part", "pt", "page", "chunk", "teil", "seite", "partie", "parte", "pagina", "página", "deel", "sida"];
/// The word between a number and how many there are.
const OF: [&str; 2] = ["of", "von"];
/// The same, where it also means something else: only after a word that says that parts are counted.
const OF_PARTS: [&str; 3] = ["de", "di", "sur"];
/// Larger numbers are years, days or moments.
const MOST: u64 = 999;

/// A name by what is between its numbers, and the numbers. A name that ends without one has 0 there: `devices.json` stands before
/// `devices (1).json`.
struct Name {
    texts: Vec<String>,
    numbers: Vec<u64>,
    /// Which of them stands in brackets, as browsers count downloads of one name.
    copy: Option<usize>,
}

/// Files whose names differ in one number.
#[derive(Debug)]
pub(super) struct Series {
    /// Number → place of the file.
    pub(super) files: BTreeMap<u64, usize>,
    /// How many there are, if the names say it.
    of: Option<u64>,
    /// A word says that parts are counted.
    counts_parts: bool,
    /// A browser counted downloads of one name, which may be lists of their own.
    of_copies: bool,
}

impl Name {
    fn of(label: &str) -> Self {
        // Of a list in an archive the name there; the extension numbers nothing.
        let stem = label.rsplit_once('.').map_or(label, |(stem, _)| stem).to_lowercase();
        let (mut texts, mut numbers, mut copy) = (vec![String::new()], Vec::new(), None);
        let mut rest = stem.as_str();
        let mut before = ' ';
        while let Some(sign) = rest.chars().next() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (part, others) = rest.split_at(if digits > 0 { digits } else { sign.len_utf8() });
            if digits > 0 {
                copy = (before == '(').then_some(numbers.len()).or(copy);
                numbers.push(part.parse().unwrap_or(u64::MAX));
                texts.push(String::new());
            } else if let Some(text) = texts.last_mut() {
                text.push(if sign.is_alphanumeric() { sign } else { ' ' });
            }
            (before, rest) = (sign, others);
        }
        let tidy = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut texts: Vec<String> = texts.into_iter().map(tidy).collect();
        if texts.last().is_some_and(|text| !text.is_empty()) {
            numbers.push(0);
            texts.push(String::new());
        }
        Self { texts, numbers, copy }
    }

    /// Whether the word before a number says that it counts parts.
    fn counts_parts(&self, at: usize) -> bool {
        let word = self.texts.get(at).and_then(|text| text.rsplit(' ').next());
        word.is_some_and(|word| PARTS.contains(&word))
    }

    /// How many there are, by the number behind this one.
    fn total(&self, at: usize) -> Option<u64> {
        let between = self.texts.get(at + 1)?.as_str();
        let says = OF.contains(&between) || OF_PARTS.contains(&between) && self.counts_parts(at);
        let (number, total) = (self.numbers.get(at)?, self.numbers.get(at + 1).filter(|_| says)?);
        ((1..=MOST).contains(total) && total >= number).then_some(*total)
    }

    /// Which of its numbers may count files of which there are so many.
    fn counted(&self) -> impl Iterator<Item = (usize, Option<u64>)> {
        let small = self.numbers.iter().enumerate().filter(|(_, number)| **number <= MOST);
        small.map(|(at, _)| (at, self.total(at)))
    }
}

/// The series of some files, by their labels: each file in the longest that it can be of.
pub(super) fn series<'l>(labels: impl Iterator<Item = (usize, &'l str)>) -> Vec<Series> {
    let mut groups: BTreeMap<(Vec<String>, usize, Vec<u64>), Series> = BTreeMap::new();
    for (place, label) in labels {
        let name = Name::of(label);
        for (at, of) in name.counted() {
            let mut others = name.numbers.clone();
            let number = others.remove(at);
            let counts_parts = of.is_some() || name.counts_parts(at);
            // Each part may have the moment in its name at which it was made.
            others.iter_mut().filter(|_| counts_parts).for_each(|other| *other = (*other).min(MOST + 1));
            let new = || Series { files: BTreeMap::new(), of, counts_parts, of_copies: false };
            let series = groups.entry((name.texts.clone(), at, others)).or_insert_with(new);
            series.of_copies |= name.copy == Some(at);
            series.files.entry(number).or_insert(place);
        }
    }
    let mut all: Vec<Series> = groups.into_values().collect();
    all.iter_mut().for_each(Series::count_the_first);
    all.sort_by_key(|series| (series.of.is_none(), std::cmp::Reverse(series.files.len())));
    let mut taken = BTreeSet::new();
    all.retain(|series| {
        let is_new = series.files.values().all(|place| !taken.contains(place));
        if is_new {
            taken.extend(series.files.values().copied());
        }
        is_new && (series.files.len() > 1 || series.of.is_some())
    });
    all
}

impl Series {
    /// `devices.json` stands before `devices (1).json`, and in the place of a first beside `devices2.json`.
    fn count_the_first(&mut self) {
        if self.files.contains_key(&2)
            && !self.files.contains_key(&1)
            && let Some(first) = self.files.remove(&0)
        {
            self.files.insert(1, first);
        }
    }

    /// Whether a file with the next number is there.
    pub(super) fn is_followed(&self, place: usize) -> bool {
        let number = self.files.iter().find(|(_, own)| **own == place).map(|(number, _)| *number);
        number.is_some_and(|number| self.files.contains_key(&(number + 1)))
    }

    /// Whether the names say that the files are parts of one list. Numbers alone may be those of sites.
    pub(super) const fn is_of_parts(&self) -> bool {
        self.counts_parts
    }

    /// Whether the files may be pages: a browser counts whatever is saved under one name.
    pub(super) const fn may_be_pages(&self) -> bool {
        !self.of_copies
    }

    /// The first number that is missing between the first and the last, and the place of the file that stands next to it.
    pub(super) fn gap(&self) -> Option<(u64, usize)> {
        let (first, last) = (self.files.first_key_value()?, self.files.last_key_value()?);
        let end = self.of.map_or(*last.0, |of| if *first.0 == 0 { of - 1 } else { of });
        let begin = u64::from(*first.0 != 0);
        let missing = (begin..=end.max(*last.0)).find(|number| !self.files.contains_key(number))?;
        let beside = self.files.range(..missing).next_back().or_else(|| self.files.range(missing..).next())?;
        Some((missing, *beside.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[&str]) -> Vec<(Vec<u64>, Option<u64>, bool)> {
        let all = series(labels.iter().copied().enumerate());
        all.iter()
            .map(|own| (own.files.keys().copied().collect(), own.gap().map(|gap| gap.0), own.is_of_parts()))
            .collect()
    }

    #[test]
    fn files_are_numbered_by_the_one_number_in_which_their_names_differ() {
        assert_eq!(of(&["devices_1.json", "devices_2.json"]), [(vec![1, 2], None, false)]);
        assert_eq!(of(&["a.zip!p01.json", "a.zip!p02.json", "a.zip!p04.json"]), [(vec![1, 2, 4], Some(3), false)]);
        assert_eq!(of(&["devices.json", "devices (1).json", "devices (2).json"]), [(vec![0, 1, 2], None, false)]);
        assert_eq!(of(&["devices.json", "devices2.json"]), [(vec![1, 2], None, false)]);
        assert_eq!(of(&["v1.0 devices 1.json", "v1.0 devices 2.json"]), [(vec![1, 2], None, false)]);
        assert_eq!(of(&["intune-part1-of-3.csv", "intune-part3-of-3.csv"]), [(vec![1, 3], Some(2), true)]);
        assert_eq!(of(&["intune page 2.csv", "intune page 3.csv"]), [(vec![2, 3], Some(1), true)]);
        assert_eq!(of(&["part1of2_080112.csv", "part2of2_080250.csv"]), [(vec![1, 2], None, true)]);
        assert_eq!(of(&["list 1 of 8.csv"]), [(vec![1], Some(2), true)]);
    }

    #[test]
    fn days_moments_and_other_lists_are_no_numbers_of_parts() {
        assert_eq!(of(&["devices_1795132800000.csv", "devices_1795132900000.csv"]), []);
        assert_eq!(of(&["first.json", "second.json"]), []);
        assert_eq!(of(&["intune_1.json", "iphones.json"]), []);
        for names in [["Model 3.csv", "Model 5.csv"], ["02 DE 3.csv", "04 DE 3.csv"], ["site 1.csv", "site 3.csv"]] {
            assert!(of(&names).iter().all(|own| !own.2), "{names:?}");
        }
        assert_eq!(of(&["Intune 5 Nov.csv", "Intune 20 Nov.csv"]).iter().filter(|own| own.2).count(), 0);
        assert_eq!(
            of(&["exportDevice_2026-11-20.csv", "exportDevice_2026-11-19.csv"]).iter().filter(|own| own.2).count(),
            0
        );
    }
}
