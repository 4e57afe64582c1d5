//! How often somebody may guess: secrets of programs and access tokens.

use std::time::Duration;

use http::header::RETRY_AFTER;
use jiff::Timestamp;
use portcullis_core::{
    catalogue::Code,
    message::Message,
    pages::Visitor,
    secret::TokenHash,
    throttle::{Network, Pause},
};
use portcullis_kit::Failure;
use serde_json::json;

use crate::desk::Desk;

/// What somebody guesses.
#[derive(Debug)]
pub(crate) struct Guess {
    kind: &'static str,
    subject: Option<String>,
    network: Network,
    most: u64,
    window: Duration,
}

impl Guess {
    /// The secret of a client, from one network: who is elsewhere keeps nobody out.
    pub(crate) fn of_client(client_id: &str, visitor: &Visitor) -> Self {
        Self {
            kind: "api-client",
            // Whatever somebody sends is kept no longer than any client id is.
            subject: Some(client_id.chars().take(64).collect()),
            network: Network::of(visitor.client.address()),
            most: 10,
            window: Duration::from_secs(5 * 60),
        }
    }

    /// Clients and their secrets, from one network.
    pub(crate) fn of_clients(visitor: &Visitor) -> Self {
        Self {
            kind: "api-clients",
            subject: None,
            network: Network::of(visitor.client.address()),
            most: 100,
            window: Duration::from_secs(5 * 60),
        }
    }

    /// Access tokens, from one network.
    pub(crate) fn of_tokens(visitor: &Visitor) -> Self {
        Self {
            kind: "api-tokens",
            subject: None,
            network: Network::of(visitor.client.address()),
            most: 300,
            window: Duration::from_secs(60),
        }
    }

    fn name(&self) -> String {
        json!([self.kind, self.subject, self.network.to_string()]).to_string()
    }

    /// Refuses while there has been too much of it.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        let now = desk.services.clock.now();
        match desk.services.throttles.until(&self.name(), now).await? {
            Some(until) => Err(held_up(now, until)),
            None => Ok(()),
        }
    }

    /// Counts a guess that was wrong, and refuses when that was too often.
    pub(crate) async fn count(self, desk: &Desk) -> Result<(), Failure> {
        let now = desk.services.clock.now();
        let (start, end) = window(now, self.window);
        let name = self.name();
        let counter = TokenHash::of(&format!("{name}:{start}"));
        let count = desk.services.throttles.count(&counter, end).await?;
        if count < self.most {
            return Ok(());
        }
        if count == self.most {
            let pause = Pause {
                name,
                kind: self.kind.to_owned(),
                subject: self.subject,
                network: Some(self.network),
                since: now,
                until: end,
                counters: vec![counter],
            };
            desk.services.throttles.begin(&pause).await?;
            return Ok(());
        }
        Err(held_up(now, end))
    }
}

/// The window `now` is in: its start, which names it, and its end.
fn window(now: Timestamp, length: Duration) -> (i64, Timestamp) {
    let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1);
    let start = now.as_second() - now.as_second().rem_euclid(length);
    let end = Timestamp::from_second(start.saturating_add(length)).unwrap_or(Timestamp::MAX);
    (start, end)
}

/// The answer while somebody has to wait.
fn held_up(now: Timestamp, until: Timestamp) -> Failure {
    let seconds = until.duration_since(now).as_secs().max(0).unsigned_abs() + 1;
    Failure::from(Code::TooManyRequests)
        .because(Message::throttled(seconds).text)
        .detail("retry_after", seconds)
        .header(RETRY_AFTER, &seconds.to_string())
}
