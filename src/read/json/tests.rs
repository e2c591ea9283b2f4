use proptest::prelude::*;

use super::*;

type Row = Vec<(String, String)>;
type Column = Vec<Option<String>>;

/// All cells of a list by path, row by row, and the numbers of the rows that cannot be read.
fn rows(text: &str, list: &List) -> (Vec<(u32, Row)>, Vec<u32>) {
    let header = columns(text, list).unwrap();
    let mut reader = Reader::new(&header, &|_| false);
    let (mut rows, mut bad) = (Vec::new(), list.bad.iter().map(|bad| bad.number).collect::<Vec<_>>());
    for element in list.elements(0..list.objects()) {
        if reader.read(text, &element).is_err() {
            bad.push(element.number);
            continue;
        }
        let cell = |(slot, path): (usize, &String)| Some((path.clone(), reader.cell(slot)?.to_owned()));
        rows.push((element.number, header.iter().enumerate().filter_map(cell).collect()));
    }
    bad.sort_unstable();
    (rows, bad)
}

/// The lists of a text in short: `name: row row | page facts`, each row as `number{path=text,…}`.
fn short(text: &str) -> String {
    let lists = match outline(text) {
        Ok(lists) => lists,
        Err(error) => return format!("error: {error}"),
    };
    let mut out = Vec::new();
    for list in &lists {
        let (rows, bad) = rows(text, list);
        let mut parts = vec![format!("{}:", list.name)];
        for (number, row) in rows {
            let cells: Vec<_> = row.iter().map(|(path, text)| format!("{path}={text}")).collect();
            parts.push(format!("{number}{{{}}}", cells.join(",")));
        }
        parts.extend(bad.iter().map(|number| format!("bad {number}")));
        parts.extend(list.cut.then(|| "cut".to_owned()));
        parts.extend(list.declared().map(|total| format!("of {total}")));
        parts.extend(list.next_link().map(|next| format!("next {next}")));
        out.push(parts.join(" "));
    }
    out.join("; ")
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_shape_gives_its_rows() {
    let cases = [
        // Envelopes.
        (
            r#"{"@odata.context":"c","@odata.count":2,"@odata.nextLink":"n","value":[{"id":"1"},{"id":"2"}]}"#,
            ": 1{id=1,page @odata.context=c,page @odata.count=2,page @odata.nextLink=n} \
             2{id=2,page @odata.context=c,page @odata.count=2,page @odata.nextLink=n} of 2 next n",
        ),
        (r#"{"values":[{"DeviceName":"a"}]}"#, ": 1{DeviceName=a}"),
        (r#"{"value":[]}"#, ":"),
        (r#"{"value":[{"id":"1"}],"Count":1}"#, ": 1{id=1,page Count=1} of 1"),
        (
            r#"{"data":[{"type":"t","id":"1","attributes":{"serialNumber":"s","imei":["1","2"]}}],
               "links":{"self":"l","next":"n"},"meta":{"paging":{"limit":100,"total":7,"nextCursor":"q"}}}"#,
            ": 1{type=t,id=1,serialNumber=s,imei=1|2,page links.self=l,page links.next=n,\
             page meta.paging.limit=100,page meta.paging.total=7,page meta.paging.nextCursor=q} of 7 next n",
        ),
        (
            r#"{"data":{"type":"t","id":"1","attributes":{"a":"b"}},"links":{"self":"l"}}"#,
            ": 1{type=t,id=1,a=b,page links.self=l}",
        ),
        (r#"{"value":{"id":"1","a":{"b":2}}}"#, ": 1{id=1,a.b=2}"),
        (
            r#"{"kind":"k","chromeosdevices":[{"deviceId":"1"}],"nextPageToken":"t"}"#,
            ": 1{deviceId=1,page kind=k,page nextPageToken=t} next t",
        ),
        (r#"{"kind":"k","etag":"e"}"#, ":"),
        (r#"{"mobiledevices":[{"resourceId":"1","name":["x"]}]}"#, ": 1{resourceId=1,name=x}"),
        (r#"{"devices":[{"name":"1"}],"nextPageToken":" "}"#, ": 1{name=1,page nextPageToken= }"),
        (
            r#"{"Stats":{"t":1},"Schema":[{"Name":"DeviceId","Type":"String"}],"Results":[{"DeviceId":"1"}]}"#,
            ": 1{DeviceId=1,page Stats.t=1}",
        ),
        (r#"{"data":{"devices":[{"id":"1"}],"total":5},"etag":"e"}"#, ": 1{id=1,page total=5,page etag=e} of 5"),
        (r#"{"list":[{"a":"1"},{"a":"2"}],"x":1}"#, ": 1{a=1,page x=1} 2{a=2,page x=1}"),
        // Rows.
        (r#"[{"id":"1"},{"id":"2"}]"#, ": 1{id=1} 2{id=2}"),
        ("[]", ":"),
        (r#"{"deviceId":"1","recentUsers":[{"email":"a"},{"email":"b"}]}"#, ": 1{deviceId=1,recentUsers.email=a|b}"),
        (r#"[{"os":"x","users":[{"email":"a"}]}]"#, ": 1{os=x,users.email=a}"),
        (r#"{"device":{"id":"1","ids":[]}}"#, ": 1{id=1}"),
        (r#"[{"device":{"id":"1"}},{"device":{"id":"2"}}]"#, ": 1{id=1} 2{id=2}"),
        (r#"[{"a":{"b":1}},{"a":{"b":2}}]"#, ": 1{a.b=1} 2{a.b=2}"),
        (r#"{"a":{"b":{"c":1}},"os":"x"}"#, ": 1{a.b.c=1,os=x}"),
        ("{\"n\":\"1\"}\n{\"n\":\"2\",\"l\":[{\"a\":1}]}\r\n", ": 1{n=1} 2{n=2,l.a=1}"),
        ("{\"n\":\"1\"}\nnull\n{\"n\":\"2\"}", ": 1{n=1} 3{n=2} bad 2"),
        // Several pages.
        (
            r#"[{"value":[{"id":"1"}],"nextLink":"n"},{"value":[{"id":"2"},{"id":"3"}]}]"#,
            ": 1{id=1,page nextLink=n} 2{id=2} 3{id=3}",
        ),
        (r#"[[{"id":"1"}],[{"id":"2"}]]"#, ": 1{id=1} 2{id=2}"),
        (
            "\u{feff}{\"value\":[{\"id\":\"1\"}]}\u{1e}\n,\u{feff}{\"value\":[{\"id\":\"2\"}],\"count\":9}",
            ": 1{id=1} 2{id=2,page count=9} of 9",
        ),
        (r#"[{"id":"1"}] [{"id":"2"}]{"id":"3"}"#, ": 1{id=1} 2{id=2} 3{id=3}"),
        // Wrappers and several lists.
        (
            r#"{"Google":{"mobileEvent":{"resourceKind":"k","mobileListObjects":[{"deviceId":"1"}]}}}"#,
            ": 1{deviceId=1,page resourceKind=k}",
        ),
        (
            r#"{"managedDevices":[{"id":"1"}],"links":[{"id":"x"}],"autopilot":[{"id":"2"}],"at":"t"}"#,
            "managedDevices: 1{id=1,page at=t}; autopilot: 1{id=2,page at=t}",
        ),
        (
            &format!(
                "{{{}}}",
                (1..=20).map(|row| format!(r#""k{row:02}":{{"id":{row}}}"#)).collect::<Vec<_>>().join(",")
            ),
            &format!(": {}", (1..=20).map(|row| format!("{row}{{id={row}}}")).collect::<Vec<_>>().join(" ")),
        ),
        (r#"{"export":{"a":[{"id":"1"}],"b":[{"id":"2"}]}}"#, "export.a: 1{id=1}; export.b: 1{id=2}"),
        (
            r#"{"windowsAutopilotDeviceIdentity":{"id":"1","x":"y"},"device":{"id":"2"}}"#,
            "windowsAutopilotDeviceIdentity: 1{id=1,x=y}; device: 1{id=2}",
        ),
        // Bad elements.
        (r#"[{"id":"1"},null,{"id":"2"},5,["x"]]"#, ": 1{id=1} 3{id=2} bad 2 bad 4 bad 5"),
        (r#"[{"id":"1"},{"id":oops},{"id":"3"}]"#, ": 1{id=1} 3{id=3} bad 2"),
        (r#"{"value":[{"id":"1"}, 7]} {"value":["x",{"id":"2"}]}"#, ": 1{id=1} 4{id=2} bad 2 bad 3"),
        ("{\"id\":\"1\"}\n{\"id\":}\n{\"id\":\"3\"}", ": 1{id=1} 3{id=3} bad 2"),
        ("{\"id\":\"1\"}\n{\"id\":\"2\",\"x\n{\"id\":\"3\"}\n", ": 1{id=1} 3{id=3} bad 2"),
        (r#"[{"id":"1"},{"id":"2"},]"#, ": 1{id=1} 2{id=2}"),
        // Broken texts.
        (r#"[{"id":"1"},{"id":"2"#, ": 1{id=1} bad 2 cut"),
        (r#"{"value":[{"id":"1"},{"id":"2"}],"@odata.count":12"#, ": 1{id=1} 2{id=2} cut"),
        (
            r#"[{"value":[{"id":"1"}],"count":3},{"value":[{"id":"2"},{"i"#,
            ": 1{id=1,page count=3} 2{id=2} bad 3 cut of 3",
        ),
        (r#"{"Google":{"mobileListObjects":[{"deviceId":"1"},{"devi"#, ": 1{deviceId=1} bad 2 cut"),
        (r#"{"a":[{"deviceId":"1"}],"b":[{"deviceId":"2"},{"#, "a: 1{deviceId=1}; b: 1{deviceId=2} bad 2 cut"),
        (r#"{"recentUsers":[{"email":"a"},{"email":"b"}],"dev"#, "error: the JSON ends in the middle of a device"),
        ("{\"id\":\"1\"}\nErr: {\"id\":\"2\"}", ": 1{id=1} bad 2 cut"),
        (r#"[{"id":"1"},{"id":["2"}]"#, ": 1{id=1} bad 2 cut"),
        ("", "error: the file holds no JSON"),
        (" \u{feff}\n", "error: the file holds no JSON"),
        ("id,name\n1,2", "error: the text is no JSON"),
        ("[1,2]", "error: the JSON list holds no objects"),
        (r#"{"value":["#, "error: the JSON ends before the first whole device"),
        (r#"{"id":"1","#, "error: the JSON ends in the middle of a device"),
        (r#"{"error":{"code":"x","message":"y"}}"#, "error: the JSON is the error answer of a web service"),
    ];
    for (text, expected) in cases {
        assert_eq!(short(text), expected, "{text}");
    }
}

#[test]
fn facts_of_a_list_are_the_widest() {
    let text = r#"{"@odata.count":5,"value":[]}{"@odata.count":3,"NextPageToken":"x","value":[{"id":1},4]}"#;
    let lists = outline(text).unwrap();
    assert_eq!((lists[0].declared(), lists[0].next_link()), (Some(5), Some("x")));
    assert_eq!((lists[0].len(), lists[0].objects(), lists[0].is_empty()), (2, 1, false));
    assert_eq!(lists[0].pages.iter().map(|page| page.first).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(lists[0].bad, [Bad::new(2, "is a single value instead of an object", "4")]);
}

#[test]
fn bad_text_is_short_and_whole_characters() {
    let bad = Bad::new(1, "x", &format!("a{}", "é".repeat(4000)));
    assert_eq!(bad.text.len(), 4095);
}

#[test]
fn chunks_are_read_in_parallel() {
    use rayon::prelude::*;

    let page =
        |number: u32| format!(r#"{{"value":[{{"id":{number},"n":"x"}},null,{{"id":-{number}}}],"count":{number}}}"#);
    let text: String = (1..=100).map(page).collect();
    let list = &outline(&text).unwrap()[0];
    let wanted: Vec<String> = ["id", "n", "page count"].map(str::to_owned).into();
    for parts in [1, 7, 1000] {
        let chunks: Vec<(Vec<Column>, Vec<Bad>)> = list
            .chunks(parts)
            .into_par_iter()
            .map(|range| {
                let mut reader = Reader::new(&wanted, &|_| false);
                let (mut builders, mut bad) = (vec![Vec::new(); wanted.len()], Vec::new());
                for element in list.elements(range) {
                    if let Err(reason) = reader.read(&text, &element) {
                        bad.push(Bad::new(element.number, reason, element.text(&text)));
                        continue;
                    }
                    for (slot, builder) in builders.iter_mut().enumerate() {
                        builder.push(reader.cell(slot).map(str::to_owned));
                    }
                }
                (builders, bad)
            })
            .collect();
        let column = |slot: usize| chunks.iter().flat_map(|chunk| chunk.0[slot].clone()).collect::<Vec<_>>();
        let expected: Vec<_> =
            (1..=100).flat_map(|number| [Some(format!("{number}")), Some(format!("-{number}"))]).collect();
        assert_eq!(column(0), expected);
        assert_eq!(column(1)[..3], [Some("x".to_owned()), None, Some("x".to_owned())]);
        assert_eq!(column(2)[198..], [Some("100".to_owned()), Some("100".to_owned())]);
        assert!(chunks.iter().all(|chunk| chunk.1.is_empty()));
    }
    let numbers: Vec<_> = list.elements(2..6).map(|element| element.number).collect();
    assert_eq!(numbers, [4, 6, 7, 9]);
}

const SAMPLES: [&str; 6] = [
    r#"{"@odata.count":12,"value":[{"id":"1","n":{"x":[1,{"y":"é\""}]}},{"id":"22","v":-1.5}],"@odata.nextLink":"a"}"#,
    r#"[{"value":[{"id":"1"}],"count":33},{"value":[{"id":"2"},{"id":"34"}],"count":33}] {"value":[{"id":"5"}]}"#,
    "{\"id\":\"1\",\"l\":[{\"a\":1},{\"a\":2}]}\n{\"id\":\"2\",\"l\":[{\"a\":3}]}\n{\"id\":345}\n",
    r#"{"Google":{"mobileEvent":{"kind":"k","mobileListObjects":[{"deviceId":"1","o":[{"p":1}]},{"deviceId":"23"}]}}}"#,
    r#"{"data":{"type":"t","id":"1","attributes":{"imei":["1","2"]},"links":{"self":"x"}},"links":{"self":"y"}}"#,
    r#"{"recentUsers":[{"email":"a"},{"email":"b"}],"hw":{"parts":[{"id":1}]},"deviceId":"d","serialNumber":"s"}"#,
];

#[test]
fn a_cut_text_never_gives_a_wrong_cell() {
    for text in SAMPLES {
        let whole = outline(text).unwrap();
        let of_rows = |row: &Row| row.iter().filter(|cell| !cell.0.starts_with(PAGE_PREFIX)).cloned().collect::<Row>();
        let expected = rows(text, &whole[0]).0;
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let part = text.get(..end).unwrap();
            let Ok(lists) = outline(part) else { continue };
            assert_eq!(lists.len(), 1, "{part}");
            let (rows, bad) = rows(part, &lists[0]);
            // What breaks off is set aside, and nothing else is.
            assert!(bad.len() <= usize::from(lists[0].cut) && rows.len() <= expected.len(), "{part}");
            for (row, expected) in rows.iter().zip(&expected) {
                assert_eq!((row.0, of_rows(&row.1)), (expected.0, of_rows(&expected.1)), "{part}");
                assert!(row.1.iter().all(|cell| expected.1.contains(cell)), "{part}");
            }
            let missing = rows.len() < expected.len();
            // Between two documents nothing tells that one is missing.
            let between = part.trim_end().ends_with(['}', ']']) || part.trim_end().is_empty();
            assert!(!missing || lists[0].cut || between, "{part}");
        }
    }
}

/// Goes through all that the module does.
fn all(text: &str) {
    for list in outline(text).unwrap_or_default() {
        let (rows, bad) = rows(text, &list);
        assert_eq!(rows.len() + bad.len(), list.len());
        let mut numbers: Vec<_> = rows.iter().map(|row| row.0).chain(bad).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().zip(1..).all(|(&number, expected)| number == expected));
    }
}

#[test]
fn hostile_nesting_is_harmless() {
    for open in ["[", "{\"a\":", "[{\"value\":", "{\"data\":", "[[{\"x\":["] {
        all(&open.repeat(50_000));
    }
    all(&format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)));
    all(&format!("[{}1{}]", "{\"data\":".repeat(50_000), "}".repeat(50_000)));
    all(&format!("[{{\"a\":{}{}}}]", "[{\"a\":".repeat(50_000), "}]".repeat(50_000)));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        all(&text);
    }

    #[test]
    fn no_text_of_brackets_panics(text in r#"([\[\]{}",: \\a1]|"id":|"value":\[|\{"a":1\}|null|"data":|é|\x{feff}){0,60}"#) {
        all(&text);
    }

    #[test]
    fn no_damaged_sample_panics(sample in 0..SAMPLES.len(), at in 0usize..120, cut in 0usize..20, new in "[\\[\\]{}\",:a1 ]{0,3}") {
        let text = SAMPLES[sample];
        let start = text.floor_char_boundary(at);
        let end = text.floor_char_boundary(start + cut);
        all(&format!("{}{new}{}", text.get(..start).unwrap(), text.get(end.max(start)..).unwrap()));
    }
}
