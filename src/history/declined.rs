//! What is declined: kept as it is, on somebody's word and until a day, as an exception is.

use serde::{Deserialize, Serialize};

use super::decisions::Decisions;
use crate::notice::{Code, Notice};
use crate::schema::Status;
use crate::time::{DAY, day};

/// Who declined a plan, and until when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// The name; empty where nobody is named.
    pub by: String,
    /// The last day, as its first moment in UTC milliseconds.
    pub until: Option<i64>,
}

impl Declined {
    /// Both together, unless they say different things.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        let by = match (self.by.as_str(), other.by.as_str()) {
            ("", own) | (own, "") => own,
            (own, other) => Some(own).filter(|own| *own == other)?,
        };
        let until = match (self.until, other.until) {
            (None, own) | (own, None) => own,
            (own, other) => Some(own).filter(|own| *own == other)?,
        };
        Some(Self { by: by.into(), until })
    }

    /// Whether its last day is over.
    fn is_over(&self, as_of: i64) -> bool {
        self.until.is_some_and(|until| as_of >= until + DAY)
    }

    /// What is not said.
    fn lacks(&self) -> Option<&'static str> {
        match (self.by.is_empty(), self.until) {
            (true, None) => Some("who decided it and until when (`decided_by`, `until`)"),
            (true, Some(_)) => Some("who decided it (`decided_by`)"),
            (false, None) => Some("until when (`until`)"),
            (false, Some(_)) => None,
        }
    }
}

/// What is declined, in words.
struct Line<'a> {
    what: String,
    status: &'a mut Status,
    declined: &'a Declined,
    row: u32,
}

impl Decisions {
    /// Opens again what was declined until a day that is over, and says where nobody is named or no day: such a device is kept
    /// all the same, and asked for in every run.
    pub fn end_declined(&mut self, as_of: i64) -> Vec<Notice> {
        let file = self.file.clone();
        let named = |key: &str, serial: &str| format!("`{}`", if key.is_empty() { serial } else { key });
        let mut used = self.list.beside(false);
        for at in &self.of_device {
            if let Some(slot) = used.slot(*at) {
                *slot = true;
            }
        }
        let of_devices = self.list.iter_mut().zip(used).filter(|(_, used)| *used).map(|(own, _)| Line {
            what: named(&own.key, &own.serial),
            status: &mut own.status,
            declined: &own.declined,
            row: own.row,
        });
        let packages = self.packages.iter_mut().chain(&mut self.carried_packages).map(|own| Line {
            what: format!("package `{}`", own.id),
            status: &mut own.status,
            declined: &own.declined,
            row: own.row,
        });
        let lines = of_devices.chain(packages).filter(|line| *line.status == Status::Declined);
        lines.filter_map(|line| ended(line, as_of, &file)).collect()
    }
}

fn ended(line: Line<'_>, as_of: i64, file: &str) -> Option<Notice> {
    let Line { what, status, declined, row } = line;
    let notice = |code, message| {
        let notice = Notice::new(code, file.to_string(), message);
        Some(if row == 0 { notice } else { notice.at_row(row.into()) })
    };
    if declined.is_over(as_of) {
        *status = Status::Open;
        let by = if declined.by.is_empty() { String::new() } else { format!(" by {}", declined.by) };
        let until = declined.until.map(day).unwrap_or_default();
        return notice(Code::DecisionExpired, format!("{what} was declined{by} until {until}: it is planned again"));
    }
    let lacks = declined.lacks()?;
    notice(
        Code::DecisionOpenEnded,
        format!("{what} is declined, and nobody says {lacks}; it is kept, and asked for in every run"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::decisions::in_yaml;
    use super::*;
    use crate::ids::DeviceId;
    use crate::table::DeviceTable;

    fn after(text: &str, as_of: i64) -> (Vec<Status>, Vec<String>) {
        let mut decisions = in_yaml("d.yaml", text).and_then(|lines| Decisions::new("d.yaml", "", lines)).unwrap();
        decisions.find(&DeviceTable::of_keys(&[("entra:1", "ABC1234"), ("entra:2", "ABC1235")])).unwrap();
        let notices = decisions.end_declined(as_of);
        let said = notices.iter().map(|notice| format!("{}: {}", notice.code.as_str(), notice.message)).collect();
        (DeviceId::all(2).map(|device| decisions.status(device)).collect(), said)
    }

    #[test]
    fn what_is_declined_is_kept_until_its_last_day_is_over() {
        let text = "- {device_key: 'entra:1', status: declined, decided_by: Ann, until: '2026-03-31'}\n";
        let march = 1_774_915_200_000;
        assert_eq!(day(march), "2026-03-31");
        assert_eq!(after(text, march + DAY - 1), (vec![Status::Declined, Status::Open], vec![]));
        let (status, said) = after(text, march + DAY);
        assert_eq!(status, [Status::Open, Status::Open]);
        assert_eq!(said, ["decision-expired: `entra:1` was declined by Ann until 2026-03-31: it is planned again"]);
    }

    #[test]
    fn what_is_declined_by_nobody_is_kept_and_asked_for() {
        let text =
            "- {device_key: 'entra:1', status: declined}\n- {serial: ABC1235, status: declined, decided_by: Ann}\n";
        let (status, said) = after(text, 1_774_915_200_000);
        assert_eq!(status, [Status::Declined, Status::Declined]);
        assert!(said[0].contains("who decided it and until when"), "{said:?}");
        assert!(said[1].contains("nobody says until when (`until`)"), "{said:?}");
    }
}
