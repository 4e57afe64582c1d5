//! How many wrong proofs are taken.

use std::time::Duration;

use portcullis_core::{
    flow::FlowKind, principal::Principal, secret::TokenHash, store::StoreError, throttle::Network,
};
use portcullis_kit::{Failure, Visit};

use super::super::{
    asker::{Asker, network, site},
    familiar,
    strikes::Strikes,
};
use crate::{codes::awaited::Awaited, config::Rate, desk::Desk, marker};

/// How many wrong codes one network types, whomever they are for.
const PER_CLIENT: Rate = Rate::new(60, 60 * 60);
/// The same of all the networks of one site.
const PER_SITE: Rate = Rate::new(240, 60 * 60);
/// How long guesses at one identity are remembered.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long a client may not be wrong again: others may share it.
const BRIEF: Duration = Duration::from_secs(60 * 60);
/// How many wrong codes for one identity, whatever its addresses, are taken from the same asker.
const OWN: u64 = 20;
/// After how many wrong codes for one identity no client may be wrong a second time.
const ALL: u64 = 100;

/// The wrong proofs of one asker.
#[derive(Debug)]
pub(crate) struct Guesses {
    address: Strikes,
    /// The networks it comes from. `None` for those signed in who have proved before who they are:
    /// what others type beside them is not held against them.
    networks: Option<[(Strikes, Rate); 2]>,
    asker: Asker,
    /// Where it comes from.
    site: Network,
    /// Whom they are for: the identity, or the address where nobody holds it.
    subject: String,
    /// Whether an administrator handed the code out: then no stranger can have one mailed, and what
    /// they type elsewhere is not held against it.
    is_handed_out: bool,
}

impl Guesses {
    /// Those at what a flow of this kind awaits.
    pub(crate) fn at(
        visit: &Visit,
        principal: Option<&Principal>,
        (kind, awaited): (FlowKind, &Awaited),
    ) -> Self {
        let asker = Asker::of(visit, principal, awaited);
        let holder = awaited.holder.as_ref();
        let kinds = match asker {
            Asker::Own(_) => ["own-proofs", "own-proofs-of-site"],
            Asker::Client(_) => ["proofs", "proofs-of-site"],
        };
        let has_proved = principal.is_some_and(|one| {
            let mut addresses = one.identity.addresses.iter();
            addresses.any(|one| one.verified_at.is_some())
        });
        let is_exempt = has_proved && matches!(asker, Asker::Own(_));
        Self {
            address: at_address(kind, &awaited.receiver, asker),
            networks: (!is_exempt).then(|| {
                [
                    (Strikes::at(kinds[0], network(visit)), PER_CLIENT),
                    (Strikes::at(kinds[1], site(visit)), PER_SITE),
                ]
            }),
            asker,
            site: site(visit),
            subject: holder.map_or_else(
                || awaited.receiver.clone(),
                |holder| holder.identity.to_string(),
            ),
            is_handed_out: holder.is_some_and(|holder| holder.address.is_none()),
        }
    }

    /// Fails while a pause lasts. That of a network lets through who comes from where the identity
    /// has signed in, and was not wrong lately.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        self.address.check(desk).await?;
        for (network, _) in self.networks.iter().flatten() {
            let Err(refused) = network.check(desk).await else {
                continue;
            };
            if self.has_tried(desk).await? || !self.is_familiar(desk).await? {
                return Err(refused);
            }
        }
        Ok(())
    }

    /// Whether no proof is right any more, which is not told: there were too many guesses at one
    /// identity, by whatever address, from this asker or, this asker among them, from everybody.
    pub(crate) async fn are_too_many(&self, desk: &Desk) -> Result<bool, Failure> {
        let is_spent = self.is_spent(desk).await?;
        let is_stranger = matches!(self.asker, Asker::Client(_)) && !self.is_handed_out;
        if !is_stranger {
            return Ok(is_spent);
        }
        // All are always looked up: whose code it is must not be told by the work.
        let has_tried = self.has_tried(desk).await?;
        let is_besieged = self.besieged().until(desk).await?.is_some();
        Ok(is_spent || has_tried && is_besieged && !self.is_familiar(desk).await?)
    }

    /// Counts a wrong one.
    pub(crate) async fn failed(&self, desk: &Desk) -> Result<(), Failure> {
        let rate = desk.limits.sign_ins_per_identity;
        self.address.add(desk, rate).await?;
        for (network, rate) in self.networks.iter().flatten() {
            network.add(desk, *rate).await?;
        }
        let is_spent = self.is_spent(desk).await?;
        let throttles = &desk.services.throttles;
        let (now, subject) = (desk.now(), &self.subject);
        let pause = match self.asker {
            Asker::Own(_) => MEMORY,
            Asker::Client(_) => BRIEF,
        };
        // Where no guess could have been right none counts, but it costs the same.
        let counter = if is_spent {
            "guesses-in-vain"
        } else {
            "guesses"
        };
        let tried = if is_spent { "in-vain:" } else { "" };
        marker::set(desk, &format!("{tried}{}", self.tried()), now + pause).await?;
        let own = TokenHash::of(&format!("{counter}:{subject}:{}", self.asker));
        if throttles.count(&own, now + MEMORY).await? % OWN == 0 && !is_spent {
            self.spent().pause(desk, pause, vec![own]).await?;
        }
        let all = TokenHash::of(&format!("{counter}:{subject}"));
        if throttles.count(&all, now + MEMORY).await? % ALL == 0 && !is_spent {
            self.besieged().pause(desk, MEMORY, vec![all]).await?;
        }
        Ok(())
    }

    async fn is_familiar(&self, desk: &Desk) -> Result<bool, StoreError> {
        familiar::is_familiar(desk, &self.subject, self.site).await
    }

    async fn is_spent(&self, desk: &Desk) -> Result<bool, StoreError> {
        let until = self.spent().until(desk).await?;
        Ok(until.is_some())
    }

    async fn has_tried(&self, desk: &Desk) -> Result<bool, StoreError> {
        let until = marker::stands(desk, &self.tried()).await?;
        Ok(until.is_some())
    }

    fn tried(&self) -> String {
        format!("tried:{}:{}", self.subject, self.asker)
    }

    fn spent(&self) -> Strikes {
        match self.asker {
            Asker::Own(_) => Strikes::of("own-proofs-spent", &self.subject),
            Asker::Client(site) => Strikes::of("proofs-spent", &self.subject).from(site),
        }
    }

    fn besieged(&self) -> Strikes {
        Strikes::of("proofs-of-all", &self.subject)
    }
}

/// Fails while a pause lasts for one who tries proofs mailed to this address, known or not.
pub(crate) async fn check_address(
    desk: &Desk,
    kind: FlowKind,
    (address, asker): (&str, Asker),
) -> Result<(), Failure> {
    at_address(kind, address, asker).check(desk).await
}

/// The wrong proofs of one asker at what is mailed to this address, known or not, so that neither
/// tells the other apart.
fn at_address(kind: FlowKind, address: &str, asker: Asker) -> Strikes {
    let (own, others) = match kind {
        FlowKind::Recovery => ("own-recovery", "recovery"),
        _ => ("own-verification", "verification"),
    };
    match asker {
        Asker::Own(identity) => Strikes::of(own, &identity.to_string()),
        Asker::Client(site) => Strikes::of(others, address).from(site),
    }
}
