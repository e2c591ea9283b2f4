//! Columns that say what a device is: many tables have some of them, and each is written down here.

use super::column::Columns;
use crate::ids::DeviceId;
use crate::report::view::Run;
use crate::schema::{Activity, Identity, JoinType, Ownership, Platform};
use crate::table::DeviceTable;

/// A line that is about one device.
pub(super) trait OfDevice {
    /// The run.
    fn run(&self) -> Run<'_>;

    /// The device.
    fn device(&self) -> DeviceId;

    /// The devices.
    fn devices(&self) -> &DeviceTable {
        &self.run().outcome.devices
    }
}

impl<'a, R: OfDevice + 'a> Columns<'a, R> {
    pub(super) fn device_key(self) -> Self {
        self.text("device_key", "stable key of the device", |r| r.devices().key.get(r.device())).shown("Device key", 26)
    }

    /// The name, under the name that it has in the table.
    pub(super) fn device_name(self, name: &str) -> Self {
        self.text(name, "name of the device", |r| r.devices().name.get(r.device())).shown("Device", 24)
    }

    pub(super) fn serial(self) -> Self {
        self.text("serial", "serial number as its console writes it", |r| r.devices().serial.get(r.device()))
            .shown("Serial", 18)
    }

    pub(super) fn platform(self) -> Self {
        self.word("platform", "operating system family", |r| r.devices().platform.get(r.device()).as_str())
            .one_of(Platform::WORDS)
            .shown("Platform", 11)
    }

    pub(super) fn manufacturer(self) -> Self {
        self.text("manufacturer", "manufacturer", |r| r.devices().manufacturer.get(r.device()))
            .shown("Manufacturer", 16)
    }

    pub(super) fn model(self) -> Self {
        self.text("model", "model", |r| r.devices().model.get(r.device())).shown("Model", 22)
    }

    pub(super) fn ownership(self) -> Self {
        self.word("ownership", "who owns the hardware", |r| r.devices().ownership.get(r.device()).as_str())
            .one_of(Ownership::WORDS)
            .shown("Ownership", 11)
    }

    pub(super) fn join_type(self) -> Self {
        self.word("join_type", "how it is joined to Entra ID", |r| r.devices().join_type.get(r.device()).as_str())
            .one_of(JoinType::WORDS)
            .shown("Join type", 11)
    }

    pub(super) fn primary_user(self) -> Self {
        self.text("primary_user", "primary user", |r| r.devices().primary_user.get(r.device()))
            .shown("Primary user", 28)
    }

    pub(super) fn consoles(self) -> Self {
        self.words("consoles", "consoles that hold it", |r| {
            r.devices().consoles_of(r.device()).map(crate::console::Console::as_str).collect()
        })
        .shown("Consoles", 24)
    }

    pub(super) fn last_activity(self) -> Self {
        self.time("last_activity", "newest activity in any console", |r| r.devices().last_activity.get(r.device()))
            .shown("Last activity", 17)
    }

    pub(super) fn days_inactive(self) -> Self {
        self.number("days_inactive", "whole days between that and as-of", |r| r.devices().days_inactive(r.device()))
            .shown("Days inactive", 8)
    }

    pub(super) fn activity(self) -> Self {
        self.word("activity", "what the signs of activity say at as-of", |r| {
            r.devices().activity.get(r.device()).as_str()
        })
        .one_of(Activity::WORDS)
        .shown("Activity", 10)
    }

    pub(super) fn identity(self) -> Self {
        self.word("identity", "how sure it is that its records are one device", |r| {
            r.devices().identity.get(r.device()).as_str()
        })
        .one_of(Identity::WORDS)
        .shown("Identity", 10)
    }

    /// What a device is and when it was last seen: what every list of devices begins with.
    pub(super) fn device_list(self) -> Self {
        self.device_key()
            .device_name("name")
            .serial()
            .platform()
            .manufacturer()
            .model()
            .ownership()
            .join_type()
            .primary_user()
            .consoles()
            .last_activity()
    }

    /// The package of the device.
    pub(super) fn package(self) -> Self {
        self.word("suggestion_id", "package of the device", |r| {
            r.run().outcome.packages.of(r.device()).map_or("", |package| package.id.as_str())
        })
        .shown("Package", 34)
    }

    pub(super) fn batch(self) -> Self {
        self.number("batch", "number of the batch of the device", |r| {
            Some(r.run().outcome.schedule.batch_of(r.device())?.0.ordinal().into())
        })
        .shown("Batch", 7)
    }

    /// What was decided about the plan of the device.
    pub(super) fn assignee(self) -> Self {
        self.maybe_text("assignee", "who does it", |r| {
            Some(r.run().outcome.decisions.assignee(r.device())).filter(|name| !name.is_empty())
        })
        .shown("Assignee", 18)
    }

    pub(super) fn note(self) -> Self {
        self.maybe_text("note", "anything else that was written down", |r| {
            Some(r.run().decision(r.device())?.note.as_str())
        })
        .shown("Note", 32)
        .prose()
    }

    /// The intent in lists that people fill in: what stands there is a decision for that device, so the intent of the run does not.
    pub(super) fn decided_intent(self) -> Self {
        self.maybe_word("intent", "what becomes of the device, where that was decided for it", |r| {
            Some(r.run().decision(r.device())?.purpose?.as_str())
        })
        .one_of(crate::schema::Disposition::WORDS)
        .shown("Intent", 10)
    }

    pub(super) fn intent(self) -> Self {
        self.word("intent", "what becomes of the device", |r| r.run().outcome.purpose_of(r.device()).as_str())
            .one_of(crate::schema::Disposition::WORDS)
            .shown("Intent", 10)
    }
}
