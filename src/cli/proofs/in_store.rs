//! What people sign in with in the store, with all that a gateway would tell and write down.

use std::sync::Arc;

use portcullis_core::{
    credential::{Credential, CredentialKind},
    credentials::{Credentials, CredentialsError, Listed, Place},
    id::{CredentialId, IdentityId},
    identity::Identity,
    link,
};
use serde_json::{Value, json};

use super::{Proofs, refused};
use crate::cli::{Failure, Selector, audit::Act, links, providers::errand::Errand};

impl Proofs for Errand {
    type Person = Identity;
    type Proof = Credential;

    async fn find(&self, selector: &Selector) -> Result<Identity, Failure> {
        let identities = &self.foundation().stores.identities;
        selector.resolve(&**identities).await
    }

    fn id(person: &Identity) -> String {
        person.id.to_string()
    }

    async fn list(&self, person: &Identity, _: bool) -> Result<Vec<Credential>, Failure> {
        Ok(credentials(self).list(person.id).await?)
    }

    fn told(proof: &Credential, with_data: bool) -> Value {
        json!(Listed::of(proof, with_data))
    }

    async fn label(
        &self,
        person: &Identity,
        (id, label): (CredentialId, &str),
    ) -> Result<Value, Failure> {
        let own = credentials(self);
        let before = own.find(person.id, id).await.map_err(refused)?;
        let labelled = own.label(person.id, id, label).await;
        let labelled = labelled.map_err(refused)?;
        let act = Act::new("label-credential", "identity.credential.label");
        let act = act
            .on_identity(person.id)
            .from(json!({"credential": id, "label": before.label}))
            .to(json!({"credential": id, "label": labelled.label}));
        act.note(self.foundation()).await;
        Ok(Self::told(&labelled, false))
    }

    async fn move_to(
        &self,
        person: &Identity,
        (id, place): (CredentialId, Place),
    ) -> Result<Vec<Credential>, Failure> {
        let own = credentials(self);
        let before = own.list(person.id).await?;
        let order = own.move_to(person.id, id, place).await;
        let order = order.map_err(refused)?;
        let ids =
            |all: &[Credential]| -> Vec<CredentialId> { all.iter().map(|one| one.id).collect() };
        let act = Act::new("move-credential", "identity.credential.move");
        let act = act
            .on_identity(person.id)
            .from(json!({"order": ids(&before)}))
            .to(json!({"order": ids(&order)}));
        act.note(self.foundation()).await;
        Ok(order)
    }

    async fn delete(
        &self,
        person: &Identity,
        proofs: &[Credential],
        command: &'static str,
    ) -> Result<u64, Failure> {
        let entrances = self.broker().entrances();
        let others = credentials(self).require_others(proofs, &entrances).await;
        others.map_err(refused)?;
        let mut ended = 0;
        for one in proofs {
            ended += remove(self, command, person, one).await?;
        }
        if proofs.iter().any(|one| one.kind != CredentialKind::Oidc) {
            ended += end_sessions(self, command, person.id).await?;
        }
        Ok(ended)
    }

    /// A second factor may be kept nowhere, such as codes by mail.
    async fn has_second(&self, person: &Identity, _: &[Credential]) -> Result<bool, Failure> {
        let foundation = self.foundation();
        let identity = foundation.stores.identities.find(person.id).await?;
        let assurance = foundation.actions.assurance();
        Ok(identity.is_some_and(|one| assurance.has_second(&one)))
    }
}

fn credentials(errand: &Errand) -> Credentials {
    let store = Arc::clone(&errand.foundation().stores.credentials);
    Credentials::new(store, errand.announcer().clone())
}

/// Deletes one, and says how many sessions went with it alone: those that came by a link.
async fn remove(
    errand: &Errand,
    command: &'static str,
    person: &Identity,
    one: &Credential,
) -> Result<u64, Failure> {
    if one.kind == CredentialKind::Oidc && link::provider_of(one).is_some() {
        return links::remove(errand, command, person, one).await;
    }
    let entrances = errand.broker().entrances();
    let own = credentials(errand);
    match own.delete(person, one.id, &entrances).await {
        Ok(_) => {}
        // What is gone already needs nothing more, and the sessions of the rest do.
        Err(CredentialsError::Unknown) => return Ok(0),
        Err(error) => return Err(refused(error)),
    }
    let act = Act::new(command, "identity.credential.delete").on_identity(person.id);
    let act = act.from(json!(Listed::of(one, false)));
    act.note(errand.foundation()).await;
    Ok(0)
}

/// Ends the sessions of an identity that has lost a credential, unless the operator wants it otherwise:
/// whoever has found it may be signed in by it. How many ended.
async fn end_sessions(
    errand: &Errand,
    command: &'static str,
    id: IdentityId,
) -> Result<u64, Failure> {
    if !errand
        .config()
        .plugins
        .self_service
        .settings
        .end_other_sessions
    {
        return Ok(0);
    }
    let foundation = errand.foundation();
    let ended = foundation.stores.sessions.revoke_all(id, None).await?;
    if ended > 0 {
        let act = Act::new(command, "identity.sessions.revoke").on_identity(id);
        let act = act.to(json!({"sessions_ended": ended}));
        act.note(foundation).await;
    }
    Ok(ended)
}
