//! `[providers.<id>.on_disable]`: what becomes of links and sessions when a provider goes.

use portcullis_core::administration::{LinkFate, SessionFate};
use serde::{Deserialize, Serialize};

use crate::config::text;

/// What becomes of links and sessions when a provider is disabled or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnDisable {
    /// Of its links; default `keep`.
    #[serde(deserialize_with = "text::word")]
    pub links: LinkFate,
    /// Of the sessions that came through it; default `keep`.
    #[serde(deserialize_with = "text::word")]
    pub sessions: SessionFate,
}
