//! Throttles of mailed proofs: how many letters are written, and how many wrong proofs are taken. Each
//! is counted by who asks, too, so that strangers slow down themselves before whom they are after.

use std::time::Duration;

use portcullis_core::{flow::FlowKind, principal::Principal, secret::TokenHash};
use portcullis_kit::{Failure, Visit};

use super::{
    Suspicion,
    asker::{Asker, network},
    refusal, window,
};
use crate::{codes::awaited::Awaited, config::Rate, desk::Desk, marker};

/// How many letters one client, or one person for themselves, has written to an address; and how many
/// an address gets altogether from those who have written before.
const LETTERS: Rate = Rate::new(5, 10 * 60);
/// How many letters an address gets from whoever is signed in as one who holds it, and how many from all
/// others: several may say that it is theirs.
const MOST: Rate = Rate::new(60, 60 * 60);
/// How many wrong codes one client types, whomever they are for.
const PER_CLIENT: Rate = Rate::new(60, 60 * 60);
/// How long guesses at one identity are remembered.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many wrong codes for one identity, whatever its addresses, are taken from the same client.
const OWN: u64 = 20;
/// After how many wrong codes for one identity no client may be wrong a second time.
const ALL: u64 = 100;

/// Counts one letter to this address, known or not. Whoever asks for the first time in a day gets
/// one even if others have had too many written.
pub(crate) async fn letter(desk: &Desk, address: &str, asker: Asker) -> Result<(), Failure> {
    let now = desk.now();
    let flows = &desk.services.flows;
    let count = async |what: &str, end| flows.count(&TokenHash::of(what), end).await;
    let (start, end) = window(now, LETTERS.per);
    let asked = match asker {
        Asker::Own(_) => asker.to_string(),
        Asker::Client(_) => format!("{address}:{asker}"),
    };
    let most = u64::from(LETTERS.count);
    let own = count(&format!("letters-by:{asked}:{start}"), end).await?;
    let total = count(&format!("letters:{address}:{start}"), end).await?;
    let in_a_day = count(&format!("letters-of-a-day:{asked}"), now + MEMORY).await?;
    let is_put_first = matches!(asker, Asker::Own(_)) || in_a_day == 1;
    if own > most || (total > most && !is_put_first) {
        return Err(refusal(now, end));
    }
    let (start, end) = window(now, MOST.per);
    let side = match asker {
        Asker::Own(_) => "own",
        Asker::Client(_) => "clients",
    };
    let all = format!("all-letters:{side}:{address}:{start}");
    match count(&all, end).await? {
        all if all > u64::from(MOST.count) => Err(refusal(now, end)),
        _ => Ok(()),
    }
}

/// The wrong proofs of one asker.
#[derive(Debug)]
pub(crate) struct Guesses {
    address: Suspicion,
    client: Suspicion,
    asker: Asker,
    /// Whom they are for: the identity, or the address where nobody holds it.
    subject: String,
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
        Self {
            address: Suspicion::of_address(kind, &awaited.receiver, asker),
            client: Suspicion::of_client(network(visit)),
            asker,
            subject: holder.map_or_else(
                || awaited.receiver.clone(),
                |holder| holder.identity.to_string(),
            ),
        }
    }

    /// Fails while a pause lasts.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), Failure> {
        self.address.check(desk).await?;
        self.client.check(desk).await
    }

    /// Whether no proof is right any more, which is not told: there were too many guesses at one
    /// identity, by whatever address, from this asker or, this asker among them, from everybody.
    pub(crate) async fn are_too_many(&self, desk: &Desk) -> Result<bool, Failure> {
        let stands = async |name: String| marker::stands(desk, &name).await;
        let has_tried = stands(self.tried()).await?.is_some();
        let is_spent = stands(self.spent()).await?.is_some();
        let is_besieged = stands(self.besieged()).await?.is_some();
        Ok(is_spent || (is_besieged && has_tried))
    }

    /// Counts a wrong one.
    pub(crate) async fn failed(&self, desk: &Desk) -> Result<(), Failure> {
        self.address.failed(desk).await?;
        self.client.failed_at(desk, PER_CLIENT).await?;
        let (flows, until) = (&desk.services.flows, desk.now() + MEMORY);
        let subject = &self.subject;
        let own = TokenHash::of(&format!("guesses:{subject}:{}", self.asker));
        let own = flows.count(&own, until).await?;
        if own == 1 {
            marker::set(desk, &self.tried(), until).await?;
        }
        if own % OWN == 0 {
            marker::set(desk, &self.spent(), until).await?;
        }
        let all = TokenHash::of(&format!("guesses:{subject}"));
        if flows.count(&all, until).await? % ALL == 0 {
            marker::set(desk, &self.besieged(), until).await?;
        }
        Ok(())
    }

    fn tried(&self) -> String {
        format!("tried:{}:{}", self.subject, self.asker)
    }

    fn spent(&self) -> String {
        format!("spent:{}:{}", self.subject, self.asker)
    }

    fn besieged(&self) -> String {
        format!("besieged:{}", self.subject)
    }
}
