//! The accounts at providers that an identity is linked to: list them, remove one.

use portcullis_core::{identity::Identity, link::Link};
use serde_json::{Value, json};

use super::{Common, Consent, Failure, Selector, providers::Errand};

/// Lists the accounts.
pub(super) fn list(common: &Common, selector: &Selector) -> Result<(), Failure> {
    Errand::run_past_drop_ins(common, async |errand| {
        let identity = selector
            .resolve(&*errand.foundation().stores.identities)
            .await?;
        let rows: Vec<Value> = links(errand, &identity).await?.iter().map(told).collect();
        let columns = ["credential_id", "issuer", "created_at"];
        common.output.print_rows(&rows, &columns);
        Ok(())
    })
}

/// Removes the link to one account.
pub(super) fn unlink(
    common: &Common,
    selector: &Selector,
    name: &str,
    consent: &Consent,
) -> Result<(), Failure> {
    Errand::run_past_drop_ins(common, async |errand| {
        let identities = &errand.foundation().stores.identities;
        let identity = selector.resolve(&**identities).await?;
        let link = named(links(errand, &identity).await?, name)?;
        consent.ask(&format!("Unlink {name} from identity {}?", identity.id))?;
        let unlinked = errand.broker().unlink(&identity, link.id).await;
        unlinked.map_err(|error| Failure::refused(&error))?;
        common.output.print(&json!({
            "identity_id": identity.id, "credential_id": public_name(&link), "unlinked": true,
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
    let is_it = |link: &Link| public_name(link) == name || link.id.to_string() == name;
    let mut found = links.into_iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(link), None) => Ok(link),
        (None, _) => Err(Failure::Refused(format!(
            "the identity is not linked to {name:?}; list-oidc-accounts shows its accounts"
        ))),
        (Some(one), Some(other)) => Err(Failure::Refused(format!(
            "two accounts are called {name:?}; give one of the ids {} and {}",
            one.id, other.id
        ))),
    }
}

fn told(link: &Link) -> Value {
    json!({
        "credential_id": public_name(link),
        "id": link.id,
        "provider": link.key.provider,
        "issuer": link.key.issuer,
        "subject": link.key.subject,
        "created_at": link.created_at,
    })
}

fn public_name(link: &Link) -> String {
    format!("{}:{}", link.key.provider, link.key.subject)
}
