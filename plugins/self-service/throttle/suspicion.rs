//! Suspicion: whether somebody who signs in guesses. One for every way in, whatever is typed there.

use portcullis_core::{id::IdentityId, store::StoreError};
use portcullis_kit::{Failure, Visit};

use super::{
    asker::{network, site},
    familiar,
    strikes::Strikes,
};
use crate::{config::Rate, desk::Desk, newcomer};

/// How often one network may be wrong, whomever it is after.
const PER_NETWORK: Rate = Rate::new(100, 10 * 60);
/// How many answers are compared at once.
const BURST: Rate = Rate::new(10, 10);
/// What is held up.
const KIND: &str = "sign-in";
/// The same at the second step.
const SECOND: &str = "second-factor";

/// The wrong guesses that count against somebody who signs in.
///
/// From a network that somebody has signed in from lately, their own mistakes count, and nobody
/// else's: strangers keep nobody out of where they belong. All other networks are one.
#[derive(Debug)]
pub(crate) struct Suspicion {
    whose: Strikes,
    /// Those of the network, unless it is a familiar one.
    network: Option<Strikes>,
}

impl Suspicion {
    /// The suspicion on whoever says to be `identifier`: the same for every identifier of one
    /// identity, since otherwise each of them would grant its own number of guesses.
    pub(crate) async fn on(desk: &Desk, visit: &Visit, identifier: &str) -> Result<Self, Failure> {
        let known = desk.services.identities.find_by_identifier(identifier);
        let subject = match known.await? {
            // What was guessed before somebody registered with it counts on, or it would tell.
            Some(identity) if !newcomer::is_one(desk, &identity) => identity.id.to_string(),
            _ => identifier.to_owned(),
        };
        Ok(Self::about(desk, visit, (&subject, Strikes::of(KIND, &subject))).await?)
    }

    /// The suspicion on whoever says to be this identity.
    pub(crate) async fn of(
        desk: &Desk,
        visit: &Visit,
        identity: IdentityId,
    ) -> Result<Self, Failure> {
        let subject = identity.to_string();
        Ok(Self::about(desk, visit, (&subject, Strikes::of(KIND, &subject))).await?)
    }

    /// The suspicion on whoever has signed in as this identity and has yet to show a second factor.
    /// Whoever guesses there knows the password, so that it counts apart, for a day, and pauses last
    /// longer. Familiar is only where the second step has been taken.
    pub(crate) async fn of_second(
        desk: &Desk,
        visit: &Visit,
        identity: IdentityId,
    ) -> Result<Self, Failure> {
        let subject = identity.to_string();
        let strikes = Strikes::of(SECOND, &subject).up_to_a_day();
        let beyond = familiar::beyond(identity);
        Ok(Self::about(desk, visit, (&beyond, strikes)).await?)
    }

    async fn about(
        desk: &Desk,
        visit: &Visit,
        (subject, strikes): (&str, Strikes),
    ) -> Result<Self, StoreError> {
        let site = site(visit);
        Ok(match familiar::is_familiar(desk, subject, site).await? {
            true => Self {
                whose: strikes.from(site),
                network: None,
            },
            false => Self {
                whose: strikes,
                network: Some(Strikes::at(KIND, network(visit))),
            },
        })
    }

    /// Fails while a pause lasts, right password or not.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        self.whose.check(desk).await?;
        match &self.network {
            Some(network) => network.check(desk).await,
            None => Ok(()),
        }
    }

    /// Counts a guess before it is compared: many that come all at once pass the look together.
    pub(crate) async fn hold(&self, desk: &Desk) -> Result<(), Failure> {
        self.whose.hold(desk, BURST).await
    }

    /// Counts a wrong guess. When there are too many, a pause begins; each is twice as long as the
    /// one before it. Whether it is the first of a day.
    pub(crate) async fn failed(&self, desk: &Desk) -> Result<bool, Failure> {
        let rate = desk.limits.sign_ins_per_identity;
        let pause = self.whose.add(desk, rate).await?;
        if let Some(network) = &self.network {
            network.add(desk, PER_NETWORK).await?;
        }
        Ok(pause == Some(1))
    }

    /// Forgets the wrong guesses: it was not a guess after all.
    pub(crate) async fn forgive(&self, desk: &Desk) -> Result<(), StoreError> {
        self.whose.forget(desk).await
    }
}
