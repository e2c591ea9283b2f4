//! What the generator knows about a device before anything is written.
//!
//! The writers turn this into rows, the judge turns it into the expected findings. Neither reads the other's output.

/// Everything is judged at 2026-11-20 08:00:00 UTC. One Intune check-in lies exactly there, nothing lies after it.
pub(crate) const AS_OF: i64 = 1_795_161_600;
pub(super) const DAY: i64 = 86_400;

/// How a device is known to Entra ID.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    Joined,
    Hybrid,
    Registered,
}

/// What the thing is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Laptop,
    Desktop,
    Server,
    Virtual,
    Iphone,
    Ipad,
    Mac,
    AndroidManaged,
    AndroidDedicated,
    AndroidPersonal,
    Chromebook,
    /// A printer or camera that Defender found on the network.
    Thing,
}

impl Kind {
    pub(super) const fn is_windows(self) -> bool {
        matches!(self, Self::Laptop | Self::Desktop | Self::Server | Self::Virtual)
    }

    pub(super) const fn is_android(self) -> bool {
        matches!(self, Self::AndroidManaged | Self::AndroidDedicated | Self::AndroidPersonal)
    }

    pub(super) const fn is_apple(self) -> bool {
        matches!(self, Self::Iphone | Self::Ipad | Self::Mac)
    }
}

/// The hardware itself, as every console would describe it.
pub(super) struct Hardware {
    pub kind: Kind,
    pub maker: &'static str,
    pub model: &'static str,
    pub serial: String,
    pub imei: String,
    /// 48 bits.
    pub mac: u64,
    pub os_version: &'static str,
}

pub(super) struct Intune {
    pub id: u128,
    pub name: String,
    pub serial: String,
    pub enrolled: Option<i64>,
    pub seen: Option<i64>,
    /// `None` is written as the zero GUID.
    pub entra: Option<u128>,
    pub compliance: &'static str,
    pub managed_by: &'static str,
    pub personal: bool,
    pub state: &'static str,
    pub supervised: bool,
    pub encrypted: Option<bool>,
    pub join: Option<Join>,
    pub person: Option<u64>,
    pub certificate: Option<i64>,
}

impl Intune {
    /// Rows that a connector keeps, so that their check-in is not the device's own.
    pub(super) fn is_connector(&self) -> bool {
        matches!(self.managed_by, "ConfigMgr" | "Jamf" | "MDE")
    }

    /// Somebody has already asked for the device to leave.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.state, "RetirePending" | "RetireIssued" | "WipePending" | "WipeIssued" | "DeletePending")
    }
}

/// The column `registrationTime`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Registered {
    At(i64),
    Pending,
    Blank,
}

pub(super) struct Entra {
    pub object: u128,
    pub id: u128,
    pub name: String,
    pub enabled: bool,
    pub join: Join,
    pub mdm: &'static str,
    pub registered: Registered,
    pub seen: Option<i64>,
    pub person: Option<u64>,
    /// The column `systemLabels`.
    pub labels: &'static str,
}

impl Entra {
    pub(super) fn says_intune(&self) -> bool {
        self.mdm == "Microsoft Intune"
    }
}

pub(super) struct Autopilot {
    pub serial: String,
    pub tag: &'static str,
    pub status: &'static str,
}

pub(super) struct Defender {
    pub id: (u128, u32),
    pub name: String,
    /// `None` is written blank: such a row has nothing but its name.
    pub entra: Option<u128>,
    pub first: i64,
    pub seen: i64,
    pub onboarded: bool,
}

impl Defender {
    pub(super) const fn is_inactive(&self) -> bool {
        AS_OF - self.seen > 7 * DAY
    }
}

pub(super) struct Abm {
    /// As written, padding and case included.
    pub raw_serial: String,
    pub added: i64,
    pub released: Option<i64>,
    pub server: Option<(&'static str, i64)>,
}

pub(super) struct Chrome {
    pub id: u128,
    pub status: &'static str,
    pub seen: Option<i64>,
    /// Midnight of the day after which there are no more updates.
    pub expiry: i64,
    pub unit: &'static str,
    pub person: Option<u64>,
}

/// One device as far as its records can be joined.
pub(super) struct Device {
    pub case: &'static str,
    pub name: String,
    pub hardware: Hardware,
    pub person: Option<u64>,
    pub intune: Vec<Intune>,
    pub entra: Vec<Entra>,
    pub autopilot: Vec<Autopilot>,
    pub defender: Vec<Defender>,
    pub abm: Vec<Abm>,
    pub chrome: Vec<Chrome>,
    /// The device that this one really is, although no file proves it.
    pub really: Option<usize>,
}

impl Device {
    /// The Intune record with the newest check-in: the one that rules on an Intune state judge.
    pub(super) fn newest_intune(&self) -> Option<&Intune> {
        self.intune.iter().max_by_key(|record| record.seen)
    }
}

/// Older than `days` at [`AS_OF`].
pub(super) const fn older_than(time: i64, days: i64) -> bool {
    AS_OF - time > days * DAY
}
