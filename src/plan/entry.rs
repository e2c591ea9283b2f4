//! What a step says, and what is known of doing it: when, how long, within which limits, by which command.

use serde::{Deserialize, Serialize};

use crate::console::{Console, State};
use crate::schema::words;

words! {
    /// Part of a plan. Within a plan they never go back.
    Phase {
        /// Lists, keys and codes are saved. Nothing changes.
        Prepare = "prepare",
        /// The device leaves management; what can be undone comes before what cannot.
        Remove = "remove",
        /// What waits until nobody has missed the device.
        AfterGrace = "after-grace",
        /// The next export shows what became of it.
        Verify = "verify",
    }
}

impl Phase {
    /// For headings.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Prepare => "Prepare",
            // Most steps remove something; others enable, register or ask.
            Self::Remove => "Carry out",
            Self::AfterGrace => "After the grace period",
            Self::Verify => "Verify",
        }
    }
}

/// Where an action goes on after it has said what is done.
const AFTER_BRIEF: [&str; 9] = [": ", ". ", "; ", " > ", ", and ", ", so ", ", since ", ", which ", ", before "];

/// What is done, without the way to it: `Disable the device`.
#[must_use]
pub fn brief(action: &str) -> &str {
    let ends = AFTER_BRIEF.iter().filter_map(|sign| action.find(sign)).min();
    ends.and_then(|end| action.get(..end)).unwrap_or(action).trim_end_matches('.')
}

/// What a step says. Equal steps of several playbooks are one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Slug of the step, e.g. `entra-disable`.
    pub slug: String,
    /// What to do, with the way through the portal.
    pub action: String,
    /// Where to do it; nothing for a step outside any console.
    pub console: Option<Console>,
    /// Least role that may do it; empty for a step outside any console.
    pub role: String,
    /// Cannot be undone.
    pub irreversible: bool,
    /// Erases the device.
    pub wipes: bool,
    /// What must be true first and cannot be known from files; may be empty.
    pub condition: String,
    /// Why the step is there, and what to beware of.
    pub why: String,
    /// When it is done.
    pub phase: Phase,
    /// Whether the device must have had no activity for the delete threshold by then.
    pub silence: bool,
    /// Steps of the same device after which it waits.
    #[serde(default)]
    pub waits: Vec<Wait>,
    /// How long it takes by hand.
    pub effort: Effort,
    /// What the console takes at a time.
    pub limits: Limits,
    /// What it frees; may be empty.
    pub frees: String,
    /// The same as a command, where there is one.
    pub command: Option<Command>,
    /// What the next export shows if it worked; may be empty.
    pub seen: String,
    /// By what a later export shows that it was done.
    #[serde(default)]
    pub proof: Proof,
    /// The pages that the step rests on.
    pub sources: Vec<Source>,
}

/// A text that stands before a step, behind the word that fits it: a warning is none that could be met, and of the others
/// some are conditions, some say how things are.
#[must_use]
pub fn introduced(condition: &str) -> (&'static str, &str) {
    condition.strip_prefix("Warning: ").map_or(("Check first", condition), |warning| ("Warning", warning))
}

/// How long a step waits for what another one sets going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Slug of the other step.
    pub after: String,
    /// Days between the two.
    pub days: u32,
}

/// By what a later export shows that a step was done. By nothing, where no export can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The object is not listed any more.
    pub gone: bool,
    /// The object is in one of these states.
    pub states: Vec<State>,
}

impl Proof {
    /// Whether there is any.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        self.gone || !self.states.is_empty()
    }
}

/// A page of a vendor, and the day on which it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its address.
    pub page: String,
    /// `YYYY-MM-DD`.
    pub read: String,
}

/// Minutes of work by hand, roughly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// For each batch, however large.
    pub batch: u32,
    /// For each device or object on top.
    pub each: u32,
}

/// What a console takes at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Objects in one bulk action.
    pub bulk: Option<u32>,
    /// Objects in a day.
    pub daily: Option<u32>,
}

words! {
    /// What runs a command.
    Tool {
        /// Microsoft Graph PowerShell.
        Graph = "graph",
        /// The module of PowerShell for Active Directory.
        Ad = "ad",
        /// The API of Defender for Endpoint, from PowerShell.
        Defender = "defender",
        /// GAM, from a shell.
        Gam = "gam",
    }
}

words! {
    /// What an id must look like to go into a command.
    Shape {
        /// A GUID in lower case: Intune, Entra, Autopilot, AD, Google's ChromeOS devices.
        Guid = "guid",
        /// Forty hexadecimal digits: a Defender machine.
        Machine = "machine",
        /// A long word of letters, digits, `-` and `_`: a Google mobile device.
        Resource = "resource",
    }
}

impl Shape {
    /// Whether an id looks like that. What does not is dealt with by hand.
    #[must_use]
    pub fn fits(self, id: &str) -> bool {
        let hex = |sign: u8| sign.is_ascii_digit() || (b'a'..=b'f').contains(&sign);
        match self {
            Self::Guid => {
                let hyphen = |at: usize| [8, 13, 18, 23].contains(&at);
                id.len() == 36 && id.bytes().enumerate().all(|(at, s)| if hyphen(at) { s == b'-' } else { hex(s) })
            }
            Self::Machine => id.len() == 40 && id.bytes().all(hex),
            Self::Resource => {
                let word = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-' || sign == b'_';
                // Nothing that a tool could take for an option.
                (20..=128).contains(&id.len()) && id.bytes().all(word) && !id.starts_with(['-', '_'])
            }
        }
    }
}

/// A step as a command, for one object. The id stands where `{id}` is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// What runs it.
    pub tool: Tool,
    /// What the id must look like.
    pub id: Shape,
    /// PowerShell module that it needs; may be empty.
    pub module: String,
    /// Permissions that a person needs, in a list with commas; may be empty.
    pub scope: String,
    /// Permissions that an application needs, in a list with commas; may be empty.
    pub application: String,
    /// What an application cannot do with them; may be empty.
    pub limit: String,
    /// PowerShell command that reads the object, which the expressions below then know as `$Now`; may be empty.
    pub look: String,
    /// PowerShell expression that must be true of the object right before; may be empty.
    pub check: String,
    /// PowerShell expression that is true where nothing is left to do; may be empty.
    pub done: String,
    /// Whether a second administrator may have to approve it first, and the command takes headers for that.
    pub approval: bool,
    /// Whether the object is gone afterwards.
    pub removes: bool,
    /// Whether the command leaves what is on the device, though the step by hand erases it.
    pub keeps_data: bool,
    /// Words of which the one who runs it must choose one; it stands where `{choice}` is.
    pub choices: Vec<String>,
    /// The command.
    pub run: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_by_its_first_words() {
        assert_eq!(brief("Disable the device: Entra admin center > Devices."), "Disable the device");
        assert_eq!(
            brief("Keep the device list of this work package, and the exports."),
            "Keep the device list of this work package"
        );
        assert_eq!(brief("Nothing is to be done."), "Nothing is to be done");
    }

    #[test]
    fn a_warning_is_no_condition() {
        assert_eq!(introduced("Warning: it is still in use."), ("Warning", "it is still in use."));
        assert_eq!(introduced("No key is listed."), ("Check first", "No key is listed."));
    }

    #[test]
    fn shapes() {
        let guid = "0f3c9d8e-1111-4222-8333-aaaaaaaaaaaa";
        assert!(Shape::Guid.fits(guid));
        for odd in ["", "0F3C9D8E-1111-4222-8333-AAAAAAAAAAAA", "5CG411CZ89", "0f3c9d8e11114222-8333-aaaaaaaaaaaa----"]
        {
            assert!(!Shape::Guid.fits(odd), "{odd}");
        }
        for tail in ["'", "\n", " ", "’", "$"] {
            assert!(!Shape::Guid.fits(&format!("{guid}{tail}")));
            assert!(!Shape::Guid.fits(&format!("{}{tail}", guid.split_at(35).0)));
        }
        assert!(Shape::Machine.fits("de2062ae421d40168efcdc55dc6a36642d2fb3dc"));
        assert!(!Shape::Machine.fits("de2062ae421d40168efcdc55dc6a36642d2fb3dg"));
        assert!(Shape::Resource.fits("AFiQxQ8Qgd-rouSmcd2UnuvhYV__WXdacTgJhPEA1QoQ"));
        assert!(!Shape::Resource.fits("-AFiQxQ8Qgd-rouSmcd2UnuvhYV__WXdacTgJhPEA1QoQ"));
        assert!(!Shape::Resource.fits("AFiQxQ8Qgd rouSmcd2UnuvhYV"));
    }
}
