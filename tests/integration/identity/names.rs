//! Names: they join only AD and files of Defender that know nothing better, only where unique, and are marked.

use super::build::{AD, AD_WITHOUT_GUID, DEFENDER, ENTRA, Export, INTUNE, OLD_DEFENDER};
use super::found::find;

#[test]
fn forty_laptops_are_forty_devices() {
    let each = |text: &str| (1..=40).map(|n| text.replace('#', &n.to_string())).collect::<Vec<_>>();
    let found = find(&[
        INTUNE.rows(&each("id=i#; name=LAPTOP; serial=5CG00#AB")),
        ENTRA.rows(&each("object=o#; entra=e#; name=laptop; join=Workplace")),
        OLD_DEFENDER.rows(&["id=m1; name=LAPTOP"]),
        AD_WITHOUT_GUID.rows(&["dn=CN=LAPTOP,DC=corp; name=LAPTOP"]),
    ]);
    assert_eq!(found.devices().len(), 82);
    assert_eq!(found.held("defender:1"), "");
    let said = found.notices("name-collision");
    assert!(said[0].starts_with("1 name is borne by several devices: `laptop` (82)"), "{said:?}");
}

/// Intune and Entra are never joined by name, not even where it is unique on both sides.
#[test]
fn a_unique_name_joins_no_consoles_that_have_ids() {
    let found =
        find(&[INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB"]), ENTRA.rows(&["object=o1; entra=e1; name=PC-1"])]);
    assert_eq!(found.devices(), ["entra:1", "intune:1"]);
}

#[test]
fn a_sensor_known_by_name_alone_is_held_weakly() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-1"]),
        OLD_DEFENDER.rows(&["id=m1; name=pc-1.corp.contoso.example"]),
    ]);
    assert_eq!(found.devices(), ["defender:1 entra:1 intune:1"]);
    assert_eq!(found.held("defender:1"), "name weak");
    assert_eq!(found.held("intune:1"), "entra-id exact");
    assert_eq!(found.key("defender:1"), "serial:5CG0001AB", "the device is what it is without the sensor");
    assert_eq!(found.identity("intune:1"), "exact", "one row held by name does not make the others weak");
}

#[test]
fn where_nothing_else_holds_a_device_it_is_weak() {
    let found = find(&[INTUNE.rows(&["id=i1; name=PC-1; entra=e1"]), OLD_DEFENDER.rows(&["id=m1; name=PC-1"])]);
    assert_eq!(found.devices(), ["defender:1 intune:1"]);
    assert_eq!(found.identity("intune:1"), "weak");
    assert_eq!(found.steps("intune:1"), ["review-identity"]);
}

/// What keeps a name from joining: rows of Intune, rows of the file that knows names only.
#[test]
fn a_name_that_could_mean_another_joins_nothing() {
    let one = "id=i1; name=PC-1; serial=5CG0001AB; entra=e1";
    let cases: [(&str, &[&str], &[&str]); 8] = [
        ("twice among the devices", &[one, "id=i2; name=pc-1; serial=5CG0002AB; entra=e2"], &["id=m1; name=PC-1"]),
        ("twice, once with a domain", &[one, "id=i2; name=PC-1.corp.example; entra=e2"], &["id=m1; name=PC-1"]),
        ("twice in the list", &[one], &["id=m1; name=PC-1", "id=m2; name=pc-1"]),
        ("twice, in two domains", &[one], &["id=m1; name=PC-1.a.example", "id=m2; name=PC-1.b.example"]),
        ("another family", &["id=i1; name=PC-1; os=macOS; entra=e1"], &["id=m1; name=PC-1"]),
        ("no family known", &["id=i1; name=PC-1; os=; entra=e1"], &["id=m1; name=PC-1"]),
        ("an address", &["id=i1; name=10.0.0.7; entra=e1"], &["id=m1; name=10.0.0.7"]),
        ("no name", &["id=i1; name=; entra=e1"], &["id=m1; name="]),
    ];
    for (case, intune, defender) in cases {
        let found = find(&[INTUNE.rows(intune), OLD_DEFENDER.rows(defender)]);
        assert_eq!(found.devices().len(), intune.len() + defender.len(), "{case}");
        assert_eq!(found.held("defender:1"), "", "{case}");
    }
}

#[test]
fn a_device_with_a_sensor_takes_no_second_one_by_name() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        DEFENDER.named("new", &["id=m1; name=PC-1-OLD; entra=e1"]),
        OLD_DEFENDER.named("old", &["id=m2; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["intune:1 new:1", "old:1"]);
}

/// Several rows of one machine are one object, and its name is still unique.
#[test]
fn rows_of_one_sensor_bear_its_name_once() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1", "id=m1; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["defender:1 defender:2 intune:1"]);
    assert_eq!(found.held("defender:2"), "object-id|name exact");
}

#[test]
fn a_computer_without_its_guid_joins_a_hybrid_device_by_name() {
    for join in ["Hybrid Azure AD joined", ""] {
        let found = find(&[
            INTUNE.rows(&[format!("id=i1; name=PC-1; serial=5CG0001AB; entra=e1; join={join}")]),
            AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,OU=Clients,DC=corp; name=PC-1"]),
        ]);
        assert_eq!(found.devices(), ["ad:1 intune:1"], "{join}");
        assert_eq!(found.held("ad:1"), "name weak");
    }
}

#[test]
fn a_device_joined_to_the_cloud_is_in_no_directory() {
    let intune = || INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1; join=Azure AD joined"]);
    let found = find(&[intune(), AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,DC=corp; name=PC-1"])]);
    assert_eq!(found.devices(), ["ad:1", "intune:1"]);
    let entra = ENTRA.rows(&["object=o1; entra=e1; name=PC-1; join=AzureAd"]);
    let found = find(&[entra, AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,DC=corp; name=PC-1"])]);
    assert_eq!(found.devices(), ["ad:1", "entra:1"]);
}

/// Where the computer's GUID is known and is not the hybrid device's id, they are two.
#[test]
fn a_guid_says_more_than_a_name() {
    let found =
        find(&[ENTRA.rows(&["object=o1; entra=e1; name=PC-1; join=ServerAd"]), AD.rows(&["guid=g1; name=PC-1"])]);
    assert_eq!(found.devices(), ["ad:1", "entra:1"]);
}

/// Directory and sensor may both be held by the one name that the device bears.
#[test]
fn two_lists_may_know_a_device_by_name() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1"]),
        AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,DC=corp; name=PC-1"]),
    ]);
    assert_eq!(found.devices(), ["ad:1 defender:1 intune:1"]);
    let alone = find(&[
        INTUNE.rows(&["id=i1; name=PC-2; entra=e1"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1"]),
        AD_WITHOUT_GUID.rows(&["dn=CN=PC-1,DC=corp; name=PC-1"]),
    ]);
    assert_eq!(alone.devices(), ["ad:1", "defender:1", "intune:1"], "names alone hold nothing together");
}

/// A machine that was renamed bears two names; two sensors that know names only cannot both be it.
#[test]
fn two_names_of_a_device_hold_no_two_sensors() {
    let found = find(&[
        INTUNE.rows(&["id=i1; name=PC-1; serial=5CG0001AB; entra=e1"]),
        ENTRA.rows(&["object=o1; entra=e1; name=PC-OLD"]),
        OLD_DEFENDER.rows(&["id=m1; name=PC-1", "id=m2; name=PC-OLD"]),
    ]);
    assert_eq!(found.devices(), ["defender:1", "defender:2", "entra:1 intune:1"]);
}

/// Servers stand in no console that knows ids of both: directory and Defender have the one host name.
#[test]
fn a_server_of_directory_and_defender_is_joined_by_its_one_name() {
    let server = |name: &str| format!("guid=g1; name={name}; os=Windows Server 2022 Datacenter");
    let computers: [Export; 3] = [
        AD.rows(&[server("SRV-01")]),
        AD.rows(&[server("srv-01.corp.contoso.example")]),
        AD_WITHOUT_GUID
            .rows(&["dn=CN=SRV-01,OU=Servers,DC=corp,DC=contoso,DC=example; name=SRV-01; os=Windows Server 2022"]),
    ];
    for computers in computers {
        let family = SENSOR.replace("WindowsServer2022", "Windows");
        for machines in [DEFENDER.rows(&[SENSOR]), OLD_DEFENDER.rows(&[SENSOR]), OLD_DEFENDER.rows(&[family])] {
            let exports =
                [Export { name: computers.name.clone(), content: computers.content.clone(), ..computers }, machines];
            let found = find(&exports);
            assert_eq!(found.devices(), ["ad:1 defender:1"]);
            assert_eq!(found.held("defender:1"), "name weak");
            assert_eq!(found.identity("ad:1"), "weak");
        }
    }
}

const SENSOR: &str = "id=m1; name=srv-01.corp.contoso.example; os=WindowsServer2022";

#[test]
fn a_server_whose_name_could_mean_another_is_not_joined() {
    let ad = "guid=g1; name=SRV-01; os=Windows Server 2022";
    let cases: [(&str, Vec<Export>); 7] = [
        ("a client in the directory", vec![AD.rows(&["guid=g1; name=SRV-01"]), OLD_DEFENDER.rows(&[SENSOR])]),
        ("a client in Defender", vec![AD.rows(&[ad]), OLD_DEFENDER.rows(&["id=m1; name=SRV-01"])]),
        ("twice in the directory", vec![AD.rows(&[ad, "guid=g2; name=srv-01"]), OLD_DEFENDER.rows(&[SENSOR])]),
        (
            "twice in Defender",
            vec![AD.rows(&[ad]), OLD_DEFENDER.rows(&[SENSOR, "id=m2; name=SRV-01.other.example; os=Linux"])],
        ),
        (
            "a device of Entra ID too",
            vec![AD.rows(&[ad]), OLD_DEFENDER.rows(&[SENSOR]), ENTRA.rows(&["object=o1; entra=e1; name=SRV-01"])],
        ),
        (
            "another domain",
            vec![
                AD.rows(&["guid=g1; name=SRV-01.branch.contoso.example; os=Windows Server 2022"]),
                OLD_DEFENDER.rows(&[SENSOR]),
            ],
        ),
        ("another id", vec![AD.rows(&[ad]), DEFENDER.rows(&["id=m1; name=SRV-01; os=WindowsServer2022; entra=e7"])]),
    ];
    for (case, exports) in cases {
        let found = find(&exports);
        assert!(!found.devices().contains(&"ad:1 defender:1".to_owned()), "{case}: {:?}", found.devices());
    }
}
