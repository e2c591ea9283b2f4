//! The tests inside playbooks: those that ship pass and plan every step, and mistakes in one are named.

use std::collections::BTreeSet;

use super::tests::playbooks;
use super::tests_load::{BOOK, STEPS, load, problems};

#[test]
fn every_shipped_playbook_shows_each_of_its_steps() {
    for tested in playbooks().run_tests(&BTreeSet::new()) {
        assert_eq!(tested.problems, [], "{}", tested.playbook);
        assert_eq!(tested.unseen, <[&str; 0]>::default(), "{}", tested.playbook);
        assert!(tested.tests >= 3, "{}", tested.playbook);
    }
}

const SOUND: &str = "\
tests:
  - name: it is switched off, then thrown away
    given: { platform: windows, activity: stale }
    records: [{ console: entra, id: one, state: enabled }]
    findings: [{ plan: objects, objects: [one] }]
    steps: [begin, switch-off:one, throw-away:one, finish]
    conditions: {}
    wipes: []
";

/// What loading and running say of a playbook whose tests are those given.
fn said(tests: &str) -> Vec<String> {
    let book = format!("{BOOK}{tests}");
    let files = [("steps.yaml", STEPS), ("book.yaml", book.as_str())];
    let Ok(books) = load(&files) else { return problems(&files) };
    let tested = books.run_tests(&BTreeSet::new());
    let problems = tested.iter().flat_map(|tested| &tested.problems);
    problems.map(|p| format!("{}, {}: {} | {}", p.file, p.place, p.message, p.help)).collect()
}

#[test]
fn a_sound_test_passes() {
    assert_eq!(said(SOUND), <[&str; 0]>::default());
}

#[test]
fn misspelt_words_are_named_with_their_line_and_the_nearest() {
    for (right, wrong, expected) in [
        ("windows", "windos", "book.yaml:10: unknown platform `windos` | did you mean `windows`?"),
        ("stale", "stael", "book.yaml:10: unknown activity `stael` | did you mean `stale`?"),
        ("console: entra", "console: entre", "book.yaml:11: unknown console `entre` | did you mean `entra`?"),
        ("state: enabled", "state: enable", "book.yaml:11: unknown state `enable` | did you mean `enabled`?"),
        ("plan: objects", "plan: object", "book.yaml:12: unknown plan `object` | did you mean `objects`?"),
        ("objects: [one]", "objects: [onne]", "book.yaml:12: unknown record `onne` | did you mean `one`?"),
        ("throw-away:one", "throw-way:one", "book.yaml:13: unknown step `throw-way` | did you mean `throw-away`?"),
        ("throw-away:one", "throw-away:on", "book.yaml:13: unknown record `on` | did you mean `one`?"),
        ("conditions: {}", "conditions: { finsh: x }", "book.yaml:14: unknown step `finsh` | did you mean `finish`?"),
        ("wipes: []", "playbook: al", "book.yaml:15: unknown playbook `al` | did you mean `all`?"),
        ("platform: w", "platfrom: w", "book.yaml:10: tests[0].given: unknown field `platfrom`"),
    ] {
        let found = said(&SOUND.replace(right, wrong));
        assert!(found.first().is_some_and(|problem| problem.starts_with(expected)), "{wrong}: {found:?}");
        // Of a record that cannot be understood nothing more is said.
        assert_eq!(found.len(), 1, "{wrong}: {found:?}");
    }
}

#[test]
fn the_line_is_that_of_the_test_and_not_of_an_earlier_one() {
    let second =
        SOUND.replace("tests:\n", "").replace("it is", "it was").replace("platform: windows", "platform: stale");
    let found = said(&format!("{SOUND}{second}"));
    assert_eq!(found, ["book.yaml:17: unknown platform `stale` | "]);
}

#[test]
fn what_is_not_as_expected_is_said_with_what_was_found() {
    let place = "book.yaml, line 9, test `it is switched off, then thrown away`";
    for (right, wrong, expected) in [
        (
            "steps: [begin, switch-off:one, throw-away:one, finish]",
            "steps: [begin, throw-away:one, finish]",
            "expected the steps begin throw-away:one finish, found begin switch-off:one throw-away:one finish | not \
             expected: switch-off:one",
        ),
        (
            "steps: [begin, switch-off:one, throw-away:one, finish]",
            "steps: [begin, throw-away:one, switch-off:one, finish]",
            "expected the steps begin throw-away:one switch-off:one finish, found begin switch-off:one throw-away:one \
             finish | the steps are the same in another order, or one stands twice",
        ),
        (
            "wipes: []",
            "wipes: [throw-away:one]",
            "expected the erasing steps throw-away:one, found none | not planned: throw-away:one",
        ),
        (
            "wipes: []",
            "absent: [switch-off]",
            "expected no `switch-off:one` | it is planned: Switch it off after 90 days.",
        ),
        (
            "conditions: {}",
            "conditions: { finish: the end }",
            "the condition of `finish` does not have `the end` | it is: no condition",
        ),
        (
            "conditions: {}",
            "conditions: { look-up: the end }",
            "expected a condition of `look-up`, which is not planned | ",
        ),
    ] {
        assert_eq!(said(&SOUND.replace(right, wrong)), [format!("{place}: {expected}")]);
    }
}

#[test]
fn a_step_that_cannot_be_undone_must_be_shown() {
    let help = "a step that cannot be undone must stand in the plan of one";
    let found = said(
        &SOUND
            .replace("plan: objects, objects: [one]", "plan: review")
            .replace("steps: [begin, switch-off:one, throw-away:one, finish]", "steps: [begin, finish]"),
    );
    assert_eq!(found, [format!("book.yaml, `tests`: no test plans `throw-away` | {help}")]);
    assert_eq!(said(""), ["book.yaml, `tests`: the playbook has no test | "]);
}

#[test]
fn a_test_that_expects_nothing_is_refused() {
    let empty = "tests:\n  - name: nothing\n    findings: []\n";
    let help = "write `steps`, `absent`, `conditions`, `texts`, `wipes` or `playbook`";
    assert_eq!(said(empty), [format!("book.yaml:9: test `nothing` expects nothing | {help}")]);
}

#[test]
fn tests_without_a_playbook_are_refused() {
    let files = [("steps.yaml", STEPS), ("book.yaml", BOOK), ("more.yaml", SOUND)];
    let message = "the file has an order of steps and no `playbook` | name the playbook, or leave only `define`";
    assert_eq!(problems(&files), [format!("more.yaml:1: {message}")]);
}

#[test]
fn a_playbook_of_ones_own_may_take_the_device_of_a_test_that_ships() {
    let all = format!("{BOOK}{SOUND}").replace("order: 1", "order: 2");
    let mine = BOOK.replace("playbook: all", "playbook: mine\napplies: { all: [windows] }");
    let files = [("steps.yaml", STEPS), ("all.yaml", all.as_str()), ("mine.yaml", mine.as_str())];
    let books = load(&files).unwrap();
    let said = |own: &[&str]| {
        let own = own.iter().map(|file| (*file).to_owned()).collect();
        let tested = books.run_tests(&own).into_iter().find(|tested| tested.playbook == "all").unwrap();
        (tested.taken.into_iter().collect::<Vec<_>>(), tested.problems.len())
    };
    assert_eq!(said(&["mine.yaml"]), (vec!["mine"], 0));
    // Of two that belong together each must keep what its tests promise.
    assert_eq!(said(&[]), (vec![], 2));
    assert_eq!(said(&["mine.yaml", "all.yaml"]), (vec![], 2));
}
