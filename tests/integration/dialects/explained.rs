//! The differences that a dialect cannot help, each with what the run must say about it.

use super::cells::FORMATS;
use super::compare::{Difference, Seen};

/// What there must be where files do not carry a fact.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// A notice with this code, or any code where it is empty, whose column or message has this text.
    Notice(&'static str, &'static str),
    /// The rule did not run, or is unknown for at least as many more devices as differ.
    NotJudged(&'static str),
    /// The format that reads the files, `console/name`, knows no column for the fact.
    NoColumn(&'static str, &'static str),
}

/// A difference from the portal's run that may be.
pub(super) struct Explained {
    /// Which dialects have it.
    pub dialects: &'static [&'static str],
    /// As in [`Difference::what`].
    pub what: &'static str,
    /// Each of these must be so in the run.
    pub why: &'static [Why],
}

impl Explained {
    fn covers(&self, dialect: &str, what: &str) -> bool {
        self.dialects.contains(&dialect) && self.what == what
    }
}

/// The table. An entry that comes true in no run is an error too, so that it cannot grow old.
pub(super) const EXPLAINED: &[Explained] = &[
    // Neither Graph nor PowerShell has the word: an object without a registration time is pending, whatever its join type;
    // the rule asks hybrid ones only.
    Explained { dialects: &["api", "api-list", "powershell", "mixed"], what: "cells changed: Entra.pending", why: &[] },
    // The API tells a domain only as part of the name.
    Explained { dialects: &["api", "api-list", "powershell"], what: "cells lost: Defender.domain", why: &[] },
    // Nor does it tell what kind of thing a machine is.
    Explained { dialects: &["api", "api-list", "powershell"], what: "cells lost: Defender.profile_type", why: &[] },
    // Ids of placeholder rows are made up and no ids.
    Explained {
        dialects: &["powershell"],
        what: "notice damaged-identifier",
        why: &[Why::Notice("damaged-identifier", "")],
    },
    Explained {
        dialects: &["mixed"],
        what: "notice damaged-identifier",
        why: &[Why::Notice("damaged-identifier", "PhysicalIds")],
    },
    // The list of owners becomes the name of its type.
    Explained {
        dialects: &["powershell", "mixed"],
        what: "cells lost: Entra.primary_user",
        why: &[Why::Notice("unreadable-value", "RegisteredOwners")],
    },
    Explained {
        dialects: &["powershell", "mixed"],
        what: "column primary_user",
        why: &[Why::Notice("unreadable-value", "RegisteredOwners")],
    },
    Explained {
        dialects: &["powershell", "mixed"],
        what: "notice unreadable-value",
        why: &[Why::Notice("unreadable-value", "RegisteredOwners")],
    },
    // Of the maker and the model the API of Defender says nothing.
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "cells lost: Defender.manufacturer",
        why: &[Why::NoColumn("defender/api", "manufacturer")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "column manufacturer",
        why: &[Why::NoColumn("defender/api", "manufacturer")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "cells lost: Defender.model",
        why: &[Why::NoColumn("defender/api", "model")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "column model",
        why: &[Why::NoColumn("defender/api", "model")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "cells gained: Defender.excluded",
        why: &[Why::NoColumn("defender/portal", "excluded")],
    },
    // Apple's API tells to which server a device is assigned, not since when.
    Explained {
        dialects: &["api", "api-list", "powershell", "mixed"],
        what: "cells lost: Abm.assigned",
        why: &[Why::NoColumn("abm/api", "assigned"), Why::NoColumn("abm/linkage", "assigned")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell", "mixed"],
        what: "cells gained: Abm.state",
        why: &[Why::NoColumn("abm/portal", "state")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell", "mixed"],
        what: "cells gained: Abm.updated",
        why: &[Why::NoColumn("abm/portal", "updated")],
    },
    // The list leaves released devices out, so that nobody knows which devices are dealt with.
    Explained { dialects: &["api-list"], what: "new stale-everywhere", why: &[Why::Notice("", "released")] },
    // And what they are held together by is then not a serial number that Apple lists.
    Explained { dialects: &["api-list"], what: "severity certificate-expired", why: &[Why::Notice("", "released")] },
    Explained {
        dialects: &["api-list"],
        what: "lost abm-released-still-managed",
        why: &[Why::NotJudged("abm-released-still-managed")],
    },
    // The portal has no id for an Autopilot identity, so that the serial number stands in; nor has it a state.
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "cells changed: Autopilot.native_id",
        why: &[Why::NoColumn("autopilot/portal", "intune_id")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell"],
        what: "cells gained: Autopilot.state",
        why: &[Why::NoColumn("autopilot/portal", "state")],
    },
    Explained {
        dialects: &["api", "api-list", "powershell", "mixed"],
        what: "cells gained: Entra.synced",
        why: &[Why::NoColumn("entra/download-devices", "synced")],
    },
    // The portal's list does not show the stamp of Autopilot, so there it is not known of some that they are no stock.
    Explained {
        dialects: &["api", "api-list"],
        what: "new disabled-past-grace",
        why: &[Why::NoColumn("entra/download-devices", "ztdid")],
    },
    // How a device was enrolled stands in the portal's file only if somebody asked for the column.
    Explained {
        dialects: &["api", "api-list", "powershell", "mixed"],
        what: "cells gained: Intune.enrollment",
        why: &[],
    },
    // The code page of the CSV has no such letters; the comparison shows that nothing else happened.
    Explained { dialects: &["excel"], what: "cells beyond the code page: Entra.name", why: &[] },
    Explained { dialects: &["excel"], what: "cells beyond the code page: Defender.name", why: &[] },
];

/// What only some tenants show, so that none of those that are always tried need bear it out.
const RARE: &[Explained] = &[
    // What a device is held together by is not a serial number that Apple lists, as above.
    Explained { dialects: &["api-list"], what: "severity compliant-but-stale", why: &[Why::Notice("", "released")] },
];

/// What nobody explained, and explanations that the run does not bear out.
pub(super) fn unexplained(dialect: &str, portal: &Seen, seen: &Seen, differences: &[Difference]) -> Vec<String> {
    let mut found = Vec::new();
    let reasons = || EXPLAINED.iter().chain(RARE);
    for difference in differences {
        if !reasons().any(|reason| reason.covers(dialect, &difference.what)) {
            found.push(format!("{}: {}", difference.what, difference.detail));
        }
    }
    for reason in reasons() {
        let count = differences.iter().filter(|difference| reason.covers(dialect, &difference.what)).count();
        if count > 0 {
            let unsaid = reason.why.iter().filter_map(|why| unsaid(*why, count, portal, seen));
            found.extend(unsaid.map(|unsaid| format!("{} ({count} times): {unsaid}", reason.what)));
        }
    }
    found
}

/// What is missing for an explanation to be true.
fn unsaid(why: Why, count: usize, portal: &Seen, seen: &Seen) -> Option<String> {
    match why {
        Why::Notice(code, text) => {
            let said = seen.notices.iter().any(|notice| {
                let is = code.is_empty() || notice["code"] == code;
                is && (notice["column"].contains(text) || notice["message"].contains(text))
            });
            (!said).then(|| format!("no notice `{code}` speaks of `{text}`"))
        }
        Why::NotJudged(rule) => {
            let outcome = seen.rules.get(rule).map_or("missing", |line| line["outcome"].as_str());
            let (before, after) = (portal.unknown(rule), seen.unknown(rule));
            (outcome != "did-not-run" && after < before + count)
                .then(|| format!("`{rule}` {outcome} and is unknown for {after} devices, before for {before}"))
        }
        Why::NoColumn(id, field) => {
            let format = FORMATS.all().iter().find(|format| format.id == id).unwrap();
            (!format.aliases(field).is_empty())
                .then(|| format!("`{id}` reads {field} from {:?}", format.aliases(field)))
        }
    }
}
