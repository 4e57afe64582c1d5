//! `portcullis link-oidc-account`: an account at a provider becomes an identity's, by its subject.

use clap::Args;
use portcullis_core::link::is_subject;
use serde_json::json;

use super::{
    Common, Failure, Selector,
    links::{Account, Links},
    providers,
    remote::either_with_drop_ins,
};

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
    if !is_subject(&asked.subject) {
        return Err(Failure::Usage(
            "--subject needs the account's name at the provider".to_owned(),
        ));
    }
    let account = Account {
        provider: providers::named(&asked.provider)?,
        subject: &asked.subject,
        issuer: asked.issuer.as_deref(),
    };
    either_with_drop_ins(
        common,
        async |remote| assign_at(common, (&asked.selector, &account), remote).await,
        async |errand| assign_at(common, (&asked.selector, &account), errand).await,
    )
}

async fn assign_at<L: Links>(
    common: &Common,
    (selector, account): (&Selector, &Account<'_>),
    links: &L,
) -> Result<(), Failure> {
    let person = links.find(selector).await?;
    let (link, is_new) = links.assign(&person, account).await?;
    common.output.print(&json!({
        "identity_id": L::id(&person), "credential_id": account.name(),
        "provider": account.provider, "issuer": link["issuer"], "subject": account.subject,
        "linked": true, "is_new": is_new,
    }))
}
