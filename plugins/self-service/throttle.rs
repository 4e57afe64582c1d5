//! Throttles: how often one client address, and how often one identity, may try.

pub(crate) mod asker;
pub(crate) mod mailed;

use std::time::Duration;

use http::header::RETRY_AFTER;
use jiff::{Timestamp, ToSpan};
use portcullis_core::{
    catalogue::Code, flow::FlowKind, id::IdentityId, message::Message, method::MethodError,
    secret::TokenHash,
};
use portcullis_kit::{Failure, Visit};
use serde_json::json;

use self::asker::{Asker, network};
use crate::{config::Rate, desk::Desk, marker};

/// How long failures of an identity make its next pause longer.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many codes are mailed to one identity that somebody proves to be.
const CODES: Rate = Rate::new(5, 10 * 60);
/// A pause of an identity never lasts longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// Nor one of a network, which others share, longer than this.
const BRIEF: Duration = Duration::from_secs(60 * 60);
/// How often somebody may learn that somebody else is known here.
const DUPLICATES: Rate = Rate::new(10, 10 * 60);
/// How many may register from one address where that begins no session.
const REGISTRATIONS: Rate = Rate::new(30, 10 * 60);
/// How often one address may say that sessions have ended. A provider says it for all of its people,
/// many at once and never again, so only floods are kept out.
const NOTICES: Rate = Rate::new(10_000, 60);

/// Counts one flow begun from the visitor's address.
pub(crate) async fn flow(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "flows", desk.limits.flows_per_address).await
}

/// Counts one submission from the visitor's address.
pub(crate) async fn sign_in(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "sign-ins", desk.limits.sign_ins_per_address).await
}

/// Counts one word of a provider from the visitor's address.
pub(crate) async fn notice(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "notices", NOTICES).await
}

/// Counts one code mailed to an identity, whoever asks for it.
pub(crate) async fn code(desk: &Desk, receiver: &str) -> Result<(), Failure> {
    let (start, end) = window(desk.now(), CODES.per);
    let key = TokenHash::of(&format!("codes:{receiver}:{start}"));
    match desk.services.flows.count(&key, end).await? {
        count if count > u64::from(CODES.count) => Err(refusal(desk.now(), end)),
        _ => Ok(()),
    }
}

/// Counts one registration from the visitor's address with what somebody signs in with already: it
/// tells who is known here.
pub(crate) async fn duplicate(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "duplicates", DUPLICATES).await
}

/// Counts one registration from the visitor's address that begins no session, known or new.
pub(crate) async fn registration(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "registrations", REGISTRATIONS).await
}

/// Counts one change of somebody's profile to what somebody else signs in with.
pub(crate) async fn duplicate_of(desk: &Desk, identity: IdentityId) -> Result<(), Failure> {
    let (start, end) = window(desk.now(), DUPLICATES.per);
    let key = TokenHash::of(&format!("duplicates:{identity}:{start}"));
    match desk.services.flows.count(&key, end).await? {
        count if count > u64::from(DUPLICATES.count) => Err(refusal(desk.now(), end)),
        _ => Ok(()),
    }
}

async fn address(desk: &Desk, visit: &Visit, what: &str, rate: Rate) -> Result<(), Failure> {
    let client = network(visit);
    let (start, end) = window(desk.now(), rate.per);
    let key = TokenHash::of(&format!("{what}:{client}:{start}"));
    match desk.services.flows.count(&key, end).await? {
        count if count > u64::from(rate.count) => Err(refusal(desk.now(), end)),
        _ => Ok(()),
    }
}

/// The failed attempts at one identity.
#[derive(Debug)]
pub(crate) struct Suspicion {
    key: String,
    /// A pause never lasts longer than this.
    longest: Duration,
}

impl Suspicion {
    /// The suspicion on `identifier`, the same for every identifier of one identity: otherwise
    /// each of them would grant its own number of guesses.
    pub(crate) async fn on(desk: &Desk, identifier: &str) -> Result<Self, Failure> {
        let known = desk.services.identities.find_by_identifier(identifier);
        let key = match known.await? {
            Some(identity) => return Ok(Self::of(identity.id)),
            None => format!("identifier:{identifier}"),
        };
        Ok(Self {
            key,
            longest: LONGEST,
        })
    }

    /// The suspicion on an identity.
    pub(crate) fn of(identity: IdentityId) -> Self {
        Self {
            key: format!("identity:{identity}"),
            longest: LONGEST,
        }
    }

    /// The suspicion on one who tries proofs mailed to this address, known or not, so that neither
    /// tells the other apart.
    pub(crate) fn of_address(kind: FlowKind, address: &str, asker: Asker) -> Self {
        Self {
            key: format!("{}:{address}:{asker}", kind.as_str()),
            longest: BRIEF,
        }
    }

    /// The suspicion on a network, whomever it is after.
    fn of_client(client: &str) -> Self {
        Self {
            key: format!("client:{client}"),
            longest: BRIEF,
        }
    }

    /// Fails while a pause lasts, right password or not.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        match marker::stands(desk, &self.pause()).await? {
            Some(until) => Err(refusal(desk.now(), until)),
            None => Ok(()),
        }
    }

    /// Counts a failure. When there are too many, a pause begins; each is twice as long as the
    /// one before it.
    pub(crate) async fn failed(&self, desk: &Desk) -> Result<(), Failure> {
        self.failed_at(desk, desk.limits.sign_ins_per_identity)
            .await
    }

    /// The same where there are too many at this rate.
    async fn failed_at(&self, desk: &Desk, rate: Rate) -> Result<(), Failure> {
        let now = desk.now();
        let flows = &desk.services.flows;
        let failures = TokenHash::of(&format!("failures:{}", self.key));
        let count = flows.count(&failures, now + rate.per).await?;
        if count == 0 || count % u64::from(rate.count.max(1)) != 0 {
            return Ok(());
        }
        let pauses = TokenHash::of(&format!("pauses:{}", self.key));
        let nth = flows.count(&pauses, now + MEMORY).await?;
        let doublings = u32::try_from(nth.saturating_sub(1)).unwrap_or(u32::MAX);
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        let length = rate.per.saturating_mul(factor).min(self.longest);
        Ok(marker::set(desk, &self.pause(), now + length).await?)
    }

    fn pause(&self) -> String {
        format!("pause:{}", self.key)
    }
}

/// The answer while somebody has to wait.
pub(crate) fn refusal(now: Timestamp, until: Timestamp) -> Failure {
    let seconds = until.duration_since(now).as_secs().max(0).unsigned_abs() + 1;
    Failure::from(Code::TooManyRequests)
        .because(Message::throttled(seconds).text)
        .detail("retry_after", json!(seconds))
        .header(RETRY_AFTER, &seconds.to_string())
}

/// The window `now` is in: its start, which names it, and its end.
fn window(now: Timestamp, length: Duration) -> (i64, Timestamp) {
    let length = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1);
    let start = now.as_second() - now.as_second().rem_euclid(length);
    let end = Timestamp::from_second(start.saturating_add(length)).unwrap_or(Timestamp::MAX);
    (start, end)
}

/// A method's failure that is nobody's mistake.
pub(crate) fn of_method(desk: &Desk, error: MethodError) -> Failure {
    match error {
        MethodError::Throttled { retry_after } => {
            let seconds = i64::try_from(retry_after).unwrap_or(3600).clamp(0, 86_400);
            refusal(desk.now(), desk.now() + seconds.seconds())
        }
        MethodError::Unavailable(error) => error.into(),
        MethodError::Invalid(_) => Code::CredentialsInvalid.into(),
    }
}
