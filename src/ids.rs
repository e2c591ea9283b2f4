//! Numbers with a type: what counts the lines of one table finds nothing in another.
//!
//! A number that is out of range is a mistake of the program. It ends the run instead of giving an empty cell, which nobody
//! would notice.

use std::fmt;

/// Defines a number.
macro_rules! number {
    ($($(#[$doc:meta])* $name:ident: $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

            /// All of them, below a count.
            pub fn all(count: u32) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
                (0..count).map(Self)
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
}

#[cold]
#[inline(never)]
fn beyond(what: &str, number: impl fmt::Display) -> ! {
    panic!("there is no {what} {number}")
}

/// A table with a line for each device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByDevice<T>(Vec<T>);

impl<T> ByDevice<T> {
    /// The same value for each of so many devices.
    #[must_use]
    pub fn filled(value: T, count: u32) -> Self
    where
        T: Clone,
    {
        Self(vec![value; count as usize])
    }

    /// Values in the order of devices.
    #[must_use]
    pub const fn of(values: Vec<T>) -> Self {
        Self(values)
    }

    /// A value for each of so many devices.
    #[must_use]
    pub fn made(count: u32, of: impl FnMut(DeviceId) -> T) -> Self {
        Self(DeviceId::all(count).map(of).collect())
    }

    /// Number of devices.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a device.
    #[must_use]
    pub fn get(&self, device: DeviceId) -> &T {
        self.0.get(device.index()).unwrap_or_else(|| beyond("device", device.number()))
    }

    /// The place of a device; none for no device.
    pub fn slot(&mut self, device: DeviceId) -> Option<&mut T> {
        let slot = self.0.get_mut(device.index());
        if slot.is_none() && device.is_some() {
            beyond("device", device.number());
        }
        slot
    }

    /// The values, in the order of devices.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The values, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// The devices and their values.
    pub fn numbered(&self) -> impl Iterator<Item = (DeviceId, &T)> {
        (0_u32..).map(DeviceId).zip(&self.0)
    }

    /// As a plain list.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The plain list.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<'a, T> IntoIterator for &'a ByDevice<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut ByDevice<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
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
    fn a_number_says_what_it_counts() {
        assert_eq!(format!("{:?} {:?}", DeviceId::new(3), DeviceId::NONE), "device 3 no device");
    }
}
