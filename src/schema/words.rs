//! Closed lists of words: platforms, owners, join types, severities.

/// A closed list of words that appears in output, rules and playbooks under a fixed spelling. Behind each spelling may stand what
/// a playbook says of a device or an object that names it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $text:literal: $meaning:literal),+ $(,)?
    }) => {
        $crate::schema::words! { $(#[$doc])* $name { $($(#[$vdoc])* $variant = $text),+ } }

        impl $name {
            /// When the word is true of a device or an object.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word of the list, in the order in which output shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The spellings, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The spelling used everywhere: output, rules, playbooks.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Its place among the words of the list.
            #[must_use]
            pub const fn position(self) -> usize {
                self as usize
            }

            /// The word behind a spelling, if it is one of the list.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(from)?;
                Self::parse(&word).ok_or_else(|| serde::de::Error::custom("a word that is not in its list"))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Operating system family.
    Platform {
        /// Windows, client or server.
        Windows = "windows": "runs Windows",
        /// macOS.
        Macos = "macos": "runs macOS",
        /// iOS and iPadOS.
        Ios = "ios": "runs iOS or iPadOS",
        /// Android and AOSP.
        Android = "android": "runs Android or AOSP",
        /// ChromeOS and ChromeOS Flex.
        Chromeos = "chromeos": "runs ChromeOS",
        /// Linux.
        Linux = "linux": "runs Linux",
        /// None of the above, or not said.
        Other = "other": "runs something else",
    }
}

impl Platform {
    /// Its name, for sentences.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Macos => "macOS",
            Self::Ios => "iOS and iPadOS",
            Self::Android => "Android",
            Self::Chromeos => "ChromeOS",
            Self::Linux => "Linux",
            Self::Other => "devices of an unknown platform",
        }
    }

    /// Whether a machine of it has a host name. A phone or a Chromebook is called what people or templates call it.
    #[must_use]
    pub const fn has_host_names(self) -> bool {
        !matches!(self, Self::Ios | Self::Android | Self::Chromeos)
    }

    /// Its devices, for sentences.
    #[must_use]
    pub fn devices(self) -> String {
        if self == Self::Other { self.title().into() } else { format!("{} devices", self.title()) }
    }
}

words! {
    /// Who owns the hardware, as far as a console says so.
    Ownership {
        /// The organisation's.
        Corporate = "corporate": "belongs to the organisation",
        /// The user's.
        Personal = "personal": "belongs to its user",
        /// Not said.
        Unknown = "unknown": "no console says whose it is",
    }
}

words! {
    /// How the device is known to Entra ID.
    JoinType {
        /// Entra joined.
        Joined = "joined": "Entra joined",
        /// Joined to AD and to Entra.
        Hybrid = "hybrid": "joined to AD and to Entra",
        /// Registered (a work account on somebody's device).
        Registered = "registered": "registered in Entra",
        /// In no directory.
        None = "none": "in no directory",
        /// Not said.
        Unknown = "unknown": "no console says how it is joined",
    }
}

words! {
    /// Sign of life of a device at the as-of time.
    Activity {
        /// A signal is newer than the inactivity threshold.
        Active = "active": "a sign of activity is newer than the inactivity threshold",
        /// Signals are known, and all are older than the threshold.
        Stale = "stale": "every known sign of activity is older",
        /// No signal is known.
        Unknown = "unknown": "no activity is known",
    }
}

words! {
    /// How sure it is that a device's records are the same physical thing.
    Identity {
        /// One record only: nothing was joined.
        Single = "single",
        /// Joined by identifiers that a console wrote for this very purpose.
        Exact = "exact",
        /// At least one record is held by a hardware number (serial, IMEI) alone.
        Strong = "strong",
        /// Held together by a name.
        Weak = "weak",
        /// Identifiers contradict each other; a person must look.
        Conflict = "conflict",
    }
}

words! {
    /// How much a finding matters.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Tidy up at leisure.
        Low = "low",
        /// Plan it.
        Medium = "medium",
        /// Do it soon.
        High = "high",
        /// Do it now.
        Critical = "critical",
    }
}

words! {
    /// How much a finding may be relied on; follows the identity of its device.
    Confidence {
        /// Rests on a name, or on a device in conflict.
        Low = "low",
        /// Rests on a hardware number.
        Medium = "medium",
        /// Rests on exact identifiers or on one console's own record.
        High = "high",
    }
}

words! {
    /// What became of a rule in a run.
    Outcome {
        /// Evaluated over every device.
        Ran = "ran",
        /// Not evaluated: an export it needs is missing, incomplete or implausibly small.
        DidNotRun = "did-not-run",
        /// Could not be evaluated: an error of the rule.
        Failed = "failed",
    }
}

words! {
    /// What becomes of a device once its plan is done. Given with `--intent`, or for one device in a decisions file.
    Disposition {
        /// It leaves for good: sold, scrapped, given away.
        Dispose = "dispose": "leaves for good",
        /// It stays and is set up again for somebody else.
        Reuse = "reuse": "is set up again for somebody else",
        /// It goes to be repaired and comes back.
        Repair = "repair": "goes to be repaired and comes back",
        /// Another device is exchanged for it.
        Replace = "replace": "another device is exchanged for it",
        /// Nobody can find it.
        Lost = "lost": "it or a live record of it is to go, and nobody can find it",
    }
}

#[allow(clippy::derivable_impls, reason = "the macro derives the same for every list")]
impl Default for Disposition {
    fn default() -> Self {
        Self::Dispose
    }
}

words! {
    /// What people say about the plan of a device.
    Status {
        /// Nobody has begun.
        Open = "open",
        /// Somebody is at it.
        InProgress = "in-progress",
        /// Somebody says that it is done. The next export shows whether it is.
        Done = "done",
        /// Decided otherwise: the device stays as it is.
        Declined = "declined",
    }
}
