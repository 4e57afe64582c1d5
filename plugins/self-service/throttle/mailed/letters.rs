//! How many letters are written to an address.

use std::time::Duration;

use portcullis_core::{id::IdentityId, identity::Identity, store::StoreError};
use portcullis_kit::Failure;

use super::super::{asker::Asker, familiar, limit::Limit};
use crate::{config::Rate, desk::Desk, marker};

/// How many letters one person has written to themselves.
const OWN: Rate = Rate::new(5, 10 * 60);
const HOUR: u64 = 60 * 60;
/// How many one client has written to an address.
const CLIENT: Rate = Rate::new(5, HOUR);
/// How many an address gets because strangers ask: those who ask for the first time in a day, and all
/// who have asked before.
const STRANGERS: Shared = Shared {
    firsts: ("letters-of-strangers", Rate::new(20, HOUR)),
    others: ("letters-of-strangers-again", Rate::new(10, HOUR)),
};
/// How many one identity has written to an address that it merely says is its own.
const CLAIM: Rate = Rate::new(3, HOUR);
/// How many an address gets because of all who say so: several may, and one of them be right.
const CLAIMS: Shared = Shared {
    firsts: ("letters-of-claims", Rate::new(10, HOUR)),
    others: ("letters-of-claims-again", Rate::new(5, HOUR)),
};
/// How many because of whom it belongs to here. Nobody else uses these up.
const HOLDER: Rate = Rate::new(10, HOUR);
/// How many because of somebody in a network that its holder has signed in from.
const FAMILIAR: Rate = Rate::new(5, HOUR);
/// How long it is remembered who has asked.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts one letter to this address, known or not.
pub(crate) async fn letter(desk: &Desk, address: &str, asker: Asker) -> Result<(), Failure> {
    match asker {
        Asker::Own(identity) => own(desk, address, identity).await,
        Asker::Client(client) => {
            let limit = Limit::of("letters-by", address, CLIENT);
            limit.from(Some(client)).count(desk).await?;
            let refused = match STRANGERS.count(desk, address, asker).await {
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

/// Counts one for somebody who is signed in with the address among their own.
async fn own(desk: &Desk, address: &str, identity: IdentityId) -> Result<(), Failure> {
    let subject = identity.to_string();
    Limit::of("letters-by", &subject, OWN).count(desk).await?;
    if is_theirs(desk, address, identity).await? {
        let limit = Limit::of("letters-of-holder", address, HOLDER);
        return limit.count(desk).await;
    }
    let claim = format!("{address} {subject}");
    Limit::of("letters-of-claim", &claim, CLAIM)
        .count(desk)
        .await?;
    CLAIMS.count(desk, address, Asker::Own(identity)).await
}

/// What many who ask share, each of whom gets one before anybody gets more.
struct Shared {
    firsts: (&'static str, Rate),
    others: (&'static str, Rate),
}

impl Shared {
    async fn count(&self, desk: &Desk, address: &str, asker: Asker) -> Result<(), Failure> {
        let asked = format!("{}:{address}:{asker}", self.firsts.0);
        let is_first = marker::stands(desk, &asked).await?.is_none();
        let (kind, rate) = match is_first {
            true => self.firsts,
            false => self.others,
        };
        Limit::of(kind, address, rate).count(desk).await?;
        if is_first {
            marker::set(desk, &asked, desk.now() + MEMORY).await?;
        }
        Ok(())
    }
}

/// Whether the address is this identity's and can be nobody else's.
async fn is_theirs(desk: &Desk, address: &str, identity: IdentityId) -> Result<bool, StoreError> {
    let found = desk.services.identities.find(identity).await?;
    Ok(found.is_some_and(|found| belongs_to(&found, address)))
}

/// Whose familiar networks count: whoever has proved the address comes first.
async fn holder(desk: &Desk, address: &str) -> Result<Option<Identity>, StoreError> {
    let mut found = desk.services.identities.find_by_address(address).await?;
    found.retain(|one| belongs_to(one, address));
    found.sort_by_key(|one| (!has_proved(one, address), one.created_at));
    Ok(found.into_iter().next())
}

/// They have proved it, or sign in with it; both are more than anybody can say.
fn belongs_to(identity: &Identity, address: &str) -> bool {
    has_proved(identity, address) || identity.identifiers.iter().any(|one| one == address)
}

fn has_proved(identity: &Identity, address: &str) -> bool {
    let mut addresses = identity.addresses.iter();
    addresses.any(|one| one.value == address && one.verified_at.is_some())
}
