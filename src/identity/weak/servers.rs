//! Servers that only the directory and Defender know. No console that has ids of both lists them, so the host name is all
//! there is: it must be the only one of its kind, and what else is known must agree.

use std::collections::{HashMap, HashSet};

use super::{Proposal, Sketch, digest, each_name};
use crate::identity::keys::Kind;
use crate::identity::names::{is_server, short_name};
use crate::identity::record_store::{ConsoleRecords, RecordStore};
use crate::ids::RecordId;

/// A computer or machine of one console.
struct Server {
    root: RecordId,
    /// Whether its operating system is one of servers; not known where the console names the family only.
    server: Option<bool>,
    domain: Option<String>,
    entra_id: Option<String>,
}

impl Server {
    fn fits(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        let kinds = [self.server, other.server];
        let server = kinds.contains(&Some(true)) && !kinds.contains(&Some(false));
        server && agree(&self.domain, &other.domain) && agree(&self.entra_id, &other.entra_id)
    }
}

/// Pairs of a computer and a machine of one name that nothing else bears.
pub(super) fn by_name(store: &RecordStore, sketch: &Sketch) -> Vec<Proposal> {
    let directory = store.by_console.iter().find(|console_records| console_records.console.is_directory());
    let Some(computers) = directory.map(|console_records| servers(console_records, sketch)) else { return Vec::new() };
    let named = |console_records: &&ConsoleRecords| {
        console_records.console.is_joined_by_host_name() && !console_records.console.is_directory()
    };
    let others = store.by_console.iter().filter(named);
    others.flat_map(|console_records| pairs(store, sketch, &computers, servers(console_records, sketch))).collect()
}

/// The machines of one console that are a computer of the directory.
fn pairs(
    store: &RecordStore,
    sketch: &Sketch,
    computers: &HashMap<String, Server>,
    mut machines: HashMap<String, Server>,
) -> Vec<Proposal> {
    machines.retain(|name, machine| computers.get(name).is_some_and(|computer| computer.fits(machine)));
    let digests: HashSet<u64> = machines.keys().map(|name| digest(name)).collect();
    if digests.is_empty() {
        return Vec::new();
    }
    for console_records in store.by_console.iter().filter(|console_records| console_records.console.makes_devices()) {
        each_name(
            console_records,
            sketch,
            |_, name| digests.contains(&digest(name)),
            |name, root| {
                let own = |servers: &HashMap<String, Server>| servers.get(&name).is_some_and(|s| s.root == root);
                if !own(&machines) && !own(computers) {
                    machines.remove(&name);
                }
            },
        );
    }
    let mut pairs: Vec<(RecordId, RecordId)> =
        machines.iter().filter_map(|(name, machine)| Some((machine.root, computers.get(name)?.root))).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(source, target)| Proposal { source, target, kind: Kind::Name }).collect()
}

/// What no other console holds, by host name. Where several sets of records bear it, any of them stands here: the
/// others give it away as borne by several.
fn servers(console_records: &ConsoleRecords, sketch: &Sketch) -> HashMap<String, Server> {
    let mut found = HashMap::new();
    let (Some(names), Some(systems)) = (console_records.text("name"), console_records.text("os")) else { return found };
    let cell = |column: &str, line: usize| console_records.text(column).and_then(|c| c.get(line));
    let rows = sketch.of_shelf(console_records).zip(names.iter()).zip(systems.iter()).enumerate();
    for (line, ((root, name), system)) in rows {
        let server = system.and_then(server);
        if sketch.consoles(root) != console_records.console.bit() || server == Some(false) {
            continue;
        }
        let Some((name, short)) = name.and_then(|name| Some((name, short_name(name)?))) else { continue };
        let in_directory = || ["org_unit", "native_id"].iter().find_map(|column| domain_of_path(cell(column, line)?));
        let in_name = name.split_once('.').map(|(_, domain)| domain);
        let named = in_name.or_else(|| cell("domain", line)).map(|domain| domain.trim().to_lowercase());
        let domain = named.or_else(in_directory);
        let entra_id = cell("entra_id", line).map(str::to_string);
        found.entry(short).or_insert(Server { root, server, domain, entra_id });
    }
    found
}

/// Whether an operating system is one of servers, where it says so: `Windows` alone may be either.
fn server(system: &str) -> Option<bool> {
    const CLIENTS: [&str; 7] = ["windows7", "windows8", "windows10", "windows11", "macos", "android", "ios"];
    let squeezed: String = system.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase();
    let client = CLIENTS.iter().any(|client| squeezed.contains(client));
    (is_server(&squeezed) || client).then_some(!client)
}

/// `OU=Servers,DC=corp,DC=example` is of `corp.example`.
fn domain_of_path(path: &str) -> Option<String> {
    let part = |part: &str| {
        let (kind, value) = part.split_once('=')?;
        kind.trim().eq_ignore_ascii_case("dc").then(|| value.trim().to_lowercase())
    };
    let parts: Vec<String> = path.split(',').filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_directory_names_its_domain() {
        let domain = |path| domain_of_path(path);
        assert_eq!(domain("OU=Servers,DC=corp,DC=contoso,DC=example").as_deref(), Some("corp.contoso.example"));
        assert_eq!(domain("CN=SRV-1,dc=Corp, DC=example").as_deref(), Some("corp.example"));
        assert_eq!(domain("4f6e0000-12ab-4cde-8f01-234567890000"), None);
    }

    #[test]
    fn what_runs_on_servers() {
        assert_eq!(server("Windows Server 2022 Datacenter"), Some(true));
        assert_eq!(server("WindowsServer2019"), Some(true));
        assert_eq!(server("Windows 11 Enterprise"), Some(false));
        assert_eq!(server("Windows"), None);
    }
}
