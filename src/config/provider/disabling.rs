//! `[providers.<id>.on_disable]`: what becomes of links and sessions when a provider goes.

use serde::{Deserialize, Serialize};

use crate::config::text;

/// What becomes of links and sessions when a provider is disabled or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnDisable {
    /// Of its links; default `keep`.
    #[serde(deserialize_with = "text::word")]
    pub links: LinksWhenDisabled,
    /// Of the sessions that came through it; default `keep`.
    #[serde(deserialize_with = "text::word")]
    pub sessions: SessionsWhenDisabled,
}

/// What becomes of a provider's links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinksWhenDisabled {
    /// They wait for its return.
    #[default]
    Keep,
    /// They are removed.
    Unlink,
    /// As long as there is one, the provider stays.
    Refuse,
}

/// What becomes of the sessions that came through a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionsWhenDisabled {
    /// They end when they would have ended anyway.
    #[default]
    Keep,
    /// They end at once.
    Revoke,
}
