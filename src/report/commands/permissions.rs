//! The permissions of every shipped command, against a table with the page that each rests on.

use std::collections::{BTreeMap, BTreeSet};

use super::command_file::CommandFile;
use crate::plan::{Command, Tool};

const TABLE: &str = include_str!("permissions.csv");

/// Permissions of a person and of an application, and the properties of the answer that are read, by the name of a PowerShell
/// command.
fn table() -> BTreeMap<&'static str, [&'static str; 3]> {
    let lines = TABLE.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines
        .map(|cells| {
            let [command, person, application, reads, source, read] = cells[..] else { panic!("{cells:?}") };
            assert!(source.starts_with("https://learn.microsoft.com/"), "{command}");
            assert!(chrono::NaiveDate::parse_from_str(read, "%Y-%m-%d").is_ok(), "{command}");
            (command, [person, application, reads])
        })
        .collect()
}

/// The commands that a line of PowerShell runs: words of the form `Verb-Noun`.
fn commands(text: &str) -> BTreeSet<&str> {
    let word = |sign: char| !sign.is_ascii_alphanumeric() && sign != '-';
    let is_command = |word: &&str| {
        word.split_once('-').is_some_and(|(verb, noun)| {
            let capital = |part: &str| part.starts_with(|sign: char| sign.is_ascii_uppercase()) && part.len() > 2;
            capital(verb) && capital(noun)
        })
    };
    text.split(word).filter(is_command).collect()
}

/// Whether a permission, or the one that may write as well, is in the list.
fn covers(list: &[&str], needed: &str) -> bool {
    list.contains(&needed) || list.contains(&needed.replace(".Read.All", ".ReadWrite.All").as_str())
}

/// Properties of what was looked at that a command reads and its look does not give. Under strict mode such a read fails, so
/// that the command would do nothing for any object.
fn missing_properties(command: &Command) -> Vec<String> {
    let table = table();
    let given: BTreeSet<&str> = commands(&command.look)
        .into_iter()
        .filter_map(|name| table.get(name))
        .flat_map(|[.., reads]| reads.split(' '))
        .collect();
    let text = [&command.check, &command.done, &command.run].map(String::as_str).join(" ");
    let end = |rest: &str| rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let read = text.split("$Now.").skip(1).filter_map(|rest| rest.get(..end(rest)));
    read.filter(|name| !given.contains(name)).map(|name| format!("$Now.{name} is not in `{}`", command.look)).collect()
}

/// What is wrong with the permissions that a command names.
fn faults(command: &Command) -> Vec<String> {
    let table = table();
    let text = [&command.look, &command.check, &command.done, &command.run].map(String::as_str).join(" ");
    let used = commands(&text);
    let mut faults = missing_properties(command);
    for (who, written) in [&command.scope, &command.application].into_iter().enumerate() {
        let list = CommandFile::permissions(written);
        let mut needed = BTreeSet::new();
        for name in &used {
            match table.get(name).map(|both| both[who]) {
                Some("") => {}
                Some(permission) => {
                    needed.insert(permission);
                    if !covers(&list, permission) {
                        faults.push(format!("{name} needs {permission}"));
                    }
                }
                None => faults.push(format!("{name} is not in the table")),
            }
        }
        // Least privilege: each is needed by some call, and none is there that another covers.
        for permission in &list {
            let asked = needed.iter().any(|needed| covers(&[permission], needed));
            let others: Vec<&str> = list.iter().copied().filter(|other| other != permission).collect();
            if !asked || covers(&others, permission) {
                faults.push(format!("{permission} is not needed"));
            }
        }
    }
    faults
}

#[test]
fn every_shipped_command_names_the_least_permissions_that_all_of_its_calls_need() {
    let files = crate::assets::rules(None).unwrap();
    let parameters = crate::plan::Parameters { delete_days: 120, inactive_days: 90, pending_days: 14 };
    let books = crate::plan::Playbooks::load(&crate::assets::under(&files, "playbooks/"), &parameters).unwrap();
    let mut seen = BTreeSet::new();
    for entry in books.entries() {
        let Some(command) = entry.command.as_ref().filter(|command| command.tool != Tool::Gam) else { continue };
        assert_eq!(faults(command), <[String; 0]>::default(), "{}", entry.slug);
        seen.insert(entry.slug.as_str());
    }
    assert!(seen.len() >= 9, "{seen:?}");
}

#[test]
fn a_missing_a_needless_and_an_unknown_one_are_named() {
    let command = |scope: &str, run: &str| Command {
        tool: Tool::Graph,
        id: crate::plan::Shape::Guid,
        module: String::new(),
        scope: scope.into(),
        application: "Device.ReadWrite.All".into(),
        limit: String::new(),
        look: "Get-MgDevice -DeviceId {id}".into(),
        check: String::new(),
        done: String::new(),
        approval: false,
        removes: false,
        keeps_data: false,
        choices: Vec::new(),
        run: run.into(),
    };
    let run = "Update-MgDevice -DeviceId {id}";
    assert_eq!(faults(&command("Directory.AccessAsUser.All, Device.Read.All", run)), <[String; 0]>::default());
    assert_eq!(faults(&command("Device.Read.All", run)), ["Update-MgDevice needs Directory.AccessAsUser.All"]);
    let too_many = "Directory.AccessAsUser.All, Device.Read.All, User.Read.All";
    assert_eq!(faults(&command(too_many, run)), ["User.Read.All is not needed"]);
    let odd = faults(&command("Directory.AccessAsUser.All, Device.Read.All", "Update-MgDevice; Clear-Thing"));
    assert!(odd.contains(&"Clear-Thing is not in the table".to_owned()), "{odd:?}");
    let reads =
        faults(&command("Directory.AccessAsUser.All, Device.Read.All", "if ($Now.Nothing) { Update-MgDevice }"));
    assert_eq!(reads, ["$Now.Nothing is not in `Get-MgDevice -DeviceId {id}`"]);
}
