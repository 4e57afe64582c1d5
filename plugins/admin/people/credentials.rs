//! Somebody's credentials: what there is, in which order it is offered, what it is called, and what goes.

use portcullis_core::{
    broker::BrokerError,
    catalogue::Code,
    credential::{Credential, CredentialKind},
    credentials::{Credentials, CredentialsError, Listed, Place},
    event::{Event, UnlinkReason},
    id::CredentialId,
    identity::Identity,
    link::{Link, PreparedLink},
    session::end_each,
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{
    audit, find,
    refusal::{mistaken, refused},
    sessions,
};
use crate::{caller::Caller, desk::Desk};

/// What the dialect calls credentials that nobody has here: published clients may ask for them.
pub(crate) const UNKEPT: [&str; 7] = [
    "code",
    "profile",
    "saml",
    "deviceauthn",
    "identifier_first",
    "link_recovery",
    "code_recovery",
];

/// The credentials of an identity in the order in which they are offered.
pub(crate) async fn list(desk: &Desk, id: &str) -> Result<Vec<Credential>, Failure> {
    let identity = find(desk, id).await?;
    Ok(all(desk).list(identity.id).await?)
}

/// Gives a credential this label; an empty one takes it away.
pub(crate) async fn label(
    desk: &Desk,
    caller: &Caller,
    (id, credential): (&str, &str),
    label: &str,
) -> Result<Credential, Failure> {
    let (identity, credential) = meant(desk, caller, (id, credential)).await?;
    let own = all(desk);
    let before = own.find(identity.id, credential).await.map_err(told)?;
    let labelled = own.label(identity.id, credential, label).await;
    let labelled = labelled.map_err(told)?;
    let act = audit::on("identity.credential.label", identity.id)
        .from(json!({"credential": credential, "label": before.label}))
        .to(json!({"credential": credential, "label": labelled.label}));
    audit::note(desk, caller, act).await;
    Ok(labelled)
}

/// Moves a credential before all others, or right behind `after`.
pub(crate) async fn move_to(
    desk: &Desk,
    caller: &Caller,
    (id, credential): (&str, &str),
    after: Option<&str>,
) -> Result<Vec<Credential>, Failure> {
    let (identity, credential) = meant(desk, caller, (id, credential)).await?;
    let place = match after {
        None => Place::First,
        Some(previous) => Place::After(named(previous)?),
    };
    let own = all(desk);
    let before = own.list(identity.id).await?;
    let order = own.move_to(identity.id, credential, place).await;
    let order = order.map_err(told)?;
    let act = audit::on("identity.credential.move", identity.id)
        .from(json!({"order": ids(&before)}))
        .to(json!({"order": ids(&order)}));
    audit::note(desk, caller, act).await;
    Ok(order)
}

/// Deletes one credential; a link is unlinked, and its sessions end.
pub(crate) async fn delete(
    desk: &Desk,
    caller: &Caller,
    (id, credential): (&str, &str),
) -> Result<(), Failure> {
    let (identity, credential) = meant(desk, caller, (id, credential)).await?;
    let found = all(desk)
        .find(identity.id, credential)
        .await
        .map_err(told)?;
    remove(desk, caller, (&identity, &found)).await?;
    end_sessions(desk, caller, (&identity, found.kind)).await
}

/// Deletes the credentials of a kind. Of links only one goes, that is called `provider:subject`.
pub(crate) async fn delete_kind(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    (kind, name): (CredentialKind, Option<&str>),
) -> Result<(), Failure> {
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    let mut own = all(desk).list(identity.id).await?;
    own.retain(|one| one.kind == kind);
    if kind == CredentialKind::Oidc {
        let name = name.ok_or_else(|| {
            mistaken(
                "identifier",
                "say which link is meant, as <provider>:<subject>.",
            )
        })?;
        own.retain(|one| is_called(one, name));
        if own.len() > 1 {
            return Err(mistaken(
                "identifier",
                "two accounts are called so; delete one by its id.",
            ));
        }
    }
    if own.is_empty() {
        return Err(Code::RecordNotFound.into());
    }
    let entrances = desk.services.broker.entrances();
    let others = all(desk).require_others(&own, &entrances).await;
    others.map_err(told)?;
    for one in &own {
        remove(desk, caller, (&identity, one)).await?;
    }
    end_sessions(desk, caller, (&identity, kind)).await
}

/// Ends the sessions of whoever has lost a credential, unless the operator wants it otherwise: somebody
/// else may be signed in by it. Those of a link have ended with it.
pub(super) async fn end_sessions(
    desk: &Desk,
    caller: &Caller,
    (identity, kind): (&Identity, CredentialKind),
) -> Result<(), Failure> {
    if !desk.config.end_sessions || kind == CredentialKind::Oidc {
        return Ok(());
    }
    let own = desk.services.sessions.store().list(identity.id).await?;
    if !own.is_empty() {
        sessions::end_all_of(desk, caller, identity.id).await?;
    }
    Ok(())
}

fn all(desk: &Desk) -> Credentials {
    let services = &desk.services;
    let store = std::sync::Arc::clone(&services.credentials);
    Credentials::new(store, services.announcer.clone())
}

fn ids(all: &[Credential]) -> Vec<CredentialId> {
    all.iter().map(|one| one.id).collect()
}

fn named(id: &str) -> Result<CredentialId, Failure> {
    id.parse().map_err(|_| Code::RecordNotFound.into())
}

async fn meant(
    desk: &Desk,
    caller: &Caller,
    (id, credential): (&str, &str),
) -> Result<(Identity, CredentialId), Failure> {
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    Ok((identity, named(credential)?))
}

fn is_called(credential: &Credential, name: &str) -> bool {
    let link = Link::of(credential).map(|link| (link.key.provider, link.key.subject));
    let prepared = || PreparedLink::of(credential).map(|one| (one.provider, one.address));
    let called = link.or_else(prepared);
    called.is_some_and(|(provider, subject)| format!("{provider}:{subject}") == name)
}

async fn remove(
    desk: &Desk,
    caller: &Caller,
    (identity, credential): (&Identity, &Credential),
) -> Result<(), Failure> {
    let before = Listed::noted(credential);
    if let Some(link) = Link::of(credential) {
        unlink(desk, identity, &link).await?;
    } else if let Some(prepared) = PreparedLink::of(credential) {
        let broker = &desk.services.broker;
        if !broker.remove_prepared(credential).await.map_err(refusal)? {
            return Err(Code::RecordNotFound.into());
        }
        desk.services
            .announcer
            .announce(&Event::PreparedLinkRemoved {
                identity: identity.id,
                provider: &prepared.provider,
            });
    } else {
        let entrances = desk.services.broker.entrances();
        let deleted = all(desk).delete(identity, credential.id, &entrances).await;
        deleted.map_err(told)?;
    }
    let act = audit::on("identity.credential.delete", identity.id).from(before);
    audit::note(desk, caller, act).await;
    Ok(())
}

/// Removes a link, and ends the sessions that began at its account.
async fn unlink(desk: &Desk, identity: &Identity, link: &Link) -> Result<(), Failure> {
    let services = &desk.services;
    let provider = &link.key.provider;
    if let Err(error) = services.broker.unlink(identity, link.id).await {
        services.announcer.announce(&Event::UnlinkRefused {
            identity: identity.id,
            provider,
            code: error.code(),
        });
        return Err(refusal(error));
    }
    services.announcer.announce(&Event::Unlinked {
        identity: identity.id,
        provider,
        reason: UnlinkReason::Administrator,
    });
    let (issuer, subject) = (&link.key.issuer, Some(&*link.key.subject));
    let origins = &services.upstream_sessions;
    let came = origins.sessions(provider, issuer, subject, None).await?;
    let (_, failure) = end_each(&**services.sessions.store(), came).await;
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

fn refusal(error: BrokerError) -> Failure {
    Failure::from(error.code()).caused_by(error)
}

fn told(error: CredentialsError) -> Failure {
    match error {
        CredentialsError::Unknown => Code::RecordNotFound.into(),
        CredentialsError::Label => mistaken("label", format!("{error}.")),
        CredentialsError::Link => refused(format!("{error}.")),
        CredentialsError::LastAdministrator => Failure::from(Code::LastAdministrator)
            .because("Nothing else lets the last administrator in, so it stays."),
        CredentialsError::Store(error) => error.into(),
    }
}
