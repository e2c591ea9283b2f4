//! JSON that is deep, wide, or broken so that it would be read again and again.

use super::{inspected, refused};

#[test]
fn deep_and_broken_texts_come_to_an_end() {
    for text in [
        "[".repeat(500_000),
        "{\"a\":".repeat(200_000),
        format!("[{}{}]", "{\"a\":[".repeat(100_000), "]}".repeat(100_000)),
        format!("{{\"value\":[{}]}}", "{\"id\":1,\"l\":[{}]},".repeat(30_000)),
        format!("{{\"id\":\"1\"}}\n{{\"id\":\"2\n{}{{\"id\":\"3\"}}\n", "\n".repeat(500_000)),
        format!("{{\"id\":\"1\"}}\n{}", "{\"id\":\"2\n".repeat(5_000)),
        format!("[{}]", "0,".repeat(300_000)),
    ] {
        let cost = inspected("a.json", &text);
        assert!(cost.time.as_secs() < 20, "{:?}: {}", cost.time, text.get(..40).unwrap_or_default());
    }
}

#[test]
fn no_list_has_more_columns_than_consoles_write() {
    let keys = |from: usize| (from..from + 50).map(|key| format!("\"k{key}\":1")).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = (0..2_000).map(|row| format!("{{{}}}", keys(row * 50))).collect();
    refused("a.json", format!("[{}]", rows.join(",")), "it has more than 4096 columns");
    let names: Vec<String> = (0..200).map(|n| format!("{{\"l{n}\":[{{\"id\":1}}],\"m{n}\":[{{\"id\":2}}]}}")).collect();
    refused("a.json", names.join("\n"), "it has more than 64 lists of different names");
}

#[test]
fn a_long_name_is_not_repeated_by_what_is_inside() {
    let members: Vec<String> = (0..3_000).map(|key| format!("\"{key}\":1")).collect();
    let text = format!("[{{\"id\":1,\"{}\":{{{}}}}}]", "x".repeat(1_000_000), members.join(","));
    assert!(inspected("a.json", text).time.as_secs() < 20);
}

#[test]
fn what_stands_around_the_rows_is_not_repeated_without_end() {
    let text = format!("{{\"note\":\"{}\",\"value\":[{}{{}}]}}", "x".repeat(16_000), "{\"a\":1},".repeat(20_000));
    refused("a.json", text, "MB of text, more than");
}
