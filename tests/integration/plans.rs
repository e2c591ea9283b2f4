//! What every plan must keep, whatever the device: the laws that make a list of steps safe.

use std::collections::{BTreeMap, BTreeSet};

use lastseen::rules::RuleAction;
use lastseen::run;

use crate::common::{AROUND, Line, Place, Report, Sheet};
use crate::generator::Options;

struct Plans {
    devices: BTreeMap<String, Line>,
    /// Objects of each device, `console:native_id`.
    objects: BTreeMap<String, BTreeSet<String>>,
    rules: BTreeMap<String, BTreeSet<String>>,
    steps: BTreeMap<String, Vec<Line>>,
    /// Entra device ids of hybrid records: in AD, the objectGUID of the computer.
    computers: BTreeSet<String>,
    /// Entra records that the export calls disabled.
    disabled: BTreeSet<String>,
}

impl Plans {
    fn of(report: &Report, entra: &Sheet) -> Self {
        let (id, enabled) = (entra.column("objectId"), entra.column("accountEnabled"));
        let mut plans = Self {
            disabled: entra.rows.iter().filter(|row| row[enabled] == "False").map(|row| row[id].clone()).collect(),
            devices: report.lines("devices.csv").into_iter().map(|line| (line["device_key"].clone(), line)).collect(),
            computers: entra
                .rows
                .iter()
                .filter(|row| row[entra.column("joinType (trustType)")].starts_with("Hybrid"))
                .map(|row| row[entra.column("deviceId")].clone())
                .collect(),
            objects: BTreeMap::new(),
            rules: BTreeMap::new(),
            steps: BTreeMap::new(),
        };
        for line in report.lines("records.csv") {
            let object = format!("{}:{}", line["console"], line["native_id"]);
            plans.objects.entry(line["device_key"].clone()).or_default().insert(object);
        }
        // What rests on a weak link is shown and not planned, unless the whole device does, or nothing else was found.
        let (weak, sure): (Vec<Line>, Vec<Line>) = report.lines("findings.csv").into_iter().partition(|line| {
            let identity = plans.devices[&line["device_key"]]["identity"].as_str();
            line["confidence"] == "low" && !matches!(identity, "weak" | "conflict")
        });
        for line in sure {
            plans.rules.entry(line["device_key"].clone()).or_default().insert(line["rule"].clone());
        }
        let planned: BTreeSet<String> = plans.rules.keys().cloned().collect();
        for line in weak.into_iter().filter(|line| !planned.contains(&line["device_key"])) {
            plans.rules.entry(line["device_key"].clone()).or_default().insert(line["rule"].clone());
        }
        for line in report.lines("plan.csv") {
            plans.steps.entry(line["device_key"].clone()).or_default().push(line);
        }
        plans
    }

    /// Asserts something of every plan; the closure says what is wrong.
    fn hold(&self, law: impl Fn(&Line, &str, &[Line]) -> Option<String>) {
        let mut broken = Vec::new();
        for (key, steps) in &self.steps {
            let device = &self.devices[key];
            broken.extend(law(device, key, steps).map(|what| format!("{} ({key}): {what}", device["name"])));
        }
        assert!(broken.is_empty(), "{} plans, first: {:#?}", broken.len(), broken.iter().take(3).collect::<Vec<_>>());
    }
}

fn slugs(steps: &[Line]) -> Vec<&str> {
    steps.iter().map(|step| step["step"].as_str()).collect()
}

fn plans() -> Plans {
    let (place, tenant) = Place::with_tenant(&Options { devices: 3_000, seed: 21, zip_intune: false });
    Plans::of(&place.tables(&[]), &Sheet::parse(&tenant.files[1].1))
}

#[test]
fn plans_are_safe() {
    let plans = plans();
    assert!(plans.steps.len() > 400);

    // Whoever is flagged has a plan, and nobody else has.
    assert_eq!(plans.steps.keys().collect::<Vec<_>>(), plans.rules.keys().collect::<Vec<_>>());

    // The list comes first, the check last.
    plans.hold(|_, _, steps| {
        let slugs = slugs(steps);
        let framed = slugs.first() == Some(&"export-list") && slugs.last() == Some(&"verify-in-next-export");
        // Where only a look is asked for, it stands alone.
        (!framed && slugs != ["review-identity"]).then(|| slugs.join(", "))
    });

    // Each step is done once to an object, and to an object of this device.
    plans.hold(|_, key, steps| {
        let mut done = BTreeSet::new();
        steps.iter().find_map(|step| {
            let object = format!("{}:{}", step["console"], step["object_id"]);
            let computer = step["console"] == "ad" && plans.computers.contains(&step["object_id"]);
            let own = step["object_id"].is_empty() || computer || plans.objects[key].contains(&object);
            let new = done.insert((step["step"].clone(), object.clone()));
            (!own || !new).then(|| format!("{} {object}", step["step"]))
        })
    });

    // Keys are saved before anything that cannot be undone.
    plans.hold(|_, _, steps| {
        let grave = steps.iter().position(|step| step["irreversible"] == "true")?;
        let late = steps[grave..].iter().find(|step| step["step"].starts_with("back-up"))?;
        Some(format!("{} comes after {}", late["step"], steps[grave]["step"]))
    });

    // An Entra record is deleted only once it is disabled, and under a condition.
    plans.hold(|_, _, steps| {
        let delete = steps.iter().position(|step| step["step"] == "entra-delete")?;
        let object = &steps[delete]["object_id"];
        let before = steps[..delete].iter().any(|step| step["step"] == "entra-disable" && step["object_id"] == *object);
        let off = before || plans.disabled.contains(object);
        (!off || steps[delete]["condition"].is_empty()).then(|| object.clone())
    });

    // Only what the organisation owns is erased.
    plans.hold(|device, _, steps| {
        let wipe = steps.iter().find(|step| step["wipes"] == "true")?;
        (device["ownership"] != "corporate").then(|| format!("{} of a {} device", wipe["step"], device["ownership"]))
    });

    // The Entra record of a hybrid device follows AD; that of an Autopilot device follows Autopilot.
    plans.hold(|device, key, steps| {
        let surplus = plans.rules[key].contains("duplicate-entra") || plans.rules[key].contains("dual-state");
        let led = device["join_type"] == "hybrid" || device["consoles"].split('|').any(|c| c == "autopilot");
        // Where nobody has decided about one that is unencrypted and stale its access is closed, which can be undone.
        let autopilot = device["consoles"].split('|').any(|c| c == "autopilot");
        let incident = autopilot && plans.rules[key].contains("unencrypted-and-stale");
        let by_hand: &[&str] = if incident { &["entra-delete"] } else { &["entra-disable", "entra-delete"] };
        let by_hand = steps.iter().find(|step| by_hand.contains(&step["step"].as_str()))?;
        (led && !surplus).then(|| by_hand["step"].clone())
    });

    // A device whose identifiers contradict each other is looked at and not touched.
    plans.hold(|device, _, steps| {
        let touched = slugs(steps).into_iter().find(|slug| !AROUND.contains(slug) && *slug != "review-identity")?;
        (device["identity"] == "conflict").then(|| touched.to_owned())
    });

    // Who is asked to do something is told which role it takes, and why.
    plans.hold(|_, _, steps| {
        let mute = steps.iter().find(|step| step["why"].is_empty() || step["action"].is_empty())?;
        Some(format!("{} says too little", mute["step"]))
    });
    plans.hold(|_, _, steps| {
        let without = steps.iter().find(|step| !step["console"].is_empty() && step["role"].is_empty())?;
        Some(format!("{} names no role", without["step"]))
    });
}

/// Apple: unassigned before released, and nothing in Intune or on the device after the release.
#[test]
fn a_release_is_the_last_thing_done_at_apple() {
    plans().hold(|_, _, steps| {
        let slugs = slugs(steps);
        let release = slugs.iter().position(|slug| *slug == "abm-release")?;
        let late = slugs[release..].iter().find(|slug| {
            ["abm-unassign", "activation-lock-off", "intune-wipe", "intune-retire", "intune-delete"].contains(slug)
        })?;
        Some(format!("{late} comes after the release"))
    });
}

/// A device that is in use keeps its live records, unless a rule says that it is to be replaced or given up.
#[test]
fn devices_in_use_keep_their_live_records() {
    let plans = plans();
    // A sensor that reports and that no other list has is offboarded only once somebody knows whose it is.
    let may_go = ["chrome-past-aue", "abm-released-still-managed", "left-intune-still-in-entra", "defender-only"];
    plans.hold(|device, key, steps| {
        if device["activity"] != "active" || may_go.iter().any(|rule| plans.rules[key].contains(*rule)) {
            return None;
        }
        let live = steps.iter().find(|step| {
            let column = format!("{}_id", step["console"]);
            step["irreversible"] == "true" && device.get(&column).is_some_and(|id| *id == step["object_id"])
        })?;
        Some(format!("{} {}:{}", live["step"], live["console"], live["object_id"]))
    });
}

/// Saving keys and checking afterwards is no answer to a finding that asks for something to go.
#[test]
fn every_plan_does_something() {
    let plans = plans();
    let shipped = run::check(&run::Options::default()).unwrap().rules;
    let reviewed: BTreeSet<&str> =
        shipped.iter().filter(|rule| rule.text.plan == RuleAction::Review).map(|rule| rule.text.id.as_str()).collect();
    plans.hold(|_, key, steps| {
        let to_look_at = plans.rules[key].iter().all(|rule| reviewed.contains(rule.as_str()));
        // A plan that leaves everything alone must at least say what has to be found out first.
        let acts = slugs(steps).iter().any(|slug| !AROUND.contains(slug))
            || steps.last().is_some_and(|last| !last["condition"].is_empty());
        let rules: Vec<&str> = plans.rules[key].iter().map(String::as_str).collect();
        (!acts && !to_look_at).then(|| format!("{} is answered by {}", rules.join(", "), slugs(steps).join(", ")))
    });
}

/// Days since the year 0 of a date, near enough for a difference.
fn day(date: &str) -> i64 {
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().unwrap()).collect();
    let (year, month) = if parts[1] <= 2 { (parts[0] - 1, parts[1] + 9) } else { (parts[0], parts[1] - 3) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + parts[2]
}

#[test]
fn the_grace_period_begins_on_the_day_on_which_the_object_is_disabled() {
    for intent in ["dispose", "reuse", "replace"] {
        let (place, _) = Place::with_tenant(&Options { devices: 3_000, seed: 21, zip_intune: false });
        let report = place.tables(&["--intent", intent]);
        let mut disabled: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut compared = 0;
        for line in report.lines("plan.csv") {
            let object = (line["device_key"].clone(), format!("{}:{}", line["console"], line["object_id"]));
            if ["entra-disable", "ad-disable-computer"].contains(&line["step"].as_str()) {
                disabled.insert(object, line["not_before"].clone());
            } else if line["step"] == "entra-delete" || line["step"] == "ad-delete-computer" {
                let Some(since) = disabled.get(&object) else { continue };
                let waits = day(&line["not_before"]) - day(since);
                assert!(waits >= 30, "{intent}: {object:?} is deleted {waits} days after it is disabled");
                compared += 1;
            }
        }
        assert!(compared > 20, "{intent}: {compared}");
    }
}
