//! A link that has just been made. It stays only where what it was made by lasts: the identity may have
//! been taken back meanwhile from whoever has no right to it, who must not leave a way back in.

use portcullis_core::{
    broker::Arrived,
    catalogue::Code,
    event::Event,
    flow::FlowKind,
    id::{IdentityId, ProviderId},
    principal::Principal,
};
use portcullis_kit::Failure;

use crate::{
    desk::Desk,
    provider,
    settings::save,
    sign_in::{self, Proof},
};

/// What somebody makes a link by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Basis<'a> {
    /// A session that has begun.
    Session(&'a Principal),
    /// A proof of which no session has come yet.
    Proof(Proof<'a>),
}

/// Fails where the basis of a link is gone once it is made, or cannot be looked for, and takes the link
/// back. Tells of the links that went for it.
pub(crate) async fn require_basis(
    desk: &Desk,
    basis: Basis<'_>,
    arrived: &Arrived,
) -> Result<(), Failure> {
    let identity = arrived.identity.id;
    provider::tell_reclaimed(desk, identity, &arrived.unlinked);
    let lasts = match basis {
        Basis::Session(principal) => save::require_session(desk, principal).await,
        Basis::Proof(proof) => require_proof(desk, proof, arrived).await,
    };
    let Err(gone) = lasts else {
        return Ok(());
    };
    // Who holds the account has just proved the address: nothing else is left to come in by.
    if !arrived.is_first_proof {
        let retracted = desk.services.broker.retract(identity, arrived.link).await;
        retracted.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    }
    Err(gone)
}

async fn require_proof(desk: &Desk, proof: Proof<'_>, arrived: &Arrived) -> Result<(), Failure> {
    let method = proof.method();
    if sign_in::hold(desk, arrived.identity.id, &[proof]).await? {
        return Ok(());
    }
    let code = Code::CredentialsInvalid;
    desk.services.announcer.refuse(method, code);
    let begin = desk.begin_page(FlowKind::Login, None);
    Err(Failure::from(code).way_out("Sign in again", begin))
}

/// Tells of a link that is not made, or does not stay.
pub(crate) fn tell_refused(
    desk: &Desk,
    (identity, provider): (IdentityId, &ProviderId),
    code: Code,
) {
    let reason = "the session has ended meanwhile";
    desk.services.announcer.announce(&Event::LinkRefused {
        identity: Some(identity),
        provider,
        code,
        reason: (code == Code::SignedOut).then_some(reason),
    });
}
