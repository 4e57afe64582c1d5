//! Limits: how often something may happen within a window of time, whatever comes of it.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    secret::TokenHash,
    throttle::{Network, Pause},
};
use portcullis_kit::Failure;

use super::{name, refusal};
use crate::{config::Rate, desk::Desk};

/// How often something may happen for one person, or from one network.
#[derive(Debug)]
pub(super) struct Limit {
    kind: &'static str,
    subject: Option<String>,
    network: Option<Network>,
    rate: Rate,
}

impl Limit {
    /// For this person or address.
    pub(super) fn of(kind: &'static str, subject: &str, rate: Rate) -> Self {
        Self {
            kind,
            subject: Some(subject.to_owned()),
            network: None,
            rate,
        }
    }

    /// From this network.
    pub(super) fn at(kind: &'static str, network: Network, rate: Rate) -> Self {
        Self {
            kind,
            subject: None,
            network: Some(network),
            rate,
        }
    }

    /// The same from this network only.
    pub(super) fn from(self, network: Option<Network>) -> Self {
        Self { network, ..self }
    }

    /// Counts once, and fails when that is too often. The first time it is, the rest of the window
    /// is noted as a pause, for administrators to see.
    pub(super) async fn count(self, desk: &Desk) -> Result<(), Failure> {
        let (start, end) = window(desk.now(), self.rate.per);
        let name = name(self.kind, self.subject.as_deref(), self.network);
        let counter = TokenHash::of(&format!("{name}:{start}"));
        let throttles = &desk.services.throttles;
        let count = throttles.count(&counter, end).await?;
        let most = u64::from(self.rate.count);
        if count <= most {
            return Ok(());
        }
        if count == most + 1 {
            let pause = Pause {
                name,
                kind: self.kind.to_owned(),
                subject: self.subject,
                network: self.network,
                since: desk.now(),
                until: end,
                counters: vec![counter],
            };
            throttles.begin(&pause).await?;
        }
        Err(refusal(desk.now(), end))
    }
}

/// The window `now` is in: its start, which names it, and its end.
fn window(now: Timestamp, length: Duration) -> (i64, Timestamp) {
    let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1);
    let start = now.as_second() - now.as_second().rem_euclid(length);
    let end = Timestamp::from_second(start.saturating_add(length)).unwrap_or(Timestamp::MAX);
    (start, end)
}
