//! The columns of a record: what one row of an export may say.

use super::{Field, JoinType, Kind, Ownership, Platform, field};

/// Canonical columns of a record: what format files may fill.
pub const RECORD: &[Field] = &[
    field("native_id", Kind::Text, "the console's own id of the object"),
    field("name", Kind::Text, "device name"),
    field("serial", Kind::Serial, "hardware serial number"),
    field("entra_id", Kind::Guid, "Entra device id (the registration id, not the object id)"),
    field("intune_id", Kind::Guid, "Intune device id that another console names"),
    field("ztdid", Kind::Guid, "Autopilot id that another console names"),
    field("imei", Kind::Imei, "IMEI of the first radio"),
    field("imei2", Kind::Imei, "IMEI of the second radio"),
    field("meid", Kind::Imei, "MEID"),
    field("platform", Kind::Word(Platform::WORDS), "operating system family"),
    field("os", Kind::Text, "operating system as written"),
    field("os_version", Kind::Text, "operating system version"),
    field("manufacturer", Kind::Text, "manufacturer as written"),
    field("model", Kind::Text, "model as written"),
    field("ownership", Kind::Word(Ownership::WORDS), "who owns the hardware"),
    field("join_type", Kind::Word(JoinType::WORDS), "how the device is known to Entra ID"),
    field("primary_user", Kind::Text, "primary user or owner"),
    field("last_seen", Kind::Time, "newest sign of life: check-in, sign-in or sync"),
    field("enrolled", Kind::Time, "enrolled, registered, first seen or added; never a sign of life"),
    field("state", Kind::State, "state of the object in its console"),
    field("enabled", Kind::Flag, "whether the account of the device is enabled"),
    field("compliance", Kind::State, "compliance state"),
    field("grace_until", Kind::Time, "end of the compliance grace period"),
    field("managed_by", Kind::State, "managing agent or authority"),
    field("encrypted", Kind::Flag, "whether the disk is encrypted"),
    field("supervised", Kind::Flag, "whether an Apple device is supervised"),
    field("certificate_expires", Kind::Time, "end of the management certificate"),
    field("pending", Kind::Flag, "hybrid object that was synchronised and never registered"),
    field("mode", Kind::State, "management mode of an Android device"),
    field("onboarding", Kind::State, "Defender onboarding state"),
    field("health", Kind::State, "Defender sensor health"),
    field("released", Kind::Time, "released from the organisation"),
    field("server", Kind::Text, "device management server assigned in Apple Business Manager"),
    field("assigned", Kind::Time, "assigned to that server"),
    field("updates_end", Kind::Time, "end of automatic updates of a Chrome device"),
    field("org_unit", Kind::Text, "organisational unit"),
    field("contacted", Kind::Time, "last contact with the enrolment service; not a sign of life"),
    field("profile", Kind::State, "state of the Autopilot profile"),
    field("group_tag", Kind::Text, "Autopilot group tag"),
    field("hardware_id", Kind::Text, "hardware id that Entra stamps on every object of one machine"),
    field(
        "profile_type",
        Kind::State,
        "kind of object: of Entra, e.g. `registereddevice`, `securevm`, `printer`, `shared`; of Google, e.g. `chromeosflex`",
    ),
    field("synced", Kind::Flag, "whether the Entra object is synchronised from AD"),
    field("enrollment", Kind::State, "how the device was enrolled, e.g. `applebulkwithuser`"),
    field("merged_into", Kind::Text, "Defender record that took this one's place"),
    field("excluded", Kind::Flag, "whether the record is excluded in Defender"),
    field("updated", Kind::Time, "the record was last changed; never a sign of life"),
    field("deleted", Kind::Flag, "whether the list marks the entry as removed from Apple Business Manager"),
    field("deprovision_reason", Kind::State, "why a Chrome device was deprovisioned"),
    field("license", Kind::State, "upgrade or licence of a Chrome device"),
    field("password_set", Kind::Time, "the AD computer set its password; not a sign of life"),
    field("volume", Kind::State, "volume of a BitLocker key: `os`, `fixed`, `removable`"),
    field("backed_up", Kind::Time, "a key or password was last backed up; not a sign of life"),
    field("rotates", Kind::Time, "a LAPS password is next due for rotation"),
    field("snapshot", Kind::Text, "which of several lists in one file the row is of, e.g. the id of a batch"),
    field("listed", Kind::Time, "when the list was made that the row is of; not a sign of life"),
    field("declared", Kind::Text, "number of rows that the list is said to have, on a row that is no device"),
    field("action_started", Kind::Time, "the retire, wipe or delete that is under way was asked for"),
];

/// Looks a record column up by name.
#[must_use]
pub fn record_field(name: &str) -> Option<&'static Field> {
    RECORD.iter().find(|f| f.name == name)
}
