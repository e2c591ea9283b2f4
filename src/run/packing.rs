//! From findings to steps and packages: planned once, and again where a decision about a package changes plans.

use super::decisions;
use super::subjects::{self, Orders, Plans};
use crate::error::Result;
use crate::history::Decisions;
use crate::notice::Notice;
use crate::plan::{Ingredients, Packages, Planned, Playbooks};
use crate::rules::{Conditions, EvalContext, Findings, Rule, Text};
use crate::schema::Disposition;
use crate::table::DeviceTable;

/// What plans are made from.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    pub context: EvalContext<'a>,
    pub table: &'a DeviceTable,
    pub rules: &'a [Rule],
    pub findings: &'a Findings,
    pub playbooks: &'a Playbooks,
    pub conditions: &'a Conditions,
    pub purpose: Disposition,
}

/// The packages and the steps. Decisions that could not be used are remarked.
pub(super) fn pack(
    from: From<'_>,
    decided: &mut Decisions,
    notices: &mut Vec<Notice>,
) -> Result<(Packages, Vec<Planned>)> {
    notices.extend(decided.find(from.table).map_err(decisions::refused)?);
    let plans = from.plan(decided)?;
    let packages = from.packages(&plans);
    notices.extend(decided.without_plan(|device| packages.of(device).is_some()));
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
