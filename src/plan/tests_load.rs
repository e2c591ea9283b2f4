//! What is refused when playbooks are loaded, and in which words.

use super::tests::{PARAMETERS, shipped};
use super::*;
use crate::error::Problem;

pub(super) const STEPS: &str = "\
define:
  - step: begin
    place: first
    action: Begin.
    why: It is the first.
  - step: look-up
    place: early
    action: Look.
    why: Later it is gone.
  - step: switch-off
    console: entra
    role: Anyone
    states: [enabled]
    action: Switch it off after {inactive_days} days.
    why: It can be undone.
  - step: throw-away
    console: entra
    role: Anyone
    irreversible: true
    after: { step: switch-off, or-states: [disabled] }
    action: Throw it away after {delete_days} days.
    why: Nobody wants it.
  - step: give-away
    place: final
    irreversible: true
    action: Give it away.
    why: Nobody wants it.
  - step: finish
    place: last
    action: Finish.
    why: It is the last.
";

pub(super) const BOOK: &str = "\
playbook: all
order: 1
steps:
  - step: begin
  - step: switch-off
  - step: throw-away
  - step: finish
";

pub(super) fn load(files: &[(&str, &str)]) -> Result<Playbooks, Vec<Problem>> {
    let files: Vec<_> = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    Playbooks::load(&files, &PARAMETERS)
}

/// Problems as `file:line: message | help`.
pub(super) fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let show = |p: Problem| {
        let line = p.place.strip_prefix("line ").unwrap_or("-");
        format!("{}:{line}: {} | {}", p.file, p.message, p.help)
    };
    load(files).map_or_else(|list| list.into_iter().map(show).collect(), |_| Vec::new())
}

#[track_caller]
fn refused(steps: &str, book: &str, expected: &[&str]) {
    assert_eq!(problems(&[("steps.yaml", steps), ("book.yaml", book)]), expected);
}

#[test]
fn a_sound_set_loads_with_its_settings_filled_in() {
    let books = load(&[("book.yaml", BOOK), ("steps.yaml", STEPS)]).unwrap();
    let actions: Vec<_> = books.entries().iter().map(|e| e.action.as_str()).collect();
    assert_eq!(actions, ["Begin.", "Switch it off after 90 days.", "Throw it away after 120 days.", "Finish."]);
}

#[test]
fn the_order_of_files_changes_nothing() {
    let mut files = shipped();
    let forward = Playbooks::load(&files, &PARAMETERS).unwrap();
    files.reverse();
    let backward = Playbooks::load(&files, &PARAMETERS).unwrap();
    let names = |b: &Playbooks| b.books().map(|[n, _, a]| format!("{n}: {a}")).collect::<Vec<_>>();
    assert_eq!(names(&forward), names(&backward));
}

#[test]
fn unknown_words_name_the_nearest() {
    let wrong = |from: &str, to: &str| BOOK.replace(from, to);
    refused(
        STEPS,
        &wrong("step: switch-off", "step: swich-off\n    when: { all: [windos] }"),
        &["book.yaml:5: unknown step `swich-off` | did you mean `switch-off`?"],
    );
    refused(
        STEPS,
        &wrong("step: switch-off", "step: switch-off\n    when: { none: [autopilot-registred] }"),
        &["book.yaml:6: unknown fact `autopilot-registred` | did you mean `autopilot-registered`?"],
    );
    refused(
        STEPS,
        &wrong("step: switch-off", "step: switch-off\n    console: entre"),
        &["book.yaml:6: unknown console `entre` | did you mean `entra`?"],
    );
    refused(
        &STEPS.replace("[enabled]", "[enable]"),
        BOOK,
        &["steps.yaml:13: unknown state `enable` | did you mean `enabled`?"],
    );
    refused(
        &STEPS.replace("{delete_days}", "{deleted_days}"),
        BOOK,
        &["steps.yaml:21: unknown setting `deleted_days` | did you mean `delete_days`?"],
    );
    refused(
        &STEPS.replace("{ step: switch-off,", "{ step: switch,"),
        BOOK,
        &["steps.yaml:20: unknown step `switch` | did you mean `switch-off`?"],
    );
}

#[test]
fn unknown_keys_name_the_nearest() {
    let found = problems(&[("steps.yaml", STEPS), ("book.yaml", &BOOK.replace("order:", "ordr:"))]);
    let expected = "book.yaml:2: unknown field `ordr`, expected one of `define`, `in-use`, `stays`, `playbook`, `title`, `about`, `order`, \
                    `applies`, `steps`, `asks`, `insert`, `tests` | did you mean `order`?";
    assert_eq!(found[0], expected);
    let found = problems(&[("steps.yaml", &STEPS.replace("place: early", "place: erly")), ("book.yaml", BOOK)]);
    assert!(found[0].starts_with("steps.yaml:7: define[1].place: unknown variant `erly`"), "{}", found[0]);
    assert!(found[0].ends_with("| did you mean `early`?"), "{}", found[0]);
    let found = problems(&[
        ("steps.yaml", STEPS),
        ("book.yaml", &BOOK.replace("step: finish", "step: finish\n    when: { al: [windows] }")),
    ]);
    let expected =
        "book.yaml:8: steps[3].when: unknown field `al`, expected one of `all`, `any`, `none` | did you mean `all`?";
    assert_eq!(found[0], expected);
}

#[test]
fn text_that_is_not_yaml_is_one_problem_among_others() {
    let found = problems(&[("steps.yaml", STEPS), ("bad.yaml", "playbook: all\norder: 'one\n"), ("book.yaml", BOOK)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("bad.yaml:3: found unexpected end of stream"), "{}", found[0]);
}

#[test]
fn unsafe_orders_are_refused() {
    let book = |steps: &str| format!("playbook: all\norder: 1\nsteps: [{steps}]\n");
    let item = |slugs: &str| book(&slugs.split(' ').map(|s| format!("{{ step: {s} }}")).collect::<Vec<_>>().join(", "));
    refused(
        STEPS,
        &item("switch-off finish"),
        &["book.yaml:1: playbook `all` does not start with the step that keeps the list | "],
    );
    refused(
        STEPS,
        &item("begin switch-off"),
        &["book.yaml:1: playbook `all` does not end with the step that verifies | "],
    );
    refused(
        STEPS,
        &item("begin throw-away switch-off finish"),
        &["book.yaml:3: `throw-away` has no `switch-off` before it | "],
    );
    refused(
        STEPS,
        &item("begin switch-off throw-away look-up finish"),
        &["book.yaml:3: `look-up` stands after a step that cannot be undone | "],
    );
    refused(
        STEPS,
        &item("begin give-away switch-off throw-away finish"),
        &["book.yaml:3: a step that cannot be undone stands after `give-away`, which must be the last of them | "],
    );
}

#[test]
fn shipped_keys_cannot_be_put_after_a_removal() {
    for key in ["back-up-bitlocker-key", "back-up-laps", "back-up-activation-lock-code"] {
        let mut files = shipped();
        let items: String =
            ["export-list", "intune-delete", key, "verify-in-next-export"].map(|s| format!("  - step: {s}\n")).concat();
        files.push((
            "late.yaml".into(),
            format!("playbook: late\norder: 5\napplies: {{ all: [linux] }}\nsteps:\n{items}"),
        ));
        let problems = Playbooks::load(&files, &PARAMETERS).unwrap_err();
        let messages: Vec<_> = problems.iter().map(|p| p.message.clone()).collect();
        assert_eq!(messages, [format!("`{key}` stands after a step that cannot be undone")]);
    }
}

#[test]
fn the_shipped_release_cannot_be_put_before_a_removal() {
    let mut files = shipped();
    let slugs = ["export-list", "abm-unassign", "abm-release", "intune-delete", "verify-in-next-export"];
    let items = slugs.map(|s| format!("  - step: {s}\n")).concat();
    files.push(("hasty.yaml".into(), format!("playbook: hasty\norder: 5\napplies: {{ all: [ios] }}\nsteps:\n{items}")));
    let problems = Playbooks::load(&files, &PARAMETERS).unwrap_err();
    assert_eq!(problems.len(), 1);
    let message = "a step that cannot be undone stands after `abm-release`, which must be the last of them";
    assert_eq!((problems[0].file.as_str(), problems[0].message.as_str()), ("hasty.yaml", message));
}

#[test]
fn incomplete_steps_are_refused() {
    refused(
        &STEPS.replace("    role: Anyone\n    states", "    states"),
        BOOK,
        &["steps.yaml:10: step `switch-off` is done in a console and has no `role` | "],
    );
    refused(&STEPS.replace("Finish.", "''"), BOOK, &["steps.yaml:28: step `finish` has no `action` or no `why` | "]);
    refused(
        &format!("{STEPS}  - step: begin\n    action: Again.\n    why: Twice.\n"),
        BOOK,
        &[
            "steps.yaml:2: step `begin` is defined twice, here and in `steps.yaml` | give the one that is yours another name",
        ],
    );
}

#[test]
fn each_device_has_exactly_one_playbook() {
    let named = |name: &str, order: u32, applies: &str| {
        BOOK.replace("playbook: all", &format!("playbook: {name}\n{applies}"))
            .replace("order: 1", &format!("order: {order}"))
    };
    let windows = "applies: { all: [windows] }";
    let help = "the playbook with the highest `order`, and no other, has no `applies`";
    refused(
        STEPS,
        &named("some", 1, windows),
        &[&format!("book.yaml:1: no playbook is for every device that the others leave | {help}")],
    );
    let both = [("steps.yaml", STEPS), ("a.yaml", &named("every", 1, "")), ("b.yaml", &named("some", 2, windows))];
    assert_eq!(
        problems(&both),
        [format!("a.yaml:1: playbook `every` is for every device, so that those after it never apply | {help}")]
    );
    let twins = [("steps.yaml", STEPS), ("a.yaml", &named("one", 1, windows)), ("b.yaml", &named("two", 1, ""))];
    assert_eq!(
        problems(&twins)[0],
        "b.yaml:3: playbook `two` has the name or the order of `one` | give each playbook its own name and its own order"
    );
    refused(
        STEPS,
        &format!("applies: {{ all: [ztdid] }}\n{BOOK}"),
        &[
            "book.yaml:1: `applies` uses words about one object | `applies` chooses devices; put words about one object \
           into `when` of a step",
            &format!("book.yaml:2: no playbook is for every device that the others leave | {help}"),
        ],
    );
}

#[test]
fn a_file_that_is_neither_list_nor_playbook_is_refused() {
    refused(
        &format!("{STEPS}order: 3\n"),
        BOOK,
        &[
            "steps.yaml:32: the file has an order of steps and no `playbook` | name the playbook, or leave only `define`",
        ],
    );
}

/// The steps of the tests with a command for the one that can be undone.
fn with_command(command: &str) -> String {
    STEPS.replace("    why: It can be undone.\n", &format!("    why: It can be undone.\n    command: {command}\n"))
}

#[test]
fn a_command_is_handed_out_only_if_a_dry_run_is_one() {
    let sound = "{ with: graph, id: guid, run: 'Set-It -Id {id} -WhatIf:$Dry' }";
    let books = load(&[("steps.yaml", &with_command(sound)), ("all.yaml", BOOK)]).unwrap();
    let entry = books.entries().iter().find(|e| e.slug == "switch-off").unwrap();
    assert_eq!(entry.command.as_ref().unwrap().run, "Set-It -Id {id} -WhatIf:$Dry");
    for (command, message) in [
        ("{ with: graph, id: guid, run: 'Set-It -Id {id}' }", "does not ask whether it is a dry run"),
        ("{ with: graph, id: guid, run: 'Set-It -WhatIf:$Dry' }", "has no `{id}`"),
        ("{ with: grpah, id: guid, run: 'Set-It -Id {id} -WhatIf:$Dry' }", "unknown tool `grpah`"),
        ("{ with: graph, id: guidd, run: 'Set-It -Id {id} -WhatIf:$Dry' }", "unknown shape of an id `guidd`"),
        ("{ with: gam, id: guid, run: 'gam update cros {id}; reboot' }", "has more than words"),
        ("{ with: gam, id: guid, run: 'gam update cros $(x) {id}' }", "has more than words"),
        ("{ with: gam, id: guid, run: 'rm {id}' }", "has more than words"),
        ("{ with: gam, id: guid, run: 'gam update cros {id} action {choice}' }", "belong together"),
        ("{ with: gam, id: guid, choices: ['a b'], run: 'gam {id} {choice}' }", "has more than words"),
        ("{ with: gam, id: guid, check: 'x', run: 'gam {id}' }", "has a `check`"),
    ] {
        let found = problems(&[("steps.yaml", &with_command(command)), ("all.yaml", BOOK)]);
        assert!(found.iter().any(|p| p.contains(message)), "{command}: {found:?}");
    }
}

#[test]
fn a_plan_never_goes_back_a_phase() {
    let late = STEPS
        .replace("    irreversible: true\n    after:", "    phase: after-grace\n    irreversible: true\n    after:");
    let book = "playbook: all\norder: 1\nsteps:\n  - step: begin\n  - step: switch-off\n  - step: throw-away\n  - step: switch-off\n    when: { all: [older] }\n  - step: finish\n";
    let found = problems(&[("steps.yaml", &late), ("all.yaml", book)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`switch-off` (remove) stands after `throw-away` (after-grace)"), "{found:?}");
    load(&[("steps.yaml", &late), ("all.yaml", BOOK)]).unwrap();
}

#[test]
fn what_a_step_frees_is_told_apart_without_alternatives() {
    let frees = "    why: It can be undone.\n    frees:\n      - when: { any: [corporate] }\n        what: a place\n";
    let found = problems(&[("steps.yaml", &STEPS.replace("    why: It can be undone.\n", frees)), ("all.yaml", BOOK)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`frees` of step `switch-off` uses `any`"), "{found:?}");
}

#[test]
fn a_limit_of_nothing_is_refused() {
    let limits = "    why: It can be undone.\n    limits: { bulk: 0 }\n";
    let found = problems(&[("steps.yaml", &STEPS.replace("    why: It can be undone.\n", limits)), ("all.yaml", BOOK)]);
    assert!(found.len() == 1 && found[0].contains("a limit of 0"), "{found:?}");
}

#[test]
fn a_wait_names_a_step_and_a_number_of_days() {
    let with = |waits: &str| {
        let steps =
            STEPS.replace("    why: Nobody wants it.\n", &format!("    why: Nobody wants it.\n    waits: [{waits}]\n"));
        problems(&[("steps.yaml", &steps), ("all.yaml", BOOK)])
    };
    assert!(with("{ after: switch-off, days: '{pending_days}' }").is_empty());
    assert!(with("{ after: switch-of, days: '7' }").iter().any(|p| p.contains("unknown step `switch-of`")));
    assert!(with("{ after: switch-off, days: soon }").iter().any(|p| p.contains("`soon` is no number of days")));
}

/// A file of one's own that puts a step into the playbook of another file.
fn lending(insert: &str, tests: &str) -> Vec<String> {
    let own = format!(
        "define:\n  - step: own\n    action: Do it.\n    why: It is ours.\n\ninsert:\n  - playbooks: [all]\n    before: finish\n    steps:\n{insert}\ntests:\n{tests}"
    );
    let files = [("all.yaml", BOOK), ("own.yaml", own.as_str()), ("steps.yaml", STEPS)];
    match load(&files) {
        Ok(books) => {
            let own = std::collections::BTreeSet::from(["own.yaml".to_owned()]);
            let tested = books.run_tests(&own);
            tested.into_iter().flat_map(|t| t.problems).map(|p| format!("{}:{}", p.file, p.place)).collect()
        }
        Err(problems) => problems.into_iter().map(|p| format!("{}:{}: {}", p.file, p.place, p.message)).collect(),
    }
}

#[test]
fn a_mistake_in_what_goes_into_another_playbook_is_said_of_the_file_that_has_it() {
    let fact = lending("      - step: own\n        when: { all: [shraed] }\n", "");
    assert_eq!(fact, ["own.yaml:line 11: unknown fact `shraed`"]);
    let place = lending("      - step: look-up\n", "");
    assert_eq!(place, ["own.yaml:line 10: `look-up` stands after a step that cannot be undone"]);
    let test = "  - name: it is done\n    playbook: all\n    given: { platform: windows }\n    findings: [{ plan: remove }]\n    absent: [own]\n";
    let failed = lending("      - step: own\n", test);
    assert_eq!(failed[0], "own.yaml:line 13, test `it is done`", "{failed:?}");
}

#[test]
fn a_step_that_no_device_of_its_playbook_can_have_is_refused() {
    let idle = |when: &str, applies: &str| {
        let item = format!("  - step: switch-off\n    when: {{ {when} }}\n");
        let book = BOOK.replace("order: 1\n", &format!("order: 1\napplies: {{ {applies} }}\n"));
        let book = book.replace("  - step: switch-off\n", &format!("  - step: switch-off\n{item}"));
        let last = "playbook: rest\norder: 2\nsteps:\n  - step: begin\n  - step: finish\n";
        problems(&[("all.yaml", &book), ("rest.yaml", last), ("steps.yaml", STEPS)])
    };
    for (when, applies) in [
        ("all: [ios]", "all: [windows]"),
        ("all: [ios]", "none: [ios]"),
        ("all: [remove, reconnect]", "all: [windows]"),
        ("all: [reconnect]", "all: [remove]"),
        ("all: [review, objects]", "all: [windows]"),
    ] {
        let found = idle(when, applies);
        let said = "`switch-off` is never planned in the playbook `all`";
        assert!(found.iter().any(|p| p.contains(said)), "{when} {applies}: {found:?}");
    }
    assert_eq!(idle("all: [active]", "all: [windows]"), Vec::<String>::new());
    assert_eq!(idle("all: [objects, reconnect]", "all: [windows]"), Vec::<String>::new());
}
