//! Groups whose devices became stale within a few days: one event, such as holidays or a broken connector, and not many
//! devices that nobody uses.

use std::collections::{BTreeMap, HashMap};

use super::clipped;
use crate::console::{self, Console, Path, Registry};
use crate::coverage::Devices;
use crate::frame::by_device::mark;
use crate::identity::RecordStore;
use crate::ids::{ByDevice, DeviceId};
use crate::notice::{Code, Notice};
use crate::rules::{Asked, Findings, Rule, RuleAction};
use crate::schema::{Activity, Platform};
use crate::table::DeviceTable;
use crate::time::{DAY, day as written};

/// Columns of lists that groups are made of.
pub(in crate::run) fn in_lists_of(registry: &Registry) -> Vec<(Console, &'static str)> {
    registry.all().iter().flat_map(|console| console.groups().iter().map(|group| (*console, group.column))).collect()
}

/// With fewer devices in the event chance explains it.
const FEWEST: usize = 13;
/// Of ten devices of the group so many are in the event, or it is none of the group.
const SHARE_OF_TEN: usize = 8;
/// Days from the first last activity to the last one.
const DAYS: i64 = 7;
/// Levels of an organisational unit that are groups of their own.
const LEVELS: usize = 6;

/// How general the group is, how deep it lies below others of its kind, and what its devices have in common, for people. The
/// more general come first: a unit before those within it, whatever they are called.
type Group = (u8, usize, String);

/// What is known of the devices of a group.
#[derive(Default)]
struct Members {
    /// In use, or up for removal.
    all: usize,
    /// Up for removal because they are stale: last activity and device.
    stale: Vec<(i64, DeviceId)>,
}

/// The groups, each once, and which devices count in them.
struct Groups<'t> {
    table: &'t DeviceTable,
    /// Up for removal, by device.
    leaving: ByDevice<bool>,
    known: BTreeMap<Group, usize>,
    members: Vec<Members>,
}

impl Groups<'_> {
    /// The number of a group.
    fn number(&mut self, group: Group) -> usize {
        let next = self.members.len();
        let number = *self.known.entry(group).or_insert(next);
        if number == next {
            self.members.push(Members::default());
        }
        number
    }

    /// Devices that are dealt with count neither way: a list may hold years of deprovisioned ones.
    fn put(&mut self, number: usize, device: DeviceId) {
        let activity = *self.table.activity.get(device);
        let stale = activity == Activity::Stale && *self.leaving.get(device);
        if (stale || activity == Activity::Active)
            && let Some(members) = self.members.get_mut(number)
        {
            members.all += 1;
            members.stale.extend(self.table.last_activity.get(device).filter(|_| stale).map(|seen| (seen, device)));
        }
    }
}

/// The devices that became stale together, and a notice for each group.
pub(in crate::run) fn find(
    store: &RecordStore,
    devices: &Devices,
    table: &DeviceTable,
    rules: &[Rule],
    (findings, asked): (&Findings, &Asked),
) -> (ByDevice<bool>, Vec<Notice>) {
    let of_device = findings.rule.iter().zip(findings.device.iter());
    let removes = of_device.map(|(rule, device)| asked.of(rules, *rule, *device) == Some(RuleAction::Remove));
    let mut leaving = ByDevice::filled(false, devices.count);
    mark(&mut leaving, findings.device.iter().copied(), removes);
    if leaving.iter().filter(|leaving| **leaving).count() < FEWEST {
        return (table.key.beside(false), Vec::new());
    }
    let mut groups = Groups { table, leaving, known: BTreeMap::new(), members: Vec::new() };
    by_platform(&mut groups);
    by_user(&mut groups);
    in_lists(store, devices, &mut groups);
    let Groups { known, mut members, .. } = groups;
    let named = known.into_iter().filter_map(|(group, number)| {
        let members = members.get_mut(number).map(std::mem::take)?;
        Some((group, members))
    });
    let named: BTreeMap<Group, Members> = named.collect();
    remark(named, table.key.beside(false))
}

fn by_platform(groups: &mut Groups<'_>) {
    let table = groups.table;
    let numbers: Vec<usize> = Platform::ALL.iter().map(|platform| groups.number((0, 0, platform.devices()))).collect();
    for (device, platform) in table.platform.numbered() {
        if let Some(number) = numbers.get(platform.position()) {
            groups.put(*number, device);
        }
    }
}

/// The domain of a user's name tells the site or the school.
fn by_user(groups: &mut Groups<'_>) {
    let table = groups.table;
    let mut known: HashMap<&str, usize> = HashMap::new();
    for device in table.numbers() {
        let Some((_, domain)) = table.primary_user.get(device).rsplit_once('@') else { continue };
        let number = *known.entry(domain).or_insert_with(|| {
            groups.number((5, 0, format!("devices of users of `{}`", clipped(&domain.to_lowercase()))))
        });
        groups.put(number, device);
    }
}

/// Groups that the lists of consoles name.
fn in_lists(store: &RecordStore, devices: &Devices, groups: &mut Groups<'_>) {
    let kinds = store
        .by_console
        .iter()
        .flat_map(|console_records| console_records.console.groups().iter().map(move |group| (console_records, group)));
    for (console_records, kind) in kinds {
        let Some(words) = console_records.text(kind.column) else { continue };
        // Each spelling once: a large tenant has few units and many devices.
        let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
        for device in DeviceId::all(devices.count) {
            let Some(word) =
                devices.live_line(console_records.console, device).and_then(|line| words.get(line as usize))
            else {
                continue;
            };
            let own = known
                .entry(word)
                .or_insert_with(|| groups_of(kind, word).into_iter().map(|group| groups.number(group)).collect());
            for number in &*own {
                groups.put(*number, device);
            }
        }
    }
}

/// The groups that a cell names: of a unit also those above it, of a distinguished name also the domain.
fn groups_of(kind: &console::Group, word: &str) -> Vec<Group> {
    let named = |what: &str, name: &str, depth: usize| (kind.rank, depth, format!("{what} `{}`", clipped(name)));
    match kind.path {
        Path::Flat => vec![named(kind.of, word, 0)],
        Path::Distinguished => {
            let parts: Vec<&str> = word.split(',').map(str::trim).collect();
            let is_domain = |part: &&str| part.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("DC="));
            let domain: Vec<&str> =
                parts.iter().copied().filter(is_domain).map(|part| part.get(3..).unwrap_or("")).collect();
            let units = parts.iter().take_while(|part| !is_domain(part)).count();
            let above = (0..units).map(|from| parts.get(from..).unwrap_or_default().join(",")).rev().take(LEVELS);
            // What is of a whole domain comes before its units.
            let domain = (!domain.is_empty()).then(|| named(kind.of_domain, &domain.join("."), 0));
            let domain = domain.map(|(rank, depth, name)| (rank.saturating_sub(1), depth, name));
            let units = (0..).zip(above).map(|(depth, unit)| named(kind.of, &unit, depth));
            domain.into_iter().chain(units).collect()
        }
        Path::Slashes => {
            let ends = word.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([word.len()]);
            let above = ends.take(LEVELS).filter_map(|end| word.get(..end)).filter(|unit| unit.len() > 1);
            (0..).zip(above).map(|(depth, unit)| named(kind.of, unit, depth)).collect()
        }
    }
}

/// The general groups first; a narrower one is told only if it has devices that none before it had.
fn remark(groups: BTreeMap<Group, Members>, mut together: ByDevice<bool>) -> (ByDevice<bool>, Vec<Notice>) {
    let mut notices = Vec::new();
    for ((_, _, name), Members { all, mut stale }) in groups {
        stale.sort_unstable();
        let Some(event) =
            densest(&stale).filter(|event| event.len() >= FEWEST && event.len() * 10 >= all * SHARE_OF_TEN)
        else {
            continue;
        };
        let fresh = event.iter().filter(|(_, device)| !together.get(*device)).count();
        for (_, device) in event {
            *together.get_mut(*device) = true;
        }
        if fresh > 0 {
            notices.push(notice(&name, all, event));
        }
    }
    (together, notices)
}

fn notice(name: &str, all: usize, event: &[(i64, DeviceId)]) -> Notice {
    let day = |seen: Option<&(i64, DeviceId)>| seen.map(|(seen, _)| seen.div_euclid(DAY)).unwrap_or_default();
    let (first, last) = (day(event.first()), day(event.last()));
    let (days, shown) = (last - first + 1, |day: i64| written(day * DAY));
    let within = if days == 1 {
        format!("on one day (last activity on {})", shown(first))
    } else {
        format!("within {days} days (last activity {} to {})", shown(first), shown(last))
    };
    let message = format!(
        "{} of {all} {name} became stale {within}: holidays, a broken connector or a cut export? Find out before anything \
         is removed; the plan asks for it first",
        event.len()
    );
    Notice::new(Code::WentDarkTogether, "", message)
}

/// The longest run of last activities, in their order, that lie within a few days.
fn densest(stale: &[(i64, DeviceId)]) -> Option<&[(i64, DeviceId)]> {
    let (mut start, mut best) = (0, 0..0);
    for (end, (seen, _)) in stale.iter().enumerate() {
        while stale.get(start).is_some_and(|(first, _)| seen - first > DAYS * DAY) {
            start += 1;
        }
        if end + 1 - start > best.len() {
            best = start..end + 1;
        }
    }
    stale.get(best).filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(stale: &[i64], all: usize) -> (usize, Vec<String>) {
        let stale: Vec<(i64, DeviceId)> = stale.iter().map(|day| day * DAY).zip(DeviceId::new(0).onwards()).collect();
        let groups = BTreeMap::from([((0, 0, "ChromeOS devices".to_string()), Members { all, stale })]);
        let (together, notices) = remark(groups, ByDevice::filled(false, 200));
        let said = notices.into_iter().map(|n| n.message.split(':').next().unwrap_or_default().to_string());
        (together.into_iter().filter(|t| *t).count(), said.collect())
    }

    #[test]
    fn most_of_a_group_within_days_is_one_event() {
        let cart: Vec<i64> = (0..38).map(|n| 20_240 + n % 5).collect();
        let said = "38 of 41 ChromeOS devices became stale within 5 days (last activity 2025-06-01 to 2025-06-05)";
        assert_eq!(group(&cart, 41), (38, vec![said.to_string()]));
        assert_eq!(group(&cart, 60), (0, vec![]), "too small a share");
        assert_eq!(group(&cart[..15], 16).0, 15);
        assert_eq!(group(&cart[..9], 9), (0, vec![]), "too few");
        let random: Vec<i64> = (0..90).map(|n| 20_000 + n * 3).collect();
        assert_eq!(group(&random, 100), (0, vec![]), "one after the other");
        let one_day = [20_240; 25];
        assert_eq!(
            group(&one_day, 25).1,
            ["25 of 25 ChromeOS devices became stale on one day (last activity on 2025-06-01)"]
        );
    }

    #[test]
    fn units_have_groups_above_them() {
        let names = |console: Console, word| -> Vec<String> {
            let kind = console.groups().first().unwrap();
            groups_of(kind, word).into_iter().map(|(_, _, name)| name).collect()
        };
        assert_eq!(
            names(Console::Chrome, "/Students/Cart 1"),
            ["devices in `/Students`", "devices in `/Students/Cart 1`"]
        );
        assert!(names(Console::Chrome, "/").is_empty());
        assert_eq!(
            names(Console::Ad, "OU=Lab,OU=North,DC=corp,DC=example"),
            [
                "computers of the domain `corp.example`",
                "computers in `OU=North,DC=corp,DC=example`",
                "computers in `OU=Lab,OU=North,DC=corp,DC=example`"
            ]
        );
    }
}
