//! Rows that a list shows and that describe nothing that is there: entries that were taken out, answers that found none.

use std::collections::{BTreeMap, HashMap};

use super::Recognised;
use super::values::{bare, squeeze};
use crate::frame::Strings;
use crate::read::Export;

/// Such rows of an export, with why; and of an object that was taken out its earlier rows.
pub(super) fn ended(export: &Export, recognised: &Recognised<'_>) -> BTreeMap<u32, String> {
    let format = recognised.format;
    let squeezed: Vec<String> = export.header.iter().map(|name| squeeze(name)).collect();
    let mut ended = BTreeMap::new();
    for aside in &format.set_aside {
        let Some(at) = squeezed.iter().position(|name| *name == aside.header) else { continue };
        let first = |field: &str| recognised.columns.get(field).and_then(|at| at.first()).copied();
        let (id, time) = (first("native_id").unwrap_or(at), first("updated").unwrap_or(at));
        let rows = export.read(&[at, id, time], format.short_rows);
        let [words, ids, times] = rows.columns.as_slice() else { continue };
        // When each object was last taken out, as far as the list says it.
        let mut last: HashMap<&str, (Option<&str>, &String)> = HashMap::new();
        for (row, line) in rows.row.iter().zip(Lines::of(words, ids, times)) {
            let Some(why) = line.word.and_then(|word| aside.words.get(&squeeze(bare(word)))) else { continue };
            ended.insert(*row, why.clone());
            if let Some(id) = line.id {
                let known = last.entry(id).or_insert((line.time, why));
                known.0 = known.0.max(line.time);
            }
        }
        for (row, line) in rows.row.iter().zip(Lines::of(words, ids, times)) {
            let Some((until, why)) = line.id.and_then(|id| last.get(id)) else { continue };
            // Text of one shape sorts as its times do. What was put back later stays.
            if at == time || line.time.is_none() || until.is_none() || line.time <= *until {
                ended.entry(*row).or_insert_with(|| (*why).clone());
            }
        }
    }
    ended
}

/// One row, by what is asked of it.
struct Line<'a> {
    word: Option<&'a str>,
    id: Option<&'a str>,
    time: Option<&'a str>,
}

struct Lines;

impl Lines {
    fn of<'a>(words: &'a Strings, ids: &'a Strings, times: &'a Strings) -> impl Iterator<Item = Line<'a>> {
        words.iter().zip(ids.iter()).zip(times.iter()).map(|((word, id), time)| Line { word, id, time })
    }
}
