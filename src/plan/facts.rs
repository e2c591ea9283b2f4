//! The words that conditions in playbooks are made of, and the bits behind them.
//!
//! Each word is one bit, of the device or of the object at hand, so that a condition is a few comparisons of masks.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::console::{MOST, Registry, Said};
use crate::plan::subject::{AndroidMode, Licence, Object, State, StepIntent, Subject};
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform, words};

/// One word and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The word.
    pub word: Cow<'static, str>,
    /// When it is true.
    pub meaning: Cow<'static, str>,
}

fn fact(word: impl Into<Cow<'static, str>>, meaning: impl Into<Cow<'static, str>>) -> Fact {
    Fact { word: word.into(), meaning: meaning.into() }
}

words! {
    /// What else may be true of a device.
    DeviceFlag {
        /// It may be several devices.
        Unsure = "unsure": "its records may not be one device: linked by name alone, or contradicting",
        /// Several people use it.
        Shared = "shared": "several people use it",
        /// It enrols itself again.
        AutopilotRegistered = "autopilot-registered": "in Autopilot, or an Entra record carries an Autopilot stamp",
        /// An Entra record has the stamp.
        Stamped = "stamped": "an Entra record is known to carry the Autopilot stamp",
        /// A hybrid device without a computer object.
        AdGone = "ad-gone": "hybrid, and a complete AD export holds no computer object",
        /// A live record is to go.
        LiveGoes = "live-goes": "the live record of a console is asked to go",
        /// It may enrol itself again.
        AutopilotUnproven = "autopilot-unproven": "Windows, and no Autopilot list tells that it is not registered there",
        /// Teams hardware.
        Teams = "teams": "a Teams phone, panel, display or room system",
        /// ChromeOS Flex.
        Flex = "flex": "runs ChromeOS Flex",
        /// It stays.
        Kept = "kept": "somebody decided that it stays as it is",
        /// Its sensor alone was lost.
        LostSensor = "lost-sensor": "nothing was lost but the Defender sensor",
        /// A server.
        Server = "server": "runs a server operating system",
        /// A virtual machine.
        Virtual = "virtual": "a virtual machine of any kind",
        /// A Cloud PC.
        CloudPc = "cloud-pc": "a Windows 365 Cloud PC",
        /// A session host.
        SessionHost = "session-host": "a session host of Azure Virtual Desktop",
        /// A Surface Hub.
        SurfaceHub = "surface-hub": "a Surface Hub",
        /// A `HoloLens`.
        Hololens = "hololens": "a HoloLens",
        /// What becomes of it was decided for it alone.
        Decided = "decided": "somebody decided what becomes of this very device",
        /// Something was asked for and has not happened.
        UnderWay = "action-under-way": "a retire, wipe or delete of a record of it is pending or has failed",
        /// No computer that somebody uses.
        DirectoryService = "directory-service": "a domain controller, or an account in AD that stands for a service and not for a computer",
        /// Windows `IoT`.
        IotEdition = "iot-edition": "runs Windows IoT Enterprise, as meeting room systems, kiosks and terminals do",
    }
}

words! {
    /// What else may be true of an object.
    ObjectFlag {
        /// The live record.
        Live = "live": "the live record of its console",
        /// Another one.
        Older = "older": "not the live record of its console",
        /// It is to go.
        Asked = "asked": "asked to go: named by a finding, or the whole device leaves",
        /// A finding names it.
        Named = "named": "named by a finding as one that is to go",
        /// It has the Autopilot stamp.
        Ztdid = "ztdid": "carries the Autopilot stamp",
        /// No enrolment.
        Connector = "connector": "the row of a connector, not an enrolment",
        /// Nothing can be done by it.
        WithoutActions = "without-actions": "a row by which the device cannot be retired, wiped or deleted",
        /// A finding is about it.
        Concerned = "concerned": "a finding is about it",
    }
}

// Where each group of device words starts. Within a group the words stand in the order of their enum.
const PLATFORM: usize = 0;
/// Behind the platforms stands that none is known.
const NO_PLATFORM: usize = PLATFORM + Platform::ALL.len();
const OWNERSHIP: usize = NO_PLATFORM + 1;
const JOIN: usize = OWNERSHIP + Ownership::ALL.len();
const ACTIVITY: usize = JOIN + JoinType::ALL.len();
const MODE: usize = ACTIVITY + Activity::ALL.len();
const INTENT: usize = MODE + AndroidMode::ALL.len();
const PURPOSE: usize = INTENT + StepIntent::ALL.len();
const FLAG: usize = PURPOSE + Disposition::ALL.len();
/// Consoles that hold the device.
const IN: usize = FLAG + DeviceFlag::ALL.len();
/// Consoles a record of which is asked to go.
const GOES: usize = IN + MOST;
/// Words that consoles' own files give.
const OWN: usize = GOES + MOST;

/// Words about the device, in the order of their bits. Beside them, for each console, `in-` and `goes-` with its slug: it holds a
/// record of the device; a record of it there is asked to go, and is not final. And the words that the files of consoles give
/// themselves.
#[must_use]
pub fn device_facts() -> &'static [Fact] {
    static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        // A word that says nothing on its own says of what.
        let platforms = Platform::ALL.iter().map(|own| match own {
            Platform::Other => fact("other-platform", own.meaning()),
            own => fact(own.as_str(), own.meaning()),
        });
        let unknown = std::iter::once(fact("unknown-platform", "no console says what it runs"));
        let owners = Ownership::ALL.iter().map(|own| match own {
            Ownership::Unknown => fact("unknown-owner", own.meaning()),
            own => fact(own.as_str(), own.meaning()),
        });
        let joins = JoinType::ALL.iter().map(|own| match own {
            JoinType::None => fact("no-join", own.meaning()),
            JoinType::Unknown => fact("unknown-join", own.meaning()),
            own => fact(own.as_str(), own.meaning()),
        });
        let activities = Activity::ALL.iter().map(|own| match own {
            Activity::Unknown => fact("unknown-activity", own.meaning()),
            own => fact(own.as_str(), own.meaning()),
        });
        let modes = AndroidMode::ALL.iter().map(|own| match own {
            AndroidMode::Unknown => fact("unknown-mode", own.meaning()),
            own => fact(own.as_str(), own.meaning()),
        });
        let intents = StepIntent::ALL.iter().map(|own| fact(own.as_str(), own.meaning()));
        let purposes = Disposition::ALL.iter().map(|own| fact(own.as_str(), own.meaning()));
        let flags = DeviceFlag::ALL.iter().map(|own| fact(own.as_str(), own.meaning()));
        let kinds = platforms.chain(unknown).chain(owners).chain(joins).chain(activities).chain(modes);
        kinds.chain(intents).chain(purposes).chain(flags).collect()
    });
    &FACTS
}

const STATE: usize = 0;
const OBJECT_JOIN: usize = STATE + State::ALL.len();
/// The ways in which an object itself may be joined.
const OBJECT_JOINS: [JoinType; 3] = [JoinType::Joined, JoinType::Hybrid, JoinType::Registered];
const LICENCE: usize = OBJECT_JOIN + OBJECT_JOINS.len();
const OBJECT_FLAG: usize = LICENCE + Licence::ALL.len();

/// Words about the object that a step acts on, in the order of their bits. False for a step on the device as a whole.
#[must_use]
pub fn object_facts() -> &'static [Fact] {
    static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        let states = State::ALL.iter().map(|own| fact(format!("state-{own}"), own.meaning()));
        let joins =
            OBJECT_JOINS.iter().map(|own| fact(format!("object-{own}"), format!("a record that is {}", own.meaning())));
        let licences = Licence::ALL.iter().map(|own| fact(format!("licence-{own}"), own.meaning()));
        let flags = ObjectFlag::ALL.iter().map(|own| fact(own.as_str(), own.meaning()));
        states.chain(joins).chain(licences).chain(flags).collect()
    });
    &FACTS
}

/// Bit of an object that a plan may act on.
pub(super) const ASKED: u64 = object_is(ObjectFlag::Asked);
/// Bit of an object that a finding is about.
pub(super) const CONCERNED: u64 = object_is(ObjectFlag::Concerned);
/// Where the bits of the rules begin that playbooks speak of. They stand beside those of every object, and alone where a
/// step is done to the device as a whole.
const ABOUT: usize = OBJECT_FLAG + ObjectFlag::ALL.len();
/// Rules that playbooks may speak of.
pub(super) const MOST_ABOUT: usize = 64 - ABOUT;
/// Bits of those rules.
pub(super) const ABOUT_BITS: u64 = u64::MAX << ABOUT;
/// Whether no device has all of these bits: each has one platform, one owner, one join type and so on.
pub(super) const fn contradict(bits: DeviceBits) -> bool {
    const fn among(from: usize, to: usize) -> DeviceBits {
        ((1 << (to - from)) - 1) << from
    }
    const fn beside_others(intent: StepIntent, asked: DeviceBits) -> bool {
        let own = bit(INTENT + intent.position());
        asked & own != 0 && asked != own
    }
    (bits & among(PLATFORM, OWNERSHIP)).count_ones() > 1
        || (bits & among(OWNERSHIP, JOIN)).count_ones() > 1
        || (bits & among(JOIN, ACTIVITY)).count_ones() > 1
        || (bits & among(ACTIVITY, MODE)).count_ones() > 1
        || (bits & among(MODE, INTENT)).count_ones() > 1
        || (bits & among(PURPOSE, FLAG)).count_ones() > 1
        // Where the whole device is to go nothing else is asked, and where only a look is asked nothing is.
        || beside_others(StepIntent::Remove, bits & among(INTENT, PURPOSE))
        || beside_others(StepIntent::Review, bits & among(INTENT, PURPOSE))
}
/// Bit of a device that is in use.
pub(super) const ACTIVE: DeviceBits = bit(ACTIVITY + Activity::Active.position());
/// Bit of a device that nobody can find.
pub(super) const LOST: DeviceBits = bit(PURPOSE + Disposition::Lost.position());
/// Bit of a device about which somebody decided by itself.
pub(super) const DECIDED_ONE: DeviceBits = flag(DeviceFlag::Decided, true);
/// Bit of an object that is not the live one.
pub(super) const OLDER_ONE: u64 = object_is(ObjectFlag::Older);

/// Bits of a device. There are more words about it than an object needs.
pub(super) type DeviceBits = u128;

const fn bit(position: usize) -> DeviceBits {
    1 << position
}

const fn flag(flag: DeviceFlag, holds: bool) -> DeviceBits {
    own_flag(FLAG + flag.position(), holds)
}

const fn own_flag(position: usize, holds: bool) -> DeviceBits {
    (holds as DeviceBits) << position
}

const fn object_bit(position: usize) -> u64 {
    1 << position
}

const fn object_is(flag: ObjectFlag) -> u64 {
    object_bit(OBJECT_FLAG + flag.position())
}

const fn object_flag(flag: ObjectFlag, holds: bool) -> u64 {
    if holds { object_is(flag) } else { 0 }
}

/// Bits of one object.
pub(super) fn of_object(subject: &Subject, object: &Object) -> u64 {
    let named = subject.names(object.record);
    let asked = named || subject.asks(StepIntent::Remove);
    let join = OBJECT_JOINS.iter().position(|join| *join == object.join);
    object_bit(STATE + object.state.position())
        | object_is(if object.live { ObjectFlag::Live } else { ObjectFlag::Older })
        | if asked { ASKED } else { 0 }
        | object_flag(ObjectFlag::Named, named)
        | object_flag(ObjectFlag::Ztdid, object.ztdid)
        | join.map_or(0, |join| object_bit(OBJECT_JOIN + join))
        | object_bit(LICENCE + object.licence.position())
        | object_flag(ObjectFlag::Connector, object.connector)
        | object_flag(ObjectFlag::WithoutActions, object.without_actions)
        | object_flag(ObjectFlag::Concerned, subject.concerns(object.record))
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
    let asked = |intent: StepIntent, holds| own_flag(INTENT + intent.position(), holds);
    bit(subject.platform.map_or(NO_PLATFORM, |platform| PLATFORM + platform.position()))
        | bit(OWNERSHIP + subject.ownership.position())
        | bit(JOIN + subject.join_type.position())
        | bit(ACTIVITY + subject.activity.position())
        | bit(MODE + subject.mode.position())
        | asked(StepIntent::Remove, remove)
        | asked(StepIntent::Objects, objects)
        | asked(StepIntent::Reconnect, reconnect)
        | asked(StepIntent::Review, !(remove || objects || reconnect))
        | flag(DeviceFlag::Unsure, unsure)
        | flag(DeviceFlag::Shared, subject.shared)
        | flag(DeviceFlag::AutopilotUnproven, may_be_in_autopilot(subject))
        | flag(DeviceFlag::Server, subject.server)
        | flag(DeviceFlag::Virtual, subject.virtual_device)
        | flag(DeviceFlag::CloudPc, subject.cloud_pc)
        | flag(DeviceFlag::SessionHost, subject.session_host)
        | flag(DeviceFlag::SurfaceHub, subject.surface_hub)
        | flag(DeviceFlag::Hololens, subject.hololens)
        | flag(DeviceFlag::Decided, subject.decided)
        | flag(DeviceFlag::DirectoryService, subject.directory_service)
        | flag(DeviceFlag::IotEdition, subject.iot_edition)
        | bit(PURPOSE + purpose.position())
        | flag(DeviceFlag::Teams, subject.teams)
        | flag(DeviceFlag::Flex, subject.flex)
        | flag(DeviceFlag::Kept, subject.kept)
        | flag(DeviceFlag::LostSensor, reconnect && subject.lost_only_its_sensor())
        | of_objects(subject, remove)
}

/// Bits of a device as they hold for one of its objects: a record of an earlier life says itself how Android was managed then,
/// and that decides what Retire and Delete do with it.
pub(super) fn of_device_beside(device: DeviceBits, object: &Object) -> DeviceBits {
    const MODES: DeviceBits = (bit(INTENT) - 1) & !(bit(MODE) - 1);
    if object.live || object.mode == AndroidMode::Unknown {
        return device;
    }
    device & !MODES | bit(MODE + object.mode.position())
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
            | flag(DeviceFlag::Stamped, object.ztdid)
            | flag(DeviceFlag::AutopilotRegistered, object.ztdid || console.provisions())
            | flag(DeviceFlag::UnderWay, under_way(object.state))
            | flag(DeviceFlag::LiveGoes, asked && object.live);
        for word in console.device_words() {
            let holds = match word.said {
                Said::Every(state) => object.state == state,
                Said::LiveGoes => asked && object.live,
                Said::Leaves => asked && (object.live || remove),
            };
            own |= own_flag(OWN + word.number, holds);
            broken |= own_flag(OWN + word.number, !holds && matches!(word.said, Said::Every(_)));
        }
    }
    let no_computer = !subject.objects.iter().any(|object| object.console.is_directory());
    bits | (own & !broken) | flag(DeviceFlag::AdGone, hybrid && subject.ad_complete && no_computer)
}

/// The bit of a rule, by its place among those that playbooks speak of.
pub(super) const fn about(place: usize) -> u64 {
    object_bit(ABOUT + place)
}

/// The bit of a word: of the device (first) or of the object (second).
pub(super) fn mask_of(word: &str, registry: &Registry) -> Option<(DeviceBits, u64)> {
    let at = |list: &[Fact]| list.iter().position(|f| f.word == word);
    let own = || registry.device_words().find(|own| own.word == word).map(|own| OWN + own.number);
    let device = at(device_facts()).or_else(|| of_console(word, registry)).or_else(own);
    device.map(|p| (bit(p), 0)).or_else(|| at(object_facts()).map(|p| (0, object_bit(p))))
}

/// The position of a word that speaks of a console.
fn of_console(word: &str, registry: &Registry) -> Option<usize> {
    let holds = word.strip_prefix("in-").and_then(|slug| registry.parse(slug));
    let goes = || registry.parse(word.strip_prefix("goes-")?).filter(|console| console.makes_devices());
    holds.map(|console| IN + console.index()).or_else(|| goes().map(|console| GOES + console.index()))
}

/// Every word.
pub(super) fn words(registry: &Registry) -> Vec<String> {
    let own = device_facts().iter().chain(object_facts()).map(|f| f.word.to_string());
    let holds = registry.slugs().iter().map(|slug| format!("in-{slug}"));
    let goes = registry.all().iter().filter(|console| console.makes_devices()).map(|console| format!("goes-{console}"));
    let of_files = registry.device_words().map(|own| own.word.to_string());
    own.chain(holds).chain(goes).chain(of_files).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::console::MOST_WORDS;

    // The words that files give have bits, too, and thirty rules that playbooks speak of.
    const _: () = assert!(OWN + MOST_WORDS <= 128 && ABOUT + 30 <= 64);

    #[test]
    fn every_word_has_a_bit_of_its_own() {
        let registry = Registry::shipped();
        let words = words(registry);
        let masks: BTreeSet<(DeviceBits, u64)> = words.iter().map(|word| mask_of(word, registry).unwrap()).collect();
        assert_eq!(masks.len(), words.len());
        assert!(masks.iter().all(|(device, object)| device.count_ones() + object.count_ones() == 1));
        assert_eq!((device_facts().len(), object_facts().len()), (IN, ABOUT));
        assert_eq!(mask_of("goes-bitlocker", registry), None, "keys are never taken away");
    }

    #[test]
    fn a_word_is_the_bit_of_what_it_says() {
        let registry = Registry::shipped();
        let mask_of = |word: &str| mask_of(word, registry).unwrap();
        assert_eq!(mask_of("unknown-platform"), (bit(NO_PLATFORM), 0));
        assert_eq!(mask_of("hybrid"), (bit(JOIN + JoinType::Hybrid.position()), 0));
        assert_eq!((mask_of("active"), mask_of("lost")), ((ACTIVE, 0), (LOST, 0)));
        assert_eq!((mask_of("asked"), mask_of("older")), ((0, ASKED), (0, OLDER_ONE)));
        assert_eq!(mask_of("object-registered"), (0, object_bit(OBJECT_JOIN + 2)));
        assert_eq!(mask_of("state-lost"), (0, object_bit(STATE + State::Lost.position())));
    }

    #[test]
    fn no_meaning_speaks_of_one_console_where_any_may_say_it() {
        let titles = ["Intune", "Defender", "Google", "Apple"];
        let states = object_facts().iter().filter(|fact| fact.word.starts_with("state-"));
        for fact in states {
            assert!(!titles.iter().any(|title| fact.meaning.contains(title)), "{}: {}", fact.word, fact.meaning);
        }
    }
}
