//! The columns of the device table: what rules may read.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Activity, Console, Field, Identity, JoinType, Kind, Ownership, Platform, RECORD, field, record_field};

/// Columns of the device table that describe the device as a whole. Rules may use every one.
pub const DEVICE: &[Field] = &[
    field("device_key", Kind::Text, "stable key, derived from the strongest identifier"),
    field("name", Kind::Text, "device name of the console that knows best"),
    field("serial", Kind::Serial, "hardware serial number"),
    field("platform", Kind::Word(Platform::WORDS), "operating system family"),
    field("manufacturer", Kind::Text, "manufacturer as written"),
    field("model", Kind::Text, "model as written"),
    field("ownership", Kind::Word(Ownership::WORDS), "who owns the hardware; `unknown` where no console says"),
    field("join_type", Kind::Word(JoinType::WORDS), "how the device is known to Entra ID; `unknown` where not said"),
    field("primary_user", Kind::Text, "primary user or owner"),
    field("consoles", Kind::List, "consoles that hold a record of the device"),
    field("last_activity", Kind::Time, "newest sign of life in any console"),
    field("last_activity_console", Kind::Word(Console::WORDS), "the console that saw it"),
    field("days_inactive", Kind::Days, "days between the newest sign of life and as-of"),
    field("activity", Kind::Word(Activity::WORDS), "`active`, `stale` or `unknown` at as-of"),
    field("identity", Kind::Word(Identity::WORDS), "how sure it is that the records are one device"),
    field(
        "linkable",
        Kind::Flag,
        "true where no loaded console can know of it unseen: each could have joined it, and every date was read; unknown otherwise",
    ),
    field(
        "signals_known",
        Kind::Flag,
        "true where every list that holds the device says when it was last seen, or that it never was; unknown otherwise",
    ),
    field(
        "record_days",
        Kind::Days,
        "days since the newest of its records was made, in a console that gives signs of life",
    ),
    field(
        "intune_entra_listed",
        Kind::Flag,
        "whether Entra ID lists the device id that the newest Intune record names; unknown where it names none",
    ),
    field(
        "abm_server_used",
        Kind::Flag,
        "true where Intune lists at least half of the devices of the same Apple server, and more than one; unknown otherwise: the server may be another system's",
    ),
    field("owner_devices", Kind::Count, "Entra devices that have the same owner"),
    field("owner_stale", Kind::Count, "how many of those are stale"),
    field("owner_quota", Kind::Count, "threshold: devices of one owner"),
    field(
        "shared",
        Kind::Flag,
        "whether it is marked as used by several people, by its enrolment or by the configuration",
    ),
    field("teams_phone", Kind::Flag, "whether the configuration marks it as a Teams phone, room or panel"),
    field("vdi", Kind::Flag, "whether the configuration marks its name as that of a non-persistent desktop"),
    field(
        "userless",
        Kind::Flag,
        "whether nobody has to own it: shared, kiosk, Teams, Surface Hub, HoloLens, printer, or enrolled without a user",
    ),
    field("kiosk", Kind::Flag, "whether it is marked as a kiosk"),
    field("cloud_pc", Kind::Flag, "whether it is a Windows 365 Cloud PC"),
    field("session_host", Kind::Flag, "whether it is a session host of Azure Virtual Desktop"),
    field("virtual_machine", Kind::Flag, "whether model, manufacturer or serial number are those of a virtual machine"),
    field("surface_hub", Kind::Flag, "whether it is a Surface Hub"),
    field("hololens", Kind::Flag, "whether it is a HoloLens"),
    field("printer", Kind::Flag, "whether it is a printer of Universal Print"),
    field(
        "server_os",
        Kind::Flag,
        "whether it runs a server operating system; unknown where no console says what it runs",
    ),
    field("android_mode", Kind::State, "management mode of an Android device"),
    field("inactive_days", Kind::Count, "threshold: days after which a device is stale"),
    field("delete_days", Kind::Count, "threshold: days after which a stale device may be deleted"),
    field("sensor_days", Kind::Count, "threshold: days after which a Defender sensor is inactive"),
    field("pending_days", Kind::Count, "threshold: days a remote action may be pending"),
    field("stock_days", Kind::Count, "threshold: days a device may lie on the shelf"),
    field("as_of", Kind::Time, "the time at which everything is judged"),
];

/// A column that a console's records give to the device table.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The console.
    pub console: Console,
    /// Name of the column in the device table.
    pub name: &'static str,
    /// Record column it comes from, or how it is counted.
    pub from: From,
    /// What it means.
    pub meaning: &'static str,
}

/// Where a carried column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Value of the live record.
    Live(&'static str),
    /// Newest time among the records of the console.
    Newest(&'static str),
    /// Days between that newest time and as-of.
    Age(&'static str),
    /// Days between a time in the live record and as-of; negative where it lies ahead.
    LiveAge(&'static str),
    /// Number of records of the console; 0 where there is none.
    Count,
    /// Number of records where the column has the value; unknown where one of them lacks it.
    CountOf(&'static str, &'static str),
    /// Whether one of the records says so; unknown where none does and one lacks the value. False without records.
    Any(&'static str, &'static str),
    /// Whether all records have a value in the column; false without records.
    AllFilled(&'static str),
    /// Whether an export of the console with rows is there.
    Supplied,
    /// True where the console has no record and could have been joined, false where it has one, unknown otherwise.
    Absent,
}

impl From {
    /// The record column behind it.
    #[must_use]
    pub const fn record_column(self) -> Option<&'static str> {
        match self {
            Self::Count | Self::Supplied | Self::Absent => None,
            Self::Live(f)
            | Self::Newest(f)
            | Self::Age(f)
            | Self::LiveAge(f)
            | Self::CountOf(f, _)
            | Self::Any(f, _)
            | Self::AllFilled(f) => Some(f),
        }
    }
}

const fn carried(console: Console, name: &'static str, from: From, meaning: &'static str) -> Carried {
    Carried { console, name, from, meaning }
}

/// Columns of the device table that come from one console's records, under a name or with a meaning of their own.
///
/// The live record of a console is the one that Intune points at, else the one with the newest signal.
const NAMED: &[Carried] = &[
    carried(Console::Intune, "intune_count", From::Count, "Intune records of the device"),
    carried(Console::Intune, "intune_id", From::Live("native_id"), "Intune device id"),
    carried(Console::Intune, "intune_last_seen", From::Newest("last_seen"), "last check-in"),
    carried(Console::Intune, "intune_days", From::Age("last_seen"), "days since the last check-in"),
    carried(Console::Intune, "intune_entra_id", From::Live("entra_id"), "Entra device id that Intune names"),
    carried(Console::Intune, "intune_state", From::Live("state"), "management state, e.g. `managed`, `wipepending`"),
    carried(
        Console::Intune,
        "intune_compliance",
        From::Live("compliance"),
        "e.g. `compliant`, `noncompliant`, `ingraceperiod`",
    ),
    carried(
        Console::Intune,
        "intune_managed_by",
        From::Live("managed_by"),
        "managing agent, e.g. `intune`, `comanaged`, `configmgr`",
    ),
    carried(Console::Intune, "intune_encrypted", From::Live("encrypted"), "whether Intune says the disk is encrypted"),
    carried(
        Console::Intune,
        "intune_certificate_expires",
        From::Live("certificate_expires"),
        "end of the management certificate",
    ),
    carried(Console::Entra, "entra_count", From::Count, "Entra device objects of the device"),
    carried(Console::Entra, "entra_id", From::Live("native_id"), "object id of the live Entra record"),
    carried(
        Console::Entra,
        "entra_device_id",
        From::Live("entra_id"),
        "Entra device id of the live record; of a hybrid device the objectGUID in AD",
    ),
    carried(Console::Entra, "entra_last_seen", From::Newest("last_seen"), "approximate last sign-in"),
    carried(Console::Entra, "entra_days", From::Age("last_seen"), "days since the approximate last sign-in"),
    carried(Console::Entra, "entra_enabled", From::Live("enabled"), "whether the live Entra record is enabled"),
    carried(Console::Entra, "entra_any_enabled", From::Any("enabled", "true"), "whether an Entra record is enabled"),
    carried(
        Console::Entra,
        "entra_in_intune",
        From::Any("managed_by", "intune"),
        "whether an Entra record names Intune as its management",
    ),
    carried(Console::Entra, "entra_joined_count", From::CountOf("join_type", "joined"), "Entra joined records"),
    carried(Console::Entra, "entra_hybrid_count", From::CountOf("join_type", "hybrid"), "hybrid joined records"),
    carried(Console::Entra, "entra_registered_count", From::CountOf("join_type", "registered"), "registered records"),
    carried(Console::Autopilot, "autopilot_count", From::Count, "Autopilot identities of the device"),
    carried(
        Console::Autopilot,
        "autopilot_id",
        From::Live("native_id"),
        "Autopilot id; from the portal's file, the serial",
    ),
    carried(
        Console::Autopilot,
        "autopilot_last_seen",
        From::Newest("last_seen"),
        "always empty: Autopilot has no sign of life",
    ),
    carried(
        Console::Autopilot,
        "autopilot_state",
        From::Live("state"),
        "enrolment state, e.g. `enrolled`, `notcontacted`",
    ),
    carried(
        Console::Autopilot,
        "autopilot_contacted",
        From::Live("contacted"),
        "last contact with the enrolment service",
    ),
    carried(Console::Autopilot, "autopilot_intune_id", From::Live("intune_id"), "Intune id that Autopilot names"),
    carried(Console::Defender, "defender_count", From::Count, "Defender machines of the device"),
    carried(Console::Defender, "defender_id", From::Live("native_id"), "Defender machine id"),
    carried(
        Console::Defender,
        "defender_last_seen",
        From::Newest("last_seen"),
        "last device update of an onboarded machine",
    ),
    carried(Console::Defender, "defender_days", From::Age("last_seen"), "days since that update"),
    carried(Console::Defender, "defender_onboarding", From::Live("onboarding"), "onboarding state, e.g. `onboarded`"),
    carried(Console::Defender, "defender_health", From::Live("health"), "sensor health, e.g. `active`, `inactive`"),
    carried(Console::Abm, "abm_count", From::Count, "Apple Business Manager rows of the device"),
    carried(Console::Abm, "abm_id", From::Live("native_id"), "Apple device id, else the serial"),
    carried(Console::Abm, "abm_last_seen", From::Newest("last_seen"), "always empty: Apple says nothing of use"),
    carried(
        Console::Abm,
        "abm_all_released",
        From::AllFilled("released"),
        "whether every Apple row of the device is released",
    ),
    carried(Console::Abm, "abm_released", From::Live("released"), "release date of the current row"),
    carried(Console::Abm, "abm_server", From::Live("server"), "assigned device management server"),
    carried(Console::Ade, "ade_count", From::Count, "entries in Intune's Apple enrolment list"),
    carried(Console::Ade, "ade_id", From::Live("native_id"), "entry id, else the serial"),
    carried(
        Console::Ade,
        "ade_last_seen",
        From::Newest("last_seen"),
        "always empty: enrolment contact is no sign of life",
    ),
    carried(Console::Chrome, "chrome_count", From::Count, "Google Admin records of the device"),
    carried(Console::Chrome, "chrome_id", From::Live("native_id"), "Google device id, else the serial"),
    carried(
        Console::Chrome,
        "chrome_last_seen",
        From::Newest("last_seen"),
        "last policy sync, use or report, the newest",
    ),
    carried(Console::Chrome, "chrome_days", From::Age("last_seen"), "days since the last policy sync, use or report"),
    carried(Console::Chrome, "chrome_state", From::Live("state"), "e.g. `active`, `disabled`, `deprovisioned`"),
    carried(Console::Chrome, "chrome_updates_end", From::Live("updates_end"), "end of automatic updates"),
    carried(Console::GoogleMobile, "google_mobile_count", From::Count, "Google mobile records of the device"),
    carried(Console::GoogleMobile, "google_mobile_id", From::Live("native_id"), "Google resource id"),
    carried(Console::GoogleMobile, "google_mobile_last_seen", From::Newest("last_seen"), "last sync"),
    carried(Console::GoogleMobile, "google_mobile_state", From::Live("state"), "e.g. `approved`, `wiped`"),
    carried(Console::Ad, "ad_count", From::Count, "AD computer objects of the device"),
    carried(Console::Ad, "ad_id", From::Live("native_id"), "objectGUID, else the distinguished name"),
    carried(Console::Ad, "ad_last_seen", From::Newest("last_seen"), "last logon"),
    carried(Console::Ad, "ad_enabled", From::Live("enabled"), "whether the computer account is enabled"),
    carried(Console::Bitlocker, "bitlocker_count", From::Count, "recovery keys listed for the device"),
    carried(Console::Bitlocker, "bitlocker_id", From::Live("native_id"), "id of the newest key"),
    carried(
        Console::Bitlocker,
        "bitlocker_last_seen",
        From::Newest("last_seen"),
        "always empty: a key is no sign of life",
    ),
    carried(Console::Laps, "laps_count", From::Count, "LAPS entries listed for the device"),
    carried(Console::Laps, "laps_id", From::Live("native_id"), "id of the entry"),
    carried(Console::Laps, "laps_last_seen", From::Newest("last_seen"), "always empty: a backup is no sign of life"),
];

impl Carried {
    /// Type of the column in the device table.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.from {
            From::Live(source) | From::Newest(source) => record_field(source).map_or(Kind::Text, |f| f.kind),
            From::Age(_) | From::LiveAge(_) => Kind::Days,
            From::Count | From::CountOf(..) => Kind::Count,
            From::Any(..) | From::AllFilled(_) | From::Supplied | From::Absent => Kind::Flag,
        }
    }
}

/// Every column of the device table that comes from one console's records: those with a name of their own, and for each
/// console what is the same everywhere. A rule may ask for any record column of any console, whether a format fills it or
/// not, so that a new format needs no new code.
static CARRIED: LazyLock<Vec<Carried>> = LazyLock::new(|| {
    let mut all = NAMED.to_vec();
    for console in Console::ALL.iter().copied() {
        let prefix = console.column_prefix();
        let mut add = |suffix: &str, from: From, meaning: String| {
            let name = format!("{prefix}_{suffix}");
            if !all.iter().any(|c| c.name == name) {
                // Made once and kept for the life of the program, like the names above.
                all.push(carried(console, name.leak(), from, meaning.leak()));
            }
        };
        let title = console.title();
        add("supplied", From::Supplied, format!("whether an export of {title} with rows is there"));
        add(
            "absent",
            From::Absent,
            format!(
                "true where {title} has no record and could have been joined, or holds no such platform; false where it has one; unknown otherwise"
            ),
        );
        add("days", From::Age("last_seen"), format!("days since the newest sign of life in {title}"));
        for f in RECORD.iter().filter(|f| f.name != "last_seen") {
            add(f.name, From::Live(f.name), format!("{}, in the live record", f.meaning));
            if f.kind == Kind::Time {
                add(
                    &format!("{}_days", f.name),
                    From::LiveAge(f.name),
                    format!("days since then, negative if it lies ahead: {}", f.meaning),
                );
            }
        }
    }
    all
});

/// Every column of the device table that comes from one console's records.
#[must_use]
pub fn carried_columns() -> &'static [Carried] {
    &CARRIED
}

/// The column of that name, if it comes from one console's records.
#[must_use]
pub fn carried_column(name: &str) -> Option<&'static Carried> {
    static BY_NAME: LazyLock<HashMap<&str, &Carried>> = LazyLock::new(|| CARRIED.iter().map(|c| (c.name, c)).collect());
    BY_NAME.get(name).copied()
}

/// Record columns beneath a column of the device table, beyond those that every run reads.
#[must_use]
pub fn beneath(name: &str) -> &'static [&'static str] {
    match name {
        "android_mode" => &["mode"],
        "server_os" => &["os"],
        "abm_server_used" => &["server", "released"],
        _ => &[],
    }
}

/// Every column that a rule over devices may use.
#[must_use]
pub fn device_fields() -> &'static [Field] {
    static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
        let carried = CARRIED.iter().map(|c| field(c.name, c.kind(), c.meaning));
        DEVICE.iter().copied().chain(carried).collect()
    });
    &FIELDS
}

/// The device column of that name.
#[must_use]
pub fn device_field(name: &str) -> Option<&'static Field> {
    static BY_NAME: LazyLock<HashMap<&str, &Field>> =
        LazyLock::new(|| device_fields().iter().map(|f| (f.name, f)).collect());
    BY_NAME.get(name).copied()
}
