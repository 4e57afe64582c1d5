//! Second factors and passkeys that an administrator brings along from another system. What is refused of
//! one leaves everything as it was, and nothing that proves anybody is repeated or written down.

use std::fmt;

use portcullis_core::{
    credential::{Credential, CredentialKind},
    event::Event,
    id::IdentityId,
    identity::{Identity, Kept},
    store::StoreError,
};
use portcullis_kit::Failure;
use serde_json::{Value, json};

use super::{audit, refusal};
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
        let none = || refusal::mistaken(&format!("credentials.{name}"), "there are none here.");
        let imports = desk.services.factors.imports.as_ref().ok_or_else(none)?;
        let imported = imports.import(*kind, config, (identity.id, own));
        made.extend(imported.map_err(|misfit| {
            let at = match misfit.at.as_str() {
                "" => format!("credentials.{name}.config"),
                at => format!("credentials.{name}.config.{at}"),
            };
            refusal::mistaken(&at, format!("{}.", misfit.reason))
        })?);
    }
    Ok(made)
}

/// Those of a stored identity, about to be stored, each with what it takes the place of; what is wrong with
/// them is told now. A code that somebody uses meanwhile must not become good again, so what is replaced is what
/// was read.
pub(super) async fn prepare(
    desk: &Desk,
    identity: &Identity,
    wanted: &[NewFactor],
) -> Result<Vec<Kept>, Failure> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let store = &desk.services.credentials;
    let own = store.list(identity.id).await?;
    let mut ready = Vec::new();
    for made in credentials(desk, (identity, &own), wanted)? {
        let before = own.iter().find(|one| one.id == made.id);
        let name = made.identifier.clone().unwrap_or_default();
        let known = store.find_by_identifier(made.kind, &name).await?;
        if known.is_some_and(|known| known.identity_id != identity.id) {
            return Err(refusal::conflict(StoreError::Conflict {
                what: "credential",
            }));
        }
        ready.push(Kept {
            before: before.map(|one| one.config.clone()),
            credential: made,
        });
    }
    Ok(ready)
}

/// Tells of those that are stored, and of the sessions that ended for them, and writes it down.
pub(super) async fn tell(
    desk: &Desk,
    caller: &Caller,
    id: IdentityId,
    (stored, sessions_ended): (&[Kept], u64),
) {
    let mut kinds: Vec<CredentialKind> = Vec::new();
    for Kept { credential, .. } in stored {
        if !kinds.contains(&credential.kind) {
            kinds.push(credential.kind);
        }
    }
    if kinds.is_empty() {
        return;
    }
    for kind in &kinds {
        desk.services.announcer.announce(&Event::CredentialAdded {
            identity: id,
            kind: *kind,
        });
    }
    let act = audit::on("identity.credential.import", id);
    audit::note(desk, caller, act.to(json!({"credentials": kinds}))).await;
    if sessions_ended > 0 {
        let act = audit::on("identity.sessions.revoke", id);
        let act = act.to(json!({"sessions_ended": sessions_ended}));
        audit::note(desk, caller, act).await;
    }
}
