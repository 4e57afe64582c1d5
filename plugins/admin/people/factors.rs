//! Second factors and passkeys that an administrator brings along from another system. What is refused of
//! one leaves everything as it was, and nothing that proves anybody is repeated or written down.

use std::fmt;

use portcullis_core::{
    credential::{Credential, CredentialKind},
    event::Event,
    identity::Identity,
    store::StoreError,
};
use portcullis_kit::Failure;
use serde_json::{Value, json};

use super::{audit, credentials as own_credentials, refusal};
use crate::{caller::Caller, desk::Desk};

/// What another system keeps of a kind of second factor, or of passkeys.
#[derive(Clone)]
pub(crate) struct NewFactor {
    /// What it is.
    pub(crate) kind: CredentialKind,
    /// What is kept of it.
    pub(crate) config: Value,
}

impl fmt::Debug for NewFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("NewFactor");
        shown.field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The credentials that these make for an identity which has `own`, not yet stored.
pub(super) fn credentials(
    desk: &Desk,
    (identity, own): (&Identity, &[Credential]),
    wanted: &[NewFactor],
) -> Result<Vec<Credential>, Failure> {
    let mut made = Vec::new();
    for NewFactor { kind, config } in wanted {
        let name = kind.as_str();
        let none = || refusal::refused(format!("credentials.{name}: there are none here."));
        let imports = desk.services.factors.imports.as_ref().ok_or_else(none)?;
        let imported = imports.import(*kind, config, (identity.id, own));
        made.extend(imported.map_err(|misfit| {
            let at = match misfit.at.as_str() {
                "" => String::new(),
                at => format!(".{at}"),
            };
            refusal::refused(format!("credentials.{name}.config{at}: {}.", misfit.reason))
        })?);
    }
    Ok(made)
}

/// Those of a stored identity, about to be stored: each with what it takes the place of.
pub(super) struct Prepared(Vec<(Option<Credential>, Credential)>);

/// Makes them ready; what is wrong with them is told now.
pub(super) async fn prepare(
    desk: &Desk,
    identity: &Identity,
    wanted: &[NewFactor],
) -> Result<Prepared, Failure> {
    if wanted.is_empty() {
        return Ok(Prepared(Vec::new()));
    }
    let store = &desk.services.credentials;
    let own = store.list(identity.id).await?;
    let mut ready = Vec::new();
    for made in credentials(desk, (identity, &own), wanted)? {
        let before = own.iter().find(|one| one.id == made.id).cloned();
        let name = made.identifier.clone().unwrap_or_default();
        let known = store.find_by_identifier(made.kind, &name).await?;
        if known.is_some_and(|known| known.identity_id != identity.id) {
            return Err(refusal::conflict(StoreError::Conflict {
                what: "credential",
            }));
        }
        ready.push((before, made));
    }
    Ok(Prepared(ready))
}

impl Prepared {
    /// Stores them, and ends the identity's sessions where the operator wants that: somebody else may
    /// hold one.
    pub(super) async fn keep(
        self,
        desk: &Desk,
        caller: &Caller,
        identity: &Identity,
    ) -> Result<(), Failure> {
        let mut kinds: Vec<CredentialKind> = Vec::new();
        let mut outcome = Ok(());
        for (before, after) in &self.0 {
            outcome = keep_one(desk, before.as_ref(), after).await;
            if outcome.is_err() {
                break;
            }
            if !kinds.contains(&after.kind) {
                kinds.push(after.kind);
            }
        }
        // What is stored by now is told, whatever becomes of the rest: nobody gets a way in unseen.
        told(desk, caller, (identity, &kinds)).await?;
        outcome
    }
}

async fn told(
    desk: &Desk,
    caller: &Caller,
    (identity, kinds): (&Identity, &[CredentialKind]),
) -> Result<(), Failure> {
    for kind in kinds {
        desk.services.announcer.announce(&Event::CredentialAdded {
            identity: identity.id,
            kind: *kind,
        });
    }
    let Some(kind) = kinds.first() else {
        return Ok(());
    };
    let act = audit::on("identity.credential.import", identity.id);
    let act = act.to(json!({"credentials": kinds}));
    audit::note(desk, caller, act).await;
    own_credentials::end_sessions(desk, caller, (identity, *kind)).await
}

async fn keep_one(
    desk: &Desk,
    before: Option<&Credential>,
    after: &Credential,
) -> Result<(), Failure> {
    let store = &desk.services.credentials;
    let Some(before) = before else {
        return store.put(after).await.map_err(refusal::conflict);
    };
    // A code that somebody uses at this moment must not become good again.
    let replaced = store.replace_config(&before.config, after).await;
    match replaced.map_err(refusal::conflict)? {
        true => Ok(()),
        false => Err(refusal::overtaken()),
    }
}
