//! What must hold for every plan, tried on every kind of device.

use std::sync::LazyLock;

use super::tests::{playbooks, reckless, subject};
use super::*;
use crate::console::Console;
use crate::schema::{Activity, Disposition, Identity, JoinType, Ownership, Platform};

/// Which consoles hold the device, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Presence {
    Everywhere,
    EntraOnly,
    IntuneOnly,
    Surplus,
    WithoutIntune,
    Finished,
    Odd,
}

/// Whether Autopilot knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Autopilot {
    No,
    Record,
    Stamp,
    Both,
}

/// What findings ask for; several at once where the text says so.
const ASKS: [&[(StepIntent, Named)]; 12] = [
    &[(StepIntent::Remove, Named::None)],
    &[(StepIntent::Objects, Named::Live(Console::Entra))],
    &[(StepIntent::Objects, Named::Live(Console::Intune))],
    &[(StepIntent::Objects, Named::Live(Console::Autopilot))],
    &[(StepIntent::Objects, Named::Live(Console::Abm))],
    &[(StepIntent::Objects, Named::Older)],
    &[(StepIntent::Objects, Named::All)],
    &[(StepIntent::Remove, Named::None), (StepIntent::Objects, Named::Older), (StepIntent::Reconnect, Named::None)],
    &[(StepIntent::Objects, Named::Older), (StepIntent::Reconnect, Named::None)],
    &[(StepIntent::Reconnect, Named::None), (StepIntent::Review, Named::All)],
    &[(StepIntent::Review, Named::All)],
    &[(StepIntent::Objects, Named::Live(Console::Entra)), (StepIntent::Reconnect, Named::None)],
];

/// Records that a finding names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Named {
    None,
    Live(Console),
    Older,
    All,
}

/// The state that is normal for a console, the one at the end of the way, and one that says nothing.
fn state(console: Console, presence: Presence) -> State {
    let (usual, finished) = match console.as_str() {
        "intune" => (State::Managed, State::Leaving),
        "entra" | "ad" => (State::Enabled, State::Disabled),
        "defender" => (State::Active, State::Inactive),
        "abm" => (State::Assigned, State::Released),
        "chrome" => (State::Active, State::Deprovisioned),
        "google-mobile" => (State::Approved, State::Wiped),
        _ => (State::Unknown, State::Unknown),
    };
    match presence {
        Presence::Finished => finished,
        Presence::Odd if console == Console::Abm => State::Unassigned,
        Presence::Odd => State::Other,
        _ => usual,
    }
}

fn consoles(platform: Option<Platform>, join: JoinType) -> Vec<Console> {
    let mut list = vec![Console::Intune, Console::Entra, Console::Defender];
    match platform {
        Some(Platform::Windows) => list.extend([Console::Bitlocker, Console::Laps]),
        Some(Platform::Ios | Platform::Macos) => list.extend([Console::Abm, Console::Ade, Console::GoogleMobile]),
        Some(Platform::Android) => list.push(Console::GoogleMobile),
        Some(Platform::Chromeos) => list.push(Console::Chrome),
        _ => {}
    }
    if matches!(join, JoinType::Hybrid | JoinType::None) || platform == Some(Platform::Windows) {
        list.push(Console::Ad);
    }
    list
}

/// The records of a device of one kind.
fn furnish(mut device: Subject, presence: Presence, autopilot: Autopilot) -> Subject {
    for console in consoles(device.platform, device.join_type) {
        let held = match presence {
            Presence::EntraOnly => console == Console::Entra,
            Presence::IntuneOnly => console == Console::Intune,
            Presence::WithoutIntune => ![Console::Intune, Console::Ad].contains(&console),
            _ => true,
        };
        if held {
            device = device.with(console, state(console, presence));
            if console == Console::Entra {
                let stamp = matches!(autopilot, Autopilot::Stamp | Autopilot::Both);
                device = device.but(|o| o.ztdid = stamp);
            }
        }
        if presence == Presence::Surplus && [Console::Intune, Console::Entra, Console::Defender].contains(&console) {
            let join = if device.join_type == JoinType::Registered { JoinType::Joined } else { JoinType::Registered };
            device = device.with(console, state(console, Presence::Everywhere)).but(|o| {
                o.live = false;
                o.join = join;
            });
        }
    }
    if matches!(autopilot, Autopilot::Record | Autopilot::Both) {
        device = device.with(Console::Autopilot, State::Unknown);
    }
    device
}

fn ask(device: &mut Subject, asks: &[(StepIntent, Named)]) {
    for &(intent, named) in asks {
        let wanted = |o: &&Object| match named {
            Named::None => false,
            Named::Live(console) => o.console == console && o.live,
            Named::Older => !o.live,
            Named::All => true,
        };
        let objects = device.objects.iter().filter(wanted).map(|o| o.record).collect();
        device.claims.push(Claim { intent, rule: 0, objects });
    }
}

/// Calls `check` with a device of every kind.
fn every_device(mut check: impl FnMut(&Subject)) {
    use Presence as P;
    let platforms: Vec<_> = Platform::ALL.iter().copied().map(Some).chain([None]).collect();
    let kinds = platforms.iter().flat_map(|&platform| {
        let modes: &[AndroidMode] =
            if platform == Some(Platform::Android) { AndroidMode::ALL } else { &[AndroidMode::Unknown] };
        modes.iter().flat_map(move |&mode| Ownership::ALL.iter().map(move |&owner| (platform, mode, owner)))
    });
    for (platform, mode, ownership) in kinds {
        for &join in JoinType::ALL {
            let mut base = subject(Platform::Other, join);
            (base.platform, base.mode, base.ownership) = (platform, mode, ownership);
            for presence in
                [P::Everywhere, P::EntraOnly, P::IntuneOnly, P::Surplus, P::WithoutIntune, P::Finished, P::Odd]
            {
                let all = [Autopilot::No, Autopilot::Both, Autopilot::Record, Autopilot::Stamp];
                // Elsewhere it is a contradiction, and one kind of it is enough.
                let some = if matches!(platform, Some(Platform::Windows) | None) { &all[..] } else { &all[..2] };
                for &autopilot in some {
                    let furnished = furnish(base.clone(), presence, autopilot);
                    vary(&furnished, &mut check);
                }
            }
        }
    }
}

/// The same device under every sign of activity, identity, purpose and set of findings.
fn vary(furnished: &Subject, check: &mut impl FnMut(&Subject)) {
    let others = [
        (Disposition::Reuse, Activity::Active),
        (Disposition::Reuse, Activity::Stale),
        (Disposition::Repair, Activity::Stale),
        (Disposition::Replace, Activity::Unknown),
    ];
    for (at, asks) in ASKS.iter().enumerate() {
        let mut device = furnished.clone();
        ask(&mut device, asks);
        for &activity in Activity::ALL {
            device.activity = activity;
            check(&device);
            if device.join_type == JoinType::Hybrid {
                device.ad_complete = true;
                check(&device);
                device.ad_complete = false;
            }
        }
        // The others ask for no more, or for nothing to go.
        if [0, 1, 3, 5, 6, 7].contains(&at) {
            for (purpose, activity) in others {
                (device.purpose, device.activity) = (purpose, activity);
                check(&device);
            }
            (device.shared, device.teams, device.flex) = (true, true, true);
            check(&device);
            (device.purpose, device.activity) = (Disposition::Dispose, Activity::Stale);
            check(&device);
            device.kept = true;
            check(&device);
            device.kept = false;
            (device.shared, device.teams, device.flex) = (false, false, false);
            special(&device, check);
        }
        device.kept = false;
        device.identity = Identity::Weak;
        check(&device);
    }
}

/// Rules of which plans speak, as bits.
fn about(rules: &[&str]) -> u64 {
    static BOOKS: LazyLock<Playbooks> = LazyLock::new(playbooks);
    rules.iter().fold(0, |bits, rule| {
        assert_ne!(BOOKS.about(rule), 0, "{rule}");
        bits | BOOKS.about(rule)
    })
}

/// The same device lost, as a server, as a Surface Hub, out of reach, and unencrypted.
fn special(device: &Subject, check: &mut impl FnMut(&Subject)) {
    let with = |change: &dyn Fn(&mut Subject)| {
        let mut device = device.clone();
        change(&mut device);
        device
    };
    for one in [
        with(&|d| (d.purpose, d.decided) = (Disposition::Lost, true)),
        with(&|d| d.purpose = Disposition::Lost),
        with(&|d| (d.purpose, d.activity) = (Disposition::Lost, Activity::Active)),
        // No phone and no Chromebook runs a server system.
        with(&|d| d.server = !matches!(d.platform, Some(Platform::Android | Platform::Ios | Platform::Chromeos))),
        with(&|d| d.surface_hub = true),
        with(&|d| d.directory_service = true),
        with(&|d| d.about = about(&["certificate-expired"])),
        with(&|d| d.about = about(&["unencrypted-and-stale", "action-stuck"])),
        with(&|d| (d.about, d.decided) = (about(&["unencrypted-and-stale"]), true)),
    ] {
        check(&one);
    }
}

/// Steps that take nothing away.
const RESTORE: &[&str] = &[
    "ad-enable-computer",
    "entra-enable",
    "intune-locate",
    "intune-sync",
    "intune-cancel-action",
    "intune-change-ownership",
    "defender-check",
    "defender-onboard",
];

/// Whether nobody has decided about a device that is unencrypted and stale: its access is closed like that of a lost one.
pub(super) fn is_incident(device: &Subject) -> bool {
    let open = device.purpose == Disposition::Dispose && !device.decided && device.asks(StepIntent::Remove);
    open && device.about & about(&["unencrypted-and-stale"]) != 0
}

/// Whether nobody can find the device. Where it keeps its live records, what becomes of the others is not its lot.
pub(super) fn is_lost(device: &Subject) -> bool {
    let leaves = device.asks(StepIntent::Remove) || device.objects.iter().any(|o| o.live && device.names(o.record));
    device.purpose == Disposition::Lost && leaves
}

/// Whether Apple says that the device is the organisation's no more: then its access is closed, though Intune holds it.
fn is_released(plan: &Plan) -> bool {
    let mut apple = plan.device.of(Console::Abm).peekable();
    apple.peek().is_some() && apple.all(|o| o.state == State::Released)
}

/// A plan with what it speaks of.
struct Plan<'a> {
    device: &'a Subject,
    steps: Vec<(&'a Entry, Option<&'a Object>)>,
}

impl Plan<'_> {
    fn at(&self, slug: &str, record: Option<RecordId>) -> Option<usize> {
        self.steps.iter().position(|(e, o)| e.slug == slug && o.map(|o| o.record) == record)
    }

    fn first(&self, slug: &str) -> Option<usize> {
        self.steps.iter().position(|(e, _)| e.slug == slug)
    }

    fn holds(&self, console: Console) -> bool {
        self.device.of(console).next().is_some()
    }
}

/// What must hold for a plan; else, what is broken.
type Promise = fn(&Plan) -> Result<(), &'static str>;

/// What holds whatever a playbook says.
const ALWAYS: &[Promise] = &[
    every_plan_has_its_frame_and_no_step_twice,
    a_step_is_done_where_the_device_is,
    only_what_is_asked_for_goes,
    what_is_taken_from_a_device_in_use_says_that_it_is_in_use,
    keys_come_first_where_windows_loses_its_record,
    entra_is_left_to_ad_and_to_autopilot,
    nothing_of_a_person_is_erased,
    platforms_decide_what_intune_can_do,
    keys_are_asked_for_only_where_something_goes,
    autopilot_goes_after_intune,
    apple_release_is_the_last_that_cannot_be_undone,
    states_decide,
    ad_is_disabled_before_it_is_deleted,
    what_still_lives_is_confirmed_before_it_goes,
    phases_never_go_back_and_nothing_final_comes_first,
    ad_is_for_what_ad_holds,
    what_stays_keeps_its_registrations,
    what_somebody_keeps_is_left_alone,
    consoles_that_are_done_are_left_alone,
    what_leaves_for_good_is_erased_or_somebody_accepts_the_rest,
    a_domain_controller_and_the_account_of_a_service_keep_their_place_in_the_directory,
    activation_lock_goes_off_only_with_the_device_in_hand,
    corporate_android_is_never_retired_and_its_delete_says_that_it_erases,
    what_is_lost_keeps_its_records,
    what_is_to_come_back_keeps_what_it_lives_by,
    a_disk_is_erased_only_where_the_device_leaves,
];

/// What an order of steps must keep to, and the shipped playbooks do.
const SHIPPED: &[Promise] = &[
    closing_access_never_waits_for_what_may_never_come,
    the_access_of_a_lost_device_is_closed_without_a_question,
    old_records_go_once_the_device_stands_under_new_ones,
    nothing_goes_to_repair_in_the_clear_unsaid,
    on_a_server_nothing_is_done_but_removing_records,
    nothing_is_done_to_what_the_directory_needs,
];

#[test]
fn every_shipped_plan_keeps_what_is_promised() {
    check(&playbooks(), &[ALWAYS, SHIPPED].concat());
}

#[test]
fn a_playbook_that_takes_no_care_breaks_no_promise() {
    check(&reckless(), ALWAYS);
}

/// Makes the plan of every device once, and tries every promise on it.
fn check(books: &Playbooks, promises: &[Promise]) {
    let mut out = Vec::new();
    let mut tried = 0_u32;
    every_device(|device| {
        out.clear();
        books.plan(device, &mut out);
        let object = |record: Option<RecordId>| record.and_then(|r| device.objects.iter().find(|o| o.record == r));
        let steps = out.iter().map(|p| (books.entries().get(p.entry), object(p.object))).collect();
        let plan = Plan { device, steps };
        for holds in promises {
            let Err(broken) = holds(&plan) else { continue };
            let slugs: Vec<_> = plan.steps.iter().map(|(e, o)| (&e.slug, o.map(|o| o.record))).collect();
            panic!("{broken}\n{:?}\n{slugs:#?}\n{device:#?}", books.book_of(device));
        }
        tried += 1;
    });
    assert!(tried > 100_000, "{tried}");
}

fn demand(holds: bool, rule: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(rule) }
}

fn every_plan_has_its_frame_and_no_step_twice(plan: &Plan) -> Result<(), &'static str> {
    if plan.device.identity == Identity::Weak {
        let only: Vec<_> = plan.steps.iter().map(|(e, _)| e.slug.as_str()).collect();
        return demand(only == ["review-identity"], "an unsure device is only reviewed");
    }
    let slug = |at: usize| plan.steps.get(at).map(|(e, _)| e.slug.as_str());
    demand(slug(0) == Some("export-list"), "starts with the list")?;
    demand(slug(plan.steps.len() - 1) == Some("verify-in-next-export"), "ends with the check")?;
    demand(plan.first("review-identity").is_none(), "the review of identity stands alone")?;
    let first_final = plan.steps.iter().position(|(e, _)| e.irreversible).unwrap_or(usize::MAX);
    let keys = plan.steps.iter().rposition(|(e, _)| e.slug.starts_with("back-up-"));
    demand(keys.is_none_or(|k| k < first_final), "keys are saved before anything irreversible")?;
    let twice = |(at, (e, o)): (usize, &(&Entry, Option<&Object>))| plan.at(&e.slug, o.map(|o| o.record)) != Some(at);
    demand(!plan.steps.iter().enumerate().any(twice), "no step twice for one object")
}

fn a_step_is_done_where_the_device_is(plan: &Plan) -> Result<(), &'static str> {
    for (entry, object) in &plan.steps {
        let Some(console) = entry.console else {
            demand(object.is_none(), "no object outside consoles")?;
            continue;
        };
        let proven = console == Console::Ad && plan.device.join_type == JoinType::Hybrid && plan.holds(Console::Entra);
        demand(plan.holds(console) || proven, "its console holds the device")?;
        demand(object.is_none_or(|o| o.console == console), "its object lies in its console")?;
    }
    Ok(())
}

fn only_what_is_asked_for_goes(plan: &Plan) -> Result<(), &'static str> {
    let (device, remove) = (plan.device, plan.device.asks(StepIntent::Remove));
    if !remove && !device.asks(StepIntent::Objects) {
        let touched = plan.steps.iter().any(|(e, _)| e.irreversible || e.slug.ends_with("-disable"));
        return demand(!touched, "nothing goes where nothing is asked to go");
    }
    let goes = |e: &Entry| !e.slug.starts_with("back-up-") && !RESTORE.contains(&e.slug.as_str());
    for (entry, object) in plan.steps.iter().filter(|(e, _)| goes(e)) {
        let Some(object) = object else { continue };
        // Autopilot and AD are where an Entra record that is asked to go is dealt with.
        let elsewhere = entry.console.is_some_and(|c| [Console::Autopilot, Console::Ad].contains(&c));
        let closed = entry.slug == "entra-disable" && is_released(plan);
        demand(remove || elsewhere || closed || device.names(object.record), "only named records go")?;
        let all_older = device
            .claims
            .iter()
            .all(|c| c.objects.iter().all(|r| device.objects.iter().any(|o| o.record == *r && !o.live)));
        demand(remove || closed || !all_older || !object.live, "surplus records never take a live one along")?;
    }
    Ok(())
}

fn what_is_taken_from_a_device_in_use_says_that_it_is_in_use(plan: &Plan) -> Result<(), &'static str> {
    if plan.device.activity != Activity::Active {
        return Ok(());
    }
    for (entry, object) in &plan.steps {
        let acts = entry.console.is_some() && matches!(entry.phase, Phase::Remove | Phase::AfterGrace);
        let surplus = object.is_some_and(|o| !o.live && plan.device.names(o.record));
        // What somebody declared lost leaves service whether it is in use or not, and no access waits for that question.
        let lost = plan.device.purpose == Disposition::Lost && (plan.device.decided || !entry.irreversible);
        let says = lost || ["still", "in use", "It reports"].iter().any(|word| entry.condition.contains(word));
        demand(!acts || surplus || says || RESTORE.contains(&entry.slug.as_str()), "a device in use is called so")?;
    }
    Ok(())
}

fn keys_come_first_where_windows_loses_its_record(plan: &Plan) -> Result<(), &'static str> {
    let goes = |e: &Entry| ["intune-retire", "intune-delete", "entra-delete"].contains(&e.slug.as_str());
    let windows = plan.device.platform == Some(Platform::Windows);
    let needed = windows && plan.steps.iter().any(|(e, _)| goes(e));
    demand(!needed || plan.first("back-up-bitlocker-key").is_some(), "keys are saved")
}

fn entra_is_left_to_ad_and_to_autopilot(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    let hybrid = device.join_type == JoinType::Hybrid;
    let no_computer = device.ad_complete && !plan.holds(Console::Ad);
    let autopilot = plan.holds(Console::Autopilot) || device.objects.iter().any(|o| o.ztdid);
    for (entry, object) in plan.steps.iter().filter(|(e, _)| e.slug.starts_with("entra-")) {
        let object = object.ok_or("an Entra step has an object")?;
        let surplus = device.names(object.record) && !object.live;
        // Disabling a lost one closes its access and can be undone.
        let lost = (device.purpose == Disposition::Lost || is_incident(device)) && entry.slug == "entra-disable";
        // What Autopilot made is another record, and no computer in AD takes this one out.
        let left = no_computer && device.objects.iter().any(|o| o.ztdid);
        demand(!object.ztdid || lost, "the stamped record is left alone")?;
        demand(!hybrid || surplus || no_computer, "a hybrid record follows AD")?;
        let stamped = device.objects.iter().any(|o| o.ztdid) || object.join == JoinType::Registered;
        demand(!autopilot || stamped || lost, "any joined record may be the one of Autopilot")?;
        let managed = plan.holds(Console::Intune) && !device.asks(StepIntent::Remove);
        let closed = entry.slug == "entra-disable" && is_released(plan);
        demand(!managed || closed || !object.live, "a managed device keeps its live record")?;
        demand(!autopilot || surplus || lost || left, "the record of an Autopilot device is left alone")?;
        if entry.slug == "entra-delete" {
            let disabled = plan.at("entra-disable", Some(object.record));
            let earlier = disabled < plan.at("entra-delete", Some(object.record)) && disabled.is_some();
            demand(earlier || object.state == State::Disabled, "disabled before deleted")?;
        }
    }
    Ok(())
}

fn nothing_of_a_person_is_erased(plan: &Plan) -> Result<(), &'static str> {
    let personal = plan.device.ownership == Ownership::Personal;
    demand(!personal || !plan.steps.iter().any(|(e, _)| e.wipes), "no personal device is wiped")?;
    let corporate = plan.device.ownership == Ownership::Corporate;
    demand(corporate || plan.first("intune-wipe").is_none(), "only what surely is the organisation's is wiped")
}

fn corporate_android_is_never_retired_and_its_delete_says_that_it_erases(plan: &Plan) -> Result<(), &'static str> {
    use AndroidMode as M;
    let device = plan.device;
    if device.platform != Some(Platform::Android) {
        return Ok(());
    }
    let by_mode = matches!(device.mode, M::FullyManaged | M::Dedicated | M::CorporateWorkProfile | M::Aosp);
    let corporate = by_mode || device.mode == M::Unknown && device.ownership == Ownership::Corporate;
    demand(!corporate || plan.first("intune-retire").is_none(), "corporate Android is not retired")?;
    let stale = |(e, _): &(&Entry, Option<&Object>)| e.slug == "intune-delete" && !e.wipes;
    demand(!corporate || !plan.steps.iter().any(stale), "delete on corporate Android erases")
}

fn platforms_decide_what_intune_can_do(plan: &Plan) -> Result<(), &'static str> {
    let never: &[&str] = match plan.device.platform {
        Some(Platform::Chromeos) => &["intune-retire", "intune-wipe", "intune-delete"],
        Some(Platform::Linux) => &["intune-wipe", "intune-deprovision-chromeos"],
        Some(_) => &["intune-deprovision-chromeos"],
        None => &["intune-wipe", "intune-delete", "intune-deprovision-chromeos"],
    };
    demand(!plan.steps.iter().any(|(e, _)| never.contains(&e.slug.as_str())), "the platform allows it")
}

fn keys_are_asked_for_only_where_something_goes(plan: &Plan) -> Result<(), &'static str> {
    let keys = plan.steps.iter().any(|(e, _)| e.slug == "back-up-bitlocker-key" || e.slug == "back-up-laps");
    let asked = |o: &Object| plan.device.asks(StepIntent::Remove) || plan.device.names(o.record);
    let holds_keys = [Console::Intune, Console::Entra, Console::Autopilot, Console::Ad];
    let goes = plan.device.objects.iter().any(|o| asked(o) && holds_keys.contains(&o.console));
    // A PC that is to come back may have to be reset.
    let comes_back = plan.device.asks(StepIntent::Reconnect);
    demand(!keys || goes || comes_back, "keys are saved before a record goes")
}

fn autopilot_goes_after_intune(plan: &Plan) -> Result<(), &'static str> {
    let Some(at) = plan.first("autopilot-unassign-user").or_else(|| plan.first("autopilot-delete")) else {
        return Ok(());
    };
    let gone = |o: &Object| plan.at("intune-delete", Some(o.record)).is_some_and(|deleted| deleted < at);
    demand(plan.device.of(Console::Intune).all(gone), "the Intune record is gone before")
}

fn apple_release_is_the_last_that_cannot_be_undone(plan: &Plan) -> Result<(), &'static str> {
    let Some(at) = plan.first("abm-release") else { return Ok(()) };
    let (entry, object) = &plan.steps[at];
    let object = object.ok_or("a release has an object")?;
    demand(object.state != State::Released, "released once")?;
    demand(plan.steps[at + 1..].iter().all(|(e, _)| !e.irreversible), "nothing irreversible after it")?;
    let unassigned = plan.at("abm-unassign", Some(object.record)).is_some_and(|u| u < at);
    demand(unassigned || object.state == State::Unassigned, "unassigned before")?;
    let gone = |o: &Object| plan.at("intune-delete", Some(o.record)).is_some_and(|deleted| deleted < at);
    demand(plan.device.of(Console::Intune).all(gone), "gone from Intune before")?;
    demand(entry.irreversible && entry.condition.contains("not for repair by Apple"), "with its condition")
}

fn states_decide(plan: &Plan) -> Result<(), &'static str> {
    for (entry, object) in &plan.steps {
        let Some(object) = object else { continue };
        let possible = match object.state {
            State::Deprovisioned => object.console != Console::Chrome,
            State::Released => object.console != Console::Abm,
            State::Wiped => object.console != Console::GoogleMobile,
            State::Leaving => !["intune-retire", "intune-wipe"].contains(&entry.slug.as_str()),
            State::Disabled => !entry.slug.ends_with("-disable"),
            State::Inactive => entry.slug != "defender-offboard",
            State::Active => entry.slug != "defender-exclude",
            _ => true,
        };
        demand(possible, "the state of the object allows it")?;
    }
    Ok(())
}

fn ad_is_disabled_before_it_is_deleted(plan: &Plan) -> Result<(), &'static str> {
    for (at, (_, object)) in plan.steps.iter().enumerate().filter(|(_, (e, _))| e.slug == "ad-delete-computer") {
        let disabled = plan.at("ad-disable-computer", object.map(|o| o.record)).is_some_and(|d| d < at);
        demand(disabled || object.is_some_and(|o| o.state == State::Disabled), "disabled before deleted")?;
    }
    Ok(())
}

fn what_still_lives_is_confirmed_before_it_goes(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    if device.activity == Activity::Stale {
        return Ok(());
    }
    for (entry, object) in plan.steps.iter().filter(|(e, _)| e.slug == "entra-disable" && e.console.is_some()) {
        let live = object.is_some_and(|o| o.live);
        let told = !entry.condition.is_empty();
        let confirmed = !device.asks(StepIntent::Remove) || device.activity == Activity::Unknown || told;
        demand(confirmed, "an active device leaves only when somebody has said so")?;
        let named = !device.asks(StepIntent::Remove) && live && !device.ad_complete && !is_lost(device);
        let again = ["enrol it again", "Whoever runs it"].iter().any(|word| entry.condition.contains(word));
        demand(!named || again, "a record that may still sign in is confirmed or enrolled again")?;
    }
    Ok(())
}

/// The records that a claim of the device names, or all of them where the whole device leaves.
fn leaves(plan: &Plan, object: &Object) -> bool {
    plan.device.asks(StepIntent::Remove) || plan.device.names(object.record)
}

fn phases_never_go_back_and_nothing_final_comes_first(plan: &Plan) -> Result<(), &'static str> {
    let phases: Vec<Phase> = plan.steps.iter().map(|(e, _)| e.phase).collect();
    demand(phases.is_sorted(), "phases never go back")?;
    let first = plan.steps.iter().position(|(e, _)| e.irreversible);
    demand(first != Some(0), "what cannot be undone is never first")?;
    let late = |slug: &str| ["entra-delete", "ad-delete-computer", "abm-release"].contains(&slug);
    let graced = plan.steps.iter().all(|(e, _)| late(&e.slug) == (e.phase == Phase::AfterGrace));
    demand(graced, "deletions and releases wait for the grace period, and nothing else does")
}

fn ad_is_for_what_ad_holds(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    let hybrid = device.join_type == JoinType::Hybrid || device.objects.iter().any(|o| o.join == JoinType::Hybrid);
    for (_, object) in plan.steps.iter().filter(|(e, _)| e.console == Some(Console::Ad)) {
        let named = object.is_some_and(|o| device.names(o.record));
        let foreign = device.join_type == JoinType::Joined || device.ownership == Ownership::Personal;
        demand(named || hybrid || !foreign, "no AD step for what is joined to Entra alone, or a person's")?;
        demand(object.is_some() || hybrid, "a computer that no list shows is known for hybrid devices only")?;
    }
    Ok(())
}

fn what_stays_keeps_its_registrations(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    for (entry, object) in &plan.steps {
        let slug = entry.slug.as_str();
        let live = object.is_none_or(|o| o.live);
        let stays = matches!(device.purpose, Disposition::Reuse | Disposition::Repair);
        let released = ["abm-unassign", "abm-release", "chrome-deprovision", "intune-deprovision-chromeos"];
        // An enrolled Chromebook cannot be repaired: it is deprovisioned, and enrolled again when it is back.
        let mended = device.purpose == Disposition::Repair && slug.contains("deprovision");
        demand(!stays || mended || !released.contains(&slug), "what stays is not released")?;
        demand(!stays || slug != "autopilot-delete" || !live, "what stays keeps its Autopilot record")?;
        demand(device.purpose != Disposition::Replace || slug != "abm-release", "an exchanged one may go to Apple")?;
        let looks = entry.phase == Phase::Prepare;
        let touches = entry.console.is_some() && !looks && slug != "activation-lock-off";
        let wiped = slug == "intune-wipe" || mended;
        let named = object.is_some_and(|o| device.names(o.record) && !o.live);
        demand(
            device.purpose != Disposition::Repair || !touches || wiped || named,
            "what comes back from repair is at most erased",
        )?;
    }
    Ok(())
}

fn what_somebody_keeps_is_left_alone(plan: &Plan) -> Result<(), &'static str> {
    let touched = plan.steps.iter().any(|(e, _)| e.console.is_some() || e.slug == "re-enroll");
    demand(!plan.device.kept || !touched, "a decision to keep is kept")
}

/// A device that is deprovisioned, released or wiped is done with in that console, whatever its plan is.
fn consoles_that_are_done_are_left_alone(plan: &Plan) -> Result<(), &'static str> {
    for (entry, object) in &plan.steps {
        let Some(object) = object else { continue };
        let done = object.state.is_final() && entry.console != Some(Console::Defender);
        demand(!done, "no step in a console that is done with it")?;
        demand(
            leaves(plan, object)
                || entry.phase == Phase::Prepare
                || !object.live
                || entry.console != Some(Console::Intune),
            "only what leaves",
        )?;
    }
    Ok(())
}

/// What a text says of something that may never come.
const MAY_NEVER_COME: &[&str] = &["is confirmed", "has arrived", "wait for it"];

fn closing_access_never_waits_for_what_may_never_come(plan: &Plan) -> Result<(), &'static str> {
    // What is set up again stays in the organisation; its old record goes once it has a new one.
    if plan.device.purpose == Disposition::Reuse {
        return Ok(());
    }
    let waits = |e: &Entry| MAY_NEVER_COME.iter().any(|word| e.condition.contains(word));
    let closes = ["entra-disable", "ad-disable-computer", "chrome-disable"];
    for (at, (entry, object)) in plan.steps.iter().enumerate().filter(|(_, (e, _))| closes.contains(&e.slug.as_str())) {
        demand(!waits(entry), "closing access waits for nothing")?;
        let surplus = object.is_some_and(|o| !o.live);
        let earlier = plan.steps[..at].iter().any(|(e, _)| e.phase == Phase::Remove && waits(e));
        demand(surplus || !earlier, "closing access stands before what waits")?;
    }
    Ok(())
}

fn old_records_go_once_the_device_stands_under_new_ones(plan: &Plan) -> Result<(), &'static str> {
    if plan.device.purpose != Disposition::Reuse || !plan.device.asks(StepIntent::Remove) {
        return Ok(());
    }
    let again = plan.first("re-enroll");
    let stands = |e: &Entry| ["has been set up again", "has joined again"].iter().any(|t| e.condition.contains(t));
    let early = |at: usize| again.is_none_or(|again| at < again);
    let wrong = plan.steps.iter().enumerate().any(|(at, (e, _))| stands(e) && early(at));
    demand(!wrong, "what stands under another record has been set up before")
}

fn nothing_goes_to_repair_in_the_clear_unsaid(plan: &Plan) -> Result<(), &'static str> {
    let returns = plan.first("take-back").is_some();
    let settled = |e: &Entry| e.wipes && e.slug != "chrome-deprovision" || e.slug == "data-before-repair";
    demand(!returns || plan.steps.iter().any(|(e, _)| settled(e)), "what is on it is erased, kept here or accepted")
}

/// Steps that close access or keep a finder out; all of them can be undone.
const URGENT: &[&str] = &[
    "report-incident",
    "close-user-access",
    "entra-disable",
    "ad-disable-computer",
    "intune-remote-lock",
    "chrome-disable",
];

fn the_access_of_a_lost_device_is_closed_without_a_question(plan: &Plan) -> Result<(), &'static str> {
    if plan.first("report-incident").is_none() || plan.first("look-for-device").is_some() {
        return Ok(());
    }
    let asks = ["leaves service", "still in use", "not registered with", "really out of use", "has left"];
    let waits = |e: &Entry| URGENT.contains(&e.slug.as_str()) && asks.iter().any(|word| e.condition.contains(word));
    demand(!plan.steps.iter().any(|(e, _)| waits(e)), "closing access waits for no question")
}

fn what_leaves_for_good_is_erased_or_somebody_accepts_the_rest(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    let leaves =
        matches!(device.purpose, Disposition::Dispose | Disposition::Replace) && device.asks(StepIntent::Remove);
    let work_part = matches!(device.mode, AndroidMode::PersonalWorkProfile | AndroidMode::DeviceAdministrator);
    let keeps_nothing = device.server && plan.steps.iter().all(|(e, _)| !e.condition.contains("Whoever runs it"));
    if !leaves || device.ownership == Ownership::Personal || work_part || keeps_nothing {
        return Ok(());
    }
    let removes = ["intune-delete", "entra-delete", "ad-delete-computer", "autopilot-delete", "abm-release"];
    let goes = plan.steps.iter().any(|(e, o)| {
        let live = o.is_none_or(|o| o.live);
        live && (removes.contains(&e.slug.as_str()) || e.slug.contains("deprovision"))
    });
    let settled = |e: &Entry| e.wipes || e.slug == "data-erased" || e.condition.contains("data owner");
    demand(!goes || plan.steps.iter().any(|(e, _)| settled(e)), "what is on it is erased or accepted")
}

fn on_a_server_nothing_is_done_but_removing_records(plan: &Plan) -> Result<(), &'static str> {
    let records = ["defender-exclude", "entra-", "ad-", "intune-delete", "autopilot-", "google-", "abm-"];
    let acts = |e: &Entry| !matches!(e.phase, Phase::Prepare | Phase::Verify);
    let of_records = |e: &Entry| records.iter().any(|own| e.slug.starts_with(own));
    let done = plan.steps.iter().any(|(e, _)| acts(e) && !of_records(e));
    demand(!plan.device.server || !done, "nothing is done on a server")?;
    demand(!plan.device.server || !plan.steps.iter().any(|(e, _)| e.wipes), "no server is erased")
}

fn a_domain_controller_and_the_account_of_a_service_keep_their_place_in_the_directory(
    plan: &Plan,
) -> Result<(), &'static str> {
    let acts = |e: &Entry| e.console == Some(Console::Ad) && !matches!(e.phase, Phase::Prepare | Phase::Verify);
    demand(
        !plan.device.directory_service || !plan.steps.iter().any(|(e, _)| acts(e) && e.slug != "ad-enable-computer"),
        "AD is left alone",
    )
}

fn nothing_is_done_to_what_the_directory_needs(plan: &Plan) -> Result<(), &'static str> {
    let touched = plan.steps.iter().any(|(e, _)| e.console.is_some());
    demand(!plan.device.directory_service || !touched, "nothing is done to it in any console")
}

fn activation_lock_goes_off_only_with_the_device_in_hand(plan: &Plan) -> Result<(), &'static str> {
    let mut off = plan.steps.iter().filter(|(e, _)| e.slug == "activation-lock-off");
    demand(off.clone().all(|(e, _)| e.condition.contains("in hand")), "only with the device in hand")?;
    demand(!is_lost(plan.device) || off.next().is_none(), "the lock of a lost device stays on")
}

fn what_is_lost_keeps_its_records(plan: &Plan) -> Result<(), &'static str> {
    let never = ["-delete", "autopilot-", "abm-", "deprovision", "powerwash", "activation-lock-off", "re-enroll"];
    let lost = is_lost(plan.device);
    let taken = plan.steps.iter().any(|(e, _)| never.iter().any(|part| e.slug.contains(part)));
    demand(!lost || !taken, "records of a lost device stay")
}

/// Where a finding wants a device managed again and none wants it out of service, only surplus records go. What Apple released is nobody's
/// to bring back.
fn what_is_to_come_back_keeps_what_it_lives_by(plan: &Plan) -> Result<(), &'static str> {
    let device = plan.device;
    let comes_back = device.asks(StepIntent::Reconnect) && !device.asks(StepIntent::Remove) && !is_released(plan);
    let taken = plan.steps.iter().any(|(e, o)| {
        let takes = e.irreversible || e.slug.ends_with("-disable");
        takes && !RESTORE.contains(&e.slug.as_str()) && o.is_none_or(|o| o.live)
    });
    demand(!comes_back || !taken, "nothing is given up and brought back")
}

fn a_disk_is_erased_only_where_the_device_leaves(plan: &Plan) -> Result<(), &'static str> {
    if plan.first("data-erased").is_none() {
        return Ok(());
    }
    let used = plan.device.activity == Activity::Active && !plan.device.asks(StepIntent::Remove);
    demand(!used, "what somebody uses is not erased unless it is to leave")?;
    let takes = |e: &Entry| e.irreversible || e.slug.ends_with("-disable") || e.slug == "abm-unassign";
    let goes =
        plan.steps.iter().any(|(e, _)| takes(e) && !["data-erased", "defender-offboard"].contains(&e.slug.as_str()));
    let chromebook = plan.holds(Console::Chrome) && plan.device.asks(StepIntent::Remove);
    demand(goes || chromebook, "it belongs to what takes the device away")
}
