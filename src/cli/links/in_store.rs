//! Links of people in the store, with all that a gateway would tell and write down.

use portcullis_core::{
    administration::{AccountError, IssuerError, ProviderAdministration},
    broker::{BrokerError, LinkReason, Readied},
    credential::{Credential, CredentialKind},
    credentials::Listed,
    event::{Event, UnlinkReason},
    id::{IdentityId, ProviderId},
    identity::Identity,
    link::{Link, LinkKey, ListedLink, PreparedLink},
    session::end_each,
};
use serde_json::{Value, json};

use super::{Account, Links};
use crate::cli::{Failure, Selector, audit::Act, providers::errand::Errand};

impl Links for Errand {
    type Person = Identity;
    type Link = Credential;

    async fn find(&self, selector: &Selector) -> Result<Identity, Failure> {
        let identities = &self.foundation().stores.identities;
        selector.resolve(&**identities).await
    }

    fn id(person: &Identity) -> String {
        person.id.to_string()
    }

    async fn list(&self, person: &Identity) -> Result<Vec<Credential>, Failure> {
        let credentials = &self.foundation().stores.credentials;
        let mut own = credentials.list(person.id).await?;
        own.retain(|one| ListedLink::of(one).is_some());
        Ok(own)
    }

    fn told(link: &Credential) -> Value {
        json!(ListedLink::of(link))
    }

    async fn unlink(&self, person: &Identity, link: &Credential) -> Result<u64, Failure> {
        remove(self, "unlink-oidc-account", person, link).await
    }

    async fn prepare(
        &self,
        person: &Identity,
        (provider, address): (&ProviderId, &str),
    ) -> Result<Value, Failure> {
        self.administration().find(provider).await?;
        let prepared = PreparedLink::new(provider.clone(), address);
        let stub = self.broker().prepare(person.id, &prepared).await;
        let readied = stub.map_err(|error| refused(self, &error))?;
        let Some(Readied { stub, unlinked }) = readied else {
            let reason = "a link for this address at this provider is prepared already";
            return Err(Failure::Refused(reason.to_owned()));
        };
        tell_reclaimed(self, person.id, &unlinked);
        self.announcer().announce(&Event::LinkPrepared {
            identity: person.id,
            provider,
        });
        let act = Act::new("prepare-oidc-link", "identity.link").on_identity(person.id);
        let act = act.to(json!(prepared));
        act.note(self.foundation()).await;
        Ok(Self::told(&stub))
    }

    async fn assign(
        &self,
        person: &Identity,
        account: &Account<'_>,
    ) -> Result<(Value, bool), Failure> {
        let (identity, provider) = (person.id, &account.provider);
        let key = key(self, account).await?;
        let assigned = match self.broker().assign(identity, &key).await {
            Ok(assigned) => assigned,
            Err(error) => {
                self.announcer().announce(&Event::LinkRefused {
                    identity: Some(identity),
                    provider,
                    code: error.code(),
                    reason: None,
                });
                return Err(match error {
                    BrokerError::LinkedElsewhere => Failure::Taken(account.name()),
                    other => refused(self, &other),
                });
            }
        };
        tell_reclaimed(self, identity, &assigned.unlinked);
        if assigned.is_new {
            self.announcer().announce(&Event::Linked {
                identity,
                provider,
                reason: LinkReason::Command,
            });
            let act = Act::new("link-oidc-account", "identity.link").on_identity(identity);
            let act = act.to(json!(key));
            act.note(self.foundation()).await;
        }
        Ok((json!(ListedLink::from(assigned.link)), assigned.is_new))
    }
}

/// Tells of links that somebody had made who registered the identity and never proved it.
fn tell_reclaimed(errand: &Errand, identity: IdentityId, unlinked: &[ProviderId]) {
    for provider in unlinked {
        errand.announcer().announce(&Event::Unlinked {
            identity,
            provider,
            reason: UnlinkReason::Reclaimed,
        });
    }
}

/// The same of those that were gone when it failed.
fn refused(errand: &Errand, error: &BrokerError) -> Failure {
    if let BrokerError::BrokenOff {
        identity, unlinked, ..
    } = error
    {
        tell_reclaimed(errand, *identity, unlinked);
    }
    Failure::refused(error)
}

/// The account at the issuer as given, or at the one that all accounts of the provider have.
async fn key(errand: &Errand, account: &Account<'_>) -> Result<LinkKey, Failure> {
    let record = errand.administration().find(&account.provider).await?;
    let key = record.account(account.subject, account.issuer);
    key.map_err(|error| match error {
        AccountError::Issuer(IssuerError::Missing) => account.without_issuer(),
        AccountError::Issuer(other) => Failure::Refused(format!("issuer: {other}")),
        AccountError::Subject(other) => Failure::Refused(format!("subject: {other}")),
    })
}

/// Removes a link on behalf of a command, or one that was only prepared, and tells of it: how many
/// sessions ended with it.
pub(in crate::cli) async fn remove(
    errand: &Errand,
    command: &'static str,
    person: &Identity,
    link: &Credential,
) -> Result<u64, Failure> {
    match Link::of(link) {
        Some(link) => remove_made(errand, command, person, &link).await,
        None => remove_prepared(errand, command, person, link)
            .await
            .map(|()| 0),
    }
}

async fn remove_prepared(
    errand: &Errand,
    command: &'static str,
    person: &Identity,
    stub: &Credential,
) -> Result<(), Failure> {
    let Some(prepared) = PreparedLink::of(stub) else {
        return Err(Failure::Refused("that is no link".to_owned()));
    };
    let removed = errand.broker().remove_prepared(stub).await;
    if !removed.map_err(|error| Failure::refused(&error))? {
        return Err(Failure::Refused(format!(
            "the link for {} at {} is not prepared any more; list-oidc-accounts shows what it became",
            prepared.address, prepared.provider
        )));
    }
    errand.announcer().announce(&Event::PreparedLinkRemoved {
        identity: person.id,
        provider: &prepared.provider,
    });
    let act = Act::new(command, "identity.credential.delete").on_identity(person.id);
    let act = act.from(Listed::noted(stub));
    act.note(errand.foundation()).await;
    Ok(())
}

/// Removes the link, tells of it, and ends the account's sessions: how many.
async fn remove_made(
    errand: &Errand,
    command: &'static str,
    person: &Identity,
    link: &Link,
) -> Result<u64, Failure> {
    let provider = &link.key.provider;
    if let Err(error) = errand.broker().unlink(person, link.id).await {
        errand.announcer().announce(&Event::UnlinkRefused {
            identity: person.id,
            provider,
            code: error.code(),
        });
        return Err(Failure::refused(&error));
    }
    errand.announcer().announce(&Event::Unlinked {
        identity: person.id,
        provider,
        reason: UnlinkReason::Command,
    });
    let act = Act::new(command, "identity.credential.delete").on_identity(person.id);
    let (issuer, subject) = (&link.key.issuer, Some(&*link.key.subject));
    let act = act.from(json!({
        "id": link.id, "type": CredentialKind::Oidc, "provider": provider, "issuer": issuer,
        "subject": subject,
    }));
    act.note(errand.foundation()).await;
    let origins = errand.upstream_sessions();
    let came = origins.sessions(provider, issuer, subject, None).await;
    let sessions = &*errand.foundation().stores.sessions;
    let (ended, failure) = match came {
        Ok(came) => end_each(sessions, came).await,
        Err(error) => (0, Some(error)),
    };
    match failure {
        Some(error) => Err(Failure::Refused(format!(
            "the account is unlinked, but not all of its sessions have ended: {error}"
        ))),
        None => Ok(ended),
    }
}
