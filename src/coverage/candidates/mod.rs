//! Which records of a console may be a device that seems to lack one there, and what tells the others apart.
//!
//! A device has no record in a console if its list is whole and none of its records may be the device. A record is another
//! device's if an identifier says so, if its device has a record in one of the device's own consoles, or if both sides say what
//! hardware they are, who enrolled them or what the machine calls itself, and say different things. What is not said tells
//! nothing apart.
//!
//! Devices are put into few patterns (consoles, platform, which facts are known); only patterns are compared with each other.
//! Whether a pattern that is not told apart has a record of the device's own facts is then looked up in a sorted list, so that
//! any number of devices of one model and one user costs a look each.

mod people;
mod rivals;
mod search;
mod traits;
mod twins;

#[cfg(test)]
mod tests;

pub(super) use people::account;
pub(super) use search::{Asked, Found, Search};
pub(super) use traits::{Traits, called, host};

/// What the absence of a record rests on, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Identifiers: every record that may be the device carries one that the device has too.
    Identifier,
    /// What tells the other records apart.
    Exclusion,
    /// A host name alone.
    Name,
}

/// Facts by which devices are compared, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Facts(u8);

impl Facts {
    pub(super) const NONE: Self = Self(0);
    pub(super) const MAKER: Self = Self(1);
    pub(super) const MODEL: Self = Self(2);
    pub(super) const USER: Self = Self(4);
    pub(super) const NAME: Self = Self(8);
    /// An identifier that does not join what has it. It tells nothing apart.
    pub(super) const IDENTIFIER: Self = Self(64);
    /// The name whoever gave it, and the account whatever it did with the device: both of them together tell whose twin a record is.
    pub(super) const CALLED: Self = Self(16);
    pub(super) const ACCOUNT: Self = Self(32);
    const ALL: [(Self, &'static str); 5] = [
        (Self::IDENTIFIER, "identifier"),
        (Self::MAKER, "manufacturer"),
        (Self::MODEL, "model"),
        (Self::USER.or(Self::ACCOUNT), "user"),
        (Self::NAME.or(Self::CALLED), "name"),
    ];

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What they are called.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(fact, _)| self.has(*fact)).map(|(_, word)| word)
    }
}
