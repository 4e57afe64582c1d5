//! Linking somebody to an account at a provider, or preparing that: by the rules of the broker, as commands
//! do it.

use portcullis_core::{
    administration::{AccountError, AdministrationError, ProviderRecord},
    broker::LinkReason,
    catalogue::Code,
    event::Event,
    id::ProviderId,
    identity::Identity,
    link::{LinkKey, ListedLink, PreparedLink, is_address},
};
use portcullis_kit::Failure;
use serde_json::{Value, json};

pub(crate) use super::links::may_lead_to;
use super::{audit, find, refusal::mistaken, unproved};
use crate::{caller::Caller, desk::Desk};

/// The longest issuer, in bytes.
const LONGEST_ISSUER: usize = 2_048;

/// The account that somebody is to be linked to.
#[derive(Debug)]
pub(crate) enum Account<'a> {
    /// The one of this name.
    Named {
        /// Its name at its issuer.
        subject: &'a str,
        /// Its issuer, where it is not that of the provider.
        issuer: Option<&'a str>,
    },
    /// The first one with this address.
    Awaited {
        /// The address.
        address: &'a str,
    },
}

impl<'a> Account<'a> {
    /// The account of this name, at this issuer where one is said, or the first one with this address.
    pub(crate) fn asked(
        subject: Option<&'a str>,
        issuer: Option<&'a str>,
        address: Option<&'a str>,
    ) -> Result<Self, Failure> {
        match (subject, address) {
            (Some(subject), None) => Ok(Self::Named { subject, issuer }),
            (None, Some(address)) if issuer.is_none() => Ok(Self::Awaited { address }),
            (None, Some(_)) => Err(mistaken(
                "issuer",
                "an account that is known by its address only has none yet.",
            )),
            _ => Err(mistaken(
                "subject",
                "say either this or address, the account's name or its address.",
            )),
        }
    }
}

/// A link that there is now.
#[derive(Debug)]
pub(crate) enum Linked {
    /// It was not there before.
    Now(ListedLink),
    /// It was.
    Already(ListedLink),
}

/// Links somebody to an account of this provider, or prepares that.
pub(crate) async fn link(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    (provider, account): (&str, Account<'_>),
) -> Result<Linked, Failure> {
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    let provider: ProviderId = provider.parse().map_err(|_| Code::ProviderUnknown)?;
    let record = desk.services.administration.find(&provider).await;
    let record = record.map_err(|error| match error {
        AdministrationError::Store(error) => Failure::from(error),
        _ => Code::ProviderUnknown.into(),
    })?;
    may_lead_to(caller, &record)?;
    match account {
        Account::Named { subject, issuer } => {
            let key = key(&record, subject, issuer)?;
            assign(desk, caller, &identity, &key).await
        }
        Account::Awaited { address } => {
            if !is_address(address) {
                return Err(mistaken("address", "this is no e-mail address."));
            }
            let prepared = PreparedLink::new(provider, address);
            prepare(desk, caller, &identity, &prepared).await
        }
    }
}

fn key(record: &ProviderRecord, subject: &str, issuer: Option<&str>) -> Result<LinkKey, Failure> {
    let is_odd = |issuer: &str| {
        issuer.is_empty() || issuer.len() > LONGEST_ISSUER || issuer.chars().any(char::is_control)
    };
    if issuer.is_some_and(is_odd) {
        return Err(mistaken("issuer", "there is none of this name."));
    }
    let account = record.account(subject, issuer);
    account.map_err(|error| {
        let member = match error {
            AccountError::Subject(_) => "subject",
            AccountError::Issuer(_) => "issuer",
        };
        mistaken(member, format!("{error}."))
    })
}

async fn assign(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
    key: &LinkKey,
) -> Result<Linked, Failure> {
    let (services, provider) = (&desk.services, &key.provider);
    let assigned = match services.broker.assign(identity.id, key).await {
        Ok(assigned) => assigned,
        Err(error) => {
            services.announcer.announce(&Event::LinkRefused {
                identity: Some(identity.id),
                provider,
                code: error.code(),
                reason: None,
            });
            return Err(unproved::refused(desk, error));
        }
    };
    unproved::tell(desk, identity.id, &assigned.unlinked);
    let link = ListedLink::from(assigned.link);
    if !assigned.is_new {
        return Ok(Linked::Already(link));
    }
    services.announcer.announce(&Event::Linked {
        identity: identity.id,
        provider,
        reason: LinkReason::Administrator,
    });
    note(desk, caller, (identity, json!(key))).await;
    Ok(Linked::Now(link))
}

async fn prepare(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
    prepared: &PreparedLink,
) -> Result<Linked, Failure> {
    let services = &desk.services;
    let stub = services.broker.prepare(identity.id, prepared).await;
    let readied = stub.map_err(|error| unproved::refused(desk, error))?;
    let link = readied.as_ref().and_then(|one| ListedLink::of(&one.stub));
    let link = link.ok_or_else(|| {
        Failure::from(Code::IdentityConflict)
            .because("A link for this address at this provider is prepared already.")
    })?;
    let unlinked = readied.map(|one| one.unlinked).unwrap_or_default();
    unproved::tell(desk, identity.id, &unlinked);
    services.announcer.announce(&Event::LinkPrepared {
        identity: identity.id,
        provider: &prepared.provider,
    });
    note(desk, caller, (identity, json!(prepared))).await;
    Ok(Linked::Now(link))
}

async fn note(desk: &Desk, caller: &Caller, (identity, account): (&Identity, Value)) {
    let act = audit::on("identity.link", identity.id).to(account);
    audit::note(desk, caller, act).await;
}
