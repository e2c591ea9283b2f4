//! What the plan needs to know of a flagged device.

use std::collections::BTreeSet;

use crate::console::Console;
use crate::ids::{DeviceId, RecordId};
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform, words};

pub use crate::console::State;

words! {
    /// How an Android device is managed. Decides whether Intune's Delete retires it or erases it.
    AndroidMode {
        /// Corporate, fully managed.
        FullyManaged = "fully-managed": "Android: corporate, fully managed",
        /// Corporate, dedicated to one task.
        Dedicated = "dedicated": "Android: corporate, dedicated",
        /// Corporate, with a work profile.
        CorporateWorkProfile = "corporate-work-profile": "Android: corporate with a work profile",
        /// Personal, with a work profile.
        PersonalWorkProfile = "personal-work-profile": "Android: personal with a work profile",
        /// Device administrator, the old way.
        DeviceAdministrator = "device-administrator": "Android: device administrator",
        /// Android without Google services.
        Aosp = "aosp": "Android without Google services",
        /// Not said, or no Android.
        Unknown = "unknown": "not known how Android is managed",
    }
}

words! {
    /// What happens to the upgrade of a ChromeOS device when it goes. Playbooks write `licence-` before them.
    Licence {
        /// Paid by the year: returns to the pool.
        Annual = "annual": "its upgrade is paid by the year",
        /// Bought once for this device.
        Perpetual = "perpetual": "its upgrade was bought once, for this device",
        /// Came with the device.
        Bundled = "bundled": "its upgrade came with the device",
        /// Not said, or another console.
        Unknown = "unknown": "its console does not say which upgrade it has",
    }
}

/// One record of a device, as far as steps care.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// The console that holds it.
    pub console: Console,
    /// The record. Rows that are one object of the console share one.
    pub record: RecordId,
    /// Whether it is the live record of its console: the one Intune points at, else the one seen last.
    pub live: bool,
    /// Its state.
    pub state: State,
    /// Entra ID: carries an Autopilot stamp (ZTDID), or an Autopilot record names it.
    pub ztdid: bool,
    /// Entra ID: its join type.
    pub join: JoinType,
    /// Google: the kind of its upgrade.
    pub licence: Licence,
    /// Android: how this record says that it is managed, if it does.
    pub mode: AndroidMode,
    /// Intune: the row of a connector, not an enrolment.
    pub connector: bool,
    /// Intune: a row by which the device cannot be retired, wiped or deleted.
    pub without_actions: bool,
}

words! {
    /// What a finding asks for.
    StepIntent {
        /// The device leaves service.
        Remove = "remove": "a finding wants the device out of service",
        /// Only the named objects go.
        Objects = "objects": "findings want named records gone, none the whole device",
        /// Management is to be restored.
        Reconnect = "reconnect": "a finding wants it managed again, none wants it out of service",
        /// Nothing goes; somebody is to look.
        Review = "review": "findings only want somebody to look",
    }
}

/// What one finding asks of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What it asks for.
    pub intent: StepIntent,
    /// The rule, as numbered by the caller.
    pub rule: u16,
    /// The records that it names, in order. Only with [`StepIntent::Objects`] are they asked to go.
    pub objects: Vec<RecordId>,
}

/// One flagged device.
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The device.
    pub device: DeviceId,
    /// Operating system family, if known.
    pub platform: Option<Platform>,
    /// Who owns it.
    pub ownership: Ownership,
    /// How Entra ID knows it.
    pub join_type: JoinType,
    /// How sure it is that its records are one device.
    pub identity: Identity,
    /// Sign of life.
    pub activity: Activity,
    /// How Android is managed.
    pub mode: AndroidMode,
    /// Used by several people: kiosk, shared, meeting room.
    pub shared: bool,
    /// A Teams phone, panel, display or room system.
    pub teams: bool,
    /// Runs ChromeOS Flex.
    pub flex: bool,
    /// Runs a server operating system.
    pub server: bool,
    /// A virtual machine of any kind.
    pub virtual_device: bool,
    /// A Windows 365 Cloud PC.
    pub cloud_pc: bool,
    /// A session host of Azure Virtual Desktop.
    pub session_host: bool,
    /// A Surface Hub.
    pub surface_hub: bool,
    /// A `HoloLens`.
    pub hololens: bool,
    /// A domain controller, or an account in AD that stands for a service and not for a computer.
    pub directory_service: bool,
    /// Runs Windows `IoT` Enterprise.
    pub iot_edition: bool,
    /// What becomes of it.
    pub purpose: Disposition,
    /// Whether that was decided for this very device.
    pub decided: bool,
    /// Whether an earlier plan that takes it out of service was begun, and nothing saw it since.
    pub begun: bool,
    /// Somebody decided that it stays as it is.
    pub kept: bool,
    /// Whether an AD export was read that is complete enough for absence to count.
    pub ad_complete: bool,
    /// Whether an Autopilot list was read in which the device would have been found by its serial number.
    pub autopilot_proven: bool,
    /// Its records.
    pub objects: Vec<Object>,
    /// Its findings.
    pub claims: Vec<Claim>,
    /// The rules of those findings, as bits; see [`crate::plan::Playbooks::about`].
    pub about: u64,
}

impl Subject {
    /// Whether a finding asks for this. Of a device that stays by decision nothing is asked but a look, and one of which somebody
    /// decided that it leaves service, or began to take it out, leaves it, whatever the findings ask for; not while it is in use,
    /// since that may be older.
    #[must_use]
    pub fn asks(&self, intent: StepIntent) -> bool {
        let goes = match self.purpose {
            Disposition::Lost => true,
            Disposition::Dispose | Disposition::Replace => self.activity != Activity::Active,
            Disposition::Reuse | Disposition::Repair => false,
        };
        let leaves = intent == StepIntent::Remove && (self.decided || self.begun) && goes;
        (!self.kept || intent == StepIntent::Review) && self.claims.iter().any(|c| leaves || c.intent == intent)
    }

    /// Whether a finding names this record as one that is to go.
    #[must_use]
    pub fn names(&self, record: RecordId) -> bool {
        !self.kept
            && self.claims.iter().any(|c| c.intent == StepIntent::Objects && c.objects.binary_search(&record).is_ok())
    }

    /// Whether a finding of any kind is about this record.
    #[must_use]
    pub fn concerns(&self, record: RecordId) -> bool {
        !self.kept && self.claims.iter().any(|c| c.objects.binary_search(&record).is_ok())
    }

    /// Whether the only thing that was lost is its Defender sensor.
    #[must_use]
    pub fn lost_only_its_sensor(&self) -> bool {
        let lost: Vec<&Claim> = self.claims.iter().filter(|c| c.intent == StepIntent::Reconnect).collect();
        let sensors: BTreeSet<RecordId> =
            self.objects.iter().filter(|o| o.console.is_sensor()).map(|o| o.record).collect();
        let of_sensor = |record: &RecordId| sensors.contains(record);
        !lost.is_empty() && lost.iter().all(|c| !c.objects.is_empty() && c.objects.iter().all(of_sensor))
    }

    /// The records of one console.
    pub fn of(&self, console: Console) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |o| o.console == console)
    }
}
