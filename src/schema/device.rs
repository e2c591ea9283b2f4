//! The columns of the device table: what rules may read.

use super::{Activity, Field, Identity, JoinType, Kind, Ownership, Platform, field};

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
    field("last_activity", Kind::Time, "newest activity in any console"),
    // The words are the consoles of the run.
    field("last_activity_console", Kind::Word(&[]), "the console that saw it"),
    field("days_inactive", Kind::Days, "days between the newest activity and as-of"),
    field("activity", Kind::Word(Activity::WORDS), "`active`, `stale` or `unknown` at as-of"),
    field("identity", Kind::Word(Identity::WORDS), "how sure it is that the records are one device"),
    field(
        "signals_complete",
        Kind::Flag,
        "true where no record in use of a loaded list may be the device, and every date was read; unknown otherwise",
    ),
    field(
        "signals_known",
        Kind::Flag,
        "true where every list that holds the device says when it was last seen, or that it never was; unknown otherwise",
    ),
    field(
        "record_days",
        Kind::Days,
        "days since the newest of its records was made, in a console that gives signs of activity",
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
        "directory_service",
        Kind::Flag,
        "whether it is a domain controller, or an account in AD that stands for a service and not for a computer",
    ),
    field("iot_edition", Kind::Flag, "whether it runs Windows IoT Enterprise"),
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
    field("stock_days", Kind::Count, "threshold: days a device may lie on the console_records"),
    field("as_of", Kind::Time, "the time at which everything is judged"),
];

/// Record columns beneath a column of the device table, beyond those that every run reads.
#[must_use]
pub fn beneath(name: &str) -> &'static [&'static str] {
    match name {
        "android_mode" => &["mode"],
        "server_os" => &["os"],
        _ => &[],
    }
}
