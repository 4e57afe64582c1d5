//! Somebody's credentials as a list: what there is, in which order it is offered, what it is called, and
//! what goes.

mod data;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    credential::{Credential, CredentialKind, CredentialStore},
    entrances::{Entrances, Outlook},
    event::{CredentialChange, Event},
    id::{CredentialId, IdentityId},
    identity::{Identity, Removal, TRIES},
    link,
    plugin::Announcer,
    store::StoreError,
};

/// The longest label, in characters.
pub const LONGEST_LABEL: usize = 100;

/// Somebody's credentials as a list.
#[derive(Debug, Clone)]
pub struct Credentials {
    store: Arc<dyn CredentialStore>,
    announcer: Announcer,
}

/// One of them, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Its name.
    pub id: CredentialId,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: CredentialKind,
    /// What its person calls it.
    pub label: Option<String>,
    /// Where it is offered: the smallest first.
    pub priority: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
    /// What is no secret about it: algorithms and their parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// Where a credential moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// Right behind this one.
    After(CredentialId),
}

/// A wish about somebody's credentials was not followed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The identity has no such credential.
    #[error("the identity has no such credential")]
    Unknown,
    /// It is a link to an account at a provider; those are unlinked, so that tokens and sessions go.
    #[error("it is a link to an account at a provider, which is unlinked instead")]
    Link,
    /// A label is too long, or has signs that nothing shows.
    #[error("a label has at most {LONGEST_LABEL} letters, digits and signs, on one line")]
    Label,
    /// Nobody who may do everything could come in without it.
    #[error("nothing else lets the last administrator in, so it stays")]
    LastAdministrator,
    /// A store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Listed {
    /// A credential as it is shown, with or without its data.
    pub fn of(credential: &Credential, with_data: bool) -> Self {
        Self {
            id: credential.id,
            kind: credential.kind,
            label: credential.label.clone(),
            priority: credential.priority,
            created_at: credential.created_at,
            updated_at: credential.updated_at,
            last_used_at: credential.last_used_at,
            data: with_data.then(|| data::of(credential)),
        }
    }

    /// A credential as the audit log tells it: without its data, and a link with the account it leads to.
    pub fn noted(credential: &Credential) -> Value {
        let mut told = json!(Self::of(credential, false));
        if let (Value::Object(told), Some(Value::Object(account))) =
            (&mut told, link::account_of(credential))
        {
            told.extend(account);
        }
        told
    }
}

/// Puts credentials into the order in which they are offered.
pub fn sort(credentials: &mut [Credential]) {
    credentials.sort_by_key(|one| (one.priority, one.created_at, one.id));
}

/// A label as it is kept; `None` for an empty one.
pub fn label(text: &str) -> Result<Option<String>, CredentialsError> {
    let text = text.trim();
    let is_long = text.chars().count() > LONGEST_LABEL;
    match is_long || text.chars().any(char::is_control) {
        true => Err(CredentialsError::Label),
        false => Ok((!text.is_empty()).then(|| text.to_owned())),
    }
}

impl Credentials {
    /// The credentials of this store; whoever the announcer tells hears of changes.
    pub fn new(store: Arc<dyn CredentialStore>, announcer: Announcer) -> Self {
        Self { store, announcer }
    }

    /// All credentials of an identity in the order in which they are offered.
    pub async fn list(&self, owner: IdentityId) -> Result<Vec<Credential>, StoreError> {
        let mut own = self.store.list(owner).await?;
        sort(&mut own);
        Ok(own)
    }

    /// One credential of an identity.
    pub async fn find(
        &self,
        owner: IdentityId,
        id: CredentialId,
    ) -> Result<Credential, CredentialsError> {
        let mut own = self.store.list(owner).await?.into_iter();
        own.find(|one| one.id == id)
            .ok_or(CredentialsError::Unknown)
    }

    /// Gives a credential this label, or takes it away.
    pub async fn label(
        &self,
        owner: IdentityId,
        id: CredentialId,
        text: &str,
    ) -> Result<Credential, CredentialsError> {
        let label = label(text)?;
        let change = |one: &mut Credential| one.label.clone_from(&label);
        let (changed, is_new) = self.change(owner, id, change).await?;
        if is_new {
            self.tell(&changed, CredentialChange::Labelled);
        }
        Ok(changed)
    }

    /// Moves a credential, and returns all in their new order. Those that stay keep their order, and
    /// those that are added later come last.
    pub async fn move_to(
        &self,
        owner: IdentityId,
        id: CredentialId,
        place: Place,
    ) -> Result<Vec<Credential>, CredentialsError> {
        let own = self.list(owner).await?;
        let moved = own.iter().find(|one| one.id == id);
        let moved = moved.ok_or(CredentialsError::Unknown)?.clone();
        let order = arranged(&own, id, place).ok_or(CredentialsError::Unknown)?;
        // The last one has the priority that a new one gets, which is younger.
        for (priority, id) in (0..).map(|at: i64| -at).zip(order.iter().rev()) {
            let change = |one: &mut Credential| one.priority = priority;
            match self.change(owner, *id, change).await {
                // It has gone meanwhile, and with it its place.
                Ok(_) | Err(CredentialsError::Unknown) => {}
                Err(error) => return Err(error),
            }
        }
        if own.iter().map(|one| one.id).ne(order) {
            self.tell(&moved, CredentialChange::Moved);
        }
        Ok(self.list(owner).await?)
    }

    /// Deletes a credential that is no link, unless nobody who may do everything could come in without it.
    pub async fn delete(
        &self,
        owner: &Identity,
        id: CredentialId,
        entrances: &Entrances,
    ) -> Result<Credential, CredentialsError> {
        let credential = self.find(owner.id, id).await?;
        if credential.kind == CredentialKind::Oidc {
            return Err(CredentialsError::Link);
        }
        match entrances.remove(owner, &credential).await? {
            Removal::Done => {}
            Removal::Missing => return Err(CredentialsError::Unknown),
            Removal::Last => return Err(CredentialsError::LastAdministrator),
        }
        self.announcer.announce(&Event::CredentialRemoved {
            identity: owner.id,
            kind: credential.kind,
        });
        Ok(credential)
    }

    /// Fails where nobody who may do everything could come in without these, so that of several none goes; one
    /// alone is judged where it goes.
    pub async fn require_others(
        &self,
        going: &[Credential],
        entrances: &Entrances,
    ) -> Result<(), CredentialsError> {
        if going.len() < 2 {
            return Ok(());
        }
        match entrances.without_all(going).await? {
            Outlook::Open => Ok(()),
            Outlook::Shut => Err(CredentialsError::LastAdministrator),
        }
    }

    /// Changes what is said of a credential, never what it proves: it counts as no younger. `false` if
    /// nothing is different.
    async fn change(
        &self,
        owner: IdentityId,
        id: CredentialId,
        change: impl Fn(&mut Credential),
    ) -> Result<(Credential, bool), CredentialsError> {
        for _ in 0..TRIES {
            let before = self.find(owner, id).await?;
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok((after, false));
            }
            // What it has proved in the meantime must stay known.
            if self.store.replace_config(&before.config, &after).await? {
                return Ok((after, true));
            }
        }
        let what = "credential";
        Err(StoreError::Conflict { what }.into())
    }

    fn tell(&self, credential: &Credential, change: CredentialChange) {
        self.announcer.announce(&Event::CredentialChanged {
            identity: credential.identity_id,
            kind: credential.kind,
            change,
        });
    }
}

/// The ids in the order after the move; `None` where the place is not there.
fn arranged(own: &[Credential], id: CredentialId, place: Place) -> Option<Vec<CredentialId>> {
    let ids = own.iter().map(|one| one.id);
    if place == Place::After(id) {
        return Some(ids.collect());
    }
    let mut order: Vec<_> = ids.filter(|one| *one != id).collect();
    let at = match place {
        Place::First => 0,
        Place::After(previous) => order.iter().position(|one| *one == previous)? + 1,
    };
    order.insert(at, id);
    Some(order)
}
