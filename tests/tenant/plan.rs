//! The plan of the tenant: which cases there are and how many of each.

use super::cases::is_quiet;
use super::judge::OWN_SERVER;
use super::maker::{Age, Maker};
use super::model::{Join, Kind};

/// One kind of case: its label, how many units there are among 400 devices, and what makes one unit.
pub(super) struct Plan {
    pub case: &'static str,
    pub per_400: usize,
    /// Physical devices that one unit makes.
    pub size: usize,
    pub make: fn(&mut Maker, &'static str, usize),
}

const fn plan(case: &'static str, per_400: usize, size: usize, make: fn(&mut Maker, &'static str, usize)) -> Plan {
    Plan { case, per_400, size, make }
}

/// What is planted. The rest of the tenant is healthy.
pub(super) const PLANTED: &[Plan] = &[
    plan("stale-joined", 4, 1, |m, case, _| m.silent_windows(case, Join::Joined, false)),
    plan("stale-autopilot", 4, 1, |m, case, _| m.silent_windows(case, Join::Joined, true)),
    plan("stale-hybrid", 4, 1, |m, case, _| m.silent_windows(case, Join::Hybrid, false)),
    plan("stale-ios", 3, 1, |m, case, n| m.silent_apple(case, if n % 2 == 0 { Kind::Iphone } else { Kind::Ipad })),
    plan("stale-mac", 2, 1, |m, case, _| m.silent_apple(case, Kind::Mac)),
    plan("stale-android-corporate", 3, 1, |m, case, _| m.silent_android(case, Kind::AndroidManaged)),
    plan("stale-android-personal", 3, 1, |m, case, _| m.silent_android(case, Kind::AndroidPersonal)),
    plan("stale-chrome", 4, 1, |m, case, _| m.chromebook(case, "ACTIVE", Age::Stale, false)),
    plan("stale-but-disabled", 4, 1, Maker::silent_but_disabled),
    plan("stale-but-released", 2, 1, Maker::silent_but_released),
    plan("stale-but-retiring", 3, 1, Maker::silent_but_retiring),
    plan("seen-by-one-console", 3, 1, Maker::seen_by_one_console),
    plan("no-signal", 4, 1, Maker::no_signal),
    plan("autopilot-stock", 5, 1, Maker::autopilot_stock),
    plan("autopilot-ghost", 3, 1, |m, case, _| m.autopilot_only(case)),
    plan("stale-in-intune", 6, 1, Maker::stale_in_intune),
    plan("not-its-own-check-in", 5, 1, Maker::not_its_own_check_in),
    plan("left-intune-enabled", 6, 1, |m, case, n| m.left_intune(case, n, true)),
    plan("left-intune-disabled", 5, 1, |m, case, n| m.left_intune(case, n, false)),
    plan("abm-released-still-managed", 4, 1, |m, case, n| m.released(case, n, false)),
    plan("abm-released-and-current", 2, 1, |m, case, n| m.released(case, n, true)),
    plan("abm-released-gone", 2, 1, Maker::released_gone),
    plan("abm-assigned-not-enrolled", 3, 1, |m, case, _| m.abm_stock(case, Some(OWN_SERVER), 200, 600)),
    plan("abm-assigned-recently", 2, 1, |m, case, _| m.abm_stock(case, Some(OWN_SERVER), 5, 150)),
    plan("abm-other-server", 3, 1, |m, case, _| m.abm_stock(case, Some("Design Studio Jamf"), 200, 600)),
    plan("abm-unassigned", 2, 1, |m, case, _| m.abm_stock(case, None, 200, 600)),
    plan("abm-padded-serial", 3, 1, |m, case, n| m.odd_abm(case, n, true)),
    plan("abm-duplicate-row", 2, 1, |m, case, n| m.odd_abm(case, n, false)),
    plan("re-imaged", 5, 1, |m, case, _| m.twice(case, Join::Joined, Join::Joined)),
    plan("joined-beside-registered", 3, 1, |m, case, _| m.twice(case, Join::Registered, Join::Joined)),
    plan("joined-beside-hybrid", 3, 1, |m, case, _| m.twice(case, Join::Joined, Join::Hybrid)),
    plan("hybrid-beside-registered", 2, 1, |m, case, _| m.twice(case, Join::Registered, Join::Hybrid)),
    plan("two-sensors", 3, 1, Maker::two_sensors),
    plan("compliant-but-stale", 4, 1, |m, case, n| m.silent_with_compliance(case, n, "Compliant")),
    plan("grace-and-stale", 3, 1, |m, case, n| m.silent_with_compliance(case, n, "InGracePeriod")),
    plan("chrome-past-aue", 4, 1, |m, case, _| m.chromebook(case, "ACTIVE", Age::Fresh, true)),
    plan("chrome-deprovisioned", 3, 1, |m, case, _| m.chromebook(case, "DEPROVISIONED", Age::Stale, true)),
    plan("chrome-disabled", 2, 1, |m, case, _| m.chromebook(case, "DISABLED", Age::Stale, true)),
    plan("chrome-stock", 2, 1, |m, case, _| m.chromebook(case, "PRE_PROVISIONED", Age::Never, false)),
    plan("placeholder-serial", 8, 1, Maker::placeholder_serial),
    plan("same-name", 8, 1, Maker::same_name),
    plan("two-makers-one-serial", 1, 2, Maker::two_makers),
    plan("cloned-machines", 1, 6, Maker::clones),
    plan("sensor-without-entra-id", 4, 1, Maker::sensor_without_id),
    plan("stale-with-stray-sensor", 2, 1, Maker::silent_with_stray_sensor),
    plan("no-entra-id", 4, 1, Maker::no_entra_id),
    plan("hostile-name", 9, 1, Maker::hostile_name),
    plan("hybrid-pending", 3, 1, Maker::hybrid_pending),
    plan("sensor-inactive", 3, 1, Maker::sensor_inactive),
    plan("disabled-but-active", 3, 1, Maker::disabled_but_active),
    plan("wipe-failed", 2, 1, Maker::wipe_failed),
    plan("ownership-mismatch", 3, 1, Maker::ownership_mismatch),
    plan("unmanaged-in-entra", 4, 1, Maker::unmanaged),
    plan("defender-only", 3, 1, Maker::defender_only),
    plan("discovered", 4, 1, Maker::discovered),
];

/// The healthy rest; the numbers are weights.
pub(super) const HEALTHY: &[Plan] = &[
    plan("healthy-joined", 66, 1, |m, case, n| m.healthy_windows(case, n, Join::Joined)),
    plan("healthy-hybrid", 36, 1, |m, case, n| m.healthy_windows(case, n, Join::Hybrid)),
    plan("healthy-registered", 6, 1, Maker::healthy_registered),
    plan("healthy-server", 12, 1, Maker::healthy_server),
    plan("healthy-iphone", 24, 1, |m, case, n| m.healthy_apple(case, n, Kind::Iphone)),
    plan("healthy-ipad", 12, 1, |m, case, n| m.healthy_apple(case, n, Kind::Ipad)),
    plan("healthy-mac", 12, 1, |m, case, n| m.healthy_apple(case, n, Kind::Mac)),
    plan("healthy-android-managed", 12, 1, |m, case, n| m.healthy_android(case, n, Kind::AndroidManaged)),
    plan("healthy-android-dedicated", 8, 1, |m, case, n| m.healthy_android(case, n, Kind::AndroidDedicated)),
    plan("healthy-android-personal", 10, 1, |m, case, n| m.healthy_android(case, n, Kind::AndroidPersonal)),
    plan("healthy-chrome", 16, 1, |m, case, n| {
        m.chromebook(case, "ACTIVE", if is_quiet(n) { Age::Quiet } else { Age::Fresh }, false);
    }),
];
