//! What the records of a console say, put together by device. Each takes one pass over the records, whatever their order and
//! however many a device has.

use crate::ids::{ByDevice, DeviceId};
use crate::time::Millis;

/// Hands each value to the place of its device. A record of no device is passed over.
pub fn scatter<T, V>(
    out: &mut ByDevice<T>,
    device_of: impl IntoIterator<Item = DeviceId>,
    values: impl IntoIterator<Item = V>,
    mut put: impl FnMut(&mut T, V),
) {
    for (device, value) in device_of.into_iter().zip(values) {
        if let Some(slot) = out.slot(device) {
            put(slot, value);
        }
    }
}

/// Marks the devices of which a record says so.
pub fn mark(
    out: &mut ByDevice<bool>,
    device_of: impl IntoIterator<Item = DeviceId>,
    says: impl IntoIterator<Item = bool>,
) {
    scatter(out, device_of, says, |slot, says| *slot |= says);
}

/// The newest time of each device.
pub fn newest(
    out: &mut ByDevice<Option<Millis>>,
    device_of: impl IntoIterator<Item = DeviceId>,
    times: impl IntoIterator<Item = Option<i64>>,
) {
    scatter(out, device_of, times, |slot, time| *slot = time.map(Millis::new).max(*slot));
}

/// The oldest time of each device.
pub fn oldest(
    out: &mut ByDevice<Option<Millis>>,
    device_of: impl IntoIterator<Item = DeviceId>,
    times: impl IntoIterator<Item = Option<i64>>,
) {
    scatter(out, device_of, times, |slot, time| {
        *slot = slot.iter().copied().chain(time.map(Millis::new)).min();
    });
}

/// For how many records of each device something holds; not known where it is open for one.
#[must_use]
pub fn count(
    devices: u32,
    device_of: impl IntoIterator<Item = DeviceId>,
    said: impl IntoIterator<Item = Option<bool>>,
) -> ByDevice<Option<u32>> {
    let mut counts = ByDevice::filled(Some(0_u32), devices);
    scatter(&mut counts, device_of, said, |slot, said| {
        *slot = slot.zip(said).map(|(count, holds)| count + u32::from(holds));
    });
    counts
}

/// What the records of each device say: whether one says yes, one says no, and one leaves it open.
#[derive(Clone, Debug)]
pub struct Said(ByDevice<u8>);

const YES: u8 = 1;
const NO: u8 = 2;
const OPEN: u8 = 4;

impl Said {
    /// Asks every record.
    #[must_use]
    pub fn new(
        devices: u32,
        device_of: impl IntoIterator<Item = DeviceId>,
        said: impl IntoIterator<Item = Option<bool>>,
    ) -> Self {
        let mut own = Self(ByDevice::filled(0, devices));
        scatter(&mut own.0, device_of, said, |slot, said| {
            *slot |= match said {
                Some(true) => YES,
                Some(false) => NO,
                None => OPEN,
            };
        });
        own
    }

    /// Whether it holds for a record; not known where it holds for none and is open for one. False without records.
    pub fn any(&self) -> impl Iterator<Item = Option<bool>> {
        self.0.iter().map(|said| if said & YES != 0 { Some(true) } else { (said & OPEN == 0).then_some(false) })
    }

    /// Whether it holds for every record; not known where it fails for none and is open for one. False without records.
    pub fn all(&self) -> impl Iterator<Item = Option<bool>> {
        self.0.iter().map(
            |said| {
                if said & NO != 0 || *said == 0 { Some(false) } else { (said & OPEN == 0).then_some(true) }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::truth;
    use proptest::prelude::*;

    const DEVICES: u32 = 4;

    /// Records: the device of each, none for some, and what it says.
    fn records<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = (Vec<DeviceId>, Vec<T>)> {
        let device = prop_oneof![3 => (0..DEVICES).prop_map(DeviceId::new), 1 => Just(DeviceId::NONE)];
        proptest::collection::vec((device, value), 0..20).prop_map(|rows| rows.into_iter().unzip())
    }

    /// What is said of one device, in the order of the records.
    fn of<T: Clone>(device: DeviceId, device_of: &[DeviceId], values: &[T]) -> Vec<T> {
        device_of.iter().zip(values).filter(|(own, _)| **own == device).map(|(_, value)| value.clone()).collect()
    }

    proptest! {
        #[test]
        fn times_by_device((device_of, times) in records(proptest::option::of(-5_i64..5))) {
            let mut latest = ByDevice::filled(None, DEVICES);
            let mut first = latest.clone();
            newest(&mut latest, device_of.iter().copied(), times.iter().copied());
            oldest(&mut first, device_of.iter().copied(), times.iter().copied());
            for device in DeviceId::all(DEVICES) {
                let own = of(device, &device_of, &times);
                let known = || own.iter().flatten().copied();
                prop_assert_eq!(latest.get(device).map(Millis::number), known().max());
                prop_assert_eq!(first.get(device).map(Millis::number), known().min());
            }
        }

        #[test]
        fn truth_by_device((device_of, said) in records(prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)])) {
            let all = Said::new(DEVICES, device_of.iter().copied(), said.iter().copied());
            let counts = count(DEVICES, device_of.iter().copied(), said.iter().copied());
            let mut marks = ByDevice::filled(false, DEVICES);
            mark(&mut marks, device_of.iter().copied(), said.iter().map(|said| *said == Some(true)));
            let (any, every): (Vec<_>, Vec<_>) = all.any().zip(all.all()).unzip();
            for device in DeviceId::all(DEVICES) {
                let own = of(device, &device_of, &said);
                let yes = own.iter().filter(|said| **said == Some(true)).count();
                prop_assert_eq!(any[device.index()], truth::any(own.iter().copied()));
                let conjunction = own.iter().copied().fold(Some(!own.is_empty()), truth::and);
                prop_assert_eq!(every[device.index()], conjunction);
                let known = !own.contains(&None);
                prop_assert_eq!(*counts.get(device), known.then(|| u32::try_from(yes).unwrap()));
                prop_assert_eq!(*marks.get(device), yes > 0);
            }
        }
    }
}
