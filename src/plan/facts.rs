//! The words that conditions in playbooks are made of, and the bits behind them.
//!
//! Each word is one bit, of the device or of the object at hand, so that a condition is a few comparisons of masks.

use crate::plan::subject::{Intent, Object, State, Subject};
use crate::schema::{Console, Identity, JoinType, Platform};

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
const IN: usize = MODE + 7;
const GOES: usize = IN + 11;
const INTENT: usize = GOES + 9;
const OTHER: usize = INTENT + 4;

/// Words about the device.
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
    fact("active", "a sign of life is newer than the inactivity threshold"),
    fact("silent", "every known sign of life is older"),
    fact("unknown-activity", "no sign of life is known"),
    fact("fully-managed", "Android: corporate, fully managed"),
    fact("dedicated", "Android: corporate, dedicated"),
    fact("corporate-work-profile", "Android: corporate with a work profile"),
    fact("personal-work-profile", "Android: personal with a work profile"),
    fact("device-administrator", "Android: device administrator"),
    fact("aosp", "Android without Google services"),
    fact("unknown-mode", "not known how Android is managed"),
    fact("in-intune", "Intune holds a record of it"),
    fact("in-entra", "Entra ID holds a record of it"),
    fact("in-autopilot", "Autopilot holds a record of it"),
    fact("in-defender", "Defender holds a record of it"),
    fact("in-abm", "Apple Business Manager holds a record of it"),
    fact("in-ade", "Intune's Apple enrolment list holds a record of it"),
    fact("in-chrome", "Google holds a ChromeOS record of it"),
    fact("in-google-mobile", "Google holds a mobile record of it"),
    fact("in-ad", "Active Directory holds a computer object of it"),
    fact("in-bitlocker", "a BitLocker key of it is listed"),
    fact("in-laps", "a LAPS password of it is listed"),
    fact("goes-intune", "an Intune record of it is asked to go"),
    fact("goes-entra", "an Entra record of it is asked to go"),
    fact("goes-autopilot", "an Autopilot record of it is asked to go"),
    fact("goes-defender", "an onboarded Defender record of it is asked to go"),
    fact("goes-abm", "an Apple record of it, not yet released, is asked to go"),
    fact("goes-ade", "an Apple enrolment record of it is asked to go"),
    fact("goes-chrome", "a ChromeOS record of it, not yet deprovisioned, is asked to go"),
    fact("goes-google-mobile", "a Google mobile record of it, not yet wiped, is asked to go"),
    fact("goes-ad", "a computer object of it is asked to go"),
    fact("remove", "a finding wants the device out of service"),
    fact("objects", "findings want named records gone, none the whole device"),
    fact("reconnect", "a finding wants it managed again, none wants it out of service"),
    fact("review", "findings only want somebody to look"),
    fact("unsure", "its records may not be one device: linked by name alone, or contradicting"),
    fact("shared", "several people use it"),
    fact("autopilot-registered", "in Autopilot, or an Entra record carries an Autopilot stamp"),
    fact("stamped", "an Entra record is known to carry the Autopilot stamp"),
    fact("ad-gone", "hybrid, and a complete AD export holds no computer object"),
    fact("abm-released", "in Apple Business Manager, and every record there is released"),
    fact("live-goes", "the live record of a console is asked to go"),
    fact("entra-leaves", "the live Entra record is asked to go"),
    fact("autopilot-unproven", "Windows, and no Autopilot list tells that it is not registered there"),
];

const UNSURE: usize = OTHER;
const SHARED: usize = OTHER + 1;
const AUTOPILOT_REGISTERED: usize = OTHER + 2;
const STAMPED: usize = OTHER + 3;
const AD_GONE: usize = OTHER + 4;
const ABM_RELEASED: usize = OTHER + 5;
const LIVE_GOES: usize = OTHER + 6;
const ENTRA_LEAVES: usize = OTHER + 7;
const AUTOPILOT_UNPROVEN: usize = OTHER + 8;

/// Words about the object that a step acts on. False for a step on the device as a whole.
pub const OBJECT_FACTS: &[Fact] = &[
    fact("state-unknown", "its state is not known"),
    fact("state-managed", "Intune manages it"),
    fact("state-leaving", "Intune's retire, wipe or delete is pending or issued"),
    fact("state-enabled", "enabled"),
    fact("state-disabled", "disabled"),
    fact("state-active", "active in Defender or Google"),
    fact("state-inactive", "inactive in Defender"),
    fact("state-not-onboarded", "not onboarded in Defender"),
    fact("state-assigned", "assigned to a management server in Apple Business Manager"),
    fact("state-unassigned", "assigned to no management server"),
    fact("state-released", "released in Apple Business Manager"),
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
];

const LIVE: usize = 17;
const OLDER: usize = 18;
/// Bit of an object that a plan may act on.
pub(super) const ASKED: u64 = 1 << 19;
const NAMED: usize = 20;
const ZTDID: usize = 21;
const OBJECT_JOIN: usize = 22;

const fn bit(position: usize) -> u64 {
    1 << position
}

const fn flag(position: usize, holds: bool) -> u64 {
    (holds as u64) << position
}

/// Bits of one object.
pub(super) fn of_object(subject: &Subject, object: &Object) -> u64 {
    let named = subject.names(object.record);
    let asked = named || subject.asks(Intent::Remove);
    let join = match object.join {
        JoinType::Joined | JoinType::Hybrid | JoinType::Registered => bit(OBJECT_JOIN + object.join as usize),
        JoinType::None | JoinType::Unknown => 0,
    };
    bit(object.state as usize)
        | bit(if object.live { LIVE } else { OLDER })
        | if asked { ASKED } else { 0 }
        | flag(NAMED, named)
        | flag(ZTDID, object.ztdid)
        | join
}

/// Bits of a device.
pub(super) fn of_device(subject: &Subject) -> u64 {
    let remove = subject.asks(Intent::Remove);
    let objects = subject.asks(Intent::Objects) && !remove;
    let reconnect = subject.asks(Intent::Reconnect) && !remove;
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
        | flag(AUTOPILOT_UNPROVEN, subject.platform == Some(Platform::Windows) && !subject.autopilot_proven)
        | of_objects(subject, remove)
}

/// Bits of a device that follow from its objects.
fn of_objects(subject: &Subject, remove: bool) -> u64 {
    let mut bits = 0;
    let mut hybrid = subject.join_type == JoinType::Hybrid;
    for object in &subject.objects {
        let entra = object.console == Console::Entra;
        let asked = remove || subject.names(object.record);
        // Key lists describe a device and are never taken away.
        let goes = asked && object.console.makes_devices() && !object.state.is_final();
        hybrid |= entra && object.join == JoinType::Hybrid;
        bits |= bit(IN + object.console.index())
            | if goes { bit(GOES + object.console.index()) } else { 0 }
            | flag(STAMPED, entra && object.ztdid)
            | flag(AUTOPILOT_REGISTERED, object.ztdid || object.console == Console::Autopilot)
            | flag(LIVE_GOES, asked && object.live)
            // With the whole device leaving it does not matter which record is the live one.
            | flag(ENTRA_LEAVES, entra && asked && (object.live || remove));
    }
    let in_abm = bits & bit(IN + Console::Abm.index()) != 0;
    let released = in_abm && subject.of(Console::Abm).all(|o| o.state == State::Released);
    let no_ad = bits & bit(IN + Console::Ad.index()) == 0;
    bits | flag(AD_GONE, hybrid && subject.ad_complete && no_ad) | flag(ABM_RELEASED, released)
}

/// The bit of a word: of the device (first) or of the object (second).
pub(super) fn mask_of(word: &str) -> Option<(u64, u64)> {
    let at = |list: &[Fact]| list.iter().position(|f| f.word == word).map(bit);
    at(DEVICE_FACTS).map(|b| (b, 0)).or_else(|| at(OBJECT_FACTS).map(|b| (0, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::AndroidMode;
    use crate::schema::{Activity, Ownership};

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
        for console in Console::ALL {
            assert_eq!(at(IN + console.index()), format!("in-{console}"));
            if console.makes_devices() {
                assert_eq!(at(GOES + console.index()), format!("goes-{console}"));
            }
        }
        for &state in State::ALL {
            assert_eq!(OBJECT_FACTS[state as usize].word, format!("state-{}", state.as_str()));
        }
        assert_eq!(at(INTENT + 3), "review");
        assert_eq!(at(UNSURE), "unsure");
        assert_eq!(at(ENTRA_LEAVES), "entra-leaves");
        assert_eq!(mask_of("asked"), Some((0, ASKED)));
        assert_eq!(OBJECT_FACTS[OBJECT_JOIN + JoinType::Registered as usize].word, "object-registered");
        assert_eq!(OBJECT_FACTS.len(), OBJECT_JOIN + 3);
        assert_eq!(at(AUTOPILOT_UNPROVEN), "autopilot-unproven");
        assert_eq!(DEVICE_FACTS.len(), AUTOPILOT_UNPROVEN + 1);
        assert!(DEVICE_FACTS.len() <= 64);
    }

    #[test]
    fn no_word_is_both_about_the_device_and_about_the_object() {
        assert!(DEVICE_FACTS.iter().all(|d| OBJECT_FACTS.iter().all(|o| o.word != d.word)));
    }
}
