//! Plain columns, for the stages that never see a frame: text, times and words by line.
//!
//! A column of text is whatever can tell the text of a line. That keeps the engine out of planning and reporting without
//! copying a million names: the analysis hands its own columns on as they are, and a saved run those that it read.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use crate::console::{Console, Registry, State};
use crate::ids::{By, ByDevice, DeviceId, ExportId, Place, RecordId, beyond};
use crate::schema::{Activity, Identity, JoinType, Ownership, Platform};
use crate::time::Millis;

/// So many objects are compared with each other one by one.
const FEW: usize = 16;

/// Objects that one cell names: what a cell of a worksheet has room for.
pub const MOST_OBJECTS: usize = 500;

/// Whatever holds the texts of a column.
pub trait Lines: Debug + Send + Sync {
    /// The text of a line, if there is one.
    fn line(&self, at: usize) -> Option<&str>;

    /// Number of lines, whether or not they have a text.
    fn lines(&self) -> usize;
}

impl Lines for Vec<String> {
    fn line(&self, at: usize) -> Option<&str> {
        self.get(at).map(String::as_str)
    }

    fn lines(&self) -> usize {
        self.len()
    }
}

impl Lines for Vec<&'static str> {
    fn line(&self, at: usize) -> Option<&str> {
        self.get(at).copied()
    }

    fn lines(&self) -> usize {
        self.len()
    }
}

/// A column of text: of the devices, or of a table whose lines have no numbers of their own.
#[derive(Debug)]
pub struct Texts<N = usize>(Option<Arc<dyn Lines>>, PhantomData<N>);

impl<N> Texts<N> {
    /// Takes over what holds the texts.
    #[must_use]
    pub fn of(lines: impl Lines + 'static) -> Self {
        Self(Some(Arc::new(lines)), PhantomData)
    }

    /// Whether no line has a text, since there is no column at all.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

impl<N: Place> Texts<N> {
    /// The text of a line; empty where there is none.
    ///
    /// # Panics
    /// Where there is no such line. Without a column every line is empty.
    #[must_use]
    pub fn get(&self, line: N) -> &str {
        let Some(lines) = &self.0 else { return "" };
        lines.line(line.index()).unwrap_or_else(|| {
            if line.index() >= lines.lines() {
                beyond(N::WHAT, line.index());
            }
            ""
        })
    }
}

impl<N> Clone for Texts<N> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

/// No column.
impl<N> Default for Texts<N> {
    fn default() -> Self {
        Self(None, PhantomData)
    }
}

/// Identifiers: as they are compared, and as their consoles write them.
///
/// What people read, and what they act on, is the console's own text; only comparing goes by the other.
#[derive(Debug)]
pub struct Identifiers<N = usize> {
    compared: Texts<N>,
    written: Texts<N>,
}

impl<N> Identifiers<N> {
    /// Puts together what is compared and, where that is not how the console writes it, what it writes.
    #[must_use]
    pub const fn new(compared: Texts<N>, written: Texts<N>) -> Self {
        Self { compared, written }
    }

    /// Both columns: what is compared, and what the console writes where that is not the same.
    #[must_use]
    pub const fn columns(&self) -> (&Texts<N>, &Texts<N>) {
        (&self.compared, &self.written)
    }
}

impl<N> Default for Identifiers<N> {
    fn default() -> Self {
        Self { compared: Texts::default(), written: Texts::default() }
    }
}

impl<N: Place> Identifiers<N> {
    /// The identifier as its console writes it; empty where there is none.
    #[must_use]
    pub fn get(&self, line: N) -> &str {
        let compared = self.compared.get(line);
        if compared.is_empty() { "" } else { self.written_or(compared, line) }
    }

    /// What the console writes in its place, also where that is no identifier.
    #[must_use]
    pub fn as_written(&self, line: N) -> &str {
        match self.written.get(line) {
            "" => self.compared.get(line),
            written => written,
        }
    }

    /// What the console writes, else what is compared. Each look is one at some place in memory, so that is not asked again.
    fn written_or<'a>(&'a self, compared: &'a str, line: N) -> &'a str {
        match self.written.get(line) {
            "" => compared,
            written => written,
        }
    }

    /// The identifier as it is compared; empty where there is none.
    #[must_use]
    pub fn compared(&self, line: N) -> &str {
        self.compared.get(line)
    }
}

/// Times in UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times<N = usize>(Option<By<N, i64>>);

impl<N> Times<N> {
    /// No time.
    const NONE: i64 = i64::MIN;
}

impl<N: Place> Times<N> {
    /// The time of a line. Without a column no line has one.
    ///
    /// # Panics
    /// Where there is no such line.
    #[must_use]
    pub fn get(&self, line: N) -> Option<i64> {
        Some(*self.0.as_ref()?.get(line)).filter(|time| *time != Self::NONE)
    }
}

/// No column.
impl<N> Default for Times<N> {
    fn default() -> Self {
        Self(None)
    }
}

impl<N> FromIterator<Option<i64>> for Times<N> {
    fn from_iter<T: IntoIterator<Item = Option<i64>>>(times: T) -> Self {
        Self(Some(times.into_iter().map(|time| time.unwrap_or(Self::NONE)).collect()))
    }
}

/// What one console shows of each device.
#[derive(Debug)]
pub struct ConsoleColumns {
    /// The console.
    pub console: Console,
    /// The live record, or none.
    pub live: ByDevice<RecordId>,
    /// Newest activity.
    pub last_seen: Times<DeviceId>,
}

/// The devices, one line each, in the order of their keys.
#[derive(Debug)]
pub struct DeviceTable {
    /// Stable keys.
    pub key: ByDevice<String>,
    /// Names.
    pub name: Texts<DeviceId>,
    /// Serial numbers.
    pub serial: Identifiers<DeviceId>,
    /// Platforms.
    pub platform: ByDevice<Platform>,
    /// Manufacturers.
    pub manufacturer: Texts<DeviceId>,
    /// Models.
    pub model: Texts<DeviceId>,
    /// Owners of the hardware.
    pub ownership: ByDevice<Ownership>,
    /// Join types.
    pub join_type: ByDevice<JoinType>,
    /// Primary users.
    pub primary_user: Texts<DeviceId>,
    /// Consoles that hold the device, as bits of [`Console::index`].
    pub consoles: ByDevice<u32>,
    /// Entra device id of the live Entra record.
    pub entra_device_id: Identifiers<DeviceId>,
    /// Newest activity in any console.
    pub last_activity: Times<DeviceId>,
    /// The console that saw it, by its number; none for any number that no console has.
    pub last_console: ByDevice<u8>,
    /// Activity at as-of.
    pub activity: ByDevice<Activity>,
    /// How sure the identity is.
    pub identity: ByDevice<Identity>,
    /// Consoles that are loaded, in the order of the registry.
    pub by_console: Vec<ConsoleColumns>,
    /// The consoles of the run.
    pub registry: &'static Registry,
    /// The time at which everything is judged, UTC milliseconds.
    pub as_of: i64,
}

impl DeviceTable {
    /// Number of devices.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.key.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.key.is_empty()
    }

    /// The numbers of all devices.
    #[must_use]
    pub fn numbers(&self) -> impl DoubleEndedIterator<Item = DeviceId> + ExactSizeIterator + Clone + use<> {
        self.key.numbers()
    }

    /// Devices of which nothing is known but key and serial number.
    #[cfg(test)]
    pub(crate) fn of_keys(devices: &[(&str, &str)]) -> Self {
        let serials: Vec<String> = devices.iter().map(|d| d.1.to_string()).collect();
        let key: ByDevice<String> = devices.iter().map(|d| d.0.to_string()).collect();
        Self {
            name: Texts::default(),
            serial: Identifiers::new(Texts::of(serials), Texts::default()),
            platform: key.beside(Platform::Other),
            manufacturer: Texts::default(),
            model: Texts::default(),
            ownership: key.beside(Ownership::Unknown),
            join_type: key.beside(JoinType::Unknown),
            primary_user: Texts::default(),
            consoles: key.beside(0),
            entra_device_id: Identifiers::default(),
            last_activity: Times::default(),
            last_console: key.beside(u8::MAX),
            activity: key.beside(Activity::Unknown),
            identity: key.beside(Identity::Single),
            by_console: Vec::new(),
            registry: Registry::shipped(),
            as_of: 0,
            key,
        }
    }

    /// Whole days from the day of the newest activity to that of as-of; 0 for a signal after as-of.
    #[must_use]
    pub fn days_inactive(&self, device: DeviceId) -> Option<i64> {
        self.last_activity.get(device).map(|seen| Millis::new(self.as_of).days_since(Millis::new(seen)).max(0))
    }

    /// The console that saw a device last.
    #[must_use]
    pub fn last_console(&self, device: DeviceId) -> Option<Console> {
        self.registry.all().get(usize::from(*self.last_console.get(device))).copied()
    }

    /// The consoles that hold a device, in their order.
    pub fn consoles_of(&self, device: DeviceId) -> impl Iterator<Item = Console> {
        self.registry.of_bits(*self.consoles.get(device))
    }

    /// Consoles that every table of devices has columns for: the shipped ones, whether or not a list of theirs is there, and
    /// of those that were added the ones that are loaded.
    pub fn shown(&self) -> impl Iterator<Item = Console> {
        let loaded = |console: &Console| self.by_console.iter().any(|columns| columns.console == *console);
        self.registry.all().iter().copied().filter(move |console| console.is_always_shown() || loaded(console))
    }

    /// Consoles by their numbers, as far as there are columns for one.
    #[must_use]
    pub fn numbered(&self) -> &'static [Console] {
        let last = self.shown().map(Console::index).max();
        self.registry.all().get(..last.map_or(0, |last| last + 1)).unwrap_or_default()
    }
}

/// The records of one console, line by line.
#[derive(Debug)]
pub struct RecordColumns {
    /// The console.
    pub console: Console,
    /// The first record.
    pub first: RecordId,
    /// The export of each record.
    pub export: By<usize, ExportId>,
    /// Data row of each record, from 1.
    pub row: By<usize, u32>,
    /// The console's own id.
    pub native_id: Identifiers,
    /// Device name.
    pub name: Texts,
    /// Serial number.
    pub serial: Identifiers,
    /// Newest activity.
    pub last_seen: Times,
    /// Enrolled, registered or added; no sign of activity.
    pub enrolled: Times,
    /// State in its console, as it was listed. A report of an earlier version has none.
    pub state: By<usize, State>,
}

impl RecordColumns {
    /// The state of a record.
    #[must_use]
    pub fn state_at(&self, line: usize) -> State {
        self.state.as_slice().get(line).copied().unwrap_or(State::Unknown)
    }

    /// Its records: from the first on, to the one that is no more of it.
    #[must_use]
    pub fn span(&self) -> Range<RecordId> {
        self.first..self.first.after(self.row.len())
    }
}

/// All records.
#[derive(Debug)]
pub struct RecordTable {
    /// One a console, in the order of the registry.
    pub consoles: Vec<RecordColumns>,
    /// Labels of the exports.
    pub exports: By<ExportId, (String, Console)>,
    /// Rows that were set aside: export, row, reason.
    pub set_aside: Vec<(ExportId, u32, String)>,
    /// Rows that a newer list of their console speaks for, list by list.
    pub older: Vec<OlderColumns>,
}

/// Rows of one export that are no records, since a newer list of the console speaks for them.
#[derive(Debug)]
pub struct OlderColumns {
    /// The export.
    pub export: ExportId,
    /// Data row of each, from 1.
    pub row: Vec<u32>,
    /// The console's own id.
    pub native_id: Texts,
    /// Device name.
    pub name: Texts,
    /// Serial number as compared.
    pub serial: Texts,
    /// Why it is no record.
    pub reason: Texts,
}

/// A row that is listed and is no record.
#[derive(Debug)]
pub struct Aside<'a> {
    /// The export.
    pub export: ExportId,
    /// Data row, from 1.
    pub row: u32,
    /// The console's own id, where the row could be read.
    pub native_id: &'a str,
    /// Device name.
    pub name: &'a str,
    /// Serial number.
    pub serial: &'a str,
    /// Why it was set aside.
    pub reason: Cow<'a, str>,
}

impl RecordTable {
    /// Number of rows that are listed and are no records.
    #[must_use]
    pub fn asides(&self) -> usize {
        self.set_aside.len() + self.older.iter().map(|older| older.row.len()).sum::<usize>()
    }

    /// A row that is no record, by its place: those that could not be read first.
    #[must_use]
    pub fn aside(&self, at: usize) -> Option<Aside<'_>> {
        if let Some((export, row, reason)) = self.set_aside.get(at) {
            let reason = Cow::Owned(format!("the row {reason}"));
            return Some(Aside { export: *export, row: *row, native_id: "", name: "", serial: "", reason });
        }
        let mut at = at - self.set_aside.len();
        for older in &self.older {
            if let Some(row) = older.row.get(at) {
                return Some(Aside {
                    export: older.export,
                    row: *row,
                    native_id: older.native_id.get(at),
                    name: older.name.get(at),
                    serial: older.serial.get(at),
                    reason: Cow::Borrowed(older.reason.get(at)),
                });
            }
            at -= older.row.len();
        }
        None
    }

    /// The columns that hold a record, and its line there.
    ///
    /// # Panics
    /// Where there is no such record.
    #[must_use]
    pub fn locate(&self, record: RecordId) -> (&RecordColumns, usize) {
        let held = self.consoles.iter().rev().find_map(|columns| Some((columns, columns.first.line_of(record)?)));
        held.filter(|(columns, line)| *line < columns.row.len())
            .unwrap_or_else(|| beyond(RecordId::WHAT, record.number()))
    }

    /// The console's own id of the live record of a device; empty where there is none.
    #[must_use]
    pub fn live_id(&self, of_console: &ConsoleColumns, device: DeviceId) -> &str {
        let live = of_console.live.get(device).some().map(|record| self.locate(record));
        live.map_or("", |(columns, line)| columns.native_id.get(line))
    }

    /// The id by which a console knows a record: its own, else the serial number, else the row.
    #[must_use]
    pub fn id_of(&self, record: RecordId) -> Cow<'_, str> {
        let (columns, line) = self.locate(record);
        // Hardly any record is without an id of its own: for all others the serial number is a look at memory for nothing.
        let id = columns.native_id.get(line);
        if !id.is_empty() {
            return Cow::Borrowed(id);
        }
        match columns.serial.get(line) {
            "" => {
                let (label, _) = self.exports.get(*columns.export.get(line));
                Cow::Owned(format!("{label}:{}", columns.row.get(line)))
            }
            serial => Cow::Borrowed(serial),
        }
    }

    /// `console:id` of each record, each object once. Of more than [`MOST_OBJECTS`] the rest is counted in the last text.
    #[must_use]
    pub fn objects(&self, records: &[RecordId]) -> Vec<String> {
        let mut objects: Vec<String> = Vec::with_capacity(records.len().min(MOST_OBJECTS + 1));
        let mut known: HashSet<String> = HashSet::new();
        let mut more = 0_usize;
        for record in records {
            let console = self.locate(*record).0.console.as_str();
            let object = [console, ":", &self.id_of(*record)].concat();
            // Of a few a look at all is enough; a device may have many thousands.
            let few = records.len() <= FEW;
            let fresh = if few { !objects.contains(&object) } else { known.insert(object.clone()) };
            if fresh && objects.len() == MOST_OBJECTS {
                more += 1;
            } else if fresh {
                objects.push(object);
            }
        }
        if more > 0 {
            objects.push(format!("and {more} more"));
        }
        objects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_there_is_empty() {
        let (texts, times) = (Texts::<DeviceId>::default(), Times::<DeviceId>::default());
        assert_eq!((texts.get(DeviceId::new(3)), times.get(DeviceId::new(3))), ("", None));
    }

    #[test]
    #[should_panic(expected = "there is no device 1")]
    fn a_text_of_no_device_shows() {
        let texts: Texts<DeviceId> = Texts::of(vec![String::new()]);
        assert_eq!(texts.get(DeviceId::new(0)), "");
        let _ = texts.get(DeviceId::new(1));
    }

    #[test]
    #[should_panic(expected = "there is no device 1")]
    fn a_time_of_no_device_shows() {
        let times: Times<DeviceId> = [None].into_iter().collect();
        assert_eq!(times.get(DeviceId::new(0)), None);
        let _ = times.get(DeviceId::new(1));
    }
}
