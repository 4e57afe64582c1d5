//! The accounts at providers that an identity is linked to: list them, prepare one, remove one.

use clap::Args;
use portcullis_core::{
    administration::ProviderAdministration,
    credential::{Credential, CredentialKind},
    credentials::Listed,
    event::{Event, UnlinkReason},
    id::ProviderId,
    identity::Identity,
    link::{Link, LinkKey, ListedLink, PreparedLink},
    session::end_each,
};
use serde_json::{Value, json};

use super::{Common, Consent, Failure, Selector, audit::Act, providers::Errand, remote::Remote};

/// The command that unlinks, as the audit log names it.
const COMMAND: &str = "unlink-oidc-account";

/// Lists the accounts.
pub(super) fn list(common: &Common, selector: &Selector) -> Result<(), Failure> {
    let columns = ["credential_id", "label", "issuer", "prepared", "created_at"];
    let remote = Remote::run(&common.reach, async |remote| {
        let id = remote.id(selector).await?;
        let rows = remote.links(&id).await?;
        common.output.print_rows(&rows, &columns);
        Ok(())
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run_past_drop_ins(common, async |errand| {
        let identity = selector
            .resolve(&*errand.foundation().stores.identities)
            .await?;
        let credentials = errand.foundation().stores.credentials.list(identity.id);
        let credentials = credentials.await?;
        let listed = credentials.iter().filter_map(ListedLink::of);
        let rows: Vec<Value> = listed.map(|link| json!(link)).collect();
        common.output.print_rows(&rows, &columns);
        Ok(())
    })
}

/// Removes the link to one account, or one that was only prepared.
pub(super) fn unlink(
    common: &Common,
    selector: &Selector,
    name: &str,
    consent: &Consent,
) -> Result<(), Failure> {
    let remote = Remote::run(&common.reach, async |remote| {
        remote.unlink(common, (selector, consent), name).await
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run_past_drop_ins(common, async |errand| {
        let stores = &errand.foundation().stores;
        let identity = selector.resolve(&*stores.identities).await?;
        let credentials = stores.credentials.list(identity.id).await?;
        let ask = || consent.ask(&format!("Unlink {name} from identity {}?", identity.id));
        let mut ended = 0;
        match credentials.iter().find(|one| is_prepared(one, name)) {
            Some(stub) => {
                ask()?;
                remove_prepared(errand, COMMAND, &identity, stub).await?;
            }
            None => {
                let link = named(links(errand, &identity).await?, name)?;
                ask()?;
                ended = remove(errand, COMMAND, &identity, &link).await?;
            }
        }
        common.output.print(&json!({
            "identity_id": identity.id, "credential_id": name, "unlinked": true,
            "sessions_ended": ended,
        }));
        Ok(())
    })
}

/// Removes a link that was only prepared, and tells of it.
pub(super) async fn remove_prepared(
    errand: &Errand,
    command: &'static str,
    identity: &Identity,
    stub: &Credential,
) -> Result<(), Failure> {
    let Some(prepared) = PreparedLink::of(stub) else {
        return Err(Failure::Refused("that is no link".to_owned()));
    };
    let removed = errand.broker().remove_prepared(stub).await;
    if !removed.map_err(|error| Failure::refused(&error))? {
        return Err(Failure::Refused(format!(
            "{} is not prepared any more; list-oidc-accounts shows what it became",
            prepared_name(&prepared)
        )));
    }
    errand.announcer().announce(&Event::PreparedLinkRemoved {
        identity: identity.id,
        provider: &prepared.provider,
    });
    let act = Act::new(command, "identity.credential.delete").on_identity(identity.id);
    let act = act.from(json!(Listed::of(stub, false)));
    act.note(errand.foundation()).await;
    Ok(())
}

/// Removes the link, tells of it, and ends the account's sessions: how many.
pub(super) async fn remove(
    errand: &Errand,
    command: &'static str,
    identity: &Identity,
    link: &Link,
) -> Result<u64, Failure> {
    let provider = &link.key.provider;
    if let Err(error) = errand.broker().unlink(identity, link.id).await {
        errand.announcer().announce(&Event::UnlinkRefused {
            identity: identity.id,
            provider,
            code: error.code(),
        });
        return Err(Failure::refused(&error));
    }
    errand.announcer().announce(&Event::Unlinked {
        identity: identity.id,
        provider,
        reason: UnlinkReason::Command,
    });
    let act = Act::new(command, "identity.credential.delete").on_identity(identity.id);
    let kind = CredentialKind::Oidc;
    let act = act.from(json!({"id": link.id, "type": kind, "provider": provider}));
    act.note(errand.foundation()).await;
    let (issuer, subject) = (&link.key.issuer, Some(&*link.key.subject));
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

/// The link to prepare.
#[derive(Debug, Args)]
pub(super) struct Prepare {
    #[command(flatten)]
    selector: Selector,
    /// The provider's id.
    #[arg(long, value_name = "ID")]
    provider: String,
    /// The verified address of the account at the provider.
    #[arg(long, value_name = "ADDRESS")]
    address: String,
}

/// Prepares a link: the first account of the provider with the address takes its place.
pub(super) fn prepare(common: &Common, asked: &Prepare) -> Result<(), Failure> {
    if !asked.address.contains('@') {
        return Err(Failure::Usage(
            "--address needs an e-mail address".to_owned(),
        ));
    }
    let provider: ProviderId = super::providers::named(&asked.provider)?;
    Errand::run(common, async |errand| {
        let identities = &errand.foundation().stores.identities;
        let identity = asked.selector.resolve(&**identities).await?;
        errand.administration().find(&provider).await?;
        let prepared = PreparedLink::new(provider, &asked.address);
        let stub = errand.broker().prepare(identity.id, &prepared).await;
        let stub = stub.map_err(|error| Failure::refused(&error))?;
        let Some(stub) = stub else {
            let reason = "a link for this address at this provider is prepared already";
            return Err(Failure::Refused(reason.to_owned()));
        };
        errand.announcer().announce(&Event::LinkPrepared {
            identity: identity.id,
            provider: &prepared.provider,
        });
        let act = Act::new("prepare-oidc-link", "identity.link").on_identity(identity.id);
        let act = act.to(json!({"provider": prepared.provider}));
        act.note(errand.foundation()).await;
        common.output.print(&json!({
            "identity_id": identity.id, "credential_id": prepared_name(&prepared),
            "id": stub.id, "provider": prepared.provider, "prepared": true,
        }));
        Ok(())
    })
}

async fn links(errand: &Errand, identity: &Identity) -> Result<Vec<Link>, Failure> {
    let links = errand.broker().links(identity.id).await;
    links.map_err(|error| Failure::refused(&error))
}

/// The link that is called `<provider>:<subject>`, or by its own id where two are called the same.
fn named(links: Vec<Link>, name: &str) -> Result<Link, Failure> {
    let is_it = |link: &Link| public_name(&link.key) == name || link.id.to_string() == name;
    let mut found = links.into_iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(link), None) => Ok(link),
        (None, _) => Err(not_linked(name)),
        (Some(one), Some(other)) => {
            let (one, other) = (one.id.to_string(), other.id.to_string());
            Err(called_the_same(name, &one, &other))
        }
    }
}

/// Nothing is called so.
pub(super) fn not_linked(name: &str) -> Failure {
    Failure::Refused(format!(
        "the identity is not linked to {name:?}; list-oidc-accounts shows its accounts"
    ))
}

/// Two are called so.
pub(super) fn called_the_same(name: &str, one: &str, other: &str) -> Failure {
    Failure::Refused(format!(
        "two accounts are called {name:?}; give one of the ids {one} and {other}"
    ))
}

/// How an account is called.
pub(super) fn public_name(key: &LinkKey) -> String {
    format!("{}:{}", key.provider, key.subject)
}

fn prepared_name(prepared: &PreparedLink) -> String {
    format!("{}:prepared:{}", prepared.provider, prepared.address)
}

/// Whether this is the prepared link of that name.
fn is_prepared(credential: &Credential, name: &str) -> bool {
    PreparedLink::of(credential)
        .is_some_and(|one| prepared_name(&one) == name || credential.id.to_string() == name)
}
