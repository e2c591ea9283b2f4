//! The words that conditions in playbooks are made of, and the bits behind them.
//!
//! Each word is one bit, of the device or of the object at hand, so that a condition is a few comparisons of masks.

use crate::console::{MOST, Registry, Said};
use crate::plan::subject::{Object, State, StepIntent, Subject};
use crate::schema::{Disposition, Identity, JoinType, Platform};

/// One word and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The word.
    pub word: &'static str,
    /// When it is true.
    pub meaning: &'static str,
}

const fn fact(word: &'static str, meaning: &'static str) -> Fact {
    Fact { word, meaning }
}

// Where each group of device words starts. Within a group the words stand in the order of their enum.
const PLATFORM: usize = 0;
const OWNERSHIP: usize = PLATFORM + 8;
const JOIN: usize = OWNERSHIP + 3;
const ACTIVITY: usize = JOIN + 5;
const MODE: usize = ACTIVITY + 3;
const INTENT: usize = MODE + 7;
const OTHER: usize = INTENT + 4;

/// Words about the device. Beside them, for each console, `in-` and `goes-` with its slug: it holds a record of the device;
/// a record of it there is asked to go, and is not final. And the words that the files of consoles give themselves.
pub const DEVICE_FACTS: &[Fact] = &[
    fact("windows", "runs Windows"),
    fact("macos", "runs macOS"),
    fact("ios", "runs iOS or iPadOS"),
    fact("android", "runs Android or AOSP"),
    fact("chromeos", "runs ChromeOS"),
    fact("linux", "runs Linux"),
    fact("other-platform", "runs something else"),
    fact("unknown-platform", "no console says what it runs"),
    fact("corporate", "belongs to the organisation"),
    fact("personal", "belongs to its user"),
    fact("unknown-owner", "no console says whose it is"),
    fact("joined", "Entra joined"),
    fact("hybrid", "joined to AD and to Entra"),
    fact("registered", "registered in Entra"),
    fact("no-join", "in no directory"),
    fact("unknown-join", "no console says how it is joined"),
    fact("active", "a sign of activity is newer than the inactivity threshold"),
    fact("stale", "every known sign of activity is older"),
    fact("unknown-activity", "no activity is known"),
    fact("fully-managed", "Android: corporate, fully managed"),
    fact("dedicated", "Android: corporate, dedicated"),
    fact("corporate-work-profile", "Android: corporate with a work profile"),
    fact("personal-work-profile", "Android: personal with a work profile"),
    fact("device-administrator", "Android: device administrator"),
    fact("aosp", "Android without Google services"),
    fact("unknown-mode", "not known how Android is managed"),
    fact("remove", "a finding wants the device out of service"),
    fact("objects", "findings want named records gone, none the whole device"),
    fact("reconnect", "a finding wants it managed again, none wants it out of service"),
    fact("review", "findings only want somebody to look"),
    fact("unsure", "its records may not be one device: linked by name alone, or contradicting"),
    fact("shared", "several people use it"),
    fact("autopilot-registered", "in Autopilot, or an Entra record carries an Autopilot stamp"),
    fact("stamped", "an Entra record is known to carry the Autopilot stamp"),
    fact("ad-gone", "hybrid, and a complete AD export holds no computer object"),
    fact("live-goes", "the live record of a console is asked to go"),
    fact("autopilot-unproven", "Windows, and no Autopilot list tells that it is not registered there"),
    fact("dispose", "leaves for good"),
    fact("reuse", "is set up again for somebody else"),
    fact("repair", "goes to be repaired and comes back"),
    fact("replace", "another device is exchanged for it"),
    fact("lost", "it or a live record of it is to go, and nobody can find it"),
    fact("teams", "a Teams phone, panel, display or room system"),
    fact("flex", "runs ChromeOS Flex"),
    fact("kept", "somebody decided that it stays as it is"),
    fact("lost-sensor", "nothing was lost but the Defender sensor"),
    fact("server", "runs a server operating system"),
    fact("virtual", "a virtual machine of any kind"),
    fact("cloud-pc", "a Windows 365 Cloud PC"),
    fact("session-host", "a session host of Azure Virtual Desktop"),
    fact("surface-hub", "a Surface Hub"),
    fact("hololens", "a HoloLens"),
    fact("decided", "somebody decided what becomes of this very device"),
    fact("action-under-way", "a retire, wipe or delete of a record of it is pending or has failed"),
    fact(
        "directory-service",
        "a domain controller, or an account in AD that stands for a service and not for a computer",
    ),
    fact("iot-edition", "runs Windows IoT Enterprise, as meeting room systems, kiosks and terminals do"),
];

const UNSURE: usize = OTHER;
const SHARED: usize = OTHER + 1;
const AUTOPILOT_REGISTERED: usize = OTHER + 2;
const STAMPED: usize = OTHER + 3;
const AD_GONE: usize = OTHER + 4;
const LIVE_GOES: usize = OTHER + 5;
const AUTOPILOT_UNPROVEN: usize = OTHER + 6;
const PURPOSE: usize = OTHER + 7;
const TEAMS: usize = PURPOSE + 5;
const FLEX: usize = PURPOSE + 6;
const KEPT: usize = PURPOSE + 7;
const LOST_SENSOR: usize = PURPOSE + 8;
const SERVER: usize = PURPOSE + 9;
const VIRTUAL: usize = PURPOSE + 10;
const CLOUD_PC: usize = PURPOSE + 11;
const SESSION_HOST: usize = PURPOSE + 12;
const SURFACE_HUB: usize = PURPOSE + 13;
const HOLOLENS: usize = PURPOSE + 14;
const DECIDED: usize = PURPOSE + 15;
const UNDER_WAY: usize = PURPOSE + 16;
const DIRECTORY_SERVICE: usize = PURPOSE + 17;
const IOT_EDITION: usize = PURPOSE + 18;
/// Consoles that hold the device.
const IN: usize = IOT_EDITION + 1;
/// Consoles a record of which is asked to go.
const GOES: usize = IN + MOST;
/// Words that consoles' own files give.
const OWN: usize = GOES + MOST;

/// Words about the object that a step acts on. False for a step on the device as a whole.
pub const OBJECT_FACTS: &[Fact] = &[
    fact("state-unknown", "its state is not known"),
    fact("state-managed", "Intune manages it"),
    fact("state-leaving", "Intune's retire, wipe or delete is pending or issued"),
    fact("state-failed", "Intune's retire, wipe or delete failed"),
    fact("state-enabled", "enabled"),
    fact("state-disabled", "disabled"),
    fact("state-active", "active in Defender or Google"),
    fact("state-inactive", "inactive in Defender"),
    fact("state-not-onboarded", "not onboarded in Defender"),
    fact("state-assigned", "assigned to a management server in Apple Business Manager"),
    fact("state-unassigned", "assigned to no management server"),
    fact("state-released", "released in Apple Business Manager"),
    fact("state-lost", "lost or stolen by the asset register"),
    fact("state-deprovisioned", "deprovisioned in Google"),
    fact("state-pre-provisioned", "pre-provisioned in Google"),
    fact("state-approved", "approved in Google"),
    fact("state-blocked", "blocked in Google"),
    fact("state-wiped", "wiped in Google"),
    fact("state-other", "in another state"),
    fact("live", "the live record of its console"),
    fact("older", "not the live record of its console"),
    fact("asked", "asked to go: named by a finding, or the whole device leaves"),
    fact("named", "named by a finding as one that is to go"),
    fact("ztdid", "carries the Autopilot stamp"),
    fact("object-joined", "an Entra joined record"),
    fact("object-hybrid", "a hybrid joined record"),
    fact("object-registered", "a registered record"),
    fact("licence-annual", "Google: its upgrade is paid by the year"),
    fact("licence-perpetual", "Google: its upgrade was bought once, for this device"),
    fact("licence-bundled", "Google: its upgrade came with the device"),
    fact("licence-unknown", "Google does not say which upgrade it has"),
    fact("connector", "Intune: the row of a connector, not an enrolment"),
    fact("without-actions", "Intune: a row by which the device cannot be retired, wiped or deleted"),
    fact("concerned", "a finding is about it"),
];

const LIVE: usize = State::ALL.len();
const OLDER: usize = LIVE + 1;
/// Bit of an object that a plan may act on.
pub(super) const ASKED: u64 = object_bit(LIVE + 2);
const NAMED: usize = LIVE + 3;
const ZTDID: usize = LIVE + 4;
const OBJECT_JOIN: usize = LIVE + 5;
const LICENCE: usize = OBJECT_JOIN + 3;
const CONNECTOR: usize = LICENCE + 4;
const WITHOUT_ACTIONS: usize = CONNECTOR + 1;
const CONCERNED_AT: usize = WITHOUT_ACTIONS + 1;
/// Bit of an object that a finding is about.
pub(super) const CONCERNED: u64 = object_bit(CONCERNED_AT);
/// Where the bits of the rules begin that playbooks speak of. They stand beside those of every object, and alone where a
/// step is done to the device as a whole.
const ABOUT: usize = CONCERNED_AT + 1;
/// Rules that playbooks may speak of.
pub(super) const MOST_ABOUT: usize = 64 - ABOUT;
/// Bits of those rules.
pub(super) const ABOUT_BITS: u64 = u64::MAX << ABOUT;
/// Whether no device has all of these bits: each has one platform, one owner, one join type and so on.
pub(super) const fn contradict(bits: DeviceBits) -> bool {
    const fn among(from: usize, to: usize) -> DeviceBits {
        ((1 << (to - from)) - 1) << from
    }
    (bits & among(PLATFORM, OWNERSHIP)).count_ones() > 1
        || (bits & among(OWNERSHIP, JOIN)).count_ones() > 1
        || (bits & among(JOIN, ACTIVITY)).count_ones() > 1
        || (bits & among(ACTIVITY, MODE)).count_ones() > 1
        || (bits & among(MODE, INTENT)).count_ones() > 1
        || (bits & among(PURPOSE, TEAMS)).count_ones() > 1
        // Where the whole device is to go nothing else is asked, and where only a look is asked nothing is.
        || bits & bit(INTENT) != 0 && bits & among(INTENT + 1, OTHER) != 0
        || bits & bit(INTENT + 3) != 0 && bits & among(INTENT, INTENT + 3) != 0
}
/// Bit of a device that is in use.
pub(super) const ACTIVE: DeviceBits = bit(ACTIVITY);
/// Bit of a device that nobody can find.
pub(super) const LOST: DeviceBits = bit(PURPOSE + Disposition::Lost as usize);
/// Bit of a device about which somebody decided by itself.
pub(super) const DECIDED_ONE: DeviceBits = bit(DECIDED);
/// Bit of an object that is not the live one.
pub(super) const OLDER_ONE: u64 = object_bit(OLDER);

/// Bits of a device. There are more words about it than an object needs.
pub(super) type DeviceBits = u128;

const fn bit(position: usize) -> DeviceBits {
    1 << position
}

const fn flag(position: usize, holds: bool) -> DeviceBits {
    (holds as DeviceBits) << position
}

const fn object_bit(position: usize) -> u64 {
    1 << position
}

const fn object_flag(position: usize, holds: bool) -> u64 {
    (holds as u64) << position
}

/// Bits of one object.
pub(super) fn of_object(subject: &Subject, object: &Object) -> u64 {
    let named = subject.names(object.record);
    let asked = named || subject.asks(StepIntent::Remove);
    let join = match object.join {
        JoinType::Joined | JoinType::Hybrid | JoinType::Registered => object_bit(OBJECT_JOIN + object.join as usize),
        JoinType::None | JoinType::Unknown => 0,
    };
    object_bit(object.state as usize)
        | object_bit(if object.live { LIVE } else { OLDER })
        | if asked { ASKED } else { 0 }
        | object_flag(NAMED, named)
        | object_flag(ZTDID, object.ztdid)
        | join
        | object_bit(LICENCE + object.licence as usize)
        | object_flag(CONNECTOR, object.connector)
        | object_flag(WITHOUT_ACTIONS, object.without_actions)
        | object_flag(CONCERNED_AT, subject.concerns(object.record))
        | subject.about
}

/// Bits of a device.
pub(super) fn of_device(subject: &Subject) -> DeviceBits {
    let remove = subject.asks(StepIntent::Remove);
    let objects = subject.asks(StepIntent::Objects) && !remove;
    let reconnect = subject.asks(StepIntent::Reconnect) && !remove;
    // What was decided for everything that leaves says nothing of a device that keeps its live records: nobody has lost that.
    let leaves = remove || subject.objects.iter().any(|object| object.live && subject.names(object.record));
    let purpose = match subject.purpose {
        Disposition::Lost if !leaves => Disposition::Dispose,
        other => other,
    };
    let unsure = matches!(subject.identity, Identity::Weak | Identity::Conflict);
    bit(PLATFORM + subject.platform.map_or(Platform::ALL.len(), |p| p as usize))
        | bit(OWNERSHIP + subject.ownership as usize)
        | bit(JOIN + subject.join_type as usize)
        | bit(ACTIVITY + subject.activity as usize)
        | bit(MODE + subject.mode as usize)
        | flag(INTENT, remove)
        | flag(INTENT + 1, objects)
        | flag(INTENT + 2, reconnect)
        | flag(INTENT + 3, !(remove || objects || reconnect))
        | flag(UNSURE, unsure)
        | flag(SHARED, subject.shared)
        | flag(AUTOPILOT_UNPROVEN, may_be_in_autopilot(subject))
        | flag(SERVER, subject.server)
        | flag(VIRTUAL, subject.virtual_device)
        | flag(CLOUD_PC, subject.cloud_pc)
        | flag(SESSION_HOST, subject.session_host)
        | flag(SURFACE_HUB, subject.surface_hub)
        | flag(HOLOLENS, subject.hololens)
        | flag(DECIDED, subject.decided)
        | flag(DIRECTORY_SERVICE, subject.directory_service)
        | flag(IOT_EDITION, subject.iot_edition)
        | bit(PURPOSE + purpose as usize)
        | flag(TEAMS, subject.teams)
        | flag(FLEX, subject.flex)
        | flag(KEPT, subject.kept)
        | flag(LOST_SENSOR, reconnect && subject.lost_only_its_sensor())
        | of_objects(subject, remove)
}

/// Whether an Autopilot registration may exist that no list shows. Servers and virtual machines have none.
fn may_be_in_autopilot(subject: &Subject) -> bool {
    let hardware = !subject.server && !subject.virtual_device;
    subject.platform == Some(Platform::Windows) && !subject.autopilot_proven && hardware
}

/// Whether a console was asked for something that has not happened yet.
const fn under_way(state: State) -> bool {
    matches!(state, State::Leaving | State::Failed)
}

/// Bits of a device that follow from its objects.
fn of_objects(subject: &Subject, remove: bool) -> DeviceBits {
    let (mut bits, mut own, mut broken) = (0, 0, 0);
    let mut hybrid = subject.join_type == JoinType::Hybrid;
    for object in &subject.objects {
        let console = object.console;
        let asked = remove || subject.names(object.record);
        // Key lists describe a device and are never taken away.
        let goes = asked && console.makes_devices() && !object.state.is_final();
        hybrid |= console.joins_side_by_side() && object.join == JoinType::Hybrid;
        bits |= bit(IN + console.index())
            | if goes { bit(GOES + console.index()) } else { 0 }
            | flag(STAMPED, object.ztdid)
            | flag(AUTOPILOT_REGISTERED, object.ztdid || console.provisions())
            | flag(UNDER_WAY, under_way(object.state))
            | flag(LIVE_GOES, asked && object.live);
        for word in console.device_words() {
            let holds = match word.said {
                Said::Every(state) => object.state == state,
                Said::LiveGoes => asked && object.live,
                Said::Leaves => asked && (object.live || remove),
            };
            own |= flag(OWN + word.number, holds);
            broken |= flag(OWN + word.number, !holds && matches!(word.said, Said::Every(_)));
        }
    }
    let no_computer = !subject.objects.iter().any(|object| object.console.is_directory());
    bits | (own & !broken) | flag(AD_GONE, hybrid && subject.ad_complete && no_computer)
}

/// The bit of a rule, by its place among those that playbooks speak of.
pub(super) const fn about(place: usize) -> u64 {
    object_bit(ABOUT + place)
}

/// The bit of a word: of the device (first) or of the object (second).
pub(super) fn mask_of(word: &str, registry: &Registry) -> Option<(DeviceBits, u64)> {
    let at = |list: &[Fact]| list.iter().position(|f| f.word == word);
    let own = || registry.device_words().find(|own| own.word == word).map(|own| OWN + own.number);
    let device = at(DEVICE_FACTS).or_else(|| of_console(word, registry)).or_else(own);
    device.map(|p| (bit(p), 0)).or_else(|| at(OBJECT_FACTS).map(|p| (0, object_bit(p))))
}

/// The position of a word that speaks of a console.
fn of_console(word: &str, registry: &Registry) -> Option<usize> {
    let holds = word.strip_prefix("in-").and_then(|slug| registry.parse(slug));
    let goes = || registry.parse(word.strip_prefix("goes-")?).filter(|console| console.makes_devices());
    holds.map(|console| IN + console.index()).or_else(|| goes().map(|console| GOES + console.index()))
}

/// Every word.
pub(super) fn words(registry: &Registry) -> Vec<String> {
    let own = DEVICE_FACTS.iter().chain(OBJECT_FACTS).map(|f| f.word.to_string());
    let holds = registry.slugs().iter().map(|slug| format!("in-{slug}"));
    let goes = registry.all().iter().filter(|console| console.makes_devices()).map(|console| format!("goes-{console}"));
    let of_files = registry.device_words().map(|own| own.word.to_string());
    own.chain(holds).chain(goes).chain(of_files).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::MOST_WORDS;
    use crate::plan::{AndroidMode, Licence};
    use crate::schema::{Activity, Disposition, Ownership};

    #[test]
    fn words_stand_where_their_bits_are() {
        let at = |position: usize| DEVICE_FACTS[position].word;
        let same = |position: usize, word: &str, other: &str| {
            assert!([word, other].contains(&at(position)), "{} is not {word}", at(position));
        };
        for p in Platform::ALL {
            same(PLATFORM + *p as usize, p.as_str(), "other-platform");
        }
        for o in Ownership::ALL {
            same(OWNERSHIP + *o as usize, o.as_str(), "unknown-owner");
        }
        for join in JoinType::ALL {
            let odd = if *join == JoinType::None { "no-join" } else { "unknown-join" };
            same(JOIN + *join as usize, join.as_str(), odd);
        }
        for a in Activity::ALL {
            same(ACTIVITY + *a as usize, a.as_str(), "unknown-activity");
        }
        for m in AndroidMode::ALL {
            same(MODE + *m as usize, m.as_str(), "unknown-mode");
        }
        let registry = Registry::shipped();
        let mask_of = |word: &str| mask_of(word, registry);
        for console in registry.all() {
            assert_eq!(mask_of(&format!("in-{console}")), Some((bit(IN + console.index()), 0)));
            let goes = console.makes_devices().then(|| (bit(GOES + console.index()), 0));
            assert_eq!(mask_of(&format!("goes-{console}")), goes);
        }
        assert!(words(registry).iter().all(|word| mask_of(word).is_some()));
        for &state in State::ALL {
            assert_eq!(OBJECT_FACTS[state as usize].word, format!("state-{}", state.as_str()));
        }
        assert_eq!(at(INTENT + 3), "review");
        assert_eq!(at(UNSURE), "unsure");
        assert_eq!(at(LIVE_GOES), "live-goes");
        assert_eq!(mask_of("asked"), Some((0, ASKED)));
        assert_eq!(OBJECT_FACTS[OBJECT_JOIN + JoinType::Registered as usize].word, "object-registered");
        for licence in Licence::ALL {
            assert_eq!(OBJECT_FACTS[LICENCE + *licence as usize].word, format!("licence-{licence}"));
        }
        assert_eq!(CONNECTOR, LICENCE + Licence::ALL.len());
        assert_eq!(OBJECT_FACTS[CONNECTOR].word, "connector");
        assert_eq!(OBJECT_FACTS[WITHOUT_ACTIONS].word, "without-actions");
        assert_eq!(OBJECT_FACTS[CONCERNED_AT].word, "concerned");
        assert_eq!(OBJECT_FACTS.len(), ABOUT);
        assert_eq!((ACTIVE, OLDER_ONE), (mask_of("active").unwrap().0, mask_of("older").unwrap().1));
        assert_eq!(OBJECT_FACTS[LIVE].word, "live");
        assert_eq!(OBJECT_FACTS[NAMED].word, "named");
        assert_eq!(OBJECT_FACTS[ZTDID].word, "ztdid");
        assert_eq!(at(AUTOPILOT_UNPROVEN), "autopilot-unproven");
        for purpose in Disposition::ALL {
            assert_eq!(at(PURPOSE + *purpose as usize), purpose.as_str());
        }
        for (position, word) in [(TEAMS, "teams"), (FLEX, "flex"), (KEPT, "kept"), (LOST_SENSOR, "lost-sensor")] {
            assert_eq!(at(position), word);
        }
        for word in registry.device_words() {
            assert_eq!(mask_of(word.word), Some((bit(OWN + word.number), 0)), "{}", word.word);
        }
        let more = [
            (SERVER, "server"),
            (VIRTUAL, "virtual"),
            (CLOUD_PC, "cloud-pc"),
            (SESSION_HOST, "session-host"),
            (SURFACE_HUB, "surface-hub"),
            (HOLOLENS, "hololens"),
            (DECIDED, "decided"),
            (UNDER_WAY, "action-under-way"),
            (DIRECTORY_SERVICE, "directory-service"),
            (IOT_EDITION, "iot-edition"),
        ];
        for (position, word) in more {
            assert_eq!(at(position), word);
        }
        assert_eq!(DEVICE_FACTS.len(), IOT_EDITION + 1);
        assert!(OWN + MOST_WORDS <= 128 && OBJECT_FACTS.len() + 30 <= 64);
    }

    #[test]
    fn no_word_is_both_about_the_device_and_about_the_object() {
        assert!(DEVICE_FACTS.iter().all(|d| OBJECT_FACTS.iter().all(|o| o.word != d.word)));
    }
}
