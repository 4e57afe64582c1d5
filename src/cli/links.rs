//! The accounts at providers that people are linked to, as commands look after them: in the store, or at a
//! running gateway. Commands say what is asked, what is wanted and what is printed; where it is done is
//! said here.

mod at_gateway;
mod in_store;

use clap::Args;
use portcullis_core::{id::ProviderId, link::is_address};
use serde_json::{Value, json};

use super::{
    Common, Consent, Failure, Selector,
    remote::{either_past_drop_ins, either_with_drop_ins},
};

pub(super) use self::in_store::remove;

/// What people see of an account.
const COLUMNS: [&str; 5] = ["credential_id", "label", "issuer", "prepared", "created_at"];

/// An account at a provider.
#[derive(Debug)]
pub(super) struct Account<'a> {
    /// The provider.
    pub(super) provider: ProviderId,
    /// The account's name there.
    pub(super) subject: &'a str,
    /// Its issuer, where that is not the provider's.
    pub(super) issuer: Option<&'a str>,
}

impl Account<'_> {
    /// What it is called.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.provider, self.subject)
    }

    /// Nothing tells its issuer.
    fn without_issuer(&self) -> Failure {
        Failure::Usage(format!(
            "accounts of {} have issuers of their own: give the account's as --issuer, such as \
             https://login.microsoftonline.com/<tenant id>/v2.0",
            self.provider
        ))
    }
}

/// Looks after the accounts that people are linked to.
pub(super) trait Links {
    /// One of the people.
    type Person;
    /// One of their links, made or prepared.
    type Link;

    /// The one that is meant.
    async fn find(&self, selector: &Selector) -> Result<Self::Person, Failure>;

    /// What somebody is called.
    fn id(person: &Self::Person) -> String;

    /// The links of somebody.
    async fn list(&self, person: &Self::Person) -> Result<Vec<Self::Link>, Failure>;

    /// One as it is told.
    fn told(link: &Self::Link) -> Value;

    /// Removes a link, or one that was only prepared: how many sessions ended with it.
    async fn unlink(&self, person: &Self::Person, link: &Self::Link) -> Result<u64, Failure>;

    /// Prepares a link for the first account of a provider with this address: as it is told.
    async fn prepare(
        &self,
        person: &Self::Person,
        wish: (&ProviderId, &str),
    ) -> Result<Value, Failure>;

    /// Links somebody to an account: the link as it is told, and whether it is new.
    async fn assign(
        &self,
        person: &Self::Person,
        account: &Account<'_>,
    ) -> Result<(Value, bool), Failure>;
}

/// Lists the accounts.
pub(super) fn list(common: &Common, selector: &Selector) -> Result<(), Failure> {
    either_past_drop_ins(
        common,
        async |remote| list_at(common, selector, remote).await,
        async |errand| list_at(common, selector, errand).await,
    )
}

async fn list_at<L: Links>(common: &Common, selector: &Selector, links: &L) -> Result<(), Failure> {
    let person = links.find(selector).await?;
    let own = links.list(&person).await?;
    let rows: Vec<Value> = own.iter().map(L::told).collect();
    common.output.print_rows(&rows, &COLUMNS)
}

/// Removes the link to one account, or one that was only prepared.
pub(super) fn unlink(
    common: &Common,
    selector: &Selector,
    name: &str,
    consent: &Consent,
) -> Result<(), Failure> {
    either_past_drop_ins(
        common,
        async |remote| unlink_at(common, (selector, consent), (name, remote)).await,
        async |errand| unlink_at(common, (selector, consent), (name, errand)).await,
    )
}

async fn unlink_at<L: Links>(
    common: &Common,
    (selector, consent): (&Selector, &Consent),
    (name, links): (&str, &L),
) -> Result<(), Failure> {
    let person = links.find(selector).await?;
    let id = L::id(&person);
    let link = called::<L>(links.list(&person).await?, name)?;
    consent.ask(&format!("Unlink {name} from identity {id}?"))?;
    let ended = links.unlink(&person, &link).await?;
    common.output.print(&json!({
        "identity_id": id, "credential_id": name, "unlinked": true, "sessions_ended": ended,
    }))
}

/// The link that is called `<provider>:<subject>`, or by its own id where two are called the same.
fn called<L: Links>(links: Vec<L::Link>, name: &str) -> Result<L::Link, Failure> {
    let is_it = |link: &L::Link| {
        let told = L::told(link);
        told["credential_id"] == name || told["id"] == name
    };
    let mut found = links.into_iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(link), None) => Ok(link),
        (None, _) => Err(Failure::Refused(format!(
            "the identity is not linked to {name:?}; list-oidc-accounts shows its accounts"
        ))),
        (Some(one), Some(other)) => {
            let [one, other] = [one, other].map(|link| L::told(&link)["id"].take());
            Err(Failure::Refused(format!(
                "two accounts are called {name:?}; give one of the ids {one} and {other}"
            )))
        }
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
    if !is_address(&asked.address) {
        return Err(Failure::Usage(
            "--address needs an e-mail address".to_owned(),
        ));
    }
    let provider = super::providers::named(&asked.provider)?;
    either_with_drop_ins(
        common,
        async |remote| prepare_at(common, (asked, &provider), remote).await,
        async |errand| prepare_at(common, (asked, &provider), errand).await,
    )
}

async fn prepare_at<L: Links>(
    common: &Common,
    (asked, provider): (&Prepare, &ProviderId),
    links: &L,
) -> Result<(), Failure> {
    let person = links.find(&asked.selector).await?;
    let prepared = links.prepare(&person, (provider, &asked.address)).await?;
    common.output.print(&json!({
        "identity_id": L::id(&person), "credential_id": prepared["credential_id"],
        "id": prepared["id"], "provider": provider, "prepared": true,
    }))
}
