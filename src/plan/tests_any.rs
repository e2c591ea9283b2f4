//! What must hold for the plan of any device at all, however its consoles contradict each other.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::tests::{PARAMETERS, playbooks, reckless, shipped};
use super::tests_matrix::{is_incident, is_lost};
use super::*;
use crate::console::Console;
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform};

/// The shipped playbooks, and one that takes no care of its own.
static BOOKS: LazyLock<(Playbooks, Playbooks)> = LazyLock::new(|| (playbooks(), reckless()));

fn object() -> impl Strategy<Value = Object> {
    (
        (select(Registry::shipped().all()), any::<bool>(), select(State::ALL)),
        (any::<bool>(), select(JoinType::ALL), select(Licence::ALL), select(AndroidMode::ALL)),
        any::<[bool; 2]>(),
    )
        .prop_map(|((console, live, state), (stamp, join, licence, mode), [connector, actions])| Object {
            console,
            record: RecordId::NONE,
            live,
            state,
            ztdid: stamp && console == Console::Entra,
            join: if console == Console::Entra { join } else { JoinType::Unknown },
            licence,
            mode,
            connector: connector && console == Console::Intune,
            without_actions: connector && !actions && console == Console::Intune,
        })
}

fn claim() -> impl Strategy<Value = Claim> {
    let intents =
        vec![StepIntent::Remove, StepIntent::Objects, StepIntent::Objects, StepIntent::Reconnect, StepIntent::Review];
    (select(intents), vec((0_u32..10).prop_map(RecordId::new), 0..5)).prop_map(|(intent, objects)| Claim {
        intent,
        rule: 0,
        objects,
    })
}

prop_compose! {
    fn device()(
        (platform, ownership, join_type) in
            (proptest::option::of(select(Platform::ALL)), select(Ownership::ALL), select(JoinType::ALL)),
        (identity, activity, mode) in (select(Identity::ALL), select(Activity::ALL), select(AndroidMode::ALL)),
        [shared, teams, flex, kept, ad_complete, autopilot_proven] in any::<[bool; 6]>(),
        [server, virtual_device, cloud_pc, session_host] in any::<[bool; 4]>(),
        (purpose, decided, surface_hub, hololens) in (select(Disposition::ALL), any::<bool>(), any::<bool>(), any::<bool>()),
        about in any::<u64>(),
        objects in vec(object(), 0..10),
        claims in vec(claim(), 0..5),
    ) -> Subject {
        let mut objects = objects;
        for (record, object) in RecordId::new(0).onwards().zip(&mut objects) {
            object.record = record;
        }
        Subject {
            device: DeviceId::new(3), platform, ownership, join_type, identity, activity, mode, shared, teams, flex, purpose,
            // One in four is enough.
            server: server && virtual_device,
            virtual_device: virtual_device && !server,
            cloud_pc: cloud_pc && virtual_device && !server,
            session_host: session_host && virtual_device && !server && !cloud_pc,
            // One in four is enough.
            surface_hub: surface_hub && hololens, hololens: hololens && !surface_hub && teams,
            directory_service: surface_hub && hololens && server, iot_edition: decided && teams,
            decided, begun: decided && flex, about: about & facts::ABOUT_BITS & about.rotate_left(7) & about.rotate_left(19),
            // One in eight is enough.
            kept: kept && shared && teams,
            ad_complete, autopilot_proven, objects, claims,
        }
    }
}

type Steps<'a> = Vec<(&'a Entry, Option<&'a Object>)>;

fn planned<'a>(books: &'a Playbooks, device: &'a Subject) -> Steps<'a> {
    let mut out = Vec::new();
    books.plan(device, &mut out);
    let object = |record: Option<RecordId>| record.and_then(|r| device.objects.iter().find(|o| o.record == r));
    out.iter().map(|p| (books.entries().get(p.entry), object(p.object))).collect()
}

/// Steps of which the first must come before the second, where a plan has both for one device.
const BEFORE: &[(&str, &str)] = &[
    ("back-up-bitlocker-key", "intune-retire"),
    ("back-up-bitlocker-key", "intune-delete"),
    ("back-up-bitlocker-key", "entra-delete"),
    ("back-up-laps", "intune-retire"),
    ("back-up-laps", "entra-delete"),
    ("back-up-activation-lock-code", "intune-delete"),
    ("activation-lock-off", "abm-release"),
    ("intune-delete", "autopilot-unassign-user"),
    ("intune-delete", "autopilot-delete"),
    ("intune-delete", "abm-release"),
    ("abm-unassign", "abm-release"),
    ("entra-disable", "entra-delete"),
    ("ad-disable-computer", "ad-delete-computer"),
    ("chrome-powerwash", "chrome-deprovision"),
];

/// Steps that may not both be planned for one object.
const NEVER_BOTH: &[(&str, &str)] = &[
    ("intune-retire", "intune-wipe"),
    ("defender-offboard", "defender-exclude"),
    ("chrome-disable", "chrome-deprovision"),
];

/// Steps after which a device is gone from a console for good.
const LEAVES: &[&str] = &[
    "intune-delete",
    "intune-deprovision-chromeos",
    "entra-delete",
    "autopilot-delete",
    "ad-delete-computer",
    "abm-unassign",
    "abm-release",
    "chrome-powerwash",
    "chrome-deprovision",
];

/// Nothing but saving what its records hold, looking at them and removing them.
fn may_be_done_to_a_server(entry: &Entry) -> bool {
    let records = ["entra-", "ad-", "intune-delete", "autopilot-", "abm-", "google-", "chrome-", "defender-exclude"];
    matches!(entry.phase, Phase::Prepare | Phase::Verify)
        || entry.slug.ends_with("-delete")
        || entry.slug.starts_with("register-")
        || records.iter().any(|own| entry.slug.starts_with(own))
        // Apple's lock is Apple's; and what no step of a console does is not done to a server either.
        || entry.slug == "activation-lock-off" || entry.slug == "intune-deprovision-chromeos"
}

/// Breaches of what must hold whatever a playbook says.
fn breach(device: &Subject, steps: &Steps) -> Option<String> {
    let places = |slug: &str| -> Vec<usize> { (0..steps.len()).filter(|at| steps[*at].0.slug == slug).collect() };
    for (at, (entry, object)) in steps.iter().enumerate() {
        let slug = entry.slug.as_str();
        let twice = steps[..at].iter().any(|(e, o)| e.slug == slug && o.map(|o| o.record) == object.map(|o| o.record));
        if twice {
            return Some(format!("{slug} twice"));
        }
        if at > 0 && steps[at - 1].0.phase > entry.phase {
            return Some(format!("{slug} goes back to {}", entry.phase));
        }
        if device.kept && entry.console.is_some() {
            return Some(format!("{slug} for a device that is kept"));
        }
        if entry.wipes && device.ownership == Ownership::Personal {
            return Some(format!("{slug} erases what is a person's"));
        }
        if entry.irreversible && matches!(device.identity, Identity::Weak | Identity::Conflict) {
            return Some(format!("{slug} for a device that nobody is sure of"));
        }
        if slug == "activation-lock-off" && (is_lost(device) || !entry.condition.contains("in hand")) {
            return Some("Activation Lock off without the device in hand".into());
        }
        if is_lost(device) && (slug.ends_with("-delete") || LEAVES.contains(&slug)) {
            return Some(format!("{slug} of a device that may be found"));
        }
        if device.server && !device.cloud_pc && !device.session_host && !may_be_done_to_a_server(entry) {
            return Some(format!("{slug} on a server"));
        }
        let Some(object) = object else { continue };
        let asked = device.asks(StepIntent::Remove) || device.names(object.record);
        let through = entry.console.is_some_and(|c| [Console::Autopilot, Console::Ad].contains(&c));
        if entry.irreversible && !asked && !through {
            return Some(format!("{slug} on a record that nobody asked for"));
        }
        let closed = is_lost(device) || is_incident(device);
        let lost = closed && slug == "entra-disable";
        // To enable it again takes nothing away.
        if slug.starts_with("entra-") && slug != "entra-enable" && object.ztdid && !lost {
            return Some(format!("{slug} on the record of Autopilot"));
        }
        let mode = if object.live || object.mode == AndroidMode::Unknown { device.mode } else { object.mode };
        let corporate = matches!(
            mode,
            AndroidMode::FullyManaged | AndroidMode::Dedicated | AndroidMode::CorporateWorkProfile | AndroidMode::Aosp
        );
        if slug == "intune-delete" && device.platform == Some(Platform::Android) && corporate && !entry.wipes {
            return Some("a delete that erases and does not say so".into());
        }
        let done = [
            (Console::Chrome, State::Deprovisioned),
            (Console::Abm, State::Released),
            (Console::GoogleMobile, State::Wiped),
        ];
        if done.contains(&(object.console, object.state)) {
            return Some(format!("{slug} where the console is done"));
        }
    }
    for (first, second) in BEFORE {
        if let (Some(first_at), Some(second_at)) = (places(first).last(), places(second).first())
            && first_at > second_at
        {
            return Some(format!("{first} after {second}"));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn any_plan_is_ordered_and_free_of_forbidden_steps(device in device()) {
        let steps = planned(&BOOKS.0, &device);
        prop_assert_eq!(breach(&device, &steps), None);
        for (one, other) in NEVER_BOTH {
            let of = |slug: &str| steps.iter().filter(|(e, _)| e.slug == slug).map(|(_, o)| o.map(|o| o.record)).collect::<Vec<_>>();
            prop_assert!(!of(one).iter().any(|o| of(other).contains(o)), "{one} and {other}");
        }
        prop_assert_eq!(breach(&device, &planned(&BOOKS.1, &device)), None);
        prop_assert_eq!(steps.is_empty(), device.claims.is_empty());
    }
}

/// Steps of somebody's own that take no care at all, before every other playbook.
static CARELESS: LazyLock<Playbooks> = LazyLock::new(|| {
    let step = |slug: &str, console: &str, what: &str| {
        format!(
            "  - {{ step: {slug}, console: {console}, role: R, irreversible: true, {what}, on: asked-or-live, action: A., why: W. }}\n"
        )
    };
    let defined = [step("own-erase", "intune", "wipes: true"), step("own-drop", "entra", "removes: true")].concat();
    let book = "playbook: own\norder: 1\napplies: { any: [in-intune, in-entra] }\nsteps:\n  - step: export-list\n  - step: own-erase\n  - step: own-drop\n  - step: verify-in-next-export\n";
    let mut files = shipped();
    files.push(("own-steps.yaml".into(), format!("define:\n{defined}")));
    files.push(("own.yaml".into(), book.into()));
    Playbooks::load(&files, &PARAMETERS).unwrap_or_else(|problems| panic!("{problems:#?}"))
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_file_makes_a_plan_take_what_it_may_not(device in device()) {
        let all = planned(&CARELESS, &device);
        let takes: Vec<&str> = all.iter().map(|(e, _)| e.slug.as_str()).filter(|slug| slug.starts_with("own-")).collect();
        if device.ownership == Ownership::Personal {
            prop_assert!(!takes.contains(&"own-erase"));
        }
        let is_looked_at = [StepIntent::Remove, StepIntent::Objects, StepIntent::Reconnect].iter().all(|own| !device.asks(*own));
        if is_looked_at || matches!(device.identity, Identity::Weak | Identity::Conflict) {
            prop_assert_eq!(takes, Vec::<&str>::new());
        }
    }
}
