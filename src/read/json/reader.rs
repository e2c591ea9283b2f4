//! Reads the cells of one element after another into buffers that are used again.

use super::flatten::{NO_PATH, Plan, Scalar, Sink, flatten};
use super::paths::Paths;
use super::{Element, PAGE_PREFIX, Page};

/// Items of one array beyond this many are passed over.
const MAX_ITEMS: usize = 65_536;
/// Stands between the values of an array.
const SEPARATOR: char = '|';

/// Reads elements of one list.
pub(crate) struct Reader<'a> {
    skip: &'a (dyn Fn(&str) -> bool + Sync),
    paths: Paths,
    /// By path number.
    actions: Vec<Action>,
    cells: Vec<Cell>,
    /// By slot: the path of the fact, for a `page …` column.
    fact_paths: Vec<Option<String>>,
    /// By slot: the fact of the current page.
    facts: Vec<Option<String>>,
    /// The number of the first element of the current page.
    page: Option<u32>,
    /// One for each array around the current value; those beyond `open` are spare.
    frames: Vec<Frame>,
    open: usize,
    secrets: Vec<Secret>,
    /// The secrets met in the current element.
    met: Vec<u32>,
    path: String,
}

/// A path whose values are never read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The path.
    pub(crate) path: String,
    /// In how many elements it held something.
    pub(crate) count: u64,
}

#[derive(Clone, Copy)]
enum Action {
    Nothing,
    Slot(u32),
    Secret(u32),
}

/// The text of one wanted path.
#[derive(Default)]
struct Cell {
    text: String,
    /// The rank of the value; none while there is no value.
    rank: Option<u8>,
    /// Whether the value was a number and not text.
    is_number: bool,
}

/// The values within one array.
#[derive(Default)]
struct Frame {
    /// How many items have ended.
    items: usize,
    /// One for each slot that got a value; those beyond `used` are spare.
    parts: Vec<Part>,
    used: usize,
}

/// The values of one slot within one array.
#[derive(Default)]
struct Part {
    slot: u32,
    text: String,
    /// The index of the item that gave the last value.
    last: usize,
}

impl<'a> Reader<'a> {
    /// A reader for these columns; each should stand there once. What `skip` accepts is secret: it is never copied,
    /// only counted.
    pub(crate) fn new(wanted: &[String], skip: &'a (dyn Fn(&str) -> bool + Sync)) -> Self {
        let mut reader = Self {
            skip,
            paths: Paths::new(),
            actions: Vec::new(),
            cells: Vec::new(),
            fact_paths: Vec::new(),
            facts: Vec::new(),
            page: None,
            frames: Vec::new(),
            open: 0,
            secrets: Vec::new(),
            met: Vec::new(),
            path: String::new(),
        };
        for (slot, path) in (0..).zip(wanted) {
            reader.cells.push(Cell::default());
            reader.facts.push(None);
            let fact = path.strip_prefix(PAGE_PREFIX).filter(|_| !skip(path)).filter(|fact| !skip(fact));
            reader.fact_paths.push(fact.map(str::to_owned));
            reader.action(path, Action::Slot(slot));
        }
        reader
    }

    /// Reads one element of the list with the facts of its page.
    ///
    /// # Errors
    /// Says what is wrong with the element; all its cells are empty then.
    pub(crate) fn read(&mut self, text: &str, element: &Element<'_>) -> Result<(), String> {
        if self.page != Some(element.page.first) {
            self.set_page(element.page);
        }
        self.read_element(element.text(text))
    }

    /// The elements to come stand on this page.
    pub(crate) fn set_page(&mut self, page: &Page) {
        self.page = Some(page.first);
        for (fact, path) in self.facts.iter_mut().zip(&self.fact_paths) {
            *fact = path
                .as_ref()
                .and_then(|path| page.facts.iter().find(|known| known.0 == *path).map(|known| known.1.clone()));
        }
    }

    /// Reads the text of one element; facts stay as they are.
    ///
    /// # Errors
    /// Says what is wrong with the element; all its cells are empty then.
    pub(crate) fn read_element(&mut self, text: &str) -> Result<(), String> {
        self.clear();
        self.paths.restart();
        let mut path = std::mem::take(&mut self.path);
        let result = flatten(text, &mut path, self);
        self.path = path;
        if result.is_err() {
            self.clear();
        }
        self.met.sort_unstable();
        self.met.dedup();
        for secret in self.met.drain(..) {
            if let Some(secret) = self.secrets.get_mut(secret as usize) {
                secret.count += 1;
            }
        }
        result
    }

    /// The text of a wanted column, by its index.
    pub(crate) fn cell(&self, slot: usize) -> Option<&str> {
        let cell = self.cells.get(slot).filter(|cell| cell.rank.is_some());
        match cell {
            Some(cell) => Some(&cell.text),
            None => self.facts.get(slot)?.as_deref(),
        }
    }

    /// Whether the value of a wanted column was a number, by its index.
    pub(crate) fn is_number(&self, slot: usize) -> bool {
        self.cells.get(slot).is_some_and(|cell| cell.rank.is_some() && cell.is_number)
    }

    /// The secrets of all elements read, in the order of first appearance.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.iter().filter(|secret| secret.count > 0)
    }

    fn clear(&mut self) {
        self.open = 0;
        self.met.clear();
        for cell in &mut self.cells {
            cell.rank = None;
        }
    }

    /// What to do at a path. The first time it is met, it gets the action given, or becomes a secret.
    fn action(&mut self, path: &str, first: Action) -> Option<Action> {
        let (id, new) = self.paths.find(path)?;
        if new {
            let action = if (self.skip)(path) {
                self.secrets.push(Secret { path: path.to_owned(), count: 0 });
                u32::try_from(self.secrets.len() - 1).map_or(Action::Nothing, Action::Secret)
            } else {
                first
            };
            self.actions.push(action);
        }
        self.actions.get(id as usize).copied()
    }

    /// Gives a value to the innermost array, or to the cell.
    fn put(&mut self, slot: u32, rank: u8, value: Scalar<'_>) {
        if self.open > 0 {
            if let Some(frame) = self.frames.get_mut(self.open - 1) {
                frame.put(slot, value);
            }
        } else if let Some(cell) = self.cells.get_mut(slot as usize)
            && cell.rank.is_none_or(|known| rank < known)
        {
            cell.rank = Some(rank);
            cell.is_number = matches!(value, Scalar::Unsigned(_) | Scalar::Signed(_) | Scalar::Float(_));
            cell.text.clear();
            value.write(&mut cell.text);
        }
    }
}

impl Frame {
    fn put(&mut self, slot: u32, value: Scalar<'_>) {
        if self.items >= MAX_ITEMS {
            return;
        }
        let used = self.parts.get(..self.used).unwrap_or_default();
        let known = used.iter().position(|part| part.slot == slot);
        let index = known.unwrap_or(self.used);
        if index >= self.parts.len() {
            self.parts.push(Part::default());
        }
        let Some(part) = self.parts.get_mut(index) else { return };
        if known.is_none() {
            self.used += 1;
            part.slot = slot;
            part.last = 0;
            part.text.clear();
        } else if part.last == self.items {
            // An item gives one value for each path.
            return;
        }
        part.pad(self.items);
        value.write(&mut part.text);
    }
}

impl Part {
    /// Adds empty values up to the item with this index.
    fn pad(&mut self, item: usize) {
        self.text.extend(std::iter::repeat_n(SEPARATOR, item.saturating_sub(self.last)));
        self.last = item;
    }
}

impl Sink for Reader<'_> {
    fn plan(&mut self, path: &str) -> Plan {
        match self.action(path, Action::Nothing) {
            Some(Action::Slot(slot)) => Plan::Take(slot),
            Some(Action::Nothing) => Plan::Take(NO_PATH),
            Some(Action::Secret(secret)) => Plan::Secret(secret),
            None => Plan::Drop,
        }
    }

    fn scalar(&mut self, id: u32, rank: u8, value: Scalar<'_>) {
        if id != NO_PATH {
            self.put(id, rank, value);
        }
    }

    fn null(&mut self, _: u32) {}

    fn open(&mut self) {
        if self.frames.len() == self.open {
            self.frames.push(Frame::default());
        }
        if let Some(frame) = self.frames.get_mut(self.open) {
            (frame.items, frame.used) = (0, 0);
        }
        self.open += 1;
    }

    fn item(&mut self) {
        if let Some(frame) = self.open.checked_sub(1).and_then(|index| self.frames.get_mut(index)) {
            frame.items += 1;
        }
    }

    fn close(&mut self, _: u32, rank: u8, items: usize) {
        self.open = self.open.saturating_sub(1);
        let Some(frame) = self.frames.get_mut(self.open) else { return };
        // The frame is put back below: values move outwards while it is not in the way.
        let mut frame = std::mem::take(frame);
        for part in frame.parts.iter_mut().take(frame.used) {
            part.pad(items.min(MAX_ITEMS).saturating_sub(1));
            self.put(part.slot, rank, Scalar::Text(&part.text));
        }
        if let Some(place) = self.frames.get_mut(self.open) {
            *place = frame;
        }
    }

    fn secret(&mut self, id: u32) {
        self.met.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use super::*;

    #[test]
    fn secrets_are_counted_and_never_copied() {
        let text = r#"[{"id":1,"password":"p","k":[{"key":"a"},{"key":"b"}]},{"id":2,"password":null,"laps":{"x":1}},
        {"id":3,"password":"q"},{"password":"r","id":oops}]"#;
        let lists = outline(text).unwrap();
        let wanted: Vec<String> = ["id", "password", "k.key", "laps.x"].map(str::to_owned).into();
        let skip = |path: &str| ["password", "k.key", "laps"].contains(&path);
        let mut reader = Reader::new(&wanted, &skip);
        for element in lists[0].elements(0..4) {
            let read = reader.read(text, &element);
            assert_eq!(read.is_err(), element.number == 4);
            assert!((1..4).all(|slot| reader.cell(slot).is_none()));
            assert_eq!(reader.cell(0).is_some(), read.is_ok());
        }
        let secrets: Vec<_> = reader.secrets().map(|secret| (secret.path.as_str(), secret.count)).collect();
        assert_eq!(secrets, [("password", 2), ("k.key", 1), ("laps", 1)]);
    }
}
