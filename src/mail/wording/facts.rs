//! What is written about, and what its words may name.

use minijinja::{Value, context};
use portcullis_core::mail::{Letter, Occasion};

/// What a lifespan is told in.
pub(super) const UNITS: [&str; 3] = ["minutes", "hours", "days"];

/// In minutes.
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// What is written about.
#[derive(Debug, Clone, Copy)]
pub(in crate::mail) enum Kind {
    /// An account was linked.
    Linked,
    /// A link was removed.
    Unlinked,
    /// A proof is mailed, or a notice.
    Proof(Occasion),
}

/// What a mail may name.
#[derive(Debug)]
pub(in crate::mail) enum Facts<'a> {
    /// Of a change of links.
    Link {
        /// What people call the provider.
        provider: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// Where links are looked after.
        settings_url: &'a str,
    },
    /// Of a sign-in on a device.
    Device {
        /// What people call it.
        device: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// Where people look after it.
        settings_url: &'a str,
    },
    /// Of something else that has happened.
    Notice {
        /// The gateway's host.
        gate: &'a str,
        /// Where people look after it.
        settings_url: &'a str,
    },
    /// Of a code.
    Code {
        /// The digits.
        code: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// How long it is good for.
        minutes: u32,
        /// What people call the provider that it is about; empty where it is about none.
        provider: &'a str,
    },
    /// Of a link to open.
    Url {
        /// The link.
        link: &'a str,
        /// The gateway's host.
        gate: &'a str,
        /// How long it is good for.
        minutes: u32,
    },
}

impl Kind {
    /// Every kind there is.
    pub(in crate::mail) const ALL: [Self; 15] = [
        Self::Linked,
        Self::Unlinked,
        Self::Proof(Occasion::RecoveryCode),
        Self::Proof(Occasion::RecoveryLink),
        Self::Proof(Occasion::ActionsLink),
        Self::Proof(Occasion::VerificationCode),
        Self::Proof(Occasion::VerificationLink),
        Self::Proof(Occasion::SignInCode),
        Self::Proof(Occasion::LinkCode),
        Self::Proof(Occasion::PasswordChanged),
        Self::Proof(Occasion::FactorsChanged),
        Self::Proof(Occasion::AddressChanged),
        Self::Proof(Occasion::Recovered),
        Self::Proof(Occasion::NewDevice),
        Self::Proof(Occasion::SecondStepGuessed),
    ];

    /// The name of its templates and of its words.
    pub(in crate::mail) fn name(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Proof(occasion) => occasion.as_str(),
        }
    }

    /// Facts that a mail of this kind could be about.
    pub(super) fn example(self) -> Facts<'static> {
        let (gate, minutes) = ("gate.example.org", 60);
        match self {
            Self::Proof(occasion) if is_url(occasion) => Facts::Url {
                link: "https://gate.example.org/recovery",
                gate,
                minutes,
            },
            Self::Proof(Occasion::NewDevice) => Facts::Device {
                device: "Example, Example",
                gate,
                settings_url: "https://gate.example.org/settings",
            },
            Self::Proof(occasion) if occasion.is_notice() => Facts::Notice {
                gate,
                settings_url: "https://gate.example.org/settings",
            },
            Self::Proof(_) => Facts::Code {
                code: "123456",
                gate,
                minutes,
                provider: "Example",
            },
            Self::Linked | Self::Unlinked => Facts::Link {
                provider: "Example",
                gate,
                settings_url: "https://gate.example.org/settings",
            },
        }
    }
}

fn is_url(occasion: Occasion) -> bool {
    matches!(
        occasion,
        Occasion::RecoveryLink | Occasion::ActionsLink | Occasion::VerificationLink
    )
}

impl<'a> Facts<'a> {
    /// What a letter is about, from the gateway of this host.
    pub(super) fn of(letter: &'a Letter, gate: &'a str) -> Self {
        let (proof, seconds) = (letter.proof.expose(), letter.lifespan.as_secs());
        let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX);
        match is_url(letter.occasion) {
            _ if letter.occasion == Occasion::NewDevice => Self::Device {
                device: letter.provider.as_deref().unwrap_or_default(),
                gate,
                settings_url: proof,
            },
            _ if letter.occasion.is_notice() => Self::Notice {
                gate,
                settings_url: proof,
            },
            true => Self::Url {
                link: proof,
                gate,
                minutes,
            },
            false => Self::Code {
                code: proof,
                gate,
                minutes,
                provider: letter.provider.as_deref().unwrap_or_default(),
            },
        }
    }

    /// The code to type.
    pub(super) fn code(&self) -> Option<&'a str> {
        match *self {
            Self::Code { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The link to open.
    pub(super) fn link(&self) -> Option<&'a str> {
        match *self {
            Self::Url { link, .. } => Some(link),
            Self::Link { settings_url, .. }
            | Self::Device { settings_url, .. }
            | Self::Notice { settings_url, .. } => Some(settings_url),
            Self::Code { .. } => None,
        }
    }

    /// Whether it tells what has happened, and brings no proof.
    pub(super) fn is_notice(&self) -> bool {
        matches!(
            self,
            Self::Link { .. } | Self::Device { .. } | Self::Notice { .. }
        )
    }

    /// The texts that words may name.
    pub(super) fn texts(&self) -> Vec<(&'static str, &'a str)> {
        match *self {
            Self::Device { device, gate, .. } => vec![("device", device), ("gate", gate)],
            Self::Link { provider, gate, .. } => vec![("provider", provider), ("gate", gate)],
            Self::Code {
                code,
                gate,
                provider,
                ..
            } => vec![("code", code), ("gate", gate), ("provider", provider)],
            Self::Url { gate, .. } | Self::Notice { gate, .. } => vec![("gate", gate)],
        }
    }

    /// For how long what it brings is good, by the largest unit that says it: whole days, else whole
    /// hours, of which no part is promised; below two of them minutes, but for one hour sharp.
    pub(super) fn lifespan(&self) -> Option<(&'static str, u32)> {
        let (Self::Code { minutes, .. } | Self::Url { minutes, .. }) = *self else {
            return None;
        };
        Some(match minutes {
            _ if minutes > 0 && minutes.is_multiple_of(DAY) => ("days", minutes / DAY),
            HOUR => ("hours", 1),
            _ if minutes >= 2 * HOUR => ("hours", minutes / HOUR),
            _ => ("minutes", minutes),
        })
    }

    /// The numbers that words may name.
    pub(super) fn numbers(&self) -> Vec<(&'static str, u32)> {
        match *self {
            Self::Link { .. } | Self::Device { .. } | Self::Notice { .. } => Vec::new(),
            Self::Code { minutes, .. } | Self::Url { minutes, .. } => {
                vec![("minutes", minutes), ("hours", minutes / HOUR)]
            }
        }
    }

    /// What templates may name.
    pub(super) fn context(&self) -> Value {
        match *self {
            Self::Link {
                provider,
                gate,
                settings_url,
            } => context! { provider, gate, settings_url },
            Self::Device {
                device,
                gate,
                settings_url,
            } => context! { device, gate, settings_url },
            Self::Notice { gate, settings_url } => context! { gate, settings_url },
            Self::Code {
                code,
                gate,
                minutes,
                provider,
            } => context! { code, gate, minutes, provider },
            Self::Url {
                link,
                gate,
                minutes,
            } => context! { link, gate, minutes },
        }
    }
}
