//! What the lists of each console prove: whether there is one, whether it is whole, and if not, why.

use std::collections::{BTreeMap, BTreeSet};

use super::claims;
use crate::console::Console;
use crate::identity::{Gaps, Members, RecordStore};
use crate::ids::{ByDevice, DeviceId};
use crate::notice::{Code, Notice};
use crate::schema::Platform;

/// What is known of the lists of each console of which there is one.
#[derive(Debug)]
pub struct Lists {
    of: BTreeMap<Console, List>,
    /// Consoles whose lists are of another tenant than those that show a device, as bits; nothing where there is none.
    apart: Option<ByDevice<u32>>,
}

/// What is known of the lists of one console.
#[derive(Debug, Default)]
struct List {
    /// None of them has a row.
    empty: bool,
    /// One of them is cut, paged or filtered.
    cut: Option<String>,
    /// None of them names every object, by their nature: what they list is evidence, and what they lack is as if the console
    /// had not been supplied.
    partial: Option<String>,
    /// They hold too few of what other consoles claim.
    small: Option<String>,
    /// The same of single platforms, which were filtered out: of the others they prove what whole lists prove.
    small_of: BTreeMap<Platform, String>,
    /// Columns of which none of them lists an object that has one.
    left_out: BTreeSet<&'static str>,
}

impl List {
    /// By what the lists say of themselves. By the user's own count they are whole whatever they say.
    fn new(console: Console, store: &RecordStore) -> Self {
        let said = || store.gaps_of(console);
        let proven = store.proven.contains(&console);
        let whole = said().any(|list| list.partial.is_none() && list.rows);
        Self {
            empty: store.of(console).is_none(),
            cut: said().find_map(|list| list.cut.clone()).filter(|_| !proven),
            partial: said().find_map(|list| list.partial.clone()).filter(|_| !proven && !whole),
            small: None,
            small_of: BTreeMap::new(),
            left_out: left_out(&said().collect::<Vec<_>>()),
        }
    }

    /// Why objects of the console are missing in the lists, if some are.
    fn gap(&self) -> Option<&str> {
        self.cut.as_deref().or(self.small.as_deref()).filter(|_| !self.empty)
    }
}

/// Columns that every list of a console, as far as it names many objects, leaves out.
fn left_out(said: &[&Gaps]) -> BTreeSet<&'static str> {
    let whole = || said.iter().filter(|list| list.partial.is_none() && list.rows);
    let everywhere = |column: &&'static str| whole().all(|list| list.leaves_out.contains(column));
    said.iter().flat_map(|list| &list.leaves_out).copied().filter(everywhere).collect()
}

impl Lists {
    /// Looks at the lists, and at what they say of each other; the notices name those that are too small.
    /// `short`: those that are shorter than plausible beside the lists of an earlier report, and why.
    pub(super) fn new(store: &RecordStore, members: &Members, short: &[(Console, String)]) -> (Self, Vec<Notice>) {
        let supplied: BTreeSet<Console> = store.exports.iter().map(|(_, console)| *console).collect();
        let mut notices = Vec::new();
        let (mut of, mut apart) = (BTreeMap::new(), None);
        for console in supplied {
            let mut list = List::new(console, store);
            let beside_earlier = short.iter().find(|(own, _)| *own == console && list.cut.is_none() && !list.empty);
            if let Some((_, why)) = beside_earlier {
                let why = format!("beside the baseline the {} list is not whole: {why}", console.title());
                notices.push(Notice::new(Code::SourceTooSmall, "", why.clone()));
                list.cut = Some(why);
            }
            let open = list.empty || list.cut.is_some() || list.partial.is_some();
            if !open && !store.proven.contains(&console) {
                (list.small, list.small_of) = claims::too_small(console, store, members);
                if let Some((devices, said)) = claims::of_other_lists(console, store, members) {
                    let all = apart.get_or_insert_with(|| ByDevice::filled(0, members.count));
                    all.iter_mut()
                        .zip(devices.iter())
                        .for_each(|(bits, is)| *bits |= if *is { console.bit() } else { 0 });
                    notices.extend(said.into_iter().map(|reason| Notice::new(Code::SourceTooSmall, "", reason)));
                }
            }
            notices.extend(
                list.small
                    .iter()
                    .chain(list.small_of.values())
                    .map(|reason| Notice::new(Code::SourceTooSmall, "", reason.clone())),
            );
            of.insert(console, list);
        }
        (Self { of, apart }, notices)
    }

    /// Why a rule that needs a console cannot run.
    #[must_use]
    pub fn lacks(&self, console: Console) -> Option<String> {
        match self.of.get(&console) {
            None => Some(format!("no {} export was supplied", console.title())),
            Some(list) if list.empty => Some(format!("the {} export has no rows", console.title())),
            Some(_) => None,
        }
    }

    /// Whether one can: the same without the reason, as it is asked of every device.
    #[must_use]
    pub fn has_rows(&self, console: Console) -> bool {
        self.of.get(&console).is_some_and(|list| !list.empty)
    }

    /// Whether there is a list, and none has a row.
    pub(super) fn is_empty(&self, console: Console) -> bool {
        self.of.get(&console).is_some_and(|list| list.empty)
    }

    /// Why nothing may be concluded from the absence of a record.
    #[must_use]
    pub fn absence_unproven(&self, console: Console) -> Option<String> {
        let list = self.of.get(&console).filter(|list| !list.empty)?;
        let partial = |reason: &String| format!("the {} export does not list every device: {reason}", console.title());
        list.gap().map(str::to_string).or_else(|| list.partial.as_ref().map(partial))
    }

    /// Platforms of whose devices nothing may be concluded from the absence of a record, and why; of the others it may.
    #[must_use]
    pub fn unproven_of(&self, console: Console) -> Option<&BTreeMap<Platform, String>> {
        self.of.get(&console).map(|list| &list.small_of).filter(|small| !small.is_empty())
    }

    /// Whether there is a list with rows, and every object of the console that is of the platform is in it.
    pub(crate) fn is_whole(&self, console: Console, platform: Platform) -> bool {
        // Asked of every device, so without the reasons.
        let names_all = |list: &List| !list.empty && list.gap().is_none() && list.partial.is_none();
        self.of.get(&console).is_some_and(names_all) && !self.lacks_some(console, platform)
    }

    /// Consoles whose lists are of another tenant than those that show a device, as bits.
    pub(super) fn apart(&self, device: DeviceId) -> u32 {
        self.apart.as_ref().map_or(0, |apart| *apart.get(device))
    }

    /// Whether objects of a platform were filtered out of the lists. Of a device of which nobody says what it runs, any platform
    /// may be the one.
    fn lacks_some(&self, console: Console, platform: Platform) -> bool {
        let of = self.unproven_of(console);
        of.is_some_and(|small| platform == Platform::Other || small.contains_key(&platform))
    }

    /// Consoles of which objects of a platform are known to be missing, as bits of [`Console::index`].
    pub(super) fn gaps(&self, platform: Platform) -> u32 {
        // What a list lacks that has no devices of the platform is none of them.
        let has_gap = |(console, list): &(&Console, &List)| {
            list.gap().is_some() && console.may_hold(platform) || self.lacks_some(**console, platform)
        };
        self.of.iter().filter(has_gap).fold(0, |bits, (console, _)| bits | console.bit())
    }

    /// Whether the lists of a console say of themselves that they lack objects.
    #[must_use]
    pub fn is_cut(&self, console: Console) -> bool {
        self.of.get(&console).is_some_and(|list| list.cut.is_some() || list.partial.is_some())
    }

    /// Whether there is a list with rows, and one of its kind names every object.
    pub(super) fn is_supplied(&self, console: Console) -> bool {
        self.of.get(&console).is_some_and(|list| !list.empty && list.partial.is_none())
    }

    /// Whether no list of a console lists an object that has a value in the column.
    pub(super) fn leaves_out(&self, console: Console, column: &str) -> bool {
        self.of.get(&console).is_some_and(|list| list.left_out.contains(column))
    }
}
