//! The shipped playbooks: every step is there, and each order is the one that people are promised.

use std::fs;
use std::path::Path;

use super::*;
use crate::console::Console;
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform};

pub(super) const PARAMETERS: Parameters = Parameters { delete_days: 120, inactive_days: 90, pending_days: 14 };

/// The shipped files, by name.
pub(super) fn shipped() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/playbooks");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

pub(super) fn playbooks() -> Playbooks {
    Playbooks::load(&shipped(), &PARAMETERS).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// A stale corporate device without records or findings.
pub(super) fn subject(platform: Platform, join: JoinType) -> Subject {
    Subject {
        device: DeviceId::new(7),
        platform: Some(platform),
        ownership: Ownership::Corporate,
        join_type: join,
        identity: Identity::Exact,
        activity: Activity::Stale,
        mode: AndroidMode::Unknown,
        shared: false,
        teams: false,
        flex: false,
        server: false,
        virtual_device: false,
        cloud_pc: false,
        session_host: false,
        surface_hub: false,
        hololens: false,
        directory_service: false,
        iot_edition: false,
        decided: false,
        begun: false,
        about: 0,
        purpose: Disposition::Dispose,
        kept: false,
        ad_complete: false,
        autopilot_proven: true,
        objects: Vec::new(),
        claims: Vec::new(),
    }
}

impl Subject {
    /// Adds the live record of a console; its number is the position.
    pub(super) fn with(mut self, console: Console, state: State) -> Self {
        let record = RecordId::at(self.objects.len());
        let join = if console == Console::Entra { self.join_type } else { JoinType::Unknown };
        self.objects.push(Object {
            console,
            record,
            live: true,
            state,
            ztdid: false,
            join,
            licence: Licence::Unknown,
            mode: AndroidMode::Unknown,
            connector: false,
            without_actions: false,
        });
        self
    }

    /// Changes the record that was added last.
    pub(super) fn but(mut self, change: impl FnOnce(&mut Object)) -> Self {
        change(self.objects.last_mut().unwrap());
        self
    }

    pub(super) fn asks_for(mut self, intent: StepIntent, objects: &[u32]) -> Self {
        self.claims.push(Claim { intent, rule: 0, objects: objects.iter().copied().map(RecordId::new).collect() });
        self
    }

    fn owned(mut self, ownership: Ownership) -> Self {
        self.ownership = ownership;
        self
    }

    fn seen(mut self, activity: Activity) -> Self {
        self.activity = activity;
        self
    }
}

/// Steps as `slug` or `slug:record`.
pub(super) fn steps(books: &Playbooks, subject: &Subject) -> Vec<String> {
    let mut out = Vec::new();
    books.plan(subject, &mut out);
    assert!(out.iter().all(|p| p.device == subject.device));
    let slug = |p: &Planned| &books.entries().get(p.entry).slug;
    out.iter().map(|p| p.object.map_or_else(|| slug(p).clone(), |o| format!("{}:{}", slug(p), o.number()))).collect()
}

fn condition(books: &Playbooks, subject: &Subject, slug: &str) -> String {
    let mut out = Vec::new();
    books.plan(subject, &mut out);
    let entry = out.iter().map(|p| books.entries().get(p.entry)).find(|e| e.slug == slug);
    entry.unwrap_or_else(|| panic!("no {slug}")).condition.clone()
}

#[track_caller]
fn expect(subject: &Subject, book: &str, order: &[&str]) {
    let books = playbooks();
    assert_eq!(books.book_of(subject), Some(book));
    assert_eq!(steps(&books, subject), order);
}

const SLUGS: [&str; 95] = [
    "export-list",
    "report-incident",
    "intune-check-action",
    "settle-platform",
    "settle-ownership",
    "intune-settle-enrolment",
    "settle-directory-account",
    "look-up-in-ad",
    "look-for-device",
    "find-recovery-key",
    "look-in-stock",
    "review-finding",
    "settle-release",
    "settle-lost",
    "settle-spare",
    "settle-disabled",
    "back-up-bitlocker-key",
    "back-up-laps",
    "back-up-activation-lock-code",
    "jamf-back-up-keys",
    "jamf-mobile-back-up-code",
    "kandji-back-up-keys",
    "close-user-access",
    "check-registrations",
    "have-it-check-in",
    "set-primary-user",
    "go-through-owners-devices",
    "finish-hybrid-join",
    "settle-management",
    "have-it-register",
    "abm-assign",
    "have-it-added-to-abm",
    "settle-unused-record",
    "settle-register",
    "sync-chrome-connector",
    "jamf-lock",
    "jamf-mobile-lost-mode",
    "workspace-one-lock",
    "kandji-lock",
    "fleet-lock",
    "jamf-wipe",
    "jamf-remove-mdm",
    "jamf-mobile-wipe",
    "jamf-mobile-unmanage",
    "workspace-one-wipe",
    "workspace-one-enterprise-wipe",
    "kandji-erase",
    "fleet-wipe",
    "fleet-turn-off-mdm",
    "jamf-delete",
    "jamf-mobile-delete",
    "workspace-one-delete",
    "kandji-delete",
    "fleet-delete",
    "defender-offboard",
    "defender-exclude",
    "defender-check",
    "defender-onboard",
    "cloud-pc-end",
    "session-host-remove",
    "virtual-machine-delete",
    "defender-isolate",
    "intune-remote-lock",
    "intune-locate",
    "intune-sync",
    "intune-cancel-action",
    "intune-change-ownership",
    "intune-retire",
    "intune-wipe",
    "data-erased",
    "intune-delete",
    "exchange-remove-device",
    "intune-deprovision-chromeos",
    "autopilot-unassign-user",
    "autopilot-delete",
    "ad-disable-computer",
    "ad-enable-computer",
    "ad-delete-computer",
    "entra-disable",
    "entra-enable",
    "entra-delete",
    "activation-lock-off",
    "abm-unassign",
    "abm-release",
    "chrome-powerwash",
    "chrome-disable",
    "chrome-deprovision",
    "google-account-wipe",
    "data-before-repair",
    "take-back",
    "re-enroll",
    "review-identity",
    "register-retire",
    "register-reassign",
    "verify-in-next-export",
];

/// The shipped steps under one playbook that uses all of them for every device, as careless as loading allows.
///
/// What holds for its plans holds because of the steps, whatever an order says.
pub(super) fn reckless() -> Playbooks {
    let mut files = shipped();
    // Loading insists on the phases, so what waits for the grace period stands after the rest.
    let late = [
        "ad-delete-computer",
        "entra-delete",
        "abm-release",
        "register-retire",
        "register-reassign",
        "verify-in-next-export",
    ];
    let between = SLUGS.iter().filter(|s| !late.contains(s) && !["export-list", "review-identity"].contains(s));
    let order = ["export-list"].iter().chain(between).chain(&late);
    let items: Vec<_> = order.map(|slug| format!("  - step: {slug}\n")).collect();
    let text = format!("playbook: reckless\norder: 15\napplies: {{ none: [unsure] }}\nsteps:\n{}", items.concat());
    files.push(("reckless.yaml".into(), text));
    Playbooks::load(&files, &PARAMETERS).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn every_step_has_its_texts() {
    let books = reckless();
    for slug in SLUGS {
        assert!(books.entries().iter().any(|e| e.slug == slug), "{slug} is not defined");
    }
    for entry in books.entries() {
        let slug = entry.slug.as_str();
        assert!(entry.action.ends_with('.') && entry.why.ends_with('.'), "{slug}");
        assert!(entry.condition.is_empty() || entry.condition.ends_with('.'), "{slug}");
        assert_eq!(entry.console.is_some(), !entry.role.is_empty(), "{slug}");
        assert!(!entry.wipes || entry.irreversible, "{slug} erases and can be undone");
        let days = |day: &str| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok();
        let rests = entry.sources.iter().all(|s| s.page.starts_with("https://") && days(&s.read));
        assert!(rests && (entry.console.is_none() || !entry.sources.is_empty()), "{slug} rests on no page");
        assert!(
            entry.console.is_none() || slug.contains("back-up-") || !entry.seen.is_empty(),
            "{slug} promises nothing"
        );
        assert!(!entry.seen.ends_with('.'), "{slug}");
        assert!(![&entry.action, &entry.condition, &entry.why].iter().any(|t| t.contains(['{', '}', '\n'])));
    }
    assert!(books.entries().iter().all(|e| SLUGS.contains(&e.slug.as_str())));
}

#[test]
fn conditions_speak_of_rules_that_ship() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/findings");
    let families: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let books = playbooks();
    assert!(books.spoken_of().count() > 15);
    for rule in books.spoken_of() {
        assert!(families.iter().any(|family| family.join(format!("{rule}.yaml")).exists()), "{rule}");
    }
}

/// What changes something is a step: the road map counts the last one as a check.
#[test]
fn the_step_that_verifies_only_looks_at_new_exports() {
    let books = playbooks();
    for entry in books.entries().iter().filter(|entry| entry.phase == Phase::Verify) {
        let action = entry.asked();
        let looks = ["Export ", "Nothing is to be done"].iter().any(|begin| action.starts_with(begin));
        assert!(looks && !action.contains(" then "), "{action}");
    }
}

/// Every rule that only wants a look has a step of its own.
#[test]
fn what_only_wants_a_look_says_what_to_do_there() {
    let books = playbooks();
    let of = |intune: State| {
        subject(Platform::Windows, JoinType::Joined)
            .with(Console::Intune, intune)
            .with(Console::Defender, State::Inactive)
            .with(Console::Entra, State::Disabled)
            .with(Console::Abm, State::Unassigned)
            .asks_for(StepIntent::Review, &[0, 1, 2, 3])
            .seen(Activity::Active)
    };
    // What the steps between the list and the next export say, where nothing is pending and where something is.
    let told = |about: u64| {
        let mut said = Vec::new();
        for base in [of(State::Managed), of(State::Leaving)] {
            let mut out = Vec::new();
            books.plan(&Subject { about, ..base }, &mut out);
            let work: Vec<_> = out.iter().map(|step| books.entries().get(step.entry)).collect();
            said.extend(work[1..work.len() - 1].iter().map(|entry| (entry.action.clone(), entry.why.clone())));
        }
        said
    };
    let families = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/findings")).unwrap();
    let mut texts = std::collections::BTreeSet::from([told(0)]);
    let mut rules = 0;
    for family in families {
        for file in fs::read_dir(family.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if fs::read_to_string(&path).unwrap().lines().any(|line| line == "plan: review") {
                let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
                assert!(texts.insert(told(books.about(&rule))), "{rule} has no step of its own");
                rules += 1;
            }
        }
    }
    assert!(rules > 15, "{rules}");
}

#[test]
fn steps_say_what_cannot_be_undone_and_what_erases() {
    let books = reckless();
    let of = |test: fn(&Entry) -> bool| {
        let mut slugs: Vec<_> = books.entries().iter().filter(|e| test(e)).map(|e| e.slug.as_str()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs
    };
    let irreversible = [
        "abm-release",
        "ad-delete-computer",
        "autopilot-delete",
        "check-registrations",
        "chrome-deprovision",
        "chrome-powerwash",
        "cloud-pc-end",
        "data-before-repair",
        "data-erased",
        "defender-offboard",
        "entra-delete",
        "exchange-remove-device",
        "fleet-delete",
        "fleet-wipe",
        "google-account-wipe",
        "intune-delete",
        "intune-deprovision-chromeos",
        "intune-retire",
        "intune-wipe",
        "jamf-delete",
        "jamf-mobile-delete",
        "jamf-mobile-wipe",
        "jamf-wipe",
        "kandji-delete",
        "kandji-erase",
        "session-host-remove",
        "virtual-machine-delete",
        "workspace-one-delete",
        "workspace-one-wipe",
    ];
    assert_eq!(of(|e| e.irreversible), irreversible);
    let wipes = [
        "chrome-deprovision",
        "chrome-powerwash",
        "fleet-wipe",
        "intune-delete",
        "intune-wipe",
        "jamf-mobile-wipe",
        "jamf-wipe",
        "kandji-erase",
        "workspace-one-wipe",
    ];
    assert_eq!(of(|e| e.wipes), wipes);
    let both = irreversible.iter().filter(|s| of(|e| !e.irreversible).contains(s)).count();
    assert_eq!(both, 0, "a step is irreversible in every case or in none");
}

#[test]
fn keys_are_looked_for_where_the_device_is_known() {
    let books = playbooks();
    let keys = |device: Subject| {
        let mut out = Vec::new();
        books.plan(&device.asks_for(StepIntent::Remove, &[]), &mut out);
        let entries = out.iter().map(|p| (books.entries().get(p.entry), p.object.map(RecordId::number)));
        let keys = entries.filter(|(e, _)| e.slug.starts_with("back-up-"));
        keys.map(|(e, o)| format!("{} in {} {o:?}", e.slug, e.console.unwrap())).collect::<Vec<_>>()
    };
    let windows = || subject(Platform::Windows, JoinType::Unknown);
    assert_eq!(keys(windows().with(Console::Intune, State::Managed)), ["back-up-bitlocker-key in intune None"]);
    assert_eq!(
        keys(windows().with(Console::Ad, State::Enabled)),
        ["back-up-bitlocker-key in ad None", "back-up-laps in ad None"]
    );
    assert_eq!(
        keys(windows().with(Console::Entra, State::Enabled).with(Console::Ad, State::Enabled)),
        ["back-up-bitlocker-key in entra Some(0)", "back-up-laps in entra Some(0)"]
    );
    let listed = windows().with(Console::Entra, State::Enabled).with(Console::Bitlocker, State::Unknown);
    assert!(
        condition(&books, &listed.asks_for(StepIntent::Remove, &[]), "back-up-bitlocker-key")
            .starts_with("A key is listed.")
    );
}

#[test]
fn an_ad_computer_goes_with_a_device_that_is_not_entra_joined() {
    let planned = |join| {
        let device =
            subject(Platform::Windows, join).with(Console::Ad, State::Enabled).with(Console::Entra, State::Enabled);
        steps(&playbooks(), &device.asks_for(StepIntent::Remove, &[])).iter().any(|s| s.starts_with("ad-"))
    };
    assert!(planned(JoinType::None) && planned(JoinType::Unknown) && planned(JoinType::Registered));
    assert!(!planned(JoinType::Joined), "a name in common is no proof");
}

#[test]
fn a_surplus_autopilot_record_waits_for_intune() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Autopilot, State::Unknown)
        .but(|o| o.live = false)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[2]);
    expect(&device, "duplicates", &["export-list", "verify-in-next-export"]);
    assert!(condition(&playbooks(), &device, "verify-in-next-export").contains("only after the Intune record"));
}

#[test]
fn where_nobody_knows_the_stamped_record_joined_ones_are_left_alone() {
    let surplus = |join| {
        let device = subject(Platform::Windows, JoinType::Joined)
            .with(Console::Autopilot, State::Unknown)
            .with(Console::Entra, State::Enabled)
            .with(Console::Entra, State::Enabled)
            .but(|o| (o.live, o.join) = (false, join));
        steps(&playbooks(), &device.asks_for(StepIntent::Objects, &[2])).contains(&"entra-disable:2".to_owned())
    };
    assert!(surplus(JoinType::Registered));
    assert!(!surplus(JoinType::Joined) && !surplus(JoinType::Unknown));
}

#[test]
fn the_record_of_a_managed_device_stays() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[1]);
    assert!(!steps(&playbooks(), &device).iter().any(|s| s.starts_with("entra-")));
}

#[test]
fn windows_joined_leaves_intune_then_entra() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .with(Console::Defender, State::Inactive)
        .asks_for(StepIntent::Remove, &[]);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "back-up-laps:1",
        "defender-exclude:2",
        "intune-wipe:0",
        "entra-disable:1",
        "intune-delete:0",
        "entra-delete:1",
        "verify-in-next-export",
    ];
    expect(&device, "windows-joined", &order);
    let retired = steps(&playbooks(), &device.owned(Ownership::Personal).seen(Activity::Active));
    assert_eq!(retired[4], "intune-retire:0", "a person's that checks in is retired");
}

#[test]
fn windows_autopilot_leaves_without_a_step_in_entra() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.ztdid = true)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Defender, State::Active)
        .asks_for(StepIntent::Remove, &[]);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "back-up-laps:1",
        "defender-offboard:3",
        "intune-wipe:0",
        "intune-delete:0",
        "autopilot-unassign-user:2",
        "autopilot-delete:2",
        "verify-in-next-export",
    ];
    expect(&device, "windows-autopilot", &order);
}

#[test]
fn windows_hybrid_leaves_through_ad() {
    let device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .with(Console::Ad, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "back-up-laps:1",
        "intune-wipe:0",
        "ad-disable-computer:2",
        "intune-delete:0",
        "ad-delete-computer:2",
        "verify-in-next-export",
    ];
    expect(&device, "windows-hybrid", &order);
}

#[test]
fn windows_hybrid_without_an_ad_list_still_leaves_through_ad() {
    let device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[0])
        .seen(Activity::Active);
    let order =
        ["export-list", "back-up-bitlocker-key:0", "back-up-laps:0", "ad-disable-computer", "verify-in-next-export"];
    // It is in use: disabling shows whether anybody misses it, and nothing is deleted or erased.
    expect(&device, "windows-hybrid", &order);
    let told = condition(&playbooks(), &device, "ad-disable-computer");
    assert!(told.contains("still signs in") && told.contains("objectGUID, which is the Entra device id"), "{told}");
}

#[test]
fn windows_hybrid_without_a_computer_account_is_dealt_with_in_entra() {
    let mut device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[0]);
    device.ad_complete = true;
    let order = [
        "export-list",
        "back-up-bitlocker-key:0",
        "back-up-laps:0",
        "entra-disable:0",
        "data-erased",
        "entra-delete:0",
        "verify-in-next-export",
    ];
    expect(&device, "windows-hybrid", &order);
    assert!(condition(&playbooks(), &device, "entra-delete").starts_with("After review:"));
}

#[test]
fn a_hybrid_finding_in_entra_reaches_the_computer_that_nobody_named() {
    let device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Entra, State::Enabled)
        .with(Console::Ad, State::Disabled)
        .asks_for(StepIntent::Objects, &[0]);
    for (activity, told) in [(Activity::Active, "still signs in"), (Activity::Unknown, "No activity")] {
        let mut enabled = device.clone().seen(activity);
        enabled.objects[1].state = State::Enabled;
        let all = steps(&playbooks(), &enabled);
        assert!(all.contains(&"ad-disable-computer:1".to_owned()), "{all:?}");
        assert!(condition(&playbooks(), &enabled, "ad-disable-computer").contains(told));
    }
    let planned = steps(&playbooks(), &device);
    assert!(planned.contains(&"ad-delete-computer:1".to_owned()), "{planned:?}");
    assert!(!planned.iter().any(|s| s.starts_with("entra") || s.starts_with("ad-disable")), "{planned:?}");
}

#[test]
fn a_registered_device_is_retired_and_never_wiped() {
    let device = subject(Platform::Windows, JoinType::Registered)
        .owned(Ownership::Personal)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "intune-retire:0",
        "entra-disable:1",
        "entra-delete:1",
        "verify-in-next-export",
    ];
    expect(&device, "windows-registered", &order);
}

#[test]
fn apple_is_released_last() {
    let device = subject(Platform::Ios, JoinType::Registered)
        .with(Console::Intune, State::Managed)
        .with(Console::Abm, State::Assigned)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    let order = [
        "export-list",
        "back-up-activation-lock-code:0",
        "intune-wipe:0",
        "entra-disable:2",
        "activation-lock-off:1",
        "intune-delete:0",
        "abm-unassign:1",
        "abm-release:1",
        "verify-in-next-export",
    ];
    expect(&device, "apple", &order);
    let told = condition(&playbooks(), &device, "abm-release");
    assert!(
        told.starts_with("Only if sold or beyond repair; not for repair by Apple, and never one that is lost."),
        "{told}"
    );
}

#[test]
fn apple_of_a_user_is_retired() {
    let device = subject(Platform::Macos, JoinType::Registered)
        .owned(Ownership::Personal)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Disabled)
        .asks_for(StepIntent::Remove, &[]);
    let order = ["export-list", "intune-retire:0", "intune-delete:0", "entra-delete:1", "verify-in-next-export"];
    expect(&device, "apple", &order);
}

#[test]
fn apple_released_already_only_leaves_intune() {
    let device = subject(Platform::Ios, JoinType::Registered)
        .with(Console::Intune, State::Managed)
        .with(Console::Abm, State::Released)
        .asks_for(StepIntent::Objects, &[0]);
    let order = [
        "export-list",
        "back-up-activation-lock-code:0",
        "activation-lock-off:0",
        "intune-delete:0",
        "verify-in-next-export",
    ];
    expect(&device, "apple", &order);
    assert!(
        condition(&playbooks(), &device, "intune-delete")
            .starts_with("The release in Apple Business (earlier Apple Business Manager)")
    );
}

#[test]
fn apple_with_a_stuck_action_keeps_what_nobody_named() {
    let device = subject(Platform::Ios, JoinType::Registered)
        .with(Console::Intune, State::Leaving)
        .with(Console::Abm, State::Assigned)
        .asks_for(StepIntent::Objects, &[0]);
    let order = [
        "export-list",
        "back-up-activation-lock-code:0",
        "activation-lock-off:0",
        "intune-delete:0",
        "verify-in-next-export",
    ];
    expect(&device, "apple", &order);
    for state in [State::Assigned, State::Released] {
        let mut device = device.clone();
        device.objects[1].state = state;
        assert!(condition(&playbooks(), &device, "intune-delete").contains("Only if it is stuck"));
    }
}

#[test]
fn deprovisioned_in_google_and_listed_in_intune_waits_for_the_connector() {
    let device = subject(Platform::Chromeos, JoinType::None)
        .with(Console::Chrome, State::Deprovisioned)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Objects, &[1]);
    expect(&device, "chrome", &["export-list", "sync-chrome-connector", "verify-in-next-export"]);
    assert!(condition(&playbooks(), &device, "sync-chrome-connector").contains("lists it as Deprovisioned"));
}

#[test]
fn what_was_disabled_in_an_earlier_round_is_deleted() {
    for (platform, ownership) in [
        (Platform::Android, Ownership::Personal),
        (Platform::Android, Ownership::Corporate),
        (Platform::Ios, Ownership::Corporate),
        (Platform::Windows, Ownership::Corporate),
    ] {
        let device = subject(platform, JoinType::Registered).owned(ownership).asks_for(StepIntent::Remove, &[]);
        let planned = |state| steps(&playbooks(), &device.clone().with(Console::Entra, state));
        let disabled = planned(State::Disabled);
        assert!(disabled.contains(&"entra-delete:0".to_owned()), "{platform}");
        assert!(!disabled.contains(&"entra-disable:0".to_owned()), "{platform}");
        assert!(planned(State::Enabled).contains(&"entra-disable:0".to_owned()), "{platform}");
    }
}

#[test]
fn personal_android_is_retired() {
    let mut device = subject(Platform::Android, JoinType::Registered)
        .owned(Ownership::Personal)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .with(Console::Defender, State::Active)
        .with(Console::GoogleMobile, State::Approved)
        .asks_for(StepIntent::Remove, &[]);
    device.mode = AndroidMode::PersonalWorkProfile;
    let order = [
        "export-list",
        "defender-offboard:2",
        "intune-retire:0",
        "entra-disable:1",
        "google-account-wipe:3",
        "verify-in-next-export",
    ];
    expect(&device, "android-personal", &order);
}

#[test]
fn corporate_android_is_erased_and_the_step_says_so() {
    let mut device = subject(Platform::Android, JoinType::Registered)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    device.mode = AndroidMode::Dedicated;
    expect(
        &device,
        "android-corporate",
        &["export-list", "intune-delete:0", "entra-disable:1", "verify-in-next-export"],
    );
    let books = playbooks();
    let mut out = Vec::new();
    books.plan(&device, &mut out);
    let entry = books.entries().get(out[1].entry);
    assert!(entry.wipes && entry.irreversible && entry.action.contains("ERASES"));
}

#[test]
fn corporate_android_that_is_called_personal_is_settled_first() {
    let mut device = subject(Platform::Android, JoinType::Registered)
        .owned(Ownership::Personal)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Remove, &[]);
    device.mode = AndroidMode::FullyManaged;
    expect(&device, "android-corporate", &["export-list", "settle-ownership", "verify-in-next-export"]);
    assert!(condition(&playbooks(), &device, "settle-ownership").contains("before that is settled"));
}

#[test]
fn chrome_is_deprovisioned_before_it_is_reset() {
    let device = subject(Platform::Chromeos, JoinType::None)
        .with(Console::Chrome, State::Active)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Remove, &[])
        .seen(Activity::Active);
    let order = ["export-list", "chrome-deprovision:0", "data-erased", "verify-in-next-export"];
    expect(&device, "chrome", &order);
    assert!(condition(&playbooks(), &device, "chrome-deprovision").contains("handed a replacement"));
}

#[test]
fn chrome_states_decide_what_google_allows() {
    let books = playbooks();
    let planned = |state| {
        let device = subject(Platform::Chromeos, JoinType::None).with(Console::Chrome, state);
        steps(&books, &device.asks_for(StepIntent::Remove, &[])).len() - 2
    };
    for &state in State::ALL {
        // Deprovisioned, where Google still does that, and erased or reset by hand.
        let deprovisions = matches!(state, State::Active | State::Disabled);
        assert_eq!(planned(state), if deprovisions { 2 } else { 1 }, "{}", state.as_str());
    }
}

#[test]
fn chrome_known_to_intune_alone_is_deprovisioned_there() {
    let device = subject(Platform::Chromeos, JoinType::None)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Remove, &[]);
    expect(
        &device,
        "chrome",
        &["export-list", "intune-deprovision-chromeos:0", "data-erased", "verify-in-next-export"],
    );
}

#[test]
fn defender_alone_is_offboarded_or_excluded() {
    let device = |state| subject(Platform::Windows, JoinType::Unknown).with(Console::Defender, state);
    let active = device(State::Active).asks_for(StepIntent::Objects, &[0]);
    expect(&active, "defender-only", &["export-list", "defender-offboard:0", "verify-in-next-export"]);
    let inactive = device(State::Inactive).asks_for(StepIntent::Objects, &[0]);
    expect(&inactive, "defender-only", &["export-list", "defender-exclude:0", "verify-in-next-export"]);
}

#[test]
fn an_autopilot_ghost_leaves_autopilot_and_nothing_else() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.ztdid = true)
        .asks_for(StepIntent::Objects, &[0]);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "back-up-laps:1",
        "data-erased",
        "autopilot-unassign-user:0",
        "autopilot-delete:0",
        "verify-in-next-export",
    ];
    expect(&device, "autopilot-ghost", &order);
    assert!(condition(&playbooks(), &device, "autopilot-delete").starts_with("Confirm that it has left"));
}

#[test]
fn what_intune_lost_leaves_through_autopilot_where_it_is_registered() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Autopilot, State::Unknown)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[1])
        .seen(Activity::Active);
    let order = [
        "export-list",
        "back-up-bitlocker-key:1",
        "back-up-laps:1",
        "data-erased",
        "autopilot-unassign-user:0",
        "autopilot-delete:0",
        "verify-in-next-export",
    ];
    for (activity, told) in [
        (Activity::Active, "still signs in"),
        (Activity::Unknown, "no activity is known"),
        (Activity::Stale, "leaves the organisation for good"),
    ] {
        let device = device.clone().seen(activity);
        // Nobody erases what may still be used.
        let order: Vec<&str> =
            order.into_iter().filter(|step| activity != Activity::Active || *step != "data-erased").collect();
        expect(&device, "windows-autopilot", &order);
        assert!(condition(&playbooks(), &device, "autopilot-delete").contains(told));
    }
}

#[test]
fn a_stamp_without_an_autopilot_list_asks_for_the_list() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.ztdid = true)
        .asks_for(StepIntent::Objects, &[0]);
    let order = ["export-list", "back-up-bitlocker-key:0", "back-up-laps:0", "verify-in-next-export"];
    expect(&device, "windows-autopilot", &order);
    assert!(condition(&playbooks(), &device, "verify-in-next-export").contains("Export the Autopilot devices too"));
}

#[test]
fn what_intune_lost_says_that_it_still_signs_in() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Objects, &[0]);
    let books = playbooks();
    assert_eq!(condition(&books, &device, "entra-disable"), "");
    let unproven = Subject { autopilot_proven: false, ..device.clone() };
    assert!(condition(&books, &unproven, "entra-disable").starts_with("It is not registered with Windows Autopilot."));
    assert!(condition(&books, &unproven, "entra-delete").starts_with("It is not registered with Windows Autopilot."));
    for activity in [Activity::Active, Activity::Unknown] {
        let told = condition(&books, &device.clone().seen(activity), "entra-disable");
        assert!(told.contains("Confirm that it has left") && told.contains("enrol it again"), "{told}");
    }
}

#[test]
fn duplicates_touch_the_named_records_only() {
    let surplus = |o: &mut Object| {
        o.live = false;
        o.join = JoinType::Registered;
    };
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.ztdid = true)
        .with(Console::Entra, State::Enabled)
        .but(surplus)
        .with(Console::Autopilot, State::Unknown)
        .asks_for(StepIntent::Objects, &[2])
        .seen(Activity::Active);
    let order =
        ["export-list", "back-up-bitlocker-key:2", "entra-disable:2", "entra-delete:2", "verify-in-next-export"];
    expect(&device, "duplicates", &order);
}

#[test]
fn a_device_that_leaves_takes_its_named_duplicates_along() {
    let device = subject(Platform::Windows, JoinType::Hybrid)
        .with(Console::Entra, State::Enabled)
        .with(Console::Entra, State::Enabled)
        .but(|o| {
            o.live = false;
            o.join = JoinType::Registered;
        })
        .asks_for(StepIntent::Remove, &[])
        .asks_for(StepIntent::Objects, &[1]);
    let planned = steps(&playbooks(), &device);
    let touched: Vec<_> = planned.iter().filter(|s| s.starts_with("entra-")).collect();
    assert_eq!(touched, ["entra-disable:1", "entra-delete:1"]);
    assert!(planned.contains(&"ad-disable-computer".to_owned()));
}

#[test]
fn linux_is_disabled_and_its_records_go() {
    let device = subject(Platform::Linux, JoinType::Registered)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    let order =
        ["export-list", "entra-disable:1", "data-erased", "intune-delete:0", "entra-delete:1", "verify-in-next-export"];
    expect(&device, "other", &order);
}

#[test]
fn a_device_of_unknown_kind_is_only_looked_at() {
    let mut device = subject(Platform::Other, JoinType::Unknown)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Remove, &[]);
    device.platform = None;
    expect(&device, "review", &["export-list", "settle-platform", "verify-in-next-export"]);
}

#[test]
fn unsure_identity_gives_one_step() {
    for identity in [Identity::Weak, Identity::Conflict] {
        let mut device = subject(Platform::Windows, JoinType::Joined)
            .with(Console::Entra, State::Enabled)
            .asks_for(StepIntent::Remove, &[]);
        device.identity = identity;
        expect(&device, "review-identity", &["review-identity"]);
    }
}

#[test]
fn management_is_restored_and_nothing_goes() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Reconnect, &[])
        .asks_for(StepIntent::Review, &[]);
    let back = ["export-list", "back-up-bitlocker-key", "re-enroll", "verify-in-next-export"];
    expect(&device, "reconnect", &back);
    let both = device.with(Console::Entra, State::Enabled).but(|o| o.live = false).asks_for(StepIntent::Objects, &[1]);
    let planned = steps(&playbooks(), &both);
    assert_eq!(
        planned[planned.len() - 4..],
        ["entra-disable:1", "re-enroll", "entra-delete:1", "verify-in-next-export"]
    );
}

#[test]
fn a_look_is_a_look() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .asks_for(StepIntent::Review, &[0]);
    expect(&device, "review", &["export-list", "review-finding", "verify-in-next-export"]);
}

#[test]
fn nothing_asked_is_nothing_planned() {
    let device = subject(Platform::Windows, JoinType::Joined).with(Console::Intune, State::Managed);
    assert!(steps(&playbooks(), &device).is_empty());
}

#[test]
fn a_stuck_action_waits_for_review_before_delete() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Leaving)
        .asks_for(StepIntent::Objects, &[0])
        .seen(Activity::Active);
    let planned = steps(&playbooks(), &device);
    assert!(planned.contains(&"intune-delete:0".to_owned()) && !planned.contains(&"intune-retire:0".to_owned()));
    assert!(condition(&playbooks(), &device, "intune-delete").contains("Only if it is stuck"));
}

#[test]
fn more_records_than_usual_are_planned_too() {
    let mut device = subject(Platform::Windows, JoinType::Joined).asks_for(StepIntent::Remove, &[]);
    for _ in 0..40 {
        device = device.with(Console::Entra, State::Enabled);
    }
    assert_eq!(steps(&playbooks(), &device).len(), 3 + 40 * 4);
}

#[test]
fn rows_of_one_object_are_one_step() {
    let device = subject(Platform::Linux, JoinType::Registered)
        .with(Console::Entra, State::Enabled)
        .with(Console::Entra, State::Enabled)
        .but(|o| o.record = RecordId::new(0))
        .asks_for(StepIntent::Remove, &[]);
    expect(
        &device,
        "other",
        &["export-list", "entra-disable:0", "data-erased", "entra-delete:0", "verify-in-next-export"],
    );
}

#[test]
fn servers_and_virtual_machines_are_neither_wiped_nor_enrolled() {
    for books in [playbooks(), reckless()] {
        for intent in [StepIntent::Remove, StepIntent::Reconnect] {
            for purpose in Disposition::ALL {
                let device = subject(Platform::Windows, JoinType::Joined)
                    .with(Console::Intune, State::Managed)
                    .with(Console::Entra, State::Enabled)
                    .asks_for(intent, &[]);
                let device = Subject { purpose: *purpose, ..device };
                let server = steps(&books, &Subject { server: true, ..device.clone() });
                let never = ["intune-wipe:0", "intune-retire:0", "re-enroll"];
                assert!(never.iter().all(|step| !server.iter().any(|s| s == step)), "{server:?}");
                let desktop = Subject { virtual_device: true, cloud_pc: true, ..device.clone() };
                let desktop = steps(&books, &desktop);
                assert!(!desktop.iter().any(|s| s == "intune-wipe:0" || s == "re-enroll"), "{desktop:?}");
                let machine = steps(&books, &Subject { virtual_device: true, ..device });
                assert!(!machine.iter().any(|s| s == "intune-wipe:0"), "{machine:?}");
            }
        }
    }
}

#[test]
fn a_row_that_takes_no_actions_gets_none_and_stands_in_nobodys_way() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .but(|o| (o.connector, o.without_actions) = (true, true))
        .with(Console::Autopilot, State::Unknown)
        .asks_for(StepIntent::Remove, &[]);
    let steps = steps(&playbooks(), &device);
    assert!(!steps.iter().any(|s| s.starts_with("intune-")), "{steps:?}");
    assert!(steps.iter().any(|s| s == "autopilot-delete:1"), "{steps:?}");
}

#[test]
fn a_cloud_pc_ends_before_its_records_go() {
    let device = subject(Platform::Windows, JoinType::Joined)
        .with(Console::Intune, State::Managed)
        .with(Console::Entra, State::Enabled)
        .asks_for(StepIntent::Remove, &[]);
    let device = Subject { virtual_device: true, cloud_pc: true, ..device };
    let order = [
        "export-list",
        "cloud-pc-end:0",
        "intune-delete:0",
        "entra-disable:1",
        "entra-delete:1",
        "verify-in-next-export",
    ];
    expect(&device, "cloud-pc", &order);
}
