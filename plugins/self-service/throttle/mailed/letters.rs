//! How many letters are written to an address.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{id::IdentityId, identity::Identity, secret::TokenHash, store::StoreError};
use portcullis_kit::Failure;

use super::super::{
    asker::Asker,
    familiar,
    limit::{Limit, window},
    refusal,
};
use crate::{config::Rate, desk::Desk};

/// How many letters one client, or one person for themselves, has written to an address; and how many
/// an address gets altogether from those who have written before.
const LETTERS: Rate = Rate::new(5, 10 * 60);
const HOUR: u64 = 60 * 60;
/// How many letters an address gets in an hour because strangers ask.
const STRANGERS: Rate = Rate::new(15, HOUR);
/// How many because of those who are signed in and merely say that it is theirs: several may.
const CLAIMS: Rate = Rate::new(5, HOUR);
/// How many because of whom it belongs to here. Nobody else uses these up.
const HOLDER: Rate = Rate::new(10, HOUR);
/// How many because of somebody in a network that its holder has signed in from.
const FAMILIAR: Rate = Rate::new(5, HOUR);
/// How long it is remembered who has asked.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts one letter to this address, known or not. Whoever asks for the first time in a day gets
/// one even if others have had too many written, within the hour's number.
pub(crate) async fn letter(desk: &Desk, address: &str, asker: Asker) -> Result<(), Failure> {
    let own = match asker {
        Asker::Own(identity) => Limit::of("letters-by", &identity.to_string(), LETTERS),
        Asker::Client(client) => Limit::of("letters-by", address, LETTERS).from(Some(client)),
    };
    own.count(desk).await?;
    match asker {
        Asker::Own(identity) => {
            let limit = match is_theirs(desk, address, identity).await? {
                true => Limit::of("letters-of-holder", address, HOLDER),
                false => Limit::of("letters-of-claims", address, CLAIMS),
            };
            limit.count(desk).await
        }
        Asker::Client(client) => {
            let refused = match strangers(desk, address, asker).await {
                Err(refused) => refused,
                Ok(()) => return Ok(()),
            };
            let holder = holder(desk, address).await?;
            let subject = holder.map_or_else(|| address.to_owned(), |one| one.id.to_string());
            match familiar::is_familiar(desk, &subject, client).await? {
                true => {
                    let limit = Limit::of("letters-to-familiar", address, FAMILIAR);
                    limit.from(Some(client)).count(desk).await
                }
                false => Err(refused),
            }
        }
    }
}

async fn strangers(desk: &Desk, address: &str, asker: Asker) -> Result<(), Failure> {
    let (start, end) = window(desk.now(), LETTERS.per);
    let total = count(desk, &format!("letters:{address}:{start}"), end).await?;
    let day = format!("letters-of-a-day:{address}:{asker}");
    let is_put_first = count(desk, &day, desk.now() + MEMORY).await? == 1;
    if total > u64::from(LETTERS.count) && !is_put_first {
        return Err(refusal(desk.now(), end));
    }
    let limit = Limit::of("letters-of-strangers", address, STRANGERS);
    limit.count(desk).await
}

async fn count(desk: &Desk, what: &str, end: Timestamp) -> Result<u64, StoreError> {
    desk.services
        .throttles
        .count(&TokenHash::of(what), end)
        .await
}

/// Whether the address is this identity's and can be nobody else's.
async fn is_theirs(desk: &Desk, address: &str, identity: IdentityId) -> Result<bool, StoreError> {
    let found = desk.services.identities.find(identity).await?;
    Ok(found.is_some_and(|found| belongs_to(&found, address)))
}

async fn holder(desk: &Desk, address: &str) -> Result<Option<Identity>, StoreError> {
    let mut found = desk.services.identities.find_by_address(address).await?;
    found.retain(|one| belongs_to(one, address));
    found.sort_by_key(|one| one.created_at);
    Ok(found.into_iter().next())
}

/// They have proved it, or sign in with it; both are more than anybody can say.
fn belongs_to(identity: &Identity, address: &str) -> bool {
    let mut addresses = identity.addresses.iter();
    let is_proved = addresses.any(|one| one.value == address && one.verified_at.is_some());
    is_proved || identity.identifiers.iter().any(|one| one == address)
}
