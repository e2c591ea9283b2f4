//! From findings to steps and packages: planned once, and again where a decision about a package changes plans.

use super::carry::{self, Carrying};
use super::decisions;
use super::subjects::{self, Orders, Plans};
use crate::error::Result;
use crate::history::Decisions;
use crate::notice::Notice;
use crate::plan::{Ingredients, Packages, Planned, Playbooks};
use crate::rules::{Conditions, EvalContext, Findings, Rule, Text};
use crate::schema::Disposition;
use crate::table::{DeviceTable, RecordTable};

/// What plans are made from.
pub(super) struct From<'a> {
    pub context: EvalContext<'a>,
    pub table: &'a DeviceTable,
    pub records: &'a RecordTable,
    pub device_of: &'a [u32],
    pub rules: &'a [Rule],
    pub findings: &'a Findings,
    pub playbooks: &'a Playbooks,
    pub conditions: &'a Conditions,
    pub purpose: Disposition,
    /// What an earlier run decided.
    pub carrying: Option<Carrying<'a>>,
}

/// The packages and the steps. Decisions that could not be used are remarked.
pub(super) fn pack(
    from: &From<'_>,
    decided: &mut Decisions,
    notices: &mut Vec<Notice>,
) -> Result<(Packages, Vec<Planned>)> {
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.rename(decided));
    }
    notices.extend(carry::by_object(decided, from.table, from.records, from.device_of));
    notices.extend(decided.find(from.table).map_err(decisions::refused)?);
    if let Some(carrying) = &from.carrying {
        notices.extend(carrying.carry(decided));
    }
    let plans = from.plan(decided)?;
    let packages = from.packages(&plans);
    if !decided.speaks_of_packages() {
        return Ok((packages, plans.steps));
    }
    // What is declined keeps its place among the packages, and has other steps.
    let now: Vec<(&str, &[u32])> = packages.list.iter().map(|own| (own.id.as_str(), own.devices.as_slice())).collect();
    notices.extend(decided.spread(&now, from.table.len()));
    let plans = from.plan(decided)?;
    Ok((from.packages(&plans), plans.steps))
}

impl From<'_> {
    fn plan(&self, decisions: &Decisions) -> Result<Plans> {
        let (playbooks, conditions, purpose) = (self.playbooks, self.conditions, self.purpose);
        let orders = Orders { playbooks, conditions, purpose, decisions };
        subjects::plan(self.context, self.table, self.rules, self.findings, orders)
    }

    fn packages(&self, plans: &Plans) -> Packages {
        Packages::new(&Ingredients {
            books: &self.playbooks.books().collect::<Vec<_>>(),
            book_of: &plans.book_of,
            rules: &self.rules.iter().map(|rule| &rule.text).collect::<Vec<&Text>>(),
            findings: self.findings,
            devices: self.table,
        })
    }
}
