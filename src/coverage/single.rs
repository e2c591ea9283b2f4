//! Columns of the device table whose value for a device is found without a look at the others. What evidence alone shows is
//! made for the devices that it is shown of, not for a million.

use polars::prelude::{Column, IntoColumn, StringChunkedBuilder};

use super::devices::Devices;
use crate::console::Console;
use crate::error::Result;
use crate::frame::{internal, make};
use crate::identity::{Links, RecordStore, Threshold};
use crate::ids::DeviceId;
use crate::language::What;
use crate::schema::{Activity, Identity, JoinType, Ownership, Platform};

/// Devices whose values are asked for, in their order.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// All of them.
    All,
    /// Those of these numbers.
    These(&'a [u32]),
}

impl Which<'_> {
    /// How many they are, where there are `all` devices.
    pub(crate) const fn count(self, all: u32) -> usize {
        match self {
            Self::All => all as usize,
            Self::These(devices) => devices.len(),
        }
    }

    /// Each of them.
    pub(crate) fn devices(self, all: u32) -> impl ExactSizeIterator<Item = DeviceId> {
        (0..self.count(all)).map(move |at| match self {
            Self::All => DeviceId::at(at),
            Self::These(devices) => devices.get(at).map_or(DeviceId::NONE, |device| DeviceId::new(*device)),
        })
    }
}

impl Devices {
    /// Whether the value of a column is found for a device without a look at the others.
    #[must_use]
    pub fn is_single(&self, name: &str) -> bool {
        match self.registry.aggregate_column(name) {
            Some(aggregate) => matches!(aggregate.made.what, What::Live(_)),
            None => SINGLE.contains(&name) || threshold(name).is_some() || self.registry.sources_of(name).is_some(),
        }
    }

    /// The values of such a column for some devices.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for any other column, or if the engine refuses a step.
    pub fn values_of(&self, store: &RecordStore, links: &Links, name: &str, devices: &[u32]) -> Result<Column> {
        let which = Which::These(devices);
        if let Some(aggregate) = store.registry.aggregate_column(name)
            && let What::Live(field) = &aggregate.made.what
        {
            return self.live_value(store, aggregate.console, field, name, which);
        }
        self.single(store, links, name, which)?.ok_or_else(|| internal(format!("no column `{name}`")))
    }

    /// A column that describes the device as a whole, if it is one of these.
    pub(super) fn single(
        &self,
        store: &RecordStore,
        links: &Links,
        name: &str,
        which: Which<'_>,
    ) -> Result<Option<Column>> {
        let devices = || which.devices(self.count);
        let last = |device: DeviceId| self.newest.get(device).time();
        if let Some(threshold) = threshold(name) {
            return Ok(Some(make::counts(name, devices().map(|device| Some(self.days(threshold, device))))));
        }
        Ok(Some(match name {
            "device_key" => {
                make::texts(name, devices().map(|device| links.key.get(device.index()).map(String::as_str)))
            }
            "consoles" => self.console_lists(store, which),
            "last_activity" => make::times(name, devices().map(last)),
            "last_activity_console" => {
                let all = store.registry.slugs();
                make::texts(name, devices().map(|device| all.get(self.newest.get(device).console()).copied()))
            }
            "days_inactive" => make::ages(name, self.as_of.at(), devices().map(last)),
            "activity" => {
                let activity = |device: DeviceId| self.activity_at(device, last(device));
                make::texts(name, devices().map(activity).map(Activity::as_str).map(Some))
            }
            "identity" => {
                let identity = |device: DeviceId| self.identities().get(device.index()).copied();
                make::texts(name, devices().map(identity).map(|identity| identity.map(Identity::as_str)))
            }
            "platform" => {
                make::texts(name, devices().map(|device| *self.platform.get(device)).map(Platform::as_str).map(Some))
            }
            "ownership" => self.known_word(store, name, Ownership::Unknown.as_str(), which)?,
            "join_type" => self.known_word(store, name, JoinType::Unknown.as_str(), which)?,
            "android_mode" => {
                let mut column = self.merged(store, "mode", devices())?;
                column.rename(name.into());
                column
            }
            _ if self.registry.sources_of(name).is_some() => self.merged(store, name, devices())?,
            _ => return Ok(None),
        }))
    }

    /// A merged word that is never null.
    fn known_word(&self, store: &RecordStore, name: &str, otherwise: &str, which: Which<'_>) -> Result<Column> {
        let column = self.merged(store, name, which.devices(self.count))?;
        let words = column.str().map_err(internal)?;
        Ok(make::texts(name, words.iter().map(|word| word.or(Some(otherwise)))))
    }

    fn console_lists(&self, store: &RecordStore, which: Which<'_>) -> Column {
        let list = |bits: u32| store.registry.of_bits(bits).map(Console::as_str).collect::<Vec<_>>().join("|");
        let mut known: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
        let mut out = StringChunkedBuilder::new("consoles".into(), which.count(self.count));
        for device in which.devices(self.count) {
            let bits = self.consoles.get(device);
            out.append_value(known.entry(*bits).or_insert_with(|| list(*bits)));
        }
        out.finish().into_column()
    }
}

/// Columns of the device as a whole, beside thresholds and what several consoles say.
const SINGLE: &[&str] = &[
    "device_key",
    "consoles",
    "last_activity",
    "last_activity_console",
    "days_inactive",
    "activity",
    "identity",
    "platform",
    "ownership",
    "join_type",
    "android_mode",
];

/// The threshold that a column shows.
fn threshold(name: &str) -> Option<Threshold> {
    Threshold::parse(name.strip_suffix("_days")?)
}

#[cfg(test)]
mod tests {
    use polars::prelude::{
        DataFrame, IdxCa, Int64Chunked, IntoColumn, NamedFrom, NewChunkedArray, StringChunked, UInt32Chunked,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::console::Registry;
    use crate::coverage::{Coverage, Tables};
    use crate::formats::{Formats, Records};
    use crate::identity::{self, AsOf, Markers, Members, Thresholds};
    use crate::time::DAY;

    const CONSOLES: [&str; 3] = ["intune", "entra", "defender"];
    const TEXTS: [&str; 6] = ["native_id", "serial", "serial_written", "platform", "ownership", "model"];

    /// A record: its console, a device that it may be of, and whether it says much.
    type Line = (usize, u8, bool);

    fn list(console: &str, lines: &[Line]) -> (String, Records) {
        let text = |name: &str, (_, device, says): &Line| match name {
            "native_id" => Some(format!("{console}-{device}")),
            "serial" => Some(format!("SER00{device}X")),
            "serial_written" => says.then(|| format!("ser00{device}x")),
            "platform" => says.then(|| "windows".to_string()),
            "ownership" => says.then(|| ["corporate", "unknown"][usize::from(*device % 2)].to_string()),
            _ => says.then(|| format!("Model {device}")),
        };
        let rows: Vec<u32> = (1..).take(lines.len()).collect();
        let seen = lines.iter().map(|(_, device, says)| says.then(|| i64::from(*device) * 40 * DAY));
        let mut columns = vec![
            UInt32Chunked::from_slice("row".into(), &rows).into_column(),
            Int64Chunked::from_iter_options("last_seen".into(), seen).into_column(),
        ];
        columns.extend(TEXTS.iter().map(|name| {
            StringChunked::from_iter_options((*name).into(), lines.iter().map(|line| text(name, line))).into_column()
        }));
        let console = Registry::shipped().parse(console).unwrap();
        (console.to_string(), Records::plain(console, DataFrame::new(lines.len(), columns).unwrap()))
    }

    fn devices(lines: &[Line]) -> (RecordStore, Links, Devices) {
        let formats = Formats::load(&crate::assets::rules(None).unwrap()).unwrap();
        let of = |at: usize| lines.iter().filter(|line| line.0 == at).copied().collect::<Vec<Line>>();
        let lists = CONSOLES.iter().enumerate().map(|(at, console)| list(console, &of(at))).collect();
        let (store, links, _) = identity::identify(lists, &[], formats.vocabulary()).unwrap();
        let as_of = AsOf { millis: 200 * DAY, given: true, otherwise: None };
        let members = Members::new(&store, &links, as_of, Thresholds::default(), &Markers::default()).unwrap();
        let (coverage, _) = Coverage::new(&store, &links, &members, &Tables::default(), formats.vocabulary());
        let devices = Devices::new(members, coverage, &links, []);
        (store, links, devices)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn some_values_are_those_of_the_whole_column(
            lines in proptest::collection::vec((0..3_usize, 0..6_u8, any::<bool>()), 1..12),
            chosen in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let (store, links, devices) = devices(&lines);
            prop_assume!(devices.count > 0);
            let chosen: Vec<u32> =
                chosen.iter().map(|at| u32::try_from(at.index(devices.count as usize)).unwrap()).collect();
            let names = store.registry.aggregates().iter().map(|own| own.name).chain(
                store.registry.device().iter().map(|field| field.name)
            );
            let mut single = 0;
            for name in names.filter(|name| devices.is_single(name)) {
                let all = devices.column(&store, &links, name).unwrap();
                let plain = all.take(&IdxCa::new("".into(), &chosen)).unwrap();
                let own = devices.values_of(&store, &links, name, &chosen).unwrap();
                prop_assert!(own.equals_missing(&plain) && own.dtype() == plain.dtype(), "{}", name);
                single += 1;
            }
            prop_assert!(single > 40, "{single}");
            let all = devices.as_written(&store, "serial", Which::All).unwrap();
            let own = devices.as_written(&store, "serial", Which::These(&chosen)).unwrap();
            prop_assert_eq!(all.is_some(), own.is_some());
            if let (Some(all), Some(own)) = (all, own) {
                prop_assert!(own.equals_missing(&all.take(&IdxCa::new("".into(), &chosen)).unwrap()));
            }
        }
    }
}
