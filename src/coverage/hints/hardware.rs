//! What hardware two devices are, as far as lists tell.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::console::Console;
use crate::formats::Vocabulary;
use crate::frame::Strings;
use crate::identity::{ConsoleRecords, Members, RecordStore};
use crate::ids::DeviceId;

/// What is told of the hardware of devices: without a console who made it, and of each console what that calls its model.
#[derive(Default)]
pub(super) struct Hardware(HashMap<DeviceId, BTreeMap<Option<Console>, BTreeSet<String>>>);

impl Hardware {
    pub(super) fn of(
        store: &RecordStore,
        members: &Members,
        pairs: &[(DeviceId, DeviceId)],
        vocabulary: &Vocabulary,
    ) -> Self {
        let mut hardware = Self::default();
        if pairs.is_empty() {
            return hardware;
        }
        let concerned: HashSet<DeviceId> = pairs.iter().flat_map(|(own, other)| [*own, *other]).collect();
        // Nobody knows what else a maker is called that is not listed.
        let maker = |cell: &str| vocabulary.listed_manufacturer(cell).map(str::to_string);
        // Words that name no maker, such as *System Product Name*, name no model.
        let model = |cell: &str| {
            let is_one = vocabulary.manufacturer(cell).is_some();
            is_one.then(|| vocabulary.hardware_model(cell).unwrap_or_else(|| cell.to_lowercase()))
        };
        for (at, records) in store.by_console.iter().enumerate() {
            let mut add = |column: &str, console: Option<Console>, name: &dyn Fn(&str) -> Option<String>| {
                let cells = records.text(column).into_iter().flat_map(Strings::iter);
                let own = members.device_of(at).iter().zip(cells).filter(|(device, _)| concerned.contains(device));
                for (device, name) in own.filter_map(|(device, cell)| Some((*device, name(cell?)?))) {
                    hardware.0.entry(device).or_default().entry(console).or_default().insert(name);
                }
            };
            add("manufacturer", None, &maker);
            add("model", Some(records.console), &model);
        }
        hardware
    }

    /// Whether two devices cannot be one machine: nobody who made the one made the other, or a console calls their models
    /// differently.
    pub(super) fn differs(&self, own: DeviceId, other: DeviceId) -> bool {
        let Some((own, other)) = self.0.get(&own).zip(self.0.get(&other)) else { return false };
        own.iter().any(|(told_by, names)| other.get(told_by).is_some_and(|others| names.is_disjoint(others)))
    }

    /// Whether the models of both are called the same. That two consoles call them differently tells nothing.
    pub(super) fn is_one_model(&self, own: DeviceId, other: DeviceId) -> bool {
        self.models(own).any(|one| self.models(other).any(|two| !one.is_disjoint(two)))
    }

    /// Whether some console tells the model of a device.
    pub(super) fn tells_model(&self, device: DeviceId) -> bool {
        self.models(device).next().is_some()
    }

    fn models(&self, device: DeviceId) -> impl Iterator<Item = &BTreeSet<String>> {
        let told = self.0.get(&device).into_iter().flatten();
        told.filter(|(told_by, _)| told_by.is_some()).map(|(_, names)| names)
    }
}

/// Of the devices of the pairs those of which it is known which hardware Entra ID saw. It joins records of the same.
pub(super) fn stamped(store: &RecordStore, members: &Members, pairs: &[(DeviceId, DeviceId)]) -> HashSet<DeviceId> {
    if pairs.is_empty() {
        return HashSet::new();
    }
    let concerned: HashSet<DeviceId> = pairs.iter().flat_map(|(old, new)| [*old, *new]).collect();
    let of_console = |(at, records): (usize, &ConsoleRecords)| {
        let stamps = records.text("hardware_id").into_iter().flat_map(Strings::iter);
        let own = members.device_of(at).iter().copied().zip(stamps);
        own.filter(|(device, stamp)| stamp.is_some() && concerned.contains(device)).map(|(device, _)| device).collect()
    };
    store.by_console.iter().enumerate().flat_map(|records| -> Vec<DeviceId> { of_console(records) }).collect()
}
