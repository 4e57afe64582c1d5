//! Throttles: how often one client address, and how often one identity, may try.

pub(crate) mod asker;
mod familiar;
mod limit;
pub(crate) mod mailed;
mod strikes;
mod suspicion;

use http::header::RETRY_AFTER;
use jiff::{Timestamp, ToSpan};
use portcullis_core::{
    catalogue::Code, id::IdentityId, message::Message, method::MethodError, throttle::Network,
};
use portcullis_kit::{Failure, Visit};
use serde_json::json;

use self::{
    asker::{network, site},
    limit::Limit,
};
pub(crate) use self::{
    familiar::{is_familiar_to, remember, remember_second},
    suspicion::Suspicion,
};
use crate::{config::Rate, desk::Desk};

/// How many codes are mailed to one identity that somebody proves to be.
const CODES: Rate = Rate::new(5, 10 * 60);
/// How often somebody may learn that somebody else is known here.
const DUPLICATES: Rate = Rate::new(10, 10 * 60);
/// How many times as often as one address the site may that it is in.
const SITE: u32 = 4;
/// How often one address may say that sessions have ended. A provider says it for all of its people,
/// many at once and never again, so only floods are kept out.
const NOTICES: Rate = Rate::new(10_000, 60);

/// Counts one flow begun from the visitor's address.
pub(crate) async fn flow(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "flows", desk.limits.flows_per_address).await
}

/// Counts one submission from the visitor's address.
pub(crate) async fn sign_in(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "submissions", desk.limits.sign_ins_per_address).await
}

/// Counts one word of a provider from the visitor's address.
pub(crate) async fn notice(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    address(desk, visit, "notices", NOTICES).await
}

/// Counts one code mailed to an identity, whoever asks for it.
pub(crate) async fn code(desk: &Desk, receiver: &str) -> Result<(), Failure> {
    Limit::of("codes", receiver, CODES).count(desk).await
}

/// Counts one registration from the visitor's address with what somebody signs in with already: it
/// tells who is known here.
pub(crate) async fn duplicate(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    let kinds = ["duplicates", "duplicates-of-site"];
    address_and_site(desk, visit, (kinds, DUPLICATES)).await
}

/// Counts one registration from the visitor's address that begins no session, known or new.
pub(crate) async fn registration(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    let kinds = ["registrations", "registrations-of-site"];
    let rate = desk.limits.registrations_per_address;
    address_and_site(desk, visit, (kinds, rate)).await
}

/// Counts one change of somebody's profile to what somebody else signs in with.
pub(crate) async fn duplicate_of(desk: &Desk, identity: IdentityId) -> Result<(), Failure> {
    let limit = Limit::of("duplicates", &identity.to_string(), DUPLICATES);
    limit.count(desk).await
}

async fn address(
    desk: &Desk,
    visit: &Visit,
    kind: &'static str,
    rate: Rate,
) -> Result<(), Failure> {
    Limit::at(kind, network(visit), rate).count(desk).await
}

/// The same where whoever has many addresses of one site learns too much by as many tries at each.
async fn address_and_site(
    desk: &Desk,
    visit: &Visit,
    ([kind, of_site], rate): ([&'static str; 2], Rate),
) -> Result<(), Failure> {
    address(desk, visit, kind, rate).await?;
    let rate = Rate {
        count: rate.count.saturating_mul(SITE),
        ..rate
    };
    Limit::at(of_site, site(visit), rate).count(desk).await
}

/// What is counted, and whose: the name of its counters and pauses.
fn name(kind: &str, subject: Option<&str>, network: Option<Network>) -> String {
    let network = network.map(|network| network.to_string());
    json!([kind, subject, network]).to_string()
}

/// The answer while somebody has to wait.
pub(crate) fn refusal(now: Timestamp, until: Timestamp) -> Failure {
    let seconds = until.duration_since(now).as_secs().max(0).unsigned_abs() + 1;
    Failure::from(Code::TooManyRequests)
        .because(Message::throttled(seconds).text)
        .detail("retry_after", json!(seconds))
        .header(RETRY_AFTER, &seconds.to_string())
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
