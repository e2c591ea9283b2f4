//! What stands in columns that no format reads, and speaks of the device all the same: days on which something saw it, and words by
//! which somebody keeps it.

use std::collections::{BTreeMap, HashMap, HashSet};

use polars::prelude::{Int64Chunked, NewChunkedArray};
use serde::Deserialize;

use super::dates::{self, Order, Stamp};
use super::values::{self, Cell, squeeze};
use super::{Options, Recognised};
use crate::frame::{Column, Strings};
use crate::read::Export;
use crate::time::DAY;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    seeing: Vec<String>,
    not_seeing: Vec<String>,
    written: Vec<String>,
    #[serde(default)]
    ahead: Vec<String>,
    lost_modes: Vec<String>,
    keeping: BTreeMap<String, Vec<String>>,
}

/// By which headers and words such columns are known.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    seeing: Vec<String>,
    not_seeing: Vec<String>,
    written: Vec<String>,
    ahead: Vec<String>,
    lost_modes: Vec<String>,
    /// First word of a phrase → the words that follow, and what the phrase says.
    keeping: HashMap<String, Vec<(Vec<String>, String)>>,
}

/// After these a word does not keep a device.
const NEGATIONS: [&str; 9] = ["not", "no", "never", "nicht", "kein", "keine", "non", "pas", "sin"];
/// The word for a device that is lost, whatever says so.
const LOST: &str = "lost";
/// Columns that formats read from what people write, or from a path in a tree that people grow.
const WRITTEN: [&str; 5] = ["org_unit", "group_tag", "domain", "services", "labels"];

/// With fewer dates several may be of one moment by chance.
const FEWEST: usize = 3;
/// So many rows with one moment each are no devices.
const SHARED: usize = 5;
/// Dates that are compared.
const LOOKED_AT: usize = 10_000;

impl Asides {
    pub(super) fn new(raw: Raw) -> Self {
        let squeezed = |words: Vec<String>| words.iter().map(|word| squeeze(word)).collect();
        let mut keeping: HashMap<String, Vec<(Vec<String>, String)>> = HashMap::new();
        for (says, phrases) in raw.keeping {
            for phrase in phrases {
                let mut words = words(&phrase.to_lowercase()).map(str::to_owned).collect::<Vec<_>>().into_iter();
                let Some(first) = words.next() else { continue };
                keeping.entry(first).or_default().push((words.collect(), says.clone()));
            }
        }
        Self {
            seeing: squeezed(raw.seeing),
            not_seeing: squeezed(raw.not_seeing),
            written: squeezed(raw.written),
            ahead: squeezed(raw.ahead),
            lost_modes: squeezed(raw.lost_modes),
            keeping,
        }
    }

    /// Whether a header, squeezed, is one of days on which something saw the device.
    pub(crate) fn sees(&self, header: &str) -> bool {
        has(&self.seeing, header) && !has(&self.not_seeing, header)
    }

    /// Whether the days of a header, squeezed, say nothing of when a device was seen.
    pub(crate) fn lies_ahead(&self, header: &str) -> bool {
        has(&self.ahead, header)
    }

    /// What a text says that keeps the device.
    pub(crate) fn keeps(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let mut rest = words(&text);
        let mut before = "";
        while let Some(word) = rest.next() {
            if NEGATIONS.contains(&std::mem::replace(&mut before, word)) {
                continue;
            }
            let phrases = self.keeping.get(word).into_iter().flatten();
            let follows = |words: &[String]| words.iter().map(String::as_str).eq(rest.clone().take(words.len()));
            if let Some((_, says)) = phrases.into_iter().find(|(words, _)| follows(words)) {
                return Some(says);
            }
        }
        None
    }
}

fn has(words: &[String], header: &str) -> bool {
    words.iter().any(|word| header.contains(word.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Where an export has such columns.
#[derive(Debug, Default)]
pub(super) struct Margin {
    seeing: Vec<usize>,
    written: Vec<usize>,
    /// Columns that say it by their headers, and what they say of a row with a yes.
    modes: Vec<(usize, String)>,
}

impl Margin {
    pub(super) fn of(export: &Export, recognised: &Recognised<'_>, options: &Options, asides: &Asides) -> Self {
        let console = recognised.format.console;
        let (dates, remarks) = (options.needs(console, "noticed"), options.needs(console, "remark"));
        let mut own = Self::default();
        for (at, header) in export.header.iter().enumerate().filter(|(at, _)| !recognised.secret.contains(at)) {
            let read = recognised.columns.iter().filter(|(_, positions)| positions.contains(&at));
            let read: Vec<&str> = read.map(|(name, _)| *name).collect();
            let keeps = asides.keeps(header);
            let header = squeeze(header);
            let people_write = read.iter().any(|name| WRITTEN.contains(name));
            if !read.is_empty() && !people_write || header.is_empty() {
                continue;
            }
            let mode =
                has(&asides.lost_modes, &header).then_some(LOST).or(keeps).filter(|_| remarks && read.is_empty());
            if let Some(mode) = mode {
                own.modes.push((at, mode.to_string()));
            } else if dates && read.is_empty() && asides.sees(&header) {
                own.seeing.push(at);
            } else if remarks && (people_write || has(&asides.written, &header)) {
                own.written.push(at);
            }
        }
        // Most of those that sound like it hold no dates: where the first cells show it, the rest is not read.
        let shown = export.sample(&own.seeing, 1);
        let may_be_date =
            |cells: &Vec<String>| cells.iter().all(|cell| !matches!(dates::stamp(cell), Stamp::Unreadable));
        let kept = own.seeing.iter().zip(&shown).filter(|(_, cells)| may_be_date(cells)).map(|(at, _)| *at).collect();
        own.seeing = kept;
        own
    }

    /// The places of all of them.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        self.seeing.iter().chain(&self.written).chain(self.modes.iter().map(|(at, _)| at)).copied()
    }

    /// Headers of the columns whose dates are among `columns`.
    pub(super) fn noticed(&self, columns: &[Column], header: &[String]) -> Vec<String> {
        let any = columns.iter().any(|column| column.name == "noticed");
        let names = self.seeing.iter().filter_map(|at| header.get(*at));
        if any { names.cloned().collect() } else { Vec::new() }
    }

    /// The columns `noticed`, `noticed_or` and `remark`, as far as there is anything to say.
    pub(super) fn columns<'m>(
        &'m self,
        cells: &BTreeMap<usize, (&Strings, &[u32])>,
        asides: &'m Asides,
        (order, epoch_1904): (Option<Order>, bool),
    ) -> Vec<Column> {
        let of = |places: &[usize]| -> Vec<&Strings> {
            places.iter().filter_map(|at| cells.get(at)).map(|(cells, _)| *cells).collect()
        };
        let (mut newest, mut either) = (Vec::new(), Vec::new());
        for column in of(&self.seeing) {
            notice(column, order, epoch_1904, &mut newest, &mut either);
        }
        let mut remarks: Vec<Option<&str>> = Vec::new();
        for column in of(&self.written) {
            remark(column, &mut remarks, |text| asides.keeps(text));
        }
        for (at, mode) in &self.modes {
            if let Some((column, _)) = cells.get(at) {
                remark(column, &mut remarks, |text| says_yes(text).then_some(mode.as_str()));
            }
        }
        let times = |name: &str, times: Vec<Option<i64>>| {
            let any = times.iter().any(Option::is_some);
            any.then(|| Column::new(name, Int64Chunked::from_iter_options("".into(), times.into_iter())))
        };
        let said = remarks.iter().any(Option::is_some);
        let said = said.then(|| Column::new("remark", remarks.into_iter().collect::<Strings>()));
        times("noticed", newest).into_iter().chain(times("noticed_or", either)).chain(said).collect()
    }
}

/// Whether a cell says yes: it says anything but no.
pub(crate) fn says_yes(text: &str) -> bool {
    const NO: [&str; 12] =
        ["", "0", "no", "n", "false", "disabled", "off", "none", "null", "na", "unknown", "notsupported"];
    let squeezed = squeeze(text);
    let is_no = NO.contains(&squeezed.as_str()) || squeezed.starts_with("not");
    !is_no && !matches!(values::flag(text), Cell::Value(false) | Cell::Nothing)
}

/// Adds the dates of a column, if most of what it holds is dates. `either` takes what is left where day and month cannot be told apart.
fn notice(
    cells: &Strings,
    order: Option<Order>,
    epoch_1904: bool,
    newest: &mut Vec<Option<i64>>,
    either: &mut Vec<Option<i64>>,
) {
    let stamps: Vec<Stamp> =
        cells.iter().map(|cell| cell.map_or(Stamp::Unknown, |cell| dates::stamp_in(cell, epoch_1904))).collect();
    let dated = stamps.iter().filter(|stamp| matches!(stamp, Stamp::At(_) | Stamp::Either(..))).count();
    let strange = stamps.iter().filter(|stamp| matches!(stamp, Stamp::Unreadable)).count();
    if dated == 0 || strange * 2 > dated || is_of_the_list(&stamps, dated) {
        return;
    }
    let order = dates::decide(stamps.iter().copied()).ok().flatten().or(order);
    newest.resize(stamps.len(), None);
    either.resize(stamps.len(), None);
    for ((stamp, newest), either) in stamps.into_iter().zip(newest).zip(either) {
        match stamp.resolve(order) {
            Stamp::At(millis) => *newest = (*newest).max(Some(millis)),
            Stamp::Either(one, other) => {
                *newest = (*newest).max(one);
                *either = (*either).max(other);
            }
            Stamp::Unknown | Stamp::Unreadable => {}
        }
    }
}

/// Whether the dates of a column are those of the list, such as when it was synchronised or made: many rows have the same moment.
fn is_of_the_list(stamps: &[Stamp], dated: usize) -> bool {
    let moments = || {
        stamps.iter().filter_map(|stamp| match stamp {
            Stamp::At(millis) => Some(*millis),
            Stamp::Either(one, other) => one.or(*other),
            Stamp::Unknown | Stamp::Unreadable => None,
        })
    };
    let different: HashSet<i64> = moments().take(LOOKED_AT).collect();
    let looked_at = dated.min(LOOKED_AT);
    // Days without a time of day are shared by many as well.
    let has_times = moments().take(LOOKED_AT).any(|millis| millis.rem_euclid(DAY) != 0);
    looked_at >= FEWEST && (different.len() == 1 || has_times && different.len() * SHARED <= looked_at)
}

/// Adds what the cells of a column say; the first word that was found stays.
pub(crate) fn remark<'a>(cells: &Strings, all: &mut Vec<Option<&'a str>>, says: impl Fn(&str) -> Option<&'a str>) {
    all.resize(cells.len(), None);
    // Cells repeat themselves: a group, a unit, nothing.
    let mut last: (Option<&str>, Option<&str>) = (None, None);
    for (cell, slot) in cells.iter().zip(all) {
        if cell != last.0 {
            last = (cell, cell.and_then(&says));
        }
        *slot = slot.or(last.1);
    }
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
            ("", None),
        ] {
            assert_eq!(asides.keeps(text), says, "{text}");
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
        ] {
            assert_eq!(asides.sees(&squeeze(header)), sees, "{header}");
        }
    }

    #[test]
    fn a_column_of_other_things_says_nothing() {
        let cells = |cells: &[&str]| cells.iter().copied().map(Some).collect::<Strings>();
        let noticed = |own: &[&str]| {
            let (mut newest, mut either) = (Vec::new(), Vec::new());
            notice(&cells(own), None, false, &mut newest, &mut either);
            (newest.iter().flatten().count(), either.iter().flatten().count())
        };
        assert_eq!(noticed(&["PC-1", "PC-2", "2026-11-18"]), (0, 0));
        assert_eq!(noticed(&["2026-11-18", "2026-11-19T08:00:00Z", "never"]), (2, 0));
        assert_eq!(noticed(&["2026-11-19T08:00:00Z"; 3]), (0, 0), "when the list was made");
        let synced = ["2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z"].repeat(5);
        assert_eq!(noticed(&synced), (0, 0), "when each of two servers was synchronised");
        assert_eq!(noticed(&["2026-11-18", "2026-11-19"].repeat(5)), (10, 0), "days of devices");
        assert_eq!(noticed(&["11/12/2026"]), (1, 1), "one of two days");
        assert_eq!(noticed(&["11/12/2026", "11/13/2026"]), (2, 0));
    }
}
