//! Numbers with a type: what counts the lines of one table finds nothing in another.
//!
//! A number that is out of range is a mistake of the program. It ends the run instead of giving an empty cell, which nobody
//! would notice.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What finds a line in a table.
pub trait Place: Copy {
    /// What a line stands for.
    const WHAT: &'static str;

    /// The line that is counted in memory.
    fn at(line: usize) -> Self;

    /// As lists are counted.
    fn index(self) -> usize;
}

/// A line of a table whose lines have no number of a type of their own.
impl Place for usize {
    const WHAT: &'static str = "line";

    fn at(line: usize) -> Self {
        line
    }

    fn index(self) -> usize {
        self
    }
}

/// What counts the lines of a table.
pub trait Number: Place + PartialEq {
    /// None of them.
    const NONE: Self;

    /// The number of a line, as plain tables write it.
    fn new(number: u32) -> Self;

    /// As plain tables write it.
    fn number(self) -> u32;

    /// It, unless it is none.
    fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// A plain number, for what only one folder counts and hands to nobody.
impl Place for u32 {
    const WHAT: &'static str = "number";

    fn at(line: usize) -> Self {
        Self::try_from(line).unwrap_or_else(|_| beyond(Self::WHAT, line))
    }

    fn index(self) -> usize {
        self as usize
    }
}

impl Number for u32 {
    const NONE: Self = Self::MAX;

    fn new(number: u32) -> Self {
        number
    }

    fn number(self) -> u32 {
        self
    }
}

/// Defines a number. A column of them is, in memory, a column of plain numbers.
macro_rules! number {
    ($($(#[$doc:meta])* $name:ident: $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[repr(transparent)]
        pub struct $name(u32);

        impl $name {
            /// None of them. It stands where a table has a place for a number and there is none.
            pub const NONE: Self = Self(u32::MAX);

            /// The number of a line, as plain tables write it.
            #[must_use]
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// The number of a line that is counted in memory.
            #[must_use]
            pub fn at(index: usize) -> Self {
                u32::try_from(index).map_or_else(|_| beyond($what, index), Self)
            }

            /// As plain tables write it.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }

            /// As people count: from 1.
            #[must_use]
            pub const fn ordinal(self) -> u32 {
                self.0 + 1
            }

            /// As lists are counted.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// Whether it is one.
            #[must_use]
            pub const fn is_some(self) -> bool {
                self.0 != Self::NONE.0
            }

            /// It, unless it is none.
            #[must_use]
            pub fn some(self) -> Option<Self> {
                self.is_some().then_some(self)
            }

            /// The one that stands so many lines after this one.
            #[must_use]
            pub fn after(self, lines: usize) -> Self {
                Self::at(self.index() + lines)
            }

            /// This one and all that follow it.
            pub fn onwards(self) -> impl Iterator<Item = Self> {
                (self.0..).map(Self)
            }

            /// All of them, below a count.
            pub fn all(count: u32) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
                (0..count).map(Self)
            }
        }

        impl Place for $name {
            const WHAT: &'static str = $what;

            fn at(line: usize) -> Self {
                Self::at(line)
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl Number for $name {
            const NONE: Self = Self::NONE;

            fn new(number: u32) -> Self {
                Self(number)
            }

            fn number(self) -> u32 {
                self.0
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if self.is_some() { write!(f, "{} {}", $what, self.0) } else { write!(f, "no {}", $what) }
            }
        }
    )*};
}

number! {
    /// A device of the run, in the order of the keys.
    DeviceId: "device";
    /// A record of the run, counted through all consoles in the order of the registry. The records of one console follow one
    /// another; where one of them stands among those is its line, which has no type of its own.
    RecordId: "record";
    /// An export of the run, in the order of the labels.
    ExportId: "export";
    /// A step of the plans, device by device.
    StepId: "step";
    /// What steps say: each text once, so that a million steps have only its number.
    EntryId: "line of the guide";
    /// A playbook, in order of precedence.
    BookId: "playbook";
    /// A work package, in the order in which packages are shown.
    PackageId: "package";
    /// A batch, in the order in which batches are to be done.
    BatchId: "batch";
    /// A finding, in the order of rules and devices.
    FindingId: "finding";
    /// An exception, in the order of the file.
    ExceptionId: "exception";
    /// A question, in the order of rules and devices.
    QuestionId: "question";
    /// A device that is remembered of earlier runs, since no list of this one has it.
    PastId: "remembered device";
    /// A device as the run that is compared with counts it: its own first, then those that it remembers.
    EarlierId: "device of the earlier run";
    /// A pair of devices that have something in common, one of the earlier run and one of this.
    PairId: "pair of devices";
    /// An object of a console in one of two runs that are compared: those of its list first, then those that are remembered.
    ObjectId: "object";
    /// A reason that changes share.
    ReasonId: "reason";
    /// A text that lines of the ledger share.
    TextId: "text of the ledger";
    /// A decision about a device, in the order of the file.
    DecisionId: "decision";
    /// A decision about a package, in the order of the file.
    PackageDecisionId: "decision about a package";
}

impl RecordId {
    /// Where the record stands among those of which this one is the first.
    #[must_use]
    pub fn line_of(self, record: Self) -> Option<usize> {
        record.0.checked_sub(self.0).map(|line| line as usize)
    }
}

/// Ends the run: a number counts what is not there.
#[cold]
#[inline(never)]
pub fn beyond(what: &str, number: impl fmt::Display) -> ! {
    panic!("there is no {what} {number}")
}

/// A table with a line for each number of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct By<N, T>(Vec<T>, PhantomData<N>);

/// A table with a line for each device.
pub type ByDevice<T> = By<DeviceId, T>;

/// A table with a line for each record.
pub type ByRecord<T> = By<RecordId, T>;

impl<N, T> By<N, T> {
    /// Values in the order of the numbers.
    #[must_use]
    pub const fn of(values: Vec<T>) -> Self {
        Self(values, PhantomData)
    }

    /// Number of lines.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values, in the order of the numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The values, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// As a plain list.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// As a plain list, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }

    /// The plain list.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }

    /// Adds a line below the others.
    pub fn push(&mut self, value: T) {
        self.0.push(value);
    }
}

impl<N: Place, T> By<N, T> {
    /// The value of one.
    #[must_use]
    pub fn get(&self, one: N) -> &T {
        self.0.get(one.index()).unwrap_or_else(|| beyond(N::WHAT, one.index()))
    }

    /// The place of one that there is.
    pub fn get_mut(&mut self, one: N) -> &mut T {
        self.0.get_mut(one.index()).unwrap_or_else(|| beyond(N::WHAT, one.index()))
    }

    /// The values of those that follow one another.
    #[must_use]
    pub fn within(&self, span: &Range<N>) -> &[T] {
        self.0.get(span.start.index()..span.end.index()).unwrap_or_else(|| beyond(N::WHAT, span.end.index()))
    }
}

impl<N: Number, T> By<N, T> {
    /// The same value for each of so many.
    #[must_use]
    pub fn filled(value: T, count: u32) -> Self
    where
        T: Clone,
    {
        Self::of(vec![value; count as usize])
    }

    /// A value for each of so many.
    #[must_use]
    pub fn made(count: u32, of: impl FnMut(N) -> T) -> Self {
        Self::of((0..count).map(N::new).map(of).collect())
    }

    /// A table with as many lines as this one, the same value in each.
    #[must_use]
    pub fn beside<U: Clone>(&self, value: U) -> By<N, U> {
        By::of(vec![value; self.0.len()])
    }

    /// The number of lines, as numbers are counted.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or_else(|_| beyond(N::WHAT, self.0.len()))
    }

    /// The numbers of all lines.
    pub fn numbers(&self) -> impl DoubleEndedIterator<Item = N> + ExactSizeIterator + Clone + use<N, T> {
        (0..self.count()).map(N::new)
    }

    /// The value of one; none for none.
    #[must_use]
    pub fn find(&self, one: N) -> Option<&T> {
        (one != N::NONE).then(|| self.get(one))
    }

    /// The place of one; none for none.
    pub fn slot(&mut self, one: N) -> Option<&mut T> {
        let slot = self.0.get_mut(one.index());
        if slot.is_none() && one != N::NONE {
            beyond(N::WHAT, one.number());
        }
        slot
    }

    /// What one is given, in a table that has no lines while nothing is given to any.
    #[must_use]
    pub fn given(&self, one: N) -> Option<T>
    where
        T: Number,
    {
        let given = if self.is_empty() { T::NONE } else { *self.get(one) };
        (given != T::NONE).then_some(given)
    }

    /// The numbers and their values.
    pub fn numbered(&self) -> impl Iterator<Item = (N, &T)> {
        (0_u32..).map(N::new).zip(&self.0)
    }

    /// The lines with their numbers, to be changed.
    pub fn numbered_mut(&mut self) -> impl Iterator<Item = (N, &mut T)> {
        (0_u32..).map(N::new).zip(&mut self.0)
    }
}

impl<N, T> FromIterator<T> for By<N, T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::of(values.into_iter().collect())
    }
}

impl<N, T> Default for By<N, T> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<N, T> Extend<T> for By<N, T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl<N, T> IntoIterator for By<N, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, N, T> IntoIterator for &'a By<N, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, N, T> IntoIterator for &'a mut By<N, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_device_has_no_place() {
        let mut table = ByDevice::filled(0, 2);
        *table.slot(DeviceId::new(1)).unwrap() = 7;
        assert_eq!(table.slot(DeviceId::NONE), None);
        assert_eq!(table.as_slice(), [0, 7]);
        assert_eq!(*table.get(DeviceId::new(1)), 7);
    }

    #[test]
    #[should_panic(expected = "there is no device 2")]
    fn a_number_that_is_out_of_range_shows() {
        let mut table = ByDevice::filled(0, 2);
        let _ = table.slot(DeviceId::new(2));
    }

    #[test]
    #[should_panic(expected = "there is no device 5")]
    fn and_where_it_is_read() {
        let table = ByDevice::filled(0, 2);
        let _ = table.get(DeviceId::new(5));
    }

    #[test]
    fn what_is_given_to_none_takes_no_room() {
        let mut given: ByDevice<PackageId> = ByDevice::default();
        assert_eq!(given.given(DeviceId::new(9)), None, "nobody has one");
        given = ByDevice::of(vec![PackageId::new(4), PackageId::NONE]);
        assert_eq!([0, 1].map(|device| given.given(DeviceId::new(device))), [Some(PackageId::new(4)), None]);
        assert_eq!(given.find(DeviceId::NONE), None);
    }

    #[test]
    fn a_number_says_what_it_counts() {
        assert_eq!(format!("{:?} {:?}", DeviceId::new(3), DeviceId::NONE), "device 3 no device");
    }

    #[test]
    fn a_record_stands_at_a_line_of_its_console() {
        let first = RecordId::new(40);
        assert_eq!(first.line_of(first.after(2)), Some(2));
        assert_eq!(first.line_of(RecordId::new(39)), None, "it is of a console before");
        assert_eq!(first.onwards().nth(2), Some(RecordId::new(42)));
        let table = ByRecord::of((0..50).collect::<Vec<u32>>());
        assert_eq!(table.within(&(first..first.after(2))), [40, 41]);
    }

    #[test]
    #[should_panic(expected = "there is no record 51")]
    fn records_that_are_not_there_show() {
        let table = ByRecord::filled(0, 50);
        let _ = table.within(&(RecordId::new(49)..RecordId::new(51)));
    }
}
