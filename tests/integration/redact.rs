//! `redact`: a copy that may leave the house has nothing of the original, searched for by other means than the program's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;

use crate::common::{Place, Report, files_below, has_ending};

/// A list of Intune: name, serial number, user; all of them enrolled long ago and not seen for long.
fn intune(rows: &[[&str; 3]]) -> Vec<u8> {
    let header = "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,OS version,Azure AD registered,EAS activation ID,Serial number,Manufacturer,Model,EAS activated,IMEI,Last EAS sync time,EAS reason,EAS status,Compliance grace period expiration,Security patch level,Wi-Fi MAC,MEID,Subscriber carrier,Total storage,Free storage,Management name,Category,UserId,Primary user UPN,Primary user email address,Primary user display name,WiFiIPv4Address,WiFiSubnetID,Compliance,Managed by,Ownership,Device state,Intune registered,Supervised,Encrypted,OS,SkuFamily,JoinType,Phone number,Jailbroken,ICCID,EthernetMAC,CellularTechnology,ProcessorArchitecture,EID,TPMManufacturerId,TPMManufacturerVersion";
    let columns: Vec<&str> = header.split(',').collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&columns).unwrap();
    for (at, [name, serial, user]) in rows.iter().enumerate() {
        let cell = |column: &&str| -> String {
            let seen = if at % 3 == 0 { "2026-11-19 20:00:00" } else { "2025-02-03 09:11:00" };
            match *column {
                "Device ID" => format!("1d6c0a52-0000-4000-8000-{:012x}", 0xabc0 + at),
                "Azure AD Device ID" => format!("7e21b0c4-0000-4000-8000-{:012x}", 0xdef0 + at),
                "Device name" => (*name).to_owned(),
                "Serial number" => (*serial).to_owned(),
                "Primary user UPN" => (*user).to_owned(),
                "Enrollment date" => "2024-02-03 09:11:00".to_owned(),
                "Last check-in" => seen.to_owned(),
                "OS version" => "10.0.22631.4602".to_owned(),
                "Manufacturer" => "Dell Inc.".to_owned(),
                "Model" => "Latitude 5440".to_owned(),
                "Wi-Fi MAC" => format!("00155DAB{:04X}", 0x1000 + at),
                "Phone number" => format!("+49151123450{at:02}"),
                "Compliance" => "Compliant".to_owned(),
                "Managed by" => "Intune".to_owned(),
                "Ownership" => "Corporate".to_owned(),
                "Device state" => "Managed".to_owned(),
                "Encrypted" => "False".to_owned(),
                "OS" => "Windows".to_owned(),
                _ => String::new(),
            }
        };
        table.write_record(columns.iter().map(cell)).unwrap();
    }
    table.into_inner().unwrap()
}

/// A list of Entra ID with names in capitals, and one device that only it knows.
fn entra(rows: &[[&str; 3]]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let header = "displayName,accountEnabled,operatingSystem,operatingSystemVersion,joinType (trustType),registeredOwners,userNames,mdmDisplayName,isCompliant,registrationTime,approximateLastSignInDateTime,deviceId,isManaged,objectId,profileType,systemLabels,model";
    table.write_record(header.split(',')).unwrap();
    for (at, [name, _, user]) in rows.iter().enumerate() {
        let (id, object) =
            (format!("7e21b0c4-0000-4000-8000-{:012x}", 0xdef0 + at), format!("{at:08x}-5af1-4e0c-b09d-7c2f00aa11bb"));
        let name = name.to_uppercase();
        let row = [
            &name,
            "True",
            "Windows",
            "10.0.22631.4602",
            "Azure AD joined",
            "Somebody Else",
            user,
            "Microsoft Intune",
            "True",
            "2024-02-03T09:11:00Z",
            "2025-03-03T09:11:00Z",
            &id,
            "True",
            &object,
            "RegisteredDevice",
            "",
            "Latitude 5440",
        ];
        table.write_record(row).unwrap();
    }
    table.into_inner().unwrap()
}

const TENANTS: [&[[&str; 3]]; 3] = [
    &[
        ["KONTOR-LT-001", "5CDX000001", "grete.holm@kontor-nord.example"],
        ["KONTOR-LT-0012", "5CDX000012", "grete.holm2@kontor-nord.example"],
        ["a.*+?^${}()|[]\\b", "7QXZ88K", "x|y@kontor-nord.example"],
        ["Windows", "5CDX000003", "windows@kontor-nord.example"],
        ["stale-everywhere", "5CDX000004", "o'neil@kontor-nord.example"],
        ["=cmd|'/c calc'!A0", "5CDX000005", "ole.bo@kontor-nord.example"],
        ["<img src=x onerror=alert(1)>", "5CDX000006", "\"quoted\"@kontor-nord.example"],
    ],
    &[
        ["Müller's Büro-PC", "PF1ÄX", "jürgen.müller@südwind.example"],
        ["мир-ноутбук", "PF3LMN88", "иван@мир.example"],
        ["100% Büro & Söhne", "PF3LMN89", "söhne&co@südwind.example"],
        ["PC", "PF3LMN90", "PC"],
        ["anna", "PF3LMN91", "anna"],
        ["device-0000000000000001", "PF3LMN92", "user-7f3a@südwind.example"],
        ["tab\tname", "PF3LMN93", "a;b=c@südwind.example"],
    ],
    &[
        ["name=EVIL; serial=OTHER1", "R90ABCD1", "mallory@third.example"],
        ["R90ABCD1-old", "R90ABCD2", "R90ABCD1@third.example"],
        ["lost-laptop.corp.third.example", "R90ABCD3", "CORP3\\trent"],
        ["`quoted` name", "R90ABCD4", "`tick`@third.example"],
        ["Latitude 5440", "R90ABCD5", "latitude@third.example"],
        ["r90abcd5", "R90ABCD6", "peggy.sue@third.example"],
        ["Intune", "R90ABCD7", "default@third.example"],
        ["12345678", "R90ABCD8", "20261119@third.example"],
    ],
];

fn place(rows: &[[&str; 3]]) -> Place {
    let place = Place::new();
    place.write("in/Nordlicht export.csv", intune(rows));
    place.write("in/Nordlicht entra.csv", entra(rows));
    let text = "exports:\n  - {file: Nordlicht export.csv, exported_by: Wilma Wacker, exported_at: around noon, source: a page of Frodo}\n";
    place.write("in/provenance.yaml", text);
    place.write(
        "decisions.csv",
        format!("serial,status,assignee,note\n{},in-progress,Berta Blum,call Zacharias first\n", rows[1][1]),
    );
    place.analyze(&[
        "--label",
        "Nordlicht GmbH",
        "--prepared-by",
        "Carl Cramer",
        "--decisions",
        "decisions.csv",
        "--commands",
    ]);
    place
}

fn copy(place: &Place, out: &str, more: &[&str]) -> Report {
    let run = place.run(&[&["redact", "out", "--out", out, "--quiet"], more].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    Report { root: place.path(out) }
}

/// Every text that a folder has: file by file, with what is packed.
fn texts(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for (name, bytes) in files_below(root) {
        if has_ending(&name, "xlsx") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
            for at in 0..archive.len() {
                let mut member = archive.by_index(at).unwrap();
                let mut part = Vec::new();
                member.read_to_end(&mut part).unwrap();
                all.insert(format!("{name}/{at}"), part);
            }
        }
        if has_ending(&name, "html") {
            let page = String::from_utf8(bytes.clone()).unwrap();
            let mut plain = String::new();
            for (at, part) in page.split("<script type=\"application/octet-stream\"").enumerate() {
                let (packed, rest) = if at == 0 { ("", part) } else { part.split_once('<').unwrap() };
                let packed = packed.split_once('>').map_or("", |(_, packed)| packed);
                if !packed.is_empty() {
                    let data = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
                    let mut inflated = Vec::new();
                    flate2::read::DeflateDecoder::new(data.as_slice()).read_to_end(&mut inflated).unwrap();
                    all.insert(format!("{name}/{at}"), inflated);
                }
                plain.push_str(rest);
            }
            all.insert(name, plain.into_bytes());
        } else {
            all.insert(name, bytes);
        }
    }
    all
}

/// A value as files may write it.
fn written(value: &str) -> BTreeSet<String> {
    let json = serde_json::to_string(value).unwrap();
    let percent: String = value
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") })
        .collect();
    let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = html.replace('"', "&quot;");
    let all =
        [value.to_owned(), json.trim_matches('"').to_owned(), percent, html, quoted.replace('\'', "&#x27;"), quoted];
    all.into_iter().flat_map(|own| [own.to_lowercase(), own.to_uppercase().to_lowercase()]).collect()
}

/// Values of which a text has one.
fn leaks(root: &Path, values: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bytes) in texts(root) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for value in values {
            for way in written(value) {
                if text.contains(&way) || name.to_lowercase().contains(&way) {
                    found.push(format!("{name}: {value} as {way}"));
                }
            }
        }
    }
    found
}

/// Everything of the tenant that tells something wherever it stands.
fn values(rows: &[[&str; 3]]) -> Vec<String> {
    let common = ["Windows", "stale-everywhere", "PC", "Intune", "anna", "Latitude 5440"];
    let cells = rows.iter().flatten().filter(|cell| !common.contains(cell)).map(|cell| (*cell).to_owned());
    let domains = rows.iter().filter_map(|[_, _, user]| Some(user.split_once('@')?.1.to_owned()));
    let ids = (0..rows.len()).flat_map(|at| {
        [
            format!("1d6c0a52-0000-4000-8000-{:012x}", 0xabc0 + at),
            format!("7e21b0c4-0000-4000-8000-{:012x}", 0xdef0 + at),
            format!("{at:08x}-5af1-4e0c-b09d-7c2f00aa11bb"),
        ]
    });
    let people = [
        "Wilma Wacker",
        "around noon",
        "Frodo",
        "Berta Blum",
        "Zacharias",
        "Nordlicht",
        "Carl Cramer",
        "00155DAB",
        "+49151",
    ];
    cells.chain(domains).chain(ids).chain(people.map(str::to_owned)).collect()
}

/// Cells that have to be names of the copy, or empty.
fn assert_named(report: &Report) {
    let wanted = [
        ("devices.csv", "name", "device-"),
        ("devices.csv", "serial", "serial-"),
        ("devices.csv", "primary_user", "user-"),
        ("devices.csv", "intune_id", "id-"),
        ("records.csv", "name", "device-"),
        ("records.csv", "serial", "serial-"),
        ("records.csv", "native_id", "id-"),
        ("records.csv", "export", "file-"),
        ("findings.csv", "device_name", "device-"),
        ("plan.csv", "device_name", "device-"),
        ("plan.csv", "serial", "serial-"),
    ];
    for (file, column, kind) in wanted {
        for line in report.lines(file) {
            let rest = line[column].strip_prefix(kind);
            let is_name =
                rest.is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|sign| sign.is_ascii_hexdigit()));
            assert!(line[column].is_empty() || is_name, "{file}, {column}: {}", line[column]);
        }
    }
}

#[test]
fn nothing_of_three_hostile_tenants_is_left() {
    for (at, rows) in TENANTS.iter().enumerate() {
        let place = place(rows);
        let original = Report { root: place.path("out") };
        assert!(!leaks(&original.root, &values(rows)).is_empty(), "the search finds what is there");
        let report = copy(&place, "copy", &["--new-key", "key", "--map", "map.csv"]);
        assert_eq!(leaks(&report.root, &values(rows)), Vec::<String>::new(), "tenant {at}");
        assert_named(&report);
        for (file, count) in
            [("devices.csv", 1), ("records.csv", 1), ("findings.csv", 1), ("plan.csv", 0), ("questions.csv", 0)]
        {
            assert_eq!(report.lines(file).len(), original.lines(file).len(), "{file}");
            assert!(report.lines(file).len() >= count, "{file}");
        }
        assert!(!report.root.join("commands").exists());
        assert_eq!(place.run(&["verify", "copy"]).code, 0);
        let again = place.run(&["render", "copy", "--out", "again", "--quiet"]);
        assert_eq!((again.code, again.stderr.as_str()), (0, ""));
        assert_eq!(report.files(), Report { root: place.path("again") }.files(), "a copy renders to itself");
    }
}

#[test]
fn links_stay_and_counts_stay() {
    let place = Place::with_sample();
    let original = place.analyze(&[]);
    let report = copy(&place, "copy", &["--new-key", "key"]);
    let count = |report: &Report, file: &str, column: &str| -> BTreeMap<String, usize> {
        report.lines(file).into_iter().fold(BTreeMap::new(), |mut all, line| {
            *all.entry(line[column].clone()).or_default() += 1;
            all
        })
    };
    for (file, column) in [
        ("findings.csv", "rule"),
        ("plan.csv", "step"),
        ("devices.csv", "activity"),
        ("records.csv", "tier"),
        ("packages.csv", "suggestion_id"),
        ("devices.csv", "model"),
    ] {
        assert_eq!(count(&original, file, column), count(&report, file, column), "{file}, {column}");
    }
    let sizes = |report: &Report| -> Vec<usize> {
        let mut sizes: Vec<usize> = count(report, "records.csv", "device_key").into_values().collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(&original), sizes(&report), "rows of a device stay together");
    // What an object is called in a plan is what it is called in the records.
    let known = |report: &Report| {
        let lines = report.lines("records.csv").into_iter();
        let known: BTreeSet<String> =
            lines.flat_map(|line| [line["native_id"].clone(), line["serial"].clone()]).collect();
        report.lines("plan.csv").iter().filter(|line| known.contains(&line["object_id"])).count()
    };
    assert!(known(&original) > 0);
    assert_eq!(known(&original), known(&report));
    let manifest = report.manifest();
    assert_eq!(manifest["control_totals"], original.manifest()["control_totals"]);
}

#[test]
fn the_same_key_gives_the_same_names_and_another_others() {
    let place = place(TENANTS[0]);
    let first = copy(&place, "first", &["--new-key", "key"]);
    let second = copy(&place, "second", &["--key", "key"]);
    assert_eq!(first.files(), second.files());
    let other = copy(&place, "other", &["--new-key", "other-key"]);
    let serials = |report: &Report| -> BTreeSet<String> {
        report.lines("devices.csv").into_iter().map(|line| line["serial"].clone()).collect()
    };
    assert!(serials(&first).is_disjoint(&serials(&other)));
    // The key stands in no file, and no plain digest of a serial number does.
    let key = fs::read_to_string(place.path("key")).unwrap();
    let mut wanted = vec![key.split_whitespace().last().unwrap().to_owned()];
    for [name, serial, _] in TENANTS[0] {
        for text in [(*serial).to_owned(), name.to_lowercase(), format!("serial\0{serial}")] {
            use sha2::Digest as _;
            let digest: String = sha2::Sha256::digest(text.as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .concat();
            wanted.push(digest.chars().take(16).collect());
        }
    }
    assert_eq!(leaks(&first.root, &wanted), Vec::<String>::new());
}

#[test]
fn lines_are_not_in_the_order_of_what_they_hide() {
    let rows: Vec<[String; 3]> = (0..40)
        .map(|at| [format!("ROOM-{at:04}"), format!("SN8X{at:06}"), format!("pupil{at:03}@school.example")])
        .collect();
    let rows: Vec<[&str; 3]> = rows.iter().map(|row| [row[0].as_str(), row[1].as_str(), row[2].as_str()]).collect();
    let place = place(&rows);
    let report = copy(&place, "copy", &["--new-key", "key", "--map", "map.csv"]);
    let mut reader = csv::Reader::from_path(place.path("map.csv")).unwrap();
    let map: BTreeMap<String, String> =
        reader.records().map(Result::unwrap).map(|line| (line[0].to_owned(), line[2].to_owned())).collect();
    for (file, column) in [("devices.csv", "serial"), ("records.csv", "serial"), ("findings.csv", "serial")] {
        let told: Vec<&String> = report
            .lines(file)
            .iter()
            .filter_map(|line| map.get(&line[column]))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        assert!(told.len() >= 20, "{file}");
        let in_order = told.windows(2).filter(|pair| pair[0] <= pair[1]).count();
        assert!(in_order < told.len() - 5, "{file}: the order tells which is which");
    }
}

#[test]
fn keys_and_maps_stay_apart() {
    let place = place(TENANTS[0]);
    let refused = |more: &[&str]| {
        let run = place.run(&[&["redact", "out", "--out", "copy", "--quiet"], more].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(!place.path("copy").exists());
        run.stderr
    };
    assert!(refused(&["--new-key", "copy/key"]).contains("is inside"));
    assert!(refused(&["--new-key", "out/key"]).contains("is inside"));
    assert!(refused(&["--new-key", "key", "--map", "copy/map.csv"]).contains("is inside"));
    refused(&[]);
    place.write("nokey", "secret");
    assert!(refused(&["--key", "nokey"]).contains("is no key file"));
    place.write("map.csv", "mine");
    assert!(refused(&["--new-key", "key", "--map", "map.csv"]).contains("exists already"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        copy(&place, "copy", &["--new-key", "key2", "--map", "map2.csv"]);
        for file in ["key2", "map2.csv"] {
            assert_eq!(fs::metadata(place.path(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
        }
    }
}

#[test]
fn a_copy_is_no_baseline() {
    let place = place(TENANTS[0]);
    copy(&place, "copy", &["--new-key", "key"]);
    let run = place.run(&["analyze", "in", "--out", "next", "--baseline", "copy", "--quiet"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("copy to share"), "{}", run.stderr);
    // Two copies under one key compare as their originals do.
    place.analyze_into("out2", &["--baseline", "out"], &[]);
    let run = place.run(&["redact", "out2", "--out", "copy2", "--key", "key", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(leaks(&place.path("copy2"), &values(TENANTS[0])), Vec::<String>::new());
    let run = place.run(&["compare", "copy", "copy2"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}
