//! The consoles that ship, by name: for tests, and for the few facts of one console that are not data.
//!
//! What a stage needs to know of a console is a fact of its file. `tests/integration/named.rs` fails where code names one.

use super::Console;

#[allow(non_upper_case_globals, reason = "they were the words of a closed list")]
impl Console {
    /// Microsoft Intune managed devices.
    pub const Intune: Self = Self::shipped(0);
    /// Microsoft Entra ID device objects.
    pub const Entra: Self = Self::shipped(1);
    /// Windows Autopilot device identities.
    pub const Autopilot: Self = Self::shipped(2);
    /// Microsoft Defender for Endpoint machines.
    pub const Defender: Self = Self::shipped(3);
    /// Apple Business Manager and Apple School Manager.
    pub const Abm: Self = Self::shipped(4);
    /// Intune's list of Apple automated device enrolment.
    pub const Ade: Self = Self::shipped(5);
    /// ChromeOS devices of Google Admin.
    pub const Chrome: Self = Self::shipped(6);
    /// Mobile devices of Google Admin.
    pub const GoogleMobile: Self = Self::shipped(7);
    /// Computer objects of an on-premises Active Directory.
    pub const Ad: Self = Self::shipped(8);
    /// Metadata of BitLocker recovery keys; describes devices, never makes one.
    pub const Bitlocker: Self = Self::shipped(9);
    /// Metadata of LAPS passwords; describes devices, never makes one.
    pub const Laps: Self = Self::shipped(10);

    const fn shipped(number: u8) -> Self {
        Self { number, facts: None }
    }
}
