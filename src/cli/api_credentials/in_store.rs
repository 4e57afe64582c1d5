//! API credentials in the store.

use std::time::Duration;

use portcullis_admin::credential::{self, Change, Issuer, Wish, facts};
use portcullis_core::{
    api_credential::{ApiCredential, ApiCredentialStore},
    session::Acting,
};
use serde_json::Value;
use url::Url;

use super::{Programs, unknown};
use crate::cli::{Failure, audit::Act, desk::Desk, output::remark};

/// The store, and the address of the admin listener that its credentials are for.
#[derive(Debug)]
pub(super) struct InStore<'a> {
    desk: &'a Desk,
    url: Url,
}

impl<'a> InStore<'a> {
    pub(super) fn new(desk: &'a Desk) -> Result<Self, Failure> {
        let config = desk.config();
        let section = config.plugins.admin.clone();
        if section.is_none() {
            remark(format_args!(
                "note: the configuration has no [plugins.admin], so nothing takes them yet"
            ));
        }
        let url = section.unwrap_or_default().url(&config.listen.admin);
        let url = url.ok_or_else(|| Failure::Refused("[listen] admin makes no URL".to_owned()))?;
        Ok(Self { desk, url })
    }

    fn store(&self) -> &dyn ApiCredentialStore {
        &*self.desk.foundation().stores.api_credentials
    }

    /// Ends the sessions in which the program acts as somebody.
    async fn let_go(&self, one: &ApiCredential) -> Result<(), Failure> {
        let sessions = &self.desk.foundation().stores.sessions;
        let actor = Acting::api_credential(one.id);
        sessions.revoke_acting(&actor, None).await?;
        Ok(())
    }

    async fn find(&self, id: &str) -> Result<ApiCredential, Failure> {
        let found = match id.parse() {
            Ok(id) => self.store().find(id).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| unknown(id))
    }
}

impl Programs for InStore<'_> {
    async fn make(&self, wish: Wish) -> Result<Value, Failure> {
        let foundation = self.desk.foundation();
        let made = credential::make(wish, &*foundation.clock, &*foundation.entropy);
        let (made, secret) = made.map_err(|error| Failure::Usage(error.to_string()))?;
        self.store().insert(&made).await?;
        let act = act("api-credential.create", &made);
        act.to(facts(&made)).note(foundation).await;
        Ok(Issuer(&self.url).shown_once(&made, &secret))
    }

    async fn list(&self) -> Result<Vec<Value>, Failure> {
        let all = self.store().list().await?;
        Ok(all.iter().map(|one| Issuer(&self.url).shown(one)).collect())
    }

    async fn rotate(&self, id: &str, overlap: Duration) -> Result<Value, Failure> {
        let before = self.find(id).await?;
        let mut one = before.clone();
        let foundation = self.desk.foundation();
        let parts = (&*foundation.clock, &*foundation.entropy);
        let secret = credential::rotate(&mut one, overlap, parts);
        self.store().update(&one).await?;
        let act = act("api-credential.rotate", &one);
        let (from, to) = credential::rotated((&before, &one), overlap);
        act.from(from).to(to).note(foundation).await;
        Ok(Issuer(&self.url).shown_once(&one, &secret))
    }

    async fn change(&self, id: &str, change: &Change) -> Result<Value, Failure> {
        let before = self.find(id).await?;
        let mut after = before.clone();
        let foundation = self.desk.foundation();
        credential::change(&mut after, change, foundation.clock.now())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        self.store().update(&after).await?;
        if change.is_of_rights() {
            self.let_go(&after).await?;
        }
        let act = act("api-credential.update", &after).from(facts(&before));
        act.to(facts(&after)).note(foundation).await;
        Ok(Issuer(&self.url).shown(&after))
    }

    async fn remove(&self, id: &str) -> Result<bool, Failure> {
        let one = self.find(id).await?;
        let deleted = self.store().delete(one.id).await?;
        if deleted {
            self.let_go(&one).await?;
            let act = act("api-credential.delete", &one).from(facts(&one));
            act.note(self.desk.foundation()).await;
        }
        Ok(deleted)
    }
}

fn act(verb: &'static str, one: &ApiCredential) -> Act {
    Act::new("api-credentials", verb).on("api-credential", &one.id)
}
