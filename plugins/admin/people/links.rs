//! Accounts at providers that an administrator links an identity to.

use portcullis_core::{
    administration::{AccountError, AdministrationError, ProviderRecord},
    broker::LinkReason,
    credential::{Credential, CredentialKind},
    event::Event,
    id::{CredentialId, ProviderId},
    identity::Identity,
    link::{Link, PreparedLink, account_of, is_address},
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{audit, refusal};
use crate::{caller::Caller, desk::Desk, role::Permission};

/// An account at a provider that an identity is to be linked to.
#[derive(Debug, Clone)]
pub(crate) struct NewLink {
    /// The provider.
    pub(crate) provider: String,
    /// The account's name there; where the link is only prepared, its address.
    pub(crate) subject: String,
    /// Whether the first account with the address takes the link's place.
    pub(crate) is_prepared: bool,
}

/// The credential of the link at this place among those that are wanted, not yet stored.
pub(super) async fn credential(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
    (place, link): (usize, &NewLink),
) -> Result<Credential, Failure> {
    let services = &desk.services;
    let at = |member: &str| format!("credentials.oidc.config.providers[{place}].{member}");
    let unknown = || refusal::mistaken(&at("provider"), "there is no such provider.");
    let provider: ProviderId = link.provider.parse().map_err(|_| unknown())?;
    let record = services.administration.find(&provider).await;
    let record = record.map_err(|error| match error {
        AdministrationError::Store(error) => error.into(),
        _ => unknown(),
    })?;
    may_lead_to(caller, &record)?;
    let id = CredentialId::generate(&*services.entropy);
    let now = services.clock.now();
    if link.is_prepared {
        if !is_address(&link.subject) {
            return Err(refusal::mistaken(
                &at("subject"),
                "this is no e-mail address.",
            ));
        }
        let prepared = PreparedLink::new(provider, &link.subject);
        return Ok(prepared.credential(identity.id, id, now));
    }
    let key = record.account(&link.subject, None);
    let key = key.map_err(|error| {
        let why = match error {
            AccountError::Issuer(_) => {
                "accounts of this provider have issuers of their own; prepare a link with use_auto_link and \
                 their address, or link one at /admin/identities/{id}/links."
                    .to_owned()
            }
            AccountError::Subject(error) => format!("{error}."),
        };
        refusal::mistaken(&at("subject"), why)
    })?;
    Ok(key.credential(identity.id, id, now))
}

/// Refuses links to a provider that may give roles: whoever links an account there to an identity of
/// theirs could come to the roles that the account brings.
pub(crate) fn may_lead_to(caller: &Caller, provider: &ProviderRecord) -> Result<(), Failure> {
    match provider.may_give_roles() {
        true => caller.require(Permission::ManageAccess),
        false => Ok(()),
    }
}

/// The same of a stored identity; `None` where it is linked so already.
pub(super) async fn missing(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
    link: (usize, &NewLink),
) -> Result<Option<Credential>, Failure> {
    let made = credential(desk, caller, identity, link).await?;
    let name = made.identifier.clone().unwrap_or_default();
    let credentials = &desk.services.credentials;
    let kind = CredentialKind::Oidc;
    match credentials.find_by_identifier(kind, &name).await? {
        Some(known) if known.identity_id == identity.id => Ok(None),
        Some(_) => Err(refusal::conflict(
            portcullis_core::store::StoreError::Conflict { what: "credential" },
        )),
        None => Ok(Some(made)),
    }
}

/// Tells of a link of an identity that was stored before, and writes it down.
pub(super) async fn tell(desk: &Desk, caller: &Caller, link: &Credential) {
    announce(desk, link);
    let act = audit::on("identity.link", link.identity_id).to(json!(account_of(link)));
    audit::note(desk, caller, act).await;
}

/// Tells of a link that is made or prepared; other credentials are passed over.
pub(super) fn announce(desk: &Desk, credential: &Credential) {
    let announcer = &desk.services.announcer;
    let identity = credential.identity_id;
    if let Some(link) = Link::of(credential) {
        announcer.announce(&Event::Linked {
            identity,
            provider: &link.key.provider,
            reason: LinkReason::Administrator,
        });
    } else if let Some(prepared) = PreparedLink::of(credential) {
        announcer.announce(&Event::LinkPrepared {
            identity,
            provider: &prepared.provider,
        });
    }
}
