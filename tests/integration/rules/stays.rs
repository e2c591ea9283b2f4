//! What stays is not given up, what nothing reaches any more is not brought back, and what is begun is finished.

use crate::common::{Place, Report};

use super::seen::{has, id, judged, steps};

const INTUNE: &str = "id,deviceName,serialNumber,azureADDeviceId,operatingSystem,managementState,managementAgent,isEncrypted,\
                      managedDeviceOwnerType,lastSyncDateTime,managementCertificateExpirationDate\n";
const ENTRA: &str = "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,mdmAppId,onPremisesSyncEnabled,\
                     approximateLastSignInDateTime,physicalIds\n";
const AD: &str = "Name,ObjectGUID,DNSHostName,Enabled,OperatingSystem,LastLogonDate,DistinguishedName\n";

/// The day on which a certificate that is still good expires.
const GOOD: &str = "2027-03-01";

/// One PC; the last of the tenant.
#[derive(Clone, Copy)]
struct Pc {
    hybrid: bool,
    /// Its state, last check-in and certificate in Intune.
    intune: (&'static str, &'static str, &'static str),
    /// Whether it is enabled in Entra ID, and its last sign-in.
    entra: (&'static str, &'static str),
    /// Whether it is enabled in AD; nothing where AD has none.
    ad: Option<&'static str>,
}

const IN_USE: Pc =
    Pc { hybrid: true, intune: ("managed", "2026-11-19", GOOD), entra: ("True", "2026-11-18"), ad: Some("True") };

/// Intune saw it in May, and nothing since.
const STALE: Pc =
    Pc { hybrid: true, intune: ("managed", "2026-05-04", GOOD), entra: ("False", "2026-05-04"), ad: Some("False") };

/// A tenant of a dozen PCs in use of the same kind, and `PC-99`.
fn tenant(pc: Pc) -> (Report, Place) {
    let (mut intune, mut entra, mut ad) = (INTUNE.to_string(), ENTRA.to_string(), AD.to_string());
    let others = (1..13).map(|n| (n, Pc { hybrid: pc.hybrid, ..IN_USE }));
    for (n, one) in others.chain([(99, pc)]) {
        let (state, seen, expires) = one.intune;
        intune += &format!(
            "{},PC-{n:02},5CG4120{n:03},{},Windows,{state},mdm,True,company,{seen}T08:00:00Z,{expires}T08:00:00Z\n",
            id(1, n),
            id(2, n)
        );
        let (enabled, seen) = one.entra;
        let (join, synced) = if one.hybrid { ("ServerAd", "True") } else { ("AzureAd", "") };
        entra += &format!(
            "{},{},PC-{n:02},{enabled},Windows,{join},0000000a-0000-0000-c000-000000000000,{synced},{seen}T08:00:00Z,[HWID]:h:{n}\n",
            id(3, n),
            id(2, n)
        );
        if let Some(enabled) = one.ad.filter(|_| one.hybrid) {
            ad += &format!(
                "PC-{n:02},{},PC-{n:02}.corp.example,{enabled},Windows 11 Enterprise,{seen}T08:00:00Z,\
                 \"CN=PC-{n:02},OU=Clients,DC=corp,DC=example\"\n",
                id(2, n)
            );
        }
    }
    let mut files = vec![("intune.csv", intune), ("entra.csv", entra)];
    if pc.hybrid {
        files.push(("ad.csv", ad));
    }
    judged(&files)
}

/// The steps of `PC-99`, and whether a rule holds for it.
fn plan(pc: Pc, rule: &str) -> Vec<String> {
    let (report, _place) = tenant(pc);
    assert!(has(&report, "PC-99", rule), "{:?}", report.lines_where("findings.csv", "device_name", "PC-99"));
    steps(&report, "PC-99")
}

#[test]
fn a_pc_in_use_that_ad_disables_is_looked_into_whatever_became_of_its_management() {
    let enable = ["export-list", "ad-enable-computer", "verify-in-next-export"];
    let disabled = Pc { ad: Some("False"), ..IN_USE };
    assert_eq!(plan(disabled, "disabled-but-active"), enable);
    let broken = Pc { intune: ("managed", "2026-05-04", GOOD), ..disabled };
    assert_eq!(plan(broken, "stale-in-intune"), enable);
    let expired = Pc { intune: ("managed", "2026-11-15", "2026-11-18"), ..disabled };
    assert_eq!(plan(expired, "certificate-expired"), enable);
    let pending = Pc { intune: ("wipePending", "2026-05-04", GOOD), ..disabled };
    let checked = ["export-list", "intune-check-action", "ad-enable-computer", "verify-in-next-export"];
    assert_eq!(plan(pending, "disabled-but-active"), checked);
}

#[test]
fn so_is_one_that_ad_lacks() {
    let look = ["export-list", "look-up-in-ad", "verify-in-next-export"];
    let gone = Pc { ad: None, ..IN_USE };
    assert_eq!(plan(gone, "hybrid-without-ad"), look);
    assert_eq!(plan(Pc { intune: ("managed", "2026-05-04", GOOD), ..gone }, "stale-in-intune"), look);
    let expired = Pc { intune: ("managed", "2026-11-15", "2026-11-18"), ..gone };
    assert_eq!(plan(expired, "certificate-expired"), look);
    assert_eq!(plan(Pc { entra: ("False", "2026-11-18"), ..expired }, "certificate-expired"), look);
}

#[test]
fn who_disabled_a_pc_in_use_is_found_out_before_anybody_enrols_it_again() {
    let joined = Pc { hybrid: false, ad: None, entra: ("False", "2026-11-18"), ..IN_USE };
    let expired = Pc { intune: ("managed", "2026-11-15", "2026-11-18"), ..joined };
    assert_eq!(plan(expired, "certificate-expired"), ["export-list", "entra-enable", "verify-in-next-export"]);
    let broken = Pc { intune: ("managed", "2026-05-04", GOOD), ..joined };
    assert_eq!(plan(broken, "stale-in-intune"), ["export-list", "settle-disabled", "verify-in-next-export"]);
}

#[test]
fn what_ad_and_entra_have_given_up_leaves_the_other_consoles_too() {
    let gone = Pc { ad: None, ..STALE };
    let removed = ["intune-delete", "entra-delete"];
    for pc in [gone, Pc { intune: ("managed", "2026-05-04", "2026-10-01"), ..gone }] {
        let steps = plan(pc, "hybrid-without-ad");
        assert!(removed.iter().all(|step| steps.iter().any(|own| own == step)), "{steps:?}");
        assert!(!steps.iter().any(|step| step == "re-enroll"), "{steps:?}");
    }
}

#[test]
fn what_nothing_reaches_any_more_is_finished_and_not_enrolled_again() {
    let joined = Pc { hybrid: false, ad: None, ..STALE };
    for (state, enabled) in
        [("wipePending", "True"), ("retirePending", "True"), ("wipePending", "False"), ("managed", "False")]
    {
        let pc = Pc { intune: (state, "2026-05-04", "2026-10-01"), entra: (enabled, "2026-05-04"), ..joined };
        let steps = plan(pc, "certificate-expired");
        let has = |step: &str| steps.iter().any(|own| own == step);
        assert!(has("intune-delete") && has("data-erased") && !has("re-enroll"), "{state} {enabled}: {steps:?}");
        assert_eq!(has("entra-disable"), enabled == "True", "{steps:?}");
    }
}

#[test]
fn whatever_speaks_for_its_use_keeps_it_from_that() {
    let joined = Pc { hybrid: false, ad: None, ..STALE };
    let pc = Pc { intune: ("wipePending", "2026-05-04", "2026-10-01"), entra: ("True", "2026-11-18"), ..joined };
    let steps = plan(pc, "certificate-expired");
    assert!(
        !steps.iter().any(|step| step.contains("delete") || step.contains("disable") || step == "data-erased"),
        "{steps:?}"
    );
}
