//! The program cannot reach a network, since nothing in it speaks HTTP or TLS: a promise to people who work where there is none.

use std::collections::BTreeSet;
use std::process::Command;

use crate::common::repository;

/// What speaks HTTP or TLS. The engine brings an asynchronous runtime with it, which speaks neither.
pub(crate) const NETWORK: &[&str] = &[
    "attohttpc",
    "aws-lc-rs",
    "curl",
    "hyper",
    "isahc",
    "native-tls",
    "object_store",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "schannel",
    "security-framework",
    "ureq",
];

/// The lock file also lists what no feature asks for; the tree is what is built.
#[test]
fn the_built_tree_has_no_client_and_no_encryption_of_connections() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-e", "normal,build", "--prefix", "none", "--locked", "--offline"])
        .current_dir(repository("."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let built: BTreeSet<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(built.contains("polars") && built.len() > 50, "{} packages", built.len());
    let found: Vec<&&str> = NETWORK.iter().filter(|name| built.contains(**name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Whoever checks `deny.toml` with its own tool gets the same promise.
#[test]
fn the_policy_for_dependencies_bans_the_same() {
    let policy = std::fs::read_to_string(repository("deny.toml")).unwrap();
    let policy: toml::Table = policy.parse().unwrap();
    let banned = policy["bans"]["deny"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    assert_eq!(banned.collect::<Vec<_>>(), NETWORK);
}
