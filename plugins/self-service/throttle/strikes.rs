//! Strikes: what went wrong, and the pauses that follow too much of it, each twice as long as the one
//! before.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    secret::TokenHash,
    store::StoreError,
    throttle::{Network, Pause},
};
use portcullis_kit::Failure;

use super::{limit::Limit, name, refusal};
use crate::{config::Rate, desk::Desk};

/// How long failures make the next pause longer.
const MEMORY: Duration = DAY;
/// A pause never lasts longer: whoever is kept out by what others do gets a turn again.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// What is held up when guesses come all at once.
const BURSTS: &str = "guesses";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What went wrong at one person, from one network, or both.
#[derive(Debug, Clone)]
pub(super) struct Strikes {
    kind: &'static str,
    subject: Option<String>,
    network: Option<Network>,
    longest: Duration,
    /// How long failures count together, where it is not as long as the rate says.
    window: Option<Duration>,
}

impl Strikes {
    /// Those of this kind at this person, or whoever was meant, from everywhere.
    pub(super) fn of(kind: &'static str, subject: &str) -> Self {
        Self {
            kind,
            subject: Some(subject.to_owned()),
            network: None,
            longest: LONGEST,
            window: None,
        }
    }

    /// Those from this network, whomever it is after.
    pub(super) fn at(kind: &'static str, network: Network) -> Self {
        Self {
            kind,
            subject: None,
            network: Some(network),
            longest: LONGEST,
            window: None,
        }
    }

    /// The same with pauses of up to a day, and failures that count for as long: for what strangers
    /// cannot even try, so that nobody gains by waiting between guesses.
    pub(super) fn up_to_a_day(self) -> Self {
        Self {
            longest: DAY,
            window: Some(DAY),
            ..self
        }
    }

    /// The same from this network only.
    pub(super) fn from(self, network: Network) -> Self {
        Self {
            network: Some(network),
            longest: LONGEST,
            ..self
        }
    }

    /// Fails while a pause lasts, right or wrong.
    pub(super) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        match self.until(desk).await? {
            Some(until) => Err(refusal(desk.now(), until)),
            None => Ok(()),
        }
    }

    /// Until when a pause lasts, if one does.
    pub(super) async fn until(&self, desk: &Desk) -> Result<Option<Timestamp>, StoreError> {
        let throttles = &desk.services.throttles;
        throttles.until(&self.name(), desk.now()).await
    }

    /// Counts a guess before it is judged: those that are sent all at once find no pause yet.
    pub(super) async fn hold(&self, desk: &Desk, burst: Rate) -> Result<(), Failure> {
        let subject = self.subject.as_deref().unwrap_or_default();
        let limit = Limit::of(BURSTS, subject, burst).from(self.network);
        limit.count(desk).await
    }

    /// Counts one. When there are too many, a pause begins; the number of that pause within a day.
    pub(super) async fn add(&self, desk: &Desk, rate: Rate) -> Result<Option<u64>, Failure> {
        let (now, throttles) = (desk.now(), &desk.services.throttles);
        let (failures, pauses) = (self.counter("failures"), self.counter("pauses"));
        let window = self.window.unwrap_or(rate.per);
        let count = throttles.count(&failures, now + window).await?;
        if count % u64::from(rate.count.max(1)) != 0 {
            return Ok(None);
        }
        let nth = throttles.count(&pauses, now + MEMORY).await?;
        let doublings = u32::try_from(nth.saturating_sub(1)).unwrap_or(u32::MAX);
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        let longest = self.longest.max(rate.per);
        let length = rate.per.saturating_mul(factor).min(longest);
        self.pause(desk, length, vec![failures, pauses]).await?;
        Ok(Some(nth))
    }

    /// Forgets what went wrong, but for the pauses that there were.
    pub(super) async fn forget(&self, desk: &Desk) -> Result<(), StoreError> {
        let counters = desk.services.throttles.counters();
        counters.reset(&self.counter("failures")).await
    }

    fn counter(&self, what: &str) -> TokenHash {
        TokenHash::of(&format!("{what}:{}", self.name()))
    }

    /// Begins a pause that these counters have led to.
    pub(super) async fn pause(
        &self,
        desk: &Desk,
        length: Duration,
        counters: Vec<TokenHash>,
    ) -> Result<(), Failure> {
        let pause = Pause {
            name: self.name(),
            kind: self.kind.to_owned(),
            subject: self.subject.clone(),
            network: self.network,
            since: desk.now(),
            until: desk.now() + length,
            counters,
        };
        Ok(desk.services.throttles.begin(&pause).await?)
    }

    fn name(&self) -> String {
        name(self.kind, self.subject.as_deref(), self.network)
    }
}
