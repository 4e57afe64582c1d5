//! What a flow awaits: the proof that was mailed, and whom it is about.

use jiff::Timestamp;
use portcullis_core::{
    entropy::Entropy,
    event::Event,
    flow::{Flow, FlowKind},
    id::{AddressId, IdentityId},
    identity::{Identity, IdentityState},
    plugin::Addresses,
    seal::Seal,
    secret::{Secret, Token},
    store::StoreError,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Bond, Sent, draw};
use crate::{
    addresses::{is_doubtful, is_usable},
    config::MailedProof,
    desk::{Desk, with_query},
    forms::mailed,
    parked::{self, Parked},
};

/// The state of a flow that awaits a proof.
pub(crate) const SENT: &str = "sent_email";
/// How often a change is tried that somebody else's change comes in between.
const ATTEMPTS: usize = 3;

/// The proof that a flow awaits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Awaited {
    /// Who holds the address. Where nobody does, no proof is right, and nothing else is different.
    pub(crate) holder: Option<Holder>,
    /// The address that was typed, or whom it is about where none was.
    pub(crate) receiver: String,
    /// What was mailed.
    pub(crate) proof: MailedProof,
    /// When; flows of earlier versions do not know.
    #[serde(default)]
    pub(crate) issued_at: Option<Timestamp>,
    sent: Sent,
}

impl Parked for Awaited {
    const NAME: &'static str = "awaited-proof";
}

/// Who holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) identity: IdentityId,
    /// The address itself; `None` where an administrator hands the proof out.
    pub(crate) address: Option<(AddressId, String)>,
}

/// What is to be proved, and how.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) holder: Option<Holder>,
    pub(crate) receiver: String,
    pub(crate) proof: MailedProof,
    /// How long the proof is good for.
    pub(crate) lifespan: std::time::Duration,
}

/// What proofs are made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mint<'a> {
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) seal: &'a Seal,
    pub(crate) addresses: &'a Addresses,
}

impl<'a> Mint<'a> {
    /// The desk's.
    pub(crate) fn of(desk: &'a Desk) -> Self {
        let services = &desk.services;
        Self {
            entropy: &*services.entropy,
            seal: &services.seal,
            addresses: &services.addresses,
        }
    }

    /// Lets `flow` await a new proof from now on, and returns it: a code, or the link that carries a
    /// token. `None` only when it cannot be sealed.
    pub(crate) fn issue(
        &self,
        flow: &mut Flow,
        expected: Expected,
        now: Timestamp,
    ) -> Option<Secret> {
        let proof = match expected.proof {
            MailedProof::Code => draw(self.entropy),
            MailedProof::Link => Secret::new(Token::generate(self.entropy).expose()),
        };
        let expires_at = now + expected.lifespan;
        let bond = bond(flow, expected.proof, expected.holder.as_ref());
        let sent = Sent::new(self.entropy, &bond, &proof, expires_at);
        let resend = expected
            .receiver
            .contains('@')
            .then_some(&expected.receiver);
        flow.ui.nodes = mailed::sent(flow.kind, expected.proof, resend.map(String::as_str));
        flow.active = Some(expected.proof.as_str().to_owned());
        flow.state = SENT.to_owned();
        // Whoever is told that a proof is good for so long finds its form for as long.
        flow.expires_at = flow.expires_at.max(expires_at);
        let awaited = Awaited {
            holder: expected.holder,
            receiver: expected.receiver,
            proof: expected.proof,
            issued_at: Some(now),
            sent,
        };
        flow.context[Flow::OWNER] = json!(awaited.holder.as_ref().map(|one| one.identity));
        parked::add_sealed((self.seal, self.entropy), flow, &awaited)?;
        Some(match expected.proof {
            MailedProof::Code => proof,
            MailedProof::Link => self.link(flow, &proof),
        })
    }

    /// The link that opens a flow with this token.
    fn link(&self, flow: &Flow, token: &Secret) -> Secret {
        let page = self
            .addresses
            .own(&format!("/self-service/{}", flow.kind.as_str()));
        let id = flow.id.to_string();
        Secret::new(with_query(
            &page,
            &[("flow", &id), ("token", token.expose())],
        ))
    }
}

fn bond<'a>(flow: &Flow, proof: MailedProof, holder: Option<&Holder>) -> Bond<'a> {
    Bond {
        flow: flow.id,
        purpose: match flow.kind {
            FlowKind::Recovery => "recovery",
            _ => "verification",
        },
        about: json!([proof, holder]),
    }
}

impl Awaited {
    /// Takes one try at the proof; the holder when it is right.
    pub(crate) async fn take(
        &self,
        desk: &Desk,
        flow: &Flow,
        typed: &Secret,
    ) -> Result<Option<&Holder>, StoreError> {
        let bond = bond(flow, self.proof, self.holder.as_ref());
        let is_right = self.sent.take(desk, &bond, typed).await?;
        Ok(self.holder.as_ref().filter(|_| is_right))
    }

    /// The holder where this is the token of the link that was mailed; it is good as before.
    pub(crate) fn look(&self, flow: &Flow, token: &Secret) -> Option<&Holder> {
        let bond = bond(flow, self.proof, self.holder.as_ref());
        let is_right = self.proof == MailedProof::Link && self.sent.is(&bond, token);
        self.holder.as_ref().filter(|_| is_right)
    }
}

impl Holder {
    /// The holder of an address of `identity` that can be used for what flows of this kind are for.
    pub(crate) fn of(kind: FlowKind, identity: &Identity, value: &str) -> Option<Self> {
        let mut addresses = identity.addresses.iter();
        let address = addresses.find(|one| one.value == value && is_usable(kind, one))?;
        Some(Self {
            identity: identity.id,
            address: Some((address.id, address.value.clone())),
        })
    }

    /// Whether a proof of the address would be the first thing that is proved of the `identity`: it
    /// may be anybody who registered with it.
    pub(crate) fn is_first_proof(&self, kind: FlowKind, identity: &Identity) -> bool {
        let mut proved = identity.clone();
        let now = identity.updated_at;
        self.mark(kind, &mut proved, now) && proved != *identity
    }

    /// Notes that the address is proved, and returns the identity. `None` when it is switched off, or
    /// does not hold the address any more: what was mailed then proves nothing.
    pub(crate) async fn settle(
        &self,
        desk: &Desk,
        kind: FlowKind,
    ) -> Result<Option<Identity>, Failure> {
        let identities = &desk.services.identities;
        for _ in 0..ATTEMPTS {
            let found = identities.find(self.identity).await?;
            let Some(mut identity) = found.filter(|one| one.state == IdentityState::Active) else {
                return Ok(None);
            };
            let before = identity.clone();
            if !self.mark(kind, &mut identity, desk.now()) {
                return Ok(None);
            }
            desk.services.broker.earn(&mut identity).await?;
            if identity == before {
                return Ok(Some(identity));
            }
            identity.updated_at = desk.now();
            match identities.update(&identity).await {
                Ok(()) => {
                    if self.address.is_some() {
                        let event = Event::AddressVerified {
                            identity: identity.id,
                        };
                        desk.services.announcer.announce(&event);
                    }
                    identity.version += 1;
                    return Ok(Some(identity));
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict {
            what: "identity version",
        }
        .into())
    }

    /// Marks the address as proved; `false` when the identity does not hold it.
    fn mark(&self, kind: FlowKind, identity: &mut Identity, now: Timestamp) -> bool {
        let Some((id, value)) = &self.address else {
            // Whoever handed it out vouches for whom they gave it to.
            if identity.awaits_first_proof() {
                identity.lift_first_proof();
            }
            return true;
        };
        if kind == FlowKind::Recovery && is_doubtful(identity, value) {
            return false;
        }
        let mut addresses = identity.addresses.iter_mut();
        let own = addresses.find(|one| one.id == *id && one.value == *value);
        let Some(address) = own.filter(|one| is_usable(kind, one)) else {
            return false;
        };
        if address.verified_at.is_none() {
            address.verified_at = Some(now);
            address.updated_at = now;
            identity.lift_first_proof();
        }
        true
    }
}
