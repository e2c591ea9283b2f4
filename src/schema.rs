//! The dictionary: every column that stands between two stages, with its type, unit and meaning.
//!
//! A stage knows the table before it and the table after it, nothing else, and both are described here. Format files,
//! rules and playbooks are checked against these tables when they are loaded; `lastseen fields`, the headers of the CSV
//! files and the rule compiler read them too, so that a column exists in one place only.

/// A closed list of words that appears in output, rules and playbooks under a fixed spelling.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word of the list, in the order in which output shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The spellings, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The spelling used everywhere: output, rules, playbooks.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The word behind a spelling, if it is one of the list.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// A system that lists devices, or a companion list about devices that another system holds.
    Console {
        /// Microsoft Intune managed devices.
        Intune = "intune",
        /// Microsoft Entra ID device objects.
        Entra = "entra",
        /// Windows Autopilot device identities.
        Autopilot = "autopilot",
        /// Microsoft Defender for Endpoint machines.
        Defender = "defender",
        /// Apple Business Manager and Apple School Manager.
        Abm = "abm",
        /// Intune's list of Apple automated device enrolment.
        Ade = "ade",
        /// ChromeOS devices of Google Admin.
        Chrome = "chrome",
        /// Mobile devices of Google Admin.
        GoogleMobile = "google-mobile",
        /// Computer objects of an on-premises Active Directory.
        Ad = "ad",
        /// Metadata of BitLocker recovery keys; describes devices, never makes one.
        Bitlocker = "bitlocker",
        /// Metadata of LAPS passwords; describes devices, never makes one.
        Laps = "laps",
    }
}

impl Console {
    /// Position in [`Console::ALL`], for bit sets and arrays.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The slug as part of a column name: `google-mobile` becomes `google_mobile`.
    #[must_use]
    pub const fn column_prefix(self) -> &'static str {
        match self {
            Self::GoogleMobile => "google_mobile",
            other => other.as_str(),
        }
    }

    /// The name that people know, for sentences.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Intune => "Intune",
            Self::Entra => "Entra ID",
            Self::Autopilot => "Windows Autopilot",
            Self::Defender => "Defender for Endpoint",
            Self::Abm => "Apple Business Manager",
            Self::Ade => "Apple enrolment list",
            Self::Chrome => "Google Admin (ChromeOS)",
            Self::GoogleMobile => "Google Admin (mobile)",
            Self::Ad => "Active Directory",
            Self::Bitlocker => "BitLocker key list",
            Self::Laps => "LAPS list",
        }
    }

    /// Whether a record of this console alone makes a device. Key lists only describe devices that others hold.
    #[must_use]
    pub const fn makes_devices(self) -> bool {
        !matches!(self, Self::Bitlocker | Self::Laps)
    }
}

words! {
    /// Operating system family.
    Platform {
        /// Windows, client or server.
        Windows = "windows",
        /// macOS.
        Macos = "macos",
        /// iOS and iPadOS.
        Ios = "ios",
        /// Android and AOSP.
        Android = "android",
        /// ChromeOS and ChromeOS Flex.
        Chromeos = "chromeos",
        /// Linux.
        Linux = "linux",
        /// None of the above, or not said.
        Other = "other",
    }
}

words! {
    /// Who owns the hardware, as far as a console says so.
    Ownership {
        /// The organisation's.
        Corporate = "corporate",
        /// The user's.
        Personal = "personal",
        /// Not said.
        Unknown = "unknown",
    }
}

words! {
    /// How the device is known to Entra ID.
    JoinType {
        /// Entra joined.
        Joined = "joined",
        /// Joined to AD and to Entra.
        Hybrid = "hybrid",
        /// Registered (a work account on somebody's device).
        Registered = "registered",
        /// In no directory.
        None = "none",
        /// Not said.
        Unknown = "unknown",
    }
}

words! {
    /// Sign of life of a device at the as-of time.
    Activity {
        /// A signal is newer than the inactivity threshold.
        Active = "active",
        /// Signals are known, and all are older than the threshold.
        Silent = "silent",
        /// No signal is known.
        Unknown = "unknown",
    }
}

words! {
    /// How sure it is that a device's records are the same physical thing.
    Identity {
        /// One record only: nothing was joined.
        Single = "single",
        /// Joined by identifiers that a console wrote for this very purpose.
        Exact = "exact",
        /// At least one record is held by a hardware number (serial, IMEI) alone.
        Strong = "strong",
        /// Held together by a name.
        Weak = "weak",
        /// Identifiers contradict each other; a person must look.
        Conflict = "conflict",
    }
}

words! {
    /// How much a finding matters.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Tidy up at leisure.
        Low = "low",
        /// Plan it.
        Medium = "medium",
        /// Do it soon.
        High = "high",
        /// Do it now.
        Critical = "critical",
    }
}

words! {
    /// How much a finding may be relied on; follows the identity of its device.
    Confidence {
        /// Rests on a name, or on a device in conflict.
        Low = "low",
        /// Rests on a hardware number.
        Medium = "medium",
        /// Rests on exact identifiers or on one console's own record.
        High = "high",
    }
}

words! {
    /// What became of a rule in a run.
    Outcome {
        /// Evaluated over every device.
        Ran = "ran",
        /// Not evaluated: an export it needs is missing, incomplete or implausibly small.
        DidNotRun = "did-not-run",
        /// Could not be evaluated: an error of the rule.
        Failed = "failed",
    }
}

words! {
    /// What becomes of a device once its plan is done. Given with `--intent`, or for one device in a decisions file.
    Purpose {
        /// It leaves for good: sold, scrapped, given away, lost.
        Dispose = "dispose",
        /// It stays and is set up again for somebody else.
        Reuse = "reuse",
        /// It goes to be repaired and comes back.
        Repair = "repair",
        /// Another device is exchanged for it.
        Replace = "replace",
    }
}

#[allow(clippy::derivable_impls, reason = "the macro derives the same for every list")]
impl Default for Purpose {
    fn default() -> Self {
        Self::Dispose
    }
}

words! {
    /// What people say about the plan of a device.
    Status {
        /// Nobody has begun.
        Open = "open",
        /// Somebody is at it.
        InProgress = "in-progress",
        /// Somebody says that it is done. The next export shows whether it is.
        Done = "done",
        /// Decided otherwise: the device stays as it is.
        Declined = "declined",
    }
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// GUID, lower case, no braces; the zero GUID is no value.
    Guid,
    /// Serial number, upper case, no blanks; placeholders are no value.
    Serial,
    /// IMEI on 14 digits, or a MEID.
    Imei,
    /// One word of a closed list.
    Word(&'static [&'static str]),
    /// Lower-case word of a console's own vocabulary; unknown ones are kept.
    State,
    /// True, false or unknown.
    Flag,
    /// Point in time, UTC, milliseconds.
    Time,
    /// Whole number.
    Count,
    /// Length of time in days, with fraction.
    Days,
    /// Several values joined with `|`.
    List,
}

impl Kind {
    /// Name of the type in `lastseen fields` and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Guid => "guid",
            Self::Serial => "serial",
            Self::Imei => "imei",
            Self::Word(_) => "word",
            Self::State => "state",
            Self::Flag => "flag",
            Self::Time => "time",
            Self::Count => "count",
            Self::Days => "days",
            Self::List => "list",
        }
    }

    /// What a cell is that is not of the type, for sentences: a cell is *no date*.
    #[must_use]
    pub const fn denied(self) -> &'static str {
        match self {
            Self::Guid => "no GUID",
            Self::Serial => "no serial number",
            Self::Imei => "no IMEI or MEID",
            Self::Time => "no date",
            Self::Flag => "neither true nor false",
            Self::Count | Self::Days => "no number",
            Self::Word(_) | Self::State => "no word",
            Self::Text | Self::List => "no text",
        }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Column name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// What it means; for times and lengths, of what.
    pub meaning: &'static str,
}

const fn field(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

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
];

/// Looks a record column up by name.
#[must_use]
pub fn record_field(name: &str) -> Option<&'static Field> {
    RECORD.iter().find(|f| f.name == name)
}

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
    field("days_silent", Kind::Days, "days between the newest sign of life and as-of"),
    field("activity", Kind::Word(Activity::WORDS), "`active`, `silent` or `unknown` at as-of"),
    field("identity", Kind::Word(Identity::WORDS), "how sure it is that the records are one device"),
    field(
        "linkable",
        Kind::Flag,
        "true where no loaded console can know of it unseen: each could have joined it, and every date was read; unknown otherwise",
    ),
    field(
        "intune_absent",
        Kind::Flag,
        "true where Intune has no record and could have been joined, false where it has one, unknown otherwise",
    ),
    field("android_mode", Kind::State, "management mode of an Android device"),
    field("inactive_days", Kind::Count, "threshold: days after which a device is silent"),
    field("delete_days", Kind::Count, "threshold: days after which a silent device may be deleted"),
    field("sensor_days", Kind::Count, "threshold: days after which a Defender sensor is silent"),
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
    /// Number of records of the console; 0 where there is none.
    Count,
    /// Number of records where the column has the value; unknown where one of them lacks it.
    CountOf(&'static str, &'static str),
    /// Whether one of the records says so; unknown where none does and one lacks the value. False without records.
    Any(&'static str, &'static str),
    /// Whether all records have a value in the column; false without records.
    AllFilled(&'static str),
}

impl From {
    /// The record column behind it.
    #[must_use]
    pub const fn record_column(self) -> Option<&'static str> {
        match self {
            Self::Count => None,
            Self::Live(f)
            | Self::Newest(f)
            | Self::Age(f)
            | Self::CountOf(f, _)
            | Self::Any(f, _)
            | Self::AllFilled(f) => Some(f),
        }
    }
}

const fn carried(console: Console, name: &'static str, from: From, meaning: &'static str) -> Carried {
    Carried { console, name, from, meaning }
}

/// Columns of the device table that come from one console's records.
///
/// The live record of a console is the one that Intune points at, else the one with the newest signal.
pub const CARRIED: &[Carried] = &[
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
    carried(Console::Chrome, "chrome_last_seen", From::Newest("last_seen"), "last policy sync"),
    carried(Console::Chrome, "chrome_days", From::Age("last_seen"), "days since the last policy sync"),
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
            From::Age(_) => Kind::Days,
            From::Count | From::CountOf(..) => Kind::Count,
            From::Any(..) | From::AllFilled(_) => Kind::Flag,
        }
    }
}

/// Every column that a rule over devices may use.
#[must_use]
pub fn device_fields() -> Vec<Field> {
    let carried = CARRIED.iter().map(|c| field(c.name, c.kind(), c.meaning));
    DEVICE.iter().copied().chain(carried).collect()
}

/// First columns of `devices.csv`: the device and its findings.
pub const DEVICES_CSV: &[&str] = &[
    "device_key",
    "name",
    "serial",
    "platform",
    "manufacturer",
    "model",
    "ownership",
    "join_type",
    "primary_user",
    "consoles",
    "last_activity",
    "last_activity_console",
    "days_silent",
    "activity",
    "identity",
    "findings",
    "highest_severity",
];

/// Header of `devices.csv`: the device, its findings, then each console's id and last-seen.
#[must_use]
pub fn devices_csv() -> Vec<String> {
    let per_console = Console::ALL.iter().flat_map(|c| {
        let prefix = c.column_prefix();
        [format!("{prefix}_id"), format!("{prefix}_last_seen")]
    });
    DEVICES_CSV.iter().map(ToString::to_string).chain(per_console).collect()
}

/// Columns of `records.csv`: one line per input row, none missing.
pub const RECORDS_CSV: &[Field] = &[
    field("console", Kind::Word(Console::WORDS), "console of the export"),
    field("export", Kind::Text, "file, archive member or sheet"),
    field("row", Kind::Count, "data row, from 1"),
    field("native_id", Kind::Text, "the console's own id of the object"),
    field("name", Kind::Text, "device name"),
    field("serial", Kind::Text, "serial number as compared; placeholders as written"),
    field("device_key", Kind::Text, "device the row belongs to; empty where the row was set aside"),
    field("joined_by", Kind::List, "identifiers by which the row is held to other rows of the device"),
    field("tier", Kind::Text, "strongest tier among them; empty where the row stands alone"),
    field("refused", Kind::Text, "links that were refused, or why the row was set aside"),
];

/// Columns of `findings.csv`.
pub const FINDINGS_CSV: &[Field] = &[
    field("finding_id", Kind::Text, "stable id of rule and device"),
    field("rule", Kind::Text, "rule that holds"),
    field("severity", Kind::Word(Severity::WORDS), "how much it matters"),
    field("confidence", Kind::Word(Confidence::WORDS), "how much it may be relied on"),
    field("device_key", Kind::Text, "device"),
    field("device_name", Kind::Text, "its name"),
    field("serial", Kind::Serial, "its serial number"),
    field("platform", Kind::Word(Platform::WORDS), "its platform"),
    field("ownership", Kind::Word(Ownership::WORDS), "its ownership"),
    field("join_type", Kind::Word(JoinType::WORDS), "its join type"),
    field("objects", Kind::List, "objects concerned, `console:native_id`"),
    field("evidence", Kind::Text, "the values that made the rule hold"),
    field("suggestion_id", Kind::Text, "suggestion that answers it"),
    field("status", Kind::Word(Status::WORDS), "`open`, or what was decided"),
];

/// Columns of `plan.csv`, in the order in which the steps are to be done.
pub const PLAN_CSV: &[Field] = &[
    field("suggestion_id", Kind::List, "suggestions that the plan answers"),
    field("device_key", Kind::Text, "device"),
    field("device_name", Kind::Text, "its name"),
    field("serial", Kind::Serial, "its serial number"),
    field("step", Kind::Text, "slug of the step"),
    field("action", Kind::Text, "what to do"),
    field("console", Kind::Text, "where to do it"),
    field("object_id", Kind::Text, "the one object it is done to"),
    field("role", Kind::Text, "least role that may do it"),
    field("irreversible", Kind::Flag, "cannot be undone"),
    field("wipes", Kind::Flag, "erases the device"),
    field("condition", Kind::Text, "what must be true first and cannot be known from files"),
    field("why", Kind::Text, "why the step is there, and what to beware of"),
];

/// Columns of `rules.csv`: every rule, also those that did not run or matched nothing.
pub const RULES_CSV: &[Field] = &[
    field("rule", Kind::Text, "rule id"),
    field("outcome", Kind::Word(Outcome::WORDS), "`ran`, `did-not-run` or `failed`"),
    field("reason", Kind::Text, "why it did not run"),
    field("matched", Kind::Count, "devices for which it holds"),
    field("unknown", Kind::Count, "devices for which it could not be known"),
    field("passed", Kind::Count, "devices for which it does not hold"),
    field("suppressed", Kind::Count, "matches hidden by an exception"),
];

/// Columns of `notices.csv`.
pub const NOTICES_CSV: &[Field] = &[
    field("code", Kind::Text, "kind of remark"),
    field("severity", Kind::Word(Severity::WORDS), "how much it matters"),
    field("export", Kind::Text, "file, archive member or sheet"),
    field("row", Kind::Count, "data row, from 1"),
    field("column", Kind::Text, "column as written in the export"),
    field("message", Kind::Text, "what was seen and what follows"),
];

/// The name nearest to a misspelt one, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names.map(|n| (distance(name, n), n)).filter(|(d, n)| *d <= n.len().max(name.len()) / 3 + 1).min().map(|(_, n)| n)
}

/// Edit distance by letters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = (corner + usize::from(x != *y)).min(left + 1).min(*above + 1);
            corner = *above;
            *above = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn column_names_are_unique() {
        let fields = device_fields();
        let names: BTreeSet<_> = fields.iter().map(|f| f.name).collect();
        assert_eq!(names.len(), fields.len());
        let records: BTreeSet<_> = RECORD.iter().map(|f| f.name).collect();
        assert_eq!(records.len(), RECORD.len());
    }

    #[test]
    fn every_console_gives_count_id_and_last_seen() {
        let names: Vec<_> = CARRIED.iter().map(|c| c.name).collect();
        for console in Console::ALL {
            for suffix in ["count", "id", "last_seen"] {
                let name = format!("{}_{suffix}", console.column_prefix());
                assert!(names.contains(&name.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn carried_columns_come_from_record_columns() {
        for carried in CARRIED {
            if let Some(f) = carried.from.record_column() {
                assert!(record_field(f).is_some(), "{}: {f}", carried.name);
            }
        }
    }

    #[test]
    fn nearest_names() {
        assert_eq!(nearest("serail", ["serial", "name"].into_iter()), Some("serial"));
        assert_eq!(nearest("zzzzzz", ["serial", "name"].into_iter()), None);
    }
}
