//! Puts a tenant together: order of cases, rows of files, truth.

use super::judge::{Verdict, judge, open_questions};
use super::maker::Maker;
use super::model::{AS_OF, DAY, Device};
use super::plan::{HEALTHY, PLANTED, Plan};
use super::random::Random;
use super::write::{
    ABM_HEADER, AUTOPILOT_HEADER, CHROME_HEADER, DEFENDER_HEADER, ENTRA_HEADER, INTUNE_HEADER, Table, abm_row,
    autopilot_row, chrome_row, defender_row, entra_row, guid_text, intune_row, zip_stored,
};
use super::{Options, Place, Tenant, TrueDevice, TrueFinding, Truth};

const INTUNE: usize = 0;
const ENTRA: usize = 1;
const AUTOPILOT: usize = 2;
const DEFENDER: usize = 3;
const ABM: usize = 4;
const CHROME: usize = 5;

/// Collects rows and truth as devices come.
pub(super) struct Output {
    tables: [Table; 6],
    truth: Truth,
}

impl Output {
    fn new(exports: Vec<String>) -> Self {
        Self {
            tables: [
                Table::new(INTUNE_HEADER, true, true, false),
                Table::new(ENTRA_HEADER, false, true, false),
                Table::new(AUTOPILOT_HEADER, false, true, true),
                Table::new(DEFENDER_HEADER, true, true, false),
                Table::new(ABM_HEADER, false, false, false),
                Table::new(CHROME_HEADER, false, false, false),
            ],
            truth: Truth { exports, ..Truth::default() },
        }
    }

    /// Writes the device's rows and notes what must be said about it. Returns its number in the truth.
    pub(super) fn add(&mut self, device: &Device) -> usize {
        let number = self.truth.devices.len();
        let (records, weak_records) = self.rows(device);
        self.judge(device, number, !weak_records.is_empty());
        let unnamed = device.intune.is_empty() && device.entra.is_empty() && device.defender.is_empty();
        let label = if unnamed && !device.hardware.serial.is_empty() { &device.hardware.serial } else { &device.name };
        self.truth.devices.push(TrueDevice {
            label: label.clone(),
            case: device.case,
            records,
            weak_records,
            really: device.really,
        });
        number
    }

    fn rows(&mut self, device: &Device) -> (Vec<Place>, Vec<Place>) {
        let hardware = &device.hardware;
        let mut records = Vec::new();
        let mut weak = Vec::new();
        for record in &device.intune {
            records.push((INTUNE, intune_row(&mut self.tables[INTUNE], record, hardware)));
        }
        for record in &device.entra {
            // Entra repeats Intune's verdict of the record that points at it.
            let managed = device.intune.iter().find(|managed| managed.entra == Some(record.id));
            let compliant = managed.map(|managed| managed.compliance == "Compliant");
            records.push((ENTRA, entra_row(&mut self.tables[ENTRA], record, hardware, compliant)));
        }
        for record in &device.autopilot {
            records.push((AUTOPILOT, autopilot_row(&mut self.tables[AUTOPILOT], record, hardware)));
        }
        let alone = device.intune.is_empty() && device.entra.is_empty();
        for record in &device.defender {
            let join = device.entra.last().map(|record| record.join);
            let place = (DEFENDER, defender_row(&mut self.tables[DEFENDER], record, hardware, join));
            if record.entra.is_some() || alone { records.push(place) } else { weak.push(place) }
        }
        for record in &device.abm {
            records.push((ABM, abm_row(&mut self.tables[ABM], record, hardware)));
        }
        for record in &device.chrome {
            records.push((CHROME, chrome_row(&mut self.tables[CHROME], record, device)));
        }
        (records, weak)
    }

    fn judge(&mut self, device: &Device, number: usize, has_weak: bool) {
        let verdicts = judge(device, true);
        let open = open_questions(device);
        let finding = |verdict: Verdict| TrueFinding {
            rule: verdict.rule,
            device: number,
            objects: verdict.objects,
            exact: verdict.exact,
        };
        let without_weak = if has_weak { judge(device, false) } else { Vec::new() };
        let certain = |verdict: &Verdict| {
            // Which objects a finding names may also depend on the weak row; whether it holds must not.
            let agreed = !has_weak || without_weak.iter().any(|other| other.rule == verdict.rule);
            agreed && !open.contains(&verdict.rule)
        };
        let (certain, mut open): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(certain);
        for other in without_weak {
            let known = certain.iter().chain(&open).any(|verdict: &Verdict| verdict.rule == other.rule);
            if !known {
                open.push(other);
            }
        }
        self.truth.findings.extend(certain.into_iter().map(finding));
        self.truth.undecided.extend(open.into_iter().map(finding));
    }

    /// A number of rows that looks like a page of an interrupted download would cast doubt on the file.
    fn round_table(&self) -> Option<usize> {
        self.tables.iter().position(|table| table.rows > 0 && table.rows.is_multiple_of(50))
    }
}

/// How many units of each planted case a tenant of this size has.
fn units(plan: &Plan, devices: usize) -> usize {
    let share = (plan.per_400 * devices + 200) / 400;
    if devices >= 200 { share.max(1) } else { share }
}

/// The order in which cases come, so that files do not tell them apart by position.
fn order(random: &mut Random, devices: usize, planned: &'static [Plan]) -> Vec<&'static Plan> {
    let mut order: Vec<&'static Plan> = Vec::with_capacity(devices);
    let mut planted = 0;
    for plan in planned {
        let units = units(plan, devices);
        planted += units * plan.size;
        order.extend(std::iter::repeat_n(plan, units));
    }
    let healthy = devices.saturating_sub(planted);
    let total: usize = HEALTHY.iter().map(|plan| plan.per_400).sum();
    let (mut given, mut weight) = (0, 0);
    for plan in HEALTHY {
        // Cumulative shares, so that rounding loses nothing.
        weight += plan.per_400;
        let until = healthy * weight / total;
        order.extend(std::iter::repeat_n(plan, until - given));
        given = until;
    }
    random.shuffle(&mut order);
    order
}

/// Makes a tenant. The same options give the same bytes.
#[must_use]
pub(crate) fn tenant(options: &Options) -> Tenant {
    made(options, PLANTED)
}

/// The same without anything planted: every device is in order.
#[must_use]
pub(crate) fn healthy(options: &Options) -> Tenant {
    made(options, &[])
}

fn made(options: &Options, planned: &'static [Plan]) -> Tenant {
    let mut random = Random::new(options.seed);
    let stem = format!("DevicesWithInventory_{}", guid_text(random.guid()));
    let member = format!("{stem}.csv");
    let intune_file = if options.zip_intune { format!("{stem}.zip") } else { member.clone() };
    let names = [
        intune_file,
        "exportDevice_2026-11-20.csv".to_owned(),
        "AutopilotDevices.csv".to_owned(),
        "devices.csv".to_owned(),
        format!("devices_{}.csv", AS_OF / DAY * DAY * 1_000),
        "chromeos.csv".to_owned(),
    ];
    let mut exports = names.to_vec();
    if options.zip_intune {
        exports[INTUNE] = format!("{}!{member}", names[INTUNE]);
    }

    let order = order(&mut random, options.devices, planned);
    let mut maker = Maker::new(random, Output::new(exports));
    let all = || PLANTED.iter().chain(HEALTHY);
    let mut counts: Vec<usize> = vec![0; all().count()];
    let place = |wanted: &Plan| all().position(|plan| plan.case == wanted.case).unwrap_or(0);
    for plan in order {
        let count = &mut counts[place(plan)];
        (plan.make)(&mut maker, plan.case, *count);
        *count += 1;
    }
    even_out(&mut maker, &mut counts[PLANTED.len()..]);

    let Output { tables, truth } = maker.out;
    let bodies = tables.map(|table| table.body);
    let mut files: Vec<(String, Vec<u8>)> = names.into_iter().zip(bodies).collect();
    if options.zip_intune {
        files[INTUNE].1 = zip_stored(&member, &files[INTUNE].1);
    }
    Tenant { files, truth }
}

/// Adds healthy devices until no file has a suspiciously round number of rows.
fn even_out(maker: &mut Maker, counts: &mut [usize]) {
    while let Some(table) = maker.out.round_table() {
        let case = match table {
            ABM => "healthy-ipad",
            CHROME => "healthy-chrome",
            DEFENDER => "healthy-server",
            _ => "healthy-joined",
        };
        for (plan, count) in HEALTHY.iter().zip(counts.iter_mut()) {
            if plan.case == case {
                (plan.make)(maker, plan.case, *count);
                *count += 1;
            }
        }
    }
}
