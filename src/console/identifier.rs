//! What identifies a device, and which columns of a console hold it.

use crate::schema::words;

words! {
    /// What an identifier is, in the order in which links are tried.
    Kind {
        /// The console's own id of the object: several rows of one object.
        Object = "object-id",
        /// Entra device id.
        EntraId = "entra-id",
        /// Intune device id.
        IntuneId = "intune-id",
        /// Autopilot id, as Entra names it.
        AutopilotId = "autopilot-id",
        /// objectGUID of an AD computer, which is the Entra device id of a hybrid joined device.
        ComputerId = "object-guid",
        /// Defender machine that took another's place.
        MergedId = "merged-into",
        /// Hardware serial number.
        Serial = "serial",
        /// IMEI or MEID.
        Radio = "imei",
        /// Hardware id that Entra stamps on the objects of one machine.
        HardwareId = "hardware-id",
        /// Host name, unique on both sides.
        Name = "name",
        /// Serial number with the `S` of its label in front, as scanners read it.
        ScannedSerial = "scanned-serial",
        /// Serial number that lost its leading zeros.
        ShortSerial = "short-serial",
    }
}

impl Kind {
    /// Whether the identifier was written by a console for this very purpose.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        !self.is_weak() && !matches!(self, Self::Serial | Self::Radio | Self::HardwareId)
    }

    /// Whether records that share it may be copies of one machine.
    #[must_use]
    pub const fn shows_copies(self) -> bool {
        matches!(
            self,
            Self::EntraId | Self::IntuneId | Self::AutopilotId | Self::Serial | Self::Radio | Self::HardwareId
        )
    }

    /// Whether it joins only where it is unique on both sides, and a person must look before anything is done.
    #[must_use]
    pub const fn is_weak(self) -> bool {
        matches!(self, Self::Name | Self::ScannedSerial | Self::ShortSerial)
    }

    /// The tier of a link by such an identifier.
    #[must_use]
    pub const fn tier(self) -> &'static str {
        if self.is_exact() {
            "exact"
        } else if self.is_weak() {
            "weak"
        } else {
            "strong"
        }
    }

    /// The bit of this kind in a set.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A column of a console that holds an identifier.
#[derive(Clone, Copy, Debug)]
pub struct Identifier {
    /// What the identifier is.
    pub kind: Kind,
    /// The record column.
    pub column: &'static str,
    /// Number of the console whose object it names, and the column there; nothing for its own.
    pub of: Option<(usize, &'static str)>,
    /// Only of hybrid joined devices is it one.
    pub hybrid: bool,
    /// The record that it names is the live one of its console.
    pub live: bool,
    /// Lists often lack it: it tells that a device is absent only where every row has it.
    pub sometimes: bool,
}
