//! What a file of commands does, and what it refuses, whatever the ids are: run by a shell, and read by the rules of
//! PowerShell.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command as Process;

use super::command_file::CommandFile;
use super::{powershell, shell};
use crate::console::Console;
use crate::plan::{Command, Effort, Entry, Limits, Phase, Shape, Tool};

/// Ids that no shape would let through: the quoting must hold by itself.
const HOSTILE: &[&str] = &[
    "0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa",
    "'; touch owned; '",
    "$(touch owned)",
    "`touch owned`",
    "\"; touch owned; \"",
    "\\'; touch owned #",
    "a\ntouch owned\n",
    "'\n)\ntouch owned\n$x = @('",
    "‘; touch owned; ’",
    "-WhatIf:$false",
    "--execute",
    "%PATH%",
    "*",
    "~",
];

fn ids() -> Vec<String> {
    HOSTILE.iter().map(ToString::to_string).collect()
}

fn entry(tool: Tool, run: &str, wipes: bool) -> Entry {
    let command = Command {
        tool,
        id: Shape::Guid,
        module: String::new(),
        scope: String::new(),
        application: String::new(),
        limit: String::new(),
        look: String::new(),
        check: if tool == Tool::Gam { String::new() } else { "(Get-Thing -Id {id}).Seen -le $Seen".into() },
        done: String::new(),
        approval: false,
        removes: false,
        keeps_data: false,
        choices: if run.contains("{choice}") { vec!["first".into(), "second".into()] } else { Vec::new() },
        run: run.into(),
    };
    Entry {
        slug: "chrome-powerwash".into(),
        action: "Do it.".into(),
        console: Some(Console::Chrome),
        role: "Somebody".into(),
        irreversible: wipes,
        wipes,
        condition: "It's time; $(touch owned).\n touch owned".into(),
        why: "Because.".into(),
        phase: Phase::Remove,
        silence: false,
        waits: Vec::new(),
        effort: Effort::default(),
        limits: Limits::default(),
        frees: String::new(),
        seen: String::new(),
        proof: crate::plan::Proof::default(),
        sources: Vec::new(),
        command: Some(command),
    }
}

fn with_sheet<T>(entry: &Entry, ids: &[String], take: impl FnOnce(&CommandFile) -> T) -> T {
    let command = entry.command.as_ref().unwrap();
    let (package, not_before) = ("a.b.c.d", "2026-11-20");
    let seen = &vec!["2026-06-02T08:00:00Z".to_string(); ids.len()];
    take(&CommandFile { package, batch: 1, approval: "not approved", entry, command, ids, seen, not_before })
}

/// A folder with programs that only write down how they were called.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new(today: &str) -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        stage.gam("cat >> calls");
        stage.program("date", &format!("echo {today}"));
        stage
    }

    fn program(&self, name: &str, body: &str) {
        let path = self.0.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A `gam` that says whose account it is, and notes every other call before it goes on.
    fn gam(&self, and: &str) {
        let known = "case \"$1 $2\" in 'info customer') printf 'Customer ID: C1\\n  Primary Domain: Contoso.example\\n  \
                     Primary Domain Verified: True\\n'; exit ;; esac";
        self.program("gam", &format!("{known}\nprintf '%s\\0' \"$@\" >> calls; printf '\\n\\n' >> calls; {and}"));
    }

    /// Runs a script; what `gam` was called with, one list of words a call, and whether the script was content.
    fn run(&self, script: &str, options: &[&str]) -> (Vec<Vec<String>>, bool) {
        let _ = fs::remove_file(self.0.path().join("lastseen-log.csv"));
        self.run_again(script, options)
    }

    /// The same with the log of an earlier run.
    fn run_again(&self, script: &str, options: &[&str]) -> (Vec<Vec<String>>, bool) {
        let path = self.0.path().join("script.sh");
        fs::write(&path, script).unwrap();
        let _ = fs::remove_file(self.0.path().join("calls"));
        let search = format!("{}:/usr/bin:/bin", self.0.path().display());
        let mut process = Process::new("/bin/sh");
        let acts = options.contains(&"--execute") && !options.iter().any(|option| option.starts_with("--domain="));
        let options = options.iter().copied().chain(acts.then_some("--domain=contoso.example"));
        let output = process.arg(&path).args(options).current_dir(self.0.path()).env_clear().env("PATH", search);
        let output = output.output().unwrap();
        assert!(!self.0.path().join("owned").exists(), "something in an id was run\n{script}");
        let calls = fs::read_to_string(self.0.path().join("calls")).unwrap_or_default();
        let words = |call: &str| call.split('\0').filter(|w| !w.is_empty()).map(ToString::to_string).collect();
        (calls.split("\0\n\n").filter(|c| !c.is_empty()).map(words).collect(), output.status.success())
    }
}

/// Without a condition where it erases nothing, so that nobody has to say that it is met.
fn powerwash(wipes: bool) -> Entry {
    let entry = entry(Tool::Gam, "gam cros {id} issuecommand command remote_powerwash doit", wipes);
    Entry { condition: if wipes { entry.condition.clone() } else { String::new() }, ..entry }
}

#[test]
fn a_shell_passes_each_id_as_one_word_and_runs_nothing_else() {
    let (stage, ids) = (Stage::new("20261121"), ids());
    let script = with_sheet(&powerwash(false), &ids, shell::script);
    assert_eq!(stage.run(&script, &[]), (vec![], true), "dry unless told otherwise");
    let (calls, content) = stage.run(&script, &["--execute"]);
    assert!(content);
    assert_eq!(calls.len(), ids.len());
    for (call, id) in calls.iter().zip(&ids) {
        assert_eq!(call[..], ["cros", id, "issuecommand", "command", "remote_powerwash", "doit"]);
    }
}

#[test]
fn a_shell_file_refuses_what_nobody_has_confirmed() {
    let (stage, ids) = (Stage::new("20261121"), ids());
    let script = with_sheet(&powerwash(true), &ids, shell::script);
    let number = format!("--erase={}", ids.len());
    for options in [
        &["--execute"][..],
        &["--execute", "--condition-met"],
        &["--execute", &number],
        &["--execute", "--erase=1"],
        &["-x"],
    ] {
        assert_eq!(stage.run(&script, options), (vec![], false), "{options:?}");
    }
    let (calls, content) = stage.run(&script, &["--execute", "--condition-met", &number]);
    assert!(content && calls.len() == ids.len());

    let early = Stage::new("20261119");
    let script = with_sheet(&powerwash(false), &ids, shell::script);
    assert_eq!(early.run(&script, &["--execute"]), (vec![], false), "before its day");
    assert_eq!(early.run(&script, &[]), (vec![], true), "a dry run may look ahead");

    let chosen = entry(Tool::Gam, "gam update cros {id} action {choice}", false);
    let script = with_sheet(&chosen, &ids, shell::script);
    assert_eq!(stage.run(&script, &["--execute"]), (vec![], false));
    assert_eq!(stage.run(&script, &["--execute", "--choice=third", "--condition-met"]), (vec![], false));
    assert_eq!(
        stage.run(&script, &["--execute", "--choice=second"]),
        (vec![], false),
        "what can be undone has a condition too"
    );
    let (calls, _) = stage.run(&script, &["--execute", "--choice=second", "--condition-met"]);
    assert_eq!(calls[0][..], ["update", "cros", &ids[0], "action", "second"]);
}

#[test]
fn a_shell_file_that_was_cut_or_edited_does_nothing() {
    let stage = Stage::new("20261121");
    let ids: Vec<String> = (0..4).map(|n| format!("0f3c9d8e-1111-4222-8333-aaaaaaaaaaa{n}")).collect();
    let script = with_sheet(&powerwash(false), &ids, shell::script);
    for end in 0..script.trim_end().len() {
        let (calls, _) = stage.run(script.get(..end).unwrap(), &["--execute"]);
        assert_eq!(calls, Vec::<Vec<String>>::new(), "cut after {end} bytes");
    }
    let lines: Vec<&str> = script.lines().collect();
    let of_ids = lines.iter().position(|l| l.contains(&ids[0])).unwrap();
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat().join("\n");
    let twice = [&lines[..=of_ids], &lines[of_ids..]].concat().join("\n");
    let other = script.replace(&ids[1], "0f3c9d8e-1111-4222-8333-bbbbbbbbbbbb");
    let swapped = script.replace(&ids[1], "x").replace(&ids[2], &ids[1]).replace("'x'", &format!("'{}'", ids[2]));
    for edited in [without(of_ids), without(of_ids + 2), twice, other, swapped] {
        assert_eq!(stage.run(&edited, &["--execute"]), (vec![], false), "{edited}");
    }
    assert_eq!(stage.run(&script, &["--execute"]).0.len(), 4);
}

#[test]
fn a_shell_file_acts_for_the_account_that_is_meant_alone() {
    let stage = Stage::new("20261121");
    let script = with_sheet(&powerwash(false), &ids()[..1], shell::script);
    for other in ["--domain=", "--domain=contoso", "--domain=contoso.example.au", "--domain=.*"] {
        assert_eq!(stage.run(&script, &["--execute", other]), (vec![], false), "{other}");
    }
    assert!(stage.run(&script, &["--execute", "--domain=CONTOSO.example"]).1);
    stage.program("gam", "exit 1");
    assert_eq!(stage.run(&script, &["--execute"]), (vec![], false), "GAM says nothing of itself");
}

#[test]
fn a_token_says_of_which_tenant_it_is() {
    let entry = entry(Tool::Defender, "Invoke-Thing -Id {id} -Token $Token", true);
    let text = with_sheet(&entry, &ids()[..1], powershell::script);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}"));
    assert!(at("[string] $TenantId = ''") < at("$TenantId -ne $Claims.tid"));
    assert!(at("$TenantId -ne $Claims.tid") < at("Invoke-Thing -Id $Id"));
}

#[test]
fn a_shell_file_that_is_run_again_does_only_what_failed() {
    let stage = Stage::new("20261121");
    let ids: Vec<String> = (0..4).map(|n| format!("0f3c9d8e-1111-4222-8333-aaaaaaaaaaa{n}")).collect();
    let script = with_sheet(&powerwash(false), &ids, shell::script);
    stage.gam("case $2 in *1) exit 1 ;; esac");
    let (calls, content) = stage.run(&script, &["--execute"]);
    assert_eq!((calls.len(), content), (4, false));
    let log = fs::read_to_string(stage.0.path().join("lastseen-log.csv")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], "console,object_id,step,state,claimed_on,claimed_by,note");
    assert!(lines[1].starts_with(&format!("chrome,{},chrome-powerwash,claimed,", ids[0])), "{log}");
    assert!(lines[2].starts_with(&format!("chrome,{},chrome-powerwash,failed,", ids[1])), "{log}");
    let (calls, _) = stage.run_again(&script, &["--execute"]);
    assert_eq!(calls.iter().map(|call| call[1].clone()).collect::<Vec<_>>(), ids[1..2]);
    let (calls, content) = stage.run_again(&script, &["--execute", "--log=another.csv"]);
    assert_eq!((calls.len(), content), (4, false), "another log knows nothing");
}

#[test]
fn a_command_that_needs_approval_keeps_its_code_and_sends_it() {
    let mut entry = entry(Tool::Graph, "Clear-Thing -Id {id} -Headers $Headers -WhatIf:$Dry", true);
    let command = entry.command.as_mut().unwrap();
    command.approval = true;
    command.look = "Get-Thing -Id {id}".into();
    command.done = "$Now.State -eq 'gone'".into();
    command.scope = "Thing.ReadWrite.All, Thing.Read.All".into();
    command.application = "Thing.ReadWrite.All".into();
    let text = with_sheet(&entry, &ids()[..1], powershell::script);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}"));
    let act = at("Clear-Thing -Id $Id -Headers $Headers");
    for before in
        ["'x-msft-approval-justification'", "'x-msft-approval-code' = $Before.note", "$Now = Get-Thing -Id $Id"]
    {
        assert!(at(before) < act, "{before}");
    }
    assert!(at("Add-Claim $Id 'approval-requested' $Matches[1]") > act);
    assert!(
        text.contains("# a person    Thing.ReadWrite.All, Thing.Read.All") && text.contains("403 ApprovalRequired")
    );
    assert_eq!(without_ids(tokens(&text)).1, ids()[..1]);
}

/// A piece of a PowerShell script.
#[derive(Debug, PartialEq)]
enum Token {
    /// A string in single quotes, read.
    Verbatim(String),
    /// A string in double quotes, as written.
    Expanding(String),
    /// A line break.
    Line,
    /// Any other sign.
    Sign(char),
}

/// Reads a script by PowerShell's rules for quotes and comments; panics where it would not parse.
fn tokens(script: &str) -> Vec<Token> {
    let single = |s: char| matches!(s, '\'' | '\u{2018}'..='\u{201b}');
    let double = |s: char| matches!(s, '"' | '\u{201c}'..='\u{201e}');
    let mut signs = script.chars().peekable();
    let mut out = Vec::new();
    let mut open = Vec::new();
    while let Some(sign) = signs.next() {
        match sign {
            '#' if !matches!(out.last(), Some(Token::Sign(s)) if !s.is_whitespace() && !"({;".contains(*s)) => {
                while signs.peek().is_some_and(|s| *s != '\n') {
                    signs.next();
                }
            }
            s if single(s) => {
                let mut text = String::new();
                loop {
                    let next = signs.next().expect("a string is not closed");
                    if !single(next) {
                        text.push(next);
                    } else if signs.peek().copied().is_some_and(single) {
                        text.push(next);
                        signs.next();
                    } else {
                        break;
                    }
                }
                out.push(Token::Verbatim(text));
            }
            s if double(s) => {
                let (mut text, mut depth) = (String::new(), 0);
                loop {
                    let next = signs.next().expect("a string is not closed");
                    match next {
                        '`' => text.extend(signs.next()),
                        '(' if depth > 0 || text.ends_with('$') => depth += 1,
                        ')' if depth > 0 => depth -= 1,
                        s if double(s) && depth == 0 => break,
                        _ => {}
                    }
                    text.push(next);
                }
                out.push(Token::Expanding(text));
            }
            '\n' => out.push(Token::Line),
            '(' | '{' | '[' => {
                open.push(sign);
                out.push(Token::Sign(sign));
            }
            ')' | '}' | ']' => {
                let opened = open.pop().expect("closed and never opened");
                assert!(["()", "{}", "[]"].contains(&format!("{opened}{sign}").as_str()), "{opened} {sign}");
                out.push(Token::Sign(sign));
            }
            other => out.push(Token::Sign(other)),
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    out
}

/// The same without the list of ids, and the list.
fn without_ids(tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let text = |t: &[Token]| t.iter().map(|t| if let Token::Sign(s) = t { *s } else { ' ' }).collect::<String>();
    let start = (0..tokens.len()).find(|at| text(&tokens[*at..]).starts_with("$Ids = @(")).unwrap() + "$Ids = @(".len();
    let end = start + tokens[start..].iter().position(|t| *t == Token::Sign(')')).unwrap();
    let mut rest = tokens;
    let list: Vec<Token> = rest.drain(start..end).collect();
    let mut ids = Vec::new();
    for token in list {
        match token {
            Token::Verbatim(id) => ids.push(id),
            Token::Line | Token::Sign(' ') => {}
            other => panic!("{other:?} among the ids"),
        }
    }
    (rest, ids)
}

#[test]
fn powershell_reads_each_id_as_text_and_the_same_script_around_them() {
    for wipes in [false, true] {
        let entry = entry(Tool::Graph, "Remove-Thing -Id {id} -WhatIf:$Dry", wipes);
        let script = |ids: &[String]| with_sheet(&entry, ids, powershell::script);
        let (around, read) = without_ids(tokens(&script(&ids())));
        assert_eq!(read, ids());
        // One line holds one object, where no line break is in the object itself.
        let plain: Vec<String> =
            (0..HOSTILE.len()).map(|n| format!("0f3c9d8e-1111-4222-8333-aaaaaaaaaa{n:02}")).collect();
        let text = script(&plain);
        assert!(plain.iter().all(|id| text.lines().filter(|l| *l == format!("    '{id}'")).count() == 1));
        let (other, _) = without_ids(tokens(&text));
        let digests = |t: &Token| matches!(t, Token::Verbatim(v) if v.len() == 64);
        let same = |t: &[Token]| t.iter().filter(|t| !digests(t)).map(|t| format!("{t:?}")).collect::<Vec<_>>();
        assert_eq!(same(&around), same(&other), "the ids change nothing around them");
        assert_eq!(around.iter().filter(|t| digests(t)).count(), 1);
        assert!(text.contains(&format!("$Count = {}\n", plain.len())));
    }
}

#[test]
fn powershell_acts_only_after_every_check() {
    let entry = entry(Tool::Graph, "Remove-Thing -Id {id} -WhatIf:$Dry", true);
    let text = with_sheet(&entry, &ids()[..1], powershell::script);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}"));
    let act = at("Remove-Thing -Id $Id -WhatIf:$Dry");
    for check in
        ["$Found -ne $Digest", "$Today, $NotBefore", "-not $ConditionMet", "$Erase -ne $Count", "$Dry = -not $Execute"]
    {
        assert!(at(check) < act, "{check}");
    }
    assert!(at("(Get-Thing -Id $Id).Seen -le $Seen") < act);
    assert!(at("$Seen = $SeenOf[$Id].UtcDateTime") < at("-le $Seen"));
    assert_eq!(text.matches("Remove-Thing").count(), 1);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn a_shell_file_reads_like_this() {
    let ids: Vec<String> = (0..2).map(|n| format!("0f3c9d8e-1111-4222-8333-aaaaaaaaaaa{n}")).collect();
    insta::assert_snapshot!(with_sheet(&powerwash(true), &ids, shell::script));
}

#[test]
fn every_shipped_command_is_one_that_powershell_reads() {
    let files = crate::assets::rules(None).unwrap();
    let parameters = crate::plan::Parameters { delete_days: 120, inactive_days: 90, pending_days: 14 };
    let books = crate::plan::Playbooks::load(&crate::assets::under(&files, "playbooks/"), &parameters).unwrap();
    let mut seen = 0;
    for entry in books.entries() {
        let Some(command) = &entry.command else { continue };
        let text = with_sheet(entry, &ids(), |sheet| super::script(sheet).0);
        if command.tool != Tool::Gam {
            assert_eq!(without_ids(tokens(&text)).1, ids(), "{}", entry.slug);
        }
        assert!(Path::new("/bin/sh").exists());
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}
