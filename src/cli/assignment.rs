//! `portcullis link-oidc-account`: an account at a provider becomes an identity's, by its subject.

use clap::Args;
use portcullis_core::{
    administration::ProviderAdministration,
    broker::{BrokerError, LinkReason},
    event::Event,
    id::{IdentityId, ProviderId},
    link::LinkKey,
};
use serde_json::{Value, json};

use super::{
    Common, Failure, Selector,
    audit::Act,
    links,
    providers::{self, Errand},
};
use crate::config;

/// The account to link.
#[derive(Debug, Args)]
pub(super) struct LinkAccount {
    #[command(flatten)]
    selector: Selector,
    /// The provider's id.
    #[arg(long, value_name = "ID")]
    provider: String,
    /// The account's name at the provider, letter by letter (`sub`).
    #[arg(long, value_name = "SUBJECT")]
    subject: String,
    /// The account's issuer; otherwise the provider's.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// Links the account.
pub(super) fn run(common: &Common, asked: &LinkAccount) -> Result<(), Failure> {
    if asked.subject.is_empty() || asked.subject.chars().any(char::is_control) {
        return Err(Failure::Usage(
            "--subject needs the account's name at the provider".to_owned(),
        ));
    }
    let provider = providers::named(&asked.provider)?;
    Errand::run(common, async |errand| {
        let identities = &errand.foundation().stores.identities;
        let identity = asked.selector.resolve(&**identities).await?;
        let key = LinkKey {
            issuer: issuer(errand, &provider, asked.issuer.as_deref()).await?,
            subject: asked.subject.clone(),
            provider,
        };
        let is_new = assign(errand, identity.id, &key).await?;
        common.output.print(&json!({
            "identity_id": identity.id, "credential_id": links::public_name(&key),
            "provider": key.provider, "issuer": key.issuer, "subject": key.subject,
            "linked": true, "is_new": is_new,
        }));
        Ok(())
    })
}

/// Links the account and tells of it: whether it was not the identity's already.
async fn assign(errand: &Errand, identity: IdentityId, key: &LinkKey) -> Result<bool, Failure> {
    let provider = &key.provider;
    match errand.broker().assign(identity, key).await {
        Ok(assigned) => {
            if assigned.is_new {
                errand.announcer().announce(&Event::Linked {
                    identity,
                    provider,
                    reason: LinkReason::Command,
                });
                let act = Act::new("link-oidc-account", "identity.link").on_identity(identity);
                let act = act.to(json!({"provider": provider}));
                act.note(errand.foundation()).await;
            }
            Ok(assigned.is_new)
        }
        Err(error) => {
            errand.announcer().announce(&Event::LinkRefused {
                identity: Some(identity),
                provider,
                code: error.code(),
                reason: None,
            });
            Err(match error {
                BrokerError::LinkedElsewhere => Failure::Taken(links::public_name(key)),
                other => Failure::refused(&other),
            })
        }
    }
}

/// The issuer as given, or the one that all accounts of the provider have.
async fn issuer(
    errand: &Errand,
    provider: &ProviderId,
    given: Option<&str>,
) -> Result<String, Failure> {
    let record = errand.administration().find(provider).await?;
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let table = serde_json::from_value::<config::Provider>(Value::Object(record.table));
    let own = table.ok().and_then(|table| table.account_issuer());
    own.ok_or_else(|| {
        Failure::Usage(format!(
            "accounts of {provider} have issuers of their own: give the account's as --issuer, \
             such as https://login.microsoftonline.com/<tenant id>/v2.0"
        ))
    })
}
