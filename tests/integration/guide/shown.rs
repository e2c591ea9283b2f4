//! What a page shows of an output. `…` on a line of its own stands for lines that are left out, `…` inside a line for signs.

/// The mark for what is left out.
const LEFT_OUT: char = '…';
/// Digits of a SHA-256.
const DIGEST: usize = 64;

/// An output as pages show it: no blanks at the ends of lines, no blank lines at the end, `(64 digits)` for a digest, which
/// is another one with every version.
pub(super) fn plain(output: &str) -> String {
    let lines: Vec<String> = output.lines().map(|line| without_digests(line.trim_end())).collect();
    lines.join("\n").trim_end().to_owned() + "\n"
}

fn without_digests(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|sign: char| sign.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|sign: char| !sign.is_ascii_hexdigit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        text += before;
        text += if digits.len() == DIGEST { "(64 digits)" } else { digits };
        rest = after;
    }
    text + rest
}

/// The stretches of lines between those that are left out.
fn stretches(shown: &str) -> Vec<Vec<&str>> {
    let mut all = vec![Vec::new()];
    for line in shown.lines() {
        if line.trim() == "…" {
            all.push(Vec::new());
        } else {
            all.last_mut().unwrap().push(line.trim_end());
        }
    }
    all
}

/// Whether a page shows an output, perhaps shortened.
pub(super) fn fits(shown: &str, output: &str) -> bool {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let all = stretches(shown);
    let here = |stretch: &[&str], at: usize| {
        lines.get(at..at + stretch.len()).is_some_and(|lines| stretch.iter().zip(lines).all(|(s, l)| line_fits(s, l)))
    };
    let (first, rest) = all.split_first().unwrap();
    let Some((last, middle)) = rest.split_last() else { return first.len() == lines.len() && here(first, 0) };
    if !here(first, 0) {
        return false;
    }
    // A mark stands for one line at least.
    let mut from = first.len() + 1;
    for stretch in middle {
        let Some(at) = (from..lines.len()).find(|at| here(stretch, *at)) else { return false };
        from = at + stretch.len() + 1;
    }
    lines.len().checked_sub(last.len()).is_some_and(|at| at >= from && here(last, at))
}

fn line_fits(shown: &str, line: &str) -> bool {
    let parts: Vec<&str> = shown.split(LEFT_OUT).collect();
    let (first, rest) = parts.split_first().unwrap();
    let Some((last, middle)) = rest.split_last() else { return shown == line };
    let Some(mut left) = line.strip_prefix(first) else { return false };
    for part in middle {
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(last)
}

/// Shows another output as one was shown before: as many lines at the beginning and at the end, and of those between what
/// looks most like it.
pub(super) fn anew(shown: &str, output: &str) -> String {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let all = stretches(shown);
    if all.len() == 1 {
        return cut(&all[0], &lines).join("\n") + "\n";
    }
    let (first, last) = (all.first().unwrap(), all.last().unwrap());
    let end = lines.len().saturating_sub(last.len());
    let mut made = cut(first, &lines[..first.len().min(lines.len())]);
    let mut from = first.len() + 1;
    for stretch in &all[1..all.len() - 1] {
        let places = from..=end.saturating_sub(stretch.len() + 1).max(from);
        let alike = |at: &usize| {
            let pairs = stretch.iter().zip(lines.get(*at..).unwrap_or_default());
            (pairs.filter(|(s, l)| shape(s) == shape(l)).count(), usize::MAX - at)
        };
        let at = places.max_by_key(alike).unwrap_or(from);
        made.push("…".into());
        made.extend(cut(stretch, lines.get(at..(at + stretch.len()).min(end)).unwrap_or_default()));
        from = at + stretch.len() + 1;
    }
    made.push("…".into());
    made.extend(cut(last, &lines[end..]));
    made.join("\n") + "\n"
}

/// Lines, each cut where the one in its place was cut.
fn cut(shown: &[&str], lines: &[&str]) -> Vec<String> {
    let one = |(at, line): (usize, &&str)| {
        let Some(whole) = shown.get(at).and_then(|shown| shown.strip_suffix(LEFT_OUT)) else { return line.to_string() };
        let kept: String = line.chars().take(whole.chars().count()).collect();
        if kept.len() == line.len() { kept } else { kept + "…" }
    };
    lines.iter().enumerate().map(one).collect()
}

/// What stays of a line when its numbers change.
fn shape(line: &str) -> String {
    let words = line.split_whitespace().map(|word| word.trim_matches(|sign: char| !sign.is_alphabetic()));
    words.filter(|word| !word.is_empty()).take(3).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_left_out_is_any_text_and_nothing_else_is() {
    let output = "one 1\ntwo 2\nthree 3\nfour 4\n";
    for shown in [output, "one 1\n…\nfour 4\n", "…\nthree 3\n…\n", "one …\n…\n", "o…e 1\ntwo…\n…\n", "…\n"]
    {
        assert!(fits(shown, output), "{shown}");
    }
    for shown in [
        "one 1\n",
        "one 1\ntwo 2\nthree 3\nfour 4\n…\n",
        "…\ntwo 3\n…\n",
        "two…\n…\n",
        "one 1\ntwo 2\n…\nthree 3\nfour 4\n",
    ] {
        assert!(!fits(shown, output), "{shown}");
    }
}

#[test]
fn another_output_is_shown_in_the_same_way() {
    let output = "head 2\nnew line\na 1\nb 2\nc 3\nd 4\nend 9\n";
    for (shown, made) in [
        ("old\n", output),
        ("head 1\n…\nend 1\n", "head 2\n…\nend 9\n"),
        ("head 1\n…\nb 1\nc 1\n…\nend 1\n", "head 2\n…\nb 2\nc 3\n…\nend 9\n"),
        ("he…\n…\n", "he…\n…\n"),
    ] {
        assert_eq!(anew(shown, output), made, "{shown}");
        assert!(fits(made, output), "{made}");
    }
}

#[test]
fn digests_are_left_out() {
    let digest = "0f".repeat(32);
    assert_eq!(plain(&format!("seal {digest}  \n{digest}0 ab\n\n\n")), format!("seal (64 digits)\n{digest}0 ab\n"));
}
